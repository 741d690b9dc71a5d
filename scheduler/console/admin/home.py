"""What the admin home shows: today's figures, and whatever needs a hand, the gravest first."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from scheduler.abuse import limits
from scheduler.accounts.rights import Person
from scheduler.availability.zones import zone as zone_of
from scheduler.clock import DAY, MINUTE
from scheduler.console.admin import gaps, mails
from scheduler.console.admin.coming import home_zone
from scheduler.db import snapshot
from scheduler.errors import SchedulerError
from scheduler.models import (
    ARRIVED,
    BOOKED,
    COMPLETED,
    HELD,
    NO_SHOW,
    PENDING,
    Appointment,
    AuditEntry,
    Outbox,
)
from scheduler.models.constraints import overlap_is_guarded
from scheduler.publisher.listing import listing
from scheduler.settings import Settings, variable

log = logging.getLogger(__name__)

# Minutely work is late when what it does each minute has lain for so long.
WORK_LATE_SECONDS = 5 * MINUTE
_TODAY = (PENDING, BOOKED, ARRIVED, COMPLETED, NO_SHOW)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that needs a hand: what it is, what it means, where it is mended. ``grave``: patients feel it now."""

    title: str
    sentence: str
    fix: str
    fix_text: str
    grave: bool = False


@dataclass(frozen=True, slots=True)
class Home:
    """``feed_changed_ms``: the feed's last change in epoch milliseconds, None when it can't be built; ``work_seen``: the
    last instant (epoch seconds) at which background work certainly ran, None when nothing shows it."""

    zone: str
    feed_changed_ms: int | None
    slots: int
    bookings: int
    holds: int
    work_seen: int | None
    problems: tuple[Problem, ...]


def home_page(person: Person, now: int, settings: Settings) -> Home:
    """The admin home of the person's organization at ``now`` (epoch seconds)."""
    changed_ms, slots, problems = _feed()
    with snapshot() as session:
        problems += _overlap(session)
        organization_id = person.organization_id
        problems += _attack(session, settings, organization_id, now)
        problems += _work(session, organization_id, now)
        problems += _messages(mails.counts(session, organization_id, now))
        problems += _gaps(session, organization_id, now)
        return Home(
            zone=home_zone(session, organization_id),
            feed_changed_ms=changed_ms,
            slots=slots,
            bookings=_bookings_today(session, organization_id, now),
            holds=_holds(session, organization_id, now),
            work_seen=_work_seen(session, organization_id),
            problems=tuple(sorted(problems, key=lambda one: not one.grave)),
        )


def _feed() -> tuple[int | None, int, list[Problem]]:
    """(last change, slots listed, what is wrong). This page must come even when building the feed is what fails."""
    try:
        listed = listing()
    except SchedulerError as error:
        sentence = error.sentence
    except Exception as error:
        log.error("the admin home could not build the feed: %s", type(error).__name__)
        sentence = f"Building it failed ({type(error).__name__}). The server's log has more."
    else:
        late = "The feed can't be written"
        problems = (
            [Problem(late, listed.trouble, "/admin/feed", "Open the feed", grave=True)]
            if listed.trouble
            else []
        )
        return listed.changed_ms, sum(file.count for file in listed.output if file.type == "Slot"), problems
    return (
        None,
        0,
        [Problem("The feed can't be read now", sentence, "/admin/feed", "Open the feed", grave=True)],
    )


def _overlap(session: Session) -> list[Problem]:
    """The constraint behind every booking is there."""
    if overlap_is_guarded(session.connection()):
        return []
    return [
        Problem(
            "Two bookings could overlap",
            "The database no longer refuses it: its constraint is gone. Run `flask doctor`, and restore a backup.",
            "/health",
            "Look at the server's health",
            grave=True,
        )
    ]


def _attack(session: Session, settings: Settings, organization_id: str, now: int) -> list[Problem]:
    """Times are taken so fast that browsers do a sum first."""
    if not limits.under_attack(session, settings, organization_id, now):
        return []
    return [
        Problem(
            "Times are being chosen unusually fast",
            f"More than {settings.attack_rate} in ten minutes. Until it slows down, each browser does a short sum before a "
            f"time is held for it; without one, a code by mail is needed to book. {variable('attack_rate')} sets the number.",
            "/console/day/today",
            "Look at the day",
        )
    ]


def _work(session: Session, organization_id: str, now: int) -> list[Problem]:
    """Background work leaves traces: what it should have done minutes ago lies there when it stands still."""
    since = now - WORK_LATE_SECONDS
    lying = session.scalar(
        select(func.count())
        .select_from(AuditEntry)
        .where(
            AuditEntry.organization_id == organization_id, AuditEntry.hash.is_(None), AuditEntry.at < since
        )
    )
    if not lying:
        return []
    return [
        Problem(
            "Background work stands still",
            f"{lying} records of more than {WORK_LATE_SECONDS // MINUTE} minutes ago are not sealed, so mails may not go "
            f"out either. Start it with `flask jobs run`, or set {variable('jobs')}=inside.",
            "/admin/mails",
            "Look at the mails",
            grave=True,
        )
    ]


def _work_seen(session: Session, organization_id: str) -> int | None:
    """The latest trace: a message dealt with, or the newest record that was sealed, which happened after it was made."""
    delivered = session.scalar(
        select(func.max(Outbox.done_at)).where(Outbox.organization_id == organization_id)
    )
    sealed = session.scalar(
        select(AuditEntry.at)
        .where(AuditEntry.organization_id == organization_id, AuditEntry.hash.is_not(None))
        .order_by(AuditEntry.id.desc())
        .limit(1)
    )
    return max((at for at in (delivered, sealed) if at is not None), default=None)


def _messages(counted: mails.Counts) -> list[Problem]:
    problems = []
    if counted.failing:
        problems.append(
            Problem(
                f"{_many(counted.failing, 'mail fails', 'mails fail')}",
                "What they say hasn't reached anybody.",
                "/admin/mails#failing",
                "See why",
                grave=True,
            )
        )
    if counted.waiting_long:
        problems.append(
            Problem(
                f"{_many(counted.waiting_long, 'mail waits', 'mails wait')}",
                f"They were due more than {mails.WAITING_LONG_SECONDS // MINUTE} minutes ago.",
                "/admin/mails#waiting",
                "See which",
                grave=True,
            )
        )
    if counted.calls:
        problems.append(
            Problem(
                f"{_many(counted.calls, 'patient', 'patients')} to call",
                "No mail reaches them, so nobody has told them.",
                "/console/calls",
                "Open the call list",
            )
        )
    return problems


def _gaps(session: Session, organization_id: str, now: int) -> list[Problem]:
    return [
        Problem(gap.title, gap.sentence, gap.fix, gap.fix_text)
        for gap in gaps.gaps(session, organization_id, now)
    ]


def _bookings_today(session: Session, organization_id: str, now: int) -> int:
    """Bookings whose day, in the zone that each was promised in, is today."""
    near = (
        Appointment.organization_id == organization_id,
        Appointment.starts_at >= now - 2 * DAY,
        Appointment.starts_at < now + 2 * DAY,
    )
    total = 0
    for name in session.scalars(select(Appointment.zone).where(*near).distinct()).all():
        tomorrow = zone_of(name).next_day_begins(now)
        today = zone_of(name).instant(zone_of(name).day(now), 0)
        total += (
            session.scalar(
                select(func.count())
                .select_from(Appointment)
                .where(
                    Appointment.organization_id == organization_id,
                    Appointment.zone == name,
                    Appointment.status.in_(_TODAY),
                    Appointment.starts_at >= today,
                    Appointment.starts_at < tomorrow,
                )
            )
            or 0
        )
    return total


def _holds(session: Session, organization_id: str, now: int) -> int:
    return (
        session.scalar(
            select(func.count())
            .select_from(Appointment)
            .where(
                Appointment.organization_id == organization_id,
                Appointment.status == HELD,
                Appointment.expires_at > now,
            )
        )
        or 0
    )


def _many(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"
