"""Find a Chromium, or fetch one. A missing browser fails the test with a sentence; it never skips.

1. ``$CHROMIUM``, the path of one. 2. On PATH: ``chromium-headless-shell``, which has no windows to draw and half the work,
``chromium``, ``google-chrome``. 3. Linux x64: the npm package @sparticuz/chromium, which carries the program inside,
unpacked into ``.cache`` (needs Node 20 with npm). 4. Elsewhere: Playwright's own download.
"""

from __future__ import annotations

import fcntl
import os
import platform
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

CACHE = Path(__file__).resolve().parents[2] / ".cache"
NPM_PACKAGE = "@sparticuz/chromium@153"
ON_PATH = ("chromium-headless-shell", "chromium", "google-chrome")
# the switches after --disable-gpu keep Chromium from calling home
SWITCHES = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
]
ADVICE = (
    "The browser tests need Chromium. Install one (Debian: apt-get install chromium-headless-shell), or set CHROMIUM to "
    "the path of one, or, on Linux x64, install Node 20 with npm so that the suite can fetch one."
)


class NoBrowser(RuntimeError):
    """There is no Chromium and none could be fetched."""


@dataclass(frozen=True)
class Chromium:
    """A program to launch. ``path`` is None for the one that Playwright downloaded itself."""

    path: Path | None
    environ: dict[str, str] = field(default_factory=dict)

    @property
    def switches(self) -> list[str]:
        """Arguments for the program; root cannot use Chromium's sandbox."""
        return [*SWITCHES, *(["--no-sandbox"] if os.geteuid() == 0 else [])]


def find_chromium(cache: Path = CACHE) -> Chromium:
    """The first Chromium of the ladder above. Raises NoBrowser, which says what to do."""
    if chosen := os.environ.get("CHROMIUM"):
        if not Path(chosen).is_file():
            raise NoBrowser(f"CHROMIUM names a file that is not there. {ADVICE}")
        return Chromium(Path(chosen))
    for name in ON_PATH:
        if found := shutil.which(name):
            return Chromium(Path(found))
    if sys.platform == "linux" and platform.machine() == "x86_64":
        return _from_npm(cache)
    _run([sys.executable, "-m", "playwright", "install", "chromium"])
    return Chromium(None)


def _from_npm(cache: Path) -> Chromium:
    """Chromium from the npm registry, unpacked once into ``cache``."""
    cache.mkdir(parents=True, exist_ok=True)
    home = cache / "chromium-153"
    with _lock(cache / "chromium.lock"):
        if not (home / "complete").exists():
            shutil.rmtree(home, ignore_errors=True)
            home.mkdir()
            _unpack(home)
            (home / "complete").touch()
    environ = {
        "LD_LIBRARY_PATH": os.pathsep.join(
            filter(None, [str(home / "lib"), os.environ.get("LD_LIBRARY_PATH")])
        ),
        "FONTCONFIG_FILE": str(home / "fonts.conf"),
        "VK_ICD_FILENAMES": str(home / "vk_swiftshader_icd.json"),
    }
    return Chromium(home / "chromium", {**os.environ, **environ})


def _unpack(home: Path) -> None:
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm is None or node is None:
        raise NoBrowser(ADVICE)
    _run([npm, "pack", "--silent", NPM_PACKAGE, "--pack-destination", str(home)])
    (archive,) = home.glob("*.tgz")
    with tarfile.open(archive) as package:
        package.extractall(home, filter="data")
    packed = home / "package" / "bin"
    _brotli(node, packed / "chromium.br", home / "chromium")
    (home / "chromium").chmod(0o755)
    for name in ("al2023", "fonts", "swiftshader"):
        _brotli(node, packed / f"{name}.tar.br", home / f"{name}.tar")
        with tarfile.open(home / f"{name}.tar") as part:
            part.extractall(home, filter="data")
        (home / f"{name}.tar").unlink()
    # the font list inside names folders of another machine
    (home / "fonts.conf").write_text(
        f'<?xml version="1.0"?><fontconfig><dir>{home}</dir><dir>/usr/share/fonts</dir>'
        f"<cachedir>{home / 'font-cache'}</cachedir></fontconfig>\n",
        encoding="utf-8",
    )
    shutil.rmtree(home / "package")
    archive.unlink()


def _brotli(node: str, packed: Path, unpacked: Path) -> None:
    """Unpack with Node, since Python has no brotli of its own."""
    script = (
        "const [from, to] = process.argv.slice(1);"
        "require('stream').pipeline(require('fs').createReadStream(from),"
        " require('zlib').createBrotliDecompress(), require('fs').createWriteStream(to),"
        " error => { if (error) { console.error(error.message); process.exit(1) } })"
    )
    _run([node, "-e", script, str(packed), str(unpacked)])


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise NoBrowser(f"{ADVICE}\n{Path(command[0]).name} said: {done.stderr.strip()[-600:]}")


@contextmanager
def _lock(path: Path) -> Iterator[None]:
    """One test process fetches, the others wait."""
    with open(path, "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
