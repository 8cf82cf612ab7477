"""The words of a block of articles as columns of numbers.

NumPy sorts and codes whole columns several times faster than Python goes through the words. It
takes a tenth of a second to load, so only what indexes a block imports this. `take` picks rows in
two thirds of the time of an index in brackets.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import chain, count

import numpy as np
from numpy.typing import NDArray

from site_gen.frozen import frozen
from site_gen.search.codec import ending
from site_gen.search.coding import BLANK, coded, letters, written
from site_gen.search.lookup import Table
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
    Piece,
    Texts,
)
from site_gen.search.words import cut, listed, plain, stemmed
from site_gen.tokens import STOP

_STOP = frozenset(STOP.split())
Numbers = NDArray[np.int32]
Names = NDArray[np.object_]
Article = tuple[Entry, str]
"""An article and its text."""


def read_block(
    first: int,
    groups: Sequence[Sequence[Article]],
    averages: Averages,
    run_of: Callable[[str], str],
) -> dict[str, Piece]:
    """Index the articles of groups in a row, the first of them of a number.

    Articles come by their places in their group. Returns a piece for each run of the alphabet.
    Words become numbers at once, and everything from there on is done to whole columns of them.
    """
    words = _words()
    columns = _columns(first, groups, words)
    if not len(columns.word):
        return {}
    stems, names = words.named(_column(words.stem).take(columns.word))
    rows = columns.rows(stems)
    return _pieces(
        names.tolist(),
        _postings(rows, columns, averages),
        _positions(rows, words),
        _groups_of(rows, columns),
        _forms(columns, words, stems, names),
        run_of,
    )


MOST_WORDS = 150_000
"""Words that a process remembers; beyond, it begins anew."""


class _Words:
    """Words by number: each with the numbers of its form and its stem, and how the form ends.

    `telling` is 1 for one that says something by itself.
    `bare` is the number of its form without an article that its stem lacks; else it is its form's.
    Forms and stems are numbered together: many of them are one.
    """

    def __init__(self) -> None:
        self.by_language: dict[str, _Vocabulary] = {}
        self.table = Table()
        self.form, self.stem, self.ending, self.bare = (array("i") for _ in range(4))
        self.telling = array("b")
        self.names: list[str] = []
        self._numbers: dict[str, int] = {}
        self._order = np.zeros(0, np.int32)
        self._ordered = np.zeros(0, np.object_)

    def of(self, language: str) -> _Vocabulary:
        """The words of a language."""
        known = self.by_language.get(language)
        if known is None:
            known = self.by_language[language] = _Vocabulary(self, language)
        return known

    def add(self, forms: Sequence[str], stems: Sequence[str]) -> range:
        """New words, by their forms and stems. Returns their numbers."""
        first = len(self.form)
        known = self._numbers
        alone = forms
        if not "".join(forms).isascii():
            alone = [listed(*both)[-1] for both in zip(forms, stems, strict=True)]
        names = dict.fromkeys(chain(forms, stems, () if alone is forms else alone))
        new = [one for one in names if one not in known]
        known.update(zip(new, count(len(self.names))))
        self.names += new
        self.form.extend(map(known.__getitem__, forms))
        self.stem.extend(map(known.__getitem__, stems))
        self.bare.extend(map(known.__getitem__, alone))
        self.ending.extend(map(ending, forms, stems))
        self.telling.extend([form not in _STOP for form in forms])
        return range(first, len(self.form))

    def named(self, column: Numbers) -> tuple[Numbers, Names]:
        """A column of numbers of names, numbered anew in the order of these names; the names."""
        self._put_in_order()
        order = self._order
        there = np.zeros(len(order), np.bool_)
        there[column] = True
        rows = there.take(order)
        order = order[rows]
        new = np.zeros(len(there), np.int32)
        new[order] = np.arange(len(order))
        return new.take(column), self._ordered[rows]

    def _put_in_order(self) -> None:
        """Let `_order` have the numbers of all names in the order of these, `_ordered` them."""
        name = self.names.__getitem__
        # Most were put in order for an earlier block.
        new = sorted(range(len(self._order), len(self.names)), key=name)
        if new:
            known = self._ordered.tolist()
            names = list(map(name, new))
            places = [bisect_left(known, one) for one in names]
            self._order = np.insert(self._order, places, new)
            self._ordered = np.insert(self._ordered, places, np.array(names, np.object_))


@lru_cache(maxsize=1)
def _remembered() -> _Words:
    return _Words()


def _words() -> _Words:
    """The words that this process has met: most blocks of an archive hold the same ones."""
    if len(_remembered().form) > MOST_WORDS:
        _remembered.cache_clear()
    return _remembered()


class _Vocabulary(dict[str, int]):
    """The numbers of one language's words, given at first sight, and the language's own number."""

    def __init__(self, words: _Words, language: str) -> None:
        super().__init__()
        self.words = words
        self.number = len(words.by_language)
        self.language = language

    def numbers(self, words: Sequence[str]) -> list[int]:
        """The numbers of words."""
        new = list(dict.fromkeys([word for word in words if word not in self]))
        if new:
            self.update(zip(new, self.words.add(*stemmed(new, self.language)), strict=True))
        return list(map(self.__getitem__, words))


def _column(values: array[int]) -> Numbers:
    return np.array(values, np.int32)


@frozen
class _Columns:
    """Every word of a block in reading order: its number, its article, its place there.

    By article: its group and its place there; the places before `title` are the title's, those
    before `body` the summary's; `lengths` are those of title and body in words that say something.
    """

    word: Numbers
    article: Numbers
    place: Numbers
    group: Numbers
    number: Numbers
    title: Numbers
    body: Numbers
    lengths: tuple[Numbers, Numbers]

    def rows(self, stems: Numbers) -> _Rows:
        """The same, sorted by stem, whose numbers are given; within a stem the order stays."""
        order = in_order(stems)
        stem, article = stems.take(order), self.article.take(order)
        starts = where(changes(stem) | changes(article))
        heads = where(changes(stem[starts]))
        word, place = self.word.take(order), self.place.take(order)
        return _Rows(word, article, place, starts, heads)


@frozen
class _Rows:
    """Words sorted by stem. At each of `starts` a stem begins that stands in an article, and at
    each of `heads` among these begins another stem.
    """

    word: Numbers
    article: Numbers
    place: Numbers
    starts: Numbers
    heads: Numbers

    @property
    def counts(self) -> Numbers:
        """How often the stem stands in the article, for each of `starts`."""
        return np.diff(self.starts, append=np.int32(len(self.word)))


def in_order(column: Numbers) -> NDArray[np.int64]:
    """The rows of a column, none of which is below 0, in order; equal ones stay as they are."""
    # NumPy sorts numbers of two bytes in one pass: by the low ones, then by the high ones.
    order = np.argsort(column.astype(np.uint16), kind="stable")
    if int(column.max(initial=0)) < 2**16:
        return order
    high = (column >> 16).astype(np.uint16)
    return order.take(np.argsort(high.take(order), kind="stable"))


def where(rows: NDArray[np.bool_]) -> Numbers:
    """The numbers of the rows that are true, in half the memory that NumPy takes for them."""
    return np.flatnonzero(rows).astype(np.int32)


def changes(column: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Where a column differs from the row above; its first row does."""
    changed = np.ones(len(column), np.bool_)
    np.not_equal(column[1:], column[:-1], out=changed[1:])
    return changed


def _numbers(articles: Sequence[Article], words: _Words) -> tuple[Numbers, NDArray[np.int32]]:
    """The numbers of the words of articles, and how many words title, summary and text of each
    have.
    """
    texts = [plain(one) for entry, text in articles for one in (entry.title, entry.summary, text)]
    known = [words.of(entry.language) for entry, _ in articles for _ in range(3)]
    found = words.table.each(texts, known, cut)
    counts = np.array(list(map(len, found)), np.int32)
    return np.concatenate([np.zeros(0, np.int32), *found]), counts.reshape(-1, 3)


def _columns(first: int, groups: Sequence[Sequence[Article]], words: _Words) -> _Columns:
    read = [_numbers(group, words) for group in groups]
    word = np.concatenate([np.zeros(0, np.int32), *(numbers for numbers, _ in read)])
    title, summary, length = np.concatenate([np.zeros((0, 3), np.int32), *(n for _, n in read)]).T
    before_summary = title + FIELD_GAP
    before_body = before_summary + summary + FIELD_GAP
    total = title + summary + length
    article = np.repeat(np.arange(len(title), dtype=np.int32), total)
    # The places of an article's words, as if there were no gaps; then with them.
    place = np.arange(len(word), dtype=np.int32) - (np.cumsum(total) - total).take(article)
    place += FIELD_GAP * (place >= title.take(article))
    place += FIELD_GAP * (place >= (before_summary + summary).take(article))
    counts = [len(group) for group in groups]
    says = np.array(words.telling, np.bool_).take(word)
    there = place < title.take(article), place >= before_body.take(article)
    in_title, in_body = (np.bincount(article[says & one], minlength=len(title)) for one in there)
    return _Columns(
        word,
        article,
        place.astype(np.int32),
        np.repeat(np.arange(first, first + len(groups), dtype=np.int32), counts),
        np.array([entry.place for group in groups for entry, _ in group], np.int32),
        title,
        before_body,
        (in_title.astype(np.int32), in_body.astype(np.int32)),
    )


def _postings(rows: _Rows, columns: _Columns, averages: Averages) -> Texts:
    """For each stem and group the distance to the group, which the first lacks, the number of its
    articles, then the distance to the place of each and its weight there.
    """
    starts = rows.starts
    article = rows.article.take(starts)
    # Few words stand before a text.
    before = where(rows.place < columns.body.take(rows.article))
    run = np.searchsorted(starts, before, "right") - 1
    before_body = np.bincount(run, minlength=len(starts))
    titled = rows.place.take(before) < columns.title.take(rows.article.take(before))
    in_title = np.bincount(run[titled], minlength=len(starts))
    of_title, of_body = columns.lengths
    length = 1 - B + B * (of_body / averages.body)
    weight = (rows.counts - before_body) / length.take(article)
    title = 1 - TITLE_B + TITLE_B * (of_title / averages.title)
    weight += TITLE_WEIGHT * in_title / title.take(article)
    weight += SUMMARY_WEIGHT * (before_body - in_title)
    level = np.maximum(1, np.rint(weight / (weight + K1) * (LEVELS - 1))).astype(np.int32)
    level[in_title > 0] += LEVELS

    group, number = columns.group.take(article), columns.number.take(article)
    new_stem = np.zeros(len(starts), np.bool_)
    new_stem[rows.heads] = True
    new_group = new_stem | changes(group)
    firsts = where(new_group)
    # A blank before each stem; where a group begins, two numbers, one for a stem's first group.
    far, articles = np.zeros((2, len(starts)), np.int32)
    far[firsts] = np.diff(group.take(firsts), prepend=np.int32(0))
    far[rows.heads] = 0
    articles[firsts] = np.diff(firsts, append=np.int32(len(starts)))
    gaps = np.where(new_group, number, np.diff(number, prepend=np.int32(0)))
    far_codes = coded(far) * new_group
    far_codes[rows.heads] = BLANK
    return _by_stem(written(far_codes, coded(articles) * new_group, coded(gaps), letters(level)))


def _positions(rows: _Rows, words: _Words) -> Texts:
    """Where a stem stands in each article, and in which form if it is not itself a word there."""
    starts, counts = rows.starts, rows.counts
    endings = _column(words.ending).take(rows.word)
    marked = np.logical_or.reduceat(endings != 0, starts)
    # A blank before each stem; one number for how many places there are in an article; then one
    # for each, or two with the form's ending.
    places = coded(2 * counts + marked) << 8
    places[rows.heads] |= BLANK
    firsts = np.zeros(len(rows.place), places.dtype)
    firsts[starts] = places
    gaps = np.diff(rows.place, prepend=np.int32(0))
    gaps[starts] = rows.place.take(starts)
    return _by_stem(written(firsts, coded(gaps), coded(endings) * np.repeat(marked, counts)))


def _by_stem(text: str) -> Texts:
    """A text that has blanks before each stem, as one that has them after each."""
    blanks = where(np.frombuffer(text.encode(), np.uint8) == BLANK)
    return Texts(f"{text[1:]} ", [*blanks.tolist(), len(text)])


def _groups_of(rows: _Rows, columns: _Columns) -> tuple[array[int], array[int]]:
    """The first and the last group of each stem."""
    group = columns.group[rows.article[rows.starts]]
    return _array(group[rows.heads]), _array(group[np.append(rows.heads[1:], len(group)) - 1])


def _array(column: Numbers) -> array[int]:
    return array("i", column.tobytes())


def _forms(
    columns: _Columns, words: _Words, stem: Numbers, names: Names
) -> tuple[list[str], list[str], array[int]]:
    """The forms of words in order, each with its stems and the number of articles it stands in.

    Of each word the number of its stem is given, which says where among names the stem is. What
    stands with an article alone is a form without it too.
    """
    article, word = columns.article, columns.word
    numbers, alone = _column(words.form).take(word), _column(words.bare).take(word)
    more = where(alone != numbers)
    if len(more):
        numbers = np.concatenate([numbers, alone[more]])
        article, stem = (np.concatenate([one, one[more]]) for one in (article, stem))
    form, forms = words.named(numbers)
    order = np.lexsort((article, form)) if len(more) else in_order(form)
    form, article, stem = (one.take(order) for one in (form, article, stem))
    changed = changes(form)
    counts = np.bincount(form[changed | changes(article)], minlength=len(forms))
    stems = names.take(stem[changed]).tolist()
    # In most archives no form has a second stem: that takes another language.
    other = where(changes(stem) & ~changed)
    for at, number in sorted(set(zip(form[other].tolist(), stem[other].tolist(), strict=True))):
        stems[at] = ".".join(sorted({*stems[at].split("."), names[number]}))
    return forms.tolist(), stems, _array(counts.astype(np.int32))


def _pieces(
    stems: Sequence[str],
    postings: Texts,
    positions: Texts,
    groups: tuple[array[int], array[int]],
    forms: tuple[Sequence[str], Sequence[str], array[int]],
    run_of: Callable[[str], str],
) -> dict[str, Piece]:
    """All that a block adds to the index, by runs of the alphabet."""
    by_stem, by_form = runs(stems, run_of), runs(forms[0], run_of)
    nothing = slice(0, 0)
    pieces = {}
    for run in sorted(by_stem.keys() | by_form.keys()):
        here, there = by_stem.get(run, nothing), by_form.get(run, nothing)
        pieces[run] = Piece(
            stems[here],
            groups[0][here],
            groups[1][here],
            postings.of(here) if run in by_stem else "",
            positions.of(here) if run in by_stem else "",
            forms[0][there],
            forms[1][there],
            forms[2][there],
        )
    return pieces


def runs(words: Sequence[str], run_of: Callable[[str], str]) -> dict[str, slice]:
    """Where in words in order each run of the alphabet begins and ends."""
    found = {}
    start = 0
    while start < len(words):
        run = run_of(words[start])
        end = bisect_right(words, run, start, key=run_of)
        found[run] = slice(start, end)
        start = end
    return found
