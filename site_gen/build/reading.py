"""The documents of a build: parsed in parallel, but for those that the store has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from site_gen import cache, check, parallel, parse, sources
from site_gen.build.run import Run
from site_gen.diagnostics import Diagnostic, Location
from site_gen.model import Document, Withheld
from site_gen.paths import without_ending

MOST_GROUPS = 8
"""Groups of documents that a worker takes at a time."""


@dataclass(frozen=True, slots=True)
class Read:
    """What the sources came to. `keys` are those of all that the store holds of it, `masked` the
    paths, without their endings, that are not to be printed, with what is printed instead,
    `quiet` the files of which nothing may be quoted, `signatures` those of articles by path,
    `tasks` the documents with all that describes them, `outline` the digest of what a plan is made
    from.
    """

    inventory: sources.Inventory
    documents: tuple[Document, ...]
    failed: tuple[str, ...]
    keys: tuple[str, ...]
    found: tuple[Diagnostic, ...]
    masked: Mapping[str, str]
    quiet: frozenset[str]
    signatures: Mapping[str, bytes]
    tasks: tuple[parse.Task, ...]
    outline: str
    fresh: int
    """How many groups of documents were read anew, and not taken from the store."""
    withheld: tuple[Withheld, ...]
    """What documents withhold, shown or not."""


def read(run: Run, inventory: sources.Inventory) -> Read:
    """Parse every document whose inputs are new."""
    tasks, found = parse.tasks(run.options.site, inventory, run.settings)
    given = tuple(tasks)
    context = parse.Context(run.options.site, run.settings, run.program, run.store)
    documents: list[Document] = []
    signatures: dict[str, bytes] = {}
    outlines: dict[str, str] = {}
    failed = [one.path for one in inventory.sources if one.kind == "failed" and one.document_kind]
    unknown: list[tuple[str, Location]] = []
    masked: dict[str, str] = {}
    quiet: set[str] = set()
    withheld: list[Withheld] = []
    keys: list[str] = []
    fresh: list[parse.Group] = []
    while tasks:
        waiting: list[str] = []
        for parsed in _parsed(run, context, tasks, keys, fresh):
            if parsed.waits:
                waiting.append(parsed.path)
                continue
            found += parsed.found
            unknown += parsed.unknown
            quiet.update(parsed.quiet)
            withheld += parsed.withheld
            if parsed.masked and parsed.masked != parsed.path:
                masked[without_ending(parsed.path)] = without_ending(parsed.masked)
            if parsed.document is None:
                failed.append(parsed.path)
            else:
                documents.append(parsed.document)
                signatures[parsed.path] = parsed.signature
                outlines[parsed.path] = parsed.outline
        if waiting and any(sources.document_kind(path) == "author" for path in failed):
            # A spelling that cannot be read would be shown.
            found += map(parse.no_spellings, waiting)
            failed += waiting
            break
        tasks = parse.again(tasks, waiting, documents)
    # Documents come by groups; whatever looks at them in turn goes by path.
    documents.sort(key=lambda one: one.path)
    found += check.unknown_keys(unknown, run.settings)
    lost = tuple(sorted(failed))
    whole = cache.digest_of("".join(outlines[one.path] for one in documents), *lost)
    return Read(
        inventory,
        tuple(documents),
        lost,
        tuple(keys),
        tuple(found),
        masked,
        frozenset(quiet),
        signatures,
        given,
        whole,
        len(fresh),
        tuple(withheld),
    )


def _parsed(
    run: Run,
    context: parse.Context,
    tasks: Sequence[parse.Task],
    keys: list[str],
    fresh: list[parse.Group],
) -> Iterator[parse.Parsed]:
    """What comes of each document, those that the store has first. Adds the `keys` of all, and
    the groups that are read anew to `fresh`.
    """
    groups = parse.groups(tasks, context)
    keys += (key for group in groups for key in group.stored)
    new: list[parse.Group] = []
    known: list[list[parse.Parsed]] = []
    with cache.Store(run.store) as values:
        for group, kept in zip(groups, parse.kept(values, groups), strict=True):
            if kept is None:
                new.append(group)
            else:
                known.append(kept)
    fresh += new
    done = 0
    # The more there are, the more a worker takes at a time.
    batches = parallel.chunks(new, max(1, min(MOST_GROUPS, len(new) // 32)))
    parsed_now = parallel.ordered_map(parse.parse_groups, batches, context, run.options.jobs)
    for results in chain(known, parsed_now):
        yield from results
        done += len(results)
        run.options.progress("Reading", done, len(tasks))
