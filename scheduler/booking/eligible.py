"""The check of who comes, whichever page they came from, and its words: one sentence for each rule that speaks against it."""

from __future__ import annotations

from datetime import date

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from scheduler.availability.zones import zone as zone_of
from scheduler.booking.details import Details
from scheduler.booking.documents import listed
from scheduler.booking.eligibility import (
    AGE,
    INSURANCE,
    REFERRAL,
    SEEN,
    WAYS_TO_PAY,
    Applicant,
    Rules,
    age_rules,
    days_for,
    misfits,
    rules_of_types,
)
from scheduler.errors import InvalidInput, NotEligible
from scheduler.models import Appointment, AppointmentType

FIELD_OF = {SEEN: "seen", AGE: "birth_date", REFERRAL: "referral_number", INSURANCE: "insurance"}
"""The field of the details form at which each rule is said."""

WHO = "who"
"""What the front desk names to set these rules aside."""


def day_of(start: int, zone: str) -> date:
    """The local date of a start (epoch seconds) in a zone: the day on which ages count."""
    return date.fromordinal(zone_of(zone).day(start))


def check_who(
    session: Session,
    kind: AppointmentType,
    appointment: Appointment,
    details: Details,
    *,
    staff: bool,
    handed_in: str | None = None,
) -> None:
    """Whether the visit is for who comes, by the type's rules as they are now; who books for somebody else has to have
    said that they may, unless ``staff`` write it down for them. ``handed_in``: the visit behind which the files stand, where
    it is another one of the same act. Raises InvalidInput naming the fields."""
    rules = rules_of_types(session, [kind])[kind.id]
    has_document = bool(rules.referral) and any(
        one.question_id is None for one in listed(session, handed_in or appointment.id)
    )
    day = day_of(appointment.starts_at, appointment.zone)
    problems = {
        FIELD_OF[code]: f"{field_label(code)}: {refusal(rules, code)}"
        for code in misfits(rules, applicant_of(details, has_document=has_document), day)
    }
    if rules.ages and not details.birth_date:
        problems["birth_date"] = _("Birth date: enter month, day and year.")
    if rules.insurance and not staff and details.insurance not in WAYS_TO_PAY:
        problems["insurance"] = _("Insurance: choose one.")
    if details.for_whom != "me" and not details.consent and not staff:
        problems["consent"] = _("Your consent: tick the box to book for somebody else.")
    if problems:
        raise InvalidInput(problems)


def check_day(kind: AppointmentType, birth_date: str | None, start: int, zone: str) -> None:
    """Whether a visit that gets another start (epoch seconds) is still for who comes on that day, by the type's rules as they
    are now. Of these, only the age depends on the day; the others were decided when the visit was booked. ``birth_date``:
    ISO, None or "" when it is not known. Raises NotEligible with the rule as its sentence."""
    rules = age_rules(kind)
    first, end = days_for(rules, birth_date)
    if not first <= day_of(start, zone) < end:
        raise NotEligible(age_sentence(rules), field=FIELD_OF[AGE])


def age_sentence(rules: Rules) -> str:
    """For which ages a type is, as a whole sentence."""
    return f"{field_label(AGE)}: {age_refusal(rules)}"


def applicant_of(details: Details, *, has_document: bool) -> Applicant:
    """Who comes, as far as their details say."""
    return Applicant(
        born=date.fromisoformat(details.birth_date) if details.birth_date else None,
        referral=has_document or bool(details.referral_number.strip()),
        insured=details.insurance or None,
        plan_id=details.insurance_plan_id,
    )


def field_label(code: str) -> str:
    """What the field is called at which a rule is said."""
    labels: dict[str, str] = {
        SEEN: _("Seen here before"),
        AGE: _("Birth date"),
        REFERRAL: _("Referral"),
        INSURANCE: _("Insurance"),
    }
    return labels[code]


def refusal(rules: Rules, code: str) -> str:
    """What to say at the field where ``misfits`` names ``code``, behind the field's name."""
    if code == AGE:
        return age_refusal(rules)
    said: dict[str, str] = {
        SEEN: _("this visit is for people who have."),
        REFERRAL: _("this visit needs one. Enter its number, or add the document."),
        INSURANCE: _("this visit is only for people with one of the plans in the list."),
    }
    return said[code]


def age_refusal(rules: Rules) -> str:
    """For which ages a type is, as the end of a sentence."""
    low, high = rules.minimum_age or 0, rules.maximum_age
    if high is None:
        return str(_("this visit is for people who are %(low)s or older on its day.", low=low))
    if low == high:
        return str(_("this visit is for people who are %(age)s years old on its day.", age=low))
    return str(_("this visit is for ages %(low)s to %(high)s on its day.", low=low, high=high))
