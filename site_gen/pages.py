"""The only place that decides URLs: a page for everything, lists split by time, no collisions."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from site_gen.config import SiteConfig
from site_gen.diagnostics import Diagnostic, Location, error
from site_gen.model import (
    ENTITY_KINDS,
    Archive,
    Bucket,
    Document,
    Entity,
    EntityKind,
    Page,
)

FOLDER: dict[EntityKind, str] = {
    "author": "authors",
    "place": "places",
    "topic": "topics",
    "series": "series",
}
HEADING: dict[EntityKind, str] = {
    "author": "Authors",
    "place": "Places",
    "topic": "Topics",
    "series": "Series",
}
HOME = "index.html"
NOT_FOUND = "404.html"
DATES = "dates/index.html"
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip

_UNSAFE = re.compile(r'[<>:"\\|?*#%\x00-\x1f\x7f]')
_RESERVED = frozenset(
    ["con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))]
)


@dataclass(frozen=True, slots=True)
class Plan:
    """Every page of the site, and where documents and entities are found.

    `urls` go by source path, `entity_urls` by (kind, key). `date_urls` has the page of each year
    (`2001`), month (`2001-11`) or day that has one.
    """

    pages: tuple[Page, ...]
    urls: Mapping[str, str]
    entity_urls: Mapping[tuple[EntityKind, str], str]


def segment(text: str) -> str:
    """A part of a path that every file system and web host takes, as near to `text` as may be."""
    name = _UNSAFE.sub("-", unicodedata.normalize("NFC", text)).rstrip(". ") or "-"
    if name.split(".")[0].casefold() in _RESERVED:
        name = f"{name}-"
    if len(name.encode()) > 180:
        digest = hashlib.sha256(name.encode()).hexdigest()[:8]
        name = name.encode()[:160].decode("utf-8", "ignore") + "-" + digest
    return name


def document_url(document: Document) -> str:
    """The URL of an article or a free page, from its path or its slug."""
    parts = document.key.split("/")
    if document.slug:
        parts[-1] = document.slug.strip("/").replace("/", "-").removesuffix(".html")
    if document.kind == "page" and parts[0] == "pages":
        parts = parts[1:]
    elif document.kind == "page":
        parts[-1] = "index"
    return "/".join(segment(part) for part in parts) + ".html"


def attachment_url(path: str) -> str:
    """The URL of an attachment: its path under content/."""
    return "/".join(segment(part) for part in path.split("/")[1:])


def place_documents(archive: Archive) -> tuple[dict[str, str], list[Diagnostic]]:
    """A URL for each article and free page, by path, and an error for each that has to share.

    URLs that differ only in case, or where one is a folder of the other, share too: not every
    disk can hold both.
    """
    urls = {
        one.path: document_url(one) for one in (*archive.articles.values(), *archive.pages.values())
    }
    owners: dict[str, list[str]] = defaultdict(list)
    for path, url in urls.items():
        owners[_comparable(url)].append(path)
    found: list[Diagnostic] = []
    for path, url in urls.items():
        sharing = [one for one in owners[_comparable(url)] if one != path]
        parts = _comparable(url).split("/")
        for depth in range(1, len(parts)):
            sharing.extend(owners.get("/".join(parts[:depth]), ()))
        if sharing:
            found.append(_collision(path, url, sharing))
    return urls, found


def _comparable(url: str) -> str:
    return unicodedata.normalize("NFC", url).casefold()


def _collision(path: str, url: str, others: Sequence[str]) -> Diagnostic:
    return error(
        "url-collision",
        Location(path),
        f"Its page {url} is the page of {', '.join(others[:3])} too",
        value=url,
        hint="Rename one of them, or give one a `slug:` of its own.",
    )


def plan(
    archive: Archive, urls: Mapping[str, str], config: SiteConfig
) -> tuple[Plan, list[Diagnostic]]:
    """Decide every page. A document in the way of a page that has to be is an error."""
    entity_urls = {
        (kind, key): f"{FOLDER[kind]}/{key}.html"
        for kind in ENTITY_KINDS
        for key in archive.entities[kind]
    }
    made: list[Page] = [Page("home", HOME), Page("404", NOT_FOUND, title="Page not found")]
    for document in archive.articles.values():
        made.append(Page("article", urls[document.path], document.key, document.title))
    for document in archive.pages.values():
        if urls[document.path] not in INTRODUCED:
            made.append(Page("page", urls[document.path], document.key, document.title))
    lists = _Lists(archive, config.list_limit)
    made.extend(lists.dates())
    for kind in ENTITY_KINDS:
        if archive.entities[kind]:
            made.extend(_index(kind, archive))
        for entity in archive.entities[kind].values():
            made.extend(lists.entity(entity, entity_urls[kind, entity.key]))
    return Plan(tuple(made), urls, entity_urls), _in_the_way(made, archive, urls)


INDEX_LIMIT = 1000
"""Names on one index page; beyond, each initial letter has a page of its own."""


def _index(kind: EntityKind, archive: Archive) -> list[Page]:
    """The page of all authors, places, topics or series."""
    url = f"{FOLDER[kind]}/index.html"
    counts = Counter(initial(one.name) for one in archive.entities[kind].values())
    if counts.total() <= INDEX_LIMIT:
        return [Page("index", url, title=HEADING[kind], entity_kind=kind)]
    letters = {
        letter: f"{FOLDER[kind]}/index/{_letter_name(letter)}.html" for letter in sorted(counts)
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


INTRODUCED = frozenset([HOME, *(f"{folder}/index.html" for folder in FOLDER.values())])
"""Pages that are made anyway; a document with such a URL is their introduction."""


def _in_the_way(
    made: Sequence[Page], archive: Archive, urls: Mapping[str, str]
) -> list[Diagnostic]:
    documents = {
        _comparable(urls[one.path]): one.path
        for one in (*archive.articles.values(), *archive.pages.values())
        if one.kind == "article" or urls[one.path] not in INTRODUCED
    }
    found = []
    for page in made:
        path = documents.get(_comparable(page.url))
        if path and page.kind not in ("article", "page"):
            found.append(
                error(
                    "url-collision",
                    Location(path),
                    f"Its page {page.url} is one that site_gen makes itself",
                    value=page.url,
                    hint="Rename the file, or give it a `slug:` of its own.",
                )
            )
    return found


def attachments_in_the_way(urls: Mapping[str, str], plan: Plan) -> list[Diagnostic]:
    """An error for each attachment whose URL is that of a page or of another attachment."""
    taken = {_comparable(page.url): page.url for page in plan.pages}
    found = []
    for path, url in urls.items():
        other = taken.setdefault(_comparable(url), path)
        if other != path:
            found.append(
                error(
                    "attachment-collision",
                    Location(path),
                    f"Its address {url} is taken by {other}",
                    value=url,
                    hint="Rename the file.",
                )
            )
    return found


class _Lists:
    """Lists of articles: on one page where they are short, else by year, month and day."""

    def __init__(self, archive: Archive, limit: int) -> None:
        self.archive = archive
        self.limit = limit

    def dates(self) -> list[Page]:
        """The page of all years, one for each year and month, more where a month is too long."""
        dated = self.archive.dated
        undated = list(self.archive.articles)[len(dated) :]
        years = self._by(dated, _year)
        made: list[Page] = []
        buckets: list[Bucket] = []
        parents = (("Dates", DATES),)
        for year, keys in years.items():
            url = f"dates/{year}.html"
            buckets.append(Bucket(year, url, len(keys)))
            made.extend(self._year(year, keys, "dates/", parents, always_months=True))
        if undated:
            url = "dates/undated.html"
            buckets.append(Bucket("Undated", url, len(undated)))
            made.extend(self._alphabetical(undated, url, "Undated", parents, "dates/undated"))
        made.insert(0, Page("list", DATES, "", "Dates", children=tuple(buckets)))
        return made

    def _by(self, keys: Iterable[str], of: Callable[[Document], str]) -> dict[str, list[str]]:
        groups: dict[str, list[str]] = {}
        for key in keys:
            groups.setdefault(of(self.archive.articles[key]), []).append(key)
        return groups

    def _year(
        self,
        year: str,
        keys: list[str],
        prefix: str,
        parents: tuple[tuple[str, str], ...],
        *,
        always_months: bool = False,
        owner: Entity | None = None,
    ) -> list[Page]:
        """A year's page, with months as headings or as pages of their own."""
        url = f"{prefix}{year}.html"
        months = self._by(keys, _month)
        split = len(keys) > self.limit
        below = (*parents, (year, url))
        made: list[Page] = []
        buckets: list[Bucket] = []
        rest: list[str] = []
        for month, members in months.items():
            label = _month_label(month)
            if not month:
                rest.extend(members)
                continue
            month_url = f"{prefix}{month}.html"
            if split or always_months:
                made.extend(self._month(month, members, prefix, below, owner))
            shown = () if split else tuple(members)
            buckets.append(
                Bucket(label, month_url if split or always_months else "", len(members), shown)
            )
        if rest:
            buckets.append(Bucket(f"{year}, month unknown", "", len(rest), tuple(rest)))
        made.insert(0, self._page(url, year, owner, buckets, parents))
        return made

    def _month(
        self,
        month: str,
        keys: list[str],
        prefix: str,
        parents: tuple[tuple[str, str], ...],
        owner: Entity | None,
    ) -> list[Page]:
        url = f"{prefix}{month}.html"
        title = f"{_month_label(month)} {month[:4]}"
        if len(keys) <= self.limit:
            return [
                self._page(url, title, owner, [Bucket("", "", len(keys), tuple(keys))], parents)
            ]
        made: list[Page] = []
        buckets: list[Bucket] = []
        rest: list[str] = []
        for day, members in self._by(keys, _day).items():
            if not day:
                rest.extend(members)
                continue
            day_url = f"{prefix}{day}.html"
            day_title = f"{int(day[-2:])} {title}"
            buckets.append(Bucket(day_title, day_url, len(members)))
            one = [Bucket("", "", len(members), tuple(members))]
            made.append(self._page(day_url, day_title, owner, one, (*parents, (title, url))))
        if rest:
            buckets.append(Bucket(f"{title}, day unknown", "", len(rest), tuple(rest)))
        return [self._page(url, title, owner, buckets, parents), *made]

    def _page(
        self,
        url: str,
        title: str,
        owner: Entity | None,
        buckets: Sequence[Bucket],
        parents: tuple[tuple[str, str], ...],
    ) -> Page:
        articles = tuple(key for bucket in buckets for key in bucket.articles)
        key = owner.key if owner else ""
        kind = owner.kind if owner else None
        return Page("list", url, key, title, kind, articles, tuple(buckets), parents)

    def _alphabetical(
        self,
        keys: list[str],
        url: str,
        title: str,
        parents: tuple[tuple[str, str], ...],
        prefix: str,
        owner: Entity | None = None,
    ) -> list[Page]:
        """A list without dates, split by the first letter of the title where it is too long."""
        if len(keys) <= self.limit:
            return [
                self._page(url, title, owner, [Bucket("", "", len(keys), tuple(keys))], parents)
            ]
        made: list[Page] = []
        buckets: list[Bucket] = []
        letters = self._by(keys, lambda document: initial(document.title))
        for letter, members in sorted(letters.items()):
            letter_url = f"{prefix}/{_letter_name(letter)}.html"
            buckets.append(Bucket(letter, letter_url, len(members)))
            one = [Bucket("", "", len(members), tuple(members))]
            made.append(
                self._page(letter_url, f"{title}: {letter}", owner, one, (*parents, (title, url)))
            )
        return [self._page(url, title, owner, buckets, parents), *made]

    def _newest_first(self, keys: Sequence[str]) -> dict[str, list[str]]:
        """Articles by year, the newest first; undated ones last, by title."""
        dated = [key for key in keys if self.archive.articles[key].date]
        undated = list(keys[len(dated) :])
        return self._by(reversed(dated), _year) | ({"Undated": undated} if undated else {})

    def entity(self, entity: Entity, url: str) -> list[Page]:
        """The page of an author, place, topic or series, and of its years where it is long."""
        keys = list(entity.articles)
        parents = ((HEADING[entity.kind], f"{FOLDER[entity.kind]}/index.html"),)
        below = (*parents, (entity.name, url))
        prefix = url.removesuffix(".html")
        split = len(keys) > self.limit
        made: list[Page] = []
        buckets: list[Bucket] = []
        for year, members in self._newest_first(keys).items():
            shown = () if split else tuple(members)
            if not split:
                buckets.append(Bucket(year, "", len(members), shown))
            elif year == "Undated":
                undated_url = f"{prefix}/undated.html"
                buckets.append(Bucket(year, undated_url, len(members)))
                made.extend(
                    self._alphabetical(
                        members, undated_url, year, below, f"{prefix}/undated", entity
                    )
                )
            else:
                buckets.append(Bucket(year, f"{prefix}/{year}.html", len(members)))
                chronological = members[::-1]
                made.extend(self._year(year, chronological, f"{prefix}/", below, owner=entity))
        articles = tuple(key for bucket in buckets for key in bucket.articles)
        page = Page(
            entity.kind,
            url,
            entity.key,
            entity.name,
            entity.kind,
            articles,
            tuple(buckets),
            parents,
        )
        return [page, *made]


def _year(document: Document) -> str:
    """The year a document is listed under: that of the earliest day its date can mean."""
    assert document.date is not None
    return f"{document.date.first.year:04d}"


def _month(document: Document) -> str:
    date = document.date
    return f"{date.year:04d}-{date.month:02d}" if date and date.year and date.month else ""


def _day(document: Document) -> str:
    date = document.date
    return date.first.isoformat() if date and date.day else ""


def _month_label(month: str) -> str:
    return MONTHS[int(month[5:]) - 1] if month else ""


def initial(text: str) -> str:
    """The letter a title or a name is filed under; `#` for what begins with no letter."""
    for character in unicodedata.normalize("NFKD", text):
        if character.isalpha():
            return character.upper()[:1]
        if character.isdigit():
            return "#"
    return "#"


def _letter_name(letter: str) -> str:
    return "0-9" if letter == "#" else letter.lower() if letter.isascii() else f"u{ord(letter):04x}"
