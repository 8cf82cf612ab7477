"""What a build leaves in the store for the next: so that what stands is not made again.

It is a memory and no more: without it, or with a damaged one, a build takes longer and comes to
the same.
"""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from site_gen.cache import PAST, Store, digest_of, program_digest
from site_gen.model import OutputFile
from site_gen.signatures import Kept


@dataclass(frozen=True, slots=True)
class Past:
    """The end of the last build into one output folder.

    `pages` are its pages by URL, each with the digest of all that it shows; `inputs` is the digest
    of all that the build was made from, `manifest` that of the manifest which it wrote, and
    `result` what it came to.
    """

    sources: Kept = field(default_factory=dict)
    output: Kept = field(default_factory=dict)
    pages: Mapping[str, tuple[str, OutputFile]] = field(default_factory=dict)
    inputs: str = ""
    manifest: str = ""
    result: Any = None

    @classmethod
    def load(cls, store: Store, output: str) -> Past:
        """The past of an output folder; an empty one if there is none."""
        data = store.get(_key(output))
        return cls() if data is None else cls(*pickle.loads(data))

    def save(self, store: Store, output: str) -> None:
        """Keep it for the next build."""
        values = (self.sources, self.output, self.pages, self.inputs, self.manifest, self.result)
        store.put([(_key(output), pickle.dumps(values))])


def _key(output: str) -> str:
    # Another program may mean other things by the same bytes.
    return f"{PAST}{program_digest()} {digest_of(output)}"
