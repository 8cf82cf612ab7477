"""Documents to an archive: who wrote what, where it belongs, what comes before and after. Pure."""

from __future__ import annotations

import hashlib
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from slugify import slugify

from site_gen import names
from site_gen.diagnostics import Diagnostic, Location, warning
from site_gen.model import (
    ENTITY_KINDS,
    Archive,
    Biography,
    Document,
    Entity,
    EntityKind,
)

FIELD_OF_KIND: dict[EntityKind, str] = {
    "author": "authors",
    "place": "places",
    "topic": "topics",
    "series": "series",
}

INDEX = "index"
"""The slug that no entity has: it is the name of the page that lists them all."""


def fold(name: str) -> str:
    """What names are compared by: one case, one form of accents, single blanks."""
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())


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


def assemble(documents: Iterable[Document], today: date) -> tuple[Archive, list[Diagnostic]]:
    """Bring the published documents together."""
    found: list[Diagnostic] = []
    back: dict[str, str] = {}
    shown: list[Document] = []
    withdrawn: dict[str, Document] = {}
    for document in documents:
        reason = held_back(document, today)
        if reason:
            back[document.path] = reason
        elif document.withdrawn:
            withdrawn[document.path] = document
        else:
            shown.append(document)
    articles = {one.key: one for one in sorted(_of(shown, "article"), key=_chronological)}
    pages = {one.key: one for one in _of(shown, "page")}
    entities: dict[EntityKind, Mapping[str, Entity]] = {}
    credits: dict[EntityKind, Mapping[str, tuple[str, ...]]] = {}
    translators: Mapping[str, tuple[str, ...]] = {}
    for kind in ENTITY_KINDS:
        entries = _of(shown, kind)
        entities[kind], credits[kind], others = _entities(kind, entries, articles, found)
        translators = others if kind == "author" else translators
    return Archive(
        articles, pages, entities, credits, back, withdrawn, translators=translators
    ), found


def _of(documents: Sequence[Document], kind: str) -> list[Document]:
    return [one for one in documents if one.kind == kind]


def _chronological(document: Document) -> tuple[object, ...]:
    """Dated ones by date, then undated ones by title; the key settles what is left."""
    if document.date:
        return (0, document.date.sort_key, document.key)
    return (1, fold(document.title), document.key)


def _entities(
    kind: EntityKind,
    entries: Sequence[Document],
    articles: Mapping[str, Document],
    found: list[Diagnostic],
) -> tuple[dict[str, Entity], dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
    """The registry entries and the names found in articles, who is named where, and, of authors,
    who translated what.
    """
    registered: dict[str, Document] = {}
    owner: dict[str, str] = {}
    for entry in sorted(entries, key=lambda one: (one.key, one.path)):
        slug = slug_of(entry.key)
        if slug in registered or slug == INDEX:
            slug = f"{slug}-{_short(entry.path)}"
        registered[slug] = entry
        assert entry.registry is not None
        # The key comes first: `authors: [tim-judah]` means the entry of that name.
        for name in (entry.key, entry.title, *entry.registry.aliases):
            folded = fold(name)
            if owner.setdefault(folded, slug) != slug:
                found.append(_twice(kind, name, entry, registered[owner[folded]]))
    spellings: dict[str, Counter[str]] = defaultdict(Counter)
    named = _named(articles, FIELD_OF_KIND[kind], owner, spellings)
    translating = _named(articles, "translators", owner, spellings) if kind == "author" else {}
    owner.update(_new_slugs(spellings, set(registered)))
    credits, members = _credits(named, owner)
    translators, translated = _credits(translating, owner)
    notes = _newest_notes(articles, owner) if kind == "author" else {}
    names_by_slug = {owner[folded]: _commonest(counter) for folded, counter in spellings.items()}
    for slug, entry in registered.items():
        names_by_slug[slug] = entry.title
    filed = {slug: _filed(kind, name, registered.get(slug)) for slug, name in names_by_slug.items()}
    entities = {
        slug: Entity(
            kind,
            slug,
            names_by_slug[slug],
            registered.get(slug),
            tuple(members.get(slug, ())),
            notes.get(slug),
            filed[slug],
            tuple(translated.get(slug, ())),
        )
        for slug in sorted(filed, key=lambda one: (names.collated(filed[one]), filed[one], one))
    }
    return entities, credits, translators


def _named(
    articles: Mapping[str, Document],
    field: str,
    owner: Mapping[str, str],
    spellings: dict[str, Counter[str]],
) -> dict[str, list[str]]:
    """The folded names in a field of each article; spellings that no entry owns are counted."""
    named: dict[str, list[str]] = {}
    for key, article in articles.items():
        given = getattr(article, field)
        if not given:
            continue
        named[key] = folded_names = []
        for name in given:
            folded = fold(name)
            folded_names.append(folded)
            if folded not in owner:
                spellings[folded][name] += 1
    return named


def _credits(
    named: Mapping[str, list[str]], owner: Mapping[str, str]
) -> tuple[dict[str, tuple[str, ...]], dict[str, list[str]]]:
    """Who is named in each article, and the articles of each who is named."""
    credits: dict[str, tuple[str, ...]] = {}
    members: dict[str, list[str]] = defaultdict(list)
    for key, folded_names in named.items():
        credits[key] = tuple(dict.fromkeys(owner[folded] for folded in folded_names))
        for one in credits[key]:
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


def _twice(kind: EntityKind, name: str, entry: Document, other: Document) -> Diagnostic:
    return warning(
        "registry-name-twice",
        Location(entry.path),
        f"The {kind} `{name}` is another entry's already: {other.path}",
        value=name,
        hint="Keep the name or the alias in one of the two.",
    )


def _commonest(counter: Counter[str]) -> str:
    return min(counter, key=lambda name: (-counter[name], name))


def slug_of(name: str) -> str:
    """A name as a part of a URL: lower-case ASCII letters, digits and hyphens."""
    # By default it would spell names by another table wherever Unidecode happens to be installed.
    slug = slugify(name, max_length=80, word_boundary=True, backend="text-unidecode")
    return slug or f"x-{_short(name)}"


def _short(name: str) -> str:
    return hashlib.sha256(fold(name).encode()).hexdigest()[:8]


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
            slugs[name] = slug if index == 0 and first_free else f"{slug}-{_short(name)}"
    return slugs


def _newest_notes(
    articles: Mapping[str, Document], owner: Mapping[str, str]
) -> dict[str, Biography]:
    """The biography in the newest article that has one, by author. Articles come oldest first."""
    notes: dict[str, Biography] = {}
    dated = {key: one for key, one in articles.items() if one.date}
    undated = {key: one for key, one in articles.items() if not one.date}
    for key, article in (*undated.items(), *dated.items()):
        for note in article.closing_notes:
            slug = owner.get(fold(note.author))
            if slug:
                notes[slug] = Biography(note.html, key, article.date)
    return notes
