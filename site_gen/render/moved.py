"""Which pages may show another text than before, where what was planned is the same or nearly so.

A plan says which pages there are, what they are called and what stands around what. Where it is
that of the last build, pages differ by texts alone, and by what texts have to do with each other.
Where a few articles came and went, so do the pages of names that none of these has.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from functools import cached_property
from itertools import chain
from operator import attrgetter

from site_gen import compact
from site_gen.model import Archive, Document, EntityKind, Page
from site_gen.pages import OPEN_SEARCH, ROBOTS, TABLES, WORKS, works_of
from site_gen.render.inputs import Inputs
from site_gen.render.once import LENGTH, Once

NEWEST = 10
"""Articles that the first page shows."""

Stamps = tuple[str, str, bytes, Mapping[str, str], str]
"""What a plan is known by, and what it leaves open of its documents, in an order that it decides:
the digests of their texts, and which articles are near each of its articles. Then come by article
the versions of its text, where there are any, and what stands for each article in keys, if that is
known.
"""
NONE: Stamps = ("", "", b"", {}, "")


def known_by(plan: str, inputs: Inputs) -> str:
    """What pages are known by that were made from a plan with this key and these templates."""
    return f"{plan} {inputs.templates}"


def stamps(inputs: Inputs) -> Stamps:
    """Those of the documents as they are."""
    archive = inputs.archive
    texts = "\n".join([one.body for one in (*archive.articles.values(), *_others(archive))])
    versions = {
        key: f"{archive.versions.get(key, ())} {archive.history.get(key, ())}"
        for key in archive.versions.keys() | archive.history.keys()
    }
    return known_by(inputs.planned, inputs), texts, archive.related.rows, versions, ""


def keys_before(before: Stamps, articles: Iterable[str], moved: Container[str]) -> dict[str, str]:
    """What stood for the articles of stamps, but for those that moved since."""
    keys = before[4]
    each = zip(articles, range(0, len(keys), LENGTH), strict=False)
    return {key: keys[at : at + LENGTH] for key, at in each if key not in moved}


def _names(archive: Archive) -> Iterator[str]:
    """What the documents of an archive are known by, in the order of their stamps."""
    return chain(archive.articles, (one.path for one in _others(archive)))


def _others(archive: Archive) -> Iterator[Document]:
    """The documents that are no articles."""
    yield from archive.pages.values()
    for group in archive.entities.values():
        yield from (one.entry for one in group.values() if one.entry)


_articles_of = attrgetter("articles")


class Moved:
    """What has another stamp than before, where the plan is the same."""

    def __init__(self, before: Stamps, now: Stamps, inputs: Inputs) -> None:
        self.archive = inputs.archive
        self.with_text = inputs.config.data.text
        self.intros = {inputs.plan.urls[one.path]: one.path for one in self.archive.pages.values()}
        self._rows = before[2]
        self._versions = {key for key, _ in before[3].items() ^ now[3].items()}
        moved = _other(before[1], now[1], _names(self.archive))
        self.articles = frozenset(one for one in moved if one in self.archive.articles)
        """Articles with another text, by key."""
        self.others = moved - self.articles
        """Other documents with another text, by path."""
        numbers = (at for at, key in enumerate(inputs.plan.numbered) if key in self.articles)
        self._signs = frozenset(compact.numbers([at]) for at in numbers)

    @cached_property
    def near(self) -> frozenset[str]:
        """The articles on whose pages an article with another text is shown, themselves among them,
        and those that other articles are like than before.
        """
        archive, articles = self.archive, self.articles
        near = set(articles)
        near |= archive.related.others(self._rows)
        near.update(self._versions)
        dated = archive.dated
        for at, key in enumerate(dated if articles else ()):
            if key in articles:
                near.update(dated[max(at - 1, 0) : at + 2])
        near |= archive.related.showing(articles)
        for key, keys in archive.versions.items() if articles else ():
            if not articles.isdisjoint(keys):
                near.add(key)
        return frozenset(near)

    def among(self, pages: Iterable[Page]) -> list[Page]:
        """Those pages that may show something that moved."""
        # Most are of articles.
        return [
            page
            for page in pages
            if (page.key in self.near if page.kind == "article" else self._may_show(page))
        ]

    def _may_show(self, page: Page) -> bool:
        """Whether a page that is none of an article may show something that moved."""
        match page.kind:
            case "list":
                apart = self.articles.isdisjoint
                return page.may_hold("children", self._signs) and not all(
                    map(apart, map(_articles_of, page.children))
                )
            case "file":
                return self._in_file(page)
            case "redirect" | "held" | "withdrawn" | "404":
                return False
            case "home":
                return self._introduced(page) or any(map(self._at_home, self.articles))
            case "data":
                return self._introduced(page) or (self.with_text and bool(self.articles))
            case "page" | "index" | "coverage":
                return self._introduced(page)
        return not page.entity_kind or self._of_entity(page)

    def _introduced(self, page: Page) -> bool:
        """Whether the text at the top of a page moved."""
        return self.intros.get(page.url) in self.others

    def _at_home(self, article: str) -> bool:
        """Whether the first page may show an article."""
        document = self.archive.articles[article]
        return document.featured or not document.date or article in self.archive.dated[-NEWEST:]

    def _of_entity(self, page: Page) -> bool:
        assert page.entity_kind is not None
        entity = self.archive.entities[page.entity_kind][page.key]
        if entity.entry and entity.entry.path in self.others:
            return True
        apart = self.articles.isdisjoint
        return not (apart(entity.articles) and apart(entity.translated))

    def _in_file(self, page: Page) -> bool:
        """Whether a file for programs may tell of something that moved."""
        if page.entity_kind:
            return self._of_entity(page)
        if page.url in TABLES:
            of_articles = page.url.rpartition("/")[2].startswith("articles.")
            return bool(self.others or (of_articles and self.articles))
        if page.url.startswith(WORKS) and page.key:
            dates = (self.archive.articles[key].date for key in self.articles)
            return any(works_of(one) == page.key for one in dates)
        if page.url.startswith("sitemap") or page.url in (ROBOTS, OPEN_SEARCH):
            return False
        # All others tell of all articles, or of the newest.
        return bool(self.articles)


def _by_name(archive: Archive, stamps: Stamps) -> dict[str, str]:
    """The digests of the texts of an archive with these stamps."""
    names = list(_names(archive))
    return dict(zip(names, stamps[1].split("\n") if names else (), strict=True))


class Stayed:
    """What shows nothing else where articles came into an earlier archive and went from it.

    An archive that was amended has all names that the earlier one had, and the very values of those
    in which no article came or went.
    """

    def __init__(self, earlier: Archive, before: Stamps, now: Stamps, inputs: Inputs) -> None:
        self.earlier = earlier
        self.inputs = inputs
        texts, texts_now = _by_name(earlier, before), _by_name(inputs.archive, now)
        self.moved = frozenset(name for name, text in texts_now.items() if texts.get(name) != text)
        """Articles by key, and other documents by path, that came or whose source is another."""
        self._stands = Once(self._of_entity)

    def has(self, page: Page) -> bool:
        """Whether a page that there was already shows what it showed, if its template and its frame
        do. It is known of pages of names, and of files for programs of these.
        """
        kind = page.entity_kind
        of_one = page.kind in (kind, "list", "file")
        return kind is not None and of_one and self._stands[kind, page.key]

    def _of_entity(self, named: tuple[EntityKind, str]) -> bool:
        """Whether no article of a name came, went or moved, and nothing in a text of its own."""
        kind, key = named
        entity = self.inputs.archive.entities[kind][key]
        if entity is not self.earlier.entities[kind].get(key):
            return False
        entry = entity.entry
        # Its links, or its portrait, may lead to what moved.
        if entry and (entry.path in self.moved or entry.path in self.inputs.links.targets):
            return False
        apart = self.moved.isdisjoint
        return apart(entity.articles) and apart(entity.translated)


def _other(before: str, now: str, names: Iterable[str]) -> frozenset[str]:
    """The names of the lines of two texts that are not the same in both."""
    if before == now:
        return frozenset()
    both = zip(names, before.split("\n"), now.split("\n"), strict=True)
    return frozenset(name for name, old, new in both if old != new)
