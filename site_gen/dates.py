"""Dates as sources write them, kept as EDTF (ISO 8601-2, levels 0 and 1).

`read` takes the forms found in real text and says what is certain; it never guesses between two
readings. `parse_edtf` takes only EDTF. A date is kept as it is stated: no time of day, no
conversion between time zones. The calendar is the Gregorian one, years 1 to 9999.
"""

from __future__ import annotations

import calendar
import contextlib
import datetime
import re
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from typing import Any, Literal

from site_gen.compact import Compact
from site_gen.frozen import frozen
from site_gen.patterns import late_pattern

DateOrder = Literal["dmy", "mdy", "ymd"]
"""In which order a source writes day, month and year as numbers."""

_LONGEST = 100
"""No date is written in more characters; what is longer is not looked at."""

_MONTH_NAMES = (
    "january jan januar jänner janvier janv enero ene январь января янв"
    " gennaio janeiro januari stycznia ocak січня يناير ژانویه جنوری",
    "february feb februar février fevrier févr fevr fév fev febrero февраль февраля февр фев"
    " febbraio fevereiro februari lutego şubat лютого فبراير فوریه فبروری",
    "march mar märz maerz mär mrz mars marzo март марта мар"
    " março maart marca mart березня مارس مارچ",
    "april apr avril avr abril abr апрель апреля апр"
    " aprile kwietnia nisan квітня أبريل آوریل اپریل",
    "may mai mayo май мая maggio maio mei maja mayıs травня مايو",
    "june jun juni juin junio июнь июня июн giugno junho czerwca haziran червня يونيو ژوئن جون",
    "july jul juli juillet juil julio июль июля июл"
    " luglio julho lipca temmuz липня يوليو ژوئیه جولای",
    "august aug août aout agosto ago август августа авг"
    " augustus sierpnia ağustos серпня أغسطس اوت اگست",
    "september sept sep septembre septiembre setiembre set сентябрь сентября сент сен"
    " settembre setembro września eylül вересня سبتمبر سپتامبر سپتمبر",
    "october oct oktober okt octobre octubre октябрь октября окт"
    " ottobre outubro października ekim жовтня أكتوبر اکتبر اکتوبر",
    "november nov novembre noviembre ноябрь ноября нояб ноя"
    " novembro listopada kasım листопада نوفمبر نوامبر نومبر",
    "december dec dezember dez décembre decembre déc diciembre dic декабрь декабря дек"
    " dicembre dezembro grudnia aralık грудня ديسمبر دسامبر دسمبر",
)
_MONTHS = {name: number for number, names in enumerate(_MONTH_NAMES, 1) for name in names.split()}

_SEASON_NAMES = (
    "spring printemps frühling frühjahr primavera весна",
    "summer été sommer verano лето",
    "autumn fall automne herbst otoño осень",
    "winter hiver invierno зима",
)
_SEASONS = {name: 21 + index for index, names in enumerate(_SEASON_NAMES) for name in names.split()}
_SEASON_MONTHS = {21: (3, 5), 22: (6, 8), 23: (9, 11), 24: (1, 12)}
"""First and last month by EDTF's season number, as in the northern hemisphere. The winter of a
year may be at its start or at its end, so all that is certain of it is the year."""

_BESIDE = late_pattern(
    r"\b(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?"
    r"|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche"
    r"|montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonnabend|sonntag"
    r"|lunes|martes|miércoles|jueves|viernes|sábado|domingo"
    r"|понедельник|вторник|среда|четверг|пятница|суббота|воскресенье)\b"
    r"|(?<=\d) ?г(?:ода?)?\b"
)
"""What stands beside a date and adds nothing to it: a weekday, the Russian word for year."""
_TIME = late_pattern(
    r"""
    (?:^|(?<=\d)t|,?\ (?:at\ )?)
    (?:(?:[01]?\d|2[0-4])(?::[0-5]\d)(?::[0-6]\d(?:[.,]\d+)?)?(?:\ ?[ap]\.?m\b\.?)?
      |(?<=\dt)\d{4}(?:\d\d)?)
    (?:\ ?(?:z|utc?|gmt|[ecmp][sd]t|bst|[cew]es?t|e?est|ms[kd]|[ij]st|ae[sd]t)\b)?
    (?:\ ?[+-]\d{1,2}(?::?\d\d)?(?!\d))?
    (?:\ \([^()]*\))?
    """,
    re.ASCII | re.VERBOSE,
)
"""A time of day and its zone, before, after or inside a date."""
_FILLERS = frozenset(("of", "the", "de", "del", "le", "el", "den", "der", "am", "го"))
"""Words that may stand between the parts of a date."""
_UNDATED = late_pattern(
    r"|undated|(?:date )?unknown|no date|sans date|ohne datum|sin fecha|без даты"
    r"|n\. ?d|nd|s\. ?d|o\. ?d|б\. ?д|xxxx(?:-xx){0,2}"
)
_QUALIFIED = late_pattern(
    r"(?P<about>(?:circa|ca|c|about|around|approximately|approx|vers|um|hacia|около|ок)"
    r"(?:\. ?| |(?=[0-9])))?"
    r"(?P<text>.+?)(?P<mark>(?: ?[~?%]| ?\(\?\)| ?\(uncertain\))*)"
)
_MARKS = {(False, False): "", (True, False): "~", (False, True): "?", (True, True): "%"}
"""EDTF's mark by (approximate, uncertain)."""
_BOUND = late_pattern(r"(?:before|until) (?P<end>.+)|(?:after|since) (?P<start>.+)")

_SAME_AS = str.maketrans(
    {
        **{chr(zero + digit): str(digit) for zero in (0x660, 0x6F0) for digit in range(10)},
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
        **dict.fromkeys("\u00ad\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u2060\ufeff", ""),
        "\u2019": "'",
        "\u060c": ",",
    }
)
"""Other characters for the same, and those that are not seen."""
_EASTERN_DIGIT = late_pattern("[\u0660-\u0669\u06f0-\u06f9]")
_EARLY_YEAR = re.compile(r"(?<!\d)1[0-5]\d\d", re.ASCII)

_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_EDTF = late_pattern(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?(?P<mark>[~?%]?)", re.ASCII)
_EDTF_UNSPECIFIED = late_pattern(
    r"\d\d(?:\dX|XX)|(\d{4})-XX(?:-XX)?|(\d{4})-(0\d|1[0-2])-XX", re.ASCII
)
_YEAR_FIRST = late_pattern(
    r"(\d{4})(?:(?P<s>[-/.])(\d{1,2})(?:(?P=s)(\d{1,2}))?)?|(\d{4})(\d\d)(\d\d)", re.ASCII
)
_MONTH_YEAR = re.compile(r"^(\d{1,2})[-/.](\d{4})$", re.ASCII)
_YEAR_LAST = late_pattern(r"(\d{1,2})([-/.]) ?(\d{1,2})\2 ?(\d{4}|\d\d)", re.ASCII)
_CHINESE = late_pattern(r"(\d{4}) ?年 ?(\d{1,2}) ?月(?: ?(\d{1,2}) ?[日号號])?", re.ASCII)
"""A date as Chinese and Japanese texts write it."""
_DECADE = late_pattern(r"(?:the )?(\d\d)(\d)0'?s", re.ASCII)
_NUMBER = late_pattern(r"(?P<D>\d{1,2})(?:st|nd|rd|th|er|º|го)?|(?P<Y>\d{4})", re.ASCII)
_SHAPES = frozenset(("DMY", "MDY", "YMD", "YDM", "MY", "YM", "SY", "YS"))
"""Orders in which a day, a month by name, a year and a season make a date."""
_SHORT_YEAR = "its year has two digits, so the century is not known"

_FILE_NAME = re.compile(
    r"(?:^|(?<=[-_. ]))((?:1\d|20)\d\d)(?P<s>[-_.])(\d\d)(?P=s)(\d\d)(?=$|[-_. ])"
    r"|^((?:1\d|20)\d\d)(\d\d)(\d\d)(?=$|[-_. ])"
    r"|^((?:1\d|20)\d\d)-(0\d|1[0-2])(?=[-_. ](?!\d))",
    re.ASCII,
)


class _Impossible(ValueError):
    """A text in a known form that names no day there is. Its message says why."""


@frozen
class Date(Compact):
    """A date as precise as its source states it.

    `edtf` is its canonical form: `2001-11-02`, `2001-11`, `1942~`, `199X`, `2001-21`,
    `1999/2003`, `../1999`. `first` and `last` are the earliest and the latest day it can mean;
    for an approximate or uncertain date those of the stated period, for an open or unknown end of
    an interval those of the calendar.
    """

    edtf: str
    first: datetime.date
    last: datetime.date

    def __hash__(self) -> int:
        return hash(self.edtf)

    def __reduce__(self) -> tuple[Any, ...]:
        return _known, (self.edtf, self.first.toordinal(), self.last.toordinal())

    @property
    def year(self) -> int | None:
        """The calendar year it lies in, if that is only one."""
        return self.first.year if self.first.year == self.last.year else None

    @property
    def month(self) -> int | None:
        """The month (1 to 12) it lies in, if that is only one."""
        return self.first.month if self.year and self.first.month == self.last.month else None

    @property
    def day(self) -> int | None:
        """The day of the month, if it is only one day."""
        return self.first.day if self.first == self.last else None

    @property
    def listed(self) -> datetime.date:
        """The day it is listed by: the earliest that it can mean.

        `before 1999` has no earliest day; it is listed by the last.
        """
        return self.last if self.first == datetime.date.min else self.first

    @property
    def approximate(self) -> bool:
        """Whether it, or an end of it, is stated as "about" (EDTF `~` or `%`)."""
        return "~" in self.edtf or "%" in self.edtf

    @property
    def uncertain(self) -> bool:
        """Whether it, or an end of it, is stated as doubtful (EDTF `?` or `%`)."""
        return "?" in self.edtf or "%" in self.edtf

    @property
    def sort_key(self) -> tuple[datetime.date, datetime.date, str]:
        """The order of an archive: by first day, then the shorter period before the longer."""
        return (self.first, self.last, self.edtf)

    @property
    def iso(self) -> str:
        """The value for HTML's `<time datetime>`, empty where that can't express the date."""
        stated = self.edtf.rstrip("~?%").removesuffix("-XX").removesuffix("-XX")
        return stated if re.fullmatch(r"[0-9]{4}(-[01][0-9](-[0-9]{2})?)?", stated) else ""

    def label(self) -> str:
        """The date in English for readers: `2 November 2001`, `about 1942`, `1999 to 2003`."""
        start, slash, end = self.edtf.partition("/")
        if not slash:
            about = "about " if self.approximate else ""
            return f"{about}{_period_label(self)}{' (uncertain)' if self.uncertain else ''}"
        if start in _OPEN:
            label = parse_edtf(end).label()
            return f"before {label}" if start else f"until {label} (start unknown)"
        label = parse_edtf(start).label()
        if end in _OPEN:
            return f"after {label}" if end else f"from {label} (end unknown)"
        return f"{label} to {parse_edtf(end).label()}"


def listed_year(date: Date) -> str:
    """The year a date is listed under."""
    return date.listed.isoformat()[:4]


def listed_month(date: Date) -> str:
    """The month a date is listed under, `2001-11`; empty if it may lie in several."""
    month = date.first.isoformat()[:7]
    return month if month == date.last.isoformat()[:7] else ""


@lru_cache(maxsize=50_000)
def _known(edtf: str, first: int, last: int) -> Date:
    """A date as it was kept; many articles share one."""
    return Date(edtf, datetime.date.fromordinal(first), datetime.date.fromordinal(last))


_OPEN = {end: Date(end, datetime.date.min, datetime.date.max) for end in ("..", "")}
"""The open and the unknown end of an EDTF interval: it may be any day."""


@frozen
class Reading:
    """What came of a text.

    `date` is what is certain of it, None if nothing is or it is undated. `detail` is a phrase for
    the keeper that says what the problem is.
    """

    date: Date | None
    problem: Literal["", "ambiguous", "impossible", "unreadable"] = ""
    detail: str = ""


def read(text: str, order: DateOrder | None = None) -> Reading:
    """Read a date as people and programs write it; never raises.

    `order` decides between the two readings of 02/11/2001; a number above 12 needs no decision.
    To be undated (`n.d.`, `unknown`, an empty text) is no problem: the date is None.
    """
    if _DAY.fullmatch(text):
        # Most dates are written so. What names no day is told below.
        with contextlib.suppress(ValueError):
            day = datetime.date.fromisoformat(text)
            return Reading(Date(text, day, day))
    plain = " ".join(unicodedata.normalize("NFC", text).translate(_SAME_AS).lower().split())
    if "年" in plain:
        plain = _CHINESE.sub(lambda match: "-".join(filter(None, match.groups())), plain)
    if plain.endswith(".") and not plain.endswith(".."):
        plain = plain[:-1].rstrip()
    if _UNDATED.fullmatch(plain):
        return Reading(None)
    # Years before 1600 in these digits are those of the Persian and the Islamic calendar.
    if _EASTERN_DIGIT.search(text) and _EARLY_YEAR.search(plain):
        return Reading(None, "ambiguous", "may be a date of the Persian or the Islamic calendar")
    try:
        reading = _read_any(plain, order) if len(plain) <= _LONGEST else None
    except _Impossible as problem:
        return Reading(None, "impossible", f"{' '.join(text.split())}: {problem}")
    return reading or Reading(None, "unreadable", "it is in no form of date that is known")


def from_file_name(stem: str) -> Date | None:
    """The date in a file's name without its suffix, None where there is none for certain.

    Taken are a full date between separators, one in eight digits at the start, and a year and
    month at the start with a separator and no digit after it.
    """
    match = _FILE_NAME.search(stem)
    if match is None:
        return None
    try:
        return _period(*_numbers(match))
    except _Impossible:
        return None


def parse_edtf(text: str) -> Date:
    """Parse EDTF level 0 (without a time of day) and level 1 (years of four digits).

    Raises ValueError for any other text, for a day there is not, and for an interval that ends
    before it begins.
    """
    date = _edtf(text)
    if date is None:
        raise ValueError(f"{text!r} is no EDTF date")
    return date


def _numbers(match: re.Match[str]) -> list[int]:
    """The numbers among its groups, in order: a year, a month and a day as far as stated."""
    return [int(part) for part in match.groups() if part and part.isdigit()]


def _period(year: int, month: int | None = None, day: int | None = None) -> Date:
    """The year, season, month or day of these numbers; raises _Impossible if there is none."""
    if year == 0:
        raise _Impossible("there is no year 0")
    begin, end = (1, 12) if month is None else (month, month)
    if month in _SEASON_MONTHS and day is None:
        begin, end = _SEASON_MONTHS[month]
    elif not 1 <= begin <= 12:
        raise _Impossible(f"there is no month {month}")
    days = calendar.monthrange(year, end)[1]
    if day == 0:
        raise _Impossible("there is no day 0")
    if day is not None and day > days:
        raise _Impossible(f"{_month_label(year, end)} has {days} days")
    edtf = "-".join([f"{year:04}", *(f"{part:02}" for part in (month, day) if part is not None)])
    return Date(edtf, datetime.date(year, begin, day or 1), datetime.date(year, end, day or days))


def _interval(start: Date | None, end: Date | None) -> Date | None:
    """The time from one date to another; None where EDTF has no such interval."""
    if start is None or end is None or "/" in start.edtf + end.edtf:
        return None
    ends = (start.edtf, end.edtf)
    if any(one in _OPEN for one in ends) and all(one in _OPEN or "X" in one for one in ends):
        return None
    if start == end:
        return start
    if start.first > end.last:
        raise _Impossible("it ends before it begins")
    return Date(f"{start.edtf}/{end.edtf}", start.first, end.last)


def _edtf(text: str) -> Date | None:
    """A date or an interval in EDTF, None for other texts."""
    start, slash, end = text.partition("/")
    if slash:
        return _interval(*(_OPEN.get(part) or _edtf_single(part) for part in (start, end)))
    return _edtf_single(text)


def _edtf_single(text: str) -> Date | None:
    match = _EDTF.fullmatch(text)
    return _marked(_period(*_numbers(match)), match["mark"]) if match else _unspecified(text)


def _unspecified(text: str) -> Date | None:
    """A date in EDTF some of whose digits are X."""
    match = _EDTF_UNSPECIFIED.fullmatch(text)
    if match is None:
        return None
    stated = _numbers(match)
    if stated:
        return replace(_period(*stated), edtf=text)
    first, last = max(1, int(text.replace("X", "0"))), int(text.replace("X", "9"))
    return Date(text, datetime.date(first, 1, 1), datetime.date(last, 12, 31))


def _marked(date: Date, mark: str) -> Date:
    """The date with EDTF's mark; unspecified digits are written out, as `199X~` is no EDTF."""
    if not mark:
        return date
    stated = date.edtf.replace("-XX", "")
    if "X" in stated:
        stated = f"{date.first.year:04}{mark}/{date.last.year:04}"
    return replace(date, edtf=stated + mark)


def _read_any(text: str, order: DateOrder | None) -> Reading | None:
    date = _edtf(text.upper())
    return Reading(date) if date else _read_single(text, order) or _read_interval(text, order)


def _read_interval(text: str, order: DateOrder | None) -> Reading | None:
    """The time before or after a date, or between two dates."""
    bound = _BOUND.fullmatch(text)
    if bound:
        ends = (bound["start"], bound["end"])
    else:
        # A lone dash may lack its spaces: "1999-2003".
        separators = (" to ", " - ", "/", "-" if text.count("-") == 1 else " - ")
        separator = next((one for one in separators if one in text), "/")
        ends = text.removeprefix("from ").partition(separator)[::2]
    start, end = (
        Reading(_OPEN[".."]) if part is None else _read_single(part.strip(), order) for part in ends
    )
    if start is None or end is None:
        return None
    date = _interval(start.date, end.date)
    worse = start if start.problem else end
    return replace(worse, date=date) if date or worse.problem else None


def _read_single(text: str, order: DateOrder | None) -> Reading | None:
    qualified = _QUALIFIED.fullmatch(text)
    if qualified is None:
        return None
    about, text, signs = qualified.group("about", "text", "mark")
    approximate = bool(about) or "~" in signs or "%" in signs
    mark = _MARKS[approximate, any(sign in signs for sign in ("?", "%", "uncertain"))]
    core = _BESIDE.sub(" ", _TIME.sub(" ", text, count=1)).strip(" ,.")
    reading = next(filter(None, (form(core, order) for form in _FORMS)), None)
    if reading and reading.date:
        return replace(reading, date=_marked(reading.date, mark))
    return reading


def _read_year_first(text: str, order: DateOrder | None) -> Reading | None:
    """`2001-11-02`, `2001/11`, `2001`, `20011102`; also `11/2001`, which has but one reading."""
    match = _YEAR_FIRST.fullmatch(_MONTH_YEAR.sub(r"\2-\1", text))
    return Reading(_period(*_numbers(match))) if match else None


def _read_year_last(text: str, order: DateOrder | None) -> Reading | None:
    """`02/11/2001`: two readings, unless one is impossible, both agree, or the order decides."""
    match = _YEAR_LAST.fullmatch(text)
    if match is None:
        return None
    if len(match[4]) == 2:
        return Reading(None, "ambiguous", _SHORT_YEAR)
    one, other, year = int(match[1]), int(match[3]), int(match[4])
    if other > 12 >= one or (order == "mdy" and one <= 12):
        return Reading(_period(year, one, other))
    day_first = _period(year, other, one)
    if one > 12 or one == other or order == "dmy":
        return Reading(day_first)
    detail = f"may be {day_first.label()} or {_period(year, one, other).label()}"
    return Reading(_period(year), "ambiguous", detail)


def _read_unspecified(text: str, order: DateOrder | None) -> Reading | None:
    """`199X`, `1990s`; `1900s` may be ten years or a hundred."""
    decade = _DECADE.fullmatch(text)
    date = _unspecified(f"{decade[1]}{decade[2]}X" if decade else text.upper())
    if date and decade and decade[2] == "0":
        first = int(decade[1]) * 100
        detail = f"may be {first} to {first + 9} or {first} to {first + 99}"
        return Reading(_unspecified(f"{decade[1]}XX"), "ambiguous", detail)
    return Reading(date) if date else None


def _read_named(text: str, order: DateOrder | None) -> Reading | None:
    """Dates with the name of a month or a season, in any order that has one reading."""
    shape, numbers = "", []
    for word in re.split(r"[\s,./-]+", text):
        number = _NUMBER.fullmatch(word)
        if number:
            shape += "D" if number["D"] else "Y"
            numbers.append(int(number["D"] or number["Y"]))
        elif word in _MONTHS or word in _SEASONS:
            shape += "M" if word in _MONTHS else "S"
            numbers.append(_MONTHS.get(word) or _SEASONS[word])
        elif word not in _FILLERS:
            return None
    if shape in ("DMD", "MDD"):
        return Reading(None, "ambiguous", _SHORT_YEAR)
    if shape not in _SHAPES:
        return None
    part = dict(zip(shape, numbers, strict=True))
    return Reading(_period(part["Y"], part.get("M") or part.get("S"), part.get("D")))


_FORMS: tuple[Callable[[str, DateOrder | None], Reading | None], ...] = (
    _read_year_first,
    _read_year_last,
    _read_unspecified,
    _read_named,
)


def _month_label(year: int, month: int) -> str:
    return f"{_MONTH_NAMES[month - 1].split()[0].title()} {year}"


def _period_label(date: Date) -> str:
    """The label of what is not an interval, without its qualification."""
    first, last, season = date.first.year, date.last.year, date.edtf[5:7]
    if first != last:
        # "1900s" would be read as a century.
        return f"{first}s" if last - first == 9 and first % 100 else f"{first} to {last}"
    if season.isdigit() and int(season) in _SEASON_MONTHS:
        return f"{_SEASON_NAMES[int(season) - 21].split()[0]} {first}"
    if date.month is None:
        return str(first)
    return f"{date.day or ''} {_month_label(first, date.month)}".lstrip()
