"""The plan of a build: the archive, a URL for everything, and where all links lead."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import field, replace

from site_gen import (
    archive,
    cache,
    check,
    links,
    output,
    pages,
    parallel,
    parse,
    people,
    permalinks,
    related,
    sources,
    threads,
    world,
)
from site_gen.build import repeated
from site_gen.build.reading import Read
from site_gen.build.run import Run
from site_gen.check import Sum
from site_gen.diagnostics import Diagnostic
from site_gen.frozen import frozen
from site_gen.model import Archive, Document, Earlier, Withheld
from site_gen.near import Near
from site_gen.paths import Names
from site_gen.permalinks import Address

RESERVED = (output.MANIFEST,)
"""Names in output/ that are for site_gen alone."""

NOTHING = Archive({}, {}, {}, {})

FEW = 16
"""Outlines that came or went up to which the archive that was placed last is amended."""
_PLACED = " placed"
GONE = Document("article", "", "", "", "", "")
"""What stands for a document that was in it."""


@frozen
class Placed:
    """The archive with a URL for each of its documents: what is known before pages are planned.

    `documents` are all that were read, `failed` the paths of those that are not in the archive
    since they have errors, which `found` tells; `problems` are those of the archive.
    """

    key: str
    documents: Sequence[Document]
    attachments: tuple[str, ...]
    archive: Archive
    urls: Mapping[str, str]
    failed: tuple[str, ...]
    found: tuple[Diagnostic, ...] = ()
    problems: tuple[Diagnostic, ...] = ()
    planned: Planned | None = None
    """All of the plan, where the store has it."""
    names: Names = field(default_factory=Names)
    """The `urls` of what was placed, to compare others with, where the store has no plan."""
    earlier: Earlier | None = None
    """The archive that this one was amended from."""


@frozen
class Planned:
    """What will be published, and where."""

    archive: Archive
    plan: pages.Plan
    links: links.Resolved
    attachments: Mapping[str, str]
    failed: tuple[str, ...]
    found: tuple[Diagnostic, ...]
    guarded: Mapping[str, tuple[Withheld, ...]]
    """Attachments of documents with withheld words, by path, and these words."""
    key: str = ""
    """The digest of all that this is made from, but for what articles have to do with each other.
    """
    kept: bool = False
    """Whether the store has it."""
    with_files: bool = True
    """Whether no file for programs is left out since something else has its place."""
    earlier: Earlier | None = field(default=None, compare=False)
    """The archive that this one was amended from, if no such file is or was left out."""

    @property
    def keys(self) -> tuple[str, ...]:
        """Under which the store has it: all but what was placed, and that."""
        return _keys(self.key)

    @property
    def urls(self) -> Mapping[str, str]:
        """Those of documents, by path."""
        return self.plan.urls

    @property
    def addresses(self) -> tuple[Address, ...]:
        """The addresses worth keeping, with the source of each."""
        return _addresses(self.archive, self.plan)

    @property
    def sum(self) -> Sum:
        """What became of every article."""
        return Sum(
            len(self.archive.articles),
            {path: why for path, why in self.archive.held_back.items() if _is_article(path)},
            tuple(sorted({path for path in self.failed if _is_article(path)})),
            sum(map(_is_article, self.archive.withdrawn)),
        )

    @property
    def kept_from(self) -> dict[str, tuple[str, ...]]:
        """The sources that hold what readers must not see, by what became of them."""
        shown = _shown(self.archive)
        return {
            "Failed": tuple(sorted(set(self.failed))),
            "Held back": tuple(sorted(self.archive.held_back)),
            "Withdrawn": tuple(sorted(self.archive.withdrawn)),
            "Anonymised": tuple(sorted(one.path for one in shown if one.anonymous)),
            "Redacted": tuple(
                sorted(one.path for one in shown if one.withheld and not one.anonymous)
            ),
        }


def plan(run: Run, read: Read) -> Planned:
    """Assemble the archive and give everything its URL; what cannot have one fails."""
    return finish(run, place(run, read))


def place(run: Run, read: Read) -> Placed:
    """Assemble the archive and give its documents their URLs.

    A plan is kept: where only texts were edited, it is that of the last build.
    """
    documents: Sequence[Document] = read.documents
    if run.copies.known:
        documents = list(map(run.copies.filled, documents))
    key = _key(run, read)
    with cache.Store(run.store) as store:
        kept, there = map(store.parts, _keys(key))
    placed = begun(read, documents, key)
    if kept is None or there is None:
        return _amended(run, read, placed) or assembled(run, placed)
    whole, urls = repeated.unpacked(there, documents)
    made = repeated.unpacked(kept, articles=whole.articles)
    return _with_plan(placed, _whole(made, whole, urls))


def keep(run: Run, read: Read, planned: Planned) -> None:
    """Put a plan into the store that it has not yet. Raises CacheBroken."""
    if planned.kept:
        return
    whole, urls = planned.archive, repeated.ByPath(planned.plan.urls)
    made = replace(_whole(planned, NOTHING, {}), kept=True, earlier=None)
    data = repeated.packed(made, articles=whole.articles)
    there = repeated.packed((whole, urls), read.documents)
    there.append(read.outlines.encode())
    with cache.Store(run.store) as store:
        store.put(zip(planned.keys, map(cache.joined, (data, there)), strict=True))
        store.put([(_last(), f"{_shared(run)} {planned.keys[1]}".encode())])


def _whole(planned: Planned, whole: Archive, urls: Mapping[str, str]) -> Planned:
    """A plan with the archive and the URLs of documents, which it is packed without."""
    return replace(planned, archive=whole, plan=replace(planned.plan, urls=urls))


def _keys(key: str) -> tuple[str, str]:
    return key, f"{key}{_PLACED}"


def _key(run: Run, read: Read) -> str:
    """What a plan is kept under: the digest of all that it is made from."""
    digest = cache.digest_of(
        run.program,
        run.settings.digested,
        str(run.options.date),
        repr(run.ledger),
        run.copies.digest,
        repr(sorted(run.static.urls.items())),
        repr([one.path for one in read.inventory.attachments]),
        read.outline,
    )
    return f"plan {digest}"


def _last() -> str:
    """Under what the store has which archive was placed last."""
    return f"{cache.PAST}{cache.program_digest()} placed"


def _shared(run: Run) -> str:
    """The digest of what an archive is brought together by, and what pages show beside it, but for
    documents and program.
    """
    return cache.digest_of(run.settings.digested, str(run.options.date), run.copies.digest)


def _amended(run: Run, read: Read, placed: Placed) -> Placed | None:
    """What was placed last, with the few articles that came and went since; None where that takes
    more, or where copies of texts, which are in no outline, tell more of documents.
    """
    if run.copies.known or placed.failed:
        return None
    with cache.Store(run.store) as store:
        shared, _, key = (store.get(_last()) or b"").decode().partition(" ")
        parts = store.parts(key) if shared == _shared(run) else None
    if parts is None:
        return None
    before, now = parts[-1].decode().splitlines(), read.outlines.splitlines()
    moved = {*before}.symmetric_difference(now)
    if len(moved) > FEW:
        return None
    went = [at for at, one in enumerate(before) if one in moved]
    came = [one for one, of in zip(placed.documents, now, strict=True) if of in moved]
    stay = [one for one, of in zip(placed.documents, now, strict=True) if of not in moved]
    for at in went:
        stay.insert(at, GONE)
    whole, urls = repeated.unpacked(parts, stay)
    gone = [key for key, one in whole.articles.items() if one is GONE]
    if len(gone) != len(went) or _count(whole) != len(before):
        return None
    made = archive.amended(whole, gone, came, run.options.date)
    if made is None:
        return None
    made, told = threads.joined(made, run.settings.language)
    urls, names, collisions = pages.place_documents(made, urls)
    if collisions:
        return None
    earlier = Earlier(whole, key.removesuffix(_PLACED), frozenset(one.path for one in came))
    placed = replace(placed, archive=made, urls=urls, names=names, problems=tuple(told))
    return replace(placed, earlier=earlier)


def _last_plan(run: Run, placed: Placed) -> Planned | None:
    """The plan of the archive that was amended, if the store has it."""
    if placed.earlier is None:
        return None
    with cache.Store(run.store) as store:
        parts = store.parts(placed.earlier.key)
    if parts is None:
        return None
    made: Planned = repeated.unpacked(parts, articles=placed.earlier.archive.articles)
    return made


def _count(whole: Archive) -> int:
    """How many documents are in an archive; those that failed since pages collide are in none."""
    entries = [one for group in whole.entities.values() for one in group.values() if one.entry]
    groups = (whole.articles, whole.pages, whole.withdrawn, whole.held_back, entries)
    return sum(map(len, groups))


def begun(read: Read, documents: Sequence[Document], key: str = "") -> Placed:
    """What planning begins with: documents, of which nothing is placed."""
    attachments = tuple(one.path for one in read.inventory.attachments)
    return Placed(key, documents, attachments, NOTHING, {}, read.failed)


def assembled(run: Run, placed: Placed) -> Placed:
    """The documents that have not failed, brought together, each with its URL."""
    known = world.known() if run.settings.world else {}
    while True:
        failed = frozenset(placed.failed)
        documents: Sequence[Document] = placed.documents
        if failed:
            documents = [one for one in documents if one.path not in failed]
        whole, problems = archive.assemble(documents, run.options.date, known)
        whole, told = threads.joined(whole, run.settings.language)
        urls, names, collisions = pages.place_documents(whole)
        if not collisions:
            placed = replace(placed, archive=whole, urls=urls, names=names)
            return replace(placed, problems=(*problems, *told))
        placed = _without(placed, collisions)


def _without(placed: Placed, found: Sequence[Diagnostic]) -> Placed:
    """The same where documents fail, as is told of them."""
    out = sorted({one.location.path for one in found})
    found = (*placed.found, *found)
    return replace(placed, failed=(*placed.failed, *out), found=found, earlier=None)


def with_plan(run: Run, placed: Placed) -> Placed:
    """What was placed, with all of the plan."""
    return _with_plan(placed, finish(run, placed))


def _with_plan(placed: Placed, made: Planned) -> Placed:
    return replace(placed, archive=made.archive, urls=made.urls, failed=made.failed, planned=made)


def finish(run: Run, placed: Placed) -> Planned:
    """All of the plan."""
    if placed.planned is not None:
        return placed.planned
    names, earlier, last = placed.names, placed.earlier, _last_plan(run, placed)
    planned = pages.Before(earlier.archive, last.plan) if earlier and last else None
    plan, in_the_way = pages.plan(
        placed.archive, placed.urls, names, run.settings, RESERVED, planned
    )
    if in_the_way:
        return finish(run, assembled(run, _without(placed, in_the_way)))
    whole, urls, failed = placed.archive, placed.urls, placed.failed
    found = [*placed.found, *placed.problems]
    moved = [*_placed(whole, urls, "former"), *_entries(whole, plan)]
    redirects, problems = pages.redirects(moved, plan.pages, run.settings.url, RESERVED)
    found += problems
    addresses = _addresses(whole, plan) if run.ledger.recorded else ()
    away = _away(run, placed)
    standing = (*plan.pages, *redirects)
    held, problems = permalinks.kept(run.ledger, standing, addresses, away, bool(failed))
    found += problems
    plan = replace(plan, pages=(*plan.pages, *redirects, *held))
    places = {path: pages.attachment_url(path) for path in placed.attachments}
    unsafe = check.unsafe(places, run.settings)
    attachments = {path: url for path, url in places.items() if path not in unsafe}
    found += people.spellings(whole)
    names = names.and_also([one.url for one in plan.pages if one.kind != "article"])
    taken = names.and_also([*run.static.urls.values(), *attachments.values()])
    absolute = bool(run.settings.url)
    files, all_there = pages.files_for_programs(whole, plan.pages, plan.urls, taken, absolute)
    names = names.and_also([one.url for one in files])
    plan = replace(plan, pages=(*plan.pages, *files))
    unpublished = dict.fromkeys(failed, "it has errors") | dict(whole.held_back) | unsafe
    shown = _shown(whole)
    resolver = links.Resolver(
        {one.path: one for one in (*shown, *whole.withdrawn.values())},
        {**urls, **_entity_urls(whole, plan)},
        attachments,
        unpublished,
        (page.url for page in plan.pages),
        {*failed, *whole.held_back},
    )
    linked = None
    if earlier and last:
        linked = links.Before(last.links, earlier.came, last.attachments)
    resolved, problems = links.resolve(shown, resolver, linked)
    found += problems
    used = {path: attachments[path] for path in sorted(resolved.attachments)}
    others = [*((f"static/{name}", url) for name, url in run.static.urls.items()), *used.items()]
    found += pages.files_in_the_way(others, plan, names, RESERVED)
    held_back = whole.held_back
    hidden = [one for one in placed.documents if one.path in held_back] if held_back else []
    refers = resolved.attachments | links.attachments_of(hidden, resolver)
    found += check.leftovers(places, refers, resolved.withheld, run.settings, bool(failed))
    guarded = _guarded(shown, resolved, used)
    known = all_there and last is not None and last.with_files
    return Planned(
        whole,
        plan,
        resolved,
        used,
        failed,
        tuple(found),
        guarded,
        placed.key,
        with_files=all_there,
        earlier=earlier if known else None,
    )


def _guarded(
    shown: Iterable[Document], resolved: links.Resolved, used: Mapping[str, str]
) -> dict[str, tuple[Withheld, ...]]:
    """The attachments that documents with withheld words refer to."""
    found: dict[str, tuple[Withheld, ...]] = {}
    among = frozenset(used.values())
    for document in shown if used else ():
        targets = among.intersection(resolved.targets.get(document.path, ()))
        if targets and (document.withheld or document.anonymous):
            for path, url in used.items():
                if url in targets:
                    found[path] = (*found.get(path, ()), *document.withheld)
    return found


def comparing(run: Run, read: Read, placed: Placed | Planned) -> Callable[[], related.Related]:
    """What finds for every published article those that are like it, and other versions of it."""
    place = related.Place(run.store, run.program, run.options.jobs)
    signatures = read.signatures()
    return related.comparing(placed.archive, signatures, run.settings, place, *since(placed))


def relate(run: Run, read: Read, placed: Placed | Planned) -> related.Related:
    """What that finds."""
    run.options.progress("Relating", 0, 1)
    made = comparing(run, read, placed)()
    run.options.progress("Relating", 1, 1)
    return made


def joined(
    run: Run, read: Read, placed: Placed, planned: Planned, like: related.Related
) -> Planned:
    """The plan with what the articles that were placed have to do with each other."""
    if planned.failed != placed.failed:
        # What is in the way of a page is in the archive no more.
        like = relate(run, read, planned)
    near = Near(planned.archive.articles, run.settings.related, like.rows)
    whole = replace(planned.archive, related=near, versions=like.versions)
    return replace(planned, archive=whole, found=(*planned.found, *like.found))


def _stands_for(key: str, failed: Sequence[str]) -> str:
    """What stands for an archive: the key of its plan with what failed, since what fails only when
    pages are planned leaves another archive under the same key; empty where that is not known.
    """
    return cache.digest_of(key, *failed) if key else ""


def since(placed: Placed | Planned) -> tuple[str, str, Collection[str]]:
    """What stands for an archive and what for the earlier one that it was amended from, with the
    paths of the documents that came since; the last two are empty where it was not amended.
    """
    known, earlier = _stands_for(placed.key, placed.failed), placed.earlier
    return (known, _stands_for(earlier.key, ()), earlier.came) if earlier else (known, "", ())


def remember(run: Run, read: Read, planned: Planned) -> Planned:
    """Find for every published article when its text changed, if that is to be shown."""
    if not run.commit:
        return planned
    run.options.progress("Looking back", 0, 1)
    from site_gen import history

    context = parse.Context(run.options.site, run.settings, run.program, run.store)
    # The workers of other machines may lack git.
    jobs = run.options.jobs if isinstance(run.options.jobs, int) else parallel.usable_cores()
    articles = planned.archive.articles
    tasks = read.described.tasks({one.path for one in articles.values()})
    place = history.Place(run.commit, context, jobs)
    found, problems = history.find(articles, tasks, place)
    run.options.progress("Looking back", 1, 1)
    whole = replace(planned.archive, history=found)
    return replace(planned, archive=whole, found=(*planned.found, *problems))


def remembered(run: Run) -> tuple[str, ...]:
    """The keys of what the store holds of the history of texts."""
    if not run.commit:
        return ()
    from site_gen import history

    return history.keys(run.commit, run.program)


def _shown(whole: Archive) -> list[Document]:
    entries = [
        one.entry for group in whole.entities.values() for one in group.values() if one.entry
    ]
    return [*whole.articles.values(), *whole.pages.values(), *entries]


def _entity_urls(whole: Archive, plan: pages.Plan) -> dict[str, str]:
    return {entry.path: url for entry, url in _entries(whole, plan)}


def _entries(whole: Archive, plan: pages.Plan) -> list[tuple[Document, str]]:
    """The entries of the registries, each with the URL of its page."""
    return [
        (one.entry, plan.entity_urls[kind, key])
        for kind, group in whole.entities.items()
        for key, one in group.items()
        if one.entry
    ]


def _placed(
    whole: Archive, urls: Mapping[str, str], having: str = "path"
) -> list[tuple[Document, str]]:
    """The articles, free pages and tombstones that have a field, each with its URL."""
    groups = (whole.articles, whole.pages, whole.withdrawn)
    documents = [one for group in groups for one in group.values() if getattr(one, having)]
    return [(one, urls[one.path]) for one in documents]


def _addresses(whole: Archive, plan: pages.Plan) -> tuple[Address, ...]:
    """The addresses worth keeping, with the source of each: for a name without an entry, the first
    article that bears it.
    """
    kept = [Address(url, one.path, one.path, one.title) for one, url in _placed(whole, plan.urls)]
    for kind, group in whole.entities.items():
        for key, one in group.items():
            first = next(iter((*one.articles, *one.translated)), "")
            entry = one.entry.path if one.entry else f"content/{pages.FOLDER[kind]}/{key}.yml"
            source = whole.articles[first].path if first and not one.entry else entry
            kept.append(Address(plan.entity_urls[kind, key], source, entry))
    return tuple(kept)


def _away(run: Run, placed: Placed) -> dict[str, str]:
    """What is not published just now, by source and by former address, and why."""
    away = dict.fromkeys(placed.failed, "it has errors") | dict(placed.archive.held_back)
    for document in placed.documents if away else ():
        if document.former and document.path in away:
            for written in document.former:
                away[pages.former_url(written, run.settings.url)] = away[document.path]
    return away


def _is_article(path: str) -> bool:
    return sources.document_kind(path) == "article"
