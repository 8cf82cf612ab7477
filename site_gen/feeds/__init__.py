"""Files for programs that follow or find the archive: feeds, sitemaps, a search form. Pure."""

from __future__ import annotations

from site_gen.feeds.atom import Entry, Feed, atom, json_feed
from site_gen.feeds.finding import MOST_ADDRESSES, open_search, robots, sitemap, sitemap_index

__all__ = [
    "MOST_ADDRESSES",
    "Entry",
    "Feed",
    "atom",
    "json_feed",
    "open_search",
    "robots",
    "sitemap",
    "sitemap_index",
]
