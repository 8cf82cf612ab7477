"""An edition: the whole site in one ZIP file, to be read from a disk or a USB stick."""

from __future__ import annotations

import os
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from site_gen import output
from site_gen.exports import tree
from site_gen.whole import becoming

EPOCH = (1980, 1, 1, 0, 0, 0)
"""The earliest time that a ZIP file can state. No file has another: so two editions are equal."""
PLAIN = (".gif", ".jpeg", ".jpg", ".mp3", ".mp4", ".pdf", ".png", ".webp", ".woff2", ".zip")
"""Endings of files that are compressed already."""


class Exists(Exception):
    """Something lies where an export is to be written. The text is for the keeper."""


def write(site: Path, target: Path, name: str) -> int:
    """Write the published site in `site` to a ZIP file, below a folder called `name`.

    Written twice, it is the same to the byte. Returns how many files it holds. Raises NotASite
    if `site` is none or is damaged, Exists if there is a file already, OSError if the disk fails.
    """
    verdict = sound(site)
    paths = [*sorted(tree.manifest(site)), output.MANIFEST]
    with new_file(target) as file, zipfile.ZipFile(file, "w", strict_timestamps=True) as edition:
        for path in paths:
            about = zipfile.ZipInfo(f"{name}/{path}", EPOCH)
            about.external_attr = 0o644 << 16
            packed = not path.lower().endswith(PLAIN)
            about.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
            about.create_system = 3  # Of any system the bytes would else tell where it was made.
            about.file_size = os.path.getsize(site / path)
            with open(site / path, "rb") as source, edition.open(about, "w") as packed_file:
                shutil.copyfileobj(source, packed_file)
    return verdict.whole + 1


def sound(site: Path) -> tree.Verdict:
    """What `verify` says of a site that is as it was published. Raises NotASite."""
    verdict = tree.verify(site)
    if not verdict.sound:
        wrong = [*verdict.missing, *verdict.changed]
        raise tree.NotASite(
            f"{site} is not as it was published: {', '.join(wrong[:3])}"
            f"{' and more' if len(wrong) > 3 else ''} missing or changed. Nothing was written. "
            "Build the site again; `verify` names all of them."
        )
    return verdict


def refuse(target: Path) -> None:
    """Raise Exists if there is a file already."""
    if target.exists() or target.is_symlink():
        raise Exists(f"{target} exists already. Nothing was written. Name another file.")


@contextmanager
def new_file(target: Path) -> Iterator[BinaryIO]:
    """A file to write that is there when it is whole and not before. Raises Exists."""
    refuse(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    with becoming(target) as temporary, open(temporary, "xb") as file:
        yield file
