"""What the tables say: of each article, author and place, the values of the columns.

Nothing but what pages show is in them: all of it is from documents as they are published.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from site_gen import cache
from site_gen.config import SiteConfig
from site_gen.dates import Date
from site_gen.model import Archive, Entity, EntityKind
from site_gen.paths import quoted
from site_gen.search.text import text_of

Row = tuple[Any, ...]
"""The values of one row by the columns of its table; None where there is nothing to say."""

NAMED: tuple[EntityKind, ...] = ("author", "place", "topic", "series")


@dataclass(frozen=True)
class Listed:
    """What of an archive is in its tables: all that readers and search engines are to find.

    `urls` go by the source of an article, `entity_urls` by kind and key, both from the root.
    """

    archive: Archive
    urls: Mapping[str, str]
    entity_urls: Mapping[tuple[EntityKind, str], str]
    config: SiteConfig

    @cached_property
    def articles(self) -> list[str]:
        """The keys of the articles, in the order of the archive: oldest first, undated last."""
        return [key for key, one in self.archive.articles.items() if not one.noindex]

    @cached_property
    def apart(self) -> frozenset[str]:
        """The keys of the articles that are kept out."""
        return frozenset(key for key, one in self.archive.articles.items() if one.noindex)

    def entities(self, kind: EntityKind) -> Iterator[Entity]:
        """The authors, places, topics or series, in the order of their index.

        One without an entry of its own is there only if an article is that names it.
        """
        for one in self.archive.entities[kind].values():
            if one.entry is not None:
                if not one.entry.noindex:
                    yield one
            elif not self.apart or self.count(one.articles) or self.count(one.translated):
                yield one

    def count(self, articles: tuple[str, ...]) -> int:
        """How many of these articles are in the tables."""
        if not self.apart:
            return len(articles)
        return sum(key not in self.apart for key in articles)

    def address(self, url: str) -> str | None:
        """The whole address of a page; None where the site does not know its own."""
        return self.config.url + quoted(url) if self.config.url else None

    def parent(self, place: Entity) -> str | None:
        """The key of the nearest place around a place that is in the tables."""
        for key in self.archive.around(place.key)[1:]:
            if key in self.places:
                return key
        return None

    def text(self, article: str, store: cache.Store) -> str:
        """The text of an article: a line for each block of its page. Raises CacheBroken."""
        document = self.archive.articles[article]
        html = store.get(document.body)
        if html is None:
            raise cache.CacheBroken(f"the body of {document.path} is gone")
        notes = "\n".join(note.html for note in document.closing_notes)
        return text_of(f"{html.decode('utf-8')}\n{notes}")

    @cached_property
    def places(self) -> frozenset[str]:
        """The keys of the places that are in the tables."""
        return frozenset(one.key for one in self.entities("place"))


def named(listed: Listed, article: str) -> tuple[Any, ...]:
    """What an article says of others, of which another source may know more: the names of its
    authors, translators, places, topics and series, and its number in the first of these.
    """
    archive = listed.archive
    authors, places, topics, series = (
        _names(archive, kind, archive.credits[kind].get(article, ())) for kind in NAMED
    )
    translators = _names(archive, "author", archive.translators.get(article, ()))
    parts = archive.parts.get(article)
    return authors, translators, places, topics, series, parts[0].number if parts else None


def article(listed: Listed, key: str) -> Row:
    """What the columns of an article say, but for its text."""
    document = listed.archive.articles[key]
    url = listed.urls[document.path]
    authors, translators, places, topics, series, part = named(listed, key)
    return (
        article_id(url),
        quoted(url),
        listed.address(url),
        document.title or None,
        authors,
        translators,
        *_when(document.date),
        places,
        topics,
        series,
        part,
        document.language or listed.config.language,
        document.summary or None,
        document.publication or None,
        document.source_url or None,
        document.archived_url or None,
        document.accessed.edtf if document.accessed else None,
        document.identifier or None,
        document.collection or None,
        document.rights or listed.config.rights or None,
        document.modified.edtf if document.modified else None,
        document.words,
        document.version or None,
    )


def article_id(url: str) -> str:
    """What an article is known by in all tables, from the path of its page.

    The path of its source would not do: it may hold words that must not be shown.
    """
    return url.removesuffix(".html")


def author(listed: Listed, one: Entity) -> Row:
    """What the columns of an author say."""
    registry = one.entry.registry if one.entry else None
    return (
        *_page(listed, one),
        one.name,
        one.filed,
        one.aliases,
        registry.agency if registry else False,
        registry.same_as if registry else (),
        listed.count(one.articles),
        listed.count(one.translated),
    )


def place(listed: Listed, one: Entity) -> Row:
    """What the columns of a place say."""
    registry = one.entry.registry if one.entry else None
    latitude, longitude = one.point or (None, None)
    return (
        *_page(listed, one),
        one.name,
        one.aliases,
        listed.parent(one),
        one.code if len(one.code) == 2 else None,
        latitude,
        longitude,
        registry.same_as if registry else (),
        (registry.note if registry else "") or None,
        listed.count(one.articles),
    )


def topic(listed: Listed, one: Entity) -> Row:
    """What the columns of a topic or a series say."""
    return (*_page(listed, one), one.name, one.aliases, listed.count(one.articles))


def _page(listed: Listed, one: Entity) -> tuple[str, str, str | None]:
    url = listed.entity_urls[one.kind, one.key]
    return one.key, quoted(url), listed.address(url)


def _names(archive: Archive, kind: EntityKind, keys: tuple[str, ...]) -> tuple[str, ...]:
    entities = archive.entities[kind]
    return tuple(entities[key].name for key in keys)


def _when(date: Date | None) -> tuple[str | None, str | None, str | None]:
    """A date, its earliest and its latest day; an open end has none."""
    if date is None:
        return None, None, None
    first = None if date.first == datetime.date.min else date.first.isoformat()
    last = None if date.last == datetime.date.max else date.last.isoformat()
    return date.edtf, first, last
