"""Marks of other programs in texts, and what stands for them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from site_gen import markup
from site_gen.parse.shortcodes import replaced
from tests.support import SiteTest

KNOWN: dict[str, str | None] = {
    "img": "![{alt}](x/{src})",
    "two": "{1}, {0}",
    "note": "",
    "site.base": "/b",
    "relref": None,
}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ('[a]({{< ref "1999/x.md" >}}) b', "[a](/**/1999/x.md) b"),
        ("[a]({% post_url 1999-10-02-x %})", "[a](/**/1999-10-02-x)"),
        ("[a]({{ site.baseurl }}{% link _posts/x.md %})", "[a](/**/_posts/x.md)"),
        ("[a]({{ site.url }}/x/)", "[a](/x/)"),
        ('<a href="{{< ref `x` >}}">', '<a href="/**/x">'),
        ('{{< img src="a.jpg" alt="He said \\"hi\\" {x}" >}}.', '![He said "hi" {x}](x/a.jpg).'),
        ("{{% img src=`a.jpg` %}}", "![](x/a.jpg)"),
        ("{{<two one 'it' />}}", "'it', one"),
        ("{{< note >}}\ninner\n{{< /note >}}", "\ninner\n"),
        ("{% note %}inner{% endnote %}", "inner"),
        ('[a]({{< ref path="x" lang="en" >}})', "[a](/**/x)"),
        (
            '{{< img\n  src="a"\n  alt="b" >}} and\nmore.\n\nEnd.',
            "![b](x/a) and\nmore.\n\n\n\nEnd.",
        ),
        ('{{< img\n\n  src="a" >}}{{< img\nsrc="b" >}}', "![](x/a)![](x/b)\n\n\n"),
        ('{{< img alt="two\n lines" >}}', "![two lines](x/)\n"),
        ("{{ site.base }}/x{{site.base}}", "/b/x/b"),
    ],
)
def test_marks_become_what_stands_for_them(text: str, wanted: str) -> None:
    """With what they give by name and by number; lines stay as many as they were."""
    assert replaced(text, KNOWN)[0] == wanted


@pytest.mark.parametrize(
    "text",
    [
        '{{< other src="a" >}}',
        "{{< /other >}}",
        '{{</* ref "x" */>}}',
        '{{< img src="unclosed >}} and',
        '{{< img src="a" %}}',
        "{{site.other}}x",
        "{ref x} {{}} {%%} {{<",
        "In Vue a template says {{ link }}, Liquid says {% link %}, `{{ ref }}` names it.",
        '{{< ref "x.md" >}} and [a](b {{< ref "x.md" >}}) and [c]({{ ref }}) [d]({{< ref >}})',
        "{% raw %}{% note %} [a]({% post_url x %}){% endraw %}",
        '[a]({{< relref "x.md" >}})',
    ],
)
def test_what_is_no_known_mark_stays(text: str) -> None:
    """Nothing is guessed: it is told as code of another program instead."""
    assert replaced(text, KNOWN) == (text, ())


@pytest.mark.parametrize(
    "text", ["{{< " + "a" * 99_999, "{{<" + " " * 99_999, "{% raw %}" * 9_999, "{{< a " * 9_999]
)
def test_no_text_takes_long(text: str) -> None:
    """Each character is looked at a few times at most."""
    assert replaced(text, KNOWN) == (text, ())
    markup.render(text, markup.Options("markdown"), "a.md")


@given(st.text(alphabet='{}<>%/-."`=\\ \nrefnotximg01'))
def test_lines_stay_as_many_as_they_were(text: str) -> None:
    """Whatever a text holds, findings name the lines of the file."""
    assert replaced(text, KNOWN)[0].count("\n") == text.count("\n")


def test_an_archive_of_another_program_is_read_by_its_marks(site: SiteTest) -> None:
    """Links lead where they led, what stands for marks is shown and told to the reader, and other
    marks are told to the keeper; when the setting changes, so does the page.
    """
    text = (
        'See [it]({{< ref "harvest.md" >}}).\n\n{{< video id="7" >}}\n\n{{< video id="8" >}}\n\n'
        "{{< other >}}\n"
    )
    site.write(
        {
            "site.yml": "shortcodes: {video: 'A film of number {id}.'}\n",
            "content/articles/a.md": f"# A\n\n{text}",
            "content/articles/1999/harvest.md": "# Harvest\n\nText.\n",
            "content/articles/plain.txt": f"---\ntitle: P\nmarkup: plain\n---\n{text}",
        }
    )
    found = [one for one in site.diagnostics() if one["code"] != "url-missing"]
    assert [(one["code"], one["path"]) for one in found] == [
        ("template-code", "content/articles/a.md")
    ]
    assert found[0]["message"].endswith(": other")
    assert site.run("build").exit_code == 0
    (link,) = site.soup("articles/a.html").select(".body a:not(.anchor)")
    assert link["href"] == "1999/harvest.html"
    assert "A film of number 7." in site.text("articles/a.html")
    assert "Line 5: " in site.text("articles/a.html")
    assert "video (2 times)" in site.text("articles/a.html")
    assert "ref" in site.text("articles/plain.html")
    site.write({"site.yml": "shortcodes: {ref: null, video: ''}\n"})
    assert site.run("build").exit_code == 0
    assert "film" not in site.page("articles/a.html")
    assert not site.soup("articles/a.html").select(".body a[href]:not(.anchor)")


def test_words_that_are_withheld_do_not_come_back_by_a_mark(site: SiteTest) -> None:
    """What a mark would spell is redacted too, or nothing is published."""
    site.write(
        {
            "site.yml": "shortcodes: {who: '{first} {last}'}\n",
            "content/articles/a.md": "# A\n\nMet Petra Secret. "
            '{{< who first="Petra" last="Secret" >}}\n',
            "content/articles/a.yml": "redactions: [{match: Petra Secret, reason: asked}]\n",
        }
    )
    done = site.run("build", "--keep-going")
    assert done.exit_code == 1  # There is no other article.
    assert "redaction-left" in done.stderr
    assert "Secret" not in done.stdout + done.stderr


def test_what_stands_for_a_mark_is_one_line(site: SiteTest) -> None:
    """Else findings would name wrong lines."""
    site.write(
        {"site.yml": 'shortcodes:\n  box: "a\\nb"\n', "content/articles/a.md": "# A\n\nB.\n"}
    )
    (found,) = [one for one in site.diagnostics() if one["code"] == "config-value"]
    assert "`box`" in found["message"]


def test_findings_quote_the_line_of_the_file(site: SiteTest) -> None:
    """Where a mark was replaced, nobody would find what is read in its place."""
    line = 'See {{< video id="7" >}} and [it](gone.md).'
    site.write(
        {
            "site.yml": "shortcodes: {video: 'A film of number {id}.'}\n",
            "content/articles/a.md": f"# A\n\n<zzz> {line}\n",
        }
    )
    told = site.run("check", "--only", "unknown-tag").stderr
    assert "a.md:3: warning[unknown-tag]" in told
    assert f"3 | <zzz> {line}" in told
