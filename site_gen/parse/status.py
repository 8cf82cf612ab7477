"""What must not be shown yet, or any more, is never shown because its status could not be read."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from site_gen import dates
from site_gen.config import SiteConfig
from site_gen.diagnostics import Diagnostic, Location, error
from site_gen.fields import folded
from site_gen.metadata import Statement
from site_gen.model import Withdrawal

STATUSES = ("published", "draft", "embargoed", "withdrawn")
HIDING = ("status", "draft", "embargo_until", "noindex", "withdrawn")
_EMPTY_IS_UNREADABLE = ("withdrawn",)
"""An empty value of these is one that was lost: a `reason:` below it that is not indented."""
_BEGINNINGS = ("redact", "withdr", "withh", "embargo", "anonym")
_OF_A_WITHDRAWAL = ("date", "reason", "note")
_NEVER = ("false", "no", "off", "0")


def problems(
    stated: Sequence[Statement], values: Mapping[str, Any], known: Mapping[str, str], path: str
) -> list[Diagnostic]:
    """Errors for whatever says that a document may be hidden, and cannot be read.

    `values` are what the statements came to, `known` the field that each key stands for.
    """
    found: list[Diagnostic] = []
    of: dict[str, list[Statement]] = {field: [] for field in HIDING}
    for one in stated:
        field = known.get(folded(one.key))
        if field in of:
            of[field].append(one)
    embargoed = "embargo_until" in values
    for field in HIDING:
        given = [one for one in of[field] if one.value is not None or field in _EMPTY_IS_UNREADABLE]
        if field not in values and given:
            found.append(_unreadable(given[0]))
            embargoed |= field == "embargo_until"
    said = str(values.get("status", "published")).casefold()
    at = of["status"][0].location if of["status"] else Location(path)
    if said not in STATUSES:
        found.append(
            error(
                "status-unreadable",
                at,
                "This is not a status that site_gen knows",
                value=said,
                hint="Write published, draft, embargoed (with embargo_until) or withdrawn.",
            )
        )
    if said == "embargoed" and not embargoed:
        found.append(
            error(
                "status-unreadable",
                at,
                "An embargoed document says until when",
                hint="Add `embargo_until: 2030-01-01`.",
            )
        )
    return found


def _unreadable(one: Statement) -> Diagnostic:
    return error(
        "status-unreadable",
        one.location,
        f"`{one.key}` cannot be read, so the document is held back",
        value=one.shown,
        hint="Mend the value: a date such as 2030-01-01, or true or false.",
        source=one.source,
    )


def misspelt(
    stated: Sequence[Statement], known: Mapping[str, str], own: Mapping[str, str]
) -> Iterator[Diagnostic]:
    """An error for each key that seems to hide something and that nothing knows.

    `redaction:` for `redactions:` would otherwise publish the words. `own` are the fields that
    the site has added.
    """
    for one in stated:
        key = folded(one.key)
        if key in known or one.key in own:
            continue
        close = _like(key)
        if close or key.startswith(_BEGINNINGS):
            meant = f"Did you mean `{close}`? " if close else ""
            yield error(
                "status-unreadable",
                one.location,
                "The key seems to keep something from being shown, and site_gen does not know it",
                value=one.key[:60],
                hint=f"{meant}docs/withholding.md has the keys. If it is a field of your own, name "
                "it under `fields:` in site.yml.",
            )


@lru_cache(maxsize=10_000)
def _like(key: str) -> str:
    close = difflib.get_close_matches(key, ("redactions", "withdrawn", "embargo_until"), 1, 0.8)
    return close[0] if close else ""


def withdrawal(
    stated: Sequence[Statement],
    values: Mapping[str, Any],
    known: Mapping[str, str],
    config: SiteConfig,
) -> tuple[Withdrawal | None, list[Diagnostic]]:
    """What `withdrawn` and `status: withdrawn` come to. Not a word of it is taken by guess."""
    at = next((one.location for one in stated if known.get(folded(one.key)) == "withdrawn"), None)
    said = str(values.get("status", "")).casefold()
    given = values.get("withdrawn")
    if isinstance(given, str) and given.strip().casefold() in _NEVER:
        given = None
    if given is None:
        if said != "withdrawn":
            return None, []
        if at is None:
            at = next(one.location for one in stated if known.get(folded(one.key)) == "status")
        return None, [_wrong(at, "What is withdrawn has a reason")]
    assert at is not None
    if said == "published":
        return None, [_wrong(at, "The document is both published and withdrawn")]
    if not isinstance(given, dict) or set(given) - set(_OF_A_WITHDRAWAL):
        return None, [
            _wrong(at, "`withdrawn` holds a `reason`, a `date` and a `note`, and no more")
        ]
    if any(value is not None and not isinstance(value, str) for value in given.values()):
        return None, [_wrong(at, "`reason`, `date` and `note` are text")]
    reason, date, note = (
        " ".join((given.get(one) or "").split()) for one in ("reason", "date", "note")
    )
    if not reason:
        return None, [_wrong(at, "What is withdrawn has a reason")]
    reading = dates.read(date, config.date_order)
    if reading.problem:
        return None, [_wrong(at, "The date of the withdrawal cannot be read")]
    return Withdrawal(reason, reading.date, note), []


def _wrong(at: Location, message: str) -> Diagnostic:
    hint = "Write `withdrawn: {date: 2026-01-31, reason: At the author's wish}` into its sidecar."
    return error("status-unreadable", at, message, hint=hint)


def not_to_be_withdrawn(at: Location) -> Diagnostic:
    """The error for a registry entry that says it is withdrawn."""
    return error(
        "status-unreadable",
        at,
        "Articles and free pages can be withdrawn, and nothing else",
        hint="Remove the entry, or what it says; its name stays where articles give it.",
    )
