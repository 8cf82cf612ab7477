"""The digests of parts of files stand where nothing of them moved."""

from __future__ import annotations

from site_gen.render.parts import Parts


def test_a_part_of_which_nothing_moved_stands() -> None:
    """A digest is made anew where an article of its part moved or it is not known; once."""
    made: list[str] = []

    def make() -> str:
        made.append("new")
        return "new"

    parts = Parts({"one": "old", "two": "old"}, frozenset({"b"}))
    assert parts.digest("one", ("a",), make) == "old"
    assert not made
    assert [parts.digest("two", ("a", "b"), make) for _ in range(2)] == ["new", "new"]
    assert parts.digest("three", ("a",), make) == "new"
    assert len(made) == 2
    assert parts.now == {"one": "old", "two": "new", "three": "new"}


def test_nothing_stands_where_more_than_texts_may_have_moved() -> None:
    """Where it is not known what moved, every digest is made."""
    assert Parts({"one": "old"}, None).digest("one", (), lambda: "new") == "new"
