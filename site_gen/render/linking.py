"""Paths from the site's root as links from a page."""

from __future__ import annotations

from site_gen.paths import quoted
from site_gen.render.once import Once

MOST_FOLDERS = 4
"""Folders whose links are known by heart. Pages of one are rendered one after the other."""
MOST_LINKS = 4096
"""Links from one folder that are known by heart: authors, places and topics come again."""


class Links:
    """The links of one site. What is in the same folder is called by its name, and what is below
    the same folder of the root is not sought from the root.
    """

    def __init__(self) -> None:
        self._from = Once(self._links_from, MOST_FOLDERS)
        self._below = Once(self._links_below)

    def from_page(self, url: str) -> Once[str, str]:
        """Links from a page, by path."""
        return self._from[url[: url.rfind("/") + 1]]

    def from_root(self, root: str) -> Once[str, str]:
        """Links that begin with the path of the site's root, by path."""
        return self._below[root, ""]

    def _links_from(self, folder: str) -> Once[str, str]:
        """Links from pages in a folder."""
        top = folder[: folder.find("/") + 1]
        deep = folder != top
        root = "../" * folder.count("/") or "./"
        beyond = self._below[root, top]

        def link(path: str) -> str:
            if not path.startswith(top):
                return beyond[path]
            name = path[len(folder) :] if path.startswith(folder) else ""
            # A colon would end the name of a scheme, a slash begins at the host, and no name at
            # all means the page itself.
            if name and name[0] != "/" and ":" not in name:
                return quoted(name)
            return root[len("../") :] + quoted(path[len(top) :]) if deep else root + quoted(path)

        links = Once(link, 2 * MOST_LINKS)
        # Pages of all folders lead to these.
        links.update(beyond)
        return links

    @staticmethod
    def _links_below(beginning: tuple[str, str]) -> Once[str, str]:
        """Links that begin with what leads to the root, from pages below a folder of it to what is
        not below it.
        """
        root, _ = beginning
        return Once(lambda path: root + quoted(path), MOST_LINKS)
