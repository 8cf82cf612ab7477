"""One page to HTML: what its template is given."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property, partial
from itertools import chain, repeat, takewhile
from operator import attrgetter
from typing import Any
from urllib.parse import urlsplit

import jinja2
from markupsafe import Markup as Safe
from markupsafe import escape

from site_gen import cache, citations, languages
from site_gen.copies import Copy, address
from site_gen.dates import Date
from site_gen.links import UNNAMED
from site_gen.model import ENTITY_KINDS, Document, Entity, EntityKind, Page
from site_gen.pages import (
    COVERAGE,
    DATA,
    DATES,
    FEED,
    FOLDER,
    HEADING,
    HOME,
    JSON_FEED,
    ON_THIS_DAY,
    OPEN_SEARCH,
    SEARCH,
    UNDATED_URL,
    UNLISTED,
    beside,
    initial,
    translations_url,
)
from site_gen.paths import quoted
from site_gen.render import citing
from site_gen.render.anchors import anchored
from site_gen.render.bodies import Bodies, Kept, Keys
from site_gen.render.coverage import coverage
from site_gen.render.data import data
from site_gen.render.files import Files
from site_gen.render.inputs import Inputs
from site_gen.render.linking import Links
from site_gen.render.maps import Maps
from site_gen.render.moved import NEWEST
from site_gen.render.once import Once, short_digest, short_digests
from site_gen.render.pagekeys import NOBODY, keys_of_pages
from site_gen.render.parts import Parts
from site_gen.render.templates import TEMPLATE_OF, WORDS, digests, environment
from site_gen.render.times import beside_time, calendar, date_pieces, months, timeline
from site_gen.render.versions import history, version
from site_gen.render.views import active, also_known, buckets, codes, group_id, point, repeats, said

ATOM = "application/atom+xml"
MOST_CARDS = 32_768
"""Articles whose cards are at hand. Lists that show one may be far apart: of a part of the archive
there would be few at the right time.
"""
MOST_PIECES = 512
"""Dates whose pieces are at hand: articles of one day are rendered one after the other."""
MOST_COINS = 100
"""Articles of a list that are told to programs for references."""
SHOWN = 155
"""Characters of a description that search engines show."""
TOP = 12
YEARS_WITH_MONTHS = 40
"""Years up to which the first page has a table of their months; that of all dates always has."""
PICKS = 6
WROTE_OF: tuple[EntityKind, ...] = ("place", "topic")

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; media-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'"
)
"""The content security policy of every page: nothing leaves the browser."""


_IN_A_ROW = re.compile(r"(\d{4}(-\d\d){0,2}|\d\d-\d\d)\.html")
"""The names of lists that stand in a row: years, months, days, days of any year."""


SITE_FILES = (
    (FEED, ATOM, "alternate"),
    (JSON_FEED, "application/feed+json", "alternate"),
    (OPEN_SEARCH, "application/opensearchdescription+xml", "search"),
)
"""Files of the whole site that its first page tells programs of."""


class Renderer:
    """Renders the pages of one site. `parts` are what is known of its files."""

    def __init__(self, inputs: Inputs, parts: Parts | None = None) -> None:
        self.inputs = inputs
        self.config = inputs.config
        self.archive = inputs.archive
        self.plan = inputs.plan
        self.templates = environment(inputs.site, inputs.templates, inputs.store)
        self.cards = Once(self._card, MOST_CARDS)
        self.coins = Once(self._coins, MOST_CARDS)
        self.dates = Once(self._date)
        self.pieces = Once(date_pieces, MOST_PIECES)
        self.article_keys: Once[str, str] = Once(lambda key: self.keys_of((key,))[0])
        self.article_keys[""] = NOBODY  # Beside the first one and the last is none.
        self.page_keys: dict[str, str] = {}
        self.links = Links()
        self.credits = Once(self._credit_of)
        self.entity_keys = Once(self._entity_key)
        self.named = Once(self._named_of)
        self.people = Once(self._person)
        self.spots = Once(self._spot)
        self.named_keys = {kind: Once(partial(self._named_key, kind)) for kind in ENTITY_KINDS}
        self.run_keys: Once[tuple[str, ...], str] = Once(self._run_key)
        self.keys = Keys(inputs, self.article_keys.__getitem__)
        self.files = Files(inputs, self.run_keys.__getitem__, self._absolute, parts or Parts())
        self.file_urls = {page.url for page in self.plan.pages if page.kind == "file"}
        self.intros = {self.plan.urls[one.path]: one for one in self.archive.pages.values()}
        self.pages = {page.url: page for page in self.plan.pages if page.kind == "list"}
        self.site = self._site()

    def key(self, page: Page) -> str:
        """The digest of all that a page shows beside the frame."""
        if page.kind == "file":
            return short_digest(repr((page.url, self.files.key(page))))
        if page.kind == "article":
            # What its title is, and whether it may be found, its own source says.
            if page.key in self.page_keys:
                return self.page_keys[page.key]
            shown = self._article_page_key(page)
        else:
            details, noindex = self._details(page, self.keys), self._noindex(page)
            shown = repr((page.kind, page.url, page.title, page.parents, noindex, details))
        return short_digest(f"{self.templates_used[TEMPLATE_OF[page.kind]]} {shown}")

    @cached_property
    def templates_used(self) -> Mapping[str, str]:
        """The digests of all that goes into a page from templates, by the one that begins it."""
        return digests(self.inputs.site, self.inputs.templates, self.inputs.store)

    @cached_property
    def frame(self) -> str:
        """The digest of what all pages depend on: settings, static files, program."""
        return cache.digest_of(
            self.inputs.program,
            self.config.digested,
            json.dumps([self.site, dict(self.inputs.assets)], ensure_ascii=False),
        )

    def articles(self, pages: Iterable[tuple[Page, str]]) -> list[Document]:
        """The articles whose own pages are among these."""
        articles = self.archive.articles
        return [articles[page.key] for page, _ in pages if page.kind == "article"]

    def render(self, page: Page, kept: Kept) -> str:
        """The HTML of one page. Raises whatever its templates raise, and CacheBroken."""
        if page.kind == "file":
            return self.files.text(page)
        links = self.links.from_page(page.url)
        if page.kind == "404":
            links = self.links.from_root(urlsplit(self.config.url).path or "/")
        url = links.__getitem__

        def asset(name: str) -> str:
            if name not in self.inputs.assets:
                raise jinja2.TemplateRuntimeError(f"there is no file static/{name}")
            return url(self.inputs.assets[name])

        details = self._details(page, Bodies(self.inputs, kept, url, self.card, self._word))
        description = details.pop("description", "")
        return self.templates.get_template(TEMPLATE_OF[page.kind]).render(
            site=self.site,
            page={
                "kind": page.kind,
                "url": page.url,
                "title": details.pop("title", page.title),
                "description": description,
                "canonical": self._canonical(page),
                "parents": [{"title": title, "url": target} for title, target in page.parents],
                "noindex": page.kind in UNLISTED or self._noindex(page),
            },
            url=url,
            asset=asset,
            csp=Safe(POLICY),
            **details,
        )

    def _details(self, page: Page, bodies: Bodies | Keys) -> Any:
        """What the template of a page shows beyond the frame of every page; for a key, what all of
        that is made from.
        """
        match page.kind:
            case "home":
                return self._home(bodies)
            case "article":
                assert isinstance(bodies, Bodies)
                return self._article(page, bodies)
            case "list":
                if isinstance(bodies, Keys):
                    return self._list_key(page)
                return self._list(page, bodies)
            case "index":
                return self._index(page, bodies)
            case "page":
                return self._page(page, bodies)
            case "search":
                return {"index": self.inputs.index}
            case "redirect":
                return {"target": page.key}
            case "held":
                return {}
            case "withdrawn":
                return self._withdrawn(page)
            case "coverage":
                if isinstance(bodies, Keys) and self.inputs.planned:
                    return [self.inputs.planned, self._intro(COVERAGE, bodies)]
                return self._coverage(bodies)
            case "data":
                return self._data(bodies)
            case "404":
                return {}
            case _:
                return self._entity(page, bodies)

    def _word(self, name: str) -> str:
        """What the site says, in words.html."""
        words: Any = self.templates.get_template(WORDS).module
        return str(words.words[name])

    def _canonical(self, page: Page) -> str:
        if not self.config.url or page.kind == "404":
            return ""
        url = page.key if page.kind == "redirect" else page.url
        return self._absolute("" if url == HOME else url)

    def _absolute(self, url: str) -> str:
        """The whole address of a page; empty where the site does not know its own."""
        return self.config.url + quoted(url) if self.config.url else ""

    def _noindex(self, page: Page) -> bool:
        if page.kind == "article":
            document: Document | None = self.archive.articles[page.key]
        elif page.kind in ENTITY_KINDS and page.entity_kind:
            document = self.archive.entities[page.entity_kind][page.key].entry
        else:
            document = self.intros.get(page.url)
        return document is not None and document.noindex

    def _site(self) -> dict[str, Any]:
        nav = [{"title": "Dates", "url": DATES}] if self.archive.articles else []
        for kind in ENTITY_KINDS:
            if self.archive.entities[kind]:
                nav.append({"title": HEADING[kind], "url": f"{FOLDER[kind]}/index.html"})
        for document in self.archive.pages.values():
            target = self.plan.urls[document.path]
            if "/" not in target and target != HOME:
                nav.append({"title": document.title, "url": target})
        return {
            "title": self.config.title,
            "description": self.config.description,
            "language": self.config.language,
            "direction": languages.direction(self.config.language),
            "publisher": self.config.publisher,
            "rights": self.config.rights,
            "url": self.config.url,
            "nav": nav,
            "coverage": COVERAGE if self.archive.articles else "",
            "data": DATA if self.archive.articles else "",
            "search": SEARCH,
            "feeds": [
                {"url": url, "type": kind, "rel": rel}
                for url, kind, rel in SITE_FILES
                if url in self.file_urls
            ],
        }

    @cached_property
    def around(self) -> dict[str, tuple[str, str]]:
        """The keys of the article before and after each dated one."""
        dated = ["", *self.archive.dated, ""]
        return {key: (dated[index], dated[index + 2]) for index, key in enumerate(dated[1:-1])}

    @cached_property
    def list_around(self) -> dict[str, tuple[Page | None, Page | None]]:
        """The year before and after each year's list, and so for months and days."""
        rows: dict[tuple[str, int], list[Page]] = {}
        for page in self.pages.values():
            folder, _, name = page.url.rpartition("/")
            if _IN_A_ROW.fullmatch(name):
                rows.setdefault((folder, len(name)), []).append(page)
        around: dict[str, tuple[Page | None, Page | None]] = {}
        for row in rows.values():
            row.sort(key=lambda page: page.url)
            for index, page in enumerate(row):
                after = row[index + 1] if index + 1 < len(row) else None
                around[page.url] = (row[index - 1] if index else None, after)
        return around

    def _named(self, kind: EntityKind, article: str) -> list[dict[str, str]]:
        """Whom or what an article names, as links. Many articles name the same."""
        return self.named[kind, self.archive.credits[kind].get(article, ())]

    def _named_of(self, named: tuple[EntityKind, tuple[str, ...]]) -> list[dict[str, str]]:
        kind, keys = named
        return [self._credit(kind, key) for key in keys]

    def _translators(self, article: str) -> list[dict[str, str]]:
        return [self._credit("author", key) for key in self.archive.translators.get(article, ())]

    def _parts(self, article: str) -> list[dict[str, Any]]:
        """The places of an article in its series, with the parts before and after."""
        return [
            {
                "series": self._credit("series", part.series),
                "number": part.number,
                "total": part.total,
                "previous": self._mention(part.before),
                "next": self._mention(part.after),
            }
            for part in self.archive.parts.get(article, ())
        ]

    def _translations_of(self, article: str) -> list[dict[str, Any]]:
        """All translations of a text, the article itself among them; none where it is alone.

        `first` marks one of each language: no language may be announced twice.
        """
        group = self.archive.translations.get(article, ())
        tags = [self._language(key) for key in group]
        return [
            {
                **self._mention(key),
                "name": languages.own_name(tag),
                "canonical": self._absolute(self.plan.urls[self.archive.articles[key].path]),
                "current": key == article,
                "first": tag not in tags[:at],
            }
            for at, (key, tag) in enumerate(zip(group, tags, strict=True))
        ]

    def _mention(self, key: str) -> dict[str, str]:
        """An article as a link names it; empty where there is none."""
        if not key:
            return {}
        document = self.archive.articles[key]
        language = self._language(key)
        return {
            "title": document.title,
            "url": self.plan.urls[document.path],
            "language": language,
            "direction": languages.direction(language),
        }

    def _language(self, article: str) -> str:
        return self.archive.articles[article].language or self.config.language

    def _credit(self, kind: EntityKind, key: str) -> dict[str, str]:
        return self.credits[kind, key]

    def _credit_of(self, entity: tuple[EntityKind, str]) -> dict[str, str]:
        kind, key = entity
        return {
            "name": self.archive.entities[kind][key].name,
            "url": self.plan.entity_urls[entity],
        }

    def _named_key(self, kind: EntityKind, keys: tuple[str, ...]) -> str:
        """What stands for those whom an article names. Many articles name the same."""
        return "".join([self.entity_keys[kind, key] for key in keys])

    def _entity_key(self, entity: tuple[EntityKind, str]) -> str:
        """All that pages tell of one whom an article names."""
        kind, key = entity
        told = citations.stated(self.archive, self.archive.entities[kind][key])
        return short_digest(repr((self._credit_of(entity), told)))

    def card(self, key: str, coins: str = "") -> dict[str, Any]:
        """An article as lists show it, with what Zotero reads in them."""
        title, url, label, iso, authors, anonymous, places, excerpt, language, direction = (
            self.cards[key]
        )
        return {
            "title": title,
            "url": url,
            "date_label": label,
            "date_iso": iso,
            "authors": authors,
            "anonymous": anonymous,
            "places": places,
            "excerpt": excerpt,
            "language": language,
            "direction": direction,
            "coins": coins,
        }

    def _card(self, key: str) -> tuple[Any, ...]:
        """The values of a card: they are kept of many articles, and take less than a dict."""
        document = self.archive.articles[key]
        language = document.language or self.config.language
        label, iso = self.dates[document.date] if document.date else ("", "")
        return (
            document.title,
            self.plan.urls[document.path],
            label,
            iso,
            self._named("author", key),
            document.anonymous,
            self._named("place", key),
            document.summary or document.excerpt,
            language,
            languages.direction(language),
        )

    def _coins(self, key: str) -> Safe:
        """What Zotero reads in lists."""
        return escape(citations.coins(self.files.works[key]))

    @staticmethod
    def _date(date: Date) -> tuple[str, str]:
        """How a date is shown, and how programs read it. Many articles share one."""
        return date.label(), date.iso

    def know_articles(self, keys: Sequence[str]) -> None:
        """Know what stands for all articles, in their order: one by one that takes longer."""
        self.article_keys.update(zip(self.archive.articles, keys, strict=True))

    def know_pages(self, keys: Sequence[str]) -> None:
        """Work out the keys of the pages of all known articles, for which these stand, faster than
        one by one.
        """
        archive = self.archive
        begin = f"{self.templates_used[TEMPLATE_OF['article']]} "
        more = self._with_more()
        ends = (self._end_of_key(key) if key in more else "" for key in archive.articles)
        made = keys_of_pages(begin, keys, len(archive.dated), archive.related, ends)
        self.page_keys.update(zip(archive.articles, made, strict=True))

    def keys_of(self, articles: Collection[str]) -> list[str]:
        """What stands for articles in keys: all that is known of each and of those whom it names,
        but not what it has to do with other articles. All have the same length.
        """
        documents = list(map(self.archive.articles.__getitem__, articles))
        columns: list[Iterable[str]] = [
            map(attrgetter("body"), documents),
            # What a document states itself, the key of its body stands for.
            map(attrgetter("archived_url"), documents)
            if self.inputs.copies.known
            else repeat("", len(documents)),
            map(self.plan.urls.__getitem__, map(attrgetter("path"), documents)),
        ]
        for kind in ENTITY_KINDS:
            named = map(self.archive.credits[kind].get, articles, repeat(()))
            columns.append(map(self.named_keys[kind].__getitem__, named))
        return short_digests(map("\n".join, zip(*columns, strict=True)))

    def _run_key(self, articles: Iterable[str]) -> str:
        """What stands for many articles, in their order."""
        return short_digest("".join(map(self.article_keys.__getitem__, articles)))

    def _article_page_key(self, page: Page) -> str:
        """All that `_article` makes a page of."""
        key, archive = page.key, self.archive
        related = archive.related.get(key, ())
        none = [""] * (archive.related.width - len(related))
        near = (key, *self.around.get(key, ("", "")), *related, *none)
        return "".join(map(self.article_keys.__getitem__, near)) + self._end_of_key(key)

    def _with_more(self) -> Collection[str]:
        """The articles whose keys may have such an end: those without are most."""
        archive, targets = self.archive, self.inputs.links.targets
        if self.inputs.copies.known:
            return archive.articles
        linking = {key for key, one in archive.articles.items() if one.path in targets}
        apart = (archive.versions, archive.history, archive.translators)
        return linking.union(*apart, archive.parts, archive.translations)

    def _end_of_key(self, key: str) -> str:
        """What the key of an article's page is made from beside itself, its neighbours and those
        near it: the versions of its text, and what is no article.
        """
        versions, more = self.archive.versions.get(key, ()), self._more_of(key)
        return "\n".join(["".join(map(self.article_keys.__getitem__, versions)), *more])

    def _more_of(self, key: str) -> list[str]:
        """What the page of an article shows beside articles."""
        archive, copied, shown = self.archive, self.inputs.copies.known, []
        document = archive.articles[key]
        # What few pages show is asked for first: fields of documents take a while to read.
        if document.path in self.inputs.links.targets or (copied and document.outbound):
            shown.append(f"links {self.keys.of(document)}")
        if key in archive.history:
            shown.append(f"history {archive.history[key]}")
        if key in archive.translators:
            shown.append(f"translators {self._translators(key)}")
        if key in archive.parts:
            shown.append(f"parts {self._parts(key)}")
        if key in archive.translations:
            shown.append(f"translations {self._translations_of(key)}")
        if copied and document.source_url:
            shown.append(f"copy {self._copy(document)}")
        return shown

    def _person(self, key: str) -> citations.Person:
        url = self._absolute(self.plan.entity_urls["author", key])
        return citations.person(self.archive.entities["author"][key], url)

    def _spot(self, key: str) -> citations.Spot:
        url = self._absolute(self.plan.entity_urls["place", key])
        return citations.spot(self.archive.entities["place"][key], self.archive, url)

    def _article(self, page: Page, bodies: Bodies) -> dict[str, Any]:
        document = self.archive.articles[page.key]
        card = bodies.card(page.key)
        before, after = self.around.get(page.key, ("", ""))
        work = self.files.works[page.key]
        context = citations.context(
            document, self.archive, self.config, self.people, self.spots, self._absolute
        )
        written = {ending: made[page.key] for ending, made in self.files.written.items()}
        cited = citing.cited(work, written | {"json": citations.csl_json(work)})
        reference = cited["styles"][0]["text"]
        body = bodies.of(document)
        article = card | {
            "body": Safe(anchored(str(body))),
            "cite": cited,
            "head": citing.head(work, context, reference, self._attached(document, bodies)),
            "summary": "" if repeats(document.summary, body) else document.summary,
            "dated": self.pieces[document.date] if document.date else [],
            "undated_url": "" if document.date else UNDATED_URL,
            "translators": self._translators(page.key),
            "parts": self._parts(page.key),
            "translations": self._translations_of(page.key),
            "topics": self._named("topic", page.key),
            "series": self._named("series", page.key),
            "language_label": languages.label(card["language"]),
            "publication": document.publication,
            "collection": document.collection,
            "identifier": document.identifier,
            "rights": document.rights,
            "modified_label": document.modified.label() if document.modified else "",
            "words": document.words,
            "source": self._source(document),
            "closing_notes": [
                {"html": bodies.linked(note.html, document)} for note in document.closing_notes
            ],
            "previous": bodies.card(before) if before else None,
            "next": bodies.card(after) if after else None,
            "versions": [
                bodies.card(one) | version(document, self.archive.articles[one])
                for one in self.archive.versions.get(page.key, ())
            ],
            "related": [bodies.card(one) for one in self.archive.related.get(page.key, ())],
            "fields": [
                {"label": label, "value": said(document.extra[name])}
                for name, label in self.config.fields.items()
                if document.extra.get(name) not in (None, "", [])
            ],
            "record": bodies.record(document),
            "history": history(document, self.archive.history.get(page.key, ())),
        }
        described = document.summary or _shortened(document.excerpt)
        return {"article": article, "description": described}

    def _attached(self, document: Document, bodies: Bodies) -> list[str]:
        """The files beside an article that its text links to, each once."""
        if not document.references:
            return []
        told = zip(document.references, self.inputs.links.targets[document.path], strict=False)
        found = {target: None for one, target in told if not one.image and _is_file(target)}
        return [bodies.url(one) for one in found if one not in self.file_urls]

    def _copy(self, document: Document) -> Copy | None:
        """What the ledger of copies says of the source of a document."""
        known = self.inputs.copies.of(document) if document.source_url else {}
        return known.get(address(document.source_url))

    def _source(self, document: Document) -> dict[str, Any] | None:
        if not document.source_url:
            return None
        accessed = document.accessed.iso if document.accessed else ""
        copy = self._copy(document)
        shown = copy is not None and copy.archived == address(document.archived_url)
        return {
            "url": document.source_url,
            "host": urlsplit(document.source_url).netloc.removeprefix("www."),
            "archived_url": document.archived_url,
            "version_iso": copy.day if copy and shown else accessed,
            "dead": copy is not None and copy.status == "dead",
            "accessed_iso": accessed,
            "accessed_label": document.accessed.label() if document.accessed else "",
        }

    def _page(self, page: Page, bodies: Bodies | Keys) -> dict[str, Any]:
        document = self.archive.pages[page.key]
        return {"body": bodies.of(document), "description": document.summary or document.excerpt}

    def _withdrawn(self, page: Page) -> dict[str, Any]:
        withdrawn = self.archive.withdrawn[page.key].withdrawn
        assert withdrawn is not None
        return {
            "withdrawn": {
                "reason": withdrawn.reason,
                "note": withdrawn.note,
                "date_label": withdrawn.date.label() if withdrawn.date else "",
                "date_iso": withdrawn.date.iso if withdrawn.date else "",
            }
        }

    def _intro(self, url: str, bodies: Bodies | Keys) -> Any:
        return bodies.of(self.intros[url]) if url in self.intros else ""

    def _home(self, bodies: Bodies | Keys) -> dict[str, Any]:
        articles = self.archive.articles
        dated = self.archive.dated
        newest = [*reversed(dated), *list(articles)[len(dated) :]]
        dates = buckets(self.pages[DATES].children)
        years = [one for one in dates if one["share"]]
        undated = next((one for one in dates if not one["share"]), None)
        span = ""
        if years:
            span = years[0]["label"]
            span += f" to {years[-1]['label']}" if len(years) > 1 else ""
        of_years = len(years)
        if of_years == 1:
            # One year tells nothing; its months do.
            months = buckets(self.pages[years[0]["url"]].children)
            years = [one for one in months if one["url"]] or years
        return {
            "title": self.config.title,
            "description": self.config.description,
            "intro": self._intro(HOME, bodies),
            "newest": [bodies.card(key) for key in newest[:NEWEST]],
            "picks": [
                {"card": bodies.card(key), "note": articles[key].featured_note}
                for key in [key for key in newest if articles[key].featured][:PICKS]
            ],
            "years": years,
            "timeline": timeline(years),
            "months": self._months(bodies) if 1 < of_years <= YEARS_WITH_MONTHS else [],
            "undated": undated,
            "top": [self._top(kind) for kind in ENTITY_KINDS if self.archive.entities[kind]],
            "count": len(articles),
            "span": span,
        }

    def _months(self, bodies: Bodies | Keys) -> list[Any]:
        """The months of all years; for a key, what they are made from."""
        years = timeline(buckets(self.pages[DATES].children))
        if isinstance(bodies, Keys):
            found = [one["url"] for one in years if one["url"]]
            return [[(one.label, one.count) for one in self.pages[url].children] for url in found]
        return months(years, self.pages)

    def _coverage(self, bodies: Bodies | Keys) -> dict[str, Any]:
        """The archive in numbers, with the ways to what these count."""
        shown = coverage(self.archive, self.config.language, self._item)
        held = shown["held"]
        return {
            "coverage": shown,
            "intro": self._intro(COVERAGE, bodies),
            "span": active(self.pages[DATES].children),
            "undated_url": UNDATED_URL,
            "ways": [
                {"name": HEADING[kind], "url": f"{FOLDER[kind]}/index.html", "count": held[kind]}
                for kind in ENTITY_KINDS
                if held[kind]
            ],
        }

    def _data(self, bodies: Bodies | Keys) -> dict[str, Any]:
        """What the archive offers as data, each file with what it is for."""
        shown = data(self.files.tables, self.config.data.text, self.file_urls)
        shown["license"] = citations.license_address(self.config.rights)
        return {"data": shown, "intro": self._intro(DATA, bodies)}

    def _top(self, kind: EntityKind) -> dict[str, Any]:
        named = [one for one in self.archive.entities[kind].values() if one.articles and one.named]
        named.sort(key=lambda one: (-len(one.articles), one.name, one.key))
        return {
            "heading": HEADING[kind],
            "url": f"{FOLDER[kind]}/index.html",
            "items": [self._item(one) for one in named[:TOP]],
        }

    def _item(self, entity: Entity) -> dict[str, Any]:
        return {
            "name": entity.name,
            "url": self.plan.entity_urls[entity.kind, entity.key],
            "count": entity.named_in,
        }

    def _index(self, page: Page, bodies: Bodies | Keys) -> dict[str, Any]:
        kind = page.entity_kind
        assert kind is not None
        letters = {} if page.children else self.filed[kind]
        if page.key:
            letters = {page.key: letters[page.key]}
        return {
            "heading": page.title,
            "intro": self._intro(page.url, bodies),
            "letters": [
                {
                    "label": letter,
                    "id": f"letter-{index}",
                    "items": [self._item(one) for one in letters[letter]],
                }
                for index, letter in enumerate(sorted(letters), start=1)
            ],
            "letter_pages": buckets(page.children),
            "map": self._map(None, bodies) if kind == "place" and not page.key else None,
        }

    @cached_property
    def filed(self) -> dict[EntityKind, dict[str, list[Entity]]]:
        """The entities of each kind by the letter they are filed under."""
        filed: dict[EntityKind, dict[str, list[Entity]]] = {}
        for kind in ENTITY_KINDS:
            letters = filed.setdefault(kind, {})
            for entity in self.archive.entities[kind].values():
                letters.setdefault(initial(entity.filed), []).append(entity)
        return filed

    def _list(self, page: Page, bodies: Bodies) -> dict[str, Any]:
        before, after = self.list_around.get(page.url, (None, None))
        title = page.title
        parts = buckets(page.children)
        if page.entity_kind:
            title = f"{self.archive.entities[page.entity_kind][page.key].name}, {title}"
        return {
            "title": title,
            "heading": title,
            "intro": "",
            "groups": self._groups(page, bodies),
            "buckets": parts,
            "timeline": timeline(parts),
            "beside": beside_time(parts),
            "on_this_day": page.url.startswith(ON_THIS_DAY),
            "months": self._months(bodies) if page.url == DATES else [],
            "calendar": calendar(self.pages.values()) if page.url == DATES else [],
            "previous": {"title": before.title, "url": before.url} if before else None,
            "next": {"title": after.title, "url": after.url} if after else None,
        }

    def _list_key(self, page: Page) -> list[Any]:
        """All that `_list` makes a list of."""
        around = self.list_around.get(page.url, (None, None))
        return [
            self.archive.entities[page.entity_kind][page.key].name if page.entity_kind else "",
            self._groups_key(page),
            calendar(self.pages.values()) if page.url == DATES else "",
            self._months(self.keys) if page.url == DATES else "",
            [(one.title, one.url) if one else "" for one in around],
        ]

    def _groups_key(self, page: Page) -> tuple[object, ...]:
        """The parts of a list and the articles in each: all that its groups and timeline show."""
        parts = [(one.label, one.url, one.count, len(one.articles)) for one in page.children]
        articles = chain.from_iterable([one.articles for one in page.children])
        return parts, self._run_key(articles)

    def _groups(self, page: Page, bodies: Bodies | Keys) -> Any:
        if isinstance(bodies, Keys):
            return self._groups_key(page)
        shown = [key for bucket in page.children for key in bucket.articles][:MOST_COINS]
        # What came out on one day of all years has nothing else in common.
        told = frozenset(() if page.url.startswith(ON_THIS_DAY) else shown)
        return [
            {
                "label": bucket.label,
                "id": group_id(index, bucket),
                "cards": [self._listed(key, bodies, key in told) for key in bucket.articles],
            }
            for index, bucket in enumerate(page.children, start=1)
            if bucket.articles
        ]

    def _listed(self, key: str, bodies: Bodies | Keys, told: bool = True) -> Any:
        """A card in a list, which carries what Zotero reads in lists if it is `told`."""
        if not told or isinstance(bodies, Keys):
            return bodies.card(key)
        return self.card(key, self.coins[key])

    def _entity(self, page: Page, bodies: Bodies | Keys) -> dict[str, Any]:
        assert page.entity_kind is not None
        entity = self.archive.entities[page.entity_kind][page.key]
        entry = entity.entry
        body = bodies.of(entry) if entry and entry.words else ""
        biography = None
        if entity.biography and not body:
            article = self.archive.articles[entity.biography.article]
            biography = {
                "html": bodies.linked(entity.biography.html, article),
                "source": {
                    "title": article.title,
                    "url": self.plan.urls[article.path],
                    "date_label": article.date.label() if article.date else "",
                },
            }
        split = any(bucket.url for bucket in page.children)
        parts = [] if isinstance(bodies, Keys) else buckets(page.children)
        registry = entry.registry if entry else None
        description = (entry.summary or entry.excerpt) if entry else ""
        return {
            "description": description,
            "entity": {
                "kind": entity.kind,
                "name": entity.name,
                "biography": biography,
                "body": body,
                "aliases": also_known(entity),
                "same_as": list(registry.same_as) if registry else [],
                "portrait": self._portrait(entity, entry),
                "parent": self._parent(entity),
                "coordinates": point(registry.coordinates) if registry else "",
                "note": registry.note if registry else "",
                "codes": codes(entity),
                "count": len(entity.articles),
                "children": self._children(entity),
                "map": self._map(entity, bodies) if entity.kind == "place" else None,
                "years": [] if split else parts,
                "agency": bool(registry and registry.agency),
                "active": active(page.children) if entity.kind == "author" else "",
            },
            "files": self._files_beside(page),
            "wrote_of": self._wrote_of(entity, bodies, split) if entity.kind == "author" else [],
            "translations": self._translations(entity, bodies),
            "groups": self._groups(page, bodies),
            "numbers": self._numbers(page) if entity.kind == "series" else {},
            "buckets": parts if split else [],
            "newest": [self._listed(key, bodies) for key in self._newest(entity)] if split else [],
        }

    def _files_beside(self, page: Page) -> list[dict[str, str]]:
        """The files for programs that go with a page."""
        names = (("BibTeX", "bib", ""), ("RIS", "ris", ""), ("Atom", "xml", ATOM))
        found = [
            {"name": name, "url": beside(page.url, ending), "type": kind}
            for name, ending, kind in names
        ]
        return [one for one in found if one["url"] in self.file_urls]

    def _numbers(self, page: Page) -> dict[str, int]:
        """The numbers of the parts of a series that a page lists, by the URL of each."""
        return {
            self.plan.urls[self.archive.articles[key].path]: part.number
            for key in page.articles
            for part in self.archive.parts.get(key, ())
            if part.series == page.key
        }

    def _wrote_of(self, author: Entity, bodies: Bodies | Keys, split: bool) -> list[Any]:
        """The places and the topics that an author wrote of most, with the number of articles; for
        a key, all that the author wrote of, which is in that of a list that is not `split`.
        """
        if isinstance(bodies, Keys):
            of: list[str] = []
            for kind in WROTE_OF if split else ():
                named = map(self.archive.credits[kind].get, author.articles, repeat(()))
                of += map(self.named_keys[kind].__getitem__, named)
            return [short_digest("".join(of))]
        found = []
        for kind in WROTE_OF:
            credits = self.archive.credits[kind]
            counts = Counter(chain.from_iterable(credits.get(key, ()) for key in author.articles))
            most = sorted(counts, key=lambda key: (-counts[key], key))[:TOP]
            items = [self._credit(kind, key) | {"count": counts[key]} for key in most]
            found.append({"kind": kind, "items": items})
        return [one for one in found if one["items"]]

    def _translations(self, person: Entity, bodies: Bodies | Keys) -> dict[str, Any] | None:
        """What a person translated: cards, or the page that lists them where they are many."""
        if not person.translated:
            return None
        url = translations_url(self.plan.entity_urls[person.kind, person.key])
        apart = url in self.pages
        return {
            "url": url if apart else "",
            "count": len(person.translated),
            "cards": [] if apart else [bodies.card(key) for key in person.translated],
        }

    def _newest(self, entity: Entity) -> list[str]:
        """The newest articles of an entity whose page has no room for all."""
        articles = self.archive.articles
        newest_last = reversed(entity.articles)
        undated = list(takewhile(lambda key: not articles[key].date, newest_last))[::-1]
        dated = entity.articles[: len(entity.articles) - len(undated)]
        return [*reversed(dated[-NEWEST:]), *undated][:NEWEST]

    def _portrait(self, entity: Entity, entry: Document | None) -> dict[str, str] | None:
        if not entry or not entry.registry or not entry.registry.portrait:
            return None
        target = self.inputs.links.targets[entry.path][-1]
        if target in ("", UNNAMED):
            return None
        return {"url": target, "alt": f"Portrait of {entity.name}"}

    def _parent(self, entity: Entity) -> dict[str, str] | None:
        return self._credit(entity.kind, entity.parent) if entity.parent else None

    @cached_property
    def maps(self) -> Maps:
        """The maps of pages of places."""
        return Maps(self.archive)

    def _map(self, place: Entity | None, bodies: Bodies | Keys) -> Any:
        """The map of a place, or of all places; for a key, what it is made from."""
        if isinstance(bodies, Keys):
            return self.maps.key_of_place(place) if place else self.maps.key_of_world()
        drawn = self.maps.of_place(place) if place else self.maps.of_world()
        for mark in drawn["marks"] if drawn else ():
            mark["url"] = self.plan.entity_urls["place", mark.pop("key")]
        return drawn

    def _children(self, entity: Entity) -> list[dict[str, Any]]:
        """What lies in a place directly, with the number of articles of each."""
        places = self.archive.entities[entity.kind]
        return [self._item(places[key]) for key in entity.children]


def _is_file(target: str) -> bool:
    """Whether the target of a link is a file and no page or part of one."""
    return target not in ("", UNNAMED) and ".html" not in target and not target.startswith("#")


def _shortened(text: str) -> str:
    """The beginning of a text, cut between words, as long as search engines show it."""
    if len(text) <= SHOWN:
        return text
    cut = text.rfind(" ", SHOWN // 2, SHOWN)
    return f"{text[: cut if cut > 0 else SHOWN].rstrip(' ,;:–—-…')}…"
