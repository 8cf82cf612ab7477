"""An article of the archive as a work to cite, with what its page tells programs."""

from __future__ import annotations

from collections.abc import Callable

from site_gen.citations.embedded import Context, Person, Spot
from site_gen.citations.works import Name, When, Work
from site_gen.config import SiteConfig
from site_gen.model import Archive, Document, Entity, EntityKind

Address = Callable[[str], str]
"""The whole address of a path from the site's root; empty where that of the site is not known."""


def work(
    document: Document, archive: Archive, url: str, config: SiteConfig, address: Address
) -> Work:
    """An article as it is cited; `url` is its path from the site's root."""
    return Work(
        # Marks that end a key of BibTeX are no part of a path that is percent-encoded.
        id=(address(url).removeprefix(address("")) or url).removesuffix(".html").replace("%", "+"),
        title=document.title,
        container=document.publication or config.title,
        archive=config.title,
        authors=tuple(map(_name, _named(archive, "author", document.key))),
        when=When.of(document.date) if document.date else None,
        language=document.language or config.language,
        url=address(url),
        version=document.version,
        summary=document.summary,
        rights=document.rights or config.rights,
    )


def context(
    document: Document,
    archive: Archive,
    config: SiteConfig,
    url_of: Callable[[Entity], str],
    address: Address,
) -> Context:
    """What its page tells beside that; `url_of` is the path of the page of an author or place."""
    return Context(
        authors=tuple(
            Person(_name(one), address(url_of(one)), _same_as(one))
            for one in _named(archive, "author", document.key)
        ),
        places=tuple(
            Spot(one.name, address(url_of(one)), one.point, _around(archive, one))
            for one in _named(archive, "place", document.key)
        ),
        topics=tuple(one.name for one in _named(archive, "topic", document.key)),
        publisher=config.publisher,
        modified=document.modified.iso if document.modified else "",
        source_url=document.source_url,
        archived_url=document.archived_url,
        home=address(""),
    )


def stated(archive: Archive, entity: Entity) -> list[object]:
    """All that citations tell of an author or a place beside its name and address."""
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
