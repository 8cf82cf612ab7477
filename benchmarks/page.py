"""The page of Markdown that benchmarks write their tables into."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path


def write_section(path: Path, heading: str, lines: Sequence[str]) -> None:
    """Put a section at the end of a page, in place of what an earlier run wrote under the heading.

    A section ends where the next heading of the second level begins.
    """
    text = path.read_text("utf-8") if path.exists() else "# Benchmarks\n"
    kept = re.sub(
        rf"^{re.escape(heading)}\n.*?(?=^## |\Z)", "", text, flags=re.MULTILINE | re.DOTALL
    )
    section = "\n".join([heading, "", *lines]).rstrip()
    path.write_text(f"{kept.rstrip()}\n\n{section}\n", "utf-8")
