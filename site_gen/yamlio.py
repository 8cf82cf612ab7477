"""YAML with the position of every key and value, read as text.

A scalar stays the text that was written (`007`, `no`, `2001-11-02`); the field that takes it
gives it a type. So a language `no` is Norwegian and a date keeps its time zone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from site_gen.diagnostics import Diagnostic, Location, error

FAST_LOADER: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
MAX_DEPTH = 40
MAX_NODES = 200_000
TYPED_TAGS = frozenset(f"tag:yaml.org,2002:{name}" for name in ("bool", "int", "float"))
NULL_TAG = "tag:yaml.org,2002:null"

Key = tuple[str | int, ...]


class Typed(str):
    """An unquoted scalar that YAML calls a boolean or a number; `value` is what it means."""

    __slots__ = ("value",)
    value: bool | int | float


@dataclass(frozen=True, slots=True)
class Yaml:
    """A parsed YAML document: mappings, lists, text and None, and where each stands.

    `positions` maps the way to a value (`("repair", "split_paragraphs")`) to its 1-based line
    and column; for a mapping's value, that of its key.
    """

    data: Any
    positions: Mapping[Key, tuple[int, int]]

    def line(self, *way: str | int) -> int:
        """The line a value stands on, or that of the nearest thing around it."""
        while way and way not in self.positions:
            way = way[:-1]
        return self.positions.get(way, (0, 0))[0]

    def column(self, *way: str | int) -> int:
        """The column a value stands in, or that of the nearest thing around it."""
        while way and way not in self.positions:
            way = way[:-1]
        return self.positions.get(way, (0, 0))[1]


def plain(data: Any) -> Any:
    """The same data with booleans and numbers in place of their text."""
    if isinstance(data, Typed):
        return data.value
    if isinstance(data, dict):
        return {key: plain(value) for key, value in data.items()}
    if isinstance(data, list):
        return [plain(value) for value in data]
    return data


def load(text: str, path: str, first_line: int = 1) -> tuple[Yaml | None, list[Diagnostic]]:
    """Parse one YAML document whose first line is `first_line` of the file at `path`.

    Returns None with errors if it is broken: bad syntax, a key given twice, a key that is not
    text, nesting or aliases past any use.
    """
    reader = _Reader(text, path, first_line)
    try:
        # The fast loader takes tabs that the plain one refuses; on every machine they are refused.
        node = yaml.compose(text, Loader=yaml.SafeLoader if "\t" in text else FAST_LOADER)
    except yaml.MarkedYAMLError as problem:
        return None, [reader.syntax_error(problem)]
    except yaml.reader.ReaderError as problem:
        return None, [reader.unprintable(problem)]
    if node is None:
        return Yaml(None, {}), []
    data = reader.read(node, ())
    if reader.found:
        return None, reader.found
    return Yaml(data, reader.positions), []


class _Reader:
    def __init__(self, text: str, path: str, first_line: int) -> None:
        self.lines = text.split("\n")
        self.path = path
        self.first_line = first_line
        self.positions: dict[Key, tuple[int, int]] = {}
        self.found: list[Diagnostic] = []
        self.nodes = 0

    def problem(self, code: str, line: int, column: int, message: str, **more: str) -> Diagnostic:
        """An error at a 0-based line and column of the text."""
        source = self.lines[line].rstrip("\r") if 0 <= line < len(self.lines) else ""
        at = Location(self.path, self.first_line + line, column + 1)
        return error(code, at, message, source=source, **more)

    def syntax_error(self, problem: yaml.MarkedYAMLError) -> Diagnostic:
        mark = problem.problem_mark or problem.context_mark
        line, column = (mark.line, mark.column) if mark else (0, 0)
        # The mark of an unfinished token stands after the end; the last line is where to look.
        line = min(line, max(len(self.lines) - 1, 0))
        source = self.lines[line] if line < len(self.lines) else ""
        hint = "Mend the YAML here; text with `: ` or a leading `[`, `{`, `*` or `@`, needs quotes."
        if "\t" in source:
            hint = "This line holds a tab, which YAML does not allow here: use spaces."
        said = problem.problem or "it cannot be read"
        return self.problem("yaml-syntax", line, column, f"Broken YAML: {said}", hint=hint)

    def unprintable(self, problem: yaml.reader.ReaderError) -> Diagnostic:
        character = problem.character
        text = character if isinstance(character, str) else chr(character)
        joined = "\n".join(self.lines)
        before = joined[: max(joined.find(text), 0)]
        line = before.count("\n")
        return self.problem(
            "yaml-syntax",
            line,
            len(before) - (before.rfind("\n") + 1),
            f"Broken YAML: the character U+{ord(text):04X} is not allowed",
            hint="Remove the character.",
        )

    def read(self, node: yaml.Node, way: Key) -> Any:
        self.nodes += 1
        mark = node.start_mark
        if way not in self.positions:
            self.positions[way] = (self.first_line + mark.line, mark.column + 1)
        if len(way) > MAX_DEPTH or self.nodes > MAX_NODES:
            if not self.found:
                self.found.append(
                    self.problem(
                        "yaml-syntax",
                        mark.line,
                        mark.column,
                        "Broken YAML: nested too deep or grown too large by aliases",
                        hint="Write the values out plainly.",
                    )
                )
            return None
        if isinstance(node, yaml.ScalarNode):
            return _scalar(node)
        if isinstance(node, yaml.SequenceNode):
            return [self.read(item, (*way, index)) for index, item in enumerate(node.value)]
        assert isinstance(node, yaml.MappingNode)
        return self.read_mapping(node, way)

    def read_mapping(self, node: yaml.MappingNode, way: Key) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for key_node, value_node in node.value:
            mark = key_node.start_mark
            if not isinstance(key_node, yaml.ScalarNode):
                self.found.append(
                    self.problem(
                        "yaml-syntax",
                        mark.line,
                        mark.column,
                        "Broken YAML: this key is not text",
                        hint="Put quotes around a value that begins with `{` or `[`.",
                    )
                )
                continue
            key = str(key_node.value)
            if key in data:
                first = self.positions[(*way, key)][0]
                self.found.append(
                    self.problem(
                        "yaml-duplicate-key",
                        mark.line,
                        mark.column,
                        f"The key `{key}` stands here a second time",
                        value=key,
                        hint=f"It was given on line {first} already: keep one of the two.",
                    )
                )
                continue
            self.positions[(*way, key)] = (self.first_line + mark.line, mark.column + 1)
            data[key] = self.read(value_node, (*way, key))
        return data


def _scalar(node: yaml.ScalarNode) -> str | None:
    if node.tag == NULL_TAG:
        return None
    text = str(node.value)
    if node.tag in TYPED_TAGS and node.style is None:
        typed = Typed(text)
        typed.value = _value(text)
        return typed
    return text


def _value(text: str) -> bool | int | float:
    loaded = yaml.load(text, Loader=yaml.SafeLoader)
    return loaded if isinstance(loaded, (bool, int, float)) else 0
