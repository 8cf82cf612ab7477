"""What an earlier text would be today: the digest by which readers tell versions apart.

It is read by the code that reads the texts of today, with the sidecar of its own time. Tables,
defaults and settings are those of today.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import cast, get_args

from site_gen import decoding, sources, tables
from site_gen.compact import Compact
from site_gen.config import extension_use
from site_gen.diagnostics import Diagnostic
from site_gen.frozen import frozen
from site_gen.model import Markup, Source
from site_gen.parse import withholding
from site_gen.parse.document import Context, Failed, Work, is_draft, version_of
from site_gen.parse.gather import HIDING, Task, text_of
from site_gen.paths import composed, name_of, without_ending

_READ = frozenset({"title", "status", "draft", "embargo_until", "withdrawn"})
_POINTER = b"version https://git-lfs.github.com/spec/"
"""What stands in git in place of a large file that is kept elsewhere."""
_UNPUBLISHED = re.compile(r"withdrawn|embargoed", re.IGNORECASE)


@frozen
class Earlier(Compact):
    """What an earlier text came to. `version` is empty where it was not published.

    `hidden` says that something of it was not to be shown.
    """

    version: str = ""
    hidden: bool = False


class _Work(Work):
    """A text on its way whose bytes, and its sidecar's, are given."""

    def __init__(self, task: Task, context: Context, given: Mapping[str, bytes]) -> None:
        super().__init__(task, context)
        self.given = given

    def read(self, source: Source, encoding: str) -> tuple[str | None, list[Diagnostic]]:
        if source.path in self.given:
            return text_of(self.given[source.path], source, encoding)
        return super().read(source, encoding)


def earlier(
    task: Task, context: Context, path: str, text: bytes, sidecar: tuple[str, bytes] | None
) -> Earlier:
    """Read what the document of a task was, when it lay at `path`, with the sidecar it had."""
    if text.startswith(_POINTER) or (sidecar and sidecar[1].startswith(_POINTER)):
        return Earlier(hidden=bool(sidecar and sidecar[1].startswith(_POINTER)))
    use = extension_use(context.config, path)
    markup = cast("Markup", use) if use in get_args(Markup) else task.source.markup
    source = replace(task.source, path=path, markup=markup, digest=_digest(text), size=len(text))
    given = {path: text}
    beside = None
    if sidecar:
        given[sidecar[0]] = sidecar[1]
        beside = Source(sidecar[0], "sidecar", digest=_digest(sidecar[1]), size=len(sidecar[1]))
    then = replace(task, source=source, sidecar=beside, twins=(), spellings=None)
    work = _Work(then, context, given)
    try:
        apart, _ = work.taken()
    except Failed:
        return Earlier(hidden=work.sensitive or any(HIDING.search(one) for one in given.values()))
    values = work.resolve(_READ, tell=False).values
    hidden = (
        work.sensitive
        or withholding.anonymised(work.stated, work.known)
        or "embargo_until" in values
        or "withdrawn" in values
        or bool(_UNPUBLISHED.match(values.get("status", "")))
    )
    draft = is_draft(values)
    return Earlier("" if draft or hidden else version_of(values["title"], apart.body), hidden)


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def told_to_hide(path: str, data: bytes, context: Context) -> tuple[str, ...]:
    """Of which documents defaults or a table said that something must not be shown.

    A path that ends in `/` stands for all that lies below it; others have no ending.
    """
    folder = f"{sources.folder_of(path)}/"
    if not HIDING.search(data):
        return ()
    text, _ = decoding.decode(data, path)
    if text is None:
        return (folder,)
    if name_of(path) != sources.TABLE:
        return (folder,) if withholding.speaks_of_hiding(text) else ()
    rows, problems = tables.read(text, path, context.config)
    if any(one.severity == "error" for one in problems):
        return (folder,)
    return tuple(
        composed(without_ending(f"{folder}{name}"))
        for name, stated in sorted(rows.items())
        if any(withholding.speaks_of_hiding(f"{one.key}: {one.raw}") for one in stated)
    )
