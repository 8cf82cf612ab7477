"""Dates: what is read from real text, what is written as EDTF, and what readers see."""

from __future__ import annotations

import datetime
import importlib
import warnings
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from site_gen.dates import Date, DateOrder, Reading, from_file_name, parse_edtf, read

DAY = "2001-11-02"


def load_validator() -> Callable[[str], bool]:
    """edtf-validate, an independent reader of EDTF; its use of pyparsing warns."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        is_valid: Callable[[str], bool] = importlib.import_module(
            "edtf_validate.valid_edtf"
        ).is_valid
    return is_valid


is_valid_edtf = load_validator()


def edtf_of(reading: Reading) -> str | None:
    return reading.date.edtf if reading.date else None


# Strategies ---------------------------------------------------------------------------------

days = st.dates(min_value=datetime.date(1000, 1, 1))
years = st.integers(1, 9999).map(lambda year: f"{year:04}")
months = st.tuples(years, st.integers(1, 12)).map(lambda parts: f"{parts[0]}-{parts[1]:02}")
seasons = st.tuples(years, st.integers(21, 24)).map(lambda parts: f"{parts[0]}-{parts[1]}")
stated = st.one_of(years, months, seasons, st.dates().map(str))
qualified = st.tuples(stated, st.sampled_from(["", "~", "?", "%"])).map("".join)
unspecified = st.one_of(
    years.map(lambda year: f"{year[:3]}X"),
    years.map(lambda year: f"{year[:2]}XX"),
    years.map(lambda year: f"{year}-XX"),
    years.map(lambda year: f"{year}-XX-XX"),
    months.map(lambda month: f"{month}-XX"),
)


@st.composite
def intervals(draw: st.DrawFn) -> str:
    """Intervals whose ends do not overlap: the validator compares only the beginnings."""
    one, other = draw(qualified | unspecified), draw(qualified | unspecified)
    first, second = sorted((one, other), key=lambda edtf: parse_edtf(edtf).sort_key)
    assume(parse_edtf(first).last < parse_edtf(second).first)
    return f"{first}/{second}"


open_intervals = st.one_of(
    st.tuples(st.sampled_from(["../", "/"]), qualified).map("".join),
    st.tuples(qualified, st.sampled_from(["/", "/.."])).map("".join),
)
edtf_texts = st.one_of(qualified, unspecified, intervals(), open_intervals)
date_like = st.lists(
    st.sampled_from(
        [
            *("2001", "1999", "0000", "199", "11", "02", "2", "31", "XX", "X", "90s", "00s", "s"),
            *(
                "-",
                "/",
                ".",
                ",",
                " ",
                "..",
                "~",
                "?",
                "%",
                "(?)",
                "'",
                ":",
                "+",
                "\u2013",
                "\u06f2",
            ),
            *(
                "nov",
                "February",
                "мая",
                "spring",
                "fri",
                "st",
                "г",
                "the ",
                "c.",
                "before ",
                " to ",
            ),
            *("T10:00:00Z", " 9:00 p.m.", "from ", "uncertain", "n.d", "İ", "\u200f", "\n"),
        ]
    ),
    max_size=9,
).map("".join)


# Reading ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "2001-11-02",
        "2001-11-2",
        "2001/11/02",
        "2001.11.02",
        "20011102",
        "20011102T100000Z",
        "2001-11-02 9:00:00 -0400",
        "2001-11-02 14:00:00 -5",
        "2001-11-02 23:59:60 -0400",
        "2001-11-02T09:00",
        "2001-11-02T09:00:00.123Z",
        "2001-11-02T09:00:00,5+05:30",
        "2001-11-02T23:30:00-04:00",
        "2 November 2001",
        "2 november 2001.",
        "  2  NOVEMBER\t2001 ",
        "2\u00a0November\u202f2001",
        "02 Nov 2001",
        "02-Nov-2001",
        "2-NOV-2001 15:01:01.79",
        "November 2, 2001",
        "NOV. 2, 2001",
        "November 2nd, 2001",
        "the 2nd of November, 2001",
        "2001 November 2",
        "Friday, 2 November 2001",
        "Fri 2 Nov 2001",
        "Friday 2001-11-02",
        "2001-11-02 Fri",
        "Fri, 2 Nov 2001 10:00:00 +0000",
        "Fri, 02 Nov 2001 10:00:00 GMT",
        "Fri Nov  2 10:00:00 EST 2001",
        "Fri Nov 02 2001 10:00:00 GMT+0000 (Coordinated Universal Time)",
        "10:00 GMT, Friday, 2 November 2001",
        "Nov 2, 2001 at 10:30 p.m.",
        "2 ноября 2001 г.",
        "2-го ноября 2001 года",
        "2 ноября 2001г., 10:00",
        "Пятница, 2 нояб. 2001",
        "2 novembre 2001",
        "vendredi 2 nov. 2001",
        "2. November 2001",
        "Freitag, den 2. Nov. 2001",
        "2 de noviembre de 2001",
        "۲۰۰۱-۱۱-۰۲",
        "٢٠٠١/١١/٢",
        "\u200f2001\u201311\u201302",
    ],
)
def test_a_day_is_read_from_every_form(text: str) -> None:
    """Every common way to write the same day gives that day, as stated, in no other time zone."""
    assert Reading(parse_edtf(DAY)) == read(text)


@pytest.mark.parametrize(
    ("text", "edtf"),
    [
        ("2001", "2001"),
        ("2001-11", "2001-11"),
        ("2001/11", "2001-11"),
        ("11/2001", "2001-11"),
        ("November 2001", "2001-11"),
        ("Nov 2001", "2001-11"),
        ("Nov., 2001", "2001-11"),
        ("ноябрь 2001 г.", "2001-11"),
        ("août 1999", "1999-08"),
        ("aou\u0302t 1999", "1999-08"),
        ("März 1999", "1999-03"),
        ("1er janvier 1999", "1999-01-01"),
        ("1 мая 1999", "1999-05-01"),
        ("29 February 2000", "2000-02-29"),
        ("c. 1942", "1942~"),
        ("c1942", "1942~"),
        ("ca 1942", "1942~"),
        ("ca.1942", "1942~"),
        ("about 1942", "1942~"),
        ("circa November 1942", "1942-11~"),
        ("1942~", "1942~"),
        ("1942?", "1942?"),
        ("1942 (?)", "1942?"),
        ("c. 1942?", "1942%"),
        ("1942?~", "1942%"),
        ("1942~ (?)", "1942%"),
        ("1942%", "1942%"),
        ("1990s", "199X"),
        ("the 1990s", "199X"),
        ("1990\u2019s", "199X"),
        ("199x", "199X"),
        ("19XX", "19XX"),
        ("c. 1990s", "1990~/1999~"),
        ("c. 2001-11-XX", "2001-11~"),
        ("2001-11-xx", "2001-11-XX"),
        ("spring 2001", "2001-21"),
        ("Fall 2001", "2001-23"),
        ("Winter, 2001", "2001-24"),
        ("лето 2001 года", "2001-22"),
        ("1999-2003", "1999/2003"),
        ("1999\u20132003", "1999/2003"),
        ("1999 \u2014 2003", "1999/2003"),
        ("from 1999 to 2003", "1999/2003"),
        ("1999/2003", "1999/2003"),
        ("c. 1999-2003", "1999~/2003"),
        ("November 2001 - March 2002", "2001-11/2002-03"),
        ("November 2001\u2013March 2002", "2001-11/2002-03"),
        ("13/11/2001 - 14/11/2001", "2001-11-13/2001-11-14"),
        ("2001/2001", "2001"),
        ("before 1999", "../1999"),
        ("after 2 November 2001", "2001-11-02/.."),
        ("before c. 1942", "../1942~"),
        ("/1999", "/1999"),
        ("1999/", "1999/"),
        ("1999/..", "1999/.."),
        ("2001-21/2002-22", "2001-21/2002-22"),
    ],
)
def test_less_than_a_day_is_kept_as_stated(text: str, edtf: str) -> None:
    """A month, year, season, decade or interval is read no more precisely than it is stated."""
    assert Reading(parse_edtf(edtf)) == read(text)


@pytest.mark.parametrize(
    "text", ["", "   ", "undated", "Undated.", "n.d.", "N. D.", "unknown", "no date", "XXXX-XX-XX"]
)
def test_undated_is_no_problem(text: str) -> None:
    """A text that says there is no date is understood, not complained of."""
    assert Reading(None) == read(text)


@pytest.mark.parametrize("text", ["02/11/2001", "2.11.2001", "02-11-2001", "2. 11. 2001"])
@pytest.mark.parametrize(
    ("order", "edtf", "problem"),
    [
        (None, "2001", "ambiguous"),
        ("ymd", "2001", "ambiguous"),
        ("dmy", "2001-11-02", ""),
        ("mdy", "2001-02-11", ""),
    ],
)
def test_the_order_of_day_and_month_is_never_guessed(
    text: str, order: DateOrder | None, edtf: str, problem: str
) -> None:
    """Without a word on the order, only the year is certain, and the keeper is told both days."""
    reading = read(text, order)
    assert edtf == edtf_of(reading)
    assert problem == reading.problem
    expected = "may be 2 November 2001 or 11 February 2001" if problem else ""
    assert expected == reading.detail


@pytest.mark.parametrize("order", [None, "dmy", "mdy", "ymd"])
@pytest.mark.parametrize(
    ("text", "edtf"),
    [
        ("13/11/2001", "2001-11-13"),
        ("11/13/2001", "2001-11-13"),
        ("13.11.2001 г.", "2001-11-13"),
        ("02/02/2001", "2001-02-02"),
        ("2001-02-11", "2001-02-11"),
    ],
)
def test_a_date_with_one_reading_needs_no_order(
    text: str, edtf: str, order: DateOrder | None
) -> None:
    """Where only one reading is possible, or both are the same day, nothing is ambiguous."""
    assert Reading(parse_edtf(edtf)) == read(text, order)


@pytest.mark.parametrize("text", ["02/11/01", "26-FEB-87", "2 Nov 01", "Nov. 2, 01", "01-11-02"])
@pytest.mark.parametrize("order", [None, "dmy", "ymd"])
def test_no_century_is_guessed(text: str, order: DateOrder | None) -> None:
    """A year of two digits gives no date, and the detail says that the century is missing."""
    expected = Reading(None, "ambiguous", "its year has two digits, so the century is not known")
    assert expected == read(text, order)


@pytest.mark.parametrize(
    ("text", "edtf", "detail"),
    [
        ("1900s", "19XX", "may be 1900 to 1909 or 1900 to 1999"),
        ("۱۳۸۰/۰۸/۱۱", None, "may be a date of the Persian or the Islamic calendar"),
        ("۱۳۸۰/۰۲/۳۱", None, "may be a date of the Persian or the Islamic calendar"),
        ("١٤٢٢", None, "may be a date of the Persian or the Islamic calendar"),
        ("before 02/11/2001", "../2001", "may be 2 November 2001 or 11 February 2001"),
        ("2000 to 03/11/2001", "2000/2001", "may be 3 November 2001 or 11 March 2001"),
        (
            "02/11/01 to 2003",
            None,
            "its year has two digits, so the century is not known",
        ),
    ],
)
def test_what_has_two_readings_is_ambiguous(text: str, edtf: str | None, detail: str) -> None:
    """Of two readings, only what both allow is the date, and the detail names them."""
    reading = read(text)
    assert (edtf, "ambiguous", detail) == (edtf_of(reading), reading.problem, reading.detail)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("2001-02-30", "February 2001 has 28 days"),
        ("2000-02-30", "February 2000 has 29 days"),
        ("31 June 1999", "June 1999 has 30 days"),
        ("February 29, 2001", "February 2001 has 28 days"),
        ("31/04/2001", "April 2001 has 30 days"),
        ("2001-13", "there is no month 13"),
        ("13/13/2001", "there is no month 13"),
        ("20011302", "there is no month 13"),
        ("2001-21-05", "there is no month 21"),
        ("2001-00-00", "there is no month 0"),
        ("2001-11-00", "there is no day 0"),
        ("1998-99", "there is no month 99"),
        ("0000", "there is no year 0"),
        ("0000-00-00 00:00:00", "there is no year 0"),
        ("2003-1999", "it ends before it begins"),
        ("2003/1999", "it ends before it begins"),
        ("2001-11-02/2001-11-01", "it ends before it begins"),
        ("before 31 June 1999", "June 1999 has 30 days"),
    ],
)
def test_impossible_dates_say_why(text: str, why: str) -> None:
    """A date that cannot be gives none, and the detail quotes it and says why."""
    assert Reading(None, "impossible", f"{text}: {why}") == read(f" {text}\n")


@pytest.mark.parametrize(
    "text",
    [
        "yesterday",
        "Kabul, 2 November 2001",
        "2001-11-02 25:00",
        "November",
        "2 November",
        "Nov 87",
        "87",
        "198",
        "12000",
        "-0500",
        "Y12000",
        "2001-306",
        "2001-W44-5",
        "5-1999-11",
        "2001-21-XX",
        "19X1",
        "2001-XX-05",
        "../..",
        "/",
        "from 1999",
        "before 1990s",
        "c. 1990s to 2005",
        "before after 1999",
        "1999 to",
        "\u00b2\u2070\u2070\u00b9",
        "2001 " * 1000,
    ],
)
def test_other_texts_are_unreadable(text: str) -> None:
    """What is in no known form is called unreadable, never read as something like it."""
    expected = Reading(None, "unreadable", "it is in no form of date that is known")
    assert expected == read(text)


MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
WRITTEN: list[Callable[[datetime.date], str]] = [
    lambda day: day.isoformat(),
    lambda day: f"{day.year}-{day.month}-{day.day}",
    lambda day: f"{day.year}/{day.month:02}/{day.day:02}",
    lambda day: day.strftime("%Y%m%d"),
    lambda day: f"{day.isoformat()}T00:30:00+14:00",
    lambda day: parse_edtf(str(day)).label(),
    lambda day: f"{MONTHS[day.month - 1]} {day.day}, {day.year}",
    lambda day: f"{day.day:02}-{MONTHS[day.month - 1][:3].upper()}-{day.year} 23:59:59.99",
]


@given(day=days, write=st.sampled_from(WRITTEN))
def test_every_day_is_read_back(day: datetime.date, write: Callable[[datetime.date], str]) -> None:
    """Any day of the calendar, in any of the written forms, is read as that day."""
    assert Reading(Date(day.isoformat(), day, day)) == read(write(day))


@given(st.from_regex(r"[0-2][0-9]{3}-[0-3][0-9]-[0-4][0-9]", fullmatch=True))
def test_days_in_digits_are_read_as_all_dates_are(text: str) -> None:
    """The short way of what most dates are gives what the long one does, mistakes included."""
    assert read(text) == read(f" {text}")


@given(
    text=st.one_of(st.text(), date_like, edtf_texts.map(lambda edtf: f"c. {edtf}?")),
    order=st.sampled_from([None, "dmy", "mdy", "ymd"]),
)
def test_no_text_raises(text: str, order: DateOrder | None) -> None:
    """Any text at all gives a reading that is sound in itself."""
    reading = read(text, order)
    assert bool(reading.problem) == bool(reading.detail)
    if reading.date:
        assert reading.date == parse_edtf(reading.date.edtf)
        assert reading.date.label()
    from_file_name(text)


# EDTF ---------------------------------------------------------------------------------------


@given(edtf=edtf_texts)
def test_what_is_written_is_valid_edtf_and_is_read_back(edtf: str) -> None:
    """A date's own form is kept, holds before an independent validator, and reads as that date."""
    date = parse_edtf(edtf)
    assert edtf == date.edtf
    assert Reading(date) == read(date.edtf)
    assert date.first <= date.last
    assert is_valid_edtf(date.edtf)


def _told_in_full(edtf: str) -> bool:
    """Whether a label tells all of a date: no unspecified digits, no year before 1000."""
    return "X" not in edtf and "0" not in (edtf[0], edtf.partition("/")[2][:1])


@settings(suppress_health_check=[HealthCheck.filter_too_much])
@given(edtf=st.one_of(qualified, intervals()).filter(_told_in_full))
def test_a_label_is_read_back(edtf: str) -> None:
    """What a reader sees can be typed back and means the same, save for unspecified digits."""
    date = parse_edtf(edtf)
    assert Reading(date) == read(date.label())


@pytest.mark.parametrize(
    "text",
    [
        *("", "2001 ", "2001-1", "2001-13", "2001-02-29", "2003/1999", "199X~", "199x", "../199X"),
        *("2001-11-02T10:00:00Z", "1 May 2001", "[2001,2002]", "0000", "XXXX", "..", "../.."),
    ],
)
def test_other_texts_are_no_edtf(text: str) -> None:
    """Only EDTF is parsed: the leniency of `read` stays there."""
    with pytest.raises(ValueError, match=r"."):
        parse_edtf(text)


@pytest.mark.parametrize(
    ("edtf", "first", "last"),
    [
        ("2001-11-02", "2001-11-02", "2001-11-02"),
        ("2000-02", "2000-02-01", "2000-02-29"),
        ("1942~", "1942-01-01", "1942-12-31"),
        ("199X", "1990-01-01", "1999-12-31"),
        ("19XX", "1900-01-01", "1999-12-31"),
        ("000X", "0001-01-01", "0009-12-31"),
        ("2001-XX", "2001-01-01", "2001-12-31"),
        ("2001-11-XX", "2001-11-01", "2001-11-30"),
        ("2001-21", "2001-03-01", "2001-05-31"),
        ("2001-24", "2001-01-01", "2001-12-31"),
        ("1999/2003-02", "1999-01-01", "2003-02-28"),
        ("../1999", "0001-01-01", "1999-12-31"),
        ("1999/", "1999-01-01", "9999-12-31"),
    ],
)
def test_first_and_last_day(edtf: str, first: str, last: str) -> None:
    """A date spans all the days that it can mean."""
    date = parse_edtf(edtf)
    assert (first, last) == (date.first.isoformat(), date.last.isoformat())


# What a date tells --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("edtf", "label", "iso"),
    [
        ("2001-11-02", "2 November 2001", "2001-11-02"),
        ("2001-11", "November 2001", "2001-11"),
        ("2001", "2001", "2001"),
        ("0987", "987", "0987"),
        ("1942~", "about 1942", "1942"),
        ("1942?", "1942 (uncertain)", "1942"),
        ("1942%", "about 1942 (uncertain)", "1942"),
        ("2001-11~", "about November 2001", "2001-11"),
        ("2001-11-02?", "2 November 2001 (uncertain)", "2001-11-02"),
        ("2001-XX", "2001", "2001"),
        ("2001-XX-XX", "2001", "2001"),
        ("2001-11-XX", "November 2001", "2001-11"),
        ("199X", "1990s", ""),
        ("190X", "1900 to 1909", ""),
        ("19XX", "1900 to 1999", ""),
        ("2001-21", "spring 2001", ""),
        ("2001-24~", "about winter 2001", ""),
        ("1999/2003", "1999 to 2003", ""),
        ("2001-11-02/2001-11-05", "2 November 2001 to 5 November 2001", ""),
        ("1942~/1950?", "about 1942 to 1950 (uncertain)", ""),
        ("../1999", "before 1999", ""),
        ("1999/..", "after 1999", ""),
        ("/1999", "until 1999 (start unknown)", ""),
        ("1999/", "from 1999 (end unknown)", ""),
    ],
)
def test_label_and_iso(edtf: str, label: str, iso: str) -> None:
    """Readers get plain English; HTML gets a machine date only where it can express it."""
    date = parse_edtf(edtf)
    assert (label, iso) == (date.label(), date.iso)


@pytest.mark.parametrize(
    ("edtf", "year", "month", "day"),
    [
        ("2001-11-02", 2001, 11, 2),
        ("2001-11~", 2001, 11, None),
        ("2001", 2001, None, None),
        ("2001-21", 2001, None, None),
        ("2001-24", 2001, None, None),
        ("2001-03/2001-05", 2001, None, None),
        ("2001-11-02/2001-11-05", 2001, 11, None),
        ("2000-11/2001-11", None, None, None),
        ("199X", None, None, None),
        ("1999/..", None, None, None),
    ],
)
def test_year_month_and_day(
    edtf: str, year: int | None, month: int | None, day: int | None
) -> None:
    """A date has a year, a month and a day if it lies within one."""
    date = parse_edtf(edtf)
    assert (year, month, day) == (date.year, date.month, date.day)


@pytest.mark.parametrize(
    ("edtf", "approximate", "uncertain"),
    [
        ("1942", False, False),
        ("1942~", True, False),
        ("1942?", False, True),
        ("1942%", True, True),
        ("1942~/1950?", True, True),
    ],
)
def test_approximate_and_uncertain(edtf: str, approximate: bool, uncertain: bool) -> None:
    """The qualification of a date, or of either end of an interval, can be asked for."""
    date = parse_edtf(edtf)
    assert (approximate, uncertain) == (date.approximate, date.uncertain)


def test_the_order_of_an_archive() -> None:
    """Dates sort by first day, the shorter period first, then by their text."""
    ordered = ["../1999", "199X", "1999", "1999?", "1999~", "1999/2003", "1999-02", "1999-02-03"]
    dates = sorted((parse_edtf(edtf) for edtf in reversed(ordered)), key=lambda one: one.sort_key)
    assert ordered == [date.edtf for date in dates]


# File names ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stem", "edtf"),
    [
        ("2014-03-12-coming-soon", "2014-03-12"),
        ("2014-03-12", "2014-03-12"),
        ("2014_03_12_coming_soon", "2014-03-12"),
        ("x-2001-11-02", "2001-11-02"),
        ("x_2001-11-02.final", "2001-11-02"),
        ("20011102_x", "2001-11-02"),
        ("20011102", "2001-11-02"),
        ("2001-11 report", "2001-11"),
        ("2001-11-report", "2001-11"),
    ],
)
def test_a_date_in_a_file_name(stem: str, edtf: str) -> None:
    """A full date between separators is found; a year and month only at the start."""
    assert parse_edtf(edtf) == from_file_name(stem)


@pytest.mark.parametrize(
    "stem",
    [
        *("", "report", "report-1987", "1987-report", "bm-21", "2001", "2001-11", "report-2001-11"),
        *("2001-02-30-x", "20011302-x", "2001-13-x", "12345678", "120011102", "20011102x"),
        *("2001-11-345-x", "2001-11-02x", "x2001-11-02", "img_20011102", "1914-18-war", "200111-x"),
    ],
)
def test_other_numbers_in_a_file_name_are_no_date(stem: str) -> None:
    """Numbers that are no full date, or no day there is, are left alone."""
    assert from_file_name(stem) is None
