"""The end of a text, where a note tells who its author is; and breaks in mid-sentence.

Lines that are taken out of a body are left empty in it, so that every line keeps its number.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from site_gen.frozen import frozen
from site_gen.labels import blocks_of, is_rule, plain_text
from site_gen.patterns import late_pattern

LONGEST_NOTE = 1200
LONGEST_VERSE = 45
_NOT_A_PARAGRAPH = re.compile(
    r"^(?: {0,3}(?:#{1,6}\s|>|[-*+]\s|\d{1,9}[.)]\s|\||```|~~~|<|\[[^\]]+\]:)|\t| {4})"
)
_DEFINITION = re.compile(r"^ {0,3}\[[^\]]+\]:")
_DEFINED = re.compile(r"^ {0,3}\[([^\[\]]++)\]:", re.MULTILINE)
_BRACKETS = late_pattern(r"\[([^\[\]]++)\]")
_EMPHASISED = late_pattern(r"(\*{1,3}|_{1,3})(?=\S)(?:(?!\1).)+\1", re.DOTALL)
_ROLE = late_pattern(
    r"\b(?:authors?|co-?authors?|pseudonym|\w*writer|columnist|\w*editor|correspondent|contribut\w+"
    r"|\w*journalist\w*|reporter|photographer|photojournalist|producer|filmmaker|broadcaster"
    r"|freelance\w*|professor|lecturer|teacher|scholar|fellow|researcher|historian|scientist"
    r"|analyst|specialist|expert|consultant|advis[eo]r|director|head|manager|coordinator|officer"
    r"|chief|president|chair\w*|founder|co-founder|member|student|trainee|intern|lawyer|attorney"
    r"|engineer|designer|developer|strategist|poet|novelist|activist|graduate|participant"
    r"|auteure?|journalistes?|correspondante?|rédact\w+|autore?|periodista|redact\w+|redakt\w+"
    r"|korrespondent\w*|reporterin|журналист\w*|корреспондент\w*|редактор\w*|автор\w*"
    r"|обозреватель|эксперт\w*)\b",
    re.IGNORECASE,
)
_WORKS_FOR = late_pattern(
    r"(?:(?:writes|reports|works|teaches|lectures|studies|blogs|lives|contributes|worked"
    r"|contributed|wrote|reported|covered)"
    r" (?:for|at|as|with|in|from|to|on|about|and)|covers)\b"
)
_IS = late_pattern(r"(?:is|are|was|were|has|est|ist|es|является|[—–-])(?=\s)")
_EVENT = late_pattern(r"[.!?;]\s|\b(?:by|said|says|told|that|when|after|before|if|against)\b")
MOST_WORDS_BEFORE_ROLE = 10
_PARTING = re.compile(r"\n\s*\n")
_LONGEST_TAIL = 40


_KEY = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)+")


@frozen
class Closing:
    """A closing paragraph that begins with an author's name."""

    author: str
    text: str
    line: int


@frozen
class Break:
    """A paragraph that breaks off in mid-sentence. Line and column (1-based) are of its end."""

    line: int
    column: int
    before: str
    after: str


def closing_notes(body: str, authors: Sequence[str]) -> tuple[str, list[Closing]]:
    """Take the closing paragraphs that tell of an author off a body.

    The first paragraph of a text is never taken, nor one of more than 1,200 characters.
    """
    lines = body.split("\n")
    blocks = blocks_of(lines)
    while blocks and all(_DEFINITION.match(lines[i]) for i in range(*blocks[-1])):
        # Definitions of links say nothing on the page.
        blocks.pop()
    notes: list[Closing] = []
    while len(blocks) > 1 and len(notes) < len(authors):
        start, end = blocks[-1]
        if is_rule(lines, (start, end)) and not notes:
            blocks.pop()
            continue
        text = "\n".join(lines[start:end])
        author = next((name for name in authors if tells_of(text, name)), None)
        if author is None or any(note.author == author for note in notes):
            break
        notes.append(Closing(author, text.strip(), start + 1))
        for index in range(start, end):
            lines[index] = ""
        blocks.pop()
    if not notes:
        return body, []
    notes.reverse()
    if blocks and is_rule(lines, blocks[-1]):
        lines[blocks[-1][0]] = ""
    return "\n".join(lines), notes


def refers(note: str, body: str) -> bool:
    """Whether a note has a footnote mark, or a link that the rest of the body defines."""
    if "[^" in note:
        return True
    marks = {_key(match[1]) for match in _BRACKETS.finditer(note)}
    return bool(marks) and any(_key(one[1]) in marks for one in _DEFINED.finditer(body))


def _key(label: str) -> str:
    return " ".join(label.split()).casefold()


def spoken(name: str) -> str:
    """What a text calls an author: `ann-bell`, the key of a registry entry, is `ann bell`."""
    return name.replace("-", " ") if _KEY.fullmatch(name) else name


def tells_of(paragraph: str, name: str) -> bool:
    """Whether a paragraph tells who someone is, and not what befell them.

    It opens with the name and says what the person is or does (`, author of …`, `is a
    correspondent`, `reports for …`); emphasised as a whole, it need only open with the name.
    """
    if len(paragraph) > LONGEST_NOTE or _NOT_A_PARAGRAPH.match(paragraph):
        return False
    paragraph = paragraph.strip()
    first = paragraph[:1]
    if first.isalnum() and not name.casefold().startswith(first.casefold()):
        # No markup begins so, and most paragraphs need not be read on.
        return False
    text = plain_text(" ".join(paragraph.split()))
    if len(name.split()) < 2 or not text.casefold().startswith(name.casefold()):
        return False
    after = text[len(name) :]
    if after[:1].isalnum():
        return False
    aside = re.match(r"\s*\([^()]*\)", after)
    after = after[aside.end() :] if aside else after
    if _EMPHASISED.fullmatch(paragraph):
        return len(after.split()) > 1
    said = after.lstrip(" ,")
    if _WORKS_FOR.match(said):
        return True
    role = _ROLE.search(said)
    if role is None or not (after.startswith(",") or _IS.match(said)):
        return False
    way = said[: role.start()]
    return len(way.split()) <= MOST_WORDS_BEFORE_ROLE and not _EVENT.search(way)


def breaks(body: str) -> list[Break]:
    """Paragraphs of Markdown or text that break off in mid-sentence and go on in the next one."""
    if not any(map(_may_be_a_break, _PARTING.finditer(body))):
        return []
    lines = body.split("\n")
    found: list[Break] = []
    fenced = False
    previous: tuple[int, int] | None = None
    for block in blocks_of(lines):
        fences = sum(1 for i in range(*block) if lines[i].lstrip().startswith(("```", "~~~")))
        prose = not fenced and not fences and _is_prose(lines[block[0] : block[1]])
        if fences % 2:
            fenced = not fenced
        if prose and previous is not None:
            before, after = lines[previous[1] - 1].rstrip(), lines[block[0]].lstrip()
            words = sum(len(lines[i].split()) for i in range(*previous))
            verse = all(_is_verse(lines[start:end]) for start, end in (previous, block))
            if words >= 4 and not verse and _breaks_off(before) and _goes_on(after):
                found.append(Break(previous[1], len(before), before, after))
        previous = block if prose else None
    return found


def _may_be_a_break(parting: re.Match[str]) -> bool:
    """Whether the line above blank lines may break off, as far as its last characters tell, and
    the one below may go on.
    """
    start, below = parting.span()
    first = parting.string[below : below + 1]
    if not (first.islower() or first.isspace()):
        return False
    end = parting.string[max(start - _LONGEST_TAIL, 0) : start].rstrip()
    return _breaks_off(end) or (start > 0 and not end.rstrip("*_ "))


def _is_prose(block: Sequence[str]) -> bool:
    """Whether a block is a paragraph of text: no list, quotation, heading or code."""
    if any(_NOT_A_PARAGRAPH.match(line) for line in block):
        return False
    return not (len(block) == 1 and _EMPHASISED.fullmatch(block[0].strip()))


def _is_verse(block: Sequence[str]) -> bool:
    return len(block) > 1 and all(len(line.strip()) < LONGEST_VERSE for line in block)


def _breaks_off(line: str) -> bool:
    last = line.rstrip("*_ ")[-1:]
    return last.isalnum() or last == ","


def _goes_on(line: str) -> bool:
    """Whether a line goes on in mid-sentence; `iPhone` and `eAPD` begin one."""
    words = line.split()
    return len(words) > 2 and line[0].islower() and words[0].islower()


def join(body: str, found: Sequence[Break], separator: str) -> str:
    """Join broken paragraphs. The lines after the second half keep their numbers.

    `separator` goes between the halves: a line feed where that is a blank to readers.
    """
    lines = body.split("\n")
    for one in reversed(found):
        last = one.line - 1
        start = last + 1
        while start < len(lines) and not lines[start].strip():
            start += 1
        end = start
        while end < len(lines) and lines[end].strip():
            end += 1
        head = (lines[last].rstrip() + separator + lines[start].lstrip()).split("\n")
        mended = [*head, *lines[start + 1 : end]]
        lines[last:end] = mended + [""] * (end - last - len(mended))
    return "\n".join(lines)
