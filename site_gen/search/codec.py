"""Numbers as text that a JavaScript string holds as it is and gzip makes small.

A number is written in groups of five bits, the lowest first, a sixth bit saying that more follow;
each group is one of 64 letters. So a small number is one letter.
"""

from __future__ import annotations

from collections.abc import Iterable

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
VALUE = {letter: value for value, letter in enumerate(LETTERS)}


def _number(value: int) -> str:
    text = ""
    while value >= 32:
        text += LETTERS[value % 32 + 32]
        value //= 32
    return text + LETTERS[value]


SMALL = [_number(value) for value in range(32 * 32 * 4)]


def number(value: int) -> str:
    """A whole number from 0 on."""
    return SMALL[value] if value < len(SMALL) else _number(value)


def gaps(values: Iterable[int]) -> str:
    """Numbers that rise, each as its distance from the one before (the first from 0)."""
    text = []
    last = 0
    for value in values:
        text.append(number(value - last))
        last = value
    return "".join(text)


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


def code(form: str) -> int:
    """A number below 4096 that tells forms of one stem apart."""
    value = 0
    for letter in form:
        value = (value * 31 + ord(letter)) % 4096
    return value
