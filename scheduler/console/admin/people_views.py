"""Views of people: the list, the flow that adds a clinician, and people who sign in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import redirect, render_template, request
from flask import session as browser
from werkzeug.wrappers import Response

from scheduler import accounts, catalog, clock
from scheduler.accounts import links, users
from scheduler.catalog import Invited
from scheduler.console.admin import people
from scheduler.console.admin.people_forms import ClinicianForm, SearchForm, UserForm
from scheduler.console.common import Answer, by_me, me, toast
from scheduler.console.profiles import ROLE_WORDS
from scheduler.console.refusals import Conflict, conflict, refuse
from scheduler.db import snapshot, transaction
from scheduler.errors import Conflict as Refused
from scheduler.errors import EditConflict, InvalidInput
from scheduler.models import User
from scheduler.web import current_settings
from scheduler.web.headers import private_page

_SHOW_LINK = "invited"


@private_page
def people_list() -> Answer:
    """Everybody, or by POST those whose name, address or NPI holds what was typed."""
    form = SearchForm()
    wanted = (form.q.data or "")[:200] if request.method == "POST" else ""
    rows, count = people.people_page(me().organization_id, clock.now(), wanted)
    return render_template(
        "admin/people.html", form=form, rows=rows, count=count, wanted=wanted, roles=ROLE_WORDS
    )


@private_page
def new_clinician() -> Answer:
    """The form that adds a clinician."""
    return _clinician_page(_clinician_form(languages="English"))


@private_page
def add_clinician() -> Answer:
    """Add a practitioner, where they work and their sign-in, all or nothing."""
    form = _clinician_form()
    if not form.validate():
        return _clinician_page(form), 400
    names = ("display_name", "prefix", "given", "family", "suffix", "npi")
    invited = Invited(form.email.data or "", ["clinician", *(form.also.data or [])])
    try:
        with transaction() as session:
            person, user = catalog.add_clinician(
                session,
                by=by_me(),
                now=clock.now(),
                organization_id=me().organization_id,
                location_id=form.location_id.data,
                role={"specialty_code": form.specialty_code.data, "title": form.title.data or ""},
                invited=invited if form.invite.data else None,
                languages=form.languages.codes,
                **{name: form[name].data or "" for name in names},
            )
    except InvalidInput as error:
        refuse(form, error)
        return _clinician_page(form), error.status
    toast(f"{person.display_name} is added." + (" The invitation is on its way." if user else ""))
    if user is None:
        return redirect(f"/admin/people/practitioners/{person.id}", 303)
    return _to_invited(user.id)


@private_page
def new_user() -> Answer:
    """The form that invites somebody; ``?practitioner=`` says which clinician they are."""
    form = _user_form(practitioner_id=request.args.get("practitioner", ""))
    if form.practitioner_id.data:
        form.roles.data = ["clinician"]
    return render_template("admin/user_new.html", form=form)


@private_page
def invite_user() -> Answer:
    """Invite somebody to sign in."""
    form = _user_form()
    if not form.validate():
        return render_template("admin/user_new.html", form=form), 400
    try:
        with transaction() as session:
            user, _ = accounts.invite(
                session,
                by=by_me(),
                now=clock.now(),
                organization_id=me().organization_id,
                mail=True,
                **_values(form),
            )
    except InvalidInput as error:
        refuse(form, _by_field(error))
        return render_template("admin/user_new.html", form=form), error.status
    toast(f"{user.name} is invited. The mail is on its way.")
    return _to_invited(user.id)


@private_page
def user(user_id: str) -> Answer:
    """Somebody who signs in, or is invited to."""
    return _user_page(user_id)


@private_page
def save_user(user_id: str) -> Answer:
    """Change name, address, roles, or which clinician somebody is."""
    people.user_page(me().organization_id, user_id, clock.now())
    form = _user_form()
    if not form.validate():
        return _user_page(user_id, form), 400
    try:
        with transaction() as session:
            row = users.find_user(session, user_id, me().organization_id)
            users.edit_user(
                session, by=by_me(), now=clock.now(), user=row, seen=form.seen.data or "", **_values(form)
            )
    except InvalidInput as error:
        refuse(form, _by_field(error))
        return _user_page(user_id, form), error.status
    except EditConflict as error:
        return _user_page(user_id, form, late=True), error.status
    return _done(user_id, "Saved.")


@private_page
def deactivate(user_id: str) -> Answer:
    """Let somebody sign in no more."""
    try:
        _act(user_id, users.set_active, active=False)
    except InvalidInput as error:
        toast(error.sentence, kind="error")
        return redirect(f"/admin/people/users/{user_id}", 303)
    toast(
        "They can't sign in any more.",
        undo=f"/admin/people/users/{user_id}/activate",
        undo_name="Undo the deactivation",
    )
    return redirect(f"/admin/people/users/{user_id}", 303)


@private_page
def activate(user_id: str) -> Answer:
    """Let somebody sign in again."""
    _act(user_id, users.set_active, active=True)
    return _done(user_id, "They can sign in again.")


@private_page
def send_invitation(user_id: str) -> Answer:
    """Send the invitation again, by a new link."""
    try:
        _act(user_id, users.invite_again)
    except Refused as error:
        toast(error.sentence, kind="warn")
        return redirect(f"/admin/people/users/{user_id}", 303)
    toast("A new invitation is on its way. The earlier link works no more.")
    return _to_invited(user_id)


@private_page
def sign_out(user_id: str) -> Answer:
    """Sign somebody out everywhere."""
    _act(user_id, accounts.end_sessions)
    return _done(user_id, "They are signed out everywhere.")


def _act(user_id: str, verb: Callable[..., object], **values: bool) -> None:
    with transaction() as session:
        row = users.find_user(session, user_id, me().organization_id)
        verb(session, by=by_me(), now=clock.now(), user=row, **values)


def _done(user_id: str, sentence: str) -> Response:
    toast(sentence)
    return redirect(f"/admin/people/users/{user_id}", 303)


def _to_invited(user_id: str) -> Response:
    """The user's page, which shows the link once where mail goes to a folder that they can't read."""
    if not current_settings().mail_url:
        browser[_SHOW_LINK] = user_id
    return redirect(f"/admin/people/users/{user_id}", 303)


def _user_page(user_id: str, form: UserForm | None = None, late: bool = False) -> str:
    login, seen = people.user_page(me().organization_id, user_id, clock.now())
    now: dict[str, Any] = {
        "name": login.name,
        "email": login.email,
        "roles": list(login.roles),
        "practitioner_id": login.practitioner_id or "",
    }
    form = form or _user_form(**now)
    meanwhile = _user_conflict(form, now) if late else None
    if not form.errors:
        form.seen.data = seen
    return render_template(
        "admin/user.html",
        form=form,
        person=login,
        meanwhile=meanwhile,
        link=_link(user_id),
        myself=user_id == me().id,
    )


def _user_conflict(form: UserForm, now: dict[str, Any]) -> Conflict:
    """In words: roles and the practitioner are codes in the form."""
    plain = conflict(form, {name: now[name] for name in ("name", "email")}).now
    if sorted(form.roles.data or []) != sorted(now["roles"]):
        plain += ((form.roles.label.text, ", ".join(ROLE_WORDS[role] for role in now["roles"])),)
    if (form.practitioner_id.data or "") != now["practitioner_id"]:
        names = people.practitioners(me().organization_id)
        plain += ((form.practitioner_id.label.text, names.get(now["practitioner_id"], "Nobody")),)
    return Conflict(plain)


def _link(user_id: str) -> str:
    """The invitation's address, the first time that the page is seen after inviting; else ""."""
    if browser.get(_SHOW_LINK) != user_id:
        return ""
    del browser[_SHOW_LINK]
    settings = current_settings()
    with snapshot() as session:
        token = links.token(settings.secret, links.INVITATION, session.get_one(User, user_id))
    return f"{settings.public_url}/invitation/{token}" if token else ""


def _clinician_form(**values: str) -> ClinicianForm:
    form = ClinicianForm(**values)
    form.location_id.choices = {"": "Choose one"} | people.places(me().organization_id)
    return form


def _clinician_page(form: ClinicianForm) -> str:
    return render_template("admin/clinician_new.html", form=form)


def _user_form(**values: object) -> UserForm:
    form = UserForm(**values)
    form.practitioner_id.choices = {"": "No clinician"} | people.practitioners(me().organization_id)
    return form


def _values(form: UserForm) -> dict[str, Any]:
    return {
        "name": form.name.data or "",
        "email": form.email.data or "",
        "roles": form.roles.data or [],
        "practitioner_id": form.practitioner_id.data or None,
    }


def _by_field(error: InvalidInput) -> InvalidInput:
    """The service's problem with the practitioner, by the name of the form's field."""
    return InvalidInput(
        {
            "practitioner_id" if field == "practitioner" else field: sentence
            for field, sentence in error.problems.items()
        }
    )
