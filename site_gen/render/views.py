"""Small parts of a page as templates get them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from html import unescape
from typing import Any

from site_gen import world
from site_gen.fields import BY_NAME
from site_gen.markup.excerpt import plain_words
from site_gen.model import Bucket, Entity, Evidence
from site_gen.pages import in_time
from site_gen.tokens import words


def buckets(children: Iterable[Bucket]) -> list[dict[str, Any]]:
    """The parts of a list; `share` is their size in hundredths of the largest.

    `id` is that of the group which shows the articles of a part, where they are on the same page.
    What has no date, or only the year of one, is no part of the course of time and has no share.
    """
    children = list(children)
    in_time = [one.count for one in children if _in_time(one)]
    return [
        {
            "label": one.label,
            "url": one.url,
            "count": one.count,
            "id": group_id(index, one),
            "share": -(-100 * one.count // max(in_time)) if _in_time(one) else 0,
        }
        for index, one in enumerate(children, start=1)
    ]


def group_id(index: int, bucket: Bucket) -> str:
    """The id of the group that shows the articles of the part with this number, from 1."""
    return f"group-{index}" if bucket.label and bucket.articles else ""


def _in_time(bucket: Bucket) -> bool:
    return in_time(bucket.label)


def active(years: Iterable[Bucket]) -> str:
    """The first and the last year of a list: `1999 to 2003`."""
    labels = sorted(one.label for one in years if _in_time(one))
    if not labels:
        return ""
    return labels[0] if labels[0] == labels[-1] else f"{labels[0]} to {labels[-1]}"


def evidence(one: Evidence) -> dict[str, Any]:
    """A statement about an article and where it comes from, as the record shows it."""
    label = "About the author" if one.field == "biography" else BY_NAME[one.field].label
    origin = f"from {one.origin.note}" if one.origin.note else one.origin.kind
    if one.origin.line:
        origin += f", line {one.origin.line}"
    return {
        "label": label,
        "value": unescape(one.value),
        "origin": origin,
        "path": one.origin.path,
        "line": one.origin.line,
    }


def said(value: Any) -> str:
    """A value of the site's own metadata as text."""
    if isinstance(value, list):
        return ", ".join(said(one) for one in value)
    if isinstance(value, dict):
        return ", ".join(f"{key}: {said(one)}" for key, one in value.items())
    return str(value)


def also_known(entity: Entity) -> list[str]:
    """The other names of an entity, with the years in which one was in use: `Kiev (1991–2019)`.

    Of the names that site_gen knows of a country, those that differ in signs alone stand once.
    """
    if entity.entry and entity.entry.registry and entity.entry.registry.aliases:
        years = dict(entity.entry.registry.years)
        return [f"{one} ({years[one]})" if one in years else one for one in entity.aliases]
    seen = {_letters(entity.name)}
    names = []
    for one in entity.aliases:
        if _letters(one) not in seen:
            seen.add(_letters(one))
            names.append(one)
    return names


def _letters(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.casefold().removeprefix("the "))
    return "".join(one for one in plain if one.isalnum())


def codes(entity: Entity) -> str:
    """The codes of a country in ISO 3166-1: `AF, AFG`."""
    known = world.known().get(entity.code) if entity.code else None
    return f"{known.code}, {known.code3}" if known and known.code3 else ""


def point(coordinates: tuple[float, float] | None) -> str:
    """Degrees with the letter of the half they lie in: `34.53° N, 69.17° E`."""
    if coordinates is None:
        return ""
    latitude, longitude = coordinates
    north, east = "N" if latitude >= 0 else "S", "E" if longitude >= 0 else "W"
    return f"{abs(latitude):g}° {north}, {abs(longitude):g}° {east}"


LEAST_REPEATED = 6
"""Words of a summary below which it is not taken for a part of the text."""


def repeats(summary: str, html: str) -> bool:
    """Whether a summary says only how the text of a body begins.

    Programs that write blogs make such summaries, often cut within a word.
    """
    said = words(summary)
    if len(said) < LEAST_REPEATED:
        return False
    # Tags take room that words do not.
    plain = plain_words(html[: 4 * len(summary) + 2_000])
    # A word that another follows is a whole one.
    first = words(plain[: 4 * len(said[0]) + 40])[:2]
    if len(first) == 2 and first[0] != said[0]:
        return False
    text = words(plain)
    *whole, last = said
    cut = summary.rstrip().endswith(("…", "...", "[...]", "[…]"))
    if len(text) < len(said) or text[: len(whole)] != whole:
        return False
    return text[len(whole)] == last or (cut and text[len(whole)].startswith(last))
