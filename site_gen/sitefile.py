"""What site.yml may hold, checked key by key. It is loaded only where the file is read anew."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, fields, replace
from pathlib import Path
from typing import Any, cast, get_type_hints

# What else is installed has no part in how a site.yml is read. pydantic asks all of it for plugins,
# which takes a fifteenth of the time of a small site, unless it is told so before it is loaded.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")

from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model, field_validator

from site_gen import decoding, yamlio
from site_gen.config import SITE_FILE, Data, Repair, SiteConfig, base_url, read
from site_gen.diagnostics import Diagnostic, Location, error
from site_gen.fields import BY_NAME

GROUPS: Mapping[str, type[Any]] = {"repair": Repair, "data": Data}
"""Keys of site.yml with settings below them."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Checks(_Strict):
    """What types alone do not say of the keys of site.yml."""

    @field_validator("url", check_fields=False)
    @classmethod
    def _absolute(cls, url: str) -> str:
        return base_url(url)

    @field_validator("near_duplicates", mode="before", check_fields=False)
    @classmethod
    def _off(cls, value: Any) -> Any:
        return "off" if value is False else value  # What YAML makes of `off`.

    @field_validator("language", check_fields=False)
    @classmethod
    def _language(cls, value: str) -> str:
        from site_gen.languages import is_tag

        if not is_tag(value):
            raise ValueError("write a language tag such as en, fr or pt-BR")
        return value

    @field_validator("extensions", check_fields=False)
    @classmethod
    def _endings(cls, value: dict[str, Any]) -> dict[str, Any]:
        return {
            ("" if not key else "." + key.lstrip(".").lower()): use for key, use in value.items()
        }

    @field_validator("labels", check_fields=False)
    @classmethod
    def _label_fields(cls, value: dict[str, str]) -> dict[str, str]:
        _known_fields(value.values())
        return value

    @field_validator("shortcodes", check_fields=False)
    @classmethod
    def _on_a_line(cls, value: dict[str, str | None]) -> dict[str, str | None]:
        for name, text in value.items():
            if text and "\n" in text:
                raise ValueError(f"write what stands for `{name}` on one line")
        return value

    @field_validator("aliases", check_fields=False)
    @classmethod
    def _alias_fields(cls, value: dict[str, list[str]]) -> dict[str, list[str]]:
        _known_fields(value)
        return value

    @field_validator("markdown_extensions", mode="before", check_fields=False)
    @classmethod
    def _named(cls, value: Any) -> Any:
        if isinstance(value, list):
            return {name: {} for name in value}
        if isinstance(value, dict):
            return {name: settings or {} for name, settings in value.items()}
        return value


def _known_fields(names: Iterable[str]) -> None:
    for name in names:
        if name not in BY_NAME:
            guess = difflib.get_close_matches(name, BY_NAME, n=1)
            more = f"; did you mean `{guess[0]}`?" if guess else ""
            raise ValueError(f"`{name}` is not a metadata field{more}")


def _model(kind: type[Any], base: type[BaseModel]) -> type[BaseModel]:
    """A model of the keys that settings of a kind have."""
    types: dict[str, Any] = get_type_hints(kind)
    keys: dict[str, Any] = {}
    for one in fields(kind):
        about = dict(one.metadata)
        if one.default_factory is MISSING:
            about["default"] = one.default
        else:
            about["default_factory"] = one.default_factory
        if one.name in GROUPS:
            types[one.name] = _model(types[one.name], _Strict)
            about["default_factory"] = types[one.name]
        keys[one.name] = (types[one.name], Field(**about))
    return create_model(kind.__name__, __base__=base, **keys)


_SITE_FILE = _model(SiteConfig, _Checks)


def load(folder: Path) -> tuple[SiteConfig, list[Diagnostic]]:
    """Read `folder`/site.yml. Returns the defaults beside the errors if it cannot be used."""
    raw, found = read(folder)
    return (SiteConfig(), found) if raw is None else parsed(raw)


def parsed(raw: bytes) -> tuple[SiteConfig, list[Diagnostic]]:
    """The settings that a file holds; the defaults beside the errors if it cannot be used."""
    text, problems = decoding.decode(raw, SITE_FILE)
    if text is None:
        hint = "Save it as UTF-8 text."
        return SiteConfig(), [
            replace(one, code="config-unreadable", hint=hint)
            for one in problems
            if one.severity == "error"
        ]
    whole, found = yamlio.load(text, SITE_FILE)
    if whole is None:
        return SiteConfig(), found
    data = {} if whole.data is None else whole.data
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
        values = _SITE_FILE.model_validate(plain).model_dump()
    except ValidationError as problem:
        lines = text.split("\n")
        return SiteConfig(), [_told(one, whole, lines) for one in problem.errors()]
    groups = {name: kind(**values[name]) for name, kind in GROUPS.items()}
    return SiteConfig(**{**values, **groups}), []


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
        kind: Any = GROUPS.get(str(way[0]), SiteConfig) if len(way) > 1 else SiteConfig
        guess = difflib.get_close_matches(str(way[-1]), [one.name for one in fields(kind)], n=1)
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
