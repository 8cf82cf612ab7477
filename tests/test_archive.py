"""Documents to an archive: order, who is named where, names that share a slug, biographies."""

from __future__ import annotations

import sys
from datetime import date
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slugify import slugify

from site_gen import archive, dates
from site_gen.model import Archive, ClosingNote, Document, DocumentKind, Registry

TODAY = date(2026, 1, 1)


def document(key: str, kind: DocumentKind = "article", day: str = "", **fields: object) -> Document:
    """A document, dated if a day is given, with these fields."""
    when = dates.parse_edtf(day) if day else None
    base: dict[str, object] = {"title": key, "date": when} | fields
    path = f"content/{kind}s/{key}.md"
    return Document(kind=kind, key=key, path=path, digest="", body="", **base)  # type: ignore[arg-type]


def assembled(*documents: Document) -> Archive:
    """The archive of these documents, which may have no problems."""
    whole, found = archive.assemble(documents, TODAY)
    assert found == []
    return whole


def names(whole: Archive, kind: str = "author") -> dict[str, str]:
    """The entities of a kind: their slugs and names."""
    return {key: one.name for key, one in whole.entities[kind].items()}  # type: ignore[index]


def test_articles_are_in_the_order_of_time() -> None:
    """Oldest first, then the undated by title; equal dates by key."""
    whole = assembled(
        document("b", day="2001-01-01"),
        document("z", title="A title"),
        document("y", title="b title"),
        document("a", day="2001-01-01"),
        document("c", day="1999"),
    )
    assert list(whole.articles) == ["c", "a", "b", "z", "y"]
    assert whole.dated == ["c", "a", "b"]


def test_order_of_the_documents_does_not_matter() -> None:
    """The same documents in any order make the same archive."""
    documents = [
        document(f"d{number}", authors=(name,), places=("Köln", "koln"))
        for number, name in enumerate(["C", "C++", "c", "C#", "Ann"])
    ]
    forth, back = assembled(*documents), assembled(*reversed(documents))
    assert list(forth.articles) == list(back.articles)
    assert forth == back


@pytest.mark.parametrize(
    ("pair", "expected"),
    [
        (("C", "C++"), {"c": "C"}),
        (("Köln", "Koln"), {"koln": "Koln"}),
        (("Jean Luc", "Jean-Luc"), {"jean-luc": "Jean Luc"}),
    ],
)
def test_names_that_share_a_slug(pair: tuple[str, str], expected: dict[str, str]) -> None:
    """One has the plain slug; the other carries a digest that depends on its name alone."""
    both = names(assembled(document("a", authors=pair)))
    assert sorted(pair) == sorted(both.values())
    assert expected.items() <= both.items()
    [other] = both.keys() - expected.keys()
    third = names(assembled(document("a", authors=(*pair, "Another"))))
    assert both[other] == third[other]


@pytest.mark.parametrize("name", ["محمد امین", "Иван Петров", "王小波", "ทดสอบ", "+++", "index"])
def test_every_name_has_a_slug(name: str) -> None:
    """Names in any script, of signs alone, and `index` get a slug of plain letters."""
    [slug] = names(assembled(document("a", topics=(name,))), "topic")
    assert slug
    assert slug.isascii()
    assert slug != "index"
    assert slug.replace("-", "").isalnum()


def test_spellings_are_one_name() -> None:
    """Case, accent form and blanks do not make another entity; the commonest spelling is shown."""
    whole = assembled(
        document("a", places=("KABUL",)),
        document("b", places=("Kabul",)),
        document("c", places=("Kabul ", "kabul")),
        document("d", places=("Cafe\u0301",)),
        document("e", places=("Café",)),
        document("f", places=("Kabul",)),
    )
    assert {key: name.replace("e\u0301", "é") for key, name in names(whole, "place").items()} == {
        "kabul": "Kabul",
        "cafe": "Café",
    }
    assert whole.entities["place"]["kabul"].articles == ("a", "b", "c", "f")


def test_the_registry_wins() -> None:
    """A registry entry gives the name and the slug, for its key, its title and its aliases."""
    entry = document(
        "tim-judah", "author", title="Tim Judah", registry=Registry(aliases=("T. Judah",))
    )
    whole = assembled(
        entry,
        document("a", authors=("tim-judah",)),
        document("b", authors=("TIM JUDAH",)),
        document("c", authors=("T. Judah",)),
    )
    assert names(whole) == {"tim-judah": "Tim Judah"}
    assert whole.entities["author"]["tim-judah"].articles == ("a", "b", "c")
    assert whole.credits["author"] == dict.fromkeys("abc", ("tim-judah",))


@given(st.text("aZ7 -_.'&", max_size=8) | st.text("ab -", min_size=76, max_size=84))
def test_slugs_of_plain_names_are_those_of_all(name: str) -> None:
    """The library that makes them is not asked about names of which nothing is left out."""
    made = slugify(name, max_length=80, word_boundary=True, backend="text-unidecode")
    assert archive.slug_of(name) == made or not made


def test_a_name_does_not_take_the_slug_of_an_entry() -> None:
    """A name that slugifies like a registry entry, but is another name, has another slug."""
    whole = assembled(
        document("c", "topic", title="The language", registry=Registry()),
        document("a", topics=("C++",)),
    )
    assert names(whole, "topic")["c"] == "The language"
    assert sorted(names(whole, "topic").values()) == ["C++", "The language"]


def test_an_entry_called_index_is_not_in_the_way() -> None:
    """content/topics/x/index.md has a key of its own; no entity is ever called `index`."""
    whole = assembled(document("index", "topic", title="Index", registry=Registry()))
    [slug] = whole.entities["topic"]
    assert slug.startswith("index-")


def test_entries_that_share_a_slug_both_stay() -> None:
    """No registry entry is lost because another one is spelt alike."""
    whole = assembled(
        document("a-b", "topic", title="One", registry=Registry()),
        document("a/b", "topic", title="Other", registry=Registry()),
        document("x", topics=("One", "Other")),
    )
    assert sorted(names(whole, "topic").values()) == ["One", "Other"]
    assert len(whole.credits["topic"]["x"]) == 2


def test_a_name_in_two_entries_is_told() -> None:
    """Two entries of one name give a warning that names both files."""
    entries = [
        document("a", "place", title="Kabul", registry=Registry()),
        document("b", "place", title="Kaboul", registry=Registry(aliases=("kabul",))),
    ]
    _, found = archive.assemble(entries, TODAY)
    [problem] = found
    assert problem.code == "registry-name-twice"
    assert problem.location.path == "content/places/b.md"
    assert "content/places/a.md" in problem.message


def test_the_newest_closing_note_is_the_biography() -> None:
    """The biography is the newest article's note; an undated one is the last resort."""

    def note(text: str) -> tuple[ClosingNote, ...]:
        return (ClosingNote("Ann", text, 1),)

    whole = assembled(
        document("old", day="1999", authors=("Ann",), closing_notes=note("old")),
        document("new", day="2001", authors=("Ann",), closing_notes=note("new")),
        document("none", day="2005", authors=("Ann",)),
        document("undated", authors=("Ann",), closing_notes=note("undated")),
    )
    biography = whole.entities["author"]["ann"].biography
    assert biography is not None
    assert (biography.html, biography.article) == ("new", "new")
    assert biography.date == dates.parse_edtf("2001")


def test_drafts_and_embargoes_are_held_back() -> None:
    """Drafts, and articles whose day has not come, are not in the archive; the reason is told."""
    whole = assembled(
        document("draft", draft=True),
        document("later", embargo=dates.parse_edtf("2026-01-02")),
        document("today", embargo=dates.parse_edtf("2026-01-01")),
    )
    assert list(whole.articles) == ["today"]
    assert whole.held_back == {
        "content/articles/draft.md": "draft",
        "content/articles/later.md": "embargoed until 2026-01-02",
    }


@pytest.mark.parametrize(
    ("until", "last_day_out"),
    [
        ("2027-03-01", date(2027, 2, 28)),
        ("2027-03-01~", date(2027, 2, 28)),
        ("2027-03", date(2027, 3, 31)),
        ("2027", date(2027, 12, 31)),
        ("2027/2028", date(2028, 12, 31)),
    ],
)
def test_when_an_embargo_ends(until: str, last_day_out: date) -> None:
    """Until a day: it is shown on that day. Until a month or a year: when that is over."""
    held = document("a", embargo=dates.parse_edtf(until))
    assert archive.held_back(held, last_day_out) == f"embargoed until {until}"
    assert archive.held_back(held, date.fromordinal(last_day_out.toordinal() + 1)) == ""


def test_slugs_do_not_depend_on_what_else_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another package that spells names in Latin letters, once installed, changes no URL."""
    other = ModuleType("unidecode")
    other.unidecode = lambda text: "other"  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "unidecode", other)
    assert [archive.slug_of(name) for name in ("Київ", "Harper’s", "Łódź")] == [
        "kiiv",
        "harpers",
        "lodz",
    ]
