"""Places: the countries that come with site_gen, what lies in what, names and notes of entries."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from site_gen import archive, world
from site_gen.model import Archive, Document, Registry
from site_gen.search.reader import Index
from tests.archive_sites import Files, document
from tests.support import SiteTest

TODAY = date(2026, 1, 1)

WAR: Files = {
    "content/articles/farkhar.md": document("One.", {"title": "Front", "places": "[Farkhar]"}),
    "content/articles/takhar.md": document(
        "Two.", {"title": "Both", "places": "[Farkhar, Takhar, Kosovo]", "date": "2001-11"}
    ),
    "content/articles/usa.md": document("Three.", {"title": "Afar", "places": "[usa]"}),
    "content/places/farkhar.yml": "name: Farkhar\nparent: Takhar\ncoordinates: [36.57, 69.86]\n",
    "content/places/takhar.yml": "name: Takhar\nparent: AF\n",
}


def article(key: str, *places: str) -> Document:
    """An article that names these places."""
    path = f"content/articles/{key}.md"
    return Document("article", key, path, "", "", key, places=places)


def entry(key: str, name: str = "", **registry: object) -> Document:
    """A registry entry of a place."""
    path = f"content/places/{key}.yml"
    made = Registry(**registry)  # type: ignore[arg-type]
    return Document("place", key, path, "", "", name or key, registry=made)


def assembled(*documents: Document) -> Archive:
    """The archive of these documents, with the countries of the world and without problems."""
    whole, found = archive.assemble(documents, TODAY, world.known())
    assert found == []
    return whole


def names_around(whole: Archive, key: str) -> list[str]:
    """The names of a place and of all that it lies in."""
    return [whole.entities["place"][one].name for one in whole.around(key)]


def test_a_bare_site_knows_countries_and_continents() -> None:
    """Names of countries in articles have a continent, a point and codes without an entry."""
    whole = assembled(article("a", "Kosovo", "Afghanistan"), article("b", "usa", "Burma"))
    places = whole.entities["place"]
    assert {key: one.parent for key, one in places.items()} == {
        "afghanistan": "asia",
        "asia": "",
        "europe": "",
        "kosovo": "europe",
        "myanmar": "asia",
        "north-america": "",
        "united-states": "north-america",
    }
    assert (places["kosovo"].code, places["kosovo"].point) == ("XK", (42.6, 20.8))
    assert whole.credits["place"]["b"] == ("united-states", "myanmar")


def test_no_country_appears_that_nothing_names() -> None:
    """There is no page for a country without an article in it or an entry of the keeper's."""
    assert not assembled(article("a")).entities["place"]
    whole = assembled(article("a"), entry("kabul", "Kabul", parent="Afghanistan"))
    assert list(whole.entities["place"]) == ["afghanistan", "asia", "kabul"]


def test_a_place_holds_what_lies_inside_it() -> None:
    """Each article counts once for all that its places lie in, in the order of the archive."""
    whole = assembled(
        article("a", "Farkhar"),
        article("b", "Farkhar", "Takhar"),
        article("c", "Pakistan"),
        entry("farkhar", "Farkhar", parent="Takhar"),
        entry("takhar", "Takhar", parent="Afghanistan"),
    )
    places = whole.entities["place"]
    assert names_around(whole, "farkhar") == ["Farkhar", "Takhar", "Afghanistan", "Asia"]
    assert {key: one.articles for key, one in places.items()} == {
        "afghanistan": ("a", "b"),
        "asia": ("a", "b", "c"),
        "farkhar": ("a", "b"),
        "pakistan": ("c",),
        "takhar": ("a", "b"),
    }
    assert places["asia"].children == ("afghanistan", "pakistan")
    assert [key for key, one in places.items() if one.named] == ["farkhar", "pakistan", "takhar"]


def test_an_entry_wins_field_by_field() -> None:
    """An entry for a country keeps what it states; the rest is what site_gen knows."""
    whole = assembled(
        article("a", "Holland"),
        article("b", "Россия"),
        entry("netherlands", "The Low Countries", coordinates=(52.1, 5.1)),
        entry("ru", "Россия", aliases=("Russia",), parent="Asia"),
    )
    places = whole.entities["place"]
    low, russia = places["netherlands"], places["ru"]
    assert (low.name, low.point, low.parent, low.code) == (
        "The Low Countries",
        (52.1, 5.1),
        "europe",
        "NL",
    )
    assert low.articles == ("a",)
    assert (russia.parent, russia.code, russia.aliases) == ("asia", "RU", ("Russia",))


def test_georgia_in_america() -> None:
    """An entry whose coordinates lie elsewhere is not the country that bears its name."""
    whole = assembled(
        article("a", "Georgia"),
        entry("georgia", "Georgia", coordinates=(32.6, -83.4), parent="USA"),
        entry("tbilisi", "Tbilisi", parent="GE"),
    )
    assert names_around(whole, "georgia") == ["Georgia", "United States", "North America"]
    assert names_around(whole, "tbilisi") == ["Tbilisi", "Georgia", "Asia"]
    assert whole.entities["place"]["georgia-ge"].articles == ()


@pytest.mark.parametrize("name", ["Congo", "Korea", "Micronesian", "AF", "NO"])
def test_what_is_not_certain_is_no_country(name: str) -> None:
    """A name of several countries, and a code, is not taken for one in an article."""
    [place] = assembled(article("a", name)).entities["place"].values()
    assert (place.name, place.code, place.parent) == (name, "", "")


def test_a_parent_is_found_by_any_of_its_names() -> None:
    """A parent is given by key, name, alias, code, or as an article spells it."""
    for parent in ("takhar", "TAKHAR", "Tokhar", "AFG", "Islamic Kunduz"):
        whole = assembled(
            article("a", "Islamic Kunduz"),
            entry("x", "X", parent=parent),
            entry("takhar", "Takhar", aliases=("Tokhar",)),
        )
        assert whole.entities["place"]["x"].parent


def test_an_unknown_parent_is_told(site: SiteTest) -> None:
    """The warning points at the line and guesses what was meant; it can be accepted."""
    site.write(WAR | {"content/places/kabul.yml": "name: Kabul\nparent: Afganistan\n"})
    [found] = site.diagnostics()
    assert (found["code"], found["path"], found["line"], found["column"]) == (
        "place-parent-unknown",
        "content/places/kabul.yml",
        2,
        1,
    )
    assert "afghanistan" in found["hint"]
    assert found["value"] == "Afganistan"
    site.write(
        {"content/places/kabul.yml": "name: Kabul\nparent: X\naccept: place-parent-unknown\n"}
    )
    assert site.codes() == []


def test_a_cycle_of_parents_is_told_once(site: SiteTest) -> None:
    """Places that lie in each other give one warning that names them all, and lie in nothing."""
    ring = {
        f"content/places/{one}.yml": f"name: {one.title()}\nparent: {parent}\n"
        for one, parent in (("one", "two"), ("two", "three"), ("three", "one"), ("four", "four"))
    }
    site.write(WAR | ring)
    found = site.diagnostics()
    assert [(one["code"], one["path"]) for one in found] == [
        ("place-parent-cycle", "content/places/four.yml"),
        ("place-parent-cycle", "content/places/one.yml"),
    ]
    assert "One in Two in Three in One" in found[1]["message"]
    assert site.run("build").exit_code == 0


def test_a_continent_inside_its_country_does_not_hang() -> None:
    """A ring through what site_gen knows is broken where the keeper made it."""
    whole, found = archive.assemble(
        [article("a", "Kenya"), entry("africa", "Africa", parent="Kenya")], TODAY, world.known()
    )
    assert [one.code for one in found] == ["place-parent-cycle"]
    assert names_around(whole, "kenya") == ["Kenya", "Africa"]


@given(
    parents=st.dictionaries(st.integers(0, 9), st.integers(0, 11), max_size=10),
    named=st.lists(st.lists(st.integers(0, 9), max_size=4), max_size=8),
)
def test_every_article_counts_once_for_all_around(
    parents: dict[int, int], named: list[list[int]]
) -> None:
    """In any forest, with rings and unknown parents, a place has each article in it just once."""
    entries = [
        entry(f"p{one}", f"P{one}", parent=f"P{parents[one]}" if one in parents else "")
        for one in range(10)
    ]
    articles = [article(f"a{at}", *(f"P{one}" for one in each)) for at, each in enumerate(named)]
    whole, found = archive.assemble([*articles, *entries], TODAY, world.known())
    places = whole.entities["place"]
    above = {f"p{one}": f"p{parent}" for one, parent in parents.items() if parent < 10}

    def reach(key: str) -> list[str]:
        """All above a place as the entries state it; ends where a ring closes."""
        path = [key]
        while (parent := above.get(path[-1])) and parent not in path:
            path.append(parent)
        return path

    rings = {one for one in above if above.get(reach(one)[-1]) == one}
    assert {one.code for one in found} == {
        *(["place-parent-cycle"] if rings else []),
        *(["place-parent-unknown"] if any(one > 9 for one in parents.values()) else []),
    }
    above = {one: parent for one, parent in above.items() if one not in rings}
    for key in (f"p{one}" for one in range(10)):
        assert list(whole.around(key)) == reach(key)
        expected = [
            one.key for one in articles if any(key in reach(name.lower()) for name in one.places)
        ]
        assert list(places[key].articles) == expected
        assert all(places[child].parent == key for child in places[key].children)


def test_the_page_of_a_place(site: SiteTest) -> None:
    """It shows the chain above it, what lies in it with counts, its names with years, its note."""
    entry = (
        "name: Kyiv\naliases: [{name: Kiev, from: 1991, to: 2019}, {name: Kieu, to: 1900}, Kyjiv]\n"
        "parent: Ukraine\nnote: The name of the city is written in several ways.\n"
    )
    site.write(WAR | {"content/places/kyiv.yml": entry})
    assert site.run("build").exit_code == 0
    trail = site.soup("places/farkhar.html").select(".trail a")
    assert [(one.get_text(), one["href"]) for one in trail] == [
        ("Places", "index.html"),
        ("Asia", "asia.html"),
        ("Afghanistan", "afghanistan.html"),
        ("Takhar", "takhar.html"),
    ]
    asia = site.text("places/asia.html")
    assert "2 articles" in asia
    assert "Places in it Afghanistan 2" in asia
    assert "Both" in asia
    kyiv = site.text("places/kyiv.html")
    assert "Kiev (1991–2019), Kieu (–1900), Kyjiv" in kyiv
    assert "The name of the city is written in several ways." in kyiv
    assert "XK, XKX" in site.text("places/kosovo.html")
    assert "US, USA" in site.text("places/united-states.html")


def test_years_that_are_none_are_told(site: SiteTest) -> None:
    """`from` and `to` are years; the name stays."""
    site.write(WAR | {"content/places/k.yml": "name: K\naliases: [{name: L, from: long ago}]\n"})
    assert site.codes() == ["wrong-type"]
    site.run("build")
    assert "Also known as L " in site.text("places/k.html")


def test_search_counts_as_the_pages_do(site: SiteTest) -> None:
    """The facet of a place holds the articles that its page counts."""
    site.write(WAR)
    site.run("build")
    index = Index(site.folder / "output")
    for name, count in (("asia", 2), ("afghanistan", 2), ("takhar", 2), ("farkhar", 2)):
        assert index.search(f"place:{name}", 10, 0, "relevance").total == count
        assert f"{count} article" in site.text(f"places/{name}.html")
    assert index.search("place:holland", 10, 0, "relevance").total == 0


def test_the_world_can_be_left_out(site: SiteTest) -> None:
    """With `world: false` the name of a country is a name like any other."""
    site.write(WAR | {"site.yml": "title: T\nurl: https://example.org/\nworld: false\n"})
    assert site.codes() == ["place-parent-unknown"]
    site.run("build")
    assert not (site.folder / "output/places/asia.html").exists()
    assert "Part of" not in site.text("places/kosovo.html")


def test_a_new_parent_changes_all_that_shows_it(site: SiteTest) -> None:
    """After a place was moved, an incremental build equals a clean one."""
    site.write(WAR)
    site.run("build")
    site.write({"content/places/takhar.yml": "name: Takhar\nparent: Tajikistan\n"})
    site.run("build")
    after = site.output()
    assert "places/afghanistan.html" not in after
    clean = SiteTest(site.folder.with_name(f"{site.folder.name}-clean")).write(
        WAR | {"content/places/takhar.yml": "name: Takhar\nparent: Tajikistan\n"}
    )
    clean.run("build")
    assert clean.output() == after


def test_the_world_is_whole() -> None:
    """Every country has its codes, a continent and a point that lies in its frame or beside it."""
    known = world.known()
    continents = [one for one in known.values() if not one.within]
    countries = [one for one in known.values() if one.within]
    assert [one.name for one in continents] == [
        "Africa",
        "Antarctica",
        "Asia",
        "Europe",
        "North America",
        "Oceania",
        "South America",
    ]
    assert len(countries) == 249
    assert {one.within for one in countries} == {one.code for one in continents}
    names = [archive.fold(name) for one in known.values() for name in (one.name, *one.variants)]
    assert len(set(names)) == len(names)
    for one in countries:
        assert len(one.code) == 2
        assert len(one.code3) == 3
        assert one.may_hold(one.point), one.name
    assert known["XK"].name == "Kosovo"


def test_an_entry_without_its_fence_is_told(site: SiteTest) -> None:
    """Fields that begin an entry and stand in no front matter are text, with a warning."""
    lines = "\nname: Kunduz\nparent: Afghanistan\n"
    site.write(
        {
            "content/articles/a.md": document("One.", {"title": "A", "places": "[Kunduz, Kabul]"}),
            "content/places/kunduz.md": lines,
            "content/places/kabul.md": f"---\nname: Kabul\n---\n{lines}",
            "content/topics/harvest.md": "Name days: a list.\n",
        }
    )
    [told] = [one for one in site.diagnostics() if one["code"] == "label-unread"]
    assert (told["path"], told["line"]) == ("content/places/kunduz.md", 2)
    site.write({"content/places/kunduz.md": f"---{lines}---\n"})
    assert "label-unread" not in site.codes()
