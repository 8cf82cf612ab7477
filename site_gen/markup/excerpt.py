"""The words of cleaned HTML, and the first of them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import unescape

CLEANED_TAG = re.compile(
    r"<(?P<close>/?)(?P<name>[a-zA-Z][a-zA-Z0-9]*)(?P<attributes>(?:\s+[a-zA-Z][\w:-]*=\"[^\"]*\")*)\s*/?>"
)
"""A tag in cleaned HTML: none other stands there."""
_PARAGRAPH = re.compile(r"<p(?:\s[^>]*)?>(.*?)</p>", re.DOTALL)
_NOTE_MARK = re.compile(r"<sup[^>]*><a [^>]*class=\"footnote-ref\".*?</sup>")
_PICTURE = re.compile(r"<img\b[^>]*>")
_ALT = re.compile(r"\salt=\"([^\"]*)\"")
EXCERPT_LENGTH = 240
"""Characters at which an excerpt is long enough."""


def plain_words(html: str) -> str:
    """The text of cleaned HTML, a blank for each tag."""
    return unescape(CLEANED_TAG.sub(" ", html))


def _called(picture: re.Match[str]) -> str:
    alt = _ALT.search(picture[0])
    return alt[1] if alt and alt[1] else picture[0]


def excerpt(html: str) -> str:
    """The first words of a body, at most about 240 characters, cut between words."""
    return beginning(_words_of(match[1]) for match in _PARAGRAPH.finditer(html))


def _words_of(paragraph: str) -> str:
    inner = _NOTE_MARK.sub("", paragraph)
    if "<img " in inner and CLEANED_TAG.sub("", inner).strip():
        # Among words, a picture is what it is called; alone, it is no text.
        inner = _PICTURE.sub(_called, inner)
    inner = re.sub(r"<(?!/?(?:br|img)\b)[^>]*>", "", inner)
    return unescape(re.sub(r"<[^>]*>", " ", inner))


def beginning(paragraphs: Iterable[str]) -> str:
    """The first words of paragraphs of text, as many as an excerpt has."""
    text = ""
    for paragraph in paragraphs:
        text = f"{text} {' '.join(paragraph.split())}".strip()
        if len(text) >= EXCERPT_LENGTH:
            break
    if len(text) <= EXCERPT_LENGTH:
        return text
    cut = text.rfind(" ", EXCERPT_LENGTH // 2, EXCERPT_LENGTH)
    return text[: cut if cut > 0 else EXCERPT_LENGTH].rstrip(" ,;:–—-") + "…"
