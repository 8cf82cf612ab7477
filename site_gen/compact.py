"""Frozen dataclasses that are pickled by the order of their fields: quickly, and small."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import Any, TypeVar

Class = TypeVar("Class")


_SETTERS: dict[type[Any], tuple[Callable[[Any, Any], None], ...]] = {}
"""How each field of a class is set, filled as the classes are made."""


def compact(cls: type[Class]) -> type[Class]:
    """Decorate a dataclass with slots: thousands of it go between processes and into the store.

    A pickle holds the values alone, so it may be read by the very code only that wrote it.
    """
    names = tuple(field.name for field in fields(cls))  # type: ignore[arg-type]
    _SETTERS[cls] = tuple(getattr(cls, name).__set__ for name in names)

    def reduce(self: Any) -> tuple[Any, ...]:
        return _made, (cls, tuple([getattr(self, name) for name in names]))

    cls.__reduce__ = reduce  # type: ignore[method-assign]
    return cls


def _made(cls: type[Class], values: tuple[Any, ...]) -> Class:
    made = object.__new__(cls)
    for put, value in zip(_SETTERS[cls], values, strict=True):
        put(made, value)
    return made
