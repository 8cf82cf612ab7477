"""How a work is cited: as text in three styles, as data for programs, in the head of its page."""

from __future__ import annotations

from site_gen.citations.article import context, names, person, spot, stated, work
from site_gen.citations.embedded import Context, Person, Spot, json_ld, links, metas
from site_gen.citations.formats import bibtex, coins, csl, csl_json, data_link, filed_names, ris
from site_gen.citations.styles import apa, chicago, mla
from site_gen.citations.works import Name, When, Work, license_address

__all__ = [
    "Context",
    "Name",
    "Person",
    "Spot",
    "When",
    "Work",
    "apa",
    "bibtex",
    "chicago",
    "coins",
    "context",
    "csl",
    "csl_json",
    "data_link",
    "filed_names",
    "json_ld",
    "license_address",
    "links",
    "metas",
    "mla",
    "names",
    "person",
    "ris",
    "spot",
    "stated",
    "work",
]
