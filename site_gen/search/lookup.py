"""The numbers of words, found for all words of some texts at once.

A dict is asked word by word, and most words lie where the processor has to wait for them. Nearly
all are of a few letters of ASCII, which are two numbers; these say where in a table theirs stands.
`take` picks rows of the table in a third of the time of an index in brackets.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

LONGEST = 15
"""Letters of a word that the table may hold; the sixteenth byte is for its language."""
MOST_LANGUAGES = 256
BITS = 19
"""The table has so many rows as these tell apart, a few for each word of a large archive."""
FEW = 300_000
"""Letters up to which a dict is asked in less time than a table takes to be there in memory."""
MANY = 4_096
"""Words that are new to the table, or may be, beyond which most stand there several times."""
_LETTERS = bytes(code < 128 and chr(code).isalnum() for code in range(256))
_MASKS = np.array([(1 << 8 * size) - 1 for size in range(9)], np.uint64)
_MIXED = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F], np.uint64)
_LANGUAGE = np.uint64(8 * LONGEST - 64)


class Words(Protocol):
    """The words of one language, and the language's own number."""

    number: int

    def numbers(self, words: Sequence[str], /) -> list[int]:
        """The numbers of words."""
        ...


Known = Callable[[Sequence[str]], list[int]]
"""What gives the numbers of words."""


class Table:
    """Numbers of words in rows: a word that comes to a row first has it, or else the row beside."""

    def __init__(self) -> None:
        self._rows = np.zeros((1 << BITS, 3), np.uint64)
        self._fresh = True
        self._letters = 0

    def each(
        self, texts: Sequence[str], words: Sequence[Words], cut: Callable[[str], list[str]]
    ) -> list[NDArray[np.int32]]:
        """The numbers of the words of each text in lower case, which is in the language of `words`
        in its place. What cannot be found at once is `cut` into words, as all is at first.
        """
        self._letters += sum(map(len, texts))
        few = self._letters <= FEW
        found = [np.zeros(0, np.int32)] * len(texts)
        together: dict[int, list[int]] = {}
        for at, (text, known) in enumerate(zip(texts, words, strict=True)):
            if text.isascii() and known.number < MOST_LANGUAGES and not few:
                together.setdefault(known.number, []).append(at)
            else:
                found[at] = np.array(known.numbers(cut(text)), np.int32)
        for language, places in together.items():
            column, sizes = self.numbers(
                [texts[at] for at in places], language, words[places[0]].numbers
            )
            parts = pairwise([0, *np.cumsum(sizes).tolist()])
            for at, (begin, end) in zip(places, parts, strict=True):
                found[at] = column[begin:end]
        return found

    def numbers(
        self, texts: Sequence[str], language: int, known: Known
    ) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """The numbers of all words of ASCII texts in lower case, and how many each text has.

        `language` is a number below MOST_LANGUAGES for that of the texts, `known` gives the
        numbers of words of it.
        """
        text = "\n".join(["", *texts, ""])
        data = text.encode("ascii") + bytes(LONGEST)
        inside = np.frombuffer(data.translate(_LETTERS), np.bool_)
        edges = np.flatnonzero(inside[1:] != inside[:-1]) + 1
        begins, ends = edges[::2], edges[1::2]
        sizes = ends - begins
        # From each byte on eight of them as a number, of which a word has some.
        # `take` would copy them each time.
        eights = np.ndarray(len(data) - 7, "<u8", data, strides=(1,)).copy()
        first = eights.take(begins) & _MASKS.take(sizes, mode="clip")
        second = eights.take(begins + 8) & _MASKS.take(sizes - 8, mode="clip")
        short = sizes <= LONGEST
        second[short] |= np.uint64(language) << _LANGUAGE
        at = (first * _MIXED[0] ^ second * _MIXED[1]) >> np.uint64(64 - BITS)
        at = at.astype(np.intp)
        if self._fresh and len(at) > MANY:
            # Memory that is read before it is written to takes several times as long to be there.
            self._rows.fill(0)
        self._fresh = False
        rows = self._rows.take(at, axis=0)
        new = np.flatnonzero(short & (rows[:, 0] == 0))
        if len(new) > MANY:
            # Most of them are the same words.
            new = _firsts(new, at)
            found = _known(text, begins[new], ends[new], known)
            self._rows[at[new]] = np.stack((first[new], second[new], found), axis=1)
            rows = self._rows.take(at, axis=0)
        numbers = rows[:, 2].astype(np.int32)
        others = np.flatnonzero(~(short & (rows[:, 0] == first) & (rows[:, 1] == second)))
        # What finds its row taken may stand in the one beside.
        beside = at[others] ^ 1
        rows = self._rows.take(beside, axis=0)
        there = short[others] & (rows[:, 0] == first[others]) & (rows[:, 1] == second[others])
        numbers[others[there]] = rows[there, 2]
        others, beside = others[~there], beside[~there]
        numbers[others] = _known(text, begins[others], ends[others], known)
        at = np.where(self._rows[at[others], 0] == 0, at[others], beside)
        new = short[others] & (self._rows[at, 0] == 0)
        others = others[new]
        row = first[others], second[others], numbers[others].astype(np.uint64)
        self._rows[at[new]] = np.stack(row, axis=1)
        bounds = np.cumsum([0, *map(len, texts)]) + np.arange(len(texts) + 1)
        return numbers, np.diff(np.searchsorted(begins, bounds)).astype(np.int32)


Places = NDArray[np.int64]


def _known(text: str, begins: Places, ends: Places, known: Known) -> NDArray[np.uint64]:
    """The numbers of words that stand here in a text."""
    where = zip(begins.tolist(), ends.tolist(), strict=True)
    return np.array(known([text[begin:end] for begin, end in where]), np.uint64)


def _firsts(words: Places, at: Places) -> Places:
    """Of some words, which come to these rows of the table, the first of each row."""
    first = np.empty(1 << BITS, np.int64)
    first[at[words[::-1]]] = words[::-1]
    firsts: Places = words[first[at[words]] == words]
    return firsts
