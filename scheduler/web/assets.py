"""Own css, js and icons: read once, served compressed under an address that holds the content's hash. Comments of css stay
here.

``static_url("app.css")`` gives ``/static/app.css?v=<hash>``; that address may be cached for a year, a bare one not.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
import re
from dataclasses import dataclass
from pathlib import Path

from flask import Flask, Response, abort, current_app, request

from scheduler.web.access import PUBLIC, enter

_EXTENSION = "assets"
_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".woff2": "font/woff2"}
_TEXT = frozenset({".css", ".js", ".svg"})
_CSS_COMMENT = re.compile(rb"/\*.*?\*/\n?", re.DOTALL)
FOR_A_YEAR = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Asset:
    """One file: its bytes, the gzipped twin (None when it doesn't pay), media type and hash."""

    body: bytes
    gzipped: bytes | None
    mimetype: str
    version: str


def load(folder: Path) -> dict[str, Asset]:
    """All files below ``folder`` by their relative address."""
    return {
        path.relative_to(folder).as_posix(): _read(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith(".")
    }


def static_url(filename: str) -> str:
    """The address of a static file, with its hash. Raises KeyError for a file that does not exist."""
    asset = _assets()[filename]
    return f"{request.script_root}/static/{filename}?v={asset.version}"


def static(filename: str) -> Response:
    """Answer with a static file."""
    asset = _assets().get(filename)
    if asset is None:
        abort(404)
    response = Response(asset.body, mimetype=asset.mimetype)
    if asset.gzipped is not None:
        response.vary.add("Accept-Encoding")
        if request.accept_encodings["gzip"]:
            response.set_data(asset.gzipped)
            response.headers["Content-Encoding"] = "gzip"
    response.set_etag(asset.version)
    response.headers["Cache-Control"] = FOR_A_YEAR if request.args.get("v") == asset.version else "no-cache"
    response.make_conditional(request)
    return response


def init_app(app: Flask) -> None:
    """Read the files and serve them at ``/static/``."""
    app.extensions[_EXTENSION] = load(Path(app.root_path) / "static")
    app.add_url_rule("/static/<path:filename>", "static", static)
    enter(app, "static", PUBLIC)


def _assets() -> dict[str, Asset]:
    if current_app.debug:
        current_app.extensions[_EXTENSION] = load(Path(current_app.root_path) / "static")
    assets: dict[str, Asset] = current_app.extensions[_EXTENSION]
    return assets


def _read(path: Path) -> Asset:
    body = path.read_bytes()
    if path.suffix == ".css":
        body = _CSS_COMMENT.sub(b"", body)
    packed = gzip.compress(body, mtime=0) if path.suffix in _TEXT else None
    mimetype = _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return Asset(body, packed, mimetype, hashlib.sha256(body).hexdigest()[:12])
