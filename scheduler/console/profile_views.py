"""Views of the profile: what a person changes about themselves."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response

from scheduler import accounts, catalog, clock
from scheduler.accounts import changing, users
from scheduler.accounts import session as sessions
from scheduler.catalog import photos
from scheduler.console import profiles
from scheduler.console.common import Answer, by_me, me, toast
from scheduler.console.profile_forms import ChoicesForm, PageForm, PasswordForm, PhotoForm
from scheduler.console.refusals import conflict, refuse, whole
from scheduler.db import transaction
from scheduler.errors import EditConflict, InvalidInput, TooMany
from scheduler.web.access import SIGNED_IN, allow
from scheduler.web.border import takes_file
from scheduler.web.headers import private_page

# so much is read that a photo which is too large is refused with a sentence, beside the rest of the page
_READ_BYTES = 3 * photos.MAX_BYTES


@allow(SIGNED_IN)
@private_page
def profile() -> Answer:
    """The person's own page, photo, mails, keys and password."""
    return _page()


@allow(SIGNED_IN)
@private_page
def save_page() -> Answer:
    """Change what patients read about the clinician that the person is."""
    practitioner_id, form = profiles.own_practitioner(me()), PageForm()
    if not form.validate():
        return _page(page=form), 400
    values = {name: form[name].data or "" for name in ("display_name", "about", "video_url", "gender")}
    try:
        with transaction() as session:
            catalog.edit_practitioner(
                session,
                by=by_me(),
                now=clock.now(),
                practitioner_id=practitioner_id,
                version=whole(form.version.data),
                languages=form.languages.codes,
                **values,
            )
    except InvalidInput as error:
        refuse(form, error)
        return _page(page=form), error.status
    except EditConflict as error:
        return _page(page=form, late=True), error.status
    return _done("Your page is saved.")


@allow(SIGNED_IN)
@private_page
@takes_file(_READ_BYTES)
def save_photo() -> Answer:
    """Take a picture, make it small, show it on the person's page."""
    practitioner_id, form = profiles.own_practitioner(me()), PhotoForm()
    if not form.validate():
        return _page(photo=form), 400
    try:
        body = photos.make_small(form.photo.data.read(photos.MAX_BYTES + 1) if form.photo.data else b"")
    except InvalidInput as error:
        refuse(form, error)
        return _page(photo=form), error.status
    with transaction() as session:
        photos.set_photo(session, by=by_me(), now=clock.now(), practitioner_id=practitioner_id, body=body)
    return _done("Your photo is on your page.")


@allow(SIGNED_IN)
@private_page
def remove_photo() -> Answer:
    """Take the picture away."""
    practitioner_id = profiles.own_practitioner(me())
    with transaction() as session:
        photos.remove_photo(session, by=by_me(), now=clock.now(), practitioner_id=practitioner_id)
    return _done("Your photo is removed.")


@allow(SIGNED_IN)
@private_page
def save_choices() -> Answer:
    """Change which mails the person gets and whether keys work."""
    form = ChoicesForm()
    if not form.validate():
        return _page(choices=form), 400
    with transaction() as session:
        user = users.find_user(session, me().id, me().organization_id)
        wanted = {name: form[name].data for name in (*users.NEWS, "shortcuts")}
        users.set_own_choices(session, by=by_me(), now=clock.now(), user=user, **wanted)
    return _done("Your choices are saved.")


@allow(SIGNED_IN)
@private_page
def change_password() -> Answer:
    """Change the password; only this browser stays signed in."""
    form, person = PasswordForm(), me()
    if not form.validate():
        return _page(password=form), 400
    try:
        changing.change_password(
            person, present=form.present.data or "", password=form.password.data or "", now=clock.now()
        )
    except TooMany as error:
        form.present.errors = [error.sentence]
        return _page(password=form), error.status
    except InvalidInput as error:
        refuse(form, error)
        return _page(password=form), error.status
    again = sessions.signed_in(person.id)
    if again is not None:
        sessions.begin(again)
    return _done("Your password is changed. Other browsers are signed out.")


@allow(SIGNED_IN)
@private_page
def sign_out_everywhere() -> Answer:
    """End every session of the person, this one too."""
    with transaction() as session:
        user = users.find_user(session, me().id, me().organization_id)
        accounts.end_sessions(session, by=by_me(), now=clock.now(), user=user)
    sessions.end()
    flash("You are signed out everywhere.", "ok")
    return redirect("/sign-in", 303)


def _done(sentence: str) -> Response:
    toast(sentence)
    return redirect("/console/profile", 303)


def _page(*, late: bool = False, **given: FlaskForm) -> str:
    """The page with the one form that was sent, as it was sent; ``late``: somebody else saved meanwhile."""
    page = profiles.profile_page(me())
    fields: dict[str, Any] = page.clinician.fields if page.clinician else {}
    forms: dict[str, FlaskForm] = {
        "page": PageForm(formdata=None, **fields),
        "photo": PhotoForm(formdata=None),
        "choices": ChoicesForm(formdata=None, **page.choices),
        "password": PasswordForm(formdata=None),
    } | given
    meanwhile = conflict(forms["page"], fields) if late else None
    if page.clinician and not forms["page"].errors:
        forms["page"].version.data = str(page.clinician.version)
    return render_template(
        "console/profile.html", me=page, forms=forms, meanwhile=meanwhile, most=photos.MAX_BYTES
    )
