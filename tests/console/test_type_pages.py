"""The list of appointment types and the editor, as each person gets them."""

from __future__ import annotations

import html
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from scheduler import catalog, clock
from scheduler.db import snapshot, transaction
from scheduler.models import AppointmentType, Location, Practitioner, Question, ShareLink
from tests.console.typed_types import PART_OF_A_TYPE, place_form, settings_form
from tests.factories import (
    SYSTEM,
    Clinic,
    make_appointment,
    make_practitioner,
    make_question,
    make_schedule,
    make_type,
)
from tests.people import Cast, make_cast
from tests.support.times import Clock

MONDAY = "2027-06-07T08:00:00-04:00"


@pytest.fixture
def cast(sqlite_app: Flask, frozen: Clock) -> Cast:
    frozen.at(MONDAY)
    sqlite_app.config["WTF_CSRF_ENABLED"] = False  # tokens are tested with every route
    return make_cast(sqlite_app)


def text_of(answer: TestResponse) -> str:
    """The page's text without tags, as one line."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def kind_of(clinic: Clinic, type_id: str | None = None) -> AppointmentType:
    with clinic.app.app_context(), snapshot() as session:
        row = session.get_one(AppointmentType, type_id or clinic.type)
        session.expunge(row)
        return row


def page_of(clinic: Clinic) -> str:
    return f"/console/types/{clinic.type}"


def save(browser: FlaskClient, clinic: Clinic, **typed: str) -> TestResponse:
    return browser.post(page_of(clinic), data=settings_form(clinic, **typed))


def test_the_list_says_state_length_people_place_next_opening_and_link(cast: Cast) -> None:
    answer = cast.admin.browser.get("/console/types")
    said = text_of(answer)
    for words in ("New patient visit", "30 minutes, in person", "In finders", "Dr. Maya Chen , Riverside Clinic",
                  "Mon, Jun 7, 9:00 AM EDT"):  # fmt: skip
        assert words in said
    assert f'href="http://localhost/{cast.clinic.slug}/{cast.clinic.type_slug}"' in answer.text


def test_who_has_no_types_is_led_to_the_presets(cast: Cast) -> None:
    assert 'href="/console/setup"' in cast.colleague.browser.get("/console/types").text


def test_a_clinician_sees_hosted_types_and_changes_those_that_nobody_else_hosts(cast: Cast) -> None:
    clinic = cast.clinic
    together = make_type(clinic, name="Seen by both")
    other = make_practitioner(clinic, display_name="Dr. Ines Marrow")
    make_schedule(clinic, type=together.id, hosts=[clinic.actor, other.actor])
    said = text_of(cast.owner.browser.get("/console/types"))
    assert "Seen by both" in said
    assert "Ask Robin Field to change it." in said
    page = cast.owner.browser.get(f"/console/types/{together.id}")
    assert "You can look, not change" in page.text
    assert cast.owner.browser.post(f"/console/types/{together.id}/retire").status_code == 403
    assert "Pause Seen by both" not in said
    assert "Pause New patient visit" in said


def test_pausing_and_resuming_keep_a_private_type_private(cast: Cast) -> None:
    clinic, browser = cast.clinic, cast.owner.browser
    for visibility in ("link", "paused"):
        assert browser.post(f"{page_of(clinic)}/shown/{visibility}").status_code == 303
    said = browser.get("/console/types")
    assert f'action="{page_of(clinic)}/shown/link"' in said.text  # Undo, and Resume
    assert "Resume New patient visit" in text_of(said)
    assert browser.post(f"{page_of(clinic)}/shown/everywhere").status_code == 404


def test_settings_are_saved_as_they_were_typed_in_words(cast: Cast) -> None:
    clinic = cast.clinic
    answer = save(cast.owner.browser, clinic, name="Ultrasound", duration_minutes="1 h 15", slug="ultrasound",
                  minimum_notice_minutes="2 days")  # fmt: skip
    assert answer.status_code == 400  # "1 h 15": of what?
    answer = save(
        cast.owner.browser,
        clinic,
        name="Ultrasound",
        duration_minutes="1 h 15 min",
        minimum_notice_minutes="2 days",
        service_type_code="diagnostic ultra",
        specialty_code="",
        max_per_day="6",
        release_share_percent="50",
        release_days_before="2",
        release_at_minute="18:00",
        approval_required="y",
        approval_hours="24",
        series_most="8",
        relatives="y",
        slug="ultrasound",
    )
    assert answer.status_code == 303
    kind = kind_of(clinic)
    assert (kind.duration_minutes, kind.minimum_notice_minutes, kind.max_per_day) == (75, 2880, 6)
    assert (kind.service_type_code, kind.service_type, kind.specialty) == ("210", "Diagnostic Ultrasound", "")
    assert (kind.release_at_minute, kind.approval_required) == (1080, True)
    assert (kind.approval_hours, kind.series_most, kind.relatives) == (24, 8, True)
    assert "While a referral is required this is not offered" in cast.owner.browser.get(page_of(clinic)).text
    old = cast.nobody.browser.get(clinic.times_path)
    assert old.headers["Location"].endswith(f"/{clinic.slug}/ultrasound")


def test_all_nonsense_comes_back_at_once_with_everything_kept(cast: Cast) -> None:
    clinic = cast.clinic
    typed = {
        "name": "", "duration_minutes": "soon", "interval_minutes": "3 days", "buffer_before_minutes": "-5",
        "buffer_after_minutes": "a bit", "minimum_notice_minutes": "9 years", "hold_minutes": "1 minute",
        "cancellation_notice_minutes": "never", "horizon_days": "9999", "capacity": "none", "max_per_day": "1.5",
        "max_per_week": "many", "release_share_percent": "200", "release_days_before": "-1", "release_at_minute": "25:00",
        "service_type_code": "wizardry", "service_category_code": "dent al", "specialty_code": "cardio",
        "modality": "telepathy", "patient_type": "all", "visibility": "moon", "language": "klingon", "slug": "No Word",
        "description": "x" * 5001, "bring": "y" * 5001,
    }  # fmt: skip
    answer = save(cast.owner.browser, clinic, **typed)
    assert answer.status_code == 400
    # the way to meet is fixed: what is sent for it is not read
    assert re.findall(r"([0-9]+) answers need a change", answer.text) == ["24"]
    for sentence in (
        "Name: fill this in.",
        "Length: enter a length such as 40 minutes, 4 hours or 1 day.",
        "Hold: enter 5 minutes to 30 minutes.",
        "Horizon: enter a whole number from 0 to 400.",
        "Service: choose one of the list, by its name.",
        "Specialty: choose one of: Cardiology; Pediatric cardiology.",
        "Page word: use small letters",
        "Release time: enter a time such as 06:00 or 18:30.",
    ):
        assert sentence in text_of(answer), sentence
    for kept in ("soon", "9 years", "wizardry", "No Word", "x" * 5001):
        assert kept in answer.text
    assert kind_of(clinic).version == 1


def test_a_taken_page_word_is_refused_and_nothing_else_is_saved(cast: Cast) -> None:
    make_type(cast.clinic, name="Follow-up", slug="follow-up")
    answer = save(cast.owner.browser, cast.clinic, name="Changed", slug="follow-up")
    assert answer.status_code == 400
    assert "Page word: somebody has or had that word." in text_of(answer)
    assert kind_of(cast.clinic).name == "New patient visit"


def test_two_who_edit_at_once_lose_nothing(cast: Cast) -> None:
    clinic = cast.clinic
    page = cast.owner.browser.get(page_of(clinic)).text
    found = re.search(r'name="seen" type="hidden" value="([^"]*)"', page)
    assert found is not None
    mine = settings_form(clinic, name="My name", horizon_days="30", seen=html.unescape(found[1]))
    theirs = save(cast.admin.browser, clinic, name="Their name", bring="A list")
    assert theirs.status_code == 303
    answer = cast.owner.browser.post(page_of(clinic), data=mine)
    said = text_of(answer)
    assert answer.status_code == 409
    assert "Name Their name My name" in said
    assert "Only they changed What to bring" in said
    assert 'value="My name"' in answer.text
    assert kind_of(clinic).name == "Their name"
    version = re.search(r'name="version" type="hidden" value="([0-9]+)"', answer.text)
    assert version is not None
    assert version[1] == str(kind_of(clinic).version)
    again = cast.owner.browser.post(page_of(clinic), data=mine | {"version": version[1], "bring": "A list"})
    assert again.status_code == 303
    kind = kind_of(clinic)
    assert (kind.name, kind.bring, kind.horizon_days) == ("My name", "A list", 30)


def test_a_preview_counts_openings_and_saves_nothing(cast: Cast) -> None:
    form = settings_form(cast.clinic, interval_minutes="1 hour", act="preview")
    answer = cast.owner.browser.post(page_of(cast.clinic), data=form)
    assert answer.status_code == 200
    assert "+0 openings, −160 openings, next 4 weeks" in text_of(answer)
    assert kind_of(cast.clinic).interval_minutes == 30
    bad = cast.owner.browser.post(page_of(cast.clinic), data=form | {"interval_minutes": "often"})
    assert bad.status_code == 400


def test_a_new_type_comes_with_its_first_place_or_not_at_all(cast: Cast) -> None:
    clinic = cast.clinic
    form = settings_form(clinic, name="Second opinion", slug="", visibility="page") | place_form(clinic)
    wrong = cast.owner.browser.post("/console/types/new", data=form | {"location_id": "nowhere", "name": ""})
    assert wrong.status_code == 400
    assert "2 answers need a change" in wrong.text
    made = cast.owner.browser.post("/console/types/new", data=form | {"hosts": "somebody else"})
    assert made.status_code == 303
    type_id = made.headers["Location"].rsplit("/", 1)[1]
    assert kind_of(clinic, type_id).visibility == "page"
    assert cast.nobody.browser.get(f"/{clinic.slug}/second-opinion").status_code == 200
    assert "Second opinion" in text_of(cast.owner.browser.get("/console/types"))


def test_an_admin_may_add_the_place_later_and_a_clinician_may_not(cast: Cast) -> None:
    form = settings_form(cast.clinic, name="Later", slug="")
    assert cast.admin.browser.post("/console/types/new", data=form).status_code == 303
    assert cast.owner.browser.post("/console/types/new", data=form).status_code == 400


def test_a_duplicate_takes_settings_and_questions_along(cast: Cast) -> None:
    clinic = cast.clinic
    make_question(clinic, label="Which side?", kind="choice", choices=["Left", "Right"])
    page = cast.owner.browser.get(f"/console/types/new?like={clinic.type}")
    assert 'value="New patient visit, copy"' in page.text
    form = settings_form(clinic, name="Copied", slug="", like=clinic.type) | place_form(clinic)
    made = cast.owner.browser.post("/console/types/new", data=form)
    with clinic.app.app_context(), snapshot() as session:
        copied = session.scalars(
            select(Question).where(Question.appointment_type_id == made.headers["Location"].rsplit("/", 1)[1])
        ).one()
        assert (copied.label, copied.choices) == ("Which side?", ["Left", "Right"])
    assert cast.colleague.browser.get(f"/console/types/new?like={clinic.type}").status_code == 404


def test_retiring_asks_first_while_bookings_are_to_come_and_they_stay(cast: Cast) -> None:
    clinic, browser = cast.clinic, cast.owner.browser
    starts = clinic.starts()
    for start in starts[:2]:
        make_appointment(clinic, start=start)
    assert f'href="{page_of(clinic)}/retire"' in browser.get(page_of(clinic)).text
    asked = text_of(browser.get(f"{page_of(clinic)}/retire"))
    assert "2 bookings are still to come. They stay booked." in asked
    assert "Tuesday, June 8, 2027, 9:30 AM EDT" in asked
    assert browser.post(f"{page_of(clinic)}/retire").status_code == 303
    said = text_of(browser.get("/console/types"))
    assert "New patient visit is retired. 2 bookings stay." in said
    assert not kind_of(clinic).active
    assert browser.post(f"{page_of(clinic)}/offer-again").status_code == 303
    assert kind_of(clinic).active


def test_what_was_seen_may_be_nonsense(cast: Cast) -> None:
    for nonsense in ("[" * 100_000, "[]", "{", "null"):
        late = cast.owner.browser.post(
            page_of(cast.clinic), data=settings_form(cast.clinic, version="0", name="Mine", seen=nonsense)
        )
        assert late.status_code == 409
        assert 'value="Mine"' in late.text


def test_a_question_is_added_changed_and_no_more_asked(cast: Cast) -> None:
    clinic, browser = cast.clinic, cast.owner.browser
    bad = browser.post(
        f"{page_of(clinic)}/questions/new", data={"kind": "choice", "choices": "one\n", "label": ""}
    )
    assert bad.status_code == 400
    assert "Question: fill this in." in text_of(bad)
    assert "Choices: give at least two different ones." in text_of(bad)
    form = PART_OF_A_TYPE | {"kind": "multiple", "choices": "Left\r\n\r\n Right \n", "required": "y"}
    assert browser.post(f"{page_of(clinic)}/questions/new", data=form).status_code == 303
    with clinic.app.app_context(), snapshot() as session:
        question = session.scalars(select(Question)).one()
        assert (question.choices, question.required, question.active) == (["Left", "Right"], True, True)
    own = f"{page_of(clinic)}/questions/{question.id}"
    stale = browser.post(own, data=form | {"label": "Mine", "seen": "another print"})
    assert stale.status_code == 409
    assert 'value="Mine"' in stale.text
    assert "How did you hear of us?" in stale.text
    assert browser.post(f"{own}/asked/off").status_code == 303
    assert "Ask again" in browser.get(page_of(clinic)).text
    assert browser.post(f"{own}/asked/sometimes").status_code == 404
    assert browser.post(f"{own}/move/sideways").status_code == 404


def test_a_private_link_ends_on_its_last_day_or_by_hand_with_undo(cast: Cast, frozen: Clock) -> None:
    clinic, browser = cast.clinic, cast.owner.browser
    browser.post(f"{page_of(clinic)}/shown/link")
    day = {"last_day-month": "6", "last_day-day": "8", "last_day-year": "2027"}
    for wrong in (
        {"last_day-day": "40"},
        {"last_day-year": "9999"},
        {"last_day-year": "2026"},
        {"label": "x" * 300},
    ):
        assert browser.post(f"{page_of(clinic)}/links/new", data=day | wrong).status_code == 400
    assert browser.post(f"{page_of(clinic)}/links/new", data=day | {"label": "Dr. Ash"}).status_code == 303
    with clinic.app.app_context(), snapshot() as session:
        link = session.scalars(select(ShareLink)).one()
    path = f"{clinic.times_path}?private={link.token}"
    assert "Works until Tue, Jun 8" in text_of(browser.get(page_of(clinic)))
    assert cast.nobody.browser.get(path).status_code == 200
    assert browser.post(f"{page_of(clinic)}/links/{link.id}/end").status_code == 303
    assert cast.nobody.browser.get(path).status_code == 404
    assert browser.post(f"{page_of(clinic)}/links/{link.id}/reopen").status_code == 303
    frozen.at("2027-06-08T23:59:00-04:00")
    assert cast.nobody.browser.get(path).status_code == 200
    frozen.at("2027-06-09T00:00:00-04:00")
    assert cast.nobody.browser.get(path).status_code == 404


def test_what_keeps_a_type_from_finders_is_said_with_the_fix(cast: Cast) -> None:
    clinic = cast.clinic
    with clinic.app.app_context(), transaction() as session:
        session.get_one(Practitioner, clinic.practitioner).npi = None
        session.get_one(Location, clinic.location).state = ""
        catalog.edit_appointment_type(
            session,
            by=SYSTEM,
            now=clock.now(),
            appointment_type_id=clinic.type,
            version=1,
            service_type_code="",
        )
    assert "3 things to mend for finders" in text_of(cast.owner.browser.get("/console/types"))
    mine, admins = cast.owner.browser.get(page_of(clinic)), cast.admin.browser.get(page_of(clinic))
    for page in (mine, admins):
        assert "Dr. Maya Chen has no NPI" in page.text
        assert "It has no service: people who search by service don't find it." in text_of(page)
    assert 'href="/console/profile"' in mine.text
    assert 'href="/admin/people"' in admins.text


def test_the_words_of_what_is_typed_come_as_json(cast: Cast) -> None:
    form = settings_form(cast.clinic, minimum_notice_minutes="90", buffer_after_minutes="a bit")
    said = cast.owner.browser.post("/console/types/words", data=form).get_json()
    assert said["fields"]["minimum_notice_minutes"] == "1 hour 30 minutes"
    assert said["fields"]["buffer_after_minutes"].startswith("Buffer after: enter a length")
    assert said["rules"] == ""
    form["buffer_after_minutes"] = "10"
    assert cast.owner.browser.post("/console/types/words", data=form).get_json()["rules"] == (
        "30 minutes, starts every 30 minutes, 10 minutes kept free after, bookable from 1 hour 30 minutes"
        " to 60 days ahead."
    )


def test_reminders_are_typed_as_a_list_of_lengths(cast: Cast) -> None:
    clinic = cast.clinic
    assert save(cast.owner.browser, clinic, reminders="45 min, 2 days; 3 hours, 180").status_code == 303
    assert kind_of(clinic).reminders == [2880, 180, 45]
    assert 'value="2 days, 3 hours, 45 minutes"' in cast.owner.browser.get(page_of(clinic)).text
    assert save(cast.owner.browser, clinic, reminders=" ").status_code == 303
    assert kind_of(clinic).reminders == []


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("2 fortnights", "Reminders: enter a length such as 40 minutes, 4 hours or 1 day."),
        (
            "2 days, 5 minutes",
            "Reminders: enter lengths from 10 minutes to 30 days, such as 2 days, 3 hours.",
        ),
        ("1 h, 2 h, 3 h, 4 h, 5 h, 6 h", "Reminders: enter at most 5 of them."),
    ],
)
def test_reminders_that_cannot_be_are_refused_with_the_fix(cast: Cast, typed: str, said: str) -> None:
    answer = save(cast.owner.browser, cast.clinic, reminders=typed)
    assert answer.status_code == 400
    assert said in text_of(answer)
    assert f'value="{typed}"' in answer.text
