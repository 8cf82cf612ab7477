"""How well search ranks: ours, bm25s and Pagefind side by side, by nDCG@10 and MAP.

    python -m benchmarks.search_quality FOLDER…

Each FOLDER holds docs.jsonl (id, title, text), queries.jsonl (id, text) and qrels.tsv (query,
document, grade). Queries are asked in full, and as their one, two and three rarest words.
"""

from __future__ import annotations

import asyncio
import importlib.util
import json
import math
import re
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from site_gen import cache, output, search
from site_gen.search import shards
from site_gen.search.numbering import Members, groups_of, number_of_groups
from site_gen.search.reader import Index
from site_gen.search.segment import Averages, Entry
from site_gen.tokens import telling

Ranking = Callable[[str], Sequence[str]]
WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Collection:
    """Documents as (id, title, text), queries as (id, text), grades by query and document."""

    documents: tuple[tuple[str, str, str], ...]
    queries: tuple[tuple[str, str], ...]
    grades: Mapping[str, Mapping[str, int]]


def load(folder: Path) -> Collection:
    """Read a collection."""

    def rows(name: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in (folder / name).read_text("utf-8").splitlines()]

    grades: dict[str, dict[str, int]] = defaultdict(dict)
    for line in (folder / "qrels.tsv").read_text("utf-8").splitlines():
        query, document, grade = line.split("\t")
        grades[query][document] = int(float(grade))
    return Collection(
        tuple((str(r["id"]), r.get("title") or "", r["text"]) for r in rows("docs.jsonl")),
        tuple((str(r["id"]), r["text"]) for r in rows("queries.jsonl")),
        grades,
    )


def keywords(collection: Collection, count: int) -> list[tuple[str, str]]:
    """The queries as their rarest known words, in the order they stand in."""
    held: Counter[str] = Counter()
    for _, title, text in collection.documents:
        held.update(set(WORD.findall(f"{title} {text}".lower())))
    made = []
    for key, text in collection.queries:
        words = list(dict.fromkeys(WORD.findall(text.lower())))
        rarest = sorted((word for word in words if held[word]), key=lambda word: held[word])[:count]
        made.append((key, " ".join(word for word in words if word in rarest)))
    return made


def ours(collection: Collection, folder: Path) -> Ranking:
    """Index the documents with site_gen's own writer, and ask its own reader."""
    store = folder / "cache"
    with cache.Store(store) as kept:
        kept.put((f"body {key}", _html(text)) for key, _, text in collection.documents)
    entries = {
        key: Entry(key, key, title, "", "en", f"body {key}", "", ("", "", "", ""))
        for key, title, _ in collection.documents
    }
    lengths = [len(text.split()) for *_, text in collection.documents]
    groups = groups_of(list(entries), number_of_groups(len(lengths), sum(lengths)))
    with output.Output(folder / "output", folder) as target:
        place = search.Place(store, target.stage_folder, target.folder, "benchmark", 1)
        context = shards.Context(
            place.store,
            place.stage_folder,
            place.output_folder,
            place.program,
            Averages.of(
                [telling(WORD.findall(text)) for *_, text in collection.documents],
                [telling(title.split()) for _, title, _ in collection.documents],
            ),
            search.places_per_shard(lengths, sum(group.room for group in groups)),
            len(groups),
        )
        target.publish(
            search.prepared_groups(
                context, place, [_group(entries, one) for one in groups], {}, shards.Facets
            )().files
        )
    index = Index(folder / "output")
    return lambda query: [hit.url for hit in index.search(query, len(entries)).hits]


def _group(entries: Mapping[str, Entry], group: Members) -> search.Group:
    """A group of the index; nothing was indexed before."""
    placed = zip(group.keys, group.places, strict=True)
    members = tuple(replace(entries[key], place=place) for key, place in placed)
    return search.Group(
        group.room,
        cache.digest_of(repr(members)),
        tuple(one.body for one in members),
        lambda: members,
    )


def _html(text: str) -> bytes:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;")
    return f"<p>{escaped}</p>".encode()


def bm25s(collection: Collection) -> Ranking:
    """The bm25s library with its defaults and Snowball's English stemmer."""
    import bm25s as library
    import Stemmer

    stemmer = Stemmer.Stemmer("english")

    def tokens(texts: Sequence[str]) -> Any:
        return library.tokenize(texts, stopwords="en", stemmer=stemmer, show_progress=False)

    retriever = library.BM25()
    texts = [f"{title} {text}" for _, title, text in collection.documents]
    retriever.index(tokens(texts), show_progress=False)
    keys = [key for key, *_ in collection.documents]

    def rank(query: str) -> list[str]:
        asked = tokens([query])
        if not asked.vocab:
            return []
        found, scores = retriever.retrieve(asked, k=len(keys), show_progress=False)
        return [keys[at] for at, score in zip(found[0], scores[0], strict=True) if score > 0]

    return rank


def gain(ranking: Sequence[str], grades: Mapping[str, int]) -> tuple[float, float]:
    """The nDCG@10 and the average precision of one ranking."""
    best = sorted((grade for grade in grades.values() if grade > 0), reverse=True)
    ideal = _discounted(best[:10])
    reached = _discounted([max(grades.get(key, 0), 0) for key in ranking[:10]])
    precision, hits = 0.0, 0
    for at, key in enumerate(ranking, start=1):
        if grades.get(key, 0) > 0:
            hits += 1
            precision += hits / at
    return reached / ideal if ideal else 0.0, precision / len(best) if best else 0.0


def _discounted(grades: Sequence[int]) -> float:
    return sum(grade / math.log2(at + 2) for at, grade in enumerate(grades))


def judged(rank: Ranking, queries: Sequence[tuple[str, str]], collection: Collection) -> str:
    """The means over all queries that have grades, as printed."""
    pairs = [
        gain(rank(text), collection.grades[key])
        for key, text in queries
        if collection.grades.get(key)
    ]
    ndcg, mean = (sum(column) / len(pairs) for column in zip(*pairs, strict=True))
    return f"{ndcg:.4f} {mean:.4f}"


def pagefind(
    collection: Collection, queries: Sequence[tuple[str, str]], folder: Path
) -> dict[str, list[str]]:
    """What Pagefind finds for each query, asked in Chromium."""
    import functools
    import http.server
    import threading

    from pagefind.index import IndexConfig, PagefindIndex
    from playwright.sync_api import sync_playwright

    async def write() -> None:
        async with PagefindIndex(config=IndexConfig(output_path=str(folder / "pagefind"))) as index:
            for key, title, text in collection.documents:
                await index.add_custom_record(
                    url=f"/{key}", content=f"{title} {text}", language="en", meta={"title": title}
                )

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    asyncio.run(write())
    (folder / "index.html").write_text("<!doctype html><title>x</title>", encoding="utf-8")
    handler = functools.partial(Quiet, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    script = """async queries => {
      const pagefind = await import('/pagefind/pagefind.js')
      const all = {}
      for (const text of queries) {
        const {results} = await pagefind.search(text)
        all[text] = await Promise.all(results.slice(0, 100).map(async r => (await r.data()).url))
      }
      return all
    }"""
    from tests.support import find_chromium

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=["--no-sandbox"])
        page = browser.new_page()
        page.goto(f"http://127.0.0.1:{server.server_address[1]}/index.html")
        found: dict[str, list[str]] = page.evaluate(script, [text for _, text in queries])
        browser.close()
    server.shutdown()
    return {text: [url.rsplit("/", 1)[-1] for url in urls] for text, urls in found.items()}


def main(folders: Sequence[str]) -> None:
    """Print a table for each folder: a line for each kind of query, nDCG@10 and MAP of each."""
    for name in folders:
        collection = load(Path(name))
        kinds = {"full": list(collection.queries)}
        kinds |= {f"{count} words": keywords(collection, count) for count in (1, 2, 3)}
        with tempfile.TemporaryDirectory() as temporary:
            rankings = {
                "site_gen": ours(collection, Path(temporary)),
                "bm25s": bm25s(collection),
            }
            if importlib.util.find_spec("pagefind"):
                asked = [query for queries in kinds.values() for query in queries]
                answers = pagefind(collection, asked, Path(temporary) / "pagefind-site")
                rankings["Pagefind"] = lambda query, answers=answers: answers[query]
            print(f"\n{Path(name).name}: {len(collection.documents)} documents")
            print("| queries | " + " | ".join(f"{one} nDCG@10 MAP" for one in rankings) + " |")
            print("|---" * (len(rankings) + 1) + "|")
            for kind, queries in kinds.items():
                cells = [judged(rank, queries, collection) for rank in rankings.values()]
                print(f"| {kind} | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
