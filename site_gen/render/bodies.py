"""Stored bodies, with their links made relative to the page they stand on."""

from __future__ import annotations

import pickle
import re
from collections.abc import Callable, Iterable
from html import escape
from typing import Any

from markupsafe import Markup as Safe

from site_gen import cache, copies, redaction
from site_gen.links import UNNAMED, as_written
from site_gen.markup import LINK_END, LINK_START, PLACEHOLDER
from site_gen.model import Document, Evidence, Origin, Record
from site_gen.render.copied import with_copies
from site_gen.render.inputs import Inputs
from site_gen.render.views import evidence


class Kept:
    """Bodies and records as the store has them, those of several documents read at once."""

    def __init__(self, store: cache.Store) -> None:
        self.store = store
        self._read: dict[str, bytes] = {}

    def read(self, documents: Iterable[Document]) -> None:
        """Read what will be asked for next, in place of what was read before."""
        self._read = self.store.get_all([key for one in documents for key in _keys(one)])

    def body(self, document: Document) -> bytes:
        """The HTML of a body. Raises CacheBroken if the store lost it."""
        return self._of(document, 0)

    def record(self, document: Document) -> bytes:
        """The record that goes with a body, pickled. Raises CacheBroken if the store lost it."""
        return self._of(document, 1)

    def _of(self, document: Document, which: int) -> bytes:
        key = _keys(document)[which]
        if key not in self._read:
            self.read([document])
        if key not in self._read:
            raise cache.CacheBroken(f"the {key.partition(' ')[0]} of {document.path} is gone")
        return self._read[key]


def _keys(document: Document) -> tuple[str, str]:
    """The keys of a body and of the record that goes with it."""
    return document.body, document.record


class Bodies:
    """The parts of one page that other pages may show too: bodies with relative links, cards."""

    def __init__(
        self,
        inputs: Inputs,
        kept: Kept,
        url: Callable[[str], str],
        card: Callable[[str], dict[str, Any]],
        word: Callable[[str], str],
    ) -> None:
        """Set up for one page. `url` makes a link of a path from the site's root, `word` is what
        the site says, by its name in words.html.
        """
        self.inputs = inputs
        self.kept = kept
        self.url = url
        self.card = card
        self.word = word

    def of(self, document: Document) -> Safe:
        """The final HTML of a document's body. Raises CacheBroken if the store lost it."""
        html = self.kept.body(document).decode("utf-8")
        if document.references:
            html = self._filled(html, document)
        return self.linked(html, document)

    def linked(self, html: str, document: Document) -> Safe:
        """HTML of a document with the copies of what it links to."""
        copies = self.inputs.copies.of(document) if document.outbound else {}
        if document.withheld:
            html = redaction.called(html, self.word("withheld_mark"))
        return Safe(with_copies(html, copies, self.word("archived")) if copies else html)

    def record(self, document: Document) -> dict[str, Any]:
        """Where everything about a document comes from. Raises CacheBroken if the store lost it."""
        record: Record = pickle.loads(self.kept.record(document))
        stated = record.evidence
        if document.archived_url and not any(one.field == "archived_url" for one in stated):
            stated = (*stated, Evidence("archived_url", document.archived_url, _LEDGER))
        hidden = document.withheld and redaction.in_address(document.path, document.withheld)
        return {
            "path": "" if hidden else document.path,
            "sha256": document.digest,
            "evidence": [evidence(one) for one in stated],
            "repairs": [f"Line {one.line}: {one.what}" for one in record.repairs],
            "withheld": list(record.redacted),
        }

    def _filled(self, html: str, document: Document) -> str:
        targets = self.inputs.links.targets[document.path]

        def target(match: re.Match[str]) -> str:
            return escape(self.url(targets[int(match[1])]))

        def tag(match: re.Match[str]) -> str:
            number = int(match["number"])
            if targets[number] and targets[number] != UNNAMED:
                return PLACEHOLDER.sub(target, match[0])
            reference = document.references[number]
            written = "" if targets[number] == UNNAMED else escape(as_written(reference.target))
            if match["name"] == "img":
                alt = re.search(r' alt="([^"]*)"', match[0])
                said = alt[1] if alt else ""
                if written:
                    said = f"{said} ({written})" if said else written
                return f'<span class="missing">{said}</span>'
            rest = match[0].replace(f' href="{match["link"]}"', "")
            more = f' title="{written}"' if written and ' title="' not in rest else ""
            return f'<a class="missing"{more}{rest[2:]}'

        return _LINKED.sub(tag, html)


class Keys:
    """What stands for these parts in the key of a page: all that they are made from."""

    def __init__(self, inputs: Inputs, card: Callable[[str], str]) -> None:
        self.inputs = inputs
        self.card = card

    def of(self, document: Document) -> list[Any]:
        """The key of a body and where its links lead."""
        targets = self.inputs.links.targets.get(document.path, ())
        return [document.body, *targets, *self.linked("", document)]

    def linked(self, html: str, document: Document) -> list[Any]:
        """HTML of a document and what is known of the copies that it shows."""
        known = self.inputs.copies.known
        copies = self.inputs.copies.of(document) if known and document.outbound else {}
        return [html, *copies.values()] if copies else [html] if html else []

    def record(self, document: Document) -> str:
        """The record has the key of the body."""
        return document.body


_LEDGER = Origin("inferred", copies.LEDGER, 0, "the ledger of copies")

_LINKED = re.compile(
    rf'<(?P<name>a|img)\b[^>]*?\b(?:href|src)="(?P<link>{LINK_START}(?P<number>\d+){LINK_END})"[^>]*>'
)
