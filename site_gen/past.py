"""What a build leaves in the store for the next: so that what stands is not made again.

It is a memory and no more: without it, or with a damaged one, a build takes longer and comes to
the same.
"""

from __future__ import annotations

import json
import os
import pickle
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import field, replace
from functools import lru_cache
from itertools import compress, repeat
from operator import is_not
from typing import Any

from site_gen.cache import PAST, Store, digest_of, program_digest
from site_gen.frozen import frozen
from site_gen.model import OutputFile
from site_gen.signatures import (
    Entries,
    Kept,
    Listed,
    Signed,
    described,
    packed,
    unlisted,
    unpacked,
)

SHARE = 4
"""Changes of a table are kept apart from the whole until there are more than this part of it."""

Pages = Mapping[str, str]
"""The keys of pages by URL."""


@frozen
class Since:
    """What became of a table since it was kept as a whole, under this name: its new entries, and
    the names of those that are gone, whatever they were.
    """

    whole: bytes = b""
    new: Mapping[str, Any] = field(default_factory=dict)
    gone: frozenset[str] = frozenset()
    count: int = 0
    """How many entries the whole has."""

    def applied(self, entries: dict[str, Any]) -> dict[str, Any]:
        """The entries of the whole as they are now."""
        entries.update(self.new)
        for one in self.gone:
            entries.pop(one, None)
        return entries

    def among(self, entries: Iterable[tuple[str, Any]]) -> Iterator[tuple[str, Any]]:
        """The same one by one."""
        changed = self.new.keys() | self.gone
        yield from (one for one in entries if one[0] not in changed)
        yield from (one for one in self.new.items() if one[0] not in self.gone)

    def then(self, before: Mapping[str, Any], now: Mapping[str, Any]) -> Since:
        """The same when the table that was like that `before` is another `now`."""
        gone = dict(before)
        # Each is looked up but once.
        others = compress(now, map(is_not, now.values(), map(gone.pop, now, repeat(None))))
        other = {one: now[one] for one in others if before.get(one) != now[one]}
        return self.after(other, gone)

    def after(self, new: Mapping[str, Any], gone: Iterable[str]) -> Since:
        """The same when there are `new` entries, and others are `gone`."""
        return Since(
            self.whole, {**self.new, **new}, self.gone.union(gone).difference(new), self.count
        )

    @property
    def few(self) -> bool:
        """Whether it is but a small part of the whole."""
        return bool(self.whole) and len(self.new) + len(self.gone) <= self.count // SHARE


@frozen
class Past:
    """The end of the last build into one output folder.

    `folders` are those of content/ as they were seen by the rules `seen_by`, and `attachments` the
    signatures of what else was read there. `frame` is the digest of what all pages depend on.
    `inputs` is the digest of all that the build was made from, `manifest` that of the manifest
    which it wrote, and `result` what it came to. `stamps` tell the texts that pages show, with the
    digest of the plan that they belong to, and `parts` are the digests of what files show of them.

    `output` gives the signatures of all files that the manifest lists, and `files` these files
    alone, None where they are not known; `pages` those pages whose keys are. They are read from the
    store when they are asked for, as a whole, and `since` says what became of both tables.
    """

    seen_by: str = ""
    folders: Mapping[str, bytes] = field(default_factory=dict)
    attachments: Kept = field(default_factory=dict)
    frame: str = ""
    inputs: str = ""
    manifest: str = ""
    result: Any = None
    stamps: tuple[str, str, bytes, Mapping[str, str], str] = ("", "", b"", {}, "")
    parts: Mapping[str, str] = field(default_factory=dict)
    output: Callable[[], Entries | None] = field(default=lambda: None, compare=False, repr=False)
    files: Callable[[], Mapping[str, OutputFile] | None] = field(
        default=lambda: None, compare=False, repr=False
    )
    pages: Callable[[], Pages] = field(default=dict, compare=False, repr=False)
    since: tuple[Since, Since] = field(default=(Since(), Since()), compare=False, repr=False)

    @classmethod
    def load(cls, store: Store, output: str) -> Past:
        """The past of an output folder; an empty one if there is none."""
        key = _key(output)
        kept = store.get(key)
        if kept is None:
            return cls()
        rest: Past = pickle.loads(kept)

        def table(which: str, since: Since) -> bytes | None:
            """What has an entry for each file, if it belongs to the rest."""
            with Store(store.folder) as again:
                of, _, data = (again.get(f"{key} {which}") or b"").partition(b" ")
            return data if of == since.whole else None

        of_files, of_pages = rest.since

        @lru_cache
        def named() -> Listed | None:
            data = table("files", of_files)
            return None if data is None else unlisted(data)

        def signed() -> Entries | None:
            listed, times = named(), table("output", of_files)
            if listed is None or times is None:
                return None
            return of_files.among(unpacked(listed, times))

        @lru_cache
        def files() -> Mapping[str, OutputFile] | None:
            listed = named()
            new = {
                path: OutputFile(path, digest, one[0])
                for path, (one, digest) in of_files.new.items()
            }
            if listed is None:
                return None
            return replace(of_files, new=new).applied(described(*listed))

        @lru_cache
        def pages() -> Pages:
            data = table("pages", of_pages)
            return {} if data is None else of_pages.applied(_unpacked(data))

        return replace(rest, output=signed, files=files, pages=pages)

    def signed(self, new: Mapping[str, Signed], gone: Iterable[str]) -> Entries:
        """All signatures when some are new, and others gone."""
        return Since().after(new, gone).applied(dict(self.output() or ())).items()

    def save(
        self,
        store: Store,
        output: str,
        before: Past | None = None,
        changes: tuple[Mapping[str, Signed], Iterable[str]] = ({}, ()),
    ) -> None:
        """Keep it for the next build of the folder. `before` is what the store has of the last, and
        `changes` tell which signatures are new since then, and which are gone.
        """
        key, last = _key(output), before or Past()
        of_files = last.since[0].after(*changes)
        of_pages = last.since[1].then(last.pages(), self.pages())
        name = uuid.uuid4().hex.encode()
        tables: dict[str, bytes] = {}
        if not of_files.few:
            whole = dict(self.output() or ())
            of_files = Since(name, count=len(whole))
            tables["files"], tables["output"] = packed(whole)
        if not of_pages.few:
            of_pages = Since(name, count=len(self.pages()))
            tables["pages"] = _packed(self.pages())
        store.put((f"{key} {one}", b"%b %b" % (name, data)) for one, data in tables.items())
        # A table counts only with the rest, which comes after it.
        rest = replace(self, output=tuple, files=dict, pages=dict, since=(of_files, of_pages))
        store.put([(key, pickle.dumps(rest))])
        _forget_others(store, output)


def _packed(pages: Pages) -> bytes:
    """Pages as they are put into the store: field by field, which is read several times as fast."""
    return pickle.dumps(("\0".join(pages), "\0".join(pages.values())))


def _unpacked(data: bytes) -> dict[str, str]:
    urls, keys = (one.split("\0") for one in pickle.loads(data))
    return dict(zip(urls, keys, strict=True)) if urls != [""] else {}


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
            store.forget([f"{_key(one)}{part}" for part in ("", " files", " output", " pages")])
    there = sorted({*there, output})
    if there != folders:
        store.put([(key, json.dumps(there).encode())])
