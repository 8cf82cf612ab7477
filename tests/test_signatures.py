"""The signatures by which articles are compared: many at once give what each gives by itself."""

from __future__ import annotations

import hashlib
import random
import struct
from collections import Counter
from dataclasses import replace
from itertools import compress, count
from unittest.mock import patch

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from site_gen.model import Document
from site_gen.related import Said, Signed, said, sign, signature
from site_gen.related.signature import (
    AT_ONCE,
    FORMAT,
    SHINGLE,
    SKETCH,
    TERMS,
    TITLE_WEIGHT,
    signed,
    term,
)
from site_gen.search.words import stemming
from site_gen.tokens import STOP

COMMON = 1 << 32
LOW = COMMON - 1
MASK = (1 << 64) - 1
FACTOR = 0x9E3779B97F4A7C15


Numbered = tuple[list[int], list[int], bytes]
"""The numbers of the words of a title and a text, the digest of the text's words."""


def signed_alone(one: Numbered) -> bytes:
    """The signature of one article, number by number."""
    title, body, digest = one
    counts = Counter(TITLE_WEIGHT * title + body)
    terms = [number for number in counts if number < COMMON]
    terms.sort(key=counts.__getitem__, reverse=True)
    del terms[TERMS:]
    mixed = []
    for at in range(len(body) + 1 - SHINGLE):
        value = 0
        for number in body[at : at + SHINGLE]:
            value = (value * FACTOR + (number & LOW)) & MASK
        mixed.append(((value ^ (value >> 31)) * FACTOR & MASK) >> 32)
    few = [value for value in dict.fromkeys(sorted(mixed)[: 4 * SKETCH]) if value][:SKETCH]
    return b"".join(
        (
            struct.pack("<I", len(body)),
            digest,
            struct.pack(f"<{len(few)}I", *few).ljust(4 * SKETCH, b"\0"),
            bytes(min(counts[term], 63) for term in terms).ljust(TERMS, b"\0"),
            struct.pack(f"<{len(terms)}I", *terms).ljust(4 * TERMS, b"\0"),
        )
    )


NUMBERS = st.one_of(
    st.integers(1, 6),
    st.integers(COMMON, COMMON + 3),
    st.integers(1, 2 * COMMON - 1),
)
ARTICLES = st.lists(
    st.tuples(
        st.lists(NUMBERS, max_size=5),
        st.lists(NUMBERS, max_size=150) | st.lists(st.just(7), max_size=90),
        st.binary(min_size=8, max_size=8),
    ),
    min_size=1,
    max_size=6,
)


@given(articles=ARTICLES)
@settings(max_examples=150, deadline=None)
def test_many_articles_are_signed_as_each_is_by_itself(articles: list[Numbered]) -> None:
    """What stands beside an article in its group does not change its signature."""
    rows = [np.array(TITLE_WEIGHT * title + body, np.uint64) for title, body, _ in articles]
    words = [len(body) for _, body, _ in articles]
    found = signed(rows, words, [digest for *_, digest in articles])
    assert found == list(map(signed_alone, articles))


WORDS = st.sampled_from(
    ["Well", "wells", "the", "THE", "7", "x", "supercalifragilistic", "naïve", "Москва", "городов"]
)


@given(
    st.lists(
        st.none() | st.tuples(st.lists(WORDS), st.lists(WORDS), st.sampled_from(["en", "ru", "x"])),
        max_size=5,
    ),
    st.sampled_from([0, 30, AT_ONCE]),
)
def test_words_have_the_numbers_of_their_stems(
    articles: list[tuple[list[str], list[str], str] | None], at_once: int
) -> None:
    """Whatever was read before and is read with it, an article is signed by its stems alone."""
    given = [one and heard(*one) for one in articles]
    expected = [one and alone(*one) for one in articles]
    with patch.object(signature, "AT_ONCE", at_once):
        assert sign(given) == [one or b"" for one in expected]


def heard(title: list[str], body: list[str], language: str) -> Said | None:
    """What an article of these words says."""
    html = f"<p>{' '.join(body)}</p>"
    return said(
        replace(ARTICLE, title=" ".join(title), language=language), html, "en", " ".join(body)
    )


def alone(title: list[str], body: list[str], language: str) -> bytes:
    """The signature of an article of these words, word by word."""
    digest = hashlib.blake2b(" ".join(body).lower().encode(), digest_size=8).digest()
    numbers = [number(one.lower(), language) for one in title]
    of_text = [number(one.lower(), language) for one in body]
    return signed_alone((numbers, of_text, digest if body else bytes(8)))


def number(word: str, language: str) -> int:
    """The number of the stem of a word; that of one which says nothing is marked."""
    form, stem = stemming(language)(word)
    silent = form in STOP.split() or form.isdigit() or form == "x"
    return term(stem) + COMMON * silent


ARTICLE = Document("article", "a", "a.md", "", "", "Wells of the valley")


def test_the_words_of_title_and_text_are_told_apart() -> None:
    """Words are told by their stems; the text alone has a digest; only articles are signed."""
    told = said(ARTICLE, "<p>Wells &amp; <b>well</b>s,\n<i>rivers</i></p>", "en")
    assert told is not None
    assert told.text == " ".join(4 * ["wells of the valley"]) + " wells wells rivers"
    assert told.titled == 4 * 4
    expected = hashlib.blake2b(b"wells wells rivers", digest_size=8).digest()
    assert told.digest == expected
    assert said(replace(ARTICLE, kind="page"), "<p>Wells</p>", "en") is None
    empty = said(ARTICLE, "", "en")
    assert empty is not None
    assert empty.digest == bytes(8)


@given(kept=st.lists(st.booleans(), min_size=1, max_size=20), order=st.randoms())
def test_signatures_are_found_by_path(kept: list[bool], order: random.Random) -> None:
    """Those that lie together and those by themselves, in whatever order; others have none."""
    made = sign([Said(f"harvest {at} wheat", 0, b"%08d" % at, "en") for at in range(len(kept))])
    numbers = count()
    by_path = {
        str(at): next(numbers) if lies else one
        for at, (lies, one) in enumerate(zip(kept, made, strict=True))
    }
    found = Signed(by_path | {"page": b""}, b"".join(compress(made, kept)))
    paths = order.sample(list(by_path), len(by_path))
    table = found.table(paths)
    assert [row.tobytes() for row in table] == [made[int(path)] for path in paths]
    assert table.dtype == np.dtype(list(FORMAT))
