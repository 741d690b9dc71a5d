"""Everything that the feed says at one instant, as parts that become files: one resource type each.

Slots are cut by ISO week of their start's local date and by the set of state codes of their place (design.md
"The live feed"); all else is one part per type. Order and text depend on the data alone, so equal data give
equal files.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from scheduler import fhir
from scheduler.availability import Situation
from scheduler.availability.zones import zone
from scheduler.clock import DAY, local_date
from scheduler.models.situations import load_situations
from scheduler.models.slots import slot_id
from scheduler.publisher.load import Catalogue, Offer, load_catalogue, published_ids
from scheduler.publisher.slots import asked_until, openings, stands_until

Record = TypeVar("Record")


@dataclass(frozen=True, slots=True)
class Part:
    """The lines of one file: resource type, the states it is about, NDJSON, number of resources."""

    type: str
    states: tuple[str, ...]
    data: bytes
    count: int


@dataclass(frozen=True, slots=True)
class Built:
    """The parts of the feed, what it has to say about itself, and until when time alone leaves it as it
    is."""

    output: tuple[Part, ...]
    outcome: tuple[Part, ...]
    valid_until: int | None


def build(session: Session, public_url: str, now: int, *, show_busy: bool) -> Built:
    """The feed at ``now`` (epoch seconds) from the rows that ``session`` sees."""
    situations = load_situations(session, published_ids(session), now, asked_until(now))
    catalogue = load_catalogue(session, list(situations), public_url, now)
    output = [*_catalogue_parts(catalogue), *_slot_parts(catalogue.offers, situations, now, show_busy)]
    changes = [stands_until(situation, now, show_busy=show_busy) for situation in situations.values()]
    midnights = [
        zone(name).next_day_begins(now) for name in {offer.kind.zone.key for offer in catalogue.offers}
    ]
    midnights.append(now - now % DAY + DAY)  # overrides leave the services' text by the date in UTC
    return Built(
        output=tuple(output),
        outcome=_outcome_parts(catalogue.notes),
        valid_until=min((at for at in (*changes, *midnights) if at is not None), default=None),
    )


def _catalogue_parts(catalogue: Catalogue) -> list[Part]:
    states = tuple(sorted({state for offer in catalogue.offers for state in offer.states}))

    def part(
        resource_type: str, records: Iterable[Record], made: Callable[[Record], dict[str, Any]]
    ) -> list[Part]:
        lines = [fhir.to_line(made(record)) for record in records]
        return [Part(resource_type, states, b"".join(lines), len(lines))] if lines else []

    return [
        *part("Organization", catalogue.organizations, fhir.organization_resource),
        *part("Location", catalogue.locations, fhir.location_resource),
        *part("Practitioner", catalogue.practitioners, fhir.practitioner_resource),
        *part("PractitionerRole", catalogue.roles, fhir.practitioner_role_resource),
        *part("HealthcareService", catalogue.services, fhir.healthcare_service_resource),
        *part("Schedule", catalogue.schedules, fhir.schedule_resource),
    ]


def _slot_parts(
    offers: Sequence[Offer], situations: dict[str, Situation], now: int, show_busy: bool
) -> list[Part]:
    lines: dict[tuple[int, int, tuple[str, ...]], list[bytes]] = defaultdict(list)
    for offer in offers:
        kind = offer.kind
        make = fhir.slot_maker(kind)
        for opening in openings(situations[kind.schedule_id], now, show_busy=show_busy):
            year, week, _ = local_date(opening.start, kind.zone).isocalendar()
            slot = make(
                slot_id(kind.schedule_id, opening.start), opening.start, opening.status, opening.seats
            )
            lines[year, week, offer.states].append(fhir.to_line(slot))
    return [Part("Slot", cut[2], b"".join(lines[cut]), len(lines[cut])) for cut in sorted(lines)]


def _outcome_parts(notes: Sequence[str]) -> tuple[Part, ...]:
    lines = [fhir.to_line(fhir.operation_outcome("warning", "incomplete", note)) for note in notes]
    return (Part("OperationOutcome", (), b"".join(lines), len(lines)),) if lines else ()
