"""Where the default theme is, inside the package or at the top of a checkout, and what is in it."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

PACKAGE = Path(__file__).resolve().parent


def folder(kind: Literal["templates", "static"]) -> Path:
    """The folder of the default theme's templates, or of its static files.

    An installed wheel carries both in site_gen/theme/. A checkout, and an editable install of
    one, has them at the top of the repository. Raises FileNotFoundError if they are in neither.
    """
    candidates = (PACKAGE / "theme" / kind, PACKAGE.parent / kind)
    for candidate in candidates:
        if candidate.is_dir():
            return candidate
    looked_in = " or ".join(str(candidate) for candidate in candidates)
    raise FileNotFoundError(
        f"site_gen is not completely installed: its theme is not in {looked_in}"
    )


def templates_digest(site: Path) -> str:
    """The digest of all templates, the site's own and the theme's, with their names."""
    total = hashlib.sha256()
    for above in (site / "templates", folder("templates")):
        for file in sorted(_files(above)):
            named = os.path.relpath(file, above), _digest(file)
            total.update(f"{named}".encode())
        total.update(b"\n")
    return total.hexdigest()


def _files(folder: Path) -> Iterable[str]:
    """All files below a folder; links are followed, as Jinja2 follows them."""
    for above, _, names in os.walk(folder, followlinks=True):
        yield from (os.path.join(above, name) for name in names)


def _digest(file: str) -> str:
    try:
        with open(file, "rb") as data:
            return hashlib.file_digest(data, "sha256").hexdigest()
    except OSError as problem:
        return str(problem)  # It is told when the template is compiled.
