"""Who makes the parts of a build once its documents are placed: this process or copies of it.

A copy has all that this process has as it begins, and whoever makes a part, it is the same. Where
a process cannot be copied, all parts are made `here`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from functools import lru_cache, partial
from typing import Any

from site_gen import memory, parallel, related, render, search
from site_gen.build import making, planning, reading
from site_gen.build.planning import Placed, Planned
from site_gen.build.reading import Read
from site_gen.build.run import Run, may_publish, silent, told
from site_gen.build.seen import Seen
from site_gen.diagnostics import Diagnostic
from site_gen.frozen import frozen
from site_gen.model import Document

PER_WORD = 30
"""Documents for each word that one has on average, up to which the index of an edited site takes
half the time of all that is made of it."""


@frozen
class Parts:
    """What gives the parts of a build. Each is made once, when it is asked for or before.

    `like`, which is asked for once, gives what articles have to do with each other; `keep` keeps
    the plan for the next build. `files` makes the files for programs, where they are not made with
    the pages, and `known` is what they are made from, where that knows what stands for articles.
    `early` is whether pages may be published while other parts are not made.
    """

    plan: Callable[[], Planned]
    like: Callable[[], related.Related]
    index: Callable[[], search.Index]
    keep: Callable[[], None]
    files: Callable[[render.Context], making.Filed] | None = None
    known: render.Context | None = None
    early: bool = True


def alone(run: Run) -> Run:
    """The run for what is done by one process, as others are at work beside it."""
    return replace(run, options=replace(run.options, jobs=1, progress=silent))


def here(run: Run, read: Read, placed: Placed, before: Seen) -> Parts:
    """All parts, made by this process."""
    plan = lru_cache(partial(planning.finish, run, placed))
    index = lru_cache(lambda: making.index(run, plan(), before))
    lean = reading.lean(read)
    keep = lru_cache(lambda: planning.keep(run, lean, plan()))
    return Parts(plan, partial(planning.relate, run, read, placed), index, keep)


def new(
    run: Run,
    read: Read,
    placed: Placed,
    before: Seen,
    like: Callable[[], related.Related],
    found: Callable[[], Sequence[Diagnostic]],
    copies: ExitStack,
) -> Parts:
    """The parts of a large site, little of which is known: a copy finds what is `like` what, while
    workers read texts for the index. It ends with `copies`; `found` gives all that was found so
    far, and is asked when there is a copy.

    What this process looks at, or loads, before there is a copy, is there once for both.
    """
    parts = here(run, read, placed, before)
    parts.keep()
    search.load()
    wanted = _may_index(run, parts, read.found)
    index = making.prepared(run, parts.plan(), before) if wanted else None
    memory.give_back()
    (like,) = copies.enter_context(parallel.beside([like], True))
    parts = replace(parts, like=like)
    if index is None or not _may_index(run, parts, [*read.found, *found()]):
        return parts
    indexed = index()
    return replace(parts, index=lambda: indexed)


def standing(
    run: Run,
    read: Read,
    placed: Placed,
    before: Seen,
    found: Sequence[Diagnostic],
    copies: ExitStack,
) -> Parts:
    """The parts of a large site of which nothing that is planned was edited: a copy finds what is
    related while this process makes the index, and files for programs are made by whoever comes to
    them first. It ends with `copies`; `found` is all that was found so far.
    """
    parts, first = here(run, read, placed, before), parallel.claim()

    def theirs() -> making.Filed | None:
        context = making.render_context(run, parts.plan(), before)
        return making.files(run, context) if first() else None

    like, filed = copies.enter_context(parallel.beside([parts.like, theirs], True))

    def files(context: render.Context) -> making.Filed:
        made: making.Filed = making.files(run, context) if first() else filed()
        return made

    if _may_index(run, parts, found):
        parts.index()
    return replace(parts, like=like, files=files, early=False)


def edited(run: Run, read: Read, placed: Placed, before: Seen, copies: ExitStack) -> Parts:
    """The parts of a large site of which few documents are new, and the plan is: a copy makes the
    index, which needs no plan, and before that finds what is related if it has time for both;
    another makes files for programs and keeps the plan. They end with `copies`.
    """
    parts = here(run, read, placed, before)
    index: Callable[[], search.Index] = partial(making.index, run, placed, before)
    wordy = _wordy(read.documents)
    works: list[Callable[[], Any]] = [index] if wordy else [parts.like, index]
    *like, index = copies.enter_context(parallel.beside(works, True))
    plan = parts.plan()
    if plan.failed != placed.failed:
        # What is in the way of a page is in the index no more. Both would stage files, the copy
        # perhaps while this process publishes.
        index()
        index = parts.index
    context = making.render_context(run, plan, before)
    context.renderer.know_articles(context.keys)  # Files are told apart by them, and pages.
    works = [partial(making.files, run, context), parts.keep]
    filed, keep = copies.enter_context(parallel.beside(works, True))
    (found,) = like or (parts.like,)
    return Parts(parts.plan, found, index, keep, lambda _: filed(), context, early=False)


def _may_index(run: Run, parts: Parts, found: Sequence[Diagnostic]) -> bool:
    """Whether the index may be published as far as is known."""
    return may_publish(told([*found, *parts.plan().found], run.options), run.options)


def _wordy(documents: Sequence[Document]) -> bool:
    """Whether texts are so long, and so few, that their index takes half the time of all."""
    return len(documents) ** 2 <= PER_WORD * sum(one.words for one in documents)
