"""site_gen: a static archival website generator."""

__version__ = "0.1.0"
