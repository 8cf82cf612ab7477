"""What tells programs where the pages are: sitemaps, robots.txt, a description of the search."""

from __future__ import annotations

from collections.abc import Sequence

from site_gen.feeds.atom import xml

MOST_ADDRESSES = 50_000
"""Addresses that one sitemap may hold."""
_SCHEMA = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
_BETWEEN = "</loc></url>\n<url><loc>"
_PLAIN = bytes(sorted({10, *range(32, 127)} - {*b"&<>\"'"}))
"""What stands in XML as it is, but for letters that are not ASCII."""
_HEAD = '<?xml version="1.0" encoding="utf-8"?>'


def sitemap(addresses: Sequence[str]) -> str:
    """A sitemap (sitemaps.org 0.9) of whole addresses."""
    # Mostly there is nothing to escape, which is seen at once in all of them.
    text = "\n".join(addresses)
    text = xml(text) if text.encode("utf-8", "surrogatepass").translate(None, _PLAIN) else text
    lines = [f"<url><loc>{text}</loc></url>".replace("\n", _BETWEEN)] if addresses else []
    return "\n".join([_HEAD, f"<urlset {_SCHEMA}>", *lines, "</urlset>", ""])


def sitemap_index(sitemaps: Sequence[str]) -> str:
    """A sitemap of the whole addresses of others."""
    lines = (f"<sitemap><loc>{xml(one)}</loc></sitemap>" for one in sitemaps)
    return "\n".join([_HEAD, f"<sitemapindex {_SCHEMA}>", *lines, "</sitemapindex>", ""])


def robots(sitemap_address: str) -> str:
    """A robots.txt that lets everybody read and names the sitemap."""
    return f"User-agent: *\nAllow: /\n\nSitemap: {sitemap_address}\n"


def open_search(title: str, description: str, search: str, language: str) -> str:
    """An OpenSearch description (1.1): browsers offer the search of the site by it.

    `search` is the whole address of the search page.
    """
    return "\n".join(
        [
            _HEAD,
            '<OpenSearchDescription xmlns="http://a9.com/-/spec/opensearch/1.1/">',
            # It may have 16 characters.
            f"<ShortName>{xml(title[:16].strip())}</ShortName>",
            f"<LongName>{xml(title[:48].strip())}</LongName>",
            f"<Description>{xml((description or title)[:1024])}</Description>",
            f'<Url type="text/html" template="{xml(search)}?q={{searchTerms}}"/>',
            f"<Language>{xml(language)}</Language>",
            "<InputEncoding>UTF-8</InputEncoding>",
            "</OpenSearchDescription>",
            "",
        ]
    )
