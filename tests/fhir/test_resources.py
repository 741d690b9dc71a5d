"""Every resource loads in the models of fhir.resources and has the elements that the profiles want."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from fhir.resources.R4B import get_fhir_model_class

from scheduler import fhir
from tests.fhir import made_up

Resource = dict[str, Any]

FULL: dict[str, Resource] = {
    "Organization": fhir.organization_resource(made_up.ORGANIZATION),
    "Location": fhir.location_resource(made_up.LOCATION),
    "Practitioner": fhir.practitioner_resource(made_up.PRACTITIONER),
    "PractitionerRole": fhir.practitioner_role_resource(made_up.PRACTITIONER_ROLE),
    "HealthcareService": fhir.healthcare_service_resource(made_up.SERVICE),
    "Schedule": fhir.schedule_resource(made_up.SCHEDULE),
    "Slot": fhir.slot_maker(made_up.SLOTS)(
        "sched1-20261124T1430", "2026-11-24T09:30:00-05:00", "2026-11-24T10:00:00-05:00", "free", 1
    ),
    "OperationOutcome": fhir.operation_outcome("warning", "incomplete", "Something is missing."),
}

# The elements marked M and S in spec/smart-scheduling-links.md that our records can fill.
ELEMENTS = {
    "Location": "id name telecom.system telecom.value status description address.line address.city address.state "
    "address.postalCode address.district physicalType.coding.system position.latitude position.longitude "
    "identifier.system identifier.value",
    "Practitioner": "id identifier.system identifier.value active name.text name.family name.given name.prefix "
    "name.suffix telecom.value gender",
    "PractitionerRole": "id identifier.value active period.start period.end practitioner.reference organization.reference "
    "code specialty.coding.code location.reference healthcareService.reference telecom.value",
    "HealthcareService": "id active type.coding.code specialty.coding.code location.reference name providedBy.reference "
    "category.coding.code comment telecom.value appointmentRequired availableTime.daysOfWeek availableTime.allDay "
    "availableTime.availableStartTime availableTime.availableEndTime notAvailable.description "
    "notAvailable.during.start eligibility.code.text eligibility.comment",
    "Schedule": "id serviceType.coding.system actor.reference actor.display extension.url planningHorizon.start",
    "Slot": "id schedule.reference status start end extension.url serviceType.coding.code",
}
ONE = {"Practitioner": ("identifier",), "HealthcareService": ("type", "specialty", "location")}


def values(node: Any, path: str) -> Iterator[Any]:
    """All values at a dotted path, through lists."""
    if isinstance(node, list):
        for item in node:
            yield from values(item, path)
    elif not path:
        yield node
    elif isinstance(node, dict) and path.partition(".")[0] in node:
        yield from values(node[path.partition(".")[0]], path.partition(".")[2])


def extensions(made: Resource, url: str) -> list[Resource]:
    return [extension for extension in made.get("extension", ()) if extension["url"] == url]


G1 = "http://fhir-registry.smarthealthit.org/StructureDefinition/"
G3 = "http://hl7.org/fhir/uv/smart-scheduling-links/StructureDefinition/"


@pytest.mark.parametrize("kind", FULL)
def test_a_full_resource_loads_in_the_model_and_loses_nothing(kind: str) -> None:
    loaded = get_fhir_model_class(kind).model_validate(FULL[kind])
    assert loaded.model_dump(mode="json", exclude_none=True).keys() >= FULL[kind].keys() - {"resourceType"}


@pytest.mark.parametrize("kind", ELEMENTS)
def test_a_full_resource_has_every_required_and_supported_element(kind: str) -> None:
    missing = [path for path in ELEMENTS[kind].split() if not list(values(FULL[kind], path))]
    assert missing == []


@pytest.mark.parametrize("kind", ONE)
def test_elements_that_a_profile_wants_once_are_there_once(kind: str) -> None:
    assert {name: len(FULL[kind][name]) for name in ONE[kind]} == dict.fromkeys(ONE[kind], 1)


@pytest.mark.parametrize("kind", FULL)
def test_no_element_is_empty(kind: str) -> None:
    def empty(node: Any) -> bool:
        if isinstance(node, dict):
            return not node or any(map(empty, node.values()))
        if isinstance(node, list):
            return not node or any(map(empty, node))
        return node is None or (isinstance(node, str) and not node.strip())

    assert not empty(FULL[kind])


BARE: list[Resource] = [
    fhir.organization_resource(
        replace(made_up.ORGANIZATION, npi=None, phone="", email="", url="", part_of=None)
    ),
    fhir.location_resource(
        fhir.records.Location(
            id="l", name="Nowhere", identifier_system="https://x.example", url="https://x.example"
        )
    ),
    fhir.practitioner_role_resource(fhir.records.Role(id="r", practitioner_name="Ada")),
    fhir.healthcare_service_resource(
        fhir.records.Service(
            id="s",
            name="Talk",
            location=made_up.PLACE,
            type=fhir.records.Coded("", ""),
            specialty=fhir.records.Coded("", ""),
        )
    ),
    fhir.schedule_resource(
        fhir.records.Schedule(
            id="x",
            name="Talk",
            type=fhir.records.Coded("", ""),
            specialty=fhir.records.Coded("", ""),
            location=made_up.PLACE,
        )
    ),
]


@pytest.mark.parametrize("made", BARE, ids=lambda made: made["resourceType"])
def test_a_resource_of_a_record_with_little_in_it_is_still_valid(made: Resource) -> None:
    get_fhir_model_class(made["resourceType"]).model_validate(made)


def test_a_service_without_codes_still_has_one_type_and_one_specialty() -> None:
    service = BARE[3]
    assert service["type"] == service["specialty"] == [{"text": "Talk"}]


class TestLocation:
    def test_a_place_has_an_address_and_a_position(self) -> None:
        made = FULL["Location"]
        assert made["address"]["line"] == ["12 Elm Street", "Suite 4"]
        assert made["position"] == {"longitude": -71.06, "latitude": 42.36}
        assert made["physicalType"]["coding"][0]["code"] == "ph"

    def test_it_has_a_phone_and_a_url_for_readers_of_2021(self) -> None:
        assert [point["system"] for point in FULL["Location"]["telecom"]] == ["phone", "url"]

    def test_a_virtual_one_has_its_states_and_no_address(self) -> None:
        made = fhir.location_resource(made_up.VIDEO)
        assert [one["valueString"] for one in extensions(made, G3 + "licensed-states")] == ["MA", "NH"]
        assert made["physicalType"]["coding"][0]["code"] == "vi"
        assert not {"address", "position"} & made.keys()

    def test_one_that_is_closed_for_good_is_inactive(self) -> None:
        assert fhir.location_resource(replace(made_up.LOCATION, active=False))["status"] == "inactive"

    def test_a_demo_says_so_in_its_description(self) -> None:
        assert "demo" in fhir.location_resource(replace(made_up.LOCATION, demo=True))["description"]


class TestPractitionerRole:
    def test_without_a_published_practitioner_it_tells_the_name_and_refers_to_nothing(self) -> None:
        made = fhir.practitioner_role_resource(
            replace(made_up.PRACTITIONER_ROLE, practitioner_id=None, npi=None)
        )
        assert made["practitioner"] == {"display": "Dr. Ada Mapleton"}
        assert "identifier" not in made


class TestHealthcareService:
    def test_weekdays_with_the_same_hours_share_an_entry_and_hours_end_within_their_day(self) -> None:
        assert FULL["HealthcareService"]["availableTime"] == [
            {"daysOfWeek": ["mon", "tue"], "availableStartTime": "09:00:00", "availableEndTime": "12:00:00"},
            {"daysOfWeek": ["mon", "tue"], "availableStartTime": "13:00:00", "availableEndTime": "17:00:00"},
            {"daysOfWeek": ["fri"], "availableStartTime": "22:00:00", "availableEndTime": "23:59:59"},
            {"daysOfWeek": ["sat"], "allDay": True},
        ]

    def test_hours_over_sunday_midnight_go_on_on_monday(self) -> None:
        week = ((), (), (), (), (), (), ((1380, 60),))
        made = fhir.healthcare_service_resource(replace(made_up.SERVICE, week=week))
        assert [(entry["daysOfWeek"], entry["availableEndTime"]) for entry in made["availableTime"]] == [
            (["mon"], "01:00:00"),
            (["sun"], "23:59:59"),
        ]

    def test_overlapping_hours_of_two_schedules_are_one(self) -> None:
        week = (((540, 720), (700, 800), (800, 900)), (), (), (), (), (), ())
        made = fhir.healthcare_service_resource(replace(made_up.SERVICE, week=week))
        assert made["availableTime"] == [
            {"daysOfWeek": ["mon"], "availableStartTime": "09:00:00", "availableEndTime": "15:00:00"}
        ]

    def test_a_closure_says_only_that_it_is_closed(self) -> None:
        assert FULL["HealthcareService"]["notAvailable"] == [
            {"description": "Closed", "during": {"start": "2026-11-26", "end": "2026-11-27"}}
        ]


class TestSchedule:
    def test_all_hosts_and_the_place_are_actors(self) -> None:
        assert [actor["reference"] for actor in FULL["Schedule"]["actor"]] == [
            "PractitionerRole/role1",
            "PractitionerRole/role2",
            "Location/loc1",
        ]

    def test_without_hosts_the_place_is_the_only_actor(self) -> None:
        made = fhir.schedule_resource(replace(made_up.SCHEDULE, roles=()))
        assert made["actor"] == [{"reference": "Location/loc1", "display": "Marigold Boston"}]

    @pytest.mark.parametrize("url", [G3 + "schedule-specialty", G1 + "specialty"])
    def test_the_specialty_is_there_in_both_families(self, url: str) -> None:
        assert extensions(FULL["Schedule"], url)[0]["valueCoding"] == {
            "system": "http://snomed.info/sct",
            "code": "394582007",
            "display": "Dermatology",
        }


class TestSlot:
    START = 1795530600

    def slot(self, status: str = "free", seats: int = 1, **changes: Any) -> Resource:
        kind = replace(made_up.SLOTS, **changes)
        start, end = (
            fhir.instant_text(at, kind.zone) for at in (self.START, self.START + 60 * kind.duration)
        )
        return fhir.slot_maker(kind)("sched1-20261124T1430", start, end, status, seats)

    def test_times_have_the_offset_of_the_place(self) -> None:
        made = self.slot()
        assert (made["start"], made["end"]) == ("2026-11-24T09:30:00-05:00", "2026-11-24T10:00:00-05:00")

    @pytest.mark.parametrize("url", [G3 + "booking-deep-link", G1 + "booking-deep-link"])
    def test_a_free_slot_has_a_deep_link_in_both_families(self, url: str) -> None:
        link = "https://book.example.org/book/sched1-20261124T1430"
        assert [one["valueUrl"] for one in extensions(self.slot(), url)] == [link]

    def test_it_has_a_phone_in_both_families(self) -> None:
        made = self.slot()
        assert extensions(made, G3 + "booking-phone")[0]["valueContactPoint"] == {
            "system": "phone",
            "value": "617-555-0101",
        }
        assert extensions(made, G1 + "booking-phone")[0]["valueString"] == "617-555-0101"
        assert not extensions(self.slot(phone=""), G3 + "booking-phone")

    def test_it_says_who_may_book_where_the_type_does(self) -> None:
        assert extensions(self.slot(), G3 + "patient-type")[0]["valueCoding"]["code"] == "newpt"
        assert not extensions(self.slot(patient_type=""), G3 + "patient-type")

    @pytest.mark.parametrize(
        ("changes", "seats", "capacity"),
        [({}, 1, []), ({"capacity": 8}, 5, [5]), ({"duration": 60}, 1, []), ({"duration": 61}, 1, [1])],
    )
    def test_sessions_and_slots_over_an_hour_have_a_capacity(
        self, changes: dict[str, Any], seats: int, capacity: list[int]
    ) -> None:
        made = self.slot(seats=seats, **changes)
        assert [one["valueInteger"] for one in extensions(made, G1 + "slot-capacity")] == capacity

    @pytest.mark.parametrize("status", ["busy-tentative", "busy"])
    def test_one_that_is_not_free_cannot_be_followed(self, status: str) -> None:
        made = self.slot(status)
        assert [one["url"] for one in made["extension"]] == [G3 + "patient-type"]
        assert made["status"] == status
        assert "extension" not in self.slot(status, patient_type="")


@pytest.mark.parametrize(
    "made", [made for made in FULL.values() if "id" in made], ids=lambda made: made["resourceType"]
)
def test_ids_are_fhir_ids(made: Resource) -> None:
    assert re.fullmatch(r"[A-Za-z0-9.-]{1,64}", made["id"])


def test_a_service_says_whom_it_is_for() -> None:
    made = fhir.healthcare_service_resource(made_up.SERVICE)
    assert [(one["code"]["text"], one["comment"]) for one in made["eligibility"]] == [
        ("Age", "Ages 18 and over, on the day of the visit."),
        ("Referral", "A referral is needed to book."),
        ("Insurance", "Only for people with an insurance plan that is accepted here."),
    ]
    anybody = replace(made_up.SERVICE, minimum_age=None, referral="optional", insurance="ask")
    assert "eligibility" not in fhir.healthcare_service_resource(anybody)
    children = replace(anybody, maximum_age=17)
    [said] = fhir.healthcare_service_resource(children)["eligibility"]
    assert said["comment"] == "Ages 0 to 17, on the day of the visit."
