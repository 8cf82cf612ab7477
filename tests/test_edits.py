"""Laws 6 and 7 over random sequences of edits: no recorded address ever answers nothing, and what a
build makes of an edit is what a clean one makes.
"""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.archive_sites import Files
from tests.support import SiteTest

DAY = ("--date", "2026-01-01")
ONE = ("--jobs", "1")

ARTICLE = """---
title: Report {n}
authors: [Ann Bell, Writer {n}]
date: 200{n}-0{m}-11
places: [Kabul, Town {n}]
topics: [War, Matter {n}]
series: [Letters {n}]
---

The text of report {n}, after [the next](a{m}.md).
"""
START: Files = {
    "site.yml": "title: The archive\nurl: https://example.org/repo/\nlist_limit: 10\n",
    **{f"content/articles/a{n}.md": ARTICLE.format(n=n, m=n + 1) for n in range(3)},
    "content/authors/ann-bell.md": "---\nname: Ann Bell\naliases: [A. Bell]\n---\n\nShe wrote.\n",
    "content/places/kabul.md": "---\nname: Kabul\nparent: Afghanistan\n---\n",
    "content/topics/war.md": "---\nname: War\n---\n\nOf war.\n",
    "content/series/letters-1.md": "---\nname: Letters 1\n---\n\nFrom home.\n",
    "content/pages/about.md": "---\ntitle: About\n---\n\nAbout it.\n",
}


def stated(text: str, line: str) -> str:
    """A document with one more line of front matter."""
    return text.replace("---\n", f"---\n{line}\n", 1)


def renamed(site: SiteTest, path: Path, new: Path) -> None:
    """The file in another place; what may lie there already is gone."""
    new.parent.mkdir(parents=True, exist_ok=True)
    path.replace(new)


def redirected(site: SiteTest, path: Path, new: Path) -> None:
    """The file in another place, and its old address leads there."""
    old = path.relative_to(site.folder / "content").with_suffix(".html").as_posix()
    text = stated(path.read_text(), f"redirect_from: [{old}]")
    renamed(site, path, new)
    new.write_text(text)


def retitled(site: SiteTest, path: Path, new: Path) -> None:
    """Another title, or name."""
    path.write_text(re.sub(r"^(title|name): .*", rf"\1: New {new.stem}", path.read_text(), flags=8))


def moved(site: SiteTest, path: Path, new: Path) -> None:
    """The file in a folder below its own."""
    renamed(site, path, path.parent / "deep" / path.name)


def withdrawn(site: SiteTest, path: Path, new: Path) -> None:
    """The text is withdrawn; an entry cannot be, and says what is no field of it."""
    path.write_text("---\ntitle: Gone\nwithdrawn: {reason: Asked for.}\n---\n")


def called(site: SiteTest, path: Path, new: Path) -> None:
    """Whatever the document names has another name."""
    text = path.read_text()
    path.write_text(re.sub(r"(Writer|Town|Matter|Letters|Kabul|War|Ann)\b", r"\1x", text))


EDITS: dict[str, Callable[[SiteTest, Path, Path], None]] = {
    "rename": renamed,
    "redirect": redirected,
    "retitle": retitled,
    "move": moved,
    "withdraw": withdrawn,
    "call": called,
    "delete": lambda site, path, new: path.unlink(),
    "slug": lambda site, path, new: void(path.write_text(stated(path.read_text(), "slug: s-1"))),
    "draft": lambda site, path, new: void(path.write_text(stated(path.read_text(), "draft: true"))),
    "break": lambda site, path, new: void(path.write_text("---\ntitle: [\n---\n")),
    "write": lambda site, path, new: void(path.write_text(path.read_text() + "\nMore of it.\n")),
    "date": lambda site, path, new: void(
        path.write_text(re.sub("date: 200", "date: 199", path.read_text()))
    ),
    "restore": lambda site, path, new: void(site.write(START)),
}


def void(_: object) -> None:
    """Nothing."""


STEPS = st.lists(
    st.tuples(st.sampled_from(sorted(EDITS)), st.integers(0, 40), st.booleans()),
    min_size=3,
    max_size=6,
)


def recorded(site: SiteTest) -> list[str]:
    """The addresses in the ledger."""
    lines = (site.folder / "permalinks.tsv").read_text("utf-8").splitlines()[1:]
    return [line.split("\t")[0] for line in lines]


def clean(site: SiteTest, folder: Path) -> dict[str, str]:
    """What a build without anything that is left of others makes of the same sources."""
    other = SiteTest(folder / "clean")
    shutil.rmtree(other.folder, ignore_errors=True)
    left = shutil.ignore_patterns(".site_gen", "output")
    shutil.copytree(site.folder, other.folder, ignore=left)
    assert other.run("build", "--keep-going", *ONE).exit_code in (0, 3)
    return other.output()


def mended(site: SiteTest) -> None:
    """What would be lost leads to a page of the keeper's, as the errors advise; or, where there is
    no article any more, all is there again.
    """
    told = site.run("check", "--format", "json", *ONE).stdout
    lost = [one["value"] for one in json.loads(told) if one["code"] == "permalink-lost"]
    if not lost:
        site.write(START)  # Nothing was left that could be published.
        return
    path = site.folder / "content/pages/about.md"
    if not path.exists() or "draft" in path.read_text() or "title: About" not in path.read_text():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("---\ntitle: About\n---\n\nAbout it.\n")
    text = re.sub(r"redirect_from: \[(.*)\]\n", "", path.read_text())
    before = re.findall(r"redirect_from: \[(.*)\]\n", path.read_text())
    path.write_text(stated(text, f"redirect_from: [{', '.join([*before, *lost])}]"))


def assert_nothing_is_lost(steps: list[tuple[str, int, bool]]) -> None:
    """Make edits one by one, and hold every build against the laws."""
    with tempfile.TemporaryDirectory() as name:
        site = SiteTest(Path(name) / "site").write(START)
        assert site.run("build", *ONE).exit_code == 0
        assert site.run("permalinks", "--record", *DAY).exit_code == 0
        for what, which, record in steps:
            files = sorted((site.folder / "content").rglob("*.md"))
            if files:
                path = files[which % len(files)]
                EDITS[what](site, path, path.with_name(f"n-{which}.md"))
            else:
                site.write(START)
            code = site.run("build", "--keep-going", *ONE).exit_code
            assert set(recorded(site)) <= set(site.output()), (what, code)
            if code == 1:
                mended(site)
                code = site.run("build", "--keep-going", *ONE).exit_code
            if code == 1:
                return  # Nothing is left that could be published.
            assert set(recorded(site)) <= set(site.output()), (what, "mended")
            assert clean(site, Path(name)) == site.output(), what
            if record:
                site.run("permalinks", "--record", *DAY)
                assert set(recorded(site)) <= set(site.output()), (what, "recorded")


QUICK = (Phase.explicit, Phase.reuse, Phase.generate)
"""Without shrinking: a step is two builds, and what breaks is plain to see."""
ALL = list(HealthCheck)


@settings(max_examples=3, deadline=None, phases=QUICK, suppress_health_check=ALL)
@given(STEPS)
def test_edits_lose_no_address_and_build_as_clean(steps: list[tuple[str, int, bool]]) -> None:
    """After each of several edits, every recorded address is a page, whether the build succeeded or
    not, and what was built is what a clean build makes.
    """
    assert_nothing_is_lost(steps)


@pytest.mark.slow
@settings(max_examples=60, deadline=None, phases=QUICK, suppress_health_check=ALL)
@given(STEPS)
def test_many_edits_lose_no_address(steps: list[tuple[str, int, bool]]) -> None:
    """The same for many more sequences."""
    assert_nothing_is_lost(steps)
