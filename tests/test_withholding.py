"""What must not be shown: withdrawn articles, words that are redacted."""

from __future__ import annotations

import json

import pytest

from tests.archive_sites import PNG, Files, document
from tests.support import SiteTest
from tests.test_picturedata import chunk

SECRET = "Zanzibarova"

WITHDRAWN: Files = {
    "content/articles/a.md": document(
        f"About {SECRET}, with ![a picture](p.png).",
        {
            "title": f"The case of {SECRET}",
            "authors": f"[Ann {SECRET}]",
            "date": "2001-02-03",
            "places": f"[{SECRET} Town]",
            "summary": f"{SECRET} again.",
        },
    ),
    "content/articles/a.yml": (
        "withdrawn:\n  reason: At the wish of the family.\n  date: 2026-01-05\n  note: Ask us.\n"
    ),
    "content/articles/p.png": PNG,
    "content/articles/b.md": document(
        "See [what was there](a.md#part).", {"title": "B", "date": "2001-02-02"}
    ),
    "content/articles/c.md": document("Text.", {"title": "C", "date": "2001-02-04"}),
}


@pytest.fixture
def site(site: SiteTest) -> SiteTest:
    """A site with a withdrawn article between two others."""
    return site.write(WITHDRAWN)


def test_a_withdrawn_article_is_a_tombstone(site: SiteTest) -> None:
    """Its page says why it is gone, asks not to be indexed, and holds nothing of the article."""
    result = site.run("build")
    assert result.exit_code == 0
    page = site.text("articles/a.html")
    for said in ("was withdrawn", "At the wish of the family.", "5 January 2026", "Ask us."):
        assert said in page
    assert 'name="robots" content="noindex"' in site.page("articles/a.html")
    assert "<title>This article was withdrawn – Test archive</title>" in site.page(
        "articles/a.html"
    )


def test_nothing_of_a_withdrawn_article_is_published(site: SiteTest) -> None:
    """No file of the site and no line of the build holds its words; its picture is not there."""
    result = site.run("build")
    for path in (site.folder / "output").rglob("*"):
        assert SECRET.casefold() not in str(path).casefold()
        assert path.is_dir() or SECRET.casefold() not in path.read_text("utf-8").casefold(), path
    assert SECRET not in result.stdout + result.stderr
    assert not (site.folder / "output/articles/p.png").exists()
    assert not list((site.folder / "output/authors").glob("*"))


def test_a_withdrawn_article_is_in_no_list(site: SiteTest) -> None:
    """Lists, neighbours and counts pass it by; a link leads to its page."""
    result = site.run("build")
    assert "3 sources = 2 published + 1 withdrawn + 0 held back + 0 failed" in result.stderr
    linking = [
        path.name
        for path in sorted((site.folder / "output").rglob("*.html"))
        if "a.html" in path.read_text("utf-8") and path.name != "a.html"
    ]
    assert linking == ["b.html"]
    soup = site.soup("articles/b.html")
    assert [a["href"] for a in soup.select(".neighbours a")] == ["c.html"]
    link = soup.select_one(".body a:not(.anchor)")
    assert link is not None
    assert (link["href"], link.text) == ("a.html", "what was there")


def test_the_only_article_can_be_withdrawn(site: SiteTest) -> None:
    """An archive whose last article is withdrawn is published: what was there must go."""
    for name in ("b.md", "c.md"):
        (site.folder / "content/articles" / name).unlink()
    result = site.run("build")
    assert result.exit_code == 0
    assert "1 source = 0 published + 1 withdrawn" in result.stderr


def test_withdrawing_is_the_same_as_never_having_had_it(site: SiteTest) -> None:
    """A build after an article was withdrawn has the bytes of a clean build."""
    said = (site.folder / "content/articles/a.yml").read_bytes()
    site.write({"content/articles/a.yml": "title: Still here\n"}).run("build")
    site.write({"content/articles/a.yml": said}).run("build")
    after = site.output()
    clean = SiteTest(site.folder.parent / "clean").write(WITHDRAWN)
    clean.run("build")
    assert clean.output() == after


UNCLEAR = [
    "withdrawn: true",
    "withdrawn:",
    "withdrawn:\nreason: x",
    "withdrawn: At the author's wish",
    "withdrawn: {}",
    "withdrawn: {reason: ''}",
    "withdrawn: {date: 2026-01-01}",
    "withdrawn: {reason: x, date: soon}",
    "withdrawn: {reason: x, date: 02/03/2026}",
    "withdrawn: {reason: x, nots: y}",
    "withdrawn: {reason: [x]}",
    "withdrawn: [reason]",
    "status: withdrawn",
    "status: withdrwan",
    "status: withdrawn\nwithdrawn: false",
    "status: published\nwithdrawn: {reason: x}",
    "withdraw: {reason: x}",
    "Withdrawal: {reason: x}",
    "withdrawm: {reason: x}",
    "redaction: [x]",
    "embargoed_until: 2030-01-01",
    "embargo_untill: 2030-01-01",
]


def test_what_cannot_be_read_is_never_published(site: SiteTest) -> None:
    """A withdrawal that is not clear is an error, and the article is held back."""
    for number, said in enumerate(UNCLEAR):
        site.write(
            {
                f"content/articles/s{number}.md": "# S\n\nText.\n",
                f"content/articles/s{number}.yml": f"{said}\n",
            }
        )
    assert site.run("build", "--keep-going").exit_code == 3
    told = {one["path"] for one in site.diagnostics() if one["code"] == "status-unreadable"}
    for number, said in enumerate(UNCLEAR):
        assert f"content/articles/s{number}.yml" in told, said
        assert not (site.folder / f"output/articles/s{number}.html").exists()


@pytest.mark.parametrize("said", ["withdrawn: false", "withdrawn: no", "status: published"])
def test_what_is_not_withdrawn_is_published(site: SiteTest, said: str) -> None:
    """A sidecar can take a withdrawal of the folder back."""
    site.write(
        {
            "content/articles/a.yml": f"{said}\n",
            "content/articles/_defaults.yml": "collection: Box\n",
        }
    )
    assert site.run("build").exit_code == 0
    assert SECRET in site.text("articles/a.html")


@pytest.mark.parametrize(
    ("said", "kept_back"), [("draft: true", True), ("embargo_until: 2030-01-01", True)]
)
def test_what_was_never_shown_has_no_tombstone(site: SiteTest, said: str, kept_back: bool) -> None:
    """A draft or an article under embargo that is withdrawn as well stays out altogether."""
    site.write({"content/articles/a.yml": f"{said}\nwithdrawn: {{reason: x}}\n"})
    result = site.run("build")
    assert "2 published + 1 held back + 0 failed" in result.stderr
    assert (site.folder / "output/articles/a.html").exists() is not kept_back


def test_a_registry_entry_cannot_be_withdrawn(site: SiteTest) -> None:
    """It would still be a name that articles give."""
    site.write({"content/authors/x.yml": "name: X\nwithdrawn: {reason: y}\n"})
    assert "status-unreadable" in site.codes()


def test_a_withdrawn_page_leaves_the_navigation(site: SiteTest) -> None:
    """A free page can be withdrawn, and is then no part of the way through the site."""
    site.write(
        {"content/pages/about.md": "---\ntitle: About\nwithdrawn: {reason: Wrong.}\n---\nText.\n"}
    )
    assert site.run("build").exit_code == 0
    assert "Wrong." in site.text("about.html")
    assert "about.html" not in site.page("index.html")


def redacted(site: SiteTest, text: str, *matches: str, head: str = "", name: str = "r.md") -> str:
    """Build a site with one article whose sidecar redacts these words; what the build says."""
    site.write(_redacted(text, *matches, head=head, name=name))
    result = site.run("build", "--keep-going")
    return result.stdout + result.stderr


def _redacted(text: str, *matches: str, head: str = "", name: str = "r.md") -> Files:
    rows = "".join(f"- match: {json.dumps(one)}\n  reason: Privacy.\n" for one in matches)
    stem = name.rpartition(".")[0]
    return {
        f"content/articles/{name}": f"---\ntitle: Redacted\n{head}---\n\n{text}\n",
        f"content/articles/{stem}.yml": f"redactions:\n{rows}",
    }


SPELT = [
    ("We met John Smith there.", "John Smith", "We met ▇▇▇ there."),
    ("We met John\nSmith there.", "John Smith", "We met ▇▇▇ there."),
    ("We met\nJohn\n\tSmith there.", "met John Smith", "We ▇▇▇ there."),
    ("> We met John\n> Smith there.", "John Smith", "We met ▇▇▇ there."),
    ("We met **John Smith** there.", "John Smith", "We met ▇▇▇ there."),
    ("We met J&#111;hn&nbsp;Smith there.", "John Smith", "We met ▇▇▇ there."),
    ("Of AT&amp;T, no.", "AT&T", "Of ▇▇▇, no."),
    ("Of AT&T, no.", "AT&amp;T", "Of ▇▇▇, no."),
    ("We met John Smi\u00adth there.", "John Smith", "We met ▇▇▇ there."),
    ("We met Jo\u200bhn Smith there.", "John Smith", "We met ▇▇▇ there."),
    ("In the Cafe\u0301 Noir.", "Café Noir", "In the ▇▇▇."),
    ("In the Café Noir.", "Cafe\u0301 Noir", "In the ▇▇▇."),
    ("It is O\u2019Brien\u2019s.", "O'Brien", "It is ▇▇▇’s."),
    ("We met [John Smith](https://example.org/a) there.", "John Smith", "We met ▇▇▇ there."),
    ("John Smith and Mary Jones.", "John Smith", "▇▇▇ and Mary Jones."),
    ("John Smith, Mary Jones.", "John Smith, Mary Jones", "▇▇▇."),
    ("我在王小波家", "王小波", "我在▇▇▇家"),
    ("Call (020) 7946-0018 now", "(020) 7946-0018", "Call ▇▇▇ now"),
    ("Smith, Smiths and Smith's", "Smith|Smiths", "▇▇▇, ▇▇▇ and ▇▇▇'s"),
]


def test_redacted_words_are_replaced(site: SiteTest) -> None:
    """However the source spells the words, the page has the mark in their place."""
    for number, (text, match, _) in enumerate(SPELT):
        site.write(_redacted(text, *match.split("|"), name=f"s{number}.md"))
    assert site.run("build").exit_code == 0
    for number, (text, _, shown) in enumerate(SPELT):
        body = site.soup(f"articles/s{number}.html").select_one(".body")
        assert body is not None
        assert " ".join(body.get_text().split()) == shown, text
        assert body.select("mark.redacted")
        assert "Privacy." in site.text(f"articles/s{number}.html")


def test_redacted_words_are_in_no_product(site: SiteTest) -> None:
    """Not in titles, lists, names, records, links, pictures, anchors, the index or the log."""
    said = redacted(
        site,
        f'# Of {SECRET}\n\nHere {SECRET} was. ![Of {SECRET}](p.png "{SECRET}")'
        f" [see](https://example.org/{SECRET.lower()}/x) [file]({SECRET}.pdf) "
        f"[top](#of-{SECRET})\n\n"
        f"## {SECRET} again\n\n[{SECRET}][1] <a href='https://e.org/?q={SECRET}'>x</a>\n\n"
        f"[1]: https://example.org/x '{SECRET}'\n\nNote[^1].\n\n[^1]: {SECRET} said so.",
        SECRET,
        head=f"summary: {SECRET} was here\nplaces: ['{SECRET} Town', Kabul]\n"
        f"authors: [Ann {SECRET}]\n"
        f"topics: [{SECRET}]\nsource_url: https://example.org/{SECRET}.html\nwrong_key: {SECRET}\n"
        f"date: not {SECRET}\nrights: © {SECRET}\n",
    )
    assert (site.folder / "output/articles/r.html").exists()
    for path in (site.folder / "output").rglob("*"):
        assert SECRET.casefold() not in str(path).casefold()
        if path.is_file() and path.suffix != ".png":
            assert SECRET.casefold() not in path.read_text("utf-8").casefold(), path
    assert SECRET.casefold() not in said.casefold()
    assert "Kabul" in site.text("articles/r.html")
    assert "SHA-256" not in site.text("articles/r.html")


OPEN = [
    ("Nothing of the kind.", "John Smith", "redaction-not-found"),
    ("The Annual report.", "Ann", "redaction-in-word"),
    ("Ann and the Annual report.", "Ann", "redaction-in-word"),
    ("We met Jo**hn Smi**th there.", "John Smith", "redaction-not-found"),
    ("John Smith, Jo**hn Smi**th.", "John Smith", "redaction-left"),
    ("John Smith, John <b>Smith</b>.", "John Smith", "redaction-left"),
]


def test_a_redaction_never_fails_open(site: SiteTest) -> None:
    """What cannot be redacted as a whole is an error, and the article is held back."""
    for number, (text, match, _) in enumerate(OPEN):
        site.write(_redacted(text, match, name=f"s{number}.md"))
    assert site.run("build", "--keep-going").exit_code == 3
    codes = {one["path"]: one["code"] for one in site.diagnostics() if one["severity"] == "error"}
    for number, (text, _, code) in enumerate(OPEN):
        told = {codes.get(f"content/articles/s{number}{end}") for end in (".md", ".yml")}
        assert code in told, text
        assert not (site.folder / f"output/articles/s{number}.html").exists()


UNREADABLE = [
    "redactions:\n",
    "redactions: Zanzibarova\n",
    "redactions: {match: Zanzibarova, reason: x}\n",
    "redactions: [Zanzibarova]\n",
    "redactions: [{match: Zanzibarova}]\n",
    "redactions: [{match: Zanzibarova, reason: }]\n",
    "redactions: [{match: '', reason: x}]\n",
    "redactions: [{match: '--', reason: x}]\n",
    "redactions: [{match: [Zanzibarova], reason: x}]\n",
    "redactions: [{match: Zanzibarova, reason: x, whole: no}]\n",
    "redactions: [{match: Zanzibarova, reason: of Zanzibarova}]\n",
    "redactions: [{match: 'Zanzibarova, reason: x}]\n",
    'redactions: [{match: Zanzibarova, reason: x}]\nbroken: "Zanzibarova\n',
    "redaction: [{match: Zanzibarova, reason: x}]\n",
    "Redact: [{match: Zanzibarova, reason: x}]\n",
]


def test_unreadable_redactions(site: SiteTest) -> None:
    """Redactions that are not clear are an error, which quotes nothing of them."""
    for number, sidecar in enumerate(UNREADABLE):
        site.write(
            {
                f"content/articles/s{number}.md": f"# R\n\nOf {SECRET}.\n",
                f"content/articles/s{number}.yml": sidecar,
            }
        )
    result = site.run("build", "--keep-going", "--all")
    assert result.exit_code == 3
    for number, sidecar in enumerate(UNREADABLE):
        assert not (site.folder / f"output/articles/s{number}.html").exists(), sidecar
    said = result.stderr
    for form in ("json", "github", "csv"):
        result = site.run("check", "--format", form)
        said += result.stdout + result.stderr
    assert SECRET not in said


@pytest.mark.parametrize("where", ["r.md", "_defaults.yml", "metadata.csv"])
def test_redactions_stand_in_a_sidecar(site: SiteTest, where: str) -> None:
    """Elsewhere they are an error: they are about one text, and belong beside it."""
    said = f"redactions: [{{match: {SECRET}, reason: x}}]\n"
    text = {
        "r.md": f"---\n{said}---\n",
        "_defaults.yml": said,
        "metadata.csv": "file,redactions\nr.md,x\n",
    }
    site.write(
        {
            "content/articles/c.md": "# C\n\nText.",
            f"content/articles/x/{where}": text[where],
        }
    )
    file = site.folder / "content/articles/x/r.md"
    file.write_text((file.read_text() if file.exists() else "") + f"Of {SECRET}.\n")
    result = site.run("build", "--keep-going")
    assert "redaction-unreadable" in result.stderr
    assert SECRET not in result.stderr
    assert not (site.folder / "output/articles/x/r.html").exists()


def test_an_address_must_not_tell(site: SiteTest) -> None:
    """A file whose name has the words is held back, and not named, until it has a slug."""
    said = redacted(site, "On John Smith.", "John Smith", name="on-john_smith.md")
    assert "error[redaction-address]" in said
    assert "john_smith" not in said
    said = redacted(
        site, "On John Smith.", "John Smith", head="slug: case-7\n", name="on-john_smith.md"
    )
    assert "john_smith" not in said
    assert "john_smith" not in site.page("articles/case-7.html")


def test_other_capitals_are_told(site: SiteTest) -> None:
    """Words that differ in their capitals are shown, with a warning that quotes nothing."""
    said = redacted(site, "Rose picked a rose.", "Rose")
    assert "warning[redaction-other-case]" in said
    assert "▇▇▇ picked a rose." in site.text("articles/r.html")


def test_a_registry_does_not_bring_the_words_back(site: SiteTest) -> None:
    """A place is not named on the page by an entry that has the withheld name for it."""
    site.write({"content/places/zan.yml": f"name: {SECRET}\naliases: [Zanzi]\n"})
    redacted(site, f"In {SECRET}.", SECRET, head="places: [Zanzi, Kabul]\n")
    assert SECRET not in site.page("articles/r.html")
    assert "Kabul" in site.text("articles/r.html")
    assert "Redacted" not in site.text("places/zan.html")


def test_findings_quote_nothing_of_a_redacted_text(site: SiteTest) -> None:
    """Other problems of the same document are told by their place and code alone."""
    marker = "Quagmire"
    site.write(
        {
            "content/articles/r.md": f"---\ntitle: {marker}\nodd_{marker}: {marker}\n"
            f"date: x {marker}\n---\n\nOf {SECRET}, {marker} ![{marker}](z{marker}.png) "
            f"[{marker}]({marker}.md) "
            "which breaks off here and\n\ngoes on there without a word.\n",
            "content/articles/r.yml": (
                f"redactions: [{{match: {SECRET}, reason: x}}]\nacessed: {marker}\n"
            ),
        }
    )
    for form in ("text", "json", "github", "csv"):
        result = site.run("check", "--format", form)
        assert marker not in result.stdout + result.stderr
        assert "r.md" in result.stdout + result.stderr


ANONYMISED: Files = {
    "content/articles/r.md": (
        "---\ntitle: By Ann Zanzibarova\nauthor: Zanzibarova, Ann\ndate: 2001-02-03\n"
        "summary: ANN ZANZIBAROVA reports.\nplaces: [Kabul]\n---\n\n"
        "Ann  Zanzibarova was there; A. Zanzibarova too. ![Ann\nZánzibarova](p.png) "
        "[mail](mailto:ann.zanzibarova@example.org) @AnnZanzibarova "
        "[her page](https://example.org/authors/zanzibarova-ann/)\n\n"
        "She said: the mill stands still.\n\n"
        "*Ann Zanzibarova is a reporter in Kabul, and grew up by the Orrery.*\n"
    ),
    "content/articles/r.yml": "byline: anonymised\n",
    "content/articles/other.md": document(
        "By her.", {"title": "O", "authors": "[Ann Zanzibarova]"}
    ),
    "content/authors/ann.yml": "name: Ann Zanzibarova\naliases: [A. Zanzibarova, Nan Tucket]\n",
    "content/articles/p.png": PNG,
}


def test_an_anonymised_byline(site: SiteTest) -> None:
    """Every known spelling of the author is gone from the page, the lists and the log."""
    site.write(ANONYMISED)
    result = site.run("build")
    assert result.exit_code == 0, result.stderr
    page = site.page("articles/r.html")
    for said in ("zanzib", "nan tucket", "orrery", "sha-256"):
        assert said not in page.split('<nav class="neighbours"')[0].casefold().replace("á", "a")
    assert "Name withheld" in site.text("articles/r.html")
    assert "the mill stands still" in page
    assert "By ▇▇▇" not in site.text("authors/ann.html")
    assert "articles/r.html" not in site.page("authors/ann.html")
    assert "Name withheld" in site.text("dates/2001.html")
    assert "anzibar" not in result.stderr


def test_a_new_alias_is_withheld_too(site: SiteTest) -> None:
    """An alias that the registry learns is taken out by the next build, as by a clean one."""
    site.write({**ANONYMISED, "content/authors/ann.yml": "name: Ann Zanzibarova\n"})
    head, _, body = str(ANONYMISED["content/articles/r.md"]).rpartition("---\n\n")
    site.write({"content/articles/r.md": f"{head}---\n\nNan Tucket wept.\n\n{body}"})
    site.run("build")
    assert "Nan Tucket" in site.page("articles/r.html")
    site.write({"content/authors/ann.yml": ANONYMISED["content/authors/ann.yml"]})
    site.run("build")
    assert "Nan Tucket" not in site.page("articles/r.html")


def test_an_unreadable_registry_holds_anonymised_articles_back(site: SiteTest) -> None:
    """As long as not all spellings are known, none can be said to be gone."""
    site.write({**ANONYMISED, "content/authors/bob.yml": "name: [\n"})
    result = site.run("build", "--keep-going")
    assert "articles/r.md: error[status-unreadable]" in result.stderr
    assert not (site.folder / "output/articles/r.html").exists()


@pytest.mark.parametrize("said", ["anonymise", "Anonymisd"])
def test_a_byline_that_nearly_says_so(site: SiteTest, said: str) -> None:
    """A slip of the pen does not publish a name."""
    site.write({**ANONYMISED, "content/articles/r.yml": f"byline: {said}\n"})
    site.run("build", "--keep-going")
    assert not (site.folder / "output/articles/r.html").exists()


def test_a_name_that_begins_with_another(site: SiteTest) -> None:
    """A path that must not be printed leaves nothing of a longer one that begins with it."""
    site.write({"content/articles/x.md": "Text.\n"})
    site.write(_redacted("Of Anna.", "Anna", name="by-anna.md"))
    said = redacted(site, "Of Annabell.", "Annabell", name="by-annabell.md")
    assert "content/articles/▇▇▇.yml" in said
    assert "bell" not in said


def test_a_name_in_the_address(site: SiteTest) -> None:
    """A file that is called by its author's name is held back."""
    site.write(
        {
            "content/articles/zanzibarova_ann-1.md": ANONYMISED["content/articles/r.md"],
            "content/articles/zanzibarova_ann-1.yml": "byline: Anonymized\n",
        }
    )
    result = site.run("build", "--keep-going")
    assert "error[redaction-address]" in result.stderr
    assert "anzibar" not in result.stderr


def test_a_part_of_a_name_is_told(site: SiteTest) -> None:
    """A family name by itself may be another word: it is shown, with a warning."""
    text = str(ANONYMISED["content/articles/r.md"]).replace("She said", "Zanzibarova said")
    site.write({**ANONYMISED, "content/articles/r.md": text})
    result = site.run("build")
    assert "warning[byline-part-left]" in result.stderr
    assert "anzibar" not in result.stderr


def test_pictures_lose_their_metadata(site: SiteTest) -> None:
    """What a picture says beside the picture is not published with a redacted text."""
    noted = PNG[:33] + chunk(b"tEXt", f"Author\0{SECRET}".encode()) + PNG[33:]
    site.write({"content/articles/p.png": noted, "content/articles/own.png": noted})
    site.write({"content/articles/c.md": "# C\n\n![mine](own.png)\n"})
    redacted(site, f"{SECRET} ![him](p.png)", SECRET)
    assert (site.folder / "output/articles/p.png").read_bytes() == PNG
    assert (site.folder / "output/articles/own.png").read_bytes() == noted
    (site.folder / "content/articles/r.yml").write_text("title: T\n")
    site.run("build")
    assert (site.folder / "output/articles/p.png").read_bytes() == noted


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (f"a,{SECRET}\n".encode(), "attachment-withheld"),
        (f"\0{SECRET}".encode("utf-16"), "attachment-withheld"),
        (PNG[:40], "attachment-withheld"),
        (b"PK\0", "attachment-withheld"),
        (b"\0\1", "attachment-unread"),
    ],
)
def test_files_that_hold_the_words(site: SiteTest, data: bytes, code: str) -> None:
    """A file that holds withheld words stops the build; one that nobody can read is told."""
    site.write({"content/articles/t.csv": data})
    said = redacted(site, f"{SECRET} [table](t.csv)", SECRET)
    assert f"[{code}]" in said
    assert SECRET not in said
    assert (site.folder / "output/articles/t.csv").exists() == (code == "attachment-unread")


def test_an_identifier_is_read_as_an_address(site: SiteTest) -> None:
    """An identifier that spells the words as addresses do is shown nowhere."""
    words = {"title": "D", "identifier": "vera-zanzibarova-7", "date": "2001"}
    site.write(
        {
            "content/articles/d.md": document("Vera Zanzibarova spoke.", words),
            "content/articles/d.yml": (
                "redactions: [{match: Vera Zanzibarova, reason: Her wish.}]\n"
            ),
        }
    )
    assert site.run("build").exit_code == 0
    assert "zanzibarova" not in site.page("articles/d.html").casefold()
    assert "Identifier" not in site.text("articles/d.html")
