"""site.yml to a typed configuration; every mistake in it is told at once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, get_args
from urllib.parse import urlsplit

from site_gen.dates import DateOrder
from site_gen.diagnostics import Diagnostic, Location, error
from site_gen.fields import names_of_keys
from site_gen.paths import ending_of

SITE_FILE = "site.yml"
ExtensionUse = Literal["markdown", "text", "plain", "html", "attachment", "ignore"]
SplitParagraphs = Literal["warn", "join", "keep"]
NearDuplicates = Literal["warn", "link", "off"]


def _key(default: Any, description: str, **limits: int) -> Any:
    """A key of site.yml: its default, or what makes it, what it is for, the `limits` of numbers."""
    about = {"description": description, **limits}
    if isinstance(default, type):
        return field(default_factory=default, metadata=about)
    return field(default=default, metadata=about)


@dataclass(frozen=True)
class Repair:
    """Mends that may be made to texts at the keeper's word."""

    split_paragraphs: SplitParagraphs = _key(
        "warn", "What to do where a paragraph breaks in mid-sentence."
    )


@dataclass(frozen=True)
class Data:
    """What the tables of the archive hold."""

    text: bool = _key(False, "Whether data/articles.jsonl holds the texts too.")


@dataclass(frozen=True)
class SiteConfig:
    """The keys of site.yml. Each has a default, so the file may be missing."""

    title: str = _key("Archive", "The name of the archive.")
    url: str = _key("", "Where it is published, for canonical links: https://example.org/repo/.")
    description: str = _key("", "One or two sentences, shown on the home page.")
    language: str = _key("en", "Language of articles that do not say (BCP 47).")
    publisher: str = _key("", "Who publishes the archive; in every page's footer.")
    rights: str = _key("", "The rights statement; in every page's footer.")
    date_order: DateOrder | None = _key(
        None, "How to read 02/11/2001: `dmy`, `mdy` or `ymd`. Unset: a warning."
    )
    aliases: dict[str, list[str]] = _key(
        dict,
        "More names of metadata fields: `authors: [reporter, correspondent]`.",
    )
    labels: dict[str, str] = _key(
        dict,
        "More labels in bodies and the field each gives: `Автор: authors`.",
    )
    fields: dict[str, str] = _key(
        dict,
        "Metadata of your own, shown in the record of an article: `desk: News desk`.",
    )
    extensions: dict[str, ExtensionUse] = _key(
        dict,
        "How files are read, by ending: `.htm: html`, `.text: plain`, `.log: ignore`.",
    )
    ignore: list[str] = _key(
        list,
        "Files under content/ to leave out, as glob patterns: `drafts/**`, `*.bak`.",
    )
    markdown_extensions: dict[str, dict[str, Any]] = _key(
        dict,
        "More Python-Markdown extensions, with their settings.",
    )
    smart_quotes: bool = _key(False, "Turn straight quotes and dashes to curly ones.")
    shortcodes: dict[str, str | None] = _key(
        dict,
        "What stands for marks of other programs, by their name: "
        "`youtube: '[{title}](https://www.youtube.com/watch?v={id})'`.",
    )
    repair: Repair = _key(Repair, "Mends made to texts.")
    history: bool = _key(
        False, "Show when the text of an article changed, from its git repository."
    )
    data: Data = _key(Data, "What the tables of the archive hold.")
    world: bool = _key(True, "Know the countries of the world, their continents and outlines.")
    list_limit: int = _key(
        200, "A list longer than this is split by year, then month, then day.", ge=10, le=5000
    )
    related: int = _key(4, "Related articles named below an article; 0 for none.", ge=0, le=20)
    near_duplicates: NearDuplicates = _key(
        "warn",
        "Articles of the same text, or nearly: `warn` of them and link them to each "
        "other, `link` only, or `off`.",
    )

    @cached_property
    def digested(self) -> str:
        """All settings as text, for cache keys."""
        return json.dumps(asdict(self), default=str)

    @cached_property
    def known_keys(self) -> Mapping[str, str]:
        """Every key that a source may use, folded, and the field it stands for."""
        return names_of_keys(self.aliases)

    @cached_property
    def parsing(self) -> str:
        """The settings that shape how a document is read, as text for cache keys."""
        names = {
            "aliases", "date_order", "extensions", "fields", "labels", "language",
            "markdown_extensions", "repair", "shortcodes", "smart_quotes",
        }  # fmt: skip
        settings = {name: one for name, one in asdict(self).items() if name in names}
        return json.dumps(settings, sort_keys=True, default=str)


def base_url(url: str) -> str:
    """An absolute http(s) address that ends in a slash; empty stays empty.

    Raises ValueError for anything else.
    """
    if not url:
        return ""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise ValueError("write the whole address, such as https://example.org/archive/")
    if parts.query or parts.fragment:
        raise ValueError("write the address without `?` and `#`")
    return url.rstrip("/") + "/"


def read(folder: Path) -> tuple[bytes | None, list[Diagnostic]]:
    """The bytes of `folder`/site.yml; None if there is no such file, or with an error."""
    file = folder / SITE_FILE
    if not file.exists():
        return None, []
    try:
        return file.read_bytes(), []
    except OSError as problem:
        return None, [
            error(
                "config-unreadable",
                Location(SITE_FILE),
                f"site.yml cannot be read: {problem.strerror or problem}",
                hint="Make it a text file that you may read.",
            )
        ]


def repair(given: object) -> Repair:
    """What a document says of its own repair, as plain data. Raises ValueError."""
    if not isinstance(given, dict) or not given.keys() <= {"split_paragraphs"}:
        raise ValueError("it does not hold `split_paragraphs`")
    wanted = given.get("split_paragraphs", "warn")
    if wanted not in get_args(SplitParagraphs):
        raise ValueError(f"{wanted!r} is no way to repair paragraphs")
    return Repair(wanted)


DEFAULT_EXTENSIONS: dict[str, ExtensionUse] = {
    ".md": "markdown",
    ".markdown": "markdown",
    ".txt": "text",
    ".html": "html",
    ".htm": "html",
}


def extension_use(config: SiteConfig, path: str) -> ExtensionUse:
    """How a file under content/ is read, by its ending in any case."""
    ending = ending_of(path).lower()
    return config.extensions.get(ending) or DEFAULT_EXTENSIONS.get(ending, "attachment")
