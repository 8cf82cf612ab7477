"""The search index of an archive: which articles are in it, and its files.

`words`, `text`, `columns` and `segment` read articles, `merging` puts what they hold together by
runs of the alphabet, `shards` makes files of it, `reader` reads those.
docs/search-format.md tells the format.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import lru_cache, partial
from operator import attrgetter
from pathlib import Path

from site_gen import cache, languages, output, parallel
from site_gen.dates import Date
from site_gen.model import Archive, Document, EntityKind, OutputFile
from site_gen.search import memory, merging, shards
from site_gen.search.codec import gaps, number
from site_gen.search.segment import Averages, Entry, groups_of
from site_gen.search.words import fold, split, stemming

FACETS: tuple[EntityKind, ...] = ("author", "place", "topic")
BYTES_OF_A_WORD = 6
MOST_PER_SHARD = 16
MERGED_AT_ONCE = 8
"""Runs of the alphabet that go to a worker together."""
SHORTEST_VARIANT = 4
"""Letters of a country's name that is searched for where another of its names is."""
FEW_GROUPS, FEW_BYTES = 2, 4_000_000
"""Up to so many groups to read, and bytes to merge, workers take longer to start than to work."""


@dataclass(frozen=True, slots=True)
class Index:
    """The files of an index, the path of its root from the site's root, its keys in the store."""

    files: tuple[OutputFile, ...] = ()
    root: str = ""
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """Where an index is made: the store that holds the bodies, and where its files are staged.

    `holds` tells whether the output folder holds a file already; without it, the file is read.
    """

    store: Path
    stage_folder: Path
    output_folder: Path
    program: str
    jobs: int | parallel.Elsewhere
    holds: Callable[[OutputFile], bool] | None = None


def make(archive: Archive, urls: Mapping[str, str], language: str, place: Place) -> Index:
    """Index every published article that does not say `noindex`.

    `urls` go by source path; `language` is that of articles that do not say.
    """
    indexed = {key: one for key, one in archive.articles.items() if not one.noindex}
    words = [document.words for document in indexed.values()]
    groups = groups_of(list(indexed), sum(words))
    mean = sum(words) * BYTES_OF_A_WORD // max(len(words), 1) + 1
    context = shards.Context(
        place.store,
        place.stage_folder,
        place.output_folder,
        place.program,
        Averages.of(words, [len(one.title.split()) for one in indexed.values()]),
        max(1, min(MOST_PER_SHARD, round(shards.DOCUMENT / mean))),
        len(groups),
    )

    names = {kind: _names(archive, kind) for kind in ("author", "place")}

    def told(keys: Sequence[str]) -> bytes:
        """All that the index says of articles beside their text."""
        parts = [language]
        for key in keys:
            one = indexed[key]
            parts += _fields(one)
            parts += key, urls[one.path], one.date.edtf if one.date else ""
            parts += [of.get(key, "") for of in names.values()]
            parts.append("\n".join([note.html for note in one.closing_notes]))
        text = "\0".join(parts)
        # Whatever the parts are, no others make the same.
        alike = text.count("\0") == len(parts) - 1
        return (text if alike else repr(parts)).encode("utf-8", "surrogatepass")

    def entries(keys: Sequence[str]) -> tuple[Entry, ...]:
        return tuple(
            _entry(
                indexed[key],
                urls[indexed[key].path],
                language,
                tuple(of.get(key, "") for of in names.values()),
            )
            for key in keys
        )

    return indexes(
        context,
        place,
        [Group(len(keys), partial(told, keys), partial(entries, keys)) for keys in groups],
        _variants(archive, indexed.keys(), language),
        partial(_columns, archive, [key for group in groups for key in group], language),
    )


@dataclass(frozen=True, slots=True)
class Group:
    """Articles that are indexed together: how many, all that they depend on, and they themselves,
    which are asked for where they are not in the store.
    """

    size: int
    about: Callable[[], bytes]
    entries: Callable[[], tuple[Entry, ...]]


def indexes(
    context: shards.Context,
    place: Place,
    groups: Sequence[Group],
    variants: Mapping[str, tuple[str, ...]],
    columns: Callable[[], Sequence[shards.Column]],
) -> Index:
    """Index groups of articles: make what is not in the store, or not in the output.

    `variants` are forms of words with stems beside their own. `columns` makes the facets, which is
    asked of it when the texts are done.
    """
    holds = place.holds or partial(output.holds, place.output_folder)
    blocks, keys = _blocks(context, place, groups, holds)
    parts, more = _parts(context, place, _merges(context, blocks, variants), holds)
    documents = [group for block in blocks for group in block.groups]
    sizes = [group.size for group in groups]
    files, root = shards.finish(context, sizes, documents, parts, columns())
    return Index(tuple(files), root, (*keys, *more))


def _blocks(
    context: shards.Context,
    place: Place,
    groups: Sequence[Group],
    holds: Callable[[OutputFile], bool],
) -> tuple[list[shards.Block], list[str]]:
    """All groups, indexed by blocks; what of it is in the store."""
    tasks: list[shards.BlockTask] = []
    found: list[shards.Block | None] = []
    keys: list[str] = []
    with cache.Store(context.store) as store:
        for first in range(0, len(groups), context.span):
            members = groups[first : first + context.span]
            key = shards.block_key(context, first, [group.about() for group in members])
            block = shards.kept_block(store, key)
            if block is None or not all(map(holds, block.files(first))):
                tasks.append(shards.BlockTask(key, first))
                shards.lay_out(store, tasks[-1], [group.entries() for group in members])
                block = None
            found.append(block)
            keys.append(f"block {key}")
    few = len(tasks) * context.span <= FEW_GROUPS
    if tasks:
        shards.load()
    if not few:
        memory.give_back()
    made = parallel.ordered_map(shards.read, tasks, context, 1 if few else place.jobs)
    blocks = [block or next(made) for block in found]
    keys += [f"piece {one.piece}" for block in blocks for one in block.pieces.values()]
    return blocks, keys


def _merges(
    context: shards.Context,
    blocks: Sequence[shards.Block],
    variants: Mapping[str, tuple[str, ...]],
) -> list[merging.MergeTask]:
    """What is to be merged, run of the alphabet by run of the alphabet."""
    pieces: dict[str, list[shards.Stored]] = {}
    for block in blocks:
        for run, piece in block.pieces.items():
            pieces.setdefault(run, []).append(piece)
    of_run: dict[str, dict[str, tuple[str, ...]]] = {}
    for form, stems in variants.items():
        of_run.setdefault(shards.run_of(form, context.letters), {})[form] = stems
    return [
        merging.MergeTask(run, tuple(pieces.get(run, ())), of_run.get(run, {}))
        for run in sorted(pieces.keys() | of_run.keys())
    ]


def _parts(
    context: shards.Context,
    place: Place,
    tasks: Sequence[merging.MergeTask],
    holds: Callable[[OutputFile], bool],
) -> tuple[list[shards.Part], list[str]]:
    """The shards of every run of the alphabet; what of it is in the store."""

    def whole(part: shards.Part) -> bool:
        return all(map(holds, part.files()))

    found: list[shards.Part | None] = []
    missing: list[merging.MergeTask] = []
    with cache.Store(context.store) as store:
        for task in tasks:
            part = merging.kept_part(store, task, task.key(context))
            found.append(part if part and whole(part) else None)
            if found[-1] is None:
                missing.append(merging.with_past(store, context, task, whole))
    # What is amended is little work.
    pieces = [piece for task in missing if not task.before for piece in task.pieces]
    few = sum(piece.size for piece in pieces) <= FEW_BYTES
    chunks = parallel.chunks(missing, MERGED_AT_ONCE)
    made = (
        part
        for parts in parallel.ordered_map(merging.merge, chunks, context, 1 if few else place.jobs)
        for part in parts
    )
    parts = [part or next(made) for part in found]
    named = zip(tasks, parts, strict=True)
    return parts, [name for task, part in named for name in merging.names(context, task, part)]


_fields = attrgetter("title", "summary", "language", "body")


def _names(archive: Archive, kind: EntityKind) -> dict[str, str]:
    """The names that each article credits. Most articles name what others name too."""
    entities, credits = archive.entities[kind], archive.credits[kind]
    each = {keys: "; ".join([entities[key].name for key in keys]) for keys in {*credits.values()}}
    return {article: each[keys] for article, keys in credits.items()}


def _entry(document: Document, url: str, language: str, names: tuple[str, ...]) -> Entry:
    """An article; `names` are its authors and its places."""
    return Entry(
        document.key,
        url,
        document.title,
        document.summary,
        document.language or language,
        document.body,
        "\n".join([note.html for note in document.closing_notes]),
        (*(_shown(document.date) if document.date else ("", "")), *names),
    )


@lru_cache(maxsize=10_000)
def _shown(date: Date) -> tuple[str, str]:
    """A date as results show it, and as EDTF. Many articles are of one day."""
    return date.label(), date.edtf


def _variants(archive: Archive, indexed: Set[str], language: str) -> dict[str, tuple[str, ...]]:
    """The one-word names of a registry entry or a country, each with the stems of the others.

    An entry that only articles outside the index name is left out with them.
    """
    stem_of = stemming(language)
    found: dict[str, set[str]] = {}
    for kind in FACETS:
        for entity in archive.entities[kind].values():
            if entity.articles and indexed.isdisjoint(entity.articles):
                continue
            names = [split(name) for name in (entity.name, *entity.aliases)]
            single = [words[0] for words in names if len(words) == 1]
            if entity.entry is None:
                # That `us` and `car` are countries too is no reason to search for them.
                single = [word for word in single if len(word) >= SHORTEST_VARIANT]
            for word in single:
                others = {stem_of(other)[1] for other in single}
                found.setdefault(fold(word), set()).update(others)
    return {form: tuple(sorted(others)) for form, others in found.items() if len(others) > 1}


def _columns(archive: Archive, order: Sequence[str], language: str) -> list[shards.Column]:
    """The facets: who, where (with all that lies around it), what, which language, when."""
    columns = []
    for kind in FACETS:
        entities = archive.entities[kind]
        # A place counts for all that it lies in, as on the pages of places.
        around = {key: archive.around(key) if kind == "place" else (key,) for key in entities}
        credits = archive.credits[kind]
        named = [credits.get(key, ()) for key in order]
        # Most articles name what others name too.
        each = {names: {one for near in names for one in around[near]} for names in set(named)}
        used = sorted(set().union(*each.values()))
        index = {key: at for at, key in enumerate(used)}
        values = tuple((entities[key].name, key, *entities[key].aliases) for key in used)
        rows = {names: _row(sorted(map(index.__getitem__, all))) for names, all in each.items()}
        columns.append(shards.Column(kind, values, "".join(map(rows.__getitem__, named))))
    tags = [archive.articles[key].language or language for key in order]
    known = {tag: at for at, tag in enumerate(sorted(set(tags)))}
    rows_of_tags = {tag: _row([at]) for tag, at in known.items()}
    tongues = tuple((languages.label(tag), tag) for tag in known)
    columns.append(shards.Column("lang", tongues, "".join(map(rows_of_tags.__getitem__, tags))))
    dates = [archive.articles[key].date for key in order]
    days = {date.edtf: date.listed.toordinal() for date in dates if date}
    start = min(days.values(), default=0)
    rows_of_dates = {edtf: _row([day - start]) for edtf, day in days.items()}
    text = "".join([rows_of_dates[date.edtf] if date else _row([]) for date in dates])
    columns.append(shards.Column("date", (("", str(start)),), text))
    return columns


def _row(indices: Sequence[int]) -> str:
    """What a facet says of an article that has the values of these indices."""
    return number(len(indices)) + gaps(indices)
