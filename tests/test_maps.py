"""Maps: drawn for every country, small, inside their frame, and their points lead somewhere."""

from __future__ import annotations

import math
import re
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from bs4 import BeautifulSoup, Tag
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import Page

from site_gen import world
from site_gen.render import drawing, maps
from site_gen.render.maps import Mark
from site_gen.world.outlines import outlines
from tests.archive_sites import Files, document
from tests.conftest import NewPage
from tests.support import SiteTest

STEPS = re.compile(r"-?\d+")
PATH = re.compile(r"(?:M-?\d+ -?\d+l[-\d ]+z)*")

SPREAD: Files = {
    "content/articles/a.md": document("One.", {"title": "A", "places": "[Kabul, Suva]"}),
    "content/articles/b.md": document("Two.", {"title": "B", "places": "[McMurdo, Kabul, Kosovo]"}),
    "content/articles/c.md": document(
        "Three.", {"title": "C", "places": "[Bagram, Nowhere, Serbia]"}
    ),
    "content/places/kabul.yml": "name: Kabul\nparent: Afghanistan\ncoordinates: [34.53, 69.17]\n",
    "content/places/bagram.yml": "name: Bagram\nparent: Afghanistan\ncoordinates: [34.95, 69.26]\n",
    "content/places/suva.yml": "name: Suva\nparent: Fiji\ncoordinates: [-18.14, -178.44]\n",
    "content/places/mcmurdo.yml": "name: McMurdo\nparent: AQ\ncoordinates: [-77.85, 166.7]\n",
    "content/places/reef.yml": "name: A reef\ncoordinates: [0, 180]\n",
}


def the_map(site: SiteTest, path: str) -> Tag:
    """The drawing on a page."""
    found = site.soup(path).select_one(".map svg")
    assert found is not None
    return found


def circles(svg: Tag) -> list[tuple[float, float, float]]:
    """The points of a drawing: x, y and radius."""
    return [
        (float(str(one["cx"])), float(str(one["cy"])), float(str(one["r"])))
        for one in svg.select("circle")
    ]


def titles(svg: Tag) -> dict[str, str]:
    """What each point says, by the page it leads to."""
    return {
        str(one["href"]).rpartition("/")[2]: one.title.get_text() if one.title else ""
        for one in svg.select("a")
    }


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> SiteTest:
    """A site with places on both sides of the date line, at a pole, and close to each other."""
    site = SiteTest(tmp_path_factory.mktemp("maps")).write(SPREAD)
    assert site.run("build").exit_code == 0
    return site


def test_every_country_has_a_small_map_with_its_point() -> None:
    """Each is drawn in whole steps, within its budget, with land around it and its own point."""
    known = world.known()
    for one in known.values():
        codes = frozenset(
            [one.code, *(other.code for other in known.values() if other.within == one.code)]
        )
        drawn = drawing.region(one.frame, codes)
        assert PATH.fullmatch(drawn.land), one.name
        assert drawn.land, f"{one.name} lies nowhere"
        assert PATH.fullmatch(drawn.here), one.name
        assert len(drawn.land) + len(drawn.here) <= drawing.BUDGET + 500, one.name
        assert 150 <= drawn.height <= drawing.HIGHEST + 1, one.name
        at = drawn.place(one.point)
        assert at is not None, one.name
        assert 0 <= at[0] <= drawn.width
        assert 0 <= at[1] <= drawn.height


def test_nothing_is_drawn_far_from_its_map() -> None:
    """Outlines end a little beyond the edge, also where a country passes 180 degrees or a pole."""
    for code in ("RU", "FJ", "US", "AQ", "NZ", "KI", "FR"):
        drawn = drawing.region(world.known()[code].frame, frozenset([code]))
        for piece in (drawn.land + drawn.here).split("z"):
            numbers = [int(one) for one in STEPS.findall(piece)]
            x = y = 0
            for dx, dy in zip(numbers[::2], numbers[1::2], strict=True):
                x, y = x + dx, y + dy
                assert -30 <= x <= drawn.width + 30, code
                assert -30 <= y <= drawn.height + 30, code
        assert drawn.here, code


def test_outlines_are_rings() -> None:
    """Every ring ends where it begins at each level, and no line of it leaps around the world."""
    atlas = outlines()
    assert {"XK", "AF", "SG", "MT", "AQ"} <= set(atlas.codes)
    for code in atlas.codes:
        for number in range(len(atlas.boxes[code])):
            for level in (0, len(atlas.tolerances) - 1):
                ring = atlas.ring(code, number, level)
                assert math.dist(ring[0], ring[-1]) < 1e-6 or ring[-1][1] == -90
                leaps = [abs(a[0] - b[0]) for a, b in pairwise(ring)]
                assert max(leaps) < 180 or ring[-1][1] == -90


@given(latitude=st.floats(-90, 84), longitude=st.floats(-180, 180))
def test_every_point_of_the_earth_is_on_the_map(latitude: float, longitude: float) -> None:
    """The map of the world has a place for each point, north above south, west before east."""
    drawn = drawing.whole(-90.0)
    at = drawn.place((latitude, longitude))
    assert at is not None
    assert -0.5 <= at[0] <= drawn.width + 0.5
    assert -0.5 <= at[1] <= drawn.height + 0.5
    equator = drawn.place((0, longitude))
    assert equator is not None
    assert (at[1] < equator[1]) == (latitude > 0) or abs(latitude) < 1e-6
    assert (at[0] > drawn.width / 2) == (longitude > 0) or abs(longitude) < 1e-6


@given(points=st.lists(st.tuples(st.floats(-89, 89), st.floats(-180, 180)), min_size=1, max_size=6))
def test_a_box_holds_its_points(points: list[tuple[float, float]]) -> None:
    """The frame around any points shows all of them, on the shorter way around the world."""
    drawn = drawing.region(maps._box(points, 10.0), frozenset())
    assert all(drawn.place(point) for point in points)


@given(
    places=st.lists(
        st.tuples(st.integers(0, 100), st.integers(0, 100), st.integers(0, 9)), max_size=30
    )
)
def test_points_keep_apart(places: list[tuple[int, int, int]]) -> None:
    """Each point is in one group, and those that are drawn are as far apart as they have to be."""
    marks = [Mark(f"p{at}", (x, y), count) for at, (x, y, count) in enumerate(places)]
    groups = maps.apart(marks, 25)
    assert sorted(one.key for group in groups for one in group) == sorted(f.key for f in marks)
    first = [group[0].at for group in groups]
    assert all(math.dist(a, b) >= 25 for i, a in enumerate(first) for b in first[:i])
    assert all(group[0].count == max(one.count for one in group) for group in groups)


@pytest.mark.parametrize(
    "page",
    ["index", "afghanistan", "asia", "kabul", "fiji", "suva", "mcmurdo", "antarctica", "reef"],
)
def test_a_map_is_well_formed(built: SiteTest, page: str) -> None:
    """It is XML, its points lie inside, and it holds no style of its own and no other host."""
    text = built.page(f"places/{page}.html")
    [svg] = re.findall(r"<svg viewBox.*?</svg>", text.partition('<figure class="map">')[2], re.S)[
        :1
    ]
    ElementTree.fromstring(svg)
    assert len(svg) < (8_000 if page != "index" else 40_000)
    assert "style" not in svg
    assert "http" not in svg
    drawn = BeautifulSoup(svg, "html.parser")
    _, _, width, height = map(float, str(the_map(built, f"places/{page}.html")["viewbox"]).split())
    assert all(r <= x <= width - r and r <= y <= height - r for x, y, r in circles(drawn))


def test_a_place_is_marked_in_its_country(built: SiteTest) -> None:
    """A place is a point in the outline of its country; a country shows the places in it."""
    kabul = the_map(built, "places/kabul.html")
    assert len(kabul.select(".here")) == len(kabul.select(".own")) == 1
    assert kabul["role"] == "img"
    assert kabul["aria-label"] == "Map: Kabul"
    afghanistan = the_map(built, "places/afghanistan.html")
    assert not afghanistan.select(".own")
    assert titles(afghanistan) == {"kabul.html": "Kabul: 2 articles"}
    assert the_map(built, "places/reef.html").select(".own")
    assert not the_map(built, "places/reef.html").select(".here")
    assert built.soup("places/nowhere.html").select(".map") == []


def test_a_town_is_on_the_map_of_its_country(site: SiteTest) -> None:
    """A province without a point does not hide what lies in it; an edit of the town redraws all."""
    files = {
        "content/articles/a.md": document("One.", {"title": "A", "places": "[Farkhar]"}),
        "content/places/farkhar.yml": "parent: Takhar\ncoordinates: [36.57, 69.86]\n",
        "content/places/takhar.yml": "name: Takhar\nparent: Afghanistan\n",
    }
    site.write(files)
    site.run("build")
    svg = the_map(site, "places/afghanistan.html")
    assert titles(svg) == {"farkhar.html": "Farkhar: 1 article"}
    moved = "parent: Takhar\ncoordinates: [34.5, 62.2]\n"
    site.write({"content/places/farkhar.yml": moved})
    site.run("build")
    assert circles(the_map(site, "places/afghanistan.html")) != circles(svg)


def test_the_map_of_the_world(built: SiteTest) -> None:
    """Points are as large as they have articles; close ones share one; what is missing is said."""
    svg = the_map(built, "places/index.html")
    found = titles(svg)
    assert found == {
        "afghanistan.html": "Kabul, Bagram: 3 articles",
        "europe.html": "Kosovo, Serbia: 2 articles",
        "mcmurdo.html": "McMurdo: 1 article",
        "suva.html": "Suva: 1 article",
    }
    sizes = {str(one["href"]): float(str(one.circle["r"])) for one in svg.select("a") if one.circle}
    assert sizes["afghanistan.html"] == max(sizes.values())
    assert "1 place has no coordinates and cannot be shown." in built.text("places/index.html")


def test_counts_on_maps_stay_away_from_articles(site: SiteTest) -> None:
    """A new article about Kabul renders no other article again, and equals a clean build."""
    # Related articles are another matter: those may change with a new article.
    spread = SPREAD | {"site.yml": "title: T\nurl: https://example.org/\nrelated: 0\n"}
    site.write(spread)
    site.run("build")
    before = site.output()
    more = {"content/articles/d.md": document("Four.", {"title": "D", "places": "Kabul"})}
    site.write(more)
    site.run("build")
    after = site.output()
    changed = {path for path, digest in after.items() if before.get(path) != digest}
    articles = {path for path in changed if path.startswith("articles/")}
    assert articles == {"articles/d.html"}
    assert {"places/index.html", "places/kabul.html", "places/asia.html"} <= changed
    clean = SiteTest(site.folder.with_name(f"{site.folder.name}-clean")).write(spread | more)
    clean.run("build")
    assert clean.output() == after


@pytest.mark.browser
def test_points_by_keyboard(built: SiteTest, new_page: NewPage) -> None:
    """From a disk, on a phone: each point is reached with Tab, says its name, and leads on."""
    page: Page = new_page(viewport={"width": 390, "height": 800})
    page.goto((built.folder / "output/places/index.html").as_uri())
    points = page.locator(".map a")
    reached = []
    for _ in range(60):
        page.keyboard.press("Tab")
        name = page.evaluate("document.activeElement.querySelector('title')?.textContent ?? ''")
        if name:
            reached.append(name)
    assert points.count() == 4
    assert reached[:4] == [
        "Kabul, Bagram: 3 articles",
        "Kosovo, Serbia: 2 articles",
        "McMurdo: 1 article",
        "Suva: 1 article",
    ]
    points.filter(has_text="Kabul").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/afghanistan.html")
    assert page.get_by_role("link", name="Kabul: 2 articles").count() == 1
    box = page.locator(".map svg").bounding_box()
    assert box
    assert box["width"] <= 390
