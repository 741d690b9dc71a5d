"""Manage links: a signed token is a patient's key to their own appointment, with no account.

The token is the appointment's id and an HMAC-SHA-256 over id and token version, cut to 160 bits: it can be computed
again at any time, and raising the version revokes it.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import b32encode

from sqlalchemy.orm import Session

from scheduler.ids import LENGTH
from scheduler.models import Appointment

_TOKEN = re.compile(rf"([0-9a-z]{{{LENGTH}}})([a-z2-7]{{32}})", re.ASCII)
_MAC_BYTES = 20


def manage_token(secret: str, appointment: Appointment) -> str:
    """The token of an appointment's manage link."""
    return appointment.id + _mac(secret, appointment.id, appointment.token_version)


def find(session: Session, secret: str, token: str) -> Appointment | None:
    """The appointment that a token opens; None for anything else, revoked and mistyped tokens alike."""
    parts = _TOKEN.fullmatch(token)
    if parts is None:
        return None
    appointment = session.get(Appointment, parts[1])
    version = appointment.token_version if appointment else 0
    right = hmac.compare_digest(_mac(secret, parts[1], version), parts[2])
    return appointment if right and appointment is not None else None


def _mac(secret: str, appointment_id: str, version: int) -> str:
    message = f"manage:{appointment_id}:{version}".encode()
    digest = hmac.new(secret.encode(), message, hashlib.sha256).digest()
    return b32encode(digest[:_MAC_BYTES]).decode().lower()
