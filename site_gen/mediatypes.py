"""The media type of a file by the ending of its name, where others are told of it.

Python's own table takes in what the machine knows, and a page must not depend on that.
"""

from __future__ import annotations

_TYPES = {
    ".bib": "application/x-bibtex",
    ".csv": "text/csv",
    ".geojson": "application/geo+json",
    ".gif": "image/gif",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".json": "application/json",
    ".jsonl": "application/jsonl",
    ".mp3": "audio/mpeg",
    ".mp4": "video/mp4",
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".ris": "application/x-research-info-systems",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
    ".webp": "image/webp",
    ".xml": "application/xml",
    ".zip": "application/zip",
}


def media_type(url: str) -> str:
    """The media type (RFC 6838); empty for an ending that is not among the usual ones."""
    _, dot, ending = url.rpartition(".")
    return _TYPES.get(f"{dot}{ending.lower()}", "")
