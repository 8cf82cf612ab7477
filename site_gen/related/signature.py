"""What an article is compared by: a few hundred bytes, made where its text is at hand."""

from __future__ import annotations

import hashlib
import struct
from collections import Counter
from functools import lru_cache
from typing import Any
from zlib import crc32

from site_gen.model import Document
from site_gen.search.text import text_of
from site_gen.search.words import STOP, split, stemming

TERMS = 64
"""Stems of an article that are kept: the most frequent, the earlier of equals."""
SKETCH = 16
"""Shingles of a body that are kept: those with the smallest numbers, chance samples of all."""
SHINGLE = 4
"""Words in a row that make a shingle."""
TITLE_WEIGHT = 4
"""How often a word of the title counts as said."""
MOST_TIMES = 63
MOST_WORDS = 200_000
"""Words that a process remembers; beyond, it begins anew."""

FORMAT = (
    ("words", "<u4"),
    ("text", "<u8"),
    ("sketch", "<u4", (SKETCH,)),
    ("counts", "u1", (TERMS,)),
    ("terms", "<u4", (TERMS,)),
)
"""A signature as NumPy reads it. `text` is equal where the words of two bodies are; 0 for none."""
SIZE = 4 + 8 + 4 * SKETCH + TERMS + 4 * TERMS

_COMMON = 1 << 32
_STOP = frozenset(STOP.split())


def sign(document: Document | None, html: str, language: str) -> bytes:
    """The signature of an article with this body; empty for other documents.

    `language` is that of articles that do not say.
    """
    if document is None or document.kind != "article":
        return b""
    numbers = _numbers(document.language or language)
    words = split(text_of(html))
    body = list(map(numbers.__getitem__, words))
    title = list(map(numbers.__getitem__, split(document.title)))
    counts = Counter(TITLE_WEIGHT * title + body)
    terms = [one for one in counts if one < _COMMON]
    # Sorting keeps the order of equals: what a text begins with says more of it.
    terms.sort(key=counts.__getitem__, reverse=True)
    del terms[TERMS:]
    return b"".join(
        (
            struct.pack("<I", len(words)),
            _digest(words),
            _sketch(body).ljust(4 * SKETCH, b"\0"),
            bytes([min(counts[one], MOST_TIMES) for one in terms]).ljust(TERMS, b"\0"),
            struct.pack(f"<{len(terms)}I", *terms).ljust(4 * TERMS, b"\0"),
        )
    )


def _digest(words: list[str]) -> bytes:
    if not words:
        return bytes(8)
    text = " ".join(words).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(text, digest_size=8).digest()


def _sketch(numbers: list[int]) -> bytes:
    """The smallest numbers of the shingles of a text."""
    # NumPy takes a tenth of a second to load, which only what reads articles has to wait.
    import numpy as np

    if len(numbers) < SHINGLE:
        return b""
    row: Any = np.array(numbers, np.uint64) & _LOW
    mixed = row[: 1 - SHINGLE]
    for at in range(1, SHINGLE):
        mixed = mixed * _FACTOR + row[at : len(row) + 1 - SHINGLE + at]
    mixed = (mixed ^ (mixed >> 31)) * _FACTOR >> 32
    mixed.sort()
    # Nought stands for none.
    smallest = [one for one in dict.fromkeys(mixed[: 4 * SKETCH].tolist()) if one][:SKETCH]
    return struct.pack(f"<{len(smallest)}I", *smallest)


_FACTOR, _LOW = 0x9E3779B97F4A7C15, (1 << 32) - 1


class _Numbers(dict[str, int]):
    """The numbers of the stems of one language's words; words that say nothing are marked."""

    def __init__(self, language: str) -> None:
        super().__init__()
        self.stem = stemming(language)

    def __missing__(self, word: str) -> int:
        form, stem = self.stem(word)
        number = term(stem)
        if form in _STOP or form.isdigit() or (len(form) < 2 and form.isascii()):
            number += _COMMON
        self[word] = number
        return number


def term(name: str) -> int:
    """The number of a stem, or of anything else that articles may have in common; never 0."""
    return crc32(name.encode("utf-8", "surrogatepass")) or 1


@lru_cache(maxsize=16)
def _remembered(language: str) -> _Numbers:
    return _Numbers(language)


def _numbers(language: str) -> _Numbers:
    numbers = _remembered(language)
    if len(numbers) > MOST_WORDS:
        numbers.clear()
    return numbers
