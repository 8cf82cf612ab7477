"""A link for every paragraph of a text, so that it can be cited."""

from __future__ import annotations

import hashlib
import re

from site_gen.tokens import closed_up

_BEGIN = re.compile(r"<p(?P<rest>(?:\s[^>]*)?)>")
_END = "</p>"
_TAG = re.compile(r"<[^>]*>")
_UNEVEN = ("  ", *"\t\v\f\r\x1c\x1d\x1e\x1f")
"""Blanks of ASCII of which none is in a text whose lines are closed up."""
_LENGTH = 7
"""Hexadecimal digits of an anchor: of a hundred paragraphs, two share one by chance in one of
fifty thousand texts. Then the second has a number."""


def anchored(html: str) -> str:
    """A body whose paragraphs have ids, and links to these.

    An id is made from the words of its paragraph alone: it stays as long as they do, whatever
    becomes of the rest of the text. A paragraph that has an id keeps it.
    """
    seen: dict[str, int] = {}
    made: list[str] = []
    done = at = 0
    even = html.isascii() and not any(map(html.__contains__, _UNEVEN))
    while match := _BEGIN.search(html, at):
        tag, inner = match.start("rest"), match.end()
        end = html.find(_END, inner)
        if end < 0:
            break
        at = end
        text = html[inner:end]
        tagged = "<" in text
        if tagged:
            text = _TAG.sub("", text)
        # Without the tag between them, two blanks are one after the other.
        closed = even and "\n" not in text and not (tagged and "  " in text)
        words = text.strip(" ") if closed else closed_up(text)
        if not words or (inner > tag + 1 and " id=" in match["rest"]):
            continue
        name = f"p-{hashlib.sha256(words.encode()).hexdigest()[:_LENGTH]}"
        if name in seen:
            seen[name] += 1
            name = f"{name}-{seen[name]}"
        else:
            seen[name] = 1
        link = f'<a class="anchor" href="#{name}" aria-label="¶"></a>'
        made += (html[done:tag], f' id="{name}"', html[tag:end], link)
        done = end
    return "".join([*made, html[done:]])
