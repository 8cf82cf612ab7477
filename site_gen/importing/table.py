"""A table of metadata: beside a folder of texts, or with the texts in one of its columns."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from site_gen.diagnostics import Diagnostic, Location
from site_gen.fields import BY_NAME, folded
from site_gen.importing.entry import (
    Entry,
    ImportFailed,
    Item,
    Request,
    Taken,
    broken,
    left,
    read_text,
)
from site_gen.importing.writing import taken
from site_gen.labelwords import FOREIGN_LABELS, folded_word

FILE_COLUMNS = frozenset({"file", "filename", "file_name", "path", "document"})
TEXT_COLUMNS = frozenset({"text", "body", "content", "fulltext", "full_text", "article"})
SEPARATORS = (",", ";", "\t", "|")
_HTML = re.compile(r"<(?:p|br|div|h[1-6]|table|ul|ol)\b", re.IGNORECASE)


def read(request: Request) -> Iterator[Item]:
    """An entry for each row, with its text and what its other cells state."""
    path = request.path
    if not path.is_file():
        raise ImportFailed(f"{path} is no file; give the table, as CSV or TSV")
    text, problems = read_text(path)
    yield from problems
    if text is None:
        return
    csv.field_size_limit(2**31 - 1)
    header_line = text.lstrip("\n").split("\n", 1)[0]
    separator = max(SEPARATORS, key=re.sub(r'"[^"]*"', "", header_line).count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    columns: _Columns | None = None
    line = 1
    while True:
        at = Location(str(path), line)
        try:
            cells = next(reader, None)
        except csv.Error as problem:
            hint = "Put quotes around a whole cell or none; write two quotes for one in a cell."
            yield broken(at, f"The row cannot be read: {problem}", hint)
            line = reader.line_num + 1
            continue
        line = reader.line_num + 1
        if cells is None:
            break
        if not any(cell.strip() for cell in cells):
            continue
        if columns is None:
            columns = _Columns(cells, request, path)
            yield from columns.unknown(at)
        else:
            yield from _of_row(path, at, [cell.strip("\n") for cell in cells], columns)
    if columns is None:
        raise ImportFailed(f"{path} holds no row")


class _Columns:
    """What the columns of a table are. Raises ImportFailed if none names or holds the texts."""

    def __init__(self, cells: Sequence[str], request: Request, path: Path) -> None:
        self.header = [cell.strip() for cell in cells]
        self.known = [_field_of(name, request) for name in self.header]
        self.fields = [known or name for known, name in zip(self.known, self.header, strict=True)]
        wanted = folded(request.text_column)
        names = [folded(name) for name in self.header]
        if wanted and wanted not in names:
            raise ImportFailed(f"{path} has no column {request.text_column!r}: {self.shown}")
        self.text = names.index(wanted) if wanted else self._first(names, TEXT_COLUMNS)
        self.file = None if wanted else self._first(names, FILE_COLUMNS)
        if self.text is None and self.file is None:
            raise ImportFailed(
                f"{path}: no column names the files or holds the texts ({self.shown}); call one "
                "`file` or `text`, or name it with --text-column"
            )

    @staticmethod
    def _first(names: Sequence[str], wanted: frozenset[str]) -> int | None:
        return next((index for index, name in enumerate(names) if name in wanted), None)

    @property
    def shown(self) -> str:
        return ", ".join(self.header)

    def unknown(self, at: Location) -> Iterator[Diagnostic]:
        for index, name in enumerate(self.header):
            if name and not self.known[index] and index not in (self.text, self.file):
                hint = "Say which field it is with --map, or list it under `fields` in site.yml."
                yield left(at, f"The column `{name}` is no field; it keeps its name", name, hint)


def _field_of(name: str, request: Request) -> str:
    """The field that a column gives: by the keeper's word, a name of it, or a label for it; empty
    where it is none of these.
    """
    given: Mapping[str, str] = {folded(key): value for key, value in request.columns.items()}
    key = folded(name)
    known = given.get(key) or request.config.known_keys.get(key)
    own = name if name in request.config.fields else ""
    return known or FOREIGN_LABELS.get(folded_word(name)) or own


def _of_row(path: Path, at: Location, cells: list[str], columns: _Columns) -> Iterator[Item]:
    values = dict(enumerate(cells[: len(columns.header)]))
    stated = tuple(
        one
        for index, cell in values.items()
        if index not in (columns.text, columns.file) and columns.header[index]
        for one in _cell(columns.fields[index], cell, columns.header[index], at.line)
    )
    title = next((str(one.value) for one in stated if one.field == "title"), "")
    slug = next((str(one.value) for one in stated if one.field == "slug"), "")
    if any(cell.strip() for cell in cells[len(columns.header) :]):
        yield left(at, "The row has more cells than the header; the last are not used")
    if columns.text is not None and values.get(columns.text, "").strip():
        body = values[columns.text].replace("\r\n", "\n").replace("\r", "\n")
        ending = ".html" if _HTML.search(body) else ".txt"
        named = values.get(columns.file, "") if columns.file is not None else ""
        stem = Path(named.replace("\\", "/")).stem
        yield Entry(
            "article", at, slug or stem or title or f"row-{at.line}", ending,
            body.rstrip("\n") + "\n", stated,
        )  # fmt: skip
        return
    name = values.get(columns.file, "").strip() if columns.file is not None else ""
    if not name:
        yield broken(at, "The row has no text and names no file", "Fill in the cell.")
        return
    yield from _beside(path, at, name, slug, stated)


def _cell(field: str, cell: str, column: str, line: int) -> tuple[Taken, ...]:
    origin = f"column {column}, line {line}"
    spec = BY_NAME.get(field)
    if spec and spec.type in ("people", "names", "list"):
        parts = [part.strip() for part in re.split(r"[;|]", cell)]
        if len(parts) > 1:
            return taken(field, parts, origin)
    return taken(field, cell, origin)


def _beside(
    path: Path, at: Location, name: str, slug: str, stated: tuple[Taken, ...]
) -> Iterator[Item]:
    """The entry of a text in a file that a row names, from the folder of the table on."""
    folder = path.parent
    file = folder / name.replace("\\", "/")
    if not file.resolve().is_relative_to(folder.resolve()):
        yield broken(at, f"`{name}` is outside of the folder of the table", "Move it there.")
        return
    if not file.suffix and not file.is_file():
        alike = sorted(file.parent.glob(f"{file.name}.*")) if file.parent.is_dir() else []
        file = alike[0] if len(alike) == 1 else file
    if not file.is_file():
        yield broken(at, f"The row names `{name}`, which is not there", "Mend the name.")
        return
    ending = file.suffix.lower()
    html = ending in (".html", ".htm")
    if not html and ending not in (".txt", ".md", ".markdown"):
        if ending not in ("", ".text", ".asc"):
            yield broken(at, f"`{name}` is no text that can be read", "Save it as text or HTML.")
            return
        ending = ".txt"
    text, problems = read_text(file, html=html)
    yield from problems
    if text is not None:
        yield Entry("article", at, slug or file.stem, ".html" if html else ending, text, stated)
