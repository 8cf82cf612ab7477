"""The leak test: what must not be shown is in no byte that a build publishes or prints.

Archives are made up with secrets planted wherever a text can have words. Then every file of the
site is read in every way that it could be, and so is all that commands say.
"""

from __future__ import annotations

import gzip
import json
import re
import sqlite3
import tempfile
import unicodedata
import zlib
from base64 import b64decode
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from html import unescape
from pathlib import Path
from urllib.parse import unquote

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.archive_sites import PNG, Files
from tests.support import DATE, SITE_YML, SiteTest
from tests.test_picturedata import JFIF, SCAN, chunk, exif, segment

FIRST, LAST = "Quillon", "Zanzibarova"
SECRET = f"{FIRST} {LAST}"
TRACES = ("zanzibarov", "quillonz", "quillon z")
"""What no product may hold, whatever its case, accents, blanks and signs."""

FORMS = ("text", "json", "github", "csv")

SPELLINGS = st.sampled_from(
    (
        SECRET,
        f"{FIRST}  {LAST}",
        f"{FIRST}\n{LAST}",
        f"{FIRST}&nbsp;{LAST}",
        f"&#81;uillon {LAST}",
        f"Quil\u00adlon {LAST}",
        f"Quil\u200blon\u00a0{LAST}",
        f"**{SECRET}**",
        f"*{SECRET}*",
        f"[{SECRET}](https://example.org/)",
        f"[x](https://example.org/{FIRST}%20{LAST})",
        f"[x](https://example.org/{FIRST.lower()}-{LAST.lower()}.html)",
        f"<https://example.org/?q={FIRST}+{LAST}>",
        f"![{SECRET}](p.jpg)",
        f'![x](p.png "{SECRET}")',
        f"[{SECRET}.pdf]({FIRST}_{LAST}.pdf)",
        f"`{SECRET}`",
        f"[x][{SECRET}]\n\n[{SECRET}]: https://example.org/a",
        f"Note.[^1]\n\n[^1]: Of {SECRET}.",
        f"\n\n## {SECRET}\n\n[up](#{FIRST.lower()}-{LAST.lower()})",
        f"\n\n> {FIRST}\n> {LAST} said\n\n",
        f"\n\n- {SECRET}\n- two\n\n",
        f"\n\n| a | b |\n|---|---|\n| {SECRET} | c |\n\n",
        f"\n\n```\n{SECRET}\n```\n\n",
        f"write to {FIRST.lower()}.{LAST.lower()}@example.org",
    )
)

FIELDS = st.sampled_from(
    (
        "title: '{}'",
        "summary: of {}",
        "authors: [{}]",
        "byline: {} and Bob Hill",
        "places: ['{}', Kabul]",
        "location: {} Street",
        "topics: [{}, War]",
        "series: [{}]",
        "translators: [{}]",
        "date: the day of {}",
        "language: {}",
        "source_url: https://example.org/{}/x",
        "archived_url: https://example.net/{}",
        "publication: The {} Times",
        "identifier: {}-7",
        "collection: Papers of {}",
        "rights: © {}",
        "desk: {} desk",
        "unknown_key: {}",
        "accept: [{}]",
        "featured: yes\nfeatured_note: for {}",
        "markup: {}",
        "repair: {}",
        "translation_of: {}",
        "translation_key: {}",
    )
)

HIDING = st.sampled_from(
    (
        "redactions:\n- match: Quillon Zanzibarova\n  reason: Privacy.\n",
        "withdrawn: {reason: At the wish of the family., date: 2026-01-01}\n",
        "embargo_until: 2030-01-01\n",
        "status: embargoed\nembargo_until: 2031\n",
        "byline: anonymised\n",
        # What is not clear holds the document back.
        "redactions:\n- match: Quillon Zanzibarova\n",
        "redactions: Quillon Zanzibarova\n",
        "redaction:\n- match: Quillon Zanzibarova\n  reason: x\n",
        "redactions:\n- {match: Quillon Zanzibarova, reason: of Quillon Zanzibarova}\n",
        "redactions:\n- match: 'Quillon Zanzibarova\n  reason: x\n",
        "redactions:\n- match: Quillon Zanzibarova\n  reason: x\n\tlost: Quillon Zanzibarova\n",
        "withdrawn: Quillon Zanzibarova wished it\n",
        "withdrawn: {reson: Quillon Zanzibarova}\n",
        "embargo_until: when Quillon Zanzibarova allows it\n",
        "byline: anonymized by Quillon Zanzibarova\n",
    )
)


NAMED = (
    "redactions:\n- match: Quillon Zanzibarova\n  reason: Privacy.\n",
    "byline: anonymised\n",
)
"""What keeps the name of a file from being told; of what is held back, builds tell the names."""


@st.composite
def archives(draw: st.DrawFn) -> Files:
    """A small archive in which one article has something to hide, in many places."""
    ending = draw(st.sampled_from(("md", "txt")))
    name = draw(st.sampled_from(("secret", "secret", "secret", f"{FIRST}-{LAST.lower()}")))
    slug = draw(st.sampled_from(("", "slug: case-7\n"))) if name != "secret" else ""
    fields = draw(st.lists(FIELDS, max_size=5, unique_by=lambda one: one.partition(":")[0]))
    stated = "".join(f"{one.format(SECRET)}\n" for one in fields if "byline" not in one)
    texts = draw(st.lists(SPELLINGS, min_size=1, max_size=5))
    closing = draw(st.sampled_from(("", f"\n\n*{SECRET} is a reporter in Kabul.*\n")))
    heading = draw(st.sampled_from(("", f"# {SECRET} again\n\n", f"**Author:** {SECRET}\n\n")))
    hiding = draw(HIDING if name == "secret" else st.sampled_from(NAMED))
    by = "" if "authors" in stated else f"author: {SECRET}\n"
    front = f"---\n{stated}{by if 'anonym' in hiding else ''}{slug}---\n\n"
    body = f"{heading}Of {SECRET} we know. " + " And then: ".join(texts) + f" It ends.{closing}\n"
    noted = segment(0xE1, b"Exif\0\0" + exif(6).replace(b"Zanzibarova", LAST.encode()))
    files: Files = {
        "site.yml": SITE_YML + "fields: {desk: Desk}\ndata: {text: true}\n",
        f"content/articles/{name}.{ending}": front + body,
        f"content/articles/{name}.yml": hiding + draw(st.sampled_from(("", "collection: Box 1\n"))),
        "content/articles/p.png": PNG[:33] + chunk(b"tEXt", f"By\0{SECRET}".encode()) + PNG[33:],
        "content/articles/p.jpg": b"\xff\xd8" + JFIF + noted + SCAN + b"\xff\xd9",
        "content/articles/other.md": (
            f"---\ntitle: Other\ndate: 2001\n---\n\nSee [it]({name}.{ending}).\n"
        ),
        "content/articles/plain.md": "---\ntitle: Plain\nplaces: [Kabul]\n---\n\nA text.\n",
    }
    if draw(st.booleans()):
        files["content/articles/metadata.csv"] = (
            f'file,topics,desk\n{name}.{ending},{SECRET},"{SECRET}, "" and"\n'
        )
    return files


def decoded(data: bytes) -> Iterator[str]:
    """All that the bytes of a file may say: as text, unpacked, with references decoded."""
    texts = [data.decode("utf-8", "replace"), data.decode("utf-16-le", "replace")]
    for unpack in (gzip.decompress, zlib.decompress, lambda one: b64decode(one, validate=True)):
        try:
            texts.append(unpack(data).decode("utf-8", "replace"))
        except (OSError, zlib.error, ValueError, EOFError):
            continue
    for text in texts:
        for _ in range(3):
            yield text
            text = unescape(unquote(text))
            text = re.sub(r"\\u([0-9a-fA-F]{4})", lambda one: chr(int(one[1], 16)), text)
        yield re.sub(r"<[^>]*>", "", text)
        yield re.sub(r"<[^>]*>", " ", text)


def traces(texts: Iterable[str]) -> list[str]:
    """The traces that are in these texts."""
    found = []
    for text in texts:
        plain = unicodedata.normalize("NFKD", text).casefold()
        letters = "".join(one if one.isalnum() else " " for one in plain if one.isprintable())
        letters = " ".join(letters.split())
        found += [one for one in TRACES if one in letters or one in plain]
    return found


def leaks(folder: Path) -> Iterator[tuple[str, list[str]]]:
    """Every file below a folder that has a trace in its name or in what it holds."""
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        texts = [unquote(name), *(decoded(path.read_bytes()) if path.is_file() else ())]
        if found := traces(texts):
            yield name, found


def searched(site: SiteTest) -> list[str]:
    """What the search of the built site finds for the words, by its own reader."""
    from site_gen.search.reader import Index, NoIndex

    try:
        index = Index(site.folder / "output")
    except NoIndex:
        return []
    queries = (SECRET, LAST, f'"{SECRET}"', f"{LAST[:6]}*", f"author:{LAST}", f"place:{LAST}")
    return [hit.url for query in queries for hit in index.search(query).hits]


def told(site: SiteTest, forms: Iterable[str]) -> Iterator[str]:
    """All that commands print."""
    for form in forms:
        for command in (("build", "--keep-going"), ("check",)):
            result = site.run(*command, "--format", form, "--all")
            yield result.stdout
            yield result.stderr


def assert_nothing_leaks(files: Mapping[str, str | bytes], forms: Iterable[str]) -> None:
    """Build an archive, and find no trace in what is published and printed."""
    with tempfile.TemporaryDirectory() as folder:
        site = SiteTest(Path(folder)).write(files)
        assert traces(told(site, forms)) == []
        output = site.folder / "output"
        assert output.exists(), "nothing was published"
        assert list(leaks(output)) == []
        database = site.run("export", "sqlite", "a.db", "--keep-going", "--date", DATE)
        assert database.exit_code == 0
        with closing(sqlite3.connect(site.folder / "a.db")) as opened:
            assert traces((*decoded((site.folder / "a.db").read_bytes()), *opened.iterdump())) == []
        assert traces([database.stderr]) == []
        assert searched(site) == []


QUICK = (Phase.explicit, Phase.reuse, Phase.generate)
"""Without shrinking: each example is two builds, and a leak is plain to see in any."""


@settings(max_examples=12, deadline=None, phases=QUICK, suppress_health_check=list(HealthCheck))
@given(archives(), st.sampled_from(FORMS))
def test_nothing_leaks(files: Files, form: str) -> None:
    """Whatever is withheld, and however badly it is said, no trace of it gets out."""
    assert_nothing_leaks(files, (form,))


@pytest.mark.slow
@settings(max_examples=150, deadline=None, phases=QUICK, suppress_health_check=list(HealthCheck))
@given(archives())
def test_nothing_leaks_in_many_archives(files: Files) -> None:
    """The same for many more archives, and every form of what is told."""
    assert_nothing_leaks(files, FORMS)


@pytest.mark.parametrize("trace", [SECRET, SECRET.upper(), f"{FIRST.lower()}-{LAST.lower()}"])
def test_the_reader_of_leaks_sees(tmp_path: Path, trace: str) -> None:
    """The test can fail: plain, packed and encoded, in a file and in its name, words are seen."""
    coded = "".join(f"&#{ord(one)};" for one in trace)
    percent = "".join(f"%{one:02X}" for one in trace.encode())
    escaped = json.dumps("".join(f"\\u{ord(one):04x}" for one in trace)).replace("\\\\", "\\")
    for number, data in enumerate(
        (
            trace.encode(),
            gzip.compress(trace.encode()),
            zlib.compress(trace.encode()),
            coded.encode(),
            percent.encode(),
            escaped.encode(),
            f"<b>{trace[:4]}</b>{trace[4:]}".encode(),
            PNG + trace.encode(),
        )
    ):
        (tmp_path / str(number)).write_bytes(data)
    (tmp_path / f"{trace}.txt").write_bytes(b"")
    assert len(list(leaks(tmp_path))) == 9
