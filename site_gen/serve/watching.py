"""When to build: the watch over the sources, and one build at a time."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import watchfiles

TICK_MS = 100
"""How often single files, and folders that are not there yet, are looked at."""
QUIET_MS = 25
"""How long nothing must change before a build begins: editors write a file in several steps."""

DROPPINGS = re.compile(r"\.#.*|#.*#|.*~|.*\.sw[a-z]|\.~lock\..*|4913|\.DS_Store|Thumbs\.db")
"""Names of the files that editors and file managers leave beside the one that is meant."""


class ServeError(OSError):
    """The preview cannot run here. str() tells the keeper what is wrong and what to do."""


def build_when_wanted(
    build: Callable[[], None],
    wanted: threading.Event,
    stop: threading.Event,
) -> None:
    """Build whenever it is wanted. However often that was during one build, one more follows."""
    while True:
        wanted.wait()
        wanted.clear()
        if stop.is_set():
            return
        build()


State = dict[Path, tuple[int, ...] | None]


def watch(
    watched: Sequence[Path],
    ignored: Sequence[Path],
    changed: Callable[[], None],
    stop: threading.Event,
) -> None:
    """Call `changed` after every change, and once whenever watching has begun.

    Folders are watched by the system. A watch is lost when its folder is removed or replaced, and
    there is none before the folder exists, so the few watched paths themselves are looked at
    every tick, and the watches are set anew when a folder is another one than before.
    """
    while not stop.is_set():
        seen = _state(watched)
        begun = False
        for news in _ticks(_folders(seen), ignored, stop):
            now = _state(watched)
            if news or now != seen or not begun:
                changed()
            begun = True
            if _folders(now) != _folders(seen):
                break
            seen = now


def _state(watched: Sequence[Path]) -> State:
    """What can be told of each path without opening it; None where there is nothing."""
    state: State = {}
    for path in watched:
        state[path] = None
        with suppress(OSError):
            status = path.stat()
            identity = (status.st_dev, status.st_ino)
            state[path] = (
                identity if path.is_dir() else (*identity, status.st_mtime_ns, status.st_size)
            )
    return state


def _folders(state: State) -> dict[Path, tuple[int, ...]]:
    return {path: told for path, told in state.items() if told is not None and len(told) == 2}


def _ticks(
    folders: dict[Path, tuple[int, ...]], ignored: Sequence[Path], stop: threading.Event
) -> Iterator[bool]:
    """Yield about every tick whether something under the folders has changed, until `stop`."""
    if not folders:
        while not stop.wait(TICK_MS / 1000):
            yield False
        return
    try:
        for changes in watchfiles.watch(
            *folders,
            watch_filter=lambda _, path: _is_wanted(Path(path), ignored),
            debounce=2 * QUIET_MS,
            step=QUIET_MS,
            stop_event=stop,
            rust_timeout=TICK_MS,
            yield_on_timeout=True,
            raise_interrupt=False,
            ignore_permission_denied=True,
        ):
            yield bool(changes)
    except FileNotFoundError:
        # A folder went away before it could be watched: the caller looks again.
        return
    except OSError as problem:
        raise ServeError(
            f"the sources cannot be watched: {problem}; "
            "with WATCHFILES_FORCE_POLLING=1 in the environment they are looked at by turns"
        ) from problem


def _is_wanted(path: Path, ignored: Sequence[Path]) -> bool:
    if DROPPINGS.fullmatch(path.name) or ".git" in path.parts:
        return False
    return not any(path.is_relative_to(folder) for folder in ignored)
