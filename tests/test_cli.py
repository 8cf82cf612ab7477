"""The command line: what is refused, what is printed where, what it exits with."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from site_gen import __version__, cli
from site_gen.cli import main
from tests.archive_sites import Files, articles, document
from tests.support import ROOT, SITE_YML, SiteTest

BAD: Files = {"content/articles/bad.md": "---\ntitle: [\n---\n\nText.\n"}
DEAD: Files = {
    f"content/articles/d{number}.md": document("[x](gone.md)", {"title": f"D {number}"})
    for number in range(5)
}
COMMANDS = ("build", "check", "serve", "init", "new")


def call(*arguments: str) -> Result:
    """Run the program in this process."""
    return CliRunner().invoke(main, arguments, prog_name="python -m site_gen")


def program(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the program in a process of its own."""
    command = [sys.executable, "-m", "site_gen", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_help_names_every_command() -> None:
    """`--help` says what the program is for and lists its commands, each with a line."""
    result = call("--help")
    assert result.exit_code == 0
    assert "static archive" in result.output
    for name in COMMANDS:
        assert f"\n  {name} " in result.output


@pytest.mark.parametrize("name", COMMANDS)
def test_help_of_a_command(name: str) -> None:
    """Every command explains itself, and each of its options has a text."""
    result = call(name, "--help")
    assert result.exit_code == 0
    command = main.get_command(click.Context(main), name)
    assert command is not None
    for parameter in command.params:
        assert parameter.param_type_name == "argument" or getattr(parameter, "help", None)


def test_a_build_loads_no_other_command(tmp_path: Path) -> None:
    """What other commands need takes a build time before it can begin."""
    (tmp_path / "content/articles").mkdir(parents=True)
    (tmp_path / "content/articles/a.md").write_text("---\ntitle: A\n---\n\nA text.\n")
    program = (
        "import sys; from site_gen.cli import main\n"
        "try: main(['-C', sys.argv[1], 'build'])\n"
        "except SystemExit as end: assert not end.code\n"
        "print(*(one for one in sys.modules if one.startswith('site_gen.commands.')))"
    )
    command = [sys.executable, "-c", program, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    assert (tmp_path / "output/articles/a.html").exists()
    assert done.stdout.splitlines()[-1] == ""


def test_version() -> None:
    """`--version` tells it."""
    assert __version__ in call("--version").output


def test_help_loads_little() -> None:
    """Help is there at once: nothing of the program but the command line is loaded for it."""
    code = (
        "import sys; from site_gen.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "print(sorted(m for m in sys.modules if m.split('.')[0] in "
        "('jinja2', 'markdown', 'yaml', 'pydantic', 'nh3', 'rich', 'tornado') "
        "or m.startswith('site_gen.') and not m.startswith('site_gen.commands')))"
    )
    told = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert told.stdout.splitlines()[-1] == "['site_gen.cli']"


@pytest.mark.parametrize(
    "arguments",
    [
        ("bild",),
        ("build", "--nothing"),
        ("build", "--date", "2026-13-01"),
        ("build", "--url", "example.org"),
        ("build", "--jobs", "0"),
        ("build", "--only", "link-ded"),
        ("check", "--format", "xml"),
        ("-C", "no-such-folder", "build"),
        ("-C", "no-such-folder", "check"),
    ],
)
def test_wrong_usage(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    """Wrong usage exits with 2 and a word, and nothing is written."""
    result = call(*(("-C", str(tmp_path)) if arguments[0] != "-C" else ()), *arguments)
    assert result.exit_code == 2
    assert result.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_code_is_guessed() -> None:
    """A misspelt code is told with the one that was meant."""
    assert "Did you mean link-dead?" in call("check", "--only", "link-ded").stderr


def test_published(site: SiteTest) -> None:
    """0: the site is published; the last line has the sum, the files and the time."""
    result = site.write(articles(2)).run("build")
    assert result.exit_code == 0
    assert result.stdout == ""
    last = site.redact(result.stderr.splitlines()[-1])
    assert last == (
        "Published: 2 sources = 2 published + 0 held back + 0 failed; 44 files written, "
        "0 unchanged, 0 deleted; <time>"
    )


def test_errors(site: SiteTest) -> None:
    """1: nothing is published; the last line names --keep-going."""
    result = site.write({**articles(2), **BAD}).run("build")
    assert result.exit_code == 1
    assert "--keep-going" in result.stderr.splitlines()[-1]
    assert not (site.folder / "output").exists()


def test_errors_of_the_whole_site(site: SiteTest) -> None:
    """1 also with --keep-going where no single document can be left out, which is not advised."""
    site.write({**articles(2), "site.yml": "titel: T\n"})
    for arguments in ((), ("--keep-going",)):
        result = site.run("build", *arguments)
        assert result.exit_code == 1
        assert "--keep-going" not in result.stderr
        assert "Did you mean `title`?" in result.stderr


def test_held_back(site: SiteTest) -> None:
    """3: the rest is published, and each article that is not is named."""
    result = site.write({**articles(2), **BAD}).run("build", "--keep-going")
    assert result.exit_code == 3
    assert "held back: content/articles/bad.md (it has errors)" in result.stderr
    assert "2 published + 0 held back + 1 failed" in result.stderr.splitlines()[-1]
    assert "articles/n00.html" in site.output()


def test_drafts_are_no_errors(site: SiteTest) -> None:
    """0: drafts are held back as the keeper wished; they are named."""
    draft: Files = {"content/articles/d.md": document("T.", {"title": "D", "draft": "true"})}
    result = site.write({**articles(2), **draft}).run("build")
    assert result.exit_code == 0
    assert "held back: content/articles/d.md (draft)" in result.stderr


def test_many_held_back_are_counted(site: SiteTest) -> None:
    """Thousands of drafts do not fill the screen."""
    result = (
        site.write({**articles(1, title="P"), **articles(0)})
        .write(
            {
                f"content/articles/d{number}.md": document("T.", {"title": "D", "draft": "true"})
                for number in range(30)
            }
        )
        .run("build")
    )
    assert result.stderr.count("held back: content") == 20
    assert "held back: 10 more" in result.stderr


def test_strict(site: SiteTest) -> None:
    """With --strict a warning is an error, for `build` and for `check`."""
    site.write({**articles(1), **DEAD})
    assert site.run("check").exit_code == 0
    assert site.run("check", "--strict").exit_code == 1
    assert site.run("build", "--strict").exit_code == 1
    assert site.run("build").exit_code == 0


def test_accepted_findings_are_not_strict(site: SiteTest) -> None:
    """What a keeper has reviewed is no finding, with --strict neither."""
    accepted = document("[x](gone.md)", {"title": "A", "accept": "[link-dead]"})
    site.write({"content/articles/a.md": accepted})
    assert site.run("check", "--strict").exit_code == 0


def test_text_is_cut_and_all_is_not(site: SiteTest) -> None:
    """Of many alike findings three are shown, with how to list all; --all lists them."""
    site.write({**articles(1), **DEAD})
    short = site.run("check").stderr
    assert "link-dead]: 5 times; the first 3:" in short
    assert "check --only link-dead --all" in short
    long = site.run("check", "--only", "link-dead", "--all").stderr
    assert sum("warning[link-dead]" in line for line in long.splitlines()) == 5


def test_only(site: SiteTest) -> None:
    """--only prints the findings of these codes; the exit code and the counts stay."""
    site.write({**articles(1), **DEAD, **BAD})
    result = site.run("check", "--only", "yaml-syntax")
    assert result.exit_code == 1
    assert "link-dead" not in result.stderr
    assert "yaml-syntax" in result.stderr
    assert "5 warnings" in result.stderr.splitlines()[-1]


@pytest.mark.parametrize("command", ["build", "check"])
def test_formats(site: SiteTest, command: str) -> None:
    """Findings for programs go to standard output alone; the last line goes to standard error."""
    site.write({**articles(1), **DEAD, **BAD})
    found = json.loads(site.run(command, "--format", "json").stdout)
    assert len(found) == 6
    assert found[0]["severity"] == "error"
    github = site.run(command, "--format", "github").stdout.splitlines()
    assert github[0].startswith("::error file=content/articles/bad.md,line=")
    assert github[-1] == "::warning title=link-dead::2 more of link-dead"
    table = site.run(command, "--format", "csv").stdout
    rows = list(csv.DictReader(io.StringIO(table)))
    assert [row["code"] for row in rows].count("link-dead") == 5


def test_output_elsewhere(site: SiteTest, tmp_path_factory: pytest.TempPathFactory) -> None:
    """-o writes the same site into another folder, and not into output/."""
    target = tmp_path_factory.mktemp("elsewhere") / "new" / "deep"
    assert site.write(articles(1)).run("build", "-o", str(target)).exit_code == 0
    assert (target / "index.html").exists()
    assert not (site.folder / "output").exists()


def test_a_file_as_the_site() -> None:
    """-C wants a folder."""
    assert call("-C", str(ROOT / "README.md"), "build").exit_code == 2


def test_no_progress_without_a_terminal(site: SiteTest) -> None:
    """In a pipe nothing but findings and the last line is printed: no bars, no control codes."""
    site.write({"site.yml": SITE_YML, **articles(3)})
    result = program("-C", str(site.folder), "build")
    assert result.returncode == 0
    assert result.stdout == ""
    day, last = result.stderr.splitlines()
    assert day.startswith("The day is 20")
    assert last.startswith("Published: 3 sources = 3 published")
    assert "\x1b" not in result.stderr


@pytest.mark.parametrize("command", ["build", "check"])
def test_a_process_ends_with_its_build(site: SiteTest, command: str) -> None:
    """At once, after all that it had to say, and with its code; a build in a process that goes on
    leaves nothing in its memory.
    """
    for files, code in ((articles(1), 0), ({}, 0), ({**DEAD, **BAD}, 1)):
        site.write({"site.yml": SITE_YML, **files})
        result = program("-C", str(site.folder), command, "--format", "json", "--all")
        assert result.returncode == code
        assert len(json.loads(result.stdout or "[]")) == (6 if code else 0)
        assert result.stderr.splitlines()[-1].endswith(" s")
        assert site.run(command).exit_code == code
        assert not cli._held


@pytest.mark.skipif(os.name == "nt", reason="needs a POSIX shell")
@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-", "<&- >&- 2>&-"])
def test_nowhere_to_print(site: SiteTest, closed: str) -> None:
    """Where the process is given no place for what it says, it ends with its code all the same."""
    for files, code in ((articles(1), 0), ({**DEAD, **BAD}, 1)):
        site.write({"site.yml": SITE_YML, **files})
        for command in ("check", "build"):
            line = f'"{sys.executable}" -m site_gen -C "{site.folder}" {command} {closed}'
            ended = subprocess.run(line, shell=True, cwd=ROOT, capture_output=True, check=False)
            assert ended.returncode == code
    assert (site.folder / "output/index.html").exists()


@pytest.mark.skipif(os.name == "nt", reason="needs a POSIX shell")
@pytest.mark.parametrize("form", ["json", "csv", "github"])
def test_a_reader_that_goes_away(site: SiteTest, form: str) -> None:
    """`check … | head -1` ends without a traceback."""
    many: Files = {
        f"content/articles/d{number}.md": document("[x](gone.md)\n" * 400, {"title": "D"})
        for number in range(5)
    }
    site.write(many)
    command = f'"{sys.executable}" -m site_gen -C "{site.folder}" check --format {form} --all'
    for pipe in ("| head -1", "2>&1 | head -c 1"):
        result = subprocess.run(
            ["/bin/sh", "-c", f"{command} {pipe}"],
            cwd=ROOT, capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert "Traceback" not in result.stderr
        assert "BrokenPipe" not in result.stderr


def test_a_worker_that_dies(site: SiteTest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker ended from outside is told in words, with exit code 2."""
    from concurrent.futures.process import BrokenProcessPool

    from site_gen import build

    def die(options: object) -> None:
        raise BrokenProcessPool

    monkeypatch.setattr(build, "build", die)
    result = site.write(articles(1)).run("build")
    assert result.exit_code == 2
    assert "--jobs 1" in result.stderr


def test_init_and_build(tmp_path: Path) -> None:
    """`init` starts a site that builds, and `new` adds an article to it."""
    folder = tmp_path / "my-archive"
    assert (
        call("init", str(folder), "--source", "site_gen @ git+https://example.org/x").exit_code == 0
    )
    assert call("-C", str(folder), "new", "First steps", "--date", "2001-02-03").exit_code == 0
    result = call("-C", str(folder), "build", "--date", "2026-01-01")
    assert result.exit_code == 0, result.stderr
    assert list((folder / "output" / "articles").glob("*first-steps.html"))
    assert call("init", str(folder)).exit_code == 2


def test_serve_on_another_host_is_refused(site: SiteTest) -> None:
    """The preview listens on this machine only."""
    assert site.write(articles(1)).run("serve", "--host", "0.0.0.0").exit_code == 2
