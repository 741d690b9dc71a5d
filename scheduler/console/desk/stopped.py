"""Answers that stop a booking online, at the desk: staff see their text, and go on by a tick at each question."""

from __future__ import annotations

from werkzeug.datastructures import MultiDict

from scheduler.intake.forms import DetailsForm

STOP = "stop-"
_NEXT = 'Urgent answer: tick "Go on anyway" when they are safe, or change the answer.'


def stop_marks(form: DetailsForm) -> list[str]:
    """What a form sends in ``aside`` to go on with its answers that stop patients: "stop-" and the question's id."""
    return [STOP + question.id for question in form.stopping]


def stop_errors(form: DetailsForm, sent: MultiDict[str, str]) -> list[tuple[str, str]]:
    """What to do at each question whose answer stops patients, where nobody said to go on."""
    ticked = sent.getlist("aside")
    return [(f"aside-{mark}", _NEXT) for mark in stop_marks(form) if mark not in ticked]
