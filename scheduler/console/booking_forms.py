"""Forms on the pages of a booking: why it is cancelled, the clinic's note, where it moves."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import StringField, TextAreaField
from wtforms.validators import ValidationError

from scheduler.booking.change import MAX_REASON
from scheduler.booking.upkeep import MAX_MESSAGE, MAX_NOTE, clean_text
from scheduler.errors import InvalidInput


def _checked(field: TextAreaField, most: int) -> None:
    """The service's own check, so that a text is refused in the same words on the page. Raises ValidationError."""
    try:
        clean_text(field.data or "", field=field.name, label=field.label.text, most=most)
    except InvalidInput as error:
        raise ValidationError(error.sentence) from error


class CancelForm(FlaskForm):  # type: ignore[misc]  # flask-wtf ships no types
    """Why a booking is cancelled, and what the patient is told."""

    message = TextAreaField(
        "Message to the patient", description="They read it in the mail and on their page."
    )
    reason = TextAreaField("Reason", description="For the clinic's record. The patient doesn't see it.")

    def validate_message(self, field: TextAreaField) -> None:
        """Raises ValidationError for a text that is too long; a browser's ``maxlength`` would cut it in silence."""
        _checked(field, MAX_MESSAGE)

    def validate_reason(self, field: TextAreaField) -> None:
        """As above."""
        _checked(field, MAX_REASON)


class DeclineForm(FlaskForm):  # type: ignore[misc]
    """What the clinic writes to the patient whose request it declines."""

    message = TextAreaField(
        "Message to the patient",
        description="Why, and what they can do. They read it in the mail and on their page.",
    )

    def validate_message(self, field: TextAreaField) -> None:
        """As above."""
        _checked(field, MAX_MESSAGE)


class NoteForm(FlaskForm):  # type: ignore[misc]
    """The clinic's private note."""

    text = TextAreaField("Note", description="Only for the clinic. The patient never sees it.")

    def validate_text(self, field: TextAreaField) -> None:
        """As above."""
        _checked(field, MAX_NOTE)


class MoveForm(FlaskForm):  # type: ignore[misc]
    """Where a booking moves: a time of the list (``slot``), or a typed day and time."""

    slot = StringField("New time")
    day = StringField("Day")
    time = StringField("Time")
    schedule = StringField("With")
    overbook_reason = TextAreaField("Reason", description="For the clinic's record.")
    message = TextAreaField(
        "Message to the patient", description="They read it in the mail and on their page."
    )

    def validate_message(self, field: TextAreaField) -> None:
        """As above."""
        _checked(field, MAX_MESSAGE)

    def validate_overbook_reason(self, field: TextAreaField) -> None:
        """As above."""
        _checked(field, MAX_REASON)
