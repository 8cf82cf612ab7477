"""What YAML takes an unquoted scalar for: text, nothing, a boolean or a number."""

from __future__ import annotations

import yaml

TYPED_TAGS = frozenset(f"tag:yaml.org,2002:{name}" for name in ("bool", "int", "float"))
NULL_TAG = "tag:yaml.org,2002:null"
LONGEST_NUMBER = 100
_RESOLVERS = yaml.SafeLoader.yaml_implicit_resolvers


class Typed(str):
    """An unquoted scalar that YAML calls a boolean or a number; `value` is what it means."""

    __slots__ = ("value",)
    value: bool | int | float


def tag_of(text: str) -> str:
    """The tag that YAML gives an unquoted scalar of at least one character; empty for text."""
    for tag, pattern in _RESOLVERS.get(text[0], ()):
        if pattern.match(text):
            return str(tag)
    return ""


def typed(text: str, tag: str) -> str:
    """A scalar with what it means, if its tag is one of `TYPED_TAGS` and it is no longer than any
    use; else the text.
    """
    if len(text) > LONGEST_NUMBER:
        return text
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
