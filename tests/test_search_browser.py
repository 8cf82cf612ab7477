"""The search page as a reader meets it, below a path of a host and straight from a disk."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page, Route, expect

from tests.archive_sites import Files, document
from tests.conftest import NewPage
from tests.support import SiteTest, hosted

pytestmark = pytest.mark.browser

PLACES = ("Kabul", "Herat", "Paris")
FILLER = "Nothing else was said of it that day, and nobody asked. "
MOST_SCRIPT = 30 * 1024

SITE: Files = {
    "content/places/kabul.yml": "name: Kabul\nparent: Afghanistan\n",
    "content/places/herat.yml": "name: Herat\nparent: Afghanistan\n",
    "content/places/afghanistan.yml": "name: Afghanistan\n",
    **{
        f"content/articles/n{number:02d}.md": document(
            f"The river rose on day {number}.\n\n{FILLER}",
            {
                "title": f"Report {number}",
                "date": f"{1975 + number}-03-0{number % 9 + 1}",
                "authors": "[Ann Noted]" if number % 2 else "[Tim Example]",
                "places": f"[{PLACES[number % 3]}]",
                "topics": "[War]" if number < 10 else "[Trade]",
            },
        )
        for number in range(30)
    },
    "content/articles/jump & run.md": document(
        f"Intro.\n\n{FILLER * 60}\n\nIt was well-known, they said, among pros & cons of it.\n",
        {"title": "A far hit"},
    ),
    "content/articles/formula.md": document(
        "A zebra.",
        {
            "title": "'=1+1 \"quoted\"'",
            "date": "2001-11",
            "authors": "[A & B, Ann van der Bell]",
            "publication": "The Post",
        },
    ),
    "content/articles/fr.md": document(
        "Le zèbre et le château.", {"title": "Un zèbre", "language": "fr"}
    ),
    "content/articles/zh.md": document("他在北京大学读书。", {"title": "北京", "language": "zh"}),
    "content/articles/fa.md": document("کتاب در کابل است.", {"title": "کتاب", "language": "fa"}),
}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds the built site as `repo`."""
    site = SiteTest(tmp_path_factory.mktemp("search")).write(SITE)
    assert site.run("build").exit_code == 0
    below = tmp_path_factory.mktemp("host")
    shutil.copytree(site.folder / "output", below / "repo")
    return below


@pytest.fixture(scope="module")
def host(built: Path) -> Iterator[str]:
    """The address of the site below /repo/ of a host."""
    with hosted(built) as address:
        yield f"{address}repo/"


@pytest.fixture(scope="module", params=["host", "disk"])
def root(request: pytest.FixtureRequest, built: Path, host: str) -> str:
    """The site's address: on a host, and by file://."""
    return host if request.param == "host" else (built / "repo").as_uri() + "/"


def status(page: Page) -> Any:
    """What the page says of the search."""
    return page.get_by_role("status")


def titles(page: Page) -> list[str]:
    """The titles of the results shown."""
    return page.locator(".card h2").all_text_contents()


def query(page: Page) -> dict[str, list[str]]:
    """The search as the address has it."""
    return parse_qs(urlsplit(page.url).query, keep_blank_values=True)


def refined(page: Page, root: str, words: str) -> None:
    """A search with its facets open."""
    page.goto(f"{root}search.html?q={words}&facets")
    expect(page.get_by_role("button", name="CSV")).to_be_visible()


def test_a_search_from_any_page(page: Page, root: str) -> None:
    """The masthead's form leads to results: title, byline, date, places, excerpt with marks."""
    page.goto(root + "articles/n01.html")
    page.get_by_role("searchbox").fill("zebra")
    page.get_by_role("searchbox").press("Enter")
    card = page.locator(".card")
    expect(card).to_have_count(1)
    assert card.locator("h2").inner_text() == '=1+1 "quoted"'
    assert card.locator(".when").inner_text() == "November 2001"
    assert card.locator(".by").inner_text() == "A & B; Ann van der Bell"
    assert card.locator("mark").all_text_contents() == ["zebra"]
    assert page.title().startswith("zebra – ")


def test_results_while_typing(page: Page, root: str) -> None:
    """Results come without Enter, nothing that stays is drawn anew, and Back undoes the typing."""
    page.goto(root + "search.html")
    expect(status(page)).to_have_text("Type a word, a name or a question.")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("river")
    expect(status(page)).to_have_text("30 articles")
    page.locator(".card").first.evaluate("card => { card.kept = true }")
    page.keyboard.type(" ")
    page.wait_for_url("**/search.html?q=river+")
    expect(status(page)).to_have_text("30 articles")
    assert page.locator(".card").first.evaluate("card => card.kept")
    page.go_back()
    expect(page.locator(".card")).to_have_count(0)
    page.go_forward()
    expect(page.locator(".card")).to_have_count(10)
    expect(page.get_by_role("searchbox")).to_have_value("river ")


def test_the_next_ten(page: Page, root: str) -> None:
    """Ten more come on demand, focus is on the first of them, and the address keeps them."""
    page.goto(root + "search.html?q=river")
    page.get_by_role("button", name="The next ten").click()
    expect(page.locator(".card")).to_have_count(20)
    expect(page.locator(".card h2 a").nth(10)).to_be_focused()
    page.reload()
    expect(page.locator(".card")).to_have_count(20)
    page.get_by_role("button", name="The next ten").click()
    expect(page.locator(".card")).to_have_count(30)
    expect(page.get_by_role("button", name="The next ten")).to_have_count(0)


def test_facets(page: Page, root: str) -> None:
    """Facets show counts, combine, live in the address, and Back takes the last one away."""
    refined(page, root, "river")
    place = page.get_by_role("group", name="Place")
    assert [" ".join(one.split()) for one in place.locator("label").all_inner_texts()] == [
        "Afghanistan 20",
        "Asia 20",
        "Herat 10",
        "Kabul 10",
        "Paris 10",
    ]
    place.get_by_label("Afghanistan").check()
    expect(status(page)).to_have_text("20 articles")
    expect(place.get_by_label("Afghanistan")).to_be_focused()
    page.get_by_role("group", name="Author").get_by_label("Ann Noted").check()
    expect(status(page)).to_have_text("10 articles")
    page.get_by_role("group", name="Topic").get_by_label("War").check()
    expect(status(page)).to_have_text("4 articles")
    page.get_by_role("group", name="Language").get_by_label("English").check()
    page.wait_for_url("**lang=en**")
    wanted = {"place": ["afghanistan"], "author": ["ann-noted"], "topic": ["war"], "lang": ["en"]}
    assert {"q": ["river"], "facets": [""], **wanted} == query(page)
    shown = titles(page)
    page.reload()
    expect(status(page)).to_have_text("4 articles")
    assert shown == titles(page)
    page.go_back()
    page.go_back()
    expect(status(page)).to_have_text("10 articles")
    expect(page.get_by_role("group", name="Topic").get_by_label("War")).not_to_be_checked()
    page.get_by_role("button", name="Author: Ann Noted").click()
    expect(status(page)).to_have_text("20 articles")


def test_the_histogram(page: Page, root: str) -> None:
    """Decades fall apart into years; a click on the chosen one gives all back."""
    refined(page, root, "river")
    years = page.get_by_role("group", name="Year")
    assert [" ".join(one.split()) for one in years.locator("a").all_inner_texts()] == [
        "1970–1979 5",
        "1980–1989 10",
        "1990–1999 10",
        "2000–2009 5",
    ]
    years.get_by_role("link", name="1980–1989").click()
    expect(years.locator("a")).to_have_count(10)
    expect(page.get_by_role("button", name="Year: 1980–1989")).to_be_visible()
    years.get_by_role("link", name="1984").click()
    expect(status(page)).to_have_text("1 article")
    assert query(page)["year"] == ["1984"]
    expect(years.get_by_role("link", name="1984")).to_have_attribute("aria-current", "true")
    years.get_by_role("link", name="1984").click()
    expect(status(page)).to_have_text("30 articles")


@pytest.mark.parametrize("how", [{"modifiers": ["ControlOrMeta"]}, {"button": "middle"}])
def test_a_year_in_another_tab(page: Page, root: str, how: Any) -> None:
    """A year opens in another tab as any link does, and the page stays as it is."""
    refined(page, root, "river")
    with page.context.expect_page() as opened:
        page.get_by_role("group", name="Year").get_by_role("link", name="1980–1989").click(**how)
    expect(status(opened.value)).to_have_text("10 articles")
    assert query(opened.value)["year"] == ["1980..1989"]
    expect(status(page)).to_have_text("30 articles")
    assert "year" not in query(page)


def test_sorting(page: Page, root: str) -> None:
    """Results come by relevance, newest or oldest first, as the address says."""
    page.goto(root + "search.html?q=river")
    expect(page.locator(".card")).to_have_count(10)
    page.get_by_label("Sort by").select_option("newest")
    expect(page.locator(".card h2").first).to_have_text("Report 29")
    page.get_by_label("Sort by").select_option("oldest")
    expect(page.locator(".card h2").first).to_have_text("Report 0")
    assert query(page)["sort"] == ["oldest"]
    page.go_back()
    expect(page.locator(".card h2").first).to_have_text("Report 29")
    expect(page.get_by_label("Sort by")).to_have_value("newest")


def test_a_misspelt_word(page: Page, root: str) -> None:
    """A misspelt word is corrected, and searched for as it is where the reader insists."""
    page.goto(root + "search.html?q=RIVRE")
    expect(status(page)).to_contain_text("30 articles · Showing results for “river”;")
    page.get_by_role("link", name="search for “RIVRE” instead").click()
    expect(status(page)).to_have_text("Nothing was found.")
    page.reload()
    expect(status(page)).to_have_text("Nothing was found.")
    page.go_back()
    expect(status(page)).to_contain_text("30 articles")


def test_a_hit_is_jumped_to(page: Page, root: str) -> None:
    """The link to a result leads to the words that were found, whatever signs stand in them."""
    for word, words in (("well", "well-known, they said, among"), ("pros", "pros & cons of")):
        page.goto(f"{root}search.html?q={word}")
        link = page.get_by_role("link", name="A far hit")
        address = link.get_attribute("href") or ""
        assert not set("-,&") & set(address.partition(":~:text=")[2]), words
        link.click()
        page.wait_for_url("**/articles/**")
        page.wait_for_function("scrollY > 100")


def test_the_keyboard(page: Page, root: str) -> None:
    """`/` goes to the box, arrows move, Enter opens, Escape clears."""
    page.goto(root + "search.html?q=river")
    expect(page.locator(".card")).to_have_count(10)
    page.keyboard.press("/")
    box = page.get_by_role("searchbox")
    expect(box).to_be_focused()
    expect(box).to_have_value("river")
    links = page.locator(".card h2 a")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(links.nth(1)).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(links.nth(0)).to_be_focused()
    page.keyboard.press("Escape")
    expect(box).to_be_focused()
    expect(box).to_have_value("")
    expect(page.locator(".card")).to_have_count(0)
    page.keyboard.type("zebra")
    expect(links).to_have_count(1)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/articles/formula.html**")


@pytest.mark.parametrize("kind", ["CSV", "BibTeX", "RIS"])
def test_saving(page: Page, root: str, kind: str) -> None:
    """All that was found is saved, with the site's own addresses wherever it is read, and no
    formula to run.
    """
    refined(page, root, "zebra")
    with page.expect_download() as download:
        page.get_by_role("button", name=kind).click()
    text = Path(download.value.path()).read_bytes().decode()
    url = "https://example.org/articles/formula.html"
    if kind == "CSV":
        row = next(csv.DictReader(io.StringIO(text)))
        assert ['\'=1+1 "quoted"', "A & B; Ann van der Bell", "2001-11", url] == [
            row[name] for name in ("title", "authors", "day", "url")
        ]
    elif kind == "RIS":
        wanted = {"TY  - NEWS", "AU  - A & B", "AU  - van der Bell, Ann", "T2  - The Post"}
        wanted |= {"PY  - 2001", "DA  - 2001/11//", "ER  - "}
        assert wanted <= set(text.split("\r\n"))
    else:
        assert "@article{articles/formula,\n" in text
        assert "author = {{A \\& B} and van der Bell, Ann}" in text
        assert "journal = {The Post}" in text
        assert "date = {2001-11}" in text
        assert f"url = {{{url}}}" in text


def test_other_scripts(page: Page, root: str) -> None:
    """The very characters that were found are marked, and a text keeps its direction."""
    page.goto(root + "search.html?q=北京大学")
    expect(page.locator("mark")).to_have_text(["北", "京", "大", "学"])
    page.goto(root + "search.html?q=كتاب")
    expect(page.locator("mark")).to_have_text(["کتاب"])
    direction = "element => getComputedStyle(element).direction"
    assert page.locator(".excerpt").evaluate(direction) == "rtl"
    page.goto(root + "search.html?q=zebre")
    expect(page.locator("mark").first).to_have_text("zèbre")


def test_the_interface(page: Page, root: str) -> None:
    """`siteSearch.search` gives total, hits from the site's root, facets and a suggestion."""
    page.goto(root + "search.html")
    ask = "([query, options]) => siteSearch.search(query, options)"
    options = {"limit": 2, "offset": 1, "filters": {"place": "kabul"}, "sort": "newest"}
    found = page.evaluate(ask, ["rivre", options])
    assert [found["total"], found["suggestion"]["query"]] == [10, "river"]
    assert [one["url"] for one in found["hits"]] == ["articles/n24.html", "articles/n21.html"]
    assert {"title", "score"} <= set(found["hits"][0])
    assert {"name": "Kabul", "key": "kabul", "count": 10} in found["facets"]["place"]
    assert {"author", "place", "topic", "lang", "year"} == set(found["facets"])
    assert page.evaluate(ask, ["river", {}])["suggestion"] is None


def test_options_of_the_interface(page: Page, root: str) -> None:
    """Filters take one value or several, `facets: false` counts none, `exact` replaces no word."""
    page.goto(root + "search.html")
    ask = "([query, options]) => siteSearch.search(query, options)"
    both = {"filters": {"place": ["Afghanistan", "kabul"], "year": "1975..1984", "author": []}}
    found = page.evaluate(ask, ["river", {**both, "facets": False}])
    assert [found["total"], found["complete"], found["facets"]] == [4, 4, None]
    assert found["terms"] == found["stems"] == ["river"]
    mended = page.evaluate(ask, ["rivre", {}])
    assert mended["suggestion"] == {"words": {"rivre": "river"}, "query": "river"}
    assert page.evaluate(ask, ["rivre", {"exact": True}])["total"] == 0
    assert len(page.evaluate(ask, ["river", {}])["hits"]) == 10
    with pytest.raises(PlaywrightError, match="There is no filter “colour”"):
        page.evaluate(ask, ["river", {"filters": {"colour": "red"}}])


def test_a_shard_fails(new_page: NewPage, host: str, page_problems: list[str]) -> None:
    """A shard that fails is told in a word, and one click tries again."""
    page = new_page()
    page.route("**/search/p*.js", lambda route: route.abort())
    page.goto(host + "search.html?q=river")
    expect(status(page)).to_contain_text("A part of the search index did not arrive.")
    page.unroute("**/search/p*.js")
    page.get_by_role("button", name="Try again").click()
    expect(status(page)).to_have_text("30 articles")
    expect(page.locator(".card")).to_have_count(10)
    assert all("ERR_FAILED" in one for one in page_problems)
    page_problems.clear()


def test_a_shard_is_slow(new_page: NewPage, host: str) -> None:
    """A search that takes long says so, and one that is overtaken is not shown."""
    page = new_page()
    held: list[Route] = []
    page.route(
        "**/search/p*.js", lambda route: held.append(route) if not held else route.continue_()
    )
    page.goto(host + "search.html?q=zebra", wait_until="commit")
    expect(status(page)).to_have_text("Searching …")
    page.get_by_role("searchbox").fill("river")
    expect(page).to_have_url(f"{host}search.html?q=river")
    for route in held:
        route.continue_()
    page.unroute("**/search/p*.js")
    expect(status(page)).to_have_text("30 articles")
    assert all(title.startswith("Report") for title in titles(page))


def test_without_script(new_page: NewPage, root: str) -> None:
    """Without JavaScript the page says so and offers the ways to browse."""
    page = new_page(java_script_enabled=False)
    page.goto(root + "search.html")
    expect(page.locator("noscript p")).to_contain_text("Search needs JavaScript")
    expect(page.locator("noscript p")).to_be_visible()
    expect(page.get_by_role("searchbox")).to_have_count(0)
    page.locator("noscript a", has_text="Places").click()
    expect(page.get_by_role("heading", name="Places")).to_be_visible()


@pytest.mark.parametrize(("width", "scheme"), [(320, "light"), (1280, "dark")])
def test_accessible_at_every_width(new_page: NewPage, host: str, width: int, scheme: str) -> None:
    """axe finds nothing, on a small phone in light and a desk in dark; nothing scrolls sideways."""
    page = new_page(color_scheme=scheme, viewport={"width": width, "height": 800})
    refined(page, host, "rivre&place=kabul&year=1975..1999")
    violations = Axe().run(page).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"]) for one in violations] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_results_stand_as_lists_do(page: Page, host: str) -> None:
    """On a desk, results are as wide as the text and facets stand in the margin."""
    refined(page, host, "river")
    cards, facets = page.locator(".cards"), page.locator(".refine")
    results, form, margin = (
        one.evaluate("element => element.getBoundingClientRect().toJSON()")
        for one in (cards, page.locator(".query"), facets)
    )
    assert (form["left"], form["width"]) == (results["left"], results["width"])
    assert margin["right"] < results["left"]


def test_the_script_is_light(built: Path) -> None:
    """The search page's only script weighs at most 30 KB, and writes no markup."""
    scripts = list((built / "repo" / "assets").glob("*.js"))
    text = "".join(one.read_text(encoding="utf-8") for one in scripts)
    assert len(text.encode()) <= MOST_SCRIPT
    assert not [word for word in ("innerHTML", "eval(", "Function(") if word in text]
