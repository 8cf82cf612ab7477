"""The search index of an archive: which articles are in it, and its files.

`words`, `text` and `segment` read articles, `shards` makes files of them, `reader` reads those.
docs/search-format.md tells the format.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path

from site_gen import languages, parallel
from site_gen.model import Archive, Document, EntityKind, OutputFile
from site_gen.search import shards
from site_gen.search.segment import Averages, Entry, groups_of
from site_gen.search.words import fold, split, stems_of

FACETS: tuple[EntityKind, ...] = ("author", "place", "topic")
BYTES_OF_A_WORD = 6
MOST_PER_SHARD = 16


@dataclass(frozen=True, slots=True)
class Index:
    """The files of an index, the path of its root from the site's root, its keys in the store."""

    files: tuple[OutputFile, ...] = ()
    root: str = ""
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """Where an index is made: the store that holds the bodies, and where its files are staged."""

    store: Path
    stage_folder: Path
    output_folder: Path
    program: str
    jobs: int


def make(archive: Archive, urls: Mapping[str, str], language: str, place: Place) -> Index:
    """Index every published article that does not say `noindex`.

    `urls` go by source path; `language` is that of articles that do not say.
    """
    indexed = {key: one for key, one in archive.articles.items() if not one.noindex}
    entries = {
        key: _entry(archive, document, urls[document.path], language)
        for key, document in indexed.items()
    }
    groups = groups_of(list(entries))
    lengths = [document.words for document in indexed.values()]
    mean = sum(lengths) * BYTES_OF_A_WORD // max(len(lengths), 1) + 1
    context = shards.Context(
        place.store,
        place.stage_folder,
        place.output_folder,
        place.program,
        Averages.of(lengths, [len(one.title.split()) for one in indexed.values()]),
        max(1, min(MOST_PER_SHARD, round(shards.DOCUMENT / mean))),
        shards.PARTITIONS if len(groups) > shards.FEW_GROUPS else 1,
    )
    tasks = [tuple(entries[key] for key in group) for group in groups]
    read = list(parallel.ordered_map(shards.read, tasks, context, place.jobs))
    variants = _variants(archive, indexed.keys(), language)
    merges = [
        shards.MergeTask(
            part,
            tuple(group.key for group in read),
            {
                form: stems
                for form, stems in variants.items()
                if shards.partition(form, context.partitions) == part
            },
        )
        for part in range(context.partitions)
    ]
    parts = list(parallel.ordered_map(shards.merge, merges, context, place.jobs))
    order = [key for group in groups for key in group]
    files, root = shards.finish(
        context.put, read, parts, _columns(archive, order, language), context.per_shard
    )
    keys = tuple(key for group in read for key in shards.keys_of(group, context.partitions))
    return Index(tuple(files), f"{shards.FOLDER}/{root}", keys)


def _entry(archive: Archive, document: Document, url: str, language: str) -> Entry:
    return Entry(
        key=document.key,
        url=url,
        title=document.title,
        summary=document.summary,
        language=document.language or language,
        body=document.body,
        notes="\n".join(note.html for note in document.closing_notes),
        shown=(
            document.date.label() if document.date else "",
            document.date.edtf if document.date else "",
            _names(archive, "author", document.key),
            _names(archive, "place", document.key),
        ),
    )


def _names(archive: Archive, kind: EntityKind, article: str) -> str:
    keys = archive.credits[kind].get(article, ())
    return "; ".join(archive.entities[kind][key].name for key in keys)


def _variants(archive: Archive, indexed: Set[str], language: str) -> dict[str, tuple[str, ...]]:
    """The one-word names of a registry entry, each with the stems of the others.

    An entry that only articles outside the index name is left out with them.
    """
    stems = stems_of(language)
    found: dict[str, set[str]] = {}
    for kind in FACETS:
        for entity in archive.entities[kind].values():
            if entity.entry is None or entity.entry.registry is None:
                continue
            if entity.articles and indexed.isdisjoint(entity.articles):
                continue
            names = [split(name) for name in (entity.name, *entity.entry.registry.aliases)]
            single = [words[0] for words in names if len(words) == 1]
            for word in single:
                others = {stems[other][1] for other in single}
                found.setdefault(fold(word), set()).update(others)
    return {form: tuple(sorted(others)) for form, others in found.items() if len(others) > 1}


def _columns(archive: Archive, order: Sequence[str], language: str) -> list[shards.Column]:
    """The facets: who, where (with all that lies around it), what, which language, when."""
    columns = []
    for kind in FACETS:
        entities = archive.entities[kind]
        parents = _parents(archive, kind)
        around = {key: _around(parents, key) for key in entities}
        used = sorted(
            {
                one
                for key in order
                for near in archive.credits[kind].get(key, ())
                for one in around[near]
            }
        )
        index = {key: at for at, key in enumerate(used)}
        values = tuple((entities[key].name, key, *_aliases(entities[key].entry)) for key in used)
        rows = tuple(
            tuple(
                {index[one] for near in archive.credits[kind].get(key, ()) for one in around[near]}
            )
            for key in order
        )
        columns.append(shards.Column(kind, values, rows))
    tags = [archive.articles[key].language or language for key in order]
    known = sorted(set(tags))
    columns.append(
        shards.Column(
            "lang",
            tuple((languages.label(tag), tag) for tag in known),
            tuple((known.index(tag),) for tag in tags),
        )
    )
    dates = [archive.articles[key].date for key in order]
    days = [date.first.toordinal() if date else 0 for date in dates]
    start = min((day for day in days if day), default=0)
    columns.append(
        shards.Column(
            "date", (("", str(start)),), tuple((day - start,) if day else () for day in days)
        )
    )
    return columns


def _aliases(entry: Document | None) -> tuple[str, ...]:
    return entry.registry.aliases if entry and entry.registry else ()


def _parents(archive: Archive, kind: EntityKind) -> dict[str, str]:
    """For each entity the one it lies in, by its key or its name; "" for most."""
    entities = archive.entities[kind]
    # Of several that bear a name, the first; a key goes before a name.
    known = {fold(one.name): key for key, one in reversed(list(entities.items()))}
    known |= {key: key for key in entities}
    parents = {}
    for key, one in entities.items():
        parent = one.entry.registry.parent if one.entry and one.entry.registry else ""
        parents[key] = known.get(parent, known.get(fold(parent), "")) if parent else ""
    return parents


def _around(parents: Mapping[str, str], key: str) -> tuple[str, ...]:
    """An entity and, for a place, everything it lies in."""
    found: dict[str, None] = {}
    while key and key not in found:
        found[key] = None
        key = parents[key]
    return tuple(found)
