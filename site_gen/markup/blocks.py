"""HTML blocks in Markdown: from a block's tag at the start of a line to its end tag."""

from __future__ import annotations

from collections.abc import Iterator

from markdown.preprocessors import HtmlBlockPreprocessor

from site_gen.markup.syntax import tags

_BLOCKS_THAT_END_ALONE = frozenset(("hr",))


class HtmlBlocks(HtmlBlockPreprocessor):
    """Set blocks of HTML aside: from a block's tag at the start of a line to its end tag.

    A tag that is never closed is a block of its own, so that it swallows nothing; nor does
    anything that follows an end tag on its line change its place.
    """

    def run(self, lines: list[str]) -> list[str]:
        text = "\n".join(lines)
        if "<" not in text:
            return lines
        parts: list[str] = []
        last = 0
        after_block = -1
        for start, end in self._blocks(text):
            if start < last:
                continue
            line = text.rfind("\n", 0, start) + 1
            begins = after_block >= line or (start - line < 4 and not text[line:start].strip(" "))
            if not begins:
                continue
            parts.append(text[last:start])
            parts.append(f"\n\n{self.md.htmlStash.store(text[start:end])}\n\n")
            last = after_block = end
        parts.append(text[last:])
        return "".join(parts).split("\n")

    def _blocks(self, text: str) -> Iterator[tuple[int, int]]:
        """Where each element of block level, and each comment, begins and ends, in order."""
        ends: dict[int, int] = {}
        open_tags: dict[str, list[int]] = {}
        for start, end, name in tags(text):
            if not name:
                ends[start] = end
            elif self.md.is_block_level(name):
                ends[start] = end
                if text[start + 1] != "/":
                    if name not in _BLOCKS_THAT_END_ALONE and text[end - 2] != "/":
                        open_tags.setdefault(name, []).append(start)
                elif open_tags.get(name):
                    ends[open_tags[name].pop()] = end
        yield from sorted(ends.items())
