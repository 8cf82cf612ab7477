"""The search page of an archive of many groups and shards, held against its sources."""

from __future__ import annotations

import datetime
import random
import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from site_gen.search.numbering import number_of_groups
from site_gen.search.reader import Index
from tests.archive_sites import document
from tests.support import SiteTest, hosted

pytestmark = pytest.mark.browser

COUNT = 600
MOST_LISTED = 300
WRITERS = 320
PLACES = {"Kabul": "Afghanistan", "Herat": "Afghanistan", "Paris": "", "Lyon": ""}
CONTINENTS = {"Afghanistan": "Asia"}
"""What the archive knows of the world beside what its entries say."""
LANGUAGES = {"en": "English", "fr": "French"}
ASK = "([query, options]) => siteSearch.search(query, options)"
FIRST_DAY = datetime.date(1960, 1, 1)


@dataclass(frozen=True, slots=True)
class Text:
    """An article as it was written."""

    number: int
    date: datetime.date | None
    authors: tuple[str, ...]
    place: str
    topics: tuple[str, ...]
    language: str
    body: str

    @property
    def title(self) -> str:
        """What a result is called."""
        return f"Dispatch {self.number}"

    @property
    def places(self) -> tuple[str, ...]:
        """Its place and what that lies in, the continent of a country too."""
        around = PLACES[self.place]
        return tuple(filter(None, (self.place, around, CONTINENTS.get(around))))

    @property
    def source(self) -> str:
        """The file."""
        fields = {
            "title": self.title,
            "authors": f"[{', '.join(self.authors)}]",
            "places": f"[{self.place}]",
            "topics": f"[{', '.join(self.topics)}]",
            "language": self.language,
        }
        return document(self.body, fields | ({"date": str(self.date)} if self.date else {}))


def texts() -> list[Text]:
    """Articles that share few words and names, in every mixture; each dated one has its own day."""
    chance = random.Random(11)

    def rare() -> str:
        return "".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=12))

    return [
        Text(
            number,
            FIRST_DAY + datetime.timedelta(days=23 * number) if number % 10 else None,
            (f"Writer {number % WRITERS:03d}", *(["Ann Bell"] if number % 3 == 0 else [])),
            chance.choice(list(PLACES)),
            tuple(topic for topic, every in (("War", 5), ("Trade", 7)) if number % every == 0),
            "fr" if number % 6 == 0 else "en",
            f"{'The river rose' if number % 4 else 'It rose by the river'}, they said: "
            f"{chance.choice(['harvest', 'harvesting', 'harvests', 'winter'])} "
            + " ".join(rare() for _ in range(8)),
        )
        for number in range(COUNT)
    ]


TEXTS = texts()
RARE = TEXTS[577].body.split()[-1]
DATED = sorted((one for one in TEXTS if one.date), key=lambda one: str(one.date))


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds the built site as `repo`."""
    site = SiteTest(tmp_path_factory.mktemp("large"))
    site.write({f"content/articles/t{one.number:03d}.md": one.source for one in TEXTS})
    site.write(
        {
            f"content/places/{place.lower()}.yml": f"name: {place}\nparent: {parent}\n"
            for place, parent in PLACES.items()
            if parent
        }
    )
    site.write({"content/places/afghanistan.yml": "name: Afghanistan\n"})
    assert site.run("build").exit_code == 0
    below = tmp_path_factory.mktemp("host")
    shutil.copytree(site.folder / "output", below / "repo")
    return below


@pytest.fixture(scope="module", params=["host", "disk"])
def root(request: pytest.FixtureRequest, built: Path) -> Iterator[str]:
    """The site's address: below a path of a host, and by file://."""
    if request.param == "disk":
        yield (built / "repo").as_uri() + "/"
        return
    with hosted(built) as address:
        yield f"{address}repo/"


def searched(page: Page, root: str, words: str) -> Locator:
    """A search of the page; what it says of it."""
    page.goto(f"{root}search.html?q={words}")
    return page.get_by_role("status")


def counted(values: Callable[[Text], Iterable[str]], among: Iterable[Text]) -> dict[str, int]:
    """In how many of these articles each value stands."""
    return dict(Counter(value for one in among for value in set(values(one))))


def expected_facets(among: list[Text]) -> dict[str, dict[str, int]]:
    """What the facets of these articles say, from the sources."""
    return {
        "author": counted(lambda one: one.authors, among),
        "place": counted(lambda one: one.places, among),
        "topic": counted(lambda one: one.topics, among),
        "lang": counted(lambda one: (LANGUAGES[one.language],), among),
        "year": counted(lambda one: (str(one.date.year),) if one.date else (), among),
    }


def told_facets(found: dict[str, Any]) -> dict[str, dict[str, int]]:
    """What the script says of the same."""
    return {
        name: {one["name"]: one["count"] for one in values}
        for name, values in found["facets"].items()
    }


def test_it_is_in_many_files(built: Path) -> None:
    """The archive is large enough for several groups and for several shards of each kind."""
    assert number_of_groups(len(TEXTS), 0) > 1
    assert len(Index(built / "repo").first) > 1
    shards = Counter(one.name[0] for one in (built / "repo/search").iterdir())
    assert all(shards[kind] > 2 for kind in "wpod"), shards


def test_facets_count_what_the_sources_say(page: Page, root: str) -> None:
    """Every value of every facet has the count of the sources, with filters and without."""
    page.goto(root + "search.html")
    assert told_facets(page.evaluate(ASK, ["river", {}])) == expected_facets(TEXTS)
    filters = {"place": "afghanistan", "topic": "war", "year": "1961..1980"}
    some = [
        one
        for one in DATED
        if "Afghanistan" in one.places
        and "War" in one.topics
        and one.date
        and 1961 <= one.date.year <= 1980
    ]
    found = page.evaluate(ASK, ["river", {"filters": filters}])
    assert len(some) == found["total"] > 10
    assert told_facets(found) == expected_facets(some)


def test_facets_are_shown(page: Page, root: str) -> None:
    """The page shows these counts, by decade where there are many years, and where a list ends."""
    searched(page, root, "river&facets")
    expect(page.get_by_role("button", name="CSV")).to_be_visible()
    facets = expected_facets(TEXTS)
    for label, name in (("Place", "place"), ("Topic", "topic"), ("Language", "lang")):
        shown = page.get_by_role("group", name=label).locator("label").all_inner_texts()
        said = {" ".join(one.split()) for one in shown}
        assert said == {f"{value} {count}" for value, count in facets[name].items()}
    decades: Counter[str] = Counter()
    for year, count in facets["year"].items():
        decades[f"{year[:3]}0–{year[:3]}9"] += count
    years = page.get_by_role("group", name="Year").locator("a").all_inner_texts()
    assert [" ".join(one.split()) for one in years] == [
        f"{span} {count}" for span, count in sorted(decades.items())
    ]
    authors = page.get_by_role("group", name="Author")
    assert len(facets["author"]) == WRITERS + 1
    authors.locator("summary").click()
    expect(authors.locator("label")).to_have_count(MOST_LISTED)
    assert authors.locator("label").first.inner_text().split() == ["Ann", "Bell", "200"]
    expect(authors.locator("p")).to_have_text(
        f"and {WRITERS + 1 - MOST_LISTED} more: narrow the search"
    )
    page.get_by_role("group", name="Topic").get_by_label("War").check()
    expect(page.get_by_role("status")).to_have_text(f"{facets['topic']['War']} articles")
    expect(authors.locator("p")).to_have_count(0)


@pytest.mark.parametrize("order", ["newest", "oldest"])
def test_thirty_by_date(page: Page, root: str, order: str) -> None:
    """Sorted by date, the next ten twice are those that follow in the sources."""
    status = searched(page, root, "river")
    expect(status).to_have_text(f"{COUNT} articles")
    page.get_by_label("Sort by").select_option(order)
    titles = [one.title for one in (DATED if order == "oldest" else reversed(DATED))]
    shown = page.locator(".card h2")
    for count in (10, 20, 30):
        expect(shown).to_have_text(titles[:count])
        page.get_by_role("button", name="The next ten").click()
    expect(shown).to_have_count(40)


@pytest.mark.parametrize(
    ("words", "pattern"),
    [
        ('"river rose"', r"\briver rose\b"),
        ('"by the river"', r"\bby the river\b"),
        ('"said winter"', r"\bsaid: winter\b"),
        ('"river rose" -winter', r"\briver rose\b.*: harv"),
        ("harv*", r"\bharv"),
        (f"{RARE[:6]}*", RARE),
        (RARE, RARE),
    ],
)
def test_phrases_and_prefixes(page: Page, root: str, words: str, pattern: str) -> None:
    """A phrase and the beginning of a word find what the sources hold, in whichever group."""
    status = searched(page, root, words)
    found = [one.title for one in TEXTS if re.search(pattern, one.body)]
    expect(status).to_have_text("1 article" if len(found) == 1 else f"{len(found)} articles")
    hits = page.evaluate(ASK, [words, {"limit": COUNT}])["hits"]
    assert sorted(one["title"] for one in hits) == sorted(found)
