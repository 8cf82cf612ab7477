"""The parse stage: documents in, in groups; metadata out; bodies and records into the store."""

from __future__ import annotations

import math
import os
import pickle
import traceback
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import chain, islice

from site_gen import cache, related
from site_gen.diagnostics import Diagnostic, Location, error
from site_gen.frozen import frozen
from site_gen.model import Document, record_of
from site_gen.parse.document import Context, Parsed, parse
from site_gen.parse.gather import Described, Task, described
from site_gen.parse.keeping import (
    SHARE,
    Batch,
    Known,
    Signature,
    Together,
    keep_last,
    keep_together,
    last,
    name,
    packed,
    path_of,
    share,
    unpacked,
)
from site_gen.parse.withholding import masked

__all__ = [
    "SHARE",
    "Batch",
    "Context",
    "Described",
    "Group",
    "Known",
    "Parsed",
    "Signature",
    "Stored",
    "Task",
    "Together",
    "again",
    "described",
    "grouped",
    "keep_last",
    "keep_together",
    "last",
    "masked",
    "name",
    "no_spellings",
    "parse",
    "parse_groups",
    "share",
    "unpacked",
]

GROUP = 16
"""Documents that are kept together, on average."""


@frozen
class Group:
    """Documents that are parsed and kept together, with the digest of all their inputs."""

    key: str
    tasks: tuple[Task, ...]
    before: str = ""
    """The key of the group in its place in the last build, if another than its own."""

    @property
    def paths(self) -> list[str]:
        """The paths of the documents."""
        return [one.source.path for one in self.tasks]


def grouped(
    lines: Sequence[str],
    tasks: Callable[[Collection[str]], Mapping[str, Task]],
    context: Context,
    known: Known | None = None,
    last: Sequence[str] = (),
    held: Collection[str] = (),
) -> tuple[Known, list[Group]]:
    """Documents in groups by their paths, so that an edit concerns one group: all groups, and
    those whose keys are not `held`.

    `lines` are those of their tasks, `tasks` gives these by path. `known` are groups of a former
    build, which stand where their lines do, `last` the keys of those of the last build.
    """
    shared = _shared(context)
    count = max(1, 2 ** round(math.log2(max(len(lines), 1) / GROUP)))
    if known is None or (known.shared, len(known.keys)) != (shared, count):
        known = Known(shared, [""] * count, [()] * count)
    changed: dict[int, list[str]] = {}
    for line in set(lines).symmetric_difference(chain.from_iterable(known.lines)):
        place = zlib.crc32(path_of(line).encode("utf-8", "surrogatepass")) % count
        changed.setdefault(place, []).append(line)
    keys, members = list(known.keys), list(known.lines)
    for place, some in changed.items():
        members[place] = tuple(sorted({*members[place]}.symmetric_difference(some)))
        keys[place] = cache.digest_of(shared, *members[place]) if members[place] else ""
    before = last if len(last) == count else [""] * count
    new = [place for place, key in enumerate(keys) if key and key not in held]
    paths = {place: list(map(path_of, members[place])) for place in new}
    made = tasks(frozenset(chain.from_iterable(paths.values()))) if new else {}
    groups = [
        Group(keys[place], tuple([made[path] for path in paths[place]]), before[place])
        for place in new
    ]
    return Known(shared, keys, members), groups


class Stored(Collection[str]):
    """The keys in the store of groups of documents, and of what comes of documents beside
    themselves, which are made when they are asked for.
    """

    def __init__(self, groups: Collection[str], documents: Sequence[Document]) -> None:
        self._groups = groups
        self._documents = documents

    def __len__(self) -> int:
        return len(self._groups) + 2 * len(self._documents)

    def __iter__(self) -> Iterator[str]:
        return chain(self._groups, self._beside)

    def __contains__(self, key: object) -> bool:
        if key in self._groups:
            return True
        return isinstance(key, str) and key.startswith(("body ", "record ")) and key in self._beside

    @cached_property
    def _beside(self) -> frozenset[str]:
        bodies = [one.body for one in self._documents]
        return frozenset((*bodies, *map(record_of, bodies)))


def _shared(context: Context) -> str:
    """The digest of what the results of all tasks depend on."""
    return cache.digest_of(context.program, context.config.parsing)


def again(tasks: Iterable[Task], documents: Iterable[Document]) -> dict[str, Task]:
    """The tasks, by path, of documents that wait for the registry's spellings of their authors."""
    spellings = tuple(
        sorted(
            (one.title, one.key, *one.registry.aliases, one.registry.sort_name)
            for one in documents
            if one.kind == "author" and one.registry
        )
    )
    return {one.source.path: replace(one, spellings=spellings) for one in tasks}


def no_spellings(path: str) -> Diagnostic:
    """The error for a document whose byline is withheld where the registry cannot be read."""
    return error(
        "status-unreadable",
        Location(path),
        "The byline is to be withheld, and not all spellings of its names are known",
        hint="Mend the entries under content/authors that have errors.",
    )


def parse_groups(context: Context, groups: Sequence[Group]) -> list[tuple[bytes, bool]]:
    """Parse the documents of groups and keep what came of each group.

    That is told as `unpacked` takes it, and whether it was kept.
    """
    shared = _shared(context)
    with cache.Store(context.store) as store:
        parsed = [_parse_group(context, group, _before(group, store), shared) for group in groups]
        signatures = iter(related.sign([one for some in parsed for one in some.said]))
        done: list[tuple[bytes, bool]] = []
        values: list[tuple[str, bytes]] = []
        for group, one in zip(groups, parsed, strict=True):
            data = packed(Batch.of(one.results, islice(signatures, len(one.said))))
            done.append((data, one.whole))
            values += one.values
            if one.whole:
                values.append((name(group.key), data))
        # All at once: a page of the index that several of them change is written once.
        store.put(values)
    return done


@dataclass(slots=True)
class _Group:
    """A group that is being parsed: what came of its documents, what each says if it is to be
    signed, what is to be put into the store, and whether no document was left unread by a fault.
    """

    results: list[Parsed] = field(default_factory=list)
    said: list[related.Said | None] = field(default_factory=list)
    values: list[tuple[str, bytes]] = field(default_factory=list)
    whole: bool = True


def _parse_group(
    context: Context, group: Group, before: Mapping[str, Parsed], shared: str
) -> _Group:
    made = _Group()
    for task in group.tasks:
        key = f"body {cache.digest_of(shared, task.line)}"
        if key in before:
            made.results.append(before[key])
            made.said.append(None)
            continue
        try:
            read = parse(task, context, key)
            document, language = read.parsed.document, context.config.language
            words = related.said(document, read.body, language, read.words)
        except Exception as problem:
            # A fault of the program must not cost the keeper the other documents.
            made.results.append(_failed(task, problem))
            made.said.append(None)
            made.whole = False
            continue
        if document:
            made.values.append((key, read.body.encode("utf-8", "surrogatepass")))
            made.values.append((document.record, pickle.dumps(read.record)))
        made.results.append(read.parsed)
        made.said.append(words)
    return made


def _before(group: Group, store: cache.Store) -> dict[str, Parsed]:
    """What the last build made of documents of a group, by the key of their bodies, where there
    is no more to be told of it.
    """
    data = store.get(name(group.before)) if group.before else None
    if data is None:
        return {}
    batch = unpacked([data])
    told = {one.path for one in batch.told}
    each = zip(batch.documents, batch.outlines, batch.signatures, strict=True)
    return {
        one.body: Parsed(one.path, one, outline=outline, signature=signature)
        for one, outline, signature in each
        if one.path not in told and isinstance(signature, bytes)
    }


def _where(problem: Exception) -> str:
    """The line of code that raised."""
    frame = traceback.extract_tb(problem.__traceback__)[-1]
    return f"{os.path.basename(frame.filename)}:{frame.lineno} in {frame.name}"


def _failed(task: Task, problem: Exception) -> Parsed:
    """A document that the program cannot read; it is tried again at the next build."""
    if os.environ.get("SITE_GEN_DEBUG"):
        traceback.print_exception(problem)
    told = error(
        "internal-error",
        Location(task.source.path),
        # What an exception says may quote the document, and the log may be read by anybody.
        f"site_gen has a fault and cannot read this document: {type(problem).__name__}",
        value=_where(problem),
        hint="Please report it, with the file if you may. SITE_GEN_DEBUG=1 prints where it failed.",
    )
    return Parsed(task.source.path, None, (told,))
