"""Articles as vectors of their most distinctive terms, and which are near each other.

TF-IDF with the cosine. How many articles hold a term is rounded down to a power of two, so that one
more article changes the weights of few terms. Weights are whole numbers: their sums are exact, in
any order and on any machine.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

WIDTH = 32
"""Terms of an article that it is compared by."""
COMMONEST = 9
"""A term that two to the power of so many articles hold, or more, is no sign of likeness."""
SLOTS = 22
"""Terms are counted in two to the power of so many places; two that share one count as commoner."""
LONGEST = 1000
"""The length of a vector."""
NEAR = 120_000
"""The least likeness of related articles: the cosine times the square of `LONGEST`."""
AT_ONCE = 1 << 15
"""Terms that are counted and weighed at a time: so many lie near the processor."""
FEW = 400
"""Articles for which the terms of all others need not be in order."""
CELLS = 1 << 18
"""Pairs of articles whose likeness is summed up at a time: so many sums lie near the processor."""

TIMES = np.array([0, *(round(100 * (1 + math.log(count))) for count in range(1, 64))], np.int64)
"""The weight of a term by how often an article says it."""
RARITY = np.array([round(100 * steps**0.7) for steps in range(64)], np.int64)
"""The weight of a term by how many times the articles that hold it double up to all articles."""

Matrix = NDArray[Any]
Postings = tuple[Matrix, Matrix, Matrix, Matrix]
"""Sorted by term: article and weight; by article: where the postings of its terms begin, and how
many there are.
"""


def in_order(values: Matrix, places: Matrix) -> tuple[Matrix, Matrix]:
    """The places of values in the order of these, of equals the first; and the values so."""
    # In place, since each of these is as large as all that it is made from.
    ordered = values.astype(np.uint64)
    ordered <<= 32
    ordered |= places.astype(np.uint32)
    ordered.sort()
    places = ordered.astype(np.uint32)
    ordered >>= 32
    return places, ordered.astype(np.uint32)


def tally(numbers: Matrix, slots: int) -> Matrix:
    """How many of these numbers have the same last bits, for all bits that tell so many apart."""
    counts = np.zeros(slots, np.int32)
    flat = numbers.ravel()
    for start in range(0, len(flat), AT_ONCE):
        last = flat[start : start + AT_ONCE] & (slots - 1)
        # With a number of another type NumPy takes thirty times as long.
        np.add.at(counts, last.astype(np.intp), np.int32(1))
    return counts


def _rarity(size: int) -> Matrix:
    """The weight of a term by how many articles hold it, the last for so many and more; all
    articles are fewer than two to the power of `size`.
    """
    # The power of two, one higher: 0 for none.
    power = np.frexp(np.arange((1 << COMMONEST) + 1))[1]
    steps = size - power
    # What one article says alone, or most say, tells nothing.
    steps[(power < 2) | (power >= size) | (power > COMMONEST)] = 0
    return RARITY.take(steps)


@dataclass(frozen=True)
class Vectors:
    """One row for each article: the numbers of its terms (0 for none) and their weights."""

    terms: Matrix
    weights: Matrix

    @classmethod
    def of(cls, terms: Matrix, counts: Matrix) -> Vectors:
        """The vectors of articles that say these terms so often."""
        size = max(len(terms), 1).bit_length()
        slots = 1 << min(SLOTS, max(16, size + 9))
        held, rarity = tally(terms, slots), _rarity(size)
        held[0] -= np.count_nonzero(terms == 0)
        width = min(WIDTH, terms.shape[1])
        made = cls(
            np.empty((len(terms), width), np.uint32), np.empty((len(terms), width), np.uint16)
        )
        # Some articles at a time: each of these tables is many times as large as what comes of it.
        some_rows = max(1, AT_ONCE // max(terms.shape[1], 1))
        for start in range(0, len(terms), some_rows):
            rows = slice(start, start + some_rows)
            some = terms[rows].astype(np.int64)
            packed = rarity.take(held.take(some & (slots - 1)), mode="clip")
            packed *= TIMES.take(counts[rows])
            packed *= some > 0
            packed <<= 32
            packed |= some
            best = np.partition(packed, packed.shape[1] - width, axis=1)[:, -width:]
            best = -np.sort(-best, axis=1)
            weights = best >> 32
            best[weights == 0] = 0
            length = np.sqrt((weights * weights).sum(axis=1))
            length[length == 0] = 1
            made.terms[rows] = best & 0xFFFFFFFF
            made.weights[rows] = np.rint(weights * LONGEST / length[:, None])
        return made

    def __getstate__(self) -> dict[str, Any]:
        return {"terms": self.terms, "weights": self.weights}

    @cached_property
    def postings(self) -> Postings:
        """Of all terms."""
        return self._posted(np.arange(self.terms.size))

    def _posted(self, places: Matrix) -> Postings:
        """Those of all terms that stand in these places, all places of each, in order."""
        flat = self.terms.ravel()
        order, ordered = in_order(flat[places], places)
        changes = np.flatnonzero(np.diff(ordered, prepend=ordered[:1] + 1)).astype(np.int32)
        sizes = np.diff(changes, append=np.int32(len(ordered)))
        shown = np.where(ordered[changes] == 0, np.int32(0), sizes)
        begins, counts = np.zeros(len(flat), np.int32), np.zeros(len(flat), np.int32)
        begins[order], counts[order] = changes.repeat(sizes), shown.repeat(sizes)
        weight = self.weights.ravel()[order]
        shape = self.terms.shape
        order //= np.uint32(shape[1])
        return order.view(np.int32), weight, begins.reshape(shape), counts.reshape(shape)

    def _posted_of(self, rows: Sequence[int]) -> Postings:
        """Those of the terms of these articles."""
        if len(rows) > FEW or "postings" in vars(self):
            return self.postings
        # A few others with the same last bits do no harm.
        wanted = np.zeros(1 << 16, np.bool_)
        wanted[self.terms[list(rows)] & 0xFFFF] = True
        return self._posted(np.flatnonzero(wanted[self.terms.ravel() & 0xFFFF]))

    def near(self, rows: Sequence[int]) -> Iterator[tuple[int, Matrix, Matrix]]:
        """For each of these articles those that are like it, in order, and how much."""
        articles, weight, begins, counts = self._posted_of(rows)
        size = max(len(self.terms), 1)
        firsts = np.arange(0, CELLS, size)
        sums = np.zeros(len(firsts) * size, np.int32)
        for start in range(0, len(rows), len(firsts)):
            chosen = np.array(rows[start : start + len(firsts)], np.int64)
            first, count = firsts[: len(chosen)], counts[chosen]
            cells = first.repeat(count.sum(axis=1))
            count = count.ravel()
            at = (begins[chosen].ravel() - (count.cumsum() - count)).repeat(count)
            at += np.arange(len(at))
            cells += articles.take(at)
            product = self.weights[chosen].ravel().astype(np.int32).repeat(count)
            product *= weight.take(at)
            np.add.at(sums, cells, product)
            sums[first + chosen] = 0
            hits = cells.compress(sums.take(cells) >= NEAR)
            hits.sort()
            new = np.ones(len(hits), np.bool_)
            np.not_equal(hits[1:], hits[:-1], out=new[1:])
            hits = hits[new]
            near = sums.take(hits)
            sums[cells] = 0
            others, begin = hits % size, 0
            ends = hits.searchsorted(first + size).tolist()
            for row, end in zip(chosen.tolist(), ends, strict=True):
                yield row, others[begin:end], near[begin:end]
                begin = end
