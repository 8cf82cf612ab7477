"""Marks of other programs in a text (`{{< img src="a.jpg" >}}`), and what stands for them.

Hugo writes `{{< name … >}}` and `{{% name … %}}`, Jekyll and Liquid `{% name … %}` and
`{{ name }}`. What is replaced keeps its number of lines, so that findings name those of the file.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

from site_gen.model import Repair

_MARK = re.compile(
    r"""\{(?P<opening>\{<|\{%|%|\{(?=[\s\w]))-?\s*
    (?P<name>/?\s*[\w./-]*\w)
    (?P<given>(?:[^"`{}]|"(?:[^"\\]|\\.)*"|`[^`]*`)*?)
    \s*/?-?(?P<closing>>\}\}|%\}\}|%\}|\}\})""",
    re.VERBOSE | re.DOTALL,
)
_CLOSED_BY = {"{<": ">}}", "{%": "%}}", "%": "%}", "{": "}}"}
_GIVEN = re.compile(
    r"""(?:(?P<key>[\w-]+)\s*=\s*)?(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|`(?P<raw>[^`]*)`|(?P<bare>[^\s"`]+))""",
    re.DOTALL,
)
_PLACE = re.compile(r"\{([\w-]+)\}")


def replaced(text: str, known: Mapping[str, str]) -> tuple[str, tuple[Repair, ...]]:
    """The text with each mark whose name is known replaced, and what is to be told of it.

    `{0}`, `{1}` … in a replacement are what the mark gives without a name, `{key}` what it gives by
    one; what it does not give is empty. A closing mark (`{{< /name >}}`, `{% endname %}`) goes with
    its name, unless it is known too.
    """
    if "{{" not in text and "{%" not in text:
        return text, ()
    first: dict[str, int] = {}
    counts: Counter[str] = Counter()

    def instead(mark: re.Match[str]) -> str:
        name = "".join(mark["name"].split())
        opened = name.removeprefix("/")
        if name not in known and name.startswith("end") and name[3:] in known:
            opened = name[3:]
        wanted = known.get(name, "" if name != opened and opened in known else None)
        if wanted is None or mark["closing"] != _CLOSED_BY[mark["opening"]]:
            return mark[0]
        first.setdefault(opened, text.count("\n", 0, mark.start()) + 1)
        counts[opened] += name == opened
        given = _given(mark["given"])
        made = _PLACE.sub(lambda place: given.get(place[1], ""), wanted)
        return made + "\n" * mark[0].count("\n")

    text_now = _MARK.sub(instead, text)
    told = (
        Repair(line, f"what stood for something else to another program was replaced: {said}")
        for name, line in first.items()
        for said in [f"{name} ({counts[name]} times)" if counts[name] > 1 else name]
    )
    return text_now, tuple(told)


def _given(written: str) -> dict[str, str]:
    """What a mark gives, by name, and by number what has none."""
    given: dict[str, str] = {}
    number = 0
    for one in _GIVEN.finditer(written):
        quoted = one["quoted"]
        value = re.sub(r"\\(.)", r"\1", quoted) if quoted is not None else one["raw"] or one["bare"]
        key = one["key"]
        if key is None:
            key = str(number)
            number += 1
        given[key] = " ".join((value or "").split())
    return given
