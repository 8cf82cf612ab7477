"""What a site's plan decides of its index: the groups of its articles, and what is told of them.

A plan is that of the last build where only texts were edited. Then all this is in the store, and
no article need be looked at but for its text.
"""

from __future__ import annotations

import pickle
import sys
from array import array
from collections.abc import Iterable, Mapping
from itertools import accumulate, islice, pairwise
from pathlib import Path

from site_gen import cache
from site_gen.frozen import frozen
from site_gen.search.numbering import Members


@frozen
class Layout:
    """Articles by groups: where they stand in the archive, group by group, and their places there.

    For each group, `sizes` is how many articles it has, `rooms` how many places, `told` the digest
    of all that the index says of it beside its texts, `titles` how many words its titles have.
    `variants` are forms of words with stems beside their own. `plan` is what decided all this,
    `names` are the keys of articles, group by group, with NULs between them.
    """

    order: array[int]
    places: array[int]
    sizes: tuple[int, ...]
    rooms: tuple[int, ...]
    told: tuple[str, ...]
    titles: tuple[int, ...]
    variants: Mapping[str, tuple[str, ...]]
    plan: str
    names: str

    def members(self) -> list[Members]:
        """The groups as `numbering` has them."""
        keys = self.names.split("\0") if self.names else []
        ordered = zip(keys, self.places, strict=True)
        groups = ([*islice(ordered, size)] for size in self.sizes)
        return [
            Members(tuple(key for key, _ in one), tuple(place for _, place in one), room)
            for one, room in zip(groups, self.rooms, strict=True)
        ]

    def spread(self) -> list[list[int]]:
        """By groups: where the article of each place stands in the archive; -1 where none is."""
        groups = [[-1] * room for room in self.rooms]
        for here, numbers in zip(spans(self.sizes), groups, strict=True):
            for index, place in zip(self.order[here], self.places[here], strict=True):
                numbers[place] = index
        return groups

    def packed(self) -> bytes:
        """It as bytes."""
        return pickle.dumps(self, pickle.HIGHEST_PROTOCOL)

    @staticmethod
    def unpacked(data: bytes) -> Layout:
        """The layout that was packed."""
        layout: Layout = pickle.loads(data)
        return layout


def spans(sizes: Iterable[int]) -> list[slice]:
    """Where each of some groups stands, which follow one another and are so large."""
    return [slice(*one) for one in pairwise(accumulate(sizes, initial=0))]


@frozen
class Kept:
    """What the store keeps of a plan for its index; nothing where the plan has no key."""

    store: Path
    program: str
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
        """The key of what is kept of a kind: the facets of the plan, else what was made last."""
        of = self.plan if kind == "facets" else self.program
        return f"{kind} {of} {self.language} {self.groups} {sys.byteorder}"
