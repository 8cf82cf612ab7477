"""The store of computed values, the map over processes: neither changes any result."""

from __future__ import annotations

import gc
import os
import random
import re
import shutil
import sqlite3
import subprocess
import sys
import weakref
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from site_gen import cache, parallel, parse
from site_gen.model import Source
from tests.archive_sites import articles
from tests.support import DATE, ROOT, SiteTest


def test_a_value_is_kept(tmp_path: Path) -> None:
    """What was put is got, by a later store too; what was not is None."""
    with cache.Store(tmp_path) as store:
        store.put([("a", b"1"), ("b", b"")])
    with cache.Store(tmp_path) as store:
        assert (store.get("a"), store.get("b"), store.get("c")) == (b"1", b"", None)


def test_what_is_not_wanted_is_forgotten(tmp_path: Path) -> None:
    """Only the wanted keys stay."""
    with cache.Store(tmp_path) as store:
        store.put([(key, key.encode()) for key in "abc"])
        store.keep_only(["b", "z"])
        assert [store.get(key) for key in "abc"] == [None, b"b", None]


def test_a_damaged_value_is_none(tmp_path: Path) -> None:
    """A value whose bytes changed, or that stands under another key, is not given out."""
    with cache.Store(tmp_path) as store:
        store.put([("a", b"value"), ("b", b"other")])
    with sqlite3.connect(tmp_path / "store.sqlite") as database:
        database.execute("UPDATE store SET value = X'00' WHERE key = 'a'")
        database.execute("UPDATE store SET key = 'c' WHERE key = 'b'")
    database.close()
    with cache.Store(tmp_path) as store:
        assert (store.get("a"), store.get("c")) == (None, None)


def test_a_large_value_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A value in a file of its own is like any other, also after another under its key."""
    monkeypatch.setattr(cache, "LARGE", 10)
    large, name = b"0123456789", "past / of: Ä"
    with cache.Store(tmp_path) as store:
        for value in (b"1", large, b"2", large[::-1]):
            store.put([(name, value), ("b", b"")])
            assert store.get_all([name, "b", "c"]) == {name: value, "b": b""}
        store.put([(key, large) for key in "abc"])
        store.keep_only([name], ["b", "z"])
        assert [store.get(key) for key in (name, *"abc")] == [large[::-1], None, large, None]
        assert len(list((tmp_path / "large").iterdir())) == 2
        store.forget(["b"])
        assert store.get("b") is None
        assert len(list((tmp_path / "large").iterdir())) == 1


@pytest.mark.parametrize("at", range(14))
def test_a_damaged_large_value_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    """A file of which a byte was flipped is not given out, nor one under another key."""
    monkeypatch.setattr(cache, "LARGE", 10)
    with cache.Store(tmp_path) as store:
        store.put([("a", b"0123456789"), ("b", b"another one")])
        file, other = (tmp_path / "large" / key for key in "ab")
        data = bytearray(file.read_bytes())
        data[at] ^= 1
        file.write_bytes(data)
        assert store.get("a") is None
        os.replace(other, file)
        assert (store.get("a"), store.get("b")) == (None, None)


@pytest.mark.parametrize("content", [b"", b"not a database" * 100])
def test_a_file_that_is_no_database(tmp_path: Path, content: bytes) -> None:
    """An empty file is a new store; any other raises CacheBroken."""
    (tmp_path / "store.sqlite").write_bytes(content)
    if content:
        with pytest.raises(cache.CacheBroken):
            cache.Store(tmp_path)
    else:
        cache.Store(tmp_path).close()


def test_a_folder_that_cannot_be(tmp_path: Path) -> None:
    """Where a file stands in the way of the folder, CacheBroken tells it."""
    (tmp_path / "cache").write_bytes(b"")
    with pytest.raises(cache.CacheBroken, match="cache"):
        cache.Store(tmp_path / "cache")


def test_parts_of_a_key_do_not_run_together() -> None:
    """Keys of different parts differ, however the parts are cut."""
    assert cache.digest_of("ab", "c") != cache.digest_of("a", "bc")
    assert cache.digest_of("a") != cache.digest_of("a", "")


def test_the_programs_digest_is_of_its_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An edit of any file of the package, or another name for it, changes the digest."""
    (tmp_path / "parse").mkdir()
    (tmp_path / "a.py").write_bytes(b"1")
    (tmp_path / "parse" / "b.py").write_bytes(b"2")
    monkeypatch.setattr(cache, "PACKAGE", tmp_path)

    def digest() -> str:
        cache._first_code_digest.cache_clear()  # As in a process that begins now.
        return cache.program_digest()

    digests = [digest()]
    assert digests == [digest()]
    (tmp_path / "parse" / "b.py").write_bytes(b"3")
    assert digests == [cache.program_digest()]  # This process still runs what it loaded.
    digests.append(digest())
    (tmp_path / "a.py").rename(tmp_path / "c.py")
    digests.append(digest())
    assert len(set(digests)) == 3


@pytest.mark.parametrize("name", [*cache.LIBRARIES, "python"])
def test_the_programs_digest_is_of_what_it_stands_on(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another Python, or another version of a library that shapes results, changes the digest."""
    before = cache.program_digest()
    version = cache._version
    if name == "python":
        monkeypatch.setattr(sys, "version_info", (4, 0, 0))
    else:
        monkeypatch.setattr(cache, "_version", lambda one: "0" if one == name else version(one))
    assert before != cache.program_digest()


def test_a_missing_library_is_no_error() -> None:
    """A library that is not installed has no version, and that is all."""
    assert cache._version("no-such-library-of-site-gen") == "not installed"


EXTENSION = """
from markdown.extensions import Extension
from markdown.postprocessors import Postprocessor
import said.words

class Said(Postprocessor):
    def run(self, text):
        return text.replace("Hello", said.words.WORD)

class Own(Extension):
    def extendMarkdown(self, md):
        md.postprocessors.register(Said(md), "said", 1)

def makeExtension(**settings):
    return Own(**settings)
"""


def test_an_edited_markdown_extension(site: SiteTest, tmp_path: Path) -> None:
    """An edit of a site's own extension, or of what lies beside it, is seen though no text changed.

    In a process of its own, since a module is loaded once.
    """
    code = tmp_path / "code"
    words = code / "said" / "words.py"
    words.parent.mkdir(parents=True)
    (words.parent / "__init__.py").write_bytes(b"")
    (words.parent / "own.py").write_text(EXTENSION, encoding="utf-8")
    site.folder = tmp_path / "site"
    site.write(
        {
            "site.yml": "title: T\nurl: https://e.org/\nmarkdown_extensions: ['said.own:Own']\n",
            "content/articles/a.md": "# A\n\nHello there.\n",
        }
    )
    places = os.pathsep.join([str(code), str(ROOT)])
    for word in ("Hallo", "Salut!"):
        words.write_text(f"WORD = {word!r}\n", encoding="utf-8")
        command = ["-C", str(site.folder), "build", "--date", DATE, "--jobs", "1"]
        subprocess.run(
            [sys.executable, "-m", "site_gen", *command],
            env={**os.environ, "PYTHONPATH": places, "PYTHONDONTWRITEBYTECODE": "1"},
            check=True,
            capture_output=True,
        )
        assert f"{word} there." in site.text("articles/a.html")


def test_twins_are_a_part_of_the_key() -> None:
    """A document that has come to share its page, or does no more, is looked at anew."""
    source = Source("content/articles/a.md", "document", "article", "markdown", "digest")
    twin = parse.Task(source, twins=("content/articles/a.txt",))
    assert twin.line != parse.Task(source).line


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> SiteTest:
    """A built site of a few articles."""
    site = SiteTest(tmp_path_factory.mktemp("built")).write(articles(5))
    assert site.run("build").exit_code == 0
    return site


@pytest.mark.parametrize("name", [cache.LOCAL, cache.SHARED])
@pytest.mark.parametrize(("large", "open_files"), [(10, True), (10, False), (10_000, True)])
def test_parts_of_a_value(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, large: int, open_files: bool
) -> None:
    """Each is read when it is asked for, whatever took the place of the value meanwhile."""
    monkeypatch.setattr(cache, "LARGE", large)
    monkeypatch.setattr(cache, "_MAY_STAY_OPEN", open_files)
    given = [b"first", b"", b"third" * 100, b"4"]
    with cache.Store(tmp_path / name) as store:
        assert store.parts("a") is None
        for value in (given, given[::-1], [b"one"]):
            store.put([("a", cache.joined(value))])
            parts = store.parts("a")
            assert parts is not None
            store.put([("a", b"")])
            assert list(parts) == value
            assert list(parts[1:3]) == value[1:3]
            assert list(parts[1:][-1:]) == value[1:][-1:]
            assert store.parts("a") is None


@pytest.mark.parametrize("name", [cache.LOCAL, cache.SHARED])
def test_a_damaged_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """None of its bytes is given out; where it is the list of parts, nothing of the value."""
    monkeypatch.setattr(cache, "LARGE", 10)
    value = cache.joined([b"first", b"second"])
    with cache.Store(tmp_path / name) as store:
        store.put([("a", value)])
        files = [one for one in tmp_path.rglob("*") if one.is_file() and "store" not in one.name]
        (file,) = [one for one in files if b"second" in one.read_bytes()]
        whole = file.read_bytes()
        for at in range(4, len(whole)):
            damaged = bytearray(whole)
            damaged[at] ^= 1
            file.write_bytes(bytes(damaged))
            parts = store.parts("a")
            if at < len(whole) - len(b"firstsecond"):
                assert parts is None
                continue
            assert parts is not None
            with pytest.raises(cache.PartBroken):
                list(parts)
            assert store.parts("a") is None
        file.write_bytes(whole[:6])
        assert store.parts("a") is None
    assert cache.parts_of(value[:-1]) is not None
    assert cache.parts_of(b"") is None


def test_a_part_that_was_damaged_is_made_again(
    site: SiteTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is read late is found broken late; the build comes to the same. Of all else that the
    store has nothing is lost where it is but one value.
    """
    monkeypatch.setattr(cache, "LARGE", 100)
    files = articles(40)
    site.write(files).run("build", "--jobs", "1")
    expected = site.output()
    large = sorted((site.folder / ".site_gen/cache/large").glob("*"))
    of_parts = [one for one in large if re.match(r"plan|past.*documents", one.name)]
    assert len(of_parts) == 3
    another = f"{cache.PAST}{cache.program_digest()} another"
    for damaged in (of_parts, *([one] for one in of_parts)):
        with cache.Store(site.folder / ".site_gen/cache") as store:
            store.put([(another, b"")])
        for file in damaged:
            data = bytearray(file.read_bytes())
            data[-1] ^= 1
            file.write_bytes(bytes(data))
        site.write(files | {"content/articles/n07.md": "Other."})
        assert site.run("build", "--jobs", "1").exit_code == 0
        with cache.Store(site.folder / ".site_gen/cache") as store:
            assert len(damaged) > 1 or store.get(another) == b""
        assert site.write(files).run("build", "--jobs", "1").exit_code == 0
        assert site.output() == expected


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32), flips=st.integers(1, 200))
def test_a_damaged_cache_changes_nothing(built: SiteTest, seed: int, flips: int) -> None:
    """Random bytes of the cache flipped: the same output, exit code 0, no traceback."""
    expected = built.output()
    chance = random.Random(seed)
    store = built.folder / ".site_gen" / "cache"
    for file in sorted(file for file in store.rglob("*") if file.is_file()):
        data = bytearray(file.read_bytes())
        for _ in range(flips if data else 0):
            data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        file.write_bytes(bytes(data))
    shutil.rmtree(built.folder / "output")
    result = built.run("build")
    assert result.exit_code == 0, result.stderr
    assert expected == built.output()


def test_a_lost_body_is_made_again(site: SiteTest) -> None:
    """A document that is cached while its body is gone is parsed anew."""
    other = {"site.yml": "title: Other\n"}
    site.write(articles(3) | other).run("build")
    expected = site.output()
    site.write({"site.yml": "title: First\n"}).run("build")
    site.write(other)
    with sqlite3.connect(site.folder / ".site_gen/cache/store.sqlite") as database:
        database.execute("DELETE FROM store WHERE key LIKE 'body%' OR key LIKE 'record%'")
    database.close()
    assert site.run("build").exit_code == 0
    assert expected == site.output()


def test_no_cache_can_be_kept(site: SiteTest) -> None:
    """Where .site_gen/cache cannot be a folder of the build's own, it does without."""
    site.write({**articles(3), ".site_gen/cache": "not a folder"})
    assert site.run("build").exit_code == 0
    assert site.run("check").exit_code == 0
    assert "0 files written" in site.run("build").stderr


def test_what_is_gone_leaves_the_cache(site: SiteTest) -> None:
    """The cache holds what the site needs and does not grow with every edit."""

    def kept() -> int:
        with sqlite3.connect(site.folder / ".site_gen/cache/store.sqlite") as database:
            count: int = database.execute("SELECT count(*) FROM store").fetchone()[0]
        database.close()
        return count

    site.write(articles(3)).run("build")
    first = kept()
    for number in range(3):
        site.write(articles(3, title=f"Edit {number}")).run("build")
    assert first == kept()


def double(context: int, item: int) -> int:
    """Work for a worker: module-level, so that it pickles."""
    return context * item


def fail(context: int, item: int) -> int:
    """Work that fails."""
    raise ValueError(f"{context} {item}")


@pytest.mark.parametrize("jobs", [1, 2, 3])
def test_results_come_in_order(jobs: int) -> None:
    """However many work, results have the order of the items."""
    assert list(parallel.ordered_map(double, range(20), 2, jobs)) == list(range(0, 40, 2))


class Ring:
    """What only a search for cycles frees."""

    def __init__(self) -> None:
        self.itself = self


def ring(_: int, __: int) -> weakref.ref[Ring]:
    """Leave a cycle behind, as parsers do."""
    return weakref.ref(Ring())


def test_one_process_keeps_no_cycles() -> None:
    """What work in this process leaves is freed, though a build looks for no cycles, and after it
    none are looked for again.
    """
    gc.disable()
    try:
        left = list(parallel.ordered_map(ring, range(20_000), 0, 1))
        assert not gc.isenabled()
    finally:
        gc.enable()
    assert sum(one() is not None for one in left) < 10_000


@pytest.mark.parametrize("jobs", [1, 2])
def test_an_exception_in_a_worker_is_raised(jobs: int) -> None:
    """What a worker raises, the caller gets."""
    with pytest.raises(ValueError, match="7 0"):
        list(parallel.ordered_map(fail, range(3), 7, jobs))


BESIDE = """
import multiprocessing, os, sys, time
from concurrent.futures import BrokenExecutor
from site_gen import parallel

def fail():
    raise ValueError("failed there")

with parallel.beside([os.getpid, os.getppid], True) as (result, other):
    assert other() == os.getpid()
    assert result() != os.getpid()
with parallel.beside([os.getpid], False) as (result,):
    assert result() == os.getpid()
with parallel.beside([fail, os.getppid], True) as (result, other):
    assert other() == os.getpid()
    try:
        result()
    except ValueError as problem:
        assert str(problem) == "failed there"
    else:
        sys.exit("nothing raised")
with parallel.beside([lambda: os._exit(3)], True) as (result,):
    try:
        result()
    except BrokenExecutor:
        pass
    else:
        sys.exit("not told")
with parallel.beside([lambda: __import__("time").sleep(60)], True):
    pass
read, write = os.pipe()
works = lambda: bytes(10_000_000), lambda: os.write(write, b"!")
with parallel.beside(works, True) as (large, small):
    assert os.read(read, 1) == b"!"
    assert small() == 1 and large() == bytes(10_000_000)
with parallel.beside(works, True) as (large, small):
    for _ in range(2000):
        if not multiprocessing.active_children():
            break
        time.sleep(0.01)
    else:
        sys.exit("it waits for who asks")
    assert small() == 1 and large() == bytes(10_000_000)
first = parallel.claim()
with parallel.beside([first, first], True) as (one, other):
    assert (one(), other(), first()) == (True, False, False)
mine = parallel.claim()
assert mine() and not mine()
with parallel.beside([mine, first], True) as (one, other):
    assert (one(), other()) == (False, False)
if hasattr(os, "memfd_create"):
    del os.memfd_create
    with parallel.beside([os.getppid], True) as (above,):
        assert above() == os.getpid()
    def refused(name):
        raise PermissionError(13, "Permission denied")
    os.memfd_create = refused
    with parallel.beside([os.getppid], True) as (above,):
        assert above() == os.getpid()
"""

HERE = """
import os, time
from site_gen import parallel

def work(context, item):
    time.sleep(0.02)
    if item == context:
        raise ValueError("failed")
    return item, os.getpid()

found = list(parallel.ordered_map(work, range(40), -1, 2, here=True))
assert [item for item, _ in found] == list(range(40))
pids = {pid for _, pid in found}
assert len(pids) == 2 and os.getpid() in pids
for broken in (0, 7, 39):
    try:
        list(parallel.ordered_map(work, range(40), broken, 3, here=True))
    except ValueError:
        continue
    raise SystemExit("nothing raised")
"""

APART = """
import os, sys
from concurrent.futures import BrokenExecutor
from site_gen import parallel

asked = []

def work(early):
    asked.append(os.getpid())
    early()
    with parallel.beside([os.getppid], True) as (above,):
        assert above() == os.getpid()
    if len(asked) == 3:
        raise ValueError("failed there")
    if len(asked) == 4:
        os._exit(3)
    return asked

told = []

def early():
    told.append(os.getpid())

def raised(ask):
    try:
        ask(early)
    except Exception as problem:
        return type(problem)

with parallel.apart(work) as ask:
    first = ask(early)
    assert first != [os.getpid()] and not asked
    assert ask(early) == first * 2
    assert told == [os.getpid()] * 2
    assert raised(ask) is ValueError
    assert raised(ask) is BrokenExecutor
    assert raised(ask) is BrokenExecutor
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only there is a process copied")
def test_work_beside(tmp_path: Path) -> None:
    """Another process works meanwhile, one thing after the other, whatever is asked for first and
    however much comes of it, and is gone then; what it raises, and that it was ended, is told. Only
    one of both may do what either could.
    """
    subprocess.run([sys.executable, "-c", BESIDE], check=True, timeout=30, cwd=ROOT)


ALONE = """
import os, sys
import _multiprocessing
from site_gen.cli import main

class Missing:
    SEM_VALUE_MAX = 1

    def __init__(self, *given):
        raise OSError(38, "Function not implemented")

def copied():
    raise OSError(38, "Function not implemented")

_multiprocessing.SemLock, os.fork = Missing, copied
main(["-C", sys.argv[1], "build", "--jobs", sys.argv[2], "--date", "2026-01-01"])
"""


def test_few_pages_need_no_other_process(tmp_path: Path) -> None:
    """One process builds where a system has no locks for several, and starts no other to make a
    few pages and files for programs.
    """
    site = SiteTest(tmp_path / "site")
    for jobs, summary in (("1", "One"), ("2", "Other")):
        site.write(articles(2, summary=summary))
        command = [sys.executable, "-c", ALONE, str(site.folder), jobs]
        subprocess.run(command, check=True, timeout=60, cwd=ROOT)
        assert summary in site.page("articles/n00.html")


@pytest.mark.skipif(sys.platform != "linux", reason="only there is a process copied")
def test_work_of_workers_and_here(tmp_path: Path) -> None:
    """This process may be one of the workers: results keep their order, exceptions are raised."""
    subprocess.run([sys.executable, "-c", HERE], check=True, timeout=30, cwd=ROOT)


@pytest.mark.skipif(sys.platform != "linux", reason="only there is a process copied")
def test_work_apart(tmp_path: Path) -> None:
    """One other process does all that is asked for, in turn, may use copies of itself, and tells
    what it raises, and that it was ended.
    """
    subprocess.run([sys.executable, "-c", APART], check=True, timeout=30, cwd=ROOT)


V1 = "sys/fs/cgroup/cpu"


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({}, 8),
        ({"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/cpu.max": "max 100000\n"}, 8),
        ({"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/cpu.max": "150000 100000\n"}, 2),
        ({"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/cpu.max": "1000 100000\n"}, 1),
        ({"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/cpu.max": "1600000 100000\n"}, 8),
        (
            {
                "proc/self/cgroup": "0::/a.slice/b.scope\n",
                "sys/fs/cgroup/a.slice/cpu.max": "300000 100000\n",
                "sys/fs/cgroup/a.slice/b.scope/cpu.max": "max 100000\n",
            },
            3,
        ),
        (
            {
                "proc/self/cgroup": "3:memory:/x\n2:cpu,cpuacct:/docker/abc\n0::/\n",
                f"{V1}/cpu.cfs_quota_us": "250000\n",
                f"{V1}/cpu.cfs_period_us": "100000\n",
            },
            3,
        ),
        (
            {
                "proc/self/cgroup": "2:cpu,cpuacct:/\n",
                f"{V1}/cpu.cfs_quota_us": "-1\n",
                f"{V1}/cpu.cfs_period_us": "100000\n",
            },
            8,
        ),
        ({"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/cpu.max": "nonsense"}, 8),
    ],
)
def test_the_usable_cores(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: dict[str, str], expected: int
) -> None:
    """Of eight, as many as the control group and those around it grant, rounded up, at least 1."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: set(range(8)), raising=False)
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    assert expected == parallel.usable_cores(tmp_path)


def test_the_usable_cores_where_affinity_is_unknown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All cores, or one where the system does not say."""
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    for count, expected in ((6, 6), (None, 1)):
        monkeypatch.setattr(os, "cpu_count", lambda count=count: count)
        assert expected == parallel.usable_cores(tmp_path)


@given(st.lists(st.integers()), st.integers(1, 9))
def test_chunks_lose_nothing(items: list[int], size: int) -> None:
    """The chunks together are the items, and none is empty or too long."""
    parts = parallel.chunks(items, size)
    assert [one for part in parts for one in part] == items
    assert all(1 <= len(part) <= size for part in parts)


def test_the_last_chunks_of_many_items_are_short() -> None:
    """No worker takes much of what is left, and few items stay together."""
    assert [len(part) for part in parallel.chunks(range(10), 4)] == [4, 4, 2]
    sizes = [len(part) for part in parallel.chunks(range(1_000), 100)]
    assert sizes == sorted(sizes, reverse=True)
    assert (sizes[0], sizes[-2]) == (100, 12)
