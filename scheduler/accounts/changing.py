"""A signed-in person changes their own password."""

from __future__ import annotations

from scheduler import clock
from scheduler.accounts import passwords, users
from scheduler.accounts.session import SignedIn
from scheduler.accounts.throttle import Throttle
from scheduler.db import snapshot, transaction
from scheduler.errors import InvalidInput
from scheduler.models import User

_tries = Throttle(limit=8, span=15 * clock.MINUTE)


def change_password(person: SignedIn, *, present: str, password: str, now: int) -> None:
    """Set ``password`` in place of ``present``; ends all their sessions, this one too.

    Raises TooMany; InvalidInput (``present``, ``password``).
    """
    _tries.take([person.id], now)
    with snapshot() as session:
        kept = session.get_one(User, person.id).password_hash
    if not passwords.password_fits(kept, present):
        raise InvalidInput({"present": "Present password: this isn't it. Check it and try again."})
    _tries.forget([person.id])
    passwords.check_password(password, email=person.email, name=person.name)
    hashed = passwords.hash_password(password)
    with transaction() as session:
        user = users.find_user(session, person.id, person.organization_id)
        users.set_password(session, by=person, now=now, user=user, password=password, hashed=hashed)
