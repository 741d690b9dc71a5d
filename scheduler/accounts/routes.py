"""Pages: /sign-in, /sign-out, /sign-in/forgot, and where a password is set: /invitation/<token>, /sign-in/reset/<token>."""

from __future__ import annotations

import time

from flask import Blueprint, flash, redirect, render_template, request
from flask_login import current_user
from sqlalchemy import select
from werkzeug.wrappers import Response

from scheduler import audit, clock
from scheduler.accounts import links, passwords, session, users
from scheduler.accounts.forms import HOME, ForgotForm, NewPasswordForm, SignInForm, own_path
from scheduler.accounts.throttle import Throttle
from scheduler.db import snapshot, transaction
from scheduler.errors import InvalidInput, TooMany
from scheduler.models import User
from scheduler.web import current_settings
from scheduler.web.access import PUBLIC, TOKEN, allow
from scheduler.web.headers import private_page

blueprint = Blueprint("accounts", __name__)

_NO_MATCH = "Email or password: these don't match a sign-in. Check both and try again."
_CHANGED = "Your password is changed, and you are signed out everywhere. Sign in with the new one."
_per_person = Throttle(limit=8, span=15 * clock.MINUTE)
_per_address = Throttle(limit=60, span=15 * clock.MINUTE)
_asks_per_person = Throttle(limit=3, span=clock.HOUR)
_asks_per_address = Throttle(limit=20, span=clock.HOUR)
ANSWER_SECONDS = 0.3

Answer = str | Response | tuple[str, int] | tuple[str, int, dict[str, str]]


@blueprint.get("/sign-in")
@allow(PUBLIC)
@private_page
def sign_in() -> Answer:
    """The sign-in form; who is signed in already goes on."""
    wanted = own_path(request.args.get("next"))
    if current_user.is_authenticated:
        return redirect(wanted, 303)
    return _sign_in_page(SignInForm(next=wanted))


@blueprint.post("/sign-in")
@allow(PUBLIC)
@private_page
def sign_in_now() -> Answer:
    """Check email and password, slowly for whoever guesses."""
    form = SignInForm()
    if not form.validate():
        return _sign_in_page(form), 400
    try:
        user = _checked_user(form.email.data or "", form.password.data or "", request.remote_addr or "")
    except TooMany as error:
        form.password.errors = [error.sentence]
        return _sign_in_page(form), error.status, {"Retry-After": str(error.retry_after)}
    if user is None:
        form.password.errors = [_NO_MATCH]
        return _sign_in_page(form), 400
    session.begin(user)
    return redirect(own_path(form.next.data), 303)


@blueprint.post("/sign-out")
@allow(PUBLIC)
def sign_out() -> Response:
    """Sign this browser out. Anybody may: without a session nothing happens."""
    session.end()
    return redirect("/", 303)


@blueprint.get("/sign-in/forgot")
@allow(PUBLIC)
@private_page
def forgot() -> Answer:
    """The form that asks for a link to choose a new password, or what follows it."""
    return render_template("accounts/forgot.html", form=ForgotForm(), sent=request.args.get("sent") == "1")


@blueprint.post("/sign-in/forgot")
@allow(PUBLIC)
@private_page
def forgot_now() -> Answer:
    """Mail the link when somebody signs in with the address; the answer never tells whether."""
    began, form = time.perf_counter(), ForgotForm()
    if not form.validate():
        return render_template("accounts/forgot.html", form=form), 400
    try:
        _ask_reset(form.email.data or "", request.remote_addr or "")
    except TooMany as error:
        form.email.errors = [error.sentence]
        page = render_template("accounts/forgot.html", form=form)
        return page, error.status, {"Retry-After": str(error.retry_after)}
    # as long for an address that nobody has: what is written for a known one must not show
    time.sleep(max(0.0, began + ANSWER_SECONDS - time.perf_counter()))
    return redirect("/sign-in/forgot?sent=1", 303)


@blueprint.get("/sign-in/reset/<token>")
@allow(TOKEN)
@private_page
def reset(token: str) -> Answer:
    """The form for a new password. Changes nothing: mail scanners open links."""
    return _password_page(links.RESET, token, NewPasswordForm())


@blueprint.post("/sign-in/reset/<token>")
@allow(TOKEN)
@private_page
def reset_now(token: str) -> Answer:
    """Set the new password: every session ends, and the person signs in with it."""
    form = NewPasswordForm()
    try:
        user_id = _choose(links.RESET, token, form.password.data or "", clock.now())
    except InvalidInput as error:
        form.password.errors = [error.sentence]
        return _password_page(links.RESET, token, form)
    if user_id is None:
        return _ended(links.RESET)
    session.end()
    flash(_CHANGED, "ok")
    return redirect("/sign-in", 303)


@blueprint.get("/invitation/<token>")
@allow(TOKEN)
@private_page
def invitation(token: str) -> Answer:
    """The form for a first password. Changes nothing: mail scanners open links."""
    return _password_page(links.INVITATION, token, NewPasswordForm())


@blueprint.post("/invitation/<token>")
@allow(TOKEN)
@private_page
def accept_invitation(token: str) -> Answer:
    """Set the password and sign in."""
    form = NewPasswordForm()
    try:
        user_id = _choose(links.INVITATION, token, form.password.data or "", clock.now())
    except InvalidInput as error:
        form.password.errors = [error.sentence]
        return _password_page(links.INVITATION, token, form)
    user_now = session.signed_in(user_id) if user_id is not None else None
    if user_now is None:
        return _ended(links.INVITATION)
    session.begin(user_now)
    return redirect(HOME, 303)


class _Self:
    """A user acting on their own account before there is a session."""

    kind = "user"

    def __init__(self, user_id: str | None) -> None:
        self.user_id = user_id


_ANYBODY = _Self(None)


def _sign_in_page(form: SignInForm) -> str:
    return render_template("accounts/sign_in.html", form=form)


def _password_page(purpose: str, token: str, form: NewPasswordForm) -> Answer:
    with snapshot() as db_session:
        user = links.find(db_session, current_settings().secret, purpose, token, clock.now())
        if user is None:
            return _ended(purpose)
        page = render_template(
            "accounts/password.html", form=form, reset=purpose == links.RESET, email=user.email
        )
    return page, 400 if form.errors else 200


def _ended(purpose: str) -> tuple[str, int]:
    return render_template("accounts/link_ended.html", reset=purpose == links.RESET), 404


def _choose(purpose: str, token: str, password: str, now: int) -> str | None:
    """The id of the user whose password is now set; None when the link is no longer one. Raises InvalidInput."""
    secret = current_settings().secret
    with snapshot() as db_session:
        user = links.find(db_session, secret, purpose, token, now)
        if user is None:
            return None
        passwords.check_password(password, email=user.email, name=user.name)
    hashed = passwords.hash_password(password)
    with transaction() as db_session:
        user = links.find(db_session, secret, purpose, token, now, lock=True)
        if user is None:
            return None
        users.set_password(
            db_session, by=_Self(user.id), now=now, user=user, password=password, hashed=hashed
        )
        return user.id


def _ask_reset(email: str, address: str) -> None:
    """Mail the link to whoever signs in with the address. Raises TooMany, for a known and an unknown one alike."""
    now, wanted = clock.now(), email.strip().lower()
    _asks_per_address.take([address], now)
    _asks_per_person.take([wanted], now)
    with transaction() as db_session:
        user = db_session.scalar(select(User).where(User.email == wanted, User.active).with_for_update())
        if user is not None:
            users.ask_reset(db_session, by=_ANYBODY, now=now, user=user)


def _checked_user(email: str, password: str, address: str) -> session.SignedIn | None:
    """The user with this email and password; None when there is none. Raises TooMany."""
    now = clock.now()
    wanted = email.strip().lower()
    _per_address.take([address], now)
    _per_person.take([address, wanted], now)
    with snapshot() as db_session:
        found = db_session.execute(
            select(User.id, User.password_hash).where(User.email == wanted, User.active)
        ).one_or_none()
    if not passwords.password_fits(found.password_hash if found else None, password) or found is None:
        return None
    _per_person.forget([address, wanted])
    _per_address.give_back([address])
    _note_sign_in(found.id, found.password_hash, password, now)
    return session.signed_in(found.id)


def _note_sign_in(user_id: str, password_hash: str, password: str, now: int) -> None:
    renewed = passwords.hash_password(password) if passwords.is_outdated(password_hash) else None
    with transaction() as db_session:
        row = db_session.get_one(User, user_id)
        row.signed_in_at = now
        if renewed is not None and row.password_hash == password_hash:
            row.password_hash = renewed
        audit.record(
            db_session,
            organization_id=row.organization_id,
            at=now,
            by=_Self(row.id),
            action="sign-in",
            object_kind="user",
            object_id=row.id,
        )
