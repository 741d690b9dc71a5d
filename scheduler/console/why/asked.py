"""What the Why page is asked: which appointment type, where, with whom, and when. Reads and checks the form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from scheduler.accounts.rights import Person
from scheduler.availability.zones import EARLIEST, Zone
from scheduler.availability.zones import LATEST as END_OF_TIME
from scheduler.availability.zones import zone as zone_of
from scheduler.clock import to_utc
from scheduler.console.common import LATEST, date_in
from scheduler.console.desk.offers import Offered, offered_to
from scheduler.console.desk.typed import minutes_of
from scheduler.models.slots import parse_slot_id, slot_id

_STAMP = "%Y%m%dT%H%M"
_HALF_HOUR = 30


def why_address(schedule_id: str, start: int) -> str:
    """The address that asks about a start (epoch seconds) of a Schedule."""
    return f"/console/why?type={schedule_id}&at={to_utc(start).strftime(_STAMP)}"


@dataclass(frozen=True, slots=True)
class Typed:
    """The form as it was sent. ``type`` may be a Schedule's id, which says place and clinician too; ``at`` is a start in
    UTC as in a slot's id, or a whole slot id."""

    type: str = ""
    place: str = ""
    who: str = ""
    date: str = ""
    time: str = ""
    at: str = ""

    @classmethod
    def of(cls, sent: Mapping[str, str]) -> Typed:
        return cls(**{name: sent.get(name, "").strip() for name in cls.__slots__})

    @property
    def asks(self) -> bool:
        """Whether it asks about a time, or only opens the form."""
        return bool(self.at or self.date or self.time)


@dataclass(frozen=True, slots=True)
class Choices:
    """What the person may ask about. ``offers`` by Schedule id, also what is not offered now; ``live``: the ids of what
    is."""

    offers: Mapping[str, Offered]
    live: frozenset[str]

    @property
    def types(self) -> list[tuple[str, str]]:
        return list({one.type_id: one.type for one in self.offers.values()}.items())

    @property
    def zone(self) -> str:
        """The zone of all places; "" when they are in several."""
        zones = {one.zone for one in self.offers.values()}
        return zones.pop() if len(zones) == 1 else ""

    @property
    def places(self) -> list[tuple[str, str]]:
        found = {one.place_id: one.place for one in self.offers.values()}
        return sorted(found.items(), key=lambda place: place[1])

    @property
    def people(self) -> list[tuple[str, str]]:
        found = {
            host: name
            for one in self.offers.values()
            for host, name in zip(one.hosts, one.names, strict=True)
        }
        return sorted(found.items(), key=lambda person: person[1])


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that can be answered. ``offer`` is None when the type is not offered there at all; ``start``: epoch
    seconds."""

    type_id: str
    type: str
    place_id: str
    place: str
    clock: Zone
    start: int
    offer: Offered | None


@dataclass(frozen=True, slots=True)
class Read:
    """The form read: ``typed`` filled in as far as it is known, and the question or what is wrong with it (field to
    sentence, with the status to answer with)."""

    typed: Typed
    asked: Asked | None = None
    problems: Mapping[str, str] = field(default_factory=dict)
    status: int = 200


def choices(session: Session, person: Person) -> Choices:
    """Everything of the organization for admin and front desk, their own for a clinician."""
    return Choices(offered_to(session, person, anyway=True), frozenset(offered_to(session, person)))


def read(typed: Typed, known: Choices, now: int) -> Read:
    """What is asked, with every problem named. ``now``: epoch seconds."""
    stamp = typed.at
    if (slot := parse_slot_id(typed.at)) is not None:
        typed, stamp = replace(typed, type=typed.type or slot[0]), typed.at[-13:]
    exact: Offered | None = None
    if typed.type in known.offers:
        one = known.offers[typed.type]
        if typed.place in ("", one.place_id) and typed.who in ("", *one.hosts):
            exact = one
        who = typed.who or (one.hosts[0] if one.hosts else "")
        typed = replace(typed, type=one.type_id, place=typed.place or one.place_id, who=who)
    typed = _with_usual_choices(typed, known)
    problems: dict[str, str] = {}
    for name, label, listed in (
        ("type", "Appointment type", known.types),
        ("place", "Place", known.places),
        ("who", "Clinician", known.people),
    ):
        value = getattr(typed, name)
        if value not in dict(listed) and (value or name != "who"):
            problems[name] = f"{label}: choose one of the list."
    if problems:
        return Read(typed, None, problems if typed.asks or typed.type else {}, 404 if typed.type else 400)
    here = [one for one in known.offers.values() if one.place_id == typed.place]
    clock = zone_of(here[0].zone)
    if not typed.asks:
        return Read(_at_next_half_hour(typed, clock, now))
    start, typed = _start(typed, stamp, clock, problems)
    if start is None:
        return Read(typed, None, problems, 400)
    offer = exact or _offer([one for one in here if one.type_id == typed.type], typed.who, known.live)
    asked = Asked(typed.type, dict(known.types)[typed.type], typed.place, here[0].place, clock, start, offer)
    return Read(typed, asked)


def _at_next_half_hour(typed: Typed, clock: Zone, now: int) -> Typed:
    """The form with the half hour that comes next by the place's clock."""
    wall = datetime.fromtimestamp(now, clock.info)
    day, minute = divmod(-(-(wall.hour * 60 + wall.minute) // _HALF_HOUR) * _HALF_HOUR, 1440)
    when = date.fromordinal(clock.day(now) + day)
    return replace(typed, date=when.isoformat(), time=f"{minute // 60:02}:{minute % 60:02}")


def _with_usual_choices(typed: Typed, known: Choices) -> Typed:
    """The first type and the place at which it is offered, where the form says nothing of them."""
    kind = typed.type or (known.types[0][0] if known.types and not typed.asks else "")
    ordered = sorted(known.offers.values(), key=lambda one: one.schedule not in known.live)
    place = typed.place or next((one.place_id for one in ordered if one.type_id == kind), "")
    return replace(typed, type=kind, place=place)


def _offer(here: list[Offered], who: str, live: frozenset[str]) -> Offered | None:
    """The one that is offered, of the asked clinician, else the first."""
    fitting = [one for one in here if not who or who in one.hosts]
    return min(fitting, key=lambda one: one.schedule not in live, default=None)


def _start(typed: Typed, stamp: str, clock: Zone, problems: dict[str, str]) -> tuple[int | None, Typed]:
    """The asked instant, and the form with its date and time by the place's clock."""
    if stamp and not typed.date and not typed.time:
        parsed = parse_slot_id(f"x-{stamp.removesuffix('Z')}")
        within = parsed is not None and EARLIEST <= parsed[1] < END_OF_TIME
        day = date_in(date.fromordinal(clock.day(parsed[1])).isoformat()) if parsed and within else None
        if parsed is None or day is None:
            problems["date"] = "Date: the link's time can't be read. Enter the date and the time."
            return None, typed
        wall = datetime.fromtimestamp(parsed[1], clock.info)
        return parsed[1], replace(typed, date=day.isoformat(), time=f"{wall:%H:%M}", at=stamp)
    day = date_in(typed.date)
    minute = minutes_of(typed.time)
    if day is None:
        problems["date"] = f"Date: enter a date from 2000 to {LATEST.year}, such as 2027-06-08."
    if minute is None or minute == 1440:
        problems["time"] = "Time: enter a time of day, such as 9:30 or 2:15p."
    if day is None or minute is None or problems:
        return None, replace(typed, at="")
    start = clock.instant(day.toordinal(), minute)
    return start, replace(typed, time=f"{minute // 60:02}:{minute % 60:02}", at=slot_id("x", start)[2:])
