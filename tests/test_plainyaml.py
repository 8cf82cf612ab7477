"""Plain YAML is read line by line, and comes to what PyYAML makes of it."""

from __future__ import annotations

from itertools import chain
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from site_gen import anyyaml, plainyaml
from site_gen.yamlscalars import NULL_TAG, TYPED_TAGS, Typed, tag_of


def exact(data: Any) -> Any:
    """Data with the types of its texts, and what they mean."""
    if isinstance(data, dict):
        return [(type(key), key, exact(value)) for key, value in data.items()]
    if isinstance(data, list):
        return list(map(exact, data))
    return type(data), data, data.value if isinstance(data, Typed) else None


def held(text: str) -> bool:
    """Whether a text is read line by line; then it must be what PyYAML makes of it."""
    quick = plainyaml.read(text, 5)
    if quick is None:
        return False
    whole, found = anyyaml.load(text, "a.md", 5)
    assert found == []
    assert whole is not None
    assert exact(quick[0]) == exact(whole[0])
    assert quick[1] == whole[1]
    return True


PLAIN = """\
title: "A well: dug # twice"

# Who wrote it
Author Name: Ann Bell's well
date: 2001-11-02 09:00:00 -0400
tags:
- one
-   'two: 2'
# more
places: ["Ner", 'Tur, Dod' , plain text, 7, ~, no ]
none: []
empty:
draft: false
part: 2
time: 12:30
share: 1_000.5
nothing: null
url: https://example.org/a?b#c
topics:
  - "x"
  - yes
née: “Éa” 😀
"""


def test_common_front_matter_is_read_so() -> None:
    """The forms that most front matter has need no PyYAML."""
    assert held(PLAIN)


@pytest.mark.parametrize(
    "text",
    [
        "a: b: c", "a: b #c", "a: b:", "a: b\n  c", "a: |\n  b", "a: >\n  b", "a: 'it''s'",
        'a: "b\\n"', 'a: "b', "a: &b c", "a: *b", "a: !x b", "a: {b: c}", "a: [b", "a: [b: c]",
        "a: [[b]]", "a: [b,]", "a: [b] c", "a: [b?]", "a: ?b", "a: b\na: c", "<<: b", "? a", "a :b",
        "a:b", "- a", "a: - b", "a:\n- - b", "a:\n- b: c", "a:\n- b\n  c", "a:\n- b\n - c",
        "a:\n b: c", " a: b", "a: b\n---\n", "---\na: b", "a:\tb", "a: b\x85c", "a: b\u2028c",
        "a: \x07", "a: \ufffe", "a:\n-\n- b", "a: b\n- c", "a: 'b' c", "\ufeffa: b", "%a: b",
        "", "# a", "a: b\r\nc: d", '"a": b', "a: @b", "a: `b`", "a: %b",
    ],
)  # fmt: skip
def test_other_forms_are_left_to_pyyaml(text: str) -> None:
    """What is broken, or means more than it seems to, is not read line by line."""
    assert plainyaml.read(text, 1) is None


PIECES = st.sampled_from(
    (
        "a: ", "b: ", "c:", "d", "\n", "\n", " ", "  ", "- ", '"', "'", '"x y"', "'z'", "[", "]",
        ", ", ":", "#", "# ", "&", "*", "|", "?", "é", "...", "---", "~", "\\", "1", "0x1f", "true",
        "no", "2001-11-02", "1:30", ".5", "=", "<<", "{", "}", "\n- ", "\n  - ", "\nk: ", "null",
        "\xa0", "“", "\t", "!", "%", "@", "-", "\ne:\n- ", '\nf: ["g", ', "\nh: [i, ",
    )
)  # fmt: skip


@given(text=st.lists(PIECES, max_size=16).map("".join))
@settings(max_examples=400)
def test_it_is_what_pyyaml_makes_of_it(text: str) -> None:
    """Whatever is read line by line has the same values, types and positions."""
    held(text)


LINES = st.tuples(
    st.sampled_from("abcdefgh"),
    st.sampled_from(('"{}"', "'{}'", "{}", "[{}]", '["{}", {}]', "\n- {}", "\n  - '{}'\n  - {}")),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
)


@given(lines=st.lists(LINES, max_size=4))
@settings(max_examples=200)
def test_any_text_of_a_value(lines: list[tuple[str, str, str]]) -> None:
    """So have the texts that people may write as a value."""
    held("\n".join(f"{key}: {form.replace('{}', said)}" for key, form, said in lines))


def _resolved() -> st.SearchStrategy[str]:
    """Texts that PyYAML takes for booleans, numbers or nothing."""
    resolvers = chain.from_iterable(yaml.SafeLoader.yaml_implicit_resolvers.values())
    patterns = {one.pattern: one for tag, one in resolvers if tag in {*TYPED_TAGS, NULL_TAG}}
    return st.one_of(*(st.from_regex(one) for one in patterns.values()))


@given(_resolved())
def test_whatever_pyyaml_takes_for_no_text_is_left_to_it(text: str) -> None:
    if text.strip(" \n") and tag_of(text.strip(" \n")):
        held(f"key: {text}\n")


@pytest.mark.parametrize(
    "text", ["no", "False", "NULL", "~", "1_000", "+.inf", ".NaN", "0x1F", "1:30", "1.5e+3", "2001"]
)
def test_booleans_numbers_and_nothing_are_no_texts(text: str) -> None:
    assert held(f"key: {text}\n")
    assert type(plainyaml.read(f"key: {text}\n", 1)[0]["key"]) is not str  # type: ignore[index]
