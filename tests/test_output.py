"""The only writer of output/: safe publishing (Law 5) and a manifest that is true (Law 6)."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import pickle
import subprocess
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from site_gen import output as module
from site_gen import signatures
from site_gen.model import OutputFile
from site_gen.output import MANIFEST, Output, OutputError, Published, check_path, holds, stage
from site_gen.paths import comparable, trouble
from site_gen.signatures import unsettled
from tests.support import vouching

Tree = Mapping[str, bytes]

OLD: Tree = {
    "index.html": b"old home",
    "assets/style.1.css": b"old style",
    "feed.xml": b"feed",
    "places": b"a file",
    "authors/a.html": b"an author",
    "authors/deep/b.html": b"another",
    "gone/x.html": b"to go",
}
NEW: Tree = {
    "index.html": b"new home",
    "assets/style.2.css": b"new style",
    "feed.xml": b"feed",
    "places/kabul.html": b"a place",
    "places/herat.html": b"a place",
    "authors": b"now a file",
}


def output_of(root: Path) -> Output:
    """The output folder of a test's own folder."""
    return Output(root / "output", root / "locks")


def stage_all(output: Output, tree: Tree) -> list[OutputFile]:
    """Stage a tree as workers do."""
    return [stage(output.stage_folder, output.folder, path, data) for path, data in tree.items()]


def publish(root: Path, tree: Tree) -> Published:
    """One whole build."""
    with output_of(root) as output:
        return output.publish(stage_all(output, tree))


def write(root: Path, path: str, data: bytes) -> None:
    """Put a file into output/ by hand."""
    target = root / "output" / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(data)


def everything(root: Path) -> dict[str, bytes | None]:
    """All that output/ holds: files with their bytes, folders with None."""
    folder = root / "output"
    return {
        path.relative_to(folder).as_posix(): None if path.is_dir() else path.read_bytes()
        for path in folder.rglob("*")
    }


def site(root: Path) -> dict[str, bytes]:
    """The files of output/ but the manifest and a build's own workshop."""
    return {
        path: data
        for path, data in everything(root).items()
        if data is not None and path != MANIFEST and not path.startswith(".site_gen/")
    }


def manifest(root: Path) -> Any:
    """The manifest, parsed."""
    return json.loads((root / "output" / MANIFEST).read_bytes())


def files(kept: signatures.Kept) -> dict[str, OutputFile]:
    """The files of which signatures are kept, as they come from the store."""
    return signatures.described(*signatures.unlisted(signatures.packed(kept)[0]))


def described(tree: Tree) -> dict[str, dict[str, str | int]]:
    """What the manifest must say of a tree."""
    return {
        path: {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}
        for path, data in tree.items()
    }


class Killed(BaseException):
    """Stands for the end of the process."""


@contextmanager
def killed_at(step: int) -> Iterator[None]:
    """Let `step` changes of the disk happen, then no more: the next is cut in the middle."""
    left = step

    def cut(action: Any) -> Any:
        def act(*arguments: Any, **named: Any) -> Any:
            nonlocal left
            left -= 1
            if left < 0:
                raise Killed
            return action(*arguments, **named)

        return act

    def cut_write(path: str, data: bytes) -> None:
        nonlocal left
        left -= 1
        with open(path, "xb") as file:
            file.write(data if left >= 0 else data[: len(data) // 2])
        if left < 0:
            raise Killed

    with pytest.MonkeyPatch.context() as patch:
        for name in ("replace", "unlink", "rmdir", "mkdir", "fsync"):
            patch.setattr(os, name, cut(getattr(os, name)))
        patch.setattr(module, "_put", cut_write)
        yield


def publish_and_die(root: Path, tree: Tree, step: int) -> bool:
    """Whether the build was killed before it ended."""
    try:
        with killed_at(step):
            publish(root, tree)
    except Killed:
        return True
    return False


def assert_whole(root: Path, old: Tree, new: Tree) -> None:
    """Every file is wholly old or wholly new, and one that both builds have is there."""
    now = site(root)
    for path, data in now.items():
        assert data in (old.get(path), new.get(path))
    for path in old.keys() & new.keys():
        assert path in now


def assert_recovers(root: Path, old: Tree, new: Tree) -> None:
    """The next command leaves the new site if the journal was whole, the old one if not."""
    forward = (root / "output/.site_gen/journal.json").exists() or (
        (root / "output" / MANIFEST).exists() and manifest(root)["files"] == described(new)
    )
    with output_of(root):
        pass
    expected = new if forward else old
    assert dict(expected) == site(root)
    assert not (root / "output/.site_gen").exists()
    if forward or old:
        assert described(expected) == manifest(root)["files"]


@st.composite
def trees(draw: st.DrawFn) -> dict[str, bytes]:
    """Small trees in which the same name is now a file, now a folder."""
    parts = st.sampled_from(["a", "b.html", "assets", "é", "a b", 'a"'])
    paths = st.lists(parts, min_size=1, max_size=3).map("/".join)
    tree = draw(st.dictionaries(paths, st.binary(max_size=3), max_size=6))
    folders = {path[:end] for path in tree for end in range(len(path)) if path[end] == "/"}
    return {path: data for path, data in tree.items() if path not in folders}


def test_published(tmp_path: Path) -> None:
    """A first build writes every file and the manifest, and leaves nothing else behind."""
    assert Published(written=7, unchanged=0, deleted=0) == publish(tmp_path, OLD)
    assert dict(OLD) == site(tmp_path)
    assert described(OLD) == manifest(tmp_path)["files"]
    assert not (tmp_path / "output/.site_gen").exists()


def test_second_build(tmp_path: Path) -> None:
    """Only what changed is written, what is no longer planned is deleted with empty folders."""
    publish(tmp_path, {"a.html": b"1", "b.html": b"2", "c/d/e.html": b"3"})
    done = publish(tmp_path, {"a.html": b"1", "b.html": b"two"})
    assert Published(written=1, unchanged=1, deleted=1) == done
    assert {"a.html", "b.html", MANIFEST} == everything(tmp_path).keys()


def test_unchanged_build_touches_nothing(tmp_path: Path) -> None:
    """A build without changes replaces no file, the manifest included."""
    publish(tmp_path, OLD)
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "output").rglob("*")}
    assert Published(written=0, unchanged=7, deleted=0) == publish(tmp_path, OLD)
    assert before == {path: path.stat().st_mtime_ns for path in (tmp_path / "output").rglob("*")}


def test_file_and_folder_change_places(tmp_path: Path) -> None:
    """A path that was a file becomes a folder, and the other way round."""
    publish(tmp_path, OLD)
    publish(tmp_path, NEW)
    assert dict(NEW) == site(tmp_path)
    publish(tmp_path, OLD)
    assert dict(OLD) == site(tmp_path)


@given(trees(), trees())
def test_incremental_equals_clean(old: Tree, new: Tree) -> None:
    """What is in output/ after a build depends on its files alone, not on the build before."""
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        publish(Path(one), old)
        publish(Path(one), new)
        publish(Path(other), new)
        assert everything(Path(other)) == everything(Path(one))


@given(trees(), trees(), trees())
def test_a_manifest_from_the_last_one_equals_a_clean_one(old: Tree, new: Tree, later: Tree) -> None:
    """A build that takes lines of the manifest that was left publishes what a first one would."""
    with (
        tempfile.TemporaryDirectory() as one,
        tempfile.TemporaryDirectory() as other,
        pytest.MonkeyPatch.context() as patch,
    ):
        vouching(patch)
        folder, locks = Path(one) / "output", Path(one) / "locks"
        with Output(folder, locks) as output:
            output.publish(stage_all(output, old))
            written, (kept, _) = output.manifest, output.signatures()
            left = written, lambda: files(kept)
        with Output(folder, locks, lambda: left) as output:
            output.held(kept)
            for tree in (new, later):
                output.publish(stage_all(output, tree))
                assert described(tree) == manifest(Path(one))["files"]
                changed, gone = output.signatures()
                digests = {path: digest for path, (_, digest) in (kept | changed).items()}
                assert {path: digests[path] for path in digests.keys() - gone} == {
                    path: hashlib.sha256(data).hexdigest() for path, data in tree.items()
                }
        publish(Path(other), later)
        assert everything(Path(other)) == everything(Path(one))


@given(trees(), trees())
def test_a_manifest_is_changed_line_by_line(old: Tree, new: Tree) -> None:
    """Without some lines and with others it is the one that is made of all of them."""
    was, now = (
        {path: OutputFile(path, "0" * 64, len(tree[path])) for path in tree} for tree in (old, new)
    )
    stays = OutputFile("m", "0" * 64, 1)
    gone = [one for path, one in was.items() if path in now or len(path) % 2]
    left = [one for one in was.values() if one not in gone]
    lines = [[*map(module._line, some)] for some in ([*was.values(), stays], gone, now.values())]
    changed = module._changed(module._manifest_bytes(lines[0]), lines[1], lines[2])
    assert changed == module._manifest_bytes(map(module._line, (*left, stays, *now.values())))
    kept = module._lines_without(module._manifest_bytes(lines[0]), set(lines[1]))
    assert changed == module._manifest_bytes([*kept, *lines[2]])


@given(trees(), trees(), st.integers(0, 60), st.integers(0, 40))
def test_kill_at_any_step(old: Tree, new: Tree, step: int, later_step: int) -> None:
    """A kill while publishing, and another while recovering, never leave a half-written file."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        if old:
            publish(root, old)
        publish_and_die(root, new, step)
        swapped = {path for path in old.keys() ^ new.keys() if path.startswith(("a", "b", "é"))}
        if not swapped:
            assert_whole(root, old, new)
        try:
            with killed_at(later_step), output_of(root):
                pass
        except Killed:
            pass
        assert_recovers(root, old, new)


def test_kill_at_every_step(tmp_path: Path) -> None:
    """One build with every kind of change survives a kill at each of its steps."""
    step = 0
    alive = True
    while alive:
        root = tmp_path / str(step)
        publish(root, OLD)
        alive = publish_and_die(root, NEW, step)
        assert_whole(root, OLD, NEW)
        assert_recovers(root, OLD, NEW)
        publish(root, NEW)
        assert dict(NEW) == site(root)
        step += 1
    assert step > 30


CHILD = """
import os, sys
from pathlib import Path
from tests.test_output import NEW_MANY, publish
count, replace = int(sys.argv[2]), os.replace
def counted(*paths):
    global count
    count -= 1
    if count == 0:
        print("now", flush=True)
        sys.stdin.read()
    replace(*paths)
os.replace = counted
publish(Path(sys.argv[1]), NEW_MANY)
"""
OLD_MANY = {f"{number % 7}/{number}.html": b"old" * number for number in range(60)}
NEW_MANY = {f"{number % 7}/{number}.html": b"new" * number for number in range(20, 80)}


@pytest.mark.parametrize("replacement", [1, 2, 30, 61, 62])
def test_real_kill(tmp_path: Path, replacement: int) -> None:
    """A process that the system ends at once leaves whole files, and no lock."""
    publish(tmp_path, OLD_MANY)
    command = [sys.executable, "-c", CHILD, str(tmp_path), str(replacement)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout
        assert child.stdout.readline().strip() == b"now"
        child.kill()
    assert_whole(tmp_path, OLD_MANY, NEW_MANY)
    assert_recovers(tmp_path, OLD_MANY, NEW_MANY)


LOCKER = """
import sys
from pathlib import Path
from tests.test_output import output_of
output = output_of(Path(sys.argv[1]))
output.open()
print("open", flush=True)
sys.stdin.read()
"""


def test_second_build_at_once(tmp_path: Path) -> None:
    """While another process writes the folder a build is refused, and not any longer."""
    command = [sys.executable, "-c", LOCKER, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout
        assert child.stdout.readline().strip() == b"open"
        with pytest.raises(OutputError, match="Another build is writing"):
            output_of(tmp_path).open()
        child.kill()
    publish(tmp_path, OLD)
    assert dict(OLD) == site(tmp_path)


def test_lock_in_one_process(tmp_path: Path) -> None:
    """The lock also holds between two builds of one process, and other folders are free."""
    with output_of(tmp_path):
        with pytest.raises(OutputError, match="Another build is writing"):
            output_of(tmp_path).open()
        with Output(tmp_path / "other", tmp_path / "locks"):
            pass


def test_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Content-named files come first, then others, pages, the manifest, and deletions last."""
    publish(tmp_path, OLD)
    done: list[str] = []

    def noted(name: str, action: Any) -> Any:
        def act(*paths: str | Path, **options: Any) -> Any:
            if options:  # The stage is removed, file by file.
                return action(*paths, **options)
            done.append(f"{name} {Path(paths[-1]).relative_to(tmp_path / 'output').as_posix()}")
            return action(*paths)

        return act

    with output_of(tmp_path) as output:
        tree = {"a.html": b"1", "search/1.js": b"2", "b.xml": b"3", "search/x.html": b"4"}
        files = stage_all(output, tree)
        monkeypatch.setattr(os, "replace", noted("put", os.replace))
        monkeypatch.setattr(os, "unlink", noted("delete", os.unlink))
        output.publish(files)
    monkeypatch.undo()
    assert [
        "put .site_gen/journal.json",
        "put search/1.js",
        "put b.xml",
        "put a.html",
        "put search/x.html",
        f"put {MANIFEST}",
    ] == done[:6]
    assert {f"delete {path}" for path in OLD} == {
        line for line in done[6:] if "site_gen" not in line
    }


def test_failed_build_changes_nothing(tmp_path: Path) -> None:
    """Staging without publishing leaves the old site, and no new folder where there was none."""
    with output_of(tmp_path) as output:
        stage_all(output, OLD)
    assert not (tmp_path / "output").exists()
    publish(tmp_path, OLD)
    before = everything(tmp_path)
    with output_of(tmp_path) as output:
        stage_all(output, NEW)
        assert dict(OLD) == site(tmp_path)
    assert before == everything(tmp_path)


def test_published_twice_in_one_session(tmp_path: Path) -> None:
    """A preview may publish again without closing."""
    with output_of(tmp_path) as output:
        output.publish(stage_all(output, OLD))
        assert Published(5, 1, 5) == output.publish(stage_all(output, NEW))
    assert dict(NEW) == site(tmp_path)


def test_manifest_is_the_same_for_any_order(tmp_path: Path) -> None:
    """The manifest is sorted, has no clock, does not list itself and ends with a newline."""
    publish(tmp_path / "a", {"b": b"1", "é": b"2", "a/c": b"3"})
    publish(tmp_path / "b", {"a/c": b"3", "é": b"2", "b": b"1"})
    written = (tmp_path / "a/output" / MANIFEST).read_bytes()
    assert written == (tmp_path / "b/output" / MANIFEST).read_bytes()
    assert written.endswith(b"}\n")
    assert list(json.loads(written)) == ["format", "generator", "files"]
    assert list(json.loads(written)["files"]) == ["a/c", "b", "é"]


def test_stage_again(tmp_path: Path) -> None:
    """A file is staged once however often it is asked for, and never if output/ holds it."""
    publish(tmp_path, {"a": b"same"})
    with output_of(tmp_path) as output:
        first = stage(output.stage_folder, output.folder, "b", b"data")
        assert first == stage(output.stage_folder, output.folder, "b", b"data")
        assert len(list(output.stage_folder.iterdir())) == 1
        stage(output.stage_folder, output.folder, "a", b"same")
        assert len(list(output.stage_folder.iterdir())) == 1
        stage(output.stage_folder, output.folder, "a", b"same", there=False)
        assert len(list(output.stage_folder.iterdir())) == 2


def test_a_staged_file_is_whole(tmp_path: Path) -> None:
    """What a process that died had staged in part is staged anew by the one after it."""
    with output_of(tmp_path) as output:
        stage(output.stage_folder, output.folder, "a", b"data")
        (staged,) = output.stage_folder.iterdir()
        staged.write_bytes(b"da")
        made = stage(output.stage_folder, output.folder, "a", b"data")
        assert output.publish([made]) == Published(1, 0, 0)
        assert (output.folder / "a").read_bytes() == b"data"


def test_half_a_file_is_not_staged(tmp_path: Path) -> None:
    """What another process is writing, or left in part, counts as not there."""
    with output_of(tmp_path) as output:
        made = stage(output.stage_folder, output.folder, "a", b"data")
        assert module.staged(output.stage_folder, made)
        (staged,) = output.stage_folder.iterdir()
        staged.write_bytes(b"da")
        assert not module.staged(output.stage_folder, made)
        staged.unlink()
        assert not module.staged(output.stage_folder, made)


def test_the_same_file_twice(tmp_path: Path) -> None:
    """It is refused as two files for one path are, though it is one."""
    made = OutputFile("a", "0" * 64, 1)
    with pytest.raises(ValueError, match="two files for one path: 'a'"):
        module.plan([made, OutputFile("b", "0" * 64, 1), made])
    old = module.plan([made]).files
    for other in (made, OutputFile("a", "0" * 64, 1)):
        with pytest.raises(ValueError, match="two files for one path: 'a'"):
            module.plan([made, OutputFile("b", "0" * 64, 1), other], old)


FILES = st.dictionaries(st.sampled_from("abcdef"), st.sampled_from("01"))


@given(FILES, FILES, st.sets(st.sampled_from("abcdef")))
def test_a_plan_tells_what_came_and_went(
    old: dict[str, str], new: dict[str, str], same: set[str]
) -> None:
    """Whatever files are the very ones of the last publication; those that are may be no others."""
    was = {path: OutputFile(path, digest * 64, 1) for path, digest in old.items()}
    files = [
        was[path] if path in same and path in was else OutputFile(path, digest * 64, 1)
        for path, digest in new.items()
    ]
    made = module.plan(files, was)
    assert made.files == {file.path: file for file in files}
    assert set(made.came) == new.keys() - old.keys()
    assert set(made.gone) == old.keys() - new.keys()
    assert made.new.items() <= made.files.items()
    assert all(was[path] is made.files[path] for path in new.keys() - made.new.keys())


@pytest.mark.parametrize("looked", [True, False])
def test_what_does_not_stand_is_not_published_as_if_it_did(tmp_path: Path, looked: bool) -> None:
    """A file that went before it was looked at, or before the first of two publications ended, is
    told though the one that is planned is the very one that was published last.
    """
    publish(tmp_path, {"a.html": b"1", "b.html": b"2"})
    with output_of(tmp_path) as output:
        if looked:
            (tmp_path / "output/b.html").unlink()
            output.held({})
        else:
            output.held({})
            output.publish(stage_all(output, {"a.html": b"1", "b.html": b"3"}))
            (tmp_path / "output/b.html").unlink()
        with pytest.raises(OutputError, match="was changed while the site was being built"):
            output.publish(output._old.values())


def test_what_stood_is_looked_at_again_where_it_is_opened_again(tmp_path: Path) -> None:
    """In between others may have changed it."""
    publish(tmp_path, {"a.html": b"1"})
    output = output_of(tmp_path)
    with output:
        output.held({})
    (tmp_path / "output/a.html").unlink()
    with output, pytest.raises(OutputError, match="was changed while the site was being built"):
        output.publish(output._old.values())


def test_a_path_with_a_quote(tmp_path: Path) -> None:
    """The manifest escapes it, and the next build reads it."""
    publish(tmp_path, {'a"b': b"1", "c": b"2"})
    listed = json.loads((tmp_path / "output" / MANIFEST).read_bytes())["files"]
    assert list(listed) == ['a"b', "c"]
    assert publish(tmp_path, {'a"b': b"1", "c": b"2"}) == Published(0, 2, 0)


def test_same_bytes_at_several_paths(tmp_path: Path) -> None:
    """Files with equal bytes are each published, also where one of them is there already."""
    publish(tmp_path, {"a": b"same"})
    assert Published(2, 1, 0) == publish(tmp_path, {"a": b"same", "b": b"same", "c/d": b"same"})
    assert site(tmp_path) == {"a": b"same", "b": b"same", "c/d": b"same"}


def test_holds(tmp_path: Path) -> None:
    """A file is held if its bytes are there, not if they differ at the same size."""
    publish(tmp_path, {"a": b"12"})
    folder = tmp_path / "output"
    digest = hashlib.sha256(b"12").hexdigest()
    assert holds(folder, OutputFile("a", digest, 2))
    assert not holds(folder, OutputFile("a/b", digest, 2))
    write(tmp_path, "a", b"34")
    assert not holds(folder, OutputFile("a", digest, 2))


def test_file_neither_staged_nor_there(tmp_path: Path) -> None:
    """A file that vanished during the build is not listed as published."""
    publish(tmp_path, OLD)
    with output_of(tmp_path) as output:
        files = stage_all(output, OLD)
        (output.folder / "feed.xml").unlink()
        with pytest.raises(OutputError, match=r"feed\.xml was changed while"):
            output.publish(files)


def test_foreign_content_without_manifest(tmp_path: Path) -> None:
    """A folder with content that site_gen did not write is refused and named, and stays."""
    for name in ("e", "a", "b", "c/d"):
        write(tmp_path, name, b"mine")
    before = everything(tmp_path)
    with pytest.raises(OutputError, match=r"'a', 'b', 'c' and 1 more.*Choose another"):
        output_of(tmp_path).open()
    assert before == everything(tmp_path)
    with pytest.raises(OutputError, match="'a', 'b', 'c' and 1 more"):
        output_of(tmp_path).open()


def test_hosting_files_are_not_content(tmp_path: Path) -> None:
    """CNAME, .git and other dotfiles are neither refused nor touched, before and after."""
    own = {"CNAME": b"example.org", ".git/HEAD": b"ref", ".gitignore": b"*", ".well-known/x": b"y"}
    for path, data in own.items():
        write(tmp_path, path, data)
    publish(tmp_path, OLD)
    publish(tmp_path, {})
    assert own == site(tmp_path)


def test_foreign_file_at_a_planned_path(tmp_path: Path) -> None:
    """A file of the keeper's is never overwritten; the whole publication is refused."""
    publish(tmp_path, {"a.html": b"1"})
    write(tmp_path, "b.html", b"mine")
    write(tmp_path, "c", b"mine")
    write(tmp_path, "d/e", b"mine")
    before = everything(tmp_path)
    with pytest.raises(OutputError, match=r"'b\.html', 'c', 'd'\. Nothing was published"):
        publish(tmp_path, {"a.html": b"2", "b.html": b"2", "c/x": b"2", "d": b"2"})
    assert before == everything(tmp_path)


def test_foreign_file_with_the_same_bytes(tmp_path: Path) -> None:
    """A file that is already what the build would write is no reason to refuse."""
    write(tmp_path, ".nojekyll", b"")
    assert Published(1, 1, 0) == publish(tmp_path, {".nojekyll": b"", "a.html": b"1"})


def test_foreign_files_beside_ours_stay(tmp_path: Path) -> None:
    """Foreign files and folders, empty ones too, outlive the deletion of what was beside them."""
    publish(tmp_path, {"a/b/c.html": b"1", "x/y.html": b"2"})
    write(tmp_path, "a/notes.txt", b"mine")
    (tmp_path / "output/x/empty").mkdir()
    publish(tmp_path, {})
    assert {"a", "a/notes.txt", "x", "x/empty", MANIFEST} == everything(tmp_path).keys()


def test_empty_foreign_folder_at_a_planned_path(tmp_path: Path) -> None:
    """Also a folder without files is the keeper's."""
    publish(tmp_path, {"a.html": b"1"})
    (tmp_path / "output/b").mkdir()
    with pytest.raises(OutputError, match="'b'"):
        publish(tmp_path, {"a.html": b"1", "b": b"2"})


def test_file_changed_by_hand(tmp_path: Path) -> None:
    """A page that the keeper edited is written again if planned; else it is left, and named."""
    publish(tmp_path, {"a.html": b"1", "b.html": b"2", "c.html": b"3"})
    write(tmp_path, "a.html", b"mine")
    write(tmp_path, "b.html", b"mine")
    done = publish(tmp_path, {"a.html": b"1"})
    assert Published(written=1, unchanged=0, deleted=1, left=("b.html",)) == done
    assert site(tmp_path) == {"a.html": b"1", "b.html": b"mine"}
    assert list(manifest(tmp_path)["files"]) == ["a.html"]


@pytest.mark.parametrize("certain", [True, False])
def test_what_stood_when_it_was_looked_at_is_deleted_unread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, certain: bool
) -> None:
    """Where its stat tells that it was left alone since; else it is read, and left if it is not
    what was published.
    """
    publish(tmp_path, {"a.html": b"1", "b.html": b"2", "c.html": b"3"})
    vouching(monkeypatch, certain=certain)
    read: list[str] = []
    digest = module._digest

    def told(path: Path | str) -> str:
        read.append(Path(path).name)
        return digest(path)

    monkeypatch.setattr(module, "_digest", told)
    with output_of(tmp_path) as output:
        output.held({})
        read.clear()
        done = output.publish(stage_all(output, {"a.html": b"1"}))
    assert done == Published(written=0, unchanged=1, deleted=2)
    assert ("b.html" in read) is not certain
    publish(tmp_path, {"a.html": b"1", "b.html": b"2"})
    monkeypatch.undo()
    with output_of(tmp_path) as output:
        output.held({})
        write(tmp_path, "b.html", b"x")
        assert output.publish(stage_all(output, {"a.html": b"1"})).left == ("b.html",)


def test_changed_file_where_a_folder_must_be(tmp_path: Path) -> None:
    """A file that was edited is not deleted to make room for a folder."""
    publish(tmp_path, {"a": b"1", "b/c": b"1"})
    write(tmp_path, "a", b"mine")
    write(tmp_path, "b/c", b"mine")
    with pytest.raises(OutputError, match="'a', 'b/c'"):
        publish(tmp_path, {"a/x": b"1", "b": b"1"})
    assert site(tmp_path) == {"a": b"mine", "b/c": b"mine"}


def link(path: Path, target: Path) -> None:
    """Make a symbolic link, or skip the test where that is not allowed."""
    try:
        path.symlink_to(target, target_is_directory=target.is_dir())
    except OSError as error:
        pytest.skip(f"no symbolic links here: {error}")


def test_linked_folder(tmp_path: Path) -> None:
    """Nothing is written or deleted through a link that leads out of output/."""
    publish(tmp_path, {"a/b.html": b"1"})
    outside = tmp_path / "outside"
    (tmp_path / "output/a").rename(outside)
    link(tmp_path / "output/a", outside)
    for tree in ({"a/b.html": b"2"}, {"a/b.html": b"1"}):
        with pytest.raises(OutputError, match="is a link"):
            publish(tmp_path, tree)
    assert Published(0, 0, 0, left=("a/b.html",)) == publish(tmp_path, {})
    assert (outside / "b.html").read_bytes() == b"1"


def test_linked_file(tmp_path: Path) -> None:
    """A link in the place of a page is replaced; what it leads to is not written to."""
    publish(tmp_path, {"a.html": b"1"})
    outside = tmp_path / "outside.html"
    outside.write_bytes(b"1")
    (tmp_path / "output/a.html").unlink()
    link(tmp_path / "output/a.html", outside)
    publish(tmp_path, {"a.html": b"1"})
    assert not (tmp_path / "output/a.html").is_symlink()
    publish(tmp_path, {"a.html": b"2"})
    assert outside.read_bytes() == b"1"


def test_linked_output_folder(tmp_path: Path) -> None:
    """Output/ itself may be a link, and has the same lock under both names."""
    (tmp_path / "real").mkdir()
    link(tmp_path / "output", tmp_path / "real")
    publish(tmp_path, OLD)
    assert dict(OLD) == site(tmp_path)
    with output_of(tmp_path), pytest.raises(OutputError, match="Another build"):
        Output(tmp_path / "real", tmp_path / "locks").open()


@pytest.mark.parametrize(
    "path",
    [
        *("", "/a", "a/", "a//b", ".", "..", "../a", "a/../b", "a/./b"),
        *("C:/a", "c:a", "a\\b", "a\0b", "\udc80"),
        *(".site_gen/x", ".Site_Gen", MANIFEST, MANIFEST.upper()),
    ],
)
def test_paths_out_of_the_folder(tmp_path: Path, path: str) -> None:
    """A path that could leave the folder, or means different things on different systems, fails."""
    with pytest.raises(ValueError, match=r"path|system|text|itself"):
        check_path(path)
    with output_of(tmp_path) as output:
        with pytest.raises(ValueError, match=r"path|system|text|itself"):
            stage(output.stage_folder, output.folder, path, b"")
        with pytest.raises(ValueError, match=r"path|system|text|itself"):
            output.publish([OutputFile(path, hashlib.sha256(b"").hexdigest(), 0)])


ODD = st.lists(st.text("aA./ \n\\:~é") | st.just(MANIFEST) | st.just(".site_gen/x"), max_size=4)


@given(ODD, st.lists(st.from_regex(r"[a-z]{1,9}/[a-z]{1,9}\.html", fullmatch=True), max_size=4))
def test_many_paths_are_looked_at_as_each_is(odd: list[str], plain: list[str]) -> None:
    """Paths that are looked at together are refused if one of them would be alone."""
    paths = sorted({*odd, *plain})

    def refused(path: str) -> bool:
        wrong = bool(trouble(path)) or comparable(path) == MANIFEST
        return wrong or comparable(path.partition("/")[0]) == ".site_gen"

    for some in (paths, *((path,) for path in paths)):
        if any(map(refused, some)):
            with pytest.raises(ValueError, match=r"path|system|text|itself"):
                module._check_each(some)
        else:
            module._check_each(some)


def test_many_paths_are_looked_at_in_little_memory() -> None:
    """Beside the paths themselves nothing is kept for each: there may be a million."""
    paths = [f"articles/folder/n{number}.html" for number in range(20_000)]
    tracemalloc.start()
    module._check_each(paths)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 250 * len(paths)


@pytest.mark.parametrize(
    "paths",
    [
        ("a.html", "a.html"),
        ("a.html", "A.html"),
        ("caf\u00e9", "cafe\u0301"),
        ("STRASSE", "straße"),
        ("a", "a/b"),
        ("A/b/c", "a/B"),
    ],
)
def test_colliding_paths(tmp_path: Path, paths: tuple[str, str]) -> None:
    """Two files that some file system cannot hold beside each other are a bug of the planner."""
    with output_of(tmp_path) as output:
        files = [OutputFile(path, hashlib.sha256(b"").hexdigest(), 0) for path in paths]
        for both in (files, files[::-1]):
            with pytest.raises(
                ValueError, match=r"two files for one path|both a file and a folder"
            ):
                output.publish(both)
    assert not (tmp_path / "output").exists()


def test_change_of_case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page renamed in case only survives, under its new name, where case is ignored."""
    publish(tmp_path, {"Asia/Kabul.html": b"1", "Asia/gone.html": b"2", "b.html": b"3"})
    # As on such a file system: both spellings lead to the one that is there.
    monkeypatch.setattr(
        module, "_same_entry", lambda folder, one, other: os.path.lexists(folder / one)
    )
    publish(tmp_path, {"asia/kabul.html": b"1", "b.html": b"3"})
    assert site(tmp_path) == {"asia/kabul.html": b"1", "b.html": b"3"}
    assert {"asia", "asia/kabul.html", "b.html", MANIFEST} == everything(tmp_path).keys()


def test_change_of_case_where_case_matters(tmp_path: Path) -> None:
    """A page renamed in case only replaces the old one on any file system."""
    publish(tmp_path, {"Asia/Kabul.html": b"1", "b.html": b"3"})
    publish(tmp_path, {"asia/kabul.html": b"1", "b.html": b"3"})
    assert {"asia", "asia/kabul.html", "b.html", MANIFEST} == everything(tmp_path).keys()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "{}",
        '{"format": 2, "files": {}}',
        '{"format": 1}',
        '{"format": 1, "files": []}',
        '{"format": 1, "files": {"../a": {"sha256": "%s", "size": 1}}}' % ("0" * 64),
        '{"format": 1, "files": {"a": {"sha256": "0", "size": 1}}}',
        '{"format": 1, "files": {"a": {"sha256": "%s", "size": "1"}}}' % ("0" * 64),
        '{"format": 1, "files": {"a": "b"}}',
    ],
)
def test_bad_manifest(tmp_path: Path, text: str) -> None:
    """A manifest that cannot be understood stops the build with a way out, and nothing changes."""
    publish(tmp_path, OLD)
    write(tmp_path, MANIFEST, text.encode())
    before = everything(tmp_path)
    with pytest.raises(OutputError, match="Restore it from a backup"):
        publish(tmp_path, NEW)
    assert before == everything(tmp_path)


def stop_after_journal(root: Path, tree: Tree) -> Path:
    """A build that dies right after its journal is whole; returns the folder of its work."""
    replace = os.replace

    def first_only(source: str, target: str | Path) -> None:
        replace(source, target)
        if Path(target).name == "journal.json":
            raise Killed

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "replace", first_only)
        with pytest.raises(Killed):
            publish(root, tree)
    return root / "output/.site_gen"


def test_torn_journal(tmp_path: Path) -> None:
    """A journal that is not whole was never begun: the old site stays."""
    publish(tmp_path, OLD)
    work = stop_after_journal(tmp_path, NEW)
    journal = (work / "journal.json").read_bytes()
    (work / "journal.json").write_bytes(journal[:-9])
    with output_of(tmp_path):
        pass
    assert dict(OLD) == site(tmp_path)
    assert not work.exists()


def test_journal_of_an_edit_is_short(tmp_path: Path) -> None:
    """A journal tells what becomes another, and of files that stand nothing."""
    publish(tmp_path, OLD_MANY)
    work = stop_after_journal(tmp_path, {**OLD_MANY, "0/0.html": b"new"})
    journal = json.loads((work / "journal.json").read_bytes())
    assert journal["files"] == described({"0/0.html": b"new"})
    assert_recovers(tmp_path, OLD_MANY, {**OLD_MANY, "0/0.html": b"new"})


@pytest.mark.parametrize("before", [{}, OLD])
def test_journal_of_all_files(tmp_path: Path, before: Tree) -> None:
    """A journal of format 1, which lists all files whatever the manifest does, is carried out."""
    if before:
        publish(tmp_path, before)
    file = stop_after_journal(tmp_path, NEW) / "journal.json"
    journal = json.loads(file.read_bytes())
    whole = {"format": 1, "files": described(NEW)}
    file.write_text(json.dumps(whole | {one: journal[one] for one in ("moves", "deletions")}))
    with output_of(tmp_path):
        pass
    assert site(tmp_path) == dict(NEW)
    assert manifest(tmp_path)["files"] == described(NEW)


def test_a_file_that_a_hand_made_what_it_is_to_be(tmp_path: Path) -> None:
    """It is not moved, and the manifest lists it as it is; so it does after a kill."""
    publish(tmp_path, OLD)
    write(tmp_path, "feed.xml", b"fresh")
    stop_after_journal(tmp_path, {**NEW, "feed.xml": b"fresh"})
    assert_recovers(tmp_path, OLD, {**NEW, "feed.xml": b"fresh"})
    write(tmp_path, "feed.xml", b"newer")
    publish(tmp_path, {**NEW, "feed.xml": b"newer"})
    assert manifest(tmp_path)["files"] == described({**NEW, "feed.xml": b"newer"})


@pytest.mark.parametrize("text", [None, "{"])
def test_journal_without_its_manifest(tmp_path: Path, text: str | None) -> None:
    """Where nothing tells what a journal leaves as it is, nothing is done."""
    publish(tmp_path, OLD)
    stop_after_journal(tmp_path, NEW)
    whole = (tmp_path / "output" / MANIFEST).read_bytes()
    (tmp_path / "output" / MANIFEST).unlink()
    if text is not None:
        write(tmp_path, MANIFEST, text.encode())
    before = everything(tmp_path)
    with pytest.raises(OutputError, match="Restore it from a backup"):
        output_of(tmp_path).open()
    assert before == everything(tmp_path)
    write(tmp_path, MANIFEST, whole)
    assert_recovers(tmp_path, OLD, NEW)


JOURNAL = '{"format": 2, "before": "", "gone": [], "files": {}, '


@pytest.mark.parametrize(
    "text",
    [
        '{"format": 1}',
        '{"format": 2, "files": {}, "moves": {}, "deletions": {}}',
        JOURNAL.replace("[]", "[1]") + '"moves": {}, "deletions": {}}',
        JOURNAL + '"moves": {"../../a": {}}, "deletions": {}}',
        JOURNAL + '"moves": [], "deletions": {}}',
        JOURNAL + '"moves": {}, "deletions": {"/a": {}}}',
    ],
)
def test_foreign_journal(tmp_path: Path, text: str) -> None:
    """A journal that another version or hand wrote is not carried out."""
    publish(tmp_path, OLD)
    write(tmp_path, ".site_gen/journal.json", text.encode())
    with pytest.raises(OutputError, match="not a journal that this site_gen can read"):
        output_of(tmp_path).open()
    assert dict(OLD) == site(tmp_path)


def test_power_cut(tmp_path: Path) -> None:
    """Torn files are not moved, the manifest says what is there, and the next build heals all."""
    publish(tmp_path, OLD)
    work = stop_after_journal(tmp_path, NEW)
    sizes = {path: path.stat().st_size for path in (work / "stage").iterdir()}
    home = next(path for path in sizes if path.read_bytes() == NEW["index.html"])
    style = next(path for path in sizes if path.read_bytes() == NEW["assets/style.2.css"])
    author = next(path for path in sizes if path.read_bytes() == NEW["authors"])
    home.write_bytes(b"")
    author.write_bytes(b"")
    style.unlink()
    write(tmp_path, "assets/style.2.css", b"torn")
    with output_of(tmp_path):
        pass
    assert site(tmp_path)["index.html"] == OLD["index.html"]
    assert described(site(tmp_path)) == manifest(tmp_path)["files"]
    publish(tmp_path, NEW)
    assert dict(NEW) == site(tmp_path)
    assert described(NEW) == manifest(tmp_path)["files"]


def test_workshop_that_is_not_a_folder(tmp_path: Path) -> None:
    """A file or a link under the name of the stage is not followed."""
    write(tmp_path, ".site_gen", b"mine")
    with pytest.raises(OutputError, match="is not a folder"):
        output_of(tmp_path).open()


def test_keeps_what_else_is_in_the_workshop(tmp_path: Path) -> None:
    """Only the stage and the journal are removed, should the folder hold something else."""
    write(tmp_path, ".site_gen/cache/x", b"mine")
    publish(tmp_path, OLD)
    assert (tmp_path / "output/.site_gen/cache/x").read_bytes() == b"mine"


def full(*_: object) -> None:
    """A disk without space."""
    raise OSError(errno.ENOSPC, "No space left on device", "somewhere")


def test_full_disk_while_staging(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When nothing more can be staged, the old site is untouched and the keeper told."""
    publish(tmp_path, OLD)
    before = everything(tmp_path)
    with output_of(tmp_path) as output:
        stage(output.stage_folder, output.folder, "index.html", b"new")
        monkeypatch.setattr(module, "_put", full)
        with pytest.raises(OutputError, match=r"No space left.*Free some space.*Nothing was"):
            stage(output.stage_folder, output.folder, "other.html", b"new")
    assert before == everything(tmp_path)


def test_full_disk_while_journalling(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A journal that cannot be written undoes the publication."""
    publish(tmp_path, OLD)
    before = everything(tmp_path)
    with output_of(tmp_path) as output:
        files = stage_all(output, NEW)
        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(OutputError, match="Nothing was published"):
            output.publish(files)
        monkeypatch.undo()
    assert before == everything(tmp_path)


def test_full_disk_half_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that fails between two moves leaves whole files, and the next build goes on."""
    publish(tmp_path, OLD)
    replace = os.replace

    def fail_at_pages(source: str, target: str | Path) -> None:
        if Path(target).suffix == ".html":
            full()
        replace(source, target)

    with output_of(tmp_path) as output:
        files = stage_all(output, NEW)
        monkeypatch.setattr(os, "replace", fail_at_pages)
        with pytest.raises(OutputError, match="the next build finishes"):
            output.publish(files)
        monkeypatch.undo()
    assert_whole(tmp_path, OLD, NEW)
    assert_recovers(tmp_path, OLD, NEW)


def test_reader_has_the_file_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A replacement that is refused for a moment, as on Windows, is tried again."""
    publish(tmp_path, OLD)
    refusals = [PermissionError(errno.EACCES, "in use")] * 3
    replace = os.replace

    def busy(source: str, target: str | Path) -> None:
        if Path(target).name == "index.html" and refusals:
            raise refusals.pop()
        replace(source, target)

    monkeypatch.setattr(module, "PAUSES", (0, 0, 0))
    with output_of(tmp_path) as output:
        files = stage_all(output, NEW)
        monkeypatch.setattr(os, "replace", busy)
        output.publish(files)
        assert dict(NEW) == site(tmp_path)
        refusals += [PermissionError(errno.EACCES, "in use", "index.html")] * 9
        files = stage_all(output, OLD)
        with pytest.raises(OutputError, match=r"index\.html: in use\. Check who may write"):
            output.publish(files)
        refusals.clear()
    assert_recovers(tmp_path, NEW, OLD)


def test_close_is_harmless(tmp_path: Path) -> None:
    """Closing twice, or without opening, does nothing; a failed open leaves no lock."""
    output = output_of(tmp_path)
    output.close()
    output.open()
    output.close()
    output.close()
    write(tmp_path, "a", b"mine")
    with pytest.raises(OutputError):
        output.open()
    (tmp_path / "output/a").unlink()
    publish(tmp_path, OLD)


def test_what_a_copy_of_the_process_sees(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A look at output/ that was taken elsewhere holds what a look here does."""
    vouching(monkeypatch)
    publish(tmp_path, OLD)
    with output_of(tmp_path) as output:
        output.held({})
        kept, _ = output.signatures()
    assert kept.keys() == OLD.keys()
    write(tmp_path, "feed.xml", b"feeD")
    (tmp_path / "output/gone/x.html").unlink()
    os.utime(tmp_path / "output/places", ns=(1, 1))
    with output_of(tmp_path) as output:
        held, certain = output.held(kept), output.signatures()
        looked = pickle.loads(pickle.dumps(output.look(kept)))
    with output_of(tmp_path) as output:
        assert output.hold(looked, lambda: kept) == held
        assert output.signatures() == certain
    assert OLD.keys() - held.keys() == {"feed.xml", "gone/x.html"}
    assert certain[0].keys() == {"feed.xml", "gone/x.html", "places"}
    assert certain[0]["places"] != kept["places"]


@pytest.mark.parametrize("coarse", [True, False])
@pytest.mark.parametrize("late", [True, False])
def test_files_that_were_just_moved_are_known_by_their_stats(
    tmp_path: Path, coarse: bool, late: bool
) -> None:
    """If their contents were left alone for a while before that, and times are fine."""
    with output_of(tmp_path) as output:
        staged = stage_all(output, NEW)
        for path in output.stage_folder.iterdir():
            now = time.time_ns() if late else path.stat().st_mtime_ns - 10 * signatures.COARSE
            os.utime(path, ns=(now, now // 10**9 * 10**9 if coarse else now // 10 * 10 + 1))
        output.publish(staged)
        kept, _ = output.signatures()
    uncertain = {path for path, (stat, _) in kept.items() if stat == unsettled(len(NEW[path]))}
    assert uncertain == (NEW.keys() if coarse or late else set())


def test_the_contents_of_a_file(tmp_path: Path) -> None:
    """Nothing but that very file is read, whatever lies in its place."""
    file = OutputFile("a.js", hashlib.sha256(b"text").hexdigest(), 4)
    path = tmp_path / file.path
    assert module.contents(tmp_path, file) is None
    for data in (b"text", b"tex", b"Text"):
        path.write_bytes(data)
        assert module.contents(tmp_path, file) == (data if data == b"text" else None)
    path.rename(tmp_path / "b.js")
    link(path, Path("b.js"))
    assert module.contents(tmp_path, file) is None
    if hasattr(os, "mkfifo"):
        path.unlink()
        os.mkfifo(path)
        assert module.contents(tmp_path, file) is None


def test_where_what_was_known_of_files_is_lost_they_are_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A look by what was kept of fewer files than the manifest lists is none."""
    vouching(monkeypatch)
    publish(tmp_path, OLD)
    write(tmp_path, "feed.xml", b"feeD")
    with output_of(tmp_path) as output:
        looked = output.look_at(output.manifest, ())
        assert output.hold(looked, dict).keys() == OLD.keys() - {"feed.xml"}


def test_a_manifest_that_was_replaced_after_a_look(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is held is what that one lists."""
    vouching(monkeypatch)
    publish(tmp_path, OLD)
    with output_of(tmp_path) as output:
        output.held({})
        kept, _ = output.signatures()
        looked = output.look(kept)
    other = manifest(tmp_path)
    del other["files"]["feed.xml"]
    other["files"]["index.html"]["sha256"] = "0" * 64
    other["files"]["none.html"] = {"sha256": "0" * 64, "size": 1}
    write(tmp_path, MANIFEST, json.dumps(other).encode())
    with output_of(tmp_path) as output:
        held, certain = output.held(kept), output.signatures()
    with output_of(tmp_path) as output:
        assert output.hold(looked, lambda: kept) == held
        assert output.signatures() == certain
    assert held.keys() == OLD.keys() - {"feed.xml", "index.html"}


def _shorten(page: Path) -> None:
    page.write_bytes(b"short")


def _rewrite(page: Path) -> None:
    page.write_bytes(b"x" * page.stat().st_size)
    later = page.stat().st_mtime_ns + 10**9
    os.utime(page, ns=(later, later))


def _exchange_for_a_link(page: Path) -> None:
    size = page.stat().st_size
    page.unlink()
    link(page, Path("x" * size))


@pytest.mark.parametrize("change", [_shorten, _exchange_for_a_link, _rewrite])
def test_a_file_changed_as_soon_as_it_was_moved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: Callable[[Path], None]
) -> None:
    """What another program made another then is not what was published, though it be dated back, if
    its size or its kind tells.
    """
    vouching(monkeypatch)
    page = tmp_path / "output/index.html"
    with output_of(tmp_path) as output:
        output.publish(stage_all(output, OLD))
        status = page.stat()
        change(page)
        if change is not _rewrite:
            times = status.st_atime_ns, status.st_mtime_ns
            os.utime(page, ns=times, follow_symlinks=not page.is_symlink())
        manifest, (kept, _) = output.manifest, output.signatures()
    left = manifest, lambda: files(kept)
    with Output(tmp_path / "output", tmp_path / "locks", lambda: left) as output:
        assert OLD.keys() - output.held(kept).keys() == {"index.html"}


@pytest.mark.parametrize("certain", [True, False])
def test_what_the_last_build_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, certain: bool
) -> None:
    """What it left tells all that its manifest lists; of another manifest it tells nothing."""
    vouching(monkeypatch, certain=certain)
    with output_of(tmp_path) as output:
        output.publish(stage_all(output, OLD))
        manifest, (kept, _) = output.manifest, output.signatures()
    left = manifest, lambda: files(kept)
    data = (tmp_path / "output" / MANIFEST).read_bytes()
    assert manifest == hashlib.sha256(data).hexdigest()
    with output_of(tmp_path) as output:
        listed = output.held({})
    with Output(tmp_path / "output", tmp_path / "locks", lambda: left) as output:
        assert output.held({}) == listed
        assert output.held(kept) == listed
        assert output.signatures() == ({}, frozenset())
        assert output.held({**kept, "none": kept["feed.xml"]}) == listed
        assert output.signatures() == ({}, frozenset({"none"}))
        assert output.manifest == manifest
        output.publish(stage_all(output, NEW))
    with Output(tmp_path / "output", tmp_path / "locks", lambda: left) as output:
        assert output.held(kept).keys() == NEW.keys()


def test_files_that_the_manifest_does_not_list_are_not_of_the_site(tmp_path: Path) -> None:
    """What it left is a memory: where it tells of more or fewer files, the manifest is read."""
    with output_of(tmp_path) as output:
        output.publish(stage_all(output, OLD))
        manifest, (kept, _) = output.manifest, output.signatures()
        listed = output.held({})
    more = {**kept, "foreign.html": kept["feed.xml"]}
    for other in (more, dict(list(kept.items())[1:])):
        known = partial(files, other)
        left = partial(tuple[str, Any], (manifest, known))
        with Output(tmp_path / "output", tmp_path / "locks", left) as output:
            assert output.held({}) == listed


@pytest.mark.parametrize("path", ["A/b.html", "a/B.HTML", "a/b.html/c.html", "a", "A", "../x", ""])
def test_a_new_path_is_held_against_old_ones(path: str) -> None:
    """What the last build looked at already hides no collision with what is new."""
    old = [OutputFile("a/b.html", "0" * 64, 1), OutputFile("c.html", "0" * 64, 1)]
    files = module.plan(old).files
    assert module.plan(reversed(old), files).files == files
    with pytest.raises(ValueError, match=r"file|path"):
        module.plan([*old, OutputFile(path, "0" * 64, 1)], files)


def test_a_long_manifest_is_read_when_it_is_needed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It tells then that it cannot be understood, and keeps every build from publishing."""
    monkeypatch.setattr(module, "LONG", 0)
    with output_of(tmp_path) as output:
        output.publish(stage_all(output, OLD))
    with output_of(tmp_path) as output:
        assert output.many
        assert output.size == len(OLD)
    (tmp_path / "output" / MANIFEST).write_text("{}")
    with output_of(tmp_path) as output:
        for ask in (lambda: output.look({}), lambda: output.publish([])):
            with pytest.raises(OutputError, match="not a manifest"):
                ask()
