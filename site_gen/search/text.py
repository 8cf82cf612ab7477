"""The text of an article as the index reads it: a line for each block of its page."""

from __future__ import annotations

import re
from html import unescape

_SILENT = re.compile(
    r'<sup\b[^>]*><a class="footnote-ref".*?</sup>|<a class="footnote-backref".*?</a>', re.DOTALL
)
_BLOCK = re.compile(
    r"</?(?:address|blockquote|br|caption|dd|details|div|dl|dt|figcaption|figure|h[1-6]|hr|li|ol|p|pre"
    r"|summary|table|tbody|td|tfoot|th|thead|tr|ul)\b[^>]*>"
)
_IMAGE = re.compile(r'<img\b[^>]*?\balt="([^"]*)"[^>]*>')
_TAG = re.compile(r"<[a-zA-Z/][^>]*>")
_BLANKS = re.compile(r"[^\S\n]+")
_LINES = re.compile(r"\s*\n\s*")


def text_of(html: str) -> str:
    """The text of cleaned HTML: words of inline elements together, blocks on lines of their own."""
    text = html.replace("\n", " ")
    if 'class="footnote' in text:
        text = _SILENT.sub("", text)
    text = _BLOCK.sub("\n", text)
    if "<" in text:
        text = _TAG.sub("", _IMAGE.sub(r" \1 ", text))
    return _LINES.sub("\n", _BLANKS.sub(" ", unescape(text))).strip()
