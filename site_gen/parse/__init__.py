"""The parse stage: documents in, in chunks; metadata out; bodies into the store."""

from __future__ import annotations

import os
import pickle
import traceback
from collections.abc import Sequence

from site_gen import cache
from site_gen.diagnostics import Location, error
from site_gen.parse.document import Context, Parsed, parse
from site_gen.parse.gather import Task, tasks

__all__ = [
    "CHUNK",
    "Context",
    "Parsed",
    "Task",
    "key_of",
    "parse",
    "parse_chunk",
    "tasks",
]

CHUNK = 50
"""Documents that a worker takes at a time."""


def key_of(task: Task, context: Context) -> str:
    """The digest of everything that the result depends on."""
    inputs = [task.source, *([task.sidecar] if task.sidecar else []), *task.defaults]
    return cache.digest_of(
        context.program,
        context.config.parsing,
        *(f"{one.kind} {one.document_kind} {one.markup} {one.path} {one.digest}" for one in inputs),
        *(f"{one.key} {one.raw} {one.origin}" for one in task.row),
        *task.twins,
    )


def parse_chunk(context: Context, chunk: Sequence[Task]) -> list[Parsed]:
    """Parse documents, or take what an earlier build made of the same inputs."""
    results: list[Parsed] = []
    computed: list[tuple[str, bytes]] = []
    with cache.Store(context.store) as store:
        for task in chunk:
            key = key_of(task, context)
            kept = store.get(f"document {key}")
            if kept is not None:
                parsed: Parsed = pickle.loads(kept)
            else:
                try:
                    parsed, body = parse(task, context, f"body {key}")
                except cache.CacheBroken:
                    raise
                except Exception as problem:
                    # A fault of the program must not cost the keeper the other documents.
                    results.append(_failed(task, problem))
                    continue
                computed.append((f"document {key}", pickle.dumps(parsed)))
                computed.append((f"body {key}", body.encode("utf-8", "surrogatepass")))
            results.append(parsed)
        store.put(computed)
    return results


def _failed(task: Task, problem: Exception) -> Parsed:
    """A document that the program cannot read; it is tried again at the next build."""
    if os.environ.get("SITE_GEN_DEBUG"):
        traceback.print_exception(problem)
    told = error(
        "internal-error",
        Location(task.source.path),
        "site_gen has a fault and cannot read this document: "
        + " ".join(f"{type(problem).__name__}: {problem}".split())[:300],
        hint="Please report it, with the file if you may. SITE_GEN_DEBUG=1 prints where it failed.",
    )
    return Parsed(task.source.path, None, (told,))
