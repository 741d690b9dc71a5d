"""What the pages of finders show: who is registered, what came of their referrals, what is not told yet; who is unknown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, String, cast, func, select
from sqlalchemy.orm import Session

from scheduler.accounts.rights import Person
from scheduler.clock import DAY
from scheduler.console.admin.coming import home_zone
from scheduler.db import snapshot
from scheduler.errors import NotFound
from scheduler.models import Outbox, ReferralState, Source, UnknownSource
from scheduler.notify import outbox
from scheduler.outcomes import BOOKED, CANCELLED, GONE, HELD, LAPSED, MOST_UNKNOWN, MOVED, STARTED

COUNTED_DAYS = 30
SHOWN_UNKNOWN = 100
# state → its column on the page, in the order in which they come about
STATES = {
    STARTED: "Started",
    HELD: "Held",
    BOOKED: "Booked",
    MOVED: "Moved",
    CANCELLED: "Cancelled",
    LAPSED: "Lapsed",
    GONE: "Gone",
}


@dataclass(frozen=True, slots=True)
class Figures:
    """Referrals of the last 30 days, and of them those that came to each state at some time."""

    referrals: int
    states: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Row:
    """A registered finder in the list."""

    id: str
    name: str
    value: str
    active: bool
    shares: bool
    has_key: bool
    figures: Figures


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that nobody registered, with how often and when last (epoch seconds) it came."""

    value: str
    count: int
    last_at: int


@dataclass(frozen=True, slots=True)
class Table:
    """All finders of the organization. ``full``: no new unknown value is counted any more."""

    zone: str
    rows: tuple[Row, ...]
    unknown: tuple[Unknown, ...]
    unknown_total: int
    full: bool


@dataclass(frozen=True, slots=True)
class Page:
    """One finder. ``waiting`` and ``failing`` count calls to it that are not done; ``problem`` is the newest failure's
    sentence, ``last_told`` the instant (epoch seconds) of the last call that arrived."""

    source: Source
    zone: str
    figures: Figures
    waiting: int
    failing: int
    problem: str
    last_told: int | None


def sources_table(person: Person, now: int) -> Table:
    """The finders of the person's organization, and the values that nobody registered, most frequent first."""
    with snapshot() as session:
        sources = session.scalars(
            select(Source)
            .where(Source.organization_id == person.organization_id)
            .order_by(Source.active.desc(), Source.name, Source.id)
        ).all()
        figures = _figures(session, ReferralState.organization_id == person.organization_id, now)
        total = session.scalar(select(func.count()).select_from(UnknownSource)) or 0
        unknown = session.scalars(
            select(UnknownSource)
            .order_by(UnknownSource.count.desc(), UnknownSource.last_at.desc(), UnknownSource.value)
            .limit(SHOWN_UNKNOWN)
        ).all()
        zone = home_zone(session, person.organization_id)
    return Table(
        zone=zone,
        rows=tuple(
            Row(
                one.id,
                one.name,
                one.value,
                one.active,
                one.share_outcome,
                one.key_hash is not None,
                figures.get(one.id, _NONE),
            )
            for one in sources
        ),
        unknown=tuple(Unknown(one.value, one.count, one.last_at) for one in unknown),
        unknown_total=total,
        full=total >= MOST_UNKNOWN,
    )


def source_page(person: Person, source_id: str, now: int) -> Page:
    """One finder of the person's organization. Raises NotFound."""
    with snapshot() as session:
        source = source_of(session, person, source_id)
        figures = _figures(session, ReferralState.source_id == source.id, now)
        open_calls = (
            session.execute(
                select(Outbox.error)
                .join(ReferralState, cast(ReferralState.id, String) == Outbox.object_id)
                .where(
                    Outbox.kind == outbox.OUTCOME,
                    Outbox.done_at.is_(None),
                    ReferralState.source_id == source.id,
                )
                .order_by(Outbox.id.desc())
            )
            .scalars()
            .all()
        )
        last_told = session.scalar(
            select(func.max(ReferralState.told_at)).where(ReferralState.source_id == source.id)
        )
        zone = home_zone(session, person.organization_id)
    failed = [error for error in open_calls if error]
    return Page(
        source=source,
        zone=zone,
        figures=figures.get(source.id, _NONE),
        waiting=len(open_calls) - len(failed),
        failing=len(failed),
        problem=_sentence(failed[0]) if failed else "",
        last_told=last_told,
    )


def source_of(session: Session, person: Person, source_id: str) -> Source:
    """A finder of the person's organization. Raises NotFound, also for another organization's."""
    source = session.get(Source, source_id)
    if source is None or source.organization_id != person.organization_id:
        raise NotFound("We can't find that finder.")
    return source


def untold_of(session: Session, source: Source) -> list[str]:
    """The ids, as the outbox has them, of the states that this finder was not told."""
    untold = select(ReferralState.id).where(
        ReferralState.source_id == source.id, ReferralState.told_at.is_(None)
    )
    return [str(one) for one in session.scalars(untold)]


_NONE = Figures(0, {})


def _figures(session: Session, which: ColumnElement[bool], now: int) -> dict[str, Figures]:
    """Figures by the id of the source."""
    recent = (which, ReferralState.at >= now - COUNTED_DAYS * DAY)
    handles = func.count(ReferralState.handle_hash.distinct())
    totals = session.execute(
        select(ReferralState.source_id, handles).where(*recent).group_by(ReferralState.source_id)
    )
    by_state: dict[str, dict[str, int]] = {}
    for source_id, state, count in session.execute(
        select(ReferralState.source_id, ReferralState.state, handles)
        .where(*recent)
        .group_by(ReferralState.source_id, ReferralState.state)
    ):
        by_state.setdefault(source_id, {})[state] = count
    return {source_id: Figures(total, by_state.get(source_id, {})) for source_id, total in totals}


def _sentence(error: str) -> str:
    return f"{error[:1].upper()}{error[1:]}."
