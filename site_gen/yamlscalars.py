"""What YAML takes an unquoted scalar for: text, nothing, a boolean or a number.

PyYAML is loaded where it is asked: most texts are plainly texts.
"""

from __future__ import annotations

TYPED_TAGS = frozenset(f"tag:yaml.org,2002:{name}" for name in ("bool", "int", "float"))
NULL_TAG = "tag:yaml.org,2002:null"
LONGEST_NUMBER = 100
MAX_DEPTH = 40


class Typed(str):
    """An unquoted scalar that YAML calls a boolean or a number; `value` is what it means."""

    __slots__ = ("value",)
    value: bool | int | float


def tag_of(text: str) -> str:
    """The tag that YAML gives an unquoted scalar of at least one character; empty for text."""
    import yaml

    for tag, pattern in yaml.SafeLoader.yaml_implicit_resolvers.get(text[0], ()):
        if pattern.match(text):
            return str(tag)
    return ""


def typed(text: str, tag: str) -> str:
    """A scalar with what it means, if its tag is one of `TYPED_TAGS` and it is no longer than any
    use; else the text.
    """
    if len(text) > LONGEST_NUMBER:
        return text
    import yaml

    make = yaml.constructor.SafeConstructor()
    makers = {
        "bool": make.construct_yaml_bool,
        "int": make.construct_yaml_int,
        "float": make.construct_yaml_float,
    }
    try:
        value = makers[tag.rpartition(":")[2]](yaml.ScalarNode(tag, text))
    except (ValueError, KeyError, IndexError):
        # An explicit `!!int` before what is no number.
        return text
    found = Typed(text)
    found.value = value
    return found
