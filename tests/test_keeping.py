"""What came of documents is kept in groups and in one value, and comes back as it was."""

from __future__ import annotations

import pickle
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import fields, replace
from itertools import repeat
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from site_gen import compact, parse
from site_gen.cache import Store
from site_gen.config import SiteConfig
from site_gen.dates import parse_edtf
from site_gen.metadata import Statement
from site_gen.model import (
    Document,
    Evidence,
    Origin,
    Page,
    Record,
    Reference,
    Registry,
    Repair,
    Source,
    SourceKind,
)
from site_gen.parse.outline import outline
from tests.archive_sites import articles
from tests.support import SiteTest

VARIED = ("extra", "registry")
words = st.text(max_size=8)
names = st.lists(words, max_size=2).map(tuple)
documents = st.builds(
    Document,
    kind=st.sampled_from(["article", "page"]),
    key=words,
    path=words,
    digest=words,
    body=words,
    title=words,
    authors=names,
    date=st.sampled_from([None, parse_edtf("1999-03"), parse_edtf("2001-11-02")]),
    references=st.lists(st.builds(Reference, words, st.integers(1, 9)), max_size=2).map(tuple),
    anchors=st.frozensets(words, max_size=1),
    registry=st.none()
    | st.builds(Registry, coordinates=st.tuples(*[st.sampled_from([0.0, -0.0, 1.5])] * 2)),
    extra=st.dictionaries(st.just("n"), st.sampled_from([1, True, 1.0, "1"])),
)


def kept(given: list[Document], cuts: Sequence[int] = ()) -> list[Document]:
    """Documents as they come back, kept by blocks that begin and end there."""
    cuts = cuts or compact.cuts(len(given))
    return compact.late(Document, cuts, compact.kept(Document, compact.blocks(given, cuts), VARIED))


@given(
    st.lists(documents, max_size=5),
    st.sampled_from([one.name for one in fields(Document)]),
    st.sampled_from([1, 2, 256]),
)
def test_documents_kept_field_by_field(given: list[Document], name: str, block: int) -> None:
    """They come back equal, whichever field is asked for first, and can be sent and changed."""
    with patch.object(compact, "BLOCK", block):
        _kept_and_taken(given, name)


def _kept_and_taken(given: list[Document], name: str) -> None:
    before = list(map(repr, given))
    compact.share(Document, given, VARIED)
    assert list(map(repr, given)) == before
    made = kept(given)
    assert [getattr(one, name) for one in made] == [getattr(one, name) for one in given]
    assert list(map(repr, made)) == before
    again = kept(given)
    assert pickle.loads(pickle.dumps(again)) == given
    again = kept(given)
    assert [replace(one, title="") for one in again] == [replace(one, title="") for one in given]


def test_what_documents_have_in_common_is_there_once() -> None:
    """It is looked for in fields that repeat themselves, as far as some of their values tell."""
    given = [
        Document("article", "", "", "", "", f"title {number}", summary=f"summary {number % 2}")
        for number in (1, 1, 5, 3, 1)
    ]
    # Of frozen sets even those that hold nothing may be several.
    given = [replace(one, accept=frozenset(set[str]())) for one in given]
    elsewhere = [one.title.encode().decode() for one in given[1:4]]
    with patch.object(compact, "SAMPLE", 2):
        compact.share(Document, given, VARIED, title=elsewhere)
    assert given[2].title is elsewhere[1]
    assert len({id(one.summary) for one in given}) == 1
    assert len({id(one.accept) for one in given}) == 1
    assert len({id(one.title) for one in given}) == 3


def test_a_field_of_one_is_read_for_its_block_only() -> None:
    """Of thousands of documents a build asks for some fields of a few."""
    given = [Document("article", str(number), "", "", "", "") for number in range(5)]
    with patch.object(compact, "BLOCK", 2):
        made = kept(given)
        with patch.object(pickle, "loads", wraps=pickle.loads) as loads:
            assert made[2].key == "2"
            assert made[3].key == "3"
            assert loads.call_count == 1
            assert [one.key for one in made] == ["0", "1", "2", "3", "4"]
            assert loads.call_count == 3


def test_keys_of_what_is_kept_of_documents() -> None:
    """They tell which values are theirs without making all keys, if that can be told by a name."""
    given = [Document("article", "", "", "", f"body {number}", "") for number in range(3)]
    stored = parse.Stored({"documents a", "documents b"}, given)
    assert "documents a" in stored
    assert not any(key in stored for key in ("documents c", "lines", None))
    assert "_beside" not in vars(stored)
    expected = {f"{kind} {number}" for kind in ("body", "record") for number in range(3)}
    assert {*stored} == {"documents a", "documents b", *expected}
    assert len(stored) == 8
    assert all(key in stored for key in expected)
    assert "body 3" not in stored


sites = st.dictionaries(st.text("abc", min_size=1, max_size=2), st.sampled_from("123"))


@given(sites, sites, st.sets(st.integers(0, 40)), st.sampled_from(["same", "other"]))
def test_groups_that_stand_are_those_made_anew(
    before: dict[str, str], now: dict[str, str], held: set[int], program: str
) -> None:
    """However documents were edited, came and went since, and where all is read in another way."""

    def grouped(
        texts: dict[str, str], program: str, *more: Any
    ) -> tuple[parse.Known, list[parse.Group]]:
        sources = [_source(path, "document", text) for path, text in texts.items()]
        described = parse.Described(sources)
        context = parse.Context(Path(), SiteConfig(), program, Path())
        return parse.grouped(described.lines, described.tasks, context, *more)

    with patch.object(parse, "GROUP", 2):
        known, _ = grouped(before, "same")
        anew, groups = grouped(now, program)
        assert sorted(path for one in groups for path in one.paths) == sorted(now)
        keys = {key for number, key in enumerate(known.keys) if number in held}
        last = [f"last {number}" for number in range(len(known.keys))]
        again, some = grouped(now, program, known, last, keys)
    assert tuple(map(list, (again.keys, again.lines))) == tuple(map(list, (anew.keys, anew.lines)))
    assert [(one.key, one.tasks) for one in some] == [
        (one.key, one.tasks) for one in groups if one.key not in keys
    ]
    assert again.by_path == {path: one.key for one in groups for path in one.paths}
    if len(anew.keys) == len(last):
        assert [one.before for one in some] == [
            name for name, key in zip(last, anew.keys, strict=True) if key and key not in keys
        ]


def _source(path: str, kind: SourceKind, digest: str) -> Source:
    return Source(path, kind, digest=digest)


additions = st.dictionaries(st.sampled_from(["a/x", "a/y", "b/x"]), st.sampled_from("12"))


@given(additions, additions, additions, additions)
def test_a_document_has_the_line_of_its_task(
    sidecars: dict[str, str], defaults: dict[str, str], rows: dict[str, str], twins: dict[str, str]
) -> None:
    """Whatever adds to it; and what adds to it tells it from all others."""
    at = Origin("metadata.csv", "metadata.csv", 1)
    described = parse.Described(
        [_source(path, "document", "0") for path in ("a/x", "a/y", "b/x")],
        {path: _source(f"{path}.yml", "sidecar", digest) for path, digest in sidecars.items()},
        {path[0]: (_source(path, "defaults", digest),) for path, digest in defaults.items()},
        {path: (Statement("key", text, at, raw=text),) for path, text in rows.items()},
        {path: (text,) for path, text in twins.items()},
    )
    tasks = described.tasks({"a/x", "a/y", "b/x"})
    assert described.lines == [one.line for one in tasks.values()]
    for one in tasks.values():
        plain = parse.Task(one.source)
        assert (one.line == plain.line) == (one == plain)


@given(st.lists(documents, max_size=4), st.lists(documents, max_size=4))
def test_documents_kept_as_columns(first: list[Document], second: list[Document]) -> None:
    """Several lots of them come back one after the other."""
    parts = [compact.columns(Document, first), compact.columns(Document, second)]
    assert compact.values(Document, parts) == [*first, *second]


def test_a_record_comes_back() -> None:
    """All that it holds, where nothing is held by two of its parts alike."""
    stated = Evidence("title", "A", Origin("inferred", "a.md", 3, "the heading"))
    record = Record((stated, replace(stated, field="date")), (Repair(1, "joined"),), ("why",))
    assert pickle.loads(pickle.dumps(record)) == record


def test_a_block_is_kept_as_it_lies_where_it_is_all_there() -> None:
    """A part of it, or one in which another value has a place, is kept as what is in it."""
    given = [Document("article", str(n), "", "", "", f"Title {n}") for n in range(4)]
    whole = [0, 2, 4]

    made = kept(given, whole)
    with patch.object(pickle, "loads", wraps=pickle.loads) as loads:
        made = kept(made, whole)
        assert not loads.called
    other = [made[0], replace(made[1], title="Other"), *made[2:]]
    for some in (made, other, [made[0], made[2], made[1], made[3]]):
        for cuts in (whole, [0, 1, 4], [0, 3, 4], [0, 4]):
            assert kept(some, cuts) == some


def test_what_a_late_document_has_not() -> None:
    """It has the attributes of any other, and no more."""
    one = Document("article", "key", "path", "digest", "body", "title")
    for made in (
        one,
        *kept([one]),
    ):
        with pytest.raises(AttributeError, match="'Document' object has no attribute 'nothing'"):
            made.nothing  # type: ignore[attr-defined]  # noqa: B018


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths of the sources that are parsed."""
    seen: list[str] = []
    made = parse.parse

    def noted(task: parse.Task, context: parse.Context, key: str) -> object:
        seen.append(task.source.path)
        return made(task, context, key)

    monkeypatch.setattr(parse, "parse", noted)
    return seen


def test_an_edit_parses_what_was_edited(site: SiteTest, read: list[str]) -> None:
    """Not what is kept in one group with it; nothing at all where an edit is taken back."""
    files = articles(130) | {"content/articles/n05.md": "# Five\n\n[Nowhere](nowhere.md)\n"}
    site.write(files).run("build", "--jobs", "1")
    before = site.output()
    for text in ("Other.", "Another."):
        read.clear()
        site.write({"content/articles/n07.md": text}).run("build", "--jobs", "1")
        told = {"content/articles/n05.md"}
        assert set(read) - told == {"content/articles/n07.md"}
    read.clear()
    assert "nowhere.md" in site.write(files).run("build", "--jobs", "1").stderr
    assert read == []
    assert site.output() == before


def test_groups_lie_together_again_when_many_do_not(site: SiteTest) -> None:
    """So that what is read one by one stays a small part; the output stands."""
    site.write(articles(60)).run("build", "--jobs", "1")
    before = site.output()
    store = site.folder / ".site_gen/cache"

    def together() -> list[str]:
        with Store(store) as kept:
            return parse.Together(kept).keys

    first = together()
    assert len(first) == 4
    site.write({"content/articles/n07.md": "Other."}).run("build", "--jobs", "1")
    assert len(set(together()) - set(first)) == 1
    with closing(sqlite3.connect(store / "store.sqlite")) as database, database:
        database.execute("UPDATE store SET value = X'00' WHERE key LIKE 'past % documents'")
    site.write(articles(60)).run("build", "--jobs", "1")
    assert site.output() == before


def test_documents_lie_in_the_order_of_time(site: SiteTest) -> None:
    """Each with what belongs to it, and those of one group are found again."""
    days = {f"content/articles/n{at:02}.md": f"2001-01-{1 + at * 7 % 28:02}" for at in range(60)}
    text = "---\ndate: {}\n---\nText of {}, which has words enough to be compared.\n"
    site.write({path: text.format(day, path[-5:-3]) for path, day in days.items()})
    site.run("build", "--jobs", "1")
    with Store(site.folder / ".site_gen/cache") as kept:
        together = parse.Together(kept)
        groups = [kept.get(parse.name(key)) or b"" for key in together.keys]
    alone = parse.unpacked(groups)
    signatures = dict(zip([one.path for one in alone.documents], alone.signatures, strict=True))
    whole = together.some(together.keys)
    assert [one.path for one in whole.documents] == sorted(days)
    lying = whole.documents[0]._fields.values
    assert [days[one.path] for one in lying] == sorted(days.values())
    for key in together.keys:
        some = together.some([key])
        assert 0 < len(some.documents) < 60
        assert some.outlines == list(map(outline, some.documents))
        signed = together.signed([*some.signatures, b"other"])
        assert signed == [*(signatures[one.path] for one in some.documents), b"other"]
    assert len(set(together.signed(whole.signatures))) == 60


@given(st.lists(st.tuples(words, words, words), max_size=5))
def test_values_filled_at_once_are_those_made_one_by_one(given: list[tuple[str, str, str]]) -> None:
    """Fields of which nothing is said are as the class has them."""
    urls, keys, titles = ([one[at] for one in given] for at in range(3))
    made = compact.filled(
        Page, len(given), kind=repeat("article"), url=urls, key=keys, title=titles
    )
    assert made == [Page("article", *one) for one in given]
    assert list(map(repr, made)) == [repr(Page("article", *one)) for one in given]
