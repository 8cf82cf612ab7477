"""Runs of letters and digits, which the words of a text are counted and compared by."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from site_gen.patterns import late_pattern

WORD = re.compile(r"[^\W_]+")
_BLANKS = {code: " " for code in range(128) if not chr(code).isalnum()}
_BLANK_BYTES = bytes(32 if code in _BLANKS else code for code in range(256))
_SEEN = bytes((10, *range(32, 127)))
_SIGNS = "_“”‘’–—…\u00a0"
"""No letters; without them most texts of Latin letters are ASCII, or ASCII but for a few lines."""

_READ_OTHERWISE = late_pattern(
    "[\u0130\u037a\u03a3\u0640\u06e5\u06e6\u0900-\u0eff\u1000-\u17ff\u200c\u200d"
    "\u3040-\u9fff\uf900-\ufaff\ufc5e-\ufe7f]"
)
"""Signs that the index takes for letters or for none, scripts that it reads by pairs, letters
that are made small by what stands beside them."""

STOP = (
    "a an and are as at be but by for if in into is it no not of on or such that the their then"
    " there these they this to was will with what which who how when where why does do did has have"
)
"""Words that say nothing by themselves: those of English grammar."""
_SILENT = frozenset(form for one in STOP.split() for form in (one, one.capitalize(), one.upper()))
_LONGEST_SILENT = max(map(len, _SILENT))
LONG = 2_000
"""Characters from which on it is faster to count the words of a text all at once."""
_MIXED = 0x9E3779B97F4A7C15
_BITS = 13
"""So many bits of a number that is mixed tell all these words apart."""


def printable(text: str) -> bool:
    """Whether a text holds, beside line feeds, only what is seen and the common blank.

    This says in a fraction of a search's time that there is no control character in it, no
    surrogate, no noncharacter and no blank of another kind.
    """
    if text.isascii():
        return not text.encode().translate(None, _SEEN)
    return text.replace("\n", " ").isprintable()


def holds(text: str, sign: str, *beginnings: str) -> bool:
    """Whether a text holds one of these, in each of which a sign stands.

    A single sign is sought fifty times as fast as two in a row, and most texts hold none.
    """
    return sign in text and any(map(text.__contains__, beginnings))


def closed_up(text: str) -> str:
    """A text without blanks at its ends, and with single ones between its words."""
    # No blank but the common one counts as printable.
    if text.isprintable() and "  " not in text:
        return text.strip(" ")
    return " ".join(text.split())


def as_indexed(text: str) -> bool:
    """Whether the words of a text, in small letters, are those that the index splits it into.

    It reads some scripts and signs by rules of its own.
    """
    return text.isascii() or not _READ_OTHERWISE.search(text)


def telling(words: Sequence[str]) -> int:
    """How many words of a list, which are as they are written, say something by themselves."""
    return len(words) - sum(map(_SILENT.__contains__, words))


def counted(text: str) -> tuple[str, int, int]:
    """The words of a text with a blank between each two, how many there are, and how many of them
    say something by themselves.
    """
    text = without_signs(text)
    if len(text) < LONG or not text.isascii():
        found = words(text)
        return " ".join(found), len(found), telling(found)
    row = in_a_row(text)
    count = row.count(" ") + (row != "")
    return row, count, count - _silent(row)


def _silent(row: str) -> int:
    """How many words of a row of ASCII say nothing by themselves."""
    import numpy as np

    known, masks = _silent_words()
    data = f" {row} ".encode() + bytes(8)
    edges = np.frombuffer(data, np.uint8, len(row) + 2) == ord(" ")
    at = edges.nonzero()[0]
    # From each byte on eight of them as a number, of which a word has some.
    eights = np.ndarray(len(row) + 2, "<u8", data, 1, (1,))
    sizes = np.minimum(at[1:] - at[:-1], len(masks) - 1)
    words = eights.take(at[:-1]) & masks.take(sizes)
    places = (words * np.uint64(_MIXED) >> np.uint64(64 - _BITS)).astype(np.intp)
    return int(np.count_nonzero(known.take(places) == words))


@lru_cache(maxsize=1)
def _silent_words() -> tuple[Any, Any]:
    """The words that say nothing, as numbers in places that these tell; and what of eight bytes is
    the word where it ends so many bytes on, or more than any of them.
    """
    import numpy as np

    numbers = [int.from_bytes(one.encode(), "little") for one in _SILENT]
    # What is longer is 0, and stands nowhere.
    known = np.ones(1 << _BITS, np.uint64)
    known[[(one * _MIXED % (1 << 64)) >> (64 - _BITS) for one in numbers]] = numbers
    masks = [0, *((1 << 8 * size) - 1 for size in range(_LONGEST_SILENT + 1)), 0]
    return known, np.array(masks, np.uint64)


def without_signs(text: str) -> str:
    """A text with a blank for each of the commonest signs that are neither ASCII nor letters."""
    if not text.isascii():
        for sign in _SIGNS:
            text = text.replace(sign, " ")
    return text


def in_a_row(text: str) -> str:
    """The words of a text with a blank between each two."""
    text = without_signs(text)
    if not text.isascii():
        return " ".join(words(text))
    # It takes a while to load, and few commands read texts.
    import numpy as np

    signs = np.frombuffer(b" " + text.encode().translate(_BLANK_BYTES), np.uint8)
    letters = signs != ord(" ")
    # Of blanks in a row the first stays, but for those that the text begins with.
    row: bytes = signs[1:][letters[1:] | letters[:-1]].tobytes()
    return row.decode().rstrip(" ")


def words(text: str, pattern: re.Pattern[str] = WORD) -> list[str]:
    """What `pattern` finds in a text, which in ASCII are runs of letters and digits.

    ASCII is cut without the pattern, several times faster; so no match may span a line.
    """
    text = without_signs(text)
    if text.isascii():
        return text.translate(_BLANKS).split()
    found: list[str] = []
    for line in text.split("\n"):
        found += line.translate(_BLANKS).split() if line.isascii() else pattern.findall(line)
    return found
