"""A link for every paragraph of a text, so that it can be cited."""

from __future__ import annotations

import hashlib
import re

from site_gen.tokens import closed_up

_BEGIN = re.compile(r"<p(?P<rest>(?:\s[^>]*)?)>")
_END = "</p>"
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
    made: list[str] = []
    done = at = 0
    while match := _BEGIN.search(html, at):
        inner, end = match.end(), html.find(_END, match.end())
        if end < 0:
            break
        at = end
        text = html[inner:end]
        words = closed_up(_TAG.sub("", text) if "<" in text else text)
        if not words or " id=" in match["rest"]:
            continue
        name = f"p-{hashlib.sha256(words.encode()).hexdigest()[:_LENGTH]}"
        seen[name] = seen.get(name, 0) + 1
        if seen[name] > 1:
            name = f"{name}-{seen[name]}"
        tag = match.start("rest")
        link = f'<a class="anchor" href="#{name}" aria-label="¶"></a>'
        made += (html[done:tag], f' id="{name}"', html[tag:end], link)
        done = end
    return "".join([*made, html[done:]])
