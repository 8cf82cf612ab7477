"""Fixtures and options for all tests.

Playwright's synchronous interface keeps an event loop running in the thread that started it. So
a test that needs a loop of its own, such as a server, starts it in another thread or process.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import settings
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, WebError, sync_playwright

from tests.support import UPDATE_GOLDEN, SiteTest, find_chromium

settings.register_profile("quick", derandomize=True, max_examples=20, deadline=None)
settings.register_profile("long", max_examples=1000, deadline=None)
settings.load_profile("quick")

NewPage = Callable[..., Page]

LOOPBACK = ("localhost", "127.0.0.1", "::1")

CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # No name or address but loopback resolves: a request that is tried goes nowhere.
    "--host-resolver-rules=MAP * ~NOTFOUND, " + ", ".join(f"EXCLUDE {host}" for host in LOOPBACK),
)

NO_CHROMIUM = """Chromium is missing, and browser tests need it. `make test` installs it where
apt-get can; by hand: apt-get install chromium. One in another place: SITE_GEN_CHROMIUM=/path/to/it.
To leave the browser tests out: SITE_GEN_NO_BROWSER=1."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--update-golden`."""
    parser.addoption(
        "--update-golden", action="store_true", help="write golden files instead of comparing"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Tell `SiteTest.golden`, also in every worker, of `--update-golden`.

    The theme's templates are compiled once and not for each of a thousand sites, even where Python
    is told to keep no code.
    """
    sys.dont_write_bytecode = False
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    if config.getoption("--update-golden"):
        os.environ[UPDATE_GOLDEN] = "1"


@pytest.fixture
def site(tmp_path: Path) -> SiteTest:
    """An empty site."""
    return SiteTest(tmp_path)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A Chromium, one for each worker; without one its tests fail unless they are left out."""
    if os.environ.get("SITE_GEN_NO_BROWSER") == "1":
        pytest.skip("SITE_GEN_NO_BROWSER=1")
    executable = find_chromium()
    if executable is None:
        pytest.fail(NO_CHROMIUM, pytrace=False)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=list(CHROMIUM_FLAGS))
        yield chromium
        chromium.close()


@pytest.fixture
def page_problems() -> list[str]:
    """What pages complained of: a test that means to provoke complaints asserts and clears it."""
    return []


@pytest.fixture
def new_page(browser: Browser, page_problems: list[str]) -> Iterator[NewPage]:
    """Opens a page with the options of Playwright's `Browser.new_context`.

    After the test, no page may have logged an error or a warning, raised an exception, or tried
    to reach another host than this one.
    """
    contexts = []

    def open_page(**options: Any) -> Page:
        context = browser.new_context(**options)
        contexts.append(context)
        context.on("console", lambda message: note_message(message, page_problems))
        context.on("weberror", lambda error: note_error(error, page_problems))
        context.on("request", lambda request: note_request(request, page_problems))
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()
    assert page_problems == []


@pytest.fixture
def page(new_page: NewPage) -> Page:
    """A page 1280 x 720 pixels wide; `new_page` opens others."""
    return new_page()


def note_message(message: ConsoleMessage, problems: list[str]) -> None:
    """Keep an error or a warning of the console."""
    if message.type in ("error", "warning"):
        problems.append(f"console {message.type}: {message.text} ({message.location['url']})")


def note_error(error: WebError, problems: list[str]) -> None:
    """Keep an exception that no script caught."""
    problems.append(f"uncaught: {error.error}")


def note_request(request: Request, problems: list[str]) -> None:
    """Keep a request that would leave this machine."""
    url = urlsplit(request.url)
    if url.scheme in ("http", "https") and url.hostname not in LOOPBACK:
        problems.append(f"request to another host: {request.url}")
