"""What a resource is made of: frozen values without a database behind them.

Lengths are minutes, dates are local dates, wall times are minutes since midnight. Empty text means "we have
none". ``demo`` says that the clinic is a demo and nothing in it is real.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Coded:
    """A code with its words; the code may be empty when only words are known."""

    code: str
    display: str


@dataclass(frozen=True, slots=True)
class Named:
    """Another resource to refer to: its id and name."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Organization:
    id: str
    name: str
    npi: str | None = None
    phone: str = ""
    email: str = ""
    url: str = ""
    part_of: Named | None = None
    demo: bool = False


@dataclass(frozen=True, slots=True)
class Location:
    """A place, or a virtual one (``virtual``) with the states in which its clinicians are licensed.
    ``identifier_system`` is the address under which our own ids are unique."""

    id: str
    name: str
    identifier_system: str
    virtual: bool = False
    active: bool = True
    description: str = ""
    line: str = ""
    city: str = ""
    district: str = ""
    state: str = ""
    postal_code: str = ""
    country: str = ""
    latitude: float | None = None
    longitude: float | None = None
    phone: str = ""
    url: str = ""
    licensed_states: tuple[str, ...] = ()
    organization: Named | None = None
    demo: bool = False


@dataclass(frozen=True, slots=True)
class Practitioner:
    """A practitioner with an NPI: the profile asks for exactly one. ``gender``: a code of administrative-gender."""

    id: str
    npi: str
    display_name: str
    prefix: str = ""
    given: str = ""
    family: str = ""
    suffix: str = ""
    phone: str = ""
    email: str = ""
    languages: tuple[str, ...] = ()
    gender: str = ""
    active: bool = True
    demo: bool = False


@dataclass(frozen=True, slots=True)
class Role:
    """A practitioner at places, for services. ``practitioner_id`` is None when the Practitioner cannot be
    published."""

    id: str
    practitioner_name: str
    practitioner_id: str | None = None
    npi: str | None = None
    organization: Named | None = None
    title: str = ""
    specialties: tuple[Coded, ...] = ()
    locations: tuple[Named, ...] = ()
    services: tuple[Named, ...] = ()
    phone: str = ""
    period_start: date | None = None
    period_end: date | None = None
    active: bool = True
    demo: bool = False


@dataclass(frozen=True, slots=True)
class Closure:
    """Whole dates without service, both ends included."""

    start: date
    end: date


@dataclass(frozen=True, slots=True)
class Service:
    """An appointment type at one Location.

    ``week`` has the hours of the seven weekdays, Monday first, as (start, end) in wall minutes; ``end <=
    start`` runs overnight. ``hours_vary`` says that some dates have other hours than the week. Ages are whole years on the day
    of the visit; ``referral`` is optional or required, ``insurance`` is ask or only (a plan that the clinic accepts).
    """

    id: str
    name: str
    location: Named
    type: Coded
    specialty: Coded
    category: Coded | None = None
    organization: Named | None = None
    comment: str = ""
    phone: str = ""
    week: tuple[tuple[tuple[int, int], ...], ...] = ((),) * 7
    hours_vary: bool = False
    closures: tuple[Closure, ...] = ()
    minimum_age: int | None = None
    maximum_age: int | None = None
    referral: str = ""
    insurance: str = ""
    active: bool = True
    demo: bool = False


@dataclass(frozen=True, slots=True)
class Schedule:
    """One appointment type at one Location with its hosts' roles. ``first`` and ``last`` are the local dates
    that its slots cover."""

    id: str
    name: str
    type: Coded
    specialty: Coded
    location: Named
    roles: tuple[Named, ...] = ()
    category: Coded | None = None
    comment: str = ""
    first: date | None = None
    last: date | None = None
    active: bool = True
    demo: bool = False


@dataclass(frozen=True, slots=True)
class SlotKind:
    """What all slots of one Schedule have in common. ``book_url`` is the deep link up to the slot's id."""

    schedule_id: str
    zone: ZoneInfo
    duration: int
    name: str
    type: Coded
    specialty: Coded
    book_url: str
    category: Coded | None = None
    phone: str = ""
    capacity: int = 1
    patient_type: str = ""
