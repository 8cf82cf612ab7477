"""A block that is amended after an edit, held against one that is read as a whole."""

from __future__ import annotations

import json
import tempfile
from array import array
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from site_gen import cache
from site_gen.model import OutputFile
from site_gen.search import amending, segment, shards

WORDS = ["ant", "ants", "l'ant", "bee", "bees", "cat", "cats", "dog", "elk", "elks", "zebra", "the"]
TEXTS = st.lists(st.sampled_from(WORDS), max_size=40).map(" ".join)
Article = tuple[str, str, str]
"""A title, a language, a text."""
PLACES = st.integers(0, 80)
ARTICLE = st.tuples(TEXTS, st.sampled_from(["en", "fr"]), TEXTS)
ARTICLES = st.dictionaries(PLACES, ARTICLE, max_size=12)
FEW = st.dictionaries(PLACES, ARTICLE, max_size=2)
Groups = Sequence[dict[int, Article]]
AVERAGES = segment.Averages(4.0, 1.0)


def read(
    store: Path,
    groups: Groups,
    title: float = 1.0,
    summary: str = "",
    notes: str = "",
    room: int = 128,
) -> tuple[shards.Block, dict[str, bytes]]:
    """The block of articles by their places in groups, and its pieces, of a store. `title` is the
    average length of titles; all articles have the summary and the notes.
    """
    averages = segment.Averages(4.0, title)
    context = shards.Context(store, store, store / "output", "program", averages, 8, 64)
    told, bodies = [], []
    with cache.Store(store) as kept:
        for group in groups:
            entries = [
                segment.Entry(
                    str(at), "", headline, summary, language, f"body {text}", notes, place=at
                )
                for at, (headline, language, text) in sorted(group.items())
            ]
            rows = json.dumps([one.values() for one in entries]).encode()
            told.append(cache.digest_of(rows.decode()))
            bodies.append([one.body for one in entries])
            texts = [(one.body, one.body.removeprefix("body ").encode()) for one in entries]
            kept.put([(shards.articles_key(context, told[-1]), rows), *texts])
    key = cache.digest_of(*told, json.dumps(bodies))
    rooms = (room,) * len(groups)
    block = shards.read(context, shards.BlockTask(key, 3, rooms, tuple(told), tuple(bodies)))
    with cache.Store(store) as kept:
        names = {run: f"piece {one.piece}" for run, one in block.pieces.items()}
        found = kept.get_all([*names.values()])
    return block, {run: found[name] for run, name in names.items()}


@settings(max_examples=30)
@given(st.data())
def test_an_amended_block_is_that_which_is_read(data: st.DataObject) -> None:
    """Whatever few articles come, go, change or move, pieces are those of the block as a whole."""
    before = [data.draw(ARTICLES), data.draw(ARTICLES)]
    after = [dict(group) for group in before]
    for group, place in data.draw(st.lists(st.tuples(st.integers(0, 1), PLACES))):
        after[group].pop(place, None)
    for some in after:
        some |= data.draw(FEW)
    with tempfile.TemporaryDirectory() as folder:
        read(Path(folder, "one"), before)
        made = read(Path(folder, "one"), after)
        assert made == read(Path(folder, "other"), after)


@pytest.mark.parametrize("kind", ["none", "body", "block", "piece", "articles", "lies", "averages"])
def test_a_block_is_amended_only_where_all_of_it_is_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """Where the store lacks a part of what the block was, or holds another, it is read whole."""
    whole: list[int] = []
    pieces = shards._pieces

    def noted(context: shards.Context, task: shards.BlockTask, groups: Any) -> Any:
        whole.append(sum(map(len, groups)))
        return pieces(context, task, groups)

    monkeypatch.setattr(shards, "_pieces", noted)
    before = [{at: ("ant", "en", f"bee cats {at}") for at in range(20)}]
    after = [{**before[0], 4: ("bee", "en", "dogs")}]
    read(tmp_path / "one", before)
    with cache.Store(tmp_path / "one") as store:
        keys = [row[0] for row in store._database.execute("SELECT key FROM store")]
        if kind == "lies":
            (key,) = (one for one in keys if one == "body bee cats 4")
            store.put([(key, b"elk")])
        else:
            store.forget([key for key in keys if key.startswith(kind)])
    whole.clear()
    if kind == "body":
        with cache.Store(tmp_path / "one") as store:
            others = [text for title, _, text in before[0].values()]
            store.put([(f"body {one}", one.encode()) for one in others if one != "bee cats 4"])
    title = 1.0
    if kind == "averages":
        title, after = 1.5, [{**before[0], 30: ("ant", "en", "dogs")}]
    made = read(tmp_path / "one", after, title)
    assert made == read(tmp_path / "other", after, title)
    assert (max(whole[:-1]) >= 20) == (kind != "none")


@pytest.mark.parametrize(
    ("article", "summary", "notes"),
    [
        (("elks", "en", "bees"), "", ""),
        (("ants", "fr", "bees"), "", ""),
        (("ants", "en", "elks"), "", ""),
        (("ants", "en", "bees"), "elks", ""),
        (("ants", "en", "bees"), "", "elks"),
    ],
)
def test_all_that_has_words_is_read_again(
    tmp_path: Path, article: Article, summary: str, notes: str
) -> None:
    """Where anything of an article changed that the index reads, its words are others."""
    read(tmp_path / "one", [{4: ("ants", "en", "bees")}])
    made = read(tmp_path / "one", [{4: article}], 1.0, summary, notes)
    assert made == read(tmp_path / "other", [{4: article}], 1.0, summary, notes)
    assert made != read(tmp_path / "third", [{4: ("ants", "en", "bees")}])


@pytest.mark.parametrize("fate", ["stands", "lost", "damaged"])
@pytest.mark.parametrize("room", [128, 64])
def test_document_shards_stay_where_none_of_their_articles_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fate: str, room: int
) -> None:
    """Texts are read of articles whose shards changed, or are not in output/; of the others only
    the names change. All is what a clean build makes.
    """
    asked: list[int] = []
    texts = shards._texts

    def stage(_: Path, output: Path, file: OutputFile, data: bytes) -> None:
        (output / "search").mkdir(parents=True, exist_ok=True)
        (output / file.path).write_bytes(data)

    def noted(store: cache.Store, entries: Sequence[segment.Entry]) -> Any:
        asked.extend(entry.place for entry in entries)
        return texts(store, entries)

    def files(block: shards.Block, folder: str) -> dict[str, bytes]:
        output = tmp_path / folder / "output"
        return {file.path: (output / file.path).read_bytes() for file in block.files(3)}

    monkeypatch.setattr(shards, "stage_described", stage)
    before = [{at: ("ant", "en", f"bee {at}") for at in range(60)}]
    after = [{**before[0], 20: ("ant", "en", "dogs"), 62: ("ant", "en", "elk")}]
    old, _ = read(tmp_path / "one", before, room=room)
    for at in () if fate == "stands" else (0, 1, 3):
        path = tmp_path / "one/output" / [*old.files(3)][at].path
        path.unlink() if fate == "lost" else path.write_bytes(b"elk")
    monkeypatch.setattr(shards, "_texts", noted)
    made = read(tmp_path / "one", after)
    changed = {*range(16, 24), *range(56, 60), 62}
    lost = {*range(16), *range(24, 32)} if fate != "stands" else set()
    # In a group of other places no shard is known.
    assert {*asked} == (changed | lost if room == 128 else {*range(60), 62})
    other = read(tmp_path / "other", after)
    assert made == other
    assert files(made[0], "one") == files(other[0], "other")


def test_a_run_of_the_alphabet_that_an_edit_empties_is_gone(tmp_path: Path) -> None:
    """Of words that are in no article any more nothing is left."""
    before = [{at: ("ant", "en", "bee zebu" if at == 4 else "bee") for at in range(20)}]
    after = [{**before[0], 4: ("ant", "en", "bee")}]
    read(tmp_path / "one", before)
    assert read(tmp_path / "one", after) == read(tmp_path / "other", after)


def test_what_a_piece_does_not_hold_is_not_taken_out_of_it() -> None:
    """What is unlike what was added to a piece is told, whether a stem, a count or stems."""
    from site_gen.search.columns import read_block

    def piece(text: str) -> segment.Piece:
        entry = segment.Entry("a", "", "", "", "en", "")
        return read_block(0, [[(entry, text)]], AVERAGES, lambda _: "0")["0"]

    at = 0, 0
    both = amending.Gone((("ant", at), ("bee", at)), (("ant", "ant"), ("bee", "bee")))
    amended = partial(amending.amended, come=segment.Piece())
    assert amended(piece("ant bee"), both).packed() == segment.Piece().packed()
    for stems, forms in (
        ([("cat", at)], []),
        ([("ant", (0, 1))], []),
        ([("ant", (1, 0))], []),
        ([], [("cat", "cat")]),
        ([], [("ant", "an")]),
        ([], [("ant", "ant"), ("ant", "ant")]),
    ):
        with pytest.raises(amending.Unlike):
            amended(piece("ant bee"), amending.Gone(tuple(stems), tuple(forms)))
    several = segment.Piece(forms=["ant"], stems_of=["an.ant"], counts=array("i", [2]))
    with pytest.raises(amending.Unlike):
        amended(several, amending.Gone((), (("ant", "an"),)))
    with pytest.raises(amending.Unlike):
        amending.amended(segment.Piece(), amending.Gone(), several)
