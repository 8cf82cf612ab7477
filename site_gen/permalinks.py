"""The ledger of addresses, permalinks.tsv: none that is recorded there is ever lost.

Each line is an address from the site's root, the day on which it was recorded, and the source of
its page, parted by tabs. Lines are added and never taken away. Pure but for `read` and `record`.
"""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from site_gen import redaction
from site_gen.diagnostics import Diagnostic, Location, error, warning
from site_gen.frozen import frozen
from site_gen.model import Page, Withheld
from site_gen.paths import ending_of, name_of, trouble, without_ending
from site_gen.slugs import slug_of
from site_gen.whole import becoming

LEDGER = "permalinks.tsv"
HEAD = "url\tfirst_published\tsource"
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_NO_PART_OF_A_LINE = {"\t": "%09", "\n": "%0A", "\r": "%0D"}
"""What parts and ends lines, and how the name of a source that holds it is written."""
_OF_NAMES = ("authors", "places", "topics", "series")
"""Folders of the pages of names, which may be borne by articles alone."""
MOST_GUESSES = 50
"""Lost addresses whose new home is looked for among names that are nearly theirs."""

A_FOLDER = 3
"""Lost addresses of one folder that seem to be in another, from which on that is told."""


@frozen
class Address:
    """An address of the site that is worth keeping, and the source of its page.

    `entry` is the file that can say what the page's old addresses are: the source, or, for a name
    that only articles bear, the entry it would have. `title` is that of an article or free page.
    """

    url: str
    source: str
    entry: str = ""
    title: str = ""


@frozen
class Recorded:
    """A line of the ledger."""

    address: Address
    day: str
    line: int


@frozen
class Ledger:
    """What is recorded, by address. `kept` is False where there is no ledger."""

    recorded: Mapping[str, Recorded]
    kept: bool = False


def read(site: Path) -> tuple[Ledger, list[Diagnostic]]:
    """The ledger of a site, and an error for every line that is none."""
    try:
        text = (site / LEDGER).read_bytes().decode("utf-8")
    except FileNotFoundError:
        return Ledger({}), []
    except (OSError, UnicodeDecodeError) as problem:
        hint = "Restore the file from a copy or from version control; it must be UTF-8."
        return Ledger({}, kept=True), [_broken(0, f"It cannot be read: {problem}", "", hint)]
    recorded: dict[str, Recorded] = {}
    found: list[Diagnostic] = []
    # Names of files may hold what else ends lines, such as U+2028.
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), 1):
        if not line.strip() or line.startswith("#") or (number == 1 and line == HEAD):
            continue
        url, *rest = line.split("\t")
        if len(rest) != 2 or not _DAY.fullmatch(rest[0]) or trouble(url):
            message = "This is no address, day and source, parted by tabs"
            found.append(_broken(number, message, line))
        elif url in recorded:
            message = f"The address stands in line {recorded[url].line} already"
            found.append(_broken(number, message, url))
        else:
            recorded[url] = Recorded(Address(url, _as_is(rest[1])), rest[0], number)
    return Ledger(recorded, kept=True), found


def _on_a_line(source: str) -> str:
    for character, code in _NO_PART_OF_A_LINE.items():
        source = source.replace(character, code)
    return source


def _as_is(written: str) -> str:
    for character, code in _NO_PART_OF_A_LINE.items():
        written = written.replace(code, character)
    return written


def _broken(line: int, message: str, value: str, hint: str = "") -> Diagnostic:
    hint = hint or f"Write it as `{HEAD.replace(chr(9), ' TAB ')}`, or restore the line."
    at = Location(LEDGER, line, 1 if line else 0)
    return error("ledger-broken", at, message, hint=hint, value=value, source=value)


def removed(ledger: Ledger, before: Iterable[str]) -> list[Diagnostic]:
    """A warning for each address that the ledger of the last build had and this one lacks."""
    return [
        warning(
            "ledger-line-removed",
            Location(LEDGER),
            f"The line of {url} was in the ledger at the last build and is gone",
            value=url,
            hint="Restore the line: without it nothing keeps the address.",
        )
        for url in sorted(set(before) - ledger.recorded.keys())
    ]


def kept(
    ledger: Ledger,
    pages: Iterable[Page],
    addresses: Sequence[Address],
    unpublished: Mapping[str, str],
    failing: bool = False,
) -> tuple[tuple[Page, ...], list[Diagnostic]]:
    """Pages that hold the place of what is not published just now, and an error for each
    recorded address that would be lost.

    `addresses` are those of the site as it is planned, `unpublished` the sources, and the former
    addresses, of what failed or is held back; `failing` tells whether something failed.
    """
    if not ledger.recorded:
        return (), []
    planned = {page.url for page in pages}
    missing = [one for url, one in ledger.recorded.items() if url not in planned]
    held: list[Page] = []
    lost: list[Recorded] = []
    for one in missing:
        away = one.address.source in unpublished or one.address.url in unpublished
        if away:
            held.append(Page("held", one.address.url))
        else:
            lost.append(one)
    return tuple(held), list(_lost(lost, ledger, addresses, failing)) if lost else []


def _lost(
    lost: Sequence[Recorded], ledger: Ledger, addresses: Sequence[Address], failing: bool
) -> Iterator[Diagnostic]:
    new = [one for one in addresses if one.url not in ledger.recorded]
    own = {one.source: one for one in addresses if one.source == one.entry}
    by_file = {name_of(one.source): one for one in reversed(new) if one.source == one.entry}
    together = Counter(
        (_parted(one.address.url)[0], _folder(by_file[name].source))
        for one in lost
        if (name := name_of(one.address.source)) in by_file
    )
    first = "It may be in a file with errors: mend these first. Else: " if failing else ""
    for number, one in enumerate(lost):
        old = one.address
        home = None
        if not _of_a_name(old):
            home = own.get(old.source) or by_file.get(name_of(old.source))
        if home is None and number < MOST_GUESSES:
            home = _home(old, new)
        to_do = _to_do(old, home, old.source in own)
        if home and home is by_file.get(name_of(old.source)):
            moved = _parted(old.url)[0], _folder(home.source)
            to_do = _of_a_folder(*moved, together[moved]) or to_do
        yield error(
            "permalink-lost",
            Location(LEDGER, one.line, 1),
            f"{old.url} was published and would lead nowhere",
            hint=first + to_do,
            value=old.url,
        )


def _folder(source: str) -> str:
    return source.rpartition("/")[0]


def _of_a_folder(old: str, new: str, number: int) -> str:
    """What keeps the addresses of a folder that moved with so many articles; empty if these are
    few.
    """
    if number < A_FOLDER:
        return ""
    return (
        f"{number} of {old}/ may be in {new} now: then write `redirect_from: [{old}/]` into "
        f"{new}/_defaults.yml, and all old addresses lead there."
    )


def _to_do(lost: Address, home: Address | None, there: bool) -> str:
    """What keeps a lost address; `there` tells whether the source that is recorded is there."""
    line = f"add `redirect_from: [{lost.url}]` to"
    if home:
        with_name = "" if home.source == home.entry else " with its `name:`"
        return (
            f"It may be {home.url} now: then {line} {_says(home.entry)}{with_name}, and the old "
            "address leads there."
        )
    if there:
        entry = f"content/{lost.url.removesuffix('.html')}.yml"
        return (
            f"{lost.source} is there, but gives no name this address. If the name is joined to "
            f"another, {line} the entry of that one; else make {entry} with the `name:` it had."
        )
    return (
        f"Restore {lost.source or 'its source'}; or, if it must go, keep a source for it that says "
        "`withdrawn:`; or add `redirect_from:` to what takes its place."
    )


def _says(source: str) -> str:
    """The file in which a source says something: for what is no Markdown, its sidecar."""
    ending = ending_of(source)
    return source if ending in (".md", ".yml", ".yaml") else f"{without_ending(source)}.yml"


def _of_a_name(one: Address) -> bool:
    """Whether a recorded address is that of a name which had no entry, but was in an article."""
    folder = one.url.partition("/")[0]
    return folder in _OF_NAMES and not one.source.startswith(
        ("content/pages/", f"content/{folder}/")
    )


def _home(lost: Address, new: Sequence[Address]) -> Address | None:
    """Where a page may be now: by the name in its address, which may be that of the new one or of
    its title.
    """
    folder, name = _parted(lost.url)
    names = [(_parted(one.url)[1], one) for one in new]
    names += [(slug_of(one.title), one) for one in new if one.title]
    close = difflib.get_close_matches(name, [last for last, _ in names], n=5, cutoff=0.6)
    found = [(close.index(last), one) for last, one in names if last in close]
    # What is of the same kind is likelier than what is not.
    found.sort(key=lambda pair: (pair[0], _parted(pair[1].url)[0] != folder))
    return found[0][1] if found else None


def _parted(url: str) -> tuple[str, str]:
    """The folder of an address, and its last name without `.html`."""
    folder, _, last = url.removesuffix(".html").rpartition("/")
    return folder, last


def masked(found: Sequence[Diagnostic], rules: Sequence[Withheld]) -> list[Diagnostic]:
    """The same findings, with nothing said of addresses that spell words which a document
    withholds: what a build prints may be public.
    """

    def told(one: Diagnostic) -> Diagnostic:
        said = f"{one.message} {one.value} {one.hint}"
        if one.location.path != LEDGER or not redaction.in_address(said, rules):
            return one
        return replace(
            one,
            message="An address of the ledger spells words that a document withholds",
            hint="No page can stand there without telling them. Remove its line from the ledger; "
            "what refers to that address leads nowhere then.",
            value="",
            source="",
        )

    return list(map(told, found))


def unrecorded(ledger: Ledger, addresses: Iterable[Address]) -> list[Address]:
    """The addresses that are not in the ledger, in order."""
    return sorted(
        (one for one in addresses if one.url not in ledger.recorded), key=lambda one: one.url
    )


def record(site: Path, new: Iterable[Address], day: date) -> None:
    """Add addresses to the ledger; what stands there stays as it is. Raises OSError."""
    path = site / LEDGER
    before = path.read_bytes() if path.exists() else f"{HEAD}\n".encode()
    if before and not before.endswith(b"\n"):
        before += b"\n"
    lines = "".join(f"{one.url}\t{day.isoformat()}\t{_on_a_line(one.source)}\n" for one in new)
    with becoming(path) as temporary:
        temporary.write_bytes(before + lines.encode())
