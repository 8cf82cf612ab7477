"""Each document with all that belongs to it: sidecar, defaults, table rows, twins."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import field, replace
from pathlib import Path, PurePosixPath

from site_gen import (
    cache,
    decoding,
    sources,
    tables,
)
from site_gen.compact import Compact
from site_gen.config import SiteConfig
from site_gen.diagnostics import Diagnostic, Location, error, hushed, warning
from site_gen.frozen import frozen
from site_gen.metadata import Statement
from site_gen.model import (
    Source,
)
from site_gen.paths import composed, folders, name_of, without_ending


@frozen
class Task(Compact):
    """A document and what adds to it. `defaults` are the nearest folder's first."""

    source: Source
    sidecar: Source | None = None
    defaults: tuple[Source, ...] = ()
    row: tuple[Statement, ...] = ()
    twins: tuple[str, ...] = ()
    """Other documents of its name, with which it would share its page."""
    spellings: tuple[tuple[str, ...], ...] | None = None
    """The spellings of each author in the registry, once they are known. Only a document whose
    byline is withheld waits for them."""

    @property
    def line(self) -> str:
        """What stands for all that the document is made from, beginning with its path and a NUL.

        What kind of file it is follows from its path, the settings and the program.
        """
        more = [
            f"{one.kind} {one.path} {one.digest}" for one in (self.sidecar, *self.defaults) if one
        ]
        more += [f"{one.key} {one.raw} {one.origin}" for one in self.row]
        more += self.twins
        if self.spellings is not None:
            more.append(f"spellings {self.spellings}")
        line = _plain(self.source)
        return f"{line}\0{cache.digest_of(*more)}" if more else line


def _plain(document: Source) -> str:
    """The line of a document to which nothing adds."""
    return f"{document.path}\0{document.digest}"


@frozen
class Described:
    """The documents in order of path, and what adds to each: `sidecars`, `rows` and `twins` go by
    path, `defaults` by folder.
    """

    documents: Sequence[Source] = ()
    sidecars: Mapping[str, Source] = field(default_factory=dict)
    defaults: Mapping[str, tuple[Source, ...]] = field(default_factory=dict)
    rows: Mapping[str, tuple[Statement, ...]] = field(default_factory=dict)
    twins: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def task(self, document: Source) -> Task:
        """A document with all that adds to it."""
        path = document.path
        return Task(
            document,
            self.sidecars.get(path),
            self.defaults.get(sources.folder_of(path), ()),
            self.rows.get(path, ()),
            self.twins.get(path, ()),
        )

    def tasks(self, paths: Collection[str]) -> dict[str, Task]:
        """The tasks of some documents, by path."""
        return {one.path: self.task(one) for one in self.documents if one.path in paths}

    @property
    def lines(self) -> list[str]:
        """The line of the task of each document."""
        lines = list(map(_plain, self.documents))
        more = {*self.sidecars, *self.rows, *self.twins}
        if more or self.defaults:
            for at, one in enumerate(self.documents):
                if one.path in more or sources.folder_of(one.path) in self.defaults:
                    lines[at] = self.task(one).line
        return lines


def described(
    site: Path, inventory: sources.Inventory, config: SiteConfig
) -> tuple[Described, list[Diagnostic]]:
    """Put each document together with its sidecar, its folder's defaults and its table row."""
    rows, found = _rows(site, inventory, config)
    documents = inventory.documents
    paths = [one.path for one in documents if one.document_kind in ("article", "page")]
    sharing = _sharing(paths, config)
    defaults: dict[str, tuple[Source, ...]] = {}
    if inventory.defaults:
        folders = {sources.folder_of(one.path) for one in documents}
        every = {folder: _defaults(folder, inventory) for folder in folders}
        defaults = {folder: some for folder, some in every.items() if some}
    return Described(documents, inventory.sidecars, defaults, rows, sharing), found


def _sharing(paths: Sequence[str], config: SiteConfig) -> dict[str, tuple[str, ...]]:
    """For the documents that would share a page the others that would."""
    if "" in config.extensions:
        stems = set(map(without_ending, paths))
    else:
        stems = {path.rpartition(".")[0] for path in paths}  # Each of them has an ending.
    if len(stems) == len(paths):
        return {}
    by_key: dict[str, list[str]] = {}
    for path in paths:
        by_key.setdefault(sources.document_key(path), []).append(path)
    return {
        path: tuple(one for one in paths if one != path)
        for paths in by_key.values()
        for path in paths
        if len(paths) > 1
    }


def _defaults(folder: str, inventory: sources.Inventory) -> tuple[Source, ...]:
    above = reversed([*folders(folder), folder])
    return tuple(inventory.defaults[one] for one in above if one in inventory.defaults)


def _rows(
    site: Path, inventory: sources.Inventory, config: SiteConfig
) -> tuple[dict[str, tuple[Statement, ...]], list[Diagnostic]]:
    """What the tables state of each document, the nearest table first."""
    rows: dict[str, tuple[Statement, ...]] = {}
    found: list[Diagnostic] = []
    if not inventory.tables:
        return rows, found
    names = _Names(one.path for one in inventory.sources if one.document_kind)
    for folder, table in sorted(inventory.tables.items(), key=lambda one: -one[0].count("/")):
        text, problems = read_text(site, table, "")
        found.extend(problems)
        if text is None:
            found.append(_lost_table(table.path))
            continue
        stated, problems = tables.read(text, table.path, config)
        if problems and HIDING.search(text.encode()):
            problems = list(map(hushed, problems))
        found.extend(problems)
        seen: set[str] = set()
        for name, statements in stated.items():
            path = names.meant(f"{folder}/{name}")
            if path in seen:
                found.append(_row_twice(name, statements, table))
                continue
            seen.add(path)
            if path not in names.paths:
                hint = names.guess(folder, name)
                found.append(_row_without_document(name, statements, table, hint))
            rows[path] = (*rows.get(path, ()), *statements)
    return rows, found


class _Names:
    """The documents that the rows of tables may name."""

    def __init__(self, paths: Iterable[str]) -> None:
        self.paths = frozenset(paths)
        self.spelt = {composed(path): path for path in sorted(self.paths)}
        self.by_stem: dict[str, list[str]] = {}
        self.by_name: dict[str, list[str]] = {}
        self.by_folder: dict[str, list[str]] = {}
        for path in sorted(self.paths):
            self.by_stem.setdefault(composed(without_ending(path)), []).append(path)
            self.by_name.setdefault(name_of(path), []).append(path)
            self.by_folder.setdefault(sources.folder_of(path), []).append(name_of(path))
        self.guesser = sources.Guesser()

    def meant(self, path: str) -> str:
        """The document a row names, with its ending or, where only one has the name, without."""
        alike = self.by_stem.get(composed(path), ())
        return self.spelt.get(composed(path)) or (alike[0] if len(alike) == 1 else path)

    def guess(self, folder: str, name: str) -> str:
        """The name that a row may mean instead, from the table's folder on; or none."""
        path = PurePosixPath(f"{folder}/{name}")
        alike = self.by_stem.get(str(path), [])
        if not alike:
            alike = [one for one in self.by_name.get(path.name, ()) if one.startswith(f"{folder}/")]
        if not alike:
            beside = self.by_folder.get(str(path.parent), [])
            alike = [f"{path.parent}/{one}" for one in self.guesser.close(path.name, beside)]
        return alike[0].removeprefix(f"{folder}/") if alike else ""


def _row_twice(name: str, row: Sequence[Statement], table: Source) -> Diagnostic:
    line = row[0].origin.line if row else 0
    return warning(
        "table-row",
        Location(table.path, line, 1 if line else 0),
        f"`{name}` has a row already, under its name with the ending or without",
        value=name,
        hint="Give each file one row, and each row a file.",
    )


def _lost_table(path: str) -> Diagnostic:
    return error(
        "table-broken",
        Location(path),
        "The table cannot be read, so what it says of its documents is not known",
        hint="Save it as CSV in UTF-8. Until then nothing is published, lest a draft go out.",
    )


def _row_without_document(
    name: str, row: Sequence[Statement], table: Source, guess: str
) -> Diagnostic:
    line = row[0].origin.line if row else 0
    return warning(
        "table-row",
        Location(table.path, line, 1 if line else 0),
        f"The row names `{name}`, which is not in this folder",
        value=name,
        hint=f"Did you mean {guess}?"
        if guess
        else "Write the file's name as it is, from the folder of this table on.",
    )


def read_text(site: Path, source: Source, encoding: str) -> tuple[str | None, list[Diagnostic]]:
    """The text of a source as it was when the walk saw it, or None with errors."""
    if not source.digest:
        # It could not be read before, which is told already.
        return None, []
    try:
        data = sources.read_bytes(site, source.path)
    except OSError as problem:
        message = f"The file cannot be read: {problem.strerror or problem}"
        return None, [error("unreadable", Location(source.path), message, hint="Build again.")]
    if hashlib.sha256(data).hexdigest() != source.digest:
        message = "The file changed while the site was being built"
        return None, [error("unreadable", Location(source.path), message, hint="Build again.")]
    return text_of(data, source, encoding)


def text_of(data: bytes, source: Source, encoding: str) -> tuple[str | None, list[Diagnostic]]:
    """The text that the bytes of a source hold, or None with errors."""
    if source.markup == "html" and encoding.casefold() in ("", decoding.DETECT):
        encoding = decoding.declared(data) or encoding
    text, found = decoding.decode(data, source.path, encoding)
    if found and HIDING.search(data):
        # The lines that are quoted may be such as must not be shown.
        found = [replace(one, value="", source="") for one in found]
    return text, found


HIDING = re.compile(rb"redact|withdr|withheld|embargo|anonymi[sz]", re.IGNORECASE)
"""What a file holds that may keep something from being shown."""
