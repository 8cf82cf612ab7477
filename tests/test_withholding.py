"""What must not be shown: withdrawn articles."""

from __future__ import annotations

import pytest

from tests.archive_sites import PNG, Files, document
from tests.support import SiteTest

SECRET = "Zanzibarova"

WITHDRAWN: Files = {
    "content/articles/a.md": document(
        f"About {SECRET}, with ![a picture](p.png).",
        {
            "title": f"The case of {SECRET}",
            "authors": f"[Ann {SECRET}]",
            "date": "2001-02-03",
            "places": f"[{SECRET} Town]",
            "summary": f"{SECRET} again.",
        },
    ),
    "content/articles/a.yml": (
        "withdrawn:\n  reason: At the wish of the family.\n  date: 2026-01-05\n  note: Ask us.\n"
    ),
    "content/articles/p.png": PNG,
    "content/articles/b.md": document(
        "See [what was there](a.md#part).", {"title": "B", "date": "2001-02-02"}
    ),
    "content/articles/c.md": document("Text.", {"title": "C", "date": "2001-02-04"}),
}


@pytest.fixture
def site(site: SiteTest) -> SiteTest:
    """A site with a withdrawn article between two others."""
    return site.write(WITHDRAWN)


def test_a_withdrawn_article_is_a_tombstone(site: SiteTest) -> None:
    """Its page says why it is gone, asks not to be indexed, and holds nothing of the article."""
    result = site.run("build")
    assert result.exit_code == 0
    page = site.text("articles/a.html")
    for said in ("was withdrawn", "At the wish of the family.", "5 January 2026", "Ask us."):
        assert said in page
    assert 'name="robots" content="noindex"' in site.page("articles/a.html")
    assert "<title>This article was withdrawn – Test archive</title>" in site.page(
        "articles/a.html"
    )


def test_nothing_of_a_withdrawn_article_is_published(site: SiteTest) -> None:
    """No file of the site and no line of the build holds its words; its picture is not there."""
    result = site.run("build")
    for path in (site.folder / "output").rglob("*"):
        assert SECRET.casefold() not in str(path).casefold()
        assert path.is_dir() or SECRET.casefold() not in path.read_text("utf-8").casefold(), path
    assert SECRET not in result.stdout + result.stderr
    assert not (site.folder / "output/articles/p.png").exists()
    assert not list((site.folder / "output/authors").glob("*"))


def test_a_withdrawn_article_is_in_no_list(site: SiteTest) -> None:
    """Lists, neighbours and counts pass it by; a link leads to its page."""
    result = site.run("build")
    assert "3 sources = 2 published + 1 withdrawn + 0 held back + 0 failed" in result.stderr
    linking = [
        path.name
        for path in sorted((site.folder / "output").rglob("*.html"))
        if "a.html" in path.read_text("utf-8") and path.name != "a.html"
    ]
    assert linking == ["b.html"]
    soup = site.soup("articles/b.html")
    assert [a["href"] for a in soup.select(".neighbours a")] == ["../articles/c.html"]
    link = soup.select_one(".body a")
    assert link is not None
    assert (link["href"], link.text) == ("../articles/a.html", "what was there")


def test_the_only_article_can_be_withdrawn(site: SiteTest) -> None:
    """An archive whose last article is withdrawn is published: what was there must go."""
    for name in ("b.md", "c.md"):
        (site.folder / "content/articles" / name).unlink()
    result = site.run("build")
    assert result.exit_code == 0
    assert "1 source = 0 published + 1 withdrawn" in result.stderr


def test_withdrawing_is_the_same_as_never_having_had_it(site: SiteTest) -> None:
    """A build after an article was withdrawn has the bytes of a clean build."""
    said = (site.folder / "content/articles/a.yml").read_bytes()
    site.write({"content/articles/a.yml": "title: Still here\n"}).run("build")
    site.write({"content/articles/a.yml": said}).run("build")
    after = site.output()
    clean = SiteTest(site.folder.parent / "clean").write(WITHDRAWN)
    clean.run("build")
    assert clean.output() == after


@pytest.mark.parametrize(
    "said",
    [
        "withdrawn: true",
        "withdrawn:",
        "withdrawn:\nreason: x",
        "withdrawn: At the author's wish",
        "withdrawn: {}",
        "withdrawn: {reason: ''}",
        "withdrawn: {date: 2026-01-01}",
        "withdrawn: {reason: x, date: soon}",
        "withdrawn: {reason: x, date: 02/03/2026}",
        "withdrawn: {reason: x, nots: y}",
        "withdrawn: {reason: [x]}",
        "withdrawn: [reason]",
        "status: withdrawn",
        "status: withdrwan",
        "status: withdrawn\nwithdrawn: false",
        "status: published\nwithdrawn: {reason: x}",
        "withdraw: {reason: x}",
        "Withdrawal: {reason: x}",
        "withdrawm: {reason: x}",
        "redaction: [x]",
        "embargoed_until: 2030-01-01",
        "embargo_untill: 2030-01-01",
    ],
)
def test_what_cannot_be_read_is_never_published(site: SiteTest, said: str) -> None:
    """A withdrawal that is not clear is an error, and the article is held back."""
    site.write({"content/articles/a.yml": f"{said}\n"})
    result = site.run("build", "--keep-going")
    assert result.exit_code == 3
    assert "error[status-unreadable]" in result.stderr
    assert not (site.folder / "output/articles/a.html").exists()


@pytest.mark.parametrize("said", ["withdrawn: false", "withdrawn: no", "status: published"])
def test_what_is_not_withdrawn_is_published(site: SiteTest, said: str) -> None:
    """A sidecar can take a withdrawal of the folder back."""
    site.write(
        {
            "content/articles/a.yml": f"{said}\n",
            "content/articles/_defaults.yml": "collection: Box\n",
        }
    )
    assert site.run("build").exit_code == 0
    assert SECRET in site.text("articles/a.html")


@pytest.mark.parametrize(
    ("said", "kept_back"), [("draft: true", True), ("embargo_until: 2030-01-01", True)]
)
def test_what_was_never_shown_has_no_tombstone(site: SiteTest, said: str, kept_back: bool) -> None:
    """A draft or an article under embargo that is withdrawn as well stays out altogether."""
    site.write({"content/articles/a.yml": f"{said}\nwithdrawn: {{reason: x}}\n"})
    result = site.run("build")
    assert "2 published + 1 held back + 0 failed" in result.stderr
    assert (site.folder / "output/articles/a.html").exists() is not kept_back


def test_a_registry_entry_cannot_be_withdrawn(site: SiteTest) -> None:
    """It would still be a name that articles give."""
    site.write({"content/authors/x.yml": "name: X\nwithdrawn: {reason: y}\n"})
    assert "status-unreadable" in site.codes()


def test_a_withdrawn_page_leaves_the_navigation(site: SiteTest) -> None:
    """A free page can be withdrawn, and is then no part of the way through the site."""
    site.write(
        {"content/pages/about.md": "---\ntitle: About\nwithdrawn: {reason: Wrong.}\n---\nText.\n"}
    )
    assert site.run("build").exit_code == 0
    assert "Wrong." in site.text("about.html")
    assert "about.html" not in site.page("index.html")
