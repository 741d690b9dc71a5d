"""Schedule: one appointment type at one Location with its hosts."""

from __future__ import annotations

from scheduler.fhir import systems
from scheduler.fhir.elements import Element, clean, coding, concept, present, reference, resource
from scheduler.fhir.records import Schedule


def schedule_resource(record: Schedule) -> Element:
    """The Schedule. Its actors are all needed: the roles of its hosts, if any, and the Location."""
    specialty = concept(systems.SNOMED, record.specialty)
    actors = [reference("PractitionerRole", role) for role in record.roles]
    return resource(
        "Schedule",
        record.id,
        demo=record.demo,
        extension=_specialty_extensions(record),
        active=record.active,
        serviceCategory=[made] if (made := concept(systems.SERVICE_CATEGORY, record.category)) else [],
        serviceType=[concept(systems.SERVICE_TYPE, record.type, record.name)],
        specialty=[specialty] if specialty else [],
        actor=[*actors, reference("Location", record.location)],
        planningHorizon=present(
            start=record.first.isoformat() if record.first else None,
            end=record.last.isoformat() if record.last else None,
        ),
        comment=clean(record.comment),
    )


def _specialty_extensions(record: Schedule) -> list[Element]:
    if not clean(record.specialty.code):
        return []
    value = coding(systems.SNOMED, record.specialty)
    return [{"url": url, "valueCoding": value} for url in (systems.SPECIALTY, systems.SPECIALTY_G2)]
