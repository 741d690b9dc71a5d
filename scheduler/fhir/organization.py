"""Organization: a clinic or health system."""

from __future__ import annotations

from scheduler.fhir.elements import Element, clean, npi_identifier, reference, resource, telecom
from scheduler.fhir.records import Organization


def organization_resource(record: Organization) -> Element:
    """The Organization. A demo says so in its name."""
    name = clean(record.name)
    return resource(
        "Organization",
        record.id,
        demo=record.demo,
        identifier=npi_identifier(record.npi),
        active=True,
        name=demo_name(name) if record.demo else name,
        telecom=telecom(phone=record.phone, email=record.email, url=record.url),
        partOf=reference("Organization", record.part_of) if record.part_of else None,
    )


def demo_name(name: str) -> str:
    """A demo clinic's name, which says that it is one."""
    return name if "demo" in name.casefold() else f"{name} (demo)"
