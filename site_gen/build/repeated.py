"""A plan as bytes, in which each document is its path: the documents are read anyway.

Pages are in it field by field, since to make each by itself takes most of the time.
"""

from __future__ import annotations

import copyreg
import io
import pickle
from collections.abc import Callable, Iterable
from itertools import chain, islice
from typing import Any

from site_gen import compact
from site_gen.model import Bucket, Document, Page
from site_gen.pages import Plan


def packed(value: object) -> bytes:
    """A value that holds documents, as bytes."""
    data = io.BytesIO()
    _Packer(data).dump(value)
    return data.getvalue()


def unpacked(data: bytes, documents: Iterable[Document]) -> Any:
    """The value again, with these documents in it."""
    return _Unpacker(io.BytesIO(data), {one.path: one for one in documents}).load()


class _Packer(pickle.Pickler):
    def __init__(self, data: io.BytesIO) -> None:
        super().__init__(data, pickle.HIGHEST_PROTOCOL)
        self.dispatch_table = {
            **copyreg.dispatch_table,
            Document: lambda one: (_at, (one.path,)),
            Plan: _apart,
        }


class _Unpacker(pickle.Unpickler):
    def __init__(self, data: io.BytesIO, documents: dict[str, Document]) -> None:
        super().__init__(data)
        self.documents = documents

    def find_class(self, module: str, name: str) -> Any:
        """What a name in the bytes stands for."""
        if (module, name) == (__name__, _at.__name__):
            at: Callable[[str], Document] = self.documents.__getitem__
            return at
        return super().find_class(module, name)


def _at(path: str) -> Document:
    """What stands for a document; an unpickler has it replaced."""
    raise NotImplementedError(path)


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
