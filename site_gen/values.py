"""Metadata values as text to values of their type; what does not fit says why."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, cast
from urllib.parse import urlsplit

from site_gen import dates, languages, yamlio
from site_gen.config import SiteConfig
from site_gen.fields import FieldType
from site_gen.labels import decode_entities, plain_text
from site_gen.patterns import late_pattern


class Wrong(Exception):
    """A value that does not fit its field; `instead` is what can be used of it all the same."""

    def __init__(self, code: str, message: str, hint: str, instead: Any = None) -> None:
        super().__init__(message)
        self.code, self.message, self.hint, self.instead = code, message, hint, instead


def _wrong_type(wanted: str) -> Wrong:
    return Wrong(
        "wrong-type", f"this should be {wanted}", "Change the value; until then it is not used."
    )


def _text(value: Any, _config: SiteConfig) -> str | None:
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if not isinstance(value, str):
        raise _wrong_type("text")
    return " ".join(value.split()) or None


def _title(value: Any, config: SiteConfig) -> str | None:
    text = _text(value, config)
    return " ".join(decode_entities(text).split()) or None if text else None


def _summary(value: Any, config: SiteConfig) -> str | None:
    text = _text(value, config)
    return plain_text(text) if text else None


def _items(value: Any) -> list[str]:
    items = value if isinstance(value, list) else [value]
    names: list[str] = []
    for item in items:
        if isinstance(item, dict) and isinstance(item.get("name"), str):
            item = item["name"]
        if item is None:
            continue
        if not isinstance(item, str):
            raise _wrong_type("a name or a list of names")
        names.append(item)
    return names


def _unique(names: Iterable[str]) -> tuple[str, ...] | None:
    seen: dict[str, None] = {}
    for name in names:
        clean = decode_entities(" ".join(name.split()))
        if clean:
            seen.setdefault(clean)
    return tuple(seen) or None


def _names(value: Any, _config: SiteConfig) -> tuple[str, ...] | None:
    """Names parted by semicolons and line ends; a comma belongs to a place's name."""
    return _unique(part for item in _items(value) for part in re.split(r"[;\n]", item))


def _list(value: Any, _config: SiteConfig) -> tuple[str, ...] | None:
    """Words parted by commas, semicolons and line ends where they stand in one text."""
    if isinstance(value, list):
        return _unique(_items(value))
    return _unique(part for item in _items(value) for part in re.split(r"[,;\n]", item))


_YEAR = re.compile(r"-?\d{1,4}")


def _aliases(value: Any, config: SiteConfig) -> tuple[tuple[str, str], ...] | None:
    """Other names, each with the years in which it was in use: `1991–2019`, `–1991`, or none."""
    if not isinstance(value, list):
        value = [value] if isinstance(value, dict) else list(_list(value, config) or ())
    found: dict[str, str] = {}
    wrong: list[str] = []
    for item in value:
        [name] = _unique(_items(item)) or [""]
        first, last = (
            str(item.get(key) or "").strip() if isinstance(item, dict) else ""
            for key in ("from", "to")
        )
        wrong += [one for one in (first, last) if one and not _YEAR.fullmatch(one)]
        if name:
            years = f"{first}–{last}" if first or last else ""
            found.setdefault(name, "" if wrong else years)
    pairs = tuple(found.items()) or None
    if wrong:
        shown = ", ".join(f"`{one[:40]}`" for one in wrong)
        hint = "Write years as numbers: `{name: Kiev, from: 1991, to: 2019}`."
        raise Wrong("wrong-type", f"`from` and `to` are years, and not {shown}", hint, pairs)
    return pairs


_BY = re.compile(r"^\s*(?:by|von|par|por)\s+(?=\S)", re.IGNORECASE)
_CONJUNCTION = re.compile(r" (?:and|und|et|y) | ?& ?", re.IGNORECASE)
_INSTITUTION = late_pattern(
    r"\b(?:of|for|on|the|für|des|pour|agencies|agency|staff|team|committee|ministry|institute)\b",
    re.IGNORECASE,
)


def _people(value: Any, _config: SiteConfig) -> tuple[str, ...] | None:
    """Authors. An item of a list is one name; one text may hold several."""
    items = _items(value)
    if isinstance(value, list):
        return _unique(_BY.sub("", item) for item in items)
    return _unique(name for item in items for name in people(item))


def people(text: str) -> list[str]:
    """The persons that a byline names, parted by semicolons, line ends, commas and `and`.

    A comma or an `and` parts names only where each side has two words or more, and none is an
    institution: `Judah, Tim`, `Reuters and AP` and `Institute for War & Peace Reporting` are one.
    """
    names: list[str] = []
    for part in re.split(r"[;\n]", _BY.sub("", text)):
        pieces = [
            piece.strip()
            for half in part.split(",")
            for piece in _CONJUNCTION.split(f" {' '.join(half.split())} ")
            if piece.strip()
        ]
        several = all(len(piece.split()) > 1 for piece in pieces)
        parted = several and not _INSTITUTION.search(part)
        names.extend(pieces if parted else [part.strip(" ,")])
    return [name for name in names if name]


def _date(value: Any, config: SiteConfig) -> dates.Date | None:
    if not isinstance(value, str):
        raise _wrong_type("a date such as 2001-11-02")
    reading = dates.read(value, config.date_order)
    if not reading.problem:
        return reading.date
    hints = {
        "ambiguous": "Set `date_order: dmy` (or mdy) in site.yml, or write 2001-11-02.",
        "impossible": "Write a day that exists, such as 2001-11-02.",
        "unreadable": "Write it as 2001-11-02, 2001-11, 2001, 1942~ or 1999/2003.",
    }
    if reading.problem == "ambiguous" and reading.date is None:
        hints["ambiguous"] = "Write it in full, such as 1944-03-15, with four digits for the year."
    detail = reading.detail or f"`{value}` is not a date"
    raise Wrong(f"date-{reading.problem}", detail, hints[reading.problem], reading.date)


def _url(value: Any, config: SiteConfig) -> str | None:
    text = _text(value, config)
    return text.strip("<>") if text else None


def _urls(value: Any, _config: SiteConfig) -> tuple[str, ...] | None:
    """Addresses, parted by blanks where they stand in one text; those that are none are told."""
    parted = isinstance(value, list)
    items = [one.strip() for one in _items(value)]
    if not parted:
        items = [part for item in items for part in re.split(r"[,;]?\s+", item)]
    urls = list(dict.fromkeys(re.sub(r"^<(.*)>$", r"\1", one) for one in items if one))
    good = tuple(one for one in urls if is_url(one))
    bad = [one for one in urls if not is_url(one)]
    if bad:
        shown = ", ".join(f"`{one[:80]}`" for one in bad)
        raise Wrong(
            "url-unreadable",
            f"not the address of a page: {shown}",
            "Write the whole address, beginning with https://.",
            good or None,
        )
    return good or None


_PLAIN_URL = re.compile(r"https?://[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*(?:/[!-~]*)?")
"""Addresses in which nothing can be wrong: a host alone, or with a path."""


def is_url(text: str) -> bool:
    """Whether a text is the whole address of a page, on a host and a port that can be."""
    if _PLAIN_URL.fullmatch(text):
        return True
    if not re.fullmatch(r"(?:https?|ftp)://[^\s/]\S*", text, re.IGNORECASE):
        return False
    try:
        parts = urlsplit(text)
        # A port is read, and may be wrong, only when it is asked for.
        return bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return False


def _language(value: Any, config: SiteConfig) -> str | None:
    text = _text(value, config)
    if not text:
        return None
    tag = languages.read(text)
    if not tag:
        hint = "Write a tag such as en, fr, prs or pt-BR."
        raise Wrong("language-unknown", f"`{text}` is not a language tag", hint)
    return tag


def _flag(value: Any, _config: SiteConfig) -> bool | None:
    said = value[0] if isinstance(value, list) and len(value) == 1 else value
    text = said.strip().casefold() if isinstance(said, str) else ""
    if text in ("true", "yes", "on", "1"):
        return True
    if text in ("false", "no", "off", "0"):
        return False
    raise _wrong_type("true or false")


def _mapping(value: Any, _config: SiteConfig) -> Any:
    return value


_NUMBER = late_pattern(r"(?:[^\W\d]+\.? )?0*([1-9]\d{0,5})(?:(?: of | ?/ ?)\d+)?", re.IGNORECASE)


def _number(value: Any, config: SiteConfig) -> int | None:
    """A whole number from 1: `2`, `Part 2`, `2 of 5`, `2/5`."""
    text = _text(value, config)
    match = _NUMBER.fullmatch(text) if text else None
    if text and not match:
        raise _wrong_type("a whole number from 1, such as 2")
    return int(match[1]) if match else None


READERS: dict[FieldType, Callable[[Any, SiteConfig], Any]] = {
    "title": _title,
    "text": _text,
    "summary": _summary,
    "people": _people,
    "names": _names,
    "list": _list,
    "aliases": _aliases,
    "date": _date,
    "url": _url,
    "urls": _urls,
    "language": _language,
    "flag": _flag,
    "mapping": _mapping,
    "number": _number,
}


def coordinates(value: Any) -> tuple[float, float] | None:
    """Latitude and longitude in degrees from `[34.5, 69.2]`, `34.5, 69.2` or `{lat: …, lon: …}`.

    Returns None for anything that is not a point on the Earth.
    """
    data = yamlio.plain(value)
    if isinstance(data, dict):
        data = [
            data.get("lat", data.get("latitude")),
            data.get("lon", data.get("longitude", data.get("lng"))),
        ]
    if isinstance(data, str):
        data = data.replace(",", " ").split()
    if not isinstance(data, list) or len(data) != 2:
        return None
    try:
        latitude, longitude = (float(cast("str", one)) for one in data)
    except (TypeError, ValueError):
        return None
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        return None
    return latitude, longitude
