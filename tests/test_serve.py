"""The live preview: what it serves and refuses, when it builds, what an open page is shown.

The server runs in a process of its own with a small builder: every .html file of content/ is
copied, and a file that says BROKEN fails the build.
"""

from __future__ import annotations

import http.client
import os
import queue
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from site_gen.diagnostics import Location, error, warning
from site_gen.serve import Told, content_type, inject, is_loopback, serve
from site_gen.serve.watching import build_when_wanted
from tests.conftest import NewPage
from tests.support import ROOT

PATIENCE = 120
"""Seconds after which a test gives up; none waits so long when all is well."""

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; media-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'"
)

PROGRAM = """
import os, shutil, signal, sys, threading, time
from pathlib import Path
from site_gen.serve import Built, ServeError, serve

site, port, browse = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3] == "browse"
content, output = site / "content", site / "preview"
one_at_a_time = threading.Lock()

def say(line):
    # In one piece, whatever another thread prints.
    print(line + "\\n", end="", flush=True)

def build(early):
    if not one_at_a_time.acquire(blocking=False):
        say("TWO BUILDS AT ONCE")
    say("begins")
    files = [*content.rglob("*"), *(site / "templates").rglob("*"), site / "site.yml"]
    texts = {file: file.read_text() for file in sorted(files) if file.is_file()}
    say("sees " + " ".join(text for text in texts.values() if len(text) < 50))
    if (site / "interrupt").exists():
        time.sleep(0.2)
        signal.pthread_kill(threading.get_ident(), signal.SIGINT)
    while (site / "hold").exists():
        time.sleep(0.01)
    one_at_a_time.release()
    if (site / "raise").exists():
        raise RuntimeError("the builder has a bug")
    for file, text in texts.items():
        if "BROKEN" in text:
            return Built(False, f"{file.name}:1: <b>BROKEN</b>")
    for file, text in texts.items():
        if file.is_relative_to(content) and file.suffix == ".html":
            target = output / file.relative_to(content)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.with_suffix(".new").write_text(text)
            os.replace(target.with_suffix(".new"), target)
    if (site / "late").exists():
        early()
    while (site / "late").exists():
        time.sleep(0.01)
    return Built(True, "one warning" if (site / "warn").exists() else "")

watched = [content, site / "templates", site / "site.yml"]
try:
    serve(
        build, output, watched, [content / "left-out"],
        port=port, open_browser=browse, say=say,
    )
except ServeError as problem:
    sys.exit(f"refused: {problem}")
say("returned")
"""


def page_of(text: str) -> str:
    """A page as the theme writes it: the policy first, a script and styles only from the site."""
    return (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        f'<link rel="icon" href="data:,"><title>Page</title></head>'
        f"<body><main><h1>{text}</h1></main></body></html>"
    )


class Preview:
    """A preview in a process of its own, of a site in a folder."""

    def __init__(self, site: Path) -> None:
        self.site = site
        self.output = site / "preview"
        self.port = 0
        self.lines: list[str] = []
        self._arriving: queue.Queue[str | None] = queue.Queue()
        self._process: subprocess.Popen[str] | None = None
        self._reader: threading.Thread | None = None

    def start(self, port: int = 0, browse: bool = False, **environment: str) -> None:
        """Start it and wait until it says where it is, or refuses."""
        self._arriving = queue.Queue()
        self._process = subprocess.Popen(
            [
                sys.executable,
                "-u",
                "-c",
                PROGRAM,
                str(self.site),
                str(port),
                "browse" if browse else "",
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        said = self.wait_for(r"Preview at http://127\.0\.0\.1:(\d+)/|refused: ")
        self.port = int(said[1] or 0)

    def _read(self) -> None:
        assert self._process
        assert self._process.stdout
        arriving = self._arriving
        # Closed here and nowhere else: lines may still wait to be read when the process has ended.
        with self._process.stdout as lines:
            for line in lines:
                arriving.put(line.rstrip("\n"))
        arriving.put(None)

    def wait_for(self, pattern: str) -> re.Match[str]:
        """Wait for the next line that begins with this pattern."""
        while True:
            try:
                line = self._arriving.get(timeout=PATIENCE)
            except queue.Empty:
                line = None
            if line is None:
                pytest.fail(f"no line {pattern!r} after {self.lines}")
            self.lines.append(line)
            found = re.match(pattern, self.lines[-1])
            if found:
                return found

    def arrived(self) -> list[str | None]:
        """The lines that came since the last one waited for."""
        return [self._arriving.get() for _ in range(self._arriving.qsize())]

    def write(self, name: str, text: str) -> None:
        """Write a file of the site."""
        path = self.site / name
        path.parent.mkdir(parents=True, exist_ok=True)
        # In one step: a build that reads a file half-written would publish that for a moment.
        unseen = self.site / "unseen"
        unseen.write_text(text)
        os.replace(unseen, path)

    def interrupt(self) -> int:
        """End it as Ctrl-C does; its exit code."""
        assert self._process
        self._process.send_signal(signal.SIGINT)
        return self._process.wait(timeout=PATIENCE)

    def kill(self) -> None:
        """End it if it still runs."""
        if self._process:
            self._process.kill()
            self._process.wait()
        if self._reader:
            self._reader.join(PATIENCE)

    @property
    def url(self) -> str:
        """Where it is, without the slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    def get(self, path: str, **headers: str) -> tuple[int, http.client.HTTPMessage, bytes]:
        """Ask for exactly this path; the status, the headers, the body."""
        return self.ask("GET", path, **headers)

    def ask(
        self, method: str, path: str, **headers: str
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        """Send a request with exactly this path."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.putrequest(method, path, skip_host="Host" in headers)
            for name, value in headers.items():
                connection.putheader(name, value)
            connection.endheaders()
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()


def eventually(holds: Callable[[], bool]) -> None:
    """Wait until something holds; fail when it does not in good time."""
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


@pytest.fixture
def preview(tmp_path: Path) -> Iterator[Preview]:
    """A site with a home page and a folder, not yet served."""
    made = Preview(tmp_path)
    made.write("content/index.html", page_of("One"))
    made.write("content/authors/index.html", page_of("Authors"))
    yield made
    made.kill()


@pytest.fixture
def running(preview: Preview) -> Preview:
    """The same, served and built once."""
    preview.start()
    preview.wait_for("Built")
    return preview


# What is served


def test_a_page_is_served_with_the_script(running: Preview) -> None:
    """A page comes with the script in its head, is not kept by the browser, and is whole."""
    status, headers, body = running.get("/index.html")
    assert status == 200
    assert re.search(rb'<script src="/livereload.js"[^>]*></script></head>', body)
    assert b"<h1>One</h1>" in body
    assert headers["Cache-Control"] == "no-store"
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    assert len(body) == int(headers["Content-Length"])


def test_files_on_disk_stay_as_built(running: Preview) -> None:
    """The script is added while serving and never to the file."""
    running.get("/index.html")
    assert page_of("One") == (running.output / "index.html").read_text()


def test_head_tells_what_get_would(running: Preview) -> None:
    """HEAD gives the headers of GET and no body, for pages and for other files."""
    (running.output / "data.csv").write_bytes(b"a,b\n")
    for path in ("/index.html", "/data.csv"):
        _, expected, _ = running.get(path)
        status, headers, body = running.ask("HEAD", path)
        assert (status, body) == (200, b"")
        assert expected["Content-Length"] == headers["Content-Length"]


def test_a_folder_serves_its_index(running: Preview) -> None:
    """`/` and `/authors/` show their index.html; `/authors` leads to `/authors/`."""
    assert b"<h1>One</h1>" in running.get("/")[2]
    assert b"<h1>Authors</h1>" in running.get("/authors/")[2]
    status, headers, _ = running.get("/authors")
    assert (status, headers["Location"]) == (302, "/authors/")


def test_other_files_are_served_byte_for_byte(running: Preview) -> None:
    """A file that is no page is sent as it is, whole or the range asked for, from no cache."""
    data = bytes(range(256)) * 1000
    (running.output / "sound.mp3").write_bytes(data)
    status, headers, body = running.get("/sound.mp3?v=1")
    assert (200, data) == (status, body)
    assert headers["Content-Type"] == "audio/mpeg"
    assert headers["Cache-Control"] == "no-store"
    assert headers["ETag"] is None
    status, _, body = running.get("/sound.mp3", Range="bytes=10-19")
    assert (206, data[10:20]) == (status, body)


def test_a_changed_file_is_sent_anew(running: Preview) -> None:
    """A file is read at every request, whatever the browser says it has."""
    asset = running.output / "site.css"
    asset.write_bytes(b"a{}")
    _, headers, _ = running.get("/site.css")
    asset.write_bytes(b"b{}")
    modified = {"If-Modified-Since": headers["Last-Modified"]}
    assert running.get("/site.css", **modified)[::2] == (200, b"b{}")


def test_names_that_need_percent_encoding(running: Preview) -> None:
    """A file with blanks and letters of other scripts is found under its encoded name."""
    (running.output / "Кабул 1.txt").write_bytes(b"x")
    status, headers, _ = running.get("/%D0%9A%D0%B0%D0%B1%D1%83%D0%BB%201.txt")
    assert (status, headers["Content-Type"]) == (200, "text/plain; charset=utf-8")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.html", "text/html; charset=utf-8"),
        ("a.css", "text/css; charset=utf-8"),
        ("a.js", "text/javascript; charset=utf-8"),
        ("a.json", "application/json; charset=utf-8"),
        ("feed.atom", "application/atom+xml; charset=utf-8"),
        ("a.svg", "image/svg+xml; charset=utf-8"),
        ("A.WEBP", "image/webp"),
        ("a.woff2", "font/woff2"),
        ("a.pdf", "application/pdf"),
        ("a.svg.gz", "application/gzip"),
        ("a.txt.bz2", "application/octet-stream"),
        ("CNAME", "application/octet-stream"),
    ],
)
def test_content_types(name: str, expected: str) -> None:
    """The type goes by the name, is the same on every machine, and text is UTF-8."""
    assert expected == content_type(name)


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        (b"<head></head><body></body>", b"<head>@</head><body></body>"),
        (b"<HEAD></HEAD ><body>", b"<HEAD>@</HEAD ><body>"),
        (b"<p>x</body></html>", b"<p>x@</body></html>"),
        (b"<p>x", b"<p>x@"),
        (b"", b"@"),
    ],
)
def test_where_the_script_goes(page: bytes, expected: bytes) -> None:
    """Before the end of the head, else of the body, else at the end."""
    script = b'<script src="/livereload.js" data-build="b-1" defer></script>'
    assert expected.replace(b"@", script) == inject(page, "b-1")


# What is not served


def test_a_missing_page(running: Preview) -> None:
    """Without a 404.html of the site the preview says itself, with status 404, what is wrong."""
    status, headers, body = running.get("/nowhere.html")
    assert (status, headers["Cache-Control"]) == (404, "no-store")
    assert b"nothing at this address" in body
    assert body.count(b"/livereload.js") == 1


def test_the_sites_own_404_page(running: Preview) -> None:
    """The site's 404.html is shown at the missing address, with status 404 and the script."""
    (running.output / "404.html").write_text(page_of("Not here"))
    for path in ("/nowhere.html", "/no/where/", "/style.css", "/" + "long" * 200):
        status, _, body = running.get(path)
        assert status == 404
        assert b"<h1>Not here</h1>" in body
        assert b"/livereload.js" in body


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.txt",
        "/authors/../../secret.txt",
        "/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "/..%5csecret.txt",
        "/..\\secret.txt",
        "//etc/passwd",
        "/%2fetc/passwd",
        "/C:/Windows/win.ini",
        "/file.txt::$DATA",
        "/index.html%00.css",
        "/preview-2/secret.txt",
        "/..",
        "/../preview-2",
        "/linked.txt",
        "/linked",
        "/linked/",
        "/linked/secret.txt",
        "/loop",
    ],
)
def test_nothing_outside_the_folder_is_served(running: Preview, path: str) -> None:
    """Neither a path nor a symbolic link leads out of the folder; the answer is always 404."""
    running.write("secret.txt", "secret")
    running.write("preview-2/secret.txt", "secret")
    (running.output / "linked.txt").symlink_to(running.site / "secret.txt")
    (running.output / "linked").symlink_to(running.site, target_is_directory=True)
    (running.output / "loop").symlink_to(running.output / "loop")
    status, _, body = running.get(path)
    assert status == 404
    assert b"secret" not in body


def test_a_name_that_is_not_utf8(running: Preview) -> None:
    """A path of bytes that are no text is refused without a fault."""
    assert running.get("/%ff%fe.html")[0] in (400, 404)


@pytest.mark.parametrize(
    "host",
    [
        "example.org",
        "example.org:{port}",
        "127.0.0.1.example.org:{port}",
        "user@example.org:{port}",
        "10.0.0.1:{port}",
        "127.0.0.1:1",
        "localhost",
        "localhost:x",
        "[::1",
        "",
    ],
)
def test_a_request_for_another_host_is_refused(running: Preview, host: str) -> None:
    """A host that is not this machine, or another port, is refused: pages, script and socket."""
    for path in ("/index.html", "/livereload.js", "/livereload"):
        status, _, body = running.get(path, Host=host.format(port=running.port))
        assert status in (400, 403)
        assert b"<h1>" not in body


@pytest.mark.parametrize("host", ["127.0.0.1:{port}", "LOCALHOST:{port}", "[::1]:{port}"])
def test_every_name_of_this_machine_is_welcome(running: Preview, host: str) -> None:
    """The loopback names with the right port are served."""
    assert running.get("/", Host=host.format(port=running.port))[0] == 200


def test_the_socket_is_closed_to_other_sites(running: Preview) -> None:
    """A page of another site cannot connect, though livereload itself would let it."""
    wish = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
        "Sec-WebSocket-Version": "13",
    }
    assert running.get("/livereload", Origin="http://example.org", **wish)[0] == 403
    assert running.get("/livereload", Origin=running.url, **wish)[0] == 101


# Where it listens


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.1", "::1", "[::1]", "localhost"])
def test_loopback_hosts(host: str) -> None:
    """All of 127.0.0.0/8, ::1 and localhost are this machine."""
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "", "::", "192.168.1.2", "example.org", "127.0.0"])
def test_other_hosts_are_refused_before_any_build(host: str, tmp_path: Path) -> None:
    """A host that others can reach is refused by name, and nothing is built."""
    with pytest.raises(ValueError, match=f"--host {re.escape(host)} is refused"):
        serve(lambda early: pytest.fail("built"), tmp_path, [], [], host=host)


@pytest.mark.parametrize("port", [-1, 65536])
def test_impossible_ports(port: int, tmp_path: Path) -> None:
    """A number that is no port is refused by name."""
    with pytest.raises(ValueError, match=f"--port {port} is refused"):
        serve(lambda early: pytest.fail("built"), tmp_path, [], [], port=port)


def test_a_taken_port_is_named(preview: Preview) -> None:
    """A port that is in use is refused before any build, with its number and the way out."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        preview.start(port)
    assert re.fullmatch(f"refused: port {port} is in use.*--port.*", preview.lines[-1])
    assert len(preview.lines) == 1


# When it builds


def test_two_saves_a_second_apart_both_arrive(running: Preview) -> None:
    """Each of two saves in place, one second apart, is built and served."""
    for text in ("Two", "Three"):
        (running.site / "content/index.html").write_text(page_of(text))
        eventually(lambda text=text: text.encode() in running.get("/")[2])  # type: ignore[misc]
        time.sleep(1)


def test_a_change_during_a_build_is_built_after_it(running: Preview) -> None:
    """What changes while a build runs is built when that has ended, and never two at once."""
    running.write("hold", "")
    running.write("content/index.html", page_of("Two"))
    running.wait_for("begins")
    for number in range(5):
        running.write("content/index.html", page_of(f"Late {number}"))
    (running.site / "hold").unlink()
    eventually(lambda: b"Late 4" in running.get("/")[2])
    running.interrupt()
    running.wait_for("returned")
    assert "TWO BUILDS AT ONCE" not in running.lines


def test_many_wishes_during_a_build_are_one_build_after_it() -> None:
    """However often a build is wanted while one runs, one more follows, and no third."""
    wanted, stop = threading.Event(), threading.Event()
    begun: queue.Queue[None] = queue.Queue()
    may_end = threading.Semaphore(0)

    def build() -> None:
        begun.put(None)
        assert may_end.acquire(timeout=PATIENCE)

    builder = threading.Thread(target=build_when_wanted, args=(build, wanted, stop), daemon=True)
    builder.start()
    wanted.set()
    begun.get(timeout=PATIENCE)
    for _ in range(5):
        wanted.set()
    may_end.release()
    begun.get(timeout=PATIENCE)
    # The second build is under way and nothing has been wanted since.
    assert not wanted.is_set()
    stop.set()
    wanted.set()
    may_end.release()
    builder.join(PATIENCE)
    assert not builder.is_alive()
    assert begun.empty()


@pytest.mark.parametrize("name", ["content/new/deep/page.html", "site.yml", "templates/base.html"])
def test_what_was_not_there_at_the_start_is_watched(running: Preview, name: str) -> None:
    """A new folder, a new file and a folder that did not exist cause builds, and go on doing so."""
    for text in ("first", "second"):
        running.write(name, text)
        running.wait_for(f"sees .*{text}")


def test_a_folder_that_is_replaced_stays_watched(running: Preview) -> None:
    """After content/ was moved away and back, as a checkout may do, saves still arrive."""
    (running.site / "content").rename(running.site / "elsewhere")
    time.sleep(0.5)
    running.write("content/index.html", page_of("Two"))
    eventually(lambda: b"Two" in running.get("/")[2])
    running.write("content/index.html", page_of("Three"))
    eventually(lambda: b"Three" in running.get("/")[2])


def test_a_file_saved_by_replacing_it_stays_watched(running: Preview) -> None:
    """An editor that writes a new file and renames it over the old one is followed every time."""
    for text in ("a: 1", "a: 2", "a: 3"):
        running.write("site.yml.new", text)
        os.replace(running.site / "site.yml.new", running.site / "site.yml")
        running.wait_for(f"sees .*{text}")


def test_droppings_and_ignored_folders_cause_no_build(running: Preview) -> None:
    """An editor's own files, what is ignored, the output and the build's reading cause no build."""
    for name in (".index.html.swp", "index.html~", ".#index.html", "#index.html#", "4913"):
        running.write(f"content/{name}", "x")
    running.write("content/left-out/x.html", "x")
    running.write("content/.git/index", "x")
    time.sleep(1)
    assert running.arrived() == []
    running.write("content/index.html", page_of("Two"))
    running.wait_for("begins")


# When a build fails


def test_a_failed_build_keeps_the_last_good_site(running: Preview) -> None:
    """The last good page stays, and the report is printed, until a build succeeds."""
    running.write("content/index.html", "BROKEN")
    running.wait_for("index.html:1: <b>BROKEN</b>")
    running.wait_for("The build has errors")
    assert running.get("/")[0] == 200
    assert b"<h1>One</h1>" in running.get("/")[2]
    running.write("content/index.html", page_of("Mended"))
    running.wait_for("Built")
    assert b"<h1>Mended</h1>" in running.get("/")[2]


def test_without_a_good_site_the_report_is_the_page(preview: Preview) -> None:
    """If there was never a good build, every address shows the report, as text."""
    preview.write("content/index.html", "BROKEN")
    preview.start()
    eventually(lambda: b"The build has errors" in preview.get("/")[2])
    for path in ("/", "/authors/index.html"):
        status, headers, body = preview.get(path)
        assert (status, headers["Content-Type"]) == (503, "text/html; charset=utf-8")
        assert b"index.html:1: &lt;b&gt;BROKEN&lt;/b&gt;" in body
        assert body.count(b"/livereload.js") == 1


def test_warnings_are_printed(preview: Preview) -> None:
    """The report of a good build goes to the terminal."""
    preview.write("warn", "")
    preview.start()
    preview.wait_for("one warning")


def test_an_exception_of_the_builder_comes_out(preview: Preview) -> None:
    """A bug in the builder is not swallowed: it ends the preview."""
    preview.write("raise", "")
    preview.start()
    preview.wait_for("RuntimeError: the builder has a bug")


# How it ends and begins


def test_ctrl_c_ends_it_cleanly(running: Preview) -> None:
    """Ctrl-C ends it through return, with exit code 0 and no traceback."""
    assert running.interrupt() == 0
    running.wait_for("The preview has ended")
    running.wait_for("returned")
    assert not [line for line in running.lines if "Traceback" in line or "Error" in line]


def test_ctrl_c_during_a_build_waits_for_it(running: Preview) -> None:
    """A build is let finish, which the keeper is told; a second Ctrl-C ends it at once."""
    running.write("hold", "")
    running.write("content/index.html", page_of("Two"))
    running.wait_for("begins")
    assert running._process
    running._process.send_signal(signal.SIGINT)
    running.wait_for("Ending when the running build is done")
    assert running.interrupt() == 0
    running.wait_for("returned")
    assert not [line for line in running.lines if "Traceback" in line]


@pytest.mark.skipif(sys.platform == "win32", reason="signals reach no single thread there")
def test_ctrl_c_is_seen_while_nothing_happens(running: Preview) -> None:
    """A signal that does not interrupt the waiting of the loop is answered all the same.

    So it is when it comes just before the loop waits; here another thread gets it.
    """
    running.write("hold", "")
    running.write("interrupt", "")
    running.write("content/index.html", page_of("Two"))
    running.wait_for("Ending when the running build is done")
    (running.site / "hold").unlink()
    running.wait_for("returned")


def test_the_browser_is_opened_when_wanted(preview: Preview) -> None:
    """With open_browser the home page is opened once, after the first build."""
    opened = preview.site / "opened.txt"
    opener = preview.site / "opener.py"
    opener.write_text(f"import sys; open({str(opened)!r}, 'a').write(sys.argv[1] + ' ')")
    preview.start(browse=True, BROWSER=f"{sys.executable} {opener} %s")
    eventually(opened.exists)
    preview.write("content/index.html", page_of("Two"))
    preview.wait_for("Built")
    preview.wait_for("Built")
    assert f"{preview.url}/index.html " == opened.read_text()


# In a real browser


@pytest.mark.browser
def test_an_open_page_shows_each_of_two_saves(running: Preview, page: Page) -> None:
    """Under the policy of every page the script connects, and each save reloads the page."""
    page.goto(f"{running.url}/index.html")
    heading = page.get_by_role("heading")
    expect(heading).to_have_text("One")
    for text in ("Two", "Three"):
        time.sleep(1)
        running.write("content/index.html", page_of(text))
        expect(heading).to_have_text(text, timeout=1000 * PATIENCE)


@pytest.mark.browser
def test_pages_are_shown_before_the_build_ends(running: Preview, new_page: NewPage) -> None:
    """Pages are reloaded when they are written; when the build ends, only that of the search."""
    running.write("content/search.html", page_of("Search"))
    running.wait_for("Built")
    page, search = new_page(), new_page()
    page.goto(f"{running.url}/index.html")
    running.write("late", "")
    running.write("content/index.html", page_of("Two"))
    expect(page.get_by_role("heading")).to_have_text("Two", timeout=1000 * PATIENCE)
    search.goto(f"{running.url}/search.html")
    for one in (page, search):
        one.evaluate("document.body.id = 'marked'")
    (running.site / "late").unlink()
    expect(search.locator("#marked")).to_have_count(0, timeout=1000 * PATIENCE)
    expect(page.locator("#marked")).to_have_count(1)


@pytest.mark.browser
@pytest.mark.parametrize(("path", "times"), [("search.html", 2), ("index.html", 1)])
def test_a_page_connects_when_the_build_has_ended(
    running: Preview, page: Page, path: str, times: int
) -> None:
    """Of pages that were made before the index, that of the search alone is loaded again."""
    running.write("content/search.html", page_of("Search"))
    running.wait_for("Built")
    running.write("late", "")
    running.write("content/index.html", page_of("Two"))
    deadline = time.monotonic() + PATIENCE
    while b'+"' not in running.get("/index.html")[2]:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    def hold(route: object) -> None:
        (running.site / "late").unlink()
        running.wait_for("Built")
        route.continue_()  # type: ignore[attr-defined]

    page.route("**/livereload.js", hold, times=1)
    page.goto(f"{running.url}/{path}")
    if times > 1:
        waiting = page.locator("[data-build$='+']")
        expect(waiting).to_have_count(0, timeout=1000 * PATIENCE)
    assert b'+"' not in running.get("/index.html")[2]
    # Whatever is to come of having connected comes before what the next save brings.
    running.write(f"content/{path}", page_of("Three"))
    heading = page.get_by_role("heading")
    expect(heading).to_have_text("Three", timeout=1000 * PATIENCE)
    assert asked.count(f"{running.url}/{path}") == times + 1


@pytest.mark.browser
def test_a_save_while_the_page_loads_arrives(running: Preview, page: Page) -> None:
    """A page that connects only after the next build has ended is reloaded all the same."""

    def hold(route: object) -> None:
        running.write("content/index.html", page_of("Two"))
        running.wait_for("Built")
        route.continue_()  # type: ignore[attr-defined]

    page.route("**/livereload.js", hold, times=1)
    page.goto(f"{running.url}/index.html")
    expect(page.get_by_role("heading")).to_have_text("Two", timeout=1000 * PATIENCE)


@pytest.mark.browser
def test_a_failing_then_mended_build(running: Preview, page: Page) -> None:
    """A failure puts its report, as text, over the last good page; mending takes it away."""
    page.goto(f"{running.url}/index.html")
    running.write("content/index.html", "BROKEN")
    panel = page.get_by_role("alert")
    expect(panel).to_contain_text("index.html:1: <b>BROKEN</b>", timeout=1000 * PATIENCE)
    expect(page.get_by_role("heading", name="One")).to_be_visible()
    expect(panel).to_have_css("position", "fixed")  # Its style sheet may come a moment later.
    page.goto(f"{running.url}/authors/")
    expect(panel).to_contain_text("BROKEN")
    running.write("content/index.html", page_of("Mended"))
    expect(panel).to_have_count(0, timeout=1000 * PATIENCE)
    page.goto(f"{running.url}/index.html")
    expect(page.get_by_role("heading")).to_have_text("Mended")
    expect(panel).to_have_count(0)


@pytest.mark.browser
def test_the_report_can_be_dismissed(running: Preview, page: Page) -> None:
    """The panel closes by its button and by Escape, and the next failure shows it again."""
    page.goto(f"{running.url}/index.html")
    panel = page.get_by_role("alert")
    running.write("content/index.html", "BROKEN once")
    expect(panel).to_contain_text("BROKEN", timeout=1000 * PATIENCE)
    page.get_by_role("button").click()
    expect(panel).to_have_count(0)
    running.write("content/index.html", "BROKEN twice")
    expect(panel).to_contain_text("BROKEN", timeout=1000 * PATIENCE)
    page.keyboard.press("Escape")
    expect(panel).to_have_count(0)


@pytest.mark.browser
def test_from_no_site_to_a_good_one(preview: Preview, page: Page, page_problems: list[str]) -> None:
    """The page that shows the first failure follows the next report, then becomes the site."""
    preview.write("content/index.html", "BROKEN")
    preview.start()
    page.goto(f"{preview.url}/index.html")
    expect(page.locator("pre")).to_contain_text("index.html:1", timeout=1000 * PATIENCE)
    preview.write("content/authors/index.html", "BROKEN")
    preview.write("content/index.html", "well")
    preview.wait_for("The build has errors")
    preview.write("content/authors/index.html", page_of("Authors"))
    preview.write("content/index.html", page_of("Good"))
    expect(page.get_by_role("heading")).to_have_text("Good", timeout=1000 * PATIENCE)
    assert [one for one in page_problems if "503" not in one] == []
    page_problems.clear()


@pytest.mark.browser
def test_a_restarted_preview_takes_its_pages_back(
    running: Preview, page: Page, page_problems: list[str]
) -> None:
    """An open page connects again when the preview is started anew, and shows the new site."""
    page.goto(f"{running.url}/index.html")
    running.interrupt()
    running.kill()
    running.write("content/index.html", page_of("Anew"))
    running.start(port=running.port)
    expect(page.get_by_role("heading")).to_have_text("Anew", timeout=1000 * PATIENCE)
    assert [one for one in page_problems if "WebSocket" not in one] == []
    page_problems.clear()


def test_only_what_is_new_is_told_again() -> None:
    """After a save, findings that were told are counted; errors are told each time."""
    dead = warning("link-dead", Location("a.md", 3), "The link `b` leads to nothing")
    moved = warning("link-dead", Location("a.md", 5), "The link `b` leads to nothing")
    empty = warning("body-empty", Location("c.md"), "There is no text")
    broken = error("not-utf8", Location("d.md"), "The byte 0xE9 is not UTF-8")
    told = Told()
    assert "a.md" in told.report([dead, empty])
    assert told.report([moved, empty]) == "2 findings as before."
    assert told.report([moved]) == "1 finding as before.\n1 finding gone."
    again = told.report([moved, empty])
    assert "c.md" in again
    assert "a.md" not in again
    for _ in range(2):
        assert told.report([broken, moved]).startswith("d.md")
    assert told.report([]) == "2 findings gone."
