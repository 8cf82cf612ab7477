"""The facets of an archive: who, where, what, in which language and when, for every article."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Sequence
from functools import cache as cached

from site_gen import languages
from site_gen.frozen import frozen
from site_gen.model import Archive, Document, EntityKind
from site_gen.search.codec import gaps, number
from site_gen.search.shards import Column

KINDS: tuple[EntityKind, ...] = ("author", "place", "topic")
NAMES = (*KINDS, "lang", "date")
"""All facets, in the order of their shards."""


@frozen
class Rows:
    """The rows of a facet: for each group what it says of the articles there, and what all these
    go `by` beside the articles and whom and what they name.
    """

    by: object
    groups: tuple[str, ...]


@frozen
class _Facet:
    """A facet: its values, what its rows go by, and what gives that of an article."""

    values: tuple[tuple[str, ...], ...]
    by: object
    row: Callable[[Document], str]


def columns(
    archive: Archive,
    articles: Sequence[Document],
    groups: Sequence[Sequence[int]],
    language: str,
    last: Sequence[Rows] = (),
    stand: Sequence[bool] = (),
) -> tuple[list[Column], list[Rows]]:
    """The facets of articles, which come in the order of the archive, and their rows. `groups` tell
    in order where among these the article of each number is, -1 for a number that none has;
    `language` is that of articles that do not say. `last` are rows that were made before, by the
    same order of facets, of groups that `stand` since: in these nothing changed.
    """
    nothing = _row([])
    indexed = {one.key for one in articles}
    made = [_naming(archive, kind, indexed) for kind in KINDS]
    made += _spoken(articles, language), _listed(articles)
    rows = []
    for at, facet in enumerate(made):
        known = [""] * len(groups)
        if last and last[at].by == facet.by:
            both = zip(last[at].groups, stand, strict=True)
            known = [text if still else "" for text, still in both]
        of = facet.row
        some = [
            text or "".join([of(articles[one]) if one >= 0 else nothing for one in group])
            for text, group in zip(known, groups, strict=True)
        ]
        rows.append(Rows(facet.by, tuple(some)))
    each = zip(NAMES, made, rows, strict=True)
    return [Column(name, one.values, "".join(some.groups)) for name, one, some in each], rows


def _naming(archive: Archive, kind: EntityKind, indexed: Collection[str]) -> _Facet:
    """Whom or what articles name."""
    entities, credits = archive.entities[kind], archive.credits[kind]
    used = sorted(
        key for key, one in entities.items() if any(map(indexed.__contains__, one.articles))
    )
    index = {key: at for at, key in enumerate(used)}
    values = tuple((entities[key].name, key, *entities[key].aliases) for key in used)
    # A place counts for all that it lies in, as on the pages of places.
    around = archive.around if kind == "place" else lambda key: (key,)
    near = {key: [*map(index.__getitem__, around(key))] for key in used}

    @cached  # Many articles name what others name too.
    def row(names: tuple[str, ...]) -> str:
        return _row(sorted(set().union(*map(near.__getitem__, names))))

    return _Facet(values, near, lambda one: row(credits.get(one.key, ())))


def _spoken(articles: Sequence[Document], language: str) -> _Facet:
    """In which language articles are."""
    tags = sorted({one.language or language for one in articles})
    rows = {tag: _row([at]) for at, tag in enumerate(tags)}
    values = tuple((languages.label(tag), tag) for tag in tags)
    return _Facet(values, rows, lambda one: rows[one.language or language])


def _listed(articles: Sequence[Document]) -> _Facet:
    """The days that articles are listed by."""
    start = _first(articles)

    def row(one: Document) -> str:
        if one.date is None:
            return _row([])
        return number(1) + number(one.date.listed.toordinal() - start)

    return _Facet((("", str(start)),), start, row)


def _first(articles: Sequence[Document]) -> int:
    """The number of the first day that any of these is listed by, 0 if none has a date."""
    days = []
    for one in articles:
        if one.date is None:
            break
        days.append(one.date.listed.toordinal())
        # Before all others come those of which only the last day is known.
        if one.date.first > datetime.date.min:
            break
    return min(days, default=0)


def _row(indices: Sequence[int]) -> str:
    """What a facet says of an article that has the values of these indices."""
    return number(len(indices)) + gaps(indices)
