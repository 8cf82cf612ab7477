"""Law 7: an address that is recorded is never lost."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from site_gen.pages import former_url
from tests.support import SiteTest

DAY = ("--date", "2026-01-01")


def article(title: str, author: str = "Ann Bell", more: str = "") -> str:
    """An article in Markdown."""
    return f"---\ntitle: {title}\nauthors: [{author}]\n{more}---\n\nText of {title}.\n"


@pytest.fixture
def site(tmp_path: Path) -> SiteTest:
    """A site with two articles, built and recorded."""
    site = SiteTest(tmp_path / "site").write(
        {
            "content/articles/harvest.md": article("Harvest"),
            "content/articles/rain.md": article("Rain", "Bob Hill"),
        }
    )
    assert site.run("permalinks", "--record", *DAY).exit_code == 0
    assert site.run("build").exit_code == 0
    return site


def ledger(site: SiteTest) -> list[str]:
    """The lines of the ledger."""
    return (site.folder / "permalinks.tsv").read_text().splitlines()


def test_odd_names_are_recorded(tmp_path: Path) -> None:
    """Names of files that hold what ends lines elsewhere, or tabs, do not break the ledger."""
    site = SiteTest(tmp_path)
    for name in ("line\u2028end", "next\x85line", "a\tb", "c\nd", "e%09f"):
        site.write({f"content/articles/{name}.md": article("Rain", name[0])})
    assert site.run("permalinks", "--record", *DAY).exit_code == 0
    again = site.run("permalinks", *DAY)
    assert (again.exit_code, again.stdout) == (0, "")
    assert site.run("build").exit_code == 0
    site.write({"content/articles/a\tb.md": article("Rain", "a", "draft: true\n")})
    assert site.run("build").exit_code == 0, "What is held back keeps its address."


def test_what_is_recorded(site: SiteTest) -> None:
    """Articles, pages and names are recorded with the day and the source; once."""
    assert ledger(site) == [
        "url\tfirst_published\tsource",
        "articles/harvest.html\t2026-01-01\tcontent/articles/harvest.md",
        "articles/rain.html\t2026-01-01\tcontent/articles/rain.md",
        "authors/ann-bell.html\t2026-01-01\tcontent/articles/harvest.md",
        "authors/bob-hill.html\t2026-01-01\tcontent/articles/rain.md",
    ]
    before = ledger(site)
    again = site.run("permalinks", "--record", "--date", "2027-01-01")
    assert "0 of them now" in again.stderr
    assert "to last" not in again.stderr
    assert ledger(site) == before
    site.write({"content/articles/snow.md": article("Snow")})
    told = site.run("build")
    assert "not in permalinks.tsv yet: 1 address;" in told.stderr
    assert "articles/snow.html" in site.run("permalinks", *DAY).stdout
    assert site.run("permalinks", "--record", "--date", "2027-01-01").exit_code == 0
    assert ledger(site) == [*before, "articles/snow.html\t2027-01-01\tcontent/articles/snow.md"]
    assert "not in permalinks.tsv" not in site.run("build").stderr


def test_a_site_that_cannot_be_published_records_nothing(site: SiteTest) -> None:
    """Addresses are for ever: none is recorded while an error of the settings stands."""
    site.write({"site.yml": "title: T\ntitel: U\n", "content/articles/snow.md": article("Snow")})
    before = ledger(site)
    refused = site.run("permalinks", "--record", *DAY)
    assert refused.exit_code == 1
    assert "Nothing was recorded" in refused.stderr
    assert ledger(site) == before


def test_without_a_ledger(tmp_path: Path) -> None:
    """A site without a ledger builds, and nothing is said of it."""
    site = SiteTest(tmp_path).write({"content/articles/a.md": article("A")})
    assert "permalinks" not in site.run("build").stderr
    assert not (tmp_path / "permalinks.tsv").exists()


def test_a_moved_article(site: SiteTest) -> None:
    """A moved file fails the build, which names its new home and the line that mends it."""
    old = site.folder / "content/articles/harvest.md"
    (site.folder / "content/articles/1999").mkdir()
    new = old.rename(site.folder / "content/articles/1999/harvest.md")
    before = site.output()
    result = site.run("build", "--keep-going")
    assert result.exit_code == 1
    assert site.output() == before
    (lost,) = [one for one in site.diagnostics() if one["code"] == "permalink-lost"]
    assert (lost["path"], lost["line"]) == ("permalinks.tsv", 2)
    assert "articles/1999/harvest.html" in lost["hint"]
    line = re.search(r"`(redirect_from: .*?)` to ([^ ,]+),", lost["hint"])
    assert line
    assert line[2] == "content/articles/1999/harvest.md"
    new.write_text(article("Harvest", more=f"{line[1]}\n"))
    assert site.run("build").exit_code == 0
    page = site.soup("articles/harvest.html")
    refresh = page.select_one('meta[http-equiv="refresh"]')
    assert refresh
    assert refresh["content"] == "0; url=1999/harvest.html"
    assert page.select_one('meta[name="robots"]')
    canonical = page.select_one('link[rel="canonical"]')
    assert canonical
    assert canonical["href"] == "https://example.org/articles/1999/harvest.html"


def test_an_article_in_a_file_of_another_name(site: SiteTest) -> None:
    """One that moved to a folder and a name that say nothing is found by its title."""
    (site.folder / "content/articles/harvest.md").unlink()
    site.write({"content/articles/box-3/x17.md": article("The harvest")})
    (lost,) = [one for one in site.diagnostics() if one["code"] == "permalink-lost"]
    assert "to content/articles/box-3/x17.md," in lost["hint"]


def test_each_article_of_a_moved_folder(site: SiteTest) -> None:
    """All are told their new homes, and those that are no Markdown where to say so."""
    site.write({f"content/articles/1999/n{n:02d}.txt": f"Text {n}\n" for n in range(60)})
    site.write({"content/articles/1999/n08.yml": "slug: eight\n"})
    site.run("build")
    site.run("permalinks", "--record")
    folder = site.folder / "content/articles/1999"
    folder.rename(site.folder / "content/articles/nineties")
    lost = [one["hint"] for one in site.diagnostics() if one["code"] == "permalink-lost"]
    assert len(lost) == 60
    wanted = "`redirect_from: [articles/1999/]` into content/articles/nineties/_defaults.yml"
    assert all(wanted in hint for hint in lost)
    site.write({"content/articles/nineties/_defaults.yml": "redirect_from: [articles/1999/]\n"})
    assert site.run("build").exit_code == 0
    assert "nineties/n07.html" in site.page("articles/1999/n07.html")
    assert "nineties/eight.html" in site.page("articles/1999/eight.html")


def test_an_article_that_is_no_markdown(site: SiteTest) -> None:
    """What keeps its address belongs into a sidecar."""
    site.write({"content/articles/1999/n01.txt": "Text.\n"})
    site.run("build")
    site.run("permalinks", "--record")
    (site.folder / "content/articles/1999").rename(site.folder / "content/articles/nineties")
    (lost,) = [one for one in site.diagnostics() if one["code"] == "permalink-lost"]
    assert "n01.html]` to content/articles/nineties/n01.yml," in lost["hint"]


def test_a_renamed_slug(site: SiteTest) -> None:
    """A new slug for the same file is seen as the new home, whatever it is called."""
    site.write({"content/articles/rain.md": article("Rain", "Bob Hill", "slug: water\n")})
    (lost,) = [one for one in site.diagnostics() if one["code"] == "permalink-lost"]
    assert "articles/water.html" in lost["hint"]
    assert "content/articles/rain.md" in lost["hint"]


def test_a_renamed_author(site: SiteTest) -> None:
    """A name that is spelt otherwise is found, and an entry that says so keeps its address."""
    site.write({"content/articles/rain.md": article("Rain", "Bob Hills")})
    (lost,) = [one for one in site.diagnostics() if one["code"] == "permalink-lost"]
    assert "to content/authors/bob-hills.yml with its `name:`" in lost["hint"]
    site.write(
        {
            "content/authors/bob-hills.yml": (
                "name: Bob Hills\nredirect_from: [authors/bob-hill.html]\n"
            )
        }
    )
    assert site.run("build").exit_code == 0
    assert "bob-hills.html" in site.page("authors/bob-hill.html")


def test_a_deleted_article(site: SiteTest) -> None:
    """An article that is gone fails the build; a tombstone in its place is enough."""
    (site.folder / "content/articles/rain.md").unlink()
    codes = site.codes()
    assert codes.count("permalink-lost") == 2
    site.write(
        {
            "content/articles/rain.md": "---\nwithdrawn: {reason: A court said so.}\n---\n",
            "content/authors/bob-hill.yml": "name: Bob Hill\n",
        }
    )
    assert site.run("build").exit_code == 0
    assert "A court said so." in site.text("articles/rain.html")


@pytest.mark.parametrize("why", ["draft: true", "title: [", "embargo_until: 2030"])
def test_what_is_held_back(site: SiteTest, why: str) -> None:
    """A recorded page that is held back or has an error keeps its address: a page says so, asks
    not to be found, and holds nothing of it.
    """
    site.write({"content/articles/rain.md": f"---\n{why}\n---\n\nSecret text.\n"})
    result = site.run("build", "--keep-going")
    assert result.exit_code in (0, 3)
    for url in ("articles/rain.html", "authors/bob-hill.html"):
        assert "Not available just now" in site.text(url)
        assert "Secret" not in site.page(url)
        assert "Rain" not in site.page(url)
        assert site.soup(url).select_one('meta[name="robots"][content="noindex"]')


@pytest.mark.parametrize(
    ("line", "number"),
    [
        ("articles/x.html", 6),
        ("articles/x.html\t2026-13\tcontent/x.md", 6),
        ("../x.html\t2026-01-01\tcontent/x.md", 6),
        ("articles/rain.html\t2026-01-01\tcontent/articles/rain.md", 6),
    ],
)
def test_a_broken_ledger(site: SiteTest, line: str, number: int) -> None:
    """Each line that is none is told by its number, and nothing is published or recorded."""
    path = site.folder / "permalinks.tsv"
    path.write_text(f"{path.read_text()}{line}\nno line\n")
    found = [one for one in site.diagnostics() if one["code"] == "ledger-broken"]
    assert [one["line"] for one in found] == [number, number + 1]
    assert site.run("build", "--keep-going").exit_code == 1
    assert site.run("permalinks", "--record").exit_code == 1


def test_a_line_that_is_gone(site: SiteTest) -> None:
    """A build tells which lines the ledger has lost since the last one."""
    path = site.folder / "permalinks.tsv"
    path.write_text(path.read_text().replace(f"{ledger(site)[2]}\n", ""))
    result = site.run("build", "--format", "json")
    assert result.exit_code == 0
    assert "ledger-line-removed" in result.stdout
    assert "articles/rain.html" in result.stdout


def test_old_addresses_that_cannot_be(site: SiteTest) -> None:
    """What is no address, or belongs to another page, is told; two claims of one too."""
    more = "aliases: [Some title, articles/rain.html, /old/place/, 'https://other.org/x.html']\n"
    site.write(
        {
            "content/articles/harvest.md": article("Harvest", more=more),
            "content/articles/rain.md": article("Rain", "Bob Hill", "aliases: [/old/place]\n"),
        }
    )
    assert sorted(site.codes()) == ["redirect-taken"] * 2 + ["redirect-unusable"] * 2
    assert site.run("build").exit_code == 0
    assert "../../articles/harvest.html" in site.page("old/place/index.html")


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("/archive-manifest.json", "redirect-taken"),
        ("/.nojekyll/a.html", "redirect-unusable"),
        ("/.site_gen/a.html", "redirect-unusable"),
        ("/index.php?p=5", "redirect-unusable"),
        ("/feed.xml", ""),
        ("/data/works/undated.bib/", ""),
    ],
)
def test_old_addresses_in_the_way(site: SiteTest, written: str, said: str) -> None:
    """What site_gen keeps for itself is told; an old address goes before a file for programs."""
    more = f"redirect_from: ['{written}']\n"
    site.write({"content/articles/rain.md": article("Rain", "Bob Hill", more)})
    assert said in site.codes() or not said
    assert site.run("build").exit_code == 0
    leads = (site.folder / f"output/{written.strip('/')}/index.html").exists()
    assert leads == (not said)


def test_a_former_address_of_what_is_held_back(site: SiteTest) -> None:
    """An address that was recorded, and left for another, says too that it is held back."""
    moved = "redirect_from: [articles/rain.html]\ndraft: true\n"
    (site.folder / "content/articles/rain.md").unlink()
    site.write(
        {
            "content/articles/snow.md": article("Rain", more=moved),
            "content/articles/hail.md": article("Hail", "Bob Hill"),
        }
    )
    assert site.run("build").exit_code == 0
    assert "articles/rain.html" in site.output()


@pytest.mark.parametrize("folder", ["archive-manifest.json", "feed.xml", "data/works/undated.bib"])
def test_pages_in_the_way(tmp_path: Path, folder: str) -> None:
    """A free page in a folder of the name of a file that site_gen writes breaks no build."""
    files = {f"content/pages/{folder}/a.md": article("P"), "content/articles/a.md": article("A")}
    site = SiteTest(tmp_path).write(files)
    taken = folder == "archive-manifest.json"
    assert ("url-collision" in site.codes()) == taken
    assert site.run("build").exit_code == taken


def test_old_addresses_in_percent_code() -> None:
    """An old address is what a browser shows or copies of it."""
    assert former_url("/old/%D8%A8.html", "") == former_url("/old/ب.html", "") == "old/ب.html"


@given(st.text(max_size=20))
def test_any_old_address(written: str) -> None:
    """Whatever is written becomes a path inside of the site or nothing."""
    url = former_url(written, "https://example.org/")
    assert not url.startswith(("/", "."))
    assert ".." not in url.split("/")
    assert url == "" or url.endswith((".html", ".htm"))


def test_no_home_is_guessed_for_what_is_like_nothing(site: SiteTest) -> None:
    """A short name that has only its ending in common with another is not taken for it."""
    (site.folder / "content/articles/rain.md").unlink()
    site.write({"content/articles/hail.md": article("Hail", "Bob Hill")})
    said = site.run("build").stderr
    assert "articles/rain.html was published and would lead nowhere" in said
    assert "It may be" not in said


def test_what_is_lost_may_be_in_a_file_with_errors(site: SiteTest) -> None:
    """Where a document failed, the hint says so before it asks for what is gone."""
    (site.folder / "content/articles/rain.md").unlink()
    broken = "---\ntitle: [\nredirect_from: [articles/rain.html]\n---\n\nText.\n"
    site.write({"content/articles/1-water.md": broken})
    lost = [one for one in site.diagnostics() if one["code"] == "permalink-lost"]
    assert len(lost) == 2
    for one in lost:
        assert one["hint"].startswith("It may be in a file with errors: mend these first. Else: ")
