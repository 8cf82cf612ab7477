"""The files of an archive as data. What an edit did not touch is taken from the store."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, partial
from itertools import pairwise

from site_gen import cache
from site_gen.frozen import frozen
from site_gen.tabular import forms, rows
from site_gen.tabular.columns import ARTICLES, ARTICLES_WITH_TEXT, AUTHORS, PLACES
from site_gen.tabular.package import package
from site_gen.tabular.rows import Listed

ARTICLES_CSV = "articles.csv"
ARTICLES_JSON = "articles.jsonl"
AUTHORS_CSV = "authors.csv"
PLACES_CSV = "places.csv"
PLACES_MAP = "places.geojson"
PACKAGE = "datapackage.json"
FILES = (ARTICLES_CSV, ARTICLES_JSON, AUTHORS_CSV, PLACES_CSV, PLACES_MAP, PACKAGE)

RUN, LONGEST_RUN = 128, 1024
"""Articles whose lines are kept together, on average and at most."""


@frozen
class Run:
    """Articles that follow each other in a table; `digest` stands for all that is said of them."""

    digest: str
    articles: tuple[str, ...]


def last_of_runs(articles: Iterable[str]) -> frozenset[str]:
    """The articles that are the last ones of their runs, as the digests of their keys say."""
    return frozenset(
        [key for key in articles if zlib.crc32(key.encode("utf-8", "surrogatepass")) % RUN == 0]
    )


def in_runs(articles: Sequence[str], last: frozenset[str]) -> list[tuple[str, ...]]:
    """Articles, parted after those that are the `last` ones of runs: so an edit concerns one."""
    keys = tuple(articles)
    ends = [at for at, key in enumerate(keys, start=1) if key in last]
    parts = [keys[start:end] for start, end in pairwise((0, *ends, len(keys)))]
    return [
        part[at : at + LONGEST_RUN] for part in parts for at in range(0, len(part), LONGEST_RUN)
    ]


Known = Callable[[str, tuple[str, ...], Callable[[], str]], str]
"""Gives the digest of a run by its name and its articles: made now, where it is not known."""


def _unknown(name: str, articles: tuple[str, ...], make: Callable[[], str]) -> str:
    return make()


class Tables:
    """The files of one archive. `program` is the digest of what makes them, `run_key` stands for
    all that is known of some articles and of those whom they name.
    """

    def __init__(
        self,
        listed: Listed,
        program: str,
        run_key: Callable[[tuple[str, ...]], str],
        known: Known = _unknown,
    ) -> None:
        self.listed = listed
        self.program = program
        self.run_key = run_key
        self.known = known
        self.with_text = listed.config.data.text

    def key(self, path: str) -> str:
        """The digest of all that a file holds."""
        if path in (ARTICLES_CSV, ARTICLES_JSON):
            return cache.digest_of(*(run.digest for run in self.runs))
        return cache.digest_of(self._small[path])

    def pieces(self, path: str, store: cache.Store) -> Iterator[bytes]:
        """A file, piece by piece. Raises CacheBroken if the store lost a text."""
        if path == ARTICLES_CSV:
            yield forms.csv_head(ARTICLES).encode()
        if path in (ARTICLES_CSV, ARTICLES_JSON):
            for run in self.runs:
                yield self._kept(path, run, store)
        else:
            yield self._small[path].encode()

    @property
    def rows(self) -> dict[str, int]:
        """How many rows, or points, a file has."""
        listed = self.listed
        places = list(listed.entities("place"))
        return {
            ARTICLES_CSV: len(listed.articles),
            ARTICLES_JSON: len(listed.articles),
            AUTHORS_CSV: sum(1 for _ in listed.entities("author")),
            PLACES_CSV: len(places),
            PLACES_MAP: sum(one.point is not None for one in places),
        }

    @property
    def words(self) -> int:
        """How many words all texts have."""
        articles = self.listed.archive.articles
        return sum(articles[key].words for key in self.listed.articles)

    @property
    def stored(self) -> list[str]:
        """The keys of all that the store keeps of the files."""
        return [_name(path, run) for path in (ARTICLES_CSV, ARTICLES_JSON) for run in self.runs]

    @cached_property
    def runs(self) -> list[Run]:
        """The articles in runs, each with its digest."""
        return [
            Run(self.known(f"run {run[0]}", run, partial(self._digest, run)), run)
            for run in in_runs(self.listed.articles, self.last)
        ]

    @cached_property
    def last(self) -> frozenset[str]:
        """The articles that are the last ones of their runs, in any file."""
        return last_of_runs(self.listed.articles)

    def _digest(self, run: tuple[str, ...]) -> str:
        """What stands for all that is said of some articles."""
        config, archive = self.listed.config, self.listed.archive
        settings = (self.program, config.url, config.language, config.rights, str(self.with_text))
        others = (one for one in run if one in archive.translators or one in archive.parts)
        named = [str((one, rows.named(self.listed, one))) for one in others]
        return cache.digest_of(*settings, self.run_key(run), *named)

    def _kept(self, path: str, run: Run, store: cache.Store) -> bytes:
        """The lines of a run, from the store or made now, with those of the other file."""
        lines = store.get(_name(path, run))
        if lines is None:
            made = self._made(run, store)
            store.put([(_name(other, run), text) for other, text in made.items()])
            lines = made[path]
        return lines

    def _made(self, run: Run, store: cache.Store) -> dict[str, bytes]:
        """The lines of a run in each file."""
        made = [rows.article(self.listed, key) for key in run.articles]
        if self.with_text:
            texts = (self.listed.text(key, store) for key in run.articles)
            whole = ((*row, text) for row, text in zip(made, texts, strict=True))
            lines = forms.json_lines(ARTICLES_WITH_TEXT, whole)
        else:
            lines = forms.json_lines(ARTICLES, made)
        return {
            ARTICLES_CSV: forms.csv_lines(ARTICLES, made).encode(),
            ARTICLES_JSON: lines.encode(),
        }

    @cached_property
    def _small(self) -> Mapping[str, str]:
        """The text of the files that are made in one go."""
        listed = self.listed
        authors = [rows.author(listed, one) for one in listed.entities("author")]
        places = [rows.place(listed, one) for one in listed.entities("place")]
        return {
            AUTHORS_CSV: forms.csv_head(AUTHORS) + forms.csv_lines(AUTHORS, authors),
            PLACES_CSV: forms.csv_head(PLACES) + forms.csv_lines(PLACES, places),
            PLACES_MAP: forms.geojson(PLACES, places),
            PACKAGE: package(listed.config),
        }


def _name(path: str, run: Run) -> str:
    """What the lines of a run are kept by."""
    return f"lines {path} {run.digest}"
