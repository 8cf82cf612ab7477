"""A link for every paragraph of a text, so that it can be cited."""

from __future__ import annotations

import hashlib
import re

_PARAGRAPH = re.compile(r"<p(?P<rest>(?:\s[^>]*)?)>(?P<inner>.*?)</p>", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_LENGTH = 7
"""Hexadecimal digits of an anchor: of a hundred paragraphs, two share one by chance in one of
fifty thousand texts. Then the second has a number."""


def anchored(html: str) -> str:
    """A body whose paragraphs have ids, and links to these.

    An id is made from the words of its paragraph alone: it stays as long as they do, whatever
    becomes of the rest of the text. A paragraph that has an id keeps it.
    """
    seen: dict[str, int] = {}

    def paragraph(match: re.Match[str]) -> str:
        rest, inner = match["rest"], match["inner"]
        if " id=" in rest:
            return match[0]
        words = " ".join((_TAG.sub("", inner) if "<" in inner else inner).split())
        if not words:
            return match[0]
        name = f"p-{hashlib.sha256(words.encode()).hexdigest()[:_LENGTH]}"
        seen[name] = seen.get(name, 0) + 1
        if seen[name] > 1:
            name = f"{name}-{seen[name]}"
        link = f'<a class="anchor" href="#{name}" aria-label="¶"></a>'
        return f'<p id="{name}"{rest}>{inner}{link}</p>'

    return _PARAGRAPH.sub(paragraph, html)
