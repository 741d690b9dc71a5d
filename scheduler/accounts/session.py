"""Who is signed in: flask-login's user and its loader. A session names the user and the session version it began with;
raising the version (a new password, "sign out everywhere") ends all sessions at their next request."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask, session
from flask_login import LoginManager, login_user, logout_user
from sqlalchemy import select

from scheduler.db import snapshot
from scheduler.models import User, UserRole

_login = LoginManager()


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A signed-in user, as it was read for this request. Serves as ``by`` of services (``kind``, ``user_id``)."""

    id: str
    organization_id: str
    name: str
    email: str
    roles: frozenset[str]
    practitioner_id: str | None
    session_version: int
    shortcuts: bool = True

    kind = "user"
    is_authenticated = True
    is_active = True
    is_anonymous = False

    @property
    def user_id(self) -> str:
        return self.id

    def get_id(self) -> str:
        """What the session keeps: id and version."""
        return f"{self.id}.{self.session_version}"


def init_app(app: Flask) -> None:
    """Attach flask-login to the application."""
    _login.init_app(app)


@_login.user_loader  # type: ignore[untyped-decorator]  # flask-login ships no types
def load(kept: str) -> SignedIn | None:
    """The user whom a session names; None when it has ended or the user is no longer active."""
    user_id, _, version = kept.partition(".")
    found = signed_in(user_id)
    return found if found is not None and str(found.session_version) == version else None


def signed_in(user_id: str) -> SignedIn | None:
    """The active user with this id, as flask-login takes it."""
    with snapshot() as db_session:
        user = db_session.get(User, user_id)
        if user is None or not user.active:
            return None
        roles = db_session.scalars(select(UserRole.role).where(UserRole.user_id == user.id)).all()
        return SignedIn(
            id=user.id,
            organization_id=user.organization_id,
            name=user.name,
            email=user.email,
            roles=frozenset(roles),
            practitioner_id=user.practitioner_id,
            session_version=user.session_version,
            shortcuts=user.shortcuts,
        )


def begin(user: SignedIn) -> None:
    """Sign this browser in. What the session held before goes, its CSRF token too."""
    session.clear()
    session.permanent = True
    login_user(user)


def end() -> None:
    """Sign this browser out."""
    logout_user()
    session.clear()
