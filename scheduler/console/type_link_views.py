"""Views of a type's private links: make one, end one."""

from __future__ import annotations

from flask import redirect, render_template
from sqlalchemy.orm import Session

from scheduler import catalog, clock
from scheduler.catalog import parse
from scheduler.console.common import Answer, by_me, me, toast
from scheduler.console.type_access import own_type
from scheduler.console.type_offers import offered_at
from scheduler.console.type_questions import LinkForm
from scheduler.db import snapshot, transaction
from scheduler.errors import InvalidInput, NotFound
from scheduler.models import ShareLink
from scheduler.web.headers import private_page

_FIELDS = {"expires_at": "last_day"}


@private_page
def new_link(type_id: str) -> Answer:
    """A private link to make."""
    with snapshot() as session:
        kind = own_type(session, me(), type_id)
    return render_template("console/type_link.html", kind=kind, form=LinkForm(formdata=None))


@private_page
def add_link(type_id: str) -> Answer:
    """Make a private link."""
    form, problems = LinkForm(), dict[str, str]()
    form.validate()
    with snapshot() as session:
        kind = own_type(session, me(), type_id)
    if not form.last_day.errors:
        with transaction() as session:
            own_type(session, me(), type_id)
            problems = _make(session, kind.id, form)
    for name, sentence in problems.items():
        form[name].errors = [sentence]
    if form.label.errors or form.last_day.errors:
        return render_template("console/type_link.html", kind=kind, form=form), 400
    toast("The private link is ready to copy.")
    return redirect(f"/console/types/{kind.id}#links", 303)


def end_link(type_id: str, link_id: str) -> Answer:
    """End a private link; it opens nothing any more."""
    with transaction() as session:
        link = _link(session, type_id, link_id)
        catalog.end_share_link(session, by=by_me(), now=clock.now(), share_link_id=link.id)
    undo = f"/console/types/{type_id}/links/{link_id}/reopen"
    toast("The private link opens nothing any more.", undo=undo, undo_name="Undo ending the private link")
    return redirect(f"/console/types/{type_id}#links", 303)


def reopen_link(type_id: str, link_id: str) -> Answer:
    """Let an ended private link open the type again."""
    with transaction() as session:
        link = _link(session, type_id, link_id)
        catalog.reopen_share_link(session, by=by_me(), now=clock.now(), share_link_id=link.id)
    toast("The private link works again.")
    return redirect(f"/console/types/{type_id}#links", 303)


def _link(session: Session, type_id: str, link_id: str) -> ShareLink:
    """A private link of a type that the person may change. Raises NotFound, NotAllowed."""
    kind = own_type(session, me(), type_id)
    link = session.get(ShareLink, link_id) if "\0" not in link_id else None
    if link is None or link.appointment_type_id != kind.id:
        raise NotFound("We can't find that private link.")
    return link


def _make(session: Session, type_id: str, form: LinkForm) -> dict[str, str]:
    """What is wrong, by the form's field; nothing once the link is made."""
    offers = offered_at(session, [type_id]).get(type_id, [])
    zone = next((offer.zone for offer in offers), "UTC")
    try:
        if form.last_day.data is not None:
            parse.local_date(form.last_day.data)
        catalog.add_share_link(
            session,
            by=by_me(),
            now=clock.now(),
            appointment_type_id=type_id,
            label=form.label.data or "",
            expires_at=form.expires_at(zone),
        )
    except InvalidInput as error:
        return {
            _FIELDS.get(name, name): said.replace("Ends: ", "Last day: ")
            for name, said in error.problems.items()
        }
    except ValueError as error:
        return {"last_day": f"Last day: {error}"}
    return {}
