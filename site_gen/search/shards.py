"""Groups to files: dictionary, postings, positions, documents, facets, and the root of them.

docs/search-format.md describes every file, so that another program can read them.
"""

from __future__ import annotations

import hashlib
import json
import pickle
import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from site_gen import cache
from site_gen.model import OutputFile
from site_gen.output import stage
from site_gen.search.codec import LETTERS, gaps, number
from site_gen.search.segment import Averages, Entry, Segment, documents, merged, read_group
from site_gen.search.text import text_of
from site_gen.search.words import STOP

FORMAT = 1
FOLDER = "search"
HASH = 4
"""Letters of the digest in a file's name, beside its number."""
DICTIONARY, POSTINGS = 8_000, 12_000
"""Characters that a shard of each kind aims at."""
DOCUMENT = 12_000
"""Bytes of text that a document shard aims at."""
FEW_GROUPS = 8
"""Up to so many groups are merged in one piece; more of them letter by letter."""


@dataclass(frozen=True, slots=True)
class Context:
    """What a worker needs: the store of texts and segments, and where files are staged."""

    store: Path
    stage_folder: Path
    output_folder: Path
    program: str
    averages: Averages
    per_shard: int
    partitions: int

    def put(self, path: str, text: str) -> OutputFile:
        """Stage one file."""
        return stage(self.stage_folder, self.output_folder, f"{FOLDER}/{path}", text.encode())


@dataclass(frozen=True, slots=True)
class Group:
    """A group that was read: the key of its segment in the store, its document shards."""

    key: str
    size: int
    documents: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """The shards of a run of the alphabet: each kind's first words and texts."""

    dictionary: tuple[tuple[str, str], ...]
    postings: tuple[tuple[str, str, str], ...]


def group_key(context: Context, group: Sequence[Entry]) -> str:
    """The digest of all that a segment depends on."""
    return cache.digest_of(
        context.program,
        repr(context.averages),
        str(context.per_shard),
        str(context.partitions),
        repr(group),
    )


def read(context: Context, group: tuple[Entry, ...]) -> Group:
    """Index one group, unless the store has its segment."""
    key = group_key(context, group)
    with cache.Store(context.store) as store:

        def text(entry: Entry) -> str:
            data = store.get(entry.body)
            if data is None:
                raise cache.CacheBroken(f"the body of {entry.key} is gone")
            return text_of(f"{data.decode('utf-8')}\n{entry.notes}")

        kept = store.get(f"shards {key}")
        if kept is None:
            texts = [text(entry) for entry in group]
            segment = read_group(group, texts, context.averages)
            shards = documents(group, texts, context.per_shard)
            pieces = _pieces(segment, context.partitions)
            store.put(
                [
                    *(
                        (f"segment {key} {part}", pickle.dumps(one))
                        for part, one in enumerate(pieces)
                    ),
                    (f"shards {key}", json.dumps(shards).encode()),
                ]
            )
        else:
            shards = json.loads(kept)
    return Group(key, len(group), tuple(shards))


def keys_of(group: Group, partitions: int) -> list[str]:
    """The names that a group has in the store."""
    return [f"shards {group.key}", *(f"segment {group.key} {part}" for part in range(partitions))]


def partition(word: str, partitions: int) -> int:
    """The run of the alphabet that a word belongs to: its first letter's."""
    if partitions == 1:
        return 0
    first = word[:1]
    if first.isascii():
        return ord(first) - 96 if first.isalpha() else 0
    return 27


PARTITIONS = 28


def _pieces(segment: Segment, partitions: int) -> list[Segment]:
    pieces = [Segment({}, {}, {}) for _ in range(partitions)]
    for stem, text in segment.postings.items():
        piece = pieces[partition(stem, partitions)]
        piece.postings[stem] = text
        piece.positions[stem] = segment.positions[stem]
    for form, about in segment.forms.items():
        pieces[partition(form, partitions)].forms[form] = about
    return pieces


@dataclass(frozen=True, slots=True)
class MergeTask:
    """One run of the alphabet over all groups. `variants` are forms with stems beside their own."""

    part: int
    keys: tuple[str, ...]
    variants: Mapping[str, tuple[str, ...]]


def merge(context: Context, task: MergeTask) -> Part:
    """Put the groups' pieces of one run of the alphabet together."""
    segments: list[Segment] = []
    with cache.Store(context.store) as store:
        for key in task.keys:
            data = store.get(f"segment {key} {task.part}")
            if data is None:
                raise cache.CacheBroken(f"segment {key} is gone")
            segments.append(pickle.loads(data))
    stems = sorted({stem for one in segments for stem in one.postings})
    rows = (
        (
            stem,
            merged([one.postings for one in segments], stem),
            "".join(one.positions.get(stem, "") for one in segments),
        )
        for stem in stems
    )
    postings = []
    for run in _runs(rows, lambda row: len(row[1]) + 4, POSTINGS):
        words = _front_coded([row[0] for row in run])
        first = run[0][0]
        postings.append(
            (
                first,
                _json(words, " ".join(row[1] for row in run)),
                _json(" ".join(row[2] for row in run)),
            )
        )
    forms: dict[str, tuple[set[str], int]] = {}
    for one in segments:
        for form, (stems_of_form, count) in one.forms.items():
            known, total = forms.get(form, (set(), 0))
            forms[form] = (known | set(stems_of_form), total + count)
    for form, more in task.variants.items():
        known, total = forms.get(form, (set(), 0))
        forms[form] = (known | set(more), total)
    dictionary = []
    entries = ((form, _entry(form, *forms[form])) for form in sorted(forms))
    for pairs in _runs(entries, lambda row: len(row[0]) // 2 + len(row[1]) + 2, DICTIONARY):
        words = _front_coded([form for form, _ in pairs])
        dictionary.append((pairs[0][0], _json(words, " ".join(about for _, about in pairs))))
    return Part(tuple(dictionary), tuple(postings))


def _entry(form: str, stems: Iterable[str], count: int) -> str:
    """How many articles a form stands in, and its stems if there is more to say than itself."""
    stems = sorted(stems)
    text = number(count)
    if stems == [form]:
        return text
    for stem in stems:
        shared = _shared(form, stem)
        text += f".{LETTERS[min(len(form) - shared, 63)]}{stem[shared:]}"
    return text


def _shared(one: str, other: str) -> int:
    length = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        length += 1
    return length


def _front_coded(words: Sequence[str]) -> str:
    """Words in order, each as the letters it shares with the one before and its own ending."""
    parts = []
    last = ""
    for word in words:
        shared = _shared(last, word)
        parts.append(LETTERS[shared] + word[shared:])
        last = word
    return " ".join(parts)


def _runs(rows: Iterable[Any], size: Callable[[Any], int], target: int) -> Iterator[list[Any]]:
    """Rows in runs of about a size, cut where the digest of a word says so.

    So a word that comes or goes moves the cuts nearest to it and no others.
    """
    run: list[Any] = []
    total = 0
    for row in rows:
        own = size(row)
        if run and total + own > 2 * target:
            yield run
            run, total = [], 0
        run.append(row)
        total += own
        if total >= target and zlib.crc32(row[0].encode("utf-8", "surrogatepass")) % 8 == 0:
            yield run
            run, total = [], 0
    if run:
        yield run


def _json(*values: Any) -> str:
    return ",".join(_compact(value) for value in values)


_SURROGATE = re.compile("[\ud800-\udfff]")


def _compact(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return _SURROGATE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def file_name(kind: str, index: int, text: str) -> tuple[str, str]:
    """The name of a shard and the part of its digest that is in it."""
    digest = int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big")
    short = ""
    for _ in range(HASH):
        short += "abcdefghijklmnopqrstuvwxyz234567"[digest % 32]
        digest //= 32
    return f"{kind}{index}-{short}.js", short


def wrapped(kind: str, index: int, text: str) -> str:
    """A shard as the script that hands it to the reader."""
    return f'siteSearch.take("{kind}{index}",{text})\n'


@dataclass(frozen=True, slots=True)
class Column:
    """A facet: its values as (name, key) and, for each article, which of them it has."""

    name: str
    values: tuple[tuple[str, ...], ...]
    rows: tuple[tuple[int, ...], ...]


def column_text(column: Column) -> str:
    """A facet as a shard: values, then for each article their number and their indices."""
    rows = "".join(number(len(row)) + gaps(sorted(row)) for row in column.rows)
    return _json(column.values, rows)


def finish(
    put: Callable[[str, str], OutputFile],
    groups: Sequence[Group],
    parts: Sequence[Part],
    columns: Sequence[Column],
    per_shard: int,
) -> tuple[list[OutputFile], str]:
    """Write every shard and the root. Returns the files and the root's path below search/."""
    files: list[OutputFile] = []

    def write(kind: str, texts: Iterable[str]) -> str:
        hashes = []
        for index, text in enumerate(texts):
            script = wrapped(kind, index, text)
            name, short = file_name(kind, index, script)
            files.append(put(name, script))
            hashes.append(short)
        return "".join(hashes)

    dictionary = [row for part in parts for row in part.dictionary]
    postings = [row for part in parts for row in part.postings]
    root = {
        "format": FORMAT,
        "articles": sum(group.size for group in groups),
        "groups": "".join(number(group.size) for group in groups),
        "perShard": per_shard,
        "words": _front_coded([row[0] for row in dictionary]),
        "w": write("w", (row[1] for row in dictionary)),
        "stems": _front_coded([row[0] for row in postings]),
        "p": write("p", (row[1] for row in postings)),
        "o": write("o", (row[2] for row in postings)),
        "d": write("d", (text for group in groups for text in group.documents)),
        "stop": STOP,
        "columns": [column.name for column in columns],
        "f": write("f", (column_text(column) for column in columns)),
    }
    text = f'siteSearch.take("root",{_compact(root)})\n'
    digest = hashlib.sha256(text.encode()).hexdigest()[:10]
    name = f"root.{digest}.js"
    files.append(put(name, text))
    return files, name
