"""The tables of an archive as data, and what each of their columns means: told once, for all."""

from __future__ import annotations

from typing import Literal

from site_gen.frozen import frozen

TEXT = "text"
"""The column that articles have only where the keeper asks for it, and not in CSV."""

Kind = Literal["text", "list", "date", "integer", "number", "yes or no"]
"""`list` is a list of texts; `date` a day. A text may hold a date as EDTF, which is no day."""


@frozen
class Column:
    """A column of a table; `meaning` is for readers."""

    name: str
    kind: Kind
    meaning: str


# What several tables tell in the same words.
_ADDRESS = Column(
    "address", "text", "The whole address of that page, if that of the site is known."
)
_NAME = Column("name", "text", "The name.")
_ALIASES = Column("aliases", "list", "Other spellings and names.")

ARTICLES = (
    Column("id", "text", "What the article is known by: the path of its page without the ending."),
    Column("url", "text", "The path of its page, from the root of the site."),
    Column("address", "text", "The whole address of its page, if that of the site is known."),
    Column("title", "text", "The title."),
    Column("authors", "list", "The names of the authors."),
    Column("translators", "list", "The names of the translators."),
    Column("date", "text", "When it was published, as EDTF; empty if that is not known."),
    Column("date_earliest", "date", "The earliest day that the date can mean, if it has one."),
    Column("date_latest", "date", "The latest day that the date can mean, if it has one."),
    Column("places", "list", "The names of the places it is about, or was written in."),
    Column("topics", "list", "The names of the topics."),
    Column("series", "list", "The names of the series it is a part of."),
    Column("part", "integer", "Its number in the first of them."),
    Column("language", "text", "The language of the text (BCP 47)."),
    Column("summary", "text", "A summary, where one was written."),
    Column("publication", "text", "The newspaper or journal that it was published in."),
    Column("source_url", "text", "The address of the original."),
    Column("archived_url", "text", "The address of an archived copy of the original."),
    Column("accessed", "text", "When the original was looked up, as EDTF."),
    Column("identifier", "text", "An identifier that it has elsewhere."),
    Column("collection", "text", "The collection or the box that it is from."),
    Column("rights", "text", "Who holds the rights, or under what terms it may be used."),
    Column("modified", "text", "When the article was last changed, as EDTF."),
    Column("words", "integer", "The number of words of the text."),
    Column("version", "text", "The version of title and text: the beginning of their SHA-256."),
)

ARTICLES_WITH_TEXT = (
    *ARTICLES,
    Column(TEXT, "text", "The text, without its markup: a line for each paragraph."),
)

AUTHORS = (
    Column("id", "text", "What the author is known by."),
    Column("url", "text", "The path of the author's page, from the root of the site."),
    _ADDRESS,
    _NAME,
    Column("filed", "text", "What the name is filed under: the family name, of a person."),
    _ALIASES,
    Column("agency", "yes or no", "Whether this is an agency, and no person."),
    Column("same_as", "list", "Addresses that identify the same author elsewhere."),
    Column("articles", "integer", "The number of articles written, of those in the table."),
    Column("translations", "integer", "The number of articles translated, of those in the table."),
)

PLACES = (
    Column("id", "text", "What the place is known by."),
    Column("url", "text", "The path of the place's page, from the root of the site."),
    _ADDRESS,
    _NAME,
    _ALIASES,
    Column("parent", "text", "The id of the place that it lies in."),
    Column("code", "text", "Of a country, its code of two letters (ISO 3166-1)."),
    Column("latitude", "number", "Degrees north of the equator (WGS 84)."),
    Column("longitude", "number", "Degrees east of Greenwich (WGS 84)."),
    Column("same_as", "list", "Addresses that identify the same place elsewhere."),
    Column("note", "text", "What is to be said of its status."),
    Column("articles", "integer", "The number of articles about it or a place in it."),
)

TOPICS = (
    Column("id", "text", "What it is known by."),
    Column("url", "text", "The path of its page, from the root of the site."),
    _ADDRESS,
    _NAME,
    _ALIASES,
    Column("articles", "integer", "The number of its articles, of those in the table."),
)
"""Of topics and of series: only the database has tables of them."""
