"""Users: invited, given a password, signed out everywhere. All in the caller's transaction, all audited."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from scheduler import audit
from scheduler.accounts.passwords import check_password, hash_password
from scheduler.accounts.rights import ADMIN, CLINICIAN, ROLES
from scheduler.clock import DAY
from scheduler.errors import InvalidInput
from scheduler.models import Organization, Practitioner, User, UserRole

INVITATION_SECONDS = 7 * DAY
_MAX_NAME = 200


def invite(
    session: Session,
    *,
    by: audit.Actor,
    now: int,
    organization_id: str,
    email: str,
    name: str,
    roles: Collection[str],
    practitioner_id: str | None = None,
) -> tuple[User, str]:
    """Add a user who sets a password by an invitation link within 7 days. Returns the user and the link's token, which
    is kept nowhere: only its hash is. Inviting again somebody who has set no password makes the earlier link void.

    Raises InvalidInput (``email``, ``name``, ``roles``, ``practitioner``, ``organization``).
    """
    user = _put_user(session, now, organization_id, email, name, roles, practitioner_id)
    token = secrets.token_urlsafe(32)
    user.invitation_hash = token_hash(token)
    user.invitation_expires_at = now + INVITATION_SECONDS
    session.flush()
    _record(session, by, now, user, "invite", roles=sorted(roles))
    return user, token


def add_user_with_password(
    session: Session,
    *,
    by: audit.Actor,
    now: int,
    organization_id: str,
    email: str,
    name: str,
    roles: Collection[str],
    password: str,
    practitioner_id: str | None = None,
    hashed: str | None = None,
) -> User:
    """Add a user who may sign in at once. ``hashed`` is the password's hash when it is already known.

    Raises InvalidInput, also for ``password``.
    """
    user = _put_user(session, now, organization_id, email, name, roles, practitioner_id)
    session.flush()
    _record(session, by, now, user, "add", roles=sorted(roles))
    set_password(session, by=by, now=now, user=user, password=password, hashed=hashed)
    return user


def set_password(
    session: Session, *, by: audit.Actor, now: int, user: User, password: str, hashed: str | None = None
) -> None:
    """Give the user a password; ends all sessions and any invitation. Raises InvalidInput (``password``)."""
    check_password(password, email=user.email, name=user.name)
    user.password_hash = hashed or hash_password(password)
    user.invitation_hash = None
    user.invitation_expires_at = None
    user.session_version += 1
    _record(session, by, now, user, "set-password")


def link_practitioner(
    session: Session, *, by: audit.Actor, now: int, user: User, practitioner_id: str
) -> None:
    """Say that the user is this practitioner, and a clinician besides what they are. Sessions go on. Raises
    InvalidInput (``practitioner``) for one of another organization."""
    practitioner = session.get(Practitioner, practitioner_id)
    if practitioner is None or practitioner.organization_id != user.organization_id:
        raise InvalidInput({"practitioner": "Practitioner: that one doesn't exist in this organization."})
    user.practitioner_id = practitioner_id
    if session.get(UserRole, (user.id, CLINICIAN)) is None:
        session.add(UserRole(user_id=user.id, role=CLINICIAN, organization_id=user.organization_id))
    session.flush()
    _record(session, by, now, user, "link-practitioner", practitioner=practitioner_id)


def end_sessions(session: Session, *, by: audit.Actor, now: int, user: User) -> None:
    """Sign the user out everywhere."""
    user.session_version += 1
    _record(session, by, now, user, "end-sessions")


def find_invited(session: Session, token: str, now: int, *, lock: bool = False) -> User | None:
    """The active user whose invitation the token opens; None for an unknown, used or ended one. With ``lock``, of two
    presses of one link the second finds it used."""
    query = select(User).where(User.invitation_hash == token_hash(token))
    user = session.scalar(query.with_for_update() if lock else query)
    if (
        user is None
        or not user.active
        or user.invitation_expires_at is None
        or user.invitation_expires_at <= now
    ):
        return None
    return user


def token_hash(token: str) -> str:
    """What is kept of an invitation's token."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def checked_email(text: str) -> str:
    """An address as it is kept: checked for its form (no DNS), in lower case. Raises InvalidInput (``email``)."""
    try:
        return validate_email(text.strip(), check_deliverability=False).normalized.lower()
    except EmailNotValidError:
        raise InvalidInput({"email": "Email: enter an address such as name@example.org."}) from None


def _put_user(
    session: Session,
    now: int,
    organization_id: str,
    email: str,
    name: str,
    roles: Collection[str],
    practitioner_id: str | None,
) -> User:
    """A new user, or the earlier one of the same organization who was invited and has set no password."""
    problems: dict[str, str] = {}
    address = ""
    try:
        address = checked_email(email)
    except InvalidInput as error:
        problems.update(error.problems)
    known = session.scalar(select(User).where(User.email == address)) if address else None
    if known is not None and (known.password_hash is not None or known.organization_id != organization_id):
        problems["email"] = "Email: somebody already signs in with this address. Use another one."
    problems.update(_other_problems(session, organization_id, name, roles, practitioner_id))
    if problems:
        raise InvalidInput(problems)
    user = known or User(organization_id=organization_id, email=address, created_at=now, session_version=1)
    user.name = name.strip()
    user.practitioner_id = practitioner_id
    session.add(user)
    session.flush()
    session.execute(delete(UserRole).where(UserRole.user_id == user.id))
    session.add_all(
        UserRole(user_id=user.id, role=role, organization_id=organization_id) for role in sorted(set(roles))
    )
    return user


def _other_problems(
    session: Session, organization_id: str, name: str, roles: Collection[str], practitioner_id: str | None
) -> dict[str, str]:
    problems: dict[str, str] = {}
    if not name.strip() or len(name.strip()) > _MAX_NAME or not name.isprintable():
        problems["name"] = f"Name: enter a name of at most {_MAX_NAME} characters."
    if not roles or not set(roles) <= ROLES:
        problems["roles"] = f"Roles: choose one or more of {', '.join(sorted(ROLES))}."
    elif CLINICIAN in roles and practitioner_id is None and ADMIN not in roles:
        problems["practitioner"] = "Practitioner: name the practitioner whose bookings this clinician sees."
    if session.get(Organization, organization_id) is None:
        problems["organization"] = "Organization: that one doesn't exist."
    if practitioner_id is not None:
        practitioner = session.get(Practitioner, practitioner_id)
        if practitioner is None or practitioner.organization_id != organization_id:
            problems["practitioner"] = "Practitioner: that one doesn't exist in this organization."
    return problems


def _record(session: Session, by: audit.Actor, now: int, user: User, action: str, **details: object) -> None:
    audit.record(
        session,
        organization_id=user.organization_id,
        at=now,
        by=by,
        action=action,
        object_kind="user",
        object_id=user.id,
        details=details,
    )
