"""Walk-in: the gaps of today into which a visit fits by length and buffers, off the grid and inside the notice too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from scheduler.accounts.rights import Person
from scheduler.availability import Situation, explain, next_open, open_starts
from scheduler.booking.acts import HOURS, TAKEN, group_of
from scheduler.clock import DAY, MINUTE
from scheduler.console.desk.offers import Offered, offered_to, one_zone
from scheduler.console.desk.openings import SEARCHED_DAYS, STEP, Opening, without_limits
from scheduler.console.desk.reasons import Warnings, warnings_of
from scheduler.db import snapshot
from scheduler.intake import Asked, questions_of
from scheduler.intake.asks import staff_asks
from scheduler.intake.who import STAFF, Who
from scheduler.models.situations import load_situation, load_situations
from scheduler.models.slots import parse_slot_id, slot_id

ANYWAY = "anyway:"
# what a walk-in sets aside: the grid, and the limits that bind patients alone
SET_ASIDE = frozenset({"interval", "past", "notice", "horizon", "release", "cap"})
_TYPING = 30 * MINUTE  # a form may be typed for as long before its start counts as passed


@dataclass(frozen=True, slots=True)
class Gap:
    """Free time that the visit fits in: its first start, and until when it is free (epoch seconds)."""

    slot: str
    start: int
    until: int


@dataclass(frozen=True, slots=True)
class Row:
    """One type with its clinicians. ``starts``: every start, when they were asked for. Without a gap: ``anyway`` is the
    start at once, with what stands against it, and ``following`` the next opening after today."""

    offer: Offered
    gaps: tuple[Gap, ...]
    starts: tuple[Opening, ...] = ()
    anyway: Opening | None = None
    against: Warnings = field(default_factory=Warnings)
    following: Opening | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """``picked``: the value of the choice that is made, "" for none yet; ``questions``: those that a walk-in is asked of its
    type, and ``who`` the type is for; ``zone``: IANA name, "" where the rows are not all in one."""

    rows: tuple[Row, ...]
    full: tuple[Row, ...]
    picked: str
    questions: tuple[Asked, ...]
    who: Who
    zone: str


@dataclass(frozen=True, slots=True)
class Pick:
    """A choice that was sent: the offer and start, whether it was "anyway", and what stands against it now.
    ``outside``: it lies outside the hours. ``taken``: it needs a reason for overbooking."""

    offer: Offered
    start: int
    anyway: bool
    outside: bool
    taken: bool
    questions: tuple[Asked, ...]
    who: Who


def from_now(now: int) -> int:
    """The next whole five minutes."""
    return -(-now // STEP) * STEP


def fitting_starts(situation: Situation, offer: Offered, now: int) -> list[int]:
    """Every start on five minutes of the rest of the local day at which the visit lies inside the hours and nothing is
    in its way. Asked of the slot rule with a step of one minute, since a window may begin off the five."""
    since = from_now(now)
    until = offer.clock.next_day_begins(now)
    fine = without_limits(situation, interval=1)
    return (
        [start for start in open_starts(fine, now, since, until) if start % STEP == 0]
        if since < until
        else []
    )


def gaps_of(offer: Offered, starts: Sequence[int]) -> tuple[Gap, ...]:
    """Runs of starts five minutes apart, each as one gap."""
    gaps: list[list[int]] = []
    for start in starts:
        if gaps and start - gaps[-1][-1] == STEP:
            gaps[-1].append(start)
        else:
            gaps.append([start])
    return tuple(
        Gap(slot_id(offer.schedule, run[0]), run[0], run[-1] + offer.duration * MINUTE) for run in gaps
    )


def walkin_page(person: Person, now: int, *, picked: str = "", all_of: str = "", place_id: str = "") -> Page:
    """Today's gaps for everything that the person may book. ``picked``: a choice that was sent; ``all_of``: the
    schedule of which every start is shown; ``place_id``: the place that the person looks at on Day, "" for all."""
    with snapshot() as session:
        offers = offered_to(session, person)
        situations = load_situations(session, list(offers), now, now + 2 * DAY) if offers else {}
        rows, full = [], []
        for schedule, situation in situations.items():
            offer = offers[schedule]
            starts = fitting_starts(situation, offer, now)
            every = tuple(Opening(slot_id(schedule, at), at, offer) for at in starts)
            if starts:
                gaps = gaps_of(offer, starts)
                wanted = {one.slot for one in every} - {gap.slot for gap in gaps}
                shown = schedule == all_of or picked in wanted
                rows.append(Row(offer, gaps, every if shown else ()))
            else:
                full.append(_without_gap(situation, offer, now))
        full = _with_following(session, full, now)
        # a class is not what somebody at the desk comes for, unless nothing else is free; a video visit still less
        shared = {one for one, situation in situations.items() if situation.rules.capacity > 1}
        rows.sort(
            key=lambda row: (
                row.offer.remote,
                row.offer.schedule in shared,
                row.gaps[0].start,
                row.offer.words,
            )
        )
        full.sort(key=lambda row: row.offer.words)
        picked = _picked(rows, full, picked, all_of, place_id)
        questions, who = _asked(session, offers, picked)
    return Page(
        tuple(rows), tuple(full), picked, questions, who, one_zone(row.offer for row in (*rows, *full))
    )


def read_pick(person: Person, value: str, now: int) -> Pick | None:
    """What a choice means now; None for one that leads nowhere or has passed."""
    parsed = parse_slot_id(value.removeprefix(ANYWAY))
    if parsed is None or not now - _TYPING <= parsed[1] <= now + (SEARCHED_DAYS + 1) * DAY:
        return None
    schedule, start = parsed
    with snapshot() as session:
        offer = offered_to(session, person, [schedule]).get(schedule)
        if offer is None:
            return None
        reasons = explain(load_situation(session, schedule, start, start + 1), start, now)
        return Pick(
            offer=offer,
            start=start,
            anyway=value.startswith(ANYWAY),
            outside=any(one.code not in SET_ASIDE and group_of(one) == HOURS for one in reasons),
            taken=any(group_of(reason) == TAKEN for reason in reasons),
            questions=asked_at_the_desk(questions_of(session, offer.type_id)),
            who=staff_asks(session, offer.type_id, start, offer.zone),
        )


def asked_at_the_desk(questions: Sequence[Asked]) -> tuple[Asked, ...]:
    """The questions of a type that a walk-in is asked: the required ones, those with an answer that stops a booking, and
    what these hang on."""
    wanted: set[str] = set()
    for question in reversed(questions):
        if question.id in wanted or question.required or question.stop_answers:
            wanted |= {question.id, question.shown_question_id or ""}
    return tuple(question for question in questions if question.id in wanted)


def _without_gap(situation: Situation, offer: Offered, now: int) -> Row:
    start = from_now(now)
    against = warnings_of([one for one in explain(situation, start, now) if one.code not in SET_ASIDE], offer)
    return Row(
        offer, (), anyway=Opening(ANYWAY + slot_id(offer.schedule, start), start, offer), against=against
    )


def _with_following(session: Session, rows: Sequence[Row], now: int) -> list[Row]:
    """The rows with the next opening after today."""
    if not rows:
        return []
    until = now + SEARCHED_DAYS * DAY
    situations = load_situations(session, [row.offer.schedule for row in rows], now, until)
    return [
        Row(row.offer, (), (), row.anyway, row.against, _following(situations[row.offer.schedule], row.offer, now, until))
        for row in rows
    ]  # fmt: skip


def _following(situation: Situation, offer: Offered, now: int, until: int) -> Opening | None:
    start = next(iter(next_open(without_limits(situation), now, 1, until)), None)
    return Opening(slot_id(offer.schedule, start), start, offer) if start is not None else None


def _picked(rows: Sequence[Row], full: Sequence[Row], picked: str, all_of: str, place_id: str) -> str:
    """The choice that was sent while it is on the page; else the first gap, of the type looked at if there is one, and
    otherwise of a type for which one comes to this desk: where several places have gaps and none is chosen, somebody would
    be sent to another town."""
    values = {gap.slot for row in rows for gap in row.gaps} | {one.slot for row in rows for one in row.starts}
    values |= {one.slot for row in full for one in (row.anyway, row.following) if one is not None}
    if picked in values:
        return picked
    parsed = parse_slot_id(picked.removeprefix(ANYWAY))
    wanted = all_of or (parsed[0] if parsed else "")
    looked_at = [row for row in rows if row.offer.schedule == wanted]
    if not looked_at:
        comes = [row for row in rows if not row.offer.remote]
        here = [row for row in comes if row.offer.place_id == place_id]
        one_place = len({row.offer.place_id for row in comes}) == 1
        looked_at = here or (comes if one_place else [])
    return looked_at[0].gaps[0].slot if looked_at else ""


def _asked(session: Session, offers: dict[str, Offered], picked: str) -> tuple[tuple[Asked, ...], Who]:
    parsed = parse_slot_id(picked.removeprefix(ANYWAY))
    if parsed is None or parsed[0] not in offers:
        return (), STAFF
    offer = offers[parsed[0]]
    return (
        asked_at_the_desk(questions_of(session, offer.type_id)),
        staff_asks(session, offer.type_id, parsed[1], offer.zone),
    )
