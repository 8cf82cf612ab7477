"""What pages are rendered from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from pathlib import Path

from site_gen.config import SiteConfig
from site_gen.copies import Copies
from site_gen.frozen import frozen
from site_gen.links import Resolved
from site_gen.model import Archive
from site_gen.pages import Plan


@frozen
class Inputs:
    """All that pages show. `assets` are the URLs of static files by name; `store` is the folder
    of the store that holds the bodies; `index` is the URL of the search index's root, empty
    where none was made; `program` is the digest of what renders, `templates` that of templates,
    `planned` that of what the plan is made from.
    """

    site: Path
    config: SiteConfig
    archive: Archive
    plan: Plan
    links: Resolved
    assets: Mapping[str, str]
    store: Path
    index: str = ""
    program: str = ""
    templates: str = ""
    copies: Copies = field(default_factory=Copies)
    planned: str = ""
