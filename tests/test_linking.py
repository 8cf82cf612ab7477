"""Links between the pages of a site."""

from __future__ import annotations

from urllib.parse import quote, urljoin

from hypothesis import given
from hypothesis import strategies as st

from site_gen.paths import quoted
from site_gen.render.linking import Links

NAMES = st.text("ab:é ?&.~", min_size=1).filter(lambda name: name.strip("."))
PATHS = st.lists(NAMES, min_size=1, max_size=4).map("/".join)


@given(page=PATHS, path=PATHS)
def test_a_link_leads_where_it_should(page: str, path: str) -> None:
    """From any page, the link to any path is that path, whatever is in the names; the second
    time as the first.
    """
    links = Links()
    here = f"https://example.org/repo/{quoted(page)}"
    there = f"https://example.org/repo/{quoted(path)}"
    for _ in range(2):
        assert urljoin(here, links.from_page(page)[path]) == there
        assert urljoin(here, links.from_root("/repo/")[path]) == there


@given(path=st.text("ab09_.~-/é ?&%\n\x00", max_size=8), fragment=st.text("a é?/%#"))
def test_what_needs_no_percent_sign_gets_none(path: str, fragment: str) -> None:
    """A path is encoded as addresses are, and its fragment apart from it."""
    assert quoted(path) == quote(path, safe="/&")
    assert quoted(f"{path}#{fragment}") == f"{quoted(path)}#{quote(fragment, safe='/?%')}"


def test_what_is_near_is_named_shortly() -> None:
    """A link goes up no further than it must, as far as the folder of the page tells."""
    links = Links().from_page("articles/1999/10/a.html")
    assert links["articles/1999/10/b.html#c"] == "b.html#c"
    assert links["articles/1999/11/b.html"] == "../../1999/11/b.html"
    assert links["authors/ann-bell.html"] == "../../../authors/ann-bell.html"
    assert Links().from_page("index.html")["a:b.html"] == "./a:b.html"
    assert Links().from_page("articles/a.html")["articles//b.html"] == "../articles//b.html"
