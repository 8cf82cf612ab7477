"""The number of an article in the index: the group that it belongs to, and its place there.

Numbers follow from the keys of articles alone, and few of them change when an article comes or
goes. For a group has more places than articles, and each article takes the first free one of those
that the digest of its key says, in turn by their keys.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from site_gen.frozen import frozen

GROUP, GROUP_WORDS = 144, 36_864
"""Articles that a group holds on average, or words if its articles are long."""


@frozen
class Members:
    """The articles of a group by their places: their keys, these places from 0 on, and how many
    places there are.
    """

    keys: tuple[str, ...]
    places: tuple[int, ...]
    room: int


def number_of_groups(articles: int, words: int) -> int:
    """How many groups articles with so many words in all make: a power of two."""
    return 1 << round(math.log2(max(articles / GROUP, words / GROUP_WORDS, 1)))


def groups_of(keys: Iterable[str], wanted: int, known: Sequence[Members] = ()) -> list[Members]:
    """The keys in so many groups. `known` are as many groups of other keys: what has the same
    articles is taken from there.
    """
    made = [*known] or [Members((), (), 0)] * wanted
    others = set(keys) ^ set(chain.from_iterable(one.keys for one in made))
    of_group: dict[int, set[str]] = {}
    for key in others:
        number = int.from_bytes(_digest(key)[:4], "big") % wanted
        of_group.setdefault(number, set()).add(key)
    for number, some in of_group.items():
        # Of these, what the group holds is gone, and what it does not is new.
        made[number] = _members(sorted(some ^ {*made[number].keys}))
    return made


def _members(keys: Sequence[str]) -> Members:
    # A sixth of the places is free at least, more than half at most.
    room = 1 << (len(keys) * 6 // 5).bit_length() if keys else 0
    taken: dict[int, str] = {}
    for key in keys:
        digest = _digest(key)
        place = int.from_bytes(digest[4:8], "big") % room
        if place in taken:
            place = next(at for one in _numbers(digest) if (at := one % room) not in taken)
        taken[place] = key
    places = tuple(sorted(taken))
    return Members(tuple(map(taken.__getitem__, places)), places, room)


def _digest(key: str) -> bytes:
    return hashlib.sha256(key.encode()).digest()


def _numbers(digest: bytes) -> Iterator[int]:
    """Numbers that follow from a digest, without end."""
    while True:
        for at in range(4, len(digest), 4):
            yield int.from_bytes(digest[at : at + 4], "big")
        digest = hashlib.sha256(digest).digest()
