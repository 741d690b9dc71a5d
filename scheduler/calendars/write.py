"""An appointment as an iCalendar file (RFC 5545) that a calendar program updates by UID and SEQUENCE (RFC 5546).

The time stands with its zone (TZID and VTIMEZONE), so that it is shown as promised even when the zone's rules change;
the second of two equal wall times, which TZID cannot name (RFC 5545 3.3.5), stands in UTC.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from flask_babel import gettext as _
from icalendar import Calendar, Event, Timezone, TimezoneDaylight, TimezoneStandard, vCalAddress

from scheduler import clock
from scheduler.availability.zones import zone as zone_of
from scheduler.calendars.views import AppointmentView
from scheduler.clock import MINUTE, to_local, to_utc

PUBLISH, REQUEST, CANCEL = "PUBLISH", "REQUEST", "CANCEL"
_PRODUCT = "-//Scheduler//Appointments//EN"


def title(view: AppointmentView) -> str:
    """The title of an appointment in calendars and mail subjects: neutral, or with the type of the visit where the clinic
    wants that. Never anything of the patient."""
    if view.named:
        return str(_("%(type)s at %(clinic)s", type=view.named, clinic=view.clinic))
    return neutral_title(view)


def neutral_title(view: AppointmentView) -> str:
    """The title that says nothing about the visit, for sites of others."""
    return str(_("Appointment at %(clinic)s", clinic=view.clinic))


def appointment_ics(
    view: AppointmentView,
    *,
    now: int | None = None,
    method: str | None = None,
    attendee: str | None = None,
    others: Sequence[AppointmentView] = (),
) -> bytes:
    """The appointment as an .ics file, made at ``now`` (epoch seconds UTC; None: asked from the clock), with ``others`` that
    stand as it does: none of them cancelled.

    ``method`` is PUBLISH for a download, REQUEST for a mail; a cancelled appointment is always CANCEL. ``attendee`` is
    the address that a REQUEST goes to. The UID stays the same for an appointment's whole life.
    """
    calendar = Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", CANCEL if view.cancelled else method or PUBLISH)
    made = clock.now() if now is None else now
    events: list[Event] = []
    zones: dict[str, int] = {}
    for one in sorted((view, *others), key=lambda each: each.starts_at):
        event = _event(one, made, attendee)
        events.append(event)
        if any("TZID" in event[name].params for name in ("DTSTART", "DTEND")):
            zones.setdefault(one.zone, to_utc(one.starts_at).year)
    for zone, year in zones.items():
        calendar.add_component(_zone_definition(zone, year))
    for event in events:
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _event(view: AppointmentView, now: int, attendee: str | None) -> Event:
    event = Event()
    event.add("uid", f"{view.id}@{view.host}")
    event.add("dtstamp", to_utc(now))
    event.add("dtstart", _moment(view.starts_at, view.zone))
    event.add("dtend", _moment(view.ends_at, view.zone))
    event.add("sequence", view.sequence)
    event.add("summary", title(view))
    event.add("location", ", ".join(view.place))
    event.add("description", _description(view))
    event.add("status", "CANCELLED" if view.cancelled else "TENTATIVE" if view.pending else "CONFIRMED")
    event.add("class", "PRIVATE")
    event.add("transp", "TRANSPARENT" if view.cancelled else "OPAQUE")
    organizer = vCalAddress(f"mailto:{view.organizer}")
    organizer.params["CN"] = view.clinic
    event.add("organizer", organizer)
    if attendee is not None:
        guest = vCalAddress(f"mailto:{attendee}")
        guest.params.update({"ROLE": "REQ-PARTICIPANT", "PARTSTAT": "ACCEPTED", "RSVP": "FALSE"})
        event.add("attendee", guest)
    return event


@lru_cache(maxsize=256)
def _zone_definition(zone: str, year: int) -> Timezone:
    # from the zone data that the slot rule uses: the machine's own may be older and tell another offset
    first, last = date(year - 1, 1, 1), date(year + 2, 1, 1)
    made = Timezone.from_tzinfo(zone_of(zone).info, zone, first_date=first, last_date=last)
    observances: list[TimezoneStandard | TimezoneDaylight] = [*made.standard, *made.daylight]
    for observance in observances:
        _set_onsets(observance)
    return made


def _set_onsets(observance: TimezoneStandard | TimezoneDaylight) -> None:
    """An observance begins at the wall time that was right just before (RFC 5545 3.6.5). The library writes the first
    wall time after a skipped hour instead, an hour late."""
    skipped = observance.TZOFFSETTO - observance.TZOFFSETFROM
    if skipped <= timedelta(0):
        return
    observance.DTSTART -= skipped
    further = observance.pop("RDATE", [])
    for listed in further if isinstance(further, list) else [further]:
        observance.add("rdate", [onset.dt - skipped for onset in listed.dts])


def _moment(instant: int, zone: str) -> datetime:
    # an offset of whole minutes is all that a VTIMEZONE's readers agree on
    local = to_local(instant, zone_of(zone).info)
    offset = local.utcoffset()
    whole = offset is not None and offset.total_seconds() % MINUTE == 0
    return local if whole and local.fold == 0 else local.astimezone(UTC)


def _description(view: AppointmentView) -> str:
    lines = [_("Phone: %(phone)s", phone=view.phone)] if view.phone else []
    if view.join_url and not view.cancelled:
        lines.append(_("Join the video visit: %(address)s", address=view.join_url))
    if view.manage_url:
        lines.append(_("Your appointment's page: %(address)s", address=view.manage_url))
    return "\n".join(lines)
