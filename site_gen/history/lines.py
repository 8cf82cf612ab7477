"""The line of each text: what it was at each commit that changed it or its sidecar."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field

from site_gen.compact import Compact
from site_gen.frozen import frozen
from site_gen.history.repository import Change
from site_gen.paths import ending_of, name_of, without_ending

SIDECAR_ENDINGS = (".yml", ".yaml")
SHARED = ("_defaults.yml", "_defaults.yaml", "metadata.csv")
"""Files that say something of many texts."""


@frozen
class Moment(Compact):
    """A text as a commit left it: where it lay, its blob, and those of its sidecar, if any."""

    day: str
    path: str
    blob: str
    sidecar: str = ""
    sidecar_blob: str = ""


@frozen
class Lines:
    """The moments of each text by its path today, the oldest first; and all that each file which
    speaks of many texts ever was, as blobs by path.
    """

    texts: Mapping[str, tuple[Moment, ...]] = field(default_factory=dict)
    shared: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def drawn(commits: Iterable[tuple[str, list[Change]]]) -> Lines:
    """The lines that commits, the oldest first, draw."""
    drawing = _Drawing()
    for day, changes in commits:
        drawing.commit(day, changes)
    texts = {path: tuple(drawing.lines[path]) for path in drawing.blobs if path in drawing.lines}
    return Lines(texts, {path: tuple(blobs) for path, blobs in drawing.shared.items()})


class _Drawing:
    def __init__(self) -> None:
        self.blobs: dict[str, str] = {}
        self.lines: dict[str, list[Moment]] = {}
        self.by_stem: dict[str, set[str]] = {}
        self.shared: dict[str, dict[str, None]] = {}

    def commit(self, day: str, changes: list[Change]) -> None:
        moved: dict[str, list[Moment]] = {}
        touched: dict[str, None] = {}
        for path, blob, before in changes:
            gone = before if before != path else path if not blob else ""
            if gone in self.blobs:
                del self.blobs[gone]
                self.by_stem.get(without_ending(gone), set()).discard(gone)
                if _is_sidecar(gone):
                    touched |= dict.fromkeys(self.described(gone))
            if before != path and before in self.lines:
                moved[path] = self.lines.pop(before)
        self.lines |= moved
        for path, blob, _ in changes:
            if not blob:
                continue
            self.blobs[path] = blob
            if name_of(path) in SHARED:
                self.shared.setdefault(path, {})[blob] = None
            elif _is_sidecar(path):
                touched[path] = None
            else:
                self.by_stem.setdefault(without_ending(path), set()).add(path)
                touched[path] = None
        for path in [*touched]:
            if _is_sidecar(path):
                touched |= dict.fromkeys(self.described(path))
        for path in sorted(touched):
            if path in self.blobs and not _is_sidecar(path):
                self.lines.setdefault(path, []).append(self.moment(day, path))

    def described(self, sidecar: str) -> list[str]:
        """The texts that a sidecar may belong to: `a.yml` to `a.txt`, `a.txt.yml` to it too."""
        named = without_ending(sidecar)
        return [*self.by_stem.get(named, ()), *([named] if named in self.blobs else [])]

    def moment(self, day: str, path: str) -> Moment:
        stems = (without_ending(path), path)
        names = sorted(f"{stem}{ending}" for stem in stems for ending in SIDECAR_ENDINGS)
        sidecar = next((one for one in names if one in self.blobs), "")
        return Moment(day, path, self.blobs[path], sidecar, self.blobs.get(sidecar, ""))


def _is_sidecar(path: str) -> bool:
    return ending_of(path).lower() in SIDECAR_ENDINGS
