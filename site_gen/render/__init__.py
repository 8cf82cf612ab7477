"""Pages to files: what each template is given, relative links, bodies with their links.

What renders is loaded where it is first asked for: it takes a while, and of an edited site a copy
of this process is at work on the index by then.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from site_gen import cache
from site_gen.diagnostics import Diagnostic
from site_gen.frozen import frozen
from site_gen.model import Earlier, OutputFile, Page
from site_gen.output import OutputError, stage, stage_pieces
from site_gen.render.inputs import Inputs
from site_gen.render.moved import NONE, Moved, Stamps, Stayed, keys_before, known_by, stamps
from site_gen.render.once import Once
from site_gen.render.parts import Parts

if TYPE_CHECKING:
    from site_gen.render.bodies import Kept
    from site_gen.render.renderer import Renderer

__all__ = [
    "CHUNK",
    "NONE",
    "Context",
    "Inputs",
    "Rendered",
    "Stamps",
    "check_templates",
    "render_chunk",
    "standing",
]

FEW = 10
"""Pages that may show few articles of all."""
CHUNK = 100
"""Pages that a worker takes at a time."""
READ_AHEAD = 25
"""Pages whose texts are read from the store at once."""


@dataclass(frozen=True)
class Context:
    """What a worker needs to render. Without a stage the pages are rendered and forgotten.

    `past` are the pages of an earlier build whose files stand, each with its key, and `held` the
    files in output/; None where nothing is published. `frame` is what all of these
    pages depended on, `stamps` are those of their documents, and `parts` the digests of parts of
    files for programs. `earlier` is the archive that what is rendered was amended from, if all else
    that pages show of names is the same.
    """

    inputs: Inputs
    stage_folder: Path | None
    output_folder: Path
    past: Mapping[str, str] = field(default_factory=dict)
    held: Mapping[str, OutputFile] | None = None
    frame: str = ""
    stamps: Stamps = NONE
    parts: Mapping[str, str] = field(default_factory=dict)
    earlier: Earlier | None = None

    @cached_property
    def renderer(self) -> Renderer:
        """Made once in each process, since compiled templates cannot travel."""
        from site_gen.render.renderer import Renderer

        moved = self.moved.articles if self.moved else None
        return Renderer(self.inputs, Parts(self.parts, moved))

    @cached_property
    def folders(self) -> Once[str, bool]:
        """Which folders output/ has, as it is before anything is published."""
        return Once(lambda folder: os.path.isdir(f"{self.output_folder}/{folder}"))

    def __getstate__(self) -> dict[str, Any]:
        stay = ("renderer", "folders", "stamps_now", "moved", "stayed", "keys", "earlier")
        return {name: value for name, value in vars(self).items() if name not in stay}

    def kept(self, pages: Sequence[Page]) -> dict[str, tuple[str, OutputFile]]:
        """The pages that the earlier build had, by URL, each with its key and its file, which
        stands.
        """
        past, held = self.past, self.held
        urls = [page.url for page in pages]
        if held is None:
            return {url: (past[url], OutputFile(url, "", 0)) for url in urls if url in past}
        both = zip(urls, map(past.get, urls), map(held.get, urls), strict=True)
        return {url: (key, file) for url, key, file in both if key is not None and file is not None}

    def showing(self, index: str) -> Context:
        """The same with the URL of the root of the search index, which one page shows."""
        made = replace(self, inputs=replace(self.inputs, index=index))
        vars(made).update(stamps_now=self.stamps_now, moved=self.moved, stayed=self.stayed)
        return made

    @cached_property
    def stamps_now(self) -> Stamps:
        """The stamps of the documents as they are."""
        return stamps(self.inputs)

    @cached_property
    def moved(self) -> Moved | None:
        """What moved since the pages were kept, if all that was planned for them stands."""
        if not self._made_from(self.inputs.planned):
            return None
        return Moved(self.stamps, self.stamps_now, self.inputs)

    @cached_property
    def stayed(self) -> Stayed | None:
        """What stayed since the pages were kept, if they are those of an earlier archive that was
        amended.
        """
        if not self.earlier or not self._made_from(self.earlier.key):
            return None
        return Stayed(self.earlier.archive, self.stamps, self.stamps_now, self.inputs)

    @cached_property
    def keys(self) -> Sequence[str]:
        """What stands for each article in keys: what stood for it, where it is known to be as it
        was.
        """
        articles, known = self.inputs.archive.articles, dict[str, str]()
        if self.moved:
            known = keys_before(self.stamps, articles, self.moved.articles)
        elif self.earlier and self.stayed:
            known = keys_before(self.stamps, self.earlier.archive.articles, self.stayed.moved)
        new = [key for key in articles if key not in known]
        known.update(zip(new, self.renderer.keys_of(new), strict=True))
        return list(map(known.__getitem__, articles))

    def know(self, other: Context) -> None:
        """Take from a context of the same documents what stands for them, and which of them stayed:
        it does not depend on what articles have to do with each other.
        """
        vars(self).update(keys=other.keys, stayed=other.stayed)

    @property
    def stamps_to_keep(self) -> Stamps:
        """The stamps of the documents with what stands for articles."""
        return (*self.stamps_now[:4], "".join(self.keys))

    def _made_from(self, plan: str) -> bool:
        """Whether the pages that were kept were made from the plan with this key."""
        return bool(plan) and self.stamps[0] == known_by(plan, self.inputs)


@frozen
class Rendered:
    """The files of a chunk of pages, by URL and with their keys, and what was wrong."""

    pages: Mapping[str, tuple[str, OutputFile]]
    found: tuple[Diagnostic, ...] = ()


def check_templates(site: Path, digest: str, store: Path) -> list[Diagnostic]:
    """What `templates.check` finds."""
    from site_gen.render import templates

    return templates.check(site, digest, store)


def standing(
    context: Context, pages: Sequence[Page]
) -> tuple[dict[str, tuple[str, OutputFile]], list[tuple[Page, str]]]:
    """The kept pages that still show the same, and the others, each with its key: empty where
    there is nothing to compare it with, since workers find it too.
    """
    renderer = context.renderer
    same_frame = context.frame == renderer.frame
    moved = context.moved if same_frame else None
    if len(pages) > FEW and (moved is None or context.stamps[4]):
        renderer.know_articles(context.keys)
    still = context.kept(pages) if same_frame else {}
    stayed = None
    if still and moved is None:
        stayed = context.stayed
        if any(page.kind == "article" for page in pages):
            renderer.know_pages(context.keys)
    asked = pages
    if moved:
        unknown = [page for page in pages if page.url not in still]
        asked = [*unknown, *moved.among(page for page in pages if page.url in still)]
    elif stayed:
        asked = [page for page in pages if page.url not in still or not stayed.has(page)]
    new = []
    for page in asked:
        before = still.get(page.url)
        # What is told of files for programs is kept with what their keys are made from.
        key = renderer.key(page) if before or page.kind == "file" else ""
        if before is None or before[0] != key:
            still.pop(page.url, None)
            new.append((page, key))
    return still, new


def render_chunk(context: Context, chunk: Sequence[tuple[Page, str]]) -> Rendered:
    """Render pages, each with its key if that is known, and stage them. Raises CacheBroken if a
    body is gone.
    """
    from site_gen.render.bodies import Kept
    from site_gen.render.templates import TEMPLATE_OF, template_error

    made: dict[str, tuple[str, OutputFile]] = {}
    found: list[Diagnostic] = []
    if not any(page.kind == "file" for page, _ in chunk):
        # In a first build they are made by then, and pages need less room without what was at hand.
        context.renderer.files.forget()
    with cache.Store(context.inputs.store) as store:
        kept = Kept(store)
        for at, (page, key) in enumerate(chunk):
            if at % READ_AHEAD == 0:
                kept.read(context.renderer.articles(chunk[at : at + READ_AHEAD]))
            try:
                file = _staged(context, page, kept)
            except (cache.CacheBroken, OutputError):
                raise
            except Exception as problem:  # A template is the site's code: whatever it raises.
                site, name = context.inputs.site, TEMPLATE_OF.get(page.kind, "")
                found.append(template_error(problem, site, name, page.url))
                continue
            if file:
                made[page.url] = key or context.renderer.key(page), file
    return Rendered(made, tuple(found))


def _staged(context: Context, page: Page, kept: Kept) -> OutputFile | None:
    """A page rendered and, with a stage, staged."""
    folder, output = context.stage_folder, context.output_folder
    files = context.renderer.files
    if page.kind == "file" and files.in_pieces(page):
        pieces, held = files.pieces(page, kept.store), (context.held or {}).get(page.url)
        return stage_pieces(folder, output, page.url, pieces, held) if folder else None
    data = context.renderer.render(page, kept).encode("utf-8")
    # What is in no folder of output/ need not be compared with it.
    there = context.folders[page.url.rpartition("/")[0]]
    return stage(folder, output, page.url, data, there) if folder else None
