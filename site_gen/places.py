"""Places in their hierarchy: which are countries of the world, and what lies in what. Pure."""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import field

from site_gen.diagnostics import Diagnostic, Location, warning
from site_gen.frozen import frozen
from site_gen.model import Document, Registry
from site_gen.slugs import fold, slug_of
from site_gen.world import Known


@frozen
class BuiltIn:
    """The places that come with site_gen, by the keys that they have in one archive.

    `names` are their folded names, `codes` those of ISO 3166 as written, each with the key.
    """

    places: Mapping[str, Known] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    codes: Mapping[str, str] = field(default_factory=dict)


def built_in(registered: Mapping[str, Document], world: Mapping[str, Known]) -> BuiltIn:
    """Give the places of the world their keys.

    A registry entry that bears a name of a country is that country and keeps its own key, unless
    its coordinates say that it lies elsewhere: Georgia in America is another place.
    """
    of_name = {fold(name): one.code for one in world.values() for name in (one.name, *one.variants)}
    of_name |= {
        one.code: one.code for one in world.values() if not one.within and one.code.islower()
    }
    keys: dict[str, str] = {}
    for key, entry in registered.items():
        registry = entry.registry or Registry()
        for name in (entry.title, entry.key, *registry.aliases):
            code = of_name.get(fold(name))
            if code is None or code in keys:
                continue
            if registry.coordinates and not world[code].may_hold(registry.coordinates):
                continue
            keys[code] = key
            break
    for code, one in world.items():
        slug = slug_of(one.name)
        keys.setdefault(code, f"{slug}-{code.lower()}" if slug in registered else slug)
    return BuiltIn(
        {keys[code]: one for code, one in world.items()},
        {name: keys[code] for name, code in of_name.items()},
        {code: keys[one.code] for one in world.values() for code in (one.code, one.code3) if code},
    )


def other_names(known: Known, shown: str) -> tuple[str, ...]:
    """The names of a country beside the one that is shown."""
    return tuple(one for one in (known.name, *known.variants) if fold(one) != fold(shown))


@frozen
class Hierarchy:
    """What lies in what: the key of the place that each place lies in, if in any."""

    parents: Mapping[str, str]

    def around(self, key: str) -> tuple[str, ...]:
        """A place and all that it lies in, from the nearest on."""
        found = [key]
        while parent := self.parents.get(found[-1]):
            found.append(parent)
        return tuple(found)

    def inside(self, credits: Mapping[str, tuple[str, ...]]) -> dict[str, list[str]]:
        """The articles that name each place or a place in it, each once, in the given order.

        `credits` are the places that each article names.
        """
        members: dict[str, list[str]] = defaultdict(list)
        # Most articles name what others name too.
        known: dict[tuple[str, ...], tuple[str, ...]] = {}
        for article, named in credits.items():
            if named not in known:
                each = (above for one in named for above in self.around(one))
                known[named] = tuple(dict.fromkeys(each))
            for key in known[named]:
                members[key].append(article)
        return members


def hierarchy(
    registered: Mapping[str, Document],
    named: Iterable[str],
    owner: Mapping[str, str],
    builtin: BuiltIn,
) -> tuple[Hierarchy, list[Diagnostic]]:
    """Bring places into their hierarchy.

    `named` are the keys of places that articles name; `owner` gives the key for each folded name.
    An entry's own `parent` goes before the continent that is known of a country. A parent that is
    nowhere is told. Places that would lie in each other are told, and what their entries say of
    their parents is not used.
    """
    found: list[Diagnostic] = []
    stated: dict[str, str] = {}
    for key, entry in registered.items():
        text = entry.registry.parent if entry.registry else ""
        if not text:
            continue
        parent = owner.get(fold(text)) or builtin.names.get(fold(text)) or builtin.codes.get(text)
        if parent is None and slug_of(text) == text and text in owner.values():
            parent = text
        if parent:
            stated[key] = parent
        elif "place-parent-unknown" not in entry.accept:
            found.append(_unknown(entry, text, owner, builtin))
    while True:
        parents = _chains((*registered, *named), stated, builtin)
        rings = _rings(parents)
        if not rings:
            return Hierarchy(parents), found
        for ring in rings:
            own = [key for key in ring if key in stated]
            found += _cycle([registered[key] for key in own], ring, registered, builtin)
            for key in own:
                del stated[key]


def _chains(keys: Iterable[str], stated: Mapping[str, str], builtin: BuiltIn) -> dict[str, str]:
    """The parent of each of these places and of all above them."""
    parents: dict[str, str] = {}
    for key in keys:
        while key not in parents:
            place = builtin.places.get(key)
            parent = stated.get(key) or (builtin.codes.get(place.within, "") if place else "")
            if not parent:
                break
            parents[key] = parent
            key = parent
    return parents


def _rings(parents: Mapping[str, str]) -> list[list[str]]:
    """Places that lie in each other, each ring once, from its first key on."""
    rings: list[list[str]] = []
    done: set[str] = set()
    for start in sorted(parents):
        path: list[str] = []
        key = start
        while key in parents and key not in done:
            done.add(key)
            path.append(key)
            key = parents[key]
        if key in path:
            ring = path[path.index(key) :]
            first = ring.index(min(ring))
            rings.append(ring[first:] + ring[:first])
    return rings


def _at(entry: Document) -> Location:
    assert entry.registry is not None
    return entry.registry.parent_at or Location(entry.path)


def _unknown(entry: Document, text: str, owner: Mapping[str, str], builtin: BuiltIn) -> Diagnostic:
    names = [*owner, *builtin.names]
    guess = difflib.get_close_matches(fold(text), names, n=1, cutoff=0.8)
    hint = f"Did you mean `{guess[0]}`? " if guess else ""
    slug = slug_of(text)
    return warning(
        "place-parent-unknown",
        _at(entry),
        f"`parent`: no place is called `{text}`",
        value=text,
        hint=f"{hint}Write the name or the key of a place, or add content/places/{slug}.yml; until "
        f"then {entry.title} lies in nothing that is told here.",
    )


def _cycle(
    entries: list[Document],
    ring: list[str],
    registered: Mapping[str, Document],
    builtin: BuiltIn,
) -> list[Diagnostic]:
    """One warning for a ring, at the first of its entries."""
    told = [one for one in entries if "place-parent-cycle" not in one.accept]
    if len(told) < len(entries):
        return []
    names = [
        registered[key].title if key in registered else builtin.places[key].name for key in ring
    ]
    first = min(entries, key=lambda one: one.path)
    if len(ring) == 1:
        message = f"`parent`: {names[0]} would lie in itself"
    else:
        message = (
            f"`parent`: these places would lie in each other: {' in '.join([*names, names[0]])}"
        )
    return [
        warning(
            "place-parent-cycle",
            _at(first),
            message,
            value=first.registry.parent if first.registry else "",
            hint="Mend the `parent` of one of them; until then what these entries say of their "
            "parents is not used.",
        )
    ]
