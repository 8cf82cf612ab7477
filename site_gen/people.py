"""Spellings that may be one person, place or topic: proposed to the keeper, never merged."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence

from site_gen.diagnostics import Diagnostic, Location, warning
from site_gen.model import Archive, Document, Entity, EntityKind
from site_gen.names import letters, likeness
from site_gen.slugs import slug_of

SPELLINGS = "name-spellings"
SHOWN = 8
"""Spellings of one name that are told in full."""


KINDS: Mapping[EntityKind, tuple[str, str, Callable[[str], str]]] = {
    "author": ("person", "authors", likeness),
    "place": ("place", "places", letters),
    "topic": ("topic", "topics", letters),
    "series": ("series", "series", letters),
}
"""What each is called, the folder of its entries, and what spellings of one have in common."""


def spellings(archive: Archive) -> list[Diagnostic]:
    """One warning for each group of names that are alike, with the aliases that would join them.

    Entries of the registry are told apart by the keeper, and are not held against each other.
    """
    found = [one for kind in KINDS for one in _alike(archive, kind)]
    return sorted(found, key=lambda one: one.sort_key)


def _alike(archive: Archive, kind: EntityKind) -> list[Diagnostic]:
    alike: dict[str, list[Entity]] = {}
    for one in archive.entities.get(kind, {}).values():
        for key in {KINDS[kind][2](name) for name in (one.name, *one.aliases)}:
            alike.setdefault(key, []).append(one)
    found = []
    told: set[tuple[str, ...]] = set()
    for group in alike.values():
        new = [one for one in group if one.entry is None and one.named]
        if len(group) < 2 or not new:
            continue
        keys = tuple(sorted(one.key for one in group))
        if keys not in told and not _reviewed(group, new, archive.articles):
            told.add(keys)
            found.append(_proposal(group, archive.articles))
    return found


def _reviewed(
    group: Sequence[Entity], new: Sequence[Entity], articles: Mapping[str, Document]
) -> bool:
    """Whether an entry of the group accepts the finding, or each article of a spelling does."""
    if any(one.entry and SPELLINGS in one.entry.accept for one in group):
        return True
    return any(
        all(SPELLINGS in articles[key].accept for key in (*one.articles, *one.translated))
        for one in new
    )


def _proposal(group: Sequence[Entity], articles: Mapping[str, Document]) -> Diagnostic:
    """The warning for one group: the spelling to keep is an entry's, else the commonest."""
    kept, *others = sorted(group, key=lambda one: _preference(one))
    others = [one for one in others if one.entry is None]
    shown = [f"`{one.name}` ({one.named_in:,})" for one in (kept, *others)]
    if len(shown) > SHOWN:
        shown = [*shown[:SHOWN], f"{len(shown) - SHOWN:,} more"]
    folder = KINDS[kept.kind][1]
    key = _key(kept, others)
    # Their pages are gone once they are one: what refers to these is led to the page that stays.
    gone = [f"{folder}/{one.key}.html" for one in (kept, *others) if one.key != key]
    entry = kept.entry
    aliases = entry.registry.aliases if entry and entry.registry else ()
    former = entry.former if entry else ()
    lines = (
        f"`aliases: {_listed((*aliases, *(one.name for one in others)))}`, "
        f"`redirect_from: {_listed((*former, *gone))}`"
    )
    if entry:
        at = Location(entry.path)
        hint = f"write into {entry.path}, in place of such lines that it has: {lines}"
    else:
        first = (*others[0].articles, *others[0].translated)[0]
        at = Location(articles[first].path)
        hint = (
            f"make content/{folder}/{key}.md with these lines between two lines `---`: "
            f"`name: {_quoted(kept.name)}`, {lines}"
        )
    return warning(
        SPELLINGS,
        at,
        f"Spellings that may be one {KINDS[kept.kind][0]} have a page each: {', '.join(shown)}",
        value=others[0].name,
        hint=f"If they are one: {hint}. If not: accept: [{SPELLINGS}].",
    )


def _key(kept: Entity, others: Sequence[Entity]) -> str:
    """The key of the page that stays: the plain slug, if one of them has it."""
    plain = slug_of(kept.name)
    if kept.entry is None and any(one.key == plain for one in others):
        return plain
    return kept.key


def _preference(person: Entity) -> tuple[object, ...]:
    """An entry first; then the commonest, not in capitals, in its natural order, the longest."""
    name = person.name
    return (
        person.entry is None,
        -person.named_in,
        "," in name,
        any(len(word) > 2 and word.isupper() for word in name.split()),
        -len(name),
        person.key,
    )


def _listed(names: Sequence[str]) -> str:
    return f"[{', '.join(map(_quoted, names))}]"


def _quoted(name: str) -> str:
    """A name as YAML takes it, whatever stands in it."""
    return json.dumps(name, ensure_ascii=False)
