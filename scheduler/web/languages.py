"""In which language a page speaks: the patient's choice, else what the browser asks for, else the clinic's.

Catalogues lie in ``scheduler/translations/<language>/LC_MESSAGES/messages.po``; a text without a translation is English.
Pages of staff are English, whatever a patient chose in the same browser. A choice is made by POST ``/language`` and kept
in a cookie; nothing of it stands in an address.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask, Response, current_app, has_request_context, make_response, redirect, request
from flask_babel import Babel, force_locale
from markupsafe import Markup
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as BaseResponse

from scheduler.clock import DAY
from scheduler.web import speech
from scheduler.web.access import PUBLIC, enter
from scheduler.web.clinic import site_clinic
from scheduler.web.origin import own_path, same_origin_only
from scheduler.web.settings import current_settings
from scheduler.web.speech import locale_now

NAMES = {"en": "English", "es": "Español", "ar": "العربية", "zh": "中文"}
LANGUAGES = tuple(NAMES)
RIGHT_TO_LEFT = frozenset({"ar"})
COOKIE = "language"
MAX_AGE_SECONDS = 365 * DAY

_CLINICS_OWN = ("q_", "second_q_")
_STAFF = frozenset({"console", "admin", "accounts", "welcome"})  # blueprints
_STAFF_PATHS = ("/console", "/admin", "/fhir/")  # pages that are not there have no blueprint


def init_app(app: Flask) -> None:
    """Offer ``_``, ``ngettext`` and ``{% trans %}`` to all templates, in the language of the page, and take choices."""
    Babel(app, locale_selector=chosen_language, default_locale="en")
    speech.init_app(app)
    for offered in (page_language, page_direction, language_choices, language_back_here):
        app.jinja_env.globals[offered.__name__] = offered
    app.jinja_env.filters["theirs"] = theirs
    app.jinja_env.globals.update(label_of=label_of, words_of=words_of)
    app.add_url_rule("/language", "language", choose, methods=["POST"])
    enter(app, "language", PUBLIC)
    app.after_request(_vary)


def chosen_language() -> str:
    """The language of the page that is being made; English outside a request and for staff."""
    if not has_request_context() or not speaks_to_patients():
        return "en"
    chosen = request.cookies.get(COOKIE, "")
    if chosen in LANGUAGES:
        return chosen
    wanted = (code.partition("-")[0].lower() for code, _ in request.accept_languages)
    return next((code for code in wanted if code in LANGUAGES), "") or _clinics_language()


def speaks_to_patients() -> bool:
    """Whether the request's page is one that patients read."""
    return request.blueprint not in _STAFF and not request.path.startswith(_STAFF_PATHS)


def page_language() -> str:
    """The language in which texts come out now, as HTML's ``lang`` says it."""
    locale = locale_now()
    return locale.language if locale is not None else "en"


def page_direction() -> str:
    """ "rtl" or "ltr": HTML's ``dir`` of the page."""
    return "rtl" if page_language() in RIGHT_TO_LEFT else "ltr"


def language_choices() -> dict[str, str]:
    """The languages to choose from, by code, each with its own name for itself; none on a page of staff."""
    return NAMES if has_request_context() and speaks_to_patients() else {}


def language_back_here() -> str:
    """Where a choice of language made on this page leads: the page itself when it can be asked for, else the home page."""
    if request.method == "GET":
        return request.full_path.rstrip("?")
    try:
        current_app.create_url_adapter(request).match(request.path, method="GET")  # type: ignore[union-attr]
    except HTTPException:
        return "/"
    return request.path


@same_origin_only
def choose() -> BaseResponse:
    """Keep the chosen language in a cookie and go back to where it was chosen."""
    return remember(redirect(own_path(request.form.get("back"), "/"), 303))


def remember(response: BaseResponse) -> BaseResponse:
    """``response`` with the language that the request's form names, when it is one of ours."""
    wanted = request.form.get("language", "")
    if wanted in LANGUAGES:
        response.set_cookie(
            COOKIE,
            wanted,
            max_age=MAX_AGE_SECONDS,
            httponly=True,
            samesite="Lax",
            secure=current_settings().secure,
        )
    return response


def chosen_here() -> bool:
    """Whether the form that was sent came by a button that chooses a language, so that it is to be shown once more."""
    return request.form.get("language", "") in LANGUAGES


def shown_anew(draw: Callable[[], str]) -> BaseResponse:
    """The page that ``draw`` makes of the form that was sent, in the language that was chosen beside it: what was typed
    stays, and stands in no address."""
    with force_locale(request.form["language"]):
        page = draw()
    return remember(make_response(page))


def theirs(text: Any) -> Any:
    """A clinic's own words on a page: marked with their language where the page speaks another one."""
    clinic = site_clinic() if has_request_context() else None
    language = clinic.language if clinic is not None else "en"
    if not text or language.partition("-")[0] == page_language():
        return text
    return Markup('<span lang="{}" dir="auto">{}</span>').format(language, text)


def label_of(field: Any) -> Any:
    """The label of a form field or of one of its choices; that of a choice without a value is ours, whosever the others
    are."""
    text = field.label.text
    return text if hasattr(field, "checked") and not field.data else words_of(field, text)


def words_of(field: Any, text: Any) -> Any:
    """Words beside a form field; those of a clinic's own question, by the beginning of its name, are the clinic's."""
    return theirs(text) if field.name.startswith(_CLINICS_OWN) else text


def _clinics_language() -> str:
    try:
        clinic = site_clinic()
    except SQLAlchemyError:
        return "en"  # an error page must come even when the database does not
    language = clinic.language.partition("-")[0] if clinic is not None else "en"
    return language if language in LANGUAGES else "en"


def _vary(response: Response) -> Response:
    """Say that a patient's page depends on the choice and on the browser's languages."""
    if response.mimetype == "text/html" and speaks_to_patients():
        response.vary.update(("Accept-Language", "Cookie"))
    return response
