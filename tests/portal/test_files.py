"""Files that patients hand in: kept behind the hold, through everything, for staff alone; what is refused says why."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from scheduler import booking
from scheduler.db import snapshot
from scheduler.models import Document, Question
from scheduler.models.slots import slot_id
from tests.booking.made_files import pdf_file, picture_file, scripted_pdf
from tests.factories import Clinic, make_clinic, make_hold, make_question
from tests.portal.patient import GOOD, Page, Patient, plain
from tests.support.times import Clock

MONDAY = "2027-06-07T07:00:00-04:00"


@pytest.fixture
def clinic(sqlite_app: Flask, frozen: Clock) -> Clinic:
    """A clinic on a Monday morning, before it opens."""
    frozen.at(MONDAY)
    return make_clinic(sqlite_app)


@pytest.fixture
def card(clinic: Clinic) -> Question:
    """A required question whose answer is a file."""
    return make_question(clinic, label="Your insurance card", kind="file", required=True)


def send(patient: Patient, path: str, question: Question, *files: tuple[str, bytes], **changes: str) -> Page:
    """Send the details page with GOOD answers and these files."""
    data: dict[str, Any] = {**GOOD, **changes}
    data[f"q_{question.id}"] = [(BytesIO(raw), name) for name, raw in files]
    response = patient.client.post(path, data=data, content_type="multipart/form-data")
    return Page(response, response.get_data(as_text=True))


def send_too_much(patient: Patient, path: str) -> Page:
    """Say that 2 GB come, and send none of them."""
    response = patient.client.post(
        path,
        content_type="multipart/form-data; boundary=x",
        environ_overrides={"CONTENT_LENGTH": "2000000000"},
    )
    return Page(response, response.get_data(as_text=True))


def names(clinic: Clinic, hold: str = "") -> list[str]:
    """The names of the files that are kept, of one hold or of all, in alphabetical order."""
    with clinic.app.app_context(), snapshot() as session:
        query = select(Document.name)
        if hold:
            query = query.where(Document.appointment_id == hold.split("/")[2])
        return sorted(name or "" for name in session.scalars(query))


def listed(page: Page) -> list[str]:
    """The files that a details page lists."""
    found = re.search(r'(?s)<ul class="attached".*?</ul>', page.text)
    return [plain(one) for one in re.findall(r"<li><span>(.*?)</span></span>", found[0])] if found else []


def remove_button(page: Page) -> str:
    """What the first "Remove" sends."""
    found = re.search(r'name="remove" value="([^"]+)"', page.text)
    assert found
    return found[1]


def test_a_file_is_shown_at_each_step_and_goes_with_the_booking(clinic: Clinic, card: Question) -> None:
    patient = Patient(clinic.app)
    landing = patient.open(f"/book/{slot_id(clinic.schedule, clinic.first_start)}")
    assert "Your insurance card (a PDF or picture)" in landing.words
    assert "Have at hand as a PDF or picture: Your insurance card" in landing.words
    hold = patient.hold(clinic, clinic.first_start)
    assert 'enctype="multipart/form-data"' in patient.open(hold).text
    page = send(patient, hold, card, ("card.png", picture_file()), ("back.pdf", pdf_file()))
    assert page.location == f"{hold}/review"
    review = patient.open(page.location)
    assert "Your insurance card " in review.words
    assert {"card.png, 1 KB", "back.pdf, 1 KB"} <= set(re.findall(r"\w+\.\w+, 1 KB", review.words))
    assert patient.press(f"{hold}/book").status == 303
    assert names(clinic) == ["back.pdf", "card.png"]


def test_a_file_that_must_be_there_is_asked_for_and_one_that_is_kept_is_enough(
    clinic: Clinic, card: Question
) -> None:
    patient = Patient(clinic.app)
    hold = patient.hold(clinic, clinic.first_start)
    page = send(patient, hold, card, given="Zebulon")
    assert page.status == 400
    assert page.errors == ["Your insurance card: choose a file."]
    assert 'value="Zebulon"' in page.text
    page = send(patient, hold, card, ("card.png", picture_file()), given="")
    assert page.errors == ["First name: enter it as on your papers."]
    assert listed(page) == ["card.png, 1 KB"]
    assert send(patient, hold, card).location == f"{hold}/review"


@pytest.mark.parametrize(
    ("name", "make", "said"),
    [
        ("photo.png", lambda: b"<svg onload=alert(1)></svg>", "neither a PDF nor a picture"),
        ("letter.pdf", scripted_pdf, "holds a script"),
        ("empty.pdf", lambda: b"", "is empty"),
        ("half.jpg", lambda: picture_file("JPEG", size=(900, 900))[:2000], "is damaged"),
    ],
)
def test_a_file_that_is_refused_says_why_and_all_else_stays(
    clinic: Clinic, card: Question, name: str, make: Callable[[], bytes], said: str
) -> None:
    patient = Patient(clinic.app)
    hold = patient.hold(clinic, clinic.first_start)
    page = send(patient, hold, card, ("good.png", picture_file()), (name, make()))
    assert page.status == 400
    assert len(page.errors) == 1
    assert page.errors[0].startswith(f"Your insurance card: {name} ")
    assert said in page.errors[0]
    assert 'value="Quillfeather"' in page.text
    assert listed(page) == ["good.png, 1 KB"]
    assert patient.open(f"{hold}/review").status == 200


def test_twenty_megabytes_come_back_as_the_form_with_a_sentence(clinic: Clinic, card: Question) -> None:
    patient = Patient(clinic.app)
    hold = patient.hold(clinic, clinic.first_start)
    page = send(patient, hold, card, ("scan.pdf", b"%PDF-1.7\n" + bytes(20_000_000)))
    assert page.status == 400
    assert page.errors == [
        "Your insurance card: scan.pdf has more than 10 MB. Choose a smaller file, or take a photo of it."
    ]
    assert 'value="zebulon@example.org"' in page.text
    assert names(clinic) == []


def test_far_more_than_that_is_not_read_and_the_page_says_so(clinic: Clinic, card: Question) -> None:
    patient = Patient(clinic.app)
    hold = patient.hold(clinic, clinic.first_start)
    send(patient, hold, card)
    page = send_too_much(patient, hold)
    assert page.status == 413
    assert page.errors == [
        "Files: they are too large together, so none of them came. Choose files of up to 10 MB each."
    ]
    assert 'value="Zebulon"' in page.text
    assert page.response.headers["Cache-Control"] == "no-store"


def test_nobody_elses_details_are_shown_for_what_is_too_large(clinic: Clinic, card: Question) -> None:
    patient = Patient(clinic.app)
    hold = patient.hold(clinic, clinic.first_start)
    send(patient, hold, card)
    page = send_too_much(Patient(clinic.app), hold)
    assert page.status == 403
    assert "Zebulon" not in page.text


def test_more_than_three_files_are_refused_and_three_kept(clinic: Clinic, card: Question) -> None:
    patient = Patient(clinic.app)
    hold = patient.hold(clinic, clinic.first_start)
    sent = [(f"{width}.png", picture_file(size=(width, 40))) for width in (10, 20, 30, 40)]
    page = send(patient, hold, card, *sent)
    assert page.errors == [
        "Your insurance card: 40.png was not added: there are 3 files already. Remove one first."
    ]
    assert len(listed(page)) == 3


def test_a_file_is_taken_away_with_what_was_typed_kept(clinic: Clinic, card: Question) -> None:
    patient = Patient(clinic.app)
    hold = patient.hold(clinic, clinic.first_start)
    send(patient, hold, card, ("card.png", picture_file()))
    button = remove_button(patient.open(hold))
    page = patient.press(f"{hold}/files/remove", **{**GOOD, "given": "Yeva"}, remove=button)
    assert page.location == f"{hold}#q_{card.id}"
    page = patient.open(hold)
    assert listed(page) == []
    assert 'value="Yeva"' in page.text
    assert patient.open(f"{hold}/review").location == hold
    assert patient.press(f"{hold}/files/remove", remove=button).status == 303


def test_more_time_and_another_time_keep_the_files(clinic: Clinic, card: Question) -> None:
    patient, (first, second) = Patient(clinic.app), clinic.starts()[:2]
    hold = patient.hold(clinic, first)
    assert send(patient, f"{hold}/extend", card, ("card.png", picture_file())).status == 303
    assert listed(patient.open(hold)) == ["card.png, 1 KB"]
    page = send(patient, f"{hold}/release", card, ("back.pdf", pdf_file()))
    times = patient.open(page.location)
    again = patient.hold(clinic, second, kept=times.hidden("kept"))
    assert again == f"/hold/{again.split('/')[2]}/review"  # everything is there: straight to the review
    assert names(clinic, again) == ["back.pdf", "card.png"]
    assert names(clinic, hold) == []


def test_asking_for_more_time_says_what_is_wrong_with_a_file(clinic: Clinic, card: Question) -> None:
    patient = Patient(clinic.app)
    hold = patient.hold(clinic, clinic.first_start)
    page = send(patient, f"{hold}/extend", card, ("a.png", b"no picture"), given="")
    assert page.status == 400
    assert len(page.errors) == 1
    assert "a.png is neither a PDF nor a picture" in page.errors[0]
    assert "held until" in page.words or "holding" in page.words


def test_a_hold_that_ran_out_and_a_time_that_is_gone_keep_the_files(
    clinic: Clinic, card: Question, frozen: Clock
) -> None:
    patient, (first, second) = Patient(clinic.app), clinic.starts()[:2]
    hold = patient.hold(clinic, first)
    send(patient, hold, card, ("card.png", picture_file()))
    frozen.forward(minutes=11)
    with clinic.app.app_context():
        booking.expire()
    assert listed(patient.open(hold)) == ["card.png, 1 KB"]
    make_hold(clinic, start=first)
    gone = send(patient, hold, card, ("back.pdf", pdf_file()))
    assert gone.status == 409
    again = patient.hold(clinic, second, kept=gone.hidden("kept"))
    assert again.endswith("/review")
    assert "card.png" in patient.open(again).words
    assert patient.press(again.replace("/review", "/book")).status == 303
    assert names(clinic) == ["back.pdf", "card.png"]


def test_another_browser_sees_no_file_and_takes_none_away(clinic: Clinic, card: Question) -> None:
    patient, other = Patient(clinic.app), Patient(clinic.app)
    hold = patient.hold(clinic, clinic.first_start)
    send(patient, hold, card, ("card.png", picture_file()))
    button = remove_button(patient.open(hold))
    assert "card.png" not in other.open(hold).words
    assert other.press(f"{hold}/files/remove", remove=button).status == 403
    assert send(other, hold, card, ("mine.png", picture_file())).status == 403
    assert names(clinic) == ["card.png"]


def test_a_form_without_files_stays_an_ordinary_one(clinic: Clinic) -> None:
    patient = Patient(clinic.app)
    hold = patient.hold(clinic, clinic.first_start)
    assert "multipart" not in patient.open(hold).text
