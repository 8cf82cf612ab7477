"""Makes SVG attachments safe to publish: an allow-list, applied in one pass.

An SVG image is a program in waiting: it can run scripts, load remote files and show forms. What
may stay is listed here by name (SVG 1.1 and 2); everything else is dropped. The result is meant
for files of their own, linked or shown by `<img>`, not for being pasted into a page.

The parser is the standard library's expat, driven directly: unlike ElementTree (and defusedxml,
which wraps it) it reports DOCTYPE and entities before acting on them and needs no tree, so
neither entity bombs nor deep nesting can exhaust memory or the stack.

Not covered: drawings that are valid but costly to draw, such as `<use>` nested many times over.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from xml.parsers import expat

SVG = "http://www.w3.org/2000/svg"
XLINK = "http://www.w3.org/1999/xlink"
XML = "http://www.w3.org/XML/1998/namespace"

DEEPEST = 200
"""Elements within elements; drawing programs stay far below, and some readers stop at 256."""


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


ELEMENTS = _names("""
    svg g defs symbol use switch a title desc style
    path rect circle ellipse line polyline polygon text tspan textPath image
    linearGradient radialGradient stop pattern clipPath mask marker filter
    feBlend feColorMatrix feComponentTransfer feComposite feConvolveMatrix feDiffuseLighting
    feDisplacementMap feDistantLight feDropShadow feFlood feFuncA feFuncB feFuncG feFuncR
    feGaussianBlur feImage feMerge feMergeNode feMorphology feOffset fePointLight
    feSpecularLighting feSpotLight feTile feTurbulence
""")

PROPERTIES = _names("""
    alignment-baseline baseline-shift clip clip-path clip-rule color color-interpolation
    color-interpolation-filters color-rendering direction display dominant-baseline fill
    fill-opacity fill-rule filter flood-color flood-opacity font font-family
    font-feature-settings font-kerning font-size font-size-adjust font-stretch font-style
    font-variant font-variant-caps font-variant-east-asian font-variant-ligatures
    font-variant-numeric font-weight glyph-orientation-horizontal glyph-orientation-vertical
    image-rendering isolation kerning letter-spacing lighting-color line-height marker
    marker-end marker-mid marker-start mask mask-type mix-blend-mode opacity overflow paint-order
    pointer-events shape-rendering stop-color stop-opacity stroke stroke-dasharray
    stroke-dashoffset stroke-linecap stroke-linejoin stroke-miterlimit stroke-opacity
    stroke-width text-align text-anchor text-decoration text-indent text-orientation
    text-overflow text-rendering text-transform transform transform-box transform-origin
    unicode-bidi vector-effect visibility white-space word-spacing writing-mode
    width height max-width max-height
""")
"""CSS properties, in `style`, in style sheets and as attributes; their values are checked."""

ATTRIBUTES = _names("""
    id class lang role systemLanguage aria-hidden aria-label aria-labelledby aria-describedby
    x y x1 y1 x2 y2 cx cy r rx ry fx fy fr dx dy d points width height viewBox version
    preserveAspectRatio pathLength rotate textLength lengthAdjust startOffset method spacing side
    offset gradientUnits gradientTransform spreadMethod patternUnits patternContentUnits
    patternTransform clipPathUnits maskUnits maskContentUnits markerUnits markerWidth markerHeight
    refX refY orient
    filterUnits primitiveUnits in in2 result mode type values operator k1 k2 k3 k4 order
    kernelMatrix kernelUnitLength divisor bias targetX targetY edgeMode preserveAlpha surfaceScale
    diffuseConstant specularConstant specularExponent limitingConeAngle pointsAtX pointsAtY
    pointsAtZ z azimuth elevation scale xChannelSelector yChannelSelector stdDeviation radius
    baseFrequency numOctaves seed stitchTiles tableValues slope intercept amplitude exponent
""")
"""Attributes that never hold an address or a program."""

FUNCTIONS = _names("""
    rgb rgba hsl hsla hwb lab lch oklab oklch color icc-color calc min max clamp
    matrix matrix3d translate translatex translatey scale scalex scaley rotate skew skewx skewy
    inset circle ellipse polygon path rect blur brightness contrast drop-shadow grayscale
    hue-rotate invert opacity saturate sepia
""")

SHOWS_IMAGES = frozenset({"image", "feImage"})
LOCAL = re.compile(r"#[^\s#]+")
EMBEDDED = re.compile(r"data:image/(?:png|jpe?g|gif|webp);base64,[A-Za-z0-9+/]+={0,2}")
LOCAL_URL = re.compile(r"""url\(\s*(["']?)#[^\s"'()]+\1\s*\)""", re.IGNORECASE)
FUNCTION = re.compile(r"(?<![\w-])([\w-]+)\(")
# A backslash could spell `url(` in a way that is not seen here; the others end a value or a rule.
NEVER_IN_A_VALUE = re.compile(r"[\\@<>{};]|/\*|\*/")
COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
SELECTOR = re.compile(r"[\w\s.#,>*+~:-]+")
BLANKS = re.compile(r"\s+")

# Tabs and line ends survive in an attribute, and carriage returns anywhere, only as references.
_IN_TEXT = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"}
TEXT_ESCAPES = str.maketrans(_IN_TEXT)
ATTRIBUTE_ESCAPES = str.maketrans({**_IN_TEXT, '"': "&quot;", "\n": "&#10;", "\t": "&#9;"})


def sanitise(data: bytes) -> bytes:
    """The same drawing as UTF-8 without anything that runs, loads or leads elsewhere.

    Raises ValueError, with a reason fit for the keeper, if the bytes are not well-formed XML 1.0,
    are not an SVG image, or have a DOCTYPE with declarations in it. The result does not depend
    on anything but `data`, and sanitising it again changes nothing.
    """
    if data.startswith(b"\x1f\x8b"):
        raise ValueError("it is compressed (.svgz); unpack it to .svg")
    sanitiser = _Sanitiser()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _check_doctype
    parser.SkippedEntityHandler = _refuse_entity
    parser.StartElementHandler = sanitiser.start
    parser.EndElementHandler = sanitiser.end
    parser.CharacterDataHandler = sanitiser.text
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        reason = expat.ErrorString(error.code)
        raise ValueError(
            f"it is not well-formed XML: {reason} (line {error.lineno}, column {error.offset + 1})"
        ) from error
    except LookupError as error:
        raise ValueError(f"its encoding is unknown: {error}") from error
    return sanitiser.result()


def _check_doctype(name: str, system: str | None, public: str | None, declares: bool) -> None:
    """A plain DOCTYPE, as drawing programs write it, is harmless and is left out."""
    if declares:
        raise ValueError("its DOCTYPE declares entities or attributes; save it as plain SVG")


def _refuse_entity(name: str, is_parameter: bool) -> None:
    raise ValueError(f"it uses an entity that is not defined: &{name};")


class _Sanitiser:
    """Receives expat's events and writes those that may stay.

    Names arrive as `namespace local`. `_dropping` counts the open elements from the topmost one
    that is being dropped.
    """

    def __init__(self) -> None:
        self._written: list[str] = []
        self._depth = 0
        self._dropping = 0
        self._tag_is_open = False
        self._sheet: list[str] | None = None

    def start(self, name: str, attributes: dict[str, str]) -> None:
        namespace, _, local = name.rpartition(" ")
        if self._depth == 0 and (namespace, local) != (SVG, "svg"):
            raise ValueError(f'its root element is not <svg xmlns="{SVG}">')
        self._depth += 1
        if self._depth > DEEPEST:
            raise ValueError(f"its elements lie more than {DEEPEST} deep within each other")
        inside_sheet = self._sheet is not None
        if self._dropping or inside_sheet or namespace != SVG or local not in ELEMENTS:
            self._dropping += 1
            return
        if local == "style":
            if attributes.get("type", "text/css").strip().lower() != "text/css":
                self._dropping += 1
                return
            self._sheet = []
            return
        self._close_tag()
        declarations = {"xmlns": SVG, "xmlns:xlink": XLINK} if self._depth == 1 else {}
        kept = {**declarations, **_attributes(local, attributes)}
        self._written.append(f"<{local}{''.join(_written(kept))}")
        self._tag_is_open = True

    def end(self, name: str) -> None:
        self._depth -= 1
        if self._dropping:
            self._dropping -= 1
        elif self._sheet is not None:
            sheet = _sheet("".join(self._sheet))
            self._sheet = None
            if sheet:
                self._close_tag()
                self._written.append(f"<style>{sheet.translate(TEXT_ESCAPES)}</style>")
        elif self._tag_is_open:
            self._written.append("/>")
            self._tag_is_open = False
        else:
            self._written.append(f"</{name.rpartition(' ')[2]}>")

    def text(self, data: str) -> None:
        if self._dropping:
            return
        if self._sheet is not None:
            self._sheet.append(data)
            return
        self._close_tag()
        self._written.append(data.translate(TEXT_ESCAPES))

    def result(self) -> bytes:
        return ("".join(self._written) + "\n").encode()

    def _close_tag(self) -> None:
        if self._tag_is_open:
            self._written.append(">")
            self._tag_is_open = False


def _written(attributes: dict[str, str]) -> Iterable[str]:
    return (f' {name}="{value.translate(ATTRIBUTE_ESCAPES)}"' for name, value in attributes.items())


def _attributes(element: str, attributes: dict[str, str]) -> dict[str, str]:
    """The attributes that may stay, in their order, by the names they are written with."""
    kept: dict[str, str] = {}
    for name, value in attributes.items():
        namespace, _, local = name.rpartition(" ")
        if (namespace, local) in (("", "href"), (XLINK, "href")):
            if target := _target(element, value):
                kept["xlink:href" if namespace else "href"] = target
        elif namespace == XML and local in ("lang", "space"):
            kept[f"xml:{local}"] = value
        elif namespace:
            continue
        elif local == "style":
            if style := _declarations(value):
                kept["style"] = style
        elif local in ATTRIBUTES or (local in PROPERTIES and _is_safe(value)):
            kept[local] = value
    return kept


def _target(element: str, value: str) -> str:
    """A link as it may stay: to a part of the same drawing, or pixels that it carries itself."""
    value = value.strip()
    if LOCAL.fullmatch(value):
        return value
    embedded = "".join(value.split())
    return embedded if element in SHOWS_IMAGES and EMBEDDED.fullmatch(embedded) else ""


def _is_safe(value: str) -> bool:
    """Whether a CSS value can load nothing: no function but known ones, no address but `#id`."""
    if NEVER_IN_A_VALUE.search(value):
        return False
    rest = LOCAL_URL.sub(" ", value)
    balanced = (
        rest.count("(") == rest.count(")") and rest.count('"') % 2 == 0 and rest.count("'") % 2 == 0
    )
    return balanced and all(name.lower() in FUNCTIONS for name in FUNCTION.findall(rest))


def _declarations(style: str) -> str:
    """The declarations of a `style` that may stay."""
    kept = []
    for declaration in COMMENT.sub(" ", style).split(";"):
        name, _, value = BLANKS.sub(" ", declaration).partition(":")
        name, value = name.strip().lower(), value.strip()
        if name in PROPERTIES and value and _is_safe(value):
            kept.append(f"{name}:{value}")
    return ";".join(kept)


def _sheet(css: str) -> str:
    """The plain rules of a style sheet that may stay; rules that begin with `@` are dropped."""
    rules = []
    depth = 0
    selector = text = ""
    for token in re.split(r"([{}])", COMMENT.sub(" ", css)):
        if token == "{":
            depth += 1
            if depth == 1:
                selector = BLANKS.sub(" ", text.rpartition(";")[2]).strip()
            text = ""
        elif token == "}":
            if depth == 1 and SELECTOR.fullmatch(selector) and (kept := _declarations(text)):
                rules.append(f"{selector}{{{kept}}}")
            depth = max(depth - 1, 0)
            text = ""
        else:
            text = token
    return "\n".join(rules)
