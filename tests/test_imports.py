"""The law of import direction: imports point inward, and only `build` knows the stages.

Every part of site_gen (a module, or a folder of modules) stands in exactly one layer here. A new
one fails the tests until it is given its layer.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from tests.support import ROOT

PACKAGE = "site_gen"

LAYERS: dict[str, frozenset[str]] = {
    # The types that everyone speaks.
    "core": frozenset({"compact", "dates", "diagnostics", "frozen", "model", "near", "patterns"}),
    # What any stage may use beside them.
    "base": frozenset(
        {
            "config",
            "copies",
            "whole",
            "decoding",
            "detection",
            "fields",
            "frontmatter",
            "labelwords",
            "languages",
            "marks",
            "memory",
            "mediatypes",
            "names",
            "paths",
            "picturedata",
            "plainyaml",
            "redaction",
            "signatures",
            "sitefile",
            "slugs",
            "theme",
            "tokens",
            "world",
            "anyyaml",
            "yamlio",
            "yamlscalars",
        }
    ),
    # One step of the flow each; none knows another.
    "stage": frozenset(
        {
            "archive",
            "assets",
            "cache",
            "check",
            "citations",
            "closing",
            "exports",
            "feeds",
            "fidelity",
            "gazetteer",
            "guarded",
            "history",
            "htmlsource",
            "importing",
            "labels",
            "links",
            "markup",
            "metadata",
            "output",
            "pages",
            "places",
            "parallel",
            "parse",
            "past",
            "permalinks",
            "people",
            "plainlabels",
            "related",
            "remote",
            "render",
            "search",
            "sources",
            "svg",
            "tables",
            "tabular",
            "threads",
            "values",
        }
    ),
    # The driver of all stages.
    "build": frozenset({"build"}),
    # What a command stands on; it is handed the builder where it needs one.
    "command": frozenset({"commands", "scaffold", "serve"}),
    "cli": frozenset({"cli"}),
    "main": frozenset({"__main__"}),
}

MAY_IMPORT: dict[str, frozenset[str]] = {
    "core": frozenset({"core"}),
    "base": frozenset({"core", "base"}),
    "stage": frozenset({"core", "base"}),
    "build": frozenset({"core", "base", "stage"}),
    "command": frozenset({"core", "base", "stage", "build"}),
    "cli": frozenset({"core", "base", "stage", "build", "command"}),
    "main": frozenset({"cli"}),
}

EXCEPTIONS: dict[tuple[str, str], str] = {
    ("exports", "output"): "what is kept is what the manifest lists",
    ("exports", "cache"): "a database has the texts, which lie in the store",
    ("exports", "tabular"): "a database has what the tables say",
    ("fidelity", "markup"): "it must know what markup lets through and where it puts references",
    ("history", "cache"): "what git told is kept by commit",
    ("history", "parallel"): "it reads earlier texts in parallel",
    ("history", "parse"): "an earlier text is read by what reads those of today",
    ("htmlsource", "labels"): "labels in HTML are the same as in Markdown",
    ("labels", "plainlabels"): "labels without bold are one of the forms that labels have",
    ("parse", "plainlabels"): "a step of parsing one document, which parse drives",
    ("links", "markup"): "an anchor has in a page the prefix that markup gave it",
    ("metadata", "values"): "it reads each value that is stated by the type of its field",
    ("metadata", "labels"): "the labels in a body are one of the places where metadata is stated",
    ("archive", "places"): "the step of assembling that brings places into their hierarchy",
    ("parse", "cache"): "a parsed document is kept by the digest of its source",
    ("parse", "fidelity"): "a step of parsing one document, which parse drives",
    ("parse", "htmlsource"): "a step of parsing one document, which parse drives",
    ("parse", "labels"): "a step of parsing one document, which parse drives",
    ("parse", "markup"): "a step of parsing one document, which parse drives",
    ("parse", "metadata"): "a step of parsing one document, which parse drives",
    ("parse", "sources"): "a worker reads its document itself, so that no text travels to it",
    ("sources", "parallel"): "it takes the digests of many files in parallel",
    ("tables", "metadata"): "a row of a table states metadata",
    ("values", "labels"): "a title or a name may be written with the marks that labels may have",
    ("parse", "tables"): "a step of parsing, which parse drives",
    ("parse", "values"): "a step of parsing, which parse drives",
    ("parse", "closing"): "a step of parsing one document, which parse drives",
    ("closing", "labels"): "it reads the text in the same blocks as labels",
    ("htmlsource", "closing"): "a closing note in HTML is known by the same words",
    (
        "search",
        "cache",
    ): "a worker reads the bodies it indexes from the store, and keeps its segment",
    ("search", "output"): "a worker stages the shards it made",
    ("search", "parallel"): "it reads groups and merges them in parallel",
    ("past", "cache"): "it lies in the store",
    ("parse", "related"): "a worker notes what an article is compared by while it has its text",
    ("related", "cache"): "texts that may be the same are read from the store and compared",
    ("related", "parallel"): "it compares articles in parallel",
    ("related", "search"): "articles are compared by the terms of the index",
    ("remote", "cache"): "a context travels to workers by the store that they share",
    ("render", "cache"): "a worker reads the bodies it renders from the store",
    ("render", "citations"): "a page says how its article is cited",
    ("render", "feeds"): "files for programs are made from what pages are made from",
    ("render", "links"): "it puts the resolved links where the bodies have placeholders",
    ("render", "markup"): "it knows a placeholder by the pattern that markup writes",
    ("render", "output"): "a worker stages the page it rendered, so that no page travels back",
    ("render", "pages"): "it renders the plan that pages makes",
    ("render", "tabular"): "the tables are files of the plan",
    ("tabular", "cache"): "the lines of unchanged articles are kept in the store, with their texts",
    ("tabular", "search"): "a table holds the text that the index reads",
}
"""(who, whom): why this stage may import that one."""


def module_name(path: Path) -> str:
    """The dotted name of a source file of the package."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES: dict[str, Path] = {
    module_name(path): path for path in sorted((ROOT / PACKAGE).rglob("*.py"))
}


def imported(source: str, name: str, is_package: bool, known: set[str]) -> Iterator[str]:
    """The modules of `known` that a module's source imports, anywhere in it and in any form."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in known)
        elif isinstance(node, ast.ImportFrom):
            origin = node.module or ""
            if node.level:
                package = name.split(".")
                package = package[: len(package) - node.level + is_package]
                origin = ".".join([*package, *filter(None, [origin])])
            for alias in node.names:
                submodule = f"{origin}.{alias.name}"
                if submodule in known:
                    yield submodule
                elif origin in known:
                    yield origin


def graph() -> dict[str, set[str]]:
    """Every module of the package and the modules of it that it imports."""
    return {
        name: set(
            imported(
                path.read_text(encoding="utf-8"), name, path.name == "__init__.py", set(MODULES)
            )
        )
        for name, path in MODULES.items()
    }


def part(module: str) -> str:
    """The part a module belongs to: `search` for site_gen.search.index; "" for the package."""
    return module.partition(".")[2].partition(".")[0]


def layer(name: str) -> str:
    """The layer of a part, `unknown` if it stands in none."""
    return next((layer for layer, parts in LAYERS.items() if name in parts), "unknown")


def test_every_part_stands_in_one_layer() -> None:
    """A new module has its layer in LAYERS, and none has two."""
    listed = sorted(name for parts in LAYERS.values() for name in parts)
    assert sorted(set(listed)) == listed
    assert {part(module) for module in MODULES} - {""} <= set(listed)


def test_imports_point_inward() -> None:
    """A part imports only the layers below its own, itself, and what EXCEPTIONS allows."""
    wrong = [
        f"{module} imports {target}"
        for module, targets in graph().items()
        for target in sorted(targets)
        if part(target) not in ("", part(module))
        and (part(module), part(target)) not in EXCEPTIONS
        and (not part(module) or layer(part(target)) not in MAY_IMPORT.get(layer(part(module)), ()))
    ]
    assert wrong == []


def test_no_module_imports_itself_in_a_circle() -> None:
    """The modules can be put in an order in which each imports only earlier ones."""
    assert len(list(TopologicalSorter(graph()).static_order())) == len(MODULES)


def test_exceptions_are_of_stages_and_used() -> None:
    """Only a stage is excepted, only for another stage, and only as long as it needs to be."""
    assert {layer(name) for pair in EXCEPTIONS for name in pair} == {"stage"}
    used = {
        (part(module), part(target)) for module, targets in graph().items() for target in targets
    }
    assert EXCEPTIONS.keys() - used == set()


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import site_gen.model", ["site_gen.model"]),
        ("from site_gen import model, __version__", ["site_gen.model", "site_gen"]),
        ("from site_gen.model import Page", ["site_gen.model"]),
        ("from .words import fold", ["site_gen.search.words"]),
        ("from . import words", ["site_gen.search.words"]),
        ("from ..model import Page", ["site_gen.model"]),
        ("def late():\n    from site_gen import model", ["site_gen.model"]),
        ("import json", []),
    ],
)
def test_every_form_of_import_is_seen(source: str, expected: list[str]) -> None:
    """Absolute, relative and late imports all count, in a module and in a package."""
    known = {"site_gen", "site_gen.model", "site_gen.search", "site_gen.search.words"}
    assert list(imported(source, "site_gen.search.index", False, known)) == expected
    assert list(imported(source, "site_gen.search", True, known)) == expected
