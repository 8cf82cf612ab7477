"""Short ways in Jinja2: what a template makes is what plain Jinja2 makes of it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jinja2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import nodes
from markupsafe import Markup, escape

from site_gen.render import templates
from site_gen.render.engine import Environment
from site_gen.render.templates import TEMPLATE_OF
from tests.archive_sites import EVERY_KIND
from tests.support import ROOT, SiteTest

VALUES = st.one_of(
    st.text(alphabet="ab&<>'\"é ", max_size=12),
    st.text(alphabet="ab&<>'\"é ", max_size=12).map(Markup),
    st.integers(),
    st.none(),
    st.lists(st.text(alphabet="a<'", max_size=3), max_size=2),
)


@given(VALUES)
def test_a_value_is_shown_as_it_is_escaped(value: Any) -> None:
    """Text is escaped, HTML is left alone, and all else is text."""
    assert Environment.shown(value) == str(escape(value))


TEMPLATES = [
    "{{ a }}{{ b | upper }}{{ a ~ b }}{{ a | safe }}{{ 1 < 2 }}{{ '<' }}",
    "{% macro m(x, y='<') %}[{{ x }}{{ y }}]{% endmacro %}{{ m(a) }}{{ m(b, a) ~ a }}",
    "{% set s %}<{{ a }}>{% endset %}{{ s }}{{ s | length }}",
    "{% filter upper %}{{ b }}{% endfilter %}",
    "{% autoescape false %}{{ a }}{{ b }}{% endautoescape %}{{ a }}",
    "{% for x in [a, b] %}{{ loop.index }}{{ x }}{% endfor %}{{ d.key }}{{ d.get('key') }}",
    "{% macro m() %}<{{ caller(a) }}>{% endmacro %}{% call(x) m() %}{{ x }}{% endcall %}",
    "{% macro m(x, y=1) %}{{ x }}{{ varargs }}{{ kwargs }}{% endmacro %}{{ m(a, b, a, z=b) }}",
    "{% macro m(x, y=a) %}{{ x | default(b) }}{{ y }}{% endmacro %}{{ m() }}{{ m(b) }}{{ m(y=b) }}",
    "{% macro m(x) %}{{ x }}{% endmacro %}{% for x in [a, b] %}{{ m(x) }}{{ m(x=d) }}{% endfor %}",
    "{{ get('key') }}{% for x in [a, b] %}{{ get(get('name')) ~ get('key')[0] }}{% endfor %}",
    "{{ [a, b][1] }}{{ [a][1] | default(b) }}{{ d[0] | default(a) }}{{ 'x<'[1] }}{{ (a, b)[0] }}",
    "{{ e.d.key }}{{ e.d.no | default(a) }}{{ (e.d or d).key }}{{ 'x'.upper() }}",
    "{% macro n(x) %}{{ x }}{% endmacro %}{% macro m(x) %}{{ n(x) ~ x }}{{ n(x) }}{% endmacro %}"
    "{% autoescape false %}{{ m(a) }}{{ n(b) ~ a }}{% endautoescape %}{{ m(b) }}",
    "{% macro m(x) %}{{ x }}{{ varargs }}{% endmacro %}{{ m(a) }}{{ m(a, b) }}",
    "{% macro m(x, y) %}{{ x }}{{ y | default('<') }}{% endmacro %}{{ m(m(a), m(b, m(m(a)))) }}",
    "{% block a %}{{ a }}{% block b %}<{{ b }}{% endblock %}{% endblock %}{{ self.b() ~ a }}",
    "{% for x in [a, b] %}{% block c scoped %}{{ x }}{{ loop.index }}{% endblock %}{% endfor %}",
    "{% set s %}{% block d %}{{ a }}{% endblock %}{% endset %}{{ s }}{{ s | upper }}",
    "{% for x in [[a], [b, [a]]] recursive %}{{ x[0] }}{% if x[1] is defined %}{{ loop(x[1:]) }}"
    "{% endif %}{% endfor %}{% macro m(x) %}{% set y = x %}{{ y }}{% endmacro %}{{ m(b) }}",
    "{% set c = cycler('a', 'b<', 'c') %}{{ c.next().upper() }}{{ c.next().upper() ~ c.current }}",
    "{% set g = 'xyz' | select %}{{ (g | first).upper() }}{{ g | first }}{{ [a].pop() ~ b }}",
]


@pytest.mark.parametrize("template", TEMPLATES)
@settings(max_examples=20)
@given(a=VALUES, b=VALUES)
def test_a_template_makes_what_plain_jinja_makes_of_it(template: str, a: Any, b: Any) -> None:
    """Whatever a template does with values, the bytes are those of Jinja2 without short ways."""
    names = {"name": "key", "key": str(a)}
    given_ = {"a": a, "b": b, "d": {"key": a}, "e": {"d": {"key": b}}, "get": names.get}
    plain = jinja2.Environment(autoescape=True).from_string(template).render(given_)
    assert Environment(autoescape=True).from_string(template).render(given_) == plain


def test_a_macro_that_is_given_too_much_is_told_so() -> None:
    """The mistake is told as Jinja2 tells it."""
    template = "{% macro m(x) %}{{ x }}{% endmacro %}{{ m(1, 2) }}"
    with pytest.raises(TypeError, match=r"macro 'm' takes not more than 1 argument\(s\)"):
        Environment(autoescape=True).from_string(template).render()


FRAMES = {
    "base": "<{% block a %}{{ a }}{% endblock %}>{% block b %}{{ b }}{% endblock %}{% block r "
    "required %}{% endblock %}{% include 'part' %}",
    "part": "{{ a }}{% block b %}own{% endblock %}",
    "page": "{% extends 'base' %}lost{% block a %}{{ super() }}{% block n %}{{ b }}{% endblock %}"
    "{{ self.n() }}{% endblock %}{% block r %}r{% endblock %}",
    "below": "{% extends 'page' %}{% block n %}{{ super() ~ a }}{% endblock %}",
    "maybe": "{{ a }}{% if d %}{% extends 'page' %}{% endif %}{% block a %}{{ b }}{% endblock %}"
    "{% block r %}{% endblock %}{% block late %}late{% endblock %}",
    "lacking": "{% extends 'base' %}",
}


@pytest.mark.parametrize("name", FRAMES)
@settings(max_examples=20)
@given(a=VALUES, b=VALUES, d=st.booleans())
def test_blocks_show_what_plain_jinja_shows(name: str, a: Any, b: Any, d: bool) -> None:
    """Blocks within blocks, and of templates that extend others, are put together alike."""
    made = []
    for kind in (Environment, jinja2.Environment):
        short = kind(autoescape=True, loader=jinja2.DictLoader(FRAMES), auto_reload=False)
        try:
            made.append(short.get_template(name).render(a=a, b=b, d=d))
        except jinja2.TemplateRuntimeError as problem:
            made.append(str(problem))
    assert made[0] == made[1]


def test_a_template_is_loaded_once() -> None:
    """It is the same at each request, unless it may be another, or is given more to know."""
    sources = {"a": "{{ x | default('none') }}"}
    kept, fresh = (
        Environment(loader=jinja2.DictLoader(sources), auto_reload=reload)
        for reload in (False, True)
    )
    first = kept.get_template("a")
    assert kept.get_template("a") is first is kept.get_template(first)
    assert fresh.get_template("a").render() == "none"
    sources["a"] = "other"
    assert kept.get_template("a").render() == "none"
    assert fresh.get_template("a").render() == "other"
    assert kept.get_template("a", globals={"x": 1}).render() == "1"


MACROS = {
    "words": "{% set words = {'by': 'By'} %}",
    "macros": "{# Kept. #}\n{% from 'words' import words %}\n"
    "{% macro m(x, y=page.n) %}{{ words.by }}{{ x }}{{ y }}{{ page.n }}{{ n() }}{% endmacro %}"
    "{% macro n() %}{{ free | default('<') }}{% endmacro %}",
    "first": "{% import 'macros' as m with context %}{{ m.m(1) }}{{ m.n() }}",
    "second": "{% set free = page.n * 2 %}{% import 'macros' as m with context %}{{ m.m(free) }}"
    "{% for free in [7, 8] %}{% import 'macros' as own with context %}{{ own.m(free) }}{{ m.n() }}"
    "{% endfor %}{% from 'macros' import n with context %}{{ n() }}{{ m.m(3, 4) }}",
}


@given(st.lists(st.sampled_from(["first", "second"]), max_size=6))
def test_macros_that_are_kept_show_what_is_of_the_page(names: list[str]) -> None:
    """Macros that are made once show each page what macros made for it would show."""
    short = Environment(autoescape=True, loader=jinja2.DictLoader(MACROS))
    plain = jinja2.Environment(autoescape=True, loader=jinja2.DictLoader(MACROS))
    for number, name in enumerate(names):
        given_ = {"page": {"n": number}, "free": f"<{number}>"}
        shown = short.get_template(name).render(given_)
        assert shown == plain.get_template(name).render(given_)
    macros: Any = short.get_template("macros")
    assert macros.lasting
    assert bool(macros.kept) == ("first" in names)


def test_templates_are_compiled_once_for_all_processes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What another process compiled is found in the store; an edited template is not taken."""
    (tmp_path / "templates").mkdir()
    own = tmp_path / "templates" / "own.html"
    own.write_text("before", encoding="utf-8")
    store = tmp_path / "store"
    templates.environment.cache_clear()
    assert templates.check(tmp_path, "digest", store) == []
    templates.environment.cache_clear()
    with monkeypatch.context() as patched:
        patched.setattr(Environment, "compile", None)
        found = templates.environment(tmp_path, "digest", store).get_template("own.html")
    assert found.render() == "before"
    own.write_text("after", encoding="utf-8")
    templates.environment.cache_clear()
    found = templates.environment(tmp_path, "digest", store).get_template("own.html")
    assert found.render() == "after"
    templates.environment.cache_clear()


def test_sound_templates_are_checked_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Until there are others; a broken one is told each time."""
    (tmp_path / "templates").mkdir()
    own, store = tmp_path / "templates" / "own.html", tmp_path / "store"
    own.write_text("{{ broken", encoding="utf-8")
    for _ in range(2):
        (told,) = templates.check(tmp_path, "broken", store)
        assert told.location.path == "templates/own.html"
    own.write_text("sound", encoding="utf-8")
    (tmp_path / "templates" / "folder.html").mkdir()
    assert templates.check(tmp_path, "sound", store) == []
    with monkeypatch.context() as patched:
        patched.setattr(templates, "environment", None)
        assert templates.check(tmp_path, "sound", store) == []
    own.write_text("{{ broken", encoding="utf-8")
    templates.environment.cache_clear()
    assert templates.check(tmp_path, "broken", store)
    templates.environment.cache_clear()


def test_the_theme_is_compiled_once_for_all_sites(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The theme's templates are compiled at the first build of the first site, and a damaged copy
    of their code is none."""
    monkeypatch.setattr("sys.dont_write_bytecode", False)
    place = tmp_path / "theme.code"
    monkeypatch.setattr(templates, "_place_beside_the_program", lambda: place)
    templates.environment.cache_clear()
    assert templates.check(tmp_path / "one", "digest", tmp_path / "first") == []
    templates.environment.cache_clear()
    with monkeypatch.context() as patched:
        patched.setattr(Environment, "compile", None)
        environment = templates.environment(tmp_path / "two", "digest", tmp_path / "second")
        assert {environment.get_template(name) for name in environment.list_templates()}
    data = bytearray(place.read_bytes())
    data[40] ^= 1
    place.write_bytes(data)
    templates.environment.cache_clear()
    assert templates.check(tmp_path / "three", "digest", tmp_path / "third") == []
    templates.environment.cache_clear()


def test_words_in_bodies_and_tables_are_the_sites(tmp_path: Path) -> None:
    """What stands in a body for withheld words, and what a column of the data means, can be said
    in the language of the site.
    """
    said = "{% set words = dict(theme.words, withheld_mark='Скрыто', data_meanings=meanings) %}"
    site = SiteTest(tmp_path).write(
        {
            "templates/words.html": '{% import "theme/words.html" as theme %}'
            "{% set meanings = {'articles.csv title': 'Заголовок.'} %}" + said,
            "content/articles/a.md": "# A\n\nOf Ann Bell.\n",
            "content/articles/a.yml": "redactions: [{match: Ann Bell, reason: Privacy}]\n",
        }
    )
    assert site.run("build").exit_code == 0
    (mark,) = site.soup("articles/a.html").select(".body mark")
    assert mark["aria-label"] == "Скрыто"
    assert "Заголовок." in site.text("data/index.html")


def test_words_as_the_docs_tell_them_serve_every_page(site: SiteTest) -> None:
    """What docs/templates.md shows of a translation is a whole one: each kind of page says what it
    has of it, and the rest as the theme does.
    """
    told = (ROOT / "docs/templates.md").read_text(encoding="utf-8")
    (words,) = re.findall(r"## Say it in another language.*?```jinja\n(.*?)```", told, re.DOTALL)
    gone = "---\nwithdrawn: {reason: Asked for.}\n---\n"
    site.write(
        {
            **EVERY_KIND,
            "templates/words.html": words,
            "content/articles/moved.md": "---\nredirect_from: [old.html]\n---\n\n# Moved\n",
            "content/articles/gone.md": gone,
            "content/articles/held.md": "---\ndraft: true\n---\n\n# Held\n",
            "permalinks.tsv": "url\tfirst_published\tsource\n"
            "articles/held.html\t2026-01-01\tcontent/articles/held.md\n",
        }
    )
    assert site.run("build").exit_code == 0
    pages = [url for url in site.output() if url.endswith(".html")]
    assert {"old.html", "articles/gone.html", "articles/held.html"} < set(pages)
    kinds = {
        name for url in pages for one in site.soup(url).select("body") for name in one["class"]
    }
    assert kinds >= TEMPLATE_OF.keys() - {"404"}
    assert "33 ст." in site.text("index.html")
    assert "Темы" in site.text("articles/full.html")
    assert "All topics" in site.text("index.html")
    assert "4 places have no coordinates" in site.text("places/index.html")
    (form,) = site.soup("search.html").select("[data-search-form]")
    said = json.loads(str(form["data-search-form"]))
    assert (said["hint"], said["one"]) == ("Введите слово.", "1 article")


MACROS_OF_COPIES = {
    "tongue": ["text"],
    "turned": ["text"],
    "date": ["of"],
    "dated": ["article"],
    "names": ["list", "but"],
    "tongues": ["list"],
    "card": ["article", "level", "but", "part", "note"],
    "cards": ["articles", "level", "but", "numbers"],
    "grouped": ["groups", "but", "numbers"],
    "bar": ["share"],
    "parted": ["list"],
    "drawers": ["list", "groups"],
    "columns": ["timeline", "groups"],
    "in_parts": ["timeline", "beside", "all", "groups"],
    "entries": ["items"],
    "pointer": ["article", "notes"],
    "neighbour": ["to", "rel", "label"],
    "neighbours": ["previous", "next"],
    "statement": ["text"],
    "fact": ["label", "value"],
    "map": ["of", "title", "caption"],
}
"""What a site's own copy of macros.html has, with the arguments that each takes."""


@pytest.mark.parametrize(
    "path", sorted((ROOT / "templates").glob("*.html")), ids=lambda one: one.name
)
def test_the_theme_calls_what_copies_of_its_macros_have(path: Path) -> None:
    """A site's copy of macros.html keeps serving the theme: what is new stands elsewhere."""
    parsed = jinja2.Environment().parse(path.read_text(encoding="utf-8"))
    for call in parsed.find_all(nodes.Call):
        match call.node:
            case nodes.Getattr(node=nodes.Name(name="m"), attr=name):
                takes = MACROS_OF_COPIES[name]
                assert len(call.args) <= len(takes), name
                assert {one.key for one in call.kwargs} <= set(takes[len(call.args) :]), name
