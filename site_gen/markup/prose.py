"""Text in which nothing is markup: paragraphs, made without Python-Markdown and the sanitiser.

What comes out is what they would make of it, to the byte; tests hold it to that. Most articles
of a news archive are such texts, and this is the way of most of them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

from site_gen.markup.body import Rendered
from site_gen.markup.common import common_paragraph
from site_gen.markup.excerpt import beginning
from site_gen.markup.placeholders import ASIDE
from site_gen.patterns import late_pattern
from site_gen.tokens import as_indexed, counted, without_signs

_MARK = re.compile(
    r"[][`*_<{}\\|\x00-\x09\x0b-\x1f\ufdd0-\ufdef"
    r"\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]"
)
_REFERENCE = re.compile(r"&[#\w]")
_LINE = re.compile(r"\n(?:[ \-+=#>~:]|[0-9]+[.)])")
"""What may be more than text: marks, blanks of other kinds, what begins a list or a heading."""
_PARTING = re.compile(r"\n\n+")
_PARTED = late_pattern(r"(\A\n+|\n\n+|\n\Z)")
_ASIDE = re.compile(f"{ASIDE}(\\d+){ASIDE}")


SHORTEST = 100
"""Characters of a paragraph that is worth setting aside."""


def _is_prose(text: str) -> bool:
    # A mark is found soonest.
    if _MARK.search(text):
        return False
    lines = f"\n{text}\n"
    return not (" \n" in lines or _LINE.search(lines) or _REFERENCE.search(text))


def as_prose(text: str) -> Rendered | None:
    """A body as HTML if it is nothing but paragraphs of text, else None."""
    if not _is_prose(text):
        return None
    paragraphs = [one for one in _PARTING.split(text.strip("\n")) if one]
    html = "\n".join(f"<p>{_html(one)}</p>" for one in paragraphs)
    plain = without_signs(text)
    row, words, telling = counted(plain)
    return Rendered(
        html=html,
        references=(),
        anchors=frozenset(),
        headings=(),
        excerpt=beginning(paragraphs),
        words=words,
        telling=telling,
        said=row,
        sure=as_indexed(plain),
        prose=True,
    )


def _html(paragraph: str) -> str:
    return escape(paragraph, quote=False) if "&" in paragraph or ">" in paragraph else paragraph


def set_aside(text: str) -> tuple[str, list[str]]:
    """A text with a mark in place of each long paragraph of common markup, and the HTML of these.

    Python-Markdown takes a mark for the word it looks like. In a text with HTML or fenced code a
    paragraph may be a part of these, so there nothing is set aside.
    """
    if "<" in text or "```" in text or "~~~" in text:
        return text, []
    aside: list[str] = []
    parts = _PARTED.split(text)
    for index in range(0, len(parts), 2):
        if len(parts[index]) < SHORTEST:
            continue
        html = common_paragraph(parts[index])
        if html is not None:
            parts[index] = f"{ASIDE}{len(aside)}{ASIDE}"
            aside.append(html)
    return "".join(parts), aside


def put_back(html: str, aside: Sequence[str]) -> str:
    """Undo `set_aside` in the sanitised HTML of a text."""
    return _ASIDE.sub(lambda match: aside[int(match[1])], html) if aside else html
