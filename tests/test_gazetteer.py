"""`places --resolve`: what a name may mean, what is asked, what is written, and what never is."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from site_gen import gazetteer
from site_gen.cache import CacheBroken
from site_gen.cli import main
from tests.archive_sites import Files, document
from tests.support import SiteTest

ROWS: list[dict[str, Any]] = [
    {
        "geonameid": number,
        "name": name,
        "countrycode": country,
        "latitude": latitude,
        "longitude": longitude,
        "population": population,
        "alternatenames": others,
    }
    for number, name, country, latitude, longitude, population, others in (
        (1176615, "Islamabad", "PK", 33.72148, 73.04329, 601600, ["ISB", "Islamabad"]),
        (1205733, "Chattogram", "BD", 22.3384, 91.83168, 3920222, ["Islamabad", "Chittagong"]),
        (1138336, "Kandahār", "AF", 31.61332, 65.71013, 523300, ["KDH", "Kandahar"]),
        (1268153, "Kandahār", "IN", 18.87312, 77.19231, 24843, [""]),
        (1142239, "Farkhār", "AF", 36.57288, 69.85783, 10480, ["Farkhar"]),
        (1123004, "Taloqan", "AF", 36.73605, 69.53451, 64256, ["Taleqan"]),
        (786714, "Pristina", "XK", 42.67272, 21.16688, 550000, ["Prishtina"]),
        (4250542, "Springfield", "US", 39.80172, -89.64371, 114394, []),
        (4409896, "Springfield", "US", 37.21533, -93.29824, 170188, []),
        (2637194, "Springfield", "GB", 56.29509, -3.0612, 960, []),
    )
]
"""Rows of GeoNames (CC BY 4.0), those that are traps among them."""

SITE: Files = {
    "content/articles/a.md": document(
        "One.", {"title": "A", "places": "[Islamabad, Tora Bora, Kandahar, Kandahar]"}
    ),
    "content/articles/b.md": document("Two.", {"title": "B", "places": "[Kandahar, Afghanistan]"}),
    "content/articles/c.md": document(
        "Three.",
        {"title": "C", "places": '[Farkhar, "Taloqan, Afghanistan", Taloqan, Afghanistan]'},
    ),
    "content/articles/d.md": document("Four.", {"title": "D", "places": "[Springfield, Taleqan]"}),
    "content/places/tora-bora.yml": "name: Tora Bora\ncoordinates: [34.12, 70.21]\n",
}


@pytest.fixture
def injected(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rows above in place of the package."""

    def load(wanted: Iterable[str]) -> gazetteer.Gazetteer:
        return gazetteer.gazetteer(ROWS, wanted)

    monkeypatch.setattr(gazetteer, "load", load)


def places(site: SiteTest, *arguments: str, typed: str = "") -> Any:
    """Run the command, with what is typed."""
    return CliRunner().invoke(
        main, ["-C", str(site.folder), "places", *arguments], input=typed, catch_exceptions=False
    )


def entries(site: SiteTest) -> dict[str, str]:
    """The registry's files by name."""
    folder = site.folder / "content/places"
    return {one.name: one.read_text("utf-8") for one in sorted(folder.iterdir())}


def candidates(found: Sequence[dict[str, Any]]) -> dict[str, list[tuple[str, str]]]:
    """The candidates for each name: their names and countries."""
    return {
        one["name"]: [(each["name"], each["country"]) for each in one["candidates"]]
        for one in found
    }


def test_first_names_go_before_others(site: SiteTest, injected: None) -> None:
    """Islamabad is the one in Pakistan, though Chattogram, which bears the name too, is larger."""
    site.write(SITE)
    found = json.loads(places(site, "--resolve", "--format", "json").stdout)
    assert candidates(found) == {
        "Farkhar": [("Farkhār", "AF")],
        "Islamabad": [("Islamabad", "PK")],
        "Kandahar": [("Kandahār", "AF"), ("Kandahār", "IN")],
        "Springfield": [("Springfield", "US"), ("Springfield", "US"), ("Springfield", "GB")],
        "Taleqan": [("Taloqan", "AF")],
        "Taloqan": [("Taloqan", "AF")],
        "Taloqan, Afghanistan": [("Taloqan", "AF")],
    }
    sure = {one["name"] for one in found if one["sure"]}
    assert sure == {"Farkhar", "Islamabad", "Taloqan", "Taloqan, Afghanistan"}
    assert list(entries(site)) == ["tora-bora.yml"]


def test_other_names_are_asked_for() -> None:
    """A name that is only another name of a place is found, but never taken without a question."""
    found = gazetteer.gazetteer(ROWS, ["Chittagong", "KDH", "Islamabad"])
    assert [(one.name, one.alternate) for one in found.of("chittagong")] == [("Chattogram", True)]
    assert found.of("KDH") == []
    assert [one.name for one in found.of("Islamabad", {"BD"})] == ["Chattogram"]


def test_yes_writes_what_is_certain(site: SiteTest, injected: None) -> None:
    """`--yes` writes entries for the unambiguous, one for each place, and they build cleanly."""
    site.write(SITE)
    result = places(site, "--resolve", "--yes")
    assert result.exit_code == 0
    assert list(entries(site)) == ["farkhar.yml", "islamabad.yml", "taloqan.yml", "tora-bora.yml"]
    assert entries(site)["taloqan.yml"] == (
        "# From GeoNames, CC BY 4.0, by `site_gen places --resolve`.\n"
        'name: "Taloqan"\naliases: ["Taloqan, Afghanistan"]\nparent: "Afghanistan"\n'
        "coordinates: [36.73605, 69.53451]\n"
    )
    assert site.codes() == []
    site.run("build")
    assert "2 articles" in site.text("places/afghanistan.html")
    again = places(site, "--resolve", "--yes")
    assert "0 chosen" in again.stderr
    assert len(entries(site)) == 4


def test_the_keeper_chooses(site: SiteTest, injected: None) -> None:
    """A number chooses, a country narrows, Enter leaves; files come only after a yes."""
    site.write(SITE)
    typed = "India\n1\n\n9\n1\nuk\n1\n"
    refused = places(site, "--resolve", typed=f"{typed}q\nn\n")
    assert "Kandahār, India" in refused.stdout
    assert list(entries(site)) == ["tora-bora.yml"]
    places(site, "--resolve", typed=f"{typed}q\ny\n")
    written = entries(site)
    assert list(written) == ["islamabad.yml", "kandahar.yml", "springfield.yml", "tora-bora.yml"]
    assert 'parent: "India"' in written["kandahar.yml"]
    assert "same_as: [https://www.geonames.org/1268153]" in written["kandahar.yml"]
    assert 'parent: "United Kingdom"' in written["springfield.yml"]


def test_nothing_is_written_when_the_answers_end(site: SiteTest, injected: None) -> None:
    """Without a terminal that answers, nothing is chosen and nothing written."""
    site.write(SITE)
    assert places(site, "--resolve", typed="1\n").exit_code == 130
    assert list(entries(site)) == ["tora-bora.yml"]


def test_no_file_is_touched(site: SiteTest, injected: None) -> None:
    """A file that is there stays as it is, whatever is in it and whatever its ending."""
    other = "---\nname: Elsewhere\n---\n"
    named = document("Five.", {"title": "E", "places": "[Islámabad]"})
    site.write({"content/articles/e.md": named, "content/places/islamabad.md": other})
    result = places(site, "--resolve", "--yes")
    assert entries(site) == {"islamabad.md": other}
    assert "Islámabad: content/places/islamabad is there already" in result.stderr


def test_a_country_can_be_given(site: SiteTest, injected: None) -> None:
    """With `--country` a name of several countries is certain."""
    site.write(SITE)
    places(site, "--resolve", "--yes", "--country", "Afghanistan")
    assert list(entries(site)) == ["farkhar.yml", "kandahar.yml", "taloqan.yml", "tora-bora.yml"]
    assert places(site, "--resolve", "--country", "Atlantis").exit_code == 2


def test_the_list_of_unknown_places(site: SiteTest) -> None:
    """Without `--resolve` the names are listed with their counts; the package is not needed."""
    site.write(SITE)
    result = places(site)
    assert result.exit_code == 0
    lines = [line.split(maxsplit=1) for line in result.stdout.splitlines()]
    assert lines[0] == ["2", "Kandahar"]
    assert len(lines) == 7
    assert places(site, "--yes").exit_code == 2


@pytest.mark.parametrize("what", ["unknown", "questions"])
def test_a_field_that_was_damaged(
    site: SiteTest, injected: None, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    """What is read late is found broken late, and the command begins anew."""
    shown = places(site.write(SITE), "--resolve", "--format", "json").stdout
    real = getattr(gazetteer, what)
    broken = [CacheBroken("a part of a value was damaged")]

    def damaged(*given: Any) -> Any:
        if broken:
            raise broken.pop()
        return real(*given)

    monkeypatch.setattr(gazetteer, what, damaged)
    assert places(site, "--resolve", "--format", "json").stdout == shown
    assert not broken


def test_a_missing_package_is_told(site: SiteTest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the extra the command says what to install, and writes nothing."""
    monkeypatch.setattr(gazetteer, "PACKAGE", "no_such_package")
    site.write(SITE)
    result = places(site, "--resolve", "--yes")
    assert result.exit_code == 2
    assert 'pip install "site_gen[places]"' in result.stderr
    assert list(entries(site)) == ["tora-bora.yml"]


def test_the_package_has_what_is_read(tmp_path: Path) -> None:
    """The real data, where it is installed, has the traps as the rows above have them."""
    if importlib.util.find_spec(gazetteer.PACKAGE) is None:
        pytest.skip("the extra `places` is not installed")
    found = gazetteer.load(["Islamabad", "Farkhar", "Taloqan", "Pristina", "Tora Bora", "Kandahar"])
    assert [one.country for one in found.of("Islamabad")] == ["PK"]
    assert [one.country for one in found.of("Pristina")] == ["XK"]
    assert found.of("Tora Bora") == []
    assert {one.country for one in found.of("Kandahar")} == {"AF", "IN"}
    for row in ROWS[:3]:
        ids = {one.id for one in found.of(row["name"])}
        assert str(row["geonameid"]) in ids or row["name"] == "Chattogram"
