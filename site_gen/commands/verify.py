"""`verify`: hold a published tree against its manifest."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from site_gen.commands import for_whom

WHOLE, DAMAGED, ENVIRONMENT = 0, 1, 2
SHOWN = 20


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@for_whom("How it is said: for people or for programs.")
@click.option("--all", "everything", is_flag=True, help="Name every file, not the first twenty.")
@click.pass_obj
def verify(site: Path, /, folder: Path, form: str, everything: bool) -> None:
    """Hold every file in FOLDER, a published site, against the manifest in it.

    Names each file that is missing, changed, or in no manifest. Exits with 0 if every file of the
    manifest is as it was published, with 1 if not.
    """
    from site_gen.exports import tree

    try:
        verdict = tree.verify(site / folder)
    except (tree.NotASite, OSError) as problem:
        click.echo(f"error: {problem}", err=True)
        sys.exit(ENVIRONMENT)
    groups = {
        "missing": verdict.missing,
        "changed": verdict.changed,
        "foreign": verdict.foreign,
    }
    if form == "json":
        found = {name: list(paths) for name, paths in groups.items()}
        click.echo(json.dumps({"whole": verdict.whole, **found}, ensure_ascii=False))
    else:
        for name, paths in groups.items():
            shown = paths if everything else paths[:SHOWN]
            for path in shown:
                click.echo(f"{name}: {path}")
            if len(paths) > len(shown):
                click.echo(f"{name}: {len(paths) - len(shown):,} more (--all names them)")
    click.echo(
        f"{'Whole' if verdict.sound else 'Damaged'}: {verdict.whole:,} as published, "
        f"{len(verdict.missing):,} missing, {len(verdict.changed):,} changed, "
        f"{len(verdict.foreign):,} foreign",
        err=True,
    )
    sys.exit(WHOLE if verdict.sound else DAMAGED)
