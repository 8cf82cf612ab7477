"""README.md and docs/: the commands run, the files are there, and what is said is so."""

from __future__ import annotations

import dataclasses
import re
import shlex
import tomllib
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml
from click.testing import CliRunner

from site_gen import cli, config, dates, fields, labels, sitefile
from site_gen.dates import DateOrder
from tests.support import ROOT, SiteTest

README = ROOT / "README.md"
DOCS = ROOT / "docs"
PAGES = sorted([README, ROOT / "CHANGELOG.md", *DOCS.glob("*.md")])

FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"(?<!\\)\]\(([^)\s]+)\)|\bsrc=\"([^\"]+)\"")
HEADING = re.compile(r"^#{1,6} +(.+?) *$", re.MULTILINE)
EXAMPLE = re.compile(r"`(content/[^`]+)`:\n\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)
"""An example file: its path as code at the end of a sentence, then its text."""

LARGEST_IMAGE = 200_000


def text_of(path: Path) -> str:
    """The text of a page."""
    return path.read_text(encoding="utf-8")


def blocks(path: Path, language: str) -> list[str]:
    """The fenced blocks of a page in one language."""
    return [body for name, body in FENCE.findall(text_of(path)) if name == language]


def table(path: Path, first: str) -> list[list[str]]:
    """The rows below each table head of a page whose first cell is `first`."""
    rows: list[list[str]] = []
    inside = False
    for line in text_of(path).split("\n"):
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if not line.startswith("|"):
            inside = False
        elif cells[0] == first:
            inside = True
        elif inside and not line.startswith("|--"):
            rows.append(cells)
    return rows


def coded(cell: str) -> list[str]:
    """The texts that stand as code in a cell."""
    return re.findall(r"`([^`]+)`", cell)


def arguments(line: str) -> list[str] | None:
    """What a line of a shell gives to site_gen; None for other commands."""
    words = shlex.split(line.replace("\\", "/"))
    return words[words.index("site_gen") + 1 :] if "site_gen" in words else None


def command_lines() -> list[list[str]]:
    """The arguments of every call of site_gen in the README."""
    shells = [*blocks(README, "sh"), *blocks(README, "powershell")]
    lines = [arguments(line) for block in shells for line in block.splitlines()]
    return [line for line in lines if line is not None]


def anchors(path: Path) -> set[str]:
    """The anchors that a page has on GitHub, one for each heading."""
    text = FENCE.sub("", text_of(path))
    words = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in HEADING.findall(text))
    return {word.replace(" ", "-") for word in words}


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_links_lead_somewhere(path: Path) -> None:
    """Every link of a page leads to a file of the repository, and to a heading that is there."""
    dead = []
    for pair in LINK.findall(FENCE.sub("", text_of(path))):
        url = urlsplit(pair[0] or pair[1])
        target = path.parent / url.path if url.path else path
        if url.scheme:
            continue
        if not target.exists() or (url.fragment and url.fragment not in anchors(target)):
            dead.append(url.geturl())
    assert dead == []


def test_images_are_small_and_used() -> None:
    """Every image of the documentation is shown on a page and quick to load."""
    images = sorted((DOCS / "images").iterdir())
    pages = "".join(map(text_of, PAGES))
    assert [image.name for image in images if f"images/{image.name}" not in pages] == []
    assert [image.name for image in images if image.stat().st_size > LARGEST_IMAGE] == []


def test_index_names_every_page() -> None:
    """docs/index.md links to every page of the documentation."""
    named = {pair[0] for pair in LINK.findall(text_of(DOCS / "index.md"))}
    assert {path.name for path in DOCS.glob("*.md")} - named == {"index.md"}


def test_make_targets_are_there() -> None:
    """Every `make` of the README names a target of the Makefile."""
    named = re.findall(r"^make (\S+)$", "".join(blocks(README, "sh")), re.MULTILINE)
    targets = re.findall(r"^([a-z-]+):", text_of(ROOT / "Makefile"), re.MULTILINE)
    assert named
    assert set(named) <= set(targets)


def test_commands_can_be_parsed() -> None:
    """Every call of site_gen in the README is one that the command line takes."""
    lines = command_lines()
    assert lines
    for line in lines:
        result = CliRunner().invoke(cli.main, [*line, "--help"])
        assert result.exit_code == 0, result.output


def test_commands_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The way from `init` to `build` that the README tells works as written, in its order."""
    folder = tmp_path / "checkout"
    folder.mkdir()
    monkeypatch.chdir(folder)
    ours = [line for line in command_lines() if "../my-archive" in line and "serve" not in line]
    assert [line[0] for line in ours] == ["init", "-C", "-C", "-C"]
    for line in ours:
        result = CliRunner().invoke(cli.main, line, catch_exceptions=False)
        assert result.exit_code == 0, result.output
    assert (tmp_path / "my-archive/output/articles/the-harvest-of-1999.html").exists()


def test_own_site_has_no_findings(site: SiteTest) -> None:
    """The repository's own site, which the README shows, is without an error or a warning."""
    files = [ROOT / "site.yml", *filter(Path.is_file, (ROOT / "content").rglob("*"))]
    site.write({file.relative_to(ROOT).as_posix(): file.read_bytes() for file in files})
    assert site.diagnostics("--url", "https://example.org/") == []


def test_examples_of_sources(site: SiteTest) -> None:
    """The README's example of each kind of source is read as it says, without a finding."""
    examples = dict(EXAMPLE.findall(text_of(README)))
    texts = {f"content/articles/box-3/00{n}.txt": f"Letter {n}.\n" for n in (1, 2)}
    nothing = {"content/articles/2001-11-05-coming-home.txt": "# Coming home\n\nA text.\n"}
    site.write({**examples, **texts, **nothing})
    assert site.diagnostics() == []
    assert site.run("build").exit_code == 0
    assert {"harvest.md", "rain.txt", "rain.yml", "mill.txt", "metadata.csv", "_defaults.yml"} == {
        Path(name).name for name in examples
    }
    shown = {
        "harvest": ["The harvest", "By Ann Bell", "2 October 1999", "Agriculture", "example.org"],
        "rain": ["After the rain", "By Ann Bell and Bob Hill", "November 1999"],
        "mill": ["The Mill", "By Ann Bell", "Kosovo", "example.org", "body label, line 3"],
        "box-3/001": ["A letter", "about 1942", "French", "Box 3"],
        "box-3/002": ["An answer", "Box 3"],
        "2001-11-05-coming-home": ["Coming home", "5 November 2001"],
    }
    for name, words in shown.items():
        text = site.text(f"articles/{name}.html")
        assert [word for word in words if word not in text] == []


def test_example_of_broken_files(site: SiteTest) -> None:
    """What the README shows for broken files is what site_gen says of them."""
    said = blocks(README, "text")[-1]
    site.write(
        {
            "content/articles/cafe.txt": "Café news of today.\n".encode("cp1252"),
            "content/articles/harvest.md": "---\ntitle: Harvest\n\tdate: 1999-10-02\n---\nText.",
            "content/articles/mill.txt": "# The mill\n\nText.\n",
        }
    )
    result = site.run("build")
    assert result.exit_code == 1
    assert site.redact(said) == site.redact(result.stderr)


def test_defaults_of_settings() -> None:
    """The default that docs/configuration.md gives for a setting is its default."""
    text = text_of(DOCS / "configuration.md")
    given = re.findall(r"^#{3} `([^`]+)`\n\n[^\n]*?\bdefault `([^`]+)`", text, re.MULTILINE)
    real = dataclasses.asdict(config.SiteConfig())
    for group in [name for name, value in real.items() if isinstance(value, dict) and value]:
        real |= {f"{group}.{name}": value for name, value in real.pop(group).items()}
    assert {key: yaml.safe_load(value) for key, value in given} == real


@pytest.mark.parametrize("example", blocks(DOCS / "configuration.md", "yaml"))
def test_examples_of_settings(example: str, tmp_path: Path) -> None:
    """Every example of docs/configuration.md is a site.yml without a mistake."""
    (tmp_path / "site.yml").write_text(example, encoding="utf-8")
    _, found = sitefile.load(tmp_path)
    assert found == []


def test_fields_are_listed() -> None:
    """docs/metadata.md lists every field of metadata with its other names."""
    rows = table(DOCS / "metadata.md", "field")
    listed = {
        name: tuple(coded(also)) for cell, also, *rest in rows if rest for name in coded(cell)
    }
    assert {field.name: field.aliases for field in fields.FIELDS} == listed


def test_labels_are_listed() -> None:
    """docs/metadata.md lists every label that is known without settings."""
    rows = (row for row in table(DOCS / "metadata.md", "field") if len(row) == 2)
    listed = {label: coded(row[0])[0] for row in rows for label in row[1].split(", ")}
    assert listed == labels.DEFAULT_LABELS


@pytest.mark.parametrize("row", table(DOCS / "metadata.md", "written"), ids=lambda row: row[0])
def test_dates_are_read_as_documented(row: list[str]) -> None:
    """Each form of date in docs/metadata.md becomes what stands beside it."""
    written, second, third = row
    for form in coded(written):
        reading = dates.read(form)
        edtf, label = (reading.date.edtf, reading.date.label()) if reading.date else ("", "")
        if second.startswith("`date-"):
            assert f"date-{reading.problem}" == coded(second)[0]
            assert edtf == ("" if third == "nothing" else coded(third)[0])
        else:
            assert reading.problem == ""
            assert (edtf, label) == ("" if second == "undated" else coded(second)[0], third)


@pytest.mark.parametrize(("order", "edtf"), [("dmy", "2001-11-02"), ("mdy", "2001-02-11")])
def test_order_of_dates_is_documented(order: DateOrder, edtf: str) -> None:
    """The setting that docs/configuration.md offers for 02/11/2001 decides it."""
    reading = dates.read("02/11/2001", order)
    assert reading.date is not None
    assert reading.date.edtf == edtf


def test_links_between_sources(site: SiteTest) -> None:
    """The four ways to write a link in docs/sources.md lead to the same article."""
    example = next(one for one in blocks(DOCS / "sources.md", "markdown") if "harvest" in one)
    texts = {"1999/harvest.txt": "# Harvest\n\nText.\n", "2000/a.md": f"# A\n\n{example}"}
    site.write({f"content/articles/{name}": text for name, text in texts.items()})
    assert site.codes() == []
    site.run("build")
    body = site.soup("articles/2000/a.html").select_one(".body")
    assert body is not None
    targets = [link["href"] for link in body.select("a:not(.anchor)")]
    assert len(targets) == 4
    assert set(targets) == {"../1999/harvest.html"}


def test_example_of_labels(site: SiteTest) -> None:
    """The example of labels in docs/metadata.md gives what its labels say, and no more text."""
    example = next(one for one in blocks(DOCS / "metadata.md", "markdown") if "**Author:**" in one)
    site.write({"content/articles/a.txt": example})
    assert site.codes() == []
    site.run("build")
    soup = site.soup("articles/a.html")
    body = soup.select_one(".body")
    assert body is not None
    assert body.get_text().strip() == "Text of the article."
    assert [link.get_text() for link in soup.select(".where a, .facts a")] == [
        "Kabul",
        "Kosovo",
        "example.org",
    ]


def test_design_names_every_module() -> None:
    """The table of modules in docs/design.md holds every module of site_gen, and no other."""
    named = [name for row in table(DOCS / "design.md", "module") for name in coded(row[0])]
    folder = ROOT / "site_gen"
    files = {path.stem for path in folder.glob("*.py") if not path.stem.startswith("__")}
    folders = {path.parent.name for path in folder.glob("*/__init__.py")}
    assert sorted(named) == sorted(files | folders)


def test_design_names_every_dependency() -> None:
    """The tables of docs/design.md say of every dependency what it is for."""
    project = tomllib.loads(text_of(ROOT / "pyproject.toml"))["project"]
    extras = project["optional-dependencies"]
    # A test's dependency may be an extra too; what benchmarks compare with is told in a sentence.
    more = (one for name, all in extras.items() if name != "bench" for one in all)
    wanted = [*project["dependencies"], *more]
    named = [name for row in table(DOCS / "design.md", "package") for name in coded(row[0])]
    assert sorted(named) == sorted({re.split(r"[^\w-]", one)[0] for one in wanted})
