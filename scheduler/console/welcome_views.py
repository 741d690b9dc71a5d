"""The first page of an installation, ``/welcome/<token>``: name the clinic, and be its first administrator."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template
from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField

from scheduler import accounts, catalog, clock
from scheduler.accounts import session, users, welcome
from scheduler.booking import SYSTEM
from scheduler.catalog import parse
from scheduler.console.common import Answer
from scheduler.db import snapshot, transaction
from scheduler.errors import InvalidInput
from scheduler.web import current_settings
from scheduler.web.access import TOKEN, allow
from scheduler.web.headers import private_page

blueprint = Blueprint("welcome", __name__)


class WelcomeForm(FlaskForm):  # type: ignore[misc]  # flask-wtf ships no types
    """The clinic's name, and who runs it."""

    clinic = StringField("Clinic's name", render_kw={"autocomplete": "organization"})
    name = StringField("Your name", render_kw={"autocomplete": "name"})
    email = StringField(
        "Email", render_kw={"autocomplete": "username", "type": "email", "spellcheck": "false"}
    )
    password = PasswordField("Password", render_kw={"autocomplete": "new-password"})


@blueprint.get("/welcome/<token>")
@allow(TOKEN)
@private_page
def form(token: str) -> Answer:
    """The form; changes nothing."""
    with snapshot() as db_session:
        if not welcome.welcomes(db_session, current_settings().secret, token):
            return render_template("accounts/no_welcome.html"), 404
    return render_template("accounts/welcome.html", form=WelcomeForm(formdata=None), token=token)


@blueprint.post("/welcome/<token>")
@allow(TOKEN)
@private_page
def begin(token: str) -> Answer:
    """Make the clinic and its first administrator, sign them in, and lead to Setup."""
    typed = WelcomeForm()
    try:
        user_id = _begin(token, typed, clock.now())
    except InvalidInput as error:
        for field, sentence in error.problems.items():
            typed[field].errors = [sentence]
        return render_template("accounts/welcome.html", form=typed, token=token), 400
    user = session.signed_in(user_id) if user_id is not None else None
    if user is None:
        return render_template("accounts/no_welcome.html"), 404
    session.begin(user)
    return redirect("/console/setup", 303)


def _begin(token: str, typed: WelcomeForm, now: int) -> str | None:
    """The id of the first administrator; None when the link opens nothing (any more). Raises InvalidInput."""
    secret, password = current_settings().secret, typed.password.data or ""
    with snapshot() as db_session:
        if not welcome.welcomes(db_session, secret, token):
            return None
    clinic, name, email = _checked(typed)
    hashed = accounts.hash_password(password)  # slow, so outside the transaction
    with transaction() as db_session:
        if not welcome.welcomes(db_session, secret, token, lock=True):
            return None
        owner = catalog.add_organization(db_session, by=SYSTEM, now=now, name=clinic)
        user = accounts.add_user_with_password(
            db_session,
            by=SYSTEM,
            now=now,
            organization_id=owner.id,
            email=email,
            name=name,
            roles=["admin"],
            password=password,
            hashed=hashed,
        )
        return user.id


def _checked(typed: WelcomeForm) -> tuple[str, str, str]:
    """Clinic, name and email as they are kept. Raises InvalidInput with all that is wrong at once."""
    problems: dict[str, str] = {}
    kept = {"clinic": "", "name": "", "email": ""}
    for field in ("clinic", "name"):
        try:
            kept[field] = parse.name(typed[field].data or "")
        except ValueError as error:
            problems[field] = f"{typed[field].label.text}: {error}"
    try:
        kept["email"] = users.checked_email(typed.email.data or "")
    except InvalidInput as error:
        problems |= error.problems
    try:
        accounts.check_password(typed.password.data or "", email=kept["email"], name=kept["name"])
    except InvalidInput as error:
        problems |= error.problems
    if problems:
        raise InvalidInput(problems)
    return kept["clinic"], kept["name"], kept["email"]
