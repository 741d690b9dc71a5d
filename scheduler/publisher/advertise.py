"""How the feed is told to the world: the schema.org Service that directories of publishers read.

Source: SMART Scheduling Links, "Advertising a publisher" (spec/smart-scheduling-links.md). It stands on the home page as
JSON-LD, at /service.json as a file, and beside each static copy.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.models.organizations import Organization

_SERVICE_TYPE = "https://github.com/smart-on-fhir/smart-scheduling-links"
_NAMED = 3


@dataclass(frozen=True, slots=True)
class Provider:
    """An organization that stands behind the feed: who it is, how to reach it, whether it is made up."""

    name: str
    email: str = ""
    phone: str = ""
    demo: bool = False


def load_providers(session: Session) -> tuple[Provider, ...]:
    """The organizations that belong to no other one, the oldest first."""
    rows = session.execute(
        select(Organization.name, Organization.email, Organization.phone, Organization.demo)
        .where(Organization.parent_id.is_(None))
        .order_by(Organization.created_at, Organization.id)
    )
    return tuple(Provider(*row) for row in rows)


def service_card(providers: Sequence[Provider], feed_url: str) -> dict[str, Any]:
    """The Service whose feed is at ``feed_url``, of at least one provider; "testing" when all of them are made up."""
    described = [_organization(provider) for provider in providers]
    return {
        "@context": "https://schema.org/",
        "@type": "Service",
        "name": f"Open appointment times of {_names([provider.name for provider in providers])}",
        "serviceType": _SERVICE_TYPE,
        "category": "testing" if all(provider.demo for provider in providers) else "production",
        "url": feed_url,
        "provider": described[0] if len(described) == 1 else described,
    }


def shortcomings(providers: Sequence[Provider], feed_url: str) -> list[str]:
    """What a directory would miss in the card, each with the fix, as sentences."""
    found = []
    if not feed_url.startswith("https://"):
        found.append(
            f"url: {feed_url} is not https; directories want that. Set SCHEDULER_PUBLIC_URL to the https address."
        )
    found += [
        f"contactPoint: {provider.name} has no email. Add one under Admin, Organization."
        for provider in providers
        if not provider.email
    ]
    if any(provider.demo for provider in providers):
        all_demo = all(provider.demo for provider in providers)
        found.append(
            "category: this is the demo clinic, so the feed is said to be for testing."
            if all_demo
            else "category: production, but a demo clinic is in the feed too. Remove it: flask demo --remove"
        )
    return found


def _organization(provider: Provider) -> dict[str, Any]:
    made: dict[str, Any] = {"@type": "Organization", "name": provider.name}
    contact = {"@type": "ContactPoint", "name": provider.name}
    if provider.email:
        contact["email"] = provider.email
    if provider.phone:
        contact["telephone"] = provider.phone
    if provider.email or provider.phone:
        made["contactPoint"] = [contact]
    return made


def _names(names: Sequence[str]) -> str:
    if len(names) > _NAMED:
        return f"{', '.join(names[:_NAMED])} and {len(names) - _NAMED} more"
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
