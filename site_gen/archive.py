"""Documents to an archive: who wrote what, where it belongs, what comes before and after. Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import chain, compress
from operator import attrgetter
from types import MappingProxyType
from typing import TypeVar

from site_gen import names, places, redaction
from site_gen.diagnostics import Diagnostic, Location, warning
from site_gen.frozen import frozen
from site_gen.marks import marks
from site_gen.model import (
    ENTITY_KINDS,
    Archive,
    Biography,
    Document,
    Entity,
    EntityKind,
)
from site_gen.slugs import INDEX, fold, short_of, slug_of
from site_gen.world import Known

__all__ = ["FIELD_OF_KIND", "amended", "assemble", "fold", "held_back", "slug_of"]

Value = TypeVar("Value")

NO_WORLD: Mapping[str, Known] = MappingProxyType({})
"""No country is known beforehand."""

FIELD_OF_KIND: dict[EntityKind, str] = {
    "author": "authors",
    "place": "places",
    "topic": "topics",
    "series": "series",
}


def held_back(document: Document, today: date) -> str:
    """Why a document is not published on a day; empty if it is.

    An embargo until a day ends as that day begins; until a month or a year, as that is over.
    """
    if document.draft:
        return "draft"
    embargo = document.embargo
    if embargo and (today < embargo.last or (embargo.day is None and today == embargo.last)):
        return f"embargoed until {embargo.edtf}"
    return ""


def assemble(
    documents: Iterable[Document], today: date, world: Mapping[str, Known] = NO_WORLD
) -> tuple[Archive, list[Diagnostic]]:
    """Bring the published documents together.

    `world` are the countries and continents, by code, that places may be.
    """
    found: list[Diagnostic] = []
    back: dict[str, str] = {}
    shown: dict[str, list[Document]] = {}
    withdrawn: dict[str, Document] = {}
    for document in documents:
        if reason := held_back(document, today):
            back[document.path] = reason
        elif document.withdrawn:
            withdrawn[document.path] = document
        else:
            shown.setdefault(document.kind, []).append(document)
    articles = {one.key: one for one in sorted(shown.get("article", ()), key=_chronological)}
    withholding = {key: one for key, one in articles.items() if one.withheld}
    pages = {one.key: one for one in shown.get("page", ())}
    entities: dict[EntityKind, Mapping[str, Entity]] = {}
    credits: dict[EntityKind, Mapping[str, tuple[str, ...]]] = {}
    translators: Mapping[str, tuple[str, ...]] = {}
    meant: dict[EntityKind, Mapping[str, str]] = {}
    for kind in ENTITY_KINDS:
        entries = shown.get(kind, [])
        around = world if kind == "place" else NO_WORLD
        entities[kind], credits[kind], others, meant[kind] = _entities(
            kind, entries, articles, withholding, around, found
        )
        translators = others if kind == "author" else translators
    whole = Archive(articles, pages, entities, credits, back, withdrawn, translators=translators)
    whole = replace(whole, marks=marks(list(articles.values())))
    return whole if found else replace(whole, meant=meant), found


def amended(
    archive: Archive, gone: Collection[str], new: Sequence[Document], today: date
) -> Archive | None:
    """What `assemble` makes of the documents of an archive without a few of its articles, by key,
    and with new ones. None where that may be more than to name these where others are named.

    `meant` may go on knowing names that only articles had which are gone, of an entry or a country.
    """
    if not archive.meant or not all(_ordinary(one, today) for one in new):
        return None
    authors = archive.entities["author"].values()
    telling = {*archive.translators, *(one.biography.article for one in authors if one.biography)}
    if not telling.isdisjoint(gone):
        return None
    articles = {key: one for key, one in archive.articles.items() if key not in gone}
    for one in new:
        articles = _put(articles, one, one, articles)
    entities: dict[EntityKind, Mapping[str, Entity]] = {}
    credits: dict[EntityKind, Mapping[str, tuple[str, ...]]] = {}
    for kind in ENTITY_KINDS:
        made = _amended(kind, archive, gone, new, articles)
        if made is None:
            return None
        entities[kind], credits[kind] = made
    marked = _marked(archive, gone, new, articles)
    return replace(archive, articles=articles, entities=entities, credits=credits, marks=marked)


def _marked(
    archive: Archive,
    gone: Collection[str],
    new: Sequence[Document],
    articles: Mapping[str, Document],
) -> tuple[str, ...]:
    """The marks of the articles that came of an archive, of which only new ones are made."""
    stay = compress(archive.marks, [key not in gone for key in archive.articles])
    came = dict(zip([one.key for one in new], marks(new), strict=True))
    return tuple([came[key] if key in came else next(stay) for key in articles])


def _ordinary(document: Document, today: date) -> bool:
    """Whether all that a document does to an archive is to be an article in it, or in a thread,
    which all are put into anew.
    """
    more = document.withdrawn or document.withheld or document.closing_notes or document.translators
    return document.kind == "article" and not more and not held_back(document, today)


def _amended(
    kind: EntityKind,
    archive: Archive,
    gone: Collection[str],
    new: Sequence[Document],
    articles: Mapping[str, Document],
) -> tuple[dict[str, Entity], dict[str, tuple[str, ...]]] | None:
    """The entities of a kind, and who is named where, without some articles and with new ones;
    None where a name comes or goes, or what an entity is called depends on how many write it so.
    """
    group, meant = archive.entities[kind], archive.meant[kind]
    credits = dict(archive.credits[kind])
    went = {key: credits.pop(key, ()) for key in gone}
    came: dict[str, tuple[str, ...]] = {}
    for one in new:
        given = getattr(one, FIELD_OF_KIND[kind])
        if not meant.keys() >= {*given}:
            return None
        came[one.key] = tuple(dict.fromkeys(map(meant.__getitem__, given)))
        if given:
            credits = _put(credits, one, came[one.key], articles)
    spellings = Counter(meant.values())
    for key in {*chain(*went.values(), *came.values())}:
        entity = group[key]
        called = entity.entry or entity.code or spellings[key] == 1
        if not called or not any(key in credits.get(one, ()) for one in (*entity.articles, *came)):
            return None
    around = archive.around if kind == "place" else lambda key: (key,)
    members: dict[str, dict[str, None]] = {}
    for named in (*went.values(), *came.values()):
        for key in chain.from_iterable(map(around, named)):
            stay = (one for one in group[key].articles if one not in went)
            members.setdefault(key, dict.fromkeys(stay))
    for article, named in came.items():
        for key in {*chain.from_iterable(map(around, named))}:
            members[key] = _put(members[key], articles[article], None, articles)
    changed = {key: replace(group[key], articles=tuple(some)) for key, some in members.items()}
    return {**group, **changed}, credits


def _put(
    some: Mapping[str, Value], new: Document, value: Value, articles: Mapping[str, Document]
) -> dict[str, Value]:
    """What some articles have, in their order, with what a new one has in its place."""
    items = list(some.items())
    place = _chronological(new)
    at = bisect_left(items, place, key=lambda item: _chronological(articles[item[0]]))
    return dict([*items[:at], (new.key, value), *items[at:]])


def _chronological(document: Document) -> tuple[object, ...]:
    """Dated ones by date, then undated ones by title; the key settles what is left."""
    if document.date:
        return (0, document.date.sort_key, document.key)
    return (1, fold(document.title), document.key)


def _entities(
    kind: EntityKind,
    entries: Sequence[Document],
    articles: Mapping[str, Document],
    withholding: Mapping[str, Document],
    world: Mapping[str, Known],
    found: list[Diagnostic],
) -> tuple[
    dict[str, Entity], dict[str, tuple[str, ...]], dict[str, tuple[str, ...]], dict[str, str]
]:
    """The registry entries and the names found in articles, who is named where, of authors, who
    translated what, and whom each name means. `withholding` are the articles that withhold words.
    """
    registered: dict[str, Document] = {}
    owner: dict[str, str] = {}
    for entry in sorted(entries, key=lambda one: (one.key, one.path)):
        slug = slug_of(entry.key)
        if slug in registered or slug == INDEX:
            slug = f"{slug}-{short_of(entry.path)}"
        registered[slug] = entry
        assert entry.registry is not None
        # The key comes first: `authors: [tim-judah]` means the entry of that name.
        for name in (entry.key, entry.title, *entry.registry.aliases):
            folded = fold(name)
            if owner.setdefault(folded, slug) != slug:
                found.append(_twice(kind, name, entry, registered[owner[folded]]))
    builtin = places.built_in(registered, world) if world else places.BuiltIn()
    for name, key in builtin.names.items():
        owner.setdefault(name, key)
    spellings: dict[str, Counter[str]] = defaultdict(Counter)
    called = _Called(registered, owner, builtin.places)
    named = _named(articles, withholding, FIELD_OF_KIND[kind], called)
    translating: dict[str, tuple[str, ...]] = {}
    if kind == "author":
        translating = _named(articles, withholding, "translators", called)
    every = Counter(chain.from_iterable(chain(named.values(), translating.values())))
    for name, times in every.items():
        if fold(name) not in owner:
            spellings[fold(name)][name] = times
    owner.update(_new_slugs(spellings, {*registered, *builtin.places}))
    meant = {name: owner[fold(name)] for name in every}
    credits, members = _credits(named, meant)
    above, problems = places.hierarchy(registered, members, owner, builtin)
    found += problems
    inside = above.inside(credits) if above.parents else members
    translators, translated = _credits(translating, meant)
    notes = _newest_notes(articles, owner) if kind == "author" else {}
    names_by_slug = {owner[folded]: _commonest(counter) for folded, counter in spellings.items()}
    for key in {*members, *above.parents, *above.parents.values()} & builtin.places.keys():
        names_by_slug[key] = builtin.places[key].name
    for slug, entry in registered.items():
        names_by_slug[slug] = entry.title
    filed = {slug: _filed(kind, name, registered.get(slug)) for slug, name in names_by_slug.items()}
    order = sorted(filed, key=lambda one: (names.collated(filed[one]), filed[one], one))
    children: dict[str, list[str]] = defaultdict(list)
    for slug in order:
        children[above.parents.get(slug, "")].append(slug)
    entities: dict[str, Entity] = {}
    for slug in order:
        registry = registered[slug].registry if slug in registered else None
        known = builtin.places.get(slug)
        aliases = registry.aliases if registry else ()
        point = registry.coordinates if registry else None
        entities[slug] = Entity(
            kind,
            slug,
            names_by_slug[slug],
            registered.get(slug),
            tuple(inside.get(slug, ())),
            notes.get(slug),
            filed[slug],
            tuple(translated.get(slug, ())),
            aliases or (places.other_names(known, names_by_slug[slug]) if known else ()),
            kind != "place" or slug in members,
            above.parents.get(slug, ""),
            tuple(children.get(slug, ())),
            point or (known.point if known else None),
            known.code if known else "",
        )
    return entities, credits, translators, meant


def _named(
    articles: Mapping[str, Document],
    withholding: Mapping[str, Document],
    field: str,
    called: _Called,
) -> dict[str, tuple[str, ...]]:
    """The names in a field of each article that has some."""
    found = dict(zip(articles, map(attrgetter(field), articles.values()), strict=True))
    for key, article in withholding.items():
        called_so = called.by_withheld
        found[key] = tuple([one for one in found[key] if not called_so(fold(one), article)])
    return dict(compress(found.items(), found.values()))


def _credits(
    named: Mapping[str, tuple[str, ...]], meant: Mapping[str, str]
) -> tuple[dict[str, tuple[str, ...]], dict[str, list[str]]]:
    """Who is named in each article, and the articles of each who is named. `meant` says whom a
    name means.
    """
    # Many articles name the same, in the same order.
    known = {
        given: tuple(dict.fromkeys(map(meant.__getitem__, given)))
        for given in dict.fromkeys(named.values())
    }
    credits = dict(zip(named, map(known.__getitem__, named.values()), strict=True))
    members: dict[str, list[str]] = defaultdict(list)
    for key, found in credits.items():
        for one in found:
            members[one].append(key)
    return credits, members


def _filed(kind: EntityKind, name: str, entry: Document | None) -> str:
    """What a name is filed under: as the entry says, else an author by the family name."""
    registry = entry.registry if entry else None
    if registry and registry.sort_name:
        return registry.sort_name
    if kind != "author" or (registry and registry.agency):
        return name
    return names.filed_under(name)


@frozen
class _Called:
    """The entries of a registry and the places of the world, by slug, and whose each name is."""

    registered: Mapping[str, Document]
    owner: Mapping[str, str]
    world: Mapping[str, Known]

    def by_withheld(self, folded: str, article: Document) -> bool:
        """Whether a name leads to an entry that is called by words withheld in the article."""
        slug = self.owner.get(folded, "")
        called: list[str] = []
        if place := self.world.get(slug):
            called += (place.name, *place.variants)
        entry = self.registered.get(slug)
        if entry and entry.registry:
            called += (entry.key, entry.title, *entry.registry.aliases, entry.registry.parent)
        return any(redaction.spells(name, article.withheld) for name in called)


def _twice(kind: EntityKind, name: str, entry: Document, other: Document) -> Diagnostic:
    folder = entry.path.split("/")[1]
    return warning(
        "registry-name-twice",
        Location(entry.path),
        f"The {kind} `{name}` is another entry's already: {other.path}",
        value=name,
        hint="If they are one: remove this entry, and add to the other "
        f"`aliases: [{entry.key}]` and `redirect_from: [{folder}/{entry.key}.html]`. "
        "If not: keep the name or the alias in one of the two.",
    )


def _commonest(counter: Counter[str]) -> str:
    return min(counter, key=lambda name: (-counter[name], name))


def _new_slugs(names: Iterable[str], taken: set[str]) -> dict[str, str]:
    """A slug for each folded name.

    Where names share one (`C` and `C++`), the name that is spelt like it has it and the others
    carry a part of their digest, so that a slug depends only on the names that share it.
    """
    groups: dict[str, list[str]] = defaultdict(list)
    for name in names:
        groups[slug_of(name)].append(name)
    slugs: dict[str, str] = {}
    for slug, sharing in groups.items():
        sharing.sort(key=lambda name: (name.replace(" ", "-") != slug, len(name), name))
        first_free = slug not in taken and slug != INDEX
        for index, name in enumerate(sharing):
            slugs[name] = slug if index == 0 and first_free else f"{slug}-{short_of(name)}"
    return slugs


def _newest_notes(
    articles: Mapping[str, Document], owner: Mapping[str, str]
) -> dict[str, Biography]:
    """The biography in the newest article that has one, by author. Articles come oldest first."""
    notes: dict[str, Biography] = {}
    having = [(key, one) for key, one in articles.items() if one.closing_notes]
    # Undated ones first: `sorted` keeps the order of the others.
    for key, article in sorted(having, key=lambda one: one[1].date is not None):
        for note in article.closing_notes:
            slug = owner.get(fold(note.author))
            if slug:
                notes[slug] = Biography(note.html, key, article.date)
    return notes
