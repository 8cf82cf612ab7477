"""Where a few articles came and went, pages of names that none of them has are not looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from site_gen import render, search
from site_gen.model import Page
from site_gen.search import numbering
from tests.support import SiteTest
from tests.test_past import clean
from tests.test_placed import gone, other, written

ARTICLE = """---
title: {title}
authors: [{author}]
date: 20{n:02d}-02-11
places: [{place}]
topics: [{topic}]
---

The text of {title}.
"""
NAMES = [("Ann Bell", "Kabul", "War"), ("Cora Dale", "Herat", "Art"), ("Eve Fox", "Ghor", "Law")]
START = {
    "site.yml": "title: The archive\nurl: https://example.org\nlist_limit: 10\n",
    **{
        f"content/articles/{author[0].lower()}{n}.md": ARTICLE.format(
            title=f"{author[0]} {n}", author=author, place=place, topic=topic, n=n
        )
        for author, place, topic in NAMES
        for n in range(12)
    },
    "content/articles/part1.md": "---\ntitle: Part\nseries: [Letters]\ndate: 2001\n---\n\nOne.\n",
    "content/articles/part2.md": "---\ntitle: Part\nseries: [Letters]\ndate: 2002\n---\n\nTwo.\n",
    "content/articles/half.md": (
        "---\ntitle: Half\nauthors: [Guy Hart]\ndate: 2004\n---\n\n[Ann's](a3.md).\n"
    ),
    "content/articles/told.md": (
        "---\ntitle: Told\nauthors: [Eve Fox]\ntranslators: [Guy Hart]\n---\n\nThe text told.\n"
    ),
    "content/articles/whole.md": "---\ntitle: Whole\nauthors: [Guy Hart]\n---\n\nA text.\n",
    "content/authors/cora-dale.md": (
        "---\nname: Cora Dale\n---\n\nShe wrote [of Ann](../articles/a2.md).\n"
    ),
    "content/authors/eve-fox.md": "---\nname: Eve Fox\nportrait: eve.png\n---\n\nShe wrote.\n",
    "content/authors/guy-hart.md": "---\nname: Guy Hart\n---\n\nHe wrote.\n",
    "content/places/herat.md": "---\nname: Herat\nparent: Asia\ncoordinates: [34, 62]\n---\n",
    "content/places/ghor.md": "---\nname: Ghor\nparent: Asia\ncoordinates: [33, 64]\n---\n",
    "content/places/asia.md": "---\nname: Asia\n---\n",
}
EDITS: Mapping[str, Callable[[Path], object]] = {
    "added": written(
        "articles/new.md",
        ARTICLE.format(title="New", author="Ann Bell", place="Kabul", topic="Art", n=3),
    ),
    "renamed": lambda at: (at / "articles/a2.md").rename(at / "articles/z.md"),
    "removed": gone("articles/a3.md"),
    "redated": other("articles/e1.md", "2001-02-11", "2009-07"),
    "of a place in another": other("articles/c3.md", "[Herat]", "[Ghor]"),
    "of a series": gone("articles/part1.md"),
    "text of an author with it": lambda at: (
        gone("articles/a3.md")(at),
        other("authors/guy-hart.md", "He wrote", "He writes")(at),
    ),
    "text of another with it": lambda at: (
        gone("articles/a3.md")(at),
        other("articles/half.md", "Ann's", "Of Ann")(at),
    ),
    "name of a file with it": lambda at: (
        gone("articles/a3.md")(at),
        written("authors/guy-hart.bib", "@misc{a}")(at),
        other("articles/e2.md", "The text", "[A file](../authors/guy-hart.bib)")(at),
    ),
    "portrait with it": lambda at: (
        gone("articles/a3.md")(at),
        (at / "authors/eve.png").write_bytes(b"\x89PNG\r\n\x1a\n"),
    ),
    "text that a name translated with it": lambda at: (
        gone("articles/a3.md")(at),
        other("articles/told.md", "The text", "Another text")(at),
    ),
    "texts of others with it": lambda at: (
        gone("articles/a3.md")(at),
        [other(f"articles/c{n}.md", "The text", "Another text")(at) for n in range(3)],
    ),
}
COPY = "https://web.archive.org/web/2001/https://example.com/x"
MORE: Mapping[str, tuple[Mapping[str, str], Callable[[Path], object]]] = {
    "texts alone": (
        {},
        lambda at: [other(f"articles/c{n}.md", "The text", "Another text")(at) for n in range(3)],
    ),
    "copies of texts gone": (
        {
            "content/authors/guy-hart.md": (
                "---\nname: Guy Hart\n---\n\nHe wrote [x](https://example.com/x).\n"
            ),
            "sources.tsv": "original\tarchived\tday\tstatus\n"
            f"https://example.com/x\t{COPY}\t2020-01-01\tdead\n",
        },
        gone("../sources.tsv"),
    ),
    "file gone whose name is taken": (
        {},
        lambda at: (
            EDITS["name of a file with it"](at),
            gone("../output/authors/guy-hart.bib")(at),
        ),
    ),
    "file for what was held": (
        {
            "content/articles/d.md": "---\ntitle: D\ndraft: true\n---\n\nText.\n",
            "permalinks.tsv": "url\tfirst_published\tsource\n"
            "authors/guy-hart.bib\t2020-01-01\tcontent/articles/d.md\n",
        },
        lambda at: (gone("../permalinks.tsv")(at), gone("articles/a3.md")(at)),
    ),
    "file that comes back": (
        {"content/authors/guy-hart.ris": "TY  - GEN\n"},
        lambda at: (gone("authors/guy-hart.ris")(at), gone("articles/a3.md")(at)),
    ),
}
"""Edits, some of sites with more in them, after which no name is known to have stayed."""


@pytest.mark.parametrize("edit", [*EDITS, *MORE])
def test_pages_that_stay_show_what_they_showed(
    site: SiteTest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, edit: str
) -> None:
    """Their keys are those of before, and the site is that of a clean build."""
    seen: list[str] = []
    standing = render.standing

    def checked(context: render.Context, pages: Sequence[Page]) -> object:
        renderer, past = context.renderer, context.past
        assert context.keys == renderer.keys_of(context.inputs.archive.articles)
        for page in pages if context.stayed else ():
            if page.url in past and context.stayed and context.stayed.has(page):
                seen.append(page.url)
                assert past[page.url] == renderer.key(page), page.url
        return standing(context, pages)

    more, change = MORE[edit] if edit in MORE else ({}, EDITS[edit])
    assert site.write({**START, **more}).run("build", "--jobs", "1").exit_code == 0
    monkeypatch.setattr(render, "standing", checked)
    change(site.folder / "content")
    assert site.run("build", "--jobs", "1").exit_code == 0
    assert bool(seen) == (edit in EDITS and edit != "name of a file with it")
    assert site.output() == clean(site, tmp_path / "clean")


def test_what_was_not_published_is_no_earlier_archive_of_pages(
    site: SiteTest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither pages nor what is told of groups of the index stand by a plan that they are not of;
    by theirs most do.
    """
    told: list[int] = []
    tell = search._told

    def noted(*given: Any) -> Iterator[str]:
        told.append(len(given[-1]))
        return tell(*given)

    monkeypatch.setattr(search, "_told", noted)
    monkeypatch.setattr(numbering, "GROUP", 3)
    assert site.write(START).run("build", "--jobs", "1").exit_code == 0
    gone("articles/a3.md")(site.folder / "content")
    assert site.run("build", "--jobs", "1").exit_code == 0
    assert told[-1] <= 2 < told[0]
    for n in range(10):
        other(f"articles/c{n}.md", f"C {n}", f"Other {n}")(site.folder / "content")
    gone("articles/c11.md")(site.folder / "content")
    site.write({"templates/own.html": "{{ broken"})
    assert site.run("build", "--jobs", "1").exit_code == 1
    (site.folder / "templates/own.html").unlink()
    gone("articles/e3.md")(site.folder / "content")
    assert site.run("build", "--jobs", "1").exit_code == 0
    assert site.output() == clean(site, tmp_path / "clean")


def test_lists_show_another_text_after_others_came_and_went(site: SiteTest, tmp_path: Path) -> None:
    """They name articles by numbers that are then not their places in the archive."""
    folder = site.write(START).folder / "content"
    more = other("articles/c2.md", "The text", "Another text")
    for edit in (None, EDITS["renamed"], more):
        if edit:
            edit(folder)
        assert site.run("build", "--jobs", "1").exit_code == 0
    assert "Another text" in site.page("dates/2002-02.html")
    assert site.output() == clean(site, tmp_path / "clean")
