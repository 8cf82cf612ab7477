"""The command line. Commands are thin: they read options, call the library, print, and exit."""

from __future__ import annotations

import contextlib
import datetime
import gc
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from site_gen import __version__
from site_gen.commands import today

if TYPE_CHECKING:
    from site_gen.build import Options, Report

PUBLISHED, CONTENT_ERRORS, ENVIRONMENT, HELD_BACK = 0, 1, 2, 3
"""Exit codes; 2 is also click's for wrong usage."""
INTERRUPTED = 130
"""The exit code of a shell for what Ctrl-C ended."""

SHOWN = 20
"""Documents that are named one by one as held back."""

_held: list[object] = []
"""What a build had in memory, in a process that ends with it."""
_ends = False
"""Whether this process ends with its command."""

Sort = Literal["relevance", "newest", "oldest"]
Format = Literal["text", "json", "github", "csv"]


class _Date(click.ParamType[datetime.date]):
    name = "date"

    def convert(self, value: Any, param: Any, ctx: Any) -> datetime.date:
        if isinstance(value, datetime.date):
            return value
        try:
            return datetime.date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is not a date such as 2026-01-31.", param, ctx)


_APART = {
    "export": ("export", "export"),
    "import": ("importing", "import_"),
    "permalinks": ("permalinks", "permalinks"),
    "places": ("places", "places"),
    "sources": ("sources", "sources"),
    "verify": ("verify", "verify"),
}
"""Commands with modules of their own, each of which is loaded where it is asked for, and the name
of each command in it.
"""


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted([*super().list_commands(ctx), *_APART])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _APART:
            return super().get_command(ctx, cmd_name)
        module, name = _APART[cmd_name]
        command: click.Command = getattr(import_module(f"site_gen.commands.{module}"), name)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            _say("Stopped. Every file of the output is whole; the next build does the rest.")
            # Where text that was run (dataclasses run some when they are loaded) was broken off,
            # CPython ends by a signal whoever caught the exception, unless more text is run.
            exec("")
            sys.exit(INTERRUPTED)


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="site_gen")
@click.option(
    "-C",
    "--directory",
    type=click.Path(file_okay=False, path_type=Path),
    default=".",
    help="The site's folder, if it is not this one.",
)
@click.pass_context
def main(context: click.Context, directory: Path) -> None:
    """Turn a folder of articles into a static archive: readable, findable, citable.

    \b
    python -m site_gen init my-archive     start a site
    python -m site_gen -C my-archive serve read it while you work on it
    python -m site_gen -C my-archive build write it to output/
    """
    context.obj = directory


def run(name: str | None = None) -> None:
    """The command line as a process, which is called by this name.

    After a build the process ends at once: to take apart all that it knows of an archive takes as
    long as to plan it.
    """
    global _ends
    _ends = True
    try:
        main(prog_name=name)
    except SystemExit as end:
        if not _held or not isinstance(end.code, int):
            raise
        # Where nobody reads what is written, Python says so as it always does.
        with contextlib.suppress(OSError, ValueError):
            for stream in filter(None, (sys.stdout, sys.stderr)):
                stream.flush()
            os._exit(end.code)
        raise


def _shared(command: Any) -> Any:
    """The options of every command that builds."""
    for option in reversed(
        (
            click.option(
                "--date",
                type=_Date(),
                help="The day to build for: it decides embargoes. "
                "Default: SOURCE_DATE_EPOCH, else today (UTC).",
            ),
            click.option(
                "--url",
                default="",
                help="Where the site will be published, in place of `url` in site.yml.",
            ),
            click.option("--strict", is_flag=True, help="Treat every warning as an error."),
            click.option(
                "--jobs",
                type=click.IntRange(1),
                help="How many processes may work. Default: one for each core that may be used. "
                "The result is the same.",
            ),
        )
    ):
        command = option(command)
    return command


def _elsewhere(command: Any) -> Any:
    """The option of commands that may let other machines work."""
    return click.option(
        "--executor",
        default="",
        metavar="ADDRESS",
        help="Let the workers of a Dask scheduler do the work, as in dask://host:8786. They must "
        "share the site's folder. The result is the same.",
    )(command)


def _reporting(command: Any) -> Any:
    """The options that say how diagnostics are printed."""
    for option in reversed(
        (
            click.option(
                "--format",
                "form",
                type=click.Choice(["text", "json", "github", "csv"]),
                default="text",
                show_default=True,
                help="How findings are printed: for people, for programs, as annotations of GitHub "
                "Actions, or as a table to work through.",
            ),
            click.option(
                "--only",
                multiple=True,
                metavar="CODE",
                help="Print only the findings of this code. May be given several times.",
            ),
            click.option(
                "--all",
                "everything",
                is_flag=True,
                help="Print every finding, not the first three of each kind.",
            ),
        )
    ):
        command = option(command)
    return command


@main.command()
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="The folder to write. Default: output/ in the site's folder.",
)
@click.option(
    "--keep-going",
    is_flag=True,
    help="Publish all that has no error; exit with 3 and say what is held back.",
)
@_shared
@_elsewhere
@_reporting
@click.pass_obj
def build(
    site: Path,
    /,
    output: Path | None,
    keep_going: bool,
    form: Format,
    only: tuple[str, ...],
    everything: bool,
    **shared: Any,
) -> None:
    """Write the site to output/.

    With an error nothing is published and the old output stays as it was. Exits with 0 when the
    site is published, 1 when errors in the content kept it from being, 2 when something is
    wrong with the command or the machine, 3 when it is published without what has errors.
    """
    _known_codes(only)
    report = _run(site, output, shared, keep_going=keep_going)
    _print(report, form, only, everything)
    _conclude(report, keep_going)


@main.command()
@_shared
@_elsewhere
@_reporting
@click.pass_obj
def check(
    site: Path, /, form: Format, only: tuple[str, ...], everything: bool, **shared: Any
) -> None:
    """Find everything that is wrong, and write nothing.

    Exits with 0 if there is no error, else with 1.
    """
    _known_codes(only)
    report = _run(site, None, shared, publish=False)
    _print(report, form, only, everything)
    done = "Checked; a build would publish nothing" if report.failed else "Checked"
    _say(_last_line(report, done))
    sys.exit(CONTENT_ERRORS if report.failed else PUBLISHED)


@main.command()
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="A loopback address to listen on."
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8000,
    show_default=True,
    help="The port to listen on; 0 takes a free one.",
)
@click.option("--open", "open_browser", is_flag=True, help="Open the site in the browser.")
@_shared
@click.pass_obj
def serve(site: Path, /, host: str, port: int, open_browser: bool, **shared: Any) -> None:
    """Show the site on this machine and build it again at every change.

    The preview is built into a folder of its own; output/ is not touched. When a build fails, the
    last good site stays and every page shows what is wrong.
    """
    from concurrent.futures import BrokenExecutor

    from site_gen import build as builder
    from site_gen import parallel
    from site_gen.output import OutputError
    from site_gen.serve import Built, Told
    from site_gen.serve import serve as run

    folder = site / builder.WORK / "preview"
    # The preview stands at the root of its address, wherever the site will be published.
    shared["url"] = "http://localhost/"
    told = Told()

    def rebuild(early: Callable[[], None]) -> Built:
        # The last good site stays; where there is none yet, all that has no error is shown.
        keep_going = not (folder / "index.html").exists()
        try:
            options = _options(site, folder, shared, keep_going=keep_going, early=early)
            report = builder.build(options)
        except OutputError as problem:
            return Built(ok=False, report=str(problem))
        text = told.report(report.diagnostics)
        last = _last_line(report, "Built" if report.published else "Not built")
        return Built(ok=not report.failed, report=f"{text}\n{last}".strip())

    ledgers = ("permalinks.tsv", "sources.tsv")
    parts = ("content", "templates", "static", "site.yml", *ledgers)
    watched = [site / name for name in parts]
    ignored = [site / builder.WORK, site / "output"]
    try:
        with parallel.apart(rebuild) as build:
            run(build, folder, watched, ignored, host, port, open_browser, click.echo)
    except (ValueError, OSError) as problem:
        raise click.UsageError(str(problem)) from problem
    except BrokenExecutor:
        _say(
            "error: The process that builds the preview was ended from outside, perhaps for want "
            "of memory. Start the preview again."
        )
        sys.exit(ENVIRONMENT)


@main.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--title", help="The name of the archive. Default: the folder's name.")
@click.option(
    "--source",
    default="",
    help="What requirements.txt installs site_gen from: a git URL or a wheel.",
)
@click.pass_obj
def init(site: Path, /, folder: Path, title: str | None, source: str) -> None:
    """Start a site in FOLDER: settings, a first article, a workflow for GitHub Pages."""
    from site_gen import scaffold

    target = site / folder
    name = title or target.resolve().name.replace("-", " ").replace("_", " ").capitalize()
    try:
        written = scaffold.init(target, name, source)
    except (scaffold.ScaffoldError, OSError) as problem:
        raise click.UsageError(str(problem)) from problem
    for path in written:
        click.echo(
            f"  {path.relative_to(target).as_posix() if path.is_relative_to(target) else path}"
        )
    click.echo(f"Started {target}. Next: {_this_python()} -m site_gen -C {target} serve")
    if scaffold.wants_wheel(target):
        click.echo(
            "Before it can be published from GitHub, put the wheel of site_gen where its "
            "requirements.txt says (docs/publishing.md tells how to make one)."
        )


@main.command()
@click.argument("title")
@click.option(
    "--kind",
    type=click.Choice(["article", "author", "place", "topic", "series", "page"]),
    default="article",
    show_default=True,
    help="What to start.",
)
@click.option("--date", type=_Date(), help="The article's date.")
@click.option("--extension", default=".md", show_default=True, help="The ending of the file.")
@click.pass_obj
def new(site: Path, title: str, kind: Any, date: datetime.date | None, extension: str) -> None:
    """Start a document called TITLE under content/."""
    from site_gen import scaffold

    try:
        path = scaffold.new_article(
            site, Path("content"), title, kind, date.isoformat() if date else "", extension
        )
    except (scaffold.ScaffoldError, OSError) as problem:
        raise click.UsageError(str(problem)) from problem
    click.echo(f"Started {path}")


def _this_python() -> str:
    """How to call this Python: by the way it was called, where that is not on the PATH."""
    found = shutil.which("python")
    same = found is not None and os.path.realpath(found) == os.path.realpath(sys.executable)
    return "python" if same else sys.executable


@main.command()
@click.argument("query", nargs=-1, required=True)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="The folder of the built site. Default: output/ in the site's folder.",
)
@click.option(
    "--limit", type=click.IntRange(1, 1000), default=10, show_default=True, help="How many to show."
)
@click.option("--offset", type=click.IntRange(0), default=0, help="How many to leave out first.")
@click.option(
    "--sort",
    type=click.Choice(["relevance", "newest", "oldest"]),
    default="relevance",
    show_default=True,
    help="The order of what is found.",
)
@click.option("--exact", is_flag=True, help="Take no word for another that is like it.")
@click.pass_obj
def search(
    site: Path,
    /,
    query: tuple[str, ...],
    output: Path | None,
    limit: int,
    offset: int,
    sort: Sort,
    exact: bool,
) -> None:
    """Search the built site as its search page does.

    QUERY is words, "an exact phrase", -without, begin*, author:, place:, topic:, lang:,
    year:1999..2003, date:2001-11..2002-02. Exits with 1 if nothing is found.
    """
    from site_gen.search.reader import Index, NoIndex

    try:
        index = Index(output or site / "output")
        found = index.search(" ".join(query), limit, offset, sort, exact=exact)
    except NoIndex as problem:
        click.echo(f"error: {problem}", err=True)
        sys.exit(ENVIRONMENT)
    for word, instead in found.suggestion.items():
        _say(f"`{word}` is not in the archive; showing results for `{instead}`")
    for hit in found.hits:
        about = " · ".join(part for part in (hit.date, hit.authors, hit.places) if part)
        click.echo(f"{hit.title}\n  {hit.url}" + (f"\n  {about}" if about else ""))
    _say(f"{found.total:,} article{'' if found.total == 1 else 's'} found")
    sys.exit(PUBLISHED if found.total else CONTENT_ERRORS)


def _options(site: Path, output: Path | None, shared: dict[str, Any], **more: Any) -> Options:
    from site_gen import config
    from site_gen.build import Options
    from site_gen.remote import Remote

    jobs: dict[str, Any] = {"jobs": shared["jobs"]} if shared["jobs"] else {}
    if shared.get("executor"):
        if jobs:
            raise click.UsageError("--jobs is about this machine, --executor about others.")
        try:
            jobs = {"jobs": Remote(shared["executor"])}
        except ValueError as problem:
            raise click.BadParameter(str(problem), param_hint="--executor") from problem
    try:
        url = config.base_url(shared["url"])
    except ValueError as problem:
        raise click.BadParameter(str(problem), param_hint="--url") from problem
    return Options(
        site=site,
        output=output or site / "output",
        date=shared["date"] or today(),
        url=url,
        strict=shared["strict"],
        **jobs,
        **more,
    )


def _run(site: Path, output: Path | None, shared: dict[str, Any], **more: Any) -> Report:
    # The process ends with its build: what is left of it need not be looked through for cycles.
    gc.disable()
    try:
        return _built(site, output, shared, **more)
    finally:
        gc.freeze()
        gc.enable()


def _built(site: Path, output: Path | None, shared: dict[str, Any], **more: Any) -> Report:
    from concurrent.futures import BrokenExecutor

    from site_gen import build as builder
    from site_gen.output import OutputError
    from site_gen.remote import RemoteError

    if not site.is_dir():
        raise click.UsageError(f"There is no folder {site}.")
    with _progress() as progress:
        # Libraries that lead to other machines have their own ways to end.
        if _ends and not shared["executor"]:
            more["hold"] = _held.append
        options = _options(site, output, shared, progress=progress, **more)
        if not shared["date"]:
            _say(f"The day is {options.date} (UTC); --date sets another.")
        try:
            return builder.build(options)
        except (OutputError, RemoteError) as problem:
            failure = str(problem)
        except BrokenExecutor:
            failure = (
                "A worker process was ended from outside, perhaps for want of memory. "
                "Nothing was published. Try again with --jobs 1."
            )
    _say(f"error: {failure}")
    sys.exit(ENVIRONMENT)


@contextlib.contextmanager
def _progress() -> Iterator[Any]:
    """A progress bar on a terminal, nothing elsewhere."""
    if not (sys.stderr and sys.stderr.isatty()):
        yield lambda what, done, total: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True, auto_refresh=False) as bars:
        tasks: dict[str, Any] = {}

        def show(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=total)
            bars.update(tasks[what], completed=done, refresh=True)

        yield show


def _known_codes(only: tuple[str, ...]) -> None:
    import difflib

    from site_gen.diagnostics import CODES

    for code in only:
        if code not in CODES:
            guess = difflib.get_close_matches(code, CODES, n=1)
            more = f" Did you mean {guess[0]}?" if guess else " See docs/diagnostics.md."
            raise click.BadParameter(
                f"{code!r} is not the code of a finding.{more}", param_hint="--only"
            )


def _print(report: Report, form: Format, only: tuple[str, ...], everything: bool) -> None:
    from site_gen import diagnostics

    found = [one for one in report.diagnostics if not only or one.code in only]
    if form == "text":
        text = diagnostics.as_text(found, everything=everything)
        if text:
            click.echo(text, err=True)
    else:
        writers = {
            "json": diagnostics.as_json,
            "github": diagnostics.as_github,
            "csv": diagnostics.as_csv,
        }
        text = writers[form](found)
        if text:
            click.echo(text, nl=not text.endswith("\n"))


def _say(line: str) -> None:
    click.echo(line, err=True)


def _last_line(report: Report, done: str) -> str:
    from site_gen.diagnostics import summary

    parts = [f"{done}: {report.sum.told(report.published is not None)}"]
    found = summary(report.diagnostics)
    if found:
        parts.append(found)
    if report.published:
        one = report.published
        parts.append(
            f"{one.written:,} files written, {one.unchanged:,} unchanged, {one.deleted:,} deleted"
        )
    parts.append(f"{report.seconds:.1f} s")
    return "; ".join(parts)


def _nothing_published(report: Report, keep_going: bool) -> str:
    """What to say in place of `Published`: what stays, and what can be done."""
    from site_gen.build import whole_site

    whole = any(one.severity == "error" and whole_site(one) for one in report.diagnostics)
    stays = "Nothing published, the output stays as it was; mend the errors"
    return stays if whole or keep_going else f"{stays}, or publish the rest with --keep-going"


def _addresses(count: int) -> str:
    return f"{count:,} address" + ("" if count == 1 else "es")


def _conclude(report: Report, keep_going: bool) -> None:
    """Say what came of a build, and exit with the code for it."""
    if report.published is None:
        _say(_last_line(report, _nothing_published(report, keep_going)))
        sys.exit(CONTENT_ERRORS)
    for path in report.published.left:
        _say(f"note: {path} in output was changed by hand and is left as it is")
    if report.unrecorded:
        _say(
            f"note: not in permalinks.tsv yet: {_addresses(report.unrecorded)}; "
            "`permalinks --record` adds them"
        )
    held_back = [f"{path} ({reason})" for path, reason in sorted(report.sum.held_back.items())]
    failed = [f"{path} (it has errors)" for path in report.sum.failed]
    for group in (held_back, failed):
        for one in group[:SHOWN]:
            _say(f"held back: {one}")
        if len(group) > SHOWN:
            _say(f"held back: {len(group) - SHOWN:,} more")
    _say(_last_line(report, "Published"))
    sys.exit(HELD_BACK if report.failed else PUBLISHED)
