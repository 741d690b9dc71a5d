"""The one handler: every error becomes a page or JSON. Below /fhir/ the publisher's own layer answers.

Source: design.md "Rooms" (errors as values), ux.md section 1 ("Error") and section 4 (words).
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from flask import Flask, Response, g, jsonify, redirect, render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.wrappers import Response as BaseResponse

from scheduler.errors import InvalidInput, KeyNeeded, SchedulerError, SignInNeeded, TooMany
from scheduler.web.logs import log_unexpected
from scheduler.web.slashes import without_slash

_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"

_TITLES = {
    400: lazy_gettext("That can't be used"),
    401: lazy_gettext("Sign in first"),
    403: lazy_gettext("This isn't yours to open"),
    404: lazy_gettext("Page not found"),
    405: lazy_gettext("That can't be done here"),
    409: lazy_gettext("Things have changed"),
    410: lazy_gettext("This page has gone"),
    413: lazy_gettext("That is too much at once"),
    414: lazy_gettext("The address is too long"),
    422: lazy_gettext("That was already sent"),
    429: lazy_gettext("Too many tries"),
    503: lazy_gettext("Not available just now"),
}
_SENTENCES = {
    400: lazy_gettext("Part of what was sent can't be read. Go back, check it and send it again."),
    401: lazy_gettext("Sign in to see this page."),
    403: lazy_gettext("Your sign-in doesn't include this page."),
    404: lazy_gettext("There is no page at this address. The link may be old or cut short."),
    405: lazy_gettext("This address takes no such request. Go back and use the buttons of the page."),
    410: lazy_gettext("This page is no longer kept."),
    413: lazy_gettext("What was sent is larger than this page takes. Make it smaller and send it again."),
    414: lazy_gettext("The address is longer than any page of ours. Check the link."),
    415: lazy_gettext("What was sent has a form that this page doesn't take."),
    503: lazy_gettext("This is taking longer than usual. Try again: it can't book twice."),
}
_CODES = {
    404: "not-found",
    405: "not-supported",
    413: "too-long",
    414: "too-long",
    429: "too-many",
    403: "not-allowed",
}
_FORM_EXPIRED = lazy_gettext(
    "This page was open for too long, or cookies are off. Nothing was changed. Go back, reload it, try again."
)
_FAILED = lazy_gettext(
    "Something went wrong on our side. What you just sent may not be saved. Try again, or call the clinic."
)


@dataclass(frozen=True, slots=True)
class Problem:
    """An error ready to be shown. ``reference`` is set for 5xx and stands in the log too."""

    status: int
    code: str
    sentence: str
    field: str | None = None
    problems: tuple[tuple[str, str], ...] = ()
    reference: str = ""
    headers: tuple[tuple[str, str], ...] = ()

    @property
    def title(self) -> str:
        known = _TITLES.get(self.status)
        if known is not None:
            return str(known)
        return _("Something went wrong") if self.status >= 500 else _("That can't be done")


def init_app(app: Flask) -> None:
    """Send every exception through ``handle``."""
    app.register_error_handler(Exception, handle)


def handle(error: Exception) -> BaseResponse:
    """The answer for ``error``, in the form that the client takes."""
    if isinstance(error, HTTPException) and (error.code is None or error.code < 400):
        return error.get_response()
    if isinstance(error, SignInNeeded) and request.method in ("GET", "HEAD") and wanted() == "html":
        return redirect(f"/sign-in?next={quote(request.full_path.rstrip('?'), safe='/')}", 303)
    if isinstance(error, NotFound) and (plain := without_slash()) is not None:
        return plain
    problem = describe(error)
    if problem.status >= 500:
        problem = replace(problem, reference=_reference())
        log_unexpected(error, problem.reference)
    return respond(problem)


def describe(error: Exception) -> Problem:
    """What to show for ``error``; nothing of an unexpected one gets out."""
    if isinstance(error, InvalidInput):
        return Problem(error.status, error.code, error.sentence, error.field, tuple(error.problems.items()))
    if isinstance(error, SchedulerError):
        headers = (("Retry-After", str(error.retry_after)),) if isinstance(error, TooMany) else ()
        if isinstance(error, KeyNeeded):
            headers = (("WWW-Authenticate", "Bearer"),)
        return Problem(error.status, error.code, error.sentence, error.field, headers=headers)
    if isinstance(error, CSRFError):
        return Problem(400, "form-expired", str(_FORM_EXPIRED))
    if isinstance(error, HTTPException):
        return _of_http(error)
    if isinstance(error, OperationalError):
        return Problem(503, "unavailable", str(_SENTENCES[503]), headers=(("Retry-After", "5"),))
    return Problem(500, "error", str(_FAILED))


def respond(problem: Problem) -> Response:
    """Shape ``problem`` for this request's client."""
    if wanted() == "json":
        response = jsonify(_as_json(problem))
    else:
        response = Response(_page(problem), mimetype="text/html")
        response.headers["X-Robots-Tag"] = "noindex"
    response.status_code = problem.status
    response.headers.extend(problem.headers)
    response.headers["Cache-Control"] = "no-store"
    return response


def wanted() -> str:
    """The form of an error that suits the request: "json" where programs alone come or when asked for, else "html"."""
    if request.path.startswith("/referrals/"):
        return "json"
    best = request.accept_mimetypes.best_match(["text/html", "application/json"], default="text/html")
    return "json" if best == "application/json" or request.is_json else "html"


def _page(problem: Problem) -> str:
    try:
        return render_template("errors/error.html", problem=problem)
    except Exception as error:
        # The page names the clinic, which takes a database; a plain page must come even when that is what failed.
        log_unexpected(error, problem.reference or "while an error page was made")
        g.clinic = None
        return render_template("errors/plain.html", problem=problem)


def _of_http(error: HTTPException) -> Problem:
    status = error.code or 500
    headers = tuple((k, v) for k, v in error.get_headers() if k.lower() in ("allow", "retry-after"))
    sentence = str(_SENTENCES.get(status, _FAILED if status >= 500 else _SENTENCES[400]))
    return Problem(
        status, _CODES.get(status, "error" if status >= 500 else "invalid"), sentence, headers=headers
    )


def _as_json(problem: Problem) -> dict[str, Any]:
    body: dict[str, Any] = {"code": problem.code, "status": problem.status, "message": problem.sentence}
    if problem.field:
        body["field"] = problem.field
    if problem.problems:
        body["problems"] = dict(problem.problems)
    if problem.reference:
        body["reference"] = problem.reference
    return {"error": body}


def _reference() -> str:
    letters = "".join(secrets.choice(_ALPHABET) for _ in range(8))
    return f"{letters[:4]}-{letters[4:]}"
