"""The only place that decides URLs: a page for everything, lists split by time, no collisions."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from itertools import repeat, zip_longest
from operator import attrgetter, is_
from types import MappingProxyType

from site_gen import compact
from site_gen.config import SiteConfig
from site_gen.dates import listed_month, listed_year
from site_gen.diagnostics import Diagnostic, Location, error
from site_gen.frozen import frozen
from site_gen.model import ENTITY_KINDS, Archive, Bucket, Entity, EntityKind, Page
from site_gen.pages.files import (
    ALL_WORKS,
    FEED,
    IN_A_SITEMAP,
    JSON_FEED,
    OPEN_SEARCH,
    ROBOTS,
    SITEMAP,
    TABLES,
    UNLISTED,
    WORKS,
    beside,
    files_for_programs,
    listed,
    works_of,
)
from site_gen.pages.lists import Lists
from site_gen.pages.redirects import former_url, redirects
from site_gen.pages.urls import (
    COVERAGE,
    DATA,
    DATES,
    FOLDER,
    HEADING,
    HOME,
    MONTHS,
    NOT_FOUND,
    ON_THIS_DAY,
    SEARCH,
    UNDATED,
    UNDATED_URL,
    WITHOUT,
    attachment_url,
    document_url,
    in_time,
    initial,
    letter_name,
    listed_day,
    listed_from,
    segment,
    translations_url,
    without_url,
)
from site_gen.paths import Names, comparable, folders

__all__ = [
    "ALL_WORKS",
    "COVERAGE",
    "DATA",
    "DATES",
    "FEED",
    "FOLDER",
    "HEADING",
    "HOME",
    "INDEX_LIMIT",
    "INTRODUCED",
    "IN_A_SITEMAP",
    "JSON_FEED",
    "MONTHS",
    "NOT_FOUND",
    "ON_THIS_DAY",
    "OPEN_SEARCH",
    "ROBOTS",
    "SEARCH",
    "SITEMAP",
    "TABLES",
    "UNDATED",
    "UNDATED_URL",
    "UNLISTED",
    "WITHOUT",
    "WORKS",
    "Before",
    "Plan",
    "attachment_url",
    "beside",
    "document_url",
    "files_for_programs",
    "files_in_the_way",
    "former_url",
    "in_time",
    "initial",
    "listed",
    "listed_day",
    "listed_from",
    "listed_month",
    "listed_year",
    "place_documents",
    "plan",
    "redirects",
    "segment",
    "translations_url",
    "without_url",
    "works_of",
]


NONE: Mapping[str, str] = MappingProxyType({})
"""No URL is known."""


@frozen
class Plan:
    """Every page of the site, and where documents and entities are found.

    `urls` go by source path, `entity_urls` by (kind, key).
    """

    pages: tuple[Page, ...]
    urls: Mapping[str, str]
    entity_urls: Mapping[tuple[EntityKind, str], str]
    named: tuple[int, ...]
    """Where among the pages those of so many names each begin, and where the last of these end."""
    numbered: tuple[str, ...] = field(compare=False)
    """The articles by their numbers, by which pages that are kept name them. A plan that was
    amended has those of the earlier one, and more; what is gone is empty when it was kept.
    """


def place_documents(
    archive: Archive, known: Mapping[str, str] = NONE
) -> tuple[dict[str, str], Names, list[Diagnostic]]:
    """A URL for each article and free page, by path, these as names, and an error for each that has
    to share. Those of some documents may be `known`, by path.

    URLs that differ only in case, or where one is a folder of the other, share too: not every
    disk can hold both.
    """
    urls = {
        one.path: known.get(one.path) or document_url(one)
        for one in (
            *archive.articles.values(),
            *archive.pages.values(),
            *archive.withdrawn.values(),
        )
    }
    names = Names().and_also(urls.values())
    if len(names.taken) == len(urls) and names.taken.isdisjoint(names.above):
        return urls, names, []
    owners: dict[str, list[str]] = defaultdict(list)
    for path, url in urls.items():
        owners[comparable(url)].append(path)
    found: list[Diagnostic] = []
    for path, url in urls.items():
        name = comparable(url)
        in_folder = [folder for folder in folders(name) if folder in owners]
        if in_folder or len(owners[name]) > 1:
            sharing = [one for one in owners[name] if one != path]
            sharing += [one for folder in in_folder for one in owners[folder]]
            found.append(_collision(path, url, sharing))
    return urls, names, found


def _collision(path: str, url: str, others: Sequence[str]) -> Diagnostic:
    return error(
        "url-collision",
        Location(path),
        f"Its page {url} is the page of {', '.join(others[:3])} too",
        value=url,
        hint="Rename one of them, or give one a `slug:` of its own.",
    )


def plan(
    archive: Archive,
    urls: Mapping[str, str],
    names: Names,
    config: SiteConfig,
    reserved: Iterable[str] = (),
    before: Before | None = None,
) -> tuple[Plan, list[Diagnostic]]:
    """Decide every page. A document, of whose `urls` these are the `names`, in the way of a page
    that has to be, or of a file with one of the names that are `reserved`, is an error. The archive
    may be one that was amended, by the same settings, from that of a plan made `before`.
    """
    if before and len(before.plan.numbered) > NUMBERS * len(archive.articles):
        before = None
    entity_urls = {
        (kind, key): f"{FOLDER[kind]}/{key}.html"
        for kind in ENTITY_KINDS
        for key in archive.entities[kind]
    }
    made: list[Page] = [
        Page("home", HOME),
        Page("search", SEARCH, title="Search"),
        Page("404", NOT_FOUND, title="Page not found"),
    ]
    made += _of_articles(archive, urls)
    for document in archive.pages.values():
        if urls[document.path] not in INTRODUCED:
            made.append(Page("page", urls[document.path], document.key, document.title))
    for document in archive.withdrawn.values():
        if urls[document.path] not in INTRODUCED:
            made.append(Page("withdrawn", urls[document.path], document.path))
    lists = Lists(archive, config.list_limit)
    made.extend(lists.dates())
    if archive.articles:
        made.append(Page("coverage", COVERAGE, title="Coverage"))
        made.extend(lists.without())
        made.append(Page("data", DATA, title="Data"))
    for kind in ENTITY_KINDS:
        if archive.entities[kind]:
            made.extend(_index(kind, archive))
    named = [len(made)]
    for some in _of_names(archive, lists, entity_urls, before):
        made.extend(some)
        named.append(len(made))
    whole = Plan(tuple(made), urls, entity_urls, tuple(named), _numbered(archive, before))
    return whole, _in_the_way(made, archive, urls, names, reserved)


TOGETHER = 8
"""Names whose pages are planned and kept together."""

NUMBERS = 2
"""Numbers for each article, of those that went too, up to which a plan is amended."""


@frozen
class Before:
    """The plan of an earlier archive."""

    archive: Archive
    plan: Plan


def _of_names(
    archive: Archive,
    lists: Lists,
    urls: Mapping[tuple[EntityKind, str], str],
    before: Before | None,
) -> Iterator[Sequence[Page]]:
    """The pages of authors, places, topics and series, of so many of them each time. Where all of
    these are the very values of before, so are their pages: other articles make other values.
    """
    then = _together(before.archive) if before else []
    known = compact.blocks(before.plan.pages, before.plan.named) if before else []
    for some, same, made in zip_longest(_together(archive), then, known, fillvalue=()):
        if len(some) == len(same) and all(map(is_, some, same)):
            yield made
        else:
            yield [page for one in some for page in lists.entity(one, urls[one.kind, one.key])]


def _together(archive: Archive) -> list[list[Entity]]:
    """The names of an archive, so many together."""
    every = [one for kind in ENTITY_KINDS for one in archive.entities[kind].values()]
    return [every[at : at + TOGETHER] for at in range(0, len(every), TOGETHER)]


def _numbered(archive: Archive, before: Before | None) -> tuple[str, ...]:
    """The articles of an archive by their numbers."""
    if before is None:
        return tuple(archive.articles)
    came = archive.articles.keys() - before.archive.articles.keys()
    return (*before.plan.numbered, *sorted(came))


def _of_articles(archive: Archive, urls: Mapping[str, str]) -> list[Page]:
    """The page of each article."""
    articles = archive.articles.values()
    return compact.filled(
        Page,
        len(articles),
        kind=repeat("article"),
        url=map(urls.__getitem__, map(attrgetter("path"), articles)),
        key=archive.articles,
        title=map(attrgetter("title"), articles),
    )


INDEX_LIMIT = 1000
"""Names on one index page; beyond, each initial letter has a page of its own."""


def _index(kind: EntityKind, archive: Archive) -> list[Page]:
    """The page of all authors, places, topics or series."""
    url = f"{FOLDER[kind]}/index.html"
    counts = Counter(initial(one.filed) for one in archive.entities[kind].values())
    if counts.total() <= INDEX_LIMIT:
        return [Page("index", url, title=HEADING[kind], entity_kind=kind)]
    letters = {
        letter: f"{FOLDER[kind]}/index/{letter_name(letter)}.html" for letter in sorted(counts)
    }
    buckets = tuple(Bucket(letter, letters[letter], counts[letter]) for letter in letters)
    parents = ((HEADING[kind], url),)
    return [
        Page("index", url, "", HEADING[kind], kind, children=buckets),
        *(
            Page(
                "index",
                letters[letter],
                letter,
                f"{HEADING[kind]}: {letter}",
                kind,
                parents=parents,
            )
            for letter in letters
        ),
    ]


INTRODUCED = frozenset(
    [HOME, COVERAGE, DATA, *(f"{folder}/index.html" for folder in FOLDER.values())]
)
"""Pages that are made anyway; a document with such a URL is their introduction."""


def _in_the_way(
    made: Sequence[Page],
    archive: Archive,
    urls: Mapping[str, str],
    names: Names,
    reserved: Iterable[str],
) -> list[Diagnostic]:
    generated = {
        comparable(page.url): page.url
        for page in made
        if page.kind not in ("article", "page", "withdrawn")
    } | {comparable(name): name for name in reserved}
    introduced = INTRODUCED.intersection(urls[one.path] for one in archive.pages.values())
    if (generated.keys() & names.taken) <= introduced and names.above.isdisjoint(generated):
        return []
    found = []
    placed = (*archive.articles.values(), *archive.pages.values(), *archive.withdrawn.values())
    for document in placed:
        url = urls[document.path]
        if document.kind == "page" and url in INTRODUCED:
            continue
        name = comparable(url)
        taken = [generated[one] for one in (name, *folders(name)) if one in generated]
        if taken:
            found.append(
                error(
                    "url-collision",
                    Location(document.path),
                    f"Its page {url} is in the way of {taken[0]}, which site_gen makes itself",
                    value=url,
                    hint="Rename the file, or give it a `slug:` of its own.",
                )
            )
    return found


def files_in_the_way(
    files: Collection[tuple[str, str]], plan: Plan, names: Names, reserved: Collection[str]
) -> list[Diagnostic]:
    """An error for each attachment or static file whose URL something else has.

    `files` are (path in the site's folder, URL), `names` those of the pages of a plan; `reserved`
    are names that no file may have.
    """
    if names.and_also(reserved).leave([url for _, url in files]):
        return []
    taken = {comparable(page.url): page.url for page in plan.pages}
    taken |= {comparable(name): "site_gen itself" for name in reserved}
    above: dict[str, str] = {}
    for name in taken:
        if name.rpartition("/")[0] not in above:
            above |= dict.fromkeys(folders(name), f"the folder of {name}")
    found = []
    for path, url in files:
        name = comparable(url)
        other = taken.get(name) or above.get(name)
        other = other or next((taken[one] for one in folders(name) if one in taken), None)
        if other:
            found.append(
                error(
                    "attachment-collision",
                    Location(path),
                    f"Its address {url} is taken by {other}",
                    value=url,
                    hint="Rename the file.",
                )
            )
            continue
        taken[name] = path
        above |= dict.fromkeys(folders(name), f"the folder of {path}")
    return found
