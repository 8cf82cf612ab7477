"""Frozen values that are kept and sent fast: as what they were made from, and no more."""

from __future__ import annotations

import pickle
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cache
from itertools import chain, repeat
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeVar, cast

Kind = TypeVar("Kind")

Columns = tuple[tuple[Any, ...], ...]
"""Values of one class field by field: the first fields of all, then the second ones."""


class Compact:
    """A base of frozen dataclasses that pickles them as the arguments of their class.

    What `dataclass` itself does looks up every field by name, and takes three times as long.
    """

    __slots__ = ()

    def __reduce__(self) -> tuple[Any, ...]:
        kind: Any = type(self)
        return kind, _values(kind)(self)


class Late(Compact):
    """A base of those of which thousands are kept: `late` reads a field of all when it is asked
    for of one.
    """

    __slots__ = ("_fields",)

    _fields: _Fields

    if not TYPE_CHECKING:  # Whoever checks types goes by the fields.

        def __getattr__(self, name: str) -> Any:
            """The value of a field that was not asked for so far."""
            if name not in _names(type(self)):
                raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
            self._fields.fill(name)
            return getattr(self, name)


@dataclass(slots=True, eq=False)
class _Fields:
    """The fields of `values` that are not filled in yet, as bytes by name."""

    values: Sequence[Any]
    kept: dict[str, bytes] = field(default_factory=dict)

    def fill(self, name: str) -> None:
        same, found = pickle.loads(self.kept.pop(name))
        _put(self.values, name, repeat(found) if same else found)


def columns(kind: type[Kind], values: Sequence[Kind]) -> Columns:
    """Values of one frozen dataclass with slots, field by field."""
    take: Callable[[Kind], tuple[Any, ...]] = _values(cast("Any", kind))
    return tuple(zip(*map(take, values), strict=True))


def values(kind: type[Kind], parts: Iterable[Columns]) -> list[Kind]:
    """The values that columns were made of, those of the first part first.

    All are filled in at once: to call the class for each takes several times as long.
    """
    parts = [part for part in parts if part]
    made = _empty(kind, sum(len(part[0]) for part in parts))
    for one, column in zip(_names(cast("Any", kind)), zip(*parts, strict=True), strict=False):
        _put(made, one, chain.from_iterable(column))
    return made


def kept(kind: type[Kind], values: Sequence[Kind]) -> dict[str, bytes]:
    """Values of one class of `Late`, as bytes by field. Like values of a field become one, here
    too, which takes less memory.
    """
    found = {}
    for name in _names(cast("Any", kind)):
        column = list(map(attrgetter(name), values))
        same = bool(column) and column.count(column[0]) == len(column)
        if same:
            column = column[:1] * len(column)
        else:
            try:
                pool: dict[Any, Any] = {}
                column = list(map(pool.setdefault, column, column))
            except TypeError:
                pass  # They have no hash, and each stays what it is.
        _put(values, name, column)
        found[name] = pickle.dumps((same, column[0] if same else column), pickle.HIGHEST_PROTOCOL)
    return found


def late(kind: type[Kind], count: int, kept: Mapping[str, bytes]) -> list[Kind]:
    """The values again, so many. Each field of them is read when it is asked for."""
    made = _empty(kind, count)
    _put(made, "_fields", repeat(_Fields(made, dict(kept))))
    return made


def _empty(kind: type[Kind], count: int) -> list[Kind]:
    """So many values with nothing in them."""
    return list(map(cast("Any", object.__new__), repeat(kind, count)))


def _put(values: Sequence[Any], name: str, found: Iterable[Any]) -> None:
    """Put what was found into a field of values, which are frozen to all others."""
    if values:
        deque(map(getattr(type(values[0]), name).__set__, values, found), maxlen=0)


@cache
def _names(kind: Any) -> tuple[str, ...]:
    return tuple(one.name for one in fields(kind))


@cache
def _values(kind: Any) -> Callable[[Any], tuple[Any, ...]]:
    names = _names(kind)
    if len(names) > 1:
        return attrgetter(*names)
    return lambda value: tuple(getattr(value, name) for name in names)
