"""What the site writes, read by the rules of its standards. `make validate` asks the validators
that need Java or Node.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import html5lib
import pytest

from tests.archive_sites import EVERY_KIND, Files, document
from tests.support import SiteTest

MORE: Files = {
    "content/articles/gone.md": document(
        "Text.", {"title": "Gone", "withdrawn": "{date: 2002-01-01, reason: Asked for}"}
    ),
    "content/articles/moved.md": document(
        "| a | b |\n|--:|:-:|\n| 1 | 2 |\n\n"
        "To [the end](#The%20very%20end).\n\n## Twice\n\n    code\n\n"
        '<p id="twice">Once.</p>\n\n<a name="The very end"></a>End.',
        {"title": "Moved", "date": "2004-05-06", "aliases": "[old/place.html]"},
    ),
    "content/articles/part.md": document(
        "See [the end](moved.md#The%20very%20end).",
        {"title": "Part", "language": "fr", "series": "[Letters]", "featured": "true"},
    ),
}
"""What `EVERY_KIND` has none of, and ids that HTML does not allow."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> SiteTest:
    """A site with every kind of page, built."""
    site = SiteTest(tmp_path_factory.mktemp("validators")).write({**EVERY_KIND, **MORE})
    made = site.run("build", "--keep-going")
    assert made.exit_code == 0
    assert not re.search(r"moved.md\S* warning\[text-lost\]", made.stderr + made.stdout)
    return site


def pages(site: SiteTest) -> list[Path]:
    """Every page of the site."""
    return sorted((site.folder / "output").rglob("*.html"))


def test_pages_are_html(site: SiteTest) -> None:
    """A parser of HTML finds nothing to mend in any page."""
    for page in pages(site):
        parser = html5lib.HTMLParser()
        parser.parse(page.read_text(encoding="utf-8"))
        assert not parser.errors, (page.name, parser.errors)


def test_ids_are_those_of_html(site: SiteTest) -> None:
    """No id of a page has a blank or is there twice, and links to a part of a page lead to one; the
    sides of cells are classes.
    """
    ids = {
        page: re.findall(r'\sid="([^"]*)"', page.read_text(encoding="utf-8"))
        for page in pages(site)
    }
    for page, found in ids.items():
        assert len(found) == len(set(found)), page.name
        assert all(one and not re.search(r"\s", one) for one in found), page.name
    moved = site.soup("articles/moved.html")
    assert [one["class"] for one in moved.select("td")] == [["align-right"], ["align-center"]]
    (own,) = moved.select(".body a:not(.anchor)[href]")
    assert moved.find(id=str(own["href"])[1:])
    (other,) = site.soup("articles/part.html").select(".body a:not(.anchor)[href]")
    assert moved.find(id=str(other["href"]).partition("#")[2])


def test_signposting(site: SiteTest) -> None:
    """The page of the data is the way to a set of data: what describes it, and its files, each
    with its type. An article leads to the files that its text links to, and not to those it shows.
    """
    found = [
        (str(one["rel"][0]), str(one.get("type", "")), str(one["href"]))
        for one in site.soup("data/index.html").find_all("link")
    ]
    assert ("describedby", "application/json", "datapackage.json") in found
    assert ("item", "text/csv", "articles.csv") in found
    assert ("item", "application/x-bibtex", "articles.bib") in found
    assert ("cite-as", "", "https://example.org/repo/data/index.html") in found
    for rel, _, href in found:
        if rel in ("describedby", "item"):
            assert (site.folder / "output/data" / href).is_file()
    items = site.soup("articles/full.html").find_all("link", {"rel": "item"})
    assert [(one["type"], one["href"]) for one in items] == [
        ("image/png", "photo.png"),
        ("application/pdf", "r%C3%A9port%20one.pdf"),
    ]
    assert not site.soup("articles/moved.html").find_all("link", {"rel": "item"})


def test_sitemaps_are_those_of_the_protocol(site: SiteTest) -> None:
    """A sitemap holds addresses of 12 to 2,048 characters of ASCII, each once, and no other
    element: what the schema of sitemaps.org asks for.
    """
    space = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
    root = ET.fromstring(site.page("sitemap.xml"))
    assert root.tag == f"{space}urlset"
    assert {one.tag for one in root} == {f"{space}url"}
    assert all([part.tag for part in one] == [f"{space}loc"] for one in root)
    found = [str(one.text) for one in root.iter(f"{space}loc")]
    assert len(found) == len(set(found)) > 20
    assert all(re.fullmatch(r"https://[!-;=?-~]{4,2040}", one) for one in found)
