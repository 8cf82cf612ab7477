"""Commands that stand beside `build`: each module is one, thin like those of `cli`."""

from __future__ import annotations

import datetime
import os

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
