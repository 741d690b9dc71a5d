"""The addresses that a times page leads to: the same page from another day, at another place, for one or for two."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from flask import url_for

from scheduler.portal.slots import Handover
from scheduler.portal.times import TimesPage

# What a query may hold unescaped (RFC 3986, 3.4) without being taken for something else.
_PLAIN = "!$'()*,/:;?@"


@dataclass(frozen=True, slots=True)
class TimesAddress:
    """A times page's own address: its path, the place where there are several, and what travels along."""

    path: str
    place: str
    travels: Handover

    def __call__(self, since: date | None = None, place: str | None = None, party: str | None = None) -> str:
        """The page from a day on (None: from the first opening), at another place, for ``party`` ("" for one)."""
        asked = self.travels.query("tz", "private", "kept", "source", "gender", "speaks", "weeks")
        last = {
            "party": self.travels.party if party is None else party,
            "booking-referral": self.travels.booking_referral,
        }
        first = {"from": since.isoformat() if since else "", "place": place or self.place}
        said = {name: value for name, value in (first | asked | last).items() if value}
        return f"{self.path}?{urlencode(said, safe=_PLAIN)}" if said else self.path


def times_address(owner_slug: str, page: TimesPage, travels: Handover) -> TimesAddress:
    """The address of ``page`` under the path word of its owner."""
    path = url_for("portal.times", owner=owner_slug, kind=page.offer.type_slug)
    return TimesAddress(path, page.offer.place.id if len(page.places) > 1 else "", travels)
