"""The signatures by which articles are compared: many at once give what each gives by itself."""

from __future__ import annotations

import hashlib
import struct
from collections import Counter
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from site_gen.model import Document
from site_gen.related import Said, said, sign
from site_gen.related.signature import SHINGLE, SKETCH, TERMS, TITLE_WEIGHT

COMMON = 1 << 32
LOW = COMMON - 1
MASK = (1 << 64) - 1
FACTOR = 0x9E3779B97F4A7C15


def numbers(said: bytes) -> list[int]:
    """The numbers of words, 8 bytes each."""
    return list(struct.unpack(f"<{len(said) // 8}Q", said))


def signed_alone(one: Said) -> bytes:
    """The signature of one article, number by number."""
    title, body = numbers(one.title), numbers(one.body)
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
            one.digest,
            struct.pack(f"<{len(few)}I", *few).ljust(4 * SKETCH, b"\0"),
            bytes(min(counts[term], 63) for term in terms).ljust(TERMS, b"\0"),
            struct.pack(f"<{len(terms)}I", *terms).ljust(4 * TERMS, b"\0"),
        )
    )


NUMBERS = st.one_of(
    st.integers(1, 6),
    st.integers(COMMON, COMMON + 3),
    st.integers(1, 2 * COMMON - 1),
).map(lambda number: number.to_bytes(8, "little"))
NUMBER = (7).to_bytes(8, "little")
ARTICLES = st.lists(
    st.none()
    | st.builds(
        Said,
        st.lists(NUMBERS, max_size=5).map(b"".join),
        (st.lists(NUMBERS, max_size=150) | st.lists(st.just(NUMBER), max_size=90)).map(b"".join),
        st.binary(min_size=8, max_size=8),
    ),
    max_size=6,
)


@given(articles=ARTICLES)
@settings(max_examples=150, deadline=None)
def test_many_articles_are_signed_as_each_is_by_itself(articles: list[Said | None]) -> None:
    """What stands beside an article in its group does not change its signature."""
    alone = [b"" if one is None else signed_alone(one) for one in articles]
    assert sign(articles) == alone


def test_the_words_of_title_and_text_are_told_apart() -> None:
    """Words are told by their stems; the text alone has a digest; only articles are signed."""
    article = Document("article", "a", "a.md", "", "", "Wells of the valley")
    told = said(article, "<p>Wells &amp; <b>well</b>s,\n<i>rivers</i></p>", "en")
    assert told is not None
    title, body = numbers(told.title), numbers(told.body)
    well, river = body[0], body[2]
    assert body == [well, well, river]
    assert title[0] == well
    assert title[1] > LOW  # `of` says nothing
    expected = hashlib.blake2b(b"wells wells rivers", digest_size=8).digest()
    assert told.digest == expected
    assert said(replace(article, kind="page"), "<p>Wells</p>", "en") is None
    empty = said(article, "", "en")
    assert empty is not None
    assert empty.digest == bytes(8)
