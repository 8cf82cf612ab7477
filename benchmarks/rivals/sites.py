"""The corpus as sites of Hugo and Pelican: their own front matter, their own links."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).resolve().parent
STYLE = HERE.parents[1] / "static" / "site.css"

FENCE = "---\n"
LINK = re.compile(r"\]\((?=[^):]+\.md\))")
"""Where the target of a link to another source begins."""


def split(text: str) -> tuple[dict[str, Any], str]:
    """The front matter of a source, and its body."""
    if not text.startswith(FENCE):
        return {}, text
    head, _, body = text.removeprefix(FENCE).partition(f"\n{FENCE}")
    return yaml.load(head, yaml.CSafeLoader) or {}, body.lstrip("\n")


def make_hugo(corpus: Path, folder: Path) -> None:
    """Write Hugo's site of a corpus into a folder that does not exist yet."""
    shutil.copytree(HERE / "hugo", folder)
    (folder / "static").mkdir()
    shutil.copy(STYLE, folder / "static")
    for path, meta, body in _articles(corpus):
        _put(folder / "content" / path, _with_front_matter(_for_hugo(meta), body))
    for kind, key, meta, body in _entries(corpus):
        head = {"title": meta.pop("name", key), **meta}
        _put(folder / "content" / kind / key / "_index.md", _with_front_matter(head, body))


def make_pelican(corpus: Path, folder: Path) -> None:
    """Write Pelican's site of a corpus into a folder that does not exist yet."""
    shutil.copytree(HERE / "pelican", folder)
    static = folder / "theme" / "static"
    static.mkdir()
    shutil.copy(STYLE, static)
    for path, meta, body in _articles(corpus):
        head = "".join(f"{name}: {value}\n" for name, value in _for_pelican(path, meta).items())
        _put(folder / "content" / path, f"{head}\n{LINK.sub(']({filename}', body)}")


def _articles(corpus: Path) -> Iterator[tuple[Path, dict[str, Any], str]]:
    content = corpus / "content"
    for path in sorted((content / "articles").rglob("*.md")):
        yield path.relative_to(content), *split(path.read_text("utf-8"))


def _entries(corpus: Path) -> Iterator[tuple[str, str, dict[str, Any], str]]:
    """The kind, key, data and text of each entry about an author, place or topic."""
    for kind in ("authors", "places", "topics"):
        for path in sorted((corpus / "content" / kind).glob("*")):
            text = path.read_text("utf-8")
            meta, body = split(text) if path.suffix == ".md" else (yaml.safe_load(text), "")
            yield kind, path.stem, meta, body


def _for_hugo(meta: Mapping[str, Any]) -> dict[str, Any]:
    """With the year, the month and the day of any year as terms, which make the lists by date."""
    date = str(meta.get("date", ""))
    return {**meta, "dates": [date[:4], date[:7]], "days": [date[5:]]} if date else dict(meta)


def _for_pelican(path: Path, meta: Mapping[str, Any]) -> dict[str, str]:
    """In Pelican's terms: the first place is the category, topics are tags."""
    told = {
        "Title": str(meta["title"]),
        "Date": str(meta["date"]),
        "Authors": "; ".join(meta.get("authors", ())),
        "Category": next(iter(meta.get("places", ())), "Nowhere"),
        "Tags": ", ".join(meta.get("topics", ())),
        "Summary": str(meta.get("summary", "")),
        "Source_url": str(meta.get("source_url", "")),
        "Save_as": path.with_suffix(".html").as_posix(),
        "Url": path.with_suffix(".html").as_posix(),
    }
    return {name: value for name, value in told.items() if value}


def _with_front_matter(meta: Mapping[str, Any], body: str) -> str:
    head = yaml.dump(dict(meta), Dumper=yaml.CSafeDumper, allow_unicode=True, sort_keys=False)
    return f"{FENCE}{head}{FENCE}\n{body}"


def _put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8", newline="\n")
