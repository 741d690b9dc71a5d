"""Files that patients hand in: kept behind the hold, through everything, for staff alone; what is refused says why."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from scheduler import booking, clock
from scheduler.db import snapshot
from scheduler.models import Document, Question
from scheduler.models.slots import slot_id
from tests.booking.made_files import pdf_file, picture_file, scripted_pdf
from tests.factories import Clinic, make_clinic, make_question
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


def names(clinic: Clinic, hold: str = "") -> list[str]:
    """The names of the files that are kept, of one hold or of all."""
    with clinic.app.app_context(), snapshot() as session:
        query = select(Document.name).order_by(Document.created_at, Document.id)
        if hold:
            query = query.where(Document.appointment_id == hold.split("/")[2])
        return [name or "" for name in session.scalars(query)]


def attached(page: Page) -> list[str]:
    """The files that a details page lists."""

    return [plain(one) for one in re.findall(r'(?s)<li><span>(.*?)</span></span>', page.text)] or [
        plain(one) for one in re.findall(r'(?s)<li><span><bdi>(.*?)</bdi>', page.text)
    ]


def test_a_file_goes_with_the_booking(clinic: Clinic, card: Question) -> None:
    patient = Patient(clinic.app)
    hold = patient.hold(clinic, clinic.first_start)
    page = send(patient, hold, card, ("card.png", picture_file()))
    assert page.location == f"{hold}/review"
    review = patient.open(page.location)
    assert "card.png" in review.words
    assert patient.press(f"{hold}/book").status == 303
    assert names(clinic) == ["card.png"]
