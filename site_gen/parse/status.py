"""What must not be shown yet is never shown because its status could not be read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from site_gen.diagnostics import Diagnostic, Location, error
from site_gen.fields import folded
from site_gen.metadata import Statement

STATUSES = ("published", "draft", "embargoed")
HIDING = ("status", "draft", "embargo_until", "noindex")


def problems(
    stated: Sequence[Statement], values: Mapping[str, Any], known: Mapping[str, str], path: str
) -> list[Diagnostic]:
    """Errors for a status, draft, embargo or noindex that is stated and cannot be read.

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
        if field not in values and any(one.value is not None for one in of[field]):
            found.append(_unreadable(of[field][0]))
            embargoed |= field == "embargo_until"
    said = str(values.get("status", "published")).casefold()
    at = of["status"][0].location if of["status"] else Location(path)
    if said not in STATUSES:
        found.append(
            error(
                "status-unreadable",
                at,
                f"`{said}` is not a status that site_gen knows",
                value=said,
                hint="Write published, draft or embargoed (with embargo_until).",
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
