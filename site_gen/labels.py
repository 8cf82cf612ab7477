"""What a text says of itself: its title heading and its label blocks.

Lines that are taken out of a body are left empty in it, so that every line keeps its number.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import unescape

DEFAULT_LABELS: dict[str, str] = {
    "title": "title",
    "headline": "title",
    "author": "authors",
    "authors": "authors",
    "by": "authors",
    "byline": "authors",
    "written by": "authors",
    "reporter": "authors",
    "date": "date",
    "published": "date",
    "published on": "date",
    "publication date": "date",
    "date published": "date",
    "updated": "modified",
    "last updated": "modified",
    "location": "places",
    "locations": "places",
    "place": "places",
    "places": "places",
    "country": "places",
    "countries": "places",
    "topic": "topics",
    "topics": "topics",
    "tags": "topics",
    "keywords": "topics",
    "subject": "topics",
    "subjects": "topics",
    "category": "topics",
    "categories": "topics",
    "series": "series",
    "source url": "source_url",
    "source": "source_url",
    "original url": "source_url",
    "original": "source_url",
    "url": "source_url",
    "link": "source_url",
    "archived url": "archived_url",
    "archived copy": "archived_url",
    "accessed": "accessed",
    "retrieved": "accessed",
    "language": "language",
    "summary": "summary",
    "publication": "publication",
    "publisher": "publication",
    "newspaper": "publication",
    "identifier": "identifier",
    "collection": "collection",
    "rights": "rights",
    "copyright": "rights",
    "license": "rights",
    "licence": "rights",
}
"""Label (casefolded) to field. A site adds its own under `labels:` in site.yml."""

LIST_FIELDS = frozenset({"authors", "places", "topics", "series"})

_LABEL = re.compile(
    r"^ {0,3}(?P<mark>\*\*|__)(?P<label>[^*_:\n]{1,40}?)\s*"
    r"(?::(?P=mark)|(?P=mark)\s*:)[ \t]*(?P<value>.*)$"
)
_ATX = re.compile(r"^ {0,3}#{1,6}[ \t]*(?P<text>.*?)[ \t]*#*[ \t]*$")
_SETEXT = re.compile(r"^ {0,3}(=+|-+)[ \t]*$")
_RULE = re.compile(r"^ {0,3}([-*_])[ \t]*(?:\1[ \t]*){2,}$")
_LINK = re.compile(r"!?\[(?P<text>[^\]]*)\]\((?P<url><[^>]*>|[^)\s]*)(?:\s+\"[^\"]*\")?\)")
_ANGLE = re.compile(r"<((?:https?|ftp|mailto):[^>\s]+)>")
_STRONG = re.compile(r"(\*\*\*|\*\*|\*|___|__|(?<!\w)_|`)(?=\S)(.+?)(?<=\S)\1(?!\w)")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")


@dataclass(frozen=True, slots=True)
class Label:
    """A label as it stands in a body: the field it gives, its values, where (1-based)."""

    field: str
    name: str
    values: tuple[str, ...]
    raw: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Split:
    """A body taken apart. `body` has the same number of lines as the text it came from."""

    body: str
    title: str = ""
    title_line: int = 0
    labels: tuple[Label, ...] = ()


def plain_text(markdown: str) -> str:
    """Inline Markdown as the words a reader sees: no emphasis marks, links as their text."""
    text = _LINK.sub(lambda match: match["text"], markdown)
    text = _ANGLE.sub(r"\1", text)
    for _ in range(3):
        text, count = _STRONG.subn(r"\2", text)
        if not count:
            break
    return decode_entities(text).strip()


def decode_entities(text: str) -> str:
    """Character references that end in a semicolon, decoded; `AT&T` stays as it is."""
    return _ENTITY.sub(lambda match: unescape(match[0]), text) if "&" in text else text


def known_labels(more: Mapping[str, str]) -> dict[str, str]:
    """The default labels and the site's own, casefolded."""
    return DEFAULT_LABELS | {name.casefold().strip(" :*"): field for name, field in more.items()}


def _values(field: str, lines: Sequence[str]) -> tuple[str, ...]:
    """The values of a label: linked names and lines one by one, or all of it as one."""
    if field == "source_url" or field.endswith("_url"):
        text = " ".join(lines).strip()
        link = _LINK.search(text)
        if link:
            return (link["url"].strip("<>"),)
        angle = _ANGLE.search(text)
        return (angle[1] if angle else plain_text(text),)
    if field not in LIST_FIELDS:
        return (plain_text(" ".join(lines)),)
    values: list[str] = []
    for line in lines:
        links = [plain_text(match["text"]) for match in _LINK.finditer(line)]
        rest = re.sub(r"[\s,;&]|\band\b", "", _LINK.sub("", line))
        values.extend(links if links and not rest else [plain_text(line)])
    return tuple(value for value in values if value)


def blocks_of(lines: Sequence[str]) -> list[tuple[int, int]]:
    """Runs of lines that are not blank, as (first, past the last), 0-based."""
    blocks: list[tuple[int, int]] = []
    start: int | None = None
    for index, line in enumerate(lines):
        if line.strip():
            start = index if start is None else start
        elif start is not None:
            blocks.append((start, index))
            start = None
    if start is not None:
        blocks.append((start, len(lines)))
    return blocks


def _title_of(lines: Sequence[str], block: tuple[int, int]) -> tuple[str, int] | None:
    """The heading that a block begins with and how many lines it takes."""
    start, end = block
    atx = _ATX.match(lines[start])
    if atx and lines[start].lstrip().startswith("#"):
        return (plain_text(atx["text"]), 1)
    if end - start == 2 and _SETEXT.match(lines[start + 1]) and not _LABEL.match(lines[start]):
        return (plain_text(lines[start]), 2)
    return None


def _labels_in(
    lines: Sequence[str], block: tuple[int, int], known: Mapping[str, str]
) -> tuple[list[Label], int]:
    """The labels that a block begins with, and the line past them (0-based)."""
    index, end = block
    labels: list[Label] = []
    while index < end:
        match = _LABEL.match(lines[index])
        field = known.get(match["label"].strip().casefold()) if match else None
        if match is None or field is None:
            break
        value_lines = [match["value"]]
        following = index + 1
        while following < end and _continues(field, lines[following - 1], lines[following]):
            value_lines.append(lines[following])
            following += 1
        if not value_lines[0].strip() and field not in LIST_FIELDS and following < end:
            value_lines.append(lines[following])
            following += 1
        stripped = [line.strip().rstrip("\\").strip() for line in value_lines]
        labels.append(
            Label(
                field=field,
                name=match["label"].strip(),
                values=_values(field, [line for line in stripped if line]),
                raw=" / ".join(line for line in stripped if line),
                line=index + 1,
                column=match.start("mark") + 1,
            )
        )
        index = following
    return labels, index


def _continues(field: str, before: str, line: str) -> bool:
    """Whether a line goes on with the list of a label: one short name a line."""
    if field not in LIST_FIELDS or _LABEL.match(line) or _RULE.match(line):
        return False
    hard_break = before.endswith(("  ", "\\"))
    short = len(line.strip()) <= 60 and not line.rstrip().endswith((".", "!", "?", ":"))
    return short and (hard_break or len(line.split()) <= 6)


def split(text: str, labels: Mapping[str, str], expected_title: str = "") -> Split:
    """Take the title heading and the label blocks off the head and foot of a text.

    `labels` are `known_labels`. `expected_title` is the title that stronger metadata gives: a
    heading that says something else then stays in the body, and the labels below it are read.
    """
    lines = text.split("\n")
    head = _read_head(lines, blocks_of(lines), labels, expected_title)
    foot_labels, foot_lines = _read_foot(lines, head, labels)
    taken = head.taken | foot_lines
    body = "\n".join("" if index in taken else line for index, line in enumerate(lines))
    found = sorted((*head.labels, *foot_labels), key=lambda label: label.line)
    return Split(body, head.title, head.title_line, tuple(found))


@dataclass(frozen=True, slots=True)
class _Head:
    """What stands at the head of a text; `rest` are the blocks below it."""

    labels: tuple[Label, ...]
    title: str
    title_line: int
    taken: frozenset[int]
    rest: tuple[tuple[int, int], ...]


def _read_head(
    lines: Sequence[str],
    blocks: list[tuple[int, int]],
    labels: Mapping[str, str],
    expected_title: str,
) -> _Head:
    taken: set[int] = set()
    found: list[Label] = []
    title, title_line, seen_heading = "", 0, False
    position = 0
    while position < len(blocks):
        block = blocks[position]
        heading = None if seen_heading else _title_of(lines, block)
        if heading and heading[0]:
            seen_heading = True
            below = block[0] + heading[1]
            if not expected_title or same(heading[0], expected_title):
                title, title_line = heading[0], block[0] + 1
                taken.update(range(block[0], below))
            if below < block[1]:
                blocks[position] = (below, block[1])
            else:
                position += 1
            continue
        labelled, past = _labels_in(lines, block, labels)
        if not labelled:
            break
        found.extend(labelled)
        taken.update(range(block[0], past))
        if past < block[1]:
            break
        position += 1
        if position < len(blocks) and is_rule(lines, blocks[position]):
            taken.update(range(*blocks[position]))
            position += 1
    return _Head(tuple(found), title, title_line, frozenset(taken), tuple(blocks[position:]))


def _read_foot(
    lines: Sequence[str], head: _Head, labels: Mapping[str, str]
) -> tuple[list[Label], set[int]]:
    """The labels at the foot of a text, and the lines that they and the rules by them take."""
    found: list[Label] = []
    taken: set[int] = set()
    rules: list[tuple[int, int]] = []
    for block in reversed(head.rest):
        if is_rule(lines, block):
            rules.append(block)
            continue
        labelled, past = _labels_in(lines, block, labels)
        if not labelled or past < block[1]:
            break
        found.extend(labelled)
        for one in (block, *rules):
            taken.update(range(*one))
        rules.clear()
    if found:
        # A rule that parts the body from the labels at its foot has nothing left to part.
        for rule in rules:
            taken.update(range(*rule))
    return found, taken


def is_rule(lines: Sequence[str], block: tuple[int, int]) -> bool:
    """Whether a block is a horizontal rule."""
    return block[1] - block[0] == 1 and _RULE.match(lines[block[0]]) is not None


def same(one: str, other: str) -> bool:
    """Whether two titles have the same letters and digits, whatever their case and signs."""

    def letters(text: str) -> str:
        return "".join(character for character in text.casefold() if character.isalnum())

    return letters(one) == letters(other)
