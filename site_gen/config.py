"""site.yml to a typed configuration; every mistake in it is told at once."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, cast
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from site_gen import decoding, yamlio
from site_gen.dates import DateOrder
from site_gen.diagnostics import Diagnostic, Location, error
from site_gen.fields import BY_NAME, names_of_keys
from site_gen.paths import ending_of

SITE_FILE = "site.yml"
ExtensionUse = Literal["markdown", "text", "plain", "html", "attachment", "ignore"]
SplitParagraphs = Literal["warn", "join", "keep"]
NearDuplicates = Literal["warn", "link", "off"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Repair(_Strict):
    """Mends that may be made to texts at the keeper's word."""

    split_paragraphs: SplitParagraphs = Field(
        "warn", description="What to do where a paragraph breaks in mid-sentence."
    )


class Data(_Strict):
    """What the tables of the archive hold."""

    text: bool = Field(False, description="Whether data/articles.jsonl holds the texts too.")


SHORTCODES = dict.fromkeys(("ref", "relref", "link", "post_url"), "/**/{0}")
"""Marks by which Hugo and Jekyll link to a document by the name of its file, wherever it lies."""

_GROUPS: Mapping[str, type[_Strict]] = {"repair": Repair, "data": Data}
"""Keys of site.yml with settings below them."""


class SiteConfig(_Strict):
    """The keys of site.yml. Each has a default, so the file may be missing."""

    title: str = Field("Archive", description="The name of the archive.")
    url: str = Field(
        "", description="Where it is published, for canonical links: https://example.org/repo/."
    )
    description: str = Field("", description="One or two sentences, shown on the home page.")
    language: str = Field("en", description="Language of articles that do not say (BCP 47).")
    publisher: str = Field("", description="Who publishes the archive; in every page's footer.")
    rights: str = Field("", description="The rights statement; in every page's footer.")
    date_order: DateOrder | None = Field(
        None, description="How to read 02/11/2001: `dmy`, `mdy` or `ymd`. Unset: a warning."
    )
    aliases: dict[str, list[str]] = Field(
        default_factory=dict,
        description="More names of metadata fields: `authors: [reporter, correspondent]`.",
    )
    labels: dict[str, str] = Field(
        default_factory=dict,
        description="More labels in bodies and the field each gives: `Автор: authors`.",
    )
    fields: dict[str, str] = Field(
        default_factory=dict,
        description="Metadata of your own, shown in the record of an article: `desk: News desk`.",
    )
    extensions: dict[str, ExtensionUse] = Field(
        default_factory=dict,
        description="How files are read, by ending: `.htm: html`, `.text: plain`, `.log: ignore`.",
    )
    ignore: list[str] = Field(
        default_factory=list,
        description="Files under content/ to leave out, as glob patterns: `drafts/**`, `*.bak`.",
    )
    markdown_extensions: dict[str, dict[str, Any]] = Field(
        default_factory=dict,
        description="More Python-Markdown extensions, with their settings.",
    )
    smart_quotes: bool = Field(False, description="Turn straight quotes and dashes to curly ones.")
    shortcodes: dict[str, str | None] = Field(
        default_factory=dict,
        description="What stands for marks of other programs, by their name: "
        "`youtube: '[{title}](https://www.youtube.com/watch?v={id})'`.",
    )
    repair: Repair = Field(default_factory=Repair, description="Mends made to texts.")
    history: bool = Field(
        False, description="Show when the text of an article changed, from its git repository."
    )
    data: Data = Field(default_factory=Data, description="What the tables of the archive hold.")
    world: bool = Field(
        True, description="Know the countries of the world, their continents and outlines."
    )
    list_limit: int = Field(
        200,
        ge=10,
        le=5000,
        description="A list longer than this is split by year, then month, then day.",
    )
    related: int = Field(
        4, ge=0, le=20, description="Related articles named below an article; 0 for none."
    )
    near_duplicates: NearDuplicates = Field(
        "warn",
        description="Articles of the same text, or nearly: `warn` of them and link them to each "
        "other, `link` only, or `off`.",
    )

    @field_validator("url")
    @classmethod
    def _absolute(cls, url: str) -> str:
        return base_url(url)

    @field_validator("near_duplicates", mode="before")
    @classmethod
    def _off(cls, value: Any) -> Any:
        return "off" if value is False else value  # What YAML makes of `off`.

    @field_validator("language")
    @classmethod
    def _language(cls, value: str) -> str:
        from site_gen.languages import is_tag

        if not is_tag(value):
            raise ValueError("write a language tag such as en, fr or pt-BR")
        return value

    @field_validator("extensions")
    @classmethod
    def _endings(cls, value: dict[str, Any]) -> dict[str, Any]:
        return {
            ("" if not key else "." + key.lstrip(".").lower()): use for key, use in value.items()
        }

    @field_validator("labels")
    @classmethod
    def _label_fields(cls, value: dict[str, str]) -> dict[str, str]:
        _known_fields(value.values())
        return value

    @field_validator("shortcodes")
    @classmethod
    def _on_a_line(cls, value: dict[str, str | None]) -> dict[str, str | None]:
        for name, text in value.items():
            if text and "\n" in text:
                raise ValueError(f"write what stands for `{name}` on one line")
        return value

    @field_validator("aliases")
    @classmethod
    def _alias_fields(cls, value: dict[str, list[str]]) -> dict[str, list[str]]:
        _known_fields(value)
        return value

    @field_validator("markdown_extensions", mode="before")
    @classmethod
    def _named(cls, value: Any) -> Any:
        if isinstance(value, list):
            return {name: {} for name in value}
        if isinstance(value, dict):
            return {name: settings or {} for name, settings in value.items()}
        return value

    @cached_property
    def known_keys(self) -> Mapping[str, str]:
        """Every key that a source may use, folded, and the field it stands for."""
        return names_of_keys(self.aliases)

    @cached_property
    def marks(self) -> Mapping[str, str]:
        """What stands for marks of other programs, by their name, those known to all included."""
        wanted = {**SHORTCODES, **self.shortcodes}
        return {name: text for name, text in wanted.items() if text is not None}

    @cached_property
    def parsing(self) -> str:
        """The settings that shape how a document is read, as text for cache keys."""
        names = {
            "aliases", "date_order", "extensions", "fields", "labels", "language",
            "markdown_extensions", "repair", "shortcodes", "smart_quotes",
        }  # fmt: skip
        return json.dumps(self.model_dump(mode="json", include=names), sort_keys=True)


def _known_fields(names: Iterable[str]) -> None:
    for name in names:
        if name not in BY_NAME:
            guess = difflib.get_close_matches(name, BY_NAME, n=1)
            more = f"; did you mean `{guess[0]}`?" if guess else ""
            raise ValueError(f"`{name}` is not a metadata field{more}")


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


def load(folder: Path) -> tuple[SiteConfig, list[Diagnostic]]:
    """Read `folder`/site.yml. Returns the defaults beside the errors if it cannot be used."""
    file = folder / SITE_FILE
    if not file.exists():
        return SiteConfig(), []
    try:
        raw = file.read_bytes()
    except OSError as problem:
        return SiteConfig(), [
            error(
                "config-unreadable",
                Location(SITE_FILE),
                f"site.yml cannot be read: {problem.strerror or problem}",
                hint="Make it a text file that you may read.",
            )
        ]
    text, problems = decoding.decode(raw, SITE_FILE)
    if text is None:
        hint = "Save it as UTF-8 text."
        return SiteConfig(), [
            replace(one, code="config-unreadable", hint=hint)
            for one in problems
            if one.severity == "error"
        ]
    parsed, found = yamlio.load(text, SITE_FILE)
    if parsed is None:
        return SiteConfig(), found
    data = {} if parsed.data is None else parsed.data
    if not isinstance(data, dict):
        return SiteConfig(), [
            error(
                "config-value",
                Location(SITE_FILE, 1, 1),
                "site.yml does not hold keys and values",
                hint="Begin with a line such as `title: My archive`.",
            )
        ]
    plain = cast("dict[str, Any]", yamlio.plain(data))
    # Text fields take the text as written: a title may be a number.
    for key in ("title", "description", "language", "publisher", "rights", "url"):
        if isinstance(data.get(key), str):
            plain[key] = str(data[key])
    plain = {key: value for key, value in plain.items() if value is not None}
    try:
        return SiteConfig.model_validate(plain), []
    except ValidationError as problem:
        lines = text.split("\n")
        return SiteConfig(), [_told(one, parsed, lines) for one in problem.errors()]


_WANTED: Mapping[str, str] = {
    "bool_parsing": "write true or false",
    "bool_type": "write true or false",
    "dict_type": "write keys and values below it",
    "int_parsing": "write a whole number",
    "int_type": "write a whole number",
    "list_type": "write a list, such as `[one, two]`",
    "model_type": "write keys and values below it",
    "string_type": "write text, in quotes if it looks like a number or a list",
}
"""What to write, by pydantic's type of error."""


def _told(problem: Any, parsed: yamlio.Yaml, lines: list[str]) -> Diagnostic:
    way = tuple(part for part in problem["loc"] if isinstance(part, (str, int)))
    line = parsed.line(*way)
    at = Location(SITE_FILE, line, parsed.column(*way))
    source = lines[line - 1] if line else ""
    name = ".".join(str(part) for part in way)
    if problem["type"] == "extra_forbidden":
        model = _GROUPS.get(str(way[0]), SiteConfig) if len(way) > 1 else SiteConfig
        guess = difflib.get_close_matches(str(way[-1]), model.model_fields, n=1)
        hint = f"Did you mean `{guess[0]}`?" if guess else "See docs/configuration.md for the keys."
        return error(
            "config-key",
            at,
            f"site.yml has no key `{name}`",
            value=str(way[-1]),
            hint=hint,
            source=source,
        )
    said = _WANTED.get(problem["type"]) or problem["msg"].removeprefix("Value error, ")
    said = said.replace("Input should be", "it should be")
    return error(
        "config-value",
        at,
        f"`{name}` has a value that does not fit: {said}",
        value=str(problem.get("input", ""))[:80],
        hint="See docs/configuration.md for what it takes.",
        source=source,
    )


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
