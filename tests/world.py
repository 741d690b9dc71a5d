"""A random clinic for tests, with a plain record of its own of all that happens there.

``World`` does acts through the services, as people would, and keeps the visits in plain form; what must be open is then
asked of ``tests.reference``, which knows nothing of the product. Only which of several rooms a visit got is read back.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import delete, select

from scheduler import booking, catalog, clock
from scheduler.booking import By, Details
from scheduler.clock import to_utc
from scheduler.db import snapshot, transaction
from scheduler.errors import SlotGone
from scheduler.models import Actor, Appointment, Availability, Base, Claim
from tests.factories import (
    SYSTEM,
    Clinic,
    make_clinic,
    make_practitioner,
    make_room,
    make_schedule,
    make_type,
)
from tests.factories.clinics import BY
from tests.reference.slots import Plain, reference_open
from tests.support.times import Clock

MINUTE, DAY = 60, 86400
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
BUFFERS = ("buffer_before_min", "buffer_after_min")
SCENES = [
    ("America/New_York", "2026-03-06T15:07:11Z"),
    ("America/New_York", "2026-10-30T15:07:11Z"),
    ("Europe/London", "2026-03-27T10:00:00Z"),
    ("Australia/Lord_Howe", "2026-10-02T03:10:59Z"),
    ("Asia/Beirut", "2026-03-27T09:00:00Z"),
    ("America/Chicago", "2026-12-29T18:30:01Z"),
    ("Asia/Kolkata", "2028-02-27T12:00:00Z"),
]
DETAILS = Details(given="Pat", family="Example", birth_date="1990-02-03", phone="617-555-0142")


def empty(app: Flask) -> None:
    """Take everything out of the database."""
    with app.app_context(), transaction() as session:
        for table in reversed(Base.metadata.sorted_tables):
            session.execute(delete(table))


def wall(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def _tried(verb: Callable[..., Appointment], **arguments: Any) -> Appointment | str:
    """What a verb of the booking made, or the reason for which the time is gone."""
    try:
        return verb(**arguments)
    except SlotGone as gone:
        return gone.reason


class Offer:
    """A schedule in plain form: who is needed, and the type's rules."""

    def __init__(self, id: str, type: str, hosts: list[str], rooms: list[str], rules: Plain) -> None:
        self.id, self.type, self.hosts, self.rooms, self.rules = id, type, hosts, rooms, rules


class World:
    """A clinic with two types of one practitioner, a second practitioner who is needed for the second type, and rooms."""

    def __init__(self, app: Flask, frozen: Clock, seed: int) -> None:
        self.app, self.frozen, self.chance = app, frozen, random.Random(seed)
        self.zone, begin = self.chance.choice(SCENES)
        frozen.at(begin)
        self.weekly = self._weekly()
        self.overrides: dict[str, list[list[str]]] = {}
        self.visits: dict[str, Plain] = {}
        self.busy: dict[str, tuple[str, Plain]] = {}
        first = self._rules()
        self.clinic: Clinic = make_clinic(app, zone=self.zone, weekly=self._minutes(), **self._fields(first))
        other = make_practitioner(self.clinic, display_name="Dr. Noor Second")
        second = self._rules()
        kind = make_type(self.clinic, **self._fields(second))
        rooms = [make_room(self.clinic, kind="exam room").id for _ in range(self.chance.choice([1, 2]))]
        together = make_schedule(
            self.clinic, type=kind.id, hosts=[self.clinic.actor, other.actor], resource_kinds=["exam room"]
        )
        with app.app_context(), snapshot() as session:
            order = {row.id: row.name for row in session.scalars(select(Actor))}
        rooms.sort(key=lambda room: (order[room], room))
        self.offers = [
            Offer(self.clinic.schedule, self.clinic.type, [self.clinic.actor], [], first),
            Offer(together.id, kind.id, [self.clinic.actor, other.actor], rooms, second),
        ]

    # what the product is told

    def _rules(self) -> Plain:
        duration = self.chance.choice([20, 30, 45, 60])
        return {
            "duration_min": duration,
            "interval_min": self.chance.choice([15, 30, duration]),
            "buffer_before_min": self.chance.choice([0, 0, 10]),
            "buffer_after_min": self.chance.choice([0, 5, 15]),
            "min_notice_min": self.chance.choice([0, 60, 1500]),
            "horizon_days": self.chance.choice([3, 6]),
            "capacity": self.chance.choice([1, 1, 2]),
            "max_per_day": self.chance.choice([None, None, 2]),
            "max_per_week": self.chance.choice([None, None, 4]),
            "release": self.chance.choice(
                [None, None, {"share_percent": 40, "days_before": 1, "at": "07:00"}]
            ),
        }

    @staticmethod
    def _fields(rules: Plain) -> dict[str, Any]:
        release = rules["release"] or {}
        return {
            "duration_minutes": rules["duration_min"],
            "interval_minutes": rules["interval_min"],
            "buffer_before_minutes": rules["buffer_before_min"],
            "buffer_after_minutes": rules["buffer_after_min"],
            "minimum_notice_minutes": rules["min_notice_min"],
            "horizon_days": rules["horizon_days"],
            "capacity": rules["capacity"],
            "max_per_day": rules["max_per_day"],
            "max_per_week": rules["max_per_week"],
            "release_share_percent": release.get("share_percent"),
            "release_days_before": release.get("days_before"),
            "release_at_minute": 420 if release else None,
        }

    def _weekly(self) -> dict[int, list[tuple[int, int]]]:
        choices = [[(540, 720), (780, 900)], [(600, 780)], [(1320, 180)], [(0, 240)], []]
        return {day: self.chance.choice(choices) for day in range(7)}

    def _minutes(self) -> dict[int, list[tuple[int, int]]]:
        return {day: windows for day, windows in self.weekly.items() if windows}

    # acts; each returns a word for the log

    def hold(self) -> str:
        offer = self.chance.choice(self.offers)
        wanted = self._some_start(offer)
        if wanted is None:
            return "nothing to hold"
        by = By("patient", visitor=f"{self.chance.getrandbits(250):064x}")
        expected = wanted in self.open(offer)
        with self.app.app_context():
            held = _tried(booking.hold, by=by, schedule_id=offer.id, start=wanted)
        if isinstance(held, str):
            assert not expected, f"{wanted} is offered but refused: {held}"
            return f"refused {held}"
        assert expected, f"{wanted} is not offered but was held"
        self.visits[held.id] = {"by": by, "offer": offer}
        self._note(held)
        return f"held {wanted}"

    def book(self) -> str:
        found = self._one("held")
        if found is None:
            return "nothing to book"
        visit, at = found, clock.now()
        lapsed = visit["expires"] <= at
        expected = visit["start"] > at and (not lapsed or visit["start"] in self.open(visit["offer"]))
        with self.app.app_context():
            booked = _tried(booking.book, by=visit["by"], appointment_id=visit["id"], details=DETAILS)
        if isinstance(booked, str):
            assert not expected, f"a hold that may be confirmed was refused: {booked}"
            return f"not booked {booked}"
        assert expected, "a lapsed hold was confirmed although its time is not open"
        self._note(booked)
        return "booked"

    def move(self) -> str:
        visit = self._one("booked")
        wanted = visit and self._some_start(visit["offer"])
        if not visit or not wanted or visit["start"] <= clock.now():
            return "nothing to move"
        expected = wanted == visit["start"] or wanted in self.open(visit["offer"], leave_out=visit["id"])
        with self.app.app_context():
            moved = _tried(booking.move, by=SYSTEM, appointment_id=visit["id"], start=wanted)
        if isinstance(moved, str):
            assert not expected, f"a move to an open time was refused: {moved}"
            return f"not moved {moved}"
        assert expected, "a visit was moved to a time that is not open"
        self._note(moved)
        return "moved"

    def cancel(self) -> str:
        visit = self._one("booked")
        if not visit or visit["start"] <= clock.now():
            return "nothing to cancel"
        with self.app.app_context():
            self._note(booking.cancel(by=SYSTEM, appointment_id=visit["id"]))
        return "cancelled"

    def expire(self) -> str:
        self.frozen.forward(minutes=self.chance.choice([1, 9, 10, 11, 200]))
        with self.app.app_context():
            return f"expired {booking.expire()}"

    def block(self) -> str:
        offer = self.chance.choice(self.offers)
        start = clock.now() // MINUTE * MINUTE + self.chance.randrange(3 * 24 * 4) * 15 * MINUTE
        end = start + self.chance.choice([15, 60, 600]) * MINUTE
        actor = self.chance.choice([*offer.hosts, *offer.rooms])
        with self.app.app_context():
            block = booking.block_time(by=SYSTEM, actor_id=actor, start=start, end=end)
        self.busy[block.id] = (actor, {"start": start, "end": end})
        return "blocked"

    def unblock(self) -> str:
        if not self.busy:
            return "nothing to unblock"
        block = self.chance.choice(sorted(self.busy))
        with self.app.app_context():
            booking.unblock_time(by=SYSTEM, block_id=block)
        del self.busy[block]
        return "unblocked"

    def edit_hours(self) -> str:
        self.weekly = self._weekly()
        with self.app.app_context(), transaction() as session:
            version = session.get_one(Availability, self.clinic.availability).version
            catalog.set_week(
                session, by=BY, now=clock.now(), availability_id=self.clinic.availability, version=version,
                weekly=self._minutes(),
            )  # fmt: skip
        return "hours edited"

    def override(self) -> str:
        day: date = to_utc(clock.now() + self.chance.randrange(4) * DAY).date() + timedelta(days=1)
        windows = self.chance.choice([[], [(600, 660)], [(480, 1440)]])
        with self.app.app_context(), transaction() as session:
            catalog.set_override(
                session,
                by=BY,
                now=clock.now(),
                availability_id=self.clinic.availability,
                day=day,
                windows=windows,
            )
        self.overrides[day.isoformat()] = [[wall(start), wall(end)] for start, end in windows]
        return "overridden"

    ACTS = (hold, hold, hold, book, book, move, cancel, expire, block, unblock, edit_hours, override)

    # what must be open

    def plain(self, offer: Offer, leave_out: str | None = None) -> Plain:
        def actor(one: str) -> Plain:
            taken = [
                {
                    **{key: visit[key] for key in ("id", "start", "end", "status", *BUFFERS)},
                    "expires": visit["expires"] if visit["status"] == "held" else None,
                    "same_type": visit["offer"] is offer,
                    "counts": visit["offer"].type == offer.type,
                }
                for visit in self.visits.values()
                if one in visit["actors"]
            ]
            return {"bookings": taken, "busy": [busy for whose, busy in self.busy.values() if whose == one]}

        return {
            "schedule": {
                "tz": self.zone,
                "weekly": {WEEKDAYS[d]: [[wall(s), wall(e)] for s, e in w] for d, w in self.weekly.items()},
                "overrides": [{"date": d, "intervals": w} for d, w in self.overrides.items()],
            },
            "appointment_type": offer.rules,
            "hosts": [actor(one) for one in offer.hosts],
            "resources": [[actor(room) for room in offer.rooms]] if offer.rooms else [],
            "leave_out": leave_out,
        }

    def open(self, offer: Offer, leave_out: str | None = None, holds: bool = True) -> list[int]:
        """The open starts of an offer as the reference has them."""
        now = clock.now()
        return reference_open(self.plain(offer, leave_out), now, now, now + 8 * DAY, holds=holds)

    # bookkeeping

    def _one(self, status: str) -> Plain | None:
        found = [visit for visit in self.visits.values() if visit["status"] == status]
        return self.chance.choice(found) if found else None

    def _some_start(self, offer: Offer) -> int | None:
        offered = self.open(offer)
        if offered and self.chance.random() < 0.8:
            return self.chance.choice(offered)
        taken = [visit["start"] for visit in self.visits.values()]
        return self.chance.choice(taken) + self.chance.choice([0, 15, -15]) * MINUTE if taken else None

    def _note(self, appointment: Appointment) -> None:
        with self.app.app_context(), snapshot() as session:
            actors = set(
                session.scalars(select(Claim.actor_id).where(Claim.appointment_id == appointment.id))
            )
        self.visits[appointment.id] |= {
            "id": appointment.id,
            "start": appointment.starts_at,
            "end": appointment.ends_at,
            "status": appointment.status,
            "expires": appointment.expires_at,
            "buffer_before_min": appointment.buffer_before_minutes,
            "buffer_after_min": appointment.buffer_after_minutes,
            "actors": actors or self.visits[appointment.id].get("actors", set()),
        }
