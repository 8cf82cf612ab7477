"""The part of the index that a group of articles makes: computed by itself, kept by its inputs.

An article belongs to a group by the digest of its key, so an edit concerns one group, and the
index is what its groups are put together: no build depends on an earlier one.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from site_gen.search.codec import number

GROUP, GROUP_WORDS = 144, 36_864
"""Articles that a group holds on average, or words if its articles are long."""
LEVELS = 32
"""Steps of the weight that a word has in an article; one letter of the codec."""
K1, B, TITLE_WEIGHT, TITLE_B, SUMMARY_WEIGHT = 2.5, 0.75, 3.0, 0.3, 1.5
"""BM25F: saturation, length normalisation of the body, weights of title and summary."""
FIELD_GAP = 10
"""Positions left free between title, summary and body, so that no phrase spans two."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What the index knows of an article beside its text. `shown` goes to the results as it is."""

    key: str
    url: str
    title: str
    summary: str
    language: str
    body: str
    """The key of its HTML in the store."""
    notes: str = ""
    """The HTML of what stands below the body: a note on the author."""
    shown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Averages:
    """Lengths that weights are measured by, in words, rounded to steps of an eighth of an octave.

    So an edit of one article changes them, and with them the whole index, only rarely.
    """

    body: float
    title: float

    @classmethod
    def of(cls, bodies: Sequence[int], titles: Sequence[int]) -> Averages:
        """The averages of the lengths of all bodies and titles."""
        return cls(_step(bodies), _step(titles))


def _step(lengths: Sequence[int]) -> float:
    mean = max(sum(lengths) / len(lengths), 1.0) if lengths else 1.0
    return round(2 ** (round(math.log2(mean) * 8) / 8), 3)


@dataclass(frozen=True, slots=True)
class Segment:
    """What groups in a row add to the index. By stem, in order: its first and its last group,
    counted from the segment's first, its postings without the distance to the first group, and its
    positions. By form of a word: its stems, parted by dots, and in how many articles it stands.
    """

    stems: Sequence[str] = ()
    first: Sequence[int] = ()
    last: Sequence[int] = ()
    postings: Sequence[str] = ()
    positions: Sequence[str] = ()
    forms: Sequence[str] = ()
    stems_of: Sequence[str] = ()
    counts: Sequence[int] = ()

    def packed(self) -> bytes:
        """A line for each column; no word and no code has a blank in it."""
        columns = (
            self.stems,
            map(str, self.first),
            map(str, self.last),
            self.postings,
            self.positions,
            self.forms,
            self.stems_of,
            map(str, self.counts),
        )
        return "\n".join(map(" ".join, columns)).encode("utf-8", "surrogatepass")

    @classmethod
    def unpacked(cls, data: bytes) -> Segment:
        """The segment that was packed."""
        stems, first, last, postings, positions, forms, stems_of, counts = (
            line.split(" ") if line else []
            for line in data.decode("utf-8", "surrogatepass").split("\n")
        )
        return cls(
            stems,
            list(map(int, first)),
            list(map(int, last)),
            postings,
            positions,
            forms,
            stems_of,
            list(map(int, counts)),
        )

    def parts(self, run_of: Callable[[str], str]) -> dict[str, Segment]:
        """The segment in runs of the alphabet, by the name of each."""
        stems, forms = _runs(self.stems, run_of), _runs(self.forms, run_of)
        nothing = slice(0, 0)
        return {
            run: Segment(
                self.stems[by_stem],
                self.first[by_stem],
                self.last[by_stem],
                self.postings[by_stem],
                self.positions[by_stem],
                self.forms[by_form],
                self.stems_of[by_form],
                self.counts[by_form],
            )
            for run in sorted(stems.keys() | forms.keys())
            for by_stem, by_form in [(stems.get(run, nothing), forms.get(run, nothing))]
        }


def _runs(words: Sequence[str], run_of: Callable[[str], str]) -> dict[str, slice]:
    """Where in words in order each run begins and ends."""
    found = {}
    start = 0
    for run, members in groupby(map(run_of, words)):
        end = start + sum(1 for _ in members)
        found[run] = slice(start, end)
        start = end
    return found


def joined(segments: Iterable[tuple[int, Segment]]) -> Segment:
    """Segments one after the other as one, each with the number of groups that go before it."""
    stems: dict[str, tuple[int, int, str, str]] = {}
    forms: dict[str, tuple[str, int]] = {}
    for start, one in segments:
        for stem, first, last, postings, positions in zip(
            one.stems, one.first, one.last, one.postings, one.positions, strict=True
        ):
            if stem in stems:
                begin, end, head, places = stems[stem]
                postings = head + number(start + first - end) + postings
                stems[stem] = begin, start + last, postings, places + positions
            else:
                stems[stem] = start + first, start + last, postings, positions
        for form, of_form, count in zip(one.forms, one.stems_of, one.counts, strict=True):
            before = forms.get(form)
            if before is None:
                forms[form] = of_form, count
            elif before[0] == of_form:
                forms[form] = of_form, before[1] + count
            else:
                both = {*before[0].split("."), *of_form.split(".")}
                forms[form] = ".".join(sorted(both)), before[1] + count
    ordered = sorted(stems)
    rows = [stems[stem] for stem in ordered]
    names = sorted(forms)
    return Segment(
        ordered,
        [row[0] for row in rows],
        [row[1] for row in rows],
        [row[2] for row in rows],
        [row[3] for row in rows],
        names,
        [forms[name][0] for name in names],
        [forms[name][1] for name in names],
    )


def groups_of(keys: Sequence[str], words: int = 0) -> list[list[str]]:
    """The keys in groups, each sorted; the number of groups is a power of two.

    `words` are those of all articles.
    """
    wanted = max(1, 2 ** round(math.log2(max(len(keys) / GROUP, words / GROUP_WORDS, 1))))
    groups: list[list[str]] = [[] for _ in range(wanted)]
    for key in sorted(keys):
        first = int.from_bytes(hashlib.sha256(key.encode()).digest()[:4], "big")
        groups[first % wanted].append(key)
    return groups


def documents(entries: Sequence[Entry], texts: Sequence[str], size: int) -> list[str]:
    """The document shards of a group: what results show, `size` articles each, as JSON."""
    rows = [
        [entry.title, entry.url, entry.language, *entry.shown, text]
        for entry, text in zip(entries, texts, strict=True)
    ]
    return [
        json.dumps(rows[start : start + size], ensure_ascii=False, separators=(",", ":"))
        for start in range(0, len(rows), size)
    ]
