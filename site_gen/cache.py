"""A store of computed values by the digest of all that went into them.

The store may be deleted or damaged at any time: that costs time, never correctness. Every value
carries a checksum over its key and its bytes; one that is read part by part (`Parts`) is held
against those of its parts alone, and that it is the value of its key is taken from the name of its
file. A damaged part raises `PartBroken`, and the build starts over without the value; a store that
cannot be read raises `CacheBroken`, and the build starts over with an empty one.

There are two kinds: a database with a file beside it for each large value, for the processes of
one machine, and a folder of files, `Shared`, for machines that share a file system, over which a
database cannot be shared safely. The name of its folder says which of the two a store is, so that
every process opens the same.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import pickle
import re
import shutil
import sqlite3
import struct
import sys
import time
import uuid
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import lru_cache, partial
from importlib import util
from itertools import accumulate, chain
from pathlib import Path
from types import TracebackType
from typing import Self, overload
from urllib.parse import quote, unquote

PACKAGE = Path(__file__).parent
LIBRARIES = (
    "chardet", "jinja2", "markdown", "nh3", "numpy", "pystemmer", "python-slugify", "pyyaml",
    "text-unidecode",
)  # fmt: skip
"""What shapes results beside site_gen itself; not all of it need be installed."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS store (
    key TEXT NOT NULL PRIMARY KEY, checksum BLOB NOT NULL, value BLOB NOT NULL
)
"""
"""Values lie in the order in which they came, and an index tells where: a table ordered by key
would be rewritten in many places for each group of values.
"""
_DAMAGED = (sqlite3.Error, UnicodeDecodeError)
"""What SQLite raises of a damaged file; where its message quotes it, the message may be no text."""

PAST = "past "
"""What the key of a value begins with that `keep_only` leaves alone."""

LOCAL, SHARED = "cache", "shared-cache"
"""The names of a site's stores: for this machine, and for machines that share the folder."""

AT_ONCE = 500
"""Values that are asked for by one query."""

LARGE = 200_000
"""Bytes from which on a value has a file of its own: a database takes several times as long."""

FEW = 8
"""Values that nobody wants are left alone up to this part of those that are wanted."""

ABANDONED = 86_400
"""Seconds after which a file is left over from a process that ended before it was whole."""


class CacheBroken(Exception):
    """The store cannot be read or written, or a value that was put into it is gone."""


class PartBroken(CacheBroken):
    """A part of a value was damaged, and the value is forgotten."""


class Store:
    """Bytes by key, shared by the processes of a build; in a folder called `SHARED`, a `Shared`."""

    folder: Path

    def __new__(cls, folder: Path) -> Store:
        """A store of the kind that the name of its folder says."""
        return object.__new__(Shared if folder.name == SHARED else cls)

    def __init__(self, folder: Path) -> None:
        """Open the store in `folder`, creating it if need be. Raises CacheBroken."""
        self.folder = folder
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._database = sqlite3.connect(folder / "store.sqlite", timeout=120)
            self._database.execute("PRAGMA journal_mode = WAL")
            self._database.execute("PRAGMA synchronous = OFF")
            self._database.execute(_SCHEMA)
            self._large = f"{folder}/large"
        except (*_DAMAGED, OSError) as problem:
            raise CacheBroken(f"{folder}: {problem}") from problem

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the store; it can be opened again."""
        self._database.close()

    def get(self, key: str) -> bytes | None:
        """The value put under a key, or None if there is none or it was damaged."""
        row = self._row(key)
        return self._sound(key, *row) if row else None

    def parts(self, key: str) -> Parts | None:
        """The parts of a value that was made of them (`joined`), or None if there is none or its
        beginning was damaged. Raises CacheBroken.
        """
        row = self._row(key)
        if row and row[0] == _ELSEWHERE and _MAY_STAY_OPEN:
            return _opened(self._file(key))
        value = self._sound(key, *row) if row else None
        return None if value is None else parts_of(value)

    def get_all(self, keys: Sequence[str]) -> dict[str, bytes]:
        """The values put under keys, as `get` has them, without those that there are not."""
        found: dict[str, bytes] = {}
        for start in range(0, len(keys), AT_ONCE):
            some = keys[start : start + AT_ONCE]
            named = ",".join("?" * len(some))
            query = f"SELECT key, checksum, value FROM store WHERE key IN ({named})"
            try:
                rows = self._database.execute(query, some).fetchall()
            except _DAMAGED as problem:
                raise CacheBroken(str(problem)) from problem
            for key, checksum, value in rows:
                sound = self._sound(key, checksum, value)
                if sound is not None:
                    found[key] = sound
        return found

    def put(self, values: Iterable[tuple[str, bytes]]) -> None:
        """Keep values: the large ones each by itself, of the others all or none."""
        rows = []
        for key, value in values:
            if len(value) < LARGE:
                rows.append((key, _checksum(key, value), value))
            else:
                rows.append((key, _ELSEWHERE, b""))
                with _broken():
                    _write(self._file(key), key, value)
        try:
            with self._database:
                self._database.executemany("INSERT OR REPLACE INTO store VALUES (?, ?, ?)", rows)
        except _DAMAGED as problem:
            raise CacheBroken(str(problem)) from problem

    def keep_only(self, *keys: Collection[str]) -> None:
        """Forget every value whose key is in none of these, but for the pasts of this program.

        A few others may stay for a while: to look for them takes longer than to leave them.
        """
        past = f"{PAST}{program_digest()} "
        with _broken():
            for path in _files_below(self._large):
                key = unquote(os.path.basename(path))
                if not key.startswith(past) and not any(key in some for some in keys):
                    _forget(path)
        most = sum(map(len, keys))
        try:
            with self._database:
                (count,) = self._database.execute("SELECT count(*) FROM store").fetchone()
                if count <= most + most // FEW:
                    return
                wanted = set(chain(*keys))
                held = [row[0] for row in self._database.execute("SELECT key FROM store")]
                # A key that was damaged may be no text.
                unwanted = (key for key in held if key not in wanted)
                stale = [(key,) for key in unwanted if not str(key).startswith(past)]
                self._database.executemany("DELETE FROM store WHERE key = ?", stale)
        except _DAMAGED as problem:
            raise CacheBroken(str(problem)) from problem

    def forget(self, keys: Iterable[str]) -> None:
        """Forget some values."""
        keys = list(keys)
        with _broken():
            for key in keys:
                Path(self._file(key)).unlink(missing_ok=True)
        try:
            with self._database:
                self._database.executemany("DELETE FROM store WHERE key = ?", zip(keys))
        except _DAMAGED as problem:
            raise CacheBroken(str(problem)) from problem

    def _row(self, key: str) -> tuple[object, object] | None:
        try:
            query = "SELECT checksum, value FROM store WHERE key = ?"
            row: tuple[object, object] | None = self._database.execute(query, (key,)).fetchone()
        except _DAMAGED as problem:
            raise CacheBroken(str(problem)) from problem
        return row

    def _sound(self, key: str, checksum: object, value: object) -> bytes | None:
        """A value that is as it was put."""
        if checksum == _ELSEWHERE:
            with _broken():
                return _read(self._file(key), key)
        return value if isinstance(value, bytes) and checksum == _checksum(key, value) else None

    def _file(self, key: str) -> str:
        """Where a large value lies."""
        return f"{self._large}/{quote(key, safe='')}"


class Shared(Store):
    """A store that machines share: a file for each value, which is there whole or not at all."""

    def __init__(self, folder: Path) -> None:
        """Open the store in `folder`, creating it if need be. Raises CacheBroken."""
        self.folder = folder
        with _broken():
            os.makedirs(folder, exist_ok=True)

    def close(self) -> None:
        """Nothing is open between two calls."""

    def get(self, key: str) -> bytes | None:
        """The value put under a key, or None if there is none or it was damaged."""
        with _broken():
            return _read(self._file(key), key)

    def parts(self, key: str) -> Parts | None:
        """The parts of a value, as the parts of a `Store`. Raises CacheBroken."""
        if _MAY_STAY_OPEN:
            return _opened(self._file(key))
        value = self.get(key)
        return None if value is None else parts_of(value)

    def put(self, values: Iterable[tuple[str, bytes]]) -> None:
        """Keep values, each whole, in their order: who sees one sees those before it."""
        with _broken():
            for key, value in values:
                _write(self._file(key), key, value)

    def get_all(self, keys: Sequence[str]) -> dict[str, bytes]:
        """The values put under keys, as `get` has them, without those that there are not."""
        found = ((key, self.get(key)) for key in keys)
        return {key: value for key, value in found if value is not None}

    def keep_only(self, *keys: Collection[str]) -> None:
        """Forget every value whose key is in none of these, but for the pasts of this program."""
        wanted = {self._file(key) for key in chain(*keys)}
        with _broken():
            for path in _files_below(f"{self.folder}/values"):
                if path not in wanted:
                    _forget(path)

    def forget(self, keys: Iterable[str]) -> None:
        """Forget some values."""
        with _broken():
            for key in keys:
                Path(self._file(key)).unlink(missing_ok=True)

    def _file(self, key: str) -> str:
        name = hashlib.sha256(key.encode()).hexdigest()
        kind = "past" if key.startswith(PAST) else "values"
        return f"{self.folder}/{kind}/{name[:2]}/{name[2]}/{name}"


_CHECKSUM = 4
"""The bytes of a checksum."""
_ELSEWHERE = b"large"
"""What stands in place of a checksum in the database where a value has a file of its own."""
_HEAD = struct.Struct("<QII")
_MAY_STAY_OPEN = os.name != "nt"
"""Whether a file that is open can give way to another."""
_PART = ".part"
"""What the name of a file ends with that is not whole."""


class Parts(Sequence[bytes]):
    """The parts of a value, each of which is read when it is asked for. Raises PartBroken where it
    was damaged.
    """

    def __init__(
        self,
        read: Callable[[int, int], bytes],
        places: Sequence[tuple[int, ...]],
        forget: Callable[[], object],
    ) -> None:
        """`read` gives so many bytes from a place on, `places` tell the size, the place and the
        CRC-32 of each part. `forget` takes the value out of the store.
        """
        self._read = read
        self._places = places
        self._forget = forget

    def __len__(self) -> int:
        return len(self._places)

    @overload
    def __getitem__(self, at: int) -> bytes: ...

    @overload
    def __getitem__(self, at: slice) -> Parts: ...

    def __getitem__(self, at: int | slice) -> bytes | Parts:
        if isinstance(at, slice):
            return Parts(self._read, self._places[at], self._forget)
        size, place, checksum = self._places[at]
        with _broken():
            data = self._read(size, place)
        if zlib.crc32(data) != checksum:
            with contextlib.suppress(OSError):
                self._forget()
            raise PartBroken("a part of a value was damaged")
        return data


def joined(parts: Sequence[bytes | memoryview]) -> bytes:
    """A value of these parts."""
    index = pickle.dumps([(len(one), zlib.crc32(one)) for one in parts])
    return b"".join([_head(len(index), zlib.crc32(index)), index, *parts])


def parts_of(value: bytes) -> Parts | None:
    """The parts of a value, as `Store.parts` gives them."""
    return _parts(lambda size, at: value[at : at + size], lambda: None)


def _opened(path: str) -> Parts | None:
    with _broken(), contextlib.suppress(FileNotFoundError):
        return _parts(_FromFile(os.open(path, os.O_RDONLY)), partial(os.unlink, path))
    return None


def _head(size: int, checksum: int) -> bytes:
    """What a value of parts begins with, by the size and the CRC-32 of its list of parts."""
    return _HEAD.pack(size, checksum, zlib.crc32(b"%d %d" % (size, checksum)))


def _parts(read: Callable[[int, int], bytes], forget: Callable[[], object]) -> Parts | None:
    head = read(_HEAD.size, 0)
    if len(head) < _HEAD.size or _head(*_HEAD.unpack(head)[:2]) != head:
        return None
    size, checksum, _ = _HEAD.unpack(head)
    index = read(size, _HEAD.size)
    if zlib.crc32(index) != checksum:
        return None
    sizes, checksums = zip(*pickle.loads(index), strict=True)
    places = accumulate(sizes, initial=_HEAD.size + size)
    return Parts(read, list(zip(sizes, places, checksums, strict=False)), forget)


class _FromFile:
    """Reads a value from its open file, which may give way to another meanwhile. Raises OSError."""

    def __init__(self, file: int) -> None:
        self._file = file

    def __call__(self, size: int, at: int) -> bytes:
        # Copies of a process share where it is in a file, but for this.
        return os.pread(self._file, size, _CHECKSUM + at)

    def __del__(self) -> None:
        os.close(self._file)


def _files_below(folder: str) -> Iterator[str]:
    for parent, _, names in os.walk(folder):
        yield from (f"{parent}/{name}" for name in names)


def _read(path: str, key: str) -> bytes | None:
    """The value in a file; None if there is none or it was damaged. Raises OSError."""
    try:
        with open(path, "rb", buffering=0) as file:
            checksum = file.read(_CHECKSUM)
            value = file.read()
    except FileNotFoundError:
        return None
    return value if checksum == _checksum(key, value) else None


def _write(path: str, key: str, value: bytes) -> None:
    """Write a value to a file that is there whole or not at all. Raises OSError."""
    folder = os.path.dirname(path)
    temporary = f"{folder}/{uuid.uuid4().hex}{_PART}"
    os.makedirs(folder, exist_ok=True)
    with open(temporary, "wb") as file:
        file.write(_checksum(key, value))
        file.write(value)
    os.replace(temporary, path)


def _forget(path: str) -> None:
    """Remove a file, unless another process may be writing it. Raises OSError."""
    with contextlib.suppress(FileNotFoundError):
        if not path.endswith(_PART) or time.time() - os.stat(path).st_mtime >= ABANDONED:
            os.unlink(path)


@contextlib.contextmanager
def _broken() -> Iterator[None]:
    """What the system refuses is a broken store."""
    try:
        yield
    except OSError as problem:
        raise CacheBroken(str(problem)) from problem


def discard(folder: Path) -> None:
    """Remove a store that broke."""
    shutil.rmtree(folder, ignore_errors=True)


def _checksum(key: str, value: bytes) -> bytes:
    """The CRC-32: damage is no forgery, and it takes a fraction of the time."""
    return zlib.crc32(value, zlib.crc32(key.encode() + b"\0")).to_bytes(_CHECKSUM, "little")


def digest_of(*parts: str) -> str:
    """A key: SHA-256, in hex, over parts that cannot run into one another."""
    lengths = ",".join(map(str, map(len, parts)))
    whole = f"{lengths};{''.join(parts)}"
    return hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()


def program_digest(extensions: Iterable[str] = ()) -> str:
    """Changes whenever site_gen, Python, or a library that shapes its results changes.

    `extensions` are the Markdown extensions of the site: entry points or dotted names of modules.
    """
    modules = _modules_of(tuple(extensions))
    tops = sorted({one.partition(":")[0].partition(".")[0] for one in modules})
    return digest_of(
        f"python {sys.version_info[:2]}",
        # A process that goes on after an edit still runs the code that it loaded first.
        _first_code_digest(PACKAGE),
        *(f"{name} {_version(name)}" for name in LIBRARIES),
        *(f"{top} {_first_digest(top)} {_module_digest(top)}" for top in tops),
    )


def _modules_of(extensions: Sequence[str]) -> list[str]:
    """The modules of Markdown extensions. To look for entry points takes a while."""
    if not extensions:
        return []
    from importlib import metadata

    points = metadata.entry_points(group="markdown.extensions")
    named = {one.name: one.module for one in points}
    return [named.get(one, one) for one in extensions]


@lru_cache
def _version(distribution: str) -> str:
    found = _installed().get(distribution)
    if found:
        return found
    from importlib import metadata

    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return "not installed"


@lru_cache
def _installed() -> dict[str, str]:
    """Versions by the names of distributions, as their folders tell: what reads more of them takes
    longer to load than all else that this module needs. Of two the first on the path counts.
    """
    found: dict[str, str] = {}
    for place in sys.path:
        try:
            names = os.listdir(place or ".")
        except OSError:
            continue
        for name in names:
            if name.endswith(".dist-info"):
                distribution, _, version = name.removesuffix(".dist-info").partition("-")
                found.setdefault(re.sub(r"[-_.]+", "-", distribution).lower(), version)
    return found


def _code_digest(folder: Path) -> str:
    """The digest of all Python files below a folder and the data beside them, by their names."""
    code = [name for name in _files_below(str(folder)) if name.endswith((".py", ".json"))]
    digests = []
    for name in sorted(code):
        with open(name, "rb", buffering=0) as file:
            inner = name.removeprefix(str(folder)).replace(os.sep, "/")
            digests.append(f"{inner} {hashlib.sha256(file.read()).hexdigest()}")
    return digest_of(*digests)


def _module_digest(name: str) -> str:
    """The digest of the code of a module or a package at the top level; empty if there is none.

    A package counts as a whole: an extension in it may use what lies beside it.
    """
    try:
        spec = util.find_spec(name)
    except (ImportError, ValueError):
        return ""  # The extension cannot be loaded either, which is told where it is.
    if spec is None:
        return ""
    if spec.submodule_search_locations is not None:
        return digest_of(*(_code_digest(Path(one)) for one in spec.submodule_search_locations))
    file = Path(spec.origin or "")
    return hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else ""


_first_digest = lru_cache(_module_digest)
_first_code_digest = lru_cache(_code_digest)
