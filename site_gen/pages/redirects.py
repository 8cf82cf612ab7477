"""Pages at old addresses that lead to new ones."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import unquote

from site_gen.diagnostics import Diagnostic, Location, warning
from site_gen.model import Document, Page
from site_gen.pages.urls import segment
from site_gen.paths import comparable, folders, trouble


def former_url(written: str, site: str) -> str:
    """An old address as a path from the site's root; empty if it is none.

    `site` is the address of the site. What ends in no name of a file is a folder, in which web
    hosts show index.html. An address that a query tells from others (`/?p=5`) is none: hosts of
    files answer all of these alike.
    """
    path, _, query = written.strip().partition("#")[0].partition("?")
    if query:
        return ""
    if site and path.startswith(site):
        path = path.removeprefix(site)
    path = unquote(path)  # Browsers show and copy addresses percent-encoded.
    if "://" in path or not (path.startswith("/") or "/" in path or path.endswith(".html")):
        return ""
    path = path.strip().removeprefix("/")
    if not path or path.endswith("/"):
        path += "index.html"
    elif not path.endswith((".html", ".htm")):
        path += "/index.html"
    return "" if trouble(path) or path.startswith(".") else "/".join(map(segment, path.split("/")))


def redirects(
    moved: Iterable[tuple[Document, str]],
    pages: Iterable[Page],
    site: str,
    reserved: Iterable[str] = (),
) -> tuple[list[Page], list[Diagnostic]]:
    """A page for each old address of these documents, each with its URL, unless something else has
    the address. `reserved` are names that no page may have.
    """
    moved = [one for one in moved if one[0].former]
    if not moved:
        return [], []
    taken = {comparable(url): url for url in (*reserved, *(page.url for page in pages))}
    above = {folder: url for url in taken.values() for folder in folders(comparable(url))}
    made: list[Page] = []
    found: list[Diagnostic] = []
    for document, target in moved:
        for written in document.former:
            url = former_url(written, site)
            name = comparable(url)
            around = next((taken[one] for one in folders(name) if one in taken), "")
            other = taken.get(name) or above.get(name) or around
            if not url:
                found.append(_unusable(document, written))
            elif other == target and name == comparable(target):
                continue  # It is where it was.
            elif other:
                found.append(_taken(document, written, other))
            else:
                made.append(Page("redirect", url, target))
                taken[name] = url
                above |= dict.fromkeys(folders(name), url)
    return made, found


def _unusable(document: Document, written: str) -> Diagnostic:
    return warning(
        "redirect-unusable",
        Location(document.path),
        "This is no address of a page of this site, so nothing leads from it",
        value=written,
        hint="Write it from the site's root: `articles/old.html`.",
    )


def _taken(document: Document, written: str, other: str) -> Diagnostic:
    return warning(
        "redirect-taken",
        Location(document.path),
        f"Nothing leads from this old address: {other} is there",
        value=written,
        hint="Take the line out, or give the other page another address.",
    )
