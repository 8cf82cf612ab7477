"""The laws of docs/design.md that a whole build is held to: 1, 5, 6 and 11."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock
from hypothesis import given, settings
from hypothesis import strategies as st

from site_gen import output
from tests.archive_sites import EVERY_KIND, Files, articles, document
from tests.support import DATE, ROOT, SiteTest

SMALL: Files = {"site.yml": "title: Small\nurl: https://example.org/\n", **articles(3)}


def copy(site: SiteTest, folder: Path) -> SiteTest:
    """The sources of a site in another folder, without output and cache."""
    shutil.copytree(
        site.folder, folder, ignore=shutil.ignore_patterns("output", ".site_gen"), symlinks=True
    )
    return SiteTest(folder)


def program(site: SiteTest, *arguments: str, **options: Any) -> subprocess.Popen[str]:
    """Start the program in a process of its own."""
    command = [sys.executable, "-m", "site_gen", "-C", str(site.folder), *arguments]
    return subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options
    )


# Law 1: conservation


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({}, "1 source = 1 published + 0 held back + 0 failed"),
        (
            {"content/articles/d.md": document("Text.", {"title": "D", "draft": "true"})},
            "2 sources = 1 published + 1 held back + 0 failed",
        ),
        (
            {"content/articles/e.md": document("Text.", {"title": "E", "embargo": "2027-01-01"})},
            "2 sources = 1 published + 1 held back + 0 failed",
        ),
        (
            {"content/articles/b.md": "---\ntitle: [\n---\n\nText.\n"},
            "2 sources = 1 published + 0 held back + 1 failed",
        ),
        (
            {"content/articles/b.md": b"Text with a \0.\n"},
            "2 sources = 1 published + 0 held back + 1 failed",
        ),
        (
            {
                "content/articles/x.md": document("Text.", {"title": "X", "slug": "same"}),
                "content/articles/y.md": document("Text.", {"title": "Y", "slug": "same"}),
            },
            "3 sources = 1 published + 0 held back + 2 failed",
        ),
        (
            {"content/pages/404.md": "# A page in the way\n", "content/authors/a.md": "# Ann\n"},
            "1 source = 1 published + 0 held back + 0 failed",
        ),
    ],
)
def test_the_sum_is_exact(site: SiteTest, files: Files, expected: str) -> None:
    """Every article is counted once: published, held back or failed; nothing else is counted."""
    result = site.write({**articles(1), **files}).run("build", "--keep-going")
    assert f"Published: {expected};" in result.stderr
    published = int(expected.split(" = ")[1].split()[0])
    assert published == sum(path.startswith("articles/") for path in site.output())


def test_thousands_have_a_comma(site: SiteTest) -> None:
    """Large numbers in the sum are grouped."""
    from site_gen.check import Sum

    assert Sum(19040, {"a": "draft", "b": "draft"}, ("c",)).told() == (
        "19,043 sources = 19,040 published + 2 held back + 1 failed"
    )


# Law 5: safe publishing


@pytest.mark.parametrize(
    "files",
    [
        {"content/articles/bad.md": "---\ntitle: [\n---\n"},
        {"templates/home.html": "{% if %}"},
        {"templates/home.html": "{{ nothing }}"},
        {"site.yml": "titel: Small\n"},
        {"site.yml": "title: [\n"},
        {"content/articles/N00.md": "# The same URL on some disks\n"},
        {"static/root/index.html": "mine"},
    ],
)
def test_a_failed_build_changes_nothing(site: SiteTest, files: Files) -> None:
    """After an error the output is byte for byte what it was, and no stage is left."""
    site.write(SMALL).run("build")
    before = site.output()
    site.write({"content/articles/n01.md": "# Changed\n", **files})
    assert site.run("build").exit_code == 1
    assert before == site.output()


def test_no_articles_is_an_error(site: SiteTest) -> None:
    """An archive from which all articles have gone does not replace one that has them."""
    site.write(SMALL).run("build")
    before = site.output()
    shutil.rmtree(site.folder / "content")
    assert site.run("build", "--keep-going").exit_code == 1
    assert before == site.output()


def test_foreign_files_stay(site: SiteTest) -> None:
    """What others put into output/ is kept by every later build."""
    site.write(SMALL).run("build")
    foreign = {"CNAME": "example.org", ".git/HEAD": "ref", "notes/mine.txt": "mine"}
    site.write({f"output/{path}": text for path, text in foreign.items()})
    shutil.rmtree(site.folder / "content")
    site.write(articles(1, title="Another")).run("build")
    assert {path: site.page(path) for path in foreign} == foreign
    assert "articles/n02.html" not in site.output()


def test_a_folder_of_another_kind_is_refused(site: SiteTest) -> None:
    """A folder that holds other files is not built into; it stays as it was."""
    site.write({**SMALL, "output/thesis.doc": "mine"})
    result = site.run("build")
    assert result.exit_code == 2
    assert "thesis.doc" in result.stderr
    assert list(site.output()) == ["thesis.doc"]


@pytest.mark.parametrize(
    "target", ["content", "content/articles/out", "templates", "static/x", ".", "..", "content/.."]
)
def test_output_among_the_sources_is_refused(site: SiteTest, target: str) -> None:
    """An output that would mix with what the site is made from is refused before anything."""
    site.write(SMALL).write({"templates/.keep": "", "static/.keep": ""})
    before = sorted(site.folder.rglob("*"))
    result = site.run("build", "-o", str(site.folder / target))
    assert result.exit_code == 2
    assert "would mix with" in result.stderr
    assert before == sorted(site.folder.rglob("*"))


def test_output_in_linked_content_is_refused(site: SiteTest, tmp_path: Path) -> None:
    """It is refused too where content/ is a link to a folder elsewhere."""
    real = tmp_path / "elsewhere"
    site = SiteTest(tmp_path / "site").write({"site.yml": "title: T\n"})
    SiteTest(real).write({"articles/a.md": "# A\n\nText.\n"})
    (site.folder / "content").symlink_to(real, target_is_directory=True)
    assert site.run("build", "-o", str(real / "out")).exit_code == 2
    assert site.run("build").exit_code == 0


def test_two_builds_at_once(site: SiteTest) -> None:
    """The second build of one output is refused at once, with exit code 2 and a clear word."""
    site.write(SMALL).run("build")
    before = site.output()
    with output.Output(site.folder / "output", site.folder / ".site_gen"):
        result = site.write(articles(5)).run("build")
    assert result.exit_code == 2
    assert "Another build is writing" in result.stderr
    assert before == site.output()
    assert site.run("build").exit_code == 0


def test_check_needs_no_lock_and_writes_nothing(site: SiteTest) -> None:
    """`check` runs beside a build, and changes no file but those of its cache."""
    site.write(SMALL)
    with FileLock(site.folder / "elsewhere.lock"):
        before = {path for path in site.folder.rglob("*") if path.is_file()}
        assert site.run("check").exit_code == 0
        after = {path for path in site.folder.rglob("*") if path.is_file()}
    cache = site.folder / ".site_gen" / "cache"
    assert {path for path in after - before if cache not in path.parents} == set()


def kill_at(site: SiteTest, moment: float) -> bool:
    """Start a build and kill it with all its workers; whether it was still running."""
    running = program(site, "build", "--date", DATE, "--jobs", "2", start_new_session=True)
    try:
        running.communicate(timeout=moment)
    except subprocess.TimeoutExpired:
        os.killpg(running.pid, signal.SIGKILL)
        running.communicate()
        return True
    return False


def whole(site: SiteTest, *builds: dict[str, str]) -> bool:
    """Whether every file of the output is as one of these builds has it."""
    versions: dict[str, set[str]] = {}
    for build in builds:
        for path, digest in build.items():
            versions.setdefault(path, set()).add(digest)
    own = {
        path: digest for path, digest in site.output().items() if not path.startswith(".site_gen/")
    }
    return all(digest in versions.get(path, ()) for path, digest in own.items())


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="needs POSIX process groups")
def test_a_killed_build_leaves_every_file_whole(tmp_path: Path) -> None:
    """Killed at any moment, each file is old or new, and the next build is as a clean one."""
    _kill_and_build(tmp_path, random.Random(5), 3)


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "killpg"), reason="needs POSIX process groups")
def test_a_build_killed_many_times(tmp_path: Path) -> None:
    """The same at many more moments."""
    _kill_and_build(tmp_path, random.Random(), 60)


def _kill_and_build(tmp_path: Path, chance: random.Random, times: int) -> None:
    old = SiteTest(tmp_path / "old").write({**SMALL, **articles(150, title="Old")})
    new = SiteTest(tmp_path / "new").write({**SMALL, **articles(200, title="New")})
    took = []
    for site in (old, new):
        started = time.monotonic()
        program(site, "build", "--date", DATE, "--jobs", "2").communicate()
        took.append(time.monotonic() - started)
    before, after = old.output(), new.output()
    site = copy(old, tmp_path / "site")
    site.run("build", "--jobs", "1")
    for name in articles(200):
        shutil.copy(new.folder / name, site.folder / name)
    for _ in range(times):
        # The last third of a build is where it publishes.
        kill_at(site, max(took) * chance.uniform(0.2, 1.0))
        assert whole(site, before, after)
    assert site.run("build", "--jobs", "1").exit_code == 0
    assert after == site.output()


@pytest.mark.skipif(os.name == "nt", reason="needs POSIX signals")
def test_ctrl_c_ends_a_build_quietly(tmp_path: Path) -> None:
    """Ctrl-C ends with 130 and one line, no traceback, and the output whole."""
    site = SiteTest(tmp_path).write({**SMALL, **articles(400)})
    running = program(site, "build", "--date", DATE, "--jobs", "2", start_new_session=True)
    store = site.folder / ".site_gen" / "cache" / "store.sqlite"
    while not store.exists() and running.poll() is None:
        time.sleep(0.01)
    time.sleep(0.3)
    os.killpg(running.pid, signal.SIGINT)
    _, told = running.communicate()
    assert running.returncode in (0, 130), told
    assert "Traceback" not in told
    if running.returncode == 130:
        assert told == "Stopped. Every file of the output is whole; the next build does the rest.\n"
    assert site.run("build").exit_code == 0


# Law 6: determinism


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The site with every kind of page, built by one process with no cache."""
    site = SiteTest(tmp_path_factory.mktemp("reference")).write(EVERY_KIND)
    assert site.run("build", "--jobs", "1").exit_code == 0
    return site.output()


@pytest.mark.parametrize("jobs", ["2", "4"])
def test_any_number_of_jobs(tmp_path: Path, jobs: str) -> None:
    """More processes make the same bytes, however the work falls to them."""
    site = SiteTest(tmp_path / "site").write({**EVERY_KIND, **articles(70)})
    alone = copy(site, tmp_path / "alone")
    assert alone.run("build", "--jobs", "1").exit_code == 0
    assert site.run("build", "--jobs", jobs).exit_code == 0
    assert alone.output() == site.output()


def test_warm_cache(site: SiteTest, reference: dict[str, str]) -> None:
    """A second build, and one into an empty output with a warm cache, make the same bytes."""
    site.write(EVERY_KIND).run("build")
    assert "0 files written" in site.run("build").stderr
    assert reference == site.output()
    shutil.rmtree(site.folder / "output")
    site.run("build")
    assert reference == site.output()


def test_any_directory_order(
    site: SiteTest, reference: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The order in which the system lists folders does not matter."""
    scandir, listdir = os.scandir, os.listdir

    class Shuffled:
        def __init__(self, path: Any) -> None:
            self.entries = list(scandir(path))
            random.Random(str(path)).shuffle(self.entries)

        def __iter__(self) -> Iterator[os.DirEntry[str]]:
            return self

        def __next__(self) -> os.DirEntry[str]:
            if not self.entries:
                raise StopIteration
            return self.entries.pop()

        def __enter__(self) -> Shuffled:
            return self

        def __exit__(self, *_: object) -> None:
            self.entries.clear()

        def close(self) -> None:
            self.entries.clear()

    def shuffled(path: Any = ".") -> list[Any]:
        names = list(listdir(path))
        random.Random(str(path)).shuffle(names)
        return names

    site.write(EVERY_KIND)
    with monkeypatch.context() as patch:
        patch.setattr(os, "scandir", Shuffled)
        patch.setattr(os, "listdir", shuffled)
        assert site.run("build", "--jobs", "1").exit_code == 0
    assert reference == site.output()


def test_any_surroundings(tmp_path: Path, reference: dict[str, str]) -> None:
    """Another path, locale, time zone and hash seed make the same bytes."""
    for number, surroundings in enumerate(
        (
            {"LC_ALL": "C", "TZ": "Pacific/Kiritimati"},
            {"LC_ALL": "tr_TR.UTF-8", "TZ": "America/Adak"},
        )
    ):
        site = SiteTest(tmp_path / f"a longer path {number}" / "ä").write(EVERY_KIND)
        seed = {"PYTHONHASHSEED": str(number + 1)}
        running = program(site, "build", "--date", DATE, env={**os.environ, **surroundings, **seed})
        _, told = running.communicate()
        assert running.returncode == 0, told
        assert reference == site.output()


def test_the_day_decides_embargoes_alone(site: SiteTest) -> None:
    """Two days between which no embargo ends make the same bytes."""
    site.write(
        {**SMALL, "content/articles/e.md": document("T.", {"title": "E", "embargo": "2026-06-01"})}
    )
    site.run("build", "--date", "2026-05-30")
    first = site.output()
    site.run("build", "--date", "2026-05-31")
    assert first == site.output()
    site.run("build", "--date", "2026-06-01")
    new = {path for path in site.output().keys() - first.keys() if not path.startswith("search/")}
    works = {"data/works/undated.bib", "data/works/undated.ris"}
    assert new == {"articles/e.html", "dates/undated.html", *works}


def test_source_date_epoch(site: SiteTest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without --date the day is that of SOURCE_DATE_EPOCH in UTC; nonsense in it is refused."""
    site.write(
        {**SMALL, "content/articles/e.md": document("T.", {"title": "E", "embargo": "2026-06-01"})}
    )
    from click.testing import CliRunner

    from site_gen.cli import main

    def build(epoch: str) -> int:
        monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
        return CliRunner().invoke(main, ["-C", str(site.folder), "build"]).exit_code

    assert build("1780271999") == 0  # One second before 1 June 2026.
    assert "articles/e.html" not in site.output()
    assert build("1780272000") == 0
    assert "articles/e.html" in site.output()
    assert build("yesterday") == 2


EDITS = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.integers(0, 9), st.integers(0, 3)),
        st.tuples(st.just("remove"), st.integers(0, 9)),
        st.tuples(st.just("rename"), st.integers(0, 9), st.integers(0, 9)),
        st.tuples(st.just("date"), st.integers(0, 9), st.sampled_from(["", "1999", "2001-02-03"])),
        st.tuples(st.just("author"), st.integers(0, 9), st.sampled_from(["C", "C++", "Ann"])),
        st.tuples(st.just("registry"), st.sampled_from(["ann", "c"]), st.booleans()),
        st.tuples(st.just("template"), st.booleans()),
        st.tuples(
            st.just("config"), st.sampled_from(["Small", "Large"]), st.sampled_from([10, 50])
        ),
        st.tuples(st.just("attachment"), st.integers(0, 3)),
        st.tuples(st.just("text"), st.integers(0, 9), st.sampled_from(["One", "Two", "Two more"])),
        st.tuples(st.just("noindex"), st.integers(0, 9), st.booleans()),
        st.tuples(st.just("parent"), st.sampled_from(["Asia", "Europe", ""])),
        st.tuples(st.just("style"), st.booleans()),
    ),
    min_size=1,
    max_size=6,
)


def edit(folder: Path, change: tuple[Any, ...]) -> None:
    """Make one change to a site."""
    site = SiteTest(folder)

    def article(number: int) -> Path:
        return folder / f"content/articles/n{number:02d}.md"

    match change:
        case ("add", number, other):
            body = f"See [it](n{other:02d}.md) and ![a picture](p.png)."
            site.write({f"content/articles/n{number:02d}.md": document(body, {"title": "Added"})})
        case ("remove", number):
            article(number).unlink(missing_ok=True)
        case ("rename", number, other) if article(number).exists():
            article(number).replace(article(other))
        case ("date", number, day) if article(number).exists():
            site.write({f"content/articles/n{number:02d}.yml": f"date: {day}\n"})
        case ("author", number, name) if article(number).exists():
            site.write({f"content/articles/n{number:02d}.yml": f"authors: [{name}]\n"})
        case ("registry", name, there):
            path = folder / f"content/authors/{name}.md"
            path.unlink(missing_ok=True)
            if there:
                site.write({f"content/authors/{name}.md": f"---\nname: The {name}\n---\n\nWho.\n"})
        case ("template", there):
            path = folder / "templates/page.html"
            path.unlink(missing_ok=True)
            if there:
                site.write({"templates/page.html": "{{ body }}"})
        case ("config", title, limit):
            site.write({"site.yml": f"title: {title}\nlist_limit: {limit}\n"})
        case ("text", number, words) if article(number).exists():
            site.write(
                {f"content/articles/n{number:02d}.md": document(words, {"places": "[Kabul]"})}
            )
        case ("noindex", number, said) if article(number).exists():
            site.write({f"content/articles/n{number:02d}.yml": f"noindex: {str(said).lower()}\n"})
        case ("parent", parent):
            site.write({"content/places/kabul.yml": f"name: Kabul\nparent: {parent}\n"})
        case ("style", there):
            path = folder / "static/site.css"
            path.unlink(missing_ok=True)
            if there:
                site.write({"static/site.css": "p { margin: 0 }"})
        case ("attachment", number):
            site.write({"content/articles/p.png": b"\x89PNG" + bytes([number])})


@settings(max_examples=8)
@given(edits=EDITS)
def test_an_incremental_build_equals_a_clean_one(edits: list[tuple[Any, ...]]) -> None:
    """After any edits, built one by one, the output is that of a clean build."""
    with tempfile.TemporaryDirectory() as name:
        site = SiteTest(Path(name) / "site").write(
            {**SMALL, **articles(12), "content/pages/about.md": "# About\n"}
        )
        site.run("build", "--jobs", "1")
        for change in edits:
            edit(site.folder, change)
            site.run("build", "--keep-going", "--jobs", "1")
        clean = copy(site, Path(name) / "clean")
        assert clean.run("build", "--keep-going", "--jobs", "1").exit_code in (0, 3)
        assert clean.output() == site.output()


# Law 11: all problems in one run


def test_errors_of_every_kind_are_told_together(site: SiteTest) -> None:
    """A broken site.yml, template, article, attachment and collision are told in one run."""
    site.write(
        {
            **SMALL,
            "site.yml": "title: T\nlist_limt: 5\n",
            "templates/home.html": "{% if %}",
            "templates/page.html": "{% for %}",
            "content/articles/yaml.md": "---\ntitle: [\n---\n",
            "content/articles/nul.md": b"a\0b",
            "content/articles/N00.md": "# Same\n",
            "content/articles/dead.md": "# Dead\n\n[x](gone.md)\n",
        }
    )
    for command in (("build", "--format", "json"), ("check", "--format", "json")):
        result = site.run(*command)
        assert result.exit_code == 1
        found = json.loads(result.stdout)
        assert {one["code"] for one in found} >= {
            "config-key", "template-error", "yaml-syntax", "nul-byte", "url-collision", "link-dead",
        }  # fmt: skip
        assert sum(one["code"] == "template-error" for one in found) == 2
        assert all(one["path"] and one["message"] for one in found)
    assert not (site.folder / "output").exists()
