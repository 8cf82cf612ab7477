"""Where the links in bodies lead: to a page, to an attachment, or to nothing."""

from __future__ import annotations

import difflib
import posixpath
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from functools import cached_property
from itertools import chain, takewhile
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from site_gen.diagnostics import Diagnostic, Location, warning
from site_gen.frozen import frozen
from site_gen.markup import ID_PREFIX, no_blanks
from site_gen.model import Document, Reference
from site_gen.paths import ANYWHERE, INDEX_STEMS, composed, name_of, without_ending
from site_gen.patterns import late_pattern

CONTENT = "content"
IMAGES = frozenset({".avif", ".bmp", ".gif", ".ico", ".jpeg", ".jpg", ".png", ".svg", ".webp"})
"""Endings of files that browsers show as pictures."""

LIKE = 0.85
"""How near, by `difflib`, a name has to be to be guessed."""
MANY = 200
"""Names that begin alike from which on their letters are counted."""
SLIGHT = 1e-9
"""What is less than any count, and more than what rounding makes of one."""
DEAD = 32
"""Names that were guessed, from which on it is worth loading what counts letters."""
KINDS = 128

_TEMPLATE_CODE = late_pattern(r"\{[{%]")
"""Told already as what it is: code of another program."""


_PATH = late_pattern(r"(?!//)[\w./-]*+", re.ASCII)
"""Targets that are a path and nothing else: of a URL, they are its path as it is written."""

UNNAMED = "?"
"""The target of a reference to a document that is not published. No path has this sign."""


@frozen
class Resolved:
    """The final targets of the references of all documents, by the document's path.

    A target is a path from the site's root with its fragment (`articles/b.html#t-end`); empty
    where the reference leads to nothing. `attachments` are the files that something refers to,
    `withheld` the sources that something refers to and that are not published. A target that is one
    of these is UNNAMED: even its name may tell too much.
    """

    targets: Mapping[str, tuple[str, ...]]
    attachments: frozenset[str]
    withheld: frozenset[str] = frozenset()
    loose: frozenset[str] = frozenset()
    """The documents not all references of which are the very paths of what they lead to."""


@frozen
class Before:
    """What was resolved when all documents were there but a few that `came` since, by path, and
    others that went. Those that stayed have the URLs they had; `attachments` had theirs.
    """

    resolved: Resolved
    came: frozenset[str]
    attachments: Mapping[str, str]

    def standing(self, resolver: Resolver) -> dict[str, tuple[str, ...]]:
        """The targets that documents have as before: at the end of each path still stands what
        stood there, which no other can take the place of.
        """
        stand = {
            url
            for path, url in resolver.exact.items()
            if path not in self.came and (path in resolver.urls or path in self.attachments)
        }
        loose = self.resolved.loose | self.came
        return {
            path: targets
            for path, targets in self.resolved.targets.items()
            if path not in loose and path in resolver.urls and stand.issuperset(targets)
        }

    def used(self, targets: Mapping[str, tuple[str, ...]]) -> Iterable[str]:
        """The attachments that are among targets."""
        among = frozenset(chain.from_iterable(targets.values())) if self.attachments else ()
        return (path for path, url in self.attachments.items() if url in among)


class Resolver:
    """Finds what a target written in a document means."""

    def __init__(
        self,
        documents: Mapping[str, Document],
        urls: Mapping[str, str],
        attachments: Mapping[str, str],
        unpublished: Mapping[str, str],
        page_urls: Iterable[str],
        hidden: Set[str] = frozenset(),
    ) -> None:
        """Set up for one site.

        `documents`, their `urls` and those of `attachments` go by source path; `unpublished`
        tells, by path, why a document has no page; `page_urls` are all pages there are. `hidden`
        are those of the unpublished whose names are not to be shown.
        """
        self.documents = documents
        self.urls = urls
        self.attachments = attachments
        self.unpublished = unpublished
        self.page_urls = frozenset(page_urls)
        self.hidden = hidden
        self.guesses: dict[str, str] = {}
        self.letters: dict[str, Any] = {}

    @cached_property
    def by_url(self) -> dict[str, str]:
        """The paths of documents by their URLs."""
        return {url: path for path, url in self.urls.items()}

    @cached_property
    def spelt(self) -> dict[str, str]:
        """The source paths that are not ASCII by their form in NFC; all others are as they are."""
        paths = (*self.urls, *self.unpublished, *self.attachments)
        return {composed(path): path for path in sorted(paths) if not path.isascii()}

    @cached_property
    def exact(self) -> Mapping[str, str]:
        """The URLs of what a path of ASCII letters leads to that is written as it is; none where
        another path comes to be one of these in NFC, or where two have one URL.
        """
        there = {**self.urls, **self.attachments}
        if any(map(str.isascii, self.spelt)):
            return {}
        count = len(self.urls) + len(self.attachments)
        return there if len({*there.values()}) == count else {}

    @cached_property
    def by_stem(self) -> dict[str, str]:
        """The paths of documents by their form without an ending."""
        paths = [*self.urls, *self.unpublished]
        return _first(paths, lambda path: composed(without_ending(path)))

    @cached_property
    def by_name(self) -> dict[str, list[tuple[str, str]]]:
        """All sources by their last name, documents without ending, each with its whole name."""
        found: dict[str, list[tuple[str, str]]] = {}
        for path in sorted({*self.urls, *self.unpublished, *self.attachments}):
            whole = composed(path if path in self.attachments else without_ending(path))
            whole = _of_a_document(whole)
            found.setdefault(name_of(whole), []).append((whole, path))
        return found

    @cached_property
    def names(self) -> dict[str, str]:
        """The first path of each file name, in lower case."""
        return _first([*self.urls, *self.attachments], lambda path: name_of(path).lower())

    @cached_property
    def alike(self) -> dict[str, list[str]]:
        """File names by their first letters."""
        found: dict[str, list[str]] = {}
        for name in self.names:
            found.setdefault(name[:3], []).append(name)
        return found

    def exactly(self, document: Document) -> list[str] | None:
        """The paths that all references of a document are, and nothing else; None where one may
        be more than that, or leads elsewhere.
        """
        found = []
        for reference in document.references:
            if not _PATH.fullmatch(reference.target):
                return None
            path = _joined(document.path, reference.target)
            if path not in self.exact or not path.isascii():
                return None
            found.append(path)
        return found

    def find(self, path: str, target: str) -> tuple[str, str]:
        """What a target in the document at `path` means: ("document" | "attachment" | "page" |
        "unpublished" | "", the source path or URL).
        """
        return self.named(path, unquote(urlsplit(target).path))

    def named(self, path: str, written: str) -> tuple[str, str]:
        """The same of the path in a target, without percent-encoding."""
        if written.startswith(ANYWHERE):
            return self._anywhere(path, written.removeprefix(ANYWHERE))
        return self._there(path, written)

    def _there(self, path: str, written: str) -> tuple[str, str]:
        """What stands at a path, as seen from a document."""
        joined = composed(_joined(path, written))
        found = self.spelt.get(joined, joined)
        if found in self.urls:
            return "document", found  # Most are.
        for meant in chain((joined,), (posixpath.join(joined, stem) for stem in INDEX_STEMS)):
            candidate = self.spelt.get(meant, meant)
            if candidate in self.urls:
                return "document", candidate
            if candidate in self.unpublished:
                return "unpublished", candidate
            if candidate in self.attachments:
                return "attachment", candidate
            stem = self.by_stem.get(meant) or self.by_stem.get(_without_ending(meant))
            if stem:
                return ("document" if stem in self.urls else "unpublished"), stem
        for url in self._urls_meant(path, written, joined):
            if url in self.by_url:
                return "document", self.by_url[url]
            if url in self.page_urls:
                return "page", url
        return "", ""

    def _anywhere(self, path: str, written: str) -> tuple[str, str]:
        """What bears a name: what stands there as seen from the document, else what has that name
        in whatever folder; of several that whose folders agree best, and what is published before
        what is not. Where folders are written, the nearest has to agree.
        """
        kind, what = self._there(path, written)
        if kind:
            return kind, what
        whole = composed(written.strip("./"))
        spelt = [_of_a_document(one) for one in (whole, without_ending(whole))]
        wanted = next((one for one in spelt if name_of(one) in self.by_name), whole)
        # What Jekyll keeps in folders such as _posts lies in others here.
        near = [one for one in wanted.split("/")[-2::-1] if not one.startswith("_")]
        agreeing = [
            (_in_common(stem, near), path in self.urls or path in self.attachments, path)
            for stem, path in self.by_name.get(name_of(wanted), [])
        ]
        best = max((one[:2] for one in agreeing), default=(0, False))
        meant = [path for *agreement, path in agreeing if tuple(agreement) == best]
        if not meant or (near and not best[0]):
            url = f"{posixpath.normpath(wanted)}.html"
            return ("page", url) if url in self.page_urls else ("", "")
        if len(meant) > 1:
            return "", ""
        kinds = ((self.urls, "document"), (self.attachments, "attachment"))
        return next((kind for those, kind in kinds if meant[0] in those), "unpublished"), meant[0]

    def _urls_meant(self, path: str, written: str, joined: str) -> Iterable[str]:
        yield joined.removeprefix(f"{CONTENT}/")
        if not written.startswith("/") and path in self.urls:
            yield posixpath.normpath(posixpath.join(posixpath.dirname(self.urls[path]), written))

    def guess(self, target: str) -> str:
        """The file that was probably meant: one of that name, or of nearly that name.

        Only names that begin alike are compared: thousands of links may be dead.
        """
        path = PurePosixPath(unquote(urlsplit(target).path))
        name = path.name.lower()
        if path.stem in INDEX_STEMS:
            return ""  # Many folders have one.
        if name not in self.guesses:
            close = difflib.get_close_matches(name, self._perhaps(name), 1, LIKE)
            self.guesses[name] = self.names.get(name) or (self.names[close[0]] if close else "")
        return self.guesses[name]

    def _perhaps(self, name: str) -> Sequence[str]:
        """Of the names that begin like one, all that may be nearly that name. Where there are many,
        most have too few of its letters, which is seen far sooner than how near they are.
        """
        names = self.alike.get(name[:3], [])
        worth = "numpy" in sys.modules or len(self.guesses) > DEAD
        if not worth or len(names) < MANY:
            return _may_be_like(name, names)
        if name[:3] not in self.letters:
            self.letters[name[:3]] = _letters(names)
        table, wanted = self.letters[name[:3]], _letters([name])
        # What takes both letters and places into account comes to no more than this.
        both = table.clip(max=wanted).sum(axis=1)
        most = 2.0 * both / (table.sum(axis=1) + len(name))
        return [names[at] for at in (most >= LIKE).nonzero()[0].tolist()]


def _joined(path: str, written: str) -> str:
    """The path that is written in the document at another one."""
    base = CONTENT if written.startswith("/") else path.rpartition("/")[0] or "."
    return posixpath.normpath(f"{base}/{written}")


def _first(paths: Sequence[str], of: Callable[[str], str]) -> dict[str, str]:
    """The first in order of those paths of which something is the same, by that."""
    found = dict(zip(map(of, paths), paths, strict=True))
    if len(found) == len(paths):
        return found
    return {of(path): path for path in sorted(paths, reverse=True)}


def _may_be_like(name: str, names: Iterable[str]) -> list[str]:
    """The names that have so many letters of one that they may be nearly that. Letters are counted
    until too many are lacking, those first of which it has most.
    """
    counts = Counter(name).most_common()
    found = []
    for one in names:
        spare = len(name) - LIKE * (len(name) + len(one)) / 2 + SLIGHT
        for letter, count in counts:
            if spare < 0:
                break
            if (lacking := count - one.count(letter)) > 0:
                spare -= lacking
        if spare >= 0:
            found.append(one)
    return found


def _letters(names: Sequence[str]) -> Any:
    """How many letters of each kind each name has, as a matrix. Letters that are far apart may be
    of one kind.
    """
    # It takes a while to load, and few sites have so many dead links.
    import numpy as np

    codes = np.frombuffer("".join(names).encode("utf-32-le", "surrogatepass"), "<u4") % KINDS
    rows = np.repeat(np.arange(len(names)), list(map(len, names)))
    counts = np.bincount(rows * KINDS + codes, minlength=len(names) * KINDS)
    return counts.reshape(len(names), KINDS).astype(np.uint16)


def _in_common(whole: str, near: Sequence[str]) -> int:
    """How many folders above the last name agree with those, the nearest first."""
    folders = zip(whole.split("/")[-2::-1], near, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], folders))


def _of_a_document(path: str) -> str:
    """A path without ending, by the name of its folder if it is what stands for that."""
    return path.removesuffix("/index").removesuffix("/_index")


def as_written(target: str) -> str:
    """A target as keepers and readers are told of it."""
    return target.removeprefix(ANYWHERE).lstrip("/") if target.startswith(ANYWHERE) else target


def _without_ending(path: str) -> str:
    """A path without `.html`, as links to pages are written."""
    return path.removesuffix(".html").removesuffix(".htm").rstrip("/")


def resolve(
    documents: Iterable[Document], resolver: Resolver, before: Before | None = None
) -> tuple[Resolved, list[Diagnostic]]:
    """Resolve every reference of every published document, but for what stands as `before`."""
    targets: dict[str, tuple[str, ...]] = {}
    used: set[str] = set()
    found: list[Diagnostic] = []
    loose: set[str] = set()
    if before:
        targets = before.standing(resolver)
        used.update(before.used(targets))
        asked = before.came | (before.resolved.targets.keys() - targets.keys())
        documents = [one for one in documents if one.path in asked]
    for document in documents:
        portrait = document.registry.portrait if document.registry else ""
        if not document.references and not portrait:
            continue
        paths = None if portrait else resolver.exactly(document)
        if paths is not None:
            targets[document.path] = tuple(map(resolver.exact.__getitem__, paths))
            used.update(paths)
            continue
        loose.add(document.path)
        told: list[Diagnostic] = []
        targets[document.path] = tuple(
            _target(document, one, resolver, used, told) for one in document.references
        )
        if portrait:
            image = Reference(portrait, 0, image=True)
            targets[document.path] += (_portrait(document, image, resolver, used, told),)
        if told:
            found.extend(one for one in told if one.code not in document.accept)
    return Resolved(
        targets,
        frozenset(used & resolver.attachments.keys()),
        frozenset(used & resolver.unpublished.keys()),
        frozenset(loose),
    ), found


def attachments_of(documents: Iterable[Document], resolver: Resolver) -> frozenset[str]:
    """The attachments that documents refer to, published or not."""
    meant = (_meant(one, reference, resolver) for one in documents for reference in one.references)
    return frozenset(what for kind, what, _ in meant if kind == "attachment")


def _portrait(
    document: Document,
    reference: Reference,
    resolver: Resolver,
    used: set[str],
    found: list[Diagnostic],
) -> str:
    """The final target of a portrait, which is an image of this archive and nothing else."""
    kind, what, _ = _meant(document, reference, resolver)
    if kind == "attachment" and not _is_image(resolver.attachments[what]):
        kind = ""
    if kind in ("attachment", "unpublished"):
        return _target(document, reference, resolver, used, found)
    found.append(_dead(document, reference, resolver, ""))
    return ""


def _is_image(url: str) -> bool:
    return PurePosixPath(url).suffix.lower() in IMAGES


def _meant(document: Document, reference: Reference, resolver: Resolver) -> tuple[str, str, str]:
    """The kind of what a reference means, its path or URL, and the place in it."""
    if _PATH.fullmatch(reference.target):
        return *resolver.named(document.path, reference.target), ""
    try:
        parts = urlsplit(reference.target)
        return *resolver.named(document.path, unquote(parts.path)), parts.fragment
    except ValueError:
        return "", "", ""


def _target(
    document: Document,
    reference: Reference,
    resolver: Resolver,
    used: set[str],
    found: list[Diagnostic],
) -> str:
    """The final target of one reference; what is wrong with it is added to `found`."""
    if reference.target.startswith("#"):
        if no_blanks(unquote(reference.target[1:])) not in document.anchors:
            found.append(_dead_anchor(document, reference, document.path))
        return reference.target
    kind, what, fragment = _meant(document, reference, resolver)
    if kind in ("attachment", "unpublished"):
        used.add(what)
    if kind == "attachment":
        return resolver.attachments[what]
    if kind == "page":
        return what
    if kind == "document":
        if not fragment or resolver.documents[what].withdrawn:
            return resolver.urls[what]
        if no_blanks(unquote(fragment)) not in resolver.documents[what].anchors:
            found.append(_dead_anchor(document, reference, what))
            return resolver.urls[what]
        return f"{resolver.urls[what]}#{ID_PREFIX}{no_blanks(fragment)}"
    if not _TEMPLATE_CODE.search(reference.target):
        found.append(_dead(document, reference, resolver, what))
    return UNNAMED if kind == "unpublished" and what in resolver.hidden else ""


def _dead_anchor(document: Document, reference: Reference, path: str) -> Diagnostic:
    return warning(
        "anchor-dead",
        Location(document.path, reference.line),
        f"The link `{as_written(reference.target)}` points at a place that {path} does not have",
        value=as_written(reference.target),
        hint="Mend the part after `#`; until then the link leads to the page, not to the place.",
    )


def _dead(document: Document, reference: Reference, resolver: Resolver, path: str) -> Diagnostic:
    at = Location(document.path, reference.line)
    written = as_written(reference.target)
    if path:
        return warning(
            "link-held-back",
            at,
            f"The link leads to {path}, which is not published ({resolver.unpublished[path]})",
            value=written,
            hint="It is shown without a link.",
        )
    try:
        guess = resolver.guess(reference.target)
    except ValueError:
        guess = ""
    hint = f"Did you mean {guess}?" if guess else ""
    if reference.image:
        return warning(
            "image-missing",
            at,
            f"The image `{written}` is not there",
            value=written,
            hint=hint or "Put the file beside the document, or remove the image.",
        )
    return warning(
        "link-dead",
        at,
        f"The link `{written}` leads to nothing in this archive",
        value=written,
        hint=hint or "Mend the path, or write the whole address of a page elsewhere.",
    )
