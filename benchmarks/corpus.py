"""Sites for measuring: as many articles as asked that behave like English news, always the same.

    python -m benchmarks.corpus FOLDER --shape short|long|huge [--articles N]

Words are invented, and their statistics are those of a language: frequencies fall by Zipf and
Mandelbrot's law with the function words of English at the head, new words keep coming (Heaps), a
stem has several forms, an article repeats the words of its subject, and subjects share words.
"""

from __future__ import annotations

import argparse
import datetime
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from pathlib import Path
from random import Random

SEED = 1_987
STEMS, CLUSTERS, CLUSTER_STEMS = 60_000, 200, 700
AUTHORS, PLACES, COUNTRIES, TOPICS = 400, 300, 40, 60
FIRST_NAMES, LAST_NAMES = 800, 9_000
AUTHOR_ENTRIES, TOWN_ENTRIES = 20, 60
FIRST_DAY, DAYS = datetime.date(1990, 1, 1), 20 * 365
OFFSET = 2.7
"""The constant that Mandelbrot added to a rank."""

_FUNCTION_WORDS = """
the of to and a in that is for it was on with as he be by at his from they are have this not has had
an were but who been their which will or its one she more said we also would her after about when
there new than up two into can all out first other people time over last some only could year no
most if them years may government him these against before between so three what made many because
under now where such our even did while since those both any during then my through should still
well being how much against down off own however few each too same until very your without like
"""
_ONSETS = """
b br c ch cl cr d dr f fl fr g gl gr h j l m n p pl pr qu r s sc sh sl sm sp st str t th tr v w y z
"""
_NUCLEI = "a a a e e e i i o o u ai ea ee ie oa oo ou"
_CODAS = "b ck d ft g l l m m n n nd nt p r r rd rk rm rt s ss st t th x"

FUNCTION_WORDS = tuple(dict.fromkeys(_FUNCTION_WORDS.split()))
"""Of English, the commonest first."""
FUNCTION_SHARE = 0.6
"""The share of them among the words of a text, before words of its subject take places."""
ONSETS, NUCLEI, CODAS = tuple(_ONSETS.split()), tuple(_NUCLEI.split()), tuple(_CODAS.split())


@dataclass(frozen=True, slots=True)
class Shape:
    """How many articles, and how many characters the body of one has, on average."""

    articles: int
    characters: int
    markdown: bool


SHAPES = {
    "short": Shape(19_000, 1_000, False),
    "long": Shape(10_000, 8_000, True),
    "huge": Shape(100_000, 1_000, False),
}


@dataclass(frozen=True, slots=True)
class Draw:
    """Things and how often each is drawn."""

    things: Sequence[str]
    cumulated: Sequence[float]

    def some(self, random: Random, count: int) -> list[str]:
        """`count` of the things, with repetitions."""
        return random.choices(self.things, cum_weights=self.cumulated, k=count)

    def few(self, random: Random, count: int) -> list[str]:
        """`count` of the things or fewer, none twice."""
        return list(dict.fromkeys(self.some(random, count)))


def falling(things: Sequence[str], exponent: float = 1.0, offset: float = OFFSET) -> Draw:
    """Things drawn by Zipf and Mandelbrot's law, the first most often."""
    return Draw(things, list(accumulate((n + offset) ** -exponent for n in range(len(things)))))


class Language:
    """An invented language that is written like English: its words and how often each is used."""

    def __init__(self, seed: int = SEED) -> None:
        random = Random(seed)
        taken = set(FUNCTION_WORDS)
        self.stems = [_word(random, _syllables(random, rank), taken) for rank in range(STEMS)]
        self.first_names = falling(_names(random, FIRST_NAMES, taken))
        self.last_names = falling(_names(random, LAST_NAMES, taken), 0.8)
        self.places = falling(_names(random, PLACES, taken), 0.9)
        first, last = self.first_names.things, self.last_names.things
        self.authors = falling([f"{first[n]} {last[n]}" for n in range(AUTHORS)])
        self.topics = falling([stem.capitalize() for stem in self.stems[500 : 500 + TOPICS]], 0.7)
        self.clusters = [self._cluster(random) for _ in range(CLUSTERS)]

    def _cluster(self, random: Random) -> Draw:
        """The words of a subject: not the commonest of the language, some shared with others."""
        ranks = random.sample(range(100, 8_000), CLUSTER_STEMS * 7 // 8)
        ranks += random.sample(range(8_000, STEMS), CLUSTER_STEMS - len(ranks))
        random.shuffle(ranks)
        return _inflected([self.stems[rank] for rank in ranks], 0.8)

    @cached_property
    def general(self) -> Draw:
        """The words of any text, function words among them."""
        function, other = falling(FUNCTION_WORDS), _inflected(self.stems, 1.2)
        scale = FUNCTION_SHARE / (1 - FUNCTION_SHARE)
        scale *= other.cumulated[-1] / function.cumulated[-1]
        head = [weight * scale for weight in function.cumulated]
        return Draw(
            [*function.things, *other.things],
            [*head, *(head[-1] + weight for weight in other.cumulated)],
        )

    def country(self, place: str) -> str:
        """The place that a place lies in; "" for a country."""
        rank = self.places.things.index(place)
        return "" if rank % 7 == 0 else self.places.things[rank * 31 % COUNTRIES * 7]

    def person(self, random: Random) -> str:
        """The name of somebody whom the news speaks of."""
        return f"{self.first_names.some(random, 1)[0]} {self.last_names.some(random, 1)[0]}"


def _syllables(random: Random, rank: int) -> int:
    """The commoner a word, the shorter."""
    return 1 + (rank > random.randrange(2_500)) + (rank > random.randrange(8_000, 120_000))


def _word(random: Random, syllables: int, taken: set[str]) -> str:
    while True:
        parts = [random.choice(ONSETS) + random.choice(NUCLEI) for _ in range(syllables)]
        word = "".join(parts) + random.choice(CODAS)
        if len(word) > 2 and word not in taken:
            taken.add(word)
            return word
        syllables += random.random() < 0.1


def _names(random: Random, count: int, taken: set[str]) -> list[str]:
    return [_word(random, 1 + (n > 60), taken).capitalize() for n in range(count)]


def _inflected(stems: Sequence[str], exponent: float) -> Draw:
    """The forms of stems, each with its share of what its stem has by Zipf and Mandelbrot's law."""
    forms: list[str] = []
    weights: list[float] = []
    for rank, stem in enumerate(stems):
        weight = (rank + OFFSET) ** -exponent
        plural = f"{stem}es" if stem.endswith(("s", "x", "th")) else f"{stem}s"
        shares = ((stem, 0.6), (plural, 0.2), (f"{stem}ed", 0.12), (f"{stem}ing", 0.08))
        for form, share in shares[: 4 if rank % 3 else 2]:
            forms.append(form)
            weights.append(weight * share)
    return Draw(forms, list(accumulate(weights)))


@dataclass(frozen=True, slots=True)
class Article:
    """One article: its path from the site, and its file's text in two parts."""

    path: str
    front: str
    body: str


class Writer:
    """Writes the articles of a site one after the other."""

    def __init__(self, language: Language, shape: Shape) -> None:
        self.language = language
        self.shape = shape
        self.random = Random(SEED + 1)
        self.cluster_of = falling([str(number) for number in range(CLUSTERS)], 0.6)

    def articles(self, count: int) -> Iterator[Article]:
        """The first `count` articles of this shape."""
        before = ""
        for number in range(count):
            article = self._article(number, before)
            before = article.path
            yield article

    def _article(self, number: int, before: str) -> Article:
        random, language = self.random, self.language
        cluster = int(self.cluster_of.some(random, 1)[0])
        characters = int(self.shape.characters * random.triangular(0.35, 1.85, 0.8))
        # An article says the same few things again and again.
        subject = language.clusters[cluster].some(random, 14 + characters // 110)
        people = [language.person(random) for _ in range(2 + characters // 2_500)]
        places = language.places.few(random, random.choice((1, 1, 2)))
        names = [*people, *(person.split()[1] for person in people), *places]
        date = FIRST_DAY + datetime.timedelta(random.randrange(DAYS))
        title = self._title(subject, names)
        front = {
            "title": title,
            "date": date.isoformat(),
            "authors": language.authors.few(random, random.choice((1, 1, 1, 2))),
            "places": places,
            "topics": [language.topics.things[cluster % TOPICS]],
        }
        if random.random() < 0.3:
            front["topics"] = list(
                dict.fromkeys([*front["topics"], *language.topics.some(random, 1)])
            )
        if random.random() < 0.6:
            front["source_url"] = f"https://news.example/{date.year}/{number}"
        if random.random() < 0.3:
            front["summary"] = self._sentence(subject, names)
        slug = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")
        lines = [f"{key}: {json.dumps(value)}" for key, value in front.items()]
        return Article(
            f"content/articles/{date:%Y/%m}/{number:06d}-{slug}.md",
            "\n".join(["---", *lines, "---", "", ""]),
            "\n\n".join(self._blocks(characters, subject, names, before)) + "\n",
        )

    def _title(self, subject: Sequence[str], names: Sequence[str]) -> str:
        words = self.random.choices(subject, k=self.random.randrange(3, 6))
        words.insert(2, self.random.choice(FUNCTION_WORDS[:20]))
        if self.random.random() < 0.5:
            words.append(self.random.choice(names))
        return " ".join([words[0].capitalize(), *words[1:]])

    def _sentence(self, subject: Sequence[str], names: Sequence[str]) -> str:
        random = self.random
        words = self.language.general.some(random, random.randrange(8, 28))
        about = random.randrange(3, 6)
        places = range(random.randrange(about), len(words), about)
        for place, word in zip(places, random.choices(subject, k=len(places)), strict=True):
            words[place] = word
        kind = random.random()
        if kind < 0.45:
            words[random.randrange(1, len(words))] = random.choice(names)
        elif kind < 0.6:
            words[random.randrange(1, len(words))] = str(int(10 ** random.uniform(0, 4)))
        elif kind < 0.64:
            # Names and slips of the pen that stand nowhere else keep a vocabulary growing.
            at = random.randrange(1, len(words))
            words[at] += random.choice(ONSETS) + random.choice(NUCLEI) + random.choice(CODAS)
        if len(words) > 16:
            words[len(words) // 2] += ","
        text = " ".join(words)
        return text[0].upper() + text[1:] + "."

    def _blocks(
        self, characters: int, subject: Sequence[str], names: Sequence[str], before: str
    ) -> Iterator[str]:
        """Paragraphs, and in long articles now and then something else, of so many characters."""
        left, number = characters, 0
        while left > 0:
            block = self._paragraph(min(left, self.random.randrange(250, 700)), subject, names)
            number += 1
            if self.shape.markdown:
                block = self._marked_up(block, number, subject, names, before)
            yield block
            left -= len(block) + 2

    def _paragraph(self, characters: int, subject: Sequence[str], names: Sequence[str]) -> str:
        sentences: list[str] = []
        # The last sentence ends beyond the mark as often as before it.
        while characters > 50 or not sentences:
            sentences.append(self._sentence(subject, names))
            characters -= len(sentences[-1]) + 1
        return " ".join(sentences)

    def _marked_up(
        self, block: str, number: int, subject: Sequence[str], names: Sequence[str], before: str
    ) -> str:
        first, _, rest = block.partition(" ")
        match number % 9:
            case 2 if before:
                return f"[{first}]({_from_article(before)}) {rest}"
            case 3:
                return f"*{first}* {rest}"
            case 4:
                return f"## {' '.join(self.random.choices(subject, k=3)).capitalize()}\n\n{block}"
            case 5:
                return f"{block} **{self.random.choice(names)}** and [more](https://news.example/)."
            case 6:
                items = (self._sentence(subject, names) for _ in range(3))
                return "\n".join(f"- {item}" for item in items)
            case 7:
                return f"> {block}"
            case _:
                return block


def _from_article(path: str) -> str:
    """The link to an article from another."""
    return "../../" + path.removeprefix("content/articles/")


def _entries(language: Language) -> Iterator[tuple[str, str]]:
    """Registry entries of some authors and places, as (path, text)."""
    for number, name in enumerate(language.authors.things[:AUTHOR_ENTRIES]):
        text = f"{name} has written of these things since {1960 + number}."
        path = f"content/authors/{name.lower().replace(' ', '-')}.md"
        yield path, f"---\nname: {name}\n---\n\n{text}\n"
    countries = range(0, PLACES, 7)[:COUNTRIES]
    towns = [rank for rank in range(PLACES) if rank % 7][:TOWN_ENTRIES]
    for rank in (*countries, *towns):
        name = language.places.things[rank]
        parent = language.country(name)
        around = f"parent: {parent}\n" if parent else ""
        yield f"content/places/{name.lower()}.yml", f"name: {name}\n{around}"


def write(folder: Path, shape: str, articles: int | None = None) -> None:
    """Write a site of a shape, of as many articles as it says or as are asked, into a folder.

    The folder is made; it should be empty. The same arguments give the same bytes. Raises KeyError
    for a shape that is not in SHAPES, and OSError.
    """
    known = SHAPES[shape]
    language = Language()
    settings = "title: A measured archive\nurl: https://archive.example/\nlanguage: en\n"
    made: set[Path] = set()

    def put(path: str, text: str) -> None:
        target = folder / path
        if target.parent not in made:
            target.parent.mkdir(parents=True, exist_ok=True)
            made.add(target.parent)
        target.write_bytes(text.encode())

    put("site.yml", settings)
    for path, text in _entries(language):
        put(path, text)
    for one in Writer(language, known).articles(known.articles if articles is None else articles):
        put(one.path, one.front + one.body)


def bodies(folder: Path) -> Iterator[tuple[Path, str, str]]:
    """Every article of a corpus, by path: its path, its title and its body."""
    for path in sorted((folder / "content" / "articles").rglob("*.md")):
        _, front, body = path.read_text("utf-8").split("---\n", 2)
        title = next(line for line in front.splitlines() if line.startswith("title: "))
        yield path, json.loads(title.removeprefix("title: ")), body.lstrip("\n")


def queries(folder: Path, count: int = 20) -> list[str]:
    """What readers might ask of a corpus: one, two or three words, common and rare, by turns.

    The words of a question stand together in one of its articles, so each question has an answer.
    """
    paths = sorted((folder / "content" / "articles").rglob("*.md"))
    step = max(1, len(paths) // 500)
    sample = [_words(path) for path in paths[::step]]
    held = Counter(word for words in sample for word in words)
    random = Random(SEED + 2)
    asked: dict[str, None] = {}
    while len(asked) < count:
        words = sorted(random.choice(sample), key=lambda word: (-held[word], word))
        number = len(asked)
        # Of an article's words the commonest third, or the rarest.
        third = max(3, len(words) // 3)
        among = words[:third] if number % 2 == 0 else words[-third:]
        asked[" ".join(random.sample(among, number % 3 + 1))] = None
    return list(asked)


def _words(path: Path) -> list[str]:
    """The words of an article that are worth asking for."""
    _, _, body = path.read_text("utf-8").split("---\n", 2)
    words = dict.fromkeys(re.findall(r"\b[a-z]{4,}\b", body.lower()))
    return [word for word in words if word not in FUNCTION_WORDS]


def main() -> None:
    """Write the corpus that the arguments ask for."""
    parser = argparse.ArgumentParser(prog="benchmarks.corpus", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--shape", choices=SHAPES, default="short")
    parser.add_argument("--articles", type=int)
    asked = parser.parse_args()
    write(asked.folder, asked.shape, asked.articles)


if __name__ == "__main__":
    main()
