"""What the faces share: guards, CSRF and origin checks, headers, error pages, assets, words for times, form macros.

Public names: ``current_settings``, ``init_app``; ``web.access`` (``allow``, ``register``, the guards), ``web.origin``
(``same_origin_only``), ``web.headers`` (``private_page``), ``web.visitor`` (``visitor_hash``, ``ensure_visitor``),
``web.times`` (words for instants and lengths), ``web.forms`` (``DatePartsField``, ``error_list``), ``web.clinic``.
May import: the foundation (settings, clock, errors, db, paths), ``models`` for the clinic's name and phone, Flask and
its extensions. Never a face; a face imports it.
"""

from __future__ import annotations

from flask import Flask

from scheduler.settings import Settings
from scheduler.web.settings import current_settings

__all__ = ["current_settings", "init_app"]


def init_app(app: Flask, settings: Settings) -> None:
    """Attach everything of this room to the application. Call it before blueprints are registered."""
    from scheduler.web import (
        access,
        assets,
        border,
        compress,
        errors,
        headers,
        kept,
        languages,
        logs,
        origin,
        recall,
        templating,
    )

    logs.init_app(app)
    border.init_app(app)
    access.init_app(app)
    origin.init_app(app)
    headers.init_app(app, settings)
    compress.init_app(app)
    assets.init_app(app)
    errors.init_app(app)
    templating.init_app(app)
    languages.init_app(app)
    kept.init_app(app)
    recall.init_app(app)
