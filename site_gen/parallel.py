"""An ordered map over worker processes; the result does not depend on how many."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from typing import Any, TypeVar

Context = TypeVar("Context")
Item = TypeVar("Item")
Result = TypeVar("Result")

_context: Any = None
"""What `initializer` gave this worker process. The parent's stays None."""


def usable_cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0)) or 1
    return os.cpu_count() or 1


def chunks(items: Sequence[Item], size: int) -> list[Sequence[Item]]:
    """The items in order, in runs of `size`."""
    return [items[start : start + size] for start in range(0, len(items), size)]


def ordered_map(
    work: Callable[[Context, Item], Result],
    items: Iterable[Item],
    context: Context,
    jobs: int,
) -> Iterator[Result]:
    """`work(context, item)` for each item, results in the order of the items.

    With one job everything runs in this process. Else `work` must be a function of a module, and
    context, items and results must pickle; the context goes to each worker once.
    """
    items = list(items)
    if jobs <= 1 or len(items) <= 1:
        for item in items:
            yield work(context, item)
        return
    with _pool(context, min(jobs, len(items))) as executor:
        yield from executor.map(_run, [work] * len(items), items)


@contextmanager
def _pool(context: Any, jobs: int) -> Iterator[Executor]:
    # A fresh server process forks the workers: the parent's threads never come into it.
    methods = multiprocessing.get_all_start_methods()
    method = multiprocessing.get_context("forkserver" if "forkserver" in methods else "spawn")
    executor = ProcessPoolExecutor(jobs, method, initializer=_receive, initargs=(context,))
    try:
        yield executor
    finally:
        executor.shutdown(wait=True, cancel_futures=True)


def _receive(context: Any) -> None:
    global _context
    _context = context


def _run(work: Callable[[Any, Any], Any], item: Any) -> Any:
    return work(_context, item)
