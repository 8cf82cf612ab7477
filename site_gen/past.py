"""What a build leaves in the store for the next: so that what stands is not made again.

It is a memory and no more: without it, or with a damaged one, a build takes longer and comes to
the same.
"""

from __future__ import annotations

import json
import os
import pickle
import uuid
from collections.abc import Callable, Mapping
from dataclasses import field, replace
from functools import lru_cache
from typing import Any

from site_gen.cache import PAST, Store, digest_of, program_digest
from site_gen.frozen import frozen
from site_gen.signatures import Kept, packed, unpacked

Pages = Mapping[str, tuple[str, str]]
"""Pages by URL, each with its key and the SHA-256 of its bytes."""


@frozen
class Past:
    """The end of the last build into one output folder.

    `folders` are those of content/ as they were seen by the rules `seen_by`, and `attachments` the
    signatures of what else was read there. `frame` is the digest of what all pages depend on.
    `inputs` is the digest of all that the build was made from, `manifest` that of the manifest
    which it wrote, and `result` what it came to. `stamps` tell the texts that pages show, with the
    digest of the plan that they belong to, and `parts` are the digests of what files show of them.

    `output` gives the signatures of all files that the manifest lists, None where they are not
    known; `pages` those pages whose keys are. They are read from the store when they are asked for.
    """

    seen_by: str = ""
    folders: Mapping[str, bytes] = field(default_factory=dict)
    attachments: Kept = field(default_factory=dict)
    frame: str = ""
    inputs: str = ""
    manifest: str = ""
    result: Any = None
    stamps: tuple[str, str, str] = ("", "", "")
    parts: Mapping[str, str] = field(default_factory=dict)
    output: Callable[[], Kept | None] = field(default=lambda: None, compare=False, repr=False)
    pages: Callable[[], Pages] = field(default=dict, compare=False, repr=False)

    @classmethod
    def load(cls, store: Store, output: str) -> Past:
        """The past of an output folder; an empty one if there is none."""
        key = _key(output)
        kept = store.get(key)
        if kept is None:
            return cls()
        loaded: tuple[bytes, Past] = pickle.loads(kept)
        name, rest = loaded

        def table(which: str) -> bytes | None:
            """What has an entry for each file, if it belongs to the rest."""
            with Store(store.folder) as again:
                of, _, data = (again.get(f"{key} {which}") or b"").partition(b" ")
            return data if of == name else None

        @lru_cache
        def files() -> Kept | None:
            data = table("output")
            return None if data is None else unpacked(data)

        @lru_cache
        def pages() -> Pages:
            data = table("pages")
            return {} if data is None else _unpacked(data)

        return replace(rest, output=files, pages=pages)

    def save(self, store: Store, output: str) -> None:
        """Keep it for the next build of the folder."""
        key, name = _key(output), uuid.uuid4().hex.encode()
        files = b"%b %b" % (name, packed(self.output() or {}))
        pages = b"%b %b" % (name, _packed(self.pages()))
        # They count only with the rest, which comes after them.
        store.put([(f"{key} output", files), (f"{key} pages", pages)])
        rest = replace(self, output=dict, pages=dict)
        store.put([(key, pickle.dumps((name, rest)))])
        _forget_others(store, output)


def _packed(pages: Pages) -> bytes:
    """Pages as they are put into the store: field by field, which is read several times as fast."""
    keys, digests = zip(*pages.values(), strict=True) if pages else ((), ())
    return pickle.dumps(tuple(map("\0".join, (pages, keys, digests))))


def _unpacked(data: bytes) -> Pages:
    urls, *rest = (one.split("\0") for one in pickle.loads(data))
    return dict(zip(urls, zip(*rest, strict=True), strict=True)) if urls != [""] else {}


def _key(output: str) -> str:
    """Where it lies. Another program may mean other things by it."""
    return f"{PAST}{program_digest()} {digest_of(output)}"


def _forget_others(store: Store, output: str) -> None:
    """Forget the pasts of folders that are gone: a build into a folder for once leaves none."""
    key = f"{PAST}{program_digest()} folders"
    folders = json.loads(store.get(key) or b"[]")
    there = [one for one in folders if one == output or os.path.isdir(one)]
    for one in folders:
        if one not in there:
            store.forget([f"{_key(one)}{part}" for part in ("", " output", " pages")])
    there = sorted({*there, output})
    if there != folders:
        store.put([(key, json.dumps(there).encode())])
