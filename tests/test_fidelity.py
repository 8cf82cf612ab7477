"""Law 2 as properties: words in equal words out, and no word is lost in silence.

The words of a page are taken by a reader of this file's own, BeautifulSoup's, that shares nothing
with the reader under test.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup
from bs4.element import NavigableString, Tag
from hypothesis import assume, example, given
from hypothesis import strategies as st

from site_gen import fidelity, markup
from site_gen.diagnostics import Diagnostic
from site_gen.markup import Options, Rendered
from site_gen.markup.excerpt import said
from site_gen.model import Markup
from site_gen.tokens import in_a_row

WORD = re.compile(r"[^\W_]+")


def words(text: str) -> list[str]:
    """Letter-and-digit tokens; numbers without leading zeros, as a list would show them."""
    found = WORD.findall(text)
    return [(one.lstrip("0") or "0") if one.isdigit() and one[0] == "0" else one for one in found]


def rendered(text: str, how: Markup) -> tuple[Rendered, list[Diagnostic]]:
    """A body made into HTML, and what the check of its words finds."""
    page, _ = markup.render(text, Options(how), "a.md")
    return page, fidelity.check(text, how, page.html, page.references, "a.md", page.said)


def visible(page: Rendered, *, targets: bool = False) -> list[str]:
    """The words of a page by another parser, numbers of lists counted as a browser does.

    With `targets`, link targets and titles too.
    """
    seen: list[str] = []
    _read(BeautifulSoup(page.html, "html.parser"), page, seen, targets=targets)
    return words("\n".join(seen))


def _read(tag: Tag, page: Rendered, said: list[str], *, targets: bool) -> None:
    number = int(str(tag.get("start", "1"))) if tag.name == "ol" else 0
    for child in tag.children:
        if isinstance(child, NavigableString):
            said.append(str(child))
        elif isinstance(child, Tag):
            if child.name == "li" and tag.name == "ol":
                number = int(str(child.get("value", str(number))))
                said.append(str(number))
                number += 1
            if child.name == "img":
                said.append(str(child.get("alt", "")))
            if targets:
                for key in ("href", "src", "title"):
                    value = str(child.get(key, ""))
                    said.append(markup.PLACEHOLDER.sub(_target(page), value))
            _read(child, page, said, targets=targets)


def _target(page: Rendered) -> Callable[[re.Match[str]], str]:
    return lambda match: page.references[int(match[1])].target


MARKS = "*_`[]()<>!#-+=|~\\&;:\"'{}/.^ \t\n0123abzé中"
WORDS = [
    "word",
    "mot",
    "a_b",
    "1986",
    "klzzwxh:0000",
    "wzxhzdk:0",
    "=",
    "x",
    "  \n",
    "(note: we left)",
]
INLINES = [
    "**",
    "*",
    "_",
    "`",
    "``",
    "[",
    "](",
    ")",
    "![",
    "[^1]",
    "{.c}",
    "{: #i}",
    "{kabul}",
    "\\",
]
BLOCKS = ["\n\n", "\n", "    ", "\t", "> ", "- ", "1. ", "7. ", "\u0661. ", "# ", "#1 ", "---\n"]
MORE_BLOCKS = ["===\n", "| a ", "|---|---|\n", "[^1]: ", "[Q]: Yes.\n", "[TOC]", "*[HTML]: x\n"]
TAGS = [
    "<div>",
    "</div>",
    "<p>",
    "</p>",
    "<b>",
    "</b>",
    "<a href='x y'>",
    "</a>",
    "<svg>",
    "</svg>",
]
MORE_TAGS = ["<textarea>", "<select>", "<table>", "<tr>", "<td>", "<li>", "<ol>", "<br>", "<pre>"]
RARE_TAGS = [
    "<plaintext>",
    "<title>",
    "<math>",
    "<noscript>",
    "<img alt='alt text' src=y>",
    "<hr/>",
]
TEXT_TAGS = ["<IBM>", "<U>", "<https://x.org/a>", "<a@b.org>", "</>", "<", ">", "<iframe>"]
ENTITIES = [
    "&amp;",
    "&#8217;",
    "&lt;",
    "&copy;",
    "&#2;",
    "&#xfdd0;0&#xfdd1;",
    "&",
    "&#65;",
    "&nbsp;",
]
FORGED = ["\x02klzzwxh:0000\x03", "\ufdd00\ufdd1", "///Footnotes Go Here///", "javascript:x"]
HIDING = ["<!--", "-->", "<!", "<?", "<![CDATA[", "]]>", "<script>", "</script>", "<style>", "```"]
MORE_HIDING = [
    "~~~\n",
    "[a]: http://x/y\n",
    "[^",
    "{.",
    "<a ",
    "<a b",
    "<iframe src=//z title='frame'>",
]
OPEN = [
    *WORDS,
    *INLINES,
    *BLOCKS,
    *MORE_BLOCKS,
    *TAGS,
    *MORE_TAGS,
    *RARE_TAGS,
    *TEXT_TAGS,
    *ENTITIES,
]

junk = st.text(alphabet=st.sampled_from(MARKS), max_size=80) | st.lists(
    st.sampled_from([*OPEN, *FORGED, *HIDING, *MORE_HIDING]), max_size=25
).map("".join)

word = st.text(
    alphabet=st.characters(categories=["Lu", "Ll", "Lo", "Nd"], max_codepoint=0x2FFF),
    min_size=1,
    max_size=7,
).map(lambda text: f"w{text}")
sentence = st.lists(word, min_size=1, max_size=6).map(" ".join)
inline = st.one_of(
    sentence,
    sentence.map(lambda text: f"**{text}**"),
    sentence.map(lambda text: f"*{text}*"),
    sentence.map(lambda text: f"`{text}`"),
    sentence.map(lambda text: f"<b>{text}</b>"),
    sentence.map(lambda text: f"<span class='x'>{text}</span>"),
    st.sampled_from(
        ["&#8217;", "&amp;", "&mdash;", "\\*", "\\_", "#1", "{Kabul}", "<IBM>", "a < b"]
    ),
    st.tuples(sentence, st.sampled_from(["http://x.org/a_b?c=1&copy=2", "other.md", "#part"])).map(
        lambda one: f"[{one[0]}]({one[1]})"
    ),
    sentence.map(lambda text: f'![{text}](picture.png "{text}")'),
    st.just("<https://example.org/page>"),
)
line = st.lists(inline, min_size=1, max_size=4).map(lambda parts: f"w {' '.join(parts)}")
table = st.lists(st.tuples(sentence, sentence), min_size=1, max_size=3).map(
    lambda rows: "| one | two |\n|---|---|\n" + "\n".join(f"| {a} | {b} |" for a, b in rows)
)
numbered = st.lists(
    st.tuples(st.integers(0, 2100), line), min_size=2, max_size=4, unique_by=lambda item: item[0]
)
block = st.one_of(
    line,
    st.lists(line, min_size=1, max_size=3).map("\n".join),
    st.tuples(st.integers(1, 6), line).map(lambda one: f"{'#' * one[0]} {one[1]}"),
    line.map(lambda text: f"{text}\n===="),
    st.lists(line, min_size=1, max_size=3).map(lambda ls: "\n".join(f"> {one}" for one in ls)),
    st.lists(line, min_size=1, max_size=3).map(lambda ls: "\n".join(f"- {one}" for one in ls)),
    numbered.map(lambda items: "\n".join(f"{number}. {text}" for number, text in items)),
    numbered.map(lambda items: "\n\n".join(f"{number}. {text}" for number, text in items)),
    table,
    st.lists(sentence, min_size=1, max_size=3).map(lambda ls: "```\n" + "\n".join(ls) + "\n```"),
    sentence.map(lambda text: f"<div>\n<p>{text}</p>\n</div>"),
    sentence.map(lambda text: f"<p>{text} &#8217; {text}</p> {text} &#8217; {text}"),
    st.just("* * *"),
)
document = st.lists(block, min_size=1, max_size=6).map("\n\nw between\n\n".join)


@given(st.text(max_size=300) | junk)
def test_plain_text_keeps_every_word_in_order(text: str) -> None:
    """With `markup: plain` the words of any text at all are the words of its page."""
    page, found = rendered(text, "plain")
    assert visible(page) == words(text)
    assert found == []


@given(
    st.lists(st.lists(word | st.sampled_from(["<IBM>", "<U>", "</DD>", "a<b", "<!--", "<https://x>"]),
                      min_size=1, max_size=8).map(" ".join), min_size=1, max_size=5)
)  # fmt: skip
def test_txt_keeps_every_word_in_order(paragraphs: list[str]) -> None:
    """In a `.txt` every `<` is text, so the words of a news wire are the words of its page."""
    text = "\n\n".join(paragraphs)
    page, found = rendered(text, "text")
    assert visible(page) == words(text)
    assert found == []


@given(document)
def test_markdown_keeps_every_word(text: str) -> None:
    """For documents made of Markdown's own blocks, nothing is lost and nothing is reported."""
    page, found = rendered(text, "markdown")
    assert found == []
    said = fidelity.source_words(text, "markdown")
    assert visible(page) == [word for one in said.text for word in words(one)]


@pytest.mark.parametrize("how", ["markdown", "text", "html"])
@given(text=junk)
def test_anything_can_be_rendered_and_checked(how: Markup, text: str) -> None:
    """Whatever is written, nothing raises, and every finding has a line of the text."""
    _, found = rendered(text, how)
    assert all(1 <= one.location.line <= text.count("\n") + 1 for one in found)


@pytest.mark.parametrize("how", ["markdown", "text", "html"])
@given(pieces=st.lists(st.sampled_from(OPEN), max_size=25))
def test_no_word_is_lost_in_silence(how: Markup, pieces: list[str]) -> None:
    """A word between any marks, in nothing that hides it, is on the page or told."""
    marked = [f"{piece} zq{index} " for index, piece in enumerate(pieces)]
    page, found = rendered("".join(marked), how)
    shown = set(visible(page, targets=True))
    lost = [one for one in (f"zq{index}" for index in range(len(pieces))) if one not in shown]
    assert found or lost == []


@pytest.mark.parametrize("how", ["plain", "markdown", "text", "html"])
@given(text=junk | document)
@example(text='a <sup id="fnref">b</sup>')
@example(text='a <a class="footnote-backref" href="b.md">c</a>')
@example(text="<ol><li>a</li></ol>\n\n7. b\n\n![c](d.png)")
def test_counted_words_change_no_finding(how: Markup, text: str) -> None:
    """What is found is the same whether the words of the page were counted before or not."""
    page, found = rendered(text, how)
    assert found == fidelity.check(text, how, page.html, page.references, "a.md")


@given(document, st.data())
def test_a_word_lost_from_a_page_is_told(text: str, data: st.DataObject) -> None:
    """Whichever word is taken out of a page, the check tells of it, whoever counted the words."""
    page, _ = rendered(text, "markdown")
    spans = [one.span() for one in re.finditer(r"(?<![^\W_])w[^\W_]*(?![^<]*>)", page.html)]
    assume(spans)
    start, end = data.draw(st.sampled_from(spans))
    html = page.html[:start] + page.html[end:]
    counted = in_a_row(said(html)[0])
    found = fidelity.check(text, "markdown", html, page.references, "a.md", counted)
    assert [one.code for one in found] == ["text-lost"]
    assert found == fidelity.check(text, "markdown", html, page.references, "a.md")


def test_a_number_counts_without_leading_zeros() -> None:
    """`007.` is item 7 on its page, and nothing is lost."""
    _, found = rendered("007. Bond\n008. Bill\n", "markdown")
    assert found == []


def test_a_lost_word_is_told_with_its_line_and_column() -> None:
    """The finding names the first lost word where it stands, not its namesake before it."""
    text = "Kabul fell.\n\nThen Kabul rose, and Herat.\n"
    found = fidelity.check(
        text, "markdown", "<p>Kabul fell.</p><p>Then rose, and Herat.</p>", (), "a"
    )
    assert [(one.code, one.location.line, one.location.column) for one in found] == [
        ("text-lost", 3, 6)
    ]


def test_another_order_is_told_with_its_place() -> None:
    """Words that are all there but elsewhere are reported at the first that moved."""
    found = fidelity.check("one\ntwo three\n", "markdown", "<p>one three two</p>", (), "a")
    assert [(one.code, one.location.line, one.location.column) for one in found] == [
        ("text-reordered", 2, 1)
    ]


def test_a_lost_link_target_is_told_at_the_link() -> None:
    """A target that no browser can read is left out of the page, and the keeper is told where."""
    text = '\n<a href="http://%20http//www.example.org/">Text</a>\n'
    _, found = rendered(text, "markdown")
    assert [(one.code, one.location.line, one.location.column) for one in found] == [
        ("text-lost", 2, 10)
    ]


@pytest.mark.parametrize(
    "text",
    [
        "See [this](http://x.org/a){.external} and that.",
        "A <a href='/x?a=1&sectionName=2'>link</a> and [two](/y?a&currentsidebar=1).",
        "Use &#60;link rel=canonical&#62; here.",
        "Text <!-- a remark --> goes on.",
        "Write `&eacute;` or `&#65;` in code, caf&eacute; in text.",
        "# Heading {#id .class}",
        "```python\nprint(1)\n```",
        "A note[^a].\n\n[^a]: First *part*.\n\n    Second part.\n\nAfter it.",
        "[text][1] and [other] [2]\n\n[1]: http://x.org/ \"Title\"\n[2]: /local",
        "<ol start='x'><li value='y'>odd</ol>",
        "<li>See <https://x.org/a> and <a@b.org>.</li>",
    ],
)  # fmt: skip
def test_no_false_alarm(text: str) -> None:
    """What is markup by any sane reading is not reported as lost text."""
    _, found = rendered(text, "markdown")
    assert found == []


@pytest.mark.parametrize("how", ["markdown", "text", "html"])
@given(text=junk)
@example(text="[a] [b]\n\n[b]: c.md")
@example(text="~~~ python\nd\n~~~")
def test_kinds_of_markup_that_a_text_lacks_need_no_search(how: Markup, text: str) -> None:
    """Words are the same whether all kinds of markup are looked for or those a text may hold."""
    found = fidelity.source_words(text, how)
    everything = fidelity._any_of(tuple(pattern for *_, pattern in fidelity._KINDS[how]))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fidelity, "_special_in", lambda text, how: everything)
        assert found == fidelity.source_words(text, how)


@given(junk)
def test_bare_tags_part_words_and_do_nothing_else(text: str) -> None:
    """Where nothing is counted or kept apart, a page is read the same with its bare tags or not."""
    page, _ = markup.render(text, Options("html"), "a.md")
    found = fidelity.page_words(page.html, page.references)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fidelity, "_is_counted", lambda html: True)
        assert found == fidelity.page_words(page.html, page.references)
