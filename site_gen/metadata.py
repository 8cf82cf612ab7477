"""Metadata from wherever it is stated: one precedence, every value with its evidence."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

from site_gen import frontmatter, yamlio
from site_gen.compact import Compact
from site_gen.config import SiteConfig
from site_gen.diagnostics import Diagnostic, Location, error, warning
from site_gen.fields import BY_NAME, FIELDS, Field, folded
from site_gen.frozen import frozen
from site_gen.labels import LIST_FIELDS, Label, decode_entities, key_of
from site_gen.model import ORIGINS, DocumentKind, Evidence, Origin, OriginKind
from site_gen.paths import INDEX_STEMS, name_of, without_ending
from site_gen.patterns import late_pattern
from site_gen.values import READERS, Wrong, is_url


@frozen
class Statement(Compact):
    """One thing a source says: a key, its value as data, and where it stands."""

    key: str
    value: Any
    origin: Origin
    column: int = 1
    source: str = ""
    raw: str = ""

    @property
    def location(self) -> Location:
        """Where to point the keeper."""
        return Location(self.origin.path, self.origin.line, self.column if self.origin.line else 0)

    @property
    def shown(self) -> str:
        """The value as the source writes it, for evidence and messages."""
        if self.raw:
            return self.raw
        if isinstance(self.value, str):
            return " ".join(self.value.split())
        if isinstance(self.value, list) and all(isinstance(one, str) for one in self.value):
            return "; ".join(self.value)
        return json.dumps(self.value, ensure_ascii=False)


@frozen
class Metadata:
    """What the statements about one document come to.

    `values` holds a typed value per stated field. `unknown` are keys that no field, alias or
    setting of the site knows, with where each stands; their values are in `extra`.
    """

    values: Mapping[str, Any]
    evidence: tuple[Evidence, ...]
    extra: Mapping[str, Any]
    unknown: tuple[tuple[str, Location], ...]


_FENCE = re.compile(r"\n*---[ \t]*\n")
_END = re.compile(r"^(?:---|\.\.\.)[ \t]*$", re.MULTILINE)
_KEY = re.compile(r"\s*(?:#[^\n]*\n\s*)*(?:[\w\"'][^\n:]{0,60}:(?:\s|$)|<<:|\{)")
_HIDING = late_pattern(
    r"^[ \t]*[\"']?(draft|status|embargo\w*|published|noindex)[\"']?[ \t]*:", re.M | re.I
)


def front_matter(
    text: str, path: str, known: Mapping[str, str] | None = None
) -> tuple[list[Statement], str, list[Diagnostic]]:
    """Read the YAML block at the head of a text, or one of TOML or JSON as other programs have.

    Returns what it states and the text with the block's lines left empty. A block that is not
    closed, or that does not begin with a key, is text: many texts begin with a rule. `known`
    are the keys by which TOML and JSON are told from text.
    """
    start = _FENCE.match(text)
    if start is None:
        return _other_front_matter(text, path, known or {})
    first_line = text.count("\n", 0, start.end()) + 1
    at = Location(path, first_line - 1, 1)
    has_keys = _KEY.match(text, start.end()) is not None
    end = _END.search(text, start.end())
    if end is None:
        return [], text, [_unclosed(text[start.end() :], at)] if has_keys else []
    block = text[start.end() : end.start()]
    if block.strip() and not has_keys:
        return [], text, [] if "\n\n" in f"\n{block}" else [_not_metadata(block, at)]
    parsed, problems = yamlio.load(block, path, first_line)
    if parsed is None:
        return [], text, problems
    if parsed.data is not None and not isinstance(parsed.data, dict):
        return [], text, [_not_metadata(block, at)]
    rest = "\n" * (text.count("\n", 0, end.end())) + text[end.end() :]
    return _stated(parsed, "front matter", path, block.split("\n"), first_line), rest, problems


def _other_front_matter(
    text: str, path: str, known: Mapping[str, str]
) -> tuple[list[Statement], str, list[Diagnostic]]:
    found, problems = frontmatter.read(text, path, lambda key: folded(key) in known)
    if found is None:
        return [], text, problems
    first_line = text.count("\n", 0, found.start) + 1
    lines = text[found.start : found.end].split("\n")
    stated = _stated(found.data, "front matter", path, lines, first_line)
    return stated, "\n" * text.count("\n", 0, found.past) + text[found.past :], problems


def _unclosed(rest: str, at: Location) -> Diagnostic:
    hint = "Add a line `---` after its last key"
    message = "The block of metadata at the head has no closing `---`"
    hides = _HIDING.search(rest)
    if hides:
        # Read as text, it would show what it says is not to be shown yet.
        return error(
            "status-unreadable",
            at,
            f"{message}, and it says something of `{hides[1]}`",
            hint=f"{hint}.",
            source="---",
        )
    return warning(
        "front-matter-unclosed", at, message, hint=f"{hint}; until then it is text.", source="---"
    )


def _not_metadata(block: str, at: Location) -> Diagnostic:
    return warning(
        "front-matter-text",
        at,
        "The block between the first two `---` holds no keys and values, so it is shown as text",
        value=" ".join(block.split())[:80],
        hint="Write lines such as `title: …`; if it is text, leave the line after `---` empty.",
        source="---",
    )


def _stated(
    parsed: yamlio.Yaml, kind: OriginKind, path: str, lines: Sequence[str], first_line: int
) -> list[Statement]:
    statements = []
    for key, value in (parsed.data or {}).items():
        line, column = parsed.positions[(key,)]
        source = lines[line - first_line] if 0 <= line - first_line < len(lines) else ""
        statements.append(Statement(key, value, Origin(kind, path, line), column, source))
    return statements


def yaml_file(text: str, kind: OriginKind, path: str) -> tuple[list[Statement], list[Diagnostic]]:
    """Read a sidecar, a folder's defaults or a registry entry that is all YAML."""
    parsed, found = yamlio.load(text, path)
    if parsed is None:
        return [], found
    if parsed.data is not None and not isinstance(parsed.data, dict):
        problem = error(
            "yaml-not-mapping",
            Location(path, 1, 1),
            "The file does not hold keys and values",
            hint="Write lines such as `title: …`.",
            source=text.split("\n", 1)[0],
        )
        return [], [problem]
    return _stated(parsed, kind, path, text.split("\n"), 1), found


def from_labels(found: Iterable[Label], path: str, lines: Sequence[str]) -> list[Statement]:
    """What the labels of a body state."""
    return [
        Statement(
            key=key_of(one),
            value=list(one.values) if len(one.values) != 1 else one.values[0],
            origin=Origin("body label", path, one.line),
            column=one.column,
            source=lines[one.line - 1] if one.line <= len(lines) else "",
            raw=one.raw,
        )
        for one in found
        if one.values
    ]


def resolve(
    statements: Iterable[Statement],
    kind: DocumentKind,
    config: SiteConfig,
    known: Mapping[str, str],
    only: frozenset[str] = frozenset(),
) -> tuple[Metadata, list[Diagnostic]]:
    """Weigh what is stated: the strongest origin wins each field, and says so.

    `known` is `fields.names_of_keys(config.aliases)`. With `only`, just these fields are looked
    at and nothing is told of the others.
    """
    found: list[Diagnostic] = []
    by_field: dict[str, list[Statement]] = {}
    extra: dict[str, Any] = {}
    unknown: list[tuple[str, Location]] = []
    if only:
        statements = [one for one in statements if known.get(folded(one.key)) in only]
        if not statements:
            return Metadata({}, (), {}, ()), found
    for one in sorted(statements, key=lambda one: _RANK[one.origin.kind]):
        one = _visibility(one)
        name = known.get(folded(one.key))
        if name == "aliases" and kind in ("article", "page"):
            # An article has no other names; what other programs call so are its old addresses.
            name = "redirect_from"
        elif name == "aliases" and (old := _addresses(one.value)):
            by_field.setdefault("redirect_from", []).append(replace(one, value=old))
        spec = BY_NAME.get(name) if name else None
        if spec and (not spec.kinds or kind in spec.kinds):
            by_field.setdefault(spec.name, []).append(one)
        else:
            extra.setdefault(one.key, yamlio.plain(one.value))
            if not spec and one.key not in config.fields:
                unknown.append((one.key, one.location))
    values: dict[str, Any] = {}
    evidence: list[Evidence] = []
    for spec in (spec for spec in FIELDS if spec.name in by_field):
        for one in _by_strength(by_field[spec.name], spec, config):
            name_of_source = spec.name == "source_url" and _names_a_newspaper(one)
            if spec.name in values and not name_of_source:
                if _says_more(spec, one, evidence[-1]):
                    more = _read(spec, one, config, found) or ()
                    values[spec.name] = tuple(dict.fromkeys((*values[spec.name], *more)))
                    evidence.append(Evidence(spec.name, one.shown, one.origin))
                    continue
                if one.key != spec.name:
                    extra.setdefault(one.key, yamlio.plain(one.value))
                continue
            value = _read(spec, one, config, found)
            if value is None:
                continue
            if name_of_source:
                if "publication" not in values and "publication" not in by_field:
                    values["publication"] = value
                    evidence.append(Evidence("publication", one.shown, one.origin))
                continue
            if spec.type == "url" and not is_url(value):
                found.append(_not_a_url(spec, one, value))
                continue
            values[spec.name] = value
            evidence.append(Evidence(spec.name, one.shown, one.origin))
    return Metadata(values, tuple(evidence), extra, tuple(unknown)), found


def _by_strength(stated: list[Statement], spec: Field, config: SiteConfig) -> list[Statement]:
    """What is stated of a field, the strongest origin first; of one origin, the first name.

    It comes in the order of origins already.
    """
    if len({one.origin.kind for one in stated}) == len(stated):
        return stated
    order = _order((spec.name, *config.aliases.get(spec.name, ()), *spec.aliases))
    return sorted(stated, key=lambda one: (_RANK[one.origin.kind], order.get(folded(one.key), 99)))


_RANK = {kind: rank for rank, kind in enumerate(ORIGINS)}


@lru_cache(maxsize=256)
def _order(names: tuple[str, ...]) -> Mapping[str, int]:
    """The place of each key among the names of a field, the first that it stands for."""
    return {folded(name): index for index, name in reversed(list(enumerate(names)))}


def _names_a_newspaper(one: Statement) -> bool:
    """Whether a `source` is no address, so that it says in what the text was published."""
    said = one.value[0] if isinstance(one.value, list) and len(one.value) == 1 else one.value
    return folded(one.key) == "source" and isinstance(said, str) and not is_url(said.strip("<> \n"))


def _says_more(spec: Field, one: Statement, before: Evidence) -> bool:
    """Whether two statements of a field make one list: labels at the head and at the foot, tags and
    categories of one file, and old addresses, which all lead to where the document is now.
    """
    if spec.name == "redirect_from":
        return True
    beside = (one.origin.kind, one.origin.path) == (before.origin.kind, before.origin.path)
    labels = one.origin.kind == "body label" and spec.name in LIST_FIELDS
    return beside and (labels or spec.name == "topics")


def _addresses(aliases: Any) -> list[str]:
    """What other programs list among the aliases of an entry that are old addresses of its page."""
    listed = aliases if isinstance(aliases, list) else [aliases]
    return [one for one in listed if isinstance(one, str) and one.startswith("/")]


def _visibility(one: Statement) -> Statement:
    """`published: false` hides a document in many programs; it is no date."""
    if folded(one.key) != "published":
        return one
    said = one.value.casefold() if isinstance(one.value, str) else ""
    if said not in ("true", "false", "yes", "no"):
        return one
    raw = f"{one.key}: {said}"
    if said in ("false", "no"):
        return replace(one, key="draft", value="true", raw=raw)
    return replace(one, key="status", value="published", raw=raw)


def _read(spec: Field, one: Statement, config: SiteConfig, found: list[Diagnostic]) -> Any:
    if one.value is None or one.value in ("", []):
        if spec.name == "title":
            found.append(
                warning(
                    "title-empty",
                    one.location,
                    "The title is empty",
                    hint="Write the title, or remove the key.",
                    source=one.source,
                )
            )
        return None
    try:
        return READERS[spec.type](one.value, config)
    except Wrong as wrong:
        found.append(
            warning(
                wrong.code,
                one.location,
                f"`{one.key}`: {wrong.message}",
                value=one.shown[:120],
                hint=wrong.hint,
                source=one.source,
            )
        )
        return wrong.instead


UNTITLED = "Untitled"
"""The title of a document whose file's name has nothing that could be shown."""


def title_from_name(path: str) -> str:
    """A title made from a file name: `2014-03-12-coming-soon.md` is `Coming soon`."""
    stem = without_ending(name_of(path))
    if stem in INDEX_STEMS:
        stem = name_of(path.rpartition("/")[0])
    rest = re.sub(r"^\d{4}-?\d{2}-?\d{2}[-_ ]+", "", stem) or stem
    words = re.sub(r"[-_]+", " ", rest).strip()
    shown = decode_entities(words or stem)
    return words[:1].upper() + words[1:] or stem if shown.strip() else UNTITLED


def _not_a_url(spec: Field, one: Statement, value: str) -> Diagnostic:
    return warning(
        "url-unreadable",
        one.location,
        f"`{one.key}`: this is not the address of a page",
        value=value[:120],
        hint="Write the whole address, beginning with https://.",
        source=one.source,
    )
