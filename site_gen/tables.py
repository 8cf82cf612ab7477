"""metadata.csv: what a table beside the texts says of each of them, row by row (RFC 4180)."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping

from site_gen.config import SiteConfig
from site_gen.diagnostics import Diagnostic, Location, error, warning
from site_gen.fields import BY_NAME, folded, names_of_keys
from site_gen.frozen import frozen
from site_gen.metadata import Statement
from site_gen.model import Origin

FILE_COLUMNS = ("file", "filename", "file_name", "path", "document")
SEPARATORS = (",", ";", "\t")
LONGEST_CELL = 2**31 - 1


@frozen
class _Row:
    """The cells of a row and the line (1-based) it begins on."""

    line: int
    cells: tuple[str, ...]


def read(
    text: str, path: str, config: SiteConfig
) -> tuple[dict[str, list[Statement]], list[Diagnostic]]:
    """What each row states, by the file that it names, a path from the folder of the table on.

    Cells are parted by commas, semicolons or tabs, whichever the header holds most of. Names
    within a cell are parted by `;` or `|`. An empty cell states nothing.
    """
    rows: list[_Row] = []
    try:
        rows.extend(_rows(text))
    except csv.Error as problem:
        return {}, [_broken(path, text, rows, str(problem))]
    if not rows:
        return {}, []
    header = [cell.strip() for cell in rows[0].cells]
    column = next((i for i, cell in enumerate(header) if folded(cell) in FILE_COLUMNS), None)
    if column is None:
        return {}, [_no_file_column(path, rows[0].line, header)]
    return _stated(rows[1:], header, column, path, names_of_keys(config.aliases))


def _separator(text: str) -> str:
    """The sign that parts the cells: the one that the header has most of."""
    header = re.sub(r'"[^"]*"', "", text.lstrip("\n").split("\n", 1)[0])
    return max(SEPARATORS, key=header.count)


def _rows(text: str) -> Iterator[_Row]:
    """The rows that are not blank. Raises csv.Error."""
    # The text is in memory already, so a long cell costs nothing; a cell may hold an abstract.
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text), strict=True)
    line = 1
    for cells in reader:
        if any(cell.strip() for cell in cells):
            yield _Row(line, tuple(cells))
        line = reader.line_num + 1


def _stated(
    rows: list[_Row], header: list[str], column: int, path: str, known: Mapping[str, str]
) -> tuple[dict[str, list[Statement]], list[Diagnostic]]:
    stated: dict[str, list[Statement]] = {}
    found: list[Diagnostic] = []
    for row in rows:
        name = row.cells[column].strip() if column < len(row.cells) else ""
        name = name.replace("\\", "/").removeprefix("./")
        if any(cell.strip() for cell in row.cells[len(header) :]):
            found.append(_too_long(path, row, header, name))
        if not name:
            found.append(_row_problem(path, row.line, "The row names no file", ""))
        elif name in stated:
            found.append(_row_problem(path, row.line, f"`{name}` has a row already", name))
        else:
            origin = Origin("metadata.csv", path, row.line)
            stated[name] = [
                Statement(key, _cell(cell, known.get(folded(key), "")), origin, 1, raw=cell)
                for index, (key, cell) in enumerate(
                    zip(header, map(str.strip, row.cells), strict=False)
                )
                if index != column and key and cell
            ]
    return stated, found


def _cell(cell: str, field: str) -> str | list[str]:
    spec = BY_NAME.get(field)
    if spec and spec.type in ("people", "names", "list"):
        parts = [part.strip() for part in re.split(r"[;|]", cell)]
        return parts if len(parts) > 1 else cell
    return cell


def _broken(path: str, text: str, rows: list[_Row], said: str) -> Diagnostic:
    """A quotation mark out of place: the row after the last that could be read has it."""
    lines = text.split("\n")
    line = rows[-1].line + 1 if rows else 1
    while line < len(lines) and '"' not in lines[line - 1]:
        line += 1
    return error(
        "table-broken",
        Location(path, line, lines[line - 1].find('"') + 1),
        f"The table cannot be read: {said}",
        hint='Put quotes around a whole cell or none, and write `""` for a quotation mark in one.',
        source=lines[line - 1],
    )


def _no_file_column(path: str, line: int, header: list[str]) -> Diagnostic:
    return error(
        "table-without-file",
        Location(path, line, 1),
        "No column of this table names the files",
        value=", ".join(header),
        hint="Call the column that holds the file names `file`.",
    )


def _too_long(path: str, row: _Row, header: list[str], name: str) -> Diagnostic:
    return warning(
        "table-row-too-long",
        Location(path, row.line, 1),
        f"The row has {len(row.cells)} cells, the header {len(header)}; the last are not used",
        value=name,
        hint="Put quotes around a cell that holds a comma.",
    )


def _row_problem(path: str, line: int, message: str, name: str) -> Diagnostic:
    hint = "Give each file one row, and each row a file."
    return warning("table-row", Location(path, line, 1), message, value=name, hint=hint)
