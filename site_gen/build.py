"""The build, from content/ to output/. It reads as the table of contents of site_gen."""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
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
    render,
    sources,
    svg,
)
from site_gen.check import Sum
from site_gen.config import SiteConfig
from site_gen.diagnostics import Diagnostic, Location, error
from site_gen.model import Archive, Document, OutputFile
from site_gen.output import Published

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
    `publish` is False for `check`. `jobs` is how many processes may work; the result does not
    depend on it.
    """

    site: Path
    output: Path
    date: datetime.date
    url: str = ""
    keep_going: bool = False
    strict: bool = False
    publish: bool = True
    jobs: int = field(default_factory=parallel.usable_cores)
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
    """Read, assemble, plan, render and publish a site. Raises OutputError."""
    try:
        return _build(options)
    except cache.CacheBroken:
        # A damaged cache costs time and nothing else.
        cache.discard(options.site / WORK / "cache")
        return _build(options)


def _build(options: Options) -> Report:
    started = time.monotonic()
    settings, found = _settings(options)
    if found:
        return _nothing(options, found, started)
    read = _read(options, settings)
    planned = _plan(options, settings, read)
    found += [*read.found, *planned.found, *render.check_templates(options.site)]
    found += check.nothing_to_publish(
        len(planned.archive.articles) + len(planned.archive.held_back), len(planned.failed)
    )
    if options.strict:
        found = diagnostics.strict(found)
    total = Sum(
        len(planned.archive.articles),
        {path: why for path, why in planned.archive.held_back.items() if _is_article(path)},
        tuple(path for path in planned.failed if _is_article(path)),
    )
    published = None
    if options.publish and _may_publish(found, options):
        with output.Output(options.output, options.site / WORK) as target:
            files, problems = _render(options, settings, planned, target)
            found += diagnostics.strict(problems) if options.strict else problems
            if _may_publish(found, options):
                published = target.publish(files)
        with cache.Store(options.site / WORK / "cache") as store:
            store.keep_only(read.keys)
    found = sorted(dict.fromkeys(found), key=lambda one: one.sort_key)
    return Report(tuple(found), total, published, time.monotonic() - started)


def _settings(options: Options) -> tuple[SiteConfig, list[Diagnostic]]:
    settings, found = config.load(options.site)
    if options.url:
        settings = settings.model_copy(update={"url": config.base_url(options.url)})
    problem = markup.check_extensions(markup.extension_settings(settings.markdown_extensions))
    if problem:
        at = Location(config.SITE_FILE)
        hint = "Install the extension, or mend its name and settings under `markdown_extensions:`."
        found.append(error("config-value", at, f"A Markdown extension fails: {problem}", hint=hint))
    return settings, found


def _nothing(options: Options, found: Sequence[Diagnostic], started: float) -> Report:
    return Report(tuple(found), Sum(0, {}, ()), None, time.monotonic() - started)


def _read(options: Options, settings: SiteConfig) -> _Read:
    """Walk content/ and parse every document, in parallel, by the cache where it can."""
    inventory, found = sources.walk(options.site, settings)
    tasks, problems = parse.tasks(options.site, inventory, settings)
    found += problems
    context = parse.Context(
        options.site, settings, cache.program_digest(), options.site / WORK / "cache"
    )
    documents: list[Document] = []
    failed = [one.path for one in inventory.sources if one.kind == "failed" and one.document_kind]
    unknown: list[tuple[str, Location]] = []
    chunks = parallel.chunks(tasks, parse.CHUNK)
    done = 0
    for results in parallel.ordered_map(parse.parse_chunk, chunks, context, options.jobs):
        for parsed in results:
            found += parsed.found
            unknown += parsed.unknown
            if parsed.document is None:
                failed.append(parsed.path)
            else:
                documents.append(parsed.document)
        done += len(results)
        options.progress("Reading", done, len(tasks))
    found += check.unknown_keys(unknown, settings)
    keys = tuple(
        f"{what} {key}"
        for task in tasks
        for key in [parse.key_of(task, context)]
        for what in ("document", "body")
    )
    return _Read(inventory, tuple(documents), tuple(failed), keys, tuple(found))


def _plan(options: Options, settings: SiteConfig, read: _Read) -> _Planned:
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
    active = check.active(read.inventory.sources)
    attachments = {
        one.path: pages.attachment_url(one.path)
        for one in read.inventory.attachments
        if one.path not in active
    }
    unpublished = dict.fromkeys(failed, "it has errors") | dict(whole.held_back) | active
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
    found += pages.attachments_in_the_way(used, plan)
    found += check.leftovers(read.inventory.sources, resolved.attachments | active.keys())
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
    if not errors:
        return True
    return options.keep_going and all(one.code not in diagnostics.WHOLE_SITE for one in errors)


def _render(
    options: Options, settings: SiteConfig, planned: _Planned, target: output.Output
) -> tuple[list[OutputFile], list[Diagnostic]]:
    """Render all pages in parallel and stage them with everything else that is published."""
    static = assets.load(options.site)
    context = render.Context(
        options.site,
        settings,
        planned.archive,
        planned.plan,
        planned.links,
        static.urls,
        options.site / WORK / "cache",
        target.stage_folder,
        target.folder,
    )
    files = [
        _staged(target, path, data) for path, data in {**static.files, ".nojekyll": b""}.items()
    ]
    found: list[Diagnostic] = []
    for path, url in planned.attachments.items():
        data, problem = _attachment(options.site, path)
        if problem:
            found.append(problem)
        if data is not None:
            files.append(_staged(target, url, data))
    chunks = parallel.chunks(planned.plan.pages, render.CHUNK)
    done = 0
    for rendered in parallel.ordered_map(render.render_chunk, chunks, context, options.jobs):
        files += rendered.files
        found += rendered.found
        done += len(rendered.files)
        options.progress("Writing", done, len(planned.plan.pages))
    return files, found


def _staged(target: output.Output, path: str, data: bytes) -> OutputFile:
    return output.stage(target.stage_folder, target.folder, path, data)


def _attachment(site: Path, path: str) -> tuple[bytes | None, Diagnostic | None]:
    """The bytes of an attachment as they are published, or why they are not."""
    try:
        data = sources.read_bytes(site, path)
    except OSError as reason:
        message = f"The file cannot be read: {reason.strerror or reason}"
        return None, error("unreadable", Location(path), message, hint="Make it readable for you.")
    if not path.lower().endswith(".svg"):
        return data, None
    try:
        return svg.sanitise(data), None
    except ValueError as reason:
        return None, check.unsafe_svg(path, str(reason))
