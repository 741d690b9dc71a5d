"""Forty cases (ux.md 5, Zones): five clinics by four devices on both days on which clocks change: page, mail and calendar file
give one instant and one label."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from flask import Flask

from scheduler import booking
from scheduler.jobs.runner import deliver
from tests.factories import make_appointment, make_clinic
from tests.notify.mailbox import mails, part
from tests.portal.patient import Patient
from tests.reference.calendar_files import read_meeting
from tests.support.times import Clock

DEVICES = ("America/New_York", "Europe/Paris", "Asia/Tokyo", "Australia/Sydney")
# (zone, an instant just before clocks go back, in the hour that comes twice; one just after they went forward), by hand from
# the rules of 2027: the United States change at 2:00 local on March 14 and November 7, the European Union at 1:00 UTC on March
# 28 and October 31, New South Wales at 2:00 standard time on April 4 and October 3; Arizona never does
CLINICS = (
    ("America/New_York", "2027-11-07T05:30", "2027-03-14T07:00"),
    ("America/Los_Angeles", "2027-11-07T08:30", "2027-03-14T10:00"),
    ("Europe/London", "2027-10-31T00:30", "2027-03-28T01:00"),
    ("Australia/Sydney", "2027-04-03T15:30", "2027-10-02T16:00"),
    ("America/Phoenix", "2027-11-07T08:30", "2027-03-14T10:00"),
)


def label(instant: int, zone: str) -> str:
    """The time as people read it, by the standard library."""
    local = datetime.fromtimestamp(instant, ZoneInfo(zone))
    return f"{local.hour % 12 or 12}:{local:%M %p} {local.tzname()}"


def day(instant: int, zone: str) -> str:
    local = datetime.fromtimestamp(instant, ZoneInfo(zone))
    return f"{local:%A, %B} {local.day}"


def said(instant: int, clinic: str, device: str) -> str:
    """M8, or the clinic's time alone where the device's clock shows the same."""
    ours, theirs = label(instant, clinic), label(instant, device)
    same_day = day(instant, clinic) == day(instant, device)
    if ours.rsplit(" ", 1)[0] == theirs.rsplit(" ", 1)[0] and same_day:
        return ours
    return f"{theirs}{'' if same_day else f' on {day(instant, device)}'} your time ({ours} at the clinic)"


@pytest.mark.parametrize(("zone", "back", "forward"), CLINICS)
def test_page_mail_and_calendar_give_one_instant_and_one_label(
    sqlite_app: Flask, frozen: Clock, zone: str, back: str, forward: str
) -> None:
    frozen.at("2027-02-01T12:00:00Z")
    clinic = make_clinic(
        sqlite_app,
        zone=zone,
        weekly={weekday: [(0, 1440)] for weekday in range(7)},
        capacity=len(DEVICES),
        horizon_days=400,
        modality="video",
        location={"kind": "virtual", "licensed_states": ["MA"]},
    )
    patient = Patient(sqlite_app)
    for wall in (back, forward):
        start = int(datetime.fromisoformat(wall).replace(tzinfo=UTC).timestamp())
        for device in DEVICES:
            visit = make_appointment(
                clinic, start=start, zone=device, email=f"{start}@{device[-5:].lower()}.example"
            )
            with sqlite_app.app_context():
                token = booking.links.manage_token(sqlite_app.config["SETTINGS"].secret, visit)
            deliver(sqlite_app)
            [mail] = [one for one in mails(sqlite_app) if f"/b/{token}" in part(one, "plain")]
            expected = said(start, zone, device)
            _, _, shown_day, shown_time, *_ = part(mail, "plain").split("\n")
            assert (shown_day, shown_time) == (f"{day(start, zone)}, 2027", f"{expected}, 30 minutes")
            page = patient.open(f"/b/{token}").words
            assert f"{expected}, {day(start, zone)}, 2027" in page
            if wall == back and zone != "America/Phoenix":
                for text in (page, part(mail, "plain")):
                    assert (
                        f"comes twice. This is the first one ({label(start, zone).rsplit(' ', 1)[1]})."
                        in text
                    )
            meeting = read_meeting(part(mail, "calendar").encode())
            download = read_meeting(patient.open(f"/b/{token}/appointment.ics").response.data)
            assert meeting.start == download.start == start
            assert meeting.end - meeting.start == 1800
