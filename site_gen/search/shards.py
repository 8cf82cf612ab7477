"""Groups to files: dictionary, postings, positions, documents, facets, and the root of them.

Groups are indexed block by block, and blocks are put together run of the alphabet by run of the
alphabet. What each step makes is kept by the digests of all that goes into it: after an edit one
block and the runs of its words are made again. docs/search-format.md describes every file, so
that another program can read them.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from operator import attrgetter
from pathlib import Path
from typing import Any

from site_gen import cache
from site_gen.frozen import frozen
from site_gen.model import OutputFile
from site_gen.output import contents, stage_described
from site_gen.patterns import late_pattern
from site_gen.search.amending import At, Gone, Unlike, amended, terms
from site_gen.search.codec import ENDINGS, front_coded, number
from site_gen.search.segment import Averages, Entry, Piece, as_json
from site_gen.search.segment import documents as documents_of
from site_gen.search.text import text_of
from site_gen.tokens import STOP

FORMAT = 3
FOLDER = "search"
HASH = 8
"""Letters in a file's name of the digest of what it consists of, or its group."""
APART = "wpo"
"""Kinds of shards each of which has a hash of its own."""
DOCUMENT = 8_000
"""Bytes of text that a document shard aims at."""
GROUPS_FOR_LETTERS, GROUPS_FOR_SYLLABLES = 16, 64
"""From so many groups on, runs of the alphabet are those of a letter, or of two."""
SECOND_LETTERS = "befijlmoprsuv"
"""A word's second letter tells its run by how many of these it is not before."""
BLOCKS, MOST_GROUPS = 64, 16
"""Blocks that an archive is made of, unless one would hold more groups than so many."""
MOST_CHANGED = 16
"""Articles, before and after, that may have changed in a block that is amended."""


@frozen
class Context:
    """What a worker needs: the store of texts and segments, and where files are staged.

    `groups` is how many there are, `per_shard` how many places of a group a document shard is for.
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
        """How many groups a block is made of."""
        return max(1, min(self.groups // BLOCKS, MOST_GROUPS))

    @property
    def letters(self) -> int:
        """How many letters of a word tell its run of the alphabet."""
        return (self.groups >= GROUPS_FOR_LETTERS) + (self.groups >= GROUPS_FOR_SYLLABLES)

    def put(self, file: OutputFile, data: bytes) -> None:
        """Stage one file, which these bytes make."""
        stage_described(self.stage_folder, self.output_folder, file, data)


@frozen
class Shard:
    """A shard that was made, by its SHA-256 in hex and its size in bytes."""

    digest: str
    size: int


Shards = tuple[Shard, ...]


def hash_of(*shards: Shard) -> str:
    """What the names of shards bear that belong together: it changes with any of them."""
    return _hash("".join([shard.digest for shard in shards]))


@lru_cache(maxsize=100_000)
def _hash(digests: str) -> str:
    digest = hashlib.sha256(digests.encode()).digest()[: HASH * 5 // 8]
    return base64.b32encode(digest).decode().lower()


def _hashes(kind: str, shards: Shards) -> list[str]:
    """What the name of each shard of a run or a group bears.

    Many runs change with an article, but few of their shards. Its group does, and a root that lists
    one for all documents of a group is lighter.
    """
    if kind in APART:
        return [hash_of(shard) for shard in shards]
    return [hash_of(*shards)] * len(shards)


def path_of(kind: str, run: str, index: int, mark: str) -> str:
    """Where a shard of a run or a group lies, from the site's root."""
    return f"{FOLDER}/{kind}-{run}.{index}-{mark}.js"


def files_of(kind: str, run: str, shards: Shards) -> Iterator[OutputFile]:
    """The files of one kind of a run or a group."""
    for index, (shard, mark) in enumerate(zip(shards, _hashes(kind, shards), strict=True)):
        yield OutputFile(path_of(kind, run, index, mark), shard.digest, shard.size)


_SURROGATE = late_pattern("[\ud800-\udfff]")


def compact(value: Any) -> str:
    """A value as JSON without blanks; the half of a character (`words.units`) by its number."""
    text = as_json(value)
    if text.isascii():
        return text
    return _SURROGATE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def script_of(*values: Any) -> bytes:
    """A shard: the script that hands values to the reader."""
    return _wrapped(",".join(map(compact, values)))


def coded_script(codes: str, *before: str) -> bytes:
    """A shard of codes, which JSON has as they are: they are letters of the codec and blanks.
    `before` are texts that it hands over first.
    """
    return _wrapped(",".join([*map(compact, before), f'"{codes}"']))


def _wrapped(text: str) -> bytes:
    return f"siteSearch.take({text})\n".encode()


def values_of(script: bytes) -> list[Any]:
    """What a shard hands to the reader."""
    text = script.decode()
    values: list[Any] = json.loads(f"[{text[text.index('(') + 1 : text.rindex(')')]}]")
    return values


def codes_of(script: bytes) -> tuple[str, str]:
    """What `coded_script` made a shard of: the text before the codes if there is one, and these."""
    text = script.decode()
    text = text[text.index("(") + 1 : text.rindex('"')]
    before, _, codes = text.rpartition('"')
    return json.loads(before[:-1] or '""'), codes


def shard_of(script: bytes) -> Shard:
    """A shard by what is in it."""
    return Shard(hashlib.sha256(script).hexdigest(), len(script))


def _put(context: Context, kind: str, run: str, scripts: Sequence[bytes]) -> Shards:
    """Stage the shards of one kind of a group, or of the facets."""
    shards = tuple(map(shard_of, scripts))
    for file, script in zip(files_of(kind, run, shards), scripts, strict=True):
        context.put(file, script)
    return shards


# Groups and blocks


@frozen
class Stored:
    """A piece in the store, by its digest, and its size in bytes."""

    piece: str
    size: int


@frozen
class Block:
    """Groups in a row that were indexed: the document shards of each, and a piece for each run of
    the alphabet.
    """

    groups: tuple[Shards, ...]
    pieces: Mapping[str, Stored]

    def files(self, first: int) -> Iterator[OutputFile]:
        """The files of its groups, the first of which has a number."""
        for at, shards in enumerate(self.groups, first):
            yield from files_of("d", str(at), shards)


@frozen
class BlockTask:
    """A block to be made: its key in the store, the number of its first group, and of each group
    how many places it has, what is told of its articles, and the keys of their texts.

    The store has the articles, as JSON: to hold those of all blocks takes memory, and to send
    objects to a worker would touch, and so make this process copy, every page that they lie on and
    that workers share with it.
    """

    key: str
    first: int
    rooms: tuple[int, ...]
    told: tuple[str, ...]
    bodies: tuple[Sequence[str], ...]


def lay_out(
    store: cache.Store, context: Context, told: str, entries: Callable[[], Sequence[Entry]]
) -> None:
    """Put the articles of a group into the store unless it has them. What is told of them stands
    for all of them but their texts.
    """
    key = articles_key(context, told)
    if store.get(key) is None:
        store.put([(key, json.dumps([one.values() for one in entries()]).encode())])


def articles_key(context: Context, told: str) -> str:
    """Under what the store has the articles of a group, without the keys of their texts."""
    return f"articles {context.program} {told}"


def _laid_out(
    store: cache.Store, context: Context, told: Sequence[str], bodies: Sequence[Sequence[str]]
) -> list[list[Entry]] | None:
    """The articles of groups; None where the store lacks those of one."""
    found = [store.get(articles_key(context, one)) for one in told]
    groups = zip(found, bodies, strict=True)
    rows = [list(map(Entry.of, json.loads(one), some)) for one, some in groups if one is not None]
    return rows if len(rows) == len(found) else None


def block_key(context: Context, first: int, groups: Sequence[bytes]) -> str:
    """The digest of all that a block depends on; `groups` is what is told of each of its groups."""
    averages = context.averages
    about = (context.program, averages.body, averages.title, context.per_shard, context.letters)
    digest = hashlib.sha256(json.dumps((about, first, [*map(len, groups)])).encode())
    for group in groups:
        digest.update(group)
    return digest.hexdigest()


def last_key(context: Context, first: int) -> str:
    """Under what the store has what a block was last made of, by its first group: its key, and how
    many places a document shard is for; of its groups how many places they have, what is told of
    them and the keys of their texts.
    """
    averages = context.averages
    about = averages.body, averages.title, context.span, context.letters
    return f"last block {context.program} {about} {first}"


def kept_block(store: cache.Store, key: str) -> Block | None:
    """The block in the store."""
    data = store.get(f"block {key}")
    if data is None:
        return None
    groups, pieces = json.loads(data)
    return Block(
        tuple(tuple(Shard(*one) for one in group) for group in groups),
        {run: Stored(*one) for run, one in pieces.items()},
    )


def load() -> None:
    """Load what indexing needs: workers that are copies of this process have it then."""
    import site_gen.search.joining  # noqa: F401


def read(context: Context, task: BlockTask) -> Block:
    """Stage the document shards of a block, and index it unless that was done."""
    with cache.Store(context.store) as store:
        groups = _laid_out(store, context, task.told, task.bodies)
        if groups is None:
            raise cache.CacheBroken(f"the articles of block {task.key} are gone")
        last = _last(store, context, task.first)
        try:
            made = [
                _documents(context, store, last, task, at, group) for at, group in enumerate(groups)
            ]
            kept = kept_block(store, task.key)
            if kept is not None:
                return kept
            texts = [some for _, some in made]
            changed = _amended(store, context, task, last, groups, texts) if last else None
            if changed is None:
                both = zip(groups, texts, strict=True)
                whole = [one if len(one) == len(all) else _texts(store, all) for all, one in both]
                changed = {}, _pieces(context, task, whole)
        except KeyError as problem:
            raise cache.CacheBroken(f"the body of {problem} is gone") from problem
        stay, new = changed
        packed = {run: piece.packed() for run, piece in new.items()}
        stored = {
            run: Stored(hashlib.sha256(data).hexdigest(), len(data)) for run, data in packed.items()
        }
        pieces = {**stay, **stored}
        block = Block(tuple(shards for shards, _ in made), pieces)
        values = [(f"piece {pieces[run].piece}", data) for run, data in packed.items()]
        about = (
            [[(one.digest, one.size) for one in shards] for shards in block.groups],
            {run: (one.piece, one.size) for run, one in pieces.items()},
        )
        values.append((f"block {task.key}", json.dumps(about).encode()))
        now = task.key, context.per_shard, task.rooms, task.told, list(map(list, task.bodies))
        values.append((last_key(context, task.first), json.dumps(now).encode()))
        store.put(values)
        return block


@frozen
class _Last:
    """A block as it was made last: the articles of its groups, how many places each of these and a
    document shard has.
    """

    block: Block
    per_shard: int
    rooms: Sequence[int]
    groups: Sequence[Sequence[Entry]]


def _last(store: cache.Store, context: Context, first: int) -> _Last | None:
    """The block with this first group as it was made last; None where the store lacks a part."""
    data = store.get(last_key(context, first))
    if data is None:
        return None
    key, per_shard, rooms, told, bodies = json.loads(data)
    block, groups = kept_block(store, key), _laid_out(store, context, told, bodies)
    return _Last(block, per_shard, rooms, groups) if block and groups else None


def _documents(
    context: Context,
    store: cache.Store,
    last: _Last | None,
    task: BlockTask,
    at: int,
    articles: Sequence[Entry],
) -> tuple[Shards, list[tuple[Entry, str]]]:
    """Stage the document shards of a group of a block, and give the articles that are in those of
    them that changed, each with its text. Raises KeyError where the store lacks the body of one.
    """
    room, size, name = task.rooms[at], context.per_shard, str(task.first + at)
    stay: dict[int, bytes] = {}
    if last and (last.rooms[at], last.per_shard) == (room, size):
        before, now = ({one.place: one for one in some} for some in (last.groups[at], articles))
        places = [place for place in before | now if before.get(place) != now.get(place)]
        changed = {place // size for place in places}
        shards = last.block.groups[at]
        for index, file in enumerate(files_of("d", name, shards)):
            script = None if index in changed else contents(context.output_folder, file)
            if script is not None:
                stay[index] = script
    texts = _texts(store, [one for one in articles if one.place // size not in stay])
    made = documents_of(texts, room, size)
    scripts = [stay.get(index) or _wrapped(one) for index, one in enumerate(made)]
    return _put(context, "d", name, scripts), texts


def _pieces(
    context: Context, task: BlockTask, groups: Sequence[Sequence[tuple[Entry, str]]]
) -> dict[str, Piece]:
    """What articles add to each run of the alphabet, by the groups of a block."""
    # Here, so that only what indexes a block waits for NumPy.
    from site_gen.search.columns import read_block

    run = partial(run_of, letters=context.letters)
    return read_block(task.first, groups, context.averages, run)


def _amended(
    store: cache.Store,
    context: Context,
    task: BlockTask,
    last: _Last,
    groups: Sequence[Sequence[Entry]],
    texts: Sequence[Sequence[tuple[Entry, str]]],
) -> tuple[dict[str, Stored], dict[str, Piece]] | None:
    """The pieces of a block that stay as they were last, and those that are amended, if few of its
    articles changed; None where all are to be read. The texts are those of all that may have.
    """
    come, gone = [], []
    for at, (now, before, some) in enumerate(zip(groups, last.groups, texts, strict=True)):
        said, last_said = set(map(_said, now)), set(map(_said, before))
        come.append([one for one in some if _said(one[0]) not in last_said])
        gone += [(task.first + at, one) for one in before if _said(one) not in said]
    if sum(map(len, come)) + len(gone) > MOST_CHANGED:
        return None
    try:
        less = _gone(context, store, gone)
        more = _pieces(context, task, come) if any(come) else {}
        changed = less.keys() | more.keys()
        pieces = last.block.pieces
        before_of = {run: pieces[run] for run in changed & pieces.keys()}
        found = store.get_all([f"piece {one.piece}" for one in before_of.values()])
        known = {run: Piece.unpacked(found[f"piece {one.piece}"]) for run, one in before_of.items()}
        nothing = Piece()
        made = {
            run: amended(known.get(run, nothing), less.get(run, Gone()), more.get(run, nothing))
            for run in changed
        }
    except (KeyError, Unlike):
        return None
    stay = {run: one for run, one in pieces.items() if run not in changed}
    return stay, {run: piece for run, piece in made.items() if piece.stems or piece.forms}


_said = attrgetter("title", "summary", "language", "body", "notes", "place")
"""All of an article that a block's pieces tell of."""


def _gone(
    context: Context, store: cache.Store, articles: Sequence[tuple[int, Entry]]
) -> dict[str, Gone]:
    """What articles have in pieces, by runs of the alphabet, given the group of each. Raises
    KeyError where the store lacks the body of one.
    """
    stems: dict[str, list[tuple[str, At]]] = {}
    forms: dict[str, list[tuple[str, str]]] = {}
    texts = _texts(store, [entry for _, entry in articles])
    for (group, _), (entry, text) in zip(articles, texts, strict=True):
        found = terms(entry, text)
        for stem in {stem for _, stem in found}:
            run = run_of(stem, context.letters)
            stems.setdefault(run, []).append((stem, (group, entry.place)))
        for form, stem in found:
            forms.setdefault(run_of(form, context.letters), []).append((form, stem))
    return {
        run: Gone(tuple(stems.get(run, ())), tuple(forms.get(run, ())))
        for run in stems.keys() | forms.keys()
    }


def _texts(store: cache.Store, entries: Sequence[Entry]) -> list[tuple[Entry, str]]:
    """Articles, each with its text. Raises KeyError where the store lacks the body of one."""
    bodies = store.get_all([entry.body for entry in entries])
    return [
        (entry, text_of(f"{bodies[entry.body].decode('utf-8')}\n{entry.notes}"))
        for entry in entries
    ]


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
    if letters == 1:
        return first
    return first + "abcdefghijklmn"[sum(start[1:] >= limit for limit in SECOND_LETTERS)]


@frozen
class Part:
    """The shards of a run of the alphabet: each kind's first words, and its shards."""

    run: str
    words: tuple[str, ...]
    stems: tuple[str, ...]
    shards: Mapping[str, Shards]

    def files(self) -> Iterator[OutputFile]:
        """The files of the run."""
        for kind, shards in self.shards.items():
            yield from files_of(kind, self.run, shards)


@frozen
class Column:
    """A facet: its values as (name, key, other names), and which of them each article has, coded:
    for each number in order how many, and the index of each as its distance from the one before.
    """

    name: str
    values: tuple[tuple[str, ...], ...]
    rows: str


@frozen
class Facets:
    """The shards of facets, and what each one is called."""

    names: tuple[str, ...] = ()
    shards: Shards = ()

    def files(self) -> Iterator[OutputFile]:
        """The files of the facets."""
        return files_of("f", "0", self.shards)

    def packed(self) -> bytes:
        """What it holds, as JSON."""
        return json.dumps((self.names, [(one.digest, one.size) for one in self.shards])).encode()

    @classmethod
    def unpacked(cls, data: bytes) -> Facets:
        """The facets that were packed."""
        names, made = json.loads(data)
        return cls(tuple(names), tuple(Shard(*one) for one in made))


def facets(context: Context, columns: Sequence[Column]) -> Facets:
    """Stage the facets."""
    names = tuple(column.name for column in columns)
    scripts = [script_of(column.values, column.rows) for column in columns]
    return Facets(names, _put(context, "f", "0", scripts))


def finish(
    context: Context,
    articles: int,
    rooms: Sequence[int],
    groups: Sequence[Shards],
    parts: Sequence[Part],
    facets: Facets,
) -> tuple[list[OutputFile], str]:
    """Stage the root: of so many articles, and groups of so many places. Returns all files and the
    root's path from the site's.
    """
    files = [file for at, one in enumerate(groups) for file in files_of("d", str(at), one)]
    files += [file for part in parts for file in part.files()]
    files += facets.files()
    root = {
        "format": FORMAT,
        "articles": articles,
        "groups": "".join(map(number, rooms)),
        "perShard": context.per_shard,
        "words": front_coded([word for part in parts for word in part.words]),
        "stems": front_coded([stem for part in parts for stem in part.stems]),
        "files": {
            APART: " ".join(_listed(part.run, part.shards) for part in parts),
            "d": " ".join(_listed(str(at), {"d": one}) for at, one in enumerate(groups)),
            "f": _listed("0", {"f": facets.shards}),
        },
        "endings": ENDINGS,
        "stop": STOP,
        "columns": facets.names,
    }
    data = script_of(root)
    shard = shard_of(data)
    file = OutputFile(f"{FOLDER}/root.{shard.digest[:10]}.js", shard.digest, shard.size)
    context.put(file, data)
    return [*files, file], file.path


def _listed(run: str, shards: Mapping[str, Shards]) -> str:
    """A run or a group in the root: its name, its hashes, how many files of each kind it has."""
    hashes = [mark for kind, some in shards.items() for mark in _hashes(kind, some)]
    if not shards.keys() <= set(APART):
        hashes = hashes[:1]
    return f"{run}.{''.join(hashes)}.{''.join(number(len(some)) for some in shards.values())}"
