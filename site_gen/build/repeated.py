"""A plan as bytes, in which each document is its path: the documents are read anyway.

Pages are in it field by field, and a field of some of them is read when it is asked for: to make
each page by itself takes most of the time.
"""

from __future__ import annotations

import copyreg
import io
import pickle
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from itertools import accumulate, chain, islice, pairwise
from typing import Any

from site_gen import compact
from site_gen.model import Archive, Bucket, Document, Page
from site_gen.pages import Plan


def packed(value: object) -> list[bytes]:
    """A value that holds documents, as bytes in parts."""
    data = io.BytesIO()
    packer = _Packer(data)
    packer.dump(value)
    return [data.getvalue(), *packer.parts]


def unpacked(parts: Sequence[bytes], documents: Iterable[Document] = ()) -> Any:
    """The value again that was packed, with these documents in it. Some of the parts are read when
    they are asked for.
    """
    return _Unpacker(parts, {one.path: one for one in documents}).load()


class _Packer(pickle.Pickler):
    def __init__(self, data: io.BytesIO) -> None:
        super().__init__(data, pickle.HIGHEST_PROTOCOL)
        self.parts: list[bytes] = []
        self.dispatch_table = {
            **copyreg.dispatch_table,
            Document: lambda one: (_at, (one.path,)),
            Archive: _with_paths,
            Plan: self.apart,
        }

    def apart(self, plan: Plan) -> tuple[Any, ...]:
        """How a plan is pickled: its pages lie in other parts."""
        begins = 1 + len(self.parts)
        kept = compact.kept(Page, plan.pages, children=_Children)
        self.parts += chain.from_iterable(kept.values())
        rest = {name: getattr(plan, name) for name in compact.names(Plan) if name != "pages"}
        return _joined, (len(plan.pages), begins, list(map(len, kept.values())), rest)


class _Unpacker(pickle.Unpickler):
    def __init__(self, parts: Sequence[bytes], documents: dict[str, Document]) -> None:
        super().__init__(io.BytesIO(parts[0]))
        self.of_name = {
            _at.__name__: documents.__getitem__,
            _with_documents.__name__: partial(_with_documents, documents),
            _joined.__name__: partial(_joined, parts),
        }

    def find_class(self, module: str, name: str) -> Any:
        """What a name in the bytes stands for."""
        if module == __name__ and name in self.of_name:
            return self.of_name[name]
        return super().find_class(module, name)


def _at(path: str) -> Document:
    """What stands for a document; an unpickler has it replaced."""
    raise NotImplementedError(path)


def _with_paths(archive: Archive) -> tuple[Any, ...]:
    """How an archive is pickled: its articles, which are most of the documents, at once."""
    rest = {name: getattr(archive, name) for name in compact.names(Archive) if name != "articles"}
    paths = [one.path for one in archive.articles.values()]
    return _with_documents, (list(archive.articles), paths, rest)


def _with_documents(
    documents: Mapping[str, Document], keys: list[str], paths: list[str], rest: dict[str, Any]
) -> Archive:
    """An archive with these articles."""
    return Archive(dict(zip(keys, map(documents.__getitem__, paths), strict=True)), **rest)


def _joined(
    parts: Sequence[bytes], count: int, begins: int, counts: list[int], rest: dict[str, Any]
) -> Plan:
    """A plan with so many pages, of whose fields there are so many parts each."""
    ends = pairwise(accumulate(counts, initial=begins))
    kept = {name: parts[a:b] for name, (a, b) in zip(compact.names(Page), ends, strict=True)}
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
