"""The speed of the times page: ``python -m tests.bench.pages [--schedules 1000] [--rounds 9]``. Needs wrk.

Workload W4: many clinicians who are booked well for two months; one server process on one core, wrk with eight connections
on the other. The yardstick is an empty page of Flask in the same kind of server. Before it is measured, each clinician's page is
asked for once: what is set up stays remembered, what is taken is read for each page.
"""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from scheduler import clock, create_app
from scheduler.availability import open_starts
from scheduler.clock import DAY
from scheduler.db import db, snapshot
from scheduler.models.situations import load_situations
from tests.bench import feed_workload, page_clinic
from tests.bench.feed_publish import must
from tests.bench.feed_serving import an_answer, get, until_there
from tests.bench.turns import Row, in_process, row, table, take_turns
from tests.support.apps import environ_for, settings_for
from tests.support.databases import SqliteTemplates
from tests.support.servers import free_port, launch, start_server

SCHEDULES, ROUNDS, SECONDS, CONNECTIONS = 1000, 9, 2, 8
# Every request asks for another page: a clinician, and a first day.
RANDOM = """
math.randomseed({seed})
local days = {{ {days} }}
request = function()
  local path = "/dr-" .. math.random(0, {last}) .. "/{kind}?from=" .. days[math.random(#days)]
  return wrk.format("GET", path)
end
"""


def served(rounds: int, schedules: int) -> list[Row]:
    """The page as it comes from the server: made anew, and unchanged since it was asked for last."""
    cores = sorted(os.sched_getaffinity(0))
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        stack.callback(os.sched_setaffinity, 0, cores)
        os.sched_setaffinity(0, cores[:1])
        url = stack.enter_context(ours(folder, schedules))
        empty = stack.enter_context(empty_page(folder))
        os.sched_setaffinity(0, cores[-1:])
        status, body, _ = get(url + page_clinic.path(0))
        print(f"times page of {len(body)} bytes, gzipped")
        must(status == 200, "the page does not come")
        for number in range(schedules):  # a server that runs for a while has read what is set up
            get(url + page_clinic.path(number))
        script = folder / "random.lua"
        turns: dict[str, Callable[[float], float]] = {
            "empty": lambda _: asked(empty),
            "unchanged": lambda _: asked(url + page_clinic.path(0)),
            "anew": lambda slice_: asked(url + "/", write(script, schedules)),
        }
        measured = take_turns(turns, rounds)
    return [
        row("the page anew: an empty page", measured, "anew", "empty", 0.10),
        row("the page unchanged: an empty page", measured, "unchanged", "empty", 0.30),
    ]


def write(script: Path, schedules: int) -> Path:
    """The script that asks for random pages, another row of them each time."""
    today = datetime.fromtimestamp(clock.now(), UTC).date()
    days = ", ".join(f'"{today + timedelta(days=n)}"' for n in range(30))
    seed = int.from_bytes(os.urandom(3))
    script.write_text(
        RANDOM.format(seed=seed, days=days, last=schedules - 1, kind=page_clinic.KIND), encoding="ascii"
    )
    return script


def asked(url: str, script: Path | None = None) -> float:
    """Seconds an answer, as wrk counts them."""
    options = ("-s", str(script)) if script else ()
    return an_answer(url, CONNECTIONS, SECONDS, *options)


def engine(rounds: int, schedules: int) -> list[Row]:
    """What of the page's time is the slot rule's, in this process."""
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(
            settings_for(SqliteTemplates(Path(folder)).copy(Path(folder) / "own.sqlite"), Path(folder))
        )
        today = clock.now() // DAY * DAY
        page_clinic.make(app, feed_workload.cases(schedules), today)
        client = app.test_client()
        number = iter(range(10**9))

        def page() -> None:
            # a query that says nothing makes it another page
            answer = client.get(f"{page_clinic.path(next(number) % schedules)}?x={next(number)}")
            must(answer.status_code == 200, "the page does not come")

        with app.app_context(), snapshot() as session:
            now = clock.now()
            until = now + (page_clinic.DAYS + 2) * DAY
            ids = [case.kind.schedule_id for case in feed_workload.cases(min(schedules, 50))]
            situations = list(load_situations(session, ids, now, until).values())

        def rule() -> None:
            situation = situations[next(number) % len(situations)]
            situation.hours.__dict__.pop("_dated", None)
            open_starts(situation, now, now, until)

        measured = take_turns({"page": in_process(page), "rule": in_process(rule)}, rounds)
        with app.app_context():
            db.engine.dispose()
    return [row("the slot rule: the whole page (5 is a share of 20 %)", measured, "rule", "page", 5)]


@contextmanager
def ours(folder: Path, schedules: int) -> Iterator[str]:
    """The product's server with the workload in its database."""
    url = SqliteTemplates(folder).copy(folder / "clinic.sqlite")
    app = create_app(settings_for(url, folder))
    page_clinic.make(app, feed_workload.cases(schedules), clock.now() // DAY * DAY)
    with app.app_context():
        db.engine.dispose()
    server = start_server(environ_for(url, folder, workers="1"), folder)
    try:
        yield server.url.replace("localhost", "127.0.0.1")
    finally:
        server.stop()


@contextmanager
def empty_page(folder: Path) -> Iterator[str]:
    """A Flask application with one view that says a word."""
    port = free_port()
    process = launch({}, folder / "log", ("-m", "tests.bench.feed_flask", str(folder), str(port)))
    url = f"http://127.0.0.1:{port}/"
    try:
        yield until_there(url)
    finally:
        process.terminate()
        process.wait()


def main() -> int:
    parser = argparse.ArgumentParser(description="The speed of the times page, as ratios.")
    parser.add_argument("--schedules", type=int, default=SCHEDULES)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    chosen = parser.parse_args()
    if shutil.which("wrk") is None:
        raise SystemExit("Install wrk (Debian: wrk).")
    rows = [*served(chosen.rounds, chosen.schedules), *engine(chosen.rounds, min(chosen.schedules, 200))]
    print(f"\n{chosen.rounds} rounds; a ratio above 1: ours is quicker")
    print(table(rows))
    return 0 if all(line.met for line in rows) else 1


if __name__ == "__main__":
    raise SystemExit(main())
