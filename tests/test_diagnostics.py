"""How problems are told: where, in what words, in which order, and in which form."""

from __future__ import annotations

import ast
import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from site_gen import diagnostics
from site_gen.diagnostics import CODES, WHOLE_SITE, Diagnostic, Location, error, warning
from tests.support import ROOT, SiteTest


@pytest.mark.parametrize(
    ("text", "offset", "line", "column"),
    [("abc", 0, 1, 1), ("abc", 2, 1, 3), ("abc\nd", 4, 2, 1), ("a\n\nd", 2, 2, 1), ("", 0, 1, 1)],
)
def test_locations_count_from_one(text: str, offset: int, line: int, column: int) -> None:
    """Lines and columns are 1-based, on the first line as on the second."""
    assert Location("a", line, column) == Location.at("a", text, offset)
    assert Location("a", line + 4, column) == Location.at("a", text, offset, first_line=5)


@pytest.mark.parametrize(
    ("at", "shown"),
    [
        (Location("a.md"), "a.md"),
        (Location("a.md", 2), "a.md:2"),
        (Location("a.md", 2, 5), "a.md:2:5"),
        (Location("a.md", 0, 5), "a.md"),
    ],
)
def test_locations_print_what_is_known(at: Location, shown: str) -> None:
    """A location names only what is known of it."""
    assert shown == str(at)


def calls() -> list[tuple[str, str, str]]:
    """Every `error("code", …)` and `warning("code", …)` in the program: (which, code, file)."""
    found = []
    for path in sorted((ROOT / "site_gen").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            first = node.args[0] if node.args else None
            if node.func.id in ("error", "warning") and isinstance(first, ast.Constant):
                found.append((node.func.id, str(first.value), path.name))
    return found


def test_codes_have_one_severity() -> None:
    """Every code in the program is listed, with the severity that it is used with."""
    assert [one for one in calls() if CODES.get(one[1]) != one[0]] == []


def test_codes_are_used() -> None:
    """No code is listed that the program never tells."""
    literals = {
        node.value
        for path in (ROOT / "site_gen").rglob("*.py")
        if path.name != "diagnostics.py"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    made_up = {"date-ambiguous", "date-impossible", "date-unreadable"}
    assert CODES.keys() - literals - made_up == set()


def test_whole_site_codes_are_errors() -> None:
    """What stops the whole site is an error."""
    assert {CODES[code] for code in WHOLE_SITE} == {"error"}


def test_law_11() -> None:
    """Dead links, missing images, empty bodies, missing titles and odd dates are warnings."""
    for code in ("link-dead", "image-missing", "empty-body", "title-missing", "date-unreadable"):
        assert CODES[code] == "warning"
    for code in ("unreadable", "not-utf8", "yaml-syntax", "url-collision", "template-error"):
        assert CODES[code] == "error"


SOME = [
    warning("link-dead", Location("b.md", 2), "dead", hint="mend it", value="x.md"),
    error("yaml-syntax", Location("z.md", 3, 5), "broken", source="a: b: c"),
    warning("link-dead", Location("a.md", 9), "dead"),
    warning("empty-body", Location("a.md"), "empty"),
]


def test_errors_come_first_then_places() -> None:
    """Errors first, then by file and line; alike ones together, where the first of them stands."""
    assert [[one.location.path for one in group] for group in diagnostics.grouped(SOME)] == [
        ["z.md"],
        ["a.md"],
        ["a.md", "b.md"],
    ]


def test_text(site: SiteTest) -> None:
    """For people: the place, the words, the line with a caret, the hint."""
    site.golden("diagnostics.txt", diagnostics.as_text(SOME))


def test_a_group_is_cut_to_three() -> None:
    """Four alike findings print as three and how to list all; three print whole."""
    many = [warning("link-dead", Location(f"{n}.md", 1), "dead") for n in range(4)]
    text = diagnostics.as_text(many)
    assert "warning[link-dead]: 4 times; the first 3:" in text
    assert "… and 1 more. `check --only link-dead --all` lists all." in text
    assert "3.md" not in text
    assert "3.md" in diagnostics.as_text(many, everything=True)
    assert "times" not in diagnostics.as_text(many[:3])


@pytest.mark.parametrize(
    ("source", "column", "pointed"),
    [("abc", 1, "a"), ("abc", 3, "c"), ("x" * 300 + "!" + "y" * 300, 301, "!"), ("\ta", 2, "a")],
)
def test_the_caret_points_at_the_character(source: str, column: int, pointed: str) -> None:
    """The caret stands under the character that is meant, in long lines too."""
    one = warning("link-dead", Location("a.md", 1, column), "m", source=source)
    _, line, caret, *_ = diagnostics.as_text([one]).split("\n")
    assert pointed == line[caret.index("^")]
    assert len(line) < 120


def test_the_caret_minds_wide_letters() -> None:
    """A Chinese letter takes two columns of a terminal, a combining accent none."""
    one = warning("link-dead", Location("a.md", 1, 5), "m", source="中文e\u0301!")
    _, _, caret, *_ = diagnostics.as_text([one]).split("\n")
    assert len("     1 | ") + 5 == caret.index("^")


def test_no_line_commands_a_terminal() -> None:
    """A file's name or a value never reaches a terminal as a command."""
    one = warning("link-dead", Location("a\x1b[2J\n.md"), "m\x07", hint="\u2028", value="\x9b")
    text = diagnostics.as_text([one])
    assert not any(
        ord(letter) < 32 or 127 <= ord(letter) < 160 for letter in text.replace("\n", "")
    )
    assert "a\\x1b[2J\\x0a.md" in text


def test_json() -> None:
    """JSON holds every finding with all that is known of it."""
    rows = json.loads(diagnostics.as_json(SOME))
    assert len(rows) == len(SOME)
    assert rows[0] == {
        "code": "link-dead",
        "severity": "warning",
        "path": "b.md",
        "line": 2,
        "column": 0,
        "message": "dead",
        "value": "x.md",
        "hint": "mend it",
    }


CELLS = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=20)


@given(CELLS, CELLS)
def test_csv_is_a_worklist_no_spreadsheet_runs(path: str, value: str) -> None:
    """The table reads back as it was, and no cell begins a formula."""
    text = diagnostics.as_csv([warning("link-dead", Location(path, 1), "m", value=value)])
    header, row = csv.reader(io.StringIO(text))
    assert header[:3] == ["severity", "code", "file"]
    assert {path, f"'{path}"} & {row[2]}
    assert not any(cell[:1] in ("=", "+", "-", "@") for cell in row)


def test_github() -> None:
    """Annotations escape what GitHub would take for their end, and are cut to a few of a kind."""
    many = [error("yaml-syntax", Location("a,b:c.md", n + 1, 2), "50%\nbad") for n in range(5)]
    lines = diagnostics.as_github(many).split("\n")
    assert lines[0] == ("::error file=a%2Cb%3Ac.md,line=1,col=2,title=yaml-syntax::50%25%0Abad.")
    assert len(lines) == 4
    assert lines[-1].endswith("::2 more of yaml-syntax")


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ([], ""),
        (SOME, "1 error, 3 warnings"),
        (SOME[:1], "1 warning"),
        (SOME[1:2] * 1204, "1,204 errors"),
    ],
)
def test_summary(found: list[Diagnostic], said: str) -> None:
    """The sum is told in words."""
    assert said == diagnostics.summary(found)


def test_strict() -> None:
    """Strict makes every warning an error and changes nothing else."""
    assert {one.severity for one in diagnostics.strict(SOME)} == {"error"}
    assert [one.location for one in diagnostics.strict(SOME)] == [one.location for one in SOME]
