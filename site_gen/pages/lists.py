"""Lists of articles, split by time or by letter where they are too long for one page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from itertools import compress, groupby, islice, repeat
from operator import attrgetter, itemgetter, not_
from sys import intern

from site_gen.model import Archive, Bucket, Document, Entity, Page
from site_gen.pages.urls import (
    COVERAGE,
    DATES,
    FOLDER,
    HEADING,
    MONTHS,
    ON_THIS_DAY,
    OTHER_YEARS,
    UNDATED,
    UNDATED_URL,
    UNKNOWN,
    WITHOUT,
    initial,
    initials,
    letter_name,
    listed_under,
    translations_url,
    without_url,
)

MOST_LETTERS = 6
"""How many first letters of a title a list is split by at most."""

TRANSLATIONS = "Translations"

Parents = tuple[tuple[str, str], ...]


class Lists:
    """Lists of articles: on one page where they are short, else by year, month and day."""

    def __init__(self, archive: Archive, limit: int) -> None:
        self.archive = archive
        self.limit = limit
        self.dated = archive.dated
        every = map(attrgetter("date"), archive.articles.values())
        dates = list(islice(every, len(self.dated)))
        # Many articles are of one date.
        listed = {}
        for one, date in dict(zip(map(id, dates), dates, strict=True)).items():
            year, month, day = listed_under(date)
            listed[one] = intern(year), intern(month), day
        times = list(map(listed.__getitem__, map(id, dates)))
        self.times = dict(zip(self.dated, times, strict=True))
        """The year, the month and the day of the year that each dated article is listed under."""
        self.years = dict(zip(self.dated, map(itemgetter(0), times), strict=True))
        self.months = dict(zip(self.dated, map(itemgetter(1), times), strict=True))

    def dates(self) -> list[Page]:
        """The page of all years, one for each year and month, more where a month is too long."""
        dated = self.dated
        undated = list(self.archive.articles)[len(dated) :]
        years = dict(sorted(_by(dated, self.years.__getitem__).items()))
        made: list[Page] = []
        buckets: list[Bucket] = []
        parents = (("Dates", DATES),)
        for year, keys in years.items():
            url = f"dates/{year}.html"
            buckets.append(Bucket(year, url, len(keys)))
            made.extend(self._year(year, keys, "dates/", parents, always_months=True))
        if undated:
            buckets.append(Bucket(UNDATED, UNDATED_URL, len(undated)))
            made.extend(self._alphabetical(undated, UNDATED_URL, UNDATED, parents))
        made.extend(self._on_each_day(parents))
        made.insert(0, Page("list", DATES, "", "Dates", children=tuple(buckets)))
        return made

    def without(self) -> list[Page]:
        """A list for each field that some articles lack.

        Where these are too many, they are counted by year, and each year leads to its list: in an
        archive of wires they are all there is.
        """
        parents = (("Coverage", COVERAGE),)
        articles = self.archive.articles
        made = []
        for name, title in WITHOUT:
            url = without_url(name)
            keys = list(compress(articles, map(not_, map(attrgetter(name), articles.values()))))
            if len(keys) > self.limit:
                years = Counter(map(self.years.get, keys, repeat(UNDATED)))
                buckets = [
                    Bucket(year, UNDATED_URL if year == UNDATED else f"dates/{year}.html", count)
                    for year, count in years.items()
                ]
                made.append(self._page(url, title, None, buckets, parents))
            elif keys:
                made.append(self._flat(url, title, None, keys, parents))
        return made

    def _on_each_day(self, parents: Parents) -> list[Page]:
        """What is of one day of the year, in all years; at most 366 pages, none of them split.

        A year whose month is so long that its days have pages of their own leads to that page.
        """
        months = Counter(self.months.values())
        days: dict[str, dict[str, list[str]]] = {}
        for (year, _, day), run in groupby(self.dated, self.times.__getitem__):
            if day:
                days.setdefault(day, {}).setdefault(year, []).extend(run)
        made = []
        for day, years in sorted(days.items()):
            buckets = []
            for year, keys in years.items():
                apart = months[f"{year}-{day[:2]}"] > self.limit
                url = f"dates/{year}-{day}.html" if apart else ""
                buckets.append(Bucket(year, url, len(keys), () if apart else tuple(keys)))
            title = f"{int(day[3:])} {MONTHS[int(day[:2]) - 1]}"
            made.append(self._page(f"{ON_THIS_DAY}{day}.html", title, None, buckets, parents))
        return made

    def _filed(self, keys: Iterable[str], letters: int) -> dict[str, list[str]]:
        articles = self.archive.articles
        return _by(keys, lambda key: _filed(articles[key], letters))

    def _year(
        self,
        year: str,
        keys: list[str],
        prefix: str,
        parents: Parents,
        *,
        always_months: bool = False,
        owner: Entity | None = None,
    ) -> list[Page]:
        """A year's page, with months as headings or as pages of their own."""
        url = f"{prefix}{year}.html"
        months = _by(keys, self.months.__getitem__)
        split = len(keys) > self.limit
        below = (*parents, (year, url))
        made: list[Page] = []
        buckets: list[Bucket] = []
        rest: list[str] = []
        other: list[str] = []
        for month, members in months.items():
            if not month:
                for key in members:
                    (rest if self._is_of_one_year(key) else other).append(key)
                continue
            month_url = f"{prefix}{month}.html"
            if split or always_months:
                made.extend(self._month(month, members, prefix, below, owner))
            shown = () if split else tuple(members)
            at = month_url if split or always_months else ""
            buckets.append(Bucket(_month_label(month), at, len(members), shown))
        if rest:
            label, at = f"{year}, month{UNKNOWN}", f"{prefix}{year}-unknown.html"
            made.extend(self._rest(rest, at, label, below, owner, buckets))
        if other:
            label, at = f"{year}{OTHER_YEARS}", f"{prefix}{year}-others.html"
            made.extend(self._rest(other, at, label, below, owner, buckets))
        return [self._page(url, year, owner, buckets, parents), *made]

    def _is_of_one_year(self, key: str) -> bool:
        """Whether a date is of one year for certain: `1999/2003` and `1990s` may be of others."""
        date = self.archive.articles[key].date
        return date is not None and date.year is not None

    def _rest(
        self,
        keys: list[str],
        url: str,
        label: str,
        parents: Parents,
        owner: Entity | None,
        buckets: list[Bucket],
    ) -> list[Page]:
        """What is known less exactly than the page it stands on; too much has its own page."""
        if len(keys) > self.limit:
            buckets.append(Bucket(label, url, len(keys)))
            return self._alphabetical(keys, url, label, parents, owner)
        if keys:
            buckets.append(Bucket(label, "", len(keys), tuple(keys)))
        return []

    def _month(
        self,
        month: str,
        keys: list[str],
        prefix: str,
        parents: Parents,
        owner: Entity | None,
    ) -> list[Page]:
        url = f"{prefix}{month}.html"
        title = f"{_month_label(month)} {month[:4]}"
        if len(keys) <= self.limit:
            return [self._flat(url, title, owner, keys, parents)]
        below = (*parents, (title, url))
        made: list[Page] = []
        buckets: list[Bucket] = []
        rest: list[str] = []
        articles = self.archive.articles
        for day, members in _by(keys, lambda key: _day(articles[key])).items():
            if not day:
                rest.extend(members)
                continue
            day_url = f"{prefix}{day}.html"
            day_title = f"{int(day[-2:])} {title}"
            buckets.append(Bucket(day_title.rpartition(" ")[0], day_url, len(members)))
            made.extend(self._alphabetical(members, day_url, day_title, below, owner))
        label = f"{title}, day{UNKNOWN}"
        made.extend(self._rest(rest, f"{prefix}{month}-unknown.html", label, below, owner, buckets))
        return [self._page(url, title, owner, buckets, parents), *made]

    def _page(
        self,
        url: str,
        title: str,
        owner: Entity | None,
        buckets: Sequence[Bucket],
        parents: Parents,
    ) -> Page:
        key = owner.key if owner else ""
        kind = owner.kind if owner else None
        return Page("list", url, key, title, kind, tuple(buckets), parents)

    def _flat(
        self, url: str, title: str, owner: Entity | None, keys: Sequence[str], parents: Parents
    ) -> Page:
        return self._page(url, title, owner, [Bucket("", "", len(keys), tuple(keys))], parents)

    def _alphabetical(
        self,
        keys: list[str],
        url: str,
        title: str,
        parents: Parents,
        owner: Entity | None = None,
        letters: int = 1,
    ) -> list[Page]:
        """A list that time does not split further: by the first letters of the titles.

        Titles that begin alike stay together however many they are.
        """
        if len(keys) <= self.limit or letters > MOST_LETTERS:
            return [self._flat(url, title, owner, keys, parents)]
        base = title if letters == 1 else title.rpartition(":")[0]
        folder = url.removesuffix(".html") if letters == 1 else url.rpartition("/")[0]
        made: list[Page] = []
        buckets: list[Bucket] = []
        groups = self._filed(keys, letters)
        while len(groups) == 1 and letters < MOST_LETTERS:
            letters += 1
            groups = self._filed(keys, letters)
        for label, members in sorted(groups.items()):
            letter_url = f"{folder}/{letter_name(label)}.html"
            if letter_url == url:
                # Titles of two letters stay where they are: no more letters tell them apart.
                buckets.append(Bucket(label, "", len(members), tuple(members)))
                continue
            buckets.append(Bucket(label, letter_url, len(members)))
            below = (*parents, (title, url))
            name = f"{base}: {label}"
            made.extend(self._alphabetical(members, letter_url, name, below, owner, letters + 1))
        return [self._page(url, title, owner, buckets, parents), *made]

    def _newest_first(self, keys: Sequence[str]) -> dict[str, list[str]]:
        """Articles by year, the newest first; undated ones last, by title."""
        # Undated ones come last: mostly there are none.
        all_dated = not keys or keys[-1] in self.years
        dated = keys if all_dated else [key for key in keys if key in self.years]
        undated = list(keys[len(dated) :])
        years = _by(reversed(dated), self.years.__getitem__)
        years = dict(sorted(years.items(), reverse=True))
        return years | ({UNDATED: undated} if undated else {})

    def _above(self, entity: Entity) -> Parents:
        """The places that a place lies in, the nearest last."""
        if not entity.parent:
            return ()
        entities = self.archive.entities[entity.kind]
        above = [entities[key] for key in self.archive.around(entity.parent)]
        return tuple((one.name, f"{FOLDER[one.kind]}/{one.key}.html") for one in reversed(above))

    def entity(self, entity: Entity, url: str) -> list[Page]:
        """The page of an author, place, topic or series, and of its years where it is long."""
        keys = list(entity.articles)
        parents = (
            (HEADING[entity.kind], f"{FOLDER[entity.kind]}/index.html"),
            *self._above(entity),
        )
        below = (*parents, (entity.name, url))
        prefix = url.removesuffix(".html")
        split = len(keys) > self.limit
        made: list[Page] = []
        buckets: list[Bucket] = []
        ordered = entity.kind == "series" and not split
        if ordered and keys:
            buckets.append(Bucket("", "", len(keys), self.archive.series.get(entity.key, ())))
        years = {} if ordered else self._newest_first(keys)
        for year, members in years.items():
            shown = () if split else tuple(members)
            if not split:
                buckets.append(Bucket(year, "", len(members), shown))
            elif year == UNDATED:
                undated_url = f"{prefix}/undated.html"
                buckets.append(Bucket(year, undated_url, len(members)))
                made.extend(self._alphabetical(members, undated_url, year, below, entity))
            else:
                buckets.append(Bucket(year, f"{prefix}/{year}.html", len(members)))
                chronological = members[::-1]
                made.extend(self._year(year, chronological, f"{prefix}/", below, owner=entity))
        page = Page(entity.kind, url, entity.key, entity.name, entity.kind, tuple(buckets), parents)
        return [page, *made, *self._translations(entity, url, below)]

    def _translations(self, person: Entity, above: str, parents: Parents) -> list[Page]:
        """The page of what a person translated, where that is too much for the person's page."""
        keys = list(person.translated)
        if len(keys) <= self.limit:
            return []
        url = translations_url(above)
        prefix = url.removesuffix(".html")
        below = (*parents, (TRANSLATIONS, url))
        made: list[Page] = []
        buckets: list[Bucket] = []
        for year, members in self._newest_first(keys).items():
            part = f"{prefix}/{'undated' if year == UNDATED else year}.html"
            buckets.append(Bucket(year, part, len(members)))
            if year == UNDATED:
                made.extend(self._alphabetical(members, part, year, below, person))
            else:
                made.extend(self._year(year, members[::-1], f"{prefix}/", below, owner=person))
        return [self._page(url, TRANSLATIONS, person, buckets, parents), *made]


def _by(keys: Iterable[str], of: Callable[[str], str]) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {}
    # Articles come in the order of time: many that follow each other are of one group.
    for name, run in groupby(keys, of):
        groups.setdefault(name, []).extend(run)
    return groups


def _day(document: Document) -> str:
    date = document.date
    return date.first.isoformat() if date and date.day else ""


@lru_cache(maxsize=4_096)
def _month_label(month: str) -> str:
    """The name of a month, such as `2001-11`; each is in the lists of many years and names."""
    return MONTHS[int(month[5:]) - 1]


def _filed(document: Document, letters: int) -> str:
    return initial(document.title) if letters == 1 else initials(document.title, letters)
