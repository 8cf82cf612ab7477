"""The build, from content/ to output/. It reads as the table of contents of site_gen."""

from __future__ import annotations

import contextlib
import gc
import os
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from site_gen import (
    assets,
    cache,
    config,
    copies,
    output,
    permalinks,
    remote,
    signatures,
    sources,
    theme,
)
from site_gen.build import seen
from site_gen.build.run import Options, Progress, Report, Run, may_publish, whole_site
from site_gen.config import SiteConfig
from site_gen.diagnostics import Diagnostic
from site_gen.frozen import frozen
from site_gen.past import Past

if TYPE_CHECKING:
    from site_gen.build import planning

__all__ = [
    "SOURCES",
    "WORK",
    "Options",
    "Progress",
    "Report",
    "Survey",
    "build",
    "surveyed",
    "whole_site",
]

T = TypeVar("T")

SOURCES = ("content", "templates", "static")
WORK = ".site_gen"
"""The folder of the site that holds the cache, the locks and the preview."""


def build(options: Options) -> Report:
    """Read, assemble, plan, render and publish a site.

    Raises OutputError if the output cannot or must not be written, or the disk fails, and
    RemoteError if workers of other machines cannot do the work.
    """
    if isinstance(options.jobs, remote.Remote):
        # A worker's current folder is another.
        site, folder = Path(os.path.abspath(options.site)), Path(os.path.abspath(options.output))
        options = replace(options, site=site, output=folder)
    if options.publish:
        _refuse_sources(options)
    with _uncollected():
        return _with_a_store(options)


@frozen
class Survey:
    """What a build would publish, and where. `store` holds its bodies while it is looked at.

    `found` are the problems that are seen before pages are rendered, as they may be printed;
    `masked` are the paths, without their endings, that are not to be printed, with what is printed
    instead.
    """

    planned: planning.Planned
    settings: SiteConfig
    store: Path
    found: tuple[Diagnostic, ...]
    masked: Mapping[str, str]

    def may_publish(self, options: Options) -> bool:
        """Whether nothing of this keeps a build from publishing."""
        return may_publish(self.found, options)


def surveyed(options: Options, use: Callable[[Survey], T]) -> T:
    """What `use` makes of a site as it would be published; nothing is published.

    Where the cache is damaged, or a build forgets values that it has no more use for, `use` is
    asked again. Raises OutputError if no cache can be kept on this machine.
    """
    with _uncollected():
        with contextlib.suppress(cache.CacheBroken):
            return use(_survey(options, options.site / WORK / cache.LOCAL))
        with tempfile.TemporaryDirectory(prefix="site_gen-") as folder, _reported():
            return use(_survey(options, Path(folder)))


def _survey(options: Options, store: Path) -> Survey:
    from site_gen.build import masking, planning, reading, stages

    past, now = seen.past(options, store)
    settings, static, found = _settings(options, store)
    inventory, problems = sources.walk(options.site, settings, seen.known(past, now, settings))
    program = cache.program_digest(settings.markdown_extensions)
    ledger, told = permalinks.read(options.site)
    copied, wrong = copies.read(options.site)
    run = Run(options, settings, static, program, "", store, None, ledger, copied)
    read = reading.read(run, inventory)
    planned = planning.plan(run, read)
    checked = stages.check_settings(settings)
    found += [*problems, *told, *wrong, *checked, *read.found, *planned.found]
    told = masking.printed(found, read)
    return Survey(planned, settings, store, tuple(told), read.masked)


@contextlib.contextmanager
def _uncollected() -> Iterator[None]:
    """Look for no cycles in memory: a build makes millions of objects and drops few."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _with_a_store(options: Options) -> Report:
    shared = isinstance(options.jobs, remote.Remote)
    store = options.site / WORK / (cache.SHARED if shared else cache.LOCAL)
    # A damaged cache costs time and nothing else. Where none can be kept, one for this build does.
    with contextlib.suppress(cache.CacheBroken):
        with contextlib.suppress(cache.PartBroken):
            return _build(options, store)
        return _build(options, store)
    cache.discard(store)
    if shared:
        with _reported():
            return _build(options, store)
    with contextlib.suppress(cache.CacheBroken):
        return _build(options, store)
    with tempfile.TemporaryDirectory(prefix="site_gen-") as folder, _reported():
        return _build(options, Path(folder))


@contextlib.contextmanager
def _reported() -> Iterator[None]:
    """Tell the keeper that there is no place for a cache."""
    try:
        yield
    except cache.CacheBroken as problem:
        raise output.OutputError(f"No cache can be kept on this machine: {problem}") from problem


def _build(options: Options, store: Path) -> Report:
    started = time.monotonic()
    last = lru_cache(partial(seen.past, options, store))

    def left() -> output.Left:
        past, _ = last()
        return past.manifest, past.files

    with contextlib.ExitStack() as stack:
        target = None
        if options.publish:
            target = output.Output(options.output, options.site / WORK, left)
            stack.enter_context(target)
        if isinstance(options.jobs, remote.Remote):
            folders = [target.stage_folder] if target else []
            from site_gen import sitefile

            extensions = sitefile.load(options.site)[0].markdown_extensions
            joined = options.jobs.joined(store, folders, extensions)
            options = replace(options, jobs=stack.enter_context(joined))
        return _made(options, store, target, last, started)


def _made(
    options: Options,
    store: Path,
    target: output.Output | None,
    last: Callable[[], tuple[Past, int]],
    started: float,
) -> Report:
    past, now = last()
    with seen.looked(options, target, past) as looked:
        if looked.standing:
            # What does the work is loaded while the copy looks, though there may be none.
            from site_gen.build import stages
        settings, static, found = _settings(options, store)
        jobs = options.jobs if isinstance(options.jobs, int) else 1
        known = seen.known(past, now, settings, looked)
        inventory, problems = sources.walk(options.site, settings, known, jobs)
        attachments = signatures.Signatures(past.attachments, now)
        before = seen.Seen(past, attachments, looked.held)
        found += problems
        program = cache.program_digest(settings.markdown_extensions)
        templates = theme.templates_digest(options.site)
        ledger, problems = permalinks.read(options.site)
        if before.past.result:
            problems += permalinks.removed(ledger, before.past.result[2])
        found += problems
        copied, problems = copies.read(options.site)
        found += problems
        commit, problems = _commit(settings, options)
        found += problems
        run = Run(
            options, settings, static, program, templates, store, target, ledger, copied, commit
        )
        inputs = seen.inputs(run, inventory, before, found)
        if target and inputs and inputs == before.past.inputs and before.all_held:
            return seen.as_before(run, before, inventory.folders, started)
        # What does the work takes longer to load than it takes to see that there is none.
        from site_gen.build import stages

        return stages.done(run, stages.Begun(inventory, before, inputs, found, started))


def _refuse_sources(options: Options) -> None:
    """Raise OutputError if the output would mix with what the site is made from."""
    target = Path(os.path.realpath(options.output))
    for source in (options.site, *(options.site / name for name in SOURCES)):
        inside = [target, *target.parents] if source != options.site else []
        around = Path(os.path.realpath(source))
        if _among(source, inside) or _among(target, [around, *around.parents]):
            raise output.OutputError(
                f"{options.output} cannot be the output: it would mix with {source}, from which "
                "the site is made. Nothing was published. Choose a folder that holds nothing else."
            )


def _among(folder: Path, places: Iterable[Path]) -> bool:
    """Whether a folder is one of these, however it is spelt."""
    return folder.exists() and any(one.exists() and one.samefile(folder) for one in places)


def _settings(options: Options, store: Path) -> tuple[SiteConfig, assets.Assets, list[Diagnostic]]:
    settings, found = seen.settings(options.site, store)
    if options.url:
        settings = replace(settings, url=config.base_url(options.url))
    static, problems = assets.load(options.site)
    return settings, static, [*found, *problems]


def _commit(settings: SiteConfig, options: Options) -> tuple[str, list[Diagnostic]]:
    """The commit that is checked out, if the history of texts is to be shown."""
    if not settings.history:
        return "", []
    from site_gen import history

    return history.state(options.site)
