"""What a build may print: its log may be public, so it tells nothing that documents withhold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from site_gen import diagnostics, parse, permalinks
from site_gen.build.reading import Read
from site_gen.diagnostics import Diagnostic
from site_gen.model import Withheld

OF_FILES = frozenset(
    {
        "attachment-unread",
        "attachment-unsafe",
        "attachment-unused",
        "attachment-withheld",
        "file-unrecognised",
    }
)
"""Codes of what is said of files beside the documents."""


def printed(found: Sequence[Diagnostic], read: Read) -> list[Diagnostic]:
    """The findings without quotations from documents of which not all may be shown, without the
    names of these, and without addresses and names of other files that spell what they withhold.
    """
    told = list(found)
    if read.quiet:
        hush = diagnostics.hushed
        told = [hush(one) if one.location.path in read.quiet else one for one in told]
    if read.masked:
        told = diagnostics.masked(told, read.masked)
    if read.withheld:
        told = permalinks.masked(told, read.withheld)
        told = [_file(one, read.withheld) if one.code in OF_FILES else one for one in told]
    return told


def _file(one: Diagnostic, rules: Sequence[Withheld]) -> Diagnostic:
    path = parse.masked(one.location.path, rules)
    return replace(one, location=replace(one.location, path=path))
