"""The feed's speed: ``python -m tests.bench.feed [--schedules 1000] [--rounds 9] [--only cold|booking|tick|serving]``.

Workloads W2, W2b and W3. Every part checks in the same run that all contenders say the same; else the bench stops. Lines
without a goal are reported only. For serving, nginx and wrk must be there (Debian: nginx-light, wrk).
"""

from __future__ import annotations

import argparse
from collections.abc import Callable

from tests.bench import feed_cold, feed_live, feed_serving
from tests.bench.turns import Row, table

SCHEDULES, MANY, ROUNDS = 1000, 10_000, 9


def main() -> int:
    parser = argparse.ArgumentParser(description="The feed's speed, as ratios.")
    parser.add_argument(
        "--schedules", type=int, default=SCHEDULES, help="of a cold publish and of one booking"
    )
    parser.add_argument("--many", type=int, default=MANY, help="of the tick, and ten times the cold publish")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--only", choices=["cold", "booking", "tick", "serving"])
    chosen = parser.parse_args()
    rounds, schedules, many = chosen.rounds, chosen.schedules, chosen.many
    parts: dict[str, Callable[[], list[Row]]] = {
        "cold": lambda: [
            *feed_cold.contenders(rounds, schedules),
            *feed_cold.processes(rounds, schedules),
            *feed_cold.growth(schedules, many),
        ],
        "booking": lambda: feed_live.booking(rounds, schedules),
        "tick": lambda: feed_live.tick(rounds, many),
        "serving": lambda: feed_serving.serving(rounds, schedules),
    }
    rows: list[Row] = []
    for name, part in parts.items():
        if chosen.only in (None, name):
            rows += part()
    print(f"\n{rounds} rounds, all contents equal; a ratio above 1: ours is quicker or smaller")
    print(table(rows))
    return 0 if all(line.met for line in rows) else 1


if __name__ == "__main__":
    raise SystemExit(main())
