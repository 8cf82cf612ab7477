"""`python -m site_gen`."""

import gc

# What is loaded stays: to look through it for cycles takes longer than some of it.
gc.disable()
from site_gen.cli import run  # noqa: E402

gc.freeze()
gc.enable()
run("python -m site_gen")
