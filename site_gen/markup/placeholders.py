"""Marks that stand in a body for what is known later, and that no text holds."""

from __future__ import annotations

import re

from site_gen.patterns import late_pattern

ID_PREFIX = "t-"
"""Put before every id of a body, so that none meets an id of the page around it."""

_BLANKS = late_pattern(r"(?:\s|%20)+")


def no_blanks(anchor: str) -> str:
    """An id, or a link to it, as HTML allows it: old pages name places `Why We Did It`."""
    return _BLANKS.sub("_", anchor)


# Noncharacters: `sources.decode` takes them out of every text, so these can only be ours.
LINK_START, LINK_END = "\ufdd0", "\ufdd1"
TEXT_LT = "\ufdd2"
"""A `<` that is text and begins no tag."""
NO_MARKER = "\ufdd3"
"""In no text: where a setting of Markdown wants words that would be replaced."""

ASIDE = "\ufdd4"
"""Around the number of a paragraph that is set aside while Markdown is read."""

PLACEHOLDER = re.compile(f"{LINK_START}(\\d+){LINK_END}")
"""The number of a reference, in place of the address it leads to."""

NOT_TEXT = late_pattern("[\x00-\x08\x0b-\x1f\ufdd0-\ufdef]")
"""Control characters and the noncharacters that placeholders are made of: blanks, always."""
