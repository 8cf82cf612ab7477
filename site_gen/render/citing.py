"""How an article is cited, and what its page tells programs, as templates get it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup as Safe

from site_gen import citations
from site_gen.citations import Context, Work
from site_gen.mediatypes import media_type
from site_gen.render.engine import shown

STYLES = (("APA", citations.apa), ("Chicago", citations.chicago), ("MLA", citations.mla))
FILES = (
    ("BibTeX", "bib", "application/x-bibtex"),
    ("RIS", "ris", "application/x-research-info-systems"),
    ("CSL-JSON", "json", "application/vnd.citationstyles.csl+json"),
)


def cited(work: Work, written: Mapping[str, str]) -> dict[str, Any]:
    """The work in each style as text, in each format as a link that holds a file, its version.
    `written` are the files, by the endings of their names.
    """
    name = work.id.rpartition("/")[2]
    return {
        "styles": [{"name": style, "text": write(work)} for style, write in STYLES],
        "files": [
            {
                "name": form,
                "file": f"{name}.{ending}",
                "url": citations.data_link(written[ending], kind),
            }
            for form, ending, kind in FILES
        ],
        "version": work.version,
    }


def head(work: Work, context: Context, reference: str, files: Sequence[str] = ()) -> Safe:
    """What the head of the page says: meta tags, links, JSON-LD. `reference` is the work as it
    stands in a list of references; `files` are addresses, as the page has them, of files that are
    parts of the work: scans, tables, recordings.
    """
    links = citations.links(work, context)
    metas = citations.metas(work, context, reference)
    lines = [
        *[f'<link rel="{rel}" href="{shown(to)}">' for rel, to in links],
        *[f'<link rel="item"{_typed(one)} href="{shown(one)}">' for one in files],
        *[f'<meta {attributes} content="{shown(content)}">' for attributes, content in metas],
        f'<script type="application/ld+json">{citations.json_ld(work, context)}</script>',
    ]
    return Safe("".join(lines))


def _typed(file: str) -> str:
    kind = media_type(file)
    return f' type="{kind}"' if kind else ""
