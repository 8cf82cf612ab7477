"""The archive as one SQLite database: tables, the links between them, a full-text index.

It has no triggers and no views, and nothing in it tells when or where it was made: two databases
of one archive are equal to the byte, where the same version of SQLite makes them.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from site_gen import cache, tabular
from site_gen.exports.edition import refuse
from site_gen.model import EntityKind
from site_gen.tabular import Column, Listed
from site_gen.whole import becoming

__all__ = ["refuse", "write"]

LINKS: Mapping[str, EntityKind] = {
    "author": "author",
    "translator": "author",
    "place": "place",
    "topic": "topic",
    "series": "series",
}
"""What links articles lead by, and the kind of what they lead to."""
TABLE: Mapping[EntityKind, str] = {
    "author": "authors",
    "place": "places",
    "topic": "topics",
    "series": "series",
}
COLUMNS: Mapping[EntityKind, Sequence[Column]] = {
    "author": tabular.AUTHORS,
    "place": tabular.PLACES,
    "topic": tabular.TOPICS,
    "series": tabular.TOPICS,
}
LAST = ("url", "address", "text")
"""Columns that stand last, since they are long: programs that show a table show titles first."""
_TYPES = {"integer": "INTEGER", "yes or no": "INTEGER", "number": "REAL"}
# Datasette knows the index of a table by the double quotes.
_INDEX = """
CREATE VIRTUAL TABLE articles_fts USING fts5(
  title, text, content="articles", content_rowid='number', tokenize='unicode61 remove_diacritics 2'
)
"""


def write(target: Path, listed: Listed, store: Path) -> int:
    """Write the archive into a database. `store` is the folder of the store with its bodies.

    Returns how many articles it holds. Raises Exists if there is a file already, CacheBroken if the
    store lost a text, OSError or sqlite3.Error if the disk fails.
    """
    refuse(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    with becoming(target) as temporary:
        database = sqlite3.connect(temporary, isolation_level=None)
        try:
            with cache.Store(store) as values:
                _fill(database, listed, values)
        finally:
            database.close()
        refuse(target)
    return len(listed.articles)


def _fill(database: sqlite3.Connection, listed: Listed, store: cache.Store) -> None:
    # It is a file of its own until it is whole, so nothing has to be undone.
    for setting in ("page_size = 4096", "journal_mode = OFF", "synchronous = OFF"):
        database.execute(f"PRAGMA {setting}")
    database.execute("BEGIN")
    for statement in _schema():
        database.execute(statement)
    numbered = (Column("number", "integer", ""), *tabular.ARTICLES_WITH_TEXT)
    _insert(database, "articles", numbered, _articles(listed, store))
    makers = {"author": tabular.author, "place": tabular.place}
    for kind, table in TABLE.items():
        make = makers.get(kind, tabular.topic)
        made = (make(listed, one) for one in listed.entities(kind))
        _insert(database, table, COLUMNS[kind], made)
    for name, kind in LINKS.items():
        database.executemany(
            f"INSERT INTO {_link(name)} VALUES (?, ?, ?)", _links(listed, name, kind)
        )
    database.execute("INSERT INTO articles_fts(articles_fts) VALUES('rebuild')")
    database.execute("INSERT INTO articles_fts(articles_fts) VALUES('optimize')")
    database.execute("COMMIT")
    database.execute("VACUUM")


def _schema() -> Iterator[str]:
    """The statements that make the tables, empty."""
    articles = _columns(tabular.ARTICLES_WITH_TEXT)
    yield f"CREATE TABLE articles (number INTEGER PRIMARY KEY, {articles}, UNIQUE (id))"
    for kind, table in TABLE.items():
        around = ", FOREIGN KEY (parent) REFERENCES places (id)" if kind == "place" else ""
        yield f"CREATE TABLE {table} ({_columns(COLUMNS[kind])}, PRIMARY KEY (id){around})"
    for name, kind in LINKS.items():
        yield (
            f"CREATE TABLE {_link(name)} (article INTEGER NOT NULL REFERENCES articles (number), "
            f"{name} TEXT NOT NULL REFERENCES {TABLE[kind]} (id), position INTEGER NOT NULL, "
            f"PRIMARY KEY (article, {name})) WITHOUT ROWID"
        )
        yield f"CREATE INDEX {_link(name)}_{name} ON {_link(name)} ({name})"
    yield _INDEX


def _columns(columns: Sequence[Column]) -> str:
    ordered = sorted(columns, key=lambda one: one.name in LAST)
    return ", ".join(f"{one.name} {_TYPES.get(one.kind, 'TEXT')}" for one in ordered)


def _link(name: str) -> str:
    """The table of the links of one name: `articles_authors`, behind `articles` in any list."""
    return f"articles_{name if name == 'series' else f'{name}s'}"


def _articles(listed: Listed, store: cache.Store) -> Iterator[tuple[Any, ...]]:
    for number, key in enumerate(listed.articles, start=1):
        yield number, *tabular.article(listed, key), listed.text(key, store)


def _links(listed: Listed, name: str, kind: EntityKind) -> Iterator[tuple[int, str, int]]:
    """The links of articles to what the tables hold, in the order that an article has."""
    archive = listed.archive
    named = archive.translators if name == "translator" else archive.credits[kind]
    there = {one.key for one in listed.entities(kind)}
    for number, article in enumerate(listed.articles, start=1):
        for position, key in enumerate(named.get(article, ()), start=1):
            if key in there:
                yield number, key, position


def _insert(
    database: sqlite3.Connection,
    table: str,
    columns: Sequence[Column],
    rows: Iterator[tuple[Any, ...]],
) -> None:
    """Put rows into a table; a list is kept as JSON."""
    names = ", ".join(one.name for one in columns)
    marks = ", ".join("?" * len(columns))
    values = (
        [json.dumps(one, ensure_ascii=False) if isinstance(one, tuple) else one for one in row]
        for row in rows
    )
    database.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", values)
