"""The part of the index that a group of articles makes: computed by itself, kept by its inputs.

An article belongs to a group by the digest of its key, so an edit concerns one group, and the
index is what its groups are put together: no build depends on an earlier one.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from site_gen.search.codec import Numbers, code, encode, number
from site_gen.search.words import Stems, split, stems_of

GROUP, GROUP_WORDS = 144, 36_864
"""Articles that a group holds on average, or words if its articles are long."""
LEVELS = 32
"""Steps of the weight that a word has in an article; one letter of the codec."""
K1, B, TITLE_WEIGHT, TITLE_B, SUMMARY_WEIGHT = 2.5, 0.75, 3.0, 0.3, 1.5
"""BM25F: saturation, length normalisation of the body, weights of title and summary."""
FIELD_GAP = 10
"""Positions left free between title, summary and body, so that no phrase spans two."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What the index knows of an article beside its text. `shown` goes to the results as it is."""

    key: str
    url: str
    title: str
    summary: str
    language: str
    body: str
    """The key of its HTML in the store."""
    notes: str = ""
    """The HTML of what stands below the body: a note on the author."""
    shown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Averages:
    """Lengths that weights are measured by, in words, rounded to steps of an eighth of an octave.

    So an edit of one article changes them, and with them the whole index, only rarely.
    """

    body: float
    title: float

    @classmethod
    def of(cls, bodies: Sequence[int], titles: Sequence[int]) -> Averages:
        """The averages of the lengths of all bodies and titles."""
        return cls(_step(bodies), _step(titles))


def _step(lengths: Sequence[int]) -> float:
    mean = max(sum(lengths) / len(lengths), 1.0) if lengths else 1.0
    return round(2 ** (round(math.log2(mean) * 8) / 8), 3)


@dataclass(frozen=True, slots=True)
class Segment:
    """What groups in a row add to the index. By stem, in order: its first and its last group,
    counted from the segment's first, its postings without the distance to the first group, and its
    positions. By form of a word: its stems, parted by dots, and in how many articles it stands.
    """

    stems: Sequence[str] = ()
    first: Sequence[int] = ()
    last: Sequence[int] = ()
    postings: Sequence[str] = ()
    positions: Sequence[str] = ()
    forms: Sequence[str] = ()
    stems_of: Sequence[str] = ()
    counts: Sequence[int] = ()

    def packed(self) -> bytes:
        """A line for each column; no word and no code has a blank in it."""
        columns = (
            self.stems,
            map(str, self.first),
            map(str, self.last),
            self.postings,
            self.positions,
            self.forms,
            self.stems_of,
            map(str, self.counts),
        )
        return "\n".join(map(" ".join, columns)).encode("utf-8", "surrogatepass")

    @classmethod
    def unpacked(cls, data: bytes) -> Segment:
        """The segment that was packed."""
        stems, first, last, postings, positions, forms, stems_of, counts = (
            line.split(" ") if line else []
            for line in data.decode("utf-8", "surrogatepass").split("\n")
        )
        return cls(
            stems,
            list(map(int, first)),
            list(map(int, last)),
            postings,
            positions,
            forms,
            stems_of,
            list(map(int, counts)),
        )

    def parts(self, run_of: Callable[[str], str]) -> dict[str, Segment]:
        """The segment in runs of the alphabet, by the name of each."""
        stems, forms = _runs(self.stems, run_of), _runs(self.forms, run_of)
        nothing = slice(0, 0)
        return {
            run: Segment(
                self.stems[by_stem],
                self.first[by_stem],
                self.last[by_stem],
                self.postings[by_stem],
                self.positions[by_stem],
                self.forms[by_form],
                self.stems_of[by_form],
                self.counts[by_form],
            )
            for run in sorted(stems.keys() | forms.keys())
            for by_stem, by_form in [(stems.get(run, nothing), forms.get(run, nothing))]
        }


def _runs(words: Sequence[str], run_of: Callable[[str], str]) -> dict[str, slice]:
    """Where in words in order each run begins and ends."""
    found = {}
    start = 0
    for run, members in groupby(map(run_of, words)):
        end = start + sum(1 for _ in members)
        found[run] = slice(start, end)
        start = end
    return found


def joined(segments: Iterable[tuple[int, Segment]]) -> Segment:
    """Segments one after the other as one, each with the number of groups that go before it."""
    stems: dict[str, tuple[int, int, str, str]] = {}
    forms: dict[str, tuple[str, int]] = {}
    for start, one in segments:
        for stem, first, last, postings, positions in zip(
            one.stems, one.first, one.last, one.postings, one.positions, strict=True
        ):
            if stem in stems:
                begin, end, head, places = stems[stem]
                postings = head + number(start + first - end) + postings
                stems[stem] = begin, start + last, postings, places + positions
            else:
                stems[stem] = start + first, start + last, postings, positions
        for form, of_form, count in zip(one.forms, one.stems_of, one.counts, strict=True):
            before = forms.get(form)
            if before is None:
                forms[form] = of_form, count
            elif before[0] == of_form:
                forms[form] = of_form, before[1] + count
            else:
                both = {*before[0].split("."), *of_form.split(".")}
                forms[form] = ".".join(sorted(both)), before[1] + count
    ordered = sorted(stems)
    rows = [stems[stem] for stem in ordered]
    names = sorted(forms)
    return Segment(
        ordered,
        [row[0] for row in rows],
        [row[1] for row in rows],
        [row[2] for row in rows],
        [row[3] for row in rows],
        names,
        [forms[name][0] for name in names],
        [forms[name][1] for name in names],
    )


def groups_of(keys: Sequence[str], words: int = 0) -> list[list[str]]:
    """The keys in groups, each sorted; the number of groups is a power of two.

    `words` are those of all articles.
    """
    wanted = max(1, 2 ** round(math.log2(max(len(keys) / GROUP, words / GROUP_WORDS, 1))))
    groups: list[list[str]] = [[] for _ in range(wanted)]
    for key in sorted(keys):
        first = int.from_bytes(hashlib.sha256(key.encode()).digest()[:4], "big")
        groups[first % wanted].append(key)
    return groups


def read_group(entries: Sequence[Entry], texts: Sequence[str], averages: Averages) -> Segment:
    """Index the articles of one group, in order: an article's place in it is its number.

    Words become numbers at once, and everything from there on is done to whole columns of them.
    """
    if not entries:
        return Segment()
    words = _Words()
    columns = _columns(entries, texts, words)
    rows = columns.rows(np.array(words.stem, np.int64))
    postings = _postings(rows, columns, words, averages)
    positions = _positions(rows, words)
    forms = _forms(columns, words)
    stems, names = sorted(postings), sorted(forms)
    return Segment(
        stems,
        [0] * len(stems),
        [0] * len(stems),
        [postings[stem] for stem in stems],
        [positions[stem] for stem in stems],
        names,
        [forms[name][0] for name in names],
        [forms[name][1] for name in names],
    )


class _Words:
    """The words of a group by number, each with the numbers of its form and of its stem."""

    def __init__(self) -> None:
        self.by_language: dict[str, _Vocabulary] = {}
        self.form: list[int] = []
        self.stem: list[int] = []
        self.forms: dict[str, int] = {}
        self.stems: dict[str, int] = {}

    def numbers(self, language: str, text: str) -> list[int]:
        """The words of a text, in order."""
        known = self.by_language.get(language)
        if known is None:
            known = self.by_language[language] = _Vocabulary(self, stems_of(language))
        return list(map(known.__getitem__, split(text)))

    def add(self, form: str, stem: str) -> int:
        """A new word. Returns its number."""
        self.form.append(self.forms.setdefault(form, len(self.forms)))
        self.stem.append(self.stems.setdefault(stem, len(self.stems)))
        return len(self.form) - 1


class _Vocabulary(dict[str, int]):
    """The numbers of one language's words, given at first sight."""

    def __init__(self, words: _Words, stems: Stems) -> None:
        super().__init__()
        self.words = words
        self.stems = stems

    def __missing__(self, word: str) -> int:
        self[word] = number = self.words.add(*self.stems[word])
        return number


@dataclass(frozen=True, slots=True)
class _Columns:
    """Every word of a group in reading order: its number, its article, its place there.

    By article: the places before `title` are the title's, those before `body` the summary's;
    `length` is that of the body.
    """

    word: Numbers
    article: Numbers
    place: Numbers
    title: Numbers
    body: Numbers
    length: Numbers

    def rows(self, stem_of: Numbers) -> _Rows:
        """The same, sorted by stem; within a stem the order stays."""
        stems = stem_of[self.word]
        order = _sorted(stems)
        stem, article = stems[order], self.article[order]
        starts = np.flatnonzero(_changes(stem) | _changes(article))
        return _Rows(self.word[order], stem, article, self.place[order], starts)


@dataclass(frozen=True, slots=True)
class _Rows:
    """Words sorted by stem. At each of `starts` a stem begins that stands in an article."""

    word: Numbers
    stem: Numbers
    article: Numbers
    place: Numbers
    starts: Numbers

    @property
    def counts(self) -> Numbers:
        """How often the stem stands in the article, for each of `starts`."""
        return np.diff(self.starts, append=len(self.stem))


def _sorted(column: Numbers) -> Numbers:
    """The rows of a column in order; equal ones stay as they are."""
    # NumPy sorts numbers of two bytes in one pass.
    small = int(column.max(initial=0)) < 2**16
    return np.argsort(column.astype(np.uint16) if small else column, kind="stable")


def _changes(column: Numbers) -> NDArray[np.bool_]:
    """Where a column differs from the row above; its first row does."""
    changed = np.ones(len(column), np.bool_)
    np.not_equal(column[1:], column[:-1], out=changed[1:])
    return changed


def _columns(entries: Sequence[Entry], texts: Sequence[str], words: _Words) -> _Columns:
    numbers: list[int] = []
    places: list[Numbers] = []
    sizes, titles, bodies, lengths = [], [], [], []
    for entry, text in zip(entries, texts, strict=True):
        title, summary, body = (
            words.numbers(entry.language, part) for part in (entry.title, entry.summary, text)
        )
        after_title = len(title) + FIELD_GAP
        before_body = after_title + len(summary) + FIELD_GAP
        places += [
            np.arange(len(title)),
            np.arange(after_title, after_title + len(summary)),
            np.arange(before_body, before_body + len(body)),
        ]
        numbers += title
        numbers += summary
        numbers += body
        sizes.append(len(title) + len(summary) + len(body))
        titles.append(len(title))
        bodies.append(before_body)
        lengths.append(len(body))
    return _Columns(
        np.array(numbers, np.int64),
        np.repeat(np.arange(len(entries)), sizes),
        np.concatenate(places),
        *(np.array(column, np.int64) for column in (titles, bodies, lengths)),
    )


def _postings(rows: _Rows, columns: _Columns, words: _Words, averages: Averages) -> dict[str, str]:
    """For each stem the number of its articles, then the distance to each and its weight there."""
    starts = rows.starts
    if not len(starts):
        return {}
    article = rows.article[starts]
    in_title = np.add.reduceat(rows.place < columns.title[rows.article], starts)
    before_body = np.add.reduceat(rows.place < columns.body[rows.article], starts)
    length = columns.length[article] / averages.body
    weight = (rows.counts - before_body) / (1 - B + B * length)
    title = columns.title[article] / averages.title
    weight += TITLE_WEIGHT * in_title / (1 - TITLE_B + TITLE_B * title)
    weight += SUMMARY_WEIGHT * (before_body - in_title)
    level = np.maximum(1, np.rint(weight / (weight + K1) * (LEVELS - 1))).astype(np.int64)
    letters = np.where(in_title > 0, level + LEVELS, level)
    first = _changes(rows.stem[starts])
    gaps = np.where(first, article, np.diff(article, prepend=0))
    # One value for the number of articles, then two for each of them.
    heads = np.flatnonzero(first)
    at = 2 * np.arange(len(starts)) + np.cumsum(first)
    values = np.zeros(2 * len(starts) + len(heads), np.int64)
    plain = np.zeros(len(values), np.bool_)
    values[at[heads] - 1] = np.diff(heads, append=len(starts))
    values[at], values[at + 1] = gaps, letters
    plain[at + 1] = True
    return _by_stem(rows.stem[starts][heads], at[heads] - 1, encode(values, plain), words)


def _positions(rows: _Rows, words: _Words) -> dict[str, str]:
    """Where a stem stands in each article, and in which form if it is not itself a word there."""
    starts, counts = rows.starts, rows.counts
    if not len(starts):
        return {}
    names = list(words.stems)
    same = [words.forms.get(stem, -1) for stem in names]
    form = np.array(words.form, np.int64)[rows.word]
    other = form != np.array(same, np.int64)[rows.stem]
    marked = np.logical_or.reduceat(other, starts)
    # One value for how many places there are, then one for each, or three with the form's mark.
    width = np.where(marked, 3, 1)
    ends = np.cumsum(1 + counts * width)
    begins = ends - (1 + counts * width)
    run = np.repeat(np.arange(len(starts)), counts)
    at = begins[run] + 1 + (np.arange(len(run)) - starts[run]) * width[run]
    gaps = np.diff(rows.place, prepend=0)
    gaps[starts] = rows.place[starts]
    values = np.zeros(int(ends[-1]), np.int64)
    plain = np.zeros(len(values), np.bool_)
    values[begins] = 2 * counts + marked
    values[at] = gaps
    marks = np.array([code(one) for one in words.forms], np.int64)[form]
    with_mark = marked[run]
    for step, digit in ((1, marks // 64), (2, marks % 64)):
        values[at[with_mark] + step] = digit[with_mark]
        plain[at[with_mark] + step] = True
    heads = np.flatnonzero(_changes(rows.stem[starts]))
    return _by_stem(rows.stem[starts][heads], begins[heads], encode(values, plain), words)


def _by_stem(
    stems: Numbers, begins: Numbers, encoded: tuple[str, Numbers], words: _Words
) -> dict[str, str]:
    """A text cut where the values of each stem begin."""
    text, offsets = encoded
    names = list(words.stems)
    cuts = [*offsets[begins].tolist(), len(text)]
    return {
        names[stem]: text[cuts[index] : cuts[index + 1]]
        for index, stem in enumerate(stems.tolist())
    }


def _forms(columns: _Columns, words: _Words) -> dict[str, tuple[str, int]]:
    """The forms of words, each with its stems and the number of articles it stands in."""
    form = np.array(words.form, np.int64)[columns.word]
    order = _sorted(form)
    form, article = form[order], columns.article[order]
    counts = np.bincount(form[_changes(form) | _changes(article)], minlength=len(words.forms))
    stems = list(words.stems)
    of_form = [""] * len(words.forms)
    for one, stem in zip(words.form, words.stem, strict=True):
        known, new = of_form[one], stems[stem]
        # In most archives no form has a second stem: that takes another language.
        if known != new:
            of_form[one] = ".".join(sorted({*known.split("."), new})) if known else new
    return dict(zip(words.forms, zip(of_form, counts.tolist(), strict=True), strict=True))


def documents(entries: Sequence[Entry], texts: Sequence[str], size: int) -> list[str]:
    """The document shards of a group: what results show, `size` articles each, as JSON."""
    rows = [
        [entry.title, entry.url, entry.language, *entry.shown, text]
        for entry, text in zip(entries, texts, strict=True)
    ]
    return [
        json.dumps(rows[start : start + size], ensure_ascii=False, separators=(",", ":"))
        for start in range(0, len(rows), size)
    ]
