"""`permalinks`: which addresses the ledger holds, and which it should."""

from __future__ import annotations

import datetime
import sys
from pathlib import Path

import click

from site_gen.commands import today

KEPT, LOST, ENVIRONMENT = 0, 1, 2
SHOWN = 20


@click.command()
@click.option("--record", is_flag=True, help="Add the addresses that are not recorded yet.")
@click.option(
    "--date", type=click.DateTime(["%Y-%m-%d"]), help="The day to look at. Default: as for build."
)
@click.option("--all", "everything", is_flag=True, help="Name every address, not the first twenty.")
@click.pass_obj
def permalinks(
    site: Path, /, record: bool, date: datetime.datetime | None, everything: bool
) -> None:
    """Tell which addresses of the site permalinks.tsv does not hold, or add them.

    An address that is recorded stays: a build fails rather than lose it. Exits with 1 where one
    would be lost, or the site could not be published, and then records nothing.
    """
    from site_gen import build as builder
    from site_gen import diagnostics
    from site_gen import permalinks as ledgers
    from site_gen.check import masked_path

    day = date.date() if date else today()
    options = builder.Options(site, site / "output", day, keep_going=True, publish=False)
    addresses, masked, told, sound = builder.surveyed(
        options,
        lambda one: (one.planned.addresses, one.masked, one.found, one.may_publish(options)),
    )
    ledger, _ = ledgers.read(site)
    found = [one for one in told if one.code in ("ledger-broken", "permalink-lost")]
    if found:
        click.echo(diagnostics.as_text(found, everything=everything), err=True)
        sys.exit(LOST)
    if record and not sound:
        click.echo(
            "error: The site has errors for which it could not be published; `check` names them. "
            "Nothing was recorded.",
            err=True,
        )
        sys.exit(LOST)
    new = ledgers.unrecorded(ledger, addresses)
    shown = new if everything else new[:SHOWN]
    for one in shown:
        click.echo(f"{one.url}  {masked_path(one.source, masked)}")
    if len(new) > len(shown):
        click.echo(f"{len(new) - len(shown):,} more (--all names them)")
    if record and new:
        try:
            ledgers.record(site, new, day)
        except OSError as problem:
            click.echo(f"error: {ledgers.LEDGER} cannot be written: {problem}", err=True)
            sys.exit(ENVIRONMENT)
    kept = len(ledger.recorded) + (len(new) if record else 0)
    done = "of them now" if record else "not recorded yet"
    click.echo(f"{ledgers.LEDGER}: {kept:,} recorded, {len(new):,} {done}", err=True)
    if new:
        said = "These addresses are to last: " if record else "With --record they are to last: "
        click.echo(
            f"{said}a build then fails rather than lose one, until something says `redirect_from` "
            "or `withdrawn` for it.",
            err=True,
        )
    sys.exit(KEPT)
