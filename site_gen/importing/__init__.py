"""Import: what other programs keep becomes files under content/, with a report of what was taken.

An importer reads a source and yields entries and problems; `writing` alone writes.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path

from site_gen import sitefile
from site_gen.config import SiteConfig
from site_gen.diagnostics import Diagnostic
from site_gen.frozen import frozen
from site_gen.importing.entry import Entry, Importer, ImportFailed, Request
from site_gen.importing.writing import Writer, Written, rows

__all__ = ["FORMATS", "ImportFailed", "Options", "Report", "run"]

FORMATS: Mapping[str, str] = {
    "csv": "table",
    "html": "webpages",
    "mail": "mail",
    "wxr": "wxr",
}
"""Formats, and the module that reads each."""

HEADER = ("file", "done", "field", "value", "taken from")


@frozen
class Options:
    """What to import, into which site and folder, and how."""

    site: Path
    format: str
    path: Path
    target: str = "content/articles"
    overwrite: bool = False
    dry_run: bool = False
    columns: Mapping[str, str] | None = None
    text_column: str = ""


@frozen
class Report:
    """What came of an import, in the order of the source."""

    written: tuple[Written, ...]
    found: tuple[Diagnostic, ...]

    @property
    def failed(self) -> bool:
        """Whether something of the source could not be imported."""
        return any(one.severity == "error" for one in self.found)

    def count(self, what: str) -> int:
        """How many entries were `written`, `unchanged` or `left`."""
        return sum(one.what == what for one in self.written)

    def as_csv(self) -> str:
        """What was taken from where: a row for each file, and one for each of its fields."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerows([HEADER, *rows(self.written)])
        return text.getvalue()


def run(options: Options) -> Report:
    """Import all there is. Problems of one entry never stop the others.

    Raises ImportFailed if nothing can be imported, OSError if a file cannot be written.
    """
    settings, problems = sitefile.load(options.site)
    if any(one.severity == "error" for one in problems):
        settings = SiteConfig()
    request = Request(options.path, settings, options.columns or {}, options.text_column)
    writer = Writer(options.site, options.target, options.overwrite, options.dry_run)
    read: Importer = import_module(f"{__name__}.{FORMATS[options.format]}").read
    written: list[Written] = []
    found: list[Diagnostic] = list(problems)
    for item in read(request):
        if isinstance(item, Entry):
            one, told = writer.write(item)
            # The text is in its file now; the report needs the rest only.
            written.append(one.without_text())
            found += told
        else:
            found.append(item)
    return Report(tuple(written), tuple(found))
