"""Each act of a visit becomes one state of its referral: the right one, at the right instant, once; or none at all."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from scheduler import booking, catalog, clock, outcomes
from scheduler.booking import SYSTEM, By
from scheduler.db import snapshot, transaction
from scheduler.errors import SlotGone
from scheduler.models import Appointment, Outbox, Referral, ReferralState, Source
from tests.factories import (
    DETAILS,
    Clinic,
    make_appointment,
    make_hold,
    make_pool,
    make_schedule,
    make_source,
    make_type,
    visitor,
)
from tests.support.times import Clock

HANDLE = "ref/äö?=&#🙂%41"


@pytest.fixture
def source(clinic: Clinic) -> Source:
    return make_source(clinic, value="carefinder", callback_url="http://127.0.0.1:9/outcomes")[0]


def states(app: Flask, handle: str = HANDLE) -> list[str]:
    with app.app_context(), snapshot() as session:
        return list(
            session.scalars(
                select(ReferralState.state).where(ReferralState.handle == handle).order_by(ReferralState.id)
            )
        )


def instants(app: Flask) -> list[int]:
    with app.app_context(), snapshot() as session:
        return list(session.scalars(select(ReferralState.at).order_by(ReferralState.id)))


def sent(clinic: Clinic, *, by: By | None = None, handle: str = HANDLE, **fields: Any) -> Appointment:
    return make_hold(clinic, by=by, source="carefinder", booking_referral=handle, **fields)


def book(clinic: Clinic, by: By, held: Appointment, **details: Any) -> Appointment:
    with clinic.app.app_context():
        return booking.book(by=by, appointment_id=held.id, details=replace(DETAILS, **details))


def test_a_visits_whole_way_is_told_in_order_with_its_instants(
    clinic: Clinic, source: Source, frozen: Clock
) -> None:
    app, by, began = clinic.app, visitor(), clock.now()
    starts = clinic.starts()
    with app.app_context(), transaction() as session:
        outcomes.opened(session, "carefinder", HANDLE, began)
    frozen.forward(seconds=10)
    held = sent(clinic, by=by, start=starts[0])
    frozen.forward(seconds=50)
    book(clinic, by, held)
    with app.app_context():
        for start in starts[1:3]:
            frozen.forward(minutes=1)
            booking.move(by=SYSTEM, appointment_id=held.id, start=start)
        frozen.forward(minutes=1)
        booking.cancel(by=SYSTEM, appointment_id=held.id)
        frozen.forward(minutes=1)
        booking.restore(by=SYSTEM, appointment_id=held.id)
    assert states(app) == ["started", "held", "booked", "moved", "moved", "cancelled", "booked"]
    assert [at - began for at in instants(app)] == [0, 10, 60, 120, 180, 240, 300]
    with app.app_context(), snapshot() as session:
        rows = session.execute(select(Outbox.object_id).where(Outbox.kind == "outcome")).scalars().all()
        assert sorted(rows, key=int) == [
            str(one) for one in session.scalars(select(ReferralState.id).order_by(ReferralState.id))
        ]


def test_a_hold_that_runs_out_has_lapsed_when_its_time_was_over(
    clinic: Clinic, source: Source, frozen: Clock
) -> None:
    held = sent(clinic)
    frozen.forward(minutes=30)
    with clinic.app.app_context():
        booking.expire()
        booking.expire()
    assert states(clinic.app) == ["held", "lapsed"]
    assert instants(clinic.app)[1] == held.expires_at


def test_a_hold_that_somebody_elses_act_sweeps_away_has_lapsed_too(
    clinic: Clinic, source: Source, frozen: Clock
) -> None:
    held = sent(clinic)
    frozen.forward(minutes=30)
    make_hold(clinic, start=held.starts_at)
    assert states(clinic.app) == ["held", "lapsed"]
    assert instants(clinic.app)[1] == held.expires_at


def test_a_hold_given_back_has_lapsed_and_one_held_again_is_held(
    clinic: Clinic, source: Source, frozen: Clock
) -> None:
    by = visitor()
    held = sent(clinic, by=by)
    with clinic.app.app_context():
        booking.release(by=by, appointment_id=held.id)
        frozen.forward(minutes=2)
        booking.hold_again(by=by, appointment_id=held.id)
        booking.extend(by=by, appointment_id=held.id)
    assert states(clinic.app) == ["held", "lapsed", "held"]


def test_another_time_of_the_same_referral_is_no_change(clinic: Clinic, source: Source) -> None:
    by, starts = visitor(), clinic.starts()
    for start in starts[:3]:
        sent(clinic, by=by, start=start)
    other = make_schedule(clinic, type=make_type(clinic).id)
    elsewhere = sent(clinic, by=by, schedule=other.id, start=starts[5])
    assert elsewhere.schedule_id == other.id
    with clinic.app.app_context(), snapshot() as session:
        held = session.scalars(select(Appointment.id).where(Appointment.status == "held")).all()
    first = next(one for one in held if one != elsewhere.id)
    with clinic.app.app_context():
        booking.release(by=by, appointment_id=first)
    assert states(clinic.app) == ["held"]


def test_of_several_visits_of_one_referral_only_the_last_ones_end_is_told(
    clinic: Clinic, source: Source
) -> None:
    starts, visits = clinic.starts(), []
    for number in (0, 1):
        by = visitor()
        visits.append(book(clinic, by, sent(clinic, by=by, start=starts[number * 4])))
    with clinic.app.app_context():
        booking.cancel(by=SYSTEM, appointment_id=visits[0].id)
        assert states(clinic.app) == ["held", "booked"]
        booking.cancel(by=SYSTEM, appointment_id=visits[1].id)
    assert states(clinic.app) == ["held", "booked", "cancelled"]


def test_a_team_that_is_booked_by_a_referral_tells_it(clinic: Clinic, source: Source) -> None:
    pool = make_pool(clinic, {clinic.schedule: 0})
    with clinic.app.app_context():
        booking.hold_any(
            by=visitor(),
            pool_id=pool.id,
            location_id=clinic.location,
            start=clinic.starts()[0],
            source="carefinder",
            booking_referral=HANDLE,
        )
    assert states(clinic.app) == ["held"]


def test_a_request_is_held_until_the_clinic_decides(clinic: Clinic, source: Source) -> None:
    kind = make_type(clinic, approval_required=True)
    schedule, by = make_schedule(clinic, type=kind.id), visitor()
    asked = book(clinic, by, sent(clinic, by=by, schedule=schedule.id))
    assert asked.status == "pending"
    assert states(clinic.app) == ["held"]


def test_a_link_that_meets_a_taken_time_is_told_once_and_never_after_a_booking(
    clinic: Clinic, source: Source, frozen: Clock
) -> None:
    app = clinic.app

    def miss() -> None:
        with app.app_context(), transaction() as session:
            outcomes.missed(session, "carefinder", HANDLE, frozen.forward(seconds=5))

    miss()
    miss()
    assert states(app) == ["gone"]
    by = visitor()
    held = sent(clinic, by=by)
    miss()  # held by the same referral in another browser
    assert states(app) == ["gone", "held"]
    with app.app_context():
        booking.release(by=by, appointment_id=held.id)
    miss()
    assert states(app) == ["gone", "held", "lapsed", "gone"]
    with app.app_context():
        booking.hold_again(by=by, appointment_id=held.id)
    book(clinic, by, held)
    miss()
    assert states(app)[-2:] == ["held", "booked"]


def test_a_link_opened_again_starts_nothing_new(clinic: Clinic, source: Source) -> None:
    sent(clinic)
    for _ in range(3):
        with clinic.app.app_context(), transaction() as session:
            outcomes.opened(session, "carefinder", HANDLE, clock.now())
    assert states(clinic.app) == ["held"]


def test_nobody_is_told_who_is_not_registered_or_has_no_handle(clinic: Clinic, source: Source) -> None:
    starts = clinic.starts()
    make_hold(clinic, start=starts[0], source="stranger", booking_referral=HANDLE)
    make_hold(clinic, start=starts[4], source="carefinder")
    make_appointment(clinic, start=starts[8])
    with clinic.app.app_context(), snapshot() as session:
        assert session.scalar(select(func.count()).select_from(ReferralState)) == 0


@pytest.mark.parametrize("change", [{"active": False}, {"share_outcome": False}])
def test_a_finder_that_is_paused_or_shares_nothing_is_not_told(
    clinic: Clinic, source: Source, change: dict[str, bool]
) -> None:
    with clinic.app.app_context(), transaction() as session:
        catalog.edit_source(session, by=SYSTEM, now=clock.now(), source_id=source.id, **change)
    sent(clinic)
    assert states(clinic.app) == []


def test_what_the_patient_unticked_is_told_no_more_while_the_past_stays(
    clinic: Clinic, source: Source
) -> None:
    by = visitor()
    held = sent(clinic, by=by)
    with clinic.app.app_context():
        booking.choose_telling(by=by, appointment_id=held.id, tell=False)
    book(clinic, by, held, share_outcome=None)
    with clinic.app.app_context(), transaction() as session:
        booking_row = session.get_one(Referral, held.id)
        assert not booking_row.share_outcome
        outcomes.opened(session, "carefinder", HANDLE, clock.now())
        outcomes.missed(session, "carefinder", HANDLE, clock.now())
    with clinic.app.app_context():
        booking.cancel(by=SYSTEM, appointment_id=held.id)
    # neither does another time that the same referral brings
    sent(clinic, by=visitor(), start=clinic.starts()[6])
    assert states(clinic.app) == ["held"]


def test_who_ticks_it_again_is_told_of_again(clinic: Clinic, source: Source) -> None:
    by, starts = visitor(), clinic.starts()
    first = sent(clinic, by=by, start=starts[0])
    with clinic.app.app_context():
        booking.choose_telling(by=by, appointment_id=first.id, tell=False)
    second = sent(clinic, by=by, start=starts[4])
    with clinic.app.app_context():
        booking.choose_telling(by=by, appointment_id=second.id, tell=True)
    book(clinic, by, second, share_outcome=None)
    assert states(clinic.app) == ["held", "booked"]


@pytest.mark.parametrize("tell", [True, False])
def test_who_removes_their_data_leaves_no_words_of_a_finder_but_a_no_holds_on(
    clinic: Clinic, source: Source, tell: bool
) -> None:
    by = visitor()
    held = sent(clinic, by=by)
    book(clinic, by, held, share_outcome=tell)
    with clinic.app.app_context():
        booking.cancel(by=SYSTEM, appointment_id=held.id)
        booking.erase(by=By("patient"), appointment_id=held.id)
        with transaction() as session:
            left = session.get(Referral, held.id)
            assert left is None if tell else left is not None and left.source == left.booking_referral is None
            outcomes.missed(session, "carefinder", HANDLE, clock.now())
    assert states(clinic.app) == (["held", "booked", "cancelled"] if tell else ["held"])


def test_an_act_that_is_rolled_back_tells_nothing(clinic: Clinic, source: Source) -> None:
    by = visitor()
    held = sent(clinic, by=by)
    taken = make_hold(clinic, start=clinic.starts()[0])
    with clinic.app.app_context(), pytest.raises(SlotGone):
        booking.hold(
            by=by,
            schedule_id=clinic.schedule,
            start=taken.starts_at,
            source="carefinder",
            booking_referral=HANDLE,
        )
    assert states(clinic.app) == ["held"]
    with clinic.app.app_context(), snapshot() as session:
        assert session.get_one(Appointment, held.id).status == "held"


def test_states_are_forgotten_after_90_days(clinic: Clinic, source: Source, frozen: Clock) -> None:
    sent(clinic)
    with clinic.app.app_context(), transaction() as session:
        outcomes.count_unknown(session, "stranger", clock.now())
    frozen.forward(days=89)
    with clinic.app.app_context():
        booking.expire()
        assert outcomes.purge(clock.now()) == 0
        assert len(states(clinic.app)) == 2
        assert (
            outcomes.purge(frozen.forward(days=2)) == 4
        )  # two states, a value, what brought the lapsed hold
    assert states(clinic.app) == []
