"""The addresses of the feed: the manifest and its files. Open to everybody, without cookies.

GET /fhir/$bulk-publish          the manifest of this moment
GET /fhir/files/<name>.ndjson    a file that it lists, or listed a day ago
"""

from __future__ import annotations

import hashlib

from flask import Blueprint, Response, current_app, request

from scheduler.errors import InvalidInput, NotFound
from scheduler.fhir import parse_instant
from scheduler.publisher import responses
from scheduler.publisher.files import is_name
from scheduler.publisher.publication import current, store_of
from scheduler.settings import Settings

blueprint = Blueprint("publisher", __name__, url_prefix="/fhir")
blueprint.after_request(responses.open_to_all)


@blueprint.route("/$bulk-publish", methods=["GET", "OPTIONS"])
@blueprint.route("/$bulk-publish/", methods=["GET", "OPTIONS"])
def bulk_publish() -> Response:
    """The manifest. ``_since`` is read and answered with everything, which Bulk Publish allows (sched-8)."""
    if request.method == "OPTIONS":
        return responses.preflight()
    responses.check_accept(request, responses.MANIFEST_TYPES)
    since = request.args.get("_since")
    if since is not None and parse_instant(since.replace(" ", "+")) is None:
        raise InvalidInput({"_since": "_since: give an instant such as 2026-11-24T14:30:00Z."})
    settings = _settings()
    published = current(settings)
    tag = hashlib.sha256(published.manifest.encode()).hexdigest()[:32]
    return responses.manifest_response(
        request, published.manifest, tag, published.transaction_ms, settings.feed_max_age
    )


@blueprint.route("/files/<name>", methods=["GET", "OPTIONS"])
def file(name: str) -> Response:
    """A file of the feed. One that is listed but lost is made again first."""
    if request.method == "OPTIONS":
        return responses.preflight()
    if not is_name(name):
        raise NotFound("There is no such file in this feed. Its manifest lists those that there are.")
    responses.check_accept(request, responses.FILE_TYPES)
    store, zipped = store_of(_settings()), responses.takes_gzip(request)
    data = store.read(name, compressed=zipped)
    if data is None:
        current(_settings())
        data = store.read(name, compressed=zipped)
    if data is None:
        raise NotFound("This file is no longer kept. Read the manifest again: it lists the new ones.")
    return responses.file_response(request, data, name.removesuffix(".ndjson"), zipped=zipped)


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings
