"""The keys of pages of articles, those of all at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from site_gen.near import Near
from site_gen.render.once import LENGTH, digests

NOBODY = " " * LENGTH
"""What stands for an article where there is none. What stands for one is as long."""
AT_ONCE = 4096
"""Pages whose keys are made from one table."""


def keys_of_pages(
    begin: str, keys: Sequence[str], dated: int, near: Near, ends: Iterable[str]
) -> Iterator[str]:
    """The keys of the pages of articles. Each shows its own one, the one before and the one after
    it among so many that are `dated`, which come first, those `near` it, and what it `ends` with.

    `keys` stand for the articles, `begin` is what each key begins with.
    """
    import numpy as np

    places = np.arange(len(keys))
    dates = np.array([-1, *range(dated), -1])
    beside = np.full((len(keys), 2), -1)
    beside[:dated, 0], beside[:dated, 1] = dates[:dated], dates[2:]
    shown = np.column_stack([places, beside, near.table])
    # The last is that of a place before the first.
    standing: Any = np.frombuffer("".join([*keys, NOBODY]).encode(), f"S{LENGTH}")
    first, size, rest = begin.encode(), shown.shape[1] * LENGTH, iter(ends)
    for start in range(0, len(keys), AT_ONCE):
        rows = standing[shown[start : start + AT_ONCE]].tobytes()
        parts = zip(range(0, len(rows), size), rest, strict=False)
        yield from digests(
            first + rows[at : at + size] + end.encode("utf-8", "surrogatepass") for at, end in parts
        )
