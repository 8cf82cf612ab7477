"""A run of the alphabet that is amended after an edit, held against one that is put together."""

from __future__ import annotations

import hashlib
import tempfile
from array import array
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from site_gen import cache
from site_gen.model import OutputFile
from site_gen.search import columns, merging, segment, shards

AVERAGES = segment.Averages(4.0, 1.0)
VARIANTS = {"zebra": ("hors", "zebra")}
WORDS = [
    "ant",
    "ants",
    "bee",
    "bees",
    "cat",
    "cats",
    "𐌰𐌱",
    "𐌰𐌲",
    "dog",
    "dogs",
    "ear",
    "elk",
    "elks",
    "fox",
    "foxes",
    "gnu",
    "hen",
    "wheat",
    "wheats",
]
TEXTS = st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join)


def context(folder: Path, store: str, output: str) -> shards.Context:
    """Where a run is made: files go straight to a folder called `output`."""
    return shards.Context(folder / store, folder, folder / output, "program", AVERAGES, 8, 1)


def pieces(store: Path, texts: Sequence[str], languages: str) -> tuple[shards.Stored, ...]:
    """Texts, each a block by itself, as pieces in a store; a letter for the language of each, `b`
    for two articles of that text in two languages.
    """
    found = []
    with cache.Store(store) as kept:
        for first, (text, letter) in enumerate(zip(texts, languages, strict=True)):
            spoken = {"e": ["en"], "n": ["none"], "b": ["en", "none"]}[letter]
            entries = [
                segment.Entry("a", "a", "", "", one, "", place=at) for at, one in enumerate(spoken)
            ]
            block = [[(one, text) for one in entries]]
            for one in columns.read_block(first, block, AVERAGES, lambda _: "0").values():
                data = one.packed()
                found.append(shards.Stored(hashlib.sha256(data).hexdigest(), len(data)))
                kept.put([(f"piece {found[-1].piece}", data)])
    return tuple(found)


@contextmanager
def small_shards(size: int) -> Iterator[list[int]]:
    """Shards of few words, written at once. A list of the numbers of pieces of whole runs made."""
    done: list[int] = []
    merged = merging.merged

    def stage(_: Path, output: Path, file: OutputFile, data: bytes) -> None:
        (output / "search").mkdir(parents=True, exist_ok=True)
        (output / file.path).write_bytes(data)

    def noted(
        context: shards.Context, store: cache.Store, task: merging.MergeTask
    ) -> merging.Staging:
        done.append(len(task.pieces))
        return merged(context, store, task)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shards, "stage_described", stage)
        patch.setattr(merging, "merged", noted)
        patch.setattr(merging, "DICTIONARY", size)
        patch.setattr(merging, "POSTINGS", size)
        yield done


def made(
    where: shards.Context, texts: Sequence[str], languages: str, before: Sequence[str] = ()
) -> tuple[shards.Part, dict[str, bytes], list[bytes | None]]:
    """The run of texts, its files, and what the store knows of its shares."""
    earlier = pieces(where.store, before, languages[: len(before)])
    task = merging.MergeTask("0", pieces(where.store, texts, languages), VARIANTS)
    with cache.Store(where.store) as store:
        (past,) = merging.with_past(store, where, [task], lambda _: True)
        assert (past.part is not None) == (len(earlier) > 0)
        (part,) = merging.merge(where, [past])
        files = {one.path: (where.output_folder / one.path).read_bytes() for one in part.files()}
        return (
            part,
            files,
            [store.get(name) for name in merging.names(where, task.key(where), part)],
        )


@settings(max_examples=40)
@given(
    texts=st.lists(TEXTS, min_size=1, max_size=6),
    edits=st.lists(st.tuples(st.integers(0, 5), TEXTS), min_size=1, max_size=2),
    size=st.sampled_from([8, 20, 60]),
)
def test_amended_is_as_if_put_together(
    texts: list[str], edits: list[tuple[int, str]], size: int
) -> None:
    """What stays of a run after edits and what is made again is what all its pieces make.

    So it is after a second edit; and no run is put together for it.
    """
    languages = "e" * len(texts)
    with tempfile.TemporaryDirectory() as temporary, small_shards(size) as done:
        folder = Path(temporary)
        here = context(folder, "store", "output")
        made(here, texts, languages)
        done.clear()
        for at, text in edits:
            before = list(texts)
            texts[at % len(texts)] = text
            amended = made(here, texts, languages, before)
            assert not done or not any(before)
        assert amended == made(context(folder, "clean-store", "clean"), texts, languages)


@pytest.mark.parametrize("edited", [["bee bee", "ant", "bee"], ["ant", "bee bee", "bee"]])
def test_what_several_blocks_change_is_amended_at_once(edited: list[str]) -> None:
    """A word that is in fewer of the blocks that changed, and there otherwise, is right in both."""
    texts = ["bee", "bee", "bee"]
    with tempfile.TemporaryDirectory() as temporary, small_shards(20) as done:
        here = context(Path(temporary), "store", "output")
        made(here, texts, "eee")
        amended = made(here, edited, "eee", texts)
        assert done == [3]
        assert amended == made(context(Path(temporary), "c", "c"), edited, "eee")


SHARES = st.lists(
    st.tuples(st.integers(0, 70), st.integers(0, 2), st.sampled_from(["BAB", "CABgE"])),
    min_size=1,
    max_size=5,
    unique_by=lambda one: one[0],
)


@given(SHARES, st.integers(0, 4), st.integers(0, 2), st.integers(0, 70))
def test_a_share_is_replaced_where_its_groups_stay(
    rows: list[tuple[int, int, str]], at: int, more: int, other: int
) -> None:
    """What is put in place of a share makes what all shares make; of other groups nothing does."""
    shares = [(3 * first, 3 * first + more, own, f"{own}x") for first, more, own in sorted(rows)]
    cuts = array("I", [n for a, b, own, places in shares for n in (a, b, len(own), len(places))])
    at %= len(shares)
    new = (*shares[at][:2], "DAAB", "y")
    expected = [*shares[:at], new, *shares[at + 1 :]]
    texts = segment.together(shares)
    postings, positions, numbers = segment.replaced(*texts, cuts, new) or ("", "", cuts)
    assert (postings, positions) == segment.together(expected)
    assert segment.apart(postings, positions, numbers) == expected
    for groups in ((new[0], new[1] + 1 + more), (3 * other + 1, 3 * other + 2)):
        assert segment.replaced(*texts, cuts, (*groups, "DAAB", "y")) is None


def test_what_other_blocks_know_is_asked() -> None:
    """Where a word has another stem in another language, or files are lost, all is put together."""
    texts, edited = ["ants ate", "ants and bees"], ["ants ate", "bees"]
    with tempfile.TemporaryDirectory() as temporary, small_shards(20) as done:
        folder = Path(temporary)
        here = context(folder, "store", "output")
        made(here, texts, "en")
        assert made(here, edited, "en", texts) == made(context(folder, "c", "c"), edited, "en")
        assert done == [2, 2, 2]
        for file in (folder / "output/search").iterdir():
            file.write_bytes(b"")
        assert made(here, texts, "en", edited) == made(context(folder, "d", "d"), texts, "en")
        assert done == [2, 2, 2, 2, 2]


def test_a_stem_that_no_block_gives_a_word_any_more_is_gone() -> None:
    """Whether a word has a stem in other blocks too is not known from a block that lost it."""
    texts, edited = ["ants", "ants", "bees"], ["", "ants", "bees"]
    with tempfile.TemporaryDirectory() as temporary, small_shards(20):
        folder = Path(temporary)
        here = context(folder, "store", "output")
        made(here, texts, "bee")
        assert made(here, edited, "bee", texts) == made(context(folder, "c", "c"), edited, "bee")


def test_a_variant_stays_without_articles(monkeypatch: pytest.MonkeyPatch) -> None:
    """A word that a registry names is in the dictionary, whether an article has it or not."""
    monkeypatch.setitem(VARIANTS, "gnu", ("gnu",))
    texts, edited = ["gnu", "ants"], ["", "ants"]
    with tempfile.TemporaryDirectory() as temporary, small_shards(20):
        folder = Path(temporary)
        here = context(folder, "store", "output")
        made(here, texts, "ee")
        assert made(here, edited, "ee", texts) == made(context(folder, "c", "c"), edited, "ee")


def test_few_files_are_written_again() -> None:
    """A word more in one article touches the shards of its neighbourhood alone."""
    texts = [" ".join(f"{a}{b}{c}" for b in "aeiou" for c in "bdfg") for a in "mnprst"]
    with tempfile.TemporaryDirectory() as temporary, small_shards(60) as done:
        here = context(Path(temporary), "store", "output")
        first = made(here, texts, "n" * 6)[1]
        edited = [*texts[:2], f"{texts[2]} pim", *texts[3:]]
        second = made(here, edited, "n" * 6, texts)[1]
        assert done == [6]
        assert len(first) > 20
        assert 0 < len(second.keys() - first.keys()) <= 9
