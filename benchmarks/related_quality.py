"""How good related articles are: ours, bm25s asked with the whole article, and chance.

    python -m benchmarks.related_quality FOLDER…

A FOLDER holds docs.jsonl, queries.jsonl and qrels.tsv (see search_quality): an article of a list is
right if some query has both it and the article whose list it is in among its relevant documents.
Or it holds Markdown files with `topics:` in their front matter: then right is what shares a topic,
and topics are not told to either. Lists are of four; a place that stays empty counts as wrong.
"""

from __future__ import annotations

import re
import sys
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

import numpy as np

from benchmarks.search_quality import load
from site_gen import yamlio
from site_gen.model import Document
from site_gen.related.lists import Articles, lists
from site_gen.related.signature import FORMAT, said, sign
from site_gen.related.vectors import Vectors

SIZE = 4
FEWEST_WORDS = 50
"""Words of a Markdown file below which it is left out: most are announcements of a link."""


@dataclass(frozen=True, slots=True)
class Judged:
    """Articles as (id, title, text), and what each has to do with: queries, or topics."""

    articles: tuple[tuple[str, str, str], ...]
    marks: Mapping[str, frozenset[str]]


def judged(folder: Path) -> Judged:
    """Read a collection of either kind."""
    if not (folder / "qrels.tsv").exists():
        return _tagged(folder)
    collection = load(folder)
    marks: dict[str, set[str]] = defaultdict(set)
    for query, grades in collection.grades.items():
        for document, grade in grades.items():
            if grade > 0:
                marks[document].add(query)
    return Judged(collection.documents, {key: frozenset(one) for key, one in marks.items()})


def _tagged(folder: Path) -> Judged:
    articles, marks = [], {}
    for file in sorted(folder.rglob("*.md")):
        head = re.match(r"---\n(.*?)\n---\n(.*)", file.read_text("utf-8"), re.DOTALL)
        parsed = yamlio.load(head[1], file.name)[0] if head else None
        if head is None or parsed is None or not isinstance(parsed.data, dict):
            continue
        text = re.sub(r"\{\{.*?\}\}|\]\([^)]*\)|<[^>]*>", " ", head[2])
        topics = parsed.data.get("topics")
        if isinstance(topics, list) and topics and len(text.split()) >= FEWEST_WORDS:
            articles.append((str(file), str(parsed.data.get("title") or ""), text))
            marks[str(file)] = frozenset(map(str, topics))
    return Judged(tuple(articles), marks)


def ours(collection: Judged) -> list[list[int]]:
    """The related articles that a build would name, topics, places and authors apart."""
    signatures = sign(
        [
            said(Document("article", key, key, "", "", title), _html(text), "en")
            for key, title, text in collection.articles
        ]
    )
    table = np.frombuffer(b"".join(signatures), np.dtype(list(FORMAT)))
    vectors = Vectors.of(table["terms"].astype(np.int64), table["counts"].astype(np.int64))
    keys = tuple(key for key, *_ in collection.articles)
    found = lists(Articles(keys, vectors, np.zeros(len(keys), np.int64), {}, SIZE), None, 1)
    return [[other for other in row if other >= 0] for row in found.related.tolist()]


def _html(text: str) -> str:
    return f"<p>{text.replace('&', '&amp;').replace('<', '&lt;')}</p>"


def bm25s(collection: Judged) -> list[list[int]]:
    """What the bm25s library finds nearest to the title and the text of each article."""
    import bm25s as library
    import Stemmer

    texts = [f"{title} {text}" for _, title, text in collection.articles]
    stemmer = Stemmer.Stemmer("english")
    tokens = library.tokenize(texts, stopwords="en", stemmer=stemmer, show_progress=False)
    retriever = library.BM25()
    retriever.index(tokens, show_progress=False)
    found, _ = retriever.retrieve(tokens, k=SIZE + 1, show_progress=False)
    return [
        [int(other) for other in row if other != at][:SIZE] for at, row in enumerate(found.tolist())
    ]


def chance(collection: Judged) -> list[list[int]]:
    """Any four articles."""
    draw, count = Random(1), len(collection.articles)
    return [[draw.randrange(count) for _ in range(SIZE)] for _ in range(count)]


def share(collection: Judged, found: Sequence[Sequence[int]]) -> float:
    """The share of places in the lists of articles with marks that hold a right one."""
    right = places = 0
    keys = [key for key, *_ in collection.articles]
    for key, row in zip(keys, found, strict=True):
        marks = collection.marks.get(key)
        if marks:
            places += SIZE
            right += sum(bool(marks & collection.marks.get(keys[at], frozenset())) for at in row)
    return right / places


def main(folders: Sequence[str]) -> None:
    """Print a table: a line for each folder."""
    print("| collection | articles | site_gen | bm25s | chance |")
    print("|---|---|---|---|---|")
    for name in folders:
        collection = judged(Path(name))
        started = time.process_time()
        made = ours(collection)
        taken = time.process_time() - started
        cells = [
            f"{share(collection, one):.3f}" for one in (made, bm25s(collection), chance(collection))
        ]
        count = len(collection.articles)
        print(f"| {Path(name).name} | {count:,} | {' | '.join(cells)} |", flush=True)
        print(f"{Path(name).name}: {1e6 * taken / count:.0f} µs an article", file=sys.stderr)


if __name__ == "__main__":
    main(sys.argv[1:])
