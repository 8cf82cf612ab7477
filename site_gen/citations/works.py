"""What is cited: a work, the names of its makers, and when it was published."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self

from site_gen.dates import Date

_SMALL_NAMES = """
af al bin da das de del della den der des di do dos du el het la las le les los o op ten ter van vom
von y zu zum zur 't
"""
_PARTICLES = frozenset(_SMALL_NAMES.split())
"""Small words that a family name may begin with, in lower case only: `Jane van der Doe`."""
_WESTERN = re.compile(r"[A-Za-z\u00c0-\u024f\u0370-\u03ff\u0400-\u04ff\u1e00-\u1fff'’.\- ]+")
"""Scripts in whose names the family name is the last word, if nothing else is known."""
_EDTF = re.compile(r"(\d{4})(?:-(0\d|1[0-2])(?:-(\d\d))?)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Name:
    """The name of a person (`family`, and `given` if there is one), or of anything else: then
    `literal`, and the others are empty.
    """

    family: str = ""
    given: str = ""
    literal: str = ""

    @classmethod
    def of(cls, name: str, sort_name: str = "", agency: bool = False) -> Self:
        """A name in its parts.

        `sort_name` is the same as it is filed, `Family, Given`, if that is known. Without it the
        last word is the family name with the particles before it; a name of one word, or in a
        script of which this is not true, stays whole.
        """
        if agency:
            return cls(literal=name)
        filed = sort_name or name
        family, comma, given = filed.partition(",")
        if comma and family.strip() and given.strip():
            return cls(family.strip(), given.strip())
        words = name.split()
        if sort_name or len(words) < 2 or not _WESTERN.fullmatch(name):
            return cls(literal=name)
        first = len(words) - 1
        while first > 1 and words[first - 1] in _PARTICLES:
            first -= 1
        return cls(" ".join(words[first:]), " ".join(words[:first]))

    @property
    def direct(self) -> str:
        """As it is said: `Ann Bell`."""
        return self.literal or f"{self.given} {self.family}".strip()

    @property
    def inverted(self) -> str:
        """As it is filed: `Bell, Ann`."""
        return self.literal or (f"{self.family}, {self.given}" if self.given else self.family)


@dataclass(frozen=True, slots=True)
class When:
    """A date as citations write it: one day, month or year, years from to, or words.

    `start` and `end` are year, month and day, as far as they are known; `circa` says that they are
    approximate or uncertain. What does not fit that (a season, a decade, an open end) is `words`.
    """

    start: tuple[int, ...] = ()
    end: tuple[int, ...] = ()
    circa: bool = False
    words: str = ""

    @classmethod
    def of(cls, date: Date) -> Self:
        """A date of the archive."""
        plain = re.sub("[~?%]", "", date.edtf)
        circa = plain != date.edtf
        if match := _EDTF.fullmatch(plain):
            return cls(tuple(int(part) for part in match.groups() if part), (), circa)
        start, _, end = plain.partition("/")
        if len(start) == len(end) == 4 and start.isdecimal() and end.isdecimal():
            return cls((int(start),), (int(end),), circa)
        return cls(words=date.label())


@dataclass(frozen=True, slots=True)
class Work:
    """A published article, with all that citations of it tell.

    `id` tells it from all others of the archive and has no blanks. `url` is where it is, in full;
    empty where the address of the site is not known. `container` is the newspaper or journal
    that it was published in, else the archive. `version` is the beginning of the digest of what
    is published of it.
    """

    id: str
    title: str
    container: str
    archive: str = ""
    authors: tuple[Name, ...] = ()
    date: Date | None = None
    language: str = ""
    url: str = ""
    version: str = ""
    summary: str = ""
    rights: str = ""

    @property
    def when(self) -> When | None:
        """When it was published, as citations write it."""
        return When.of(self.date) if self.date else None
