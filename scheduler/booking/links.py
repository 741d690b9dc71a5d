"""Signed links: a token is a patient's key to their own appointment, place on the waitlist or offer, with no account.

The token is the record's id and an HMAC-SHA-256 over purpose, id and token version, cut to 160 bits: it can be computed
again at any time, and raising the version revokes it. A token of one purpose opens nothing of another.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import b32encode
from typing import TypeVar

from sqlalchemy.orm import Session

from scheduler.ids import LENGTH
from scheduler.models import Appointment, WaitlistEntry, WaitlistOffer

Row = TypeVar("Row", Appointment, WaitlistEntry, WaitlistOffer)
_TOKEN = re.compile(rf"([0-9a-z]{{{LENGTH}}})([a-z2-7]{{32}})", re.ASCII)
_MAC_BYTES = 20
_MANAGE, _WAITLIST, _OFFER = "manage", "waitlist", "offer"


def manage_token(secret: str, appointment: Appointment) -> str:
    """The token of an appointment's manage link."""
    return _token(secret, _MANAGE, appointment)


def waitlist_token(secret: str, entry: WaitlistEntry) -> str:
    """The token of somebody's place on the waitlist."""
    return _token(secret, _WAITLIST, entry)


def offer_token(secret: str, offer: WaitlistOffer) -> str:
    """The token of a time offered to somebody who waits."""
    return _token(secret, _OFFER, offer)


def find(session: Session, secret: str, token: str) -> Appointment | None:
    """The appointment that a token opens; None for anything else, revoked and mistyped tokens alike."""
    return _find(session, secret, _MANAGE, Appointment, token)


def find_entry(session: Session, secret: str, token: str) -> WaitlistEntry | None:
    """The place on the waitlist that a token opens; None for anything else."""
    return _find(session, secret, _WAITLIST, WaitlistEntry, token)


def find_offer(session: Session, secret: str, token: str) -> WaitlistOffer | None:
    """The offer that a token opens; None for anything else."""
    return _find(session, secret, _OFFER, WaitlistOffer, token)


def _token(secret: str, purpose: str, row: Appointment | WaitlistEntry | WaitlistOffer) -> str:
    return row.id + _mac(secret, purpose, row.id, row.token_version)


def _find(session: Session, secret: str, purpose: str, table: type[Row], token: str) -> Row | None:
    parts = _TOKEN.fullmatch(token)
    if parts is None:
        return None
    row = session.get(table, parts[1])
    version = row.token_version if row else 0
    right = hmac.compare_digest(_mac(secret, purpose, parts[1], version), parts[2])
    return row if right and row is not None else None


def _mac(secret: str, purpose: str, row_id: str, version: int) -> str:
    message = f"{purpose}:{row_id}:{version}".encode()
    digest = hmac.new(secret.encode(), message, hashlib.sha256).digest()
    return b32encode(digest[:_MAC_BYTES]).decode().lower()
