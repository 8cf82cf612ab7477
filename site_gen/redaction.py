"""Words that must not be shown, found in a text however it spells them, and replaced by a mark.

`redact` works on what a source holds, before anything else reads it. `remains` is a second,
independent reader: it looks at what would be published, and knows nothing of how it was made.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from html import escape, unescape
from urllib.parse import unquote

from site_gen.frozen import frozen
from site_gen.model import Withheld
from site_gen.patterns import late_pattern

MARK = "▇▇▇"
"""What stands in place of withheld words, however many they are."""
NAME = f"{MARK} {MARK}"
"""The mark of a person's name. It has two words, as names have that a closing note begins with."""

_MARKS = late_pattern(rf"{MARK}(?:\s+{MARK})*+")
_UNSEEN = "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
_UNSEEN += "\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff0-\ufff8\U000e0000-\U000e0fff"
_INVISIBLE = late_pattern(f"[{_UNSEEN}]")
"""Characters that show nothing, and so part no word: soft hyphens, joiners, directions."""
_PIECE = late_pattern(
    r"(?P<entity>&(?:\#[0-9]{1,7}|\#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});)"
    r"|(?P<space>(?:\n[ \t]*(?:>[ \t]*)+|\s)+)"
    r"|(?P<escape>\\(?=[!-/:-@\[-`{-~]))"
    r"|(?P<percent>(?:%[0-9A-Fa-f]{2})+)"
    rf"|(?P<unseen>[{_UNSEEN}]+)"
)
_SAME = str.maketrans("’‘‛ʼ′“”„‟″‐‑‒–—―−", "'''''\"\"\"\"\"-------")
_UNSPACED = late_pattern(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003ffff]"
)
"""Letters of scripts that put no blank between words."""
_ADDRESS = late_pattern(
    r"(?:[a-z][a-z0-9+.-]{1,20}:)?//[^\s<>\"')\]]+|[\w.+%-]+@[\w-]+(?:\.[\w-]+)*"
    r"|[^\s<>\"'()\[\]]*[/\\][^\s<>\"'()\[\]]+|[#@]\w+|[^\s<>\"'()\[\]]+\.[a-z][a-z0-9]{1,4}\b",
    re.IGNORECASE,
)
"""What may be an address, a path or the name of a file."""
SHORTEST_JOINED = 7
"""Letters that words written as one must have to be looked for in addresses: `annbell`."""
SHORTEST_PART = 3


@frozen
class Redacted:
    """A text without the words. `found` are the rules that were, by their place in the list.

    `inside` are the places of the first letters of those that stand in a longer word, and the
    rule of each; the text still holds these.
    """

    text: str
    found: frozenset[int] = frozenset()
    inside: tuple[tuple[int, int], ...] = ()


@frozen
class _Reading:
    """A text as a reader sees it, and where each of its characters stands in the source."""

    text: str
    starts: Sequence[int]
    ends: Sequence[int]


def words_of(text: str) -> str:
    """Words as they are looked for: one blank between them, references decoded, NFC."""
    return _read(text).text.strip()


def _read(text: str) -> _Reading:
    """Undo what spells words differently without changing them."""
    out: list[str] = []
    starts: list[int] = []
    ends: list[int] = []

    def say(said: str, start: int, end: int) -> None:
        for one in unicodedata.normalize("NFC", said).translate(_SAME):
            if one.isspace():
                if out and out[-1] == " ":
                    ends[-1] = end
                    continue
                one = " "
            elif _INVISIBLE.match(one):
                continue
            out.append(one)
            starts.append(start)
            ends.append(end)

    position = 0
    for match in _PIECE.finditer(text):
        _plain(text, position, match.start(), say)
        position = match.end()
        kind = match.lastgroup
        if kind == "space":
            say(" ", *match.span())
        elif kind == "entity":
            say(unescape(match[0]), *match.span())
        elif kind == "percent":
            _percent(match[0], match.start(), say)
    _plain(text, position, len(text), say)
    return _Reading("".join(out), starts, ends)


def _plain(text: str, start: int, end: int, say: object) -> None:
    """Characters, each with the marks that combine with it."""
    assert callable(say)
    position = start
    while position < end:
        after = position + 1
        while after < end and unicodedata.combining(text[after]):
            after += 1
        say(text[position:after], position, after)
        position = after


def _percent(codes: str, start: int, say: object) -> None:
    assert callable(say)
    try:
        said = bytes.fromhex(codes.replace("%", "")).decode()
    except UnicodeDecodeError:
        said = codes
    position = start
    for one in said:
        width = 3 * len(one.encode()) if said is not codes else 1
        say(one, position, position + width)
        position += width


def redact(text: str, rules: Sequence[Withheld]) -> Redacted:
    """Replace the words by the mark. Every line below the paragraph keeps its number."""
    reading = _read(text)
    spans: list[tuple[int, int, str]] = []
    found: set[int] = set()
    doubtful: list[tuple[int, int, int]] = []
    for number, rule in enumerate(rules):
        for first, last in _places(reading.text, rule):
            start, end = reading.starts[first], reading.ends[last - 1]
            if _joined(reading.text, first) or _joined(reading.text, last):
                if not rule.name:
                    doubtful.append((start, end, number))
                continue
            found.add(number)
            spans.append((start, end, NAME if rule.name else MARK))
    spans += [(*one, MARK) for one in _addresses(text, rules)]
    inside = tuple(
        (start, number)
        for start, end, number in doubtful
        if not any(first <= start and end <= last for first, last, _ in spans)
    )
    return Redacted(_replaced(text, spans) if spans else text, frozenset(found), inside)


def _places(text: str, rule: Withheld) -> Iterator[tuple[int, int]]:
    """Where a rule's words begin and end."""
    if rule.name:
        plain = _unaccented(text)
        for match in _name_pattern(rule.words).finditer(plain):
            yield match.span()
        return
    first = text.find(rule.words)
    while first >= 0:
        yield first, first + len(rule.words)
        first = text.find(rule.words, first + 1)


@lru_cache(maxsize=1_000)
def _name_pattern(name: str) -> re.Pattern[str]:
    """A name in any case, with or without its accents, in either order of its parts."""
    orders = {tuple(order) for order in _orders(name)}
    ways = (r"[\W_]{1,4}".join(map(re.escape, order)) for order in sorted(orders))
    return re.compile("|".join(ways), re.IGNORECASE)


def _orders(name: str) -> Iterator[list[str]]:
    before, comma, after = _unaccented(name).partition(",")
    words, more = (re.findall(r"[^\W_]+", part) for part in (before, after))
    yield [*words, *more]
    if comma and words and more:
        yield [*more, *words]
    elif len(words) > 1:
        yield [words[-1], *words[:-1]]


def is_name(text: str) -> bool:
    """Whether a text has letters that a name could be looked for by."""
    return any(map(bool, next(_orders(text))))


def _unaccented(text: str) -> str:
    """The text with each letter's accents left out; every character keeps its place."""
    if text.isascii():
        return text
    return "".join(map(_base, text))


@lru_cache(maxsize=10_000)
def _base(letter: str) -> str:
    """A letter without its accents; syllables of Hangul are no letters with accents."""
    parts = unicodedata.normalize("NFD", letter)
    return parts[0] if all(map(unicodedata.combining, parts[1:])) else letter


def _joined(text: str, at: int) -> bool:
    """Whether a word goes on across a place in a text."""
    if at <= 0 or at >= len(text):
        return False
    return all(
        (one.isalnum() or unicodedata.category(one)[0] == "M") and not _UNSPACED.match(one)
        for one in (text[at - 1], text[at])
    )


def _addresses(text: str, rules: Sequence[Withheld]) -> Iterator[tuple[int, int]]:
    """What spells the words as an address does: `ann-bell.jpg`, `ann.bell@example.org`."""
    for match in _ADDRESS.finditer(text):
        if in_address(match[0], rules):
            yield match.span()


def in_address(address: str, rules: Iterable[Withheld]) -> bool:
    """Whether an address, a path or a file's name spells the words in its own way."""
    slug = ""
    for rule in rules:
        slug = slug or _slug(unquote(unescape(address)))
        for words in slugs(rule):
            one = words.replace("-", "")
            if f"-{words}-" in slug:
                return True
            if "-" in words and len(one) >= SHORTEST_JOINED and one in slug.replace("-", ""):
                return True
    return False


@lru_cache(maxsize=1_000)
def slugs(rule: Withheld) -> tuple[str, ...]:
    """The words as addresses spell them, a name in both orders."""
    from slugify import slugify

    said = ["-".join(order) for order in _orders(rule.words)] if rule.name else [rule.words]
    slugs = {_slug(one).strip("-") for one in said}
    if not rule.words.isascii():
        slugs |= {slugify(one, backend="text-unidecode") for one in said}
    return tuple(sorted(slugs - {""}))


def _slug(text: str) -> str:
    folded = _unaccented(_INVISIBLE.sub("", unicodedata.normalize("NFC", text))).casefold()
    return "-" + re.sub(r"[\W_]+", "-", folded).strip("-") + "-"


def _replaced(text: str, spans: Iterable[tuple[int, int, str]]) -> str:
    """The text with marks in place of spans; line feeds in these go to the paragraph's end."""
    parts: list[str] = []
    position = 0
    owed = 0

    def go_to(place: int) -> None:
        nonlocal position, owed
        gap = text.find("\n\n", position, place) if owed else -1
        if gap >= 0:
            parts.extend((text[position:gap], "\n" * owed))
            position, owed = gap, 0
        parts.append(text[position:place])
        position = place

    for start, end, mark in _merged(spans):
        go_to(start)
        parts.append(mark)
        owed += text.count("\n", start, end)
        position = end
    go_to(len(text))
    return "".join((*parts, "\n" * owed))


def _merged(spans: Iterable[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    merged: list[tuple[int, int, str]] = []
    for start, end, mark in sorted(spans):
        if merged and start < merged[-1][1]:
            first, last, before = merged[-1]
            merged[-1] = (first, max(last, end), max(before, mark, key=len))
        else:
            merged.append((start, end, mark))
    return merged


def in_other_case(text: str, rules: Sequence[Withheld]) -> Iterator[tuple[int, int]]:
    """Where a text has the words but for their case, and which rule's they are."""
    reading = _read(text)
    lower = "".join(one.lower() if len(one.lower()) == 1 else one for one in reading.text)
    for number, rule in enumerate(rules):
        words = rule.words.lower()
        first = -1 if rule.name else lower.find(words)
        while first >= 0:
            if not (_joined(lower, first) or _joined(lower, first + len(words))):
                yield reading.starts[first], number
                break
            first = lower.find(words, first + 1)


def parts_left(text: str, rules: Sequence[Withheld]) -> Iterator[int]:
    """Where a text has a part of a withheld name: a family name by itself."""
    reading = _read(text)
    plain = _unaccented(reading.text)
    parts = {
        word
        for rule in rules
        if rule.name
        for word in next(_orders(rule.words))
        if len(word) >= SHORTEST_PART and word[0].isupper()
    }
    for part in sorted(parts):
        for match in re.finditer(f"{re.escape(part)}|{re.escape(part.upper())}", plain):
            if not (_joined(plain, match.start()) or _joined(plain, match.end())):
                yield reading.starts[match.start()]
                break


def merged(text: str) -> str:
    """The text with marks that follow each other made one."""
    return _MARKS.sub(MARK, text) if MARK in text else text


_ANY_TAG = late_pattern(r"<(?:[^<>\"]|\"[^\"]*+\")*+>")
_LEADS = late_pattern(r"\s(?:href|src)=\"([^\"]*+)\"")
_TOLD = late_pattern(r"\s(title|alt)=\"([^\"\s]++)\"")
"""What a page may tell of an address that leads nowhere."""
_MARK_IN_ADDRESS = (MARK, "%E2%96%87", "%e2%96%87")
SAID = "Withheld"
"""What screen readers say of the mark, where a site has no word of its own."""
SHOWN = f'<mark class="redacted" role="img" aria-label="{SAID}">{MARK}</mark>'
"""The mark on a page."""


def called(html: str, word: str) -> str:
    """A body whose marks are called by a word of the site."""
    return html if word == SAID else html.replace(SHOWN, SHOWN.replace(SAID, escape(word)))


def marked(html: str, rules: Sequence[Withheld]) -> str:
    """The HTML of a body with its marks made visible, and without links that had the words."""

    def lead(match: re.Match[str]) -> str:
        gone = any(one in match[1] for one in _MARK_IN_ADDRESS) or in_address(match[1], rules)
        return "" if gone else match[0]

    def said(match: re.Match[str]) -> str:
        return f' {match[1]}="{MARK}"' if in_address(match[2], rules) else match[0]

    parts: list[str] = []
    position = 0
    for tag in _ANY_TAG.finditer(html):
        parts.append(_MARKS.sub(SHOWN, html[position : tag.start()]))
        parts.append(_TOLD.sub(said, _LEADS.sub(lead, merged(tag[0]))))
        position = tag.end()
    return "".join((*parts, _MARKS.sub(SHOWN, html[position:])))


_ATTRIBUTE = re.compile(r"\s([\w:-]+)=\"([^\"]*+)\"")
_OURS = frozenset(("class", "role", "aria-label"))
_BLANKS = re.compile(r"[\s>]+")


def said_in(html: str) -> Iterator[str]:
    """All that the HTML of a body says: its text, with and without blanks for tags, and what its
    tags say beside that.
    """
    yield _ANY_TAG.sub("", html)
    yield _ANY_TAG.sub(" ", html)
    for tag in _ANY_TAG.findall(html):
        yield from (value for key, value in _ATTRIBUTE.findall(tag) if key not in _OURS)


def remains(text: str, rules: Sequence[Withheld]) -> int | None:
    """The first rule whose words a published text still holds, in or out of a longer word."""
    for said in _published(text):
        for number, rule in enumerate(rules):
            if any(_addresses(said, (rule,))):
                return number
        plain = _unaccented(said)
        for number, rule in enumerate(rules):
            if rule.name:
                hits = _name_pattern(rule.words).finditer(plain)
                left = any(
                    not (_joined(plain, a) or _joined(plain, b)) for a, b in map(_span, hits)
                )
            else:
                left = rule.words in said
            if left:
                return number
    return None


def _span(match: re.Match[str]) -> tuple[int, int]:
    return match.span()


def _published(text: str) -> Iterator[str]:
    """What a text says: as it is, and decoded."""
    form = text
    for _ in range(3):
        said = unicodedata.normalize("NFC", _INVISIBLE.sub("", form)).translate(_SAME)
        yield _BLANKS.sub(" ", said)
        before, form = form, unescape(unquote(form))
        if form == before:
            return


def spells(name: str, rules: Sequence[Withheld]) -> bool:
    """Whether a name of something holds withheld words, in any case."""
    if not rules:
        return False
    folded = _slug(name)
    return any(f"-{words}-" in folded for rule in rules for words in slugs(rule))
