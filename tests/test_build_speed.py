"""The measuring of build speed: what it compares, counts and edits. Nothing here is timed."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import build_speed, watching
from benchmarks.build_speed import EDITS, Edit, Ours, Report, differences
from benchmarks.page import write_section
from benchmarks.rivals import sites

HELD = 60_000_000

HOLD = f"""
import sys
held = b"x" * {HELD}
print("holding", flush=True)
sys.stdin.read()
"""

HOLD_IN_A_CHILD = f"""
import subprocess, sys
sys.exit(subprocess.run([sys.executable, "-c", {HOLD!r}]).returncode)
"""


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Ours:
    """A site of forty long articles, to be copied: its words take a while to invent."""
    return build_speed.write_ours(tmp_path_factory.mktemp("written") / "site", "long", 40)


@pytest.fixture
def site(written: Ours, tmp_path: Path) -> Ours:
    """A site of forty long articles that is not built."""
    return Ours(shutil.copytree(written.folder, tmp_path / "site"))


def texts(site: Ours) -> dict[str, str]:
    """The sources of the articles, by path."""
    return {
        path.relative_to(site.folder).as_posix(): path.read_text("utf-8") for path in site.articles
    }


def test_differences_are_files_of_one_side_only_and_files_of_other_bytes(tmp_path: Path) -> None:
    """A file that is missing, too many, or of the same size with other bytes is a difference."""
    for side, files in {
        "one": {"same.html": "a", "a/changed.html": "old", "a/gone.html": "x"},
        "other": {"same.html": "a", "a/changed.html": "new", "b/added.html": "x"},
    }.items():
        for name, text in files.items():
            path = tmp_path / side / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")

    found = differences(tmp_path / "one", tmp_path / "other")

    assert found == ["a/changed.html", "a/gone.html", "b/added.html"]
    assert differences(tmp_path / "one", tmp_path / "one") == []


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
def test_the_memory_of_a_command_includes_that_of_its_children() -> None:
    """What a child of the command holds counts, though the command itself holds little."""
    pipe = subprocess.PIPE
    command = [sys.executable, "-c", HOLD_IN_A_CHILD]
    with subprocess.Popen(command, stdin=pipe, stdout=pipe) as process:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == b"holding"
        tree = watching.process_tree(process.pid)
        _, held = watching.memory(tree)
        process.communicate()

    assert len(tree) == 2
    assert HELD < held < 3 * HELD


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
def test_a_sampled_run_tells_its_peak(tmp_path: Path) -> None:
    """A command that holds memory until it is told to end is seen holding it."""
    program = f"import time; held = b'x' * {HELD}; time.sleep(2)"
    sampled = build_speed.run((sys.executable, "-c", program), tmp_path, sample=True)

    assert HELD < sampled.memory < 3 * HELD


def test_a_command_that_fails_ends_the_measuring(tmp_path: Path) -> None:
    """A build that did not do its work is never given out as a fast one."""
    with pytest.raises(SystemExit, match="no such wonder"):
        build_speed.run((sys.executable, "-c", "raise SystemExit('no such wonder')"), tmp_path)


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit.name.replace(" ", "-"))
def test_an_edit_changes_what_its_name_says(site: Ours, edit: Edit) -> None:
    """Articles gone, come and changed, by the kind of edit; the rest stays as it was."""
    template = site.folder / "templates" / "article.html"
    before, shown = texts(site), template.read_text("utf-8")

    edit.make(site, 3)

    after = texts(site)
    gone, come = before.keys() - after.keys(), after.keys() - before.keys()
    changed = [path for path in before.keys() & after.keys() if before[path] != after[path]]
    expected = {
        "text of an article edited": (0, 0, 1),
        "article added": (0, 1, 0),
        "article removed": (1, 0, 0),
        "article renamed": (1, 1, 0),
        "article redated": (0, 0, 1),
    }.get(edit.name, (0, 0, 0))
    assert expected == (len(gone), len(come), len(changed))
    assert ("template" in edit.name) == (shown != template.read_text("utf-8"))


def test_an_edit_made_twice_meets_two_articles(site: Ours) -> None:
    """No round repeats the one before, which the cache would then know."""
    before = texts(site)

    for at in range(3):
        build_speed.edit_text(site, at)

    after = texts(site)
    assert sum(before[path] != after[path] for path in before) == 3


def test_a_difference_is_reported_and_named() -> None:
    """What differs from a clean build stands in the table and among the broken laws."""
    report = Report()

    assert report.check("short, article added", []) == "equal"
    assert report.check("short, article renamed", ["index.html"]) == "**1 differ**"
    expected = "short, article renamed: 1 files differ from a clean build: index.html"
    assert [expected] == report.broken


@pytest.mark.parametrize(("found", "status"), [([], 0), (["index.html"], 1)])
def test_only_a_broken_law_fails(
    monkeypatch: pytest.MonkeyPatch, found: list[str], status: int
) -> None:
    """The exit status is 1 if an output differs from a clean build, and 0 whatever time it took."""
    monkeypatch.setattr(
        build_speed, "measure", lambda options, scratch, report: report.check("an edit", found)
    )

    assert status == build_speed.main([])


def test_the_rivals_get_every_article_with_its_data(written: Ours, tmp_path: Path) -> None:
    """Hugo's and Pelican's sites hold the articles of the corpus, in their own front matter."""
    sites.make_hugo(written.folder, tmp_path / "hugo")
    sites.make_pelican(written.folder, tmp_path / "pelican")

    content = written.folder / "content"
    for path in written.articles:
        meta, body = sites.split(path.read_text("utf-8"))
        name = path.relative_to(content)
        theirs, same = sites.split((tmp_path / "hugo" / "content" / name).read_text("utf-8"))
        date = meta["date"]
        assert {**meta, "dates": [date[:4], date[:7]], "days": [date[5:]]} == theirs
        assert body == same
        text = (tmp_path / "pelican" / "content" / name).read_text("utf-8")
        assert f"Title: {meta['title']}\n" in text
        assert f"Authors: {'; '.join(meta['authors'])}\n" in text
        assert body.count(".md)") == text.count("{filename}")


def test_an_unknown_part_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """A misspelt --only measures nothing, so it is an error."""
    with pytest.raises(SystemExit):
        build_speed.parse(["--only", "clod"])

    assert "clod" in capsys.readouterr().err


def test_the_page_keeps_what_others_wrote_and_loses_the_earlier_tables(tmp_path: Path) -> None:
    """Tables are written in place of those of the last run; other sections stay."""
    page = tmp_path / "benchmarks.md"
    page.write_text(
        "# Benchmarks\n\n## Build speed\n\nold\n\n### Sub\n\n## Other\n\nkept\n", "utf-8"
    )

    write_section(page, "## Build speed", ["new"])

    expected = "# Benchmarks\n\n## Build speed\n\nnew\n\n## Other\n\nkept\n"
    assert expected == page.read_text("utf-8")

    write_section(page, "## More", ["last"])

    assert f"{expected}\n## More\n\nlast\n" == page.read_text("utf-8")
