"""Words of texts: short ways to them, and what these are held to."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from site_gen import markup
from site_gen.decoding import decode
from site_gen.markup.excerpt import said as words_said
from site_gen.markup.placeholders import NOT_TEXT
from site_gen.model import Document, Markup
from site_gen.related.signature import said
from site_gen.search.text import unwrapped
from site_gen.search.words import split
from site_gen.tokens import (
    LONG,
    STOP,
    as_indexed,
    closed_up,
    counted,
    in_a_row,
    printable,
    telling,
    words,
)
from tests.test_fidelity import document, junk

ARTICLE = Document("article", "a", "a.md", "", "", "A title")
TEXTS = (
    st.text(max_size=100)
    | st.text(alphabet="aZ09é中_-–“ .\n\t\xa0\u200d", max_size=60)
    | st.text(alphabet="éÉßñ яЯÇİıΣσςΟ’aбКيـ\u0301हि한あ", max_size=30)
)


@given(TEXTS)
@example("a b, c")
def test_words_are_runs_of_letters_and_digits(text: str) -> None:
    """However they are found, words are what the pattern says; in a row they are the same."""
    assert words(text) == re.findall(r"[^\W_]+", text)
    assert in_a_row(text) == " ".join(words(text))


SILENT = [form for one in STOP.split() for form in (one, one.capitalize(), one.upper())]
LIKE_SILENT = st.sampled_from(SILENT) | st.text(alphabet="aehirstwT1", min_size=1, max_size=9)


@given(TEXTS | st.lists(LIKE_SILENT).map(" ".join), st.sampled_from([0, 1, LONG]))
@example(" ".join(SILENT), LONG)
@example("another thereof therefore tHe the\x00 the. of", LONG)
def test_words_are_counted(text: str, least: int) -> None:
    """However long a text is, its words and those that say something are as many as one by one."""
    text += f" {text}" * (least // max(len(text), 1))
    found = words(text)
    assert counted(text) == (" ".join(found), len(found), telling(found))


@given(TEXTS)
def test_blanks_are_closed_up(text: str) -> None:
    """Blanks of all kinds part words, and one stands for all that stand together."""
    assert closed_up(text) == " ".join(text.split())


@given(TEXTS)
def test_most_texts_are_split_by_the_index_as_by_all(text: str) -> None:
    """Where no sign of a text is one that the index reads by its own rules, words are the same."""
    if as_indexed(text):
        assert [one.lower() for one in words(text)] == split(text)
        assert " ".join(words(text)).lower() == " ".join(split(text))


def test_signs_that_the_index_reads_by_its_own_rules_are_known() -> None:
    """Of all characters, those that it reads otherwise, and only a few scripts beside these."""
    signs = filter(as_indexed, map(chr, (*range(0xD800), *range(0xE000, 0x20000))))
    text = "\n".join(f"a{sign}b {sign} {sign}{sign}" for sign in signs)
    assert [one.lower() for one in words(text)] == split(text)
    assert as_indexed("Été à Москва, Ελλάδα, سلام, 한국 – “so”")


@given(TEXTS)
def test_what_is_printable_holds_no_odd_sign(text: str) -> None:
    """No control character, no noncharacter and no blank but the common one is printable."""
    if printable(text):
        assert not NOT_TEXT.search(text)
        assert not re.search(r"[^\S \n]", text)
        assert decode(text.encode(), "a.txt") == (text, []) or "\ufffd" in text


@pytest.mark.parametrize("how", ["plain", "markdown", "text", "html"])
@given(text=junk | document | TEXTS)
@example(text="a **b**c")
@example(text="a **b** c_d – “e”\n\n## F\n\n- [g](h.md)")
def test_words_that_are_sure_are_those_of_the_index(how: Markup, text: str) -> None:
    """Where a body is sure of its words, they are those that the index reads from its page."""
    page, _ = markup.render(text, markup.Options(how), "a.md")
    if page.sure:
        assert page.said.lower() == " ".join(split(unwrapped(page.html)))
        assert said(ARTICLE, page.html, "en", page.said) == said(ARTICLE, page.html, "en")


@pytest.mark.parametrize("html", ['<a title="b>c">d</a>', '<p>d</p><a title="<b>c">é</a>'])
def test_attributes_say_no_words(html: str) -> None:
    """Whatever signs an attribute holds, its words are not those of the text."""
    text, sure = words_said(html)
    assert (words(text), sure) == ([one for one in ("d", "é") if f">{one}<" in html], False)


def test_articles_of_common_markup_are_sure_of_their_words() -> None:
    """The words of most articles are found once."""
    text = "The *first* [link](b.md), “so” & more.\n\n- `one`\n- **two**\n"
    assert markup.render(text, markup.Options("markdown"), "a.md")[0].sure
