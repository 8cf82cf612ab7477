"""Every page of a site that has all kinds: its policy, its links, its marks, what it shows."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from bs4 import BeautifulSoup

from tests.archive_sites import EVERY_KIND, articles, document
from tests.support import ROOT as FOLDER
from tests.support import SiteTest

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; media-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'"
)
"""As in docs/design.md, letter for letter."""

ROOT = "https://example.org/repo/"
FORBIDDEN = {"script", "style", "iframe", "object", "embed", "base", "form", "applet", "frame"}
LINKS = ("href", "src", "srcset", "poster", "action", "data", "formaction", "background", "cite")


@pytest.fixture(scope="session")
def every_kind(tmp_path_factory: pytest.TempPathFactory) -> SiteTest:
    """The site with every kind of page, built; nobody changes it."""
    site = SiteTest(tmp_path_factory.mktemp("every-kind")).write(EVERY_KIND)
    assert site.run("build").exit_code == 0
    return site


@pytest.fixture(scope="session")
def soups(every_kind: SiteTest) -> dict[str, BeautifulSoup]:
    """All its pages, parsed, by URL."""
    return {url: every_kind.soup(url) for url in every_kind.output() if url.endswith(".html")}


def links(soup: BeautifulSoup) -> Iterator[str]:
    """Every address that a page's elements carry, but its canonical one."""
    for element in soup.find_all(True):
        if element.name == "link" and "canonical" in str(element.get("rel")):
            continue
        for name in LINKS:
            if element.has_attr(name):
                yield str(element[name])


def test_every_kind_is_there(soups: dict[str, BeautifulSoup]) -> None:
    """The site that these tests read has every kind of page."""
    kinds = {name for soup in soups.values() for name in soup.body["class"]}  # type: ignore[index]
    assert kinds >= {
        "home", "article", "author", "place", "topic", "series", "list", "index", "page",
        "not-found",
    }  # fmt: skip


def test_every_page_has_the_policy(soups: dict[str, BeautifulSoup]) -> None:
    """The policy is the first thing a page says after its encoding, and is said once."""
    for url, soup in soups.items():
        metas = soup.head.find_all("meta")  # type: ignore[union-attr]
        assert metas[0].get("charset") == "utf-8", url
        assert metas[1].get("http-equiv") == "Content-Security-Policy", url
        assert metas[1]["content"] == POLICY, url
        assert len(soup.find_all("meta", attrs={"http-equiv": True})) == 1, url


def test_no_page_holds_anything_active(soups: dict[str, BeautifulSoup]) -> None:
    """No script, style, handler or frame is on any page, whatever a body or a name says.

    The theme's own are the search form, on the search page its script, a file of the site, and on
    the page of an article what it tells programs: data, which no browser runs, and files to save.
    """
    for url, soup in soups.items():
        own = soup.select("form.find, form.query, form.find input, form.query input, form.query *")
        if url == "search.html":
            own += soup.select("script[src][data-search], aside.refine *")
        own += soup.select('head > script[type="application/ld+json"]')
        for element in soup.find_all(True):
            if not any(element is one for one in own):
                assert element.name not in FORBIDDEN, url
            assert not [name for name in element.attrs if name.startswith("on")], url
            assert "style" not in element.attrs, url
            for name in LINKS:
                scheme = urlsplit(str(element.get(name, "")).strip()).scheme
                if scheme == "data" and element.has_attr("download"):
                    assert element.find_parent(class_="cite"), url
                    continue
                assert scheme in ("", "http", "https", "mailto"), (url, element)


def test_a_body_cannot_take_the_names_of_the_page(soups: dict[str, BeautifulSoup]) -> None:
    """Ids are unique on every page, and the classes of a body are not those of the theme."""
    for url, soup in soups.items():
        ids = [element["id"] for element in soup.find_all(id=True)]
        assert sorted(set(ids)) == sorted(ids), url
    assert not soups["articles/hostile.html"].select(".body .masthead, .body .evil")


def test_every_link_holds(every_kind: SiteTest, soups: dict[str, BeautifulSoup]) -> None:
    """Every link inside the site is relative and leads to a file, and its fragment to a place."""
    files = every_kind.output()
    for url, soup in soups.items():
        if url == "404.html":
            continue
        for link in links(soup):
            parts = urlsplit(link)
            if parts.scheme:
                continue
            assert not link.startswith("/"), (url, link)
            target = unquote(urlsplit(urljoin(f"http://host/{url}", link)).path).lstrip("/")
            assert target in files, (url, link)
            if parts.fragment:
                assert soups[target].find(id=unquote(parts.fragment)), (url, link)


def test_no_page_is_out_of_reach(soups: dict[str, BeautifulSoup]) -> None:
    """Every page but the 404 page is reached from the home page by links alone."""
    seen, waiting = set(), ["index.html"]
    while waiting:
        url = waiting.pop()
        if url in seen or url not in soups:
            continue
        seen.add(url)
        for link in links(soups[url]):
            if not urlsplit(link).scheme:
                path = urlsplit(urljoin(f"http://host/{url}", link)).path
                waiting.append(unquote(path).lstrip("/"))
    assert soups.keys() - seen == {"404.html"}


def test_the_missing_page_is_rooted(every_kind: SiteTest, soups: dict[str, BeautifulSoup]) -> None:
    """A 404 page is shown at any depth: its links begin at the root of the site's address."""
    for link in links(soups["404.html"]):
        if not link.startswith("#"):
            assert link.startswith("/repo/"), link
            assert link.removeprefix("/repo/") in every_kind.output(), link


def test_a_canonical_address_is_absolute(soups: dict[str, BeautifulSoup]) -> None:
    """Every page but the 404 page tells its absolute address; the home page's is the site's."""
    for url, soup in soups.items():
        found = [str(one["href"]) for one in soup.find_all("link", rel="canonical")]
        if url == "404.html":
            assert found == []
        elif url == "index.html":
            assert found == [ROOT]
        else:
            assert [url] == [unquote(one.removeprefix(ROOT)) for one in found]
            assert all(one.isascii() and " " not in one for one in found)


def test_without_an_address_nothing_is_absolute(site: SiteTest) -> None:
    """A site that does not know its address has no canonical links; its 404 page begins at `/`."""
    site.write({"site.yml": "title: T\n", **articles(1)}).run("build")
    for url in site.output():
        if url.endswith(".html"):
            assert not site.soup(url).find("link", rel="canonical")
    assert site.soup("404.html").find("link", rel="stylesheet")["href"].startswith("/assets/")  # type: ignore[union-attr,index]


def test_the_url_option_takes_the_place_of_the_setting(site: SiteTest) -> None:
    """`--url` decides canonical addresses and where the 404 page is rooted."""
    site.write(articles(1)).run("build", "--url", "https://other.example/deep/er")
    assert "https://other.example/deep/er/articles/n00.html" in site.page("articles/n00.html")
    assert 'href="/deep/er/index.html"' in site.page("404.html")


def test_noindex_asks_search_engines_to_pass_by(site: SiteTest) -> None:
    """Only what says `noindex` and the 404 page ask for it; lists show and count it as before."""
    hidden = {"title": "Hidden", "date": "2001", "authors": "[Ann Bell]", "noindex": "true"}
    site.write(
        {
            "content/articles/hidden.md": document("Seldomword.", hidden),
            "content/articles/shown.md": document("Text.", hidden | {"noindex": "false"}),
            "content/pages/imprint.md": document("Text.", {"title": "P", "noindex": "true"}),
            "content/pages/about.md": document("Text.", {"title": "About"}),
            "content/topics/_index.md": document("Text.", {"title": "T", "noindex": "true"}),
            "content/topics/war.yml": "name: War\n",
        }
    )
    assert site.run("build").exit_code == 0
    asking = {
        path
        for path in site.output()
        if path.endswith(".html")
        and [one["content"] for one in site.soup(path).select("meta[name=robots]")] == ["noindex"]
    }
    assert {"404.html", "articles/hidden.html", "imprint.html", "topics/index.html"} == asking
    assert "2 articles" in site.text("authors/ann-bell.html")
    assert "Seldomword" in site.text("authors/ann-bell.html")
    assert "2 articles" in site.text("index.html")


def test_every_page_is_titled(soups: dict[str, BeautifulSoup]) -> None:
    """Titles tell pages apart, name the archive, and a page has one h1 and one main."""
    titles: dict[str, str] = {}
    for url, soup in soups.items():
        title = soup.title.get_text()  # type: ignore[union-attr]
        assert title.endswith("Every kind"), url
        other = titles.setdefault(title, url)
        assert other == url or "text" in soup.body["class"], (title, other, url)  # type: ignore[index]
        assert len(soup.find_all("h1")) == 1, url
        assert len(soup.find_all("main")) == 1, url


def test_headings_do_not_jump(soups: dict[str, BeautifulSoup]) -> None:
    """A heading is at most one level below the one before it, and none is empty."""
    for url, soup in soups.items():
        level = 0
        for heading in soup.find_all(re.compile(r"h[1-6]")):
            assert heading.get_text().strip(), url
            assert int(heading.name[1]) <= level + 1, (url, heading)
            level = int(heading.name[1])


def test_titles_of_lists(soups: dict[str, BeautifulSoup]) -> None:
    """A list of an entity's year names the entity, and the trail leads back to it."""
    soup = soups["topics/earn/1987-03-01.html"]
    assert soup.title.get_text() == "earn, 1 March 1987 – Every kind"  # type: ignore[union-attr]
    trail = [one.get_text() for one in soup.select(".trail a")]
    assert trail == ["Topics", "earn", "1987", "March 1987"]


def test_an_article_shows_its_particulars(soups: dict[str, BeautifulSoup]) -> None:
    """Title, byline, date, summary, places, topics, source and the site's own fields are there."""
    soup = soups["articles/full.html"]
    assert soup.h1.get_text() == "The defections"  # type: ignore[union-attr]
    byline = soup.select_one(".byline")
    assert byline is not None
    assert [one.get_text() for one in byline.find_all("a")] == ["Tim Example", "C++"]
    assert soup.time["datetime"] == "2001-11-02"  # type: ignore[index]
    text = " ".join(soup.get_text(" ").split())
    for said in (
        "What happened in November.", "Kunduz", "Kabul", "War & peace", "Dispatches", "Box 4",
        "EX-17", "All rights reserved", "The Example", "January 2002", "News desk",
    ):  # fmt: skip
        assert said in text
    source = soup.find("a", attrs={"data-originalurl": True})
    assert source is not None
    assert source["data-originalurl"] == "https://example.com/original?a=1&b=2"
    assert source["data-versiondate"] == "2001-11-05"
    assert str(source["data-versionurl"]).startswith("https://web.archive.org/")


def test_an_article_shows_its_record(soups: dict[str, BeautifulSoup]) -> None:
    """Its file, the digest of its bytes, and where each statement about it comes from."""
    record = soups["articles/full.html"].select_one("details.record")
    assert record is not None
    text = " ".join(record.get_text(" ").split())
    data = EVERY_KIND["content/articles/full.md"]
    assert isinstance(data, str)
    assert hashlib.sha256(data.encode()).hexdigest() in text
    assert "content/articles/full.md" in text
    assert "Tim Example; C++ front matter, line 3" in text


def test_neighbours_are_those_in_time(soups: dict[str, BeautifulSoup]) -> None:
    """An article leads to the one before and after it by date; an undated one to none."""
    full = soups["articles/full.html"]
    assert full.find("a", rel="prev")
    assert full.find("a", rel="next")["href"] == "noted.html"  # type: ignore[index]
    assert not soups["articles/undated.html"].find("a", rel=["prev", "next"])


def test_a_biography_from_an_article(soups: dict[str, BeautifulSoup]) -> None:
    """Without a registry text the newest closing note stands on the author's page, dated."""
    soup = soups["authors/ann-noted.html"]
    assert "Ann Noted is a reporter for the Example." in soup.get_text()
    origin = soup.select_one(".origin a")
    assert origin is not None
    assert origin["href"] == "../articles/noted.html"
    assert "2003" in soup.select_one(".origin").get_text()  # type: ignore[union-attr]


def test_a_registry_entry_is_shown(soups: dict[str, BeautifulSoup]) -> None:
    """Text, portrait, other names, other addresses, the place around a place, its point."""
    author = soups["authors/tim-example.html"]
    assert author.select_one("img.portrait")["src"] == "tim.png"  # type: ignore[index]
    assert "T. Example" in author.get_text()
    assert author.find("a", href="https://www.wikidata.org/wiki/Q1")
    place = soups["places/kabul.html"]
    assert place.find("a", href="afghanistan.html")
    assert "34.53° N, 69.17° E" in place.get_text()


def test_other_languages_are_marked(soups: dict[str, BeautifulSoup]) -> None:
    """An article in another language says so where its text begins, also in lists."""
    body = soups["articles/dari.html"].select_one(".body")
    assert body is not None
    assert (body["lang"], body["dir"]) == ("prs", "rtl")
    card = soups["dates/1942.html"].select_one(".card h3, .card h2")
    assert card is not None
    assert (card["lang"], card["dir"]) == ("prs", "rtl")


def test_a_field_that_says_nothing_has_no_line(site: SiteTest) -> None:
    """A field of the site's own is shown where it has a value, and 0 is one."""
    stated = {"title": "T", "desk": "{}", "box": '[""]', "folio": "0"}
    site.write({"site.yml": "title: T\nfields: {desk: Desk, box: Box, folio: Folio}\n"})
    site.write({"content/articles/a.md": document("Text.", stated)}).run("build", "--jobs", "1")
    record = site.soup("articles/a.html").select_one(".record dl")
    assert record is not None
    named = [one.get_text() for one in record.find_all("dt")]
    assert named[-1] == "Folio"
    assert not {"Desk", "Box"} & set(named)


def test_introductions_stand_on_their_pages(soups: dict[str, BeautifulSoup]) -> None:
    """pages/index.md introduces the home page, authors/_index.md the list of authors."""
    assert "This is the archive." in soups["index.html"].get_text()
    assert "Those who wrote." in soups["authors/index.html"].get_text()


def test_an_svg_is_published_without_its_scripts(every_kind: SiteTest) -> None:
    """An attached drawing keeps its shapes and loses what could run."""
    drawing = every_kind.page("articles/drawing.svg")
    assert "rect" in drawing
    assert "script" not in drawing
    assert "onload" not in drawing


def test_bars_leave_the_undated_out(site: SiteTest) -> None:
    """The longest bar is that of the largest year, however many articles have no date."""
    site.write({**articles(2), "content/articles/o.md": document("T.", {"date": "1999"})})
    site.write({f"content/articles/u{n}.md": f"# U {n}\n\nText.\n" for n in range(9)}).run("build")
    for page in ("index.html", "dates/index.html"):
        parts = site.soup(page).select(".timeline li, .drawers li")
        bars = {one.get_text(" ").split()[0]: one.select_one("rect") for one in parts}
        assert bars["2000"]["height"] == "100"  # type: ignore[index]
        assert bars["Undated"] is None


def test_one_year_shows_its_months(site: SiteTest) -> None:
    """Where all articles are of one year, the home page leads to its months."""
    months = {
        f"content/articles/{month}.md": document("T.", {"title": "T", "date": f"1987-{month:02d}"})
        for month in (2, 11)
    }
    site.write({**months}).run("build")
    assert [one["href"] for one in site.soup("index.html").select(".timeline a")] == [
        "dates/1987-02.html",
        "dates/1987-11.html",
    ]


def test_a_long_entity_shows_its_newest(soups: dict[str, BeautifulSoup]) -> None:
    """A page whose articles are on pages by year shows the ten newest, the newest first."""
    titles = [one.get_text() for one in soups["topics/earn.html"].select(".card h3")]
    assert len(titles) == 10
    assert titles[0] == "Wire 2 6"


ORDINARY = {
    "title": "The harvest of 1999",
    "authors": "[Ann Bell]",
    "date": "1999-10-02",
    "places": "[Kabul]",
    "topics": "[Agriculture]",
    "source_url": "https://example.com/news/1999/10/02/harvest",
    "publication": "The Example",
}


CROPS = [
    "wheat",
    "barley",
    "millet",
    "maize",
    "rice",
    "lentils",
    "sesame",
    "cotton",
    "saffron",
    "melons",
    "grapes",
    "almonds",
]
DOCKS = ["harbour", "ships", "cranes", "docks"]


def test_an_article_page_is_light(site: SiteTest, every_kind: SiteTest) -> None:
    """What a page adds to the body of an ordinary article, related articles and neighbours
    included, is little; so it is where every field is stated, which the page tells readers,
    programs and in its record.
    """
    for day in range(1, 13):
        words = CROPS if day < 7 else DOCKS
        body = " ".join(f"The {one} of day {day} fed village {one}{day}." for one in words)
        fields = {**ORDINARY, "title": f"The harvest of {day}", "date": f"1999-10-{day:02}"}
        site.write({f"content/articles/1999/10/harvest-of-{day}.md": document(body, fields)})
    assert site.run("build").exit_code == 0
    url = "articles/1999/10/harvest-of-3.html"
    assert len(site.soup(url).select(".related li")) == 4
    assert len(site.soup(url).select(".neighbours a")) == 2
    assert added(site, url) <= 8000
    for url in every_kind.output():
        if url.startswith("articles/") and url.endswith(".html"):
            assert added(every_kind, url) < 11000, url


def test_a_summary_stands_in_a_page_three_times(site: SiteTest) -> None:
    """For search engines, above the text, and in the file for managers of references that has room
    for it; its record tells where it comes from.
    """
    summary = "What the villages had to eat in a year without rain."
    fields = {**ORDINARY, "summary": summary}
    site.write({"content/articles/a.md": document("The wheat failed.", fields)}).run("build")
    page = unquote(site.page("articles/a.html"))
    assert page.count(summary) == 3
    assert f'<meta name="description" content="{summary}">' in page
    assert f"AB  - {summary}" in page
    assert site.soup("articles/a.html").select_one(".summary").get_text() == summary  # type: ignore[union-attr]
    assert "Summary</dt><dd>As shown above the text</dd><dd>front matter, line 9</dd>" in page


def added(site: SiteTest, url: str) -> int:
    """The bytes of a page beyond those of its body."""
    return len(site.page(url).encode()) - len(
        str(site.soup(url).select_one(".body") or "").encode()
    )


def test_a_link_that_leads_nowhere_is_no_link(site: SiteTest) -> None:
    """A dead link keeps its words and loses its address; a missing image tells its alt text."""
    body = "See [the *other*](gone.md 'why') and ![A photo](gone.png)."
    site.write({"content/articles/a.md": document(body, {"title": "A"})})
    assert site.run("build").exit_code == 0
    soup = site.soup("articles/a.html")
    link = soup.select_one("a.missing")
    assert link is not None
    assert not link.has_attr("href")
    assert link.get_text() == "the other"
    assert soup.select_one("span.missing").get_text() == "A photo (gone.png)"  # type: ignore[union-attr]


def test_a_site_overrides_one_template_and_one_block(site: SiteTest) -> None:
    """A site's template wins over the theme's and can extend what it overrides."""
    site.write(
        {
            "templates/base.html": '{% extends "theme/base.html" %}'
            "{% block footer %}<footer>Our own foot</footer>{% endblock %}",
            "static/logo.svg": '<svg xmlns="http://www.w3.org/2000/svg"/>',
            "templates/page.html": "<p>{{ asset('logo.svg') }}</p>",
            "static/root/robots.txt": "User-agent: *\n",
            "content/pages/about.md": "# About\n\nText.\n",
            **articles(1),
        }
    )
    assert site.run("build").exit_code == 0
    assert "Our own foot" in site.page("articles/n00.html")
    assert re.fullmatch(r"<p>assets/logo\.[0-9a-f]{10}\.svg</p>", site.page("about.html"))
    assert site.page("robots.txt") == "User-agent: *\n"


def test_a_template_finds_keys_before_methods(site: SiteTest) -> None:
    """A key of a dict hides the method of the same name; other methods can be called."""
    template = (
        "{{ dict(items='key').items }} {{ dict(a=1).items() | list }} {{ page.gone is defined }}"
    )
    site.write({"templates/page.html": template, "content/pages/a.md": "# A\n", **articles(1)})
    assert site.run("build").exit_code == 0
    assert site.page("a.html") == "key [(&#39;a&#39;, 1)] False"


@pytest.mark.parametrize(
    ("template", "shown"),
    [
        (
            "{% macro b() %}<b>{{ caller() }}</b>{% endmacro %}{% call b() %}&{% endcall %}",
            "<b>&</b>",
        ),
        ("{% macro b(x, y='<') %}{{ x }}{{ y }}{% endmacro %}{{ b(y='>', x=1) }}", "1&gt;"),
        ("{% macro b() %}{{ varargs | join }}{% endmacro %}{{ b(*[1, 2]) }}", "12"),
        (
            "{% for x in [[1, [2]]] recursive %}{{ x if x is number else loop(x) }}{% endfor %}",
            "12",
        ),
        ("{% for i in range(2) %}{{ url('a b.html') }} {% endfor %}", "a%20b.html a%20b.html "),
    ],
)
def test_a_template_calls_what_jinja_calls(site: SiteTest, template: str, shown: str) -> None:
    """Macros take blocks, names, defaults and lists; loops and functions are called as ever."""
    site.write({"templates/page.html": template, "content/pages/a.md": "# A\n", **articles(1)})
    assert site.run("build").exit_code == 0
    assert site.page("a.html") == shown


def test_macros_of_a_site_serve_every_page(site: SiteTest) -> None:
    """A site's own macros.html is what the theme's pages use, and may ask which page it is on."""
    theme = (FOLDER / "templates/macros.html").read_text(encoding="utf-8")
    own = theme.replace('<li class="card', '<li data-on="{{ page.url }}" class="card')
    site.write({"templates/macros.html": own, **articles(3, authors="[Ann]")})
    assert site.run("build").exit_code == 0
    for url in ("index.html", "authors/ann.html"):
        assert {one["data-on"] for one in site.soup(url).select(".card")} == {url}


def test_every_broken_template_is_told(site: SiteTest) -> None:
    """Two templates with a syntax error give two findings with file and line."""
    site.write(
        {
            "templates/home.html": "a\n{% if %}\n",
            "templates/list.html": "{{ 1 }}\n\n{% endblock %}\n",
            **articles(1),
        }
    )
    found = [one for one in site.diagnostics() if one["code"] == "template-error"]
    places = [(one["path"], one["line"]) for one in found]
    assert places == [("templates/home.html", 2), ("templates/list.html", 3)]
    assert site.run("build", "--keep-going").exit_code == 1
    assert not (site.folder / "output").exists()


@pytest.mark.parametrize(
    ("template", "line", "said"),
    [
        ("ok\n{{ nothing }}", 2, "nothing"),
        ("{{ asset('gone.css') }}", 1, "static/gone.css"),
        ("\n\n{{ 1 / 0 }}", 3, "division"),
        ("{% include 'gone.html' %}", 1, "gone.html"),
    ],
)
def test_a_template_that_fails_is_told(site: SiteTest, template: str, line: int, said: str) -> None:
    """What a template raises is told with its line, by `check` too, and nothing is published."""
    site.write({"templates/page.html": template, "content/pages/a.md": "# A\n", **articles(1)})
    result = site.run("check", "--format", "json", "--only", "template-error")
    [found] = json.loads(result.stdout)
    assert (found["path"], found["line"]) == ("templates/page.html", line)
    assert said in found["message"]
    assert site.run("build", "--keep-going").exit_code == 1


def test_a_template_that_is_not_text(site: SiteTest) -> None:
    """A template that cannot be decoded is told, not raised."""
    site.write({"templates/home.html": b"\xff\xfe", **articles(1)})
    assert "template-error" in site.codes()


def test_a_static_file_cannot_take_a_page(site: SiteTest) -> None:
    """A file of static/root/ in the way of a page is an error, and so is one kept for site_gen."""
    site.write(
        {
            "static/root/index.html": "mine",
            "static/root/archive-manifest.json": "{}",
            **articles(1),
        }
    )
    assert site.codes().count("attachment-collision") == 2


def test_nothing_of_this_machine_is_in_a_page(every_kind: SiteTest) -> None:
    """Neither the site's folder nor the day of the build stands in any file."""
    for path in Path(every_kind.folder / "output").rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            assert str(every_kind.folder).encode() not in data
            assert b"2026-01-01" not in data


@pytest.mark.parametrize(
    ("summary", "text", "shown"),
    [
        ("The harvest of 1999 failed. People", "The harvest of *1999* failed. People left.", False),
        ("The harvest of 1999 failed. Peo…", "The harvest of 1999 failed. People left.", False),
        ("The harvest of 1999 failed. Peo", "The harvest of 1999 failed. People left.", True),
        ("The harvest of 1999 failed. Forged…", "The harvest of 1999 failed. Not at all.", True),
        ("The harvest", "The harvest of 1999 failed.", True),
        ("The harvest of 1999 failed, and more.", "The harvest of 1999 failed.", True),
        ("One two " * 40, "One two " * 60, False),
        ("One two " * 40 + "forged", "One two " * 60, True),
    ],
)
def test_a_summary_that_says_only_how_the_text_begins_is_not_shown_above_it(
    site: SiteTest, summary: str, text: str, shown: bool
) -> None:
    """Lists and programs have it all the same."""
    site.write({"content/articles/a.md": f"---\ntitle: A\nsummary: {summary}\n---\n\n{text}\n"})
    assert site.run("build").exit_code == 0
    assert bool(site.soup("articles/a.html").select(".summary")) is shown
    assert summary.strip() in site.text("dates/undated.html")
