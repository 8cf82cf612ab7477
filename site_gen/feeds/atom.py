"""Feeds of the newest articles: Atom (RFC 4287) and JSON Feed (version 1.1)."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from functools import lru_cache
from html import escape
from typing import Any

from site_gen.frozen import frozen

_NONE = "\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff"
"""Characters that XML 1.0 cannot hold."""
_FORBIDDEN = re.compile(f"[{_NONE}]")
_special = re.compile(f"[&<>\"'{_NONE}]").search


@frozen
class Entry:
    """An article in a feed. `url` is whole; `published` and `updated` are days, as ISO 8601."""

    url: str
    title: str
    published: str
    updated: str
    authors: tuple[str, ...] = ()
    summary: str = ""
    language: str = ""
    topics: tuple[str, ...] = ()

    def __hash__(self) -> int:
        return hash(self.url)


@frozen
class Feed:
    """A feed: its own whole address, that of the page it goes with, and its entries, newest first.

    There is at least one.
    """

    url: str
    page: str
    title: str
    language: str
    entries: Sequence[Entry]
    description: str = ""
    author: str = ""
    rights: str = ""


def xml(text: str) -> str:
    """A text in XML."""
    return escape(_FORBIDDEN.sub("", text)) if _special(text) else text


def atom(feed: Feed) -> str:
    """A feed in Atom.

    An article has a day and no hour: midnight stands for it. The feed was updated when its newest
    entry was, so that its bytes depend on no clock.
    """
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{xml(feed.language)}">',
        f"<id>{xml(feed.url)}</id>",
        f"<title>{xml(feed.title)}</title>",
        *([f"<subtitle>{xml(feed.description)}</subtitle>"] if feed.description else []),
        f'<link rel="self" type="application/atom+xml" href="{xml(feed.url)}"/>',
        f'<link rel="alternate" type="text/html" href="{xml(feed.page)}"/>',
        f"<updated>{_moment(max(one.updated for one in feed.entries))}</updated>",
        f"<author><name>{xml(feed.author)}</name></author>",
        *([f"<rights>{xml(feed.rights)}</rights>"] if feed.rights else []),
        *(_entry(one, feed.language) for one in feed.entries),
        "</feed>",
    ]
    return "\n".join(lines) + "\n"


@lru_cache(maxsize=4096)
def _entry(entry: Entry, language: str) -> str:
    """An entry in a feed of a language. Many are in several feeds."""
    tongue = f' xml:lang="{xml(entry.language)}"' if entry.language != language else ""
    lines = [
        f"<entry{tongue}>",
        f"<id>{xml(entry.url)}</id>",
        f"<title>{xml(entry.title)}</title>",
        f'<link rel="alternate" type="text/html" href="{xml(entry.url)}"/>',
        f"<published>{_moment(entry.published)}</published>",
        f"<updated>{_moment(entry.updated)}</updated>",
        *(f"<author><name>{xml(name)}</name></author>" for name in entry.authors),
        *(f'<category term="{xml(topic)}"/>' for topic in entry.topics),
        *([f"<summary>{xml(entry.summary)}</summary>"] if entry.summary else []),
        "</entry>",
    ]
    return "\n".join(lines)


def _moment(day: str) -> str:
    return f"{day}T00:00:00Z"


def json_feed(feed: Feed) -> str:
    """The same as JSON Feed."""
    about: dict[str, Any] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "home_page_url": feed.page,
        "feed_url": feed.url,
        "description": feed.description,
        "language": feed.language,
        "authors": [{"name": feed.author}] if feed.author else [],
        "items": [_item(one) for one in feed.entries],
    }
    stated = {name: value for name, value in about.items() if value}
    return json.dumps(stated, ensure_ascii=False, separators=(",", ":")) + "\n"


def _item(entry: Entry) -> dict[str, Any]:
    item: dict[str, Any] = {
        "id": entry.url,
        "url": entry.url,
        "title": entry.title,
        "content_text": entry.summary,
        "date_published": _moment(entry.published),
        "date_modified": _moment(entry.updated) if entry.updated != entry.published else "",
        "authors": [{"name": name} for name in entry.authors],
        "tags": list(entry.topics),
        "language": entry.language,
    }
    # An item must have a content, be it an empty one.
    return {name: value for name, value in item.items() if value or name == "content_text"}
