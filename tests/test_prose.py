"""Text without markup takes a short way; what comes out is what the long one makes of it."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from markdown.treeprocessors import InlineProcessor

from site_gen import markup
from site_gen.markup import Options, engine
from site_gen.markup.prose import as_prose, put_back, set_aside
from site_gen.model import Markup

PIECES = st.sampled_from(
    [
        *"aé中😀1 ,.;:!?'\"()%$^/@~+-=#>&“",
        *("word ", "two words ", "\n", "\n\n", "\n\n\n", "1987 was"),
        *("\n2. ", "\n3) ", "\n- ", "\n# "),
        *("&amp", "&lt;", "& ", "http://x.example/y", "a@b.example", "www.x.example", "--", "---"),
        *("\n===", "\n---", "\x85", "\xa0", "\u2003", "\u2028", "\u200b", "\u00ad", "İ", "ﷺ"),
        *("*", "_", "`", "[", "]", "<b>", "{", "}", "|", "\\", "\t", "  \n", " \n", "\n "),
    ]
)  # fmt: skip


_plain_engine = lru_cache(engine._markdown.__wrapped__)


def long_way(text: str, how: Markup) -> tuple[markup.Rendered, list[object]]:
    """The body as Python-Markdown, with every pattern tried, and the sanitiser make it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "_Inline", InlineProcessor)
        patch.setattr(engine, "_markdown", _plain_engine)
        patch.setattr(markup, "as_prose", lambda _: None)
        patch.setattr(markup, "common_html", lambda _: None)
        patch.setattr(markup, "set_aside", lambda text: (text, []))
        rendered, found = markup.render(text, Options(how), "a.md")
    return rendered, list(found)


@given(st.lists(PIECES, max_size=20).map("".join), st.sampled_from(["markdown", "text"]))
@example("", "markdown")
@example("One paragraph\nof two lines.\n\nAnother & more > less.\n", "text")
def test_short_way_equals_the_long_one(text: str, how: Markup) -> None:
    """What is taken for mere text becomes what Python-Markdown and nh3 make of it."""
    simple = as_prose(text)
    assume(simple is not None)
    assert simple is not None
    assert (replace(simple, prose=False), []) == long_way(text, how)


def test_the_long_way_tries_every_pattern(monkeypatch: pytest.MonkeyPatch) -> None:
    """It shows what is lost where the engine takes marked text for text without a mark."""
    monkeypatch.setattr(engine._Inline, "MARK", re.compile("never there"))
    assert "<em>two</em>" in long_way("One *two*.", "markdown")[0].html


@given(st.text(max_size=200))
def test_any_text_comes_out_the_same_either_way(text: str) -> None:
    """Whatever characters a text holds, both ways agree."""
    rendered, found = markup.render(text, Options("markdown"), "a.md")
    assert (replace(rendered, prose=False), list(found)) == long_way(text, "markdown")


def test_news_takes_the_short_way() -> None:
    """An article of plain paragraphs is not handed to Python-Markdown."""
    text = 'KABUL, 2 Nov (Wire) - It\'s 5% more, they said: "yes"; no?\n\nTwo & three.\n'
    rendered, _ = markup.render(text, Options("text"), "a.txt")
    assert rendered.prose
    assert rendered.html == f"<p>{text.split(chr(10))[0]}</p>\n<p>Two &amp; three.</p>"


@pytest.mark.parametrize(
    "options", [Options("markdown", True), Options("markdown", False, (("abbr", "{}"),))]
)
def test_settings_of_markdown_take_the_long_way(options: Options) -> None:
    """Curly quotes and a site's own extensions see every text."""
    rendered, _ = markup.render('He said "yes".', options, "a.md")
    assert not rendered.prose


BLOCKS = st.sampled_from(
    [
        *("A sentence & more > less.", "Two lines\nof text.", "1987 was.", "é “x” 中文", "!"),
        *("# Head", "Head\n====", "Head\n----\nmore", "> quoted", "> quoted\nlazily", "***", "---"),
        *("- item", "- item\n- other", "1. one", "3. three\n4. four", "* a\n\n* b", "+ x"),
        *("    code", "    code\n\n    code", "  inner", "   - deep", "        deeper", "\tcode"),
        *("A [link](b.md) *here* and `there`.", "[x]", "[x]: http://e.example", "![i](p)"),
        *("[x]:\nhttp://e.example", '[x]: http://e.example\n"title"'),
        *("A note[^1].", "[^1]: Note."),
        *("[^1]: Note\n    goes on.", "    goes on", "a | b\n--|--\n1 | 2"),
        *("| a |\n|---|", "{: #a }"),
        *("text {: #b }", "*[abbr]: words", "term\n: meaning", "&copy; & &x;", "a  \nb", "\\*a\\*"),
        *("a < b, <IBM> & {a}", "{{< note >}} of {{ two }} {{% three %}}", "A&nbsp;B \xa0 &c;"),
        *("<b>", "<div>", "</div>", "```", "~~~", "<!-- x -->", "https://e.example/a_b", "a_b"),
    ]
)  # fmt: skip


@given(
    st.lists(BLOCKS, min_size=2, max_size=9),
    st.lists(st.sampled_from(["\n\n", "\n\n", "\n\n\n", "\n", "\n \n"]), min_size=9, max_size=9),
    st.sampled_from(["", "\n", "\n\n", " "]),
    st.sampled_from(["markdown", "text"]),
)
def test_paragraphs_set_aside_come_back(
    blocks: list[str], between: list[str], around: str, how: Markup
) -> None:
    """Among markup of any kind, paragraphs of mere text come out as if Markdown had read them."""
    text = around + "".join(map("".join, zip(blocks, between, strict=False))) + around
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("site_gen.markup.prose.SHORTEST", 1)
        rendered, found = markup.render(text, Options(how), "a.md")
    assert (replace(rendered, prose=False), list(found)) == long_way(text, how)


def test_long_paragraphs_are_set_aside() -> None:
    """Python-Markdown is not shown a long paragraph in which there is only common markup."""
    long = "A sentence of *news* & more. " * 20
    text, aside = set_aside(f"# Head\n\n{long.strip()}\n\nA *short* one.\n")
    assert aside == [("A sentence of <em>news</em> &amp; more. " * 20).strip()]
    assert "sentence" not in text
    assert put_back(f"<p>{text}</p>", ["a &amp; b"]).count("a &amp; b") == 1
