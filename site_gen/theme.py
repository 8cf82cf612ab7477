"""Where the default theme is: inside the package, or at the top of a checkout."""

from __future__ import annotations

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
