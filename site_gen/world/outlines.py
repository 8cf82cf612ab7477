"""The outlines of the countries of the world, as rings of points, as coarse as is wanted."""

from __future__ import annotations

import json
from functools import cached_property, lru_cache
from typing import Any

from site_gen.world import FOLDER

Point = tuple[float, float]
"""Longitude and latitude in degrees. A ring that passes 180 goes on beyond it."""
Ring = tuple[Point, ...]
Box = tuple[float, float, float, float]
"""West, south, east, north."""


class Outlines:
    """Lines that countries share, and the countries made of them. README.md tells the format."""

    def __init__(self, data: dict[str, Any]) -> None:
        self.unit: int = data["unit"]
        self.tolerances: list[float] = data["tolerances"]
        self._arcs: list[list[Any]] = data["arcs"]
        self._countries: dict[str, list[list[int]]] = data["countries"]
        self._lines: dict[tuple[int, int], list[Point]] = {}

    @property
    def codes(self) -> list[str]:
        """The countries that have an outline; the land of none is under the empty code."""
        return list(self._countries)

    @cached_property
    def boxes(self) -> dict[str, list[Box]]:
        """The box of each ring of each country."""
        coarsest = len(self.tolerances) - 1
        return {
            code: [box_of(self._ring(ring, coarsest)) for ring in rings]
            for code, rings in self._countries.items()
        }

    def level(self, degrees: float) -> int:
        """The coarsest level whose lines are off by no more than so many degrees."""
        fit = [at for at, off in enumerate(self.tolerances) if off <= degrees]
        return max(fit, default=0)

    def ring(self, code: str, number: int, level: int) -> Ring:
        """One ring of a country, closed around the pole if it goes around the world."""
        ring = self._ring(self._countries[code][number], level)
        if abs(ring[-1][0] - ring[0][0]) > 180:
            ring += [(ring[-1][0], -90.0), (ring[0][0], -90.0)]
        return tuple(ring)

    def _ring(self, arcs: list[int], level: int) -> list[Point]:
        ring: list[Point] = []
        for index in arcs:
            line = self._line(index, level) if index >= 0 else self._line(~index, level)[::-1]
            # Where a ring passes 180, the next line may begin on the other side of the world.
            turn = 360 * round((ring[-1][0] - line[0][0]) / 360) if ring else 0
            ring += [(x + turn, y) for x, y in (line[1:] if ring else line)]
        return ring

    def _line(self, index: int, level: int) -> list[Point]:
        if (index, level) not in self._lines:
            levels, *steps = self._arcs[index]
            line: list[Point] = []
            x = y = 0
            for at, kept in enumerate(levels):
                step = steps[2 * at]
                # One step in a line may leap around the world, too.
                step -= 360 * self.unit * round(step / (360 * self.unit))
                x, y = (x + step if at else steps[0]), y + steps[2 * at + 1]
                if int(kept) >= level:
                    line.append((x / self.unit, y / self.unit))
            self._lines[index, level] = line
        return self._lines[index, level]


def box_of(ring: list[Point] | Ring) -> Box:
    """The smallest box around points."""
    xs, ys = [x for x, _ in ring], [y for _, y in ring]
    return min(xs), min(ys), max(xs), max(ys)


@lru_cache(maxsize=1)
def outlines() -> Outlines:
    """The outlines that come with site_gen, read once in a process."""
    return Outlines(json.loads((FOLDER / "outlines.json").read_text("utf-8")))
