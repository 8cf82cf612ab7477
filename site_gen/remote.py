"""A map over the workers of other machines, which share the site's folder and the output with it.

Any `concurrent.futures.Executor` could run it; the one that can be named is Dask's. Large things
go by the shared store: a context is put there once and each worker loads it once, so that a task
carries its item only. A worker that dies loses nothing, since a task may be done twice: what it
puts and stages is the same each time.

The workers must see the same folders and run the same program. That is checked on all that are
there before anything is done, and by each worker when its first task comes, as workers may
come later.
"""

from __future__ import annotations

import gc
import hashlib
import logging
import pickle
import socket
import threading
import uuid
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import CancelledError, Executor, Future, wait
from contextlib import contextmanager
from dataclasses import replace
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, TypeVar

from site_gen import cache
from site_gen.frozen import frozen

Context = TypeVar("Context")
Item = TypeVar("Item")
Result = TypeVar("Result")

SCHEME = "dask://"
PATIENCE = 10.0
"""Seconds in which a scheduler must answer, and for which there may be no worker."""
LOOK = 1.0
"""Seconds between two looks for workers while a result is waited for."""
AHEAD = 8
"""Tasks that are under way for each thread of the workers: so none waits for the next."""

UNTOUCHED = "Nothing was published."


class RemoteError(Exception):
    """The workers cannot do the work. The text is for the keeper: what, why, what to do."""


@frozen
class Remote:
    """The workers of a Dask scheduler at an address such as `dask://host:8786`.

    `joined` makes one that can work: `store` is the store that all share, `program` the digest of
    what they must run with these Markdown `extensions`, `tokens` are files that they must see.
    """

    address: str
    store: Path = Path()
    program: str = ""
    extensions: tuple[str, ...] = ()
    tokens: tuple[Path, ...] = ()

    def __post_init__(self) -> None:
        """Raises ValueError for an address that is none."""
        host, _, port = self.address.removeprefix(SCHEME).rpartition(":")
        if not self.address.startswith(SCHEME) or not host or not port.isdecimal():
            raise ValueError(f"{self.address!r} is not an address such as {SCHEME}host:8786.")

    @contextmanager
    def joined(
        self, store: Path, folders: Iterable[Path], extensions: Iterable[str]
    ) -> Iterator[Remote]:
        """These workers at work on one build: on its store and in its folders.

        Raises RemoteError if there are none, or if one of them sees other folders or runs another
        program.
        """
        name = f"token-{uuid.uuid4().hex}"
        tokens = tuple(folder / name for folder in (store, *folders))
        used = tuple(extensions)
        program = cache.program_digest(used)
        ready = replace(self, store=store, program=program, extensions=used, tokens=tokens)
        try:
            for token in tokens:
                token.parent.mkdir(parents=True, exist_ok=True)
                token.touch()
            with ready._client() as client:
                for trouble in client.run(_trouble, ready).values():
                    if trouble:
                        raise RemoteError(trouble)
            yield ready
        finally:
            for token in tokens:
                token.unlink(missing_ok=True)

    def map(
        self, work: Callable[[Context, Item], Result], items: Sequence[Item], context: Context
    ) -> Iterator[Result]:
        """`work(context, item)` for each item, results in the order of the items.

        Raises RemoteError if the workers go away, or one that came later is not fit.
        """
        if not items:
            return
        data = pickle.dumps(context)
        key = f"context {hashlib.sha256(data).hexdigest()}"
        with cache.Shared(self.store) as store, self._client() as client:
            store.put([(key, data)])
            del data
            tasks = (_Task(self, key, pickle.dumps((work, item))) for item in items)
            window = AHEAD * sum(client.nthreads().values())
            present = partial(self._present, client)
            try:
                for result in in_order(
                    client.get_executor(pure=False), _run, tasks, window, present
                ):
                    yield pickle.loads(result)
            finally:
                store.forget([key])

    @contextmanager
    def _client(self) -> Iterator[Any]:
        """A connection to the scheduler, which has a worker at least."""
        try:
            import distributed
        except ImportError as problem:
            raise RemoteError(
                f"{self.address} needs Dask, which is not installed. Install site_gen with its "
                "extra, as in: pip install 'site_gen[dask]'"
            ) from problem
        # Whatever goes wrong with the connection is told once, in the words of RemoteError. What it
        # left waiting would be told by asyncio again.
        for logger in ("asyncio", *logging.root.manager.loggerDict):
            if logger.partition(".")[0] in ("asyncio", "distributed", "tornado"):
                logging.getLogger(logger).setLevel(logging.CRITICAL)
        at = self.address.removeprefix(SCHEME)
        connect: Any = distributed.Client
        try:
            client = connect(at, timeout=PATIENCE, set_as_default=False)
        except (OSError, ValueError) as problem:
            raise RemoteError(
                f"No Dask scheduler answers at {at}. {UNTOUCHED} Start one there with "
                f"`dask scheduler`, or mend the address. ({problem})"
            ) from problem
        try:
            self._present(client)
            yield client
        except distributed.KilledWorker as problem:
            raise RemoteError(
                f"Several workers of {at} ended at the same task, perhaps for want of memory. "
                f"{UNTOUCHED} Give each more memory, or start fewer on a machine."
            ) from problem
        except (CancelledError, OSError) as problem:
            raise RemoteError(
                f"The connection to the Dask scheduler at {at} broke. {UNTOUCHED} See what its "
                f"log says, then build again. ({problem})"
            ) from problem
        finally:
            client.close(timeout=PATIENCE)

    def _present(self, client: Any) -> None:
        """Raise RemoteError if for a while there is no worker."""
        try:
            client.wait_for_workers(1, timeout=PATIENCE)
        except TimeoutError as problem:
            at = self.address.removeprefix(SCHEME)
            raise RemoteError(
                f"The Dask scheduler at {at} has no worker. {UNTOUCHED} Start some, each with "
                f"`dask worker {at} --nthreads 1`, then build again."
            ) from problem


def in_order(
    executor: Executor,
    work: Callable[[Item], Result],
    items: Iterable[Item],
    window: int,
    present: Callable[[], None],
) -> Iterator[Result]:
    """`work(item)` for each item on any executor, results in the order of the items.

    No more than `window` items are under way at a time. `present` is called now and then while a
    result is waited for; it raises what ends the waiting.
    """
    waiting: deque[Future[Result]] = deque()
    try:
        for item in items:
            waiting.append(executor.submit(work, item))
            if len(waiting) >= window:
                yield _result(waiting.popleft(), present)
        while waiting:
            yield _result(waiting.popleft(), present)
    finally:
        for future in waiting:
            future.cancel()


def _result(future: Future[Result], present: Callable[[], None]) -> Result:
    while not wait([future], LOOK).done:
        present()
    return future.result()


# What runs on a worker


@frozen
class _Task:
    """One call: `call` is the pickle of a function of a module and of its item."""

    remote: Remote
    context: str
    call: bytes


_TURN = threading.Lock()
"""Markdown, stemmers and templates are not made for two threads at once, as a worker may have."""


def _run(task: _Task) -> bytes:
    with _TURN:
        _be_fit(task.remote)
        work, item = pickle.loads(task.call)
        return pickle.dumps(work(_context(task.remote.store, task.context), item))


@lru_cache(maxsize=1)
def _context(folder: Path, key: str) -> Any:
    with cache.Store(folder) as store:
        data = store.get(key)
    if data is None:
        raise cache.CacheBroken("the context of a task is gone")
    context = pickle.loads(data)
    # It lives as long as this process works on it: let no collection walk through it.
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    return context


@lru_cache(maxsize=1)
def _be_fit(remote: Remote) -> None:
    """Raise RemoteError if this worker cannot do the work of a build."""
    trouble = _trouble(remote)
    if trouble:
        raise RemoteError(trouble)


def _trouble(remote: Remote) -> str:
    """What keeps this worker from doing the work of a build; empty if nothing does."""
    worker = f"The worker on {socket.gethostname()}"
    for token in remote.tokens:
        answer = token.with_name(f"{token.name}-{uuid.uuid4().hex}")
        try:
            token.stat()
            answer.touch()
            answer.unlink()
        except OSError as problem:
            return (
                f"{worker} cannot use {token.parent} as this machine does ({problem.strerror}). "
                f"{UNTOUCHED} The site's folder and the output must be shared, writable, and "
                "have the same path on every machine."
            )
    if remote.program != _own_program(remote.extensions):
        return (
            f"{worker} runs another version of site_gen, of Python, of a library or of a Markdown "
            f"extension than this machine. {UNTOUCHED} Install the same ones everywhere, then "
            "start the workers again."
        )
    return ""


_own_program = lru_cache(cache.program_digest)
"""Taken once: a worker that goes on after an update still runs what it loaded first."""
