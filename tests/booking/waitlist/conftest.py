"""A clinic with four times a week, all taken, on a Monday morning: whoever waits there waits for one to be freed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from scheduler import booking
from scheduler.booking import SYSTEM, waitlist
from scheduler.db import snapshot
from scheduler.models import Appointment, WaitlistEntry, WaitlistOffer
from tests.factories import Clinic, make_appointment, make_clinic
from tests.support.times import Clock

MONDAY = "2027-06-07T10:00:00-04:00"
TUESDAY_MORNING = [(540, 600)]
TUESDAY_AFTERNOON = [(780, 840)]


@dataclass
class FullClinic:
    """``visits`` are those that fill it, by start: Tuesday 9:00, 9:30, 1:00 PM, 1:30 PM, of this week."""

    clinic: Clinic
    visits: dict[int, Appointment]

    @property
    def starts(self) -> list[int]:
        return sorted(self.visits)

    def free(self, number: int) -> int:
        """Cancel the visit of that number (0 is the first); its start."""
        start = self.starts[number]
        booking.cancel(by=SYSTEM, appointment_id=self.visits[start].id)
        return start

    def offers(self) -> list[tuple[str, int, str]]:
        """(entry, start, status) of all offers, in the order in which they were made."""
        with snapshot() as session:
            rows = session.execute(
                select(WaitlistOffer.entry_id, WaitlistOffer.starts_at, WaitlistOffer.status).order_by(
                    WaitlistOffer.created_at, WaitlistOffer.starts_at
                )
            )
            return [(entry, start, status) for entry, start, status in rows]

    def offer_of(self, entry: WaitlistEntry) -> WaitlistOffer:
        """The last offer of an entry."""
        with snapshot() as session:
            return session.scalars(
                select(WaitlistOffer)
                .where(WaitlistOffer.entry_id == entry.id)
                .order_by(WaitlistOffer.created_at.desc())
            ).all()[0]

    def status(self, entry: WaitlistEntry) -> str:
        with snapshot() as session:
            return session.get_one(WaitlistEntry, entry.id).status

    def appointment(self, appointment_id: str) -> Appointment:
        with snapshot() as session:
            return session.get_one(Appointment, appointment_id)

    def next(self, number: int = 1) -> None:
        """Run the job; it makes ``number`` offers."""
        assert waitlist.offer_freed() == number


@pytest.fixture
def fill(app_context: Flask, frozen: Clock) -> Callable[..., FullClinic]:
    """``fill()`` makes such a clinic; keyword arguments are ``make_clinic``'s."""

    def made(**fields: Any) -> FullClinic:
        frozen.at(MONDAY)
        clinic = make_clinic(
            app_context,
            **({"weekly": {1: TUESDAY_MORNING + TUESDAY_AFTERNOON}, "horizon_days": 6, "cancellation_notice_minutes": 60} | fields),
        )  # fmt: skip
        starts = clinic.starts(days=8)
        return FullClinic(clinic, {start: make_appointment(clinic, start=start) for start in starts})

    return made


@pytest.fixture
def full(fill: Callable[..., FullClinic]) -> FullClinic:
    return fill()
