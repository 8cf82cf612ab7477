"""Markdown of the common kinds, made into HTML without Python-Markdown and the sanitiser.

Paragraphs, headings, quotations and flat lists whose lines hold nothing but text, references such
as `&amp;`, line breaks, emphasis, code and links are most of what articles are made of. What comes
out is what Python-Markdown and the sanitiser would make of it, to the byte; tests hold it to that.
At the first sign of anything else there is no answer (None), and they are asked.

Nothing here decides between two readings. A mark of Markdown is understood only where it pairs
with the next of its kind and where what stands between them is understood too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from html import escape, unescape

from site_gen.markup.allowlist import may_be_shown
from site_gen.markup.placeholders import ID_PREFIX, TEXT_LT
from site_gen.markup.sanitiser import sanitised
from site_gen.markup.syntax import ATTRIBUTES
from site_gen.patterns import late_pattern
from site_gen.tokens import holds, printable

_REFERENCE = late_pattern(r"&(?:#[0-9]+|#[xX][0-9a-fA-F]+|[a-zA-Z0-9]+);")
_ATTRIBUTES = late_pattern(ATTRIBUTES)
_BLANKS = late_pattern(
    rf"(?!{TEXT_LT})[\x00-\x09\x0b-\x1f\ufdd0-\ufdef"
    r"\x85\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]"
    r"|(?:\A|\n)[ >*+\-0-9.#]*\xa0|\xa0[ ]*(?:\n|\Z)"
)
"""Blanks that may be more than blanks, and marks that are not text."""
_SIGNS = "[]*_`"
_MARKS = re.compile(f"[{re.escape(_SIGNS)}]")
_SPAN = late_pattern(
    r"`(?P<code>[^`]+)`(?!`)"
    r"|(?<!!)\[(?P<name>[^\s\[\]^](?:[^\[\]]*[^\s\[\]])?)\]"
    rf"\((?P<url>[^\s\[\]()*`'\"<>\\;{{}}{TEXT_LT}]+)"
    rf"(?:[ ]\"(?P<title>[^\"'`()\[\]<>&\\\n{TEXT_LT}]+)\")?\)"
    r"|\*\*(?P<strong>[^\s*](?:[^*]*[^\s*])?)\*\*(?!\*)"
    r"|\*(?P<em>[^\s*](?:[^*]*[^\s*])?)\*(?!\*)"
    r"|(?<![\w_])_(?P<under>[^\s_](?:[^_]*[^\s_])?)_(?![\w_])"
    r"|(?<=[^\W_])_(?=[^\W_])"
)
"""A mark with all that it holds, or a `_` within a word."""
_RELATIVE = re.compile(r"[a-zA-Z0-9.#][a-zA-Z0-9._/#-]*")
"""Where a link may lead that the sanitiser leaves as it is: most are to other documents."""
_TAGS = {"strong": "strong", "em": "em", "under": "em"}

_PARTING = late_pattern(r"\n\n+")
_STARTS = r"[ \-+=#>~:|]|\*[ ]|[0-9]+[.)]"
_BLOCK = re.compile(_STARTS)
_LINE = late_pattern(rf"\n(?:{_STARTS})")
"""What may begin a block of another kind than a paragraph."""
_HEADING = late_pattern(r"(#{1,6})(?![0-9])[ ]*([^#\s][^#\n]*)(?:\n|\Z)")
_BULLET = late_pattern(r" {0,3}[*+-] +(.+)")
_NUMBER = re.compile(r" {0,3}([0-9]{1,9})\. +(.+)")
_QUOTED = re.compile(r">[ ]?(.*)")
_RULE = re.compile(r"(?:\*\*\*+|---+|___+)\Z")
_TAG = re.compile(r"<[^>]*>")
LONGEST = 40
"""Characters of a reference; longer ones name nothing, and Python reads no number of thousands of
digits.
"""
MOST_HEADINGS = 300
"""Headings of one text for whose names no better way is needed."""


def common_html(text: str) -> str | None:
    """The HTML of a body that holds nothing but the common kinds of Markdown, else None.

    Every `<` that is text is marked (`escaping`).
    """
    html = None if _is_unusual(text) else _Reader(text).blocks(text)
    return html if html is None else html.replace(TEXT_LT, "&lt;")


def common_paragraph(text: str) -> str | None:
    """The HTML inside a paragraph that holds nothing but the common kinds of markup, else None."""
    if _is_unusual(text) or _BLOCK.match(text) or _LINE.search(text):
        return None
    html = _Reader(text).inline(text)
    return html if html is None else html.replace(TEXT_LT, "&lt;")


def _is_unusual(text: str) -> bool:
    """Whether a text may hold more than the marks below: tags, escapes, attributes, odd blanks."""
    return (
        "<" in text
        or "\\" in text
        or ("{" in text and _ATTRIBUTES.search(text) is not None)
        or ("&" in text and not all(map(_is_sign, _REFERENCE.findall(text))))
        or (not printable(text) and _BLANKS.search(text) is not None)
    )


def _is_sign(reference: str) -> bool:
    """Whether a reference stands for signs that are seen, or for a blank that parts no lines."""
    if len(reference) > LONGEST:
        return False
    signs = unescape(reference).replace("\xa0", " ")
    return signs != "" and signs.isprintable()


def _text(text: str) -> str:
    """The HTML of a text without marks."""
    if "&" in text:
        text = _REFERENCE.sub(lambda reference: unescape(reference[0]), text)
    html = escape(text, quote=False)
    if not html.isascii():
        html = html.replace("\xa0", "&nbsp;")
    return html.replace("  \n", "<br>\n") if holds(html, "\n", "  \n") else html


class _Reader:
    """Reads one body. The ids of headings are its state."""

    def __init__(self, text: str) -> None:
        self.ids: set[str] = set()
        self.signs = "".join(filter(text.__contains__, _SIGNS))
        """Those signs of marks that stand in the body at all."""
        self.changed = "".join(filter(text.__contains__, "&>\xa0"))
        """The same of what is not HTML as it stands, without which a text of no marks is."""
        if "  \n" in text:
            self.changed += "\n"
        self.seldom = f"{self.signs}{self.changed}\n"
        """All that the paragraphs hold which are more than a line of text."""

    def blocks(self, text: str, *, quoted: bool = False) -> str | None:
        """The HTML of blocks that are parted by blank lines."""
        parts: list[str] = []
        text = text.strip("\n")
        parted = _PARTING.split(text) if "\n\n\n" in text else text.split("\n\n")
        waiting = [one for one in reversed(parted) if one]
        while waiting:
            block = waiting.pop()
            html = None
            if block[0].isalpha() or not _BLOCK.match(block):
                html = self.paragraph(block)
            elif "|" in block and "\n" in block:
                return None
            elif heading := _HEADING.match(block):
                html = self.heading(heading)
                if rest := block[heading.end() :]:
                    waiting.append(rest)
            elif _RULE.match(block):
                html = "<hr>"
            elif block[0] == ">" and not quoted:
                html = self.quotation([block, *_run(waiting, _QUOTED)])
            elif _BULLET.match(block):
                html = self.listed("ul", [block, *_run(waiting, _BULLET)])
            elif _NUMBER.match(block):
                html = self.listed("ol", [block, *_run(waiting, _NUMBER)])
            if html is None:
                return None
            parts.append(html)
        return "\n".join(parts)

    def heading(self, match: re.Match[str]) -> str | None:
        """A heading, whose id is made of its words."""
        html = self.inline(match[2].strip())
        if html is None or len(self.ids) > MOST_HEADINGS:
            return None
        name = unescape(" ".join(_TAG.sub("", html).split()))
        tag = f"h{len(match[1])}"
        # It takes long to load, and most texts have no headings.
        from markdown.extensions.toc import slugify_unicode, unique

        key = unique(slugify_unicode(name, "-"), self.ids)
        return f'<{tag} id="{ID_PREFIX}{key}">{html}</{tag}>'

    def quotation(self, blocks: Sequence[str]) -> str | None:
        """Blocks of which each line begins with `>`: Markdown of their own."""
        texts: list[str] = []
        for block in blocks:
            lines = [_QUOTED.fullmatch(line) for line in block.split("\n")]
            texts.append("\n".join(line[1] for line in lines if line))
            if not all(lines) or not texts[-1] or texts[-1][-1] == "\n":
                return None
        html = self.blocks("\n\n".join(texts), quoted=True)
        return None if html is None else f"<blockquote>\n{html}\n</blockquote>"

    def paragraph(self, block: str) -> str | None:
        """A block that begins as no other kind does."""
        if not any(map(block.__contains__, self.seldom)):
            return f"<p>{block}</p>"
        if "\n" in block and ("|" in block or _LINE.search(block)):
            return None
        html = self.inline(block)
        return None if html is None else f"<p>{html}</p>"

    def listed(self, tag: str, blocks: Sequence[str]) -> str | None:
        """A list of items of one line each; items beside a blank line are paragraphs."""
        pattern = _BULLET if tag == "ul" else _NUMBER
        parts: list[str] = []
        count = 0
        for number, block in enumerate(blocks):
            lines = block.split("\n")
            for place, line in enumerate(lines):
                item = pattern.fullmatch(line)
                if item is None or _BLOCK.match(item[item.lastindex or 0]):
                    return None
                count += 1
                html = self.inline(item[item.lastindex or 0])
                if html is None or (tag == "ol" and item[1] != str(count)):
                    return None
                loose = (place == 0 and number > 0) or (
                    place == len(lines) - 1 and number < len(blocks) - 1
                )
                parts.append(f"<li>\n<p>{html}</p>\n</li>" if loose else f"<li>{html}</li>")
        return "\n".join([f"<{tag}>", *parts, f"</{tag}>"])

    def inline(self, text: str, *, within: str = "") -> str | None:
        """The HTML of a text and the marks in it; `within` is the kind of mark around it."""
        if not any(map(text.__contains__, self.signs)):
            return self.text(text)
        parts: list[str] = []
        last = at = 0
        while mark := _MARKS.search(text, at):
            span = _SPAN.match(text, mark.start())
            if span is None:
                return None
            at = span.end()
            if span.lastgroup:
                html = self.span(span, span.lastgroup, within)
                if html is None:
                    return None
                parts += self.text(text[last : span.start()]), html
                last = at
        parts.append(self.text(text[last:]))
        return "".join(parts)

    def span(self, match: re.Match[str], kind: str, within: str) -> str | None:
        """The HTML of a mark with all that it holds."""
        if kind == "code":
            code = match["code"].strip()
            return f"<code>{escape(code, quote=False)}</code>".replace("\xa0", "&nbsp;")
        if kind in ("url", "title"):
            opened = None if within == "link" else _opened_link(match["url"], match["title"])
            html = self.inline(match["name"], within=within or "link") if opened else None
            return None if html is None else f"{opened}{html}</a>"
        tag = _TAGS.get(kind, "")
        html = self.inline(match[kind], within=tag) if tag and within in ("", "link") else None
        return None if html is None else f"<{tag}>{html}</{tag}>"

    def text(self, text: str) -> str:
        """The HTML of a text without marks."""
        return _text(text) if any(map(text.__contains__, self.changed)) else text


def _run(waiting: list[str], start: re.Pattern[str]) -> Iterator[str]:
    """Take the next blocks as long as they begin so."""
    while waiting and start.match(waiting[-1]):
        yield waiting.pop()


@lru_cache(maxsize=4_096)
def _opened_link(url: str, title: str | None) -> str | None:
    """The start tag of a link, or None where a page may not lead there."""
    if title is None and _RELATIVE.fullmatch(url):
        return f'<a href="{url}">'
    said = "" if title is None else f' title="{escape(title.strip())}"'
    html = sanitised(f'<a href="{escape(url)}"{said}>.</a>')
    kept = html.startswith("<a href=") and html.endswith(">.</a>")
    return html[: -len(".</a>")] if kept and may_be_shown(url, image=False) else None
