"""A piece of a block, amended where a few articles of the block changed.

What words say of an article does not depend on others of its block. So the article can be taken out
of a piece and put in. A test holds what is amended equal to a block that is read as a whole.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache
from itertools import groupby, islice
from operator import itemgetter

from site_gen.frozen import frozen
from site_gen.search.codec import Reader, number
from site_gen.search.segment import Entry, Piece
from site_gen.search.words import cut, listed, plain, stemming

_NUMBER = re.compile("[g-z0-9_-]*[A-Za-f]")
_PAIR = re.compile(f"({_NUMBER.pattern})(.)")
"""A number, and a letter behind it."""


class Unlike(Exception):
    """A piece does not hold what is to be taken out of it, or not by itself."""


At = tuple[int, int]
"""The numbers of a group and of an article in it."""
Told = dict[At, tuple[str, str]]
"""What is told of a stem in articles: its weight there, as a letter, and its positions."""
Row = tuple[int, int, str, str]
"""The row of a stem in a piece, without the stem."""


@frozen
class Gone:
    """What is to be taken out of a piece: where each stem stands, and forms of words, each with its
    stem and once for each article.
    """

    stems: tuple[tuple[str, At], ...] = ()
    forms: tuple[tuple[str, str], ...] = ()


def terms(entry: Entry, text: str) -> set[tuple[str, str]]:
    """The forms of the words of an article, as the index has them, each with its stem."""
    known = stemming(entry.language)
    words = {word for one in (entry.title, entry.summary, text) for word in cut(plain(one))}
    return {(form, stem) for own, stem in map(known, words) for form in listed(own, stem)}


def amended(piece: Piece, gone: Gone, come: Piece) -> Piece:
    """A piece without what some articles added to it, and with what others add. Raises Unlike."""
    changes: dict[str, dict[At, tuple[str, str] | None]] = {}
    for stem, at in gone.stems:
        changes.setdefault(stem, {})[at] = None
    for row in come.rows():
        changes.setdefault(row[0], {}).update(_told(*row[1:]))
    stems, first, last = [*piece.stems], piece.first[:], piece.last[:]
    postings, positions = (
        one.split(" ") if stems else [] for one in (piece.postings, piece.positions)
    )
    for stem, told in changes.items():
        begin = bisect_left(stems, stem)
        here = slice(begin, begin + (stems[begin : begin + 1] == [stem]))
        rows = zip(first[here], last[here], postings[here], positions[here], strict=True)
        new = _changed(next(rows, None), told)
        made = [new] if new else []
        stems[here] = [stem for _ in made]
        first[here] = array("i", [one[0] for one in made])
        last[here] = array("i", [one[1] for one in made])
        postings[here] = [one[2] for one in made]
        positions[here] = [one[3] for one in made]
    forms = _amended_forms(piece, gone, come)
    return Piece(stems, first, last, " ".join(postings), " ".join(positions), *forms)


def _amended_forms(
    piece: Piece, gone: Gone, come: Piece
) -> tuple[list[str], list[str], array[int]]:
    """The forms, their stems, and the numbers of their articles."""
    forms, stems_of, counts = [*piece.forms], [*piece.stems_of], piece.counts[:]
    changes = Counter({(form, stems): count for form, stems, count in come.rows_of_forms()})
    changes.subtract(gone.forms)
    # What goes first: a form may come with another stem.
    for (form, stems), change in sorted(changes.items(), key=itemgetter(1)):
        at = bisect_left(forms, form)
        here = slice(at, at + (forms[at : at + 1] == [form]))
        count = sum(counts[here]) + change
        # Which other articles have a form with which of several stems is not known.
        if change and (stems_of[here] not in ([], [stems]) or "." in stems or count < 0):
            raise Unlike
        if change:
            forms[here] = [form] if count else []
            stems_of[here] = [stems] if count else []
            counts[here] = array("i", [count] if count else [])
    return forms, stems_of, counts


def _changed(row: Row | None, told: Mapping[At, tuple[str, str] | None]) -> Row | None:
    """The row of a stem with other shares of articles, or without where these are None."""
    for at, share in told.items():
        row = _put(row, at, share)
    return row


def _put(row: Row | None, at: At, share: tuple[str, str] | None) -> Row | None:
    """The row with another share of one article, or without it. Raises Unlike where it has none."""
    found = _spliced(row, at, share) if row else None
    if found:
        return found
    told = _told(*row) if row else {}
    if share is None and told.pop(at, None) is None:
        raise Unlike
    if share:
        told[at] = share
    return _row(told) if told else None


def _spliced(row: Row, at: At, share: tuple[str, str] | None) -> Row | None:
    """The same, by what is before the article alone; None where its group comes or goes with it, or
    it is not there.
    """
    first, last, postings, positions = row
    places = _NUMBER.findall(positions)
    group, end, place = first, 0, 0
    while end < len(postings) and group <= at[0]:
        weights = Reader(postings, end)
        group += weights.number() if end else 0
        begin, count, start = weights.at, weights.number(), weights.at
        pairs = islice(_PAIR.finditer(postings, start), count)
        before, end, following = 0, start, None
        for pair in pairs:
            article = before + _value(pair[1])
            if group == at[0] and article >= at[1]:
                following = pair
                break
            before, end = article, pair.end()
            place += _told_of(places[place])
        if group != at[0]:
            continue
        behind, rest = end, place
        there = following is not None and article == at[1]
        if there and following:
            behind, rest = following.end(), place + _told_of(places[place])
            following = next(pairs, None)
            article += _value(following[1]) if following else 0
        count += (share is not None) - there
        if count == 0 or not (there or share):
            return None
        texts = [postings[:begin], number(count), postings[start:end]]
        if share:
            texts += number(at[1] - before), share[0]
            before = at[1]
        if following:
            texts += number(article - before), following[2]
            behind = following.end()
        own = [share[1]] if share else []
        positions = "".join([*places[:place], *own, *places[rest:]])
        return first, last, "".join([*texts, postings[behind:]]), positions
    return None


@lru_cache(maxsize=10_000)
def _told_of(size: str) -> int:
    """How many numbers tell of the places in an article, of which the first is given."""
    # Twice how many places there are, and whether a form's ending is with each.
    value = _value(size)
    return 1 + (value >> 1) * (1 + value % 2)


def _told(first: int, last: int, postings: str, positions: str) -> Told:
    """What the row of a stem tells."""
    told: Told = {}
    places = _NUMBER.findall(positions)
    group, at, place = first, 0, 0
    while at < len(postings):
        weights = Reader(postings, at)
        group += weights.number() if told else 0
        article, count = 0, weights.number()
        for pair in islice(_PAIR.finditer(postings, weights.at), count):
            gap, weight, at = pair[1], pair[2], pair.end()
            article += _value(gap)
            end = place + _told_of(places[place])
            told[group, article] = weight, "".join(places[place:end])
            place = end
    return told


@lru_cache(maxsize=10_000)
def _value(text: str) -> int:
    return Reader(text).number()


def _row(told: Told) -> Row:
    """The row that tells this."""
    postings: list[str] = []
    order = sorted(told)
    first = end = order[0][0]
    for group, members in groupby(order, key=lambda at: at[0]):
        articles = [article for _, article in members]
        if postings:
            postings.append(number(group - end))
        postings.append(number(len(articles)))
        before = 0
        for article in articles:
            postings += number(article - before), told[group, article][0]
            before = article
        end = group
    return first, end, "".join(postings), "".join([told[at][1] for at in order])
