"""Search as a whole: sites built, their shards read by both readers, and what is in no shard."""

from __future__ import annotations

import base64
import datetime
import hashlib
import itertools
import json
import pickle
import random
import re
import shutil
import string
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, partial
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from playwright.sync_api import Page, expect

from site_gen import search
from site_gen.model import Archive, Document, OutputFile
from site_gen.search import (
    codec,
    coding,
    columns,
    facets,
    joining,
    layout,
    lookup,
    merging,
    numbering,
    segment,
    shards,
)
from site_gen.search.codec import Reader, code, gaps
from site_gen.search.reader import (
    FIELDS,
    Filter,
    Index,
    NoIndex,
    Query,
    Result,
    Sort,
    Word,
    day,
    parse,
)
from site_gen.search.text import text_of, unwrapped
from site_gen.search.words import LONGEST, fold, plain, split, stemmed, stemming, units, whole
from site_gen.tokens import closed_up
from tests.archive_sites import EVERY_KIND, Files, articles, document
from tests.support import ROOT, SiteTest

BOTH = """async queries => {
  const found = []
  for (const [text, sort] of queries) {
    const {total, complete, hits, suggestion} = await siteSearch.search(text, {limit: 20, sort})
    const shown = hits.map(({id, score, url, title}) => [id, score, url, title])
    found.push([total, complete, shown, suggestion?.words ?? {}])
  }
  return found
}"""

PARSED = """texts => texts.map(text => {
  const {words, phrases, without, filters} = siteSearch.parse(text)
  return [words.map(one => [one.word, !!one.prefix]), phrases, without,
    filters.map(one => [one.field, one.value, one.without])]
})"""

WORDS = """texts => texts.map(text => {
  const words = siteSearch.split(text)
  return [words, words.map(siteSearch.fold)]
})"""

VOCABULARY = [
    "kabul",
    "kandahar",
    "taliban",
    "soldiers",
    "soldier",
    "running",
    "runs",
    "ran",
    "refugees",
    "refugee",
    "border",
    "borders",
    "commander",
    "commanders",
    "talks",
    "talk",
    "wheat",
    "harvest",
    "harvested",
    "winter",
    "naïve",
    "café",
    "coöperation",
    "the",
    "of",
    "and",
    "war",
    "wars",
    "warring",
    "alliance",
    "school",
    "schools",
    "bread",
    "prices",
    "price",
]


def many(count: int) -> Files:
    """Articles of words drawn from a small vocabulary, with all that facets show."""
    chance = random.Random(7)
    made: Files = {}
    for number in range(count):
        words = chance.choices(VOCABULARY, k=30)
        fields = {
            "title": " ".join(words[:4]).title() + f" {number}",
            "authors": f"[{chance.choice(['Ann Bell', 'Bob Hill', 'Ömer Şahin'])}]",
            "places": f"[{chance.choice(['Kabul', 'Kunduz', 'Paris'])}]",
            "topics": f"[{chance.choice(['War', 'War & peace'])}]",
        }
        if number % 7:
            fields["date"] = f"{1996 + number % 9}-{number % 12 + 1:02d}-{number % 28 + 1:02d}"
        if number % 5 == 0:
            fields["summary"] = " ".join(words[4:9])
        made[f"content/articles/m{number:03d}.md"] = document(" ".join(words[9:]), fields)
    return made


TEXTS: Files = {
    **EVERY_KIND,
    **many(60),
    "content/places/kunduz.yml": "name: Kunduz\nparent: afghanistan\n",
    "content/topics/taliban.yml": "name: Taliban\naliases: [Taleban, Talibs]\n",
    "content/articles/plain.md": document(
        "She runs with the soldiers of Taleban commanders. Net 12.5 mln ½ ﷺ.", {"title": "Plain"}
    ),
    "content/articles/other.md": document(
        "He had been running. The soldier runs with us, haunting.", {"title": "Other"}
    ),
    "content/articles/japan.md": document(
        "東京都庁の会議。𐌰𐌱𐌲 𐌰𐌱𐌳", {"title": "東京", "language": "ja"}
    ),
    "content/articles/arabic.md": document(
        "قال الرئيس إن المدرسة كبيرة في كابُل والحكومة", {"title": "مدرسة", "language": "ar"}
    ),
    "content/articles/persian.md": document(
        "کتاب‌ها در كابل است و یک مدرسه", {"title": "کتاب", "language": "fa"}
    ),
    "content/articles/russian.md": document(
        "Солдаты говорили о школах.", {"title": "Школы", "language": "ru"}
    ),
    "content/articles/german.md": document(
        "Die Straßen der Städte waren gesperrt.", {"title": "Straßen", "language": "de"}
    ),
}


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> SiteTest:
    """A built site of many languages and of all that a query can ask for."""
    made = SiteTest(tmp_path_factory.mktemp("texts")).write(TEXTS)
    made.run("build")
    return made


@pytest.fixture(scope="module")
def index(texts: SiteTest) -> Index:
    """The index of that site."""
    return Index(texts.folder / "output")


def open_index(site: SiteTest, page: Page) -> Page:
    """The search page of a built site, opened from the disk."""
    page.goto((site.folder / "output" / "search.html").as_uri())
    return page


def titles(index: Index, query: str, sort: Sort = "relevance") -> list[str]:
    """The titles of the first thousand hits."""
    return [hit.title for hit in index.search(query, 1000, sort=sort).hits]


def complete(index: Index, query: str) -> list[str]:
    """The titles of the articles that hold every word."""
    found = index.search(query, 1000)
    return sorted(hit.title for hit in found.hits[: found.complete])


def told(found: Result) -> list[Any]:
    """A result as both readers are compared by it."""
    hits = [[hit.id, hit.score, hit.url, hit.title] for hit in found.hits]
    return [found.total, found.complete, hits, found.suggestion]


def queries(count: int) -> list[tuple[str, Sort]]:
    """Queries of every kind, drawn by chance; the same every time."""
    chance = random.Random(3)
    more = (
        "plain",
        "東京都",
        "Straße",
        "школа",
        "كتاب",
        "مدرسة",
        "والمدرسه",
        "حكومه",
        "ﷺ",
        "𐌰𐌱𐌲",
        "𐌰𐌱",
        "½",
        "wire",
    )
    filters = (
        "author:Ann", 'author:"ann bell"', "place:afghanistan", 'topic:"War & peace"', "year:1999",
        "date:1999-02..2001", "year:..1998", "year:1999..2000..2001", "lang:de", "-year:1999",
        "-place:kabul", "date:9998-99", "date:2001-02-31..2001-3", "lang:German", "author:",
        "year:x",
    )  # fmt: skip

    def word() -> str:
        one = chance.choice((*VOCABULARY, *more))
        at = chance.randrange(len(one))
        return chance.choice(
            (
                one,
                one,
                one,
                one.upper(),
                f"{one[: at + 1]}*",
                f"{one[:-1]}*",
                one[:at] + one[at + 1 :],
                f"{one}s",
                f"{one}ing",
            )
        )

    def phrase() -> str:
        return f'"{" ".join(chance.choices(VOCABULARY, k=2))}"'

    def part() -> str:
        return chance.choice(
            (word, word, word, phrase, lambda: f"-{word()}", lambda: f"-{phrase()}")
        )()

    made: list[tuple[str, Sort]] = []
    sorts: tuple[Sort, ...] = ("relevance", "relevance", "newest", "oldest")
    for _ in range(count):
        parts = [part() for _ in range(chance.randrange(1, 7))]
        if chance.random() < 0.4:
            parts.insert(chance.randrange(len(parts) + 1), chance.choice(filters))
        made.append((" ".join(parts), chance.choice(sorts)))
    odd = (
        "",
        "-",
        "*",
        '"',
        '""',
        "author:",
        '"kabul',
        "-*",
        "a b c d",
        "the of and the",
        ":",
        "year:",
    )
    return [*made, *((one, sort) for one in (*odd, *filters) for sort in sorts[1:])]


@pytest.mark.browser
def test_both_readers_answer_alike(texts: SiteTest, index: Index, page: Page) -> None:
    """The browser and the command line find the same, with the same scores, for any query."""
    asked = queries(500)
    theirs = open_index(texts, page).evaluate(BOTH, asked)
    ours = [told(index.search(text, 20, sort=sort)) for text, sort in asked]
    differ = [
        (query, mine, other)
        for query, mine, other in zip(asked, ours, theirs, strict=True)
        if mine != other
    ]
    assert differ == []
    assert sum(1 for one in ours if one[0]) > len(ours) // 2


@cache
def nasty() -> tuple[str, ...]:
    """Texts that are hard to fold or to split, and every letter that Python knows, in runs."""
    known = [chr(point) for point in range(0x110000) if chr(point).isalnum()]
    runs = ["".join(known[start : start + 25]) for start in range(0, len(known), 25)]
    apart = [" ".join(known[start : start + 400]) for start in range(0, 20_000, 400)]
    return (
        "", " ", "İstanbul ISPARTA ıssız", "ΟΔΟΣ ὈΔΥΣΣΕΎΣ", "ﷺ ﷲ ½ ⒈ ⑴ ﬁne ㎏", "x" * 90, "𐌰" * 50,
        "x" * 39 + "𐌰𐌱", "e\u0301te\u0301 été", "كِتَابٌ ـــ کتاب‌ها ١٢٣ ۴۵۶", "हिन्दी में लिखा है",
        "가각 한국어",
        "東京 ﾄｳｷｮｳ ガギグ が", "ภาษาไทย", "a_b don't o’clock e-mail", "Ł Ø Đ ß ẞ œ Æ",
        "\ufeffa\x85b\x1cc",
        "‌", "ـ‌ـ", *runs, *apart,
    )  # fmt: skip


@pytest.mark.browser
def test_words_are_the_same_in_both(texts: SiteTest, page: Page) -> None:
    """Every letter and every hard text is split and folded alike in Python and in the browser."""
    theirs = open_index(texts, page).evaluate(WORDS, list(nasty()))
    ours = [[split(text), [whole(fold(word)) for word in split(text)]] for text in nasty()]
    differ = [
        (text, mine, other)
        for text, mine, (words, forms) in zip(nasty(), ours, theirs, strict=True)
        # The browser keeps a word of nothing until it is folded.
        for other in [
            [
                [w for w, f in zip(words, forms, strict=True) if f],
                [*map(whole, filter(None, forms))],
            ]
        ]
        if mine != other
    ]
    assert differ == []


def parts(query: Query) -> list[Any]:
    """A query as the browser tells one."""
    return [
        [[whole(one.word), one.prefix] for one in query.words],
        [list(map(whole, words)) for words in query.phrases],
        [list(map(whole, words)) for words in query.without],
        [[one.field, one.value, one.without] for one in query.filters],
    ]


@pytest.mark.browser
def test_queries_are_taken_apart_alike(texts: SiteTest, page: Page) -> None:
    """Whatever is typed, both readers make the same query of it and none fails."""
    chance = random.Random(5)
    pieces = (
        *'"-*:', " ", "\u3000", "\x85", "\ufeff", "year:", "author:", "..", "2001", "kabul", "é",
        "東京",
        "𐌰", "ـ", "\n", "\x00", "__proto__", "constructor",
    )  # fmt: skip
    typed = ["".join(chance.choices(pieces, k=chance.randrange(1, 12))) for _ in range(1500)]
    theirs = open_index(texts, page).evaluate(PARSED, typed)
    differ = [
        (text, parts(parse(text)), other)
        for text, other in zip(typed, theirs, strict=True)
        if parts(parse(text)) != other
    ]
    assert differ == []
    page.evaluate(BOTH, [[text, "relevance"] for text in typed[:300]])


@given(text=st.text())
def test_any_text_is_a_query(text: str) -> None:
    """No text is an error."""
    assert isinstance(parse(text), Query)


@given(
    parts=st.lists(
        st.one_of(
            st.text(max_size=8), st.sampled_from(['"', "-", "*", "date:", "9998-99..", "kab"])
        )
    )
)
def test_any_query_is_answered(parts: list[str], index: Index) -> None:
    """No query fails."""
    found = index.search("".join(parts))
    assert 0 <= found.complete <= found.total <= index.articles


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Kabul WAR", Query(words=(Word("kabul"), Word("war")))),
        ('"the war" end', Query(words=(Word("end"),), phrases=(("the", "war"),))),
        ('"war"', Query(words=(Word("war"),))),
        ("war -Paris", Query(words=(Word("war"),), without=(("paris",),))),
        ('-"the war"', Query(without=(("the", "war"),))),
        ("kab*", Query(words=(Word("kab", prefix=True),))),
        ("north-west*", Query(words=(Word("north"), Word("west", prefix=True)))),
        ("place:Kabul", Query(filters=(Filter("place", "Kabul"),))),
        ('-author:"Ann Bell"', Query(filters=(Filter("author", "Ann Bell", True),))),
        ("year:1999..2003", Query(filters=(Filter("year", "1999..2003"),))),
        ('"kabul war', Query(words=(Word("kabul"), Word("war")))),
        ("- * : colour:red", Query(words=(Word("colour"), Word("red")))),
        ("", Query()),
    ],
)
def test_query_language(text: str, expected: Query) -> None:
    """Words, phrases, what is left out, beginnings and filters are told apart; the rest is text."""
    assert expected == parse(text)


def test_words_in_a_phrase_stand_as_typed(index: Index) -> None:
    """A phrase finds its words in this form and this order, and no others of the same stem."""
    assert titles(index, '"been running"') == ["Other"]
    assert titles(index, '"been runs"') == []
    assert titles(index, '"running been"') == []
    assert titles(index, '"She runs with the soldiers"') == ["Plain"]
    assert titles(index, '"The SOLDIER runs with"') == ["Other"]
    assert titles(index, '"plain she"') == []


def test_fewer_than_four_words_all_count(index: Index) -> None:
    """Articles with all of one to three words come first, the rest after them."""
    found = index.search("wheat prices border", 1000)
    first = [hit for hit in found.hits if hit.score]
    assert 0 < found.complete < found.total
    assert len(first) == found.total
    longer = index.search("wheat prices border kabul", 1000)
    assert longer.complete == longer.total
    scores = [hit.score for hit in longer.hits]
    assert sorted(scores, reverse=True) == scores


def test_a_missing_word_hides_nothing(index: Index) -> None:
    """A word that is not in the archive takes no article away."""
    assert titles(index, "wheat border") == titles(index, "wheat qqqqqqqq border")


def test_words_of_other_forms_are_found(index: Index) -> None:
    """A word finds the other forms of its stem, by the language of each article."""
    assert "Other" in titles(index, "run")
    assert titles(index, "школа") == ["Школы"]
    assert titles(index, "strasse") == ["Straßen"]
    assert titles(index, "كابُل المدرسة")[:1] == ["مدرسة"]
    for school in ("مدرسة", "مدرسه", "بالمدرسة"):
        assert {"مدرسة", "کتاب"} == {*titles(index, school)}
    for government in ("حكومه", "حكومة", "الحكومه", "والحكومة", "لِلحكومة"):
        assert titles(index, government) == ["مدرسة"]
    assert "کتاب" in titles(index, "كتابها")
    assert titles(index, "京都") == ["東京"]
    assert titles(index, "𐌰𐌱𐌳") == ["東京"]


def test_accents_and_case_do_not_matter(index: Index) -> None:
    """é finds e and the other way round."""
    assert titles(index, "cafe") == titles(index, "CAFÉ") != []


def test_names_of_the_registry_find_each_other(index: Index) -> None:
    """Every spelling that an entry lists finds all of them."""
    assert "Plain" in titles(index, "Taliban")
    assert titles(index, "taleban") == titles(index, "taliban") == titles(index, "talibs")


def test_left_out(index: Index) -> None:
    """-word and -"phrase" take articles away."""
    both, one = titles(index, "kabul"), titles(index, "kabul -wheat")
    assert 0 < len(one) < len(both)
    assert "Other" not in titles(index, 'runs -"been running"')
    assert "Plain" in titles(index, 'runs -"been running"')


def test_beginnings(index: Index) -> None:
    """begin* finds what begins so."""
    assert set(titles(index, "commander")) <= set(titles(index, "comm*"))
    assert titles(index, "xyzzy*") == []
    # Other forms of the same stem do not.
    among = index.search("runs", 1000).hits
    begin = {hit.id for hit in among if re.search(r"\bruns", f"{hit.title} {hit.text}".lower())}
    found = {hit.id for hit in index.search("runs*", 1000).hits}
    assert begin <= found < {hit.id for hit in among}
    assert titles(index, "runni*") == titles(index, "running*")


def test_filters(index: Index) -> None:
    """author:, place:, topic:, year:, date: and lang: keep what they say, together too."""
    assert {"صبح در کابل"} == set(titles(index, "lang:prs"))
    years = [hit.date[-4:] for hit in index.search("author:bell year:1999..2000", 1000).hits]
    assert {"1999", "2000"} == set(years)
    named = index.search('author:"Ann Bell" place:Paris', 1000).hits
    assert {("Ann Bell", "Paris")} == {(hit.authors, hit.places) for hit in named}
    peace = index.search('topic:"War & peace"', 1000).total
    assert 0 < peace < index.search("topic:war", 1000).total + peace
    months = [hit.date for hit in index.search("date:2001-11..2002-02", 1000).hits]
    assert "2 November 2001" in months
    assert titles(index, "-lang:en", "oldest") == titles(index, "-lang:English", "oldest") != []


def test_a_place_holds_what_lies_in_it(index: Index) -> None:
    """A place finds the articles of the places whose `parent` it is, by name or by key."""
    inside = {hit.places for hit in index.search("place:Afghanistan", 1000).hits}
    assert {"Kabul", "Kunduz", "Kunduz; Kabul"} <= inside
    assert not any("Paris" in places for places in inside)


def test_sorts(index: Index) -> None:
    """Newest and oldest go by date; what has none comes last."""
    newest, oldest = titles(index, "kabul", "newest"), titles(index, "kabul", "oldest")
    assert sorted(newest) == sorted(oldest)
    assert newest != oldest


def test_dates_without_a_beginning(site: SiteTest) -> None:
    """What is dated before a year stands where lists have it, and not in the year 1."""
    dates = {"a": "before 1999", "b": "1998-12-31", "c": "circa 1999", "d": "2000"}
    articles = {
        f"content/articles/{key}.md": document("Word.", {"title": key, "date": date})
        for key, date in dates.items()
    }
    site.write(articles).run("build", "--jobs", "1")
    index = Index(site.folder / "output")
    assert titles(index, "word", "oldest") == ["b", "c", "a", "d"]
    assert titles(index, "year:..1900") == []


def test_offsets(index: Index) -> None:
    """The next ten follow on the first."""
    whole = index.search("kabul", 30).hits
    assert whole[10:20] == index.search("kabul", 10, 10).hits
    assert index.search("kabul", 10, 10_000).hits == ()


def test_suggestions(index: Index) -> None:
    """An unknown word is completed, taken for another form, or mended; a known one is left."""
    assert index.search("kandah").suggestion == {"kandah": "kandahar"}
    assert index.search("kandhaar").suggestion == {"kandhaar": "kandahar"}
    assert index.search("refugges").suggestion == {"refugges": "refugees"}
    assert index.search("harvesting").suggestion == {"harvesting": "harvest"}
    assert index.search("kandahar zzzzzzzz xy").suggestion == {}
    assert index.search("𐌰𐌱𐌲𐌲").suggestion == {"𐌰𐌱𐌲𐌲": "𐌰𐌱𐌲"}


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2001", "2001-01-01", "2001-12-31"),
        ("2000-02", "2000-02-01", "2000-02-29"),
        ("2001-11-02", "2001-11-02", "2001-11-02"),
        (" 2001-12 ", "2001-12-01", "2001-12-31"),
    ],
)
def test_days(text: str, first: str, last: str) -> None:
    """A year and a month stand for all their days."""
    expected = [datetime.date.fromisoformat(one).toordinal() for one in (first, last)]
    assert expected == [day(text, end=False), day(text, end=True)]


@pytest.mark.parametrize("text", ["", "x", "99", "0001", "20011", "٢٠٠١", "9999"])
def test_what_is_no_date_bounds_nothing(text: str) -> None:
    """Text that is no date leaves its end open."""
    assert (float("-inf"), float("inf")) == (day(text, end=False), day(text, end=True))


def published(site: SiteTest) -> str:
    """The text of every file of the output."""
    root = site.folder / "output"
    files = (path for path in sorted(root.rglob("*")) if path.is_file())
    return "".join(path.read_bytes().decode("utf-8", "replace") for path in files)


def all_of_the_index(site: SiteTest) -> str:
    """All that the files of the index say, folded: as it stands, and every front-coded list."""
    said = []
    for path in sorted((site.folder / "output/search").iterdir()):
        text = path.read_bytes().decode()
        values = json.loads(f"[{text[len('siteSearch.take(') : -2]}]")
        said.append(text)
        if path.name.startswith("root."):
            said += unpacked(values[0]["words"]), unpacked(values[0]["stems"])
        elif path.name[0] in "wp":
            said.append(unpacked(values[0]))
    return fold_all("\n".join(said))


def unpacked(text: str) -> str:
    """The words of a front-coded list, by docs/search-format.md."""
    words = [""]
    for coded in text.split(" ") if text else ():
        words.append(words[-1][: codec.LETTERS.index(coded[0])] + coded[1:])
    return " ".join(words)


def fold_all(text: str) -> str:
    """Every word of a text as the index would have it."""
    return " ".join(map(fold, split(text)))


HIDING = ("draft", "status", "embargo")
PARTS = ("title", "body", "summary", "author", "place", "topic", "alias", "note")


def planted(name: str, fields: Mapping[str, str]) -> tuple[Files, list[str]]:
    """An article with a word of its own in each part of it, and the words.

    An entry of its place, if it has one, is held back as the article is.
    """
    # No stemmer changes them, and none is the beginning of another or near to one.
    words = {part: f"{name[::-1]}q{part}zx" for part in PARTS}
    stated = {
        "title": words["title"].title(),
        "summary": words["summary"],
        "authors": f"[Ann {words['author']}]",
        "places": f"[{words['place']}]",
        "topics": f"[{words['topic']}]",
    }
    body = f"Said {words['body']}.\n\nAnn {words['author']} is a reporter of {words['note']}."
    files: Files = {f"content/articles/{name}.md": document(body, {**stated, **fields})}
    if "slug" not in fields:
        entry = {"name": words["place"], "aliases": f"[{words['alias']}]"}
        entry |= {key: value for key, value in fields.items() if key in HIDING}
        files[f"content/places/{name}.md"] = document("", entry)
    return files, list(words.values())


OUT_OF_THE_INDEX: dict[str, dict[str, str]] = {
    "noindexed": {"noindex": "true"},
    "draft": {"draft": "true"},
    "status": {"status": "draft"},
    "embargoed": {"embargo": "2090-01-01"},
    "failing": {"draft": "perhaps"},
    "colliding": {"slug": "same"},
    "other": {"slug": "same"},
}
"""Ways of an article to be left out of the index: by `noindex`, held back, or failed."""


def test_what_is_left_out_is_in_no_shard(site: SiteTest) -> None:
    """No word of the title, text, summary or names of what is left out is in a file of the index.

    Those of a published article are, so the test would find them.
    """
    files, control = planted("control", {"date": "2001"})
    site.write(files)
    unwanted: list[str] = []
    for name, fields in OUT_OF_THE_INDEX.items():
        files, words = planted(name, fields)
        site.write(files)
        unwanted += words
    assert site.run("build", "--keep-going").exit_code == 3
    said = all_of_the_index(site)
    assert [word for word in control if word not in said] == []
    assert [word for word in unwanted if word in said] == []
    index = Index(site.folder / "output")
    assert index.articles == 1
    for word in unwanted:
        assert (index.search(word).total, index.search(word).suggestion) == (0, {}), word


def test_a_noindex_article_is_published_all_the_same(site: SiteTest) -> None:
    """It has its page and stands in lists; what it shares with others counts these alone."""
    shared = {"date": "2001", "authors": "[Ann Bell]", "places": "[Kabul]"}
    site.write(
        {
            "content/articles/open.md": document("Wheat.", {"title": "Open"} | shared),
            "content/articles/shut.md": document(
                "Wheat.", {"title": "Shut", "noindex": "true", "topics": "[Rain]"} | shared
            ),
            "content/places/kabul.yml": "name: Kabul\naliases: [Kabol]\nparent: Afghanistan\n",
        }
    )
    assert site.run("build").exit_code == 0
    assert "Shut" in site.text("authors/ann-bell.html")
    assert "Wheat." in site.text("articles/shut.html")
    index = Index(site.folder / "output")
    for query in ("wheat", "author:bell", "place:kabol", "year:2001", "lang:en"):
        assert titles(index, query) == ["Open"], query
    assert [titles(index, "topic:rain"), titles(index, "rain")] == [[], []]


def test_noindex_comes_and_goes(site: SiteTest) -> None:
    """A warm build after `noindex` is set, and after it is taken back, equals a clean one."""
    site.write(articles(3))
    site.run("build")
    first = search_files(site)
    site.write({"content/articles/n01.yml": "noindex: true\n"})
    site.run("build")
    assert len(Index(site.folder / "output").search("article").hits) == 2
    (site.folder / "content/articles/n01.yml").unlink()
    site.run("build")
    assert first == search_files(site)


@pytest.mark.browser
def test_where_everything_is_noindex(site: SiteTest, page: Page) -> None:
    """An index of nothing is made, and both readers answer from it that there is nothing."""
    site.write({**articles(3), "content/articles/_defaults.yml": "noindex: true\n"})
    site.write({"content/articles/more.md": document("War.", {"title": "A", "topics": "Taliban"})})
    site.write({"content/topics/taliban.yml": "name: Taliban\naliases: [Taleban]\n"})
    assert site.run("build").exit_code == 0
    index = Index(site.folder / "output")
    asked = queries(20)
    theirs = open_index(site, page).evaluate(BOTH, asked)
    nothing = [0, 0, [], {}]
    assert [nothing] * len(asked) == theirs
    assert theirs == [told(index.search(text, 20, sort=sort)) for text, sort in asked]
    assert site.run("search", "article").exit_code == 1
    page.goto(f"{page.url}?q=article&facets")
    expect(page.get_by_role("status")).to_have_text("Nothing was found.")
    expect(page.get_by_role("group", name="Year")).to_have_count(0)


def test_a_published_article_that_is_taken_back_leaves_the_index(site: SiteTest) -> None:
    """A later build of an article that became a draft has nothing of it."""
    site.write(articles(3))
    site.write({"content/articles/n01.md": document("Takenback.", {"title": "Going"})})
    site.run("build")
    assert "takenback" in published(site)
    site.write(
        {"content/articles/n01.md": document("Takenback.", {"title": "Going", "draft": "true"})}
    )
    site.run("build")
    assert "takenback" not in published(site).lower()


@pytest.mark.parametrize("count", [1, 0])
def test_small_archives(site: SiteTest, count: int) -> None:
    """One article, and one without any text, make an index that answers."""
    body = "One word." if count else ""
    site.write({"content/articles/a.md": document(body, {"title": "Alone"})})
    site.run("build")
    index = Index(site.folder / "output")
    assert titles(index, "alone") == ["Alone"]
    assert ["Alone"] * count == titles(index, "word")
    assert titles(index, "year:2001") == []


@pytest.mark.browser
def test_many_groups(site: SiteTest, page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    """Articles in many groups, merged letter by letter, are found by both readers all the same."""
    monkeypatch.setattr(numbering, "GROUP", 8)
    site.write(many(200))
    site.run("build", "--jobs", "1")
    index = Index(site.folder / "output")
    assert len(index.first) > 8
    asked = queries(60)
    theirs = open_index(site, page).evaluate(BOTH, asked)
    assert [told(index.search(text, 20, sort=sort)) for text, sort in asked] == theirs
    assert index.articles == 200


def search_files(site: SiteTest) -> dict[str, str]:
    """The digests of the index's files."""
    return {path: one for path, one in site.output().items() if path.startswith("search/")}


def test_the_same_bytes_however_it_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One process or two, step by step or at once, over a damaged cache: the index is the same."""
    monkeypatch.setattr(numbering, "GROUP", 8)
    # Else so little is done by one process.
    monkeypatch.setattr(search, "FEW_GROUPS", -1)
    monkeypatch.setattr(search, "FEW_BYTES", -1)
    site = SiteTest(tmp_path / "site").write({**many(40), **EVERY_KIND})
    site.run("build", "--jobs", "1")
    first = search_files(site)
    site.write({"content/articles/m001.md": document("Changed zebra.", {"title": "Changed"})})
    (site.folder / "content/articles/m002.md").unlink()
    site.run("build", "--jobs", "2")
    changed = search_files(site)
    assert first != changed
    shutil.rmtree(site.folder / ".site_gen")
    shutil.rmtree(site.folder / "output")
    site.run("build", "--jobs", "2")
    assert changed == search_files(site)
    for file in (site.folder / ".site_gen").rglob("*"):
        if file.is_file():
            file.write_bytes(b"\0" * 5000)
    site.run("build", "--jobs", "1")
    assert changed == search_files(site)


def test_an_edit_changes_few_files(site: SiteTest, monkeypatch: pytest.MonkeyPatch) -> None:
    """An edit of one article leaves most document shards and their names as they were."""
    monkeypatch.setattr(numbering, "GROUP", 8)
    site.write(many(100))
    site.run("build", "--jobs", "1")
    first = search_files(site)
    site.write({"content/articles/m050.md": document("Changed zebra.", {"title": "Changed"})})
    site.run("build", "--jobs", "1")
    second = search_files(site)
    shards = {path for path in first if path.startswith("search/d")}
    assert len(shards - second.keys()) == 1


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """How often blocks are indexed, runs merged and files staged in this process."""
    done: dict[str, int] = {}

    def counted(module: ModuleType, name: str) -> None:
        function = getattr(module, name)

        def call(*arguments: Any) -> Any:
            done[name] = done.get(name, 0) + 1
            return function(*arguments)

        monkeypatch.setattr(module, name, call)

    counted(columns, "read_block")
    counted(merging, "merged")
    counted(shards, "stage_described")
    monkeypatch.setattr(numbering, "GROUP", 8)
    return done


def test_an_edit_makes_little_again(site: SiteTest, work: dict[str, int]) -> None:
    """An edit makes one block, and of the runs the shards of its words; it equals a clean build.

    Where no article changed, nothing is made.
    """
    site.write(many(200))
    site.write({"content/articles/m050.md": document("Wheat. Border talks.", {"title": "War"})})
    site.run("build", "--jobs", "1")
    whole = dict(work)
    work.clear()
    site.write({"content/pages/new.md": "# New\n"})
    site.run("build", "--jobs", "1")
    # The root and the facets are small, and made each time.
    root_and_facets = {"stage_described": 6}
    assert root_and_facets == work
    work.clear()
    site.write({"content/articles/m050.md": document("Wheat. Border zebra.", {"title": "War"})})
    site.run("build", "--jobs", "1")
    # The article as it is.
    assert work["read_block"] == 1
    # No word began with a `z` before.
    assert work["merged"] == 1 < whole["merged"] / 9
    assert work["stage_described"] < whole["stage_described"] / 3
    edited = search_files(site)
    shutil.rmtree(site.folder / ".site_gen")
    shutil.rmtree(site.folder / "output")
    site.run("build", "--jobs", "1")
    assert edited == search_files(site)


def test_an_edit_of_a_text_looks_at_texts_alone(
    site: SiteTest, work: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """After an edit of a text nothing else of the articles is read for the index, and no facets
    are made; after one of a title or a name they are. What is made equals a clean build: with
    names that find each other, and the new name of one whom an article of another group names.
    """
    others: list[str] = []

    def watched(module: ModuleType, name: str) -> None:
        function = getattr(module, name)

        def call(*arguments: Any) -> Any:
            others.append(name)
            return function(*arguments)

        monkeypatch.setattr(module, name, call)

    def built(body: str, **metadata: Any) -> set[str]:
        others.clear()
        site.write({"content/articles/m050.md": document(body, {"title": "War", **metadata})})
        site.run("build", "--jobs", "1")
        return set(others)

    watched(search, "_told")
    watched(search, "_entry")
    watched(facets, "columns")
    everything = {"_told", "_entry", "columns"}
    site.write(many(60) | {"content/places/kabul.yml": "name: Kabul\naliases: [Caboul]\n"})
    site.write({"content/articles/m059.md": document("Wheat.", {"authors": "[Eve Long]"})})
    assert built("Wheat.") == everything
    assert built("Wheat. Border zebra.") == set()
    assert built("Wheat. Border.", authors=["Ann Example"]) == everything
    assert built("Wheat. Border.", title="Peace", authors=["Ann Example"]) == everything
    site.write({"content/authors/a.yml": "name: Eva Long\naliases: [Eve Long]\n"})
    assert built("Wheat. Border.", title="Peace", authors=["Ann Example"]) == everything
    (lost, *_) = (site.folder / "output/search").glob("f-0.0-*.js")
    lost.unlink()
    assert built("Wheat. Zebra.", title="Peace", authors=["Ann Example"]) == {"columns"}
    edited = search_files(site)
    shutil.rmtree(site.folder / ".site_gen")
    shutil.rmtree(site.folder / "output")
    site.run("build", "--jobs", "1")
    assert edited == search_files(site)


def test_what_is_told_of_groups_is_told_apart() -> None:
    """Whatever is stated of which article, in whatever field, and however many these are."""
    rows = [*itertools.product(("", "a", "\0"), ("", "a", "\0"), ("", "a"))]
    groups = [told for size in (1, 2) for told in itertools.product(rows, repeat=size)]
    articles = [
        Document("article", "k", "k", "", "", title, summary=summary, publication=publication)
        for title, summary, publication in itertools.chain(*groups)
    ]
    places = [range(len(articles))[here] for here in layout.spans(map(len, groups))]
    made = search._told("en", articles, {"k": "k.html"}, (), places)
    assert len({*made}) == len(groups)


def test_few_numbers_change() -> None:
    """One more article takes a free place, and seldom another's; the order of keys is no matter."""
    keys = [f"articles/a{number}" for number in range(148)]
    (before,) = numbering.groups_of(keys, 1)
    moved = 0
    for number in range(40):
        (after,) = numbering.groups_of([f"articles/a{number}b", *reversed(keys)], 1)
        assert after.room == before.room
        moved += len(set(zip(before.keys, before.places, strict=True)) - {*placed(after)})
    assert 0 < moved < 40


@given(keys=st.sets(st.text(string.ascii_letters, min_size=1, max_size=3), max_size=200))
def test_each_article_has_a_place(keys: set[str]) -> None:
    """Every key has a place of its own in a group, and groups have at most 2.4 for each."""
    groups = numbering.groups_of(list(keys), 4)
    assert groups == numbering.groups_of(sorted(keys, reverse=True), 4)
    assert sorted(keys) == sorted(key for group in groups for key in group.keys)
    for group in groups:
        assert list(group.places) == sorted({*group.places})
        assert len(group.keys) == len(group.places)
        if group.keys:
            assert group.places[-1] < group.room <= 12 / 5 * len(group.keys)


@given(
    before=st.sets(st.text("abc", min_size=1, max_size=3)),
    keys=st.sets(st.text("abc", min_size=1, max_size=3)),
)
def test_known_groups_change_nothing(before: set[str], keys: set[str]) -> None:
    """Groups of other keys save work, and what comes of it is the same."""
    known = numbering.groups_of(before, 4)
    assert numbering.groups_of(keys, 4) == numbering.groups_of(keys, 4, known)


def placed(group: numbering.Members) -> Iterator[tuple[str, int]]:
    """The articles of a group with their places."""
    return zip(group.keys, group.places, strict=True)


def test_one_more_article_changes_few_files(
    site: SiteTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An article that comes or goes changes the shards of its words; it equals a clean build."""
    monkeypatch.setattr(merging, "POSTINGS", 200)
    site.write(many(160))
    site.run("build", "--jobs", "1")
    first = search_files(site)
    site.write({"content/articles/new.md": document("Wheat.", {"title": "Border"})})
    site.run("build", "--jobs", "1")
    second = search_files(site)
    shards = {path for path in first if path.startswith("search/p")}
    assert 1 <= len(shards - second.keys()) <= len(shards) / 4
    (site.folder / "content/articles/new.md").unlink()
    site.run("build", "--jobs", "1")
    assert first == search_files(site)


def test_a_lost_output_is_made_without_indexing(site: SiteTest, work: dict[str, int]) -> None:
    """What output/ has lost is staged again from the store, where no article has to be indexed."""
    site.write(many(60))
    site.run("build", "--jobs", "1")
    files = search_files(site)
    one = next(path for path in files if path.startswith("search/d"))
    (site.folder / "output" / one).unlink()
    work.clear()
    site.run("build", "--jobs", "1")
    assert files == search_files(site)
    assert "merged" not in work
    shutil.rmtree(site.folder / "output")
    site.run("build", "--jobs", "1")
    assert files == search_files(site)
    assert "read_block" not in work


def test_an_index_comes_whole_from_another_process() -> None:
    """Whatever it holds, and where it holds nothing."""
    files = (OutputFile("search/a.js", "0" * 64, 1), OutputFile("search/b.js", "1" * 64, 2))
    for index in (search.Index(files, "search/a.js", ("a key",)), search.Index()):
        assert pickle.loads(pickle.dumps(index)) == index


def test_it_is_asked_which_files_are_held(
    site: SiteTest, work: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files that the given function says are held are listed without being read or staged."""
    prepared = search.prepared
    asked: list[str] = []

    def holds(file: OutputFile) -> bool:
        asked.append(file.path)
        return True

    def told(archive: Archive, urls: Any, language: str, place: search.Place) -> Any:
        return prepared(archive, urls, language, replace(place, holds=holds))

    site.write(many(60))
    site.run("build", "--jobs", "1")
    files = search_files(site)
    work.clear()
    monkeypatch.setattr(search, "prepared", told)
    site.write({"content/pages/new.md": "# New\n"})
    site.run("build", "--jobs", "1")
    assert files == search_files(site)
    assert sorted(asked) == sorted(path for path in files if not re.search("/(root|f-)", path))
    assert work == {"stage_described": 6}


def indexed(groups: Sequence[Sequence[str]], span: int, letters: int) -> dict[str, joining.Run]:
    """What texts in groups become by blocks of so many groups, by runs of the alphabet.

    Every fourth group is in German.
    """
    entry = segment.Entry("a", "a", "", "", "en", "")
    german = replace(entry, language="de")
    averages = segment.Averages(4.0, 1.0)
    pieces: dict[str, list[segment.Piece]] = {}
    for first in range(0, len(groups), span):
        block = [
            [
                (replace(entry if number % 4 else german, place=2 * at), text)
                for at, text in enumerate(group)
            ]
            for number, group in enumerate(groups[first : first + span], first + 1)
        ]
        run_of = partial(shards.run_of, letters=letters)
        for run, piece in columns.read_block(first, block, averages, run_of).items():
            pieces.setdefault(run, []).append(piece)
    return {run: joining.joined(pieces[run]) for run in sorted(pieces)}


def of_stems(run: joining.Run) -> list[tuple[str, str, str]]:
    """Each stem of a run with its postings and its positions."""
    rows = [slice(at, at + 1) for at in range(len(run.stems))]
    texts = (map(text.of, rows) for text in (run.postings, run.positions))
    return list(zip(run.stems, *texts, strict=True))


@given(st.text("ab é \u00a0\t\n<>p/", max_size=40))
@example("<p> a</p>")
def test_lines_of_a_text_are_closed_up_at_once_or_one_by_one(html: str) -> None:
    """A text is the same whether its lines are seen to be closed up at once or line by line."""
    lines = unwrapped(html).split("\n")
    assert "\n".join(filter(None, map(closed_up, lines))) == text_of(html)


@given(
    texts=st.lists(
        st.tuples(
            st.text(st.characters(max_codepoint=127), max_size=60)
            | st.lists(st.text("ab", min_size=1, max_size=18), max_size=12).map(" ".join),
            st.sampled_from([0, 1, lookup.MOST_LANGUAGES - 1]),
        ),
        max_size=6,
    ),
    bits=st.sampled_from([1, 3, lookup.BITS]),
    many=st.sampled_from([0, 4, lookup.MANY]),
)
def test_numbers_of_words_at_once(texts: list[tuple[str, int]], bits: int, many: int) -> None:
    """Words found at once, by a table of any size, have the numbers that a dict has for each."""
    number = cache(lambda language, word: hash((language, word)) % 2**31)

    def known(language: int) -> lookup.Known:
        return lambda words: [number(language, word) for word in words]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lookup, "BITS", bits)
        patch.setattr(lookup, "MANY", many)
        table = lookup.Table()
        for text, language in texts:
            several = [plain(text), "", plain(f"{text} b")]
            numbers, sizes = table.numbers(several, language, known(language))
            words = [split(one) for one in several]
            assert numbers.tolist() == [number(language, word) for one in words for word in one]
            assert sizes.tolist() == list(map(len, words))


@dataclass
class Vocabulary:
    """The words of a language, each with a number of its own."""

    number: int
    known: dict[str, int] = field(default_factory=dict)

    def numbers(self, words: Sequence[str]) -> list[int]:
        """Their numbers."""
        return [self.known.setdefault(word, len(self.known)) for word in words]


@given(
    st.lists(
        st.lists(st.tuples(st.sampled_from(["a b", "b é", "c, a", ""]), st.integers(0, 1))),
        max_size=3,
    ),
    st.sampled_from([0, 1, 5, lookup.FEW]),
)
def test_texts_are_numbered_alike_by_a_table_and_without(
    given: list[list[tuple[str, int]]], few: int
) -> None:
    """A table is asked when it pays; until then, and in other letters, each word."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lookup, "FEW", few)
        table, languages = lookup.Table(), [Vocabulary(0), Vocabulary(1)]
        for some in given:
            texts, words = [text for text, _ in some], [languages[number] for _, number in some]
            found = table.each(texts, words, split)
            for text, language, numbers in zip(texts, words, found, strict=True):
                assert numbers.tolist() == list(map(language.known.__getitem__, split(text)))


def test_words_are_asked_for_once() -> None:
    """The table knows a word of up to fifteen letters, and that another language has it too."""
    words = [letter * size for size in range(1, 17) for letter in "az09"]
    table = lookup.Table()
    known = {word: at for at, word in enumerate(words, 2**31 - 100)}
    assert table.numbers([" ".join(words)], 1, _of(known))[0].tolist() == list(known.values())
    long = {word: number for word, number in known.items() if len(word) > lookup.LONGEST}
    assert table.numbers([" ".join(words)], 1, _of(long))[0].tolist() == list(known.values())
    assert len(long) == 4
    with pytest.raises(KeyError):
        table.numbers(["a"], 2, _of({}))


def test_a_word_whose_row_is_taken_stands_in_the_one_beside(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A table of two rows knows two words, whichever rows they come to, and asks for a third."""
    monkeypatch.setattr(lookup, "BITS", 1)
    for one, other, third in ("abc", "def", "ghi", "acd", "bdf"):
        known = {one: 1, other: 2, third: 3}
        table = lookup.Table()
        for word in known:
            assert table.numbers([word], 0, _of(known))[0].tolist() == [known[word]]
        assert table.numbers([f"{one} {other}"], 0, _of({}))[0].tolist() == [1, 2]
        with pytest.raises(KeyError):
            table.numbers([third], 0, _of({}))


def test_a_long_word_is_not_taken_for_a_short_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is in the last byte of a short word's row, its language, may be a letter of a long one:
    it is asked for, whether the short one stands in its row or beside.
    """
    monkeypatch.setattr(lookup, "BITS", 1)
    short = "a" * lookup.LONGEST
    for other in "bcdefgh":
        table = lookup.Table()
        for word, number in ((other, 1), (short, 2)):
            assert table.numbers([word], ord("a"), _of({word: number}))[0].tolist() == [number]
        long = _of({f"{short}a": 3})
        assert table.numbers([f"{short} {short}a"], ord("a"), long)[0].tolist() == [2, 3]


def _of(known: Mapping[str, int]) -> lookup.Known:
    return lambda words: list(map(known.__getitem__, words))


@given(st.lists(st.sampled_from([0, 31, 32, 1023, 1024, 32_767, 32_768, 2**20, 2**30, 2**31 - 1])))
def test_columns_of_numbers_are_letters(values: list[int]) -> None:
    """Columns are written row by row as `codec` writes single numbers, of whatever size."""
    column = np.array(values, np.int32)
    small = np.arange(len(values), dtype=np.int32) % 64
    made = coding.written(coding.coded(column), coding.letters(small), coding.coded(small))
    rows = zip(map(codec.number, values), small.tolist(), strict=True)
    assert made == "".join(f"{text}{codec.LETTERS[at]}{codec.number(at)}" for text, at in rows)


@given(st.sets(st.text("ab\ud800\uffff", min_size=1, max_size=4)).map(sorted))
def test_words_are_front_coded_at_once(some: list[str]) -> None:
    """Words share with the one before what they do when they are compared letter by letter."""
    assert coding.front_coded(some) == codec.front_coded(some)


@given(st.text() | st.text('a\\"\n\t\x7fé\u2028\ud800'))
def test_a_text_is_json_in_one_piece_or_letter_by_letter(text: str) -> None:
    """What holds nothing but what is seen is quoted as JSON quotes it."""
    assert segment.quoted(text) == segment.as_json(text)


@given(
    st.lists(
        st.text("aegins'\u0130\u0627\u0644\u064eéß", min_size=1, max_size=6).map(str.lower)
        | st.text("ab", min_size=LONGEST - 1, max_size=LONGEST + 2),
        max_size=5,
    ),
    st.sampled_from(["en", "de", "ar", "tr", "ja"]),
)
@example(["djak"], "sr")
def test_words_are_stemmed_together(some: list[str], language: str) -> None:
    """Words have the forms and stems that each has by itself."""
    forms, stems = stemmed(some, language)
    assert list(zip(forms, stems, strict=True)) == list(map(stemming(language), some))


def test_a_word_that_stemming_leaves_nothing_of_is_its_own_stem(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """No stem is empty."""
    nothing = SimpleNamespace(stemWord=lambda word: "", stemWords=lambda some: [""] * len(some))
    monkeypatch.setattr("site_gen.search.words._stemmer", lambda language: (nothing, False))
    assert list(map(list, stemmed(["ab"], "no such language"))) == [["ab"], ["ab"]]


@given(text=st.text(st.sampled_from("ab \n\t\u00a0\u200b\u2003\x1cé")))
def test_blanks_of_a_text(text: str) -> None:
    """Lines come without blanks at their ends, with one between words, and empty ones do not."""
    lines = (" ".join(line.split()) for line in text.split("\n"))
    assert text_of(text.replace("\n", "<br>")) == "\n".join(line for line in lines if line)


@given(st.lists(st.sampled_from([0, 1, 65_535, 65_536, 65_537, 200_000, 2**31 - 1]), max_size=40))
def test_rows_of_large_numbers_are_put_in_order_two_bytes_at_a_time(values: list[int]) -> None:
    """They come as a sort of them would have them, and equal ones stay as they are."""
    column = np.array(values, np.int32)
    assert columns.in_order(column).tolist() == sorted(range(len(values)), key=values.__getitem__)


@pytest.mark.parametrize("text", ["", "𐌰𐌱𐌲 𐌰𐌱𐌳. Naïve ½ word 1999"])
def test_pieces_come_back(text: str) -> None:
    """A piece is unpacked as it was packed, of nothing and of words beyond U+FFFF too."""
    entry = segment.Entry("a", "a", text, "", "en", "")
    made = columns.read_block(3, [[(entry, text)], []], segment.Averages(2.0, 2.0), lambda _: "0")
    assert bool(made) == bool(text)
    for piece in (*made.values(), segment.Piece()):
        again = segment.Piece.unpacked(piece.packed())
        assert piece.packed() == again.packed()
        assert (list(piece.stems), piece.counts) == (again.stems, again.counts)


@given(
    texts=st.lists(
        st.lists(st.lists(st.sampled_from(VOCABULARY), max_size=8).map(" ".join), max_size=2),
        min_size=8,
        max_size=8,
    ),
    span=st.sampled_from([1, 2, 4, 8]),
    letters=st.sampled_from([0, 1, 2]),
)
def test_blocks_and_runs_do_not_matter(texts: list[list[str]], span: int, letters: int) -> None:
    """Texts indexed by blocks and run by run are what they are indexed all at once."""
    whole = indexed(texts, 8, 0)
    runs = indexed(texts, span, letters).values()
    stems = [one for run in whole.values() for one in of_stems(run)]
    assert [one for run in runs for one in of_stems(run)] == stems
    forms = [one for run in whole.values() for one in run.forms]
    assert [one for run in runs for one in run.forms] == forms


def test_a_stem_is_coded_as_the_format_says() -> None:
    """Groups, articles, weights, places and endings stand where docs/search-format.md puts them."""
    run = indexed([["wheat wheats"], [], ["rye", "bread wheated wheater"]], 2, 0)["0"]
    stems = {stem: (postings, positions) for stem, postings, positions in of_stems(run)}
    reader = Reader(stems["wheat"][0])
    numbers = [reader.number(), reader.number(), reader.number(), reader.letter()]
    assert numbers[:3] == [0, 1, 0]
    assert [reader.number(), reader.number(), reader.number()] == [2, 1, 2]
    assert 0 < reader.letter() < numbers[3] < 32
    assert not reader.more()
    reader = Reader(stems["wheat"][1])
    # Two places, marked: the body begins at 2, first as the stem itself, then with `s`.
    assert [reader.number() for _ in range(5)] == [5, 2, 0, 1, 1]
    endings = codec.ENDINGS.split(" ")
    assert [reader.number() for _ in range(3)] == [3, 3, endings.index("Aed")]
    assert run.forms[-1] == ("wheats", "wheat", 1)


def test_endings_tell_forms_apart() -> None:
    """A known ending is one letter of the codec, any other at most two, and none is 0."""
    known = {
        codec.ending("harvest" + end[1:], "harvest")
        for end in codec.ENDINGS.split()
        if end[0] == "A"
    }
    assert known == {at for at, end in enumerate(codec.ENDINGS.split()) if end[0] == "A"}
    assert codec.ending("harvesty", "harvesti") == codec.ENDINGS.split().index("By") < 32
    assert 32 <= codec.ending("harvestable", "harvestation") < 1024


@given(words=st.lists(st.text(min_size=1).map(fold)), letters=st.sampled_from([0, 1, 2]))
def test_runs_are_in_the_order_of_words(words: list[str], letters: int) -> None:
    """The runs of words in order are in order, and their names fit into a file's name."""
    runs = [shards.run_of(word, letters) for word in sorted(words)]
    assert runs == sorted(runs)
    assert all(re.fullmatch("[a-z0-9]+", run) for run in runs)


def test_no_index(tmp_path: Path) -> None:
    """Where nothing was built, that is said."""
    with pytest.raises(NoIndex, match="Build the site first"):
        Index(tmp_path)


def test_command(texts: SiteTest, site: SiteTest) -> None:
    """The command shows what the index finds, and says what it showed instead."""
    result = texts.run("search", "been", "running")
    assert result.exit_code == 0
    assert "Other\n  articles/other.html\n" in result.stdout
    mended = texts.run("search", "kandhaar", "--limit", "1", "--sort", "newest")
    assert "`kandhaar` is not in the archive; showing results for `kandahar`" in mended.stderr
    assert texts.run("search", "kandhaar", "--exact").exit_code == 1
    assert texts.run("search", "xyzzyx").exit_code == 1
    assert site.run("search", "a").exit_code == 2


def test_shards_are_read_by_their_description(texts: SiteTest) -> None:
    """Every file is one call, its values are JSON, and its hash is of it or of its group."""
    kinds: dict[str, int] = {}
    digests: dict[tuple[str, str], list[tuple[int, str]]] = {}
    for path in (texts.folder / "output/search").iterdir():
        text = path.read_bytes().decode()
        assert text.startswith("siteSearch.take(")
        assert text.endswith(")\n")
        values: Sequence[Any] = json.loads(f"[{text[len('siteSearch.take(') : -2]}]")
        kind = path.name.split(".")[0].split("-")[0]
        kinds[kind] = len(values)
        digest = hashlib.sha256(text.encode()).hexdigest()
        if kind == "root":
            assert digest[:10] == path.name.split(".")[1]
        else:
            about = re.fullmatch(r"([wpodf]-\w+)\.(\d+)-([a-z2-7]{8})\.js", path.name)
            assert about
            whose = about[1] if about[1][0] in "df" else path.name
            digests.setdefault((whose, about[3]), []).append((int(about[2]), digest))
    for (_, mark), files in digests.items():
        together = hashlib.sha256("".join(digest for _, digest in sorted(files)).encode())
        assert mark == base64.b32encode(together.digest()[:5]).decode().lower()
    assert len(digests) == 5
    assert kinds == {"root": 1, "w": 2, "p": 2, "o": 1, "d": 1, "f": 2}


def test_both_readers_know_the_same_filters() -> None:
    """The two readers know the same fields of a query."""
    script = (ROOT / "static/search.js").read_text(encoding="utf-8")
    assert f"({'|'.join(FIELDS)}):" in script


@given(values=st.lists(st.integers(0, 10**9)))
def test_numbers_come_back(values: list[int]) -> None:
    """Numbers, and numbers that rise, are read as they were written."""
    reader = Reader("".join(map(codec.number, values)))
    assert values == [reader.number() for _ in values]
    assert not reader.more()
    rising = sorted(values)
    reader = Reader(gaps(rising))
    assert rising == list(itertools.accumulate(reader.number() for _ in rising))


@given(text=st.text())
def test_units_come_back(text: str) -> None:
    """A text cut up as JavaScript counts it is put together again; its code fits two numbers."""
    assert text == whole(units(text))
    assert len(units(text)) == len(text.encode("utf-16-le")) // 2
    assert 0 <= code(units(text)) < codec.OTHERS


@given(text=st.text())
def test_a_word_is_never_folded_to_nothing(text: str) -> None:
    """Each word of a text has a form, without blanks."""
    for word in split(text):
        assert fold(word) != ""
        assert " " not in fold(word)
