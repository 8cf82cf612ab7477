"""The parse stage: one source with all that belongs to it becomes a Document and a body."""

from __future__ import annotations

import contextlib
import hashlib
import pickle
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Any, get_args

from site_gen import cache, dates, fidelity, htmlsource, labels, markup, metadata, sources, yamlio
from site_gen.config import Repair, SiteConfig, SplitParagraphs
from site_gen.diagnostics import CODES, Diagnostic, Location, error, warning
from site_gen.metadata import Metadata, Statement
from site_gen.model import (
    ClosingNote,
    Document,
    DocumentKind,
    Evidence,
    Markup,
    Origin,
    Registry,
    Source,
)
from site_gen.model import Repair as Repaired

CHUNK = 50
"""Documents that a worker takes at a time."""


@dataclass(frozen=True, slots=True)
class Task:
    """A document and what adds to it. `defaults` are the nearest folder's first."""

    source: Source
    sidecar: Source | None = None
    defaults: tuple[Source, ...] = ()
    row: tuple[Statement, ...] = ()


@dataclass(frozen=True, slots=True)
class Parsed:
    """What came of a source. `document` is None where an error keeps it from being published."""

    path: str
    document: Document | None
    found: tuple[Diagnostic, ...] = ()
    unknown: tuple[tuple[str, Location], ...] = ()


@dataclass(frozen=True, slots=True)
class Context:
    """What a worker needs to parse: the site's folder, its settings, where the store is."""

    site: Path
    config: SiteConfig
    program: str
    store: Path


def tasks(
    site: Path, inventory: sources.Inventory, config: SiteConfig
) -> tuple[list[Task], list[Diagnostic]]:
    """Put each document together with its sidecar, its folder's defaults and its table row."""
    found: list[Diagnostic] = []
    rows: dict[str, tuple[Statement, ...]] = {}
    documents = {one.path for one in inventory.documents}
    for folder, table in inventory.tables.items():
        text, problems = _read_text(site, table, "")
        found.extend(problems)
        if text is None:
            continue
        stated, problems = metadata.table(text, table.path, config)
        found.extend(problems)
        for name, statements in stated.items():
            path = f"{folder}/{name}"
            if path not in documents:
                found.append(_row_without_document(name, statements, table.path))
            rows[path] = tuple(statements)
    made = []
    for source in inventory.documents:
        folders = [str(one) for one in PurePosixPath(source.path).parents][:-1]
        made.append(
            Task(
                source,
                inventory.sidecars.get(source.path),
                tuple(inventory.defaults[one] for one in folders if one in inventory.defaults),
                rows.get(source.path, ()),
            )
        )
    return made, found


def _row_without_document(name: str, row: Sequence[Statement], path: str) -> Diagnostic:
    line = row[0].origin.line if row else 0
    return warning(
        "table-row",
        Location(path, line, 1 if line else 0),
        f"The row names `{name}`, which is not in this folder",
        value=name,
        hint="Write the file's name as it is, from the folder of this table on.",
    )


def key_of(task: Task, context: Context) -> str:
    """The digest of everything that the result depends on."""
    inputs = [task.source, *([task.sidecar] if task.sidecar else []), *task.defaults]
    return cache.digest_of(
        context.program,
        context.config.parsing,
        *(f"{one.kind} {one.document_kind} {one.markup} {one.path} {one.digest}" for one in inputs),
        *(f"{one.key} {one.raw} {one.origin}" for one in task.row),
    )


def parse_chunk(context: Context, chunk: Sequence[Task]) -> list[Parsed]:
    """Parse documents, or take what an earlier build made of the same inputs."""
    results: list[Parsed] = []
    computed: list[tuple[str, bytes]] = []
    with cache.Store(context.store) as store:
        for task in chunk:
            key = key_of(task, context)
            kept = store.get(f"document {key}")
            if kept is not None:
                parsed: Parsed = pickle.loads(kept)
            else:
                parsed, body = parse(task, context, f"body {key}")
                computed.append((f"document {key}", pickle.dumps(parsed)))
                computed.append((f"body {key}", body.encode("utf-8", "surrogatepass")))
            results.append(parsed)
        store.put(computed)
    return results


class _Failed(Exception):
    """The document cannot be published; the diagnostics say why."""


def _read_text(site: Path, source: Source, encoding: str) -> tuple[str | None, list[Diagnostic]]:
    try:
        data = sources.read_bytes(site, source.path)
    except OSError as problem:
        message = f"The file cannot be read: {problem.strerror or problem}"
        return None, [error("unreadable", Location(source.path), message, hint="Build again.")]
    if hashlib.sha256(data).hexdigest() != source.digest:
        message = "The file changed while the site was being built"
        return None, [error("unreadable", Location(source.path), message, hint="Build again.")]
    return sources.decode(data, source.path, encoding)


def parse(task: Task, context: Context, body_key: str) -> tuple[Parsed, str]:
    """Read one document: its metadata, its body as safe HTML, and all that is wrong with it."""
    work = _Work(task, context)
    document: Document | None = None
    body = ""
    with contextlib.suppress(_Failed):  # The errors that were found tell why.
        document, body = work.document(body_key)
    accepted = document.accept if document else frozenset()
    found = [one for one in work.found if one.severity == "error" or one.code not in accepted]
    if any(one.severity == "error" for one in found):
        document, body = None, ""
    return Parsed(task.source.path, document, tuple(found), work.unknown), body


@lru_cache(maxsize=4)
def _known_keys(config_text: str) -> Mapping[str, str]:
    return metadata.names_of_keys(SiteConfig.model_validate_json(config_text))


class _Work:
    """One document on its way: what is stated about it, what was found."""

    def __init__(self, task: Task, context: Context) -> None:
        self.task = task
        self.site = context.site
        self.config = context.config
        self.path = task.source.path
        self.kind: DocumentKind = task.source.document_kind or "article"
        self.known = _known_keys(context.config.model_dump_json())
        self.found: list[Diagnostic] = []
        self.unknown: tuple[tuple[str, Location], ...] = ()
        self.stated: list[Statement] = list(task.row)

    def document(self, body_key: str) -> tuple[Document, str]:
        """Everything about the document. Raises _Failed where an error ends the reading."""
        if self.task.sidecar:
            self.add_yaml(self.task.sidecar, "sidecar")
        for source in self.task.defaults:
            self.add_yaml(source, "folder defaults")
        text = self.text()
        reading = self.resolve(frozenset({"markup", "title"}), tell=False)
        how = self.markup_of(reading)
        apart = self.taken_apart(text, how, reading.values.get("title", ""))
        lines = text.split("\n")
        self.stated.extend(metadata.from_labels(apart.labels, self.path, lines))
        if apart.title:
            origin = Origin("inferred", self.path, apart.title_line, "the heading")
            line = lines[apart.title_line - 1]
            self.stated.append(Statement("title", apart.title, origin, 1, line, apart.title))
        self.infer_from_name()
        found = self.resolve(frozenset(), tell=True)
        self.unknown = found.unknown
        self.check_status(found)
        body, notes = self.closing_notes(apart.body, how, found.values.get("authors", ()))
        body, repairs = self.mended(body, how, found.values.get("repair"))
        options = markup.Options(
            how,
            bool(found.values.get("smart_quotes", self.config.smart_quotes)),
            markup.extension_settings(self.config.markdown_extensions),
        )
        rendered, problems = markup.render(body, options, self.path)
        self.found.extend(problems)
        self.found.extend(fidelity.check(body, how, rendered.html, rendered.references, self.path))
        closing = self.rendered_notes(notes, options)
        if not rendered.words and self.kind in ("article", "page") and not notes:
            self.found.append(
                warning(
                    "empty-body",
                    Location(self.path),
                    "The text is empty",
                    hint="Add the text, or remove the file if there is none.",
                )
            )
        return self.assembled(found, rendered, closing, repairs, body_key), rendered.html

    def add_yaml(self, source: Source, kind: Any) -> None:
        text, problems = _read_text(self.site, source, "")
        self.found.extend(problems)
        if text is None:
            raise _Failed
        stated, problems = metadata.yaml_file(text, kind, source.path)
        self.found.extend(problems)
        if problems:
            raise _Failed
        self.stated.extend(stated)

    def text(self) -> str:
        """The text of the source, after its front matter was read."""
        encoding = self.resolve(frozenset({"encoding"}), tell=False).values.get("encoding", "")
        text, problems = _read_text(self.site, self.task.source, encoding)
        self.found.extend(problems)
        if text is None:
            raise _Failed
        if PurePosixPath(self.path).suffix.lower() in (".yml", ".yaml"):
            stated, problems = metadata.yaml_file(text, "front matter", self.path)
            self.found.extend(problems)
            self.stated.extend(one for one in stated if one.key != "body")
            return next((one.value for one in stated if one.key == "body"), "") or ""
        stated, rest, problems = metadata.front_matter(text, self.path)
        self.found.extend(problems)
        if any(one.severity == "error" for one in problems):
            raise _Failed
        self.stated.extend(stated)
        return rest

    def resolve(self, only: frozenset[str], *, tell: bool) -> Metadata:
        result, problems = metadata.resolve(self.stated, self.kind, self.config, self.known, only)
        if tell:
            self.found.extend(problems)
        return result

    def markup_of(self, reading: Metadata) -> Markup:
        given = reading.values.get("markup")
        default = self.task.source.markup or "markdown"
        if given is None or given in get_args(Markup):
            return given or default
        self.found.append(
            warning(
                "wrong-type",
                self.location_of("markup"),
                f"`markup` is one of {', '.join(get_args(Markup))}",
                value=str(given),
                hint=f"Change the value; until then the file is read as {default}.",
            )
        )
        return default

    def location_of(self, field: str) -> Location:
        for one in self.stated:
            if self.known.get(one.key.casefold()) == field:
                return one.location
        return Location(self.path)

    def taken_apart(self, text: str, how: Markup, stated_title: str) -> labels.Split:
        """The body without its title heading and its labels, and these."""
        known = labels.known_labels(self.config.labels)
        if self.kind not in ("article", "page"):
            known = {}
        if how != "html":
            return labels.split(text, known, stated_title)
        head = htmlsource.head(text)
        self.stated.extend(
            Statement(key, value, Origin("front matter", self.path, line), raw=value)
            for key, value, line in head.stated
        )
        title = stated_title or next((value for key, value, _ in head.stated if key == "title"), "")
        return htmlsource.split(htmlsource.body_of(text, head), known, title)

    def infer_from_name(self) -> None:
        stem = PurePosixPath(self.path).stem
        if self.kind == "article":
            date = dates.from_file_name(stem)
            if date:
                origin = Origin("inferred", self.path, 0, "the file name")
                self.stated.append(Statement("date", date.edtf, origin, raw=date.edtf))
        origin = Origin("inferred", self.path, 0, "the file name")
        title = metadata.title_from_name(self.path)
        self.stated.append(Statement("title", title, origin, raw=title))

    def check_status(self, found: Metadata) -> None:
        """What must not be shown yet is never shown because its status could not be read."""
        status = str(found.values.get("status", "published")).casefold()
        if status not in ("published", "draft", "embargoed"):
            self.found.append(
                error(
                    "status-unreadable",
                    self.location_of("status"),
                    f"`{status}` is not a status that site_gen knows",
                    value=status,
                    hint="Write published, draft or embargoed (with embargo_until).",
                )
            )
        embargo = "embargo_until" in found.values
        for field in ("status", "draft", "embargo_until"):
            stated = [one for one in self.stated if self.known.get(one.key.casefold()) == field]
            if any(one.value is not None for one in stated) and field not in found.values:
                self.found.append(
                    error(
                        "status-unreadable",
                        stated[0].location,
                        f"`{stated[0].key}` cannot be read, so nothing is published",
                        value=stated[0].shown,
                        hint="Mend the value: a date such as 2030-01-01, or true or false.",
                        source=stated[0].source,
                    )
                )
                embargo = True
        if status == "embargoed" and not embargo:
            self.found.append(
                error(
                    "status-unreadable",
                    self.location_of("status"),
                    "An embargoed document says until when",
                    hint="Add `embargo_until: 2030-01-01`.",
                )
            )

    def closing_notes(
        self, body: str, how: Markup, authors: tuple[str, ...]
    ) -> tuple[str, list[tuple[str, str, int]]]:
        if self.kind != "article" or not authors:
            return body, []
        if how == "html":
            return htmlsource.closing_notes(body, authors)
        rest, notes = labels.closing_notes(body, authors)
        return rest, [(note.author, note.text, note.line) for note in notes]

    def rendered_notes(
        self, notes: Iterable[tuple[str, str, int]], options: markup.Options
    ) -> tuple[ClosingNote, ...]:
        return tuple(
            ClosingNote(author, markup.render_inline_block(text, options), line)
            for author, text, line in notes
        )

    def mended(self, body: str, how: Markup, given: Any) -> tuple[str, tuple[Repaired, ...]]:
        """The body with broken paragraphs joined, if the keeper says so; told if not."""
        if how == "html" or self.kind != "article":
            return body, ()
        policy = self.repair_policy(given)
        found = labels.breaks(body)
        if policy == "join" and found:
            body = labels.join(body, found, " " if how == "plain" else "\n")
            what = "a paragraph that broke off in mid-sentence was joined to the next"
            return body, tuple(Repaired(one.line, what) for one in found)
        if policy == "warn":
            self.found.extend(
                warning(
                    "paragraph-broken",
                    Location(self.path, one.line, one.column),
                    "A paragraph breaks off in mid-sentence: "
                    f"“…{one.before[-30:]}” / “{one.after[:30]}…”",
                    value=one.before[-30:],
                    source=one.before,
                    hint="Set `repair: {split_paragraphs: join}` in its sidecar to join the two, "
                    "or `keep` if it is meant.",
                )
                for one in found
            )
        return body, ()

    def repair_policy(self, given: Any) -> SplitParagraphs:
        if given is None:
            return self.config.repair.split_paragraphs
        try:
            return Repair.model_validate(yamlio.plain(given)).split_paragraphs
        except ValueError:
            self.found.append(
                warning(
                    "wrong-type",
                    self.location_of("repair"),
                    "`repair` holds `split_paragraphs: warn`, `join` or `keep`",
                    value=str(given)[:80],
                    hint="Change the value; until then the site's own setting is used.",
                )
            )
            return self.config.repair.split_paragraphs

    def assembled(
        self,
        found: Metadata,
        rendered: markup.Rendered,
        closing: tuple[ClosingNote, ...],
        repairs: tuple[Repaired, ...],
        body_key: str,
    ) -> Document:
        values = found.values
        accept = self.accepted(values.get("accept", ()))
        title: str = values["title"]
        by = next(one for one in found.evidence if one.field == "title")
        if by.origin.note == "the file name" and self.kind in ("article", "page"):
            self.found.append(
                warning(
                    "title-missing",
                    Location(self.path),
                    f"No title is given; “{title}” is made from the file name",
                    value=title,
                    hint="Add `title:` to its front matter or sidecar, or a first line `# Title`.",
                )
            )
        evidence = [one for one in found.evidence if metadata.BY_NAME[one.field].label]
        evidence.extend(
            Evidence(
                "biography",
                note.author,
                Origin("inferred", self.path, note.line, "the closing paragraph"),
            )
            for note in closing
        )
        return Document(
            kind=self.kind,
            key=sources.document_key(self.path),
            path=self.path,
            digest=self.task.source.digest,
            body=body_key,
            title=title,
            authors=values.get("authors", ()),
            date=values.get("date"),
            modified=values.get("modified"),
            places=values.get("places", ()),
            topics=values.get("topics", ()),
            series=values.get("series", ()),
            language=values.get("language", ""),
            summary=values.get("summary", ""),
            excerpt=rendered.excerpt,
            source_url=values.get("source_url", ""),
            archived_url=values.get("archived_url", ""),
            accessed=values.get("accessed"),
            publication=values.get("publication", ""),
            identifier=values.get("identifier", ""),
            collection=values.get("collection", ""),
            rights=values.get("rights", ""),
            slug=values.get("slug", ""),
            words=rendered.words,
            closing_notes=closing,
            references=rendered.references,
            anchors=rendered.anchors,
            headings=rendered.headings,
            evidence=tuple(evidence),
            repairs=repairs,
            accept=accept,
            draft=bool(values.get("draft")) or values.get("status", "").casefold() == "draft",
            embargo=values.get("embargo_until"),
            registry=self.registry(values),
            extra=found.extra,
        )

    def registry(self, values: Mapping[str, Any]) -> Registry | None:
        if self.kind in ("article", "page"):
            return None
        point = values.get("coordinates")
        where = metadata.coordinates(point) if point is not None else None
        if point is not None and where is None:
            self.found.append(
                warning(
                    "wrong-type",
                    self.location_of("coordinates"),
                    "`coordinates` is a latitude and a longitude in degrees",
                    value=str(point)[:80],
                    hint="Write `coordinates: [34.53, 69.17]`.",
                )
            )
        return Registry(
            aliases=values.get("aliases", ()),
            same_as=values.get("same_as", ()),
            portrait=values.get("portrait", ""),
            parent=values.get("parent", ""),
            coordinates=where,
        )

    def accepted(self, codes: tuple[str, ...]) -> frozenset[str]:
        for code in codes:
            if CODES.get(code) != "warning":
                what = "is an error and cannot be accepted" if code in CODES else "is no code"
                self.found.append(
                    warning(
                        "accept-unknown",
                        self.location_of("accept"),
                        f"`{code}` {what}",
                        value=code,
                        hint="See docs/diagnostics.md for the codes of warnings.",
                    )
                )
        return frozenset(codes)
