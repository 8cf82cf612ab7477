"""The stages of a build in their order, for a site in which something has changed."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from functools import partial

from site_gen import (
    cache,
    check,
    config,
    diagnostics,
    markup,
    parallel,
    permalinks,
    related,
    render,
    search,
)
from site_gen.build import making, masking, planning, reading
from site_gen.build.run import Report, Run, may_publish, several, silent
from site_gen.build.seen import Seen
from site_gen.config import SiteConfig
from site_gen.diagnostics import Diagnostic, Location, error
from site_gen.past import Past
from site_gen.sources import Inventory

FEW = 16
"""Groups of documents that are read anew, up to which one process is enough for the index."""


@dataclass(frozen=True, slots=True)
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
    options, target, before, inputs = run.options, run.target, begun.before, begun.inputs
    found = list(begun.found)
    found += check_settings(run.settings)
    found += render.check_templates(options.site, run.templates, run.store)
    read = reading.read(run, begun.inventory)
    plan = planning.plan(run, read)
    few = read.fresh <= FEW and len(before.held) > 0 and several(options.jobs)
    index_all = partial(making.index, _alone(run) if few else run, plan, before)
    with parallel.beside(index_all, few) as indexed:
        planned = planning.remember(run, read, planning.relate(run, read, plan))
        total = check.masked(planned.sum, read.masked)
        found += [*read.found, *planned.found]
        found += check.no_address(run.settings, found)
        if options.keep_going or not any(one.severity == "error" for one in found):
            found += check.nothing_to_publish(total)
        if options.strict:
            found = diagnostics.strict(found)
        broken = any(one.code == "template-error" for one in found)
        publishing = target is not None and may_publish(found, options)
        index = indexed() if publishing and not broken else search.Index()
    made = making.Made()
    with parallel.beside(partial(planning.keep, run, plan), few and not plan.kept) as keep:
        if not broken:
            # What cannot be published is rendered too: its problems are told in the same run.
            wanted = run if publishing else replace(run, target=None)
            alone = _alone(wanted) if few else None
            made = making.pages(wanted, planned, index, before, alone)
            found += diagnostics.strict(made.found) if options.strict else made.found
        keep()
    found = masking.printed(found, read)
    found = sorted(dict.fromkeys(found), key=lambda one: one.sort_key)
    published = None
    unrecorded = len(permalinks.unrecorded(run.ledger, planned.addresses)) if run.ledger.kept else 0
    if target and may_publish(found, options):
        published = target.publish([*index.files, *made.files])
        result = tuple(found), total, tuple(run.ledger.recorded), unrecorded
        if any(one.code == "internal-error" for one in found):
            inputs = ""  # It is tried again, at every build.
        past = Past(
            before.sources.taken,
            target.signatures(),
            {url: (key, file.digest) for url, (key, file) in made.pages.items()},
            made.frame,
            inputs,
            target.manifest,
            result,
            made.stamps,
            before.past.whole,
        )
        with cache.Store(run.store) as kept:
            stored = *read.keys, planned.key, *index.keys, *made.keys, *planning.remembered(run)
            kept.keep_only((*stored, related.key(run.program)))
            past.save(kept, str(target.folder))
    seconds = time.monotonic() - begun.started
    return Report(tuple(found), total, published, seconds, unrecorded)


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
