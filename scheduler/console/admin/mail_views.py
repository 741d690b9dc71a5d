"""Views of mails: the lists, one mail of the mail folder shown so that it can do nothing, trying again."""

from __future__ import annotations

import re

from flask import Response, redirect, render_template, request
from markupsafe import Markup, escape

from scheduler import clock
from scheduler.console.admin import mails
from scheduler.console.common import Answer, me, toast
from scheduler.db import transaction
from scheduler.errors import NotFound
from scheduler.notify import tending
from scheduler.web import current_settings
from scheduler.web.headers import CONTENT_SECURITY_POLICY, private_page

# The HTML of a mail stands in a frame that may run nothing, load nothing, send nothing and lead nowhere.
_MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'; "
    "frame-ancestors 'self'; sandbox"
)


@private_page
def table() -> Answer:
    """What failed, what waits, how many to call, what was sent; ``?before=`` goes on to older ones."""
    text = request.args.get("before", "")
    before = int(text) if text.isascii() and text.isdigit() and len(text) < 18 else None
    now = clock.now()
    page = mails.mails_page(me(), now, current_settings(), before)
    return render_template("admin/mails.html", page=page, now=now, before=before)


@private_page
def mail(mail_id: str) -> Answer:
    """One mail of the mail folder: its text, and its HTML in a frame of its own."""
    number, at, found = mails.mail_of(me(), mail_id, current_settings())
    text = _with_own_links(found.text, current_settings().public_url)
    page = render_template(
        "admin/mail.html", mail=found, number=number, at=at, zone=mails.zone_for(me()), text=text
    )
    answer = Response(page)
    answer.headers["Content-Security-Policy"] = f"{CONTENT_SECURITY_POLICY}; frame-src 'self'"
    return answer


@private_page
def html(mail_id: str) -> Answer:
    """The HTML part alone, for the frame."""
    _, _, found = mails.mail_of(me(), mail_id, current_settings())
    if not found.html:
        raise NotFound("That mail has no HTML part.")
    answer = Response(found.html, mimetype="text/html")
    answer.headers["Content-Security-Policy"] = _MAIL_POLICY
    answer.headers["X-Frame-Options"] = "SAMEORIGIN"
    return answer


@private_page
def eml(mail_id: str) -> Answer:
    """The mail as a file."""
    number, _, found = mails.mail_of(me(), mail_id, current_settings())
    return _download(found.raw, "message/rfc822", f"mail-{number}.eml")


@private_page
def ics(mail_id: str) -> Answer:
    """The calendar file that the mail carries."""
    number, _, found = mails.mail_of(me(), mail_id, current_settings())
    if found.calendar is None:
        raise NotFound("That mail carries no calendar file.")
    return _download(found.calendar, "text/calendar", f"mail-{number}.ics")


@private_page
def retry(mail_id: str) -> Answer:
    """Try a message again that failed."""
    with transaction() as session:
        tending.retry(
            session,
            by=me(),
            now=clock.now(),
            organization_id=me().organization_id,
            message_id=mails.message_id(mail_id),
        )
    toast("The message is tried again now. Reload this page in a minute to see how it went.")
    return redirect("/admin/mails", 303)


def _download(body: bytes, mimetype: str, name: str) -> Response:
    answer = Response(body, mimetype=mimetype)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _with_own_links(text: str, public_url: str) -> Markup:
    """The text of a mail in which addresses of this installation can be followed, and no others."""
    own = re.compile(rf"({re.escape(public_url)}/[A-Za-z0-9._~/?=&%-]*[A-Za-z0-9_/=-])", re.ASCII)
    parts = own.split(text)
    return Markup("").join(
        Markup('<a href="{0}" rel="noreferrer">{0}</a>').format(part) if at % 2 else escape(part)
        for at, part in enumerate(parts)
    )
