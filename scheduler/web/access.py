"""Who may call what: every endpoint carries a guard, checked before its view runs (design.md "Tests").

A guard stands at the view (``@allow(PUBLIC)``) or is the blueprint's default, given when it is registered. An
endpoint without one stops the application from starting.

    PUBLIC      anybody
    HOLDER      whoever has the visitor cookie of the hold; the view compares it
    TOKEN       whoever has the signed link; the view checks it
    KEY         whoever sends a key that an administrator gave out; the view checks it
    SIGNED_IN   any user
    role(...)   users with one of the roles
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Blueprint, Flask, current_app, request
from flask_login import current_user

from scheduler.errors import NotAllowed, SignInNeeded

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Guard:
    """Who may call an endpoint. ``roles`` is empty unless ``kind`` is "role"."""

    kind: str
    roles: frozenset[str] = frozenset()

    def __str__(self) -> str:
        return f"role({', '.join(sorted(self.roles))})" if self.roles else self.kind


PUBLIC = Guard("public")
HOLDER = Guard("holder")
TOKEN = Guard("token")
KEY = Guard("key")
SIGNED_IN = Guard("signed-in")

ROLES = frozenset({"admin", "clinician", "front-desk"})
_TABLE = "access"


def role(*names: str) -> Guard:
    """The guard that lets in users with one of the named roles. Raises ValueError for an unknown role."""
    unknown = set(names) - ROLES
    if unknown or not names:
        raise ValueError(f"no such role: {', '.join(sorted(unknown)) or 'none given'}")
    return Guard("role", frozenset(names))


def allow(guard: Guard) -> Callable[[View], View]:
    """Mark a view with its guard. It stands below the route decorator, next to the function."""

    def mark(view: View) -> View:
        view.access = guard  # type: ignore[attr-defined]  # an attribute of the function is the record
        return view

    return mark


def register(app: Flask, blueprint: Blueprint, default: Guard | None = None) -> None:
    """Register a blueprint with the guard of those of its views that carry none of their own.

    Raises RuntimeError when a view has no guard and no default was given.
    """
    before = set(app.view_functions)
    app.register_blueprint(blueprint)
    for endpoint in sorted(set(app.view_functions) - before):
        _enter(app, endpoint, default)


def enter(app: Flask, endpoint: str, guard: Guard) -> None:
    """Give the guard of an endpoint that belongs to no blueprint (static files, health)."""
    _table(app)[endpoint] = guard


def check_complete(app: Flask) -> None:
    """Raise RuntimeError, naming them, when endpoints have no guard: called at the end of ``create_app``."""
    bare = sorted({rule.endpoint for rule in app.url_map.iter_rules()} - set(_table(app)))
    if bare:
        raise RuntimeError(f"no guard says who may call: {', '.join(bare)}")


def access_table(app: Flask) -> dict[str, Guard]:
    """Endpoint to guard, for all endpoints of the application."""
    return dict(_table(app))


def init_app(app: Flask) -> None:
    """Check each request's guard before its view."""
    app.extensions[_TABLE] = {}
    app.before_request(enforce)


def enforce() -> None:
    """Refuse a request that its endpoint's guard does not let in. Raises SignInNeeded or NotAllowed."""
    if request.endpoint is None:
        return
    guard = _table(current_app).get(request.endpoint)
    if guard is None:
        raise NotAllowed("This page can't be opened.")
    if guard.kind not in ("signed-in", "role"):
        return
    if not current_user.is_authenticated:
        raise SignInNeeded("Sign in to see this page.")
    if guard.roles and not guard.roles & frozenset(current_user.roles):
        raise NotAllowed("Your sign-in doesn't include this page. Ask an administrator of your clinic.")


def _table(app: Flask) -> dict[str, Guard]:
    table: dict[str, Guard] = app.extensions[_TABLE]
    return table


def _enter(app: Flask, endpoint: str, default: Guard | None) -> None:
    guard = getattr(app.view_functions[endpoint], "access", default)
    if guard is None:
        raise RuntimeError(f"no guard says who may call: {endpoint}")
    _table(app)[endpoint] = guard
