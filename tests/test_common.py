"""Common Markdown takes a short way; what comes out is what Python-Markdown and nh3 make of it."""

from __future__ import annotations

import time
from urllib.parse import urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from site_gen import markup
from site_gen.markup import Options, common, scheme_of
from site_gen.markup.common import common_html, common_paragraph
from site_gen.markup.engine import convert
from site_gen.markup.placeholders import TEXT_LT
from site_gen.markup.sanitiser import only_known_tags, sanitised


def long_way(text: str) -> str:
    """The body as Python-Markdown and the sanitiser make it."""
    return sanitised(only_known_tags(convert(text, False, ()), text, "markdown", "a.md", []))


def assert_same(text: str) -> None:
    """The short way makes what the long one makes, where it makes anything."""
    html = common_html(text)
    if html is not None:
        assert html.strip() == long_way(text).strip()


MARKS = st.sampled_from(
    [
        *"*_`[]()!#>-+=|:~&;.\"'/a1é中 ",
        *("**", "__", "***", "``", "](", "[a](b.md)", "[a b](https://x.example/c_d?e=1&f=2)"),
        *("*a*", "**a b**", "_a_", "`a`", "snake_case", "word ", "word.", "\n", "\n\n", "\n> "),
        *("\n- ", "\n* ", "\n1. ", "\n2. ", "\n# ", "\n## ", "&amp", "&amp;", "&#65;", "[^1]"),
        *("](x)", "![a](b)", "[ ]", "<b>", "{", "\\", "  \n", "\t", "\xa0", "\u200b", "mailto:a"),
        *(" \n", TEXT_LT, "}", "{a}", "{{ a }}", "{: .a}", "{#a}", "{.a}", "&nbsp;", "&copy;"),
        *("&#42;", "&#2;", "&foo;", "&notit;", '[a](b.md "C d")', ' "c"', "[a]", "&shy;", "&Tab;"),
    ]
)  # fmt: skip
INLINE = st.sampled_from(
    [
        *("word", "two words", "A & B", "a > b", "snake_case", "1987", "é", "“x”", "don't", "a|b"),
        *("*here*", "**there it is**", "_so_", "`code`", "`a *b* & c`", "*a `b` c*", "*a\nb*"),
        *("[a](b.md)", "[*a*](b.md)", "[a `b`](../c.md#d)", "**[a](https://x.example/)**"),
        *("[a](//x.example)", "[a](data:x)", "[a](javascript:x)", "[a](#top)", "[a](http://x:y)"),
        *("{a}", "{{ a }}", "a {.b}", "&mdash;", "&#8217;", "A&nbsp;B", "*&amp;*", "a\xa0b"),
        *(f"a {TEXT_LT} b", f"`{TEXT_LT}b`", '[a](b.md "C d ")', '[a](b " *C*")', "a  \nb"),
        *("[a](b.md )", "[a](b.md  'c')", '[a](b " ")', "*a  \nb*", "[a  \nb](c)", "a  ", "&#42;b"),
        *("(*a*)", "a*b*c", "*a*b", "a_b_c", "_a_.", "**a**b", '"_a_"', "-", "*", "_", "[x]", "!"),
    ]
)  # fmt: skip
SENTENCES = st.lists(INLINE, min_size=1, max_size=4).flatmap(
    lambda parts: st.sampled_from([" ", " ", "", ", ", "\n"]).map(lambda joint: joint.join(parts))
)
BLOCKS = st.one_of(
    SENTENCES,
    SENTENCES.map("## {}".format),
    SENTENCES.map("# {} #".format),
    SENTENCES.map("### {}\nand more".format),
    SENTENCES.map("> {}".format),
    st.lists(SENTENCES, min_size=1, max_size=3).map(lambda all_: "\n".join(f"- {x}" for x in all_)),
    st.lists(SENTENCES, min_size=1, max_size=3).map(
        lambda all_: "\n".join(f"{n}. {x}" for n, x in enumerate(all_, start=1))
    ),
    st.sampled_from(
        [
            *("---", "***", "* * *", "- - -", "# Same", "#", "#1 of 3", "# 1 of 3", "##a"),
            *("> a\n>\n> b", ">a\nb", "> # Head\n> text", "> - a\n> - b", "> > a", ">", "> 1. a"),
            *("  * a\n  * b", "* a\n\n* b", "+ a", "3. a\n4. b", "1. a\n1. b", "1.a", "1) a", "-a"),
            *("- # a", "- > a", "- 1. a", "- a\nb", "- a\n  b", "- a\n    - b", "    code", " a"),
            *("a\n===", "a\n---", "a | b\n--|--\n1 | 2", "| a |", "a | b", "[a]: b.md", "~~~"),
        ]
    ),
)  # fmt: skip
BETWEEN = st.sampled_from(["\n\n", "\n\n", "\n\n\n", "\n"])


@given(st.lists(MARKS, max_size=14).map("".join))
@example("a > b")
@example("a\xa0b")
@example("a & b")
@example("a  \nb")
@example("a\n\n\n\nb\n\n\nc")
def test_any_marks_come_out_as_the_library_reads_them(text: str) -> None:
    """However marks of Markdown stand together, what is understood is understood alike."""
    assert_same(text)


@given(st.lists(st.tuples(BLOCKS, BETWEEN), min_size=1, max_size=6))
@example([("> a", "\n\n"), ("> b", "\n\n"), ("- a", "\n\n"), ("- b", "\n\n"), ("1. c", "\n")])
def test_blocks_come_out_as_the_library_reads_them(parts: list[tuple[str, str]]) -> None:
    """Blocks of all kinds, and any that follow each other, are read as the library reads them."""
    assert_same("".join(block + between for block, between in parts))


@given(SENTENCES)
def test_paragraphs_come_out_as_the_library_reads_them(text: str) -> None:
    """What is set aside of a text that the library must read is what it would make of it."""
    html = common_paragraph(text)
    if html is not None:
        assert f"<p>{html}</p>" == long_way(text)


@given(st.text(alphabet="abJZ09._/#-:%&~é", min_size=1, max_size=12))
@example("../../1999/01/a-b_c.md#d")
@example("#a")
@example("//a")
@example("javascript:a")
def test_links_come_out_as_the_library_reads_them(url: str) -> None:
    """Wherever a link leads, its tag is what the sanitiser would make of it."""
    assert_same(f"[a]({url})")


@given(st.text(alphabet="aZ:/[]?#.é\uff0f", max_size=8))
@example("//[")
@example("//a]")
@example("a:b")
@example("//\uff0f")
def test_schemes_are_those_of_the_library(target: str) -> None:
    """Whatever stands in a target, its scheme is what the library reads."""
    try:
        expected = urlsplit(target).scheme
    except ValueError:
        expected = "invalid"
    assert scheme_of(target) == expected


ARTICLE = """\
# The *first* day

A [link](b.md), **strong words**, _soft ones_ and `code & more`.
A second line of snake_case & more.

## The first day
> Quoted *at length*.
>
> - one
> - two

- an item
- another

- a third

1. one
2. two

---

R&D > all.
"""


def test_an_article_takes_the_short_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """A text of common blocks is not handed to Python-Markdown."""
    monkeypatch.setattr("site_gen.markup.engine.convert", lambda *_: pytest.fail("the long way"))
    rendered, found = markup.render(ARTICLE, Options("markdown"), "a.md")
    assert not found
    assert [one.id for one in rendered.headings] == ["t-the-first-day", "t-the-first-day_1"]
    assert common_html(ARTICLE) == long_way(ARTICLE).strip()


@pytest.mark.parametrize(
    "text",
    [
        "a *b",
        "a ***b*** c",
        "[a][b]",
        "[a]: b",
        "a\n- b",
        "- a\n    - b",
        "![a](b)",
        "a <b",
        "a\\*",
        f"a &#{'1' * 5_000}; b",
    ],
)
def test_what_is_not_understood_takes_the_long_way(text: str) -> None:
    """There is no answer where a mark has no pair, or where a text holds other markup."""
    assert common_html(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "soft\u00ad\n\n" + "1.5 2.0 3.1\n" * 8_000,
        "soft\u00ad\n\n" + "\n \n" * 30_000,
        "a" + "\xa0" * 30_000 + "b",
        "a" + "\xa0 " * 15_000 + "b",
    ],
)
def test_blanks_of_long_texts_are_found_at_once(text: str) -> None:
    """A table of numbers and a run of blanks are read once, and not again from each line on."""
    started = time.process_time()
    common_html(text)
    assert time.process_time() - started < 2


def test_many_headings_take_the_long_way() -> None:
    """The library finds ids for thousands of equal headings in reasonable time."""
    assert common_html("# a\n\n" * (common.MOST_HEADINGS + 2)) is None
