"""The rows of a run's shards by columns, and where rows are cut into shards.

After an edit few rows of a shard change. The others go through it as they are: each column is one
list, of which rows are taken out and put in.
"""

from __future__ import annotations

import zlib
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import accumulate, pairwise
from typing import NamedTuple, Self, TypeVar

from site_gen.search.segment import NUMBERS


class Forms(NamedTuple):
    """Rows of the dictionary: words in order, and what it says of each."""

    words: list[str]
    about: list[str]

    def sizes(self) -> list[int]:
        """About how many characters each row takes."""
        sizes = zip(*(map(len, column) for column in self), strict=True)
        return [word // 2 + about + 2 for word, about in sizes]

    def part(self, begin: int, end: int) -> Forms:
        """The rows from one to another."""
        return Forms(self.words[begin:end], self.about[begin:end])

    def put(self, begin: int, end: int, rows: Self) -> None:
        """Put rows in place of those from one to another."""
        self.words[begin:end] = rows.words
        self.about[begin:end] = rows.about


class Stems(NamedTuple):
    """Rows of the shards of postings and positions: stems in order, and what is told of each.

    `shares` counts those of each stem, `cuts` tells where they lie, NUMBERS for each of them.
    """

    words: list[str]
    postings: list[str]
    positions: list[str]
    shares: array[int]
    cuts: array[int]

    def sizes(self) -> list[int]:
        """About how many characters of postings each row takes."""
        return sizes_of_stems(map(len, self.postings))

    def part(self, begin: int, end: int) -> Stems:
        """The rows from one to another."""
        here, cuts = slice(begin, end), self.cuts[self._cuts(begin, end)]
        texts = self.postings[here], self.positions[here]
        return Stems(self.words[here], *texts, self.shares[here], cuts)

    def put(self, begin: int, end: int, rows: Self) -> None:
        """Put rows in place of those from one to another."""
        self.cuts[self._cuts(begin, end)] = rows.cuts
        self.shares[begin:end] = rows.shares
        for column, new in zip(self[:3], rows[:3], strict=True):
            column[begin:end] = new

    def _cuts(self, begin: int, end: int) -> slice:
        first = NUMBERS * sum(self.shares[:begin])
        return slice(first, first + NUMBERS * sum(self.shares[begin:end]))


Rows = TypeVar("Rows", Forms, Stems)


def sizes_of_stems(postings: Iterable[int]) -> list[int]:
    """About how many characters rows take, by those of their postings."""
    return [size + 4 for size in postings]


def cut(words: Sequence[str], sizes: Iterable[int], target: int) -> list[int]:
    """Where rows are cut into shards of about a size: the number of the row behind each cut.

    The digest of a word says so: a word that comes or goes moves the cuts nearest to it and no
    others. What is behind the last cut is begun only.
    """
    totals = [*accumulate(sizes, initial=0)]
    cuts = []
    begin = 0
    while (end := _end(words, totals, begin, target)) is not None:
        cuts.append(end)
        begin = end
    return cuts


def _end(words: Sequence[str], totals: Sequence[int], begin: int, target: int) -> int | None:
    """Where the shard ends that begins with a row."""
    base = totals[begin]
    for at in range(bisect_left(totals, base + target, begin + 1) - 1, len(words)):
        if at > begin and totals[at + 1] - base > 2 * target:
            return at
        if zlib.crc32(words[at].encode("utf-8", "surrogatepass")) % 8 == 0:
            return at + 1
    return None


def of_shards(firsts: Sequence[str], words: Iterable[str]) -> dict[int, list[str]]:
    """Words in order by the numbers of the shards that they belong to, whose first ones are given;
    all by 0 where there is none.
    """
    found: dict[int, list[str]] = {}
    for word in sorted(words):
        found.setdefault(max(bisect_right(firsts, word) - 1, 0), []).append(word)
    return found


def changed(
    firsts: Sequence[str],
    words: Iterable[str],
    rows_of: Callable[[int], Rows],
    nothing: Rows,
    change: Callable[[str, Rows], Rows],
) -> dict[int, Rows]:
    """The rows of the shards in which words change, changed; `firsts` are those of shards.

    `change` is given the row of a word, or no row, and gives what is to be there. Where the first
    of a shard changes, the shard before may have been cut for its size alone: it is among them too.
    """
    found: dict[int, Rows] = {}
    for index, some in of_shards(firsts, words).items():
        rows = found[index] = rows_of(index) if firsts else nothing
        for word in some:
            at = bisect_left(rows.words, word)
            end = at + (rows.words[at : at + 1] == [word])
            rows.put(at, end, change(word, rows.part(at, end)))
        if index and some[0] == firsts[index] and index - 1 not in found:
            found[index - 1] = rows_of(index - 1)
    return found


def cut_again(
    count: int, known: Mapping[int, Rows], rows_of: Callable[[int], Rows], target: int
) -> Iterator[int | Rows]:
    """Of so many shards the numbers of those that stay, and the rows of those that must be made.
    `known` are those that changed.
    """
    begun: Rows | None = None
    for at in range(max(count, len(known))):
        if at not in known and begun is None:
            yield at
            continue
        rows: Rows = known[at] if at in known else rows_of(at)
        if begun is not None:
            rows.put(0, 0, begun)
        ends = [0, *cut(rows.words, rows.sizes(), target)]
        for begin, end in pairwise(ends):
            yield rows.part(begin, end)
        rest = ends[-1]
        begun = rows.part(rest, len(rows.words)) if rest < len(rows.words) else None
    if begun is not None:
        yield begun
