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
from dataclasses import replace
from itertools import chain
from typing import Any, NamedTuple, TypeVar

from site_gen import cache
from site_gen.frozen import frozen
from site_gen.search.codec import LETTERS, Reader, decoded, front_coded, number, shared
from site_gen.search.segment import NUMBERS, Piece, Share, apart, together
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


@frozen
class MergeTask:
    """One run of the alphabet over all blocks: its pieces in their order.

    `variants` are forms with stems beside their own. `before` are the pieces of a run whose files
    are there, `part` are its shards.
    """

    run: str
    pieces: tuple[Stored, ...]
    variants: Mapping[str, tuple[str, ...]]
    before: tuple[Stored, ...] = ()
    part: Part | None = None

    def key(self, context: Context) -> str:
        """The digest of all that the run's shards depend on."""
        pieces = [one.piece for one in self.pieces]
        about = (context.program, self.run, pieces, sorted(self.variants.items()))
        return hashlib.sha256(json.dumps(about).encode()).hexdigest()


def names(context: Context, key: str, part: Part) -> Iterator[str]:
    """The keys of what the store holds of a run, given the digest of what it depends on."""
    yield f"part {key}"
    yield f"run {part.run}"
    for postings, positions in zip(part.shards["p"], part.shards["o"], strict=True):
        yield _cuts_key(context, postings, positions)


def _cuts_key(context: Context, postings: Shard, positions: Shard) -> str:
    about = f"{sys.byteorder} {context.program} {context.span}"
    return f"cuts {about} {postings.digest} {positions.digest}"


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
    earlier = replace(task, pieces=before)
    part = kept_part(store, earlier, earlier.key(context))
    return replace(task, before=before, part=part) if part and whole(part) else task


def _without(some: Sequence[Stored], others: Sequence[Stored]) -> list[str]:
    """The pieces that are not among others."""
    return list((Counter([a.piece for a in some]) - Counter([b.piece for b in others])).elements())


def merge(context: Context, tasks: Sequence[MergeTask]) -> list[Part]:
    """Make the shards of some runs of the alphabet."""
    with cache.Store(context.store) as store:
        parts = []
        values: list[tuple[str, bytes]] = []
        for task in tasks:
            new = _amended(context, store, task) or merged(context, store, task)
            part = new.part()
            shards = {
                kind: [(s.digest, s.size) for s in some] for kind, some in part.shards.items()
            }
            about = part.words, part.stems, shards
            pieces = [(one.piece, one.size) for one in task.pieces]
            values += new.values
            values.append((f"part {task.key(context)}", json.dumps(about).encode()))
            values.append((f"run {task.run}", json.dumps(pieces).encode()))
            parts.append(part)
        store.put(values)
    return parts


Form = tuple[str, str]
"""A word, and what the dictionary says of it."""


# Put together


def merged(context: Context, store: cache.Store, task: MergeTask) -> Staging:
    """Put the pieces of one run together."""
    # Here, so that what only amends runs does not wait for NumPy.
    from site_gen.search.joining import joined

    whole = joined(_pieces(store, [one.piece for one in task.pieces]))
    new = Staging(context, task.run)
    entries = ((form[0], _entry(*form)) for form in _forms(whole.forms, task.variants))
    for forms in _runs(entries, _size_of_form, DICTIONARY):
        new.add_forms(forms)
    stem = share = 0
    rows = zip(whole.stems, whole.postings.sizes(), strict=True)
    for stems in _runs(rows, _size_of_postings, POSTINGS):
        here = slice(stem, stem + len(stems))
        shares = whole.shares[here]
        end = share + NUMBERS * sum(shares)
        texts = whole.postings.of(here), whole.positions.of(here)
        new.add_stems([row[0] for row in stems], *texts, shares + whole.cuts[share:end])
        stem += len(stems)
        share = end
    return new


class Staging:
    """The shards of a run, each staged as it is made, and what of them goes into the store."""

    def __init__(self, context: Context, run: str) -> None:
        self.values: list[tuple[str, bytes]] = []
        self._context = context
        self._run = run
        self._words: list[str] = []
        self._stems: list[str] = []
        self._shards: dict[str, list[Shard]] = {kind: [] for kind in APART}

    def add_forms(self, rows: Sequence[Form], coded: str = "") -> None:
        """A shard of the dictionary; `coded` are its words if that is known."""
        words = coded or front_coded([row[0] for row in rows])
        self._words.append(rows[0][0])
        self._stage("w", script_of(words, " ".join([row[1] for row in rows])))

    def add_stems(
        self,
        stems: Sequence[str],
        postings: str,
        positions: str,
        cuts: array[int],
        coded: str = "",
    ) -> None:
        """Shards of postings and of positions, and where shares lie in them."""
        self._stems.append(stems[0])
        of_postings = self._stage("p", script_of(coded or front_coded(stems), postings))
        of_positions = self._stage("o", script_of(positions))
        self.values.append((_cuts_key(self._context, of_postings, of_positions), cuts.tobytes()))

    def keep_forms(self, before: Before, index: int) -> None:
        """A shard of the dictionary as it was."""
        self._words.append(before.part.words[index])
        self._keep("w", before, index)

    def keep_stems(self, before: Before, index: int) -> None:
        """Shards of postings and of positions as they were."""
        self._stems.append(before.part.stems[index])
        self._keep("p", before, index)
        self._keep("o", before, index)

    def part(self) -> Part:
        """The run as it is now."""
        shards = {kind: tuple(some) for kind, some in self._shards.items()}
        return Part(self._run, tuple(self._words), tuple(self._stems), shards)

    def _stage(self, kind: str, script: bytes) -> Shard:
        shard = shard_of(script)
        path = path_of(kind, self._run, len(self._shards[kind]), hash_of(shard))
        self._context.put(path, script)
        self._shards[kind].append(shard)
        return shard

    def _keep(self, kind: str, before: Before, index: int) -> None:
        """Let a file be; where its number in the run changed, it has another name."""
        if len(self._shards[kind]) == index:
            self._shards[kind].append(before.part.shards[kind][index])
        else:
            self._stage(kind, before.script(kind, index))


def _size_of_stem(row: Sequence[Any]) -> int:
    return len(row[1]) + 4


def _size_of_postings(row: tuple[str, int]) -> int:
    return row[1] + 4


def _size_of_form(row: Form) -> int:
    return len(row[0]) // 2 + len(row[1]) + 2


def _forms(
    known: Sequence[tuple[str, str, int]], variants: Mapping[str, tuple[str, ...]]
) -> Sequence[tuple[str, str, int]]:
    """The forms in order, each with its stems and the number of articles it stands in."""
    if not variants:
        return known
    forms = {one[0]: one for one in known}
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


def _pieces(store: cache.Store, digests: Sequence[str]) -> list[Piece]:
    keys = [f"piece {digest}" for digest in digests]
    found = store.get_all(keys)
    for key in keys:
        if key not in found:
            raise cache.CacheBroken(f"{key} is gone")
    return [Piece.unpacked(found[key]) for key in keys]


# Amended


class _Lost(Exception):
    """What is wanted of a run is not there, or must be read from all blocks."""


class StemRow(NamedTuple):
    """A row of the shards of stems, and where shares lie in it."""

    stem: str
    postings: str
    positions: str
    cuts: array[int]


class Before:
    """A run as its files hold it, each of which is read when it is asked for."""

    def __init__(self, context: Context, store: cache.Store, part: Part) -> None:
        self.part = part
        self.coded: dict[tuple[str, ...], str] = {}
        """Words of shards, as they stand there."""
        self._context = context
        self._store = store
        self._files = {kind: list(files_of(kind, part.run, part.shards[kind])) for kind in APART}

    def script(self, kind: str, index: int) -> bytes:
        """The file of a shard. Raises _Lost."""
        file = self._files[kind][index]
        try:
            script = (self._context.output_folder / file.path).read_bytes()
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
        cuts = self._cuts(index, len(rows[0]))
        return [*map(StemRow, self._words(words), *rows, cuts)]

    def _cuts(self, index: int, stems: int) -> Iterator[array[int]]:
        """Where the shares of each stem of a shard lie. Raises _Lost."""
        shards = self.part.shards
        data = self._store.get(_cuts_key(self._context, shards["p"][index], shards["o"][index]))
        if data is None:
            raise _Lost
        numbers = array("I")
        numbers.frombytes(data)
        start = stems
        for shares in numbers[:stems]:
            yield numbers[start : start + NUMBERS * shares]
            start += NUMBERS * shares


def _amended(context: Context, store: cache.Store, task: MergeTask) -> Staging | None:
    """Make again what an edit changed in a run; None where all of it must be put together."""
    if task.part is None:
        return None
    gone = _pieces(store, _without(task.before, task.pieces))
    come = _pieces(store, _without(task.pieces, task.before))
    before = Before(context, store, task.part)
    new = Staging(context, task.run)
    try:
        for forms in _amended_forms(before, gone, come, task.variants):
            if isinstance(forms, int):
                new.keep_forms(before, forms)
            else:
                new.add_forms(forms, before.coded.get(tuple(row[0] for row in forms), ""))
        for stems in _amended_stems(before, gone, come):
            if isinstance(stems, int):
                new.keep_stems(before, stems)
            else:
                cuts = array("I", [len(row.cuts) // NUMBERS for row in stems])
                for row in stems:
                    cuts.extend(row.cuts)
                words, postings, positions, _ = zip(*stems, strict=True)
                texts = " ".join(postings), " ".join(positions)
                new.add_stems(words, *texts, cuts, before.coded.get(words, ""))
    except _Lost:
        return None
    return new


def _amended_stems(
    before: Before, gone: Sequence[Piece], come: Sequence[Piece]
) -> list[int | list[StemRow]]:
    """The shards of stems: the numbers of those that stay, and the rows of new ones."""
    old, new = _shares(gone), _shares(come)

    def change(stem: str, row: StemRow | None) -> StemRow | None:
        left = {share[0] for share in old.get(stem, ())}
        shares = (
            [one for one in apart(row.postings, row.positions, row.cuts) if one[0] not in left]
            if row
            else []
        )
        shares = sorted([*shares, *new.get(stem, ())])
        cuts = [(first, last, len(own), len(places)) for first, last, own, places in shares]
        if not shares:
            return None
        return StemRow(stem, *together(shares), array("I", chain.from_iterable(cuts)))

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
    before: Before, gone: Sequence[Piece], come: Sequence[Piece], variants: Container[str]
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
