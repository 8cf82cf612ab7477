"""What is left of the last build, and whether anything is to be done at all."""

from __future__ import annotations

import hashlib
import os
import pickle
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from site_gen import cache, config, output, parallel, signatures, sources
from site_gen.build.run import Options, Report, Run, several
from site_gen.config import SiteConfig
from site_gen.diagnostics import Diagnostic
from site_gen.frozen import frozen
from site_gen.model import OutputFile
from site_gen.past import Past


@frozen
class Seen:
    """What is left of the last build: its end, attachments that it read, and what gives the files
    in output/ that are as it left them, and whether all are.
    """

    past: Past
    attachments: signatures.Signatures
    looked: Callable[[], tuple[Mapping[str, OutputFile], bool]]

    @property
    def held(self) -> Mapping[str, OutputFile]:
        """The files in output/ that are as the last build left them."""
        return self.looked()[0]

    @property
    def all_held(self) -> bool:
        """Whether output/ is as the last build left it, every file of it."""
        return self.looked()[1]


def past(options: Options, store: Path) -> tuple[Past, int]:
    """What the store has of the last build, and the time now by the clock of files."""
    with cache.Store(store) as kept:
        found = Past.load(kept, os.path.realpath(options.output))
    try:
        now = signatures.clock(store)
    except OSError as problem:
        raise cache.CacheBroken(f"{store}: {problem}") from problem
    return found, now


def known(
    past: Past, now: int, settings: SiteConfig, looked: Looked | None = None
) -> sources.Known:
    """What a walk through content/ need not look at again."""
    same = past.seen_by == settings.digested
    return sources.Known(past.folders, same, now, looked.standing if looked else None)


def settings(site: Path, store: Path) -> tuple[SiteConfig, list[Diagnostic]]:
    """What `sitefile.load` gives. Settings without a mistake are kept for the next build."""
    raw, found = config.read(site)
    if raw is None:
        return SiteConfig(), found
    key = f"{cache.PAST}{cache.program_digest()} settings"
    digest = hashlib.sha256(raw).hexdigest()
    with cache.Store(store) as kept:
        data = kept.get(key)
        known: tuple[str, SiteConfig] = ("", SiteConfig()) if data is None else pickle.loads(data)
        if known[0] == digest:
            return known[1], []
        # To load what checks the file takes longer than to see that it is as it was.
        from site_gen import sitefile

        made, found = sitefile.parsed(raw)
        if not found:
            kept.put([(key, pickle.dumps((digest, made)))])
    return made, found


@frozen
class Looked:
    """What is looked at while a build begins: `held`, as `Seen` has it, and which of the folders of
    content/ stand; None where only this process looks, when it is asked.
    """

    held: Callable[[], tuple[Mapping[str, OutputFile], bool]]
    standing: Callable[[], sources.Standing] | None = None


@contextmanager
def looked(options: Options, target: output.Output | None, past: Past) -> Iterator[Looked]:
    """Look at what stands in output/; where that is much, in a copy of this process, and at what
    stands in content/ before. The copy must not be the first to ask.
    """
    if target is None:
        yield Looked(lambda: ({}, False))
        return
    there = target
    many = there.many and several(options.jobs)

    def look() -> output.Looked:
        return there.look_at(past.manifest, past.output() or ())

    def kept() -> signatures.Kept:
        return dict(past.output() or ())

    works = (lambda: sources.standing(options.site, sources.loaded(past.folders)), look)
    with parallel.beside(works, many) as (standing, seen):

        @lru_cache
        def held() -> tuple[Mapping[str, OutputFile], bool]:
            same = there.manifest == past.manifest  # It is read while the copy still looks.
            found = there.hold(seen(), kept)
            return found, same and len(found) == there.size

        yield Looked(held, standing if many else None)


def inputs(run: Run, inventory: sources.Inventory, seen: Seen, found: Sequence[Diagnostic]) -> str:
    """The digest of all that a build is made from, and of what was found in reading it; empty
    where that is not certain.
    """
    attachments = []
    for one in inventory.attachments:
        try:
            status = os.stat(run.options.site / one.path)
        except OSError:
            return ""  # It went away just now; whatever needs it will tell.
        if not seen.attachments.settled(status):
            return ""
        attachments.append(str(signatures.signature(status)))
    return cache.digest_of(
        run.program,
        run.settings.digested,
        f"{run.options.date} {run.options.keep_going} {run.options.strict}",
        repr(found),
        *(f"{path} {hashlib.sha256(data).hexdigest()}" for path, data in run.static.files.items()),
        run.templates,
        repr(run.ledger),
        run.copies.digest,
        run.commit,
        inventory.said,
        *attachments,
    )


def as_before(run: Run, seen: Seen, folders: Mapping[str, bytes], started: float) -> Report:
    """The report of the last build, from whose inputs and outputs nothing has changed."""
    assert run.target is not None
    new, gone = run.target.signatures()
    past = replace(seen.past, folders=folders, output=lambda: seen.past.signed(new, gone))
    if past != seen.past or new or gone:
        with cache.Store(run.store) as kept:
            past.save(kept, str(run.target.folder), seen.past, (new, gone))
    found, total, _, unrecorded = past.result
    published = output.Published(0, run.target.size, 0)
    return Report(found, total, published, time.monotonic() - started, unrecorded)
