"""Rows as text: CSV for spreadsheets, JSON Lines for programs, GeoJSON for maps."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Sequence
from typing import Any

from site_gen.tabular.columns import Column
from site_gen.tabular.rows import Row

SEPARATOR = "; "
"""What stands between the members of a list in a cell of CSV."""

_FORMULA = re.compile(r"[=+\-@\t]")
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def csv_lines(columns: Sequence[Column], rows: Iterable[Row]) -> str:
    """Rows as CSV (RFC 4180): lines end in CR LF, and a list is joined by `; `.

    A text that a spreadsheet would take for a formula has an apostrophe before it.
    """
    kinds = [column.kind for column in columns]
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\r\n")
    writer.writerows(
        [_cell(value, kind) for value, kind in zip(row, kinds, strict=True)] for row in rows
    )
    return target.getvalue()


def csv_head(columns: Sequence[Column]) -> str:
    """The first line of a table."""
    return ",".join(column.name for column in columns) + "\r\n"


def _cell(value: Any, kind: str) -> str:
    if value is None:
        return ""
    if kind == "list":
        value = SEPARATOR.join(value)
    elif kind == "yes or no":
        return "true" if value else "false"
    elif kind != "text":
        return str(value)
    return f"'{value}" if _FORMULA.match(value) else value


def json_lines(columns: Sequence[Column], rows: Iterable[Row]) -> str:
    """Rows as JSON Lines: each an object with all columns, `null` where there is nothing."""
    names = [column.name for column in columns]
    return "".join(f"{_encode(dict(zip(names, row, strict=True)))}\n" for row in rows)


def geojson(columns: Sequence[Column], rows: Iterable[Row]) -> str:
    """Places as points of GeoJSON (RFC 7946), a line each; those without coordinates are left out.

    Longitude stands before latitude there.
    """
    names = [column.name for column in columns]
    features = []
    for row in rows:
        properties = dict(zip(names, row, strict=True))
        latitude, longitude = properties.pop("latitude"), properties.pop("longitude")
        if latitude is None or longitude is None:
            continue
        point = {"type": "Point", "coordinates": [longitude, latitude]}
        feature = {
            "type": "Feature",
            "id": properties["id"],
            "geometry": point,
            "properties": properties,
        }
        features.append(_encode(feature))
    inside = "".join(f"\n{one}," for one in features).rstrip(",")
    return f'{{"type":"FeatureCollection","features":[{inside}\n]}}\n'
