"""HTTP of the feed: a thin WSGI layer in front of Flask, without session, cookie or routing table.

Purpose: ``FeedLayer`` answers what is asked below /fhir/ and passes everything else on. What it answers with are
``Document``s, ready to send, which its ``Feed`` hands it; the layer knows no records, no SQL and no Flask.
``negotiate`` reads the request's headers, ``answers`` chooses status and headers, ``limits`` slows down pollers far
above the standard's rate, ``problems`` are the errors that only HTTP knows.

Public names: ``FeedLayer``, ``Feed``, ``Document``, ``Gone``, ``FILE_MEDIA``, ``MANIFEST_MEDIA``, ``IMMUTABLE``,
``polling_hint``.

May import: fhir, clock and errors of the foundation, ``web.logs``; the standard library and isal.
"""

from scheduler.publisher.http.documents import (
    FILE_MEDIA,
    IMMUTABLE,
    MANIFEST_MEDIA,
    Document,
    polling_hint,
)
from scheduler.publisher.http.layer import Feed, FeedLayer
from scheduler.publisher.http.problems import Gone

__all__ = [
    "FILE_MEDIA",
    "IMMUTABLE",
    "MANIFEST_MEDIA",
    "Document",
    "Feed",
    "FeedLayer",
    "Gone",
    "polling_hint",
]
