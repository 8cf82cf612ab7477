"""After an edit of a text, only those pages are looked at that may show it."""

from __future__ import annotations

import gc
from array import array
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from site_gen import compact, copies, render
from site_gen.build import repeated
from site_gen.model import Archive, Bucket, Document, Page, Part, TextVersion
from site_gen.near import Near
from site_gen.pages import Plan
from site_gen.render.moved import Moved, stamps
from site_gen.render.renderer import Renderer
from tests.archive_sites import EVERY_KIND, articles
from tests.support import SiteTest


@pytest.fixture
def inputs(site: SiteTest, monkeypatch: pytest.MonkeyPatch) -> render.Inputs:
    """What the pages of a site of every kind are rendered from."""
    seen: list[render.Inputs] = []
    made = render.Inputs

    def noted(*parts: object) -> render.Inputs:
        seen.append(made(*parts))  # type: ignore[arg-type]
        return seen[-1]

    monkeypatch.setattr(render, "Inputs", noted)
    site.write(EVERY_KIND).write(articles(12)).run("build", "--jobs", "1")
    return seen[-1]


def with_related(archive: Archive, key: str, others: list[str]) -> Near:
    """What is near each article of an archive, with others near one."""
    width, at = archive.related.width, {one: place for place, one in enumerate(archive.articles)}
    rows = array("i", archive.related.rows)
    row = [at[one] for one in others]
    rows[at[key] * width : (at[key] + 1) * width] = array("i", [*row, *[-1] * (width - len(row))])
    return Near(archive.articles, width, rows.tobytes())


def edited(archive: Archive) -> Iterator[Archive]:
    """The archive with another text of each document in turn, and with other related articles."""

    def other(one: Document) -> Document:
        return replace(one, body=f"{one.body}+", excerpt="Other", words=one.words + 1, version="v")

    for key, one in archive.articles.items():
        yield replace(archive, articles={**archive.articles, key: other(one)})
        yield replace(archive, related=with_related(archive, key, ["articles/n01"]))
        yield replace(archive, versions={**archive.versions, key: ("articles/n02",)})
    for key, one in archive.pages.items():
        yield replace(archive, pages={**archive.pages, key: other(one)})
    for kind, group in archive.entities.items():
        for key, entity in group.items():
            if entity.entry:
                changed = {**group, key: replace(entity, entry=other(entity.entry))}
                yield replace(archive, entities={**archive.entities, kind: changed})


def test_what_moved_is_all_that_may_be_shown_anew(inputs: render.Inputs) -> None:
    """Whatever text changes, a page whose key changes is one that may show it."""
    before = Renderer(inputs)
    keys = {page.url: before.key(page) for page in inputs.plan.pages}
    checked = 0
    for archive in edited(inputs.archive):
        after = Renderer(replace(inputs, archive=archive))
        moved = Moved(stamps(inputs), stamps(after.inputs), after.inputs)
        shown = {page.url for page in moved.among(inputs.plan.pages)}
        for page in inputs.plan.pages:
            if page.url not in shown:
                assert after.key(page) == keys[page.url], page.url
                checked += 1
    assert checked > len(inputs.plan.pages)


def test_keys_of_pages_are_the_same_all_at_once(inputs: render.Inputs) -> None:
    """Those of all articles worked out at once, whatever else a page shows, and of no article."""
    archive = inputs.archive
    one, two, three, four, five, six, seven, *_ = (key for key in archive.articles if "/n" in key)
    linked = {
        six: replace(archive.articles[six], outbound=("https://example.org/a",)),
        seven: replace(archive.articles[seven], source_url="https://example.org/b"),
    }
    more = replace(
        archive,
        articles={**archive.articles, **linked},
        history={one: (TextVersion("1999-01-01", "digest"),)},
        versions={two: (one,)},
        translators={three: ("tim-example",)},
        parts={four: (Part("dispatches", 1, 1),)},
        translations={five: (five, one)},
    )
    known_copy = copies.Copy("https://example.org/b", "https://example.com/b", "", "")
    copied = copies.Copies({known_copy.original: known_copy})
    inputs = replace(inputs, archive=more)
    nothing = replace(archive, articles={}, related=Near())
    for given in (
        inputs,
        replace(inputs, copies=copied),
        replace(inputs, archive=nothing),
    ):
        known, alone = Renderer(given), Renderer(given)
        keys = known.keys_of(given.archive.articles)
        known.know_articles(keys)
        known.know_pages(keys)
        pages = [page for page in given.plan.pages if page.key in given.archive.articles]
        assert [known.key(page) for page in pages] == [alone.key(page) for page in pages]
        assert known.page_keys.keys() == given.archive.articles.keys()


def test_the_key_of_an_author_tells_what_was_written_of(inputs: render.Inputs) -> None:
    """Of an article that the page does not show too, since its list has pages of its own."""
    archive, keys = inputs.archive, Renderer(inputs).key
    split = set()
    for page in inputs.plan.pages:
        if page.kind == "author" and archive.entities["author"][page.key].articles:
            oldest = archive.entities["author"][page.key].articles[0]
            topics = {**archive.credits["topic"], oldest: tuple(archive.entities["topic"])}
            other = replace(archive, credits={**archive.credits, "topic": topics})
            assert Renderer(replace(inputs, archive=other)).key(page) != keys(page)
            split.add(any(one.url for one in page.children))
    assert split == {True, False}


def test_far_pages_are_not_looked_at(inputs: render.Inputs) -> None:
    """Of a hundred pages few may show the text of one article."""
    archive = inputs.archive
    one = archive.articles["articles/n06"]
    articles = {**archive.articles, one.key: replace(one, body="other")}
    after = replace(inputs, archive=replace(archive, articles=articles))
    moved = Moved(stamps(inputs), stamps(after), after)
    assert len(moved.among(inputs.plan.pages)) < len(inputs.plan.pages) / 2
    assert not Moved(stamps(inputs), stamps(inputs), inputs).near


def test_lists_are_found_without_being_read(
    inputs: render.Inputs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a kept plan the same pages may show a text, and few of its lists are read for that."""
    monkeypatch.setattr(compact, "BLOCK", 4)
    for key, one in inputs.archive.articles.items():
        articles = {**inputs.archive.articles, key: replace(one, body="other")}
        after = replace(inputs, archive=replace(inputs.archive, articles=articles))
        moved = Moved(stamps(inputs), stamps(after), after)
        known = inputs.archive.articles
        kept = repeated.unpacked(repeated.packed(inputs.plan, (), known), (), known)
        read: list[str] = []
        fill = compact._Fields.fill

        def noted(fields: Any, name: str, read: list[str] = read, fill: Any = fill) -> None:
            read.append(name)
            fill(fields, name)

        with monkeypatch.context() as patch:
            patch.setattr(compact._Fields, "fill", noted)
            shown = [page.url for page in moved.among(kept.pages)]
        assert shown == [page.url for page in moved.among(inputs.plan.pages)]
        assert 0 < read.count("children") < len(kept.pages) / 4 / 2


def planned(pages: tuple[Page, ...], articles: tuple[str, ...] = ()) -> Plan:
    """A plan of pages, none of a name, with these articles."""
    return Plan(pages, {}, {}, (0,), articles)


@pytest.mark.parametrize("at", [0, 1, 255, 256, 70_000])
def test_an_article_is_found_in_what_is_not_read(at: int) -> None:
    """Wherever it stands among all; where there are many, that takes as long as to read."""
    articles = tuple(map(str, range(70_002)))
    bucket = Bucket("1999", "", 1, (articles[at],))
    pages = (Page("list", "a.html"), Page("list", "b.html", children=(bucket,)))
    other, sign = compact.numbers([at + 1]), compact.numbers([at])
    assert all(page.may_hold("children", frozenset([other])) for page in pages)
    plan = repeated.unpacked(repeated.packed(planned(pages, articles), (), articles), (), articles)
    assert not plan.pages[1].may_hold("children", frozenset([other]))
    assert plan.pages[1].may_hold("children", frozenset([other, sign]))
    many = frozenset(compact.numbers([one]) for one in range(compact.FEW + 1))
    assert plan.pages[1].may_hold("children", many)
    assert plan.pages == pages
    assert plan.pages[1].articles[0] is articles[at]


def test_what_files_are_made_from_is_let_go_of_when_pages_are_made(
    inputs: render.Inputs, tmp_path: Path
) -> None:
    """Each page of an article shows its own alone."""
    context = render.Context(inputs, None, tmp_path)
    files = [one for one in inputs.plan.pages if one.kind == "file"]
    pages = [one for one in inputs.plan.pages if one.kind == "article"]
    made = context.renderer.files
    render.render_chunk(context, [(one, "") for one in files])
    assert len(made.works) > 1
    assert len(made.entries) > 1
    assert all(len(one) > 1 for one in made.written.values())
    render.render_chunk(context, [(pages[0], "")])
    assert [list(one) for one in made.written.values()] == [[pages[0].key]] * 2
    assert list(made.works) == [pages[0].key]
    assert not made.entries


def test_what_was_packed_does_not_stay() -> None:
    """A build looks for no cycles: what packs a plan, and has seen all of it, is gone at once."""
    gc.collect()
    gc.disable()
    try:
        repeated.packed(planned((Page("list", "a.html"),)))
        assert gc.collect() == 0
    finally:
        gc.enable()


@pytest.mark.parametrize("count", [1, 3])
def test_pages_of_the_same_children_come_back(count: int) -> None:
    """Whether all of them or none has some."""
    for children in ((), (Bucket("1999", "", 2, ("one", "two")), Bucket("2000", "", 0))):
        pages = tuple(Page("list", f"{at}.html", children=children) for at in range(count))
        data = repeated.packed(planned(pages, ("two", "one")), (), ["two", "one"])
        assert repeated.unpacked(data, (), ["two", "one"]).pages == pages
