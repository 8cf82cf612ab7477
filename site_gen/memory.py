"""Memory that is free in this process, handed back to the system."""

from __future__ import annotations

import contextlib


def give_back() -> None:
    """Hand back what was freed, where the C library can (glibc); it costs a millisecond or two.

    Large columns that come and go leave gaps behind that a process keeps, though others are at
    work beside it.
    """
    # Here, because most commands do without.
    import ctypes

    with contextlib.suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)
