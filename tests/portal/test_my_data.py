"""A patient's own data by the manage link: changed, taken along, removed; and nobody else's with them."""

from __future__ import annotations

import io
import json
import re
import zipfile
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from scheduler import booking, clock
from scheduler.booking import SYSTEM, AnswerGiven, By
from scheduler.db import snapshot, transaction
from scheduler.jobs.table import run_job
from scheduler.models import (
    Answer,
    Appointment,
    AuditEntry,
    ContactCheck,
    Document,
    Outbox,
    PatientDetails,
    Person,
)
from tests.factories import Clinic, make_appointment, make_clinic, make_question
from tests.notify.test_deliver import deliver, mails, part
from tests.portal.patient import Page, Patient, plain
from tests.support.times import Clock

MONDAY = "2027-06-07T07:00:00-04:00"
PRIVATE = ("Zebulon", "Quillfeather", "1984", "zebulon@example.org", "617-555-0177", "elbow", "R-17", "scan")
DETAILS = {
    "given": "Zebulon",
    "family": "Quillfeather",
    "birth_date": "1984-02-29",
    "email": "zebulon@example.org",
    "phone": "617-555-0177",
    "reason": "A tickle in the elbow",
    "needs": ("interpreter: Spanish",),
}


@pytest.fixture
def clinic(app: Flask, frozen: Clock) -> Clinic:
    frozen.at(MONDAY)
    app.config["WTF_CSRF_ENABLED"] = False
    return make_clinic(app)


def visit(clinic: Clinic, number: int = 0, **changes: Any) -> Appointment:
    """A booked visit with all that a patient may leave behind."""
    question = make_question(clinic, label=f"Number {number}")
    made = make_appointment(
        clinic,
        start=clinic.starts()[number],
        answers=[AnswerGiven(question.id, question.label, "R-17")],
        **{**DETAILS, **changes},
    )
    with clinic.app.app_context(), transaction() as session:
        session.add(
            Document(
                organization_id=clinic.organization,
                appointment_id=made.id,
                name="../scan (1).pdf",
                mimetype="application/pdf",
                size=9,
                hash="x",
                body=b"%PDF scan",
                created_at=clock.now(),
            )
        )
    return made


def path(clinic: Clinic, made: Appointment) -> str:
    return f"/b/{booking.links.manage_token(clinic.app.config['SETTINGS'].secret, made)}/my-data"


def zip_at(page: Page) -> zipfile.ZipFile:
    assert page.status == 200
    assert page.response.headers["Content-Disposition"] == "attachment; filename=my-data.zip"
    assert page.response.headers["Cache-Control"] == "no-store"
    return zipfile.ZipFile(io.BytesIO(page.response.get_data()))


def details_of(clinic: Clinic, made: Appointment) -> PatientDetails:
    with clinic.app.app_context(), snapshot() as session:
        return session.get_one(PatientDetails, made.id)


def confirm(clinic: Clinic, made: Appointment, email: str) -> None:
    """As if the patient had typed the code that went to ``email``."""
    with clinic.app.app_context(), transaction() as session:
        session.add(
            ContactCheck(
                appointment_id=made.id,
                organization_id=clinic.organization,
                email=email,
                expires_at=clock.now(),
                confirmed_at=clock.now(),
            )
        )


def join(clinic: Clinic, *visits: Appointment) -> None:
    with clinic.app.app_context(), transaction() as session:
        person = Person(organization_id=clinic.organization, created_at=clock.now())
        session.add(person)
        session.flush()
        for one in visits:
            session.get_one(PatientDetails, one.id).person_id = person.id


def test_a_new_email_is_told_at_both_addresses_and_only_the_new_one_has_the_link(clinic: Clinic) -> None:
    made, patient = visit(clinic), Patient(clinic.app)
    deliver(clinic.app)
    page = patient.open(path(clinic, made))
    assert page.h1 == "Your data"
    saved = patient.press(
        path(clinic, made), email="new@example.org", phone="617-555-0177", version=page.hidden("version")
    )
    assert saved.status == 303
    assert "Saved." in patient.open(saved.location).words
    before = len(mails(clinic.app))
    deliver(clinic.app)
    sent = {str(mail["To"]): part(mail, "plain") for mail in mails(clinic.app)[before:]}
    assert set(sent) == {"new@example.org", "zebulon@example.org"}
    token = path(clinic, made).split("/")[2]
    assert token in sent["new@example.org"]
    assert token not in sent["zebulon@example.org"]
    assert "June 8" not in sent["zebulon@example.org"]
    assert all("new@example.org" not in text for text in sent.values())
    assert details_of(clinic, made).former_email == "zebulon@example.org"
    with clinic.app.app_context():
        assert booking.purge_former() == 1
    assert details_of(clinic, made).former_email is None


def test_the_old_address_stays_until_it_was_told(clinic: Clinic) -> None:
    made = visit(clinic)
    Patient(clinic.app).press(path(clinic, made), email="new@example.org", version="1")
    with clinic.app.app_context():
        assert booking.purge_former() == 0


def test_bad_contact_data_come_back_as_typed_with_what_to_do(clinic: Clinic) -> None:
    made, patient = visit(clinic), Patient(clinic.app)
    page = patient.press(path(clinic, made), email="new@", phone="12", version="1")
    assert page.status == 400
    assert page.errors == [
        "Email: enter it in full, such as ana@example.org.",
        "Phone: enter a number of 7 to 15 digits, such as 617-555-0142.",
    ]
    assert 'value="new@"' in page.text
    none = patient.press(path(clinic, made), email="", phone="", version="1")
    assert none.errors == ["Phone or email: enter at least one so the clinic can reach you."]
    assert details_of(clinic, made).email == "zebulon@example.org"


def test_what_the_clinic_changed_meanwhile_is_not_overwritten_and_mails_are_few(clinic: Clinic) -> None:
    made, patient = visit(clinic), Patient(clinic.app)
    page = patient.press(path(clinic, made), email="late@example.org", version="0")
    assert page.status == 409
    assert 'value="late@example.org"' in page.text
    assert details_of(clinic, made).email == "zebulon@example.org"
    for number in range(4):
        fresh = patient.open(path(clinic, made)).hidden("version")
        assert patient.press(path(clinic, made), email=f"n{number}@example.org", version=fresh).status == 303
    last = patient.press(path(clinic, made), email="n9@example.org", version="9")
    assert last.status == 429
    assert int(last.response.headers["Retry-After"]) > 0


def test_the_download_holds_all_that_is_kept_to_read_and_for_programs(clinic: Clinic) -> None:
    made, patient = visit(clinic), Patient(clinic.app)
    with clinic.app.app_context():
        booking.save_note(by=SYSTEM, appointment_id=made.id, text="Talks a lot", version=1)
    archive = zip_at(patient.open(f"{path(clinic, made)}.zip"))
    assert archive.namelist() == ["data.json", "data.html", "files/1-1-scan-1-.pdf"]
    assert archive.read("files/1-1-scan-1-.pdf") == b"%PDF scan"
    [told] = json.loads(archive.read("data.json"))["visits"]
    assert told["starts_at"] == "2027-06-08T09:00:00-04:00"
    assert told["details"]["email"] == "zebulon@example.org"
    assert told["details"]["needs"] == ["interpreter: Spanish"]
    assert told["answers"] == [{"question": "Number 0", "answer": "R-17"}]
    assert told["history"][-1]["what"] == "note"
    page = archive.read("data.html").decode()
    assert all(word in page for word in ("Zebulon", "A tickle in the elbow", "R-17"))
    assert "Talks a lot" not in page + json.dumps(told)


def test_the_page_to_read_says_all_of_it_in_words(clinic: Clinic) -> None:
    made, patient = visit(clinic, needs=("interpreter: Portuguese", "step-free")), Patient(clinic.app)
    address = path(clinic, made)
    assert patient.press(address.removesuffix("/my-data") + "/sooner").status == 303
    archive = zip_at(patient.open(f"{address}.zip"))
    [told] = json.loads(archive.read("data.json"))["visits"]
    assert told["sooner_time"] == [{"status": "waiting", "asked_at": "2027-06-07T11:00:00+00:00"}]
    page = archive.read("data.html").decode()
    said = plain(page)
    for words in (
        "When Tuesday, June 8, 2027, 9:00 AM to 9:30 AM EDT",
        "State Booked",
        "Name Zebulon Quillfeather",
        "Birth date February 29, 1984",
        "What would help An interpreter: Portuguese; Step-free access",
        "Language English",
        "Sooner time You wait for one, asked for on Monday, June 7, 2027",
        "Monday, June 7, 2027, 7:00 AM EDT: Booked",
        "Made on Monday, June 7, 2027, 7:00 AM EDT",
    ):
        assert words in said, words
    assert not re.search(r"\d{4}-\d\d-\d\d|[\[{]|_at|step-free", page.partition("<body>")[2])
    patient.client.set_cookie("language", "es")
    spanish = plain(zip_at(patient.open(f"{address}.zip")).read("data.html").decode())
    assert "29 de febrero de 1984" in spanish
    assert "Nombre Zebulon Quillfeather" in spanish


def test_another_visit_of_the_person_comes_along_only_where_its_email_was_shown_to_be_theirs(
    clinic: Clinic,
) -> None:
    first, second = visit(clinic), visit(clinic, 1)
    third, stranger = visit(clinic, 2, email="other@example.org"), visit(clinic, 3)
    join(clinic, first, second, third)
    patient = Patient(clinic.app)

    def codes_of() -> set[str]:
        archive = zip_at(patient.open(f"{path(clinic, first)}.zip"))
        return {one["code"] for one in json.loads(archive.read("data.json"))["visits"]}

    assert codes_of() == {first.code}
    confirm(clinic, first, "somebody@example.org")
    assert codes_of() == {first.code}
    with clinic.app.app_context(), transaction() as session:
        session.get_one(ContactCheck, first.id).email = "Zebulon@example.org"
    assert codes_of() == {first.code, second.code}
    assert stranger.code not in codes_of()


def test_a_visit_to_come_must_be_cancelled_before_its_data_go(clinic: Clinic) -> None:
    made, patient = visit(clinic), Patient(clinic.app)
    assert "Cancel the visit first" in patient.open(path(clinic, made)).words
    assert patient.open(f"{path(clinic, made)}/remove").status == 303
    page = patient.press(f"{path(clinic, made)}/remove")
    assert page.status == 409
    assert "Cancel the visit first. Nothing was removed." in page.words
    assert details_of(clinic, made).given == "Zebulon"


def test_removing_leaves_a_bare_time_and_a_row_of_the_audit(clinic: Clinic) -> None:
    made, patient = visit(clinic), Patient(clinic.app)
    with clinic.app.app_context():
        booking.cancel(by=SYSTEM, appointment_id=made.id, reason="scan failed", message="Zebulon, call us")
    question = patient.open(f"{path(clinic, made)}/remove")
    assert question.h1 == "Remove your data?"
    assert "The law obliges clinics to keep records" in question.words
    for _ in range(2):
        assert patient.press(f"{path(clinic, made)}/remove").status == 303
    done = patient.open(path(clinic, made))
    assert "Your data were removed" in done.words
    assert patient.open(path(clinic, made).removesuffix("/my-data")).status == 200
    with clinic.app.app_context(), snapshot() as session:
        for table in (PatientDetails, Answer, Document, ContactCheck):
            rows = session.execute(select(table.__table__).where(table.appointment_id == made.id)).all()
            assert not [word for word in PRIVATE if word in repr(rows)]
        row = session.get_one(Appointment, made.id)
        assert (row.visitor, row.cancel_reason, row.staff_message) == (None, None, None)
        assert (row.status, row.starts_at) == ("cancelled", made.starts_at)
        assert session.get_one(PatientDetails, made.id).erased_at == clock.now()
        waiting = select(func.count()).where(Outbox.done_at.is_(None), Outbox.recipient_id.is_(None))
        assert session.scalar(waiting) == 0
        removed = select(AuditEntry.actor_kind).where(AuditEntry.action == "erase")
        assert session.scalars(removed).all() == ["patient"]
    page = patient.press(path(clinic, made), email="new@example.org", version="5")
    assert page.status == 409
    assert details_of(clinic, made).email is None


def test_removing_takes_the_mails_of_the_mail_folder_along_and_leaves_those_of_others(clinic: Clinic) -> None:
    made, patient = visit(clinic), Patient(clinic.app)
    other = visit(clinic, 4, email="other@example.org")
    with clinic.app.app_context():
        booking.cancel(by=SYSTEM, appointment_id=made.id)
    deliver(clinic.app)
    assert {str(mail["To"]) for mail in mails(clinic.app)} == {"zebulon@example.org", "other@example.org"}
    patient.press(f"{path(clinic, made)}/remove")
    assert {str(mail["To"]) for mail in mails(clinic.app)} == {"other@example.org"}
    assert details_of(clinic, other).email == "other@example.org"


def test_a_mail_that_was_under_way_while_the_data_went_goes_within_the_hour(clinic: Clinic) -> None:
    made = visit(clinic)
    deliver(clinic.app)
    with clinic.app.app_context():
        booking.cancel(by=SYSTEM, appointment_id=made.id)
        booking.erase(by=By("patient"), appointment_id=made.id)
    assert mails(clinic.app)
    run_job(clinic.app, "purge-lapsed")
    assert not mails(clinic.app)


def test_another_link_or_a_hold_opens_nobodys_data(clinic: Clinic) -> None:
    made, patient = visit(clinic), Patient(clinic.app)
    wrong = path(clinic, made).replace("/b/" + made.id, "/b/" + "0" * len(made.id))
    for tail in ("", ".zip", "/remove"):
        assert patient.open(wrong + tail).status == 404
    hold = patient.hold(clinic, clinic.starts()[5])
    with clinic.app.app_context(), snapshot() as session:
        held = session.get_one(Appointment, hold.rsplit("/", 1)[-1])
    assert patient.open(path(clinic, held)).status == 404
