"""What holds the short ways against the libraries sees a difference, and misses no folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from site_gen.render import engine
from tools import shortcuts

TEXT = '---\ntitle: "A & B"\nauthors: [Ann Bell]\n---\n\nA *text* & more.\n'


@pytest.fixture
def folder(tmp_path: Path) -> str:
    """A folder with two documents of one text."""
    (tmp_path / "texts").mkdir()
    for name in ("a.md", "b.txt"):
        (tmp_path / "texts" / name).write_text(TEXT)
    return str(tmp_path / "texts")


def test_nothing_differs(folder: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Where all is as it should be, it says how much it looked at."""
    assert shortcuts.main([folder]) == 0
    assert "2 documents read in 2 ways each" in capsys.readouterr().out


def test_other_bytes_of_templates_are_told(
    folder: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A value that is shown without escapes differs from what Jinja2 makes of it."""
    safe, _, *others = engine.Environment.short_ways
    ways = (safe, lambda _: None, *others)
    monkeypatch.setattr(engine.Environment, "short_ways", ways)
    assert shortcuts.main([folder]) == 1
    assert "articles/00000.html: other bytes" in capsys.readouterr().out


def test_other_html_is_told(
    folder: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """So does the HTML of a text, read in either way."""
    monkeypatch.setattr(shortcuts, "long_way", lambda *_: (None, []))
    assert shortcuts.texts([("a.md", TEXT)]) == 2
    assert "a.md: as markdown" in capsys.readouterr().out


@pytest.mark.parametrize("more", ["none", "texts/a.md"])
def test_a_folder_without_documents_is_told(folder: str, more: str) -> None:
    """A misspelt folder beside others would seem to have been compared."""
    with pytest.raises(SystemExit, match=more):
        shortcuts.main([folder, str(Path(folder).parent / more)])
