"""The search index of an archive: which articles are in it, and its files.

`layout` says where an article stands in it, `facets` who and what it names. `words`, `text`,
`columns`, `coding` and `segment` read articles, `amending` replaces a few, `joining` and `merging`
put what they hold together by runs of the alphabet, of which `rows` cuts and changes the rows,
`shards` makes files of it, `reader` reads those.
docs/search-format.md tells the format.
"""

from __future__ import annotations

import hashlib
import pickle
from array import array
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import replace
from functools import cache as cached
from functools import partial
from itertools import chain, repeat
from operator import attrgetter
from pathlib import Path
from typing import Any

from site_gen import cache, compact, memory, output, parallel
from site_gen.dates import Date
from site_gen.frozen import frozen
from site_gen.model import Archive, Document, Entity, EntityKind, OutputFile
from site_gen.search import facets, merging, shards
from site_gen.search.layout import Kept, Layout, spans
from site_gen.search.numbering import Members, groups_of, number_of_groups
from site_gen.search.segment import Averages, Entry, average, mean
from site_gen.search.words import fold, split, stemming
from site_gen.tokens import telling

BYTES_OF_A_WORD = 6
MOST_PER_SHARD = 16
"""Articles that a document shard is to hold."""
MERGED_AT_ONCE = 8
"""Runs of the alphabet that go to a worker together."""
SHORTEST_VARIANT = 4
"""Letters of a country's name that is searched for where another of its names is."""
FEW_GROUPS, FEW_BYTES = 2, 4_000_000
"""Up to so many groups to read, and bytes to merge, workers take longer to start than to work."""


Named = tuple[Callable[[Iterable[str]], Iterator[str]], ...]
"""What gives for articles, by their keys, whom or what each names, kind by kind."""


@frozen
class Index:
    """The files of an index, the path of its root from the site's root, its keys in the store."""

    files: tuple[OutputFile, ...] = ()
    root: str = ""
    keys: tuple[str, ...] = ()

    def __reduce__(self) -> tuple[Any, ...]:
        # It has thousands of files, and may come from another process.
        return _index, (compact.columns(OutputFile, self.files), self.root, self.keys)


def _index(files: compact.Columns, root: str, keys: tuple[str, ...]) -> Index:
    return Index(tuple(compact.values(OutputFile, [files])), root, keys)


@frozen
class Place:
    """Where an index is made: the store that holds the bodies, and where its files are staged.

    `holds` tells whether the output folder holds a file already; without it, the file is read.
    `plan` is the key of the site's plan, which says all of it but its texts, and `earlier` that of
    the plan that it was amended from, if it was, with documents that `came`, by path.
    """

    store: Path
    stage_folder: Path
    output_folder: Path
    program: str
    jobs: int | parallel.Elsewhere
    holds: Callable[[OutputFile], bool] | None = None
    plan: str = ""
    earlier: str = ""
    came: Collection[str] = ()

    def held(self, file: OutputFile) -> bool:
        """Whether the output folder holds a file already."""
        return self.holds(file) if self.holds else output.holds(self.output_folder, file)

    def has(self, file: OutputFile) -> bool:
        """Whether a file is there already, to be published or published before."""
        return self.held(file) or output.staged(self.stage_folder, file)


def prepared(
    archive: Archive, urls: Mapping[str, str], language: str, place: Place
) -> Callable[[], Index]:
    """What indexes every published article that does not say `noindex`. What it needs of them
    beside their texts and facets is in the store then.

    `urls` go by source path; `language` is that of articles that do not say.
    """
    decided = _decided(archive, urls, language, place)
    groups = _groups(decided, urls, language)
    index = prepared_groups(decided.context, place, groups, decided.layout.variants, decided.facets)

    def make() -> Index:
        made = index()
        return replace(made, keys=(*made.keys, *map(decided.kept.key, KEPT)))

    return make


def load() -> None:
    """Load what indexing needs: copies of this process have it then."""
    shards.load()


@frozen
class _Decided:
    """What a plan decides of an index. `named` gives the authors and the places of articles,
    `bodies` are the keys of the texts of those that are `listed`.
    """

    listed: Sequence[Document]
    bodies: Sequence[str]
    named: Named
    kept: Kept
    layout: Layout
    context: shards.Context
    facets: Callable[[], shards.Facets]


def _decided(archive: Archive, urls: Mapping[str, str], language: str, place: Place) -> _Decided:
    listed = [one for one in archive.articles.values() if not one.noindex]
    # All that is asked of each at once: they lie far from each other in memory.
    asked = attrgetter("words", "telling", "body")
    words, telling, bodies = zip(*map(asked, listed), strict=True) if listed else ((), (), ())
    wanted = number_of_groups(len(listed), sum(words))
    named = _named(archive)
    kept = Kept(place.store, place.program, place.plan, language, wanted)
    layout, stand = _layout(kept, archive, listed, urls, named, place)
    context = shards.Context(
        place.store,
        place.stage_folder,
        place.output_folder,
        place.program,
        Averages(average(telling), mean(sum(layout.titles), len(listed))),
        places_per_shard(words, sum(layout.rooms)),
        wanted,
    )

    def columns() -> Sequence[shards.Column]:
        data = kept.get("rows")
        plan, last = pickle.loads(data) if data is not None else ("", ())
        known = last if plan and plan == place.earlier else ()
        made, rows = facets.columns(archive, listed, layout.spread(), language, known, stand)
        kept.put("rows", pickle.dumps((kept.plan, rows), pickle.HIGHEST_PROTOCOL))
        return made

    made = partial(_facets, kept, context, place, columns)
    return _Decided(listed, bodies, named, kept, layout, context, made)


def _groups(decided: _Decided, urls: Mapping[str, str], language: str) -> list[Group]:
    """The articles of an index as they are indexed together."""
    layout, named = decided.layout, decided.named
    shown = cached(_shown)

    def group(here: slice, room: int, told: str) -> Group:
        def entries() -> tuple[Entry, ...]:
            articles = list(map(decided.listed.__getitem__, layout.order[here]))
            names = zip(*(of([one.key for one in articles]) for of in named), strict=True)
            each = zip(layout.places[here], articles, names, strict=True)
            return tuple(
                _entry(one, urls[one.path], language, (*shown(one.date), *both), place)
                for place, one, both in each
            )

        return Group(room, told, bodies[here], entries)

    bodies = list(map(decided.bodies.__getitem__, layout.order))
    return list(map(group, spans(layout.sizes), layout.rooms, layout.told))


def places_per_shard(words: Sequence[int], places: int) -> int:
    """How many places a document shard is for, where articles of so many words have them."""
    articles = max(len(words), 1)
    mean = sum(words) * BYTES_OF_A_WORD // articles + 1
    return max(1, round(min(MOST_PER_SHARD, shards.DOCUMENT / mean) * places / articles))


KEPT = "layout", "facets", "rows"
"""The kinds of what is kept of a plan."""


def _layout(
    kept: Kept,
    archive: Archive,
    articles: Sequence[Document],
    urls: Mapping[str, str],
    named: Named,
    place: Place,
) -> tuple[Layout, list[bool]]:
    """The groups of articles, as the store has them if their plan is the last, or made; and which
    of them stand since the plan that this one was amended from.
    """
    data = kept.get("layout")
    last = Layout.unpacked(data) if data is not None else None
    if last is not None and last.plan == kept.plan:
        return last, [False] * len(last.sizes)
    keys = [one.key for one in articles]
    known = last.members() if last is not None else ()
    groups = groups_of(keys, kept.groups, known)
    at = dict(zip(keys, range(len(keys)), strict=True))
    names = list(chain.from_iterable(members.keys for members in groups))
    order = array("I", list(map(at.__getitem__, names)))
    sizes = tuple(len(members.keys) for members in groups)
    stand = [""] * len(groups)
    if last is not None and place.earlier and last.plan == place.earlier:
        came = {one.key for one in articles if one.path in place.came}
        stand = list(_standing(groups, known, last.told, came))
    others = [order[here] for here, digest in zip(spans(sizes), stand, strict=True) if not digest]
    made = _told(kept.language, articles, urls, named, others)
    told = tuple(digest or next(made) for digest in stand)
    layout = Layout(
        order,
        array("I", chain.from_iterable(members.places for members in groups)),
        sizes,
        tuple(members.room for members in groups),
        told,
        tuple(_titles(articles, order, sizes, told, last)),
        _variants(archive, {*keys}, kept.language),
        kept.plan,
        "\0".join(names),
    )
    kept.put("layout", layout.packed())
    return layout, list(map(bool, stand))


def _standing(
    groups: Sequence[Members], known: Sequence[Members], told: Sequence[str], came: Set[str]
) -> Iterator[str]:
    """What was told of each group that is one of the known, and in which no article came; empty for
    all others.
    """
    for one, other, digest in zip(groups, known, told, strict=True):
        yield digest if one is other and came.isdisjoint(one.keys) else ""


def _told(
    language: str,
    articles: Sequence[Document],
    urls: Mapping[str, str],
    named: Named,
    groups: Sequence[Sequence[int]],
) -> Iterator[str]:
    """For each group the digest of all that the index says of its articles, by where they stand,
    beside their texts, and of the language of those that do not say.
    """
    fields = ("key", "title", "summary", "language", "publication", "path", "date", "closing_notes")
    some = list(map(articles.__getitem__, chain.from_iterable(groups)))
    *columns, paths, dates, notes = (list(map(attrgetter(one), some)) for one in fields)
    columns += [
        list(map(urls.__getitem__, paths)),
        [one.edtf if one else "" for one in dates],
        ["\n".join([note.html for note in some]) if some else "" for some in notes],
        *(list(of(columns[0])) for of in named),
    ]
    rows = list(map("\0".join, zip(*columns, strict=True)))
    for here in spans(map(len, groups)):
        told = rows[here]
        text = "\0".join([language, *told])
        if text.count("\0") != len(columns) * len(told):
            # Where something said has one in it, other articles may make the same.
            text = repr((language, [one[here] for one in columns]))
        yield hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _titles(
    articles: Sequence[Document],
    order: Sequence[int],
    sizes: Iterable[int],
    told: Sequence[str],
    last: Layout | None,
) -> Iterator[int]:
    """How many words the titles of each group have: as many as in the `last` layout, where all that
    is told of its articles is the same.
    """
    known = dict(zip(last.told, last.titles, strict=True)) if last else {}
    for here, digest in zip(spans(sizes), told, strict=True):
        if digest in known:
            yield known[digest]
        else:
            yield sum(telling(articles[at].title.split()) for at in order[here])


def _facets(
    kept: Kept,
    context: shards.Context,
    place: Place,
    columns: Callable[[], Sequence[shards.Column]],
) -> shards.Facets:
    """The facets, as the store has them under their plan if their files are there, or made."""
    data = kept.get("facets")
    found = shards.Facets.unpacked(data) if data is not None else None
    if found is None or not all(map(place.has, found.files())):
        found = shards.facets(context, columns())
        kept.put("facets", found.packed())
    return found


@frozen
class Group:
    """Articles that are indexed together: how many places there are, what stands for all that they
    depend on but texts, the keys of these, and they themselves by their places, which are asked for
    where they are not in the store.
    """

    room: int
    told: str
    bodies: Sequence[str]
    entries: Callable[[], tuple[Entry, ...]]


def prepared_groups(
    context: shards.Context,
    place: Place,
    groups: Sequence[Group],
    variants: Mapping[str, tuple[str, ...]],
    facets: Callable[[], shards.Facets],
) -> Callable[[], Index]:
    """What indexes groups of articles: makes what is not in the store, or not in the output. They
    are in the store then, but for their texts.

    `variants` are forms of words with stems beside their own. `facets` makes the facets, which is
    asked of it when the texts are done.
    """
    tasks = _tasks(context, place, groups)

    def make() -> Index:
        blocks, keys = _blocks(context, place, tasks)
        parts, more = _parts(context, place, _merges(context, blocks, variants))
        documents = [group for block in blocks for group in block.groups]
        articles = sum(len(group.bodies) for group in groups)
        rooms = [group.room for group in groups]
        files, root = shards.finish(context, articles, rooms, documents, parts, facets())
        return Index(tuple(files), root, (*keys, *more))

    return make


@frozen
class _Tasks:
    """The blocks of an index that are `found` in the store, None for others, for which something is
    `wanted`; the keys of what the store is to hold of all.
    """

    found: Sequence[shards.Block | None]
    wanted: Sequence[shards.BlockTask]
    keys: Sequence[str]


def _tasks(context: shards.Context, place: Place, groups: Sequence[Group]) -> _Tasks:
    """What is to be read, by blocks of groups, whose articles the store has then."""
    found: list[shards.Block | None] = []
    wanted: list[shards.BlockTask] = []
    keys = [shards.articles_key(context, group.told) for group in groups]
    with cache.Store(context.store) as store:
        for first in range(0, len(groups), context.span):
            members = groups[first : first + context.span]
            about = ["\0".join([one.told, *one.bodies]).encode() for one in members]
            key = shards.block_key(context, first, about)
            block = shards.kept_block(store, key)
            if block is None or not all(map(place.has, block.files(first))):
                for one in members:
                    shards.lay_out(store, context, one.told, one.entries)
                columns = zip(*((one.room, one.told, one.bodies) for one in members), strict=True)
                wanted.append(shards.BlockTask(key, first, *columns))
                block = None
            found.append(block)
            keys += f"block {key}", shards.last_key(context, first)
    return _Tasks(found, wanted, keys)


def _blocks(
    context: shards.Context, place: Place, tasks: _Tasks
) -> tuple[list[shards.Block], list[str]]:
    """All groups, indexed by blocks; what of it is in the store."""
    few = len(tasks.wanted) * context.span <= FEW_GROUPS
    if not few:
        shards.load()
        memory.give_back()
    made = parallel.ordered_map(shards.read, tasks.wanted, context, 1 if few else place.jobs)
    blocks = [block or next(made) for block in tasks.found]
    pieces = [f"piece {one.piece}" for block in blocks for one in block.pieces.values()]
    return blocks, [*tasks.keys, *pieces]


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
) -> tuple[list[shards.Part], list[str]]:
    """The shards of every run of the alphabet; what of it is in the store."""

    def whole(part: shards.Part) -> bool:
        return all(map(place.held, part.files()))

    keys = [task.key(context) for task in tasks]
    with cache.Store(context.store) as store:
        kept = merging.kept_parts(store, [task.run for task in tasks], keys)
        found = [part if part and whole(part) else None for part in kept]
        missing = [task for task, part in zip(tasks, found, strict=True) if part is None]
        missing = merging.with_past(store, context, missing, whole)
    # What is amended is little work.
    pieces = [piece for task in missing if task.part is None for piece in task.pieces]
    few = sum(piece.size for piece in pieces) <= FEW_BYTES
    chunks = [missing] if few and missing else parallel.chunks(missing, MERGED_AT_ONCE)
    made = (
        part
        for parts in parallel.ordered_map(merging.merge, chunks, context, 1 if few else place.jobs)
        for part in parts
    )
    parts = [part or next(made) for part in found]
    named = zip(keys, parts, strict=True)
    return parts, [name for key, part in named for name in merging.names(context, key, part)]


def _named(archive: Archive) -> Named:
    """What gives the authors of articles, and what gives their places, as results show them."""

    def of(kind: EntityKind) -> Callable[[Iterable[str]], Iterator[str]]:
        entities, credits = archive.entities[kind], archive.credits[kind]
        filed = cached(lambda key: _filed(entities[key]))

        def names(articles: Iterable[str]) -> Iterator[str]:
            keys = list(map(credits.get, articles, repeat(())))
            # Most articles name what others name too.
            called = {some: "; ".join(map(filed, some)) for some in {*keys}}
            return map(called.__getitem__, keys)

        return names

    return of("author"), of("place")


def _filed(entity: Entity) -> str:
    """A name; `|` stands before the family name of a person who is filed by it."""
    family, _, given = entity.filed.partition(", ")
    if given and entity.name == f"{given} {family}" and "|" not in entity.name:
        return f"{given} |{family}"
    return entity.name.replace("|", "¦")


def _entry(
    document: Document, url: str, language: str, shown: tuple[str, ...], place: int
) -> Entry:
    """An article; `shown` are its date, its authors and its places as results have them, `place` is
    that in its group.
    """
    return Entry(
        document.key,
        url,
        document.title,
        document.summary,
        document.language or language,
        document.body,
        "\n".join([note.html for note in document.closing_notes]),
        (*shown, document.publication),
        place,
    )


def _shown(date: Date | None) -> tuple[str, str]:
    """A date as results show it, and as EDTF."""
    return (date.label(), date.edtf) if date else ("", "")


def _variants(archive: Archive, indexed: Set[str], language: str) -> dict[str, tuple[str, ...]]:
    """The one-word names of a registry entry or a country, each with the stems of the others.

    An entry that only articles outside the index name is left out with them.
    """
    stem_of = stemming(language)
    found: dict[str, set[str]] = {}
    for kind in facets.KINDS:
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
