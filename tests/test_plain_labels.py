"""Labels without bold, heads of letters, labels of other languages, TOML and JSON at the head."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from site_gen import config, labels, labelwords, metadata
from site_gen.labels import Split
from site_gen.plainlabels import Names
from site_gen.tokens import words
from tests.support import ROOT, SiteTest
from tests.test_readme import table

CONFIG = config.SiteConfig(fields={"desk": "Desk"})
KNOWN = labels.known_labels({})
NAMES = Names(KNOWN, CONFIG.known_keys, CONFIG.fields)


def split(text: str) -> Split:
    """A text taken apart, labels without bold too; its body has the lines it had."""
    found = labels.split(text, KNOWN, names=NAMES)
    assert text.count("\n") == found.body.count("\n")
    return found


def stated(found: Split) -> dict[str, str]:
    """The values of each label by its field."""
    return {one.field: "; ".join(one.values) for one in found.labels}


HARVEST = {"title": "Harvest", "authors": "Ann Bell", "date": "2 November 2001"}


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("Title: Harvest\nByline: Ann Bell\nDate: 2 November 2001\n\nText.", HARVEST),
        ("TITLE:Harvest\n\nText.", {}),
        ("TITLE: Harvest\nBYLINE: Ann Bell\nDATE : 2 November 2001\n\nText.", HARVEST),
        ("Headline: Harvest\n\nBy: Ann Bell\n\nDate: 2 November 2001\n\nText.", HARVEST),
        ("\n\nTitle: Harvest\nAuthor:\n    Ann Bell\nDate:\t2 November 2001\n\nText.", HARVEST),
        ("# Harvest\n\nAuthor: Ann Bell\nDate: 2001\n\nText.",
         {"authors": "Ann Bell", "date": "2001"}),
        ("Text.\n\nSource: https://example.org/a\nCopyright: The Paper",
         {"source_url": "https://example.org/a", "rights": "The Paper"}),
        ("Text.\n\n---\n\nAuthor: Ann Bell\n\nLocation: Kabul\n",
         {"authors": "Ann Bell", "places": "Kabul"}),
        ("Titel: Harvest\nAutor: Ann Bell\nDatum: 2 November 2001\n\nText.", HARVEST),
        ("Titre : Harvest\nAuteur : Ann Bell\nDate : 2 November 2001\n\nText.", HARVEST),
        ("Заголовок: Урожай\nАвтор: Иван Петров\nМесто: Кабул\n\nТекст.",
         {"title": "Урожай", "authors": "Иван Петров", "places": "Кабул"}),
        ("عنوان: خرمن\nنويسنده: محمد امین\nتاريخ: ۲۰۰۱\n\nمتن.",
         {"title": "خرمن", "authors": "محمد امین", "date": "۲۰۰۱"}),
        ("\u200fالعنوان: الحصاد\nالكاتب: محمد أمين\n\nنص.",
         {"title": "الحصاد", "authors": "محمد أمين"}),
        ("标题：收成\n作者：王小波\n日期：2001年11月2日\n\n正文。",
         {"title": "收成", "authors": "王小波", "date": "2001年11月2日"}),
        ("Titel: Ernte\nDatum: 2001\n\nText.\n\nOrt: Kabul\nSprache: Deutsch",
         {"title": "Ernte", "date": "2001", "places": "Kabul", "language": "Deutsch"}),
        ("**Title:** Harvest\n\nText.\n\nLink: https://example.org/a",
         {"title": "Harvest", "source_url": "https://example.org/a"}),
        ("Title: Harvest\nDesk: Foreign\nByline: Ann Bell\nRoom: 12\n\nText.",
         {"title": "Harvest", "desk": "Foreign", "authors": "Ann Bell"}),
    ],
)  # fmt: skip
def test_blocks_are_read(text: str, fields: dict[str, str]) -> None:
    """A block of known names at the head or the foot gives metadata and leaves the body."""
    found = split(text)
    assert fields == stated(found)
    left = " ".join(found.body.replace("---", "").split())
    assert left in (
        "Text.",
        "Текст.",
        "متن.",
        "نص.",
        "正文。",
        "Room: 12 Text.",
        text.replace("\n\n", " "),
    )


@pytest.mark.parametrize(
    "text",
    [
        "Note: this is prose.\nDate: it was late.\n\nMore.",
        "Reporter: Why now\nPublisher: No\nReporter: But why\n\nMore.",
        "Q: Why now?\nA: Because.\n\nMore.",
        "Source: where news comes from\nHeadline: the line at the top\nByline: who\n\nMore.",
        "Title: The name of the book.\nIt is known.\nAuthor: Ann Bell\n\nMore.",
        "Date: 2 November 2014\nTime: 2 pm\nLocation: Washington\n\nCome all.",
        "KABUL: The mayor said so.\n\nMore.",
        "Title: Alone\n\nMore.",
        "From: the window\nTo: the door\n\nMore.",
        "https://example.org/a\nhttps://example.org/b\n\nMore.",
        "More.\n\nContact: Ann Bell\nPhone: 123",
        "More.\n\nAuthor: Ann Bell",
        "More.\n\nPlace: Kabul\nLanguage: Dari",
        "More.\n\nSource: https://example.org\nRemember: this.",
        "Ingredients: flour\nTitle: Bread\n\nMore.",
    ],
)
def test_prose_is_left_alone(text: str) -> None:
    """What is not plainly a block of labels stays in the text, whole."""
    assert (text, ()) == (split(text).body, split(text).labels)


MAIL = """\
From ann@example.org Fri Nov  2 10:00:00 2001
Received: from a.example.org
\tby b.example.org; Fri, 2 Nov 2001 10:00:01 +0000
From: =?utf-8?q?J=C3=BCrgen_Bell?= <ann@example.org>
To: editors@example.org
Subject: The harvest =?utf-8?b?0LIg0JrQsNCx0YPQu9C1?=
\tand after
Date: Fri, 2 Nov 2001 10:00:00 +0000
Message-ID: <17@example.org>

Dear all.
"""


def test_letters_by_mail(site: SiteTest) -> None:
    """The head of a letter gives author, title, date and identifier; the rest of it stays."""
    site.write({"content/articles/letter.txt": MAIL})
    assert site.run("build").exit_code == 0
    soup = site.soup("articles/letter.html")
    assert soup.h1 is not None
    assert soup.h1.get_text() == "The harvest в Кабуле and after"
    text = site.text("articles/letter.html")
    for said in ("Jürgen Bell", "2 November 2001", "editors@example.org", "by b.example.org"):
        assert said in text
    assert "=?utf-8" not in text


def test_whom_a_letter_went_to(site: SiteTest) -> None:
    """Names and addresses of others at the head of a letter are told by line, and not quoted; the
    keeper can say for a folder that they may be shown. Other heads are no letters.
    """
    site.write(
        {
            "content/articles/letter.txt": MAIL.replace("Message-ID", "Cc: Mary Hill\nMessage-ID"),
            "content/articles/note.txt": "Title: A note\nDate: 2 November 2001\nTo: All\n\nText.\n",
        }
    )
    (one,) = [one for one in site.diagnostics() if one["code"] == "letter-addresses"]
    assert (one["path"], one["line"]) == ("content/articles/letter.txt", 5)
    assert "`To` in line 5, `Cc` in line 9" in one["message"]
    assert not {"editors", "Mary"} & set(words(str(one)))
    site.write({"content/articles/_defaults.yml": "accept: [letter-addresses]\n"})
    assert "letter-addresses" not in site.codes()


def test_what_is_redacted_is_not_told(site: SiteTest) -> None:
    """Once all names and addresses are redacted, the head of a letter shows nobody; while one is
    left, the keeper is told.
    """
    people = "To: Mary Hill <mary@example.org>\nCc: Bob Moss <bob@example.org>\n"
    rules = ["Mary Hill <mary@example.org>", "Bob Moss <bob@example.org>"]
    for count in (1, 2):
        site.write(
            {
                "content/articles/letter.txt": f"From: Ann Bell <ann@example.org>\n{people}"
                "Date: Mon, 5 Nov 2001 10:00:00 +0000\nSubject: Hello\n\nText.\n",
                "content/articles/letter.yml": "redactions:\n"
                + "".join(f"  - {{match: '{rule}', reason: Private.}}\n" for rule in rules[:count]),
            }
        )
        told = [one for one in site.diagnostics() if one["code"] == "letter-addresses"]
        assert len(told) == count % 2


@pytest.mark.parametrize(
    ("header", "told"),
    [
        ("In-Reply-To: <xyz@mail.example.org>", False),
        ("References: <a@mail.example.org>\n <b@mail.example.org>", False),
        ("Resent-Message-ID: <xyz@mail.example.org>", False),
        ("In-Reply-To: <xyz@mail.example.org>; from mary@example.org", True),
        ("Sender: <mary@example.org>", True),
    ],
)
def test_ids_of_letters_are_no_addresses(header: str, told: bool) -> None:
    """The id of a letter names nobody, though it looks like an address."""
    found = split(MAIL.replace("Message-ID", f"{header}\nMessage-ID"))
    names = [one.name for one in found.others]
    assert (header.partition(":")[0] in names) == told


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("Von: Anna Bell <a@example.org>\nGesendet: Freitag, 2. November 2001 10:00\nAn: Bert\n"
         "Betreff: Ernte\n\nText.", {"title": "Ernte", "authors": "Anna Bell"}),
        ("От: Анна <a@example.org>\nДата: 2 ноября 2001\nТема: Урожай\n\nТекст.",
         {"title": "Урожай", "authors": "Анна"}),
        ("From: a@example.org (Ann Bell)\nSubject: Harvest\nDate: whenever\n\nText.",
         {"title": "Harvest", "authors": "Ann Bell"}),
    ],
)  # fmt: skip
def test_letters_of_all_kinds(text: str, fields: dict[str, str]) -> None:
    """Programs for mail in other languages, and addresses written in other ways."""
    found = stated(split(text))
    assert fields == {key: found[key] for key in fields}


def test_what_does_not_fit_stays_and_is_told(site: SiteTest) -> None:
    """A date that cannot be read stays in the text, and the finding names its line."""
    site.write(
        {"content/articles/a.txt": "Title: Harvest\nDate: last summer\nAuthor: Ann Bell\n\nText.\n"}
    )
    found = [one for one in site.diagnostics() if one["code"] == "date-unreadable"]
    assert [one["line"] for one in found] == [2]
    assert site.run("build").exit_code == 0
    assert "Date: last summer" in site.text("articles/a.html")


def test_plain_lines_hide(site: SiteTest) -> None:
    """A draft in a block of labels is held back; a lone line is text, and that is told."""
    site.write(
        {
            "content/articles/a.txt": "Title: Harvest\nStatus: draft\n\nText.\n",
            "content/articles/b.txt": "Status: draft\n\nText.\n",
            "content/articles/c.txt": "Title: Harvest\nPublished: false\n\nText.\n",
        }
    )
    assert site.run("build").exit_code == 0
    pages = [path for path in site.output() if path.startswith("articles/")]
    assert pages == ["articles/b.html"]
    assert "label-unread" in site.codes()


def test_front_matter_has_the_word(site: SiteTest) -> None:
    """In a file with front matter plain lines are text; the record names the line of labels."""
    site.write(
        {
            "content/articles/a.md": "---\ntitle: Talk\n---\nTitle: Harvest\nDate: 2001\n\nText.\n",
            "content/articles/b.md": "Title: Harvest\nDate: 2001\n\nText.\n",
        }
    )
    assert site.run("build").exit_code == 0
    assert "Title: Harvest Date: 2001 Text." in site.text("articles/a.html")
    assert "body label, line 2" in site.text("articles/b.html")


def test_a_heading_and_a_label_that_differ(site: SiteTest) -> None:
    """Where a label gives another title, the heading stays in the body, in Markdown and HTML."""
    site.write(
        {
            "content/articles/a.md": "# Heading\n\n**Title:** Label\n\nText.\n",
            "content/articles/b.html": "<h1>Heading</h1><p><b>Title:</b> Label</p><p>Text.</p>",
        }
    )
    assert site.run("build").exit_code == 0
    for page in ("a", "b"):
        body = site.soup(f"articles/{page}.html").select_one(".body")
        assert body is not None
        assert "Heading" in body.get_text()


LINES = st.sampled_from(
    [
        "", "", "Title: Harvest", "Author: Ann Bell", "Date: 2001-11-02", "Date: never ever",
        "From: Ann <a@b.example>", "Subject: Rain", "\tfolded", "Room: 12", "Source: Paper",
        "Source: https://example.org/x", "Status: draft", "Some prose.", "---", "# Heading",
        "**Author:** Jo Ray", "Titre : Blé", "标题：收成", "Note: prose here.", "Tags: a, b",
    ]
)  # fmt: skip


@given(st.lists(LINES, max_size=14))
def test_no_word_is_lost(lines: list[str]) -> None:
    """Every word of a text is in its body, its title or a label, whatever the lines."""
    text = "\n".join(lines)
    found = split(text)
    kept = words(found.body) + words(found.title)
    for one in found.labels:
        kept += words(f"{one.name} {one.raw}")
    assert set(words(text)) <= set(kept)


SENTENCE = st.sampled_from(
    [
        "The rain came late this year.", "Note: nobody knew why.", "Date: it was the second.",
        "Source: an old man in the valley.", "Author: that is what they called him!",
        "He said: we will wait.", "Where: in the fields?", "Title: none that we know of.",
    ]
)  # fmt: skip


@given(st.lists(st.lists(SENTENCE, min_size=1, max_size=4), min_size=1, max_size=5))
def test_prose_is_never_taken(paragraphs: list[list[str]]) -> None:
    """Sentences stay text, whatever they begin with."""
    text = "\n\n".join("\n".join(lines) for lines in paragraphs)
    assert text == split(text).body


def test_words_of_labels_are_listed() -> None:
    """docs/metadata.md lists the labels of every language, and the names in heads of letters."""
    page = ROOT / "docs" / "metadata.md"
    rows = {row[0]: row[1] for row in table(page, "language")}
    expected = {
        language: "; ".join(f"`{field}`: {said}" for field, said in fields.items())
        for language, fields in labelwords.FOREIGN.items()
    }
    assert expected == rows
    assert {f"`{name}`": said for name, said in labelwords.MAIL.items()} == dict(
        table(page, "of a letter")
    )


def test_no_word_means_two_fields() -> None:
    """A label gives one field, in whatever language it is."""
    given: dict[str, set[str]] = {}
    for fields in labelwords.FOREIGN.values():
        for name, said in fields.items():
            for word in said.split(","):
                meaning = "source_url" if name == "source" else name
                given.setdefault(labelwords.folded_word(word), set()).add(meaning)
    assert [word for word, fields in given.items() if len(fields) > 1] == []


TOML = (
    '+++\ntitle = "Harvest"\n# of the year\n'
    'date = 2001-11-02T10:00:00Z\ntags = ["a",\n "b"]\n+++\n\nText.\n'
)
JSON = (
    '{\n\t"title": "Harvest",\n'
    '\t"date": "2001-11-02", "weight": 3,\n\t"tags": ["a", "b"]\n}\n\nText.\n'
)


@pytest.mark.parametrize(("text", "line"), [(TOML, 4), (JSON, 3)])
def test_front_matter_of_hugo(text: str, line: int, site: SiteTest) -> None:
    """TOML and JSON give metadata with the line each stands on, and leave the body."""
    site.write({"content/articles/a.md": text})
    assert site.run("build").exit_code == 0
    page = site.text("articles/a.html")
    assert "2 November 2001" in page
    assert f"front matter, line {line}" in page
    assert "+++" not in page
    assert "weight" not in page


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("+++\ntitle = x\n+++\nText.", (2, 9)),
        ('+++\ntitle = "x"\ndraft = true\n\nText.', (1, 1)),
        ('{"title": "a" "b"}\nText.', (1, 15)),
        ('{"title": "a", "title": "b"}\nText.', (1, 16)),
        ('{"title": "a",\n"draft": true\n\nText.', (4, 1)),
        ('{"title": ' + "1" * 5000 + "}", (1, 1)),
        ('{"title": ' + "[" * 50_000 + "}", (1, 1)),
    ],
)
def test_broken_front_matter_is_an_error(text: str, place: tuple[int, int]) -> None:
    """Metadata of Hugo that is broken, open or given twice is told with its place."""
    _, _, found = metadata.front_matter(text, "a.md", CONFIG.known_keys)
    assert (
        [("front-matter-broken", place)]
        == [(one.code, (one.location.line, one.location.column)) for one in found]
        or text.startswith('{"title": 1')
        or text.startswith('{"title": [')
    )


@pytest.mark.parametrize(
    "text",
    ["{{ x }} text", '{"x": 1}\ntext', "+++\n\ntext", "{text}", '{"a": 1} text', "+++\nx\n+++\n"],
)
def test_braces_and_plus_signs_may_be_text(text: str) -> None:
    """A text may begin with a brace or with plus signs."""
    assert ([], text, []) == metadata.front_matter(text, "a.md", CONFIG.known_keys)
