"""Files behind a hold: the visitor's own alone, counted, carried along, booked, and forgotten with what was typed."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import select

from scheduler import booking
from scheduler.booking import AnswerGiven, By, FileRefused, documents, files
from scheduler.booking.documents import Attached
from scheduler.db import snapshot, transaction
from scheduler.errors import Conflict, InvalidInput, NotFound
from scheduler.models import Document, Question
from tests.booking.made_files import pdf_file, picture_file
from tests.factories import DETAILS, Clinic, make_hold, make_question, visitor
from tests.support.times import Clock

MONDAY = "2027-06-07T07:00:00-04:00"


@pytest.fixture(autouse=True)
def _monday(frozen: Clock) -> None:
    frozen.at(MONDAY)


def attach(clinic: Clinic, by: By, hold: str, question: Question | None = None, width: int = 60) -> Attached:
    """Hand in a picture; each ``width`` is another one."""
    with clinic.app.app_context():
        return documents.attach(
            by=by,
            appointment_id=hold,
            question_id=question.id if question else None,
            name=f"{width}.png",
            raw=picture_file(size=(width, 40)),
        )


def kept(clinic: Clinic, hold: str) -> list[str]:
    with clinic.app.app_context(), snapshot() as session:
        return [one.name for one in documents.listed(session, hold)]


def test_a_file_is_kept_as_it_was_checked(clinic: Clinic) -> None:
    by = visitor()
    hold = make_hold(clinic, by=by).id
    with clinic.app.app_context():
        one = documents.attach(
            by=by, appointment_id=hold, question_id=None, name="../letter.pdf", raw=pdf_file() + b"<script>"
        )
    assert (one.question_id, one.name, one.mimetype) == (None, "letter.pdf", files.PDF)
    with clinic.app.app_context(), snapshot() as session:
        body = documents.body_of(session, hold, one.id)
        assert body is not None
        assert len(body) == one.size
        assert b"script" not in body
        assert documents.body_of(session, "another", one.id) is None


def test_a_refused_file_leaves_nothing_behind(clinic: Clinic) -> None:
    by = visitor()
    hold = make_hold(clinic, by=by).id
    with clinic.app.app_context(), pytest.raises(FileRefused):
        documents.attach(by=by, appointment_id=hold, question_id=None, name="a.png", raw=b"<svg/>")
    assert kept(clinic, hold) == []


def test_the_same_file_twice_is_kept_once(clinic: Clinic) -> None:
    by = visitor()
    hold = make_hold(clinic, by=by).id
    assert attach(clinic, by, hold) == attach(clinic, by, hold)
    assert kept(clinic, hold) == ["60.png"]


def test_each_question_takes_three_files_and_the_referral_three_more(clinic: Clinic) -> None:
    question, by = make_question(clinic, kind="file"), visitor()
    hold = make_hold(clinic, by=by).id
    for width in (10, 20, 30):
        attach(clinic, by, hold, question, width)
        attach(clinic, by, hold, None, width)
    for purpose in (question, None):
        with pytest.raises(FileRefused, match=files.MANY):
            attach(clinic, by, hold, purpose, 40)
    assert len(kept(clinic, hold)) == 6


def test_files_that_are_too_much_together_are_refused(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    by = visitor()
    hold = make_hold(clinic, by=by).id
    first = attach(clinic, by, hold)
    monkeypatch.setattr(documents, "MOST_TOGETHER", first.size + 10)
    with pytest.raises(FileRefused, match=files.HEAVY):
        attach(clinic, by, hold, width=70)


def test_two_files_at_the_same_moment_do_not_pass_the_limit_together(clinic: Clinic) -> None:
    by = visitor()
    hold = make_hold(clinic, by=by).id
    for width in (10, 20):
        attach(clinic, by, hold, width=width)

    def hand_in(width: int) -> None:
        try:
            attach(clinic, by, hold, width=width)
        except FileRefused:
            return

    threads = [threading.Thread(target=hand_in, args=(width,)) for width in (30, 40, 50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(kept(clinic, hold)) == 3


def test_a_question_must_ask_for_a_file(clinic: Clinic) -> None:
    by = visitor()
    hold = make_hold(clinic, by=by).id
    with pytest.raises(NotFound):
        attach(clinic, by, hold, make_question(clinic, kind="text"))


def test_nobody_else_adds_removes_or_carries(clinic: Clinic) -> None:
    by, other = visitor(), visitor()
    hold = make_hold(clinic, by=by).id
    one = attach(clinic, by, hold)
    theirs = make_hold(clinic, by=other, start=clinic.starts()[1]).id
    with pytest.raises(NotFound):
        attach(clinic, other, hold, width=70)
    with clinic.app.app_context(), pytest.raises(NotFound):
        documents.remove(by=other, appointment_id=hold, document_id=one.id)
    with clinic.app.app_context(), pytest.raises(NotFound):
        documents.carry(by=other, from_id=hold, to_id=theirs)
    with clinic.app.app_context():  # one's own hold is no way to another's file
        documents.remove(by=other, appointment_id=theirs, document_id=one.id)
    assert kept(clinic, hold) == ["60.png"]


def test_a_file_is_taken_away_once_and_again(clinic: Clinic) -> None:
    by = visitor()
    hold = make_hold(clinic, by=by).id
    one = attach(clinic, by, hold)
    for _ in range(2):
        with clinic.app.app_context():
            documents.remove(by=by, appointment_id=hold, document_id=one.id)
    assert kept(clinic, hold) == []


def test_files_come_along_to_another_time_and_none_comes_twice(clinic: Clinic) -> None:
    by, (first, second) = visitor(), clinic.starts()[:2]
    old = make_hold(clinic, by=by, start=first).id
    attach(clinic, by, old)
    new = make_hold(clinic, by=by, start=second).id
    attach(clinic, by, new)
    attach(clinic, by, old, width=70)
    with clinic.app.app_context():
        documents.carry(by=by, from_id=old, to_id=new)
    assert sorted(kept(clinic, new)) == ["60.png", "70.png"]


def test_files_of_a_booking_stay_with_it(clinic: Clinic) -> None:
    by, (first, second) = visitor(), clinic.starts()[:2]
    booked = make_hold(clinic, by=by, start=first).id
    one = attach(clinic, by, booked)
    with clinic.app.app_context():
        booking.book(by=by, appointment_id=booked, details=DETAILS)
    new = make_hold(clinic, by=by, start=second).id
    with clinic.app.app_context():
        documents.carry(by=by, from_id=booked, to_id=new)
        with pytest.raises(Conflict):
            documents.remove(by=by, appointment_id=booked, document_id=one.id)
    with pytest.raises(Conflict):
        attach(clinic, by, booked, width=70)
    assert kept(clinic, booked) == ["60.png"]


def test_a_lapsed_hold_keeps_its_files_for_a_day(clinic: Clinic, frozen: Clock) -> None:
    by = visitor()
    hold = make_hold(clinic, by=by).id
    frozen.forward(minutes=11)
    with clinic.app.app_context():
        booking.expire()
    attach(clinic, by, hold)
    for hours, left in ((23, 1), (2, 0)):
        frozen.forward(hours=hours)
        with clinic.app.app_context():
            booking.purge()
        assert len(kept(clinic, hold)) == left


def test_purging_leaves_the_files_of_bookings_alone(clinic: Clinic, frozen: Clock) -> None:
    by = visitor()
    hold = make_hold(clinic, by=by).id
    attach(clinic, by, hold)
    with clinic.app.app_context():
        booking.book(by=by, appointment_id=hold, details=DETAILS)
    frozen.forward(days=3)
    with clinic.app.app_context():
        booking.purge()
    assert kept(clinic, hold) == ["60.png"]


def test_a_file_that_must_be_there_is_asked_for_when_booking(clinic: Clinic) -> None:
    question, by = make_question(clinic, kind="file", label="Your card?", required=True), visitor()
    hold = make_hold(clinic, by=by).id
    attach(clinic, by, hold)  # a referral document is no answer
    with clinic.app.app_context(), pytest.raises(InvalidInput) as error:
        booking.book(by=by, appointment_id=hold, details=DETAILS)
    assert error.value.problems == {question.id: "Your card? Choose a file."}
    attach(clinic, by, hold, question)
    with clinic.app.app_context():
        assert booking.book(by=by, appointment_id=hold, details=DETAILS).status == "booked"


def test_the_desk_books_without_a_file(clinic: Clinic) -> None:
    make_question(clinic, kind="file", required=True)
    with clinic.app.app_context():
        made = booking.desk_book(
            by=By("user", user_id="ana"),
            schedule_id=clinic.schedule,
            start=clinic.first_start,
            details=DETAILS,
        )
    assert made.status == "booked"


def test_a_file_for_a_question_that_is_not_asked_is_not_kept(clinic: Clinic) -> None:
    decider = make_question(clinic, kind="choice", label="A plan?", choices=["Yes", "No"])
    card = make_question(clinic, kind="file", shown_question_id=decider.id, shown_answers=["Yes"])
    by = visitor()
    hold = make_hold(clinic, by=by).id
    attach(clinic, by, hold, card)
    attach(clinic, by, hold, None, width=70)
    with clinic.app.app_context():
        booking.book(
            by=by, appointment_id=hold, details=DETAILS, answers=[AnswerGiven(decider.id, "A plan?", "No")]
        )
    assert kept(clinic, hold) == ["70.png"]


def test_files_go_with_their_booking(clinic: Clinic) -> None:
    by = visitor()
    hold = make_hold(clinic, by=by).id
    attach(clinic, by, hold)
    with clinic.app.app_context(), transaction() as session:
        assert documents.forget(session, [hold]) == 1
        assert documents.forget(session, []) == 0
        assert session.scalar(select(Document.id)) is None
