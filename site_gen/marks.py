"""What is counted of each article, as a short text: of one archive many have the same."""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter

from site_gen.dates import Date, listed_month, listed_year
from site_gen.frozen import frozen
from site_gen.model import Document

FIELDS = (
    "title",
    "authors",
    "date",
    "places",
    "topics",
    "language",
    "summary",
    "publication",
    "source_url",
    "rights",
)
"""The fields of which is counted how often they are stated, inferred or missing."""

_MONTH = len("2001-11")


@frozen
class Mark:
    """What is counted of an article: the year and the month it is listed under, empty if it is
    under none, its language as it is stated, and of `FIELDS` which it `has` and which were
    `guessed`.
    """

    year: str
    month: str
    language: str
    has: tuple[bool, ...]
    guessed: tuple[bool, ...]


def marks(articles: Sequence[Document]) -> tuple[str, ...]:
    """The marks of articles, one for each."""
    days = list(map(attrgetter("date"), articles))
    # Many articles are of one date.
    times = {at: listed(day) if day else "" for at, day in zip(map(id, days), days, strict=True)}
    has = [map(bool, map(attrgetter(name), articles)) for name in FIELDS]
    rows = list(
        zip(
            map(times.__getitem__, map(id, days)),
            map(attrgetter("language"), articles),
            map(attrgetter("inferred"), articles),
            zip(*has, strict=True),
            strict=True,
        )
    )
    made = {row: _mark(*row) for row in set(rows)}
    return tuple(map(made.__getitem__, rows))


def listed(date: Date) -> str:
    """The month a date is listed under, `2001-11`; if it may lie in several, the year."""
    return listed_month(date) or listed_year(date)


def _mark(time: str, language: str, inferred: tuple[str, ...], has: tuple[bool, ...]) -> str:
    states = [there + 2 * (name in inferred) for name, there in zip(FIELDS, has, strict=True)]
    return f"{time} {''.join(map(str, states))} {language}"


def read(mark: str) -> Mark:
    """What a mark says."""
    time, states, language = mark.split(" ", 2)
    return Mark(
        time[:4],
        time if len(time) == _MONTH else "",
        language,
        tuple(one in "13" for one in states),
        tuple(one in "23" for one in states),
    )
