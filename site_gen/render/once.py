"""What is worked out once and then known, and short digests of it."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Hashable, Iterable
from typing import TypeVar

LENGTH = 32
"""Letters of a short digest."""

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Once(dict[Key, Value]):
    """A dict whose values are made when they are first asked for. It begins anew when it has as
    many as it may hold, if it is told how many these are.
    """

    def __init__(self, make: Callable[[Key], Value], most: float = math.inf) -> None:
        super().__init__()
        self.make = make
        self.most = most

    def __missing__(self, key: Key) -> Value:
        if len(self) >= self.most:
            self.clear()
        value = self[key] = self.make(key)
        return value


def short_digest(text: str) -> str:
    """128 bits of a digest, in hex: enough to tell the pages of a site apart."""
    return short_digests([text])[0]


def short_digests(texts: Iterable[str]) -> list[str]:
    """The short digest of each text."""
    return digests(text.encode("utf-8", "surrogatepass") for text in texts)


def digests(parts: Iterable[bytes]) -> list[str]:
    """The short digest of each of some bytes."""
    made, size = hashlib.blake2b, LENGTH // 2
    return [made(one, digest_size=size).hexdigest() for one in parts]
