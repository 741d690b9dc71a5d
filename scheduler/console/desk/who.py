"""Whom a type is for, at the desk: said in words, and set aside by a tick."""

from __future__ import annotations

from werkzeug.datastructures import MultiDict

from scheduler.booking.eligibility import misfits
from scheduler.booking.eligible import WHO, field_label, refusal
from scheduler.intake.forms import DetailsForm

ASIDE = f"aside-{WHO}"


def who_says(form: DetailsForm) -> tuple[str, ...]:
    """What speaks against who comes, as sentences; call it after ``validate``."""
    found = misfits(form.who.rules, form.applicant(), form.who.day)
    return tuple(f"{field_label(code)}: {refusal(form.who.rules, code)}" for code in found)


def who_errors(form: DetailsForm, sent: MultiDict[str, str]) -> list[tuple[str, str]]:
    """What to do when somebody comes whom the type is not for, and nobody said to go on."""
    if WHO in sent.getlist("aside") or not who_says(form):
        return []
    return [(ASIDE, 'Who it is for: tick "Go on anyway", or choose another type.')]
