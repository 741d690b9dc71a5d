"""What a password must be like, and how it is kept."""

from __future__ import annotations

import pytest
from argon2 import Type, extract_parameters

from scheduler.accounts.passwords import check_password, hash_password, password_fits
from scheduler.errors import InvalidInput

pytestmark = pytest.mark.usefixtures("real_hashes")


@pytest.mark.parametrize(
    ("password", "fix"),
    [
        ("", "at least 10"),
        ("short-one", "at least 10"),
        ("x" * 201, "at most 200"),
        ("ana.lopez@example.org", "isn't your name or email"),
        ("Ana.Lopez@EXAMPLE.org", "isn't your name or email"),
        ("Dr. Ana Maria Lopez", "isn't your name or email"),
        ("dranamarialopez", "isn't your name or email"),
        ("aaaaaaaaaaaa", "more than two different"),
    ],
)
def test_a_weak_password_is_refused_with_the_fix(password: str, fix: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_password(password, email="ana.lopez@example.org", name="Dr. Ana Maria Lopez")
    assert list(refused.value.problems) == ["password"]
    assert refused.value.sentence.startswith("Password: ")
    assert fix in refused.value.sentence


@pytest.mark.parametrize(
    "password", ["four words with spaces", "пароль из многих слов", "🐢🐢🐘🐘🐁🐁🐫🐫🐝🐝", "x1" * 50 + "y"]
)
def test_a_long_one_in_any_script_is_taken_and_fits_only_itself(password: str) -> None:
    check_password(password, email="ana@example.org", name="Ana")
    kept = hash_password(password)
    assert kept.startswith("$argon2id$")
    assert password not in kept
    assert password_fits(kept, password)
    assert not password_fits(kept, password + "x")


def test_the_same_letters_written_in_two_ways_fit() -> None:
    assert password_fits(hash_password("caf\u00e9 au lait"), "cafe\u0301 au lait")


def test_nobody_and_nonsense_fit_no_password() -> None:
    assert not password_fits(None, "nobody has this one")
    assert not password_fits("not a hash", "anything at all")
    assert not password_fits(hash_password("long enough"), "x" * 100_000)


def test_a_hash_costs_an_attacker_what_rfc_9106_asks_for() -> None:
    cost = extract_parameters(hash_password("four words with spaces"))
    assert (cost.type, cost.memory_cost >= 64 * 1024, cost.time_cost >= 3) == (Type.ID, True, True)
