"""What the page of the data tells: which files there are, how large, and with which columns."""

from __future__ import annotations

from collections.abc import Set
from typing import Any

from site_gen.mediatypes import media_type
from site_gen.output import MANIFEST
from site_gen.pages import ALL_WORKS, FEED, JSON_FEED, OPEN_SEARCH, ROBOTS, SITEMAP, TABLES, WORKS
from site_gen.tabular import ARTICLES, ARTICLES_WITH_TEXT, AUTHORS, PLACES, Column, Tables, meaning

BYTES = {
    "articles.csv": 500,
    "articles.jsonl": 900,
    "authors.csv": 150,
    "places.csv": 150,
    "places.geojson": 350,
}
"""Of a row, about. The size that readers are told is a class and no more."""
BYTES_OF_A_WORD = 6
BYTES_OF_A_WORK = 400
"""Of an article in BibTeX and in RIS, about."""
OTHERS = (FEED, JSON_FEED, SITEMAP, OPEN_SEARCH, ROBOTS)
"""Files of the whole site that are no tables."""


def data(tables: Tables, with_text: bool, there: Set[str]) -> dict[str, Any]:
    """All that the page shows of the files, of those whose URLs are `there`."""
    columns = {
        "articles.csv": ARTICLES,
        "articles.jsonl": ARTICLES_WITH_TEXT if with_text else ARTICLES,
        "authors.csv": AUTHORS,
        "places.csv": PLACES,
    }
    rows = tables.rows
    shown = []
    for url in TABLES:
        name = url.rpartition("/")[2]
        if url not in there:
            continue
        size = rows.get(name, 0) * BYTES.get(name, 0)
        if with_text and name == "articles.jsonl":
            size += tables.words * BYTES_OF_A_WORD
        shown.append(
            {
                "name": name,
                "url": url,
                "type": media_type(url),
                "rows": rows.get(name),
                "size": size_class(size),
                "columns": _said(columns.get(name, ()), name),
            }
        )
    others = [one for one in OTHERS if one in there]
    return {
        "tables": shown,
        "text": with_text,
        "others": [{"name": url, "url": url} for url in (*others, MANIFEST)],
        "works": _works(there),
        "all_works": _all_works(there, rows["articles.csv"]),
    }


def _said(columns: tuple[Column, ...], name: str) -> list[dict[str, str]]:
    return [
        {"name": one.name, "kind": one.kind, "meaning": meaning(one, name.endswith(".csv"))}
        for one in columns
    ]


def _works(there: Set[str]) -> list[dict[str, str]]:
    """The files for programs for references: of each year, and of the undated."""
    labels = sorted({url[len(WORKS) : -4] for url in there if url.startswith(WORKS)})
    return [
        {"label": one, "bib": f"{WORKS}{one}.bib", "ris": f"{WORKS}{one}.ris"} for one in labels
    ]


def _all_works(there: Set[str], articles: int) -> list[dict[str, str]]:
    """The files for programs for references that hold the whole archive."""
    names = ("BibTeX", "RIS")
    size = size_class(articles * BYTES_OF_A_WORK)
    return [
        {"name": name, "url": url, "type": media_type(url), "size": size}
        for name, url in zip(names, ALL_WORKS, strict=True)
        if url in there
    ]


def size_class(size: int) -> str:
    """About how large a file is, in steps, so that it stays as it is while the archive grows."""
    for unit, name in ((10**9, "GB"), (10**6, "MB"), (10**3, "KB")):
        if size >= unit:
            step = next(one for one in (500, 200, 100, 50, 20, 10, 5, 2, 1) if size >= one * unit)
            return f"{step} {name}"
    return "1 KB"
