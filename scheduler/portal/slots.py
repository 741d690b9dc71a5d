"""One chosen time: is it open, and if not, why not and what is near."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.availability import explain
from scheduler.availability.zones import EARLIEST, LATEST
from scheduler.booking.acts import TAKEN, group_of
from scheduler.clock import DAY, HOUR, MINUTE
from scheduler.models import BOOKED, PENDING, Appointment
from scheduler.models.slots import parse_slot_id, slot_id
from scheduler.portal.nearest import Nearest, nearest, nearest_of
from scheduler.portal.offers import Offer, link_opens, load_offers
from scheduler.portal.situations import situations
from scheduler.portal.teams import team_offers
from scheduler.portal.times import own_aside, own_holds
from scheduler.portal.wishes import keeping

FARTHEST = 500 * DAY
MAX_REFERRAL = 255
MAX_ID = 50


@dataclass(frozen=True, slots=True)
class Chosen:
    """A start (epoch seconds) of an offer: what the "You chose" card shows."""

    offer: Offer
    start: int

    @property
    def end(self) -> int:
        return self.start + self.offer.duration * MINUTE

    @property
    def slot(self) -> str:
        return slot_id(self.offer.schedule_id, self.start)

    @property
    def zone(self) -> str:
        return self.offer.place.zone

    @property
    def free_until(self) -> int:
        """Until when it can be cancelled free of charge (epoch seconds)."""
        return self.start - self.offer.cancellation_notice * MINUTE

    def decide_by(self, now: int) -> int:
        """Until when the clinic would answer a request that is sent now (epoch seconds)."""
        return min(now + self.offer.approval_hours * HOUR, self.start)


@dataclass(frozen=True, slots=True)
class Handover:
    """What travels with a time through hidden fields: the finder's words (never shown), the viewer's zone, the private
    link's token, the hold whose answers are to be kept, whether somebody said that they were here before (``returning``)
    or are new, the path word of the team of which any member will do, and whom of it they would rather see: ``gender`` and
    the language that is spoken; how many weekly visits are wanted (digits), and ``two`` for two relatives one after the
    other."""

    source: str = ""
    booking_referral: str = ""
    zone: str = ""
    private: str = ""
    kept: str = ""
    patient: str = ""
    team: str = ""
    weeks: str = ""
    party: str = ""
    gender: str = ""
    speaks: str = ""

    @property
    def wish(self) -> tuple[str, str]:
        """Whom of a team they would rather see: sex and language."""
        return self.gender, self.speaks

    def query(self, *names: str) -> dict[str, Any]:
        """Of what travels along the ``names`` that an address's query has for it; what is empty is left out."""
        given = {
            "source": self.source,
            "booking-referral": self.booking_referral,
            "tz": self.zone,
            "private": self.private,
            "kept": self.kept,
            "patient": self.patient,
            "weeks": self.weeks,
            "party": self.party,
            "gender": self.gender,
            "speaks": self.speaks,
        }
        return {name: given[name] for name in names if given[name]}

    @property
    def anonymous(self) -> bool:
        """Whether nothing of it belongs to one person: the page may be the same for others."""
        return not (self.private or self.kept or self.booking_referral)


@dataclass(frozen=True, slots=True)
class Standing:
    """How a chosen time stands: ``reason`` is "" when it is open to this visitor, else the deciding reason's code.
    ``free_again``: when it is only another visitor's hold, the instant at which that ends. ``own``: the visitor's
    live hold of this very time, by id."""

    reason: str = ""
    free_again: int | None = None
    own: str = ""

    @property
    def status(self) -> str:
        """The time in one of three words for programs, on the page's ``slot-status``: free, held (by whomever) or gone."""
        if self.own or self.free_again:
            return "held"
        return "gone" if self.reason else "free"


@dataclass(frozen=True, slots=True)
class Gone:
    """The "Slot gone" page. ``saved``: answers were typed and are kept; ``offer``: whose other times are looked for, the
    team's where one was asked for."""

    chosen: Chosen
    offer: Offer
    standing: Standing
    nearest: Nearest
    handover: Handover
    saved: bool


def find_chosen(session: Session, text: str, private: str, now: int) -> Chosen | None:
    """The time that a slot id names, on an offer that this visitor may see; None for anything else."""
    parsed = parse_slot_id(text)
    if parsed is None:
        return None
    schedule_id, start = parsed
    if not EARLIEST <= start < LATEST:
        return None
    offer = load_offers(session, [schedule_id]).get(schedule_id)
    if offer is None or not link_opens(session, offer, private, now):
        return None
    return Chosen(offer, start)


def standing(
    session: Session, chosen: Chosen, *, now: int, visitor: str | None, leave_out: str | None = None
) -> Standing:
    """How the time stands for this visitor, by the same rule that a hold asks; for a visit that is to move there
    (``leave_out``), by the rule that the move asks."""
    if chosen.start < now:
        return Standing("past")
    if chosen.start > now + FARTHEST:
        return Standing("horizon")
    schedule_id = chosen.offer.schedule_id
    found = situations(session, [schedule_id], chosen.start, chosen.start + 1)
    if schedule_id not in found:
        return Standing("paused")
    holds = own_holds(session, visitor, [schedule_id], now)
    hold = holds.get(schedule_id)
    found = own_aside(session, found, holds)
    reasons = explain(found[schedule_id], chosen.start, now, leave_out or (hold.id if hold else None))
    if not reasons:
        return Standing(own=hold.id if hold and hold.starts_at == chosen.start else "")
    only_held = all(reason.opens_at and group_of(reason) == TAKEN for reason in reasons)
    return Standing(reasons[0].code, max(reason.opens_at or 0 for reason in reasons) if only_held else None)


def own_booking(session: Session, chosen: Chosen, visitor: str | None) -> Appointment | None:
    """What this visitor has booked at the time already: somebody who opens the link again is shown that."""
    if visitor is None:
        return None
    return session.scalars(
        select(Appointment).where(
            Appointment.visitor == visitor,
            Appointment.schedule_id == chosen.offer.schedule_id,
            Appointment.starts_at == chosen.start,
            Appointment.status.in_((BOOKED, PENDING)),
        )
    ).first()


def gone_page(
    session: Session,
    chosen: Chosen,
    found: Standing,
    *,
    now: int,
    visitor: str | None,
    handover: Handover,
    saved: bool,
) -> Gone:
    """The page for a time that is not open, with the nearest ones that are."""
    team = [one for one in team_offers(session, handover.team, chosen.offer.schedule_id) if one.bookable]
    team = keeping(team, handover.wish) or team
    if team:
        near = nearest_of(session, team, chosen.start, now=now, visitor=visitor)
        return Gone(chosen, team[0], found, near, handover, saved)
    near = nearest(session, chosen.offer, chosen.start, now=now, visitor=visitor)
    return Gone(chosen, chosen.offer, found, near, replace(handover, team=""), saved)


def for_team(session: Session, chosen: Chosen, word: str) -> Chosen:
    """The time as one of the team that ``word`` names: any member at the place will do. The time as it was when its
    Schedule is none of that team."""
    offers = team_offers(session, word, chosen.offer.schedule_id)
    return Chosen(offers[0], chosen.start) if offers else chosen


def printable(text: str) -> str:
    """A finder's word as it may be kept: printable and at most 255 characters, else "" (it is then left out). U+FFFD
    stands for bytes that were no text."""
    kept = len(text) <= MAX_REFERRAL and text.isprintable() and "\ufffd" not in text
    return text if kept else ""


def nearby_offer(session: Session, text: str) -> Offer | None:
    """What a slot id that names no time may have meant, such as one cut short: the public offer that its beginning
    names; None when there is none with a page."""
    for word in (text, text.rpartition("-")[0]):
        offer = load_offers(session, [word[:MAX_ID]]).get(word) if word.isascii() and word else None
        if offer is not None and offer.public and offer.bookable and offer.times_path:
            return offer
    return None
