"""What a page tells of other versions of its text: elsewhere in the archive, and of before."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from site_gen.dates import parse_edtf
from site_gen.model import Document, TextVersion

SHORTER = 0.9
"""The share of the words of a text below which another version of it is called shorter."""


def version(article: Document, other: Document) -> dict[str, str]:
    """What another version of an article is beside it (`shorter`, `longer` or `similar`),
    and where it was published.
    """
    if other.words < SHORTER * article.words:
        length = "shorter"
    elif article.words < SHORTER * other.words:
        length = "longer"
    else:
        length = "similar"
    host = urlsplit(other.source_url).netloc.removeprefix("www.")
    return {"length": length, "publication": other.publication or host}


def history(document: Document, texts: Iterable[TextVersion]) -> list[dict[str, Any]]:
    """The texts that an article had, the newest first, as its record shows them."""
    return [
        {
            "date_iso": one.day,
            "date_label": parse_edtf(one.day).label(),
            "digest": one.digest,
            "current": at == 0 and one.digest == document.version,
        }
        for at, one in enumerate(texts)
    ]
