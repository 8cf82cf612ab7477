"""The build, from content/ to output/. It reads as the table of contents of site_gen."""

from __future__ import annotations

import contextlib
import datetime
import gc
import hashlib
import os
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path

from site_gen import (
    archive,
    assets,
    cache,
    check,
    config,
    diagnostics,
    links,
    markup,
    output,
    pages,
    parallel,
    parse,
    remote,
    render,
    search,
    signatures,
    sources,
    svg,
)
from site_gen.check import Sum
from site_gen.config import SiteConfig
from site_gen.diagnostics import Diagnostic, Location, error
from site_gen.model import Archive, Document, OutputFile
from site_gen.output import Published
from site_gen.past import Past

SOURCES = ("content", "templates", "static")
WORK = ".site_gen"
"""The folder of the site that holds the cache, the locks and the preview."""

Progress = Callable[[str, int, int], None]
"""Told (what, done, of how many) as a build goes on."""


def _silent(what: str, done: int, total: int) -> None:
    """Show no progress."""


@dataclass(frozen=True, slots=True)
class Options:
    """What a build is asked to do.

    `date` is the only clock: it decides embargoes. `url` takes the place of the one in site.yml.
    `publish` is False for `check`. `jobs` is how many processes may work, or workers of other
    machines; the result does not depend on it.
    """

    site: Path
    output: Path
    date: datetime.date
    url: str = ""
    keep_going: bool = False
    strict: bool = False
    publish: bool = True
    jobs: int | remote.Remote = field(default_factory=parallel.usable_cores)
    progress: Progress = _silent


@dataclass(frozen=True, slots=True)
class Report:
    """What came of a build. `published` is None if nothing was."""

    diagnostics: tuple[Diagnostic, ...]
    sum: Sum
    published: Published | None
    seconds: float

    @property
    def failed(self) -> bool:
        """Whether there is an error."""
        return any(one.severity == "error" for one in self.diagnostics)


@dataclass(frozen=True, slots=True)
class _Seen:
    """What is left of the last build: its end, sources that are as they were, files it wrote.

    `all_held` says that output/ is as it left it, every file of it.
    """

    past: Past
    sources: signatures.Signatures
    held: Mapping[str, OutputFile]
    all_held: bool


@dataclass(frozen=True, slots=True)
class _Made:
    """What rendering came to: pages by URL with their keys, other files, problems."""

    pages: Mapping[str, tuple[str, OutputFile]] = field(default_factory=dict)
    others: tuple[OutputFile, ...] = ()
    found: tuple[Diagnostic, ...] = ()

    @property
    def files(self) -> list[OutputFile]:
        """All files."""
        return [*self.others, *(file for _, file in self.pages.values())]


@dataclass(frozen=True, slots=True)
class _Read:
    """What the sources came to."""

    inventory: sources.Inventory
    documents: tuple[Document, ...]
    failed: tuple[str, ...]
    keys: tuple[str, ...]
    found: tuple[Diagnostic, ...]


@dataclass(frozen=True, slots=True)
class _Planned:
    """What will be published, and where."""

    archive: Archive
    plan: pages.Plan
    links: links.Resolved
    attachments: Mapping[str, str]
    failed: tuple[str, ...]
    found: tuple[Diagnostic, ...]


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
    with contextlib.ExitStack() as stack:
        target = None
        if options.publish:
            target = stack.enter_context(output.Output(options.output, options.site / WORK))
        if isinstance(options.jobs, remote.Remote):
            folders = [target.stage_folder] if target else []
            extensions = config.load(options.site)[0].markdown_extensions
            joined = options.jobs.joined(store, folders, extensions)
            options = replace(options, jobs=stack.enter_context(joined))
        return _made(options, store, target)


def _made(options: Options, store: Path, target: output.Output | None) -> Report:
    started = time.monotonic()
    seen = _seen(options, store, target)
    settings, static, found = _settings(options)
    inventory, problems = sources.walk(options.site, settings, seen.sources)
    found += problems
    program = cache.program_digest(settings.markdown_extensions)
    inputs = _inputs(options, settings, program, static, inventory, seen, found)
    if target and inputs and inputs == seen.past.inputs and seen.all_held:
        return _as_before(seen, target, store, started)
    found += [*_check_settings(settings), *render.check_templates(options.site)]
    read = _read(options, settings, program, store, inventory)
    planned = _plan(options, settings, read, static)
    found += [*read.found, *planned.found]
    found += check.no_address(settings, found)
    if options.keep_going or not any(one.severity == "error" for one in found):
        found += check.nothing_to_publish(_sum(planned))
    if options.strict:
        found = diagnostics.strict(found)
    made = _Made()
    index = search.Index()
    if not any(one.code == "template-error" for one in found):
        # What cannot be published is rendered too: its problems are told in the same run.
        wanted = target if _may_publish(found, options) else None
        if wanted:
            index = _index(options, settings, program, planned, store, wanted, seen.held)
        made = _render(options, settings, program, planned, static, store, wanted, index, seen)
        found += diagnostics.strict(made.found) if options.strict else made.found
    found = sorted(dict.fromkeys(found), key=lambda one: one.sort_key)
    published = None
    if target and _may_publish(found, options):
        published = target.publish([*index.files, *made.files])
        result = tuple(found), _sum(planned)
        if any(one.code == "internal-error" for one in found):
            inputs = ""  # It is tried again, at every build.
        past = Past(
            seen.sources.taken, target.signatures(), made.pages, inputs, target.manifest, result
        )
        with cache.Store(store) as kept:
            kept.keep_only((*read.keys, *index.keys))
            past.save(kept, str(target.folder))
    return Report(tuple(found), _sum(planned), published, time.monotonic() - started)


def _seen(options: Options, store: Path, target: output.Output | None) -> _Seen:
    """What is left of the last build: in the store, and in output/."""
    with cache.Store(store) as kept:
        past = Past.load(kept, os.path.realpath(options.output))
    try:
        now = signatures.clock(store)
    except OSError as problem:
        raise cache.CacheBroken(f"{store}: {problem}") from problem
    if target is None:
        return _Seen(past, signatures.Signatures(past.sources, now), {}, all_held=False)
    held = target.held(past.output)
    all_held = len(held) == target.size and target.manifest == past.manifest
    return _Seen(past, signatures.Signatures(past.sources, now), held, all_held)


def _inputs(
    options: Options,
    settings: SiteConfig,
    program: str,
    static: assets.Assets,
    inventory: sources.Inventory,
    seen: _Seen,
    found: Sequence[Diagnostic],
) -> str:
    """The digest of all that a build is made from, and of what was found in reading it; empty
    where that is not certain.
    """
    attachments = []
    for one in inventory.attachments:
        try:
            status = os.stat(options.site / one.path)
        except OSError:
            return ""  # It went away just now; whatever needs it will tell.
        if not seen.sources.settled(status):
            return ""
        attachments.append(str(signatures.signature(status)))
    return cache.digest_of(
        program,
        settings.model_dump_json(),
        f"{options.date} {options.keep_going} {options.strict}",
        repr(found),
        *(f"{path} {hashlib.sha256(data).hexdigest()}" for path, data in static.files.items()),
        render.templates_digest(options.site),
        *(f"{one.kind} {one.path} {one.digest} {one.size} {one.rule}" for one in inventory.sources),
        *attachments,
    )


def _as_before(seen: _Seen, target: output.Output, store: Path, started: float) -> Report:
    """The report of the last build, from whose inputs and outputs nothing has changed."""
    past = replace(seen.past, sources=seen.sources.taken, output=target.signatures())
    if past != seen.past:
        with cache.Store(store) as kept:
            past.save(kept, str(target.folder))
    found, total = past.result
    published = Published(0, target.size, 0)
    return Report(found, total, published, time.monotonic() - started)


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


def _sum(planned: _Planned) -> Sum:
    held_back = planned.archive.held_back
    return Sum(
        len(planned.archive.articles),
        {path: why for path, why in held_back.items() if _is_article(path)},
        tuple(sorted({path for path in planned.failed if _is_article(path)})),
    )


def _settings(options: Options) -> tuple[SiteConfig, assets.Assets, list[Diagnostic]]:
    settings, found = config.load(options.site)
    if options.url:
        settings = settings.model_copy(update={"url": config.base_url(options.url)})
    static, problems = assets.load(options.site)
    return settings, static, [*found, *problems]


def _check_settings(settings: SiteConfig) -> list[Diagnostic]:
    problem = markup.check_extensions(markup.extension_settings(settings.markdown_extensions))
    if not problem:
        return []
    at = Location(config.SITE_FILE)
    hint = "Install the extension, or mend its name and settings under `markdown_extensions:`."
    return [error("config-value", at, f"A Markdown extension fails: {problem}", hint=hint)]


def _read(
    options: Options,
    settings: SiteConfig,
    program: str,
    store: Path,
    inventory: sources.Inventory,
) -> _Read:
    """Parse every document, in parallel, but for those that the store has."""
    tasks, found = parse.tasks(options.site, inventory, settings)
    context = parse.Context(options.site, settings, program, store)
    documents: list[Document] = []
    failed = [one.path for one in inventory.sources if one.kind == "failed" and one.document_kind]
    unknown: list[tuple[str, Location]] = []
    groups = parse.groups(tasks, context)
    new: list[parse.Group] = []
    known: list[list[parse.Parsed]] = []
    with cache.Store(store) as values:
        for group in groups:
            kept = parse.kept(values, group)
            if kept is None:
                new.append(group)
            else:
                known.append(kept)
    done = 0
    parsed_now = parallel.ordered_map(parse.parse_group, new, context, options.jobs)
    for results in chain(known, parsed_now):
        for parsed in results:
            found += parsed.found
            unknown += parsed.unknown
            if parsed.document is None:
                failed.append(parsed.path)
            else:
                documents.append(parsed.document)
        done += len(results)
        options.progress("Reading", done, len(tasks))
    # Documents come by groups; whatever looks at them in turn goes by path.
    documents.sort(key=lambda one: one.path)
    found += check.unknown_keys(unknown, settings)
    keys = tuple(key for group in groups for key in group.stored)
    return _Read(inventory, tuple(documents), tuple(sorted(failed)), keys, tuple(found))


def _plan(options: Options, settings: SiteConfig, read: _Read, static: assets.Assets) -> _Planned:
    """Assemble the archive and give everything its URL; what cannot have one fails."""
    failed = list(read.failed)
    found: list[Diagnostic] = []
    documents = list(read.documents)
    while True:
        whole, problems = archive.assemble(documents, options.date)
        urls, collisions = pages.place_documents(whole)
        plan, in_the_way = pages.plan(whole, urls, settings)
        out = {one.location.path for one in (*collisions, *in_the_way)}
        found += [*collisions, *in_the_way]
        if not out:
            found += problems
            break
        failed += sorted(out)
        documents = [one for one in documents if one.path not in out]
    places = {one.path: pages.attachment_url(one.path) for one in read.inventory.attachments}
    unsafe = check.unsafe(places, settings)
    attachments = {path: url for path, url in places.items() if path not in unsafe}
    unpublished = dict.fromkeys(failed, "it has errors") | dict(whole.held_back) | unsafe
    shown = _shown(whole)
    resolver = links.Resolver(
        {one.path: one for one in shown},
        {**urls, **_entity_urls(whole, plan)},
        attachments,
        unpublished,
        (page.url for page in plan.pages),
    )
    resolved, problems = links.resolve(shown, resolver)
    found += problems
    used = {path: attachments[path] for path in sorted(resolved.attachments)}
    files = [*((f"static/{name}", url) for name, url in static.urls.items()), *used.items()]
    found += pages.files_in_the_way(files, plan, [output.MANIFEST])
    found += check.leftovers(places, resolved.attachments, resolved.withheld, settings)
    return _Planned(whole, plan, resolved, used, tuple(failed), tuple(found))


def _shown(whole: Archive) -> list[Document]:
    entries = [
        one.entry for group in whole.entities.values() for one in group.values() if one.entry
    ]
    return [*whole.articles.values(), *whole.pages.values(), *entries]


def _entity_urls(whole: Archive, plan: pages.Plan) -> dict[str, str]:
    return {
        one.entry.path: plan.entity_urls[kind, key]
        for kind, group in whole.entities.items()
        for key, one in group.items()
        if one.entry
    }


def _is_article(path: str) -> bool:
    return sources.document_kind(path) == "article"


def _may_publish(found: Sequence[Diagnostic], options: Options) -> bool:
    """Whether errors, if there are any, concern single documents that can be left out."""
    errors = [one for one in found if one.severity == "error"]
    return not errors or (options.keep_going and not any(map(whole_site, errors)))


def whole_site(problem: Diagnostic) -> bool:
    """Whether an error is one that no single document can be left out for."""
    if problem.code == "internal-error":
        # One in reading a document fails it alone; a page that is planned is linked to already.
        return not problem.location.path.startswith(f"{sources.CONTENT}/")
    return problem.code in diagnostics.WHOLE_SITE or problem.location.path == config.SITE_FILE


def _index(
    options: Options,
    settings: SiteConfig,
    program: str,
    planned: _Planned,
    store: Path,
    target: output.Output,
    held: Mapping[str, OutputFile],
) -> search.Index:
    """Index the text of every published article, in parallel, and stage the index."""
    options.progress("Indexing", 0, 1)
    place = search.Place(
        store,
        target.stage_folder,
        target.folder,
        program,
        options.jobs,
        lambda file: held.get(file.path) == file,
    )
    made = search.make(planned.archive, planned.plan.urls, settings.language, place)
    options.progress("Indexing", 1, 1)
    return made


def _render(
    options: Options,
    settings: SiteConfig,
    program: str,
    planned: _Planned,
    static: assets.Assets,
    store: Path,
    target: output.Output | None,
    index: search.Index,
    seen: _Seen,
) -> _Made:
    """Render all pages in parallel and, with a target, stage them with all that is published."""
    inputs = render.Inputs(
        options.site,
        settings,
        planned.archive,
        planned.plan,
        planned.links,
        static.urls,
        store,
        index.root,
        program,
    )
    stage = target.stage_folder if target else None
    kept = {
        url: page
        for url, page in seen.past.pages.items()
        if target is None or seen.held.get(url) == page[1]
    }
    context = render.Context(inputs, stage, target.folder if target else options.output, kept)
    others: list[OutputFile] = []
    if target:
        others += [
            _staged(target, path, data) for path, data in {**static.files, ".nojekyll": b""}.items()
        ]
    found: list[Diagnostic] = []
    for path, url in planned.attachments.items():
        try:
            others += _attachment(options.site, path, url, target, seen)
        except OSError as reason:
            found.append(assets.unreadable(path, reason.strerror or str(reason)))
        except ValueError as reason:
            found.append(check.unsafe_svg(path, str(reason)))
    pages = render.standing(context, planned.plan.pages)
    new = [page for page in planned.plan.pages if page.url not in pages]
    chunks = parallel.chunks(new, render.CHUNK)
    done = len(pages)
    for rendered in parallel.ordered_map(render.render_chunk, chunks, context, options.jobs):
        pages |= rendered.pages
        found += rendered.found
        done = min(done + render.CHUNK, len(planned.plan.pages))
        options.progress("Writing", done, len(planned.plan.pages))
    return _Made(pages, tuple(others), tuple(found))


def _staged(target: output.Output, path: str, data: bytes) -> OutputFile:
    return output.stage(target.stage_folder, target.folder, path, data)


def _attachment(
    site: Path, path: str, url: str, target: output.Output | None, seen: _Seen
) -> list[OutputFile]:
    """Stage an attachment, but not one that output/ holds as it is.

    Raises OSError if it cannot be read, ValueError if it is an unsafe drawing.
    """
    drawing = check.ending(url) == ".svg"
    status = os.stat(site / path)
    digest = seen.sources.digest(path, status)
    held = seen.held.get(url)
    if target and not drawing and held and digest == held.digest:
        return [held]
    data = sources.read_bytes(site, path)
    if len(data) == status.st_size:
        seen.sources.take(path, status, hashlib.sha256(data).hexdigest())
    published = svg.sanitise(data) if drawing else data
    return [_staged(target, url, published)] if target else []
