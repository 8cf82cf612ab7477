"""Which articles are near which, as numbers: of thousands few are ever asked for."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterator, Mapping, Set
from functools import cached_property
from typing import Any


class Near(Mapping[str, tuple[str, ...]]):
    """For each article others, the nearest first. `rows` are numbers of four bytes, so many for
    each article: the places of others among all, and -1 behind the last.
    """

    def __init__(self, articles: Collection[str] = (), width: int = 0, rows: bytes = b"") -> None:
        self.articles = articles
        self.width = width
        self.rows = rows

    @cached_property
    def _keys(self) -> tuple[str, ...]:
        return tuple(self.articles)

    @cached_property
    def _places(self) -> dict[str, int]:
        return {key: place for place, key in enumerate(self._keys)}

    @property
    def table(self) -> Any:
        """The rows as a matrix."""
        return self._matrix(self.rows)

    def _matrix(self, rows: bytes) -> Any:
        # It takes a while to load, and many commands do without.
        import numpy as np

        return np.frombuffer(rows, np.intc).reshape(len(self.articles), self.width)

    def others(self, before: bytes) -> frozenset[str]:
        """The articles that have other rows than before, when as many were in the same order."""
        if before == self.rows:
            return frozenset()
        return self._among((self.table != self._matrix(before)).any(axis=1))

    def showing(self, few: Set[str]) -> frozenset[str]:
        """The articles with any of these near them."""
        if not few or not self.rows:
            return frozenset()
        import numpy as np

        places = [self._places[key] for key in few]
        return self._among(np.isin(self.table, places).any(axis=1))

    def _among(self, chosen: Any) -> frozenset[str]:
        """The articles for which it says so."""
        return frozenset(self._keys[at] for at in chosen.nonzero()[0].tolist())

    def __getitem__(self, key: str) -> tuple[str, ...]:
        size = self.width * array("i").itemsize
        place = self._places[key]
        row = array("i", self.rows[place * size : (place + 1) * size])
        return tuple([self._keys[one] for one in row if one >= 0])

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys)

    def __len__(self) -> int:
        return len(self.articles)
