"""What an article is compared by: a few hundred bytes, made where its text is at hand."""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from functools import lru_cache
from itertools import chain
from typing import Any
from zlib import crc32

from site_gen.frozen import frozen
from site_gen.model import Document
from site_gen.search.text import unwrapped
from site_gen.search.words import split, stemmed
from site_gen.tokens import STOP

TERMS = 64
"""Stems of an article that are kept: the most frequent, the earlier of equals."""
SKETCH = 16
"""Shingles of a body that are kept: those with the smallest numbers, chance samples of all."""
SHINGLE = 4
"""Words in a row that make a shingle."""
TITLE_WEIGHT = 4
"""How often a word of the title counts as said."""
AT_ONCE = 100_000
"""Characters of articles that are signed at once: fewer do not pay NumPy's calls, and the columns
of more lie too far from the processor.
"""
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
"""Its bytes."""
_COMMON = 1 << 32
_LOW = _COMMON - 1
_OFTEN = (1 << 16) - 1
"""Words of a text that are said more often count alike."""
_FACTOR = 0x9E3779B97F4A7C15
_STOP = frozenset(STOP.split())


@frozen
class Said:
    """What an article says, in small letters, a blank between each two words: its title as often
    as it counts, then its text. So many words are `titled`, `digest` is of the others.
    """

    text: str
    titled: int
    digest: bytes
    language: str


@frozen
class Signed:
    """The signatures of documents by path: each itself, empty where there is none, or its number
    among those that are `kept` one after the other.
    """

    by_path: Mapping[str, bytes | int] = field(default_factory=dict)
    kept: bytes = b""

    def table(self, paths: Iterable[str]) -> Any:
        """The signatures of articles at these paths, in their order."""
        import numpy as np

        found = list(map(self.by_path.__getitem__, paths))
        new = {at: one for at, one in enumerate(found) if isinstance(one, bytes)}
        if len(new) == len(found):
            return np.frombuffer(b"".join(new.values()), list(FORMAT))
        rows = [one if isinstance(one, int) else 0 for one in found]
        table = np.frombuffer(self.kept, f"V{SIZE}").take(rows).view(list(FORMAT))
        for at, one in new.items():
            table[at] = np.frombuffer(one, table.dtype)[0]
        return table


def said(
    document: Document | None, html: str, language: str, words: str | None = None
) -> Said | None:
    """What an article with this body says; None for other documents.

    `language` is that of articles that do not say. `words` are those of the body as it is written,
    a blank between each two, where they are known to be those that the index reads.
    """
    if document is None or document.kind != "article":
        return None
    body = " ".join(split(unwrapped(html))) if words is None else words.lower()
    title = TITLE_WEIGHT * split(document.title)
    text = " ".join([*title, body])
    return Said(text, len(title), _digest(body), document.language or language)


def sign(articles: Sequence[Said | None]) -> list[bytes]:
    """The signatures of articles, all at once; empty where there is none."""
    made = chain.from_iterable(map(_signed, _runs(one for one in articles if one is not None)))
    return [b"" if one is None else next(made) for one in articles]


def _runs(articles: Iterable[Said]) -> Iterator[list[Said]]:
    """As many at a time as are fast to look at together."""
    run: list[Said] = []
    size = 0
    for one in articles:
        run.append(one)
        size += len(one.text)
        if size > AT_ONCE:
            yield run
            run, size = [], 0
    if run:
        yield run


def _signed(articles: Sequence[Said]) -> list[bytes]:
    numbers = _vocabulary().numbers(articles)
    words = [len(all_of_it) - one.titled for all_of_it, one in zip(numbers, articles, strict=True)]
    return signed(numbers, words, [one.digest for one in articles])


def signed(articles: Sequence[Any], words: Sequence[int], digests: Sequence[bytes]) -> list[bytes]:
    """The signatures of articles that say words of these numbers, and how many of them, the last,
    are of their texts.
    """
    # NumPy takes a tenth of a second to load, which only what reads articles has to wait.
    import numpy as np

    table = np.zeros(len(articles), list(FORMAT))
    table["words"] = words
    table["text"] = np.frombuffer(b"".join(digests), "<u8")
    sizes = np.array(list(map(len, articles)))
    numbers = np.concatenate(articles)
    whose = np.repeat(np.arange(len(articles), dtype=np.uint64), sizes)
    _add_terms(table, numbers, whose)
    _add_sketches(table, numbers & _LOW, np.cumsum(sizes))
    return [row.tobytes() for row in table]


def _add_terms(table: Any, numbers: Any, whose: Any) -> None:
    """Put in the most frequent numbers of each article, and how often it says them."""
    import numpy as np

    at = np.flatnonzero(numbers < _COMMON).astype(np.uint64)
    # Equal numbers of an article come together, the first that it says before the others.
    ordered = np.sort(numbers[at] << 32 | at)
    places = ordered & _LOW
    begins = np.flatnonzero(_new(ordered >> 32) | _new(whose[places]))
    times = np.diff(begins, append=len(ordered)).astype(np.uint64)
    first = places[begins]
    # Of equals the first: what a text begins with says more of it.
    ordered = np.sort(whose[first] << 48 | _OFTEN - np.minimum(times, _OFTEN) << 32 | first)
    ordered = ordered[_ranks(ordered >> 48) < TERMS]
    rows, rank, first = ordered >> 48, _ranks(ordered >> 48), ordered & _LOW
    times = _OFTEN - (ordered >> 32 & _OFTEN)
    table["terms"][rows, rank] = numbers[first]
    table["counts"][rows, rank] = np.minimum(times, MOST_TIMES)


def _add_sketches(table: Any, numbers: Any, ends: Any) -> None:
    """Put in the smallest numbers of the shingles of each text, which ends where `ends` say."""
    import numpy as np

    count = max(len(numbers) + 1 - SHINGLE, 0)
    mixed = numbers[:count]
    for at in range(1, SHINGLE):
        mixed = mixed * _FACTOR + numbers[at : at + count]
    mixed = ((mixed ^ (mixed >> 31)) * _FACTOR >> 32).astype(np.uint32)
    for row, (words, end) in enumerate(zip(table["words"].tolist(), ends.tolist(), strict=True)):
        # Neither those of the title nor what two texts would make together.
        few = np.sort(mixed[end - words : max(end + 1 - SHINGLE, 0)])[: 4 * SKETCH]
        # Nought stands for none.
        few = few[_new(few) & (few > 0)][:SKETCH]
        table["sketch"][row, : len(few)] = few


def _new(ordered: Any) -> Any:
    """Where a value is another than the one before."""
    import numpy as np

    new = np.ones(len(ordered), bool)
    np.not_equal(ordered[1:], ordered[:-1], out=new[1:])
    return new


def _ranks(ordered: Any) -> Any:
    """The place of each value among its equals, from 0."""
    import numpy as np

    places = np.arange(len(ordered))
    return places - np.maximum.accumulate(np.where(_new(ordered), places, 0))


def _digest(text: str) -> bytes:
    if not text:
        return bytes(8)
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()


class _Words(dict[str, int]):
    """The words of one language, and the place of the number of their stem among all numbers.

    Words that say nothing are marked.
    """

    def __init__(self, language: str, number: int, stems: array[int]) -> None:
        super().__init__()
        self.language = language
        self.number = number
        self.stems = stems

    def numbers(self, words: Sequence[str]) -> list[int]:
        """Where the numbers of the stems of words stand."""
        new = list(dict.fromkeys([word for word in words if word not in self]))
        for word, form, stem in zip(new, *stemmed(new, self.language), strict=True):
            number = term(stem)
            if form in _STOP or form.isdigit() or (len(form) < 2 and form.isascii()):
                number += _COMMON
            self[word] = len(self.stems)
            self.stems.append(number)
        return list(map(self.__getitem__, words))


class _Vocabulary:
    """The words that a process has seen, by language, and the numbers of their stems."""

    def __init__(self) -> None:
        from site_gen.search.lookup import Table

        self.table = Table()
        self.languages: dict[str, _Words] = {}
        self.stems = array("Q")

    def of(self, language: str) -> _Words:
        """The words of a language."""
        if language not in self.languages:
            self.languages[language] = _Words(language, len(self.languages), self.stems)
        return self.languages[language]

    def numbers(self, articles: Sequence[Said]) -> list[Any]:
        """The numbers of the words of each article, in order."""
        import numpy as np

        words = [self.of(one.language) for one in articles]
        found = self.table.each([one.text for one in articles], words, str.split)
        stems = np.frombuffer(self.stems, np.uint64)
        return [stems.take(part) for part in found]


def term(name: str) -> int:
    """The number of a stem, or of anything else that articles may have in common; never 0."""
    return crc32(name.encode("utf-8", "surrogatepass")) or 1


@lru_cache(maxsize=1)
def _remembered() -> _Vocabulary:
    return _Vocabulary()


def _vocabulary() -> _Vocabulary:
    if len(_remembered().stems) > MOST_WORDS:
        _remembered.cache_clear()
    return _remembered()
