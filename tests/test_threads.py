"""What leads from article to article: parts of a series, translations, editor's picks."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.archive_sites import Files, document
from tests.support import SiteTest


def article(title: str, **fields: str) -> str:
    """An article with these fields."""
    return document(f"The text of {title}.", {"title": title} | fields)


SERIES: Files = {
    "content/articles/b.md": article("B", series="[Road]", part="1", date="2003-01-01"),
    "content/articles/a.md": article("A", series="[Road]", part="2 of 3", date="2001-01-01"),
    "content/articles/c.md": article("C", series="[Road]", part="4", date="2002-01-01"),
    "content/articles/more.md": article("More", series="[Road]", date="1999-01-01"),
}


def parts(site: SiteTest, url: str) -> tuple[str, list[str]]:
    """What a page says of its place in a series, and the titles of the parts around it."""
    nav = site.soup(url).select("nav.parts")
    if not nav:
        return "", []
    return nav[0].p.get_text(), [one.get_text() for one in nav[0].select("b")]  # type: ignore[union-attr]


def test_stated_parts_are_the_order(site: SiteTest) -> None:
    """The numbers that articles state order a series; a higher one says that there are more."""
    site.write(SERIES).run("build")
    assert parts(site, "articles/b.html") == ("Part 1 of 4, Road", ["A"])
    assert parts(site, "articles/a.html") == ("Part 2 of 4, Road", ["B", "C"])
    assert parts(site, "articles/c.html") == ("Part 4 of 4, Road", ["A"])
    assert parts(site, "articles/more.html") == ("", [])
    listed = site.soup("series/road.html").select(".card")
    assert [one.select("h2 a")[0].get_text() for one in listed] == ["B", "A", "C", "More"]
    assert [one.get_text() for one in site.soup("series/road.html").select(".when .part")] == [
        "Part 1", "Part 2", "Part 4",
    ]  # fmt: skip


def test_dates_are_the_order_where_no_part_is_stated(site: SiteTest) -> None:
    """Without numbers the dates give them, but not where an article has none."""
    dated: Files = {
        f"content/articles/n{n}.md": article(f"N{n}", series="[Road]", date=f"{2009 - n}")
        for n in range(3)
    }
    site.write(dated).run("build")
    assert parts(site, "articles/n1.html") == ("Part 2 of 3, Road", ["N2", "N0"])
    site.write({"content/articles/u.md": article("U", series="[Road]")}).run("build")
    assert parts(site, "articles/n1.html") == ("", [])


def test_a_column_has_no_parts(site: SiteTest) -> None:
    """A long run without numbers is not numbered: a new article would change all its pages."""
    many: Files = {
        f"content/articles/n{n}.md": article(f"N{n}", series="[Road]", date=f"{1800 + n}")
        for n in range(101)
    }
    site.write(many).run("build")
    assert parts(site, "articles/n50.html") == ("", [])


def test_the_part_counts_for_the_first_series(site: SiteTest) -> None:
    """In several series, the number is that in the first; a translation has the same number."""
    site.write(
        {
            "content/articles/a.md": article("A", series="[Road; Hill]", part="3"),
            "content/articles/b.md": article("B", series="[Hill]", part="1"),
            "content/articles/c.md": article("C", series="[Road]", part="2"),
            "content/articles/d.md": article("D", series="[Road]", part="2", language="fr"),
        }
    ).run("build")
    navs = site.soup("articles/a.html").select("nav.parts p")
    assert [one.get_text() for one in navs] == ["Part 3 of 3, Road"]
    assert parts(site, "articles/a.html")[1] == ["C"]


@pytest.mark.parametrize("part", ["two", "0", "-1", "1.5"])
def test_a_part_is_a_whole_number(site: SiteTest, part: str) -> None:
    """What is no number from 1 is told and not used."""
    site.write({"content/articles/a.md": article("A", series="[Road]", part=part)})
    assert "wrong-type" in site.codes()


TRANSLATED: Files = {
    "content/articles/en/road.md": article("The road"),
    "content/articles/prs/road.md": article(
        "راه", language="prs", translation_of="articles/en/road.md"
    ),
    "content/articles/ru/road.md": article(
        "Дорога", language="ru", translation_of="../prs/road.md"
    ),
    "content/articles/k1.md": article("K1", translation_key="K"),
    "content/articles/k2.md": article("K2", translation_key="k", language="fr"),
}


def test_translations_lead_to_each_other(site: SiteTest) -> None:
    """Each lists the other languages by their own names, whichever names which."""
    site.write(TRANSLATED).run("build")
    for url, names in {
        "articles/en/road.html": ["دری", "Русский"],
        "articles/ru/road.html": ["English", "دری"],
        "articles/k2.html": ["English"],
    }.items():
        links = site.soup(url).select(".head a[hreflang]")
        assert [one.get_text() for one in links] == names
    assert site.soup("articles/k1.html").select('.head a[href="k2.html"][lang="fr"]')


def test_translations_are_announced(site: SiteTest) -> None:
    """The head of each names all languages, its own too, each once, by whole addresses."""
    site.write(TRANSLATED).run("build")
    for url in ("articles/en/road.html", "articles/prs/road.html"):
        links = site.soup(url).select('head link[rel="alternate"][hreflang]')
        assert {one["hreflang"]: one["href"] for one in links} == {
            "en": "https://example.org/articles/en/road.html",
            "prs": "https://example.org/articles/prs/road.html",
            "ru": "https://example.org/articles/ru/road.html",
        }
    site.write({"site.yml": "title: T\n"}).run("build")
    assert site.soup("articles/k1.html").select('link[hreflang="fr"][href="k2.html"]')


@pytest.mark.parametrize(
    "reference",
    ["content/articles/en/road.md", "articles/en/road", "/articles/en/road.html", "en/road.md",
     "en/road", "./en/road.md"],
)  # fmt: skip
def test_ways_to_name_the_other(site: SiteTest, reference: str) -> None:
    """The path below content/, the key, and the way from the file on all lead there."""
    there = article("Dort", language="de", translation_of=reference)
    site.write({**TRANSLATED, "content/articles/x.md": there})
    assert not {"translation-dead", "translation-twice"} & set(site.codes())
    site.run("build")
    assert site.soup("articles/en/road.html").select('.head a[hreflang="de"]')


def test_dead_and_double_translations_are_told(site: SiteTest) -> None:
    """A reference to nothing is told, as are two of one language, unless they are accepted."""
    site.write(
        {
            **TRANSLATED,
            "content/articles/x.md": article("X", translation_of="nowhere.md"),
            "content/articles/y.md": article("Y", translation_key="K"),
            "content/articles/z.md": article("Z", translation_of="y.md", language="de"),
        }
    )
    found = {one["path"]: one["code"] for one in site.diagnostics() if "transl" in one["code"]}
    assert found == {
        "content/articles/x.md": "translation-dead",
        "content/articles/y.md": "translation-twice",
    }
    accepted = article("Y", translation_key="K", accept="[translation-twice]")
    site.write({"content/articles/y.md": accepted})
    assert "translation-twice" not in site.codes()


def test_what_is_held_back_is_no_translation(site: SiteTest) -> None:
    """A draft is not listed, named or told as missing, until it is published."""
    site.write(
        {
            "content/articles/a.md": article("A"),
            "content/articles/b.md": article("B", language="fr", draft="true", translation_of="a"),
            "content/articles/c.md": article("C", language="de", translation_of="b.md"),
        }
    )
    assert "translation-dead" not in site.codes()
    site.run("build")
    assert not site.soup("articles/a.html").select("[hreflang]")


def test_picks_are_shown_newest_first(site: SiteTest) -> None:
    """The newest six picks stand on the home page with their notes; another name will do."""
    many: Files = {
        f"content/articles/n{n}.md": article(
            f"N{n}", date=f"200{n}", pick="true", featured_note=f"Note *{n}*"
        )
        for n in range(8)
    }
    site.write({**many, "content/articles/no.md": article("No", featured="false")}).run("build")
    picks = site.soup("index.html").select(".picks .card")
    titles = [one.select("h3")[0].get_text() for one in picks]
    assert titles == [f"N{n}" for n in range(7, 1, -1)]
    assert picks[0].select(".pick")[0].get_text() == "Note 7"


def test_without_picks_nothing_is_said_of_them(site: SiteTest) -> None:
    """An archive without picks has no empty heading."""
    site.write(SERIES).run("build")
    assert not site.soup("index.html").select(".picks")


@pytest.mark.parametrize(
    "change",
    [
        {"content/articles/new.md": article("New", series="[Road]", part="3")},
        {"content/articles/a.md": article("A new title", series="[Road]", part="2")},
        {"content/articles/new.md": article("N", language="de", translation_of="articles/k1")},
        {"content/articles/k2.md": article("K2", translation_key="k", language="fr-CA")},
        {"content/articles/new.md": article("Pick", pick="true", date="1998")},
    ],
)
def test_an_edit_is_as_a_clean_build(site: SiteTest, tmp_path: Path, change: Files) -> None:
    """After a new part, a translation or a pick, an incremental build equals a clean one."""
    site.write({**SERIES, **TRANSLATED}).run("build")
    site.write(change).run("build")
    clean = SiteTest(tmp_path / "clean").write({**SERIES, **TRANSLATED, **change})
    clean.run("build")
    assert clean.output() == site.output()


def test_a_topic_has_its_description(site: SiteTest) -> None:
    """The text of a topic's entry stands on its page, above the articles."""
    site.write(
        {
            "content/topics/harvest.md": "---\nname: Harvest\n---\n\nWhat was sown and cut.\n",
            "content/articles/a.md": article("A", topics="[harvest]"),
        }
    ).run("build")
    assert "What was sown and cut." in site.text("topics/harvest.html").split("A The text")[0]
    meta = site.soup("topics/harvest.html").select('meta[name="description"]')
    assert [one["content"] for one in meta] == ["What was sown and cut."]


def test_parts_without_a_number_count(site: SiteTest) -> None:
    """A series says how many parts it has, those without a number too; a translation is no more."""
    site.write(
        {
            "content/articles/a.md": article("A", series="[Road]", part="1"),
            "content/articles/b.md": article("B", series="[Road]", part="2"),
            "content/articles/b2.md": article(
                "B2", series="[Road]", language="fr", translation_of="articles/b"
            ),
            "content/articles/c.md": article("C", series="[Road]"),
            "content/articles/d.md": article("D", series="[Road]"),
        }
    )
    site.run("build")
    assert parts(site, "articles/a.html")[0] == "Part 1 of 4, Road"
