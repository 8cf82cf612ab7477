"""Names of people: what they are filed under in an index, and which spellings may be one name.

Both are guesses about what a name's parts mean. So they order lists and propose; they change no
name, and an entry of the registry says better.
"""

from __future__ import annotations

import re
import unicodedata

from site_gen.patterns import late_pattern

_INSTITUTION = late_pattern(
    r"\b(?:of|for|on|the|and|für|des|pour|academy|administration|agency|agence|"
    r"agencies|alliance|amnesty|archives?|associated|association|blog|board|bureau|cent(?:er|re)|"
    r"coalition|college|commission|committee|community|company|corp|corporation|"
    r"correspondents?|council|department|desk|editors?|"
    r"editorial|foundation|gmbh|government|group|human|inc|institute|international|journal|"
    r"library|llc|ltd|media|ministry|monitoring|museum|nations|network|news|newsroom|newspaper|"
    r"office|organi[sz]ation|press|presse|project|radio|reporters?|reporting|school|"
    r"services?|society|staff|team|television|times|tribune|tv|union|united|university|watch|"
    r"агентство|газета|институт|информационное|новости|пресс|радио|редакция|университет)\b",
    re.IGNORECASE,
)
"""Words that names of institutions have and names of people do not."""

_GIVEN_FIRST = late_pattern(r"[A-Za-zÀ-ɏḀ-ỿͰ-Ͽἀ-῿Ѐ-ӿ԰-֏ .'’ʼ\"“”-]+")
"""Scripts whose languages mostly put the family name last; in others a name stays as it is."""

_PARTICLES = frozenset({
    "'t", "af", "al", "am", "av", "ben", "bin", "bint", "da", "dal", "dalla", "das", "de", "degli",
    "dei", "del", "della", "den", "der", "des", "di", "do", "dos", "du", "el", "ibn", "la", "las",
    "le", "los", "ten", "ter", "van", "vom", "von", "zu", "zum", "zur",
})  # fmt: skip
_CAPITAL_PARTICLES = frozenset({
    "Al", "De", "Del", "Della", "Den", "Der", "Di", "Du", "El", "La", "Le", "St", "St.", "Van",
    "Von",
})  # fmt: skip
_NO_GIVEN = _PARTICLES | frozenset({"De", "El", "La", "Le", "The", "Von"})
TITLES = frozenset({
    "adm.", "amb.", "capt.", "cmdr.", "col.", "dame", "dr", "dr.", "gen.", "gov.", "hon.", "lady",
    "lord", "lt.", "maj.", "miss", "mr", "mr.", "mrs", "mrs.", "ms", "ms.", "mx", "mx.", "prof",
    "prof.", "professor", "rep.", "rev.", "reverend", "sen.", "sgt.", "sir",
})  # fmt: skip
"""What may stand before a name and is no part of it."""
SUFFIXES = late_pattern(
    r"(?:jr|sr|junior|senior|ii|iii|iv|ph\.? ?d|m\.?d|mph|mba|cpa|esq)\.?", re.IGNORECASE
)
"""What stands behind a name: of which generation somebody is, or a degree."""
GENERATIONS = re.compile(r"(?:jr|sr|junior|senior|ii|iii|iv)\.?", re.IGNORECASE)
"""Those of them that citations tell."""
ARTICLE = re.compile(r"(?:al|el|ad|an|ar|as|at|az)-")
"""The Arabic article as it is written before a family name."""
MOST_WORDS = 6
"""Words of a person's name; what has more is something else."""


def filed_under(name: str) -> str:
    """A name as an index files it: `Tim Judah` under `Judah, Tim`.

    Institutions, single words, names that have a comma already and names in scripts of languages
    that put the family name first or have none stay as they are. Particles go with the family
    name (`van der Doe, Jane`); only the Arabic article is passed over (`Zawahiri, Ayman al-`).
    """
    base, comma, after = name.rpartition(",")
    suffix = ""
    if comma and SUFFIXES.fullmatch(after.strip()):
        suffix, name = f", {after.strip()}", base
    return _inverted(name) + suffix


def _inverted(name: str) -> str:
    words = name.split()
    if not 1 < len(words) <= MOST_WORDS or _INSTITUTION.search(name):
        return name
    if not _GIVEN_FIRST.fullmatch(name) or _is_acronym(words[0]) or words[0] in _NO_GIVEN:
        return name
    suffix = ""
    if len(words) > 2 and SUFFIXES.fullmatch(words[-1]):
        suffix = f", {words.pop()}"
    start = len(words) - 1
    while start > 1 and _is_particle(words[start - 1]):
        start -= 1
    given, family = " ".join(words[:start]), " ".join(words[start:])
    article = ARTICLE.match(family)
    if article and family[article.end() :]:
        return f"{family[article.end() :]}, {given} {article[0]}{suffix}"
    return f"{family}, {given}{suffix}"


def _is_acronym(word: str) -> bool:
    """Whether a word is one such as `BBC`; `JJ` may be initials."""
    return len(word) > 2 and word.isalpha() and word.isupper()


def _is_particle(word: str) -> bool:
    return word in _PARTICLES or word in _CAPITAL_PARTICLES


_MARKS = late_pattern("[\u0300-\u036f]")
_QUOTES = re.compile("['\u2018\u2019\u02bc\u02bb`\u00b4]")
_INITIALS = re.compile(r"\b(\w) (?=\w\b)")


_PARTING = re.compile(r"[\s\-‐-―'’.,/_]+")
_AND = re.compile(r"\s*&\s*")


def likeness(name: str) -> str:
    """What spellings of one name have in common: `JUDAH, Tim`, `Tim Judah` and `Tim Judáh`.

    Case, blanks, accents of letters, apostrophes, stops after initials and the order around one
    comma do not count. Nothing else is passed over: `T. Judah` may be another person.
    """
    family, comma, given = name.partition(",")
    if comma and "," not in given and not SUFFIXES.fullmatch(given.strip()):
        name = f"{given} {family}"
    if not name.isascii():
        name = _MARKS.sub("", unicodedata.normalize("NFKD", name))
    words = _QUOTES.sub("", name.replace(".", " ")).casefold().split()
    return _INITIALS.sub(r"\1", " ".join(words))


def letters(name: str) -> str:
    """What spellings of one place or topic have in common: `e-mail`, `E-Mail` and `email`.

    Case, accents, blanks, hyphens, stops and apostrophes do not count; `&` is `and`.
    """
    if not name.isascii():
        name = _MARKS.sub("", unicodedata.normalize("NFKD", name))
    return _PARTING.sub("", _AND.sub(" and ", name.casefold()))


def collated(text: str) -> str:
    """What lists are ordered by: `Ćosić` stands among the names with C."""
    if not text.isascii():
        text = _MARKS.sub("", unicodedata.normalize("NFKD", text))
    return " ".join(text.casefold().split())
