"""What is cited: a work, the names of its makers, and when it was published."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import dropwhile
from typing import Self

from site_gen.dates import Date
from site_gen.frozen import frozen
from site_gen.names import ARTICLE, GENERATIONS, SUFFIXES, TITLES

_EDTF = re.compile(r"(\d{4})(?:-(0\d|1[0-2])(?:-(\d\d))?)?", re.ASCII)


@frozen
class Name:
    """The name of a person (`family`, and `given` if there is one), or of anything else: then
    `literal`, and the others are empty.

    `article` stands before the family name and is passed over where names are put in order (`al-`);
    `suffix` stands behind the name (`Jr.`).
    """

    family: str = ""
    given: str = ""
    literal: str = ""
    article: str = ""
    suffix: str = ""

    @classmethod
    @lru_cache(maxsize=4096)
    def of(cls, name: str, filed: str) -> Self:
        """A name in its parts, by what it is filed under: `Family, Given`.

        One that is filed as it is said (an agency, a single word) stays whole.
        """
        family, _, rest = filed.partition(",")
        rest, comma, suffix = rest.rpartition(",")
        if not comma or not SUFFIXES.fullmatch(suffix.strip()):
            rest, suffix = f"{rest}{comma}{suffix}", ""
        given, _, article = rest.strip().rpartition(" ")
        if not ARTICLE.fullmatch(article):
            given, article = rest.strip(), ""
        given = _untitled(given)
        if not family.strip() or not given:
            return cls(literal=name)
        if not GENERATIONS.fullmatch(suffix.strip()):
            suffix = ""  # No style tells degrees.
        return cls(family.strip(), given, "", article, suffix.strip())

    @property
    def direct(self) -> str:
        """As it is said: `Ann Bell`."""
        return self.literal or f"{self.given} {self.last}".strip() + self._after

    @property
    def inverted(self) -> str:
        """As it is filed: `Bell, Ann`."""
        given = f"{self.given} {self.article}".strip()
        return self.literal or f"{self.family}{', ' if given else ''}{given}{self._after}"

    @property
    def last(self) -> str:
        """The family name with its article: `al-Zawahiri`."""
        return f"{self.article}{self.family}"

    @property
    def plain(self) -> str:
        """As programs read it, whose lists know no article: `al-Zawahiri, Ayman`."""
        given = f", {self.given}" if self.given else ""
        return self.literal or f"{self.last}{given}{self._after}"

    @property
    def _after(self) -> str:
        return f", {self.suffix}" if self.suffix else ""


def _untitled(given: str) -> str:
    """Given names without the titles before them, which no style tells; titles alone stay."""
    words = given.split()
    return " ".join(dropwhile(lambda word: word.casefold() in TITLES, words)) or given


@frozen
class When:
    """A date as citations write it: one day, month or year, years from to, or words.

    `start` and `end` are year, month and day, as far as they are known; `circa` says that they are
    approximate or uncertain. What does not fit that (a season, a decade, an open end) is `words`;
    `year` is the year that it lies in, 0 if that is not one.
    """

    start: tuple[int, ...] = ()
    end: tuple[int, ...] = ()
    circa: bool = False
    words: str = ""
    year: int = 0

    @property
    def padded(self) -> tuple[str, ...]:
        """The parts of `start` as ISO 8601 has them: four digits of the year, two of the others."""
        return _padded(self.start)

    @property
    def day(self) -> str:
        """`start` as ISO 8601 has it: a day, a month or a year."""
        return "-".join(_padded(self.start))

    @staticmethod
    @lru_cache(maxsize=16_384)
    def of(date: Date) -> When:
        """A date of the archive."""
        plain = re.sub("[~?%]", "", date.edtf)
        circa = plain != date.edtf
        if match := _EDTF.fullmatch(plain):
            start = tuple(int(part) for part in match.groups() if part)
            return When(start, (), circa, year=start[0])
        begin, _, end = plain.partition("/")
        if len(begin) == len(end) == 4 and begin.isdecimal() and end.isdecimal():
            return When((int(begin),), (int(end),), circa)
        return When(words=date.label(), year=date.year or 0)


@lru_cache(maxsize=16_384)
def _padded(parts: tuple[int, ...]) -> tuple[str, ...]:
    return tuple(f"{part:0{2 if at else 4}}" for at, part in enumerate(parts))


@frozen
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
    when: When | None = None
    language: str = ""
    url: str = ""
    version: str = ""
    summary: str = ""
    rights: str = ""

    @property
    def license(self) -> str:
        """The address of its licence, where its rights are stated by one."""
        return license_address(self.rights)


def license_address(rights: str) -> str:
    """A statement of rights that is the address of a licence; else empty."""
    address = rights.startswith(("https://", "http://")) and " " not in rights
    return rights if address else ""
