"""Sites that several test files build: one with every kind of page, one of any size."""

from __future__ import annotations

import base64
from collections.abc import Mapping

Files = dict[str, str | bytes]

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)

HOSTILE_SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10" onload="alert(1)">'
    '<script>alert(1)</script><rect width="10" height="10" fill="#369"/></svg>'
)

HOSTILE = """---
title: 'Trouble <script>alert("title")</script> & "quotes"'
authors: ['<img src=x onerror=alert(1)>']
places: ['"><script>alert(1)</script>']
date: 1987-03-05
summary: '</p><script>alert(1)</script>'
source_url: javascript:alert(1)
---

<script>alert(1)</script>

<style>body { display: none }</style>

<p style="color: red" onclick="alert(1)">A paragraph with a handler.</p>

<a href="javascript:alert(1)">A script link</a>, <a href="data:text/html,x">data</a>,
<iframe src="https://example.com/"></iframe><object data="x.swf"></object>
<form action="https://example.com/"><input name="q"><button>Go</button></form>
<meta http-equiv="refresh" content="0; url=https://example.com/">
<base href="https://example.com/">
<svg onload="alert(1)"><script>alert(1)</script></svg>

![remote](https://example.com/tracker.png) and [mail](mailto:a@example.org).

<div id="main" class="masthead evil">A body that takes the names of the page.</div>

[x]: javascript:alert(1)

A [reference][x], [over there](//example.com/x) and <img src="x" onerror="alert(1)">.
"""

FULL = """---
title: The defections
authors: [Tim Example, C++]
date: 2001-11-02
modified: 2002-01
places: [Kunduz, Kabul]
topics: [War, War & peace]
series: [Dispatches]
source_url: https://example.com/original?a=1&b=2
archived_url: https://web.archive.org/web/2001/https://example.com/original
accessed: 2001-11-05
publication: The Example
collection: Box 4
identifier: EX-17
rights: All rights reserved
summary: What happened in November.
desk: News desk
---

They came in the morning, see [the other one](odd.md#the-part), [the photo](photo.png),
[the report](r%C3%A9port%20one.pdf) and [the free page](/pages/about.md).

![A photo](photo.png) ![A drawing](drawing.svg)

| a | b |
|---|---|
| 1 | 2 |

## A heading {#own}

A note[^1] and [a place here](#own).

> Quoted.

```
code
```

[^1]: The note itself.
"""

EVERY_KIND: Files = {
    "site.yml": (
        "title: Every kind\nurl: https://example.org/repo/\ndescription: All pages there are.\n"
        "publisher: The keepers\nrights: CC0\nfields: {desk: Desk}\nlist_limit: 10\n"
    ),
    "content/articles/full.md": FULL,
    "content/articles/photo.png": PNG,
    "content/articles/réport one.pdf": b"%PDF-1.4\n",
    "content/articles/drawing.svg": HOSTILE_SVG,
    "content/articles/hostile.md": HOSTILE,
    "content/articles/odd.md": (
        "---\ntitle: Odd\nslug: 'Ünï & co #1? (x) %41'\ndate: 2001-11\nauthors: [محمد امین]\n"
        "places: [Köln, Koln]\ntopics: ['index', '+++']\n---\n\n"
        "To [the first](full.md#own).\n\n## The part\n\nText.\n"
    ),
    "content/articles/dari.md": (
        "---\ntitle: صبح در کابل\nlanguage: prs\ndate: c. 1942\nauthors: [王小波]\n"
        "places: [kabul]\n---\n\nمتن کوتاه.\n"
    ),
    "content/articles/undated.md": (
        "---\ntitle: A letter without a date\nauthors: [Иван Петров]\n---\n\nText.\n"
    ),
    "content/articles/noted.md": (
        "---\ntitle: Noted\nauthors: [Ann Noted]\ndate: 2003\n---\n\nA text about something.\n\n"
        "Ann Noted is a reporter for the Example.\n"
    ),
    "content/authors/tim-example.md": (
        "---\nname: Tim Example\naliases: [T. Example]\nportrait: tim.png\n"
        "same_as: [https://www.wikidata.org/wiki/Q1]\n---\n\n"
        "Tim lives in [Kabul](../places/kabul.yml).\n"
    ),
    "content/authors/tim.png": PNG,
    "content/authors/_index.md": "---\ntitle: Authors\n---\n\nThose who wrote.\n",
    "content/places/kabul.yml": "name: Kabul\nparent: Afghanistan\ncoordinates: [34.53, 69.17]\n",
    "content/places/afghanistan.md": "---\nname: Afghanistan\n---\n",
    "content/pages/index.md": "---\ntitle: Welcome\n---\n\nThis is [the archive](about.md).\n",
    "content/pages/about.md": "---\ntitle: About\n---\n\nAbout this archive.\n",
    **{
        f"content/articles/wire/{day:02d}-{number}.txt": (
            f"---\ntitle: Wire {day} {number}\ndate: 1987-03-{day:02d}\ntopics: [earn]\n"
            f"authors: [C]\n---\n\nNet <IBM> {number} mln dlrs.\n"
        )
        for day in (1, 2)
        for number in range(7)
    },
    **{
        f"content/articles/wire/u{number}.txt": f"Untitled wire {number}\n\nText {number}.\n"
        for number in range(12)
    },
}
"""Every kind of page and of split list, names that are hard to put into a URL, hostile text."""


def articles(count: int, **fields: str) -> Files:
    """Articles `n00.md` and on, one a day from 1 January 2000, with these front matter fields."""
    made: dict[str, str | bytes] = {}
    for number in range(count):
        stated = {"title": f"Article {number}", "date": f"2000-01-{number % 28 + 1:02d}"} | fields
        made[f"content/articles/n{number:02d}.md"] = document(f"Text {number}.", stated)
    return made


def document(body: str, fields: Mapping[str, str]) -> str:
    """A Markdown document with front matter."""
    stated = "".join(f"{key}: {value}\n" for key, value in fields.items())
    return f"---\n{stated}---\n\n{body}\n"
