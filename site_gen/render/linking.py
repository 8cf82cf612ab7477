"""Paths from the site's root as links from a page."""

from __future__ import annotations

from site_gen.paths import quoted
from site_gen.render.once import Once

MOST_FOLDERS = 16
"""Folders whose links are known by heart. Pages of one are rendered one after the other."""
MOST_LINKS = 4096
"""Links from one folder that are known by heart: authors, places and topics come again."""


class Links:
    """The links of one site, as short as they can be made without a look at the rest of it."""

    def __init__(self) -> None:
        self._from = Once(self._links_from, MOST_FOLDERS)
        self._far = Once(self._links_below)

    def from_page(self, url: str) -> Once[str, str]:
        """Links from a page, by path."""
        return self._from[url[: url.rfind("/") + 1]]

    def from_root(self, root: str) -> Once[str, str]:
        """Links that begin with the path of the site's root, by path."""
        return self._far[root, "/"]

    def _links_from(self, folder: str) -> Once[str, str]:
        """Links from pages in a folder. What is in it is called by its name."""
        # What is in the same folder of the root is nearer than the root.
        near = folder[: folder.index("/") + 1] if folder.count("/") > 1 else "/"
        far = self._far["../" * folder.count("/") or "./", near]

        def link(path: str) -> str:
            name = path[len(folder) :]
            # A colon would end the name of a scheme, and no name at all means the page itself.
            if not path.startswith(folder) or not name or ":" in name:
                return far[path]
            return quoted(name)

        return Once(link, MOST_LINKS)

    @staticmethod
    def _links_below(folder: tuple[str, str]) -> Once[str, str]:
        """Links that begin with what leads up to the root, and what need not be told of it."""
        prefix, near = folder
        inside = prefix[len("../") :]

        def link(path: str) -> str:
            if path.startswith(near):
                return inside + quoted(path[len(near) :])
            return prefix + quoted(path)

        return Once(link, MOST_LINKS)
