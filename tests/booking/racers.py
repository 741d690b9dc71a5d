"""Real processes that race for times: ``python -m tests.booking.racers`` with jobs on standard input, each a line of JSON.

A job names the database and a list of clients; each client is a process of its own, with its own connections, that waits until all are ready and then does its acts. The answer, one word per act ("booked",
"gone:<reason>", "error:<type>"), comes back as a line of JSON, per client. Jobs are done one after the other: what takes the
longest is to start Python with the program.
"""

from __future__ import annotations

import gc
import json
import multiprocessing
import sys
from multiprocessing.synchronize import Barrier
from typing import Any

from flask import Flask

from scheduler import create_app
from scheduler.booking import (
    AnswerGiven,
    By,
    Details,
    approve,
    book,
    cancel,
    decline,
    desk_book,
    expire,
    hold,
    hold_again,
    hold_any,
    hold_relatives,
    hold_series,
    lapse,
    move,
    waitlist,
)
from scheduler.db import db
from scheduler.errors import SchedulerError, SlotGone
from scheduler.settings import load

DETAILS = Details(given="Pat", family="Example", birth_date="1990-02-03", phone="617-555-0142")


def act(wanted: dict[str, Any]) -> str:
    """Do one act and say how it ended."""
    by = By("patient", visitor=wanted.get("visitor"))
    answers: list[AnswerGiven] = []
    try:
        if wanted["verb"] == "hold and book":
            held = hold(by=by, schedule_id=wanted["schedule"], start=wanted["start"])
            return f"booked {book(by=by, appointment_id=held.id, details=DETAILS, answers=answers).id}"
        if wanted["verb"] == "hold series and book":
            held = hold_series(
                by=by, schedule_id=wanted["schedule"], start=wanted["start"], weeks=wanted["weeks"]
            )
            return f"booked {book(by=by, appointment_id=held.id, details=DETAILS).id}"
        if wanted["verb"] == "hold relatives and book":
            held = hold_relatives(by=by, schedule_id=wanted["schedule"], start=wanted["start"])
            return f"booked {book(by=by, appointment_id=held.id, details=DETAILS, relative=DETAILS).id}"
        if wanted["verb"] == "hold":
            made = hold(
                by=by,
                schedule_id=wanted["schedule"],
                start=wanted["start"],
                key=wanted.get("key"),
                most=wanted.get("most"),
            )
            return f"held {made.id}"
        if wanted["verb"] == "hold again":
            made = hold_again(by=by, appointment_id=wanted["appointment"], most=wanted["most"])
            return f"held {made.id}"
        if wanted["verb"] == "hold any and book":
            held = hold_any(
                by=by, pool_id=wanted["pool"], location_id=wanted["location"], start=wanted["start"]
            )
            return f"booked {book(by=by, appointment_id=held.id, details=DETAILS).id}"
        if wanted["verb"] == "book":
            return f"booked {book(by=by, appointment_id=wanted['appointment'], details=DETAILS).id}"
        if wanted["verb"] == "desk book":
            by = By("user", user_id="desk")
            made = desk_book(
                by=by,
                schedule_id=wanted["schedule"],
                start=wanted["start"],
                details=DETAILS,
                key=wanted.get("key"),
            )
            return f"booked {made.id}"
        if wanted["verb"] == "desk move":
            by = By("user", user_id="desk")
            return f"moved {move(by=by, appointment_id=wanted['appointment'], start=wanted['start']).id}"
        if wanted["verb"] == "cancel":
            return f"cancelled {cancel(by=by, appointment_id=wanted['appointment']).id}"
        if wanted["verb"] == "approve":
            made = approve(by=By("user", user_id="desk"), appointment_id=wanted["appointment"])
            return f"approved {made.id}"
        if wanted["verb"] == "decline request":
            made = decline(by=By("user", user_id="desk"), appointment_id=wanted["appointment"])
            return f"declined {made.id}"
        if wanted["verb"] == "lapse":
            return f"lapsed {lapse()}"
        if wanted["verb"] == "offer freed":
            return f"offered {waitlist.offer_freed()}"
        if wanted["verb"] == "take offer and book":
            held = waitlist.claim(by=by, offer_id=wanted["offer"])
            return f"booked {book(by=by, appointment_id=held.id, details=DETAILS, answers=answers).id}"
        if wanted["verb"] == "take sooner":
            return f"moved {waitlist.take_sooner(by=by, offer_id=wanted['offer']).id}"
        if wanted["verb"] == "decline":
            return f"declined {waitlist.decline(by=by, offer_id=wanted['offer']).id}"
        if wanted["verb"] == "leave":
            return f"left {waitlist.leave(by=by, entry_id=wanted['entry']).id}"
        if wanted["verb"] == "expire":
            return f"expired {expire()}"
    except SlotGone as gone:
        return f"gone:{gone.reason}"
    except SchedulerError as refused:
        return f"refused:{refused.code}"
    raise ValueError(wanted["verb"])


def run_client(number: int, app: Flask, job: dict[str, Any], ready: Barrier, answers: Any) -> None:
    """One client: get ready, wait for the others, act."""
    done: list[str] = []
    with app.app_context():
        expire(limit=0)  # opens the connection before the start signal
        ready.wait(120)
        for wanted in job["clients"][number]:
            try:
                done.append(act(wanted))
            except Exception as error:  # whatever reaches a user here is what the test is about
                done.append(f"error:{type(error).__name__}: {error}")
            if job.get("shout"):
                print(done[-1], flush=True)
    answers.put((number, done))


def made_ready(job: dict[str, Any]) -> Flask:
    """The application, with what would take each client its first second done: every kind of act was asked once for a
    time that is long past, which is refused and changes nothing. No connection is left open: each client opens its own."""
    app = create_app(load(job["environ"]))
    kinds = {(wanted["verb"], "start" in wanted): wanted for acts in job["clients"] for wanted in acts}
    with app.app_context():
        for (_, timed), wanted in kinds.items():
            if timed:
                act({**wanted, "start": 0, "key": None})
        db.engine.dispose()
    gc.freeze()
    return app


def race(job: dict[str, Any]) -> list[list[str]]:
    """Do a job; the answers of each client."""
    app = made_ready(job)
    context = multiprocessing.get_context("fork")
    ready = context.Barrier(len(job["clients"]))
    answers = context.Queue()
    clients = [
        context.Process(target=run_client, args=(number, app, job, ready, answers))
        for number in range(len(job["clients"]))
    ]
    for client in clients:
        client.start()
    got = dict(answers.get(timeout=120) for _ in clients)
    for client in clients:
        client.join(60)
    return [got[number] for number in range(len(clients))]


def main() -> None:
    for line in sys.stdin:
        job = json.loads(line)
        answers = race(job)
        if not job.get("shout"):
            print(json.dumps(answers), flush=True)


if __name__ == "__main__":
    main()
