"""Workload W2: the slots of many Schedules, as the publisher gets them once they are loaded.

1,000 Schedules in four zones, every day 09-12 and 13-17, visits of 15 minutes every 15, 30 days, 60 bookings and 8 busy
half hours each: some 760 of 840 starts are free. Blocks, cuts and SlotKinds are what the product would make of them.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from scheduler.availability import ActorTime, Busy, Hours, Situation, Taken, TypeRules, Window, open_starts
from scheduler.availability.zones import zone
from scheduler.fhir.records import Coded, SlotKind
from scheduler.publisher.blocks import Member, blocks_of, members_of
from scheduler.publisher.cuts import Cut, cuts_of
from scheduler.publisher.load import Offer
from scheduler.publisher.plan import make_block
from scheduler.publisher.shards import Block

MINUTE, DAY = 60, 86400
NOW = 1_791_187_200  # Monday 2026-10-05 08:00 in UTC, before anybody opens
FIRST = date(2026, 10, 5)
DAYS, BOOKINGS, BUSY = 30, 60, 8
VISIT = 15
WINDOWS = (("09:00", "12:00"), ("13:00", "17:00"))
ZONES = {
    "America/New_York": "MA",
    "America/Chicago": "IL",
    "America/Denver": "CO",
    "America/Los_Angeles": "CA",
}
PUBLIC_URL = "https://book.example.org"
Span = tuple[int, int]
Work = tuple[Block, dict[str, Situation], list[Cut]]


@dataclass(frozen=True, slots=True)
class Case:
    """One Schedule: what its slots share; what is taken of it is drawn again whenever it is asked for."""

    number: int
    offer: Offer
    starts: Sequence[int]

    @property
    def kind(self) -> SlotKind:
        return self.offer.kind

    def taken(self) -> tuple[list[Span], list[Span]]:
        """Starts and ends (epoch seconds) of bookings and of busy times."""
        chance = random.Random(self.number)
        bookings = sorted(chance.sample(self.starts, min(BOOKINGS, len(self.starts))))
        busy = sorted(chance.sample(self.starts, min(BUSY, len(self.starts))))
        return (
            [(start, start + VISIT * MINUTE) for start in bookings],
            [(start, start + 2 * VISIT * MINUTE) for start in busy],
        )

    def situation(self) -> Situation:
        """As the slot rule takes it."""
        who = f"actor-{self.number}"
        bookings, busy = self.taken()
        taken = tuple(Taken(*span, 0, 0, f"{who}-{n}", f"{who}-{n}") for n, span in enumerate(bookings))
        return Situation(
            hours=Hours(self.kind.zone.key, (tuple(Window.of(*pair) for pair in WINDOWS),) * 7),
            rules=TypeRules(VISIT, VISIT, horizon_days=DAYS - 1),
            hosts=(ActorTime(who, taken, tuple(Busy(*span) for span in busy)),),
            schedule=self.kind.schedule_id,
        )

    def plain(self) -> dict[str, Any]:
        """As the reference of the tests takes it."""
        bookings, busy = self.taken()
        days = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
        return {
            "schedule": {
                "tz": self.kind.zone.key,
                "weekly": {name: [list(pair) for pair in WINDOWS] for name in days},
            },
            "appointment_type": {"duration_min": VISIT, "interval_min": VISIT, "horizon_days": DAYS - 1},
            "bookings": [{"start": start, "end": end} for start, end in bookings],
            "busy": [{"start": start, "end": end} for start, end in busy],
        }


def candidates(zone_name: str) -> list[int]:
    """All starts that the hours allow, by wall clock."""
    clock = zone(zone_name)
    opens = ((9 * 60, 12 * 60), (13 * 60, 17 * 60))
    return [
        clock.instant((FIRST + timedelta(days=day)).toordinal(), minute)
        for day in range(DAYS)
        for begin, end in opens
        for minute in range(begin, end, VISIT)
    ]


def cases(size: int) -> list[Case]:
    """``size`` Schedules."""
    starts_of = {name: candidates(name) for name in ZONES}
    names = list(ZONES)
    places = (names[number % len(names)] for number in range(size))
    return [Case(number, offer(number, place), starts_of[place]) for number, place in enumerate(places)]


def offer(number: int, place: str) -> Offer:
    """The published Schedule ``number`` of a clinic in the zone ``place``."""
    kind = SlotKind(
        schedule_id=f"s{number:015}",
        zone=zone(place).info,
        duration=VISIT,
        name="Skin check, new patients",
        type=Coded("124", "General Practice"),
        specialty=Coded("394582007", "Dermatology"),
        book_url=f"{PUBLIC_URL}/book/",
        phone="617-555-0101",
        patient_type="newpt",
    )
    return Offer(kind, (ZONES[place],), owner=f"p{number}", horizon_days=DAYS - 1)


def blocks(made: list[Case]) -> Iterator[Work]:
    """The blocks of the product with the Situations of their Schedules, made one after the other."""
    by_id = {case.kind.schedule_id: case for case in made}
    names = blocks_of(
        Member(key, case.offer.owner, case.kind.zone.key, case.offer.states, case.offer.strict)
        for key, case in by_id.items()
    )
    for name, members in sorted(members_of(names).items()):
        block = make_block(name, [by_id[key].offer for key in members])
        cuts = cuts_of(block.zone, NOW, block.zone.day(NOW) + DAYS)
        yield block, {key: by_id[key].situation() for key in members}, cuts


def with_visit(situation: Situation, cut: Cut) -> Situation:
    """The same with one more visit, at the first open start of the cut."""
    start = open_starts(situation, NOW, cut.since, cut.until)[0]
    host = situation.hosts[0]
    taken = Taken(start, start + VISIT * MINUTE, 0, 0, "new", "new")
    return replace(situation, hosts=(replace(host, taken=(*host.taken, taken)),))
