"""The only writer of output/: stage, compare, journal, replace, prune what it wrote before.

How a build is published:

1. Workers `stage` each file that output/ does not hold already into output/.site_gen/stage (the
   same file system, so that a move is a rename).
2. `Output.publish` decides everything, refuses what it must not touch, and writes what becomes
   another to output/.site_gen/journal.json; the manifest tells what stands. Until the journal is
   whole, nothing a reader sees has changed.
3. It carries the journal out: content-named assets and search shards first, then other files,
   pages, the manifest, deletions last. Each replacement is one `os.replace`.

Every step of a journal can be done twice. So after a kill at any moment each file is wholly old
or wholly new, and the next `Output.open` either finishes the journal or, where there is none,
discards the stage.

The journal and the manifest are flushed to the disk; for speed the files themselves are not. A
power cut can thus leave a file empty or torn, or lose one, though a later step is on the disk.
Recovery therefore compares every staged file with its digest before it moves it, and writes
into the manifest what it really finds; and since each build compares every planned file for
which no stat vouches with the bytes in output/ (`stage`, `holds`), the next one writes the damaged
files again.

What belongs to site_gen is what the manifest inside output/ lists. Everything else is foreign
and is never written to, moved or deleted.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import shutil
import stat as modes
import time
import uuid
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from itertools import compress, filterfalse, repeat
from json.encoder import encode_basestring
from operator import attrgetter, is_not
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Any, Self

from filelock import FileLock, Timeout

from site_gen.frozen import frozen
from site_gen.model import OutputFile
from site_gen.paths import all_above, comparable, folders, trouble
from site_gen.signatures import (
    Entries,
    Kept,
    Signatures,
    Signed,
    clock,
    described,
    settled,
    signature,
    unknown,
    unsettled,
)

MANIFEST = "archive-manifest.json"
"""The list of what site_gen wrote, published with it: path, SHA-256 and size of every file."""

FORMAT = 1
"""That of the manifest."""
JOURNAL_FORMAT = 2
WHOLE_FORMAT = 1
"""That of an earlier journal, whose files are all that the site will hold."""
WORK = ".site_gen"
STAGE = f"{WORK}/stage"
JOURNAL = f"{WORK}/journal.json"

CONTENT_NAMED = ("assets/", "search/")
_OURS = re.compile(r"(?:(?:\.nojekyll|\w[\w.-]*+(?:/\w[\w.-]*+)*+)\n)*+", re.ASCII)
"""Paths, each in a line, that need no closer look: nearly all are such. Nothing is kept of what was
matched: to be able to go back takes hundreds of bytes for each.
"""
DIGEST = re.compile(r"[0-9a-f]{64}")
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
"""How a file is opened that must not be there yet, on any system."""
JUNCTION = 0xA0000003
"""The reparse tag of a Windows junction, a link that is not a symbolic one."""

SHARE = 32
"""Lines of a manifest are changed one by one up to this part of them."""
LONG = 300_000
"""Bytes of a manifest from which on to look at its files takes longer than to start a process."""

PAUSES = (0.05, 0.1, 0.2, 0.4, 0.8)
SHOWN = 3

HINTS = {
    errno.ENOSPC: "Free some space on the disk.",
    errno.EDQUOT: "Your disk quota is used up: free some space.",
    errno.EACCES: "Check who may write there, and whether another program has it open.",
    errno.EPERM: "Check who may write there, and whether another program has it open.",
    errno.EROFS: "The disk is read-only: choose another folder.",
    errno.ENAMETOOLONG: "Give the document a shorter name or slug.",
}
UNTOUCHED = "Nothing was published."
HALF_WAY = "Every file in output is whole; the next build finishes the publishing."

Files = Mapping[str, OutputFile]
"""Output files by their path."""
Stands = Callable[[OutputFile], bool]
"""Tells whether output/ holds a file as it was written."""


class OutputError(Exception):
    """Output/ cannot or must not be written. The text is for the keeper: what, why, what to do."""


@frozen
class Published:
    """What a publication did, in numbers of files. The manifest is not counted."""

    written: int
    unchanged: int
    deleted: int
    left: tuple[str, ...] = ()
    """Files of earlier builds that should go but were changed by hand: they stay, as foreign."""


@frozen
class Looked:
    """What a look at output/ saw of the files that a `manifest`, by its SHA-256, lists, so many,
    `now` by their clock: which are `gone` or others than before, or known though nothing lists
    them, and of those that stand the `new` signatures, None where there is none that is certain.
    """

    manifest: str
    count: int
    now: int
    gone: frozenset[str]
    new: Mapping[str, Signed | None]


@frozen
class Plan:
    """What is to be published, by path, and all folders `above` it. The `new` files may be others
    than those of the last publication. Of the paths, `came` are those that it did not have, and
    `gone` are those that it alone had.
    """

    files: Files
    above: Collection[str]
    new: Files
    came: Collection[str]
    gone: Collection[str]


@frozen
class Journal:
    """A publication decided in full.

    `before` tells whether there was a manifest before it. `files` are those that it does not list
    as they will be, which without one are all, and all that are staged; `gone` are the paths that
    it lists and the next one does not. `moves` maps each staged path, in the order of the moves, to
    the old files that lie where it or its folders must be; `deletions` come last. `names` are those
    of the staged files, by path.
    """

    before: bool
    files: Files
    gone: Collection[str]
    moves: Mapping[str, Files]
    deletions: Files
    names: Mapping[str, str]


Left = tuple[str, Callable[[], Files | None]]
"""What a build left: the SHA-256 of its manifest, and what gives all files that it lists, None
where they are not known.
"""


class Output:
    """One output folder, locked for one build at a time. A context manager.

    `lock_folder` is a folder outside output/ that all builds of it share. `left` is asked for what
    the last build left as soon as no other build can change it.
    """

    def __init__(
        self, folder: Path, lock_folder: Path, left: Callable[[], Left] = lambda: ("", lambda: None)
    ) -> None:
        self.folder = Path(os.path.realpath(folder))
        self.stage_folder = self.folder / STAGE
        name = hashlib.sha256(os.path.normcase(self.folder).encode()).hexdigest()[:16]
        # A build may close in another thread than it opened in, as a preview does.
        self._lock = FileLock(lock_folder / f"output-{name}.lock", timeout=0, thread_local=False)
        self._left = left
        self._listed: tuple[str, Files, bytes] | None = None
        self._held: Files = {}
        self._changed: frozenset[str] = frozenset()
        """The files that the last publication came to, but for these, are those that are held."""
        self._looked = 0
        """When `_held` were looked at, by the clock of their files."""
        self._touched: dict[str, Signed | None] = {}
        """Files that are not as their signatures were kept, with those that are certain."""
        self._existed = True
        self.many = False
        """Whether to look at all files takes longer than to start a process that does."""
        self._signatures = Signatures({}, 0)
        self._moved: tuple[list[OutputFile], int] = [], 0

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def open(self) -> None:
        """Take the lock, finish or undo what a killed build left, read the manifest.

        Raises OutputError if another build has the lock, if the manifest cannot be understood,
        and if the folder has content but no manifest (dotfiles and CNAME are not content). A
        manifest of `many` files is read when it is first asked for, and raises that then.
        """
        self._take_lock()
        try:
            with _reported(UNTOUCHED):
                self._existed = self.folder.exists()
                _recover(self.folder)
                manifest = _status(self.folder / MANIFEST)
                self._listed, self._held = None, {}
                self.many = manifest is not None and manifest.st_size > LONG
                if not self.many:
                    self._list()
        except BaseException:
            self._lock.release()
            raise

    @property
    def manifest(self) -> str:
        """The SHA-256 of the manifest; empty if there is none yet."""
        return self._list()[0]

    @property
    def _old(self) -> Files:
        """What the manifest lists."""
        return self._list()[1]

    @property
    def _listing(self) -> bytes:
        """The manifest, where it is the one that the last build wrote: line by line it lists
        `_old` as the next one will.
        """
        return self._list()[2]

    def _list(self) -> tuple[str, Files, bytes]:
        if self._listed is None:
            with _reported(UNTOUCHED):
                self._listed = _read_manifest(self.folder, self._left())
        return self._listed

    def close(self) -> None:
        """Remove a stage that was not published and release the lock. Harmless if not open."""
        if not self._lock.is_locked:
            return
        try:
            with _reported(""):
                if not (self.folder / JOURNAL).exists():
                    _discard(self.folder)
                    if not self._existed:
                        _remove_if_empty(self.folder)
        finally:
            self._lock.release()

    def held(self, kept: Kept) -> dict[str, OutputFile]:
        """The files of the last publication that are still as it left them.

        Those whose signature is not `kept` are read.
        """
        return self.hold(self.look(kept), lambda: kept)

    def look(self, kept: Kept) -> Looked:
        """What `held` sees."""
        every = {
            path: signed
            if (signed := kept.get(path)) and signed[1] == file.digest
            else (unknown(file.size), file.digest)
            for path, file in self._old.items()
        }
        looked = self.look_at(self.manifest, every.items())
        return replace(looked, gone=looked.gone | (kept.keys() - every.keys()))

    def look_at(self, manifest: str, every: Entries) -> Looked:
        """The same by the signatures of all that a manifest lists, which is not read. It may be
        looked at in a copy of this process, and held in this one.
        """
        with _reported(UNTOUCHED):
            self._signatures, self._held = Signatures({}, self._clock()), {}
            folder = str(self.folder)
            other: dict[str, Signed] = {}
            count = 0
            for path, signed in every:
                count += 1
                status = _status(f"{folder}/{path}")
                if status is None or signature(status) != signed[0]:
                    other[path] = signed
            gone = frozenset(
                path
                for path, ((size, *_), digest) in other.items()
                if not self._stands(OutputFile(path, digest, size))
            )
            taken = self._signatures.taken
            new = {
                path: taken.get(path)
                for path, (known, _) in other.items()
                # Where none was certain before either, nothing is new.
                if path not in gone and (path in taken or known != unsettled(known[0]))
            }
            return Looked(manifest, count, self._signatures.now, gone, new)

    def hold(self, looked: Looked, kept: Callable[[], Kept]) -> dict[str, OutputFile]:
        """The files that were seen as the last publication left them. Where another manifest lists
        them than was looked at, they are looked at again, by what is `kept`.
        """
        if (looked.manifest, looked.count) != (self.manifest, self.size):
            looked = self.look(kept())
        held = dict(self._old)
        for path in looked.gone:
            held.pop(path, None)
        self._touched = {**looked.new, **dict.fromkeys(looked.gone)}
        self._held, self._looked, self._changed = held, looked.now, looked.gone
        return held

    def _stands(self, file: OutputFile) -> bool:
        """Whether a file is there as it was written; one that a stat vouches for is not read."""
        name = f"{self.folder}/{file.path}"
        status = _sized(name, file)
        if status is None:
            return False
        if self._held.get(file.path) == file and settled(status, self._looked):
            return True  # It stood when it was looked at, and was left alone since.
        digest = self._signatures.digest(file.path, status)
        if not digest:
            digest = _digest(name)
            self._signatures.take(file.path, status, digest)
        return digest == file.digest

    def _clock(self) -> int:
        self.stage_folder.mkdir(parents=True, exist_ok=True)
        return clock(self.stage_folder)

    @property
    def size(self) -> int:
        """How many files the last publication came to, without the manifest."""
        return len(self._old)

    def signatures(self) -> tuple[dict[str, Signed], frozenset[str]]:
        """Those of files that are published, certain or not, which are others than were kept when
        output/ was looked at; and the paths for which some were kept that are not published.

        Files that were just moved are looked at now: the later that is, the more are certain.
        """
        self._take_signatures()
        new: dict[str, Signed] = {}
        for path, one in self._touched.items():
            file = self._old.get(path)
            if file:
                new[path] = one or (unsettled(file.size), file.digest)
        return new, frozenset(self._touched.keys() - new.keys())

    def publish(self, files: Iterable[OutputFile]) -> Published:
        """Make output/ hold exactly these files, besides what is foreign, and the manifest.

        Raises OutputError if a foreign file or a link is in the way (then nothing is changed), or
        if the disk fails (then the next `open` finishes the work). Raises ValueError for a
        path that leads out of output/ or collides with another: the planner checks that first.
        """
        planned = plan(files, self._old)
        with _reported(UNTOUCHED):
            started = self._clock()
            journal = self._decide(planned)
            lines = list(map(_line, journal.files.values()))
            manifest = self._manifest(planned.files, journal, lines)
            described = _described(MANIFEST, manifest)
            if not journal.moves and holds(self.folder, described):
                _discard(self.folder)
                return Published(written=0, unchanged=len(planned.files), deleted=0)
            _write(self.folder, JOURNAL, _journal_bytes(journal, lines))
        with _reported(HALF_WAY):
            cleared = _move(self.folder, journal, self._stands)
            deleted, left = _finish(self.folder, manifest, journal.deletions, self._stands)
        self._touched |= dict.fromkeys((*journal.files, *journal.gone))
        self._changed = self._changed.union(journal.files)
        self._moved = [planned.files[path] for path in journal.moves], started
        # Of a first one nothing is kept: it may be large, and few publish twice.
        self._listed = described.digest, planned.files, manifest if self._listing else b""
        self._existed = True
        written = len(journal.moves)
        return Published(written, len(planned.files) - written, cleared + deleted, left)

    def _manifest(self, planned: Files, journal: Journal, lines: Sequence[bytes]) -> bytes:
        """The manifest after a publication of what is planned. These are the lines of what it lists
        otherwise than the one before.
        """
        old = self._old
        gone = [old[path] for path in (*journal.gone, *filter(old.__contains__, journal.files))]
        if self._listing and len(gone) + len(lines) < len(old) // SHARE:
            return _changed(self._listing, map(_line, gone), lines)
        if self._listing:
            left_out = set(map(_line, gone))
            return _manifest_bytes([*_lines_without(self._listing, left_out), *lines])
        return _manifest_bytes(map(_line, planned.values()))

    def _take_signatures(self) -> None:
        """Those of the files just moved; not of one whose contents are younger than the publication
        or of another size. Where nothing more can be written, none is certain.
        """
        moved, started = self._moved
        self._moved = [], 0
        if not moved:
            return
        try:
            self._signatures.now = self._clock()
        except OSError:
            return
        for file in moved:
            status = _sized(f"{self.folder}/{file.path}", file)
            if status is None or status.st_mtime_ns > started:
                continue
            if settled(status, self._signatures.now, moved=True):
                self._touched[file.path] = signature(status), file.digest

    def _take_lock(self) -> None:
        lock_file = Path(self._lock.lock_file)
        try:
            lock_file.parent.mkdir(parents=True, exist_ok=True)
            self._lock.acquire()
        except Timeout as error:
            raise OutputError(
                f"Another build is writing {self.folder} (it holds {lock_file}). "
                "Wait until it has ended, then build again."
            ) from error
        except OSError as error:
            raise OutputError(f"Cannot lock {lock_file}: {_told(error)} {UNTOUCHED}") from error

    def _staged(self, planned: Files, new: Files) -> dict[str, str]:
        """The files that lie in the stage: the name that each has there, by path. A file that is
        not `new` is there only if it was changed while the site was being built.
        """
        names = os.listdir(self.stage_folder) if self.stage_folder.is_dir() else []
        staged = set(filter(DIGEST.fullmatch, names))
        if not staged:
            return {}
        for files in (new, planned):
            named = {path: _staged_name(file) for path, file in files.items()}
            found = {path: name for path, name in named.items() if name in staged}
            if len(found) == len(staged):
                break
        return found

    def _decide(self, plan: Plan) -> Journal:
        """Everything that publishing will do; refuses what it must not do."""
        planned = plan.files
        places = _respelled(self.folder, plan)
        old = self._old
        # What is at a path of the plan is no longer that of the last publication.
        gone = {
            place: old[path] if place == path else replace(old[path], path=place)
            for path in sorted(plan.gone)
            for place in (places[path],)
            if place not in planned
        }
        statuses = {name: _status(f"{self.folder}/{name}") for name in sorted(plan.above)}
        _refuse_links(self.folder, statuses)
        foreign, in_the_way = _files_for_folders(self.folder, statuses, gone)
        moves: dict[str, Files] = {}
        held, listed = self._held.get, old.get
        again = filter(planned.__contains__, self._changed if self._held else old)
        others = {**plan.new, **{path: planned[path] for path in again}}
        new = {path: file for path, file in others.items() if held(path) != file}
        names = self._staged(planned, new)
        strange = set(plan.came).difference(places.values())
        for path in sorted(names, key=_order):
            parent = path.rpartition("/")[0]
            there = not parent or statuses[parent] is not None
            status = _status(f"{self.folder}/{path}") if there else None
            cleared = {name: gone[name] for name in folders(path) if name in in_the_way}
            in_the_way -= cleared.keys()
            if status and modes.S_ISDIR(status.st_mode):
                below = {name: gone[name] for name in gone if name.startswith(f"{path}/")}
                foreign += _strangers(self.folder, path, below)
                cleared |= below
            elif status and path in strange:
                foreign.append(path)
            moves[path] = cleared
        if foreign:
            raise OutputError(
                f"{self.folder} holds what site_gen did not write where it must write: "
                f"{_some(foreign)}. {UNTOUCHED} Move it away or delete it, or give the document "
                "another slug, then build again."
            )
        for path in new.keys() - moves.keys():
            _expect(self.folder, new[path])
        files = {path: planned[path] for path in moves}
        files |= {path: file for path, file in new.items() if listed(path) != file}
        cleared_all = {name for cleared in moves.values() for name in cleared}
        deletions = {path: file for path, file in gone.items() if path not in cleared_all}
        return Journal(bool(self.manifest), files, plan.gone, moves, deletions, names)


def stage(
    stage_folder: Path, output_folder: Path, path: str, data: bytes, there: bool = True
) -> OutputFile:
    """Keep a file's bytes for publication, unless output/ holds exactly them already: a file may be
    `there` if its folder is.

    Any number of processes may stage at once. Raises ValueError for a path that leads out of
    output/, OutputError if the disk is full or may not be written.
    """
    file = _described(path, data)
    stage_described(stage_folder, output_folder, file, data, there)
    return file


def stage_described(
    stage_folder: Path, output_folder: Path, file: OutputFile, data: bytes, there: bool = True
) -> None:
    """Keep a file's bytes as `stage` does, where it is known which file they make."""
    check_path(file.path)
    with _reported(UNTOUCHED):
        if not (there and holds(output_folder, file)):
            _put_once(stage_folder, _staged_name(file), data)


def stage_pieces(
    stage_folder: Path,
    output_folder: Path,
    path: str,
    pieces: Iterable[bytes],
    held: OutputFile | None = None,
) -> OutputFile:
    """Keep a file for publication that comes piece by piece, as `stage` does.

    `held` is what output/ is known to hold there, which is then not read. Raises what `stage`
    raises, and whatever the pieces raise.
    """
    check_path(path)
    digest = hashlib.sha256()
    size = 0
    temporary = _temporary(stage_folder)
    try:
        with _reported(UNTOUCHED):
            os.makedirs(stage_folder, exist_ok=True)
            with open(temporary, "xb", buffering=0) as file:
                for piece in pieces:
                    digest.update(piece)
                    size += len(piece)
                    _written(file.fileno(), piece)
            made = OutputFile(path, digest.hexdigest(), size)
            stands = held == made if held else holds(output_folder, made)
            if not stands:
                _patiently(os.replace, temporary, f"{stage_folder}/{_staged_name(made)}")
    finally:
        Path(temporary).unlink(missing_ok=True)
    return made


def holds(output_folder: Path, file: OutputFile) -> bool:
    """Whether output/ holds this file, byte for byte, as a file of its own and not as a link."""
    path = f"{output_folder}/{file.path}"
    return _sized(path, file) is not None and _digest(path) == file.digest


def contents(output_folder: Path, file: OutputFile) -> bytes | None:
    """The bytes of a file that output/ holds; None where it does not."""
    path = f"{output_folder}/{file.path}"
    if _sized(path, file) is None:
        return None
    try:
        # Hundreds are read after an edit: to read all of a path takes three times as long.
        with open(path, "rb", buffering=0) as opened:
            data = opened.read(file.size + 1)
    except OSError:
        return None
    return data if hashlib.sha256(data).hexdigest() == file.digest else None


def _sized(path: str, file: OutputFile) -> os.stat_result | None:
    """The stat of what is at a path; None unless it is a file, and no link, of the size of this."""
    status = _status(path)
    fits = status and modes.S_ISREG(status.st_mode) and status.st_size == file.size
    return status if fits else None


def staged(stage_folder: Path, file: OutputFile) -> bool:
    """Whether a file is kept for publication, whole: another process may be writing it, or died."""
    status = _status(f"{stage_folder}/{_staged_name(file)}")
    return status is not None and status.st_size == file.size


def check_path(path: str) -> None:
    """Raise ValueError unless `path` names a file inside output/ that is not site_gen's own.

    It must be relative, with forward slashes and no empty, `.` or `..` part, whatever the system.
    """
    _check_each((path,))


def _check_each(paths: Collection[str]) -> None:
    """Do for each of these paths what `check_path` does for one."""
    lines = "".join([f"{path}\n" for path in paths])
    plain = _OURS.fullmatch(lines) and lines.count("\n") == len(paths)
    if plain and f"\n{MANIFEST}\n" not in f"\n{lines.lower()}":
        return
    for path in paths:
        wrong = trouble(path)
        if wrong:
            raise ValueError(f"{wrong}: {path!r}")
        if comparable(path.partition("/")[0]) == WORK or comparable(path) == MANIFEST:
            raise ValueError(f"site_gen keeps this name for itself: {path!r}")


def plan(files: Iterable[OutputFile], old: Files = MappingProxyType({})) -> Plan:
    """What these files come to after `old` ones, which were looked at when they were planned.

    Raises ValueError for a bad path, and if two are equal, or would be on a file system that
    ignores case or Unicode normalisation, or if one would be a folder of the other.
    """
    files, gone = list(files), dict(old)
    # Nearly all are the very files of the last time, and each is looked up but once.
    there = map(gone.pop, map(attrgetter("path"), files), repeat(None))
    new = {file.path: file for file in compress(files, map(is_not, files, there))}
    planned = dict(old)
    for path in gone:
        del planned[path]
    planned |= new
    if len(planned) < len(files):
        (twice, _), *_ = Counter([file.path for file in files]).most_common(1)
        raise ValueError(f"two files for one path: {twice!r}")
    came = tuple(filterfalse(old.__contains__, new))
    made = Plan(planned, all_above(planned), new, came, tuple(gone))
    if came:
        _check_paths(made)
    return made


def _check_paths(plan: Plan) -> None:
    """Raise ValueError unless all files can lie in one folder, on any system."""
    _check_each(sorted(plan.came))
    paths = plan.files
    whole = "".join(paths)
    # Where no letter in any of them could be another, they are compared as they are.
    plain = whole.isascii() and whole == whole.lower()
    names = paths.keys() if plain else set(map(comparable, paths))
    if len(names) == len(paths) and names.isdisjoint(map(comparable, plan.above)):
        return
    spelling: dict[str, str] = {}
    for path in paths:
        other = spelling.setdefault(comparable(path), path)
        if other != path:
            raise ValueError(f"two files for one path: {other!r} and {path!r}")
    for path in paths:
        for folder in folders(comparable(path)):
            if folder in spelling:
                raise ValueError(f"both a file and a folder: {spelling[folder]!r} and {path!r}")


def _order(path: str) -> tuple[int, str]:
    """Pages come after all that they may refer to."""
    if path.endswith(".html"):
        return 2, path
    return (0 if path.startswith(CONTENT_NAMED) else 1), path


def _respelled(folder: Path, plan: Plan) -> dict[str, str]:
    """Where files of the last publication are that are not planned: elsewhere only in spelling,
    where the file system sees no difference.

    On a file system that ignores case, `Kabul.html` of the last build *is* the `kabul.html` of
    this one: to delete it as an old file would delete the new one. It gets its new name at
    once, which nothing that reads it can notice.
    """
    if not plan.gone:
        return {}
    sought = {comparable(name) for path in plan.gone for name in (path, *folders(path))}
    # Two files of one build never differ in spelling alone.
    alike = {name for name in (*plan.came, *plan.above) if comparable(name) in sought}
    spelling = {comparable(name): name for name in sorted(alike)}
    places: dict[str, str] = {}

    def place(path: str) -> str:
        """Where a file or folder of the last build is now."""
        if path in plan.files or path in plan.above:
            return path
        if path not in places:
            parent, _, part = path.rpartition("/")
            name = f"{place(parent)}/{part}" if parent else part
            new = spelling.get(comparable(name), name)
            if new != name and _same_entry(folder, name, new):
                _patiently(os.rename, folder / name, folder / new)
                name = new
            places[path] = name
        return places[path]

    return {path: place(path) for path in sorted(plan.gone)}


def _same_entry(folder: Path, one: str, other: str) -> bool:
    first, second = _status(folder / one), _status(folder / other)
    return first is not None and second is not None and os.path.samestat(first, second)


Statuses = Mapping[str, os.stat_result | None]
"""What is at the places of folders; None where nothing is."""


def _refuse_links(folder: Path, above: Statuses) -> None:
    """Raise OutputError if a folder above what is published is a link, wherever it leads."""
    for name, status in above.items():
        if status is not None and _is_link(status):
            raise OutputError(
                f"{folder / name} is a link, and site_gen does not write through links. "
                f"{UNTOUCHED} Remove the link, then build again."
            )


def _files_for_folders(folder: Path, above: Statuses, gone: Files) -> tuple[list[str], set[str]]:
    """The files that lie where a folder must be: the foreign ones, and those that may go."""
    foreign: list[str] = []
    in_the_way: set[str] = set()
    for name, status in above.items():
        if status is None or modes.S_ISDIR(status.st_mode):
            continue
        if name in gone and holds(folder, gone[name]):
            in_the_way.add(name)
        else:
            foreign.append(name)
    return foreign, in_the_way


def _strangers(folder: Path, path: str, owned: Files) -> Iterator[str]:
    """What lies in the folder `path`, or is it, and is not exactly as an earlier build left it."""
    if not any(name.startswith(f"{path}/") for name in owned):
        yield path
        return
    for entry in sorted(os.scandir(folder / path), key=lambda entry: entry.name):
        name = f"{path}/{entry.name}"
        if entry.is_dir(follow_symlinks=False):
            yield from _strangers(folder, name, owned)
        elif name not in owned or not holds(folder, owned[name]):
            yield name


def _expect(folder: Path, file: OutputFile) -> None:
    """Refuse to list a file as published that is neither staged nor there."""
    status = _status(f"{folder}/{file.path}")
    if status is None or not modes.S_ISREG(status.st_mode) or status.st_size != file.size:
        raise OutputError(
            f"{folder / file.path} was changed while the site was being built. {UNTOUCHED} "
            "Build again."
        )


def _recover(folder: Path) -> None:
    """Finish the journal that a killed build left; without one, discard its stage."""
    status = _status(folder / WORK)
    if status is None:
        return
    if not modes.S_ISDIR(status.st_mode) or _is_link(status):
        raise OutputError(
            f"{folder / WORK} is not a folder, and site_gen needs the name. Delete it, then "
            "build again."
        )
    journal = _read_journal(folder)
    if journal is None:
        _discard(folder)
        return
    listed = _listed_beside(folder) if journal.before else {}
    above = sorted(all_above(journal.moves))
    _refuse_links(folder, {name: _status(folder / name) for name in above})
    for path, name in journal.names.items():
        staged = folder / STAGE / name
        if staged.exists() and _digest(staged) != journal.files[path].digest:
            _patiently(os.unlink, staged)
    stands = partial(holds, folder)
    _move(folder, journal, stands)
    lines = map(_line, _found(folder, journal, listed).values())
    _finish(folder, _manifest_bytes(lines), journal.deletions, stands)


def _listed_beside(folder: Path) -> Files:
    """What the manifest lists that lies beside a journal: before it was carried out, or after."""
    try:
        return listed(folder)
    except FileNotFoundError as error:
        raise _unknown(f"{folder / MANIFEST} is missing") from error
    except ValueError as error:
        raise _unknown(error) from error


def _found(folder: Path, journal: Journal, listed: Files) -> Files:
    """The files of the site after recovery, by what the manifest `listed`. Those that were moved
    are as they really are: a power cut may have damaged some.
    """
    files = {**listed, **journal.files}
    for path in journal.gone:
        files.pop(path, None)
    for path in journal.moves:
        del files[path]
        status = _status(folder / path)
        if status and modes.S_ISREG(status.st_mode):
            files[path] = OutputFile(path, _digest(folder / path), status.st_size)
    return files


def _move(folder: Path, journal: Journal, stands: Stands) -> int:
    """Put every file that is still staged into its place. Doing it twice does no harm.

    Returns the number of old files that were deleted to make way.
    """
    cleared = 0
    there: set[str] = set()
    for path, in_the_way in journal.moves.items():
        if in_the_way:
            cleared += _delete(folder, in_the_way, stands)[0]
            there.clear()
        staged = f"{folder}/{STAGE}/{journal.names[path]}"
        above = path.rpartition("/")[0]
        if above not in there:
            os.makedirs(f"{folder}/{above}", exist_ok=True)
            there.add(above)
        try:
            _patiently(os.replace, staged, f"{folder}/{path}")
        except FileNotFoundError:
            # A build that was killed had moved it, or it was torn.
            if os.path.exists(staged):
                raise
    return cleared


def _finish(
    folder: Path, manifest: bytes, deletions: Files, stands: Stands
) -> tuple[int, tuple[str, ...]]:
    """Write the manifest, delete what is no longer of the site, and forget the journal."""
    _write(folder, MANIFEST, manifest)
    deleted, left = _delete(folder, deletions, stands)
    _discard(folder)
    return deleted, left


def _delete(folder: Path, files: Files, stands: Stands) -> tuple[int, tuple[str, ...]]:
    """Delete files that are as site_gen wrote them, then the folders that this left empty.

    Returns the number deleted, and the paths of those that are not as they were.
    """
    deleted = 0
    left = []
    behind: dict[str, bool] = {}
    for path, file in files.items():
        above = path.rpartition("/")[0]
        if above not in behind:
            behind[above] = _is_behind_link(folder, path)
        if behind[above] or not stands(file):
            if _status(f"{folder}/{path}") is not None:
                left.append(path)
            continue
        _patiently(os.unlink, f"{folder}/{path}")
        deleted += 1
    # Also those of files that were gone already: a killed build may have come so far.
    emptied = {name for path in files for name in folders(path)}
    for name in sorted(emptied, key=len, reverse=True):
        if not _is_behind_link(folder, name):
            _remove_if_empty(folder / name)
    return deleted, tuple(left)


def _remove_if_empty(folder: Path) -> None:
    status = _status(folder)
    if status and modes.S_ISDIR(status.st_mode) and not _is_link(status) and not os.listdir(folder):
        _patiently(os.rmdir, folder)


def _discard(folder: Path) -> None:
    """Remove the journal, then the stage."""
    (folder / JOURNAL).unlink(missing_ok=True)
    if (folder / STAGE).exists():
        shutil.rmtree(folder / STAGE)
    _remove_if_empty(folder / WORK)


def _read_manifest(folder: Path, left: Left) -> tuple[str, Files, bytes]:
    """The SHA-256 of the manifest, what earlier builds wrote here as it says, and, where it is the
    one that the last build `left`, the manifest; refuses content that none of them wrote.
    """
    try:
        data = (folder / MANIFEST).read_bytes()
        digest = hashlib.sha256(data).hexdigest()
        files = left[1]() if digest == left[0] else None
        if files is not None and len(files) == data.count(_SIZE):
            # To read the manifest takes several times as long.
            return digest, files, data
        return digest, _listed(folder / MANIFEST, data), b""
    except FileNotFoundError:
        _refuse_content(folder)
        return "", {}, b""
    except ValueError as error:
        raise _unknown(error) from error


def _unknown(problem: object) -> OutputError:
    """What to say where the manifest does not say what belongs to site_gen."""
    return OutputError(
        f"{problem}. It says which files here site_gen may replace. Restore it from a backup; "
        "or, if nothing here is worth keeping, empty the folder. Then build again."
    )


def listed(folder: Path) -> Files:
    """What the manifest of a published site lists.

    Raises FileNotFoundError if there is none, ValueError if it cannot be understood.
    """
    return _listed(folder / MANIFEST, (folder / MANIFEST).read_bytes())


def _listed(path: Path, manifest: bytes) -> Files:
    try:
        data = json.loads(manifest)
        _check_format(data, FORMAT)
        return _parse_files(data["files"])
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(
            f"{path} is not a manifest that this site_gen can read ({error})"
        ) from error


def _refuse_content(folder: Path) -> None:
    names = os.listdir(folder) if folder.exists() else []
    content = sorted(name for name in names if not name.startswith(".") and name != "CNAME")
    if content:
        raise OutputError(
            f"{folder} has no {MANIFEST} but holds {_some(content)}, which site_gen did not write. "
            "Choose another output folder; or, if nothing in it is worth keeping, empty it. "
            "Then build again."
        )


def _read_journal(folder: Path) -> Journal | None:
    """The journal, or None if it was never written whole: then no step of it was taken."""
    path = folder / JOURNAL
    if not path.exists():
        return None
    try:
        data = json.loads(path.read_bytes())
    except ValueError:
        return None
    try:
        _check_format(data, JOURNAL_FORMAT, WHOLE_FORMAT)
        if data["format"] == WHOLE_FORMAT:
            data |= {"before": False, "gone": []}
        moves = {name: _parse_files(in_the_way) for name, in_the_way in data["moves"].items()}
        files = _parse_files(data["files"])
        if not moves.keys() <= files.keys():
            raise ValueError("a move of an unknown file")
        names = {name: _staged_name(files[name]) for name in moves}
        gone, deletions = data["gone"], _parse_files(data["deletions"])
        if not all(isinstance(one, str) for one in gone):
            raise ValueError("a path that is no text")
        journal = Journal(bool(data["before"]), files, gone, moves, deletions, names)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise OutputError(
            f"{path} is not a journal that this site_gen can read ({error}). Build with the "
            f"site_gen that began it; or delete {path} and build again."
        ) from error
    return journal


def _check_format(value: Any, *known: int) -> None:
    if not isinstance(value, dict) or value.get("format") not in known:
        raise ValueError(f"its format is not {' or '.join(map(str, known))}")


def _parse_files(value: Any) -> dict[str, OutputFile]:
    if not isinstance(value, dict):
        raise ValueError("its list of files is not a mapping")
    _check_each(value)
    digests = [entry["sha256"] for entry in value.values()]
    sizes = [entry["size"] for entry in value.values()]
    for path, digest, size in zip(value, digests, sizes, strict=True):
        if not isinstance(digest, str) or not DIGEST.fullmatch(digest) or type(size) is not int:
            raise ValueError(f"no SHA-256 and size for {path!r}")
    return described(value, digests, sizes)


def _line(file: OutputFile) -> bytes:
    """A file as a member of a JSON object."""
    name = encode_basestring(file.path)
    return f'  {name}: {{"sha256": "{file.digest}", "size": {file.size}}}'.encode()


_SIZE = b'"size": '
"""What a manifest has once for each file: in a path, quotes have a backslash before them."""
_HEAD = f'{{\n "format": {FORMAT},\n "generator": "site_gen",\n "files": {{\n'.encode()
_BETWEEN = b",\n"
_TAIL = b"\n }\n}\n"


def _manifest_bytes(lines: Iterable[bytes]) -> bytes:
    return b"".join((_HEAD, _BETWEEN.join(sorted(lines)), _TAIL))


def _lines_without(manifest: bytes, gone: Collection[bytes]) -> Iterator[bytes]:
    """The lines of a manifest but for some."""
    lines = manifest[len(_HEAD) : -len(_TAIL)].split(_BETWEEN)
    return filterfalse(gone.__contains__, filter(None, lines))


def _changed(manifest: bytes, gone: Iterable[bytes], new: Iterable[bytes]) -> bytes:
    """A manifest without some of its lines, and with new ones. To make it of all its lines takes
    several times as long.
    """
    ends = len(manifest) - len(_TAIL)

    def place(line: bytes) -> int:
        """Where in the order of lines this one begins, or would."""

        def beginning(at: int) -> bytes:
            start = manifest.rfind(b"\n", 0, at) + 1
            return manifest[start : start + len(line)]

        return bisect_left(range(ends), line, len(_HEAD), key=beginning)

    changes = [(at, at + len(one + _BETWEEN), b"") for one in gone for at in (place(one),)]
    changes += [(at, at, one) for one in new for at in (place(one),)]
    kept = memoryview(manifest)
    pieces: list[bytes | memoryview] = []
    done = 0
    for begin, end, line in (*sorted(changes), (ends, ends, b"")):
        if done < begin:
            pieces += (kept[done:begin], _BETWEEN if begin == ends else b"")
        if line:
            pieces += (line, _BETWEEN)
        done = min(end, ends)
    pieces = [one for one in pieces if one]
    return b"".join((*pieces[:-1], pieces[-1][: -len(_BETWEEN)], _TAIL))


def _journal_bytes(journal: Journal, lines: Iterable[bytes]) -> bytes:
    """The journal; `lines` are those of its files."""
    rest = {
        "before": journal.before,
        "gone": journal.gone,
        "moves": {path: _entries(files) for path, files in journal.moves.items()},
        "deletions": _entries(journal.deletions),
    }
    head = f'{{"format": {JOURNAL_FORMAT}, "files": {{\n'.encode()
    tail = "\n}, " + json.dumps(rest, ensure_ascii=False)[1:] + "\n"
    return b"".join((head, _BETWEEN.join(lines), tail.encode()))


def _entries(files: Files) -> dict[str, dict[str, str | int]]:
    return {path: {"sha256": file.digest, "size": file.size} for path, file in files.items()}


def _write(folder: Path, name: str, data: bytes) -> None:
    """Write a file of our own so that it is whole, and on the disk, once it bears its name."""
    (folder / STAGE).mkdir(parents=True, exist_ok=True)
    temporary = _temporary(folder / STAGE)
    with open(temporary, "xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    _patiently(os.replace, temporary, folder / name)


def _put_once(stage_folder: Path, name: str, data: bytes) -> None:
    """Put a file into the stage, if no process has done so before."""
    target = f"{stage_folder}/{name}"
    try:
        _put(target, data)
    except FileNotFoundError:
        os.makedirs(stage_folder, exist_ok=True)
        _put(target, data)
    except FileExistsError:
        # Its name tells its content. It is not whole where another process is writing it, or died.
        if os.path.getsize(target) != len(data):
            temporary = _temporary(stage_folder)
            _put(temporary, data)
            _patiently(os.replace, temporary, target)


def _put(path: str, data: bytes) -> None:
    descriptor = os.open(path, _NEW, 0o666)
    try:
        _written(descriptor, data)
    finally:
        os.close(descriptor)


def _written(descriptor: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _temporary(folder: Path) -> str:
    return f"{folder}/{uuid.uuid4().hex}.part"


def _described(path: str, data: bytes) -> OutputFile:
    return OutputFile(path, hashlib.sha256(data).hexdigest(), len(data))


def _staged_name(file: OutputFile) -> str:
    """The name in the stage: one for each path and content, so that a move needs no copy."""
    return hashlib.sha256(f"{file.digest} {file.path}".encode()).hexdigest()


def _digest(path: Path | str) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _status(path: Path | str) -> os.stat_result | None:
    """What is at a path, not following a link there; None if nothing is."""
    try:
        return os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return None


def _is_link(status: os.stat_result) -> bool:
    return modes.S_ISLNK(status.st_mode) or getattr(status, "st_reparse_tag", 0) == JUNCTION


def _is_behind_link(folder: Path, path: str) -> bool:
    statuses = (_status(folder / name) for name in folders(path))
    return any(status is not None and _is_link(status) for status in statuses)


def _patiently(action: Callable[..., None], *paths: Path | str) -> None:
    """Do it, again if need be: on Windows a file that someone is reading cannot be replaced."""
    for pause in PAUSES:
        try:
            action(*paths)
        except PermissionError:
            time.sleep(pause)
        else:
            return
    action(*paths)


@contextmanager
def _reported(consequence: str) -> Iterator[None]:
    """Turn what the system refuses into words for the keeper."""
    try:
        yield
    except OSError as error:
        raise OutputError(f"{_told(error)} {consequence}".rstrip()) from error


def _told(error: OSError) -> str:
    where = f"{error.filename2 or error.filename}: " if error.filename else ""
    hint = HINTS.get(error.errno or 0, "")
    return f"{where}{error.strerror or error}. {hint}".rstrip()


def _some(names: Iterable[str]) -> str:
    """The first few names, in quotes, and how many more there are."""
    ordered = sorted(names)
    shown = ", ".join(f"{name!r}" for name in ordered[:SHOWN])
    more = len(ordered) - SHOWN
    return f"{shown} and {more} more" if more > 0 else shown
