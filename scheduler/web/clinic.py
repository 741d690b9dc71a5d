"""Whose page this is: the clinic's name, phone and language for header, footer and error pages."""

from __future__ import annotations

from dataclasses import dataclass

from flask import g
from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.db import snapshot
from scheduler.models import Organization
from scheduler.web.recall import recall


@dataclass(frozen=True, slots=True)
class Clinic:
    """What the frame of a page says. ``demo``: nothing here is real, and the page says so."""

    name: str
    phone: str = ""
    email: str = ""
    demo: bool = False
    language: str = "en"


def clinic_of(organization: Organization, *, phone: str = "") -> Clinic:
    """The frame's clinic from a row; ``phone`` of the place, when it has one of its own, wins."""
    return Clinic(
        name=organization.name,
        phone=phone or organization.phone,
        email=organization.email,
        demo=organization.demo,
        language=organization.language,
    )


def set_clinic(clinic: Clinic) -> None:
    """Name the clinic of this page; without it the installation's owner stands in the header."""
    g.clinic = clinic


def site_clinic() -> Clinic | None:
    """The clinic of this request: what the view named, else the installation's owner, else None (nothing set up)."""
    if "clinic" not in g:
        with snapshot() as session:
            know_site(session)
    found: Clinic | None = g.clinic
    return found


def know_site(session: Session) -> None:
    """Read the installation's owner in a session that is open anyway, for ``site_clinic``."""
    if "clinic" not in g:
        found = recall(session, "site", lambda: (_root_clinic(session),))
        g.clinic = found[0] if found else None


def root_organization(session: Session) -> Organization | None:
    """The installation's owner: the first organization without a parent; None where nothing is set up."""
    return session.scalars(
        select(Organization)
        .where(Organization.parent_id.is_(None))
        .order_by(Organization.created_at, Organization.id)
        .limit(1)
    ).first()


def _root_clinic(session: Session) -> Clinic | None:
    root = root_organization(session)
    return clinic_of(root) if root is not None else None
