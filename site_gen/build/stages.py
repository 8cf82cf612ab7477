"""The stages of a build in their order, for a site in which something has changed."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import BrokenExecutor
from dataclasses import replace
from functools import lru_cache, partial
from typing import Any

from site_gen import (
    cache,
    check,
    config,
    diagnostics,
    markup,
    parallel,
    parse,
    permalinks,
    related,
    render,
    search,
)
from site_gen.build import making, masking, planning, reading
from site_gen.build.run import Options, Report, Run, may_publish, several, silent
from site_gen.build.seen import Seen
from site_gen.config import SiteConfig
from site_gen.diagnostics import Diagnostic, Location, error
from site_gen.frozen import frozen
from site_gen.model import Document, OutputFile
from site_gen.output import Published
from site_gen.past import Past
from site_gen.sources import Inventory

FEW = 16
"""Groups of documents that are read anew, up to which one process is enough for the index."""

MANY = 3_000
"""Documents up to which the copying of memory takes longer than what a copy would do."""

PER_WORD = 30
"""Documents for each word that one has on average, up to which the index of an edited site takes
half the time of all that is made of it."""

VERY_MANY = 50_000
"""Documents of a new site up to which there is memory to compare them beside the index."""


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
    found += render.check_templates(options.site, run.templates, run.store)
    read = reading.read(run, begun.inventory)
    many = several(options.jobs) and len(read.documents) > MANY
    with contextlib.ExitStack() as copies:
        beside = parallel.beside([partial(reading.keep, run, read)], many and bool(read.together))
        (keeping,) = copies.enter_context(beside)
        keep_read: Callable[[], None] = lru_cache(keeping)
        placed = planning.place(run, read)
        # Only here, where a copy of this process may still look at what is held.
        small = len(before.held) > 0 and read.fresh <= FEW
        apart = many and small
        one = _alone(run) if small and several(options.jobs) else run
        plan = lru_cache(partial(planning.finish, run, placed))
        copied = apart or (many and len(read.documents) <= VERY_MANY)
        by_itself = _alone(run) if copied else one
        like: Callable[[], related.Related] = partial(planning.relate, by_itself, read, placed)
        keep: Callable[[], None] = lru_cache(lambda: planning.keep(run, read, plan()))
        index: Callable[[], search.Index] = lru_cache(lambda: making.index(one, plan(), before))
        # Where the plan of an edited site stands, files for programs are made by whoever comes to
        # them first; else a copy of this process makes the index, which needs no plan, and before
        # that finds what is related if it has time for both.
        stands = apart and placed.planned is not None
        wordy = apart and not stands and _wordy(read.documents)
        first = parallel.claim(stands)

        def filed(context: Callable[[], render.Context]) -> making.Filed | None:
            return making.files(one, context()) if first() else None

        works: Sequence[Callable[[], Any]] = (like,)
        if stands:
            works = like, lambda: filed(lambda: making.render_context(one, plan(), before))
        elif apart:
            indexing = lru_cache(partial(making.index, one, placed, before))
            works = (indexing,) if wordy else (like, indexing)
            search.load()  # Of this, what takes longest is needed here too.
        if not small:
            # With all documents new, what keeps them takes as much memory as what compares them.
            plan()
            keep_read()
        there = copies.enter_context(parallel.beside(works if copied else (), copied))
        if copied and not wordy:
            like = there[0]
        files: Callable[[], making.Filed | None] | None = None
        keys: Sequence[str] | None = None
        if apart and not stands:
            if plan().failed == placed.failed:
                index = there[-1]
            else:
                # What is in the way of a page is in the index no more. Both would stage files, the
                # copy perhaps while this process publishes.
                there[-1]()
            context = making.render_context(one, plan(), before)
            keys = context.renderer.keys_of_all  # Files are told apart by them, and pages.
            works = partial(making.files, one, context), keep
            files, keep = copies.enter_context(parallel.beside(works, True))
        elif copied:
            keep()
            if may_publish(_told([*found, *read.found, *plan().found], options), options):
                index()
        keep_read()
        alike = like()
        planned = planning.joined(one, read, placed, plan(), alike)
        planned = planning.remember(run, read, planned)
        # What only planning asks for would lie in the memory of all processes that render.
        read = replace(read, described=parse.Described(), signatures=dict, together=None)
        like = related.Related
        total = check.masked(planned.sum, read.masked)
        found += [*read.found, *planned.found]
        found += check.no_address(run.settings, found)
        if options.keep_going or not any(one.severity == "error" for one in found):
            found += check.nothing_to_publish(total)
        found = _told(found, options)
        broken = any(one.code == "template-error" for one in found)
        publishing = target is not None and may_publish(found, options)
        indexed = index if publishing and not broken else search.Index
        shown: list[Published] = []
        early = _early(run, planned, before, shown) if publishing and small and not apart else None
        if not small:
            indexed()  # Its workers are copies of this process, which grows with the pages.
        made = making.Made()
        if not broken:
            # What cannot be published is rendered too: its problems are told in the same run.
            wanted = run if publishing else replace(run, target=None)
            context = making.render_context(wanted, planned, before)
            if keys is not None:
                context.renderer.keys_of_all = keys
            if stands:
                files = lambda: filed(lambda: context) or there[1]()  # noqa: E731
            made = making.pages(wanted, planned, context, indexed, before, files, early)
            found += _told(made.found, options)
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
        # All is published already: without the plan the next build takes longer, and no more.
        with contextlib.suppress(BrokenExecutor):
            keep()
        if report.published:
            stored = {*planned.keys, *indexed().keys, *made.keys, *planning.remembered(run)}
            _leave(run, begun, made, report, [stored, read.keys])
    options.hold((read, placed, plan, planned, made))
    return replace(report, seconds=time.monotonic() - begun.started)


def _wordy(documents: Sequence[Document]) -> bool:
    """Whether texts are so long, and so few, that their index takes half the time of all."""
    return len(documents) ** 2 <= PER_WORD * sum(one.words for one in documents)


def _told(found: Sequence[Diagnostic], options: Options) -> list[Diagnostic]:
    """What was found as it is told: where that is asked for, warnings are errors."""
    return diagnostics.strict(found) if options.strict else list(found)


def _early(
    run: Run, planned: planning.Planned, before: Seen, shown: list[Published]
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


def _leave(
    run: Run, begun: Begun, made: making.Made, report: Report, keys: Sequence[Collection[str]]
) -> None:
    """Leave in the store what the next build goes by. `keys` are those of all that it holds."""
    assert run.target is not None
    # A fault of the program is tried again, at every build.
    again = any(one.code == "internal-error" for one in report.diagnostics)
    with cache.Store(run.store) as kept:
        kept.keep_only(*keys, [related.key(run.program)])
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


def _alone(run: Run) -> Run:
    """The run for what is done beside it, by one process."""
    return replace(run, options=replace(run.options, jobs=1, progress=silent))


def check_settings(settings: SiteConfig) -> list[Diagnostic]:
    """An error for Markdown extensions that cannot be used."""
    problem = markup.check_extensions(markup.extension_settings(settings.markdown_extensions))
    if not problem:
        return []
    at = Location(config.SITE_FILE)
    hint = "Install the extension, or mend its name and settings under `markdown_extensions:`."
    return [error("config-value", at, f"A Markdown extension fails: {problem}", hint=hint)]
