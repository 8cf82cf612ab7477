"""What a document says must not be shown of it, and the proof that it is not."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any

from site_gen import closing, htmlsource, redaction
from site_gen.config import SiteConfig
from site_gen.dates import Date
from site_gen.diagnostics import Diagnostic, Location, error, warning
from site_gen.fields import folded
from site_gen.metadata import Statement
from site_gen.model import Document, Evidence, Markup, Record, Withheld
from site_gen.paths import ending_of, without_ending
from site_gen.patterns import late_pattern
from site_gen.values import READERS, Wrong

_SPEAKS = late_pattern(
    r"(?:^|[{,])[ \t\"']*(?:redact|withdr|withh|embargo|anonym)[\w -]*[\"']?\s*:"
    r"|\b(?:byline|authors?)[\"']?\s*:[\s\"'\[-]*anonym"
    r"|\bstatus[\"']?\s*:\s*[\"']?(?:embargoed|withdrawn)",
    re.IGNORECASE | re.MULTILINE,
)
_BEGINNINGS = ("redact", "withdr", "withh", "embargo", "anonym")
"""One of these stands in whatever that pattern finds."""
_ANONYMISED = ("anonymised", "anonymized")
OF_A_NAME = "The name of the author."
"""Why a name is withheld, to readers."""
_NOT_WORDS = frozenset(
    {
        "accept", "draft", "embargo_until", "encoding", "markup", "noindex", "redactions",
        "repair", "slug", "smart_quotes", "status", "withdrawn",
    }
)  # fmt: skip
"""Fields whose values are no words for readers."""
_NOT_SHOWN = frozenset(
    {"accept", "body", "digest", "key", "kind", "language", "path", "withheld", "line", "origin"}
)
"""What pages show nothing of, or what is held against the words in another way."""


def speaks_of_hiding(text: str) -> bool:
    """Whether metadata, even such as cannot be read, seems to keep something from being shown."""
    small = text.lower()
    if text.isascii() and not any(one in small for one in _BEGINNINGS):
        return False
    return _SPEAKS.search(text) is not None


def redactions(
    stated: Iterable[Statement], known: Mapping[str, str]
) -> tuple[tuple[Withheld, ...], list[Diagnostic]]:
    """The words that a sidecar keeps from being shown. What is not clear is an error."""
    rules: list[Withheld] = []
    found: list[Diagnostic] = []
    for one in stated:
        if known.get(folded(one.key)) != "redactions":
            continue
        if one.origin.kind != "sidecar":
            found.append(_unreadable(one, "`redactions` stand in a sidecar and nowhere else"))
        elif not isinstance(one.value, list):
            found.append(_unreadable(one, "`redactions` is a list"))
        else:
            for number, item in enumerate(one.value, start=1):
                rule, wrong = _rule(item)
                if rule:
                    rules.append(rule)
                else:
                    found.append(_unreadable(one, f"Redaction {number} {wrong}"))
    return tuple(rules), found


def _rule(item: Any) -> tuple[Withheld | None, str]:
    if not isinstance(item, dict) or set(item) - {"match", "reason"}:
        return None, "holds a `match` and a `reason`, and no more"
    match, reason = item.get("match"), item.get("reason")
    words = redaction.words_of(match) if isinstance(match, str) else ""
    if not any(map(str.isalnum, words)):
        return None, "has no words in `match`"
    if not isinstance(reason, str) or not reason.strip():
        return None, "has no `reason`"
    return Withheld(words, " ".join(reason.split())), ""


def _unreadable(one: Statement, message: str) -> Diagnostic:
    hint = "Write `redactions: [{match: the exact words, reason: why}]` into the sidecar."
    return error("redaction-unreadable", one.location, message, hint=hint)


def _said(one: Statement, known: Mapping[str, str]) -> str:
    """What a statement says of the byline, if it does; in small letters."""
    if known.get(folded(one.key)) != "authors":
        return ""
    value = one.value[0] if isinstance(one.value, list) and len(one.value) == 1 else one.value
    return value.strip().casefold() if isinstance(value, str) else ""


def anonymised(stated: Iterable[Statement], known: Mapping[str, str]) -> bool:
    """Whether something says that the authors' names must not be shown."""
    return any(_said(one, known) in _ANONYMISED for one in stated)


def unclear_bylines(stated: Iterable[Statement], known: Mapping[str, str]) -> Iterator[Diagnostic]:
    """An error for each byline that nearly says so."""
    for one in stated:
        said = _said(one, known)
        if said.startswith("anonymi") and said not in _ANONYMISED:
            yield error(
                "status-unreadable",
                one.location,
                "The byline seems to be withheld, and does not say so plainly",
                hint="Write `byline: anonymised`.",
            )


def names(
    stated: Iterable[Statement],
    known: Mapping[str, str],
    config: SiteConfig,
    spellings: Iterable[Sequence[str]],
) -> tuple[Withheld, ...]:
    """The names of the authors as anything states them, with all that the registry knows."""
    found: dict[Any, None] = {}
    for one in stated:
        if known.get(folded(one.key)) != "authors" or _said(one, known) in _ANONYMISED:
            continue
        found |= dict.fromkeys(one.value if isinstance(one.value, list) else [one.value])
        with contextlib.suppress(Wrong):
            found |= dict.fromkeys(READERS["people"](one.value, config) or ())
    given = [one for one in found if isinstance(one, str)]
    given = [one for one in map(redaction.words_of, given) if redaction.is_name(one)]
    alike = {slug for one in given for slug in redaction.slugs(Withheld(one, name=True))}
    for person in spellings:
        rules = [Withheld(one, name=True) for one in person if redaction.is_name(one)]
        if alike.intersection(slug for rule in rules for slug in redaction.slugs(rule)):
            given += (redaction.words_of(rule.words) for rule in rules)
    return tuple(Withheld(one, OF_A_NAME, name=True) for one in dict.fromkeys(given))


def without_notes(body: str, how: Markup) -> str:
    """A body without its closing notes on authors whose names were replaced."""
    take = htmlsource.closing_notes if how == "html" else closing.closing_notes
    while True:
        body, notes = take(body, (redaction.NAME,))
        if not notes:
            return body


class Censor:
    """Takes the words out of all that a document says, and remembers which were there."""

    def __init__(self, rules: Sequence[Withheld], known: Mapping[str, str], at: Location) -> None:
        """`at` is where the words are listed, `known` the fields that keys stand for."""
        self.rules = tuple(rules)
        self.known = known
        self.at = at
        self.used: set[int] = set()
        self.found: list[Diagnostic] = []

    def text(self, text: str, path: str) -> str:
        """The text of a source without the words."""
        if not self.rules:
            return text
        done = redaction.redact(text, self.rules)
        self.used |= done.found
        for place, number in done.inside:
            self.found.append(_inside(Location.at(path, text, place), number))
        for place, number in redaction.in_other_case(done.text, self.rules):
            self.found.append(_other_case(Location.at(path, done.text, place), number))
        for place in redaction.parts_left(done.text, self.rules):
            self.found.append(_part(Location.at(path, done.text, place)))
        return done.text

    def statement(self, one: Statement) -> Statement | None:
        """A statement without the words; None for an address or an identifier that held them."""
        field = self.known.get(folded(one.key))
        if not self.rules or field in _NOT_WORDS:
            return one
        value = self._value(one.value, one.location)
        if isinstance(one.value, str) and "://" in one.value and value != one.value:
            return None
        # Identifiers are made like addresses, and often from them: `ann-bell-7`.
        if field == "identifier" and any(
            redaction.spells(said, self.rules) for said in strings(value)
        ):
            return None
        raw = self._value(one.raw, one.location)
        return replace(one, value=value, raw=raw, source="")

    def _value(self, value: Any, at: Location) -> Any:
        if isinstance(value, dict):
            return {self._value(key, at): self._value(one, at) for key, one in value.items()}
        if isinstance(value, list):
            return [self._value(one, at) for one in value]
        if not isinstance(value, str):
            return value
        done = redaction.redact(value, self.rules)
        self.used |= done.found
        self.found.extend(_inside(at, number) for _, number in done.inside)
        return redaction.merged(done.text) if done.text != value else value

    def unused(self) -> Iterator[Diagnostic]:
        """An error for each rule whose words were nowhere."""
        for number, rule in enumerate(self.rules):
            if number not in self.used and not rule.name:
                yield error(
                    "redaction-not-found",
                    self.at,
                    f"The words of redaction {number + 1} stand nowhere in the document",
                    hint="Write them as the text does, letter for letter; words that markup parts "
                    "(`so**me** words`) are matched in pieces.",
                )

    def address(self, path: str, slug: str) -> Iterator[Diagnostic]:
        """An error if the address of the document's page would hold the words."""
        parts = without_ending(path).split("/")
        shown = [*parts[:-1], slug or parts[-1]]
        if any(redaction.in_address(part, self.rules) for part in shown):
            yield error(
                "redaction-address",
                self.at,
                "The address of the page would hold words that must not be shown",
                hint="Rename the file or its folder, or give it a `slug:`.",
            )

    def names(self, names: Iterable[str]) -> tuple[str, ...]:
        """The names that hold none of the words; a mark is nobody's name."""
        return tuple(
            one
            for one in names
            if redaction.MARK not in one and not redaction.spells(one, self.rules)
        )


def _inside(at: Location, number: int) -> Diagnostic:
    return error(
        "redaction-in-word",
        at,
        f"The words of redaction {number + 1} stand here as a part of a longer word",
        hint="Give the longer word as a `match` of its own, or more words in this one.",
    )


def _other_case(at: Location, number: int) -> Diagnostic:
    return warning(
        "redaction-other-case",
        at,
        f"The words of redaction {number + 1} stand here with other capitals, and are shown",
        hint="If they must not be, add a redaction with these capitals.",
    )


def _part(at: Location) -> Diagnostic:
    return warning(
        "byline-part-left",
        at,
        "A part of a withheld name stands here by itself, and is shown",
        hint="If it gives the author away, add a redaction for it, or an alias to the registry.",
    )


def cleared(
    document: Document, body: str, record: Record, censor: Censor
) -> tuple[Document, str, Record, list[Diagnostic]]:
    """The document as it is published, its marks made visible; an error if words are left."""
    rules = censor.rules
    references = tuple(
        replace(one, target=redaction.MARK) if redaction.in_address(one.target, rules) else one
        for one in document.references
    )
    reasons = tuple(dict.fromkeys(rule.reason for rule in rules if rule.reason))
    document = _marked(replace(document, references=references, digest="", withheld=()), rules)
    record = _marked(replace(record, redacted=reasons), rules)
    if redaction.in_address(without_ending(document.path), rules):
        record = replace(record, evidence=tuple(map(_unplaced, record.evidence)))
    body = redaction.marked(body, rules)
    left = next(
        (
            number
            for text in (*redaction.said_in(body), *strings(document), *strings(record))
            if (number := redaction.remains(text, rules)) is not None
        ),
        None,
    )
    found = [] if left is None else [_left(left, rules[left], censor.at)]
    return replace(document, withheld=rules), body, record, found


def _unplaced(one: Evidence) -> Evidence:
    """Evidence without the name of its file, where that tells too much."""
    return replace(one, origin=replace(one.origin, path=""))


def _left(number: int, rule: Withheld, at: Location) -> Diagnostic:
    what = "a withheld name" if rule.name else f"the words of redaction {number + 1}"
    return error(
        "redaction-left",
        at,
        f"The page would still hold {what}: markup parts them, or they are spelt in another way",
        hint="Add a redaction for each piece, as the source writes it.",
    )


def _marked(value: Any, rules: Sequence[Withheld]) -> Any:
    """The same with marks that follow each other made one; HTML has its marks made visible."""
    if isinstance(value, str):
        return redaction.merged(value)
    if isinstance(value, (tuple, frozenset, list)):
        return type(value)(_marked(one, rules) for one in value)
    if isinstance(value, dict):
        return {key: _marked(one, rules) for key, one in value.items()}
    if is_dataclass(value) and not isinstance(value, (type, Date)):
        return replace(
            value,
            **{
                one.name: redaction.marked(getattr(value, one.name), rules)
                if one.name == "html"
                else _marked(getattr(value, one.name), rules)
                for one in fields(value)
                if one.name not in _NOT_SHOWN
            },
        )
    return value


def strings(value: Any) -> Iterator[str]:
    """All texts in a value that pages may show."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Date):
        yield from (value.edtf, value.label())
    elif isinstance(value, Mapping):
        for key, one in value.items():
            yield str(key)
            yield from strings(one)
    elif isinstance(value, (tuple, list, frozenset)):
        for one in value:
            yield from strings(one)
    elif is_dataclass(value):
        for field in fields(value):
            if field.name == "html":
                yield from redaction.said_in(getattr(value, field.name))
            elif field.name not in _NOT_SHOWN:
                yield from strings(getattr(value, field.name))


def masked(path: str, rules: Sequence[Withheld]) -> str:
    """A path as it may be printed: names in it that hold the words are a mark."""
    *folders, name = path.split("/")
    ending = ending_of(name)
    parts = [redaction.MARK if redaction.in_address(one, rules) else one for one in folders]
    held = redaction.in_address(without_ending(name), rules)
    return "/".join([*parts, f"{redaction.MARK}{ending}" if held else name])
