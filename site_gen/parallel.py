"""An ordered map over worker processes; the result does not depend on how many."""

from __future__ import annotations

import gc
import math
import multiprocessing
import os
import pickle
import signal
import sys
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Executor
from contextlib import contextmanager, suppress
from functools import partial
from multiprocessing import connection
from multiprocessing.context import BaseContext
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, Protocol, TypeVar

Context = TypeVar("Context")
Item = TypeVar("Item")
Result = TypeVar("Result")

_context: Any = None
"""What `initializer` gave this worker process. The parent's stays None."""


PARTS = 8
"""What part of the work that is left a worker takes at most, and of a run the shortest is."""


class Elsewhere(Protocol):
    """Workers that this module does not start: those of other machines."""

    def map(
        self, work: Callable[[Context, Item], Result], items: Sequence[Item], context: Context
    ) -> Iterator[Result]:
        """What `ordered_map` does."""


def usable_cores(root: Path = Path("/")) -> int:
    """How many cores this process may use: by its affinity and, on Linux, its control group's.

    `root` is where /proc and /sys are. A quota of one core and a half is two cores: the time of
    the second is there, and a process that waits takes none.
    """
    if hasattr(os, "sched_getaffinity"):
        cores = len(os.sched_getaffinity(0))
    else:
        cores = os.cpu_count() or 1
    return max(1, min([cores, *map(math.ceil, _quotas(root))]))


def _quotas(root: Path) -> Iterator[float]:
    """The cores that a control group, and each one around it, grants this process."""
    for line in _text(root / "proc/self/cgroup").splitlines():
        _, controllers, path = line.split(":", 2)
        # In a container the path may be that of the host, and only its last folders are there.
        inside = PurePosixPath(path.lstrip("/"))
        for group in (inside, *inside.parents):
            if not controllers:
                limit = _text(root / "sys/fs/cgroup" / group / "cpu.max").split()
            elif "cpu" in controllers.split(","):
                folder = root / "sys/fs/cgroup/cpu" / group
                names = ("cpu.cfs_quota_us", "cpu.cfs_period_us")
                limit = [_text(folder / name).strip() for name in names]
            else:
                continue
            # No limit is `max` in the second version of control groups, -1 in the first.
            if len(limit) == 2 and all(one.isdecimal() and int(one) for one in limit):
                yield int(limit[0]) / int(limit[1])


def _text(file: Path) -> str:
    """The text of a file of the system; empty where there is no such file."""
    try:
        return file.read_text("utf-8")
    except OSError:
        return ""


def chunks(items: Sequence[Item], size: int) -> list[Sequence[Item]]:
    """The items in order, in runs of `size`. Of many, the last runs are ever shorter, so that no
    worker is left with a long one while others have nothing to do.
    """
    found: list[Sequence[Item]] = []
    many = len(items) >= PARTS * size
    start = 0
    while (left := len(items) - start) > 0:
        run = max(size // PARTS, min(size, left // PARTS), 1) if many else size
        found.append(items[start : start + run])
        start += run
    return found


def ordered_map(
    work: Callable[[Context, Item], Result],
    items: Iterable[Item],
    context: Context,
    jobs: int | Elsewhere,
    here: bool = False,
) -> Iterator[Result]:
    """`work(context, item)` for each item, results in the order of the items.

    With one job everything runs in this process. Else `work` must be a function of a module, and
    context, items and results must pickle; the context goes to each worker once. With `here` this
    process is one of them: that saves the memory of one, where it has all that the work needs.
    """
    items = list(items)
    if not isinstance(jobs, int):
        yield from jobs.map(work, items, context)
        return
    if jobs <= 1 or len(items) <= 1:
        with _collected(len(items)):
            for item in items:
                yield work(context, item)
        return
    if here and may_be_copied():
        with _pool(context, min(jobs, len(items)) - 1) as executor, _collected(len(items)):
            yield from _helped(executor, work, items, context)
        return
    with _pool(context, min(jobs, len(items))) as executor:
        with uninterrupted():
            results = executor.map(_run, [work] * len(items), items)
        yield from results


def _helped(
    executor: Executor,
    work: Callable[[Context, Item], Result],
    items: Sequence[Item],
    context: Context,
) -> Iterator[Result]:
    """The results of workers and of this process, which takes what none of them has begun."""
    with uninterrupted():
        theirs = [executor.submit(_run, work, item) for item in items]
    ours: dict[int, Result] = {}
    ahead = 0
    for at, one in enumerate(theirs):
        while at not in ours and not one.done():
            while ahead < len(items) and not theirs[ahead].cancel():
                ahead += 1
            if ahead == len(items):
                break
            ours[ahead] = work(context, items[ahead])
            ahead += 1
        yield ours.pop(at) if at in ours else one.result()


@contextmanager
def _collected(items: int) -> Iterator[None]:
    """Look for cycles while items are worked on here, where a build looks for none: each leaves
    some. What was there before is left out of it.
    """
    if items <= 1 or gc.isenabled():
        yield
        return
    gc.freeze()
    gc.enable()
    try:
        yield
    finally:
        gc.disable()
        gc.unfreeze()


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Let Ctrl-C wait while something begins that must not be broken off.

    A copy of this process would answer it too; workers keep the block, and end when this process
    ends.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _pool(context: Any, jobs: int) -> Iterator[Executor]:
    # Here, because most edits need no workers.
    from concurrent.futures import ProcessPoolExecutor

    executor = ProcessPoolExecutor(jobs, _method(), initializer=_receive, initargs=(context,))
    try:
        yield executor
    finally:
        executor.shutdown(wait=True, cancel_futures=True)


@contextmanager
def beside(
    works: Sequence[Callable[[], Any]], wanted: bool
) -> Iterator[tuple[Callable[[], Any], ...]]:
    """What gives the result of each of the works, which a copy of this process does meanwhile, one
    after the other.

    Where it is not `wanted`, or this process cannot be copied, each is done when it is asked for.
    What it raises, if it is no bug, must pickle, as the result must; it is raised when asked for.
    A copy that is not done with what nobody asked for is ended with the block.
    """
    if not wanted or not may_be_copied():
        given, works = [tuple(works)], ()  # Else they would stay here until the block ends.
        yield given.pop()
        return
    context = multiprocessing.get_context("fork")
    here, there = context.Pipe(duplex=False)
    # What comes of it waits there: the copy and its memory are gone as soon as it is done.
    results = _nameless()
    process = context.Process(target=_tell, args=(there, results, works), daemon=True)
    with uninterrupted():
        process.start()
    there.close()
    count, works = len(works), ()  # What they work on need not stay here.
    told: list[tuple[bool, Any]] = []
    ends = [0]

    def result(at: int) -> Any:
        while len(told) <= at:
            try:
                ends.append(here.recv())
            except EOFError:
                raise BrokenExecutor("a process that worked beside was ended") from None
            begin, end = ends[-2:]
            told.append(pickle.loads(os.pread(results.fileno(), end - begin, begin)))
        done, value = told[at]
        if not done:
            raise value
        return value

    try:
        yield tuple(partial(result, at) for at in range(count))
    finally:
        here.close()
        process.kill()
        process.join()
        results.close()


def claim() -> Callable[[], bool]:
    """What says yes to the first that asks, this process or one of its copies that are made after
    this, and no to all others. It is for processes that may be copied.
    """
    return partial(multiprocessing.get_context("fork").Lock().acquire, False)


def _nameless() -> BinaryIO:
    """A file that no name leads to, in memory where there are such."""
    try:
        return open(os.memfd_create("results"), "w+b")
    except (AttributeError, OSError):  # Some kernels, and what guards them, refuse.
        return tempfile.TemporaryFile()


def _tell(
    there: connection.Connection, results: BinaryIO, works: Sequence[Callable[[], Any]]
) -> None:
    """Do the works in a copy of the process that asks for their results, and tell where each
    ends.
    """
    _receive(None)
    gc.disable()  # It ends with its work, and what it leaves need not be looked through.
    for work in works:
        results.write(pickle.dumps(_tried(work)))
        results.flush()
        there.send(results.tell())
    there.close()


@contextmanager
def apart(
    work: Callable[[Callable[[], None]], Result],
) -> Iterator[Callable[[Callable[[], None]], Result]]:
    """What has the work done by one copy of this process, each time it is asked, and gives its
    result. The work may tell on its way, by what it is given, which calls what is asked with here.
    The copy remembers what it did before, and may use copies of itself, which a process
    with threads may not: so ask for it before threads begin.

    Where this process cannot be copied, it does the work itself. What the work raises must pickle.
    The copy ends with the block; if this process is killed, when it is done.
    """
    if not may_be_copied():
        yield work
        return
    context = multiprocessing.get_context("fork")
    here, there = context.Pipe()

    def answer() -> None:
        here.close()
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        gc.disable()
        with suppress(EOFError, BrokenPipeError):
            while there.recv():
                there.send(_tried(partial(work, partial(there.send, None))))
                # Nobody waits now.
                gc.collect()

    process = context.Process(target=answer)
    with uninterrupted():
        process.start()
    there.close()

    def result(early: Callable[[], None]) -> Result:
        try:
            here.send(True)
            while (told := here.recv()) is None:
                early()
            done, value = told
        except (EOFError, BrokenPipeError):
            raise BrokenExecutor("a process that worked apart was ended") from None
        if not done:
            raise value
        found: Result = value
        return found

    try:
        yield result
    finally:
        here.close()
        process.join()


def _tried(work: Callable[[], Any]) -> tuple[bool, Any]:
    """Whether work was done, with its result or what it raised."""
    try:
        return True, work()
    except Exception as problem:
        return False, problem


def may_be_copied() -> bool:
    """Whether a copy of this process can work: one of a process with threads cannot safely."""
    return sys.platform == "linux" and threading.active_count() == 1


def _method() -> BaseContext:
    """How workers start: as copies of this process, which have all that it has at once.

    A process with threads cannot be copied safely, and some systems copy none: there a fresh
    process makes the workers.
    """
    if may_be_copied():
        return multiprocessing.get_context("fork")
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    from multiprocessing import forkserver

    if threading.current_thread() is threading.main_thread():
        # Workers inherit it, and so know of no Ctrl-C even while they start.
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            forkserver.ensure_running()
        finally:
            signal.signal(signal.SIGINT, before)
    return multiprocessing.get_context("forkserver")


def _receive(context: Any) -> None:
    """Make this process a worker: it has its context, and it ends when the parent says so or dies.

    Ctrl-C reaches every process of a terminal; only the parent answers it.
    """
    global _context
    _context = context
    gc.freeze()
    gc.enable()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """A killed parent closes no queue, and a worker would wait for its next item for ever."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    connection.wait([parent.sentinel])
    os._exit(1)


def _run(work: Callable[[Any, Any], Any], item: Any) -> Any:
    return work(_context, item)
