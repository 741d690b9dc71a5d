"""Links to set a password: a signed token is the key of an invited person, or of one who forgot theirs, and is kept
nowhere.

The token is the user's id and an HMAC-SHA-256 over purpose, user id, session version and expiry, cut to 160 bits: the
outbox makes it again when the mail is sent. It is void once the password is set (the session version rises), once a
newer one is asked for (its expiry differs), and when it expires.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import b32encode

from sqlalchemy.orm import Session

from scheduler.ids import LENGTH
from scheduler.models import User

INVITATION, RESET = "invitation", "reset"
_TOKEN = re.compile(rf"([0-9a-z]{{{LENGTH}}})([a-z2-7]{{32}})", re.ASCII)
_MAC_BYTES = 20


def token(secret: str, purpose: str, user: User) -> str | None:
    """The token of the link that the user may set a password by (``purpose``: INVITATION or RESET); None when none was
    asked for."""
    expires_at = _expiry(purpose, user)
    return None if expires_at is None else user.id + _mac(secret, purpose, user, expires_at)


def find(
    session: Session, secret: str, purpose: str, text: str, now: int, *, lock: bool = False
) -> User | None:
    """The active user whose link the token ``text`` is; None for an unknown, used, replaced or ended one. With ``lock``,
    of two presses of one link the second finds it used."""
    parts = _TOKEN.fullmatch(text)
    if parts is None:
        return None
    user = session.get(User, parts[1], with_for_update=lock, populate_existing=lock)
    expires_at = _expiry(purpose, user) if user is not None else None
    if user is None or expires_at is None or not user.active:
        return None
    right = hmac.compare_digest(_mac(secret, purpose, user, expires_at), parts[2])
    return user if right and expires_at > now else None


def renewed(earlier: int | None, wanted: int) -> int:
    """The expiry (epoch seconds) of a link that is asked for again: never that of the ``earlier`` one, which is then void."""
    return wanted if earlier is None else max(wanted, earlier + 1)


def _expiry(purpose: str, user: User) -> int | None:
    return user.invitation_expires_at if purpose == INVITATION else user.reset_expires_at


def _mac(secret: str, purpose: str, user: User, expires_at: int) -> str:
    message = f"password:{purpose}:{user.id}:{user.session_version}:{expires_at}".encode()
    digest = hmac.new(secret.encode(), message, hashlib.sha256).digest()
    return b32encode(digest[:_MAC_BYTES]).decode().lower()
