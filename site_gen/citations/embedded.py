"""What a page says of its article to programs: meta tags, links and JSON-LD. Pure.

The tags are those from which Zotero, search engines and assessors of FAIR data take what they
should, and none that mislead them: `citation_journal_title` would make a journal article of it,
`DC.coverage` would be filed as a place in an archive.
"""

from __future__ import annotations

from functools import lru_cache
from json.encoder import encode_basestring as _text

from site_gen.citations.formats import filed_names
from site_gen.citations.works import Name, When, Work
from site_gen.frozen import frozen

DC = "http://purl.org/dc/elements/1.1/"
DCTERMS = "http://purl.org/dc/terms/"
SCHEMA = "https://schema.org/"


@frozen
class Person:
    """An author as JSON-LD tells it: the page about the author, and identities that the keeper
    has verified. Addresses are whole.
    """

    name: Name
    url: str = ""
    same_as: tuple[str, ...] = ()


@frozen
class Spot:
    """A place as JSON-LD tells it. `coordinates` are latitude and longitude in degrees."""

    name: str
    url: str = ""
    coordinates: tuple[float, float] | None = None
    within: tuple[str, ...] = ()
    """The names of what it lies in, from the nearest on."""


@frozen
class Context:
    """What is said of an article beside how it is cited."""

    authors: tuple[Person, ...] = ()
    places: tuple[Spot, ...] = ()
    topics: tuple[str, ...] = ()
    publisher: str = ""
    modified: str = ""
    """A day, month or year as ISO 8601 has it."""
    source_url: str = ""
    archived_url: str = ""
    home: str = ""
    """The whole address of the archive."""


Pairs = list[tuple[str, str]]


def metas(work: Work, context: Context, reference: str) -> Pairs:
    """(attributes, content) of the `<meta>` tags of an article's page. `reference` is the work as
    it stands in a list of references; its address has a tag of its own.

    One tag tells what two kinds of readers want alike: those of `name`, and those of Open Graph's
    `property`.
    """
    authors = [filed for one in work.authors for filed in filed_names(one)]
    if len(authors) == 1 and " " in authors[0].partition(",")[0]:
        # A lone name of several words before its comma would be parted into two people. Written
        # twice, it is one again.
        authors *= 2
    when = work.when
    license = work.license
    pairs = [
        ('name="DC.type"', "newspaperArticle"),
        ('name="citation_title" property="og:title"', work.title),
        *[('name="citation_author"', name) for name in authors],
        ('name="citation_publication_date"', "/".join(when.padded) if when else ""),
        ('name="citation_language"', work.language),
        ('name="citation_public_url" property="og:url"', work.url),
        ('name="DCTERMS.issued" property="article:published_time"', _day(when)),
        ('name="DCTERMS.isPartOf"', work.archive),
        *[('name="DCTERMS.spatial"', one.name) for one in context.places],
        ('name="DCTERMS.license"', license),
        ('name="DCTERMS.rights"', "" if license else work.rights),
        ('name="DCTERMS.accessRights"', "open access"),
        ('name="DCTERMS.bibliographicCitation"', reference.removesuffix(work.url).rstrip()),
        ('property="og:type"', "article"),
        # Zotero takes it for the publication, where it has no name.
        ('property="og:site_name"', work.container),
        ('property="article:modified_time"', context.modified),
    ]
    return [(attributes, content) for attributes, content in pairs if content]


def links(work: Work, context: Context) -> Pairs:
    """(rel, href) of the `<link>` tags: the schemas of names with a point, and Signposting."""
    pairs = [
        ("schema.DC", DC),
        ("schema.DCTERMS", DCTERMS),
        ("cite-as", work.url),
        *(("author", address) for one in context.authors for address in one.same_as[:1]),
        ("type", f"{SCHEMA}AboutPage"),
        ("type", f"{SCHEMA}NewsArticle"),
        ("license", work.license),
    ]
    return [(rel, href) for rel, href in pairs if href]


def json_ld(work: Work, context: Context) -> str:
    """The article and the archive that holds it, in the words of schema.org.

    What meta tags tell already is left out, such as the summary and the parts of names. The text
    can stand in a script element: it holds no `<`.
    """
    publisher = work.container if work.container != work.archive else context.publisher
    archive = _object(
        ("@type", '"ArchiveOrganization"'),
        ("name", _text(context.publisher or work.archive)),
        ("url", _said(context.home)),
    )
    article = _object(
        ("@context", '"https://schema.org"'),
        ("@type", '"NewsArticle"'),
        ("headline", _said(work.title)),
        ("datePublished", _said(_day(work.when))),
        ("dateModified", _said(context.modified)),
        ("author", _array([_person(one) for one in context.authors])),
        (
            "publisher",
            _object(("@type", '"Organization"'), ("name", _text(publisher or work.archive))),
        ),
        ("inLanguage", _said(work.language)),
        ("mainEntityOfPage", _said(work.url)),
        ("contentLocation", _array([_place(one) for one in context.places])),
        ("keywords", _array([_text(one) for one in context.topics])),
        ("isBasedOn", _said(context.source_url)),
        ("archivedAt", _said(context.archived_url)),
        ("license", _said(work.license)),
        ("copyrightNotice", "" if work.license else _said(work.rights)),
        ("version", _said(work.version)),
        ("workExample", _object(("@type", '"ArchiveComponent"'), ("holdingArchive", archive))),
    )
    return article.replace("<", "\\u003c")


@lru_cache(maxsize=4096)
def _person(person: Person) -> str:
    return _object(
        ("@type", '"Organization"' if person.name.literal else '"Person"'),
        ("name", _said(person.name.direct)),
        ("url", _said(person.url)),
        ("sameAs", _array([_text(one) for one in person.same_as])),
    )


@lru_cache(maxsize=4096)
def _place(spot: Spot) -> str:
    around = Spot(spot.within[0], within=spot.within[1:]) if spot.within else None
    geo = ""
    if spot.coordinates:
        latitude, longitude = map(repr, spot.coordinates)
        geo = _object(
            ("@type", '"GeoCoordinates"'), ("latitude", latitude), ("longitude", longitude)
        )
    return _object(
        ("@type", '"Place"'),
        ("name", _said(spot.name)),
        ("url", _said(spot.url)),
        ("geo", geo),
        ("containedInPlace", _place(around) if around else ""),
    )


def _object(*pairs: tuple[str, str]) -> str:
    """A JSON object of what says something; values are JSON, or empty."""
    return "{" + ",".join([f'"{name}":{value}' for name, value in pairs if value]) + "}"


def _array(values: list[str]) -> str:
    """A JSON array of values in JSON; empty if there are none."""
    return f"[{','.join(values)}]" if values else ""


def _said(text: str) -> str:
    """A text in JSON; empty if there is none."""
    return _text(text) if text else ""


def _day(when: When | None) -> str:
    return when.day if when else ""
