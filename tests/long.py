"""The long run, by hand: ``python -m tests.long``. What decides right or wrong in minutes is in the suite already; here it
is repeated until chance has had its turn, and pages are walked in every way (tests/support/ways.py). Prints pytest's closing
lines; ends with 1 when anything failed.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time

WORLDS = "200"
EXAMPLES = "20000"
RACES = 5
PATIENT_RACES = "200"
FEED_WORLDS = "60"
FEED_READS = "1500"
PARTS = (
    ("walks and looks in every way", {"EVERY_WAY": "1"}, ["tests", "-m", "browser"]),
    (
        f"properties of the slot rule, {EXAMPLES} examples each",
        {"EXAMPLES": EXAMPLES},
        ["tests/availability"],
    ),
    ("one rule for all, many worlds", {"WORLDS": WORLDS}, ["tests/test_one_rule.py"]),
    (
        "the feed for every client, many worlds",
        {"FEED_WORLDS": FEED_WORLDS},
        ["tests/publisher/test_live_property.py", "tests/publisher/test_live_upgrade.py"],
    ),
    (
        f"{FEED_READS} reads of the feed beside writers and kill -9",
        {"FEED_READS": FEED_READS},
        ["tests/publisher/test_live_torture.py"],
    ),
    (
        f"{PATIENT_RACES} times two patients who book one time at once",
        {"PATIENT_RACES": PATIENT_RACES},
        ["tests/portal/test_two_at_once.py"],
    ),
    *(
        (
            f"races and kill -9, round {n + 1}",
            {},
            ["tests/booking/test_races.py", "tests/booking/test_kill.py"],
        )
        for n in range(RACES)
    ),
)


def main() -> int:
    failed = 0
    for name, environ, paths in PARTS:
        began = time.monotonic()
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "pytest",
                "-q",
                "--no-header",
                "--durations=0",
                "--durations-min=60",
                *paths,
            ],
            env={**os.environ, **environ},
            capture_output=True,
            text=True,
            check=False,
        )
        print(
            f"{name}: {done.stdout.strip().splitlines()[-1]} ({time.monotonic() - began:.0f} s)", flush=True
        )
        if done.returncode:
            failed += 1
            print(done.stdout[-5000:], flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
