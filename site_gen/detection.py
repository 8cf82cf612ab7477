"""The likely encoding of a text that is not UTF-8: a guess, which is always told as one."""

from __future__ import annotations

import codecs
import re

MOST = 1 << 16
"""Bytes that are looked at: letters of an alphabet tell themselves in far fewer."""

LATIN = ("cp1252", "mac-roman", "cp850", "cp1250", "iso8859-2")
"""Encodings of Latin letters, the likeliest first, that are weighed where there is little."""
CANDIDATES = (
    "cp1252", "mac-roman", "cp850", "cp1250", "iso8859-1", "iso8859-2", "cp1254", "cp1257",
    "cp1251", "koi8-r", "koi8-u", "cp866", "mac-cyrillic", "iso8859-5", "cp1256", "iso8859-6",
    "cp1253", "iso8859-7", "cp1255", "cp1258", "cp874", "gb18030", "big5hkscs", "euc-jp",
    "shift_jis_2004", "cp949", "iso2022_jp_2", "utf-16-le", "utf-16-be",
)  # fmt: skip
"""Encodings that texts of the last fifty years are likely to be in."""

LITTLE = 24
"""With fewer bytes beyond ASCII than this, in a text of Latin letters, frequencies say nothing."""
_BEYOND = re.compile(rb"[\x80-\xff]")
_LETTERS = re.compile(rb"[A-Za-z]")
_RUN = re.compile(rb"[\x80-\xff]{4}")

_COMMON = frozenset("éèêëàâäáãåçñíìîïóòôöõøúùûüßæœÿ")
_CENTRAL = frozenset("ąćęłńśźżěščřžýůďťňőűășțşţđ")
_OPENING, _CLOSING, _DASHES = frozenset("“‘„«‚¿¡"), frozenset("”’»“‘"), frozenset("–—…•")
_SIGNS = frozenset("£€©®°§½¼¾™¢·«»\u00a0")


def guess(data: bytes) -> str:
    """The likely encoding, as Python calls it (`cp1251`), of bytes that are not UTF-8.

    The guess is the same on every machine with the same version of chardet; empty if there is
    none that all bytes fit.
    """
    part = data[:MOST]
    if len(data) > MOST and part.isascii():
        # What leaves ASCII tells more than the beginning.
        first = _BEYOND.search(data)
        start = first.start() - 1024 if first else 0
        part = data[start : start + MOST]
    high, letters = len(_BEYOND.findall(part)), len(_LETTERS.findall(part))
    mostly_latin = high * 2 < letters + 2 and not _RUN.search(part) and b"\0" not in part
    ordered = _weighed(part) if mostly_latin and high < LITTLE else [_detected(part), *LATIN]
    for name in (*ordered, "latin-1"):
        # What cp1252 does not define is Latin-1, where it is a control character.
        for one in (name, "latin-1") if name == "cp1252" else (name,):
            try:
                data.decode(one)
            except (LookupError, ValueError):
                continue
            return one
    return ""


def _detected(part: bytes) -> str:
    import chardet

    found = chardet.detect(part, include_encodings=CANDIDATES, no_match_encoding="cp1252")
    try:
        name = codecs.lookup(found["encoding"] or "").name
    except LookupError:
        return ""
    for usual in ("cp1252", "cp1251"):
        if part.decode(usual, "ignore") == part.decode(name, "replace"):
            return usual  # The letters that tell them apart do not occur.
    return {"iso8859-1": "latin-1"}.get(name, name)


def _weighed(part: bytes) -> list[str]:
    """The encodings of Latin letters, the best fitting first: each sign by what is beside it."""
    weights = {name: _weight(part.decode(name, "replace")) for name in LATIN}
    return sorted(LATIN, key=lambda name: -weights[name])


def _weight(text: str) -> float:
    total = 0.0
    for index, sign in enumerate(text):
        if sign.isascii():
            continue
        before, after = text[index - 1 : index], text[index + 1 : index + 2]
        in_word = before.isalpha() or after.isalpha()
        if sign.isalpha():
            # A capital is at the beginning of a word, or among capitals.
            lowered = sign.islower() and after.isupper()
            misplaced = lowered or (sign.isupper() and before.islower())
            known = 2 if sign.lower() in _COMMON else 1.5 if sign.lower() in _CENTRAL else -1
            total += -1 if misplaced else known if in_word else known / 4
        elif sign in _DASHES:
            total += 1.5 if not in_word or (before.isalpha() and not after.isalpha()) else 0
        elif (sign in _OPENING and not before.isalnum() and not after.isspace()) or (
            sign in _CLOSING and (before.isalnum() or before in ".,!?;…)")
        ):
            total += 3
        else:
            total += 1 if sign in _SIGNS and not in_word else -2
    return total
