"""A piece of a block, amended where a few articles of the block changed.

What words say of an article does not depend on others of its block. So the article can be taken out
of a piece and put in. A test holds what is amended equal to a block that is read as a whole.
"""

from __future__ import annotations

import re
from array import array
from functools import lru_cache
from itertools import groupby, islice

from site_gen.search.codec import Reader, number
from site_gen.search.segment import Piece

_NUMBER = re.compile("[g-z0-9_-]*[A-Za-f]")
_PAIR = re.compile(f"({_NUMBER.pattern})(.)")
"""A number, and a letter behind it."""


class Unlike(Exception):
    """A piece does not hold what is to be taken out of it, or not by itself."""


Told = dict[tuple[int, int], tuple[str, str]]
"""What is told of a stem, by the numbers of a group and of an article in it: its weight there, as a
letter, and its positions."""


def amended(piece: Piece, gone: Piece, come: Piece) -> Piece:
    """A piece without what some articles added to it, and with what others add. Raises Unlike."""
    less, more = ({row[0]: _told(*row[1:]) for row in one.rows()} for one in (gone, come))
    rows = {row[0]: row[1:] for row in piece.rows()}
    for stem in less.keys() | more.keys():
        out, into = less.get(stem, {}), more.get(stem, {})
        if out == into:
            continue
        told = _told(*rows[stem]) if stem in rows else {}
        if any(told.pop(at, None) != share for at, share in out.items()):
            raise Unlike
        told |= into
        if told:
            rows[stem] = _row(told)
        else:
            del rows[stem]
    forms = {form: (stems, count) for form, stems, count in piece.rows_of_forms()}
    for sign, one in ((-1, gone), (1, come)):
        for form, stems, count in one.rows_of_forms():
            known, before = forms.get(form, (stems, 0))
            # Which other articles have a form with which of several stems is not known.
            if known != stems or "." in stems or before + sign * count < 0:
                raise Unlike
            forms[form] = stems, before + sign * count
            if before + sign * count == 0:
                del forms[form]
    names, words = sorted(rows), sorted(forms)
    here = list(map(rows.__getitem__, names))
    return Piece(
        names,
        array("i", [row[0] for row in here]),
        array("i", [row[1] for row in here]),
        " ".join([row[2] for row in here]),
        " ".join([row[3] for row in here]),
        words,
        [forms[word][0] for word in words],
        array("i", [forms[word][1] for word in words]),
    )


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
            # Twice how many places there are, and whether a form's ending is with each.
            size = _value(places[place])
            end = place + 1 + (size >> 1) * (1 + size % 2)
            told[group, article] = weight, "".join(places[place:end])
            place = end
    return told


@lru_cache(maxsize=10_000)
def _value(text: str) -> int:
    return Reader(text).number()


def _row(told: Told) -> tuple[int, int, str, str]:
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
