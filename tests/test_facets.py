"""The rows of facets, which stand for groups of the index in which nothing changed."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from site_gen.dates import parse_edtf
from site_gen.model import Archive, Document
from site_gen.search import codec, facets, layout, numbering, shards
from tests.support import SiteTest
from tests.test_past import clean
from tests.test_placed import gone, other, written
from tests.test_stayed import ARTICLE, EDITS, START

HIDDEN = "---\ntitle: Hidden\nauthors: [Ida Jay]\ntopics: [Owls]\nnoindex: true\n---\n\nText.\n"
NEW = ARTICLE.format(title="New", author="Ida Jay", place="Kabul", topic="Art", n=3)
FEW: Mapping[str, Callable[[Path], object]] = {
    **{edit: EDITS[edit] for edit in ("added", "renamed", "removed", "redated")},
    "topic alone": other("articles/a1.md", "[War]", "[Art]"),
    "place alone": other("articles/c3.md", "[Herat]", "[Ghor, Herat]"),
    "not in the index": other("articles/a1.md", "title:", "noindex: true\ntitle:"),
    "language that others have": other("articles/a1.md", "title:", "language: en\ntitle:"),
}
"""Edits after which most rows stand."""
ALL: Mapping[str, Callable[[Path], object]] = {
    "first day": other("articles/e1.md", "2001-02-11", "1999"),
    "first day known by the last": other("articles/e1.md", "2001-02-11", "../1999"),
    "first day gone": gone("articles/a0.md"),
    "language": other("articles/a1.md", "title:", "language: de\ntitle:"),
    "name that only what is not in the index has": written("articles/new.md", NEW),
}
"""Edits after which those of a facet do not."""
ANEW: Mapping[str, Callable[[Path], object]] = {
    "text": other("articles/a1.md", "The text", "Another text"),
    "name that no article had": other("articles/a1.md", "Ann Bell", "Zoe Young"),
    "place in another": other("places/ghor.md", "parent: Asia", "parent: Kabul"),
    "place in nothing": other("places/ghor.md", "parent: Asia\n", ""),
    "other names": other("places/herat.md", "parent:", "aliases: [Hari]\nparent:"),
    "language of all": other("../site.yml", "title:", "language: fr\ntitle:"),
}
"""Edits after which none are taken from before."""
EVERY = {**FEW, **ALL, **ANEW}
SITE = {
    **START,
    "content/articles/a0.md": START["content/articles/a0.md"].replace("2000-02-11", "2000"),
    "content/articles/e7.md": START["content/articles/e7.md"].replace("2007-02-11", "../2005"),
    "content/articles/hidden.md": HIDDEN,
}


@pytest.fixture
def standing(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many rows of groups stood, build by build: all facets are as if they were made anew."""
    found: list[int] = []
    columns = facets.columns

    def checked(
        archive: Archive,
        articles: Sequence[Document],
        groups: Sequence[Sequence[int]],
        language: str,
        last: Sequence[facets.Rows] = (),
        stand: Sequence[bool] = (),
    ) -> Any:
        made, rows = columns(archive, articles, groups, language, last, stand)
        assert (made, rows) == columns(archive, articles, groups, language)
        same = [one.by == before.by for one, before in zip(rows, last, strict=False)]
        found.append(sum(same) * sum(stand))
        return made, rows

    monkeypatch.setattr(facets, "columns", checked)
    monkeypatch.setattr(numbering, "GROUP", 3)
    return found


@pytest.mark.parametrize("edit", EVERY)
def test_rows_that_stand_are_as_if_made_anew(
    site: SiteTest, tmp_path: Path, standing: list[int], edit: str
) -> None:
    """Whatever is edited, and whether the edit before was one."""
    assert site.write(SITE).run("build", "--jobs", "1").exit_code == 0
    groups = 5 * (len(SITE) // 3)
    for change in (other("articles/c5.md", "2005", "2006"), EVERY[edit]):
        standing.clear()
        change(site.folder / "content")
        assert site.run("build", "--jobs", "1").exit_code == 0
    if edit in ANEW:
        assert sum(standing) == 0
    else:
        (stood,) = standing
        assert stood > 0
        assert edit not in FEW or stood > groups * 0.6
    assert site.output() == clean(site, tmp_path / "clean")


def test_rows_of_another_plan_do_not_stand(
    site: SiteTest, tmp_path: Path, standing: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a build ended before it had kept them, and where those kept are lost."""
    assert site.write(SITE).run("build", "--jobs", "1").exit_code == 0
    with monkeypatch.context() as patch:
        put = layout.Kept.put
        patch.setattr(
            layout.Kept, "put", lambda kept, kind, data: kind == "rows" or put(kept, kind, data)
        )
        other("articles/a1.md", "[War]", "[Art]")(site.folder / "content")
        assert site.run("build", "--jobs", "1").exit_code == 0
    other("articles/c5.md", "2005", "2006")(site.folder / "content")
    assert site.run("build", "--jobs", "1").exit_code == 0
    assert standing[-1] == 0 < standing[-2]
    assert site.output() == clean(site, tmp_path / "clean")
    with monkeypatch.context() as patch:
        get = layout.Kept.get
        patch.setattr(
            layout.Kept, "get", lambda kept, kind: None if kind == "rows" else get(kept, kind)
        )
        gone("articles/c4.md")(site.folder / "content")
        assert site.run("build", "--jobs", "1").exit_code == 0
    assert standing[-1] == 0
    gone("articles/c3.md")(site.folder / "content")
    assert site.run("build", "--jobs", "1").exit_code == 0
    assert standing[-1] > 0
    assert site.output() == clean(site, tmp_path / "again")


def test_facets_say_what_articles_state(site: SiteTest) -> None:
    """Each article in the index is under what it names and no other, at the day it is listed by."""
    assert site.write(SITE).run("build", "--jobs", "1").exit_code == 0
    (root,) = (site.folder / "output/search").glob("root.*.js")
    (about,) = shards.values_of(root.read_bytes())
    found: dict[str, list[list[str]]] = {}
    for at, name in enumerate(about["columns"]):
        (file,) = (site.folder / "output/search").glob(f"f-0.{at}-*.js")
        values, rows = shards.values_of(file.read_bytes())
        reader = codec.Reader(rows)
        while reader.more():
            row, index = [], 0
            for _ in range(reader.number()):
                index += reader.number()
                row.append(str(index + int(values[0][1])) if name == "date" else values[index][1])
            found.setdefault(name, []).append(row)
    made = sorted(filter(any, zip(*map(found.get, facets.NAMES), strict=True)), key=json.dumps)
    expected = []
    for path, text in SITE.items():
        if "/articles/" in path and "noindex" not in text:
            said = dict(line.split(": ", 1) for line in text.splitlines() if ": " in line)
            each = [said.get(one, "").strip("[]") for one in ("authors", "places", "topics")]
            keys = [[one.lower().replace(" ", "-")] if one else [] for one in each]
            keys[1] += ["asia"] if keys[1] in (["herat"], ["ghor"]) else []
            date = said.get("date", "")
            days = [str(parse_edtf(date).listed.toordinal())] if date else []
            expected.append((keys[0], sorted(keys[1]), keys[2], ["en"], days))
    assert sorted(expected, key=json.dumps) == made
