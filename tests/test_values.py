"""Addresses in metadata: only whole addresses of pages become links."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from site_gen import values
from site_gen.values import is_url
from tests.support import SiteTest


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://example.org", True),
        ("HTTP://example.org:8080/a?b=c#d", True),
        ("ftp://example.org/a", True),
        ("https://[2001:db8::1]/", True),
        ("https://пример.org/ж", True),
        ("javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("//example.org/x", False),
        ("page.html", False),
        ("http://", False),
        ("http:///path", False),
        ("http://:80/", False),
        ("http://[evil", False),
        ("http://a\u2100b/", False),
        ("http://a.org:port/", False),
        ("http://a.org:99999/", False),
        ("http://a.org/\n", False),
        ("http://a.org/b c", False),
    ],
)
def test_is_url(text: str, expected: bool) -> None:
    """An address has a scheme that browsers open as a page, a host, and a port that can be."""
    assert expected == is_url(text)


@given(st.from_regex(values._PLAIN_URL, fullmatch=True))
def test_plain_addresses_are_addresses(text: str) -> None:
    """What is taken for an address at once is one when it is looked at closely."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(values, "_PLAIN_URL", re.compile("(?!)"))
        assert is_url(text)


@pytest.mark.parametrize("address", ["http://[evil", "http://a\u2100b/"])
@pytest.mark.parametrize("field", ["source_url", "archived_url"])
def test_an_address_that_is_none_is_told(site: SiteTest, field: str, address: str) -> None:
    """A broken address is a warning, and its page is made without it."""
    site.write({"content/articles/a.md": f"---\ntitle: A\n{field}: '{address}'\n---\n\nText.\n"})
    assert site.codes() == ["url-unreadable"]
    assert site.run("build").exit_code == 0
    assert address not in {one.get("href") for one in site.soup("articles/a.html").select("a")}


@pytest.mark.parametrize(
    ("stated", "shown", "told"),
    [
        (
            "['https://a.org/?a=1&copy=2', 'javascript:alert(1)', 'data:text/html,x', nowhere.html,"
            " '//evil.org/x', '<https://b.org/>']",
            ["https://a.org/?a=1&copy=2", "https://b.org/"],
            ["javascript:alert(1)", "data:text/html,x", "nowhere.html", "//evil.org/x"],
        ),
        ("https://a.org/b,c; https://b.org/", ["https://a.org/b,c", "https://b.org/"], []),
        ("nowhere.html", [], ["nowhere.html"]),
    ],
)
def test_same_as_holds_addresses(
    site: SiteTest, stated: str, shown: list[str], told: list[str]
) -> None:
    """Only whole addresses become links; each that is none is named in a warning."""
    entry = f"---\nname: Ann Lee\nsame_as: {stated}\n---\n\nText.\n"
    site.write({"content/authors/ann.md": entry, "content/articles/a.md": "# A\n\nText.\n"})
    messages = [one["message"] for one in site.diagnostics() if one["code"] == "url-unreadable"]
    assert len(messages) == bool(told)
    assert all(one in messages[0] for one in told)
    site.run("build")
    links = [str(one["href"]) for one in site.soup("authors/ann.html").select("main a[href]")]
    assert [one for one in links if not one.startswith("../")] == shown
