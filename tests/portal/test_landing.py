"""The landing of a deep link, in each of its states, and a finder's words on every way from there to the booking."""

from __future__ import annotations

import json
import re
from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy import delete, select

from scheduler import catalog, clock
from scheduler.booking import SYSTEM
from scheduler.db import snapshot, transaction
from scheduler.models import (
    Actor,
    Appointment,
    AppointmentType,
    Practitioner,
    Referral,
    Schedule,
    ShareLink,
    Slug,
)
from scheduler.models.slots import parse_slot_id, slot_id
from tests.factories import (
    Clinic,
    make_appointment,
    make_clinic,
    make_hold,
    make_practitioner,
    make_schedule,
    make_type,
)
from tests.portal.patient import GOOD, Page, Patient
from tests.support.times import Clock

MONDAY = "2027-06-07T07:00:00-04:00"
SOURCE, HANDLE = "Finder <17> & Söhne", "ref/äö?=&#🙂%41"
WORDS = {"source": SOURCE, "booking-referral": HANDLE}


@pytest.fixture
def clinic(sqlite_app: Flask, frozen: Clock) -> Clinic:
    """A clinic on a Monday morning, before it opens."""
    frozen.at(MONDAY)
    return make_clinic(sqlite_app)


def status(page: Page) -> str:
    """What the page says to programs: exactly one word, once."""
    [word] = re.findall(r'<meta name="slot-status" content="([^"]*)">', page.text)
    return str(word)


def deep_links(app: Flask) -> list[str]:
    """The deep links of the feed's free slots, read as a finder reads them: from its NDJSON, with our words appended."""
    client = app.test_client()
    links = []
    for item in client.get("/fhir/$bulk-publish").get_json()["output"]:
        if item["type"] == "Slot":
            for line in client.get(urlsplit(item["url"]).path).text.splitlines():
                slot = json.loads(line)
                links += [
                    one["valueUrl"]
                    for one in slot["extension"]
                    if one["url"].endswith("booking-deep-link") and slot["status"] == "free"
                ]
    return sorted({urlsplit(link).path for link in links})


def kept_words(clinic: Clinic, path: str) -> tuple[str | None, str | None] | None:
    """The finder's words behind a hold or a booked page."""
    appointment_id = path.removesuffix("/review").rsplit("/", 1)[-1][:16]
    with clinic.app.app_context(), snapshot() as session:
        row = session.get(Referral, appointment_id)
        return (row.source, row.booking_referral) if row else None


def assert_silent(page: Page) -> None:
    """No page shows a finder's words; a form or a link on to other times carries them."""
    for word in ("Söhne", "ref/ä"):
        assert word not in page.words + page.title + page.location


def test_each_state_of_a_time_is_one_of_three_words(clinic: Clinic, frozen: Clock) -> None:
    patient, starts = Patient(clinic.app), clinic.starts()
    make_appointment(clinic, start=starts[1])
    make_hold(clinic, start=starts[2])
    slots = [f"/book/{slot_id(clinic.schedule, start)}" for start in starts[:3]]
    assert [status(patient.open(slot)) for slot in slots] == ["free", "gone", "held"]
    assert patient.open(slots[2]).h1 == "Someone is booking 10:00 AM now."
    patient.hold(clinic, starts[0])
    own = patient.open(slots[0])
    assert (status(own), own.h1) == ("held", "Check your time")
    past = patient.open(f"/book/{clinic.schedule}-20270601T1300")
    assert (past.status, status(past)) == (200, "gone")
    assert past.title.startswith("That time has passed")
    for word in ("x", "s" * 40 + "-20270601T1300", f"{clinic.schedule}-2027060"):
        page = patient.open(f"/book/{word}")
        assert (page.status, status(page)) == (404, "gone")
    lost = Patient(clinic.app).press("/hold", slot=slot_id(clinic.schedule, starts[1]))
    assert (lost.status, status(lost)) == (409, "gone")
    busy = Patient(clinic.app).press("/hold", slot=slot_id(clinic.schedule, starts[2]))
    assert (busy.status, status(busy)) == (409, "held")


def test_looking_holds_nothing_whatever_the_method(clinic: Clinic) -> None:
    client, slot = clinic.app.test_client(), slot_id(clinic.schedule, clinic.first_start)
    for method in ("GET", "HEAD", "OPTIONS"):
        answer = client.open(f"/book/{slot}", method=method, query_string=WORDS)
        assert answer.status_code == 200
        assert "Set-Cookie" not in answer.headers
    assert client.post(f"/book/{slot}").status_code == 405
    with clinic.app.app_context(), snapshot() as session:
        assert session.scalars(select(Appointment)).all() == []


def test_a_link_cut_short_still_leads_to_the_clinicians_times(clinic: Clinic) -> None:
    page = Patient(clinic.app).open(f"/book/{slot_id(clinic.schedule, clinic.first_start)[:-3]}")
    assert page.status == 404
    assert {clinic.times_path, "/", "/find-booking"} <= set(page.links)
    json_page = clinic.app.test_client().get("/book/x", headers={"Accept": "application/json"})
    assert (json_page.status_code, json_page.get_json()["error"]["code"]) == (404, "not-found")


def test_a_link_only_type_is_unknown_without_its_token(clinic: Clinic) -> None:
    kind = make_type(clinic, name="Private visit", visibility="link")
    schedule = make_schedule(clinic, type=kind.id)
    with clinic.app.app_context(), transaction() as session:
        link = catalog.add_share_link(session, by=SYSTEM, now=clock.now(), appointment_type_id=kind.id)
        token = link.token
    path = f"/book/{slot_id(schedule.id, clinic.first_start)}"
    page = Patient(clinic.app).open(path)
    assert page.status == 404
    assert "Private visit" not in page.words
    assert Patient(clinic.app).open(path, private="\x00x").status == 404
    opened = Patient(clinic.app).open(path, private=token)
    assert (opened.status, status(opened), opened.hidden("private")) == (200, "free", token)
    with clinic.app.app_context(), snapshot() as session:
        assert session.scalars(select(ShareLink)).one().active


@pytest.mark.parametrize("way", ["paused", "schedule", "practitioner"])
def test_what_is_not_offered_any_more_says_so_and_has_no_dead_link(clinic: Clinic, way: str) -> None:
    path = f"/book/{slot_id(clinic.schedule, clinic.first_start)}"
    with clinic.app.app_context(), transaction() as session:
        if way == "paused":
            session.get_one(AppointmentType, clinic.type).visibility = "paused"
        elif way == "schedule":
            session.get_one(Schedule, clinic.schedule).active = False
        else:
            session.get_one(Practitioner, clinic.practitioner).active = False
            session.get_one(Actor, clinic.actor).active = False
    patient = Patient(clinic.app)
    page = patient.open(path)
    assert (page.status, status(page)) == (200, "gone")
    assert "This can't be booked online at the moment." in page.words
    assert "Call 617-555-0142" in page.words
    for link in page.links:
        if not link.startswith("#"):
            assert patient.open(link).status in (200, 302), link
    pressed = patient.press("/hold", slot=path.removeprefix("/book/"))
    assert (pressed.status, status(pressed)) == (409, "gone")


def test_it_is_read_in_the_order_that_the_brief_says(clinic: Clinic) -> None:
    page = Patient(clinic.app).open(f"/book/{slot_id(clinic.schedule, clinic.first_start)}", **WORDS)
    assert page.title == "Book: New patient visit, Tuesday June 8, Riverside Clinic"
    order = (
        "Skip to the main part",
        "Riverside Clinic",
        "617-555-0142",
        "Check your time",
        "9:00 AM EDT",
        "Tuesday, June 8",
        "30 minutes",
        "Dr. Maya Chen",
        "In person",
        "12 Main Street",
        "may book",
        "We will ask 3 things",
        "Cancel or move free of charge until Monday, June 7, 9:00 AM EDT.",
        "Hold this time and continue",
        "See other times",
    )
    at = -1
    for words in order:
        found = page.words.find(words, at + 1)
        assert found > at, f"{words!r} comes too early or not at all"
        at = found
    assert_silent(page)


def test_unusable_words_are_left_out_and_never_an_error(clinic: Clinic) -> None:
    client, slot = clinic.app.test_client(), slot_id(clinic.schedule, clinic.first_start)
    for query in ("source=%FF%FE", "source=a%00b", "booking-referral=" + "x" * 20_000, "source=%EF%BF%BD"):
        answer = client.get(f"/book/{slot}?{query}&tz=%00&private=%00&kept=%FF&patient=%00")
        assert answer.status_code == 200, query[:40]
        assert 'name="source"' not in answer.text
        assert 'name="booking-referral"' not in answer.text
    kept = "ü" * 255
    page = Patient(clinic.app).open(f"/book/{slot}", source=kept)
    assert page.hidden("source") == kept


WAYS = ("straight", "gone", "another time", "expired", "expired and gone", "other times", "pressed again")


@pytest.mark.parametrize("way", WAYS)
def test_a_finders_words_reach_the_booking_by_every_way(clinic: Clinic, frozen: Clock, way: str) -> None:
    patient = Patient(clinic.app)
    path = deep_links(clinic.app)[8]
    slot = path.removeprefix("/book/")
    _, start = parse_slot_id(slot) or ("", 0)
    if way == "pressed again":  # the same time was held before, with no finder
        patient.hold(clinic, start)
    page = patient.open(path, **WORDS)
    assert_silent(page)
    fields = {
        "slot": slot,
        "source": page.hidden("source"),
        "booking-referral": page.hidden("booking-referral"),
    }
    if way == "other times":
        [times] = [link for link in page.links if link.startswith(clinic.times_path)]
        page = patient.open(times)
        assert_silent(page)
        fields = {"source": page.hidden("source"), "booking-referral": page.hidden("booking-referral")}
        fields["slot"] = page.slots[3]
    if way == "gone":
        make_appointment(clinic, start=start)
        page = patient.press("/hold", **fields)
        assert (page.status, page.h1) == (409, "Someone else has just booked 1:00 PM.")
        assert_silent(page)
        fields["slot"] = page.slots[0]
        fields["source"], fields["booking-referral"] = page.hidden("source"), page.hidden("booking-referral")
    hold = patient.press("/hold", **fields).location
    assert kept_words(clinic, hold) == (SOURCE, HANDLE)
    assert_silent(patient.open(hold))
    review = patient.fill_in(hold).location
    if way == "another time":
        page = patient.open(patient.press(f"{hold}/release").location)
        review = patient.press("/hold", slot=page.slots[2], kept=page.hidden("kept")).location
    elif way.startswith("expired"):
        frozen.forward(minutes=11)
        if way.endswith("gone"):
            make_appointment(clinic, start=start)
            page = patient.press(f"{hold}/book")
            assert page.status == 409
            assert_silent(page)
            review = patient.press("/hold", slot=page.slots[0], kept=page.hidden("kept")).location
    assert review.endswith("/review")
    assert_silent(patient.open(review))
    booked = patient.press(review.removesuffix("review") + "book").location
    assert kept_words(clinic, booked) == (SOURCE, HANDLE)
    assert_silent(patient.open(booked))


def test_another_time_of_a_visit_without_a_page_keeps_the_answers_and_the_finders_words(
    clinic: Clinic,
) -> None:
    patient, start = Patient(clinic.app), clinic.starts()[8]
    with clinic.app.app_context(), transaction() as session:
        session.execute(delete(Slug).where(Slug.target_id == clinic.practitioner))
    page = patient.open(f"/book/{slot_id(clinic.schedule, start)}", **WORDS)
    hold = patient.hold(clinic, start, **{name: page.hidden(name) for name in WORDS})
    patient.fill_in(hold)
    page = patient.open(patient.press(f"{hold}/release").location)
    assert page.h1 == "Check your time"
    assert "Your answers are saved." in page.words
    assert_silent(page)
    review = patient.press("/hold", slot=page.slots[0], kept=page.hidden("kept")).location
    assert review.endswith("/review")
    booked = patient.press(review.removesuffix("review") + "book").location
    assert kept_words(clinic, booked) == (SOURCE, HANDLE)


@pytest.fixture
def returning(clinic: Clinic) -> Clinic:
    """The clinic's type is for new patients; here is the Schedule of one for people who have been here."""
    kind = make_type(clinic, name="Follow-up", patient_type="existptonly", duration_minutes=20)
    make_schedule(clinic, type=kind.id)
    return clinic


def follow_up(clinic: Clinic) -> str:
    with clinic.app.app_context(), snapshot() as session:
        schedule = session.scalars(select(Schedule.id).where(Schedule.id != clinic.schedule)).one()
    return slot_id(schedule, clinic.starts(schedule)[0])


def test_a_visit_for_known_patients_asks_first_and_shows_what_fits_somebody_new(returning: Clinic) -> None:
    patient, slot = Patient(returning.app), follow_up(returning)
    page = patient.open(f"/book/{slot}", **WORDS)
    assert "Have you been seen at this clinic before?" in page.words
    assert "Yes, hold this time and continue" in page.words
    [new_here] = [link for link in page.links if "patient=new" in link]
    fits = patient.open(new_here)
    assert (fits.status, status(fits), fits.h1) == (200, "free", "These visits fit new patients")
    assert (
        fits.slots == [slot_id(returning.schedule, start) for start in returning.starts()[:3]] or fits.slots
    )
    assert all(one.startswith(returning.schedule) for one in fits.slots)
    assert_silent(fits)
    hold = patient.press(
        "/hold",
        slot=fits.slots[0],
        source=fits.hidden("source"),
        booking__referral=fits.hidden("booking-referral"),
    ).location
    assert kept_words(returning, hold) == (SOURCE, HANDLE)
    [back] = [link for link in fits.links if link.startswith("/book/")]
    assert "Have you been seen" in patient.open(back).words


def test_who_said_yes_on_the_landing_is_not_asked_again(returning: Clinic) -> None:
    patient, slot = Patient(returning.app), follow_up(returning)
    page = patient.open(f"/book/{slot}")
    hold = patient.press("/hold", slot=slot, patient=page.hidden("patient")).location
    details = patient.open(hold)
    assert re.search(r'<input[^>]*checked[^>]*name="seen"[^>]*value="yes"', details.text)
    assert "Your answers are saved" not in details.words
    assert patient.fill_in(hold, seen="yes").location == f"{hold}/review"
    assert "Seen here before Yes" in patient.open(f"{hold}/review").words
    assert patient.press(f"{hold}/book").location.startswith("/b/")


@pytest.mark.parametrize("code", ["existptonly", "existptfam"])
def test_the_details_ask_it_first_and_a_wrong_answer_is_said_at_the_field_with_what_fits(
    clinic: Clinic, code: str
) -> None:
    kind = make_type(clinic, name="Follow-up", patient_type=code)
    make_schedule(clinic, type=kind.id)
    patient = Patient(clinic.app)
    hold = patient.press("/hold", slot=follow_up(clinic)).location
    page = patient.open(hold)
    assert page.words.index("been seen at this clinic before?") < page.words.index("Who is it for?")
    assert ("or someone in your family" in page.words) == (code == "existptfam")
    assert patient.fill_in(hold).errors[0].endswith("before? Choose one.")
    page = patient.fill_in(hold, seen="no")
    assert page.status == 400
    assert page.errors[0].endswith("before? This visit is for people who have. See below what fits you.")
    assert patient.open(f"{hold}/review").location == hold
    assert patient.press(f"{hold}/book").status == 400
    # the fitting time is pressed on the details page itself: what is typed comes along, to the review
    answer = patient.press("/hold", slot=page.slots[0], **{**GOOD, "kept": page.hidden("kept"), "seen": "no"})
    assert answer.location.endswith("/review")
    assert "Zebulon Quillfeather" in patient.open(answer.location).words
    with clinic.app.app_context(), snapshot() as session:
        assert session.get_one(Appointment, hold.rsplit("/", 1)[-1]).status == "expired"


def test_with_nothing_for_new_patients_there_is_the_phone(sqlite_app: Flask, frozen: Clock) -> None:
    frozen.at(MONDAY)
    clinic = make_clinic(sqlite_app, patient_type="existptonly")
    page = Patient(sqlite_app).open(f"/book/{slot_id(clinic.schedule, clinic.first_start)}", patient="new")
    assert page.h1 == "Call the clinic for a first visit"
    assert "Call 617-555-0142" in page.words


def test_what_fits_prefers_the_same_clinician(returning: Clinic) -> None:
    other = make_practitioner(returning, display_name="Dr. Omar Haddad", given="Omar", family="Haddad")
    make_schedule(returning, hosts=[other.actor])
    with returning.app.app_context(), snapshot() as session:
        kinds = session.scalars(select(Schedule).order_by(Schedule.id)).all()
        schedule = next(row.id for row in kinds if row.appointment_type_id != returning.type)
    page = Patient(returning.app).open(
        f"/book/{slot_id(schedule, returning.starts(schedule)[0])}", patient="new"
    )
    assert page.slots[0].startswith(returning.schedule)
    assert page.words.index("with Dr. Maya Chen") < page.words.index("with Dr. Omar Haddad")


def test_a_browser_that_keeps_no_cookies_is_told_so_in_a_sentence(clinic: Clinic) -> None:
    client = clinic.app.test_client(use_cookies=False)
    answer = client.post("/hold", data={"slot": slot_id(clinic.schedule, clinic.first_start)})
    page = client.get(answer.headers["Location"], headers={"Sec-Fetch-Site": "same-origin"})
    assert "This browser keeps no cookies" in page.text
    assert "Allow cookies for this site" in page.text
    elsewhere = client.get(answer.headers["Location"])
    assert "This time was chosen in another browser" in elsewhere.text
