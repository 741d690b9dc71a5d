"""Location: a place with its address, or a virtual one with the states it may serve."""

from __future__ import annotations

from scheduler.fhir import systems
from scheduler.fhir.elements import Element, clean, present, reference, resource, telecom
from scheduler.fhir.records import Location

_DEMO = "This is a demo clinic. Nothing here is real."


def location_resource(record: Location) -> Element:
    """The Location. The profile wants a telecom, G1 an identifier, a phone and a url."""
    return resource(
        "Location",
        record.id,
        demo=record.demo,
        extension=[{"url": systems.LICENSED_STATES, "valueString": state} for state in _states(record)],
        identifier=[{"system": record.identifier_system, "value": record.id}],
        status="active" if record.active else "inactive",
        name=clean(record.name),
        description=" ".join(
            part for part in (_DEMO if record.demo else "", clean(record.description)) if part
        ),
        telecom=telecom(phone=record.phone, url=record.url),
        address=None if record.virtual else _address(record),
        physicalType={"coding": [_kind(record)]},
        position=_position(record),
        managingOrganization=reference("Organization", record.organization) if record.organization else None,
    )


def _states(record: Location) -> tuple[str, ...]:
    return record.licensed_states if record.virtual else ()


def _kind(record: Location) -> Element:
    if record.virtual:
        return {"system": systems.LOCATION_PHYSICAL_TYPE, "code": "vi", "display": "Virtual"}
    return {"system": systems.TEMPORARY, "code": "ph", "display": "Physical"}


def _address(record: Location) -> Element:
    made = present(
        line=[line for line in (clean(part) for part in record.line.splitlines()) if line],
        city=clean(record.city),
        district=clean(record.district),
        state=clean(record.state),
        postalCode=clean(record.postal_code),
    )
    return made | present(country=clean(record.country)) if made else {}


def _position(record: Location) -> Element | None:
    if record.virtual or record.latitude is None or record.longitude is None:
        return None
    return {"longitude": record.longitude, "latitude": record.latitude}
