"""Lighthouse on the patient's and the public pages: ``python -m tests.bench.lighthouse [--rounds 5]``. Needs Node 20 with npm.

Mobile, slow 4G as Lighthouse simulates it; the median of the rounds counts (ux.md section 5): accessibility and best
practices 100, performance at least 95. Not part of the suite: figures of a shared machine swing.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

from scheduler import create_app
from scheduler.db import db
from scheduler.models.slots import slot_id
from tests.factories import make_clinic, make_question
from tests.support.apps import environ_for, settings_for
from tests.support.browser import CACHE, find_chromium
from tests.support.databases import SqliteTemplates
from tests.support.servers import start_server

PACKAGE = "lighthouse@12"
LEAST = {"performance": 95, "accessibility": 100, "best-practices": 100}
ROUNDS = 5


def pages(folder: Path, url: str) -> dict[str, str]:
    """Name and path of each page, in a clinic that is made for them."""
    app = create_app(settings_for(url, folder))
    clinic = make_clinic(app)
    make_question(clinic)
    gone = slot_id(clinic.schedule, clinic.first_start - 400 * 86400)
    with app.app_context():
        db.engine.dispose()
    times = clinic.times_path
    return {
        "home": "/",
        "privacy": "/privacy",
        "clinician": times.rsplit("/", 1)[0],
        "times": times,
        "a finder's link": f"/book/{slot_id(clinic.schedule, clinic.first_start)}",
        "slot gone": f"/book/{gone}",
        "find my booking": "/find-booking",
    }


def program() -> Path:
    """Lighthouse's program, fetched once into the cache."""
    home = CACHE / "lighthouse"
    made = home / "node_modules" / ".bin" / "lighthouse"
    if not made.exists():
        home.mkdir(parents=True, exist_ok=True)
        command = ["npm", "install", "--no-audit", "--no-fund", "--prefix", str(home), PACKAGE]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return made


def scores(address: str) -> dict[str, float]:
    """Points of 100 by category."""
    chromium = find_chromium()
    flags = " ".join(["--headless=new", *chromium.switches])
    command = [str(program()), address, "--quiet", "--output=json", f"--chrome-flags={flags}"]
    command += [f"--only-categories={','.join(LEAST)}", "--form-factor=mobile"]
    environ = {**os.environ, **chromium.environ}
    if chromium.path is not None:
        environ["CHROME_PATH"] = str(chromium.path)
    done = subprocess.run(command, check=True, capture_output=True, env=environ)
    report: dict[str, Any] = json.loads(done.stdout)
    for audit in report["audits"].values():
        if audit["score"] is not None and audit["score"] < 0.9 and audit["scoreDisplayMode"] == "binary":
            print(f"  {address}: {audit['title']}")
    return {name: 100 * report["categories"][name]["score"] for name in LEAST}


def main() -> int:
    parser = argparse.ArgumentParser(description="Lighthouse on the patient's and the public pages.")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    rounds = parser.parse_args().rounds
    failed = False
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        url = SqliteTemplates(folder).copy(folder / "clinic.sqlite")
        paths = pages(folder, url)
        server = start_server(environ_for(url, folder), folder)
        try:
            for name, path in paths.items():
                found = [scores(server.url + path) for _ in range(rounds)]
                middle = {category: median(one[category] for one in found) for category in LEAST}
                failed = failed or any(middle[category] < least for category, least in LEAST.items())
                print(
                    f"{name:<18}",
                    "  ".join(f"{category} {points:.0f}" for category, points in middle.items()),
                )
        finally:
            server.stop()
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
