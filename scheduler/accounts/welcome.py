"""The link that begins an installation: whoever starts the server and has no clinic yet opens it to make the first one.

Its token is an HMAC under the installation's secret, so that every process knows it and nothing is kept. It opens only
while there is no organization, and so works once.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import b32encode

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from scheduler.models import Organization
from scheduler.settings import Settings

_MAC_BYTES = 20


def welcome_token(secret: str) -> str:
    """The token: 160 bits as 32 letters and digits."""
    digest = hmac.new(secret.encode(), b"welcome", hashlib.sha256).digest()
    return b32encode(digest[:_MAC_BYTES]).decode().lower()


def welcome_url(settings: Settings) -> str:
    """The whole link."""
    return f"{settings.public_url}/welcome/{welcome_token(settings.secret)}"


def welcomes(session: Session, secret: str, token: str, *, lock: bool = False) -> bool:
    """Whether ``token`` opens: it is the right one and there is no organization. With ``lock``, of two who send the form
    at once the second finds the first one's clinic."""
    right = hmac.compare_digest(welcome_token(secret).encode(), token.encode("utf-8", "replace"))
    if not right:
        return False
    if lock and session.get_bind().dialect.name == "postgresql":
        session.execute(text("LOCK TABLE organization IN SHARE ROW EXCLUSIVE MODE"))
    return session.scalar(select(Organization.id).limit(1)) is None
