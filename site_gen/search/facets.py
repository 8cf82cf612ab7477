"""The facets of an archive: who, where, what, in which language and when, for every article."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import repeat

from site_gen import languages
from site_gen.model import Archive, Document, EntityKind
from site_gen.search.codec import gaps, number
from site_gen.search.shards import Column

KINDS: tuple[EntityKind, ...] = ("author", "place", "topic")
NAMES = (*KINDS, "lang", "date")
"""All facets, in the order of their shards."""


def columns(
    archive: Archive, articles: Sequence[Document], numbers: Sequence[int], language: str
) -> list[Column]:
    """The facets of articles. `numbers` tell in order where among these the article of each
    number is, -1 for a number that none has; `language` is that of articles that do not say.
    """
    nobody: tuple[str, ...] = ()
    nothing = _row([])

    def spread(rows: Sequence[str]) -> str:
        # The one behind all others is that of no article.
        return "".join(map([*rows, nothing].__getitem__, numbers))

    columns = []
    keys = [one.key for one in articles]
    for kind in KINDS:
        entities = archive.entities[kind]
        named = [*map(archive.credits[kind].get, keys, repeat(nobody))]
        # Most articles name what others name too.
        each = {*named}
        # A place counts for all that it lies in, as on the pages of places.
        around = {
            key: archive.around(key) if kind == "place" else (key,) for key in set().union(*each)
        }
        used = sorted(set().union(*around.values()))
        index = {key: at for at, key in enumerate(used)}
        values = tuple((entities[key].name, key, *entities[key].aliases) for key in used)
        near = {key: [*map(index.__getitem__, some)] for key, some in around.items()}
        rows = {names: _row(sorted(set().union(*map(near.__getitem__, names)))) for names in each}
        columns.append(Column(kind, values, spread([*map(rows.__getitem__, named)])))
    tags = [one.language or language for one in articles]
    rows_of_tags = {tag: _row([at]) for at, tag in enumerate(sorted({*tags}))}
    tongues = tuple((languages.label(tag), tag) for tag in rows_of_tags)
    columns.append(Column("lang", tongues, spread([*map(rows_of_tags.__getitem__, tags)])))
    dates = [one.date for one in articles]
    stated = {date.edtf: date for date in dates if date}
    days = {edtf: date.listed.toordinal() for edtf, date in stated.items()}
    start = min(days.values(), default=0)
    rows_of_days = {edtf: number(1) + number(day - start) for edtf, day in days.items()}
    rows_of_dates = [rows_of_days[date.edtf] if date else nothing for date in dates]
    columns.append(Column("date", (("", str(start)),), spread(rows_of_dates)))
    return columns


def _row(indices: Sequence[int]) -> str:
    """What a facet says of an article that has the values of these indices."""
    return number(len(indices)) + gaps(indices)
