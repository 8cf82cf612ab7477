"""YAML with the position of every key and value, read as text.

A scalar stays the text that was written (`007`, `no`, `2001-11-02`); the field that takes it
gives it a type. So a language `no` is Norwegian and a date keeps its time zone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from site_gen import plainyaml
from site_gen.diagnostics import Diagnostic
from site_gen.frozen import frozen
from site_gen.plainyaml import Key
from site_gen.yamlscalars import Typed


@frozen
class Yaml:
    """A parsed YAML document: mappings, lists, text and None, and where each stands.

    `positions` maps the way to a value (`("repair", "split_paragraphs")`) to its 1-based line
    and column; for a mapping's value, that of its key.
    """

    data: Any
    positions: Mapping[Key, tuple[int, int]]

    def line(self, *way: str | int) -> int:
        """The line a value stands on, or that of the nearest thing around it."""
        return self._position(way)[0]

    def column(self, *way: str | int) -> int:
        """The column a value stands in, or that of the nearest thing around it."""
        return self._position(way)[1]

    def _position(self, way: Key) -> tuple[int, int]:
        while way and way not in self.positions:
            way = way[:-1]
        return self.positions.get(way, (0, 0))


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
    text, nesting or aliases past any use. What is told does not depend on the loader that the
    machine has.
    """
    plain = plainyaml.read(text, first_line)
    if plain:
        return Yaml(*plain), []
    # PyYAML takes longer to load than most of a build to see that nothing changed.
    from site_gen import anyyaml

    read, found = anyyaml.load(text, path, first_line)
    return Yaml(*read) if read else None, found
