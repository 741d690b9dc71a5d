"""What the pages of mails show: what failed, what waits, what was sent; and one mail of the mail folder."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from scheduler.accounts.rights import Person
from scheduler.clock import MINUTE
from scheduler.console.admin.coming import home_zone
from scheduler.console.admin.mail_people import Whom, whom_of
from scheduler.db import snapshot
from scheduler.errors import NotFound
from scheduler.models import Appointment, Outbox
from scheduler.notify import calls
from scheduler.notify.mail import kept
from scheduler.notify.outbox import MAX_ATTEMPTS, is_mail
from scheduler.settings import Settings

SHOWN = 50
WAITING_LONG_SECONDS = 10 * MINUTE
_MOST_DIGITS = 18
_GONE = "We can't find that mail."


@dataclass(frozen=True, slots=True)
class Message:
    """A row of the outbox. ``problem`` is a sentence or "", ``next_try`` epoch seconds or None when it was given up.
    ``to`` is the name of who gets one that waits, and the address of one of the mail folder; ``subject`` is known for these
    alone, which ``opens`` too. ``sending``: it is under way."""

    id: int
    what: str
    at: int
    tries: int
    problem: str
    next_try: int | None
    appointment_id: str
    to: str = ""
    subject: str = ""
    opens: bool = False
    sending: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """All of it. ``folder``: mails go to a folder here. ``calls``: how many patients are to be called instead. ``older``:
    the id to go on from, None at the end."""

    zone: str
    folder: bool
    failing: tuple[Message, ...]
    waiting: tuple[Message, ...]
    calls: int
    sent: tuple[Message, ...]
    older: int | None


@dataclass(frozen=True, slots=True)
class Counts:
    """How many messages fail, wait long, and ask for a call."""

    failing: int
    waiting_long: int
    calls: int


def mails_page(person: Person, now: int, settings: Settings, before: int | None) -> Page:
    """The messages of the person's organization; of those dealt with, ``SHOWN`` older than the id ``before``."""
    own = and_(Outbox.organization_id == person.organization_id, is_mail())
    with snapshot() as session:
        failing = session.scalars(
            select(Outbox).where(own, _failing()).order_by(Outbox.id).limit(SHOWN)
        ).all()
        waiting = session.scalars(
            select(Outbox).where(own, _waiting()).order_by(Outbox.due_at, Outbox.id).limit(SHOWN)
        ).all()
        whom = whom_of(session, waiting)
        done = select(Outbox).where(own, Outbox.done_at.is_not(None), Outbox.error == "")
        if before is not None:
            done = done.where(Outbox.id < before)
        sent = session.scalars(done.order_by(Outbox.id.desc()).limit(SHOWN + 1)).all()
        to_call = _calls(session, person.organization_id, now)
        zone = home_zone(session, person.organization_id)
    shown = sent[:SHOWN]
    return Page(
        zone=zone,
        folder=not settings.mail_url,
        failing=tuple(map(_message, failing)),
        waiting=tuple(_coming(row, whom[row.id], now) for row in waiting),
        calls=to_call,
        sent=tuple(_sent(row, settings) for row in shown),
        older=shown[-1].id if len(sent) > SHOWN else None,
    )


def counts(session: Session, organization_id: str, now: int) -> Counts:
    """For the admin home."""
    own = and_(Outbox.organization_id == organization_id, is_mail())

    def count(*which: ColumnElement[bool]) -> int:
        return session.scalar(select(func.count()).select_from(Outbox).where(own, *which)) or 0

    return Counts(
        failing=count(_failing()),
        waiting_long=count(_waiting(), Outbox.due_at < now - WAITING_LONG_SECONDS),
        calls=_calls(session, organization_id, now),
    )


def message_id(text: str) -> int:
    """The id in an address. Raises NotFound for anything that can be none."""
    if not (text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS):
        raise NotFound(_GONE)
    return int(text)


def mail_of(person: Person, text: str, settings: Settings) -> tuple[int, int, kept.Kept]:
    """The mail of the folder whose id stands in an address, as (id, when it was sent in epoch seconds, mail). Raises
    NotFound for another organization's, for one that was not sent and for one whose file is gone."""
    with snapshot() as session:
        row = session.get(Outbox, message_id(text))
        if row is None or row.organization_id != person.organization_id or row.done_at is None:
            raise NotFound(_GONE)
    mail = kept.read(settings, row.message_id)
    if mail is None:
        raise NotFound("That mail is not in the mail folder.")
    return row.id, row.done_at, mail


def zone_for(person: Person) -> str:
    """The zone for times of mails."""
    with snapshot() as session:
        return home_zone(session, person.organization_id)


def _failing() -> ColumnElement[bool]:
    """Tried and not sent: still to be tried, or given up."""
    return and_(Outbox.done_at.is_(None), Outbox.error != "")


def _waiting() -> ColumnElement[bool]:
    return and_(Outbox.done_at.is_(None), Outbox.error == "")


def _message(row: Outbox) -> Message:
    given_up = row.attempts >= MAX_ATTEMPTS
    return Message(
        id=row.id,
        what=_words(row.kind),
        at=row.created_at,
        tries=row.attempts,
        problem=f"{row.error[:1].upper()}{row.error[1:]}." if row.error else "",
        next_try=None if given_up else row.due_at,
        appointment_id=row.object_id if row.kind.startswith("booking-") else "",
    )


def _coming(row: Outbox, whom: Whom, now: int) -> Message:
    under_way = row.claimed_until_at is not None and row.claimed_until_at > now
    return replace(_message(row), to=whom.name, appointment_id=whom.appointment_id, sending=under_way)


def _sent(row: Outbox, settings: Settings) -> Message:
    headers = None if settings.mail_url else kept.headers(settings, row.message_id)
    return Message(
        id=row.id,
        what=_words(row.kind),
        at=row.done_at or row.created_at,
        tries=row.attempts,
        problem="",
        next_try=None,
        appointment_id=row.object_id if row.kind.startswith("booking-") else "",
        to=headers.to if headers else "",
        subject=headers.subject if headers else "",
        opens=headers is not None,
    )


def _words(kind: str) -> str:
    """ "booking-confirmed" is "Booking confirmed"."""
    return kind.replace("-", " ").capitalize()


def _calls(session: Session, organization_id: str, now: int) -> int:
    return len(calls.calls(session, Appointment.organization_id == organization_id, now))
