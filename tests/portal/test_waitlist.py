"""The waitlist as patients meet it: join, an offer, take it or let it go; and a sooner time for a booked visit."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from scheduler import booking
from scheduler.booking import SYSTEM, waitlist
from scheduler.db import snapshot, transaction
from scheduler.jobs.runner import deliver
from scheduler.models import Appointment, AppointmentType, Outbox, PatientDetails, WaitlistEntry
from scheduler.models.slots import slot_id
from tests.factories import (
    Clinic,
    make_appointment,
    make_clinic,
    make_question,
    make_waiting,
)
from tests.notify.test_deliver import mails, part
from tests.portal.patient import GOOD, Page, Patient
from tests.portal.test_times import another_place
from tests.support.times import Clock

MONDAY = "2027-06-07T10:00:00-04:00"
WHO = {name: text for name, text in GOOD.items() if name not in ("for_whom", "reason")}


@pytest.fixture
def clinic(sqlite_app: Flask, frozen: Clock) -> Clinic:
    """Two times this week, Tuesday 1:00 and 1:30 PM, both booked by others."""
    frozen.at(MONDAY)
    clinic = make_clinic(
        sqlite_app, weekly={1: [(780, 840)]}, horizon_days=6, patient_type="", cancellation_notice_minutes=60
    )
    for start in clinic.starts(days=8):
        make_appointment(clinic, start=start, email="")
    return clinic


@pytest.fixture
def patient(sqlite_app: Flask) -> Patient:
    return Patient(sqlite_app)


def join(patient: Patient, clinic: Clinic, **fields: str | list[str]) -> Page:
    path = f"{clinic.times_path}/waitlist"
    token = patient.open(path).hidden("csrf_token") or "there is no form"
    return patient.press(path, **{**WHO, "csrf_token": token, **fields})


def free(clinic: Clinic, number: int = 0) -> int:
    """Cancel one of the visits that fill the clinic, and let the job run."""
    with clinic.app.app_context():
        with snapshot() as session:
            rows = select(Appointment).where(Appointment.status == "booked").order_by(Appointment.starts_at)
            visit = session.scalars(rows).all()[number]
        booking.cancel(by=SYSTEM, appointment_id=visit.id)
        waitlist.offer_freed()
    return visit.starts_at


def sent_link(clinic: Clinic, kind: str) -> str:
    """The path of the link of that kind in the last mail."""
    deliver(clinic.app)
    found = re.findall(rf"https?://[^/]+(/{kind}/\w+)", part(mails(clinic.app)[-1], "plain"))
    return found[0]


def press(patient: Patient, page: Page, act: str) -> Page:
    """Press a button of an offer's page by the end of its address."""
    [address] = re.findall(rf'action="(/\w+/\w+/{act})"', page.text)
    return patient.press(address, csrf_token=page.hidden("csrf_token"))


def entries(clinic: Clinic) -> list[WaitlistEntry]:
    with clinic.app.app_context(), snapshot() as session:
        return list(session.scalars(select(WaitlistEntry).order_by(WaitlistEntry.created_at)))


def visits(clinic: Clinic, status: str = "booked") -> list[Appointment]:
    with clinic.app.app_context(), snapshot() as session:
        return list(session.scalars(select(Appointment).where(Appointment.status == status)))


def test_from_no_open_times_to_the_list_an_offer_and_booked(clinic: Clinic, patient: Patient) -> None:
    times = patient.open(clinic.times_path)
    assert f"{clinic.times_path}/waitlist" in times.links
    assert patient.open(f"{clinic.times_path}/waitlist").h1 == "Join the waitlist"
    joined = join(patient, clinic, weekdays=["2", "3"], part="afternoon")
    assert joined.status == 303
    place = patient.open(joined.location)
    assert place.h1 == "You're on the waitlist"
    assert "Tuesday, Wednesday" in place.words
    assert "Afternoon, noon to 5 PM" in place.words
    assert "Visit New patient visit" in place.words
    assert "With Dr. Maya Chen" in place.words
    assert "Place Riverside Clinic, Main Street" in place.words
    start = free(clinic)
    kept = patient.open(joined.location)
    assert kept.h1 == "A time is kept for you"
    assert "Tuesday, June 8, 1:00 PM EDT, Dr. Maya Chen, Riverside Clinic, Main Street" in kept.words
    assert "It's yours until 10:30 AM EDT." in kept.words
    offer = patient.open(sent_link(clinic, "offer"))
    assert offer.h1 == "A time is open: Tuesday, June 8, 1:00 PM EDT."
    assert "It's yours until 10:30 AM EDT." in offer.words
    booked = press(patient, offer, "take")
    page = patient.open(booked.location)
    assert page.h1 == "You're booked: Tuesday, June 8, 1:00 PM EDT with Dr. Maya Chen."
    [entry] = entries(clinic)
    assert entry.status == "taken"
    with clinic.app.app_context(), snapshot() as session:
        [made] = [one for one in visits(clinic) if one.starts_at == start]
        details = session.get_one(PatientDetails, made.id)
        assert (details.given, details.family, details.birth_date, details.email) == (
            "Zebulon",
            "Quillfeather",
            "1984-02-29",
            "zebulon@example.org",
        )
    assert patient.open(joined.location).h1 == "You took a time, so you wait no more"
    again = patient.open(sent_offer := offer_path(offer))
    assert again.h1 == "You took this time"
    assert press(patient, offer, "take").location == booked.location
    assert sent_offer


def offer_path(offer: Page) -> str:
    [address] = re.findall(r'action="(/offer/\w+)/take"', offer.text)
    return str(address)


def test_required_questions_are_asked_on_the_details_page_with_everything_known_filled_in(
    clinic: Clinic, patient: Patient
) -> None:
    question = make_question(clinic, label="Which knee?", required=True)
    join(patient, clinic)
    free(clinic)
    taken = press(patient, patient.open(sent_link(clinic, "offer")), "take")
    assert taken.location.startswith("/hold/")
    details = patient.open(taken.location)
    assert 'value="Zebulon"' in details.text
    assert "We're holding 1:00 PM for you" in details.words
    assert patient.fill_in(taken.location, **{f"q_{question.id}": "The left one"}).location.endswith(
        "/review"
    )
    booked = patient.press(f"{taken.location}/book")
    assert patient.open(booked.location).h1.startswith("You're booked")
    assert entries(clinic)[0].status == "taken"


def test_not_this_one_lets_the_time_go_to_the_next_and_leave_the_list_ends_it(
    clinic: Clinic, patient: Patient, frozen: Clock
) -> None:
    join(patient, clinic)
    frozen.forward(minutes=1)
    other = make_waiting(clinic)
    free(clinic)
    offer = patient.open(sent_link(clinic, "offer"))
    gone = patient.open(press(patient, offer, "decline").location)
    assert gone.h1 == "You let this time go"
    assert "You're still on the list" in gone.words
    with clinic.app.app_context():
        waitlist.offer_freed()
    assert {one.id: one.status for one in entries(clinic)}[other.id] == "offered"
    frozen.forward(minutes=1)
    free(clinic)
    place = patient.open(press(patient, patient.open(sent_link(clinic, "offer")), "leave").location)
    assert place.h1 == "You've left the list"
    assert {one.status for one in entries(clinic)} == {"left", "offered"}


def test_an_offer_that_nobody_answered_says_so_and_can_not_be_taken(
    clinic: Clinic, patient: Patient, frozen: Clock
) -> None:
    join(patient, clinic)
    free(clinic)
    path = sent_link(clinic, "offer")
    offer = patient.open(path)
    frozen.forward(minutes=30)
    ended = patient.open(press(patient, offer, "take").location)
    assert ended.h1 == "This offer has ended"
    assert "You're still on the list" in ended.words
    with clinic.app.app_context():
        waitlist.offer_freed()
    assert patient.open(path).h1 == "This offer has ended"
    assert visits(clinic, "held") == []


def test_a_booked_patient_is_told_of_a_sooner_time_and_moves_there_in_one_press(
    clinic: Clinic, patient: Patient
) -> None:
    with clinic.app.app_context(), snapshot() as session:
        later = session.scalars(select(Appointment).order_by(Appointment.starts_at.desc())).all()[0]
        token = booking.links.manage_token(clinic.app.config["SETTINGS"].secret, later)
    with clinic.app.app_context(), transaction() as session:
        session.get_one(PatientDetails, later.id).email = "zebulon@example.org"
    page = patient.open(f"/b/{token}")
    for _ in range(2):
        patient.press(f"/b/{token}/sooner", csrf_token=page.hidden("csrf_token"))
    assert "You're on the list for a sooner time" in patient.open(f"/b/{token}").words
    assert len(entries(clinic)) == 1
    [waits] = [link for link in patient.open(f"/b/{token}").links if link.startswith("/waitlist/")]
    listed = patient.open(waits).words
    assert "With Dr. Maya Chen Place Riverside Clinic, Main Street" in listed
    assert "Your time now Tuesday, June 8, 1:30 PM EDT" in listed
    free(clinic)
    assert "A sooner time is open, and it's yours until 10:30 AM EDT." in patient.open(f"/b/{token}").words
    offer = patient.open(sent_link(clinic, "offer"))
    assert offer.h1 == "A sooner time is open: Tuesday, June 8, 1:00 PM EDT."
    assert "It's yours until 10:30 AM EDT. You keep your current time unless you take it." in offer.words
    moved = press(patient, offer, "take")
    assert moved.location == f"/b/{token}"
    page = patient.open(f"/b/{token}")
    assert page.h1.startswith("Your appointment has moved: Tuesday, June 8, 1:00 PM EDT")
    assert "It was Tuesday, June 8, 1:30 PM EDT" in page.words
    assert [one.id for one in visits(clinic)] == [later.id]
    assert press(patient, offer, "take").location == f"/b/{token}"
    assert "Tell me if something sooner opens" in page.words


def test_joining_twice_says_so_and_changes_nothing(clinic: Clinic, patient: Patient, frozen: Clock) -> None:
    first = join(patient, clinic)
    deliver(clinic.app)
    frozen.forward(hours=1)
    again = join(patient, clinic, part="evening", email="ZEBULON@example.org")
    assert again.location == f"{first.location}?known=1"
    assert "You were on the list already" in patient.open(again.location).words
    elsewhere = join(Patient(clinic.app), clinic, email="", phone="(617) 555 0177")
    assert (elsewhere.status, elsewhere.h1) == (409, "You're on the list already")
    assert first.location not in elsewhere.text
    [entry] = entries(clinic)
    assert entry.part == ""
    deliver(clinic.app)
    assert len(mails(clinic.app)) >= 2


def test_a_relative_with_the_same_address_has_a_place_of_their_own(clinic: Clinic, patient: Patient) -> None:
    join(patient, clinic)
    assert join(patient, clinic, **{"birth_date-year": "2016", "given": "Little"}).status == 303
    assert len(entries(clinic)) == 2


def test_what_is_missing_is_named_field_first_and_everything_stays(clinic: Clinic, patient: Patient) -> None:
    page = join(
        patient,
        clinic,
        **{
            "given": "",
            "email": "",
            "phone": "",
            "latest-month": "6",
            "latest-day": "6",
            "latest-year": "2027",
        },
        weekdays="9",
    )
    assert page.status == 400
    assert page.errors == [
        "Days: choose from the answers in the list.",
        "Not after: it has passed. Enter today or a later date.",
        "First name: enter it as on your papers.",
        "Phone or email: enter at least one so the clinic can reach you.",
    ]
    assert 'value="Quillfeather"' in page.text
    page = join(
        patient,
        clinic,
        **{f"{name}-{part}": text for name, day in (("earliest", "20"), ("latest", "19"))
           for part, text in (("month", "6"), ("day", day), ("year", "2027"))},
    )  # fmt: skip
    assert page.errors == ["Not after: set it on or after the first date."]


def test_the_place_is_asked_where_there_are_several_and_is_kept_to(clinic: Clinic, patient: Patient) -> None:
    form = patient.open(f"{clinic.times_path}/waitlist")
    assert "At which place?" not in form.words
    assert "New patient visit, Dr. Maya Chen, Riverside Clinic, Main Street" in form.words
    place = another_place(clinic, name="Hillside Annex").location_id
    assert "At which place?" in patient.open(f"{clinic.times_path}/waitlist").words
    anywhere = patient.open(join(patient, clinic, given="Ana", email="ana@example.org", phone="").location)
    assert (
        '<bdi>Hillside Annex</bdi></span><span class="line"><bdi>Riverside Clinic, Main Street'
        in anywhere.text
    )
    joined = join(patient, clinic, place=place)
    assert "Hillside Annex" in patient.open(joined.location).words
    assert entries(clinic)[1].location_id == place
    assert "Place Hillside Annex Days" in patient.open(joined.location).words
    assert join(patient, clinic, place="elsewhere").status == 400


def test_slot_gone_leads_to_the_list_with_what_was_typed(clinic: Clinic, patient: Patient) -> None:
    start = free(clinic)
    hold = patient.hold(clinic, start)
    patient.fill_in(hold)
    with clinic.app.app_context():
        held = visits(clinic, "held")[0]
        booking.release(by=booking.By("patient", visitor=held.visitor), appointment_id=held.id)
    make_appointment(clinic, start=start)
    gone = patient.press(hold, **GOOD)
    assert gone.status == 409
    assert "Nothing else is open in the next 14 days. Join the waitlist, or call 617-555-0142." in gone.words
    [link] = [
        link
        for link in gone.links
        if link.endswith(f"kept={hold.removeprefix('/hold/')}") and "waitlist" in link
    ]
    form = patient.open(link)
    assert 'value="Zebulon"' in form.text
    assert 'value="zebulon@example.org"' in form.text
    assert 'value="Zebulon"' not in Patient(clinic.app).open(link).text


def test_a_type_without_a_waitlist_offers_none(clinic: Clinic, patient: Patient) -> None:
    with clinic.app.app_context(), transaction() as session:
        session.get_one(AppointmentType, clinic.type).waitlist = False
    assert "waitlist" not in patient.open(clinic.times_path).words
    assert patient.open(f"{clinic.times_path}/waitlist").status == 404
    assert join(patient, clinic).status in (400, 404)
    gone = patient.open(f"/book/{slot_id(clinic.schedule, visits(clinic)[0].starts_at)}")
    assert "waitlist" not in gone.words
    assert entries(clinic) == []


def test_no_link_of_another_kind_opens_a_place_or_an_offer(clinic: Clinic, patient: Patient) -> None:
    joined = join(patient, clinic)
    token = joined.location.removeprefix("/waitlist/")
    free(clinic)
    offer = sent_link(clinic, "offer").removeprefix("/offer/")
    for path in (
        f"/waitlist/{offer}",
        f"/offer/{token}",
        f"/b/{token}",
        "/offer/nonsense",
        "/waitlist/nonsense",
    ):
        assert patient.open(path).status == 404
    assert patient.open(f"/waitlist/{token[:-1]}{'a' if token[-1] != 'a' else 'b'}").status == 404


def test_who_has_only_a_phone_is_for_the_staff_to_call(clinic: Clinic, patient: Patient) -> None:
    place = patient.open(join(patient, clinic, email="").location)
    assert "The clinic calls you when a time opens that suits you." in place.words
    free(clinic)
    deliver(clinic.app)
    with clinic.app.app_context(), snapshot() as session:
        rows = {
            row.kind: row.to_call
            for row in session.scalars(select(Outbox).where(Outbox.kind.startswith("wait")))
        }
    assert rows == {"waitlist-joined": False, "waitlist-offer": True}
    assert patient.open(place_offer(patient, place)).h1.startswith("A time is open")


def place_offer(patient: Patient, place: Page) -> str:
    """The offer that the page of one's place leads to."""
    [action] = re.findall(r'action="(/waitlist/\w+)/leave"', place.text)
    [link] = [link for link in patient.open(action).links if link.startswith("/offer/")]
    return link


def test_mails_name_clinic_time_and_deadline_with_the_link_to_leave_and_nothing_of_the_patient(
    clinic: Clinic, patient: Patient
) -> None:
    place = join(patient, clinic).location
    deliver(clinic.app)
    free(clinic)
    deliver(clinic.app)
    joined, offer = [mail for mail in mails(clinic.app) if "zebulon" in mail["To"]]
    assert (joined["Subject"], offer["Subject"]) == (
        "You're on the waitlist at Riverside Clinic",
        "A time is open at Riverside Clinic, Main Street",
    )
    for mail in (joined, offer):
        for text in (part(mail, "plain"), part(mail, "html")):
            assert place in text
            assert "Leave the list" in text
            assert not re.search("Zebulon|Quillfeather|1984|0177|New patient visit", text)
    text = part(offer, "plain")
    assert "Tuesday, June 8, 2027" in text
    assert "It's yours until 10:30 AM EDT, Monday, June 7." in text


def test_a_mail_of_an_offer_that_has_ended_is_not_sent(
    clinic: Clinic, patient: Patient, frozen: Clock
) -> None:
    join(patient, clinic)
    deliver(clinic.app)
    free(clinic)
    frozen.forward(minutes=30)
    deliver(clinic.app)
    folder: Path = clinic.app.config["SETTINGS"].data_dir / "mail"
    assert all("A time is open" not in path.read_text(errors="replace") for path in folder.glob("*.eml"))


def set_ages(clinic: Clinic, **ages: int) -> None:
    with clinic.app.app_context(), transaction() as session:
        kind = session.get_one(AppointmentType, clinic.type)
        for name, age in ages.items():
            setattr(kind, name, age)


def test_who_will_never_be_of_the_age_is_told_when_they_join(clinic: Clinic, patient: Patient) -> None:
    set_ages(clinic, minimum_age=18, maximum_age=40)
    for year in ("2016", "1980"):
        page = join(patient, clinic, **{"birth_date-year": year})
        assert (page.status, page.errors) == (
            400,
            ["Birth date: this visit is for ages 18 to 40 on its day."],
        )
        assert GOOD["given"] in page.text
    soon = {"birth_date-year": "2009", "birth_date-month": "6", "birth_date-day": "30"}
    assert join(patient, clinic, **soon).status == 303


def test_an_offer_that_is_not_for_their_age_any_more_says_so_and_whom_to_call(
    clinic: Clinic, patient: Patient
) -> None:
    join(patient, clinic)
    free(clinic)
    link = sent_link(clinic, "offer")
    open_page = patient.open(link)
    set_ages(clinic, maximum_age=17)
    page = patient.open(link)
    assert page.h1 == "The age on that day doesn't fit this visit"
    assert "Birth date: this visit is for ages 0 to 17 on its day." in page.words
    assert "Call 617-555-0142" in page.words
    assert "You're still on the list" in page.words
    pressed = press(patient, open_page, "take")
    assert (pressed.status, pressed.location) == (303, link)
    assert len(visits(clinic)) == 1
