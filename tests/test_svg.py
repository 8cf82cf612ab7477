"""SVG attachments are published only with what draws: nothing that runs, loads or leads away."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from site_gen.svg import DEEPEST, sanitise

OPENING = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
PIXEL = "data:image/png;base64,iVBORw0KGgo="


def drawing(inside: str, attributes: str = "") -> bytes:
    """A whole image around some elements."""
    return f"{OPENING}{attributes}>{inside}</svg>".encode()


def sanitised(inside: str) -> str:
    """What is left of some elements."""
    result = sanitise(drawing(inside)).decode().removesuffix("\n")
    if result == f"{OPENING}/>":
        return ""
    assert result.startswith(f"{OPENING}>")
    assert result.endswith("</svg>")
    return result.removeprefix(f"{OPENING}>").removesuffix("</svg>")


@pytest.mark.parametrize(
    "inside",
    [
        '<path d="M0 0L1 1Z" fill="none" stroke="#000" stroke-width="2"/>',
        '<g transform="translate(1 2) scale(-1)"><rect x="1" y="2" width="3" height="4"/></g>',
        '<text x="1" font-family="Noto Sans, \'Open Sans\'">a &lt; b <tspan>کابل</tspan></text>',
        '<defs><linearGradient id="a"><stop offset="0" stop-color="red"/></linearGradient></defs>',
        '<clipPath id="c"><circle cx="1" cy="1" r="1"/></clipPath><g clip-path="url(#c)"/>',
        '<mask id="m"/><g mask="url( \'#m\' )"/>',
        '<marker id="k" orient="auto"/><line marker-end="url(#k)"/>',
        '<filter id="f"><feGaussianBlur in="SourceAlpha" stdDeviation="2"/></filter>',
        '<pattern id="p" patternUnits="userSpaceOnUse"><image xlink:href="#i"/></pattern>',
        '<symbol id="s" viewBox="0 0 1 1"/><use xlink:href="#s"/><use href="#s"/>',
        f'<image href="{PIXEL}" width="1"/>',
        '<title xml:lang="en">A map</title><desc>Of Kabul &amp; environs</desc>',
        '<path style="fill:url(#a) #fff;stroke:rgb(1, 2, 3)"/>',
        "<style>.a,.b&gt;path{fill:#fff;stroke:none}\n#c:hover{opacity:.5}</style>",
        '<rect class="a" id="b" role="img" aria-label="url(https://e.org)" xml:space="preserve"/>',
    ],
)
def test_kept(inside: str) -> None:
    """What only draws stays as it is."""
    assert inside == sanitised(inside)


@pytest.mark.parametrize(
    "inside",
    [
        "<script>alert(1)</script>",
        '<script xlink:href="https://e.org/x.js"/>',
        '<h:script xmlns:h="http://www.w3.org/1999/xhtml">alert(1)</h:script>',
        '<foreignObject><body xmlns="http://www.w3.org/1999/xhtml"><form/></body></foreignObject>',
        '<iframe xmlns="http://www.w3.org/1999/xhtml" src="https://e.org"/>',
        '<animate attributeName="href" to="javascript:alert(1)"/>',
        '<set attributeName="xlink:href" to="https://e.org"/>',
        '<handler type="application/ecmascript">alert(1)</handler>',
        "<metadata><x/></metadata>",
        '<sodipodi:namedview xmlns:sodipodi="http://sodipodi.sourceforge.net/DTD/sodipodi-0.dtd"/>',
        '<unknown><path d="M0 0"/></unknown>',
        "<!-- a comment -->",
        "<?xml-stylesheet href='https://e.org/a.css'?>",
        "<style>@import url(https://e.org/a.css);</style>",
        "<style>@import 'https://e.org/a.css'; @charset \"x\";</style>",
        "<style>@font-face{font-family:a;src:url(https://e.org/a.woff)}</style>",
        "<style>@media print{path{fill:red}}</style>",
        "<style>@supports (fill:red){@media print{path{fill:red}}}</style>",
        "<style>path{fill:url(https://e.org/#a)}</style>",
        "<style>path{background:url(a.png);-moz-binding:url(#x);behavior:none}</style>",
        "<style>path{fill:u\\72l(https://e.org)}</style>",
        "<style>path{fill:expression(alert(1))}</style>",
        "<style>path[id^='a']{fill:red}</style>",
        '<style type="text/less">path{fill:red}</style>',
        "<style><x>path{fill:red}</x></style>",
        "<style>path{fill:red</style>",
        "<style>}}path{</style>",
    ],
)
def test_dropped(inside: str) -> None:
    """What runs, loads, animates or is not known goes with all that is in it."""
    assert sanitised(inside) == ""


@pytest.mark.parametrize(
    "attribute",
    [
        'onload="alert(1)"',
        'onclick="alert(1)"',
        'href="javascript:alert(1)"',
        'href=" java&#10;script:alert(1)"',
        'xlink:href="https://e.org/a.svg#b"',
        'xlink:href="//e.org/a.png"',
        'xlink:href="other.svg#a"',
        'href="#"',
        'href="data:image/svg+xml;base64,PHN2Zy8+"',
        'href="data:text/html,%3Cscript%3E"',
        'href="data:image/png,#a"',
        'xml:base="https://e.org/"',
        'data-x="1"',
        'target="_blank"',
        'fill="url(https://e.org/#a)"',
        'fill="URL(https://e.org/#a)"',
        'fill="url(&quot;https://e.org/#a&quot;)"',
        'fill="u\\72l(https://e.org/)"',
        'fill="url(#a) url(//e.org)"',
        'fill="u/**/rl(x)"',
        'filter="src(&quot;https://e.org&quot;)"',
        'mask="image-set(&quot;https://e.org&quot; 1x)"',
        'cursor="url(https://e.org)"',
        'clip-path="url(#a"',
        'style="fill:url(https://e.org/a)"',
        'style="background-image:url(#a)"',
        'style="-inkscape-font-specification:Sans"',
        'style="fill:&quot;a;b"',
        "style=\"@import 'x'\"",
        'style=""',
        'sodipodi:role="line" xmlns:sodipodi="http://sodipodi.sourceforge.net/DTD/0"',
    ],
)
def test_dropped_attribute(attribute: str) -> None:
    """Handlers, addresses outside the drawing and what is not known go; the element stays."""
    for element in ("use", "path", "a", "rect"):
        assert f"<{element}/>" == sanitised(f"<{element} {attribute}/>")


@pytest.mark.parametrize(
    ("inside", "left"),
    [
        (
            '<path style="FILL : red ; x:y; stroke:  #000 ;"/>',
            '<path style="fill:red;stroke:#000"/>',
        ),
        (
            "<style>/* a */ .a { fill : red ; src:url(x) } .b{} @page{} .c{fill:blue}</style>",
            "<style>.a{fill:red}\n.c{fill:blue}</style>",
        ),
        ("<style><![CDATA[.a>b{fill:red}]]></style>", "<style>.a&gt;b{fill:red}</style>"),
        ("<text><![CDATA[<script>]]></text>", "<text>&lt;script&gt;</text>"),
        (
            '<image xlink:href=" data:image/jpeg;base64,AAAA\n BBBB= "/>',
            '<image xlink:href="data:image/jpeg;base64,AAAABBBB="/>',
        ),
        (f'<use href="{PIXEL}"/>', "<use/>"),
        ("<g><script/> <path/></g>", "<g> <path/></g>"),
        ('<s:g xmlns:s="http://www.w3.org/2000/svg"><s:path/></s:g>', "<g><path/></g>"),
        (
            '<a xlink:href="https://e.org"><text>here</text></a>',
            "<a><text>here</text></a>",
        ),
        (
            '<text id="a&#10;b&#9;&quot;c">&#13;</text>',
            '<text id="a&#10;b&#9;&quot;c">&#13;</text>',
        ),
    ],
)
def test_mended(inside: str, left: str) -> None:
    """Of what is partly safe the safe part stays."""
    assert left == sanitised(inside)


def test_handler_on_the_root() -> None:
    """The root element is held to the same rules as those in it."""
    assert f'{OPENING} width="1"/>\n'.encode() == sanitise(
        drawing("", ' onload="alert(1)" width="1"')
    )


@pytest.mark.parametrize(
    "head",
    [
        '<?xml version="1.0" encoding="UTF-8" standalone="no"?>\n',
        '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" '
        '"http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">\n',
        "<!DOCTYPE svg>",
        "<!-- Created with Inkscape (http://www.inkscape.org/) -->\n\n",
        '<?xml-stylesheet type="text/css" href="https://e.org/a.css"?>',
        "\ufeff",
    ],
)
def test_head_of_the_file(head: str) -> None:
    """What drawing programs write before the image is left out."""
    assert drawing("<path/>") + b"\n" == sanitise(head.encode() + drawing("<path/>"))


@pytest.mark.parametrize("encoding", ["utf-16", "iso-8859-1", "windows-1251"])
def test_encodings(encoding: str) -> None:
    """An image in another encoding becomes UTF-8."""
    head = f'<?xml version="1.0" encoding="{encoding}"?>'
    letter = "é" if encoding == "iso-8859-1" else "ж"
    data = (head + drawing(f"<title>{letter}</title>").decode()).encode(encoding)
    assert drawing(f"<title>{letter}</title>") + b"\n" == sanitise(data)


BOMB = """<!DOCTYPE svg [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>"""


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "not well-formed XML: no element found .line 1, column 1."),
        (b"not xml", "not well-formed"),
        (b"\x89PNG\r\n\x1a\n", "not well-formed"),
        (b"\x1f\x8b\x08\0", "compressed"),
        (f"{OPENING}><g></svg>".encode(), "mismatched tag .line 1, column"),
        (drawing("\0"), "not well-formed"),
        (drawing("<x:path/>"), "unbound prefix"),
        (drawing('<path d="" d=""/>'), "duplicate attribute"),
        (drawing("&nbsp;"), "undefined entity"),
        (drawing("").replace(b"xmlns=", b"x="), "root element is not <svg xmlns="),
        (b"<html xmlns='http://www.w3.org/1999/xhtml'/>", "root element is not"),
        (f"{BOMB}{OPENING}>&c;</svg>".encode(), "DOCTYPE declares"),
        (b'<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + drawing("&a;"), "declares"),
        (b'<!DOCTYPE svg [<!ATTLIST svg onload CDATA "x()">]>' + drawing(""), "declares"),
        (b'<!DOCTYPE svg SYSTEM "https://e.org/a.dtd">' + drawing("&a;"), "not defined: &a;"),
        (drawing("<g>" * DEEPEST + "</g>" * DEEPEST), "deep"),
        (drawing("<x>" * 100_000), "deep"),
        (b'<?xml version="1.0" encoding="klingon"?>' + drawing(""), "unknown"),
    ],
)
def test_refused(data: bytes, reason: str) -> None:
    """What is not a whole SVG image, or declares entities, is refused with a reason."""
    with pytest.raises(ValueError, match=reason):
        sanitise(data)


def test_deepest() -> None:
    """The deepest drawing that is let through keeps all its elements."""
    inner = DEEPEST - 1
    assert sanitise(drawing("<g>" * inner + "</g>" * inner)).count(b"<g") == inner


def test_long_hostile_values() -> None:
    """Values made to keep a pattern busy are read in one go."""
    long = "a" * 300_000
    for value in (long, "url(" * 100_000, "url(#" + long, "(" * 300_000, " " * 300_000):
        assert sanitised(f'<g fill="{value}" style="fill:{value}"/>').startswith("<g")
    for css in (long, "@" * 300_000, "{" * 300_000, "/*" * 100_000, long + "{fill:" + long):
        sanitised(f"<style>{css}</style>")


def attributes() -> SearchStrategy[str]:
    """Attributes, safe and not, with values that mean something to some reader."""
    names = ["id", "class", "d", "fill", "style", "href", "xlink:href", "onload", "xml:space", "in"]
    values = ["#a", "red", "url(#a)", "url(http://e.org)", "fill:red", "javascript:a()", PIXEL]
    text = st.text(st.sampled_from("a#:;(){}'/*@\\ \t\n\r&<é\u2028"), max_size=8)
    value = st.one_of(st.sampled_from(values), text).map(escape)
    return st.dictionaries(st.sampled_from(names), value, max_size=3).map(
        lambda found: "".join(f' {name}="{value}"' for name, value in found.items())
    )


def escape(text: str) -> str:
    """Text as character references, so that any of it comes through the parser."""
    return "".join(f"&#{ord(character)};" for character in text)


def elements() -> SearchStrategy[str]:
    """Trees of elements, safe and not, with text between them."""
    names = st.sampled_from(["g", "path", "style", "script", "text", "use", "image", "x", "a"])
    leaves = st.text(st.sampled_from("ab.#:;{}()*/@'\\ \n\r&<>é"), max_size=12).map(escape)
    return st.recursive(
        leaves,
        lambda inner: st.builds(
            lambda name, attributes, children: f"<{name}{attributes}>{''.join(children)}</{name}>",
            names,
            attributes(),
            st.lists(inner, max_size=4),
        ),
        max_leaves=12,
    )


@given(elements())
def test_stable_and_safe(inside: str) -> None:
    """The result is well-formed, sanitising it again changes nothing, and nothing in it acts."""
    result = sanitise(drawing(inside))
    assert result == sanitise(result)
    for element in ElementTree.fromstring(result).iter():
        assert element.tag.startswith("{http://www.w3.org/2000/svg}")
        assert element.tag.partition("}")[2] not in ("script", "x")
        for name, value in element.attrib.items():
            assert "onload" not in name
            if name.endswith("href"):
                assert re.match(r"#|data:image/png", value)
            if name in ("fill", "style"):
                assert "http" not in value
                assert "\\" not in value
