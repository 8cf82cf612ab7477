"""Where a few articles came and went, pages of names that none of them has are not looked at."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from site_gen import render
from site_gen.model import Page
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
    "texts of others with it": lambda at: (
        gone("articles/a3.md")(at),
        [other(f"articles/c{n}.md", "The text", "Another text")(at) for n in range(3)],
    ),
}


@pytest.mark.parametrize("edit", EDITS)
def test_pages_that_stay_show_what_they_showed(
    site: SiteTest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, edit: str
) -> None:
    """Their keys are those of before, and the site is that of a clean build."""
    seen: list[str] = []
    standing = render.standing

    def checked(context: render.Context, pages: Sequence[Page]) -> object:
        renderer, past = context.renderer, context.past
        for page in pages if context.stayed else ():
            if page.url in past and context.stayed and context.stayed.has(page):
                seen.append(page.url)
                assert past[page.url] == renderer.key(page), page.url
        return standing(context, pages)

    assert site.write(START).run("build", "--jobs", "1").exit_code == 0
    monkeypatch.setattr(render, "standing", checked)
    EDITS[edit](site.folder / "content")
    assert site.run("build", "--jobs", "1").exit_code == 0
    assert seen
    assert site.output() == clean(site, tmp_path / "clean")
