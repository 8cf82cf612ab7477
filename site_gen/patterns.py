"""Regular expressions that take long to compile, and that most builds do not need."""

from __future__ import annotations

import re
from typing import Any, cast


def late_pattern(text: str, flags: re.RegexFlag | int = 0) -> re.Pattern[str]:
    """What `re.compile` gives; it is compiled, and raises what is wrong, when it is first used."""
    return cast("re.Pattern[str]", _Late(text, flags))


class _Late:
    """What stands for a pattern, with what was asked of it before."""

    def __init__(self, *made_from: Any) -> None:
        self._made_from = made_from

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # Whoever copies it asks for what it may not have.
            raise AttributeError(name)
        found = getattr(re.compile(*self.__dict__["_made_from"]), name)
        setattr(self, name, found)
        return found
