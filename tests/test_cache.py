"""The store of computed values, the map over processes: neither changes any result."""

from __future__ import annotations

import random
import shutil
import sqlite3
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from site_gen import cache, parallel
from tests.archive_sites import articles
from tests.support import SiteTest


def test_a_value_is_kept(tmp_path: Path) -> None:
    """What was put is got, by a later store too; what was not is None."""
    with cache.Store(tmp_path) as store:
        store.put([("a", b"1"), ("b", b"")])
    with cache.Store(tmp_path) as store:
        assert (store.get("a"), store.get("b"), store.get("c")) == (b"1", b"", None)


def test_a_value_is_computed_once(tmp_path: Path) -> None:
    """The second time the value comes from the store."""
    calls: list[int] = []

    def compute() -> bytes:
        calls.append(1)
        return b"value"

    with cache.Store(tmp_path) as store:
        assert [store.get_or_compute("k", compute) for _ in range(3)] == [b"value"] * 3
    assert calls == [1]


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


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> SiteTest:
    """A built site of a few articles."""
    site = SiteTest(tmp_path_factory.mktemp("built")).write(articles(5))
    assert site.run("build").exit_code == 0
    return site


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32), flips=st.integers(1, 200))
def test_a_damaged_cache_changes_nothing(built: SiteTest, seed: int, flips: int) -> None:
    """Random bytes of the cache flipped: the same output, exit code 0, no traceback."""
    expected = built.output()
    chance = random.Random(seed)
    for file in sorted((built.folder / ".site_gen" / "cache").iterdir()):
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
    site.write(articles(3)).run("build")
    expected = site.output()
    with sqlite3.connect(site.folder / ".site_gen/cache/store.sqlite") as database:
        database.execute("DELETE FROM store WHERE key LIKE 'body%'")
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


@pytest.mark.parametrize("jobs", [1, 2])
def test_an_exception_in_a_worker_is_raised(jobs: int) -> None:
    """What a worker raises, the caller gets."""
    with pytest.raises(ValueError, match="7 0"):
        list(parallel.ordered_map(fail, range(3), 7, jobs))


@given(st.lists(st.integers()), st.integers(1, 9))
def test_chunks_lose_nothing(items: list[int], size: int) -> None:
    """The chunks together are the items, and none is empty or too long."""
    parts = parallel.chunks(items, size)
    assert [one for part in parts for one in part] == items
    assert all(1 <= len(part) <= size for part in parts)
