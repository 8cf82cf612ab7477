"""Pages to files: what each template is given, relative links, bodies with their links."""

from __future__ import annotations

import re
import traceback
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from html import escape, unescape
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import jinja2
from markupsafe import Markup as Safe

from site_gen import cache, languages, theme
from site_gen.config import SiteConfig
from site_gen.diagnostics import Diagnostic, Location, error
from site_gen.links import Resolved
from site_gen.markup import LINK_END, LINK_START, PLACEHOLDER
from site_gen.metadata import BY_NAME
from site_gen.model import (
    ENTITY_KINDS,
    Archive,
    Bucket,
    Document,
    Entity,
    EntityKind,
    Evidence,
    OutputFile,
    Page,
)
from site_gen.output import stage
from site_gen.pages import DATES, FOLDER, HEADING, HOME, Plan, initial

CHUNK = 100
"""Pages that a worker takes at a time."""
NEWEST = 10
TOP = 12

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; media-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'"
)
"""The content security policy of every page: nothing leaves the browser."""

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
    "404": "404.html",
}


@dataclass(frozen=True)
class Context:
    """What a worker needs to render. `assets` are the URLs of static files by name."""

    site: Path
    config: SiteConfig
    archive: Archive
    plan: Plan
    links: Resolved
    assets: Mapping[str, str]
    store: Path
    stage_folder: Path
    output_folder: Path

    @cached_property
    def renderer(self) -> Renderer:
        """Made once in each worker."""
        return Renderer(self)


@dataclass(frozen=True, slots=True)
class Rendered:
    """The staged files of a chunk of pages, and what was wrong with their templates."""

    files: tuple[OutputFile, ...]
    found: tuple[Diagnostic, ...] = ()


def environment(site: Path) -> jinja2.Environment:
    """The templates: the site's own first, then the theme's, which are also below `theme/`."""
    default = jinja2.FileSystemLoader(theme.folder("templates"))
    return jinja2.Environment(
        loader=jinja2.ChoiceLoader(
            [
                jinja2.FileSystemLoader(site / "templates"),
                default,
                jinja2.PrefixLoader({"theme": default}),
            ]
        ),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )


def check_templates(site: Path) -> list[Diagnostic]:
    """Compile every template that pages use; one error for each that is broken."""
    templates = environment(site)
    found = []
    names = sorted({*TEMPLATE_OF.values(), *_own_templates(site)})
    for name in names:
        try:
            templates.get_template(name)
        except jinja2.TemplateError as problem:
            found.append(_template_error(problem, site, name))
    return found


def _own_templates(site: Path) -> Iterable[str]:
    folder = site / "templates"
    return (file.relative_to(folder).as_posix() for file in folder.rglob("*.html"))


def render_chunk(context: Context, chunk: Sequence[Page]) -> Rendered:
    """Render pages and stage them."""
    files: list[OutputFile] = []
    found: list[Diagnostic] = []
    with cache.Store(context.store) as store:
        for page in chunk:
            try:
                text = context.renderer.render(page, store)
            except cache.CacheBroken:
                raise
            except (
                Exception
            ) as problem:  # A template is the site's code: whatever it raises is told.
                found.append(
                    _template_error(problem, context.site, TEMPLATE_OF[page.kind], page.url)
                )
                continue
            data = text.encode("utf-8")
            files.append(stage(context.stage_folder, context.output_folder, page.url, data))
    return Rendered(tuple(files), tuple(found))


def _template_error(problem: Exception, site: Path, name: str, url: str = "") -> Diagnostic:
    """The error for a template, at the line of the template that raised it.

    What was not raised by a template is a bug and raised again.
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
            raise problem
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


class Renderer:
    """Renders the pages of one site."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.config = context.config
        self.archive = context.archive
        self.plan = context.plan
        self.templates = environment(context.site)
        self.cards: dict[str, dict[str, Any]] = {}
        self.site = self._site()
        self.around = self._around()
        self.list_around = self._list_around()

    def render(self, page: Page, store: cache.Store) -> str:
        """The HTML of one page. Raises whatever its templates raise, and CacheBroken."""
        prefix = "../" * page.url.count("/")
        if page.kind == "404":
            prefix = urlsplit(self.config.url).path or "/"

        def url(path: str) -> str:
            return prefix + _quoted(path)

        def asset(name: str) -> str:
            return url(self.context.assets[name])

        details = self._details(page, _Bodies(self.context, store, prefix))
        description = details.pop("description", "")
        return self.templates.get_template(TEMPLATE_OF[page.kind]).render(
            site=self.site,
            page={
                "kind": page.kind,
                "url": page.url,
                "title": details.pop("title", page.title),
                "description": description,
                "canonical": self._canonical(page),
                "parents": [{"title": title, "url": target} for title, target in page.parents],
                "noindex": page.kind == "404",
            },
            url=url,
            asset=asset,
            csp=POLICY,
            **details,
        )

    def _details(self, page: Page, bodies: _Bodies) -> dict[str, Any]:
        """What the template of a page shows beyond the frame of every page."""
        match page.kind:
            case "home":
                return self._home(bodies)
            case "article":
                return self._article(page, bodies)
            case "list":
                return self._list(page)
            case "index":
                return self._index(page, bodies)
            case "page":
                return self._page(page, bodies)
            case "404":
                return {}
            case _:
                return self._entity(page, bodies)

    def _canonical(self, page: Page) -> str:
        if not self.config.url or page.kind == "404":
            return ""
        return self.config.url + _quoted("" if page.url == HOME else page.url)

    def _site(self) -> dict[str, Any]:
        nav = [{"title": "Dates", "url": DATES}] if self.archive.articles else []
        for kind in ENTITY_KINDS:
            if self.archive.entities[kind]:
                nav.append({"title": HEADING[kind], "url": f"{FOLDER[kind]}/index.html"})
        for document in self.archive.pages.values():
            target = self.plan.urls[document.path]
            if "/" not in target and target != HOME:
                nav.append({"title": document.title, "url": target})
        return {
            "title": self.config.title,
            "description": self.config.description,
            "language": self.config.language,
            "direction": languages.direction(self.config.language),
            "publisher": self.config.publisher,
            "rights": self.config.rights,
            "url": self.config.url,
            "nav": nav,
        }

    def _around(self) -> dict[str, tuple[str, str]]:
        """The keys of the article before and after each dated one."""
        dated = ["", *self.archive.dated, ""]
        return {key: (dated[index], dated[index + 2]) for index, key in enumerate(dated[1:-1])}

    def _list_around(self) -> dict[str, tuple[Page | None, Page | None]]:
        """The year before and after each year's list, and so for months and days."""
        rows: dict[tuple[str, int], list[Page]] = {}
        for page in self.plan.pages:
            folder, _, name = page.url.rpartition("/")
            if page.kind == "list" and re.fullmatch(r"\d{4}(-\d\d){0,2}\.html", name):
                rows.setdefault((folder, len(name)), []).append(page)
        around: dict[str, tuple[Page | None, Page | None]] = {}
        for row in rows.values():
            row.sort(key=lambda page: page.url)
            for index, page in enumerate(row):
                after = row[index + 1] if index + 1 < len(row) else None
                around[page.url] = (row[index - 1] if index else None, after)
        return around

    def _named(self, kind: EntityKind, article: str) -> list[dict[str, str]]:
        return [
            {"name": self.archive.entities[kind][key].name, "url": self.plan.entity_urls[kind, key]}
            for key in self.archive.credits[kind].get(article, ())
        ]

    def card(self, key: str) -> dict[str, Any]:
        """An article as lists show it."""
        if key not in self.cards:
            document = self.archive.articles[key]
            language = document.language or self.config.language
            self.cards[key] = {
                "title": document.title,
                "url": self.plan.urls[document.path],
                "date_label": document.date.label() if document.date else "",
                "date_iso": document.date.iso if document.date else "",
                "authors": self._named("author", key),
                "places": self._named("place", key),
                "excerpt": document.summary or document.excerpt,
                "language": language,
                "direction": languages.direction(language),
            }
        return self.cards[key]

    def _article(self, page: Page, bodies: _Bodies) -> dict[str, Any]:
        document = self.archive.articles[page.key]
        card = self.card(page.key)
        before, after = self.around.get(page.key, ("", ""))
        article = card | {
            "body": bodies.of(document),
            "summary": document.summary,
            "topics": self._named("topic", page.key),
            "series": self._named("series", page.key),
            "language_label": languages.label(card["language"]),
            "publication": document.publication,
            "collection": document.collection,
            "identifier": document.identifier,
            "rights": document.rights,
            "modified_label": document.modified.label() if document.modified else "",
            "words": document.words,
            "source": self._source(document),
            "closing_notes": [{"html": Safe(note.html)} for note in document.closing_notes],
            "previous": self.card(before) if before else None,
            "next": self.card(after) if after else None,
            "fields": [
                {"label": label, "value": _said(document.extra[name])}
                for name, label in self.config.fields.items()
                if document.extra.get(name) not in (None, "", [])
            ],
            "record": self._record(document),
        }
        return {"article": article, "description": document.summary or document.excerpt}

    def _source(self, document: Document) -> dict[str, str] | None:
        if not document.source_url:
            return None
        return {
            "url": document.source_url,
            "host": urlsplit(document.source_url).netloc.removeprefix("www."),
            "archived_url": document.archived_url,
            "accessed_iso": document.accessed.iso if document.accessed else "",
            "accessed_label": document.accessed.label() if document.accessed else "",
        }

    def _record(self, document: Document) -> dict[str, Any]:
        return {
            "path": document.path,
            "sha256": document.digest,
            "evidence": [_evidence(one) for one in document.evidence],
            "repairs": [f"Line {one.line}: {one.what}" for one in document.repairs],
        }

    def _page(self, page: Page, bodies: _Bodies) -> dict[str, Any]:
        document = self.archive.pages[page.key]
        return {"body": bodies.of(document), "description": document.summary or document.excerpt}

    def _intro(self, url: str, bodies: _Bodies) -> Safe | str:
        for document in self.archive.pages.values():
            if self.plan.urls[document.path] == url:
                return bodies.of(document)
        return ""

    def _home(self, bodies: _Bodies) -> dict[str, Any]:
        articles = self.archive.articles
        dated = self.archive.dated
        newest = [*reversed(dated), *(key for key in articles if not articles[key].date)]
        dates = next(one for one in self.plan.pages if one.url == DATES)
        years = [one for one in dates.children if one.label.isdigit()]
        undated = next((one for one in dates.children if one.label == "Undated"), None)
        most = max((one.count for one in years), default=1)
        span = ""
        if years:
            span = years[0].label
            span += f" to {years[-1].label}" if len(years) > 1 else ""
        return {
            "title": self.config.title,
            "description": self.config.description,
            "intro": self._intro(HOME, bodies),
            "newest": [self.card(key) for key in newest[:NEWEST]],
            "years": [
                {
                    "label": one.label,
                    "url": one.url,
                    "count": one.count,
                    "share": -(-100 * one.count // most),
                }
                for one in years
            ],
            "undated": {"count": undated.count, "url": undated.url} if undated else None,
            "top": [self._top(kind) for kind in ENTITY_KINDS if self.archive.entities[kind]],
            "count": len(articles),
            "span": span,
        }

    def _top(self, kind: EntityKind) -> dict[str, Any]:
        named = [one for one in self.archive.entities[kind].values() if one.articles]
        named.sort(key=lambda one: (-len(one.articles), one.name, one.key))
        return {
            "heading": HEADING[kind],
            "url": f"{FOLDER[kind]}/index.html",
            "items": [self._item(one) for one in named[:TOP]],
        }

    def _item(self, entity: Entity) -> dict[str, Any]:
        return {
            "name": entity.name,
            "url": self.plan.entity_urls[entity.kind, entity.key],
            "count": len(entity.articles),
        }

    def _index(self, page: Page, bodies: _Bodies) -> dict[str, Any]:
        kind = page.entity_kind
        assert kind is not None
        letters: dict[str, list[Entity]] = {}
        shown = not page.children
        if shown:
            for entity in self.archive.entities[kind].values():
                letter = initial(entity.name)
                if not page.key or letter == page.key:
                    letters.setdefault(letter, []).append(entity)
        return {
            "heading": page.title,
            "intro": self._intro(page.url, bodies),
            "letters": [
                {
                    "label": letter,
                    "id": f"letter-{index}",
                    "items": [self._item(one) for one in letters[letter]],
                }
                for index, letter in enumerate(sorted(letters), start=1)
            ],
            "letter_pages": _buckets(page.children),
        }

    def _list(self, page: Page) -> dict[str, Any]:
        before, after = self.list_around.get(page.url, (None, None))
        title = page.title
        if page.entity_kind:
            title = f"{self.archive.entities[page.entity_kind][page.key].name}, {title}"
        return {
            "title": title,
            "heading": title,
            "intro": "",
            "groups": self._groups(page),
            "buckets": _buckets(page.children),
            "previous": {"title": before.title, "url": before.url} if before else None,
            "next": {"title": after.title, "url": after.url} if after else None,
        }

    def _groups(self, page: Page) -> list[dict[str, Any]]:
        return [
            {
                "label": bucket.label,
                "id": f"group-{index}" if bucket.label else "",
                "cards": [self.card(key) for key in bucket.articles],
            }
            for index, bucket in enumerate(page.children, start=1)
            if bucket.articles
        ]

    def _entity(self, page: Page, bodies: _Bodies) -> dict[str, Any]:
        assert page.entity_kind is not None
        entity = self.archive.entities[page.entity_kind][page.key]
        entry = entity.entry
        body = bodies.of(entry) if entry and entry.words else ""
        biography = None
        if entity.biography and not body:
            article = self.archive.articles[entity.biography.article]
            biography = {
                "html": Safe(entity.biography.html),
                "source": {
                    "title": article.title,
                    "url": self.plan.urls[article.path],
                    "date_label": article.date.label() if article.date else "",
                },
            }
        split = any(bucket.url for bucket in page.children)
        registry = entry.registry if entry else None
        description = (entry.summary or entry.excerpt) if entry else ""
        return {
            "description": description,
            "entity": {
                "kind": entity.kind,
                "name": entity.name,
                "biography": biography,
                "body": body,
                "aliases": list(registry.aliases) if registry else [],
                "same_as": list(registry.same_as) if registry else [],
                "portrait": self._portrait(entity, entry),
                "parent": self._parent(entity),
                "coordinates": _point(registry.coordinates) if registry else "",
                "count": len(entity.articles),
                "years": [] if split else _buckets(page.children),
            },
            "groups": self._groups(page),
            "buckets": _buckets(page.children) if split else [],
        }

    def _portrait(self, entity: Entity, entry: Document | None) -> dict[str, str] | None:
        if not entry or not entry.registry or not entry.registry.portrait:
            return None
        target = self.context.links.targets[entry.path][-1]
        return {"url": target, "alt": f"Portrait of {entity.name}"} if target else None

    def _parent(self, entity: Entity) -> dict[str, str] | None:
        if not entity.entry or not entity.entry.registry or not entity.entry.registry.parent:
            return None
        wanted = entity.entry.registry.parent.casefold()
        for other in self.archive.entities[entity.kind].values():
            if wanted in (other.key, other.name.casefold()):
                return {"name": other.name, "url": self.plan.entity_urls[entity.kind, other.key]}
        return None


class _Bodies:
    """Stored bodies with their links made relative to one page."""

    def __init__(self, context: Context, store: cache.Store, prefix: str) -> None:
        self.context = context
        self.store = store
        self.prefix = prefix

    def of(self, document: Document) -> Safe:
        """The final HTML of a document's body. Raises CacheBroken if the store lost it."""
        data = self.store.get(document.body)
        if data is None:
            raise cache.CacheBroken(f"the body of {document.path} is gone")
        html = data.decode("utf-8")
        if document.references:
            html = self._filled(html, document)
        return Safe(html)

    def _filled(self, html: str, document: Document) -> str:
        targets = self.context.links.targets[document.path]

        def target(match: re.Match[str]) -> str:
            return escape(self.prefix + _quoted(targets[int(match[1])]))

        def tag(match: re.Match[str]) -> str:
            number = int(match["number"])
            if targets[number]:
                return PLACEHOLDER.sub(target, match[0])
            reference = document.references[number]
            written = escape(reference.target)
            if match["name"] == "img":
                alt = re.search(r' alt="([^"]*)"', match[0])
                said = f"{alt[1]} ({written})" if alt and alt[1] else written
                return f'<span class="missing">{said}</span>'
            rest = match[0].replace(f' href="{match["link"]}"', "")
            more = "" if ' title="' in rest else f' title="{written}"'
            return f'<a class="missing"{more}{rest[2:]}'

        return _LINKED.sub(tag, html)


_LINKED = re.compile(
    rf'<(?P<name>a|img)\b[^>]*?\b(?:href|src)="(?P<link>{LINK_START}(?P<number>\d+){LINK_END})"[^>]*>'
)


def _quoted(path: str) -> str:
    """A path from the site's root, percent-encoded; a fragment stays one."""
    path, mark, fragment = path.partition("#")
    return quote(path, safe="/!$&'()*+,;=:@~") + mark + quote(fragment, safe="!$&'()*+,;=:@~/?%")


def _buckets(children: Iterable[Bucket]) -> list[dict[str, Any]]:
    return [{"label": one.label, "url": one.url, "count": one.count} for one in children]


def _evidence(one: Evidence) -> dict[str, Any]:
    label = "About the author" if one.field == "biography" else BY_NAME[one.field].label
    origin = f"from {one.origin.note}" if one.origin.note else one.origin.kind
    if one.origin.line:
        origin += f", line {one.origin.line}"
    return {
        "label": label,
        "value": unescape(one.value),
        "origin": origin,
        "path": one.origin.path,
        "line": one.origin.line,
    }


def _said(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(_said(one) for one in value)
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_said(one)}" for key, one in value.items())
    return str(value)


def _point(coordinates: tuple[float, float] | None) -> str:
    """Degrees with the letter of the half they lie in: `34.53° N, 69.17° E`."""
    if coordinates is None:
        return ""
    latitude, longitude = coordinates
    north, east = "N" if latitude >= 0 else "S", "E" if longitude >= 0 else "W"
    return f"{abs(latitude):g}° {north}, {abs(longitude):g}° {east}"
