"""A bag (RFC 8493): a folder with checksums of everything in it, as archives exchange them.

It is written as version 1.0 of BagIt with SHA-512.
"""

from __future__ import annotations

import datetime
import hashlib
import os
import re
import shutil
import uuid
from collections.abc import Mapping
from pathlib import Path

from site_gen import output
from site_gen.exports import tree
from site_gen.exports.edition import Exists, sound

CHUNK = 1 << 20
SOURCES = ("content", "templates", "static")
SOURCE_FILES = ("site.yml", "permalinks.tsv", "sources.tsv")


def write(
    site: Path, target: Path, about: Mapping[str, str], day: datetime.date, sources: Path | None
) -> tuple[int, int]:
    """Write the published site in `site` into a bag, and with `sources` what it is made from.

    `about` are lines of bag-info.txt; `day` is its date. Returns the number of files in the bag's
    payload and their bytes. Raises NotASite if `site` is none or is damaged, Exists if `target`
    is there already, OSError if the disk fails.
    """
    sound(site)
    if target.exists() or target.is_symlink():
        raise Exists(f"{target} exists already. Nothing was written. Name another folder.")
    payload = [(f"data/site/{path}", site / path) for path in sorted(tree.manifest(site))]
    payload.append((f"data/site/{output.MANIFEST}", site / output.MANIFEST))
    if sources:
        payload += [(f"data/sources/{path}", sources / path) for path in _source_files(sources)]
    target.parent.mkdir(parents=True, exist_ok=True)
    work = target.with_name(f".{target.name}.{uuid.uuid4().hex[:8]}")
    try:
        total = _fill(work, payload, about, day)
        os.replace(work, target)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return len(payload), total


def _fill(
    bag: Path, payload: list[tuple[str, Path]], about: Mapping[str, str], day: datetime.date
) -> int:
    lines = []
    total = 0
    for name, source in payload:
        digest, size = _copy(source, bag / name)
        lines.append(f"{digest}  {_encoded(name)}\n")
        total += size
    info = {
        **about,
        "Bagging-Date": day.isoformat(),
        "Payload-Oxum": f"{total}.{len(payload)}",
    }
    tags = {
        "bagit.txt": "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n",
        "bag-info.txt": "".join(f"{key}: {' '.join(info[key].split())}\n" for key in info),
        "manifest-sha512.txt": "".join(lines),
    }
    sums = []
    for name, text in tags.items():
        data = text.encode()
        (bag / name).write_bytes(data)
        sums.append(f"{hashlib.sha512(data).hexdigest()}  {name}\n")
    (bag / "tagmanifest-sha512.txt").write_bytes("".join(sums).encode())
    return total


def _copy(source: Path, target: Path) -> tuple[str, int]:
    """Copy a file; the SHA-512 and the size of what was copied."""
    target.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha512()
    size = 0
    with open(source, "rb") as read, open(target, "xb") as written:
        while data := read.read(CHUNK):
            digest.update(data)
            size += len(data)
            written.write(data)
    return digest.hexdigest(), size


def _encoded(name: str) -> str:
    """A path as a manifest has it: line ends are encoded, and what looks like an encoding.

    The standard wants every percent sign encoded, which the most used reader does not undo; one
    that begins no encoding can be read in one way only.
    """
    name = re.sub("%(?=[0-9A-Fa-f]{2})", "%25", name)
    return name.replace("\r", "%0D").replace("\n", "%0A")


def _source_files(site: Path) -> list[str]:
    """What a site is made from, in order."""
    paths = [name for name in SOURCE_FILES if (site / name).is_file()]
    for folder in SOURCES:
        if (site / folder).is_dir():
            paths += [
                f"{folder}/{path}"
                for path in tree.walk(site / folder)
                if not os.path.islink(site / folder / path)
            ]
    return sorted(paths)
