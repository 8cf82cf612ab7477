"""Text to index terms: letters folded, words stemmed by language, scripts without blanks by pairs.

`fold` and `split` do exactly what `fold` and `split` in static/search.js do; a test holds the two
together. Stems are made here only: the browser finds the stem of a word in the dictionary.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import Stemmer  # type: ignore[import-not-found]  # it ships no types

from site_gen import tokens
from site_gen.patterns import late_pattern

_ALGORITHM = {
    "ar": "arabic", "ca": "catalan", "da": "danish", "de": "german", "el": "greek",
    "en": "english", "es": "spanish", "eu": "basque", "fi": "finnish", "fr": "french",
    "ga": "irish", "hi": "hindi", "hu": "hungarian", "hy": "armenian", "id": "indonesian",
    "it": "italian", "lt": "lithuanian", "nb": "norwegian", "ne": "nepali", "nl": "dutch",
    "nn": "norwegian", "no": "norwegian", "pt": "portuguese", "ro": "romanian", "ru": "russian",
    "sr": "serbian", "sv": "swedish", "ta": "tamil", "tr": "turkish", "yi": "yiddish",
}  # fmt: skip

_LETTERS = {
    "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ı": "i",
    "ς": "σ", "ى": "ي", "ی": "ي", "ې": "ي", "ک": "ك", "ة": "ه", "ە": "ه", "ہ": "ه", "ۀ": "ه",
    "ٱ": "ا", "ـ": "", "\u200c": "", "\u200d": "",
}  # fmt: skip
_DIGITS = {
    chr(zero + value): str(value) for zero in (0x0660, 0x06F0, 0x0966) for value in range(10)
}
_TABLE = str.maketrans(_LETTERS | _DIGITS)
# Marks that readers leave out: accents of Latin, Greek and Cyrillic, vowel signs of Arabic and
# Hebrew. Those of Indic scripts are letters to their readers. Before them, what NFKD puts between
# the letters of ligatures such as ﷺ and ½.
_MARKS = late_pattern(
    "[ (),.·⁄\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u064b-\u065f\u0670\u06d6-\u06ed]"
)

_BEYOND = late_pattern("[\U00010000-\U0010ffff]")
# Letters that folding leaves nothing of: a word of them is none.
_NOTHING = late_pattern(
    "[\u037a\u0640\u06e5\u06e6\u200c\u200d\ufc5e\ufc5f\ufc60\ufc61\ufc62\ufc63\ufcf2\ufcf3\ufcf4\ufe70\ufe71\ufe72\ufe74\ufe76\ufe77\ufe78\ufe79\ufe7a\ufe7b\ufe7c\ufe7d\ufe7e\ufe7f]"
)

WORD = late_pattern("[\\w\u0900-\u0963\u0966-\u0dff\u200c\u200d]+")
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
)
_RUNS = late_pattern(f"[{_UNSPACED}]+|[^{_UNSPACED}]+")
_HAS_UNSPACED = late_pattern(f"[{_UNSPACED}]")
# The Arabic `the`, which is written with its noun; `to` joins it, and `and`, `so`, `by` and `as`
# may stand before it. What would leave too little is a word of its own (`والدين`).
_ARTICLE = late_pattern("(?:ال|[وف]?لل)(?=...)|[وفبك]{1,2}ال(?=....)")
LONGEST = 40
"""Characters of a word that count; what is longer is cut."""


def fold(word: str) -> str:
    """A lower-case word without accents, in one spelling of its letters."""
    if word.isascii():
        return word.lower()[:LONGEST]
    plain = _MARKS.sub("", unicodedata.normalize("NFKD", word)).translate(_TABLE)
    return units(unicodedata.normalize("NFC", plain.lower()))[:LONGEST]


def units(text: str) -> str:
    """The text as JavaScript counts it: two surrogates for a character beyond U+FFFF.

    Everything in the index is cut, compared and put in order so.
    """
    if text.isascii() or max(text) <= "\uffff":
        return text
    return _BEYOND.sub(_surrogates, text)


def _surrogates(match: re.Match[str]) -> str:
    high, low = divmod(ord(match[0]) - 0x10000, 0x400)
    return chr(0xD800 + high) + chr(0xDC00 + low)


def whole(text: str) -> str:
    """Undo `units`."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def split(text: str) -> list[str]:
    """The words of a text in lower case, not folded; scripts without blanks as pairs of letters."""
    return cut(plain(text))


def plain(text: str) -> str:
    """A text in lower case, without the commonest signs that are not ASCII."""
    return tokens.without_signs(text.lower())


def cut(text: str) -> list[str]:
    """The words of such a text."""
    words = tokens.words(text, WORD)
    if text.isascii():
        return words
    if _HAS_UNSPACED.search(text):
        words = [part for word in words for part in _parts(word)]
    if _NOTHING.search(text):
        words = [word for word in words if fold(word)]
    return words


def _parts(word: str) -> list[str]:
    parts: list[str] = []
    for run in _RUNS.findall(word):
        if _HAS_UNSPACED.match(run) and len(run) > 1:
            parts.extend(run[index : index + 2] for index in range(len(run) - 1))
        else:
            parts.append(run)
    return parts


def bare(form: str) -> str:
    """A folded word without an Arabic article, and what is written together with both."""
    if form.isascii():
        return form
    found = _ARTICLE.match(form)
    return form[found.end() :] if found else form


def listed(form: str, stem: str) -> tuple[str, ...]:
    """A form as the index lists it, and without an article that its stem lacks."""
    alone = bare(form)
    return (form,) if alone is form or bare(stem) != stem else (form, alone)


@lru_cache(maxsize=16)
def stemming(language: str) -> Callable[[str], tuple[str, str]]:
    """What makes of a word of a language, in lower case, its folded form and its stem."""
    stemmer, arabic = _stemmer(language)

    def form_and_stem(word: str) -> tuple[str, str]:
        # Most words are folded as they are.
        form = word if word.isascii() and len(word) <= LONGEST else fold(word)
        # Snowball leaves some articles, and of `المدرسه`, unlike `مدرسه`, the last letter.
        stem = fold(stemmer.stemWord(bare(word) if arabic else word)) if stemmer else form
        return form, stem or form

    return form_and_stem


def stemmed(words: Sequence[str], language: str) -> tuple[Sequence[str], Sequence[str]]:
    """The folded forms and the stems of words of a language, in lower case."""
    stemmer, _ = _stemmer(language)
    if _as_folded(words):
        stems = stemmer.stemWords(words) if stemmer else words
        if _as_folded(stems):
            return words, stems
    both = list(map(stemming(language), words))
    # One text for a word and its form, where they are equal, takes less memory than two.
    forms = [word if word == form else form for word, (form, _) in zip(words, both, strict=True)]
    return forms, [stem for _, stem in both]


def _as_folded(words: Sequence[str]) -> bool:
    """Whether folding leaves words in lower case as they are, none of which is empty."""
    return (
        "".join(words).isascii() and all(words) and len(max(words, key=len, default="")) <= LONGEST
    )


@lru_cache(maxsize=16)
def _stemmer(language: str) -> tuple[Any, bool]:
    """What stems words of a language, if there is such, and whether that is Arabic."""
    name = _ALGORITHM.get(language.split("-")[0].lower())
    # Whoever asks remembers; a cache of its own makes it three times slower.
    return Stemmer.Stemmer(name, 0) if name else None, name == "arabic"
