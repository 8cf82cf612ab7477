"""The course of time: days of any year, timelines with their gaps, uncertain dates."""

from __future__ import annotations

from pathlib import Path

import pytest

from site_gen import dates
from site_gen.render.times import date_pieces, timeline
from tests.archive_sites import Files, articles, document
from tests.conftest import NewPage
from tests.support import SiteTest


def article(title: str, date: str = "", **fields: str) -> str:
    """An article of a day."""
    stated = {"title": title, "date": date} if date else {"title": title}
    return document(f"The text of {title}.", stated | fields)


DAYS: Files = {
    "content/articles/a.md": article("A", "1999-05-07"),
    "content/articles/b.md": article("B", "2003-05-07"),
    "content/articles/c.md": article("C", "2003-05-09"),
    "content/articles/d.md": article("D", "2004-05-07~"),
    "content/articles/e.md": article("E", "2004-02-29"),
    "content/articles/f.md": article("F", "2004-05"),
    "content/articles/u.md": article("U"),
}


def test_what_is_of_one_day_in_all_years(site: SiteTest) -> None:
    """A day has a page if an article is of it for certain; it lists them by year."""
    site.write(DAYS).run("build")
    days = {one for one in site.output() if one.startswith("dates/on/")}
    assert days == {"dates/on/02-29.html", "dates/on/05-07.html", "dates/on/05-09.html"}
    page = site.soup("dates/on/05-07.html")
    assert "On this day 7 May" in site.text("dates/on/05-07.html")
    assert [one.get_text() for one in page.select(".group h3 a")] == ["A", "B"]
    assert [one["href"] for one in page.select(".neighbours a")] == [
        "02-29.html",
        "05-09.html",
    ]


def test_ways_to_a_day(site: SiteTest) -> None:
    """The date of an article and the page of all dates lead to its day."""
    site.write(DAYS).run("build")
    head = site.soup("articles/a.html").select(".kicker a")
    assert [(one.get_text(), one["href"]) for one in head] == [
        ("7 May", "../dates/on/05-07.html"),
        ("1999", "../dates/1999.html"),
    ]
    calendar = site.soup("dates/index.html").select(".calendar a")
    assert [(one["aria-label"], one.get_text()) for one in calendar] == [
        ("29 February", "29"),
        ("7 May", "7"),
        ("9 May", "9"),
    ]


def test_a_day_of_long_months_leads_on(site: SiteTest) -> None:
    """A year whose days have pages of their own is not listed again, but linked."""
    many: Files = {
        f"content/articles/n{n}.md": article(f"N{n}", f"1987-05-0{n % 2 + 7}") for n in range(12)
    }
    site.write({"site.yml": "title: T\nlist_limit: 10\n", **many, **DAYS}).run("build")
    page = site.soup("dates/on/05-07.html")
    assert page.select('a[href="../1987-05-07.html"]')
    assert [one.get_text() for one in page.select(".group h3 a")] == ["A", "B"]


@pytest.mark.parametrize(
    ("edtf", "pieces"),
    [
        ("2001-11-02", [("2 November", "dates/on/11-02.html"), ("2001", "dates/2001.html")]),
        ("2001-11-02~", [("about 2 November", "dates/2001-11.html"), ("2001", "dates/2001.html")]),
        ("2001-11~", [("about November", "dates/2001-11.html"), ("2001", "dates/2001.html")]),
        ("2001-23", [("autumn", ""), ("2001", "dates/2001.html")]),
        ("1942?", [("1942", "dates/1942.html"), ("(uncertain)", "")]),
        ("199X", [("1990s", "dates/1990.html")]),
        ("1999/2003", [("1999 to 2003", "dates/1999.html")]),
        ("../1999", [("before 1999", "dates/1999.html")]),
    ],
)
def test_the_pieces_of_a_date(edtf: str, pieces: list[tuple[str, str]]) -> None:
    """A date is told as it is known, and each piece leads to where the article is listed."""
    date = dates.parse_edtf(edtf)
    made = date_pieces(date)
    assert pieces == [(one["text"], one["url"]) for one in made]
    assert " ".join(one["text"] for one in made) == date.label()


def test_uncertain_dates_are_placed_honestly(site: SiteTest) -> None:
    """What may be of other years is no article of an unknown month of that year."""
    stated = {"q": "1999~", "s": "Autumn 1999", "i": "1999/2003", "d": "199X", "m": "1999-11~"}
    site.write(
        {f"content/articles/{name}.md": article(name, date) for name, date in stated.items()}
    ).run("build")
    groups = {
        str(group.select("h2")[0].contents[0]).strip(): [
            one.get_text() for one in group.select("h3")
        ]
        for group in site.soup("dates/1999.html").select(".group")
    }
    assert groups == {
        "November": ["m"],
        "1999, month unknown": ["q", "s"],
        "1999 and other years": ["i"],
    }
    assert "1990 and other years" in site.text("dates/1990.html")
    assert "about November 1999" in site.text("articles/m.html")
    assert "Undated" not in site.text("index.html")


def test_an_undated_article_says_so(site: SiteTest) -> None:
    """Its head leads to the list of those that have no date."""
    site.write(DAYS).run("build")
    [link] = site.soup("articles/u.html").select(".kicker a")
    assert (link.get_text(), link["href"]) == ("Undated", "../dates/undated.html")


def part(label: str, count: int = 1) -> dict[str, object]:
    """A part of a list as templates get it."""
    return {"label": label, "count": count, "url": f"{label}.html", "id": "", "share": 100}


def test_a_timeline_shows_its_gaps() -> None:
    """Years without an article stand between the others; several in a row stand as one."""
    made = timeline([part("1971"), part("1990"), part("1993"), part("Undated")])
    assert [(one["label"], one["count"], one["wide"]) for one in made] == [
        ("1971", 1, False),
        ("1972–1989", 0, True),
        ("1990", 1, False),
        ("1991–1992", 0, True),
        ("1993", 1, False),
    ]


def test_a_timeline_of_months_is_a_year() -> None:
    """Months stand from January to December, whatever the order of the list."""
    made = timeline([part("May"), part("March", 3), part("1999, month unknown")])
    assert [one["short"] for one in made[:3]] == ["Jan", "Feb", "Mar"]
    assert [one["count"] for one in made] == [0, 0, 3, 0, 1, *[0] * 7]


@pytest.mark.parametrize("labels", [["1999"], ["2 May", "3 May"], ["A", "B"], ["Undated"], []])
def test_other_lists_have_no_timeline(labels: list[str]) -> None:
    """One year, days and letters are shown otherwise."""
    assert timeline([part(label) for label in labels]) == []


def test_the_timeline_of_the_home_page(site: SiteTest) -> None:
    """The years are links with their counts, as text; a year without an article says so."""
    site.write(DAYS).run("build")
    cells = site.soup("index.html").select(".timeline li")
    assert cells[0].select('a[href="dates/1999.html"]')
    said = [one.get_text(" ", strip=True) for one in cells]
    assert said == [
        "1999 1",
        "2000–2002 no articles",
        "2003 2",
        "2004 3",
    ]


def test_the_months_of_the_home_page(site: SiteTest) -> None:
    """Below the years stand their months, each a link with its count to a page that is there; the
    fullest has the darkest shade, and years without an article are one row that says so.
    """
    site.write(DAYS).run("build")
    for page in ("index.html", "dates/index.html"):
        soup = site.soup(page)
        rows = {
            row.select("th")[0].get_text(): [cell.get_text(strip=True) for cell in row.select("td")]
            for row in soup.select(".months tbody tr")
        }
        assert list(rows) == ["1999", "2000–2002", "2003", "2004"]
        assert rows["2000–2002"] == ["no articles"]
        assert [len(rows[year]) for year in ("1999", "2003", "2004")] == [12] * 3
        counts = {year: sum(int(one or 0) for one in rows[year]) for year in ("1999", "2004")}
        assert counts == {"1999": 1, "2004": 3}
        links = [str(one["href"]) for one in soup.select(".months a")]
        folder = (site.folder / "output" / page).parent
        assert all((folder / one).is_file() for one in links)
        assert soup.select("td.m4")


def test_months_of_many_years_stand_on_the_page_of_dates(site: SiteTest) -> None:
    """The first page stays small, however long the archive is."""
    site.write(
        {f"content/articles/y{n}.md": article(f"Y{n}", f"{1940 + n}-01-01") for n in range(60)}
    ).run("build")
    assert not site.soup("index.html").select(".months")
    assert len(site.soup("dates/index.html").select(".months a")) == 60


@pytest.mark.parametrize("width", [390, 1280])
def test_a_timeline_can_be_touched(site: SiteTest, new_page: NewPage, width: int) -> None:
    """On a phone too each column is a target of 24 pixels or more, and none leaves the page."""
    site.write(
        {f"content/articles/y{n}.md": article(f"Y{n}", f"{1940 + n}-01-01") for n in range(60)}
    ).run("build")
    page = new_page(viewport={"width": width, "height": 800})
    page.goto((site.folder / "output/index.html").as_uri())
    boxes = [one.bounding_box() for one in page.locator(".timeline a").all()]
    assert len(boxes) == 60
    for box in boxes:
        assert box
        assert min(box["width"], box["height"]) >= 24
        assert box["x"] + box["width"] <= width


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_years_and_months_read_well(site: SiteTest, new_page: NewPage, width: int) -> None:
    """No year of a timeline stands alone in a row, up to thirty; the numbers of the months are as
    large as those of the years and have room.
    """
    site.write(
        {f"content/articles/y{n}.md": article(f"Y{n}", f"{1940 + n}-01-01") for n in range(30)}
    ).run("build")
    page = new_page(viewport={"width": width, "height": 800})
    page.goto((site.folder / "output/index.html").as_uri())
    page.locator("details.months summary").click()
    for one in page.locator(".months td a").all():
        box = one.bounding_box()
        assert box
        assert min(box["width"], box["height"]) >= 24
        assert one.evaluate("one => getComputedStyle(one).fontSize") == "12px"
    assert page.evaluate("document.documentElement.scrollWidth") == width
    for count in range(30, 1, -1):
        last = page.evaluate(
            """() => {
                const all = [...document.querySelectorAll('.timeline li')];
                const [end] = all.slice(-1).map(one => one.getBoundingClientRect().bottom);
                return all.filter(one => one.getBoundingClientRect().bottom === end).length;
            }"""
        )
        assert last > 1, count
        page.evaluate("document.querySelector('.timeline li:last-child').remove()")


@pytest.mark.parametrize(
    "change",
    [
        {"content/articles/new.md": article("New", "2001-05-08")},
        {"content/articles/a.md": article("A", "1998-05-09")},
        {"content/articles/a.md": article("A")},
        articles(12),
    ],
)
def test_an_edit_is_as_a_clean_build(site: SiteTest, tmp_path: Path, change: Files) -> None:
    """After an article came, moved in time or lost its date, a build equals a clean one."""
    base: Files = {"site.yml": "title: T\nlist_limit: 10\n", **DAYS}
    site.write(base).run("build")
    site.write(change).run("build")
    clean = SiteTest(tmp_path / "clean").write({**base, **change})
    clean.run("build")
    assert clean.output() == site.output()
