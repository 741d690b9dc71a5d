"""Which counts an act is held against, and what makes a booking risky.

The numbers (README, settings) let a waiting room of sixty people behind one address each take a time within ten minutes
and book it within the hour, and a mother book for all her children with one email; a program that takes times in a row is
stopped after the sixtieth. Whoever is refused has the clinic's phone.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address, ip_network

from sqlalchemy.orm import Session

from scheduler.abuse.counts import Limited, Rule, seen, take
from scheduler.booking import phone_digits
from scheduler.clock import DAY, HOUR, MINUTE
from scheduler.settings import Settings

SPAN = 10 * MINUTE
HOLD, ADDRESS, CONTACT = "hold", "address", "contact"
# under attack, for browsers that can't do the sum: enough for a family, too few for a program
_UNPROVED = 3
# from here on, a code is asked for by mail: a third of what an address may hold, four bookings with one contact in a day
_RISKY_PART = 3
_RISKY_CONTACT = 4
_V6_PREFIX = 64
_CHANGES, _CODES = 5, 10


@dataclass(frozen=True, slots=True)
class Verdict:
    """``prove``: nothing may be held yet, the browser must do the sum first. ``unproved``: it went on without; its hold is
    to be marked by ``suspect``."""

    prove: bool = False
    unproved: bool = False


def address_key(address: str | None) -> str:
    """What an address counts as: itself, of IPv6 the /64 that one household or phone has; "" for nonsense."""
    try:
        known = ip_address((address or "").split("%")[0])
    except ValueError:
        return ""
    if known.version == 6:
        mapped = known.ipv4_mapped
        return str(mapped) if mapped else str(ip_network((known, _V6_PREFIX), strict=False))
    return str(known)


def contact_keys(email: str, phone: str) -> list[str]:
    """What an email and a phone number count as, as far as they are given."""
    return [key for key in (email.strip().casefold(), phone_digits(phone)) if key]


def before_hold(
    settings: Settings,
    *,
    organization_id: str,
    address: str | None,
    now: int,
    proved: bool = False,
    without: bool = False,
) -> Verdict:
    """Count a hold that somebody at ``address`` wants of a clinic; say whether the browser must do a sum first.

    ``proved``: it did; ``without``: its person chose to go on without. Raises Limited.
    """
    wanted = [(_clinic_rule("clinic-hold", settings), organization_id)]
    key = address_key(address)
    if key and settings.hold_limit:
        wanted.append((_hold_rule(settings), key))
    total, *_ = take(settings.secret, wanted, now)
    if proved or not settings.attack_rate or total <= settings.attack_rate:
        return Verdict()
    if not without:
        return Verdict(prove=True)
    take(settings.secret, [(Rule("unproved", _UNPROVED, HOUR), key)], now)
    return Verdict(unproved=True)


def before_booking(
    settings: Settings,
    *,
    organization_id: str,
    hold_id: str,
    address: str | None,
    email: str,
    phone: str,
    now: int,
) -> None:
    """Count a booking that somebody at ``address`` makes online with this contact: once for each hold, however often the
    button is pressed. Raises Limited."""
    wanted = [(_AGAIN, hold_id), (_clinic_rule("clinic-book", settings), organization_id)]
    key = address_key(address)
    if key and settings.booking_limit:
        wanted.append((Rule("book", settings.booking_limit, HOUR), key))
    wanted += [(_contact_rule(settings), contact) for contact in contact_keys(email, phone)]
    try:
        take(settings.secret, wanted, now)
    except Limited as limited:
        if limited.kind != _AGAIN.kind:
            raise


def before_change(settings: Settings, appointment_id: str, now: int) -> None:
    """Count a change of a visit's contact, which sends mails to whatever address is typed. Raises Limited."""
    take(settings.secret, [(Rule("change", _CHANGES, HOUR), appointment_id)], now)


def before_code(settings: Settings, email: str, now: int) -> None:
    """Count a code that is mailed to an address, so that nobody fills another's mailbox. Raises Limited."""
    take(settings.secret, [(Rule("code", _CODES, DAY), email.strip().casefold())], now)


def under_attack(session: Session, settings: Settings, organization_id: str, now: int) -> bool:
    """Whether a clinic's times are being taken so fast that browsers must do a sum before each hold."""
    rule = _clinic_rule("clinic-hold", settings)
    return (
        bool(settings.attack_rate)
        and seen(session, settings.secret, rule, organization_id, now) > settings.attack_rate
    )


def suspect(settings: Settings, hold_id: str, now: int) -> None:
    """Remember for a day that a hold came about in an unusual way, so that booking it needs a code by mail."""
    take(settings.secret, [(_SUSPECT, hold_id)], now)


def risk_of(
    session: Session,
    settings: Settings,
    *,
    hold_id: str,
    address: str | None,
    email: str,
    phone: str,
    now: int,
) -> str:
    """Why a booking is risky enough for a code by mail: HOLD (it is suspect), ADDRESS (many times were taken from there),
    CONTACT (many visits were booked with it), or "" for no risk."""
    secret = settings.secret
    if seen(session, secret, _SUSPECT, hold_id, now):
        return HOLD
    rule, key = _hold_rule(settings), address_key(address)
    if key and rule.limit and seen(session, secret, rule, key, now) > rule.limit // _RISKY_PART:
        return ADDRESS
    contacts = contact_keys(email, phone)
    if any(seen(session, secret, _contact_rule(settings), one, now) >= _RISKY_CONTACT for one in contacts):
        return CONTACT
    return ""


_SUSPECT = Rule("suspect", 0, DAY)
# its kind sorts first: presses of one button at once wait for the first of them before anything is counted
_AGAIN = Rule("again", 1, DAY)


def _clinic_rule(kind: str, settings: Settings) -> Rule:
    return Rule(kind, settings.clinic_limit, SPAN)


def _hold_rule(settings: Settings) -> Rule:
    return Rule("hold", settings.hold_limit, SPAN)


def _contact_rule(settings: Settings) -> Rule:
    return Rule("contact", settings.contact_limit, DAY)
