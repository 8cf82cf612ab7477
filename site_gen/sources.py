"""The only reader of content/: a sorted walk that accounts for every file, decoding, digests."""

from __future__ import annotations

import fnmatch
import hashlib
import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import get_args

from site_gen.config import SiteConfig, extension_use
from site_gen.diagnostics import Diagnostic, Location, error, warning
from site_gen.model import DocumentKind, Markup, Source

CONTENT = "content"
KIND_OF_FOLDER: dict[str, DocumentKind] = {
    "authors": "author",
    "places": "place",
    "topics": "topic",
    "series": "series",
    "pages": "page",
}
DEFAULTS = ("_defaults.yml", "_defaults.yaml")
TABLE = "metadata.csv"
INDEX_STEMS = ("index", "_index")
IGNORED_NAMES = {
    "Thumbs.db": "a system file",
    "desktop.ini": "a system file",
    "Icon\r": "a system file",
}


@dataclass(frozen=True, slots=True)
class Inventory:
    """Every file under content/, and which sidecar, defaults and table go with what.

    Paths are relative to the site's folder. `sidecars` goes by document, `defaults` and
    `tables` by folder.
    """

    sources: tuple[Source, ...]
    sidecars: Mapping[str, Source]
    defaults: Mapping[str, Source]
    tables: Mapping[str, Source]

    @property
    def documents(self) -> list[Source]:
        """The files that hold an article, a registry entry or a page, in order of path."""
        return [one for one in self.sources if one.kind == "document"]

    @property
    def attachments(self) -> list[Source]:
        """The files that a document may refer to, in order of path."""
        return [one for one in self.sources if one.kind == "attachment"]


def folder_of(path: str) -> str:
    """The folder a path lies in."""
    return str(PurePosixPath(path).parent)


def stem_of(path: str) -> str:
    """A path without its ending: `content/a/b.txt` is `content/a/b`."""
    return str(PurePosixPath(path).with_suffix(""))


def walk(site: Path, config: SiteConfig) -> tuple[Inventory, list[Diagnostic]]:
    """List all files under `site`/content and read the documents once, for their digests."""
    found: list[Diagnostic] = []
    root = site / CONTENT
    if not root.is_dir():
        found.append(
            error(
                "no-content",
                Location(CONTENT),
                "There is no folder content/ here",
                hint="Run this in the site's folder, give it with -C, or start one with `init`.",
            )
        )
        return Inventory((), {}, {}, {}), found
    real_root = os.path.realpath(root)
    sources: list[Source] = []
    for path, entry in _files(root, CONTENT, real_root, config, found, sources):
        sources.append(_classify(path, entry, config))
    sources.sort(key=lambda one: one.path)
    return _matched(site, sources, found)


def _files(
    folder: Path,
    path: str,
    real_root: str,
    config: SiteConfig,
    found: list[Diagnostic],
    sources: list[Source],
) -> Iterator[tuple[str, Path]]:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as problem:
        found.append(_unreadable(path, f"The folder cannot be read: {problem.strerror}"))
        return
    for entry in entries:
        below = f"{path}/{entry.name}"
        rule = _ignored_by(entry.name, below, config)
        if rule:
            sources.append(Source(below, "ignored", rule=rule))
            continue
        if not _is_text(entry.name):
            shown = below.encode("utf-8", "backslashreplace").decode()
            found.append(
                error(
                    "file-name",
                    Location(shown),
                    "The file's name is not valid UTF-8",
                    hint="Rename the file.",
                )
            )
            sources.append(Source(shown, "failed", document_kind="article"))
            continue
        problem_found = _link_problem(entry, below, real_root)
        if problem_found:
            found.append(problem_found)
            if not entry.is_dir():
                sources.append(_failed(below, config))
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _files(folder / entry.name, below, real_root, config, found, sources)
        elif not entry.is_file():
            found.append(_unreadable(below, "This is not a regular file"))
            sources.append(_failed(below, config))
        else:
            yield below, folder / entry.name


def _is_text(name: str) -> bool:
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _ignored_by(name: str, path: str, config: SiteConfig) -> str:
    if name.startswith("."):
        return "a name that begins with a dot"
    if name.endswith("~") or (name.startswith("#") and name.endswith("#")):
        return "an editor's backup"
    if name in IGNORED_NAMES:
        return IGNORED_NAMES[name]
    inner = path.removeprefix(f"{CONTENT}/")
    for pattern in config.ignore:
        if fnmatch.fnmatchcase(inner, pattern) or fnmatch.fnmatchcase(name, pattern):
            return f"ignore: {pattern}"
    return ""


def _link_problem(entry: os.DirEntry[str], path: str, real_root: str) -> Diagnostic | None:
    if not entry.is_symlink():
        return None
    target = os.path.realpath(entry.path)
    if not os.path.exists(target):
        return _unreadable(path, "The link leads to nothing")
    if os.path.commonpath([target, real_root]) != real_root:
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
    if len(parts) == 3 and PurePosixPath(path).stem in INDEX_STEMS and kind != "article":
        return "page"
    return kind


def document_key(path: str) -> str:
    """The key of a document: its way under content/ without the ending.

    A registry entry goes by its name alone: content/authors/tim-judah.md and
    content/authors/tim-judah/_index.md are both `tim-judah`.
    """
    key = stem_of(path).removeprefix(f"{CONTENT}/")
    if document_kind(path) in ("article", "page"):
        return key
    parts = key.split("/")[1:]
    if len(parts) > 1 and parts[-1] in INDEX_STEMS:
        parts.pop()
    return "/".join(parts)


def _failed(path: str, config: SiteConfig) -> Source:
    use = extension_use(config, path)
    if use in get_args(Markup):
        return Source(path, "failed", document_kind=document_kind(path))
    return Source(path, "failed")


def _classify(path: str, file: Path, config: SiteConfig) -> Source:
    name = PurePosixPath(path).name
    if name in DEFAULTS:
        return Source(path, "defaults")
    if name == TABLE:
        return Source(path, "table")
    use = extension_use(config, path)
    if use == "ignore":
        return Source(path, "ignored", rule=f"extensions: {PurePosixPath(path).suffix}: ignore")
    if use != "attachment":
        return Source(path, "document", document_kind(path), use)
    if PurePosixPath(path).suffix.lower() in (".yml", ".yaml"):
        return Source(path, "sidecar")
    return Source(path, "attachment", size=file.stat().st_size)


def _matched(
    site: Path, sources: list[Source], found: list[Diagnostic]
) -> tuple[Inventory, list[Diagnostic]]:
    by_stem: dict[str, list[str]] = {}
    for one in sources:
        if one.kind == "document" or (one.kind == "failed" and one.document_kind):
            by_stem.setdefault(stem_of(one.path), []).append(one.path)
    kept: list[Source] = []
    sidecars: dict[str, Source] = {}
    defaults: dict[str, Source] = {}
    tables: dict[str, Source] = {}
    for one in sources:
        if one.kind == "sidecar" and stem_of(one.path) not in by_stem:
            kind = document_kind(one.path)
            if kind in ("author", "place", "topic", "series"):
                one = replace(one, kind="document", document_kind=kind, markup="markdown")
        if one.kind in ("document", "sidecar", "defaults", "table"):
            one, problem = _digested(site, one)
            if problem:
                found.append(problem)
        kept.append(one)
        if one.kind == "sidecar":
            documents = by_stem.get(stem_of(one.path), [])
            if not documents:
                found.append(_lone_sidecar(one))
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


def _lone_sidecar(source: Source) -> Diagnostic:
    stem = PurePosixPath(source.path).stem
    return warning(
        "sidecar-without-document",
        Location(source.path),
        f"No document {stem}.md, .txt or .html lies beside this sidecar",
        hint="Rename it to its document's name, or remove it.",
    )


def _second_sidecar(source: Source, first: Source) -> Diagnostic:
    return warning(
        "sidecar-twice",
        Location(source.path),
        f"The document has another sidecar already, {PurePosixPath(first.path).name}; "
        "this one is not used",
        hint="Put both into one file.",
    )


def _digested(site: Path, source: Source) -> tuple[Source, Diagnostic | None]:
    try:
        data = read_bytes(site, source.path)
    except OSError as problem:
        if source.kind != "document":
            # Whoever needs it will find it unreadable: a document must not go on without it.
            return source, None
        reason = problem.strerror or str(problem)
        failed = replace(source, kind="failed")
        return failed, _unreadable(source.path, f"The file cannot be read: {reason}")
    return replace(source, digest=hashlib.sha256(data).hexdigest(), size=len(data)), None


def read_bytes(site: Path, path: str) -> bytes:
    """The bytes of a file under the site's folder. Raises OSError."""
    file = site / path
    if not stat.S_ISREG(os.stat(file).st_mode):
        raise OSError(None, "it is not a regular file")
    return file.read_bytes()


BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
# C0 and C1 controls without tab and line feed; the noncharacters that markup uses as marks.
_UNWANTED = dict.fromkeys(
    (*range(9), *range(11, 32), *range(127, 133), *range(134, 160), *range(0xFDD0, 0xFDF0)), " "
)


def decode(data: bytes, path: str, encoding: str = "") -> tuple[str | None, list[Diagnostic]]:
    """The text of a file with `\\n` line ends, or None with an error.

    UTF-8 unless a byte order mark or `encoding` (given by the keeper) says otherwise. Nothing is
    guessed: where the bytes are not UTF-8 the error names the likely encoding. Control
    characters become blanks.
    """
    found: list[Diagnostic] = []
    for mark, name in BOMS:
        if data.startswith(mark):
            data, encoding = data[len(mark) :], name
            found.append(
                warning(
                    "byte-order-mark",
                    Location(path, 1, 1),
                    f"The file begins with a byte order mark ({name.upper()})",
                    hint="It is read all the same; save it as UTF-8 without BOM to be rid of this.",
                )
            )
            break
    text, problem = _decoded(data, path, encoding or "utf-8")
    if text is None or problem:
        return None, [*found, *([problem] if problem else [])]
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "\0" in text:
        at = Location.at(path, text, text.index("\0"))
        hint = "The file is damaged or not text; restore it from where it came."
        return None, [*found, error("nul-byte", at, "The file holds a NUL byte", hint=hint)]
    clean = text.translate(_UNWANTED)
    if clean != text:
        where = next(index for index, (a, b) in enumerate(zip(text, clean, strict=True)) if a != b)
        found.append(
            warning(
                "control-character",
                Location.at(path, text, where),
                f"The character U+{ord(text[where]):04X} is not text; it is shown as a blank",
                value=f"U+{ord(text[where]):04X}",
                hint="Remove it, if it should not be there.",
            )
        )
    if "\ufffd" in clean:
        found.append(
            warning(
                "replacement-character",
                Location.at(path, clean, clean.index("\ufffd")),
                "A letter was lost before this file came here (U+FFFD)",
                value="\ufffd",
                hint="Restore it from the original.",
            )
        )
    return clean, found


def _decoded(data: bytes, path: str, encoding: str) -> tuple[str | None, Diagnostic | None]:
    try:
        return data.decode(encoding), None
    except LookupError:
        return None, error(
            "encoding-unknown",
            Location(path),
            f"`{encoding}` is not the name of an encoding",
            value=encoding,
            hint="Write one such as utf-8, cp1252, cp1251 or latin-1.",
        )
    except UnicodeError as problem:
        start = problem.start if isinstance(problem, UnicodeDecodeError) else 0
        before = data[:start]
        line = before.count(b"\n") + 1
        column = start - (before.rfind(b"\n") + 1) + 1
        byte = data[start : start + 1]
        raw = data[data.rfind(b"\n", 0, start) + 1 :].split(b"\n", 1)[0]
        guess = _guess(data) if encoding == "utf-8" else ""
        hint = "Save it in the encoding it is said to be in."
        if guess:
            hint = (
                f"It looks like {guess}, where this byte is `{byte.decode(guess, 'replace')}`: "
                f"save it as UTF-8, or write `encoding: {guess}` into its sidecar or _defaults.yml."
            )
        return None, error(
            "not-utf8" if encoding == "utf-8" else "encoding-wrong",
            Location(path, line, column),
            f"The byte 0x{byte.hex().upper()} is not {encoding.upper()}",
            value=f"0x{byte.hex().upper()}",
            source=raw.decode(guess or "latin-1", "replace").rstrip("\r"),
            hint=hint,
        )


def _guess(data: bytes) -> str:
    """Windows-1251 where high bytes make up most of the letters, else Windows-1252 or Latin-1."""
    letters = sum(1 for byte in data if chr(byte).isalpha() and byte < 128)
    high = sum(1 for byte in data if byte >= 0xC0)
    if high > letters:
        return "cp1251"
    try:
        data.decode("cp1252")
    except UnicodeDecodeError:
        return "latin-1"
    return "cp1252"
