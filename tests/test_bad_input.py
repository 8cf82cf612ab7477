"""Bad input: each kind has its own finding at its place, and nothing else is lost by it."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from site_gen import anyyaml, markup, yamlio
from site_gen.decoding import decode
from tests.support import SITE_YML, SiteTest

GOOD = "# Good\n\nText.\n"


def told(site: SiteTest, code: str) -> list[dict[str, Any]]:
    """The findings of one code."""
    return [one for one in site.diagnostics() if one["code"] == code]


def place(found: dict[str, Any]) -> tuple[str, int, int]:
    """Where a finding points."""
    return found["path"], found["line"], found["column"]


CASES: list[tuple[str, str | bytes, str, str, int, int]] = [
    ("a.md", "---\ntitle: T\n\tdate: 2001\n---\nText.", "yaml-syntax", "error", 3, 1),
    ("a.md", "---\n\ttitle: T\n---\nText.", "yaml-syntax", "error", 2, 1),
    ("a.md", "---\ntitle: a: b\n---\nText.", "yaml-syntax", "error", 2, 9),
    ("a.md", '---\ntitle: "T\n---\nText.', "yaml-syntax", "error", 2, 8),
    ("a.md", "---\ntitle: T\ntitle: U\n---\nText.", "yaml-duplicate-key", "error", 3, 1),
    ("a.md", "---\nx: {a: 1, a: 2}\n---\nText.", "yaml-duplicate-key", "error", 2, 11),
    ("a.yml", "title: *T\n", "yaml-syntax", "error", 1, 8),
    ("a.yml", "- one\n- two\n", "yaml-not-mapping", "error", 1, 1),
    ("a.yml", "\ntitle: T\ntitle: U\n", "yaml-duplicate-key", "error", 3, 1),
    ("a.md", "Text.", "title-missing", "warning", 0, 0),
    ("a.md", "---\ntitle:\n---\nText.", "title-empty", "warning", 2, 1),
    ("a.md", '---\nrights: x\ntitle: ""\n---\nText.', "title-empty", "warning", 3, 1),
    ("a.md", "# T\n", "empty-body", "warning", 0, 0),
    ("a.md", "---\ntitle: T\ndate: 2001-02-30\n---\nText.", "date-impossible", "warning", 3, 1),
    ("a.md", "---\ndate: soon\ntitle: T\n---\nText.", "date-unreadable", "warning", 2, 1),
    ("a.md", "---\ndate: 02/11/2001\ntitle: T\n---\nText.", "date-ambiguous", "warning", 2, 1),
    ("a.md", "# T\n\n**Date:** 2001-02-30\n\nText.", "date-impossible", "warning", 3, 1),
    ("a.md", "---\ntitle: T\nauthors: {a: b}\n---\nText.", "wrong-type", "warning", 3, 1),
    ("a.md", "---\ntitle: [a, b]\n---\n# T\n\nText.", "wrong-type", "warning", 2, 1),
    ("a.md", "---\ntitle: T\nmarkup: word\n---\nText.", "wrong-type", "warning", 3, 1),
    ("a.md", "---\ntitle: T\nrepair: join\n---\nText.", "wrong-type", "warning", 3, 1),
    (
        "a.md",
        "---\ntitle: T\nlanguage: Klingonian\n---\nText.",
        "language-unknown",
        "warning",
        3,
        1,
    ),
    ("a.md", "---\ntitle: T\nsource_url: here\n---\nText.", "url-unreadable", "warning", 3, 1),
    ("a.md", "---\ntitle: T\nrights: x\n\nText.", "front-matter-unclosed", "warning", 1, 1),
    ("a.md", "---\n- one\n- two\n---\n# T\n\nText.", "front-matter-text", "warning", 1, 1),
    ("a.md", b"# T\n\ncaf\xe9", "not-utf8", "error", 3, 4),
    ("a.md", b"\xe9", "not-utf8", "error", 1, 1),
    ("a.md", "# Tü\rX ".encode() + b"\xe9", "not-utf8", "error", 2, 3),
    ("a.md", "# ü".encode() + b"\x93T\x94\n\nText.", "not-utf8", "error", 1, 4),
    ("a.md", b"# T\n\nA\0B", "nul-byte", "error", 3, 2),
    ("a.md", b"\xef\xbb\xbf# T\n\nText.", "byte-order-mark", "warning", 1, 1),
    ("a.md", b"# T\n\nA\x1b[31m", "control-character", "warning", 3, 2),
    ("a.md", "# T\n\nA \ufffd", "replacement-character", "warning", 3, 3),
    ("a.md", "# T\n\n![x](gone.png)", "image-missing", "warning", 3, 0),
    ("a.md", "# T\n\nSee [x](gone.md).", "link-dead", "warning", 3, 0),
    ("a.md", "# T\n\nSee [x](#gone).", "anchor-dead", "warning", 3, 0),
    ("metadata.csv", "file,title\ngone.md,T\n", "table-row", "warning", 2, 1),
    ("metadata.csv", "file,title\n,T\n", "table-row", "warning", 2, 1),
    ("metadata.csv", "file,title\nb.md,T\nb.md,U\n", "table-row", "warning", 3, 1),
    ("metadata.csv", "file,title\nb.md,T,more\n", "table-row-too-long", "warning", 2, 1),
    ("metadata.csv", "name,title\nb.md,T\n", "table-without-file", "error", 1, 1),
    ("metadata.csv", '\nfile,title\nb.md,"T"x\n', "table-broken", "error", 3, 6),
    ("metadata.csv", 'file,title\nb.md,"T\nx,y\n', "table-broken", "error", 2, 6),
]


@pytest.mark.parametrize(("name", "content", "code", "severity", "line", "column"), CASES)
def test_each_kind_has_its_finding(
    site: SiteTest,
    name: str,
    content: str | bytes,
    code: str,
    severity: str,
    line: int,
    column: int,
) -> None:
    """One finding of its own: file, line and column (1-based), severity, and what to do."""
    site.write({"content/articles/b.md": GOOD, f"content/articles/{name}": content})
    if name == "a.yml":
        site.write({"content/articles/a.md": "# T\n\nText."})
    (found,) = site.diagnostics()
    assert (code, severity) == (found["code"], found["severity"])
    assert (f"content/articles/{name}", line, column) == place(found)
    assert found["message"]
    assert found["hint"]


@pytest.mark.parametrize(
    ("name", "content"),
    sorted({(name, content) for name, content, _, severity, *_ in CASES if severity == "error"},
           key=str),
)  # fmt: skip
def test_an_error_publishes_nothing(site: SiteTest, name: str, content: str | bytes) -> None:
    """After an error the old output stays, byte for byte, and the exit code is 1."""
    site.write({"content/articles/b.md": GOOD, "content/articles/a.md": GOOD})
    assert site.run("build").exit_code == 0
    before = site.output()
    site.write({f"content/articles/{name}": content, "content/articles/c.md": GOOD})
    result = site.run("build")
    assert result.exit_code == 1
    assert "the output stays as it was" in result.stderr
    assert before == site.output()


def test_every_kind_in_one_run(site: SiteTest) -> None:
    """All problems are told in one run: one bad document never hides another."""
    site.write({"site.yml": f"{SITE_YML}near_duplicates: link\n"})
    expected = set()
    for number, (name, content, code, severity, line, column) in enumerate(CASES):
        folder = f"content/articles/n{number}"
        site.write({f"{folder}/b.md": GOOD, f"{folder}/{name}": content})
        if name == "a.yml":
            site.write({f"{folder}/a.md": "# T\n\nText."})
        expected.add((code, severity, f"{folder}/{name}", line, column))
    found = {
        (one["code"], one["severity"], one["path"], one["line"], one["column"])
        for one in site.diagnostics()
    }
    assert expected == found


def test_three_errors_are_three_reports(site: SiteTest) -> None:
    """Three errors in one fixture give three reports, and --keep-going publishes the rest."""
    site.write(
        {
            "content/articles/bad-bytes.md": b"caf\xe9",
            "content/articles/bad-yaml.md": "---\ntitle: a: b\n---\nText.",
            "content/articles/twice.md": "---\ntitle: T\ntitle: U\n---\nText.",
            "content/articles/good.md": GOOD,
        }
    )
    result = site.run("build")
    assert result.exit_code == 1
    site.golden("three-errors.txt", result.stderr)
    result = site.run("build", "--keep-going")
    assert result.exit_code == 3
    for name in ("bad-bytes", "bad-yaml", "twice"):
        assert f"held back: content/articles/{name}.md (it has errors)" in result.stderr
    assert "4 sources = 1 published + 0 held back + 3 failed" in result.stderr
    assert "Text." in site.text("articles/good.html")


def test_thousands_alike_are_one_group(site: SiteTest) -> None:
    """Alike findings print as one group: the count, three places, how to list all."""
    site.write({f"content/articles/n{n:04}.md": "---\ntitle: ''\n---\nText." for n in range(1001)})
    result = site.run("check")
    assert result.stderr.count("warning[title-empty]") == 4
    assert "warning[title-empty]: 1,001 times; the first 3:" in result.stderr
    assert "… and 998 more. `check --only title-empty --all` lists all." in (result.stderr)
    whole = site.run("check", "--only", "title-empty", "--all")
    assert whole.stderr.count("The title is empty") == 1001


def test_two_sources_for_one_url(site: SiteTest) -> None:
    """Both sources are named, each as an error of its own."""
    site.write(
        {
            "content/articles/a.md": "---\nslug: same\n---\n# A\n\nText.",
            "content/articles/b.md": "---\nslug: same\n---\n# B\n\nText.",
        }
    )
    found = told(site, "url-collision")
    assert [one["path"] for one in found] == ["content/articles/a.md", "content/articles/b.md"]
    assert "content/articles/b.md" in found[0]["message"]


def test_template_with_a_syntax_error(site: SiteTest) -> None:
    """A broken template is an error at its line; nothing is published."""
    site.write({"content/articles/a.md": GOOD, "templates/article.html": "<p>\n{% if %}\n"})
    (found,) = told(site, "template-error")
    assert found["path"] == "templates/article.html"
    assert found["line"] == 2


def test_misspelt_key_of_site_yml(site: SiteTest) -> None:
    """A key that site.yml does not have is an error with a guess."""
    site.write({"content/articles/a.md": GOOD, "site.yml": "title: T\ntitel: U\n"})
    (found,) = site.diagnostics()
    assert (found["code"], *place(found)) == ("config-key", "site.yml", 2, 1)
    assert found["hint"] == "Did you mean `title`?"


@pytest.mark.parametrize("text", ["---\n\nText.\n\n---\n\nMore.", "---\n\n# T\n\n---\n", "---\n"])
def test_a_text_may_begin_with_a_rule(site: SiteTest, text: str) -> None:
    """A rule at the head is no front matter, and no word is lost."""
    site.write({"content/articles/a.md": text, "content/articles/a.yml": "title: T\n"})
    assert {one["code"] for one in site.diagnostics()} <= {"empty-body"}


@pytest.mark.parametrize(
    "text",
    [
        "---\ntitle: T\n---\nText.",
        "---\ntitle: T\n...\nText.",
        "---  \ntitle: T\n---\t\nText.",
        "---\r\ntitle: T\r\n---\r\nText.\r\n",
        "---\rtitle: T\r---\rText.\r",
        "\n\n---\ntitle: T\n---\nText.",
        "---\n# a comment\n\ntitle: T\n---\nText.",
        '---\n{"title": "T"}\n---\nText.',
        '---\n"title": T\n---\nText.',
        "---\n---\n# T\n\nText.",
    ],
)
def test_forms_of_front_matter(site: SiteTest, text: str) -> None:
    """Front matter is read whatever its line ends, its end and its first lines are."""
    site.write({"content/articles/a.md": text})
    assert site.codes() == []
    assert site.run("build").exit_code == 0
    body = site.soup("articles/a.html").select_one(".body")
    assert body is not None
    assert (site.soup("articles/a.html").h1.get_text(), body.get_text().strip()) == ("T", "Text.")  # type: ignore[union-attr]


def test_lines_are_those_of_the_file(site: SiteTest) -> None:
    """Line numbers count from the file's first line, with front matter and old line ends."""
    site.write(
        {"content/articles/a.md": "\r\n---\r\ntitle: T\r\ndate: soon\r\n---\r\n\r\n![x](gone.png)"}
    )
    assert [(one["code"], one["line"]) for one in site.diagnostics()] == [
        ("date-unreadable", 4),
        ("image-missing", 7),
    ]


@pytest.mark.parametrize(
    ("data", "encoding", "text"),
    [
        ("žluť".encode("utf-16"), "", "žluť"),
        ("žluť".encode("utf-16-le"), "utf-16-le", "žluť"),
        (b"\x93T\x94", "cp1252", "“T”"),
        ("дом".encode("cp1251"), "cp1251", "дом"),
        ("café".encode("latin-1"), "latin-1", "café"),
        ("дом".encode("koi8-r"), "KOI8-R", "дом"),
        ("café".encode("mac-roman"), "macroman", "café"),
    ],
)
def test_encodings(data: bytes, encoding: str, text: str) -> None:
    """A byte order mark or the keeper says what the bytes mean."""
    found, problems = decode(data, "a.txt", encoding)
    assert text == found
    assert {one.code for one in problems} <= {"byte-order-mark"}


@pytest.mark.parametrize(
    ("data", "guess"),
    [
        (b"He said \x93no\x94", "cp1252"),
        ("Москва горит".encode("cp1251"), "cp1251"),
        (b"caf\xe9 \x81", "latin-1"),
    ],
)
def test_the_likely_encoding_is_named(data: bytes, guess: str) -> None:
    """The error names the encoding that the bytes look like, and shows the line in it."""
    text, (problem,) = decode(data, "a.txt")
    assert text is None
    assert f"encoding: {guess}" in problem.hint
    assert data.decode(guess) == problem.source


@pytest.mark.parametrize(
    "encoding", ["utf8x", "hex", "rot13", "a\0b", "undefined", "", "базовая", "x" * 999, "../etc"]
)
def test_no_encoding_name_breaks_the_run(encoding: str) -> None:
    """A name that is no encoding is an error that quotes it."""
    text, problems = decode(b"caf\xe9", "a.txt", encoding)
    assert text is None
    assert [one.code for one in problems] == ["encoding-unknown" if encoding else "not-utf8"]


@pytest.mark.parametrize(
    ("data", "encoding", "column"),
    [(b"x +2AA-", "utf-7", 3), (rb"\ud800", "raw_unicode_escape", 1)],
)
def test_half_characters_are_no_text(data: bytes, encoding: str, column: int) -> None:
    """A surrogate that an encoding spells is an error at its place."""
    text, (problem,) = decode(data, "a.txt", encoding)
    assert text is None
    assert ("encoding-wrong", 1, column) == (
        problem.code,
        problem.location.line,
        problem.location.column,
    )


@pytest.mark.parametrize("name", ["\n.txt", "\u00a0.txt", "&nbsp;.txt"])
def test_a_name_without_a_letter(site: SiteTest, name: str) -> None:
    """A document whose name shows nothing is published as untitled, and told."""
    site.write({"content/articles/a.md": GOOD})
    try:
        site.write({f"content/articles/{name}": "Text."})
    except OSError:
        pytest.skip("this system has no such names")
    assert "title-missing" in site.codes()
    assert "internal-error" not in site.codes()


def test_a_body_that_is_no_text(site: SiteTest) -> None:
    """`body:` with a list in it is told; the entry is published without it."""
    site.write(
        {"content/articles/a.md": GOOD, "content/places/kabul.yml": "name: Kabul\nbody: [1, 2]\n"}
    )
    (found,) = site.diagnostics()
    assert (found["code"], place(found)[:2]) == ("wrong-type", ("content/places/kabul.yml", 2))


def test_a_fault_of_the_program_costs_one_document(
    site: SiteTest, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An exception while one document is read is that document's error; the others go on.

    What it says is not told, since it may quote the document.
    """
    render = markup.render

    def failing(text: str, options: markup.Options, path: str) -> Any:
        if path.endswith("bad.md"):
            raise RecursionError("too deep,\nit seems")
        return render(text, options, path)

    monkeypatch.setattr(markup, "render", failing)
    monkeypatch.delenv("SITE_GEN_DEBUG", raising=False)
    site.write({"content/articles/bad.md": GOOD, "content/articles/b.md": GOOD})
    result = site.run("build", "--jobs", "1", "--keep-going")
    assert result.exit_code == 3
    assert "bad.md: error[internal-error]" in result.stderr
    assert "RecursionError" in result.stderr
    assert "value: test_bad_input.py:" in result.stderr
    assert "too deep" not in result.stderr
    assert "Traceback" not in result.stderr
    assert "1 published" in result.stderr
    monkeypatch.setenv("SITE_GEN_DEBUG", "1")
    assert "Traceback" in site.run("build", "--jobs", "1", "--keep-going").stderr


def test_a_cell_may_be_long(site: SiteTest) -> None:
    """A cell of more than 131,072 characters is read."""
    summary = "word " * 60_000
    site.write(
        {
            "content/articles/b.md": GOOD,
            "content/articles/metadata.csv": f"file,summary\nb.md,{summary}\n",
        }
    )
    assert site.codes() == []


@pytest.mark.parametrize(
    ("rows", "codes"),
    [
        ("001,One\n", []),
        ("001,One\n001.txt,Two\n", ["table-row"]),
        ("002,One\n", ["table-row"]),
        ("3.5 times,One\n", []),
    ],
)
def test_rows_that_name_files_without_their_ending(
    site: SiteTest, rows: str, codes: list[str]
) -> None:
    """A name without its ending is that of the only document that has it."""
    site.write(
        {
            "site.yml": f"{SITE_YML}near_duplicates: link\n",
            "content/articles/001.txt": GOOD,
            "content/articles/3.5 times.txt": GOOD,
            "content/articles/deep/002.md": GOOD,
            "content/articles/pages/002.md": GOOD,
            "content/articles/metadata.csv": f"file,collection\n{rows}",
        }
    )
    assert codes == site.codes()
    if not codes:
        site.run("build")
        pages = [one for one in site.output() if re.match(r"articles/\w[^/]*\.html$", one)]
        assert sum("One" in site.text(page) for page in pages) == 1


def test_many_rows_for_nothing(site: SiteTest) -> None:
    """Thousands of rows that name no file are told, the first of them with a guess."""
    files = {f"content/articles/report-{n:04}.txt": GOOD for n in range(30)}
    rows = "".join(f"reprot-{n:05}.txt,T\n" for n in range(3000))
    site.write({**files, "content/articles/metadata.csv": f"file,title\n{rows}"})
    found = told(site, "table-row")
    assert len(found) == 3000
    assert "Did you mean report-" in found[0]["hint"]


def test_utf16_without_a_mark_is_named() -> None:
    """Text full of NUL bytes is told as the UTF-16 that it is."""
    _, (problem,) = decode("A text".encode("utf-16-le"), "a.txt")
    assert problem.code == "nul-byte"
    assert "encoding: utf-16-le" in problem.hint


def test_encoding_from_defaults(site: SiteTest) -> None:
    """`encoding:` may stand in a sidecar or in a folder's defaults."""
    site.write(
        {
            "content/articles/_defaults.yml": "encoding: cp1251\n",
            "content/articles/a.txt": "# Дом\n\nТекст.".encode("cp1251"),
        }
    )
    assert site.codes() == []
    assert site.run("build").exit_code == 0
    assert "Дом" in site.text("articles/a.html")


@given(st.binary(max_size=200), st.sampled_from(["", "cp1252", "utf-16", "utf-8-sig", "utf-7"]))
def test_any_bytes_are_read_or_told(data: bytes, encoding: str) -> None:
    """Decoding never raises: there is a text, or an error."""
    text, problems = decode(data, "a.txt", encoding)
    assert (text is None) == any(one.severity == "error" for one in problems)
    assert text is None or "\r" not in text


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        "- " * 100_000,
        "? " * 100_000,
        "{a: " * 100_000,
        "a: " + "[" * 41 + "]" * 41,
        "\n".join(f"{' ' * n}a{n}:" for n in range(300)),
        "a: &a [*a, *a]",
        "\n".join(["a0: &a0 [x]"] + [f"a{n}: &a{n} [{f'*a{n - 1}, ' * 9}]" for n in range(1, 12)]),
    ],
    ids=["lists", "items", "keys", "maps", "just too deep", "indented", "itself", "bomb"],
)
def test_bombs(text: str) -> None:
    """Nesting and aliases past any use are an error, and neither crash nor hang."""
    parsed, found = yamlio.load(text, "a.yml")
    assert parsed is None
    assert [one.code for one in found] == ["yaml-syntax"]
    assert "levels deep" in found[0].message


def test_aliases_and_merge_keys() -> None:
    """Aliases and merge keys of sane size are understood; a key of its own is stronger."""
    parsed, found = yamlio.load("a: &a {x: 1, y: 2}\nb:\n  <<: *a\n  y: 3\nc: *a\n", "a.yml")
    assert found == []
    assert parsed
    assert yamlio.plain(parsed.data) == {
        "a": {"x": 1, "y": 2},
        "b": {"y": 3, "x": 1},
        "c": {"x": 1, "y": 2},
    }


@pytest.mark.parametrize(
    ("text", "line", "column", "said"),
    [
        ("a: b: c", 1, 5, "second `: `"),
        ("a: 1\nb\n", 2, 1, "neither `key: value`"),
        ("a: 1\nb: @x", 2, 4, "may not begin"),
        ("a: `x`", 1, 4, "may not begin"),
        ("a: *x", 1, 4, "begins with `*`"),
        ("a: 'it's'", 1, 8, "closing quotation mark"),
        ('a: "x', 1, 4, "not closed"),
        ('a: "\\d"', 1, 6, "backslash"),
        ("a: [x\nb: y", 1, 4, "not closed"),
        ("a: 1\n---\nb: 2", 2, 1, "second `---`"),
        ("a: 1\n\tb: 2", 2, 1, "tab"),
        ("? [a]\n: b", 1, 3, "not text"),
        ('a: "\\ud800"', 1, 4, "U+D800"),
        ('a: "\\0"', 1, 4, "U+0000"),
        ('"\\x07": a', 1, 1, "U+0007"),
        ("a: \ufffe", 1, 4, "U+FFFE"),
    ],
)
def test_broken_yaml_in_plain_words(text: str, line: int, column: int, said: str) -> None:
    """Each mistake is told at its place in words that need no knowledge of YAML."""
    for loader in (anyyaml.FAST_LOADER, yaml.SafeLoader):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(anyyaml, "FAST_LOADER", loader)
            parsed, found = yamlio.load(text, "a.yml")
        assert parsed is None
        assert (line, column) == (found[0].location.line, found[0].location.column)
        assert said in found[0].message
        assert found[0].hint


PIECES = (
    "a: ", "b", "\n", "  ", "- ", '"', "'", "[", "]", "{", "}", ", ", ":", "#", "&a ", "*a ", "|",
    ">", "!t ", "%", "@", "?", "é", "\t", "...", "---", "<<: ", "~", "\\", "1", "true", "\n- ",
    "!!int ", "k: v\n", "''", "\u2028", "\ufeff", "=",
)  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
def test_loaders_agree(text: str) -> None:
    """What YAML means does not depend on the loader a machine has."""
    results = []
    for loader in (anyyaml.FAST_LOADER, yaml.SafeLoader):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(anyyaml, "FAST_LOADER", loader)
            parsed, found = yamlio.load(text, "a.yml")
        results.append((parsed and (yamlio.plain(parsed.data), dict(parsed.positions)), found))
    assert results[0] == results[1]


@given(st.text(max_size=60))
def test_any_front_matter_is_read_or_told(text: str) -> None:
    """Whatever stands in a file, reading it never raises."""
    from site_gen.metadata import front_matter

    _, rest, _ = front_matter(f"---\n{text}\n---\n", "a.md")
    assert isinstance(rest, str)


@pytest.mark.parametrize(
    ("value", "meaning"),
    [("007", 7), ("no", False), ("1e3", "1e3"), ("9" * 5000, "9" * 5000), ("!!int x", "x")],
)
def test_numbers_keep_their_text(value: str, meaning: object) -> None:
    """A scalar is the text as written; what YAML takes it for is at hand where it is asked."""
    parsed, _ = yamlio.load(f"a: {value}", "a.yml")
    assert parsed
    assert parsed.data["a"] == value.removeprefix("!!int ")
    assert yamlio.plain(parsed.data)["a"] == meaning


@pytest.mark.parametrize(
    "body",
    [
        "x" * 1_000_000,
        "word " * 200_000,
        "[" * 20_000,
        "*" * 20_000,
        "> " * 300 + "x",
        "&" * 50_000,
    ],
    ids=["letters", "words", "brackets", "stars", "quotations", "ampersands"],
)
def test_huge_and_odd_bodies(site: SiteTest, body: str) -> None:
    """A body of one huge line is published, or told; never a traceback."""
    site.write({"content/articles/a.txt": f"# T\n\n{body}\n"})
    assert site.run("build").exit_code in (0, 1)


def test_huge_metadata(site: SiteTest) -> None:
    """Metadata of ten thousand values is read."""
    tags = "\n".join(f"- tag {n}" for n in range(10_000))
    site.write({"content/articles/a.md": f"---\ntitle: T\nodd:\n{tags}\n---\nText."})
    assert site.codes() == ["unknown-key"]


def test_broken_table_of_another_encoding(site: SiteTest) -> None:
    """A table that cannot be decoded stops the site: it may say that something is a draft."""
    site.write(
        {
            "content/articles/a.md": GOOD,
            "content/articles/metadata.csv": b"file,title\na.md,caf\xe9\n",
        }
    )
    result = site.run("build", "--keep-going")
    assert result.exit_code == 1
    assert "error[table-broken]" in result.stderr
    assert place(told(site, "not-utf8")[0]) == ("content/articles/metadata.csv", 2, 9)


def test_empty_table(site: SiteTest) -> None:
    """A table without a row is no problem."""
    site.write({"content/articles/a.md": GOOD, "content/articles/metadata.csv": "\n\n"})
    assert site.codes() == []


def test_row_for_another_name_is_guessed(site: SiteTest) -> None:
    """A row that names no file here is told with the name that was meant; `\\` is `/`."""
    site.write(
        {
            "content/articles/deep/taleban.md": "Text.",
            "content/articles/metadata.csv": "file,title\ntaleban.md,T\ndeep\\taleban.md,U\n",
        }
    )
    (found,) = site.diagnostics()
    assert (found["code"], found["hint"]) == ("table-row", "Did you mean deep/taleban.md?")


def test_hostile_metadata_is_data(site: SiteTest) -> None:
    """Tags and templates in metadata are text on every page that shows them."""
    bad = "<script>alert(1)</script>{{ 7*7777 }}"
    site.write(
        {
            "site.yml": f"{SITE_YML}fields: {{desk: Desk}}\n",
            "content/articles/a.md": "---\n"
            + "".join(f"{key}: {json.dumps(bad)}\n" for key in (
                "title", "authors", "places", "topics", "desk", "rights", "summary", "identifier"
            ))
            + "---\nText.",
        }
    )  # fmt: skip
    assert site.run("build").exit_code == 0
    for path in site.output():
        if path.endswith(".html"):
            assert "<script>alert" not in site.page(path)
            assert "54439" not in site.text(path)
