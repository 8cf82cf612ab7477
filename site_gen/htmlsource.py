"""What an HTML file says of itself: its head, its first heading, labels in its paragraphs.

Whatever is taken out is replaced by line feeds, so that every line keeps its number.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser

from site_gen.closing import Closing, tells_of
from site_gen.labels import LIST_FIELDS, Label, Split, same

META_FIELDS = {
    "author": "authors",
    "dc.creator": "authors",
    "date": "date",
    "dc.date": "date",
    "article:published_time": "date",
    "description": "summary",
    "keywords": "topics",
}


@dataclass(frozen=True, slots=True)
class Head:
    """What the head of a page says: (key, value, line) each, and where the body lies."""

    stated: tuple[tuple[str, str, int], ...] = ()
    start: int = 0
    end: int | None = None


@dataclass
class _HeadReader(HTMLParser):
    stated: list[tuple[str, str, int]] = field(default_factory=list)
    body_start: tuple[int, int] | None = None
    body_end: tuple[int, int] | None = None
    head_end: tuple[int, int] | None = None
    in_title: bool = False
    title_line: int = 0
    title: str = ""

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        line, column = self.getpos()
        if self.body_start is not None:
            return
        if tag == "html" and values.get("lang"):
            self.stated.append(("language", values["lang"], line))
        elif tag == "title" and not self.title:
            self.in_title, self.title_line = True, line
        elif tag == "meta":
            name = (values.get("name") or values.get("property") or "").lower()
            if name in META_FIELDS and values.get("content", "").strip():
                self.stated.append((META_FIELDS[name], values["content"], line))
        elif tag == "link" and values.get("rel") == "canonical" and values.get("href"):
            self.stated.append(("source_url", values["href"], line))
        elif tag == "body":
            text = self.get_starttag_text() or ""
            lines = text.split("\n")
            after = len(lines[-1]) if len(lines) > 1 else column + len(text)
            self.body_start = (line + len(lines) - 1, after)

    def handle_endtag(self, tag: str) -> None:
        if tag == "title":
            self.in_title = False
        elif tag == "head":
            line, column = self.getpos()
            self.head_end = (line, column + len("</head>"))
        elif tag == "body":
            self.body_end = self.getpos()

    def handle_data(self, data: str) -> None:
        if self.in_title:
            self.title += data


def head(text: str) -> Head:
    """Read the head of a whole page; a fragment of HTML has none."""
    if not re.search(r"<(?:html|head|body)\b", text, re.IGNORECASE):
        return Head()
    reader = _HeadReader()
    reader.feed(text)
    reader.close()
    title = " ".join(reader.title.split())
    stated = list(reader.stated)
    if title:
        stated.insert(0, ("title", title, reader.title_line))
    starts = [0]
    for line in text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)

    def offset(place: tuple[int, int] | None) -> int | None:
        return None if place is None else starts[place[0] - 1] + place[1]

    start = offset(reader.body_start) or offset(reader.head_end) or 0
    return Head(tuple(stated), start, offset(reader.body_end))


def blanked(text: str, start: int, end: int) -> str:
    """The text with a part of it replaced by its line feeds."""
    return text[:start] + "\n" * text.count("\n", start, end) + text[end:]


def body_of(text: str, found: Head) -> str:
    """The inside of the body element, every line where it was."""
    end = len(text) if found.end is None else found.end
    return blanked(blanked(text, end, len(text)), 0, found.start)


_HEADING = re.compile(r"\s*<h([1-6])\b[^>]*>(.*?)</h\1\s*>", re.DOTALL | re.IGNORECASE)
_LABEL = re.compile(
    r"<(p|div|li)\b[^>]*>\s*<(b|strong)>\s*(?P<label>[^<:]{1,40}?)\s*(?::\s*</\2>|</\2>\s*:)(?P<value>(?:(?!<p\b|<div\b|<li\b).)*?)</\1\s*>",
    re.DOTALL | re.IGNORECASE,
)
_EMPHASISED = re.compile(r"\s*<(em|i)>(?:(?!<\1>).)*</\1>\s*", re.DOTALL | re.IGNORECASE)
_RULE_OR_SPACE = re.compile(r"(?:\s|<hr\s*/?>|&nbsp;)*", re.IGNORECASE)
_HREF = re.compile(r"<a\b[^>]*\bhref\s*=\s*[\"']?([^\"'\s>]+)", re.IGNORECASE)


def words(html: str) -> str:
    """The text of a piece of HTML on one line."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", html)).split())


def split(text: str, known: Mapping[str, str], expected_title: str = "") -> Split:
    """Take the first heading and the label paragraphs off the head and foot of a body.

    `expected_title` is the title that stronger metadata gives: a heading that says something
    else then stays in the body.
    """
    title, title_line, seen_heading = "", 0, False
    labels: list[Label] = []
    position = 0
    while True:
        position = _past_space(text, position)
        heading = _HEADING.match(text, position)
        said = words(heading[2]) if heading and not seen_heading else ""
        if heading and said:
            seen_heading = True
            if not expected_title or same(said, expected_title):
                title, title_line = said, text.count("\n", 0, heading.start(2)) + 1
                text = blanked(text, *heading.span())
            else:
                position = heading.end()
            continue
        match = _LABEL.match(text, position)
        label = _label(match, text, known) if match else None
        if match is None or label is None:
            break
        labels.append(label)
        text = blanked(text, *match.span())
    for match in reversed(list(_LABEL.finditer(text))):
        label = _label(match, text, known)
        if label is None or _RULE_OR_SPACE.fullmatch(text, match.end()) is None:
            break
        labels.append(label)
        text = blanked(text, match.start(), len(text))
    labels.sort(key=lambda label: label.line)
    return Split(text, title, title_line, tuple(labels))


def _past_space(text: str, position: int) -> int:
    while position < len(text) and text[position].isspace():
        position += 1
    return position


def _label(match: re.Match[str], text: str, known: Mapping[str, str]) -> Label | None:
    name = unescape(match["label"]).strip()
    field_name = known.get(name.casefold())
    if field_name is None:
        return None
    value = match["value"]
    if field_name in LIST_FIELDS:
        values = [words(part) for part in re.split(r"<br\s*/?>|</a>\s*[,;]", value)]
    elif field_name.endswith("_url"):
        link = _HREF.search(value)
        values = [unescape(link[1]) if link else words(value)]
    else:
        values = [words(value)]
    line = text.count("\n", 0, match.start()) + 1
    column = match.start() - (text.rfind("\n", 0, match.start()) + 1) + 1
    return Label(field_name, name, tuple(v for v in values if v), words(value), line, column)


def closing_notes(text: str, authors: Sequence[str]) -> tuple[str, list[Closing]]:
    """Take the last paragraphs off that tell of an author."""
    matches = list(re.finditer(r"<p\b[^>]*>(.*?)</p\s*>", text, re.DOTALL | re.IGNORECASE))
    notes: list[Closing] = []
    while len(matches) > 1 and len(notes) < len(authors):
        last = matches.pop()
        if _RULE_OR_SPACE.fullmatch(text, last.end()) is None:
            break
        said = words(last[1])
        told = f"*{said}*" if _EMPHASISED.fullmatch(last[1]) else said
        author = next((name for name in authors if tells_of(told, name)), None)
        if author is None or any(author == note.author for note in notes):
            break
        notes.append(Closing(author, last[0], text.count("\n", 0, last.start()) + 1))
        text = blanked(text, last.start(), len(text))
    notes.reverse()
    return text, notes
