"""What `init` and `new` write, and the two workflows that publish a site."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import shlex
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from packaging.requirements import Requirement

from site_gen import __version__, scaffold, sitefile
from site_gen.scaffold import ScaffoldError, init, new_article
from tests.support import ROOT, SiteTest

WRITTEN = [
    ".gitattributes",
    ".github/workflows/pages.yml",
    ".gitignore",
    "README.md",
    "content/articles/welcome.md",
    "content/authors/.gitkeep",
    "content/pages/about.md",
    "requirements.txt",
    "site.yml",
    "static/.gitkeep",
    "templates/.gitkeep",
]

GIT = "site_gen @ git+https://example.org/keepers/site_gen@v1.0"

PAGES_URL = "https://keepers.example.org/archive"


def started(folder: Path, title: str = "An archive", source: str = GIT) -> Path:
    """A new site's folder."""
    init(folder, title, source)
    return folder


def requirement(folder: Path) -> str:
    """The one line of requirements.txt that is no comment."""
    lines = (folder / "requirements.txt").read_text(encoding="ascii").splitlines()
    (line,) = [line for line in lines if not line.startswith("#")]
    return line


def a_wheel(folder: Path, name: str = "site_gen-9.9-py3-none-any.whl") -> Path:
    """A wheel that pip can install, with one empty module."""
    folder.mkdir(parents=True, exist_ok=True)
    info = "site_gen-9.9.dist-info"
    texts = {
        "site_gen/__init__.py": "",
        f"{info}/METADATA": "Metadata-Version: 2.1\nName: site_gen\nVersion: 9.9\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = ""
    for path, text in texts.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=")
        record += f"{path},sha256={digest.decode()},{len(text)}\n"
    with zipfile.ZipFile(folder / name, "w") as wheel:
        for path, text in {**texts, f"{info}/RECORD": record + f"{info}/RECORD,,\n"}.items():
            wheel.writestr(path, text)
    return folder / name


# init


def test_init_writes_a_whole_site(tmp_path: Path) -> None:
    """All files are written, and named in order, into a folder made for them."""
    folder = tmp_path / "new" / "site"
    written = init(folder, "An archive", GIT)
    assert [folder / name for name in WRITTEN] == written
    assert written == sorted(path for path in folder.rglob("*") if path.is_file())


def test_every_skeleton_file_is_used() -> None:
    """Each file of site_gen/skeleton/ has its place in a new site, and each place its file."""
    there = {path.name for path in (ROOT / "site_gen" / "skeleton").iterdir()}
    assert there == set(scaffold.SKELETON)


def test_init_writes_the_same_bytes_everywhere(tmp_path: Path) -> None:
    """Lines end with one line feed, whatever the system's habit."""
    for path in init(tmp_path, "An archive", GIT):
        assert b"\r" not in path.read_bytes()


def test_init_beside_other_files(tmp_path: Path) -> None:
    """Files that are not in the way, such as a git folder, stay and do not hinder."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "notes.txt").write_text("mine")
    started(tmp_path)
    assert (tmp_path / "notes.txt").read_text() == "mine"


@pytest.mark.parametrize("name", [*WRITTEN, "vendor/site_gen-9.9-py3-none-any.whl"])
def test_init_refuses_a_file_in_the_way(tmp_path: Path, name: str) -> None:
    """If any file it would write exists, it names it and writes nothing."""
    wheel = a_wheel(tmp_path / "dist")
    site = tmp_path / "site"
    (site / name).parent.mkdir(parents=True)
    (site / name).write_text("mine")
    with pytest.raises(ScaffoldError, match=re.escape(name)):
        init(site, "An archive", str(wheel))
    assert [path for path in site.rglob("*") if path.is_file()] == [site / name]
    assert (site / name).read_text() == "mine"


def test_init_names_a_few_of_many_files(tmp_path: Path) -> None:
    """In a folder that is a site already, three files are named and the others counted."""
    started(tmp_path)
    with pytest.raises(ScaffoldError, match=r"\.gitignore and 8 more: nothing was written"):
        started(tmp_path)


def test_init_refuses_a_file_for_a_folder(tmp_path: Path) -> None:
    """A name that is a file's is refused by name."""
    (tmp_path / "site").write_text("")
    with pytest.raises(ScaffoldError, match="site is a file"):
        started(tmp_path / "site")


def test_init_needs_a_title(tmp_path: Path) -> None:
    """Without a title nothing is written."""
    with pytest.raises(ScaffoldError, match="--title"):
        started(tmp_path, title=" \n")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "title", ["Voices", 'A "quoted" title: #1', "yes", "2001", "صداها", "@@HEADING@@", "a\nb\t c"]
)
def test_site_yml_is_valid_and_holds_the_title(tmp_path: Path, title: str) -> None:
    """Any title arrives in the settings as it is, on one line, and the settings are sound."""
    settings, found = sitefile.load(started(tmp_path, title))
    assert found == []
    assert " ".join(title.split()) == settings.title


@given(title=st.text(min_size=1).filter(lambda text: text.strip()))
def test_any_title_is_one_line_of_yaml(title: str) -> None:
    """A title of any characters that UTF-8 can hold comes back from YAML as it was."""
    scalar = scaffold._scalar(title)
    assert "\n" not in scalar
    assert yaml.safe_load(f"title: {scalar}\n# more\n") == {"title": title}


def test_the_keys_of_site_yml_are_explained(tmp_path: Path) -> None:
    """Every key, also one that is commented out, follows a comment of its own."""
    lines = (started(tmp_path) / "site.yml").read_text(encoding="utf-8").splitlines()
    keys = [at for at, line in enumerate(lines) if re.match(r"(# )?[a-z_]+: ", line)]
    assert len(keys) >= 6
    assert [lines[at] for at in keys if not re.match(r"# [A-Z].*|# .*[.)]$", lines[at - 1])] == []


def test_the_new_site_has_nothing_to_complain_of(tmp_path: Path) -> None:
    """With an address, `check` finds nothing in a new site, and the build publishes it."""
    site = SiteTest(started(tmp_path))
    assert site.codes("--url", PAGES_URL) == []
    result = site.run("build", "--url", PAGES_URL)
    assert result.exit_code == 0
    assert "How to add an article" in site.text("articles/welcome.html")
    assert "About this archive" in site.text("about.html")


def test_example_lines_are_shown_as_they_are_typed(tmp_path: Path) -> None:
    """The lines of front matter in the first article are text of it, not metadata."""
    site = SiteTest(started(tmp_path))
    site.run("build", "--url", PAGES_URL)
    assert "source_url: https://example.org/harvest" in site.text("articles/welcome.html")
    assert "Kabul" not in site.page("index.html")


def test_sources_stay_byte_for_byte(tmp_path: Path) -> None:
    """git is told not to convert line ends in content/."""
    assert "content/** -text" in (started(tmp_path) / ".gitattributes").read_text().splitlines()


def test_what_is_made_is_not_committed(tmp_path: Path) -> None:
    """git ignores the output and the work folder, and nothing that a new site consists of."""
    site = started(tmp_path, source=str(a_wheel(tmp_path / "dist")))
    (site / "output").mkdir()
    (site / "output/index.html").write_text("")
    (site / ".site_gen/cache").mkdir(parents=True)
    (site / ".site_gen/cache/x").write_text("")
    run = {"cwd": site, "check": True, "capture_output": True, "text": True}
    subprocess.run(["git", "init", "--quiet"], **run)  # type: ignore[call-overload]
    listed = ["git", "ls-files", "--others", "--exclude-standard"]
    shown = subprocess.run(listed, **run).stdout.split()  # type: ignore[call-overload]
    expected = {*WRITTEN, "vendor/site_gen-9.9-py3-none-any.whl"}
    assert expected == set(shown) - {"dist/site_gen-9.9-py3-none-any.whl"}


# Where site_gen comes from


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (GIT, GIT),
        ("git+https://example.org/keepers/site_gen@v1.0", GIT),
        ("site-gen@git+https://example.org/keepers/site_gen@v1.0", GIT),
        ("git+ssh://git@example.org/s.git@v1", "site_gen @ git+ssh://git@example.org/s.git@v1"),
        ("https://example.org/x.whl", "site_gen @ https://example.org/x.whl"),
    ],
)
def test_a_given_place(tmp_path: Path, source: str, expected: str) -> None:
    """A git URL or the address of a wheel is written as a requirement of site_gen."""
    line = requirement(started(tmp_path, source=source))
    assert expected == line
    assert Requirement(line).name == "site_gen"


def test_a_given_wheel_is_kept_in_the_site(tmp_path: Path) -> None:
    """A wheel is copied into the site, so that it builds wherever the site goes."""
    wheel = a_wheel(tmp_path / "dist")
    site = tmp_path / "site"
    written = init(site, "An archive", str(wheel))
    copy = site / "vendor" / wheel.name
    assert copy in written
    assert wheel.read_bytes() == copy.read_bytes()
    assert requirement(site) == "./vendor/site_gen-9.9-py3-none-any.whl"


@pytest.mark.parametrize(
    "source",
    [
        "site_gen",
        "site_gen==1.0",
        "missing.whl",
        "http://example.org/x.whl",
        "a\nb",
        "git+https://",
    ],
)
def test_a_place_that_cannot_be(tmp_path: Path, source: str) -> None:
    """What cannot be installed from is refused with a word on --source; nothing is written."""
    with pytest.raises(ScaffoldError, match="--source"):
        started(tmp_path, source=source)
    assert list(tmp_path.iterdir()) == []


def installed_from(monkeypatch: pytest.MonkeyPatch, origin: Mapping[str, Any]) -> None:
    """Have this site_gen installed from somewhere, as PEP 610 records it."""

    class Distribution:
        def read_text(self, name: str) -> str | None:
            assert name == "direct_url.json"
            return json.dumps(origin) if origin else None

    monkeypatch.setattr(scaffold, "distribution", lambda name: Distribution())


def test_installed_from_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without --source, an installation from git pins its commit and tells its tag."""
    vcs = {"vcs": "git", "commit_id": "0123abc", "requested_revision": "v1.0"}
    installed_from(monkeypatch, {"url": "https://example.org/site_gen.git", "vcs_info": vcs})
    site = started(tmp_path, source="")
    assert requirement(site) == "site_gen @ git+https://example.org/site_gen.git@0123abc"
    assert "v1.0" in (site / "requirements.txt").read_text()


def test_installed_from_a_wheel_on_the_web(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without --source, a wheel from the web is named with its digest."""
    archive = {"hashes": {"sha256": "ab12"}}
    installed_from(monkeypatch, {"url": "https://example.org/x.whl", "archive_info": archive})
    expected = "site_gen @ https://example.org/x.whl#sha256=ab12"
    assert expected == requirement(started(tmp_path, source=""))


def test_installed_from_a_wheel_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without --source, a wheel of this machine is copied into the site, also from odd folders."""
    wheel = a_wheel(tmp_path / "my wheels %")
    installed_from(monkeypatch, {"url": wheel.as_uri(), "archive_info": {}})
    site = started(tmp_path / "site", source="")
    assert wheel.read_bytes() == (site / "vendor" / wheel.name).read_bytes()
    assert requirement(site) == "./vendor/site_gen-9.9-py3-none-any.whl"


@pytest.mark.parametrize(
    "origin",
    [
        {},
        {"url": "file:///home/keeper/site_gen", "dir_info": {"editable": True}},
        {"url": "file:///nowhere/site_gen-9.9-py3-none-any.whl", "archive_info": {}},
        {"url": "file:///repo", "vcs_info": {"vcs": "git", "commit_id": "0123abc"}},
    ],
)
def test_installed_from_what_others_cannot_reach(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, origin: Mapping[str, Any]
) -> None:
    """An origin that only this machine has is not named: the file tells how to keep a wheel."""
    installed_from(monkeypatch, origin)
    site = started(tmp_path, source="")
    expected = f"./vendor/site_gen-{__version__}-py3-none-any.whl"
    assert expected == requirement(site)
    text = (site / "requirements.txt").read_text(encoding="ascii")
    assert "pip wheel" in text
    assert "file:" not in text


def test_not_installed_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run from a checkout that no installer knows of, init works and tells the same."""

    def missing(name: str) -> None:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(scaffold, "distribution", missing)
    assert requirement(started(tmp_path, source="")).startswith("./vendor/site_gen-")


# new


def test_new_article(tmp_path: Path) -> None:
    """An article's file is named by its title and holds the title and the date."""
    path = new_article(tmp_path, Path("content"), "The Harvest: 1999", "article", "1999-10-02")
    assert path == tmp_path / "content/articles/the-harvest-1999.md"
    _, front, body = path.read_text(encoding="utf-8").split("---\n")
    assert yaml.safe_load(front) == {"title": "The Harvest: 1999", "date": "1999-10-02"}
    assert body.strip() == ""


@pytest.mark.parametrize(
    ("kind", "folder", "field"),
    [
        ("author", "authors", "name"),
        ("place", "places", "name"),
        ("topic", "topics", "name"),
        ("series", "series", "name"),
        ("page", "pages", "title"),
    ],
)
def test_new_of_each_kind(tmp_path: Path, kind: scaffold.Kind, folder: str, field: str) -> None:
    """Each kind goes to its own folder and has its own field; only articles have dates."""
    path = new_article(tmp_path, tmp_path / "content", "Kabul", kind, "2001", ".txt")
    assert path == tmp_path / "content" / folder / "kabul.txt"
    assert yaml.safe_load(path.read_text().split("---\n")[1]) == {field: "Kabul"}


@pytest.mark.parametrize("kind", ["article", "author", "place", "topic", "series", "page"])
def test_the_hints_are_right(tmp_path: Path, kind: scaffold.Kind) -> None:
    """With its commented lines taken up, a new document has nothing wrong but its empty text."""
    site = SiteTest(started(tmp_path))
    path = new_article(tmp_path, Path("content"), "Kabul", kind, "2001-11-02")
    text = re.sub(r"^# (\w+:)", r"\1", path.read_text(), flags=re.MULTILINE)
    path.write_text(text.replace("parent: The place it lies in\n", "") + "Some text.\n")
    assert site.codes("--url", PAGES_URL) == []


@pytest.mark.parametrize("there", ["the-harvest.md", "the-harvest.txt", "The-Harvest.HTML"])
def test_new_never_overwrites(tmp_path: Path, there: str) -> None:
    """A document of that name, whatever its ending or case, is left alone and named."""
    taken = tmp_path / "content/articles" / there
    taken.parent.mkdir(parents=True)
    taken.write_text("mine")
    with pytest.raises(ScaffoldError, match=re.escape(there)):
        new_article(tmp_path, Path("content"), "The harvest")
    assert [path.read_text() for path in taken.parent.iterdir()] == ["mine"]


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Свидетели", "svideteli"),
        ("Con", "con-article"),
        ("Index", "index-article"),
        ("../../etc/passwd", "etc-passwd"),
        ("word " * 40, "-".join(["word"] * 16)),
    ],
)
def test_file_names(tmp_path: Path, title: str, expected: str) -> None:
    """Names are of plain letters, not too long, no device of Windows, and stay in the folder."""
    path = new_article(tmp_path, Path("content"), title)
    assert path == tmp_path / f"content/articles/{expected}.md"


@pytest.mark.parametrize("title", ["", "  ", "!?"])
def test_a_title_without_letters(tmp_path: Path, title: str) -> None:
    """A title of which no file name can be made is refused."""
    with pytest.raises(ScaffoldError, match="no file name"):
        new_article(tmp_path, Path("content"), title)


@pytest.mark.parametrize("extension", ["md", "", ".", "./x", ".a/b", ".."])
def test_an_extension_that_is_none(tmp_path: Path, extension: str) -> None:
    """An extension has a dot and letters, and cannot lead elsewhere."""
    with pytest.raises(ScaffoldError, match="--extension"):
        new_article(tmp_path, Path("content"), "The harvest", extension=extension)


# The workflows


def workflow(path: Path) -> dict[str, Any]:
    """A workflow; YAML 1.1 reads its key `on` as True, which is put right."""
    text = path.read_text(encoding="utf-8")
    parsed: dict[str, Any] = {
        "on" if key is True else key: value for key, value in yaml.safe_load(text).items()
    }
    return parsed


SITES = workflow(ROOT / "site_gen/skeleton/pages.yml")
OURS = workflow(ROOT / ".github/workflows/pages.yml")

both = pytest.mark.parametrize("flow", [SITES, OURS], ids=["of a site", "of the project"])


def step(flow: Mapping[str, Any], action: str) -> dict[str, Any]:
    """The one step of the build that uses an action."""
    steps: list[dict[str, Any]] = flow["jobs"]["build"]["steps"]
    (found,) = [one for one in steps if one.get("uses", "").startswith(f"{action}@")]
    return found


def commands(flow: Mapping[str, Any]) -> list[str]:
    """What the build runs, in order."""
    return [one["run"] for one in flow["jobs"]["build"]["steps"] if "run" in one]


@both
def test_when_it_runs(flow: Mapping[str, Any]) -> None:
    """On a push to main, every day (a text held back until a date appears on it), and by hand."""
    assert set(flow["on"]) == {"push", "schedule", "workflow_dispatch"}
    assert flow["on"]["push"] == {"branches": ["main"]}
    (daily,) = flow["on"]["schedule"]
    assert re.fullmatch(r"\d+ \d+ \* \* \*", daily["cron"])


@both
def test_what_the_build_is_given(flow: Mapping[str, Any]) -> None:
    """A Python from 3.11 on with pip's cache, the cache of the last build; and the whole history
    where the site shows it, and only there."""
    assert "with" not in step(flow, "actions/checkout")
    (history,) = [one for one in commands(flow) if one.startswith("if grep")]
    assert history.endswith("then git fetch --unshallow; fi")
    python = step(flow, "actions/setup-python")["with"]
    assert tuple(map(int, python["python-version"].split("."))) >= (3, 11)
    assert python["cache"] == "pip"
    kept = step(flow, "actions/cache")["with"]
    assert kept["path"] == ".site_gen/cache"
    assert kept["key"].startswith(kept["restore-keys"])
    assert "github.run_id" in kept["key"]


@both
def test_the_address_is_known_before_the_build(flow: Mapping[str, Any]) -> None:
    """configure-pages runs under the id that the build step asks for the base URL."""
    steps = flow["jobs"]["build"]["steps"]
    assert step(flow, "actions/configure-pages")["id"] == "pages"
    asking = [one for one in steps if "steps.pages.outputs.base_url" in json.dumps(one)]
    assert asking == [one for one in steps if one.get("name") == "Build the site"]
    assert steps.index(step(flow, "actions/configure-pages")) < steps.index(asking[0])
    assert steps.index(step(flow, "actions/cache")) < steps.index(asking[0])


@both
def test_what_is_published(flow: Mapping[str, Any]) -> None:
    """output/ is the artifact, taken last, and a second job with just its rights deploys it."""
    upload = step(flow, "actions/upload-pages-artifact")
    assert upload["with"] == {"path": "output/"}
    assert flow["jobs"]["build"]["steps"][-1] == upload
    deploy = flow["jobs"]["deploy"]
    assert deploy["needs"] == "build"
    assert deploy["permissions"] == {"pages": "write", "id-token": "write"}
    (only,) = deploy["steps"]
    assert only["uses"].startswith("actions/deploy-pages@")
    assert deploy["environment"]["url"] == f"${{{{ steps.{only['id']}.outputs.page_url }}}}"


@both
def test_rights_and_turns(flow: Mapping[str, Any]) -> None:
    """The build may write nothing, and publications take turns."""
    assert flow["permissions"] == {}
    assert flow["jobs"]["build"]["permissions"] == {"contents": "read", "pages": "read"}
    assert flow["concurrency"] == {"group": "pages", "cancel-in-progress": False}


@both
def test_only_official_actions(flow: Mapping[str, Any]) -> None:
    """Every action is GitHub's own, at a major version."""
    used = [one["uses"] for job in flow["jobs"].values() for one in job["steps"] if "uses" in one]
    assert [use for use in used if not re.fullmatch(r"actions/[a-z-]+@v\d+", use)] == []


def test_the_two_workflows_agree() -> None:
    """They differ only in how site_gen is had, in the tests, and in how the build is called."""

    def shared(flow: dict[str, Any]) -> dict[str, Any]:
        build = flow["jobs"]["build"]
        steps = [one for one in build["steps"] if "run" not in one]
        text = json.dumps({**flow, "jobs": {**flow["jobs"], "build": {**build, "steps": steps}}})
        parsed: dict[str, Any] = json.loads(re.sub("requirements.txt|pyproject.toml", "", text))
        return parsed

    assert shared(SITES) == shared(OURS)


def test_the_projects_workflow_tests_first() -> None:
    """The tests run before anything is published, and `make site` gets the address as SITE_URL."""
    _, tests, edits, site = commands(OURS)
    assert (tests, site) == ("make test", "make site")
    assert "benchmarks.build_speed --articles 200 --rounds 1 --only edits" in edits
    (build,) = [one for one in OURS["jobs"]["build"]["steps"] if one.get("run") == "make site"]
    assert build["env"] == {"SITE_URL": "${{ steps.pages.outputs.base_url }}"}


def history_is_fetched(site: Path, command: str) -> list[str]:
    """What a step of the workflow asks of git in a site."""
    tools = site.parent / "tools"
    tools.mkdir(exist_ok=True)
    (tools / "git").write_text(f'#!/bin/sh\necho "$@" >> {tools}/asked\n')
    (tools / "git").chmod(0o755)
    path = f"{tools}{os.pathsep}{os.environ['PATH']}"
    subprocess.run(["sh", "-c", command], cwd=site, env={"PATH": path}, check=True)
    asked = tools / "asked"
    return asked.read_text().splitlines() if asked.exists() else []


@both
@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("history: true", ["fetch --unshallow"]),
        ("history: false", []),
        ("# history: true", []),
        ("", []),
    ],
)
def test_the_history_is_fetched_where_it_is_shown(
    tmp_path: Path, flow: Mapping[str, Any], line: str, expected: list[str]
) -> None:
    """The workflow fetches the whole history if site.yml asks for it."""
    (command,) = [one for one in commands(flow) if one.startswith("if grep")]
    site = tmp_path / "site"
    site.mkdir()
    (site / "site.yml").write_text(f"title: A\n{line}\n")
    assert history_is_fetched(site, command) == expected


def test_the_build_steps_run(tmp_path: Path) -> None:
    """What the workflow of a new site runs works there: site_gen is installed from the wheel that
    the site keeps, and the site is built for the address that Pages gives."""
    site = tmp_path / "site"
    init(site, "An archive", str(a_wheel(tmp_path / "dist")))
    installed = tmp_path / "installed"
    offline = {"PIP_NO_INDEX": "1", "PIP_NO_DEPS": "1", "PIP_TARGET": str(installed)}
    environment = {**os.environ, **offline, "PYTHONPATH": str(ROOT)}
    for command in commands(SITES):
        if command.startswith("if "):
            assert history_is_fetched(site, command) == []
            continue
        words = shlex.split(command.replace("${{ steps.pages.outputs.base_url }}", PAGES_URL))
        assert words.pop(0) == "python"
        subprocess.run([sys.executable, *words], cwd=site, env=environment, check=True)
    assert (installed / "site_gen/__init__.py").exists()
    page = (site / "output/articles/welcome.html").read_text(encoding="utf-8")
    assert f'href="{PAGES_URL}/articles/welcome.html"' in page
