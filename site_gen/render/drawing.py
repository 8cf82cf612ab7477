"""Maps as drawings: a region of the Earth or all of it, as paths, and where points lie on them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from functools import lru_cache, partial

from site_gen.frozen import frozen
from site_gen.world.outlines import Box, Point, Ring, outlines

WIDTH = 600
"""The width of the map of a region, in units of the drawing."""
LOWEST, HIGHEST = 270, 420
"""Between these is its height."""
FEWEST = 8.0
"""Degrees of latitude that the map of a region shows at least."""
BUDGET = 5_000
"""Characters of the outlines on the map of a region; where they are more, it is coarser."""
BARE, WIDEST = 300, 60.0
"""A map with fewer characters of land around is made wider, up to so many degrees of latitude."""
WORLD_WIDTH = 960
EDGE = 0.03
"""How far outlines go on beyond the edge of a map, as a share of it, so that no cut is seen."""

Project = Callable[[float, float], Point]


@frozen
class Drawing:
    """A map: its size in units, the outlines as SVG paths, and where points lie on it.

    `land` is all land but `here`, what the map is about. `sea` is the edge of the Earth, if shown.
    """

    width: int
    height: int
    land: str
    here: str
    sea: str
    place: Callable[[tuple[float, float]], Point | None]
    """From latitude and longitude to x and y, or None for a point that is not on the map."""


@lru_cache(maxsize=64)
def region(frame: Box, codes: frozenset[str]) -> Drawing:
    """A map of what a frame holds, with these countries marked: a plate carrée whose true scale
    is at the middle latitude.
    """
    west, south, east, north = _fitted(frame)
    across = _across(south, north)
    scale = WIDTH / ((east - west) * across)
    height = round((north - south) * scale)

    def project(longitude: float, latitude: float) -> Point:
        return (longitude - west) * across * scale, (north - latitude) * scale

    def place(point: tuple[float, float]) -> Point | None:
        latitude, longitude = point
        middle = (west + east) / 2
        longitude += 360 * round((middle - longitude) / 360)
        if not (west <= longitude <= east and south <= latitude <= north):
            return None
        return project(longitude, latitude)

    wide, high = (east - west) * EDGE, (north - south) * EDGE
    box = (west - wide, south - high, east + wide, north + high)
    atlas = outlines()
    level = atlas.level(1.2 / scale)
    grain = 1.0
    while True:
        land, here = _paths(box, codes, level, project, 1.5 * grain / scale, grain)
        if len(land) < BARE and north - south < WIDEST:
            # Islands by themselves tell nobody where they lie.
            return region(_wider(frame), codes)
        if len(land) + len(here) <= BUDGET or grain > 12:
            return Drawing(WIDTH, height, land, here, "", place)
        level, grain = min(level + 1, len(atlas.tolerances) - 1), grain * 1.5


@lru_cache(maxsize=2)
def whole(south: float) -> Drawing:
    """A map of the world, down to a latitude."""
    height = round(_on_world(0, south)[1])
    level = outlines().level(0.5)
    land, here = _paths((-180, south, 180, 84), frozenset(), level, _on_world, 0.9, 1.0)
    latitudes = [south + (84 - south) * at / 12 for at in range(13)]
    edge = [_on_world(-180, one) for one in latitudes] + [
        _on_world(180, one) for one in latitudes[::-1]
    ]
    return Drawing(WORLD_WIDTH, height, land, here, path(edge), partial(placed, south))


def placed(south: float, point: tuple[float, float]) -> Point | None:
    """Where a point, latitude and longitude, lies on `whole`; None if it does not."""
    latitude, longitude = point
    return _on_world(longitude, latitude) if south <= latitude <= 84 else None


def _fitted(frame: Box) -> Box:
    """A frame with room around it, neither too small nor too long or too high."""
    west, south, east, north = frame
    middle, centre = (west + east) / 2, (south + north) / 2
    high = max((north - south) * 1.24, FEWEST)
    wide = max((east - west) * 1.16, 0.1)
    across = _across(south, north)
    high = max(high, wide * across * LOWEST / WIDTH)
    wide = min(max(wide, high * WIDTH / HIGHEST / across), 360.0)
    # A map ends at the poles.
    centre = max(min(centre, 90 - high / 2), high / 2 - 90) if high < 180 else 0.0
    high = min(high, 180.0)
    return middle - wide / 2, centre - high / 2, middle + wide / 2, centre + high / 2


def _wider(frame: Box) -> Box:
    """A frame twice as wide and high, and of a size that shows anything."""
    west, south, east, north = frame
    wide, high = max((east - west) / 2, FEWEST), max((north - south) / 2, FEWEST)
    return west - wide, south - high, east + wide, north + high


def _across(south: float, north: float) -> float:
    """How long a degree of longitude is, in degrees of latitude, in the middle of a map."""
    return max(math.cos(math.radians((south + north) / 2)), 0.2)


_A = (1.340264, -0.081106, 0.000893, 0.003796)
_M = math.sqrt(3) / 2


def _equal_earth(longitude: float, latitude: float) -> Point:
    """The projection of Šavrič, Patterson and Jenny (2018), on a sphere of radius 1."""
    theta = math.asin(_M * math.sin(math.radians(latitude)))
    square = theta * theta
    sixth = square**3
    a1, a2, a3, a4 = _A
    down = _M * (a1 + 3 * a2 * square + sixth * (7 * a3 + 9 * a4 * square))
    x = math.radians(longitude) * math.cos(theta) / down
    return x, theta * (a1 + a2 * square + sixth * (a3 + a4 * square))


_RIGHT, _TOP = _equal_earth(180, 0)[0], _equal_earth(0, 84)[1]
_SCALE = WORLD_WIDTH / (2 * _RIGHT)


def _on_world(longitude: float, latitude: float) -> Point:
    """Where a point lies on the map of the world, in the Equal Earth projection."""
    x, y = _equal_earth(longitude, latitude)
    return (x + _RIGHT) * _SCALE, (_TOP - y) * _SCALE


def _paths(
    box: Box, codes: frozenset[str], level: int, project: Project, smallest: float, grain: float
) -> tuple[str, str]:
    """The land and the marked countries in a box, drawn no finer than `grain` units.

    Islands smaller than so many degrees are left out, but of what is marked the largest stays.
    """
    atlas = outlines()
    land: list[str] = []
    here: list[str] = []
    for code in atlas.codes:
        for number, (west, south, east, north) in enumerate(atlas.boxes[code]):
            marked = code in codes
            tiny = max(east - west, north - south) < smallest
            if south > box[3] or north < box[1] or (tiny and not (marked and number == 0)):
                continue
            for turn in (-360, 0, 360):
                if west + turn > box[2] or east + turn < box[0]:
                    continue
                ring = atlas.ring(code, number, 0 if tiny else level)
                shape = clipped(tuple((x + turn, y) for x, y in ring) if turn else ring, box)
                drawn = path((project(x, y) for x, y in shape), grain if not tiny else 1.0)
                (here if marked else land).append(drawn)
    return "".join(land), "".join(here)


def clipped(ring: Ring, box: Box) -> list[Point]:
    """The part of a ring in a box (Sutherland and Hodgman)."""
    west, south, east, north = box
    shape = list(ring)
    for axis, edge, sign in ((0, west, 1), (0, east, -1), (1, south, 1), (1, north, -1)):
        if all((one[axis] - edge) * sign >= 0 for one in shape):
            continue
        made: list[Point] = []
        before = shape[-1] if shape else (0.0, 0.0)
        for one in shape:
            inside, was = (one[axis] - edge) * sign >= 0, (before[axis] - edge) * sign >= 0
            if inside != was:
                share = (edge - before[axis]) / (one[axis] - before[axis])
                other = before[1 - axis] + share * (one[1 - axis] - before[1 - axis])
                made.append((edge, other) if axis == 0 else (other, edge))
            if inside:
                made.append(one)
            before = one
        shape = made
    return shape


def path(points: Iterable[Point], grain: float = 1.0) -> str:
    """A closed SVG path in whole units, without points closer than `grain` to the one before;
    empty where too few are left.
    """
    steps: list[str] = []
    before: tuple[int, int] | None = None
    for x, y in points:
        now = round(x), round(y)
        if before is None:
            steps.append(f"M{now[0]} {now[1]}l")
        elif max(abs(now[0] - before[0]), abs(now[1] - before[1])) >= grain:
            dx, dy = now[0] - before[0], now[1] - before[1]
            first = f" {dx}" if dx >= 0 and len(steps) > 1 else f"{dx}"
            steps.append(f"{first}{dy}" if dy < 0 else f"{first} {dy}")
        else:
            continue
        before = now
    return f"{''.join(steps)}z" if len(steps) > 3 else ""
