"""The only reader of content/: a sorted walk that accounts for every file, with digests."""

from __future__ import annotations

import difflib
import fnmatch
import hashlib
import os
import pickle
import stat
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import field, replace
from functools import cached_property
from itertools import chain
from operator import attrgetter
from pathlib import Path, PurePosixPath

from site_gen import compact, parallel
from site_gen.compact import Compact
from site_gen.config import SiteConfig, extension_use
from site_gen.diagnostics import Diagnostic, Location, error, warning
from site_gen.frozen import frozen
from site_gen.model import DocumentKind, Markup, Source, SourceKind
from site_gen.paths import INDEX_STEMS, ending_of, name_of, without_ending
from site_gen.signatures import Signature, settled, signature, unsettled

CONTENT = "content"
KIND_OF_FOLDER: dict[str, DocumentKind] = {
    "authors": "author",
    "places": "place",
    "topics": "topic",
    "series": "series",
    "pages": "page",
}
YAML_ENDINGS = (".yml", ".yaml")
DEFAULTS = ("_defaults.yml", "_defaults.yaml")
TABLE = "metadata.csv"
MOST_GUESSES = 20
MOST_COMPARED = 20_000
"""How often a name that leads nowhere is compared with those beside it, and with how many."""
MANY = 2_000
"""Files to be read from which on several processes read them, in lots of `AT_ONCE`."""
AT_ONCE = 200
IGNORED_NAMES = {
    "Thumbs.db": "a system file",
    "desktop.ini": "a system file",
    "Icon\r": "a system file",
}


@frozen
class Inventory:
    """Every file under content/, and which sidecar, defaults and table go with what.

    Paths are relative to the site's folder. `sidecars` goes by document, `defaults` and
    `tables` by folder. A sidecar, defaults or table without a digest could not be read, which is
    told already. `folders` is what `Known` has of them the next time, and `said` stands for all
    sources.
    """

    sources: tuple[Source, ...]
    sidecars: Mapping[str, Source]
    defaults: Mapping[str, Source]
    tables: Mapping[str, Source]
    folders: Mapping[str, bytes] = field(default_factory=dict)
    said: str = ""

    @property
    def documents(self) -> list[Source]:
        """The files that hold an article, a registry entry or a page, in order of path."""
        return [one for one in self.sources if one.kind == "document"]

    @property
    def attachments(self) -> list[Source]:
        """The files that a document may refer to, in order of path."""
        return [one for one in self.sources if one.kind == "attachment"]


@frozen
class Known:
    """What an earlier walk saw, at most until `now` by the clock of files: its `folders`, of which
    nothing was to be told. `same` says that it went by the same settings. `standing` gives those of
    them that stand, where another process looks at them.
    """

    folders: Mapping[str, bytes] = field(default_factory=dict)
    same: bool = False
    now: int = 0
    standing: Callable[[], Standing] | None = None


@frozen
class Seen(Compact):
    """Files of one folder in order: names, signatures, sources field by field but for their paths,
    and what stands for all that but the signatures. Signatures and sources are pickled: who asks
    for the ones needs the others seldom.
    """

    names: tuple[str, ...]
    signed: bytes
    columns: bytes
    said: str

    @property
    def signatures(self) -> tuple[Signature, ...]:
        """What vouches for each file."""
        found: tuple[Signature, ...] = pickle.loads(self.signed)
        return found

    def part(self, folder: str) -> compact.Columns:
        """The sources, in a folder of this path, field by field."""
        return tuple([f"{folder}/{name}" for name in self.names]), *pickle.loads(self.columns)


Standing = Mapping[str, Sequence[str]]
"""Folders in which all files are as they are known, each with the names of the folders in it."""


def loaded(folders: Mapping[str, bytes]) -> dict[str, Seen]:
    """What was seen of folders, of what `Known` has of them."""
    return dict(zip(folders, map(pickle.loads, folders.values()), strict=True))


def standing(site: Path, folders: Mapping[str, Seen]) -> Standing:
    """Those of these folders that stand. A walk may come to none of them by another way."""
    found = {}
    for path, seen in folders.items():
        try:
            files, inside = _listed(f"{site}/{path}")
        except OSError:
            continue  # A walk that comes to it tells.
        if _names(files) == seen.names and _signatures(files) == seen.signatures:
            found[path] = _names(inside)
    return found


def _seen(sources: Sequence[Source], signatures: Iterable[Signature]) -> Seen:
    """What is kept of files in one folder."""
    names = tuple([name_of(one.path) for one in sources])
    columns = compact.columns(Source, sources)[1:]
    signed, said = pickle.dumps(tuple(signatures)), _digest(repr((names, columns)))
    return Seen(names, signed, pickle.dumps(columns), said)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def folder_of(path: str) -> str:
    """The folder a path lies in."""
    return path.rpartition("/")[0] or "."


def walk(
    site: Path, config: SiteConfig, known: Known | None = None, jobs: int = 1
) -> tuple[Inventory, list[Diagnostic]]:
    """List all files under `site`/content and read, for their digests, those that say something.

    A file that is as it is `known` is not read. Where many are to be read, so many processes
    (`jobs`) do it.
    """
    root = site / CONTENT
    if not root.is_dir():
        hint = "Run this in the site's folder, give it with -C, or start one with `init`."
        message = "There is no folder content/ here"
        return Inventory((), {}, {}, {}), [
            error("no-content", Location(CONTENT), message, hint=hint)
        ]
    walker = _Walker(site, config, os.path.realpath(root), known or Known())
    walker.folder(str(root), CONTENT)
    walker.read(jobs)
    every = [*compact.values(Source, walker.parts), *walker.sources]
    inventory, found = _matched(sorted(every, key=attrgetter("path")), walker.found)
    folders, said = walker.seen()
    return replace(inventory, folders=folders, said=said), found


class _Walker:
    """Goes through content/ and keeps what it sees."""

    def __init__(self, site: Path, config: SiteConfig, real_root: str, known: Known) -> None:
        self.site = site
        self.config = config
        self.real_root = real_root
        self.known = known
        self.before = loaded(known.folders)
        self.standing: Standing = {}
        if known.same:
            self.standing = known.standing() if known.standing else standing(site, self.before)
        self.parts: list[compact.Columns] = []
        """The sources in folders that stand, field by field."""
        self.sources: list[Source] = []
        """All others."""
        self.found: list[Diagnostic] = []
        self.ordinary: dict[tuple[str, str], Classified] = {}
        """What files with ordinary names are, by folder and ending."""
        self.unread: list[tuple[int, os.stat_result]] = []
        """Which of the sources have no digest yet, and their files' facts."""
        self.as_known: dict[str, bytes] = {}
        """The folders whose files are all as they are known."""
        self.anew: list[tuple[str, range]] = []
        """The other folders, and where in all sources those in them are."""
        self.facts: dict[int, os.stat_result] = {}
        """The facts of those files by which they may be known the next time."""
        self.said: list[str] = []
        """What stands for the sources that are in no folder of `anew`."""

    def folder(self, folder: str, path: str) -> None:
        names = self.standing.get(path)
        if names is not None:
            self.as_before(path)
        else:
            try:
                files, inside = _listed(folder)
            except OSError as problem:
                message = f"The folder cannot be read: {_reason(problem)}"
                self.found.append(_unreadable(path, message))
                return
            if files:
                self.files(path, files)
            names = _names(inside)
        for name in names:
            self.below(f"{folder}/{name}", f"{path}/{name}", name)

    def below(self, folder: str, path: str, name: str) -> None:
        """Go into a folder, unless it is to be ignored or its name cannot be printed."""
        rule = _ignored_by(name, path, self.config)
        if rule:
            self.sources.append(Source(_text(path), "ignored", rule=rule))
            self.said.append(f"{_text(path)} {rule}")
        elif self.printable(name, path):
            self.folder(folder, path)

    def as_before(self, path: str) -> None:
        """Keep all files of a folder as they are known."""
        seen = self.before[path]
        self.as_known[path] = self.known.folders[path]
        self.said.append(f"{path} {seen.said} []")
        self.parts.append(seen.part(path))

    def files(self, path: str, files: Sequence[os.DirEntry[str]]) -> None:
        """Keep the files of a folder one by one."""
        known: dict[str, tuple[Signature, str]] = {}
        seen = self.before.get(path)
        if seen is not None:
            each = zip(seen.signatures, compact.values(Source, [seen.part(path)]), strict=True)
            known = {one.path: (signed, one.digest) for signed, one in each}
        start = len(self.sources)
        for entry in files:
            facts = self.file(entry, path, f"{path}/{entry.name}", known)
            if facts:
                self.facts[len(self.sources) - 1] = facts
        self.anew.append((path, range(start, len(self.sources))))

    def file(
        self,
        entry: os.DirEntry[str],
        folder: str,
        path: str,
        known: Mapping[str, tuple[Signature, str]],
    ) -> os.stat_result | None:
        """Keep a file with its digest and size, where it says something. Its facts, if these can
        vouch for that.
        """
        rule = _ignored_by(entry.name, path, self.config)
        if rule:
            self.sources.append(Source(_text(path), "ignored", rule=rule))
            return _facts(entry)
        if not self.printable(entry.name, path):
            if not os.path.isdir(entry.path):
                self.sources.append(self.lost(_text(path)))
            return None
        problem = _link_problem(entry, path, self.real_root) if entry.is_symlink() else None
        if problem:
            self.found.append(problem)
            if not os.path.isdir(entry.path):
                self.sources.append(self.lost(path))
            return None
        kind, document_kind, markup, rule = self.classified(entry.name, folder, path)
        if kind == "ignored":
            self.sources.append(Source(path, kind, rule=rule))
            return _facts(entry)
        try:
            status = _regular(entry.path)
        except OSError as reason:
            self.sources.append(self.unreadable(path, _reason(reason)))
            return None
        signed, digest = known.get(path, (None, ""))
        if signed != signature(status) or kind == "attachment":
            digest = ""
        if not digest and kind != "attachment":
            self.unread.append((len(self.sources), status))
        self.sources.append(Source(path, kind, document_kind, markup, digest, status.st_size))
        return status

    def printable(self, name: str, path: str) -> bool:
        """Whether a name is valid UTF-8; else it is told."""
        if name.isascii() or _text(name) == name:
            return True
        message = "The name is not valid UTF-8"
        hint = "Rename it; letters of any language will do."
        self.found.append(error("file-name", Location(_text(path)), message, hint=hint))
        return False

    def read(self, jobs: int) -> None:
        """Take the digests of files that are not known."""
        paths = [self.sources[at].path for at, _ in self.unread]
        chunks = parallel.chunks(paths, AT_ONCE)
        several = jobs if len(paths) > MANY else 1
        digests = parallel.ordered_map(_digests, chunks, self.site, several, here=True)
        for (at, _), (digest, size, problem) in zip(
            self.unread, chain.from_iterable(digests), strict=True
        ):
            one = self.sources[at]
            if problem:
                self.sources[at] = self.unreadable(one.path, problem)
            else:
                self.sources[at] = replace(one, digest=digest, size=size)

    def seen(self) -> tuple[dict[str, bytes], str]:
        """The folders as the next walk may know them, and what stands for all sources."""
        folders, said = self.as_known, self.said
        for path, places in self.anew:
            certain = [at for at in places if at in self.facts and _certain(self.sources[at])]
            signatures = [
                _vouching(self.facts[at], self.sources[at], self.known.now) for at in certain
            ]
            seen = _seen([self.sources[at] for at in certain], signatures)
            folders[path] = pickle.dumps(seen)
            others = [repr(self.sources[at]) for at in sorted({*places}.difference(certain))]
            said.append(f"{path} {seen.said} {others}")
        return folders, _digest("\n".join(sorted(said)))

    def unreadable(self, path: str, problem: str) -> Source:
        """What is kept of a file that cannot be read, which is told."""
        self.found.append(_unreadable(path, f"The file cannot be read: {problem}"))
        return self.lost(path)

    def classified(self, name: str, folder: str, path: str) -> Classified:
        """What `_classified` says of a file; of thousands of ordinary names once."""
        stem = without_ending(name)
        if name in DEFAULTS or name == TABLE or stem in INDEX_STEMS:
            return _classified(path, self.config)
        like = folder, name[len(stem) :]
        found = self.ordinary.get(like)
        if found is None:
            found = self.ordinary[like] = _classified(path, self.config)
        return found

    def lost(self, path: str) -> Source:
        """What is kept of what cannot be read: a sidecar stays one, so that its document is held
        back.
        """
        kind, document_kind, markup, rule = _classified(path, self.config)
        if kind in ("document", "attachment"):
            kind, markup = "failed", None
        return Source(path, kind, document_kind, markup, rule=rule)


def _text(name: str) -> str:
    """A path that can be printed; what is not valid UTF-8 in it becomes codes."""
    return name if name.isascii() else name.encode("utf-8", "backslashreplace").decode()


def _reason(problem: OSError) -> str:
    return problem.strerror or str(problem)


def _ignored_by(name: str, path: str, config: SiteConfig) -> str:
    if name[0] == ".":
        return "a name that begins with a dot"
    if name[-1] == "~" or name[0] == name[-1] == "#":
        return "an editor's backup"
    if name in IGNORED_NAMES:
        return IGNORED_NAMES[name]
    if not config.ignore:
        return ""
    inner = path.removeprefix(f"{CONTENT}/")
    for pattern in config.ignore:
        if fnmatch.fnmatchcase(inner, pattern) or fnmatch.fnmatchcase(name, pattern):
            return f"ignore: {pattern}"
    return ""


def _link_problem(entry: os.DirEntry[str], path: str, real_root: str) -> Diagnostic | None:
    """Why a link is not followed, if it is not."""
    target = os.path.realpath(entry.path)
    if not os.path.exists(target):
        return _unreadable(path, "The link leads to nothing")
    if not Path(target).is_relative_to(real_root):
        return error(
            "symlink-outside",
            Location(path),
            "The link leads out of content/",
            hint="Copy what it points at into content/; links to other places are not followed.",
        )
    if os.path.isdir(target):
        return warning(
            "symlink-folder",
            Location(path),
            "The link to a folder is not followed",
            hint="Its files are read where they really are; remove the link.",
        )
    return None


def _unreadable(path: str, message: str) -> Diagnostic:
    return error(
        "unreadable",
        Location(path),
        message,
        hint="Make the file readable for you, replace it, or list it under `ignore:` in site.yml.",
    )


def document_kind(path: str) -> DocumentKind:
    """What a document is, by the folder of content/ that it lies in."""
    parts = path.split("/")
    kind = KIND_OF_FOLDER.get(parts[1], "article") if len(parts) > 2 else "article"
    if len(parts) == 3 and without_ending(parts[-1]) in INDEX_STEMS and kind != "article":
        return "page"
    return kind


def document_key(path: str) -> str:
    """The key of a document: its way under content/ without the ending.

    A registry entry goes by its name alone: content/authors/tim-judah.md and
    content/authors/tim-judah/_index.md are both `tim-judah`.
    """
    key = without_ending(path).removeprefix(f"{CONTENT}/")
    if document_kind(path) in ("article", "page"):
        return key
    parts = key.split("/")[1:]
    if len(parts) > 1 and parts[-1] in INDEX_STEMS:
        parts.pop()
    return "/".join(parts)


Classified = tuple[SourceKind, DocumentKind | None, Markup | None, str]
"""What a file is: its kind, that of its document, its markup, the rule by which it is ignored."""


def _classified(path: str, config: SiteConfig) -> Classified:
    name = name_of(path)
    if name in DEFAULTS:
        return "defaults", None, None, ""
    if name == TABLE:
        return "table", None, None, ""
    use = extension_use(config, name)
    if use == "ignore":
        return "ignored", None, None, f"extensions: {ending_of(name)}: ignore"
    if use != "attachment":
        return "document", document_kind(path), use, ""
    if ending_of(name).lower() in YAML_ENDINGS:
        return "sidecar", None, None, ""
    return "attachment", None, None, ""


def _matched(sources: list[Source], found: list[Diagnostic]) -> tuple[Inventory, list[Diagnostic]]:
    of_sidecar = _Documents(
        sources, {folder_of(one.path) for one in sources if one.kind == "sidecar"}
    )
    kept = list(sources)
    sidecars: dict[str, Source] = {}
    defaults: dict[str, Source] = {}
    tables: dict[str, Source] = {}
    about = [at for at, one in enumerate(sources) if one.kind in ("sidecar", "defaults", "table")]
    for at in about:
        one = sources[at]
        if one.kind == "sidecar" and not of_sidecar.named(one.path):
            kind = document_kind(one.path)
            if kind in ("author", "place", "topic", "series"):
                read: SourceKind = "document" if one.digest else "failed"
                one = replace(one, kind=read, document_kind=kind, markup="markdown")
                kept[at] = one
        if one.kind == "sidecar":
            documents = of_sidecar.named(one.path)
            if not documents:
                found.append(_lone_sidecar(one, of_sidecar))
            for path in documents:
                if path in sidecars:
                    found.append(_second_sidecar(one, sidecars[path]))
                else:
                    sidecars[path] = one
        elif one.kind == "defaults":
            defaults[folder_of(one.path)] = one
        elif one.kind == "table":
            tables[folder_of(one.path)] = one
    return Inventory(tuple(kept), sidecars, defaults, tables), found


class Guesser:
    """Guesses what was meant by the first few names that lead nowhere: each guess takes long."""

    def __init__(self) -> None:
        self.guesses = 0
        self.compared = 0

    def close(self, name: str, others: Sequence[str]) -> list[str]:
        """The name most like this one, if any is."""
        if self.guesses >= MOST_GUESSES or self.compared >= MOST_COMPARED:
            return []
        self.guesses += 1
        self.compared += len(others)
        return difflib.get_close_matches(name, others, n=1, cutoff=0.8)


class _Documents:
    """The documents that a sidecar may belong to: those of the folders that hold sidecars."""

    def __init__(self, sources: Sequence[Source], folders: Collection[str]) -> None:
        self.sources = [one for one in sources if folder_of(one.path) in folders] if folders else []
        self.guesser = Guesser()

    @cached_property
    def by_stem(self) -> dict[str, list[str]]:
        """Their paths by what they are without their endings."""
        by_stem: dict[str, list[str]] = {}
        for one in self.sources:
            if one.kind == "document" or (one.kind == "failed" and one.document_kind):
                by_stem.setdefault(without_ending(one.path), []).append(one.path)
        return by_stem

    @cached_property
    def paths(self) -> frozenset[str]:
        """All their paths."""
        return frozenset(path for paths in self.by_stem.values() for path in paths)

    @cached_property
    def beside(self) -> dict[str, list[str]]:
        """The names of documents, without their endings, by folder."""
        beside: dict[str, list[str]] = {}
        for stem in self.by_stem:
            beside.setdefault(folder_of(stem), []).append(name_of(stem))
        return beside

    def named(self, sidecar: str) -> list[str]:
        """The documents that a sidecar names: `a.yml` those called a, `a.txt.yml` a.txt alone."""
        stem = without_ending(sidecar)
        return self.by_stem.get(stem) or ([stem] if stem in self.paths else [])

    def guess(self, sidecar: str) -> str:
        """The document that a sidecar may be meant for, if any; only for the first few."""
        stem = PurePosixPath(without_ending(sidecar))
        beside = self.beside.get(str(stem.parent), ())
        close = self.guesser.close(stem.name, beside)
        return self.by_stem[f"{stem.parent}/{close[0]}"][0] if close else ""


def _lone_sidecar(source: Source, documents: _Documents) -> Diagnostic:
    stem = without_ending(source.path)
    hint = "Rename it to its document's name, or remove it."
    close = documents.guess(source.path)
    if close:
        pure = PurePosixPath(close)
        hint = f"If it belongs to {pure.name}, rename it to {pure.stem}.yml; else remove it."
    name = name_of(stem)
    return warning(
        "sidecar-without-document",
        Location(source.path),
        f"No document {name}.md, .txt or .html lies beside this sidecar",
        hint=hint,
    )


def _second_sidecar(source: Source, first: Source) -> Diagnostic:
    return warning(
        "sidecar-twice",
        Location(source.path),
        f"The document has another sidecar already, {PurePosixPath(first.path).name}; "
        "this one is not used",
        hint="Put both into one file.",
    )


def read_bytes(site: Path, path: str) -> bytes:
    """The bytes of a file under the site's folder. Raises OSError."""
    file = f"{site}/{path}"
    size = _regular(file).st_size
    # What `open` makes of it asks the system three times as often.
    descriptor = os.open(file, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    try:
        data = os.read(descriptor, size + 1)
        if len(data) != size:
            while more := os.read(descriptor, max(size, 65_536)):
                data += more
    finally:
        os.close(descriptor)
    return data


def _digests(site: Path, paths: Sequence[str]) -> list[tuple[str, int, str]]:
    """Of each file its digest and its size, or why it cannot be read."""
    found = []
    for path in paths:
        try:
            data = read_bytes(site, path)
        except OSError as reason:
            found.append(("", 0, _reason(reason)))
        else:
            found.append((hashlib.sha256(data).hexdigest(), len(data), ""))
    return found


def _listed(folder: str) -> tuple[list[os.DirEntry[str]], list[os.DirEntry[str]]]:
    """The files and the folders in a folder, by name. Raises OSError."""
    files: list[os.DirEntry[str]] = []
    folders: list[os.DirEntry[str]] = []
    with os.scandir(folder) as listing:
        for entry in sorted(listing, key=attrgetter("name")):
            (folders if entry.is_dir(follow_symlinks=False) else files).append(entry)
    return files, folders


def _names(entries: Iterable[os.DirEntry[str]]) -> tuple[str, ...]:
    return tuple([entry.name for entry in entries])


def _facts(entry: os.DirEntry[str]) -> os.stat_result | None:
    """The facts of what stands in a folder, which may be a link; None if there are none."""
    try:
        return entry.stat(follow_symlinks=False)
    except OSError:
        return None


def _signatures(entries: Iterable[os.DirEntry[str]]) -> tuple[Signature, ...] | None:
    """The signatures of what stands in a folder; None if one cannot be had."""
    try:
        return tuple([signature(entry.stat(follow_symlinks=False)) for entry in entries])
    except OSError:
        return None


def _certain(source: Source) -> bool:
    """Whether all is known of a file that its kind asks for."""
    return bool(source.digest) or source.kind in ("attachment", "ignored")


def _vouching(facts: os.stat_result, source: Source, now: int) -> Signature:
    """What vouches the next time for a file that was looked at before it was read."""
    return signature(facts) if settled(facts, now) else unsettled(source.size)


def _regular(file: str) -> os.stat_result:
    """The facts of a file. Raises OSError for a pipe, which could be waited on forever."""
    facts = os.stat(file)
    if not stat.S_ISREG(facts.st_mode):
        raise OSError(None, "it is not a regular file")
    return facts
