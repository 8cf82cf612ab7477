"""One build: what is asked for, what came of it, and what stands while it runs."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from dataclasses import field
from pathlib import Path

from site_gen import config, diagnostics, parallel, remote, sources
from site_gen.assets import Assets
from site_gen.check import Sum
from site_gen.config import SiteConfig
from site_gen.copies import Copies
from site_gen.diagnostics import Diagnostic
from site_gen.frozen import frozen
from site_gen.output import Output, Published
from site_gen.permalinks import Ledger

Progress = Callable[[str, int, int], None]
"""Told (what, done, of how many) as a build goes on."""


def silent(what: str, done: int, total: int) -> None:
    """Show no progress."""


def let_go(made: object) -> None:
    """Hold nothing."""


@frozen
class Options:
    """What a build is asked to do.

    `date` is the only clock: it decides embargoes. `url` takes the place of the one in site.yml.
    `publish` is False for `check`. `jobs` is how many processes may work, or workers of other
    machines; the result does not depend on it. `early` is told when an edit's pages are published,
    where the search index and the files for programs take a moment more. `hold` is given what a
    build had in memory, for a process that ends with it: to take that apart takes a while.
    """

    site: Path
    output: Path
    date: datetime.date
    url: str = ""
    keep_going: bool = False
    strict: bool = False
    publish: bool = True
    jobs: int | remote.Remote = field(default_factory=parallel.usable_cores)
    progress: Progress = silent
    early: Callable[[], None] | None = None
    hold: Callable[[object], None] = let_go


@frozen
class Report:
    """What came of a build. `published` is None if nothing was."""

    diagnostics: tuple[Diagnostic, ...]
    sum: Sum
    published: Published | None
    seconds: float
    unrecorded: int = 0
    """How many addresses are not in the ledger, if there is one."""

    @property
    def failed(self) -> bool:
        """Whether there is an error."""
        return any(one.severity == "error" for one in self.diagnostics)


@frozen
class Run:
    """What all steps of a build share: settings, static files, the store, the output if any.

    `program` and `templates` are digests: of what shapes results, and of the site's templates.
    `commit` is what is checked out, where the history of texts is shown; else empty.
    """

    options: Options
    settings: SiteConfig
    static: Assets
    program: str
    templates: str
    store: Path
    target: Output | None
    ledger: Ledger
    copies: Copies = field(default_factory=Copies)
    commit: str = ""


def several(jobs: int | remote.Remote) -> bool:
    """Whether this machine may use several processes."""
    return isinstance(jobs, int) and jobs > 1


def told(found: Sequence[Diagnostic], options: Options) -> list[Diagnostic]:
    """What was found as it is told: where that is asked for, warnings are errors."""
    return diagnostics.strict(found) if options.strict else list(found)


def may_publish(found: Sequence[Diagnostic], options: Options) -> bool:
    """Whether errors, if there are any, concern single documents that can be left out."""
    errors = [one for one in found if one.severity == "error"]
    return not errors or (options.keep_going and not any(map(whole_site, errors)))


def whole_site(problem: Diagnostic) -> bool:
    """Whether an error is one that no single document can be left out for."""
    if problem.code == "internal-error":
        # One in reading a document fails it alone; a page that is planned is linked to already.
        return not problem.location.path.startswith(f"{sources.CONTENT}/")
    return problem.code in diagnostics.WHOLE_SITE or problem.location.path == config.SITE_FILE
