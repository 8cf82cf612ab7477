"""Law 2: the words of a body are the words of its page, in order.

A second, small reader takes the words out of the source by its own rules and holds them against
the words of the HTML that will be published. It knows only what is markup and what is not.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from functools import lru_cache
from html import unescape

from site_gen.diagnostics import Diagnostic, Location, warning
from site_gen.frozen import frozen
from site_gen.markup import (
    ALLOWED,
    ATTRIBUTES,
    AUTOLINK,
    DEFINITION,
    EMBEDDED,
    HTML_TAGS,
    LOWER_ASCII,
    PLACEHOLDER,
    SAFE_SCHEMES,
    TAG,
    TAG_VALUE,
    code_spans,
    scheme_of,
    within,
)
from site_gen.model import Markup, Reference
from site_gen.patterns import late_pattern
from site_gen.tokens import WORD, in_a_row, words

LONGEST_DIFF = 3_000
"""Words that are aligned to find the first lost one."""


@frozen
class Words:
    """The words of a text: those a reader reads, in order, and those of link targets and titles.

    Footnotes are kept apart, by label, since a page shows them at its foot. `numbers` counts
    list items written `1.`, which Markdown may count up.
    """

    text: list[str]
    targets: list[str] = field(default_factory=list)
    notes: dict[str, list[str]] = field(default_factory=dict)
    numbers: int = 0

    def all(self) -> Counter[str]:
        """Every word with its count."""
        total = Counter(self.text)
        total.update(self.targets)
        for note in self.notes.values():
            total.update(note)
        return total

    def normal(self) -> Words:
        """The same with numbers as a browser counts them: `07` is `7`."""
        return replace(
            self,
            text=_normal(self.text),
            targets=_normal(self.targets),
            notes={label: _normal(words) for label, words in self.notes.items()},
        )


def _normal(words: list[str]) -> list[str]:
    return [_number(word) for word in words]


def _number(word: str) -> str:
    return (word.lstrip("0") or "0") if word[0] == "0" and word.isdigit() else word


_Kind = tuple[str, re.Pattern[str], str]
"""A kind of markup: a sign in it, what a text must hold for it, and what it looks like. The sign is
found at once; what a text must hold is found fast where it begins with one certain sign.
"""

_MARKDOWN: tuple[_Kind, ...] = (
    ("^", late_pattern(r"\[(?=\^)"), r"\[\^(?P<mark>[^\]\n]{1,200})\]"),
    (
        "(",
        re.compile(r"\](?=\()"),
        r"(?P<link>\]\(\s*+(?:<(?P<angled>[^<>\n]*+)>"
        r"|(?P<bare>(?:\{\{[^\n]{0,300}?\}\}|\{%[^\n]{0,300}?%\}|\([^\s()]*+\)|[^\s()]"
        r"|[ ](?![\"']))*+))"
        r"(?:\s++(?P<title>\"[^\"]*+\"|'[^']*+'))?+\s*+\))",
    ),
    (
        "]",
        re.compile(r"\](?=[ ]?(?:\n[ ]*)?\[)"),
        r"\][ ]?(?:\n[ ]*)?\[(?P<reference>[^\]\n]{1,500})\]",
    ),
    ("{", re.compile(r"\{"), rf"(?P<attributes>{ATTRIBUTES})"),
    ("`", late_pattern(r"`(?=``)"), r"(?P<ticks>^[ ]{0,3}```+[^`\n]*$)"),
    ("~", re.compile(r"~(?=~~)"), r"(?P<tildes>^[ ]{0,3}~~~+[^`\n]*$)"),
    ("1", re.compile(r"1(?<![^\n >]1)\.[ ]"), r"(?P<number>^[ ]*+(?:>[ ]*+)*+1\.(?=[ ]))"),
)
_HTML: _Kind = ("<", re.compile("<"), rf"(?P<auto>{AUTOLINK})|(?P<tag>{TAG})")
_KINDS: dict[Markup, tuple[_Kind, ...]] = {
    "plain": (),
    "markdown": (_HTML, *_MARKDOWN),
    "text": _MARKDOWN,
    "html": (("<", re.compile("<"), rf"(?P<tag>{TAG})|(?P<markup><[!?][^>]*+>)"),),
}
_ENTITY = late_pattern(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_DEFINITION = late_pattern(DEFINITION, re.MULTILINE)
_NOTE = late_pattern(r"^[ ]{0,3}\[\^([^\]\n]{1,200})\]:", re.MULTILINE)
_NOTE_END = late_pattern(r"\n[ \t]*\n(?=[^ \t\n])")


@dataclass(slots=True)
class _Said:
    """The same before it is cut into words: piece by piece."""

    text: list[str] = field(default_factory=list)
    targets: list[str] = field(default_factory=list)
    notes: dict[str, list[str]] = field(default_factory=dict)
    numbers: int = 0

    def words(self, *, encoded: bool) -> Words:
        """All of it as words; `encoded` says that there are references such as `&amp;` in it."""

        def cut(pieces: list[str]) -> list[str]:
            text = "\n".join(pieces)
            return words(unescape(text) if encoded and "&" in text else text)

        notes = {label: cut(pieces) for label, pieces in self.notes.items()}
        return Words(cut(self.text), cut(self.targets), notes, self.numbers)


Piece = tuple[str, str, int]
"""What it is (`text`, `target` or `number`), the piece itself, where it stands."""


@frozen
class _Reading:
    """A source made ready to read, line for line, and the labels that it defines."""

    text: str
    markup: Markup
    links: frozenset[str]
    notes: tuple[tuple[str, int, int], ...]
    """Label, start and end of each footnote."""
    labels: frozenset[str]
    """The labels of the footnotes."""
    special: re.Pattern[str] | None
    """What is markup in this text."""


def _special_in(text: str, markup: Markup) -> re.Pattern[str] | None:
    """The kinds of markup that a text may hold, as a pattern: a search for fewer is faster."""
    held = tuple(
        pattern for sign, mark, pattern in _KINDS[markup] if sign in text and mark.search(text)
    )
    return _any_of(held) if held else None


@lru_cache
def _any_of(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.MULTILINE)


def _ready(text: str, markup: Markup) -> _Reading:
    if markup == "plain":
        return _Reading(text, markup, frozenset(), (), frozenset(), None)
    links: frozenset[str] = frozenset()
    notes: tuple[tuple[str, int, int], ...] = ()
    if markup != "text" and "<" in text:
        text = _silenced(text)
    if markup != "html" and "]:" in text:
        links = frozenset(_label(match[1]) for match in _DEFINITION.finditer(text))
        text = _DEFINITION.sub(lambda match: _blank(match[0]), text)
        notes = tuple(_footnotes(text))
    if "&" in text:
        code = code_spans(text) if markup != "html" else []
        text = _ENTITY.sub(lambda one: one[0] if within(one.start(), code) else _decoded(one), text)
        notes = tuple(_footnotes(text)) if notes else ()
    labels = frozenset(label for label, _, _ in notes)
    return _Reading(text, markup, links, notes, labels, _special_in(text, markup))


def _blank(text: str) -> str:
    return re.sub(r"[^\n]", " ", text)


def _decoded(reference: re.Match[str]) -> str:
    """What a character reference stands for; a mark that is no markup if that is no word."""
    text = unescape(reference[0])
    return text if WORD.search(text) else "·"


def _label(text: str) -> str:
    return " ".join(text.lower().split())


_SILENT_START = late_pattern(r"<!--|<(script|style|svg|math)\b", re.IGNORECASE)


def _silenced(text: str) -> str:
    """Blank comments, scripts and style sheets, and the tags of drawings and formulas."""
    parts: list[str] = []
    last = 0
    lower = ""
    unclosed: set[str] = set()
    for match in _SILENT_START.finditer(text):
        if match.start() < last:
            continue
        lower = lower or text.translate(LOWER_ASCII)
        name = (match[1] or "").lower()
        end_mark = f"</{name}" if name else "-->"
        end = -1 if end_mark in unclosed else lower.find(end_mark, match.start() + 4)
        if end < 0:
            unclosed.add(end_mark)
            continue
        end = end + 3 if not name else text.find(">", end) + 1 or len(text)
        inside = text[match.start() : end]
        drawn = name in ("svg", "math")
        parts.append(text[last : match.start()])
        parts.append(re.sub(r"<[^>]*>", _blank_match, inside) if drawn else _blank(inside))
        last = end
    return "".join([*parts, text[last:]])


def _blank_match(match: re.Match[str]) -> str:
    return _blank(match[0])


def _footnotes(text: str) -> Iterator[tuple[str, int, int]]:
    found = list(_NOTE.finditer(text))
    for index, match in enumerate(found):
        limit = found[index + 1].start() if index + 1 < len(found) else len(text)
        end = _NOTE_END.search(text, match.end(), limit)
        yield match[1], match.end(), end.start() if end else limit


def _pieces(reading: _Reading, start: int, end: int) -> Iterator[Piece]:
    """The words of a part of a source, piece by piece, in order."""
    text = reading.text
    last = start
    if reading.special:
        for match in reading.special.finditer(text, start, end):
            yield "text", text[last : match.start()], last
            last = match.end()
            yield from _special(match, reading)
    yield "text", text[last:end], last


def _special(match: re.Match[str], reading: _Reading) -> Iterator[Piece]:
    kind = match.lastgroup
    at = match.start()
    if kind == "tag":
        if match["name"].lower() in HTML_TAGS or reading.markup == "html":
            yield from _tag(match[0], match["name"].lower(), at)
        else:
            yield "text", match[0], at
    elif kind == "link":
        target = match["angled"] or match["bare"] or ""
        if scheme_of(target) != "data":
            yield "target", _parted(target), at
        yield "target", match["title"] or "", at
    elif kind == "number":
        yield "number", "1", at
    elif (
        kind == "auto"
        or (kind == "mark" and match["mark"] not in reading.labels)
        or (kind == "reference" and _label(match["reference"]) not in reading.links)
    ):
        yield "text", match[0], at


_TARGETS = ("href", "src", "data")
_LOADERS = EMBEDDED | {"img"}


def _tag(tag: str, name: str, at: int) -> Iterator[Piece]:
    """What a tag says beside its element: alternative texts, titles and targets."""
    if "=" not in tag or name not in ALLOWED | EMBEDDED:
        return
    values = {
        match["key"].lower(): (
            match["double"] or match["single"] or match["bare"] or "",
            at + match.start(),
        )
        for match in TAG_VALUE.finditer(tag)
    }
    if name in EMBEDDED and "title" in values:
        values.pop("alt", None)
    for key, (value, place) in values.items():
        if key == "title" or (key == "alt" and name in EMBEDDED):
            yield "target", value, place
        elif key == "alt" and name == "img":
            yield "text", value, place
        elif key in _TARGETS and (key == "href" or name in _LOADERS) and _publishable(value):
            yield "target", _parted(value), place


def _parted(target: str) -> str:
    """A target of the same length in which what stands for a blank is blank: in links to places
    of a page it becomes another sign.
    """
    return target.replace("%20", "   ")


def _publishable(target: str) -> bool:
    """Whether a page may hold a target."""
    return (scheme_of(target.strip()) or "http") in SAFE_SCHEMES


def source_words(text: str, markup: Markup) -> Words:
    """The words of a source body."""
    return _source(text, markup).words(encoded=markup == "html")


def _source(text: str, markup: Markup) -> _Said:
    reading = _ready(text, markup)
    said = _Said()
    last = 0
    for label, start, end in (*reading.notes, ("", len(reading.text), len(reading.text))):
        before = reading.text.rfind("\n", 0, start) + 1 if label else start
        note = said.notes.setdefault(label, [])
        for part, into in (((last, before), said.text), ((start, end), note)):
            for kind, piece, _ in _pieces(reading, *part):
                said.numbers += kind == "number"
                (said.targets if kind == "target" else into).append(piece)
        last = end
    del said.notes[""]
    return said


_PAGE_TAG = late_pattern(
    r"<(?P<close>/?)(?P<name>[a-z][a-z0-9]*)"
    r"(?P<attributes>(?:\s+[a-zA-Z][\w:-]*=\"[^\"]*\")*)\s*/?>"
)
_TELLING_TAG = late_pattern(r"<[a-z][a-z0-9]*((?:\s+[a-zA-Z][\w:-]*=\"[^\"]*\")+)\s*/?>")
_BARE_TAG = re.compile(r"</?[a-z][a-z0-9]*>")
_COUNTED = ("<ol", "footnote", "fnref")
"""What stands in a page whose numbers are counted or whose notes are kept apart."""
_PAGE_ATTRIBUTE = re.compile(r"\s([a-zA-Z][\w:-]*)=\"([^\"]*)\"")
_VOID = frozenset(("br", "hr", "img", "col", "wbr"))


class _Page:
    """Reads the HTML of a page: its numbers as a browser counts them, its notes apart."""

    def __init__(self, references: tuple[Reference, ...]) -> None:
        self.references = references
        self.said = _Said()
        self.everything: list[str] = []
        self.into = self.said.text
        self.counters: list[int] = []
        self.depth = self.silent_from = self.notes_from = 0

    def read(self, html: str) -> None:
        if not _is_counted(html):
            # Then tags without attributes do nothing but part words.
            html = _BARE_TAG.sub("\n", html)
        last = 0
        for match in _PAGE_TAG.finditer(html):
            self.say(html[last : match.start()])
            last = match.end()
            if match["close"]:
                self.close(match["name"])
            else:
                self.open(match["name"], match["attributes"])
        self.say(html[last:])

    def read_targets(self, html: str) -> bool:
        """Read nothing but what tags say beside their elements; whether none is a note's."""
        for attributes in _TELLING_TAG.findall(html):
            if "footnote" in attributes or "fnref" in attributes:
                return False
            self.attributes(dict(_PAGE_ATTRIBUTE.findall(attributes)))
        return True

    def say(self, text: str) -> None:
        if not self.silent_from and text:
            self.into.append(text)
            self.everything.append(text)

    def close(self, name: str) -> None:
        self.depth -= 1
        if self.depth < self.silent_from:
            self.silent_from = 0
        if self.depth < self.notes_from:
            self.notes_from, self.into = 0, self.said.text
        if name in ("ol", "ul") and self.counters:
            self.counters.pop()

    def open(self, name: str, written: str) -> None:
        attributes = dict(_PAGE_ATTRIBUTE.findall(written)) if written else {}
        self.depth += name not in _VOID
        if self.silent_from:
            return
        if name in ("ol", "ul"):
            counts = name == "ol" and not self.notes_from
            self.counters.append(_integer(attributes.get("start"), 1) if counts else -1)
        elif name == "li":
            self.item(attributes)
        elif name == "div" and attributes.get("class") == "footnote":
            self.notes_from = self.depth
        elif name == "sup" and "fnref" in attributes.get("id", ""):
            self.silent_from = self.depth
        if attributes and "footnote-backref" not in attributes.get("class", ""):
            self.attributes(attributes)

    def item(self, attributes: dict[str, str]) -> None:
        if self.notes_from and "fn:" in attributes.get("id", ""):
            label = unescape(attributes["id"].partition("fn:")[2])
            self.into = self.said.notes.setdefault(label, [])
        elif self.counters and self.counters[-1] >= 0:
            number = _integer(attributes.get("value"), self.counters[-1])
            self.counters[-1] = number + 1
            self.say(str(number))

    def attributes(self, attributes: dict[str, str]) -> None:
        for key in ("href", "src"):
            if key in attributes:
                target = PLACEHOLDER.sub(self.target_of, attributes[key])
                if _publishable(unescape(target)):
                    self.said.targets.append(_parted(target))
                    self.everything.append(self.said.targets[-1])
        self.say(attributes.get("alt", ""))
        if "title" in attributes:
            self.said.targets.append(attributes["title"])
            self.everything.append(attributes["title"])

    def target_of(self, placeholder: re.Match[str]) -> str:
        # What follows decodes references: a target that holds one must come out as it is.
        return self.references[int(placeholder[1])].target.replace("&", "&amp;")


def _integer(text: str | None, otherwise: int) -> int:
    return int(text) if text and re.fullmatch(r"[0-9]{1,9}", text) else otherwise


def _page(html: str, references: tuple[Reference, ...]) -> _Page:
    page = _Page(references)
    page.read(html)
    return page


def _is_counted(html: str) -> bool:
    return any(map(html.__contains__, _COUNTED))


def page_words(html: str, references: tuple[Reference, ...]) -> Words:
    """The words of a body's final HTML; placeholders count as the targets they stand for."""
    return _page(html, references).said.words(encoded=True)


def check(
    source: str,
    markup: Markup,
    html: str,
    references: tuple[Reference, ...],
    path: str,
    counted: str = "",
) -> list[Diagnostic]:
    """Hold the words of a body against those of its page.

    `counted` are the words between the tags of the page, a blank between each two, if somebody
    counted them already.
    """
    told = _source(source, markup)
    if counted and _plainly_same(told, markup, html, references, counted):
        return []
    said = told.words(encoded=markup == "html")
    shown = page_words(html, references)
    if _same(said, shown):
        return []
    said, shown = said.normal(), shown.normal()
    lost = said.all() - shown.all()
    lost["1"] -= min(lost["1"], said.numbers)
    lost = +lost
    if lost:
        return [_lost(source, markup, html, references, path, lost)]
    if said.text != shown.text and Counter(said.text) == Counter(shown.text):
        return [_reordered(source, markup, path, said, shown)]
    return []


def _plainly_same(
    said: _Said,
    markup: Markup,
    html: str,
    references: tuple[Reference, ...],
    counted: str,
) -> bool:
    """Whether a page without notes says just what its source says, beside numbers it counts."""
    if markup == "html" or said.notes:
        return False
    page = _Page(references)
    if not page.read_targets(html) or [one for one in said.targets if one] != page.said.targets:
        return False
    return in_a_row("\n".join(said.text)) == counted


def _same(said: Words, shown: Words) -> bool:
    return (
        said.text == shown.text
        and said.notes == shown.notes
        and (not said.targets or not Counter(said.targets) - Counter(shown.targets))
    )


def _reordered(source: str, markup: Markup, path: str, said: Words, shown: Words) -> Diagnostic:
    pairs = enumerate(zip(said.text, shown.text, strict=True))
    first = next(index for index, (one, other) in pairs if one != other)
    located = _located(_ready(source, markup))
    texts = [(word, at) for word, at, kind in located if kind == "text"]
    word, offset = texts[first] if first < len(texts) else (said.text[first], 0)
    at, line = _place(source, markup, offset, word, path)
    return warning(
        "text-reordered",
        at,
        "The page shows the words of this text in another order",
        value=word,
        hint="Look at the page; mend the markup, or set `markup: plain` for this file.",
        source=line,
    )


def _lost(
    source: str,
    markup: Markup,
    html: str,
    references: tuple[Reference, ...],
    path: str,
    lost: Counter[str],
) -> Diagnostic:
    located = _located(_ready(source, markup))
    everything = _Said(_page(html, references).everything)
    shown = everything.words(encoded=True).normal().text
    word, offset = _first_lost(located, shown, lost)
    at, line = _place(source, markup, offset, word, path)
    total = sum(lost.values())
    verb = "words of the text are" if total > 1 else "word of the text is"
    return warning(
        "text-lost",
        at,
        f"{total:,} {verb} not on its page",
        value=" ".join(list(lost)[:8]),
        hint="Look at the page; mend the markup here, or set `markup: plain` for this file.",
        source=line,
    )


def _located(reading: _Reading) -> list[tuple[str, int, str]]:
    """Every word of a source with its place in the reading's text, in the order of the source."""
    found = []
    for kind, piece, at in _pieces(reading, 0, len(reading.text)):
        for match in WORD.finditer(piece):
            place = at + match.start() if kind == "text" else at
            found.append((_number(match[0]), place, kind))
    return found


def _first_lost(
    located: list[tuple[str, int, str]], shown: list[str], lost: Counter[str]
) -> tuple[str, int]:
    """The first word of the source that has no like on the page, and its place."""
    said = [word for word, _, _ in located]
    same = 0
    while same < min(len(said), len(shown)) and said[same] == shown[same]:
        same += 1
    ahead = said[same : same + LONGEST_DIFF]
    matcher = SequenceMatcher(None, ahead, shown[same : same + LONGEST_DIFF], autojunk=False)
    for operation, start, end, _, _ in matcher.get_opcodes():
        if operation in ("delete", "replace"):
            for index in range(same + start, same + end):
                if said[index] in lost:
                    return said[index], located[index][1]
    return next(((word, at) for word, at, _ in located if word in lost), ("", 0))


def _place(source: str, markup: Markup, offset: int, word: str, path: str) -> tuple[Location, str]:
    """The place of a word in the file, from its offset in the text made ready."""
    text = _ready(source, markup).text
    number = text.count("\n", 0, offset) + 1
    lines = source.split("\n")
    line = lines[number - 1] if number <= len(lines) else ""
    start = text.rfind("\n", 0, offset) + 1
    nth = sum(_number(one) == word for one in WORD.findall(text[start:offset]))
    columns = [one.start() + 1 for one in WORD.finditer(line) if _number(one[0]) == word]
    column = columns[min(nth, len(columns) - 1)] if columns else 0
    return Location(path, number, column), line
