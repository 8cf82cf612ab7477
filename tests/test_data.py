"""The archive as data: tables that spreadsheets and programs read, and what must not be in them."""

from __future__ import annotations

import csv
import datetime
import io
import json
import warnings
import zlib
from pathlib import Path
from typing import Any

import pytest

from site_gen import pages, tabular
from site_gen.config import SiteConfig
from site_gen.dates import parse_edtf
from site_gen.model import Archive, Document
from site_gen.render.data import size_class
from site_gen.tabular import tables
from tests.archive_sites import EVERY_KIND, Files, document
from tests.support import ROOT, SiteTest

TABLES = ("articles.csv", "articles.jsonl", "authors.csv", "places.csv", "places.geojson")

HELD: Files = {
    "site.yml": ("title: Held\nurl: https://example.org/repo/\nrights: CC0\ndata: {text: true}\n"),
    "content/articles/a.md": document(
        "First *line*.\n\nSecond line.",
        {
            "title": "'=1+1'",
            "authors": "[Ann Bell, 'Smith; Sons']",
            "translators": "[Bob Hill]",
            "date": "c. 1942",
            "places": "[Kabul]",
            "topics": "[War, Peace]",
            "series": "[Letters]",
            "summary": "'@home, with \"quotes\"'",
            "source_url": "https://example.org/a?x=1&y=2",
            "accessed": "2001-11-05",
            "identifier": "'-7'",
        },
    ),
    "content/articles/b.md": document(
        "Text.", {"title": "B", "date": "before 1999", "series": "[Letters]", "rights": "Mine"}
    ),
    "content/articles/ünï.md": document("Text.", {"title": "U"}),
    "content/articles/hidden.md": document(
        "Text.",
        {
            "title": "Hidden",
            "noindex": "true",
            "authors": "[Ann Bell, Nobody Else]",
            "places": "[Hidden Town]",
        },
    ),
    "content/articles/draft.md": document(
        "Text.", {"title": "Draft", "draft": "true", "authors": "[Draft Author]"}
    ),
    "content/authors/apart.md": "---\nname: Kept Apart\nnoindex: true\n---\n\nText.\n",
    "content/authors/idle.md": "---\nname: Idle Hand\naliases: [I. Hand, Idler]\n---\n\nText.\n",
    "content/places/kabul.yml": "name: Kabul\nparent: Afghanistan\ncoordinates: [34.53, -69.17]\n",
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> SiteTest:
    """An archive with all that is hard to put into a table, and what is left out, built."""
    site = SiteTest(tmp_path_factory.mktemp("data")).write(HELD)
    assert site.run("build").exit_code == 0
    return site


def table(site: SiteTest, name: str) -> list[dict[str, str]]:
    """A CSV file as another program reads it."""
    return list(csv.DictReader(io.StringIO(site.page(f"data/{name}")), strict=True))


def lines(site: SiteTest) -> list[dict[str, Any]]:
    """The articles of the exact file."""
    return [json.loads(line) for line in site.page("data/articles.jsonl").splitlines()]


def test_what_is_said_of_an_article(site: SiteTest) -> None:
    """Every column of a row holds what the page says, exactly."""
    row = next(one for one in lines(site) if one["id"] == "articles/a")
    assert row == {
        "id": "articles/a",
        "url": "articles/a.html",
        "address": "https://example.org/repo/articles/a.html",
        "title": "=1+1",
        "authors": ["Ann Bell", "Smith; Sons"],
        "translators": ["Bob Hill"],
        "date": "1942~",
        "date_earliest": "1942-01-01",
        "date_latest": "1942-12-31",
        "places": ["Kabul"],
        "topics": ["War", "Peace"],
        "series": ["Letters"],
        "part": 2,
        "language": "en",
        "summary": '@home, with "quotes"',
        "publication": None,
        "source_url": "https://example.org/a?x=1&y=2",
        "archived_url": None,
        "accessed": "2001-11-05",
        "identifier": "-7",
        "collection": None,
        "rights": "CC0",
        "modified": None,
        "words": 4,
        "version": row["version"],
        "text": "First line.\nSecond line.",
    }
    assert row["version"] in site.page("articles/a.html")


def test_open_and_unknown_dates(site: SiteTest) -> None:
    """An open end is no day, what has no date has none; rights are the nearest stated."""
    rows = {row["id"]: row for row in lines(site)}
    open_end = rows["articles/b"]
    assert (open_end["date"], open_end["date_earliest"]) == ("../1999", None)
    assert open_end["date_latest"] == "1999-12-31"
    assert open_end["rights"] == "Mine"
    undated = rows["articles/ünï"]
    assert (undated["date"], undated["date_earliest"], undated["date_latest"]) == (None,) * 3
    assert undated["url"] == "articles/%C3%BCn%C3%AF.html"
    assert [row["id"] for row in lines(site)][-1] == "articles/ünï"


def test_both_files_say_the_same(site: SiteTest) -> None:
    """CSV has what the exact file has, as text; only what looks like a formula has a mark."""
    for row, exact in zip(table(site, "articles.csv"), lines(site), strict=True):
        del exact["text"]
        plain = {
            name: "; ".join(value) if isinstance(value, list) else str(value or "")
            for name, value in exact.items()
        }
        guarded = {name for name, value in row.items() if value != plain[name]}
        formulas = {name for name, value in plain.items() if value[:1] in "=+-@\t" and value}
        assert all(row[name] == f"'{plain[name]}" for name in guarded)
        assert guarded == formulas
    first = next(row for row in table(site, "articles.csv") if row["id"] == "articles/a")
    assert (first["title"], first["identifier"]) == ("'=1+1", "'-7")


def test_csv_is_that_of_the_standard(site: SiteTest) -> None:
    """UTF-8, lines that end in CR LF, the same number of cells in each; numbers have no mark."""
    for name in ("articles.csv", "authors.csv", "places.csv"):
        text = site.page(f"data/{name}")
        assert text.endswith("\r\n")
        assert "\n" not in text.replace("\r\n", "")
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
        assert len({len(row) for row in rows}) == 1
    kabul = next(row for row in table(site, "places.csv") if row["id"] == "kabul")
    assert (kabul["latitude"], kabul["longitude"]) == ("34.53", "-69.17")
    assert kabul["parent"] == "afghanistan"


def test_what_is_left_out(site: SiteTest) -> None:
    """What says noindex, what is held back, and names that only these bear are in no table."""
    for name in TABLES:
        text = site.page(f"data/{name}")
        for word in ("Hidden", "hidden", "Draft", "Nobody", "Kept Apart"):
            assert word not in text
    counts = {
        row["name"]: (row["articles"], row["translations"]) for row in table(site, "authors.csv")
    }
    assert counts == {
        "Ann Bell": ("1", "0"),
        "Bob Hill": ("0", "1"),
        "Idle Hand": ("0", "0"),
        "Smith; Sons": ("1", "0"),
    }


def test_another_program_finds_the_tables_valid(site: SiteTest, tmp_path: Path) -> None:
    """Frictionless finds the tables valid by their own description, those of few articles too."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from frictionless import Package, system

        bare = SiteTest(tmp_path).write({"content/articles/n.md": "# One\n\nText.\n"})
        bare.write({"site.yml": "title: Bare\nworld: false\n"})
        assert bare.run("build").exit_code == 0
        for one in (site, bare):
            with system.use_context(trusted=True):
                package = Package(str(one.folder / "output/data/datapackage.json"))
                report = package.validate()
            assert report.valid, report.flatten(["name", "message"])
            rows = {task.name: task.stats.get("rows") for task in report.tasks}
            assert rows["articles"] == len(lines(one))


def test_exact_lines_have_the_types_that_are_stated(site: SiteTest) -> None:
    """The description of the exact file holds for each of its lines."""
    described = json.loads(site.page("data/datapackage.json"))
    fields = described["resources"][1]["schema"]["fields"]
    types: dict[str, type] = {"string": str, "array": list, "integer": int, "date": str}
    for row in lines(site):
        assert list(row) == [field["name"] for field in fields]
        for field in fields:
            value = row[field["name"]]
            assert value is None or type(value) is types[field["type"]]
            if field["type"] == "date" and isinstance(value, str):
                datetime.date.fromisoformat(value)


def test_places_are_points(site: SiteTest) -> None:
    """Another program reads the places as points, east before north; the unknown are no point."""
    from geojson_pydantic import FeatureCollection

    found: Any = FeatureCollection.model_validate_json(site.page("data/places.geojson"))
    points = {one.id: one.geometry.coordinates for one in found.features if one.geometry}
    assert tuple(points["kabul"])[:2] == (-69.17, 34.53)
    assert len(points) == sum(bool(row["latitude"]) for row in table(site, "places.csv"))


def test_the_page_of_the_data(site: SiteTest) -> None:
    """It leads to every file for programs of the whole site and says what each column holds."""
    soup = site.soup("data/index.html")
    links = {a["href"] for a in soup.select("main a")}
    assert {url.removeprefix("data/") for url in pages.TABLES} <= links
    files = {url for url in site.output() if "." in url and "/" not in url}
    others = {f"../{url}" for url in files if url.endswith((".xml", ".json", ".txt"))}
    assert others <= links
    endings = (".bib", ".ris")
    made = [url for url in site.output() if url.startswith("data/") and url.endswith(endings)]
    works = {url.removeprefix("data/") for url in made}
    assert {url.removeprefix("data/") for url in pages.ALL_WORKS} <= works
    assert works <= links
    for link in links:
        assert (site.folder / "output/data" / str(link)).exists(), link
    for column in (*tabular.ARTICLES_WITH_TEXT, *tabular.AUTHORS, *tabular.PLACES):
        assert any(code.text == column.name for code in soup.select("code")), column.name
    assert "data/index.html" in str(site.soup("index.html").footer)
    assert not site.soup("index.html").select('nav a[href*="data"]')


def test_columns_are_documented() -> None:
    """docs/data.md has every column with its kind and meaning, and names every file."""
    text = (ROOT / "docs/data.md").read_text("utf-8")
    for column in (*tabular.ARTICLES_WITH_TEXT, *tabular.AUTHORS, *tabular.PLACES):
        assert f"| `{column.name}` | {column.kind} | {column.meaning} |" in text
    for url in pages.TABLES:
        assert f"| `{url.removeprefix('data/')}` |" in text
    assert tuple(url.removeprefix("data/") for url in pages.TABLES) == tabular.FILES


def test_without_text(tmp_path: Path) -> None:
    """Texts are in a table only where the keeper says so."""
    site = SiteTest(tmp_path).write({"content/articles/a.md": "# A\n\nSaid in the text.\n"})
    assert site.run("build").exit_code == 0
    assert "text" not in lines(site)[0]
    assert "Said in" not in site.page("data/articles.jsonl") + site.page("data/articles.csv")


EDITS: list[Files] = [
    {"content/articles/b.md": document("Other.", {"title": "B"})},
    {
        "content/articles/c.md": document(
            "C.", {"title": "C", "series": "[Letters]", "date": "1900"}
        )
    },
    {"content/authors/ann.md": "---\nname: Anna Bell\naliases: [Ann Bell]\n---\n\nText.\n"},
    {"content/places/kabul.yml": "name: Kabul City\naliases: [Kabul]\n"},
    {"content/articles/hidden.md": document("Text.", {"title": "Not hidden"})},
    {
        "sources.tsv": "original\tarchived\tday\tstatus\n"
        "https://example.org/a?x=1&y=2\thttps://example.net/copy\t2020-01-02\tlive\n"
    },
    {"content/articles/a.yml": "noindex: true\n"},
    {"content/articles/a.yml": "withdrawn: {reason: Asked.}\n"},
    {"site.yml": "title: Held\n"},
]


def test_edits_are_as_clean_builds(tmp_path: Path) -> None:
    """After each of several edits all files are as a clean build makes them."""
    edited = SiteTest(tmp_path / "edited").write(HELD)
    edited.run("build")
    files = dict(HELD)
    for number, edit in enumerate(EDITS):
        before = edited.output()
        edited.write(edit).run("build")
        files |= edit
        clean = SiteTest(tmp_path / f"clean{number}").write(files)
        clean.run("build")
        after = edited.output()
        assert clean.output() == after
        assert any(before[f"data/{name}"] != after[f"data/{name}"] for name in TABLES), edit


def archive(count: int) -> Archive:
    """An archive of articles that say little."""
    none: dict[str, object] = {kind: {} for kind in ("author", "place", "topic", "series")}
    articles = {f"articles/a{n}": _article(n) for n in range(count)}
    return Archive(articles, {}, none, none)  # type: ignore[arg-type]


def _article(n: int) -> Document:
    return Document(
        kind="article",
        key=f"articles/a{n}",
        path=f"content/articles/a{n}.md",
        digest="",
        body=f"body {n}",
        title=f"Article {n}",
        date=parse_edtf("1999"),
    )


def runs(whole: Archive) -> list[tabular.Run]:
    """How the lines of an archive are kept."""
    urls = {one.path: f"{key}.html" for key, one in whole.articles.items()}
    return tabular.Tables(tabular.Listed(whole, urls, {}, SiteConfig()), "", "".join).runs


def test_runs_end_where_a_digest_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """All articles are in runs, in their order; none goes on after such a key, or is too long."""
    monkeypatch.setattr(tables, "LONGEST_RUN", 90)
    articles = [f"articles/ä{n}\udc80" for n in range(2_000)]
    found: list[list[str]] = [[]]
    for key in articles:
        found[-1].append(key)
        last = zlib.crc32(key.encode("utf-8", "surrogatepass")) % tables.RUN == 0
        if last or len(found[-1]) == tables.LONGEST_RUN:
            found.append([])
    ends = tabular.last_of_runs(articles)
    assert tabular.in_runs(articles, ends) == [tuple(run) for run in found if run]
    assert max(map(len, found)) == tables.LONGEST_RUN
    assert tabular.in_runs([], ends) == []


def test_an_edit_makes_few_lines_anew() -> None:
    """A new article concerns the lines of those around it; those of all others are kept."""
    whole = archive(5_000)
    before = {run.digest for run in runs(whole)}
    keys = list(whole.articles)
    new = _article(9_999)
    articles = dict(whole.articles)
    del articles[keys[700]]
    articles = {
        **{key: articles[key] for key in keys[:300]},
        new.key: new,
        **{key: articles[key] for key in keys[300:] if key in articles},
    }
    after = runs(Archive(articles, {}, whole.entities, whole.credits))
    assert len(before) > 20
    assert sum(run.digest not in before for run in after) <= 4
    assert [key for run in after for key in run.articles] == list(articles)


def test_a_table_comes_in_pieces() -> None:
    """No piece of a table holds more than a run of articles, so that memory has room for it."""
    made = runs(archive(20_000))
    assert max(len(run.articles) for run in made) <= 1024
    assert len(made) > 100


SIZES = [
    (0, "1 KB"),
    (1_999, "1 KB"),
    (49_000, "20 KB"),
    (5_000_000, "5 MB"),
    (999_999_999, "500 MB"),
    (3 * 10**9, "2 GB"),
]


@pytest.mark.parametrize(("size", "said"), SIZES)
def test_size_classes(size: int, said: str) -> None:
    """A size is told in steps."""
    assert size_class(size) == said


def test_hostile_words(tmp_path: Path) -> None:
    """What a hostile article says stays a value: of CSV, JSON and the page of the data."""
    site = SiteTest(tmp_path).write(EVERY_KIND)
    site.run("build")
    assert len(table(site, "articles.csv")) == len(lines(site)) == 32
    assert "<script" not in site.page("data/index.html")
