"""The page that says what the archive holds and what it does not."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from site_gen import dates, marks
from site_gen.model import Archive, Document
from site_gen.pages import listed_month, listed_year
from site_gen.render.coverage import _months, coverage
from tests.archive_sites import Files, document
from tests.support import SiteTest


def article(title: str, **fields: str) -> str:
    """An article with these fields."""
    return document(f"The text of {title}.", {"title": title} | fields)


HELD: Files = {
    "content/articles/a.md": article(
        "A", date="1999-02-03", authors="[Ann Bell]", places="[Kabul]", source_url="https://a.org/"
    ),
    "content/articles/b.md": article("B", date="1999-05", language="fr", authors="[Ann Bell]"),
    "content/articles/c.md": article("C", date="2003"),
    "content/articles/2004-01-09-d.md": "Text of D.\n",
    "content/articles/u.md": article("U", places="[Kabul]"),
    "content/articles/secret.md": article("Secret", draft="true"),
    "content/articles/later.md": article("Later", embargo_until="2030-01-01"),
    "content/articles/gone.md": article("Gone", withdrawn="{reason: It was wrong.}"),
    "content/authors/idle.md": "---\nname: Idle Hand\n---\n",
    "content/authors/ann-bell.md": "---\nname: Ann Bell\n---\n",
    "content/places/nowhere.md": "---\nname: Nowhere\n---\n",
}


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> SiteTest:
    """The site, built; nobody changes it."""
    site = SiteTest(tmp_path_factory.mktemp("coverage")).write(HELD)
    assert site.run("build").exit_code == 0
    return site


def section(soup: BeautifulSoup, heading: str) -> dict[str, str]:
    """The items of a part of the page with their counts, or the rows of its table."""
    [part] = [one for one in soup.select("section") if one.select("h2")[0].get_text() == heading]
    found = {}
    for row in part.select("li, tbody tr"):
        first, *rest = [one.get_text(" ", strip=True) for one in row.select("th, td")] or [
            next(iter(row.stripped_strings)),
            *[one.get_text() for one in row.select(".count")],
        ]
        found[first] = " ".join(" ".join(rest).split())
    return found


def test_the_page_counts_what_is_held(held: SiteTest) -> None:
    """Articles, names and languages are counted, and lead to their lists."""
    soup = held.soup("coverage.html")
    assert "5 articles, 1999 to 2004" in held.text("coverage.html")
    assert section(soup, "What it holds") == {
        "Authors": "1",
        "Places": "1",
        "English": "4",
        "French": "1",
    }
    assert soup.select('a[href="authors/index.html"]')


def test_the_page_counts_what_is_not_known(held: SiteTest) -> None:
    """What has no date, author, place or source is counted and leads to a list of it."""
    soup = held.soup("coverage.html")
    assert section(soup, "What is not known") == {
        "Undated": "1",
        "Without an author": "3",
        "Without a place": "3",
        "Without a link to the original": "4",
    }
    assert soup.select('a[href="dates/undated.html"]')
    listed = held.soup("coverage/without-authors.html").select(".card h2 a")
    assert [one.get_text() for one in listed] == ["C", "D", "U"]


def test_months_and_years_with_nothing_are_told(held: SiteTest) -> None:
    """Empty months stand as runs, empty years in the table of years."""
    soup = held.soup("coverage.html")
    assert list(section(soup, "Months without an article")) == [
        "March to April 1999",
        "June 1999 to December 2003",
    ]
    assert "57 of 60 months hold no article" in held.text("coverage.html")
    assert section(soup, "Years") == {
        "1999": "2 0 1 1",
        "2000–2002": "0",
        "2003": "1 1 1 1",
        "2004": "1 1 1 1",
    }


def test_entries_without_an_article_are_named(held: SiteTest) -> None:
    """Authors and places of the registry that no article names are listed, and only these."""
    soup = held.soup("coverage.html")
    assert list(section(soup, "Authors without an article")) == ["Idle Hand"]
    assert list(section(soup, "Places without an article")) == ["Nowhere"]


def test_stated_and_inferred_are_counted(held: SiteTest) -> None:
    """Of each field it is told how often a source states it, and how often it was inferred."""
    fields = section(held.soup("coverage.html"), "How it is known")
    assert fields["Title"] == "4 1 0"
    assert fields["Date"] == "3 1 1"
    assert fields["Author"] == "2 0 3"
    assert fields["Language"] == "1 0 4"


def test_what_is_held_back_is_a_number(held: SiteTest) -> None:
    """Drafts, embargoes and withdrawals are counted; no word of them is on the page."""
    soup = held.soup("coverage.html")
    assert section(soup, "What is not shown") == {
        "Drafts": "1",
        "Under embargo": "1",
        "Withdrawn": "1",
    }
    for word in ("Secret", "secret", "Later", "2030", "Gone", "It was wrong"):
        assert word not in held.page("coverage.html")


def test_every_page_leads_to_it(held: SiteTest) -> None:
    """The foot of each page has the link; a page of the keeper's introduces it."""
    for url in ("index.html", "articles/a.html", "dates/1999.html"):
        assert held.soup(url).select('footer a[href$="coverage.html"]')


def test_a_page_of_the_keeper_introduces_it(site: SiteTest) -> None:
    """content/pages/coverage.md stands on the page, and is no collision."""
    about = "---\ntitle: Coverage\n---\n\nBox 7 was lost in a fire.\n"
    site.write({**HELD, "content/pages/coverage.md": about})
    assert site.run("build").exit_code == 0
    assert "Box 7 was lost in a fire." in site.text("coverage.html")


@pytest.mark.parametrize(
    ("held", "runs"),
    [
        (["2001-05", "2001-05"], []),
        (["2001-05", "2001-07"], ["June 2001"]),
        (["2001-05", "2001-09"], ["June to August 2001"]),
        (["2001-11", "2002-02"], ["December 2001 to January 2002"]),
        (["2001-01~", "2001", "2001-03-04?"], ["February 2001"]),
        (["2001"], []),
    ],
)
def test_runs_of_months(held: list[str], runs: list[str]) -> None:
    """Months between the first and the last article stand as runs; a year alone is no month."""
    listed = {marks.listed(dates.parse_edtf(one)) for one in held}
    assert _months([one for one in listed if "-" in one])["runs"] == runs


@pytest.mark.parametrize(
    ("date", "year", "month"),
    [
        ("2001-11-02", "2001", "2001-11"),
        ("2001-11", "2001", "2001-11"),
        ("2001-11~", "2001", "2001-11"),
        ("2001-21", "2001", ""),
        ("2001", "2001", ""),
        ("2001-11-30/2001-12-01", "2001", ""),
        ("1999/2003", "1999", ""),
        ("../1999", "1999", ""),
        ("0001-01-01", "0001", "0001-01"),
        ("", "", ""),
    ],
)
def test_a_mark_says_under_which_lists_a_date_is(date: str, year: str, month: str) -> None:
    """The year and the month are those of the lists."""
    day = dates.parse_edtf(date) if date else None
    [mark] = marks.marks([Document("article", "a", "", "", "", "T", date=day)])
    said = marks.read(mark)
    assert (year, month) == (said.year, said.month)
    if day:
        assert (year, month) == (listed_year(day), listed_month(day))


@given(
    st.lists(st.sampled_from(marks.FIELDS), unique=True),
    st.lists(st.sampled_from([*marks.FIELDS, "words"]), unique=True),
    st.sampled_from(["", "en", "a b"]),
)
def test_a_mark_says_which_fields_an_article_has(
    has: list[str], inferred: list[str], language: str
) -> None:
    """Those that are stated and those that are inferred are told apart, whatever the language."""
    day = dates.parse_edtf("2001-11-02")
    given: dict[str, object] = {name: day if name == "date" else ("x",) for name in has}
    given = {"title": "", **given, "language": language, "inferred": tuple(inferred)}
    article = Document("article", "a", "", "", "", **given)  # type: ignore[arg-type]
    other = Document("article", "b", "", "", "", "B")
    said, else_said = map(marks.read, marks.marks([article, other]))
    told = {name for name, there in zip(marks.FIELDS, said.has, strict=True) if there}
    assert told - {"language"} == set(has) - {"language"}
    assert said.language == language
    assert ("language" in told) == bool(language)
    guessed = {name for name, one in zip(marks.FIELDS, said.guessed, strict=True) if one}
    assert guessed == set(inferred) - {"words"}
    assert else_said == marks.read(marks.marks([other])[0])


def test_a_large_archive_has_one_page_of_sane_size() -> None:
    """Twenty thousand articles over sixty years are counted in a second, and told in few lines."""
    articles = {
        f"a{n}": Document(
            kind="article",
            key=f"a{n}",
            path=f"content/articles/a{n}.md",
            digest="",
            body="",
            title="T",
            date=dates.parse_edtf(f"{1940 + n % 60}-{n % 7 + 1:02d}-{n % 28 + 1:02d}"),
        )
        for n in range(20_000)
    }
    none: dict[str, object] = {kind: {} for kind in ("author", "place", "topic", "series")}
    told = marks.marks(list(articles.values()))
    whole = Archive(articles, {}, none, {}, marks=told)  # type: ignore[arg-type]
    started = time.process_time()
    shown = coverage(whole, "en", lambda _: {})
    assert time.process_time() - started < 2
    assert len(shown["years"]) == 60
    assert len(shown["months"]["runs"]) <= 240
    assert shown["without"]["authors"]["count"] == 20_000


@pytest.mark.parametrize(
    "change",
    [
        {"content/articles/new.md": article("New", date="2001-01-01", authors="[Idle Hand]")},
        {"content/articles/a.md": article("A", draft="true")},
        {"content/articles/u.md": article("U", date="1950", authors="[X]", places="[Y]")},
        {"content/articles/c.md": "# C\n\nNothing stated.\n"},
        {"content/articles/c.md": article("C", date="2003", source_url="https://c.org/")},
        {"content/articles/c.md": article("C", date="2003-07")},
        {
            "content/articles/c.md": article(
                "C", date="1998", language="fr", summary="S", rights="R"
            )
        },
    ],
)
def test_an_edit_is_as_a_clean_build(site: SiteTest, tmp_path: Path, change: Files) -> None:
    """After articles came, went or were described, an incremental build equals a clean one."""
    site.write(HELD).run("build")
    site.write(change).run("build")
    clean = SiteTest(tmp_path / "clean").write({**HELD, **change})
    clean.run("build")
    assert clean.output() == site.output()


def test_a_long_list_of_what_lacks_a_field_keeps_its_address(tmp_path: Path) -> None:
    """Beyond the limit of lists, articles without an author are counted by year at the same URL."""
    files = {
        f"content/articles/{n}.md": article(f"N{n}", date=f"{1999 + n % 2}-01-02")
        for n in range(11)
    }
    site = SiteTest(tmp_path).write(
        {"site.yml": "title: T\nlist_limit: 10\n", **files, "content/articles/u.md": article("U")}
    )
    assert site.run("build").exit_code == 0
    soup = site.soup("coverage/without-authors.html")
    assert not soup.select(".card")
    assert site.soup("coverage.html").select('a[href="coverage/without-authors.html"]')
    text = site.text("coverage/without-authors.html")
    for year in ("1999 6", "2000 5", "Undated 1"):
        assert year in text
    for url in ("dates/1999", "dates/2000", "dates/undated"):
        assert soup.select(f'a[href="../{url}.html"]')
