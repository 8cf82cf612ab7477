"""What an importer hands on: entries with their text, what was taken of them, and from where."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import field
from pathlib import Path
from typing import Literal

from site_gen import decoding, detection
from site_gen.config import SiteConfig
from site_gen.diagnostics import Diagnostic, Location, error, warning
from site_gen.frozen import frozen

EntryKind = Literal["article", "page", "author"]


@frozen
class Taken:
    """One statement of metadata, and from what part of the source it was taken."""

    field: str
    value: str | tuple[str, ...]
    origin: str


@frozen
class Entry:
    """One document to write: its text with the ending of its file, and what goes beside it.

    `source` says where it comes from, `stem` what its file should be called.
    """

    kind: EntryKind
    source: Location
    stem: str
    ending: str
    text: str
    taken: tuple[Taken, ...] = ()


Item = Entry | Diagnostic
"""An importer yields entries and problems in the order of the source."""


@frozen
class Request:
    """What is to be imported, and the keeper's own words for it."""

    path: Path
    config: SiteConfig
    columns: Mapping[str, str] = field(default_factory=dict)
    """For a table: which column is which field."""
    text_column: str = ""


Importer = Callable[[Request], Iterator[Item]]


class ImportFailed(Exception):
    """Nothing can be imported at all. str() tells the keeper why and what to do."""


def broken(at: Location, message: str, hint: str, source: str = "") -> Diagnostic:
    """An entry, or a file, that could not be imported."""
    return error("import-broken", at, message, hint=hint, source=source)


def left(at: Location, message: str, value: str = "", hint: str = "") -> Diagnostic:
    """Something of the source that was not brought over, or not as it was."""
    return warning("import-left", at, message, value=value, hint=hint)


def files(path: Path, endings: Sequence[str]) -> list[Path]:
    """The file itself, or the files of these endings in a folder, in order of path.

    Raises ImportFailed if there are none.
    """
    if not path.exists():
        raise ImportFailed(f"there is no {path}")
    if path.is_file():
        return [path]
    found = [one for one in path.rglob("*") if one.is_file() and one.suffix.lower() in endings]
    if not found:
        raise ImportFailed(f"{path} holds no file with the ending {' or '.join(endings)}")
    return sorted(found, key=lambda one: one.relative_to(path).as_posix())


def read_text(path: Path, *, html: bool = False) -> tuple[str | None, list[Diagnostic]]:
    """The text of a file, in the encoding that it states or most likely is in.

    Returns None with errors if there is none that fits; a guess is a warning.
    """
    try:
        data = path.read_bytes()
    except OSError as problem:
        hint = "Make it a file that you may read."
        return None, [broken(Location(str(path)), f"It cannot be read: {problem.strerror}", hint)]
    stated = decoding.declared(data) if html else ""
    return decoding.decode(data, str(path), stated or decoding.DETECT)


def guess_of(data: bytes) -> str:
    """The encoding of a table or a letter that says none: UTF-8, else a guess."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return detection.guess(data)
    return "utf-8"
