"""What pages show of the course of time: timelines with their gaps, the date of an article."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from site_gen.dates import Date
from site_gen.model import Bucket, Page
from site_gen.pages import (
    MONTHS,
    ON_THIS_DAY,
    in_time,
    listed_day,
    listed_month,
    listed_year,
)

LONG_GAP = 1
"""Years without an article that stand one by one; more of them stand as one."""
LEVELS = 4
"""Shades in which months tell how many articles they have."""


def timeline(buckets: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The years or the months of a list in their order, with those between that hold nothing.

    Years go from the first to the last, months from January to December. A gap has no count, and
    `short` is what there is room for below a column. Empty for lists of other things, or of one.
    """
    parts = {one["label"]: one for one in buckets if in_time(one["label"])}
    if len(parts) < 2:
        return []
    if parts.keys() <= set(MONTHS):
        return [_cell(parts.get(month), month, month[:3]) for month in MONTHS]
    if not all(len(label) == 4 and label.isdecimal() for label in parts):
        return []
    cells: list[dict[str, Any]] = []
    before = 0
    for label in sorted(parts):
        year = int(label)
        missing = range(before + 1, year) if before else range(0)
        if len(missing) > LONG_GAP:
            span = f"{missing[0]:04d}–{missing[-1]:04d}"
            cells.append(_cell(None, span, span) | {"wide": True})
        else:
            cells.extend(_cell(None, f"{one:04d}", f"{one:04d}") for one in missing)
        cells.append(_cell(parts[label], label, label))
        before = year
    return cells


def months(years: Sequence[Mapping[str, Any]], pages: Mapping[str, Page]) -> list[dict[str, Any]]:
    """The years of a timeline with the months of each, and what lies between them.

    A month has the address of its page, a `count`, and a `level` from 1 to `LEVELS` by which it is
    shaded; one without an article has none. `pages` are the lists by their addresses.
    """
    held = [
        {one.label: one for one in pages[year["url"]].children} if year["count"] else {}
        for year in years
    ]
    counts = [one.get(month) for one in held for month in MONTHS]
    most = max((one.count for one in counts if one), default=1)
    return [
        {
            "label": year["label"],
            "url": year["url"],
            "months": [_month(found.get(month), most) for month in MONTHS] if found else [],
        }
        for year, found in zip(years, held, strict=True)
    ]


def _month(part: Bucket | None, most: int) -> dict[str, Any]:
    if part is None:
        return {"url": "", "count": 0, "level": 0}
    return {"url": part.url, "count": part.count, "level": -(-LEVELS * part.count // most)}


def _cell(part: Mapping[str, Any] | None, label: str, short: str) -> dict[str, Any]:
    shown = dict(part) if part else {"url": "", "id": "", "count": 0, "share": 0}
    return shown | {"label": label, "short": short, "wide": False}


def beside_time(buckets: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The parts of a list that have no place in a timeline: undated, of an unknown month."""
    return [one for one in buckets if not in_time(one["label"])]


def date_pieces(date: Date) -> list[dict[str, str]]:
    """A date in pieces of text, each with the list of its day, its month or its year.

    The year is a piece of its own where the date is of one; `kind` tells what a piece leads to.
    """
    label, year = date.label(), listed_year(date)
    to_year = {"url": f"dates/{year}.html", "kind": "year"}
    before, found, after = label.rpartition(year)
    if date.year is None or not found or after[:1].isalnum():
        return [to_year | {"text": label}]
    pieces = [to_year | {"text": year}]
    if before.strip():
        day, month = listed_day(date), listed_month(date)
        url = f"{ON_THIS_DAY}{day}.html" if day else f"dates/{month}.html" if month else ""
        kind = "day" if day else "month" if month else ""
        pieces.insert(0, {"text": before.strip(), "url": url, "kind": kind})
    if after.strip():
        pieces.append({"text": after.strip(), "url": "", "kind": ""})
    return pieces


def calendar(pages: Iterable[Page]) -> list[dict[str, Any]]:
    """The days of the year that have a page, by month."""
    months: dict[int, list[dict[str, str]]] = {}
    for page in pages:
        if page.url.startswith(ON_THIS_DAY):
            month, day = page.url.removeprefix(ON_THIS_DAY).removesuffix(".html").split("-")
            shown = {"day": str(int(day)), "title": page.title, "url": page.url}
            months.setdefault(int(month), []).append(shown)
    return [{"label": MONTHS[month - 1], "days": days} for month, days in sorted(months.items())]
