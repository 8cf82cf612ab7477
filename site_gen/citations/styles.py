"""A work as a line in a list of references: APA (7th edition), Chicago (17th edition, notes and
bibliography) and MLA (9th edition).

The order of parts, the punctuation and the abbreviations are those of these styles for a
newspaper article on the web. Tests hold them equal to what citeproc makes of the styles' own
definitions (Citation Style Language).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from site_gen.citations.works import Name, When, Work

_APA_MOST, _APA_FIRST = 20, 19
_CHICAGO_MOST, _CHICAGO_FIRST = 10, 7
_MONTHS = (
    "", "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
_SHORT_MONTHS = (
    "", "Jan.", "Feb.", "Mar.", "Apr.", "May", "June", "July", "Aug.", "Sept.", "Oct.", "Nov.",
    "Dec.",
)  # fmt: skip
_SMALL_WORDS = """
a an and as at but by down for from in into nor of on onto or over so the till to up via with yet
"""
_SMALL = frozenset(_SMALL_WORDS.split())
"""Words that titles in capitals leave small, unless they come first or after a full stop."""
_INNER_QUOTES = str.maketrans({"“": "‘", "”": "’", '"': "'"})


def apa(work: Work) -> str:
    """As in APA's list of references."""
    date = f"({_apa_date(work.when)})."
    names = _apa_names(work.authors)
    title = _stopped(work.title)
    head = [_stopped(names), date, title] if names else [title, date]
    return " ".join([*head, _stopped(work.container), *([work.url] if work.url else [])])


def chicago(work: Work) -> str:
    """As in a bibliography by the Chicago Manual of Style."""
    names = _chicago_names(work.authors)
    when = work.when
    date = _chicago_date(when) if when else "n.d."
    parts = [
        *([_stopped(names)] if names else []),
        f"“{_stopped(_quoted(work))}”",
        _stopped(f"{work.container}, {date}"),
        *([f"{work.url}."] if work.url else []),
    ]
    return " ".join(parts)


def mla(work: Work) -> str:
    """As in MLA's works cited."""
    names = _mla_names(work.authors)
    when = work.when
    last = [work.container, *([_mla_date(when)] if when else []), *([work.url] if work.url else [])]
    parts = [
        *([_stopped(names)] if names else []),
        f"“{_stopped(_quoted(work))}”",
        _stopped(", ".join(last)),
    ]
    return " ".join(parts)


def _stopped(text: str) -> str:
    """A text with a full stop, but where a sentence ends already."""
    return text if text.endswith((".", "?", "!", "…")) else f"{text}."


def _apa_names(names: Sequence[Name]) -> str:
    said = [_initialled(one) for one in names]
    if len(said) > _APA_MOST:
        return f"{', '.join(said[:_APA_FIRST])}, … {said[-1]}"
    if len(said) > 1:
        return f"{', '.join(said[:-1])}, & {said[-1]}"
    return "".join(said)


def _initialled(name: Name) -> str:
    if not name.family or not name.given:
        return name.inverted
    suffix = f", {name.suffix}" if name.suffix else ""
    return f"{name.last}, {_initials(name.given)}{suffix}"


def _initials(given: str) -> str:
    """`Ann Mary` as `A. M.`, `Jean-Paul` as `J.-P.`; a word that begins small stays."""
    return "-".join(filter(None, map(_initials_of_part, given.split("-"))))


def _initials_of_part(part: str) -> str:
    words = part.replace(".", " ").split()
    return " ".join(f"{word[0]}." if word[0].isupper() else word for word in words)


def _chicago_names(names: Sequence[Name]) -> str:
    said = [one.inverted if at == 0 else one.direct for at, one in enumerate(names)]
    if len(said) > _CHICAGO_MOST:
        return f"{', '.join(said[:_CHICAGO_FIRST])}, et al."
    if len(said) > 1:
        return f"{', '.join(said[:-1])}, and {said[-1]}"
    return "".join(said)


def _mla_names(names: Sequence[Name]) -> str:
    if len(names) > 2:
        return f"{names[0].inverted}, et al."
    return _chicago_names(names)


def _years(when: When) -> str:
    """Years from to; empty for what is one day, month or year."""
    return f"{when.start[0]}–{when.end[0]}" if when.end else ""


def _apa_date(when: When | None) -> str:
    if when is None:
        return "n.d."
    text = when.words or _years(when)
    if not text:
        year, *rest = when.start
        text = f"{year}"
        if rest:
            text += f", {_MONTHS[rest[0]]}" + (f" {rest[1]}" if rest[1:] else "")
    return f"ca. {text}" if when.circa else text


def _chicago_date(when: When) -> str:
    text = when.words or _years(when)
    if not text:
        year, *rest = when.start
        day = f" {rest[1]}," if rest[1:] else ""
        text = f"{_MONTHS[rest[0]]}{day} {year}" if rest else f"{year}"
    return f"[{text}?]" if when.circa else text


def _mla_date(when: When) -> str:
    text = when.words or _years(when)
    if not text:
        year, *rest = when.start
        day = f"{rest[1]} " if rest[1:] else ""
        text = f"{day}{_SHORT_MONTHS[rest[0]]} {year}" if rest else f"{year}"
    return f"Circa {text}" if when.circa else text


def _quoted(work: Work) -> str:
    """The title as it stands between quotation marks."""
    return _between_quotes(work.title, work.language)


@lru_cache(maxsize=8)
def _between_quotes(title: str, language: str) -> str:
    return _capitals(title, language).translate(_INNER_QUOTES)


def _capitals(title: str, language: str) -> str:
    """An English title with capitals; words that have any of their own, and other languages, are
    left as they are.
    """
    if language and not _ENGLISH.match(language):
        return title
    words = []
    before = ":"
    for word in title.split():
        if word.islower() and (word not in _SMALL or before in ":."):
            if word[0].isalnum():
                word = word[0].upper() + word[1:]
            else:
                word = re.sub(r"\w", lambda letter: letter[0].upper(), word, count=1)
        before = word[-1]
        words.append(word)
    return " ".join(words)


_ENGLISH = re.compile(r"en\b", re.IGNORECASE)
