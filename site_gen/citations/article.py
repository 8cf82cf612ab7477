"""An article of the archive as a work to cite, with what its page tells programs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from site_gen.citations.embedded import Context, Person, Spot
from site_gen.citations.works import Name, When, Work
from site_gen.config import SiteConfig
from site_gen.model import Archive, Document, Entity, EntityKind

Address = Callable[[str], str]
"""The whole address of a path from the site's root; empty where that of the site is not known."""


def work(
    document: Document, authors: tuple[Name, ...], url: str, config: SiteConfig, address: Address
) -> Work:
    """An article as it is cited; `url` is its path from the site's root."""
    whole = address(url)
    return Work(
        # Marks that end a key of BibTeX are no part of a path that is percent-encoded.
        id=(whole.removeprefix(address("")) or url).removesuffix(".html").replace("%", "+"),
        title=document.title,
        container=document.publication or config.title,
        archive=config.title,
        authors=authors,
        when=When.of(document.date) if document.date else None,
        language=document.language or config.language,
        url=whole,
        version=document.version,
        summary=document.summary,
        rights=document.rights or config.rights,
    )


def names(archive: Archive, authors: Iterable[str]) -> tuple[Name, ...]:
    """The names of authors, by their keys."""
    return tuple([_name(archive.entities["author"][one]) for one in authors])


def person(author: Entity, url: str) -> Person:
    """An author of the archive; `url` is the whole address of its page."""
    return Person(_name(author), url, _same_as(author))


def spot(place: Entity, archive: Archive, url: str) -> Spot:
    """A place of the archive; `url` is the whole address of its page."""
    return Spot(place.name, url, place.point, _around(archive, place))


def context(
    document: Document,
    archive: Archive,
    config: SiteConfig,
    people: Mapping[str, Person],
    spots: Mapping[str, Spot],
    address: Address,
) -> Context:
    """What its page tells beside that; `people` are authors and `spots` places by their keys."""
    credits = archive.credits
    return Context(
        authors=tuple([people[one] for one in credits["author"].get(document.key, ())]),
        places=tuple([spots[one] for one in credits["place"].get(document.key, ())]),
        topics=tuple([one.name for one in _named(archive, "topic", document.key)]),
        publisher=config.publisher,
        modified=document.modified.iso if document.modified else "",
        source_url=document.source_url,
        archived_url=document.archived_url,
        home=address(""),
    )


def stated(archive: Archive, entity: Entity) -> list[object]:
    """All that citations may tell of whom or what an article names, beside name and address."""
    if entity.kind == "place":
        return [entity.point, _around(archive, entity)]
    return [entity.filed, _same_as(entity)]


def _named(archive: Archive, kind: EntityKind, article: str) -> list[Entity]:
    keys = archive.credits[kind].get(article, ())
    return [archive.entities[kind][key] for key in keys]


def _name(entity: Entity) -> Name:
    return Name.of(entity.name, entity.filed)


def _same_as(entity: Entity) -> tuple[str, ...]:
    return entity.entry.registry.same_as if entity.entry and entity.entry.registry else ()


def _around(archive: Archive, place: Entity) -> tuple[str, ...]:
    """The names of what a place lies in, from the nearest on."""
    around = archive.around(place.key)[1:]
    return tuple(archive.entities["place"][key].name for key in around)
