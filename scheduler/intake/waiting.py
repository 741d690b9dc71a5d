"""The form of the waitlist: which times suit, and who waits. For the patient's page and for staff at the phone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from wtforms import Form

from scheduler.booking.eligibility import ANYBODY, Rules, days_that_fit
from scheduler.booking.eligible import age_refusal
from scheduler.booking.waitlist import LONGEST_WAIT_DAYS, Who, Wish
from scheduler.intake.asking import answer_text
from scheduler.intake.fields import (
    Choice,
    Choices,
    DateParts,
    Line,
    PhoneLine,
    Tick,
    about,
    email_check,
    phone_check,
)
from scheduler.intake.forms import NAME_LENGTH

ANY = "any"
WHO_FIELDS = ("given", "family", "one_name", "email", "phone")


def weekday_names() -> dict[str, str]:
    """ISO weekday, as the form sends it, to its name in the page's language."""
    days = (_("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday"))
    return {str(number): name for number, name in enumerate(days, 1)}


def part_names() -> dict[str, str]:
    """Parts of the day, as the form sends them, in words."""
    return {
        ANY: _("Any time"),
        "morning": _("Morning, before noon"),
        "afternoon": _("Afternoon, noon to 5 PM"),
        "evening": _("Evening, from 5 PM"),
    }


class WaitingForm(Form):
    """Made by ``waiting_form``; ``place`` is asked where there is more than one."""

    weekdays: Choices
    part: Choice
    earliest: DateParts
    latest: DateParts
    given: Line
    family: Line
    one_name: Tick
    birth_date: DateParts
    email: Line
    phone: Line

    today: date
    rules: Rules = ANYBODY

    def validate(self, extra_validators: Mapping[str, Sequence[Any]] | None = None) -> bool:
        """Check every field and what several fields must give together."""
        ready = super().validate(extra_validators)
        first, last = self.earliest, self.latest
        for field in (first, last):
            if field.data is not None and field.data < self.today and not field.errors:
                field.errors = [about(field, _("it has passed. Enter today or a later date."))]
                ready = False
        if first.data and last.data and last.data < first.data and not (first.errors or last.errors):
            last.errors = [about(last, _("set it on or after the first date."))]
            ready = False
        if (
            self.birth_date.data
            and not self.birth_date.errors
            and not self._fits_some_day(self.birth_date.data)
        ):
            self.birth_date.errors = [about(self.birth_date, age_refusal(self.rules))]
            ready = False
        if not self.family.text and not self.one_name.data and not self.family.errors:
            self.family.errors = [about(self.family, _('enter it, or tick "One name only".'))]
            ready = False
        if not (self.email.text or self.phone.text) and not (self.email.errors or self.phone.errors):
            self.email.errors = [_("Phone or email: enter at least one so the clinic can reach you.")]
            ready = False
        return ready

    def _fits_some_day(self, born: date) -> bool:
        """Whether the type is for their age on one of the days on which they wait for a time."""
        if not self.rules.ages:
            return True
        since = max(self.earliest.data or self.today, self.today)
        until = self.latest.data or self.today + timedelta(days=LONGEST_WAIT_DAYS)
        first, end = days_that_fit(self.rules, born)
        return first <= until and since < end

    def wish(self, owner_kind: str, owner_id: str, location_id: str | None = None) -> Wish:
        """Which times suit; call it after ``validate``. ``location_id``: the place where the form does not ask for it."""
        place = answer_text(self["place"]) if "place" in self else ""
        return Wish(
            owner_kind=owner_kind,
            owner_id=owner_id,
            location_id=location_id if place in ("", ANY) else place,
            weekdays=tuple(sorted(int(day) for day in self.weekdays.ticked)),
            part="" if self.part.text == ANY else self.part.text,
            earliest_on=self.earliest.data,
            latest_on=self.latest.data,
        )

    def who(self, language: str, zone: str) -> Who:
        """Who waits; call it after ``validate``."""
        return Who(
            given=self.given.text,
            family="" if self.one_name.data else self.family.text,
            birth_date=self.birth_date.data.isoformat() if self.birth_date.data else "",
            email=self.email.text,
            phone=self.phone.text,
            language=language,
            zone=zone,
        )


def waiting_form(
    typed: MultiDict[str, str] | None,
    today: date,
    places: Sequence[tuple[str, str]] = (),
    rules: Rules = ANYBODY,
) -> WaitingForm:
    """The form with what was ``typed``; ``today``: the clinic's local date; ``places``: (id, name) to choose from;
    ``rules``: whom the type is for, where that is to be asked."""
    fields: dict[str, Any] = {
        "weekdays": Choices(
            _("Days"), tuple(weekday_names().items()), hint=_("Tick none if any day will do.")
        ),
        "part": Choice(_("Part of the day"), tuple(part_names().items()), default=ANY),
    }
    if len(places) > 1:
        fields["place"] = Choice(_("At which place?"), ((ANY, _("Any place")), *places), default=ANY)
    fields |= {
        "earliest": DateParts(_("Not before")),
        "latest": DateParts(_("Not after"), hint=_("Leave it empty to wait up to 180 days.")),
        "given": Line(_("First name"), most=NAME_LENGTH, needed=_("enter it as on your papers.")),
        "family": Line(_("Last name"), most=NAME_LENGTH),
        "one_name": Tick(_("One name only")),
        "birth_date": DateParts(
            _("Birth date"),
            needed=_("enter month, day and year."),
            past=today,
            hint=_("For example 4 27 1985"),
        ),
        "email": Line(_("Email"), email_check, most=254),
        "phone": PhoneLine(_("Phone"), phone_check, most=40),
    }
    made = type("WaitingFormOfPage", (WaitingForm,), {**fields, "today": today, "rules": rules})
    form: WaitingForm = made(formdata=typed)
    return form
