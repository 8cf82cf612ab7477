"""Hold the short ways of reading and rendering against the plain libraries, on real texts.

    python -m tools.shortcuts FOLDER …

Each document below the folders (.md, .txt, .html), and each text of a `docs.jsonl` there, is read
as Markdown and as text: by the short ways, and by Python-Markdown and nh3 alone. Front matter that
is read line by line is read by PyYAML too. A site of the documents is built with Jinja2 as it is
and with the short ways of templates. Prints how many took a short way, and what differs; 1 if
anything does.
"""

from __future__ import annotations

import json
import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import jinja2

from site_gen import markup
from site_gen.markup import Options
from site_gen.model import Markup
from site_gen.render import templates
from tests.support import SiteTest
from tests.test_plainyaml import held
from tests.test_prose import long_way

ENDINGS = (".md", ".txt", ".html")
WAYS: tuple[Markup, ...] = ("markdown", "text")
FRONT = re.compile(r"---\n(.*?\n)---\n(.*)", re.DOTALL)


class Plain(jinja2.Environment):
    """Jinja2 as it is, but that `a.b` is the key of a dict before its method."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        """The key of a dict; else what Jinja2 finds."""
        if type(obj) is dict and attribute in obj:
            return obj[attribute]
        return super().getattr(obj, attribute)


@contextmanager
def plain_templates() -> Iterator[None]:
    """Templates compiled by Jinja2 alone, and anew."""
    compiled = {"load_bytecode": _nothing, "dump_bytecode": _nothing}
    with (
        patch.object(templates, "Environment", Plain),
        patch.multiple(templates.Compiled, **compiled),
    ):
        yield


def _nothing(*_: object) -> None:
    """Neither take nor keep code."""


def documents(folder: str) -> Iterator[tuple[str, str]]:
    """The name and the text of each document."""
    for path in sorted(Path(folder).rglob("*")):
        if path.suffix in ENDINGS and path.is_file():
            yield str(path), path.read_bytes().decode("utf-8", "replace")
        elif path.name == "docs.jsonl":
            for line in path.open(encoding="utf-8"):
                one = json.loads(line)
                yield f"{path}: {one['id']}", one["text"]


def texts(all_of_them: Sequence[tuple[str, str]]) -> int:
    """How many texts and front matters come out otherwise by a short way."""
    wrong = short = lines = 0
    for name, whole in all_of_them:
        found = FRONT.match(whole.replace("\r\n", "\n"))
        head, text = found.groups() if found else ("", whole)
        try:
            lines += held(head) if head else 0
        except AssertionError:
            print(f"{name}: front matter")
            wrong += 1
        for how in WAYS:
            rendered, told = markup.render(text, Options(how), "a.md")
            expected, also = long_way(text, how)
            short += rendered.prose
            if (replace(rendered, prose=False), list(told)) != (expected, also):
                print(f"{name}: as {how}")
                wrong += 1
    print(f"{len(all_of_them):,} documents read in {len(WAYS)} ways each, {short:,} as prose")
    print(f"{lines:,} front matters read line by line")
    return wrong


def pages(all_of_them: Sequence[tuple[str, str]]) -> int:
    """How many files of a site come out otherwise by the short ways of templates."""
    made: list[dict[str, str]] = []
    for templates_are in (nullcontext, plain_templates):
        with tempfile.TemporaryDirectory() as folder, templates_are():
            site = SiteTest(Path(folder))
            site.write({"site.yml": "title: T\nurl: https://example.org/\n"})
            for at, (name, text) in enumerate(all_of_them):
                ending = Path(name.partition(": ")[0]).suffix
                ending = ending if ending in ENDINGS else ".txt"
                site.write({f"content/articles/{at:05}{ending}": text})
            site.run("build", "--jobs", "1", "--keep-going")
            made.append(site.output())
    ours, theirs = made
    if not ours:
        raise SystemExit("No site was published, so no page was compared.")
    differing = [one for one in ours.keys() | theirs.keys() if ours.get(one) != theirs.get(one)]
    for path in sorted(differing):
        print(f"{path}: other bytes")
    print(f"{len(ours):,} files of a site")
    return len(differing)


def main(folders: Sequence[str]) -> int:
    """Compare all, and say whether anything differs."""
    found = []
    for folder in folders:
        some = list(documents(folder))
        if not some:
            raise SystemExit(f"There are no documents in {folder}.")
        found += some
    if not found:
        raise SystemExit("Name folders that hold documents.")
    return 1 if texts(found) + pages(found) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
