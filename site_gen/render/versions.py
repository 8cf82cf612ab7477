"""What a page tells of another version of its text."""

from __future__ import annotations

from urllib.parse import urlsplit

from site_gen.model import Document

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
