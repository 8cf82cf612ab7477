"""What a text says of itself: its title heading and its label blocks.

Lines that are taken out of a body are left empty in it, so that every line keeps its number.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import unescape
from types import MappingProxyType

from site_gen import plainlabels
from site_gen.frozen import frozen
from site_gen.labelwords import FOREIGN_LABELS, SOURCE_WORDS, folded_word
from site_gen.model import Markup
from site_gen.patterns import late_pattern
from site_gen.plainlabels import Names, Plain

DEFAULT_LABELS: dict[str, str] = {
    "title": "title",
    "headline": "title",
    "author": "authors",
    "authors": "authors",
    "by": "authors",
    "byline": "authors",
    "written by": "authors",
    "reporter": "authors",
    "translator": "translators",
    "translators": "translators",
    "translated by": "translators",
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
"""English label (casefolded) to field. A site adds its own under `labels:` in site.yml."""

LIST_FIELDS = frozenset({"authors", "translators", "places", "topics", "series"})

_LABEL = re.compile(
    r"^ {0,3}(?P<mark>\*\*|__)(?P<label>[^*_:：\n]{1,40}?)\s*"
    r"(?:[:：](?P=mark)|(?P=mark)\s*[:：])[ \t]*(?P<value>.*)$"
)
_ATX = re.compile(r"^ {0,3}#{1,6}")
_SETEXT = re.compile(r"^ {0,3}(=+|-+)[ \t]*$")
_RULE = re.compile(r"^ {0,3}([-*_])[ \t]*(?:\1[ \t]*){2,}$")
_LINK = late_pattern(
    r"!?\[(?P<text>[^\[\]]*+)\]\((?P<url><[^<>]*+>|(?:[^()\s]|\([^()\s]*+\))*+)"
    r"(?:\s++\"[^\"]*+\")?\)"
)
_REFERENCE = re.compile(r"!?\[(?P<text>[^\[\]^][^\[\]]*+)\] ?\[[^\[\]]*+\]")
_FOOTNOTE = re.compile(r"\[\^[^\[\]\s]++\]")
_ANGLE = late_pattern(r"<((?:https?|ftp|mailto):[^<>\s]++)>")
_LINKED_HTML = re.compile(r"<img\b|<a\b[^<>]*?\bhref\b", re.IGNORECASE)
_NO_ADDRESS = ("", "#", "<>", "<#>")
_MARKS = ("***", "**", "*", "___", "__", "_", "`")
_MARK = late_pattern(r"[*_`]")
_MARKUP = re.compile(r"[*_`\[<&]")
"""What is in a text that says more than its words."""
_CLOSING = {mark: re.compile(rf"(?<=\S){re.escape(mark)}(?!\w)") for mark in _MARKS}
_ENTITY = late_pattern(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")


@frozen
class Label:
    """A label as it stands in a body: the field it gives, its values, where (1-based).

    `lines` is how many lines it takes.
    """

    field: str
    name: str
    values: tuple[str, ...]
    raw: str
    line: int
    column: int
    lines: int = 1


@frozen
class Split:
    """A body taken apart. `body` has the same number of lines as the text it came from."""

    body: str
    title: str = ""
    title_line: int = 0
    labels: tuple[Label, ...] = ()
    unread: Label | None = None
    """A line at the head that says the text is not to be shown yet, in no block that is read."""
    others: tuple[Label, ...] = ()
    """Lines of the head of a letter that stay in the body and name people, or their addresses."""


def plain_text(markdown: str) -> str:
    """Inline Markdown as the words a reader sees: no emphasis marks, links as their text."""
    if not _MARKUP.search(markdown):
        return markdown.strip()
    text = markdown
    for _ in range(2):  # An image may stand in a link.
        text = _LINK.sub(lambda match: match["text"], text)
    text = _ANGLE.sub(r"\1", text)
    for _ in range(3):
        before, text = text, _without_emphasis(text)
        if before == text:
            break
    return decode_entities(text).strip()


def _without_emphasis(text: str) -> str:
    """The text without its outermost pairs of emphasis marks, in time linear in its length."""
    parts: list[str] = []
    unclosed: set[str] = set()
    position = 0
    opening = _MARK.search(text)
    while opening:
        start = opening.start()
        following = start + 1
        for mark in _MARKS:
            inner = start + len(mark)
            if mark in unclosed or not _opens(text, start, mark):
                continue
            close = _CLOSING[mark].search(text, inner + 1)
            if close is None:
                unclosed.add(mark)  # Nothing closes it further on either.
                continue
            parts += (text[position:start], text[inner : close.start()])
            position = following = close.end()
            break
        opening = _MARK.search(text, following)
    return "".join((*parts, text[position:]))


def _opens(text: str, start: int, mark: str) -> bool:
    after = text[start + len(mark) : start + len(mark) + 1]
    if not text.startswith(mark, start) or not after or after.isspace():
        return False
    before = text[start - 1 : start]
    return mark != "_" or not (before.isalnum() or before == "_")


def decode_entities(text: str) -> str:
    """Character references that end in a semicolon, decoded; `AT&T` stays as it is."""
    return _ENTITY.sub(lambda match: unescape(match[0]), text) if "&" in text else text


_BUILT_IN = MappingProxyType({**FOREIGN_LABELS, **DEFAULT_LABELS})


def known_labels(more: Mapping[str, str]) -> Mapping[str, str]:
    """The default labels, those of other languages, and the site's own, folded."""
    own = {folded_word(name): field for name, field in more.items()}
    return {**_BUILT_IN, **own} if own else _BUILT_IN


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
    """The heading that a block begins with, as it is written, and how many lines it takes."""
    start, end = block
    atx = _ATX.match(lines[start])
    if atx:
        return (lines[start][atx.end() :].strip().rstrip("#").rstrip(), 1)
    if end - start == 2 and _SETEXT.match(lines[start + 1]) and not _LABEL.match(lines[start]):
        return (lines[start].strip(), 2)
    return None


def _title_text(heading: str, markup: Markup) -> str:
    """The words of a title heading: no marks of footnotes, links as their text."""
    if markup != "plain":
        heading = _FOOTNOTE.sub("", _REFERENCE.sub(lambda match: match["text"], heading))
    return plain_text(heading)


def _leads_on(heading: str, markup: Markup) -> bool:
    """Whether a heading holds what a title cannot: an image, a footnote, a link to somewhere."""
    if markup == "plain":
        return False
    if _REFERENCE.search(heading) or _FOOTNOTE.search(heading):
        return True
    if markup == "markdown" and _LINKED_HTML.search(heading):
        return True
    return any(
        match[0].startswith("!") or match["url"] not in _NO_ADDRESS
        for match in _LINK.finditer(heading)
    )


def _labels_in(
    lines: Sequence[str], block: tuple[int, int], known: Mapping[str, str]
) -> tuple[list[Label], int]:
    """The labels that a block begins with, and the line past them (0-based)."""
    index, end = block
    labels: list[Label] = []
    while index < end:
        match = _LABEL.match(lines[index])
        field = known.get(folded_word(match["label"])) if match else None
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
                lines=following - index,
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


def key_of(label: Label) -> str:
    """The key that a label is: its field, or `source`, which may be an address or a newspaper."""
    return "source" if folded_word(label.name) in SOURCE_WORDS else label.field


def repeated(found: Sequence[Label]) -> list[Label]:
    """Labels, in the order of the text, that contradict one before and so cannot be shown.

    Those of lists only add to it.
    """
    first: dict[str, tuple[str, ...]] = {}
    again = []
    for label in found:
        if label.values and label.field not in LIST_FIELDS:
            before = first.setdefault(key_of(label), label.values)
            if before != label.values:
                again.append(label)
    return again


def split(
    text: str,
    labels: Mapping[str, str],
    expected_title: str = "",
    markup: Markup = "markdown",
    names: Names | None = None,
) -> Split:
    """Take the title heading and the label blocks off the head and foot of a text.

    `labels` are `known_labels`; with `names`, labels without bold are read too. `expected_title`
    is the title that stronger metadata gives: a heading that says something else then stays in
    the body, and the labels below it are read. So does a heading that says something else than a
    label, or holds a link or an image, and a label that contradicts one before it.
    """
    lines = text.split("\n")
    head = _read_head(lines, blocks_of(lines), labels, expected_title, markup, names)
    foot_labels, foot_lines = _read_foot(lines, head, labels)
    if names:
        plain_labels, plain_lines = _read_plain_foot(lines, head, foot_lines, names)
        foot_labels, foot_lines = [*foot_labels, *plain_labels], foot_lines | plain_lines
    found = sorted((*head.labels, *foot_labels), key=lambda label: label.line)
    kept = {
        index for one in repeated(found) for index in range(one.line - 1, one.line - 1 + one.lines)
    }
    if head.title and not expected_title and another_title(head.title, found):
        kept |= head.heading
    taken = (head.taken | foot_lines) - kept
    for index in taken:
        lines[index] = ""
    body = "\n".join(lines) if taken else text
    return Split(body, head.title, head.title_line, tuple(found), head.unread, head.others)


def another_title(title: str, found: Sequence[Label]) -> bool:
    """Whether a label gives another title than a heading."""
    said = next((one.values[0] for one in found if one.field == "title" and one.values), title)
    return not same(said, title)


def _plain_label(one: Plain) -> Label:
    values = _values(one.field, one.value)
    return Label(one.field, one.name, values, one.raw, one.start + 1, 1, one.past - one.start)


def _plain_labels(found: Sequence[Plain]) -> tuple[list[Label], set[int]]:
    """Labels without bold, and the lines they take: those whose value does not fit stay.

    A date or an address that does not fit is stated all the same, so that the keeper is told.
    """
    told = [one for one in found if one.fits or one.field in _TOLD]
    taken = {line for one in found if one.fits for line in range(one.start, one.past)}
    return [_plain_label(one) for one in told], taken


_TOLD = frozenset({
    "date", "modified", "accessed", "embargo_until", "source_url", "archived_url", "language",
    "status", "draft", "noindex",
})  # fmt: skip
"""Fields whose readers take no text at its word, so that a wrong value is told and not used."""


@frozen
class _Head:
    """What stands at the head of a text; `rest` are the blocks below it.

    `heading` are the lines of its title heading, as far as they are taken.
    """

    labels: tuple[Label, ...]
    title: str
    title_line: int
    taken: frozenset[int]
    rest: tuple[tuple[int, int], ...]
    heading: frozenset[int]
    unread: Label | None
    others: tuple[Label, ...]


def _read_head(
    lines: Sequence[str],
    blocks: list[tuple[int, int]],
    labels: Mapping[str, str],
    expected_title: str,
    markup: Markup,
    names: Names | None,
) -> _Head:
    taken: set[int] = set()
    heading_lines: set[int] = set()
    found: list[Label] = []
    title, title_line, seen_heading = "", 0, False
    unread: Label | None = None
    others: tuple[Label, ...] = ()
    position = 0
    while position < len(blocks):
        block = blocks[position]
        heading = None if seen_heading else _title_of(lines, block)
        said = _title_text(heading[0], markup) if heading else ""
        if heading and said:
            seen_heading = True
            below = block[0] + heading[1]
            if not expected_title or same(said, expected_title):
                title, title_line = said, block[0] + 1
                if not _leads_on(heading[0], markup):
                    heading_lines.update(range(block[0], below))
                    taken |= heading_lines
            if below < block[1]:
                blocks[position] = (below, block[1])
            else:
                position += 1
            continue
        labelled, past = _labels_in(lines, block, labels)
        if not labelled and names:
            plain, names = plainlabels.head(lines, blocks[position:], names), None
            unread = _plain_label(plain.unread) if plain.unread else None
            others = tuple(map(_plain_label, plain.others))
            if plain.labels:
                more, plain_lines = _plain_labels(plain.labels)
                found.extend(more)
                taken |= plain_lines
                position += plain.blocks
                continue
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
    rest = tuple(blocks[position:])
    return _Head(
        tuple(found),
        title,
        title_line,
        frozenset(taken),
        rest,
        frozenset(heading_lines),
        unread,
        others,
    )


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


def _read_plain_foot(
    lines: Sequence[str], head: _Head, foot_lines: set[int], names: Names
) -> tuple[list[Label], set[int]]:
    """The labels without bold at the foot, and the lines that they and the rules by them take."""
    left = [block for block in head.rest if block[0] not in foot_lines]
    texts = [block for block in left if not is_rule(lines, block)]
    plain = plainlabels.foot(lines, texts, names, labelled=bool(head.labels))
    if not plain.labels:
        return [], set()
    found, taken = _plain_labels(plain.labels)
    first = left.index(texts[-plain.blocks])
    parting = first - 1 if first and is_rule(lines, left[first - 1]) else first
    rules = (block for block in left[parting:] if is_rule(lines, block))
    return found, taken.union(*(range(*rule) for rule in rules))


def is_rule(lines: Sequence[str], block: tuple[int, int]) -> bool:
    """Whether a block is a horizontal rule."""
    return block[1] - block[0] == 1 and _RULE.match(lines[block[0]]) is not None


def same(one: str, other: str) -> bool:
    """Whether two titles have the same letters and digits, whatever their case and signs."""

    def letters(text: str) -> str:
        return "".join(character for character in text.casefold() if character.isalnum())

    return letters(one) == letters(other)
