"""What a text says of itself: title headings, labels, closing notes and breaks."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from site_gen import closing, htmlsource, labels, values, yamlio
from site_gen.labels import Split
from tests.support import SiteTest

KNOWN = labels.known_labels({"Автор": "authors"})


def split(text: str, title: str = "") -> Split:
    """A text taken apart; its body has the lines it had."""
    found = labels.split(text, KNOWN, title)
    assert text.count("\n") == found.body.count("\n")
    return found


def stated(found: Split) -> dict[str, tuple[str, ...]]:
    """The values of each label by its field."""
    return {one.field: one.values for one in found.labels}


@pytest.mark.parametrize(
    ("text", "title", "rest"),
    [
        ("# A title\n\nText.", "A title", "Text."),
        ("## **A title**\n\nText.", "A title", "Text."),
        ("\n\n# A *title* #\nText.", "A title", "Text."),
        ("A title\n=======\n\nText.", "A title", "Text."),
        ("A title\n-------\n\nText.", "A title", "Text."),
        ("# [A title](#)\n\nText.", "A title", "Text."),
        ("# A title " + " " * 40 + "##\n\nText.", "A title", "Text."),
        ("Text.\n\n# Later\n\nText.", "", "Text.\n\n# Later\n\nText."),
        ("# One\n\n# Two\n\nText.", "One", "# Two\n\nText."),
    ],
)
def test_title_heading(text: str, title: str, rest: str) -> None:
    """The heading at the head of a text is its title and is taken out of the body."""
    found = split(text)
    assert (title, rest) == (found.title, found.body.strip())


@pytest.mark.parametrize(
    ("heading", "title"),
    [
        ("# [My title](http://a.example/unicorn) ![walrus](logo.png)", "My title walrus"),
        ("# [My title](x.html)", "My title"),
        ("# [My title][ref]", "My title"),
        ("# My title[^1]", "My title"),
        ('# <a href="x.html">My title</a>', '<a href="x.html">My title</a>'),
    ],
)
def test_a_heading_that_leads_on_stays(heading: str, title: str) -> None:
    """A heading with a link, an image or a footnote gives the title and stays in the body."""
    found = split(f"{heading}\n\n**Author:** Ann Lee\n\nText.")
    assert (title, {"authors": ("Ann Lee",)}) == (found.title, stated(found))
    assert heading in found.body


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("*a* and **b**", "a and b"),
        ("***a*** _b_ `c`", "a b c"),
        ("**a *b* c**", "a b c"),
        ("a_b_c 2 * 3 * 4", "a_b_c 2 * 3 * 4"),
        ("*a", "*a"),
        ("**a*", "*a"),
        ("[![alt](a.png)](b.html)", "alt"),
        ("[a](b_(c).html) d", "a d"),
    ],
)
def test_plain_text(markdown: str, text: str) -> None:
    """Inline Markdown becomes the words that a reader sees."""
    assert text == labels.plain_text(markdown)


def test_labels_given_twice(site: SiteTest) -> None:
    """Labels of a list make one list; of others the second, if it differs, stays in the text."""
    texts = {
        "a.md": "# T\n\n{0}\n\n{1}\n\nText.\n\n{2}\n\n{3}\n",
        "b.html": "<h1>T</h1><p>{0}</p><p>{1}</p><p>Text.</p><p>{2}</p><p>{3}</p>",
    }
    said = (("Author", "Ann Lee"), ("Summary", "One."), ("Author", "Jo Ray"), ("Summary", "Two."))
    for name, text in texts.items():
        mark = "**{}:** {}" if name.endswith("md") else "<b>{}:</b> {}"
        site.write({f"content/articles/{name}": text.format(*(mark.format(*one) for one in said))})
    assert site.run("build").exit_code == 0
    for page in ("articles/a.html", "articles/b.html"):
        body = site.soup(page).select_one(".body")
        assert body is not None
        assert body.get_text(" ", strip=True) == "Text. Summary: Two."
        assert "Jo Ray" in site.text(page)
        assert "One." in site.text(page)


def test_another_title_stays_in_the_body() -> None:
    """Where metadata gives another title, the heading is a heading of the text."""
    assert "# Chapter" in split("# Chapter\n\nText.", "The book").body
    assert "# The  book!" not in split("# The  book!\n\nText.", "The Book").body


@pytest.mark.parametrize(
    ("text", "field", "values"),
    [
        ("**Author:** Ann Lee", "authors", ("Ann Lee",)),
        ("**Author**: Ann Lee", "authors", ("Ann Lee",)),
        ("__Author:__ Ann Lee", "authors", ("Ann Lee",)),
        ("**AUTHOR:** [Ann Lee](#)", "authors", ("Ann Lee",)),
        ("**Authors:** [Ann Lee](a), [Jo Ray](b)", "authors", ("Ann Lee", "Jo Ray")),
        ("**Автор:** Иван Петров", "authors", ("Иван Петров",)),
        ("**Location:** Kosovo  \nAfghanistan", "places", ("Kosovo", "Afghanistan")),
        ("**Location:**\nKosovo\nAfghanistan", "places", ("Kosovo", "Afghanistan")),
        ("**Location:** Kosovo\\\nKabul, Afghanistan", "places", ("Kosovo", "Kabul, Afghanistan")),
        ("**Date:** 2 November 2001", "date", ("2 November 2001",)),
        ("**Date:**\n2 November 2001", "date", ("2 November 2001",)),
        ("**Source URL:** <https://a.org/b>", "source_url", ("https://a.org/b",)),
        ("**Source:** [The Post](https://a.org/b)", "source_url", ("https://a.org/b",)),
        ("**Source:** The Post", "source_url", ("The Post",)),
        ("**Author:**", "authors", ()),
    ],
)
@pytest.mark.parametrize("form", ["# T\n\n{}\n\nText.", "Text.\n\n{}\n", "Text.\n\n---\n\n{}"])
def test_labels_at_head_and_foot(text: str, field: str, values: tuple[str, ...], form: str) -> None:
    """A label at the head or the foot gives a field its values and leaves the body."""
    found = split(form.format(text))
    assert ({field: values}, "Text.") == (stated(found), found.body.strip())


@pytest.mark.parametrize(
    "text",
    [
        "Text.\n\n**Author:** Ann Lee\n\nMore text.",
        "**Nonsense:** x\n\nText.",
        "Text.\n\n**Warning:** hot\n",
        "Text that ends\n**Author:** Ann Lee",
        "Author: Ann Lee\n\nText.",
        "Text with **Author:** Ann Lee in it.",
        "- **Author:** Ann Lee\n\nText.",
        "    **Author:** Ann Lee\n\nText.",
    ],
)
def test_what_is_no_label_stays_text(text: str) -> None:
    """A bold word in the middle, an unknown one, or one in other markup stays as it was."""
    found = split(text)
    assert ({}, text) == (stated(found), found.body)


def test_places_of_labels() -> None:
    """Labels have the line and column where they stand, on line 1 as on later ones."""
    found = split("**Author:** Ann Lee\n  **Date:** 2001\n\nText.")
    assert [(one.field, one.line, one.column) for one in found.labels] == [
        ("authors", 1, 1),
        ("date", 2, 3),
    ]


def test_a_sentence_after_a_label_is_text() -> None:
    """What follows a list label as a sentence is the text's beginning."""
    found = split("**Author:** Ann Lee\nThe war went on that day.\n\nText.")
    assert stated(found) == {"authors": ("Ann Lee",)}
    assert found.body.strip().startswith("The war went on")


def test_the_rule_before_the_foot_goes_with_it() -> None:
    """A rule that parts the text from labels is taken out; one in the text stays."""
    found = split("One.\n\n***\n\nTwo.\n\n---\n\n**Date:** 2001\n\n---\n\n**Place:** Kabul")
    assert found.body.split() == ["One.", "***", "Two."]


LINES = st.lists(
    st.sampled_from(
        ["", "Text.", "# T", "**Author:** Ann Lee", "**Odd:** x", "---", "Kabul", "- item", "after"]
    ),
    max_size=14,
)


@given(LINES)
def test_lines_keep_their_numbers(lines: list[str]) -> None:
    """Whatever is taken out, every line that stays has the number it had."""
    text = "\n".join(lines)
    kept = labels.split(text, KNOWN).body.split("\n")
    assert len(lines or [""]) == len(kept)
    assert all(after in ("", before) for before, after in zip(lines, kept, strict=False))


def note(text: str, *authors: str) -> list[str]:
    """The authors whose closing notes a text has."""
    _, found = closing.closing_notes(text, authors or ("Tim Judah",))
    return [one.author for one in found]


@pytest.mark.parametrize(
    "paragraph",
    [
        "Tim Judah, author of *Kosovo: War and Revenge* (Yale), is a regular IWPR contributor.",
        "*Tim Judah was in Kabul last month.*",
        "_Tim Judah covers the Balkans._",
        "**Tim Judah** is a freelance journalist in Belgrade.",
        "[Tim Judah](#) is IWPR's project manager in Kabul.",
        "Tim Judah (The Economist) reports from the Balkans.",
        "Tim Judah writes for the Economist.",
        "TIM JUDAH is an independent journalist.",
        "tim Judah is an independent journalist.",
        "&#84;im Judah is an independent journalist.",
        "Tim Judah is the pseudonym of a reporter in Kabul.",
        "Tim Judah has been a correspondent in Belgrade since 1991.",
        "Tim Judah was the BBC's correspondent in Belgrade.",
        "Tim Judah — журналист IWPR.",
    ],
)
def test_a_note_on_the_author(paragraph: str) -> None:
    """A last paragraph that tells who its author is, is taken as the closing note."""
    assert note(f"Text.\n\n{paragraph}\n") == ["Tim Judah"]


@pytest.mark.parametrize(
    "paragraph",
    [
        "Tim Judah was shot yesterday outside his house.",
        "Tim Judah was arrested by an officer of the army.",
        "Tim Judah has denied all charges.",
        "Tim Judah is under arrest.",
        "Tim Judah reports that the bridge is down.",
        "Tim Judah said the editor had told him.",
        "Tim Judahson is a journalist.",
        "Tim Judah",
        "> Tim Judah is a journalist.",
        "- Tim Judah is a journalist.",
        "# Tim Judah is a journalist",
        "    Tim Judah is a journalist.",
        "Ann Lee is a journalist.",
        "Tim Judah is a journalist. " + "He went on and on. " * 80,
        "*Tim Judah* went to *Kabul*",
    ],
)
def test_no_note(paragraph: str) -> None:
    """What tells of an event, or is no plain paragraph, stays in the text."""
    text = f"Text.\n\n{paragraph}\n"
    body, found = closing.closing_notes(text, ["Tim Judah"])
    assert ([], text) == (found, body)


def test_the_only_paragraph_is_never_a_note() -> None:
    """A text that is nothing but such a paragraph stays a text."""
    assert note("Tim Judah is a journalist.") == []


def test_notes_of_several_authors() -> None:
    """Each author's note is taken, in the order of the text."""
    text = "Text.\n\nTim Judah is a journalist.\n\nAnn Lee is an editor.\n"
    assert note(text, "Ann Lee", "Tim Judah") == ["Tim Judah", "Ann Lee"]


def test_a_rule_before_a_note_goes_with_it() -> None:
    """A rule before the note and link definitions after it are no obstacle."""
    body, found = closing.closing_notes(
        "Text [a].\n\n---\n\nTim Judah is a journalist.\n\n[a]: https://a.org\n", ["Tim Judah"]
    )
    assert [one.line for one in found] == [5]
    assert body == "Text [a].\n\n\n\n\n\n[a]: https://a.org\n"


@pytest.mark.parametrize(
    ("html", "authors"),
    [
        ("<p>Text.</p>\n<p>Tim Judah is a journalist.</p>", ["Tim Judah"]),
        ("<p>Text.</p><p><em>Tim Judah was in Kabul.</em></p>", ["Tim Judah"]),
        ("<p>Text.</p><p>Tim Judah was shot.</p>", []),
        ("<p>Tim Judah is a journalist.</p>", []),
    ],
)
def test_notes_in_html(html: str, authors: list[str]) -> None:
    """The same rules hold for HTML."""
    _, found = htmlsource.closing_notes(html, ("Tim Judah",))
    assert authors == [one.author for one in found]


def test_labels_in_html() -> None:
    """Title, labels at head and foot, and what the head of a page says, with their lines."""
    page = (
        '<!doctype html>\n<html lang="fr">\n<head><title>A title</title>\n'
        '<meta name="author" content="Ann Lee"></head>\n<body>\n<h1>A title</h1>\n'
        "<p><strong>Location:</strong> Kosovo<br>Kabul</p>\n<p>Text.</p>\n"
        '<p><b>Source URL</b>: <a href="https://a.org/?a&amp;b">here</a></p>\n</body></html>\n'
    )
    head = htmlsource.head(page)
    assert list(head.stated) == [
        ("title", "A title", 3),
        ("language", "fr", 2),
        ("authors", "Ann Lee", 4),
    ]
    found = htmlsource.split(htmlsource.body_of(page, head), KNOWN, "A title")
    assert stated(found) == {"places": ("Kosovo", "Kabul"), "source_url": ("https://a.org/?a&b",)}
    assert [one.line for one in found.labels] == [7, 9]
    assert found.body.strip() == "<p>Text.</p>"
    assert page.count("\n") == found.body.count("\n")


@pytest.mark.parametrize(
    ("page", "body"),
    [
        (
            "<html><head><title>T</title></head><p>Before</p><body><p>one</p></body><p>two</p>"
            "</html>",
            "<p>Before</p><p>one</p><p>two</p>",
        ),
        ("<html><title>T</title><p>one</p></html>", "<p>one</p>"),
        ("<!doctype html><head><title>T</title></head>one<style>p {}</style>",
         "one<style>p {}</style>"),
        ("<html><head><title>T</title><p>oops</p></head><body>one", "<p>oops</p>one"),
        ('<html><title>T</title><body onload="a > b"><p>one</p>', "<p>one</p>"),
        ("<html><!-- <body> --><head><title>T</title><script>'<body>'</script><body>one", "one"),
        ("<html><title>T</title><!-- one", "one"),
        ("<html>\n<head><title>T</title>\n<body>\n<p>one</p>\n", "<p>one</p>"),
    ],
)  # fmt: skip
def test_only_the_head_of_a_page_is_cut(page: str, body: str) -> None:
    """Whatever is no element of the head is text, wherever it stands."""
    head = htmlsource.head(page)
    rest = htmlsource.body_of(page, head)
    assert body == rest.strip()
    assert page.count("\n") == rest.count("\n")
    assert ("title", "T") in [one[:2] for one in head.stated]


@pytest.mark.parametrize(
    "heading", ['<h1><a href="x.html">T</a></h1>', '<h1>T <img src="a.png" alt="b"></h1>']
)
def test_an_html_heading_that_leads_on_stays(heading: str) -> None:
    """A heading with a link or an image gives the title and stays in the body."""
    found = htmlsource.split(f"{heading}<p>Text.</p>", KNOWN)
    assert (found.title, f"{heading}<p>Text.</p>") == ("T", found.body)


@pytest.mark.parametrize(
    "html",
    [
        "<p>Text.</p><p><b>Author:</b> Ann Lee</p><p>More.</p>",
        "<p><b>Nonsense:</b> x</p><p>Text.</p>",
    ],
)
def test_what_is_no_label_in_html(html: str) -> None:
    """In the middle, or unknown, it stays text."""
    found = htmlsource.split(html, KNOWN)
    assert ({}, html) == (stated(found), found.body)


BROKEN = "The leader was executed by the regime after"
REST = "he was captured near the border."


def test_a_break_in_mid_sentence() -> None:
    """A break is told at the end of its first half."""
    (found,) = closing.breaks(f"One.\n\n{BROKEN}\n\n{REST}\n")
    assert (3, len(BROKEN)) == (found.line, found.column)


@pytest.mark.parametrize(
    "text",
    [
        f"{BROKEN}.\n\n{REST}",
        f"{BROKEN}\n\nHe was captured.",
        f"{BROKEN}:\n\n{REST}",
        f"# {BROKEN}\n\n{REST}",
        f"**{BROKEN}**\n\n{REST}",
        f"{BROKEN}\n\n> {REST}",
        f"{BROKEN}\n\n- {REST}",
        f"{BROKEN}\n\n    {REST}",
        f"```\n{BROKEN}\n\n{REST}\n```",
        f"| {BROKEN}\n\n{REST}",
        f"{BROKEN}\n\n---\n\n{REST}",
        f"{BROKEN}\n\niPhone sales went up.",
        "Join us on Friday February 7, 2014\n\n10:00am to 12:30pm, by telephone",
        f"{BROKEN}\n\n“cloud and all that was said",
        f"{BROKEN}\n\neAPD represents a whole.",
        "Two words\n\nand more of the same here",
        "So much depends upon\na red wheel barrow\n\nglazed with rain water\nbeside the chickens",
        "رهبر توسط رژیم اعدام شد پس از\n\nاین که او دستگیر شد",
        "领导人被政权处决之后\n\n他被捕了",
    ],
)
def test_what_is_no_break(text: str) -> None:
    """Lists, quotations, code, headings, verse and scripts without capitals are no breaks."""
    assert closing.breaks(text) == []


@given(
    st.lists(
        st.sampled_from(
            [
                *(BROKEN, REST, "One.", "\n", "\n\n", " \n", "\n\t\n", "*", "_", " ", "- ", ","),
                *("é", " " * 50, "*" * 50, "\x85", "> "),
            ]
        ),
        max_size=14,
    ).map("".join)
)
def test_texts_without_breaks_are_known_by_the_ends_of_lines(text: str) -> None:
    """Texts that are not looked at line by line have no breaks."""
    found = closing.breaks(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(closing, "_may_be_a_break", lambda _: True)
        assert found == closing.breaks(text)


@given(
    st.lists(
        st.sampled_from([*"ab *_`[]()<>&;!^\n", "&amp;", "[x](y)", "<http://x>", "**b**"]),
        max_size=14,
    ).map("".join)
)
def test_text_without_markup_is_its_own_words(text: str) -> None:
    """Text that holds no mark is not looked at for any."""
    found = labels.plain_text(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(labels, "_MARKUP", re.compile(""))
        assert found == labels.plain_text(text)


def test_join_keeps_all_other_lines() -> None:
    """Joining moves only the second half; what follows keeps its line."""
    text = f"One.\n\n{BROKEN}\n\n{REST}\nIts second line.\n\nTwo.\n\n{BROKEN}\n\n\n{REST}"
    joined = closing.join(text, closing.breaks(text), "\n")
    assert joined.split("\n") == [
        "One.", "", BROKEN, REST, "Its second line.", "", "", "Two.", "", BROKEN, REST, "", "",
    ]  # fmt: skip


@given(st.lists(st.sampled_from(["", BROKEN, REST, "One.", "# T", "- item"]), max_size=12))
def test_join_loses_nothing(lines: list[str]) -> None:
    """Joining keeps every word, in order, and the number of lines."""
    text = "\n".join(lines)
    joined = closing.join(text, closing.breaks(text), "\n")
    assert text.split() == joined.split()
    assert text.count("\n") == joined.count("\n")


def test_labels_below_a_heading_that_stays(site: SiteTest) -> None:
    """A title that the keeper corrects leaves the heading in the text, and its labels are read."""
    site.write(
        {
            "content/articles/a.txt": "# As printed\n\n**Author:** Ann Lee\n\nText here.\n",
            "content/articles/a.yml": "title: As it should be\n",
            "content/articles/b.html": "<h1>As printed</h1><p><b>By:</b> Ann Lee</p><p>Text.</p>",
            "content/articles/b.yml": "title: As it should be\n",
        }
    )
    site.run("build")
    for page in ("articles/a.html", "articles/b.html"):
        soup = site.soup(page)
        head, body = soup.select_one(".head"), soup.select_one(".body")
        assert head is not None
        assert body is not None
        assert head.get_text(" ", strip=True) == "Undated As it should be By Ann Lee"
        assert body.get_text(" ", strip=True).startswith("As printed Text")


def test_a_note_of_an_author_given_by_key(site: SiteTest) -> None:
    """`authors: [ann-lee]` is Ann Lee in the text; the note goes to the author's page."""
    site.write(
        {
            "content/articles/a.md": "---\ntitle: A\nauthors: [ann-lee]\n---\nText.\n\n"
            "Ann Lee is a reporter.",
            "content/authors/ann-lee.md": "---\nname: Ann Lee\n---\n",
        }
    )
    site.run("build")
    assert "Ann Lee is a reporter." in site.text("authors/ann-lee.html")


def test_a_note_with_a_picture_stays_in_the_text(site: SiteTest) -> None:
    """A closing note that holds an image or a link into the archive stays where these work."""
    site.write(
        {
            "content/articles/a.md": "# A\n\n**Author:** Ann Lee\n\nText.\n\n"
            "Ann Lee is a reporter. ![her](p.png)",
            "content/articles/p.png": b"PNG",
        }
    )
    site.run("build")
    soup = site.soup("articles/a.html")
    assert soup.select(".notes") == []
    image = soup.select_one(".body img")
    assert image is not None
    assert image["src"] == "p.png"


@pytest.mark.parametrize(
    "note",
    [
        "Ann Lee is a reporter for the [Times][ref].",
        "Ann Lee is a reporter for the [Ref].",
        "Ann Lee is a reporter.[^1]",
    ],
)
def test_a_note_that_refers_to_the_text_stays_in_it(site: SiteTest, note: str) -> None:
    """What the note refers to is defined in the body, so only there the reference works."""
    text = (
        f"# A\n\n**Author:** Ann Lee\n\nText.\n\n{note}\n\n"
        "[ref]: https://times.example/x\n\n[^1]: Since 1999.\n"
    )
    site.write({"content/articles/a.md": text})
    site.run("build")
    soup = site.soup("articles/a.html")
    assert soup.select(".notes") == []
    assert soup.select('.body a[href="https://times.example/x"], .body sup a')


def test_what_is_found_in_a_note_is_told(site: SiteTest) -> None:
    """A note is held to the same rules as the body, and its findings have their line."""
    note = "Ann Lee is a reporter. <b onclick='x()'>Bold</b> <script>gone()</script>"
    site.write({"content/articles/a.md": f"# A\n\n**Author:** Ann Lee\n\nText.\n\n{note}\n"})
    assert ("html-removed", 7) in [(one["code"], one["line"]) for one in site.diagnostics()]


KILLERS: dict[str, Callable[[], object]] = {
    "spaces in a heading": lambda: labels.split("# a" + " " * 100_000 + "b\n\ntext", KNOWN),
    "brackets": lambda: labels.plain_text("[" * 300_000),
    "links": lambda: labels.plain_text("[a](" * 100_000),
    "angles": lambda: labels.plain_text("<http:" * 100_000),
    "stars": lambda: labels.plain_text("*a " * 100_000),
    "marks": lambda: labels.plain_text("**a _b `c " * 30_000),
    "spaces in a byline": lambda: values.people("a" + " " * 300_000 + "b"),
    "open paragraphs": lambda: htmlsource.closing_notes(
        "<p>one</p>" + "<p>two words\n" * 50_000, ["Ann Bell"]
    ),
    "open tags": lambda: htmlsource.split("x<p " * 100_000, KNOWN),
    "less than": lambda: htmlsource.words("<" * 300_000),
    "spaces in a label": lambda: htmlsource.split("<p><b>" + " " * 100_000, KNOWN),
    "many labels": lambda: htmlsource.split("<p><b>By:</b> Ann</p>" * 20_000, KNOWN),
    "links in a head": lambda: htmlsource.head("<html>" + "<a " * 100_000),
    "comments in a head": lambda: htmlsource.head("<html>" + "<!--" * 100_000),
    "declarations in a head": lambda: htmlsource.head("<html>" + "<!a" * 100_000),
    "scripts in a head": lambda: htmlsource.head("<html>" + "<script>" * 50_000),
    "quotes in a head": lambda: htmlsource.head("<html>" + "<a '\"" * 50_000),
    "brackets in YAML": lambda: yamlio.load("a: '" + "[" * 300_000 + "'", "a.yml"),
}


@pytest.mark.parametrize("name", KILLERS)
def test_no_text_keeps_the_reader_for_ever(name: str) -> None:
    """What once took time by the square of its length, or worse, is read."""
    assert KILLERS[name]() is not None


def test_a_source_may_be_a_newspaper_and_an_address(site: SiteTest) -> None:
    """`Source:` with a name is the publication; `Source URL:` beside it is the address."""
    text = "# T\n\nText.\n\n**Source:** The Post\n\n**Source URL:** <https://a.example/b>\n"
    site.write({"content/articles/a.md": text})
    assert site.codes() == []
    site.run("build")
    assert "The Post" in site.text("articles/a.html")
    assert site.soup("articles/a.html").select('a[href="https://a.example/b"]')
