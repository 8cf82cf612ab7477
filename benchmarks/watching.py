"""The memory and the work of a command and of all processes below it, read from /proc on Linux."""

from __future__ import annotations

import contextlib
import os
import re
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

PAUSE = 0.02
"""Seconds between two looks, at least."""


@dataclass(frozen=True, slots=True)
class Sample:
    """The memory of processes at a time (of `time.monotonic`), in bytes.

    `rss` counts a page that processes share once for each of them, `pss` once in all.
    """

    at: float
    rss: int
    pss: int


class Watch:
    """Watches a process and all below it while the block runs; sees nothing where no /proc is.

    The work that a process does after the last look at it is missed.
    """

    def __init__(self, pid: int) -> None:
        self.samples: list[Sample] = []
        self._pid = pid
        self._ticks: dict[int, int] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    @property
    def cpu(self) -> float:
        """The seconds that the processes have been at work."""
        return sum(self._ticks.values()) / os.sysconf("SC_CLK_TCK") if self._ticks else 0.0

    @property
    def peak(self) -> int:
        """The most memory that the processes held together, pages that they share counted once."""
        return max((sample.pss for sample in self.samples), default=0)

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *problem: object) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        pause = 0.0
        while not self._stop.wait(pause):
            began = time.monotonic()
            ticks = process_tree(self._pid)
            self._ticks.update(ticks)
            if ticks:
                self.samples.append(Sample(began, *memory(ticks)))
            # A look at large processes takes long itself, and must not slow what it watches.
            pause = max(PAUSE, 5 * (time.monotonic() - began))


def memory(pids: Iterable[int]) -> tuple[int, int]:
    """The bytes that processes hold together at this moment: RSS and PSS."""
    held = {"Rss": 0, "Pss": 0}
    for pid in pids:
        # It may have ended since it was listed.
        with contextlib.suppress(OSError):
            rollup = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii")
            for name, size in re.findall(r"^(Rss|Pss): +(\d+) kB", rollup, re.MULTILINE):
                held[name] += int(size) * 1024
    return held["Rss"], held["Pss"]


def process_tree(pid: int) -> dict[int, int]:
    """A process and all below it, each with its work in clock ticks; empty without /proc."""
    parents, ticks = {}, {}
    for folder in Path("/proc").glob("[0-9]*"):
        # It may have ended since it was listed.
        with contextlib.suppress(OSError):
            # The name before the last bracket may hold anything.
            told = (folder / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()
            one = int(folder.name)
            parents[one], ticks[one] = int(told[1]), int(told[11]) + int(told[12])
    return {one: ticks[one] for one in (pid, *_below(pid, parents)) if one in ticks}


def _below(pid: int, parents: Mapping[int, int]) -> Iterator[int]:
    for child, parent in parents.items():
        if parent == pid:
            yield child
            yield from _below(child, parents)
