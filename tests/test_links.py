"""Where links lead: to the page, the file or nothing, and in what words that is told."""

from __future__ import annotations

import difflib
import posixpath
from collections.abc import Collection, Mapping
from random import Random
from types import SimpleNamespace
from urllib.parse import unquote, urljoin, urlsplit

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from site_gen import links
from site_gen.model import Document, Reference
from tests.support import SiteTest

GOOD = "# Good\n\n## A part\n\nText.\n"


def href(site: SiteTest, link: str) -> str | None:
    """Where a link in content/articles/sub/a.md leads, from the site's root; None if nowhere."""
    site.write({"content/articles/sub/a.md": f"# A\n\n## Here\n\nSee [this]({link}) now.\n"})
    assert site.run("build").exit_code == 0
    (found,) = site.soup("articles/sub/a.html").select(".body a:not(.anchor)")
    if not found.has_attr("href"):
        return None
    return urljoin("/articles/sub/a.html", str(found["href"]))


@pytest.fixture
def archive(site: SiteTest) -> SiteTest:
    """A few documents and a file that links may lead to."""
    return site.write(
        {
            "content/articles/b.md": GOOD,
            "content/articles/sub/c d.txt": GOOD,
            "content/articles/2001-11-02-dated.md": GOOD,
            "content/articles/slugged.md": f"---\nslug: other\n---\n{GOOD}",
            "content/articles/sub/photo.jpg": b"x",
            "content/pages/about.md": GOOD,
            "content/authors/ann-lee.md": "---\nname: Ann Lee\n---\nA reporter.\n",
        }
    )


@pytest.mark.parametrize(
    ("link", "leads"),
    [
        ("../b.md", "/articles/b.html"),
        ("../b", "/articles/b.html"),
        ("../b.html", "/articles/b.html"),
        ("/articles/b.md", "/articles/b.html"),
        ("/articles/b.html", "/articles/b.html"),
        ("../b.md#a-part", "/articles/b.html#t-a-part"),
        ("c%20d.txt", "/articles/sub/c%20d.html"),
        ("../slugged.md", "/articles/other.html"),
        ("../other.html", "/articles/other.html"),
        ("/pages/about.md", "/about.html"),
        ("/about.html", "/about.html"),
        ("/authors/ann-lee.md", "/authors/ann-lee.html"),
        ("photo.jpg", "/articles/sub/photo.jpg"),
        ("#here", "/articles/sub/a.html#t-here"),
        ("/**/2001-11-02-dated.md", "/articles/2001-11-02-dated.html"),
        ("/**/slugged", "/articles/other.html"),
        ("/**/photo.jpg", "/articles/sub/photo.jpg"),
        ("/**/articles/b.md#a-part", "/articles/b.html#t-a-part"),
        ("/**/_posts/2001-11-02-dated.md", "/articles/2001-11-02-dated.html"),
        ("/**/c%20d.txt", "/articles/sub/c%20d.html"),
        ("/**//authors/ann-lee", "/authors/ann-lee.html"),
        ("/**//dates/undated", "/dates/undated.html"),
        ("https://a.org/b", "https://a.org/b"),
        ("mailto:a@a.org", "mailto:a@a.org"),
    ],
)
def test_links_that_lead_somewhere(archive: SiteTest, link: str, leads: str) -> None:
    """A link by source path or by address leads to the page, relative to where it stands."""
    assert leads == href(archive, link)


@pytest.mark.parametrize(
    ("link", "code", "hint"),
    [
        ("gone.md", "link-dead", "whole address"),
        ("bb/b.md", "link-dead", "Did you mean content/articles/b.md?"),
        ("../slugge.md", "link-dead", "Did you mean content/articles/slugged.md?"),
        ("../../../../etc/passwd", "link-dead", "whole address"),
        ("../b.md#gone", "anchor-dead", "after `#`"),
        ("http://[", "", ""),
        ("//[::1", "", ""),
    ],
)
def test_links_that_lead_to_nothing(archive: SiteTest, link: str, code: str, hint: str) -> None:
    """A dead link is a warning with its line; what may be meant is guessed."""
    archive.write({"content/articles/sub/a.md": f"# A\n\nSee [this]({link}) now.\n"})
    found = [one for one in archive.diagnostics() if one["path"].endswith("sub/a.md")]
    assert [code] * bool(code) == [one["code"] for one in found]
    for one in found:
        assert (one["line"], one["value"]) == (3, link)
        assert hint in one["hint"]


def test_of_several_that_bear_a_name_folders_tell_which_is_meant(archive: SiteTest) -> None:
    """A link by name alone leads nowhere where it may mean either of two."""
    archive.write({"content/articles/1999/b.md": GOOD, "content/articles/2000/b/index.md": GOOD})
    assert href(archive, "/**/1999/b.md") == "/articles/1999/b.html"
    assert href(archive, "/**/2000/b") == "/articles/2000/b/index.html"
    assert href(archive, "/**/./2000/b/index.md") == "/articles/2000/b/index.html"
    assert href(archive, "/**/1998/b.md") is None
    assert href(archive, "/**/" * 2_000 + "gone.md") is None
    assert href(archive, "/**/b.md") is None
    (dead,) = [one for one in archive.diagnostics() if one["code"] == "link-dead"]
    assert dead["value"] == "b.md"
    assert 'title="b.md"' in archive.page("articles/sub/a.html")


def test_what_lies_beside_the_text_is_meant_first(archive: SiteTest) -> None:
    """Then what is published: a draft of that name is not what a reader is sent to."""
    draft = f"---\ndraft: true\n---\n{GOOD}"
    archive.write({"content/articles/sub/b.md": GOOD, "content/articles/v/slugged.md": draft})
    assert href(archive, "/**/b.md") == "/articles/sub/b.html"
    assert href(archive, "/**/slugged.md") == "/articles/other.html"


EDITS = st.lists(st.tuples(st.integers(4, 30), st.sampled_from(["", "x", "é", "\ud800", "ab"])))
UNLIKE = tuple(f"abcdefgh{at}" for at in range(links.MANY))


@given(st.lists(EDITS, max_size=4), EDITS)
def test_of_many_names_the_nearest_is_guessed(
    names: list[list[tuple[int, str]]], meant: list[tuple[int, str]]
) -> None:
    """The same that is found where each is compared."""

    def edited(edits: list[tuple[int, str]]) -> str:
        name = "abc-an-article-of-a-long-name"
        for at, put in edits:
            name = name[:at] + put + name[at + 1 :]
        return name

    np.empty(0)  # Where it is loaded, letters of all names are counted at once.
    there = [*map(edited, names), *UNLIKE]
    resolver = links.Resolver({}, {f"content/{one}": one for one in there}, {}, {}, ())
    name = edited(meant)
    close = difflib.get_close_matches(name, resolver.names, 1, links.LIKE)
    assert resolver.guess(name) == next((f"content/{one}" for one in close), "")
    for some in (resolver._perhaps(name), links._may_be_like(name, resolver.names)):
        assert {*close} <= {*some}
        assert set(some).isdisjoint(UNLIKE)


def test_letters_are_counted_where_it_is_worth_loading_what_counts_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """For few dead links only so many as tell that a name has too few."""
    monkeypatch.setattr(links, "sys", SimpleNamespace(modules={}))
    resolver = links.Resolver({}, {f"content/{one}": one for one in UNLIKE}, {}, {}, ())
    assert resolver._perhaps("abc") == []
    assert not resolver.letters
    for at in range(links.DEAD + 1):
        resolver.guess(f"xyz{at}")
    assert resolver._perhaps("abc") == []
    assert resolver.letters


@example("//a/b", "a.md")
@given(
    st.text("ab./-_0Z%?#: \u00e9\t\\@[", max_size=8), st.sampled_from(["a.md", "content/a/b.md"])
)
def test_a_plain_target_is_its_own_path(target: str, path: str) -> None:
    """What is not taken apart as a URL means what it would mean, in any folder."""
    if links._PATH.fullmatch(target):
        parts = urlsplit(target)
        assert (unquote(parts.path), parts.fragment) == (target, "")
    base = links.CONTENT if target.startswith("/") else posixpath.dirname(path)
    meant = posixpath.normpath(posixpath.join(base, target.lstrip("/")))
    resolver = links.Resolver({}, {meant: "x.html"}, {}, {}, ())
    if not target.startswith("/**/") and meant.isascii():
        assert resolver.named(path, target) == ("document", meant)


PATHS = [
    *(f"content/a/{name}" for name in ("x.md", "y.md", "index.md", "K.md", "\u212a.md")),
    "content/a/x/index.md",
    "content/\u00e9/x.md",
    "content/e\u0301/x.md",
]
FILES = ["content/a/x.jpg", "content/a/x.html"]
NEAR = [
    "x.md",
    "x.md",
    "y.md",
    "./K.md",
    "../a/index.md",
    "x.jpg",
    "x.html",
    "x/index.md",
    "/a/y.md",
]
FAR = ["x", "y.html", "/a/x.md", "/**/x.md", "//x.md", "x.md/", "x/..", "x/../", "", "%78.md"]
OTHER = ["x.md#p", "#p", "x.md?a", "\u212a.md", "../\u00e9/x.md", "index", "../x.md", "gone.md"]
Text = tuple[list[str], str, bool]
"""The targets of an article, its URL if it states one, and whether it has an anchor."""


def _text(chance: Random) -> Text:
    far = chance.random() < 0.3
    targets = chance.choices([*FAR, *OTHER] if far else NEAR, k=chance.choice([0, 1, 1, 2]))
    url = chance.choice(["b.html", "a/x.html", "a/x.jpg"]) if chance.random() < 0.1 else ""
    return targets, url, chance.random() < 0.5


def _document(path: str, text: Text) -> Document:
    references = tuple(Reference(target, 1, image=target.endswith("jpg")) for target in text[0])
    anchors = frozenset(["p"] if text[2] else [])
    return Document("article", path, path, "", "", "", references=references, anchors=anchors)


def _resolver(
    texts: Mapping[str, Text], files: Collection[str], failed: str
) -> tuple[list[Document], links.Resolver]:
    documents = [_document(path, text) for path, text in texts.items() if path != failed]
    urls = {one.path: texts[one.path][1] or f"{one.path[8:-3]}.html" for one in documents}
    attachments = {path: path.removeprefix("content/") for path in files}
    named = {one.path: one for one in documents}
    unpublished = {failed: "it has errors"} if failed else {}
    pages = [*urls.values(), "a/index.html"]
    return documents, links.Resolver(named, urls, attachments, unpublished, pages)


def test_what_was_resolved_stands_where_nothing_else_can_be_meant() -> None:
    """Whatever comes and goes, all is as if each reference were looked at again; and the very path
    of something leads to what would be found by it.
    """
    stood = 0
    for seed in range(3_000):
        chance = Random(seed)
        texts = {path: _text(chance) for path in PATHS if chance.random() < 0.6}
        failed = "content/a/y.md" if chance.random() < 0.1 else ""
        old, resolver = _resolver(texts, chance.sample(FILES, chance.randrange(3)), failed)
        resolved, _ = links.resolve(old, resolver)
        for one in old:
            exact = zip(resolver.exactly(one) or (), one.references, strict=False)
            for path, reference in exact:
                kind = "attachment" if path in FILES else "document"
                assert resolver.find(one.path, reference.target) == (kind, path)
        used = {path: resolver.attachments[path] for path in resolved.attachments}
        came = {path: _text(chance) for path in chance.sample(PATHS, chance.randrange(3))}
        went = chance.sample(PATHS, chance.randrange(3))
        before = links.Before(resolved, frozenset(came), used)
        texts = {path: one for path, one in texts.items() if path not in went} | came
        new, resolver = _resolver(texts, chance.sample(FILES, chance.randrange(3)), failed)
        stood += len(before.standing(resolver))
        assert links.resolve(new, resolver, before) == links.resolve(new, resolver)
    assert stood


def test_no_index_is_guessed(archive: SiteTest) -> None:
    """Many folders have one, so that any of them would be a wild guess."""
    archive.write({"content/articles/1999/index.md": GOOD})
    assert href(archive, "gone/index.md") is None
    (dead,) = [one for one in archive.diagnostics() if one["code"] == "link-dead"]
    assert "Did you mean" not in dead["hint"]


def test_a_file_of_a_draft_is_not_unused(archive: SiteTest) -> None:
    """Removing it would lose what the draft shows; where a file has errors, nobody knows."""
    archive.write({"content/articles/sub/d.md": "---\ndraft: true\n---\n![A bridge](photo.jpg)\n"})
    assert "attachment-unused" not in archive.codes()
    archive.write({"content/articles/sub/d.md": "---\ntitle: [\n---\n![A bridge](photo.jpg)\n"})
    (unused,) = [one for one in archive.diagnostics() if one["code"] == "attachment-unused"]
    assert unused["hint"].startswith("It may be in a document with errors")


def test_a_link_to_a_draft(archive: SiteTest) -> None:
    """A link to what is held back is told, and its words stand without a link."""
    archive.write({"content/articles/b.md": f"---\ndraft: true\n---\n{GOOD}"})
    assert href(archive, "../b.md") is None
    (found,) = [one for one in archive.diagnostics() if one["code"] == "link-held-back"]
    assert "(draft)" in found["message"]


def test_a_missing_image_is_told(archive: SiteTest) -> None:
    """A missing image is a warning; the page is published with its words."""
    archive.write({"content/articles/sub/a.md": "# A\n\n![A bridge](foto.jpg)\n"})
    (found,) = [one for one in archive.diagnostics() if one["code"] == "image-missing"]
    assert (found["path"], found["line"]) == ("content/articles/sub/a.md", 3)
    assert archive.run("build").exit_code == 0
    assert "A bridge" in archive.page("articles/sub/a.html")


def test_an_image_is_copied(archive: SiteTest) -> None:
    """A file that a document refers to is published beside it, byte for byte."""
    archive.write({"content/articles/sub/a.md": "# A\n\n![A bridge](photo.jpg)\n"})
    assert "attachment-unused" not in archive.codes()
    assert archive.run("build").exit_code == 0
    assert (archive.folder / "output/articles/sub/photo.jpg").read_bytes() == b"x"


def test_accept_silences_a_dead_link(archive: SiteTest) -> None:
    """A dead link that the keeper has reviewed is silent, in that document only."""
    body = "# A\n\nSee [this](gone.md).\n"
    archive.write(
        {
            "content/articles/x.md": f"---\naccept: [link-dead]\n---\n{body}",
            "content/articles/y.md": body,
        }
    )
    found = [one["path"] for one in archive.diagnostics() if one["code"] == "link-dead"]
    assert found == ["content/articles/y.md"]


def test_a_portrait_is_a_link_too(archive: SiteTest) -> None:
    """The portrait of a registry entry is found beside it, or told."""
    archive.write(
        {
            "content/authors/ann-lee.md": "---\nname: Ann Lee\nportrait: ann.jpg\n---\nText.\n",
            "content/articles/a.md": "---\nauthors: [Ann Lee]\n---\n# A\n\nText.",
        }
    )
    (found,) = [one for one in archive.diagnostics() if one["code"] == "image-missing"]
    assert found["path"] == "content/authors/ann-lee.md"
    archive.write({"content/authors/ann.jpg": b"x"})
    assert "image-missing" not in archive.codes()


@pytest.mark.parametrize(
    "portrait",
    ["http://[evil", "#x", "https://a.org/b.jpg", "../articles/b.md", "ann.pdf", "//a.org/b.jpg"],
)
def test_a_portrait_is_an_image_of_this_archive(archive: SiteTest, portrait: str) -> None:
    """Anything else is told like a missing image, and the page has no picture."""
    archive.write(
        {
            "content/authors/ann-lee.md": f"---\nname: Ann\nportrait: '{portrait}'\n---\nText.\n",
            "content/authors/ann.pdf": b"x",
        }
    )
    (found,) = [one for one in archive.diagnostics() if one["code"] == "image-missing"]
    assert (found["path"], found["value"]) == ("content/authors/ann-lee.md", portrait)
    assert archive.run("build").exit_code == 0
    assert archive.soup("authors/ann-lee.html").select("img") == []


def test_names_in_either_form_of_unicode(site: SiteTest) -> None:
    """A name that a Mac wrote (NFD) is found by what is typed (NFC), in links and in tables."""
    composed, decomposed = "\u00dcbung", "U\u0308bung"
    site.write(
        {
            f"content/articles/{decomposed}.txt": "Text.",
            "content/articles/a.md": f"# A\n\n[x]({composed}.txt) [y](%C3%9Cbung.txt)",
            "content/articles/metadata.csv": f"file,title\n{composed}.txt,Exercise\n",
        }
    )
    assert site.codes() == []
    site.run("build")
    found = site.soup("articles/a.html").select(".body a:not(.anchor)")
    links = [str(link["href"]) for link in found]
    assert links == ["%C3%9Cbung.html"] * 2
    assert "Exercise" in site.text(f"articles/{composed}.html")
