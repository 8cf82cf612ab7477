"""The whole way through: from a folder of sources to a site, and what a build reports."""

from __future__ import annotations

import datetime
import os
import shutil
import sys
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup

from site_gen.build import Options, build, stages
from site_gen.model import Page
from site_gen.render.bodies import Bodies
from site_gen.render.renderer import Renderer
from tests.archive_sites import HOSTILE_SVG, PNG, articles, document
from tests.support import ROOT, SiteTest

DAY = datetime.date(2026, 1, 1)


@pytest.fixture(scope="module")
def seed(tmp_path_factory: pytest.TempPathFactory) -> SiteTest:
    """A site of the seed document and its sidecar alone."""
    site = SiteTest(tmp_path_factory.mktemp("seed"))
    shutil.copytree(ROOT / "content" / "articles", site.folder / "content" / "articles")
    assert site.run("build").exit_code == 0
    return site


def main(soup: BeautifulSoup, selector: str) -> str:
    """The text of the first element that a selector finds, with single blanks."""
    found = soup.select_one(selector)
    assert found is not None, selector
    return " ".join(found.get_text().split())


def test_the_seed_has_its_page(seed: SiteTest) -> None:
    """Its title, author, places and source are read from the text."""
    soup = seed.soup("articles/taleban-defections.html")
    assert main(soup, "h1") == "Taleban Defections"
    assert main(soup, ".byline") == "By Tim Judah"
    places = [one.get_text() for one in soup.select(".where a")]
    assert places == ["Kosovo", "Afghanistan"]
    source = soup.select_one(".source a")
    assert source is not None
    assert "iwpr.net" in str(source["href"])


def test_the_seed_is_not_shown_twice(seed: SiteTest) -> None:
    """What became metadata stands in the body no more."""
    body = main(seed.soup("articles/taleban-defections.html"), ".body")
    assert body.startswith("Messengers are said to be criss-crossing")
    for said in ("Author", "Location", "Source URL", "Taleban Defections", "iwpr.net", "(Yale)"):
        assert said not in body


def test_the_seed_is_repaired_as_its_sidecar_says(seed: SiteTest) -> None:
    """The paragraph that broke in mid-sentence is whole, and the record tells of it."""
    soup = seed.soup("articles/taleban-defections.html")
    paragraphs = [" ".join(one.get_text().split()) for one in soup.select(".body p")]
    assert any("Kabul regime after he was captured" in one for one in paragraphs)
    assert "Repairs made to the text" in main(soup, "details.record")


def test_the_seeds_author_and_places_have_pages(seed: SiteTest) -> None:
    """The author's page has the biography from the closing paragraph, linked to its article."""
    soup = seed.soup("authors/tim-judah.html")
    assert main(soup, "h1") == "Tim Judah"
    assert main(soup, ".body p").startswith("Tim Judah, author of Kosovo")
    assert soup.select_one(".body .origin a")["href"] == "../articles/taleban-defections.html"  # type: ignore[index]
    for place in ("kosovo", "afghanistan"):
        assert "Taleban Defections" in seed.text(f"places/{place}.html")


def test_sources_are_not_written_to(seed: SiteTest) -> None:
    """After a build every file under content/ is as it was."""
    for path in (ROOT / "content" / "articles").iterdir():
        assert path.read_bytes() == (seed.folder / "content" / "articles" / path.name).read_bytes()


def test_attachments_are_published_where_they_are_linked(site: SiteTest) -> None:
    """A file that something refers to is copied; one that nothing refers to is told, not copied."""
    body = "![A photo](used.png)"
    site.write(
        {
            "content/articles/a.md": document(body, {"title": "A"}),
            "content/articles/used.png": PNG,
            "content/articles/unused.png": PNG,
        }
    )
    site.run("build")
    assert "articles/used.png" in site.output()
    assert "articles/unused.png" not in site.output()
    assert site.codes() == ["attachment-unused"]


def test_an_unsafe_drawing_is_left_out(site: SiteTest) -> None:
    """A drawing that cannot be made safe is not published, and `check` tells it too."""
    site.write(
        {
            "content/articles/a.md": document("![A](a.svg)", {"title": "A"}),
            "content/articles/a.svg": "<svg",
        }
    )
    assert "attachment-unsafe" in site.codes()
    site.run("build")
    assert "articles/a.svg" not in site.output()


def test_a_link_to_a_draft_is_no_link(site: SiteTest) -> None:
    """A link to what is not published is told, and becomes plain text."""
    site.write(
        {
            "content/articles/a.md": document("See [it](b.md).", {"title": "A"}),
            "content/articles/b.md": document("Text.", {"title": "B", "draft": "true"}),
        }
    )
    assert site.codes() == ["link-held-back"]
    site.run("build")
    assert not site.soup("articles/a.html").select(".body a[href]:not(.anchor)")


def test_colliding_documents_fail_alone(site: SiteTest) -> None:
    """With --keep-going all but the documents that share a URL are published, lists included."""
    files = {
        f"content/articles/{name}.md": document("T.", {"title": name, "slug": "x", "date": "1999"})
        for name in ("one", "two")
    }
    result = site.write({**articles(2), **files}).run("build", "--keep-going")
    assert result.exit_code == 3
    assert "articles/x.html" not in site.output()
    assert "dates/1999.html" not in site.output()
    assert "articles/n01.html" in site.output()


def test_collisions_of_every_kind_are_told_at_once(site: SiteTest) -> None:
    """A free page in the way of a generated one is told with two that share an address."""
    pages = {f"content/pages/{name}": "# A page\n" for name in ("authors/ann.md", "a.md", "a.txt")}
    site.write({**articles(1, authors="[Ann]"), **pages})
    wrong = {one["path"] for one in site.diagnostics() if one["code"] == "url-collision"}
    assert wrong == set(pages)


def test_a_document_in_the_way_frees_its_page(site: SiteTest) -> None:
    """A free page in the way of a generated one fails, and the generated one is made."""
    site.write({**articles(1, authors="[Ann]"), "content/pages/authors/ann.md": "# My own Ann\n"})
    assert site.run("build", "--keep-going").exit_code == 3
    assert "Article 0" in site.text("authors/ann.html")


def test_what_is_gone_is_deleted(site: SiteTest) -> None:
    """Pages of articles, authors and years that are gone leave the output."""
    site.write(articles(2))
    old = document("T.", {"title": "O", "date": "1950", "authors": "[Ann]"})
    site.write({"content/articles/o.md": old})
    site.run("build")
    assert {"articles/o.html", "authors/ann.html", "dates/1950.html"} <= site.output().keys()
    (site.folder / "content/articles/o.md").unlink()
    assert "deleted" in site.run("build").stderr
    left = {
        path for path in site.output() if path.startswith(("articles/o", "authors", "dates/19"))
    }
    assert left == set()


def test_progress_is_told(site: SiteTest) -> None:
    """A build tells how far it is, from something to all, and `check` renders too."""
    site.write({"site.yml": "title: T\n", **articles(3)})
    told: list[tuple[str, int, int]] = []
    options = Options(
        site.folder, site.folder / "output", DAY, publish=False, jobs=1,
        progress=lambda what, done, total: told.append((what, done, total)),
    )  # fmt: skip
    report = build(options)
    assert report.published is None
    assert not report.failed
    assert told[0] == ("Reading", 3, 3)
    assert told[-1][0] == "Writing"
    assert told[-1][1] == told[-1][2]


def test_a_site_by_a_relative_path(site: SiteTest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A site is built from its own folder as from any other."""
    site.write({"site.yml": "title: T\n", **articles(2)}).run("build")
    expected = site.output()
    monkeypatch.chdir(site.folder)
    build(Options(Path(), Path("elsewhere"), DAY, jobs=1))
    (site.folder / "output").rename(site.folder / "before")
    (site.folder / "elsewhere").rename(site.folder / "output")
    assert expected == site.output()


def test_an_unreadable_static_file_is_told(site: SiteTest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A static file that cannot be read is an error with its path."""
    site.write({"static/logo.png": PNG, **articles(1)})
    read = Path.read_bytes

    def refuse(path: Path) -> bytes:
        if path.name == "logo.png":
            raise PermissionError(13, "Permission denied")
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", refuse)
    [found] = site.diagnostics()
    assert (found["code"], found["path"]) == ("unreadable", "static/logo.png")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("evil.html.", ".html"),
        ("evil.js ", ".js"),
        ("evil.RDF", ".rdf"),
        ("page", ""),
        ("page.HTMLX", ".htmlx"),
    ],
)
def test_what_a_browser_may_run_is_left_out(site: SiteTest, name: str, value: str) -> None:
    """What a file is called on the web decides; what is not known to be harmless is not there."""
    body = f"[x](<{name.replace(' ', '%20')}>)"
    site.write({"content/articles/a.md": document(body, {"title": "A"})})
    site.write({f"content/articles/{name}": "<script>alert(1)</script>"})
    (found,) = [one for one in site.diagnostics() if one["code"] == "attachment-unsafe"]
    assert (found["path"], found["value"]) == (f"content/articles/{name}", value)
    assert found["hint"]
    assert site.run("build").exit_code == 0
    assert [path for path in site.output() if path.startswith("articles/")] == ["articles/a.html"]
    assert not site.soup("articles/a.html").select(".body a[href]:not(.anchor)")


@pytest.mark.parametrize("name", ["a.svg.", "a.SVG", "a.svg "])
def test_every_drawing_is_cleaned(site: SiteTest, name: str) -> None:
    """A file that is served as a drawing is cleaned like one, whatever it is called here."""
    body = f"![x](<{name.replace(' ', '%20')}>)"
    site.write({"content/articles/a.md": document(body, {"title": "A"})})
    site.write({f"content/articles/{name}": HOSTILE_SVG})
    assert site.run("build").exit_code == 0
    drawing = site.page(f"articles/{name.rstrip('. ')}")
    assert "<rect" in drawing
    assert "alert" not in drawing


@pytest.mark.parametrize(("ending", "published"), [("xyz", True), ("js", False), ("html", False)])
def test_site_yml_allows_more_attachments(site: SiteTest, ending: str, published: bool) -> None:
    """An ending mapped to `attachment` is published, but for those that browsers run."""
    site.write(
        {
            "site.yml": f"title: T\nurl: https://e.org/\nextensions: {{.{ending}: attachment}}\n",
            "content/articles/a.md": document(f"[x](b.{ending})", {"title": "A"}),
            f"content/articles/b.{ending}": "x",
        }
    )
    assert ("attachment-unsafe" in site.codes()) is not published
    site.run("build")
    assert (f"articles/b.{ending}" in site.output()) is published


def code_of(site: SiteTest, path: str) -> str:
    """The code of the one finding in a file."""
    (found,) = [one for one in site.diagnostics() if one["path"] == path]
    return str(found["code"])


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such names")
@pytest.mark.parametrize("name", ["foo\\bar.png", "root/C:foo"])
def test_static_files_with_names_that_cannot_be(site: SiteTest, name: str) -> None:
    """A name that is another path on another system is an error with its path."""
    site.write({f"static/{name}": PNG, **articles(1)})
    assert code_of(site, f"static/{name}") == "file-name"
    assert site.run("build").exit_code == 1


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux takes any bytes as a name")
def test_a_static_file_whose_name_is_no_text(site: SiteTest) -> None:
    """A name that is not UTF-8 is an error that can be printed."""
    site.write({**articles(1), "static/x.txt": "x"})
    (site.folder / "static" / "x.txt").rename(os.fsdecode(bytes(site.folder / "static") + b"/\xff"))
    assert code_of(site, "static/\\udcff") == "file-name"
    assert site.run("build").exit_code == 1


def test_static_links_do_not_lead_out(site: SiteTest, tmp_path: Path) -> None:
    """A link in static/ that leaves the site, or leads to nothing, is an error; others are read."""
    site.folder = tmp_path / "site"
    site.write({**articles(1), "static/real.txt": "real"})
    (tmp_path / "secret.txt").write_bytes(b"secret")
    for name, target in {"in": "real.txt", "out": "../../secret.txt", "lost": "gone"}.items():
        (site.folder / "static" / f"{name}.txt").symlink_to(target)
    found = {one["path"]: one["code"] for one in site.diagnostics()}
    assert found == {"static/out.txt": "symlink-outside", "static/lost.txt": "unreadable"}
    assert site.run("build").exit_code == 1


def test_a_page_that_site_gen_fails_to_make(
    site: SiteTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault in making one page hides no other finding, and nothing is published."""
    make = Renderer._article

    def fail(self: Renderer, page: Page, bodies: Bodies) -> dict[str, Any]:
        if page.url == "articles/n01.html":
            raise LookupError("no such thing")
        return make(self, page, bodies)

    monkeypatch.setattr(Renderer, "_article", fail)
    site.write({**articles(3), "content/articles/dead.md": "# Dead\n\n[x](gone.md)\n"})
    found = {one["code"]: one for one in site.diagnostics("--jobs", "1")}
    assert found.keys() == {"internal-error", "link-dead"}
    assert found["internal-error"]["path"] == "articles/n01.html"
    assert "LookupError: no such thing" in found["internal-error"]["message"]
    assert site.run("build", "--keep-going", "--jobs", "1").exit_code == 1
    assert not (site.folder / "output").exists()


@pytest.mark.parametrize(
    ("start", "change"),
    [
        ({}, {"content/articles/b.md": "[C](c.md)"}),
        ({}, {"templates/own.html": "{{ broken"}),
        (
            {"content/articles/a.md": "---\ntitle: A\n---\nOne."},
            {"templates/own.html": "{{ broken"},
        ),
    ],
    ids=["warning", "template", "template, edited"],
)
def test_what_is_not_to_be_published_is_not_indexed(
    site: SiteTest, monkeypatch: pytest.MonkeyPatch, start: dict[str, str], change: dict[str, str]
) -> None:
    """Where something is wrong, a site is told of it before it is indexed, as new and as edited
    in texts alone: a warning where these are errors, or a template.
    """
    monkeypatch.setattr(stages, "MANY", 0)
    strict = ("build", "--strict", "--jobs", "2")
    if start:
        assert site.write(start).run(*strict).exit_code == 0
    monkeypatch.setattr("site_gen.search.prepared", lambda *_: partial(pytest.fail, "indexed"))
    site.write({"content/articles/a.md": "---\ntitle: A\n---\nTwo.", **change})
    assert site.run(*strict).exit_code == 1
    assert start or not (site.folder / "output").exists()
