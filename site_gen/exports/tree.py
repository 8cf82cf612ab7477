"""A published site as its manifest tells it: what should be there, and what is."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from site_gen import output
from site_gen.frozen import frozen

APART = (".git", output.WORK)
"""Folders that are no part of a site, whoever put them there."""


class NotASite(Exception):
    """A folder holds no published site. The text is for the keeper."""


@frozen
class Verdict:
    """How a tree differs from its manifest: paths in order. `whole` are files as they should be."""

    whole: int
    missing: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()

    @property
    def sound(self) -> bool:
        """Whether every file of the manifest is as it was published."""
        return not self.missing and not self.changed


def verify(folder: Path) -> Verdict:
    """Hold every file of a published site against the SHA-256 in its manifest.

    Raises NotASite if there is no manifest that can be read, OSError if the disk fails.
    """
    files = manifest(folder)
    there = set(walk(folder))
    missing, changed = [], []
    for path, file in sorted(files.items()):
        if path not in there:
            missing.append(path)
        elif not _same(folder / path, file.digest, file.size):
            changed.append(path)
    foreign = sorted(there - files.keys() - {output.MANIFEST})
    whole = len(files) - len(missing) - len(changed)
    return Verdict(whole, tuple(missing), tuple(changed), tuple(foreign))


def manifest(folder: Path) -> output.Files:
    """The files of a published site. Raises NotASite."""
    try:
        return output.listed(folder)
    except (FileNotFoundError, NotADirectoryError) as problem:
        raise NotASite(
            f"{folder} holds no {output.MANIFEST}: it is not the output of a build, or the "
            "manifest was lost. Name the folder of a published site."
        ) from problem
    except ValueError as problem:
        raise NotASite(f"{problem}. Restore it from a copy, or build the site again.") from problem


def walk(folder: Path) -> Iterator[str]:
    """The paths of all files in a tree, links included, without those of folders that stand apart.

    Raises OSError.
    """
    for above, folders, names in os.walk(folder, onerror=_raise):
        relative = Path(above).relative_to(folder).as_posix()
        prefix = "" if relative == "." else f"{relative}/"
        links = [name for name in folders if os.path.islink(os.path.join(above, name))]
        folders[:] = sorted(
            name for name in folders if name not in links and (prefix or name not in APART)
        )
        yield from (f"{prefix}{name}" for name in sorted([*names, *links]))


def _raise(problem: OSError) -> None:
    raise problem


def _same(path: Path, digest: str, size: int) -> bool:
    """Whether a file has this content, and is a file of its own and not a link."""
    status = os.lstat(path)
    if not stat.S_ISREG(status.st_mode) or status.st_size != size:
        return False
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == digest
