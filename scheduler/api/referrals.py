"""``GET /referrals/<booking-referral>``: the states of a referral, for the finder that made it (scheduler/docs/finders.md).

The handle stands in the address because the finder made it up and the contract hands it around in addresses; logs cut it.
"""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request
from flask.blueprints import BlueprintSetupState
from werkzeug.routing import BaseConverter

from scheduler import clock, outcomes
from scheduler.db import snapshot
from scheduler.outcomes.tell import instant
from scheduler.web.headers import private_page
from scheduler.web.throttle import Throttle

blueprint = Blueprint("api", __name__)

BEARER = "bearer"
# by address and by key, so that neither guessing nor eager polling costs much
asked = Throttle(600, clock.MINUTE)


class Handle(BaseConverter):
    """The rest of the address, whatever signs it has: a handle is any printable text."""

    regex = r".{1,255}"
    part_isolating = False


@blueprint.record_once
def _know_handles(state: BlueprintSetupState) -> None:
    state.app.url_map.converters["handle"] = Handle


@private_page
def referral(handle: str) -> Response:
    """The states of a referral, oldest first."""
    asked.take(["referrals", request.remote_addr or ""], clock.now())
    kind, _, key = request.headers.get("Authorization", "").partition(" ")
    with snapshot() as session:
        rows = outcomes.states_of(session, key.strip() if kind.lower() == BEARER else "", handle)
    return jsonify(
        {"booking-referral": handle, "states": [{"state": row.state, "at": instant(row.at)} for row in rows]}
    )


blueprint.add_url_rule("/referrals/<handle:handle>", view_func=referral, methods=["GET"], merge_slashes=False)
