"""The metadata fields that site_gen knows, and every name a source may give them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Literal

from site_gen.frozen import frozen
from site_gen.model import DocumentKind

FieldType = Literal[
    "title",
    "text",
    "summary",
    "people",
    "names",
    "list",
    "aliases",
    "date",
    "url",
    "urls",
    "language",
    "flag",
    "mapping",
    "number",
]


@frozen
class Field:
    """A metadata field: its type, its other names, what readers call it in the record."""

    name: str
    type: FieldType
    label: str = ""
    aliases: tuple[str, ...] = ()
    kinds: tuple[DocumentKind, ...] = ()
    """The kinds of document it belongs to; empty for all."""


_REGISTRIES: tuple[DocumentKind, ...] = ("author", "place", "topic", "series")
FIELDS: tuple[Field, ...] = (
    Field("title", "title", "Title", ("headline", "name", "display_name", "heading")),
    Field("authors", "people", "Author", ("author", "byline", "by", "creator", "writer")),
    Field(
        "translators",
        "people",
        "Translator",
        ("translator", "translated_by", "translation_by"),
    ),
    Field(
        "date",
        "date",
        "Date",
        ("published", "pubdate", "publish_date", "date_published", "publication_date", "issued"),
    ),
    Field("modified", "date", "Modified", ("updated", "lastmod", "last_modified", "date_modified")),
    Field("places", "names", "Place", ("place", "location", "locations", "dateline")),
    Field(
        "topics",
        "list",
        "Topic",
        ("topic", "tags", "tag", "categories", "category", "keywords", "subjects", "subject"),
    ),
    Field("series", "names", "Series"),
    Field("part", "number", "Part", ("series_part", "order"), ("article",)),
    Field("language", "language", "Language", ("lang", "locale")),
    Field(
        "summary",
        "summary",
        "Summary",
        ("description", "excerpt", "abstract", "deck", "standfirst"),
    ),
    Field(
        "source_url",
        "url",
        "Source",
        ("source", "original_url", "original", "source_link", "canonical", "canonical_url", "link"),
    ),
    Field("archived_url", "url", "Archived copy", ("archive_url", "archived", "memento")),
    Field("accessed", "date", "Accessed", ("access_date", "retrieved")),
    Field("publication", "text", "Publication", ("publisher", "newspaper", "container_title")),
    Field("identifier", "text", "Identifier", ("id", "doi")),
    Field("collection", "text", "Collection"),
    Field("rights", "text", "Rights", ("license", "licence", "copyright")),
    Field("translation_of", "text", "Translation of", (), ("article",)),
    Field("translation_key", "text", "", (), ("article",)),
    Field("featured", "flag", "", ("pick", "editors_pick"), ("article",)),
    Field("featured_note", "summary", "", ("pick_note",), ("article",)),
    Field("slug", "text"),
    Field("redirect_from", "names", "", ("redirects", "former_urls", "old_urls")),
    Field("status", "text"),
    Field("draft", "flag"),
    Field("embargo_until", "date", "", ("embargo",)),
    Field("noindex", "flag"),
    Field("withdrawn", "mapping"),
    Field("redactions", "mapping"),
    Field("markup", "text"),
    Field("encoding", "text"),
    Field("smart_quotes", "flag"),
    Field("repair", "mapping"),
    Field("accept", "list"),
    Field("aliases", "aliases", "", ("alias", "variants"), _REGISTRIES),
    Field("same_as", "urls", "", ("sameas",), _REGISTRIES),
    Field("portrait", "text", "", ("photo",), ("author",)),
    Field("sort_name", "text", "", ("sort_as", "filed_as"), ("author",)),
    Field("agency", "flag", "", (), ("author",)),
    Field("parent", "text", "", (), ("place",)),
    Field("coordinates", "mapping", "", ("coords",), ("place",)),
    Field("note", "text", "", (), ("place",)),
)
BY_NAME = {field.name: field for field in FIELDS}


def names_of_keys(more: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Every key a source may use, folded, and the field it stands for.

    `more` are the site's own aliases by field.
    """
    known: dict[str, str] = {}
    for field in FIELDS:
        for alias in field.aliases:
            known[alias] = field.name
    for name, aliases in more.items():
        for alias in aliases:
            known[folded(alias)] = name
    for field in FIELDS:
        known[field.name] = field.name
    return known


@lru_cache(maxsize=10_000)
def folded(key: str) -> str:
    """A key as keys are compared: `Source-URL` is `source_url`."""
    return key.strip().casefold().replace("-", "_").replace(" ", "_")
