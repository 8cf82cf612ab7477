"""Law 1: every file under content/ is accounted for, and what is not is told."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Set
from dataclasses import replace
from pathlib import PurePosixPath

from site_gen.config import SITE_FILE, SiteConfig
from site_gen.diagnostics import Diagnostic, Location, error, warning
from site_gen.fields import names_of_keys
from site_gen.frozen import frozen
from site_gen.paths import without_ending

ACTIVE = frozenset({
    ".htm", ".asp", ".aspx", ".atom", ".cgi", ".cjs", ".hta", ".html", ".js", ".jsp", ".mht",
    ".mhtml", ".mjs", ".mml", ".php", ".phtml", ".rdf", ".rss", ".shtml", ".svgz", ".swf", ".wasm",
    ".wsdl", ".xhtm", ".xht", ".xhtml", ".xml", ".xsd", ".xsl", ".xslt", ".xul",
})  # fmt: skip
"""Endings of files that a browser or a web host runs, or could: never published as attachments."""

MEDIA = frozenset({
    ".7z", ".aac", ".aif", ".aiff", ".avi", ".avif", ".bib", ".bmp", ".csv", ".djvu", ".doc",
    ".docx", ".epub", ".flac", ".geojson", ".gif", ".heic", ".ico", ".jp2", ".jpeg", ".jpg",
    ".json", ".m4a", ".m4v", ".mid", ".midi", ".mkv", ".mobi", ".mov", ".mp3", ".mp4", ".mpeg",
    ".mpg", ".odp", ".ods", ".odt", ".oga", ".ogg", ".ogv", ".opus", ".pdf", ".png", ".pps",
    ".ppsx", ".ppt", ".pptx", ".ris", ".rtf", ".srt", ".svg", ".tif", ".tiff", ".tsv", ".vtt",
    ".wav", ".webm", ".webp", ".wma", ".wmv", ".xls", ".xlsx", ".zip",
})  # fmt: skip
"""Endings of files that no browser runs. Only these, and what site.yml adds, are published."""


@frozen
class Sum:
    """What became of the articles. `failed` and `held_back` are paths, the others counts."""

    published: int
    held_back: Mapping[str, str]
    failed: tuple[str, ...]
    withdrawn: int = 0

    @property
    def sources(self) -> int:
        """All of them."""
        return self.published + self.withdrawn + len(self.held_back) + len(self.failed)

    def told(self, published: bool = True) -> str:
        """The sum in words; without `published`, as what a build that published nothing found."""
        done = "published" if published else "ready"
        word = "source" if self.sources == 1 else "sources"
        withdrawn = f"{self.withdrawn:,} withdrawn + " if self.withdrawn else ""
        return (
            f"{self.sources:,} {word} = {self.published:,} {done} + {withdrawn}"
            f"{len(self.held_back):,} held back + {len(self.failed):,} failed"
        )


def masked(total: Sum, paths: Mapping[str, str]) -> Sum:
    """The sum with these paths, whatever their endings, called by other names."""
    if not paths:
        return total
    return replace(
        total,
        held_back={masked_path(path, paths): why for path, why in total.held_back.items()},
        failed=tuple(masked_path(path, paths) for path in total.failed),
    )


def masked_path(path: str, paths: Mapping[str, str]) -> str:
    """A path as it may be printed."""
    stem = without_ending(path)
    return paths[stem] + path[len(stem) :] if stem in paths else path


def ending(url: str) -> str:
    """The ending of a file's address, in lower case: what browsers and web hosts go by."""
    return PurePosixPath(url).suffix.lower()


def unsafe(places: Mapping[str, str], config: SiteConfig) -> dict[str, str]:
    """The attachments that are not published, by path, and why.

    `places` are the addresses that attachments would have. What they are called there decides: a
    file `page.html.` is served as `page.html`.
    """
    return {
        path: "a browser could run what is in it"
        for path, url in places.items()
        if not _harmless(ending(url), config)
    }


def _harmless(ending: str, config: SiteConfig) -> bool:
    """Whether a file of this ending may be published; site.yml may allow what is not listed."""
    allowed = ending in MEDIA or config.extensions.get(ending) == "attachment"
    return allowed and ending not in ACTIVE


def leftovers(
    places: Mapping[str, str],
    used: Set[str],
    withheld: Set[str],
    config: SiteConfig,
    failing: bool = False,
) -> list[Diagnostic]:
    """Attachments that are unsafe or unused, and files that are nothing site_gen knows.

    `places` are the addresses that attachments would have, `used` those that are published or
    that a document which is held back refers to, and `withheld` those that a document refers to in
    vain. `failing` tells whether there are documents that cannot be read.
    """
    found = []
    first = "It may be in a document with errors: mend these first. Else: " if failing else ""
    for path, url in places.items():
        if path in used:
            continue
        end = ending(url)
        if end in ACTIVE:
            found.append(_active(path, end))
        elif _harmless(end, config):
            found.append(
                warning(
                    "attachment-unused",
                    Location(path),
                    "No document refers to this file, so it is not published",
                    hint=f"{first}Link to it, remove it, or list it under `ignore:` in site.yml.",
                )
            )
        elif path in withheld:
            found.append(_unknown(path, end))
        else:
            found.append(_unrecognised(path, end))
    return found


def _active(path: str, end: str) -> Diagnostic:
    hint = f"If it is a page, say so under `extensions:` in site.yml (`{end}: html`); "
    if PurePosixPath(path).suffix.lower() != end:
        hint = f"If it is a page, rename it so that its name ends in `{end}`; "
    return warning(
        "attachment-unsafe",
        Location(path),
        "The file is not published: a browser could run what is in it",
        value=end,
        hint=f"{hint}else remove it, or list it under `ignore:`.",
    )


def _unknown(path: str, end: str) -> Diagnostic:
    what = f"files that end in `{end}`" if end else "files without an ending"
    return warning(
        "attachment-unsafe",
        Location(path),
        f"The file is not published: browsers may run {what}, for all site_gen knows",
        value=end,
        hint="If such files are harmless, say so under `extensions:` in site.yml "
        f"(`{end or repr('')}: attachment`).",
    )


def _unrecognised(path: str, end: str) -> Diagnostic:
    what = f"files that end in `{end}`" if end else "files without an ending"
    return warning(
        "file-unrecognised",
        Location(path),
        f"site_gen does not read {what}, so it is not published",
        value=end,
        hint="If it is a text, say so under `extensions:` in site.yml "
        f"(`{end or repr('')}: text`); else list it under `ignore:`.",
    )


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


def nothing_to_publish(total: Sum) -> list[Diagnostic]:
    """An error if no article can be published: an empty site must not replace a full one."""
    if total.published or total.withdrawn:
        return []
    if total.sources:
        return [
            error(
                "no-articles",
                Location("content"),
                f"Not one article can be published: {total}",
                hint="Mend the errors, or wait until one may be shown; the old output stays.",
            )
        ]
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
