"""A published site as something to keep: verified, zipped, in a bag."""

from __future__ import annotations

import json
import warnings
import zipfile
from pathlib import Path

import pytest

from tests.archive_sites import articles
from tests.support import SiteTest


@pytest.fixture
def site(tmp_path: Path) -> SiteTest:
    """A small site, built."""
    site = SiteTest(tmp_path / "site").write(articles(3))
    site.write({"content/articles/ünï 100%.md": "---\ntitle: Odd\n---\n\nText.\n"})
    assert site.run("build").exit_code == 0
    return site


def contents(folder: Path) -> dict[Path, bytes]:
    """Every file of a folder."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder): path.read_bytes() for path in files}


def test_a_whole_site(site: SiteTest) -> None:
    """A site as it was published is whole; `.git` is passed over, other files are foreign."""
    site.write({"output/.git/config": "x", "output/CNAME": "example.org\n"})
    result = site.run("verify", "output")
    assert result.exit_code == 0
    assert result.stdout == "foreign: CNAME\n"
    assert result.stderr.startswith("Whole: ")


def test_a_damaged_site(site: SiteTest) -> None:
    """Each missing and each changed file is named, one of the same size and a link too."""
    output = site.folder / "output"
    page = output / "articles/n00.html"
    page.write_bytes(page.read_bytes().replace(b"Text 0", b"Text 9"))
    (output / "articles/n01.html").unlink()
    real = output / "articles/n02.html"
    real.rename(output / "moved.html")
    real.symlink_to(output / "moved.html")
    result = site.run("verify", "output", "--format", "json")
    assert result.exit_code == 1
    found = json.loads(result.stdout)
    assert found["missing"] == ["articles/n01.html"]
    assert found["changed"] == ["articles/n00.html", "articles/n02.html"]
    assert found["foreign"] == ["moved.html"]


@pytest.mark.parametrize("manifest", [None, "{", '{"format": 99, "files": {}}'])
def test_no_manifest(site: SiteTest, manifest: str | None) -> None:
    """A folder without a manifest that can be read is told, with 2 for the exit code."""
    path = site.folder / "output/archive-manifest.json"
    path.unlink() if manifest is None else path.write_text(manifest)
    for arguments in (("verify", "output"), ("export", "edition", "e.zip")):
        result = site.run(*arguments)
        assert result.exit_code == 2
        assert "archive-manifest.json" in result.stderr
    assert not (site.folder / "e.zip").exists()


def test_an_edition(site: SiteTest) -> None:
    """An edition holds the whole site, and two are equal to the byte, also of a moved site."""
    assert site.run("export", "edition", "first.zip").exit_code == 0
    moved = SiteTest(site.folder.with_name("moved"))
    site.folder.rename(moved.folder)
    for path in (moved.folder / "output").rglob("*"):
        path.touch()
    assert moved.run("export", "edition", "editions/first.zip").exit_code == 0
    one, two = moved.folder / "first.zip", moved.folder / "editions/first.zip"
    assert one.read_bytes() == two.read_bytes()
    with zipfile.ZipFile(one) as edition:
        assert edition.testzip() is None
        edition.extractall(moved.folder / "stick")
    assert moved.run("verify", "stick/first").exit_code == 0


def test_an_edition_of_a_damaged_site(site: SiteTest) -> None:
    """What is not as it was published is not handed on, and nothing is overwritten."""
    site.write({"kept.zip": "mine"})
    assert site.run("export", "edition", "kept.zip").exit_code == 2
    assert (site.folder / "kept.zip").read_text() == "mine"
    (site.folder / "output/articles/n01.html").unlink()
    for arguments in (("edition", "e.zip"), ("bagit", "bag")):
        result = site.run("export", *arguments)
        assert result.exit_code == 2
        assert "articles/n01.html" in result.stderr
    assert sorted(path.name for path in site.folder.iterdir() if "e.zip" in path.name) == []
    assert not (site.folder / "bag").exists()


def test_a_bag(site: SiteTest) -> None:
    """The reference program finds a bag valid, with odd names in it, and two are equal."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import bagit

    for name in ("bag", "again"):
        arguments = ("bagit", name, "--with-sources", "--date", "2026-01-02")
        assert site.run("export", *arguments).exit_code == 0
    bag = bagit.Bag(str(site.folder / "bag"))
    assert bag.validate()
    assert bag.info["Bagging-Date"] == "2026-01-02"
    assert (bag.version_info, list(bag.algorithms)) == ((1, 0), ["sha512"])
    assert "data/sources/content/articles/n00.md" in bag.entries
    assert "data/site/articles/n00.html" in bag.entries
    files = [
        {
            path.relative_to(folder): path.read_bytes()
            for path in folder.rglob("*")
            if path.is_file()
        }
        for folder in (site.folder / "bag", site.folder / "again")
    ]
    assert files[0] == files[1]
    (site.folder / "bag/data/site/articles/n00.html").write_text("changed")
    assert not bagit.Bag(str(site.folder / "bag")).is_valid()


WITHHELD = {
    "a draft": ("Held back", "draft: true", ""),
    "an embargo": ("Held back", "embargo_until: 2999-01-01", ""),
    "a withdrawn article": ("Withdrawn", "withdrawn: {reason: At the wish of the family.}", ""),
    "a redaction": ("Redacted", "redactions: [{match: Secret, reason: A name.}]", ""),
    "an anonymised byline": ("Anonymised", "byline: anonymised", "authors: [Ann Example]\n"),
    "a broken file": ("Failed", "title: [", ""),
}


@pytest.mark.parametrize("name", WITHHELD)
def test_sources_that_are_not_published(site: SiteTest, name: str) -> None:
    """While a source holds what is not published, it goes only into a bag that is not public."""
    why, sidecar, head = WITHHELD[name]
    head = f"---\ntitle: D\n{head}---\n"
    site.write({"content/articles/d.md": f"{head}\nSecret.\n", "content/articles/d.yml": sidecar})
    assert site.run("build", "--keep-going").exit_code in (0, 3)
    date = ("--date", "2026-01-02")
    refused = site.run("export", "bagit", "bag", "--with-sources", *date)
    assert refused.exit_code == 1
    assert f"{why}: 1 (content/articles/d.md)" in refused.stderr
    assert not (site.folder / "bag").exists()
    restricted = ("export", "bagit", "bag", "--with-sources", "--restricted", *date)
    assert site.run(*restricted).exit_code == 0
    assert "restricted" in (site.folder / "bag/bag-info.txt").read_text()
    assert site.run("export", "bagit", "open", *date).exit_code == 0
    assert not list((site.folder / "open").rglob("*d.md"))


def test_a_path_that_must_not_be_printed(site: SiteTest) -> None:
    """A refusal names no file by words that are withheld."""
    files = {
        "content/articles/secret.md": "---\ntitle: D\n---\n\nSecret.\n",
        "content/articles/secret.yml": "slug: d\nredactions: [{match: Secret, reason: A name.}]\n",
    }
    assert site.write(files).run("build").exit_code == 0
    refused = site.run("export", "bagit", "bag", "--with-sources", "--date", "2026-01-02")
    assert refused.exit_code == 1
    assert "Redacted: 1" in refused.stderr
    assert "secret" not in refused.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("edition", "output/x.zip"),
        ("bagit", "output/bag"),
        ("bagit", "output"),
        ("bagit", "content/bag"),
    ],
)
def test_nothing_is_exported_into_what_is_exported(
    site: SiteTest, arguments: tuple[str, ...]
) -> None:
    """Nothing is written into the published site, where it would be published, or into content/."""
    before = contents(site.folder)
    result = site.run("export", *arguments)
    assert result.exit_code == 2
    assert "Nothing was written" in result.stderr
    assert contents(site.folder) == before
