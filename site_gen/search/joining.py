"""The pieces of a run of the alphabet, put together: whole columns of numbers at once, as `columns`
does it, which is several times faster than to go from stem to stem.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Sequence
from itertools import chain, count

import numpy as np
from numpy.typing import NDArray

from site_gen.frozen import frozen
from site_gen.search.coding import BLANK, coded, written
from site_gen.search.columns import Numbers, changes, in_order, where
from site_gen.search.segment import Piece, Texts


@frozen
class Run:
    """A run of the alphabet over the whole archive: its stems in order, their postings and their
    positions, and its forms in order, each with its stems and the number of its articles.

    `shares` counts those of each stem. `cuts` tells of each share its first and its last group and
    how long its postings and its positions are: so one can be taken out again.
    """

    stems: Sequence[str]
    postings: Texts
    positions: Texts
    forms: Sequence[tuple[str, str, int]]
    shares: array[int]
    cuts: array[int]


def joined(pieces: Sequence[Piece]) -> Run:
    """The pieces of one run, which are those of blocks in order."""
    stems, rows, heads = _together([one.stems for one in pieces])
    first, last = _column([one.first for one in pieces]), _column([one.last for one in pieces])
    first, last = first.take(rows), last.take(rows)
    before = np.concatenate([np.zeros(1, np.int32), last[:-1]])[: len(rows)]
    before[heads] = 0
    # Before the postings of each share the distance to its first group; here a blank before each.
    far = written(coded(first - before) << 8 | BLANK).encode()
    blanks = np.append(_blanks(far), np.int32(len(far)))
    own, postings = _parts([one.postings for one in pieces if len(one.stems)], rows)
    positions, places = _parts([one.positions for one in pieces if len(one.stems)], rows)
    cuts = np.stack([first, last, postings.sizes, places.sizes], axis=1)
    return Run(
        stems,
        _texts(
            own + far,
            [_Parts(blanks[:-1] + np.int32(len(own) + 1), np.diff(blanks) - 1), postings],
            heads,
        ),
        _texts(positions, [places], heads),
        _forms(pieces),
        _array(np.diff(heads, append=np.int32(len(rows)))),
        _array(cuts),
    )


@frozen
class _Parts:
    """Parts of a text: where each begins, and how long it is."""

    begins: Numbers
    sizes: Numbers


def _together(words: Sequence[Sequence[str]]) -> tuple[list[str], Numbers, Numbers]:
    """The words of several lists in order, the rows of all lists by their words, and at which of
    these rows each word begins.
    """
    # Each word has the number of words that came before it; then its place among all.
    numbers: defaultdict[str, int] = defaultdict(count().__next__)
    rows = list(map(numbers.__getitem__, chain.from_iterable(words)))
    names = sorted(numbers)
    places = np.empty(len(names), np.int32)
    places[list(map(numbers.__getitem__, names))] = np.arange(len(names))
    column = places.take(np.array(rows, np.int32))
    order = in_order(column).astype(np.int32)
    return names, order, where(changes(column.take(order)))


def _column(parts: Sequence[array[int]]) -> Numbers:
    return np.concatenate([np.zeros(0, np.int32), *map(np.asarray, parts)], dtype=np.int32)


def _parts(texts: Sequence[str], rows: Numbers) -> tuple[bytes, _Parts]:
    """Texts that are parted by blanks as one in which a blank is behind each part; these parts in
    the order of rows.
    """
    text = "".join([f"{one} " for one in texts]).encode()
    ends = _blanks(text)
    begins = np.concatenate([np.zeros(1, np.int32), ends + 1])[:-1]
    return text, _Parts(begins.take(rows), (ends - begins).take(rows))


def _blanks(text: bytes) -> Numbers:
    return where(np.frombuffer(text, np.uint8) == BLANK)


def _texts(text: bytes, columns: Sequence[_Parts], heads: Numbers) -> Texts:
    """What stems have: the parts that stand in columns row by row, put one after the other.

    A stem begins at each of `heads`. A blank is behind each part of the last column.
    """
    begins = np.stack([one.begins for one in columns], axis=1)
    sizes = np.stack([one.sizes for one in columns], axis=1)
    lasts = np.append(heads[1:], np.int32(len(sizes)))[: len(heads)] - 1
    sizes[lasts, -1] += 1
    begins, sizes = begins.ravel(), sizes.ravel()
    ends = np.cumsum(sizes, dtype=np.int32)
    source = np.repeat(begins - (ends - sizes), sizes) + np.arange(sizes.sum(), dtype=np.int32)
    chosen = np.frombuffer(text, np.uint8)[source]
    stems = [0, *ends[lasts * len(columns) + len(columns) - 1].tolist()]
    return Texts(chosen.tobytes().decode("ascii"), stems)


def _forms(pieces: Sequence[Piece]) -> list[tuple[str, str, int]]:
    """The forms of words in order, each with its stems and the number of its articles."""
    forms, rows, heads = _together([one.forms for one in pieces])
    if not forms:
        return []
    counts = np.add.reduceat(_column([one.counts for one in pieces]).take(rows), heads)
    each = np.array(list(chain.from_iterable(one.stems_of for one in pieces)), np.object_)
    each = each.take(rows)
    stems = each.take(heads)
    # In most archives no form has a second stem: that takes another language.
    of = np.repeat(np.arange(len(heads)), np.diff(heads, append=np.int32(len(rows))))
    for row in np.flatnonzero(each != stems.take(of)).tolist():
        both = {*stems[of[row]].split("."), *each[row].split(".")}
        stems[of[row]] = ".".join(sorted(both))
    return list(zip(forms, stems.tolist(), counts.tolist(), strict=True))


def _array(column: NDArray[np.int32]) -> array[int]:
    return array("I", column.astype(np.uint32).tobytes())
