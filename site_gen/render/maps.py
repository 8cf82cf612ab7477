"""What the maps of pages show: outlines, the place itself, and other places as points to follow."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from site_gen import world
from site_gen.frozen import frozen
from site_gen.model import Archive, Entity
from site_gen.render import drawing
from site_gen.render.drawing import Drawing
from site_gen.world.outlines import Box, Point

APART, WORLD_APART = 26.0, 30.0
"""Units between two points at least, so that a finger can tell them apart: on the map of a region
and of the world."""
SMALLEST, LARGEST = 4.0, 13.0
"""Radii of points in units."""
MOST = 16
"""Points on the map of a region; its page lists all."""
LABELS = 12
FAINT = 150
"""Characters of an outline that is too small to be found on a map."""
WIDE_ENOUGH = 40.0
"""Degrees that the map of a continent shows at least; a place by itself has a third of that."""
LETTER = 8.4
"""Units that a letter of a label takes."""
COLD = -57.0
"""The latitude at which a map of the world ends, where there is nothing farther south."""


@frozen
class Mark:
    """A point of a map: where its link leads, its articles, the places that it stands for too."""

    key: str
    at: Point
    articles: frozenset[str] | int
    also: tuple[str, ...] = ()
    label: str = ""
    """What it is called on the map, where that is not the name of the place it leads to."""

    @property
    def count(self) -> int:
        """How many articles."""
        return self.articles if isinstance(self.articles, int) else len(self.articles)


class Maps:
    """The maps of one archive."""

    def __init__(self, archive: Archive) -> None:
        self.archive = archive
        self.places = archive.entities["place"]

    def of_place(self, place: Entity) -> dict[str, Any] | None:
        """The map of a place: the country it is or lies in, itself, and what lies in it."""
        frame = self._frame(place)
        if frame is None:
            return None
        drawn = drawing.region(frame, self._codes(place))
        found: list[Mark] = []
        for inner in self._within(place):
            at = drawn.place(inner.point) if inner.point and inner.articles else None
            if at:
                found.append(Mark(inner.key, at, len(inner.articles)))
        marks = [group[0] for group in apart(found, APART)][:MOST]
        own = None
        # A country is its outline, but for one that would hardly be seen.
        if place.point and (not place.code or len(drawn.here) < FAINT):
            own = drawn.place(place.point)
        return self._shown(drawn, marks, own)

    def key_of_place(self, place: Entity) -> list[Any]:
        """All that the map of a place depends on beside the program."""
        around = [self.places[key] for key in self.archive.around(place.key)]
        inner = [(one.key, one.name, one.point, len(one.articles)) for one in self._within(place)]
        return [place.point, [one.code for one in around], inner]

    def _within(self, place: Entity) -> Iterator[Entity]:
        """The places directly in it, and for one that has no point those in that one."""
        for key in place.children:
            child = self.places[key]
            if child.point:
                yield child
            else:
                yield from self._within(child)

    def marks_of_world(self) -> tuple[list[Mark], int, float]:
        """The points of the map of the world, how many places are on none, where it ends.

        Places too close to each other share a point, which leads to what they all lie in.
        """
        found: dict[str, Entity] = {}
        lost = 0
        for place in self.places.values():
            if not (place.named and place.articles):
                continue
            above = (self.places[key] for key in self.archive.around(place.key))
            nearest = next((one for one in above if one.point), None)
            if nearest is None:
                lost += 1
            else:
                found[nearest.key] = nearest
        points = [one.point for one in found.values() if one.point]
        south = COLD if all(latitude > COLD for latitude, _ in points) else -90.0
        marks = []
        for one in found.values():
            at = drawing.placed(south, one.point) if one.point else None
            if at:
                marks.append(Mark(one.key, at, len(one.articles)))
        return [self._joined(group) for group in apart(marks, WORLD_APART)], lost, south

    def of_world(self) -> dict[str, Any] | None:
        """The map of the world, with every place that an article names and that has a point."""
        marks, lost, south = self.marks_of_world()
        if not marks:
            return None
        return self._shown(drawing.whole(south), marks, None) | {"lost": lost}

    def key_of_world(self) -> list[Any]:
        """All that the map of the world depends on beside the program."""
        marks, lost, south = self.marks_of_world()
        return [[(one.key, one.at, one.count, one.also) for one in marks], lost, south]

    def _joined(self, group: Sequence[Mark]) -> Mark:
        """One point for places that are close to each other, where the largest of them lies."""
        first = group[0]
        if len(group) == 1:
            return first
        common = [
            key
            for key in self.archive.around(first.key)
            if all(key in self.archive.around(one.key) for one in group)
        ]
        articles = frozenset(key for one in group for key in self.places[one.key].articles)
        names = tuple(self.places[one.key].name for one in group)
        if common:
            above = self.places[common[0]]
            continent = above.code and not world.known()[above.code].within
            label = f"{names[0]} +{len(names) - 1}" if continent else ""
            return Mark(common[0], first.at, articles, names, label)
        return Mark(first.key, first.at, first.count, names)

    def _frame(self, place: Entity) -> Box | None:
        """West, south, east and north of what the map of a place shows; None if it has no map."""
        known = world.known()
        children = [self.places[key].point for key in place.children]
        points = [one for one in (place.point, *children) if one]
        around = [self.places[key].code for key in self.archive.around(place.key)]
        country = next((known[code] for code in around if code and known[code].within), None)
        if place.code and not known[place.code].within:
            within = [one for one in children if one] or [known[place.code].point]
            return _box(within, WIDE_ENOUGH)
        if country and (not place.point or country.may_hold(place.point)):
            return country.frame
        return _box(points, WIDE_ENOUGH / 3) if points else None

    def _codes(self, place: Entity) -> frozenset[str]:
        """The countries that are marked on the map of a place."""
        known = world.known()
        if place.code and not known[place.code].within:
            inside = (one.code for one in known.values() if one.within == place.code)
            return frozenset([place.code, *inside])
        around = [self.places[key].code for key in self.archive.around(place.key)]
        return frozenset([code for code in around if code and known[code].within][:1])

    def _shown(self, drawn: Drawing, marks: Sequence[Mark], own: Point | None) -> dict[str, Any]:
        """A map as its template gets it."""
        most = max((one.count for one in marks), default=1)
        shown = []
        for one in marks:
            x, y = _within(one.at, drawn)
            radius = SMALLEST + (LARGEST - SMALLEST) * math.sqrt(one.count / most)
            place = self.places[one.key]
            shown.append(
                {
                    "x": round(x),
                    "y": round(y),
                    "r": round(radius, 1),
                    "key": one.key,
                    "name": place.name,
                    "called": one.label or place.name,
                    "count": one.count,
                    "also": list(one.also),
                    "label": None,
                }
            )
        labelled(shown, drawn.width, drawn.height)
        return {
            "width": drawn.width,
            "height": drawn.height,
            "land": drawn.land,
            "here": drawn.here,
            "sea": drawn.sea,
            "own": [round(one) for one in _within(own, drawn)] if own else None,
            "marks": shown,
            "lost": 0,
        }


def apart(marks: Iterable[Mark], least: float) -> list[list[Mark]]:
    """Points in groups, so that the first ones of two groups are no closer than `least` units.

    The first of a group has most articles in it; a point joins the nearest of those that are close.
    """
    groups: list[list[Mark]] = []
    # The groups whose first point lies in each field of a grid: close ones lie in fields side by
    # side.
    fields: dict[tuple[int, int], list[int]] = {}
    for mark in sorted(marks, key=lambda one: (-one.count, one.key)):
        x, y = int(mark.at[0] // least), int(mark.at[1] // least)
        beside = (fields.get((x + i, y + j), ()) for i in (-1, 0, 1) for j in (-1, 0, 1))
        near = [(math.dist(mark.at, groups[at][0].at), at) for some in beside for at in some]
        distance, at = min(near, default=(math.inf, 0))
        if distance < least:
            groups[at].append(mark)
        else:
            fields.setdefault((x, y), []).append(len(groups))
            groups.append([mark])
    return groups


def labelled(marks: Sequence[dict[str, Any]], width: int, height: int) -> None:
    """Give the points that have room for it a label: where it starts, and on which side it is."""
    taken: list[tuple[float, float, float, float]] = [
        (one["x"] - one["r"], one["y"] - one["r"], one["x"] + one["r"], one["y"] + one["r"])
        for one in marks
    ]
    for index, one in enumerate(marks[:LABELS]):
        long = LETTER * len(one["called"])
        for side in ("start", "end"):
            gap = one["r"] + 4
            left = one["x"] + gap if side == "start" else one["x"] - gap - long
            box = (left, one["y"] - 9.0, left + long, one["y"] + 9.0)
            others = taken[:index] + taken[index + 1 :]
            if left < 0 or box[2] > width or any(_overlap(box, other) for other in others):
                continue
            taken.append(box)
            one["label"] = {"x": round(one["x"] + (gap if side == "start" else -gap)), "side": side}
            break


def _overlap(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _within(at: Point, drawn: Drawing) -> Point:
    """A point so far from the edge of a map that all of it is seen."""
    room = LARGEST + 1
    return (
        min(max(at[0], room), drawn.width - room),
        min(max(at[1], room), drawn.height - room),
    )


def _box(points: Sequence[tuple[float, float]], least: float) -> Box:
    """A box around points (latitude, longitude), on the shorter way around the world, at least
    so many degrees wide.
    """
    longitudes = sorted(longitude % 360 for _, longitude in points)
    gaps = [
        (after - before, after)
        for before, after in zip(longitudes, [*longitudes[1:], longitudes[0] + 360], strict=True)
    ]
    gap, west = max(gaps)
    west = (west + 180) % 360 - 180
    east = west + 360 - gap
    latitudes = [latitude for latitude, _ in points]
    south, north = min(latitudes), max(latitudes)
    wide, high = max(least - (east - west), 4.0) / 2, max(least / 2 - (north - south), 4.0) / 2
    return west - wide, south - high, east + wide, north + high
