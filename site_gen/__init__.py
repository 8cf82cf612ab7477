"""site_gen: a static archival website generator."""

import os

__version__ = "0.1.0"

# NumPy's library for matrices, which nothing here uses, starts a thread for each core as it is
# loaded, and these turn idly for a while: the cores are for the processes of a build.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
