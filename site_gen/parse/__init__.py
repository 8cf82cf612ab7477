"""The parse stage: documents in, in groups; metadata out; bodies and records into the store."""

from __future__ import annotations

import math
import os
import pickle
import traceback
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import replace

from site_gen import cache, related
from site_gen.diagnostics import Diagnostic, Location, error
from site_gen.frozen import frozen
from site_gen.model import Document, Source, record_of
from site_gen.parse.document import Context, Parsed, parse
from site_gen.parse.gather import Task, tasks
from site_gen.parse.keeping import (
    SHARE,
    Batch,
    Together,
    keep_last,
    keep_together,
    last,
    name,
    packed,
    share,
    unpacked,
)
from site_gen.parse.withholding import masked

__all__ = [
    "SHARE",
    "Batch",
    "Context",
    "Group",
    "Parsed",
    "Task",
    "Together",
    "again",
    "groups",
    "keep_last",
    "keep_together",
    "key_of",
    "last",
    "masked",
    "name",
    "no_spellings",
    "parse",
    "parse_groups",
    "share",
    "stored",
    "tasks",
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


def groups(tasks: Sequence[Task], context: Context, last: Sequence[str] = ()) -> list[Group]:
    """The tasks in groups by their paths, so that an edit concerns one group; some may be empty.

    `last` are the keys of the groups of the last build.
    """
    count = max(1, 2 ** round(math.log2(max(len(tasks), 1) / GROUP)))
    found: list[list[Task]] = [[] for _ in range(count)]
    shared = _shared(context)
    parts = [[shared] for _ in range(count)]
    for task in tasks:
        place = zlib.crc32(task.source.path.encode("utf-8", "surrogatepass")) % count
        found[place].append(task)
        inputs = _inputs(task)
        parts[place] += [str(len(inputs)), *inputs]
    before = last if len(last) == count else [""] * count
    return [
        Group(cache.digest_of(*inputs), tuple(group), key)
        for inputs, group, key in zip(parts, found, before, strict=True)
    ]


def key_of(task: Task, context: Context) -> str:
    """The digest of everything that the result depends on."""
    return _key(task, _shared(context))


def stored(documents: Iterable[Document]) -> list[str]:
    """The keys in the store of what comes of documents beside themselves."""
    bodies = [one.body for one in documents]
    return [*bodies, *map(record_of, bodies)]


def _shared(context: Context) -> str:
    """The digest of what the results of all tasks depend on."""
    return cache.digest_of(context.program, context.config.parsing)


def _key(task: Task, shared: str) -> str:
    return cache.digest_of(shared, *_inputs(task))


def _inputs(task: Task) -> list[str]:
    """What a document is made from, as texts."""
    found = [_line(task.source)]
    if task.sidecar:
        found.append(_line(task.sidecar))
    if task.defaults:
        found += map(_line, task.defaults)
    if task.row:
        found += [f"{one.key} {one.raw} {one.origin}" for one in task.row]
    found += task.twins
    if task.spellings is not None:
        found.append(f"spellings {task.spellings}")
    return found


def _line(one: Source) -> str:
    return f"{one.kind} {one.document_kind} {one.markup} {one.path} {one.digest}"


def again(
    tasks: Sequence[Task], waiting: Sequence[str], documents: Iterable[Document]
) -> list[Task]:
    """The tasks of documents that wait for the registry's spellings of their authors."""
    if not waiting:
        return []
    spellings = tuple(
        sorted(
            (one.title, one.key, *one.registry.aliases, one.registry.sort_name)
            for one in documents
            if one.kind == "author" and one.registry
        )
    )
    wanted = frozenset(waiting)
    return [replace(one, spellings=spellings) for one in tasks if one.source.path in wanted]


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
        return [_parse_group(context, group, store, shared) for group in groups]


def _parse_group(
    context: Context, group: Group, store: cache.Store, shared: str
) -> tuple[bytes, bool]:
    before = _before(group, store)
    results: list[Parsed] = []
    said: list[related.Said | None] = []
    made: list[tuple[str, bytes]] = []
    whole = True
    for task in group.tasks:
        key = f"body {_key(task, shared)}"
        if key in before:
            results.append(before[key])
            said.append(None)
            continue
        try:
            read = parse(task, context, key)
            document, language = read.parsed.document, context.config.language
            words = related.said(document, read.body, language, read.words)
        except Exception as problem:
            # A fault of the program must not cost the keeper the other documents.
            results.append(_failed(task, problem))
            said.append(None)
            whole = False
            continue
        if document:
            made.append((key, read.body.encode("utf-8", "surrogatepass")))
            made.append((document.record, pickle.dumps(read.record)))
        results.append(read.parsed)
        said.append(words)
    signed = zip(results, related.sign(said), strict=True)
    data = packed(Batch.of(replace(one, signature=one.signature or new) for one, new in signed))
    if whole:
        made.append((name(group.key), data))
    store.put(made)
    return data, whole


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
        if one.path not in told
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
