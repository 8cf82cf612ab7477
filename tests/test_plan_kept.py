"""A plan is made from what it is kept by, and comes back from the store as it was made."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date
from typing import Any

import pytest

from site_gen import assets, build, cache, permalinks, sitefile, sources
from site_gen.build import planning, reading
from site_gen.build.reading import Read
from site_gen.build.run import Run
from site_gen.model import Document
from site_gen.parse.outline import TEXT
from tests.archive_sites import EVERY_KIND
from tests.support import SiteTest


def begun(site: SiteTest) -> tuple[Run, Read]:
    """A build whose documents are read."""
    options = build.Options(site.folder, site.folder / "output", date(2026, 1, 1), jobs=1)
    config = sitefile.load(site.folder)[0]
    static = assets.load(site.folder)[0]
    store, ledger = site.folder / ".site_gen/cache", permalinks.read(site.folder)[0]
    run = Run(options, config, static, "program", "", store, None, ledger)
    return run, reading.read(run, sources.walk(site.folder, config)[0])


class Outlined(Document):
    """A document of which only the outline can be seen."""


for _name in TEXT:
    setattr(Outlined, _name, property(lambda self: pytest.fail("seen"), lambda self, value: None))


def test_a_plan_sees_outlines_only(site: SiteTest) -> None:
    """What a plan may be kept for is all that it looks at."""
    run, read = begun(site.write(EVERY_KIND))
    outlined: list[Document] = [Outlined(**fields_of(one)) for one in read.documents]
    placed = planning.assembled(run, planning.begun(read, outlined))
    assert planning.finish(run, placed).plan == planning.plan(run, read).plan


def fields_of(document: Document) -> dict[str, Any]:
    """What a document is made from."""
    return {one.name: getattr(document, one.name) for one in fields(document)}


def test_a_kept_plan_is_the_plan(site: SiteTest) -> None:
    """Nothing of a plan is lost in the store: not the articles of a list, nor their order."""
    run, read = begun(site.write(EVERY_KIND))
    placed = planning.place(run, read)
    made = planning.finish(run, placed)
    planning.keep(run, read, made)
    kept = planning.plan(run, read)
    assert kept.kept
    assert not made.kept
    assert kept == replace(made, kept=True)
    assert list(kept.archive.articles) == list(made.archive.articles)
    assert any(page.articles for page in kept.plan.pages)


@pytest.mark.parametrize("which", [0, 1])
def test_half_a_plan_is_none(site: SiteTest, which: int) -> None:
    """Where one of its values was forgotten, it is made anew."""
    run, read = begun(site.write(EVERY_KIND))
    made = planning.finish(run, planning.place(run, read))
    planning.keep(run, read, made)
    with cache.Store(run.store) as store:
        store.forget([made.keys[which]])
    again = planning.plan(run, read)
    assert not again.kept
    assert again == made


def test_without_a_plan_what_was_listed_is_not_trusted(site: SiteTest) -> None:
    """Where no key stands for an archive, what is related is that of its articles all the same."""
    run, read = begun(site.write(EVERY_KIND))
    whole, some = (
        planning.assembled(run, planning.begun(read, documents))
        for documents in (read.documents, read.documents[5:])
    )
    expected = planning.relate(run, read, replace(some, key="known"))
    assert expected != planning.relate(run, read, whole)
    assert expected == planning.relate(run, read, some)
