"""WordPress exports (WXR): posts and pages with their metadata, read as a stream.

A document type declaration is refused, and with it every entity that a file could declare.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote
from xml.parsers import expat

from site_gen.diagnostics import Diagnostic, Location
from site_gen.importing.entry import Entry, ImportFailed, Item, Request, Taken, broken, left
from site_gen.importing.writing import scalar, taken

CHUNK = 1 << 16
LONGEST_ITEM = 20_000_000
"""Characters of one entry; what is longer is no text of a person."""

HIDDEN = frozenset({"draft", "pending", "private", "future", "auto-draft", "inherit"})
NOT_TEXTS = frozenset({"nav_menu_item", "revision", "custom_css", "customize_changeset",
                       "oembed_cache", "wp_block", "wp_template", "wp_template_part",
                       "wp_global_styles", "wp_navigation", "wp_font_family"})  # fmt: skip

_PREFIX = (
    b'<rss xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/" '
    b'xmlns:content="http://purl.org/rss/1.0/modules/content/" '
    b'xmlns:dc="http://purl.org/dc/elements/1.1/" '
    b'xmlns:wp="http://wordpress.org/export/1.2/"><channel>'
)
"""What stands above an item, for reading on after a broken one."""
_SHORTCODE = re.compile(r"\[/?([a-z][\w-]*)(?:\s[^\[\]]*)?/?\]")
_KNOWN_SHORTCODES = frozenset({"gallery", "caption", "embed", "audio", "video", "playlist",
                               "contact-form", "youtube", "vimeo", "footnote"})  # fmt: skip
_BLOCK = re.compile(
    r"\s*</?(?:p|div|h[1-6]|ul|ol|li|dl|table|blockquote|pre|hr|figure|section|iframe|!--)\b",
    re.IGNORECASE,
)
_PRE = re.compile(r"(<pre\b.*?</pre\s*>|<!--.*?-->)", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<[^<>]*>")


class _Refused(Exception):
    """The file holds what no export of WordPress has."""


@dataclass(slots=True)
class _Node:
    """An item, or an author, as its children's texts; `terms` are its categories and tags."""

    line: int
    texts: dict[str, str] = field(default_factory=dict)
    terms: list[tuple[str, str]] = field(default_factory=list)
    comments: int = 0
    size: int = 0


class _Reader:
    """Turns the events of the parser into whole nodes."""

    def __init__(self, first_line: int, encoding: str | None) -> None:
        self.first_line = first_line
        self.done: list[tuple[str, _Node]] = []
        self.node: _Node | None = None
        self.path: list[str] = []
        self.parts: list[str] = []
        self.domain = ""
        self.is_rss = False
        self.encoding = encoding
        self.parser = expat.ParserCreate(encoding, " ")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.characters
        self.parser.StartDoctypeDeclHandler = self.doctype
        self.parser.XmlDeclHandler = self.declaration

    def declaration(self, _version: str, encoding: str | None, _standalone: int) -> None:
        self.encoding = encoding

    def doctype(self, *_: object) -> None:
        raise _Refused("it has a document type declaration (<!DOCTYPE …>), which exports have not")

    @property
    def line(self) -> int:
        return self.first_line + self.parser.CurrentLineNumber - 1

    def start(self, name: str, attributes: dict[str, str]) -> None:
        name = _local(name)
        self.path.append(name)
        self.is_rss |= name == "channel"
        if self.node is None and name in ("item", "wp:author"):
            self.node = _Node(self.line)
        if self.node:
            self.node.comments += name == "wp:comment"
            self.parts = []
            self.domain = attributes.get("domain", "") if name == "category" else ""

    def characters(self, data: str) -> None:
        if self.node:
            self.node.size += len(data)
            if self.node.size <= LONGEST_ITEM:
                self.parts.append(data)

    def end(self, _: str) -> None:
        name = self.path.pop()
        node = self.node
        if node is None:
            return
        if name in ("item", "wp:author"):
            self.done.append((name, node))
            self.node = None
        elif self.path and self.path[-1] in ("item", "wp:author"):
            text = "".join(self.parts)
            if name == "category":
                node.terms.append((self.domain, text.strip()))
            else:
                node.texts.setdefault(name, text)
        self.parts = []


def _local(name: str) -> str:
    space, _, local = name.rpartition(" ")
    if space.startswith("http://wordpress.org/export/"):
        return f"excerpt:{local}" if "/excerpt" in space else f"wp:{local}"
    if space.endswith("/content/"):
        return f"content:{local}"
    return f"dc:{local}" if "/dc/" in space else local


def read(request: Request) -> Iterator[Item]:
    """The posts, pages and authors of an export, and what of it was not brought over."""
    path = request.path
    if not path.is_file():
        raise ImportFailed(f"{path} is no file; give the .xml that WordPress exported")
    authors: dict[str, str] = {}
    other: Counter[str] = Counter()
    seen: set[str] = set()
    for name, found in _nodes(path):
        if isinstance(found, Diagnostic):
            yield found
        elif name == "wp:author":
            login = found.texts.get("wp:author_login", "").strip()
            display = found.texts.get("wp:author_display_name", "").strip()
            authors[login] = display or login
        else:
            for one in _of_item(path, found, authors, other):
                if isinstance(one, Entry):
                    new = [by for by in _authors_of(one) if by not in seen]
                    seen.update(new)
                    yield from (_author(by, one.source) for by in new)
                yield one
    for kind, count in sorted(other.items()):
        yield left(Location(str(path)), f"{count:,} of the kind `{kind}` were not imported", kind)


def _authors_of(entry: Entry) -> tuple[str, ...]:
    """The authors who get an entry: who wrote nothing but drafts is named nowhere."""
    if any(one.field == "draft" for one in entry.taken):
        return ()
    values = (one.value for one in entry.taken if one.field == "authors")
    return next((one for one in values if isinstance(one, tuple)), ())


def _author(name: str, source: Location) -> Entry:
    text = f"---\nname: {scalar(name)}\n---\n"
    return Entry("author", source, name, ".md", text, (Taken("name", name, "dc:creator"),))


def _nodes(path: Path) -> Iterator[tuple[str, _Node | Diagnostic]]:
    """The items and authors of a file; after a broken one it goes on with the next item."""
    with path.open("rb") as file:
        position, first_line, prefix = 0, 1, b""
        encoding: str | None = None
        while True:
            reader = _Reader(first_line, encoding if prefix else None)
            try:
                if prefix:
                    reader.parser.Parse(prefix)
                file.seek(position)
                while chunk := file.read(CHUNK):
                    reader.parser.Parse(chunk)
                    yield from reader.done
                    reader.done.clear()
                if not prefix:
                    reader.parser.Parse(b"", True)
                if not reader.is_rss:
                    hint = "Export the site from WordPress (Tools, Export) and give that file."
                    yield "", broken(Location(str(path)), "It is no export of WordPress", hint)
                return
            except _Refused as problem:
                at = Location(str(path), reader.line, reader.parser.CurrentColumnNumber + 1)
                yield "", broken(at, f"The file is refused: {problem}", "Remove it from the file.")
                return
            except (expat.ExpatError, LookupError, ValueError) as problem:
                yield from reader.done
                yield "", _broken_xml(path, reader, problem)
                encoding = reader.encoding
                past = position + max(reader.parser.ErrorByteIndex - len(prefix), 0)
                following = _next_item(file, past)
                if following is None:
                    return
                first_line = 1 + _lines_before(file, following)
                position, prefix = following, _PREFIX


def _broken_xml(path: Path, reader: _Reader, problem: Exception) -> Diagnostic:
    line = reader.first_line + reader.parser.ErrorLineNumber - 1
    at = Location(str(path), line, reader.parser.ErrorColumnNumber + 1)
    said = expat.errors.messages.get(getattr(problem, "code", 0), str(problem))
    lost = f"; the entry that begins on line {reader.node.line} is lost" if reader.node else ""
    return broken(at, f"Broken XML: {said}{lost}", "Mend the file at this place and import again.")


def _next_item(file: BinaryIO, position: int) -> int | None:
    """Where the next item after a position begins, in bytes."""
    file.seek(position)
    tail, offset = b"", position
    while chunk := file.read(CHUNK):
        data = tail + chunk
        found = data.find(b"<item>")
        if found >= 0:
            return offset - len(tail) + found
        tail = data[-5:]
        offset += len(chunk)
    return None


def _lines_before(file: BinaryIO, position: int) -> int:
    file.seek(0)
    count = 0
    while position > 0 and (chunk := file.read(min(CHUNK, position))):
        count += chunk.count(b"\n")
        position -= len(chunk)
    return count


def _of_item(
    path: Path, node: _Node, authors: dict[str, str], other: Counter[str]
) -> Iterator[Item]:
    at = Location(str(path), node.line)
    texts = node.texts
    kind = texts.get("wp:post_type", "post").strip() or "post"
    title = unescape(texts.get("title", "")).strip()
    status = texts.get("wp:status", "publish").strip()
    if node.size > LONGEST_ITEM:
        yield broken(at, f"The entry “{title[:60]}” is too long", "Import it by hand.")
        return
    if kind == "attachment":
        url = texts.get("wp:attachment_url", "").strip() or title
        yield left(at, f"An attachment is not in the export: {url}", url, "Copy it by hand.")
        return
    if kind in NOT_TEXTS or kind not in ("post", "page") or status == "trash":
        other["trash" if status == "trash" else kind] += 1
        return
    body = texts.get("content:encoded", "").replace("\r\n", "\n").replace("\r", "\n")
    for name in sorted(_shortcodes(body)):
        hint = "Replace it by what it showed."
        yield left(at, f"The shortcode [{name}] is kept as text", name, hint)
    if node.comments:
        yield left(at, f"{node.comments:,} comments were not imported", str(node.comments))
    post = texts.get("wp:post_name", "").strip()
    yield Entry(
        "page" if kind == "page" else "article",
        at,
        unquote(post) or title or f"post-{texts.get('wp:post_id', '').strip()}",
        ".html",
        paragraphs(body).strip() + "\n",
        _taken(node, title, status, authors),
    )


def _taken(node: _Node, title: str, status: str, authors: dict[str, str]) -> tuple[Taken, ...]:
    texts = node.texts
    written = texts.get("wp:post_date", "").strip()[:10]
    changed = texts.get("wp:post_modified", "").strip()[:10]
    login = texts.get("dc:creator", "").strip()
    link = texts.get("link", "").strip()
    terms = [
        unescape(name) for domain, name in node.terms
        if domain in ("category", "post_tag") and name.casefold() != "uncategorized"
    ]  # fmt: skip
    excerpt = unescape(_TAG.sub(" ", texts.get("excerpt:encoded", "")))
    hidden = status in HIDDEN or texts.get("wp:post_password", "").strip() != ""
    return (
        *taken("title", title, "title"),
        *taken("authors", [authors.get(login, login)], "dc:creator"),
        *taken("date", "" if written.startswith("0000") else written, "wp:post_date"),
        *(
            taken("modified", changed, "wp:post_modified")
            if changed != written and not changed.startswith("0000")
            else ()
        ),
        *taken("topics", terms, "category"),
        *taken("summary", excerpt, "excerpt:encoded"),
        *taken("source_url", link if re.match(r"https?://[^\s/]", link) else "", "link"),
        *(taken("draft", "true", f"wp:status, {status}") if hidden else ()),
    )


def _shortcodes(body: str) -> set[str]:
    return {
        match[1]
        for match in _SHORTCODE.finditer(body)
        if match[1] in _KNOWN_SHORTCODES or "=" in match[0] or f"[/{match[1]}]" in body
    }


def paragraphs(body: str) -> str:
    """The body with paragraphs where WordPress shows them: it stores them as blank lines.

    A body that has paragraphs of its own stays as it is.
    """
    if re.search(r"<p\b|<!-- wp:", body, re.IGNORECASE):
        return body
    parts: list[str] = []
    for index, piece in enumerate(_PRE.split(body)):
        if index % 2:
            parts.append(piece)
            continue
        for block in re.split(r"\n[ \t]*\n", piece):
            text = block.strip("\n")
            if not text.strip():
                continue
            plain = _BLOCK.match(text) is None
            parts.append(f"<p>{text.replace(chr(10), '<br>' + chr(10))}</p>" if plain else text)
    return "\n\n".join(parts)
