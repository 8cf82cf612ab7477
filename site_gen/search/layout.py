"""What a site's plan decides of its index: the groups of its articles, and what is told of them.

A plan is that of the last build where only texts were edited. Then all this is in the store, and
no article need be looked at but for its text.
"""

from __future__ import annotations

import json
import sys
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TypeVar

from site_gen import cache

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Layout:
    """Articles by groups: where they stand in the archive, group by group, and their places there.

    For each group, `sizes` is how many articles it has, `rooms` how many places, `told` the digest
    of all that the index says of it beside its texts. `title` is the average length of titles.
    """

    order: array[int]
    places: array[int]
    sizes: tuple[int, ...]
    rooms: tuple[int, ...]
    told: tuple[str, ...]
    title: float

    def groups(self, articles: Sequence[Item]) -> Iterator[list[tuple[int, Item]]]:
        """The articles of each group with their places; all of them come in the order of the
        archive.
        """
        ordered = zip(self.places, map(articles.__getitem__, self.order), strict=True)
        return (list(islice(ordered, size)) for size in self.sizes)

    def spread(self, articles: Sequence[Item]) -> Iterator[Item | None]:
        """The article of each number, in order."""
        for room, members in zip(self.rooms, self.groups(articles), strict=True):
            there = dict(members)
            yield from map(there.get, range(room))

    def packed(self) -> bytes:
        """A line of JSON, then the order and the places as numbers of four bytes."""
        about = json.dumps((self.sizes, self.rooms, self.told, self.title)).encode()
        return about + b"\n" + self.order.tobytes() + self.places.tobytes()

    @classmethod
    def unpacked(cls, data: bytes) -> Layout:
        """The layout that was packed."""
        about, _, numbers = data.partition(b"\n")
        sizes, rooms, told, title = json.loads(about)
        both = array("I")
        both.frombytes(numbers)
        middle = len(both) // 2
        return cls(both[:middle], both[middle:], tuple(sizes), tuple(rooms), tuple(told), title)


@dataclass(frozen=True, slots=True)
class Kept:
    """What the store keeps of a plan for its index; nothing where the plan has no key."""

    store: Path
    plan: str
    language: str
    groups: int

    def get(self, kind: str) -> bytes | None:
        """What is kept of a kind."""
        if not self.plan:
            return None
        with cache.Store(self.store) as store:
            return store.get(self.key(kind))

    def put(self, kind: str, data: bytes) -> None:
        """Keep something."""
        if self.plan:
            with cache.Store(self.store) as store:
                store.put([(self.key(kind), data)])

    def key(self, kind: str) -> str:
        """The key of what is kept of a kind."""
        return f"{kind} {self.plan} {self.language} {self.groups} {sys.byteorder}"
