"""What articles have to do with each other: related ones, and versions of one text.

In the workers that parse, `signature` makes of each text a few hundred bytes. From these `vectors`
and `lists` find the related articles and `versions` the texts that are the same, or nearly.
"""

from __future__ import annotations

import pickle
from bisect import bisect_left
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import field
from functools import partial
from itertools import chain
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from site_gen import cache, parallel
from site_gen.config import SiteConfig
from site_gen.diagnostics import Diagnostic, Location, warning
from site_gen.frozen import frozen
from site_gen.model import Archive, Document, EntityKind
from site_gen.related.signature import Said, Signed, said, sign, term
from site_gen.search.text import text_of
from site_gen.search.words import split

if TYPE_CHECKING:
    from site_gen.related.lists import Articles, Lists
    from site_gen.related.versions import Verdicts, Versions

    Past = tuple[Lists | None, Verdicts, "Listed | None"]
    """What the last build found and was told."""

__all__ = ["Place", "Related", "Said", "Signed", "comparing", "key", "said", "sign"]

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
    places: Any
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
    signatures: Signed,
    config: SiteConfig,
    place: Place,
    plan: str = "",
    earlier: str = "",
    came: Collection[str] = (),
) -> Callable[[], Related]:
    """What finds how the published articles are related to each other. It has at hand what it
    needs of most of them, so that a copy of this process need not go through them all again.

    `signatures` are those of documents, `plan` stands for all of the archive but texts; where it is
    empty, nothing that the last build listed is trusted. `earlier` is that of the archive that this
    one was amended from, if it was, with documents that `came`, by path. Raises CacheBroken, as
    what it gives does, which also does so if the store lost a body.
    """
    if not archive.articles or not (config.related or config.near_duplicates != "off"):
        return Related
    with cache.Store(place.store) as store:
        parts = store.parts(key(place.program))
    past: Past = (None, {}, None) if parts is None else _unpacked(parts)
    listed = past[2]
    if listed is not None and plan and earlier and listed.plan == earlier:
        listed = _amended(listed, archive, plan, came)
    elif listed is None or not plan or listed.plan != plan:
        listed = _listed(archive, plan)
    paths = [one.path for one in archive.articles.values()]
    table = signatures.table(map(paths.__getitem__, listed.places.tolist()))
    return partial(_found, archive, listed, table, past, config, place)


def _found(
    archive: Archive, listed: Listed, table: Any, past: Past, config: SiteConfig, place: Place
) -> Related:
    keys = listed.keys

    def document(at: int) -> Document:
        return archive.articles[keys[at]]

    with cache.Store(place.store) as store:
        versions = _versions(table, document, config, store, past[1])
        made = None
        if config.related:
            articles = _articles(archive, listed, table, versions, config.related)
            made = _lists(articles, past[0], place)
        store.put([(key(place.program), _packed((made, versions.verdicts, listed)))])
    rows = b"" if made is None else _rows(made, listed)
    linked = {keys[at]: _in_time(archive, keys, others) for at, others in versions.linked.items()}
    found = _told(document, versions) if config.near_duplicates == "warn" else ()
    return Related(rows, linked, found)


def _listed(archive: Archive, plan: str) -> Listed:
    import numpy as np

    # What lies in memory in the order of the archive is looked up in that order.
    keys = list(archive.articles)
    places = sorted(range(len(keys)), key=keys.__getitem__)
    return Listed(
        plan,
        tuple(map(keys.__getitem__, places)),
        np.array(places, np.intc),
        _names(archive, keys)[places],
        _days(archive, keys)[places],
    )


def _amended(listed: Listed, archive: Archive, plan: str, came: Collection[str]) -> Listed:
    """What is listed of an archive, of another one from which it was amended with documents that
    came; of these alone is looked at what they state.
    """
    import numpy as np

    articles = archive.articles
    new = {at: key for at, (key, one) in enumerate(articles.items()) if one.path in came}
    come = sorted(new.items(), key=itemgetter(1))
    some = [key for _, key in come]
    stay = articles.keys() - some
    gone = [at for at, key in enumerate(listed.keys) if key not in stay]
    keys = list(listed.keys)
    for at in reversed(gone):
        del keys[at]
    into = [bisect_left(keys, key) for key in some]
    for at, key in zip(reversed(into), reversed(some), strict=True):
        keys.insert(at, key)
    places = np.delete(listed.places, gone)
    # Those behind what went move up, those behind what came then move down.
    places -= np.searchsorted(np.sort(listed.places[gone]), places).astype(np.intc)
    firsts = np.array([at - less for less, at in enumerate(new)], np.intc)
    places += np.searchsorted(firsts, places, "right").astype(np.intc)
    return Listed(
        plan,
        tuple(keys),
        np.insert(places, into, [at for at, _ in come]),
        np.insert(np.delete(listed.names, gone, 0), into, _names(archive, some), 0),
        np.insert(np.delete(listed.days, gone), into, _days(archive, some)),
    )


def _packed(found: tuple[Any, ...]) -> bytes:
    """What was found as parts, of which each large table is one."""
    buffers: list[pickle.PickleBuffer] = []
    head = pickle.dumps(found, pickle.HIGHEST_PROTOCOL, buffer_callback=buffers.append)
    return cache.joined([head, *(one.raw() for one in buffers)])


def _unpacked(parts: Sequence[bytes]) -> Any:
    """What was packed; its tables cannot be changed."""
    return pickle.loads(parts[0], buffers=parts[1:])


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


def _days(archive: Archive, keys: Sequence[str]) -> Any:
    """The dates of articles as numbers."""
    import numpy as np

    dates = [archive.articles[key].date for key in keys]
    return np.array([date.first.toordinal() if date else 0 for date in dates], np.int64)


def _names(archive: Archive, keys: Sequence[str]) -> Any:
    """The numbers of whom and what each article names, kind by kind."""
    import numpy as np

    return np.hstack([_names_of(archive, kind, keys, most) for kind, most, _ in NAMES])


def _names_of(archive: Archive, kind: EntityKind, keys: Sequence[str], most: int) -> Any:
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
