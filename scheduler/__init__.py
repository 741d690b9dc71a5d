"""A provider scheduling tool: share a link, let patients book, publish open times as a FHIR feed.

Public name: ``create_app``. It imports every face and the foundation; nothing imports it but ``app.py`` and tests.
"""

from __future__ import annotations

import os
from datetime import timedelta

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from scheduler import settings as settings_module
from scheduler.paths import templates_dir
from scheduler.settings import Settings

__all__ = ["create_app"]


def create_app(settings: Settings | None = None) -> Flask:
    """The WSGI application for ``settings`` (read from the environment when None).

    Raises SettingsError for settings that can't be used, RuntimeError when an endpoint has no guard.
    """
    from scheduler import accounts, api, cli, console, db, discovery, jobs, portal, publisher, web
    from scheduler.web.access import KEY, PUBLIC, SIGNED_IN, check_complete, register, role

    settings = settings or settings_module.load(os.environ)
    app = Flask(__name__, static_folder=None, template_folder=str(templates_dir()))
    configure(app, settings)
    db.init_app(app, settings)
    web.init_app(app, settings)
    accounts.init_app(app)
    register(app, discovery.blueprint, PUBLIC)
    register(app, api.blueprint, KEY)
    register(app, accounts.blueprint)
    register(app, console.blueprint, SIGNED_IN)
    register(app, console.admin, role("admin"))
    register(app, console.welcome)
    register(app, portal.blueprint)
    check_complete(app)
    jobs.init_app(app)
    cli.register(app)
    publisher.init_app(app, settings)
    if settings.proxies:
        # the callable that servers use; Flask's own way to put something in front of it
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.proxies, x_proto=0, x_host=0)  # type: ignore[method-assign]
    return app


def configure(app: Flask, settings: Settings) -> None:
    """Flask's own configuration: keys and cookies."""
    app.config.update(
        SETTINGS=settings,
        SECRET_KEY=settings.secret,
        SESSION_COOKIE_NAME="session",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.secure,
        REMEMBER_COOKIE_HTTPONLY=True,
        REMEMBER_COOKIE_SAMESITE="Lax",
        REMEMBER_COOKIE_SECURE=settings.secure,
        PERMANENT_SESSION_LIFETIME=timedelta(hours=12),
        SESSION_REFRESH_EACH_REQUEST=False,
    )
