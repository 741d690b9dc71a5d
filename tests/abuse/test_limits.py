"""What an act is counted by, when a browser must do the sum, and when a booking is risky."""

from __future__ import annotations

import threading

import pytest
from flask import Flask

from scheduler.abuse import Limited, limits
from scheduler.abuse.limits import address_key, before_booking, before_hold, risk_of, suspect, under_attack
from scheduler.db import snapshot
from scheduler.ids import new_id
from scheduler.settings import Settings
from tests.support.apps import settings_for

NOW = 1_800_000_000


def settings_of(app: Flask, **changes: str) -> Settings:
    kept: Settings = app.config["SETTINGS"]
    return settings_for(kept.database_url, kept.data_dir, **changes)


def hold(settings: Settings, address: str = "192.0.2.1", **how: bool) -> limits.Verdict:
    return before_hold(settings, organization_id="clinic", address=address, now=NOW, **how)


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::ffff", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("", ""),
        ("a house", ""),
        (None, ""),
    ],
)
def test_an_address_counts_as_the_household_behind_it(address: str | None, key: str) -> None:
    assert address_key(address) == key


def test_a_waiting_room_of_sixty_behind_one_address_can_book(app_context: Flask) -> None:
    settings = settings_of(app_context)
    for person in range(60):
        assert hold(settings) == limits.Verdict()
        before_booking(
            settings,
            organization_id="clinic",
            hold_id=new_id(),
            address="192.0.2.1",
            email=f"{person}@example.org",
            phone="",
            now=NOW,
        )
    with pytest.raises(Limited):
        hold(settings)
    assert hold(settings, "192.0.2.2") == limits.Verdict()


def test_one_contact_books_so_often_a_day_whatever_it_is_written_like(app_context: Flask) -> None:
    settings = settings_of(app_context, contact_limit="2")

    def book(email: str, phone: str, address: str) -> None:
        before_booking(
            settings,
            organization_id="clinic",
            hold_id=new_id(),
            address=address,
            email=email,
            phone=phone,
            now=NOW,
        )

    book("ana@example.org", "", "192.0.2.1")
    book(" ANA@example.org", "617-555-0199", "192.0.2.2")
    with pytest.raises(Limited) as refused:
        book("Ana@Example.org", "", "192.0.2.3")
    assert refused.value.kind == "contact"
    book("eve@example.org", "+1 (617) 555 0199", "192.0.2.4")
    with pytest.raises(Limited):
        book("", "6175550199", "192.0.2.5")


def test_pressing_twice_counts_once_also_at_once(app: Flask) -> None:
    settings = settings_of(app, contact_limit="2")
    refused = list[str]()

    def press(hold: str) -> None:
        with app.app_context():
            try:
                before_booking(settings, organization_id="clinic", hold_id=hold, address="192.0.2.1",
                    email="ana@example.org", phone="", now=NOW)  # fmt: skip
            except Limited as limited:
                refused.append(limited.kind)

    for hold in ("one", "two"):
        threads = [threading.Thread(target=press, args=(hold,)) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert refused == []
    press("three")
    assert refused == ["contact"]


def test_beyond_the_alarm_a_sum_is_asked_for_and_few_go_on_without(app_context: Flask) -> None:
    settings = settings_of(app_context, attack_rate="2")
    assert [hold(settings, f"192.0.2.{n}").prove for n in range(4)] == [False, False, True, True]
    with snapshot() as session:
        assert under_attack(session, settings, "clinic", NOW)
        assert not under_attack(session, settings, "clinic", NOW + 1200)
        assert not under_attack(session, settings, "another", NOW)
    assert hold(settings, proved=True) == limits.Verdict()
    assert [hold(settings, without=True).unproved for _ in range(3)] == [True] * 3
    with pytest.raises(Limited):
        hold(settings, without=True)
    assert hold(settings, "192.0.2.9", without=True).unproved


def test_zero_means_no_alarm_and_no_limit(app_context: Flask) -> None:
    settings = settings_of(app_context, attack_rate="0", hold_limit="0", clinic_limit="0")
    assert {hold(settings) for _ in range(70)} == {limits.Verdict()}


def test_a_booking_is_risky_by_its_hold_its_address_or_its_contact(app_context: Flask) -> None:
    settings = settings_of(app_context, hold_limit="9")

    def risky(hold_id: str = "a", address: str = "192.0.2.1", email: str = "ana@example.org") -> str:
        with snapshot() as session:
            return risk_of(
                session, settings, hold_id=hold_id, address=address, email=email, phone="", now=NOW
            )

    assert risky() == ""
    suspect(settings, "b", NOW)
    assert risky("b") == limits.HOLD
    assert risky("a") == ""
    for _ in range(4):
        hold(settings, "192.0.2.2")
    assert risky(address="192.0.2.2") == limits.ADDRESS
    for person in range(4):
        before_booking(
            settings,
            organization_id="clinic",
            hold_id=new_id(),
            address=f"198.51.100.{person}",
            email="often@example.org",
            phone="",
            now=NOW,
        )
    assert risky(email="often@example.org") == limits.CONTACT
    assert risky() == ""
