"""The files of everything but slots: one per resource type, each with the midnight until which it stands.

Order and text depend on the data alone, so equal data give equal files.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, TypeVar

from scheduler import fhir
from scheduler.availability.zones import zone
from scheduler.clock import DAY
from scheduler.publisher.files import Store
from scheduler.publisher.load import Catalogue, fits_2021
from scheduler.publisher.versions import NOTHING, FileOf, Version

Record = TypeVar("Record")

OUTCOME = "OperationOutcome"
# in the order in which manifests list them; what time changes names dates
CATALOGUE = ("Organization", "Location", "Practitioner", "PractitionerRole", "HealthcareService", "Schedule")
_DATED = frozenset({"HealthcareService", "Schedule"})


def build_catalogue(catalogue: Catalogue, now: int, store: Store) -> list[Version]:
    """A version of each file but those of slots, as it is at ``now``, its files written. What is empty is a version
    without a file. Clients of 2021 know places and schedules alone, a schedule being of one place."""
    states = tuple(sorted({state for offer in catalogue.offers for state in offer.states}))
    midnight = _next_midnight(catalogue, now)
    strict_places = {place.id for place in catalogue.locations if fits_2021(place)}
    strict = {
        "Location": [
            fhir.location_resource(place) for place in catalogue.locations if place.id in strict_places
        ],
        "Schedule": [
            fhir.schedule_resource(replace(one, roles=()))
            for one in catalogue.schedules
            if one.location.id in strict_places
        ],
    }

    def made(kind: str, records: Iterable[Record], resource: Callable[[Record], dict[str, Any]]) -> Version:
        return Version(
            shard=kind,
            type=kind,
            states=states if kind != OUTCOME else (),
            from_at=now,
            until_at=midnight if kind in _DATED else None,
            file=_file(store, kind, map(resource, records), now),
            file_2021=_file(store, kind, strict.get(kind, ()), now),
        )

    return [
        made("Organization", catalogue.organizations, fhir.organization_resource),
        made("Location", catalogue.locations, fhir.location_resource),
        made("Practitioner", catalogue.practitioners, fhir.practitioner_resource),
        made("PractitionerRole", catalogue.roles, fhir.practitioner_role_resource),
        made("HealthcareService", catalogue.services, fhir.healthcare_service_resource),
        made("Schedule", catalogue.schedules, fhir.schedule_resource),
        made(OUTCOME, catalogue.notes, _warning),
    ]


def _next_midnight(catalogue: Catalogue, now: int) -> int:
    midnights = [
        zone(name).next_day_begins(now) for name in {offer.kind.zone.key for offer in catalogue.offers}
    ]
    midnights.append(now - now % DAY + DAY)  # overrides leave the services' text by the date in UTC
    return min(midnights)


def _warning(note: str) -> dict[str, Any]:
    return fhir.operation_outcome("warning", "incomplete", note)


def _file(store: Store, kind: str, resources: Iterable[dict[str, Any]], now: int) -> FileOf:
    lines = [fhir.to_line(one) for one in resources]
    if not lines:
        return NOTHING
    stored = store.put(kind, b"".join(lines), now)
    return FileOf(stored.name, len(lines), stored.size)
