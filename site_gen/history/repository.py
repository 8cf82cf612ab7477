"""What git tells of content/: which texts each commit of the main line changed, and their bytes."""

from __future__ import annotations

import datetime
import os
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

CONTENT = "content"
_LATEST = 253_402_300_799
"""The last second of the year 9999."""
_OWN = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_PREFIX")
"""What a hook of another repository may have set."""
_SETTINGS = (
    "-c", "log.diffMerges=separate", "-c", "log.follow=false", "-c", "log.showRoot=true",
)  # fmt: skip
"""What a user may have set for git, as it is by default."""
_FILES = ("100644", "100755")


class GitError(Exception):
    """Git cannot tell; the message says why."""


Change = tuple[str, str, str]
"""A path, what it is now (the name of its blob; empty where it is gone), and the path it had."""


def head(site: Path) -> tuple[str, bool]:
    """The name of the commit that is checked out, and whether the clone is shallow.

    Raises GitError where there is no repository, no commit, or no git.
    """
    told = _git(site, "rev-parse", "--is-shallow-repository", "--verify", "HEAD").decode()
    shallow, commit = told.split()
    return commit, shallow == "true"


def commits(site: Path, commit: str) -> Iterator[tuple[str, list[Change]]]:
    """The days (UTC) of the commits up to this one, the oldest first, and what each changed.

    Only the main line is followed: what a branch did counts when it was merged. Raises GitError.
    """
    # Whatever the user has set for git, the same commits give the same answer.
    data = _git(
        site, *_SETTINGS, "log", "--first-parent", "-m", "--reverse", "-z", "--raw", "--no-abbrev",
        "-M50%", "-l1000", "--relative", "--no-ext-diff", "--no-color", "--no-show-signature",
        "--format=tformat:@%at", commit, "--", CONTENT,
    )  # fmt: skip
    tokens = iter(data.decode("utf-8", "surrogateescape").split("\0"))
    day = ""
    changes: list[Change] = []
    for token in tokens:
        if token.startswith("@"):
            if day:
                yield day, changes
            day, changes = _day(token[1:]), []
        elif token:
            _, mode, _, blob, kind = token.lstrip("\n:").split(" ")
            path = next(tokens)
            before = path
            if kind[0] in "RC":
                path = next(tokens)
            changes.append((path, blob if mode in _FILES else "", before))
    if day:
        yield day, changes


def _day(seconds: str) -> str:
    moment = min(max(int(seconds), 0), _LATEST)
    return datetime.datetime.fromtimestamp(moment, datetime.UTC).date().isoformat()


def contents(site: Path, blobs: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    """The bytes of blobs, one after the other, in their order. Raises GitError where one lacks."""
    names = list(blobs)
    if not names:
        return
    with tempfile.TemporaryFile() as wanted:
        wanted.write("".join(f"{one}\n" for one in names).encode())
        wanted.seek(0)
        with subprocess.Popen(
            _command(site, ("cat-file", "--batch", "--buffer")),
            stdin=wanted,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(),
        ) as process:
            assert process.stdout is not None
            count = 0
            while header := process.stdout.readline():
                name, *rest = header.decode().split()
                if len(rest) != 2:
                    process.kill()
                    raise GitError("the clone lacks earlier texts; clone it without --filter")
                yield name, process.stdout.read(int(rest[1]))
                process.stdout.read(1)
                count += 1
        if count != len(names):
            raise GitError("git cat-file stopped early")


def _command(site: Path, arguments: Sequence[str]) -> list[str]:
    return ["git", "-C", str(site), "--no-replace-objects", *arguments]


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in _OWN}
    # Nothing is fetched, and nothing but the repository decides what is told.
    return kept | {
        "LC_ALL": "C",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
    }


def _git(site: Path, *arguments: str) -> bytes:
    try:
        done = subprocess.run(
            _command(site, arguments), capture_output=True, env=_environment(), check=False
        )
    except OSError as problem:
        raise GitError(f"git cannot be run: {problem.strerror or problem}") from problem
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise GitError(said[0].removeprefix("fatal: ") if said else "git failed")
    return done.stdout
