"""`import`: what other programs keep becomes files under content/."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

IMPORTED, BROKEN = 0, 1
SHOWN = 20
"""Files that are named one by one."""


@click.command("import")
@click.argument("form", metavar="FORMAT", type=click.Choice(["csv", "html", "mail", "wxr"]))
@click.argument("path", type=click.Path(path_type=Path))
@click.option(
    "--to",
    "target",
    default="content/articles",
    show_default=True,
    metavar="FOLDER",
    help="The folder in content/ that articles go to.",
)
@click.option("--overwrite", is_flag=True, help="Replace files that are there and differ.")
@click.option("--dry-run", is_flag=True, help="Write nothing; tell what would be done.")
@click.option(
    "--report",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write what was taken from where, as CSV.",
)
@click.option(
    "--map",
    "columns",
    multiple=True,
    metavar="COLUMN=FIELD",
    help="csv: the field of metadata that a column is. May be given several times.",
)
@click.option("--text-column", default="", metavar="COLUMN", help="csv: the column of the texts.")
@click.option("--all", "everything", is_flag=True, help="Print every finding and every file.")
@click.pass_obj
def import_(
    site: Path,
    /,
    form: str,
    path: Path,
    report: Path | None,
    columns: tuple[str, ...],
    everything: bool,
    **more: Any,
) -> None:
    """Make files under content/ of what other programs keep in PATH.

    \b
    csv    a table of metadata beside a folder of texts, or with a column of texts
    html   web pages that were saved: a file, or a folder of them
    mail   letters (.eml) and mailboxes (.mbox): a file, or a folder of them
    wxr    an export of WordPress

    Files that are there are left as they are. Exits with 1 if something could not be imported.
    """
    from site_gen import diagnostics, importing

    mapped = dict(_column(one) for one in columns)
    options = importing.Options(site, form, path, columns=mapped, **more)
    try:
        done = importing.run(options)
        if report:
            report.write_text(done.as_csv(), encoding="utf-8", newline="")
    except (importing.ImportFailed, OSError) as problem:
        raise click.UsageError(str(problem)) from problem
    shown = done.written if everything else done.written[:SHOWN]
    for one in shown:
        fields = ", ".join(taken.field for taken in one.entry.taken)
        click.echo(f"{one.what:9} {one.path}" + (f"  ({fields})" if fields else ""))
    if len(done.written) > len(shown):
        click.echo(f"and {len(done.written) - len(shown):,} more; --all lists them")
    text = diagnostics.as_text(done.found, everything=everything)
    if text:
        click.echo(text, err=True)
    counts = "; ".join(
        f"{done.count(what):,} {said}"
        for what, said in (("written", "written"), ("unchanged", "unchanged"), ("left", "left"))
    )
    found = diagnostics.summary(done.found)
    would = "Nothing written (--dry-run); would be: " if options.dry_run else "Imported: "
    click.echo(f"{would}{counts}" + (f"; {found}" if found else ""), err=True)
    sys.exit(BROKEN if done.failed else IMPORTED)


def _column(said: str) -> tuple[str, str]:
    from site_gen.fields import BY_NAME

    column, _, field = said.rpartition("=")
    if not column or field not in BY_NAME:
        raise click.BadParameter(
            f"{said!r} is not COLUMN=FIELD with a field of docs/metadata.md.", param_hint="--map"
        )
    return column, field
