"""Users: invited, given a password, changed, signed out everywhere. All in the caller's transaction, all audited."""

from __future__ import annotations

import hashlib
from collections.abc import Collection

from email_validator import EmailNotValidError, validate_email
from flask import current_app
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from scheduler import audit
from scheduler.accounts import links
from scheduler.accounts.passwords import check_password, hash_password
from scheduler.accounts.rights import ADMIN, CLINICIAN, ROLES
from scheduler.clock import DAY, HOUR
from scheduler.db import one_at_a_time
from scheduler.errors import Conflict, EditConflict, InvalidInput, NotFound
from scheduler.models import Organization, Practitioner, User, UserRole
from scheduler.notify import outbox

INVITATION_SECONDS = 7 * DAY
RESET_SECONDS = HOUR
NEWS = ("tell_booked", "tell_moved", "tell_cancelled")
_MAX_NAME = 200
_TAKEN = "Email: somebody already signs in with this address. Use another one."


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
    mail: bool = False,
) -> tuple[User, str]:
    """Add a user who sets a password by an invitation link within 7 days; ``mail``: the link goes to their address too.
    Returns the user and the link's token. Inviting again somebody who has set no password makes the earlier link void.

    Raises InvalidInput (``email``, ``name``, ``roles``, ``practitioner``, ``organization``).
    """
    user = _put_user(session, now, organization_id, email, name, roles, practitioner_id)
    session.flush()
    _record(session, by, now, user, "invite", roles=sorted(roles))
    return user, _begin_invitation(session, user, now, mail)


def invite_again(session: Session, *, by: audit.Actor, now: int, user: User) -> str:
    """Send the invitation again, by a new link; the earlier one is void. Returns its token. Raises Conflict for somebody
    who has set a password, or is not active."""
    if user.password_hash is not None or not user.active:
        raise Conflict("This person needs no invitation now.")
    _record(session, by, now, user, "invite")
    return _begin_invitation(session, user, now, mail=True)


def ask_reset(session: Session, *, by: audit.Actor, now: int, user: User) -> None:
    """Mail the user a link to choose a new password, good for an hour; an earlier one is void."""
    user.reset_expires_at = links.renewed(user.reset_expires_at, now + RESET_SECONDS)
    _record(session, by, now, user, "ask-reset")
    _mail(session, user, now, "password-reset")


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
    """Give the user a password; ends all sessions, any invitation and any link to choose another. Raises InvalidInput
    (``password``)."""
    check_password(password, email=user.email, name=user.name)
    user.password_hash = hashed or hash_password(password)
    user.invitation_expires_at = user.reset_expires_at = None
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


def edit_user(
    session: Session,
    *,
    by: audit.Actor,
    now: int,
    user: User,
    seen: str,
    email: str,
    name: str,
    roles: Collection[str],
    practitioner_id: str | None = None,
) -> None:
    """Change who somebody is and what they may do; ``seen`` is the ``state_of`` that the editor saw. A new address voids
    links that went to the old one; who has set no password is invited there.

    Raises EditConflict; InvalidInput, also when it would leave nobody, or not the editor, as administrator.
    """
    _seen(session, user, seen)
    before = user.email
    problems = _other_problems(session, user.organization_id, name, roles, practitioner_id)
    fault = _admin_fault(session, by, user, "Roles") if ADMIN not in roles else None
    try:
        address = checked_email(email)
        _alone_with(session, address)
        if _taken(session, address, user.id):
            problems["email"] = _TAKEN
    except InvalidInput as error:
        problems |= error.problems
    if fault:
        problems.setdefault("roles", fault)
    if problems:
        raise InvalidInput(problems)
    user.email, user.name, user.practitioner_id = address, name.strip(), practitioner_id
    _put_roles(session, user, roles)
    _record(session, by, now, user, "edit", roles=sorted(roles))
    if address != before:
        user.reset_expires_at = None
        if user.password_hash is None and user.active:
            _begin_invitation(session, user, now, mail=True)


def set_active(session: Session, *, by: audit.Actor, now: int, user: User, active: bool) -> None:
    """Let somebody sign in no more, or again. Ends their sessions and links. Raises InvalidInput (``active``) when it
    would leave nobody, or not the one who acts, as administrator."""
    if user.active == active:
        return
    if not active:
        fault = _admin_fault(session, by, user, "Sign-in")
        if fault:
            raise InvalidInput({"active": fault})
    user.active = active
    user.session_version += 1
    user.invitation_expires_at = user.reset_expires_at = None
    _record(session, by, now, user, "activate" if active else "deactivate")


def set_own_choices(session: Session, *, by: audit.Actor, now: int, user: User, **choices: bool) -> None:
    """What somebody chose for themselves: mails they want (``NEWS``) and ``shortcuts``. Raises TypeError for another."""
    unknown = choices.keys() - {*NEWS, "shortcuts"}
    if unknown:
        raise TypeError(f"no such choice: {', '.join(sorted(unknown))}")
    for choice, wanted in choices.items():
        setattr(user, choice, wanted)
    _record(session, by, now, user, "choose", **choices)


def find_user(session: Session, user_id: str, organization_id: str) -> User:
    """The user of that organization, locked until the transaction ends. Raises NotFound."""
    user = session.get(User, user_id, with_for_update=True, populate_existing=True)
    if user is None or user.organization_id != organization_id:
        raise NotFound("We can't find that person.")
    return user


def roles_of(session: Session, user_id: str) -> list[str]:
    """The user's roles, in order of the alphabet."""
    return list(
        session.scalars(select(UserRole.role).where(UserRole.user_id == user_id).order_by(UserRole.role))
    )


def state_of(user: User, roles: Collection[str]) -> str:
    """A word for everything that ``edit_user`` changes: two editors who saw the same have the same."""
    seen = "\x00".join((user.email, user.name, user.practitioner_id or "", *sorted(roles)))
    return hashlib.sha256(seen.encode("utf-8", "replace")).hexdigest()[:32]


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
    known = None
    if address:
        _alone_with(session, address)
        known = session.scalar(select(User).where(User.email == address))
    if known is not None and (known.password_hash is not None or known.organization_id != organization_id):
        problems["email"] = _TAKEN
    problems.update(_other_problems(session, organization_id, name, roles, practitioner_id))
    if problems:
        raise InvalidInput(problems)
    user = known or User(organization_id=organization_id, email=address, created_at=now, session_version=1)
    user.name = name.strip()
    user.practitioner_id = practitioner_id
    user.active = True
    session.add(user)
    _put_roles(session, user, roles)
    return user


def _put_roles(session: Session, user: User, roles: Collection[str]) -> None:
    session.flush()
    session.execute(delete(UserRole).where(UserRole.user_id == user.id))
    session.add_all(
        UserRole(user_id=user.id, role=role, organization_id=user.organization_id)
        for role in sorted(set(roles))
    )
    session.flush()


def _begin_invitation(session: Session, user: User, now: int, mail: bool) -> str:
    user.invitation_expires_at = links.renewed(user.invitation_expires_at, now + INVITATION_SECONDS)
    session.flush()
    if mail:
        _mail(session, user, now, "invitation")
    token = links.token(current_app.config["SETTINGS"].secret, links.INVITATION, user)
    assert token is not None
    return token


def _mail(session: Session, user: User, now: int, kind: str) -> None:
    outbox.enqueue(
        session,
        organization_id=user.organization_id,
        kind=kind,
        object_id=user.id,
        now=now,
        recipient_id=user.id,
    )


def _alone_with(session: Session, address: str) -> None:
    """Whoever writes the same address at this moment waits for the other, and then sees what that one has written."""
    number = hashlib.blake2b(address.encode("utf-8", "replace"), digest_size=8, person=b"address").digest()
    one_at_a_time(session, int.from_bytes(number, "big", signed=True))


def _taken(session: Session, address: str, user_id: str) -> bool:
    return session.scalar(select(User.id).where(User.email == address, User.id != user_id)) is not None


def _seen(session: Session, user: User, seen: str) -> None:
    if state_of(user, roles_of(session, user.id)) != seen:
        raise EditConflict(
            "Somebody else saved this meanwhile. Look at what it says now, then make your change again."
        )


def _admin_fault(session: Session, by: audit.Actor, user: User, label: str) -> str | None:
    """Why an administrator may not stop being one: it is oneself, or nobody would be left who can sign in."""
    if ADMIN not in roles_of(session, user.id):
        return None
    # administrators who end each other's rights at the same moment take turns here
    session.get(Organization, user.organization_id, with_for_update=True)
    if by.user_id == user.id:
        return f"{label}: you can't take this from yourself. Ask another administrator."
    others = session.scalar(
        select(User.id)
        .join(UserRole, UserRole.user_id == User.id)
        .where(
            User.organization_id == user.organization_id,
            User.id != user.id,
            User.active,
            User.password_hash.is_not(None),
            UserRole.role == ADMIN,
        )
        .limit(1)
    )
    return None if others else f"{label}: nobody else here is an administrator. Make somebody one first."


def _other_problems(
    session: Session, organization_id: str, name: str, roles: Collection[str], practitioner_id: str | None
) -> dict[str, str]:
    problems: dict[str, str] = {}
    if not name.strip() or len(name.strip()) > _MAX_NAME or not name.isprintable():
        problems["name"] = f"Name: enter a name of at most {_MAX_NAME} characters."
    if not roles or not set(roles) <= ROLES:
        problems["roles"] = "Roles: choose at least one of administrator, clinician and front desk."
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
