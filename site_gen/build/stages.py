"""The stages of a build in their order, for a site in which something has changed."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Sequence
from concurrent.futures import BrokenExecutor
from dataclasses import replace
from functools import lru_cache, partial

from site_gen import (
    cache,
    check,
    config,
    markup,
    parallel,
    permalinks,
    related,
    render,
    search,
)
from site_gen.build import making, masking, planning, reading, sharing
from site_gen.build.planning import Planned
from site_gen.build.reading import Read
from site_gen.build.run import Report, Run, may_publish, several, told
from site_gen.build.seen import Seen
from site_gen.build.sharing import Parts
from site_gen.config import SiteConfig
from site_gen.diagnostics import Diagnostic, Location, error
from site_gen.frozen import frozen
from site_gen.model import OutputFile
from site_gen.output import Published
from site_gen.past import Past
from site_gen.sources import Inventory

FEW = 16
"""Groups of documents that are read anew, up to which one process is enough for the index."""

MANY = 3_000
"""Documents up to which the copying of memory takes longer than what a copy would do."""


@frozen
class Begun:
    """How a build began: its sources, what is left of the last one, the digest of all inputs, what
    was found so far, and when that was (as `time.monotonic` tells).
    """

    inventory: Inventory
    before: Seen
    inputs: str
    found: list[Diagnostic]
    started: float


def done(run: Run, begun: Begun) -> Report:
    """Read, assemble, plan, render and publish. Raises OutputError and CacheBroken."""
    options, target, before = run.options, run.target, begun.before
    found = list(begun.found)
    found += check_settings(run.settings)
    # To load what compiles them takes a while, in which a copy of this process may be at work.
    templates = lru_cache(partial(render.check_templates, options.site, run.templates, run.store))
    with contextlib.ExitStack() as copies:
        read, parts, planned = _planned(run, begun, lambda: [*found, *templates()], copies)
        found += templates()
        total = check.masked(planned.sum, read.masked)
        found += [*read.found, *planned.found]
        found += check.no_address(run.settings, found)
        if options.keep_going or not any(one.severity == "error" for one in found):
            found += check.nothing_to_publish(total)
        found = told(found, options)
        broken = any(one.code == "template-error" for one in found)
        publishing = target is not None and may_publish(found, options)
        indexed = parts.index if publishing and not broken else search.Index
        shown: list[Published] = []
        edited, early = _edited(read, before), None
        if publishing and edited and parts.early:
            early = _early(run, planned, before, shown)
        if not edited:
            indexed()  # Its workers are copies of this process, which grows with the pages.
        made = making.Made()
        if not broken:
            # What cannot be published is rendered too: its problems are told in the same run.
            wanted = run if publishing else replace(run, target=None)
            context = making.render_context(wanted, planned, before)
            if parts.known is not None:
                context.know(parts.known)
            files = partial(parts.files, context) if parts.files else None
            made = making.pages(wanted, planned, context, indexed, before, files, early)
            found += told(made.found, options)
        found = masking.printed(found, read)
        found = sorted(dict.fromkeys(found), key=lambda one: one.sort_key)
        missing = permalinks.unrecorded(run.ledger, planned.addresses) if run.ledger.kept else ()
        report = Report(tuple(found), total, None, 0, len(missing))
        if target and may_publish(found, options):
            published = target.publish([*indexed().files, *made.files])
            already = sum(one.written for one in shown)
            written, unchanged = published.written + already, published.unchanged - already
            published = replace(published, written=written, unchanged=unchanged)
            report = replace(report, published=published)
        if report.published:
            _leave(run, begun, made, report)
        # All is published already: without the plan the next build takes longer, and no more.
        with contextlib.suppress(BrokenExecutor):
            parts.keep()
        if report.published:
            stored = {*planned.keys, *indexed().keys, *made.keys, *planning.remembered(run)}
            with cache.Store(run.store) as store:
                store.keep_only(stored, read.keys, [related.key(run.program)])
    options.hold((read, parts, planned, made))
    return replace(report, seconds=time.monotonic() - begun.started)


def _planned(
    run: Run,
    begun: Begun,
    found: Callable[[], list[Diagnostic]],
    copies: contextlib.ExitStack,
) -> tuple[Read, Parts, Planned]:
    """What was read, what gives the parts of the build, and the plan; `found` is what was found
    before. Where most was new, what only planning asks for is gone then: it would lie in the memory
    of all processes that render.
    """
    before, jobs = begun.before, run.options.jobs
    read = reading.read(run, begun.inventory)
    many = several(jobs) and len(read.documents) > MANY and parallel.may_be_copied()
    beside = parallel.beside([partial(reading.keep, run, read)], many and bool(read.together))
    (keeping,) = copies.enter_context(beside)
    keep_read: Callable[[], None] = lru_cache(keeping)
    placed = planning.place(run, read)
    # Only here, where a copy of this process may still look at what is held.
    edited = _edited(read, before)
    mine = sharing.alone(run) if edited and several(jobs) else run
    if not many:
        parts = sharing.here(mine, read, placed, before)
    elif not edited:
        placed = planning.with_plan(run, placed)
        keep_read()  # To keep all documents takes much memory.
        like = planning.comparing(sharing.alone(run), read, placed)
        read = replace(read, signatures=related.Signed, together=None)
        parts = sharing.new(run, read, placed, before, like, found, copies)
    elif placed.planned is not None:
        parts = sharing.standing(mine, read, placed, before, [*found(), *read.found], copies)
    else:
        parts = sharing.edited(mine, read, placed, before, copies)
    keep_read()
    planned = planning.joined(mine, read, placed, parts.plan(), parts.like())
    planned = planning.remember(run, read, planned)
    return reading.lean(read), replace(parts, like=related.Related), planned


def _edited(read: Read, before: Seen) -> bool:
    """Whether little is new since the last build."""
    return len(before.held) > 0 and read.fresh <= FEW


def _early(
    run: Run, planned: Planned, before: Seen, shown: list[Published]
) -> Callable[[Sequence[OutputFile]], None] | None:
    """What publishes pages while all else stays as the last build left it, if that is wanted, and
    adds to `shown` what it did.
    """
    target, tell = run.target, run.options.early
    if target is None or tell is None or not before.all_held:
        return None
    if {page.url for page in planned.plan.pages} != before.past.pages().keys():
        # A page that came, went or moved is shown where the index and all files know of it.
        return None

    def publish(files: Sequence[OutputFile]) -> None:
        new = {file.path: file for file in files}
        if new.keys() <= before.held.keys() and any(before.held[path] != new[path] for path in new):
            shown.append(target.publish({**before.held, **new}.values()))
            tell()

    return publish


def _leave(run: Run, begun: Begun, made: making.Made, report: Report) -> None:
    """Leave in the store what the next build goes by."""
    assert run.target is not None
    # A fault of the program is tried again, at every build.
    again = any(one.code == "internal-error" for one in report.diagnostics)
    last, (new, gone) = begun.before.past, run.target.signatures()
    pages = {url: key for url, (key, _) in made.pages.items()}
    past = Past(
        run.settings.digested,
        begun.inventory.folders,
        begun.before.attachments.taken,
        made.frame,
        "" if again else begun.inputs,
        run.target.manifest,
        (report.diagnostics, report.sum, tuple(run.ledger.recorded), report.unrecorded),
        made.stamps,
        made.parts,
        lambda: last.signed(new, gone),
        pages=lambda: pages,
    )
    with cache.Store(run.store) as kept:
        past.save(kept, str(run.target.folder), last, (new, gone))


def check_settings(settings: SiteConfig) -> list[Diagnostic]:
    """An error for Markdown extensions that cannot be used."""
    problem = markup.check_extensions(markup.extension_settings(settings.markdown_extensions))
    if not problem:
        return []
    at = Location(config.SITE_FILE)
    hint = "Install the extension, or mend its name and settings under `markdown_extensions:`."
    return [error("config-value", at, f"A Markdown extension fails: {problem}", hint=hint)]
