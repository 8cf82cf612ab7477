"""The ledger of copies, sources.tsv: where web archives keep what texts come from and link to.

Each line is an original address, the address of its copy, a day, and a status, parted by tabs. A
build only reads it and asks no network. Pure but for `read` and `write`.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field, replace
from datetime import date
from html import unescape
from pathlib import Path
from urllib.parse import unquote, urlsplit

from site_gen import redaction
from site_gen.diagnostics import Diagnostic, Location, error
from site_gen.frozen import frozen
from site_gen.model import Document
from site_gen.patterns import late_pattern
from site_gen.whole import becoming

LEDGER = "sources.tsv"
COLUMNS = ("original", "archived", "day", "status")
HEAD = "\t".join(COLUMNS)
STATUSES = ("live", "dead", "none")
"""`live`: the original answers. `dead`: it is gone, or shows something else. `none`: it answers,
and no web archive can copy it."""
LINK = late_pattern(
    r"<a(?:\s[a-zA-Z][\w:-]*=\"[^\"]*\")*?\shref=\"(https?://[^\"]*)\"", re.IGNORECASE
)
"""The start of a link to another host in HTML of a body."""
SAVE = "https://web.archive.org/save/"
"""Where the Internet Archive is asked to keep a page: followed by its address."""
_ARCHIVES = late_pattern(
    r"https?://(web\.archive\.org/web/|archive\.(ph|is|today|li|md|vn|fo)/|perma\.cc/"
    r"|(www\.)?webcitation\.org/|wayback\.archive-it\.org/|webarchive\.)",
    re.IGNORECASE,
)
_ALIASES = {
    "url": "original", "original_url": "original", "source": "original",
    "archived_copy": "archived", "archived_url": "archived", "copy": "archived",
    "date": "day", "when": "day",
}  # fmt: skip
"""More names of columns in what `sources --record` takes in."""
_BLANKS = re.compile(r"[\t\n\r]")
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


@frozen
class Copy:
    """A line of the ledger. `archived` is empty where there is no copy.

    `day` is when the copy was made; without a copy, when one was looked for.
    """

    original: str
    archived: str
    day: str
    status: str

    @property
    def dead(self) -> bool:
        """Whether the copy is to be read in place of the original."""
        return self.status == "dead" and bool(self.archived)


@frozen
class Copies:
    """All lines, by original address. `notes` are lines of comment, `digest` is of the file."""

    known: Mapping[str, Copy] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    digest: str = ""

    def of(self, document: Document) -> dict[str, Copy]:
        """The lines of what a document comes from and links to, by original address.

        A copy whose own address holds words that the document withholds is left out.
        """
        if not self.known:
            return {}
        wanted = (*document.outbound, address(document.source_url))
        found = {one: self.known[one] for one in wanted if one in self.known}
        if document.withheld:
            rules = document.withheld
            found = {
                original: one
                for original, one in found.items()
                if not redaction.in_address(unquote(one.archived), rules)
            }
        return found

    def filled(self, document: Document) -> Document:
        """The document with the copy of its source, where it does not state one itself."""
        if not self.known or document.archived_url or not document.source_url:
            return document
        copy = self.of(document).get(address(document.source_url))
        return replace(document, archived_url=copy.archived) if copy else document


def address(url: str) -> str:
    """An address as the ledger has it: without blanks and without the place in the page.

    A fragment that begins with `!` or `/` names a page of its own and stays.
    """
    url = _BLANKS.sub("", url.strip()).replace(" ", "%20")
    page, mark, fragment = url.partition("#")
    return url if mark and fragment.startswith(("!", "/")) else page


def linked(bodies: Iterable[str]) -> tuple[str, ...]:
    """The addresses on other hosts that HTML of bodies links to, each once, in order."""
    found = (
        address(unescape(one))
        for body in bodies
        for one in (LINK.findall(body) if "<a " in body else ())
    )
    return tuple(dict.fromkeys(found))


def wants_copy(url: str, site: str) -> bool:
    """Whether an address is one of a page elsewhere that is no copy itself."""
    own = bool(site) and url.startswith(site)
    return bool(urlsplit(url).netloc) and not own and not _ARCHIVES.match(url)


def read(site: Path) -> tuple[Copies, list[Diagnostic]]:
    """The ledger of a site, and an error for every line that is none."""
    try:
        data = (site / LEDGER).read_bytes()
        text = data.decode("utf-8")
    except FileNotFoundError:
        return Copies(), []
    except (OSError, UnicodeDecodeError) as problem:
        hint = "Restore the file from a copy or from version control; it must be UTF-8."
        return Copies(), [_broken(LEDGER, 0, f"It cannot be read: {problem}", "", hint)]
    known: dict[str, Copy] = {}
    lines: dict[str, int] = {}
    notes: list[str] = []
    found: list[Diagnostic] = []
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), 1):
        if line.startswith("#"):
            notes.append(line)
        elif line.strip() and not (number == 1 and line == HEAD):
            cells = line.split("\t")
            copy, wrong = (
                _copy(cells) if len(cells) == len(COLUMNS) else (None, "Cells are missing")
            )
            if copy and copy.original in known:
                wrong = f"The address stands in line {lines[copy.original]} already"
            if copy is None or wrong:
                found.append(_broken(LEDGER, number, wrong, line))
            else:
                known[copy.original], lines[copy.original] = copy, number
    return Copies(known, tuple(notes), hashlib.sha256(data).hexdigest()), found


def _copy(cells: Sequence[str]) -> tuple[Copy | None, str]:
    """A line from its cells, or what is wrong with it."""
    original, archived, day, status = (cell.strip() for cell in cells)
    if not _is_address(original):
        return None, "The original is no whole address"
    if archived and not _is_address(archived):
        return None, "The archived copy is no whole address"
    if status not in STATUSES:
        return None, f"The status is one of {', '.join(STATUSES)}"
    if not _is_day(day):
        return None, "The day is no day such as 2026-01-31"
    if archived and status == "none":
        return None, "There is a copy, and the status `none` says that there is none"
    if not archived and status == "live":
        return None, "The archived copy is missing"
    return Copy(address(original), address(archived), day, status), ""


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc) and text.isprintable()


def _is_day(text: str) -> bool:
    try:
        return bool(_DAY.fullmatch(text) and date.fromisoformat(text))
    except ValueError:
        return False


def _broken(path: str, line: int, message: str, value: str, hint: str = "") -> Diagnostic:
    hint = hint or f"Write it as `{HEAD.replace(chr(9), ' TAB ')}`, or restore the line."
    at = Location(path, line, 1 if line else 0)
    return error("ledger-broken", at, message, hint=hint, value=value, source=value)


@frozen
class Taken:
    """What came of results that were taken in. `blank` rows have no copy and no status yet."""

    copies: Copies
    added: int = 0
    changed: int = 0
    same: int = 0
    blank: int = 0
    told: tuple[str, ...] = ()
    """What was not taken as it stands, or took the place of another copy."""


def taken(copies: Copies, text: str, name: str) -> tuple[Taken, list[Diagnostic]]:
    """Merge results (CSV or TSV) into the ledger. With an error nothing is to be written.

    Where the first row names columns, these count, and others are passed over; else the columns
    are those of the ledger. What is there is lost to a later result alone, and a copy to another
    copy alone.
    """
    rows, blank, found = _results(text, name)
    known = dict(copies.known)
    told: list[str] = []
    added = changed = same = 0
    for new in rows:
        old = known.get(new.original)
        if old is None:
            known[new.original] = new
            added += 1
            continue
        merged, why = _merged(old, new)
        known[new.original] = merged
        changed += merged != old
        same += merged == old and not why
        told += [f"{new.original}: {why}"] if why else []
    merged_copies = Copies(known, copies.notes, copies.digest)
    return Taken(merged_copies, added, changed, same, blank, tuple(told)), found


def _merged(old: Copy, new: Copy) -> tuple[Copy, str]:
    """The line that stays of two, and what the keeper is to be told of it."""
    if not new.archived and old.archived:
        if new.day < old.day:
            return (
                old,
                f"what was found on {new.day} is older than the copy of {old.day}; not taken",
            )
        if new.status == "none":
            return old, "the ledger has a copy already, which stays"
        return replace(old, status=new.status), ""
    if new.day < old.day:
        same = replace(new, day=old.day) == old
        return (
            old,
            "" if same else f"the ledger has one of {old.day}, newer than {new.day}; not taken",
        )
    if old.archived and new.archived != old.archived:
        return new, f"{new.archived} takes the place of {old.archived}"
    return new, ""


def _results(text: str, name: str) -> tuple[list[Copy], int, list[Diagnostic]]:
    """The rows of results, how many are not filled in yet, and what is wrong with others."""
    first = text.lstrip("\ufeff").split("\n", 1)[0]
    reader = csv.reader(
        io.StringIO(text.lstrip("\ufeff"), newline=""), delimiter="\t" if "\t" in first else ","
    )
    places = {column: at for at, column in enumerate(COLUMNS)}
    rows: dict[str, tuple[Copy, int]] = {}
    blank = 0
    found: list[Diagnostic] = []
    try:
        for at, cells in enumerate(reader):
            names = [cell.strip().lower().replace(" ", "_") for cell in cells]
            names = [_ALIASES.get(one, one) for one in names]
            if at == 0 and "original" in names:
                places = {column: names.index(column) for column in COLUMNS if column in names}
                continue
            if not any(names) or cells[0].startswith("#"):
                continue
            given = {c: cells[i].strip() if i < len(cells) else "" for c, i in places.items()}
            row = [given.get(column, "") for column in COLUMNS]
            if not row[1] and not row[3]:
                blank += 1
                continue
            copy, wrong = _copy(row)
            if copy and copy.original in rows:
                other, line = rows[copy.original]
                if other.day == copy.day and other != copy:
                    copy, wrong = (
                        None,
                        f"Line {line} says something else of the address on that day",
                    )
                elif other.day > copy.day:
                    copy = other
            if copy:
                rows[copy.original] = copy, reader.line_num
            else:
                found.append(_broken(name, reader.line_num, wrong, " ".join(cells)[:200]))
    except csv.Error as problem:
        found.append(_broken(name, reader.line_num, f"This is no table: {problem}", ""))
    return [copy for copy, _ in rows.values()], blank, found


def write(site: Path, copies: Copies) -> bool:
    """Write the ledger, sorted, unless it stands so already. Raises OSError."""
    path = site / LEDGER
    lines = [
        "\t".join((one.original, one.archived, one.day, one.status))
        for _, one in sorted(copies.known.items())
    ]
    data = "".join(f"{line}\n" for line in (HEAD, *copies.notes, *lines)).encode()
    if path.exists() and path.read_bytes() == data:
        return False
    with becoming(path) as temporary:
        temporary.write_bytes(data)
    return True
