"""`import`: WordPress exports, tables, letters and saved pages become files under content/."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from site_gen import importing, yamlio
from site_gen.importing import ImportFailed
from site_gen.importing.wxr import paragraphs
from site_gen.tokens import words
from tests.support import SiteTest

RSS = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0"'
    ' xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/"'
    ' xmlns:content="http://purl.org/rss/1.0/modules/content/"'
    ' xmlns:dc="http://purl.org/dc/elements/1.1/"'
    ' xmlns:wp="http://wordpress.org/export/1.2/">\n<channel>\n'
    "<wp:author><wp:author_login>ann</wp:author_login>"
    "<wp:author_display_name>Ann Bell</wp:author_display_name></wp:author>\n"
)
END = "</channel></rss>\n"


def item(body: str = "<p>Text.</p>", **fields: str) -> str:
    """A post of an export; fields by their names, with `_` after the prefix for the colon."""
    named = {"title": "Harvest", "wp:post_name": "harvest", "wp:status": "publish"} | {
        name.replace("__", ":"): value for name, value in fields.items()
    }
    inner = "".join(f"<{name}>{value}</{name}>" for name, value in named.items())
    return f"<item>{inner}<content:encoded><![CDATA[{body}]]></content:encoded></item>\n"


def files(site: SiteTest) -> dict[str, str]:
    """The files under content/, by their path from there on."""
    root = site.folder / "content"
    return {
        path.relative_to(root).as_posix(): path.read_bytes().decode()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def sidecar(text: str) -> Mapping[str, Any]:
    """What a sidecar states."""
    parsed, found = yamlio.load(text, "a.yml")
    assert found == []
    assert parsed is not None
    data: Mapping[str, Any] = parsed.data
    return data


def run(site: SiteTest, form: str, source: str, *options: str) -> tuple[int, str]:
    """Import a file of the site's folder; its exit code and all that it printed."""
    result = site.run("import", form, str(site.folder / source), *options)
    return result.exit_code, result.stdout + result.stderr


def test_wordpress(site: SiteTest) -> None:
    """Posts, pages, authors, dates, topics and drafts come over; the rest is told."""
    site.write(
        {
            "in/export.xml": RSS
            + item(
                "One\ntwo.\n\n[gallery ids='1']\n\n<h2>Three</h2>",
                dc__creator="ann",
                wp__post_date="2001-11-02 10:00:00",
                wp__post_modified="2002-01-05 10:00:00",
                link="https://example.org/harvest",
                excerpt__encoded="<![CDATA[In <b>short</b>.]]>",
            ).replace("</item>", "<category domain='post_tag'>Farms</category></item>")
            + item(title="About", wp__post_name="about", wp__post_type="page", wp__status="private")
            + item(title="A picture", wp__post_type="attachment")
            + item(wp__post_type="nav_menu_item")
            + END
        }
    )
    code, said = run(site, "wxr", "in/export.xml", "--report", str(site.folder / "report.csv"))
    assert code == 0
    for told in ("[gallery]", "attachment", "nav_menu_item"):
        assert told in said
    made = files(site)
    assert made["articles/harvest.html"].startswith("<p>One<br>\ntwo.</p>")
    assert sidecar(made["articles/harvest.yml"]) == {
        "title": "Harvest",
        "authors": ["Ann Bell"],
        "date": "2001-11-02",
        "modified": "2002-01-05",
        "topics": ["Farms"],
        "summary": "In short .",
        "source_url": "https://example.org/harvest",
    }
    assert sidecar(made["pages/about.yml"])["draft"] == "true"
    assert made["authors/ann-bell.md"] == '---\nname: "Ann Bell"\n---\n'
    report = list(csv.DictReader(io.StringIO((site.folder / "report.csv").read_text())))
    assert ("date", "2001-11-02", "wp:post_date") in [
        (row["field"], row["value"], row["taken from"]) for row in report
    ]
    assert site.run("build").exit_code == 0
    assert "One two." in site.text("articles/harvest.html")
    assert "about.html" not in site.output()


def test_drafts_name_nobody(site: SiteTest) -> None:
    """Whoever wrote only what is not to be shown has no entry, which would be a page."""
    site.write({"export.xml": RSS + item(dc__creator="ann", wp__status="private") + END})
    run(site, "wxr", "export.xml")
    assert list(files(site)) == ["articles/harvest.html", "articles/harvest.yml"]


def test_twice_changes_nothing(site: SiteTest) -> None:
    """The same import again writes nothing; an edit stays, unless it is to be overwritten."""
    site.write({"export.xml": RSS + item() + item("<p>Other.</p>") + END})
    assert run(site, "wxr", "export.xml", "--dry-run")[0] == 0
    assert not (site.folder / "content").exists()
    run(site, "wxr", "export.xml")
    first = files(site)
    assert set(first) >= {"articles/harvest.html", "articles/harvest-2.html"}
    assert "0 written; 2 unchanged" in run(site, "wxr", "export.xml")[1]
    site.write({"content/articles/harvest.yml": "title: Mended\n"})
    code, said = run(site, "wxr", "export.xml")
    assert (code, "import-exists" in said) == (0, True)
    assert files(site)["articles/harvest.yml"] == "title: Mended\n"
    run(site, "wxr", "export.xml", "--overwrite")
    assert files(site) == first


def test_a_document_of_that_name_is_left(site: SiteTest) -> None:
    """A document that would share its page with an imported one keeps it."""
    site.write({"export.xml": RSS + item() + END, "content/articles/harvest.md": "# Mine\n"})
    _, said = run(site, "wxr", "export.xml", "--overwrite")
    assert "import-exists" in said
    assert list(files(site)) == ["articles/harvest.md"]


@pytest.mark.parametrize(
    "name", ["../../../etc/passwd", "/etc/passwd", "..%2F..%2Fx", "con", "a\\b", "C:x", "", "ü/é"]
)
def test_names_never_leave_the_folder(name: str, tmp_path: Path) -> None:
    """Whatever an entry is called, its file lies in the folder of articles."""
    site = SiteTest(tmp_path / "deep" / "down" / "site")
    site.write({"export.xml": RSS + item(wp__post_name=name, title=name) + END})
    assert run(site, "wxr", "export.xml")[0] == 0
    made = sorted(files(site))
    assert len(made) == 1 + bool(name)
    for path in made:
        assert path.startswith("articles/")
        assert path.count("/") == 1
    assert all(site.folder in one.parents for one in tmp_path.rglob("*") if one.is_file())


def test_links_do_not_lead_out(site: SiteTest, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A folder that is a link to elsewhere is refused, and so is a --to outside of content/."""
    site.write({"export.xml": RSS + item() + END, "content/x.md": "# X\n"})
    outside = tmp_path_factory.mktemp("outside")
    (site.folder / "content/articles").symlink_to(outside)
    assert run(site, "wxr", "export.xml")[0] == 2
    for folder in ("output", "content/../x", "/tmp", ""):
        assert run(site, "wxr", "export.xml", "--to", folder)[0] == 2
    assert list(outside.iterdir()) == []


def test_broken_xml_is_told_with_its_place(site: SiteTest) -> None:
    """A broken entry costs itself only; its line and column in the file are told."""
    bad = item(title="Bad &amp; good", wp__post_name="bad").replace("&amp;", "&")
    good = [item(wp__post_name=f"good-{number}") for number in range(3)]
    site.write({"export.xml": RSS + good[0] + bad + good[1] + bad + good[2] + END})
    code, said = run(site, "wxr", "export.xml")
    assert code == 1
    assert [one for one in files(site) if one.endswith("html")] == [
        f"articles/good-{number}.html" for number in range(3)
    ]
    column = bad.index("&") + 2
    for line in (6, 8):
        assert f"export.xml:{line}:{column}: error[import-broken]" in said


@pytest.mark.parametrize(
    "head",
    [
        '<!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>',
        '<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE rss SYSTEM "http://example.org/evil.dtd">',
    ],
)
def test_entities_are_refused(head: str, site: SiteTest) -> None:
    """No file can declare an entity: not one that grows, and not one that is another file."""
    text = RSS.replace("<rss", f"{head}<rss", 1) + item(title="&x;&b;") + END
    site.write({"export.xml": text})
    code, said = run(site, "wxr", "export.xml")
    assert (code, "refused" in said) == (1, True)
    assert not (site.folder / "content").exists()


@pytest.mark.parametrize("text", ["", "<html><p>No</p></html>", "no xml", RSS[:200], "\0\1"])
def test_other_files_are_told(text: str, site: SiteTest) -> None:
    """What is no export of WordPress is an error and no traceback."""
    site.write({"export.xml": text})
    code, said = run(site, "wxr", "export.xml")
    assert (code, "import-broken" in said) == (1, True)


@given(damage=st.text("<>&;[]!/itemcdat \n\"'", max_size=60))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_damage(damage: str, tmp_path: Path) -> None:
    """Whatever stands between two entries, the import ends and those that are whole come over."""
    export = tmp_path / "export.xml"
    export.write_text(RSS + item() + damage + item(wp__post_name="last") + END)
    options = importing.Options(tmp_path, "wxr", export, dry_run=True)
    paths = [one.path for one in importing.run(options).written]
    assert paths[0] == "content/articles/harvest.html"


def test_a_long_export_is_read_as_a_stream(site: SiteTest) -> None:
    """An entry of absurd length is told and left out; those around it come over."""
    from site_gen.importing import wxr

    site.write({"export.xml": RSS + item("x" * 300_000) + item(wp__post_name="next") + END})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(wxr, "LONGEST_ITEM", 200_000)
        code, said = run(site, "wxr", "export.xml")
    assert (code, "too long" in said) == (1, True)
    assert "articles/next.html" in files(site)


@given(st.text("ab \n<>/p[]", max_size=80))
def test_paragraphs_lose_no_word(body: str) -> None:
    """Paragraphs are put around a text; its words stay, in order."""
    marks = ("p", "br")
    kept = [word for word in words(paragraphs(body)) if word not in marks]
    assert kept == [word for word in words(body) if word not in marks]


def test_columns_of_fields_are_not_told(site: SiteTest) -> None:
    """Neither those of fields nor those that site.yml lists."""
    site.write(
        {
            "site.yml": "title: A\nfields:\n  desk: News desk\n",
            "in/list.csv": "title,authors,date,desk,stray,text\nA,Ann Bell,1999,Home,x,Words.\n",
        }
    )
    code, said = run(site, "csv", "in/list.csv")
    assert code == 0
    assert "`stray` is no field" in said
    assert said.count("is no field") == 1


def test_table_beside_texts(site: SiteTest) -> None:
    """Each row goes with its file; columns may have any known name, or the keeper's own."""
    site.write(
        {
            "in/list.csv": "filename;Titel;Autor;Datum;Ressort;Desk\n"
            "a.txt;Die Ernte;Ann Bell|Jo Ray;2. November 2001;Wirtschaft;Ausland\n"
            "b;Der Regen;;;;\n"
            "gone.txt;Fort;;;;\n"
            "../../secret.txt;Out;;;;\n",
            "in/a.txt": "Text über Müller.\n".encode("cp1252"),
            "in/b.html": "<p>Regen.</p>",
            "secret.txt": "Secret.",
        }
    )
    code, said = run(site, "csv", "in/list.csv", "--map", "Ressort=topics", "--to", "content/x/y")
    assert code == 1
    for told in ("gone.txt", "outside", "`Desk` is no field", "encoding-guessed", "cp1252"):
        assert told in said
    assert said.count("is no field") == 1
    made = files(site)
    assert made["x/y/a.txt"] == "Text über Müller.\n"
    assert sidecar(made["x/y/a.yml"]) == {
        "title": "Die Ernte",
        "authors": ["Ann Bell", "Jo Ray"],
        "date": "2. November 2001",
        "topics": "Wirtschaft",
        "Desk": "Ausland",
    }
    assert made["x/y/b.html"] == "<p>Regen.</p>"
    assert "Secret." not in "".join(made.values())


def test_table_with_texts(site: SiteTest) -> None:
    """A column may hold the texts; a broken row is told and the next is read."""
    site.write(
        {
            "t.tsv": 'title\tdate\tstory\nHarvest\t2001\t"One.\n\nTwo."\n'
            'Bad\t2001\t"a"b\nRain\t2002\t<p>Wet.</p>\n'
        }
    )
    assert run(site, "csv", "t.tsv")[0] == 2
    code, said = run(site, "csv", "t.tsv", "--text-column", "Story")
    assert (code, "t.tsv:5" in said) == (1, True)
    made = files(site)
    assert made["articles/harvest.txt"] == "One.\n\nTwo.\n"
    assert made["articles/rain.html"] == "<p>Wet.</p>\n"


LETTER = (
    "From: =?utf-8?q?J=C3=BCrgen?= <j@example.org>\nSubject: The harvest\n"
    "Date: Fri, 2 Nov 2001 10:00:00 +0000\nMessage-ID: <1@example.org>\n"
)


def test_letters(site: SiteTest) -> None:
    """Letters are decoded; a mailbox holds many; attachments are told."""
    mixed = (
        f"{LETTER}MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=XX\n\n--XX\n"
        "Content-Type: text/plain; charset=koi8-r\nContent-Transfer-Encoding: base64\n\n"
        "8NLJ18XU\n--XX\nContent-Type: image/png\n"
        'Content-Disposition: attachment; filename="a.png"\n\nx\n--XX--\n'
    )
    html = LETTER.replace("harvest", "rain") + "Content-Type: text/html\n\n<p>Rain.</p>\n"
    box = f"From a Fri Nov  2 10:00:00 2001\n{html}\nFrom b Fri Nov  2 10:00:00 2001\n{mixed}"
    site.write({"in/one.eml": mixed, "in/more.mbox": box, "in/broken.eml": b"\xff\xfe\0"})
    code, said = run(site, "mail", "in")
    assert (code, "a.png" in said) == (0, True)
    made = files(site)
    assert made["articles/the-harvest.txt"] == "Привет\n"
    assert made["articles/the-rain.html"] == "<p>Rain.</p>\n"
    stated = sidecar(made["articles/the-harvest.yml"])
    assert (stated["authors"], stated["date"]) == (["Jürgen"], "2001-11-02")
    assert "articles/the-harvest-2.txt" in made


PAGE = """<html lang="en"><head><title>The harvest - The Example</title>
<meta charset="windows-1252"><link rel="canonical" href="https://example.org/harvest">
<meta property="article:published_time" content="2001-11-02T10:00:00Z">
<meta name="author" content="Ann Bell"><meta property="og:title" content="The harvest">
</head><body><nav><a href="/">Home</a> <a href="/x">Politics</a></nav><article><h1>The harvest</h1>
<p>The rain came late this year, and the farmers of the valley have lost most of their wheat.</p>
<p>“We cannot wait any longer,” said a man who had come to the café with his two sons.</p>
<p>The government has promised to send grain before the winter, but nobody has seen any.</p>
</article><footer>Copyright, cookies, terms</footer></body></html>"""


def test_saved_pages(site: SiteTest) -> None:
    """The main text of a saved page comes over, with title, author, date and address."""
    pytest.importorskip("trafilatura")
    site.write({"in/a/harvest.html": PAGE.encode("cp1252"), "in/empty.htm": "<html></html>"})
    code, said = run(site, "html", "in")
    assert (code, "empty.htm" in said) == (1, True)
    made = files(site)
    text = made["articles/harvest.html"]
    assert "café with his two sons" in text
    assert "cookies" not in text
    stated = sidecar(made["articles/harvest.yml"])
    assert stated["title"] == "The harvest"
    assert stated["authors"] == ["Ann Bell"]
    assert stated["date"] == "2001-11-02"
    assert stated["source_url"] == "https://example.org/harvest"
    assert site.run("build").exit_code == 0


def test_a_small_part_of_a_page_is_told(site: SiteTest) -> None:
    """Where most of a page is left out, the keeper is asked to look."""
    pytest.importorskip("trafilatura")
    menu = "".join(f"<li><a href='/{n}'>Section {n} of the paper</a></li>" for n in range(200))
    site.write({"in.html": PAGE.replace("<nav>", f"<nav><ul>{menu}</ul>", 1)})
    code, said = run(site, "html", "in.html")
    assert (code, "words of the page" in said) == (0, True)
    assert "Section 7" not in files(site)["articles/in.html"]


def test_pages_need_the_extra(site: SiteTest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without trafilatura the keeper is told what to install, and nothing else needs it."""
    monkeypatch.setitem(sys.modules, "trafilatura", None)
    site.write({"in/a.html": PAGE, "export.xml": RSS + item() + END})
    code, said = run(site, "html", "in")
    assert (code, "site_gen[import]" in said) == (2, True)
    assert run(site, "wxr", "export.xml")[0] == 0


@pytest.mark.parametrize("form", sorted(importing.FORMATS))
def test_nothing_there(form: str, tmp_path: Path) -> None:
    """A path that is not there is told at once."""
    if form == "html":
        pytest.importorskip("trafilatura")
    with pytest.raises(ImportFailed):
        importing.run(importing.Options(tmp_path, form, tmp_path / "none"))
