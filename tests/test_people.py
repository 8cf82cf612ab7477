"""People: what they are filed under, spellings of one name, translators, an author's page."""

from __future__ import annotations

import re
import shutil
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from site_gen import names, people
from site_gen.model import Archive, Entity
from tests.archive_sites import Files, document
from tests.support import SiteTest
from tests.test_archive import document as made


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Tim Example", "Example, Tim"),
        ("EXAMPLE, Tim", "EXAMPLE, Tim"),
        ("John F. Example", "Example, John F."),
        ("Jane van der Doe", "van der Doe, Jane"),
        ("Ayman al-Sample", "Sample, Ayman al-"),
        ("Robert De Sample", "De Sample, Robert"),
        ("Al Sample", "Sample, Al"),
        ("Le Sample", "Le Sample"),
        ("Ann Sample Jr.", "Sample, Ann, Jr."),
        ("Ann Sample, PhD", "Sample, Ann, PhD"),
        ('Ann "Annie" Sample', 'Sample, Ann "Annie"'),
        ("Sample Health Administration", "Sample Health Administration"),
        ("Иван Образцов", "Образцов, Иван"),
        ("Reuters", "Reuters"),
        ("Associated Press", "Associated Press"),
        ("BBC Sample", "BBC Sample"),
        ("Institute for War & Peace Reporting", "Institute for War & Peace Reporting"),
        ("محمد امین", "محمد امین"),
        ("王小波", "王小波"),
        ("C++", "C++"),
    ],
)
def test_filed_under(name: str, expected: str) -> None:
    """A person is filed by the family name with its particles; what is no such name stays."""
    assert expected == names.filed_under(name)


@given(st.text())
def test_filing_loses_no_letter(name: str) -> None:
    """What a name is filed under has its letters, in another order at most."""
    filed = names.filed_under(name)
    assert sorted(filed.replace(",", "").split()) == sorted(name.replace(",", "").split()) or (
        sorted(filter(str.isalpha, filed)) == sorted(filter(str.isalpha, name))
    )


@pytest.mark.parametrize(
    "spelling", ["EXAMPLE, Tim", "Tim  Example", "Tim Exámple", "tim example", "Example,Tim"]
)
def test_spellings_that_are_alike(spelling: str) -> None:
    """Case, blanks, accents and the order around a comma make no other name."""
    assert names.likeness("Tim Example") == names.likeness(spelling)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Tim Example", "T. Example"),
        ("Tim Example", "Tim B. Example"),
        ("Ann Example Jr.", "Ann Example"),
        ("محمد امین", "محمد امن"),
        ("Bell, Hill", "Bell Hill"),
    ],
)
def test_spellings_that_are_not_alike(one: str, other: str) -> None:
    """What may be another person is not proposed."""
    assert names.likeness(one) != names.likeness(other)


def test_initials_are_alike() -> None:
    """Stops and blanks between initials do not count."""
    assert len({names.likeness(f"{one} Example") for one in ("J.R.", "J. R.", "J R", "JR")}) == 1


def article(title: str, **fields: str) -> str:
    """An article with these fields."""
    return document(f"The text of {title}.", {"title": title} | fields)


SPELT: Files = {
    "content/articles/a.md": article("A", authors="[Tim Example]", date="2001-01-01"),
    "content/articles/b.md": article("B", authors="[Tim Example]", date="2002-01-01"),
    "content/articles/c.md": article("C", authors='["EXAMPLE, Tim"]'),
    "content/articles/d.md": article("D", translators='["Tim Exámple"]'),
}


def test_spellings_are_proposed_and_not_merged(site: SiteTest) -> None:
    """One finding tells the spellings, their counts and a line of aliases that joins them."""
    site.write(SPELT).run("build")
    assert {"authors/tim-example.html", "authors/example-tim.html"} <= site.output().keys()
    [found] = [one for one in site.diagnostics() if one["code"] == "name-spellings"]
    assert "`Tim Example` (2), `Tim Exámple` (1), `EXAMPLE, Tim` (1)" in found["message"]
    line = 'aliases: ["Tim Exámple", "EXAMPLE, Tim"]'
    assert line in found["hint"]
    assert "content/authors/tim-example.md" in found["hint"]
    entry = f'---\nname: "Tim Example"\n{line}\n---\n'
    site.write({"content/authors/tim-example.md": entry}).run("build")
    assert "name-spellings" not in site.codes()
    assert "authors/example-tim.html" not in site.output()


def test_a_proposal_keeps_the_aliases_there_are(site: SiteTest) -> None:
    """Where an entry has aliases or old addresses, the lines hold these too, and the entry is the
    file named.
    """
    entry = "---\nname: Tim Example\naliases: [Timothy]\nredirect_from: [t.html]\n---\n"
    site.write({**SPELT, "content/authors/tim.md": entry})
    [found] = [one for one in site.diagnostics() if one["code"] == "name-spellings"]
    assert found["path"] == "content/authors/tim.md"
    assert 'aliases: ["Timothy", "Tim Exámple", "EXAMPLE, Tim"]' in found["hint"]
    assert 'redirect_from: ["t.html", "authors/' in found["hint"]


@pytest.mark.parametrize(
    "files",
    [
        {"content/authors/tim.md": "---\nname: Tim Example\naccept: [name-spellings]\n---\n"},
        {
            "content/articles/c.md": article(
                "C", authors='["EXAMPLE, Tim"]', accept="[name-spellings]"
            ),
            "content/articles/d.md": "# D\n\nText.\n",
        },
        {
            "content/authors/a.md": "---\nname: Tim Example\n---\n",
            "content/authors/b.md": '---\nname: "EXAMPLE, Tim"\naliases: [Tim Exámple]\n---\n',
        },
    ],
    ids=["in the entry", "in the article", "two entries"],
)
def test_spellings_that_the_keeper_reviewed(site: SiteTest, files: Files) -> None:
    """A finding accepted in an entry or in the article is not told; nor are two entries alike."""
    assert "name-spellings" not in site.write({**SPELT, **files}).codes()


def test_fifty_thousand_names_are_compared_fast() -> None:
    """As many different names take a second or two at most, and a pair among them is found."""
    spelt = [*(f"Given{n} Family{n}" for n in range(50_000)), "FAMILY7, Given7"]
    people_of = {name: Entity("author", name, name, None, ("a",)) for name in spelt}
    whole = Archive({"a": made("a")}, {}, {"author": people_of}, {})
    started = time.process_time()
    [found] = people.spellings(whole)
    assert time.process_time() - started < 3
    assert "FAMILY7, Given7" in found.message


FILED: Files = {
    "content/articles/a.md": article(
        "A", authors="[Tim Example, Jane van der Doe, Associated Press]", date="2001"
    ),
    "content/articles/b.md": article("B", authors="[Ann Zebra, Wire Example]", date="1999-02-03"),
    "content/articles/c.md": article("C"),
    "content/authors/ann-zebra.md": "---\nname: Ann Zebra\nsort_name: Aardvark, Ann\n---\n",
    "content/authors/wire-example.md": "---\nname: Wire Example\nagency: true\n---\n",
}


def test_the_index_is_filed_by_family_name(site: SiteTest) -> None:
    """Stated sort names count, else the family name; an agency and its like stay as they are."""
    site.write(FILED).run("build")
    filed = {
        section.select("h2")[0].get_text(): [link.get_text() for link in section.select("a")]
        for section in site.soup("authors/index.html").select(".letter")
    }
    assert filed == {
        "A": ["Ann Zebra", "Associated Press"],
        "E": ["Tim Example"],
        "V": ["Jane van der Doe"],
        "W": ["Wire Example"],
    }
    assert "Agency" in site.text("authors/wire-example.html")
    assert "By" not in site.text("articles/c.html").split()


TRANSLATED: Files = {
    **{
        f"content/articles/t{n}.md": article(
            f"T{n}", authors="[Ann Bell]", translators="[Carl Weaver]", date=f"{1999 + n}-01-01"
        )
        for n in range(3)
    },
    "content/articles/own.md": article("Own", authors="[Carl Weaver]", date="2005-01-01"),
    "content/articles/label.txt": (
        "## The Label\n\n**Author:** Ann Bell\n\n**Translated by:** Dora Sample\n\nText here.\n"
    ),
}


def test_translators_are_people_with_pages(site: SiteTest) -> None:
    """The article names its translator beside its author; the person's page lists both apart."""
    site.write(TRANSLATED).run("build")
    page = site.soup("articles/t0.html")
    bylines = [one.get_text() for one in page.select(".head .byline")]
    assert bylines == ["By Ann Bell", "Translated by Carl Weaver"]
    assert page.select_one('.byline a[href="../authors/carl-weaver.html"]')
    person = site.soup("authors/carl-weaver.html")
    apart = [link.get_text() for link in person.select("#translations h3 a")]
    assert apart == ["T0", "T1", "T2"]
    assert [link.get_text() for link in person.select(".group:not(#translations) h3 a")] == ["Own"]
    assert "1 article, 2005" in site.text("authors/carl-weaver.html")
    assert "Translator" in site.text("authors/dora-sample.html")
    assert site.soup("authors/index.html").find("a", string="Dora Sample")


def test_many_translations_have_a_page(site: SiteTest) -> None:
    """Where translations are too many for the person's page, it leads to lists by year."""
    many: Files = {
        f"content/articles/t{n}.md": article(
            f"T{n}", translators="[Carl Weaver]", **({"date": f"{1990 + n}"} if n else {})
        )
        for n in range(12)
    }
    site.write({"site.yml": "title: T\nlist_limit: 10\n", **many}).run("build")
    assert site.soup("authors/carl-weaver.html").select_one(
        '#translations a[href="carl-weaver/translations.html"]'
    )
    listed = site.soup("authors/carl-weaver/translations.html").select(".timeline a, .drawers a")
    assert len(listed) == 12
    assert "T3" in site.text("authors/carl-weaver/translations/1993.html")


def test_an_authors_page_tells_places_topics_and_years(site: SiteTest) -> None:
    """The places and topics of an author's articles stand there, linked, the commonest first."""
    site.write(
        {
            "content/articles/a.md": article(
                "A", authors="[Ann Bell]", places="[Kabul; Kunduz]", topics="[War]", date="1999"
            ),
            "content/articles/b.md": article(
                "B", authors="[Ann Bell]", places="[Kunduz]", date="2003-05-01"
            ),
            "content/articles/c.md": article("C", authors="[Bob Hill]", places="[Kosovo]"),
        }
    ).run("build")
    page = site.soup("authors/ann-bell.html")
    named = [one.get_text(" ", strip=True) for one in page.select(".row .entries li")]
    assert named == ["Kunduz 2", "Kabul 1", "War 1"]
    assert page.select_one('.entries a[href="../places/kunduz.html"]')
    assert "2 articles, 1999 to 2003" in site.text("authors/ann-bell.html")
    assert "Kosovo" not in site.text("authors/ann-bell.html")


@pytest.mark.parametrize(
    "change",
    [
        {"content/articles/new.md": article("New", authors='["WEAVER, Carl"]')},
        {"content/articles/new.md": article("New", translators="[Carl Weaver]")},
        {"content/articles/own.md": article("Own", authors="[Carl Weaver]", topics="[New]")},
        {"content/authors/carl-weaver.md": "---\nname: Carl The Weaver\nsort_name: A\n---\n"},
        {"content/authors/carl-weaver.md": "---\nname: Carl Weaver\nagency: true\n---\n"},
    ],
)
def test_an_edit_is_as_a_clean_build(site: SiteTest, tmp_path: Path, change: Files) -> None:
    """After a change to who is named, an incremental build has the bytes of a clean one."""
    site.write(TRANSLATED).run("build")
    site.write(change).run("build")
    clean = SiteTest(tmp_path / "clean").write({**TRANSLATED, **change})
    shutil.copy(site.folder / "site.yml", clean.folder / "site.yml")
    clean.run("build")
    assert clean.output() == site.output()


@pytest.mark.parametrize(
    ("field", "folder", "spellings", "called"),
    [
        ("topics", "topics", ["E-commerce", "Ecommerce"], "topic"),
        ("topics", "topics", ["War & peace", "War and Peace"], "topic"),
        ("places", "places", ["Tal Afar", "Talafar"], "place"),
        ("series", "series", ["News-letters", "Newsletters"], "series"),
    ],
)
def test_spellings_of_others(
    site: SiteTest, field: str, folder: str, spellings: list[str], called: str
) -> None:
    """Names of topics, places and series that differ in signs alone are proposed to be one, and
    are one when the proposed line is written; those that differ in more are not.
    """
    site.write(
        {
            f"content/articles/a{number}.md": document("T.", {"title": "T", field: f"['{name}']"})
            for number, name in enumerate([*spellings, "C", "C++", "C#"])
        }
    )
    (one,) = [one for one in site.diagnostics() if one["code"] == "name-spellings"]
    assert f"may be one {called} have a page each" in one["message"]
    path = written_as_told(site, one["hint"])
    assert path.startswith(f"content/{folder}/")
    assert "name-spellings" not in site.codes()


def written_as_told(site: SiteTest, hint: str) -> str:
    """Make the entry that a hint proposes; its path."""
    match = re.search(r"make (\S+) with these lines between two lines `---`: (`.*`)\.", hint)
    assert match, hint
    lines = match[2].strip("`").split("`, `")
    site.write({match[1]: "\n".join(["---", *lines, "---", ""])})
    return match[1]


def test_a_proposal_loses_no_address(site: SiteTest) -> None:
    """Who writes what is proposed keeps the plain address, and all old addresses lead there."""
    spelt = {"a": "solar-power", "b": "solar-power", "c": "solar power"}
    site.write(
        {f"content/articles/{key}.md": article(key, topics=f"[{spelt[key]}]") for key in spelt}
    )
    assert site.run("permalinks", "--record", "--date", "2026-01-01").exit_code == 0
    (one,) = [one for one in site.diagnostics() if one["code"] == "name-spellings"]
    (other,) = re.findall(r'redirect_from: \["(topics/solar-power-\w+\.html)"\]', one["hint"])
    assert written_as_told(site, one["hint"]) == "content/topics/solar-power.md"
    assert site.run("build").exit_code == 0
    assert site.codes() == []
    assert "solar-power.html" in site.page(other)


def test_a_lost_spelling_is_not_looked_for_in_its_article(site: SiteTest) -> None:
    """Where a name is joined to another without its old address, the hint tells what keeps that,
    and not to restore an article that is there.
    """
    spelt = {"a": "solar-power", "b": "solar power"}
    site.write(
        {f"content/articles/{key}.md": article(key, topics=f"[{spelt[key]}]") for key in spelt}
    )
    assert site.run("permalinks", "--record", "--date", "2026-01-01").exit_code == 0
    kept = next(path for path in planned_topics(site) if path != "topics/solar-power.html")
    entry = f"content/{kept.removesuffix('.html')}.md"
    joined = "name: solar-power\naliases: [solar power]\n"
    site.write({entry: f"---\n{joined}---\n"})
    (one,) = [one for one in site.diagnostics() if one["code"] == "permalink-lost"]
    assert "Restore" not in one["hint"]
    assert "redirect_from: [topics/solar-power.html]" in one["hint"]
    site.write({entry: f"---\n{joined}redirect_from: [topics/solar-power.html]\n---\n"})
    assert site.run("build").exit_code == 0


def planned_topics(site: SiteTest) -> list[str]:
    """The addresses of topics in the ledger."""
    lines = (site.folder / "permalinks.tsv").read_text().splitlines()
    return [line.split("\t")[0] for line in lines if line.startswith("topics/")]
