"""HTML to HTML that is safe to publish: allow-lists before and in the HTML parser."""

from __future__ import annotations

import re
from html import escape, unescape

import nh3

from site_gen.diagnostics import Diagnostic, Location, warning
from site_gen.markup.allowlist import (
    ALLOWED,
    DROPPED_WITH_CONTENT,
    EMBEDDED,
    HTML_TAGS,
    SILENT,
    names,
)
from site_gen.markup.limits import DEEPEST_HTML, Undigested
from site_gen.markup.placeholders import ID_PREFIX
from site_gen.markup.syntax import TAG_VALUE, EndTags, line_at, tags
from site_gen.model import Markup
from site_gen.patterns import late_pattern

_CLEANER = nh3.Cleaner(
    tags=set(ALLOWED),
    clean_content_tags=set(DROPPED_WITH_CONTENT),
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

_DECLARATION = late_pattern(r"<[!?][^>]*>|</[^A-Za-z][^>]*>")
_REFERENCE = late_pattern(r"&(?:#[0-9]+|#[xX][0-9a-fA-F]+|[A-Za-z][A-Za-z0-9]*);")
_EMBEDDED_URLS = ("src", "data", "href")
_END_MAY_LACK = names(
    """
    br col colgroup dd dt hr img li p rp rt tbody td tfoot th thead tr wbr
    """
)


def only_known_tags(raw: str, text: str, markup: Markup, path: str, found: list[Diagnostic]) -> str:
    """HTML without what no page may hold; every `<` left begins a tag of an allowed element.

    So the parser that follows meets no element in which it reads tags as text, and none in which
    it reads by the rules of XML. Raises Undigested for what it would build for minutes.
    """
    parts: list[str] = []
    removed: dict[str, None] = {}
    last = depth = work = 0
    end_tags = EndTags(raw)
    for start, end, name in tags(raw):
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
                raise Undigested("nested too deeply")
            continue
        if name in EMBEDDED and not closing:
            parts.append(_embedded_as_link(raw[start:end]))
        elif name in DROPPED_WITH_CONTENT and not closing:
            content_end = end_tags.find(name, end)
            last = content_end if content_end >= 0 else end
        elif name:
            parts.append(" ")
        if name in HTML_TAGS and name not in EMBEDDED and name not in SILENT and not closing:
            removed[name] = None
    parts.append(_text_only(raw[last:], markup))
    found.extend(_removed(name, text, path) for name in removed)
    return "".join(parts)


def sanitised(html: str) -> str:
    """HTML of allowed elements, attributes and schemes alone, each element closed."""
    return _CLEANER.clean(html)


def _text_only(text: str, markup: Markup) -> str:
    if "<" not in text:
        return text
    return (_DECLARATION.sub("", text) if markup == "html" else text).replace("<", "&lt;")


def _embedded_as_link(tag: str) -> str:
    """A link in place of a frame, a player or a plug-in: the page loads nothing from elsewhere."""
    target = _first_value(tag, _EMBEDDED_URLS)
    title = _first_value(tag, ("title", "alt"))
    return f'<a href="{target}">{title or target}</a>' if target else f" {title} "


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
    what = "and what is in it is" if name in DROPPED_WITH_CONTENT else "is"
    return warning(
        "html-removed",
        Location.at(path, text, where.start()) if where else Location(path),
        f"The element <{name}> {what} left out of the page",
        value=f"<{name}>",
        hint="Pages hold no scripts, styles or forms; write what it said as text.",
        source=line_at(text, where.start()) if where else "",
    )
