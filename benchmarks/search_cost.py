"""What search costs a reader, a keeper and a disk: ours beside Pagefind's, on generated sites.

    python -m benchmarks.search_cost SHAPE… [--articles N] [--rounds N] [--only PART]

Each SHAPE is one of benchmarks.corpus. Both search the same pages: Pagefind is given copies of the
article pages of the site as site_gen built it, and told to index title and text alone.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime
import gzip
import http.server
import importlib.metadata
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote, urlsplit

from benchmarks import corpus
from benchmarks.page import write_section
from benchmarks.watching import Sample, Watch

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).resolve().parent.parent
DATE = datetime.date(2026, 1, 1)
WORK = ".site_gen"
PARTS = ("reader", "keeper", "disk")
HEADING = "## What search costs"
LATENCY_MS, BITS_PER_SECOND = 50, 10_000_000
TEXT = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
}
"""The types that a web host compresses. Pagefind's other files are compressed as they are."""
BESIDE_THE_TEXT = "footer.facts, details.record, .kicker, .byline, .where"
PAGEFIND_PAGE = """<!doctype html><title>Search</title><script type="module">
const {search} = await import('/pagefind/pagefind.js')
const {results} = await search(new URLSearchParams(location.search).get('q'))
const found = await Promise.all(results.slice(0, 10).map(result => result.data()))
if (!found.length) found.push({excerpt: 'Nothing found'})
document.body.append(...found.map(({excerpt}) => {
  const card = document.createElement('div')
  card.className = 'card'
  card.innerHTML = '<p class="excerpt">' + excerpt
  return card
}))
</script>
"""
NOTE_WHEN_SHOWN = """new MutationObserver(() => {
  if (document.querySelector('.card .excerpt')) window.shown ??= performance.now()
}).observe(document, {childList: true, subtree: true})"""
SINCE_PAGE = "() => shown - performance.getEntriesByType('navigation')[0].responseEnd"


# The corpus, built


@dataclass(frozen=True, slots=True)
class Built:
    """A built site, and a copy of its work folder from when every article was read, none indexed.

    `aside` is where the built state waits while the index is made anew.
    """

    site: Path
    read: Path
    aside: Path


def built(folder: Path, shape: str, articles: int | None) -> Built:
    """Generate a corpus below a folder and build it. Raises CalledProcessError."""
    made = Built(folder / "site", folder / "read", folder / "aside")
    corpus.write(made.site, shape, articles)
    index_stage(made.site, index=False)
    shutil.copytree(made.site / WORK, made.read)
    build = [sys.executable, "-m", "site_gen", "--directory", str(made.site), "build"]
    build += ["--date", DATE.isoformat()]
    subprocess.run(build, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return made


INDEXED = ('<header class="head"', '<div class="body"')


def pages_for_pagefind(site: Path, folder: Path) -> Path:
    """Copy the article pages, with a page that searches them, to where Pagefind will index them.

    It is shown the parts that site_gen indexes too: head and text of an article, and not how it is
    cited or what is related to it.
    """
    for path, _, _ in corpus.bodies(site):
        page = path.relative_to(site / "content").with_suffix(".html")
        (folder / page).parent.mkdir(parents=True, exist_ok=True)
        html = (site / "output" / page).read_text(encoding="utf-8")
        for part in INDEXED:
            assert part in html, f"{page} has no {part}"
            html = html.replace(part, f"{part} data-pagefind-body", 1)
        (folder / page).write_text(html, encoding="utf-8")
    (folder / "search.html").write_text(PAGEFIND_PAGE, encoding="utf-8")
    return folder


# Cost to the keeper


@dataclass(frozen=True, slots=True)
class Run:
    """A command that ended well: when, what it printed, the memory it took on its way."""

    started: float
    ended: float
    output: str
    samples: tuple[Sample, ...]


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds of wall time, and the peaks of memory in bytes; None where no system tells them."""

    seconds: float
    rss: int | None
    pss: int | None


def watched(command: Sequence[str]) -> Run:
    """Run a command at the top of the repository and watch its memory where there is /proc.

    Raises CalledProcessError.
    """
    with tempfile.TemporaryFile("w+", encoding="utf-8") as output:
        started = time.monotonic()
        process = subprocess.Popen(command, cwd=ROOT, stdout=output)
        with Watch(process.pid) as watch:
            process.wait()
        ended = time.monotonic()
        output.seek(0)
        if process.returncode:
            raise subprocess.CalledProcessError(process.returncode, command)
        return Run(started, ended, output.read(), tuple(watch.samples))


def cost(run: Run, started: float, ended: float) -> Cost:
    """What a part of a run cost."""
    within = [one for one in run.samples if started <= one.at <= ended]
    return Cost(
        ended - started,
        max((one.rss for one in within), default=None),
        max((one.pss for one in within), default=None),
    )


class _IndexMade(Exception):
    """The stage of the build that is measured is over."""


def run_index_stage(site: Path, *, index: bool) -> None:
    """Build a site up to its index, or through it and no further; print when that was, as JSON.

    It is a build like any other, in a process of its own, so that a change of the stages before
    changes nothing here.
    """
    from site_gen import build, search

    prepared = search.prepared

    def timed(*arguments: Any, **named: Any) -> None:
        started = time.monotonic()
        if index:
            prepared(*arguments, **named)()
        print(json.dumps([started, time.monotonic()]), flush=True)
        raise _IndexMade

    vars(search)["prepared"] = timed
    with contextlib.suppress(_IndexMade):
        build.build(build.Options(site, site / "output", DATE))
        raise RuntimeError(f"the build of {site} made no index")


def index_stage(site: Path, *, index: bool = True) -> Cost:
    """The cost of the index in a build of a site that publishes nothing."""
    stage = ["--stage", "index" if index else "before", str(site)]
    run = watched([sys.executable, "-m", "benchmarks.search_cost", *stage])
    started, ended = json.loads(run.output.splitlines()[-1])
    return cost(run, started, ended)


def pagefind(pages: Path) -> Cost:
    """The cost of a run of Pagefind over the article pages in a folder."""
    target = pages / "pagefind"
    shutil.rmtree(target, ignore_errors=True)
    command = [sys.executable, "-m", "pagefind", "--site", str(pages), "--output-path", str(target)]
    options = ["--glob", "articles/**/*.html", "--root-selector", "article"]
    run = watched([*command, *options, "--exclude-selectors", BESIDE_THE_TEXT, "--silent"])
    return cost(run, run.started, run.ended)


def indexed(made: Built) -> Cost:
    """The cost of the whole index of a site whose articles have been read and whose output is new.

    The site stays as it was built.
    """
    made.aside.mkdir()
    for name in (WORK, "output"):
        shutil.move(made.site / name, made.aside / name)
    shutil.copytree(made.read, made.site / WORK)
    try:
        return index_stage(made.site)
    finally:
        for name in (WORK, "output"):
            shutil.rmtree(made.site / name, ignore_errors=True)
            shutil.move(made.aside / name, made.site / name)
        made.aside.rmdir()


def edited(made: Built, article: Path) -> Cost:
    """The cost of the index of a built site after an edit of one article, which is then undone."""
    before = article.read_bytes()
    made.aside.mkdir()
    shutil.copytree(made.site / WORK, made.aside / WORK)
    article.write_bytes(before + b"\nAn editor added this sentence, and nothing else.\n")
    try:
        return index_stage(made.site)
    finally:
        article.write_bytes(before)
        # What an unpublished build left in the store is no start for the next edit.
        shutil.rmtree(made.site / WORK)
        shutil.move(made.aside / WORK, made.site / WORK)
        made.aside.rmdir()


def middle(costs: Sequence[Cost]) -> Cost:
    """The medians of costs."""

    def median(values: Sequence[int | None]) -> int | None:
        known = [value for value in values if value is not None]
        return int(statistics.median(known)) if known else None

    return Cost(
        statistics.median(one.seconds for one in costs),
        median([one.rss for one in costs]),
        median([one.pss for one in costs]),
    )


def keeper(made: Built, pages: Path, rounds: int) -> Iterator[str]:
    """Measure what an index costs its keeper, ours and Pagefind's by turns; the lines to print."""
    costs = [(indexed(made), pagefind(pages)) for _ in range(rounds)]
    ours, theirs = (middle(column) for column in zip(*costs, strict=True))
    articles = [path for path, _, _ in corpus.bodies(made.site)]
    chosen = [articles[len(articles) * n // rounds] for n in range(rounds)]
    edits = middle([edited(made, article) for article in chosen])
    yield f"Cost to the keeper, index alone, medians of {rounds}:"
    yield ""
    yield "| | site_gen | Pagefind | ratio |"
    yield "|---|---|---|---|"
    share = f"{edits.seconds / ours.seconds:.1%} of the whole"
    for name, mine, other, ratio in (
        ("time", _s(ours), _s(theirs), _ratio(ours.seconds, theirs.seconds)),
        ("peak memory, RSS", _mb(ours.rss), _mb(theirs.rss), _ratio(ours.rss, theirs.rss)),
        ("peak memory, PSS", _mb(ours.pss), _mb(theirs.pss), _ratio(ours.pss, theirs.pss)),
        ("after an edit", f"{_s(edits)}, {share}", "", _ratio(edits.seconds, theirs.seconds)),
    ):
        yield f"| {name} | {mine} | {other or _s(theirs)} | {ratio} |"


def _ratio(ours: float | None, theirs: float | None) -> str:
    return f"{ours / theirs:.2f}" if ours is not None and theirs else "–"


def _s(one: Cost) -> str:
    return f"{one.seconds:.2f} s"


def _mb(size: int | None) -> str:
    return "–" if size is None else f"{size / 1e6:.0f} MB"


# Cost to the reader


@dataclass(frozen=True, slots=True)
class Answer:
    """What one query cost: bytes of bodies sent, of these programs; requests; milliseconds."""

    sent: int
    program: int
    requests: int
    milliseconds: float


class Host(http.server.ThreadingHTTPServer):
    """A web host on loopback that compresses text, keeps connections, and notes what it sent."""

    daemon_threads = True

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.folder = folder
        self.sent: list[tuple[str, int]] = []
        self._compressed: dict[str, bytes] = {}

    def body(self, path: str) -> bytes | None:
        """A file as it is sent, or None if there is none."""
        file = self.folder / path
        if path not in self._compressed:
            if not file.is_file():
                return None
            data = file.read_bytes()
            self._compressed[path] = gzip.compress(data, 6) if file.suffix in TEXT else data
        return self._compressed[path]

    @property
    def url(self) -> str:
        """The address of its root."""
        return f"http://127.0.0.1:{self.server_address[1]}/"


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Host

    def do_GET(self) -> None:
        path = unquote(urlsplit(self.path).path).lstrip("/")
        data = self.server.body(path)
        self.send_response(404 if data is None else 200)
        kind = TEXT.get(Path(path).suffix)
        self.send_header("Content-Type", kind or "application/octet-stream")
        if kind and data is not None:
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(data or b"")))
        self.end_headers()
        self.wfile.write(data or b"")
        self.server.sent.append((path, len(data or b"")))

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextlib.contextmanager
def hosted(folder: Path) -> Iterator[Host]:
    """Serve a folder."""
    host = Host(folder)
    thread = threading.Thread(target=host.serve_forever)
    thread.start()
    try:
        yield host
    finally:
        host.shutdown()
        thread.join()
        host.server_close()


def slowed(page: Page) -> None:
    """Give a page, and with it the workers it starts, a line of so much latency and bandwidth."""
    session = page.context.new_cdp_session(page)
    line = {
        "offline": False,
        "latency": LATENCY_MS,
        "downloadThroughput": BITS_PER_SECOND / 8,
        "uploadThroughput": BITS_PER_SECOND / 8,
    }
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", line)


def asked(browser: Browser, host: Host, query: str, folders: tuple[str, ...]) -> Answer:
    """Ask a query of a search page, with nothing cached, until its results are shown.

    What lies in `folders` of the host counts; pages, styles and icons do not.
    """
    context = browser.new_context()
    page = context.new_page()
    page.add_init_script(NOTE_WHEN_SHOWN)
    slowed(page)
    host.sent.clear()
    page.goto(f"{host.url}search.html?q={quote(query)}", wait_until="commit")
    page.wait_for_selector(".card .excerpt", timeout=60_000)
    milliseconds = float(page.evaluate(SINCE_PAGE))
    sent = [(path, size) for path, size in host.sent if _counts(path, folders)]
    context.close()
    return Answer(
        sum(size for _, size in sent),
        sum(size for path, size in sent if _is_program(path)),
        len(sent),
        milliseconds,
    )


def _counts(path: str, folders: tuple[str, ...]) -> bool:
    return path.startswith(folders) and not path.endswith((".css", ".svg"))


def _is_program(path: str) -> bool:
    """Whether a file is a script or WASM; the shards of our index are data."""
    if path.startswith("search/"):
        return False
    return path.endswith(".js") or path.rpartition("/")[2].startswith("wasm.")


def answers(site: Path, pages: Path, queries: Sequence[str]) -> list[tuple[Answer, Answer]]:
    """The cost of each query, ours and Pagefind's by turns, in one Chromium."""
    from playwright.sync_api import sync_playwright

    from tests.support import find_chromium

    with sync_playwright() as playwright, hosted(site / "output") as ours, hosted(pages) as theirs:
        chromium = find_chromium()
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])

        def both(query: str) -> tuple[Answer, Answer]:
            return (
                asked(browser, ours, query, ("assets/", "search/")),
                asked(browser, theirs, query, ("pagefind/",)),
            )

        # The first pages that a browser shows after its start take longer.
        both(queries[0])
        found = [both(query) for query in queries]
        browser.close()
    return found


def percentile(values: Sequence[float], percent: int) -> float:
    """The smallest of the values that so many percent of them do not exceed."""
    return sorted(values)[-(-len(values) * percent // 100) - 1]


def reader(site: Path, pages: Path) -> Iterator[str]:
    """Measure what queries cost a reader; the lines to print. Pagefind must have run."""
    queries = corpus.queries(site)
    ours, theirs = zip(*answers(site, pages, queries), strict=True)
    yield (
        f"Cost to the reader, {len(queries)} queries, nothing cached, {LATENCY_MS} ms and "
        f"{BITS_PER_SECOND // 1_000_000} Mbit/s, from the arrival of the page to ten results shown:"
    )
    yield ""
    yield "| | site_gen median | Pagefind median | ratio | site_gen p90 | Pagefind p90 | ratio |"
    yield "|---|---|---|---|---|---|---|"
    for name, field, unit in (
        ("KB sent", "sent", 1000),
        ("of these script and WASM", "program", 1000),
        ("requests", "requests", 1),
        ("ms", "milliseconds", 1),
    ):
        cells = []
        for percent in (50, 90):
            mine, other = (
                percentile([getattr(one, field) / unit for one in costs], percent)
                for costs in (ours, theirs)
            )
            cells += [f"{mine:.0f}", f"{other:.0f}", _ratio(mine, other)]
        yield f"| {name} | {' | '.join(cells)} |"


# Cost on the disk


def compressed_sizes(site: Path) -> dict[str, int]:
    """The size of an index, each file compressed by itself, by the first letter of its files."""
    sizes: dict[str, int] = defaultdict(int)
    for path in sorted((site / "output" / "search").iterdir()):
        sizes[path.name[0]] += len(gzip.compress(path.read_bytes(), 6))
    return sizes


def disk(site: Path, pages: Path) -> Iterator[str]:
    """Measure what an index takes of a disk; the lines to print. Pagefind must have run."""
    bodies = list(corpus.bodies(site))
    sources = sum(path.stat().st_size for path, _, _ in bodies)
    text = sum(len(body.encode()) for _, _, body in bodies)
    sizes = compressed_sizes(site)
    yield (
        "On the disk, each file gzipped by itself, as shares of the sources "
        f"({sources / 1e6:.1f} MB) and of their bodies alone ({text / 1e6:.1f} MB):"
    )
    yield ""
    yield "| | of the sources | goal | of the bodies | with dictionary |"
    yield "|---|---|---|---|---|"
    for name, kinds, goal in (
        ("postings", "p", "20%"),
        ("and positions", "po", "45%"),
        ("and texts for excerpts", "pod", "85%"),
    ):
        bare = sum(sizes[kind] for kind in kinds)
        shares = f"{bare / sources:.1%} | {goal} | {bare / text:.1%}"
        yield f"| {name} | {shares} | {(bare + sizes['w']) / text:.1%} |"
    rest = (sizes["r"] + sizes["f"]) / sources
    yield ""
    yield f"Root and facets: {rest:.1%}. Pagefind, whose files are compressed as they are:"
    shares_of_pagefind = []
    for name, pattern in (("index", "*index/*"), ("texts", "*fragment/*"), ("list", "*.pf_meta")):
        size = sum(path.stat().st_size for path in (pages / "pagefind").glob(pattern))
        shares_of_pagefind.append(f"{name} {size / sources:.1%}")
    yield f"{', '.join(shares_of_pagefind)}."


def measure(shape: str, articles: int | None, rounds: int, parts: Sequence[str]) -> Iterator[str]:
    """Generate and build a corpus and measure parts of its cost; the lines to print."""
    with tempfile.TemporaryDirectory(prefix="search-cost-") as temporary:
        folder = Path(temporary)
        made = built(folder, shape, articles)
        pages = pages_for_pagefind(made.site, folder / "pages")
        if "keeper" in parts:
            yield from keeper(made, pages, rounds)
            yield ""
        else:
            pagefind(pages)
        if "reader" in parts:
            yield from reader(made.site, pages)
            yield ""
        if "disk" in parts:
            yield from disk(made.site, pages)
            yield ""


def machine() -> str:
    """What the figures were measured on."""
    return (
        f"{platform.system()}, {os.cpu_count()} cores, Python {platform.python_version()}, "
        f"Pagefind {importlib.metadata.version('pagefind')}"
    )


def main(arguments: Sequence[str]) -> None:
    """Print tables for each shape; `--stage` is how this program starts a part of itself."""
    if arguments[:1] == ["--stage"]:
        run_index_stage(Path(arguments[2]), index=arguments[1] == "index")
        return
    parser = argparse.ArgumentParser(prog="benchmarks.search_cost", description=__doc__)
    parser.add_argument("shapes", nargs="+", choices=corpus.SHAPES, metavar="SHAPE")
    parser.add_argument("--articles", type=int, help="how many, in place of what the shape says")
    parser.add_argument("--rounds", type=int, help="how often to index; 3, and 1 for huge")
    parser.add_argument("--only", choices=PARTS, action="append", help="measure this part alone")
    parser.add_argument(
        "--write", type=Path, help="also put it all in place of a section of this page"
    )
    options = parser.parse_args(arguments)
    lines: list[str] = []

    def say(line: str) -> None:
        print(line, flush=True)
        lines.append(line)

    say(f"{machine()}.")
    for shape in options.shapes:
        count = options.articles or corpus.SHAPES[shape].articles
        say(f"\n### {count:,} articles, {shape}\n")
        rounds = options.rounds or (1 if shape == "huge" else 3)
        for line in measure(shape, options.articles, rounds, options.only or PARTS):
            say(line)
    if options.write:
        write_section(options.write, HEADING, lines)


if __name__ == "__main__":
    main(sys.argv[1:])
