"""`export sqlite`: the archive as a database, which another program reads."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.archive_sites import document
from tests.support import SiteTest
from tests.test_data import HELD, lines

DATE = ("--date", "2026-01-01")


@pytest.fixture
def site(tmp_path: Path) -> SiteTest:
    """An archive with all that is hard to put into a table, and what is left out; not built."""
    return SiteTest(tmp_path / "site").write(HELD)


@pytest.fixture
def database(site: SiteTest) -> Iterator[sqlite3.Connection]:
    """Its database, opened."""
    result = site.run("export", "sqlite", "made/a.sqlite", *DATE)
    assert result.exit_code == 0
    assert "3 articles" in result.stderr
    with closing(sqlite3.connect(site.folder / "made/a.sqlite")) as opened:
        yield opened


def test_what_it_holds(site: SiteTest, database: sqlite3.Connection) -> None:
    """It has what the tables of the site have, with lists as JSON, and is sound."""
    site.run("build")
    columns = [row[1] for row in database.execute("PRAGMA table_info(articles)")]
    assert sorted(columns) == sorted(["number", *lines(site)[0]])
    # What is long stands last, for programs that show tables.
    assert (columns[:3], columns[-3:]) == (["number", "id", "title"], ["url", "address", "text"])
    found = database.execute("SELECT id, title, text FROM articles ORDER BY number").fetchall()
    assert found == [(row["id"], row["title"], row["text"]) for row in lines(site)]
    assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert database.execute("PRAGMA foreign_key_check").fetchall() == []
    kinds = dict(database.execute("SELECT type, count(*) FROM sqlite_master GROUP BY type"))
    assert set(kinds) == {"table", "index"}
    (topics,) = database.execute("SELECT topics FROM articles WHERE id = 'articles/a'").fetchone()
    assert topics == '["War", "Peace"]'


def test_links(database: sqlite3.Connection) -> None:
    """Links lead from articles to what they name, in its order; parents lead to places."""
    for table, name, expected in (
        ("articles_authors", "author", ["Ann Bell", "Smith; Sons"]),
        ("articles_translators", "translator", ["Bob Hill"]),
        ("articles_places", "place", ["Kabul"]),
        ("articles_topics", "topic", ["War", "Peace"]),
        ("articles_series", "series", ["Letters"]),
    ):
        other = {"author": "authors", "translator": "authors", "series": "series"}
        rows = database.execute(
            f"SELECT other.name FROM {table} JOIN {other.get(name, name + 's')} AS other "
            f"ON other.id = {table}.{name} JOIN articles ON number = article "
            f"WHERE articles.id = 'articles/a' ORDER BY position"
        )
        assert [one for (one,) in rows] == expected
    around = "SELECT parent FROM places WHERE id = 'kabul'"
    assert database.execute(around).fetchone() == ("afghanistan",)


@pytest.mark.parametrize(
    ("query", "found"), [("second", ["articles/a"]), ("text", ["articles/b", "articles/ünï"])]
)
def test_full_text(database: sqlite3.Connection, query: str, found: list[str]) -> None:
    """Titles and texts are searched."""
    rows = database.execute(
        "SELECT id FROM articles WHERE number IN "
        "(SELECT rowid FROM articles_fts WHERE articles_fts MATCH ?) ORDER BY number",
        (query,),
    )
    assert [one for (one,) in rows] == found
    # By this Datasette sees that it can search the table.
    (made,) = database.execute("SELECT sql FROM sqlite_master WHERE name = 'articles_fts'")
    assert 'content="articles"' in made[0]


def test_what_is_left_out(site: SiteTest, database: sqlite3.Connection) -> None:
    """What is not in the tables is in no byte of the database either."""
    data = (site.folder / "made/a.sqlite").read_bytes()
    for word in ("Hidden", "Draft", "Nobody", "Kept Apart", str(site.folder)):
        assert word.encode() not in data


def test_two_are_equal(site: SiteTest, database: sqlite3.Connection) -> None:
    """Two databases of one archive are equal to the byte, with a cache and without."""
    moved = SiteTest(site.folder.parent / "moved").write(HELD)
    for path in (moved.folder / "content").rglob("*"):
        os.utime(path, (1_000_000_000, 1_000_000_000))
    assert moved.run("export", "sqlite", "b.db", *DATE).exit_code == 0
    one, two = site.folder / "made/a.sqlite", moved.folder / "b.db"
    assert one.read_bytes() == two.read_bytes()


def test_nothing_is_overwritten(site: SiteTest) -> None:
    """A file that is there stays; broken sources and a folder that cannot be written leave none."""
    site.write({"mine.db": "mine", "content/articles/bad.md": "---\ntitle: [\n---\n"})
    assert site.run("export", "sqlite", "mine.db", *DATE).exit_code == 2
    assert (site.folder / "mine.db").read_text() == "mine"
    broken = site.run("export", "sqlite", "new.db", *DATE)
    assert broken.exit_code == 1
    assert "check" in broken.stderr
    assert site.run("export", "sqlite", "mine.db/new.db", "--keep-going").exit_code == 2
    assert not (site.folder / "new.db").exists()
    assert site.run("export", "sqlite", "new.db", "--keep-going", *DATE).exit_code == 0
    assert not list(site.folder.glob(".*.db*"))


def test_the_address(site: SiteTest) -> None:
    """`--url` takes the place of the site's own address, as for a build."""
    site.write({"content/articles/z.md": document("Z.", {"title": "Z"})})
    assert site.run("export", "sqlite", "a.db", "--url", "here").exit_code == 2
    assert site.run("export", "sqlite", "a.db", "--url", "https://example.net/x").exit_code == 0
    with closing(sqlite3.connect(site.folder / "a.db")) as opened:
        addresses = [one for (one,) in opened.execute("SELECT address FROM articles")]
    assert "https://example.net/x/articles/z.html" in addresses
