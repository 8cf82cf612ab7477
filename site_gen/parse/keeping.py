"""What came of documents, as it is kept: in groups, and all groups in one value.

To read what is kept of a thousand groups one by one takes longer than to read it at once, and of
most documents a build asks for a few fields only. The one value is a copy and no more: a group that
is not in it lies by itself in the store.
"""

from __future__ import annotations

import pickle
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from itertools import chain, compress, count
from operator import attrgetter
from typing import Any

from site_gen import cache, compact
from site_gen.compact import Compact
from site_gen.frozen import frozen
from site_gen.model import Document, Source
from site_gen.parse.document import Parsed
from site_gen.related.signature import SIZE

SHARE = 8
"""All groups are kept in one value again when more than this part of them is not in it."""


_VARIED = ("extra", "registry")
"""Fields that may hold numbers of several kinds."""


Signature = bytes | int
"""That of an article, empty for other documents, or its number among those of the one value: they
are read for a build that compares articles, and take as long as all else that is read at once.
"""


@dataclass(slots=True)
class Batch(Compact):
    """What came of many sources: the documents, with the outline and the signature of each.

    `told` are the sources, without their documents, of which there is something to be told;
    `failed` are the paths of those that came to no document, and do not wait for anything.
    """

    documents: list[Document] = field(default_factory=list)
    outlines: list[str] = field(default_factory=list)
    signatures: list[Signature] = field(default_factory=list)
    told: list[Parsed] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, results: Iterable[Parsed], signatures: Iterable[bytes]) -> Batch:
        """What came of sources one by one, with the signatures of those that have none so far."""
        made = cls()
        for one, signature in zip(results, signatures, strict=True):
            if one.document is not None:
                made.documents.append(one.document)
                made.outlines.append(one.outline)
                made.signatures.append(one.signature or signature)
            elif not one.waits:
                made.failed.append(one.path)
            if one.tells:
                made.told.append(replace(one, document=None, outline="", signature=b""))
        return made

    def add(self, other: Batch) -> None:
        """Take in what came of others."""
        for name in _LISTS:
            getattr(self, name).extend(getattr(other, name))

    def only(
        self, documents: Iterable[bool], told: Iterable[bool], failed: Iterable[bool]
    ) -> Batch:
        """A part of it: those for which it says so."""
        documents = list(documents)
        return Batch(
            list(compress(self.documents, documents)),
            list(compress(self.outlines, documents)),
            list(compress(self.signatures, documents)),
            list(compress(self.told, told)),
            list(compress(self.failed, failed)),
        )

    def in_order(self) -> Batch:
        """The same with its documents in order of path."""
        paths = [one.path for one in self.documents]
        order = sorted(range(len(paths)), key=paths.__getitem__)
        return replace(
            self,
            documents=list(map(self.documents.__getitem__, order)),
            outlines=list(map(self.outlines.__getitem__, order)),
            signatures=list(map(self.signatures.__getitem__, order)),
        )

    @property
    def paths(self) -> tuple[list[str], list[str], list[str]]:
        """The paths of documents, of what is told, and of what failed."""
        return (
            [one.path for one in self.documents],
            [one.path for one in self.told],
            self.failed,
        )


_LISTS = [one.name for one in fields(Batch)]


def name(key: str) -> str:
    """Under what a group is kept, by the digest of its inputs."""
    return f"documents {key}"


def packed(batch: Batch) -> bytes:
    """What came of a group of documents, as bytes."""
    documents: Any = compact.columns(Document, batch.documents)
    return pickle.dumps(replace(batch, documents=documents), pickle.HIGHEST_PROTOCOL)


def unpacked(groups: Iterable[bytes]) -> Batch:
    """What came of the documents of several groups, one group after the other."""
    parts: list[Any] = [pickle.loads(one) for one in groups]
    rest = [list(chain.from_iterable(map(attrgetter(one), parts))) for one in _LISTS[1:]]
    return Batch(compact.values(Document, [one.documents for one in parts]), *rest)


@frozen
class Known:
    """All groups of documents in their places: the key of each, and the lines of the tasks of its
    documents in order of path. A key is empty where no document is. `shared` is the digest of what
    all results depend on beside.
    """

    shared: str
    keys: Sequence[str]
    lines: Sequence[Sequence[str]]

    @property
    def by_path(self) -> dict[str, str]:
        """The key of its group for each document."""
        return {
            path_of(line): key
            for key, lines in zip(self.keys, self.lines, strict=True)
            for line in lines
        }


def path_of(line: str) -> str:
    """The path of the document whose task has this line."""
    return line[: line.index("\0")]


class Together:
    """The groups that lie in one value."""

    def __init__(self, store: cache.Store) -> None:
        """Look at the value that the store has. Raises CacheBroken."""
        parts = store.parts(_whole())
        self.keys: list[str] = []
        """The digests of the inputs of each group."""
        self.known: Known | None = None
        """The groups of the build that made it."""
        self._batch = Batch()
        self._signatures: Sequence[bytes] = ()
        self._groups: list[list[int]] = [[], [], []]
        """Of which group each document, what is told, and each path that failed is."""
        if parts is not None:
            self.keys, self._groups, places, rest, known = pickle.loads(parts[0])
            self.known = Known(*known)
            self._signatures = parts[1:2]
            cuts = compact.cuts(len(places))
            kept = compact.of_parts(Document, parts, 2, len(cuts) - 1)
            lying = compact.late(Document, cuts, kept)
            documents = list(map(lying.__getitem__, places))
            self._batch = replace(rest, documents=documents)

    def some(self, wanted: Collection[str]) -> Batch:
        """What came of those groups that are wanted."""
        stands = [key in wanted for key in self.keys]
        if all(stands):
            return self._batch
        return self._batch.only(*(map(stands.__getitem__, group) for group in self._groups))

    def signed(self, signatures: Sequence[Signature]) -> list[bytes]:
        """These signatures themselves. Raises CacheBroken."""
        kept = self.signatures
        return [
            one if isinstance(one, bytes) else kept[one * SIZE : (one + 1) * SIZE]
            for one in signatures
        ]

    @property
    def signatures(self) -> bytes:
        """Those of articles in the one value, one after the other. Raises CacheBroken."""
        return b"".join(self._signatures)

    def others(self, wanted: Collection[str]) -> list[Document]:
        """The documents of the groups that are not wanted."""
        stands = [key in wanted for key in self.keys]
        if all(stands):
            return []
        return list(compress(self._batch.documents, (not stands[one] for one in self._groups[0])))


def share(documents: Sequence[Document], sources: Sequence[Source]) -> None:
    """Let what documents have in common, with each other or with sources, be there once."""
    paths, digests = (map(attrgetter(name), sources) for name in ("path", "digest"))
    compact.share(Document, documents, _VARIED, path=paths, digest=digests)


def keep_together(
    store: cache.Store, known: Known, rounds: Iterable[tuple[Mapping[str, str], Batch]]
) -> None:
    """Put all groups into one value. What came of sources comes with the keys of their groups by
    path; of what has none nothing is kept. `known` are the groups of all sources. Raises
    CacheBroken.
    """
    numbers: dict[str, int] = {}
    whole = Batch()
    groups: list[list[int]] = [[], [], []]
    for keys, batch in rounds:
        for key in keys.values():
            numbers.setdefault(key, len(numbers))
        batch = batch.in_order()
        paths = batch.paths
        whole.add(batch.only(*([path in keys for path in some] for some in paths)))
        for group, some in zip(groups, paths, strict=True):
            group += [numbers[keys[path]] for path in some if path in keys]
    # They lie in memory as they are kept: in the order in which an archive is gone through.
    days = [one.date.first.toordinal() if one.date else 0 for one in whole.documents]
    order = sorted(range(len(days)), key=days.__getitem__)
    cuts = compact.cuts(len(order))
    blocks = compact.blocks([whole.documents[at] for at in order], cuts)
    columns = compact.kept(Document, blocks, _VARIED)
    places = sorted(range(len(order)), key=order.__getitem__)
    at_once = known.shared, known.keys, known.lines
    signed: list[bytes] = [one for one in whole.signatures if isinstance(one, bytes)]
    rows = count()
    rest = replace(whole, documents=[], signatures=[one and next(rows) for one in signed])
    value = list(numbers), groups, places, rest, at_once
    head = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
    parts = [head, b"".join(signed), *chain.from_iterable(columns.values())]
    store.put([(_whole(), cache.joined(parts))])


def last(store: cache.Store) -> list[str]:
    """The keys of the groups of the last build in their order, empty for those without documents.
    Each group lies by itself in the store.
    """
    data = store.get(_last())
    return [] if data is None else data.decode().split(",")


def keep_last(store: cache.Store, keys: Iterable[str]) -> None:
    """Keep what `last` gives for the next build. Raises CacheBroken."""
    store.put([(_last(), ",".join(keys).encode())])


def _last() -> str:
    return f"{cache.PAST}{cache.program_digest()} groups"


def _whole() -> str:
    """Where the one value lies. It outlives a build as the pasts of this program do."""
    return f"{cache.PAST}{cache.program_digest()} documents"
