"""What a details form asks to see whether a visit is for who comes: birth date, referral, insurance, consent; in that order.

The rules are ``booking.eligibility``'s, so that the form and the booking give one verdict; here they get fields and words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _
from wtforms import Field

from scheduler.booking.documents import Attached
from scheduler.booking.eligibility import (
    ANYBODY,
    ASK,
    NOT_LISTED,
    ONLY,
    OPTIONAL,
    PLAN,
    REFERRAL,
    SELF,
    UNSURE,
    Applicant,
    Rules,
    misfits,
)
from scheduler.booking.eligible import FIELD_OF, refusal
from scheduler.intake.fields import Choice, Line, Pick, Tick, about
from scheduler.intake.files import Files
from scheduler.web.times import date_long

REFERRAL_NUMBER, REFERRAL_FILE, INSURED, CONSENT = "referral_number", "referral_file", "insurance", "consent"
FIELDS = (REFERRAL_NUMBER, INSURED, CONSENT)
SECOND = "second_"
"""What the names of the fields about the second of two relatives begin with."""
NUMBER_LENGTH = 60
MOST_RADIOS = 8


@dataclass(frozen=True, slots=True)
class Who:
    """Whom a type is for, asked of a visit on ``day`` (its local date). ``staff`` write down what they are told: they are
    asked for no consent, nothing must be answered, and what speaks against somebody is theirs to set aside."""

    rules: Rules = ANYBODY
    day: date = date.max
    staff: bool = False

    @property
    def age_first(self) -> bool:
        """Whether the birth date decides, so that it is asked before the name."""
        return self.rules.ages and not self.staff

    @property
    def referral(self) -> bool:
        return bool(self.rules.referral)

    @property
    def insurance(self) -> bool:
        return self.rules.insurance in (ASK, ONLY)


STAFF = Who(staff=True)


def eligibility_fields(
    asked: Who, attached: Sequence[Attached] | None, *, second: bool = False
) -> dict[str, Field]:
    """The fields that the type asks for, after the birth date's, of who comes, or of the ``second`` of two relatives.
    ``attached``: as for ``details_form``."""
    fields: dict[str, Any] = {}
    before = SECOND if second else ""
    if asked.referral:
        fields[before + REFERRAL_NUMBER] = Line(
            _("Their referral number") if second else _("Referral number"),
            most=NUMBER_LENGTH,
            hint=_("It stands on the letter of who sends you.")
            if asked.rules.referral == OPTIONAL
            else _("This visit needs a referral. Its number stands on the letter of who sends you."),
        )
        if attached is not None:
            fields[before + REFERRAL_FILE] = Files(
                _("Their referral document") if second else _("Referral document"),
                attached=attached,
                hint=_("Instead of the number, or with it."),
            )
    if asked.insurance:
        fields[before + INSURED] = _insurance(asked, _("Their insurance") if second else _("Insurance"))
    return fields


def consent_field() -> Field:
    """The tick of who books for somebody else."""
    return Tick(
        _("I may book for this person and give these details about them."),
        hint=_("For example as a parent, or because they asked you to."),
    )


def _insurance(asked: Who, label: str) -> Field:
    named = [(plan, plan.name) for plan in asked.rules.plans] if asked.staff else _plan_names(asked.rules)
    options = [(plan.id, name) for plan, name in named]
    options += [(NOT_LISTED, _("Not listed")), (SELF, _("Paying myself")), (UNSURE, _("Not sure"))]
    made = Choice if len(options) <= MOST_RADIOS else Pick
    needed = "" if asked.staff else _("choose one.")
    hint = "" if asked.staff else _insurance_hint(asked.rules)
    return made(label, options, needed=needed, hint=hint)


def _plan_names(rules: Rules) -> Sequence[tuple[Any, str]]:
    """Each plan with its words; where the dates differ, with its own."""
    if len({plan.accepted_on for plan in rules.plans}) < 2:
        return [(plan, plan.name) for plan in rules.plans]
    said = _("%(plan)s, accepted as of %(day)s")
    return [(plan, said % {"plan": plan.name, "day": date_long(plan.accepted_on)}) for plan in rules.plans]


def _insurance_hint(rules: Rules) -> str:
    days = {plan.accepted_on for plan in rules.plans}
    parts = [_("Accepted as of %(day)s.", day=date_long(min(days)))] if len(days) == 1 else []
    parts.append(
        _("This visit is only for people with one of these plans.")
        if rules.insurance == ONLY
        else _("Not sure about your plan? You can still book. Bring your card and the clinic will check.")
    )
    return " ".join(parts)


class EligibilityPart:
    """The part of a form that these rules are about, whose fields' names begin with ``before``; ``who`` is set by
    ``details_form``, ``misfit`` by ``validate``: what speaks against who comes (``eligibility.misfits``)."""

    before: str = ""
    who: Who = Who()
    misfit: tuple[str, ...] = ()

    def applicant(self) -> Applicant:
        """Who comes, as far as was answered; call it after ``validate``."""
        form: Any = self
        insured, plan_id = self.insured()
        asked = f"{self.before}seen"
        seen = form[asked].text if asked in form else ""
        return Applicant(
            seen={"yes": True, "no": False}.get(seen),
            born=form[f"{self.before}birth_date"].data,
            referral=(bool(self.number_given()) or bool(self.documents)) if self.who.referral else None,
            insured=insured or None,
            plan_id=plan_id,
        )

    def insured(self) -> tuple[str, str]:
        """How the visit is paid for (``WAYS_TO_PAY``, "" when nothing was answered) and the plan's id."""
        form: Any = self
        chosen = form[self.before + INSURED].text if self.before + INSURED in form else ""
        if self.who.rules.plan(chosen) is not None:
            return PLAN, chosen
        return (chosen, "") if chosen in (NOT_LISTED, SELF, UNSURE) else ("", "")

    @property
    def documents(self) -> tuple[str, ...]:
        """The names of the referral documents that were handed in."""
        form: Any = self
        name = self.before + REFERRAL_FILE
        return form[name].lines if name in form else ()

    def number_given(self) -> str:
        """The number of their referral, "" for none."""
        form: Any = self
        name = self.before + REFERRAL_NUMBER
        return str(form[name].text) if name in form else ""

    def plan_name(self) -> str:
        """The name of the plan that was chosen, "" for none."""
        plan = self.who.rules.plan(self.insured()[1])
        return plan.name if plan else ""

    def judge(self) -> None:
        """Say at the fields what speaks against who comes. Who needs another visit is asked for
        nothing more here; a referral that is missing may be at hand, and hides nothing."""
        form: Any = self
        found = misfits(self.who.rules, self.applicant(), self.who.day)
        if self.who.staff or not found:
            return
        self.misfit = found
        unfit = [code for code in found if code != REFERRAL]
        for code in found:
            asked_at = form[FIELD_OF[code]]
            if not asked_at.errors:
                asked_at.errors = [
                    about(asked_at, refusal(self.who.rules, code) + " " + _("See below what fits you."))
                ]
        if unfit:
            kept = {FIELD_OF[code] for code in unfit}
            for one in form:
                one.errors = one.errors if one.name in kept else []


def insurance_words(form: Any) -> str:
    """How the visit is paid for, as it was chosen."""
    field = form[form.before + INSURED]
    return str(dict(field.choices).get(field.text, ""))
