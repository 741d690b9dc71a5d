"""PractitionerRole: a practitioner at places, for services."""

from __future__ import annotations

from scheduler.fhir import systems
from scheduler.fhir.elements import (
    Element,
    clean,
    concept,
    npi_identifier,
    present,
    reference,
    resource,
    telecom,
)
from scheduler.fhir.records import Named, Role


def practitioner_role_resource(record: Role) -> Element:
    """The PractitionerRole. Without a published Practitioner it still tells the name; the NPI SHALL be there
    when known."""
    return resource(
        "PractitionerRole",
        record.id,
        demo=record.demo,
        identifier=npi_identifier(record.npi),
        active=record.active,
        period=present(
            start=record.period_start.isoformat() if record.period_start else None,
            end=record.period_end.isoformat() if record.period_end else None,
        ),
        practitioner=_practitioner(record),
        organization=reference("Organization", record.organization) if record.organization else None,
        code=[{"text": clean(record.title)}] if clean(record.title) else [],
        specialty=[concept(systems.SNOMED, specialty) for specialty in record.specialties],
        location=[reference("Location", place) for place in record.locations],
        healthcareService=[reference("HealthcareService", service) for service in record.services],
        telecom=telecom(phone=record.phone),
    )


def _practitioner(record: Role) -> Element:
    if record.practitioner_id is None:
        return present(display=clean(record.practitioner_name))
    return reference("Practitioner", Named(record.practitioner_id, record.practitioner_name))
