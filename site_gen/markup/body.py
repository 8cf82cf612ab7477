"""One pass over cleaned HTML: links, images, ids, headings, tables."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from html import escape, unescape
from urllib.parse import unquote

from site_gen.frozen import frozen
from site_gen.markup.allowlist import RENAMED, SAFE_DATA, scheme_of
from site_gen.markup.excerpt import CLEANED_TAG, excerpt, plain_words, said
from site_gen.markup.placeholders import ID_PREFIX, LINK_END, LINK_START, no_blanks
from site_gen.model import Heading, Reference
from site_gen.patterns import late_pattern
from site_gen.tokens import counted

_TOLD = "|".join(["a", "img", "h[1-6]", "table", "pre", *sorted(RENAMED)])
_CHANGED_TAG = late_pattern(
    rf"<(?P<close>/?)(?P<name>(?:{_TOLD})(?![a-z0-9])|[a-z][a-z0-9]*(?=\s))"
    r"(?P<attributes>(?:\s+[a-zA-Z][\w:-]*=\"[^\"]*\")*)\s*/?>"
)
"""A tag in cleaned HTML, but for those without attributes that stay as they are."""
_ATTRIBUTE = re.compile(r"\s([a-zA-Z][\w:-]*)=\"([^\"]*)\"")
_NAMED_IMAGE = re.compile(r"<img [^>]*?\balt=\"[^\"]")


@frozen
class Rendered:
    """A body as HTML that is safe to publish, and what is in it."""

    html: str
    references: tuple[Reference, ...]
    anchors: frozenset[str]
    headings: tuple[Heading, ...]
    excerpt: str
    words: int
    telling: int
    """How many of the words say something by themselves."""
    said: str = ""
    """Its words as they are written, a blank between each two; a tag parts them."""
    sure: bool = False
    """Whether the index surely reads the same words from its page, in small letters."""
    prose: bool = False
    """Whether there is no markup in it, so that its words are the text's own."""


@frozen
class _RemoteImage:
    """An image on another host: a link takes its place. Its values are HTML."""

    address: str
    alt: str
    title: Mapping[str, str]

    @property
    def file_name(self) -> str:
        return self.address.rstrip("/").rpartition("/")[2]

    def link(self, text: str) -> str:
        attributes = {"class": "remote-image", "href": self.address, **self.title}
        return f"{_written('a', attributes)}{text or self.address}</a>"


@dataclass(slots=True)
class _Link:
    """A link that is still open: where its tag stands, where it leads, what must follow it."""

    at: int
    attributes: dict[str, str]
    address: str
    """As written, as HTML; empty where it leads nowhere."""
    images: list[_RemoteImage] = field(default_factory=list)
    first: int = 0
    """How many of the images stand before all words."""


class Body:
    """One pass over cleaned HTML: links, images, ids, headings, tables."""

    def __init__(self, html: str, source: str) -> None:
        self.html = html
        self.source = source
        self.parts: list[str] = []
        self.references: list[Reference] = []
        self.positions: dict[str, int] = {}
        self.anchors: set[str] = set()
        self.same_page: list[tuple[int, dict[str, str], str]] = []
        """Each link to a place on the page: where its tag stands, its attributes, its target."""
        self.headings: list[Heading] = []
        self.open_link: _Link | None = None
        self.heading: tuple[int, str] | None = None
        self.heading_text: list[str] = []
        levels = [int(level) for level in re.findall(r"<h([1-6])[\s>]", html)]
        self.shift = 2 - min(levels) if levels else 0

    @cached_property
    def line_ends(self) -> list[int]:
        """Where the lines of the source end."""
        return [match.start() for match in re.finditer("\n", self.source)]

    def finish(self) -> Rendered:
        last = 0
        for match in _CHANGED_TAG.finditer(self.html):
            self.parts.append(self.text(self.html[last : match.start()]))
            self.parts.append(self.tag(match))
            last = match.end()
        self.parts.append(self.text(self.html[last:]))
        self.drop_dead_fragments()
        html = "".join(self.parts).strip()
        text, sure = said(html)
        row, words, telling = counted(text)
        return Rendered(
            html=html,
            references=tuple(self.references),
            anchors=frozenset(self.anchors),
            headings=tuple(self.headings),
            excerpt=excerpt(html),
            words=words,
            telling=telling,
            said=row,
            sure=sure,
        )

    def text(self, text: str) -> str:
        if self.heading:
            self.heading_text.append(text)
        return text

    def tag(self, match: re.Match[str]) -> str:
        close, written, said = match.groups()
        name = RENAMED.get(written, written)
        level = 0
        if name[0] == "h" and name[1:].isdigit():
            level = min(int(name[1:]) + self.shift, 6)
            name = f"h{level}"
        if close:
            return self.closed(name)
        attributes = dict(_ATTRIBUTE.findall(said))
        if not attributes.get("class", "kept"):
            del attributes["class"]
        if written == "a":
            anchor = attributes.pop("name", "")
            if anchor and "id" not in attributes:
                attributes["id"] = ID_PREFIX + anchor
            self.link(attributes)
        elif name == "img":
            return self.image(attributes)
        if "id" in attributes:
            self.anchor(attributes)
        if "align" in attributes:
            # HTML has no such attribute any more, and a page has no styles of its own.
            side = attributes.pop("align").lower()
            if side in ("center", "right"):
                attributes["class"] = f"align-{side}"
        if level:
            self.heading = (level, attributes.get("id", ""))
            self.heading_text = []
        opened = _written(name, attributes)
        if name == "table":
            # What scrolls sideways can be reached by keyboard.
            return f'<div class="table" tabindex="0">{opened}'
        return f'{opened[:-1]} tabindex="0">' if name == "pre" else opened

    def anchor(self, attributes: dict[str, str]) -> None:
        """A place that links can lead to. Of two with one name, links lead to the first."""
        name = no_blanks(unescape(attributes["id"]).removeprefix(ID_PREFIX))
        if name in self.anchors:
            del attributes["id"]
        else:
            self.anchors.add(name)
            attributes["id"] = no_blanks(attributes["id"])

    def closed(self, name: str) -> str:
        if name == "a" and self.open_link:
            link, self.open_link = self.open_link, None
            return self.closed_link(link)
        if self.heading and name == f"h{self.heading[0]}":
            text = unescape(CLEANED_TAG.sub("", "".join(self.heading_text))).strip()
            self.headings.append(Heading(self.heading[0], self.heading[1], text))
            self.heading = None
        return "</table></div>" if name == "table" else f"</{name}>"

    def closed_link(self, link: _Link) -> str:
        """The end of a link, which has a name though no word and no described image stands in it.

        Its name is what it shows, or else where it leads; an image then goes by its file name, so
        that two links that lead to different places are told apart.
        """
        inside = "".join(self.parts[link.at + 1 :])
        texts = [image.alt for image in link.images]
        if link.address and not self.says(link) and not _NAMED_IMAGE.search(inside):
            link.first = 0
            name = " ".join(filter(None, texts)) or link.address
            texts = [image.file_name for image in link.images]
            if "<img " in inside:
                inside = inside.replace(' alt=""', f' alt="{name}"', 1)
            elif link.images:
                inside += self.text(name)
            else:
                # Nothing is to be seen of it, and no word is added to the text.
                link.attributes.setdefault("title", name)
                self.parts[link.at] = _written("a", link.attributes)
        del self.parts[link.at + 1 :]
        links = [image.link(text) for image, text in zip(link.images, texts, strict=True)]
        self.parts[link.at - 1] += "".join(f"{one} " for one in links[: link.first])
        return f"{inside}</a>{''.join(f' {one}' for one in links[link.first :])}"

    def says(self, link: _Link) -> bool:
        """Whether words stand in a link so far."""
        return bool(plain_words("".join(self.parts[link.at + 1 :])).strip())

    def link(self, attributes: dict[str, str]) -> None:
        target = unescape(attributes.get("href", "")).strip()
        at = len(self.parts)
        if target in ("", "#") or target.lower().startswith("data:"):
            attributes.pop("href", None)
            target = ""
        elif target.startswith("//"):
            attributes["href"] = escape(f"https:{target}")
        elif target == "#top":
            # By the HTML standard it is the top of every page, whatever ids there are.
            attributes["href"] = target
        elif target.startswith("#"):
            self.reference(target, image=False)
            attributes["href"] = escape(f"#{ID_PREFIX}{no_blanks(target[1:])}")
            self.same_page.append((at, attributes, target))
        elif not scheme_of(target):
            attributes["href"] = self.reference(target, image=False)
        self.open_link = _Link(at, attributes, escape(target))

    def drop_dead_fragments(self) -> None:
        """Take links to places that the page does not have for what they are: words.

        Where they led stays in their title, as for other dead links.
        """
        for at, attributes, target in self.same_page:
            if no_blanks(unquote(target[1:])) not in self.anchors:
                led = escape(target)
                title = attributes.pop("title", led)
                del attributes["href"]
                told = title if title == led else f"{title} ({led})"
                self.parts[at] = _written("a", attributes | {"class": "missing", "title": told})

    def image(self, attributes: dict[str, str]) -> str:
        target = unescape(attributes.get("src", "")).strip()
        alt = attributes.setdefault("alt", "")
        title = {"title": attributes["title"]} if "title" in attributes else {}
        if target.startswith("//"):
            target = f"https:{target}"
        scheme = scheme_of(target)
        if scheme == "data" and SAFE_DATA.match(target):
            return _written("img", attributes)
        if scheme in ("http", "https"):
            image = _RemoteImage(escape(target), alt, title)
            if not self.open_link:
                return image.link(alt)
            link = self.open_link
            if link.first == len(link.images) and not self.says(link):
                link.first += 1
            link.images.append(image)
            return ""
        if not target or scheme:
            opened = _written("span", {"class": "missing"} | title)
            return f"{opened}{alt or escape(target)}</span>"
        attributes["src"] = self.reference(target, image=True)
        return _written("img", attributes | {"loading": "lazy"})

    def reference(self, target: str, *, image: bool) -> str:
        position = self.source.find(target, self.positions.get(target, 0))
        if position < 0:
            position = self.source.find(target)
        self.positions[target] = position + 1
        line = bisect_right(self.line_ends, position) + 1 if position >= 0 else 0
        self.references.append(Reference(target, line, image))
        return f"{LINK_START}{len(self.references) - 1}{LINK_END}"


def _written(name: str, attributes: Mapping[str, str]) -> str:
    return f"<{name}" + "".join(f' {key}="{value}"' for key, value in attributes.items()) + ">"
