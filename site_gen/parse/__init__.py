"""The parse stage: documents in, in groups; metadata out; bodies and records into the store."""

from __future__ import annotations

import math
import os
import pickle
import traceback
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from site_gen import cache, related
from site_gen.diagnostics import Diagnostic, Location, error
from site_gen.model import Document
from site_gen.parse.document import Context, Parsed, parse
from site_gen.parse.gather import Task, tasks
from site_gen.parse.withholding import masked

__all__ = [
    "Context",
    "Group",
    "Parsed",
    "Task",
    "again",
    "groups",
    "kept",
    "key_of",
    "masked",
    "no_spellings",
    "parse",
    "parse_groups",
    "tasks",
]

GROUP = 16
"""Documents that are kept together, on average."""


@dataclass(frozen=True, slots=True)
class Group:
    """Documents that are parsed and kept together, each with the digest of its inputs."""

    key: str
    tasks: tuple[tuple[Task, str], ...]

    @property
    def stored(self) -> list[str]:
        """The keys in the store of all that comes of the group."""
        parts = [f"{what} {key}" for _, key in self.tasks for what in ("body", "record")]
        return [f"documents {self.key}", *parts]


def groups(tasks: Sequence[Task], context: Context) -> list[Group]:
    """The tasks in groups by their paths, so that an edit concerns one group."""
    count = max(1, 2 ** round(math.log2(max(len(tasks), 1) / GROUP)))
    found: list[list[tuple[Task, str]]] = [[] for _ in range(count)]
    shared = _shared(context)
    for task in tasks:
        place = zlib.crc32(task.source.path.encode("utf-8", "surrogatepass"))
        found[place % count].append((task, _key(task, shared)))
    return [Group(cache.digest_of(*(key for _, key in one)), tuple(one)) for one in found if one]


def key_of(task: Task, context: Context) -> str:
    """The digest of everything that the result depends on."""
    return _key(task, _shared(context))


def _shared(context: Context) -> str:
    """The digest of what the results of all tasks depend on."""
    return cache.digest_of(context.program, context.config.parsing)


def _key(task: Task, shared: str) -> str:
    inputs = [task.source, *([task.sidecar] if task.sidecar else []), *task.defaults]
    return cache.digest_of(
        shared,
        *(f"{one.kind} {one.document_kind} {one.markup} {one.path} {one.digest}" for one in inputs),
        *(f"{one.key} {one.raw} {one.origin}" for one in task.row),
        *task.twins,
        *([] if task.spellings is None else [f"spellings {task.spellings}"]),
    )


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


def kept(store: cache.Store, groups: Sequence[Group]) -> Iterator[list[Parsed] | None]:
    """For each group what an earlier build made of the same inputs, if one did."""
    names = [f"documents {group.key}" for group in groups]
    for start in range(0, len(names), cache.AT_ONCE):
        some = names[start : start + cache.AT_ONCE]
        values = store.get_all(some)
        yield from (pickle.loads(values.pop(one)) if one in values else None for one in some)


def parse_groups(context: Context, groups: Sequence[Group]) -> list[Parsed]:
    """Parse the documents of groups and keep what came of each group."""
    with cache.Store(context.store) as store:
        return [parsed for group in groups for parsed in _parse_group(context, group, store)]


def _parse_group(context: Context, group: Group, store: cache.Store) -> list[Parsed]:
    results: list[Parsed] = []
    said: list[related.Said | None] = []
    made: list[tuple[str, bytes]] = []
    whole = True
    for task, key in group.tasks:
        try:
            read = parse(task, context, f"body {key}")
            document, language = read.parsed.document, context.config.language
            words = related.said(document, read.body, language, read.words)
        except Exception as problem:
            # A fault of the program must not cost the keeper the other documents.
            results.append(_failed(task, problem))
            said.append(None)
            whole = False
            continue
        made.append((f"body {key}", read.body.encode("utf-8", "surrogatepass")))
        made.append((f"record {key}", pickle.dumps(read.record)))
        results.append(read.parsed)
        said.append(words)
    signed = zip(results, related.sign(said), strict=True)
    results = [replace(one, signature=signature) for one, signature in signed]
    if whole:
        made.append((f"documents {group.key}", pickle.dumps(results)))
    store.put(made)
    return results


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
