"""Keys, hashes and the way back: what they are made of and what they never take from an address."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.models import Source
from scheduler.outcomes.finders import Finder, back_link
from scheduler.outcomes.keys import handle_hash, key_of

SECRET = "a key for tests only, never used anywhere else"


def test_a_key_depends_on_the_installation_the_finder_and_its_version() -> None:
    keys = {
        key_of(secret, Source(id=source, key_version=version))
        for secret in (SECRET, SECRET + "!")
        for source in ("a", "b", "a1")
        for version in (1, 2, 11)
    }
    assert len(keys) == 18
    assert all(re.fullmatch(r"whsec_[A-Za-z0-9+/]{43}=", key) for key in keys)


def test_no_two_referrals_have_one_hash() -> None:
    pairs = [("ab", "c"), ("a", "bc"), ("", "abc"), ("abc", ""), ("a\0", "bc"), ("a", "\0bc"), ("ä", "bc")]
    assert len({handle_hash(SECRET, *pair) for pair in pairs}) == len(pairs)


@given(st.text("aZ9ä/?&=#%+;:@. 🙂", min_size=1, max_size=255))
def test_the_way_back_is_the_registered_address_with_handle_and_state(handle: str) -> None:
    finder = Finder("CareFinder", True, "https://finder.example.org/back;x=1?a=%C3%A4&state=old&b=")
    made = urlsplit(back_link(finder, handle, "booked", tell=True))
    assert (made.scheme, made.netloc, made.path) == ("https", "finder.example.org", "/back;x=1")
    assert parse_qsl(made.query, keep_blank_values=True) == [
        ("a", "ä"), ("b", ""), ("booking-referral", handle), ("state", "booked"),
    ]  # fmt: skip
    assert made.fragment == ""


@pytest.mark.parametrize(
    ("finder", "handle", "tell", "expected"),
    [
        (Finder("F", True, "https://f.example/back"), "r", False, "https://f.example/back"),
        (Finder("F", False, "https://f.example/back"), "r", True, "https://f.example/back"),
        (Finder("F", True, "https://f.example/back"), "", True, "https://f.example/back"),
        (Finder("F", True, ""), "r", True, ""),
    ],
)
def test_where_nothing_may_be_told_the_way_back_tells_nothing(
    finder: Finder, handle: str, tell: bool, expected: str
) -> None:
    assert back_link(finder, handle, "booked", tell=tell) == expected
