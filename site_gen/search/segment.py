"""The part of the index that a group of articles makes: computed by itself, kept by its inputs.

The index is what its groups are put together: no build depends on an earlier one.
"""

from __future__ import annotations

import json
import math
import sys
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import field
from functools import partial
from itertools import pairwise
from typing import Any

from site_gen.compact import Compact
from site_gen.frozen import frozen
from site_gen.search.codec import number
from site_gen.tokens import printable

LEVELS = 32
"""Steps of the weight that a word has in an article; one letter of the codec."""
K1, B, TITLE_WEIGHT, TITLE_B, SUMMARY_WEIGHT = 2.5, 0.75, 3.0, 0.3, 1.5
"""BM25F: saturation, length normalisation of the body, weights of title and summary."""
FIELD_GAP = 1
"""Positions left free between title, summary and body, so that no phrase spans two."""

as_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
"""A value as JSON without blanks."""
_no_numbers = partial(array, "i")


@frozen
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
        """What it holds but the key of its body, in order."""
        return (
            self.key,
            self.url,
            self.title,
            self.summary,
            self.language,
            self.notes,
            self.shown,
            self.place,
        )

    @classmethod
    def of(cls, values: Sequence[Any], body: str) -> Entry:
        """The entry that holds these."""
        key, url, title, summary, language, notes, shown, place = values
        return cls(key, url, title, summary, language, body, notes, tuple(shown), place)


@frozen
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
    return mean(sum(lengths), len(lengths))


def mean(words: int, texts: int) -> float:
    """The mean length of texts that have so many words together, rounded like that."""
    mean = max(words / texts, 1.0) if texts else 1.0
    return round(2 ** (round(math.log2(mean) * 8) / 8), 3)


@frozen
class Texts:
    """What stems have, parted by blanks, and where in it each one's begins; a blank ends it."""

    text: str = ""
    begins: Sequence[int] = (0,)

    def of(self, stems: slice) -> str:
        """That of stems in a row."""
        return self.text[self.begins[stems.start] : self.begins[stems.stop] - 1]

    def sizes(self) -> list[int]:
        """How many characters each stem has."""
        return [end - begin - 1 for begin, end in pairwise(self.begins)]


@frozen
class Piece:
    """What a block of groups adds to a run of the alphabet.

    By stem, in order: the numbers of its first and its last group; its postings without the
    distance to the first group, and its positions, both parted by blanks. By form of a word, in
    order: its stems, parted by dots, and in how many articles it stands.
    """

    stems: Sequence[str] = ()
    first: array[int] = field(default_factory=_no_numbers)
    last: array[int] = field(default_factory=_no_numbers)
    postings: str = ""
    positions: str = ""
    forms: Sequence[str] = ()
    stems_of: Sequence[str] = ()
    counts: array[int] = field(default_factory=_no_numbers)

    def packed(self) -> bytes:
        """A line for each column of words or codes, none of which has a blank in it; then those of
        numbers, four bytes each, the lowest first.
        """
        columns = (
            " ".join(self.stems),
            self.postings,
            self.positions,
            " ".join(self.forms),
            " ".join(self.stems_of),
            "",
        )
        numbers = _low_first(self.first + self.last + self.counts).tobytes()
        return "\n".join(columns).encode("utf-8", "surrogatepass") + numbers

    def rows(self) -> Iterator[tuple[str, int, int, str, str]]:
        """Each stem with what the block adds to it."""
        split = (text.split(" ") if self.stems else [] for text in (self.postings, self.positions))
        return zip(self.stems, self.first, self.last, *split, strict=True)

    def rows_of_forms(self) -> Iterator[tuple[str, str, int]]:
        """Each form with its stems and the number of articles it stands in."""
        return zip(self.forms, self.stems_of, self.counts, strict=True)

    @classmethod
    def unpacked(cls, data: bytes) -> Piece:
        """The piece that was packed."""
        *lines, rest = data.split(b"\n", 5)
        stems, postings, positions, forms, stems_of = (
            line.decode("utf-8", "surrogatepass") for line in lines
        )
        numbers = array("i")
        numbers.frombytes(rest)
        numbers = _low_first(numbers)
        words = stems.split(" ") if stems else []
        return cls(
            words,
            numbers[: len(words)],
            numbers[len(words) : 2 * len(words)],
            postings,
            positions,
            forms.split(" ") if forms else [],
            stems_of.split(" ") if stems_of else [],
            numbers[2 * len(words) :],
        )


def _low_first(numbers: array[int]) -> array[int]:
    """Numbers of this machine with their lowest bytes first, or such numbers as this machine's."""
    if sys.byteorder == "little":
        return numbers
    turned = numbers[:]
    turned.byteswap()
    return turned


Share = tuple[int, int, str, str]
"""What a block adds to a stem: the numbers of its first and its last group, its postings without
the distance to the first, its positions."""
NUMBERS = 4
"""Numbers that say where a share lies."""


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


def replaced(
    postings: str, positions: str, cuts: array[int], share: Share
) -> tuple[str, str, array[int]] | None:
    """What `together` put together and its cuts, with a share in place of that of the same groups;
    None where there is none.
    """
    at = place = end = 0
    for cut in range(0, len(cuts), NUMBERS):
        first, last, own, places = cuts[cut : cut + NUMBERS]
        at += len(number(first - end))
        if (first, last) == share[:2]:
            postings = f"{postings[:at]}{share[2]}{postings[at + own :]}"
            positions = f"{positions[:place]}{share[3]}{positions[place + places :]}"
            sizes = array("I", [len(share[2]), len(share[3])])
            return postings, positions, cuts[: cut + 2] + sizes + cuts[cut + NUMBERS :]
        at += own
        place += places
        end = last
    return None


def documents(articles: Sequence[tuple[Entry, str]], room: int, size: int) -> list[str]:
    """The document shards of a group of so many places: what results show, as JSON, `size` places
    each; 0 for one that is free.
    """
    rows = ["0"] * room
    for entry, text in articles:
        shown = as_json([entry.title, entry.url, entry.language, *entry.shown])
        rows[entry.place] = f"{shown[:-1]},{quoted(text)}]"
    return [f"[{','.join(rows[start : start + size])}]" for start in range(0, room, size)]


def quoted(text: str) -> str:
    """A text as JSON, a long one in a third of the time that it takes letter by letter."""
    if not printable(text):
        return as_json(text)
    for sign, escaped in (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n")):
        text = text.replace(sign, escaped)
    return f'"{text}"'
