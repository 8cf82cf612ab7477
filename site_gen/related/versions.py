"""Articles that hold the same text, or most of it: copies, republications, shortened ones.

Sketches find the candidates; their texts are then read and compared word by word.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from site_gen.frozen import frozen
from site_gen.related.signature import SHINGLE, SKETCH
from site_gen.related.vectors import in_order

ALIKE = 80
"""Hundredths of the shingles of the shorter text that stand in the longer."""
SHORT = 40
"""Words below which two texts are only compared for being the same."""
FORMULA = 10
"""Words below which the same text is one article only under the same title."""
SHORTEST = 0.3
"""The least share that a shortened text has of the words of the whole."""
COMMON = 24
"""Texts that hold the same shingle, beyond which it is a formula and no sign of a copy."""
ENDS = 40
"""Shingles at either end of a text that are looked at by themselves."""
MOST_LINKED = 12
"""Articles of one text that link to each other; what more have is a formula."""

_LAST = (1 << 20) - 1
"""The last bits of a shingle's number."""

Table = NDArray[Any]
Verdicts = Mapping[tuple[str, str], int]
"""How much of one text stands in another, in hundredths, by the keys of two bodies; 0: no version.
"""


@frozen
class Text:
    """What a text is compared by. `body` is its key in the store."""

    body: str
    title: str


@frozen
class Versions:
    """Clusters of articles, by their places, each with the least likeness of those compared (100
    if all hold the same text); whom each article links to; what was found of each pair.
    """

    clusters: tuple[tuple[tuple[int, ...], int], ...]
    linked: Mapping[int, tuple[int, ...]]
    verdicts: Verdicts


def find(
    table: Table, text: Callable[[int], Text], read: Callable[[str], list[str]], known: Verdicts
) -> Versions:
    """The versions among articles, given the signatures of all.

    `text` gives the text of an article by its place, `read` the words of a body, `known`
    what an earlier build found of pairs.
    """
    same = _same(table, text)
    group_of = {group[0]: group for group in same}
    alone = table["words"] >= SHORT
    alone[[one for group in same for one in group[1:]]] = False
    verdicts: dict[tuple[str, str], int] = {}
    alike: dict[tuple[int, int], int] = {}
    shingles_of = lru_cache(maxsize=64)(lambda body: _shingles(read(body)))
    for first, second in _candidates(table, np.flatnonzero(alone)):
        pair = text(first).body, text(second).body
        verdict = known.get(pair)
        if verdict is None:
            titles = text(first).title, text(second).title
            verdict = likeness(shingles_of(pair[0]), shingles_of(pair[1]), titles)
        verdicts[pair] = verdict
        if verdict:
            alike[first, second] = verdict
    linked: dict[int, set[int]] = defaultdict(set)
    for members in (
        *same,
        *(group_of.get(a, (a,)) + group_of.get(b, (b,)) for a, b in alike),
    ):
        if len(members) <= MOST_LINKED:
            for one in members:
                linked[one].update(members)
    return Versions(
        tuple(_clusters(same, alike)),
        {one: tuple(sorted(others - {one})) for one, others in sorted(linked.items())},
        verdicts,
    )


def _same(table: Table, text: Callable[[int], Text]) -> list[tuple[int, ...]]:
    """Groups of articles that hold the same words in the same order."""
    digests = table["text"]
    values, counts = np.unique(digests[digests > 0], return_counts=True)
    groups: dict[tuple[int, str], list[int]] = defaultdict(list)
    for at in np.flatnonzero(np.isin(digests, values[counts > 1])).tolist():
        title = text(at).title.casefold() if table["words"][at] < FORMULA else ""
        groups[int(digests[at]), title].append(at)
    return sorted(tuple(group) for group in groups.values() if len(group) > 1)


def _candidates(table: Table, chosen: Table) -> Iterator[tuple[int, int]]:
    """Pairs of articles whose sketches have so much in common that their texts may have most."""
    flat = table["sketch"][chosen].ravel()
    # Most shingles stand in one text alone; few of these have the last bits of another.
    last = flat & _LAST
    places = np.flatnonzero((flat > 0) & (np.bincount(last, minlength=_LAST + 1) > 1)[last])
    order, ordered = in_order(flat[places], places)
    owner = chosen[order // SKETCH]
    starts = np.flatnonzero(np.diff(ordered, prepend=ordered[:1] + 1))
    sizes = np.diff(starts, append=len(ordered))
    pairs = []
    for size in range(2, COMMON + 1):
        begins = starts[sizes == size]
        members = owner[begins[:, None] + np.arange(size)]
        one, other = np.triu_indices(size, 1)
        pairs.append((members[:, one] * len(table) + members[:, other]).ravel())
    codes, shared = np.unique(np.concatenate(pairs), return_counts=True)
    for code, count in zip(codes.tolist(), shared.tolist(), strict=True):
        first, second = divmod(code, len(table))
        short, long = sorted(table["words"][[first, second]].tolist())
        # Half of what texts at the limit are expected to share; sketches are chance samples.
        if short >= SHORTEST * long and count >= max(2, SKETCH * ALIKE / 200 * short / long):
            yield first, second


Shingles = list[tuple[str, ...]]


def _shingles(words: list[str]) -> tuple[Shingles, frozenset[tuple[str, ...]]]:
    rows = list(zip(*(words[at:] for at in range(SHINGLE)), strict=False))
    return rows, frozenset(rows)


def likeness(
    one: tuple[Shingles, frozenset[tuple[str, ...]]],
    other: tuple[Shingles, frozenset[tuple[str, ...]]],
    titles: tuple[str, str],
) -> int:
    """How much of the shorter text stands in the longer, in hundredths; 0 if it is no version.

    It is none if the beginning of the shorter is not in the longer, or its end is not and the
    titles are others: then a formula is all that they share. Nor if most of its numbers are not:
    then they are reports of one form.
    """
    (own, _), (_, theirs) = sorted((one, other), key=lambda text: (len(text[0]), text[0]))
    held = [shingle in theirs for shingle in own]
    share = 100 * sum(held) // max(len(held), 1)
    if share < ALIKE or not _half(held[:ENDS]):
        return 0
    if not _half(held[-ENDS:]) and not _same_title(*titles):
        return 0
    numbers = {shingle[0] for shingle in own if shingle[0].isdigit()}
    shared = numbers & {shingle[0] for shingle in theirs}
    return 0 if len(numbers) > 3 and not _half([one in shared for one in numbers]) else share


def _half(held: Sequence[bool]) -> bool:
    return 2 * sum(held) >= len(held)


def _same_title(one: str, other: str) -> bool:
    """Whether two titles share at least half of their words, and their numbers."""
    words, others = set(one.casefold().split()), set(other.casefold().split())
    apart = words ^ others
    digits = any(character.isdigit() for word in apart for character in word)
    return not digits and 2 * len(words & others) >= len(words | others)


def _clusters(
    same: Sequence[tuple[int, ...]], alike: Mapping[tuple[int, int], int]
) -> Iterator[tuple[tuple[int, ...], int]]:
    """Articles that hang together, with the least likeness that was found among them."""
    root: dict[int, int] = {}

    def top(at: int) -> int:
        while root.setdefault(at, at) != at:
            at = root[at]
        return at

    for group in same:
        for one in group[1:]:
            root[top(one)] = top(group[0])
    for first, second in alike:
        root[top(second)] = top(first)
    members: dict[int, list[int]] = defaultdict(list)
    for one in sorted(root):
        members[top(one)].append(one)
    least = dict.fromkeys(members, 100)
    for (first, _), verdict in alike.items():
        least[top(first)] = min(least[top(first)], verdict)
    # Texts that differ are never wholly alike.
    for first, _ in alike:
        least[top(first)] = min(least[top(first)], 99)
    for head, together in sorted(members.items(), key=lambda item: item[1]):
        yield tuple(together), least[head]
