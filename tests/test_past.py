"""What a build remembers for the next saves time and never changes what is published."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import weakref
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from site_gen import build, parallel, search, signatures
from site_gen.build import making, reading, stages
from site_gen.cache import Store
from site_gen.model import OutputFile
from site_gen.past import Past
from site_gen.signatures import COARSE, TICK, Signatures
from tests.archive_sites import EVERY_KIND, Files, articles, document
from tests.support import DATE, ROOT, SiteTest, vouching

FILES = {
    **articles(4),
    "content/articles/odd.md": document("A [dead](nowhere.md) link.", {"title": "Odd"}),
    "content/articles/pictured.md": document("![A](a.png)", {"title": "Pictured"}),
    "content/articles/a.png": "picture 1",
}


@pytest.fixture
def past(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a signature count at once: tests cannot wait until files are old enough for it."""
    vouching(monkeypatch)


def clean(site: SiteTest, folder: Path) -> dict[str, str]:
    """What a build without any past makes of the same sources."""
    other = copied(site, folder)
    assert other.run("build").exit_code == 0
    return other.output()


def copied(site: SiteTest, folder: Path) -> SiteTest:
    """A site of the same sources."""
    other = SiteTest(folder)
    for name in ("content", "templates", "static", "site.yml"):
        for path in [site.folder / name, *(site.folder / name).rglob("*")]:
            if path.is_file():
                other.write({path.relative_to(site.folder).as_posix(): path.read_bytes()})
    return other


def rendered(site: SiteTest, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The URLs of the pages that a build renders."""
    from site_gen.render.renderer import Renderer

    done: list[str] = []
    render = Renderer.render

    def noted(self: Renderer, page: object, store: object) -> str:
        done.append(page.url)  # type: ignore[attr-defined]
        return render(self, page, store)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(Renderer, "render", noted)
        assert site.run("build", "--jobs", "1").exit_code == 0
    return done


@pytest.mark.usefixtures("past")
def test_nothing_changed(site: SiteTest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A build of the same sources renders nothing, and tells all that the first one told."""
    first = site.write(FILES).run("build")
    assert "dead" in first.stderr
    assert rendered(site, monkeypatch) == []
    again = site.run("build")
    told = first.stderr.splitlines()[:-1]
    assert again.stderr.splitlines()[:-1] == told
    assert "0 files written" in again.stderr


@pytest.mark.usefixtures("past")
def test_an_edit_renders_what_shows_it(site: SiteTest, monkeypatch: pytest.MonkeyPatch) -> None:
    """After an edit of a text, its page is rendered, and not those of articles far from it."""
    site.write(articles(30)).run("build")
    site.write({"content/articles/n15.md": document("Other words.", {"title": "Changed"})})
    done = rendered(site, monkeypatch)
    assert "articles/n15.html" in done
    assert "articles/n03.html" not in done


def text(name: str, old: str, new: str) -> str:
    """A source with another text."""
    source = EVERY_KIND[name]
    assert isinstance(source, str)
    head, found, tail = source.rpartition(old)
    assert found
    return f"{head}{new}{tail}"


EDITS: list[list[Files]] = [
    [
        {"content/articles/undated.md": "# A letter without a date\n\nOther words.\n"},
        {"content/articles/odd.yml": "title: Stranger\n"},
        {"content/articles/dari.yml": "date: 1950\n"},
        {"content/authors/tim-example.md": "---\nname: Tim Sample\naliases: [Tim Example]\n---\n"},
        {"content/topics/war.md": "---\nname: Wars\naliases: [War]\n---\n"},
        {"content/places/kabul.yml": "name: Kabul\nparent: Asia\ncoordinates: [34, 69]\n"},
    ],
    [
        {"content/articles/noted.md": b""},
        {"templates/404.html": "Nothing {{ page.title }}"},
        {"content/places/afghanistan.md": "---\nname: Afghanistan\naliases: [Asia]\n---\n\nA.\n"},
        {"content/articles/wire/02-3.txt": b"", "content/articles/wire/03-3.txt": "Moved\n\nOn.\n"},
    ],
    [
        {"content/articles/noted.md": text("content/articles/noted.md", "A text", "More.\n\nIt")},
        {"content/authors/tim-example.md": text("content/authors/tim-example.md", "Tim", "He")},
        {"content/pages/about.md": text("content/pages/about.md", "About this", "Of this")},
        {"content/articles/full.md": text("content/articles/full.md", "[", "Well, [")},
        {"content/articles/odd.md": text("content/articles/odd.md", "Text.", "Other text.")},
        {"content/articles/wire/02-3.txt": text("content/articles/wire/02-3.txt", "Net", "Gross")},
        {"content/articles/dari.md": text("content/articles/dari.md", "\n---\n", "\n---\n\nA\n")},
    ],
    [
        {"static/site.css": "p { margin: 0 }"},
        {"site.yml": "title: Other\nurl: https://example.org/\nfields: {desk: Table}\n"},
        {"content/pages/about.md": "---\ntitle: About us\n---\n\nAbout this archive.\n"},
        {"content/articles/new.md": "---\nauthors: [C]\ndate: 1987-03-01\n---\n\n[L](full.md)\n"},
    ],
]
"""Edits one after the other: files that are written, or removed where nothing is to be in them."""


@pytest.mark.usefixtures("past")
@pytest.mark.parametrize("edits", EDITS, ids=["metadata", "removal", "texts", "settings"])
def test_edits_of_every_kind(site: SiteTest, tmp_path: Path, edits: list[Files]) -> None:
    """After each edit, and with every file's signature trusted, the output is that of a clean
    build: no page shows what its key does not hold."""
    site.write(EVERY_KIND).run("build", "--jobs", "1")
    for edit in edits:
        site.write({name: content for name, content in edit.items() if content})
        for name in edit.keys() - {name for name, content in edit.items() if content}:
            (site.folder / name).unlink()
        assert site.run("build", "--jobs", "1").exit_code == 0
    assert clean(site, tmp_path / "clean") == site.output()


@pytest.mark.usefixtures("past")
@pytest.mark.parametrize(
    ("field", "folder"),
    [
        ("authors", "authors"),
        ("translators", "authors"),
        ("places", "places"),
        ("topics", "topics"),
        ("series", "series"),
    ],
)
def test_a_new_name_is_shown(site: SiteTest, tmp_path: Path, field: str, folder: str) -> None:
    """Where the keeper calls somebody or something otherwise, every file that names them follows,
    though no article changed, and the address and what the name is filed under are the same.
    """
    filed = "sort_name: Name\n" if folder == "authors" else ""
    entry = f"content/{folder}/one.yml"
    site.write(articles(1, **{field: "[Old Name]"}))
    site.write({entry: f"name: Old Name\n{filed}"}).run("build", "--jobs", "1")
    site.write({entry: f"name: New Name\naliases: [Old Name]\n{filed}"})
    assert site.run("build", "--jobs", "1").exit_code == 0
    assert "New Name" in site.page("articles/n00.html")
    assert clean(site, tmp_path / "clean") == site.output()


TEMPLATES: list[tuple[Files, str, str]] = [
    ({"templates/404.html": "Nothing {{ page.title }}"}, "404.html", "articles/n01.html"),
    ({"templates/list.html": "{% include 'theme/list.html' %}+"}, "dates/index.html", "404.html"),
    ({"templates/part.html": "{% set x = 2 %}"}, "search.html", "articles/n01.html"),
    ({"templates/named.html": "Edited"}, "authors/index.html", "search.html"),
    (
        {"templates/words.html": "{% extends 'theme/words.html' %} "},
        "articles/n01.html",
        "feed.xml",
    ),
]
"""An edit of a template, a page that it concerns, and one that it does not."""


@pytest.mark.usefixtures("past")
@pytest.mark.parametrize(("edit", "near", "far"), TEMPLATES)
def test_a_template_concerns_pages_that_use_it(
    site: SiteTest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    edit: Files,
    near: str,
    far: str,
) -> None:
    """After an edit of a template, pages are rendered that include it, or may, and no others."""
    site.write(articles(3, authors="Ann Bell")).write(
        {
            "site.yml": "title: T\nurl: https://example.org/\n",
            "templates/search.html": "{% from 'part.html' import x %}{{ x }}",
            "templates/part.html": "{% set x = 1 %}",
            "templates/index.html": "{% set name = 'named' %}{% include name ~ '.html' %}",
            "templates/named.html": "Named",
        }
    )
    assert site.run("build").exit_code == 0
    done = rendered(site.write(edit), monkeypatch)
    assert near in done
    assert far not in done
    assert clean(site, tmp_path / "clean") == site.output()


@pytest.mark.usefixtures("past")
@pytest.mark.parametrize("path", ["articles/n01.html", "index.html", "search", "articles/a.png"])
@pytest.mark.parametrize("how", ["altered", "altered at the same time", "gone"])
def test_output_that_was_touched_is_mended(site: SiteTest, path: str, how: str) -> None:
    """A published file that is not as it was left is written again, whatever its times say."""
    site.write(FILES).run("build")
    site.run("build")
    expected = site.output()
    file = site.folder / "output" / path
    file = next(file.glob("d*.js")) if file.is_dir() else file
    status = file.stat()
    if how == "gone":
        file.unlink()
    else:
        file.write_bytes(file.read_bytes()[::-1])
        if how == "altered at the same time":
            os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert site.run("build").exit_code == 0
    assert expected == site.output()


@pytest.mark.usefixtures("past")
@pytest.mark.parametrize("path", ["content/articles/n01.md", "content/articles/a.png"])
def test_a_source_of_the_same_size_and_time(site: SiteTest, tmp_path: Path, path: str) -> None:
    """A source that was changed and given its old time again is read anew."""
    site.write(FILES).run("build")
    site.run("build")
    file = site.folder / path
    status = file.stat()
    data = file.read_bytes()
    file.write_bytes(data[:-2] + bytes([data[-2] ^ 1]) + data[-1:])
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
    site.run("build")
    assert clean(site, tmp_path / "clean") == site.output()


@pytest.mark.usefixtures("past")
def test_the_plan_stands_after_an_edit_of_a_text(
    site: SiteTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where only a text changed nothing is planned anew, and all that planning told is told."""
    site.write(EVERY_KIND).write(FILES).run("build", "--jobs", "1")
    name = "content/articles/wire/02-3.txt"
    site.write({name: text(name, "Net", "Gross")})
    with monkeypatch.context() as patch:
        patch.setattr("site_gen.archive.assemble", None)
        assert "dead" in site.run("build", "--jobs", "1").stderr
    site.write({name: text(name, "Wire", "Wires")})
    assert site.run("build", "--jobs", "1").exit_code == 0
    assert "Wires 2 3" in site.page("dates/1987-03-02.html")


@pytest.mark.usefixtures("past")
def test_pages_are_published_before_the_index(site: SiteTest, tmp_path: Path) -> None:
    """Who asks is told when the pages of an edited text are there; the index follows. Where a page
    comes or goes, all are published at once.
    """
    site.write(EVERY_KIND).run("build", "--jobs", "1")
    seen: list[dict[str, str]] = []

    def built() -> dict[str, str]:
        options = build.Options(
            site.folder,
            site.folder / "output",
            date.fromisoformat(DATE),
            jobs=1,
            early=lambda: seen.append(site.output()),
        )
        assert build.build(options).published
        return site.output()

    before = built()
    name = "content/articles/wire/02-3.txt"
    site.write({name: text(name, "Net", "Gross")})
    after = built()
    (early,) = seen
    page = "articles/wire/02-3.html"
    assert before[page] != early[page] == after[page]
    assert before["search.html"] == early["search.html"] != after["search.html"]
    assert before.keys() == early.keys()
    assert clean(site, tmp_path / "clean") == after
    site.write({"content/articles/one-more.md": "# One more\n"})
    assert clean(site, tmp_path / "clean more") == built()
    (site.folder / "content/articles/one-more.md").unlink()
    assert after == built()
    assert len(seen) == 1


def test_a_change_in_the_same_moment(site: SiteTest, tmp_path: Path) -> None:
    """Sources that change again at once, to the same size, are seen each time."""
    site.write(FILES)
    for number in range(5):
        site.write({"content/articles/n01.md": f"# T\n\nText {number}\n"})
        site.write({"content/articles/a.png": f"picture {number}"})
        assert site.run("build").exit_code == 0
        assert f"Text {number}" in site.page("articles/n01.html")
        assert site.page("articles/a.png") == f"picture {number}"
    assert clean(site, tmp_path / "clean") == site.output()


@pytest.mark.usefixtures("past")
def test_a_damaged_past(site: SiteTest) -> None:
    """A memory in which any byte was flipped is none; the build comes to the same."""
    site.write(FILES).run("build")
    expected = site.output()
    store = site.folder / ".site_gen/cache/store.sqlite"
    for at, which in ((0, 0), (50, 1), (20, 2), (-1, 0), (-1, 1)):
        with sqlite3.connect(store) as database:
            query = "SELECT key, value FROM store WHERE key LIKE 'past%' ORDER BY key"
            key, value = database.execute(query).fetchall()[which]
            flipped = bytearray(value)
            flipped[at] ^= 1
            database.execute("UPDATE store SET value = ? WHERE key = ?", (bytes(flipped), key))
        database.close()
        assert site.run("build").exit_code == 0
        assert expected == site.output()


@pytest.mark.usefixtures("past")
@pytest.mark.parametrize(
    ("files", "arguments"),
    [
        ({"templates/404.html": "Other"}, []),
        ({"static/site.css": "body {}"}, []),
        ({"site.yml": "title: Other\nurl: https://example.org/\n"}, []),
        ({}, ["--url", "https://example.net/"]),
        ({"content/articles/extra.log": "?"}, []),
        ({}, ["--strict"]),
    ],
)
def test_whatever_changes_is_seen(
    site: SiteTest, files: dict[str, str], arguments: list[str]
) -> None:
    """Templates, static files, settings and options count as much as sources do."""
    site.write(FILES).run("build")
    before = site.output()
    result = site.write(files).run("build", *arguments)
    changed = result.exit_code != 0 or site.output() != before
    assert changed or "extra.log" in result.stderr


@pytest.mark.usefixtures("past")
def test_an_output_of_another_build(site: SiteTest) -> None:
    """An output that was put back from a copy is whole and yet not that of the last build."""
    site.write(FILES).run("build")
    shutil.copytree(site.folder / "output", site.folder / "copy")
    site.write({"content/articles/n01.md": document("New words.", {"title": "New"})}).run("build")
    expected = site.output()
    shutil.rmtree(site.folder / "output")
    (site.folder / "copy").rename(site.folder / "output")
    site.run("build")
    assert expected == site.output()


@pytest.mark.usefixtures("past")
def test_a_build_that_ended_before_it_was_remembered(
    site: SiteTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was published by a build that died then is not taken for what came before it."""
    site.write(FILES).run("build")
    expected = site.output()
    before = (site.folder / "content/articles/n01.md").read_bytes()
    site.write({"content/articles/n01.md": document("New words.", {"title": "New"})})

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("site_gen.past.Past.save", killed)
        site.run("build", "--jobs", "1")
    assert "New words" in site.page("articles/n01.html")
    site.write({"content/articles/n01.md": before})
    site.run("build")
    assert expected == site.output()


@pytest.mark.usefixtures("past")
@pytest.mark.parametrize(
    "files", [{"site.yml": "title: Archive\nbogus: 1\n"}, {"static/a\\b.css": "p {}"}]
)
def test_a_new_error_is_told(site: SiteTest, files: dict[str, str]) -> None:
    """A mistake that changes nothing else fails the build that comes after it."""
    site.write(FILES | {"site.yml": "title: Archive\n"})
    assert site.run("build").exit_code == 0
    assert site.write(files).run("build").exit_code == 1


@pytest.mark.usefixtures("past")
def test_files_that_keep_their_names(site: SiteTest) -> None:
    """An edit of static/root/ is published, though the address stays."""
    site.write(FILES | {"static/root/robots.txt": "One"}).run("build")
    site.write({"static/root/robots.txt": "Two"}).run("build")
    assert site.page("robots.txt") == "Two"


@pytest.mark.usefixtures("past")
def test_templates_in_a_linked_folder(site: SiteTest, tmp_path: Path) -> None:
    """A template that is reached by a link counts as one that lies there."""
    shared = tmp_path / "shared"
    shared.mkdir()
    (shared / "m.html").write_text("V1", "utf-8")
    site.write(FILES | {"templates/404.html": "{% include 'shared/m.html' %}"})
    (site.folder / "templates/shared").symlink_to(shared)
    site.run("build")
    (shared / "m.html").write_text("V2", "utf-8")
    site.run("build")
    assert site.page("404.html") == "V2"


@pytest.mark.usefixtures("past")
def test_another_program(site: SiteTest, monkeypatch: pytest.MonkeyPatch) -> None:
    """What another version of site_gen left is not looked at, and goes."""
    site.write(FILES).run("build")
    expected = site.output()
    with monkeypatch.context() as patch:
        patch.setattr("site_gen.cache._version", lambda _: "0")
        with Store(site.folder / ".site_gen/cache") as store:
            assert Past.load(store, os.path.realpath(site.folder / "output")) == Past()
        assert site.run("build", "--jobs", "1").exit_code == 0
    assert expected == site.output()
    with sqlite3.connect(site.folder / ".site_gen/cache/store.sqlite") as database:
        keys = database.execute("SELECT key FROM store WHERE key LIKE 'past%'").fetchall()
    database.close()
    assert len({key.split()[1] for (key,) in keys}) == 1


def test_a_signature_needs_time(tmp_path: Path) -> None:
    """A file that changed a moment ago has no signature; one that was left alone has."""
    file = tmp_path / "a"
    file.write_bytes(b"1")
    status = file.stat()
    changed = max(status.st_mtime_ns, status.st_ctime_ns)
    coarse = any(one % 1_000_000_000 == 0 for one in (status.st_mtime_ns, status.st_ctime_ns))
    wait = COARSE if coarse else TICK
    for now, kept in ((changed, False), (changed + wait, False), (changed + wait + 1, True)):
        taken = Signatures({}, now)
        taken.take("a", status, "digest")
        assert kept == bool(taken.taken)


def test_whole_seconds_need_more_time(tmp_path: Path) -> None:
    """Where times are whole seconds, changes may share one for longer."""
    file = tmp_path / "a"
    file.write_bytes(b"1")
    os.utime(file, ns=(0, 10**18))
    status = file.stat()
    changed = max(status.st_mtime_ns, status.st_ctime_ns)
    taken = Signatures({}, changed + TICK + 1)
    taken.take("a", status, "digest")
    assert not taken.taken


def test_a_signature_vouches_for_the_same_file_alone(tmp_path: Path) -> None:
    """Another size, time or inode, and the file is read."""
    file, other = tmp_path / "a", tmp_path / "b"
    for path in (file, other):
        path.write_bytes(b"1")
    kept = {"a": (signatures.signature(file.stat()), "digest")}
    assert Signatures(kept, 0).digest("a", file.stat()) == "digest"
    assert Signatures(kept, 0).digest("b", file.stat()) == ""
    assert Signatures(kept, 0).digest("a", other.stat()) == ""
    file.write_bytes(b"2")
    os.utime(file, ns=(0, 0))
    assert Signatures(kept, 0).digest("a", file.stat()) == ""


@pytest.mark.usefixtures("past")
def test_the_past_of_a_folder_that_is_gone(site: SiteTest) -> None:
    """A build into a folder for once leaves nothing behind when that folder is removed."""

    def kept() -> int:
        with sqlite3.connect(site.folder / ".site_gen/cache/store.sqlite") as database:
            query = "SELECT count(*) FROM store WHERE key LIKE 'past%'"
            ((count,),) = database.execute(query).fetchall()
        database.close()
        return int(count)

    site.write(FILES).run("build")
    expected = kept()
    site.run("build", "--output", str(site.folder / "once"))
    assert kept() > expected
    shutil.rmtree(site.folder / "once")
    site.write({"content/articles/n01.md": document("New words.", {"title": "New"})}).run("build")
    assert kept() == expected


def _past(name: str) -> Past:
    """A past that is told from others by a name."""
    kept = {f"{name}/{one}": ((1, 2**63, one, 2**64 - 1), "d") for one in range(100)}
    pages = {f"{name}/{one}": name for one in range(100)}
    return Past("seen by", {name: b"1"}, kept, name, output=kept.items, pages=lambda: pages)


@pytest.mark.parametrize("name", ["", "a"])
def test_a_past_comes_back_as_it_was_kept(tmp_path: Path, name: str) -> None:
    """What is read late is the same as what was kept, and is there when the store is closed."""
    past = _past(name) if name else Past(output=tuple, pages=dict)
    with Store(tmp_path) as store:
        _past("before").save(store, "output")
        past.save(store, "output")
        found = Past.load(store, "output")
    assert (found, found.pages()) == (past, past.pages())
    assert dict(found.output() or ()) == dict(past.output() or ())


@example([dict.fromkeys(range(4), "a"), dict.fromkeys(range(3), "a")] * 2)
@given(st.lists(st.dictionaries(st.integers(0, 6), st.sampled_from("ab"))))
def test_tables_are_kept_by_what_changed(tables: list[dict[int, str]]) -> None:
    """What is kept after one another comes back, of whichever whole it is told."""
    with (
        tempfile.TemporaryDirectory() as folder,
        Store(Path(folder)) as store,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setattr("site_gen.past.SHARE", 1)
        before = Past()
        for table in tables:
            pages = {str(one): key for one, key in table.items()}
            kept = {one: ((1, 2, 3, 4), key) for one, key in pages.items()}
            past = Past(output=kept.items, pages=partial(dict, pages))
            last = dict(before.output() or ())
            new = {one: signed for one, signed in kept.items() if last.get(one) != signed}
            past.save(store, "output", before, (new, last.keys() - kept.keys()))
            before = Past.load(store, "output")
            assert (dict(before.output() or ()), before.pages()) == (kept, pages)
            files = {one: OutputFile(one, digest, 1) for one, (_, digest) in kept.items()}
            assert before.files() == files


def test_a_table_is_seldom_kept_as_a_whole(tmp_path: Path) -> None:
    """An edit of a text leaves what stands as it lies in the store."""
    with Store(tmp_path) as store:
        _past("one").save(store, "output")
        before = Past.load(store, "output")
        pages = {**before.pages(), "one/0": "other"}
        replace(before, pages=lambda: pages).save(store, "output", before)
        found = Past.load(store, "output")
        assert found.pages() == pages
        assert found.since[1].whole == before.since[1].whole
        assert found.since[1].new == {"one/0": "other"}


@pytest.mark.parametrize("part", ["files", "output", "pages"])
def test_tables_of_another_past(tmp_path: Path, part: str) -> None:
    """A table that is damaged, or belongs to another past, is none."""
    with Store(tmp_path / "store") as store:
        _past("one").save(store, "output")
        (key,) = (key for key in _keys(store) if key.endswith(part))
        other = store.get(key)
        assert other
        for value in (other, b"", None):
            _past("two").save(store, "output")
            store.put([(key, value)]) if value is not None else store.forget([key])
            found = Past.load(store, "output")
            assert (found.files() is None) == (part == "files")
            assert (found.output() is None) == (part in ("files", "output"))
            assert len(found.pages()) == (0 if part == "pages" else 100)


def _keys(store: Store) -> list[str]:
    with sqlite3.connect(store.folder / "store.sqlite") as database:
        keys = [row[0] for row in database.execute("SELECT key FROM store")]
    database.close()
    return keys


IN_COPIES = """
import functools, gc, os, sys, time
from site_gen import output, parallel, search
from site_gen.build import making, planning, reading, stages
from site_gen.cli import main

output.LONG = stages.MANY = 0
if sys.argv[2] == "ended":
    planning.keep = lambda *_: os._exit(3)
if sys.argv[2] == "late":
    parent, done = os.getpid(), os.path.join(sys.argv[1], "done")
    prepared, publish = search.prepared, output.Output.publish

    def late(*given):
        make = prepared(*given)
        if os.getpid() == parent:
            return make

        def made():
            time.sleep(1)
            index = make()
            open(done, "w").close()
            return index

        return made

    def checked(*given):
        assert os.path.exists(done)
        return publish(*given)

    search.prepared, output.Output.publish = late, checked
if sys.argv[2] == "anew":
    def lean(make, *given):
        assert not any(isinstance(one, reading._Groups) for one in gc.get_objects())
        return make(*given)

    making.index = functools.partial(lean, making.index)
    making.pages = functools.partial(lean, making.pages)
copied, steps = [], []
beside, prepare = parallel.beside, search.prepared

def noted(works, wanted):
    copied.append(wanted and parallel.may_be_copied())
    steps.append("copied")
    return beside(works, wanted)

def told(*given):
    steps.append("prepared")
    make = prepare(*given)

    def made():
        steps.append("indexed")
        return make()

    return made

parallel.beside, search.prepared = noted, told
try:
    main(["-C", sys.argv[1], "build", "--keep-going", "--jobs", "2", "--date", "2026-01-01"])
finally:
    # Nobody looks at an output that is not there yet.
    again = sys.argv[2] not in ("anew", "broken")
    assert copied == [again, True, True] + [True] * again
    # What goes through all articles does so before the copy that compares them.
    indexed = ["indexed"] * (sys.argv[2] == "anew")
    assert again or steps == ["copied", "copied", "prepared", "copied", *indexed]
"""

IN_THE_WAY: Files = {"content/dates/1999.md": document("A text.", {"title": "New"})}


@pytest.mark.skipif(sys.platform != "linux", reason="only there is a process copied")
def test_copies_make_what_one_process_does(tmp_path: Path) -> None:
    """Where copies of the process make the index, files and a plan, an edit comes to the same."""
    site = SiteTest(tmp_path / "site").write(FILES)
    assert site.run("build").exit_code == 0
    edits: list[Files] = [
        {"content/articles/odd.md": document("Another text.", {"title": "Odd"})},
        {"content/articles/new.md": document("A text.", {"title": "New", "date": "1999-01-02"})},
        {"content/articles/more.md": document("A text.", {"title": "More"})},
    ]
    for at, edit in enumerate(edits):
        site.write(edit)
        assert in_copies(site).returncode == 0
        assert site.output() == clean(site, tmp_path / f"clean {at}")
        anew = copied(site, tmp_path / f"anew {at}")
        assert in_copies(anew, "anew").returncode == 0
        assert anew.output() == site.output()
    before = site.output()
    # What is in the way of a page is found to be so when others are like it already.
    told = in_copies(site.write(IN_THE_WAY)).stderr
    assert "1 error" in told
    assert "Traceback" not in told
    assert site.output() == before
    anew, alone = (copied(site, tmp_path / name) for name in ("anew", "alone"))
    assert in_copies(anew, "anew").returncode == 3
    assert alone.run("build", "--keep-going", "--jobs", "1").exit_code == 3
    assert anew.output() == alone.output()


@pytest.mark.skipif(sys.platform != "linux", reason="only there is a process copied")
def test_a_broken_template_is_told_before_texts_are_indexed(tmp_path: Path) -> None:
    """It is found beside the copy that compares articles; mended, all comes to the same."""
    site = SiteTest(tmp_path / "site").write(FILES).write({"templates/own.html": "{{ broken"})
    told = in_copies(site, "broken")
    assert told.returncode == 1
    assert "template-error" in told.stderr
    assert "Traceback" not in told.stderr
    assert not (site.folder / "output").exists()
    (site.folder / "templates/own.html").unlink()
    assert site.run("build").exit_code == 0
    assert site.output() == clean(site, tmp_path / "clean")


@pytest.mark.skipif(sys.platform != "linux", reason="only there is a process copied")
def test_a_copy_that_ends_when_all_is_made(tmp_path: Path) -> None:
    """Where only what the next build would go by is lost, this one publishes, and says so."""
    site = SiteTest(tmp_path / "site").write(FILES)
    assert site.run("build").exit_code == 0
    for at in range(2):
        site.write({f"content/articles/new{at}.md": document("A text.", {"title": "New"})})
        done = in_copies(site, "ended")
        assert done.returncode == 0
        assert "Published" in done.stderr
        assert site.output() == clean(site, tmp_path / f"clean {at}")


@pytest.mark.skipif(sys.platform != "linux", reason="only there is a process copied")
def test_nothing_is_published_while_a_copy_makes_an_index(tmp_path: Path) -> None:
    """Where the index of a copy is of no use, as a page has no place, it is waited for: files that
    come into the stage would be in the way of its removal.
    """
    site = SiteTest(tmp_path / "site").write(FILES)
    article = document("A text.", {"title": "New", "date": "1999-01-02"})
    site.write({"content/articles/new.md": article})
    assert site.run("build").exit_code == 0
    before = site.output()
    assert in_copies(site.write(IN_THE_WAY), "late").returncode == 3
    assert site.output() == before


def test_what_only_planning_asks_for_is_gone_when_pages_are_made(
    site: SiteTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though one process makes all."""
    known: list[weakref.ref[object]] = []
    groups, pages = reading._Groups, making.pages

    class Noted(groups):  # type: ignore[valid-type, misc]
        def __init__(self, *given: object) -> None:
            super().__init__(*given)
            known.append(weakref.ref(self))

    def lean(*given: Any) -> making.Made:
        assert [one() for one in known] == [None]
        return pages(*given)

    monkeypatch.setattr(reading, "_Groups", Noted)
    monkeypatch.setattr(making, "pages", lean)
    assert site.write(FILES).run("build", "--jobs", "1").exit_code == 0
    assert known


def test_an_index_is_made_once_where_no_process_is_copied(
    site: SiteTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever asks for it."""
    assert site.write(FILES).run("build", "--jobs", "1").exit_code == 0
    made: list[search.Index] = []
    prepared = search.prepared

    def noted(*given: Any) -> Callable[[], search.Index]:
        make = prepared(*given)

        def index() -> search.Index:
            made.append(make())
            return made[-1]

        return index

    monkeypatch.setattr(stages, "MANY", 0)
    monkeypatch.setattr(parallel, "may_be_copied", lambda: False)
    monkeypatch.setattr(search, "prepared", noted)
    site.write({"content/articles/new.md": document("A text.", {"title": "New"})})
    assert site.run("build", "--jobs", "2").exit_code == 0
    assert len(made) == 1


def in_copies(site: SiteTest, which: str = "again") -> subprocess.CompletedProcess[str]:
    """A build of a large site by several processes: `again`; `anew`, where what compares articles
    is gone before pages are made; with a template that is `broken`, so that no text is indexed;
    with a copy that is `ended` before it keeps the plan, or with one that is `late` with its index.
    """
    command = [sys.executable, "-c", IN_COPIES, str(site.folder), which]
    return subprocess.run(command, timeout=60, cwd=ROOT, capture_output=True, text=True)
