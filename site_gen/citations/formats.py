"""A work as programs for references read it: BibTeX, RIS, CSL-JSON, and COinS for lists."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import Any
from urllib.parse import quote_plus, urlencode

from site_gen.citations.works import Name, When, Work

_TEX = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}", **{one: f"\\{one}" for one in "#$%&_"},
}  # fmt: skip
_TEX_TABLE = str.maketrans(_TEX)
_of_tex = re.compile(f"[{re.escape(''.join(_TEX))}]").search
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]


def bibtex(work: Work) -> str:
    """An entry for BibTeX and BibLaTeX."""
    when = work.when
    lines = [f"@article{{{work.id},"]
    if work.authors:
        lines.append(f"author={{{' and '.join(map(_tex_name, work.authors))}}},")
    # Double braces keep the capitals.
    lines.append(f"title={{{{{_tex(work.title)}}}}},\njournal={{{_tex_again(work.container)}}},")
    if when and when.start:
        lines.append(f"year={when.padded[0]},")
        if when.start[1:] and not when.end:
            lines.append(f"month={_MONTHS[when.start[1] - 1]},")
        lines.append(f"date={{{_bib_date(when)}}},")
    elif when:
        lines.append(f"year={{{_tex(when.words)}}},")
    if work.language:
        lines.append(f"langid={{{work.language}}},")
    if work.url:
        lines.append(f"url={{{work.url}}},")
    if work.version:
        lines.append(f"note={{Version {work.version}}},")
    lines.append("}\n")
    return "\n".join(lines)


def _bib_date(when: When) -> str:
    """In EDTF, which BibLaTeX reads."""
    text = when.day
    text += f"/{when.end[0]:04}" if when.end else ""
    return f"{text}~" if when.circa and not when.end else text


@lru_cache(maxsize=4096)
def _tex_name(name: Name) -> str:
    """A name with its family name first; braces keep one that is no person's whole."""
    if name.literal:
        return f"{{{_tex(name.literal)}}}"
    # What stands behind a name stands between its parts in BibTeX.
    return _tex(", ".join(filter(None, (name.last, name.suffix, name.given))))


def _tex(text: str) -> str:
    line = _one_line(text)
    return line.translate(_TEX_TABLE) if _of_tex(line) else line


_tex_again = lru_cache(maxsize=4096)(_tex)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def ris(work: Work) -> str:
    """A record in RIS. A newspaper article: so Zotero and others read `NEWS`."""
    when = work.when
    lines = [f"TY  - NEWS\nTI  - {_one_line(work.title)}"]
    lines += [f"AU  - {_one_line(name)}" for one in work.authors for name in filed_names(one)]
    lines.append(f"T2  - {_one_line(work.container)}")
    if when and when.start:
        day = [*when.padded, "", ""][:3]
        lines.append(f"PY  - {day[0]}\nDA  - {'/'.join(day)}/")
    elif when and when.year:
        lines.append(f"PY  - {when.year:04}\nDA  - {when.year:04}///{_one_line(when.words)}")
    if work.summary:
        lines.append(f"AB  - {_one_line(work.summary)}")
    if work.language:
        lines.append(f"LA  - {work.language}")
    if work.archive and work.archive != work.container:
        lines.append(f"DB  - {_one_line(work.archive)}")
    if work.url:
        lines.append(f"UR  - {work.url}")
    if work.version:
        lines.append(f"N1  - Version {work.version}")
    lines.append("ER  - \n")
    return "\n".join(lines)


def csl(work: Work) -> dict[str, Any]:
    """An item of CSL-JSON: what a list of references may show, which no summary is."""
    item: dict[str, Any] = {"id": work.id, "type": "article-newspaper", "title": work.title}
    item["container-title"] = work.container
    if work.authors:
        item["author"] = [_csl_name(one) for one in work.authors]
    if when := work.when:
        item["issued"] = _csl_date(when)
    if work.language:
        item["language"] = work.language
    if work.archive and work.archive != work.container:
        item["archive"] = work.archive
    if work.url:
        item["URL"] = work.url
    if work.version:
        item["version"] = work.version
    return item


def _csl_name(name: Name) -> dict[str, str]:
    if name.literal:
        return {"literal": name.literal}
    parts = {
        "family": name.family,
        "given": name.given,
        "non-dropping-particle": name.article,
        "suffix": name.suffix,
    }
    return {part: text for part, text in parts.items() if text}


def _csl_date(when: When) -> dict[str, Any]:
    if when.words:
        return {"literal": when.words}
    parts = [list(when.start), *([list(when.end)] if when.end else [])]
    return {"date-parts": parts} | ({"circa": True} if when.circa else {})


def csl_json(work: Work) -> str:
    """A file of CSL-JSON that holds one item."""
    return compact_json([csl(work)])


compact_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
"""A value as JSON without a blank that it does not need."""


def coins(work: Work) -> str:
    """The `title` of a COinS span (OpenURL 1.0, ANSI/NISO Z39.88), which Zotero reads in lists."""
    when = work.when
    values = [
        # What has a publication as its source is filed under that.
        f"rft.title={_value(work.title)}&rft.source={_quoted(work.container)}",
        *(f"rft.creator={_quoted(name)}" for one in work.authors for name in filed_names(one)),
        *([f"rft.date={when.day}"] if when and when.start else []),
        *([f"rft.language={_quoted(work.language)}"] if work.language else []),
        *([f"rft.identifier={_value(work.url)}"] if work.url else []),
    ]
    return "&".join((_COINS, *values))


_COINS = urlencode(
    [
        ("ctx_ver", "Z39.88-2004"),
        ("rft_val_fmt", "info:ofi/fmt:kev:mtx:dc"),
        ("rft.type", "newspaperArticle"),
    ]
)
"""What every article is told as."""


def _value(text: str) -> str:
    """A value in a COinS, percent-encoded, but for what need not be: many stand in every list."""
    return quote_plus(text, safe="/:,()!")


_quoted = lru_cache(maxsize=4096)(_value)
"""Names of people, of papers and of languages come again and again."""


def filed_names(name: Name) -> list[str]:
    """A name as embedded metadata give it so that Zotero takes it for one.

    An agency has a comma behind it, else its last word is taken for a family name.
    """
    if name.literal:
        return [f"{name.literal},"]
    return [name.plain]


def data_link(text: str, kind: str) -> str:
    """A `data:` address that holds a text, of a media type. Nothing has to be loaded for it.

    What is saved are the bytes of UTF-8, whatever the charset of the page.
    """
    return f"data:{kind},{_percent(text)}"


_ESCAPED = {one: f"%{ord(one):02X}" for one in '%\r\n "#&+<>[\\]^`{|}'}
"""What may stand in a text but not in an address. Letters of all scripts may; control characters
stand in none of our texts.
"""


def _percent(text: str) -> str:
    """Percent-encoded, but only what must be: these links stand in every page."""
    for character, code in _ESCAPED.items():
        if character in text:
            text = text.replace(character, code)
    return text
