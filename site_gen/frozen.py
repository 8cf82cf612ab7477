"""Frozen dataclasses, more than a hundred of which are made before a build can begin."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, FrozenInstanceError, dataclass, field, fields
from functools import cache
from operator import attrgetter
from typing import Any, TypeVar, dataclass_transform

Kind = TypeVar("Kind")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def frozen(kind: type[Kind]) -> type[Kind]:
    """What `dataclass(frozen=True, slots=True)` makes, in a third of the time.

    That writes and compiles eight methods for each class; this one only its constructor, when its
    first value is made. The others ask for the fields, and take two to three times as long.
    """
    made: Any = dataclass(init=False, repr=False, eq=False, slots=True)(kind)
    for one in fields(made):
        if one.kw_only or not one.init or one.hash is not None:
            raise TypeError(f"{made.__qualname__}.{one.name}: no such fields are made here")

    def first(self: Any, *given: Any, **named: Any) -> None:
        made.__init__ = _constructor(made)
        made.__init__(self, *given, **named)

    made.__init__ = first
    for name, method in _METHODS.items():
        if name not in vars(kind):
            setattr(made, name, method)
    done: type[Kind] = made
    return done


def getter(names: tuple[str, ...]) -> Callable[[Any], tuple[Any, ...]]:
    """What gives so many attributes of a value."""
    if len(names) > 1:
        return attrgetter(*names)
    return lambda value: tuple(getattr(value, name) for name in names)


def _constructor(kind: Any) -> Callable[..., None]:
    arguments, lines = ["self"], []
    known: dict[str, Any] = {"__unset": MISSING}
    for one in fields(kind):
        name = value = argument = one.name
        if one.default is not MISSING:
            known[f"__default_{name}"] = one.default
            argument = f"{name}=__default_{name}"
        elif one.default_factory is not MISSING:
            known[f"__make_{name}"] = one.default_factory
            argument = f"{name}=__unset"
            value = f"__make_{name}() if {name} is __unset else {name}"
        arguments.append(argument)
        # What the slot itself does need not be looked up by its name for each value.
        known[f"__put_{name}"] = getattr(kind, name).__set__
        lines.append(f" __put_{name}(self, {value})\n")
    if hasattr(kind, "__post_init__"):
        lines.append(" self.__post_init__()\n")
    exec(f"def __init__({', '.join(arguments)}):\n{''.join(lines) or ' pass'}", known)
    made: Callable[..., None] = known["__init__"]
    made.__qualname__ = f"{kind.__qualname__}.__init__"
    return made


def _of_compared(kind: Any) -> Callable[[Any], tuple[Any, ...]]:
    return getter(tuple(one.name for one in fields(kind) if one.compare))


_compared: Callable[[Any], Callable[[Any], tuple[Any, ...]]] = cache(_of_compared)


def _of_shown(kind: Any) -> tuple[str, ...]:
    return tuple(one.name for one in fields(kind) if one.repr)


_shown: Callable[[Any], tuple[str, ...]] = cache(_of_shown)


def _repr(self: Any) -> str:
    shown = ", ".join([f"{name}={getattr(self, name)!r}" for name in _shown(type(self))])
    return f"{type(self).__qualname__}({shown})"


def _equal(self: Any, other: Any) -> Any:
    if type(other) is not type(self):
        return NotImplemented
    compared = _compared(type(self))
    return compared(self) == compared(other)


def _hash(self: Any) -> int:
    return hash(_compared(type(self))(self))


def _refuse(self: Any, name: str, *_: object) -> None:
    raise FrozenInstanceError(f"{type(self).__qualname__}.{name} cannot be changed")


def _state(self: Any) -> list[Any]:
    return [getattr(self, one.name) for one in fields(self)]


def _set_state(self: Any, state: list[Any]) -> None:
    for one, value in zip(fields(self), state, strict=True):
        object.__setattr__(self, one.name, value)


_METHODS: dict[str, Callable[..., Any]] = {
    "__repr__": _repr,
    "__eq__": _equal,
    "__hash__": _hash,
    "__setattr__": _refuse,
    "__delattr__": _refuse,
    "__getstate__": _state,
    "__setstate__": _set_state,
}
"""What a frozen class has, unless it says otherwise itself."""
