"""Python-Markdown, with the changes to it that keep every word of a text."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from xml.etree import ElementTree

import markdown
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
from markdown.treeprocessors import InlineProcessor, Treeprocessor

from site_gen.markup.allowlist import may_be_shown
from site_gen.markup.blocks import HtmlBlocks
from site_gen.markup.extensions import Extensions
from site_gen.markup.limits import Undigested, measure
from site_gen.markup.placeholders import NO_MARKER, TEXT_LT
from site_gen.markup.syntax import ATTRIBUTES, DEFINITION


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


_LINK_TARGET = re.compile(
    rf"\(\s*(?:([<{TEXT_LT}][^<>{TEXT_LT}]*>)\s*(?:('[^']*'|\"[^\"]*\")\s*)?\))?"
)
"""What follows the text of a link. A `<` before a destination is a mark of text by now, so that it
is shown where there is no link."""


class _Links(LinkInlineProcessor):
    """Leave `[Kabul](Note: we left)` as text: no page may link there, and words would be lost."""

    RE_LINK = _LINK_TARGET

    def getLink(self, data: str, index: int) -> tuple[str, str | None, int, bool]:
        href, title, end, handled = super().getLink(data, index)
        return href, title, end, handled and may_be_shown(href, image=False)


class _Images(ImageInlineProcessor):
    """As `_Links`, for images."""

    RE_LINK = _LINK_TARGET

    def getLink(self, data: str, index: int) -> tuple[str, str | None, int, bool]:
        href, title, end, handled = super().getLink(data, index)
        return href, title, end, handled and may_be_shown(href, image=True)


class _Footnotes(FootnoteExtension):
    """Lose no note: of two with one label both are kept, and an empty one is a note."""

    def setFootnote(self, id: str, text: str) -> None:
        before = self.footnotes.get(id)
        self.footnotes[id] = f"{before}\n\n{text}" if before else text or "&nbsp;"


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


class _Inline(InlineProcessor):
    """Try no pattern on text in which none can match."""

    MARK = re.compile(r"[][\\`*_<&]|  \n")

    # The method of the plain library is private, and this its only caller's name for it.
    def _InlineProcessor__handleInline(self, data: str, patternIndex: int = 0) -> str:
        if not self.MARK.search(data):
            return data
        tried: str = super()._InlineProcessor__handleInline(data, patternIndex)  # type: ignore[misc]
        return tried


class _Faithful(Extension):
    """The changes to Python-Markdown that keep every word of a text.

    `own` says that no other patterns are tried on text than Python-Markdown's own.
    """

    def __init__(self, own: bool) -> None:
        super().__init__()
        self.own = own

    def extendMarkdown(self, md: markdown.Markdown) -> None:
        parser = md.parser
        parser.blockprocessors.register(_References(parser), "reference", 15)
        parser.blockprocessors.register(_Numbers(parser), "olist", 40)
        parser.blockprocessors.register(_Tables(parser, {"use_align_attribute": True}), "table", 75)
        parser.blockprocessors.register(_HashHeadings(parser), "hashheader", 70)
        md.inlinePatterns.register(_Links(LINK_RE, md), "link", 160)
        md.inlinePatterns.register(_Images(IMAGE_LINK_RE, md), "image_link", 150)
        if type(md.preprocessors["html_block"]) is HtmlBlockPreprocessor:
            md.preprocessors.register(HtmlBlocks(md), "html_block", 20)
        if self.own:
            md.treeprocessors.register(_Inline(md), "inline", 20)
        md.treeprocessors.register(_Attributes(md), "attr_list", 8)
        md.treeprocessors.register(_NumbersTidied(md), "list_numbers", 30)


@lru_cache(maxsize=8)
def _markdown(smart_quotes: bool, extensions: Extensions) -> markdown.Markdown:
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
    return markdown.Markdown(
        extensions=[*names, _Faithful(not (smart_quotes or extensions))], extension_configs=settings
    )


def check(extensions: Extensions) -> str:
    """Load the site's Markdown extensions once. Returns what is wrong with them, or nothing."""
    try:
        _markdown(False, extensions)
    except Exception as problem:  # An extension is foreign code: whatever it raises is told.
        return f"{type(problem).__name__}: {problem}"
    return ""


def convert(text: str, smart_quotes: bool, extensions: Extensions) -> str:
    """The HTML of Markdown in which every `<` that is text is marked (`escaping`).

    Raises Undigested where the text asks for more than can be read.
    """
    measure(text)
    converter = _markdown(smart_quotes, extensions)
    converter.reset()
    converter.parser.state.clear()
    try:
        raw = converter.convert(text)
    except RecursionError:
        _markdown.cache_clear()
        raise Undigested("nested too deeply") from None
    except Exception as problem:  # Markdown and a site's extensions are foreign code: it is told.
        _markdown.cache_clear()
        raise Undigested(f"{type(problem).__name__}: {problem}") from problem
    return raw.replace(TEXT_LT, "&lt;")
