"""Open times that would suit whoever waits, by the slot rule and from one snapshot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.availability import Situation, open_starts
from scheduler.booking.eligibility import age_rules, days_for
from scheduler.booking.waitlist.wishes import When
from scheduler.clock import DAY
from scheduler.models import Appointment, AppointmentType, WaitlistEntry
from scheduler.models.situations import load_situations
from scheduler.models.waiting import contact_of, schedules_for


@dataclass(slots=True)
class Openings:
    """What is open now on the Schedules that suit some entries; each Schedule is worked out once, when it is asked for."""

    now: int
    until: int
    schedules: dict[str, list[str]]
    situations: dict[str, Situation]
    _starts: dict[str, list[int]] = field(default_factory=dict)

    def on(self, schedule_id: str) -> list[int]:
        """The open starts of a Schedule, sorted; none when it is not offered now."""
        if schedule_id not in self.situations:
            return []
        if schedule_id not in self._starts:
            self._starts[schedule_id] = open_starts(
                self.situations[schedule_id], self.now, self.now, self.until
            )
        return self._starts[schedule_id]

    def zone(self, schedule_id: str) -> str:
        """The zone of a Schedule that is offered."""
        return self.situations[schedule_id].hours.zone

    def first(self, entry: WaitlistEntry, when: When, but: set[int]) -> tuple[int, str] | None:
        """The first start that suits, with the Schedule that has it; none of the starts ``but``."""
        firsts = [
            (start, schedule_id)
            for schedule_id in self.schedules[entry.id]
            if schedule_id in self.situations
            and (start := when.first(self.on(schedule_id), self.zone(schedule_id), but=but)) is not None
        ]
        return min(firsts, default=None)


def openings_for(session: Session, entries: Sequence[WaitlistEntry], now: int) -> Openings:
    """What is open on the Schedules that suit the entries, as far ahead as their types can be booked."""
    horizons = session.scalars(
        select(AppointmentType.horizon_days).where(
            AppointmentType.id.in_({entry.appointment_type_id for entry in entries})
        )
    ).all()
    until = now + (max(horizons, default=0) + 2) * DAY
    schedules = {entry.id: schedules_for(session, entry) for entry in entries}
    wanted = sorted({one for ids in schedules.values() for one in ids})
    return Openings(now, until, schedules, load_situations(session, wanted, now, until) if wanted else {})


def when_of(session: Session, entry: WaitlistEntry, *, anyway: bool = False) -> When:
    """Which times are worth an offer: as wished, and sooner than what the person has or could have taken by themselves when
    they joined; never on a day on which the type is not for their age. ``anyway``: as wished, and sooner than what they
    have."""
    limits = [] if anyway else [entry.sooner_than_at]
    if entry.appointment_id is not None:
        visit = session.get(Appointment, entry.appointment_id)
        limits.append(visit.starts_at if visit is not None else 0)
    kind = session.get_one(AppointmentType, entry.appointment_type_id)
    rules = age_rules(kind)
    first, end = days_for(rules, contact_of(session, entry).birth_date if rules.ages else None)
    return When(
        weekdays=tuple(entry.weekdays),
        part=entry.part,
        earliest_on=max(first, entry.earliest_on or date.min),
        latest_on=min(end - timedelta(days=1), entry.latest_on or date.max),
        before=min((limit for limit in limits if limit is not None), default=None),
    )


def first_open(session: Session, entry: WaitlistEntry, now: int) -> int | None:
    """The first start that is open to everybody now and as wished: what somebody who joins could take by themselves."""
    when = when_of(session, entry, anyway=True)
    found = openings_for(session, [entry], now).first(entry, when, set())
    return found[0] if found is not None else None
