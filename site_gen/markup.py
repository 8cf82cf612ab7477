"""Markdown, text and HTML to sanitised HTML, with links, headings and words told. Pure.

Links and images that point inside the archive are left as placeholders, `LINK_START number
LINK_END`, since no document knows the address of another: the renderer fills them in.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from html import escape, unescape
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

import markdown
import nh3
from markdown.blockprocessors import ReferenceProcessor
from markdown.extensions import Extension
from markdown.extensions.attr_list import AttrListTreeprocessor
from markdown.extensions.sane_lists import SaneOListProcessor
from markdown.extensions.tables import TableProcessor
from markdown.extensions.toc import slugify_unicode
from markdown.treeprocessors import Treeprocessor

from site_gen.diagnostics import Diagnostic, Location, warning
from site_gen.model import Heading, Markup, Reference

ID_PREFIX = "t-"
"""Put before every id of a body, so that none meets an id of the page around it."""

# Noncharacters: `sources.decode` takes them out of every text, so these can only be ours.
LINK_START, LINK_END = "\ufdd0", "\ufdd1"
TEXT_LT = "\ufdd2"

PLACEHOLDER = re.compile(f"{LINK_START}(\\d+){LINK_END}")

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

_KEPT = frozenset(
    (
        "a abbr address b bdi bdo blockquote br caption cite code col colgroup dd del details dfn"
        " div dl dt em figcaption figure h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q rp"
        " rt ruby s samp small span strong sub summary sup table tbody td tfoot th thead time tr u"
        " ul var wbr"
    ).split()
)
_DROPPED_WITH_CONTENT = frozenset(("script", "style", "noscript", "template", "title", "textarea", "select"))
_DROPPED = frozenset(
    (
        "base basefont bgsound blink body button canvas datalist dialog fieldset form frame frameset"
        " head html input keygen label legend link map area math marquee meta meter nobr noembed"
        " noframes optgroup option output param picture plaintext progress rb rtc search slot svg"
        " track xmp data image isindex listing"
    ).split()
)
_EMBEDDED = frozenset(("iframe", "audio", "video", "source", "embed", "object"))
ALLOWED = _KEPT | _RENAMED.keys()
HTML_TAGS = ALLOWED | _DROPPED_WITH_CONTENT | _DROPPED | _EMBEDDED

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

_COMPLETE_TAG = re.compile(
    r"</?([A-Za-z][A-Za-z0-9:._-]*)(?:\s(?:\"[^\"]*\"|'[^']*'|[^<>\"'])*|/)?>"
)
_AUTOLINK = re.compile(r"<(?:[A-Za-z][A-Za-z0-9+.-]*://[^<>\s]*|[^<>\s!@]+@[^@<>\s]+)>")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_CODE = re.compile(
    r"^(?P<fence>```+|~~~+).*?^(?P=fence)[ \t]*$|(?P<ticks>`+)(?!`).+?(?<!`)(?P=ticks)(?!`)|^(?: {4}|\t).*$",
    re.DOTALL | re.MULTILINE,
)
_CODE_LINE = re.compile(r"(?m)^(?: {4}|\t)[^\n]*$")
_SHORTCODE = re.compile(r"\{\{[<%].*?[%>]\}\}|\{%.*?%\}|\{\{ .*? \}\}")

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

    RE = re.compile(
        r'^[ ]{0,3}\[([^\[\]]*)\]:[ ]*(?:\n[ ]*)?(<[^\s<>]*>|[^\s]*[/#:.@][^\s]*)[ ]*(?:\n[ ]*)?'
        r'((["\'])(.*)\4[ ]*|\((.*)\)[ ]*)?$',
        re.MULTILINE,
    )


class _Attributes(AttrListTreeprocessor):
    """Take `{Kabul}` as the text it is: a list of attributes begins with `:`, `#` or `.`."""

    BASE_RE = r"\{(?::[ ]*|(?=[#.]))([^\}\n ][^\n}]*)\}"
    HEADER_RE = re.compile(rf"[ ]+{BASE_RE}[ ]*$")
    BLOCK_RE = re.compile(rf"\n[ ]*{BASE_RE}[ ]*$")
    INLINE_RE = re.compile(rf"^{BASE_RE}")


class _Tables(TableProcessor):
    """Leave a table whose rows hold more cells than its head as text: no cell is dropped."""

    def test(self, parent: ElementTree.Element, block: str) -> bool:
        if not super().test(parent, block):
            return False
        rows = block.split("\n")
        width = len(self._cells(rows[0].strip(" ")))
        return all(len(self._cells(row.strip(" "))) <= width for row in rows[2:])

    def _cells(self, row: str) -> list[str]:
        return list(self._split_row(row))


class _Numbers(SaneOListProcessor):
    """Keep the number that each item was given: `3.` then `5.` are 3 and 5."""

    NUMBER = re.compile(r"^ {0,3}(\d{1,9})\.[ ]+")

    def run(self, parent: ElementTree.Element, blocks: list[str]) -> None:
        numbers = [
            match[1] for line in blocks[0].split("\n") if (match := self.NUMBER.match(line))
        ]
        before = {id(item) for item in parent.iter("li")}
        super().run(parent, blocks)
        last = self.lastChild(parent)
        target = parent if parent.tag in ("ol", "ul") or last is None else last
        items = [item for item in target if item.tag == "li" and id(item) not in before]
        if len(items) == len(numbers):
            for item, number in zip(items, numbers, strict=True):
                item.set("value", number)


class _NumbersTidied(Treeprocessor):
    """Drop the numbers that a browser counts by itself, and the habit of writing `1.` throughout."""

    def run(self, root: ElementTree.Element) -> None:
        for ordered in root.iter("ol"):
            items = [item for item in ordered if item.tag == "li"]
            values = [item.get("value") for item in items]
            lazy = len(items) > 1 and all(value == "1" for value in values)
            expected = int(ordered.get("start", "1"))
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
        md.treeprocessors.register(_Attributes(md), "attr_list", 8)
        md.treeprocessors.register(_NumbersTidied(md), "list_numbers", 30)


@lru_cache(maxsize=8)
def _markdown(smart_quotes: bool, extensions: tuple[tuple[str, str], ...]) -> markdown.Markdown:
    names: list[str | Extension] = [
        "tables",
        "fenced_code",
        "footnotes",
        "sane_lists",
        "toc",
        "attr_list",
    ]
    settings: dict[str, Mapping[str, Any]] = {
        "footnotes": {"USE_DEFINITION_ORDER": False},
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
    if options.markup == "plain":
        raw = _plain(text)
    elif options.markup == "html":
        raw = text
    else:
        source = _protected(text, options.markup, path, found)
        converter = _markdown(options.smart_quotes, options.extensions)
        converter.reset()
        raw = converter.convert(source).replace(TEXT_LT, "&lt;")
    raw = _embedded_as_links(raw)
    found.extend(_removed(raw, text, path))
    found.extend(_shortcodes(text, path) if options.markup != "plain" else ())
    cleaned = _CLEANER.clean(raw)
    body = _Body(cleaned, text)
    return body.finish(), found


def render_inline_block(text: str, options: Options) -> str:
    """A short Markdown text (a closing note) as safe HTML, links inside the archive unlinked."""
    rendered, _ = render(text, options, "")
    return re.sub(rf' href="{LINK_START}\d+{LINK_END}"', "", rendered.html)


def _plain(text: str) -> str:
    paragraphs = re.split(r"\n[ \t]*\n+", text.strip("\n"))
    return "\n".join(
        "<p>" + "<br>\n".join(escape(line, quote=False) for line in one.split("\n")) + "</p>"
        for one in paragraphs
        if one.strip()
    )


def _protected(text: str, markup: Markup, path: str, found: list[Diagnostic]) -> str:
    """Mark every `<` that is text, so that no Markdown rule takes it for a tag."""
    if "<" not in text:
        return text
    if markup == "text":
        return text.replace("<", TEXT_LT)
    parts: list[str] = []
    last = 0
    code: list[tuple[int, int]] | None = None
    for match in re.finditer("<", text):
        start = match.start()
        if start < last:
            continue
        kept, unknown = _tag_end(text, start)
        if kept:
            parts.append(text[last : kept])
            last = kept
            continue
        parts.append(text[last:start] + TEXT_LT)
        last = start + 1
        if unknown:
            code = [one.span() for one in _CODE.finditer(text)] if code is None else code
            if not any(begin <= start < end for begin, end in code):
                found.append(
                    warning(
                        "unknown-tag",
                        Location.at(path, text, start),
                        f"`{unknown}` is not an element of HTML; it is shown as text",
                        value=unknown,
                        hint="Nothing to do if it is text; else mend the tag.",
                        source=_line_at(text, start),
                    )
                )
    parts.append(text[last:])
    return "".join(parts)


def _tag_end(text: str, start: int) -> tuple[int, str]:
    """Where the markup that begins here ends (0 if it is text), and the unknown tag found."""
    comment = _COMMENT.match(text, start)
    if comment:
        return comment.end(), ""
    link = _AUTOLINK.match(text, start)
    if link:
        return link.end(), ""
    tag = _COMPLETE_TAG.match(text, start)
    if tag is None:
        return 0, ""
    if tag[1].lower() in HTML_TAGS:
        return tag.end(), ""
    return 0, tag[0]


def _line_at(text: str, offset: int) -> str:
    end = text.find("\n", offset)
    return text[text.rfind("\n", 0, offset) + 1 : end if end >= 0 else len(text)]


_MEDIA = re.compile(
    r"<(?P<name>iframe|audio|video|source|embed|object)\b(?P<attributes>[^<>]*)>", re.IGNORECASE
)
_MEDIA_END = re.compile(r"</(?:iframe|audio|video|source|embed|object)\s*>", re.IGNORECASE)
_MEDIA_URL = re.compile(r"\b(?:src|data)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>]+))", re.IGNORECASE)


def _embedded_as_links(html: str) -> str:
    """Frames, players and plug-ins become links: the page may load nothing from elsewhere."""

    def link(match: re.Match[str]) -> str:
        url = _MEDIA_URL.search(match["attributes"])
        if not url:
            return ""
        target = url[1] or url[2] or url[3] or ""
        return f'<a href="{escape(unescape(target))}">{escape(unescape(target))}</a>'

    return _MEDIA_END.sub("", _MEDIA.sub(link, html)) if _MEDIA.search(html) else html


_OPEN_TAG = re.compile(r"<([a-zA-Z][a-zA-Z0-9-]*)(?=[\s/>])")
_SILENT = frozenset(("body", "html", "head", "meta", "link", "title", "label", "map", "area", "picture", "nobr", "data"))


def _removed(raw: str, text: str, path: str) -> list[Diagnostic]:
    """Tell of elements that may not be published."""
    found = []
    told: set[str] = set()
    for match in _OPEN_TAG.finditer(raw):
        name = match[1].lower()
        if name in told or name not in HTML_TAGS or name in ALLOWED or name in _SILENT:
            continue
        told.add(name)
        where = re.search(rf"<{name}\b", text, re.IGNORECASE)
        what = "and what is in it is" if name in _DROPPED_WITH_CONTENT else "is"
        found.append(
            warning(
                "html-removed",
                Location.at(path, text, where.start()) if where else Location(path),
                f"The element <{name}> {what} left out of the page",
                value=f"<{name}>",
                hint="Pages hold no scripts, styles or forms; write what it said as text.",
                source=_line_at(text, where.start()) if where else "",
            )
        )
    return found


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
        return '<pre tabindex="0">' if name == "pre" and not attributes else opened

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
            link = f'<a class="remote-image" href="{escape(target)}">{alt or escape(target)}</a>'
            if not self.in_link:
                return link
            self.after_link.append(f" {link}")
            return ""
        if not target or scheme:
            return f'<span class="missing">{alt or escape(target)}</span>'
        attributes["src"] = self.reference(target, image=True)
        return _written("img", attributes | {"loading": "lazy"})

    def reference(self, target: str, *, image: bool) -> str:
        position = self.source.find(target, self.positions.get(target, 0))
        if position < 0:
            position = self.source.find(target)
        self.positions[target] = position + 1
        line = self.source.count("\n", 0, position) + 1 if position >= 0 else 0
        self.references.append(Reference(target, line, image))
        return f"{LINK_START}{len(self.references) - 1}{LINK_END}"


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
