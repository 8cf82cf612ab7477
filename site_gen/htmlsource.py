"""What an HTML file says of itself: its head, its first heading, labels in its paragraphs.

Whatever is taken out is replaced by line feeds, so that every line keeps its number.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from html import unescape
from html.parser import HTMLParser

from site_gen.closing import LONGEST_NOTE, Closing, tells_of
from site_gen.frozen import frozen
from site_gen.labels import LIST_FIELDS, Label, Split, another_title, repeated, same
from site_gen.labelwords import folded_word
from site_gen.patterns import late_pattern

META_FIELDS = {
    "author": "authors",
    "dc.creator": "authors",
    "date": "date",
    "dc.date": "date",
    "article:published_time": "date",
    "description": "summary",
    "keywords": "topics",
}


LONGEST_HEAD = 1 << 18
"""Characters in which a head is looked for; what is further on is text."""


@frozen
class Head:
    """What the head of a page says: (key, value, line) each, and what is not of the body."""

    stated: tuple[tuple[str, str, int], ...] = ()
    cuts: tuple[tuple[int, int], ...] = ()


_MARKUP = late_pattern(
    r"(?P<comment><!--)|<[!?][^<>]*+>"
    r"|<(?P<close>/?)(?P<name>[a-z][a-z0-9]*+)"
    r"(?:(?:[^<>\"']|\"[^\"]{0,5000}+\"|'[^']{0,5000}+')*+|[^<>]*+)>",
    re.IGNORECASE,
)
_FRAME = late_pattern(r"</?(?:html|head|body)(?:\s[^<>]*+)?>", re.IGNORECASE)
_HOLDING = {
    name: re.compile(rf"</{name}\s*+>", re.IGNORECASE)
    for name in ("title", "style", "script", "noscript")
}
_HEAD_ELEMENTS = frozenset({"html", "head", "title", "meta", "link", "base", *_HOLDING})


class _Attributes(HTMLParser):
    """The attributes of one tag."""

    def __init__(self, tag: str) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self.feed(tag)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.values = {name: value or "" for name, value in attrs}


def head(text: str) -> Head:
    """Read the head of a whole page; a fragment of HTML has none.

    What stands outside of the body and is no element of a head is text all the same.
    """
    if not re.search(r"<(?:html|head|body)\b", text, re.IGNORECASE):
        return Head()
    lines = _Lines(text)
    stated: list[tuple[str, str, int]] = []
    cuts: list[tuple[int, int]] = []
    unclosed: set[str] = set()
    first_text: tuple[int, int] | None = None
    known_head = (0, 0)
    position = 0
    while position < LONGEST_HEAD:
        match = _MARKUP.search(text, position, LONGEST_HEAD)
        start, end = match.span() if match else (len(text), len(text))
        name = (match["name"] or "").lower() if match else ""
        if match and match["comment"]:
            closed = -1 if "-->" in unclosed else text.find("-->", end)
            if closed < 0:
                unclosed.add("-->")
            end = closed + 3 if closed >= 0 else end
        inner = end
        if match and not match["close"] and name in _HOLDING and name not in unclosed:
            closing = _HOLDING[name].search(text, end)
            if closing is None:
                unclosed.add(name)
            else:
                inner, end = closing.span()
        of_text = text[position:start].strip() or (name and name not in (*_HEAD_ELEMENTS, "body"))
        if of_text and first_text is None:
            first_text = (len(stated), len(cuts))
        if match is None:
            break
        if name == "body":
            cuts.append((start, end))
            known_head = (len(stated), len(cuts))
            break
        if not name or name in _HEAD_ELEMENTS:
            cuts.append((start, end))
            if not match["close"]:
                content = text[match.end() : inner]
                stated.extend(
                    (key, value, lines.at(start)) for key, value in _said(name, match[0], content)
                )
        if name == "head" and match["close"]:
            known_head = (len(stated), len(cuts))
        position = end
    if known_head == (0, 0):
        known_head = first_text or (len(stated), len(cuts))
    stated, cuts = stated[: known_head[0]], cuts[: known_head[1]]
    past = cuts[-1][1] if cuts else 0
    cuts.extend(one.span() for one in _FRAME.finditer(text, past))
    titles = [one for one in stated if one[0] == "title"]
    others = [one for one in stated if one[0] != "title"]
    return Head((*titles[:1], *others), tuple(cuts))


def _said(name: str, tag: str, content: str) -> list[tuple[str, str]]:
    """What an element of a head states, as keys and values."""
    if name == "title":
        title = words(content)
        return [("title", title)] if title else []
    if name not in ("html", "meta", "link"):
        return []
    values = _Attributes(tag).values
    if name == "html" and values.get("lang"):
        return [("language", values["lang"])]
    if name == "meta":
        key = META_FIELDS.get((values.get("name") or values.get("property") or "").lower())
        return [(key, values["content"])] if key and values.get("content", "").strip() else []
    canonical = name == "link" and values.get("rel") == "canonical" and values.get("href")
    return [("source_url", values["href"])] if canonical else []


class _Lines:
    """The lines of a text by offset, without counting from the start each time."""

    def __init__(self, text: str) -> None:
        self.starts = [0, *(match.end() for match in re.finditer("\n", text))]

    def at(self, offset: int) -> int:
        """The line (1-based) of a character."""
        return bisect_right(self.starts, offset)

    def column(self, offset: int) -> int:
        """The column (1-based) of a character."""
        return offset - self.starts[self.at(offset) - 1] + 1


def blanked(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """The text with parts of it, in order, replaced by their line feeds."""
    parts: list[str] = []
    position = 0
    for start, end in spans:
        parts += (text[position:start], "\n" * text.count("\n", start, end))
        position = end
    return "".join((*parts, text[position:]))


def body_of(text: str, found: Head) -> str:
    """All but the head, every line where it was."""
    return blanked(text, found.cuts)


_HEADING = re.compile(r"<h([1-6])\b[^<>]*+>(.*?)</h\1\s*>", re.DOTALL | re.IGNORECASE)
_LABEL = late_pattern(
    r"<(p|div|li)\b[^<>]*+>\s*+<(b|strong)>\s*+(?P<label>[^\s<:：][^<:：]{0,39}?)\s*+"
    r"(?:[:：]\s*+</\2>|</\2>\s*+[:：])(?P<value>(?:(?!<p\b|<div\b|<li\b).)*?)</\1\s*+>",
    re.DOTALL | re.IGNORECASE,
)
_PARAGRAPH = late_pattern(r"<p\b[^<>]*+>((?:(?!<p\b).)*?)</p\s*+>", re.DOTALL | re.IGNORECASE)
_EMPHASISED = re.compile(r"\s*<(em|i)>(?:(?!<\1>).)*</\1>\s*", re.DOTALL | re.IGNORECASE)
_RULE_OR_SPACE = re.compile(r"(?:\s|<hr\s*+/?>|&nbsp;)*+", re.IGNORECASE)
_SPACE = re.compile(r"\s*+")
_HREF = re.compile(r"<a\b[^<>]*?\bhref\s*+=\s*+[\"']?+([^\"'\s<>]++)", re.IGNORECASE)
_IMAGE = re.compile(r"<(?:img|picture|svg|object|video|audio)\b", re.IGNORECASE)
LONGEST_SOURCE_OF_NOTE = 10 * LONGEST_NOTE


def words(html: str) -> str:
    """The text of a piece of HTML on one line."""
    return " ".join(unescape(re.sub(r"<[^<>]*+>", " ", html)).split())


def split(text: str, known: Mapping[str, str], expected_title: str = "") -> Split:
    """Take the first heading and the label paragraphs off the head and foot of a body.

    `expected_title` is the title that stronger metadata gives: a heading that says something
    else then stays in the body. So does one that says something else than a label, or holds a
    link or an image, and a label that contradicts one before it.
    """
    lines = _Lines(text)
    title, title_line, seen_heading = "", 0, False
    heading_span: tuple[int, int] | None = None
    taken: list[tuple[int, int]] = []
    labels: dict[Label, tuple[int, int]] = {}
    position = 0
    while True:
        position = _past(_SPACE, text, position)
        heading = None if seen_heading else _HEADING.match(text, position)
        said = words(heading[2]) if heading else ""
        if heading and said:
            seen_heading = True
            position = heading.end()
            if not expected_title or same(said, expected_title):
                title, title_line = said, lines.at(heading.start(2))
                if not _leads_on(heading[2]):
                    heading_span = heading.span()
            continue
        match = _LABEL.match(text, position)
        label = _label(match, lines, known) if match else None
        if match is None or label is None:
            break
        labels[label] = match.span()
        position = match.end()
    end = len(text)
    for match in reversed(list(_LABEL.finditer(text, position))):
        label = _label(match, lines, known)
        if label is None or _past(_RULE_OR_SPACE, text, match.end(), end) < end:
            break
        labels[label] = (match.start(), end)
        end = match.start()
    ordered = sorted(labels, key=lambda label: (label.line, label.column))
    again = set(repeated(ordered))
    if heading_span and (expected_title or not another_title(title, ordered)):
        taken.append(heading_span)
    taken.extend(span for label, span in labels.items() if label not in again)
    return Split(blanked(text, sorted(taken)), title, title_line, tuple(ordered))


def _past(pattern: re.Pattern[str], text: str, position: int, end: int | None = None) -> int:
    """Where what a pattern that may match nothing matches ends."""
    match = pattern.match(text, position, len(text) if end is None else end)
    return match.end() if match else position


def _leads_on(heading: str) -> bool:
    """Whether a heading holds what a title cannot: an image or a link to somewhere."""
    linked = any(match[1] != "#" for match in _HREF.finditer(heading))
    return linked or _IMAGE.search(heading) is not None


def _label(match: re.Match[str], lines: _Lines, known: Mapping[str, str]) -> Label | None:
    name = unescape(match["label"]).strip()
    field_name = known.get(folded_word(name))
    if field_name is None:
        return None
    value = match["value"]
    if field_name in LIST_FIELDS:
        values = [words(part) for part in re.split(r"<br\s*+/?>|</a>\s*+[,;]", value)]
    elif field_name.endswith("_url"):
        link = _HREF.search(value)
        values = [unescape(link[1]) if link else words(value)]
    else:
        values = [words(value)]
    line, column = lines.at(match.start()), lines.column(match.start())
    return Label(field_name, name, tuple(v for v in values if v), words(value), line, column)


def closing_notes(text: str, authors: Sequence[str]) -> tuple[str, list[Closing]]:
    """Take the last paragraphs off that tell of an author."""
    lines = _Lines(text)
    matches = list(_PARAGRAPH.finditer(text))
    notes: list[Closing] = []
    end = len(text)
    while len(matches) > 1 and len(notes) < len(authors):
        last = matches.pop()
        if _past(_RULE_OR_SPACE, text, last.end(), end) < end:
            break
        said = words(last[1]) if len(last[1]) <= LONGEST_SOURCE_OF_NOTE else ""
        told = f"*{said}*" if _EMPHASISED.fullmatch(last[1]) else said
        author = next((name for name in authors if tells_of(told, name)), None)
        if author is None or any(author == note.author for note in notes):
            break
        notes.append(Closing(author, last[0], lines.at(last.start())))
        end = last.start()
    notes.reverse()
    return blanked(text, [(end, len(text))]), notes
