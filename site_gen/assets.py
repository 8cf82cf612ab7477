"""The theme's static files, named by their content, so that a cached copy is never a wrong one."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

from site_gen import theme
from site_gen.diagnostics import Diagnostic, Location, error
from site_gen.frozen import frozen
from site_gen.paths import trouble

FOLDER = "assets"
ROOT = "root/"
"""Files of static/root/ keep their names and go to the root of the site: robots.txt."""

_CSS_URL = re.compile(r"url\(\s*([\"']?)([^\"')]+)\1\s*\)")


@frozen
class Assets:
    """The static files of a site: `urls` by their path in static/, `files` by output path."""

    urls: Mapping[str, str]
    files: Mapping[str, bytes]


def load(site: Path) -> tuple[Assets, list[Diagnostic]]:
    """Read the theme's static files and the site's own, which win one by one."""
    found: dict[str, bytes] = {}
    problems: list[Diagnostic] = []
    for folder in _folders(site):
        own = folder == site / "static"
        for name, file in _files(folder):
            problem = _problem(name, file, site if own else None)
            if problem:
                problems.append(problem)
                continue
            try:
                found[name] = file.read_bytes()
            except OSError as reason:
                problems.append(unreadable(f"static/{name}", reason.strerror or str(reason)))
    urls = {name: _named(name, data) for name, data in found.items() if not name.endswith(".css")}
    files = {urls[name]: found[name] for name in urls}
    for name, data in found.items():
        if name.endswith(".css"):
            data = _with_named_urls(name, data, urls)
            urls[name] = _named(name, data)
            files[urls[name]] = data
    return Assets(urls, files), problems


def _folders(site: Path) -> list[Path]:
    """The theme's folder and the site's, or only the site's where they are one."""
    theirs, own = theme.folder("static"), site / "static"
    return [own] if os.path.realpath(theirs) == os.path.realpath(own) else [theirs, own]


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    for file in sorted(folder.rglob("*")):
        name = file.relative_to(folder).as_posix()
        lost = file.is_symlink() and not file.exists()
        if (file.is_file() or lost) and not any(part.startswith(".") for part in name.split("/")):
            yield name, file


def _problem(name: str, file: Path, site: Path | None) -> Diagnostic | None:
    """Why a static file cannot be published; one of the site may not come from outside it."""
    path = f"static/{name}".encode("utf-8", "backslashreplace").decode()
    wrong = trouble(name.removeprefix(ROOT))
    if wrong:
        message = f"The name cannot be published: {wrong}"
        return error("file-name", Location(path), message, hint="Rename the file.")
    if not file.exists():
        return unreadable(path, "the link leads to nothing")
    if site and not Path(os.path.realpath(file)).is_relative_to(os.path.realpath(site)):
        return error(
            "symlink-outside",
            Location(path),
            "The link leads out of the site's folder",
            hint="Copy what it points at into static/; links to other places are not followed.",
        )
    return None


def unreadable(path: str, reason: str) -> Diagnostic:
    """The error for a file that would be published as it is, and cannot be read."""
    message = f"The file cannot be read: {reason}"
    return error("unreadable", Location(path), message, hint="Make it readable for you.")


def _named(name: str, data: bytes) -> str:
    if name.startswith(ROOT):
        return name.removeprefix(ROOT)
    path = PurePosixPath(name)
    digest = hashlib.sha256(data).hexdigest()[:10]
    return f"{FOLDER}/{path.with_name(f'{path.stem}.{digest}{path.suffix}')}"


def _with_named_urls(name: str, data: bytes, urls: Mapping[str, str]) -> bytes:
    """A style sheet whose `url(…)` to other static files carry their digests."""
    folder = PurePosixPath(name).parent
    up = "../" * (len(folder.parts) + 1)

    def replaced(match: re.Match[str]) -> str:
        target = urls.get((folder / match[2]).as_posix())
        return f"url({match[1]}{up}{target}{match[1]})" if target else match[0]

    return _CSS_URL.sub(replaced, data.decode("utf-8", "surrogateescape")).encode(
        "utf-8", "surrogateescape"
    )
