"""Forms of the profile."""

from __future__ import annotations

from typing import Any

from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import BooleanField, HiddenField, PasswordField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, ValidationError

from scheduler.catalog import coded, languages


class LanguagesField(StringField):
    """Languages typed by name; ``codes`` are their codes once the form is validated."""

    codes: list[str]

    def pre_validate(self, form: object) -> None:
        """Raises ValidationError for a word that names no language."""
        try:
            self.codes = languages.codes_of(self.data or "")
        except ValueError as error:
            raise ValidationError(f"Languages: {error}") from None


class GenderField(SelectField):
    """A clinician's gender: nobody has to say it."""

    def __init__(self, label: str = "Gender", **options: Any) -> None:
        super().__init__(
            label,
            choices={"": "Not said"} | dict(coded.GENDERS),
            validate_choice=False,  # the catalog says what is right
            description="Shown to patients who ask for a woman or a man, and in finders.",
            **options,
        )


class PageForm(FlaskForm):  # type: ignore[misc]  # flask-wtf ships no types
    """What patients read about a clinician."""

    display_name = StringField("Name", description="As patients should read it, such as Dr. Maya Chen.")
    languages = LanguagesField("Languages", description="Those you speak with patients, with commas between.")
    gender = GenderField()
    about = TextAreaField("About you", description="A few sentences for your page.")
    video_url = StringField(
        "Video room link",
        description="Patients with a video visit get it with their booking. It starts with https://.",
        render_kw={"inputmode": "url", "spellcheck": "false"},
    )
    version = HiddenField()


class PhotoForm(FlaskForm):  # type: ignore[misc]  # flask-wtf ships no types
    """A picture from the person's device."""

    photo = FileField("Photo", render_kw={"accept": "image/png,image/jpeg,image/webp"})


class ChoicesForm(FlaskForm):  # type: ignore[misc]  # flask-wtf ships no types
    """Mails that somebody wants, and keys of the console."""

    tell_booked = BooleanField("A booking is new, or waits for approval")
    tell_moved = BooleanField("A booking is moved")
    tell_cancelled = BooleanField("A booking is cancelled")
    shortcuts = BooleanField("Keyboard shortcuts, such as / for Find and t for today")


class PasswordForm(FlaskForm):  # type: ignore[misc]  # flask-wtf ships no types
    """The present password and a new one."""

    present = PasswordField(
        "Present password",
        validators=[InputRequired("Present password: enter the one you sign in with now.")],
        render_kw={"autocomplete": "current-password"},
    )
    password = PasswordField(
        "New password",
        validators=[InputRequired("New password: choose one.")],
        render_kw={"autocomplete": "new-password"},
    )
