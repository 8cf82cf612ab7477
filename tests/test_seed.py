"""The seed document: what it says of itself is read, shown once, and tells where it stood."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from tests.support import ROOT, SiteTest

TEXT = "content/articles/taleban-defections.txt"
SIDECAR = "content/articles/taleban-defections.yml"
PAGE = "articles/taleban-defections.html"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> SiteTest:
    """The repository's seed and its sidecar, built."""
    site = SiteTest(tmp_path_factory.mktemp("seed"))
    site.write({name: (ROOT / name).read_bytes() for name in (TEXT, SIDECAR)})
    assert site.run("build").exit_code == 0
    return site


def body(site: SiteTest) -> BeautifulSoup:
    """The text of the article, without what the page says around it."""
    found = site.soup(PAGE).select_one(".body")
    assert found is not None
    return BeautifulSoup(str(found), "html.parser")


def test_title_is_the_heading(built: SiteTest) -> None:
    """The title comes from `## **…**` and is the page's only first heading."""
    assert [one.get_text() for one in built.soup(PAGE).select("h1")] == ["Taleban Defections"]


def test_author_links_to_a_page_with_the_biography(built: SiteTest) -> None:
    """The author comes from the label; the closing paragraph is the biography on that page."""
    text = built.text("authors/tim-judah.html")
    assert "author of Kosovo: War and Revenge (Yale), is a regular IWPR contributor." in text


def test_both_places_have_a_page(built: SiteTest) -> None:
    """The two lines of the label are two places."""
    for place in ("kosovo", "afghanistan"):
        assert "Taleban Defections" in built.text(f"places/{place}.html")


def test_source_is_linked(built: SiteTest) -> None:
    """The last label is a link to the source."""
    url = "https://iwpr.net/global-voices/taleban-defections"
    assert built.soup(PAGE).select(f'a[href="{url}"]')


@pytest.mark.parametrize(
    "taken",
    ["Taleban Defections", "Author:", "Location:", "Source URL", "iwpr.net", "regular IWPR"],
)
def test_nothing_is_shown_twice(built: SiteTest, taken: str) -> None:
    """The body shows no title, label, biography or source link again."""
    text = body(built).get_text()
    assert taken not in text


def test_closing_note_is_shown_once(built: SiteTest) -> None:
    """The article shows its own closing note, once."""
    assert built.text(PAGE).count("is a regular IWPR contributor") == 1


def test_broken_paragraph_is_joined_and_told(built: SiteTest) -> None:
    """The sidecar joins the paragraph that breaks in mid-sentence; the reader is told."""
    paragraphs = [" ".join(one.get_text().split()) for one in body(built).select("p")]
    assert any("by the Kabul regime after he was captured" in one for one in paragraphs)
    assert "joined" in built.text(PAGE)


def test_no_diagnostics(built: SiteTest) -> None:
    """With its sidecar the seed has no problems."""
    assert built.codes() == []


def test_break_is_pointed_at_without_the_sidecar(site: SiteTest) -> None:
    """Without the sidecar a warning points at the end of the broken paragraph's first half."""
    site.write({TEXT: (ROOT / TEXT).read_bytes()})
    found = site.diagnostics()
    lines = (ROOT / TEXT).read_text(encoding="utf-8").split("\n")
    line = next(n for n, text in enumerate(lines, 1) if text.endswith("regime after"))
    assert [("paragraph-broken", TEXT, line, len(lines[line - 1]))] == [
        (one["code"], one["path"], one["line"], one["column"]) for one in found
    ]


def test_evidence_names_every_line(built: SiteTest) -> None:
    """The record of the article names the line that each value stands on."""
    lines = (ROOT / TEXT).read_text(encoding="utf-8").split("\n")

    def line(start: str) -> int:
        return next(n for n, text in enumerate(lines, 1) if text.startswith(start))

    text = built.text(PAGE)
    for start in ("## **", "**Author:**", "**Location:**", "**Source URL:**", "Tim Judah, author"):
        assert f"line {line(start)}" in text


def test_sources_are_never_written(built: SiteTest) -> None:
    """Law 4: a build leaves every byte under content/ as it was."""
    for name in (TEXT, SIDECAR):
        expected = hashlib.sha256((ROOT / name).read_bytes()).hexdigest()
        assert expected == hashlib.sha256((built.folder / name).read_bytes()).hexdigest()
    listed = {str(path.relative_to(built.folder / "content")) for path in _files(built.folder)}
    assert {str(Path(name).relative_to("content")) for name in (TEXT, SIDECAR)} == listed


def _files(folder: Path) -> list[Path]:
    return [path for path in (folder / "content").rglob("*") if path.is_file()]
