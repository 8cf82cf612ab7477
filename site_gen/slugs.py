"""How names are compared, and names as parts of a URL."""

from __future__ import annotations

import hashlib
import unicodedata
from functools import lru_cache

from site_gen.patterns import late_pattern

INDEX = "index"
"""The slug that no entity has: it is the name of the page that lists them all."""


LONGEST = 80
"""Letters of a slug that is made of a name."""
_PLAIN = late_pattern(r"[A-Za-z0-9]+(?:[ -][A-Za-z0-9]+)*")
"""Names of which nothing is left out."""


@lru_cache(maxsize=50_000)
def fold(name: str) -> str:
    """What names are compared by: one case, one form of accents, single blanks."""
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())


def slug_of(name: str) -> str:
    """A name as a part of a URL: lower-case ASCII letters, digits and hyphens."""
    if len(name) < LONGEST and _PLAIN.fullmatch(name):
        return name.lower().replace(" ", "-")
    # Here, because most builds have no other new name.
    from slugify import slugify

    # By default it would spell names by another table wherever Unidecode happens to be installed.
    slug = slugify(name, max_length=LONGEST, word_boundary=True, backend="text-unidecode")
    return slug or f"x-{short_of(name)}"


def short_of(name: str) -> str:
    """A part of the digest of a name, which tells apart names that share a slug."""
    return hashlib.sha256(fold(name).encode()).hexdigest()[:8]
