"""Commands that stand beside `build`: each module is one, thin like those of `cli`."""

from __future__ import annotations

import datetime
import os
from collections.abc import Callable
from typing import Any

import click


def today() -> datetime.date:
    """The day to build for: SOURCE_DATE_EPOCH, else today in UTC."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    if not epoch:
        return datetime.datetime.now(datetime.UTC).date()
    try:
        return datetime.datetime.fromtimestamp(int(epoch), datetime.UTC).date()
    except (ValueError, OverflowError, OSError) as problem:
        raise click.UsageError(
            f"SOURCE_DATE_EPOCH is not a number of seconds: {epoch!r}"
        ) from problem


def for_whom(help: str) -> Callable[[Any], Any]:
    """The option `--format` of a command that speaks to people or to programs."""
    return click.option(
        "--format",
        "form",
        type=click.Choice(["text", "json"]),
        default="text",
        show_default=True,
        help=help,
    )
