"""Columns of numbers as letters, as `codec` makes them of single numbers.

The letters of a number are the bytes of one that a table has, the first the lowest; a byte of 0 is
none. So many numbers become text in two passes: one looks them up, one leaves out the zeros.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from site_gen.search.codec import LETTERS

BLANK = ord(" ")
"""A blank, as the lowest byte of a number."""
_BITS = 15
"""Bits of a number that the table has: three letters."""
_LETTERS = np.frombuffer(LETTERS.encode(), np.uint8)
Codes = NDArray[Any]
"""Numbers of four bytes, or of eight."""


def coded(values: NDArray[np.int32]) -> Codes:
    """The letters of numbers from 0 on, at most seven of each, or three if all are small."""
    if int(values.max(initial=0)) < 1 << _BITS:
        return _table(False).take(values)
    low = values & ((1 << _BITS) - 1)
    more = _table(True).take(low) | coded(values >> _BITS).astype("<u8") << np.uint64(24)
    return np.where(values >> _BITS > 0, more, _table(False).take(low))


def letters(values: NDArray[np.int32]) -> Codes:
    """The letters that stand for numbers below 64, one each."""
    return _LETTERS.take(values).astype("<u4")


def written(*columns: Codes) -> str:
    """The letters of some columns, row by row."""
    codes = np.stack(columns, axis=1) if len(columns) > 1 else columns[0]
    return codes.tobytes().translate(None, b"\0").decode("ascii")


def front_coded(words: Sequence[str]) -> str:
    """Words in order as `codec` has them: what each shares with the one before is seen at once."""
    if not words:
        return ""
    rows = np.array(words)
    letters = rows.view(np.uint32).reshape(len(words), -1)
    same = np.argmax(letters[1:] != letters[:-1], axis=1).tolist()
    parts = [LETTERS[at] + word[at:] for at, word in zip([0, *same], words, strict=True)]
    return " ".join(parts)


@lru_cache(maxsize=2)
def _table(more: bool) -> NDArray[np.uint32]:
    """The letters of the numbers that it has, or those that they begin with, if more follow."""
    numbers = np.arange(1 << _BITS)
    codes = np.zeros(len(numbers), "<u4")
    for at in range(3):
        rest = numbers >> 5 * at
        follows = more | (rest >= 32)
        letter = _LETTERS.take(rest % 32 + 32 * follows).astype("<u4")
        codes += (letter << np.uint32(8 * at)) * (more | (rest > 0) | (at == 0))
    return codes
