"""The part of a type's form that says whom it is for: ages, referral, insurance, wishes."""

from __future__ import annotations

from collections.abc import Mapping

from wtforms import BooleanField, SelectField, StringField

from scheduler.catalog.types import FIELDS

NUMBERS_OR_NONE = ("minimum_age", "maximum_age")
REFERRALS = {"": "Not asked", "optional": "Asked, may be left empty", "required": "Needed to book"}
INSURANCES = {"": "Not asked", "ask": "Asked, anybody may book", "only": "Only with a plan you accept"}
WORDS: Mapping[str, Mapping[str, str]] = {"referral": REFERRALS, "insurance": INSURANCES}
_AGE = {"inputmode": "numeric", "autocomplete": "off", "maxlength": "4"}


class WhoPart:
    """Fields of ``TypeForm``."""

    minimum_age = StringField(
        FIELDS["minimum_age"].label,
        description="In whole years on the day of the visit. Empty for no limit.",
        render_kw=_AGE,
    )
    maximum_age = StringField(
        FIELDS["maximum_age"].label, description="17 takes everybody until the 18th birthday.", render_kw=_AGE
    )
    referral = SelectField(
        FIELDS["referral"].label,
        choices=dict(REFERRALS),
        description="A letter from another clinician: patients give its number or a picture of it.",
    )
    insurance = SelectField(
        FIELDS["insurance"].label,
        choices=dict(INSURANCES),
        description="Patients choose from your plans, or say that theirs is not listed.",
    )
    wishes = BooleanField(
        "Patients may say whom they would rather see",
        description="On the page of a team: a woman or a man, and a language that the clinician speaks.",
    )
