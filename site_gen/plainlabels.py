"""Labels without bold: a block of `Name: value` lines at the head or the foot of a text.

Prose has such lines too, so a block is taken only if it plainly is one: every line has the form,
at least two are fields with values that such fields have, or it is the head of a letter by mail.
A line that is not known, or whose value does not fit, stays in the text.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import field, replace

from site_gen import dates, languages
from site_gen.dates import DateOrder
from site_gen.fields import folded
from site_gen.frozen import frozen
from site_gen.labelwords import MAIL_LABELS, MAIL_RECIPIENTS, SOURCE_WORDS, folded_word
from site_gen.patterns import late_pattern

Block = tuple[int, int]
"""A run of lines as (first, past the last), 0-based."""

LONGEST_HEAD = 80
"""Lines of a block; the head of a letter by mail names every machine on its way."""
LONGEST_VALUE = 600
LONGEST_TEXT = 4_000

_LINE = late_pattern(
    r"^[\u200e\u200f]?(?P<name>[^\W\d_][^:：.!?,;*_#<>\[\]{}|`\"\n]{0,39}?)[ \t]*"
    r"(?::(?:[ \t]+|$)|：[ \t]*)(?P<value>.*)$"
)
_FOLDED = late_pattern(r"^[ \t]+\S")
_ENVELOPE = re.compile(r"^From \S+ .*\d{4}\s*$")
_URL = re.compile(r"(?:https?|ftp)://[^\s<>]+", re.IGNORECASE)
_MAIL_ADDRESS = re.compile(r"[^\s<>@()\"]+@[^\s<>@()\"]+")
_OF_IDS = ("message-id", "content-id", "in-reply-to", "references")
"""How the names of headers end that hold the ids of letters."""
_ID = re.compile(r"<[^<>\s]*>")
_NAMED_ADDRESS = late_pattern(
    r"\"?(?P<name>[^<>\"]*[^<>\"\s])\"?\s*<[^<>]*>|[^\s()]+@[^\s()]+\s*\((?P<after>[^()]+)\)"
)
_SENTENCE_END = late_pattern(r"[!?;:…]$|(?<!\b\w)(?<!\b\w\w)(?<!\b\w\w\w)\.$")

KEYS = frozenset({
    "title", "authors", "date", "modified", "places", "topics", "series", "language", "summary",
    "source_url", "archived_url", "accessed", "publication", "identifier", "collection", "rights",
    "status", "draft", "embargo_until", "noindex",
})  # fmt: skip
"""Fields that a block may state. Others say how a file is read, or are for other kinds of file."""
_HIDING = frozenset({"status", "draft", "embargo_until", "noindex", "published"})
_TOO_COMMON = frozenset({"name", "display_name", "id", "alias"})
"""Names of keys that texts use for much else."""
_OF_A_TEXT = frozenset({"title", "authors", "source_url", "archived_url", "publication", "status",
                        "draft"})  # fmt: skip
"""One of these is there where a text speaks of itself: an invitation too has a date and a place."""
_SPEAKERS = frozenset({"authors", "publication", "places", "topics", "series"})
"""What could as well be the speakers of a talk: `Reporter: Why now`."""


@frozen
class Names:
    """What names of labels mean: labels, keys of metadata, and the site's own fields."""

    labels: Mapping[str, str]
    keys: Mapping[str, str] = field(default_factory=dict)
    own: Mapping[str, str] = field(default_factory=dict)
    order: DateOrder | None = None

    def field_of(self, name: str) -> str:
        """The field that a label gives, or the key of the site's own; empty if it is unknown."""
        word = folded_word(name)
        given = self.labels.get(word)
        if given:
            return given
        key = folded(word)
        known = self.keys.get(key, "")
        if known in KEYS and key not in _TOO_COMMON:
            return known
        return next((own for own in self.own if folded(own) == key), "")


@frozen
class Plain:
    """A label and the lines of its value; `start` to `past` are its lines, 0-based."""

    field: str
    name: str
    value: tuple[str, ...]
    start: int
    past: int
    fits: bool
    raw: str
    """The value as it stands in the text, words of mail decoded."""


@frozen
class Found:
    """The labels of a head, how many blocks they are in, and what hides but is not read.

    `others` are lines of a letter that stay in its text and name people, or their addresses.
    """

    labels: tuple[Plain, ...] = ()
    blocks: int = 0
    unread: Plain | None = None
    others: tuple[Plain, ...] = ()


def head(lines: Sequence[str], blocks: Sequence[Block], names: Names) -> Found:
    """The labels in the first block, and in those below it that hold nothing else."""
    if not blocks or not _begins(lines, blocks[0]):
        return Found()
    first = _read(lines, blocks[0], names)
    if not first:
        return Found()
    letter = _as_letter(first)
    if letter:
        others = tuple(one for one in letter if not one.field and _names_others(one))
        return Found(tuple(one for one in letter if one.field), 1, others=others)
    found, count = list(first), 1
    for block in blocks[1:]:
        more = _read(lines, block, names)
        if not more or not all(one.field and one.fits for one in more):
            break
        found += more
        count += 1
    if _is_block(found):
        return Found(tuple(one for one in found if one.field), count)
    hides = next((one for one in first if one.field in _HIDING and one.fits), None)
    return Found(unread=hides)


def foot(
    lines: Sequence[str], blocks: Sequence[Block], names: Names, *, labelled: bool = False
) -> Found:
    """The labels in the last blocks, if these hold nothing else.

    In a text that is `labelled` at its head, two are enough, or one that is an address.
    """
    found: list[Plain] = []
    count = 0
    for block in reversed(blocks):
        more = _read(lines, block, names)
        if not more or not all(one.field and one.fits for one in more):
            break
        found = more + found
        count += 1
    fields = {one.field for one in found if one.value}
    address = any(name.endswith("_url") for name in fields) and any(
        _URL.search(one.raw) for one in found
    )
    if _is_block(found) or (labelled and (len(fields) > 1 or address)):
        return Found(tuple(found), count)
    return Found()


def _begins(lines: Sequence[str], block: Block) -> bool:
    """Whether the first line is one of a block: a cheap test, for most texts fail it."""
    start, end = block
    first = lines[start]
    if first.startswith("From ") and end - start > 1 and _ENVELOPE.match(first):
        return True
    return (":" in first[:48] or "：" in first[:48]) and _LINE.match(first) is not None


def _read(lines: Sequence[str], block: Block, names: Names) -> list[Plain]:
    """All lines of a block as labels; empty if one is none."""
    start, end = block
    if end - start > LONGEST_HEAD:
        return []
    if _ENVELOPE.match(lines[start]):
        start += 1
    found: list[Plain] = []
    index = start
    while index < end:
        match = _LINE.match(lines[index])
        if match is None or len(match["name"].split()) > 4:
            return []
        past = index + 1
        while past < end and _FOLDED.match(lines[past]):
            past += 1
        value = [match["value"], *lines[index + 1 : past]]
        texts = tuple(text for line in value if (text := line.strip().rstrip("\\").rstrip()))
        if sum(map(len, texts)) > LONGEST_TEXT:
            return []
        found.append(_label(match["name"].strip(), texts, index, past, names))
        index = past
    return found


def _label(name: str, value: tuple[str, ...], start: int, past: int, names: Names) -> Plain:
    given = names.field_of(name)
    said = " ".join(value)
    if folded(name) == "published" and said.casefold() in ("true", "false", "yes", "no"):
        given = "published"  # `published: false` hides a document in many programs.
    fits = not value or _fits(given, folded_word(name), said, names)
    return Plain(given, name, value, start, past, fits, said)


def _is_block(found: Sequence[Plain]) -> bool:
    """Whether labels are those of a text that speaks of itself."""
    unknown = Counter(folded_word(one.name) for one in found if not one.field)
    if any(count > 1 for count in unknown.values()):
        return False  # The speakers of a talk.
    stated = [one for one in found if one.field and one.value]
    fitting = [one for one in stated if one.fits]
    fields = {one.field for one in fitting}
    if len(fields) < 2 or 2 * len(fitting) <= len(stated) or not fields & _OF_A_TEXT:
        return False
    if fields <= _SPEAKERS:
        people = [one for one in fitting if one.field in ("authors", "publication")]
        return all(len(" ".join(one.value).split()) > 1 for one in people)
    return True


def _as_letter(found: Sequence[Plain]) -> list[Plain]:
    """The labels as those of a letter by mail; empty if it is none."""
    made: list[Plain] = []
    seen: dict[str, Plain] = {}
    for one in found:
        given = MAIL_LABELS.get(folded_word(one.name), "")
        if given and one.value and given not in seen:
            raw = _decoded(one.raw)
            value = _mail_value(given, raw)
            one = replace(one, field=given, value=(value,), raw=raw, fits=True)
            seen[given] = one
        elif one.field not in _HIDING:
            one = replace(one, field="")
        made.append(one)
    sender, date = seen.get("authors"), seen.get("date")
    dated = date is not None and _is_date(date.raw, None)
    signs = (
        dated,
        sender is not None and _MAIL_ADDRESS.search(sender.raw) is not None,
        "title" in seen,
    )
    if not sender or sum(signs) < 2:
        return []
    return [replace(one, fits=dated) if one is date else one for one in made]


def _names_others(one: Plain) -> bool:
    """Whether a header says whom a letter went to, or holds an address.

    The ids of letters look like addresses, and are none. Of what was redacted no letter is left.
    """
    word, said = folded_word(one.name), one.raw
    if word.endswith(_OF_IDS):
        said = _ID.sub("", said)
    if not any(map(str.isalnum, said)):
        return False
    return word in MAIL_RECIPIENTS or _MAIL_ADDRESS.search(said) is not None


def _decoded(text: str) -> str:
    """A header of a letter with its encoded words decoded (RFC 2047)."""
    if "=?" not in text:
        return text
    from email.errors import HeaderParseError
    from email.header import decode_header, make_header

    try:
        decoded = " ".join(str(make_header(decode_header(text))).split())
    except (HeaderParseError, LookupError, ValueError):
        return text
    return text if "\ufffd" in decoded else decoded


def _mail_value(given: str, text: str) -> str:
    """What a header of a letter states: of a sender, the name."""
    if given == "authors":
        named = _NAMED_ADDRESS.fullmatch(text)
        return (named["name"] or named["after"]).strip() if named else text.strip("<> ")
    return text.strip("<> ") if given == "identifier" else text


def _fits(given: str, word: str, said: str, names: Names) -> bool:
    """Whether a value is one that its field has, and no sentence."""
    if len(said) > LONGEST_VALUE and given != "summary":
        return False
    if word in SOURCE_WORDS:
        return _URL.search(said) is not None or _is_name(said)
    if given.endswith("_url"):
        return _URL.search(said) is not None
    if given in ("date", "modified", "accessed", "embargo_until"):
        return _is_date(said, names.order)
    if given in ("authors", "places", "publication", "series"):
        return _is_name(said)
    if given == "language":
        return languages.read(said) != ""
    if given == "title":
        return not said[0].islower()
    if given == "topics":
        return _SENTENCE_END.search(said) is None
    if given in ("draft", "noindex", "published"):
        return said.casefold() in ("true", "false", "yes", "no")
    if given == "status":
        return len(said.split()) == 1
    return True


def _is_date(said: str, order: DateOrder | None) -> bool:
    reading = dates.read(said, order)
    return reading.problem in ("", "ambiguous") and (
        reading.date is not None or not any(character.isdigit() for character in said)
    )


def _is_name(said: str) -> bool:
    """Whether a text is names: no sentence, and most longer words begin with a capital."""
    words = said.split()
    if len(words) > 24 or _SENTENCE_END.search(said):
        return False
    cased = [word for word in words if word[0].isalpha() and word[0].lower() != word[0].upper()]
    longer = [word for word in cased if len(word) > 3] or cased
    capitals = sum(word[0].isupper() for word in longer)
    return 2 * capitals > len(longer) or not longer
