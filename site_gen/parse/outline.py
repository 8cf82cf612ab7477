"""What of a document a plan is made from: all but its text."""

from __future__ import annotations

from dataclasses import fields
from operator import attrgetter

from site_gen.cache import digest_of
from site_gen.model import Document

TEXT = frozenset(
    {"body", "digest", "excerpt", "headings", "outbound", "telling", "version", "words"}
)
"""The fields that follow from the text. No plan looks at them."""
_ELSE = {"accept", "anchors", "closing_notes"}

_rest = attrgetter(*(one.name for one in fields(Document) if one.name not in TEXT | _ELSE))


def outline(document: Document) -> str:
    """The digest of what is not text. Where it stands, a document has the same place in the
    archive, and the same links lead to it and from it.
    """
    return digest_of(
        repr(_rest(document)),
        repr((sorted(document.accept), sorted(document.anchors))),
        # The line of a note moves with the text above it, and is told by its evidence only.
        repr([(note.author, note.html) for note in document.closing_notes]),
    )
