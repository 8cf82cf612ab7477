"""When texts changed, as git tells it, and what must not be told."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.support import SITE_YML, SiteTest

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not on this machine")

ON = {"site.yml": f"{SITE_YML}history: true\n"}
BODY = "".join(f"Sentence {number} of a text about a harbour.\n\n" for number in range(9))


class Repository:
    """A site in a git repository. Each commit has a day of its own: 2001-01-02, then the next."""

    def __init__(self, folder: Path) -> None:
        self.site = SiteTest(folder).write({**ON, ".gitignore": "output\n.site_gen\n"})
        self.days = 0
        self.git("init", "-q", "-b", "main")

    def git(self, *arguments: str) -> str:
        """Run git with a name, a day, and no settings of this machine."""
        # The author's day in the west is the next one in UTC.
        day = f"2001-01-{self.days:02d}T23:30:00-05:00" if self.days else ""
        person = {
            f"GIT_{who}_{what}": value
            for who in ("AUTHOR", "COMMITTER")
            for what, value in (("NAME", "A"), ("EMAIL", "a@example.org"), ("DATE", day))
        }
        environment = {"PATH": os.environ["PATH"], "GIT_CONFIG_GLOBAL": os.devnull, **person}
        return subprocess.run(
            ["git", *arguments],
            cwd=self.site.folder,
            env={**environment, "GIT_CONFIG_NOSYSTEM": "1"},
            check=True,
            capture_output=True,
            text=True,
        ).stdout

    def commit(self, files: Mapping[str, str | None]) -> None:
        """Write files under content/articles, or remove those that are None, and commit all."""
        for name, content in files.items():
            path = f"content/articles/{name}"
            if content is None:
                (self.site.folder / path).unlink()
            else:
                self.site.write({path: content})
        self.days += 1
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", "A change")

    def shown(self, name: str = "a") -> list[tuple[str, str]]:
        """The versions that an article lists: the day, and the digest or `this`."""
        assert self.site.run("build").exit_code == 0
        page = self.site.soup(f"articles/{name}.html")
        record = page.select_one("details.record")
        assert record
        listed = [one.find_parent("li") for one in record.select("li time")]
        found = []
        for one in filter(None, listed):
            assert one.time
            assert one.code
            text = one.code.get_text()
            if "this text" in one.get_text():
                assert text == cited(self.site, name)
            found.append((str(one.time["datetime"]), text))
        return found


def cited(site: SiteTest, name: str = "a") -> str:
    """The version that an article says is to be cited."""
    code = site.soup(f"articles/{name}.html").select_one(".cite code")
    assert code
    return code.get_text()


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """An empty site in a repository."""
    return Repository(tmp_path / "site")


def article(body: str = BODY, **stated: str) -> str:
    """An article in Markdown."""
    lines = "".join(f"{key}: {value}\n" for key, value in ({"title": "A"} | stated).items())
    return f"---\n{lines}---\n\n{body}"


def test_each_digest_is_the_one_that_was_printed(repository: Repository) -> None:
    """Every version of a text is listed with the day it came in, newest first, and the digest that
    its page told then: by front matter, by sidecar, under another name, by labels in a text."""
    printed = []
    for files in (
        {"a.md": article(), "b.md": article("Another.\n")},
        {"a.md": article(f"{BODY}More.\n")},
        {"a.yml": "title: From a sidecar\n"},
        {"a.yml": "title: From a sidecar\ntopics: [Harbours]\n"},
        {"a.md": article(f"{BODY}More.\n", date="2001")},
        {
            "a.md": None,
            "a.yml": None,
            "a.txt": f"# Changed\n\n**Author:** Ann Bell\n\n{BODY}More.\n",
        },
    ):
        repository.commit(files)
        assert repository.site.run("build").exit_code == 0
        printed.append((f"2001-01-{repository.days + 1:02d}", cited(repository.site)))
    expected = [printed[5], printed[2], printed[1], printed[0]]
    assert repository.shown() == expected
    assert repository.shown("b") == [("2001-01-02", cited(repository.site, "b"))]


def test_what_is_not_committed(repository: Repository) -> None:
    """A text that is not committed is no version; once it is, it is this text."""
    repository.commit({"a.md": article()})
    (first,) = repository.shown()
    repository.site.write({"content/articles/a.md": article("Other words.\n")})
    assert repository.shown() == [first]
    assert "(this text)" not in repository.site.page("articles/a.html")
    repository.commit({})
    assert repository.shown()[1:] == [first]
    assert "(this text)" in repository.site.page("articles/a.html")


def test_moves_and_merges(repository: Repository) -> None:
    """A moved text keeps its line, and what a branch did came in when it was merged."""
    repository.commit({"old/a.md": article()})
    repository.git("checkout", "-q", "-b", "branch")
    repository.commit({"old/a.md": article(f"{BODY}One.\n")})
    repository.commit({"old/a.md": article(f"{BODY}Two.\n")})
    repository.git("checkout", "-q", "main")
    repository.days += 1
    repository.git("merge", "-q", "--no-ff", "-m", "Merge", "branch")
    repository.commit({"old/a.md": None, "new/b.md": article(f"{BODY}Two.\n")})
    assert [day for day, _ in repository.shown("new/b")] == ["2001-01-05", "2001-01-02"]


def test_settings_of_the_user(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever a user has set for git, what it tells is the same."""
    repository.commit({"old/a.md": article()})
    repository.git("checkout", "-q", "-b", "branch")
    repository.commit({"old/a.md": None, "new/a.md": article(f"{BODY}One.\n")})
    repository.git("checkout", "-q", "main")
    repository.git("merge", "-q", "--no-ff", "-m", "Merge", "branch")
    repository.commit({"new/a.md": article(f"{BODY}Two.\n")})
    expected = repository.shown("new/a")
    assert len(expected) == 3
    (tmp_path / "settings").write_text(
        "[log]\nfollow = true\nshowRoot = false\ndiffMerges = off\nshowSignature = true\n"
        "date = relative\n[diff]\nrenames = false\nrelative = false\nnoprefix = true\n"
        "renameLimit = 1\n[core]\nquotePath = true\n[color]\nui = always\n"
        "[format]\npretty = full\n"
    )
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "settings"))
    shutil.rmtree(repository.site.folder / ".site_gen")
    assert repository.shown("new/a") == expected


def test_texts_that_came_back(repository: Repository) -> None:
    """A text that was changed and changed back is three versions; a draft is none."""
    repository.commit({"a.md": article("Draft.\n", draft="true")})
    for body in ("One.\n", "Two.\n", "One.\n"):
        repository.commit({"a.md": article(body)})
    days, digests = zip(*repository.shown(), strict=True)
    assert days == ("2001-01-05", "2001-01-04", "2001-01-03")
    assert digests[0] == digests[2] != digests[1]


SECRET = article("Of Ann Bell Secret.\n", authors="[Ann Bell]")
OPEN = article("Of somebody.\n", authors="[Ann Bell]")
REDACTED = "redactions: [{match: Ann Bell Secret, reason: Asked}]\n"
HIDING: dict[str, list[Mapping[str, str | None]]] = {
    "redacted": [{"a.md": SECRET, "a.yml": REDACTED}],
    "redacted once": [{"a.md": SECRET, "a.yml": REDACTED}, {"a.md": OPEN, "a.yml": None}],
    "anonymised once": [{"a.md": OPEN, "a.yml": "byline: anonymised\n"}, {"a.yml": None}],
    "anonymised by label": [
        {"a.txt": "# A\n\n**Author:** anonymised\n\nOne.\n"},
        {"a.txt": "# A\n\nOne.\n"},
    ],
    "embargoed once": [{"a.md": article(embargo_until="2030-01-01")}, {"a.md": article()}],
    "no longer embargoed": [{"a.md": article(embargo_until="2001-01-01")}],
    "withdrawn once": [{"a.md": article(withdrawn="{reason: Asked}")}, {"a.md": article()}],
    "by another name": [
        {"b.md": article(), "b.yml": "embargo_until: 2030-01-01\n"},
        {"b.md": None, "b.yml": None, "a.md": article()},
    ],
    "by a broken sidecar": [{"a.md": OPEN, "a.yml": "redactions: [\n"}, {"a.yml": None}],
    "by a misspelt key": [{"a.md": OPEN, "a.yml": "redaction: Ann Bell\n"}, {"a.yml": None}],
    "by a table": [
        {"a.md": OPEN, "metadata.csv": "file,embargo_until\na.md,2030-01-01\n"},
        {"metadata.csv": None},
    ],
    "by a table, without its ending": [
        {"a.md": OPEN, "metadata.csv": "file;byline\na;anonymised\n"},
        {"metadata.csv": "file;byline\na;\n"},
    ],
    "by defaults": [
        {"a.md": OPEN, "_defaults.yml": "embargo_until: 2030-01-01\n"},
        {"_defaults.yml": "language: en\n"},
    ],
}


@pytest.mark.parametrize("steps", HIDING.values(), ids=HIDING)
def test_no_digest_of_what_was_ever_hidden(
    repository: Repository, steps: list[Mapping[str, str | None]]
) -> None:
    """Of an article of which something is or was not to be shown no version is listed; of the
    others, all are."""
    alone = "_defaults.yml" in steps[0]
    if not alone:
        repository.commit({"sub/other.md": article("Other.\n"), "far.md": article("Far.\n")})
    for files in steps:
        repository.commit(files)
    assert repository.shown() == []
    assert "Versions of the text" not in repository.site.page("articles/a.html")
    if not alone:
        assert len(repository.shown("far")) == 1
        assert len(repository.shown("sub/other")) == 1


def test_an_uncommitted_end_of_hiding(repository: Repository) -> None:
    """What the last commit hides has no digest, though the sources on disk hide it no more."""
    repository.commit({"a.md": SECRET, "a.yml": REDACTED})
    (repository.site.folder / "content/articles/a.yml").unlink()
    assert repository.shown() == []


def test_where_there_is_no_history(tmp_path: Path, repository: Repository) -> None:
    """No repository, no commit, a shallow clone: each is an error of the whole site that says what
    to do; without `history: true` none of them is."""
    bare = SiteTest(tmp_path / "bare").write({**ON, "content/articles/a.md": article()})
    assert "history-unknown" in bare.codes()
    assert bare.run("build", "--keep-going").exit_code == 1
    assert "history-unknown" in repository.site.codes()
    repository.commit({"a.md": article()})
    repository.commit({"a.md": article("Two.\n")})
    shallow = SiteTest(tmp_path / "shallow")
    address = repository.site.folder.as_uri()
    repository.git("clone", "-q", "--depth", "1", address, str(shallow.folder))
    (found,) = [one for one in shallow.diagnostics() if one["code"] == "history-shallow"]
    assert "fetch-depth: 0" in found["hint"]
    assert shallow.run("build", "--keep-going").exit_code == 1
    shallow.write({"site.yml": SITE_YML})
    assert shallow.run("build").exit_code == 0


def test_git_is_missing(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without git the build says so; a site that shows no history needs none."""
    repository.commit({"a.md": article()})
    monkeypatch.setenv("PATH", "")
    (found,) = [one for one in repository.site.diagnostics() if one["code"] == "history-unknown"]
    assert "git cannot be run" in found["message"]
    repository.site.write({"site.yml": SITE_YML})
    assert repository.site.run("build").exit_code == 0


def test_a_clone_without_earlier_texts(tmp_path: Path, repository: Repository) -> None:
    """Where earlier texts would have to be fetched, nothing is, and that is told."""
    repository.commit({"a.md": article()})
    repository.commit({"a.md": article("Two.\n")})
    repository.git("config", "uploadpack.allowFilter", "true")
    partial = SiteTest(tmp_path / "partial")
    address = repository.site.folder.as_uri()
    repository.git("clone", "-q", "--filter=blob:none", address, str(partial.folder))
    shutil.rmtree(repository.site.folder)
    (found,) = [one for one in partial.diagnostics() if one["code"] == "history-unknown"]
    assert found["hint"]


NAMES = ("a.md", "b.txt", "sub/a.md")
STEPS = st.lists(
    st.dictionaries(
        st.sampled_from([*NAMES, "a.yml", "b.txt.yml", "_defaults.yml"]),
        st.one_of(st.none(), st.sampled_from(["1", "2", "embargo_until: 2001-01-01", "title: Z"])),
        min_size=1,
        max_size=3,
    ),
    min_size=1,
    max_size=4,
)


@settings(
    max_examples=3,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=STEPS)
def test_after_every_commit_as_from_scratch(
    tmp_path_factory: pytest.TempPathFactory, steps: list[dict[str, str | None]]
) -> None:
    """Whatever commits do, a build after each of them gives what a clean build gives."""
    repository = Repository(tmp_path_factory.mktemp("site"))
    repository.commit({"always.md": article("Always.\n")})
    folder = repository.site.folder / "content/articles"
    for step in steps:
        files: dict[str, str | None] = {}
        for name, content in step.items():
            if content is None:
                if (folder / name).exists():
                    files[name] = None
            elif name.endswith(".yml"):
                files[name] = f"{content}\n" if ":" in content else f"publication: '{content}'\n"
            else:
                files[name] = article(f"{BODY}Number {content}.\n")
        repository.commit(files)
        repository.site.run("build", "--jobs", "1")
    clean = SiteTest(tmp_path_factory.mktemp("clean") / "site")
    repository.git("clone", "-q", repository.site.folder.as_uri(), str(clean.folder))
    assert repository.site.run("build", "--jobs", "1").exit_code == 0
    assert clean.run("build", "--jobs", "1").exit_code == 0
    assert repository.site.output() == clean.output()


def test_a_commit_costs_what_it_changed(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a commit, only the texts that it changed are read from git, and only their pages are
    written; the same commit again reads nothing."""
    from site_gen.history import repository as module

    repository.commit({f"n{number:02d}.md": article(f"Text {number}.\n") for number in range(12)})
    repository.commit({"n03.md": article("Other.\n")})
    assert repository.site.run("build", "--jobs", "1").exit_code == 0
    before = repository.site.output()
    asked: list[str] = []
    contents: Callable[..., object] = module.contents

    def noted(site: Path, blobs: object) -> object:
        names = list(blobs)  # type: ignore[call-overload]
        asked.extend(names)
        return contents(site, names)

    monkeypatch.setattr(module, "contents", noted)
    repository.commit({"n07.md": article("Another.\n")})
    assert repository.site.run("build", "--jobs", "1").exit_code == 0
    assert 1 <= len(set(asked)) <= 2
    after = repository.site.output()
    changed = {name for name in after if before.get(name) != after[name]}
    assert "articles/n07.html" in changed
    assert "articles/n01.html" not in changed
    asked.clear()
    (repository.site.folder / "output/articles/n07.html").unlink()
    assert repository.site.run("build", "--jobs", "1").exit_code == 0
    assert asked == []


def test_the_module_is_not_loaded_without_need() -> None:
    """A site that shows no history does not pay for it."""
    program = "import sys; import site_gen.build; print('site_gen.history' in sys.modules)"
    told = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert told.stdout.strip() == "False"
