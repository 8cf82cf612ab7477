"""YAML of any form, with the position of every key and value, as PyYAML reads it."""

from __future__ import annotations

import re
from typing import Any

import yaml

from site_gen.diagnostics import Diagnostic, Location, error
from site_gen.plainyaml import Key, Read
from site_gen.yamlscalars import MAX_DEPTH, NULL_TAG, TYPED_TAGS, typed

FAST_LOADER: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_LOADERS_DIFFER = re.compile(
    r"[\t\ufeff\x85\u2028\u2029]|[|>][-+0-9]*#|^[-?:\s]*\?|: *\?|[\[{][^\n\[{?]*+\?", re.MULTILINE
)
"""What the two loaders read differently; then the plain one decides, on every machine."""
MAX_NODES = 200_000
_HARMLESS_DEPTH = 200
_OPENERS = re.compile(r"[\[{]")
_INDENT = re.compile(r"^[ ?:-]+", re.MULTILINE)
_NOT_TEXT = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)
MERGE_TAG = "tag:yaml.org,2002:merge"

_QUOTES = 'Put the text in quotes: `key: "text"`.'
_IN_PLAIN_WORDS: tuple[tuple[str, str, str], ...] = (
    (
        "mapping values are not allowed",
        "there is a second `: ` in a line, or a line is indented by mistake",
        f"{_QUOTES} Keys of one block begin in the same column.",
    ),
    (
        "unknown escape",
        "a backslash in double quotes has a meaning of its own",
        "Use single quotes around text with backslashes.",
    ),
    (
        "quoted scalar",
        "a quotation mark is opened here and not closed",
        'Close it, or put the text in quotes of the other kind (`"it\'s"`).',
    ),
    (
        "could not find expected ':'",
        "this line is neither `key: value` nor the rest of the one before",
        "Add the colon and a space after the key, or indent the line by two spaces.",
    ),
    (
        "undefined alias",
        "a value that begins with `*` needs quotes",
        _QUOTES,
    ),
    (
        "while scanning an a",
        "a value that begins with `*` or `&` needs quotes",
        _QUOTES,
    ),
    (
        "cannot start any token",
        "a value may not begin with this character",
        _QUOTES,
    ),
    (
        "flow ",
        "a list in `[ ]` or a block in `{ }` is not closed or lacks a comma",
        f"Close it; if it is meant as text: {_QUOTES[0].lower()}{_QUOTES[1:]}",
    ),
    (
        "another document",
        "a second `---` begins another document",
        "Keep one block of keys.",
    ),
    (
        "expected <block end>",
        "this line does not fit the ones above it, or goes on after a closing quotation mark",
        "Let keys of one block begin in the same column and items of a list with `- `; "
        "write `it''s` within single quotes.",
    ),
    (
        "expected the node content",
        "a value is missing here, or begins with a character that needs quotes",
        _QUOTES,
    ),
)
"""(part of what the loader says, what that means, what to do), the first that fits."""


def load(text: str, path: str, first_line: int = 1) -> tuple[Read | None, list[Diagnostic]]:
    """What `yamlio.load` gives, of a text of whatever form."""
    reader = _Reader(text, path, first_line)
    try:
        too_deep = _too_deep(text)
        if too_deep:
            return None, [reader.too_large(too_deep)]
        node = _composed(text)
    except yaml.MarkedYAMLError as problem:
        return None, [reader.syntax_error(problem)]
    except yaml.reader.ReaderError as problem:
        return None, [reader.unprintable(problem)]
    if node is None:
        return (None, {}), []
    data = reader.read(node, ())
    if reader.found:
        return None, reader.found
    return (data, reader.positions), []


def _composed(text: str) -> yaml.Node | None:
    """The document's root node. Raises yaml.YAMLError, always the plain loader's."""
    if not _LOADERS_DIFFER.search(text):
        try:
            return yaml.compose(text, Loader=FAST_LOADER)
        except yaml.YAMLError:
            # The plain loader has the last word, so that messages are the same everywhere.
            return yaml.compose(text, Loader=yaml.SafeLoader)
    return yaml.compose(text, Loader=yaml.SafeLoader)


def _too_deep(text: str) -> Any:
    """Where a text nests deeper than MAX_DEPTH. Loaders recurse, and the fast one would crash."""
    indent = max((len(match[0]) for match in _INDENT.finditer(text)), default=0)
    if indent + len(_OPENERS.findall(text)) <= _HARMLESS_DEPTH:
        return None
    depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                return event.start_mark
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
    return None


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
        said = " ".join(filter(None, (problem.context, problem.problem)))
        mark = problem.problem_mark or problem.context_mark
        unfinished = "quoted scalar" in said or "simple key" in said or "flow " in said
        if unfinished and problem.context_mark and "escape" not in said:
            # What was begun and not ended is to be mended where it begins.
            mark = problem.context_mark
        line, column = (mark.line, mark.column) if mark else (0, 0)
        line = min(line, max(len(self.lines) - 1, 0))
        source = self.lines[line] if line < len(self.lines) else ""
        meaning, hint = next(
            ((meaning, hint) for part, meaning, hint in _IN_PLAIN_WORDS if part in said),
            (problem.problem or "it cannot be read", _QUOTES),
        )
        if "\t" in source:
            meaning = "this line holds a tab, which YAML does not allow here"
            hint = "Use spaces in place of the tab."
            column = source.index("\t")
        return self.problem("yaml-syntax", line, column, f"Broken YAML: {meaning}", hint=hint)

    def unprintable(self, problem: yaml.reader.ReaderError) -> Diagnostic:
        character = problem.character
        text = character if isinstance(character, str) else chr(character)
        joined = "\n".join(self.lines)
        before = joined[: max(joined.find(text), 0)]
        return self.problem(
            "yaml-syntax",
            before.count("\n"),
            len(before) - (before.rfind("\n") + 1),
            f"Broken YAML: the character U+{ord(text):04X} is not allowed",
            hint="Remove the character.",
        )

    def too_large(self, mark: Any) -> Diagnostic:
        return self.problem(
            "yaml-syntax",
            mark.line,
            mark.column,
            f"Broken YAML: more than {MAX_DEPTH} levels deep, or more than {MAX_NODES:,} values",
            hint="Write the values out plainly, without nesting and without `&` and `*`.",
        )

    def read(self, node: yaml.Node, way: Key) -> Any:
        self.nodes += 1
        mark = node.start_mark
        if len(way) > MAX_DEPTH or self.nodes > MAX_NODES:
            if not self.found:
                self.found.append(self.too_large(mark))
            return None
        empty = node.tag == NULL_TAG and node.value == ""
        if way not in self.positions and not empty:
            self.positions[way] = (self.first_line + mark.line, mark.column + 1)
        if isinstance(node, yaml.ScalarNode):
            return self.scalar(node)
        if isinstance(node, yaml.SequenceNode):
            return [self.read(item, (*way, index)) for index, item in enumerate(node.value)]
        assert isinstance(node, yaml.MappingNode)
        return self.read_mapping(node, way)

    def read_mapping(self, node: yaml.MappingNode, way: Key) -> dict[str, Any]:
        data: dict[str, Any] = {}
        merged: list[Any] = []
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
            if key_node.tag == MERGE_TAG:
                value = self.read(value_node, (*way, "<<"))
                merged.extend(value if isinstance(value, list) else [value])
                continue
            key = str(self.scalar(key_node) or key_node.value)
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
        for more in merged:
            for key, value in more.items() if isinstance(more, dict) else ():
                if key not in data:
                    data[key] = value
                    self.positions[(*way, key)] = self.positions.get((*way, "<<"), (0, 0))
        return data

    def scalar(self, node: yaml.ScalarNode) -> str | None:
        if node.tag == NULL_TAG:
            return None
        text = str(node.value)
        bad = _NOT_TEXT.search(text)
        if bad:
            mark = node.start_mark
            self.found.append(
                self.problem(
                    "yaml-syntax",
                    mark.line,
                    mark.column,
                    f"Broken YAML: U+{ord(bad[0]):04X}, which this text spells, is no character",
                    hint="Remove the `\\` code, or use single quotes where a `\\` is meant.",
                )
            )
            return None
        return typed(text, node.tag) if node.tag in TYPED_TAGS and not node.style else text
