"""Three weeks of bookings: two in three by the front desk, the others held and confirmed as a patient does online."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from random import Random

from scheduler import booking
from scheduler.availability import Situation, open_starts
from scheduler.booking import SYSTEM, By
from scheduler.clock import DAY, MINUTE
from scheduler.db import snapshot
from scheduler.demo.clinic import Made, Offered
from scheduler.demo.patients import Patients
from scheduler.errors import SlotGone
from scheduler.models.situations import load_situations

WEEKS = 3
_SEED = 20261124
_FULLNESS = (1.0, 0.7, 0.45)
"""How full the weeks are, against the first one."""


def book_three_weeks(made: Made, now: int) -> int:
    """Fill the next three weeks from ``now`` (epoch seconds) at a plausible density. Returns how many bookings. The
    same choice each time for the same open times."""
    return _Desk(made, now).fill()


class _Desk:
    def __init__(self, made: Made, now: int) -> None:
        self.made = made
        self.now = now
        self.random = Random(_SEED)  # noqa: S311 - invented patients, no secret
        self.patients = Patients(self.random)
        self.taken: dict[str, list[tuple[int, int]]] = defaultdict(list)
        self.tried = self.booked = 0

    def fill(self) -> int:
        until = self.now + WEEKS * 7 * DAY
        with snapshot() as session:
            ids = [offered.schedule for offered in self.made.offered]
            situations = load_situations(session, ids, self.now, until)
        for offered in self.made.offered:
            situation = situations[offered.schedule]
            starts = open_starts(situation, self.now, self.now, until)
            for start in sorted(self._chosen(offered, situation, starts)):
                self._book(offered, start)
        return self.booked

    def _chosen(self, offered: Offered, situation: Situation, starts: list[int]) -> list[int]:
        """Which starts to take, some of a session's several times; none that overlaps an earlier choice."""
        rules = situation.rules
        length = (rules.duration + rules.buffer_after) * MINUTE
        busy = [self.taken[host.actor] for host in situation.hosts]
        chosen: list[int] = []
        for start in self.random.sample(starts, len(starts)):
            week = min((start - self.now) // (7 * DAY), WEEKS - 1)
            span = (start, start + length)
            if self._full(offered, week) or any(_overlaps(span, spans) for spans in busy):
                continue
            for spans in busy:
                spans.append(span)
            seats = 1 if rules.capacity == 1 else self.random.randint(1, rules.capacity)
            chosen += [start] * seats
        return chosen

    def _full(self, offered: Offered, week: int) -> bool:
        return self.random.random() > offered.fill * _FULLNESS[week]

    def _book(self, offered: Offered, start: int) -> None:
        details, answers = self.patients.details(), self.patients.answers(offered.questions)
        self.tried += 1
        try:
            if self.random.random() < 2 / 3:
                booking.desk_book(
                    by=SYSTEM, schedule_id=offered.schedule, start=start, details=details, answers=answers
                )
            else:
                name = f"demo visitor {self.tried}"
                visitor = By("patient", visitor=hashlib.sha256(name.encode()).hexdigest())
                held = booking.hold(by=visitor, schedule_id=offered.schedule, start=start)
                booking.book(by=visitor, appointment_id=held.id, details=details, answers=answers)
        except SlotGone:
            return  # a cap is reached, or the notice has passed while this was running
        self.booked += 1


def _overlaps(span: tuple[int, int], spans: list[tuple[int, int]]) -> bool:
    return any(start < span[1] and span[0] < end for start, end in spans)
