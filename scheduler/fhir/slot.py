"""Slot: a start with its end and status, and how to book it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence

from scheduler.fhir import systems
from scheduler.fhir.elements import Element, clean, concept, patient_type, present, to_line
from scheduler.fhir.records import SlotKind

FREE, HELD, BUSY = "free", "busy-tentative", "busy"
HOUR_MINUTES = 60

MakeSlot = Callable[[str, str, str, str, int | str], Element]
# the end of an id, and start and end as FHIR instants
SlotTimes = tuple[str, str, str]
WriteSlots = Callable[[Sequence[SlotTimes], Iterable[int]], list[str]]

_STAMP, _START, _END, _SEATS = "\0i", "\0s", "\0e", "\0n"


def slot_maker(kind: SlotKind) -> MakeSlot:
    """A function that makes the Slots of one Schedule: ``make(slot id, start, end, status, free seats)``, the two times
    as FHIR instants.

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

    def make(slot_id: str, start: str, end: str, status: str, seats: int | str) -> Element:
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
            "start": start,
            "end": end,
        }

    return make


def slot_writer(kind: SlotKind, status: str, prefix: str) -> WriteSlots:
    """A function that writes the lines of Slots of one Schedule and one status: ``write(times, free seats)``, ASCII texts
    with their line ends, one for each of ``times``; an id is ``prefix`` and the stamp. ``free seats`` are only looked at
    where a slot says them.

    What all of them share is made into JSON once; a line is then the pieces around what differs. The times and ids must
    need no escaping.
    """
    line = to_line(slot_maker(kind)(prefix + _STAMP, _START, _END, status, _SEATS)).decode("ascii")
    # ends of text that are numbers lose their quotes; nobody else can have written these marks, since no text of a
    # resource holds control characters
    pieces = re.split(f'{_marked(_STAMP)}|{_marked(_START)}|{_marked(_END)}|"{_marked(_SEATS)}"', line)
    if len(pieces) == 4:
        first, second, third, last = pieces
        return lambda times, _: [
            f"{first}{stamp}{second}{start}{third}{end}{last}" for stamp, start, end in times
        ]
    if len(pieces) == 6:
        a, b, c, d, e, f = pieces
        return lambda times, _: [
            f"{a}{stamp}{b}{stamp}{c}{stamp}{d}{start}{e}{end}{f}" for stamp, start, end in times
        ]
    a, b, c, d, e, f, g = pieces
    return lambda times, seats: [
        f"{a}{stamp}{b}{stamp}{c}{stamp}{d}{left}{e}{start}{f}{end}{g}"
        for (stamp, start, end), left in zip(times, seats, strict=True)
    ]


def _marked(mark: str) -> str:
    return re.escape(json.dumps(mark)[1:-1])


def _phones(phone: str) -> list[Element]:
    if not phone:
        return []
    return [
        {"url": systems.PHONE, "valueContactPoint": {"system": "phone", "value": phone}},
        {"url": systems.PHONE_G1, "valueString": phone},
    ]
