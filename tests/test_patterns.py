"""Patterns that are compiled when they are first used."""

from __future__ import annotations

import copy
import importlib
import pickle
import pkgutil
import re

import pytest

import site_gen
from site_gen.patterns import late_pattern


def test_a_late_pattern_does_what_a_compiled_one_does() -> None:
    text = "Kabul, 2 November 2001; Herat, 12 November"
    late, made = late_pattern(r"(\d+) nov", re.IGNORECASE), re.compile(r"(\d+) nov", re.IGNORECASE)
    for _ in range(2):
        assert late.sub("x", text) == made.sub("x", text)
        assert late.findall(text) == ["2", "12"]
        assert late.match(text) is None
    assert late.pattern == made.pattern
    for again in (pickle.loads(pickle.dumps(late_pattern("a+"))), copy.copy(late)):
        assert again.findall("aa, 1 nov")


def test_a_mistake_in_a_pattern_is_raised_where_it_is_used() -> None:
    wrong = late_pattern("(")
    for _ in range(2):
        with pytest.raises(re.error):
            wrong.search("text")


def test_every_late_pattern_can_be_compiled() -> None:
    count = 0
    for module in pkgutil.walk_packages(site_gen.__path__, "site_gen."):
        if not module.name.endswith("__main__"):
            for value in vars(importlib.import_module(module.name)).values():
                if type(value).__name__ == "_Late":
                    assert value.groups >= 0
                    count += 1
    assert count > 20
