"""Pieces to shards: a run of the alphabet, put together from all blocks or amended after an edit.

After an edit most of a run stays as it was. What its pieces added before and what they add now
tells which rows change, and the shards around these are cut again until a cut falls where one
was. A test holds what is amended equal to what is put together anew.
"""

from __future__ import annotations

import hashlib
import json
import sys
from array import array
from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import accumulate, chain, pairwise, zip_longest
from typing import TypeVar

from site_gen import cache, compact
from site_gen.frozen import frozen
from site_gen.model import OutputFile
from site_gen.output import contents
from site_gen.search.codec import LETTERS, Reader, decoded, front_coded, number, shared
from site_gen.search.rows import Forms, Stems, changed, cut, cut_again, of_shards, sizes_of_stems
from site_gen.search.segment import NUMBERS, Piece, Share, apart, replaced, together
from site_gen.search.shards import (
    APART,
    Context,
    Part,
    Shard,
    Stored,
    coded_script,
    codes_of,
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

    `variants` are forms with stems beside their own. Where the run may be amended, `part` are its
    shards as they were made last, `gone` the digests of the pieces that only these are made of, and
    `come` those of the pieces that they are not made of.
    """

    run: str
    pieces: tuple[Stored, ...]
    variants: Mapping[str, tuple[str, ...]]
    gone: Sequence[str] = ()
    come: Sequence[str] = ()
    part: Part | None = None

    @property
    def digests(self) -> list[str]:
        """The digests of its pieces."""
        return [one.piece for one in self.pieces]

    def key(self, context: Context) -> str:
        """The digest of all that the run's shards depend on."""
        return self.key_of(context, self.digests)

    def key_of(self, context: Context, pieces: Sequence[str]) -> str:
        """The same with other pieces."""
        about = json.dumps((context.program, self.run, sorted(self.variants.items())))
        # What these digests are of are many, and JSON takes several times as long.
        return hashlib.sha256("\n".join([about, *pieces]).encode()).hexdigest()


def names(context: Context, key: str, part: Part) -> Iterator[str]:
    """The keys of what the store holds of a run, given the digest of what it depends on."""
    yield f"part {key}"
    yield _last_key(part.run)
    for postings, positions in zip(part.shards["p"], part.shards["o"], strict=True):
        yield _cuts_key(context, postings, positions)


def _last_key(run: str) -> str:
    """Under what the store has the digests of the pieces that a run was last made of."""
    return f"last pieces {run}"


def _cuts_key(context: Context, postings: Shard, positions: Shard) -> str:
    about = f"{sys.byteorder} {context.program} {context.span}"
    return f"cuts {about} {postings.digest} {positions.digest}"


def kept_parts(store: cache.Store, runs: Sequence[str], keys: Sequence[str]) -> list[Part | None]:
    """The shards of runs of the alphabet, by their keys, as the store knows them."""
    found = store.get_all([f"part {key}" for key in keys])
    named = zip(runs, keys, strict=True)
    return [_part(run, found[of]) if (of := f"part {key}") in found else None for run, key in named]


def _part(run: str, data: bytes) -> Part:
    words, stems, shards = json.loads(data)
    return Part(
        run,
        tuple(map(units, words)),
        tuple(map(units, stems)),
        {kind: tuple(Shard(*one) for one in made) for kind, made in shards.items()},
    )


def with_past(
    store: cache.Store,
    context: Context,
    tasks: Sequence[MergeTask],
    whole: Callable[[Part], bool],
) -> list[MergeTask]:
    """The tasks, each with what its run was made of last if it can be amended.

    `whole` tells whether the files of a run are there.
    """
    last = store.get_all([_last_key(task.run) for task in tasks])
    found: dict[str, MergeTask] = {}
    keys = []
    for task in tasks:
        before = last.get(_last_key(task.run), b"").decode().split()
        come = _without(task.digests, before)
        if before and len(come) <= MOST_AMENDED:
            found[task.run] = replace(task, gone=_without(before, task.digests), come=come)
            keys.append(task.key_of(context, before))
    parts = kept_parts(store, list(found), keys)
    known = {
        part.run: replace(found[part.run], part=part) for part in parts if part and whole(part)
    }
    return [known.get(task.run, task) for task in tasks]


def _without(some: Sequence[str], others: Sequence[str]) -> list[str]:
    """The pieces that are not among others."""
    return list((Counter(some) - Counter(others)).elements())


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
            values += new.values
            values.append((f"part {task.key(context)}", json.dumps(about).encode()))
            values.append((_last_key(task.run), " ".join(task.digests).encode()))
            parts.append(part)
        store.put(values)
    return parts


# Put together


def merged(context: Context, store: cache.Store, task: MergeTask) -> Staging:
    """Put the pieces of one run together."""
    # Here, so that what only amends runs does not wait for NumPy.
    from site_gen.search.coding import front_coded
    from site_gen.search.joining import joined

    whole = joined(_pieces(store, task.digests))
    new = Staging(context, task.run)
    known = _forms(whole.forms, task.variants)
    forms = Forms([one[0] for one in known], [_entry(*one) for one in known])
    for begin, end in _spans(forms.words, forms.sizes(), DICTIONARY):
        rows = forms.part(begin, end)
        new.add_forms(rows, front_coded(rows.words))
    shares = [*accumulate(whole.shares, initial=0)]
    for begin, end in _spans(whole.stems, sizes_of_stems(whole.postings.sizes()), POSTINGS):
        here = slice(begin, end)
        texts = whole.postings.of(here), whole.positions.of(here)
        cuts = whole.cuts[NUMBERS * shares[begin] : NUMBERS * shares[end]]
        stems = whole.stems[here]
        new.add_stems(stems, *texts, whole.shares[here] + cuts, front_coded(stems))
    return new


def _spans(words: Sequence[str], sizes: Sequence[int], target: int) -> Iterator[tuple[int, int]]:
    """Where each shard of such rows begins and ends."""
    ends = cut(words, sizes, target)
    if words and ends[-1:] != [len(words)]:
        ends.append(len(words))
    return pairwise([0, *ends])


class Staging:
    """The shards of a run, each staged as it is made, and what of them goes into the store."""

    def __init__(self, context: Context, run: str) -> None:
        self.values: list[tuple[str, bytes]] = []
        self._context = context
        self._run = run
        self._words: list[str] = []
        self._stems: list[str] = []
        self._shards: dict[str, list[Shard]] = {kind: [] for kind in APART}

    def add_forms(self, rows: Forms, coded: str = "") -> None:
        """A shard of the dictionary; `coded` are its words if that is known."""
        self._words.append(rows.words[0])
        self._stage("w", script_of(coded or front_coded(rows.words), " ".join(rows.about)))

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
        of_postings = self._stage("p", coded_script(postings, coded or front_coded(stems)))
        of_positions = self._stage("o", coded_script(positions))
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
        self._context.put(OutputFile(path, shard.digest, shard.size), script)
        self._shards[kind].append(shard)
        return shard

    def _keep(self, kind: str, before: Before, index: int) -> None:
        """Let a file be; where its number in the run changed, it has another name."""
        if len(self._shards[kind]) == index:
            self._shards[kind].append(before.part.shards[kind][index])
        else:
            self._stage(kind, before.script(kind, index))


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


class Before:
    """A run as its files hold it, each of which is read when it is asked for."""

    def __init__(self, context: Context, store: cache.Store, part: Part) -> None:
        self.part = part
        self.coded: dict[tuple[str, ...], str] = {}
        """Words of shards, as they stand there."""
        self._context = context
        self._store = store
        self._cuts: dict[str, bytes] = {}
        both = zip(part.shards["p"], part.shards["o"], strict=True)
        self._keys = [_cuts_key(context, *each) for each in both]

    def script(self, kind: str, index: int) -> bytes:
        """The file of a shard. Raises _Lost."""
        shard = self.part.shards[kind][index]
        path = path_of(kind, self.part.run, index, hash_of(shard))
        script = contents(self._context.output_folder, OutputFile(path, shard.digest, shard.size))
        if script is None:
            raise _Lost
        return script

    def _words(self, coded: str) -> list[str]:
        coded = units(coded)
        words = decoded(coded)
        self.coded[tuple(words)] = coded
        return words

    def ask(self, shards: Iterable[int]) -> None:
        """Ask the store for what it has of some shards of stems, which are read next."""
        self._cuts = self._store.get_all([self._keys[index] for index in shards])

    def forms(self, index: int) -> Forms:
        """The rows of a dictionary shard. Raises _Lost."""
        words, about = values_of(self.script("w", index))
        return Forms(self._words(words), units(about).split(" "))

    def stems(self, index: int) -> Stems:
        """The rows of a postings shard and of the positions beside it. Raises _Lost."""
        coded, postings = codes_of(self.script("p", index))
        _, positions = codes_of(self.script("o", index))
        words, numbers = self._words(coded), self._numbers(index)
        shares, cuts = numbers[: len(words)], numbers[len(words) :]
        return Stems(words, postings.split(" "), positions.split(" "), shares, cuts)

    def _numbers(self, index: int) -> array[int]:
        """Of the stems of a shard how many shares each has, then where these lie. Raises _Lost."""
        data = self._cuts.get(self._keys[index]) or self._store.get(self._keys[index])
        if data is None:
            raise _Lost
        return compact.numbered(data)


def _amended(context: Context, store: cache.Store, task: MergeTask) -> Staging | None:
    """Make again what an edit changed in a run; None where all of it must be put together."""
    if task.part is None:
        return None
    pieces = _pieces(store, [*task.gone, *task.come])
    gone, come = pieces[: len(task.gone)], pieces[len(task.gone) :]
    before = Before(context, store, task.part)
    new = Staging(context, task.run)
    try:
        for forms in _amended_forms(before, gone, come, task.variants):
            if isinstance(forms, int):
                new.keep_forms(before, forms)
            else:
                new.add_forms(forms, before.coded.get(tuple(forms.words), ""))
        for stems in _amended_stems(before, gone, come):
            if isinstance(stems, int):
                new.keep_stems(before, stems)
            else:
                texts = " ".join(stems.postings), " ".join(stems.positions)
                coded = before.coded.get(tuple(stems.words), "")
                new.add_stems(stems.words, *texts, stems.shares + stems.cuts, coded)
    except _Lost:
        return None
    return new


Row = TypeVar("Row")


def _unlike(
    gone: Sequence[Piece], come: Sequence[Piece], rows: Callable[[Piece], Iterable[Row]]
) -> tuple[list[Row], list[Row]]:
    """The rows of pieces that are gone and of those that came, but for most of those that a block
    has before and after.
    """
    out: list[Row] = []
    into: list[Row] = []
    nothing = Piece()
    for old, new in zip_longest(gone, come, fillvalue=nothing):
        before, after = set(rows(old)), set(rows(new))
        out += before - after
        into += after - before
    return out, into


def _amended_stems(
    before: Before, gone: Sequence[Piece], come: Sequence[Piece]
) -> Iterator[int | Stems]:
    """The shards of stems: the numbers of those that stay, and the rows of new ones."""
    out, into = _unlike(gone, come, Piece.rows)
    left: dict[str, set[int]] = {}
    for stem, first, *_ in out:
        left.setdefault(stem, set()).add(first)
    new: dict[str, list[Share]] = {}
    for stem, first, last, own, places in into:
        new.setdefault(stem, []).append((first, last, own, places))

    def change(stem: str, row: Stems) -> Stems:
        gone, come = left.get(stem, set()), new.get(stem, [])
        known: list[Share] = []
        for texts in zip(row.postings, row.positions, strict=True):
            if len(come) == 1 and gone == {come[0][0]}:
                found = replaced(*texts, row.cuts, come[0])
                if found:
                    return Stems([stem], [found[0]], [found[1]], row.shares, found[2])
            known = [one for one in apart(*texts, row.cuts) if one[0] not in gone]
        shares = sorted([*known, *come])
        if not shares:
            return _no_stems()
        cuts = [(first, last, len(own), len(places)) for first, last, own, places in shares]
        postings, positions = together(shares)
        numbers = array("I", [len(shares)]), array("I", chain.from_iterable(cuts))
        return Stems([stem], [postings], [positions], *numbers)

    firsts, words = before.part.stems, left.keys() | new.keys()
    before.ask(of_shards(firsts, words) if firsts else ())
    rows = changed(firsts, words, before.stems, _no_stems(), change)
    return cut_again(len(firsts), rows, before.stems, POSTINGS)


def _no_stems() -> Stems:
    return Stems([], [], [], array("I"), array("I"))


def _amended_forms(
    before: Before, gone: Sequence[Piece], come: Sequence[Piece], variants: Container[str]
) -> Iterator[int | Forms]:
    """The shards of forms, likewise. Raises _Lost where other blocks decide what stems one has."""
    counts: dict[str, int] = {}
    stems_of: dict[str, str] = {}
    out, into = _unlike(gone, come, Piece.rows_of_forms)
    staying = {form for form, *_ in into}
    if any("." in stems and form not in staying for form, stems, _ in out):
        raise _Lost
    for sign, rows in ((-1, out), (1, into)):
        for form, stems, count in rows:
            counts[form] = counts.get(form, 0) + sign * count
            if stems_of.setdefault(form, stems) != stems or form in variants:
                raise _Lost

    def change(form: str, row: Forms) -> Forms:
        count = counts[form]
        for about in row.about:
            held, _, said = about.partition(".")
            count += Reader(held).number()
            if said != _entry(form, stems_of[form], 0).partition(".")[2]:
                raise _Lost
        return Forms([form], [_entry(form, stems_of[form], count)]) if count else Forms([], [])

    firsts = before.part.words
    made = changed(firsts, counts, before.forms, Forms([], []), change)
    return cut_again(len(firsts), made, before.forms, DICTIONARY)
