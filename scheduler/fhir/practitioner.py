"""Practitioner: a person with an NPI."""

from __future__ import annotations

from scheduler.fhir import systems
from scheduler.fhir.elements import Element, clean, npi_identifier, present, resource, telecom
from scheduler.fhir.records import Practitioner


def practitioner_resource(record: Practitioner) -> Element:
    """The Practitioner, with exactly one identifier, as the profile asks."""
    return resource(
        "Practitioner",
        record.id,
        demo=record.demo,
        identifier=npi_identifier(record.npi),
        active=record.active,
        name=[_name(record)],
        telecom=telecom(phone=record.phone, email=record.email),
        gender=record.gender,
        communication=[
            {"coding": [{"system": systems.LANGUAGE, "code": tag}]}
            for tag in map(clean, record.languages)
            if tag
        ],
    )


def _name(record: Practitioner) -> Element:
    return present(
        text=clean(record.display_name),
        family=clean(record.family),
        given=clean(record.given).split(),
        prefix=clean(record.prefix).split(),
        suffix=[part for part in (clean(part) for part in record.suffix.split(",")) if part],
    )
