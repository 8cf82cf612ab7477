"""Numbers as text that a JavaScript string holds as it is and gzip makes small.

A number is written in groups of five bits, the lowest first, a sixth bit saying that more follow;
each group is one of 64 letters. So a small number is one letter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import sub

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
VALUE = {letter: value for value, letter in enumerate(LETTERS)}


def _number(value: int) -> str:
    text = ""
    while value >= 32:
        text += LETTERS[value % 32 + 32]
        value //= 32
    return text + LETTERS[value]


SMALL = 32 * 32 * 4
"""Numbers below this are kept as text: nearly all are such."""


class _Numbers(dict[int, str]):
    """The texts of numbers, which are looked up several times as fast as a function is called."""

    def __missing__(self, value: int) -> str:
        text = _number(value)
        if value < SMALL:
            self[value] = text
        return text


number: Callable[[int], str] = _Numbers().__getitem__
"""A whole number from 0 on as text."""


def gaps(values: Iterable[int]) -> str:
    """Numbers that rise, each as its distance from the one before (the first from 0)."""
    rising = list(values)
    return "".join(map(number, map(sub, rising, [0, *rising])))


class Reader:
    """Reads numbers from text, one after the other."""

    def __init__(self, text: str, at: int = 0) -> None:
        self.text = text
        self.at = at

    def more(self) -> bool:
        """Whether there is anything left."""
        return self.at < len(self.text)

    def number(self) -> int:
        """The next number."""
        value, factor = 0, 1
        while True:
            digit = VALUE[self.text[self.at]]
            self.at += 1
            value += (digit % 32) * factor
            if digit < 32:
                return value
            factor *= 32

    def letter(self) -> int:
        """The next letter as a number below 64."""
        self.at += 1
        return VALUE[self.text[self.at - 1]]


ENDINGS = (
    "A As Ae Aed By Aing Aes Aal Aion Aation Aions Aic Aer Aly Ament Bing Aity Aent Ad Aated Aate"
    " Aations Aers Aical Ay Aence Aive Aable Aies Aness Aally Aant"
)
"""Endings that English words have after their stems, the commonest after none: a letter that says
how many characters to drop from the stem's end, and what to add."""
_ENDINGS = {text: value for value, text in enumerate(ENDINGS.split(" "))}
OTHERS = 992
"""Numbers that endings have which are not among these."""


def shared(one: str, other: str) -> int:
    """How many characters two words have in common from their start on."""
    if one.startswith(other):
        return len(other)
    for at, (a, b) in enumerate(zip(one, other, strict=False)):
        if a != b:
            return at
    return min(len(one), len(other))


def front_coded(words: Sequence[str]) -> str:
    """Words in order, each as the letters it shares with the one before and its own ending."""
    parts = []
    last = ""
    for word in words:
        same = shared(word, last)
        parts.append(LETTERS[same] + word[same:])
        last = word
    return " ".join(parts)


def decoded(text: str) -> list[str]:
    """The words of a front-coded list, which `words.units` has been through."""
    words: list[str] = []
    last = ""
    for word in text.split(" ") if text else ():
        last = last[: VALUE[word[0]]] + word[1:]
        words.append(last)
    return words


def ending(form: str, stem: str, known: Mapping[str, int] = _ENDINGS) -> int:
    """A number below 1024 that tells forms of one stem apart; 0 for the stem itself.

    It is that of the form's ending, or one made of the form.
    """
    if form == stem:
        return 0
    same = shared(form, stem)
    value = known.get(LETTERS[len(stem) - same] + form[same:])
    return len(known) + code(form) if value is None else value


def code(form: str) -> int:
    """A number that forms of one stem seldom share."""
    value = 0
    for letter in form:
        value = (value * 31 + ord(letter)) % OTHERS
    return value
