"""Where few articles came or went, pages of names that stay are those that were planned before."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from site_gen import pages
from site_gen.build import planning
from site_gen.build.planning import Planned
from site_gen.model import Entity, Page
from site_gen.pages.lists import Lists
from tests.support import SiteTest
from tests.test_placed import START, gone, other, written
from tests.test_plan_kept import begun

EDITS: Mapping[str, Callable[[Path], object]] = {
    "renamed": lambda at: (at / "articles/a3.md").rename(at / "articles/z.md"),
    "redated": other("articles/a1.md", "2001-02-11", "2009"),
    "back again": lambda at: (at / "articles/z.md").rename(at / "articles/a3.md"),
    "added": written("articles/b.md", "---\ntitle: B\nauthors: [Eve]\ndate: 2001\n---\n\nText.\n"),
    "of another place": other("articles/a2.md", "Kabul, Herat", "Herat"),
    "removed": gone("articles/b.md"),
    "retitled": other("articles/a1.md", "Report 1", "A report"),
}


@pytest.fixture
def planned(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names whose pages are planned from here on."""
    found: list[str] = []
    of_entity = Lists.entity

    def noted(self: Lists, entity: Entity, url: str) -> list[Page]:
        found.append(entity.key)
        return of_entity(self, entity, url)

    monkeypatch.setattr(Lists, "entity", noted)
    monkeypatch.setattr(pages, "TOGETHER", 1)
    return found


def test_names_that_stay_keep_their_pages(site: SiteTest, planned: list[str]) -> None:
    """However often an archive is amended, and whatever comes back: the plan is the one made anew,
    some names are not planned again, and it comes back from the store as it was made.
    """
    folder = site.write({**START, "site.yml": "title: A\nlist_limit: 3\n"}).folder / "content"
    made = kept(site)
    articles = len(made.archive.articles)
    for edit in EDITS.values():
        edit(folder)
        run, read = begun(site)
        planned.clear()
        anew = planning.finish(run, planning.assembled(run, planning.begun(read, read.documents)))
        names = len(planned)
        planned.clear()
        made = kept(site)
        assert made.plan == anew.plan
        assert 0 < len(planned) < names
        again = planning.plan(run, read)
        assert again.kept
        assert again.plan == anew.plan
    # One was renamed, came back, and one was added.
    assert len(again.plan.numbered) == articles + 3
    assert sorted(filter(None, again.plan.numbered)) == sorted(again.archive.articles)


def kept(site: SiteTest) -> Planned:
    """The plan of what is there, left in the store."""
    run, read = begun(site)
    made = planning.plan(run, read)
    planning.keep(run, read, made)
    return made


def test_articles_are_numbered_anew_where_many_went(
    site: SiteTest, planned: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The numbers of those that are gone do not grow for ever."""
    monkeypatch.setattr(pages, "NUMBERS", 1)
    folder = site.write(START).folder / "content"
    articles = len(kept(site).archive.articles)
    names = len(planned)
    numbers, all_planned = [], []
    for n in range(5):
        (folder / "articles" / (f"z{n - 1}.md" if n else "a3.md")).rename(
            folder / "articles" / f"z{n}.md"
        )
        planned.clear()
        numbers.append(len(kept(site).plan.numbered) - articles)
        all_planned.append(len(planned) == names)
    assert numbers == [1, 0, 1, 0, 1]
    assert all_planned == [False, True, False, True, False]
