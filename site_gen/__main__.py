"""`python -m site_gen`."""

import gc

# Modules stay once they are loaded. Python would look through them for cycles several times
# meanwhile, which takes longer than the loading of some.
gc.disable()
from site_gen.cli import run  # noqa: E402

gc.freeze()
gc.enable()
run("python -m site_gen")
