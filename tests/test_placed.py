"""What was placed last, amended by what came and went, is what is placed anew."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from site_gen import cache, compact, copies, links
from site_gen.build import planning
from site_gen.build.planning import Placed
from site_gen.model import Archive, Document
from tests.support import SiteTest
from tests.test_plan_kept import begun

ARTICLE = """---
title: Report {n}
authors: [Ann Bell, Cora Dale]
date: 200{n}-02-11
places: [Kabul, Herat, USA]
topics: [War]
series: [Letters]
---

The text of report {n}.
"""
START = {
    "site.yml": "title: The archive\n",
    **{f"content/articles/a{n}.md": ARTICLE.format(n=n) for n in range(6)},
    "content/articles/deep.html/b.md": ARTICLE.format(n=7),
    "content/articles/once.md": "---\ntitle: Once\nauthors: [Eve]\nplaces: [Mazar]\n---\n\nA text.",
    "content/articles/other.md": "---\ntitle: B\nauthors: [Eve]\ntopics: [Art]\n---\n\nText.",
    "content/articles/art.md": "---\ntitle: A\ntopics: [art, War]\n---\n\nA text.",
    "content/articles/told.md": "---\ntitle: C\nauthors: [Eve]\ntranslators: [Eve]\n---\n\nText.",
    "content/articles/noted.md": "---\ntitle: D\nauthors: [Ann Bell]\n---\n\nA text.\n\n"
    "*Ann Bell is a reporter who lives in Kabul.*\n",
    "content/articles/states.md": "---\ntitle: F\nplaces: [United States]\n---\n\nText.",
    "content/places/kabul.md": "---\nname: Kabul\nparent: Afghanistan\n---\n",
    "content/authors/ann-bell.md": "---\nname: Ann Bell\naliases: [A. Bell]\n---\n\nShe wrote.\n",
    "content/pages/about.md": "---\ntitle: About\n---\n\nAbout it.\n",
}


def new(more: str = "", name: str = "new.md") -> Callable[[Path], object]:
    """What adds an article that states more than others."""
    text = ARTICLE.format(n=3).replace("title:", f"{more}title:" if more else "title:")
    return written(f"articles/{name}", text)


def written(path: str, text: str) -> Callable[[Path], object]:
    """What writes a file."""

    def write(folder: Path) -> None:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)

    return write


def other(name: str, old: str, new: str) -> Callable[[Path], object]:
    """What changes words of a file."""
    return lambda folder: (folder / name).write_text((folder / name).read_text().replace(old, new))


def gone(name: str) -> Callable[[Path], object]:
    """What removes a file."""
    return lambda folder: (folder / name).unlink()


FEW: Mapping[str, Callable[[Path], object]] = {
    "nothing": lambda folder: None,
    "added": new(),
    "added first": new("", "0.md"),
    "renamed": lambda folder: (folder / "articles/a3.md").rename(folder / "articles/z.md"),
    "redated": other("articles/a1.md", "2001-02-11", "2009"),
    "undated": other("articles/a1.md", "date: 2001-02-11\n", ""),
    "removed": gone("articles/a2.md"),
    "one country by two names": other("articles/a2.md", "Herat, USA", "USA, United States"),
    "another author": other("articles/a2.md", "Ann Bell, Cora Dale", "Ann Bell"),
    "another place": other("articles/a2.md", "Kabul, Herat", "Herat"),
    "of a country with two names": other("articles/a2.md", ", USA]", "]"),
    "of a place with an entry": other("articles/a2.md", "[Kabul, Herat, USA]", "[Herat]"),
    "retitled": other("articles/once.md", "Once", "Ever"),
    "slug": other("articles/a2.md", "title:", "slug: elsewhere\ntitle:"),
    "out of a series": other("articles/a2.md", "series: [Letters]\n", ""),
    "translation": new("translation_of: articles/a1.md\nlanguage: fr\n"),
    "dead translation": new("translation_of: articles/none.md\n"),
    "text": other("articles/a2.md", "The text", "Another text"),
}
MORE: Mapping[str, Callable[[Path], object]] = {
    "a page": written("pages/more.md", "---\ntitle: More\n---\n\nMore."),
    "page gone": gone("pages/about.md"),
    "entry": written("places/herat.md", "---\nname: Herat\n---\n"),
    "entry changed": other("authors/ann-bell.md", "A. Bell", "Annie"),
    "entry gone": gone("authors/ann-bell.md"),
    "withdrawn": written("articles/new.md", "---\ntitle: Gone\nwithdrawn: {reason: Asked.}\n---\n"),
    "draft": new("draft: true\n"),
    "withheld": lambda folder: (
        new()(folder),
        other("articles/new.md", "The text", "A. Bell")(folder),
        written("articles/new.yml", "redactions: [{match: A. Bell, reason: Asked.}]")(folder),
    ),
    "translator": new("translators: [Cora Dale]\n"),
    "translator gone": gone("articles/told.md"),
    "newer note": written(
        "articles/new.md",
        "---\ntitle: E\nauthors: [Ann Bell]\ndate: 2009\n---\n\nA text.\n\n"
        "*Ann Bell is a reporter who lives in Herat.*\n",
    ),
    "note gone": gone("articles/noted.md"),
    "unknown author": other("articles/a2.md", "Cora Dale", "Dora Cale"),
    "only one gone": gone("articles/once.md"),
    "only place of an author": other("articles/once.md", "places: [Mazar]\n", ""),
    "commonest spelling": other("articles/other.md", "[Art]", "[art]"),
    "spelling gone": gone("articles/art.md"),
    "the same key": written("articles/a1.txt", ARTICLE.format(n=4)),
    "the same key under another address": written(
        "articles/a1.html", "<meta name=slug content=c><p>A text."
    ),
    "the same address": new("slug: A2\n"),
    "folder for a page": written("articles/a2.html/b.md", ARTICLE.format(n=4)),
    "page for a folder": written("articles/deep.md", ARTICLE.format(n=4)),
    "failed": written("articles/new.md", "---\ntitle: [\n---\n"),
}


def kept(site: SiteTest) -> None:
    """Leave a plan of what is there in the store."""
    run, read = begun(site)
    made = planning.finish(run, planning.place(run, read))
    planning.keep(run, read, made)


def ordered(value: Any) -> Any:
    """A value with the order of its mappings."""
    if isinstance(value, Mapping):
        return [(key, ordered(one)) for key, one in value.items()]
    return value


def seen(placed: Placed) -> list[Any]:
    """All that was placed, but for what is kept of names alone."""
    whole = {name: getattr(placed.archive, name) for name in compact.names(Archive)}
    parts = [ordered(one) for name, one in whole.items() if name != "meant"]
    return [
        *parts,
        ordered(placed.urls),
        placed.failed,
        placed.found,
        placed.problems,
    ]


def check(site: SiteTest, monkeypatch: pytest.MonkeyPatch, **options: Any) -> bool:
    """What is placed is what is placed anew; whether it was amended."""
    run, read = begun(site)
    run = replace(run, **options)
    anew: list[Placed] = []
    assembled = planning.assembled

    def noted(*given: Any) -> Placed:
        anew.append(assembled(*given))
        return anew[-1]

    with monkeypatch.context() as patch:
        patch.setattr(planning, "assembled", noted)
        placed = planning.place(run, read)
    whole = planning.assembled(run, planning.begun(read, placed.documents, placed.key))
    assert seen(placed) == seen(whole)
    assert placed.planned or placed.names == whole.names
    assert planning.finish(run, placed).plan == planning.finish(run, whole).plan
    return not anew


@pytest.mark.parametrize("edit", FEW)
def test_what_came_and_went_is_amended(
    site: SiteTest, monkeypatch: pytest.MonkeyPatch, edit: str
) -> None:
    """An article that comes, goes or moves costs no new look at all others; again and again."""
    kept(site.write(START))
    for one in (FEW[edit], new("", "1.md"), gone("articles/a4.md")):
        one(site.folder / "content")
        assert check(site, monkeypatch)
        kept(site)


@pytest.mark.parametrize("edit", MORE)
def test_what_changes_more_is_placed_anew(
    site: SiteTest, monkeypatch: pytest.MonkeyPatch, edit: str
) -> None:
    """What may concern other articles, or names, is brought together as a whole."""
    kept(site.write(START))
    MORE[edit](site.folder / "content")
    assert not check(site, monkeypatch)
    kept(site)
    new("", "later.md")(site.folder / "content")
    check(site, monkeypatch)


def test_what_a_build_leaves_is_amended(site: SiteTest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each build leaves what the next one amends, the first one too."""
    site.write(START).run("build", "--date", "2026-01-01")
    for edit in ("added", "text", "removed"):
        FEW[edit](site.folder / "content")
        assert check(site, monkeypatch, program=cache.program_digest())
        site.run("build", "--date", "2026-01-01")


@pytest.mark.parametrize("more", [0, planning.FEW])
def test_all_come_and_go(site: SiteTest, monkeypatch: pytest.MonkeyPatch, more: int) -> None:
    """A folder that is not there for a while takes all with it, and brings all back."""
    article = "content/articles/a.md"
    others = {f"content/articles/b{n}.md": ARTICLE.format(n=n) for n in range(more)}
    kept(site.write({"site.yml": "title: T\n", article: ARTICLE.format(n=0), **others}))
    (site.folder / "content/articles").rename(site.folder / "away")
    assert not check(site, monkeypatch)
    kept(site)
    new("", "b.md")(site.folder / "content")
    assert not check(site, monkeypatch)
    kept(site)
    gone("articles/b.md")(site.folder / "content")
    check(site, monkeypatch)
    (site.folder / "content/articles").rmdir()
    (site.folder / "away").rename(site.folder / "content/articles")
    check(site, monkeypatch)


LINKS = {
    f"content/articles/link{at}.md": f"---\ntitle: Link {at}\n---\n\n[A link]({target}).\n"
    for at, target in enumerate(
        [
            "a1.md",
            "../articles/a2.md",
            "a3.md",
            "a4",
            "a2.html",
            "A1.md",
            "a2.md#part",
            "/articles/a1.md",
            "1.md",
            "gone.md",
            "deep.html/b.md",
            "../pages/about.md",
            "../authors/ann-bell.md",
            "a.jpg",
            "b.jpg",
        ]
    )
}
LINKED: Mapping[str, Callable[[Path], object]] = {
    "picture": written("articles/b.jpg", "x"),
    "picture gone": gone("articles/a.jpg"),
    "links come": written("articles/new.md", "---\ntitle: G\n---\n\n[A link](a1.md).\n"),
    "another link": other("articles/link0.md", "a1.md", "a5.md"),
    "its place taken": lambda folder: (
        gone("articles/a1.md")(folder),
        new("slug: a1\n", "new.md")(folder),
    ),
}


@pytest.mark.parametrize("edit", [*FEW, *LINKED])
def test_links_are_resolved_again_where_they_may_lead_elsewhere(
    site: SiteTest, monkeypatch: pytest.MonkeyPatch, edit: str
) -> None:
    """Where they lead, and all that is told of them, is what is found of all links."""
    asked: list[str] = []
    exactly = links.Resolver.exactly

    def noted(resolver: links.Resolver, document: Document) -> list[str] | None:
        asked.append(document.path)
        return exactly(resolver, document)

    kept(site.write({**START, **LINKS, "content/articles/a.jpg": b"x"}))
    again = gone("articles/b.jpg" if edit == "picture" else "articles/a4.md")
    for one in (FEW.get(edit) or LINKED[edit], new("", "1.md"), again):
        one(site.folder / "content")
        run, read = begun(site)
        placed = planning.place(run, read)
        # Where something fails, entries may have other addresses.
        assert planning._without(placed, ()).earlier is None
        with monkeypatch.context() as patch:
            patch.setattr(links.Resolver, "exactly", noted)
            asked.clear()
            made = planning.finish(run, placed)
        whole = planning.finish(run, replace(placed, earlier=None, planned=None))
        assert (made.links, made.attachments) == (whole.links, whole.attachments)
        assert made.found == whole.found
        stand = [11, 12] if edit == "picture gone" else [11, 12, 13]
        assert {f"content/articles/link{at}.md" for at in stand}.isdisjoint(asked)
        kept(site)


def test_what_is_told_is_told_again(site: SiteTest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is something to be told of names, each build tells it."""
    twice = "---\nname: Nan Ball\naliases: [A. Bell]\n---\n"
    kept(site.write({**START, "content/authors/nan-ball.md": twice}))
    new()(site.folder / "content")
    assert not check(site, monkeypatch)


def test_other_days_and_settings_place_anew(
    site: SiteTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another day ends an embargo, another language says which texts are translations."""
    soon = ARTICLE.format(n=3).replace("title:", "embargo_until: 2027-01-01\ntitle:")
    kept(site.write({**START, "content/articles/soon.md": soon}))
    new()(site.folder / "content")
    run, _ = begun(site)
    assert not check(
        site, monkeypatch, options=replace(run.options, date=run.options.date.replace(2028))
    )
    assert not check(site, monkeypatch, settings=replace(run.settings, language="fr"))
    assert check(site, monkeypatch)


def test_with_copies_all_is_placed_anew(site: SiteTest, monkeypatch: pytest.MonkeyPatch) -> None:
    """What web archives keep is in no outline."""
    kept(site.write(START))
    new()(site.folder / "content")
    known = copies.Copies(known={"https://example.org/": None})  # type: ignore[dict-item]
    assert not check(site, monkeypatch, copies=known)
