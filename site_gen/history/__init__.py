"""When the text of each article changed, from the git repository that content/ lies in.

What git tells is kept by commit, what became of each text by what it was made from: so a commit
costs what it changed.
"""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import groupby
from pathlib import Path
from typing import Any

from site_gen import cache, parallel
from site_gen.config import SITE_FILE
from site_gen.diagnostics import Diagnostic, Location, error
from site_gen.frozen import frozen
from site_gen.history import repository
from site_gen.history.lines import Lines, Moment, drawn
from site_gen.history.repository import GitError
from site_gen.model import Document, TextVersion
from site_gen.parse import Context, Task
from site_gen.parse.earlier import Earlier, earlier, told_to_hide
from site_gen.paths import composed, folders, without_ending

__all__ = ["Place", "find", "keys", "state"]

CHUNK = 200
"""Texts that a worker reads at a time."""


@frozen
class Place:
    """Where it is worked: at which commit, with what, by how many processes."""

    commit: str
    context: Context
    jobs: int


def state(site: Path) -> tuple[str, list[Diagnostic]]:
    """The commit that is checked out; an error where its history is not there."""
    try:
        commit, shallow = repository.head(site)
    except GitError as problem:
        return "", [_unknown(str(problem))]
    if not shallow:
        return commit, []
    at = Location(SITE_FILE)
    message = "The clone is shallow, so git does not know when texts changed"
    hint = (
        "Run `git fetch --unshallow`; in a workflow give actions/checkout `fetch-depth: 0`. "
        "Or take `history: true` out of site.yml."
    )
    return "", [error("history-shallow", at, message, hint=hint)]


def _unknown(why: str) -> Diagnostic:
    return error(
        "history-unknown",
        Location(SITE_FILE),
        f"Git cannot tell when texts changed: {why}",
        value=why,
        hint="Build where content/ lies in a git repository, or take `history: true` out of "
        "site.yml.",
    )


def keys(commit: str, program: str) -> tuple[str, ...]:
    """The keys of what is kept in the store; none without a commit."""
    return (f"history lines {program} {commit}", f"history texts {program}") if commit else ()


def find(
    articles: Mapping[str, Document], tasks: Mapping[str, Task], place: Place
) -> tuple[dict[str, tuple[TextVersion, ...]], list[Diagnostic]]:
    """By article, the versions of its text, the newest first; `tasks` go by path.

    An article of which something is, or ever was, not to be shown has none: a digest would
    confirm a guess.
    """
    try:
        return _Finding(tasks, place).found(articles), []
    except GitError as problem:
        return {}, [_unknown(str(problem))]


@frozen
class _Wanted:
    """A text to be read, and what its result is kept by."""

    key: str
    task: Task
    moment: Moment


class _Finding:
    def __init__(self, tasks: Mapping[str, Task], place: Place) -> None:
        self.tasks = tasks
        self.place = place
        self.context = place.context
        self.lines_key, self.texts_key = keys(place.commit, self.context.program)
        with cache.Store(self.context.store) as store:
            lines, texts = store.get(self.lines_key), store.get(self.texts_key)
        self.lines: Lines = pickle.loads(lines) if lines else self._drawn()
        self.kept: Mapping[str, Any] = pickle.loads(texts) if texts else {}
        self.used: dict[str, Any] = {}
        """What is known of blobs and of texts, by key, as far as it is needed now."""

    def _drawn(self) -> Lines:
        lines = drawn(repository.commits(self.context.site, self.place.commit))
        with cache.Store(self.context.store) as store:
            store.put([(self.lines_key, pickle.dumps(lines))])
        return lines

    def found(self, articles: Mapping[str, Document]) -> dict[str, tuple[TextVersion, ...]]:
        lines = {
            key: self.lines.texts[document.path]
            for key, document in articles.items()
            if document.path in self.lines.texts and _is_open(document)
        }
        self.digest(moment for line in lines.values() for moment in line)
        wanted: dict[str, _Wanted] = {}
        named: dict[str, list[str]] = {}
        for key, line in lines.items():
            named[key] = [self.name(articles[key], moment, wanted) for moment in line]
        self.read([one for one in wanted.values() if one.key not in self.used])
        hidden = self.hidden()
        found = {}
        for key, line in lines.items():
            own = Earlier(articles[key].version)
            came = [self.used[name] if name else own for name in named[key]]
            if any(one.hidden for one in came) or any(map(hidden.holds, line)):
                continue
            versions = _versions(line, came)
            if versions:
                found[key] = versions
        if self.used.keys() != self.kept.keys():
            with cache.Store(self.context.store) as store:
                store.put([(self.texts_key, pickle.dumps(self.used))])
        return found

    def know(self, key: str) -> bool:
        """Whether something is known from before; then it is used."""
        if key in self.kept:
            self.used[key] = self.kept[key]
        return key in self.used

    def digest(self, moments: Iterable[Moment]) -> None:
        """Learn the SHA-256 of each blob."""
        blobs = {blob: None for one in moments for blob in (one.blob, one.sidecar_blob) if blob}
        new = [blob for blob in blobs if not self.know(blob)]
        for blob, data in repository.contents(self.context.site, new):
            self.used[blob] = hashlib.sha256(data).hexdigest()

    def name(self, document: Document, moment: Moment, wanted: dict[str, _Wanted]) -> str:
        """What the result of a text is kept by; empty where it is the document as it is."""
        task = self.tasks[document.path]
        if moment.path == document.path and self.used[moment.blob] == task.source.digest:
            sidecar = self.used[moment.sidecar_blob] if moment.sidecar_blob else ""
            if sidecar == (task.sidecar.digest if task.sidecar else ""):
                return ""
        key = cache.digest_of(
            self.parsing,
            *(moment.path, moment.blob, moment.sidecar, moment.sidecar_blob),
            *(f"{one.path} {one.digest}" for one in task.defaults),
            *(f"{one.key} {one.raw} {one.origin}" for one in task.row),
        )
        if not self.know(key):
            wanted[key] = _Wanted(key, task, moment)
        return key

    @cached_property
    def parsing(self) -> str:
        return self.context.config.parsing

    def read(self, wanted: Sequence[_Wanted]) -> None:
        """Read texts, in parallel."""
        chunks = parallel.chunks(wanted, CHUNK)
        read = parallel.ordered_map(_read, chunks, self.context, self.place.jobs)
        for chunk, results in zip(chunks, read, strict=True):
            self.used |= {one.key: result for one, result in zip(chunk, results, strict=True)}

    def hidden(self) -> _Hidden:
        """What tables and defaults ever kept from being shown."""
        told: set[str] = set()
        for path, blobs in self.lines.shared.items():
            keys = {blob: cache.digest_of(self.parsing, "shared", path, blob) for blob in blobs}
            new = [blob for blob in blobs if not self.know(keys[blob])]
            for blob, data in repository.contents(self.context.site, new):
                self.used[keys[blob]] = told_to_hide(path, data, self.context)
            told.update(*(self.used[key] for key in keys.values()))
        return _Hidden(frozenset(told))


@frozen
class _Hidden:
    """Paths without endings, and folders that end in `/`."""

    told: frozenset[str]

    def holds(self, moment: Moment) -> bool:
        if not self.told:
            return False
        path = composed(moment.path)
        names = (without_ending(path), path, *(f"{one}/" for one in folders(path)))
        return not self.told.isdisjoint(names)


def _is_open(document: Document) -> bool:
    """Whether nothing of a document is kept from being shown, or was until some day."""
    hidden = document.withheld or document.anonymous or document.withdrawn or document.embargo
    return not hidden


def _versions(line: Sequence[Moment], came: Sequence[Earlier]) -> tuple[TextVersion, ...]:
    """The versions of a line, the newest first, each with the day since which it stood."""
    published = [
        (one.version, moment.day) for moment, one in zip(line, came, strict=True) if one.version
    ]
    runs = [list(run) for _, run in groupby(published, key=lambda one: one[0])]
    return tuple(TextVersion(run[0][1], run[0][0]) for run in reversed(runs))


def _read(context: Context, chunk: Sequence[_Wanted]) -> list[Earlier]:
    """What the texts of a chunk came to. Raises GitError."""
    blobs = {
        blob: None for one in chunk for blob in (one.moment.blob, one.moment.sidecar_blob) if blob
    }
    data = dict(repository.contents(context.site, blobs))
    return list(_each(context, chunk, data))


def _each(
    context: Context, chunk: Sequence[_Wanted], data: Mapping[str, bytes]
) -> Iterator[Earlier]:
    for one in chunk:
        moment = one.moment
        sidecar = (moment.sidecar, data[moment.sidecar_blob]) if moment.sidecar_blob else None
        yield earlier(one.task, context, moment.path, data[moment.blob], sidecar)
