"""The live feed: what is offered, as immutable NDJSON files behind manifests that can't be stale.

Purpose: ``LiveFeed`` gives the documents of this very moment; it rebuilds when a mark, the clock, the code or a setting
says that what is kept no longer holds (design.md "The live feed"). The words: a *shard* is one file's worth of the feed
(a block of Schedules and a cut of time, or one other resource type); a *version* is what a shard holds from when until
when; an *edition* is one state of the whole feed, with its manifests and its page of the chain.

The path of a rebuild: ``plan`` (marks and ends to shards) → ``load`` (rows to records) and ``slots`` (the slot rule's
answers) → ``shards`` and ``build`` (NDJSON into ``files``, immutable and named by content) → ``versions`` → ``changes``
(what differs, for the chain) → ``editions`` (``manifest``) → ``rebuild`` (the one row, under one lock). The path of an
answer: ``http`` → ``feed`` → ``checks``, and ``chain`` for stubs, pages and ``_since``. Beside it: ``static`` copies the feed
to ``targets`` for other servers; ``advertise`` makes its card for directories.

Public names: ``init_app``, ``LiveFeed``, ``feed_of``, ``FeedUnavailable``.

May import: availability, models, fhir, the foundation, ``web.headers`` and ``web.logs``. No Flask but for the application's context.
"""

from __future__ import annotations

from flask import Flask

from scheduler.publisher.feed import FeedUnavailable, LiveFeed, feed_of
from scheduler.publisher.http import FeedLayer
from scheduler.settings import Settings
from scheduler.web.headers import HSTS

__all__ = ["FeedUnavailable", "LiveFeed", "feed_of", "init_app"]


def init_app(app: Flask, settings: Settings) -> None:
    """Answer what lies below /fhir/ in front of the application. Call it before anything is put in front of that."""
    feed = LiveFeed(app, settings)
    app.extensions["feed"] = feed
    more = (HSTS,) if settings.secure else ()
    layer = FeedLayer(app.wsgi_app, feed, settings.feed_limit, more=more)
    app.wsgi_app = layer  # type: ignore[method-assign]  # Flask's own way to put something in front of it
