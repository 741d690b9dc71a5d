"""Links that add an appointment to a calendar on somebody else's site: title, time and address, nothing more."""

from __future__ import annotations

from urllib.parse import urlencode

from scheduler.calendars.views import AppointmentView
from scheduler.calendars.write import neutral_title
from scheduler.clock import to_utc

_GOOGLE = "https://calendar.google.com/calendar/render"
_OUTLOOK = "https://outlook.live.com/calendar/0/action/compose"


def google_link(view: AppointmentView) -> str:
    """The address that opens Google Calendar with the appointment filled in; times in UTC, shown in ``ctz``."""
    span = "/".join(f"{to_utc(at):%Y%m%dT%H%M%SZ}" for at in (view.starts_at, view.ends_at))
    asked = {
        "action": "TEMPLATE", "text": neutral_title(view), "dates": span, "ctz": view.zone, "location": ", ".join(view.place),
    }  # fmt: skip
    return f"{_GOOGLE}?{urlencode(asked)}"


def outlook_link(view: AppointmentView) -> str:
    """The address that opens Outlook's calendar with the appointment filled in; times in UTC."""
    asked = {
        "path": "/calendar/action/compose",
        "rru": "addevent",
        "subject": neutral_title(view),
        "startdt": f"{to_utc(view.starts_at):%Y-%m-%dT%H:%M:%SZ}",
        "enddt": f"{to_utc(view.ends_at):%Y-%m-%dT%H:%M:%SZ}",
        "location": ", ".join(view.place),
    }
    return f"{_OUTLOOK}?{urlencode(asked)}"
