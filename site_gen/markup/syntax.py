"""What tags, code, link definitions and attribute lists look like in a source."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

from site_gen.markup.placeholders import TEXT_LT
from site_gen.patterns import late_pattern

TAG = r"</?(?P<name>[A-Za-z][A-Za-z0-9:._-]*+)(?:\s(?:\"[^\"]*+\"|'[^']*+'|[^<>\"'])*+|/)?>"
"""A complete tag, as a pattern."""
AUTOLINK = r"<(?:[A-Za-z][A-Za-z0-9+.-]*+://[^<>\s]*+|[^<>\s!@]++@[^@<>\s]++)>"
"""An address in angle brackets, as a pattern."""

DEFINITION = (
    r"^[ ]{0,3}\[(?!\^)([^\[\]\n]*)\]:[ ]*(?:\n[ ]*)?"
    rf"(?:[<{TEXT_LT}](?=[^\s<>./:#@]*+[./:#@][^\s<>]++>))?"
    rf"((?<=[<{TEXT_LT}])[^\s<>]++>|[A-Za-z][A-Za-z0-9+.-]+:\S+|(?:#|\.{{0,2}}/)\S*"
    r"|[^\s/]+/\S*|\S+\.[A-Za-z0-9]{2,5})"
    r"[ ]*(?:\n[ ]*)?(([\"'])(.*)\4[ ]*|\((.*)\)[ ]*)?$"
)
"""A link definition, as a pattern (multi-line mode). Its destination has the look of an address,
so that `[Editor]: Yes.` and `[Editor]: <laughs>` are the text they are."""

_ATTRIBUTE = r"(?:[#.][^\s{}=\"']+|[A-Za-z_][\w:.-]*=(?:\"[^\"\n]*\"|'[^'\n]*'|[^\s{}\"']+))"

ATTRIBUTES = rf"\{{(?::[ ]*|(?=[#.]))({_ATTRIBUTE}(?:[ ]+{_ATTRIBUTE})*)[ ]*\}}"
"""An attribute list such as `{.class #id}`, as a pattern; `{Kabul}` and `{: note}` are text."""

TAG_VALUE = late_pattern(
    r"(?<=[\s\"'])(?P<key>[A-Za-z][\w:-]*)\s*=\s*"
    r"(?:\"(?P<double>[^\"]*)\"|'(?P<single>[^']*)'|(?P<bare>[^\s>\"']+))"
)
"""An attribute of a tag and its value, in whichever quotes."""

_COMPLETE_TAG = late_pattern(TAG)
_DEFINITION = late_pattern(DEFINITION, re.MULTILINE)
_ANGLED = late_pattern(r"\]\(\s*+(<)[^<>\n]*+>(?:\s++(?:\"[^\"]*+\"|'[^']*+'))?+\s*+\)")
_AUTOLINK = late_pattern(AUTOLINK)

_FENCE = re.compile(r"^(?P<fence>```+|~~~+)(?P<info>[^\n`]*)$", re.MULTILINE)
_TICKS = re.compile(r"(?<!\\)`+")
_BLANK_LINE = late_pattern(r"\n[ \t]*(?=\n)")

LOWER_ASCII = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}
"""Lower case that keeps every offset: the full mapping makes two letters of one here and there."""


def tags(text: str) -> Iterator[tuple[int, int, str]]:
    """Start, end and name of each complete tag; comments and addresses have no name."""
    last = 0
    comment_end = 0
    for match in re.finditer("<", text):
        start = match.start()
        if start < last:
            continue
        if text.startswith("<!--", start):
            if 0 <= comment_end < start + 4:
                comment_end = text.find("-->", start + 4)
            if comment_end >= 0:
                last = comment_end + 3
                yield start, last, ""
            continue
        tag = _COMPLETE_TAG.match(text, start)
        if tag and not _AUTOLINK.match(text, start):
            last = tag.end()
            yield start, last, tag["name"].lower()


def angled_destinations(text: str) -> frozenset[int]:
    """Where a link's destination in angle brackets begins: `[a](<b c.md>)`, `[a]: <b.md>`."""
    inline = (one.start(1) for one in _ANGLED.finditer(text)) if "](" in text else ()
    defined = (one.start(2) - 1 for one in _DEFINITION.finditer(text)) if "]:" in text else ()
    return frozenset((*inline, *defined))


def code_spans(text: str) -> list[tuple[int, int]]:
    """Where fenced code and code in a line begin and end, in order."""
    if "`" not in text and "~~~" not in text:
        return []
    fenced = _fenced(text)
    return sorted([*fenced, *_ticked(text, fenced)])


def _fenced(text: str) -> list[tuple[int, int]]:
    """Blocks between a fence and the next line that is nothing but the same fence."""
    fences = list(_FENCE.finditer(text))
    closing: dict[str, list[int]] = {}
    for one in fences:
        if not one["info"].strip(" "):
            closing.setdefault(one["fence"], []).append(one.end())
    spans: list[tuple[int, int]] = []
    for one in fences:
        ends = closing.get(one["fence"], [])
        index = bisect_right(ends, one.end())
        if index < len(ends) and (not spans or one.start() >= spans[-1][1]):
            spans.append((one.start(), ends[index]))
    return spans


def _ticked(text: str, fenced: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Code in a line: from a run of backticks to the next of its length in the paragraph."""
    paragraphs = [one.start() for one in _BLANK_LINE.finditer(text)]
    runs = [one.span() for one in _TICKS.finditer(text) if not within(one.start(), fenced)]
    ends: dict[int, list[int]] = {}
    for start, end in runs:
        ends.setdefault(end - start, []).append(end)
    spans: list[tuple[int, int]] = []
    for start, end in runs:
        alike = ends[end - start]
        index = bisect_right(alike, end)
        if index == len(alike) or (spans and start < spans[-1][1]):
            continue
        if bisect_right(paragraphs, start) == bisect_right(paragraphs, alike[index]):
            spans.append((start, alike[index]))
    return spans


def within(at: int, spans: list[tuple[int, int]]) -> bool:
    """Whether a place lies in one of the spans, which are in order."""
    index = bisect_right(spans, (at, len(spans) and spans[-1][1])) - 1
    return index >= 0 and spans[index][0] <= at < spans[index][1]


class EndTags:
    """Finds end tags, and looks only once for one that is not there."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.lower = ""
        self.missing: set[str] = set()

    def find(self, name: str, start: int) -> int:
        """Where the next end tag of this name begins, or -1."""
        if name in self.missing:
            return -1
        self.lower = self.lower or self.text.translate(LOWER_ASCII)
        found = self.lower.find(f"</{name}", start)
        if found < 0:
            self.missing.add(name)
        return found


def line_at(text: str, offset: int) -> str:
    """The line in which a place lies."""
    end = text.find("\n", offset)
    return text[text.rfind("\n", 0, offset) + 1 : end if end >= 0 else len(text)]
