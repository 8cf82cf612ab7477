"""The tests' own tools: guards that no longer guard would let anything pass."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests import support
from tests.support import SiteTest

HTML = '<!doctype html><html lang="en"><title>Test</title><link rel="icon" href="data:,">'


def show(page: Page, folder: Path, body: str) -> None:
    """Open a file with this body in the browser."""
    file = folder / "page.html"
    file.write_text(HTML + body, encoding="utf-8")
    page.goto(file.as_uri())


@pytest.mark.browser
def test_complaints_of_a_page_are_kept(
    page: Page, page_problems: list[str], tmp_path: Path
) -> None:
    """Errors and warnings of the console and uncaught exceptions reach `page_problems`."""
    show(
        page,
        tmp_path,
        "<script>console.log(1); console.warn('w'); console.error('e'); throw Error('x')</script>",
    )
    page.wait_for_function("true")
    assert [problem.split(" (")[0] for problem in page_problems] == [
        "console warning: w",
        "console error: e",
        "uncaught: x",
    ]
    page_problems.clear()


@pytest.mark.browser
@pytest.mark.parametrize("host", ["example.org", "192.0.2.1", "[2001:db8::1]"])
def test_requests_to_other_hosts_are_stopped_and_kept(
    page: Page, page_problems: list[str], tmp_path: Path, host: str
) -> None:
    """A request to any name or address but loopback fails, and reaches `page_problems`."""
    url = f"http://{host}/a.png"
    with page.expect_event("requestfailed"):
        show(page, tmp_path, f'<img alt="" src="{url}">')
    page.wait_for_function("true")
    assert page_problems == [
        f"request to another host: {url}",
        f"console error: Failed to load resource: net::ERR_NAME_NOT_RESOLVED ({url})",
    ]
    page_problems.clear()


def test_golden_files_are_compared_redacted(
    site: SiteTest, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A golden file is written on wish only, holds neither folder nor time, and must agree."""
    monkeypatch.setattr(support, "GOLDEN", tmp_path_factory.mktemp("golden"))
    monkeypatch.delenv(support.UPDATE_GOLDEN, raising=False)
    with pytest.raises(AssertionError, match="no golden file"):
        site.golden("one.txt", "text")
    monkeypatch.setenv(support.UPDATE_GOLDEN, "1")
    site.golden("one.txt", f"wrote {site.folder} in 1.2 s\n")
    assert (support.GOLDEN / "one.txt").read_text(encoding="utf-8") == "wrote <site> in <time>\n"
    monkeypatch.delenv(support.UPDATE_GOLDEN)
    site.golden("one.txt", f"wrote {site.folder} in 13.0 s\n")
    with pytest.raises(AssertionError, match="differs"):
        site.golden("one.txt", "another text")
