"""Pieces to shards: a run of the alphabet, put together from all blocks or amended after an edit.

After an edit most of a run stays as it was. What its pieces added before and what they add now
tells which rows change, and the shards around these are cut again until a cut falls where one
was. A test holds what is amended equal to what is put together anew.
"""

from __future__ import annotations

import hashlib
import json
import sys
import zlib
from array import array
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, chain, pairwise
from typing import Any, TypeVar

from site_gen import cache
from site_gen.search.codec import LETTERS, Reader, decoded, front_coded, number, shared
from site_gen.search.segment import NUMBERS, Piece, Run, Share, apart, joined, together
from site_gen.search.shards import (
    APART,
    Context,
    Part,
    Shard,
    Stored,
    files_of,
    hash_of,
    path_of,
    script_of,
    shard_of,
    values_of,
)
from site_gen.search.words import units

DICTIONARY, POSTINGS = 8_000, 12_000
"""Characters that a shard of each kind aims at."""
MOST_AMENDED = 8
"""Pieces that may have changed in a run that is amended."""


@dataclass(frozen=True, slots=True)
class MergeTask:
    """One run of the alphabet over all blocks: its pieces in their order.

    `variants` are forms with stems beside their own. `before` are the pieces of a run whose files
    are there.
    """

    run: str
    pieces: tuple[Stored, ...]
    variants: Mapping[str, tuple[str, ...]]
    before: tuple[Stored, ...] = ()

    def key(self, context: Context) -> str:
        """The digest of all that the run's shards depend on."""
        pieces = [one.piece for one in self.pieces]
        about = (context.program, self.run, pieces, sorted(self.variants.items()))
        return hashlib.sha256(json.dumps(about).encode()).hexdigest()

    def earlier(self) -> MergeTask:
        """The run as it was."""
        return replace(self, pieces=self.before, before=())

    def names(self, context: Context) -> list[str]:
        """The keys of what the store holds of it."""
        key = self.key(context)
        return [f"part {key}", f"cuts {sys.byteorder} {key}", f"run {self.run}"]


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


def with_past(
    store: cache.Store, context: Context, task: MergeTask, whole: Callable[[Part], bool]
) -> MergeTask:
    """The task with the pieces that the run was last made of, if it can be amended.

    `whole` tells whether the files of a run are there.
    """
    data = store.get(f"run {task.run}")
    before = tuple(Stored(*one) for one in json.loads(data)) if data else ()
    if not before or len(_without(task.pieces, before)) > MOST_AMENDED:
        return task
    amended = replace(task, before=before)
    earlier = amended.earlier()
    part = kept_part(store, earlier, earlier.key(context))
    return amended if part and whole(part) else task


def _without(some: Sequence[Stored], others: Sequence[Stored]) -> list[Stored]:
    return list((Counter(some) - Counter(others)).elements())


def merge(context: Context, tasks: Sequence[MergeTask]) -> list[Part]:
    """Make the shards of some runs of the alphabet."""
    with cache.Store(context.store) as store:
        made = [_amended(context, store, task) or merged(context, store, task) for task in tasks]
        store.put(
            value
            for task, (part, cuts) in zip(tasks, made, strict=True)
            for value in zip(task.names(context), _values(task, part, cuts), strict=True)
        )
    return [part for part, _ in made]


def _values(task: MergeTask, part: Part, cuts: bytes) -> tuple[bytes, bytes, bytes]:
    """What the store keeps of a run: its part, where shares lie in its rows, its pieces."""
    shards = {kind: [(one.digest, one.size) for one in made] for kind, made in part.shards.items()}
    about = json.dumps((part.words, part.stems, shards))
    pieces = json.dumps([(one.piece, one.size) for one in task.pieces])
    return about.encode(), cuts, pieces.encode()


Form = tuple[str, str]
"""A word, and what the dictionary says of it."""


# Put together


def merged(context: Context, store: cache.Store, task: MergeTask) -> tuple[Part, bytes]:
    """Put the pieces of one run together and stage its shards; where shares lie in its rows."""
    whole = joined([_piece(store, one) for one in task.pieces])
    stems = _runs(whole.stems, _size_of_stem, POSTINGS)
    entries = [(form[0], _entry(*form)) for form in _forms(whole, task.variants)]
    forms = _runs(entries, _size_of_form, DICTIONARY)
    new = _Staging(context, task.run)
    for some in forms:
        new.stage("w", _dictionary(some))
    for rows in stems:
        new.stage("p", _postings(rows))
        new.stage("o", _positions(rows))
    part = new.part([run[0][0] for run in forms], [run[0][0] for run in stems])
    return part, _Cuts(array("I", map(len, stems)), whole.shares, whole.cuts).packed()


class _Staging:
    """The shards of a run, staged one after the other."""

    def __init__(self, context: Context, run: str) -> None:
        self.context = context
        self.run = run
        self.shards: dict[str, list[Shard]] = {kind: [] for kind in APART}

    def stage(self, kind: str, script: bytes) -> None:
        """Stage the next shard of a kind."""
        shard = self.keep(kind, shard_of(script))
        index = len(self.shards[kind]) - 1
        self.context.put(path_of(kind, self.run, index, hash_of(shard)), script)

    def keep(self, kind: str, shard: Shard) -> Shard:
        """Count a shard whose file is there."""
        self.shards[kind].append(shard)
        return shard

    def part(self, words: Iterable[str], stems: Iterable[str]) -> Part:
        """The run, by the first words and stems of its shards."""
        shards = {kind: tuple(some) for kind, some in self.shards.items()}
        return Part(self.run, tuple(words), tuple(stems), shards)


def _dictionary(forms: Sequence[Form], coded: str = "") -> bytes:
    """A shard of these; `coded` are its words if that is known."""
    words = coded or front_coded([row[0] for row in forms])
    return script_of(words, " ".join([row[1] for row in forms]))


def _postings(stems: Sequence[Sequence[Any]], coded: str = "") -> bytes:
    words = coded or front_coded([row[0] for row in stems])
    return script_of(words, " ".join([row[1] for row in stems]))


def _positions(stems: Sequence[Sequence[Any]]) -> bytes:
    return script_of(" ".join([row[2] for row in stems]))


def _size_of_stem(row: Sequence[Any]) -> int:
    return len(row[1]) + 4


def _size_of_form(row: Form) -> int:
    return len(row[0]) // 2 + len(row[1]) + 2


def _forms(whole: Run, variants: Mapping[str, tuple[str, ...]]) -> Sequence[tuple[str, str, int]]:
    """The forms in order, each with its stems and the number of articles it stands in."""
    if not variants:
        return whole.forms
    forms = {form: (form, stems, count) for form, stems, count in whole.forms}
    for form, more in variants.items():
        _, stems, count = forms.get(form, ("", "", 0))
        forms[form] = form, ".".join(sorted({*filter(None, stems.split(".")), *more})), count
    return [forms[form] for form in sorted(forms)]


def _entry(form: str, stems: str, count: int) -> str:
    """How many articles a form stands in, and its stems if there is more to say than itself."""
    text = number(count)
    if stems == form:
        return text
    for stem in stems.split("."):
        same = shared(form, stem)
        text += f".{LETTERS[min(len(form) - same, 63)]}{stem[same:]}"
    return text


class _Cutting:
    """Cuts rows into runs of about a size, where the digest of a word says so.

    So a word that comes or goes moves the cuts nearest to it and no others.
    """

    def __init__(self, size: Callable[[Any], int], target: int) -> None:
        self.size = size
        self.target = target
        self.run: list[Any] = []
        self.total = 0

    def whole(self, rows: Iterable[Any]) -> Iterator[list[Any]]:
        """The runs that end within these rows, which follow those before."""
        for row in rows:
            own = self.size(row)
            if self.run and self.total + own > 2 * self.target:
                yield from self.rest()
            self.run.append(row)
            self.total += own
            if self.total >= self.target and zlib.crc32(_bytes(row[0])) % 8 == 0:
                yield from self.rest()

    def rest(self) -> Iterator[list[Any]]:
        """The run that is begun."""
        if self.run:
            run, self.run, self.total = self.run, [], 0
            yield run


def _runs(rows: Iterable[Any], size: Callable[[Any], int], target: int) -> list[list[Any]]:
    """Rows in runs of about a size."""
    cutting = _Cutting(size, target)
    return [*cutting.whole(rows), *cutting.rest()]


def _bytes(word: str) -> bytes:
    return word.encode("utf-8", "surrogatepass")


def _piece(store: cache.Store, stored: Stored) -> Piece:
    data = store.get(f"piece {stored.piece}")
    if data is None:
        raise cache.CacheBroken(f"piece {stored.piece} is gone")
    return Piece.unpacked(data)


# Amended


@dataclass(frozen=True, slots=True)
class _Cuts:
    """How many stems each shard of a run has, and what a `Run` knows of shares."""

    sizes: array[int]
    shares: array[int]
    cuts: array[int]

    def packed(self) -> bytes:
        """Their lengths, then they."""
        lengths = array("I", [len(self.sizes), len(self.shares)])
        return b"".join(one.tobytes() for one in (lengths, self.sizes, self.shares, self.cuts))

    @classmethod
    def unpacked(cls, data: bytes) -> _Cuts:
        """What was packed."""
        numbers = array("I")
        numbers.frombytes(data)
        sizes = 2 + numbers[0]
        shares = sizes + numbers[1]
        return cls(numbers[2:sizes], numbers[sizes:shares], numbers[shares:])

    def of_shards(self) -> list[list[Sequence[int]]]:
        """The cuts of each stem of each shard."""
        ends = list(accumulate(self.shares, initial=0))
        cuts: list[Sequence[int]] = [
            self.cuts[NUMBERS * start : NUMBERS * end] for start, end in pairwise(ends)
        ]
        last = list(accumulate(self.sizes, initial=0))
        return [cuts[start:end] for start, end in pairwise(last)]


class _Lost(Exception):
    """What is wanted of a run is not there, or must be read from all blocks."""


StemRow = tuple[str, str, str, Sequence[int]]
"""A stem, its postings, its positions, and where shares lie in both."""


class _Before:
    """A run as its files hold it, each of which is read when it is asked for."""

    def __init__(self, context: Context, part: Part, cuts: _Cuts) -> None:
        self.part = part
        self.cuts = cuts.of_shards()
        self.coded: dict[tuple[str, ...], str] = {}
        """Words of shards, as they stand there."""
        self._folder = context.output_folder
        self._files = {kind: list(files_of(kind, part.run, part.shards[kind])) for kind in APART}

    def script(self, kind: str, index: int) -> bytes:
        """The file of a shard. Raises _Lost."""
        file = self._files[kind][index]
        try:
            script = (self._folder / file.path).read_bytes()
        except OSError as problem:
            raise _Lost from problem
        if hashlib.sha256(script).hexdigest() != file.digest:
            raise _Lost
        return script

    def _words(self, coded: str) -> list[str]:
        coded = units(coded)
        words = decoded(coded)
        self.coded[tuple(words)] = coded
        return words

    def forms(self, index: int) -> list[Form]:
        """The rows of a dictionary shard. Raises _Lost."""
        words, about = values_of(self.script("w", index))
        return list(zip(self._words(words), units(about).split(" "), strict=True))

    def stems(self, index: int) -> list[StemRow]:
        """The rows of a postings shard and of the positions beside it. Raises _Lost."""
        words, postings = values_of(self.script("p", index))
        (positions,) = values_of(self.script("o", index))
        rows = postings.split(" "), positions.split(" ")
        return list(zip(self._words(words), *rows, self.cuts[index], strict=True))


def _amended(context: Context, store: cache.Store, task: MergeTask) -> tuple[Part, bytes] | None:
    """Make again what an edit changed in a run; None where all of it must be put together."""
    if not task.before:
        return None
    earlier = task.earlier()
    part = kept_part(store, earlier, earlier.key(context))
    cuts = store.get(earlier.names(context)[1])
    if part is None or cuts is None:
        return None
    gone = [_piece(store, one) for one in _without(task.before, task.pieces)]
    come = [_piece(store, one) for one in _without(task.pieces, task.before)]
    before = _Before(context, part, _Cuts.unpacked(cuts))
    try:
        forms = _amended_forms(before, gone, come, task.variants)
        stems = _amended_stems(before, gone, come)
        new = _Staging(context, task.run)
        first_words, first_stems, cuts_of = [], [], []
        for some in forms:
            if isinstance(some, int):
                first_words.append(part.words[some])
                _keep(new, before, "w", some)
            else:
                first_words.append(some[0][0])
                new.stage(
                    "w", _dictionary(some, before.coded.get(tuple(row[0] for row in some), ""))
                )
        for rows in stems:
            if isinstance(rows, int):
                first_stems.append(part.stems[rows])
                cuts_of.append(before.cuts[rows])
                _keep(new, before, "p", rows)
                _keep(new, before, "o", rows)
            else:
                first_stems.append(rows[0][0])
                cuts_of.append([row[3] for row in rows])
                new.stage("p", _postings(rows, before.coded.get(tuple(row[0] for row in rows), "")))
                new.stage("o", _positions(rows))
    except _Lost:
        return None
    return new.part(first_words, first_stems), _packed(cuts_of)


def _packed(cuts: Sequence[Sequence[Sequence[int]]]) -> bytes:
    """The cuts of each stem of each shard."""
    each = [one for some in cuts for one in some]
    return _Cuts(
        array("I", map(len, cuts)),
        array("I", [len(one) // NUMBERS for one in each]),
        array("I", chain.from_iterable(each)),
    ).packed()


def _keep(new: _Staging, before: _Before, kind: str, index: int) -> None:
    """Let a shard be as it was; where its number changed, under its new name."""
    if len(new.shards[kind]) == index:
        new.keep(kind, before.part.shards[kind][index])
    else:
        new.stage(kind, before.script(kind, index))


def _amended_stems(
    before: _Before, gone: Sequence[Piece], come: Sequence[Piece]
) -> list[int | list[StemRow]]:
    """The shards of stems: the numbers of those that stay, and the rows of new ones."""
    old, new = _shares(gone), _shares(come)

    def change(stem: str, row: StemRow | None) -> StemRow | None:
        left = {share[0] for share in old.get(stem, ())}
        shares = [one for one in apart(*row[1:]) if one[0] not in left] if row else []
        shares = sorted([*shares, *new.get(stem, ())])
        cuts = [(first, last, len(own), len(places)) for first, last, own, places in shares]
        return (stem, *together(shares), array("I", chain.from_iterable(cuts))) if shares else None

    changed = [stem for stem in old.keys() | new.keys() if old.get(stem) != new.get(stem)]
    rows = _changed(before.part.stems, changed, before.stems, change)
    return list(_cut_again(len(before.part.stems), rows, before.stems, _size_of_stem, POSTINGS))


def _shares(pieces: Sequence[Piece]) -> dict[str, list[Share]]:
    shares: dict[str, list[Share]] = {}
    for one in pieces:
        for stem, first, last, own, places in one.rows():
            shares.setdefault(stem, []).append((first, last, own, places))
    return shares


def _amended_forms(
    before: _Before, gone: Sequence[Piece], come: Sequence[Piece], variants: Container[str]
) -> list[int | list[Form]]:
    """The shards of forms, likewise. Raises _Lost where other blocks decide what stems one has."""
    old, new = _counts(gone), _counts(come)

    def change(form: str, row: Form | None) -> Form | None:
        stems = old.get(form, {}).keys() | new.get(form, {}).keys()
        if len(stems) > 1 or form in variants:
            raise _Lost
        (stem,) = stems
        count = sum(new.get(form, {}).values()) - sum(old.get(form, {}).values())
        if row:
            held, _, said = row[1].partition(".")
            count += Reader(held).number()
            if said != _entry(form, stem, 0).partition(".")[2]:
                raise _Lost
        return (form, _entry(form, stem, count)) if count else None

    changed = [form for form in old.keys() | new.keys() if old.get(form) != new.get(form)]
    rows = _changed(before.part.words, changed, before.forms, change)
    return list(_cut_again(len(before.part.words), rows, before.forms, _size_of_form, DICTIONARY))


def _counts(pieces: Sequence[Piece]) -> dict[str, dict[str, int]]:
    """For each form its stems, parted by dots, and the number of articles it stands in."""
    counts: dict[str, dict[str, int]] = {}
    for one in pieces:
        for form, stems, count in zip(one.forms, one.stems_of, one.counts, strict=True):
            of_form = counts.setdefault(form, {})
            of_form[stems] = of_form.get(stems, 0) + count
    return counts


Row = TypeVar("Row", Form, StemRow)


def _changed(
    firsts: Sequence[str],
    words: Iterable[str],
    rows_of: Callable[[int], list[Row]],
    change: Callable[[str, Row | None], Row | None],
) -> dict[int, list[Row]]:
    """The rows of the shards in which words change, changed; `firsts` are those of shards.

    Where the first of a shard changes, the shard before may have been cut for its size alone: it
    is among them too.
    """
    of_shard: dict[int, list[str]] = {}
    for word in sorted(words):
        of_shard.setdefault(max(bisect_right(firsts, word) - 1, 0), []).append(word)
    changed: dict[int, list[Row]] = {}
    for index, some in of_shard.items():
        rows = {row[0]: row for row in (rows_of(index) if firsts else ())}
        for word in some:
            row = change(word, rows.get(word))
            if row:
                rows[word] = row
            else:
                rows.pop(word, None)
        changed[index] = [rows[word] for word in sorted(rows)]
        if index and some[0] == firsts[index] and index - 1 not in changed:
            changed[index - 1] = rows_of(index - 1)
    return changed


def _cut_again(
    count: int,
    changed: Mapping[int, list[Row]],
    rows_of: Callable[[int], list[Row]],
    size: Callable[[Row], int],
    target: int,
) -> Iterator[int | list[Row]]:
    """The numbers of shards that stay, and the rows of those that must be made."""
    cutting = _Cutting(size, target)
    for at in range(max(count, len(changed))):
        if at not in changed and not cutting.run:
            yield at
        else:
            yield from cutting.whole(changed[at] if at in changed else rows_of(at))
    yield from cutting.rest()
