"""The leak test: what must not be shown is in no byte that a build publishes or prints.

Archives are made up with secrets planted wherever a text can have words. Then every file of the
site is read in every way that it could be, and so is all that commands say.
"""

from __future__ import annotations

import gzip
import io
import json
import re
import sqlite3
import tempfile
import unicodedata
import zipfile
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

from site_gen.search.codec import decoded as decoded_words
from site_gen.search.reader import Index, NoIndex
from site_gen.search.words import units
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
    if hiding in NAMED and draw(st.booleans()):
        # Nobody refers to them, or only in words that are withheld.
        files[f"content/articles/{FIRST}_{LAST}.pdf"] = f"%PDF-1.4 {SECRET}".encode()
        files[f"content/articles/{FIRST}.{LAST}.xyz"] = b"x"
    if draw(st.booleans()):
        there = f"https://example.org/{FIRST}%20{LAST}"
        copied = f"https://web.archive.org/web/2001/{there}"
        files["sources.tsv"] = (
            f"original\tarchived\tday\tstatus\n{there}\t{copied}\t2001-01-01\tdead\n"
        )
        files["permalinks.tsv"] = (
            "url\tfirst_published\tsource\narticles/plain.html\t2020-01-01\t"
            f"content/articles/{FIRST}-{LAST}.md\n"
        )
    if draw(st.booleans()):
        files["content/articles/metadata.csv"] = (
            f'file,topics,desk\n{name}.{ending},{SECRET},"{SECRET}, "" and"\n'
        )
    return files


LINKS = re.compile(r"data:[^,\s]*;base64,([A-Za-z0-9+/=]+)")
"""Links that hold a file."""


def decoded(data: bytes) -> Iterator[str]:
    """All that the bytes of a file may say: as text, unpacked, with references decoded, and so for
    files in links and in archives.
    """
    if data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            for one in packed.infolist():
                yield unquote(one.filename)
                yield from decoded(packed.read(one))
        return
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
        for link in LINKS.findall(text):
            yield from decoded(b64decode(link + "=" * (-len(link) % 4)))
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
    try:
        index = Index(site.folder / "output")
    except NoIndex:
        return []
    queries = (SECRET, LAST, f'"{SECRET}"', f"{LAST[:6]}*", f"author:{LAST}", f"place:{LAST}")
    return [hit.url for query in queries for hit in index.search(query).hits]


def indexed(site: SiteTest) -> Iterator[str]:
    """All words and texts of the search index as a reader has them: in its files, words share
    their beginnings.
    """
    try:
        index = Index(site.folder / "output")
    except NoIndex:
        return
    yield json.dumps(index.root)
    yield " ".join((*index.words, *index.stems, *index.endings))
    for kind, names in index.names.items():
        for name in names:
            text = (index.folder / name).read_text("utf-8")
            values = json.loads(f"[{text[text.index('(') + 1 : text.rindex(')')]}]")
            yield json.dumps(values, ensure_ascii=False)
            if kind in "wp":
                yield " ".join(decoded_words(units(values[0])))


def exported(site: SiteTest) -> Iterator[str]:
    """All that exports print and hold, but for the sources in a bag that is not for the public."""
    made = (
        ("edition", "e.zip"),
        ("bagit", "bag"),
        ("bagit", "full", "--with-sources", "--restricted"),
        ("sqlite", "a.db", "--keep-going"),
    )
    for kind, name, *more in made:
        dated = ("--date", DATE) if kind != "edition" else ()
        result = site.run("export", kind, name, *more, *dated)
        assert result.exit_code == 0, result.stderr
        yield result.stderr
    yield from decoded((site.folder / "e.zip").read_bytes())
    for name in ("bag", "full/data/site"):
        assert list(leaks(site.folder / name)) == []
    assert "Access: restricted" in (site.folder / "full/bag-info.txt").read_text("utf-8")
    yield from decoded((site.folder / "a.db").read_bytes())
    with closing(sqlite3.connect(site.folder / "a.db")) as opened:
        yield from opened.iterdump()
    refused = site.run("export", "bagit", "no", "--with-sources", "--date", DATE)
    assert refused.exit_code == 1
    assert not (site.folder / "no").exists()
    yield refused.stderr


def told(site: SiteTest, forms: Iterable[str]) -> Iterator[str]:
    """All that commands print."""
    for form in forms:
        for command in (("build", "--keep-going"), ("check",)):
            result = site.run(*command, "--format", form, "--all")
            yield result.stdout
            yield result.stderr
    for others in (("permalinks", "--all"), ("sources", "--bodies"), ("verify", "output")):
        result = site.run(*others)
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
        assert traces(indexed(site)) == []
        assert searched(site) == []
        assert traces(exported(site)) == []


QUICK = (Phase.explicit, Phase.reuse, Phase.generate)
"""Without shrinking: each example is two builds, and a leak is plain to see in any."""


@settings(max_examples=8, deadline=None, phases=QUICK, suppress_health_check=list(HealthCheck))
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


def test_no_address_of_a_ledger_is_quoted(tmp_path: Path) -> None:
    """An address that was recorded before its words were withheld is printed by no command: not
    where it would be lost, not where the keeper took it out.
    """
    name = f"content/articles/{FIRST}-{LAST}.md"
    site = SiteTest(tmp_path).write({name: f"---\ntitle: It\n---\n\nOf {SECRET}.\n"})
    assert site.run("permalinks", "--record").exit_code == 0
    assert site.run("build").exit_code == 0
    hidden = f"redactions:\n- match: {SECRET}\n  reason: Privacy.\nslug: case-7\n"
    site.write({name.replace(".md", ".yml"): hidden})
    lost = site.run("build")
    assert lost.exit_code == 1
    assert "permalink-lost" in lost.stderr
    assert traces([lost.stderr, *told(site, FORMS)]) == []
    site.write({"permalinks.tsv": "url\tfirst_published\tsource\n"})
    gone = site.run("build")
    assert gone.exit_code == 0
    assert "ledger-line-removed" in gone.stderr
    assert traces([gone.stderr, *told(site, FORMS)]) == []
    assert list(leaks(site.folder / "output")) == []
