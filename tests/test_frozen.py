"""Frozen classes are what `dataclass(frozen=True, slots=True)` makes."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import FrozenInstanceError, dataclass, field, fields, replace
from typing import Any

import pytest

from site_gen.frozen import frozen


def classes(frozen: Callable[[Any], Any]) -> tuple[Any, Any, Any]:
    """A class with fields of every kind, one with a single field, and one without any."""

    @frozen
    class Many:
        """Of every kind."""

        put: str
        name: str = "n"
        made: dict[str, int] = field(default_factory=dict)
        aside: int = field(default=3, compare=False, repr=False)

        def __post_init__(self) -> None:
            """A value that cannot be."""
            if self.name == "bad":
                raise ValueError(self.name)

    @frozen
    class One:
        """With one field and a say in how it is shown."""

        value: int

        def __repr__(self) -> str:
            """Its own."""
            return f"<{self.value}>"

    @frozen
    class Nothing:
        """Without fields."""

    return Many, One, Nothing


OURS = classes(frozen)
THEIRS = classes(dataclass(frozen=True, slots=True))


def told(make: Callable[[], Any]) -> Any:
    """What comes of it, with what is raised as its class."""
    try:
        return make()
    except (TypeError, ValueError, AttributeError) as problem:
        return type(problem)


@pytest.mark.parametrize(
    "look",
    [
        lambda many, one, nothing: repr([many("a"), many("a", "b", {"c": 1}), one(1), nothing()]),
        lambda many, one, nothing: many("a") == many("a", aside=4),
        lambda many, one, nothing: [many("a") == many("b"), one(1) == one(1.0), one(1) == (1,)],
        lambda many, one, nothing: [nothing() == nothing(), many("a") == one("a")],
        lambda many, one, nothing: [hash(one("a")), hash(nothing()), hash(one((1, "b")))],
        lambda many, one, nothing: told(lambda: hash(many("a"))),
        lambda many, one, nothing: many("a").made is many("a").made,
        lambda many, one, nothing: [one.name for one in fields(many)],
        lambda many, one, nothing: many.__match_args__,
        lambda many, one, nothing: repr(replace(many("a", aside=4), name="c")),
        lambda many, one, nothing: replace(many("a", aside=4), name="c").aside,
        lambda many, one, nothing: [told(many), told(lambda: one(1, 2))],
        lambda many, one, nothing: told(lambda: many("a", "bad")),
        lambda many, one, nothing: told(lambda: many("a", other=1)),
        lambda many, one, nothing: told(lambda: setattr(one(1), "value", 2)),
        lambda many, one, nothing: told(lambda: delattr(one(1), "value")),
        lambda many, one, nothing: told(lambda: one(1).__dict__),
        lambda many, one, nothing: many("a", aside=4).__getstate__(),
    ],
)  # fmt: skip
def test_frozen_classes_are_what_dataclass_makes(look: Callable[..., Any]) -> None:
    """They are made, shown, compared, refused and replaced alike."""
    assert look(*OURS) == look(*THEIRS)


def test_values_of_a_class_below_are_not_equal() -> None:
    """Not even where the fields are."""

    class Below(OURS[1]):  # type: ignore[misc, valid-type]
        """Below One."""

    assert OURS[1](1) != Below(1)
    assert Below(1) == Below(1)


@pytest.mark.parametrize(
    "unusual",
    [field(kw_only=True), field(init=False), field(hash=False)],
    ids=["key", "no", "hash"],
)
def test_unusual_fields_are_refused(unusual: int) -> None:
    """What `frozen` would make otherwise than `dataclass` it does not make."""
    with pytest.raises(TypeError, match=r"Odd\.value"):

        @frozen
        class Odd:
            value: int = unusual


@frozen
class Sent:
    """What pickle finds by its name."""

    path: str
    made: dict[str, int] = field(default_factory=dict)


def test_frozen_values_are_sent() -> None:
    """A value that comes back is equal, and still frozen."""
    sent = Sent("a", {"b": 1})
    back = pickle.loads(pickle.dumps(sent))
    assert back == sent
    with pytest.raises(FrozenInstanceError):
        back.path = "b"
