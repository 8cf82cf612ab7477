"""The text of the files for programs: bibliographies, feeds, sitemaps, tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property

from site_gen import cache, citations, feeds, tabular
from site_gen.citations import Work
from site_gen.model import Archive, Document, Entity, EntityKind, Page
from site_gen.pages import (
    FEED,
    IN_A_SITEMAP,
    JSON_FEED,
    OPEN_SEARCH,
    ROBOTS,
    SEARCH,
    SITEMAP,
    TABLES,
    listed,
    listed_from,
    works_of,
)
from site_gen.render.inputs import Inputs
from site_gen.render.once import Once

NEWEST = 30
"""Articles in a feed."""


class Files:
    """Makes files of one site. `cards_key` stands for all that a list shows of articles,
    `absolute` makes an address whole.
    """

    def __init__(
        self,
        inputs: Inputs,
        cards_key: Callable[[tuple[str, ...]], str],
        absolute: Callable[[str], str],
    ) -> None:
        self.inputs = inputs
        self.archive: Archive = inputs.archive
        self.config = inputs.config
        self.cards_key = cards_key
        self.absolute = absolute
        self.works: Once[str, Work] = Once(self._work)

    def key(self, page: Page) -> object:
        """All that a file holds, as digests."""
        if page.url in TABLES:
            return self.tables.key(_name(page))
        if page.url.endswith((".bib", ".ris")):
            return self.cards_key(tuple(self._articles(page)))
        if page.url == FEED or page.url == JSON_FEED or page.entity_kind:
            name = self._entity(page).name if page.entity_kind else ""
            newest = tuple(self._newest(page))
            return name, self.cards_key(newest), [self._names("topic", key) for key in newest]
        if page.url.startswith("sitemap"):
            return self._listed(page)
        return ""

    @cached_property
    def tables(self) -> tabular.Tables:
        """The archive as data."""
        plan = self.inputs.plan
        listed = tabular.Listed(self.archive, plan.urls, plan.entity_urls, self.config)
        return tabular.Tables(listed, self.inputs.program)

    def table(self, page: Page, store: cache.Store) -> Iterator[bytes]:
        """A table, piece by piece, since all texts may be in it. Raises CacheBroken if the store
        lost a body.
        """
        return self.tables.pieces(_name(page), store)

    @property
    def stored(self) -> list[str]:
        """The keys of what the store keeps of the tables."""
        return self.tables.stored

    def text(self, page: Page) -> str:
        """The text of a file that is no table."""
        if page.url.endswith(".bib"):
            return "\n".join(citations.bibtex(self.works[key]) for key in self._articles(page))
        if page.url.endswith(".ris"):
            return "".join(citations.ris(self.works[key]) for key in self._articles(page))
        if page.url == ROBOTS:
            return feeds.robots(self.absolute(SITEMAP))
        if page.url == OPEN_SEARCH:
            title, about = self.config.title, self.config.description
            return feeds.open_search(title, about, self.absolute(SEARCH), self.config.language)
        if page.url == SITEMAP and len(self.addresses) > IN_A_SITEMAP:
            return feeds.sitemap_index([self.absolute(one) for one in self._listed(page)])
        if page.url.startswith("sitemap"):
            return feeds.sitemap([self.absolute(one) for one in self._listed(page)])
        feed = self._feed(page)
        return feeds.json_feed(feed) if page.url == JSON_FEED else feeds.atom(feed)

    def _entity(self, page: Page) -> Entity:
        assert page.entity_kind is not None
        return self.archive.entities[page.entity_kind][page.key]

    def _articles(self, page: Page) -> Sequence[str]:
        """The articles of a file that programs may look up, in the order of the archive."""
        keys = self._entity(page).articles if page.entity_kind else self.by_year[page.key]
        return [key for key in keys if not self.archive.articles[key].noindex]

    @cached_property
    def by_year(self) -> dict[str, list[str]]:
        """The keys of all articles by the file for programs for references that they are in."""
        found: dict[str, list[str]] = {}
        for key, document in self.archive.articles.items():
            found.setdefault(works_of(document), []).append(key)
        return found

    def _newest(self, page: Page) -> Sequence[str]:
        """The newest articles of a feed, the newest first; what has no date is none of them."""
        articles = self.archive.articles
        keys = self._entity(page).articles if page.entity_kind else tuple(articles)
        found: list[str] = []
        for key in reversed(keys):
            if articles[key].date and not articles[key].noindex:
                found.append(key)
                if len(found) == NEWEST:
                    break
        return found

    def _work(self, key: str) -> Work:
        document = self.archive.articles[key]
        url = self.inputs.plan.urls[document.path]
        return citations.work(document, self.archive, url, self.config, self.absolute)

    def _feed(self, page: Page) -> feeds.Feed:
        shown = page.url if page.entity_kind is None else f"{page.url.removesuffix('.xml')}.html"
        title = self.config.title
        if page.entity_kind:
            title = f"{self._entity(page).name} – {title}"
        return feeds.Feed(
            url=self.absolute(page.url),
            page=self.absolute(shown if page.entity_kind else ""),
            title=title,
            language=self.config.language,
            entries=[self._entry(self.archive.articles[key]) for key in self._newest(page)],
            description="" if page.entity_kind else self.config.description,
            author=self.config.publisher or self.config.title,
            rights=self.config.rights,
        )

    def _names(self, kind: EntityKind, article: str) -> tuple[str, ...]:
        keys = self.archive.credits[kind].get(article, ())
        return tuple(self.archive.entities[kind][key].name for key in keys)

    def _entry(self, document: Document) -> feeds.Entry:
        assert document.date is not None
        published = listed_from(document.date).isoformat()
        modified = document.modified.first.isoformat() if document.modified else ""
        return feeds.Entry(
            url=self.absolute(self.inputs.plan.urls[document.path]),
            title=document.title,
            published=published,
            updated=max(published, modified),
            authors=self._names("author", document.key),
            summary=document.summary or document.excerpt,
            language=document.language or self.config.language,
            topics=self._names("topic", document.key),
        )

    @cached_property
    def addresses(self) -> list[str]:
        """The pages that search engines may find, in order."""
        return listed(self.archive, self.inputs.plan.pages, self.inputs.plan.urls)

    def _listed(self, page: Page) -> list[str]:
        """What a sitemap lists: addresses, or other sitemaps."""
        if len(self.addresses) <= IN_A_SITEMAP:
            return self.addresses
        if page.url == SITEMAP:
            return [
                f"sitemap-{number + 1}.xml"
                for number in range(-(-len(self.addresses) // IN_A_SITEMAP))
            ]
        first = int(page.key) * IN_A_SITEMAP
        return self.addresses[first : first + IN_A_SITEMAP]


def _name(page: Page) -> str:
    """The name of a table."""
    return page.url.rpartition("/")[2]
