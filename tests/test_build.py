"""The whole way through: from a folder of sources to a site, and what a build reports."""

from __future__ import annotations

import datetime
import shutil
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from site_gen.build import Options, build
from tests.archive_sites import PNG, articles, document
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
    source = soup.select_one("a[data-originalurl]")
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
    assert not site.soup("articles/a.html").select(".body a[href]")


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
