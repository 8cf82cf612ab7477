"""How fast a site is built: ours beside Hugo with Pagefind, and Pelican, on the same articles.

    python -m benchmarks.build_speed [--shape short] [--articles N] [--rounds 3] …

Prints tables in Markdown, each with the goal. Every edit is followed by a clean build of the same
sources into another folder: if the two differ by a byte, the exit status is 1. No time fails.
Memory is that of all processes of a command together and is read from /proc, so on Linux only.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime
import filecmp
import importlib.metadata
import importlib.util
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks import corpus
from benchmarks.page import write_section
from benchmarks.rivals import sites
from benchmarks.watching import Watch

SHAPES = ("short", "long", "huge")
PARTS = ("cold", "edits", "growth", "preview", "tiny", "pelican")
TOLD = ("site_gen", "hugo", "pagefind", "pelican", "markdown", "jinja2", "nh3", "playwright")
ROOT = Path(__file__).resolve().parents[1]

PELICAN_ARTICLES, PREVIEW_ARTICLES = 2_000, 1_000
GROWTH = (10_000, 100_000)
REPEATS = 10
"""How often the short things are measured: a page reloaded, a program started."""

PATIENCE = 120
"""Seconds after which the preview is given up."""

HEADING = "## Build speed"
"""Of the section that `--write` writes."""

SHOWN = 5
MEGABYTE = 1_000_000

Command = Sequence[str | Path]


# ---- Commands, their time and their memory


@dataclass(frozen=True, slots=True)
class Run:
    """What one command cost, in seconds; what is 0 was not sampled.

    `memory` is the peak of its bytes, `cpu` the seconds that all its processes were at work, which
    other work on the machine hardly changes.
    """

    seconds: float
    memory: int = 0
    cpu: float = 0.0


def run(command: Command, folder: Path, *, sample: bool = False) -> Run:
    """Run a command in a folder to its end. Raises SystemExit if it fails."""
    if hasattr(os, "sync"):
        os.sync()
    with tempfile.TemporaryFile() as said:
        began = time.perf_counter()
        process = subprocess.Popen(
            [str(part) for part in command],
            cwd=folder,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
        )
        with Watch(process.pid) if sample else contextlib.nullcontext() as watch:
            status = process.wait()
        seconds = time.perf_counter() - began
        if status:
            said.seek(0)
            report = said.read()[-4000:].decode(errors="replace")
            raise SystemExit(f"{' '.join(map(str, command))} ended with {status}:\n{report}")
    return Run(seconds, watch.peak, watch.cpu) if watch else Run(seconds)


def environment() -> dict[str, str]:
    """That of the commands: this checkout's program, one day for all builds, and Python's own
    custom of keeping what it compiled.
    """
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    of_ours = {"PYTHONPATH": os.pathsep.join(paths), "SOURCE_DATE_EPOCH": "1767225600"}
    rest = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**rest, **of_ours}


# ---- Our builds


@dataclass(frozen=True, slots=True)
class Ours:
    """A site of ours in a folder."""

    folder: Path

    @property
    def output(self) -> Path:
        """Where it is built."""
        return self.folder / "output"

    @property
    def articles(self) -> list[Path]:
        """Its sources of articles, always in the same order."""
        return sorted((self.folder / "content" / "articles").rglob("*.md"))

    def build(self, *, sample: bool = False) -> Run:
        """Build on what the last build left."""
        return run((sys.executable, "-m", "site_gen", "build"), self.folder, sample=sample)

    def forget(self) -> None:
        """Remove the output and the cache."""
        for name in ("output", ".site_gen"):
            shutil.rmtree(self.folder / name, ignore_errors=True)

    def cold(self, *, sample: bool = False) -> Run:
        """Build as for the first time."""
        self.forget()
        return self.build(sample=sample)


def write_ours(folder: Path, shape: str, articles: int | None) -> Ours:
    """A new site, with a copy of one template of the theme to edit."""
    corpus.write(folder, shape, articles)
    (folder / "templates").mkdir(exist_ok=True)
    shutil.copy(ROOT / "templates" / "article.html", folder / "templates")
    return Ours(folder)


def differences(one: Path, other: Path) -> list[str]:
    """The paths of the files that only one of two folders has, or whose bytes differ."""
    left, right = _files(one), _files(other)
    differing = {
        path for path in left & right if not filecmp.cmp(one / path, other / path, shallow=False)
    }
    return sorted(differing | (left ^ right))


def _files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def against_clean(site: Ours, scratch: Path) -> tuple[Run, list[str]]:
    """A clean build of a copy of the sources, and how the output differs from what it makes."""
    copied = Ours(scratch / "clean")
    shutil.copytree(
        site.folder, copied.folder, ignore=shutil.ignore_patterns("output", ".site_gen")
    )
    try:
        clean = copied.build()
        return clean, differences(site.output, copied.output)
    finally:
        shutil.rmtree(copied.folder)


# ---- Edits


def nothing(site: Ours, at: int) -> None:
    """Change nothing."""


def edit_text(site: Ours, at: int) -> None:
    """Add a sentence to one article."""
    path = _pick(site, at)
    path.write_text(f"{path.read_text('utf-8')}\nAdded afterwards, number {at}.\n", "utf-8")


def add(site: Ours, at: int) -> None:
    """Add an article by the author of another, on the same day."""
    path = _pick(site, at)
    head, fence, _ = path.read_text("utf-8").partition("\n---\n")
    head = re.sub(r"^title:.*$", f'title: "An added article {at}"', head, flags=re.MULTILINE)
    added = path.with_name(f"added-{at}.md")
    added.write_text(f"{head}{fence}\nThis article was added to the archive.\n", "utf-8")


def remove(site: Ours, at: int) -> None:
    """Remove an article."""
    _pick(site, at).unlink()


def rename(site: Ours, at: int) -> None:
    """Give the source of an article another name, and so another URL."""
    path = _pick(site, at)
    path.rename(path.with_name(f"renamed-{at}.md"))


def redate(site: Ours, at: int) -> None:
    """Move an article by eleven months and some days, without moving its source."""
    path = _pick(site, at)
    path.write_text(re.sub(r"\d{4}-\d\d-\d\d", _later, path.read_text("utf-8"), count=1), "utf-8")


def _later(date: re.Match[str]) -> str:
    return (datetime.date.fromisoformat(date[0]) + datetime.timedelta(days=341)).isoformat()


def edit_template(site: Ours, at: int) -> None:
    """Change what every article's page shows."""
    path = site.folder / "templates" / "article.html"
    text = path.read_text("utf-8").replace("</article>", f"<p>Edition {at}</p>\n</article>")
    path.write_text(text, "utf-8")


def _pick(site: Ours, at: int) -> Path:
    """Another article for every number below 37, from all over the archive."""
    articles = [path for path in site.articles if not re.match("added|renamed", path.name)]
    return articles[(len(articles) * (2 * at + 1) // 37) % len(articles)]


@dataclass(frozen=True, slots=True)
class Edit:
    """A change that a keeper makes; the goal is a share of the cold build."""

    name: str
    make: Callable[[Ours, int], None]
    goal: float


EDITS = (
    Edit("nothing changed", nothing, 0.03),
    Edit("text of an article edited", edit_text, 0.05),
    Edit("article added", add, 0.08),
    Edit("article removed", remove, 0.08),
    Edit("article renamed", rename, 0.08),
    Edit("article redated", redate, 0.08),
    Edit("template edited", edit_template, 0.60),
)


# ---- The rivals


def hugo_command() -> Command:
    """Hugo itself, without the Python program around it."""
    return (_packaged("hugo", "binaries/hugo"), "build", "--quiet")


def pagefind_command() -> Command:
    """Pagefind itself, over the article pages of Hugo's site."""
    program = _packaged("pagefind_bin", "pagefind")
    return (program, "--site", "public", "--glob", "articles/**/*.html", "--quiet")


def pelican_command() -> Command:
    """Pelican, with its settings."""
    program = (sys.executable, "-m", "pelican")
    return (*program, "content", "-s", "pelicanconf.py", "-o", "output", "--quiet")


def _packaged(package: str, program: str) -> Path:
    found = importlib.util.find_spec(package)
    if found is None or not found.submodule_search_locations:
        raise SystemExit(f"{package} is not installed: pip install '.[bench]'")
    path = Path(found.submodule_search_locations[0], program)
    return path if path.exists() else path.with_suffix(".exe")


@dataclass(frozen=True, slots=True)
class Hugo:
    """Hugo's site in a folder."""

    folder: Path

    def cold(self, *, sample: bool = False) -> tuple[Run, Run]:
        """Build as for the first time; then Pagefind."""
        for name in ("public", "resources", ".hugo_build.lock"):
            _remove(self.folder / name)
        built = run(hugo_command(), self.folder, sample=sample)
        return built, run(pagefind_command(), self.folder, sample=sample)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


# ---- What is measured


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table; a cell that does not apply is empty."""

    what: str
    ours: str
    theirs: str = ""
    ratio: str = ""
    goal: str = ""


@dataclass(slots=True)
class Report:
    """What was found: the text so far, and the laws that were seen broken."""

    lines: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)

    def say(self, line: str = "") -> None:
        """Print a line now: a run is long."""
        self.lines.append(line)
        print(line, flush=True)

    def table(self, rows: Sequence[Row], heads: Row) -> None:
        """A table in Markdown."""
        self.say()
        for at, row in enumerate((heads, *rows)):
            cells = (row.what, row.ours, row.theirs, row.ratio, row.goal)
            self.say(f"| {' | '.join(cells)} |")
            if not at:
                self.say("|---" * len(cells) + "|")

    def check(self, what: str, found: Sequence[str]) -> str:
        """Note how an output differs from what it must be; the cell that says it."""
        if not found:
            return "equal"
        named = ", ".join(found[:SHOWN]) + (" …" if len(found) > SHOWN else "")
        self.broken.append(f"{what}: {len(found):,} files differ from a clean build: {named}")
        return f"**{len(found):,} differ**"


def seconds(of: float) -> str:
    """A time as printed."""
    return f"{of * 1000:,.0f} ms" if of < 1 else f"{of:,.1f} s"


def megabytes(of: int) -> str:
    """A size of memory or of files as printed."""
    return f"{of / MEGABYTE:,.0f} MB" if of else "not measured"


def ratio(ours: float, theirs: float) -> str:
    """How much of theirs ours is."""
    return f"{ours / theirs:.2f}" if theirs else ""


def median(runs: Sequence[Run]) -> float:
    """The median of the times."""
    return statistics.median(one.seconds for one in runs)


def pages(folder: Path) -> str:
    """How many files a site has, how many of them are pages, and their bytes."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    html = sum(1 for path in files if path.suffix == ".html")
    size = sum(path.stat().st_size for path in files)
    return f"{html:,} pages, {len(files):,} files, {megabytes(size)}"


def measure_cold(site: Ours, hugo: Hugo | None, rounds: int, report: Report) -> float:
    """Cold builds of both in turn. The first of each is sampled, and its time does not count."""
    sampled = site.cold(sample=True)
    theirs = hugo.cold(sample=True) if hugo else None
    mine: list[Run] = []
    pairs: list[tuple[Run, Run]] = []
    for _ in range(rounds):
        mine.append(site.cold())
        if hugo:
            pairs.append(hugo.cold())
    cold = median(mine)
    rows = _beside(cold, sampled, pairs, theirs) if theirs else _alone(cold, sampled)
    report.table(rows, Row("what", "ours", "theirs", "ratio", "goal"))
    report.say()
    report.say(f"Made by site_gen: {pages(site.output)}.")
    if hugo:
        report.say(f"Made by Hugo and Pagefind: {pages(hugo.folder / 'public')}.")
    return cold


def _alone(cold: float, sampled: Run) -> list[Row]:
    return [
        Row("cold build with search", seconds(cold)),
        Row("processor time", seconds(sampled.cpu)),
        Row("peak memory", megabytes(sampled.memory)),
    ]


def _beside(
    cold: float, ours: Run, pairs: Sequence[tuple[Run, Run]], theirs: tuple[Run, Run]
) -> list[Row]:
    """Ours beside Hugo and Pagefind; `pairs` are timed, `ours` and `theirs` sampled."""
    hugo, pagefind = theirs
    together = statistics.median(one.seconds + other.seconds for one, other in pairs)
    alone, index = median([one for one, _ in pairs]), median([other for _, other in pairs])

    def time_of(what: str, mine: float, other: float, goal: str = "") -> Row:
        return Row(what, seconds(mine), seconds(other), ratio(mine, other), goal)

    def memory_of(what: str, other: Run, goal: str = "") -> Row:
        sizes = megabytes(ours.memory), megabytes(other.memory)
        return Row(what, *sizes, ratio(ours.memory, other.memory), goal)

    return [
        time_of("cold build; Hugo + Pagefind", cold, together, "≤ 0.5"),
        time_of("cold build; Hugo alone", cold, alone, "toward 1"),
        time_of("cold build; Pagefind alone", cold, index),
        time_of("processor time; Hugo + Pagefind", ours.cpu, hugo.cpu + pagefind.cpu),
        time_of("processor time; Hugo alone", ours.cpu, hugo.cpu),
        memory_of("peak memory; Pagefind", pagefind, "≤ 0.2"),
        memory_of("peak memory; Hugo", hugo),
    ]


def measure_edits(site: Ours, cold: float, rounds: int, scratch: Path, report: Report) -> None:
    """Each edit on a built site, its time and whether its output is that of a clean build.

    Its share is that of the clean builds before and after it: the machine is now faster, now
    slower, by more than what is to be measured. `cold` is the time of one before the first edit.
    """
    rows = []
    for at, edit in enumerate(EDITS):
        runs = []
        for turn in range(rounds):
            edit.make(site, at * rounds + turn)
            runs.append(site.build())
        time_of = median(runs)
        clean, differing = against_clean(site, scratch)
        around, cold = (cold + clean.seconds) / 2, clean.seconds
        same = report.check(f"{site.folder.name}, {edit.name}", differing)
        goal = f"≤ {edit.goal:.0%}" + (" or 0.8 s" if edit.make is nothing else "")
        rows.append(Row(edit.name, seconds(time_of), f"{time_of / around:.1%}", goal, same))
    report.table(rows, Row("after a build", "time", "of clean builds", "goal", "bytes"))


def measure_growth(sizes: Sequence[int], scratch: Path, report: Report) -> None:
    """One cold build at each size, with its memory."""
    runs: dict[int, Run] = {}
    rows = []
    for size in sizes:
        site = write_ours(scratch / f"growth-{size}", "short", size)
        runs[size] = site.cold(sample=True)
        grown = runs[size].seconds / runs[sizes[0]].seconds
        goal = "≤ 11 times" if size == 10 * sizes[0] else ""
        goal += "; < 1,500 MB" if (sizes[0], size) == GROWTH else ""
        spent, held = seconds(runs[size].seconds), megabytes(runs[size].memory)
        rows.append(Row(f"{size:,} short articles", spent, held, f"{grown:.1f}", goal))
        shutil.rmtree(site.folder)
    report.table(rows, Row("growth", "cold build", "peak memory", "times the first", "goal"))


def measure_pelican(articles: int, rounds: int, scratch: Path, report: Report) -> None:
    """Ours with search beside Pelican, which makes no search."""
    rows = []
    for shape in ("short", "long"):
        site = write_ours(scratch / f"pelican-{shape}", shape, articles)
        folder = scratch / f"pelican-{shape}-theirs"
        sites.make_pelican(site.folder, folder)
        mine, theirs = [], []
        for _ in range(rounds):
            mine.append(site.cold())
            _remove(folder / "output")
            theirs.append(run(pelican_command(), folder))
        one, other = median(mine) / articles, median(theirs) / articles
        cells = (f"{one * 1000:.2f} ms", f"{other * 1000:.2f} ms", ratio(one, other))
        rows.append(Row(f"{articles:,} {shape} articles", *cells))
        for made in (site.folder, folder):
            shutil.rmtree(made)
    report.table(rows, Row("for one article; Pelican", "ours", "theirs", "ratio", "goal"))


def measure_tiny(scratch: Path, report: Report) -> None:
    """The site of one article, and the help: mostly the start of the interpreter."""
    site = write_ours(scratch / "tiny", "short", 1)
    for kind in ("authors", "places"):
        # What the corpus knows beyond its articles would make a hundred pages.
        shutil.rmtree(site.folder / "content" / kind, ignore_errors=True)
    site.cold()
    help_command = (sys.executable, "-m", "site_gen", "--help")
    cold = median([site.cold() for _ in range(REPEATS)])
    again = median([site.build() for _ in range(REPEATS)])
    helped = median([run(help_command, site.folder) for _ in range(REPEATS)])
    bare = median([run((sys.executable, "-c", ""), site.folder) for _ in range(REPEATS)])
    rows = [
        Row("one article, no cache", seconds(cold), goal="< 0.6 s"),
        Row("one article, again", seconds(again), goal="< 0.6 s"),
        Row("--help", seconds(helped), goal="< 0.25 s"),
        Row("an empty program of this Python", seconds(bare)),
    ]
    report.table(rows, Row("small things", "ours", "", "", "goal"))
    shutil.rmtree(site.folder)


def measure_preview(articles: int, scratch: Path, report: Report) -> None:
    """From a save to the page that shows it, reloaded in Chromium."""
    site = write_ours(scratch / "preview", "short", articles)
    times = reloads(site, _pick(site, 1))
    what = f"save to reloaded page, {articles:,} articles"
    rows = [Row(what, seconds(statistics.median(times)), seconds(max(times)), goal="< 0.5 s")]
    report.table(rows, Row("preview", "median", "slowest", "", "goal"))
    shutil.rmtree(site.folder)


def reloads(site: Ours, source: Path) -> list[float]:
    """Seconds from each save of an article's source until its open page shows the new word.

    The page tells when it is loaded: to ask it again and again would round the times up to the half
    second that Playwright waits between two looks.
    """
    from playwright.sync_api import sync_playwright

    from tests.support import find_chromium

    page_url = source.relative_to(site.folder / "content").with_suffix(".html").as_posix()
    times = []
    with preview(site) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=["--no-sandbox"])
        page = browser.new_page()
        page.set_default_timeout(PATIENCE * 1000)
        page.add_init_script(LOADED)
        until_there(page, f"{address}{page_url}")
        for at in range(REPEATS):
            # Neither the last build nor the last reload runs any more.
            time.sleep(1)
            text = f"{source.read_text('utf-8')}\nSeen{at}now.\n"
            with page.expect_console_message(partial(_says, f"Seen{at}now")):
                began = time.perf_counter()
                source.write_text(text, "utf-8")
            times.append(time.perf_counter() - began)
        browser.close()
    return times


LOADED = "addEventListener('load', () => console.log('Loaded: ' + document.body.innerText))"


def _says(word: str, message: Any) -> bool:
    return word in message.text


def until_there(page: Any, address: str) -> None:
    """Open a page of the preview as soon as its first build is done."""
    limit = time.monotonic() + PATIENCE
    # The page that waits for the build may load itself anew at the same time: then nothing answers.
    while (answer := page.goto(address)) is None or not (
        answer.status == 200 and page.locator("main article").count()
    ):
        if time.monotonic() > limit:
            raise SystemExit(f"The preview does not show {address}")
        time.sleep(0.2)


@contextlib.contextmanager
def preview(site: Ours) -> Iterator[str]:
    """The address of a running preview, which ends with the block."""
    command = (sys.executable, "-u", "-m", "site_gen", "serve", "--port", "0")
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            command, cwd=site.folder, env=environment(), stdout=subprocess.PIPE, stderr=errors
        )
        try:
            yield _address(process)
        finally:
            process.terminate()
            process.communicate(timeout=PATIENCE)


def _address(process: subprocess.Popen[bytes]) -> str:
    assert process.stdout is not None
    for line in process.stdout:
        found = re.search(rb"http://\S+", line)
        if found:
            # What it says from now on must not fill the pipe and hold it up.
            threading.Thread(target=process.stdout.read, daemon=True).start()
            return found[0].decode("ascii")
    raise SystemExit("The preview ended before it said its address")


# ---- The whole


def machine() -> str:
    """What the numbers were measured on."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    versions = []
    for name in TOLD:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            versions.append(f"{name} {importlib.metadata.version(name)}")
    system = f"{platform.system()} {platform.machine()}, {cores} cores"
    return f"{system}, Python {platform.python_version()}; {', '.join(versions)}."


def busy() -> str:
    """A warning where other work keeps the machine from measuring well; else nothing."""
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    told = f"Load was {load:.1f} before it began: trust processor time and memory only."
    return told if load > 1 else ""


def measure_shape(shape: str, options: argparse.Namespace, scratch: Path, report: Report) -> None:
    """Cold builds and edits of one shape."""
    site = write_ours(scratch / shape, shape, options.articles)
    count = len(site.articles)
    report.say()
    report.say(f"### {count:,} {shape} articles")
    hugo = None
    if "hugo" in options.rivals and "cold" in options.only:
        hugo = Hugo(scratch / f"{shape}-hugo")
        sites.make_hugo(site.folder, hugo.folder)
    if "cold" in options.only:
        cold = measure_cold(site, hugo, options.rounds, report)
    else:
        cold = median([site.cold() for _ in range(options.rounds)])
    if hugo:
        shutil.rmtree(hugo.folder)
    if "edits" in options.only:
        measure_edits(site, cold, options.rounds, scratch, report)
    shutil.rmtree(site.folder)


def measure(options: argparse.Namespace, scratch: Path, report: Report) -> None:
    """All that is asked for."""
    report.say(f"{machine()} {busy()}".strip())
    if options.articles:
        report.say("Goals are those of 19,000 short and 10,000 long articles.")
    if {"cold", "edits"} & set(options.only):
        for shape in options.shape or ("short", "long"):
            measure_shape(shape, options, scratch, report)
    growing = options.growth or "growth" in options.only
    if growing or {"preview", "tiny", "pelican"} & set(options.only):
        report.say()
        report.say("### Beside these")
    if growing:
        scale = options.articles
        measure_growth(
            options.growth or ((scale, 10 * scale) if scale else GROWTH), scratch, report
        )
    if "pelican" in options.only and "pelican" in options.rivals:
        scale = min(PELICAN_ARTICLES, options.articles or PELICAN_ARTICLES)
        measure_pelican(scale, options.rounds, scratch, report)
    if "preview" in options.only:
        measure_preview(
            min(PREVIEW_ARTICLES, options.articles or PREVIEW_ARTICLES), scratch, report
        )
    if "tiny" in options.only:
        measure_tiny(scratch, report)


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """What the command line asks for."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.build_speed",
        description=(__doc__ or "").partition("\n")[0],
    )

    def names(text: str) -> list[str]:
        return [name for name in text.split(",") if name not in ("", "none")]

    def sizes(text: str) -> list[int]:
        return [int(size) for size in text.split(",")]

    add_option = parser.add_argument
    add_option("--shape", action="append", choices=SHAPES, help="default: short and long")
    add_option("--articles", type=int, help="how many of each shape; default: as many as it has")
    add_option("--rounds", type=int, default=3, help="default: 3; medians are printed")
    add_option("--rivals", type=names, default=["hugo", "pelican"], help="hugo,pelican or none")
    add_option("--only", type=names, default=list(PARTS), help=f"{','.join(PARTS)} or none")
    growth = "default: 10000,100000, or --articles and ten times as many"
    add_option("--growth", type=sizes, default=[], help=growth)
    add_option("--write", type=Path, help="also put it all in place of a section of this page")
    options = parser.parse_args(arguments)
    for name in options.only:
        if name not in PARTS:
            parser.error(f"--only {name}: there is {', '.join(PARTS)}")
    return options


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and return 1 if an output differs from that of a clean build."""
    options = parse(arguments)
    report = Report()
    with tempfile.TemporaryDirectory(prefix="site_gen-bench-") as scratch:
        measure(options, Path(scratch), report)
    if report.broken:
        report.say()
        report.say("### Broken laws")
        report.say()
        for line in report.broken:
            report.say(f"- {line}")
    if options.write:
        write_section(options.write, HEADING, report.lines)
    return 1 if report.broken else 0


if __name__ == "__main__":
    sys.exit(main())
