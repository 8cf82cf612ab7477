"""Law 2: the words of a body are the words of its page, in order.

A second, small reader takes the words out of the source by its own rules and holds them against
the words of the HTML that will be published. It knows only what is markup and what is not.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from html import unescape

from site_gen.diagnostics import Diagnostic, Location, warning
from site_gen.markup import HTML_TAGS, PLACEHOLDER, SAFE_SCHEMES, scheme_of
from site_gen.model import Markup, Reference

WORD = re.compile(r"[^\W_]+")
LONGEST_DIFF = 5_000
"""Words up to which the first lost one is looked for by alignment; beyond, by name."""


@dataclass(slots=True)
class Words:
    """The words of a text: those a reader reads, in order, and those of link targets and titles.

    `offsets` tells where each word of `text` stands. Footnotes are kept apart, by label, since
    a page shows them at its foot. `numbers` counts list items written `1.`, which Markdown may
    count up.
    """

    text: list[str] = field(default_factory=list)
    offsets: list[int] = field(default_factory=list)
    targets: Counter[str] = field(default_factory=Counter)
    notes: dict[str, list[str]] = field(default_factory=dict)
    numbers: int = 0

    def all(self) -> Counter[str]:
        """Every word with its count."""
        total = Counter(self.text) + self.targets
        for words in self.notes.values():
            total.update(words)
        return total

    def read(self, text: str, offset: int = 0) -> None:
        """Take words that a reader reads."""
        for match in WORD.finditer(text):
            self.text.append(_number(match[0]))
            self.offsets.append(offset + match.start())

    def target(self, url: str) -> None:
        """Take the words of a link target, unless it is one that no page may hold."""
        if (scheme_of(url) or "http") in SAFE_SCHEMES:
            self.targets.update(words_of(url))


def words_of(text: str) -> list[str]:
    """The runs of letters and digits in a text; numbers without leading zeros."""
    return [_number(word) for word in WORD.findall(text)]


def _number(word: str) -> str:
    return (word.lstrip("0") or "0") if word[0] == "0" and word.isdigit() else word


_MARKDOWN = (
    r"(?P<note>^[ ]{0,3}\[\^(?P<label>[^\]\n]+)\]:)"
    r"|\[\^(?P<mark>[^\]\n]+)\]"
    r"|(?P<link>\]\(\s*(?:<(?P<angled>[^>\n]*)>|(?P<bare>[^\s()]*(?:\([^\s()]*\)[^\s()]*)*))"
    r"(?:\s+(?P<title>\"[^\"]*\"|'[^']*'))?\s*\))"
    r"|\][ ]?(?:\n[ ]*)?\[(?P<reference>[^\]\n]+)\]"
    r"|(?P<markup>\{:[^}\n]*\}|[ ]\{[#.][^}\n]*\}|^[ ]{0,3}(?:```+|~~~+)[^`\n]*$|&(?:lt|gt|amp|quot);)"
    r"|(?P<number>^[ ]*(?:>[ ]*)*1\.(?=[ ]))"
    r"|(?P<word>[^\W_]+)"
)
_HTML = (
    r"(?P<silent><!--.*?-->"
    r"|<(?P<drop>script|style|noscript|template|title|textarea|select)\b.*?</(?P=drop)\s*>)"
    r"|<(?P<auto>[A-Za-z][A-Za-z0-9+.-]*://[^<>\s]*|[^<>\s!@]+@[^@<>\s]+)>"
    r"|(?P<tag></?(?P<name>[A-Za-z][A-Za-z0-9:._-]*)(?:\s(?:\"[^\"]*\"|'[^']*'|[^<>\"'])*|/)?>)"
)
_FLAGS = re.DOTALL | re.MULTILINE | re.IGNORECASE
_READERS: dict[Markup, re.Pattern[str]] = {
    "markdown": re.compile(f"{_HTML}|{_MARKDOWN}", _FLAGS),
    "text": re.compile(_MARKDOWN, _FLAGS),
    "plain": WORD,
    "html": re.compile(
        rf"{_HTML}|(?P<markup><[!?][^>]*>|&(?:lt|gt|amp|quot);)|(?P<word>[^\W_]+)", _FLAGS
    ),
}
_ENTITY = re.compile(
    r"&(?!(?:lt|gt|amp|quot|#60|#62|#38|#10);)(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});"
)
_DEFINITION = re.compile(
    r"^[ ]{0,3}\[(?!\^)([^\[\]\n]*)\]:[ ]*(?:\n[ ]*)?(?:<[^\s<>]*>|[^\s]*[/#:.@][^\s]*)[ ]*"
    r"(?:\n[ ]*)?(?:([\"']).*\2[ ]*|\(.*\)[ ]*)?$",
    re.MULTILINE,
)
_TAG_VALUE = re.compile(
    r"\b(href|src|data|alt|title)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>\"']+))", re.IGNORECASE
)


def source_words(text: str, markup: Markup) -> Words:
    """The words of a source body. Offsets are those of `readable(text, markup)`."""
    words = Words()
    if markup == "plain":
        words.read(text)
        return words
    defined: set[str] = set()
    if markup != "html":
        defined = {match[1].strip().lower() for match in _DEFINITION.finditer(text)}
        labels = set(re.findall(r"^ {0,3}\[\^([^\]\n]+)\]:", text, re.MULTILINE))
    else:
        labels = set()
    text = readable(text, markup)
    note: list[str] | None = None
    for match in _READERS[markup].finditer(text):
        group = match.groupdict()
        at = match.start()
        if note is not None and _past_note(text, at):
            note = None
        if group["word"]:
            if note is None:
                words.read(group["word"], at)
            else:
                note.append(_number(group["word"]))
        elif group.get("number"):
            words.read("1", at)
            words.numbers += 1
        elif group.get("note"):
            note = words.notes.setdefault(group["label"], [])
        elif group.get("mark") and group["mark"] not in labels:
            words.read(group["mark"], at)
        elif group.get("reference") and group["reference"].strip().lower() not in defined:
            words.read(group["reference"], at)
        elif group.get("link"):
            words.target(unescape(group["angled"] or group["bare"] or ""))
            words.targets.update(words_of(unescape(group["title"] or "")))
        elif group.get("auto"):
            words.read(group["auto"], at)
            words.target(group["auto"])
        elif group.get("tag"):
            _tag(group["tag"], group["name"], at, words, known_only=markup != "html")
    return words


def readable(text: str, markup: Markup) -> str:
    """The text with character references decoded and link definitions blanked, line for line."""
    if markup == "plain":
        return text
    if markup != "html":
        text = _DEFINITION.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)
    return _ENTITY.sub(lambda match: unescape(match[0]), text) if "&" in text else text


def _past_note(text: str, at: int) -> bool:
    """Whether a place lies behind a footnote: on an unindented line after a blank one."""
    start = text.rfind("\n", 0, at) + 1
    if text[start : start + 1] in (" ", "\t") or start < 2:
        return False
    return not text[text.rfind("\n", 0, start - 1) + 1 : start - 1].strip()


def _tag(tag: str, name: str, at: int, words: Words, *, known_only: bool) -> None:
    if known_only and name.lower() not in HTML_TAGS:
        words.read(tag, at)
        return
    for key, *quoted in _TAG_VALUE.findall(tag) if not tag.startswith("</") else ():
        value = unescape("".join(quoted))
        if key.lower() == "alt":
            words.read(value, at)
        elif key.lower() == "title":
            words.targets.update(words_of(value))
        else:
            words.target(value)


_PAGE_TAG = re.compile(
    r"<(?P<close>/?)(?P<name>[a-z][a-z0-9]*)(?P<attributes>(?:\s+[a-zA-Z][\w:-]*=\"[^\"]*\")*)\s*/?>"
)
_PAGE_ATTRIBUTE = re.compile(r"\s([a-zA-Z][\w:-]*)=\"([^\"]*)\"")


def page_words(html: str, references: tuple[Reference, ...]) -> Words:
    """The words of a body's final HTML; placeholders count as the targets they stand for."""
    words = Words()
    counters: list[int] = []
    open_elements: list[str] = []
    silent = 0
    note: list[str] | None = None
    notes_at = 0
    last = 0
    for match in _PAGE_TAG.finditer(html):
        if not silent:
            _segment(html[last : match.start()], words, note)
        last = match.end()
        name = match["name"]
        if match["close"]:
            if open_elements and open_elements[-1] == name:
                open_elements.pop()
            if len(open_elements) < silent:
                silent = 0
            if len(open_elements) < notes_at:
                notes_at, note = 0, None
            if name in ("ol", "ul") and counters:
                counters.pop()
            continue
        attributes = {key: unescape(value) for key, value in _PAGE_ATTRIBUTE.findall(match["attributes"])}
        if name not in ("br", "hr", "img", "col", "wbr"):
            open_elements.append(name)
        if silent:
            continue
        if attributes.get("class") == "footnote" and name == "div":
            notes_at = len(open_elements)
        elif name == "sup" and "fnref" in attributes.get("id", ""):
            silent = len(open_elements)
        elif name == "li" and notes_at and attributes.get("id", "").find("fn:") >= 0:
            note = words.notes.setdefault(attributes["id"].partition("fn:")[2], [])
        elif name in ("ol", "ul"):
            counters.append(int(attributes.get("start", "1") or 1) if name == "ol" and not notes_at else -1)
        elif name == "li" and counters and counters[-1] >= 0:
            counters[-1] = int(attributes.get("value") or counters[-1])
            words.read(str(counters[-1]))
            counters[-1] += 1
        for key in ("href", "src"):
            if key in attributes and "footnote-backref" not in attributes.get("class", ""):
                words.target(PLACEHOLDER.sub(lambda one: references[int(one[1])].target, attributes[key]))
        if "alt" in attributes:
            _segment(attributes["alt"], words, note)
        if "title" in attributes and "footnote-backref" not in attributes.get("class", ""):
            words.targets.update(words_of(attributes["title"]))
    _segment(html[last:], words, note)
    return words


def _segment(text: str, words: Words, note: list[str] | None) -> None:
    if note is None:
        words.read(unescape(text))
    else:
        note.extend(words_of(unescape(text)))


def check(
    source: str, markup: Markup, html: str, references: tuple[Reference, ...], path: str
) -> list[Diagnostic]:
    """Hold the words of a body against those of its page."""
    said = source_words(source, markup)
    shown = page_words(html, references)
    if said.text == shown.text and said.notes == shown.notes and not said.targets - shown.targets:
        return []
    lost = said.all() - shown.all()
    counted_up = min(lost["1"], said.numbers)
    lost["1"] -= counted_up
    lost = +lost
    if lost:
        return [_lost(said, shown, lost, source, markup, path)]
    if said.text != shown.text and Counter(said.text) == Counter(shown.text):
        first = next(i for i, (a, b) in enumerate(zip(said.text, shown.text, strict=True)) if a != b)
        at, line = _place(source, markup, said.offsets[first], said.text[first], path)
        return [
            warning(
                "text-reordered",
                at,
                "The page shows the words of this text in another order",
                value=said.text[first],
                hint="Look at the page; mend the markup, or set `markup: plain` for this file.",
                source=line,
            )
        ]
    return []


def _lost(
    said: Words, shown: Words, lost: Counter[str], source: str, markup: Markup, path: str
) -> Diagnostic:
    first = _first_lost(said, shown, lost)
    if first is None:
        at, line = Location(path), ""
    else:
        at, line = _place(source, markup, said.offsets[first], said.text[first], path)
    total = sum(lost.values())
    return warning(
        "text-lost",
        at,
        f"{total:,} word{'s' if total > 1 else ''} of the text {'are' if total > 1 else 'is'} not on its page",
        value=" ".join(list(lost)[:8]),
        hint="Look at the page; mend the markup here, or set `markup: plain` for this file.",
        source=line,
    )


def _first_lost(said: Words, shown: Words, lost: Counter[str]) -> int | None:
    if len(said.text) <= LONGEST_DIFF:
        matcher = SequenceMatcher(None, said.text, shown.text, autojunk=False)
        for operation, start, end, _, _ in matcher.get_opcodes():
            if operation in ("delete", "replace"):
                for index in range(start, end):
                    if said.text[index] in lost:
                        return index
    return next((index for index, word in enumerate(said.text) if word in lost), None)


def _place(source: str, markup: Markup, offset: int, word: str, path: str) -> tuple[Location, str]:
    """The place of a word in the file, from its offset in the readable text."""
    number = readable(source, markup).count("\n", 0, offset) + 1
    lines = source.split("\n")
    line = lines[number - 1] if number <= len(lines) else ""
    return Location(path, number, line.find(word) + 1), line
