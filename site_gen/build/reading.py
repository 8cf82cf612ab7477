"""The documents of a build: parsed in parallel, but for those that the store has."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import chain

from site_gen import cache, check, parallel, parse, related, sources
from site_gen.build.run import Run, several
from site_gen.diagnostics import Diagnostic, Location
from site_gen.frozen import frozen
from site_gen.model import Document, Withheld
from site_gen.paths import without_ending

MOST_GROUPS = 8
"""Groups of documents that a worker takes at a time."""
FEW_GROUPS = 4
"""Groups in which something was edited that are read before workers would have started."""


Kept = tuple[parse.Known, Sequence[tuple[Mapping[str, str], parse.Batch]]]
"""All groups of documents, and what came of sources each time, with the keys of their groups by
path.
"""


@frozen
class Read:
    """What the sources came to. `keys` are those of all that the store holds of it, `masked` the
    paths, without their endings, that are not to be printed, with what is printed instead,
    `quiet` the files of which nothing may be quoted, `signatures` gives those of articles by path,
    `described` the documents with all that describes them, `outline` the digest of what a plan is
    made from, `outlines` a line for each document with what it is made from of that.
    """

    inventory: sources.Inventory
    documents: tuple[Document, ...]
    failed: tuple[str, ...]
    keys: Collection[str]
    found: tuple[Diagnostic, ...]
    masked: Mapping[str, str]
    quiet: frozenset[str]
    signatures: Callable[[], related.Signed]
    described: parse.Described
    outline: str
    outlines: str
    fresh: int
    """How many groups of documents were read anew, and not taken from the store."""
    withheld: tuple[Withheld, ...]
    """What documents withhold, shown or not."""
    together: Kept | None = None
    """What is to be kept in one value, where much of it is not yet."""


def read(run: Run, inventory: sources.Inventory) -> Read:
    """Parse every document whose inputs are new."""
    described, found = parse.described(run.options.site, inventory, run.settings)
    groups = _Groups(run)
    whole = parse.Batch()
    failed = [one.path for one in inventory.sources if one.kind == "failed" and one.document_kind]
    unknown: list[tuple[str, Location]] = []
    masked: dict[str, str] = {}
    quiet: set[str] = set()
    withheld: list[Withheld] = []
    batches = groups.first(described)
    while True:
        waiting: list[str] = []
        for batch in batches:
            whole.add(batch)
            for one in batch.told:
                if one.waits:
                    waiting.append(one.path)
                    continue
                found += one.found
                unknown += one.unknown
                quiet.update(one.quiet)
                withheld += one.withheld
                if one.masked:
                    masked[without_ending(one.path)] = without_ending(one.masked)
        if not waiting:
            break
        if any(sources.document_kind(path) == "author" for path in (*failed, *whole.failed)):
            # A spelling that cannot be read would be shown.
            found += map(parse.no_spellings, waiting)
            failed += waiting
            break
        tasks = described.tasks(frozenset(waiting)).values()
        batches = groups.again(parse.again(tasks, whole.documents))
    groups.keep()
    if groups.many:
        parse.share(whole.documents, inventory.sources)
    else:
        # Little is freed with them: most of it lies in documents too, or in what is not read yet.
        run.options.hold((described, groups))
    # Documents come by groups; whatever looks at them in turn goes by path.
    whole = whole.in_order()
    found += check.unknown_keys(unknown, run.settings)
    lost = tuple(sorted([*failed, *whole.failed]))
    return Read(
        inventory,
        tuple(whole.documents),
        lost,
        groups.stored(whole.documents),
        tuple(found),
        masked,
        frozenset(quiet),
        partial(groups.signed, whole),
        described,
        cache.digest_of("".join(whole.outlines), *lost),
        "\n".join(whole.outlines),
        groups.fresh,
        tuple(withheld),
        groups.together if groups.many else None,
    )


def lean(read: Read) -> Read:
    """The same without what only planning asks for."""
    return replace(read, described=parse.Described(), signatures=related.Signed, together=None)


def keep(run: Run, read: Read) -> None:
    """Keep all documents in one value, where there is cause. Raises CacheBroken."""
    if read.together:
        with cache.Store(run.store) as store:
            parse.keep_together(store, *read.together)


class _Groups:
    """The groups of documents of a build: those that the store has, and those that it has not."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.context = parse.Context(run.options.site, run.settings, run.program, run.store)
        with cache.Store(run.store) as store:
            self.standing = parse.Together(store)
            self.last = parse.last(store)
        self.rounds: list[tuple[parse.Known, set[str], parse.Batch]] = []
        """What came of groups each time, with the paths of which nothing is kept."""
        self.keys: set[str] = set()
        self.fresh = 0
        self.alone = 0
        """How many groups are not in the one value that holds most."""

    def first(self, described: parse.Described) -> Iterator[parse.Batch]:
        """What comes of all documents, those that the store has first."""
        lines, known = described.lines, self.standing.known
        given = parse.grouped(
            lines, described.tasks, self.context, known, self.last, self.standing.keys
        )
        return self._parsed(len(lines), *given)

    def again(self, tasks: Mapping[str, parse.Task]) -> Iterator[parse.Batch]:
        """The same of these."""
        lines = [one.line for one in tasks.values()]
        given = parse.grouped(lines, lambda paths: tasks, self.context, held=self.standing.keys)
        return self._parsed(len(lines), *given)

    def _parsed(
        self, count: int, every: parse.Known, groups: Sequence[parse.Group]
    ) -> Iterator[parse.Batch]:
        wanted = set(filter(None, every.keys))
        self.keys |= wanted
        names = {parse.name(one.key): one for one in groups}
        with cache.Store(self.run.store) as store:
            alone = store.get_all(sorted(names))
        new = [group for name, group in names.items() if name not in alone]
        self.fresh += len(new)
        self.alone += len(groups)
        whole = parse.Batch()
        lost: set[str] = set()
        self.rounds.append((every, lost, whole))
        done = 0
        standing = self.standing.some(wanted)
        for batch in chain([standing, parse.unpacked(alone.values())], self._now(new, lost)):
            whole.add(batch)
            yield batch
            done += len(batch.documents) + len(batch.failed) + sum(one.waits for one in batch.told)
            if done:
                self.run.options.progress("Reading", done, count)

    def _now(self, groups: Sequence[parse.Group], lost: set[str]) -> Iterator[parse.Batch]:
        """What comes of the documents of groups that are parsed now.

        What a fault of the program left unread is tried again: it is `lost`.
        """
        # The more there are, the more a worker takes at a time.
        batches = parallel.chunks(groups, max(1, min(MOST_GROUPS, len(groups) // 32)))
        jobs = self.run.options.jobs
        if len(groups) <= FEW_GROUPS and all(one.before for one in groups) and several(jobs):
            jobs = 1
        made = parallel.ordered_map(parse.parse_groups, batches, self.context, jobs)
        for batch, values in zip(batches, made, strict=True):
            for group, (_, kept) in zip(batch, values, strict=True):
                lost.update(() if kept else group.paths)
            yield parse.unpacked([data for data, _ in values])

    @property
    def many(self) -> bool:
        """Whether many groups are not in the one value."""
        return self.alone > len(self.keys) // parse.SHARE

    @property
    def together(self) -> Kept:
        """What is to be kept in one value."""
        known, _, _ = self.rounds[0]
        rounds = []
        for every, lost, batch in self.rounds:
            keys = {path: key for path, key in every.by_path.items() if path not in lost}
            signatures: list[parse.Signature] = [*self.standing.signed(batch.signatures)]
            rounds.append((keys, replace(batch, signatures=signatures)))
        return known, rounds

    def signed(self, whole: parse.Batch) -> related.Signed:
        """The signatures of documents. Raises CacheBroken."""
        paths = [one.path for one in whole.documents]
        by_path = dict(zip(paths, whole.signatures, strict=True))
        return related.Signed(by_path, self.standing.signatures)

    def keep(self) -> None:
        """Keep which groups there are."""
        if self.fresh:
            known, _, _ = self.rounds[0]
            with cache.Store(self.run.store) as store:
                parse.keep_last(store, known.keys)

    def stored(self, documents: list[Document]) -> parse.Stored:
        """The keys of all that the store is to hold of groups and of their documents."""
        # A group that comes again is taken from the one value, with what lies elsewhere of it.
        others = [] if self.many else self.standing.others(self.keys)
        return parse.Stored(set(map(parse.name, self.keys)), [*documents, *others])
