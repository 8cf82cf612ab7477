"""Text in which nothing is markup: paragraphs, made without Python-Markdown and the sanitiser.

What comes out is what they would make of it, to the byte; tests hold it to that. Most articles
of a news archive are such texts, and this is the way of most of them.
"""

from __future__ import annotations

import re
from html import escape

from site_gen.markup.body import Rendered
from site_gen.markup.excerpt import excerpt
from site_gen.tokens import words

_MARK = re.compile(
    r"[][`*_<{}\\|\x00-\x09\x0b-\x1f\ufdd0-\ufdef"
    r"\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]"
)
_REFERENCE = re.compile(r"&[#\w]")
_LINE = re.compile(r"\n(?:[ \-+=#>~:]|[0-9]+[.)])")
"""What may be more than text: marks, blanks of other kinds, what begins a list or a heading."""
_PARTING = re.compile(r"\n\n+")


def prose(text: str) -> Rendered | None:
    """A body as HTML if it is nothing but paragraphs of text, else None."""
    lines = f"\n{text}\n"
    if " \n" in lines or _LINE.search(lines) or _MARK.search(text) or _REFERENCE.search(text):
        return None
    paragraphs = _PARTING.split(text.strip("\n"))
    html = "\n".join(f"<p>{one}</p>" for one in paragraphs if one)
    if "&" in html or ">" in text:
        html = "\n".join(f"<p>{escape(one, quote=False)}</p>" for one in paragraphs if one)
    return Rendered(
        html=html,
        references=(),
        anchors=frozenset(),
        headings=(),
        excerpt=excerpt(html),
        words=len(words(text)),
        prose=True,
    )
