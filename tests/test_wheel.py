"""The wheel: what is installed elsewhere works there, without the checkout and without network."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from tests.support import DATE, ROOT

FILES = ("pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md", ".gitignore")
FOLDERS = ("site_gen", "templates", "static", "docs")
"""What a package is built from; the build runs on a copy, as it writes beside its sources."""


def run(*command: str | Path, cwd: Path) -> str:
    """The output of a command that must succeed, run without this process's Python path."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The wheel built from the source distribution, and the one built from the checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    checkout = folder / "checkout"
    checkout.mkdir()
    for name in FILES:
        shutil.copy(ROOT / name, checkout)
    for name in FOLDERS:
        shutil.copytree(ROOT / name, checkout / name)
    build = (sys.executable, "-m", "build", "--no-isolation")
    run(*build, "--outdir", folder / "from sdist", checkout, cwd=folder)
    run(*build, "--outdir", folder / "from checkout", "--wheel", checkout, cwd=folder)
    return {way: next((folder / way).glob("*.whl")) for way in ("from sdist", "from checkout")}


@pytest.fixture(scope="module")
def python(wheels: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an empty environment that holds the wheel.

    Its dependencies are those of the running environment, so that nothing is downloaded.
    """
    home = tmp_path_factory.mktemp("environment")
    venv.create(home)
    variables = {"base": str(home), "platbase": str(home)}
    scripts = Path(sysconfig.get_path("scripts", "venv", vars=variables))
    packages = Path(sysconfig.get_path("purelib", "venv", vars=variables))
    installed = scripts / ("python.exe" if os.name == "nt" else "python")
    pip = (sys.executable, "-m", "pip", "--python", installed, "--disable-pip-version-check")
    run(*pip, "install", "--no-deps", "--no-index", wheels["from sdist"], cwd=home)
    outer = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (packages / "dependencies.pth").write_text("\n".join(sorted(outer)) + "\n", encoding="utf-8")
    return installed


def contents(wheel: Path) -> dict[str, int]:
    """The checksum of every file of a wheel by its name."""
    with zipfile.ZipFile(wheel) as archive:
        return {info.filename: info.CRC for info in archive.infolist()}


def test_the_source_distribution_builds_the_same_wheel(wheels: dict[str, Path]) -> None:
    """It does not matter whether a wheel is built from the checkout or from the sdist."""
    assert contents(wheels["from sdist"]) == contents(wheels["from checkout"])


def test_the_wheel_carries_the_whole_theme(wheels: dict[str, Path]) -> None:
    """Every file of templates/ and static/ is in the wheel, and nothing but the package is."""
    theme = {
        "site_gen/theme/" + path.relative_to(ROOT).as_posix()
        for kind in ("templates", "static")
        for path in (ROOT / kind).rglob("*")
        if path.is_file()
    }
    names = set(contents(wheels["from sdist"]))
    assert theme - names == set()
    assert {name.split("/")[0].split("-")[0] for name in names} == {"site_gen"}


def test_the_wheel_carries_the_world(wheels: dict[str, Path]) -> None:
    """The countries, their outlines and what these were made from are in it, and are not large."""
    with zipfile.ZipFile(wheels["from sdist"]) as archive:
        sizes = {
            one.filename.rpartition("/")[2]: one.file_size
            for one in archive.infolist()
            if one.filename.startswith("site_gen/world/")
        }
    assert {"places.json", "outlines.json", "README.md"} <= sizes.keys()
    assert sum(sizes.values()) < 400_000


def test_an_installed_wheel_builds_a_styled_site(python: Path, tmp_path: Path) -> None:
    """`init` and `build` work where only the wheel is, with the theme that it carries."""
    where = run(python, "-c", "import site_gen; print(site_gen.__file__)", cwd=tmp_path)
    assert Path(where.strip()).is_relative_to(python.parent.parent)
    run(python, "-m", "site_gen", "init", "demo", cwd=tmp_path)
    demo = tmp_path / "demo"
    run(python, "-m", "site_gen", "build", "--date", DATE, cwd=demo)
    page = demo / "output" / "articles" / "welcome.html"
    soup = BeautifulSoup(page.read_bytes(), "html.parser")
    sheets = [page.parent / str(link["href"]) for link in soup.select("link[rel=stylesheet]")]
    assert sheets
    assert [sheet for sheet in sheets if not sheet.read_bytes().strip()] == []
