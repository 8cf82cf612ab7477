"""`export`: the archive as something to keep or to hand on."""

from __future__ import annotations

import datetime
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import click

from site_gen.commands import today

REFUSED, ENVIRONMENT = 1, 2


def _output(command: Callable[..., None]) -> Callable[..., None]:
    return click.option(
        "-o",
        "--output",
        type=click.Path(path_type=Path),
        help="The folder of the built site. Default: output/ in the site's folder.",
    )(command)


@click.group()
def export() -> None:
    """Write the archive in a form to keep or to hand on."""


@export.command()
@click.argument("file", type=click.Path(path_type=Path))
@_output
@click.pass_obj
def edition(site: Path, /, file: Path, output: Path | None) -> None:
    """Write the built site into FILE, one ZIP for a USB stick.

    Unpacked, it opens by double click on index.html, and its search works. Two editions of one
    site are equal to the byte. Exits with 2 if nothing could be written.
    """
    from site_gen.exports import edition as zipped
    from site_gen.exports.tree import NotASite

    target = site / file
    _apart(target, site, output)
    try:
        files = zipped.write(output or site / "output", target, target.stem)
    except (NotASite, zipped.Exists, OSError) as problem:
        _fail(problem)
    click.echo(f"Wrote {target}: {files:,} files, {target.stat().st_size:,} bytes", err=True)


@export.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--url", default="", help="Where the site is published, in place of the site's own.")
@click.option("--date", type=click.DateTime(["%Y-%m-%d"]), help="The day. Default: as for build.")
@click.option("--keep-going", is_flag=True, help="Leave out the documents that have errors.")
@click.pass_obj
def sqlite(
    site: Path, /, file: Path, url: str, date: datetime.datetime | None, keep_going: bool
) -> None:
    """Write the archive into FILE, a SQLite database with all texts and a full-text index.

    It is made from the sources, and holds what a build would publish and nothing else. Exits with 1
    if the sources have errors, with 2 if nothing could be written.
    """
    import sqlite3

    from site_gen import build as builder
    from site_gen import config
    from site_gen.exports import database
    from site_gen.exports.edition import Exists
    from site_gen.output import OutputError
    from site_gen.tabular import Listed

    target = site / file
    day = date.date() if date else today()
    try:
        url = config.base_url(url)
    except ValueError as problem:
        raise click.BadParameter(str(problem), param_hint="--url") from problem
    options = builder.Options(
        site, site / "output", day, url=url, keep_going=keep_going, publish=False
    )

    def written(one: builder.Survey) -> int | None:
        if not one.may_publish(options):
            return None
        plan = one.planned.plan
        listed = Listed(one.planned.archive, plan.urls, plan.entity_urls, one.settings)
        return database.write(target, listed, one.store)

    try:
        database.refuse(target)
        articles = builder.surveyed(options, written)
    except (Exists, OutputError, OSError, sqlite3.Error) as problem:
        _fail(problem)
    if articles is None:
        click.echo(
            "error: The sources have errors, which `check` names. Nothing was written. Mend them, "
            "or leave these documents out with --keep-going.",
            err=True,
        )
        sys.exit(REFUSED)
    size = target.stat().st_size
    click.echo(f"Wrote {target}: {articles:,} articles, {size:,} bytes", err=True)


@export.command()
@click.argument("folder", type=click.Path(path_type=Path))
@_output
@click.option(
    "--with-sources",
    is_flag=True,
    help="Also put in what the site is made from: content/, templates/, static/, the settings.",
)
@click.option(
    "--restricted",
    is_flag=True,
    help="The bag is not for the public: sources may hold what is not published.",
)
@click.option("--date", type=click.DateTime(["%Y-%m-%d"]), help="The date of the bag.")
@click.pass_context
def bagit(
    context: click.Context,
    /,
    folder: Path,
    output: Path | None,
    with_sources: bool,
    restricted: bool,
    date: datetime.datetime | None,
) -> None:
    """Write the built site into FOLDER, a bag with checksums (BagIt 1.0, RFC 8493).

    With --with-sources it is refused while anything is held back, withdrawn, redacted or
    anonymised, since the sources still hold it; --restricted allows it. Exits with 1 if it was
    refused, with 2 if nothing could be written.
    """
    from site_gen import sitefile
    from site_gen.exports import bag
    from site_gen.exports.edition import Exists
    from site_gen.exports.tree import NotASite

    site: Path = context.obj
    _apart(site / folder, site, output)
    day = date.date() if date else today()
    if with_sources and not restricted:
        _refuse_withheld(site, day)
    settings = sitefile.load(site)[0]
    about = {
        "Source-Organization": settings.publisher,
        "External-Description": settings.description or settings.title,
        "External-Identifier": settings.url,
        "Bag-Software-Agent": "site_gen",
    }
    if with_sources and restricted:
        about["Access"] = "restricted: the sources may hold what is not published"
    stated = {key: value for key, value in about.items() if value}
    sources = site if with_sources else None
    try:
        files, size = bag.write(output or site / "output", site / folder, stated, day, sources)
    except (NotASite, Exists, OSError) as problem:
        _fail(problem)
    click.echo(f"Wrote {site / folder}: {files:,} files, {size:,} bytes", err=True)


def _refuse_withheld(site: Path, day: datetime.date) -> None:
    """End here if the sources hold anything that is not to be shown."""
    from site_gen import build as builder
    from site_gen.check import masked_path

    options = builder.Options(site, site / "output", day, publish=False)
    groups, masked = builder.surveyed(options, lambda one: (one.planned.kept_from, one.masked))
    said = [
        f"{why}: {len(paths):,} ({masked_path(paths[0], masked)})"
        for why, paths in groups.items()
        if paths
    ]
    if said:
        click.echo(
            f"error: The sources hold what is not published. {'; '.join(said)}. The bag would hold "
            "it too. Nothing was written. Leave out --with-sources; or, if the bag is not for the "
            "public, add --restricted.",
            err=True,
        )
        sys.exit(REFUSED)


def _apart(target: Path, site: Path, output: Path | None) -> None:
    """End here if what is exported would be among what it is made of, or published with it."""
    for folder in (output or site / "output", site / "content"):
        if target.resolve().is_relative_to(folder.resolve()):
            _fail(f"{target} is in {folder}. Nothing was written. Name a place outside of it.")


def _fail(problem: Exception | str) -> NoReturn:
    click.echo(f"error: {problem}", err=True)
    sys.exit(ENVIRONMENT)
