"""The related articles of each article, made anew only where something near it has changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from site_gen import memory, parallel
from site_gen.frozen import frozen
from site_gen.related.vectors import NEAR, Vectors

Matrix = NDArray[Any]
CHUNK = 500
"""Articles whose lists a worker makes at a time."""
FEW = 3_000
"""Lists that are made before workers would have started."""
SPARE = 3
"""How many times as many articles as are wanted are put in order: some are versions of others."""


@frozen
class Articles:
    """What lists are made from, in the order of the keys.

    `days` are dates as numbers, 0 for none. `versions` are the articles that have the same text
    as one, or are translations of it, by its place; they are not listed together.
    """

    keys: tuple[str, ...]
    vectors: Vectors
    days: Matrix
    versions: Mapping[int, tuple[int, ...]]
    size: int
    """How many related articles a list holds at most."""


@frozen
class Lists:
    """For each article its related ones, the nearest first, and how near; -1 where there is none.

    Articles are told by their place among the keys.
    """

    of: Articles
    related: Matrix
    nearness: Matrix


def lists(articles: Articles, past: Lists | None, jobs: int | parallel.Elsewhere) -> Lists:
    """The lists of all articles. `past` are those of an earlier build; they only save work."""
    count, size = len(articles.keys), articles.size
    related = np.full((count, size), -1, np.int32)
    nearness = np.zeros((count, size), np.int32)
    wanted = np.arange(count)
    if past is not None and past.of.size == size:
        wanted = _affected(articles, past, related, nearness)
    chunks = parallel.chunks(wanted.tolist(), CHUNK)
    if len(wanted) > FEW:
        # Vectors and postings are made from columns that are several times as large.
        memory.give_back()
        _ = articles.vectors.postings  # Workers that are copies of this process have them at once.
        memory.give_back()
    made = parallel.ordered_map(
        _listed, chunks, articles, jobs if len(wanted) > FEW else 1, here=True
    )
    for rows, (found, near) in zip(chunks, made, strict=True):
        related[rows], nearness[rows] = found, near
    return Lists(articles, related, nearness)


def _affected(articles: Articles, past: Lists, related: Matrix, nearness: Matrix) -> Matrix:
    """The articles whose lists may be others than before; the lists of the rest are put in."""
    old = np.arange(len(articles.keys))
    if past.of.keys != articles.keys:
        before = {key: at for at, key in enumerate(past.of.keys)}
        old = np.array([before.get(key, -1) for key in articles.keys], np.int64)
    same = _unchanged(articles, past.of, old)
    changed = np.flatnonzero(~same)
    if len(changed) * 4 > len(same):
        return np.arange(len(same))
    # Where an old article stands now; nowhere if it is another.
    now = np.full(len(past.of.keys) + 1, -1, np.int32)
    now[old[same]] = np.flatnonzero(same)
    listed = past.related[old[same]]
    related[same] = now[listed]
    nearness[same] = past.nearness[old[same]]
    affected = ~same
    affected[same] = ((listed >= 0) & (now[listed] < 0)).any(axis=1)
    floor = np.where(related[:, -1] >= 0, nearness[:, -1], NEAR)
    for _, others, near in articles.vectors.near(changed.tolist()):
        affected[others[near >= floor[others]]] = True
    related[affected], nearness[affected] = -1, 0
    return np.flatnonzero(affected)


def _unchanged(articles: Articles, past: Articles, old: Matrix) -> Matrix:
    """Which articles are compared by what they were compared by before."""
    same = old >= 0
    rows = old[same]
    same[same] = (
        (past.vectors.terms[rows] == articles.vectors.terms[same]).all(axis=1)
        & (past.vectors.weights[rows] == articles.vectors.weights[same]).all(axis=1)
        & (past.days[rows] == articles.days[same])
    )
    for at in np.flatnonzero(same).tolist() if past.versions or articles.versions else ():
        was = [past.keys[one] for one in past.versions.get(int(old[at]), ())]
        same[at] = was == [articles.keys[one] for one in articles.versions.get(at, ())]
    return same


def _listed(articles: Articles, rows: Sequence[int]) -> tuple[Matrix, Matrix]:
    """The lists of these articles, and how near each entry is."""
    made = [_best(articles, *one) for one in articles.vectors.near(rows)]
    related = np.array([others for others, _ in made], np.int32)
    return related, np.array([near for _, near in made], np.int32)


Best = tuple[list[int], list[int]]


def _best(articles: Articles, row: int, others: Matrix, near: Matrix) -> Best:
    """What the list of an article holds, of those that are near it, and how near that is."""
    spare = SPARE * articles.size
    if len(others) > spare:
        few = near >= np.partition(near, -spare)[-spare]
        best = _distinct(articles, row, others[few], near[few])
        if best[0][-1] >= 0:
            return best
    return _distinct(articles, row, others, near)


def _distinct(articles: Articles, row: int, others: Matrix, near: Matrix) -> Best:
    """The nearest, of equals those nearer in time; no version of the article or of one before."""
    apart = np.abs(articles.days.take(others) - articles.days[row])
    order = np.lexsort((others, apart, -near))
    best, how = [-1] * articles.size, [0] * articles.size
    out = set(articles.versions.get(row, ()))
    at = 0
    for other, likeness in zip(others[order].tolist(), near[order].tolist(), strict=True):
        if other not in out:
            best[at], how[at] = other, likeness
            at += 1
            if at == articles.size:
                break
            out.update(articles.versions.get(other, ()))
    return best, how
