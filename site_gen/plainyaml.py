"""The YAML that most front matter is: keys with a text or a list of texts, one line each.

It is read line by line, many times faster than by PyYAML, and comes to the same; tests hold it to
that. Whatever is not plainly of this form is left to PyYAML, mistakes above all.
"""

from __future__ import annotations

import re
from typing import Any

from site_gen.patterns import late_pattern
from site_gen.yamlscalars import NULL_TAG, TYPED_TAGS, tag_of, typed

LONGEST = 20_000
"""Characters of a block that is read so: nothing in it can be past any use."""

_NOT_PLAIN = late_pattern(
    r"[^\n -~\xa0-\u2027\u202a-\ud7ff\ue000-\ufdcf\ufdf0-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
"""Tabs, line ends of other kinds, and what no text may hold."""
_NOT_PLAIN_ASCII = re.compile(r"[^\n -~]")
"""The same in ASCII."""
_KEY = re.compile(r"([A-Za-z_][\w.-]{0,60}+(?: [\w.-]{1,60}+){0,3}+):(?: ++|$)")
_ITEM = re.compile(r"( *+)- ++")
_FIRST = r"[^\s?:,\[\]{}#&*!|>'\"%@`-]"
_QUOTED = r"\"([^\"\\]*+)\"|'([^']*+)'"
_WHOLE = re.compile(rf"(?:(?:{_QUOTED}) *+|({_FIRST}.*+))$")
_PART = re.compile(rf" *+(?:{_QUOTED}|({_FIRST}[^,\[\]{{}}:#?]*+)) *+")
_UNQUOTED = 3
"""The group of these that holds a text without quotes."""
_IDLE = re.compile(r" *+(?:#.*)?$")
_MAY_MEAN = late_pattern(r"(?!\d{4}-\d\d-\d\d$)[-+.\d~]\S*+$|[A-Za-z]{1,5}+$")
"""What no quotes are around and may be no text to YAML; a day is one."""
_EMPTY_LIST = re.compile(r"\[ *+\] *+$")

Key = tuple[str | int, ...]
"""The way to a value."""
Read = tuple[Any, dict[Key, tuple[int, int]]]
"""What a text says, and where each value stands."""


class _Other(Exception):
    """It is not of this form."""


def read(text: str, first_line: int) -> Read | None:
    """What a block says, and where each value stands; None if it is not of this form.

    `first_line` is the number of its first line in its file.
    """
    unfit = _NOT_PLAIN_ASCII if text.isascii() else _NOT_PLAIN
    if len(text) > LONGEST or unfit.search(text):
        return None
    try:
        return _read(text, first_line)
    except _Other:
        return None


def _read(text: str, first_line: int) -> Read:
    data: dict[str, Any] = {}
    positions: dict[Key, tuple[int, int]] = {}
    items: list[str | None] | None = None
    indent, open_key = "", ""
    for number, line in enumerate(text.split("\n"), first_line):
        key = _KEY.match(line)
        if key is None:
            if _IDLE.match(line):
                continue
            item = _ITEM.match(line)
            if item is None or not open_key:
                raise _Other
            if items is None:
                data[open_key] = items = []
                indent = item[1]
            elif item[1] != indent:
                raise _Other
            positions[open_key, len(items)] = number, item.end() + 1
            items.append(_scalar(line, item.end()))
            continue
        name = key[1]
        if name in data:
            raise _Other
        if not data:
            positions[()] = number, 1
        positions[(name,)] = number, 1
        start = key.end()
        items, open_key = None, ""
        if start == len(line):
            data[name], open_key = None, name
        elif line[start] == "[":
            data[name] = _list(line, start, name, number, positions)
        else:
            data[name] = _scalar(line, start)
    if not data:
        raise _Other
    return data, positions


def _list(
    line: str,
    start: int,
    name: str,
    number: int,
    positions: dict[Key, tuple[int, int]],
) -> list[str | None]:
    """The texts of a list in brackets."""
    if _EMPTY_LIST.match(line, start):
        return []
    found: list[str | None] = []
    at, sign = start + 1, ","
    while sign == ",":
        part = _PART.match(line, at)
        if part is None:
            raise _Other
        kind = part.lastindex or 0
        quote = 0 if kind == _UNQUOTED else 1
        positions[name, len(found)] = number, part.start(kind) - quote + 1
        found.append(part[kind] if quote else _unquoted(part[kind]))
        at = part.end() + 1
        sign = line[at - 1 : at]
    if sign != "]" or line[at:].strip(" "):
        raise _Other
    return found


def _scalar(line: str, start: int) -> str | None:
    """The text from here to the end of a line."""
    match = _WHOLE.match(line, start)
    if match is None:
        raise _Other
    kind = match.lastindex or 0
    text = match[kind]
    if kind != _UNQUOTED:
        return text
    if ": " in text or " #" in text or text.rstrip(" ")[-1] == ":":
        raise _Other
    return _unquoted(text)


def _unquoted(text: str) -> str | None:
    text = text.rstrip(" ")
    if not _MAY_MEAN.match(text):
        return text
    tag = tag_of(text)
    if tag == NULL_TAG:
        return None
    return typed(text, tag) if tag in TYPED_TAGS else text
