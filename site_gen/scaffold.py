"""Starts things: a new site (`init`), and a new document in a site (`new`)."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, distribution
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit
from urllib.request import url2pathname

import yaml
from slugify import slugify

from site_gen import __version__

Kind = Literal["article", "author", "place", "topic", "series", "page"]

SKELETON: Mapping[str, str] = {
    "README.md": "README.md",
    "about.md": "content/pages/about.md",
    "gitattributes": ".gitattributes",
    "gitignore": ".gitignore",
    "pages.yml": ".github/workflows/pages.yml",
    "site.yml": "site.yml",
    "welcome.md": "content/articles/welcome.md",
}
"""The files of site_gen/skeleton/, and where each goes in a new site."""

KEPT_FOLDERS = ("content/authors", "static", "templates")
"""Folders that a new site has although nothing is in them yet; git would lose them."""

REQUIREMENTS = "requirements.txt"
VENDOR = "vendor"

FOLDER_OF_KIND: Mapping[Kind, str] = {
    "article": "articles",
    "author": "authors",
    "place": "places",
    "topic": "topics",
    "series": "series",
    "page": "pages",
}

HINTS: Mapping[Kind, str] = {
    "article": """\
# authors: [Name of the author]
# places: [Name of a place]
# topics: [Name of a topic]
# source_url: https://example.org/where-it-was-first-published
""",
    "author": """\
# aliases: [Another spelling of the name]
# same_as: [https://example.org/who-it-is]
""",
    "place": """\
# aliases: [Another spelling of the name]
# parent: The place it lies in
# coordinates: [34.53, 69.17]
""",
    "topic": "",
    "series": "",
    "page": "",
}
"""What else a document of a kind may say, as comments in its front matter."""

LONGEST_SLUG = 80
"""Of a file name, in characters; with folders above it, paths stay short enough for Windows."""

RESERVED = re.compile(r"con|prn|aux|nul|com\d|lpt\d|index")
"""Names that Windows keeps for devices, and the one that stands for a whole folder."""


class ScaffoldError(Exception):
    """Nothing was started. str() tells the keeper why and what to do."""


def init(folder: Path, title: str, source: str = "") -> list[Path]:
    """Start a site in a folder and return the files written, in order of path.

    `source` is what its requirements.txt installs site_gen from: a requirement such as
    `site_gen @ git+https://HOST/PATH@v1.0`, the part of it after the first `@`, or the path of a
    wheel, which is copied into the site. Without it, that is where this site_gen was installed
    from (PEP 610), as far as another machine can reach that.

    Raises ScaffoldError if a file is in the way or the source is none of these; nothing is
    written then.
    """
    title = " ".join(title.split())
    if not title:
        raise ScaffoldError('the archive needs a title, such as --title "Voices of the valley"')
    requirement, wheel = _given(source) if source else _installed()
    texts = {to: _skeleton(name, title) for name, to in SKELETON.items()}
    texts |= {f"{kept}/.gitkeep": "" for kept in KEPT_FOLDERS}
    texts[REQUIREMENTS] = requirement
    copied = {f"{VENDOR}/{wheel.name}": wheel} if wheel else {}
    _refuse_what_is_there(folder, sorted({*texts, *copied}))
    for name, text in texts.items():
        _write_new(folder / name, text)
    for name, original in copied.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(original, folder / name)
    return [folder / name for name in sorted({*texts, *copied})]


def new_article(
    site: Path,
    content: Path,
    title: str,
    kind: Kind = "article",
    date: str = "",
    extension: str = ".md",
) -> Path:
    """Start a document with the front matter it should have, and return its path.

    `content` may be relative to `site`. The file's name is made from the title. Only an article
    has a `date`, and only if it is not empty.

    Raises ScaffoldError if the title has no letter or digit, the extension is none, or a document
    of that name is there, whatever its extension.
    """
    title = " ".join(title.split())
    slug = slugify(title, max_length=LONGEST_SLUG, word_boundary=True, backend="text-unidecode")
    if not slug:
        raise ScaffoldError(f"no file name can be made from the title {title!r}: use some letters")
    if RESERVED.fullmatch(slug):
        slug = f"{slug}-{kind}"
    if not re.fullmatch(r"\.\w+", extension):
        raise ScaffoldError(f"--extension {extension} is none: write it like .md or .txt")
    folder = site / content / FOLDER_OF_KIND[kind]
    taken = _of_that_name(folder, slug)
    if taken:
        raise ScaffoldError(f"{taken} is there already: use another title, or edit that file")
    path = folder / (slug + extension)
    _write_new(path, f"---\n{_front_matter(title, kind, date)}---\n\n")
    return path


def _front_matter(title: str, kind: Kind, date: str) -> str:
    name = "name" if kind in ("author", "place", "topic", "series") else "title"
    dated = f"date: {_scalar(date)}\n" if date and kind == "article" else ""
    return f"{name}: {_scalar(title)}\n{dated}{HINTS[kind]}"


def _of_that_name(folder: Path, slug: str) -> Path | None:
    if not folder.is_dir():
        return None
    return next((path for path in folder.iterdir() if path.stem.casefold() == slug), None)


def _skeleton(name: str, title: str) -> str:
    text = files("site_gen").joinpath("skeleton", name).read_text(encoding="utf-8")
    return text.replace("@@TITLE@@", _scalar(title)).replace("@@HEADING@@", title)


def _scalar(text: str) -> str:
    """A text as YAML in double quotes, so that it stays a text whatever it looks like."""
    dumped: str = yaml.safe_dump(text, default_style='"', allow_unicode=True, width=2**31)
    return dumped.strip()


def _refuse_what_is_there(folder: Path, names: Sequence[str]) -> None:
    if folder.exists() and not folder.is_dir():
        raise ScaffoldError(f"{folder} is a file: choose another name for the site's folder")
    there = [name for name in names if (folder / name).exists() or (folder / name).is_symlink()]
    if there:
        more = f" and {len(there) - 3} more" if len(there) > 3 else ""
        raise ScaffoldError(
            f"{folder} already holds {', '.join(there[:3])}{more}: "
            "nothing was written; choose an empty or a new folder"
        )


def wants_wheel(folder: Path) -> bool:
    """Whether the requirements.txt of a new site names a wheel that is not there yet."""
    lines = (folder / "requirements.txt").read_text(encoding="utf-8").splitlines()
    named = [line for line in lines if line.startswith(f"./{VENDOR}/")]
    return any(not (folder / name).exists() for name in named)


def _write_new(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("x", encoding="utf-8", newline="\n") as file:
        file.write(text)


def _given(source: str) -> tuple[str, Path | None]:
    """The text of requirements.txt for a source that the keeper named, and a wheel to copy."""
    source = source.strip()
    if "\n" in source or "\r" in source:
        raise ScaffoldError("--source takes one line")
    wheel = Path(source)
    if wheel.suffix == ".whl" and wheel.is_file():
        return _vendored(wheel.name), wheel
    place = re.sub(r"^site[-_.]gen\s*@\s*", "", source, flags=re.IGNORECASE)
    if re.match(r"(git\+(https|ssh)|https)://\S+$", place):
        return _requirements(f"site_gen @ {place}", "from there, on every machine"), None
    if wheel.suffix == ".whl":
        raise ScaffoldError(f"--source {source}: there is no such file")
    raise ScaffoldError(
        f"--source {source} is no place to install from: use git+https://HOST/PATH@TAG, "
        "the https address of a wheel, or the path of one"
    )


def _installed() -> tuple[str, Path | None]:
    """The text of requirements.txt for where this site_gen came from, and a wheel to copy."""
    origin = _direct_url()
    url = str(origin.get("url", ""))
    vcs = origin.get("vcs_info", {})
    if vcs.get("vcs") == "git" and urlsplit(url).scheme in ("https", "ssh"):
        wanted = vcs.get("requested_revision")
        note = f"at the commit that was {wanted} then" if wanted else "at the commit in use then"
        return _requirements(f"site_gen @ git+{url}@{vcs['commit_id']}", note), None
    if "archive_info" in origin and url.startswith("https://"):
        digest = origin["archive_info"].get("hashes", {}).get("sha256")
        checked = f"#sha256={digest}" if digest else ""
        return _requirements(f"site_gen @ {url}{checked}", "from there, on every machine"), None
    if "archive_info" in origin and url.startswith("file:") and url.endswith(".whl"):
        wheel = Path(url2pathname(urlsplit(url).path))
        if wheel.is_file():
            return _vendored(wheel.name), wheel
    return _missing(f"site_gen-{__version__}-py3-none-any.whl"), None


def _direct_url() -> dict[str, Any]:
    """What the installer wrote of where this site_gen came from (PEP 610); empty without it."""
    try:
        text = distribution("site_gen").read_text("direct_url.json")
    except PackageNotFoundError:
        return {}
    origin: dict[str, Any] = json.loads(text) if text else {}
    return origin


def _requirements(requirement: str, note: str) -> str:
    return f"# What builds this site: site_gen, {note}.\n{requirement}\n"


def _vendored(name: str) -> str:
    return _requirements(f"./{VENDOR}/{name}", "from the wheel that is kept in this site")


def _missing(name: str) -> str:
    return f"""\
# What builds this site: site_gen, from a wheel that is kept in this site. It is still missing.
# In the checkout of site_gen that you use, make it:
#     python -m pip wheel --no-deps --wheel-dir dist .
# and copy dist/{name} into the folder {VENDOR}/ here. Commit it too.
# Or replace the line below by the place of site_gen in a git repository:
#     site_gen @ git+https://HOST/PATH@TAG
./{VENDOR}/{name}
"""
