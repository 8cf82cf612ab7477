"""Links of a body with their archived copies: the attributes of Robust Links, and a mark."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape, unescape

from site_gen.copies import Copy, address

_LINK = re.compile(
    r"<a(?P<attributes>(?:\s[a-zA-Z][\w:-]*=\"[^\"]*\")*)>(?P<inner>.*?)</a>", re.DOTALL
)
_HREF = re.compile(r"\shref=\"(https?://[^\"]*)\"", re.IGNORECASE)


def with_copies(html: str, copies: Mapping[str, Copy], label: str) -> str:
    """A body whose links to other hosts tell of their copies, where these are known.

    A link that has a copy is followed by a small one to it, without a word of text. Where the
    original is dead, the link itself leads to the copy, and a mark says so.
    """
    said = escape(label)

    def link(match: re.Match[str]) -> str:
        href = _HREF.search(match["attributes"])
        copy = copies.get(address(unescape(href[1]))) if href else None
        if href is None or copy is None or not copy.archived:
            return match[0]
        _, mark, place = href[1].partition("#")
        archived = escape(copy.archived) + ("" if "#" in copy.archived else mark + place)
        attributes = match["attributes"] + (
            f' data-originalurl="{href[1]}" data-versionurl="{archived}"'
            f' data-versiondate="{copy.day}"'
        )
        if copy.dead:
            attributes = attributes.replace(href[0], f' href="{archived}"', 1)
            if " title=" not in attributes:
                attributes += f' title="{href[1]}"'
            after = f'<span class="copy" role="img" aria-label="{said}"></span>'
            return f"<a{attributes}>{match['inner']}</a>{after}"
        after = f'<a class="copy" href="{archived}" aria-label="{said}"></a>'
        return f"<a{attributes}>{match['inner']}</a>{after}"

    return _LINK.sub(link, html)
