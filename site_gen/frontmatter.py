"""Front matter of other programs: TOML between `+++` lines, and JSON, with the line of each key.

A block is read only if its keys are metadata; a text may begin with a brace.
"""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Callable
from typing import Any

from site_gen.diagnostics import Diagnostic, Location, error
from site_gen.frozen import frozen
from site_gen.patterns import late_pattern
from site_gen.yamlio import Yaml
from site_gen.yamlscalars import MAX_DEPTH, Typed

LONGEST = 200_000
"""Characters in which a block is looked for."""

_TOML = re.compile(r"\n*\+\+\+[ \t]*\n")
_TOML_END = re.compile(r"^\+\+\+[ \t]*$", re.MULTILINE)
_TOML_KEY = re.compile(r"\s*(?:#[^\n]*\n\s*)*(?:[\w\"'][^\n=]{0,60}=|\[)")
_JSON = late_pattern(r"\n*\{\s*\"")
_SPACE = re.compile(r"\s*")
_AT = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
_NOT_TEXT = late_pattern("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef]")
"""What JSON and TOML can spell and no text holds."""
_ASSIGNED = late_pattern(r"^\s*(?:\[+\s*)?(?:\"([^\"\n]*)\"|'([^'\n]*)'|([\w-]+))\s*[.=\]]")


@frozen
class Block:
    """A block at the head of a text. Its text is `text[start:end]`; the body begins at `past`."""

    data: Yaml
    start: int
    end: int
    past: int


def read(
    text: str, path: str, is_field: Callable[[str], bool]
) -> tuple[Block | None, list[Diagnostic]]:
    """The TOML or JSON at the head of a text, if it is metadata: one key at least is a field.

    Returns None with an error for metadata that cannot be read, and None for text.
    """
    first = text.lstrip("\n")[:1]
    if first == "+":
        return _toml(text, path, is_field)
    if first == "{":
        return _json(text, path, is_field)
    return None, []


def _toml(
    text: str, path: str, is_field: Callable[[str], bool]
) -> tuple[Block | None, list[Diagnostic]]:
    start = _TOML.match(text)
    if start is None or not _TOML_KEY.match(text, start.end()):
        return None, []
    end = _TOML_END.search(text, start.end(), LONGEST)
    first_line = text.count("\n", 0, start.end()) + 1
    if end is None:
        block = text[start.end() : LONGEST].split("\n\n", 1)[0]
        if not any(is_field(key) for key, _ in _assigned(block)):
            return None, []
        said = "it has no closing `+++`"
        return None, [_broken("TOML", said, path, text, 1, first_line - 1, 1)]
    block = text[start.end() : end.start()]
    import tomllib

    try:
        data = tomllib.loads(block)
    except (ValueError, RecursionError) as problem:
        if not any(is_field(key) for key, _ in _assigned(block)):
            return None, []
        said = str(problem)
        where = _AT.search(said)
        line, column = (int(where[1]), int(where[2])) if where and where[1] else (1, 1)
        return None, [_broken("TOML", _AT.sub("", said), path, block, first_line, line, column)]
    if not any(is_field(key) for key in data):
        return None, []
    positions: dict[tuple[str | int, ...], tuple[int, int]] = {}
    for key, line in _assigned(block):
        positions.setdefault((key,), (first_line + line, 1))
    for key in data:
        positions.setdefault((key,), (first_line, 1))
    return Block(Yaml(_plain(data), positions), start.end(), end.start(), end.end()), []


def _assigned(block: str) -> list[tuple[str, int]]:
    """The keys that lines of a TOML block begin with, and the line (0-based) of each."""
    matches = ((_ASSIGNED.match(line), index) for index, line in enumerate(block.split("\n")))
    return [(match[1] or match[2] or match[3] or "", index) for match, index in matches if match]


def _json(
    text: str, path: str, is_field: Callable[[str], bool]
) -> tuple[Block | None, list[Diagnostic]]:
    if not _JSON.match(text):
        return None, []
    start = text.index("{")
    pairs: list[tuple[str, int, Any]] = []
    try:
        end = _json_pairs(text[:LONGEST], start + 1, pairs)
    except (ValueError, RecursionError) as problem:
        if not any(is_field(key) for key, _, _ in pairs):
            return None, []
        at, said = start, str(problem)
        if isinstance(problem, json.JSONDecodeError):
            at, said = problem.pos, problem.msg
        place = Location.at(path, text, at)
        return None, [_broken("JSON", said, path, text, 1, place.line, place.column)]
    after = text[end:].split("\n", 1)[0]
    if after.strip() or not any(is_field(key) for key, _, _ in pairs):
        return None, []
    data: dict[str, Any] = {}
    positions: dict[tuple[str | int, ...], tuple[int, int]] = {}
    for key, at, value in pairs:
        place = Location.at(path, text, at)
        if key in data:
            return None, [_twice(key, place, text, positions[(key,)][0])]
        data[key] = _plain(value)
        positions[(key,)] = (place.line, place.column)
    return Block(Yaml(data, positions), start, end, end), []


def _json_pairs(text: str, position: int, pairs: list[tuple[str, int, Any]]) -> int:
    """Read the members of an object into `pairs` (key, offset, value); returns where it ends.

    Raises json.JSONDecodeError.
    """
    decoder = json.JSONDecoder()
    while True:
        at = _past_space(text, position)
        key, position = decoder.raw_decode(text, at)
        if not isinstance(key, str):
            raise json.JSONDecodeError("A key is text in double quotes", text, at)
        position = _past_space(text, position)
        if text[position : position + 1] != ":":
            raise json.JSONDecodeError("A `:` is missing after the key", text, position)
        pairs.append((key, at, None))  # The key is known even if its value is broken.
        value, position = decoder.raw_decode(text, _past_space(text, position + 1))
        pairs[-1] = (key, at, value)
        position = _past_space(text, position)
        sign = text[position : position + 1]
        position += 1
        if sign == "}":
            return position
        if sign != ",":
            raise json.JSONDecodeError("A `,` is missing after the value", text, position - 1)


def _past_space(text: str, position: int) -> int:
    match = _SPACE.match(text, position)
    return match.end() if match else position


def _plain(value: Any, depth: int = 0) -> Any:
    """Data as YAML gives it: text, lists, mappings, and numbers as text that knows its value."""
    if depth > MAX_DEPTH:
        return ""
    if isinstance(value, dict):
        return {key: _plain(inner, depth + 1) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner, depth + 1) for inner in value]
    if isinstance(value, bool | int | float):
        typed = Typed(str(value).lower() if isinstance(value, bool) else str(value))
        typed.value = value
        return typed
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    return _NOT_TEXT.sub("\ufffd", value) if isinstance(value, str) else value


def _broken(
    language: str, said: str, path: str, block: str, first_line: int, line: int, column: int
) -> Diagnostic:
    lines = block.split("\n")
    return error(
        "front-matter-broken",
        Location(path, first_line + line - 1, column),
        f"The {language} at the head of the text cannot be read: {said[:1].lower()}{said[1:]}",
        hint=f"Mend the {language}, or write the metadata as YAML between lines `---`.",
        source=lines[line - 1] if line <= len(lines) else "",
    )


def _twice(key: str, at: Location, text: str, first: int) -> Diagnostic:
    return error(
        "front-matter-broken",
        at,
        f"The key `{key}` stands here a second time",
        value=key,
        hint=f"It was given on line {first} already: keep one of the two.",
        source=text.split("\n")[at.line - 1],
    )
