"""The repository itself: what lies at its top, its seed, its golden files, its documentation."""

from __future__ import annotations

import ast
import dataclasses
import hashlib
import re
import shutil
import subprocess
from collections.abc import Iterator
from typing import Any, get_type_hints

import click
import pytest

from site_gen.diagnostics import CODES
from tests.support import GOLDEN, ROOT, TESTS

TOP_LEVEL = {
    ".ci",
    ".editorconfig",
    ".gitattributes",
    ".github",
    ".gitignore",
    "CHANGELOG.md",
    "LICENSE",
    "Makefile",
    "README.md",
    "benchmarks",
    "content",
    "docs",
    "output",
    "pyproject.toml",
    "site.yml",
    "site_gen",
    "static",
    "templates",
    "tests",
    "tools",
}

SEED = "content/articles/taleban-defections.txt"
SEED_SHA256 = "126230c4750ab420eecd7ca01074e63ff3b9e367c4e69f9f5231ef27c7493709"

ENTRY = re.compile(r"^#{2,6} `([^`]+)`", re.MULTILINE)
"""An entry of a reference page: a heading that begins with the name as code."""

OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*")


def reference(name: str) -> str:
    """The text of a page of docs/."""
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def entries(text: str) -> list[str]:
    """The names of the entries of a reference page, in order."""
    return ENTRY.findall(text)


def commands() -> dict[str, click.Command]:
    """Every command of the command line by its name, the program itself as `site_gen`."""
    from site_gen.cli import main

    assert isinstance(main, click.Group)
    return {"site_gen": main, **dict(below(main, ""))}


def below(group: click.Group, prefix: str) -> Iterator[tuple[str, click.Command]]:
    """The commands of a group, and those of the groups in it: `export edition`."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield f"{prefix}{name}", command
        if isinstance(command, click.Group):
            yield from below(command, f"{prefix}{name} ")


def options(command: click.Command) -> set[str]:
    """The long options of a command that are not hidden."""
    return {
        name
        for parameter in command.params
        if isinstance(parameter, click.Option) and not parameter.hidden
        for name in (*parameter.opts, *parameter.secondary_opts)
        if name.startswith("--")
    }


def config_keys(kind: type[Any], prefix: str = "") -> Iterator[str]:
    """The keys of a part of site.yml and of the parts in it, dotted: `repair.split_paragraphs`."""
    types = get_type_hints(kind)
    for field in dataclasses.fields(kind):
        key = f"{prefix}{field.name}"
        yield key
        if dataclasses.is_dataclass(types[field.name]):
            yield from config_keys(types[field.name], f"{key}.")


@pytest.mark.skipif(
    not (ROOT / ".git").exists() or shutil.which("git") is None, reason="not a git checkout"
)
def test_top_level() -> None:
    """The top of the repository holds the agreed names and no others."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        encoding="utf-8",
    ).stdout
    paths = filter(None, listing.split("\0"))
    assert {path.split("/")[0] for path in paths if (ROOT / path).exists()} == TOP_LEVEL


def test_seed_is_as_received() -> None:
    """The seed document is byte for byte what was received."""
    assert hashlib.sha256((ROOT / SEED).read_bytes()).hexdigest() == SEED_SHA256


def test_every_golden_file_is_used() -> None:
    """A golden file that no test names any more is removed."""
    named = {
        node.value
        for path in TESTS.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    kept = {path.relative_to(GOLDEN).as_posix() for path in GOLDEN.rglob("*") if path.is_file()}
    assert kept - named == set()


def test_every_diagnostic_is_documented() -> None:
    """docs/diagnostics.md has one entry for every code there is, and no other."""
    assert sorted(entries(reference("diagnostics.md"))) == sorted(CODES)


def test_every_command_is_documented() -> None:
    """docs/cli.md has one entry for the program and for every command, and no other."""
    assert sorted(entries(reference("cli.md"))) == sorted(commands())


def test_every_option_is_documented() -> None:
    """The entry of a command in docs/cli.md names every option that the command has."""
    _, *parts = ENTRY.split(reference("cli.md"))
    named = {
        name: set(OPTION.findall(text)) for name, text in zip(parts[::2], parts[1::2], strict=True)
    }
    missing = {
        name: options(command) - named.get(name, set()) for name, command in commands().items()
    }
    assert missing == {name: set() for name in missing}


def test_no_option_is_made_up() -> None:
    """docs/cli.md names no option that no command has."""
    real = set().union(*map(options, commands().values()))
    assert set(OPTION.findall(reference("cli.md"))) - real - {"--help"} == set()


def test_every_config_key_is_documented() -> None:
    """docs/configuration.md has one entry for every key of site.yml, and no other."""
    from site_gen.config import SiteConfig

    assert sorted(entries(reference("configuration.md"))) == sorted(config_keys(SiteConfig))
