"""Markdown, text and HTML to sanitised HTML, with links, headings and words told. Pure.

A body goes through `escaping` (which `<` is text), the `engine` (Markdown), the `sanitiser` (what a
page may hold) and the `body` pass (links, images, ids, headings, tables).

Links and images that point inside the archive are left as placeholders, `LINK_START number
LINK_END`, since no document knows the address of another: the renderer fills them in.
"""

from __future__ import annotations

import re
from collections import Counter
from html import escape

from site_gen.diagnostics import Diagnostic, Location, warning
from site_gen.frozen import frozen
from site_gen.markup.allowlist import ALLOWED, EMBEDDED, HTML_TAGS, SAFE_SCHEMES, scheme_of
from site_gen.markup.body import Body, Rendered
from site_gen.markup.common import common_html
from site_gen.markup.escaping import escaped
from site_gen.markup.extensions import Extensions, extension_settings
from site_gen.markup.limits import Undigested
from site_gen.markup.placeholders import (
    ID_PREFIX,
    LINK_END,
    LINK_START,
    NOT_TEXT,
    PLACEHOLDER,
    no_blanks,
)
from site_gen.markup.prose import as_prose, put_back, set_aside
from site_gen.markup.sanitiser import only_known_tags, sanitised
from site_gen.markup.syntax import (
    ATTRIBUTES,
    AUTOLINK,
    DEFINITION,
    LOWER_ASCII,
    TAG,
    TAG_VALUE,
    code_spans,
    line_at,
    within,
)
from site_gen.model import Markup
from site_gen.patterns import late_pattern
from site_gen.tokens import holds, printable

__all__ = [
    "ALLOWED",
    "ATTRIBUTES",
    "AUTOLINK",
    "DEFINITION",
    "EMBEDDED",
    "HTML_TAGS",
    "ID_PREFIX",
    "LINK_END",
    "LINK_START",
    "LOWER_ASCII",
    "PLACEHOLDER",
    "SAFE_SCHEMES",
    "TAG",
    "TAG_VALUE",
    "Options",
    "Rendered",
    "check_extensions",
    "code_spans",
    "extension_settings",
    "no_blanks",
    "render",
    "scheme_of",
    "within",
]

_SHORTCODE = late_pattern(
    r"\{\{[<%]-?\s*+/?(?P<hugo>[^\s<>%{}]++)(?:[^\n{]|\{(?![{%]))*?[>%]\}\}"
    r"|\{%-?\s*+(?P<liquid>[^\s<>%{}]++)(?:[^\n{]|\{(?![{%]))*?%\}"
    r"|\{\{\s++[\"'][^\"'\n{}]*+[\"']\s*+\|\s*+(?P<filter>\w++)[^\n{}]*+\}\}"
    r"|\{\{(?:\s++(?P<value>\w[^\s{}]*+)[^\n{}]*\s|(?P<field>\w++\.[^\s{}]*+))\}\}"
)
MOST_NAMES = 5
"""Names of template code that are told of a text."""


@frozen
class Options:
    """How a body is read: its markup, curly quotes, the site's own Markdown extensions."""

    markup: Markup
    smart_quotes: bool = False
    extensions: Extensions = ()


def check_extensions(extensions: Extensions) -> str:
    """What is wrong with the site's Markdown extensions, or nothing."""
    if not extensions:
        return ""
    from site_gen.markup import engine

    return engine.check(extensions)


def render(text: str, options: Options, path: str) -> tuple[Rendered, list[Diagnostic]]:
    """Turn the body of the document at `path` into HTML."""
    found: list[Diagnostic] = []
    body = text if printable(text) else NOT_TEXT.sub(" ", text)
    simple = as_prose(body) if _is_markdown(options) else None
    if simple:
        return simple, found
    marked = body
    if options.markup in ("markdown", "text"):
        marked = escaped(body, options.markup, path, found)
    common = common_html(marked) if _is_markdown(options) else None
    if common is not None:
        return Body(common, body).finish(), [*found, *_shortcodes(body, path)]
    aside: list[str] = []
    try:
        raw, aside = _converted(body, marked, options, path, found)
    except Undigested as problem:
        found = [_unreadable(path, str(problem))]
        raw = _plain(body)
    if options.markup != "plain":
        found.extend(_shortcodes(body, path))
    cleaned = NOT_TEXT.sub(" ", put_back(sanitised(raw), aside))
    return Body(cleaned, body).finish(), found


def _is_markdown(options: Options) -> bool:
    """Whether a body is read by the rules of Python-Markdown alone."""
    ruled = options.markup in ("markdown", "text")
    return ruled and not (options.smart_quotes or options.extensions)


def _converted(
    text: str, marked: str, options: Options, path: str, found: list[Diagnostic]
) -> tuple[str, list[str]]:
    """The HTML of a body as its markup says, and the paragraphs that are set aside in it.

    In Markdown as it is `marked` every `<` that is text is so. Raises Undigested where the markup
    says too much.
    """
    how = options.markup
    if how == "plain":
        return _plain(text), []
    raw, aside = marked, list[str]()
    if how != "html":
        if _is_markdown(options):
            raw, aside = set_aside(raw)
        # Most texts hold nothing that needs it, and it takes long to load.
        from site_gen.markup.engine import convert

        raw = convert(raw, options.smart_quotes, options.extensions)
    return only_known_tags(raw, text, how, path, found), aside


def _unreadable(path: str, why: str) -> Diagnostic:
    return warning(
        "markup-unreadable",
        Location(path),
        f"The markup of this text cannot be read ({why}); it is shown as plain text",
        value=why,
        hint="Set `markup: plain` for this file, or mend the markup.",
    )


def _shortcodes(text: str, path: str) -> list[Diagnostic]:
    """Tell of the template code of another program: where the first is, and what each is called."""
    marks = list(_SHORTCODE.finditer(text)) if holds(text, "{", "{{", "{%") else []
    if not marks:
        return []
    counts = Counter(mark[mark.lastgroup or 0] for mark in marks)
    named = [f"{name} ({n} times)" if n > 1 else name for name, n in counts.most_common(MOST_NAMES)]
    more = f" and {len(counts) - MOST_NAMES} more" if len(counts) > MOST_NAMES else ""
    first = marks[0]
    return [
        warning(
            "template-code",
            Location.at(path, text, first.start()),
            f"Template code of another program is shown as it stands: {', '.join(named)}{more}",
            value=first[0][:80],
            hint="Say what it stands for under `shortcodes:` in site.yml, or replace it by hand: "
            "a link, an image, a quotation.",
            source=line_at(text, first.start()),
        )
    ]


def _plain(text: str) -> str:
    """A text without markup: blank lines part its paragraphs, its line breaks are kept."""
    paragraphs = re.split(r"\n[ \t]*\n+", text.strip("\n"))
    return "\n".join(
        "<p>" + "<br>\n".join(escape(line, quote=False) for line in one.split("\n")) + "</p>"
        for one in paragraphs
        if one.strip()
    )
