"""Bytes to text: UTF-8, or what a mark or the keeper says; nothing is guessed unasked."""

from __future__ import annotations

import codecs
import re

from site_gen import detection
from site_gen.diagnostics import Diagnostic, Location, error, warning
from site_gen.tokens import printable

DETECT = "detect"
"""The `encoding` by which the keeper asks for guesses."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# C0 and C1 controls without tab and line feed; the noncharacters that markup uses as marks.
_UNWANTED = dict.fromkeys(
    (*range(9), *range(11, 32), *range(127, 133), *range(134, 160), *range(0xFDD0, 0xFDF0)), " "
)
_SURROGATE = re.compile("[\ud800-\udfff]")
"""Half a character. Some encodings can spell it; no text holds it, and nothing can write it."""


HEAD = 1024
"""Bytes at the start of an HTML file in which it states its encoding (HTML standard, 13.2.3.2)."""
_CHARSET = re.compile(rb"<meta\b[^>]*?\bcharset\s*=\s*[\"']?([A-Za-z0-9._:-]+)", re.IGNORECASE)


def decode(data: bytes, path: str, encoding: str = "") -> tuple[str | None, list[Diagnostic]]:
    """The text of a file with `\\n` line ends, or None with an error.

    UTF-8 unless a byte order mark or `encoding` (given by the keeper) says otherwise. Where the
    bytes are not UTF-8 the error names the likely encoding; if `encoding` is DETECT they are read
    in it, with a warning. Control characters become blanks.
    """
    found: list[Diagnostic] = []
    for mark, name in _MARKS:
        if data.startswith(mark):
            data, encoding = data[len(mark) :], name
            found.append(_marked(path, name))
            break
    if encoding.casefold() == DETECT:
        encoding = _utf8_or_guess(data)
        if encoding:
            found.append(_guessed(data, path, encoding))
    encoding = encoding or "utf-8"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as problem:
        return None, [*found, _undecodable(data, path, encoding, problem)]
    except (LookupError, ValueError):
        return None, [*found, _unknown(path, encoding)]
    text = _with_line_feeds(text)
    if printable(text) and "\ufffd" not in text:
        return text, found
    half = _SURROGATE.search(text)
    if half:
        return None, [*found, _surrogate(text, half.start(), path, encoding)]
    if "\0" in text:
        return None, [*found, _nul(text, data, path)]
    clean = text.translate(_UNWANTED)
    if clean != text:
        found.append(_control(text, clean, path))
    if "\ufffd" in clean:
        found.append(
            warning(
                "replacement-character",
                Location.at(path, clean, clean.index("\ufffd")),
                "A letter was lost before this file came here (U+FFFD)",
                value="\ufffd",
                hint="Restore it from the original.",
                source=_line(clean, clean.index("\ufffd")),
            )
        )
    return clean, found


def declared(data: bytes) -> str:
    """The encoding that an HTML file states in its head, where it is not UTF-8; else empty."""
    try:
        data.decode("utf-8-sig")
    except UnicodeDecodeError:
        stated = _CHARSET.search(data[:HEAD])
        name = stated[1].decode("ascii") if stated else ""
        return "" if name.lower() in ("utf-8", "utf8") else name
    return ""


def _with_line_feeds(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _line(text: str, offset: int) -> str:
    """The line of a text that a character stands in."""
    end = text.find("\n", offset)
    return text[text.rfind("\n", 0, offset) + 1 : end if end >= 0 else len(text)]


def _marked(path: str, name: str) -> Diagnostic:
    return warning(
        "byte-order-mark",
        Location(path, 1, 1),
        f"The file begins with a byte order mark ({name.upper()})",
        hint="It is read all the same; save it as UTF-8 without BOM to be rid of this.",
    )


def _unknown(path: str, encoding: str) -> Diagnostic:
    return error(
        "encoding-unknown",
        Location(path),
        f"`{encoding}` is not the name of an encoding",
        value=encoding,
        hint="Write one such as utf-8, cp1252, cp1251 or latin-1.",
    )


def _surrogate(text: str, offset: int, path: str, encoding: str) -> Diagnostic:
    code = f"U+{ord(text[offset]):04X}"
    return error(
        "encoding-wrong",
        Location.at(path, text, offset),
        f"Read as {encoding.upper()}, the text holds {code}, which is half a character",
        value=code,
        source=_SURROGATE.sub("\ufffd", _line(text, offset)),
        hint=f"Mend `encoding: {encoding}`, or save the file as UTF-8.",
    )


def _nul(text: str, data: bytes, path: str) -> Diagnostic:
    hint = "The file is damaged or not text; restore it from where it came."
    if data.count(0) * 3 >= len(data):
        kind = "utf-16-le" if data[1:2] == b"\0" else "utf-16-be"
        hint = (
            f"It looks like UTF-16: save it as UTF-8, or write `encoding: {kind}` into a sidecar."
        )
    at = Location.at(path, text, text.index("\0"))
    return error("nul-byte", at, "The file holds a NUL byte", value="0x00", hint=hint)


def _control(text: str, clean: str, path: str) -> Diagnostic:
    where = next(index for index, (a, b) in enumerate(zip(text, clean, strict=True)) if a != b)
    hint = "Remove it, if it should not be there."
    if 0x80 <= ord(text[where]) < 0xA0:
        hint = "The encoding may be cp1252: then write `encoding: cp1252` into a sidecar."
    return warning(
        "control-character",
        Location.at(path, text, where),
        f"The character U+{ord(text[where]):04X} is not text; it is shown as a blank",
        value=f"U+{ord(text[where]):04X}",
        hint=hint,
        source=_line(clean, where),
    )


def _undecodable(data: bytes, path: str, encoding: str, problem: UnicodeDecodeError) -> Diagnostic:
    before = _with_line_feeds(data[: problem.start].decode(encoding, "replace"))
    byte = data[problem.start : problem.start + 1]
    guess = detection.guess(data) if encoding == "utf-8" else ""
    hint = f"Save it as UTF-8, or mend `encoding: {encoding}`, which it is not in."
    if guess and path.endswith((".csv", ".yml", ".yaml")):
        hint = (
            f"It looks like {guess}, where this byte is `{byte.decode(guess, 'replace')}`: save it "
            "as UTF-8 (in Excel, as “CSV UTF-8”)."
        )
    elif guess:
        hint = (
            f"It looks like {guess}, where this byte is `{byte.decode(guess, 'replace')}`: "
            f"save it as UTF-8, or write `encoding: {guess}` into its sidecar or _defaults.yml."
        )
    rest = _with_line_feeds(data[problem.start :].decode(guess or "latin-1", "replace"))
    return error(
        "not-utf8" if encoding == "utf-8" else "encoding-wrong",
        Location.at(path, before, len(before)),
        f"The byte 0x{byte.hex().upper()} is not {encoding.upper()}",
        value=f"0x{byte.hex().upper()}",
        source=before[before.rfind("\n") + 1 :] + rest.split("\n", 1)[0],
        hint=hint,
    )


def _utf8_or_guess(data: bytes) -> str:
    """The encoding that bytes are guessed to be in; empty for UTF-8."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return detection.guess(data)
    return ""


def _guessed(data: bytes, path: str, encoding: str) -> Diagnostic:
    text = _with_line_feeds(data.decode(encoding))
    offset = next((index for index, sign in enumerate(text) if not sign.isascii()), 0)
    return warning(
        "encoding-guessed",
        Location.at(path, text, offset),
        f"The file is not UTF-8; it is read as {encoding}, which is a guess",
        value=encoding,
        source=_SURROGATE.sub("\ufffd", _line(text, offset)),
        hint=f"Look at its letters. If they are right, write `encoding: {encoding}` into its "
        "sidecar or _defaults.yml, or save it as UTF-8.",
    )
