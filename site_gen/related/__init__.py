"""What articles have to do with each other: related ones, and versions of one text.

In the workers that parse, `signature` makes of each text a few hundred bytes. From these `vectors`
and `lists` find the related articles and `versions` the texts that are the same, or nearly.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from site_gen import cache, parallel
from site_gen.config import SiteConfig
from site_gen.diagnostics import Diagnostic, Location, warning
from site_gen.frozen import frozen
from site_gen.model import Archive, Document, EntityKind
from site_gen.related.signature import FORMAT, Said, said, sign, term
from site_gen.search.text import text_of
from site_gen.search.words import split

if TYPE_CHECKING:
    from site_gen.related.lists import Articles, Lists
    from site_gen.related.versions import Verdicts, Versions

    Past = tuple[Lists | None, Verdicts, "Listed | None"]
    """What the last build found and was told."""

__all__ = ["Place", "Related", "Said", "comparing", "key", "said", "sign"]

NAMES: tuple[tuple[EntityKind, int, int], ...] = (
    ("topic", 4, 24),
    ("place", 4, 12),
    ("author", 2, 2),
)
"""What articles may have in common beside words: how many names of a kind count, and how often each
of them counts as said.
"""
NAMED = 3
"""Files that a warning names; of more it tells the number."""


@frozen
class Place:
    """Where the work is done: the store, the digest of the program, how many processes."""

    store: Path
    program: str
    jobs: int | parallel.Elsewhere


@frozen
class Listed:
    """What a plan says of its articles, in the order of their keys. `places` are theirs in the
    archive, `names` the numbers of whom and what each of them names, `days` are dates as numbers,
    0 for none.
    """

    plan: str
    keys: tuple[str, ...]
    places: tuple[int, ...]
    names: Any
    days: Any


@frozen
class Related:
    """The related articles of each article as rows of `Near`, its versions by key, and the
    warnings of the latter.
    """

    rows: bytes = b""
    versions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    found: tuple[Diagnostic, ...] = ()


def key(program: str) -> str:
    """Under which the store keeps what a build found, for the next."""
    return f"related {program}"


def comparing(
    archive: Archive,
    signatures: Mapping[str, bytes],
    config: SiteConfig,
    place: Place,
    plan: str = "",
) -> Callable[[], Related]:
    """What finds how the published articles are related to each other. It has at hand what it
    needs of most of them, so that a copy of this process need not go through them all again.

    `signatures` go by source path, `plan` stands for all of the archive but texts; where it is
    empty, nothing that the last build listed is trusted. Raises CacheBroken, as what it gives does,
    which also does so if the store lost a body.
    """
    if not archive.articles or not (config.related or config.near_duplicates != "off"):
        return Related
    with cache.Store(place.store) as store:
        data = store.get(key(place.program))
    past: Past = (None, {}, None) if data is None else pickle.loads(data)
    listed = past[2]
    if listed is None or not plan or listed.plan != plan:
        listed = _listed(archive, plan)
    signs = [signatures[one.path] for one in archive.articles.values()]
    signed = b"".join(map(signs.__getitem__, listed.places))
    return partial(_found, archive, listed, signed, past, config, place)


def _found(
    archive: Archive, listed: Listed, signed: bytes, past: Past, config: SiteConfig, place: Place
) -> Related:
    import numpy as np

    keys = listed.keys

    def document(at: int) -> Document:
        return archive.articles[keys[at]]

    with cache.Store(place.store) as store:
        table = np.frombuffer(signed, np.dtype(list(FORMAT)))
        versions = _versions(table, document, config, store, past[1])
        made = None
        if config.related:
            articles = _articles(archive, listed, table, versions, config.related)
            made = _lists(articles, past[0], place)
        store.put([(key(place.program), pickle.dumps((made, versions.verdicts, listed)))])
    rows = b"" if made is None else _rows(made, listed)
    linked = {keys[at]: _in_time(archive, keys, others) for at, others in versions.linked.items()}
    found = _told(document, versions) if config.near_duplicates == "warn" else ()
    return Related(rows, linked, found)


def _listed(archive: Archive, plan: str) -> Listed:
    import numpy as np

    # What lies in memory in the order of the archive is looked up in that order.
    keys = list(archive.articles)
    places = sorted(range(len(keys)), key=keys.__getitem__)
    dates = [one.date for one in archive.articles.values()]
    days = np.array([date.first.toordinal() if date else 0 for date in dates], np.int64)
    return Listed(
        plan,
        tuple(map(keys.__getitem__, places)),
        tuple(places),
        np.hstack([_names(archive, kind, keys, most) for kind, most, _ in NAMES])[places],
        days[places],
    )


def _versions(
    table: Any,
    document: Callable[[int], Document],
    config: SiteConfig,
    store: cache.Store,
    known: Verdicts,
) -> Versions:
    from site_gen.related.versions import Text, Versions, find

    if config.near_duplicates == "off":
        return Versions((), {}, {})

    def words(body: str) -> list[str]:
        html = store.get(body)
        if html is None:
            raise cache.CacheBroken(f"{body} is gone")
        return split(text_of(html.decode("utf-8", "surrogatepass")))

    def text(at: int) -> Text:
        one = document(at)
        return Text(one.body, one.title)

    return find(table, text, words, known)


def _articles(
    archive: Archive, listed: Listed, table: Any, versions: Versions, size: int
) -> Articles:
    """What articles are compared by: the stems of their texts, their topics, places and authors."""
    import numpy as np

    from site_gen.related.lists import Articles
    from site_gen.related.vectors import Vectors

    said = np.array([said for *_, said in NAMES], table["counts"].dtype)
    times = np.repeat(said, [most for _, most, _ in NAMES])
    return Articles(
        listed.keys,
        Vectors.of(
            np.hstack([table["terms"], listed.names]),
            np.hstack([table["counts"], np.tile(times, (len(listed.keys), 1))]),
        ),
        listed.days,
        _apart(archive, listed.keys, versions),
        size,
    )


def _names(archive: Archive, kind: EntityKind, keys: Sequence[str], most: int) -> Any:
    """The numbers of the first `most` names of a kind in each article; 0 where there are fewer."""
    import numpy as np

    credits = archive.credits[kind]
    named = [credits.get(key, ()) for key in keys]
    # Many articles name the same.
    rows = {names: row for row, names in enumerate(dict.fromkeys(named))}
    numbers = {name: term(f"{kind} {name}") for name in dict.fromkeys(chain.from_iterable(rows))}
    table = np.zeros((len(rows), most), np.uint32)
    for names, row in rows.items():
        some = names[:most]
        table[row, : len(some)] = [numbers[name] for name in some]
    return table[list(map(rows.__getitem__, named))]


def _apart(
    archive: Archive, keys: tuple[str, ...], versions: Versions
) -> Mapping[int, tuple[int, ...]]:
    """Whom an article is not named with: versions and translations of one text."""
    at = {key: place for place, key in enumerate(keys)} if archive.translations else {}
    apart: dict[int, set[int]] = {one: set(others) for one, others in versions.linked.items()}
    for key, others in archive.translations.items():
        apart.setdefault(at[key], set()).update(at[one] for one in others if one != key)
    return {one: tuple(sorted(others)) for one, others in apart.items()}


def _lists(articles: Articles, past: Lists | None, place: Place) -> Lists:
    from site_gen.related.lists import lists

    return lists(articles, past, place.jobs)


def _rows(made: Lists, listed: Listed) -> bytes:
    """The lists in the order of the archive, with places there."""
    import numpy as np

    # A list that is not full ends with -1.
    places = np.array([*listed.places, -1], np.intc)
    rows = np.empty_like(made.related, np.intc)
    rows[places[:-1]] = places[made.related]
    return rows.tobytes()


def _in_time(archive: Archive, keys: Sequence[str], places: Sequence[int]) -> tuple[str, ...]:
    """Keys of articles, oldest first, undated last."""

    def order(key: str) -> tuple[Any, ...]:
        date = archive.articles[key].date
        return (0, date.sort_key, key) if date else (1, key)

    return tuple(sorted((keys[at] for at in places), key=order))


def _told(document: Callable[[int], Document], versions: Versions) -> tuple[Diagnostic, ...]:
    """A warning for each cluster, but for the articles that the keeper has reviewed."""
    found = []
    for cluster, least in versions.clusters:
        paths = sorted(
            document(at).path for at in cluster if "near-duplicate" not in document(at).accept
        )
        if len(paths) < 2:
            continue
        some = ", ".join(paths[:NAMED]) + (
            f" and {len(paths) - NAMED:,} more" * (len(paths) > NAMED)
        )
        what = "The same text" if least == 100 else f"Nearly the same text ({least}% or more)"
        found.append(
            warning(
                "near-duplicate",
                Location(paths[0]),
                f"{what} stands in {len(paths):,} files: {some}",
                value=some,
                hint="Remove what is there twice. If both belong here, `accept: [near-duplicate]` "
                "in the metadata of one says so; their pages link to each other.",
            )
        )
    return tuple(found)
