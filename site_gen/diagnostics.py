"""Problems are values: collected everywhere, sorted, grouped and printed once."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Literal

from site_gen.compact import Compact
from site_gen.frozen import frozen
from site_gen.patterns import late_pattern

Severity = Literal["error", "warning"]

SHOWN_IN_A_GROUP = 3


@frozen
class Location(Compact):
    """A place in a file. Lines and columns are 1-based; 0 means the whole file or line."""

    path: str
    line: int = 0
    column: int = 0

    @classmethod
    def at(cls, path: str, text: str, offset: int, first_line: int = 1) -> Location:
        """The place of a character of `text`, whose first line is `first_line` of the file."""
        before = text[:offset]
        return cls(path, first_line + before.count("\n"), offset - (before.rfind("\n") + 1) + 1)

    def __str__(self) -> str:
        parts = [self.path]
        if self.line:
            parts.append(str(self.line))
            if self.column:
                parts.append(str(self.column))
        return ":".join(parts)


@frozen
class Diagnostic(Compact):
    """One problem.

    `code` is one of `CODES` and stands in docs/diagnostics.md. `value` is what was found, `hint`
    what the keeper can do, `source` the line of the file it stands in.
    """

    code: str
    location: Location
    message: str
    hint: str = ""
    value: str = ""
    source: str = ""
    severity: Severity = "warning"

    @property
    def sort_key(self) -> tuple[bool, str, int, int, str, str]:
        """Errors first, then by place."""
        at = self.location
        return (self.severity != "error", at.path, at.line, at.column, self.code, self.message)


CODES: dict[str, Severity] = {
    # Errors: the document, or the whole site, is not published.
    "attachment-collision": "error",
    "attachment-withheld": "error",
    "config-key": "error",
    "config-unreadable": "error",
    "config-value": "error",
    "encoding-unknown": "error",
    "encoding-wrong": "error",
    "file-name": "error",
    "front-matter-broken": "error",
    "history-shallow": "error",
    "history-unknown": "error",
    "import-broken": "error",
    "internal-error": "error",
    "ledger-broken": "error",
    "no-articles": "error",
    "no-content": "error",
    "not-utf8": "error",
    "nul-byte": "error",
    "permalink-lost": "error",
    "redaction-address": "error",
    "redaction-in-word": "error",
    "redaction-left": "error",
    "redaction-not-found": "error",
    "redaction-unreadable": "error",
    "status-unreadable": "error",
    "symlink-outside": "error",
    "table-broken": "error",
    "table-without-file": "error",
    "template-error": "error",
    "unreadable": "error",
    "url-collision": "error",
    "yaml-duplicate-key": "error",
    "yaml-not-mapping": "error",
    "yaml-syntax": "error",
    # Warnings: the page is published.
    "accept-unknown": "warning",
    "anchor-dead": "warning",
    "attachment-unread": "warning",
    "attachment-unsafe": "warning",
    "attachment-unused": "warning",
    "byline-part-left": "warning",
    "byte-order-mark": "warning",
    "control-character": "warning",
    "date-ambiguous": "warning",
    "date-impossible": "warning",
    "date-unreadable": "warning",
    "empty-body": "warning",
    "encoding-guessed": "warning",
    "file-unrecognised": "warning",
    "front-matter-text": "warning",
    "front-matter-unclosed": "warning",
    "html-removed": "warning",
    "image-missing": "warning",
    "import-exists": "warning",
    "import-left": "warning",
    "label-unread": "warning",
    "language-unknown": "warning",
    "ledger-line-removed": "warning",
    "letter-addresses": "warning",
    "link-dead": "warning",
    "link-held-back": "warning",
    "markup-unreadable": "warning",
    "name-spellings": "warning",
    "near-duplicate": "warning",
    "paragraph-broken": "warning",
    "place-parent-cycle": "warning",
    "place-parent-unknown": "warning",
    "registry-name-twice": "warning",
    "redaction-other-case": "warning",
    "redirect-taken": "warning",
    "redirect-unusable": "warning",
    "replacement-character": "warning",
    "sidecar-twice": "warning",
    "sidecar-without-document": "warning",
    "symlink-folder": "warning",
    "table-row": "warning",
    "table-row-too-long": "warning",
    "template-code": "warning",
    "text-lost": "warning",
    "text-reordered": "warning",
    "title-empty": "warning",
    "title-missing": "warning",
    "translation-dead": "warning",
    "translation-twice": "warning",
    "unknown-key": "warning",
    "unknown-tag": "warning",
    "url-missing": "warning",
    "url-unreadable": "warning",
    "wrong-type": "warning",
}
"""Every code and its severity without `--strict`. Each stands in docs/diagnostics.md."""

WHOLE_SITE = frozenset(
    {
        "attachment-collision",
        "attachment-withheld",
        "config-key",
        "config-unreadable",
        "config-value",
        "history-shallow",
        "history-unknown",
        "ledger-broken",
        "no-articles",
        "no-content",
        "permalink-lost",
        "table-broken",
        "table-without-file",
        "template-error",
    }
)
"""Errors that no single document can be left out for: `--keep-going` does not pass them."""


def error(code: str, location: Location, message: str, **more: str) -> Diagnostic:
    """A problem that keeps its document, or the whole site, from being published."""
    return Diagnostic(code, location, message, severity="error", **more)


def warning(code: str, location: Location, message: str, **more: str) -> Diagnostic:
    """A problem that the keeper should know of; the page is published."""
    return Diagnostic(code, location, message, severity="warning", **more)


_SAFE = ("byline-", "near-duplicate", "redaction-", "status-", "url-collision")
"""What the codes begin with of findings whose messages quote nothing."""


def hushed(one: Diagnostic) -> Diagnostic:
    """The same finding without a word of the document: many can read the log of a build."""
    if one.code.startswith(_SAFE):
        return replace(one, value="", source="")
    return replace(
        one,
        message="Something is wrong here that is not quoted, since not all of this document "
        "may be shown",
        value="",
        source="",
        hint=f"docs/diagnostics.md explains `{one.code}`.",
    )


def masked(found: Iterable[Diagnostic], paths: Mapping[str, str]) -> list[Diagnostic]:
    """The same findings with these paths, whatever their endings, called by other names."""
    # One that begins with another comes first: what is left of it would tell the rest of its name.
    ordered = sorted(paths.items(), key=lambda both: len(both[0]), reverse=True)

    def say(text: str) -> str:
        for path, shown in ordered:
            text = text.replace(path, shown)
        return text

    def told(one: Diagnostic) -> Diagnostic:
        path, message, hint = say(one.location.path), say(one.message), say(one.hint)
        if (path, message, hint) == (one.location.path, one.message, one.hint):
            return one
        # What is quoted may call the file in its own way.
        at = replace(one.location, path=path)
        return replace(one, location=at, message=message, hint=hint, value="", source="")

    return list(map(told, found))


def strict(found: Iterable[Diagnostic]) -> list[Diagnostic]:
    """The same problems with every warning made an error."""
    return [replace(one, severity="error") for one in found]


def as_json(found: Sequence[Diagnostic]) -> str:
    """All of them as a JSON list, one object each."""
    rows = [
        {
            "code": one.code,
            "severity": one.severity,
            "path": one.location.path,
            "line": one.location.line,
            "column": one.location.column,
            "message": one.message,
            "value": one.value,
            "hint": one.hint,
        }
        for one in found
    ]
    return json.dumps(rows, ensure_ascii=False, indent=1)


def as_csv(found: Sequence[Diagnostic]) -> str:
    """All of them as a table: a worklist for the keeper."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(["severity", "code", "file", "line", "column", "message", "value", "hint"])
    for one in found:
        at = one.location
        cells = (one.severity, one.code, at.path, at.line or "", at.column or "", one.message)
        writer.writerow([_harmless(str(cell)) for cell in (*cells, one.value, one.hint)])
    return buffer.getvalue()


def _harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t") else cell


def as_github(found: Sequence[Diagnostic]) -> str:
    """Annotations for GitHub Actions: the first few of each code, then how many more there are."""
    lines = []
    for group in grouped(found):
        for one in group[:SHOWN_IN_A_GROUP]:
            at = one.location
            place = f"file={_property(at.path)}"
            place += f",line={at.line}" if at.line else ""
            place += f",col={at.column}" if at.column else ""
            text = f"{one.message}. {one.hint}".strip()
            lines.append(f"::{one.severity} {place},title={_property(one.code)}::{_escaped(text)}")
        more = len(group) - SHOWN_IN_A_GROUP
        if more > 0:
            code = group[0].code
            lines.append(f"::{group[0].severity} title={code}::{more:,} more of {code}")
    return "\n".join(lines)


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")


def grouped(found: Iterable[Diagnostic]) -> list[list[Diagnostic]]:
    """By code and severity, errors first, codes in the order of their first place."""
    groups: dict[tuple[str, str], list[Diagnostic]] = {}
    for one in sorted(found, key=lambda one: one.sort_key):
        groups.setdefault((one.severity, one.code), []).append(one)
    return list(groups.values())


def as_text(found: Sequence[Diagnostic], *, everything: bool = False) -> str:
    """For people: each with its line and a caret; a group of more than three is cut short.

    With `everything`, nothing is cut.
    """
    parts = []
    for group in grouped(found):
        shown = group if everything or len(group) <= SHOWN_IN_A_GROUP else group[:SHOWN_IN_A_GROUP]
        if len(shown) < len(group):
            code = group[0].code
            parts.append(
                f"{group[0].severity}[{code}]: {len(group):,} times; the first {len(shown)}:"
            )
            parts.extend(_indented(_one(one)) for one in shown)
            parts.append(
                f"  … and {len(group) - len(shown):,} more. "
                f"`check --only {code} --all` lists all.\n"
            )
        else:
            parts.extend(_one(one) for one in shown)
    return "\n".join(parts)


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" if line else "" for line in text.split("\n"))


LONGEST_LINE = 100
_CONTROL = late_pattern("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
"""What would command a terminal instead of being shown in it."""


def _one(one: Diagnostic) -> str:
    lines = [f"{one.location}: {one.severity}[{one.code}]: {one.message}"]
    if one.source.strip() and one.location.line:
        lines.extend(_with_caret(one.source, one.location))
    elif one.value and one.value not in one.message:
        lines.append(f"    value: {one.value}")
    if one.hint:
        lines.append(f"    hint: {one.hint}")
    return "\n".join(_CONTROL.sub(_code, line) for line in lines) + "\n"


def _code(control: re.Match[str]) -> str:
    return f"\\x{ord(control[0]):02x}"


def _with_caret(source: str, at: Location) -> list[str]:
    """The source line, cut to what fits around the column, and a caret below it."""
    text = source.rstrip().replace("\t", " ")
    column = min(max(at.column, 1), len(text) + 1)
    start = max(0, column - LONGEST_LINE + 20) if len(text) > LONGEST_LINE else 0
    cut = text[start : start + LONGEST_LINE]
    head, tail = "…" if start else "", "…" if start + LONGEST_LINE < len(text) else ""
    number = f"{at.line:>6}"
    rows = [f"{number} | {head}{cut}{tail}"]
    if at.column:
        before = head + cut[: column - start - 1]
        rows.append(f"{' ' * len(number)} | {' ' * _width(before)}^")
    return rows


def _width(text: str) -> int:
    """How many columns of a terminal a text takes: a Chinese letter two, a combining mark none."""
    return sum(
        0 if unicodedata.combining(one) else 2 if unicodedata.east_asian_width(one) in "WF" else 1
        for one in text
    )


def summary(found: Iterable[Diagnostic]) -> str:
    """`2 errors, 1,204 warnings`; empty if there are none."""
    found = list(found)
    errors = sum(1 for one in found if one.severity == "error")
    counts = (("error", errors), ("warning", len(found) - errors))
    return ", ".join(f"{n:,} {word}{'' if n == 1 else 's'}" for word, n in counts if n)
