"""What the archive holds and what it does not, counted from its articles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from itertools import pairwise
from typing import Any

from site_gen import languages
from site_gen.fields import BY_NAME
from site_gen.marks import FIELDS, Mark, read
from site_gen.model import ENTITY_KINDS, Archive, Entity
from site_gen.pages import MONTHS, WITHOUT, without_url

_WITHOUT = [(name, FIELDS.index(name)) for name, _ in WITHOUT]
"""The fields that are counted by year where they are missing, with their places among these."""

Counted = Sequence[tuple[Mark, int]]
"""The marks that articles have, each with how many have it."""

MOST_RANGES = 240
"""Runs of months without an article that are told one by one."""
MOST_NAMES = 200
"""Names of one kind without an article that are told one by one."""


def coverage(
    archive: Archive, language: str, link: Callable[[Entity], dict[str, Any]]
) -> dict[str, Any]:
    """All that the page of the coverage shows.

    `language` is that of articles which state none, and `link` makes of an entity a name and a
    URL.
    """
    counted = [(read(mark), count) for mark, count in Counter(archive.marks).items()]
    absent = {
        name: {
            "count": sum(count for mark, count in counted if not mark.has[at]),
            "url": without_url(name),
        }
        for name, at in _WITHOUT
    }
    return {
        "articles": len(archive.articles),
        "held": {kind: _named(archive, kind) for kind in ENTITY_KINDS},
        "languages": _languages(counted, language),
        "years": _years(counted),
        "months": _months({mark.month for mark, _ in counted if mark.month}),
        "undated": sum(count for mark, count in counted if not mark.year),
        "without": absent,
        "unused": _unused(archive, link),
        "fields": _fields(counted),
        "held_back": _held_back(archive),
    }


def _named(archive: Archive, kind: Any) -> int:
    """How many of a kind articles name."""
    return sum(1 for one in archive.entities[kind].values() if one.named_in and one.named)


def _languages(counted: Counted, default: str) -> list[dict[str, Any]]:
    """The languages of the articles with their counts, the commonest first."""
    counts: Counter[str] = Counter()
    for mark, count in counted:
        counts[mark.language or default] += count
    return [
        {"label": languages.label(tag), "tag": tag, "count": count}
        for tag, count in sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    ]


def _years(counted: Counted) -> list[dict[str, Any]]:
    """A row for each year that has articles, and one for each run of years between that has none.

    What is missing is counted in it: authors, places, sources.
    """
    rows: dict[int, dict[str, Any]] = {}
    for mark, count in counted:
        if label := mark.year:
            row = rows.setdefault(int(label), {"label": label, "url": f"dates/{label}.html"})
            row["count"] = row.get("count", 0) + count
            for name, at in _WITHOUT:
                row[name] = row.get(name, 0) + count * (not mark.has[at])
    made: list[dict[str, Any]] = []
    before = 0
    for year in sorted(rows):
        if before and year - before > 1:
            label = f"{before + 1:04d}" + (f"–{year - 1:04d}" if year - before > 2 else "")
            made.append({"label": label, "url": "", "count": 0})
        made.append(rows[year])
        before = year
    return made


def _months(months: Collection[str]) -> dict[str, Any]:
    """The months between the first and the last that no article is known to be of, as runs, by
    those that articles are of, each once.

    A month counts as held if a date lies in it, even about.
    """
    held = sorted(map(_number, months))
    if not held:
        return {"first": "", "last": "", "all": 0, "empty": 0, "runs": []}
    runs = [(a + 1, b - 1) for a, b in pairwise(held) if b - a > 1]
    shown = [_run(start, end) for start, end in runs] if len(runs) <= MOST_RANGES else []
    return {
        "first": _month(held[0]),
        "last": _month(held[-1]),
        "all": held[-1] - held[0] + 1,
        "empty": held[-1] - held[0] + 1 - len(held),
        "runs": shown,
    }


def _number(month: str) -> int:
    """A month, `2001-11`, as its number in the row of all months."""
    return int(month[:4]) * 12 + int(month[5:]) - 1


def _month(number: int) -> str:
    return f"{MONTHS[number % 12]} {number // 12:04d}"


def _run(start: int, end: int) -> str:
    """A run of months: `May 2001`, `May to July 2001`, `May 2001 to June 2003`."""
    if start == end:
        return _month(start)
    same = start // 12 == end // 12
    return f"{MONTHS[start % 12] if same else _month(start)} to {_month(end)}"


def _unused(archive: Archive, link: Callable[[Entity], dict[str, Any]]) -> list[dict[str, Any]]:
    """Entries of the registries that no article names, by kind, with the number of the rest."""
    found = []
    for kind in ENTITY_KINDS:
        idle = [one for one in archive.entities[kind].values() if one.entry and not one.named_in]
        if idle:
            shown = [link(one) for one in idle[:MOST_NAMES]]
            found.append({"kind": kind, "items": shown, "more": len(idle) - len(shown)})
    return found


def _fields(counted: Counted) -> list[dict[str, Any]]:
    """How often each field is stated, inferred, or neither."""
    total = sum(count for _, count in counted)
    rows = []
    for at, name in enumerate(FIELDS):
        inferred = sum(count for mark, count in counted if mark.guessed[at])
        stated = sum(count for mark, count in counted if mark.has[at] and not mark.guessed[at])
        rows.append(
            {
                "label": BY_NAME[name].label,
                "stated": stated,
                "inferred": inferred,
                "missing": total - stated - inferred,
            }
        )
    return rows


def _held_back(archive: Archive) -> Mapping[str, int]:
    """How many articles are not shown, by reason; nothing else is told of them."""
    reasons = [why for path, why in archive.held_back.items() if _is_article(path)]
    drafts = sum(why == "draft" for why in reasons)
    return {
        "draft": drafts,
        "embargoed": len(reasons) - drafts,
        "withdrawn": sum(map(_is_article, archive.withdrawn)),
    }


def _is_article(path: str) -> bool:
    return path.startswith("content/articles/")
