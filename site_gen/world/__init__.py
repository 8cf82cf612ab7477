"""The countries of the world and the continents, which come with site_gen.

README.md beside this file tells what the data was made from.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from site_gen.frozen import frozen

FOLDER = Path(__file__).resolve().parent

NEAR = 3.0
"""Degrees beyond its frame within which a point can still be in a country."""


@frozen
class Known:
    """A country or a continent.

    `code` is that of ISO 3166-1 alpha-2 (XK for Kosovo, which users of the standard agreed on), for
    a continent its name in small letters. `within` is the code of a country's continent. `point`
    is latitude and longitude; `frame` is west, south, east and north of what a map of it shows,
    all in degrees, east beyond 180 where it lies on both sides of that line.
    """

    code: str
    code3: str
    name: str
    variants: tuple[str, ...]
    within: str
    point: tuple[float, float]
    frame: tuple[float, float, float, float]

    def may_hold(self, point: tuple[float, float]) -> bool:
        """Whether a point (latitude, longitude) lies in the place or not far from it."""
        west, south, east, north = self.frame
        latitude, longitude = point
        if not south - NEAR <= latitude <= north + NEAR:
            return False
        return any(west - NEAR <= longitude + turn <= east + NEAR for turn in (-360.0, 0.0, 360.0))


@lru_cache(maxsize=1)
def known() -> Mapping[str, Known]:
    """All of them by code, the continents first."""
    rows = json.loads((FOLDER / "places.json").read_text("utf-8"))
    return MappingProxyType(
        {
            row["code"]: Known(
                row["code"],
                row["code3"],
                row["name"],
                tuple(row["variants"]),
                row["within"],
                tuple(row["point"]),
                tuple(row["frame"]),
            )
            for row in rows
        }
    )
