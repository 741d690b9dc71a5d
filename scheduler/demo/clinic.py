"""What the demo clinic offers: two clinics in two zones and video visits, five practitioners, six types.

All of it is invented: numbers are of the fictional range, NPIs begin with 2 (none that is given out does), addresses
end in example.org.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import Session

from scheduler import catalog, clock
from scheduler.availability.zones import zone
from scheduler.booking import SYSTEM
from scheduler.catalog import slugs
from scheduler.models import Question

MORNING, AFTERNOON = (540, 720), (780, 1020)
EASTERN, CENTRAL = "America/New_York", "America/Chicago"
FAMILY, INTERNAL, SKIN, REHAB = "419772000", "419192003", "394582007", "394602003"


@dataclass(frozen=True)
class Host:
    """A practitioner of the demo clinic."""

    name: str
    practitioner: str
    actor: str
    slug: str


@dataclass(frozen=True)
class Offered:
    """A Schedule of the demo clinic, and how full it is to be: the share of its times taken in the first week."""

    schedule: str
    fill: float
    questions: tuple[Question, ...] = ()


@dataclass
class Made:
    """What has been made, by id."""

    organization: str
    hosts: list[Host] = field(default_factory=list)
    offered: list[Offered] = field(default_factory=list)


def make_clinic(session: Session, now: int) -> Made:
    """Make the demo clinic in the caller's transaction, through the catalog alone. Dates that differ lie in the weeks
    after ``now`` (epoch seconds)."""
    return _Maker(session, now).make()


class _Maker:
    def __init__(self, session: Session, now: int) -> None:
        self.session = session
        self.act: dict[str, Any] = {"by": SYSTEM, "now": now}
        today = clock.local_date(now, zone(EASTERN).info)
        self.monday = today + timedelta(days=7 - today.weekday())
        self.owner = ""

    def make(self) -> Made:
        self.owner = catalog.add_organization(
            self.session,
            **self.act,
            demo=True,
            name="Alder Grove Health",
            phone="617-555-0100",
            email="hello@example.org",
            url="https://aldergrove.example.org",
        ).id
        made = Made(self.owner)
        boston, chicago, video = self._places()
        vale = self._person("Dr. Juniper Vale", "MD", "2000000010", FAMILY, [boston], ["en", "es"])
        quill = self._person("Dr. Orla Quill", "DO", "2000000028", FAMILY, [boston, video], ["en", "fr"])
        marrow = self._person("Dr. Ines Marrow", "MD", "2000000036", INTERNAL, [chicago, video], ["en", "pt"])
        fenn = self._person("Dr. Tobias Fenn", "MD", "2000000044", SKIN, [chicago], ["en", "de"])
        wren = self._person("Wren Halloway", "PT", "2000000051", REHAB, [chicago], ["en"])
        made.hosts = [vale, quill, marrow, fenn, wren]
        self._rooms(chicago)

        weekdays = {day: [MORNING, AFTERNOON] for day in range(5)}
        early = {day: [(480, 720), (780, 960)] for day in range(4)}
        vale_hours = self._hours("Dr. Vale, weekdays", weekdays, vale)
        quill_hours = self._hours("Dr. Quill, early", early, quill)
        quill_video = self._hours("Dr. Quill, video on Fridays", {4: [(480, 720), (780, 960)]}, quill)
        marrow_hours = self._hours("Dr. Marrow, mornings", {day: [MORNING] for day in range(5)}, marrow)
        marrow_video = self._hours(
            "Dr. Marrow, video afternoons", {day: [(840, 1020)] for day in (0, 2)}, marrow
        )
        fenn_hours = self._hours(
            "Dr. Fenn, weekdays", {day: [MORNING, AFTERNOON] for day in range(1, 5)}, fenn
        )
        classes = self._hours("Evening classes", {1: [(1020, 1140)], 3: [(1020, 1140)]}, wren)
        mobility = self._hours("Mobility assessments", {1: [(780, 960)], 4: [(780, 960)]}, wren)
        flu = self._hours("Flu clinic", {2: [(900, 1080)]})

        first_visit = self._type("New patient visit", 40, 20, "124", FAMILY, horizon_days=90, category="17",
            bring="Your insurance card, a list of your medicines and a photo ID.",
            description="A first visit: we get to know you, your health and what you need.")  # fmt: skip
        follow_up = self._type("Video follow-up", 20, 20, "124", FAMILY, modality="video", category="17",
            buffer_after_minutes=5, patient_type="existptonly",
            description="Talk about results or how you are doing, from where you are.")  # fmt: skip
        skin = self._type("Skin consultation", 30, 30, "168", SKIN, minimum_notice_minutes=1440, category="27",
            description="For patients who were referred to a dermatologist.",
            bring="Your referral letter.")  # fmt: skip
        flu_shot = self._type("Flu shot", 10, 10, "57", FAMILY, capacity=3, minimum_notice_minutes=60, category="17",
            description="No named clinician: come to the front desk.")  # fmt: skip
        group = self._type("Moving well: group class", 60, 60, "65", REHAB, capacity=8, category="7",
            description="Exercises for back and joints in a group of up to eight.",
            bring="Comfortable clothes and water.")  # fmt: skip
        team = self._type("Mobility assessment", 60, 30, "576", REHAB, buffer_after_minutes=15, max_per_day=3,
            category="27", description="A physician and a physical therapist see you together.")  # fmt: skip

        offer = self._offer
        made.offered = [
            offer(first_visit, boston, vale_hours, [vale], 0.55),
            offer(first_visit, boston, quill_hours, [quill], 0.45),
            offer(first_visit, chicago, marrow_hours, [marrow], 0.5),
            offer(follow_up, video, quill_video, [quill], 0.4),
            offer(follow_up, video, marrow_video, [marrow], 0.4),
            offer(skin, chicago, fenn_hours, [fenn], 0.35, self._referral_questions(skin)),
            offer(flu_shot, boston, flu, [], 0.4),
            offer(group, chicago, classes, [wren], 0.5),
            offer(team, chicago, mobility, [marrow, wren], 0.3, rooms=["therapy room"]),
        ]
        self._dates(vale_hours, flu, quill)
        return made

    def _places(self) -> tuple[str, str, str]:
        add = catalog.add_location
        common = {**self.act, "organization_id": self.owner, "url": "https://aldergrove.example.org"}
        boston = add(self.session, **common, name="Alder Grove Boston", line="100 Example Street", city="Boston",
            district="Suffolk", state="MA", postal_code="02115", zone=EASTERN, phone="617-555-0101",
            latitude=42.34, longitude=-71.1, slug="alder-grove-boston",
            arrival="Enter from Example Street. The desk is on the ground floor.",
            access="Step-free entrance; lift to all floors; hearing loop at the desk.")  # fmt: skip
        chicago = add(self.session, **common, name="Alder Grove Chicago", line="200 Sample Avenue", city="Chicago",
            district="Cook", state="IL", postal_code="60605", zone=CENTRAL, phone="312-555-0102",
            latitude=41.87, longitude=-87.63, slug="alder-grove-chicago",
            arrival="Second floor, above the pharmacy.",
            access="Step-free by the lift; accessible restroom on the second floor.")  # fmt: skip
        video = add(self.session, **common, kind="virtual", name="Alder Grove Video Visits", zone=EASTERN,
            phone="617-555-0103", licensed_states=["MA", "IL"],
            arrival="You get the link on the day. Any phone or computer with a camera will do.")  # fmt: skip
        return boston.id, chicago.id, video.id

    def _person(
        self, name: str, suffix: str, npi: str, specialty: str, places: list[str], languages: list[str]
    ) -> Host:
        given, family = name.removeprefix("Dr. ").split()
        row = catalog.add_practitioner(
            self.session,
            **self.act,
            organization_id=self.owner,
            display_name=name,
            prefix="Dr." if name.startswith("Dr.") else "",
            given=given,
            family=family,
            suffix=suffix,
            npi=npi,
            languages=languages,
            about=f"{name} is an invented clinician of the demo clinic.",
        )
        for place in places:
            catalog.add_role(
                self.session,
                **self.act,
                practitioner_id=row.id,
                location_id=place,
                specialty_code=specialty,
                title="Physical therapist" if suffix == "PT" else "Physician",
            )
        slug = slugs.current_slug(self.session, "practitioner", row.id)
        return Host(name, row.id, catalog.actor_of(self.session, row.id).id, slug or "")

    def _rooms(self, place: str) -> None:
        for number in (1, 2):
            catalog.add_room(
                self.session,
                **self.act,
                organization_id=self.owner,
                location_id=place,
                name=f"Therapy room {number}",
                resource_kind="therapy room",
            )

    def _hours(self, name: str, weekly: dict[int, list[tuple[int, int]]], host: Host | None = None) -> str:
        return catalog.add_availability(
            self.session,
            **self.act,
            organization_id=self.owner,
            name=name,
            weekly=weekly,
            practitioner_id=host.practitioner if host else None,
        ).id

    def _type(
        self,
        name: str,
        minutes: int,
        interval: int,
        service: str,
        specialty: str,
        *,
        category: str,
        **fields: Any,
    ) -> str:
        return catalog.add_appointment_type(
            self.session,
            **self.act,
            organization_id=self.owner,
            name=name,
            duration_minutes=minutes,
            interval_minutes=interval,
            service_type_code=service,
            service_category_code=category,
            specialty_code=specialty,
            **({"patient_type": "newpt"} | fields),
        ).id

    def _referral_questions(self, kind: str) -> tuple[Question, ...]:
        asked: list[dict[str, Any]] = [
            {"label": "Referral number", "hint": "It is on your referral letter.", "required": True},
            {"label": "Who referred you?", "required": True},
            {
                "label": "What is it about?",
                "kind": "choice",
                "choices": ["A mole or spot", "A rash", "Acne", "Something else"],
            },
            {"label": "Anything we should know before your visit?", "kind": "long"},
        ]
        add = catalog.add_question
        return tuple(add(self.session, **self.act, appointment_type_id=kind, **fields) for fields in asked)

    def _offer(
        self,
        kind: str,
        place: str,
        hours: str,
        hosts: list[Host],
        fill: float,
        questions: tuple[Question, ...] = (),
        rooms: list[str] | None = None,
    ) -> Offered:
        row = catalog.add_schedule(
            self.session,
            **self.act,
            appointment_type_id=kind,
            location_id=place,
            availability_id=hours,
            hosts=[host.actor for host in hosts],
            resource_kinds=rooms or [],
        )
        return Offered(row.id, fill, questions)

    def _dates(self, shortened: str, flu: str, away: Host) -> None:
        """Two Saturdays of flu shots a month, a short Friday, two days away."""
        friday = self.monday + timedelta(days=4)
        catalog.add_recurrence_rule(
            self.session,
            **self.act,
            availability_id=flu,
            rrule="FREQ=MONTHLY;BYDAY=1SA,3SA",
            dtstart=date(self.monday.year, self.monday.month, 1),
            window=MORNING,
        )
        catalog.set_override(
            self.session,
            **self.act,
            availability_id=shortened,
            day=friday,
            windows=[MORNING],
            note_text="Short Friday",
        )
        catalog.add_time_off(
            self.session,
            **self.act,
            organization_id=self.owner,
            actor_id=away.actor,
            start_date=self.monday + timedelta(days=8),
            end_date=self.monday + timedelta(days=9),
            note_text="Conference",
        )
