"""A work as programs for references read it: BibTeX, RIS, CSL-JSON, and COinS for lists."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import Any
from urllib.parse import quote, quote_plus, urlencode

from site_gen.citations.works import Name, When, Work

_TEX = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}", **{one: f"\\{one}" for one in "#$%&_"},
}  # fmt: skip
_TEX_TABLE = str.maketrans(_TEX)
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]


def bibtex(work: Work) -> str:
    """An entry for BibTeX and BibLaTeX."""
    when = work.when
    fields: list[tuple[str, str]] = []
    if work.authors:
        fields.append(("author", f"{{{' and '.join(map(_tex_name, work.authors))}}}"))
    # Double braces keep the capitals.
    fields.append(("title", f"{{{{{_tex(work.title)}}}}}"))
    fields.append(("journal", f"{{{_tex(work.container)}}}"))
    if when and when.start:
        fields.append(("year", f"{{{when.padded[0]}}}"))
        if when.start[1:] and not when.end:
            fields.append(("month", _MONTHS[when.start[1] - 1]))
        fields.append(("date", f"{{{_bib_date(when)}}}"))
    elif when:
        fields.append(("year", f"{{{_tex(when.words)}}}"))
    if work.language:
        fields.append(("langid", f"{{{work.language}}}"))
    if work.url:
        fields.append(("url", f"{{{work.url}}}"))
    if work.version:
        fields.append(("note", f"{{Version {work.version}}}"))
    lines = "".join([f"{name}={value},\n" for name, value in fields])
    return f"@article{{{work.id},\n{lines}}}\n"


def _bib_date(when: When) -> str:
    """In EDTF, which BibLaTeX reads."""
    text = "-".join(when.padded)
    text += f"/{when.end[0]:04}" if when.end else ""
    return f"{text}~" if when.circa and not when.end else text


def _tex_name(name: Name) -> str:
    """A name with its family name first; braces keep one that is no person's whole."""
    if name.literal:
        return f"{{{_tex(name.literal)}}}"
    # What stands behind a name stands between its parts in BibTeX.
    return _tex(", ".join(filter(None, (name.last, name.suffix, name.given))))


def _tex(text: str) -> str:
    return _one_line(text).translate(_TEX_TABLE)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def ris(work: Work) -> str:
    """A record in RIS. A newspaper article: so Zotero and others read `NEWS`."""
    when = work.when
    lines = [("TY", "NEWS"), ("TI", work.title)]
    # A comma at the end says that a name has no given name.
    lines += [("AU", f"{one.literal}," if one.literal else one.plain) for one in work.authors]
    lines.append(("T2", work.container))
    if when and when.start:
        day = [*when.padded, "", ""][:3]
        lines += [("PY", when.padded[0]), ("DA", f"{'/'.join(day)}/")]
    elif when and when.year:
        lines += [("PY", f"{when.year:04}"), ("DA", f"{when.year:04}///{when.words}")]
    if work.summary:
        lines.append(("AB", work.summary))
    if work.language:
        lines.append(("LA", work.language))
    if work.archive and work.archive != work.container:
        lines.append(("DB", work.archive))
    if work.url:
        lines.append(("UR", work.url))
    if work.version:
        lines.append(("N1", f"Version {work.version}"))
    text = "".join([f"{tag}  - {_one_line(value)}\r\n" for tag, value in lines])
    return f"{text}ER  - \r\n"


def csl(work: Work) -> dict[str, Any]:
    """An item of CSL-JSON."""
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
    if work.summary:
        item["abstract"] = work.summary
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
        f"rft.title={quote_plus(work.title)}&rft.source={_quoted(work.container)}",
        *(f"rft.creator={_quoted(name)}" for one in work.authors for name in filed_names(one)),
        *([f"rft.date={'-'.join(when.padded)}"] if when and when.start else []),
        *([f"rft.language={_quoted(work.language)}"] if work.language else []),
        *([f"rft.identifier={quote_plus(work.url)}"] if work.url else []),
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
_quoted = lru_cache(maxsize=4096)(quote_plus)
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

    What is saved are the bytes of UTF-8; no charset needs to be told.
    """
    return f"data:{kind},{_percent(text)}"


_ESCAPED = {one: f"%{ord(one):02X}" for one in '%\r\n "#&+<>[\\]^`{|}'}
"""What may stand in a text but not in an address; control characters stand in none of ours."""
_BEYOND = re.compile(r"[^\x00-\x7f]+")


def _percent(text: str) -> str:
    """Percent-encoded, but only what must be: these links stand in every page."""
    for character, code in _ESCAPED.items():
        if character in text:
            text = text.replace(character, code)
    return text if text.isascii() else _BEYOND.sub(lambda run: quote(run[0]), text)
