"""Plain records to FHIR R4 resources as plain data: what the feed says, one file per resource.

Purpose: ``records`` are the frozen values that a resource is made of; each ``..._resource`` function turns
one into a dict that is ready for JSON. Every element is there that the SMART Scheduling Links profiles
require or support and that we have data for, in both extension families (spec/smart-scheduling-links.md).
Elements without data are left out: FHIR knows no empty values.

Public names: ``records``, the ``..._resource`` functions, ``slot_maker``, ``slot_writer``, ``operation_outcome``,
``instant_text``, ``milliseconds_text``, ``parse_instant``, ``joined_id``, ``to_line``.

May import: the standard library. No Flask, no SQL, no clock, no other room.
"""

from scheduler.fhir import records
from scheduler.fhir.elements import joined_id, to_line
from scheduler.fhir.healthcare_service import healthcare_service_resource
from scheduler.fhir.instant import instant_text, milliseconds_text, parse_instant
from scheduler.fhir.location import location_resource
from scheduler.fhir.operation_outcome import operation_outcome
from scheduler.fhir.organization import organization_resource
from scheduler.fhir.practitioner import practitioner_resource
from scheduler.fhir.practitioner_role import practitioner_role_resource
from scheduler.fhir.schedule import schedule_resource
from scheduler.fhir.slot import slot_maker, slot_writer

__all__ = [
    "healthcare_service_resource",
    "instant_text",
    "joined_id",
    "location_resource",
    "milliseconds_text",
    "operation_outcome",
    "organization_resource",
    "parse_instant",
    "practitioner_resource",
    "practitioner_role_resource",
    "records",
    "schedule_resource",
    "slot_maker",
    "slot_writer",
    "to_line",
]
