"""The words of cleaned HTML, and the first of them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import unescape

from site_gen.patterns import late_pattern
from site_gen.tokens import as_indexed, without_signs

CLEANED_TAG = re.compile(
    r"<(?P<close>/?)(?P<name>[a-zA-Z][a-zA-Z0-9]*)(?P<attributes>(?:\s+[a-zA-Z][\w:-]*=\"[^\"]*\")*)\s*/?>"
)
"""A tag in cleaned HTML: none other stands there."""
_SIMPLE_TAG = re.compile(r"<[^<>]*>")
"""The same where each `<` and each `>` is of a tag."""
_UNSURE = late_pattern(
    r"<(?:img\b|[^<>]*class=\"footnote|(?<=[^\W_]<)[^<>]*+>(?:<[^<>]*+>)*+[^\W_])"
)
"""An image, a part of a footnote, a tag within a word."""
_PARAGRAPH = re.compile(r"<p(?:\s[^>]*)?>(.*?)</p>", re.DOTALL)
_NOTE_MARK = re.compile(r"<sup[^>]*><a [^>]*class=\"footnote-ref\".*?</sup>")
_NOTES = '<div class="footnote">\n<hr>'
"""What the notes of a Markdown text begin with; a note of another program may stand anywhere."""
_PICTURE = late_pattern(r"<img\b[^>]*>")
_ALT = re.compile(r"\salt=\"([^\"]*)\"")
EXCERPT_LENGTH = 240
"""Characters at which an excerpt is long enough."""


def plain_words(html: str) -> str:
    """The text of cleaned HTML, a blank for each tag."""
    return unescape(CLEANED_TAG.sub(" ", html))


def said(html: str) -> tuple[str, bool]:
    """What cleaned HTML says, without the commonest signs; and whether the index surely reads the
    same words from its page.

    That is so only where no image and no note stands in it, and no tag within a word.
    """
    # Most tags are these.
    html = html.replace("<p>", " ").replace("</p>", " ")
    text, count = _SIMPLE_TAG.subn(" ", html)
    whole = count == html.count("<") == html.count(">")
    if not whole:
        text = CLEANED_TAG.sub(" ", html)
    text = without_signs(unescape(text) if "&" in text else text)
    sure = whole and as_indexed(text) and not _UNSURE.search(html)
    return text, sure


def _called(picture: re.Match[str]) -> str:
    alt = _ALT.search(picture[0])
    return alt[1] if alt and alt[1] else picture[0]


def excerpt(html: str) -> str:
    """The first words of a body, at most about 240 characters, cut between words; of no note."""
    text, _, _ = html.partition(_NOTES)
    return beginning(_words_of(match[1]) for match in _PARAGRAPH.finditer(text))


def _words_of(paragraph: str) -> str:
    if "<" not in paragraph:
        return unescape(paragraph)
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
