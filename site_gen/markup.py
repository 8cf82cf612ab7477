"""Markdown, text and HTML to sanitised HTML, with links, headings and words told. Pure.

Links and images that point inside the archive are left as placeholders, `LINK_START number
LINK_END`, since no document knows the address of another: the renderer fills them in.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from html import escape, unescape
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

import markdown
import nh3
from markdown.blockparser import BlockParser
from markdown.blockprocessors import HashHeaderProcessor, ReferenceProcessor
from markdown.extensions import Extension
from markdown.extensions.attr_list import AttrListTreeprocessor
from markdown.extensions.footnotes import FootnoteExtension
from markdown.extensions.sane_lists import SaneOListProcessor
from markdown.extensions.tables import TableProcessor
from markdown.extensions.toc import slugify_unicode
from markdown.inlinepatterns import (
    IMAGE_LINK_RE,
    LINK_RE,
    ImageInlineProcessor,
    LinkInlineProcessor,
)
from markdown.preprocessors import HtmlBlockPreprocessor
from markdown.treeprocessors import Treeprocessor

from site_gen.diagnostics import Diagnostic, Location, warning
from site_gen.model import Heading, Markup, Reference

ID_PREFIX = "t-"
"""Put before every id of a body, so that none meets an id of the page around it."""

# Noncharacters: `sources.decode` takes them out of every text, so these can only be ours.
LINK_START, LINK_END = "\ufdd0", "\ufdd1"
TEXT_LT = "\ufdd2"
NO_MARKER = "\ufdd3"
"""In no text: where a setting of Markdown wants words that would be replaced."""

PLACEHOLDER = re.compile(f"{LINK_START}(\\d+){LINK_END}")


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_RENAMED = {
    "acronym": "abbr",
    "big": "span",
    "center": "div",
    "dir": "ul",
    "font": "span",
    "strike": "s",
    "tt": "code",
    "main": "div",
    "nav": "div",
    "header": "div",
    "footer": "div",
    "aside": "div",
    "article": "div",
    "section": "div",
    "hgroup": "div",
    "menu": "ul",
}
"""Obsolete elements, and landmarks that belong to the page around a body."""

_KEPT = _names(
    """
    a abbr address b bdi bdo blockquote br caption cite code col colgroup dd del details dfn div
    dl dt em figcaption figure h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q rp rt ruby s
    samp small span strong sub summary sup table tbody td tfoot th thead time tr u ul var wbr
    """
)
_DROPPED_WITH_CONTENT = frozenset(("script", "style"))
_DROPPED = _names(
    """
    base basefont bgsound blink body button canvas data datalist dialog fieldset form frame
    frameset head html image input isindex keygen label legend link listing map marquee math meta
    meter nobr noembed noframes noscript optgroup option output param picture plaintext progress
    rb rtc search select slot svg template textarea title track xmp
    """
)
EMBEDDED = frozenset(("iframe", "audio", "video", "source", "embed", "object", "area"))
"""Elements that load something from elsewhere, or lead there: pages show a link instead."""
ALLOWED = _KEPT | _RENAMED.keys()
HTML_TAGS = ALLOWED | _DROPPED_WITH_CONTENT | _DROPPED | EMBEDDED
_SILENT = frozenset(
    ("body", "html", "head", "meta", "link", "label", "map", "picture", "nobr", "data")
)
"""Elements left out without a word: nothing a reader would see goes with them."""

_CLEANER = nh3.Cleaner(
    tags=set(ALLOWED),
    clean_content_tags=set(_DROPPED_WITH_CONTENT),
    attributes={
        "*": {"id", "lang", "dir", "title"},
        "a": {"href", "name"},
        "img": {"src", "alt", "width", "height"},
        "td": {"colspan", "rowspan", "align", "headers"},
        "th": {"colspan", "rowspan", "align", "headers", "scope"},
        "col": {"span"},
        "colgroup": {"span"},
        "ol": {"start", "type", "reversed"},
        "li": {"value"},
        "time": {"datetime"},
        "del": {"datetime"},
        "ins": {"datetime"},
        "details": {"open"},
    },
    allowed_classes={
        "div": {"footnote"},
        "a": {"footnote-ref", "footnote-backref"},
    },
    url_schemes={"http", "https", "mailto", "tel", "ftp", "data"},
    link_rel=None,
    id_prefix=ID_PREFIX,
)
SAFE_SCHEMES = ("http", "https", "mailto", "tel", "ftp")
_SAFE_DATA = re.compile(r"data:image/(?:png|jpeg|gif|webp);base64,", re.IGNORECASE)

TAG = r"</?(?P<name>[A-Za-z][A-Za-z0-9:._-]*+)(?:\s(?:\"[^\"]*+\"|'[^']*+'|[^<>\"'])*+|/)?>"
"""A complete tag, as a pattern."""
AUTOLINK = r"<(?:[A-Za-z][A-Za-z0-9+.-]*+://[^<>\s]*+|[^<>\s!@]++@[^@<>\s]++)>"
"""An address in angle brackets, as a pattern."""
DEFINITION = (
    r"^[ ]{0,3}\[(?!\^)([^\[\]\n]*)\]:[ ]*(?:\n[ ]*)?"
    r"(<[^\s<>]*>|[A-Za-z][A-Za-z0-9+.-]+:\S+|(?:#|\.{0,2}/)\S*|[^\s/]+/\S*|\S+\.[A-Za-z0-9]{2,5})"
    r"[ ]*(?:\n[ ]*)?(([\"'])(.*)\4[ ]*|\((.*)\)[ ]*)?$"
)
"""A link definition, as a pattern (multi-line mode). Its target has the look of an address, so
that `[Editor]: Yes.` is the text it is."""
_ATTRIBUTE_OF_LIST = (
    r"(?:[#.][^\s{}=\"']+|[A-Za-z_][\w:.-]*=(?:\"[^\"\n]*\"|'[^'\n]*'|[^\s{}\"']+))"
)
ATTRIBUTES = rf"\{{(?::[ ]*|(?=[#.]))({_ATTRIBUTE_OF_LIST}(?:[ ]+{_ATTRIBUTE_OF_LIST})*)[ ]*\}}"
"""An attribute list such as `{.class #id}`, as a pattern; `{Kabul}` and `{: note}` are text."""

TAG_VALUE = re.compile(
    r"(?<=[\s\"'])(?P<key>[A-Za-z][\w:-]*)\s*=\s*"
    r"(?:\"(?P<double>[^\"]*)\"|'(?P<single>[^']*)'|(?P<bare>[^\s>\"']+))"
)
"""An attribute of a tag and its value, in whichever quotes."""

_COMPLETE_TAG = re.compile(TAG)
_AUTOLINK = re.compile(AUTOLINK)
_DECLARATION = re.compile(r"<[!?][^>]*>|</[^A-Za-z][^>]*>")
_CODE = re.compile(
    r"^(?P<fence>```+|~~~+)[^\n`]*\n.*?^(?P=fence)[ ]*$"
    r"|(?<![`\\])(?P<ticks>`+)(?!`)(?:[^`\n]|\n(?![ \t]*\n)|(?!(?P=ticks)(?!`))`+)+(?P=ticks)(?!`)",
    re.DOTALL | re.MULTILINE,
)
_SHORTCODE = re.compile(r"\{\{[<%].{0,4000}?[%>]\}\}|\{%.{0,4000}?%\}|\{\{ .{0,4000}? \}\}")
LOWER_ASCII = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}
"""Lower case that keeps every offset: the full mapping makes two letters of one here and there."""
_NOT_TEXT = re.compile("[\x00-\x08\x0b-\x1f\ufdd0-\ufdef]")
"""Control characters and the noncharacters that placeholders are made of: blanks, always."""

_TAG = re.compile(
    r"<(?P<close>/?)(?P<name>[a-zA-Z][a-zA-Z0-9]*)(?P<attributes>(?:\s+[a-zA-Z][\w:-]*=\"[^\"]*\")*)\s*/?>"
)
_ATTRIBUTE = re.compile(r"\s([a-zA-Z][\w:-]*)=\"([^\"]*)\"")


@dataclass(frozen=True, slots=True)
class Rendered:
    """A body as HTML that is safe to publish, and what is in it."""

    html: str
    references: tuple[Reference, ...]
    anchors: frozenset[str]
    headings: tuple[Heading, ...]
    excerpt: str
    words: int


@dataclass(frozen=True, slots=True)
class Options:
    """How a body is read: its markup, curly quotes, the site's own Markdown extensions."""

    markup: Markup
    smart_quotes: bool = False
    extensions: tuple[tuple[str, str], ...] = ()
    """(name, settings as JSON): hashable, so that one Markdown object serves many bodies."""


class _References(ReferenceProcessor):
    """Take `[Note]: Kabul` as the text it is: a definition has the look of an address."""

    RE = re.compile(DEFINITION, re.MULTILINE)


class _Attributes(AttrListTreeprocessor):
    """Take `{Kabul}` as the text it is."""

    # The stubs call them final; they are there to be set.
    HEADER_RE = re.compile(rf"[ ]+{ATTRIBUTES}[ ]*$")  # type: ignore[misc]
    BLOCK_RE = re.compile(rf"\n[ ]*{ATTRIBUTES}[ ]*$")  # type: ignore[misc]
    INLINE_RE = re.compile(rf"^{ATTRIBUTES}")  # type: ignore[misc]


class _HashHeadings(HashHeaderProcessor):
    """Take `#1 of 3` as the text it is."""

    RE = re.compile(
        r"(?:^|\n)(?P<level>#{1,6}+)(?![0-9])(?P<header>(?:\\.|[^\\#]|#+(?=[^#\n]))*?)#*(?:\n|$)"
    )


class _Links(LinkInlineProcessor):
    """Leave `[Kabul](Note: we left)` as text: no page may link there, and words would be lost."""

    def getLink(self, data: str, index: int) -> tuple[str, str | None, int, bool]:
        href, title, end, handled = super().getLink(data, index)
        return href, title, end, handled and _may_be_shown(href, image=False)


class _Images(ImageInlineProcessor):
    """As `_Links`, for images."""

    def getLink(self, data: str, index: int) -> tuple[str, str | None, int, bool]:
        href, title, end, handled = super().getLink(data, index)
        return href, title, end, handled and _may_be_shown(href, image=True)


class _Footnotes(FootnoteExtension):
    """Lose no note: of two with one label both are kept, and an empty one is a note."""

    def setFootnote(self, id: str, text: str) -> None:
        before = self.footnotes.get(id)
        self.footnotes[id] = f"{before}\n\n{text}" if before else text or "&nbsp;"


_BLOCKS_THAT_END_ALONE = frozenset(("hr",))


class _HtmlBlocks(HtmlBlockPreprocessor):
    """Set blocks of HTML aside: from a block's tag at the start of a line to its end tag.

    A tag that is never closed is a block of its own, so that it swallows nothing; nor does
    anything that follows an end tag on its line change its place.
    """

    def run(self, lines: list[str]) -> list[str]:
        text = "\n".join(lines)
        if "<" not in text:
            return lines
        parts: list[str] = []
        last = 0
        after_block = -1
        for start, end in self._blocks(text):
            if start < last:
                continue
            line = text.rfind("\n", 0, start) + 1
            begins = after_block >= line or (start - line < 4 and not text[line:start].strip(" "))
            if not begins:
                continue
            parts.append(text[last:start])
            parts.append(f"\n\n{self.md.htmlStash.store(text[start:end])}\n\n")
            last = after_block = end
        parts.append(text[last:])
        return "".join(parts).split("\n")

    def _blocks(self, text: str) -> Iterator[tuple[int, int]]:
        """Where each element of block level, and each comment, begins and ends, in order."""
        ends: dict[int, int] = {}
        open_tags: dict[str, list[int]] = {}
        for start, end, name in _tags(text):
            if not name:
                ends[start] = end
            elif self.md.is_block_level(name):
                ends[start] = end
                if text[start + 1] != "/":
                    if name not in _BLOCKS_THAT_END_ALONE and text[end - 2] != "/":
                        open_tags.setdefault(name, []).append(start)
                elif open_tags.get(name):
                    ends[open_tags[name].pop()] = end
        yield from sorted(ends.items())


class _Tables(TableProcessor):
    """Leave a table whose rows hold more cells than its head as text: no cell is dropped."""

    def test(self, parent: ElementTree.Element, block: str) -> bool:
        if not super().test(parent, block):
            return False
        rows = block.split("\n")
        width = len(self._cells(rows[0].strip(" ")))
        return all(len(self._cells(row.strip(" "))) <= width for row in rows[2:])

    def _cells(self, row: str) -> list[str]:
        return list(self._split_row(row))  # type: ignore[attr-defined]


class _Numbers(SaneOListProcessor):
    """Keep the number that each item was given: `3.` then `5.` are 3 and 5."""

    NUMBER = re.compile(r"^ {0,3}([0-9]{1,9})\.[ ]+")

    def __init__(self, parser: BlockParser) -> None:
        super().__init__(parser)
        self.RE = re.compile(r"^ {0,3}[0-9]{1,9}\.[ ]+(.*)")
        self.CHILD_RE = re.compile(r"^ {0,3}(([0-9]{1,9}\.))[ ]+(.*)")

    def run(self, parent: ElementTree.Element, blocks: list[str]) -> None:
        numbers = [match[1] for line in blocks[0].split("\n") if (match := self.NUMBER.match(line))]
        sibling = self.lastChild(parent)
        goes_on = sibling is not None and sibling.tag in self.SIBLING_TAGS
        inside = not goes_on and parent.tag in ("ol", "ul")
        before = len(parent) if inside else len(sibling) if goes_on and sibling is not None else 0
        super().run(parent, blocks)
        items = (parent if inside else parent[-1])[before:]
        if len(items) == len(numbers):
            for item, number in zip(items, numbers, strict=True):
                item.set("value", str(int(number)))


class _NumbersTidied(Treeprocessor):
    """Drop numbers that a browser counts by itself, and the habit of writing `1.` throughout."""

    def run(self, root: ElementTree.Element) -> None:
        for ordered in root.iter("ol"):
            items = [item for item in ordered if item.tag == "li"]
            values = [item.get("value") for item in items]
            lazy = len(items) > 1 and all(value == "1" for value in values)
            expected = int(ordered.get("start", "1"))
            if expected != 1:
                ordered.set("start", str(expected))
            for item, value in zip(items, values, strict=True):
                if value is not None and not lazy and int(value) != expected:
                    expected = int(value)
                elif "value" in item.attrib:
                    del item.attrib["value"]
                expected += 1


class _Faithful(Extension):
    """The changes to Python-Markdown that keep every word of a text."""

    def extendMarkdown(self, md: markdown.Markdown) -> None:
        parser = md.parser
        parser.blockprocessors.register(_References(parser), "reference", 15)
        parser.blockprocessors.register(_Numbers(parser), "olist", 40)
        parser.blockprocessors.register(_Tables(parser, {"use_align_attribute": True}), "table", 75)
        parser.blockprocessors.register(_HashHeadings(parser), "hashheader", 70)
        md.inlinePatterns.register(_Links(LINK_RE, md), "link", 160)
        md.inlinePatterns.register(_Images(IMAGE_LINK_RE, md), "image_link", 150)
        if type(md.preprocessors["html_block"]) is HtmlBlockPreprocessor:
            md.preprocessors.register(_HtmlBlocks(md), "html_block", 20)
        md.treeprocessors.register(_Attributes(md), "attr_list", 8)
        md.treeprocessors.register(_NumbersTidied(md), "list_numbers", 30)


@lru_cache(maxsize=8)
def _markdown(smart_quotes: bool, extensions: tuple[tuple[str, str], ...]) -> markdown.Markdown:
    names: list[str | Extension] = [
        "tables",
        "fenced_code",
        _Footnotes(USE_DEFINITION_ORDER=False, PLACE_MARKER=NO_MARKER),
        "sane_lists",
        "toc",
        "attr_list",
    ]
    settings: dict[str, Mapping[str, Any]] = {
        "toc": {"slugify": slugify_unicode, "marker": ""},
    }
    if smart_quotes:
        names.append("smarty")
    for name, given in extensions:
        names.append(name)
        settings[name] = json.loads(given)
    return markdown.Markdown(extensions=[*names, _Faithful()], extension_configs=settings)


def extension_settings(given: Mapping[str, Mapping[str, Any]]) -> tuple[tuple[str, str], ...]:
    """The site's Markdown extensions as `Options.extensions` holds them."""
    return tuple((name, json.dumps(given[name], sort_keys=True)) for name in sorted(given))


def check_extensions(extensions: tuple[tuple[str, str], ...]) -> str:
    """Load the site's Markdown extensions once. Returns what is wrong with them, or nothing."""
    try:
        _markdown(False, extensions)
    except Exception as problem:  # An extension is foreign code: whatever it raises is told.
        return f"{type(problem).__name__}: {problem}"
    return ""


def render(text: str, options: Options, path: str) -> tuple[Rendered, list[Diagnostic]]:
    """Turn the body of the document at `path` into HTML."""
    found: list[Diagnostic] = []
    body = _NOT_TEXT.sub(" ", text)
    try:
        raw = _converted(body, options, path, found)
        if options.markup != "plain":
            raw = _only_known_tags(raw, body, options.markup, path, found)
    except _Undigested as problem:
        found = [_unreadable(path, str(problem))]
        raw = _plain(body)
    if options.markup != "plain":
        found.extend(_shortcodes(body, path))
    cleaned = _NOT_TEXT.sub(" ", _CLEANER.clean(raw))
    return _Body(cleaned, body).finish(), found


class _Undigested(Exception):
    """The markup of a body cannot be read in reasonable time and depth."""


def _unreadable(path: str, why: str) -> Diagnostic:
    return warning(
        "markup-unreadable",
        Location(path),
        f"The markup of this text cannot be read ({why}); it is shown as plain text",
        value=why,
        hint="Set `markup: plain` for this file, or mend the markup.",
    )


def _converted(text: str, options: Options, path: str, found: list[Diagnostic]) -> str:
    """The HTML of a body as its markup says. Raises _Undigested where it says too much."""
    if options.markup == "plain":
        return _plain(text)
    if options.markup == "html":
        return text
    _measure(text)
    converter = _markdown(options.smart_quotes, options.extensions)
    converter.reset()
    converter.parser.state.clear()
    try:
        raw = converter.convert(_protected(text, options.markup, path, found))
    except RecursionError:
        _markdown.cache_clear()
        raise _Undigested("nested too deeply") from None
    except Exception as problem:  # Markdown and a site's extensions are foreign code: it is told.
        _markdown.cache_clear()
        raise _Undigested(f"{type(problem).__name__}: {problem}") from problem
    return raw.replace(TEXT_LT, "&lt;")


MOST_WORK = 1_500_000_000
"""Marks times characters in one block of text that Markdown may be asked to read."""
MOST_BLOCKS = 50_000
"""Paragraphs of one text: four times those of the longest novels."""
FARTHEST_PAIRS = 40_000_000
"""Characters in all between the brackets, or the backticks, that belong together."""
DEEPEST_HTML = 20_000_000
"""Open elements summed over all tags: what the HTML parser may be asked to build."""

_BLANK_LINES = re.compile(r"\n[ \t]*\n\s*")
_DEEP_LINE = re.compile(r"^(?:[ ]{0,3}(?:>[ ]?|(?:[0-9]{1,9}\.|[*+-])[ ]+)){100}", re.MULTILINE)
_MARKS = re.compile(r"[*_\[\]<&`\\!]")
_LINE_MARKS = re.compile(r"^(?:#| {0,3}(?:=+|-+|[*_-][*_ -]{2,}) *$)", re.MULTILINE)
_PAIRS = re.compile(r"[\[\]()]|`+")


def _measure(text: str) -> None:
    """Refuse what would keep Markdown, whose patterns are quadratic, busy for minutes."""
    if len(text) < 5_000:
        return
    far = 0
    blocks = _BLANK_LINES.split(text)
    if _DEEP_LINE.search(text):
        raise _Undigested("nested too deeply")
    if len(blocks) > MOST_BLOCKS:
        raise _Undigested("too many paragraphs")
    for block in blocks:
        marks = len(_MARKS.findall(block)) + 10 * len(_LINE_MARKS.findall(block))
        if marks * len(block) > MOST_WORK:
            raise _Undigested("too much markup in one paragraph")
        if len(_PAIRS.findall(block)) * len(block) > FARTHEST_PAIRS:
            far += _distances(block)
    if far > FARTHEST_PAIRS:
        raise _Undigested("too many brackets or backticks without their other half")


def _distances(block: str) -> int:
    """How far all brackets and backticks of a block are from their other halves."""
    total = 0
    waiting: dict[str, list[int]] = {"[": [], "(": []}
    ticks: dict[str, int] = {}
    for match in _PAIRS.finditer(block):
        mark, at = match[0], match.start()
        if mark in waiting:
            waiting[mark].append(at)
        elif mark in "])":
            opened = waiting["[" if mark == "]" else "("]
            total += at - opened.pop() if opened else 0
        elif mark in ticks:
            total += at - ticks.pop(mark)
        else:
            ticks[mark] = at
    alone = [*waiting["["], *waiting["("], *ticks.values()]
    return total + sum(len(block) - at for at in alone)


def _plain(text: str) -> str:
    paragraphs = re.split(r"\n[ \t]*\n+", text.strip("\n"))
    return "\n".join(
        "<p>" + "<br>\n".join(escape(line, quote=False) for line in one.split("\n")) + "</p>"
        for one in paragraphs
        if one.strip()
    )


def _tags(text: str) -> Iterator[tuple[int, int, str]]:
    """Start, end and name of each complete tag; comments and addresses have no name."""
    last = 0
    comment_end = 0
    for match in re.finditer("<", text):
        start = match.start()
        if start < last:
            continue
        if text.startswith("<!--", start):
            if 0 <= comment_end < start + 4:
                comment_end = text.find("-->", start + 4)
            if comment_end >= 0:
                last = comment_end + 3
                yield start, last, ""
            continue
        tag = _COMPLETE_TAG.match(text, start)
        if tag and not _AUTOLINK.match(text, start):
            last = tag.end()
            yield start, last, tag["name"].lower()


def code_spans(text: str) -> list[tuple[int, int]]:
    """Where fenced code and code in a line begin and end, in order."""
    return [one.span() for one in _CODE.finditer(text)] if "`" in text or "~~~" in text else []


def _protected(text: str, markup: Markup, path: str, found: list[Diagnostic]) -> str:
    """Mark every `<` that is text, so that no Markdown rule takes it for a tag."""
    if "<" not in text:
        return text
    if markup == "text":
        return text.replace("<", TEXT_LT)
    code = code_spans(text)
    kept: list[tuple[int, int]] = []
    unclosed = _unclosed_raw(text)
    closers = _Closers(text)
    drawing = 0
    for start, end, name in _tags(text):
        if within(start, code) or start in unclosed:
            continue
        if name in ("svg", "math") and start >= drawing:
            drawing = max(drawing, closers.find(name, start))
        if not name or name in HTML_TAGS or start < drawing:
            kept.append((start, end))
        elif not _indented(text, start):
            found.append(_unknown(text, start, end, path))
    kept.extend(one.span() for one in _AUTOLINK.finditer(text) if not within(one.start(), code))
    parts: list[str] = []
    last = 0
    for start, end in sorted(kept):
        if start >= last:
            parts.append(text[last:start].replace("<", TEXT_LT))
            parts.append(text[start:end])
            last = end
    parts.append(text[last:].replace("<", TEXT_LT))
    return "".join(parts)


def within(at: int, spans: list[tuple[int, int]]) -> bool:
    """Whether a place lies in one of the spans, which are in order."""
    index = bisect_right(spans, (at, len(spans) and spans[-1][1])) - 1
    return index >= 0 and spans[index][0] <= at < spans[index][1]


class _Closers:
    """Finds end tags, and looks only once for one that is not there."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.lower = ""
        self.missing: set[str] = set()

    def find(self, name: str, start: int) -> int:
        """Where the next end tag of this name begins, or -1."""
        if name in self.missing:
            return -1
        self.lower = self.lower or self.text.translate(LOWER_ASCII)
        found = self.lower.find(f"</{name}", start)
        if found < 0:
            self.missing.add(name)
        return found


def _unclosed_raw(text: str) -> frozenset[int]:
    """Where a script or style begins that never ends: such a tag is text."""
    found: list[int] = []
    for name in _DROPPED_WITH_CONTENT:
        starts = [one.start() for one in re.finditer(rf"<{name}\b", text, re.IGNORECASE)]
        ends = [one.start() for one in re.finditer(f"</{name}", text, re.IGNORECASE)]
        found.extend(start for start in starts if not ends or start > ends[-1])
    return frozenset(found)


def _indented(text: str, at: int) -> bool:
    """Whether a place lies on a line that may be code by its indentation."""
    line = text.rfind("\n", 0, at) + 1
    return text.startswith(("    ", "\t"), line)


def _unknown(text: str, start: int, end: int, path: str) -> Diagnostic:
    return warning(
        "unknown-tag",
        Location.at(path, text, start),
        f"`{text[start:end]}` is not an element of HTML; it is shown as text",
        value=text[start:end],
        hint="Nothing to do if it is text; else mend the tag.",
        source=_line_at(text, start),
    )


def _line_at(text: str, offset: int) -> str:
    end = text.find("\n", offset)
    return text[text.rfind("\n", 0, offset) + 1 : end if end >= 0 else len(text)]


_EMBEDDED_URLS = ("src", "data", "href")
_END_MAY_LACK = _names(
    """
    br col colgroup dd dt hr img li p rp rt tbody td tfoot th thead tr wbr
    """
)


def _only_known_tags(
    raw: str, text: str, markup: Markup, path: str, found: list[Diagnostic]
) -> str:
    """HTML without what no page may hold; every `<` left begins a tag of an allowed element.

    So the parser that follows meets no element in which it reads tags as text, and none in which
    it reads by the rules of XML. Raises _Undigested for what it would build for minutes.
    """
    parts: list[str] = []
    removed: dict[str, None] = {}
    last = depth = work = 0
    closers = _Closers(raw)
    for start, end, name in _tags(raw):
        if start < last:
            continue
        parts.append(_text_only(raw[last:start], markup))
        last = end
        closing = raw[start + 1] == "/"
        if name in ALLOWED:
            parts.append(raw[start:end])
            if name not in _END_MAY_LACK:
                depth = max(0, depth + (-1 if closing else 1))
            work += depth
            if work > DEEPEST_HTML:
                raise _Undigested("nested too deeply")
            continue
        if name in EMBEDDED and not closing:
            parts.append(_embedded_as_link(raw[start:end]))
        elif name in _DROPPED_WITH_CONTENT and not closing:
            content_end = closers.find(name, end)
            last = content_end if content_end >= 0 else end
        elif name:
            parts.append(" ")
        if name in HTML_TAGS and name not in EMBEDDED and name not in _SILENT and not closing:
            removed[name] = None
    parts.append(_text_only(raw[last:], markup))
    found.extend(_removed(name, text, path) for name in removed)
    return "".join(parts)


def _text_only(text: str, markup: Markup) -> str:
    if "<" not in text:
        return text
    return (_DECLARATION.sub("", text) if markup == "html" else text).replace("<", "&lt;")


def _embedded_as_link(tag: str) -> str:
    """A link in place of a frame, a player or a plug-in: the page loads nothing from elsewhere."""
    target = _first_value(tag, _EMBEDDED_URLS)
    title = _first_value(tag, ("title", "alt"))
    return f'<a href="{target}">{title or target}</a>' if target else f" {title} "


_REFERENCE = re.compile(r"&(?:#[0-9]+|#[xX][0-9a-fA-F]+|[A-Za-z][A-Za-z0-9]*);")


def _attribute(value: str) -> str:
    """A value as HTML reads it: `&section=1` in an address is no section sign."""
    return escape(_REFERENCE.sub(lambda match: unescape(match[0]), value).strip())


def _first_value(tag: str, names: tuple[str, ...]) -> str:
    values = {match["key"].lower(): match for match in reversed(list(TAG_VALUE.finditer(tag)))}
    found = (values[name] for name in names if name in values)
    texts = (one["double"] or one["single"] or one["bare"] or "" for one in found)
    return next((_attribute(text) for text in texts if text.strip()), "")


def _removed(name: str, text: str, path: str) -> Diagnostic:
    """Tell of an element that may not be published."""
    where = re.search(rf"<{name}\b", text, re.IGNORECASE)
    what = "and what is in it is" if name in _DROPPED_WITH_CONTENT else "is"
    return warning(
        "html-removed",
        Location.at(path, text, where.start()) if where else Location(path),
        f"The element <{name}> {what} left out of the page",
        value=f"<{name}>",
        hint="Pages hold no scripts, styles or forms; write what it said as text.",
        source=_line_at(text, where.start()) if where else "",
    )


def _shortcodes(text: str, path: str) -> list[Diagnostic]:
    match = _SHORTCODE.search(text)
    if not match:
        return []
    return [
        warning(
            "template-code",
            Location.at(path, text, match.start()),
            "Template code of another program is shown as it stands",
            value=match[0][:80],
            hint="Replace it by what it stood for: a link, an image, a quotation.",
            source=_line_at(text, match.start()),
        )
    ]


class _Body:
    """One pass over cleaned HTML: links, images, ids, headings, tables."""

    def __init__(self, html: str, source: str) -> None:
        self.html = html
        self.source = source
        self.references: list[Reference] = []
        self.positions: dict[str, int] = {}
        self.lines = [match.start() for match in re.finditer("\n", source)]
        self.anchors: set[str] = set()
        self.headings: list[Heading] = []
        self.in_link = False
        self.after_link: list[str] = []
        self.heading: tuple[int, str] | None = None
        self.heading_text: list[str] = []
        levels = [int(level) for level in re.findall(r"<h([1-6])[\s>]", html)]
        self.shift = 2 - min(levels) if levels else 0

    def finish(self) -> Rendered:
        parts: list[str] = []
        last = 0
        for match in _TAG.finditer(self.html):
            parts.append(self.text(self.html[last : match.start()]))
            parts.append(self.tag(match))
            last = match.end()
        parts.append(self.text(self.html[last:]))
        html = "".join(parts).strip()
        return Rendered(
            html=html,
            references=tuple(self.references),
            anchors=frozenset(self.anchors),
            headings=tuple(self.headings),
            excerpt=excerpt(html),
            words=len(re.findall(r"[^\W_]+", plain_words(html))),
        )

    def text(self, text: str) -> str:
        if self.heading:
            self.heading_text.append(text)
        return text

    def tag(self, match: re.Match[str]) -> str:
        written = match["name"].lower()
        name = _RENAMED.get(written, written)
        if name in ("h1", "h2", "h3", "h4", "h5", "h6"):
            name = f"h{min(int(name[1]) + self.shift, 6)}"
        if match["close"]:
            return self.closed(name)
        attributes = dict(_ATTRIBUTE.findall(match["attributes"]))
        if not attributes.get("class", "kept"):
            del attributes["class"]
        if written == "a":
            self.in_link = True
            anchor = attributes.pop("name", "")
            if anchor and "id" not in attributes:
                attributes["id"] = ID_PREFIX + anchor
            self.link(attributes)
        elif name == "img":
            return self.image(attributes)
        if "id" in attributes:
            self.anchors.add(unescape(attributes["id"]).removeprefix(ID_PREFIX))
        if name[0] == "h" and name[1:].isdigit():
            self.heading = (int(name[1:]), attributes.get("id", ""))
            self.heading_text = []
        opened = _written(name, attributes)
        if name == "table":
            # What scrolls sideways can be reached by keyboard.
            return f'<div class="table" tabindex="0">{opened}'
        return f'{opened[:-1]} tabindex="0">' if name == "pre" else opened

    def closed(self, name: str) -> str:
        if name == "a":
            self.in_link = False
            after, self.after_link = "".join(self.after_link), []
            return f"</a>{after}"
        if self.heading and name == f"h{self.heading[0]}":
            text = unescape("".join(self.heading_text)).strip()
            self.headings.append(Heading(self.heading[0], self.heading[1], text))
            self.heading = None
        return "</table></div>" if name == "table" else f"</{name}>"

    def link(self, attributes: dict[str, str]) -> None:
        if "href" not in attributes:
            return
        target = unescape(attributes["href"]).strip()
        if target in ("", "#") or target.lower().startswith("data:"):
            del attributes["href"]
        elif target.startswith("//"):
            attributes["href"] = escape(f"https:{target}")
        elif target.startswith("#"):
            self.reference(target, image=False)
            attributes["href"] = escape(f"#{ID_PREFIX}{target[1:]}")
        elif not scheme_of(target):
            attributes["href"] = self.reference(target, image=False)

    def image(self, attributes: dict[str, str]) -> str:
        target = unescape(attributes.get("src", "")).strip()
        alt = attributes.setdefault("alt", "")
        if target.startswith("//"):
            target = f"https:{target}"
        scheme = scheme_of(target)
        if scheme == "data" and _SAFE_DATA.match(target):
            return _written("img", attributes)
        if scheme in ("http", "https"):
            opened = _written(
                "a", {"class": "remote-image", "href": escape(target)} | self.title(attributes)
            )
            link = f"{opened}{alt or escape(target)}</a>"
            if not self.in_link:
                return link
            self.after_link.append(f" {link}")
            return ""
        if not target or scheme:
            opened = _written("span", {"class": "missing"} | self.title(attributes))
            return f"{opened}{alt or escape(target)}</span>"
        attributes["src"] = self.reference(target, image=True)
        return _written("img", attributes | {"loading": "lazy"})

    @staticmethod
    def title(attributes: Mapping[str, str]) -> dict[str, str]:
        return {"title": attributes["title"]} if "title" in attributes else {}

    def reference(self, target: str, *, image: bool) -> str:
        position = self.source.find(target, self.positions.get(target, 0))
        if position < 0:
            position = self.source.find(target)
        self.positions[target] = position + 1
        line = bisect_right(self.lines, position) + 1 if position >= 0 else 0
        self.references.append(Reference(target, line, image))
        return f"{LINK_START}{len(self.references) - 1}{LINK_END}"


def _may_be_shown(target: str, *, image: bool) -> bool:
    """Whether a page may hold a target at all."""
    scheme = scheme_of(unescape(target).strip())
    return scheme in ("", *SAFE_SCHEMES) or (image and bool(_SAFE_DATA.match(target)))


def scheme_of(target: str) -> str:
    """The scheme of a link target, or nothing for one that points inside the archive."""
    try:
        return urlsplit(target).scheme.lower()
    except ValueError:
        return "invalid"


def _written(name: str, attributes: Mapping[str, str]) -> str:
    return f"<{name}" + "".join(f' {key}="{value}"' for key, value in attributes.items()) + ">"


def plain_words(html: str) -> str:
    """The text of cleaned HTML, a blank for each tag."""
    return unescape(_TAG.sub(" ", html))


_PARAGRAPH = re.compile(r"<p(?:\s[^>]*)?>(.*?)</p>", re.DOTALL)
_NOTE_MARK = re.compile(r"<sup[^>]*><a [^>]*class=\"footnote-ref\".*?</sup>")
EXCERPT_LENGTH = 240


def excerpt(html: str) -> str:
    """The first words of a body, at most about 240 characters, cut between words."""
    text = ""
    for match in _PARAGRAPH.finditer(html):
        inner = _NOTE_MARK.sub("", match[1])
        inner = re.sub(r"<(?!/?(?:br|img)\b)[^>]*>", "", inner)
        text = f"{text} {' '.join(unescape(re.sub(r'<[^>]*>', ' ', inner)).split())}".strip()
        if len(text) >= EXCERPT_LENGTH:
            break
    if len(text) <= EXCERPT_LENGTH:
        return text
    cut = text.rfind(" ", EXCERPT_LENGTH // 2, EXCERPT_LENGTH)
    return text[: cut if cut > 0 else EXCERPT_LENGTH].rstrip(" ,;:–—-") + "…"
