"""Paths as any system may see them: which are one, and which mean something else somewhere."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache
from urllib.parse import quote

from site_gen.frozen import frozen

_DRIVE = re.compile(r"[A-Za-z]:")
_PLAIN = re.compile(r"[A-Za-z0-9_.~/-]*")
"""What is never percent-encoded."""

INDEX_STEMS = ("index", "_index")
"""Names, without their ending, of files that stand for the folder they are in."""
ANYWHERE = "/**/"
"""How the target of a link begins that is sought by its name in all folders."""


def comparable(path: str) -> str:
    """What is equal for two paths that some disk cannot hold both of.

    Disks may ignore case and Unicode normalisation. Letters that fold to several, such as
    U+0390, need normalising again after it.
    """
    if path.isascii():
        return path.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).casefold())


def all_comparable(paths: Collection[str]) -> Collection[str]:
    """What is equal for paths of which some disk cannot hold both, of each of these."""
    whole = "\n".join(paths)
    if not whole.isascii():
        return list(map(comparable, paths))
    # Most are as they would be made, which takes no memory then.
    small = whole.lower()
    return paths if small == whole else list(map(str.lower, paths))


def folders(path: str) -> tuple[str, ...]:
    """The folders above a path, the topmost first: `a/b/c` is in `a` and `a/b`."""
    return _with_above(path[: path.rfind("/")]) if "/" in path else ()


@lru_cache(maxsize=16_384)
def _with_above(folder: str) -> tuple[str, ...]:
    """A folder after those above it. Thousands of paths may be in one."""
    parts = folder.split("/")
    return tuple("/".join(parts[:depth]) for depth in range(1, len(parts) + 1))


def all_above(paths: Iterable[str]) -> set[str]:
    """The folders above any of these paths."""
    nearest = {path.rpartition("/")[0] for path in paths}
    return {above for one in nearest if one for above in _with_above(one)}


@frozen
class Names:
    """Paths that are taken, as they are compared, and all folders above them."""

    taken: frozenset[str] = frozenset()
    above: frozenset[str] = frozenset()

    def and_also(self, paths: Collection[str]) -> Names:
        """With these paths beside."""
        more = frozenset(all_comparable(paths))
        return Names(self.taken | more, self.above | all_above(more))

    def leave(self, paths: Collection[str]) -> bool:
        """Whether any disk can hold all these paths, each by itself, beside those."""
        more = Names().and_also(paths)
        return (
            len(more.taken) == len(paths)
            and more.taken.isdisjoint(more.above)
            and more.taken.isdisjoint(self.taken)
            and more.taken.isdisjoint(self.above)
            and self.taken.isdisjoint(more.above)
        )


def name_of(path: str) -> str:
    """The last part of a path."""
    return path[path.rfind("/") + 1 :]


def ending_of(path: str) -> str:
    """The ending of a path with its dot; empty if it has none: `.htaccess` and `a.` have not."""
    dot = path.rfind(".")
    return path[dot:] if path.rfind("/") + 1 < dot < len(path) - 1 else ""


def without_ending(path: str) -> str:
    """A path without its ending: `content/a/b.txt` is `content/a/b`."""
    dot = path.rfind(".")
    return path[:dot] if path.rfind("/") + 1 < dot < len(path) - 1 else path


def trouble(path: str) -> str:
    """Why a path names no plain file below a folder on every system; empty if it does.

    It must be relative, with forward slashes and no empty, `.` or `..` part.
    """
    parts = path.split("/")
    if not all(parts) or "." in parts or ".." in parts:
        return "not a plain relative path"
    if "\\" in path or "\0" in path or _DRIVE.match(path):
        return "means something else on another system"
    if not path.isascii() and any("\ud800" <= character <= "\udfff" for character in path):
        return "not Unicode text"
    return ""


def composed(path: str) -> str:
    """A path in Unicode NFC: what is typed and what a Mac names a file are then one name."""
    return path if path.isascii() else unicodedata.normalize("NFC", path)


@lru_cache(maxsize=16_384)
def quoted(path: str) -> str:
    """A path from the site's root, percent-encoded; a fragment stays one."""
    if _PLAIN.fullmatch(path):
        return path
    path, mark, fragment = path.partition("#")
    return quote(path, safe="/!$&'()*+,;=:@~") + mark + quote(fragment, safe="!$&'()*+,;=:@~/?%")


def all_quoted(paths: Sequence[str]) -> Sequence[str]:
    """Paths from the site's root, percent-encoded. Of thousands mostly none needs it."""
    return paths if _PLAIN.fullmatch("".join(paths)) else list(map(quoted, paths))
