"""Forms of the people's pages. What is right is for the services to say; here is only what can be typed."""

from __future__ import annotations

from collections.abc import Mapping

from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    SearchField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Optional, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from scheduler.catalog import coded
from scheduler.console.profile_forms import GenderField, LanguagesField
from scheduler.console.profiles import ROLE_WORDS

SPECIALTIES = {"": "Choose one"} | dict(sorted(coded.SPECIALTIES.items(), key=lambda item: item[1]))
_PLAIN = {"spellcheck": "false", "autocomplete": "off"}
_EMAIL = {"type": "email", "inputmode": "email", **_PLAIN}


def _ticks(label: str, choices: Mapping[str, str]) -> SelectMultipleField:
    return SelectMultipleField(
        label, choices=dict(choices), widget=ListWidget(prefix_label=False), option_widget=CheckboxInput()
    )


class SearchForm(FlaskForm):  # type: ignore[misc]  # flask-wtf ships no types
    """Part of a name, an address or an NPI."""

    q = SearchField("Name, email or NPI", render_kw=_PLAIN)


class _Names(FlaskForm):  # type: ignore[misc]  # flask-wtf ships no types
    display_name = StringField(
        "Name",
        validators=[InputRequired("Name: enter it as patients should read it.")],
        description="As patients read it, such as Dr. Maya Chen.",
    )
    prefix = StringField("Title", description="Such as Dr.")
    given = StringField("First name")
    family = StringField("Last name")
    suffix = StringField("Letters", description="Such as MD.")
    npi = StringField("NPI", description="Ten digits. Finders list clinicians by it.", render_kw=_PLAIN)
    languages = LanguagesField("Languages", description="Spoken with patients, with commas between.")


class PractitionerForm(_Names):
    """A practitioner, without the places where they work."""

    gender = GenderField()
    phone = StringField("Phone", render_kw={"inputmode": "tel"})
    email = StringField("Public email", render_kw=_EMAIL)
    about = TextAreaField("About", description="A few sentences for their page.")
    slug = StringField(
        "Link", description="The word of their page's address. The old one goes on working.", render_kw=_PLAIN
    )
    version = HiddenField()


class _Role(FlaskForm):  # type: ignore[misc]  # flask-wtf ships no types
    location_id = SelectField("Place", validators=[InputRequired("Place: choose one of the list.")])
    specialty_code = SelectField(
        "Specialty",
        choices=SPECIALTIES,
        validators=[InputRequired("Specialty: choose one of the list.")],
    )
    title = StringField("Title there", description="What patients read instead of the specialty.")


class RoleForm(_Role):
    """A practitioner at a place."""

    phone = StringField("Phone there", render_kw={"inputmode": "tel"})
    period_start = DateField("From", validators=[Optional()])
    period_end = DateField("Until", validators=[Optional()])
    active = BooleanField("Works here")
    version = HiddenField()


class ClinicianForm(_Names, _Role):
    """A new clinician: who, where, and the address that an invitation goes to."""

    invite = BooleanField("Invite them to sign in", default=True)
    email = StringField(
        "Email", description="Where the invitation goes, and what they sign in with.", render_kw=_EMAIL
    )
    also = _ticks("They are also", {role: ROLE_WORDS[role] for role in ("admin", "front-desk")})

    def validate_email(self, field: StringField) -> None:
        """Raises ValidationError when an invitation has nowhere to go."""
        if self.invite.data and not (field.data or "").strip():
            raise ValidationError(
                "Email: enter the address that the invitation goes to, or don't invite them."
            )


class UserForm(FlaskForm):  # type: ignore[misc]  # flask-wtf ships no types
    """Somebody who signs in."""

    name = StringField("Name")
    email = StringField("Email", description="What they sign in with.", render_kw=_EMAIL)
    roles = _ticks("What they may do", ROLE_WORDS)
    practitioner_id = SelectField("Which clinician they are")
    seen = HiddenField()
