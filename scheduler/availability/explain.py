"""Why a start is not open: every reason as a value, the rule that decided first (design.md, the slot rule).

The words are for the pages (ux.md 2.3). An empty list means open: the tests hold this against ``rule``.
Reasons come in the order of the rules: past, what owns the date (closure, time_off, override, hours), interval,
length, notice, horizon, release, what is taken (booked, held, busy, buffer, length of the first host; host
for another one; room), full, cap.

``record`` by code: hours: the availability; override, closure, time_off: that row; booked, held, busy: the appointment
or busy block in the way; buffer: the type when its own buffers alone are in the way, else the appointment, which keeps
those it was booked with; length: what cuts the time short, else the type; host, room: what takes the first one of them
(a room: the schedule when there is none of its kind); notice, horizon, release, interval, full, cap: the type.

``opens_at`` by code: horizon, release: that instant; held, host, room, full, cap: when holds that expire end it.

``detail`` by code (instants in epoch seconds, lengths in minutes, dates as ISO text):

- past, notice: minutes, latest (the last instant at which it could have been booked)
- hours, override: date, weekday (0 = Monday), windows ("09:00-12:00 13:00-17:00", "" = closed)
- closure (of the place or organization), time_off (with actor, whose it is): start, end (dates, both included)
- interval: minutes, earlier, later (the nearest starts of the grid; no later at the end of a window)
- length: free, needed; and when something taken is in the way: cause (booked, busy), actor, start, end
- horizon: days; release: share_percent, days_before
- booked, held, busy: actor, start, end; buffer: these, minutes, side (before or after what is taken),
  taken (booked, held, busy: what it is)
- host: actor, cause (one of the above) and what that has
- room: kind (its place in the list); actor, cause and so on of the first candidate, when there is one
- full, held (of a session's seats): capacity, taken
- cap: per (day or week), limit, count, actor
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from itertools import zip_longest

from scheduler.availability import limits
from scheduler.availability.busy import Block, Blocks
from scheduler.availability.hosts import Actors
from scheduler.availability.hours import DatedHours
from scheduler.availability.hours import dated as dated_hours
from scheduler.availability.rule import is_open
from scheduler.availability.values import (
    MINUTE,
    ActorTime,
    Counted,
    Moment,
    Reason,
    Record,
    Situation,
    TypeRules,
)
from scheduler.availability.zones import EARLIEST, LATEST

Detail = dict[str, int | str]


def explain(situation: Situation, start: int, now: int, leave_out: str | None = None) -> list[Reason]:
    """All reasons why ``start`` is not open; [] exactly when is_open. Raises ValueError like open_starts."""
    if not EARLIEST <= start < LATEST:
        return [Reason("past") if start < now else Reason("hours")]
    dated, rules, moment = dated_hours(situation.hours), situation.rules, Moment(now, leave_out)
    kind = Record("appointment_type", situation.appointment_type) if situation.appointment_type else None
    actors = Actors(situation, moment)
    by_hours = list(_hours(dated, rules, start, kind))
    past = [Reason("past", detail=_notice_detail(rules, start))] if start < now else []
    return [
        *past,
        *by_hours,
        *_notice(rules, start, now, kind),
        *_horizon(dated, rules, start, now, kind),
        *([] if by_hours else _release(dated, rules, start, now, kind)),
        *_hosts(situation, actors, start, kind),
        *_rooms(situation, actors, start, moment, kind),
        *_seats(situation, start, moment, kind),
        *_caps(dated, situation, start, moment, kind),
    ]


def opens_at(situation: Situation, start: int, now: int, leave_out: str | None = None) -> int | None:
    """The instant (epoch seconds) from which ``start`` is open when nothing but time passes: ``now`` when it is open
    already, None when it never will be. Raises ValueError like open_starts."""
    reasons = explain(situation, start, now, leave_out)
    instants = [reason.opens_at for reason in reasons if reason.opens_at is not None]
    if len(instants) < len(reasons):
        return None
    at = max(instants, default=now)
    # The notice may have run over it by then.
    return at if not reasons or is_open(situation, start, at, leave_out) else None


def _hours(dated: DatedHours, rules: TypeRules, start: int, kind: Record | None) -> Iterable[Reason]:
    step, length = rules.interval * MINUTE, rules.duration * MINUTE
    around = _windows_at(dated, start, length)
    if not around:
        yield from _no_window(dated, start, length)
        return
    if all((start - begin) % step for begin, _, _ in around):
        detail: Detail = {"minutes": rules.interval}
        detail["earlier"] = max(begin + (start - begin) // step * step for begin, _, _ in around)
        later = [(begin + ((start - begin) // step + 1) * step, end) for begin, end, _ in around]
        inside = [at for at, end in later if at < end]
        if inside:
            detail["later"] = min(inside)
        yield Reason("interval", kind, detail=detail)
    reach = around[0][2]
    if start + length > reach:
        yield Reason("length", kind, detail={"free": (reach - start) // MINUTE, "needed": rules.duration})


def _windows_at(dated: DatedHours, start: int, length: int) -> list[tuple[int, int, int]]:
    around, _ = dated.windows_between(start, start + length)
    return [window for window in around if window[0] <= start < window[1]]


def _no_window(dated: DatedHours, start: int, length: int) -> Iterable[Reason]:
    day = dated.zone.day(start)
    owner, when = dated.owner(day), date.fromordinal(day)
    sources = dated.hours.sources
    if owner != "time_off":
        windows = sorted(dated.windows(day), key=lambda window: window.start)
        detail: Detail = {"date": when.isoformat(), "weekday": (day + 6) % 7}
        detail["windows"] = " ".join(f"{_wall(window.start)}-{_wall(window.end)}" for window in windows)
        yield Reason(
            owner, sources.overrides.get(when) if owner == "override" else sources.weekly, detail=detail
        )
        return
    for (first, last), away in zip_longest(dated.hours.time_off, sources.time_off):
        if first <= when <= last:
            detail = {"start": first.isoformat(), "end": last.isoformat()}
            if away is not None and not away.actor:
                yield Reason("closure", away.record, detail=detail)
            elif away is not None:
                yield Reason("time_off", away.record, detail={**detail, "actor": away.actor})
            else:
                yield Reason("time_off", detail=detail)
    # Without the time off, would it be open? If not, that is a reason of its own.
    beneath = dated_hours(replace(dated.hours, time_off=()))
    if not _windows_at(beneath, start, length):
        yield from _no_window(beneath, start, length)


def _wall(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def _notice_detail(rules: TypeRules, start: int) -> Detail:
    return {"minutes": rules.minimum_notice, "latest": start - rules.minimum_notice * MINUTE}


def _notice(rules: TypeRules, start: int, now: int, kind: Record | None) -> Iterable[Reason]:
    if now <= start < now + rules.minimum_notice * MINUTE:
        yield Reason("notice", kind, detail=_notice_detail(rules, start))


def _horizon(
    dated: DatedHours, rules: TypeRules, start: int, now: int, kind: Record | None
) -> Iterable[Reason]:
    days = rules.horizon_days
    if days is None:
        return
    day = dated.zone.day(start)
    if day > limits.last_day(dated.zone, days, now):
        opens_at = dated.zone.instant(day - days, 0)
        if opens_at <= now:  # that date had begun, and the clock was set back into the one before
            opens_at = dated.zone.next_day_begins(now)
        yield Reason("horizon", kind, opens_at, detail={"days": days})


def _release(
    dated: DatedHours, rules: TypeRules, start: int, now: int, kind: Record | None
) -> Iterable[Reason]:
    release = rules.release
    if release is not None and not limits.released(dated, rules, now, [start]):
        detail: Detail = {"share_percent": release.share_percent, "days_before": release.days_before}
        yield Reason(
            "release", kind, limits.release_instant(dated.zone, release, dated.zone.day(start)), detail
        )


def _hosts(situation: Situation, actors: Actors, start: int, kind: Record | None) -> Iterable[Reason]:
    groups = actors.groups(start)
    for number, host in enumerate(actors.hosts):
        for block in host.against(start, groups):
            cause, detail = _cause(host, block, situation.rules, start)
            record = _record(situation.hosts[number], block)
            if cause == "buffer" and _own_buffer_alone(block, situation.rules, start):
                record = kind
            if number:
                detail["cause"], cause = cause, "host"
            yield Reason(cause, record, block.claim.expires if block.claim else None, detail)


def _record(actor: ActorTime, block: Block) -> Record | None:
    """Where what blocks is written down."""
    if block.claim is not None:
        return Record("appointment", block.claim.appointment)
    spans = (one.record for one in actor.busy if (one.start, one.end) == (block.start, block.end))
    return next(spans, None)


def _own_buffer_alone(block: Block, rules: TypeRules, start: int) -> bool:
    """Whether a visit without buffers of its own would be clear of the block, which keeps those that it has."""
    end = start + rules.duration * MINUTE
    return end <= block.start - block.before or start >= block.end + block.after


def _cause(actor: Blocks, block: Block, rules: TypeRules, start: int) -> tuple[str, Detail]:
    detail: Detail = {"actor": actor.actor, "start": block.start, "end": block.end}
    what = "busy" if block.claim is None else "booked" if block.claim.expires is None else "held"
    if what == "held" or block.start <= start < block.end:
        return what, detail
    if start < block.start < start + rules.duration * MINUTE:
        free = block.start - block.before - actor.reach + rules.duration * MINUTE - start
        return "length", {**detail, "cause": what, "free": max(0, free // MINUTE), "needed": rules.duration}
    if block.start <= start:
        kept = (block.after + actor.before) // MINUTE
        return "buffer", {**detail, "taken": what, "side": "after", "minutes": kept}
    kept = block.before // MINUTE + rules.buffer_after
    return "buffer", {**detail, "taken": what, "side": "before", "minutes": kept}


def _rooms(
    situation: Situation, actors: Actors, start: int, moment: Moment, kind: Record | None
) -> Iterable[Reason]:
    groups = actors.groups(start)
    for number, rooms in enumerate(actors.kinds):
        if actors.chosen(rooms, start) is not None:
            continue
        detail: Detail = {"kind": number}
        record = Record("schedule", situation.schedule) if situation.schedule else None
        for room in actors.of_kind(rooms, start)[:1]:
            block = room.against(start, groups)[0]
            cause, more = _cause(room, block, situation.rules, start)
            detail |= {**more, "cause": cause}
            own = cause == "buffer" and _own_buffer_alone(block, situation.rules, start)
            record = kind if own else _record(situation.resources[number][rooms.index(room)], block)
        expiries = [block.claim.expires for room in rooms for block in room.against(start) if block.claim]

        def free(at: Moment, number: int = number) -> bool:
            later = Actors(situation, at)
            return later.chosen(later.kinds[number], start) is not None

        yield Reason("room", record, _gone_at(expiries, moment, free), detail)


def _seats(situation: Situation, start: int, moment: Moment, kind: Record | None) -> Iterable[Reason]:
    rules = situation.rules
    here = [seat for seat in situation.seats if seat.start == start]

    def left(at: Moment) -> int:
        session = limits.sessions(rules, here, at).get(start)
        return rules.capacity - session.taken if session else rules.capacity

    if left(moment) > 0:
        return
    gone_at = _gone_at([seat.expires for seat in here], moment, lambda at: left(at) > 0)
    detail: Detail = {"capacity": rules.capacity, "taken": rules.capacity - left(moment)}
    yield Reason("full" if gone_at is None else "held", kind, gone_at, detail)


def _caps(
    dated: DatedHours, situation: Situation, start: int, moment: Moment, kind: Record | None
) -> Iterable[Reason]:
    rules, day = situation.rules, dated.zone.day(start)
    for number, counted in enumerate(situation.counted or ((),)):
        count = limits.tally(dated.zone, counted, moment)
        for per, limit, reached in limits.caps(rules, count, day):

            def below(at: Moment, counted: tuple[Counted, ...] = counted, per: str = per) -> bool:
                later = limits.tally(dated.zone, counted, at)
                return per not in [name for name, _, _ in limits.caps(rules, later, day)]

            gone_at = _gone_at([one.expires for one in counted], moment, below)
            detail: Detail = {
                "per": per,
                "limit": limit,
                "count": reached,
                "actor": situation.hosts[number].actor,
            }
            yield Reason("cap", kind, gone_at, detail)


def _gone_at(expiries: Iterable[int | None], moment: Moment, gone: Callable[[Moment], bool]) -> int | None:
    """The first expiry of a live hold after which a reason is gone; None when it does not hang on holds."""
    later = sorted({expires for expires in expiries if expires is not None and expires > moment.now})
    return next((at for at in later if gone(Moment(at, moment.leave_out))), None)
