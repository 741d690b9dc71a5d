"""What a person last chose to see on Day and Week, kept in a cookie: ids of a line and a place, and the form of Week."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from urllib.parse import parse_qs, urlencode

from flask import after_this_request, request
from werkzeug.wrappers import Response

from scheduler.clock import DAY
from scheduler.web.settings import current_settings

COOKIE = "calendar"
AGENDA, COLUMNS = "agenda", "columns"
_MAX_AGE_SECONDS = 365 * DAY
_ID = re.compile(r"[A-Za-z0-9-]{0,50}", re.ASCII)
_FORMS = (AGENDA, COLUMNS)


@dataclass(frozen=True, slots=True)
class Choices:
    """``who``: a line of the calendar, "" for all; ``place``: a place's id, "" for all; ``form``: Week's."""

    who: str = ""
    place: str = ""
    form: str = COLUMNS


def chosen() -> Choices:
    """The choices of this request's query, else those remembered; a choice that is made is remembered."""
    before = _remembered()
    if not {"who", "place", "form"} & set(request.args):
        return before
    form = request.args.get("form", before.form)
    now = Choices(
        who=_id(request.args.get("who", before.who)),
        place=_id(request.args.get("place", before.place)),
        form=form if form in _FORMS else before.form,
    )
    if now != before:
        _remember(now)
    return now


def _remembered() -> Choices:
    kept = parse_qs(request.cookies.get(COOKIE, "")[:300])
    found = Choices(who=_id(kept.get("who", [""])[0]), place=_id(kept.get("place", [""])[0]))
    form = kept.get("form", [""])[0]
    return replace(found, form=form) if form in _FORMS else found


def _remember(choices: Choices) -> None:
    value = urlencode({"who": choices.who, "place": choices.place, "form": choices.form})

    @after_this_request
    def _send(response: Response) -> Response:
        response.set_cookie(
            COOKIE,
            value,
            max_age=_MAX_AGE_SECONDS,
            path="/console",
            httponly=True,
            samesite="Lax",
            secure=current_settings().secure,
        )
        return response


def _id(text: str) -> str:
    return text if _ID.fullmatch(text) else ""
