"""How a work is cited: as text in three styles, and as data for programs. Pure."""

from __future__ import annotations

from site_gen.citations.formats import bibtex, coins, csl, csl_json, data_link, filed_names, ris
from site_gen.citations.styles import apa, chicago, mla
from site_gen.citations.works import Name, When, Work

__all__ = [
    "Name",
    "When",
    "Work",
    "apa",
    "bibtex",
    "chicago",
    "coins",
    "csl",
    "csl_json",
    "data_link",
    "filed_names",
    "mla",
    "ris",
]
