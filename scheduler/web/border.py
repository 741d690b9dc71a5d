"""What never gets past the border: text that no database keeps (NUL), bytes that are no UTF-8, endless addresses and files.

PostgreSQL cannot store U+0000, and Werkzeug replaces broken UTF-8 silently, so both are refused here, with a sentence.
"""

from __future__ import annotations

from collections.abc import Callable
from tempfile import SpooledTemporaryFile
from typing import IO, Any, TypeVar, cast
from urllib.parse import unquote_to_bytes

from flask import Flask, Request, current_app, request
from flask_babel import gettext as _
from werkzeug.exceptions import RequestEntityTooLarge, RequestURITooLarge

from scheduler.errors import InvalidInput

View = TypeVar("View", bound=Callable[..., Any])

MAX_PATH = 1024
MAX_QUERY = 8192  # two texts of 255 characters, each character up to four bytes of three signs, and room
MAX_BODY = 1024 * 1024
MAX_FILE = 10 * 1024 * 1024 + 1  # one byte more than any page takes, so that it can tell
_IN_MEMORY = 64 * 1024


def takes_file(most: int, otherwise: Callable[..., Any] | None = None) -> Callable[[View], View]:
    """Mark a view whose body may have up to ``most`` bytes: it takes a file. ``otherwise``: answers in its place, with the
    same arguments, when the body has more, and changes nothing; nothing of the body is read then."""

    def mark(view: View) -> View:
        view.max_body = most  # type: ignore[attr-defined]  # an attribute of the function is the record
        view.too_much = otherwise  # type: ignore[attr-defined]  # the same
        return view

    return mark


class CappedFile(SpooledTemporaryFile[bytes]):
    """A file that came with a form, up to ``MAX_FILE`` bytes of it; what comes after them is counted as taken and
    forgotten, so that the rest of the form can still be read."""

    def __init__(self) -> None:
        super().__init__(max_size=_IN_MEMORY, mode="w+b")

    def write(self, data: Any) -> int:
        """Keep what there is room for."""
        room = MAX_FILE - self.tell()
        if room > 0:
            super().write(data[:room])
        return len(data)


class BoundedRequest(Request):
    """A request whose files are ``CappedFile``."""

    def _get_file_stream(self, *args: Any, **kwargs: Any) -> IO[bytes]:
        # Werkzeug's documented place to say where files of a form go
        return cast(IO[bytes], CappedFile())


def any_query(view: View) -> View:
    """Mark a view that leaves out what it can't use of its query: other people's programs made the link, and a patient
    who follows it must not pay for a fault of theirs."""
    view.any_query = True  # type: ignore[attr-defined]  # an attribute of the function is the record
    return view


def any_text(view: View) -> View:
    """Mark a view that says at the field itself what of its text can't be kept, with the form filled in."""
    view.any_text = True  # type: ignore[attr-defined]  # an attribute of the function is the record
    return view


def init_app(app: Flask) -> None:
    """Check every request before anything else reads it."""
    app.request_class = BoundedRequest
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY
    app.config["MAX_FORM_MEMORY_SIZE"] = MAX_BODY
    app.config["MAX_FORM_PARTS"] = 500
    app.before_request(check)


def check() -> Any:
    """Refuse an address or a form that can't be kept; None lets the request go on to its view. Raises InvalidInput,
    RequestURITooLarge or RequestEntityTooLarge."""
    view = current_app.view_functions.get(request.endpoint or "")
    request.max_content_length = getattr(view, "max_body", MAX_BODY)
    path = request.environ.get("PATH_INFO", "").encode("latin-1", "replace")
    query = request.query_string
    any_query = getattr(view, "any_query", False)
    if len(path) > MAX_PATH or (len(query) > MAX_QUERY and not any_query):
        raise RequestURITooLarge
    if not is_text(path) or not (any_query or is_text(unquote_to_bytes(query))):
        raise InvalidInput({"address": _("The address holds characters that no page uses. Check the link.")})
    try:
        fields = list(request.form.lists())
    except RequestEntityTooLarge:
        otherwise = getattr(view, "too_much", None)
        if otherwise is None:
            raise
        return otherwise(**(request.view_args or {}))
    any_text = getattr(view, "any_text", False)
    for name, values in fields:
        if "\x00" in name or (not any_text and any("\x00" in value for value in values)):
            raise InvalidInput(
                {
                    _plain(name): _(
                        "%(field)s: remove the hidden character (NUL) and send it again.", field=_plain(name)
                    )
                }
            )
    return None


def is_text(raw: bytes) -> bool:
    """Whether bytes are UTF-8 without NUL."""
    try:
        return "\x00" not in raw.decode("utf-8")
    except UnicodeDecodeError:
        return False


def _plain(name: str) -> str:
    """A field's name fit for a sentence: the form's own names are ASCII words."""
    word = "".join(sign for sign in name if sign.isascii() and (sign.isalnum() or sign in "-_"))[:40]
    return word.replace("_", " ").replace("-", " ").strip().capitalize() or _("A field")
