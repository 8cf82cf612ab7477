"""Files that a document refers to of which not all may be shown."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Sequence

from site_gen import picturedata, redaction
from site_gen.diagnostics import Diagnostic, Location, error, warning
from site_gen.model import Withheld

LARGEST_PART = 1 << 28
"""Bytes up to which a file inside another is looked into."""
SHORTEST = 6
"""Bytes of words that are looked for in data: fewer stand in any file by chance."""
ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "latin-1")


def published(
    data: bytes, path: str, rules: Sequence[Withheld]
) -> tuple[bytes | None, Diagnostic | None]:
    """What may be published of a file: a picture without its metadata, else the file as it is.

    None with an error where it holds the words, or a picture is damaged; a warning where it
    cannot be looked into.
    """
    try:
        picture = picturedata.bare(data)
        if _holds(picture or data, rules):
            return None, _error(path, "The file holds words that must not be shown")
    except (ValueError, OSError, zipfile.BadZipFile, NotImplementedError, RuntimeError):
        message = "The file is damaged, so it cannot be told that it holds nothing withheld"
        return None, _error(path, message)
    if picture is None and _text(data) is None:
        return data, _unread(path)
    return picture or data, None


def _holds(data: bytes, rules: Sequence[Withheld]) -> bool:
    text = _text(data)
    if text is not None:
        return redaction.remains(text, rules) is not None
    spelt = {
        form.encode(encoding, "ignore")
        for rule in rules
        for form in (rule.words, rule.words.upper())
        for encoding in ENCODINGS
    }
    wanted = [one for one in spelt if len(one) >= SHORTEST]
    return any(one in part for part in _parts(data) for one in wanted)


def _text(data: bytes) -> str | None:
    """The text of a file that is one."""
    try:
        return None if b"\0" in data else data.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _parts(data: bytes) -> Iterator[bytes]:
    """The file, and the files packed in it, as those of word processors have."""
    yield data
    if data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            for one in packed.infolist():
                if one.file_size > LARGEST_PART:
                    raise ValueError("a part of it is too large")
                yield one.filename.encode()
                yield packed.read(one)


def _error(path: str, message: str) -> Diagnostic:
    return error(
        "attachment-withheld",
        Location(path),
        message,
        hint="Put a version of it in its place that may be shown, or take out the link to it.",
    )


def _unread(path: str) -> Diagnostic:
    return warning(
        "attachment-unread",
        Location(path),
        "site_gen cannot look into this file, and a document with withheld words refers to it",
        hint="Look through it for these words, and for what it says of its author and place.",
    )
