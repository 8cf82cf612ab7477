"""Every rule of the markup, one small test each: no word lost, nothing unsafe published."""

from __future__ import annotations

import re

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from site_gen import markup
from site_gen.diagnostics import Diagnostic
from site_gen.markup import Options, Rendered, allowlist, body, excerpt
from site_gen.model import Markup


def render(text: str, how: Markup = "markdown") -> Rendered:
    """A body as HTML."""
    return markup.render(text, Options(how), "a.md")[0]


def html(text: str, how: Markup = "markdown") -> str:
    """The HTML of a body on one line."""
    return re.sub(r"\s*\n\s*", "", render(text, how).html)


def problems(text: str, how: Markup = "markdown") -> list[Diagnostic]:
    """What rendering a body finds."""
    return markup.render(text, Options(how), "a.md")[1]


def codes(text: str, how: Markup = "markdown") -> list[str]:
    """The codes of what rendering a body finds."""
    return [one.code for one in problems(text, how)]


# Lists


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1986. A great year", '<ol start="1986"><li>A great year</li></ol>'),
        ("3. a\n5. b", '<ol start="3"><li>a</li><li value="5">b</li></ol>'),
        ("1. a\n1. b\n1. c", "<ol><li>a</li><li>b</li><li>c</li></ol>"),
        ("1. a\n\n4. b", '<ol><li><p>a</p></li><li value="4"><p>b</p></li></ol>'),
        ("1. a\n2. b\n\nw\n\n3. c", "<ol><li>a</li><li>b</li></ol><p>w</p>"
         '<ol start="3"><li>c</li></ol>'),
        ("1. a\n2. b\n\n1. c\n2. d", "<ol><li>a</li><li><p>b</p></li>"
         '<li value="1"><p>c</p></li><li>d</li></ol>'),
        ("- a\n\n    7. b\n    9. c", "<ul><li><p>a</p>"
         '<ol start="7"><li>b</li><li value="9">c</li></ol></li></ul>'),
        ("007. Bond", '<ol start="7"><li>Bond</li></ol>'),
        ("0. zero\n1. one", '<ol start="0"><li>zero</li><li>one</li></ol>'),
    ],
)  # fmt: skip
def test_list_numbers_keep_their_value(text: str, expected: str) -> None:
    """Each item shows the number it was given; a list of nothing but `1.` counts up."""
    assert expected == html(text)


@pytest.mark.parametrize("text", ["12345678901. too long", "١. Arabic digits"])
def test_a_number_that_no_list_can_show_is_text(text: str) -> None:
    """A number that HTML cannot count, or would write in other digits, stays as it is."""
    assert f"<p>{text}</p>" == html(text)


# Text that looks like markup


@pytest.mark.parametrize(
    "text",
    [
        "#1 of 3",
        "[Editor]: Yes.",
        "[Kabul](Note: we left)",
        "A place {Kabul} here",
        "A remark {: note that }",
        "klzzwxh:0000 wzxhzdk:0 hzzhzkh:1",
        "///Footnotes Go Here///",
        "[TOC]",
    ],
)
def test_text_that_looks_like_markup_is_text(text: str) -> None:
    """What is markup only to a careless reader is shown as it stands."""
    assert f"<p>{text}</p>" == html(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# Heading {#here .big}", '<h2 id="t-here">Heading</h2>'),
        ("[a](b.md){.external} and", '<p><a href="\ufdd00\ufdd1">a</a> and</p>'),
        ("[a][1]\n\n[1]: http://x.org/", '<p><a href="http://x.org/">a</a></p>'),
    ],
)
def test_attribute_lists_and_definitions_are_markup(text: str, expected: str) -> None:
    """What has the full look of markup is not shown."""
    assert expected == html(text)


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("[x](<c d.txt>)", "c d.txt"),
        ('[x](<c d.txt> "T")', "c d.txt"),
        ("![x](<c d.png>)", "c d.png"),
        ("[x](<b e.md>)", "b e.md"),
        ("[x][1]\n\n[1]: <b.md>", "b.md"),
        ("[x]\n\n[x]:\n  <a/b.md> 'T'", "a/b.md"),
    ],
)
def test_a_destination_in_angle_brackets_is_no_tag(text: str, target: str) -> None:
    """It may hold blanks, begin with the name of an element, and stand in a definition."""
    assert codes(text) == []
    assert [target] == [one.target for one in render(text).references]


def test_an_address_with_blanks_in_angle_brackets_is_a_destination() -> None:
    """It leads out of the archive, as written."""
    assert html("[x](<https://a.org/x y>)") == '<p><a href="https://a.org/x y">x</a></p>'


@pytest.mark.parametrize("text", ["x](<c d.txt>)", "`[x](<c d.txt>)`", "[Editor]: <laughs>"])
def test_angle_brackets_that_are_no_destination_are_text(text: str) -> None:
    """Not a word is lost where no link is."""
    assert BeautifulSoup(html(text), "html.parser").get_text() == text.strip("`")


def test_a_table_with_a_row_wider_than_its_head_is_text() -> None:
    """No cell is dropped."""
    assert "third" in html("| a | b |\n|---|---|\n| one | two | third |")


def test_control_characters_and_forged_placeholders_are_blanks() -> None:
    """A body cannot speak in the program's own marks, written out or as references."""
    for text in ("\x02klzzwxh:0000\x03 \ufdd00\ufdd1 \ufdd2b\ufdd2", "&#xfdd0;0&#64977; &#2;"):
        for how in ("markdown", "text", "plain", "html"):
            shown = render(text, how).html
            assert re.search("[\ufdd0-\ufdef\x00-\x08]|<b", shown) is None


# Footnotes


def test_two_notes_with_one_label_are_both_kept() -> None:
    """A label used twice loses no note."""
    shown = html("a[^1]\n\n[^1]: First.\n\n[^1]: Second.")
    assert "First." in shown
    assert "Second." in shown


def test_a_note_that_nothing_refers_to_is_kept() -> None:
    """It stands at the foot like the others."""
    assert "Orphan." in html("a\n\n[^1]: Orphan.")


def test_an_empty_note_is_a_note() -> None:
    """It renders, and what stands around it too."""
    shown = html("before[^2][^1]\n\n[^1]:\n\n[^2]: b\n\nafter")
    assert "before" in shown
    assert "after" in shown
    assert 'id="t-fn:1"' in shown


# HTML in Markdown


def test_an_unclosed_block_swallows_nothing() -> None:
    """Markdown goes on after a `<div>` or `<p>` that is never closed."""
    for tag in ("div", "p", "table", "blockquote", "center"):
        assert "<strong>bold</strong>" in html(f"<{tag}>\ntext\n\n**bold**")


def test_a_block_of_html_is_left_as_it_is() -> None:
    """No Markdown inside; it ends at its own end tag and not at an inner one."""
    expected = "<div><div>*a*</div>*b*</div><p><em>c</em></p>"
    assert expected == html("<div>\n<div>*a*</div>\n*b*\n</div>\n*c*")


def test_a_character_after_an_end_tag_stays_in_place() -> None:
    """`</p> don&#8217;t` once lost its apostrophe to the end of the page."""
    assert (
        html("<p>a</p>We don&#8217;t &amp; won&#8217;t.") == "<p>a</p><p>We don’t &amp; won’t.</p>"
    )


@pytest.mark.parametrize(
    "text", ["<!-- a", "<!", "<? a", "<![CDATA[ a", "<!DOCTYPE a", "a <", "</"]
)
def test_an_unfinished_declaration_is_text(text: str) -> None:
    """It takes nothing with it that follows."""
    assert "<strong>b</strong>" in html(f"{text}\n\n**b**")
    assert text.replace("<", "&lt;") in html(f"{text}\n\n**b**")


def test_a_comment_is_not_shown() -> None:
    """Neither a line of its own nor in a line."""
    assert html("<!-- x\n\ny -->\n\na <!-- z --> b") == "<p>a  b</p>"


def test_an_address_in_angle_brackets_is_a_link() -> None:
    """In a block of HTML, where Markdown does not look, it is text."""
    assert html("<https://x.org/a>") == '<p><a href="https://x.org/a">https://x.org/a</a></p>'
    assert html("<p><https://x.org/a></p>") == "<p>&lt;https://x.org/a&gt;</p>"


def test_an_unknown_tag_is_text_with_a_warning() -> None:
    """It is shown as it stands, and told with its place."""
    assert html("Buy <b><IBM></b> now") == "<p>Buy <b>&lt;IBM&gt;</b> now</p>"
    (found,) = problems("\nBuy <IBM> now")
    assert (found.code, found.location.line, found.location.column) == ("unknown-tag", 2, 5)


@pytest.mark.parametrize("text", ["`<IBM>`", "```\n<IBM>\n```", "    <IBM>", "``a ` <IBM>``"])
def test_an_unknown_tag_in_code_is_not_told(text: str) -> None:
    """Code is shown as it stands."""
    assert codes(text) == []
    assert "&lt;IBM&gt;" in html(text)


def test_tags_in_code_are_shown() -> None:
    """Known tags too, and they open nothing."""
    assert html("`<div>`\n\n*a*") == "<p><code>&lt;div&gt;</code></p><p><em>a</em></p>"


@pytest.mark.parametrize("name", ["script", "style"])
def test_scripts_and_styles_are_left_out_with_what_is_in_them(name: str) -> None:
    """They are told; one that never ends takes nothing with it."""
    assert html(f"a\n\n<{name}>x</{name}>\n\nb") == "<p>a</p><p>b</p>"
    assert codes(f"a\n\n<{name}>x</{name}>\n\nb") == ["html-removed"]
    assert "<em>b</em>" in html(f"a <{name}>\n\n*b*")
    assert "bee" in html(f"a <{name}> bee", "html")


@pytest.mark.parametrize(
    "name",
    [
        *("noscript", "textarea", "select", "title", "plaintext", "xmp", "template", "button"),
        *("svg", "math", "noembed", "noframes", "form", "label", "listing", "option"),
    ],
)
@pytest.mark.parametrize("how", ["markdown", "html"])
def test_other_elements_leave_their_text(name: str, how: Markup) -> None:
    """An element that pages do not hold goes, its words stay, and what follows is read on."""
    shown = html(f"one <{name}>two</{name}> <b>three</b>", how)
    assert re.search(r"one\s+two\s+<b>three</b>", shown)


def test_parts_of_a_drawing_are_no_unknown_tags() -> None:
    """The words in a drawing are kept, its shapes are not told one by one."""
    text = "a <svg viewBox='0 0 1 1'><path d='M0'/><text>word</text></svg> b"
    assert codes(text) == ["html-removed"]
    assert re.search(r"a\s+word\s+b", html(text))


def test_a_frame_becomes_a_link_with_its_title() -> None:
    """Nothing is loaded from elsewhere; the reader can go there."""
    shown = html('<iframe src="https://x.org/?a=1&section=2" title="A film"></iframe>')
    assert '<a href="https://x.org/?a=1&amp;section=2">A film</a>' in shown


def test_a_remote_image_becomes_a_link() -> None:
    """With its alternative text and its title."""
    expected = '<p><a class="remote-image" href="https://x.org/a.png" title="T">An alt</a></p>'
    assert expected == html('![An alt](https://x.org/a.png "T")')


@pytest.mark.parametrize(
    ("text", "link", "image"),
    [
        ("[![An alt](https://x.org/a.png)](b.md)", "An alt", "a.png"),
        ("[![](https://x.org/a.png)](https://y.org/)", "https://y.org/", "a.png"),
        ("[![](//x.org/a.png?b&c)](b.md)", "b.md", "a.png?b&c"),
        ("[words ![An alt](https://x.org/a.png)](b.md)", "words", "An alt"),
        ("# [![An alt](https://x.org/a.png)](b.md)", "An alt", "a.png"),
    ],
)
def test_a_linked_remote_image_becomes_two_links_with_names(
    text: str, link: str, image: str
) -> None:
    """The link says what the image showed, or where it leads; the image's own link follows it."""
    links = BeautifulSoup(render(text).html, "html.parser").select("a")
    assert [link, image] == [one.get_text().strip() for one in links]
    assert [one.get("class") for one in links] == [None, ["remote-image"]]


def test_a_remote_image_before_the_words_of_a_link_stays_before_them() -> None:
    """What is shown is in the order of the text."""
    shown = html("[![One](https://x.org/1.png) ![Two](https://x.org/2.png) words](b.md)")
    assert [one.get_text().strip() for one in BeautifulSoup(shown, "html.parser").select("a")] == [
        "One",
        "Two",
        "words",
    ]


def test_a_heading_that_is_a_linked_remote_image_has_its_words() -> None:
    """A list of contents shows them."""
    (heading,) = render("# [![An alt](https://x.org/a.png)](b.md)").headings
    assert heading.text == "An alt"


def test_a_link_that_shows_nothing_has_a_name() -> None:
    """A reader who does not see the page hears where it leads; no word is added to the text."""
    assert (
        html("a[](https://x.org/)b") == '<p>a<a href="https://x.org/" title="https://x.org/">'
        "</a>b</p>"
    )
    assert 'alt="b.md"' in html("[![](a.png)](b.md)")
    assert 'alt="An alt"' in html("[![An alt](a.png)](b.md)")
    assert 'alt=""' in html("[![](a.png) words](b.md)")


@pytest.mark.parametrize("how", ["markdown", "html"])
def test_a_link_to_a_place_that_the_page_lacks_is_words(how: Markup) -> None:
    """It leads nowhere, keeps where it led in its title, and stays a reference to be told."""
    page = render('<a href="#no">x</a> <a href="#no" title="T">y</a> <a href="#end">z</a>'
                  '<p id="end">.</p>', how)  # fmt: skip
    links = BeautifulSoup(page.html, "html.parser").select("a")
    assert [one.get("href") for one in links] == [None, None, "#t-end"]
    assert [one.get("title") for one in links] == ["#no", "T (#no)", None]
    assert [one.target for one in page.references] == ["#no", "#no", "#end"]


def test_a_link_to_a_place_further_down_or_in_other_letters_leads_there() -> None:
    """Headings, notes and percent-encoded names count."""
    text = "[a](#caf%C3%A9) [b](#c) d[^1]\n\n# Café\n\n# C\n\n[^1]: Note."
    assert "missing" not in html(text)


# Text, plain, html


def test_in_text_every_angle_bracket_is_text() -> None:
    """Tickers, Markdown all the same."""
    expected = "<p>&lt;IBM&gt; &lt;U&gt; &lt;https://x.org&gt; <em>up</em></p>"
    assert expected == html("<IBM> <U> <https://x.org> *up*", "text")
    assert codes("<IBM>", "text") == []


def test_plain_keeps_line_breaks() -> None:
    """And takes nothing for markup."""
    assert html("*a*\n<b>\n\n\n1. c", "plain") == "<p>*a*<br>&lt;b&gt;</p><p>1. c</p>"


def test_html_is_sanitised() -> None:
    """Declarations and unknown tags go without their words."""
    assert html("<!DOCTYPE html><?x y?><p>a<b>b</b><o:p>c</o:p>", "html") == "<p>a<b>b</b> c </p>"


def test_quotes_are_curled_on_wish_only() -> None:
    """Straight quotes stay."""
    assert html('"a"') == '<p>"a"</p>'
    curled, _ = markup.render('"a"', Options("markdown", smart_quotes=True), "a.md")
    assert curled.html == "<p>“a”</p>"


def test_what_scrolls_is_reached_by_keyboard() -> None:
    """`<pre>`, with attributes too, and tables."""
    assert '<pre tabindex="0">' in html("    code")
    assert '<pre id="t-x" tabindex="0">' in html("<pre id='x'>code</pre>")
    assert '<div class="table" tabindex="0"><table>' in html("| a | b |\n|---|---|\n| c | d |")


# Endurance

LONG = 60_000


@pytest.mark.parametrize(
    "unit",
    ["*", "_", "[", "![", ">", "> ", "`", "``a`", "<", "<a ", "<!--", "<![CDATA[", "<div>", "<b>",
     "<svg>", "<script>", "<select>", "1. ", "- ", "[a](", "[a](<", "[a][", "[](", "*a*", "\\*",
     "a\n=\n", "&amp;", "[^x]: y\n", "{{< ", "<font size=1>", "#", "|", "<li>"],
)  # fmt: skip
def test_no_repetition_overwhelms_the_reader(unit: str) -> None:
    """However often a mark is repeated, the page comes, soon, and without an exception."""
    page, found = markup.render(unit * (LONG // len(unit)), Options("markdown"), "a.md")
    assert isinstance(page.html, str)
    assert {one.code for one in found} <= {"markup-unreadable", "html-removed", "template-code"}


def test_markup_that_cannot_be_read_is_shown_as_plain_text() -> None:
    """Every word is there, and the keeper is told."""
    text = f"{'1. ' * 3000}end <b>bold</b>"
    assert codes(text) == ["markup-unreadable"]
    assert "end &lt;b&gt;bold&lt;/b&gt;" in html(text)


def test_deep_html_is_shown_as_plain_text() -> None:
    """An HTML parser would build it for minutes."""
    assert codes("<div>" * 60_000, "html") == ["markup-unreadable"]


def test_a_long_text_without_blank_lines_is_read() -> None:
    """A hundred thousand characters with modest markup are no reason to give up."""
    text = "A line of *text* with [a link](b.md) and `code` in it, as they come.\n" * 1500
    assert codes(text) == []


# Safety

UNSAFE_TAGS = frozenset(
    [
        "script",
        "style",
        "iframe",
        "object",
        "embed",
        "form",
        "input",
        "button",
        "select",
        "textarea",
        "link",
        "meta",
        "base",
        "svg",
        "math",
        "video",
        "audio",
        "source",
        "template",
        "noscript",
        "title",
    ]
)
ATTRIBUTES = frozenset(
    [
        "id",
        "class",
        "lang",
        "dir",
        "title",
        "href",
        "src",
        "alt",
        "width",
        "height",
        "colspan",
        "rowspan",
        "headers",
        "scope",
        "span",
        "start",
        "type",
        "reversed",
        "value",
        "datetime",
        "open",
        "loading",
        "tabindex",
    ]
)
HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<a href='javascript:alert(1)'>x</a>",
    "[x](javascript:alert(1))",
    "[x](java&#115;cript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x][y]\n\n[y]: javascript:alert(1)\n",
    "![x](javascript:alert(1))",
    "<javascript:alert(1)>",
    "<svg onload=alert(1)>",
    "<math><mtext><style><img src=x onerror=alert(1)>",
    "{: onclick=x }",
    "*a*{: onclick=alert(1) style=color:red id=x }",
    "# h {#x onclick=alert(1)}",
    "<p id=x style=y>",
    "<img src=//evil.org/x.png>",
    "![x](http://evil.org/x.png)",
    "<img src='\x01http://evil.org'>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<a href='data:text/html,x'>x</a>",
    "<textarea><img title='</textarea><img src=x onerror=y>'>",
    "<form action=x><input id=y>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<iframe src='javascript:alert(1)' title='\"><img'>",
    "<object data='javascript:alert(1)'>",
    "<a name=x id=y>",
    "<div class=footnote id='z'>",
    "`",
    "**",
    "<!--><img src=x onerror=alert(1)>-->",
    "<![CDATA[<img src=x onerror=alert(1)>]]>",
    "<b ",
    "'",
    chr(34),
    "<style><img src=x onerror=alert(1)></style>",
    "<table><td><svg><desc><b onclick=x>",
    "\n\n",
    ">",
    "[^1]",
    "[^1]: <img src=x onerror=y>\n",
    "```\n",
    "<video src=x onerror=y poster=//z>",
    "</",
    "<a b=",
]


def unsafe(shown: str) -> list[str]:
    """What a browser would find in the HTML that no page may hold."""
    found = []
    for tag in BeautifulSoup(shown, "html.parser").find_all(True):
        found.extend([tag.name] if tag.name in UNSAFE_TAGS else [])
        found.extend(key for key in tag.attrs if key not in ATTRIBUTES)
        found.extend([str(tag["id"])] if not str(tag.get("id", "t-")).startswith("t-") else [])
        for key in ("href", "src"):
            scheme = re.match(r"[\s\x00-\x20]*([a-z][a-z0-9+.-]*):|//", str(tag.get(key, "")), re.I)
            safe = markup.SAFE_SCHEMES if tag.name == "a" else ()
            found.extend([scheme[0]] if scheme and scheme[1] not in safe else [])
    return found


@pytest.mark.parametrize("how", ["markdown", "text", "html", "plain"])
@given(text=st.lists(st.sampled_from(HOSTILE), min_size=1, max_size=8).map("".join))
def test_nothing_unsafe_is_published(how: Markup, text: str) -> None:
    """No script, handler, style, script link, foreign image or bare id, whatever is written."""
    assert unsafe(render(text, how).html) == []


TAGS = st.sampled_from(
    [
        "<p>",
        "</p>",
        "<h1>",
        '<h3~id="a">',
        "</h1>",
        "</h3>",
        "<em>",
        "</em>",
        "<br>",
        "<hr>",
        '<a~href="b.md">',
        '<a~href="#a">',
        '<a~name="a">',
        "<a>",
        "</a>",
        "<b>",
        "</b>",
        '<img~src="x.png">',
        '<img~src="https://x.example/y.png"~alt="z">',
        "<abbr>",
        "</abbr>",
        "<table>",
        "<tr>",
        "<td>",
        "</table>",
        "<pre>",
        "</pre>",
        "<center>",
        "</center>",
        "<tt>",
        "</tt>",
        "<ul>",
        '<li~value="3">',
        "</ul>",
        "<article>",
        "</article>",
        "word~",
        "&amp;",
    ]
)


@given(st.lists(TAGS, max_size=20).map(lambda tags: "".join(tags).replace("~", " ")))
def test_tags_that_stay_as_they_are_need_no_look(text: str) -> None:
    """A body is the same whether each tag is looked at or those only that may change."""
    page = render(text, "html")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(body, "_CHANGED_TAG", excerpt.CLEANED_TAG)
        assert page == render(text, "html")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("See {{< figure src=a.png >}}.", "as it stands: figure"),
        (
            "{% a %}So *be* it.{% b %} And {{ page.title }} {{site.url}}.",
            ": a, b, page.title, site.url",
        ),
        ("A {{% note %}} plain {{% /note %}} text {{<raw>}}.", ": note (2 times), raw"),
        ("{{< a >}}{{< b >}}{{< c >}}{{< d >}}{{< e >}}{{< f >}}{{< g >}}", "d, e and 2 more"),
    ],
)
def test_template_code_is_told_and_kept(text: str, said: str) -> None:
    """Template code of another program stays as it stands, and is told with its names."""
    done, found = markup.render(text, Options("markdown"), "a.md")
    (one,) = [one for one in found if one.code == "template-code"]
    assert one.message.endswith(said)
    assert "{" in done.html


def test_an_excerpt_holds_no_note() -> None:
    """A short text's excerpt does not go on with its notes and their arrows."""
    assert render("It is cold[^1].\n\n[^1]: In winter.\n").excerpt == "It is cold."


def test_an_excerpt_goes_on_behind_a_note_of_another_program() -> None:
    """What a saved page calls a footnote may stand before its text, and is no end of it."""
    done = render('<div class="footnote"><p>By cable.</p></div>\n\nIt is cold.\n')
    assert done.excerpt == "By cable. It is cold."


def test_an_excerpt_keeps_the_place_of_a_picture() -> None:
    """Among words a picture is what it is called; one that stands alone is no text."""
    assert render("See ![the mill](mill.png) by *day*.").excerpt == "See the mill by day."
    assert render("![the mill](mill.png)\n\nIt stood still.").excerpt == "It stood still."
    assert render("See ![](mill.png) it.").excerpt == "See it."


def test_a_picture_written_out_in_its_address_is_not_remembered() -> None:
    """Of short addresses the scheme is found once; thousands of pictures would fill the memory."""
    picture = f"data:image/png;base64,{'A' * 1_000}"
    before = allowlist._remembered.cache_info().currsize
    assert (allowlist.scheme_of(picture), allowlist.scheme_of("tel:+49-12345")) == ("data", "tel")
    assert allowlist._remembered.cache_info().currsize == before + 1
