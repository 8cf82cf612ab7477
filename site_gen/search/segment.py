"""The part of the index that a group of articles makes: computed by itself, kept by its inputs.

The index is what its groups are put together: no build depends on an earlier one.
"""

from __future__ import annotations

import json
import math
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any

from site_gen.compact import Compact
from site_gen.search.codec import number

LEVELS = 32
"""Steps of the weight that a word has in an article; one letter of the codec."""
K1, B, TITLE_WEIGHT, TITLE_B, SUMMARY_WEIGHT = 2.5, 0.75, 3.0, 0.3, 1.5
"""BM25F: saturation, length normalisation of the body, weights of title and summary."""
FIELD_GAP = 1
"""Positions left free between title, summary and body, so that no phrase spans two."""


@dataclass(frozen=True, slots=True)
class Entry(Compact):
    """What the index knows of an article beside its text. `shown` goes to the results as it is,
    `place` is that in its group.
    """

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
    place: int = 0

    def values(self) -> tuple[str | int | tuple[str, ...], ...]:
        """What it holds, in order."""
        return (
            self.key,
            self.url,
            self.title,
            self.summary,
            self.language,
            self.body,
            self.notes,
            self.shown,
            self.place,
        )

    @classmethod
    def of(cls, values: Sequence[Any]) -> Entry:
        """The entry that holds these."""
        key, url, title, summary, language, body, notes, shown, place = values
        return cls(key, url, title, summary, language, body, notes, tuple(shown), place)


@dataclass(frozen=True, slots=True)
class Averages:
    """Lengths that weights are measured by, in words that say something by themselves, rounded to
    steps of an eighth of an octave.

    So an edit of one article changes them, and with them the whole index, only rarely.
    """

    body: float
    title: float

    @classmethod
    def of(cls, bodies: Sequence[int], titles: Sequence[int]) -> Averages:
        """The averages of the lengths of all bodies and titles."""
        return cls(average(bodies), average(titles))


def average(lengths: Sequence[int]) -> float:
    """The mean of lengths in words, rounded as `Averages` has it."""
    mean = max(sum(lengths) / len(lengths), 1.0) if lengths else 1.0
    return round(2 ** (round(math.log2(mean) * 8) / 8), 3)


@dataclass(frozen=True, slots=True)
class Piece:
    """What a block of groups adds to a run of the alphabet.

    By stem, in order: the numbers of its first and its last group; its postings without the
    distance to the first group, and its positions, both parted by blanks. By form of a word, in
    order: its stems, parted by dots, and in how many articles it stands.
    """

    stems: Sequence[str] = ()
    first: Sequence[int] = ()
    last: Sequence[int] = ()
    postings: str = ""
    positions: str = ""
    forms: Sequence[str] = ()
    stems_of: Sequence[str] = ()
    counts: Sequence[int] = ()

    def packed(self) -> bytes:
        """A line for each column; no word and no code has a blank in it."""
        columns = (
            " ".join(self.stems),
            " ".join(map(str, self.first)),
            " ".join(map(str, self.last)),
            self.postings,
            self.positions,
            " ".join(self.forms),
            " ".join(self.stems_of),
            " ".join(map(str, self.counts)),
        )
        return "\n".join(columns).encode("utf-8", "surrogatepass")

    def rows(self) -> Iterator[tuple[str, int, int, str, str]]:
        """Each stem with what the block adds to it."""
        split = (text.split(" ") if self.stems else [] for text in (self.postings, self.positions))
        return zip(self.stems, self.first, self.last, *split, strict=True)

    @classmethod
    def unpacked(cls, data: bytes) -> Piece:
        """The piece that was packed."""
        lines = data.decode("utf-8", "surrogatepass").split("\n")
        stems, first, last, _, _, forms, stems_of, counts = (
            line.split(" ") if line else [] for line in (*lines[:3], "", "", *lines[5:])
        )
        return cls(
            stems,
            list(map(int, first)),
            list(map(int, last)),
            lines[3],
            lines[4],
            forms,
            stems_of,
            list(map(int, counts)),
        )


Share = tuple[int, int, str, str]
"""What a block adds to a stem: the numbers of its first and its last group, its postings without
the distance to the first, its positions."""
NUMBERS = 4
"""Numbers that say where a share lies."""


@dataclass(frozen=True, slots=True)
class Run:
    """A run of the alphabet over the whole archive: its stems in order, each with its postings and
    its positions, and its forms in order, each with its stems and the number of its articles.

    `shares` counts those of each stem. `cuts` tells of each share its first and its last group and
    how long its postings and its positions are: so one can be taken out again.
    """

    stems: Sequence[tuple[str, str, str]]
    forms: Sequence[tuple[str, str, int]]
    shares: array[int]
    cuts: array[int]


def joined(pieces: Sequence[Piece]) -> Run:
    """The pieces of one run, which are those of blocks in order."""
    rows: list[tuple[str, int, int, str, str]] = []
    forms: list[tuple[str, str, int]] = []
    for one in pieces:
        rows += one.rows()
        forms += zip(one.forms, one.stems_of, one.counts, strict=True)
    # Sorting keeps the order of equal ones, and is quick where runs are in order already.
    rows.sort(key=itemgetter(0))
    forms.sort(key=itemgetter(0))
    stems = []
    shares = array("I")
    for stem, same in groupby(rows, itemgetter(0)):
        of_blocks = [row[1:] for row in same]
        stems.append((stem, *together(of_blocks)))
        shares.append(len(of_blocks))
    cuts = array("I", bytes(array("I").itemsize * NUMBERS * len(rows)))
    cuts[0::NUMBERS] = array("I", [row[1] for row in rows])
    cuts[1::NUMBERS] = array("I", [row[2] for row in rows])
    cuts[2::NUMBERS] = array("I", [len(row[3]) for row in rows])
    cuts[3::NUMBERS] = array("I", [len(row[4]) for row in rows])
    of_form = [_together(list(same)) for _, same in groupby(forms, itemgetter(0))]
    return Run(stems, of_form, shares, cuts)


def together(shares: Iterable[Share]) -> tuple[str, str]:
    """The postings and the positions of a stem, of which blocks in order have these."""
    postings: list[str] = []
    positions: list[str] = []
    end = 0
    for first, last, own, places in shares:
        postings += number(first - end), own
        positions.append(places)
        end = last
    return "".join(postings), "".join(positions)


def apart(postings: str, positions: str, cuts: Sequence[int]) -> list[Share]:
    """What `together` put together, by where its cuts are."""
    shares = []
    at = place = end = 0
    for first, last, own, places in zip(*(cuts[of::NUMBERS] for of in range(NUMBERS)), strict=True):
        at += len(number(first - end))
        shares.append((first, last, postings[at : at + own], positions[place : place + places]))
        at += own
        place += places
        end = last
    return shares


def _together(rows: Sequence[tuple[str, str, int]]) -> tuple[str, str, int]:
    """What blocks know of one form."""
    if len(rows) == 1:
        return rows[0]
    stems = {row[1] for row in rows}
    if len(stems) > 1:
        stems = {".".join(sorted({stem for some in stems for stem in some.split(".")}))}
    return rows[0][0], stems.pop(), sum(row[2] for row in rows)


def documents(articles: Sequence[tuple[Entry, str]], room: int, size: int) -> list[str]:
    """The document shards of a group of so many places: what results show, as JSON, `size` places
    each; 0 for one that is free.
    """
    rows: list[list[str] | int] = [0] * room
    for entry, text in articles:
        rows[entry.place] = [entry.title, entry.url, entry.language, *entry.shown, text]
    return [
        json.dumps(rows[start : start + size], ensure_ascii=False, separators=(",", ":"))
        for start in range(0, room, size)
    ]
