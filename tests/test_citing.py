"""What an article's page says of itself: how it is cited, and what programs read from it."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from urllib.parse import unquote

import extruct
import pytest
import rispy
from hypothesis import given
from hypothesis import strategies as st
from rdflib import SDO

from site_gen.markup.excerpt import plain_words
from site_gen.render.anchors import anchored
from site_gen.render.views import LEAST_REPEATED, repeats
from site_gen.tokens import words
from tests.support import SiteTest

ARTICLE = """---
title: 'After <b>the</b> rain & "snow"'
authors: [Jane Mary van der Doe]
date: 2001-11-02
places: [Kabul]
topics: [War]
source_url: https://example.com/original
archived_url: https://web.archive.org/web/2001/https://example.com/original
publication: The Example
rights: https://creativecommons.org/licenses/by/4.0/
summary: What came.
language: en
---

First words.

Second *words*.

First words.
"""
PLACE = "name: Kabul\nparent: Afghanistan\ncoordinates: [34.53, 69.17]\n"


def made(tmp_path: Path, article: str = ARTICLE, **files: str) -> SiteTest:
    """A site with one article, built."""
    site = SiteTest(tmp_path).write(
        {"content/articles/rain.md": article, "content/places/kabul.yml": PLACE}
    )
    site.write({name.replace("__", "/") + ".yml": text for name, text in files.items()})
    assert site.run("build").exit_code == 0
    return site


def meta(site: SiteTest, name: str, by: str = "name") -> list[str]:
    """The contents of the meta tags of a name."""
    return [
        str(tag["content"]) for tag in site.soup("articles/rain.html").find_all("meta", {by: name})
    ]


def links(site: SiteTest, rel: str) -> list[str]:
    """Where the links of a relation lead."""
    return [
        str(tag["href"]) for tag in site.soup("articles/rain.html").find_all("link", {"rel": rel})
    ]


def test_a_newspaper_article(tmp_path: Path) -> None:
    """Zotero takes it for a newspaper article by DC.type and its schema, and for no other."""
    site = made(tmp_path)
    assert meta(site, "DC.type") == ["newspaperArticle"]
    assert links(site, "schema.DC") == ["http://purl.org/dc/elements/1.1/"]
    html = site.page("articles/rain.html")
    assert "citation_journal_title" not in html
    assert "DC.coverage" not in html
    assert "DC.source" not in html
    assert "Z3988" not in html


def test_the_publication(tmp_path: Path) -> None:
    """The name of the site in Open Graph is that of the publication; without one, the archive's."""
    assert meta(made(tmp_path / "a"), "og:site_name", "property") == ["The Example"]
    bare = ARTICLE.replace("publication: The Example\n", "")
    assert meta(made(tmp_path / "b", bare), "og:site_name", "property") == ["Test archive"]


def test_authors(tmp_path: Path) -> None:
    """A lone author with a family name of several words is told twice, several once each, and an
    agency has a comma behind it.
    """
    site = made(tmp_path / "a")
    assert meta(site, "citation_author") == ["van der Doe, Jane Mary"] * 2
    two = ARTICLE.replace("[Jane Mary van der Doe]", "[Ann Bell, Associated Press]")
    site = made(tmp_path / "b", two)
    assert meta(site, "citation_author") == ["Bell, Ann", "Associated Press,"]


def test_what_is_embedded(tmp_path: Path) -> None:
    """Dates, language, address, place, licence and the citation itself, each in its own tag."""
    site = made(tmp_path)
    url = "https://example.org/articles/rain.html"
    title = 'After <b>the</b> rain & "snow"'
    assert meta(site, "citation_title") == [title]
    assert meta(site, "citation_publication_date") == ["2001/11/02"]
    assert meta(site, "citation_language") == ["en"]
    assert meta(site, "citation_public_url") == [url]
    assert meta(site, "DCTERMS.issued") == ["2001-11-02"]
    assert meta(site, "DCTERMS.isPartOf") == ["Test archive"]
    assert meta(site, "DCTERMS.spatial") == ["Kabul"]
    assert meta(site, "DCTERMS.license") == ["https://creativecommons.org/licenses/by/4.0/"]
    assert meta(site, "og:title", "property") == [title]
    assert meta(site, "og:url", "property") == [url]
    assert meta(site, "article:published_time", "property") == ["2001-11-02"]
    assert links(site, "cite-as") == [url]
    assert links(site, "license") == ["https://creativecommons.org/licenses/by/4.0/"]
    assert links(site, "type") == ["https://schema.org/AboutPage", "https://schema.org/NewsArticle"]
    (citation,) = meta(site, "DCTERMS.bibliographicCitation")
    assert citation.startswith("van der Doe, J. M. (2001, November 2). After")
    for prefix in ("DC", "DCTERMS"):
        assert links(site, f"schema.{prefix}")


def test_json_ld(tmp_path: Path) -> None:
    """Another program reads the article from JSON-LD, and every name in it is one of schema.org."""
    site = made(tmp_path)
    (article,) = extruct.extract(site.page("articles/rain.html"), syntaxes=["json-ld"])["json-ld"]
    assert article["headline"] == 'After <b>the</b> rain & "snow"'
    assert article["isBasedOn"] == "https://example.com/original"
    (author,) = article["author"]
    assert (author["name"], author["url"]) == (
        "Jane Mary van der Doe",
        "https://example.org/authors/jane-mary-van-der-doe.html",
    )
    assert "sameAs" not in author
    (place,) = article["contentLocation"]
    assert place["geo"]["latitude"] == 34.53
    assert article["workExample"]["holdingArchive"]["name"] == "Test archive"
    assert [name for name in sorted(names_in(article)) if name not in SDO] == []


def names_in(value: object) -> set[str]:
    """Every property and type that a piece of JSON-LD uses."""
    if isinstance(value, list):
        return set().union(*map(names_in, value))
    if not isinstance(value, dict):
        return set()
    own = {name for name in value if not name.startswith("@")}
    types = {value["@type"]} if "@type" in value else set()
    return own | types | set().union(*map(names_in, value.values()))


def test_a_name_that_was_verified(tmp_path: Path) -> None:
    """What the keeper says an author is elsewhere is told to programs, and nothing is inferred."""
    entry = "name: Jane Mary van der Doe\nsame_as: [https://www.wikidata.org/wiki/Q1]\n"
    site = made(tmp_path, content__authors__jane=entry)
    html = site.page("articles/rain.html")
    assert '"sameAs":["https://www.wikidata.org/wiki/Q1"]' in html
    assert links(site, "author") == ["https://www.wikidata.org/wiki/Q1"]


def test_files_without_a_request(tmp_path: Path) -> None:
    """BibTeX, RIS and CSL-JSON lie in the page itself, and are what they say."""
    site = made(tmp_path)
    files = {
        str(link["download"]): unquote(str(link["href"]).partition(",")[2])
        for link in site.soup("articles/rain.html").select(".cite a[download]")
    }
    assert sorted(files) == ["rain.bib", "rain.json", "rain.ris"]
    (record,) = rispy.loads(files["rain.ris"])
    assert record["type_of_reference"] == "NEWS"
    assert record["authors"] == ["van der Doe, Jane Mary"]
    (item,) = json.loads(files["rain.json"])
    assert item["type"] == "article-newspaper"
    assert files["rain.bib"].startswith("@article{articles/rain,")


def test_without_an_address(tmp_path: Path) -> None:
    """Where the address of the site is not known, nothing makes one up."""
    site = SiteTest(tmp_path).write({"site.yml": "title: T\n", "content/articles/rain.md": ARTICLE})
    assert site.run("build").exit_code == 0
    assert meta(site, "citation_public_url") == []
    assert links(site, "cite-as") == []
    assert "example.org" not in site.page("articles/rain.html")


def test_a_version_is_of_the_text(tmp_path: Path) -> None:
    """The version changes with the title and the text, and with nothing else."""

    def version(article: str) -> str:
        site = made(tmp_path / str(len(list(tmp_path.iterdir()))), article)
        code = site.soup("articles/rain.html").select_one(".cite code")
        assert code
        return code.get_text()

    first = version(ARTICLE)
    assert re.fullmatch("[0-9a-f]{10}", first)
    assert version(ARTICLE.replace("topics: [War]", "topics: [Peace]")) == first
    assert version(ARTICLE.replace("First", "Last")) != first
    assert version(ARTICLE.replace("rain", "snow")) != first


WORDS = st.lists(st.sampled_from(["one", "two", "three", "four"]), min_size=1, max_size=3)
BODIES = st.lists(WORDS.map(" ".join), min_size=1, max_size=8)


TAGS = ["<p>", "</p>", '<p class="x">', '<p id="a">', "<p\n>", '<p title="</p>">', "<p ", ">"]
PIECES = st.sampled_from([*TAGS, "<pre>", "<em>", "</em>", "one", "two ", " ", "\n", "é"])


@given(st.lists(PIECES, max_size=12).map("".join))
def test_paragraphs_are_found_as_one_pattern_finds_them(html: str) -> None:
    """Each paragraph begins with its tag and ends with the first end of one, whatever is broken."""
    pattern = re.compile(r"<p(?P<rest>(?:\s[^>]*)?)>(?P<inner>.*?)</p>", re.DOTALL)
    places = [
        (one["rest"], one["inner"])
        for one in pattern.finditer(html)
        if " id=" not in one["rest"] and re.sub(r"<[^>]*>", "", one["inner"]).strip()
    ]
    made = anchored(html)
    link = re.compile(r'<a class="anchor" href="#(p-[^"]*)" aria-label="¶"></a>')
    names = link.findall(made)
    assert len(names) == len(set(names)) == len(places)
    for name, (rest, inner) in zip(names, places, strict=True):
        assert f'<p id="{name}"{rest}>{inner}<a class="anchor" href="#{name}"' in made
    plain = link.sub("", re.sub(r' id="p-[0-9a-f]{7}(-\d+)?"', "", made))
    assert plain == html


BLANKS = ["\t", "\v", "\f", "\r", "\x1c", "\x1d", "\x1e", "\x1f", "\x85", "\xa0", "\u2003"]
BETWEEN = [" ", "  ", "\n", "<b>", " <b> ", "\n<b>", *BLANKS]


@pytest.mark.parametrize("between", BETWEEN)
@given(st.lists(st.sampled_from(["", "one", "é"]), min_size=2, max_size=3))
def test_an_anchor_tells_words_and_no_blanks(between: str, texts: list[str]) -> None:
    """However the words of a paragraph are parted, and wherever tags stand, its anchor is one."""
    text = between.join(texts)
    words = " ".join(re.sub("<[^>]*>", "", text).split())
    expected = f"p-{hashlib.sha256(words.encode()).hexdigest()[:7]}"
    found = re.findall(' id="([^"]*)"', anchored(f"<p>{text}</p>"))
    assert found == ([expected] if words else [])


@given(BODIES, st.integers(0, 7))
def test_an_anchor_is_of_its_paragraph(texts: list[str], place: int) -> None:
    """An edit elsewhere moves no anchor, but for paragraphs that say the very same."""

    def anchors(paragraphs: list[str]) -> dict[str, str]:
        html = anchored("\n".join(f"<p>{one}</p>" for one in paragraphs))
        return dict(re.findall(r'<p id="([^"]*)">(.*?)<a ', html))

    before = anchors(texts)
    assert sorted(before.values()) == sorted(texts)
    after = anchors([*texts[:place], "something else", *texts[place:]])
    assert before.items() <= after.items()


def test_paragraphs_have_links(tmp_path: Path) -> None:
    """Every paragraph can be linked, also the second of two that say the same; no word is added."""
    site = made(tmp_path)
    paragraphs = site.soup("articles/rain.html").select(".body p")
    ids = [str(one["id"]) for one in paragraphs]
    assert len(set(ids)) == 3
    assert ids[2] == f"{ids[0]}-2"
    assert [str(one.a["href"]) for one in paragraphs if one.a] == [f"#{one}" for one in ids]
    assert [one.get_text() for one in paragraphs] == [
        "First words.",
        "Second words.",
        "First words.",
    ]


def test_known_countries_are_told_to_programs(tmp_path: Path) -> None:
    """JSON-LD has the point of a country without an entry, and all that a place lies in; when what
    it lies in changes, so does the page.
    """
    site = made(tmp_path, ARTICLE.replace("[Kabul]", "[Kabul, Nepal]"))

    def places() -> list[dict[str, object]]:
        data = site.soup("articles/rain.html").find("script", type="application/ld+json")
        assert data is not None
        found: list[dict[str, object]] = json.loads(data.get_text())["contentLocation"]
        return found

    kabul, nepal = places()
    asia = {"@type": "Place", "name": "Asia"}
    around = {"@type": "Place", "name": "Afghanistan", "containedInPlace": asia}
    assert kabul["containedInPlace"] == around
    assert nepal["containedInPlace"] == asia
    assert nepal["geo"]
    site.write({"content/places/afghanistan.yml": "name: Afghanistan\nparent: Europe\n"}).run(
        "build"
    )
    kabul, _ = places()
    assert kabul["containedInPlace"] == around | {
        "containedInPlace": {"@type": "Place", "name": "Europe"}
    }


SAID = st.lists(st.sampled_from(["one", "two", "é", "x1", "…"]), max_size=9).map(" ".join)
SHOWN = st.lists(st.sampled_from(["one", "two", "é", "<b>", "</b>", " ", ", ", "-"]), max_size=30)


@given(SAID, SAID, SHOWN.map("".join), st.booleans())
def test_a_summary_repeats_how_a_text_begins(said: str, begins: str, rest: str, same: bool) -> None:
    """What all words of both tell, those that are looked at first tell too."""
    html = f"<p>{said if same else begins} {rest}"
    *whole, last = words(said) or [""]
    told = words(plain_words(html))
    cut = said.rstrip().endswith("…")
    expected = (
        len(words(said)) >= LEAST_REPEATED
        and len(told) > len(whole)
        and told[: len(whole)] == whole
        and (told[len(whole)] == last or (cut and told[len(whole)].startswith(last)))
    )
    assert repeats(said, html) == expected


def test_a_text_may_begin_with_many_tags() -> None:
    """Its first words are compared, however far behind they stand."""
    summary, tags = "one two three four five six", "<p>" * 200
    assert repeats(summary, f"{tags}{summary}")
    assert not repeats(summary, tags)


@pytest.mark.parametrize("blanks", range(40, 60))
def test_a_text_may_begin_far_from_the_margin(blanks: int) -> None:
    """No part of its first word is taken for that word."""
    summary = "one two three four five six"
    assert repeats(summary, f"<pre>{' ' * blanks}{summary}</pre>")
