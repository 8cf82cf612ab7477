"""Reads the shards of a published site as the browser does: the same query, the same answer.

static/search.js is the other reader; a test holds both equal. Scores are whole numbers, so that
both add up the same.
"""

from __future__ import annotations

import datetime
import json
import math
import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from site_gen.frozen import frozen
from site_gen.search.codec import VALUE, Reader, decoded, ending
from site_gen.search.words import bare, fold, split, units, whole

Sort = Literal["relevance", "newest", "oldest"]
FIELDS = ("author", "place", "topic", "year", "date", "lang")
SHORT = 3
"""Words up to which an article that holds all of them comes first."""
MOST_SHARDS = 8
MOST_COMPLETIONS = 100
_BLANKS = "\t\n\v\f\r \xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
"""What JavaScript takes for blanks, as a class of characters."""
_PART = re.compile(rf'(-?)(?:({"|".join(FIELDS)}):)?(?:"([^"]*)"|([^{_BLANKS}]+))')


_DAY = re.compile(rf"[{_BLANKS}]*([1-9]\d{{3}})(?:-(\d\d?))?(?:-(\d\d?))?[{_BLANKS}]*", re.ASCII)


class NoIndex(Exception):
    """There is no search index where one was looked for."""


@frozen
class Word:
    """A word of a query, folded; with `prefix`, every word that begins so."""

    word: str
    prefix: bool = False


@frozen
class Filter:
    """A condition of a query: `year:1999..2003`."""

    field: str
    value: str
    without: bool = False


@frozen
class Query:
    """A query taken apart. Whatever was typed is one: what is not an operator is text."""

    words: tuple[Word, ...] = ()
    phrases: tuple[tuple[str, ...], ...] = ()
    without: tuple[tuple[str, ...], ...] = ()
    filters: tuple[Filter, ...] = ()


@frozen
class Hit:
    """An article that was found."""

    id: int
    title: str
    url: str
    language: str
    date: str
    authors: str
    places: str
    text: str
    score: int


@frozen
class Result:
    """What a query found. `complete` counts the articles that hold every word."""

    total: int
    complete: int
    hits: tuple[Hit, ...]
    suggestion: dict[str, str] = field(default_factory=dict)


def parse(text: str) -> Query:
    """Take a query apart."""
    words: list[Word] = []
    phrases: list[tuple[str, ...]] = []
    without: list[tuple[str, ...]] = []
    filters: list[Filter] = []
    for match in _PART.finditer(text):
        minus, name, quoted, bare = match.groups()
        value = bare if quoted is None else quoted
        parts = tuple(one for one in map(fold, split(value)) if one)
        if name:
            filters.append(Filter(name, value, bool(minus)))
        elif minus and parts:
            without.append(parts)
        elif quoted is not None and len(parts) > 1:
            phrases.append(parts)
        elif bare and parts and bare.endswith("*"):
            words.extend(Word(one) for one in parts[:-1])
            words.append(Word(parts[-1], prefix=True))
        else:
            words.extend(Word(one) for one in parts)
    return Query(tuple(words), tuple(phrases), tuple(without), tuple(filters))


@frozen
class _Form:
    form: str
    count: int
    stems: tuple[str, ...]


def _commonest(entry: _Form) -> tuple[int, str]:
    return (-entry.count, entry.form)


def _names(files: Mapping[str, str]) -> dict[str, list[str]]:
    """The files of each kind in order."""
    names: dict[str, list[str]] = {kind: [] for kinds in files for kind in kinds}
    for kinds, text in files.items():
        for one in text.split(" ") if text else ():
            run, hashes, counts = one.split(".")
            marks = [hashes[at : at + 8] for at in range(0, len(hashes), 8)]
            at = 0
            for kind, count in zip(kinds, _numbers(counts), strict=True):
                for index in range(count):
                    names[kind].append(f"{kind}-{run}.{index}-{marks[at % len(marks)]}.js")
                    at += 1
    return names


def _numbers(text: str) -> list[int]:
    reader = Reader(text)
    found = []
    while reader.more():
        found.append(reader.number())
    return found


class Index:
    """The search index of a published site, read shard by shard as a query needs them."""

    def __init__(self, output: Path) -> None:
        """Open the index below `output`/search. Raises NoIndex."""
        self.folder = output / "search"
        roots = sorted(self.folder.glob("root.*.js")) if self.folder.is_dir() else []
        if not roots:
            raise NoIndex(f"There is no search index in {output}. Build the site first.")
        (root,) = self._load(roots[-1].name)
        self.root: dict[str, Any] = root
        self.articles: int = root["articles"]
        self.first: list[int] = []
        """The first number of each group."""
        self.shard: list[int] = []
        total = shards = 0
        for room in _numbers(root["groups"]):
            self.first.append(total)
            self.shard.append(shards)
            total += room
            shards += -(-room // root["perShard"])
        self.names = _names(root["files"])
        self.words = decoded(units(root["words"]))
        self.stems = decoded(units(root["stems"]))
        self.endings = {text: value for value, text in enumerate(root["endings"].split(" "))}
        self._part = lru_cache(maxsize=256)(self._read_part)
        self._entries = lru_cache(maxsize=64)(self._read_entries)

    def _load(self, name: str) -> list[Any]:
        text = (self.folder / name).read_text(encoding="utf-8")
        data = text[text.index("(") + 1 : text.rindex(")")]
        values: list[Any] = json.loads(f"[{data}]")
        return values

    def _read_part(self, kind: str, index: int) -> list[Any]:
        return self._load(self.names[kind][index])

    def _read_entries(self, index: int) -> list[_Form]:
        words, about = self._part("w", index)
        entries = []
        for form, more in zip(decoded(units(words)), units(about).split(" "), strict=True):
            count, *stems = more.split(".")
            written = tuple(form[: len(form) - VALUE[one[0]]] + one[1:] for one in stems)
            entries.append(_Form(form, Reader(count).number(), written or (form,)))
        return entries

    def _beginning(self, start: str) -> list[_Form]:
        low = max(bisect_right(self.words, start) - 1, 0)
        high = min(bisect_right(self.words, start + "\uffff") - 1, low + MOST_SHARDS - 1)
        return [
            entry
            for index in range(low, high + 1)
            for entry in self._entries(index)
            if entry.form.startswith(start)
        ]

    def _known(self, word: str) -> _Form | None:
        """A word as the dictionary has it; a word with an Arabic article also without it."""
        index = bisect_right(self.words, word) - 1
        entries = self._entries(index) if index >= 0 else []
        found = next((one for one in entries if one.form == word), None)
        return found or (self._known(bare(word)) if bare(word) != word else None)

    def _meant(self, word: str) -> _Form | None:
        """What an unknown word was probably meant to be."""
        if len(word) < 3:
            return None
        longer = self._beginning(word)
        if longer:
            return min(longer, key=_commonest)
        around = self._beginning(word[: 2 if len(word) > 4 else 1])
        most = 2 if len(word) > 7 else 1
        near = [
            (far, *_commonest(one), one)
            for one in around
            if (far := distance(word, one.form, most)) <= most
        ]
        # Another form of a stem goes before every typing error. What stems are cut short by is
        # known from the words around: `difficulties` is `difficulti`, as `difficulty`, and `es`.
        endings = {
            one.form[len(stem) :]
            for one in around
            for stem in one.stems
            if one.form.startswith(stem)
        }
        near += [
            (-len(stem), *_commonest(one), one)
            for one in self._beginning(word[: (len(word) - 1) // 2])
            for stem in one.stems
            if 2 < len(stem) >= len(word) / 2
            and word.startswith(stem)
            and word[len(stem) :] in endings
        ]
        return min(near, key=lambda one: one[:3])[3] if near else None

    def _row(self, kind: str, stem: str) -> str:
        index = bisect_right(self.stems, stem) - 1
        if index < 0:
            return ""
        stems = self._decoded_stems(index)
        if stem not in stems:
            return ""
        column = self._part(kind, index)[1 if kind == "p" else 0]
        text: str = column.split(" ")[stems[stem]]
        return text

    def _decoded_stems(self, index: int) -> dict[str, int]:
        stems = self._part("p", index)[0]
        return {stem: place for place, stem in enumerate(decoded(units(stems)))}

    def _postings(self, stem: str) -> list[tuple[int, int]]:
        reader = Reader(self._row("p", stem))
        found = []
        group = 0
        while reader.more():
            group += reader.number()
            article = self.first[group]
            for _ in range(reader.number()):
                article += reader.number()
                found.append((article, reader.letter() % 32))
        return found

    def _places(self, stems: Iterable[str], forms: Iterable[str]) -> dict[int, set[int]]:
        """For each article that holds stems in some forms, the places where these stand."""
        found: dict[int, set[int]] = {}
        for stem in stems:
            wanted = {ending(form, stem, self.endings) for form in forms}
            reader = Reader(self._row("o", stem))
            for article, _ in self._postings(stem):
                at = 0
                count, marked = divmod(reader.number(), 2)
                for _ in range(count):
                    at += reader.number()
                    if (reader.number() if marked else 0) in wanted:
                        found.setdefault(article, set()).add(at)
        return found

    def _together(
        self, stems: Iterable[str], only: Mapping[str, Sequence[str]] = MappingProxyType({})
    ) -> dict[int, int]:
        """The articles that hold a stem, of those in `only` in one of some forms, and the highest
        level in each.
        """
        levels: dict[int, int] = {}
        for stem in stems:
            there = self._places([stem], only[stem]) if stem in only else None
            for article, level in self._postings(stem):
                if there is None or article in there:
                    levels[article] = max(levels.get(article, 0), level)
        return levels

    def _starting(self, start: str) -> dict[int, int]:
        """The articles that hold a word that begins so, and the highest level in each."""
        forms: dict[str, list[str]] = {}
        for entry in sorted(self._beginning(start), key=_commonest)[:MOST_COMPLETIONS]:
            for stem in entry.stems:
                forms.setdefault(stem, []).append(entry.form)
        # Forms of a stem that begins so do too, but for a few: `study` has the stem `studi`.
        only = {stem: some for stem, some in forms.items() if not stem.startswith(start)}
        return self._together(forms, only)

    def _stems(self, word: str) -> tuple[str, ...]:
        found = self._known(word)
        return found.stems if found else ()

    def _containing(self, words: Sequence[str]) -> set[int]:
        """The articles in which words stand one after the other."""
        places = [self._places(self._stems(word), [word]) for word in words]
        return {
            article
            for article, starts in places[0].items()
            if any(
                all(at + step in one.get(article, ()) for step, one in enumerate(places))
                for at in starts
            )
        }

    def _column(self, name: str) -> tuple[list[list[str]], list[list[int]]]:
        if name not in self.root["columns"]:
            return [], []
        values, text = self._part("f", self.root["columns"].index(name))
        reader = Reader(text)
        rows: list[list[int]] = []
        while reader.more():
            last = 0
            row = []
            for _ in range(reader.number()):
                last += reader.number()
                row.append(last)
            rows.append(row)
        return values, rows

    def _all(self) -> list[int]:
        """The numbers of all articles: each has a language."""
        _, rows = self._column("lang")
        return [number for number, row in enumerate(rows) if row]

    def _days(self) -> list[int | None]:
        """The day that each article is listed by, as a number from 0001-01-01 on."""
        values, rows = self._column("date")
        start = int(values[0][1])
        return [start + row[0] if row else None for row in rows]

    def _filter(self, one: Filter) -> Callable[[int], bool]:
        if one.field in ("year", "date"):
            ends = one.value.split("..")
            low, high = day(ends[0], end=False), day(ends[min(len(ends) - 1, 1)], end=True)
            days = self._days()
            return lambda a: _between(low, days[a], high)
        values, rows = self._column(one.field)
        wanted = _plain(one.value)
        hits = {
            index
            for index, (name, key, *more) in enumerate(values)
            if key == one.value or wanted in map(_plain, (name, *more))
        }
        if not hits and wanted:
            hits = {
                index
                for index, (name, *_) in enumerate(values)
                if f" {wanted} " in f" {_plain(name)} "
            }
        return lambda a: not hits.isdisjoint(rows[a]) if rows else False

    def _telling(self, words: tuple[Word, ...]) -> tuple[Word, ...]:
        """The words of a question that say something; of a short query, all."""
        if len(words) <= SHORT:
            return words
        stop = set(self.root["stop"].split(" "))
        return tuple(one for one in words if one.prefix or one.word not in stop) or words

    def search(
        self,
        text: str,
        limit: int = 10,
        offset: int = 0,
        sort: Sort = "relevance",
        *,
        exact: bool = False,
    ) -> Result:
        """Find articles. Never fails, whatever the text.

        With `exact`, a word that is nowhere in the archive is not taken for another.
        """
        query = parse(text)
        suggestion: dict[str, str] = {}
        levels: list[dict[int, int]] = []
        for one in self._telling(query.words):
            if one.prefix:
                levels.append(self._starting(one.word))
                continue
            found = self._known(one.word)
            if found is None and not exact:
                found = self._meant(one.word)
                if found:
                    suggestion[whole(one.word)] = whole(found.form)
            levels.append(self._together(found.stems if found else ()))
        levels += [self._together(self._stems(word)) for words in query.phrases for word in words]
        scores: dict[int, int] = {}
        held: dict[int, int] = {}
        for own in levels:
            weight = rarity(self.articles, len(own))
            for article, level in own.items():
                scores[article] = scores.get(article, 0) + weight * level
                held[article] = held.get(article, 0) + 1
        browse = not levels and bool(query.filters or query.without)
        ids = self._all() if browse else sorted(held)
        for words in query.phrases:
            hits = self._containing(words)
            ids = [a for a in ids if a in hits]
        for words in query.without:
            gone = (
                self._containing(words)
                if len(words) > 1
                else set(self._together(self._stems(words[0])))
            )
            ids = [a for a in ids if a not in gone]
        for condition in query.filters:
            test = self._filter(condition)
            ids = [a for a in ids if test(a) != condition.without]
        present = sum(1 for own in levels if own)
        strict = len(query.words) <= SHORT and present > 0
        complete = {a for a in ids if not strict or held.get(a, 0) >= present}
        if sort == "relevance" and not browse:
            ids.sort(key=lambda a: (a not in complete, -scores.get(a, 0), a))
        else:
            ids = [a for a in ids if a in complete] if complete else ids
            days = self._days()
            ids.sort(key=lambda a: (_when(days[a], sort), a))
        hits_shown = tuple(self._article(a, scores.get(a, 0)) for a in ids[offset : offset + limit])
        return Result(len(ids), len(complete), hits_shown, suggestion)

    def _article(self, article: int, score: int) -> Hit:
        group = bisect_right(self.first, article) - 1
        slot = article - self.first[group]
        (rows,) = self._part("d", self.shard[group] + slot // self.root["perShard"])
        title, url, language, date, _, authors, places, _, text = rows[slot % self.root["perShard"]]
        authors = authors.replace("|", "")
        return Hit(article, title, url, language, date, authors, places, text, score)


def _between(low: float, day: int | None, high: float) -> bool:
    return day is not None and low <= day <= high


def _when(day: float | None, sort: Sort) -> float:
    if day is None:
        return math.inf
    return day if sort == "oldest" else -day


def rarity(articles: int, holding: int) -> int:
    """BM25's weight of a word, as a whole number so that every reader adds up the same."""
    return math.floor(1000 * math.log(1 + (articles - holding + 0.5) / (holding + 0.5)) + 0.5)


def _plain(text: str) -> str:
    return " ".join(map(fold, split(text)))


def day(text: str, *, end: bool) -> float:
    """The first or the last day of `2001`, `2001-11` or `2001-11-02`, counted from 0001-01-01."""
    match = _DAY.fullmatch(text)
    if not match or match[1] == "9999":
        return math.inf if end else -math.inf
    year, month, in_month = (int(part) if part else 0 for part in match.groups())
    if end and not in_month:
        return _ordinal(year, month + 1, 0) if month else _ordinal(year + 1, 1, 0)
    return _ordinal(year, month or 1, in_month or 1)


def _ordinal(year: int, month: int, in_month: int) -> int:
    """A day's number; months and days past the end run on, as in the browser's Date.UTC."""
    year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    # The calendar repeats every 400 years; a date's year ends at 9999.
    rounds = max(0, (year - 9600) // 400)
    first = datetime.date(year - 400 * rounds, month, 1)
    return first.toordinal() + 146_097 * rounds + in_month - 1


def distance(one: str, other: str, most: int) -> int:
    """Letters to add, drop, change or swap with a neighbour, or more than `most`."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    last = list(range(len(other) + 1))
    for i, letter in enumerate(one, start=1):
        row = [i]
        for j, against in enumerate(other, start=1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (letter != against))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == against:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        before, last = last, row
    return last[-1]
