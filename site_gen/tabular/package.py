"""The description of the tables for programs: a Frictionless Data Package (version 1)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from site_gen.config import SiteConfig
from site_gen.tabular.columns import (
    ARTICLES,
    ARTICLES_WITH_TEXT,
    AUTHORS,
    PLACES,
    Column,
    Kind,
)
from site_gen.tabular.forms import SEPARATOR

_IN_CSV: dict[Kind, str] = {
    "text": "string",
    "list": "string",
    "date": "date",
    "integer": "integer",
    "number": "number",
    "yes or no": "boolean",
}
_IN_JSON: dict[Kind, str] = {**_IN_CSV, "list": "array"}
JOINED = f" Several are parted by `{SEPARATOR.strip()}` and a blank."


def package(config: SiteConfig) -> str:
    """datapackage.json: what the files beside it hold, with the type of each column."""
    columns = ARTICLES_WITH_TEXT if config.data.text else ARTICLES
    around = {"fields": "parent", "reference": {"resource": "", "fields": "id"}}
    places = _csv("places", "The places that they name.", PLACES)
    places["schema"]["foreignKeys"] = [around]
    about = {
        "name": "archive",
        "title": config.title,
        "description": config.description,
        "homepage": config.url,
        "rights": config.rights,
        "resources": [
            _csv("articles", "All articles, oldest first.", ARTICLES),
            {
                "name": "articles-exact",
                "path": "articles.jsonl",
                "description": "The same, an object in each line, with lists as lists.",
                # Frictionless reads such lines only with parts that few have installed.
                "type": "file",
                "format": "jsonl",
                "mediatype": "application/jsonl",
                "encoding": "utf-8",
                "schema": _schema(columns, _IN_JSON),
            },
            _csv("authors", "The authors and translators of the articles.", AUTHORS),
            places,
            {
                "name": "places-map",
                "path": "places.geojson",
                "description": "The places whose coordinates are known, as points.",
                "format": "geojson",
                "mediatype": "application/geo+json",
                "encoding": "utf-8",
            },
        ],
    }
    stated = {name: value for name, value in about.items() if value}
    return json.dumps(stated, ensure_ascii=False, indent=2) + "\n"


def _csv(name: str, description: str, columns: Sequence[Column]) -> dict[str, Any]:
    return {
        "name": name,
        "path": f"{name}.csv",
        "profile": "tabular-data-resource",
        "description": description,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": _schema(columns, _IN_CSV),
    }


def _schema(columns: Sequence[Column], types: dict[Kind, str]) -> dict[str, Any]:
    return {
        "fields": [
            {
                "name": column.name,
                "type": types[column.kind],
                "description": meaning(column, types is _IN_CSV),
            }
            for column in columns
        ],
        "primaryKey": "id",
        "missingValues": [""],
    }


def meaning(column: Column, joined: bool) -> str:
    """What a column means; `joined` says that lists are a text."""
    return column.meaning + (JOINED if joined and column.kind == "list" else "")
