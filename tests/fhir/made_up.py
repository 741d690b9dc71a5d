"""Made-up records with every value filled, for the tests of this room and of the publisher."""

from __future__ import annotations

import importlib.resources
from datetime import date
from zoneinfo import ZoneInfo

from scheduler.fhir import records
from scheduler.fhir.records import Coded, Named


def tz(name: str) -> ZoneInfo:
    """A zone of the tzdata package."""
    with importlib.resources.files("tzdata").joinpath("zoneinfo", *name.split("/")).open("rb") as data:
        return ZoneInfo.from_file(data, key=name)


DERMATOLOGY = Coded("394582007", "Dermatology")
CHECK_UP = Coded("124", "General Practice")
CATEGORY = Coded("17", "General Practice")
CLINIC = Named("org1", "Marigold Health")
PLACE = Named("loc1", "Marigold Boston")
ROLE = Named("role1", "Dr. Ada Mapleton")

ORGANIZATION = records.Organization(
    id="org1",
    name="Marigold Health",
    npi="1234567893",
    phone="617-555-0100",
    email="hello@example.org",
    url="https://marigold.example.org",
    part_of=Named("org0", "Marigold Group"),
)
LOCATION = records.Location(
    id="loc1",
    name="Marigold Boston",
    identifier_system="https://book.example.org/fhir/identifier/location",
    description="Second floor, left of the lift.",
    line="12 Elm Street\nSuite 4",
    city="Boston",
    district="Suffolk",
    state="MA",
    postal_code="02108",
    country="US",
    latitude=42.36,
    longitude=-71.06,
    phone="617-555-0101",
    url="https://marigold.example.org/boston",
    organization=CLINIC,
)
VIDEO = records.Location(
    id="loc2",
    name="Video visits",
    identifier_system="https://book.example.org/fhir/identifier/location",
    virtual=True,
    state="MA",
    city="Boston",
    latitude=42.36,
    longitude=-71.06,
    phone="617-555-0102",
    url="https://marigold.example.org/video",
    licensed_states=("MA", "NH"),
    organization=CLINIC,
)
PRACTITIONER = records.Practitioner(
    id="prac1",
    npi="1234567893",
    display_name="Dr. Ada Mapleton, MD, PhD",
    prefix="Dr.",
    given="Ada Lou",
    family="Mapleton",
    suffix="MD, PhD",
    phone="617-555-0103",
    email="ada@example.org",
    gender="female",
    languages=("en", "es"),
)
PRACTITIONER_ROLE = records.Role(
    id="role1",
    practitioner_name="Dr. Ada Mapleton",
    practitioner_id="prac1",
    npi="1234567893",
    organization=CLINIC,
    title="Senior dermatologist",
    specialties=(DERMATOLOGY,),
    locations=(PLACE,),
    services=(Named("type1-loc1", "Skin check"),),
    phone="617-555-0104",
    period_start=date(2020, 1, 1),
    period_end=date(2030, 12, 31),
)
SERVICE = records.Service(
    id="type1-loc1",
    name="Skin check",
    location=PLACE,
    type=CHECK_UP,
    specialty=DERMATOLOGY,
    category=CATEGORY,
    organization=CLINIC,
    comment="A look at the whole skin.",
    phone="617-555-0101",
    week=(((540, 720), (780, 1020)), ((540, 720), (780, 1020)), (), (), ((1320, 120),), ((0, 1440),), ()),
    hours_vary=True,
    closures=(records.Closure(date(2026, 11, 26), date(2026, 11, 27)),),
    minimum_age=18,
    referral="required",
    insurance="only",
)
SCHEDULE = records.Schedule(
    id="sched1",
    name="Skin check",
    type=CHECK_UP,
    specialty=DERMATOLOGY,
    location=PLACE,
    roles=(ROLE, Named("role2", "Ben Oakfield, NP")),
    category=CATEGORY,
    comment="A look at the whole skin.",
    first=date(2026, 11, 24),
    last=date(2027, 1, 23),
)
SLOTS = records.SlotKind(
    schedule_id="sched1",
    zone=tz("America/New_York"),
    duration=30,
    name="Skin check",
    type=CHECK_UP,
    specialty=DERMATOLOGY,
    book_url="https://book.example.org/book/",
    category=CATEGORY,
    phone="617-555-0101",
    patient_type="newpt",
)
