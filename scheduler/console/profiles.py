"""What the profile shows: a person's own page, photo, choices and sign-in."""

from __future__ import annotations

from dataclasses import dataclass

from scheduler.accounts import SignedIn
from scheduler.catalog import languages, photos, slugs
from scheduler.db import snapshot
from scheduler.errors import NotFound
from scheduler.models import Practitioner, User

ROLE_WORDS = {"admin": "Administrator", "clinician": "Clinician", "front-desk": "Front desk"}


@dataclass(frozen=True, slots=True)
class Clinician:
    """The practitioner that the person is. ``fields`` are those of the form, ``photo`` the hash of their picture."""

    id: str
    name: str
    slug: str
    photo: str
    version: int
    fields: dict[str, object]


@dataclass(frozen=True, slots=True)
class Page:
    """The person as they are kept; ``choices`` by the names of the form's fields."""

    name: str
    email: str
    roles: str
    clinician: Clinician | None
    choices: dict[str, bool]


def profile_page(person: SignedIn) -> Page:
    """The profile of the person who asks."""
    with snapshot() as session:
        user = session.get_one(User, person.id)
        found = session.get(Practitioner, person.practitioner_id) if person.practitioner_id else None
        return Page(
            name=user.name,
            email=user.email,
            roles=", ".join(ROLE_WORDS[role] for role in sorted(person.roles)),
            clinician=Clinician(
                id=found.id,
                name=found.display_name,
                slug=slugs.current_slug(session, "practitioner", found.id) or "",
                photo=photos.photo_hash(session, found.id),
                version=found.version,
                fields={
                    "display_name": found.display_name,
                    "languages": languages.names_of(found.languages),
                    "gender": found.gender,
                    "about": found.about,
                    "video_url": found.video_url,
                },
            )
            if found is not None
            else None,
            choices={
                name: getattr(user, name)
                for name in ("tell_booked", "tell_moved", "tell_cancelled", "shortcuts")
            },
        )


def own_practitioner(person: SignedIn) -> str:
    """The practitioner that the person is. Raises NotFound for a person who is none."""
    if person.practitioner_id is None:
        raise NotFound("Your sign-in belongs to no clinician, so there is no page of yours to change.")
    return person.practitioner_id
