"""One source with all that belongs to it becomes a Document and a body."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

from site_gen import (
    closing,
    copies,
    dates,
    fidelity,
    htmlsource,
    labels,
    markup,
    metadata,
    redaction,
    sources,
    yamlio,
)
from site_gen import values as typed
from site_gen.compact import Compact
from site_gen.config import SiteConfig, SplitParagraphs, repair
from site_gen.diagnostics import CODES, Diagnostic, Location, error, hushed, warning
from site_gen.fields import BY_NAME, folded
from site_gen.frozen import frozen
from site_gen.metadata import Metadata, Statement
from site_gen.model import (
    ClosingNote,
    Document,
    DocumentKind,
    Evidence,
    Markup,
    Origin,
    Record,
    Registry,
    Source,
    Withdrawal,
    Withheld,
)
from site_gen.model import Repair as Repaired
from site_gen.parse import shortcodes, status, withholding
from site_gen.parse.gather import Task, read_text
from site_gen.parse.outline import outline
from site_gen.paths import INDEX_STEMS, ending_of, name_of, without_ending
from site_gen.patterns import late_pattern
from site_gen.plainlabels import Names

LONGEST_HEAD = 4_000
"""Characters in which metadata is looked for where it is not closed off."""
NO_TITLE_TOLD = ("title-empty", "front-matter-unclosed", "front-matter-text")
"""Findings that tell already why a document has no title."""


@frozen
class Parsed(Compact):
    """What came of a source. `document` is None where an error keeps it from being published."""

    path: str
    document: Document | None
    found: tuple[Diagnostic, ...] = ()
    unknown: tuple[tuple[str, Location], ...] = ()
    waits: bool = False
    """Whether it is to be read again, with the registry's spellings of its authors."""
    masked: str = ""
    """The path as it may be printed, where that is another."""
    quiet: tuple[str, ...] = ()
    """Files of which nothing may be quoted in any finding."""
    signature: bytes = b""
    """What an article is compared by with others; it is made for a group of them."""
    outline: str = ""
    """The digest of all but its text."""
    withheld: tuple[Withheld, ...] = ()
    """What must not be shown of it, whether it is shown or not."""

    @property
    def tells(self) -> bool:
        """Whether anything is to be told beside the document."""
        rest = self.found, self.unknown, self.waits, self.masked, self.quiet, self.withheld
        return any(rest)


@frozen
class Read:
    """A source that was read: what came of it, its body as safe HTML, its record."""

    parsed: Parsed
    body: str
    record: Record
    words: str | None = None
    """Those of its body as they are written, a blank between each two, where the index surely reads
    the same.
    """


@frozen
class Context:
    """What a worker needs to parse: the site's folder, its settings, where the store is."""

    site: Path
    config: SiteConfig
    program: str
    store: Path


def _shown(
    stated: Sequence[Evidence], notes: Sequence[ClosingNote], path: str
) -> tuple[Evidence, ...]:
    """The evidence that readers see, that of closing notes included."""
    about = "the closing paragraph"
    return (
        *(one for one in stated if BY_NAME[one.field].label),
        *(
            Evidence("biography", one.author, Origin("inferred", path, one.line, about))
            for one in notes
        ),
    )


def _head(text: str, path: str) -> str:
    """The part of a source that may be metadata."""
    if ending_of(path).lower() in (".yml", ".yaml"):
        return text
    if not text.lstrip("\n").startswith("---"):
        return ""
    return text[: text.find("\n---", 4) if "\n---" in text[4:] else LONGEST_HEAD]


def is_draft(values: Mapping[str, Any]) -> bool:
    """Whether metadata says that a document is a draft."""
    return bool(values.get("draft")) or values.get("status", "").casefold() == "draft"


class _Waits(Exception):
    """The document cannot be read before the registry is known."""


class Failed(Exception):
    """The document cannot be published; the diagnostics say why."""


def parse(task: Task, context: Context, body_key: str) -> Read:
    """Read one document: its metadata, its body as safe HTML, its record, what is wrong with it."""
    work = Work(task, context)
    document: Document | None = None
    body, record = "", Record()
    try:
        document, body, record = work.document(body_key)
    except _Waits:
        return Read(Parsed(task.source.path, None, waits=True), body, record)
    except Failed:
        pass  # The errors that were found tell why.
    if task.twins:
        work.found.append(_same_page(task))
    if document and work.censor.rules:
        document, body, record, problems = withholding.cleared(document, body, record, work.censor)
        work.found.extend(problems)
        document = replace(document, outbound=_outbound(body, document.closing_notes))
    accepted = document.accept if document else frozenset()
    if "unknown-key" in accepted:
        work.unknown = ()
    found = [one for one in work.found if one.severity == "error" or one.code not in accepted]
    found = [_as_in_the_file(one, work) for one in found] if work.rewritten else found
    if work.sensitive:
        found += [_not_named(at) for _, at in work.unknown]
        work.unknown = ()
        # Tables and defaults are other documents' too; what this one says in them is not quoted.
        found = list(map(hushed, found))
    if any(one.severity == "error" for one in found):
        document, body, record = None, "", Record()
    masked = withholding.masked(task.source.path, work.censor.rules)
    masked = "" if masked == task.source.path else masked
    files = (task.source.path, *([task.sidecar.path] if task.sidecar else ()))
    quiet = files if work.sensitive else ()
    told = Parsed(
        task.source.path,
        document,
        tuple(found),
        work.unknown,
        masked=masked,
        quiet=quiet,
        outline=outline(document) if document else "",
        withheld=tuple(work.censor.rules),
    )
    return Read(told, body, record, None if work.censor.rules else work.words)


def _outbound(body: str, notes: Iterable[ClosingNote]) -> tuple[str, ...]:
    """The addresses on other hosts that a page links to."""
    return copies.linked((body, *(note.html for note in notes)))


def _differing(before: str, after: str) -> dict[int, str]:
    """The lines of a text that another of as many lines has not, by number."""
    pairs = zip(before.split("\n"), after.split("\n"), strict=True)
    return {number: old for number, (old, new) in enumerate(pairs, 1) if old != new}


def _as_in_the_file(one: Diagnostic, work: Work) -> Diagnostic:
    """A finding with its line as the file has it, where shortcodes were replaced in that."""
    at = one.location
    if at.path != work.path or at.line not in work.rewritten:
        return one
    return replace(one, location=replace(at, column=0), source=work.rewritten[at.line])


def _not_named(at: Location) -> Diagnostic:
    """The warning for an unknown key in a document that must not be quoted."""
    return warning("unknown-key", at, "")


def version_of(title: str, text: str) -> str:
    """The beginning of the digest of what is published, by which readers tell versions apart."""
    # What stood in place of front matter and labels are empty lines, which are no part of it.
    whole = "{}\n\n{}".format(title, text.strip("\n"))
    return hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()[:10]


ENTRY_FIELD = late_pattern(
    r"(?:name|aliases|parent|coordinates|same_as|sort_name|agency|portrait):(?= |$)", re.IGNORECASE
)
"""How the text of an entry begins whose fields were meant as front matter."""


def _same_page(task: Task) -> Diagnostic:
    return error(
        "url-collision",
        Location(task.source.path),
        f"{' and '.join(task.twins)} would have the same page: they differ in the ending only",
        hint="Rename one of them, or list one under `ignore:` in site.yml.",
    )


def _hiding_unread(path: str, label: labels.Label) -> Diagnostic:
    said = f"{label.name}: {label.raw}"
    return warning(
        "label-unread",
        Location(path, label.line, label.column),
        f"The text begins with `{said}`, which is shown as text and hides nothing",
        value=label.raw,
        hint="If it is meant, say it in a sidecar or in front matter.",
        source=said,
    )


def _names_others(path: str, headers: Sequence[labels.Label]) -> Diagnostic:
    said = ", ".join(f"`{one.name}` in line {one.line}" for one in headers)
    return warning(
        "letter-addresses",
        Location(path, headers[0].line, headers[0].column),
        f"The page shows what the head of this letter says of others: {said}",
        value=", ".join(one.name for one in headers),
        hint="Leave out names and addresses of private people by `redactions:` in a sidecar; if "
        "they may be public, write `accept: [letter-addresses]` there or into the folder's "
        "_defaults.yml.",
    )


class Work:
    """One document on its way: what is stated about it, what was found."""

    def __init__(self, task: Task, context: Context) -> None:
        self.task = task
        self.site = context.site
        self.config = context.config
        self.path = task.source.path
        self.kind: DocumentKind = task.source.document_kind or "article"
        self.known = context.config.known_keys
        self.found: list[Diagnostic] = []
        self.unknown: tuple[tuple[str, Location], ...] = ()
        self.stated: list[Statement] = list(task.row)
        self.sensitive = False
        """Whether something of the document must not be shown, so that nothing may quote it."""
        self.censor = withholding.Censor((), self.known, Location(self.path))
        self.bylines: tuple[Withheld, ...] = ()
        self.anonymous = False
        self.replaced: tuple[Repaired, ...] = ()
        """What stood for something else to another program."""
        self.was_below: list[tuple[str, str]] = []
        """Folders in which this one's folder was, and the path of the document in it."""
        self.rewritten: Mapping[int, str] = {}
        """The lines in which it stood, as they are in the file, by number."""
        self.words: str | None = None

    def document(self, body_key: str) -> tuple[Document, str, Record]:
        """Everything about the document. Raises Failed where an error ends the reading."""
        apart, how = self.taken()
        if withholding.anonymised(self.stated, self.known):
            if self.task.spellings is None:
                raise _Waits
            # Read once more, without the names that the first reading found.
            self.bylines = withholding.names(
                self.stated, self.known, self.config, self.task.spellings
            )
            self.stated, self.found, self.was_below = list(self.task.row), [], []
            self.anonymous = self.sensitive = True
            apart, how = self.taken()
            self.stated = [
                one for one in self.stated if self.known.get(folded(one.key)) != "authors"
            ]
        return self.made(apart, how, body_key)

    def taken(self) -> tuple[labels.Split, Markup]:
        """Take up all that is stated of the document; its body, and how that is marked up."""
        if self.task.sidecar:
            self.add_yaml(self.task.sidecar, "sidecar")
        for source in self.task.defaults:
            self.add_yaml(source, "folder defaults")
        self.withhold()
        text = self.text()
        reading = self.resolve(frozenset({"markup", "title"}), tell=False)
        how = self.markup_of(reading)
        if how != "plain":
            written = text
            text, self.replaced = shortcodes.replaced(text, self.config.shortcodes)
            self.rewritten = _differing(written, text) if self.replaced else {}
        apart = self.taken_apart(text, how, reading.values.get("title", ""))
        lines = text.split("\n")
        self.state(metadata.from_labels(apart.labels, self.path, lines))
        if apart.title:
            origin = Origin("inferred", self.path, apart.title_line, "the heading")
            line = lines[apart.title_line - 1]
            self.state([Statement("title", apart.title, origin, 1, line, apart.title)])
        self.infer_from_name()
        return apart, how

    def made(self, apart: labels.Split, how: Markup, body_key: str) -> tuple[Document, str, Record]:
        """The document, from what is stated of it and its body."""
        found = self.resolve(frozenset(), tell=True)
        self.judge(found)
        self.unknown = found.unknown
        self.found.extend(status.problems(self.stated, found.values, self.known, self.path))
        self.found.extend(status.misspelt(self.stated, self.known, self.config.fields))
        withdrawn, problems = status.withdrawal(self.stated, found.values, self.known, self.config)
        self.found.extend(problems)
        if withdrawn and not problems:
            if self.kind not in ("article", "page"):
                self.found.append(status.not_to_be_withdrawn(self.location_of("withdrawn")))
            return self.tombstone(found.values, withdrawn, body_key), "", Record()
        options = markup.Options(
            how,
            bool(found.values.get("smart_quotes", self.config.smart_quotes)),
            markup.extension_settings(self.config.markdown_extensions),
        )
        notes: tuple[ClosingNote, ...] = ()
        if self.anonymous:
            body = withholding.without_notes(apart.body, how)
        else:
            authors = found.values.get("authors", ())
            body, notes = self.closing_notes(apart.body, authors, options)
        body, repairs = self.mended(body, how, found.values.get("repair"))
        rendered, problems = markup.render(body, options, self.path)
        self.found.extend(problems)
        if not rendered.prose:
            self.found.extend(
                fidelity.check(
                    body, how, rendered.html, rendered.references, self.path, rendered.said
                )
            )
        self.check_empty(rendered, notes)
        self.words = rendered.said if rendered.sure else None
        # A digest of what is not published would confirm a guess at it.
        text = rendered.html if self.censor.rules or self.anonymous else apart.body
        version = version_of(found.values["title"], text)
        document = self.assembled(found, rendered, notes, body_key, version)
        mends = (*self.replaced, *repairs)
        return document, rendered.html, Record(_shown(found.evidence, notes, self.path), mends)

    def tombstone(
        self, values: Mapping[str, Any], withdrawn: Withdrawal, body_key: str
    ) -> Document:
        """What is kept of a document that was withdrawn: where it stood, and why.

        What is odd about the rest concerns no reader any more, and is not told.
        """
        self.found = [one for one in self.found if one.severity == "error"]
        self.unknown = ()
        return Document(
            kind=self.kind,
            key=sources.document_key(self.path),
            path=self.path,
            digest="",
            body=body_key,
            title="",
            slug=values.get("slug", ""),
            draft=is_draft(values),
            embargo=values.get("embargo_until"),
            noindex=True,
            withdrawn=withdrawn,
            former=self.former(values),
        )

    def check_empty(self, rendered: markup.Rendered, notes: Sequence[ClosingNote]) -> None:
        """A text without a word is told, but for pictures and introductions to lists."""
        stem = without_ending(name_of(self.path))
        introduction = self.kind == "page" and stem in INDEX_STEMS
        wanted = self.kind in ("article", "page") and not introduction
        if wanted and not (rendered.words or rendered.references or notes):
            self.found.append(
                warning(
                    "empty-body",
                    Location(self.path),
                    "The text is empty",
                    hint="Add the text, or remove the file if there is none.",
                )
            )

    def add_yaml(self, source: Source, kind: Any) -> None:
        text, problems = self.read(source, "")
        self.found.extend(problems)
        if text is None:
            raise Failed
        self.sensitive |= withholding.speaks_of_hiding(text)
        stated, problems = metadata.yaml_file(text, kind, source.path)
        self.found.extend(problems)
        if problems:
            raise Failed
        if kind == "folder defaults":
            stated = self.moved_along(stated)
        self.stated.extend(stated)

    def moved_along(self, stated: Sequence[Statement]) -> list[Statement]:
        """What the defaults of a folder state, but for where the folder was: that is taken up."""
        rest: list[Statement] = []
        for one in stated:
            if self.known.get(folded(one.key)) != "redirect_from":
                rest.append(one)
                continue
            folders = one.value if isinstance(one.value, list) else [one.value]
            inside = self.path.removeprefix(one.origin.path.rpartition("/")[0] + "/")
            self.was_below += [
                (name.rstrip("/"), inside) for name in folders if isinstance(name, str) and name
            ]
        return rest

    def former(self, values: Mapping[str, Any]) -> tuple[str, ...]:
        """The old addresses of the document: those stated, and those in folders that moved."""
        along = []
        for folder, inside in self.was_below:
            below, _, name = f"/{inside}".rpartition("/")
            along.append(f"{folder}{below}/{values.get('slug') or without_ending(name)}.html")
        return (*values.get("redirect_from", ()), *along)

    def withhold(self) -> None:
        """From here on, nothing that the sidecar keeps from being shown is read."""
        sidecar = [one for one in self.stated if one.origin.kind == "sidecar"]
        rules, problems = withholding.redactions(sidecar, self.known)
        self.sensitive |= bool(rules) or any(
            withholding.speaks_of_hiding(f"{one.key}: {one.raw}") for one in self.task.row
        )
        self.found.extend(problems)
        at = self.location_of("redactions") if rules else Location(self.path)
        self.censor = withholding.Censor((*rules, *self.bylines), self.known, at)
        stated, self.stated = self.stated, []
        self.state(stated)

    def state(self, stated: Iterable[Statement]) -> None:
        """Take up what is stated, without the words that must not be shown."""
        kept = (self.censor.statement(one) for one in stated)
        self.stated.extend(one for one in kept if one is not None)

    def judge(self, found: Metadata) -> None:
        """Tell of redactions in the wrong place, and of words that were not found or would show."""
        _, problems = withholding.redactions(
            (one for one in self.stated if one.origin.kind != "sidecar"), self.known
        )
        self.found.extend(problems)
        self.found.extend(withholding.unclear_bylines(self.stated, self.known))
        self.found.extend(self.censor.found)
        self.found.extend(self.censor.unused())
        self.found.extend(self.censor.address(self.path, found.values.get("slug", "")))

    def text(self) -> str:
        """The text of the source, after its front matter was read."""
        encoding = self.resolve(frozenset({"encoding"}), tell=False).values.get("encoding", "")
        text, problems = self.read(self.task.source, encoding)
        self.found.extend(problems)
        if text is None:
            raise Failed
        self.sensitive |= withholding.speaks_of_hiding(_head(text, self.path))
        text = self.censor.text(text, self.path)
        if ending_of(self.path).lower() in (".yml", ".yaml"):
            stated, problems = metadata.yaml_file(text, "front matter", self.path)
            self.found.extend(problems)
            self.state(one for one in stated if one.key != "body")
            return self.body_of_entry(next((one for one in stated if one.key == "body"), None))
        stated, rest, problems = metadata.front_matter(text, self.path, self.known)
        self.found.extend(problems)
        if any(one.severity == "error" for one in problems):
            raise Failed
        self.state(stated)
        return rest

    def body_of_entry(self, stated: Statement | None) -> str:
        """The text in `body:` of a registry entry that is all YAML."""
        if stated is None or stated.value is None or isinstance(stated.value, str):
            return (stated.value if stated else "") or ""
        self.found.append(
            warning(
                "wrong-type",
                stated.location,
                "`body` is a text; what it holds is not shown",
                value=stated.shown[:120],
                hint="Write `body: |` and the text below it, indented by two spaces.",
                source=stated.source,
            )
        )
        return ""

    def read(self, source: Source, encoding: str) -> tuple[str | None, list[Diagnostic]]:
        """The text of a source, or None with errors."""
        return read_text(self.site, source, encoding)

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
            if self.known.get(folded(one.key)) == field:
                return one.location
        return Location(self.path)

    def taken_apart(self, text: str, how: Markup, stated_title: str) -> labels.Split:
        """The body without its title heading and its labels, and these."""
        known: Mapping[str, str] = labels.known_labels(self.config.labels)
        if self.kind not in ("article", "page"):
            known = {}
            self.found.extend(self.unfenced(text))
        if how != "html":
            apart = labels.split(text, known, stated_title, how, self.names(known))
            if apart.unread:
                self.found.append(_hiding_unread(self.path, apart.unread))
            if apart.others:
                self.found.append(_names_others(self.path, apart.others))
            return apart
        head = htmlsource.head(text)
        self.state(
            Statement(key, value, Origin("front matter", self.path, line), raw=value)
            for key, value, line in head.stated
        )
        title = stated_title or next((value for key, value, _ in head.stated if key == "title"), "")
        return htmlsource.split(htmlsource.body_of(text, head), known, title)

    def unfenced(self, text: str) -> Iterator[Diagnostic]:
        """A finding where an entry begins with a field, and no front matter says that it is one."""
        first = next((line for line in enumerate(text.split("\n"), 1) if line[1].strip()), None)
        said = ENTRY_FIELD.match(first[1]) if first else None
        if first and said and all(one.origin.kind != "front matter" for one in self.stated):
            yield warning(
                "label-unread",
                Location(self.path, first[0], 1),
                f"The entry begins with `{said[0]}`, which is shown as text and says nothing",
                value=said[0],
                hint="Put a line `---` above such lines and one below, or name the file .yml.",
                source=first[1],
            )

    def names(self, known: Mapping[str, str]) -> Names | None:
        """What labels without bold mean; None where the file has a better place for metadata."""
        if not known or any(one.origin.kind == "front matter" for one in self.stated):
            return None
        return Names(known, self.known, self.config.fields, self.config.date_order)

    def infer_from_name(self) -> None:
        stem = without_ending(name_of(self.path))
        if self.kind == "article":
            date = dates.from_file_name(stem)
            if date:
                origin = Origin("inferred", self.path, 0, "the file name")
                self.state([Statement("date", date.edtf, origin, raw=date.edtf)])
        origin = Origin("inferred", self.path, 0, "the file name")
        title = metadata.title_from_name(self.path)
        if redaction.spells(title, self.censor.rules):
            title = redaction.MARK
        self.state([Statement("title", title, origin, raw=title)])

    def closing_notes(
        self, body: str, authors: tuple[str, ...], options: markup.Options
    ) -> tuple[str, tuple[ClosingNote, ...]]:
        """The body without its closing notes, and these.

        A note that holds an image, a link into the archive, a footnote mark or a link by
        reference stays in the body, where these work.
        """
        if self.kind != "article" or not authors:
            return body, ()
        # An author given by the key of a registry entry is called by its words in the text.
        called = {closing.spoken(name): name for name in authors}
        take = htmlsource.closing_notes if options.markup == "html" else closing.closing_notes
        rest, found = take(body, tuple(called))
        notes: list[ClosingNote] = []
        problems: list[Diagnostic] = []
        for note in found:
            if options.markup in ("markdown", "text") and closing.refers(note.text, rest):
                return body, ()
            # The empty lines above keep the lines of what is found those of the file.
            text = "\n" * (note.line - 1) + note.text
            rendered, told = markup.render(text, options, self.path)
            if rendered.references:
                return body, ()
            problems.extend(told)
            problems.extend(
                fidelity.check(text, options.markup, rendered.html, rendered.references, self.path)
            )
            notes.append(ClosingNote(called[note.author], rendered.html, note.line))
        self.found.extend(problems)
        return rest, tuple(notes)

    def mended(self, body: str, how: Markup, given: Any) -> tuple[str, tuple[Repaired, ...]]:
        """The body with broken paragraphs joined, if the keeper says so; told if not."""
        if how == "html" or self.kind != "article":
            return body, ()
        policy = self.repair_policy(given)
        found = closing.breaks(body)
        if policy == "join" and found:
            body = closing.join(body, found, " " if how == "plain" else "\n")
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
            return repair(yamlio.plain(given)).split_paragraphs
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
        notes: tuple[ClosingNote, ...],
        body_key: str,
        version: str,
    ) -> Document:
        values = found.values
        accept = self.accepted(values.get("accept", ()))
        title: str = values["title"]
        by = next(one for one in found.evidence if one.field == "title")
        told = any(one.code in NO_TITLE_TOLD for one in self.found)
        if by.origin.note == "the file name" and self.kind in ("article", "page") and not told:
            self.found.append(
                warning(
                    "title-missing",
                    Location(self.path),
                    f"No title is given; “{title}” is made from the file name",
                    value=title,
                    hint="Add `title:` to its front matter or sidecar, or a first line `# Title`.",
                )
            )
        return Document(
            kind=self.kind,
            key=sources.document_key(self.path),
            path=self.path,
            digest=self.task.source.digest,
            body=body_key,
            title=title,
            authors=self.censor.names(values.get("authors", ())),
            date=values.get("date"),
            modified=values.get("modified"),
            places=self.censor.names(values.get("places", ())),
            topics=self.censor.names(values.get("topics", ())),
            series=self.censor.names(values.get("series", ())),
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
            telling=rendered.telling,
            closing_notes=notes,
            # Of what is withheld, only the finished page says where it leads.
            outbound=() if self.censor.rules else _outbound(rendered.html, notes),
            references=rendered.references,
            anchors=rendered.anchors,
            headings=rendered.headings,
            accept=accept,
            draft=is_draft(values),
            embargo=values.get("embargo_until"),
            noindex=values.get("noindex", False),
            registry=self.registry(values),
            anonymous=self.anonymous,
            extra=found.extra,
            translators=self.censor.names(values.get("translators", ())),
            part=values.get("part", 0),
            translation_of=values.get("translation_of", ""),
            translation_key=values.get("translation_key", ""),
            featured=values.get("featured", False),
            featured_note=values.get("featured_note", ""),
            inferred=tuple(
                sorted({one.field for one in found.evidence if one.origin.kind == "inferred"})
            ),
            version=version,
            former=self.former(values),
        )

    def registry(self, values: Mapping[str, Any]) -> Registry | None:
        if self.kind in ("article", "page"):
            return None
        point = values.get("coordinates")
        where = typed.coordinates(point) if point is not None else None
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
        # Hugo's `aliases: [/old/address/]` are addresses of a page, and no names.
        aliases = [one for one in values.get("aliases", ()) if not one[0].startswith("/")]
        return Registry(
            aliases=self.censor.names(name for name, _ in aliases),
            same_as=values.get("same_as", ()),
            portrait=values.get("portrait", ""),
            parent=values.get("parent", ""),
            parent_at=self.location_of("parent") if values.get("parent") else None,
            coordinates=where,
            sort_name=values.get("sort_name", ""),
            agency=values.get("agency", False),
            years=tuple(one for one in aliases if one[1] and self.censor.names(one[:1])),
            note=values.get("note", ""),
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
