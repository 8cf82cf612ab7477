"""`places`: which places have no coordinates, and what they may be."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from site_gen.commands import for_whom, today

if TYPE_CHECKING:
    from site_gen.build import Survey

ENVIRONMENT, INTERRUPTED = 2, 130


@click.command()
@click.option(
    "--resolve", is_flag=True, help="Propose entries for them, from the data of GeoNames."
)
@click.option("--yes", is_flag=True, help="With --resolve: write what is certain, and ask nothing.")
@click.option(
    "--country",
    "countries",
    multiple=True,
    metavar="COUNTRY",
    help="With --resolve: look in this country only. May be given several times.",
)
@for_whom("How they are printed: for people, or for programs, which are asked nothing.")
@click.pass_obj
def places(site: Path, /, resolve: bool, yes: bool, countries: tuple[str, ...], form: str) -> None:
    """List the places of which only the name is known, or find them in the data of GeoNames.

    With --resolve each is shown with what it may be, and an entry for what you choose is written
    to content/places/ after a yes. Files that are there are never changed, and no network is used.
    """
    from site_gen import build as builder
    from site_gen import gazetteer
    from site_gen.world import known

    if (yes or countries) and not resolve:
        raise click.UsageError("--yes and --country go with --resolve.")
    world = known()
    only = {name: gazetteer.country_code(name, world) for name in countries}
    for name, code in only.items():
        if not code:
            raise click.BadParameter(f"{name!r} is no country.", param_hint="--country")
    if not site.is_dir():
        raise click.UsageError(f"There is no folder {site}.")
    options = builder.Options(site, site / "output", today(), publish=False)

    def asked(one: Survey) -> tuple[list[gazetteer.Question], bool]:
        archive = one.planned.archive
        lost = gazetteer.unknown(archive)
        if resolve and lost:
            data = gazetteer.load(gazetteer.names_of(lost, world))
            found = gazetteer.questions(archive, data, world, only.values())
        else:
            found = [gazetteer.Question(lone.name, lone.name, len(lone.articles)) for lone in lost]
        return found, one.settings.world

    try:
        found, with_world = builder.surveyed(options, asked)
    except gazetteer.NoGazetteer as problem:
        _tell(f"error: {problem}")
        sys.exit(ENVIRONMENT)
    if form == "json":
        click.echo(gazetteer.as_json(found))
    if not resolve:
        for one in found if form == "text" else ():
            click.echo(f"{one.articles:6,}  {one.written}")
        how_many = "1 place has" if len(found) == 1 else f"{len(found):,} places have"
        _tell(f"{how_many} no coordinates; --resolve looks for them")
        return
    chosen = [(one, one.sure) for one in found if one.sure] if yes else []
    if form == "text" and not yes:
        try:
            chosen = gazetteer.ask(found, world, click.echo, _typed)
        except click.Abort:
            _tell("Stopped; nothing was written.")
            sys.exit(INTERRUPTED)
    around = world if with_world else {}
    proposed, left = gazetteer.proposals(chosen, around, site, verified=not yes)
    for one_left in left:
        _tell(f"left as it is: {one_left}")
    if form == "text":
        for proposal in proposed:
            click.echo(f"\n{proposal.path.as_posix()}\n{proposal.text}", nl=False)
    if proposed and (yes or click.confirm(f"\nWrite these {len(proposed):,} files?")):
        gazetteer.write(site, proposed)
        _tell(f"{len(proposed):,} files written")
    missing = sum(not one.candidates for one in found)
    unsure = len(found) - missing - len(chosen)
    _tell(
        f"{len(found):,} names: {len(chosen):,} chosen, {unsure:,} left open, {missing:,} not found"
    )


def _tell(line: str) -> None:
    click.echo(line, err=True)


def _typed(question: str) -> str:
    answer: str = click.prompt(question, default="", show_default=False)
    return answer
