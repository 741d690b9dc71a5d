"""Teams (pools) as patients meet them: offers of members that stand for the whole team at their place."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy.orm import Session

from scheduler.models import PoolMember
from scheduler.portal.offers import Offer, Team, load_offers
from scheduler.portal.owners import Owner, find_owner


def as_team(owner: Owner, offers: Iterable[Offer]) -> list[Offer]:
    """The members' offers as those of the team; of any other owner, the offers as they are. Nothing of a paused team can
    be booked as such."""
    offers = list(offers)
    if owner.kind != "pool":
        return offers
    people: dict[str, set[str]] = defaultdict(set)
    for offer in offers:
        if offer.bookable and offer.hosts:
            people[offer.place.id].add(offer.who)
    return [
        replace(
            offer,
            team=Team(owner.id, owner.slug, owner.name, tuple(sorted(people[offer.place.id]))),
            active=offer.active and not owner.paused,
        )
        for offer in offers
    ]


def team_offers(session: Session, word: str, schedule_id: str) -> tuple[Offer, ...]:
    """The offers of the team that the path word ``word`` names, those that can be booked at the place of ``schedule_id``
    first; none when it names no team, or one that this Schedule is no member of."""
    owner = find_owner(session, word) if word else None
    if owner is None or owner.kind != "pool" or session.get(PoolMember, (owner.id, schedule_id)) is None:
        return ()
    # The member whose slot was pressed may have been stopped since: its place is still the one that was shown.
    offers = load_offers(session, {*owner.schedule_ids, schedule_id})
    if schedule_id not in offers:
        return ()
    here = offers[schedule_id].place.id
    return tuple(
        sorted(
            as_team(owner, offers.values()), key=lambda offer: (offer.place.id != here, not offer.bookable)
        )
    )
