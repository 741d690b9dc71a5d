"""gzip for pages that are the same for everybody.

Private pages and those of signed-in users stay uncompressed: they hold secrets next to text from the request, and the
length of a compressed answer would tell about both (BREACH). Files and the feed compress themselves.
"""

from __future__ import annotations

import gzip

from flask import Flask, Response, current_app, g, request

from scheduler.web.access import PUBLIC, access_table
from scheduler.web.headers import is_private

MIN_BYTES = 1024
# a tenth longer than the usual 6 in half the time: pages are made for each who asks
_LEVEL = 4


def init_app(app: Flask) -> None:
    """Compress fitting answers when the client accepts it."""
    app.after_request(compress)


def compress(response: Response) -> Response:
    """The answer, gzipped when it is a public HTML page, long enough, and the client takes gzip."""
    if response.mimetype != "text/html" or response.is_streamed or "Content-Encoding" in response.headers:
        return response
    response.vary.add("Accept-Encoding")
    public = access_table(current_app).get(request.endpoint or "", PUBLIC) == PUBLIC
    if not public or is_private() or request.method == "POST" or "csrf_token" in g:
        return response
    if response.content_length is not None and response.content_length < MIN_BYTES:
        return response
    if not request.accept_encodings["gzip"]:
        return response
    response.set_data(gzip.compress(response.get_data(), compresslevel=_LEVEL, mtime=0))
    response.headers["Content-Encoding"] = "gzip"
    return response
