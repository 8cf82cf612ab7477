"""Files for programs: bibliographies, feeds, sitemaps, and what lists tell Zotero."""

from __future__ import annotations

import json
import warnings
import xml.etree.ElementTree as ET
from pathlib import Path
from urllib.parse import parse_qs

import pytest
import rispy
from bibtexparser.entrypoint import parse_string

from site_gen import feeds, pages
from tests.archive_sites import EVERY_KIND, articles
from tests.support import SiteTest

MAP = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> SiteTest:
    """Every kind of page, an article that is not to be found, and forty of one author, built."""
    site = SiteTest(tmp_path_factory.mktemp("feeds")).write(EVERY_KIND)
    site.write(articles(40, authors="[Ann Bell]"))
    site.write(
        {"content/articles/hidden.md": "---\ntitle: Hidden\nnoindex: true\ndate: 2020\n---\n\nT.\n"}
    )
    assert site.run("build").exit_code == 0
    return site


def parsed(text: str) -> dict[str, object]:
    """A feed as another program reads it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import feedparser

        found: dict[str, object] = feedparser.parse(text)
    assert not found["bozo"], found.get("bozo_exception")
    return found


def test_feeds(site: SiteTest) -> None:
    """The site, authors, places and topics have feeds that another program reads, newest first."""
    feed = parsed(site.page("feed.xml"))
    entries = feed["entries"]
    assert isinstance(entries, list)
    assert len(entries) == 30
    assert entries[0]["title"] == "Noted"
    assert entries[0]["link"] == "https://example.org/repo/articles/noted.html"
    assert "Hidden" not in site.page("feed.xml")
    for url in ("authors/ann-bell.xml", "places/kabul.xml", "topics/earn.xml"):
        one = parsed(site.page(url))
        assert one["entries"]
    assert not (site.folder / "output/series/dispatches.xml").exists()
    items = json.loads(site.page("feed.json"))["items"]
    assert [one["url"] for one in items] == [one["link"] for one in entries]


def test_pages_tell_of_their_files(site: SiteTest) -> None:
    """The first page and that of an author lead to their feeds, and to files that are there."""
    home = site.soup("index.html").find_all("link", {"rel": "alternate"})
    assert [link["href"] for link in home] == ["feed.xml", "feed.json"]
    author = site.soup("authors/ann-bell.html")
    (link,) = author.find_all("link", {"rel": "alternate"})
    assert link["href"] == "ann-bell.xml"
    shown = [str(one["href"]) for one in author.select(".facts a")]
    assert shown == [f"ann-bell.{ending}" for ending in ("bib", "ris", "xml")]


def test_bibliographies(site: SiteTest) -> None:
    """The files of an author, of a topic and of a year hold their articles; that of all years all
    but what is not to be looked up.
    """
    assert len(rispy.loads(site.page("authors/ann-bell.ris"))) == 40
    library = parse_string(site.page("authors/ann-bell.bib"))
    assert (len(library.entries), library.failed_blocks) == (40, [])
    years = sorted((site.folder / "output/data/works").glob("*.bib"))
    keys = [entry.key for year in years for entry in parse_string(year.read_text()).entries]
    assert len(keys) == len(set(keys))
    made = [url for url in site.output() if url.startswith("articles/") and url.endswith(".html")]
    assert len(keys) == len(made) - 1
    assert "undated.bib" in [year.name for year in years]
    whole = parse_string(site.page("data/articles.bib"))
    assert ([entry.key for entry in whole.entries], whole.failed_blocks) == (keys, [])
    told = [one["urls"][0] for one in rispy.loads(site.page("data/articles.ris"))]
    # A key of BibTeX has no percent signs.
    paths = [url.replace("%", "+").removeprefix("https://example.org/repo/") for url in told]
    assert paths == [f"{key}.html" for key in keys]


def test_lists_tell_zotero(site: SiteTest) -> None:
    """The first hundred articles of a list carry what Zotero reads in lists; no article does."""
    spans = site.soup("authors/ann-bell.html").select("span.Z3988")
    cards = site.soup("authors/ann-bell.html").select(".card")
    assert len(spans) == len(cards) > 0
    told = parse_qs(str(spans[0]["title"]))
    assert told["rft.type"] == ["newspaperArticle"]
    assert told["rft.creator"] == ["Bell, Ann"]
    assert not site.soup("articles/n00.html").select("span.Z3988")


def test_a_sitemap(site: SiteTest) -> None:
    """It lists each page that may be found, by its whole address, and no other file."""
    found = ET.fromstring(site.page("sitemap.xml")).findall("s:url/s:loc", MAP)
    urls = {str(one.text) for one in found}
    assert "https://example.org/repo/" in urls
    assert "https://example.org/repo/articles/n00.html" in urls
    assert not [url for url in urls if "hidden" in url or not url.endswith((".html", "/"))]
    assert "Sitemap: https://example.org/repo/sitemap.xml" in site.page("robots.txt")
    search = ET.fromstring(site.page("opensearch.xml"))
    assert "https://example.org/repo/search.html?q={searchTerms}" in [
        one.get("template") for one in search
    ]


@pytest.mark.parametrize("last", ["noindex: true\ndate: 2020", "title: Undated"])
def test_a_feed_has_what_is_dated_and_may_be_found(tmp_path: Path, last: str) -> None:
    """The newest of these, the newest first."""
    site = SiteTest(tmp_path).write(articles(3, authors="[Ann Bell]"))
    site.write({"content/articles/last.md": f"---\nauthors: [Ann Bell]\n{last}\n---\n\nText.\n"})
    assert site.run("build").exit_code == 0
    items = json.loads(site.page("feed.json"))["items"]
    assert [one["url"][-8:] for one in items] == ["n02.html", "n01.html", "n00.html"]
    assert "last.html" not in site.page("authors/ann-bell.xml")


@pytest.mark.parametrize(
    "names", [[], ["a"], ["a", "b"], ["a&b", "c"], ["c", "it's<"], ["é", "c"], ["c", "é\ufffe"]]
)
def test_what_a_sitemap_escapes(names: list[str]) -> None:
    """Each address is read again as it is, but for what XML cannot hold."""
    addresses = [f"https://example.org/{one}" for one in names]
    found = ET.fromstring(feeds.sitemap(addresses).encode()).findall("s:url/s:loc", MAP)
    assert [one.text for one in found] == [one.replace("\ufffe", "") for one in addresses]


def test_a_large_sitemap(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Beyond what one may hold, a sitemap leads to others that hold all together."""
    for module in ("site_gen.pages.files", "site_gen.render.files"):
        monkeypatch.setattr(f"{module}.IN_A_SITEMAP", 10)
    site = SiteTest(tmp_path).write(articles(25))
    assert site.run("build", "--jobs", "1").exit_code == 0
    parts = ET.fromstring(site.page("sitemap.xml")).findall("s:sitemap/s:loc", MAP)
    names = [str(one.text).rpartition("/")[2] for one in parts]
    assert names == [f"sitemap-{number + 1}.xml" for number in range(len(names))]
    listed = [
        str(one.text)
        for name in names
        for one in ET.fromstring(site.page(name)).findall("s:url/s:loc", MAP)
    ]
    assert len(listed) == len(set(listed)) > 25
    assert pages.IN_A_SITEMAP == feeds.MOST_ADDRESSES


def test_without_an_address(tmp_path: Path) -> None:
    """Where the address of the site is not known there are no feeds and no sitemap, but files for
    programs for references.
    """
    site = SiteTest(tmp_path).write({"site.yml": "title: T\n", **articles(2)})
    assert site.run("build").exit_code == 0
    made = set(site.output())
    assert "data/works/2000.bib" in made
    assert not made & {"feed.xml", "feed.json", "sitemap.xml", "robots.txt", "opensearch.xml"}


def test_a_keeper_has_the_name(tmp_path: Path) -> None:
    """A file of the keeper's own takes the place of one that site_gen would make."""
    site = SiteTest(tmp_path).write({"static/root/robots.txt": "User-agent: x\n", **articles(1)})
    assert site.run("build").exit_code == 0
    assert site.page("robots.txt") == "User-agent: x\n"


def test_what_xml_cannot_hold() -> None:
    """Characters that XML has no place for are left out of feeds."""
    entry = feeds.Entry("https://e.org/a", "A\x00<b>\ufffe", "2000-01-01", "2000-01-01")
    text = feeds.atom(feeds.Feed("https://e.org/f", "https://e.org/", "T & T", "en", [entry]))
    assert "<title>A&lt;b&gt;</title>" in text
    ET.fromstring(text)


def test_what_is_before_a_year_is_in_that_year(tmp_path: Path) -> None:
    """`before 1999` is among the works and in the feed as of 1999, where it is listed."""
    site = SiteTest(tmp_path).write(
        {"content/articles/a.md": "---\ntitle: A\ndate: before 1999\n---\n\nText.\n"}
    )
    assert site.run("build").exit_code == 0
    assert "articles/a" in site.page("data/works/1999.bib")
    assert parsed(site.page("feed.xml"))["entries"][0]["published"].startswith("1999-12-31")  # type: ignore[index]
    assert (site.folder / "output/dates/1999.html").exists()


def test_a_renamed_topic_is_renamed_in_feeds(tmp_path: Path) -> None:
    """A topic that has another name now has it in all feeds, also those of authors."""
    text = "---\ndate: 1999\nauthors: [A]\ntopics: [war]\n---\n\nText.\n"
    site = SiteTest(tmp_path).write({f"content/articles/{name}.md": text for name in "ab"})
    site.write(
        {
            "content/topics/war.md": "---\nname: War\n---\n",
        }
    )
    site.run("build")
    site.write({"content/topics/war.md": "---\nname: Wars\naliases: [war]\n---\n"}).run("build")
    for url in ("feed.xml", "authors/a.xml"):
        assert '<category term="Wars"/>' in site.page(url)
    assert json.loads(site.page("feed.json"))["items"][0]["tags"] == ["Wars"]


def test_an_entry_tells_its_language_where_it_is_another() -> None:
    """An entry that stands in feeds of two languages tells its own in one."""
    entry = feeds.Entry(
        "https://example.org/a.html", "A", "2001-01-01", "2001-01-01", language="en"
    )
    for language, told in (("en", "<entry>"), ("fr", '<entry xml:lang="en">'), ("en", "<entry>")):
        assert told in feeds.atom(feeds.Feed("u", "p", "t", language, [entry]))
