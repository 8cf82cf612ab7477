"""site.yml: every mistake is told at its place, in one run, and nothing is published."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from site_gen import sitefile
from site_gen.config import SiteConfig, base_url, extension_use
from tests.support import ROOT, SiteTest


def load(folder: Path, text: str | bytes) -> tuple[SiteConfig, list[tuple[str, int, int, str]]]:
    """The configuration of a site.yml, and (code, line, column, message) of its mistakes."""
    (folder / "site.yml").write_bytes(text.encode() if isinstance(text, str) else text)
    settings, found = sitefile.load(folder)
    assert all(one.severity == "error" and one.hint for one in found)
    return settings, [
        (one.code, one.location.line, one.location.column, one.message) for one in found
    ]


def test_defaults(tmp_path: Path) -> None:
    """Without site.yml, or with an empty one, every key has its default."""
    assert (SiteConfig(), []) == sitefile.load(tmp_path)
    assert (SiteConfig(), []) == load(tmp_path, "")
    assert (SiteConfig(), []) == load(tmp_path, "# nothing\ntitle:\n")


def test_no_plugin_of_what_else_is_installed_is_asked(tmp_path: Path) -> None:
    """Whatever it would do: this one ends the program."""
    installed = tmp_path / "installed"
    SiteTest(installed).write(
        {
            "ender-1.dist-info/METADATA": "Metadata-Version: 2.1\nName: ender\nVersion: 1\n",
            "ender-1.dist-info/entry_points.txt": "[pydantic]\nender = ender:plugin\n",
            "ender.py": "import os\nos._exit(9)\n",
        }
    )
    site = SiteTest(tmp_path / "site").write(
        {"site.yml": "title: A\n", "content/articles/a.md": "A"}
    )
    environment = {**os.environ, "PYTHONPATH": f"{installed}{os.pathsep}{ROOT}"}
    environment.pop("PYDANTIC_DISABLE_PLUGINS", None)
    command = [sys.executable, "-m", "site_gen", "-C", str(site.folder), "build"]
    assert subprocess.run(command, env=environment, timeout=60, check=False).returncode == 0


def test_values(tmp_path: Path) -> None:
    """Values are read by their type; text stays as written."""
    settings, found = load(
        tmp_path,
        "title: 1984\nurl: https://a.org/b\nlist_limit: 50\nsmart_quotes: yes\n"
        "publisher: no\nextensions: {htm: html, .TEXT: plain}\nmarkdown_extensions: [abbr]\n",
    )
    assert found == []
    assert (settings.title, settings.url, settings.list_limit) == ("1984", "https://a.org/b/", 50)
    assert (settings.smart_quotes, settings.publisher) == (True, "no")
    assert settings.extensions == {".htm": "html", ".text": "plain"}
    assert settings.markdown_extensions == {"abbr": {}}


@pytest.mark.parametrize(
    ("text", "code", "line", "column", "said"),
    [
        ("titel: x", "config-key", 1, 1, "`titel`"),
        ("title: x\nurls: y", "config-key", 2, 1, "`urls`"),
        ("repair:\n  split: join", "config-key", 2, 3, "`repair.split`"),
        ("date_order: abc", "config-value", 1, 1, "it should be 'dmy'"),
        ("smart_quotes: maybe", "config-value", 1, 1, "write true or false"),
        ("list_limit: many", "config-value", 1, 1, "write a whole number"),
        ("list_limit: 1", "config-value", 1, 1, "greater than or equal to 10"),
        ("ignore: x", "config-value", 1, 1, "write a list"),
        ("labels: x", "config-value", 1, 1, "keys and values"),
        ("labels: {Автор: autors}", "config-value", 1, 1, "did you mean `authors`?"),
        ("aliases: {autors: [x]}", "config-value", 1, 1, "did you mean `authors`?"),
        ("fields: {desk: [x]}", "config-value", 1, 10, "write text"),
        ("repair: join", "config-value", 1, 1, "keys and values"),
        ("repair: {split_paragraphs: mend}", "config-value", 1, 10, "it should be 'warn'"),
        ("url: example.org", "config-value", 1, 1, "https://"),
        ("language: English", "config-value", 1, 1, "language tag"),
        ("extensions: {.htm: page}", "config-value", 1, 14, "it should be 'markdown'"),
        ("- title", "config-value", 1, 1, "keys and values"),
        ("title: a: b", "yaml-syntax", 1, 9, "second `: `"),
        ("title: a\ntitle: b", "yaml-duplicate-key", 2, 1, "`title`"),
        (b"title: caf\xe9", "config-unreadable", 1, 11, "0xE9"),
    ],
)
def test_mistakes(
    tmp_path: Path, text: str | bytes, code: str, line: int, column: int, said: str
) -> None:
    """Each mistake is one error at its key, in words for people, and the defaults hold."""
    settings, found = load(tmp_path, text)
    assert [one[:3] for one in found] == [(code, line, column)]
    assert said in found[0][3]
    assert settings == SiteConfig()


def test_all_mistakes_at_once(tmp_path: Path) -> None:
    """Three mistakes are three errors."""
    _, found = load(tmp_path, "titel: x\nlist_limit: many\nrepair: {split_paragraphs: x}\n")
    assert sorted(one[:2] for one in found) == [
        ("config-key", 1),
        ("config-value", 2),
        ("config-value", 3),
    ]


def test_a_folder_called_site_yml(tmp_path: Path) -> None:
    """What cannot be read is an error that does not tell where it lies on this machine."""
    (tmp_path / "site.yml").mkdir()
    _, (found,) = sitefile.load(tmp_path)
    assert found.code == "config-unreadable"
    assert str(tmp_path) not in found.message


def test_nothing_is_published(site: SiteTest) -> None:
    """With a mistake in site.yml the old output stays, even with --keep-going."""
    site.write({"content/articles/a.md": "# A\n\nText."})
    assert site.run("build").exit_code == 0
    before = site.output()
    site.write({"site.yml": "titel: x\n"})
    assert site.run("build", "--keep-going").exit_code == 1
    assert before == site.output()


@pytest.mark.parametrize("broken", ["yaml-syntax", "yaml-duplicate-key"])
def test_broken_yaml_is_not_passed_over(site: SiteTest, broken: str) -> None:
    """A site.yml that is broken YAML stops the site, though in a document the code does not."""
    text = {"yaml-syntax": "title: a: b", "yaml-duplicate-key": "title: a\ntitle: b"}[broken]
    site.write({"content/articles/a.md": "# A\n\nText.", "site.yml": text})
    result = site.run("build", "--keep-going")
    assert result.exit_code == 1
    assert f"error[{broken}]" in result.stderr


@pytest.mark.parametrize(
    ("path", "use"),
    [
        ("a.md", "markdown"), ("a.MARKDOWN", "markdown"), ("a.txt", "text"), ("a.html", "html"),
        ("a.htm", "html"), ("a", "attachment"), ("a.tar.gz", "attachment"),
    ],
)  # fmt: skip
def test_endings(path: str, use: str) -> None:
    """Without settings, four endings are texts."""
    assert use == extension_use(SiteConfig(), path)


@pytest.mark.parametrize(
    ("given", "expected"),
    [("", ""), ("https://a.org", "https://a.org/"), ("http://a.org/b//", "http://a.org/b/")],
)
def test_base_url(given: str, expected: str) -> None:
    """The address ends in one slash."""
    assert expected == base_url(given)


@pytest.mark.parametrize("given", ["a.org", "ftp://a.org", "https://", "https://a.org/?b", "/b"])
def test_no_base_url(given: str) -> None:
    """Anything but a whole http(s) address is refused."""
    with pytest.raises(ValueError, match="address"):
        base_url(given)
