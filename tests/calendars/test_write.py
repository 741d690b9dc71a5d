"""An .ics file, read back by the icalendar library and by plain lines."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from icalendar import Calendar

from scheduler.availability.zones import zone as zone_of
from scheduler.calendars.links import google_link, outlook_link
from scheduler.calendars.views import AppointmentView
from scheduler.calendars.write import REQUEST, appointment_ics, title

NOW = int(datetime(2027, 6, 1, 12, tzinfo=UTC).timestamp())
START = int(datetime(2027, 6, 8, 14, 30, tzinfo=UTC).timestamp())
VIEW = AppointmentView(
    id="a1b2c3",
    starts_at=START,
    ends_at=START + 2400,
    zone="America/New_York",
    sequence=3,
    clinic="Riverside Clinic",
    place=("Riverside Clinic", "12 Main St", "Boston, MA 02110"),
    phone="617-555-0142",
    manage_url="https://book.example.org/b/secret-token",
    cancelled=False,
    host="book.example.org",
    organizer="no-reply@book.example.org",
)


def lines(ics: bytes) -> list[str]:
    """The content lines, unfolded by hand (RFC 5545 3.1), so that not only icalendar's own reader is asked."""
    text = ics.decode("utf-8")
    assert "\n" not in text.replace("\r\n", "")
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    return text.replace("\r\n ", "").split("\r\n")


def event(ics: bytes) -> dict[str, str]:
    found = lines(ics)
    begin, end = found.index("BEGIN:VEVENT"), found.index("END:VEVENT")
    return {name: value for name, _, value in (line.partition(":") for line in found[begin + 1 : end])}


def test_a_download_names_the_time_with_its_zone_and_says_nothing_private() -> None:
    ics = appointment_ics(VIEW, now=NOW)
    fields = event(ics)
    assert "METHOD:PUBLISH" in lines(ics)
    assert fields["UID"] == "a1b2c3@book.example.org"
    assert fields["SEQUENCE"] == "3"
    assert fields["SUMMARY"] == "Appointment at Riverside Clinic" == title(VIEW)
    assert fields["DTSTART;TZID=America/New_York"] == "20270608T103000"
    assert fields["DTEND;TZID=America/New_York"] == "20270608T111000"
    assert fields["DTSTAMP"] == "20270601T120000Z"
    assert fields["STATUS"] == "CONFIRMED"
    assert fields["LOCATION"] == "Riverside Clinic\\, 12 Main St\\, Boston\\, MA 02110"
    assert "https://book.example.org/b/secret-token" in fields["DESCRIPTION"]
    assert not any(name.startswith("ATTENDEE") for name in fields)


def test_a_reader_gets_the_same_instants_and_the_zone_is_defined_in_the_file() -> None:
    calendar = Calendar.from_ical(appointment_ics(VIEW, now=NOW))
    [read] = calendar.walk("VEVENT")
    assert read["DTSTART"].dt.timestamp() == VIEW.starts_at
    assert read["DTEND"].dt.timestamp() == VIEW.ends_at
    assert [str(zone["TZID"]) for zone in calendar.walk("VTIMEZONE")] == ["America/New_York"]


def placed(calendar: Calendar, moment: datetime) -> float:
    """The instant of a time by the file's own VTIMEZONE: a reader's zone data may be older than ours."""
    if str(moment.tzinfo) == "UTC":
        return moment.timestamp()
    [zone] = calendar.walk("VTIMEZONE")
    return moment.replace(tzinfo=zone.to_tz(lookup_tzid=False)).timestamp()


@pytest.mark.parametrize(
    ("zone", "instant"),
    [
        ("America/New_York", datetime(2027, 11, 7, 5, 30, tzinfo=UTC)),  # the first 1:30 AM
        ("America/New_York", datetime(2027, 11, 7, 6, 30, tzinfo=UTC)),  # the second 1:30 AM
        ("America/New_York", datetime(2027, 3, 14, 7, 0, tzinfo=UTC)),  # right after the gap
        ("Australia/Lord_Howe", datetime(2027, 4, 3, 15, 15, tzinfo=UTC)),
        ("Asia/Kolkata", datetime(2027, 1, 1, 3, 0, tzinfo=UTC)),
        ("Africa/Casablanca", datetime(2027, 2, 7, 2, 30, tzinfo=UTC)),
        ("America/Sao_Paulo", datetime(2027, 1, 1, 3, 0, tzinfo=UTC)),
    ],
)
def test_instants_survive_the_days_on_which_clocks_change(zone: str, instant: datetime) -> None:
    start = int(instant.timestamp())
    view = replace(VIEW, zone=zone, starts_at=start, ends_at=start + 3600)
    calendar = Calendar.from_ical(appointment_ics(view, now=NOW))
    [read] = calendar.walk("VEVENT")
    assert placed(calendar, read["DTSTART"].dt) == start
    assert placed(calendar, read["DTEND"].dt) == start + 3600


def test_a_mailed_file_is_a_request_to_its_reader_who_need_not_answer() -> None:
    ics = appointment_ics(VIEW, now=NOW, method=REQUEST, attendee="ana@example.org")
    assert "METHOD:REQUEST" in lines(ics)
    [read] = Calendar.from_ical(ics).walk("VEVENT")
    assert str(read["ATTENDEE"]) == "mailto:ana@example.org"
    assert read["ATTENDEE"].params["RSVP"] == "FALSE"
    assert str(read["ORGANIZER"]) == "mailto:no-reply@book.example.org"


def test_a_cancelled_appointment_takes_itself_out_of_the_calendar_whatever_was_asked() -> None:
    before, after = event(appointment_ics(VIEW, now=NOW)), replace(VIEW, cancelled=True, sequence=4)
    ics = appointment_ics(after, now=NOW, method=REQUEST)
    assert "METHOD:CANCEL" in lines(ics)
    assert event(ics)["STATUS"] == "CANCELLED"
    assert event(ics)["UID"] == before["UID"]
    assert int(event(ics)["SEQUENCE"]) > int(before["SEQUENCE"])


def test_names_with_line_breaks_and_commas_cannot_add_properties() -> None:
    ics = appointment_ics(replace(VIEW, clinic="A, B; C\nATTENDEE:mailto:x@example.org"), now=NOW)
    [read] = Calendar.from_ical(ics).walk("VEVENT")
    assert "ATTENDEE" not in read
    assert str(read["SUMMARY"]) == "Appointment at A, B; C\nATTENDEE:mailto:x@example.org"


def test_links_to_other_calendars_carry_title_time_and_place_alone() -> None:
    google, outlook = urlsplit(google_link(VIEW)), urlsplit(outlook_link(VIEW))
    assert parse_qs(google.query) == {
        "action": ["TEMPLATE"],
        "text": ["Appointment at Riverside Clinic"],
        "dates": ["20270608T143000Z/20270608T151000Z"],
        "ctz": ["America/New_York"],
        "location": ["Riverside Clinic, 12 Main St, Boston, MA 02110"],
    }
    assert parse_qs(outlook.query)["startdt"] == ["2027-06-08T14:30:00Z"]
    assert "secret-token" not in google.query + outlook.query


@pytest.mark.parametrize(
    "zone",
    [
        "America/New_York",
        "Europe/London",
        "Australia/Lord_Howe",
        "America/Havana",
        "America/Santiago",
        "Asia/Kolkata",
    ],
)
def test_the_zone_in_the_file_changes_its_clocks_when_the_zone_does(zone: str) -> None:
    info = zone_of(zone).info
    calendar = Calendar.from_ical(appointment_ics(replace(VIEW, zone=zone)))
    for observance in calendar.walk("VTIMEZONE")[0].subcomponents:
        before, after = observance.TZOFFSETFROM, observance.TZOFFSETTO
        further = observance.get("RDATE", [])
        listed = [
            onset.dt for dates in (further if isinstance(further, list) else [further]) for onset in dates.dts
        ]
        for onset in [observance.DTSTART, *listed] if before != after else []:
            instant = (onset - before).replace(tzinfo=UTC)
            assert (instant - timedelta(seconds=1)).astimezone(info).utcoffset() == before
            assert instant.astimezone(info).utcoffset() == after
