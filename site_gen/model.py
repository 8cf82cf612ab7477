"""The data every stage speaks: frozen, referring to each other by key, never half filled.

Bodies are not here. A worker puts a document's HTML into the store and hands back a
`Document`, so the memory of a build grows with metadata and not with text.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from operator import attrgetter
from typing import Any, Literal

from site_gen.compact import Compact, Late
from site_gen.dates import Date
from site_gen.diagnostics import Location
from site_gen.frozen import frozen
from site_gen.near import Near

DocumentKind = Literal["article", "author", "place", "topic", "series", "page"]
EntityKind = Literal["author", "place", "topic", "series"]
ENTITY_KINDS: tuple[EntityKind, ...] = ("author", "place", "topic", "series")

SourceKind = Literal["document", "sidecar", "defaults", "table", "attachment", "ignored", "failed"]
"""What a file under content/ is. `failed` is a document that could not be read at all."""

OriginKind = Literal[
    "sidecar", "front matter", "body label", "metadata.csv", "folder defaults", "inferred"
]
ORIGINS: tuple[OriginKind, ...] = (
    "sidecar",
    "front matter",
    "body label",
    "metadata.csv",
    "folder defaults",
    "inferred",
)
"""The precedence of metadata, strongest first."""

Markup = Literal["markdown", "text", "plain", "html"]
"""`text` is Markdown in which every `<` is text; `plain` keeps line breaks and has no markup."""


@frozen
class Source(Compact):
    """One file under content/.

    `path` is relative to the site's folder, with forward slashes: `content/articles/a.txt`.
    `digest` is the SHA-256 of its bytes in hex, empty for files that are never read.
    """

    path: str
    kind: SourceKind
    document_kind: DocumentKind | None = None
    markup: Markup | None = None
    digest: str = ""
    size: int = 0
    rule: str = ""
    """For an ignored file, the rule that ignores it."""


@frozen
class Origin(Compact):
    """Where a metadata value came from. `line` is 1-based; 0 means the file as a whole."""

    kind: OriginKind
    path: str
    line: int = 0
    note: str = ""
    """For an inferred value, what it was inferred from: `the closing paragraph`."""


@frozen
class Evidence(Compact):
    """One metadata value as the source states it, and where."""

    field: str
    value: str
    origin: Origin


@frozen
class Reference(Compact):
    """A link or an image in a body that points inside the archive.

    The body's HTML holds a placeholder for it, numbered by its place in
    `Document.references`; the renderer puts in the final relative URL.
    """

    target: str
    """As written in the source, percent-decoding and fragment untouched."""
    line: int
    image: bool = False


@frozen
class Heading(Compact):
    """A heading of a body, for tables of contents."""

    level: int
    id: str
    text: str


@frozen
class ClosingNote(Compact):
    """The paragraph at the end of an article that tells who its author is."""

    author: str
    html: str
    line: int


@frozen
class Repair:
    """A change made to the text at the keeper's word, told to the reader."""

    line: int
    what: str


@frozen
class Withheld:
    """Words that must not be shown, with one blank between them, and why.

    With `name` they are a person's: looked for in any case and order, and need not be there.
    """

    words: str
    reason: str = ""
    name: bool = False


@frozen
class Withdrawal:
    """Why a document is no longer shown. Its page says this and nothing else of it."""

    reason: str
    date: Date | None = None
    note: str = ""


@frozen
class Record(Compact):
    """What only the page of a document tells of it: where its metadata is stated, its repairs.

    It lies in the store beside the body, since it is the larger part of all that is known.
    """

    evidence: tuple[Evidence, ...] = ()
    repairs: tuple[Repair, ...] = ()
    redacted: tuple[str, ...] = ()
    """Why words were replaced by a mark, each reason once."""

    def __reduce__(self) -> tuple[Any, ...]:
        """What it is pickled as: texts and numbers, which takes a fifth of the time."""
        return _record, (tuple(map(_STATED, self.evidence)), self.repairs, self.redacted)


_STATED = attrgetter("field", "value", "origin.kind", "origin.path", "origin.line", "origin.note")


def _record(stated: Iterable[tuple[Any, ...]], *rest: Any) -> Record:
    return Record(tuple([Evidence(name, said, Origin(*at)) for name, said, *at in stated]), *rest)


@frozen
class Document(Late):
    """One source document: all that is known of it except its body.

    `body` is the key of its HTML in the store. `extra` holds metadata that site_gen itself has
    no use for. Names in `authors`, `places`, `topics` and `series` are as written, or
    keys of registry entries.
    """

    kind: DocumentKind
    key: str
    path: str
    digest: str
    body: str
    title: str
    authors: tuple[str, ...] = ()
    date: Date | None = None
    modified: Date | None = None
    places: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    series: tuple[str, ...] = ()
    language: str = ""
    summary: str = ""
    excerpt: str = ""
    """The first words of the body as plain text, for lists and descriptions."""
    source_url: str = ""
    archived_url: str = ""
    accessed: Date | None = None
    publication: str = ""
    identifier: str = ""
    collection: str = ""
    rights: str = ""
    slug: str = ""
    words: int = 0
    closing_notes: tuple[ClosingNote, ...] = ()
    references: tuple[Reference, ...] = ()
    anchors: frozenset[str] = frozenset()
    """The ids in the body, without the prefix that the page gives them."""
    headings: tuple[Heading, ...] = ()
    accept: frozenset[str] = frozenset()
    """Codes of findings that the keeper has reviewed."""
    draft: bool = False
    embargo: Date | None = None
    """The day from which it may be published."""
    noindex: bool = False
    """Whether it is published but kept out of searches, the site's own and those of others."""
    withheld: tuple[Withheld, ...] = ()
    """What must not be shown of it. Nothing here and in its body holds these words."""
    anonymous: bool = False
    """Whether its authors' names are withheld."""
    withdrawn: Withdrawal | None = None
    """Set for what was withdrawn; then all that was said of it or in it is left out here."""
    registry: Registry | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)
    translators: tuple[str, ...] = ()
    """Names as written, or keys of registry entries, as those of the authors."""
    part: int = 0
    """Its number in its (first) series, from 1; 0 where none is stated."""
    translation_of: str = ""
    """The path or the key of another article of which it is a translation, as written."""
    translation_key: str = ""
    """What all translations of one text have in common, as written."""
    featured: bool = False
    """Whether the keeper picked it for the home page."""
    featured_note: str = ""
    """Why it was picked."""
    inferred: tuple[str, ...] = ()
    """The fields that nothing states, so that they were inferred, in order."""
    former: tuple[str, ...] = ()
    """Addresses that its page had, as written."""
    version: str = ""
    """The beginning of the SHA-256 of its title and text as they are published."""
    outbound: tuple[str, ...] = ()
    """The addresses on other hosts that its text links to, as the ledger of copies has them."""
    telling: int = 0
    """How many words of its body say something by themselves."""

    @property
    def record(self) -> str:
        """The key of its `Record` in the store."""
        return record_of(self.body)


def record_of(body: str) -> str:
    """The key of the `Record` of a document, by that of its body."""
    return f"record{body.removeprefix('body')}"


@frozen
class Registry:
    """What an entry under content/authors, places, topics or series says beyond its text."""

    aliases: tuple[str, ...] = ()
    same_as: tuple[str, ...] = ()
    portrait: str = ""
    parent: str = ""
    parent_at: Location | None = None
    """Where the parent is stated."""
    coordinates: tuple[float, float] | None = None
    """Latitude and longitude in degrees, WGS 84."""
    sort_name: str = ""
    """What an author is filed under, where the keeper says so."""
    agency: bool = False
    """Whether an author is no person and has no family name."""
    years: tuple[tuple[str, str], ...] = ()
    """Aliases with the years in which they were in use: `1991–2019`, `–1991`."""
    note: str = ""
    """Of a place, what is to be said of its status."""


@frozen
class Biography:
    """What an author's page tells of the author, and from which article it was taken.

    `article` is empty for a biography from the registry, whose HTML is then a stored body.
    """

    html: str
    article: str = ""
    date: Date | None = None


@frozen
class Entity(Compact):
    """An author, place, topic or series: a registry entry, or a name found in sources.

    A place may also be a country or a continent that site_gen itself knows.
    """

    kind: EntityKind
    key: str
    """Also its slug: unique within its kind, fit for a URL."""
    name: str
    entry: Document | None = None
    articles: tuple[str, ...] = ()
    """Keys of its published articles in the order of the archive (oldest first, undated last).
    Those of a place are the articles that name it or a place in it, each once."""
    biography: Biography | None = None
    filed: str = ""
    """What its name is filed under in an index: `Judah, Tim`."""
    translated: tuple[str, ...] = ()
    """Keys of the articles that a person translated, in the order of the archive."""

    @property
    def named_in(self) -> int:
        """In how many articles it is named, in whatever role."""
        if not self.translated:
            return len(self.articles)
        return len({*self.articles, *self.translated})

    aliases: tuple[str, ...] = ()
    """Other names of it: those of its entry, else those that site_gen knows of a country."""
    named: bool = True
    """Whether an article names it itself; a place may be told only by what lies in it."""
    parent: str = ""
    """Of a place, the key of the place it lies in."""
    children: tuple[str, ...] = ()
    """Of a place, the keys of the places that lie in it directly, in the order of entities."""
    point: tuple[float, float] | None = None
    """Of a place, latitude and longitude in degrees: its entry's, else those known of a country."""
    code: str = ""
    """Of a country or a continent, its code in `site_gen.world`."""


@frozen
class TextVersion(Compact):
    """A text that an article had: the day since which it stood (UTC), and its digest, as that of
    `Document.version`.
    """

    day: str
    digest: str


@frozen
class Part:
    """The place of an article in a series: `number` of `total`, and the parts around it.

    `series`, `before` and `after` are keys; empty where there is none.
    """

    series: str
    number: int
    total: int
    before: str = ""
    after: str = ""


@frozen
class Archive:
    """Everything that is published, by key.

    `articles` iterates oldest first, undated last (by title). `credits[kind][article]` are the
    keys of the entities of that kind which the article names, in its own order.
    """

    articles: Mapping[str, Document]
    pages: Mapping[str, Document]
    entities: Mapping[EntityKind, Mapping[str, Entity]]
    credits: Mapping[EntityKind, Mapping[str, tuple[str, ...]]]
    held_back: Mapping[str, str] = field(default_factory=dict)
    """Documents that are not published, by path, and why (`draft`, `embargoed until …`)."""
    withdrawn: Mapping[str, Document] = field(default_factory=dict)
    """Articles and pages that were withdrawn: each keeps its URL and nothing else."""
    translators: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Keys of the authors who translated an article, by its key."""
    series: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The articles of each series in its own order, by its key."""
    parts: Mapping[str, tuple[Part, ...]] = field(default_factory=dict)
    """The places of an article in its series, by its key."""
    translations: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Keys of all translations of one text, itself among them, by the key of each."""
    related: Near = field(default_factory=Near)
    """By article, the articles like it, the nearest first."""
    versions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By article, the others that hold the same text or most of it, oldest first."""
    history: Mapping[str, tuple[TextVersion, ...]] = field(default_factory=dict)
    """By article, the texts that it had, the newest first; empty where that is not shown."""
    meant: Mapping[EntityKind, Mapping[str, str]] = field(default_factory=dict)
    """By kind, the key of the entity that each name, as written, means: of all names in articles,
    and maybe of others; empty where something was to be told of entities."""
    marks: Sequence[str] = ()
    """What is counted of each article, in their order, as `site_gen.marks` has it."""

    @property
    def dated(self) -> list[str]:
        """Keys of the dated articles, oldest first."""
        documents = list(self.articles.values())
        # The undated are the last.
        count = bisect_left(documents, True, key=lambda one: not one.date)
        return list(self.articles)[:count]

    def around(self, place: str) -> tuple[str, ...]:
        """The key of a place and of all that it lies in, from the nearest on."""
        found = [place]
        while parent := self.entities["place"][found[-1]].parent:
            found.append(parent)
        return tuple(found)


@frozen
class Earlier:
    """An archive that another one was amended from, what its plan is kept under, and the paths of
    the documents that `came` since.
    """

    archive: Archive
    key: str
    came: frozenset[str]


PageKind = Literal[
    "home",
    "article",
    "author",
    "place",
    "topic",
    "series",
    "list",
    "index",
    "page",
    "search",
    "withdrawn",
    "redirect",
    "held",
    "file",
    "coverage",
    "data",
    "404",
]


@frozen
class Page(Late):
    """One HTML page to be made: its final URL (relative to the site's root) and what it shows.

    `key` is the document or the entity it shows; for a list, the bucket.
    """

    kind: PageKind
    url: str
    key: str = ""
    title: str = ""
    entity_kind: EntityKind | None = None
    children: tuple[Bucket, ...] = ()
    parents: tuple[tuple[str, str], ...] = ()
    """(title, url) of the pages above it, nearest last."""

    @property
    def articles(self) -> tuple[str, ...]:
        """The entries of a list in the order shown."""
        return tuple([key for bucket in self.children for key in bucket.articles])


@frozen
class Bucket(Compact):
    """A part of a longer list that has a page of its own (or is a heading on the same page)."""

    label: str
    url: str
    count: int
    articles: tuple[str, ...] = ()


@frozen
class OutputFile(Compact):
    """One file of the site, staged: its path under output/, the SHA-256 of its bytes in hex."""

    path: str
    digest: str
    size: int
