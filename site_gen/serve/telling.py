"""What is said of the findings of each build: those that are new, and how many are gone."""

from __future__ import annotations

from collections.abc import Sequence

from site_gen import diagnostics
from site_gen.diagnostics import Diagnostic


class Told:
    """Remembers what the last build found. A finding that only moved in its file is not new."""

    def __init__(self) -> None:
        self._known: frozenset[tuple[str, ...]] = frozenset()

    def report(self, found: Sequence[Diagnostic]) -> str:
        """The findings that are new, as text; of the others their number. Errors are always told,
        and then nothing else is.
        """
        errors = [one for one in found if one.severity == "error"]
        known, self._known = self._known, frozenset(map(_what, found))
        if errors:
            return diagnostics.as_text(errors)
        new = [one for one in found if _what(one) not in known]
        gone = len(known - self._known)
        told = [diagnostics.as_text(new)] if new else []
        if known and len(new) < len(found):
            told.append(f"{_counted(len(found) - len(new))} as before.")
        if gone:
            told.append(f"{_counted(gone)} gone.")
        return "\n".join(told)


def _what(one: Diagnostic) -> tuple[str, ...]:
    return one.code, one.location.path, one.message, one.value


def _counted(count: int) -> str:
    return "1 finding" if count == 1 else f"{count:,} findings"
