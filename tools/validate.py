"""Ask the validators that need Java or Node about a site with every kind of page.

    python -m tools.validate [FOLDER …]     further folders hold built sites

The Nu Html Checker reads every page and the style sheet, the schema of sitemaps.org the sitemap,
Lighthouse one page of each kind. They are installed into `.venv/validators`, with a network.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lxml import etree

from tests.archive_sites import EVERY_KIND
from tests.support import ROOT, SiteTest, find_chromium, hosted
from tests.test_validators import MORE

PLACE = ROOT / ".venv/validators"
PACKAGES = ("vnu-jar@26.9.27", "sitemap@9.0.1", "lighthouse@13.5.0")
NOT_FOUND = {
    r"violates Content Security Policy": (
        "to the checker a file from a disk has no origin, and JSON-LD is a script; browsers run "
        "under that policy in the tests"
    ),
    r"CSS: “(paint-order|vector-effect)”": "properties of SVG, which it does not know",
}
"""Findings that are none, and why."""
KINDS = (
    "index.html",
    "articles/full.html",
    "authors/tim-example.html",
    "coverage.html",
    "data/index.html",
    "dates/index.html",
    "places/index.html",
    "search.html",
)
ASKED = ("accessibility", "best-practices", "seo")
"""What Lighthouse is asked about. It is no measure of speed on a machine that does other work."""
LEAST = 0.9


def main(folders: list[str]) -> int:
    """Print what the validators find; 1 if that is anything, 2 if they cannot be run."""
    missing = [
        f"{name} ({what})"
        for name, what in (("java", "the Nu Html Checker"), ("npm", "to install validators"))
        if not shutil.which(name)
    ]
    browser = find_chromium()
    if missing or not browser:
        lacking = ", ".join([*missing, *([] if browser else ["Chromium (Lighthouse)"])])
        print(f"make validate needs what is not here: {lacking}.", file=sys.stderr)
        print("On Debian and Ubuntu: apt-get install default-jre npm chromium", file=sys.stderr)
        return 2
    PLACE.mkdir(parents=True, exist_ok=True)
    subprocess.run(["npm", "install", "--silent", "--prefix", PLACE, *PACKAGES], check=True)
    with tempfile.TemporaryDirectory() as folder:
        site = SiteTest(Path(folder)).write({**EVERY_KIND, **MORE})
        site.run("build", "--keep-going")
        sites = [Path(folder) / "output", *map(Path, folders)]
        found = [line for one in sites for line in (*_html(one), *_sitemap(one))]
        found += _lighthouse(sites[0], browser)
    for line in found:
        print(line)
    print("The validators find nothing." if not found else f"{len(found)} findings")
    return 1 if found else 0


def _html(site: Path) -> Iterator[str]:
    jar = PLACE / "node_modules/vnu-jar/build/dist/vnu.jar"
    command = ["java", "-Xss8m", "-jar", jar, "--format", "json", "--skip-non-html"]
    command += ["--also-check-css", "--also-check-svg", site]
    told = json.loads(subprocess.run(command, capture_output=True, check=False).stderr)
    seen: Counter[str] = Counter()
    for one in told["messages"]:
        said = one["message"]
        if one["type"] == "info" and one.get("subType") != "warning":
            continue
        if any(re.search(pattern, said) for pattern in NOT_FOUND):
            continue
        seen[said] += 1
        if seen[said] == 1:
            page = one.get("url", "").rpartition(f"/{site.name}/")[2]
            yield f"{page}:{one.get('lastLine', '')}: {said}"


def _sitemap(site: Path) -> Iterator[str]:
    schema = etree.XMLSchema(etree.parse(PLACE / "node_modules/sitemap/schema/sitemap.xsd"))
    for path in sorted(site.glob("sitemap*.xml")):
        sitemap = etree.parse(path)
        if etree.QName(sitemap.getroot()).localname == "urlset" and not schema.validate(sitemap):
            yield from (f"{path.name}:{one.line}: {one.message}" for one in schema.error_log)


def _lighthouse(site: Path, browser: str) -> Iterator[str]:
    with hosted(site) as address:
        for kind in KINDS:
            command: list[Any] = [PLACE / "node_modules/.bin/lighthouse", f"{address}{kind}"]
            command += ["--quiet", "--output=json", f"--only-categories={','.join(ASKED)}"]
            command += ["--chrome-flags=--headless=new --no-sandbox"]
            asked = {**os.environ, "CHROME_PATH": browser}
            result = subprocess.run(command, capture_output=True, check=True, env=asked)
            report = json.loads(result.stdout)
            for name, category in report["categories"].items():
                if category["score"] < LEAST:
                    yield f"{kind}: Lighthouse: {name} {category['score']}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
