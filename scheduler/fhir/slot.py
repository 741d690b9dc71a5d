"""Slot: a start with its end and status, and how to book it."""

from __future__ import annotations

from collections.abc import Callable

from scheduler.fhir import systems
from scheduler.fhir.elements import Element, clean, concept, patient_type, present
from scheduler.fhir.instant import instant_text
from scheduler.fhir.records import SlotKind

FREE, HELD, BUSY = "free", "busy-tentative", "busy"
MINUTE = 60
HOUR_MINUTES = 60

MakeSlot = Callable[[str, int, str, int], Element]


def slot_maker(kind: SlotKind) -> MakeSlot:
    """A function that makes the Slots of one Schedule: ``make(slot id, start in epoch seconds, status, free
    seats)``.

    Both extension families are there. Only a free slot says how to book it: deep link, phone, and the free
    seats where a session has several or the slot lasts longer than an hour (G1's test kit asks for it).
    """
    who = patient_type(kind.patient_type)
    always = [{"url": systems.PATIENT_TYPE, "valueCoding": who}] if who else []
    phones = _phones(clean(kind.phone))
    counted = kind.capacity > 1 or kind.duration > HOUR_MINUTES
    common = present(
        serviceCategory=[made] if (made := concept(systems.SERVICE_CATEGORY, kind.category)) else [],
        serviceType=[concept(systems.SERVICE_TYPE, kind.type, kind.name)],
        specialty=[made] if (made := concept(systems.SNOMED, kind.specialty)) else [],
        schedule={"reference": f"Schedule/{kind.schedule_id}"},
    )

    def make(slot_id: str, start: int, status: str, seats: int) -> Element:
        extension: list[Element] = list(always)
        if status == FREE:
            link = kind.book_url + slot_id
            extension += [{"url": url, "valueUrl": link} for url in (systems.DEEP_LINK, systems.DEEP_LINK_G1)]
            extension += phones
            if counted:
                extension.append({"url": systems.CAPACITY_G1, "valueInteger": seats})
        return {
            "resourceType": "Slot",
            "id": slot_id,
            **present(extension=extension),
            **common,
            "status": status,
            "start": instant_text(start, kind.zone),
            "end": instant_text(start + kind.duration * MINUTE, kind.zone),
        }

    return make


def _phones(phone: str) -> list[Element]:
    if not phone:
        return []
    return [
        {"url": systems.PHONE, "valueContactPoint": {"system": "phone", "value": phone}},
        {"url": systems.PHONE_G1, "valueString": phone},
    ]
