"""The words of a group of articles as columns of numbers.

NumPy sorts and codes whole columns several times faster than Python goes through the words. It
takes a tenth of a second to load, so only what indexes a group imports this.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from site_gen.search.codec import LETTERS, code
from site_gen.search.segment import (
    FIELD_GAP,
    K1,
    LEVELS,
    SUMMARY_WEIGHT,
    TITLE_B,
    TITLE_WEIGHT,
    Averages,
    B,
    Entry,
    Segment,
)
from site_gen.search.words import split, stemming

Numbers = NDArray[np.int64]


def read_group(entries: Sequence[Entry], texts: Sequence[str], averages: Averages) -> Segment:
    """Index the articles of one group, in order: an article's place in it is its number.

    Words become numbers at once, and everything from there on is done to whole columns of them.
    """
    if not entries:
        return Segment()
    words = _words()
    columns = _columns(entries, texts, words)
    rows = columns.rows(words)
    postings = _postings(rows, columns, averages)
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


MOST_WORDS = 200_000
"""Words that a process remembers; beyond, it begins anew."""


class _Words:
    """Words by number: each with the numbers of its form and its stem, the code of its form, and
    whether these two are one.
    """

    def __init__(self) -> None:
        self.by_language: dict[str, _Vocabulary] = {}
        self.form, self.stem, self.code, self.plain = (array("q") for _ in range(4))
        self.forms = _Numbered()
        self.stems = _Numbered()

    def numbers(self, language: str, text: str) -> list[int]:
        """The words of a text, in order."""
        known = self.by_language.get(language)
        if known is None:
            known = self.by_language[language] = _Vocabulary(self, stemming(language))
        return list(map(known.__getitem__, split(text)))

    def add(self, form: str, stem: str) -> int:
        """A new word. Returns its number."""
        self.form.append(self.forms[form])
        self.stem.append(self.stems[stem])
        self.code.append(code(form))
        self.plain.append(form == stem)
        return len(self.form) - 1


@lru_cache(maxsize=1)
def _remembered() -> _Words:
    return _Words()


def _words() -> _Words:
    """The words that this process has met: most groups of an archive hold the same ones."""
    if len(_remembered().form) > MOST_WORDS:
        _remembered.cache_clear()
    return _remembered()


class _Numbered(dict[str, int]):
    """Numbers of texts, given at first sight, and the texts in their order."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []

    def __missing__(self, name: str) -> int:
        self[name] = len(self.names)
        self.names.append(name)
        return self[name]


class _Vocabulary(dict[str, int]):
    """The numbers of one language's words, given at first sight."""

    def __init__(self, words: _Words, stems: Callable[[str], tuple[str, str]]) -> None:
        super().__init__()
        self.words = words
        self.stems = stems

    def __missing__(self, word: str) -> int:
        self[word] = number = self.words.add(*self.stems(word))
        return number


def _column(values: array[int]) -> Numbers:
    return np.array(values, np.int64)


def _dense(column: Numbers, size: int) -> tuple[Numbers, list[int]]:
    """A column of numbers below `size`, numbered anew without gaps; the old numbers of these."""
    there = np.zeros(size, np.bool_)
    there[column] = True
    return (np.cumsum(there) - 1)[column], np.flatnonzero(there).tolist()


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

    def rows(self, words: _Words) -> _Rows:
        """The same, sorted by stem; within a stem the order stays."""
        stems, numbers = _dense(_column(words.stem)[self.word], len(words.stems))
        order = _sorted(stems)
        stem, article = stems[order], self.article[order]
        starts = np.flatnonzero(_changes(stem) | _changes(article))
        names = [words.stems.names[number] for number in numbers]
        return _Rows(self.word[order], stem, article, self.place[order], starts, names)


@dataclass(frozen=True, slots=True)
class _Rows:
    """Words sorted by stem. At each of `starts` a stem begins that stands in an article."""

    word: Numbers
    stem: Numbers
    article: Numbers
    place: Numbers
    starts: Numbers
    names: Sequence[str]
    """The stems by their number."""

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


def _postings(rows: _Rows, columns: _Columns, averages: Averages) -> dict[str, str]:
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
    return _by_stem(rows, at[heads] - 1, encode(values, plain))


def _positions(rows: _Rows, words: _Words) -> dict[str, str]:
    """Where a stem stands in each article, and in which form if it is not itself a word there."""
    starts, counts = rows.starts, rows.counts
    if not len(starts):
        return {}
    marked = np.logical_or.reduceat(_column(words.plain)[rows.word] == 0, starts)
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
    marks = _column(words.code)[rows.word]
    with_mark = marked[run]
    for step, digit in ((1, marks // 64), (2, marks % 64)):
        values[at[with_mark] + step] = digit[with_mark]
        plain[at[with_mark] + step] = True
    heads = np.flatnonzero(_changes(rows.stem[starts]))
    return _by_stem(rows, begins[heads], encode(values, plain))


def _by_stem(rows: _Rows, begins: Numbers, encoded: tuple[str, Numbers]) -> dict[str, str]:
    """A text cut where the values of each stem begin."""
    text, offsets = encoded
    cuts = [*offsets[begins].tolist(), len(text)]
    return {
        name: text[start:end]
        for name, start, end in zip(rows.names, cuts[:-1], cuts[1:], strict=True)
    }


def _forms(columns: _Columns, words: _Words) -> dict[str, tuple[str, int]]:
    """The forms of words, each with its stems and the number of articles it stands in."""
    form, numbers = _dense(_column(words.form)[columns.word], len(words.forms))
    order = _sorted(form)
    form, article = form[order], columns.article[order]
    counts = np.bincount(form[_changes(form) | _changes(article)], minlength=len(numbers))
    of_form: dict[int, str] = {}
    for word in _dense(columns.word, len(words.form))[1]:
        known, new = of_form.get(words.form[word], ""), words.stems.names[words.stem[word]]
        # In most archives no form has a second stem: that takes another language.
        if known != new:
            new = ".".join(sorted({*known.split("."), new})) if known else new
            of_form[words.form[word]] = new
    return {
        words.forms.names[number]: (of_form[number], count)
        for number, count in zip(numbers, counts.tolist(), strict=True)
    }


_BYTES = np.frombuffer(LETTERS.encode(), np.uint8)


def encode(values: Numbers, plain: NDArray[np.bool_]) -> tuple[str, Numbers]:
    """Many numbers at once; those that are `plain` are below 64 and become one letter.

    Returns their letters, and where in them each number begins.
    """
    sizes = np.ones(len(values), np.int64)
    limit = 32
    top = int(values.max(initial=0))
    while limit <= top:
        sizes += (values >= limit) & ~plain
        limit *= 32
    ends = np.cumsum(sizes)
    begins = ends - sizes
    letters = np.empty(int(ends[-1]) if len(ends) else 0, np.uint8)
    for step in range(int(sizes.max(initial=0))):
        here = np.flatnonzero(sizes > step)
        rest = values[here] >> (5 * step)
        more = sizes[here] > step + 1
        digits = np.where(plain[here], rest, (rest & 31) + 32 * more)
        letters[begins[here] + step] = _BYTES[digits]
    return letters.tobytes().decode("ascii"), begins
