"""URLs of the home face.

/                home: who may be booked, the feed's address
/privacy         what is kept
/service.json    the schema.org card of the feed, for directories
/robots.txt      what crawlers leave alone
/health          200 when the database answers
"""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, render_template
from flask_babel import gettext as _
from sqlalchemy import text

from scheduler.db import snapshot
from scheduler.discovery.home import load_home
from scheduler.errors import NotFound
from scheduler.publisher.advertise import load_providers, service_card
from scheduler.web import current_settings
from scheduler.web.access import PUBLIC, allow
from scheduler.web.recall import recall

blueprint = Blueprint("discovery", __name__)

# Signed links (/b, /offer) are not listed: a crawler that may not fetch them can't read their noindex either.
_ROBOTS = "User-agent: *\nDisallow: /hold\nDisallow: /console\nDisallow: /admin\n"


@blueprint.get("/")
@allow(PUBLIC)
def home() -> str:
    """What this is, who may be booked, and the feed's address."""
    feed_url = current_settings().feed_url
    with snapshot() as session:
        content = load_home(session)
        providers = recall(session, "providers", lambda: load_providers(session))
    card = service_card(providers, feed_url) if providers else None
    return render_template("discovery/home.html", home=content, feed_url=feed_url, service=card)


@blueprint.get("/privacy")
@allow(PUBLIC)
def privacy() -> str:
    """What is kept about a patient."""
    return render_template("discovery/privacy.html")


@blueprint.get("/service.json")
@allow(PUBLIC)
def service() -> Response:
    """The card that directories of publishers read. Raises NotFound when nothing has been set up."""
    with snapshot() as session:
        providers = load_providers(session)
    if not providers:
        raise NotFound(_("No clinic has been set up here yet."))
    response = jsonify(service_card(providers, current_settings().feed_url))
    response.mimetype = "application/ld+json"
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


@blueprint.get("/robots.txt")
@allow(PUBLIC)
def robots() -> Response:
    """What crawlers leave alone."""
    return Response(_ROBOTS, mimetype="text/plain")


@blueprint.get("/health")
@allow(PUBLIC)
def health() -> Response:
    """200 when the database answers, else the error handler's 503."""
    with snapshot() as session:
        session.execute(text("SELECT 1"))
    response = jsonify({"status": "ok"})
    response.headers["Cache-Control"] = "no-store"
    return response
