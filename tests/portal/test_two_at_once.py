"""Two people whose holds of one time have lapsed press Book at the same moment: one has it, the other loses nothing typed.

``PATIENT_RACES`` such races are run, a few unless it is set (the long run sets it)."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from flask import Flask

from scheduler.clock import DAY
from tests.factories import make_clinic
from tests.portal.patient import Page, Patient
from tests.support.times import Clock

RACES = int(os.environ.get("PATIENT_RACES", "4"))
BEGIN = 1812366000  # Monday, June 7, 2027, 7:00 in New York


def book(person: tuple[Patient, str], hold: str, together: Barrier) -> Page:
    together.wait()
    return person[0].press(f"{hold}/book")


def test_of_two_who_book_one_lapsed_time_at_once_one_has_it_and_the_other_keeps_every_answer(
    app: Flask, frozen: Clock
) -> None:
    frozen.at(BEGIN)
    clinic = make_clinic(app)
    free = [start for start in clinic.starts(days=50) if start > BEGIN + 10 * DAY]
    assert len(free) >= RACES

    with ThreadPoolExecutor(2) as threads:
        for number, start in enumerate(free[:RACES]):
            people = [(Patient(app), f"Zebulon-{number}-{who}") for who in "ab"]
            holds = []
            for patient, name in people:
                hold = patient.hold(clinic, start)
                answers = {
                    "given": name,
                    "email": f"{name}@example.org",
                    "phone": "",
                    "reason": f"Because {name}",
                }
                assert patient.fill_in(hold, **answers).location == f"{hold}/review"
                frozen.forward(minutes=11)  # the hold ends, what was typed stays
                holds.append(hold)
            together = Barrier(2)

            pages = list(threads.map(book, people, holds, [together] * 2))

            assert sorted(page.status for page in pages) == [303, 409], [page.words for page in pages]
            loser = next(n for n, page in enumerate(pages) if page.status == 409)
            patient, name = people[loser]
            gone = pages[loser]
            assert gone.h1.startswith("Someone else has just booked ")
            assert "Your answers are saved." in gone.words
            again = patient.press("/hold", slot=gone.slots[0], kept=gone.hidden("kept"))
            assert again.status == 303
            review = patient.open(again.location).text
            for typed in (name, f"{name}@example.org", f"Because {name}"):
                assert typed in review
            frozen.forward(minutes=11)
