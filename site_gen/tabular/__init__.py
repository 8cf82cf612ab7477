"""The archive as data: tables of articles, authors and places, and what describes them.

`columns` says once what there is; `rows` takes it from the archive, `forms` writes it, `tables`
makes files of it. docs/data.md describes them for those who use them.
"""

from site_gen.tabular.columns import (
    ARTICLES,
    ARTICLES_WITH_TEXT,
    AUTHORS,
    PLACES,
    TOPICS,
    Column,
)
from site_gen.tabular.package import meaning
from site_gen.tabular.rows import Listed, Row, article, author, place, topic
from site_gen.tabular.tables import FILES, Run, Tables, in_runs, last_of_runs

__all__ = [
    "ARTICLES",
    "ARTICLES_WITH_TEXT",
    "AUTHORS",
    "FILES",
    "PLACES",
    "TOPICS",
    "Column",
    "Listed",
    "Row",
    "Run",
    "Tables",
    "article",
    "author",
    "in_runs",
    "last_of_runs",
    "meaning",
    "place",
    "topic",
]
