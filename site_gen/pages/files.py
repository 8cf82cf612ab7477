"""The files for programs that a site has beside its pages, and where they are."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from site_gen.dates import Date, listed_year
from site_gen.model import Archive, EntityKind, Page, PageKind
from site_gen.pages.urls import FOLDER, HOME
from site_gen.paths import Names

FEED = "feed.xml"
JSON_FEED = "feed.json"
SITEMAP = "sitemap.xml"
ROBOTS = "robots.txt"
OPEN_SEARCH = "opensearch.xml"
TABLES = tuple(
    f"data/{name}"
    for name in (
        "articles.csv",
        "articles.jsonl",
        "authors.csv",
        "places.csv",
        "places.geojson",
        "datapackage.json",
    )
)
"""The archive as data, in the order in which the page of the data tells of it."""
WORKS = "data/works/"
"""The folder of files for programs for references: one for each year, and one for the undated."""
ALL_WORKS = ("data/articles.bib", "data/articles.ris")
"""The same for all articles at once. They come last: they are made of the files of the years."""
UNDATED_WORKS = "undated"
IN_A_SITEMAP = 50_000
WITH_WORKS: tuple[EntityKind, ...] = ("author", "topic", "series")
"""Kinds whose pages offer their articles for programs for references."""
SEVERAL = 2
"""Articles from which on a name has files of its own: of one, its page has them."""
WITH_FEED: tuple[EntityKind, ...] = ("author", "place", "topic")
UNLISTED: frozenset[PageKind] = frozenset({"404", "file", "held", "redirect", "withdrawn"})
"""Pages that search engines are asked to leave out, and what is no page."""


def files_for_programs(
    archive: Archive,
    pages: Collection[Page],
    urls: Mapping[str, str],
    taken: Names,
    absolute: bool,
) -> tuple[list[Page], bool]:
    """The files for programs, but for those in whose place is something else: a page, or a file
    of the keeper's, whose names are `taken`; and whether these are all.

    `absolute` says whether the address of the site is known, which feeds and sitemaps need.
    """
    made = [*_of_entities(archive, absolute), *_works(archive)]
    if archive.articles:
        made += [Page("file", url) for url in TABLES]
    if absolute:
        # Those that are in no sitemap are looked for only where it matters.
        many = len(pages) > IN_A_SITEMAP
        made += _of_site(archive, len(listed(archive, pages, urls)) if many else len(pages))
    made += _all_works(archive)
    if taken.leave([page.url for page in made]):
        return made, True
    return [page for page in made if taken.leave((page.url,))], False


def beside(url: str, ending: str) -> str:
    """The file that goes with a page: `authors/ann-bell.bib`."""
    return f"{url.removesuffix('.html')}.{ending}"


def works_of(date: Date | None) -> str:
    """The name of the file that an article of a date is in: its year, or that of the undated."""
    return listed_year(date) if date else UNDATED_WORKS


def listed(archive: Archive, pages: Collection[Page], urls: Mapping[str, str]) -> list[str]:
    """The URLs of the pages that search engines may find, in order."""
    noindex = {
        urls[one.path]
        for one in (*archive.articles.values(), *archive.pages.values())
        if one.noindex
    }
    noindex |= {
        f"{FOLDER[kind]}/{key}.html"
        for kind, group in archive.entities.items()
        for key, one in group.items()
        if one.entry and one.entry.noindex
    }
    return sorted(
        "" if page.url == HOME else page.url
        for page in pages
        if page.kind not in UNLISTED and page.url not in noindex
    )


def _of_entities(archive: Archive, absolute: bool) -> Iterator[Page]:
    noindex = {key for key, one in archive.articles.items() if one.noindex}
    for kind in (*WITH_WORKS, "place"):
        for key, entity in archive.entities[kind].items():
            found: Sequence[str] = entity.articles
            if noindex:
                found = [one for one in found if one not in noindex]
            if len(found) < SEVERAL:
                continue
            url = f"{FOLDER[kind]}/{key}.html"
            if kind in WITH_WORKS:
                for ending in ("bib", "ris"):
                    yield Page("file", beside(url, ending), key, entity_kind=kind)
            # Articles stand in the order of the archive: the undated ones come last.
            if kind in WITH_FEED and absolute and archive.articles[found[0]].date:
                yield Page("file", beside(url, "xml"), key, entity_kind=kind)


def _works(archive: Archive) -> Iterator[Page]:
    # Many articles are of one date.
    dates = {id(one.date): one.date for one in archive.articles.values() if not one.noindex}
    for name in dict.fromkeys(map(works_of, dates.values())):
        for ending in ("bib", "ris"):
            yield Page("file", f"{WORKS}{name}.{ending}", name)


def _all_works(archive: Archive) -> Iterator[Page]:
    if not all(one.noindex for one in archive.articles.values()):
        for url in ALL_WORKS:
            yield Page("file", url)


def _of_site(archive: Archive, addresses: int) -> Iterator[Page]:
    if any(one.date and not one.noindex for one in archive.articles.values()):
        yield Page("file", FEED)
        yield Page("file", JSON_FEED)
    yield Page("file", ROBOTS)
    yield Page("file", OPEN_SEARCH)
    yield Page("file", SITEMAP)
    if addresses > IN_A_SITEMAP:
        for number in range(-(-addresses // IN_A_SITEMAP)):
            yield Page("file", f"sitemap-{number + 1}.xml", str(number))
