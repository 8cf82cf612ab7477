"""The Jinja2 templates: where they are found, and what is wrong with them."""

from __future__ import annotations

import contextlib
import hashlib
import pickle
import sys
import traceback
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property, lru_cache
from importlib.util import cache_from_source
from pathlib import Path
from typing import Any

import jinja2
from jinja2.bccache import Bucket
from jinja2.meta import find_referenced_templates

from site_gen import theme
from site_gen.cache import PAST, Store, digest_of, program_digest
from site_gen.diagnostics import Diagnostic, Location, error
from site_gen.render.engine import Environment
from site_gen.whole import becoming

TEMPLATE_OF = {
    "home": "home.html",
    "article": "article.html",
    "author": "entity.html",
    "place": "entity.html",
    "topic": "entity.html",
    "series": "entity.html",
    "list": "list.html",
    "index": "index.html",
    "page": "page.html",
    "search": "search.html",
    "withdrawn": "withdrawn.html",
    "redirect": "redirect.html",
    "held": "held.html",
    "coverage": "coverage.html",
    "data": "data.html",
    "404": "404.html",
}

WORDS = "words.html"
"""The template of the site's words, which every page may show."""
THEME = "theme/"
"""What stands before the name of a template to say that it is the theme's."""


class Compiled(jinja2.BytecodeCache):
    """What templates were compiled to, for the processes and builds to come: in the store of the
    site, and that of the theme's own templates also beside the code of site_gen, for new sites.

    Jinja2 compares the source of each with that which it was made from.
    """

    def __init__(self, folder: Path) -> None:
        """Take what the store in `folder` has."""
        self.folder = folder
        self.key = f"{PAST}{program_digest()} templates"
        with Store(folder) as store:
            data = store.get(self.key)
        self.code: dict[str, bytes] = {} if data is None else pickle.loads(data)
        self.new: dict[str, bytes] = {}
        self.of_theme: dict[str, bytes] = {}

    @cached_property
    def shipped(self) -> dict[str, bytes]:
        """The code of the theme's templates that some build of this program has compiled."""
        return _beside_the_program()

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill in the code of a template, if it is known."""
        known = self.code if bucket.key in self.code else self.shipped
        if bucket.key in known:
            bucket.bytecode_from_string(known[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Take the code of a template that was compiled just now."""
        code: Any = bucket.code
        self._take(bucket.key, bucket.bytecode_to_string(), code.co_filename)

    def mentioned(self, source: str, file: str, environment: Environment) -> list[str | None]:
        """The names of templates that one mentions; None for one that it works out. Raises
        TemplateError if it is broken.
        """
        key = f"mentioned in {digest_of(source)}"
        known = self.code if key in self.code else self.shipped
        if key not in known:
            names = list(find_referenced_templates(environment.parse(source)))
            self._take(key, pickle.dumps(names), file)
            return names
        found: list[str | None] = pickle.loads(known[key])
        return found

    def _take(self, key: str, made: bytes, file: str) -> None:
        self.code[key] = self.new[key] = made
        if Path(file).is_relative_to(theme.folder("templates")):
            self.of_theme[key] = made

    def keep(self) -> None:
        """Put what is new into the store, and beside the program."""
        if self.new:
            with Store(self.folder) as store:
                store.put([(self.key, pickle.dumps(self.code))])
        if self.of_theme:
            _keep_beside_the_program({**_beside_the_program(), **self.of_theme})
        self.new, self.of_theme = {}, {}


def _place_beside_the_program() -> Path | None:
    """The file for the code of the theme's templates, where Python keeps its own; None if there
    is no such place.
    """
    try:
        return Path(cache_from_source(str(theme.PACKAGE / "theme.html"))).with_suffix(".code")
    except NotImplementedError:
        return None


def _beside_the_program() -> dict[str, bytes]:
    """What lies beside the program. What is damaged, or of another program, is none."""
    place = _place_beside_the_program()
    try:
        data = place.read_bytes() if place else b""
    except OSError:
        return {}
    digest, packed = data[:32], data[32:]
    if digest != _checked(packed):
        return {}
    code: dict[str, bytes] = pickle.loads(packed)
    return code


def _keep_beside_the_program(code: dict[str, bytes]) -> None:
    """Keep code for new sites, if Python keeps its own and the place may be written to."""
    place = _place_beside_the_program()
    if place and not sys.dont_write_bytecode:
        packed = pickle.dumps(code)
        with contextlib.suppress(OSError), becoming(place) as file:
            file.write_bytes(_checked(packed) + packed)


def _checked(packed: bytes) -> bytes:
    """A digest of code and of the program that it is for."""
    return hashlib.sha256(program_digest().encode() + packed).digest()


class Own(jinja2.FileSystemLoader):
    """The site's own templates. What its words.html lacks is there as the theme says it."""

    def get_source(
        self, environment: jinja2.Environment, template: str
    ) -> tuple[str, str, Callable[[], bool]]:
        """The source of a template; that of the words ends with what takes the theme's."""
        source, path, current = super().get_source(environment, template)
        if template == WORDS:
            source += _rest_of_the_words(environment)
        return source, path, current


def _rest_of_the_words(environment: jinja2.Environment) -> str:
    """Jinja that sets each name of the theme's words which is not set, and completes its dicts."""
    said = vars(environment.get_template(THEME + WORDS).module)
    parts = [f'{{% import "{THEME}{WORDS}" as _theme %}}']
    for name in [name for name in said if not name.startswith("_")]:
        if isinstance(said[name], dict):
            parts.append(f"{{% set {name} = dict(_theme.{name}, **({name} | default({{}}))) %}}")
        else:
            parts.append(f"{{% set {name} = {name} | default(_theme.{name}) %}}")
    return "".join(parts)


@lru_cache(maxsize=2)
def environment(site: Path, digest: str, store: Path) -> Environment:
    """The templates: the site's own first, then the theme's, which are also below `theme/`.

    What was compiled once is there for all that render the templates of one digest in this
    process, and in `store` for others. Raises CacheBroken if that cannot be read.
    """
    default = jinja2.FileSystemLoader(theme.folder("templates"))
    made = Environment(
        loader=jinja2.ChoiceLoader(
            [
                Own(site / "templates"),
                default,
                jinja2.PrefixLoader({THEME.rstrip("/"): default}),
            ]
        ),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
        cache_size=-1,
        bytecode_cache=Compiled(store),
    )
    made.filters["besides"] = besides
    return made


def besides(named: Iterable[Mapping[str, str]], name: str) -> list[Mapping[str, str]]:
    """A list of names with their addresses, as templates get it, without one name."""
    return [one for one in named if one["name"] != name]


def _compiled(templates: Environment) -> Compiled:
    assert isinstance(templates.bytecode_cache, Compiled)
    return templates.bytecode_cache


def check(site: Path, digest: str, store: Path) -> list[Diagnostic]:
    """Compile every template, of this digest; one error for each that is broken. Those of a digest
    that are sound are compiled once.

    What comes of it is kept in `store`. Raises CacheBroken if it cannot be.
    """
    key = f"{PAST}{program_digest()} templates sound"
    with Store(store) as kept:
        if kept.get(key) == digest.encode():
            return []
    templates = environment(site, digest, store)
    found = []
    folders = (site / "templates", theme.folder("templates"))
    names = sorted({name for folder in folders for name in _templates_in(folder)})
    for name in names:
        try:
            templates.get_template(name)
        except jinja2.TemplateError as problem:
            found.append(template_error(problem, site, name))
        except (OSError, UnicodeDecodeError) as problem:
            found.append(_unreadable(name, problem))
    _compiled(templates).keep()
    if not found:
        with Store(store) as kept:
            kept.put([(key, digest.encode())])
    return found


def digests(site: Path, digest: str, store: Path) -> Mapping[str, str]:
    """For each template that pages use, the digest of its source and of all that it refers to.

    They are kept in `store` for templates of this digest. Raises CacheBroken if they cannot be.
    """
    key = f"{PAST}{program_digest()} templates used"
    with Store(store) as kept:
        data = kept.get(key)
        known: tuple[str, dict[str, str]] = ("", {}) if data is None else pickle.loads(data)
        if known[0] == digest:
            return known[1]
        templates = environment(site, digest, store)
        parts = _Parts(templates, digest)
        found = {name: parts.digest(name) for name in TEMPLATE_OF.values()}
    _compiled(templates).keep()
    with Store(store) as kept:
        kept.put([(key, pickle.dumps((digest, found)))])
    return found


class _Parts:
    """What templates are made of: their sources, and the names that these mention."""

    def __init__(self, environment: Environment, all_of_them: str) -> None:
        """`all_of_them` is the digest of all templates."""
        self.environment = environment
        self.all_of_them = all_of_them
        self.sources: dict[str, tuple[str, list[str | None]]] = {}

    def digest(self, name: str) -> str:
        """The digest of a template and of all that it leads to. One that works out a name while it
        is rendered may lead to any.
        """
        seen: dict[str, str] = {}
        ahead: list[str | None] = [name, WORDS]
        while ahead:
            one = ahead.pop()
            if one is None:
                return self.all_of_them
            if one not in seen:
                seen[one], mentioned = self._read(one)
                ahead += mentioned
        return digest_of(*(f"{one} {seen[one]}" for one in sorted(seen)))

    def _read(self, name: str) -> tuple[str, list[str | None]]:
        if name not in self.sources:
            try:
                assert self.environment.loader is not None
                source, file, _ = self.environment.loader.get_source(self.environment, name)
                names = _compiled(self.environment).mentioned(source, file or "", self.environment)
                self.sources[name] = source, names
            except (jinja2.TemplateError, OSError, UnicodeDecodeError) as problem:
                self.sources[name] = f"{type(problem).__name__}", [None]
        return self.sources[name]


def _templates_in(folder: Path) -> Iterable[str]:
    files = (file for file in folder.rglob("*.html") if not file.is_dir())
    return (file.relative_to(folder).as_posix() for file in files)


def _unreadable(name: str, problem: Exception) -> Diagnostic:
    return error(
        "template-error",
        Location(f"templates/{name}"),
        f"The template cannot be read: {problem}",
        hint="Save it as UTF-8 text that you may read.",
    )


def _internal(problem: Exception, url: str) -> Diagnostic:
    """The error for a page that site_gen itself fails to make, at the line of code that raised."""
    frame = traceback.extract_tb(problem.__traceback__)[-1]
    return error(
        "internal-error",
        Location(url),
        f"This page cannot be made: {type(problem).__name__}: {problem}",
        value=f"{Path(frame.filename).name}:{frame.lineno} in {frame.name}",
        hint="This is a fault of site_gen: please report it, with the source of the page.",
    )


def template_error(problem: Exception, site: Path, name: str, url: str = "") -> Diagnostic:
    """The error for a template, at the line of the template that raised it.

    What was not raised by a template is a fault of site_gen, told for the page at `url`.
    """
    folders = (site / "templates", theme.folder("templates"))
    path, line = "", 0
    if isinstance(problem, jinja2.TemplateSyntaxError):
        path, line = problem.filename or "", problem.lineno
    else:
        for frame in traceback.extract_tb(problem.__traceback__):
            if any(Path(frame.filename).is_relative_to(folder) for folder in folders):
                path, line = frame.filename, frame.lineno or 0
        if not path and not isinstance(problem, jinja2.TemplateError):
            return _internal(problem, url)
    shown, source = f"templates/{name}", ""
    if path:
        folder = next((one for one in folders if Path(path).is_relative_to(one)), None)
        shown = f"templates/{Path(path).relative_to(folder).as_posix()}" if folder else path
        lines = Path(path).read_text(encoding="utf-8", errors="replace").split("\n")
        source = lines[line - 1] if 0 < line <= len(lines) else ""
    where = f" (for {url})" if url else ""
    return error(
        "template-error",
        Location(shown, line, 1 if line else 0),
        f"{type(problem).__name__}: {problem}{where}",
        value=name,
        hint="Mend the template; docs/templates.md lists what it may use.",
        source=source,
    )
