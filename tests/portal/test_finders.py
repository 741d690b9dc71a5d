"""A patient who comes from a finder: its registered name, the tick that lets it know, the way back; its link's counters."""

from __future__ import annotations

import html
import re
from urllib.parse import parse_qsl, urlsplit

import pytest
from flask import Flask
from sqlalchemy import select

from scheduler import booking, catalog, clock
from scheduler.booking import SYSTEM
from scheduler.db import snapshot, transaction
from scheduler.models import Base, Outbox, Referral, ReferralState, UnknownSource
from scheduler.models.slots import slot_id
from scheduler.portal import finders
from tests.factories import Clinic, make_appointment, make_clinic, make_source
from tests.portal.patient import Page, Patient
from tests.support.served import forget_tries
from tests.support.times import Clock

VALUE, HANDLE, NAME = "care-finder.example", "ref/äö?=&#🙂%41", "Care <Finder> & Söhne"
WORDS = {"source": VALUE, "booking-referral": HANDLE}
BACK = "https://finder.example/back?lang=en"


@pytest.fixture
def clinic(sqlite_app: Flask, frozen: Clock) -> Clinic:
    forget_tries()
    sqlite_app.config["WTF_CSRF_ENABLED"] = False
    frozen.at("2027-06-07T07:00:00-04:00")
    return make_clinic(sqlite_app)


@pytest.fixture
def source(clinic: Clinic) -> str:
    made, _ = make_source(
        clinic,
        name=NAME,
        value=VALUE,
        callback_url="https://finder.example/told",
        return_addresses=[BACK, BACK + "2"],
    )
    return made.id


def landing(clinic: Clinic, start: int, patient: Patient | None = None, **words: str) -> Page:
    return (patient or Patient(clinic.app)).open(
        f"/book/{slot_id(clinic.schedule, start)}", **(words or WORDS)
    )


def states(clinic: Clinic) -> list[str]:
    with clinic.app.app_context(), snapshot() as session:
        return list(session.scalars(select(ReferralState.state).order_by(ReferralState.id)))


def unknown(clinic: Clinic) -> dict[str, int]:
    with clinic.app.app_context(), snapshot() as session:
        return {row.value: row.count for row in session.scalars(select(UnknownSource))}


def way_back(page: Page) -> str:
    """The address behind "Back to ...", "" when there is none."""
    found = re.search(r'<a class="button quiet" href="([^"]+)" rel="noopener noreferrer">Back to', page.text)
    return html.unescape(found[1]) if found else ""


def to_review(clinic: Clinic, start: int, patient: Patient) -> str:
    """Through landing and details; the path of the hold."""
    landing(clinic, start, patient)
    hold = patient.hold(clinic, start, **{name.replace("-", "__"): value for name, value in WORDS.items()})
    assert patient.fill_in(hold).location == f"{hold}/review"
    return hold


def test_the_landing_names_a_registered_finder_and_echoes_no_other(clinic: Clinic, source: str) -> None:
    start = clinic.starts()[0]
    known = landing(clinic, start)
    assert f"You came here from {NAME}." in known.words
    assert VALUE not in known.words
    stranger = landing(clinic, start, source="A stranger's site", **{"booking-referral": HANDLE})
    assert "You came here from" not in stranger.words
    assert "stranger" not in stranger.words


def test_a_whole_booking_is_told_state_by_state(clinic: Clinic, source: str) -> None:
    patient = Patient(clinic.app)
    hold = to_review(clinic, clinic.starts()[0], patient)
    review = patient.open(f"{hold}/review")
    assert f"Tell {NAME} this ended in a booking. It gets no name, time or reason." in review.words
    assert 'name="tell_finder" value="yes" checked' in review.text
    booked = patient.press(f"{hold}/book", finder_asked="yes", tell_finder="yes")
    assert states(clinic) == ["started", "held", "booked"]

    page = patient.open(booked.location)
    assert parse_qsl(urlsplit(way_back(page)).query) == [
        ("lang", "en"), ("booking-referral", HANDLE), ("state", "booked"),
    ]  # fmt: skip
    patient.press(f"{booked.location}/cancel")
    assert "state=cancelled" in way_back(patient.open(booked.location))
    assert states(clinic)[-1] == "cancelled"


def test_who_takes_the_tick_out_is_told_of_no_more(clinic: Clinic, source: str) -> None:
    patient = Patient(clinic.app)
    hold = to_review(clinic, clinic.starts()[0], patient)
    booked = patient.press(f"{hold}/book", finder_asked="yes")
    assert booked.status == 303
    assert states(clinic) == ["started", "held"]
    page = patient.open(booked.location)
    assert way_back(page) == BACK, "their own press tells nothing either"
    patient.press(f"{booked.location}/cancel")
    assert states(clinic) == ["started", "held"]


@pytest.mark.parametrize(
    ("act", "fields", "leads_to"),
    [
        ("change", {"change": "given"}, "#given"),
        ("change", {"change": "birth_date-month"}, "#birth_date-month"),
        ("change", {"change": "//evil.example"}, ""),
        ("extend", {"page": "review"}, "/review?more=1"),
        ("language", {"page": "review", "language": "en"}, "/review"),
    ],
)
def test_what_was_chosen_on_the_review_is_kept_by_each_way_off_it(
    clinic: Clinic, source: str, act: str, fields: dict[str, str], leads_to: str
) -> None:
    patient = Patient(clinic.app)
    hold = to_review(clinic, clinic.starts()[0], patient)
    assert patient.press(f"{hold}/{act}", finder_asked="yes", **fields).location == hold + leads_to
    assert 'name="tell_finder" value="yes">' in patient.open(f"{hold}/review").text
    patient.press(f"{hold}/{act}", finder_asked="yes", tell_finder="yes", **fields)
    assert 'name="tell_finder" value="yes" checked>' in patient.open(f"{hold}/review").text
    patient.press(f"{hold}/{act}", **fields)
    assert 'value="yes" checked>' in patient.open(f"{hold}/review").text, "what did not ask says nothing"


def test_a_no_comes_along_when_another_time_is_chosen_on_the_review(clinic: Clinic, source: str) -> None:
    patient, starts = Patient(clinic.app), clinic.starts()
    hold = to_review(clinic, starts[0], patient)
    times = patient.open(patient.press(f"{hold}/release", finder_asked="yes", page="review").location)
    again = patient.press("/hold", slot=times.slots[1], kept=times.hidden("kept"))
    assert again.location.endswith("/review")
    assert 'name="tell_finder" value="yes">' in patient.open(again.location).text


def test_change_is_a_button_just_where_there_is_something_to_keep(clinic: Clinic, source: str) -> None:
    patient = Patient(clinic.app)
    hold = to_review(clinic, clinic.starts()[0], patient)
    button = (
        f'<button class="link-button" form="review" formaction="{hold}/change" name="change" value="given">'
    )
    assert button in patient.open(f"{hold}/review").text
    alone = Patient(clinic.app)
    own = alone.hold(clinic, clinic.starts()[3])
    alone.fill_in(own)
    page = alone.open(f"{own}/review").text
    assert f'<a href="{own}#given">' in page
    assert 'name="change"' not in page


def test_a_no_holds_when_the_time_is_lost_and_another_is_booked(
    clinic: Clinic, source: str, frozen: Clock
) -> None:
    patient, starts = Patient(clinic.app), clinic.starts()
    hold = to_review(clinic, starts[0], patient)
    frozen.forward(minutes=20)
    make_appointment(clinic, start=starts[0])
    gone = patient.press(f"{hold}/book", finder_asked="yes")
    assert gone.status == 409
    assert way_back(gone) == BACK
    again = patient.press("/hold", slot=gone.slots[0], kept=gone.hidden("kept"))
    assert again.location.endswith("/review")
    assert 'name="tell_finder" value="yes">' in patient.open(again.location).text
    patient.press(again.location.replace("/review", "/book"), finder_asked="yes")
    assert "booked" not in states(clinic)
    with clinic.app.app_context(), snapshot() as session:
        assert session.scalars(select(Referral.share_outcome)).all() == [False, False]


def test_a_taken_time_is_told_as_gone_and_the_next_one_as_held(clinic: Clinic, source: str) -> None:
    patient, starts = Patient(clinic.app), clinic.starts()
    make_appointment(clinic, start=starts[0])
    page = landing(clinic, starts[0], patient)
    assert "Someone else has just booked" in page.h1
    assert "state=gone" in way_back(page)
    landing(clinic, starts[0], patient)
    assert states(clinic) == ["started", "gone"]
    words = {name.replace("-", "__"): page.hidden(name) for name in WORDS}
    assert patient.press("/hold", slot=page.slots[0], **words).status == 303
    assert states(clinic) == ["started", "gone", "held"]


def test_a_hold_that_meets_a_taken_time_is_told_as_gone(clinic: Clinic, source: str) -> None:
    patient, start = Patient(clinic.app), clinic.starts()[0]
    landing(clinic, start, patient)
    make_appointment(clinic, start=start)
    words = {name.replace("-", "__"): value for name, value in WORDS.items()}
    gone = patient.press("/hold", slot=slot_id(clinic.schedule, start), **words)
    assert gone.status == 409
    assert "state=gone" in way_back(gone)
    assert states(clinic) == ["started", "gone"]


@pytest.mark.parametrize("change", [{"active": False}, {"share_outcome": False}])
def test_a_finder_that_is_told_nothing_is_no_choice(
    clinic: Clinic, source: str, change: dict[str, bool]
) -> None:
    with clinic.app.app_context(), transaction() as session:
        catalog.edit_source(session, by=SYSTEM, now=clock.now(), source_id=source, **change)
    patient = Patient(clinic.app)
    hold = to_review(clinic, clinic.starts()[0], patient)
    assert "tell_finder" not in patient.open(f"{hold}/review").text
    booked = patient.press(f"{hold}/book")
    assert way_back(patient.open(booked.location)) == (BACK if "share_outcome" in change else "")
    assert states(clinic) == []


def test_nobody_is_led_back_to_an_address_that_a_link_brought(clinic: Clinic, source: str) -> None:
    start = clinic.starts()[0]
    make_appointment(clinic, start=start)
    evil = {
        "return": "https://evil.example/",
        "return_address": "https://evil.example/",
        "next": "//evil.example",
    }
    for words in (WORDS | evil, {"source": "https://evil.example/", "booking-referral": HANDLE} | evil):
        assert "evil" not in way_back(landing(clinic, start, None, **words))


def test_opening_a_link_writes_nothing_but_its_counters(clinic: Clinic, source: str) -> None:
    def rows() -> dict[str, int]:
        with clinic.app.app_context(), snapshot() as session:
            found = {
                table.name: len(session.execute(select(table)).all()) for table in Base.metadata.sorted_tables
            }
            return {name: count for name, count in found.items() if count}

    start, before = clinic.starts()[0], rows()
    patient = Patient(clinic.app)
    for _ in range(3):
        landing(clinic, start, patient)
        landing(clinic, start, Patient(clinic.app))
        landing(clinic, start, patient, source="stranger", **{"booking-referral": HANDLE})
    assert rows() == before | {"referral_state": 1, "outbox": 1, "unknown_source": 1}
    assert states(clinic) == ["started"]
    assert unknown(clinic) == {"stranger": 3}
    with clinic.app.app_context(), snapshot() as session:
        assert session.scalars(select(Outbox.kind)).all() == ["outcome"]


def test_what_merely_looks_ahead_is_not_counted(clinic: Clinic, source: str) -> None:
    path = f"/book/{slot_id(clinic.schedule, clinic.starts()[0])}"
    client = clinic.app.test_client()
    for words in (WORDS, {"source": "stranger"}):
        assert client.head(path, query_string=words).status_code == 200
        client.get(path, query_string=words, headers={"Sec-Purpose": "prefetch;prerender"})
    assert (states(clinic), unknown(clinic)) == ([], {})


def test_one_address_cannot_make_up_referrals_without_end(
    clinic: Clinic, source: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finders.links_opened, "limit", 5)
    start = clinic.starts()[0]
    for number in range(9):
        page = landing(clinic, start, None, source=VALUE, **{"booking-referral": f"made-up-{number}"})
        assert page.status == 200, "the patient does not notice"
    assert len(states(clinic)) == 5


def test_staff_who_edit_a_visit_leave_the_patients_choice_alone(clinic: Clinic, source: str) -> None:
    patient = Patient(clinic.app)
    hold = to_review(clinic, clinic.starts()[0], patient)
    patient.press(f"{hold}/book", finder_asked="yes")
    appointment_id = hold.rsplit("/", 1)[1]
    with clinic.app.app_context():
        booking.cancel(by=SYSTEM, appointment_id=appointment_id)
        booking.restore(by=SYSTEM, appointment_id=appointment_id)
    assert states(clinic) == ["started", "held"]
