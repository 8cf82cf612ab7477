"""What leads from one article to others: the parts of a series, the translations of a text."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping, Sequence
from dataclasses import replace

from site_gen.diagnostics import Diagnostic, Location, warning
from site_gen.model import Archive, Document, Entity, Part
from site_gen.paths import without_ending

MOST_PARTS = 100
"""Articles that are numbered by their dates alone; a longer run is a column and has no parts."""


def joined(archive: Archive, language: str) -> tuple[Archive, list[Diagnostic]]:
    """The archive with its series in order and its translations together.

    `language` is that of articles which state none.
    """
    translations, found = _translations(archive, language)
    series: dict[str, tuple[str, ...]] = {}
    parts: dict[str, tuple[Part, ...]] = {}
    for entity in archive.entities["series"].values():
        order, placed = _series(entity, archive, translations, language)
        series[entity.key] = order
        for key, part in placed.items():
            parts[key] = (*parts.get(key, ()), part)
    whole = replace(archive, series=series, parts=parts, translations=translations)
    return whole, found


def _series(
    entity: Entity, archive: Archive, translations: Mapping[str, tuple[str, ...]], language: str
) -> tuple[tuple[str, ...], dict[str, Part]]:
    """The articles of a series in order, and the place of each that has one.

    Stated numbers count; where there are none, the order of time, if every article has a date.
    """
    articles = archive.articles
    numbers = {key: number for key in entity.articles if (number := _stated(key, entity, archive))}
    if numbers:
        rest = [key for key in entity.articles if key not in numbers]
        # The archive's own order settles what has the same number.
        order = (*sorted(numbers, key=lambda key: numbers[key]), *rest)
        # What has no number is a part all the same, but for a translation of one that has; in
        # several languages it is one.
        groups = {min(translations.get(key) or (key,)): key for key in rest}
        more = sum(numbers.keys().isdisjoint(translations.get(key, ())) for key in groups.values())
        total = max(len(set(numbers.values())) + more, *numbers.values())
    else:
        order = entity.articles
        total = len(order)
        if total < 2 or total > MOST_PARTS or any(not articles[key].date for key in order):
            return order, {}
        numbers = {key: at for at, key in enumerate(order, start=1)}
    by_number: dict[int, list[str]] = {}
    for key, number in numbers.items():
        by_number.setdefault(number, []).append(key)
    ranks = sorted(by_number)
    around = {one: at for at, one in enumerate(ranks)}

    def beside(key: str, step: int) -> str:
        """The part before or after an article's, in its language if there is one."""
        at = around[numbers[key]] + step
        if not 0 <= at < len(ranks):
            return ""
        near = by_number[ranks[at]]
        spoken = articles[key].language or language
        return next(
            (one for one in near if (articles[one].language or language) == spoken), near[0]
        )

    placed = {
        key: Part(entity.key, number, total, beside(key, -1), beside(key, 1))
        for key, number in numbers.items()
    }
    return order, placed


def _stated(key: str, entity: Entity, archive: Archive) -> int:
    """The number that an article states for its place in a series: in the first one it names."""
    return archive.articles[key].part if archive.credits["series"][key][0] == entity.key else 0


def _translations(
    archive: Archive, language: str
) -> tuple[dict[str, tuple[str, ...]], list[Diagnostic]]:
    """The articles that are one text in several languages, by the key of each."""
    articles = archive.articles
    found: list[Diagnostic] = []
    first: dict[str, str] = {}

    def root(key: str) -> str:
        """The article that stands for all translations of a text."""
        while first.setdefault(key, key) != key:
            key = first[key]
        return key

    shared: dict[str, str] = {}
    unshown = {_key(path) for path in (*archive.held_back, *_paths(archive.withdrawn))}
    for key, article in articles.items():
        if article.translation_key:
            together = shared.setdefault(article.translation_key.casefold(), key)
            first[root(key)] = root(together)
        if article.translation_of:
            meant = _meant(article, articles)
            if meant:
                first[root(key)] = root(meant)
            elif not any(one in unshown for one in _candidates(article)):
                found.append(_dead(article))
    groups: dict[str, list[str]] = {}
    for key in articles:
        if key in first:
            groups.setdefault(root(key), []).append(key)
    translations: dict[str, tuple[str, ...]] = {}
    for members in groups.values():
        if len(members) < 2:
            continue
        tags = {key: articles[key].language or language for key in members}
        ordered = tuple(sorted(members, key=lambda key: (tags[key], key)))
        translations |= dict.fromkeys(members, ordered)
        found.extend(_twice([articles[key] for key in ordered], tags))
    return translations, [one for one in found if one.code not in _accepted(one, archive)]


def _paths(documents: Mapping[str, Document]) -> list[str]:
    return [one.path for one in documents.values()]


def _key(path: str) -> str:
    """The key of the document at a path: `content/articles/a.md` is `articles/a`."""
    return without_ending(path).removeprefix("content/")


def _candidates(article: Document) -> list[str]:
    """The keys that a reference to another article may mean, the likeliest first."""
    written = article.translation_of.strip().lstrip("/")
    beside = posixpath.normpath(posixpath.join(posixpath.dirname(article.key), written))
    below = posixpath.normpath(written.removeprefix("content/"))
    names = [below, f"articles/{below}", beside]
    return [*names, *(without_ending(name) for name in names)]


def _meant(article: Document, articles: Mapping[str, Document]) -> str:
    """The key of the article that another one says it translates; empty if there is none."""
    return next((one for one in _candidates(article) if one in articles and one != article.key), "")


def _dead(article: Document) -> Diagnostic:
    return warning(
        "translation-dead",
        Location(article.path),
        f"`translation_of: {article.translation_of[:120]}` leads to no article",
        value=article.translation_of[:120],
        hint="Write the path of the other article below content/, such as articles/harvest.md, "
        "or from this file on.",
    )


def _twice(group: Sequence[Document], tags: Mapping[str, str]) -> list[Diagnostic]:
    """A finding for each article whose language another one of its translations has."""
    seen: dict[str, Document] = {}
    found = []
    for one in group:
        other = seen.setdefault(tags[one.key], one)
        if other is not one:
            found.append(
                warning(
                    "translation-twice",
                    Location(one.path),
                    f"It and {other.path} are translations of one text into the same language",
                    value=tags[one.key],
                    hint="Write the `language:` of each, or mend what they are translations of.",
                )
            )
    return found


def _accepted(problem: Diagnostic, archive: Archive) -> frozenset[str]:
    """The codes that the article a problem is told of accepts."""
    article = archive.articles.get(_key(problem.location.path))
    return article.accept if article else frozenset()
