"""Marks of other programs in a text (`{{< img src="a.jpg" >}}`), and what stands for them.

Hugo writes `{{< name … >}}` and `{{% name … %}}`, Jekyll and Liquid `{% name … %}` and
`{{ name }}`. What is replaced keeps its number of lines, so that findings name those of the file.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

from site_gen.model import Repair
from site_gen.paths import ANYWHERE
from site_gen.patterns import late_pattern
from site_gen.tokens import holds

_MARK = late_pattern(
    r"""\{%-?\s{0,20}+raw\b(?:(?!\{%-?\s{0,20}(?:end)?raw\b).)*+\{%-?\s{0,20}+endraw\b
    |\{(?P<opening>\{<|\{%|%|\{(?=[\s\w]))-?\s{0,20}+
    (?P<name>/?\w(?:[\w.]|[/-](?=\w))*+)
    (?P<given>(?:[^"`{}]|"(?:[^"\\]|\\.)*+"|`[^`]*+`)*?)
    (?P<closing>>\}\}|%\}\}|%\}|\}\})""",
    re.VERBOSE | re.DOTALL,
)
"""A mark; or text between `{% raw %}` and `{% endraw %}`, where no mark is one."""
_CLOSED_BY = {"{<": ">}}", "{%": "%}}", "%": "%}", "{": "}}"}
_GIVEN = late_pattern(
    r"""(?:(?P<key>[\w-]++)\s*+=\s*+)?(?:"(?P<quoted>(?:[^"\\]|\\.)*+)"|`(?P<raw>[^`]*+)`|(?P<bare>[^\s"`]++))""",
    re.DOTALL,
)
_PLACE = re.compile(r"\{([\w-]+)\}")
_TARGET = late_pattern(
    r"(?:\]\(<?|\bhref=[\"']?)(?:\{\{-?\s{0,9}site\.(?:baseurl|url)\s{0,9}-?\}\})?$"
)
"""What stands before the target of a link, perhaps with the address of the site in it."""
_LONGEST_TARGET = 60
_PARAGRAPH_END = re.compile(r"\n[ \t]*+\n|\Z")
_LINE = "\0"
"""A line of a mark, until it is put where the paragraph ends. No text holds this character."""

LINKS = {
    ("{<", "ref"), ("{<", "relref"), ("{%", "ref"), ("{%", "relref"), ("%", "link"),
    ("%", "post_url"),
}  # fmt: skip
"""By what Hugo and Jekyll link to a document by the name of its file, wherever it lies."""
_SITE = ("site.baseurl", "site.url")


def replaced(text: str, known: Mapping[str, str | None]) -> tuple[str, tuple[Repair, ...]]:
    """The text with each mark replaced by what stands for its name, and what is to be told of it.

    `{0}`, `{1}` … in a replacement are what the mark gives without a name, `{key}` what it gives by
    one; what it does not give is empty. A closing mark (`{{< /name >}}`, `{% endname %}`) goes with
    its name, unless it is known too. A mark whose name has None stays. Marks that link to a
    document do so as the target of a link, unless something else is known of them.
    """
    if not holds(text, "{", "{{", "{%"):
        return text, ()
    first: dict[str, int] = {}
    counts: Counter[str] = Counter()

    def instead(mark: re.Match[str]) -> str:
        name, opening = mark["name"], mark["opening"]
        if name is None or mark["closing"] != _CLOSED_BY[opening]:
            return mark[0]
        opened = name.removeprefix("/")
        if name not in known and name.startswith("end") and name[3:] in known:
            opened = name[3:]
        given = _given(mark["given"])
        if opened in known:
            wanted = known.get(name, "" if name != opened else None)
        else:
            wanted = _linked(mark, given)
        if wanted is None or known.get(opened, "") is None:
            return mark[0]
        first.setdefault(opened, text.count("\n", 0, mark.start()) + 1)
        counts[opened] += name == opened
        made = _PLACE.sub(lambda place: given.get(place[1], ""), wanted)
        return made + _LINE * mark[0].count("\n")

    text_now = _settled(_MARK.sub(instead, text))
    told = (
        Repair(line, f"what stood for something else to another program was replaced: {said}")
        for name, line in first.items()
        for said in [f"{name} ({counts[name]} times)" if counts[name] > 1 else name]
    )
    return text_now, tuple(told)


def _linked(mark: re.Match[str], given: Mapping[str, str]) -> str | None:
    """The target of a link to a document that a mark names; None if it is no such mark."""
    before = mark.string[max(0, mark.start() - _LONGEST_TARGET) : mark.start()]
    if not _TARGET.search(before):
        return None
    if mark["opening"] == "{" and mark["name"] in _SITE:
        return ""
    named = given.get("0") or given.get("path")
    return ANYWHERE + named if named and (mark["opening"], mark["name"]) in LINKS else None


def _settled(text: str) -> str:
    """The text with the lines that marks took at the ends of their paragraphs: in their places
    they would part these.
    """
    if _LINE not in text:
        return text
    first, *rest = text.split(_LINE)
    parts, owed = [first], 0
    for number, part in enumerate(rest, 1):
        owed += 1
        end = _PARAGRAPH_END.search(part)
        if end and (end[0] or number == len(rest)):
            part, owed = f"{part[: end.start()]}{owed * chr(10)}{part[end.start() :]}", 0
        parts.append(part)
    return "".join(parts)


def _given(written: str) -> dict[str, str]:
    """What a mark gives, by name, and by number what has none."""
    given: dict[str, str] = {}
    number = 0
    for one in _GIVEN.finditer(written.rstrip().removesuffix("-").removesuffix("/")):
        quoted = one["quoted"]
        value = re.sub(r"\\(.)", r"\1", quoted) if quoted is not None else one["raw"] or one["bare"]
        key = one["key"]
        if key is None:
            key = str(number)
            number += 1
        given[key] = " ".join((value or "").split())
    return given
