"""What New booking shows: the choice of type, date and time, and what stands against the time that was chosen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from scheduler.accounts.rights import Person
from scheduler.availability import Situation, explain
from scheduler.clock import DAY
from scheduler.console.common import EARLIEST, LATEST, date_in
from scheduler.console.desk.offers import Offered, offered_to, one_zone
from scheduler.console.desk.openings import Day, Opening, days_with_openings, nearest
from scheduler.console.desk.reasons import Warnings, warnings_of
from scheduler.console.desk.typed import minutes_of
from scheduler.db import snapshot
from scheduler.errors import NotFound
from scheduler.intake import Asked, questions_of
from scheduler.intake.asks import staff_asks
from scheduler.intake.who import STAFF, Who
from scheduler.models.situations import load_situation
from scheduler.models.slots import parse_slot_id, slot_id

NO_TIME = "We can't find that time. Choose the type and the date again."
_LATE_BY = DAY // 2  # a visit that began a little while ago may still be written down


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the address or the form says about the time, as it was sent."""

    slot: str = ""
    schedule: str = ""
    day: str = ""
    time: str = ""

    @classmethod
    def of(cls, sent: Mapping[str, str], slot: str | None = None) -> Wanted:
        """``slot``: a time pressed on, which wins."""
        return cls(
            sent.get("slot", "") if slot is None else slot,
            sent.get("schedule", ""),
            sent.get("date", ""),
            sent.get("time", ""),
        )


@dataclass(frozen=True, slots=True)
class Chosen:
    """The time that is about to be booked, what stands against it, and the openings nearest to it. ``who``: whom the
    type is for."""

    slot: str
    start: int
    offer: Offered
    warnings: Warnings
    near: tuple[Opening, ...]
    questions: tuple[Asked, ...]
    who: Who = STAFF

    @property
    def end(self) -> int:
        return self.start + self.offer.duration * 60


@dataclass(frozen=True, slots=True)
class Page:
    """``offer``: the type that is looked at, None when nothing can be booked. ``problems``: field id to sentence."""

    offers: tuple[Offered, ...]
    offer: Offered | None
    day: date
    time: str
    days: tuple[Day, ...]
    chosen: Chosen | None
    problems: Mapping[str, str]

    @property
    def zone(self) -> str:
        """The zone that all offers are in (IANA name), "" when they are in several."""
        return one_zone(self.offers)


def new_page(person: Person, wanted: Wanted, now: int) -> Page:
    """The page of what is wanted. Raises NotFound for a slot or type that the person can't book."""
    with snapshot() as session:
        offers = offered_to(session, person)
        problems: dict[str, str] = {}
        chosen = _by_slot(session, offers, wanted.slot, now) if wanted.slot else None
        offer = chosen.offer if chosen else _by_schedule(offers, wanted.schedule)
        if offer is None:
            return Page(tuple(offers.values()), None, EARLIEST, "", (), None, problems)
        day = _day(offer, wanted, chosen, now, problems)
        if chosen is None and wanted.time and not problems:
            chosen = _by_time(session, offers, offer, day, wanted.time, now, problems)
        days = () if chosen else days_with_openings(session, offer, day, now)
    return Page(tuple(offers.values()), offer, day, wanted.time, days, chosen, problems)


def _by_schedule(offers: Mapping[str, Offered], schedule: str) -> Offered | None:
    if schedule and schedule not in offers:
        raise NotFound(NO_TIME)
    return offers[schedule] if schedule else next(iter(offers.values()), None)


def _day(offer: Offered, wanted: Wanted, chosen: Chosen | None, now: int, problems: dict[str, str]) -> date:
    today = offer.today(now)
    if chosen is not None:
        return date.fromordinal(offer.clock.day(chosen.start))
    asked = date_in(wanted.day)
    if not wanted.schedule:  # a link from a day's page; today stands in for a day that has passed
        return max(asked or today, today)
    if wanted.day and asked is None:
        problems["date"] = f"Date: enter a date up to {LATEST.year}, such as {today.isoformat()}."
    elif asked is not None and asked < today:
        problems["date"] = "Date: it has passed. Choose today or a later date."
    return max(asked or today, today)


def _by_slot(session: Session, offers: Mapping[str, Offered], slot: str, now: int) -> Chosen:
    parsed = parse_slot_id(slot)
    offer = offers.get(parsed[0]) if parsed else None
    if parsed is None or offer is None or not _bookable(offer, parsed[1], now):
        raise NotFound(NO_TIME)
    return _chosen(session, offers, offer, parsed[1], now)


def _bookable(offer: Offered, start: int, now: int) -> bool:
    last = offer.clock.instant(LATEST.toordinal(), 0)
    return now - _LATE_BY <= start < last


def _by_time(
    session: Session,
    offers: Mapping[str, Offered],
    offer: Offered,
    day: date,
    typed: str,
    now: int,
    problems: dict[str, str],
) -> Chosen | None:
    minute = minutes_of(typed)
    if minute is None or minute == 1440:
        problems["time"] = "Time: enter a time of day, such as 9:30 or 2:15p."
        return None
    start = offer.clock.instant(day.toordinal(), minute)
    if not _bookable(offer, start, now):
        problems["time"] = "Time: it has passed. Choose a later one."
        return None
    return _chosen(session, offers, offer, start, now)


def _chosen(session: Session, offers: Mapping[str, Offered], offer: Offered, start: int, now: int) -> Chosen:
    situation: Situation = load_situation(session, offer.schedule, start, start + 1)
    return Chosen(
        slot=slot_id(offer.schedule, start),
        start=start,
        offer=offer,
        warnings=warnings_of(explain(situation, start, now), offer),
        near=tuple(one for one in nearest(session, offers, offer, start, now) if one.start != start),
        questions=questions_of(session, offer.type_id),
        who=staff_asks(session, offer.type_id, start, offer.zone),
    )
