"""Text without markup takes a short way; what comes out is what the long one makes of it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from site_gen import markup
from site_gen.markup import Options
from site_gen.markup.prose import prose
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


def long_way(text: str, how: Markup) -> tuple[markup.Rendered, list[object]]:
    """The body as Python-Markdown and the sanitiser make it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(markup, "prose", lambda _: None)
        rendered, found = markup.render(text, Options(how), "a.md")
    return rendered, list(found)


@given(st.lists(PIECES, max_size=20).map("".join), st.sampled_from(["markdown", "text"]))
@example("", "markdown")
@example("One paragraph\nof two lines.\n\nAnother & more > less.\n", "text")
def test_short_way_equals_the_long_one(text: str, how: Markup) -> None:
    """What is taken for mere text becomes what Python-Markdown and nh3 make of it."""
    simple = prose(text)
    assume(simple is not None)
    assert simple is not None
    assert (replace(simple, prose=False), []) == long_way(text, how)


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
