"""The files of a build: the search index, pages, static files and attachments, staged."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from functools import partial

from site_gen import assets, check, output, parallel, render, search, sources
from site_gen.build.planning import Placed, Planned, since
from site_gen.build.run import Run
from site_gen.build.seen import Seen
from site_gen.diagnostics import Diagnostic
from site_gen.frozen import frozen
from site_gen.model import OutputFile, Page, Withheld
from site_gen.past import Past

Pages = dict[str, tuple[str, OutputFile]]
"""Pages by URL, each with its key."""


FILES_AT_ONCE = 16
"""Files for programs that a worker takes at a time: some take as long as hundreds of pages."""


@frozen
class Made:
    """What rendering came to: pages by URL with their keys, other files, problems.

    `frame` is what all pages depend on, `stamps` are those of the documents that they show, `keys`
    are those of what the store keeps of files for programs, `parts` the digests of parts of these.
    """

    pages: Mapping[str, tuple[str, OutputFile]] = field(default_factory=dict)
    others: tuple[OutputFile, ...] = ()
    found: tuple[Diagnostic, ...] = ()
    frame: str = ""
    stamps: render.Stamps = render.NONE
    keys: tuple[str, ...] = ()
    parts: Mapping[str, str] = field(default_factory=dict)

    @property
    def files(self) -> list[OutputFile]:
        """All files."""
        return [*self.others, *(file for _, file in self.pages.values())]


@frozen
class Filed:
    """The files for programs, by URL with their keys, problems, the keys of what the store keeps
    of them, and the digests of their parts.
    """

    pages: Pages
    found: tuple[Diagnostic, ...]
    keys: tuple[str, ...]
    parts: Mapping[str, str]


def index(run: Run, placed: Placed | Planned, seen: Seen) -> search.Index:
    """Index the text of every published article, in parallel, and stage the index."""
    return prepared(run, placed, seen)()


def prepared(run: Run, placed: Placed | Planned, seen: Seen) -> Callable[[], search.Index]:
    """What makes the index. What it needs of articles but texts and facets is in the store then."""
    if run.target is None:
        return search.Index
    place = search.Place(
        run.store,
        run.target.stage_folder,
        run.target.folder,
        run.program,
        run.options.jobs,
        lambda file: seen.held.get(file.path) == file,
        *since(placed),
    )
    make = search.prepared(placed.archive, placed.urls, run.settings.language, place)

    def made() -> search.Index:
        run.options.progress("Indexing", 0, 1)
        index = make()
        run.options.progress("Indexing", 1, 1)
        return index

    return made


def pages(
    run: Run,
    planned: Planned,
    context: render.Context,
    indexed: Callable[[], search.Index],
    seen: Seen,
    filed: Callable[[], Filed | None] | None = None,
    early: Callable[[Sequence[OutputFile]], None] | None = None,
) -> Made:
    """Render all pages in parallel and, with a target, stage them with all that is published.

    `indexed` gives the search index, which the page of the search shows, and `filed` the files for
    programs, if they may be made elsewhere. `early` is given all files but those for programs and
    the page of the search. Where neither is the case, files for programs are made with the pages:
    to begin again takes workers a while.
    """
    target, together = run.target, not (filed or early)
    others: list[OutputFile] = []
    if target:
        static = {**run.static.files, ".nojekyll": b""}
        others += [_staged(target, path, data) for path, data in static.items()]
    found: list[Diagnostic] = []
    for path, url in planned.attachments.items():
        try:
            staged, told = _attachment(run, path, url, seen, planned.guarded.get(path))
            others += staged
            found += told
        except OSError as reason:
            found.append(assets.unreadable(path, reason.strerror or str(reason)))
        except ValueError as reason:
            found.append(check.unsafe_svg(path, str(reason)))
    frame, stamps = context.renderer.frame, context.stamps_to_keep
    late = ("search",) if together else ("file", "search")
    made, problems = _rendered(run, context, [one for one in _all(context) if one.kind not in late])
    if early and not problems and not found:
        early([*others, *(file for _, file in made.values())])
    rest = filed() if filed else None
    # One page alone shows where the search index is.
    search_page = [one for one in _all(context) if one.kind == "search"]
    searching, told = _rendered(run, context.showing(indexed().root), search_page)
    made |= searching
    problems += told
    rest = rest or (_filed(context, {}, ()) if together else files(run, context))
    found += [*problems, *rest.found]
    whole = made | rest.pages
    return Made(whole, tuple(others), tuple(found), frame, stamps, rest.keys, rest.parts)


def render_context(run: Run, planned: Planned, seen: Seen) -> render.Context:
    """What pages are rendered from."""
    inputs = render.Inputs(
        run.options.site,
        run.settings,
        planned.archive,
        planned.plan,
        planned.links,
        run.static.urls,
        run.store,
        "",
        run.program,
        run.templates,
        run.copies,
        planned.key,
    )
    stage = run.target.stage_folder if run.target else None
    folder = run.target.folder if run.target else run.options.output
    past = seen.past
    held = seen.held if run.target else None
    known = past.pages() if held is None or seen.all_held else _standing(past, held)
    then = past.frame, past.stamps, past.parts
    made = render.Context(inputs, stage, folder, known, held, *then, planned.earlier)
    run.options.hold(made)
    return made


def _standing(past: Past, held: Mapping[str, OutputFile]) -> dict[str, str]:
    """The pages of the last build whose files are as it left them, with their keys."""
    nothing, other = OutputFile("", "", 0), OutputFile("", "-", 0)
    return {
        url: key
        for url, key in past.pages().items()
        if held.get(url, nothing).digest == (past.files() or {}).get(url, other).digest
    }


def _all(context: render.Context) -> Sequence[Page]:
    return context.inputs.plan.pages


def _rendered(
    run: Run, context: render.Context, pages: Sequence[Page]
) -> tuple[Pages, list[Diagnostic]]:
    """Pages by URL with their keys, those that stand and those that are rendered now."""
    made, new = render.standing(context, pages)
    found: list[Diagnostic] = []
    # Files that hold all of the archive come first, or one worker would be left with them. A few
    # of both, as most edits leave, are made before another process had begun.
    files = [one for one in new if one[0].kind == "file"]
    files.sort(key=lambda one: context.renderer.files.in_pieces(one[0]), reverse=True)
    others = [one for one in new if one[0].kind != "file"]
    if len(files) <= FILES_AT_ONCE and len(others) <= render.CHUNK:
        chunks = parallel.chunks([*files, *others], FILES_AT_ONCE + render.CHUNK)
    else:
        chunks = [*parallel.chunks(files, FILES_AT_ONCE), *parallel.chunks(others, render.CHUNK)]
    done = len(made)
    # All that pages are made from is here already, and a copy of it for each worker.
    results = parallel.ordered_map(render.render_chunk, chunks, context, run.options.jobs, True)
    for chunk, rendered in zip(chunks, results, strict=True):
        made |= rendered.pages
        found += rendered.found
        done += len(chunk)
        run.options.progress("Writing", done, len(pages))
    return made, found


def files(run: Run, context: render.Context) -> Filed:
    """The files for programs, which do not show what articles have to do with each other."""
    made, found = _rendered(run, context, [one for one in _all(context) if one.kind == "file"])
    return _filed(context, made, found)


def _filed(context: render.Context, made: Pages, found: Sequence[Diagnostic]) -> Filed:
    made_by = context.renderer.files
    return Filed(made, tuple(found), tuple(made_by.stored), made_by.parts.now)


def _staged(target: output.Output, path: str, data: bytes) -> OutputFile:
    return output.stage(target.stage_folder, target.folder, path, data)


def _attachment(
    run: Run, path: str, url: str, seen: Seen, withheld: Sequence[Withheld] | None
) -> tuple[list[OutputFile], list[Diagnostic]]:
    """Stage an attachment, but not one that output/ holds as it is.

    `withheld` are words that must not be in it. Raises OSError if it cannot be read, ValueError if
    it is an unsafe drawing.
    """
    drawing = check.ending(url) == ".svg"
    held = seen.held.get(url)
    read = partial(sources.read_bytes, run.options.site, path)
    digest, data = seen.attachments.read(path, os.stat(run.options.site / path), read)
    as_it_is = not drawing and withheld is None
    if run.target and as_it_is and held and digest == held.digest:
        return [held], []
    if data is None:
        data = read()
    # Here, because most builds have nothing that is to be made safe.
    from site_gen import guarded, svg

    published = svg.sanitise(data) if drawing else data
    told: list[Diagnostic] = []
    if withheld is not None:
        allowed, problem = guarded.published(published, path, withheld)
        told += [problem] if problem else []
        if allowed is None:
            return [], told
        published = allowed
    return ([_staged(run.target, url, published)] if run.target else []), told
