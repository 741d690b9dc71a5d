"""Load the demo clinic once, and keep its password known."""

from __future__ import annotations

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler import accounts, clock
from scheduler.accounts.passwords import check_password, password_fits
from scheduler.booking import SYSTEM
from scheduler.db import db, one_at_a_time, snapshot, transaction
from scheduler.demo.bookings import book_three_weeks
from scheduler.demo.calls import keep_few_calls
from scheduler.demo.clinic import Made, make_clinic
from scheduler.errors import InvalidInput
from scheduler.models import Organization, User, UserRole
from scheduler.settings import Settings, SettingsError, variable

_ADVISORY_LOCK = 7_310_455_203
_KEPT = "demo_password"
ADMIN_EMAIL = "admin@example.org"
DESK_EMAIL = "desk@example.org"


@dataclass(frozen=True)
class DemoSignIns:
    """How to sign in to the demo clinic: one password, and (role, mail address) of each user. ``loaded``: it was made
    just now."""

    password: str
    users: list[tuple[str, str]]
    loaded: bool = False


def load(app: Flask) -> DemoSignIns | None:
    """Load the demo clinic when the database has no organization. Returns its sign-ins, also when it was there already;
    None when the installation has clinics and no demo. Raises SettingsError for a demo password that is too weak."""
    settings: Settings = app.config["SETTINGS"]
    with app.app_context(), _alone(settings.data_dir):
        with snapshot() as session:
            there = session.scalars(select(Organization.demo)).all()
        if there and not any(there):
            return None
        password = _password(settings)
        if there:
            return DemoSignIns(password, _keep_password(password))
        now = clock.now()
        with transaction() as session:
            made = make_clinic(session, now)
            _add_users(session, now, made, password)
        book_three_weeks(made, now)
        keep_few_calls(made.organization)
        with snapshot() as session:
            return DemoSignIns(password, _users(session), loaded=True)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One process at a time: a file lock for those that share the data folder, PostgreSQL's own for others."""
    with open(folder / "demo.lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if db.engine.dialect.name != "postgresql":
            yield
            return
        with snapshot() as session:
            one_at_a_time(session, _ADVISORY_LOCK)
            yield


def _password(settings: Settings) -> str:
    """The setting's; else the one kept in the data folder, made when there is none."""
    if settings.demo_password:
        try:
            check_password(settings.demo_password, email=ADMIN_EMAIL, name="Demo")
        except InvalidInput as error:
            raise SettingsError(f"{variable('demo_password')}: {error.sentence}") from error
        return settings.demo_password
    path = settings.data_dir / _KEPT
    try:
        with open(
            path, "x", encoding="ascii", opener=lambda name, flags: os.open(name, flags, 0o600)
        ) as kept:
            kept.write("-".join(secrets.token_hex(2) for _ in range(4)))
    except FileExistsError:
        pass
    return path.read_text(encoding="ascii").strip()


def _users(session: Session) -> list[tuple[str, str]]:
    rows = session.execute(
        select(UserRole.role, User.email)
        .join(User, User.id == UserRole.user_id)
        .join(Organization, Organization.id == User.organization_id)
        # those that came with the clinic; people invited later have passwords of their own
        .where(Organization.demo, User.created_at == Organization.created_at)
        .order_by(UserRole.role, User.email)
    ).all()
    return [(role, email) for role, email in rows]


def _keep_password(password: str) -> list[tuple[str, str]]:
    """Make ``password`` that of all demo users where it is another one: the setting changed, or the data folder is new."""
    with snapshot() as session:
        users = _users(session)
        known = session.scalars(select(User.password_hash).where(User.email == ADMIN_EMAIL)).first()
    if known is None or not password_fits(known, password):
        hashed = accounts.hash_password(password)
        with transaction() as session:
            now = clock.now()
            for user in session.scalars(select(User).where(User.email.in_([email for _, email in users]))):
                accounts.set_password(
                    session, by=SYSTEM, now=now, user=user, password=password, hashed=hashed
                )
    return users


def _add_users(session: Session, now: int, made: Made, password: str) -> None:
    hashed = accounts.hash_password(password)
    people = [
        (ADMIN_EMAIL, "Robin Alder", "admin", None),
        (DESK_EMAIL, "Sam Grove", "front-desk", None),
        *((f"{host.slug}@example.org", host.name, "clinician", host.practitioner) for host in made.hosts),
    ]
    for email, name, role, practitioner in people:
        accounts.add_user_with_password(
            session,
            by=SYSTEM,
            now=now,
            organization_id=made.organization,
            email=email,
            name=name,
            roles=[role],
            practitioner_id=practitioner,
            password=password,
            hashed=hashed,
        )
