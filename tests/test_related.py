"""Related articles and versions of one text: who is near whom, what is told, what is done again."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from site_gen.related import lists as related_lists
from site_gen.related import vectors as related_vectors
from site_gen.related import versions
from site_gen.related.lists import Articles, Lists, lists
from site_gen.related.signature import FORMAT, SKETCH
from site_gen.related.vectors import FEW, NEAR, RARITY, TIMES, Vectors
from tests.archive_sites import Files, document
from tests.support import SiteTest
from tests.test_laws import copy

COMMON = (
    "the of and said that for with from have this who were been after over when more than would"
)


def vocabulary(name: str, size: int = 150) -> list[str]:
    """Invented words of a subject, always the same."""
    draw = Random(name)
    syllables = ("ka", "lo", "mi", "ren", "tu", "vas", "pel", "dor", "shi", "gan", "bro", "nel")
    return ["".join(draw.choices(syllables, k=3)) + name[:1] for _ in range(size)]


def text(subject: str, seed: str, words: int = 120) -> str:
    """A text on a subject: half of its words are of the subject, a few are its own."""
    draw = Random(seed)
    own = vocabulary(seed, 10)
    pools = [vocabulary(subject)] * 5 + [COMMON.split()] * 4 + [own]
    said = [draw.choice(draw.choice(pools)) for _ in range(words)]
    return "\n\n".join(" ".join(said[at : at + 30]) + "." for at in range(0, words, 30))


def news(count: int, subjects: Sequence[str] = ("harvest", "border", "water", "trial")) -> Files:
    """Articles on these subjects by turns."""
    made: Files = {"site.yml": "title: News\nurl: https://example.org/\n"}
    for number in range(count):
        subject = subjects[number % len(subjects)]
        stated = {
            "title": f"{subject.capitalize()} {vocabulary(f'{subject}{number}')[0]}",
            "date": f"2001-{number % 12 + 1:02d}-{number % 28 + 1:02d}",
        }
        made[f"content/articles/a{number:03d}.md"] = document(text(subject, f"s{number}"), stated)
    return made


def title(site: SiteTest, page: str) -> str:
    """The title at the head of an article's page."""
    heading = site.soup(page).h1
    assert heading is not None
    return heading.get_text()


def titles(site: SiteTest, page: str, part: str = "related") -> list[str]:
    """The titles that a part of an article's page names."""
    return [link.get_text() for link in site.soup(page).select(f".{part} li a")]


# Related articles


def test_an_article_names_others_on_its_subject(site: SiteTest) -> None:
    """Every page names four related articles, all on its own subject, with their dates."""
    site.write(news(40)).run("build")
    for number in range(40):
        page = f"articles/a{number:03d}.html"
        subject = title(site, page).split()[0]
        named = titles(site, page)
        assert [subject] * 4 == [one.split()[0] for one in named], page
        assert title(site, page) not in named
        assert len(site.soup(page).select(".related li bdi")) == 4


def test_topics_and_places_relate_articles(site: SiteTest) -> None:
    """Where the words say nothing, a rare topic or place in common relates articles."""
    files = news(24, [f"{letter}subject" for letter in "abcdefghijklmnopqrstuvwx"])
    for number, stated in ((0, "topics"), (5, "topics"), (7, "places"), (14, "places")):
        files[f"content/articles/a{number:03d}.yml"] = f"{stated}: [Kunduz]"
    site.write(files).run("build")
    for one, other in ((0, 5), (5, 0), (7, 14)):
        named = titles(site, f"articles/a{one:03d}.html")
        assert named[0] == title(site, f"articles/a{other:03d}.html")


def test_what_is_held_back_is_not_named(site: SiteTest) -> None:
    """Drafts and embargoed articles are related to nothing; an article of no index is."""
    files = news(16)
    files["content/articles/a000.yml"] = "draft: true"
    files["content/articles/a004.yml"] = "embargo_until: 2099"
    files["content/articles/a008.yml"] = "noindex: true"
    site.write(files).run("build")
    named = titles(site, "articles/a012.html")
    assert not site.folder.joinpath("output/articles/a000.html").exists()
    assert title(site, "articles/a008.html") in named
    assert titles(site, "articles/a008.html")


def test_the_number_is_a_setting(site: SiteTest) -> None:
    """`related: 2` names two; `related: 0` names none and has no heading for them."""
    files = news(24)
    site.write({**files, "site.yml": "title: T\nrelated: 2\n"}).run("build")
    assert len(titles(site, "articles/a000.html")) == 2
    site.write({"site.yml": "title: T\nrelated: 0\n"}).run("build")
    assert "Related" not in site.page("articles/a000.html")


def test_unlike_articles_are_not_related(site: SiteTest) -> None:
    """An article that shares nothing but common words with others has no related ones."""
    files = news(24)
    files["content/articles/alone.md"] = document(text("oddity", "alone"), {"title": "Alone"})
    site.write(files).run("build")
    assert titles(site, "articles/alone.html") == []


# Builds


def test_an_incremental_build_equals_a_clean_one(site: SiteTest, tmp_path: Path) -> None:
    """After an edit, an addition, a removal, a new date and a copy, each built, with any number of
    jobs, all bytes are those of a clean build.
    """
    site.write(news(60)).run("build")
    articles = site.folder / "content/articles"
    edits: list[Files] = [
        {"content/articles/a010.md": document(text("border", "other"), {"title": "New border"})},
        {
            "content/articles/new.md": document(text("harvest", "new"), {"title": "New"}),
            "content/articles/a020.yml": "date: 1950\ntopics: [Rare]\n",
            "content/articles/copy.md": (articles / "a031.md").read_bytes(),
        },
        {"content/articles/a031.md": document(text("trial", "third"), {"title": "Third"})},
    ]
    for jobs, files in enumerate(edits, start=1):
        site.write(files)
        (articles / f"a04{jobs}.md").unlink()
        assert site.run("build", "--jobs", str(1 + jobs % 2)).exit_code == 0
        clean = copy(site, tmp_path / f"clean{jobs}")
        clean.run("build", "--jobs", "1")
        assert clean.output() == site.output()


def test_one_more_article_changes_few_pages(site: SiteTest) -> None:
    """An unrelated article beside three hundred changes few of their pages; a related one, more
    but a small part.
    """
    site.write(news(300)).run("build")
    before = site.output()

    def changed(name: str, body: str) -> int:
        # Without a date it has no neighbours in time.
        site.write({f"content/articles/{name}.md": document(body, {"title": name})}).run("build")
        now = site.output()
        return sum(now[path] != before[path] for path in before if path.startswith("articles/"))

    assert changed("unrelated", text("oddity", "alone")) <= 6
    assert changed("harvest", text("harvest", "new")) <= 60


def vectors(rows: Sequence[Sequence[int]]) -> Vectors:
    """Vectors of articles that hold these terms; the first one twice."""
    terms = np.zeros((len(rows), 8), np.int64)
    for at, row in enumerate(rows):
        terms[at, : len(row)] = row
    counts = np.ones_like(terms)
    counts[:, 0] = 2
    return Vectors.of(terms, counts)


ROWS = st.lists(st.integers(1, 40), min_size=0, max_size=8, unique=True)


@settings(max_examples=60)
@given(
    rows=st.lists(ROWS, min_size=20, max_size=40),
    edits=st.lists(st.tuples(st.integers(0, 60), st.none() | ROWS), max_size=4),
    days=st.integers(1, 5),
)
def test_lists_made_from_earlier_ones_are_the_same(
    rows: list[list[int]], edits: list[tuple[int, list[int] | None]], days: int
) -> None:
    """Whatever is added, edited and removed, lists that start from earlier ones are those that
    start from nothing.
    """
    held: dict[str, list[int]] = {f"{at:02d}": row for at, row in enumerate(rows)}
    past: Lists | None = None
    for at, row in [(0, rows[0]), *edits]:
        if row is None and len(held) > 1:
            held.pop(f"{at:02d}", None)
        elif row is not None:
            held[f"{at:02d}"] = row
        keys = tuple(sorted(held))
        articles = Articles(
            keys,
            vectors([held[key] for key in keys]),
            np.array([int(key) % days for key in keys]),
            {0: (1,), 1: (0,)} if len(keys) > 1 and len(held[keys[0]]) % 2 else {},
            3,
        )
        made = lists(articles, past, 1)
        fresh = lists(articles, None, 1)
        assert fresh.related.tolist() == made.related.tolist()
        assert fresh.nearness.tolist() == made.nearness.tolist()
        past = made


@pytest.mark.parametrize("together", [1, 7, 1000])
@pytest.mark.parametrize("count", [1, 8, FEW + 1])
def test_nearness_is_the_product_of_the_vectors(
    count: int, together: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is near an article, and how near, is what multiplying all vectors tells, however many
    are compared together.
    """
    monkeypatch.setattr(related_vectors, "CELLS", together * count)
    draw = Random(count)
    made = vectors([draw.sample(range(1, 30), 6) for _ in range(count)])
    full = np.zeros((count, 40), np.int64)
    for row in range(count):
        full[row, made.terms[row]] = made.weights[row]
    full[:, 0] = 0
    product = full @ full.T
    one_by_one = (next(made.near([row])) for row in range(count))
    for row, others, near in (*made.near(range(count)), *one_by_one):
        expected = [(at, one) for at, one in enumerate(product[row]) if one >= NEAR and at != row]
        assert expected == list(zip(others.tolist(), near.tolist(), strict=True))


def test_postings_are_told_term_by_term() -> None:
    """Whatever terms there are, and more postings than two bytes number: by term, and of one by
    article; where those of each begin, and how many there are, none of 0.
    """
    numbers = [0, 0, 1, 2, 1 << 16, 2 << 16, (1 << 16) + 1, (1 << 31) - 1, 1 << 31, (1 << 32) - 1]
    draw = Random(1)
    terms = np.array([[draw.choice(numbers) for _ in range(32)] for _ in range(2200)], np.uint32)
    weights = np.arange(terms.size, dtype=np.uint16).reshape(terms.shape)
    expected = sorted((int(terms[row, at]), row, at) for row, at in np.ndindex(*terms.shape))
    held = Counter(term for term, *_ in expected)
    first = {term: at for at, (term, *_) in reversed([*enumerate(expected)])}
    articles, weight, begins, counts = Vectors(terms, weights).postings
    assert articles.tolist() == [row for _, row, _ in expected]
    assert weight.tolist() == [weights[row, at] for _, row, at in expected]
    assert begins.tolist() == [[first[one] for one in row] for row in terms.tolist()]
    assert counts.tolist() == [[one and held[one] for one in row] for row in terms.tolist()]
    assert {one.dtype for one in (articles, begins, counts)} == {np.dtype(np.int32)}


TERMS = st.sampled_from([*range(1, 30), 1 << 16, 3 << 16, (1 << 16) + 5])


@given(rows=st.lists(st.lists(TERMS, max_size=8, unique=True), min_size=1, max_size=40))
@example(rows=[*[[1, 2, 3]] * 511, [2, 3], *[[3]] * 200, *[[4]] * 400])
def test_weights_follow_from_counts(rows: list[list[int]]) -> None:
    """A term weighs what its rarity tells, counted with all that have its last bits; one that a
    single article holds, or most hold, weighs nothing.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(related_vectors, "AT_ONCE", 20)
        made = vectors(rows)
    held = Counter(term & 0xFFFF for row in rows for term in row)
    size = len(rows).bit_length()
    for at, row in enumerate(rows):
        powers = {term: held[term & 0xFFFF].bit_length() for term in row}
        telling = [term for term in row if 2 <= powers[term] < min(size, 10)]
        weights = {
            term: int(RARITY[size - powers[term]] * TIMES[2 if term == row[0] else 1])
            for term in telling
        }
        length = math.sqrt(sum(weight**2 for weight in weights.values()))
        found = dict(zip(made.terms[at].tolist(), made.weights[at].tolist(), strict=True))
        found.pop(0, None)
        assert found == {term: round(1000 * one / length) for term, one in weights.items()}


SHINGLES = st.integers(1, 12).map(lambda one: one << 20 | one % 11)


@example([[one << 20 | one for one in range(1, 9)]] * 2)
@given(st.lists(st.lists(SHINGLES, max_size=12, unique=True), max_size=6))
def test_candidates_share_shingles(sketches: list[list[int]]) -> None:
    """Those texts may be the same of which both hold enough of the same shingles."""
    table = np.zeros(len(sketches), list(FORMAT))
    table["words"] = 1000
    for at, some in enumerate(sketches):
        table["sketch"][at, : len(some)] = some
    held = Counter(one for some in sketches for one in some if one)
    expected = [
        (first, second)
        for first, second in combinations(range(len(sketches)), 2)
        if sum(
            held[one] <= versions.COMMON for one in {*sketches[first]} & {*sketches[second]} if one
        )
        >= SKETCH * versions.ALIKE / 200
    ]
    assert expected == list(versions._candidates(table, np.arange(len(sketches))))


def test_only_what_is_near_an_edit_is_compared_again(
    site: SiteTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After an edit few lists are made; after none that concerns articles, none."""
    made: list[int] = []
    listed = related_lists._listed

    def counted(articles: Articles, rows: Sequence[int]) -> Any:
        made.extend(rows)
        return listed(articles, rows)

    monkeypatch.setattr(related_lists, "_listed", counted)
    site.write(news(80)).run("build", "--jobs", "1")
    assert len(made) == 80
    made.clear()
    site.write({"content/pages/about.md": "# About\n"}).run("build", "--jobs", "1")
    assert made == []
    changed = document(text("oddity", "alone"), {"title": "Changed"})
    site.write({"content/articles/a007.md": changed}).run("build", "--jobs", "1")
    assert 0 < len(made) < 60


# Versions


LONG = text("harvest", "long", 200)


def told(site: SiteTest) -> list[str]:
    """The messages about texts that stand in several files."""
    return [one["message"] for one in site.diagnostics() if one["code"] == "near-duplicate"]


def edited(body: str, every: int) -> str:
    """The text with a word changed here and there."""
    words = body.split(" ")
    return " ".join("changed" if at % every == 5 else word for at, word in enumerate(words))


def test_versions_are_told_and_linked(site: SiteTest) -> None:
    """A republication with small changes, a shortened one and a copy are told once, and each page
    names the others in the order of time, with where they stood; related lists leave them out.
    """
    files = news(20)
    versions = {
        "v1": (LONG, {"title": "First", "date": "2003", "publication": "The Example"}),
        "v2": (edited(LONG, 40), {"title": "Second", "date": "2004"}),
        "v3": (
            LONG[:700],
            {"title": "Third", "date": "2002", "source_url": "https://www.example.net/3"},
        ),
        "v4": (LONG, {"title": "Fourth"}),
    }
    for name, (body, stated) in versions.items():
        files[f"content/articles/{name}.md"] = document(body, stated)
    site.write(files)
    [message] = told(site)
    assert message.startswith("Nearly the same text (")
    assert "stands in 4 files: content/articles/v1.md, content/articles/v2.md, " in message
    site.run("build")
    rows = [
        " ".join(row.get_text().split())
        for row in site.soup("articles/v1.html").select(".versions li")
    ]
    assert rows == ["Third 2002 · example.net · shorter", "Second 2004", "Fourth"]
    assert "First 2003 · The Example · longer" in site.text("articles/v3.html")
    assert not {"First", "Second", "Third", "Fourth"} & set(titles(site, "articles/v1.html"))
    for number in range(20):
        named = titles(site, f"articles/a{number:03d}.html")
        assert len({"First", "Second", "Third", "Fourth"} & set(named)) <= 1


def test_a_copy_is_told_as_one(site: SiteTest) -> None:
    """The same words in the same order are said to be the same text, whatever their markup."""
    site.write({"content/articles/a.md": document(LONG, {"title": "A"})})
    site.write({"content/articles/b.html": f"<head><title>B</title></head><p>{LONG}</p>"})
    assert told(site) == [
        "The same text stands in 2 files: content/articles/a.md, content/articles/b.html"
    ]


FOOTER = text("border", "footer", 200)
REPORT = (
    "On {0} the wind came from the west at {1} knots, the river stood at {2} feet, {3} carts came "
    "to the market, and the price of wheat was {4} for a sack. "
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (f"{text('water', 'x', 45)}\n\n{FOOTER}", f"{text('trial', 'y', 45)}\n\n{FOOTER}"),
        (f"{FOOTER}\n\n{text('water', 'x', 45)}", f"{FOOTER}\n\n{text('trial', 'y', 45)}"),
        (
            "".join(REPORT.format(*range(at, at + 5)) for at in range(0, 50, 5)),
            "".join(REPORT.format(*range(at, at + 5)) for at in range(500, 550, 5)),
        ),
        (text("water", "x"), text("water", "y")),
        (LONG, edited(LONG, 7)),
        ("No text of this one.", "No text of that one."),
        ("Photo only.", "Photo only."),
        ("", ""),
        (LONG, LONG[:200]),
    ],
    ids=[
        "a long footer",
        "a long preamble",
        "reports of one form",
        "one subject",
        "many changes",
        "short texts",
        "a formula",
        "no text",
        "a short quotation",
    ],
)
def test_look_alikes_are_no_versions(site: SiteTest, one: str, other: str) -> None:
    """What shares a formula, a form or a subject, and little else, is not taken for the same."""
    site.write(
        {
            "content/articles/one.md": document(one, {"title": "A quiet morning"}),
            "content/articles/other.md": document(other, {"title": "Evening news"}),
        }
    )
    assert told(site) == []


def test_short_copies_are_told(site: SiteTest) -> None:
    """Two short texts are compared for being the same; the shortest with their titles."""
    flash = "The market of the town was closed today after the river rose in the night."
    for number, body in enumerate((flash, flash, "Photo only.", "Photo only.")):
        stated = {"title": "Photo" if number > 1 else f"Title {number}"}
        site.write({f"content/articles/{number}.md": document(body, stated)})
    assert told(site) == [
        "The same text stands in 2 files: content/articles/0.md, content/articles/1.md",
        "The same text stands in 2 files: content/articles/2.md, content/articles/3.md",
    ]


def test_accepted_versions_are_not_told(site: SiteTest) -> None:
    """A file that accepts the finding is left out of it; the pages link all the same."""
    for name in "abc":
        site.write({f"content/articles/{name}.md": document(LONG, {"title": name})})
    site.write({"content/articles/b.yml": "accept: [near-duplicate]\n"})
    assert told(site) == [
        "The same text stands in 2 files: content/articles/a.md, content/articles/c.md"
    ]
    site.write({"content/articles/c.yml": "accept: [near-duplicate]\n"})
    assert told(site) == []
    site.run("build")
    assert titles(site, "articles/a.html", "versions") == ["b", "c"]


def test_a_formula_of_many_files_links_none(site: SiteTest) -> None:
    """Where more than twelve articles hold one text it is told, and none names the others."""
    for number in range(13):
        files: Files = {
            f"content/articles/{number:02d}.md": document(LONG, {"title": f"N {number}"})
        }
        site.write(files)
    assert told(site) == [
        "The same text stands in 13 files: content/articles/00.md, content/articles/01.md, "
        "content/articles/02.md and 10 more"
    ]
    site.run("build")
    assert titles(site, "articles/00.html", "versions") == []


@pytest.mark.parametrize(("setting", "warned", "linked"), [("link", 0, 1), ("off", 0, 0)])
def test_near_duplicates_is_a_setting(
    site: SiteTest, setting: str, warned: int, linked: int
) -> None:
    """`link` links and tells nothing; `off`, which YAML takes for a boolean, does neither."""
    for name in "ab":
        site.write({f"content/articles/{name}.md": document(LONG, {"title": name})})
    site.write({"site.yml": f"title: T\nnear_duplicates: {setting}\n"})
    assert warned == len(told(site))
    site.run("build")
    assert linked == len(titles(site, "articles/a.html", "versions"))
