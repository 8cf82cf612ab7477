"""The ledger of copies: what is listed, what is taken in, and what pages show of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from site_gen import copies
from site_gen.copies import Copies, Copy
from site_gen.tokens import words
from tests.support import SiteTest

DAY = ("--date", "2026-01-01")
ARCHIVE = "https://web.archive.org/web/2019/"
HEAD = "original\tarchived\tday\tstatus\n"

ONE = """---
title: One
source_url: https://paper.example.com/one?a=1&b=2
---

See [a notice](https://port.example.net/notice#part-2), [a report](https://gone.example.org/r),
[another](two.md), <https://plain.example.org/x> and `<a href="https://code.example.org/">`.

![A crane](https://pictures.example.org/crane.jpg)
"""
TWO = """---
title: Two
source_url: https://paper.example.com/two
archived_url: https://web.archive.org/web/2001/https://paper.example.com/two
accessed: 2001-05-06
---

Again [the notice](https://port.example.net/notice), and [a copy](https://web.archive.org/web/1/x),
and [this site](https://example.org/articles/one.html).
"""


def line(original: str, status: str = "live", day: str = "2019-05-06") -> str:
    """A line of the ledger."""
    return f"{original}\t{ARCHIVE}{original}\t{day}\t{status}\n"


@pytest.fixture
def site(tmp_path: Path) -> SiteTest:
    """A site with two articles that link elsewhere."""
    return SiteTest(tmp_path / "site").write(
        {"content/articles/one.md": ONE, "content/articles/two.md": TWO}
    )


def listed(site: SiteTest, *arguments: str) -> list[tuple[str, list[str]]]:
    """The addresses that have no copy, each with what uses it."""
    told = json.loads(site.run("sources", "--format", "json", *DAY, *arguments).stdout)
    return [(one["original"], one["used_in"]) for one in told]


def test_what_is_listed(site: SiteTest) -> None:
    """Sources without a copy, and the links of texts if they are asked for; each once, with what
    uses it; no copies, nothing of this site and no words that look like a link."""
    one, two = "content/articles/one.md", "content/articles/two.md"
    source = ("https://paper.example.com/one?a=1&b=2", [one])
    assert listed(site) == [source]
    assert listed(site, "--bodies") == [
        source,
        ("https://gone.example.org/r", [one]),
        ("https://pictures.example.org/crane.jpg", [one]),
        ("https://plain.example.org/x", [one]),
        ("https://port.example.net/notice", [one, two]),
    ]
    told = site.run("sources", *DAY)
    assert told.stdout == f"{source[0]}  {one}  https://web.archive.org/save/{source[0]}\n"
    assert "1 sources, 4 links in texts (--bodies lists them)" in told.stderr
    site.write({"sources.tsv": HEAD + line(source[0])})
    assert listed(site) == []


def test_what_is_not_published_is_not_listed(site: SiteTest) -> None:
    """Nobody is to learn from a request for a copy what a draft or a withheld word links to."""
    link = "[link](https://{0}.example.org/ann-bell-secret)"
    site.write(
        {
            "content/articles/one.md": f"---\ndraft: true\n---\n\n{link.format('draft')}\n",
            "content/articles/two.md": "---\nembargo_until: 2030-01-01\n---\n\n"
            + f"{link.format('e')}\n",
            "content/articles/ann-bell-secret.md": "---\nslug: quiet\n---\n\n"
            + "A [note](https://open.example.org/) "
            + f"and {link.format('redacted')} of Ann Bell Secret.\n",
            "content/articles/ann-bell-secret.yml": "redactions: [{match: Ann Bell Secret, "
            "reason: Asked}]\n",
        }
    )
    ((url, paths),) = listed(site, "--bodies")
    assert url == "https://open.example.org/"
    assert "bell" not in paths[0]
    copy = "https://web.archive.org/web/2019/https://open.example.org/ann-bell-secret"
    site.write({"sources.tsv": f"{HEAD}https://open.example.org/\t{copy}\t2019-05-06\tlive\n"})
    assert site.run("build").exit_code == 0
    assert "bell-secret" not in site.page("articles/quiet.html")
    assert "https://open.example.org/" in site.page("articles/quiet.html")


def test_what_a_page_shows(site: SiteTest) -> None:
    """A source and each link lead to their copies too, without a word more in the text."""
    site.run("build")
    before = site.soup("articles/one.html")
    dead = "https://gone.example.org/r"
    notice = "https://port.example.net/notice"
    paper = "https://paper.example.com/one?a=1&b=2"
    site.write({"sources.tsv": HEAD + line(dead, "dead") + line(paper) + line(notice)})
    assert site.run("build").exit_code == 0
    page = site.soup("articles/one.html")
    body, plain = page.select_one(".body"), before.select_one(".body")
    assert body
    assert plain
    assert words(body.get_text()) == words(plain.get_text())
    for original, href, place in ((notice, notice, "#part-2"), (dead, ARCHIVE + dead, "")):
        link = body.find("a", {"data-originalurl": original + place})
        assert link
        assert link["href"] == href + place
        assert link["data-versionurl"] == ARCHIVE + original + place
        assert link["data-versiondate"] == "2019-05-06"
        mark = link.find_next_sibling()
        assert mark
        assert (mark["class"], mark.get_text(), mark["aria-label"]) == (
            ["copy"],
            "",
            "Archived copy",
        )
        assert mark.get("href") == (None if href != original else ARCHIVE + original + place)
    assert len(body.select(".copy")) == 2
    source = page.select_one(".source")
    assert source
    assert [one["href"] for one in source.find_all("a")] == [paper, ARCHIVE + paper]
    assert source.a
    assert source.a["data-versiondate"] == "2019-05-06"
    assert "from the ledger of copies" in site.text("articles/one.html")
    assert f'"archivedAt":"{ARCHIVE}{paper}"' in site.page("articles/one.html")


def test_a_dead_source(site: SiteTest) -> None:
    """The copy of a dead source comes before the original, which is still there."""
    site.write({"sources.tsv": HEAD + line("https://paper.example.com/two", "dead")})
    site.run("build")
    source = site.soup("articles/two.html").select_one(".source")
    assert source
    links = source.find_all("a")
    stated = "https://web.archive.org/web/2001/https://paper.example.com/two"
    assert [one["href"] for one in links] == [stated, "https://paper.example.com/two"]
    assert links[0]["data-originalurl"] == "https://paper.example.com/two"
    assert links[0]["data-versiondate"] == "2001-05-06"
    assert "no longer there" in source.get_text()


def test_only_pages_that_show_a_copy_are_made_again(site: SiteTest, tmp_path: Path) -> None:
    """A new line changes the pages that show it and no other; they are those of a clean build."""
    site.write(
        {
            "content/pages/about.md": "# About\n\nBy [them](https://them.example.org/).\n",
            "content/articles/noted.md": "---\ntitle: Noted\nauthors: [Ann Bell]\n---\n\nText.\n\n"
            "Ann Bell is a reporter; see [her page](https://bell.example.org/).\n",
        }
    )
    site.run("build")
    ledger = HEAD
    for url, pages in (
        ("https://paper.example.com/one?a=1&b=2", {"articles/one.html"}),
        ("https://port.example.net/notice", {"articles/one.html", "articles/two.html"}),
        ("https://them.example.org/", {"about.html"}),
        ("https://bell.example.org/", {"articles/noted.html", "authors/ann-bell.html"}),
    ):
        before = site.output()
        ledger += line(url)
        site.write({"sources.tsv": ledger})
        assert site.run("build").exit_code == 0
        after = site.output()
        changed = {path for path in after if before[path] != after[path]}
        assert {path for path in changed if path.endswith(".html")} == pages
    clean = SiteTest(tmp_path / "clean").write({"sources.tsv": ledger})
    for path in (site.folder / "content").rglob("*.md"):
        clean.write({path.relative_to(site.folder).as_posix(): path.read_bytes()})
    assert clean.run("build").exit_code == 0
    assert site.output() == clean.output()


BROKEN = {
    "ftp://a/\thttps://b/\t2020-01-01\tlive": "original",
    "https://a/\tb\t2020-01-01\tlive": "copy",
    "https://a/\thttps://b/\t2020-02-31\tlive": "day",
    "https://a/\thttps://b/\t2020-01-01\talive": "status",
    "https://a/\t\t2020-01-01\tlive": "missing",
    "https://a/\thttps://b/\t2020-01-01\tnone": "none",
    "https://a/\thttps://b/": "missing",
}


def test_broken_lines(site: SiteTest) -> None:
    """Every broken line is told with its place, and nothing is published or recorded."""
    site.write({"sources.tsv": HEAD + line("https://ok.example/") + "\n".join(BROKEN) + "\n"})
    found = [one for one in site.diagnostics() if one["code"] == "ledger-broken"]
    assert [one["line"] for one in found] == list(range(3, 3 + len(BROKEN)))
    for one, word in zip(found, BROKEN.values(), strict=True):
        assert word in one["message"].lower()
        assert one["path"] == "sources.tsv"
    assert site.run("build", "--keep-going").exit_code == 1
    assert site.run("sources").exit_code == 1
    site.write({"sources.tsv": HEAD + line("https://a.example/#x") + line("https://a.example/")})
    (twice,) = [one for one in site.diagnostics() if one["code"] == "ledger-broken"]
    assert "line 2 already" in twice["message"]


def test_record(site: SiteTest) -> None:
    """The printed table, filled in, is taken in: sorted, once, with the comments of before."""
    note = "# Kept by the reading room.\n"
    site.write({"sources.tsv": HEAD + note + line("https://z.example/")})
    table = site.run("sources", "--bodies", "--format", "tsv", *DAY).stdout.split("\n")
    cells = table[1].split("\t")
    assert cells[0] == "https://paper.example.com/one?a=1&b=2"
    table[1] = "\t".join([cells[0], f"{ARCHIVE}{cells[0]}", "2019-05-06", "live", *cells[4:]])
    site.write({"done.tsv": "\n".join(table)})
    told = site.run("sources", "--record", str(site.folder / "done.tsv"))
    assert (told.exit_code, "1 added" in told.stderr) == (0, True)
    assert "4 rows not filled in" in told.stderr
    ledger = (site.folder / "sources.tsv").read_text()
    assert ledger == HEAD + note + line(cells[0]) + line("https://z.example/")
    again = site.run("sources", "--record", str(site.folder / "done.tsv"))
    assert "0 added, 0 changed, 1 as they were" in again.stderr
    assert (site.folder / "sources.tsv").read_text() == ledger


def test_record_with_mistakes(site: SiteTest) -> None:
    """With a mistake in any row nothing is taken in, and every mistake is told."""
    site.write(
        {"in.csv": "url,copy,date,status\nhttps://a/,https://b/,2020-01-01,live\nx,,,dead\ny,,,1\n"}
    )
    told = site.run("sources", "--record", str(site.folder / "in.csv"))
    assert told.exit_code == 1
    assert "in.csv:3" in told.stderr
    assert "in.csv:4" in told.stderr
    assert not (site.folder / "sources.tsv").exists()


def merged(*rows: tuple[str, str, str], start: Mapping[str, Copy] | None = None) -> copies.Taken:
    """What comes of results (copy, day, status) of one address, taken in one after the other."""
    taken = copies.Taken(Copies(start or {}))
    told: tuple[str, ...] = ()
    for archived, day, status in rows:
        text = f"https://a.example/\t{archived}\t{day}\t{status}\n"
        taken, found = copies.taken(taken.copies, text, "in")
        assert not found
        told += taken.told
    return copies.Taken(taken.copies, told=told)


OLD, NEW = (
    ("https://w.example/1", "2019-01-01", "live"),
    ("https://w.example/2", "2020-01-01", "live"),
)


@pytest.mark.parametrize(
    ("rows", "expected", "told"),
    [
        ([OLD, NEW], NEW, 1),
        ([NEW, OLD], NEW, 1),
        ([NEW, NEW], NEW, 0),
        ([NEW, ("", "2021-01-01", "dead")], (NEW[0], NEW[1], "dead"), 0),
        ([NEW, ("", "2021-01-01", "none")], NEW, 1),
        ([NEW, ("", "2018-01-01", "dead")], NEW, 1),
        ([("", "2018-01-01", "none"), NEW], NEW, 0),
    ],
)
def test_no_copy_is_lost(
    rows: list[tuple[str, str, str]], expected: tuple[str, str, str], told: int
) -> None:
    """A copy gives way to a later copy alone, and the keeper is told of what was not taken."""
    taken = merged(*rows)
    (copy,) = taken.copies.known.values()
    assert (copy.archived, copy.day, copy.status) == expected
    assert len(taken.told) == told


@given(
    st.lists(
        st.tuples(
            st.sampled_from("abc"),
            st.sampled_from(["", "1", "2"]),
            st.sampled_from(["2019-01-01", "2020-01-01"]),
            st.sampled_from(copies.STATUSES),
        ),
        max_size=6,
    )
)
def test_taking_in_twice_changes_nothing(rows: list[tuple[str, str, str, str]]) -> None:
    """Whatever results are, taken in a second time they leave the ledger as it is."""
    text = "".join(
        f"https://{name}.example/,{'https://w.example/' + at if at else ''},{day},{status}\n"
        for name, at, day, status in rows
    )
    once, found = copies.taken(Copies(), text, "in")
    if found:
        return
    twice, _ = copies.taken(once.copies, text, "in")
    assert twice.copies.known == once.copies.known
    assert twice.added == 0


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://a/b#c", "https://a/b"),
        ("https://a/#!/b", "https://a/#!/b"),
        (" https://a/b c\n", "https://a/b%20c"),
        ("", ""),
    ],
)
def test_addresses(url: str, expected: str) -> None:
    """The place in a page is no part of its address, but where it names another page."""
    assert copies.address(url) == expected
