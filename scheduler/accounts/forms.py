"""Forms of sign-in and of setting a password, and where a sign-in may lead."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import Email, InputRequired, Length

from scheduler.accounts.passwords import MAX_LENGTH
from scheduler.web import origin

HOME = "/console"
_MAX_ADDRESS = 254


class SignInForm(FlaskForm):  # type: ignore[misc]  # flask-wtf ships no types
    """Email and password."""

    email = StringField(
        "Email",
        validators=[
            InputRequired("Email: enter the address you sign in with."),
            Length(max=_MAX_ADDRESS, message=f"Email: use at most {_MAX_ADDRESS} characters."),
        ],
        render_kw={"autocomplete": "username", "type": "email", "inputmode": "email", "spellcheck": "false"},
    )
    password = PasswordField(
        "Password",
        validators=[
            InputRequired("Password: enter your password."),
            Length(max=MAX_LENGTH, message=f"Password: use at most {MAX_LENGTH} characters."),
        ],
        render_kw={"autocomplete": "current-password"},
    )
    next = HiddenField()


class ForgotForm(FlaskForm):  # type: ignore[misc]  # flask-wtf ships no types
    """Whose password is forgotten."""

    email = StringField(
        "Email",
        validators=[
            InputRequired("Email: enter the address you sign in with."),
            Length(max=_MAX_ADDRESS, message=f"Email: use at most {_MAX_ADDRESS} characters."),
            Email("Email: enter an address such as name@example.org."),
        ],
        filters=[lambda typed: typed.strip() if typed else typed],
        render_kw={"autocomplete": "username", "type": "email", "inputmode": "email", "spellcheck": "false"},
    )


class NewPasswordForm(FlaskForm):  # type: ignore[misc]  # flask-wtf ships no types
    """A new password, typed once: managers and "show" make a second field needless."""

    password = PasswordField(
        "Password",
        validators=[InputRequired("Password: choose a password.")],
        render_kw={"autocomplete": "new-password"},
    )


def own_path(wanted: str | None) -> str:
    """``wanted`` when it is a path of ours, else the console: a sign-in never leads to another site."""
    return origin.own_path(wanted, HOME)
