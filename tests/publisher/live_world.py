"""A random clinic whose whole catalogue changes too, and what its feed must say at every instant by the reference.

Adds to ``tests.world``: types with other rules or names, offers that come, pause and return, time off of people and
places, and a clock that moves on by seconds, by a quarter of an hour, over midnight and by a day.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import select

from scheduler import catalog, clock
from scheduler.clock import to_utc
from scheduler.db import snapshot, transaction
from scheduler.models import AppointmentType
from scheduler.publisher import feed_of
from tests.factories import make_schedule, make_type
from tests.factories.clinics import BY
from tests.publisher.live import LiveClock
from tests.reference.feed_clients import Held
from tests.reference.slots import Plain, at_wall, living, load_zone, of_session, reference_open
from tests.world import BUFFERS, DAY, MINUTE, Offer, World

MOST_OFFERS = 5
QUARTER, HOUR = 15 * MINUTE, 60 * MINUTE
DEEP_LINKS = (
    "http://fhir-registry.smarthealthit.org/StructureDefinition/booking-deep-link",
    "http://hl7.org/fhir/uv/smart-scheduling-links/StructureDefinition/booking-deep-link",
)
CAPACITY = "http://fhir-registry.smarthealthit.org/StructureDefinition/slot-capacity"


class FeedWorld(World):
    """``show_busy``: whether the feed lists booked times."""

    def __init__(self, app: Flask, told: LiveClock, seed: int, *, show_busy: bool) -> None:
        super().__init__(app, told, seed)
        self.told, self.show_busy = told, show_busy
        self.people = list(self.offers[1].hosts)
        self.shown = {offer.type: "feed" for offer in self.offers}
        self.stopped: set[str] = set()
        self.names = dict(self._names())
        self.off: dict[str, tuple[str, Plain]] = {}

    # what is offered at all

    def offered(self, offer: Offer) -> bool:
        return self.shown[offer.type] != "paused" and offer.id not in self.stopped

    def published(self, offer: Offer) -> bool:
        return self.shown[offer.type] == "feed" and offer.id not in self.stopped

    def _some_start(self, offer: Offer) -> int | None:
        return super()._some_start(offer) if self.offered(offer) else None

    def _one(self, status: str) -> Plain | None:
        """What a visit keeps of a type's old rules is the booking's matter: such visits stay as they are here."""
        found = [
            visit
            for visit in self.visits.values()
            if visit["status"] == status
            and self.offered(visit["offer"])
            and visit["end"] - visit["start"] == visit["offer"].rules["duration_min"] * MINUTE
            and all(visit[name] == visit["offer"].rules[name] for name in BUFFERS)
        ]
        return self.chance.choice(found) if found else None

    # further acts

    def edit_type(self) -> str:
        offer = self.chance.choice(self.offers)
        rules = self._rules() | {"capacity": offer.rules["capacity"]}
        self._edit(offer.type, **self._fields(rules))
        offer.rules.update(rules)
        return "type edited"

    def name_type(self) -> str:
        offer = self.chance.choice(self.offers)
        self.names[offer.type] = f"Visit called {self.chance.randrange(10**6)}"
        self._edit(offer.type, name=self.names[offer.type])
        return "type named"

    def show(self) -> str:
        offer = self.chance.choice(self.offers)
        self.shown[offer.type] = self.chance.choice(["feed", "feed", "page", "paused"])
        self._edit(offer.type, visibility=self.shown[offer.type])
        return f"shown on {self.shown[offer.type]}"

    def stop_or_go_on(self) -> str:
        offer = self.chance.choice(self.offers)
        self.stopped ^= {offer.id}
        with self.app.app_context(), transaction() as session:
            catalog.edit_schedule(
                session,
                by=BY,
                now=clock.now(),
                schedule_id=offer.id,
                active=offer.id not in self.stopped,
            )
        return f"offered {offer.id not in self.stopped}"

    def offer_more(self) -> str:
        """Another person, or nobody at all, offers a new type or one that is there already."""
        if len(self.offers) >= MOST_OFFERS:
            return "enough offers"
        if self.chance.random() < 0.5:
            old = self.chance.choice(self.offers)
            kind, rules = old.type, old.rules
        else:
            rules = self._rules()
            made = make_type(self.clinic, **self._fields(rules))
            kind = made.id
            self.shown[kind], self.names[kind] = "feed", made.name
        hosts = self.chance.choice([[], self.people[:1], self.people[1:]])
        schedule = make_schedule(self.clinic, type=kind, hosts=hosts)
        line = [schedule.line_actor_id] if schedule.line_actor_id else []
        self.offers.append(Offer(schedule.id, kind, hosts or line, [], rules))
        return f"offered by {len(hosts)}"

    def take_off(self) -> str:
        first = to_utc(clock.now()).date() + timedelta(days=self.chance.randrange(5))
        last = first + timedelta(days=self.chance.choice([0, 0, 1, 3]))
        whose = self.chance.choice([*self.people, self.clinic.location, self.clinic.organization])
        named: dict[str, Any] = {}
        if whose in self.people:
            named["actor_id"] = whose
        elif whose == self.clinic.location:
            named["location_id"] = whose
        with self.app.app_context(), transaction() as session:
            row = catalog.add_time_off(
                session, by=BY, now=clock.now(), organization_id=self.clinic.organization,
                start_date=first, end_date=last, **named,
            )  # fmt: skip
        self.off[row.id] = (whose, {"start": first.isoformat(), "end": last.isoformat()})
        return f"off {first}"

    def come_back(self) -> str:
        if not self.off:
            return "nobody is off"
        row = self.chance.choice(sorted(self.off))
        with self.app.app_context(), transaction() as session:
            catalog.remove_time_off(session, by=BY, now=clock.now(), time_off_id=row)
        del self.off[row]
        return "back"

    def wait(self) -> str:
        """Time alone: by a little, to the next quarter of an hour, to just before or at midnight, by hours."""
        now, zone = self.told.now, load_zone(self.zone)
        today = datetime.fromtimestamp(now, zone).date()
        midnight = at_wall(today + timedelta(days=1), "00:00", zone)
        ahead = [1, 59, QUARTER - now % QUARTER, midnight - now - 1, midnight - now, 3 * HOUR + 7]
        lapses = [v["expires"] - now for v in self.visits.values() if v["status"] == "held"]
        return self.pass_by(self.chance.choice([one for one in [*ahead, *lapses] if one > 0]))

    def pass_by(self, seconds: int) -> str:
        self.told.at(self.told.now + seconds)
        return f"waited {seconds} s until {to_utc(self.told.now):%a %H:%M:%S}"

    def look_ahead(self) -> str:
        """What the job does: build what is due and what time will change soon."""
        steps = 0
        while feed_of(self.app).look_ahead():
            steps += 1
            assert steps < 1000, "looking ahead does not end"
        return f"looked ahead in {steps} steps"

    def _edit(self, type_id: str, **changes: Any) -> None:
        with self.app.app_context(), transaction() as session:
            version = session.get_one(AppointmentType, type_id).version
            catalog.edit_appointment_type(
                session, by=BY, now=clock.now(), appointment_type_id=type_id, version=version, **changes
            )

    ACTS = (
        *World.ACTS, edit_type, name_type, show, show, stop_or_go_on, offer_more, take_off, come_back, wait, wait, wait,
        look_ahead, look_ahead, look_ahead,
    )  # fmt: skip

    # what must be in the feed

    def plain(self, offer: Offer, leave_out: str | None = None) -> Plain:
        made = super().plain(offer, leave_out)
        all_of_them = {*offer.hosts, self.clinic.location, self.clinic.organization}
        made["schedule"]["time_off"] = [span for whose, span in self.off.values() if whose in all_of_them]
        return made

    def expected(self, offer: Offer) -> dict[int, str]:
        """Status by start of all slots of an offer that the feed lists."""
        free = self.open(offer)
        held = self.open(offer, holds=False)
        made = dict.fromkeys(held, "busy-tentative") | dict.fromkeys(free, "free")
        if self.show_busy:
            plain = self.plain(offer)
            for actor in [*plain["hosts"], *(actor for kind in plain["resources"] for actor in kind)]:
                actor["bookings"] = []
            now = clock.now()
            made = dict.fromkeys(reference_open(plain, now, now, now + 8 * DAY), "busy") | made
        return made

    def seats(self, offer: Offer, start: int) -> int:
        """Seats left of the session at ``start``."""
        plain, rules = self.plain(offer), offer.rules
        host = living(plain["hosts"][0], clock.now(), None, True)
        end = start + rules["duration_min"] * MINUTE
        taken = [one for one in host["bookings"] if of_session(one, rules, start, end)]
        return int(rules["capacity"]) - len(taken)

    def check(self, held: Held, log: list[str]) -> None:
        """The feed's resources are what the reference says at this instant."""
        published = [offer for offer in self.offers if self.published(offer)]
        assert {key for kind, key in held if kind == "Schedule"} == {offer.id for offer in published}, log
        services = {one["name"] for (kind, _), one in held.items() if kind == "HealthcareService"}
        assert services == {self.names[offer.type] for offer in published}, log
        slots: dict[str, dict[int, Plain]] = {offer.id: {} for offer in published}
        for (kind, key), slot in held.items():
            if kind == "Slot":
                schedule = slot["schedule"]["reference"].removeprefix("Schedule/")
                assert schedule in slots, f"{key} is of no schedule that is listed: {log}"
                slots[schedule][starts_at(key)] = slot
        for offer in published:
            found = slots[offer.id]
            assert {start: slot["status"] for start, slot in found.items()} == self.expected(offer), log
            for start, slot in found.items():
                self._check_slot(offer, start, slot)

    def _check_slot(self, offer: Offer, start: int, slot: Plain) -> None:
        begins, ends = datetime.fromisoformat(slot["start"]), datetime.fromisoformat(slot["end"])
        length = offer.rules["duration_min"] * MINUTE
        assert (begins.timestamp(), ends.timestamp()) == (start, start + length), slot
        assert begins.utcoffset() == datetime.fromtimestamp(start, load_zone(self.zone)).utcoffset(), slot
        extension = {one["url"]: one for one in slot.get("extension", [])}
        links = [extension[url]["valueUrl"] for url in DEEP_LINKS if url in extension]
        wanted = slot["status"] == "free"
        assert len(links) == 2 * wanted, slot
        assert all(link.endswith("/book/" + slot["id"]) for link in links), slot
        if wanted and offer.rules["capacity"] > 1:
            assert extension[CAPACITY]["valueInteger"] == self.seats(offer, start), slot

    def _names(self) -> list[tuple[str, str]]:
        with self.app.app_context(), snapshot() as session:
            return [(row.id, row.name) for row in session.scalars(select(AppointmentType))]


def starts_at(slot_id: str) -> int:
    stamp = slot_id.rpartition("-")[2]
    return int(datetime.strptime(stamp + "+0000", "%Y%m%dT%H%M%z").timestamp())
