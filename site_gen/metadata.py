"""Metadata from wherever it is stated: one precedence, every value with its evidence."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Literal, cast

from site_gen import dates, languages, yamlio
from site_gen.config import SiteConfig
from site_gen.diagnostics import Diagnostic, Location, error, warning
from site_gen.labels import Label, decode_entities, plain_text
from site_gen.model import ORIGINS, DocumentKind, Evidence, Origin, OriginKind

FieldType = Literal[
    "title",
    "text",
    "summary",
    "people",
    "names",
    "list",
    "date",
    "url",
    "language",
    "flag",
    "mapping",
]


@dataclass(frozen=True, slots=True)
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
    Field("slug", "text"),
    Field("status", "text"),
    Field("draft", "flag"),
    Field("embargo_until", "date", "", ("embargo",)),
    Field("markup", "text"),
    Field("encoding", "text"),
    Field("smart_quotes", "flag"),
    Field("repair", "mapping"),
    Field("accept", "list"),
    Field("aliases", "list", "", ("alias", "variants"), _REGISTRIES),
    Field("same_as", "list", "", ("sameas",), _REGISTRIES),
    Field("portrait", "text", "", ("photo",), ("author",)),
    Field("parent", "text", "", (), ("place",)),
    Field("coordinates", "mapping", "", ("coords",), ("place",)),
)
BY_NAME = {field.name: field for field in FIELDS}


@dataclass(frozen=True, slots=True)
class Statement:
    """One thing a source says: a key, its value as data, and where it stands."""

    key: str
    value: Any
    origin: Origin
    column: int = 1
    source: str = ""
    raw: str = ""

    @property
    def location(self) -> Location:
        """Where to point the keeper."""
        return Location(self.origin.path, self.origin.line, self.column if self.origin.line else 0)

    @property
    def shown(self) -> str:
        """The value as the source writes it, for evidence and messages."""
        if self.raw:
            return self.raw
        if isinstance(self.value, str):
            return " ".join(self.value.split())
        if isinstance(self.value, list) and all(isinstance(one, str) for one in self.value):
            return "; ".join(self.value)
        return json.dumps(self.value, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Metadata:
    """What the statements about one document come to.

    `values` holds a typed value per stated field. `unknown` are keys that no field, alias or
    setting of the site knows, with where each stands; their values are in `extra`.
    """

    values: Mapping[str, Any]
    evidence: tuple[Evidence, ...]
    extra: Mapping[str, Any]
    unknown: tuple[tuple[str, Location], ...]


def names_of_keys(config: SiteConfig) -> dict[str, str]:
    """Every key a source may use, folded, and the field it stands for."""
    known: dict[str, str] = {}
    for field in FIELDS:
        for alias in field.aliases:
            known[alias] = field.name
    for name, aliases in config.aliases.items():
        for alias in aliases:
            known[_folded(alias)] = name
    for field in FIELDS:
        known[field.name] = field.name
    return known


def _folded(key: str) -> str:
    return key.strip().casefold().replace("-", "_").replace(" ", "_")


_FENCE = re.compile(r"---[ \t]*\n")
_END = re.compile(r"^(?:---|\.\.\.)[ \t]*$", re.MULTILINE)


def front_matter(text: str, path: str) -> tuple[list[Statement], str, list[Diagnostic]]:
    """Read the YAML block at the head of a text.

    Returns what it states and the text with the block's lines left empty. A block that is not
    closed, or holds no keys, is text.
    """
    start = _FENCE.match(text)
    end = _END.search(text, start.end()) if start else None
    if start is None or end is None:
        found = []
        if start and re.match(r"[A-Za-z_][\w-]*:[ \t\n]", text[start.end() :]):
            found.append(
                warning(
                    "front-matter-unclosed",
                    Location(path, 1, 1),
                    "The block of metadata at the head has no closing `---`",
                    hint="Add a line `---` after its last key; until then it is shown as text.",
                    source=text.split("\n", 1)[0],
                )
            )
        return [], text, found
    block = text[start.end() : end.start()]
    parsed, problems = yamlio.load(block, path, first_line=2)
    if parsed is None:
        return [], text, problems
    if parsed.data is not None and not isinstance(parsed.data, dict):
        return [], text, []
    rest = "\n" * (text.count("\n", 0, end.end())) + text[end.end() :]
    return _stated(parsed, "front matter", path, block.split("\n"), 2), rest, problems


def _stated(
    parsed: yamlio.Yaml, kind: OriginKind, path: str, lines: Sequence[str], first_line: int
) -> list[Statement]:
    statements = []
    for key, value in (parsed.data or {}).items():
        line, column = parsed.positions[(key,)]
        source = lines[line - first_line] if 0 <= line - first_line < len(lines) else ""
        statements.append(Statement(key, value, Origin(kind, path, line), column, source))
    return statements


def yaml_file(text: str, kind: OriginKind, path: str) -> tuple[list[Statement], list[Diagnostic]]:
    """Read a sidecar, a folder's defaults or a registry entry that is all YAML."""
    parsed, found = yamlio.load(text, path)
    if parsed is None:
        return [], found
    if parsed.data is not None and not isinstance(parsed.data, dict):
        problem = error(
            "yaml-not-mapping",
            Location(path, 1, 1),
            "The file does not hold keys and values",
            hint="Write lines such as `title: …`.",
            source=text.split("\n", 1)[0],
        )
        return [], [problem]
    return _stated(parsed, kind, path, text.split("\n"), 1), found


def from_labels(found: Iterable[Label], path: str, lines: Sequence[str]) -> list[Statement]:
    """What the labels of a body state."""
    return [
        Statement(
            key=one.field,
            value=list(one.values) if len(one.values) != 1 else one.values[0],
            origin=Origin("body label", path, one.line),
            column=one.column,
            source=lines[one.line - 1] if one.line <= len(lines) else "",
            raw=one.raw,
        )
        for one in found
        if one.values
    ]


FILE_COLUMNS = ("file", "filename", "file_name", "path", "document")


def table(
    text: str, path: str, config: SiteConfig
) -> tuple[dict[str, list[Statement]], list[Diagnostic]]:
    """Read a metadata.csv: what each row states, by the file name in its first column of that sort.

    Cells with several names part them by `;` or `|`. An empty cell states nothing.
    """
    rows: dict[str, list[Statement]] = {}
    found: list[Diagnostic] = []
    reader = csv.reader(io.StringIO(text), strict=False)
    header: list[str] = []
    column = None
    known = names_of_keys(config)
    try:
        for cells in reader:
            line = reader.line_num
            if not any(cell.strip() for cell in cells):
                continue
            if not header:
                header = [cell.strip() for cell in cells]
                column = next(
                    (i for i, cell in enumerate(header) if _folded(cell) in FILE_COLUMNS), None
                )
                if column is None:
                    found.append(
                        error(
                            "table-without-file",
                            Location(path, line, 1),
                            "No column of this table names the files",
                            value=", ".join(header),
                            hint="Call the column that holds the file names `file`.",
                        )
                    )
                    return {}, found
                continue
            assert column is not None
            name = cells[column].strip() if column < len(cells) else ""
            if len(cells) > len(header):
                found.append(
                    warning(
                        "table-row-too-long",
                        Location(path, line, 1),
                        f"The row has {len(cells)} cells, the header {len(header)}",
                        value=name,
                        hint="Put quotes around a cell that holds a comma.",
                    )
                )
            if not name:
                found.append(_row_problem(path, line, "The row names no file", ""))
                continue
            if name in rows:
                found.append(_row_problem(path, line, f"`{name}` has a row already", name))
                continue
            origin = Origin("metadata.csv", path, line)
            rows[name] = [
                Statement(
                    key,
                    _cell(cell.strip(), known.get(_folded(key), "")),
                    origin,
                    1,
                    raw=cell.strip(),
                )
                for index, (key, cell) in enumerate(zip(header, cells, strict=False))
                if index != column and key and cell.strip()
            ]
    except csv.Error as problem:
        found.append(
            error(
                "table-broken",
                Location(path, reader.line_num, 1),
                f"The table cannot be read: {problem}",
                hint="Save it as CSV in UTF-8 with quotes around cells that hold commas or quotes.",
            )
        )
        return {}, found
    return rows, found


def _row_problem(path: str, line: int, message: str, name: str) -> Diagnostic:
    hint = "Give each file one row, and each row a file."
    return warning("table-row", Location(path, line, 1), message, value=name, hint=hint)


def _cell(cell: str, field: str) -> str | list[str]:
    spec = BY_NAME.get(field)
    if spec and spec.type in ("people", "names", "list"):
        parts = [part.strip() for part in re.split(r"[;|]", cell)]
        return [part for part in parts if part]
    return cell


class _Wrong(Exception):
    """A value that does not fit its field; `instead` is what can be used of it all the same."""

    def __init__(self, code: str, message: str, hint: str, instead: Any = None) -> None:
        super().__init__(message)
        self.code, self.message, self.hint, self.instead = code, message, hint, instead


def resolve(
    statements: Iterable[Statement],
    kind: DocumentKind,
    config: SiteConfig,
    known: Mapping[str, str],
    only: frozenset[str] = frozenset(),
) -> tuple[Metadata, list[Diagnostic]]:
    """Weigh what is stated: the strongest origin wins each field, and says so.

    `known` is `names_of_keys(config)`. With `only`, just these fields are looked at and nothing
    is told of the others.
    """
    found: list[Diagnostic] = []
    by_field: dict[str, list[Statement]] = {}
    extra: dict[str, Any] = {}
    unknown: list[tuple[str, Location]] = []
    for one in sorted(statements, key=lambda one: ORIGINS.index(one.origin.kind)):
        name = known.get(_folded(one.key))
        spec = BY_NAME.get(name) if name else None
        if spec and (not spec.kinds or kind in spec.kinds):
            by_field.setdefault(spec.name, []).append(one)
        elif not only:
            extra.setdefault(one.key, yamlio.plain(one.value))
            if not spec and one.key not in config.fields:
                unknown.append((one.key, one.location))
    values: dict[str, Any] = {}
    evidence: list[Evidence] = []
    for spec in FIELDS:
        if only and spec.name not in only:
            continue
        aliases = (spec.name, *config.aliases.get(spec.name, ()), *spec.aliases)
        order = {_folded(alias): index for index, alias in reversed(list(enumerate(aliases)))}
        for one in sorted(
            by_field.get(spec.name, ()),
            key=lambda one: (ORIGINS.index(one.origin.kind), order.get(_folded(one.key), 99)),
        ):
            if spec.name in values:
                if one.key != spec.name:
                    extra.setdefault(one.key, yamlio.plain(one.value))
                continue
            value = _read(spec, one, config, found)
            if value is None:
                continue
            if spec.name == "source_url" and _folded(one.key) == "source" and not _is_url(value):
                if "publication" not in values and "publication" not in by_field:
                    values["publication"] = value
                    evidence.append(Evidence("publication", one.shown, one.origin))
                continue
            if spec.type == "url" and not _is_url(value):
                found.append(_not_a_url(spec, one, value))
                continue
            values[spec.name] = value
            evidence.append(Evidence(spec.name, one.shown, one.origin))
    return Metadata(values, tuple(evidence), extra, tuple(unknown)), found


def _read(spec: Field, one: Statement, config: SiteConfig, found: list[Diagnostic]) -> Any:
    if one.value is None or one.value in ("", []):
        if spec.name == "title":
            found.append(
                warning(
                    "title-empty",
                    one.location,
                    "The title is empty",
                    hint="Write the title, or remove the key.",
                    source=one.source,
                )
            )
        return None
    try:
        return _READERS[spec.type](one.value, config)
    except _Wrong as wrong:
        found.append(
            warning(
                wrong.code,
                one.location,
                f"`{one.key}`: {wrong.message}",
                value=one.shown[:120],
                hint=wrong.hint,
                source=one.source,
            )
        )
        return wrong.instead


def _wrong_type(wanted: str) -> _Wrong:
    return _Wrong(
        "wrong-type", f"this should be {wanted}", "Change the value; until then it is not used."
    )


def _text(value: Any, _config: SiteConfig) -> str | None:
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if not isinstance(value, str):
        raise _wrong_type("text")
    return " ".join(value.split()) or None


def _title(value: Any, config: SiteConfig) -> str | None:
    text = _text(value, config)
    return decode_entities(text) if text else None


def _summary(value: Any, config: SiteConfig) -> str | None:
    text = _text(value, config)
    return plain_text(text) if text else None


def _items(value: Any) -> list[str]:
    items = value if isinstance(value, list) else [value]
    names: list[str] = []
    for item in items:
        if isinstance(item, dict) and isinstance(item.get("name"), str):
            item = item["name"]
        if item is None:
            continue
        if not isinstance(item, str):
            raise _wrong_type("a name or a list of names")
        names.append(item)
    return names


def _unique(names: Iterable[str]) -> tuple[str, ...] | None:
    seen: dict[str, None] = {}
    for name in names:
        clean = decode_entities(" ".join(name.split()))
        if clean:
            seen.setdefault(clean)
    return tuple(seen) or None


def _names(value: Any, _config: SiteConfig) -> tuple[str, ...] | None:
    """Names parted by semicolons and line ends; a comma belongs to a place's name."""
    return _unique(part for item in _items(value) for part in re.split(r"[;\n]", item))


def _list(value: Any, _config: SiteConfig) -> tuple[str, ...] | None:
    """Words parted by commas, semicolons and line ends where they stand in one text."""
    if isinstance(value, list):
        return _unique(_items(value))
    return _unique(part for item in _items(value) for part in re.split(r"[,;\n]", item))


_BY = re.compile(r"^\s*(?:by|von|par|por)\s+(?=\S)", re.IGNORECASE)
_AND = re.compile(r"\s+(?:and|und|et|y|&)\s+|\s*&\s*|[;\n]", re.IGNORECASE)


def _people(value: Any, _config: SiteConfig) -> tuple[str, ...] | None:
    """Authors: one text may hold several, parted by semicolons, line ends, `and` and commas.

    `Judah, Tim` is one person: a comma parts names only where each side has two words or more.
    """
    return _unique(name for item in _items(value) for name in people(item))


def people(text: str) -> list[str]:
    """The persons that a byline names."""
    names: list[str] = []
    for part in _AND.split(_BY.sub("", text)):
        pieces = [piece.strip() for piece in part.split(",") if piece.strip()]
        several = len(pieces) > 1 and all(len(piece.split()) > 1 for piece in pieces)
        names.extend(pieces if several else [part.strip(" ,")])
    return [name for name in names if name]


def _date(value: Any, config: SiteConfig) -> dates.Date | None:
    if not isinstance(value, str):
        raise _wrong_type("a date such as 2001-11-02")
    reading = dates.read(value, config.date_order)
    if not reading.problem:
        return reading.date
    hints = {
        "ambiguous": "Set `date_order: dmy` (or mdy) in site.yml, or write 2001-11-02.",
        "impossible": "Write a day that exists, such as 2001-11-02.",
        "unreadable": "Write it as 2001-11-02, 2001-11, 2001, 1942~ or 1999/2003.",
    }
    detail = reading.detail or f"`{value}` is not a date"
    raise _Wrong(f"date-{reading.problem}", detail, hints[reading.problem], reading.date)


def _url(value: Any, config: SiteConfig) -> str | None:
    text = _text(value, config)
    return text.strip("<>") if text else None


def _is_url(text: str) -> bool:
    return re.match(r"(?:https?|ftp)://[^\s/]+\.?[^\s]*$", text, re.IGNORECASE) is not None


def _not_a_url(spec: Field, one: Statement, value: str) -> Diagnostic:
    return warning(
        "url-unreadable",
        one.location,
        f"`{one.key}`: this is not the address of a page",
        value=value[:120],
        hint="Write the whole address, beginning with https://.",
        source=one.source,
    )


def _language(value: Any, config: SiteConfig) -> str | None:
    text = _text(value, config)
    if not text:
        return None
    tag = languages.read(text)
    if not tag:
        hint = "Write a tag such as en, fr, prs or pt-BR."
        raise _Wrong("language-unknown", f"`{text}` is not a language tag", hint)
    return tag


def _flag(value: Any, config: SiteConfig) -> bool | None:
    text = (_text(value, config) or "").casefold()
    if text in ("true", "yes", "on", "1"):
        return True
    if text in ("false", "no", "off", "0"):
        return False
    raise _wrong_type("true or false")


def _mapping(value: Any, _config: SiteConfig) -> Any:
    return value


_READERS: dict[FieldType, Callable[[Any, SiteConfig], Any]] = {
    "title": _title,
    "text": _text,
    "summary": _summary,
    "people": _people,
    "names": _names,
    "list": _list,
    "date": _date,
    "url": _url,
    "language": _language,
    "flag": _flag,
    "mapping": _mapping,
}


def title_from_name(path: str) -> str:
    """A title made from a file name: `2014-03-12-coming-soon.md` is `Coming soon`."""
    pure = PurePosixPath(path)
    stem = pure.stem if pure.stem not in ("index", "_index") else pure.parent.name
    rest = re.sub(r"^\d{4}-?\d{2}-?\d{2}[-_ ]+", "", stem) or stem
    words = re.sub(r"[-_]+", " ", rest).strip()
    return (words[:1].upper() + words[1:]) or stem


def coordinates(value: Any) -> tuple[float, float] | None:
    """Latitude and longitude in degrees from `[34.5, 69.2]`, `34.5, 69.2` or `{lat: …, lon: …}`.

    Returns None for anything that is not a point on the Earth.
    """
    data = yamlio.plain(value)
    if isinstance(data, dict):
        data = [
            data.get("lat", data.get("latitude")),
            data.get("lon", data.get("longitude", data.get("lng"))),
        ]
    if isinstance(data, str):
        data = data.replace(",", " ").split()
    if not isinstance(data, list) or len(data) != 2:
        return None
    try:
        latitude, longitude = (float(cast("str", one)) for one in data)
    except (TypeError, ValueError):
        return None
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        return None
    return latitude, longitude
