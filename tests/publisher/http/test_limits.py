"""Budgets per client, and who is one client."""

from __future__ import annotations

import threading

import pytest

from scheduler.publisher.http.limits import Budget, Limits, client_of


def test_a_minutes_requests_may_come_at_once_and_no_more() -> None:
    budget = Budget(300)
    assert [budget.wait("a", 1000.0) for _ in range(300)] == [0] * 300
    assert budget.wait("a", 1000.0) == 1


def test_waiting_as_long_as_was_said_is_enough() -> None:
    budget = Budget(2)
    budget.wait("a", 0.0)
    budget.wait("a", 0.0)
    wait = budget.wait("a", 10.5)
    assert wait == 20
    assert budget.wait("a", 10.5 + wait) == 0


def test_asking_while_it_is_too_early_does_not_make_the_wait_longer() -> None:
    budget = Budget(1)
    budget.wait("a", 0.0)
    assert {budget.wait("a", 30.0) for _ in range(100)} == {30}
    assert budget.wait("a", 60.0) == 0


def test_a_steady_poller_within_the_rate_never_waits() -> None:
    budget = Budget(300)
    assert not any(budget.wait("a", step * 0.2) for step in range(5000))


def test_a_client_that_rested_has_a_full_budget_and_not_more() -> None:
    budget = Budget(5)
    for now in (0.0, 100_000.0):
        assert [budget.wait("a", now) for _ in range(6)] == [0, 0, 0, 0, 0, 12]


def test_clients_do_not_wait_for_each_other() -> None:
    budget = Budget(1)
    assert budget.wait("a", 0.0) == budget.wait("b", 0.0) == 0
    assert budget.wait("a", 0.0) == budget.wait("b", 0.0) == 60


def test_memory_is_bounded_and_a_client_that_keeps_asking_is_not_forgotten() -> None:
    budget = Budget(1, addresses=10)
    budget.wait("busy", 0.0)
    for number in range(1000):
        budget.wait(f"other {number}", 1.0)
        assert budget.wait("busy", 1.0) == 59
        assert len(budget) <= 20


def test_threads_together_get_the_budget_and_no_more() -> None:
    budget, taken = Budget(400), []

    def take() -> None:
        taken.extend(budget.wait("a", 0.0) == 0 for _ in range(200))

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(taken) == 400


def test_no_limit_is_no_budget() -> None:
    assert Limits(0).reads is Limits(0).files is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("2001:db8::1", "2001:db8::ffff:1:2"),
        ("2001:DB8:0:0::1", "2001:db8::2"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("fe80::1%eth0", "fe80::2%eth1"),
    ],
)
def test_addresses_of_one_household_are_one_client(one: str, other: str) -> None:
    assert client_of(one) == client_of(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("192.0.2.1", "192.0.2.2"), ("2001:db8::1", "2001:db8:0:1::1"), ("", "192.0.2.1"), ("a:b", "a:c")],
)
def test_other_addresses_are_other_clients(one: str, other: str) -> None:
    assert client_of(one) != client_of(other)
