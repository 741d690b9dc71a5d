"""Pages: /sign-in, /sign-out, /invitation/<token>."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request
from flask_login import current_user
from sqlalchemy import select
from werkzeug.wrappers import Response

from scheduler import audit, clock
from scheduler.accounts import passwords, session, users
from scheduler.accounts.forms import HOME, InvitationForm, SignInForm, own_path
from scheduler.accounts.throttle import Throttle
from scheduler.db import snapshot, transaction
from scheduler.errors import InvalidInput, TooMany
from scheduler.models import User
from scheduler.web.access import PUBLIC, TOKEN, allow
from scheduler.web.headers import private_page

blueprint = Blueprint("accounts", __name__)

_NO_MATCH = "Email or password: these don't match a sign-in. Check both and try again."
_NO_INVITATION = "This invitation has been used or has ended."
_per_person = Throttle(limit=8, span=15 * clock.MINUTE)
_per_address = Throttle(limit=60, span=15 * clock.MINUTE)

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


@blueprint.get("/invitation/<token>")
@allow(TOKEN)
@private_page
def invitation(token: str) -> Answer:
    """The form for a first password. Changes nothing: mail scanners open links."""
    with snapshot() as db_session:
        user = users.find_invited(db_session, token, clock.now())
        if user is None:
            return render_template("accounts/no_invitation.html", sentence=_NO_INVITATION), 404
        return render_template(
            "accounts/invitation.html", form=InvitationForm(), token=token, email=user.email
        )


@blueprint.post("/invitation/<token>")
@allow(TOKEN)
@private_page
def accept_invitation(token: str) -> Answer:
    """Set the password and sign in."""
    form = InvitationForm()
    now = clock.now()
    try:
        user_id = _accept(token, form.password.data or "", now)
    except InvalidInput as error:
        form.password.errors = [error.sentence]
        with snapshot() as db_session:
            user = users.find_invited(db_session, token, now)
            email = user.email if user is not None else ""
        return render_template("accounts/invitation.html", form=form, token=token, email=email), 400
    user_now = session.signed_in(user_id) if user_id is not None else None
    if user_now is None:
        return render_template("accounts/no_invitation.html", sentence=_NO_INVITATION), 404
    session.begin(user_now)
    return redirect(HOME, 303)


class _Self:
    """A user acting on their own account before there is a session."""

    kind = "user"

    def __init__(self, user_id: str | None) -> None:
        self.user_id = user_id


def _sign_in_page(form: SignInForm) -> str:
    return render_template("accounts/sign_in.html", form=form)


def _accept(token: str, password: str, now: int) -> str | None:
    """The id of the user whose password is now set; None when the invitation is no longer one. Raises InvalidInput."""
    with snapshot() as db_session:
        user = users.find_invited(db_session, token, now)
        if user is None:
            return None
        passwords.check_password(password, email=user.email, name=user.name)
    hashed = passwords.hash_password(password)
    with transaction() as db_session:
        user = users.find_invited(db_session, token, now, lock=True)
        if user is None:
            return None
        users.set_password(
            db_session, by=_Self(user.id), now=now, user=user, password=password, hashed=hashed
        )
        return user.id


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
