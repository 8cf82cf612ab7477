"""Every `<` of a source that begins no tag is marked as text, before Markdown reads it."""

from __future__ import annotations

import re

from site_gen.diagnostics import Diagnostic, Location, warning
from site_gen.markup.allowlist import DROPPED_WITH_CONTENT, HTML_TAGS
from site_gen.markup.placeholders import TEXT_LT
from site_gen.markup.syntax import (
    AUTOLINK,
    EndTags,
    angled_destinations,
    code_spans,
    line_at,
    tags,
    within,
)
from site_gen.model import Markup

_AUTOLINK = re.compile(AUTOLINK)


def escaped(text: str, markup: Markup, path: str, found: list[Diagnostic]) -> str:
    """Mark every `<` that is text, so that no Markdown rule takes it for a tag."""
    if "<" not in text:
        return text
    if markup == "text":
        return text.replace("<", TEXT_LT)
    code = code_spans(text)
    kept: list[tuple[int, int]] = []
    unclosed = _unclosed_raw(text)
    destinations = angled_destinations(text)
    end_tags = EndTags(text)
    drawing = 0
    for start, end, name in tags(text):
        if within(start, code) or start in unclosed or start in destinations:
            continue
        if name in ("svg", "math") and start >= drawing:
            drawing = max(drawing, end_tags.find(name, start))
        if not name or name in HTML_TAGS or start < drawing:
            kept.append((start, end))
        elif not _indented(text, start):
            found.append(_unknown(text, start, end, path))
    kept.extend(one.span() for one in _AUTOLINK.finditer(text) if not within(one.start(), code))
    parts: list[str] = []
    last = 0
    for start, end in sorted(kept):
        if start >= last:
            parts.append(text[last:start].replace("<", TEXT_LT))
            parts.append(text[start:end])
            last = end
    parts.append(text[last:].replace("<", TEXT_LT))
    return "".join(parts)


def _unclosed_raw(text: str) -> frozenset[int]:
    """Where a script or style begins that never ends: such a tag is text."""
    found: list[int] = []
    for name in DROPPED_WITH_CONTENT:
        starts = [one.start() for one in re.finditer(rf"<{name}\b", text, re.IGNORECASE)]
        ends = [one.start() for one in re.finditer(f"</{name}", text, re.IGNORECASE)]
        found.extend(start for start in starts if not ends or start > ends[-1])
    return frozenset(found)


def _indented(text: str, at: int) -> bool:
    """Whether a place lies on a line that may be code by its indentation."""
    line = text.rfind("\n", 0, at) + 1
    return text.startswith(("    ", "\t"), line)


def _unknown(text: str, start: int, end: int, path: str) -> Diagnostic:
    return warning(
        "unknown-tag",
        Location.at(path, text, start),
        f"`{text[start:end]}` is not an element of HTML; it is shown as text",
        value=text[start:end],
        hint="Nothing to do if it is text; else mend the tag.",
        source=line_at(text, start),
    )
