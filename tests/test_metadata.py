"""Metadata: one precedence, every value with its evidence, and nothing published by mistake."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from site_gen import build
from site_gen.config import SiteConfig
from site_gen.fields import BY_NAME, FIELDS, names_of_keys
from site_gen.metadata import Statement, resolve, title_from_name
from site_gen.model import ORIGINS, Document, Evidence, Origin, OriginKind, Record
from site_gen.values import coordinates, people
from tests.support import DATE, SITE_YML, SiteTest


def parsed(site: SiteTest) -> Iterator[tuple[Document, Record]]:
    """What the parse stage makes of a site's documents."""
    from site_gen import parse, sitefile, sources

    settings, _ = sitefile.load(site.folder)
    inventory, _ = sources.walk(site.folder, settings)
    described, _ = parse.described(site.folder, inventory, settings)
    context = parse.Context(site.folder, settings, "test", site.folder / ".cache")
    for source in described.documents:
        one = parse.parse(described.task(source), context, "body")
        if one.parsed.document:
            yield one.parsed.document, one.record


def read(site: SiteTest) -> dict[str, Document]:
    """The documents of a site, by path."""
    return {document.path: document for document, _ in parsed(site)}


def article(site: SiteTest, text: str, **files: str) -> Document:
    """The document that content/articles/a.md becomes."""
    site.write({"content/articles/a.md": text})
    site.write({f"content/articles/{name}": body for name, body in files.items()})
    return read(site)["content/articles/a.md"]


def evidence(site: SiteTest, field: str, path: str = "content/articles/a.md") -> Evidence:
    """What is stated of a field, and where."""
    (found,) = [record for document, record in parsed(site) if document.path == path]
    (one,) = [one for one in found.evidence if one.field == field]
    return one


def origin_of(site: SiteTest, field: str, path: str) -> tuple[str, str, int]:
    """Where the value of a field came from."""
    one = evidence(site, field, path)
    return one.origin.kind, one.origin.path, one.origin.line


STATED: dict[OriginKind, tuple[str, str, str]] = {
    "sidecar": ("content/articles/2001-01-06-a.yml", "# x\nlanguage: en\ndate: 2001-01-01\n", ""),
    "metadata.csv": (
        "content/articles/metadata.csv",
        "file,date\nother.md,1999\n2001-01-06-a.md,2001-01-04\n",
        "",
    ),
    "folder defaults": ("content/articles/_defaults.yml", "date: 2001-01-05\n", ""),
    "front matter": ("", "---\nlanguage: en\ndate: 2001-01-02\n---\n", ""),
    "body label": ("", "", "**Date:** 2001-01-03\n\n"),
    "inferred": ("", "", ""),
}
DAYS: dict[OriginKind, int] = {
    "sidecar": 1,
    "front matter": 2,
    "body label": 3,
    "metadata.csv": 4,
    "folder defaults": 5,
    "inferred": 6,
}


@pytest.mark.parametrize(("strong", "weak"), list(itertools.combinations(ORIGINS, 2)))
def test_precedence(site: SiteTest, strong: OriginKind, weak: OriginKind) -> None:
    """Of any two origins the stronger wins, and says so."""
    head = label = ""
    files: dict[str, str | bytes] = {"content/articles/other.md": "# O\n\nText."}
    for origin in (strong, weak):
        path, text, body = STATED[origin]
        if path:
            files[path] = text
        head, label = head + (text if not path else ""), label + body
    # Every name holds a date, so inference always states one; the pair decides what is above it.
    files["content/articles/2001-01-06-a.md"] = f"{head}# A\n\n{label}Text.\n"
    site.write(files)
    document = read(site)["content/articles/2001-01-06-a.md"]
    assert document.date
    assert f"2001-01-0{DAYS[strong]}" == document.date.edtf
    assert strong == origin_of(site, "date", document.path)[0]


@pytest.mark.parametrize(
    ("origin", "path", "line"),
    [
        ("sidecar", "content/articles/2001-01-06-a.yml", 3),
        ("front matter", "content/articles/2001-01-06-a.md", 3),
        ("body label", "content/articles/2001-01-06-a.md", 3),
        ("metadata.csv", "content/articles/metadata.csv", 3),
        ("folder defaults", "content/articles/_defaults.yml", 1),
        ("inferred", "content/articles/2001-01-06-a.md", 0),
    ],
)
def test_evidence(site: SiteTest, origin: OriginKind, path: str, line: int) -> None:
    """The evidence of a value is its origin, file and line."""
    file, text, label = STATED[origin]
    site.write(
        {
            "content/articles/other.md": "# O\n\nText.",
            "content/articles/2001-01-06-a.md": f"{'' if file else text}# A\n\n{label}Text.\n",
            **({file: text} if file else {}),
        }
    )
    document = read(site)["content/articles/2001-01-06-a.md"]
    assert (origin, path, line) == origin_of(site, "date", document.path)


def test_nearest_defaults_win(site: SiteTest) -> None:
    """Defaults hold for all below, and the nearest folder's are the strongest."""
    site.write(
        {
            "content/_defaults.yml": "rights: far\ncollection: far\nlanguage: fr\n",
            "content/articles/_defaults.yml": "rights: middle\ncollection: middle\n",
            "content/articles/b/_defaults.yaml": "rights: near\n",
            "content/articles/b/a.md": "# A\n\nText.",
        }
    )
    document = read(site)["content/articles/b/a.md"]
    assert (document.rights, document.collection, document.language) == ("near", "middle", "fr")


def test_nearest_table_wins(site: SiteTest) -> None:
    """A table may name files in folders below; a table that lies nearer is stronger."""
    site.write(
        {
            "content/articles/metadata.csv": "file,rights,collection\nb/a.md,far,far\n",
            "content/articles/b/metadata.csv": "file,rights\na.md,near\n",
            "content/articles/b/a.md": "# A\n\nText.",
        }
    )
    document = read(site)["content/articles/b/a.md"]
    assert (document.rights, document.collection) == ("near", "far")


def test_every_origin_at_once_is_merged(site: SiteTest) -> None:
    """What a stronger origin does not say comes from the weaker ones."""
    document = article(
        site,
        "---\nlanguage: fr\n---\n# T\n\n**Place:** Kabul\n\nText.\n",
        **{"a.yml": "rights: CC0\n", "metadata.csv": "file,identifier\na.md,X-1\n"},
    )
    assert (
        document.title,
        document.language,
        document.places,
        document.rights,
        document.identifier,
    ) == ("T", "fr", ("Kabul",), "CC0", "X-1")


@pytest.mark.parametrize(
    ("alias", "field"), sorted((alias, one.name) for one in FIELDS for alias in one.aliases)
)
def test_every_alias_is_its_field(alias: str, field: str) -> None:
    """Every alias means its field, in any case and with any of `_`, `-` and blank."""
    known = names_of_keys({})
    kinds = BY_NAME[field].kinds
    value = {
        "date": "2001", "flag": "true", "language": "en",
        "url": "https://a.org/", "urls": "https://a.org/", "number": "2",
    }.get(BY_NAME[field].type, "x")  # fmt: skip
    for key in (alias, alias.upper(), alias.replace("_", "-"), alias.replace("_", " ")):
        stated = Statement(key, value, Origin("front matter", "a.md", 2))
        result, found = resolve([stated], kinds[0] if kinds else "article", SiteConfig(), known)
        assert ([], [field]) == (found, list(result.values))


def test_of_one_origin_the_first_name_of_a_field_wins(site: SiteTest) -> None:
    """Whichever stands first, though another origin states it too."""
    text = "---\nheading: C\nheadline: B\ntitle: A\n---\n\nText.\n"
    assert article(site, text).title == "A"
    assert article(site, text.replace("title: A\n", "")).title == "B"


def test_configured_alias_and_label(site: SiteTest) -> None:
    """A site adds names of fields and labels of its own language."""
    site.write(
        {
            "site.yml": f"{SITE_YML}aliases: {{authors: [Correspondent]}}\n"
            "labels: {Автор: authors, Место: places}\n"
        }
    )
    document = article(site, "# T\n\n**Автор:** Иван Петров\n\n**Место**: Москва\n\nТекст.\n")
    assert (document.authors, document.places) == (("Иван Петров",), ("Москва",))
    assert origin_of(site, "authors", document.path) == ("body label", "content/articles/a.md", 3)
    assert article(site, "---\ncorrespondent: Ann Lee\n---\nText.\n").authors == ("Ann Lee",)


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("identifier", "007", "007"),
        ("collection", "yes", "yes"),
        ("rights", "CC BY 4.0", "CC BY 4.0"),
        ("language", "no", "no"),
        ("language", "en_us", "en-US"),
        ("language", "French", "fr"),
        ("publication", "2001", "2001"),
        ("title", "1984", "1984"),
        ("title", "2001-11-02", "2001-11-02"),
        ("title", "AT&amp;T", "AT&T"),
        ("source_url", "https://iwpr.net/a", "https://iwpr.net/a"),
        ("archived_url", "<https://web.archive.org/a>", "https://web.archive.org/a"),
    ],
)
def test_text_fields_keep_what_is_written(
    site: SiteTest, key: str, value: str, expected: str
) -> None:
    """A field of text takes the text as written, whatever YAML makes of it."""
    assert expected == getattr(article(site, f"---\n{key}: {value}\n---\nText.\n"), key)


@pytest.mark.parametrize(
    ("written", "edtf"),
    [
        ("2001-11-02", "2001-11-02"),
        ("2015-06-29 9:00:00 -0400", "2015-06-29"),
        ("2 November 2001", "2001-11-02"),
        ("Nov. 2, 2001", "2001-11-02"),
        ("2001-11", "2001-11"),
        ("2001", "2001"),
        ("2001-11~", "2001-11~"),
        ("c. 1942", "1942~"),
        ("1999/2003", "1999/2003"),
    ],
)
@pytest.mark.parametrize("form", ["---\ndate: {}\n---\nText.", "# T\n\n**Date:** {}\n\nText."])
def test_real_dates(site: SiteTest, written: str, edtf: str, form: str) -> None:
    """The forms found in real text, and EDTF, are read from front matter and from labels."""
    document = article(site, form.format(written))
    assert document.date
    assert edtf == document.date.edtf
    assert written == evidence(site, "date").value


@pytest.mark.parametrize(("order", "edtf"), [("dmy", "2001-11-02"), ("mdy", "2001-02-11")])
def test_date_order(site: SiteTest, order: str, edtf: str) -> None:
    """`date_order` decides what 02/11/2001 means."""
    site.write({"site.yml": f"{SITE_YML}date_order: {order}\n"})
    document = article(site, "---\ndate: 02/11/2001\n---\nText.")
    assert document.date
    assert edtf == document.date.edtf
    assert "date-ambiguous" not in site.codes()


def test_ambiguous_date(site: SiteTest) -> None:
    """Without `date_order` it is a warning at the value's line that quotes it."""
    article(site, "---\ntitle: T\ndate: 02/11/2001\n---\nText.")
    (found,) = site.diagnostics()
    assert (
        found["code"],
        found["severity"],
        found["line"],
        found["column"],
        found["value"],
    ) == ("date-ambiguous", "warning", 3, 1, "02/11/2001")
    assert "date_order" in found["hint"]


@pytest.mark.parametrize(
    ("head", "files"),
    [
        ("noindex: yes\n", {}),
        ("", {"a.yml": "noindex: true\n"}),
        ("", {"_defaults.yml": "NoIndex: on\n"}),
        ("", {"metadata.csv": "file,noindex\na.md,true\n"}),
        ("noindex: false\n", {"a.yml": "noindex: true\n"}),
    ],
)
def test_noindex_from_every_origin(site: SiteTest, head: str, files: dict[str, str]) -> None:
    """`noindex` is read wherever metadata stands, by the one precedence."""
    assert article(site, f"---\ntitle: T\n{head}---\nText.", **files).noindex
    assert site.codes() == []


def test_noindex_is_off(site: SiteTest) -> None:
    """Without `noindex`, or where the stronger origin takes it back, an article is indexed."""
    assert not article(site, "---\ntitle: T\n---\nText.").noindex
    taken_back = "---\ntitle: T\nnoindex: false\n---\nText."
    assert not article(site, taken_back, **{"_defaults.yml": "noindex: true\n"}).noindex


@pytest.mark.parametrize("value", ["perhaps", "[true, false]", "2030-01-01"])
def test_noindex_that_cannot_be_read_holds_back(site: SiteTest, value: str) -> None:
    """Another value is an error at its line: what may not be found is not found by a slip."""
    site.write({"content/articles/a.md": f"---\ntitle: T\nnoindex: {value}\n---\nText."})
    assert site.run("build").exit_code == 1
    found = next(one for one in site.diagnostics() if one["code"] == "status-unreadable")
    assert (found["line"], found["column"]) == (3, 1)


def test_undated_is_published(site: SiteTest) -> None:
    """A document without a date is published, and in the list of the undated."""
    article(site, "# T\n\nText.")
    assert site.codes() == []
    assert site.run("build").exit_code == 0
    assert "T" in site.text("articles/a.html")


def test_date_and_title_from_the_file_name(site: SiteTest) -> None:
    """A date in the file name is used where nothing else states one."""
    site.write({"content/articles/2014-03-12-coming-soon.md": "Text."})
    document = read(site)["content/articles/2014-03-12-coming-soon.md"]
    assert document.date
    assert (document.date.edtf, document.title) == ("2014-03-12", "Coming soon")


@pytest.mark.parametrize(
    ("path", "title"),
    [
        ("content/articles/2014-03-12-coming-soon.md", "Coming soon"),
        ("content/articles/20140312_a_b.txt", "A b"),
        ("content/articles/deep/index.md", "Deep"),
        ("content/articles/2014-03-12.md", "2014 03 12"),
    ],
)
def test_title_from_name(path: str, title: str) -> None:
    """A title is made from what a file is called."""
    assert title == title_from_name(path)


@pytest.mark.parametrize(
    ("byline", "names"),
    [
        ("Tim Judah", ["Tim Judah"]),
        ("By Tim Judah", ["Tim Judah"]),
        ("Judah, Tim", ["Judah, Tim"]),
        ("Tim Judah and Ann Lee", ["Tim Judah", "Ann Lee"]),
        ("Tim Judah & Ann Lee", ["Tim Judah", "Ann Lee"]),
        ("Tim Judah, Ann Lee and Jo Ray", ["Tim Judah", "Ann Lee", "Jo Ray"]),
        ("Tim Judah, Ann Lee, and Jo Ray", ["Tim Judah", "Ann Lee", "Jo Ray"]),
        ("Judah, Tim; Lee, Ann", ["Judah, Tim", "Lee, Ann"]),
        ("Reuters and AP", ["Reuters and AP"]),
        ("Institute for War & Peace Reporting", ["Institute for War & Peace Reporting"]),
        ("University of Science and Technology", ["University of Science and Technology"]),
        ("José Ortega y Gasset", ["José Ortega y Gasset"]),
        ("Anderson Sandy", ["Anderson Sandy"]),
    ],
)
def test_several_authors_in_a_byline(byline: str, names: list[str]) -> None:
    """A byline is parted where each side is a person's full name, and nowhere else."""
    assert names == people(byline)


def test_a_list_names_authors_one_by_one(site: SiteTest) -> None:
    """An item of a list is one author, whatever signs its name holds; names are not repeated."""
    document = article(
        site, "---\nauthors: [Ernst Young and Sons Ltd, {name: Ann Lee}, Ann Lee]\n---\nText."
    )
    assert document.authors == ("Ernst Young and Sons Ltd", "Ann Lee")


def test_author_key_is_the_registry_entry(site: SiteTest) -> None:
    """`authors: [key]` means content/authors/key.md, under its own name."""
    site.write({"content/authors/tim-judah.md": "---\nname: Tim Judah\n---\nA reporter.\n"})
    article(site, "---\ntitle: T\nauthors: [tim-judah]\n---\nText.")
    assert site.run("build").exit_code == 0
    assert "Tim Judah" in site.text("articles/a.html")
    assert "tim-judah" not in site.soup("articles/a.html").select(".byline")[0].get_text()
    assert "A reporter." in site.text("authors/tim-judah.html")


def test_unknown_keys_are_kept_and_told_once(site: SiteTest) -> None:
    """An unknown key is in `extra`, and told once for all files, with a guess."""
    for name in "abc":
        site.write(
            {f"content/articles/{name}.md": f"---\ntitle: T {name}\ntitel: x\nn: {{a: 1}}\n---\nT."}
        )
    assert read(site)["content/articles/a.md"].extra == {"titel": "x", "n": {"a": 1}}
    found = site.diagnostics()
    assert [(one["code"], one["value"], one["line"]) for one in found] == [
        ("unknown-key", "titel", 3),
        ("unknown-key", "n", 4),
    ]
    assert "3 files" in found[0]["message"]
    assert "Did you mean `title`?" in found[0]["hint"]


def test_configured_fields_are_no_unknown_keys(site: SiteTest) -> None:
    """What `fields:` names is the site's own metadata."""
    site.write({"site.yml": f"{SITE_YML}fields: {{desk: News desk}}\n"})
    article(site, "---\ntitle: T\ndesk: Foreign\n---\nText.")
    assert site.codes() == []
    assert site.run("build").exit_code == 0
    assert "Foreign" in site.text("articles/a.html")


@pytest.mark.parametrize("accepted", ["paragraph-broken", "unknown-key", "title-missing"])
def test_accept(site: SiteTest, accepted: str) -> None:
    """A warning that the keeper has reviewed is silent, and only that one."""
    broken = "One paragraph breaks off after\n\nand goes on in the next one.\n"
    head = f"---\nodd: x\naccept: [{accepted}]\n---\n"
    article(site, head + broken)
    expected = {"paragraph-broken", "unknown-key", "title-missing"} - {accepted}
    assert expected == set(site.codes())


def test_errors_cannot_be_accepted(site: SiteTest) -> None:
    """`accept` of an error or of no code at all is told and changes nothing."""
    article(site, "---\ntitle: T\naccept: [yaml-syntax, nonsense]\n---\nText.")
    assert sorted(
        ((one["code"], one["value"]) for one in site.diagnostics()), key=lambda one: one[1] < "o"
    ) == [("accept-unknown", "yaml-syntax"), ("accept-unknown", "nonsense")]


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("draft: true", "draft"),
        ("draft: yes", "draft"),
        ("Draft: TRUE", "draft"),
        ("status: draft", "draft"),
        ("status: Draft", "draft"),
        ("published: false", "draft"),
        ("published: true\ndraft: true", "draft"),
        ("embargo_until: 2030-01-01", "embargoed until 2030-01-01"),
        ("embargo: 2030", "embargoed until 2030"),
        ("status: embargoed\nembargo_until: 2030-01-01", "embargoed until 2030-01-01"),
    ],
)
def test_held_back(site: SiteTest, said: str, reason: str) -> None:
    """A draft and an embargoed document are not published, and the sum says so."""
    site.write({"content/articles/b.md": "# B\n\nText."})
    article(site, f"---\ntitle: T\n{said}\n---\nText.")
    result = site.run("build")
    assert result.exit_code == 0
    assert "2 sources = 1 published + 1 held back + 0 failed" in result.stderr
    assert f"held back: content/articles/a.md ({reason})" in result.stderr
    assert not (site.folder / "output/articles/a.html").exists()


@pytest.mark.parametrize(
    "said",
    [
        "draft: maybe",
        "draft: [true, false]",
        "status: [draft, x]",
        "status: secret",
        "status: embargoed",
        "embargo_until: soon",
        "Embargo Until: soon",
        "embargo_until: 2030-13-45",
        "embargo_until: [2030-01-01, 2031-01-01]",
    ],
)
def test_unreadable_status_is_never_published(site: SiteTest, said: str) -> None:
    """What says that it may be hidden, in words that cannot be read, is an error."""
    site.write({"content/articles/b.md": "# B\n\nText."})
    site.write({"content/articles/a.md": f"---\ntitle: T\n{said}\n---\nText."})
    result = site.run("build", "--keep-going")
    assert not (site.folder / "output/articles/a.html").exists()
    assert result.exit_code == 3
    assert "error[status-unreadable]" in result.stderr


def test_unclosed_front_matter_hides_a_draft(site: SiteTest) -> None:
    """A block that is not closed and says `draft` is an error, lest the draft go out as text."""
    site.write({"content/articles/b.md": "# B\n\nText."})
    site.write({"content/articles/a.md": "---\ntitle: T\ndraft: true\n\nText."})
    result = site.run("build", "--keep-going")
    assert (result.exit_code, "error[status-unreadable]" in result.stderr) == (3, True)
    assert not (site.folder / "output/articles/a.html").exists()


@pytest.mark.parametrize("said", ["draft: false", "status: published", "published: true", "draft:"])
def test_what_is_no_draft_is_published(site: SiteTest, said: str) -> None:
    """A key that says the document may be shown does not hide it."""
    article(site, f"---\ntitle: T\n{said}\n---\nText.")
    assert site.run("build").exit_code == 0
    assert (site.folder / "output/articles/a.html").exists()


def test_embargo_ends_on_its_day(site: SiteTest) -> None:
    """On the day of the embargo's end the document is published."""
    article(site, "---\ntitle: T\nembargo_until: 2026-01-02\n---\nText.")
    assert "1 held back" in site.run("check", "--date", "2026-01-01").stderr
    assert "1 ready" in site.run("check", "--date", "2026-01-02").stderr


def test_a_wrong_value_falls_back(site: SiteTest) -> None:
    """Where a strong origin's value cannot be used, the next origin's is."""
    document = article(
        site, "---\ndate: never ever\n---\n# T\n\nText.", **{"_defaults.yml": "date: 2001"}
    )
    assert document.date
    assert document.date.edtf == "2001"


def test_source_may_be_a_publication(site: SiteTest) -> None:
    """`source: The Guardian` is where it was published; with an address it is the link."""
    document = article(site, "---\nsource: The Guardian\n---\nText.")
    assert (document.publication, document.source_url) == ("The Guardian", "")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (["34.5", "69.2"], (34.5, 69.2)),
        ("34.5, 69.2", (34.5, 69.2)),
        ({"lat": "34.5", "lon": "69.2"}, (34.5, 69.2)),
        ("91, 0", None),
        ("here", None),
        ([["1"], "2"], None),
    ],
)
def test_coordinates(value: object, expected: tuple[float, float] | None) -> None:
    """Coordinates come in several forms; what is no point on the Earth is none."""
    assert expected == coordinates(value)


def test_record_shows_the_evidence(site: SiteTest) -> None:
    """The reader sees where each value came from."""
    article(site, "---\ntitle: T\nlanguage: fr\n---\nText.", **{"a.yml": "rights: CC0\n"})
    options = build.Options(
        site.folder, site.folder / "output", __import__("datetime").date.fromisoformat(DATE)
    )
    assert build.build(options).published
    text = site.text("articles/a.html")
    for said in ("content/articles/a.yml", "line 3"):
        assert said in text


def test_table_of_a_german_spreadsheet(site: SiteTest) -> None:
    """Semicolons, a BOM, quoted cells and line ends of Windows are read as they are."""
    table = '\ufefffile;author;title\r\na.md;"Lee, Ann";"Say ""no""; twice"\r\n'
    document = article(site, "Text.", **{"metadata.csv": table})
    assert (document.authors, document.title) == (("Lee, Ann",), 'Say "no"; twice')


def test_names_in_a_cell(site: SiteTest) -> None:
    """`;` and `|` part names within a cell."""
    table = 'file,authors,tags\na.md,"Ann Lee; Jo Ray",war|peace\n'
    document = article(site, "Text.", **{"metadata.csv": table})
    assert (document.authors, document.topics) == (("Ann Lee", "Jo Ray"), ("war", "peace"))


def test_rows_of_several_lines_keep_their_line(site: SiteTest) -> None:
    """The evidence of a row is the line it begins on."""
    table = 'file,summary,rights\nb.md,"two\nlines",x\na.md,"two\nlines",CC0\n'
    site.write({"content/articles/b.md": "Text."})
    document = article(site, "Text.", **{"metadata.csv": table})
    assert origin_of(site, "rights", document.path) == (
        "metadata.csv",
        "content/articles/metadata.csv",
        4,
    )


def test_defaults_path_is_named(site: SiteTest) -> None:
    """A mistake in defaults is told once, at its own place, however many documents it reaches."""
    for name in "abc":
        site.write({f"content/articles/{name}.md": f"# {name}\n\nText."})
    site.write({"content/articles/_defaults.yml": "rights: x\ndate: [never]\n"})
    (found,) = site.diagnostics()
    assert (
        found["path"],
        found["line"],
        found["column"],
    ) == ("content/articles/_defaults.yml", 2, 1)


def test_paths_are_not_of_this_machine(tmp_path: Path) -> None:
    """No value or evidence tells where the site lies on this machine."""
    site = SiteTest(tmp_path / "secret-place")
    site.write({"content/articles/a.md": "---\ntitle: T\n---\nText."})
    assert site.run("build").exit_code == 0
    assert "secret-place" not in site.page("articles/a.html")


def test_addresses_are_no_names(site: SiteTest) -> None:
    """`aliases: [/old/address/]`, as Hugo writes it, is not another name of a topic."""
    site.write(
        {
            "content/articles/a.md": "---\ntitle: A\ntopics: [mobile]\n---\nText.",
            "content/topics/mobile.md": "---\ntitle: Mobile\naliases: [/topics/5g/, Phones]\n---\n",
        }
    )
    site.run("build")
    text = site.text("topics/mobile.html")
    assert "Phones" in text
    assert "/topics/5g/" not in text


def test_tags_and_categories_of_one_file_make_one_list(site: SiteTest) -> None:
    """Many programs have both; a sidecar takes the place of both."""
    site.write({"content/articles/b.yml": "topics: [c]\n"})
    text = "---\ntitle: T\ntags: [a, b]\ncategories: [b, d]\n---\n\nText.\n"
    site.write({"content/articles/b.md": text})
    assert article(site, text).topics == ("a", "b", "d")
    assert read(site)["content/articles/b.md"].topics == ("c",)


def test_no_old_address_is_lost_to_another_statement(site: SiteTest) -> None:
    """A new one is added to those that a file and its sidecar have, whatever they call them."""
    text = "---\ntitle: T\naliases: [/old/one/]\nredirect_from: [old/two.html]\n---\n\nText.\n"
    site.write(
        {
            "content/articles/b.md": text,
            "content/articles/b.yml": "redirect_from: [old/three.html]\n",
            "content/topics/war/_index.md": "---\nname: War\n"
            "aliases: [/topics/fights/, Strife]\n---\n",
            "content/articles/c.md": "---\ntitle: C\ntopics: [Strife]\n---\n\nText.\n",
        }
    )
    assert site.run("build").exit_code == 0
    for old in ("old/one/index.html", "old/two.html", "old/three.html"):
        assert "articles/b.html" in site.page(old)
    assert "war.html" in site.page("topics/fights/index.html")
    assert "War" in site.text("articles/c.html")
