"""The text of the files for programs: bibliographies, feeds, sitemaps, tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property, partial
from itertools import chain

from site_gen import cache, citations, feeds, tabular
from site_gen.citations import Work
from site_gen.model import Archive, Entity, EntityKind, Page
from site_gen.pages import (
    ALL_WORKS,
    FEED,
    IN_A_SITEMAP,
    JSON_FEED,
    OPEN_SEARCH,
    ROBOTS,
    SEARCH,
    SITEMAP,
    TABLES,
    WORKS,
    listed,
    listed_from,
    works_of,
)
from site_gen.paths import all_quoted
from site_gen.render.inputs import Inputs
from site_gen.render.once import Once
from site_gen.render.parts import Parts

ENDINGS = ("bib", "ris")
"""Of the files for programs for references."""
WRITE = {"bib": citations.bibtex, "ris": citations.ris}
MOST_WORKS = 32_768
"""Articles that are at hand as they are told to programs: each stands in several files."""
NEWEST = 30
"""Articles in a feed."""


class Files:
    """Makes files of one site. `run_key` stands for all that is known of some articles,
    `absolute` makes an address whole, `parts` is what is known of parts of files.
    """

    def __init__(
        self,
        inputs: Inputs,
        run_key: Callable[[tuple[str, ...]], str],
        absolute: Callable[[str], str],
        parts: Parts,
    ) -> None:
        self.inputs = inputs
        self.archive: Archive = inputs.archive
        self.config = inputs.config
        self.run_key = run_key
        self.absolute = absolute
        self.parts = parts
        self.authors = Once(partial(citations.names, self.archive))
        self.works: Once[str, Work] = Once(self._work, MOST_WORKS)
        self.written = {
            ending: Once(partial(self._written, ending), MOST_WORKS) for ending in WRITE
        }
        self.entries: Once[str, feeds.Entry] = Once(self._entry, MOST_WORKS)
        self.named = Once(self._named)

    def forget(self) -> None:
        """Let go of works, entries and references, which are large and soon made again."""
        self.works.clear()
        self.entries.clear()
        for made in self.written.values():
            made.clear()

    def key(self, page: Page) -> object:
        """All that a file holds, as digests."""
        if page.url in TABLES:
            return self.tables.key(_name(page))
        if page.url in ALL_WORKS or page.url.startswith(WORKS):
            return cache.digest_of(*(self._works_key(run) for run in self._runs_of(page)))
        if page.url.endswith((".bib", ".ris")):
            return self.run_key(tuple(self._articles(page)))
        if page.url == FEED or page.url == JSON_FEED or page.entity_kind:
            name = self._entity(page).name if page.entity_kind else ""
            newest = tuple(self._newest(page))
            return name, self.run_key(newest)
        if page.url.startswith("sitemap"):
            return self._listed(page)
        return ""

    @cached_property
    def tables(self) -> tabular.Tables:
        """The archive as data."""
        plan = self.inputs.plan
        listed = tabular.Listed(self.archive, plan.urls, plan.entity_urls, self.config)
        return tabular.Tables(listed, self.inputs.program, self.run_key, self.parts.digest)

    @staticmethod
    def in_pieces(page: Page) -> bool:
        """Whether a file is made piece by piece, with what the store keeps of it."""
        return page.url in TABLES or page.url in ALL_WORKS or page.url.startswith(WORKS)

    def pieces(self, page: Page, store: cache.Store) -> Iterator[bytes]:
        """A file `in_pieces`, since all of the archive may be in it. Raises CacheBroken if the
        store lost a body.
        """
        if page.url in TABLES:
            yield from self.tables.pieces(_name(page), store)
            return
        for at, run in enumerate(self._runs_of(page)):
            if at and page.url.endswith(".bib"):
                yield b"\n"
            yield self._works_kept(run, page.url[-3:], store)

    @property
    def stored(self) -> list[str]:
        """The keys of what the store keeps of these."""
        runs = chain.from_iterable(self.runs.values())
        works = [self._works_name(run, ending) for run in runs for ending in ENDINGS]
        return [*self.tables.stored, *works]

    def text(self, page: Page) -> str:
        """The text of a file that is made in one go."""
        if page.url.endswith((".bib", ".ris")):
            return self._works(self._articles(page), page.url[-3:])
        if page.url == ROBOTS:
            return feeds.robots(self.absolute(SITEMAP))
        if page.url == OPEN_SEARCH:
            title, about = self.config.title, self.config.description
            return feeds.open_search(title, about, self.absolute(SEARCH), self.config.language)
        if page.url == SITEMAP and len(self.addresses) > IN_A_SITEMAP:
            return feeds.sitemap_index([self.absolute(one) for one in self._listed(page)])
        if page.url.startswith("sitemap"):
            return feeds.sitemap([self.config.url + one for one in all_quoted(self._listed(page))])
        feed = self._feed(page)
        return feeds.json_feed(feed) if page.url == JSON_FEED else feeds.atom(feed)

    def _entity(self, page: Page) -> Entity:
        assert page.entity_kind is not None
        return self.archive.entities[page.entity_kind][page.key]

    def _articles(self, page: Page) -> Sequence[str]:
        """The articles of an entity that programs may look up, in the order of the archive."""
        keys, apart = self._entity(page).articles, self.tables.listed.apart
        return [key for key in keys if key not in apart] if apart else keys

    @cached_property
    def years(self) -> dict[str, tuple[str, ...]]:
        """The articles that programs may look up by the file for references that they are in:
        that of their year, or that of the undated, which is the last.
        """
        articles = self.archive.articles
        found: dict[str, list[str]] = {}
        of_dates: dict[int, list[str]] = {}  # Many articles are of one date.
        for key in self.tables.listed.articles:
            date = articles[key].date
            if id(date) not in of_dates:
                of_dates[id(date)] = found.setdefault(works_of(date), [])
            of_dates[id(date)].append(key)
        return {year: tuple(found[year]) for year in sorted(found)}

    def _works(self, articles: Sequence[str], ending: str) -> str:
        """Articles as programs for references read them."""
        if ending == "bib":
            return "\n".join(map(self.written["bib"].__getitem__, articles))
        return "".join(map(self.written["ris"].__getitem__, articles))

    def _written(self, ending: str, key: str) -> str:
        return WRITE[ending](self.works[key])

    @cached_property
    def runs(self) -> dict[str, list[tuple[str, ...]]]:
        """The articles of each year in runs, of which an edit concerns one."""
        last = self.tables.last
        return {year: tabular.in_runs(articles, last) for year, articles in self.years.items()}

    def _runs_of(self, page: Page) -> list[tuple[str, ...]]:
        """The runs of a file of one year, or of all."""
        return self.runs[page.key] if page.key else list(chain.from_iterable(self.runs.values()))

    def _works_key(self, run: tuple[str, ...]) -> str:
        """What stands for all that is told of the articles of a run."""
        return self.parts.digest(f"works {run[0]}", run, lambda: self.run_key(run))

    def _works_name(self, run: tuple[str, ...], ending: str) -> str:
        """What the store keeps the articles of a run by."""
        return f"works {ending} {cache.digest_of(*self.settings, self._works_key(run))}"

    @cached_property
    def settings(self) -> tuple[str, str]:
        """What shapes all files alike."""
        return self.inputs.program, self.config.digested

    def _works_kept(self, run: tuple[str, ...], ending: str, store: cache.Store) -> bytes:
        """The articles of a run, from the store or made now: two files hold them."""
        name = self._works_name(run, ending)
        made = store.get(name)
        if made is None:
            made = self._works(run, ending).encode()
            store.put([(name, made)])
        return made

    def _newest(self, page: Page) -> Sequence[str]:
        """The newest articles of a feed, the newest first; what has no date is none of them."""
        articles = self.archive.articles
        keys = self._entity(page).articles if page.entity_kind else self.all
        if not self.tables.listed.apart and articles[keys[-1]].date:
            return keys[: -NEWEST - 1 : -1]
        found: list[str] = []
        for key in reversed(keys):
            article = articles[key]
            if article.date and not article.noindex:
                found.append(key)
                if len(found) == NEWEST:
                    break
        return found

    def _work(self, key: str) -> Work:
        """An article as it is cited."""
        document = self.archive.articles[key]
        authors = self.authors[self.archive.credits["author"].get(key, ())]
        url = self.inputs.plan.urls[document.path]
        return citations.work(document, authors, url, self.config, self.absolute)

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
            entries=list(map(self.entries.__getitem__, self._newest(page))),
            description="" if page.entity_kind else self.config.description,
            author=self.config.publisher or self.config.title,
            rights=self.config.rights,
        )

    def _names(self, kind: EntityKind, article: str) -> tuple[str, ...]:
        """What an article names, as it is called. Many articles name the same."""
        return self.named[kind, self.archive.credits[kind].get(article, ())]

    def _named(self, named: tuple[EntityKind, tuple[str, ...]]) -> tuple[str, ...]:
        kind, keys = named
        return tuple([self.archive.entities[kind][key].name for key in keys])

    def _entry(self, key: str) -> feeds.Entry:
        document = self.archive.articles[key]
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
    def all(self) -> tuple[str, ...]:
        """The keys of all articles, the undated last."""
        return tuple(self.archive.articles)

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
