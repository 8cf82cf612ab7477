"""A plan as bytes, in which each document is its path: the documents are read anyway.

Pages are in it field by field, since to make each by itself takes most of the time.
"""

from __future__ import annotations

import copyreg
import io
import pickle
from collections.abc import Iterable, Mapping
from functools import partial
from itertools import chain, islice
from typing import Any

from site_gen import compact
from site_gen.model import Archive, Bucket, Document, Page
from site_gen.pages import Plan


def packed(value: object) -> bytes:
    """A value that holds documents, as bytes."""
    data = io.BytesIO()
    _Packer(data).dump(value)
    return data.getvalue()


def unpacked(data: bytes, documents: Iterable[Document] = ()) -> list[Any]:
    """The values again that were packed, one after the other, with these documents in them."""
    stream = io.BytesIO(data)
    by_path = {one.path: one for one in documents}
    values = []
    while stream.tell() < len(data):
        values.append(_Unpacker(stream, by_path).load())
    return values


class _Packer(pickle.Pickler):
    def __init__(self, data: io.BytesIO) -> None:
        super().__init__(data, pickle.HIGHEST_PROTOCOL)
        self.dispatch_table = {
            **copyreg.dispatch_table,
            Document: lambda one: (_at, (one.path,)),
            Archive: _with_paths,
            Plan: _apart,
        }


class _Unpacker(pickle.Unpickler):
    def __init__(self, data: io.BytesIO, documents: dict[str, Document]) -> None:
        super().__init__(data)
        self.documents = documents

    def find_class(self, module: str, name: str) -> Any:
        """What a name in the bytes stands for."""
        if (module, name) == (__name__, _at.__name__):
            return self.documents.__getitem__
        if (module, name) == (__name__, _with_documents.__name__):
            return partial(_with_documents, self.documents)
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


def _apart(plan: Plan) -> tuple[Any, ...]:
    """How a plan is pickled."""
    pages = dict(zip(compact.names(Page), compact.columns(Page, plan.pages), strict=False))
    children = list(chain.from_iterable(pages.get("children", ())))
    pages |= {"children": tuple(map(len, pages["children"]))} if pages else {}
    rest = {name: getattr(plan, name) for name in compact.names(Plan) if name != "pages"}
    return _joined, (tuple(pages.values()), compact.columns(Bucket, children), rest)


def _joined(pages: compact.Columns, children: compact.Columns, rest: dict[str, Any]) -> Plan:
    """A plan with these pages."""
    buckets = iter(compact.values(Bucket, [children]))
    columns = dict(zip(compact.names(Page), pages, strict=False))
    if columns:
        columns["children"] = tuple([tuple(islice(buckets, one)) for one in columns["children"]])
    return Plan(pages=tuple(compact.values(Page, [tuple(columns.values())])), **rest)
