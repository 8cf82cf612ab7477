"""The facets of an archive: who, where, what, in which language and when, for every article."""

from __future__ import annotations

from collections.abc import Sequence

from site_gen import languages
from site_gen.model import Archive, EntityKind
from site_gen.search.codec import gaps, number
from site_gen.search.shards import Column

KINDS: tuple[EntityKind, ...] = ("author", "place", "topic")
NAMES = (*KINDS, "lang", "date")
"""All facets, in the order of their shards."""


def columns(archive: Archive, keys: Sequence[str], language: str) -> list[Column]:
    """The facets of articles by their numbers; the key of a number that none has is "".

    `language` is that of articles that do not say.
    """
    columns = []
    for kind in KINDS:
        entities = archive.entities[kind]
        # A place counts for all that it lies in, as on the pages of places.
        around = {key: archive.around(key) if kind == "place" else (key,) for key in entities}
        credits = archive.credits[kind]
        named = [credits.get(key, ()) for key in keys]
        # Most articles name what others name too.
        each = {names: {one for near in names for one in around[near]} for names in set(named)}
        used = sorted(set().union(*each.values()))
        index = {key: at for at, key in enumerate(used)}
        values = tuple((entities[key].name, key, *entities[key].aliases) for key in used)
        rows = {names: _row(sorted(map(index.__getitem__, all))) for names, all in each.items()}
        columns.append(Column(kind, values, "".join(map(rows.__getitem__, named))))
    articles = [archive.articles[key] if key else None for key in keys]
    tags = [one.language or language if one else None for one in articles]
    known = {tag: at for at, tag in enumerate(sorted(filter(None, {*tags})))}
    rows_of_tags: dict[str | None, str] = {tag: _row([at]) for tag, at in known.items()}
    rows_of_tags[None] = _row([])
    tongues = tuple((languages.label(tag), tag) for tag in known)
    columns.append(Column("lang", tongues, "".join(map(rows_of_tags.__getitem__, tags))))
    dates = [one.date if one else None for one in articles]
    days = {date.edtf: date.listed.toordinal() for date in dates if date}
    start = min(days.values(), default=0)
    rows_of_dates = {edtf: _row([day - start]) for edtf, day in days.items()}
    text = "".join([rows_of_dates[date.edtf] if date else _row([]) for date in dates])
    columns.append(Column("date", (("", str(start)),), text))
    return columns


def _row(indices: Sequence[int]) -> str:
    """What a facet says of an article that has the values of these indices."""
    return number(len(indices)) + gaps(indices)
