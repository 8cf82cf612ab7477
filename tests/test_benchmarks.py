"""The sites that are generated to be measured, and what the measuring itself computes."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from benchmarks import build_speed, corpus, search_cost
from tests.support import ROOT, SiteTest


def files(folder: Path) -> dict[str, bytes]:
    """All files below a folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_a_corpus_is_always_the_same(tmp_path: Path) -> None:
    """The same arguments give the same bytes, in another process with other hashes as well."""
    corpus.write(tmp_path / "one", "long", 20)
    command = [sys.executable, "-m", "benchmarks.corpus", str(tmp_path / "two")]
    subprocess.run([*command, "--shape", "long", "--articles", "20"], check=True, cwd=ROOT)
    assert files(tmp_path / "one") == files(tmp_path / "two")


@pytest.mark.parametrize(("shape", "low", "high"), [("short", 800, 1200), ("long", 7000, 9000)])
def test_a_corpus_is_as_large_as_asked(tmp_path: Path, shape: str, low: int, high: int) -> None:
    """It has the number of articles asked for, of the mean size that its shape says."""
    corpus.write(tmp_path, shape, 60)
    sizes = [len(body.encode()) for _, _, body in corpus.bodies(tmp_path)]
    assert len(sizes) == 60
    assert low < sum(sizes) / 60 < high


def test_a_smaller_corpus_is_the_beginning_of_a_larger_one(tmp_path: Path) -> None:
    """Ten articles are the first ten of twenty, so sizes can be compared."""
    corpus.write(tmp_path / "small", "short", 10)
    corpus.write(tmp_path / "large", "short", 20)
    small, large = files(tmp_path / "small"), files(tmp_path / "large")
    assert small.items() < large.items()
    assert len(small) + 10 == len(large)


@pytest.mark.parametrize("shape", ["short", "long"])
def test_a_corpus_builds_without_a_finding(tmp_path: Path, shape: str) -> None:
    """Nothing in a generated site is worth a warning, and all of it is published."""
    corpus.write(tmp_path, shape, 40)
    built = SiteTest(tmp_path).run("build", "--strict")
    assert built.exit_code == 0
    assert "40 sources = 40 published + 0 held back + 0 failed" in built.stdout + built.stderr


def test_queries_have_answers(tmp_path: Path) -> None:
    """Twenty different queries of one to three words, each found whole in some article."""
    corpus.write(tmp_path, "short", 40)
    queries = corpus.queries(tmp_path)
    texts = [
        set(body.lower().replace(",", "").replace(".", "").split())
        for _, _, body in corpus.bodies(tmp_path)
    ]
    assert len(set(queries)) == 20
    assert {len(query.split()) for query in queries} == {1, 2, 3}
    unanswered = [q for q in queries if not any(text.issuperset(q.split()) for text in texts)]
    assert not unanswered
    assert corpus.queries(tmp_path) == queries


@pytest.mark.parametrize(
    ("values", "percent", "expected"),
    [([3, 1, 2], 50, 2), (range(1, 21), 50, 10), (range(1, 21), 90, 18), ([5], 90, 5)],
)
def test_percentile(values: Sequence[float], percent: int, expected: float) -> None:
    """It is a value that was measured, by the nearest rank."""
    assert expected == search_cost.percentile(values, percent)


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is read from /proc")
def test_memory_of_a_whole_tree() -> None:
    """What a child of the watched process takes is counted, and its output kept."""
    child = "import time; data = bytes(range(250)) * 240_000; time.sleep(0.5)"
    parent = "import subprocess, sys; subprocess.run([sys.executable, '-c', sys.argv[1]])"
    parent += "; print('end')"
    run = search_cost.watched([sys.executable, "-c", parent, child])
    cost = search_cost.cost(run, run.started, run.ended)
    assert run.output == "end\n"
    assert cost.rss is not None
    assert cost.rss > 60_000_000


def test_a_failed_command_is_told() -> None:
    """A command that fails is no measurement."""
    with pytest.raises(subprocess.CalledProcessError):
        search_cost.watched([sys.executable, "-c", "raise SystemExit(1)"])


def test_the_stage_that_is_measured(tmp_path: Path) -> None:
    """The index of a build is timed by itself, with nothing published."""
    corpus.write(tmp_path, "short", 10)
    whole = search_cost.index_stage(tmp_path)
    assert whole.seconds > 0
    assert not (tmp_path / "output" / "index.html").exists()


@pytest.mark.parametrize("heading", [build_speed.HEADING, search_cost.HEADING])
def test_what_a_run_writes_anew_is_all_that_stands_there(heading: str) -> None:
    """What is told in words stands under a heading of its own, where no run takes its place."""
    page = (ROOT / "docs/benchmarks.md").read_text("utf-8")
    section = page.partition(f"\n{heading}\n")[2].partition("\n## ")[0]
    printed = (
        "|",
        "### ",
        "Linux",
        "Made by ",
        "Cost to the ",
        "On the disk, ",
        "Root and ",
        "index ",
    )
    assert section
    assert not [line for line in section.splitlines() if line and not line.startswith(printed)]


@pytest.mark.skipif(not shutil.which("make"), reason="there is no make")
def test_a_quick_look_is_not_written_down() -> None:
    """What a few articles take does not stand in docs/ in place of what many take."""
    command = ["make", "--dry-run", "--always-make", "bench"]
    for few in (False, True):
        made = subprocess.run(
            [*command, *["ARTICLES=200"] * few],
            check=True,
            cwd=ROOT,
            capture_output=True,
            text=True,
        )
        assert ("--write docs/benchmarks.md" in made.stdout) != few
