"""Workers of other machines: a real Dask cluster on this one, what is told where there is none."""

from __future__ import annotations

import os
import pickle
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path

import pytest

from site_gen import cache, remote
from site_gen.remote import Remote, RemoteError, in_order
from tests.archive_sites import EVERY_KIND, articles
from tests.support import DATE, ROOT, SiteTest

HERE = "127.0.0.1"
STARTED = 60.0
"""Seconds after which a process that does not come up fails its test."""


def free_port() -> int:
    """A port of this machine on which nothing listens."""
    with socket.socket() as one:
        one.bind((HERE, 0))
        port: int = one.getsockname()[1]
    return port


def listens(port: int) -> bool:
    """Whether something does on a port of this machine."""
    with socket.socket() as one:
        return one.connect_ex((HERE, port)) == 0


def double(item: int) -> int:
    """Work for any executor; later items are done sooner."""
    time.sleep(0.002 * (20 - item))
    return 2 * item


def refuse(item: int) -> int:
    """Work that fails at the third item."""
    if item == 2:
        raise ValueError(f"item {item}")
    return item


def threads() -> Executor:
    """An executor of this process."""
    return ThreadPoolExecutor(4)


def processes() -> Executor:
    """An executor of other processes."""
    return ProcessPoolExecutor(2, get_context("spawn"))


@pytest.mark.parametrize("make", [threads, processes])
@pytest.mark.parametrize("window", [1, 3, 50])
def test_any_executor(make: Callable[[], Executor], window: int) -> None:
    """On any executor of concurrent.futures results come in the order of the items."""
    with make() as executor:
        results = list(in_order(executor, double, range(20), window, lambda: None))
    assert list(range(0, 40, 2)) == results


def test_no_more_than_the_window_is_under_way() -> None:
    """Items are taken only as results are."""
    taken: list[int] = []

    def items() -> Iterator[int]:
        for item in range(20):
            taken.append(item)
            yield item

    with threads() as executor:
        results = in_order(executor, double, items(), 3, lambda: None)
        next(results)
        assert len(taken) == 3


def test_a_failure_is_raised_and_the_rest_cancelled() -> None:
    """What the work raises, the caller gets; what waits is not begun."""
    with threads() as executor, pytest.raises(ValueError, match="item 2"):
        list(in_order(executor, refuse, range(20), 9, lambda: None))


def test_waiting_ends_when_nobody_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """While a result is waited for, the workers are looked for; without any the map ends."""
    monkeypatch.setattr(remote, "LOOK", 0.01)

    def gone() -> None:
        raise RemoteError("nobody")

    with threads() as executor, pytest.raises(RemoteError, match="nobody"):
        list(in_order(executor, time.sleep, [0.5], 1, gone))


@pytest.mark.parametrize(
    "address", ["", "dask://", "dask://host", "dask://:8786", "host:8786", "ray://host:1"]
)
def test_an_address_that_is_none(address: str) -> None:
    """It is refused with an example of one."""
    with pytest.raises(ValueError, match="dask://host:8786"):
        Remote(address)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--executor", "host:1"), "is not an address such as dask://host:8786"),
        (("--executor", "dask://host:1", "--jobs", "2"), "--jobs"),
    ],
)
def test_wrong_usage(site: SiteTest, arguments: tuple[str, ...], told: str) -> None:
    """A wrong address, and --jobs beside it, exit with 2 and a word."""
    result = site.write(articles(1)).run("build", *arguments)
    assert result.exit_code == 2
    assert told in result.stderr


def test_dask_is_not_installed(site: SiteTest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the extra the keeper is told what to install."""
    monkeypatch.setitem(sys.modules, "distributed", None)
    result = site.write(articles(1)).run("build", "--executor", "dask://localhost:1")
    assert result.exit_code == 2
    assert "pip install 'site_gen[dask]'" in result.stderr
    assert "Traceback" not in result.stderr


def fit(folder: Path) -> Remote:
    """Workers for which everything is as it must be."""
    token = folder / "token"
    token.touch()
    return Remote("dask://host:1", folder, cache.program_digest(), (), (token,))


def test_a_worker_that_is_fit(tmp_path: Path) -> None:
    """One that sees the folders and runs the program has no trouble, and leaves nothing behind."""
    assert remote._trouble(fit(tmp_path)) == ""
    assert os.listdir(tmp_path) == ["token"]


def test_a_worker_that_sees_another_folder(tmp_path: Path) -> None:
    """It is told with the folder, by name of the machine."""
    told = remote._trouble(replace(fit(tmp_path), tokens=(tmp_path / "elsewhere" / "token",)))
    assert str(tmp_path / "elsewhere") in told
    assert socket.gethostname() in told
    assert "same path on every machine" in told


def test_a_worker_that_runs_another_program(tmp_path: Path) -> None:
    """It is refused, though its folders are right, also where it came after the others."""
    other = replace(fit(tmp_path), program="another")
    task = remote._Task(other, "", pickle.dumps((refuse, 0)))
    with pytest.raises(RemoteError, match="another version of site_gen"):
        remote._run(task)


# The store that machines share


@pytest.fixture
def shared(tmp_path: Path) -> cache.Shared:
    """One that is empty."""
    store = cache.Store(tmp_path / cache.SHARED)
    assert isinstance(store, cache.Shared)
    return store


def files_of(store: cache.Store) -> list[Path]:
    """Its files."""
    return sorted(path for path in store.folder.rglob("*") if path.is_file())


def test_a_shared_value_is_kept(shared: cache.Shared) -> None:
    """What was put is got, by another process too; what was put twice is the later."""
    shared.put([("a", b"1"), ("b", b""), ("a", b"2")])
    with cache.Store(shared.folder) as other:
        assert (other.get("a"), other.get("b"), other.get("c")) == (b"2", b"", None)
    assert len(files_of(shared)) == 2


def test_a_shared_value_that_is_not_wanted_is_forgotten(shared: cache.Shared) -> None:
    """Only the wanted keys stay, and those of the past."""
    past = f"{cache.PAST}x"
    shared.put([(key, key.encode()) for key in ("a", "b", "c", past)])
    shared.forget(["c"])
    shared.forget(["c"])
    assert shared.get("c") is None
    shared.keep_only(["b", "z"])
    assert [None, b"b", past.encode()] == [shared.get(key) for key in ("a", "b", past)]


@pytest.mark.parametrize("damage", [b"", b"x" * 10, b"x" * 40])
def test_a_damaged_shared_value_is_none(shared: cache.Shared, damage: bytes) -> None:
    """A file that was cut, emptied or changed is not given out, nor one under another's name."""
    shared.put([("a", b"value")])
    (file,) = files_of(shared)
    shared.put([("b", b"other")])
    (other,) = set(files_of(shared)) - {file}
    whole = file.read_bytes()
    file.write_bytes(damage)
    other.write_bytes(whole)
    assert (shared.get("a"), shared.get("b")) == (None, None)


def test_what_a_dead_worker_left_goes_in_time(shared: cache.Shared) -> None:
    """A file that is not whole stays for a day, as it may still be written, and then goes."""
    shared.put([("a", b"value")])
    (file,) = files_of(shared)
    fresh, old = (file.with_name(f"{file.name}.{name}.part") for name in ("fresh", "old"))
    for path in (fresh, old):
        path.touch()
    os.utime(old, (0, 0))
    shared.keep_only(["a"])
    assert {file, fresh} == set(files_of(shared))


def test_a_shared_store_that_cannot_be(tmp_path: Path) -> None:
    """Where a file stands in the way of the folder, CacheBroken tells it."""
    (tmp_path / cache.SHARED).write_bytes(b"")
    with pytest.raises(cache.CacheBroken, match=cache.SHARED):
        cache.Store(tmp_path / cache.SHARED)


# A cluster


@contextmanager
def dask(scratch: Path, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process of Dask, which is gone afterwards, whatever happens."""
    command = [sys.executable, "-m", "dask", *arguments, "--host", HERE, "--no-dashboard"]
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "DASK_TEMPORARY_DIRECTORY": str(scratch),
        "DASK_DISTRIBUTED__DASHBOARD__LINK": "",
    }
    with (scratch / f"{arguments[0]}-{time.monotonic_ns()}.log").open("xb") as log:
        process = subprocess.Popen(
            command, cwd=scratch, env=environment, stdout=log, stderr=subprocess.STDOUT
        )
        try:
            yield process
        finally:
            process.kill()
            process.wait()


@contextmanager
def scheduler(scratch: Path) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """The port of a scheduler without workers, and its process."""
    port = free_port()
    arguments = ("--port", str(port), "--dashboard-address", f"{HERE}:0")
    with dask(scratch, "scheduler", *arguments) as process:
        patience = time.monotonic() + STARTED
        while not listens(port):
            assert process.poll() is None, "the scheduler ended"
            assert time.monotonic() < patience, "the scheduler did not start"
            time.sleep(0.05)
        yield port, process


def build(site: SiteTest, port: int) -> subprocess.Popen[str]:
    """Start a build on the workers of a scheduler, from a folder that they do not work in."""
    command = [
        sys.executable, "-m", "site_gen", "-C", site.folder.name, "build", "--date", DATE,
        "--executor", f"dask://{HERE}:{port}",
    ]  # fmt: skip
    return subprocess.Popen(
        command,
        cwd=site.folder.parent,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_a_cluster_that_loses_a_worker(tmp_path: Path) -> None:
    """Two workers, one killed in mid-build: the bytes are those of one process, nothing is left.

    A build after it, on the worker that is left, writes nothing.
    """
    files = {**EVERY_KIND, **articles(400)}
    alone = SiteTest(tmp_path / "alone").write(files)
    site = SiteTest(tmp_path / "site").write(files)
    values = site.folder / ".site_gen" / cache.SHARED / "values"
    with (
        scheduler(tmp_path) as (port, _),
        dask(tmp_path, "worker", f"{HERE}:{port}", "--no-nanny", "--nthreads", "1"),
        dask(tmp_path, "worker", f"{HERE}:{port}", "--no-nanny", "--nthreads", "2") as victim,
    ):
        assert alone.run("build", "--jobs", "1").exit_code == 0
        running = build(site, port)
        while running.poll() is None and len(list(values.glob("*/*/*"))) < 40:
            time.sleep(0.01)
        victim.kill()
        assert running.poll() is None, running.communicate()
        _, told = running.communicate()
        assert running.returncode == 0, told
        assert alone.output() == site.output()
        assert "Traceback" not in told
        again = build(site, port)
        _, told = again.communicate()
        assert again.returncode == 0
        assert "0 files written" in told
    left = [path.name for path in site.folder.rglob("*") if "token" in path.name]
    assert left == []


def test_a_cluster_that_loses_its_scheduler(tmp_path: Path) -> None:
    """The build ends with a sentence and exit code 2, and publishes nothing."""
    site = SiteTest(tmp_path / "site").write({"site.yml": "title: T\n", **articles(400)})
    values = site.folder / ".site_gen" / cache.SHARED / "values"
    with (
        scheduler(tmp_path) as (port, process),
        dask(tmp_path, "worker", f"{HERE}:{port}", "--no-nanny", "--nthreads", "1"),
    ):
        running = build(site, port)
        while running.poll() is None and len(list(values.glob("*/*/*"))) < 40:
            time.sleep(0.01)
        process.kill()
        _, told = running.communicate()
    assert running.returncode == 2, told
    assert f"The connection to the Dask scheduler at {HERE}:{port} broke" in told
    assert "Traceback" not in told
    assert site.output() == {}


def test_a_cluster_without_workers(site: SiteTest, monkeypatch: pytest.MonkeyPatch) -> None:
    """No worker, then no scheduler: each is told with its address and exit code 2; all stays."""
    monkeypatch.setattr(remote, "PATIENCE", 0.5)
    site.write(articles(2)).run("build")
    before = site.output()
    site.write(articles(3))
    with scheduler(site.folder.parent) as (port, _):
        result = site.run("build", "--executor", f"dask://{HERE}:{port}")
    assert result.exit_code == 2
    assert f"The Dask scheduler at {HERE}:{port} has no worker" in result.stderr
    result = site.run("build", "--executor", f"dask://{HERE}:{port}")
    assert result.exit_code == 2
    assert f"No Dask scheduler answers at {HERE}:{port}" in result.stderr
    assert "Traceback" not in result.stderr
    assert before == site.output()
