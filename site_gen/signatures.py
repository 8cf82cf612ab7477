"""Which files are as they were: a stat tells, so that they need not be read again.

A signature is a file's size, times and inode. It vouches for a digest only if the contents had
been left alone for a while when it was taken: a clock ticks too coarsely to tell two changes in
one moment apart.
"""

from __future__ import annotations

import hashlib
import os
import pickle
from collections.abc import Callable, Collection, Iterable, Mapping
from itertools import chain
from operator import attrgetter
from pathlib import Path

from site_gen import compact
from site_gen.model import OutputFile

Signature = tuple[int, int, int, int]
"""Size in bytes, time of change of the contents and of the inode in nanoseconds, inode."""
Signed = tuple[Signature, str]
"""Signature and SHA-256, in hex."""
Kept = Mapping[str, Signed]
"""The same by path."""
Entries = Iterable[tuple[str, Signed]]
"""The same one by one, each with its path."""
Listed = tuple[list[str], list[str], list[int]]
"""Files as their paths, the digests of all, the sizes of all."""

TICK = 100_000_000
"""Nanoseconds within which two changes may bear the same time, where times are fine."""
COARSE = 2_500_000_000
"""The same where times are whole seconds: some file systems count every second one only."""


signature: Callable[[os.stat_result], Signature] = attrgetter(
    "st_size", "st_mtime_ns", "st_ctime_ns", "st_ino"
)
"""The signature of a file by its stat."""


def unsettled(size: int) -> Signature:
    """What stands for the signature of a file that no stat is to vouch for."""
    return (size, 0, 0, -1)


def unknown(size: int) -> Signature:
    """What stands for the signature of a file of which none was kept."""
    return (size, 0, 0, -2)


def packed(kept: Kept) -> tuple[bytes, bytes]:
    """Signatures as they are put into the store, field by field: what tells which files they are
    of, and what only a stat is compared with, which takes longer to read.
    """
    digests = "\0".join([digest for _, digest in kept.values()])
    sizes = [one[0] for one, _ in kept.values()]
    times = list(chain.from_iterable([one[1:] for one, _ in kept.values()]))
    return pickle.dumps(("\0".join(kept), digests, sizes)), pickle.dumps(times)


def unlisted(listed: bytes) -> Listed:
    """The files whose signatures these are."""
    paths, digests, sizes = pickle.loads(listed)
    return (paths.split("\0"), digests.split("\0"), sizes) if sizes else ([], [], [])


def unpacked(listed: Listed, rest: bytes) -> Entries:
    """The signatures again, one by one: to have all at once takes longer than to compare them."""
    paths, digests, sizes = listed
    three = [iter(pickle.loads(rest))] * 3
    return zip(paths, zip(zip(sizes, *three, strict=True), digests, strict=True), strict=True)


def described(
    paths: Collection[str], digests: Iterable[str], sizes: Iterable[int]
) -> dict[str, OutputFile]:
    """Files by path, all made at once."""
    made = compact.filled(OutputFile, len(paths), path=paths, digest=digests, size=sizes)
    return dict(zip(paths, made, strict=True))


def clock(folder: Path) -> int:
    """The time now in nanoseconds, by the file system of a folder. Raises OSError."""
    file = folder / "clock"
    file.touch()
    return file.stat().st_mtime_ns


class Signatures:
    """Digests of files that a stat vouches for, and those that are taken now.

    `kept` are those of the last time, `now` is the time by the files' own clock before any of
    them is looked at.
    """

    def __init__(self, kept: Kept, now: int) -> None:
        self.kept = kept
        self.now = now
        self.taken: dict[str, Signed] = {}

    def digest(self, path: str, status: os.stat_result) -> str:
        """The digest of a file that is as it was; empty if that is not certain."""
        entry = self.kept.get(path)
        if entry is None or entry[0] != signature(status):
            return ""
        self.taken[path] = entry
        return entry[1]

    def take(self, path: str, status: os.stat_result, digest: str) -> None:
        """Keep the digest of a file that was read after `status` was asked for."""
        if self.settled(status):
            self.taken[path] = signature(status), digest

    def read(
        self, path: str, status: os.stat_result, read: Callable[[], bytes]
    ) -> tuple[str, bytes | None]:
        """The digest of a file, and its bytes where `read` had to be asked for them."""
        digest = self.digest(path, status)
        if digest:
            return digest, None
        data = read()
        digest = hashlib.sha256(data).hexdigest()
        if len(data) == status.st_size:
            self.take(path, status, digest)
        return digest, data

    def settled(self, status: os.stat_result) -> bool:
        """Whether any later change of the file will show."""
        return settled(status, self.now)


def settled(status: os.stat_result, now: int, moved: bool = False) -> bool:
    """Whether any change of a file after `now` will show.

    One that was just `moved` is judged by the time of its contents, where times are fine. What
    does not show of it then is a change in the moment of the move that leaves it its size, and to
    which a program gives the time of what it published, to the nanosecond.

    On Windows none is certain to: there is no time that a program cannot set.
    """
    if os.name == "nt":
        return False
    times = (status.st_mtime_ns, status.st_ctime_ns)
    coarse = any(time % 1_000_000_000 == 0 for time in times)
    if moved and not coarse:
        return times[0] < now - TICK
    return max(times) < now - (COARSE if coarse else TICK)
