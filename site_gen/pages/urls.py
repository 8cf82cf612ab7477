"""Names and URLs: what a document, an attachment or a letter is called in a path."""

from __future__ import annotations

import datetime
import hashlib
import re
import unicodedata
from functools import lru_cache

from site_gen.dates import Date, listed_month, listed_year
from site_gen.model import Document, EntityKind

FOLDER: dict[EntityKind, str] = {
    "author": "authors",
    "place": "places",
    "topic": "topics",
    "series": "series",
}
HEADING: dict[EntityKind, str] = {
    "author": "Authors",
    "place": "Places",
    "topic": "Topics",
    "series": "Series",
}
HOME = "index.html"
SEARCH = "search.html"
NOT_FOUND = "404.html"
DATES = "dates/index.html"
COVERAGE = "coverage.html"
DATA = "data/index.html"
WITHOUT: tuple[tuple[str, str], ...] = (
    ("authors", "Without an author"),
    ("places", "Without a place"),
    ("source_url", "Without a link to the original"),
)
"""Fields whose absence has a list of its own, where that is short, and what it is called."""
ON_THIS_DAY = "dates/on/"
UNDATED = "Undated"
UNDATED_URL = "dates/undated.html"
UNKNOWN = " unknown"
OTHER_YEARS = " and other years"
"""How the labels of lists end that hold what is known less exactly than what stands beside."""
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip

LONGEST = 180
"""Bytes of a part of a URL in UTF-8: file systems take 255, and temporary names are longer."""

_PLAIN = re.compile(r"[\w-]+", re.ASCII)
"""Names that no system minds, but for the reserved ones. Most are such."""
_ENDING = re.compile(r"\.[A-Za-z0-9]{1,8}\Z")
_UNSAFE = re.compile(r'[<>:"\\|?*#%\x00-\x1f\x7f]')
_RESERVED = frozenset(
    ["con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))]
)


def segment(text: str) -> str:
    """A part of a path that every file system and web host takes, as near to `text` as may be.

    A long name is cut; its ending stays, since that is what browsers and web hosts go by.
    """
    if len(text) <= LONGEST and _PLAIN.fullmatch(text) and text.lower() not in _RESERVED:
        return text
    name = _UNSAFE.sub("-", unicodedata.normalize("NFC", text)).rstrip(". ") or "-"
    stem, dot, rest = name.partition(".")
    if stem.casefold() in _RESERVED:
        name = f"{stem}-{dot}{rest}"
    if len(name.encode()) > LONGEST:
        digest = hashlib.sha256(name.encode()).hexdigest()[:8]
        ending = _ENDING.search(name)
        cut = name.encode()[:160].decode("utf-8", "ignore")
        name = f"{cut}-{digest}{ending[0] if ending else ''}"
    return name


def document_url(document: Document) -> str:
    """The URL of an article or a free page, from its path or its slug."""
    if document.kind == "article" and not document.slug:
        folder, slash, name = document.key.rpartition("/")
        return f"{_folder(folder) if slash else ''}{slash}{segment(name)}.html"
    parts = document.key.split("/")
    if document.slug:
        parts[-1] = document.slug.strip("/").removesuffix(".html").replace("/", "-")
    elif document.kind == "page" and len(parts) == 2 and parts[-1] == "_index":
        parts[-1] = "index"
    if document.kind == "page" and parts[0] == "pages":
        parts = parts[1:]
    elif document.kind == "page":
        parts[-1] = "index"
    return "/".join(segment(part) for part in parts) + ".html"


@lru_cache(maxsize=16_384)
def _folder(path: str) -> str:
    """The URL of a folder. Thousands of articles may be in one."""
    return "/".join(segment(part) for part in path.split("/"))


def attachment_url(path: str) -> str:
    """The URL of an attachment: its path under content/."""
    return "/".join(segment(part) for part in path.split("/")[1:])


def initial(text: str) -> str:
    """The letter a title or a name is filed under; `#` for what begins with no letter."""
    letter = initials(text, 1)
    return letter if letter.isalpha() else "#"


def initials(text: str, length: int) -> str:
    """The first letters and digits of a title in capitals, without their accents."""
    letters = "".join(one for one in unicodedata.normalize("NFKD", text) if one.isalnum())
    return letters.upper()[:length] or "#"


def letter_name(letters: str) -> str:
    """Letters as a part of a URL."""
    if letters == "#":
        return "0-9"
    return "".join(one.lower() if one.isascii() else f"u{ord(one):04x}" for one in letters)


def translations_url(person: str) -> str:
    """The page of what a person translated, where it has one of its own, from the person's URL."""
    return f"{person.removesuffix('.html')}/translations.html"


def without_url(field: str) -> str:
    """The list of what lacks a field, where it has one."""
    return f"coverage/without-{field.replace('_', '-')}.html"


def listed_from(date: Date) -> datetime.date:
    """The day a date is listed by."""
    return date.listed


def listed_day(date: Date) -> str:
    """The day of the year that a date is for certain, `11-02`; empty for all others."""
    certain = date.day and not (date.approximate or date.uncertain)
    return date.first.isoformat()[5:] if certain else ""


def listed_under(date: Date) -> tuple[str, str, str]:
    """The year, the month and the day of the year that a date is listed under."""
    day = date.first.isoformat()
    if day == date.edtf:  # Most dates are of a day for certain.
        return day[:4], day[:7], day[5:]
    return listed_year(date), listed_month(date), listed_day(date)


def in_time(label: str) -> bool:
    """Whether a part of a list has its place in the course of time, by its label."""
    return label != UNDATED and not label.endswith((UNKNOWN, OTHER_YEARS))
