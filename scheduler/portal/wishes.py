"""Whom of several clinicians a patient would rather see: a filter of the times page, where there is a choice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from flask_babel import get_locale
from flask_babel import gettext as _

from scheduler.catalog.languages import language_name
from scheduler.portal.offers import Offer

GENDERS = ("female", "male")
MAX_LANGUAGE = 35
Wish = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Choices:
    """What can be wished for on a page: (code, words) of the sexes and languages that make a difference there."""

    genders: tuple[tuple[str, str], ...]
    languages: tuple[tuple[str, str], ...]


def read(given: Mapping[str, str]) -> dict[str, str]:
    """The wish as an address or a form says it: ``gender`` and ``speaks``, "" for what can't be wished for."""
    gender, speaks = given.get("gender", ""), given.get("speaks", "")
    plain = speaks.isascii() and speaks.replace("-", "").isalnum() and len(speaks) <= MAX_LANGUAGE
    return {"gender": gender if gender in GENDERS else "", "speaks": speaks if plain else ""}


def choices(offers: Sequence[Offer]) -> Choices | None:
    """What can be wished for among the clinicians of ``offers``; None where it would choose nobody: for a single
    clinician, for a type that doesn't take wishes, where all are alike."""
    hosts = {host.actor_id: host for offer in offers if offer.wishes for host in offer.hosts}
    if len(hosts) < 2:
        return None
    genders = [code for code in GENDERS if any(host.gender == code for host in hosts.values())]
    if all(host.gender == genders[0] for host in hosts.values()) if genders else True:
        genders = []
    spoken = {code for host in hosts.values() for code in host.languages}
    languages = [code for code in spoken if any(code not in host.languages for host in hosts.values())]
    if not genders and not languages:
        return None
    return Choices(
        tuple((code, gender_words()[code]) for code in genders),
        tuple(sorted(((code, spoken_name(code)) for code in languages), key=lambda pair: pair[1])),
    )


def keeping(offers: Sequence[Offer], wish: Wish) -> list[Offer]:
    """The offers whose clinicians are all of that sex and one of whom speaks that language; a team's offers then name
    those of its people alone."""
    if not any(wish):
        return list(offers)
    kept = [offer for offer in offers if not offer.wishes or _as_wished(offer, *wish)]
    return [
        replace(offer, team=replace(offer.team, people=_people(kept, offer))) if offer.team else offer
        for offer in kept
    ]


def _as_wished(offer: Offer, gender: str, speaks: str) -> bool:
    return (
        bool(offer.hosts)
        and (not gender or all(host.gender == gender for host in offer.hosts))
        and (not speaks or any(speaks in host.languages for host in offer.hosts))
    )


def _people(offers: Sequence[Offer], beside: Offer) -> tuple[str, ...]:
    """The names of who can be seen at the place of ``beside``."""
    here = (offer for offer in offers if offer.place.id == beside.place.id and offer.bookable)
    return tuple(sorted({" and ".join(host.name for host in offer.hosts) for offer in here if offer.hosts}))


def gender_words() -> Mapping[str, str]:
    """What is said for each sex that can be wished for."""
    return {"female": _("A woman"), "male": _("A man")}


def spoken_name(code: str) -> str:
    """A language by its name in the page's language."""
    locale = get_locale()
    named = locale.languages.get(code.replace("-", "_")) if locale is not None else None
    return str(named) if named else language_name(code)


def wish_words(wish: Wish) -> str:
    """A wish in words: "A woman, Spanish"; "" for none."""
    gender, speaks = wish
    said = [gender_words().get(gender, ""), spoken_name(speaks) if speaks else ""]
    return str(_(", ").join(part for part in said if part))
