"""What is listed of articles to compare them, amended by those that came and went."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import astuple, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from site_gen import cache, related
from site_gen.build import planning
from tests.support import SiteTest
from tests.test_placed import ARTICLE, FEW, START, gone, new, other, written
from tests.test_plan_kept import begun

EDITS: Mapping[str, Callable[[Path], object]] = {
    **FEW,
    "many": lambda at: (
        [written(f"articles/{key}.md", ARTICLE.format(n=n))(at) for n, key in enumerate("xba0")],
        [gone(f"articles/a{n}.md")(at) for n in (0, 2, 3)],
        other("articles/a1.md", "2001-02-11", "2009")(at),
        other("articles/a5.md", "date: 2005-02-11\n", "")(at),
    ),
    "those around gone": lambda at: (
        new("", "a2a.md")(at),
        new("", "a2b.md")(at),
        gone("articles/a2.md")(at),
        gone("articles/a3.md")(at),
    ),
}
"""Edits after which an archive is amended."""
ANEW: Mapping[str, Callable[[Path], object]] = {
    "entry": lambda at: (
        written("authors/cora-dale.md", "---\nname: C. Dale\naliases: [Cora Dale]\n---\n")(at),
        new()(at),
    ),
    "unknown author": other("articles/a2.md", "Cora Dale", "Dora Cale"),
}


EVERY = {**EDITS, **ANEW}


def relate(site: SiteTest, *, keep: bool = True, known: bool = True) -> related.Related:
    """What is related, with what is left for the next time, if the archive is known by a key."""
    run, read = begun(site)
    run = replace(run, settings=replace(run.settings, related=2))
    placed = planning.place(run, read)
    placed = placed if known else replace(placed, key="")
    found = planning.relate(run, read, placed)
    if keep:
        planning.keep(run, read, planning.finish(run, placed))
    return found


@pytest.fixture
def listed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """How articles were listed each time; what was amended is as if it was listed anew."""
    found: list[str] = []
    amended, anew = related._amended, related._listed

    def checked(*given: Any) -> related.Listed:
        made, whole = amended(*given), anew(*given[1:3])
        for one, expected in zip(astuple(made), astuple(whole), strict=True):
            assert np.array_equal(one, expected)
            assert not isinstance(expected, np.ndarray) or one.dtype == expected.dtype
        found.append("amended")
        return made

    def noted(*given: Any) -> related.Listed:
        found.append("anew")
        return anew(*given)

    monkeypatch.setattr(related, "_amended", checked)
    monkeypatch.setattr(related, "_listed", noted)
    return found


@pytest.mark.parametrize("edit", EVERY)
def test_what_was_listed_is_amended(site: SiteTest, listed: list[str], edit: str) -> None:
    """An article that comes, goes or moves costs no look at what others state; again and again."""
    relate(site.write(START))
    assert listed == ["anew"]
    for change in (EVERY[edit], new("", "1.md"), gone("articles/a4.md")):
        listed.clear()
        change(site.folder / "content")
        found = relate(site)
        if edit in ANEW and change is EVERY[edit]:
            assert listed == ["anew"]
        else:
            same = edit in ("nothing", "text") and change is EVERY[edit]
            assert listed == ([] if same else ["amended"])
    run, _ = begun(site)
    with cache.Store(run.store) as store:
        store.forget([related.key(run.program)])
    listed.clear()
    assert relate(site) == found
    assert listed == ["anew"]


def test_what_is_listed_of_another_archive_is_not_amended(
    site: SiteTest, listed: list[str]
) -> None:
    """Only what is of the very archive that was amended: not of a build that ended before it kept
    its plan, nor of an archive for which nothing stands.
    """
    relate(site.write(START))
    other("articles/a1.md", "2001-02-11", "2009")(site.folder / "content")
    relate(site, keep=False)
    new()(site.folder / "content")
    relate(site)
    other("articles/a2.md", "Cora Dale", "Ann Bell")(site.folder / "content")
    relate(site, known=False)
    gone("articles/a3.md")(site.folder / "content")
    relate(site)
    assert listed == ["anew", "amended", "anew", "anew", "anew"]
