"""The clinician's, team's or place's page, and which offers a times page is about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from scheduler.availability import next_open
from scheduler.clock import DAY
from scheduler.portal.offers import Offer, link_opens, load_offers
from scheduler.portal.owners import Owner, find_owner, type_by_word
from scheduler.portal.situations import situations
from scheduler.portal.teams import as_team
from scheduler.web.languages import page_language
from scheduler.web.recall import recall


@dataclass(frozen=True, slots=True)
class TypeCard:
    """An appointment type of an owner. ``first``: its first opening (epoch seconds) in ``zone``, at any place."""

    offer: Offer
    places: tuple[str, ...]
    first: int | None
    zone: str


@dataclass(frozen=True, slots=True)
class OwnerPage:
    owner: Owner
    cards: tuple[TypeCard, ...]


@dataclass(frozen=True, slots=True)
class TypeAtOwner:
    """What ``/<owner>/<type>`` names: the offers of that type, ``bookable`` ones alone unless there are none."""

    owner: Owner
    offers: tuple[Offer, ...]
    bookable: bool

    @property
    def offer(self) -> Offer:
        return self.offers[0]


def owner_page(session: Session, word: str, now: int) -> OwnerPage | None:
    """The page of the clinician, team or place that ``word`` names, with the types that anybody may book; None when there
    is none. ``now``: epoch seconds."""
    owner = find_owner(session, word)
    if owner is None:
        return None
    offers = [
        offer
        for offer in as_team(owner, load_offers(session, owner.schedule_ids).values())
        if offer.public and offer.type_slug
    ]
    firsts = _firsts(session, offers, now)
    return OwnerPage(owner, tuple(_card(group, firsts) for group in _by_type(offers)))


def first_opening(session: Session, offers: Sequence[Offer], now: int) -> tuple[int, Offer] | None:
    """The first open start (epoch seconds) of these offers, with the one that has it; None when nothing is open."""
    return _first_of(offers, _firsts(session, offers, now))


def _first_of(offers: Sequence[Offer], firsts: dict[str, int | None]) -> tuple[int, Offer] | None:
    dated = [(first, offer) for offer in offers if (first := firsts.get(offer.schedule_id)) is not None]
    return min(dated, key=lambda pair: pair[0], default=None)


def _firsts(session: Session, offers: Sequence[Offer], now: int) -> dict[str, int | None]:
    """The first open start of each offer's Schedule."""
    until = now + (max((offer.horizon_days for offer in offers), default=0) + 2) * DAY
    found = situations(session, [offer.schedule_id for offer in offers], now, until)
    return {
        schedule_id: next(iter(next_open(situation, now, 1, until)), None)
        for schedule_id, situation in found.items()
    }


def _by_type(offers: Sequence[Offer]) -> list[list[Offer]]:
    groups: dict[str, list[Offer]] = {}
    for offer in offers:
        groups.setdefault(offer.type_id, []).append(offer)
    return list(groups.values())


def _card(offers: Sequence[Offer], firsts: dict[str, int | None]) -> TypeCard:
    first, offer = _first_of(offers, firsts) or (None, offers[0])
    places = tuple(dict.fromkeys(one.place.name for one in offers))
    return TypeCard(offer, places, first, offer.place.zone)


def type_at_owner(
    session: Session, owner_word: str, type_word: str, private: str, now: int
) -> TypeAtOwner | None:
    """What ``/<owner>/<type>`` names for a visitor with the private link's token ``private`` ("" for none); None when
    there is no such page for them."""
    if private:  # a link that ends with time
        return _type_at_owner(session, owner_word, type_word, private, now)
    key = ("type", owner_word, type_word, page_language())
    return recall(session, key, lambda: _type_at_owner(session, owner_word, type_word, "", now))


def _type_at_owner(
    session: Session, owner_word: str, type_word: str, private: str, now: int
) -> TypeAtOwner | None:
    owner = find_owner(session, owner_word)
    if owner is None:
        return None
    offers = as_team(owner, load_offers(session, owner.schedule_ids).values())
    wanted = type_by_word(session, offers, type_word)
    offers = [
        offer for offer in offers if offer.type_id == wanted and link_opens(session, offer, private, now)
    ]
    if not offers:
        return None
    bookable = tuple(offer for offer in offers if offer.bookable)
    return TypeAtOwner(owner, bookable or tuple(offers), bool(bookable))
