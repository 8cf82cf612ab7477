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
from itertools import chain, islice
from typing import Any

from site_gen import compact
from site_gen.model import Archive, Bucket, Document, Page
from site_gen.pages import Plan


def packed(value: object, documents: Iterable[Document] = ()) -> list[bytes]:
    """A value that holds some of these documents, as bytes in parts."""
    data = io.BytesIO()
    packer = _Packer(data, {one.path: place for place, one in enumerate(documents)})
    packer.dump(value)
    return [data.getvalue(), *packer.parts]


def unpacked(parts: Sequence[bytes], documents: Sequence[Document] = ()) -> Any:
    """The value again that was packed, with these documents in it: others of the same paths. Some
    of the parts are read when they are asked for.
    """
    return _Unpacker(parts, documents).load()


class _Packer(pickle.Pickler):
    def __init__(self, data: io.BytesIO, places: Mapping[str, int]) -> None:
        super().__init__(data, pickle.HIGHEST_PROTOCOL)
        self.places = places
        self.parts: list[bytes] = []
        self.dispatch_table = {
            **copyreg.dispatch_table,
            Document: lambda one: (_at, (places[one.path],)),
            Archive: self.with_places,
            ByPath: lambda one: (_by_path, ([places[path] for path in one], list(one.values()))),
            Plan: self.apart,
        }

    def with_places(self, archive: Archive) -> tuple[Any, ...]:
        """How an archive is pickled: its articles, which are most of the documents, at once."""
        rest = {name: getattr(archive, name) for name in compact.names(Archive)}
        articles = rest.pop("articles")
        places = [self.places[one.path] for one in articles.values()]
        return _with_documents, (list(articles), places, rest)

    def apart(self, plan: Plan) -> tuple[Any, ...]:
        """How a plan is pickled: its pages lie in other parts."""
        begins = 1 + len(self.parts)
        kept = compact.kept(Page, plan.pages, children=_Children)
        self.parts += chain.from_iterable(kept.values())
        rest = {name: getattr(plan, name) for name in compact.names(Plan) if name != "pages"}
        counts = {name: len(some) for name, some in kept.items()}
        return _with_pages, (len(plan.pages), begins, counts, rest)


class _Unpacker(pickle.Unpickler):
    def __init__(self, parts: Sequence[bytes], documents: Sequence[Document]) -> None:
        super().__init__(io.BytesIO(parts[0]))
        self.of_name = {
            _at.__name__: documents.__getitem__,
            _with_documents.__name__: partial(_with_documents, documents),
            _by_path.__name__: partial(_by_path, documents),
            _with_pages.__name__: partial(_with_pages, parts),
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
    parts: Sequence[bytes], count: int, begins: int, counts: dict[str, int], rest: dict[str, Any]
) -> Plan:
    """A plan with so many pages, of whose fields there are so many parts each."""
    kept = compact.of_parts(parts, begins, counts)
    return Plan(pages=tuple(compact.late(Page, count, kept)), **rest)


class _Children:
    """The children of pages, which come back as a list."""

    def __init__(self, children: Sequence[tuple[Bucket, ...]]) -> None:
        self.children = children

    def __reduce__(self) -> tuple[Any, ...]:
        columns = compact.columns(Bucket, list(chain.from_iterable(self.children)))
        return _children, (list(map(len, self.children)), columns)


def _children(counts: list[int], columns: compact.Columns) -> list[tuple[Bucket, ...]]:
    buckets = iter(compact.values(Bucket, [columns]))
    return [tuple(islice(buckets, one)) for one in counts]
