"""Which pages may show another text than before, where everything has kept its place.

A plan says which pages there are, what they are called and what stands around what. Where it is
that of the last build, pages differ by texts alone, and by what texts have to do with each other.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from site_gen.model import Archive, Document, Page

SIZE = 16
"""The bytes of a stamp."""


def stamps(archive: Archive) -> bytes:
    """For each document, in an order that the plan decides, the digest of what a plan leaves open:
    its text, and which articles are like it.
    """
    related, versions, history = archive.related, archive.versions, archive.history
    made = []
    for key, one in archive.articles.items():
        beside = related.get(key, ()), versions.get(key, ()), history.get(key, ())
        made.append(f"{one.body} {beside}" if any(beside) else one.body)
    made += (one.body for one in _others(archive))
    blake = hashlib.blake2b
    return b"".join(
        [blake(one.encode("utf-8", "surrogatepass"), digest_size=SIZE).digest() for one in made]
    )


def _others(archive: Archive) -> Iterator[Document]:
    """The documents that are no articles."""
    yield from archive.pages.values()
    for group in archive.entities.values():
        yield from (one.entry for one in group.values() if one.entry)


@dataclass(frozen=True, slots=True)
class Moved:
    """What has another stamp than before: `articles` by key, `others` by path. `near` are the
    articles on whose pages one of these is shown, themselves among them.
    """

    articles: frozenset[str]
    others: frozenset[str]
    near: frozenset[str]

    @classmethod
    def between(cls, before: bytes, now: bytes, archive: Archive) -> Moved:
        """What moved between two lists of stamps of one plan."""
        if before == now:
            return cls(frozenset(), frozenset(), frozenset())
        names = [*archive.articles, *(one.path for one in _others(archive))]
        starts = range(0, len(now), SIZE)
        moved = [at // SIZE for at in starts if before[at : at + SIZE] != now[at : at + SIZE]]
        count = len(archive.articles)
        articles = frozenset(names[at] for at in moved if at < count)
        others = frozenset(names[at] for at in moved if at >= count)
        near = set(articles)
        dated = archive.dated if articles else []
        for at, key in enumerate(dated):
            if key in articles:
                near.update(dated[max(at - 1, 0) : at + 2])
        for shown in (archive.related, archive.versions) if articles else ():
            near.update(key for key, keys in shown.items() if not articles.isdisjoint(keys))
        return cls(articles, others, frozenset(near))

    def may_show(self, page: Page, archive: Archive, intros: Mapping[str, Document]) -> bool:
        """Whether a page may show something that moved. `intros` are documents by the URL of the
        page on which they stand.
        """
        if page.kind == "article":
            return page.key in self.near
        if page.kind == "list":
            return any(not self.articles.isdisjoint(one.articles) for one in page.children)
        if page.kind in ("redirect", "held", "withdrawn"):
            return False
        if page.kind in ("page", "index"):
            return page.url in intros and intros[page.url].path in self.others
        if page.entity_kind:
            entity = archive.entities[page.entity_kind][page.key]
            if entity.entry and entity.entry.path in self.others:
                return True
            return not self.articles.isdisjoint((*entity.articles, *entity.translated))
        return True
