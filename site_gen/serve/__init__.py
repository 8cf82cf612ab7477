"""The live preview: builds at every save, serves the site on this machine only, reloads pages.

Three threads work together. One watches the sources and asks for a build; one builds, so that
there are never two builds at once; the event loop serves pages and alone changes the state of the
preview. The websocket is livereload's, which speaks the LiveReload protocol 7. The script in the
pages is not: livereload's own cannot say of which build its page is, so that a build that ends
while a page loads would pass it by, and it has no place for a report.
"""

from __future__ import annotations

import asyncio
import errno
import html
import ipaddress
import mimetypes
import os
import re
import secrets
import signal
import socket
import sys
import threading
import webbrowser
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePath
from typing import Any
from urllib.parse import quote, urlsplit

from livereload.handlers import LiveReloadHandler
from tornado.escape import json_decode
from tornado.httpserver import HTTPServer
from tornado.httputil import HTTPServerRequest
from tornado.netutil import bind_sockets
from tornado.web import Application, HTTPError, RequestHandler, StaticFileHandler
from tornado.websocket import WebSocketHandler

from site_gen.frozen import frozen
from site_gen.pages import SEARCH
from site_gen.serve.client import CLIENT, OWN_PAGE, POLICY, STYLE, inject
from site_gen.serve.telling import Told
from site_gen.serve.watching import ServeError, build_when_wanted, watch

__all__ = ["Built", "ServeError", "Told", "content_type", "inject", "is_loopback", "serve"]


RELOAD = {"command": "reload", "path": "*"}

MORE_TYPES = {
    ".atom": "application/atom+xml",
    ".avif": "image/avif",
    ".bib": "text/x-bibtex",
    ".geojson": "application/geo+json",
    ".js": "text/javascript",
    ".md": "text/markdown",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
    ".yml": "application/yaml",
}
"""Types of endings that not every Python from 3.11 on knows, or knows alike."""

TEXTUAL = re.compile(r"text/.*|application/(json|xml|yaml)|.*\+(json|xml)")


@frozen
class Built:
    """What one build of the preview came to."""

    ok: bool
    report: str
    """The diagnostics as plain text; may be empty."""
    pages_url: str = "index.html"
    """Where the site begins, relative to its root."""


Build = Callable[[Callable[[], None]], Built]


def serve(
    build: Build,
    folder: Path,
    watched: Sequence[Path],
    ignored: Sequence[Path],
    host: str = "127.0.0.1",
    port: int = 8000,
    open_browser: bool = False,
    say: Callable[[str], None] = print,
) -> None:
    """Build, serve `folder` and build again at every change, until Ctrl-C.

    `build` writes the site into `folder`. It may call what it is given when all pages are written
    but that of the search, which is shown when it ends. It runs in a thread of its own, never twice
    at once; if it fails it must leave a good site there, or nothing. An exception of it ends the
    preview and comes out here.

    `watched` are folders and files that need not exist yet; `folder` and what lies under
    `ignored` never cause a build. Port 0 takes any free one. `say` prints for the keeper.

    Raises ValueError for a host that is not this machine alone, or an impossible port, and
    ServeError if the port is not to be had or the sources cannot be watched.
    """
    if not is_loopback(host):
        raise ValueError(
            f"the preview is for this machine only: --host {host} is refused; "
            "use 127.0.0.1, ::1 or localhost"
        )
    if not 0 <= port <= 65535:
        raise ValueError(f"--port {port} is refused; use a number from 0 to 65535")
    sockets = _bind(host.strip("[]"), port)
    preview = _Preview(folder.resolve(), _url(host, sockets), say, open_browser)
    try:
        asyncio.run(
            preview.run(
                sockets,
                build,
                [path.resolve() for path in watched],
                [path.resolve() for path in (*ignored, folder)],
            )
        )
    except KeyboardInterrupt:
        say("The preview has ended.")


def is_loopback(host: str) -> bool:
    """Whether a host name or address always means this machine: 127.0.0.0/8, ::1, localhost."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.removeprefix("[").removesuffix("]")).is_loopback
    except ValueError:
        return False


def content_type(path: str) -> str:
    """The value of Content-Type for a file, by its name; text is UTF-8."""
    # Python's own table: the machine's, which Windows lets any program change, is not asked.
    kind, encoding = mimetypes.MimeTypes().guess_type(path)
    if encoding:
        return "application/gzip" if encoding == "gzip" else "application/octet-stream"
    kind = MORE_TYPES.get(PurePath(path).suffix.lower(), kind or "application/octet-stream")
    return f"{kind}; charset=utf-8" if TEXTUAL.fullmatch(kind) else kind


def _bind(host: str, port: int) -> list[socket.socket]:
    try:
        return bind_sockets(port, address=host)
    except OSError as problem:
        if problem.errno == errno.EADDRINUSE:
            raise ServeError(
                f"port {port} is in use, perhaps by another preview; "
                "choose another with --port, or any free one with --port 0"
            ) from problem
        raise ServeError(
            f"the preview cannot use port {port} of {host} ({problem.strerror}); "
            "choose another port with --port"
        ) from problem


def _url(host: str, sockets: Sequence[socket.socket]) -> str:
    name = f"[{host.strip('[]')}]" if ":" in host else host
    return f"http://{name}:{sockets[0].getsockname()[1]}/"


class _Preview:
    """A running preview. Its attributes change in the event loop's thread only."""

    def __init__(
        self, folder: Path, url: str, say: Callable[[str], None], open_browser: bool
    ) -> None:
        self.folder = folder
        self.url = url
        self.port = urlsplit(url).port
        self._say = say
        self._open_browser = open_browser
        self._run = secrets.token_hex(4)
        self._builds = 0
        self._shown = False
        self._failure = ""
        self._pages: set[_Pages] = set()

    @property
    def build(self) -> str:
        """Names the build that pages now come from, also across a restart of the preview; with `+`
        where the search index is still that of the one before.
        """
        return f"{self._run}-{self._builds}{'+' * self._shown}"

    @property
    def has_site(self) -> bool:
        """Whether there is a site to show, be it from this run or an earlier one."""
        return (self.folder / "index.html").is_file()

    async def run(
        self,
        sockets: list[socket.socket],
        build: Build,
        watched: Sequence[Path],
        ignored: Sequence[Path],
    ) -> None:
        """Serve until cancelled, or until a thread raises, whose exception is raised here."""
        loop = asyncio.get_running_loop()
        broken: asyncio.Future[None] = loop.create_future()
        wanted, stop = threading.Event(), threading.Event()

        def early() -> None:
            loop.call_soon_threadsafe(self._show_pages)

        def build_and_tell() -> None:
            result = build(early)
            # Said here, so that it stands in order with what the build itself prints.
            self._tell(result)
            loop.call_soon_threadsafe(self._show, result)

        def broke(problem: BaseException) -> None:
            loop.call_soon_threadsafe(_set_exception, broken, problem)

        server = HTTPServer(_Application(self))
        server.add_sockets(sockets)
        self._say(f"Preview at {self.url} (Ctrl-C ends it)")
        threads = [
            _begin(lambda: build_when_wanted(build_and_tell, wanted, stop), broke, stop),
            _begin(lambda: watch(watched, ignored, wanted.set, stop), broke, stop),
        ]
        try:
            with _woken_by_signals(loop):
                await broken
        finally:
            stop.set()
            wanted.set()
            server.stop()
            for pages in tuple(self._pages):
                pages.close()
            await server.close_all_connections()
            await self._all_ended(threads)

    async def _all_ended(self, threads: Sequence[threading.Thread]) -> None:
        """Wait for the threads: they must be done with the loop before it closes."""
        waited = 0
        while any(thread.is_alive() for thread in threads):
            if waited == 10:
                self._say("Ending when the running build is done (Ctrl-C again: at once)")
            waited += 1
            await asyncio.sleep(0.05)

    def join(self, pages: _Pages, build: str) -> None:
        """Take in a page that has just connected and says of which build it is."""
        self._pages.add(pages)
        if build != self.build and (pages.searches or build != f"{self.build}+"):
            pages.send_message(RELOAD)
        elif self._failure and self.has_site:
            pages.send_message({"command": "report", "report": self._failure})

    def leave(self, pages: _Pages) -> None:
        """Forget a page that was closed or left."""
        self._pages.discard(pages)

    def own_page(self, heading: str, text: str) -> bytes:
        """A page of the preview itself; like any other it is yet to be given the script."""
        return OWN_PAGE.format(
            policy=html.escape(POLICY), heading=html.escape(heading), text=html.escape(text)
        ).encode()

    def waiting_page(self) -> bytes:
        """What is shown while there is no site."""
        if self._failure:
            return self.own_page(
                "The build has errors, and there is no earlier site", self._failure
            )
        return self.own_page("The first build is running", "This page will show the site.")

    def _tell(self, built: Built) -> None:
        if built.report:
            self._say(built.report)
        elif built.ok:
            self._say("Built.")
        if not built.ok:
            self._say("The build has errors; every page of the preview shows them.")

    def _show_pages(self) -> None:
        """Show what is built of a build that goes on."""
        self._shown = True
        self._failure = ""
        self._reload()

    def _show(self, built: Built) -> None:
        shown, self._shown = self._shown and built.ok, False
        self._failure = "" if built.ok else built.report or "The build gave no reason."
        if shown:
            for pages in tuple(self._pages):
                if pages.searches:
                    pages.send_message(RELOAD)
        else:
            self._reload()
        if self._open_browser:
            self._open_browser = False
            address = self.url + quote(built.pages_url, safe="/")
            # A browser in the terminal returns only when it is left.
            threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()

    def _reload(self) -> None:
        self._builds += 1
        for pages in tuple(self._pages):
            pages.send_message(RELOAD)


@contextmanager
def _woken_by_signals(loop: asyncio.AbstractEventLoop) -> Iterator[None]:
    """Let every signal wake the loop: a Ctrl-C that comes in the moment before the loop begins to
    wait would else be answered only when something else happens.
    """
    if sys.platform == "win32" or threading.current_thread() is not threading.main_thread():
        yield  # On Windows the loop sees to it; in another thread Python answers no signal.
        return
    here, there = socket.socketpair()
    with here, there:
        here.setblocking(False)
        there.setblocking(False)
        loop.add_reader(here, here.recv, 4096)
        before = signal.set_wakeup_fd(there.fileno(), warn_on_full_buffer=False)
        try:
            yield
        finally:
            signal.set_wakeup_fd(before)
            loop.remove_reader(here)


def _begin(
    work: Callable[[], None], broke: Callable[[BaseException], None], stop: threading.Event
) -> threading.Thread:
    """Start a thread and report the exception that ends it."""

    def guarded() -> None:
        try:
            work()
        except BaseException as problem:
            # Ctrl-C reaches a build's worker processes too and may break the build a moment
            # before it stops the preview: that is no problem to tell of.
            if not stop.wait(0.5):
                broke(problem)

    thread = threading.Thread(target=guarded, daemon=True)
    thread.start()
    return thread


def _set_exception(broken: asyncio.Future[None], problem: BaseException) -> None:
    if not broken.done():
        broken.set_exception(problem)


class _Application(Application):
    """Routes a request, after a look at what host it was meant for."""

    def __init__(self, preview: _Preview) -> None:
        self.preview = preview
        super().__init__(
            [
                (r"/livereload", _Pages),
                (r"/livereload\.js", _Part, {"path": "livereload.js", "text": CLIENT}),
                (r"/livereload\.css", _Part, {"path": "livereload.css", "text": STYLE}),
                (r"/(.*)", _Site, {"path": str(preview.folder)}),
            ],
            log_function=lambda handler: None,
            preview=preview,
        )

    def find_handler(self, request: HTTPServerRequest, **more: Any) -> Any:
        """Refuse a name that another site may have made point here (DNS rebinding)."""
        if _names_us(request.host, self.preview.port):
            return super().find_handler(request, **more)
        return self.get_handler_delegate(request, _Refusal)


def _names_us(host: str, port: int | None) -> bool:
    try:
        parts = urlsplit(f"//{host}")
        return is_loopback(parts.hostname or "") and (parts.port or 80) == port
    except ValueError:
        return False


def _inside(path: str, root: str) -> bool:
    """Whether a path leads to something in the folder, all `..` and symbolic links followed."""
    return Path(os.path.realpath(path)).is_relative_to(root)


class _Refusal(RequestHandler):
    def prepare(self) -> None:
        self.set_status(403)
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.finish(f"This preview answers only at {self.settings['preview'].url}\n")


class _Part(RequestHandler):
    """The client's script, or its style."""

    def initialize(self, path: str, text: str) -> None:
        self._path = path
        self._text = text

    def get(self) -> None:
        self.set_header("Content-Type", content_type(self._path))
        self.set_header("Cache-Control", "no-store")
        self.finish(self._text)


class _Pages(LiveReloadHandler):  # type: ignore[misc]
    """The websocket of one open page: livereload's, closed to the pages of other sites."""

    def check_origin(self, origin: str) -> bool:
        return WebSocketHandler.check_origin(self, origin)

    searches = False
    """Whether it shows the search index."""

    def on_message(self, message: str | bytes) -> None:
        told = json_decode(message)
        if told["command"] == "info":
            self.searches = urlsplit(str(told.get("url", ""))).path.endswith(f"/{SEARCH}")
            self.settings["preview"].join(self, told.get("build", ""))
        else:
            super().on_message(message)

    def on_close(self) -> None:
        self.settings["preview"].leave(self)


class _Site(StaticFileHandler):
    """The files of the built site, read anew at every request; pages with the script."""

    def set_default_headers(self) -> None:
        self.set_header("Cache-Control", "no-store")

    async def get(self, path: str, include_body: bool = True) -> None:
        file = self.validate_absolute_path(self.root, os.path.join(self.root, path))
        if file is None:
            return
        try:
            if content_type(file).startswith("text/html"):
                self._finish_page(Path(file).read_bytes())
            else:
                await super().get(path, include_body)
        except FileNotFoundError:
            # The build that runs now has just removed it.
            raise HTTPError(404) from None

    def validate_absolute_path(self, root: str, absolute_path: str) -> str | None:
        """The file to send; None if the answer is a redirect. Raises HTTPError 404."""
        # A colon names a drive or a hidden stream on Windows.
        if "\0" in absolute_path or (os.name == "nt" and ":" in absolute_path[len(root) :]):
            raise HTTPError(404)
        path = absolute_path
        if _inside(path, root) and os.path.isdir(path):
            if not self.request.path.endswith("/"):
                self.redirect(self.request.path + "/")
                return None
            path = os.path.join(path, "index.html")
        if not (_inside(path, root) and os.path.isfile(path)):
            raise HTTPError(404)
        return path

    def should_return_304(self) -> bool:
        return False

    def compute_etag(self) -> None:
        """None: tornado would keep the tag of a file that has changed since."""

    def get_cache_time(self, *_: object) -> int:
        return 0

    def get_content_type(self) -> str:
        return content_type(self.absolute_path or "")

    def write_error(self, status_code: int, **_: Any) -> None:
        preview: _Preview = self.settings["preview"]
        own = preview.folder / "404.html"
        if status_code == 404 and not preview.has_site:
            self.set_status(503)
            self._finish_page(preview.waiting_page())
        elif status_code == 404 and own.is_file():
            self._finish_page(own.read_bytes())
        else:
            text = "There is nothing at this address." if status_code == 404 else self._reason
            self._finish_page(preview.own_page(f"{status_code} {self._reason}", text))

    def _finish_page(self, page: bytes) -> None:
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.finish(inject(page, self.settings["preview"].build))
