"""The only writer of an import: names for files, sidecars, and nothing overwritten unasked."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

import yaml
from slugify import slugify

from site_gen.diagnostics import Diagnostic, Location, warning
from site_gen.frozen import frozen
from site_gen.importing.entry import Entry, ImportFailed, Taken
from site_gen.whole import becoming

LONGEST_STEM = 80
RESERVED = re.compile(r"con|prn|aux|nul|com\d|lpt\d|index")
"""Names that Windows keeps for devices, and the one that stands for a whole folder."""

What = Literal["written", "unchanged", "left"]


@frozen
class Written:
    """An entry, the files it went to, and whether anything was done."""

    entry: Entry
    path: str
    what: What

    def without_text(self) -> Written:
        """The same without the text, for keeping."""
        return replace(self, entry=replace(self.entry, text=""))


@dataclass(slots=True)
class Writer:
    """Writes entries below content/; `target` is the folder of articles, relative to the site."""

    site: Path
    target: str
    overwrite: bool = False
    dry_run: bool = False
    used: dict[str, set[str]] = field(default_factory=dict)
    there: dict[str, dict[str, list[str]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.target = self.target.strip("/")
        if self.target.split("/")[0] != "content" or ".." in self.target.split("/"):
            raise ImportFailed("--to names a folder in content/, such as content/articles/old")
        for folder in self.folders.values():
            self._inside(folder)

    @property
    def folders(self) -> dict[str, str]:
        """The folder of each kind of entry."""
        return {
            "article": self.target,
            "page": "content/pages",
            "author": "content/authors",
        }

    def write(self, entry: Entry) -> tuple[Written, list[Diagnostic]]:
        """Write an entry and its sidecar, unless other files are in their place."""
        folder = self.folders[entry.kind]
        stem = self._stem(entry, folder)
        texts = {entry.ending: entry.text}
        if entry.taken and entry.kind != "author":
            texts[".yml"] = sidecar(entry)
        wanted = {f"{stem}{ending}": text.encode() for ending, text in texts.items()}
        path = f"{folder}/{stem}{entry.ending}"
        others = [name for name in self._there(folder).get(stem, ()) if name not in wanted]
        if others and entry.kind == "author":
            return Written(entry, f"{folder}/{others[0]}", "unchanged"), []
        if others:
            return Written(entry, path, "left"), [_in_the_way(entry, f"{folder}/{others[0]}")]
        new: dict[str, bytes] = {}
        problems: list[Diagnostic] = []
        for name, data in wanted.items():
            held = self._held(folder, name)
            if held == data:
                continue
            if held is None or self.overwrite:
                new[name] = data
            elif entry.kind != "author":
                problems.append(_in_the_way(entry, f"{folder}/{name}"))
        if problems:
            # A text and its sidecar belong together: neither comes without the other.
            return Written(entry, path, "left"), problems
        for name, data in new.items():
            if not self.dry_run:
                self._put(self.site / folder / name, data)
            self._there(folder).setdefault(stem, [])
            if name not in self._there(folder)[stem]:
                self._there(folder)[stem].append(name)
        return Written(entry, path, "written" if new else "unchanged"), []

    def _stem(self, entry: Entry, folder: str) -> str:
        """A name for the file that no other entry of this import has."""
        stem = slugify(entry.stem, max_length=LONGEST_STEM, word_boundary=True,
                       backend="text-unidecode")  # fmt: skip
        stem = stem or f"untitled-{entry.kind}"
        if RESERVED.fullmatch(stem):
            stem = f"{stem}-{entry.kind}"
        used = self.used.setdefault(folder, set())
        name, number = stem, 1
        while name in used:
            number += 1
            name = f"{stem}-{number}"
        used.add(name)
        return name

    def _there(self, folder: str) -> dict[str, list[str]]:
        """The files of a folder by their names without ending, before and during the import."""
        if folder not in self.there:
            held: dict[str, list[str]] = {}
            with contextlib.suppress(FileNotFoundError, NotADirectoryError):
                for name in sorted(os.listdir(self.site / folder)):
                    held.setdefault(Path(name).stem.casefold(), []).append(name)
            self.there[folder] = held
        return self.there[folder]

    def _held(self, folder: str, name: str) -> bytes | None:
        path = self.site / folder / name
        try:
            return path.read_bytes()
        except FileNotFoundError:
            return b"" if path.is_symlink() else None

    def _put(self, path: Path, data: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        with becoming(path) as temporary:
            temporary.write_bytes(data)

    def _inside(self, folder: str) -> None:
        """Refuse a folder that a link leads out of the site's content."""
        content = os.path.realpath(self.site / "content")
        real = os.path.realpath(self.site / folder)
        if real != content and not real.startswith(content + os.sep):
            raise ImportFailed(f"{folder} leads out of content/, to {real}")


def sidecar(entry: Entry) -> str:
    """The metadata of an entry as YAML; each line ends with what it was taken from."""
    # The name alone: where the file lay on this machine is nobody's business.
    name = replace(entry.source, path=Path(entry.source.path).name)
    lines = [f"# Imported from {' '.join(str(name).split())}"]
    for one in entry.taken:
        value = scalar(one.value) if isinstance(one.value, str) else _list(one.value)
        lines.append(f"{_key(one.field)}: {value}  # {' '.join(one.origin.split())}")
    return "\n".join(lines) + "\n"


def _list(values: Iterable[str]) -> str:
    return f"[{', '.join(scalar(value) for value in values)}]"


def _key(name: str) -> str:
    return name if re.fullmatch(r"[a-z_]+", name) else scalar(name)


def scalar(text: str) -> str:
    """A text as YAML in double quotes, so that it stays a text whatever it looks like."""
    text = re.sub("[\ud800-\udfff]", "\ufffd", text)
    dumped: str = yaml.safe_dump(text, default_style='"', allow_unicode=True, width=2**31)
    return dumped.strip()


def _in_the_way(entry: Entry, path: str) -> Diagnostic:
    return warning(
        "import-exists",
        Location(path),
        f"It is there already and differs from what comes from {entry.source}; it is left as it is",
        value=path,
        hint="Rename one of them, choose another folder with --to, or give --overwrite.",
    )


def rows(written: Iterable[Written]) -> Iterator[tuple[str, str, str, str, str]]:
    """The lines of the report: file, what was done, field, value, taken from."""
    for one in written:
        yield one.path, one.what, "", "", str(one.entry.source)
        for taken in one.entry.taken:
            value = taken.value if isinstance(taken.value, str) else "; ".join(taken.value)
            yield one.path, one.what, taken.field, value, taken.origin


def taken(field_name: str, value: str | Iterable[str], origin: str) -> tuple[Taken, ...]:
    """What was taken, or nothing if there is nothing in it."""
    if isinstance(value, str):
        text = " ".join(value.split())
        return (Taken(field_name, text, origin),) if text else ()
    values = tuple(dict.fromkeys(filter(None, (" ".join(one.split()) for one in value))))
    return (Taken(field_name, values, origin),) if values else ()
