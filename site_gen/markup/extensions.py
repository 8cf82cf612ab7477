"""The site's own Markdown extensions, by name."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

Extensions = tuple[tuple[str, str], ...]
"""Name and settings, as JSON, of each: hashable, so that one Markdown object serves many bodies."""


def extension_settings(given: Mapping[str, Mapping[str, Any]]) -> Extensions:
    """The site's Markdown extensions as `Options.extensions` holds them."""
    return tuple((name, json.dumps(given[name], sort_keys=True)) for name in sorted(given))
