"""Saved web pages: the main text and what the page says of it, found by trafilatura."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from site_gen.diagnostics import Location
from site_gen.importing.entry import (
    Entry,
    ImportFailed,
    Item,
    Request,
    Taken,
    broken,
    files,
    left,
    read_text,
)
from site_gen.importing.writing import taken
from site_gen.tokens import words

ENDINGS = (".html", ".htm", ".xhtml")
_DATES = {"original_date": True, "extensive_search": False, "max_date": "2100-01-01"}
"""Only a date that the page states, whatever day it is today."""
_BODY = re.compile(r"<body\b[^>]*>(.*)</body>", re.DOTALL | re.IGNORECASE)
_IMAGE = re.compile(r"<(?:img|graphic)\b", re.IGNORECASE)


def read(request: Request) -> Iterator[Item]:
    """An entry for each page: its main text as HTML, its title, author, date and address."""
    try:
        import trafilatura
    except ImportError as problem:
        raise ImportFailed(
            "web pages are read by trafilatura, which is not installed; install it with "
            f'{sys.executable} -m pip install "site_gen[import]"'
        ) from problem
    for path in files(request.path, ENDINGS):
        text, problems = read_text(path, html=True)
        yield from problems
        if text is not None:
            yield from _page(trafilatura, path, text)


def _page(trafilatura: Any, path: Path, text: str) -> Iterator[Item]:
    at = Location(str(path))
    try:
        body = trafilatura.extract(
            text, output_format="html", include_comments=False, include_tables=True,
            include_links=True, include_formatting=True, include_images=True,
            deduplicate=False, favor_recall=True, date_extraction_params=dict(_DATES),
        )  # fmt: skip
        stated = trafilatura.extract_metadata(text, date_config=dict(_DATES), extensive=False)
    except Exception as problem:
        # A page can be broken in any way, and the others go on.
        yield broken(
            at, f"The page cannot be read: {str(problem) or type(problem).__name__}", _BY_HAND
        )
        return
    inner = _BODY.search(body or "")
    main = (inner[1] if inner else body or "").strip()
    if not re.sub(r"<[^>]*>|\s", "", main):
        yield broken(at, "No main text was found in the page", _BY_HAND)
        return
    if _IMAGE.search(text):
        yield left(at, "Images of the page are not copied", "", "Copy those that matter by hand.")
    yield from _little_of(at, text, main)
    taken_of = _stated(stated)
    title = next((str(one.value) for one in taken_of if one.field == "title"), "")
    stem = path.stem if path.stem.lower() not in ("index", "default") else title or path.parent.name
    yield Entry("article", at, stem, ".html", main + "\n", taken_of)


def _little_of(at: Location, page: str, main: str) -> Iterator[Item]:
    """A warning if the main text is so small a part of its page that it may be another part."""
    whole, found = _count(page), _count(main)
    if found * 3 < whole:
        said = f"The main text holds {found:,} of the {whole:,} words of the page"
        yield left(at, said, "", "Look whether it is the right part, and all of it.")


def _count(html: str) -> int:
    return len(words(_TAG.sub(" ", _UNSEEN.sub(" ", html))))


_UNSEEN = re.compile(
    r"<(script|style|noscript|template|head)\b.*?</\1\s*>|<!--.*?-->", re.DOTALL | re.IGNORECASE
)
_TAG = re.compile(r"<[^<>]*>")
_BY_HAND = "Put its text into a file by hand, or copy the page into content/ as it is."


def _stated(said: Any) -> tuple[Taken, ...]:
    """What the page says of itself."""
    if said is None:
        return ()
    by = "by trafilatura"
    url = said.url or ""
    return (
        *taken("title", said.title or "", by),
        *taken("authors", (said.author or "").split(";"), by),
        *taken("date", said.date or "", by),
        *taken("source_url", url if re.match(r"https?://[^\s/]", url) else "", by),
        *taken("publication", said.sitename or "", by),
        *taken("summary", said.description or "", by),
        *taken("topics", [*(said.categories or ()), *(said.tags or ())], by),
    )
