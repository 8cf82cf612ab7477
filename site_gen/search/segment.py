"""The part of the index that a group of articles makes: computed by itself, kept by its inputs.

An article belongs to a group by the digest of its key, so an edit concerns one group, and the
index is what its groups are put together: no build depends on an earlier one.
"""

from __future__ import annotations

import hashlib
import json
import math
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from site_gen.search.codec import LETTERS, code, gaps, number
from site_gen.search.words import split, stems_of

GROUP = 192
"""Articles that a group holds on average."""
LEVELS = 32
"""Steps of the weight that a word has in an article; one letter of the codec."""
K1, B, TITLE_WEIGHT, TITLE_B, SUMMARY_WEIGHT = 2.5, 0.75, 3.0, 0.3, 1.5
"""BM25F: saturation, length normalisation of the body, weights of title and summary."""
FIELD_GAP = 10
"""Positions left free between title, summary and body, so that no phrase spans two."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What the index knows of an article beside its text. `shown` goes to the results as it is."""

    key: str
    url: str
    title: str
    summary: str
    language: str
    body: str
    """The key of its HTML in the store."""
    notes: str = ""
    """The HTML of what stands below the body: a note on the author."""
    shown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Averages:
    """Lengths that weights are measured by, in words, rounded to steps of an eighth of an octave.

    So an edit of one article changes them, and with them the whole index, only rarely.
    """

    body: float
    title: float

    @classmethod
    def of(cls, bodies: Sequence[int], titles: Sequence[int]) -> Averages:
        """The averages of the lengths of all bodies and titles."""
        return cls(_step(bodies), _step(titles))


def _step(lengths: Sequence[int]) -> float:
    mean = max(sum(lengths) / len(lengths), 1.0) if lengths else 1.0
    return round(2 ** (round(math.log2(mean) * 8) / 8), 3)


@dataclass(slots=True)
class Segment:
    """What a group adds to the index: postings and positions by stem; by form of a word, its
    stems and in how many articles it stands.
    """

    postings: dict[str, str]
    positions: dict[str, str]
    forms: dict[str, tuple[tuple[str, ...], int]]


def groups_of(keys: Sequence[str]) -> list[list[str]]:
    """The keys in groups, each sorted; the number of groups is a power of two."""
    wanted = max(1, 2 ** round(math.log2(max(len(keys), 1) / GROUP)))
    groups: list[list[str]] = [[] for _ in range(wanted)]
    for key in sorted(keys):
        first = int.from_bytes(hashlib.sha256(key.encode()).digest()[:4], "big")
        groups[first % wanted].append(key)
    return groups


def read_group(
    entries: Sequence[Entry], texts: Callable[[Entry], str], averages: Averages
) -> Segment:
    """Index the articles of one group, in order: an article's place in it is its number."""
    postings: dict[str, list[str]] = defaultdict(list)
    positions: dict[str, list[str]] = defaultdict(list)
    last: dict[str, int] = {}
    forms: dict[str, tuple[set[str], list[int]]] = {}
    for slot, entry in enumerate(entries):
        article = _read(entry, texts(entry))
        for form, stem in article.forms:
            if form not in forms:
                forms[form] = ({stem}, [slot])
                continue
            stems, slots = forms[form]
            stems.add(stem)
            if slots[-1] != slot:
                slots.append(slot)
        for stem, places in article.places.items():
            level, in_title = article.level(places, averages)
            postings[stem].append(
                number(slot - last.get(stem, 0)) + LETTERS[level + LEVELS if in_title else level]
            )
            last[stem] = slot
            positions[stem].append(_positions(stem, places, article.by_stem[stem]))
    return Segment(
        {stem: number(len(parts)) + "".join(parts) for stem, parts in postings.items()},
        {stem: "".join(parts) for stem, parts in positions.items()},
        {form: (tuple(sorted(stems)), len(slots)) for form, (stems, slots) in forms.items()},
    )


@dataclass(frozen=True, slots=True)
class _Article:
    """Where each stem stands in an article. The title takes the places before `title`, the
    summary those before `body`.
    """

    places: Mapping[str, Sequence[int]]
    by_stem: Mapping[str, Sequence[tuple[str, Sequence[int]]]]
    """For each stem, its forms and where each stands."""
    forms: Sequence[tuple[str, str]]
    title: int
    body: int
    length: int

    def level(self, places: Sequence[int], averages: Averages) -> tuple[int, bool]:
        """The weight of a word that stands at these places, in steps, and if the title has it."""
        title = summary = 0
        if places[0] < self.body:
            title = bisect_left(places, self.title)
            summary = bisect_left(places, self.body) - title
        weight = (len(places) - title - summary) / (1 - B + B * self.length / averages.body)
        if title or summary:
            weight += TITLE_WEIGHT * title / (1 - TITLE_B + TITLE_B * self.title / averages.title)
            weight += SUMMARY_WEIGHT * summary
        return max(1, round(weight / (weight + K1) * (LEVELS - 1))), title > 0


def _read(entry: Entry, text: str) -> _Article:
    by_word: dict[str, list[int]] = defaultdict(list)
    starts = []
    at = 0
    for part in (entry.title, entry.summary, text):
        starts.append(at)
        words = split(part)
        for place, word in enumerate(words, start=at):
            by_word[word].append(place)
        at += len(words) + FIELD_GAP
    stems = stems_of(entry.language)
    by_stem: dict[str, list[tuple[str, list[int]]]] = defaultdict(list)
    forms = []
    for word, found in by_word.items():
        form, stem = stems[word]
        forms.append((form, stem))
        by_stem[stem].append((form, found))
    places = {
        stem: own[0][1] if len(own) == 1 else sorted(at for _, found in own for at in found)
        for stem, own in by_stem.items()
    }
    length = at - FIELD_GAP - starts[2]
    return _Article(places, by_stem, forms, starts[1] - FIELD_GAP + 1, starts[2], length)


def _positions(stem: str, places: Sequence[int], forms: Sequence[tuple[str, Sequence[int]]]) -> str:
    """Where a stem stands in an article, and in which form if it is not itself a word there."""
    if all(form == stem for form, _ in forms):
        return number(2 * len(places)) + gaps(places)
    marks = {at: mark for form, found in forms for mark in (_mark(form),) for at in found}
    parts = [number(2 * len(places) + 1)]
    last = 0
    for at in places:
        parts.append(number(at - last) + marks[at])
        last = at
    return "".join(parts)


@lru_cache(maxsize=100_000)
def _mark(form: str) -> str:
    value = code(form)
    return LETTERS[value // 64] + LETTERS[value % 64]


def documents(entries: Sequence[Entry], texts: Callable[[Entry], str], size: int) -> list[str]:
    """The document shards of a group: what results show, `size` articles each, as JSON."""
    rows = [
        [entry.title, entry.url, entry.language, *entry.shown, texts(entry)] for entry in entries
    ]
    return [
        json.dumps(rows[start : start + size], ensure_ascii=False, separators=(",", ":"))
        for start in range(0, len(rows), size)
    ]


def merged(values: Sequence[Mapping[str, str]], stem: str) -> str:
    """One stem's postings over all groups: distance to the group, then the group's own."""
    parts = []
    last = 0
    for group, mapping in enumerate(values):
        part = mapping.get(stem)
        if part is not None:
            parts.append(number(group - last) + part)
            last = group
    return "".join(parts)
