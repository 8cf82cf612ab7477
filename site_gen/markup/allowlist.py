"""What a page may hold: elements, attributes, addresses."""

from __future__ import annotations

import re
from functools import lru_cache
from html import unescape
from urllib.parse import urlsplit

from site_gen.patterns import late_pattern


def names(text: str) -> frozenset[str]:
    """The names in a text, parted by blanks."""
    return frozenset(text.split())


RENAMED = {
    "acronym": "abbr",
    "big": "span",
    "center": "div",
    "dir": "ul",
    "font": "span",
    "strike": "s",
    "tt": "code",
    "main": "div",
    "nav": "div",
    "header": "div",
    "footer": "div",
    "aside": "div",
    "article": "div",
    "section": "div",
    "hgroup": "div",
    "menu": "ul",
}
"""Obsolete elements, and landmarks that belong to the page around a body."""

_KEPT = names(
    """
    a abbr address b bdi bdo blockquote br caption cite code col colgroup dd del details dfn div
    dl dt em figcaption figure h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q rp rt ruby s
    samp small span strong sub summary sup table tbody td tfoot th thead time tr u ul var wbr
    """
)

DROPPED_WITH_CONTENT = frozenset(("script", "style"))
_DROPPED = names(
    """
    base basefont bgsound blink body button canvas data datalist dialog fieldset form frame
    frameset head html image input isindex keygen label legend link listing map marquee math meta
    meter nobr noembed noframes noscript optgroup option output param picture plaintext progress
    rb rtc search select slot svg template textarea title track xmp
    """
)

EMBEDDED = frozenset(("iframe", "audio", "video", "source", "embed", "object", "area"))
"""Elements that load something from elsewhere, or lead there: pages show a link instead."""
ALLOWED = _KEPT | RENAMED.keys()
HTML_TAGS = ALLOWED | DROPPED_WITH_CONTENT | _DROPPED | EMBEDDED
SILENT = frozenset(
    ("body", "html", "head", "meta", "link", "label", "map", "picture", "nobr", "data")
)
"""Elements left out without a word: nothing a reader would see goes with them."""

SAFE_SCHEMES = ("http", "https", "mailto", "tel", "ftp")
"""Schemes of addresses that lead out of the archive."""
SAFE_DATA = late_pattern(r"data:image/(?:png|jpeg|gif|webp);base64,", re.IGNORECASE)
"""An image written out in its own address."""


def may_be_shown(target: str, *, image: bool) -> bool:
    """Whether a page may hold a target at all."""
    scheme = scheme_of(unescape(target).strip())
    return scheme in ("", *SAFE_SCHEMES) or (image and bool(SAFE_DATA.match(target)))


LONGEST = 200
"""Characters of a target up to which its scheme is remembered: pictures may be written out in one,
of which thousands would fill the memory.
"""


def scheme_of(target: str) -> str:
    """The scheme of a link target, or nothing for one that points inside the archive."""
    return _remembered(target) if len(target) <= LONGEST else _scheme_of(target)


def _scheme_of(target: str) -> str:
    if ":" not in target and target.isascii() and "[" not in target and "]" not in target:
        return ""
    try:
        return urlsplit(target).scheme.lower()
    except ValueError:
        return "invalid"


_remembered = lru_cache(maxsize=16_384)(_scheme_of)
