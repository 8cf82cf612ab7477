"""What tests share: `SiteTest`, the one builder of whole sites, and where things are."""

from __future__ import annotations

import functools
import hashlib
import http.server
import json
import os
import re
import shutil
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from bs4 import BeautifulSoup
from click.testing import CliRunner

from site_gen import signatures

if TYPE_CHECKING:  # Whoever measures may lack it.
    import pytest

TESTS = Path(__file__).resolve().parent
ROOT = TESTS.parent
GOLDEN = TESTS / "golden"

UPDATE_GOLDEN = "SITE_GEN_UPDATE_GOLDEN"
"""Set in the environment by `pytest --update-golden`."""

DATE = "2026-01-01"
"""The day on which every test builds, unless it says another."""

SITE_YML = "title: Test archive\nurl: https://example.org/\n"

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Keep the test's output clean."""


@contextmanager
def hosted(folder: Path) -> Iterator[str]:
    """The address at which a folder is served on this machine, ending in `/`."""
    handler = functools.partial(_Quiet, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/"
    server.shutdown()
    server.server_close()


def find_chromium() -> str | None:
    """The path of the Chromium to drive: SITE_GEN_CHROMIUM, else the first on the PATH."""
    named = os.environ.get("SITE_GEN_CHROMIUM")
    if named:
        return named
    return next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)


@dataclass(frozen=True, slots=True)
class Result:
    """What a command came to."""

    exit_code: int
    stdout: str
    stderr: str
    folder: Path
    """The site's folder."""


class SiteTest:
    """A site in a folder: files in, a command run, its output read.

    The folder is made and given a minimal site.yml by the first `write` or `run`.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, files: Mapping[str, str | bytes]) -> Self:
        """Write files by their path in the site; text is UTF-8 and keeps its line ends."""
        for name, content in files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        return self

    def run(self, command: str, *arguments: str) -> Result:
        """Run a command of site_gen in this process; an exception in it is the test's."""
        # Here, so that the tests of one module need only what that module needs.
        from site_gen.cli import main

        if not (self.folder / "site.yml").exists():
            self.write({"site.yml": SITE_YML})
        dated = any(argument.split("=")[0] == "--date" for argument in arguments)
        if command in ("build", "check") and not dated:
            arguments = (*arguments, "--date", DATE)
        result = CliRunner().invoke(
            main, ["--directory", str(self.folder), command, *arguments], catch_exceptions=False
        )
        return Result(result.exit_code, result.stdout, result.stderr, self.folder)

    def page(self, path: str) -> str:
        """The text of a file of the built site."""
        return (self.folder / "output" / path).read_bytes().decode()

    def soup(self, path: str) -> BeautifulSoup:
        """A page of the built site, parsed."""
        return BeautifulSoup(self.page(path), "html.parser")

    def text(self, path: str) -> str:
        """What the main part of a page says, with every run of blanks as one space."""
        soup = self.soup(path)
        return " ".join((soup.main or soup).get_text(" ").split())

    def output(self) -> dict[str, str]:
        """The SHA-256 of every file of the built site, by its path in output/."""
        root = self.folder / "output"
        paths = sorted(path for path in root.rglob("*") if path.is_file())
        return {
            path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in paths
        }

    def diagnostics(self, *arguments: str) -> list[dict[str, Any]]:
        """All that `check` finds, in its order."""
        found: list[dict[str, Any]] = json.loads(
            self.run("check", "--format", "json", *arguments).stdout
        )
        return found

    def codes(self, *arguments: str) -> list[str]:
        """The codes of all that `check` finds, in its order."""
        return [one["code"] for one in self.diagnostics(*arguments)]

    def redact(self, text: str) -> str:
        """The text without what differs from run to run: the site's folder, and times taken."""
        for spelling in {str(self.folder), str(self.folder.resolve()), self.folder.as_posix()}:
            text = text.replace(spelling, "<site>")
        return re.sub(r"\b\d+\.\d s\b", "<time>", text)

    def golden(self, name: str, text: str) -> None:
        """Assert that a text is, redacted, what tests/golden/NAME holds.

        `pytest --update-golden` writes the file instead. Name the file by a literal: a golden file
        that no test names fails.
        """
        path = GOLDEN / name
        actual = self.redact(text)
        if os.environ.get(UPDATE_GOLDEN):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(actual.encode())
        assert path.exists(), f"no golden file {name}: make it with pytest --update-golden"
        expected = path.read_bytes().decode()
        assert expected == actual, f"{name} differs; if that is right: pytest --update-golden"


def vouching(patch: pytest.MonkeyPatch, *, certain: bool = True) -> None:
    """Let the stat of a file vouch for it however new it is, or never."""
    ago = (-10 if certain else 10**6) * signatures.COARSE
    patch.setattr(signatures, "TICK", ago)
    patch.setattr(signatures, "COARSE", ago)
