"""`sources`: which links have no archived copy, and what was done about them."""

from __future__ import annotations

import csv
import datetime
import io
import json
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from site_gen.commands import today

if TYPE_CHECKING:
    from site_gen.build import Survey
    from site_gen.copies import Copies
    from site_gen.model import Document

KEPT, BROKEN, ENVIRONMENT = 0, 1, 2
SHOWN = 20
NAMED = 3
"""Documents that a line names before it counts them."""

Format = Literal["text", "tsv", "json"]


@dataclass(slots=True)
class _Wanted:
    """An address without a copy, and the documents that come from it or link to it."""

    original: str
    source: bool = False
    used_in: list[str] = field(default_factory=list)


@click.command()
@click.option(
    "--record",
    type=click.Path(dir_okay=False, allow_dash=True),
    metavar="FILE",
    help="Take results into sources.tsv: a table of original, archived, day and status; - for "
    "standard input.",
)
@click.option("--bodies", is_flag=True, help="List the links in texts too, not the sources alone.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "tsv", "json"]),
    default="text",
    show_default=True,
    help="How links are listed: for people, as a table to fill in and to record, or for programs.",
)
@click.option(
    "--date", type=click.DateTime(["%Y-%m-%d"]), help="The day to look at. Default: as for build."
)
@click.option("--all", "everything", is_flag=True, help="Name every link, not the first twenty.")
@click.pass_obj
def sources(
    site: Path,
    /,
    record: str | None,
    bodies: bool,
    form: Format,
    date: datetime.datetime | None,
    everything: bool,
) -> None:
    """List what has no archived copy and where to ask for one, or take results in.

    Nothing is asked of the network. Only what is published is listed. Exits with 1, and changes
    nothing, where a line of sources.tsv or of the results is broken.
    """
    from site_gen import build as builder
    from site_gen import copies as ledgers
    from site_gen import diagnostics

    copies, found = ledgers.read(site)
    if not found and record:
        _record(site, copies, record)
    if found:
        click.echo(diagnostics.as_text(found, everything=True), err=True)
        sys.exit(BROKEN)
    day = date.date() if date else today()
    options = builder.Options(site, site / "output", day, publish=False)
    wanted = builder.surveyed(options, lambda one: _wanted(one, copies))
    shown = [one for one in wanted if one.source or bodies]
    click.echo(_listed(shown, form, everything), nl=False)
    sourced = sum(one.source for one in wanted)
    more = "" if bodies or sourced == len(wanted) else " (--bodies lists them)"
    click.echo(
        f"{ledgers.LEDGER}: {len(copies.known):,} recorded; without a copy: {sourced:,} sources, "
        f"{len(wanted) - sourced:,} links in texts{more}",
        err=True,
    )


def _record(site: Path, copies: Copies, name: str) -> None:
    """Take results in, and exit."""
    from site_gen import copies as ledgers
    from site_gen import diagnostics

    try:
        with click.open_file(name, "rb") as file:
            text = file.read().decode("utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise click.UsageError(f"{name} cannot be read as UTF-8: {problem}") from problem
    done, found = ledgers.taken(copies, text, "results" if name == "-" else Path(name).name)
    if found:
        click.echo(diagnostics.as_text(found, everything=True), err=True)
        click.echo("Nothing was recorded.", err=True)
        sys.exit(BROKEN)
    try:
        ledgers.write(site, done.copies)
    except OSError as problem:
        click.echo(f"error: {ledgers.LEDGER} cannot be written: {problem}", err=True)
        sys.exit(ENVIRONMENT)
    for one in done.told:
        click.echo(f"note: {one}", err=True)
    click.echo(
        f"{ledgers.LEDGER}: {done.added:,} added, {done.changed:,} changed, {done.same:,} as they "
        f"were, {done.blank:,} rows not filled in",
        err=True,
    )
    sys.exit(KEPT)


def _wanted(survey: Survey, copies: Copies) -> list[_Wanted]:
    """The addresses without a copy that published documents use, sources first, in order."""
    from site_gen.copies import address, wants_copy

    archive = survey.planned.archive
    entries = (one.entry for group in archive.entities.values() for one in group.values())
    found: dict[str, _Wanted] = {}
    for document in (*archive.articles.values(), *archive.pages.values(), *filter(None, entries)):
        path = _path(document, survey.masked)
        source = "" if document.archived_url else address(document.source_url)
        for url in dict.fromkeys((source, *document.outbound)):
            if not url or url in copies.known or not wants_copy(url, survey.settings.url):
                continue
            if url == address(document.source_url) and not source:
                continue  # Its metadata names the copy.
            one = found.setdefault(url, _Wanted(url))
            one.source |= url == source
            one.used_in.append(path)
    return sorted(found.values(), key=lambda one: (not one.source, one.original))


def _path(document: Document, masked: Mapping[str, str]) -> str:
    from site_gen.paths import without_ending

    stem = without_ending(document.path)
    return masked[stem] + document.path[len(stem) :] if stem in masked else document.path


def _listed(wanted: list[_Wanted], form: Format, everything: bool) -> str:
    """The list as it is printed."""
    from site_gen.copies import COLUMNS, SAVE

    if form == "json":
        rows = [
            {
                "original": one.original,
                "source": one.source,
                "used_in": sorted(one.used_in),
                "save": SAVE + one.original,
            }
            for one in wanted
        ]
        return json.dumps(rows, ensure_ascii=False, indent=1) + "\n"
    if form == "tsv":
        table = io.StringIO()
        write = csv.writer(table, delimiter="\t", lineterminator="\n").writerow
        write((*COLUMNS, "used_in", "save"))
        for one in wanted:
            write((one.original, "", "", "", " | ".join(sorted(one.used_in)), SAVE + one.original))
        return table.getvalue()
    shown = wanted if everything else wanted[:SHOWN]
    lines = [f"{one.original}  {_users(one.used_in)}  {SAVE}{one.original}" for one in shown]
    if len(wanted) > len(shown):
        lines.append(f"{len(wanted) - len(shown):,} more (--all names them)")
    return "".join(f"{line}\n" for line in lines)


def _users(paths: Iterable[str]) -> str:
    first = sorted(paths)
    more = f" and {len(first) - NAMED:,} more" if len(first) > NAMED else ""
    return ", ".join(first[:NAMED]) + more
