"""Frozen values that are kept and sent fast: as what they were made from, and no more."""

from __future__ import annotations

import pickle
from array import array
from collections import deque
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields
from functools import cache
from itertools import chain, pairwise, repeat
from operator import attrgetter, is_
from typing import TYPE_CHECKING, Any, TypeVar, cast

from site_gen.frozen import getter

Kind = TypeVar("Kind")

Kept = Mapping[str, Sequence[bytes]]
"""What is kept of values by field: a part for each block of them."""

BLOCK = 256
"""Values that are kept as a block."""

SAMPLE = 500
"""Values that tell whether a field repeats itself."""

FEW = 8
"""Signs up to which it is faster to look for each in what is pickled than to unpickle it."""

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
    """A base of those of which thousands are kept: `late` reads a field of a block of them when it
    is asked for of one.
    """

    __slots__ = ("_fields",)

    _fields: _Fields

    if not TYPE_CHECKING:  # Whoever checks types goes by the fields.

        def __getattr__(self, name: str) -> Any:
            """The value of a field that was not asked for so far."""
            if name not in names(type(self)):
                raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
            self._fields.fill(name)
            return getattr(self, name)

    def may_hold(self, name: str, signs: frozenset[bytes]) -> bool:
        """Whether any of a few signs may be in what a field is kept as, which is not read to learn
        it.
        """
        block: _Fields | None = getattr(self, "_fields", None)
        return block is None or block.may_hold(name, signs)


@dataclass(slots=True, eq=False)
class _Fields:
    """The fields of a block of `values` that are not filled in yet: the part of this `number` of
    what is kept of each, and what some are `unpacked` by.
    """

    values: Sequence[Any]
    number: int
    kept: Kept
    unpacked: Mapping[str, Callable[[Any], Sequence[Any]]]
    held: dict[tuple[str, frozenset[bytes]], bool] = field(default_factory=dict)

    def fill(self, name: str) -> None:
        same, found = pickle.loads(self.part(name))
        if name in self.unpacked:
            found = self.unpacked[name](found)
        _put(self.values, name, repeat(found[0]) if same else found)

    def part(self, name: str) -> bytes:
        return self.kept[name][self.number]

    def may_hold(self, name: str, signs: frozenset[bytes]) -> bool:
        if len(signs) > FEW:
            return True
        if (name, signs) not in self.held:
            self.held[name, signs] = any(map(self.part(name).__contains__, signs))
        return self.held[name, signs]


def columns(kind: type[Kind], values: Sequence[Kind]) -> Columns:
    """Values of one frozen dataclass with slots, field by field."""
    take: Callable[[Kind], tuple[Any, ...]] = _values(cast("Any", kind))
    return tuple(zip(*map(take, values), strict=True)) or ((),) * len(names(cast("Any", kind)))


def values(kind: type[Kind], parts: Iterable[Columns]) -> list[Kind]:
    """The values that columns were made of, those of the first part first.

    All are filled in at once: to call the class for each takes several times as long.
    """
    parts = list(parts)
    if not parts:
        return []
    made = _empty(kind, sum(len(part[0]) for part in parts))
    for one, column in zip(names(cast("Any", kind)), zip(*parts, strict=True), strict=True):
        _put(made, one, chain.from_iterable(column))
    return made


def filled(kind: type[Kind], count: int, /, **columns: Iterable[Any]) -> list[Kind]:
    """So many values of a frozen dataclass with slots: some of its fields, by name, for all of
    them; the others as they are if nothing is said. Raises TypeError where one has no such default.
    """
    made = _empty(kind, count)
    for one in fields(cast("Any", kind)):
        if one.name not in columns and one.default is MISSING:
            raise TypeError(f"{kind.__name__} needs its {one.name}")
        _put(made, one.name, columns[one.name] if one.name in columns else repeat(one.default))
    return made


def share(
    kind: type[Kind],
    values: Sequence[Kind],
    varied: Collection[str] = (),
    **there: Iterable[Hashable],
) -> None:
    """Let equal values of a field be one, which takes less memory; not those of `varied` fields,
    where equal ones may be told apart, as 1 and True are. Of some fields most are `there` already.
    """
    for name in names(cast("Any", kind)):
        column = list(map(attrgetter(name), values))
        # Where some that are equal are one already, or no two of them are equal, so are most.
        some = column[:: len(column) // SAMPLE + 1]
        if name in there or (name not in varied and len(set(some)) < len(set(map(id, some)))):
            pool: dict[Any, Any] = {one: one for one in there.get(name, ())}
            _put(values, name, list(map(pool.setdefault, column, column)))


def kept(
    kind: type[Kind],
    parts: Iterable[Sequence[Kind]],
    varied: Collection[str] = (),
    **packed: Callable[[Sequence[Any]], Any],
) -> dict[str, list[bytes]]:
    """Blocks of values of one class of `Late`, as `Kept`. What is shared in a block stays so, and
    a block that `late` gave is what it was kept as. A field may be `packed`: some of its values
    made something that pickles faster, and that `late` unpacks.
    """
    found: dict[str, list[bytes]] = {name: [] for name in names(cast("Any", kind))}
    for block in parts:
        lying = _lying(block)
        for name, some in found.items():
            if lying:
                some.append(lying.part(name))
                continue
            column = list(map(attrgetter(name), block))
            same = name not in varied and column.count(column[0]) == len(column)
            of_block = packed.get(name, list)(column[:1] if same else column)
            some.append(pickle.dumps((same, of_block), pickle.HIGHEST_PROTOCOL))
    return found


def _lying(block: Sequence[Any]) -> _Fields | None:
    """The block of values that `late` gave which these are, all of them and in their order."""
    of_first: _Fields | None = getattr(block[0], "_fields", None)
    if of_first and len(of_first.values) == len(block):
        return of_first if all(map(is_, of_first.values, block)) else None
    return None


def cuts(count: int) -> list[int]:
    """Where the blocks of so many values begin, and where the last ends."""
    return [*range(0, count, BLOCK), count]


def blocks(values: Sequence[Any], at: Sequence[int]) -> list[Sequence[Any]]:
    """The blocks of values, which begin and end there."""
    return [values[begin:end] for begin, end in pairwise(at)]


def of_parts(kind: type[Kind], parts: Sequence[bytes], begins: int, count: int) -> Kept:
    """What was kept of so many blocks, of parts that begin here: field by field."""
    named = names(cast("Any", kind))
    starts = [begins + at * count for at in range(len(named) + 1)]
    return dict(zip(named, blocks(parts, starts), strict=True))


def late(
    kind: type[Kind], at: Sequence[int], kept: Kept, **unpacked: Callable[[Any], Sequence[Any]]
) -> list[Kind]:
    """The values again, whose blocks begin and end there. Each field of a block is read when it is
    asked for, and `unpacked` where it was packed.
    """
    made = _empty(kind, at[-1])
    for number, block in enumerate(blocks(made, at)):
        _put(block, "_fields", repeat(_Fields(block, number, kept, unpacked)))
    return made


def numbers(some: Iterable[int]) -> bytes:
    """Numbers as bytes, four of each, which are also the sign of one among others."""
    return array("I", some).tobytes()


def numbered(data: bytes) -> array[int]:
    """The numbers again."""
    made = array("I")
    made.frombytes(data)
    return made


def _empty(kind: type[Kind], count: int) -> list[Kind]:
    """So many values with nothing in them."""
    return list(map(cast("Any", object.__new__), repeat(kind, count)))


def _put(values: Sequence[Any], name: str, found: Iterable[Any]) -> None:
    """Put what was found into a field of values, which are frozen to all others."""
    if values:
        deque(map(getattr(type(values[0]), name).__set__, values, found), maxlen=0)


@cache
def names(kind: Any) -> tuple[str, ...]:
    """The names of the fields of a class, in their order."""
    return tuple(one.name for one in fields(kind))


@cache
def _values(kind: Any) -> Callable[[Any], tuple[Any, ...]]:
    return getter(names(kind))
