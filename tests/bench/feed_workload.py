"""Workload W2: the slots of many Schedules, as the publisher gets them once they are loaded.

1,000 Schedules in four zones, every day 09-12 and 13-17, visits of 15 minutes every 15, 30 days, 60 bookings and 8 busy
half hours each: some 760 of 840 starts are free. Blocks, cuts and SlotKinds are what the product would make of them.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from scheduler.availability import ActorTime, Busy, Hours, Situation, Taken, TypeRules, Window
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


@dataclass(frozen=True, slots=True)
class Case:
    """One Schedule: what its slots share, and what is taken of it (starts and ends in epoch seconds)."""

    offer: Offer
    bookings: tuple[tuple[int, int], ...]
    busy: tuple[tuple[int, int], ...]

    @property
    def kind(self) -> SlotKind:
        return self.offer.kind

    def situation(self) -> Situation:
        """As the slot rule takes it."""
        who = f"actor-{self.kind.schedule_id}"
        taken = tuple(
            Taken(start, end, 0, 0, f"{who}-{n}", f"{who}-{n}") for n, (start, end) in enumerate(self.bookings)
        )
        return Situation(
            hours=Hours(self.kind.zone.key, (tuple(Window.of(*pair) for pair in WINDOWS),) * 7),
            rules=TypeRules(VISIT, VISIT, horizon_days=DAYS - 1),
            hosts=(ActorTime(who, taken, tuple(Busy(*one) for one in self.busy)),),
            schedule=self.kind.schedule_id,
        )


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


def cases(size: int, seed: int = 1) -> list[Case]:
    """``size`` Schedules."""
    chance = random.Random(seed)
    starts_of = {name: candidates(name) for name in ZONES}
    names = list(ZONES)
    made = []
    for number in range(size):
        place = names[number % len(names)]
        starts = starts_of[place]
        bookings = sorted(chance.sample(starts, BOOKINGS))
        busy = sorted(chance.sample(starts, BUSY))
        made.append(
            Case(
                offer(number, place),
                tuple((start, start + VISIT * MINUTE) for start in bookings),
                tuple((start, start + 2 * VISIT * MINUTE) for start in busy),
            )
        )
    return made


def offer(number: int, place: str) -> Offer:
    """The published Schedule ``number`` of a clinic in the zone ``place``."""
    kind = SlotKind(
        schedule_id=f"{number:08x}-7d1c-4f2e-9a55-c0ffee{number:06x}",
        zone=zone(place).info,
        duration=VISIT,
        name="Skin check, new patients",
        type=Coded("124", "General Practice"),
        specialty=Coded("394582007", "Dermatology"),
        book_url=f"{PUBLIC_URL}/book/",
        category=Coded("17", "General Practice"),
        phone="617-555-0101",
        patient_type="newpt",
    )
    return Offer(kind, (ZONES[place],), owner=f"p{number}", horizon_days=DAYS - 1)


def blocks(made: list[Case]) -> Iterator[tuple[Block, dict[str, Situation], list[Cut]]]:
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
