"""The editor of questions: files, answers after which a question is asked, answers that can't wait; and what staff see."""

from __future__ import annotations

import re
from io import BytesIO

import pikepdf
import pytest
from flask import Flask
from sqlalchemy import select

from scheduler import booking
from scheduler.booking import files
from scheduler.db import snapshot
from scheduler.models import Question
from scheduler.models.slots import slot_id
from tests.booking.made_files import pdf_file, picture_file
from tests.console.test_type_pages import text_of
from tests.console.typed_types import PART_OF_A_TYPE
from tests.factories import DETAILS, Clinic, make_hold, make_question, visitor
from tests.people import Cast, make_cast
from tests.support.times import Clock

MONDAY = "2027-06-07T08:00:00-04:00"


@pytest.fixture
def cast(sqlite_app: Flask, frozen: Clock) -> Cast:
    frozen.at(MONDAY)
    sqlite_app.config["WTF_CSRF_ENABLED"] = False  # tokens are tested with every route
    return make_cast(sqlite_app)


def asked(clinic: Clinic, label: str) -> Question:
    with clinic.app.app_context(), snapshot() as session:
        return session.scalars(select(Question).where(Question.label == label)).one()


def seen(text: str) -> str:
    found = re.search(r'name="seen" type="hidden" value="([^"]*)"', text)
    assert found
    return found[1]


def test_a_question_is_set_up_to_hang_on_an_answer_and_to_stop(cast: Cast) -> None:
    clinic, browser = cast.clinic, cast.owner.browser
    pain = make_question(clinic, label="Pain?", kind="choice", choices=["Yes", "No"])
    address = f"/console/types/{clinic.type}/questions/new"
    assert "After “<bdi>Pain?</bdi>”" in browser.get(address).text
    form = {
        **PART_OF_A_TYPE, "label": "Is it your chest?", "kind": "choice", "choices": "Yes\nNo",
        "shown": f"{pain.id}:Yes", "stop_answers": "Yes", "stop_message": "Call us.",
    }  # fmt: skip
    assert browser.post(address, data=form).status_code == 303
    made = asked(clinic, "Is it your chest?")
    assert (made.shown_question_id, made.shown_answers) == (pain.id, ["Yes"])
    assert (made.stop_answers, made.stop_message) == (["Yes"], "Call us.")
    said = text_of(browser.get(f"/console/types/{clinic.type}"))
    assert "Asked only after “Yes” to Pain?" in said
    assert "Stops at “Yes”: emergency number, your message and your phone" in said
    page = browser.get(f"/console/types/{clinic.type}/questions/{made.id}").text
    assert re.search(rf'value="{pain.id}:Yes" checked', page)
    assert "Is it your chest" not in re.findall(r"After “<bdi>(.*?)</bdi>", page)
    # taking the tick away lets it be asked always
    form |= {"seen": seen(page)}
    del form["shown"]
    assert browser.post(f"/console/types/{clinic.type}/questions/{made.id}", data=form).status_code == 303
    assert asked(clinic, "Is it your chest?").shown_question_id is None


def test_a_question_can_ask_for_a_file(cast: Cast) -> None:
    clinic, browser = cast.clinic, cast.owner.browser
    form = {**PART_OF_A_TYPE, "label": "Your card", "kind": "file", "required": "y"}
    assert browser.post(f"/console/types/{clinic.type}/questions/new", data=form).status_code == 303
    assert asked(clinic, "Your card").kind == "file"
    assert "A file: PDF or picture, must be answered" in text_of(browser.get(f"/console/types/{clinic.type}"))


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"stop_answers": "Maybe"}, "Answers that stop: use the words of the choices."),
        ({"stop_message": "Call us."}, "Answers that stop: say after which answer the message is shown."),
        ({"shown": "nothing:Yes"}, "Asked after: choose an earlier question with choices, or a tick."),
        ({"shown": "rubbish"}, "Asked after: choose an earlier question with choices, or a tick."),
        ({"shown": "\0"}, "remove the hidden character"),
    ],
)
def test_what_can_not_be_is_said_at_its_field_and_nothing_typed_is_lost(
    cast: Cast, typed: dict[str, str], said: str
) -> None:
    address = f"/console/types/{cast.clinic.type}/questions/new"
    form = {**PART_OF_A_TYPE, "label": "Pain?", "kind": "choice", "choices": "Yes\nNo", **typed}
    answer = cast.owner.browser.post(address, data=form)
    assert answer.status_code == 400
    assert said in text_of(answer)
    if "shown" not in typed:
        assert 'value="Pain?"' in answer.text


def test_answers_of_two_questions_at_once_are_refused(cast: Cast) -> None:
    clinic = cast.clinic
    both = [make_question(clinic, label=label, kind="consent") for label in "ab"]
    form = {**PART_OF_A_TYPE, "label": "Why?", "shown": [f"{one.id}:Yes" for one in both]}
    answer = cast.owner.browser.post(f"/console/types/{clinic.type}/questions/new", data=form)
    assert answer.status_code == 400
    assert "Asked only after: tick answers of one question only." in text_of(answer)
    assert answer.text.count("checked") == 2


def test_moving_and_stopping_what_others_hang_on_says_why_not(cast: Cast) -> None:
    clinic, browser = cast.clinic, cast.owner.browser
    first = make_question(clinic, label="Pain?", kind="consent")
    second = make_question(clinic, label="Where?", shown_question_id=first.id)
    base = f"/console/types/{clinic.type}"
    assert browser.post(f"{base}/questions/{second.id}/move/up").status_code == 303
    assert "so it has to stay behind it." in text_of(browser.get(base))
    assert browser.post(f"{base}/questions/{first.id}/asked/off").status_code == 303
    said = text_of(browser.get(base))
    assert "“Where?” is asked only after an answer to this question. Change that first." in said
    for question in (second, first):
        browser.post(f"{base}/questions/{question.id}/asked/off")
    browser.post(f"{base}/questions/{second.id}/asked/on")
    assert "whatever they answered before" in text_of(browser.get(base))


@pytest.fixture
def handed_in(cast: Cast) -> tuple[str, list[str]]:
    """A booking with a referral document and a card; its id and the files' ids."""
    clinic, by = cast.clinic, visitor()
    card = make_question(clinic, label="Your card", kind="file")
    hold = make_hold(clinic, by=by).id
    with clinic.app.app_context():
        ids = [
            booking.documents.attach(by=by, appointment_id=hold, question_id=question, name=name, raw=raw).id
            for question, name, raw in (
                (None, "Silva letter.pdf", pdf_file()),
                (card.id, "Silva.png", picture_file()),
            )
        ]
        booking.book(by=by, appointment_id=hold, details=DETAILS)
    return hold, ids


def test_staff_see_the_files_on_the_booking_and_save_them(
    cast: Cast, handed_in: tuple[str, list[str]]
) -> None:
    hold, ids = handed_in
    said = text_of(cast.desk.browser.get(f"/console/bookings/{hold}"))
    assert "Referral document Download Silva letter.pdf , 1 KB" in said
    assert "Your card Download Silva.png , 1 KB" in said
    for document in ids:
        answer = cast.desk.browser.get(f"/console/bookings/{hold}/files/{document}")
        assert answer.status_code == 200
        headers = answer.headers
        assert headers["Content-Disposition"].startswith("attachment; filename=")
        assert "Silva" not in str(headers)
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert headers["Cache-Control"] == "no-store"
        if answer.mimetype == files.PDF:
            with pikepdf.open(BytesIO(answer.data)) as pdf:
                assert len(pdf.pages) == 1
        else:
            assert answer.mimetype == files.PNG
            assert answer.data.startswith(b"\x89PNG")


def test_a_file_is_found_only_with_its_own_booking_and_by_who_may_see_that(
    cast: Cast, handed_in: tuple[str, list[str]]
) -> None:
    hold, (document, _) = handed_in
    other = visitor()
    elsewhere = make_hold(cast.clinic, by=other, start=cast.clinic.starts()[4]).id
    with cast.clinic.app.app_context():
        booking.book(by=other, appointment_id=elsewhere, details=DETAILS)
    assert cast.desk.browser.get(f"/console/bookings/{elsewhere}/files/{document}").status_code == 404
    assert cast.desk.browser.get(f"/console/bookings/{hold}/files/nothing").status_code == 404
    for person in (cast.colleague, cast.stranger, cast.other_clinician):
        assert person.browser.get(f"/console/bookings/{hold}/files/{document}").status_code == 404
    answer = cast.nobody.browser.get(f"/console/bookings/{hold}/files/{document}")
    assert (answer.status_code, answer.mimetype) == (303, "text/html")


def test_a_hold_shows_its_files_to_no_staff(cast: Cast) -> None:
    clinic, by = cast.clinic, visitor()
    hold = make_hold(clinic, by=by).id
    with clinic.app.app_context():
        kept = booking.documents.attach(
            by=by, appointment_id=hold, question_id=None, name="a.png", raw=picture_file()
        )
    assert cast.admin.browser.get(f"/console/bookings/{hold}/files/{kept.id}").status_code == 404


def test_the_desk_is_asked_for_no_file_and_keeps_answers_that_hang_together(cast: Cast) -> None:
    clinic, browser = cast.clinic, cast.desk.browser
    make_question(clinic, label="Your card", kind="file", required=True)
    tick = make_question(clinic, label="I smoke", kind="consent")
    make_question(clinic, label="How long?", required=True, shown_question_id=tick.id)
    start = slot_id(clinic.schedule, clinic.first_start)
    said = text_of(browser.get("/console/new", query_string={"slot": start}))
    assert "Your card" not in said
    assert 'Only if you ticked "I smoke".' in said
    form = {
        "slot": start, "for_whom": "me", "given": "Ana", "family": "Silva", "phone": "617-555-0100",
        "birth_date-month": "1", "birth_date-day": "2", "birth_date-year": "1980",
    }  # fmt: skip
    assert browser.post("/console/new", data={**form, f"q_{tick.id}": "y"}).status_code == 400
    assert browser.post("/console/new", data=form).status_code == 303
