"""What a build leaves in the store for the next: so that what stands is not made again.

It is a memory and no more: without it, or with a damaged one, a build takes longer and comes to
the same.
"""

from __future__ import annotations

import json
import os
import pickle
import uuid
from collections.abc import Mapping
from dataclasses import field
from typing import Any

from site_gen.cache import PAST, Store, digest_of, program_digest
from site_gen.frozen import frozen
from site_gen.signatures import Kept

SHARE = 8
"""Changes are kept apart from the whole until there are more than this part of it."""

Tables = tuple[Mapping[str, Any], ...]


@frozen
class Past:
    """The end of the last build into one output folder.

    `sources` and `output` are the signatures of files. `frame` is the digest of what all pages
    depend on; `pages` are those pages by URL, each with its key and the SHA-256 of its bytes.
    `inputs` is the digest of all that the build was made from, `manifest` that of the manifest
    which it wrote, and `result` what it came to. `stamps` tell the texts that pages show, with the
    digest of the plan that they belong to, and `parts` are the digests of what files show of them.
    `whole` are the tables as they were last kept
    whole, and what they are known by.
    """

    sources: Kept = field(default_factory=dict)
    output: Kept = field(default_factory=dict)
    pages: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    frame: str = ""
    inputs: str = ""
    manifest: str = ""
    result: Any = None
    stamps: tuple[str, str, str] = ("", "", "")
    parts: Mapping[str, str] = field(default_factory=dict)
    whole: tuple[str, Tables] = field(default=("", ()), compare=False, repr=False)

    @property
    def _tables(self) -> Tables:
        """What has an entry for each file."""
        return self.sources, self.output, self.pages

    @classmethod
    def load(cls, store: Store, output: str) -> Past:
        """The past of an output folder; an empty one if there is none."""
        kept, late = (store.get(key) for key in _keys(output))
        if kept is None or late is None:
            return cls()
        name, tables = pickle.loads(kept)
        of, changes, rest = pickle.loads(late)
        if of != name:
            return cls()
        sources, files, pages = (_changed(*both) for both in zip(tables, changes, strict=True))
        frame, inputs, manifest, result, stamps, parts = rest
        whole = name, tables
        return cls(sources, files, pages, frame, inputs, manifest, result, stamps, parts, whole)

    def save(self, store: Store, output: str) -> None:
        """Keep it for the next build of the folder."""
        name, tables = self.whole
        in_whole, apart = _keys(output)
        changes = [_changes(old, new) for old, new in zip(tables, self._tables, strict=bool(name))]
        count = sum(len(new) + len(gone) for new, gone in changes)
        values = []
        if not name or count > sum(map(len, tables)) // SHARE:
            name = uuid.uuid4().hex
            values.append((in_whole, pickle.dumps((name, self._tables))))
            changes = [({}, ())] * len(self._tables)
        rest = self.frame, self.inputs, self.manifest, self.result, self.stamps, self.parts
        late = name, changes, rest
        store.put([*values, (apart, pickle.dumps(late))])
        _forget_others(store, output)


def _changes(
    old: Mapping[str, Any], new: Mapping[str, Any]
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The entries that are new or others than before, and the keys of those that are gone."""
    nothing = object()
    other = {key: value for key, value in new.items() if old.get(key, nothing) != value}
    return other, tuple(old.keys() - new.keys())


def _changed(
    old: Mapping[str, Any], changes: tuple[Mapping[str, Any], tuple[str, ...]]
) -> Mapping[str, Any]:
    new, gone = changes
    if not new and not gone:
        return old
    left = {**old, **new}
    for key in gone:
        del left[key]
    return left


def _keys(output: str) -> tuple[str, str]:
    """Where the whole and the changes since lie. Another program may mean other things by them."""
    name = f"{PAST}{program_digest()} {digest_of(output)}"
    return f"{name} whole", name


def _forget_others(store: Store, output: str) -> None:
    """Forget the pasts of folders that are gone: a build into a folder for once leaves none."""
    key = f"{PAST}{program_digest()} folders"
    folders = json.loads(store.get(key) or b"[]")
    there = [one for one in folders if one == output or os.path.isdir(one)]
    for one in folders:
        if one not in there:
            store.forget(_keys(one))
    there = sorted({*there, output})
    if there != folders:
        store.put([(key, json.dumps(there).encode())])
