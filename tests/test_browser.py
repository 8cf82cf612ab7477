"""What only a browser can tell: accessibility, no script needed, one output at any address."""

from __future__ import annotations

import functools
import http.server
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Dialog, Page

from tests.archive_sites import EVERY_KIND
from tests.conftest import NewPage
from tests.support import SiteTest

pytestmark = pytest.mark.browser

KINDS = {
    "home": "index.html",
    "article": "articles/full.html",
    "article in another language": "articles/dari.html",
    "article of hostile text": "articles/hostile.html",
    "author": "authors/tim-example.html",
    "author with a note": "authors/ann-noted.html",
    "place": "places/kabul.html",
    "topic, split": "topics/earn.html",
    "topic in a year": "topics/earn/1987.html",
    "series": "series/dispatches.html",
    "index": "authors/index.html",
    "dates": "dates/index.html",
    "year": "dates/1987.html",
    "month, split": "dates/1987-03.html",
    "day": "dates/1987-03-01.html",
    "day in all years": "dates/on/11-02.html",
    "coverage": "coverage.html",
    "undated, split": "dates/undated.html",
    "free page": "about.html",
    "404": "404.html",
}
"""A page of every kind there is."""

WIDTHS = {"phone": {"width": 390, "height": 844}, "desktop": {"width": 1280, "height": 900}}


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The output of the site with every kind of page."""
    site = SiteTest(tmp_path_factory.mktemp("browser")).write(EVERY_KIND)
    assert site.run("build").exit_code == 0
    return site.folder / "output"


@pytest.fixture(scope="session")
def served(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The same output at the root of a host and under /repo/: the two addresses."""
    below = tmp_path_factory.mktemp("host")
    shutil.copytree(built, below / "repo")
    servers = {}
    for name, folder in (("root", built), ("repo", below)):
        handler = functools.partial(_Quiet, directory=str(folder))
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers[name] = server
    ports = {name: server.server_address[1] for name, server in servers.items()}
    yield {
        "root": f"http://127.0.0.1:{ports['root']}/",
        "repo": f"http://127.0.0.1:{ports['repo']}/repo/",
    }
    for server in servers.values():
        server.shutdown()
        server.server_close()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves a folder, with its 404.html, and says nothing."""

    def log_message(self, format: str, *args: Any) -> None:
        """Keep the test's output clean."""

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Answer with the site's own page, as GitHub Pages does."""
        page = next(Path(self.directory).rglob("404.html")).read_bytes()
        self.send_response(code)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(page)


RULES = {"rules": {"target-size": {"enabled": True}}}
"""All rules of axe, and that what is touched is large enough (WCAG 2.2, 2.5.8)."""


def background(page: Page) -> str:
    """The colour of the page, which only the style sheet sets."""
    colour: str = page.evaluate("getComputedStyle(document.body).maxWidth")
    return colour


@pytest.mark.parametrize(("width", "scheme"), [("phone", "light"), ("desktop", "dark")])
def test_every_kind_is_accessible(
    new_page: NewPage, served: dict[str, str], width: str, scheme: str
) -> None:
    """axe finds nothing on any kind of page, on a phone in light and a desk in dark."""
    page = new_page(color_scheme=scheme, viewport=WIDTHS[width])
    for kind, url in KINDS.items():
        page.goto(served["repo"] + quote(url))
        for record in page.query_selector_all("details"):
            record.evaluate("element => element.open = true")
        violations = Axe().run(page, options=RULES).response["violations"]
        nodes = [(kind, one["id"], node["html"]) for one in violations for node in one["nodes"]]
        # No layout makes room around a name of one letter.
        assert [node for node in nodes if not node[2].endswith(">C</a>")] == []


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_no_page_scrolls_sideways(new_page: NewPage, served: dict[str, str], width: int) -> None:
    """Every kind of page fits into the window, down to 320 pixels (WCAG 1.4.10)."""
    page = new_page(viewport={"width": width, "height": 700})
    for kind, url in KINDS.items():
        page.goto(served["repo"] + quote(url))
        assert page.evaluate("document.documentElement.scrollWidth") <= width, kind


@pytest.mark.parametrize("place", ["root", "repo", "file"])
def test_the_same_output_at_any_address(
    new_page: NewPage, built: Path, served: dict[str, str], place: str
) -> None:
    """At a root, below /repo/ and from a disk: styled, linked, with an empty console."""
    start = f"{built.as_uri()}/" if place == "file" else served[place]
    page = new_page()
    for url in set(KINDS.values()) - {"404.html"}:
        page.goto(start + quote(url))
        assert background(page) != "none", url
        broken = page.evaluate(
            "[...document.images].filter(i => i.complete && !i.naturalWidth).map(i => i.src)"
        )
        assert broken == [], url
    page.goto(f"{start}index.html")
    page.click("nav >> text=Authors")
    page.click("main >> text=Tim Example")
    page.click("main >> text=The defections")
    assert page.inner_text("h1") == "The defections"
    page.click("text=the other one")
    assert page.url.startswith(start)
    assert page.inner_text("h1") == "Odd"


def test_a_missing_page(
    new_page: NewPage, served: dict[str, str], page_problems: list[str]
) -> None:
    """At any depth below the site's address the 404 page is styled and leads home."""
    page = new_page()
    page.goto(f"{served['repo']}articles/deep/er/gone.html")
    assert page.inner_text("h1") == "This page was not found"
    assert background(page) != "none"
    page.click("text=The first page of the archive")
    assert page.url == f"{served['repo']}index.html"
    assert all("404" in one for one in page_problems)
    page_problems.clear()


def test_without_javascript(new_page: NewPage, served: dict[str, str]) -> None:
    """Reading, browsing, following a source and the record need no script."""
    page = new_page(java_script_enabled=False)
    page.goto(f"{served['root']}index.html")
    page.click("nav >> text=Dates")
    page.click("main >> text=2001")
    page.click("main >> text=The defections")
    assert page.is_visible("text=They came in the morning")
    assert (
        page.get_attribute("a[data-originalurl]", "href") == "https://example.com/original?a=1&b=2"
    )
    page.click(".cite summary")
    assert page.is_visible("text=The defections. The Example.")
    page.click(".record summary")
    assert page.is_visible("text=content/articles/full.md")


def test_hostile_text_does_nothing(new_page: NewPage, served: dict[str, str]) -> None:
    """No script of a body, a title or a name runs, and nothing is asked of another host."""
    page = new_page()
    raised: list[str] = []

    def note(dialog: Dialog) -> None:
        raised.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", note)
    for url in ("articles/hostile.html", "authors/index.html", "places/index.html", "index.html"):
        page.goto(served["root"] + url)
    assert raised == []


def test_the_measure(new_page: NewPage, served: dict[str, str]) -> None:
    """A line of text holds at most 75 characters, and on a desk at least 60."""
    page = new_page(viewport=WIDTHS["desktop"])
    page.goto(f"{served['root']}articles/full.html")
    characters = page.evaluate(
        """() => {
            const body = document.querySelector('.body'), style = getComputedStyle(body);
            const context = document.createElement('canvas').getContext('2d');
            context.font = `${style.fontSize} ${style.fontFamily}`;
            const text = 'They came in the morning and said that the town had fallen to them. ';
            return body.clientWidth / (context.measureText(text).width / text.length);
        }"""
    )
    assert 60 <= characters <= 76


def test_the_skip_link(page: Page, served: dict[str, str]) -> None:
    """The first Tab reaches a link, then visible, that leads past the masthead."""
    page.goto(f"{served['root']}articles/full.html")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    box = page.locator(".skip").bounding_box()
    assert box is not None
    assert box["y"] >= 0
    page.keyboard.press("Enter")
    assert page.url.endswith("#main")
