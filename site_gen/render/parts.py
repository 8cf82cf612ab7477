"""The digests of parts of files, of which most stand when a text is edited."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping


class Parts:
    """Digests of parts of files by name, each of all that is told of some articles.

    `before` are those of the last build, and `moved` the articles of which another text is told
    since; None where more than texts may be another.
    """

    def __init__(
        self, before: Mapping[str, str] | None = None, moved: frozenset[str] | None = None
    ) -> None:
        self.before = before if before is not None and moved is not None else {}
        self.moved = moved or frozenset()
        self.now: dict[str, str] = {}

    def digest(self, name: str, articles: Collection[str], make: Callable[[], str]) -> str:
        """The digest of a part: that of the last build, where no article of it moved."""
        if name not in self.now:
            stands = name in self.before and self.moved.isdisjoint(articles)
            self.now[name] = self.before[name] if stands else make()
        return self.now[name]
