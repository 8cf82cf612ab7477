"""Law 1: every file under content/ is accounted for, and what is not is told."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from site_gen.config import SITE_FILE, SiteConfig
from site_gen.diagnostics import Diagnostic, Location, error, warning
from site_gen.fields import names_of_keys
from site_gen.model import Source

ACTIVE = frozenset({
    ".htm", ".hta", ".html", ".js", ".mht", ".mhtml", ".mjs", ".php", ".shtml", ".svgz", ".swf",
    ".wasm", ".xht", ".xhtml", ".xml", ".xsl", ".xslt",
})  # fmt: skip
"""Files that a browser runs or that could: never published as attachments."""

MEDIA = frozenset({
    ".avif", ".bmp", ".csv", ".doc", ".docx", ".epub", ".flac", ".geojson", ".gif", ".ico", ".jpeg",
    ".jpg", ".json", ".kml", ".m4a", ".mov", ".mp3", ".mp4", ".odp", ".ods", ".odt", ".oga", ".ogg",
    ".ogv", ".pdf", ".png", ".ppt", ".pptx", ".rtf", ".svg", ".tif", ".tiff", ".tsv", ".wav",
    ".webm", ".webp", ".xls", ".xlsx", ".zip",
})  # fmt: skip
"""Endings that attachments commonly have; anything else may be a text that is not recognised."""


@dataclass(frozen=True, slots=True)
class Sum:
    """What became of the articles. `failed` and `held_back` are paths."""

    published: int
    held_back: Mapping[str, str]
    failed: tuple[str, ...]

    @property
    def sources(self) -> int:
        """All of them."""
        return self.published + len(self.held_back) + len(self.failed)

    def __str__(self) -> str:
        return self.told("published")

    def told(self, what: str) -> str:
        """The sum in words; `what` became of those without an error."""
        word = "source" if self.sources == 1 else "sources"
        return (
            f"{self.sources:,} {word} = {self.published:,} {what} + "
            f"{len(self.held_back):,} held back + {len(self.failed):,} failed"
        )


def leftovers(sources: Iterable[Source], used: frozenset[str]) -> list[Diagnostic]:
    """Attachments that nothing refers to, and files that are nothing site_gen knows."""
    found = []
    for one in sources:
        if one.kind != "attachment" or one.path in used:
            continue
        ending = PurePosixPath(one.path).suffix.lower()
        if ending in ACTIVE:
            found.append(_active(one.path, ending))
        elif ending in MEDIA:
            found.append(
                warning(
                    "attachment-unused",
                    Location(one.path),
                    "No document refers to this file, so it is not published",
                    hint="Link to it, remove it, or list it under `ignore:` in site.yml.",
                )
            )
        else:
            found.append(_unrecognised(one.path, ending))
    return found


def _active(path: str, ending: str) -> Diagnostic:
    return warning(
        "attachment-unsafe",
        Location(path),
        "The file is not published: a browser could run what is in it",
        value=ending,
        hint=f"If it is a page, say so under `extensions:` in site.yml (`{ending}: html`); "
        "else remove it, or list it under `ignore:`.",
    )


def _unrecognised(path: str, ending: str) -> Diagnostic:
    what = f"files that end in `{ending}`" if ending else "files without an ending"
    return warning(
        "file-unrecognised",
        Location(path),
        f"site_gen does not read {what}, so it is not published",
        value=ending,
        hint="If it is a text, say so under `extensions:` in site.yml "
        f"(`{ending or repr('')}: text`); else list it under `ignore:`.",
    )


def active(sources: Iterable[Source]) -> dict[str, str]:
    """The attachments that are never published, by path, and why."""
    return {
        one.path: "a browser could run what is in it"
        for one in sources
        if one.kind == "attachment" and PurePosixPath(one.path).suffix.lower() in ACTIVE
    }


def unknown_keys(keys: Iterable[tuple[str, Location]], config: SiteConfig) -> list[Diagnostic]:
    """One warning for each metadata key that nothing knows, however many files use it."""
    places: dict[str, list[Location]] = {}
    for key, at in keys:
        places.setdefault(key, []).append(at)
    known = list(names_of_keys(config.aliases))
    found = []
    for key, where in places.items():
        first = min(where, key=lambda at: (at.path, at.line))
        guess = difflib.get_close_matches(key.casefold(), known, n=1, cutoff=0.8)
        hint = f"Did you mean `{guess[0]}`? " if guess else ""
        hint += f"To show it, add `fields: {{{key[:40]}: Label}}` to site.yml."
        files = "1 file" if len(where) == 1 else f"{len(where):,} files"
        found.append(
            warning(
                "unknown-key",
                first,
                f"The key `{key[:60]}` means nothing to site_gen; it stands in {files}",
                value=key[:60],
                hint=hint,
            )
        )
    return found


def nothing_to_publish(articles: int, failed: int) -> list[Diagnostic]:
    """An error if there is no article at all: an empty site must not replace a full one."""
    if articles or failed:
        return []
    return [
        error(
            "no-articles",
            Location("content"),
            "There is no article under content/",
            hint="Put documents (.md, .txt, .html) into content/articles/, or map their endings "
            "under `extensions:` in site.yml.",
        )
    ]


def no_address(config: SiteConfig, found: Iterable[Diagnostic]) -> list[Diagnostic]:
    """A warning if the site does not know where it will be published.

    Where site.yml has errors (among `found`), it may say so in vain.
    """
    broken = any(one.location.path == SITE_FILE and one.severity == "error" for one in found)
    if config.url or broken:
        return []
    return [
        warning(
            "url-missing",
            Location(SITE_FILE),
            "The site does not say where it will be published, so pages name no lasting address",
            hint="Add `url: https://example.org/archive/` to site.yml, or build with --url.",
        )
    ]


def unsafe_svg(path: str, reason: str) -> Diagnostic:
    """A drawing that cannot be made safe is not published."""
    return warning(
        "attachment-unsafe",
        Location(path),
        f"The drawing cannot be published: {reason}",
        hint="Save it as plain SVG, or as PNG.",
    )
