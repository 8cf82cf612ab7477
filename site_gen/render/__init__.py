"""Pages to files: what each template is given, relative links, bodies with their links."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any

from site_gen import cache
from site_gen.diagnostics import Diagnostic
from site_gen.model import OutputFile, Page
from site_gen.output import stage
from site_gen.render.inputs import Inputs
from site_gen.render.renderer import POLICY, Renderer
from site_gen.render.templates import (
    TEMPLATE_OF,
    check_templates,
    template_error,
    templates_digest,
)

__all__ = [
    "CHUNK",
    "POLICY",
    "Context",
    "Inputs",
    "Rendered",
    "check_templates",
    "render_chunk",
    "standing",
    "templates_digest",
]

CHUNK = 100
"""Pages that a worker takes at a time."""


@dataclass(frozen=True)
class Context:
    """What a worker needs to render. Without a stage the pages are rendered and forgotten.

    `kept` are pages of an earlier build that stand in output/, each with the digest of all that
    it showed.
    """

    inputs: Inputs
    stage_folder: Path | None
    output_folder: Path
    kept: Mapping[str, tuple[str, OutputFile]] = field(default_factory=dict)

    @cached_property
    def renderer(self) -> Renderer:
        """Made once in each process, since compiled templates cannot travel."""
        return Renderer(self.inputs)

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name != "renderer"}


@dataclass(frozen=True, slots=True)
class Rendered:
    """The files of a chunk of pages, by URL and with their keys, and what was wrong."""

    pages: Mapping[str, tuple[str, OutputFile]]
    found: tuple[Diagnostic, ...] = ()


def standing(context: Context, pages: Iterable[Page]) -> dict[str, tuple[str, OutputFile]]:
    """The kept pages that still show the same."""
    frame = context.renderer.frame
    if not any(key.startswith(frame) for key, _ in islice(context.kept.values(), 1)):
        return {}
    return {
        page.url: kept
        for page in pages
        if (kept := context.kept.get(page.url)) and kept[0] == context.renderer.key(page)
    }


def render_chunk(context: Context, chunk: Sequence[Page]) -> Rendered:
    """Render pages and stage them. Raises CacheBroken if the store lost a body."""
    made: dict[str, tuple[str, OutputFile]] = {}
    found: list[Diagnostic] = []
    with cache.Store(context.inputs.store) as store:
        for page in chunk:
            try:
                key = context.renderer.key(page)
                data = context.renderer.render(page, store).encode("utf-8")
            except cache.CacheBroken:
                raise
            except Exception as problem:  # A template is the site's code: whatever it raises.
                site, name = context.inputs.site, TEMPLATE_OF[page.kind]
                found.append(template_error(problem, site, name, page.url))
                continue
            if context.stage_folder:
                file = stage(context.stage_folder, context.output_folder, page.url, data)
                made[page.url] = key, file
    return Rendered(made, tuple(found))
