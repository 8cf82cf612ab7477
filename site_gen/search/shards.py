"""Groups to files: dictionary, postings, positions, documents, facets, and the root of them.

Groups are merged in two steps, block by block and then run of the alphabet by run of the alphabet,
and what each step makes is kept by the digests of all that goes into it: after an edit one group,
one block and the runs of its words are made again. docs/search-format.md describes every file, so
that another program can read them.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from site_gen import cache
from site_gen.model import OutputFile
from site_gen.output import stage
from site_gen.search.codec import LETTERS, gaps, number
from site_gen.search.segment import Averages, Entry, Segment, documents, joined
from site_gen.search.text import text_of
from site_gen.search.words import STOP, units

FORMAT = 1
FOLDER = "search"
HASH = 4
"""Letters of the digest in a file's name, beside its number."""
DICTIONARY, POSTINGS = 8_000, 12_000
"""Characters that a shard of each kind aims at."""
DOCUMENT = 8_000
"""Bytes of text that a document shard aims at."""
GROUPS_FOR_LETTERS, GROUPS_FOR_SYLLABLES = 16, 64
"""From so many groups on, runs of the alphabet are those of a letter, or of two."""


@dataclass(frozen=True, slots=True)
class Context:
    """What a worker needs: the store of texts and segments, and where files are staged.

    `groups` is how many there are.
    """

    store: Path
    stage_folder: Path
    output_folder: Path
    program: str
    averages: Averages
    per_shard: int
    groups: int

    @property
    def span(self) -> int:
        """How many groups a block is made of: about as many as there are blocks."""
        return int(2 ** (math.log2(self.groups) // 2))

    @property
    def letters(self) -> int:
        """How many letters of a word tell its run of the alphabet."""
        return (self.groups >= GROUPS_FOR_LETTERS) + (self.groups >= GROUPS_FOR_SYLLABLES)

    def put(self, path: str, text: str) -> OutputFile:
        """Stage one file."""
        return stage(self.stage_folder, self.output_folder, f"{FOLDER}/{path}", text.encode())


@dataclass(frozen=True, slots=True)
class Shard:
    """A shard that was made, by its SHA-256 in hex and its size in bytes."""

    digest: str
    size: int

    @property
    def short(self) -> str:
        """The part of the digest that is in the file's name."""
        value = int(self.digest[:8], 16)
        short = ""
        for _ in range(HASH):
            short += "abcdefghijklmnopqrstuvwxyz234567"[value % 32]
            value //= 32
        return short

    def file(self, kind: str, run: str, index: int) -> OutputFile:
        """The file that holds it."""
        return OutputFile(f"{FOLDER}/{_name(kind, run, index, self)}", self.digest, self.size)


def _name(kind: str, run: str, index: int, shard: Shard) -> str:
    return f"{kind}-{run}.{index}-{shard.short}.js"


def wrapped(text: str) -> str:
    """A shard as the script that hands it to the reader."""
    return f"siteSearch.take({text})\n"


def _put(context: Context, kind: str, run: str, texts: Sequence[str]) -> tuple[Shard, ...]:
    """Stage the shards of one kind and run."""
    shards = []
    for index, text in enumerate(texts):
        script = wrapped(text)
        data = script.encode()
        shard = Shard(hashlib.sha256(data).hexdigest(), len(data))
        context.put(_name(kind, run, index, shard), script)
        shards.append(shard)
    return tuple(shards)


# Groups and blocks


@dataclass(frozen=True, slots=True)
class Group:
    """A group that was read: the digest of its segment in the store, its document shards."""

    segment: str
    documents: tuple[Shard, ...]

    def files(self, number: int) -> Iterator[OutputFile]:
        """The files of the group of a number."""
        for index, shard in enumerate(self.documents):
            yield shard.file("d", str(number), index)


@dataclass(frozen=True, slots=True)
class Piece:
    """A segment in the store, by its digest, and its size in bytes."""

    segment: str
    size: int


@dataclass(frozen=True, slots=True)
class Block:
    """Groups in a row that were read and merged: one piece for each run of the alphabet."""

    groups: tuple[Group, ...]
    pieces: Mapping[str, Piece]


@dataclass(frozen=True, slots=True)
class BlockTask:
    """A block to be made, from the group of a number on: each group's key, and its articles if
    anything of them is to be read.
    """

    first: int
    groups: tuple[tuple[str, tuple[Entry, ...] | None], ...]


def group_key(context: Context, number: int, group: Sequence[Entry]) -> str:
    """The digest of all that a group's segment and shards depend on."""
    averages = context.averages
    rows = [
        (
            one.key,
            one.url,
            one.title,
            one.summary,
            one.language,
            one.body,
            one.notes,
            one.shown,
        )
        for one in group
    ]
    about = (context.program, averages.body, averages.title, context.per_shard, number)
    return hashlib.sha256(json.dumps((about, rows)).encode()).hexdigest()


def kept_group(store: cache.Store, key: str) -> Group | None:
    """The group in the store."""
    data = store.get(f"group {key}")
    if data is None:
        return None
    segment, shards = json.loads(data)
    return Group(segment, tuple(Shard(*one) for one in shards))


def block_key(context: Context, groups: Sequence[Group]) -> str:
    """The digest of all that a block depends on."""
    return cache.digest_of(
        context.program, f"block {context.letters}", *(one.segment for one in groups)
    )


def kept_block(store: cache.Store, key: str, groups: Sequence[Group]) -> Block | None:
    """The block in the store."""
    data = store.get(f"block {key}")
    if data is None:
        return None
    pieces = {run: Piece(segment, size) for run, segment, size in json.loads(data)}
    return Block(tuple(groups), pieces)


def read(context: Context, task: BlockTask) -> Block:
    """Index the groups of a block that are not in the store, and merge all of it."""
    with cache.Store(context.store) as store:
        groups = []
        new: dict[str, Segment] = {}
        for number, (key, entries) in enumerate(task.groups, task.first):
            group = kept_group(store, key)
            if entries is not None:
                group = _read_group(context, store, number, key, entries, group, new)
            elif group is None:
                raise cache.CacheBroken(f"group {key} is gone")
            groups.append(group)
        key = block_key(context, groups)
        return kept_block(store, key, groups) or _merge_block(context, store, key, groups, new)


def _read_group(
    context: Context,
    store: cache.Store,
    number: int,
    key: str,
    entries: Sequence[Entry],
    kept: Group | None,
    new: dict[str, Segment],
) -> Group:
    """Stage the document shards of a group, and index it unless that was done.

    A segment that is made is put into `new`, beside the store.
    """

    def text(entry: Entry) -> str:
        data = store.get(entry.body)
        if data is None:
            raise cache.CacheBroken(f"the body of {entry.key} is gone")
        return text_of(f"{data.decode('utf-8')}\n{entry.notes}")

    texts = [text(entry) for entry in entries]
    shards = _put(context, "d", str(number), documents(entries, texts, context.per_shard))
    if kept is not None:
        return kept
    # Here, so that only what indexes a group waits for NumPy.
    from site_gen.search.columns import read_group

    segment = read_group(entries, texts, context.averages)
    data = segment.packed()
    group = Group(hashlib.sha256(data).hexdigest(), shards)
    about = json.dumps((group.segment, [(one.digest, one.size) for one in shards]))
    store.put([(f"segment {group.segment}", data), (f"group {key}", about.encode())])
    new[group.segment] = segment
    return group


def _merge_block(
    context: Context,
    store: cache.Store,
    key: str,
    groups: Sequence[Group],
    new: Mapping[str, Segment],
) -> Block:
    whole = joined(
        (at, new.get(one.segment) or _segment(store, one.segment)) for at, one in enumerate(groups)
    )
    values = []
    pieces = {}
    for run, segment in whole.parts(partial(run_of, letters=context.letters)).items():
        data = segment.packed()
        piece = pieces[run] = Piece(hashlib.sha256(data).hexdigest(), len(data))
        values.append((f"segment {piece.segment}", data))
    about = [(run, one.segment, one.size) for run, one in pieces.items()]
    store.put([*values, (f"block {key}", json.dumps(about).encode())])
    return Block(tuple(groups), pieces)


def _segment(store: cache.Store, digest: str) -> Segment:
    data = store.get(f"segment {digest}")
    if data is None:
        raise cache.CacheBroken(f"segment {digest} is gone")
    return Segment.unpacked(data)


# Runs of the alphabet


def run_of(word: str, letters: int) -> str:
    """The run of the alphabet that a word belongs to: by so many of its first letters.

    Names of runs are in the order of their words; that of Chinese characters is 256 of them.
    """
    return _run(word[:2], letters)


@lru_cache(maxsize=10_000)
def _run(start: str, letters: int) -> str:
    first = start[:1]
    if letters == 0 or first < "a":
        return "0"
    if first > "z":
        point = ord(first)
        return f"zz{point if point < 0x3000 else point & 0xFF00:04x}"
    # Words are many whose second letter is one of these.
    return first if letters == 1 else f"{first}{sum(start[1:] >= limit for limit in 'eimps')}"


@dataclass(frozen=True, slots=True)
class MergeTask:
    """One run of the alphabet over all blocks: its pieces, each with the groups before it.

    `variants` are forms with stems beside their own.
    """

    run: str
    pieces: tuple[tuple[int, Piece], ...]
    variants: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Part:
    """The shards of a run of the alphabet: each kind's first words, and its shards."""

    run: str
    words: tuple[str, ...]
    stems: tuple[str, ...]
    shards: Mapping[str, tuple[Shard, ...]]

    def files(self) -> Iterator[OutputFile]:
        """The files of the run."""
        for kind, shards in self.shards.items():
            for index, shard in enumerate(shards):
                yield shard.file(kind, self.run, index)


def merge_key(context: Context, task: MergeTask) -> str:
    """The digest of all that a run's shards depend on."""
    pieces = [(start, piece.segment) for start, piece in task.pieces]
    about = (context.program, task.run, pieces, sorted(task.variants.items()))
    return hashlib.sha256(json.dumps(about).encode()).hexdigest()


def kept_part(store: cache.Store, task: MergeTask, key: str) -> Part | None:
    """The shards of a run of the alphabet, as the store knows them."""
    data = store.get(f"part {key}")
    if data is None:
        return None
    words, stems, shards = json.loads(data)
    return Part(
        task.run,
        tuple(map(units, words)),
        tuple(map(units, stems)),
        {kind: tuple(Shard(*one) for one in made) for kind, made in shards.items()},
    )


def merge(context: Context, tasks: Sequence[MergeTask]) -> list[Part]:
    """Make the shards of some runs of the alphabet."""
    with cache.Store(context.store) as store:
        parts = []
        values = []
        for task in tasks:
            part = merged(context, store, task)
            shards = {
                kind: [(one.digest, one.size) for one in made] for kind, made in part.shards.items()
            }
            about = json.dumps((part.words, part.stems, shards))
            values.append((f"part {merge_key(context, task)}", about.encode()))
            parts.append(part)
        store.put(values)
    return parts


def merged(context: Context, store: cache.Store, task: MergeTask) -> Part:
    """Put the pieces of one run of the alphabet together, and stage its shards."""
    whole = joined((start, _segment(store, piece.segment)) for start, piece in task.pieces)
    rows = (
        (stem, number(first) + postings, positions)
        for stem, first, postings, positions in zip(
            whole.stems, whole.first, whole.postings, whole.positions, strict=True
        )
    )
    stems, postings, positions = [], [], []
    for run in _runs(rows, lambda row: len(row[1]) + 4, POSTINGS):
        stems.append(run[0][0])
        words = _front_coded([row[0] for row in run])
        postings.append(_json(words, " ".join(row[1] for row in run)))
        positions.append(_json(" ".join(row[2] for row in run)))
    first_words, dictionary = [], []
    entries = ((form, _entry(form, *about)) for form, about in _forms(whole, task.variants))
    for pairs in _runs(entries, lambda row: len(row[0]) // 2 + len(row[1]) + 2, DICTIONARY):
        first_words.append(pairs[0][0])
        words = _front_coded([form for form, _ in pairs])
        dictionary.append(_json(words, " ".join(about for _, about in pairs)))
    texts = {"w": dictionary, "p": postings, "o": positions}
    shards = {kind: _put(context, kind, task.run, made) for kind, made in texts.items()}
    return Part(task.run, tuple(first_words), tuple(stems), shards)


def _forms(
    whole: Segment, variants: Mapping[str, tuple[str, ...]]
) -> Iterable[tuple[str, tuple[str, int]]]:
    """The forms in order, each with its stems and the number of articles it stands in."""
    known = zip(whole.stems_of, whole.counts, strict=True)
    if not variants:
        return zip(whole.forms, known, strict=True)
    forms = dict(zip(whole.forms, known, strict=True))
    for form, more in variants.items():
        stems, count = forms.get(form, ("", 0))
        forms[form] = ".".join(sorted({*filter(None, stems.split(".")), *more})), count
    return sorted(forms.items())


def _entry(form: str, stems: str, count: int) -> str:
    """How many articles a form stands in, and its stems if there is more to say than itself."""
    text = number(count)
    if stems == form:
        return text
    for stem in stems.split("."):
        shared = len(stem) if form.startswith(stem) else _shared(form, stem)
        text += f".{LETTERS[min(len(form) - shared, 63)]}{stem[shared:]}"
    return text


def _shared(one: str, other: str) -> int:
    for at, (a, b) in enumerate(zip(one, other, strict=False)):
        if a != b:
            return at
    return min(len(one), len(other))


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


@dataclass(frozen=True, slots=True)
class Column:
    """A facet: its values as (name, key) and, for each article, which of them it has, in order."""

    name: str
    values: tuple[tuple[str, ...], ...]
    rows: tuple[tuple[int, ...], ...]


def column_text(column: Column) -> str:
    """A facet as a shard: values, then for each article their number and their indices."""
    texts = {row: number(len(row)) + gaps(row) for row in set(column.rows)}
    return _json(column.values, "".join(map(texts.__getitem__, column.rows)))


def finish(
    context: Context,
    sizes: Sequence[int],
    groups: Sequence[Group],
    parts: Sequence[Part],
    columns: Sequence[Column],
) -> tuple[list[OutputFile], str]:
    """Stage the facets and the root. Returns all files and the root's path below search/."""
    facets = _put(context, "f", "0", [column_text(column) for column in columns])
    files = [file for number, group in enumerate(groups) for file in group.files(number)]
    files += [file for part in parts for file in part.files()]
    files += [shard.file("f", "0", index) for index, shard in enumerate(facets)]
    root = {
        "format": FORMAT,
        "articles": sum(sizes),
        "groups": "".join(map(number, sizes)),
        "perShard": context.per_shard,
        "words": _front_coded([word for part in parts for word in part.words]),
        "stems": _front_coded([stem for part in parts for stem in part.stems]),
        **{kind: _names((part.run, part.shards[kind]) for part in parts) for kind in "wpo"},
        "d": _names((str(number), group.documents) for number, group in enumerate(groups)),
        "f": _names([("0", facets)]),
        "stop": STOP,
        "columns": [column.name for column in columns],
    }
    text = wrapped(_compact(root))
    name = f"root.{hashlib.sha256(text.encode()).hexdigest()[:10]}.js"
    files.append(context.put(name, text))
    return files, name


def _names(runs: Iterable[tuple[str, Sequence[Shard]]]) -> str:
    """The names of the shards of a kind: each run's, and the hashes of its shards."""
    return " ".join(
        "-".join((run, *(shard.short for shard in shards))) for run, shards in runs if shards
    )
