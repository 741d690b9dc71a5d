"""The patient's part of the desk's forms: intake's own form, shortened for somebody who stands at the desk."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from werkzeug.datastructures import MultiDict

from scheduler.booking.change import MAX_REASON
from scheduler.console.desk.typed import birth_dates
from scheduler.ids import new_id
from scheduler.intake.asking import Asked
from scheduler.intake.forms import DetailsForm, details_form
from scheduler.intake.who import Who
from scheduler.web.forms import PARTS, error_list

BORN = "born"
_HOW_TO = "Birth date: type month, day and year of a date in the past, such as 4/27/1985."
_NO_PHONE = "Phone: enter a number so the clinic can reach them."
_KEY = re.compile(r"[0-9a-z]{16,64}", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def short_form(
    questions: Sequence[Asked], typed: MultiDict[str, str] | None, today: date, who: Who
) -> DetailsForm:
    """The details form of a walk-in: the patient is at the desk, and the birth date is one text field, ``born``."""
    if typed is None:
        return details_form(questions, None, today, who)
    values = MultiDict(typed)
    values["for_whom"] = "me"
    born = next(iter(birth_dates(values.get(BORN, ""), today)), None)
    for part in PARTS:
        values[f"birth_date-{part}"] = str(getattr(born, part)) if born else ""
    return details_form(questions, values, today, who)


def short_errors(form: DetailsForm, typed: MultiDict[str, str]) -> list[tuple[str, str]]:
    """``error_list`` of a ``short_form``: the birth date's error leads to its one field and says how to type it."""
    if form.birth_date.errors and typed.get(BORN, "").strip():
        form.birth_date.errors = [_HOW_TO]
    if form.email.errors:  # a walk-in is asked for a phone number alone
        form.email.errors, form.phone.errors = [], [_NO_PHONE]
    return [
        (BORN if target == form.birth_date.first_id else target, said) for target, said in error_list(form)
    ]


def overbook_problem(reason: str) -> str:
    """What to do about a reason for overbooking that can't be kept; "" when it can."""
    if not reason.strip():
        return "Reason for overbooking: enter why this time is given twice."
    if len(reason) > MAX_REASON or _CONTROL.search(reason):
        return f"Reason for overbooking: use at most {MAX_REASON} plain characters."
    return ""


def form_key(sent: str | None) -> str:
    """The key that makes one form book once: as sent, or a new one."""
    return sent if sent and _KEY.fullmatch(sent) else new_id()
