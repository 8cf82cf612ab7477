"""Law 1 at the door: every file under content/ is read as what it is, or told."""

from __future__ import annotations

import os
import pickle
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from site_gen import sources
from site_gen.config import SiteConfig
from tests.support import SITE_YML, SiteTest

ARTICLE = "# A title\n\nText.\n"

needs_links = pytest.mark.skipif(os.name == "nt", reason="links need a right on Windows")
needs_pipes = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")


def only(site: SiteTest, code: str) -> dict[str, Any]:
    """The one finding there is, which has this code."""
    found = site.diagnostics()
    assert [code] == [one["code"] for one in found]
    return found[0]


def published(site: SiteTest) -> set[str]:
    """The articles' pages of the built site."""
    return {path for path in site.output() if path.startswith("articles/")} - {
        "articles/index.html"
    }


@pytest.mark.parametrize("ending", [".md", ".markdown", ".txt", ".html", ".MD", ".TXT"])
def test_every_common_ending_is_an_article(site: SiteTest, ending: str) -> None:
    """The four endings of the design are read, in any case."""
    body = "<h1>A title</h1><p>Text.</p>" if ending == ".html" else ARTICLE
    site.write({f"content/articles/a{ending}": body})
    assert site.run("build").exit_code == 0
    assert "Text." in site.text("articles/a.html")


@pytest.mark.parametrize(
    ("ending", "use", "text", "shown"),
    [
        (".htm", "html", "<h1>T</h1><p>A <b>b</b> c</p>", "A b c"),
        (".text", "text", "# T\n\n*a* <IBM>", "a <IBM>"),
        (".log", "plain", "*a* <b>", "*a* <b>"),
        ("", "markdown", "# T\n\n*a*", "a"),
    ],
)
def test_site_yml_maps_endings(
    site: SiteTest, ending: str, use: str, text: str, shown: str
) -> None:
    """`extensions:` says how files of any other ending, or of none, are read."""
    site.write(
        {
            "site.yml": f"{SITE_YML}extensions: {{'{ending}': {use}}}\n",
            f"content/articles/a{ending}": text,
        }
    )
    assert site.run("build").exit_code == 0
    body = site.soup("articles/a.html").select_one(".body")
    assert body is not None
    assert shown == " ".join(body.get_text().split())


def test_an_ending_can_be_ignored(site: SiteTest) -> None:
    """What `extensions:` or `ignore:` leaves out is no article and no finding."""
    site.write(
        {
            "site.yml": f"{SITE_YML}extensions: {{.log: ignore}}\nignore: ['old/**', '*.bak']\n",
            "content/articles/a.md": ARTICLE,
            "content/articles/a.log": "x",
            "content/articles/b.bak": "x",
            "content/old/c.md": ARTICLE,
        }
    )
    assert site.codes() == []
    assert "1 source = 1 ready" in site.run("check").stderr


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        (".hidden.md", "a name that begins with a dot"),
        ("a.md~", "an editor's backup"),
        ("#a.md#", "an editor's backup"),
        ("Thumbs.db", "a system file"),
    ],
)
def test_ignored_files_name_their_rule(tmp_path: Path, name: str, rule: str) -> None:
    """A file that is left out says by which rule."""
    (tmp_path / "content").mkdir()
    (tmp_path / "content" / name).write_bytes(b"x")
    inventory, found = sources.walk(tmp_path, SiteConfig())
    assert ([("ignored", rule)], []) == ([(s.kind, s.rule) for s in inventory.sources], found)


def test_every_file_is_accounted_for(site: SiteTest) -> None:
    """Each file of content/ is in the inventory, once."""
    names = {
        "content/articles/a.md",
        "content/articles/a.yml",
        "content/articles/_defaults.yml",
        "content/articles/metadata.csv",
        "content/articles/photo.jpg",
        "content/articles/.x",
        "content/articles/strange.xyz",
        "content/authors/b.md",
        "content/places/c.yml",
        "content/pages/about.md",
    }
    site.write(dict.fromkeys(names, ""))
    inventory, _ = sources.walk(site.folder, SiteConfig())
    assert sorted(names) == [one.path for one in inventory.sources]


@pytest.mark.parametrize(
    ("name", "code", "value"),
    [
        ("photo.jpg", "attachment-unused", ""),
        ("strange.xyz", "file-unrecognised", ".xyz"),
        ("README", "file-unrecognised", ""),
        ("code.js", "attachment-unsafe", ".js"),
        ("old.xhtml", "attachment-unsafe", ".xhtml"),
        ("lone.yml", "sidecar-without-document", ""),
    ],
)
def test_what_is_no_source_is_told(site: SiteTest, name: str, code: str, value: str) -> None:
    """A file that is unrecognised, unreferenced or alone is a warning that names it."""
    site.write({"content/articles/a.md": ARTICLE, f"content/articles/{name}": "x: y"})
    found = only(site, code)
    assert (f"content/articles/{name}", "warning", value) == (
        found["path"],
        found["severity"],
        found["value"],
    )
    assert found["hint"]


def test_misnamed_sidecar_is_guessed(site: SiteTest) -> None:
    """A sidecar with a wrong name is told with the document it may belong to."""
    site.write(
        {
            "content/articles/taleban-defections.txt": ARTICLE,
            "content/articles/taleban-defection.yml": "",
        }
    )
    found = only(site, "sidecar-without-document")
    assert "rename it to taleban-defections.yml" in found["hint"]


def test_a_sidecar_named_with_the_ending(site: SiteTest) -> None:
    """`a.txt.yml` is the sidecar of a.txt, and of no other document; of an entry's file too."""
    site.write(
        {
            "content/articles/a.txt": "Text.",
            "content/articles/a.txt.yml": "title: One",
            "content/articles/b.md": "# B\n\nText.",
            "content/articles/b.txt.yml": "title: Two",
            "content/places/kabul.md": "",
            "content/places/kabul.md.yml": "name: Cabul",
        }
    )
    assert site.codes() == ["sidecar-without-document"]
    site.run("build")
    assert "One" in site.text("articles/a.html")
    assert "Cabul" in site.text("places/kabul.html")


def test_two_sidecars(site: SiteTest) -> None:
    """The second sidecar of a document is told and not used."""
    site.write(
        {
            "content/articles/a.md": "Text.",
            "content/articles/a.yaml": "title: One",
            "content/articles/a.yml": "title: Two",
        }
    )
    assert "a.yaml" in only(site, "sidecar-twice")["message"]
    assert site.run("build").exit_code == 0
    assert "One" in site.text("articles/a.html")


def test_a_sidecar_serves_two_documents_of_its_name(site: SiteTest) -> None:
    """Two documents of one name share the sidecar; that they share a URL is the error."""
    site.write(
        {
            "content/articles/a.md": "Text.",
            "content/articles/a.txt": "Text.",
            "content/articles/a.yml": "title: One",
        }
    )
    found = site.diagnostics()
    assert [one["code"] for one in found] == ["url-collision", "url-collision"]
    assert {"content/articles/a.md", "content/articles/a.txt"} == {one["path"] for one in found}


def test_nothing_at_all(site: SiteTest) -> None:
    """A text without any metadata is published under its file's name, undated."""
    site.write({"content/articles/the-long-road.txt": "Only text.\n"})
    assert "The long road" in only(site, "title-missing")["message"]
    assert site.run("build").exit_code == 0
    assert "Only text." in site.text("articles/the-long-road.html")


def test_no_content(site: SiteTest) -> None:
    """Without content/ there is an error and no output."""
    site.write({"site.yml": SITE_YML})
    result = site.run("build")
    assert result.exit_code == 1
    assert "error[no-content]" in result.stderr
    assert not (site.folder / "output").exists()


def test_no_articles(site: SiteTest) -> None:
    """An empty archive is an error: it must not replace a full one."""
    site.write({"content/articles/a.md": ARTICLE})
    assert site.run("build").exit_code == 0
    before = site.output()
    (site.folder / "content/articles/a.md").unlink()
    result = site.run("build", "--keep-going")
    assert result.exit_code == 1
    assert "error[no-articles]" in result.stderr
    assert before == site.output()


@needs_links
def test_link_out_of_content(site: SiteTest, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A link that leads out of content/ is never followed."""
    outside = tmp_path_factory.mktemp("outside")
    (outside / "secret.md").write_bytes(b"# Secret")
    site.write({"content/articles/a.md": ARTICLE})
    (site.folder / "content/articles/b.md").symlink_to(outside / "secret.md")
    (site.folder / "content/articles/c").symlink_to(outside)
    found = site.diagnostics()
    assert [(one["code"], one["path"]) for one in found] == [
        ("symlink-outside", "content/articles/b.md"),
        ("symlink-outside", "content/articles/c"),
    ]
    result = site.run("build", "--keep-going")
    assert result.exit_code == 3
    assert "2 sources = 1 published + 0 held back + 1 failed" in result.stderr
    assert {"articles/a.html"} == published(site)


@needs_links
@pytest.mark.parametrize("target", ["nothing.md", "b.md"])
def test_link_to_nothing_or_itself(site: SiteTest, target: str) -> None:
    """A dangling link and one that leads to itself are told."""
    site.write({"content/articles/a.md": ARTICLE})
    (site.folder / "content/articles/b.md").symlink_to(target)
    assert only(site, "unreadable")["path"] == "content/articles/b.md"


@needs_links
def test_link_within_content(site: SiteTest) -> None:
    """A link to another article is an article; one to a folder is not followed, so no loops."""
    site.write({"content/articles/a.md": ARTICLE})
    (site.folder / "content/articles/b.md").symlink_to("a.md")
    (site.folder / "content/articles/loop").symlink_to("../articles")
    found = {one["code"]: one["path"] for one in site.diagnostics()}
    assert found == {
        "symlink-folder": "content/articles/loop",
        "near-duplicate": "content/articles/a.md",
    }
    assert site.run("build").exit_code == 0
    assert {"articles/a.html", "articles/b.html"} == published(site)


@needs_links
def test_content_itself_may_be_a_link(
    site: SiteTest, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The folder content/ may lie elsewhere."""
    elsewhere = tmp_path_factory.mktemp("texts")
    (elsewhere / "articles").mkdir()
    (elsewhere / "articles" / "a.md").write_bytes(ARTICLE.encode())
    (site.folder / "content").symlink_to(elsewhere)
    assert site.codes() == []
    assert site.run("build").exit_code == 0


@needs_pipes
@pytest.mark.parametrize("name", ["b.md", "b.jpg", "a.yml", "_defaults.yml", "metadata.csv"])
def test_a_pipe_is_not_waited_for(site: SiteTest, name: str) -> None:
    """A file that is no file is told and never read."""
    site.write({"content/articles/a.md": ARTICLE})
    os.mkfifo(site.folder / "content/articles" / name)
    assert "unreadable" in site.codes()


@needs_links
@pytest.mark.parametrize("name", ["a.yml", "_defaults.yml", "metadata.csv"])
def test_no_document_goes_out_without_what_was_said_of_it(site: SiteTest, name: str) -> None:
    """Where a sidecar, defaults or a table cannot be read, its documents are not published."""
    site.write(
        {"content/articles/a.md": ARTICLE, "content/other/b.md": ARTICLE, "content/c.md": ARTICLE}
    )
    (site.folder / "content/articles" / name).symlink_to("gone")
    result = site.run("build", "--keep-going")
    assert "error[unreadable]" in result.stderr
    assert result.exit_code == (1 if name == "metadata.csv" else 3)
    assert not (site.folder / "output/articles/a.html").exists()


@pytest.mark.skipif(
    os.name == "nt" or (hasattr(os, "geteuid") and os.geteuid() == 0),
    reason="nothing is unreadable to root",
)
@pytest.mark.parametrize("name", ["articles/a.md", "articles/a.yml", "articles"])
def test_without_the_right_to_read(site: SiteTest, name: str) -> None:
    """What may not be read is told, and holds back what it belongs to."""
    site.write({"content/articles/a.md": ARTICLE, "content/articles/a.yml": "draft: true"})
    path = site.folder / "content" / name
    path.chmod(0)
    try:
        assert "unreadable" in site.codes()
    finally:
        path.chmod(0o700)


@pytest.mark.parametrize("name", ["a.md", "a.yml", "photo.jpg"])
def test_a_file_that_fails_to_be_read(
    site: SiteTest, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """An error of the disk is one file's finding, not the end of the run."""
    site.write(
        {
            "content/articles/a.md": "# A\n\n![x](photo.jpg)\n",
            "content/articles/a.yml": "draft: false",
            "content/articles/photo.jpg": "x",
            "content/articles/b.md": ARTICLE,
        }
    )
    real = sources._regular

    def failing(file: str) -> os.stat_result:
        if Path(file).name == name:
            raise OSError(5, "Input/output error")
        return real(file)

    monkeypatch.setattr(sources, "_regular", failing)
    found = [one for one in site.diagnostics() if one["code"] == "unreadable"]
    assert [f"content/articles/{name}"] == [one["path"] for one in found]
    assert "Input/output error" in found[0]["message"]


@pytest.mark.parametrize(
    "name",
    [
        "with space.md",
        "50% off?.md" if os.name != "nt" else "50% off.md",
        "a#b.md",
        "ü-é.md",
        "дом.md",
        "خانه.md",
        "a:b.md" if os.name != "nt" else "ab.md",
        "con.md" if os.name != "nt" else "co.md",
        f"{'long-' * 40}.md",
    ],
)
def test_every_name_can_be_published(site: SiteTest, name: str) -> None:
    """Signs, other scripts and long names in a file's name are no obstacle."""
    site.write({f"content/articles/{name}": ARTICLE})
    assert site.codes() == []
    result = site.run("build")
    assert result.exit_code == 0
    assert len(published(site)) == 1


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere names are always Unicode")
def test_a_name_that_is_not_unicode(site: SiteTest) -> None:
    """A name in another encoding is an error that shows its bytes."""
    site.write({"content/articles/a.md": ARTICLE})
    folder = os.fsencode(site.folder / "content/articles")
    with open(folder + b"/caf\xe9.md", "wb") as file:
        file.write(b"x")
    found = only(site, "file-name")
    assert found["path"] == "content/articles/caf\\udce9.md"
    assert "2 sources = 1 ready + 0 held back + 1 failed" in site.run("check").stderr


def test_sources_are_only_read(site: SiteTest) -> None:
    """Law 4: a build changes no byte and no time of any file under content/."""
    site.write(
        {
            "content/articles/a.md": "---\r\ntitle: X\r\n---\r\nText\r\n",
            "content/articles/b.txt": b"caf\xe9",
            "content/articles/b.yml": "encoding: latin-1",
        }
    )

    def state() -> dict[str, tuple[bytes, int]]:
        files = [path for path in (site.folder / "content").rglob("*") if path.is_file()]
        return {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in files}

    before = state()
    assert site.run("build").exit_code == 0
    assert before == state()


def test_html_states_its_encoding(site: SiteTest) -> None:
    """A page that says in its head how it is encoded is read so, unless it is UTF-8."""
    head = '<html><head><meta charset="windows-1252"><title>T</title></head><body><p>%s</p></body>'
    site.write(
        {
            "content/articles/old.htm": (head % "caf\u00e9").encode("cp1252"),
            "content/articles/new.html": (head % "na\u00efve").encode("utf-8"),
        }
    )
    assert site.codes() == []
    site.run("build")
    assert "caf\u00e9" in site.text("articles/old.html")
    assert "na\u00efve" in site.text("articles/new.html")


def test_a_table_in_another_encoding(site: SiteTest) -> None:
    """The hint for a table is what can be done: to save it as UTF-8."""
    site.write(
        {
            "content/articles/a.md": ARTICLE,
            "content/articles/metadata.csv": "file;title\na.md;M\u00fchle\n".encode("cp1252"),
        }
    )
    told = next(one for one in site.diagnostics() if one["code"] == "not-utf8")
    assert "CSV UTF-8" in told["hint"]
    assert "encoding:" not in told["hint"]


LATER = 4 * 10**18
"""A time by which everything had been left alone for long."""


def _link(file: Path, to: Path) -> None:
    file.parent.mkdir(exist_ok=True)
    file.unlink(missing_ok=True)
    file.symlink_to(to)


def _folder_of_links(made: Path, content: Path) -> None:
    """A folder of which nothing is known the next time."""
    _link(made / "x", content / "authors")
    _link(made / "m.md", content / "none")


EDITS: dict[str, Callable[[Path], object]] = {
    "nothing": lambda _: None,
    "text": lambda folder: (folder / "articles/a.md").write_text("other"),
    "same size": lambda folder: (folder / "articles/a.md").write_text("ARTICLES/A.MD"),
    "picture": lambda folder: (folder / "articles/a.png").write_bytes(b"other"),
    "new": lambda folder: (folder / "articles/b.md").write_text("b"),
    "gone": lambda folder: (folder / "articles/a.md").unlink(),
    "renamed": lambda folder: (folder / "articles/a.md").rename(folder / "articles/ab.md"),
    "exchanged": lambda folder: (folder / "articles/deep/a.md").replace(folder / "articles/a.md"),
    "ignored": lambda folder: (folder / "articles/.a").rename(folder / "articles/.b"),
    "folder ignored": lambda folder: (folder / "authors").rename(folder / ".authors"),
    "folder of no sources": lambda folder: _link(folder / "articles/.c/.d", folder / "none"),
    "folder moved": lambda folder: (folder / "authors").rename(folder / "places"),
    "sidecar": lambda folder: (folder / "articles/a.yml").write_text("title: B"),
    "sidecar gone": lambda folder: (folder / "articles/a.yml").unlink(),
    "lone sidecar": lambda folder: (folder / "articles/z.yml").write_text("title: Z"),
    "link": lambda folder: _link(folder / "articles/l.md", folder / "authors/b.md"),
    "text of link": lambda folder: (folder / "authors/b.md").write_text("other"),
    "link to nothing": lambda folder: _link(folder / "articles/m.md", folder / "none"),
    "link to folder": lambda folder: _link(folder / "articles/x", folder / "authors"),
    "folder of links": lambda folder: _folder_of_links(folder / "more", folder),
    "folder behind a link": lambda folder: _link(
        folder / "authors", (folder / "authors").rename(folder / ".authors")
    ),
    "folder for a file": lambda folder: (
        (folder / "articles/a.md").rename(folder / "articles/d.md"),
        (folder / "articles/deep").rename(folder / "articles/a.md"),
    ),
}

PAIRS = [("link", "text of link"), ("folder of links", "nothing"), ("folder of links", "text")]


def _content(site: Path) -> Path:
    folder = site / "content"
    files = ("a.md", "a.yml", "a.png", "_defaults.yml", "metadata.csv", ".a", "deep/a.md")
    for name in (*(f"articles/{one}" for one in files), "authors/b.md", "authors/c.yml"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)
    return folder


def _walked(site: Path, config: SiteConfig, known: sources.Known | None = None) -> Any:
    inventory, found = sources.walk(site, config, known)
    return replace(inventory, folders={}), sorted(found, key=lambda one: one.sort_key)


@pytest.mark.skipif(os.name == "nt", reason="no stat vouches for a file there")
@pytest.mark.parametrize("edits", [("nothing", one) for one in EDITS] + PAIRS)
def test_what_is_known_is_what_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, edits: tuple[str, str]
) -> None:
    """A walk that knows what an earlier one saw comes to what a walk that knows nothing does, and
    reads no file that is as it was. What stands for all sources changes with them, and only so.
    """
    folder, settings = _content(tmp_path), SiteConfig()
    pictures: dict[str, Any] = {".md": "attachment", ".png": "text"}
    seen = sources.walk(tmp_path, settings, sources.Known(now=LATER))[0]
    read: list[str] = []
    read_bytes = sources.read_bytes

    def noted(site: Path, path: str) -> bytes:
        read.append(path)
        return read_bytes(site, path)

    monkeypatch.setattr(sources, "read_bytes", noted)
    for edit in edits:
        before = sources.walk(tmp_path, settings)[0]
        EDITS[edit](folder)
        after = sources.walk(tmp_path, settings)[0]
        assert (before.said == after.said) == (before.sources == after.sources)
        for config in (
            settings,
            replace(settings, ignore=["*.csv"]),
            replace(settings, extensions=pictures),
        ):
            read.clear()
            known = sources.Known(seen.folders, config is settings, LATER)
            standing = partial(sources.standing, tmp_path, sources.loaded(seen.folders))
            for one in (known, replace(known, standing=standing)):
                found = _walked(tmp_path, config, one)
                assert {*read} <= {one.path for one in found[0].sources if one not in seen.sources}
                assert found == _walked(tmp_path, config)
                read.clear()
        seen = sources.walk(tmp_path, settings, sources.Known(seen.folders, True, LATER))[0]


def test_what_could_not_be_read_is_not_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is told each time, until it can be read."""
    (_content(tmp_path) / "articles/a.yml").write_text("")
    read_bytes = sources.read_bytes

    def read(site: Path, path: str) -> bytes:
        if path.endswith("a.yml"):
            raise OSError(None, "no")
        return read_bytes(site, path)

    with monkeypatch.context() as patch:
        patch.setattr(sources, "read_bytes", read)
        seen, told = sources.walk(tmp_path, SiteConfig(), sources.Known(now=LATER))
        known = sources.Known(seen.folders, True, LATER)
        assert "unreadable" in [one.code for one in told]
        assert _walked(tmp_path, SiteConfig(), known) == _walked(tmp_path, SiteConfig())
    assert _walked(tmp_path, SiteConfig(), known) == _walked(tmp_path, SiteConfig())


def test_other_names_are_not_known(tmp_path: Path) -> None:
    """A file that got a name without any of its times being changed, which some systems do."""
    _content(tmp_path)
    seen = sources.walk(tmp_path, SiteConfig(), sources.Known(now=LATER))[0]
    one: sources.Seen = pickle.loads(seen.folders["content/authors"])
    other = pickle.dumps(replace(one, names=("b.md", "d.yml")))
    known = sources.Known({**seen.folders, "content/authors": other}, True, LATER)
    assert _walked(tmp_path, SiteConfig(), known) == _walked(tmp_path, SiteConfig())


@pytest.mark.skipif(os.name == "nt", reason="no stat vouches for a file there")
def test_what_changed_a_moment_ago_is_read_again(tmp_path: Path) -> None:
    """A file that may change again within the same moment is not known."""
    folder = _content(tmp_path)
    now = (folder / "articles/a.md").stat().st_mtime_ns
    seen = sources.walk(tmp_path, SiteConfig(), sources.Known(now=now))[0]
    status = (folder / "articles/a.md").stat()
    (folder / "articles/a.md").write_text("tezt")
    os.utime(folder / "articles/a.md", ns=(status.st_atime_ns, status.st_mtime_ns))
    known = sources.Known(seen.folders, True, LATER)
    assert _walked(tmp_path, SiteConfig(), known) == _walked(tmp_path, SiteConfig())
    kept: list[sources.Seen] = list(map(pickle.loads, seen.folders.values()))
    assert {signed[-1] for one in kept for signed in one.signatures} == {-1}
