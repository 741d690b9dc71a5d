"""HealthcareService: an appointment type at one Location, with the hours of its week."""

from __future__ import annotations

from collections.abc import Sequence

from scheduler.fhir import systems
from scheduler.fhir.elements import Element, clean, concept, reference, resource, telecom
from scheduler.fhir.records import Closure, Service

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY_MINUTES = 1440
_NEEDS_REFERRAL = "A referral is needed to book."
_NEEDS_PLAN = "Only for people with an insurance plan that is accepted here."
_VARY = "Some dates have other hours. The slots are exact."

Range = tuple[int, int]


def healthcare_service_resource(record: Service) -> Element:
    """The HealthcareService: exactly one type, specialty and location, as the profile asks. A closure's note
    is for staff, so it only says that it is closed."""
    kind = concept(systems.SERVICE_TYPE, record.type, record.name)
    specialty = concept(systems.SNOMED, record.specialty)
    return resource(
        "HealthcareService",
        record.id,
        demo=record.demo,
        active=record.active,
        providedBy=reference("Organization", record.organization) if record.organization else None,
        category=[made] if (made := concept(systems.SERVICE_CATEGORY, record.category)) else [],
        type=[kind],
        specialty=[specialty or {"text": clean(record.name)}],
        location=[reference("Location", record.location)],
        name=clean(record.name),
        comment=clean(record.comment),
        telecom=telecom(phone=record.phone),
        eligibility=eligibility(record),
        appointmentRequired=True,
        availableTime=available_time(record.week),
        notAvailable=[_closed(closure) for closure in record.closures],
        availabilityExceptions=_VARY if record.hours_vary else None,
    )


def eligibility(record: Service) -> list[Element]:
    """Whom the service is for, each rule by its name and in words: R4 has no codes for these."""
    said = (
        ("Age", _ages(record)),
        ("Referral", _NEEDS_REFERRAL if record.referral == "required" else ""),
        ("Insurance", _NEEDS_PLAN if record.insurance == "only" else ""),
    )
    return [{"code": {"text": name}, "comment": words} for name, words in said if words]


def _ages(record: Service) -> str:
    low, high = record.minimum_age or 0, record.maximum_age
    if high is None:
        return f"Ages {low} and over, on the day of the visit." if low else ""
    return f"Ages {low} to {high}, on the day of the visit."


def available_time(week: Sequence[Sequence[Range]]) -> list[Element]:
    """The hours of a week, Monday first; weekdays with the same range share an entry.

    FHIR's times end at 23:59:59, so hours up to midnight end there, and hours over midnight are two entries.
    """
    days_of: dict[Range, list[str]] = {}
    for weekday, ranges in enumerate(_days(week)):
        for found in _merged(ranges):
            days_of.setdefault(found, []).append(DAYS[weekday])
    return [_entry(found, days) for found, days in sorted(days_of.items(), key=lambda item: _first(*item))]


def _days(week: Sequence[Sequence[Range]]) -> list[list[Range]]:
    days: list[list[Range]] = [[] for _ in DAYS]
    for weekday, ranges in enumerate(week):
        for start, end in ranges:
            if end > start:
                days[weekday].append((start, end))
                continue
            days[weekday].append((start, _DAY_MINUTES))
            if end:
                days[(weekday + 1) % len(DAYS)].append((0, end))
    return days


def _merged(ranges: list[Range]) -> list[Range]:
    merged: list[Range] = []
    for start, end in sorted(ranges):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _first(found: Range, days: list[str]) -> tuple[int, Range]:
    return DAYS.index(days[0]), found


def _entry(found: Range, days: list[str]) -> Element:
    if found == (0, _DAY_MINUTES):
        return {"daysOfWeek": days, "allDay": True}
    start, end = found
    return {
        "daysOfWeek": days,
        "availableStartTime": _time(start),
        "availableEndTime": "23:59:59" if end == _DAY_MINUTES else _time(end),
    }


def _time(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}:00"


def _closed(closure: Closure) -> Element:
    return {
        "description": "Closed",
        "during": {"start": closure.start.isoformat(), "end": closure.end.isoformat()},
    }
