"""URLs and lists: nothing shares a URL, long lists are split by time, pages keep their URLs."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from site_gen import archive, dates, pages, paths
from site_gen.config import SiteConfig
from site_gen.dates import listed_month, listed_year
from site_gen.diagnostics import Diagnostic
from site_gen.model import Document, DocumentKind, Page, Registry
from site_gen.pages.urls import (
    LONGEST,
    initial,
    letter_name,
    listed_day,
    listed_under,
    segment,
)
from site_gen.paths import comparable

LIMIT = 10


def document(key: str, kind: DocumentKind = "article", day: str = "", **fields: Any) -> Document:
    """A document, dated if a day is given, with these fields."""
    base: dict[str, Any] = {"title": key, "date": dates.parse_edtf(day) if day else None}
    base |= {"registry": Registry()} if kind in ("author", "place", "topic", "series") else {}
    path = f"content/{key}.md"
    return Document(kind=kind, key=key, path=path, digest="", body="", **(base | fields))


def planned(*documents: Document) -> tuple[dict[str, Page], list[Diagnostic]]:
    """The pages of these documents by URL, and all collisions."""
    whole, _ = archive.assemble(documents, date(2026, 1, 1))
    urls, names, collisions = pages.place_documents(whole)
    plan, in_the_way = pages.plan(whole, urls, names, SiteConfig(list_limit=LIMIT))
    found = [*collisions, *in_the_way]
    assert found or len({comparable(page.url) for page in plan.pages}) == len(plan.pages)
    return {page.url: page for page in plan.pages}, found


def colliding(*documents: Document) -> list[str]:
    """The paths of the documents that cannot have their page."""
    return sorted(one.location.path for one in planned(*documents)[1])


def run(count: int, day: str, prefix: str = "articles/a", **fields: Any) -> list[Document]:
    """So many articles of one date."""
    return [document(f"{prefix}{number:03d}", day=day, **fields) for number in range(count)]


def shown(page: Page) -> list[int]:
    """How many articles each part of a list shows itself."""
    return [len(bucket.articles) for bucket in page.children]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("a b & c", "a b & c"),
        ("what? #1 50%", "what- -1 50-"),
        ("trailing. . ", "trailing"),
        ("...", "-"),
        ("", "-"),
        ("CON", "CON-"),
        ("con.x", "con-.x"),
        ("a\\b|c", "a-b-c"),
        ("Cafe\u0301", "Café"),
    ],
)
def test_segment(text: str, expected: str) -> None:
    """A part of a URL is a file name on every system, and as near to the text as may be."""
    assert expected == segment(text)


@pytest.mark.parametrize("letter", ["a", "ж", "語"])
def test_a_long_segment_is_cut(letter: str) -> None:
    """Up to 180 bytes stay as they are; a longer name is cut, stays unique and keeps its ending."""
    size = len(letter.encode())
    fits = letter * ((LONGEST - 4) // size) + ".png"
    long, other = letter * (LONGEST // size) + ".png", letter * (LONGEST // size) + "b.png"
    assert segment(fits) == fits
    assert len({segment(long), segment(other), fits}) == 3
    for name in (segment(long), segment(other)):
        assert len(name.encode()) <= LONGEST
        assert name.startswith(letter * (150 // size))
        assert name.endswith(".png")


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_every_segment_is_a_file_name(text: str) -> None:
    """No text makes an empty name, a path, a name that is too long, or one that Windows refuses."""
    name = segment(text)
    assert name not in ("", ".", "..")
    assert not set(name) & set('<>:"/\\|?*#%') or "/" in text
    assert name[-1] not in ". "
    assert len(name.encode()) <= LONGEST
    assert segment(name) == name or "/" in text


@pytest.mark.parametrize(
    ("key", "slug", "expected"),
    [
        ("articles/a/b", "", "articles/a/b.html"),
        ("articles/a/b", "other", "articles/a/other.html"),
        ("articles/a/b", "../../x/y.html", "articles/a/..-..-x-y.html"),
        ("articles/a", "Ünï & co #1?", "articles/Ünï & co -1-.html"),
    ],
)
def test_url_of_an_article(key: str, slug: str, expected: str) -> None:
    """It is the article's path, or its slug in the same folder."""
    assert expected == pages.document_url(document(key, slug=slug))


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("pages/about", "about.html"),
        ("pages/help/search", "help/search.html"),
        ("pages/index", "index.html"),
        ("pages/_index", "index.html"),
        ("authors/_index", "authors/index.html"),
    ],
)
def test_url_of_a_free_page(key: str, expected: str) -> None:
    """Free pages lie at the root; an index introduces the page that is made anyway."""
    assert expected == pages.document_url(document(key, "page"))


@pytest.mark.parametrize(
    "pair",
    [
        ("articles/Kabul", "articles/kabul"),
        ("articles/Caf\u00e9", "articles/Cafe\u0301"),
        ("articles/a.html/b", "articles/a"),
        ("articles/straße", "articles/STRASSE"),
        ("articles/\u0390", "articles/\u03aa\u0301"),
    ],
)
def test_documents_that_share_a_url(pair: tuple[str, str]) -> None:
    """Both are told, also where only some disks see no difference, and each names the other."""
    first, second = (document(key) for key in pair)
    _, found = planned(first, second)
    assert {"url-collision"} == {one.code for one in found}
    assert first.path in {one.location.path for one in found}
    assert all(
        (second.path if one.location.path == first.path else first.path) in one.message
        for one in found
    )


def test_a_slug_can_collide() -> None:
    """Two articles of one slug in one folder are both told; in two folders neither."""
    same: dict[str, Any] = {"slug": "same"}
    assert colliding(document("articles/a", **same), document("articles/b", **same)) == [
        "content/articles/a.md",
        "content/articles/b.md",
    ]
    assert colliding(document("articles/a", **same), document("articles/x/b", **same)) == []


@pytest.mark.parametrize(
    "key",
    ["pages/404", "pages/dates/2001", "pages/authors/ann", "pages/index.html/x", "pages/Index"],
)
def test_a_page_in_the_way_of_a_generated_one(key: str) -> None:
    """A free page does not take the place of a page that site_gen makes."""
    article = document("articles/a", day="2001-01-01", authors=("Ann",))
    assert colliding(article, document(key, "page")) == [f"content/{key}.md"]


PLACES = st.tuples(
    st.sampled_from(["article", "page"]),
    st.sampled_from(
        ["a", "A", "b", "a/b", "a.html", "A.html/b", "Dates/2001", "search", "index", "Index"]
    ),
    st.sampled_from(["", "", "a", "B", "data"]),
)


@given(places=st.lists(PLACES, max_size=6))
def test_collisions_are_found_whether_sought_at_once_or_one_by_one(
    places: list[tuple[DocumentKind, str, str]],
) -> None:
    """Where all URLs together show no collision, no document has any."""
    folder = {"article": "articles", "page": "pages"}
    documents = {
        f"{folder[kind]}/{name}": document(f"{folder[kind]}/{name}", kind, "2001-11-02", slug=slug)
        for kind, name, slug in places
    }
    at_once = colliding(*documents.values())
    with pytest.MonkeyPatch.context() as patch:
        # As if each had another for its folder.
        patch.setattr(paths, "all_above", lambda names: {*names, "index.html"})
        assert at_once == colliding(*documents.values())


def test_introductions_are_no_collision() -> None:
    """pages/index and authors/_index stand on the pages they introduce."""
    article = document("articles/a", authors=("Ann",))
    intros = (document("pages/index", "page"), document("authors/_index", "page"))
    assert colliding(article, *intros) == []


def test_files_in_the_way() -> None:
    """A file takes no URL of a page, of another file, of a folder, or that is kept for site_gen."""
    whole, _ = archive.assemble([document("articles/a")], date(2026, 1, 1))
    urls, names, _ = pages.place_documents(whole)
    plan, _ = pages.plan(whole, urls, names, SiteConfig())
    names = names.and_also([page.url for page in plan.pages])
    files = [
        ("static/root/robots.txt", "robots.txt"),
        ("static/root/index.html", "index.html"),
        ("content/Robots.txt", "Robots.txt"),
        ("content/articles/A.HTML/x.png", "articles/A.HTML/x.png"),
        ("static/root/dates", "dates"),
        ("static/root/archive-manifest.json", "archive-manifest.json"),
        ("content/articles/a.png", "articles/a.png"),
    ]
    found = pages.files_in_the_way(files, plan, names, ["archive-manifest.json"])
    assert [path for path, _ in files[1:6]] == [one.location.path for one in found]
    alone = [pages.files_in_the_way([one], plan, names, ["archive-manifest.json"]) for one in files]
    assert list(map(bool, alone)) == [False, True, False, True, True, True, False]


NAMES = st.lists(
    st.sampled_from(["a", "A", "b", "a/b", "a/B/c", "c/a", "c", "é", "É/a", "a\nb"]), max_size=4
)


@given(taken=NAMES, names=NAMES)
def test_whether_names_leave_room(taken: list[str], names: list[str]) -> None:
    """All at once as one by one: no two are one on some disk, and none is a folder of another."""

    def apart(one: str, other: str) -> bool:
        one, other = comparable(one), comparable(other)
        return not f"{one}/".startswith(f"{other}/") and not f"{other}/".startswith(f"{one}/")

    others = [(at, one) for at, one in enumerate(names)]
    alone = all(apart(one, other) for at, one in others for to, other in others if at != to)
    beside = all(apart(one, other) for one in names for other in taken)
    known = paths.Names()
    for one in taken:
        known = known.and_also([one])
    assert known == paths.Names().and_also(taken)
    assert known.leave(names) == (alone and beside)


@given(st.lists(st.text(max_size=5), max_size=5))
def test_many_paths_as_one_by_one(many: list[str]) -> None:
    """To look at all of them at once changes nothing."""
    assert list(paths.all_comparable(many)) == list(map(comparable, many))
    assert list(paths.all_quoted(many)) == list(map(paths.quoted, many))


def test_a_short_year_shows_its_months() -> None:
    """A year within the limit shows its articles by month; each month has its page all the same."""
    made, _ = planned(*run(3, "2001-02-01"), document("articles/b", day="2001-05"))
    year = made["dates/2001.html"]
    assert shown(year) == [3, 1]
    assert [one.label for one in year.children] == ["February", "May"]
    assert [one.url for one in year.children] == ["dates/2001-02.html", "dates/2001-05.html"]
    assert made["dates/index.html"].children[0].count == 4


def test_a_long_year_links_its_months() -> None:
    """Beyond the limit the year shows no articles of its months, and the months do."""
    made, _ = planned(*run(8, "2001-02-01"), *run(8, "2001-03-01", "articles/b"))
    assert shown(made["dates/2001.html"]) == [0, 0]
    assert shown(made["dates/2001-02.html"]) == [8]


def test_a_long_month_links_its_days() -> None:
    """Beyond the limit a month links its days; articles without a day stay on the month's page."""
    made, _ = planned(
        *run(8, "2001-02-01"), *run(8, "2001-02-03", "articles/b"), *run(2, "2001-02", "articles/c")
    )
    month = made["dates/2001-02.html"]
    assert sorted(shown(month)) == [0, 0, 2]
    assert shown(made["dates/2001-02-01.html"]) == [8]
    assert made["dates/2001-02-03.html"].title == "3 February 2001"


@pytest.mark.parametrize("day", ["2001", "2001-02", "2001-02-01", ""])
def test_no_list_is_longer_than_the_limit(day: str) -> None:
    """However exact the dates are: a year, a month, a day, none at all."""
    titles = ["Alpha", "Beta", "Tango", "The first", "The second", "Thorn", "1987", "ÄRA", "Жук"]
    documents = [
        document(
            f"articles/{number}", day=day, title=f"{titles[number % 9]} {number}", topics=("x",)
        )
        for number in range(60)
    ]
    made, _ = planned(*documents)
    assert max(len(page.articles) for page in made.values()) <= LIMIT
    for prefix in ("dates/", "topics/x"):
        listed = [
            key for url, page in made.items() if url.startswith(prefix) for key in page.articles
        ]
        assert {one.key for one in documents} == set(listed)
        assert len(documents) == len(listed)


def test_titles_that_begin_alike_stay_together() -> None:
    """Letters that do not tell titles apart end the splitting, and lose none."""
    documents = [document(f"articles/{number:02d}", title="T") for number in range(30)]
    made, _ = planned(*documents)
    assert {one.key for one in documents} == {
        key for page in made.values() for key in page.articles
    }


def test_every_part_of_a_list_has_its_page() -> None:
    """What a list links to is planned, with the articles the list counted."""
    documents = [
        document(
            f"articles/{number}",
            day=["1987-03-01", "1987-03-02", "1987-04", "1988", "", "1987"][number % 6],
            title=f"{chr(65 + number % 20)}x {number}",
            topics=("earn",) if number % 2 else (),
        )
        for number in range(240)
    ]
    made, _ = planned(*documents)

    def below(page: Page) -> int:
        return sum(
            below(made[one.url]) if one.url and not one.articles else len(one.articles)
            for one in page.children
        )

    for page in made.values():
        for bucket in page.children:
            if bucket.url:
                assert bucket.count == below(made[bucket.url])
    assert below(made["dates/index.html"]) == 240
    assert below(made["topics/earn.html"]) == 120


def test_a_list_keeps_its_url_as_it_grows() -> None:
    """Every list of a small archive is still there, under its URL, when the archive has grown."""

    def grown(count: int) -> set[str]:
        documents = [
            document(
                f"articles/{number}",
                day=f"2001-0{number % 3 + 1}-0{number % 4 + 1}",
                authors=("Ann",),
                title=f"{chr(65 + number % 9)} {number}",
            )
            for number in range(count)
        ] + [document(f"articles/u{number}", authors=("Ann",)) for number in range(count)]
        return {url for url, page in planned(*documents)[0].items() if page.kind != "article"}

    sizes = [grown(count) for count in (3, 11, 40, 200)]
    for smaller, larger in pairwise(sizes):
        assert smaller - larger == set()


def test_an_entity_lists_the_newest_first() -> None:
    """Within the limit an entity's page shows its years, the newest first, the undated last."""
    made, _ = planned(
        document("articles/a", day="1999-01", topics=("x",)),
        document("articles/b", day="2001-01", topics=("x",)),
        document("articles/c", day="2001-02", topics=("x",)),
        document("articles/d", topics=("x",)),
    )
    page = made["topics/x.html"]
    assert [one.label for one in page.children] == ["2001", "1999", "Undated"]
    assert page.articles == ("articles/c", "articles/b", "articles/a", "articles/d")


def test_parents_lead_up() -> None:
    """A list knows the pages above it, and each of them is planned."""
    documents = run(12, "2001-02-01", topics=("x",))
    made, _ = planned(*documents)
    for page in made.values():
        assert {url for _, url in page.parents} - made.keys() == set()
    assert made["dates/2001-02-01.html"].parents == (
        ("Dates", "dates/index.html"),
        ("2001", "dates/2001.html"),
        ("February 2001", "dates/2001-02.html"),
    )
    assert made["topics/x/2001-02-01.html"].parents[-1] == (
        "February 2001",
        "topics/x/2001-02.html",
    )


def test_a_long_index_is_split_by_letter(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the limit each letter has a page, and the index counts what is on it."""
    monkeypatch.setattr(pages, "INDEX_LIMIT", 3)
    names = ("Ann", "Ärne", "Bo", "Жанна", "1st Division")
    made, _ = planned(document("articles/a", authors=names))
    assert {one.label: (one.url, one.count) for one in made["authors/index.html"].children} == {
        "#": ("authors/index/0-9.html", 1),
        "A": ("authors/index/a.html", 2),
        "B": ("authors/index/b.html", 1),
        "Ж": ("authors/index/u0416.html", 1),
    }


@given(st.text())
def test_every_text_is_filed_under_one_letter(text: str) -> None:
    """The letter is one character, and its name in a URL is plain."""
    letter = initial(text)
    assert len(letter) == 1
    assert letter_name(letter).isascii()


def test_an_empty_archive_has_its_pages() -> None:
    """A site without articles still has a home, a 404 and an empty page of dates."""
    assert planned()[0].keys() == {"index.html", "404.html", "dates/index.html", "search.html"}


@pytest.mark.parametrize(
    "edtf",
    [
        *("2001-11-02", "2001-11-02~", "2001-11-02?", "2001-11", "2001", "199X", "2001-21"),
        *("2001-11-XX", "0001-01-01", "1999/2003", "../1999", "1999/..", "2001-11-02/2001-11-02"),
    ],
)
def test_where_a_date_is_listed_is_told_at_once(edtf: str) -> None:
    day = dates.parse_edtf(edtf)
    assert listed_under(day) == (listed_year(day), listed_month(day), listed_day(day))
