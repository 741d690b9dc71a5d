"""A code of six digits, mailed to the address typed behind a hold, to see that somebody reads it.

A code lasts a quarter of an hour and takes five tries; three are sent for one hold, a minute apart at least to
one address. Whoever
guesses blindly hits with fifteen tries in a million.
"""

from __future__ import annotations

import hmac
import secrets
import unicodedata
from dataclasses import dataclass

from sqlalchemy import delete
from sqlalchemy.orm import Session

from scheduler import db
from scheduler.clock import DAY, MINUTE
from scheduler.models import Appointment, ContactCheck
from scheduler.notify import outbox

LASTS_SECONDS = 15 * MINUTE
TRIES, MAILS = 5, 3
PAUSE_SECONDS = MINUTE
KIND = "email-code"
RIGHT, WRONG, OVER = "right", "wrong", "over"


@dataclass(frozen=True, slots=True)
class Asked:
    """How a check stands: to which ``email`` the code went, whether it is ``confirmed``; ``live``: a code is out that can
    still be tried; ``wait``: seconds until another may be sent, None when no more are; ``mail``: how the newest mail stands
    (``outbox.standing``)."""

    email: str
    confirmed: bool
    live: bool
    wait: int | None
    mail: str = ""


def state(session: Session, hold_id: str, now: int) -> Asked | None:
    """How the check behind a hold stands at ``now``; None when no code was asked for."""
    row = session.get(ContactCheck, hold_id)
    if row is None:
        return None
    live = bool(row.code) and now < row.expires_at and row.attempts < TRIES
    wait = max(0, _sent_at(row) + PAUSE_SECONDS - now) if row.sent < MAILS else None
    return Asked(
        row.email or "", row.confirmed_at is not None, live, wait, outbox.standing(session, KIND, hold_id)
    )


def confirmed(session: Session, hold_id: str, email: str) -> bool:
    """Whether the code that went to this very address was typed."""
    row = session.get(ContactCheck, hold_id)
    return row is not None and row.confirmed_at is not None and _same(row.email or "", email)


def send(*, hold_id: str, email: str, language: str, now: int) -> bool:
    """Mail a new code to ``email``, in place of the one before. False, and nothing is sent, when one went there less
    than a minute ago or no more are sent for this hold."""
    with db.transaction() as session:
        appointment = session.get_one(Appointment, hold_id)
        row = session.get(ContactCheck, hold_id, with_for_update=True)
        if row is None:
            row = ContactCheck(
                appointment_id=hold_id,
                organization_id=appointment.organization_id,
                attempts=0,
                sent=0,
                expires_at=now,
            )
            session.add(row)
        elif row.sent >= MAILS or (_same(row.email or "", email) and now < _sent_at(row) + PAUSE_SECONDS):
            return False
        row.email, row.code, row.language = email, f"{secrets.randbelow(1_000_000):06d}", language
        row.attempts, row.expires_at, row.confirmed_at = 0, now + LASTS_SECONDS, None
        row.sent += 1
        outbox.enqueue(
            session,
            organization_id=row.organization_id,
            kind=KIND,
            object_id=hold_id,
            now=now,
        )
        return True


def check(*, hold_id: str, typed: str, now: int) -> str:
    """Try a code: RIGHT, WRONG, or OVER when it has ended or was tried too often. Spaces and the digits of any script are
    fine."""
    with db.transaction() as session:
        row = session.get(ContactCheck, hold_id, with_for_update=True)
        if row is None or not row.code or now >= row.expires_at or row.attempts >= TRIES:
            return OVER
        row.attempts += 1
        if not hmac.compare_digest(row.code, digits_of(typed)):
            return OVER if row.attempts >= TRIES else WRONG
        row.confirmed_at, row.code = now, None
        return RIGHT


def purge(now: int) -> int:
    """Forget codes that ended a day ago and were never typed. Returns how many."""
    with db.transaction() as session:
        gone = session.execute(
            delete(ContactCheck)
            .where(ContactCheck.confirmed_at.is_(None), ContactCheck.expires_at < now - DAY)
            .returning(ContactCheck.appointment_id)
        ).all()
    return len(gone)


def digits_of(typed: str) -> str:
    """The digits in what was typed, in ASCII."""
    return "".join(str(unicodedata.decimal(sign)) for sign in typed[:40] if sign.isdecimal())


def _same(one: str, other: str) -> bool:
    return one.strip().casefold() == other.strip().casefold()


def _sent_at(row: ContactCheck) -> int:
    return row.expires_at - LASTS_SECONDS
