"""The text of an article as the index reads it: a line for each block of its page."""

from __future__ import annotations

import re
from html import unescape

from site_gen.patterns import late_pattern
from site_gen.tokens import closed_up, printable

_SILENT = late_pattern(
    r'<sup\b[^>]*><a class="footnote-ref".*?</sup>|<a class="footnote-backref".*?</a>', re.DOTALL
)
_BLOCK = re.compile(
    r"</?(?:address|blockquote|br|caption|dd|details|div|dl|dt|figcaption|figure|h[1-6]|hr|li|ol|p|pre"
    r"|summary|table|tbody|td|tfoot|th|thead|tr|ul)\b[^>]*>"
)
_IMAGE = re.compile(r'<img\b[^>]*?\balt="([^"]*)"[^>]*>')
_TAG = re.compile(r"<[a-zA-Z/][^>]*>")


def text_of(html: str) -> str:
    """The text of cleaned HTML: words of inline elements together, blocks on lines of their own."""
    text = unwrapped(html)
    lines = text.split("\n")
    # What holds for all lines is seen at once.
    closed = printable(text) and "  " not in text
    stripped = [line.strip(" ") for line in lines] if closed else map(closed_up, lines)
    return "\n".join(filter(None, stripped))


def unwrapped(html: str) -> str:
    """The same with empty lines and blanks as they come, for those who want the words only."""
    text = html.replace("\n", " ")
    if 'class="footnote' in text:
        text = _SILENT.sub("", text)
    if "<" in text:
        text = _BLOCK.sub("\n", text)
        if "<img" in text:
            text = _IMAGE.sub(r" \1 ", text)
        text = _TAG.sub("", text)
    return unescape(text)
