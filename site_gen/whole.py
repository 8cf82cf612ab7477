"""Files that are there when they are whole, and not before."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def becoming(target: Path) -> Iterator[Path]:
    """A path to write to: its file takes the place of `target` when the block ends, and is gone
    if it fails. Raises OSError.
    """
    temporary = target.with_name(f".{target.name}.{uuid.uuid4().hex[:8]}")
    try:
        yield temporary
        os.replace(temporary, target)
    finally:
        temporary.unlink(missing_ok=True)
