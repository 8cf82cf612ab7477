"""A plan as bytes, in which each document is its place among all: the documents are read anyway.

Pages are in it field by field, and a field of some of them is read when it is asked for: to make
each page by itself takes most of the time.
"""

from __future__ import annotations

import copyreg
import io
import pickle
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from itertools import chain, islice, repeat
from typing import Any

from site_gen import compact
from site_gen.model import Archive, Bucket, Document, Page
from site_gen.pages import Plan

Buckets = tuple[list[int], list[tuple[Any, ...]], list[int], bytes]
"""The children of some pages: how many each page has; their labels, URLs and counts; how many
articles each has, and the places of these.
"""


def packed(
    value: object, documents: Iterable[Document] = (), articles: Iterable[str] = ()
) -> list[bytes]:
    """A value that holds some of these documents, as bytes in parts. Lists of its pages name
    `articles` by their keys.
    """
    data, parts = io.BytesIO(), list[bytes]()
    packer = pickle.Pickler(data, pickle.HIGHEST_PROTOCOL)
    places = _places(one.path for one in documents)
    # None of these knows the packer: one that knew itself would stay, with all that it has seen.
    packer.dispatch_table = {
        **copyreg.dispatch_table,
        Document: lambda one: (_at, (places[one.path],)),
        Archive: partial(_with_places, places),
        ByPath: lambda one: (_by_path, ([places[path] for path in one], list(one.values()))),
        Plan: partial(_apart, parts, _places(articles)),
    }
    packer.dump(value)
    return [data.getvalue(), *parts]


def unpacked(
    parts: Sequence[bytes], documents: Sequence[Document] = (), articles: Iterable[str] = ()
) -> Any:
    """The value again that was packed, with these documents in it: others of the same paths. Some
    of the parts are read when they are asked for.
    """
    return _Unpacker(parts, documents, tuple(articles)).load()


def _places(names: Iterable[str]) -> dict[str, int]:
    return {name: place for place, name in enumerate(names)}


def _with_places(of_documents: Mapping[str, int], archive: Archive) -> tuple[Any, ...]:
    """How an archive is pickled: its articles, which are most of the documents, at once."""
    rest = {name: getattr(archive, name) for name in compact.names(Archive)}
    articles = rest.pop("articles")
    places = [of_documents[one.path] for one in articles.values()]
    return _with_documents, (list(articles), places, rest)


def _apart(parts: list[bytes], articles: Mapping[str, int], plan: Plan) -> tuple[Any, ...]:
    """How a plan is pickled: its pages lie in other parts, which are added here."""
    begins, cuts = 1 + len(parts), _cuts(len(plan.pages), plan.named)
    blocks = compact.blocks(plan.pages, cuts)
    kept = compact.kept(Page, blocks, children=partial(_buckets, _places(plan.numbered)))
    parts += chain.from_iterable(kept.values())
    rest = {name: getattr(plan, name) for name in ("urls", "entity_urls", "named")}
    # Those that went are behind all others.
    places = map(articles.get, plan.numbered, repeat(len(articles)))
    return _with_pages, (cuts, begins, compact.numbers(places), rest)


def _cuts(count: int, named: Sequence[int]) -> list[int]:
    """Where the blocks of so many pages begin and end, of which those of names have their own."""
    others = chain(range(0, named[0], compact.BLOCK), range(named[-1], count, compact.BLOCK))
    return sorted({*others, *named, count})


def _buckets(of_articles: Mapping[str, int], children: Sequence[tuple[Bucket, ...]]) -> Buckets:
    """The children of pages, whose articles are told by their places."""
    every = list(chain.from_iterable(children))
    *columns, articles = compact.columns(Bucket, every)
    places = map(of_articles.__getitem__, chain.from_iterable(articles))
    return _counts(children), columns, _counts(articles), compact.numbers(places)


class _Unpacker(pickle.Unpickler):
    def __init__(
        self, parts: Sequence[bytes], documents: Sequence[Document], articles: Sequence[str]
    ) -> None:
        super().__init__(io.BytesIO(parts[0]))
        self.of_name = {
            _at.__name__: documents.__getitem__,
            _with_documents.__name__: partial(_with_documents, documents),
            _by_path.__name__: partial(_by_path, documents),
            _with_pages.__name__: partial(_with_pages, parts, articles),
        }

    def find_class(self, module: str, name: str) -> Any:
        """What a name in the bytes stands for."""
        if module == __name__ and name in self.of_name:
            return self.of_name[name]
        return super().find_class(module, name)


class ByPath(dict[str, Any]):
    """What documents have, by their paths."""


def _at(place: int) -> Document:
    """What stands for a document; an unpickler has it replaced."""
    raise NotImplementedError(place)


def _with_documents(
    documents: Sequence[Document], keys: list[str], places: list[int], rest: dict[str, Any]
) -> Archive:
    """An archive with these articles."""
    return Archive(dict(zip(keys, map(documents.__getitem__, places), strict=True)), **rest)


def _by_path(documents: Sequence[Document], places: list[int], values: list[Any]) -> dict[str, Any]:
    """What documents have, by their paths again."""
    paths = [one.path for one in map(documents.__getitem__, places)]
    return dict(zip(paths, values, strict=True))


def _with_pages(
    parts: Sequence[bytes],
    articles: Sequence[str],
    cuts: Sequence[int],
    begins: int,
    places: bytes,
    rest: dict[str, Any],
) -> Plan:
    """A plan with pages whose blocks begin and end there."""
    kept = compact.of_parts(Page, parts, begins, len(cuts) - 1)
    numbered = tuple(map((*articles, "").__getitem__, compact.numbered(places)))
    pages = compact.late(Page, cuts, kept, children=partial(_children, numbered))
    return Plan(pages=tuple(pages), numbered=numbered, **rest)


def _counts(some: Iterable[Sequence[Any]]) -> list[int]:
    return list(map(len, some))


def _children(articles: Sequence[str], packed: Buckets) -> list[tuple[Bucket, ...]]:
    """The children of pages again. What names an article is the very text that `articles` have:
    it is looked up several times as fast as one that is but equal.
    """
    children, columns, sizes, places = packed
    keys = map(articles.__getitem__, compact.numbered(places))
    of_each = [tuple(islice(keys, size)) for size in sizes]
    buckets = iter(compact.values(Bucket, [(*columns, tuple(of_each))]))
    return [tuple(islice(buckets, count)) for count in children]
