"""What Python-Markdown and the HTML parser cannot read in reasonable time and depth."""

from __future__ import annotations

import re

from site_gen.patterns import late_pattern

MOST_WORK = 1_500_000_000
"""Marks times characters in one block of text that Markdown may be asked to read."""
MOST_BLOCKS = 50_000
"""Paragraphs of one text: four times those of the longest novels."""
FARTHEST_PAIRS = 40_000_000
"""Characters in all between the brackets, or the backticks, that belong together."""
DEEPEST_HTML = 20_000_000
"""Open elements summed over all tags: what the HTML parser may be asked to build."""

_BLANK_LINES = late_pattern(r"\n[ \t]*\n\s*")
_DEEP_LINE = late_pattern(r"^(?:[ ]{0,3}(?:>[ ]?|(?:[0-9]{1,9}\.|[*+-])[ ]+)){100}", re.MULTILINE)
_MARKS = late_pattern(r"[*_\[\]<&`\\!]")
_LINE_MARKS = late_pattern(r"^(?:#| {0,3}(?:=+|-+|[*_-][*_ -]{2,}) *$)", re.MULTILINE)
_PAIRS = re.compile(r"[\[\]()]|`+")


class Undigested(Exception):
    """The markup of a body cannot be read in reasonable time and depth."""


def measure(text: str) -> None:
    """Refuse what would keep Markdown, whose patterns are quadratic, busy for minutes."""
    if len(text) < 5_000:
        return
    far = 0
    blocks = _BLANK_LINES.split(text)
    if _DEEP_LINE.search(text):
        raise Undigested("nested too deeply")
    if len(blocks) > MOST_BLOCKS:
        raise Undigested("too many paragraphs")
    for block in blocks:
        marks = len(_MARKS.findall(block)) + 10 * len(_LINE_MARKS.findall(block))
        if marks * len(block) > MOST_WORK:
            raise Undigested("too much markup in one paragraph")
        if len(_PAIRS.findall(block)) * len(block) > FARTHEST_PAIRS:
            far += _distances(block)
    if far > FARTHEST_PAIRS:
        raise Undigested("too many brackets or backticks without their other half")


def _distances(block: str) -> int:
    """How far all brackets and backticks of a block are from their other halves."""
    total = 0
    waiting: dict[str, list[int]] = {"[": [], "(": []}
    ticks: dict[str, int] = {}
    for match in _PAIRS.finditer(block):
        mark, at = match[0], match.start()
        if mark in waiting:
            waiting[mark].append(at)
        elif mark in "])":
            opened = waiting["[" if mark == "]" else "("]
            total += at - opened.pop() if opened else 0
        elif mark in ticks:
            total += at - ticks.pop(mark)
        else:
            ticks[mark] = at
    alone = [*waiting["["], *waiting["("], *ticks.values()]
    return total + sum(len(block) - at for at in alone)
