"""Mutation testing of the slot rule, by hand: ``python -m tests.mutation [busy hours ...]``.

mutmut changes the code of ``scheduler/availability`` in a thousand small ways and runs ``tests/availability`` against
each; a change that no test notices is a survivor, and is listed at the end. It takes an hour or more on two cores: name
modules to do those alone. The work is done on a copy under ``.cache/mutation``, with an environment of its own that is
installed when it is not there; finished mutants are kept, so a stopped run goes on where it was (``--afresh``: begin
again, as is needed after tests have changed). ``EXAMPLES`` says how many examples each property gets for a mutant.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CACHE = ROOT / ".cache" / "mutation"
COPY = CACHE / "tree"
PACKAGES = [
    "mutmut>=3.8,<4",
    "pytest>=9,<10",
    "hypothesis>=6.140,<7",
    "python-dateutil>=2.9,<3",
    "tzdata>=2025.2",
]
EXAMPLES = "60"
# No conftest.py: these tests need none, and its fixtures would bring the whole application along.
COPIED = [
    "scheduler/availability",
    "tests/availability",
    "tests/reference",
    "tests/data/vectors",
    "tests/support/examples.py",
]
SETTINGS = """
[tool.mutmut]
source_paths = ["scheduler"]
also_copy = ["tests"]
pytest_add_cli_args_test_selection = ["tests/availability"]
# Left out: one test that asks every zone of the world, and those that time a search over three centuries.
pytest_add_cli_args = [
    "-q", "--import-mode=importlib", "-p", "no:cacheprovider",
    "-k", "not in_every_zone and not is_refused_soon",
]
process_isolation = "forkserver"  # what one run keeps about zones and rules must not hide a change from the next

[tool.pytest.ini_options]
pythonpath = ["."]
"""


def environment() -> Path:
    python = CACHE / "venv" / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(CACHE / "venv")], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "-q", *PACKAGES], check=True)
    return python


def lay_out(afresh: bool) -> None:
    """The rule and its tests, and nothing else of the product, as a tree of their own."""
    if afresh:
        shutil.rmtree(COPY / "mutants", ignore_errors=True)
    for name in COPIED:
        place = COPY / name
        place.parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).is_dir():
            shutil.rmtree(place, ignore_errors=True)
            shutil.copytree(ROOT / name, place, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copyfile(ROOT / name, place)
    for package in ("scheduler", "tests", "tests/support"):
        (COPY / package / "__init__.py").touch()
    (COPY / "pyproject.toml").write_text(SETTINGS, encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(description="Mutation testing of the slot rule.")
    parser.add_argument("modules", nargs="*", help="modules of scheduler/availability; none: all")
    parser.add_argument("--afresh", action="store_true", help="forget the mutants that are done")
    parser.add_argument("--children", type=int, default=os.cpu_count() or 1)
    chosen = parser.parse_args()
    python = environment()
    lay_out(chosen.afresh)
    environ = {**os.environ, "EXAMPLES": os.environ.get("EXAMPLES", EXAMPLES)}
    patterns = [f"scheduler.availability.{name}.*" for name in chosen.modules]

    def mutmut(*words: str) -> int:
        return subprocess.run(
            [str(python), "-m", "mutmut", *words], cwd=COPY, env=environ, check=False
        ).returncode

    done = mutmut("run", "--max-children", str(chosen.children), *patterns)
    print(
        "\nSurvivors and others not killed (show one: mutmut show NAME, in .cache/mutation/tree):", flush=True
    )
    mutmut("results")
    return done


if __name__ == "__main__":
    raise SystemExit(main())
