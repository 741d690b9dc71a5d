"""Answers that stop patients online, at the desk: their text is seen, staff go on by a tick, and the booking is marked."""

from __future__ import annotations

import re
from zoneinfo import ZoneInfo

import pytest

from scheduler.clock import local_date
from scheduler.models import Question
from tests.console.desk.conftest import PATIENT, Desk, words
from tests.factories import Clinic, make_question

CALL = "If this is an emergency, call 911 now."
MESSAGE = "Call us, we see you today."
TICK = 'Urgent answer: tick "Go on anyway" when they are safe, or change the answer.'
FIRST_GAP = 1812377100  # Monday, June 7, 2027, 10:05 AM in New York


def ask(clinic: Clinic, *, required: bool = True) -> Question:
    """A question of the clinic's type, one answer of which stops."""
    return make_question(
        clinic,
        label="Chest pain?",
        kind="choice",
        choices=["Yes, now", "No", "Last week"],
        stop_answers=["Yes, now"],
        stop_message=MESSAGE,
        required=required,
    )


def notice_of(question: Question, text: str) -> str:
    """The opening tag of the question's notice."""
    found = re.search(rf'<div class="notice error stop-now"[^>]*data-stops="q_{question.id}"[^>]*>', text)
    assert found is not None
    return found[0]


@pytest.mark.parametrize("path", ["/console/new", "/console/walk-in"])
def test_an_answer_that_stops_patients_is_read_by_staff_who_go_on_by_a_tick(
    desk: Desk, clinic: Clinic, path: str
) -> None:
    question = ask(clinic)
    fields = {"slot": desk.slot(FIRST_GAP if "walk" in path else clinic.starts()[0]), **PATIENT}
    stopped = fields | {f"q_{question.id}": "Yes, now"}
    refused = desk.press(path, **stopped)
    assert refused.status_code == 400
    assert "hidden" not in notice_of(question, refused.text)
    said = words(refused)
    assert CALL in said
    assert MESSAGE in said
    assert said.count(TICK) == 2  # in the summary and at the tick
    mark = f"aside-stop-{question.id}"
    assert f'href="#{mark}"' in refused.text
    assert f'id="{mark}"' in refused.text
    assert 'value="Silva"' in refused.text
    assert not desk.bookings()
    done = desk.press(path, **stopped, aside=f"stop-{question.id}")
    assert done.status_code == 303
    assert len(desk.bookings()) == 1


@pytest.mark.parametrize("path", ["/console/new", "/console/walk-in"])
def test_another_answer_stops_nobody(desk: Desk, clinic: Clinic, path: str) -> None:
    question = ask(clinic)
    fields = {"slot": desk.slot(FIRST_GAP if "walk" in path else clinic.starts()[0]), **PATIENT}
    opened = desk.open(f"{path}?slot={fields['slot']}")
    assert " hidden" in notice_of(question, opened.text)
    done = desk.press(path, **fields, **{f"q_{question.id}": "Last week"})
    assert done.status_code == 303
    assert "Urgent answer" not in words(desk.open(done.location))
    assert "Urgent answer" not in words(desk.open(f"/console/day/{clinic_day(desk)}"))


def test_the_tick_at_one_question_is_none_for_another(desk: Desk, clinic: Clinic) -> None:
    first, second = ask(clinic), ask(clinic)
    answers = {f"q_{question.id}": "Yes, now" for question in (first, second)}
    fields = {"slot": desk.slot(clinic.starts()[0]), **PATIENT, **answers}
    refused = desk.press("/console/new", **fields, aside=f"stop-{first.id}")
    assert refused.status_code == 400
    assert words(refused).count(TICK) == 2
    both = [f"stop-{question.id}" for question in (first, second)]
    assert desk.press("/console/new", **fields, aside=both).status_code == 303


def test_a_walk_in_is_asked_what_can_stop_them_and_what_that_hangs_on(desk: Desk, clinic: Clinic) -> None:
    before = make_question(clinic, label="Any pain?", kind="choice", choices=["Yes", "No"], required=False)
    make_question(clinic, label="How did you hear of us?")
    make_question(
        clinic, label="Since today?", kind="choice", choices=["Yes", "No"], stop_answers=["Yes"],
        shown_question_id=before.id, shown_answers=["Yes"],
    )  # fmt: skip
    page = words(desk.open("/console/walk-in"))
    assert "Any pain?" in page
    assert "Since today?" in page
    assert "How did you hear" not in page


def test_the_booking_carries_the_mark_on_its_page_and_on_its_day(desk: Desk, clinic: Clinic) -> None:
    question = ask(clinic)
    done = desk.press(
        "/console/new",
        slot=desk.slot(clinic.starts()[0]),
        **PATIENT,
        **{f"q_{question.id}": "Yes, now"},
        aside=f"stop-{question.id}",
    )
    page = words(desk.open(done.location))
    assert "Urgent answer Chest pain? Yes, now" in page
    assert f"Your words for them: {MESSAGE}" in page
    assert "Urgent answer: Chest pain? Yes, now" in words(desk.open(f"/console/day/{clinic_day(desk)}"))
    assert "Urgent answer: Chest pain? Yes, now" in words(desk.open(f"/console/week/{clinic_day(desk)}"))
    sheet = words(desk.open(f"/console/sheet/{clinic_day(desk)}"))
    assert "Urgent answer" in sheet
    assert "Chest pain" not in sheet


@pytest.mark.parametrize(
    ("kind", "typed", "said"),
    [
        ("multiple", ["Fever", "Chest pain"], "Urgent answer: Do you have? Chest pain"),
        ("consent", "y", "Urgent answer: Do you have? Yes"),
    ],
)
def test_the_mark_names_what_stops_of_several_answers_and_a_tick(
    desk: Desk, clinic: Clinic, kind: str, typed: str | list[str], said: str
) -> None:
    several = kind == "multiple"
    question = make_question(
        clinic, label="Do you have?", kind=kind, choices=["Fever", "Cough", "Chest pain"] if several else [],
        stop_answers=["Chest pain"] if several else ["Yes"],
    )  # fmt: skip
    fields: dict[str, str | list[str]] = {
        "slot": desk.slot(clinic.starts()[0]), **PATIENT,
        f"q_{question.id}": typed, "aside": f"stop-{question.id}",
    }  # fmt: skip
    assert desk.press("/console/new", **fields).status_code == 303
    assert said in words(desk.open(f"/console/day/{clinic_day(desk)}"))


def test_details_that_are_changed_to_such_an_answer_meet_the_same_text_once(
    desk: Desk, clinic: Clinic
) -> None:
    question = ask(clinic, required=False)
    made = desk.press("/console/new", slot=desk.slot(clinic.starts()[0]), **PATIENT).location

    def save(**more: str) -> int:
        version = re.findall(r'name="version" value="([0-9]+)"', desk.open(f"{made}/details").text)[0]
        answer = {f"q_{question.id}": "Yes, now"}
        return desk.press(f"{made}/details", version=version, **PATIENT, **answer, **more).status_code

    assert save() == 400
    assert save(aside=f"stop-{question.id}") == 303
    assert "Urgent answer Chest pain? Yes, now" in words(desk.open(made))
    again = desk.open(f"{made}/details").text
    assert re.search(rf'name="aside" value="stop-{question.id}" checked', again)


def clinic_day(desk: Desk) -> str:
    """The ISO date of the first booking in the clinic's zone."""
    return local_date(desk.bookings()[0].starts_at, ZoneInfo(desk.clinic.zone)).isoformat()
