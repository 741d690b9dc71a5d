"""Claims, leases, back-off and giving up, on both databases."""

from __future__ import annotations

import threading
from collections import Counter

import pytest
from flask import Flask
from sqlalchemy import select

from scheduler.db import snapshot, transaction
from scheduler.models import Organization, Outbox
from scheduler.notify import outbox

NOW = 1_800_000_000


@pytest.fixture(autouse=True)
def clinic(app_context: Flask) -> Flask:
    with transaction() as session:
        session.add(Organization(id="clinic", organization_id="clinic", name="Clinic", created_at=0))
    return app_context


def enqueue(object_id: str = "a1", due_at: int | None = None) -> None:
    with transaction() as session:
        outbox.enqueue(
            session,
            organization_id="clinic",
            kind="booking-confirmed",
            object_id=object_id,
            now=NOW,
            due_at=due_at,
        )


def row() -> Outbox:
    with snapshot() as session:
        found = session.scalars(select(Outbox)).one()
        session.expunge_all()
        return found


def claim(now: int = NOW) -> outbox.Claimed:
    claimed = outbox.claim_next(now)
    assert claimed is not None
    return claimed


def test_a_row_that_is_rolled_back_is_never_delivered() -> None:
    def act() -> None:
        with transaction() as session:
            outbox.enqueue(
                session, organization_id="clinic", kind="booking-confirmed", object_id="a1", now=NOW
            )
            raise RuntimeError("the act failed")

    with pytest.raises(RuntimeError):
        act()
    assert outbox.claim_next(NOW) is None


def test_nothing_is_claimed_before_it_is_due() -> None:
    enqueue(due_at=NOW + 60)
    assert outbox.claim_next(NOW + 59) is None
    assert claim(NOW + 60).object_id == "a1"


def test_a_claimed_row_is_nobody_elses_until_its_lease_ends() -> None:
    enqueue()
    first = claim()
    assert outbox.claim_next(NOW + outbox.LEASE_SECONDS - 1) is None
    second = claim(NOW + outbox.LEASE_SECONDS)
    assert (second.id, second.message_id) == (first.id, first.message_id)
    assert second.attempts == first.attempts + 1


def test_a_worker_that_outlived_its_lease_cannot_mark_the_row() -> None:
    enqueue()
    late = claim()
    current = claim(NOW + outbox.LEASE_SECONDS)
    assert not outbox.finish(late, NOW + 200)
    assert not outbox.fail(late, NOW + 200, "too late")
    assert row().done_at is None
    assert outbox.finish(current, NOW + 201)
    assert row().done_at == NOW + 201


def test_a_finished_row_is_never_claimed_again() -> None:
    enqueue()
    assert outbox.finish(claim(), NOW)
    assert outbox.claim_next(NOW + 10_000_000) is None
    assert not outbox.finish(outbox.Claimed(row().id, "clinic", "k", "a1", None, "m", 1), NOW + 5)


def test_failures_wait_twice_as_long_each_time_and_end_listed() -> None:
    enqueue()
    now = NOW
    message_ids, waits = set(), []
    for _ in range(outbox.MAX_ATTEMPTS):
        claimed = claim(now)
        message_ids.add(claimed.message_id)
        assert outbox.fail(claimed, now, "the mail server can't be reached")
        waits.append(row().due_at - now)
        assert outbox.claim_next(row().due_at - 1) is None
        now = row().due_at
    assert waits == [5, 10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600]
    assert len(message_ids) == 1
    assert outbox.claim_next(now + 10_000_000) is None
    with snapshot() as session:
        [given_up] = outbox.stuck(session, now, "clinic")
        assert given_up.error == "the mail server can't be reached"
        assert outbox.stuck(session, now, "another") == []


def test_a_row_that_can_never_succeed_is_listed_at_once() -> None:
    enqueue()
    assert outbox.give_up(claim(), "the recipient was refused (550)")
    assert outbox.claim_next(NOW + 10_000_000) is None
    with snapshot() as session:
        assert [found.error for found in outbox.stuck(session, NOW)] == ["the recipient was refused (550)"]


def test_message_ids_name_the_public_host_and_differ() -> None:
    enqueue("a1")
    enqueue("a2")
    first, second = claim(), claim()
    assert first.message_id != second.message_id
    assert first.message_id.startswith("<")
    assert first.message_id.endswith("@localhost>")


def test_eight_workers_deliver_forty_rows_once_each(clinic: Flask) -> None:
    for number in range(40):
        enqueue(f"a{number}")
    seen: Counter[str] = Counter()
    problems: list[BaseException] = []
    lock = threading.Lock()

    def work() -> None:
        with clinic.app_context():
            try:
                while (claimed := outbox.claim_next(NOW)) is not None:
                    with lock:
                        seen[claimed.object_id] += 1
                    outbox.finish(claimed, NOW)
            except BaseException as error:
                problems.append(error)

    workers = [threading.Thread(target=work) for _ in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert problems == []
    assert seen == Counter({f"a{number}": 1 for number in range(40)})
