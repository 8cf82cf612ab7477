"""The page of Markdown that benchmarks write their tables into."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path


def write_section(path: Path, heading: str, lines: Sequence[str]) -> None:
    """Put a section of a page in place of what an earlier run wrote under the heading; a new one
    comes last.

    A section ends where the next heading of the second level begins: what a run must not replace
    stands under another heading.
    """
    text = path.read_text("utf-8") if path.exists() else "# Benchmarks\n"
    section = "\n".join([heading, "", *lines]).rstrip() + "\n"
    found = re.search(
        rf"^{re.escape(heading)}\n.*?(?=^## |\Z)", text, flags=re.MULTILINE | re.DOTALL
    )
    before, after = (text[: found.start()], text[found.end() :]) if found else (text, "")
    parts = (before.rstrip() + "\n", section, after)
    path.write_text("\n".join(part for part in parts if part), "utf-8")
