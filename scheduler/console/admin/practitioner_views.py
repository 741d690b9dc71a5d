"""Views of practitioners: who they are, where they work, whether they still do."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template
from werkzeug.wrappers import Response

from scheduler import catalog, clock
from scheduler.console.admin import people
from scheduler.console.admin.people_forms import PractitionerForm, RoleForm
from scheduler.console.common import Answer, by_me, me, toast
from scheduler.console.refusals import conflict, refuse, whole
from scheduler.db import transaction
from scheduler.errors import EditConflict, InvalidInput
from scheduler.web.headers import private_page

_NAMES = ("display_name", "prefix", "given", "family", "suffix", "npi", "phone", "email", "about", "gender")


@private_page
def practitioner(practitioner_id: str) -> Answer:
    """A practitioner: the form, the places, the sign-in."""
    return _practitioner_page(practitioner_id)


@private_page
def save_practitioner(practitioner_id: str) -> Answer:
    """Change a practitioner, and the word of their page."""
    before, form = _found(practitioner_id), PractitionerForm()
    if not form.validate():
        return _practitioner_page(practitioner_id, form), 400
    slug = (form.slug.data or "").strip().lower()
    try:
        with transaction() as session:
            by, now = by_me(), clock.now()
            catalog.edit_practitioner(
                session,
                by=by,
                now=now,
                practitioner_id=practitioner_id,
                version=whole(form.version.data),
                languages=form.languages.codes,
                **{name: form[name].data or "" for name in _NAMES},
            )
            if slug != before.slug:
                catalog.rename_practitioner(
                    session, by=by, now=now, practitioner_id=practitioner_id, slug=slug
                )
    except InvalidInput as error:
        refuse(form, error)
        return _practitioner_page(practitioner_id, form), error.status
    except EditConflict as error:
        return _practitioner_page(practitioner_id, form, late=True), error.status
    return _done(practitioner_id, "Saved.")


@private_page
def retire(practitioner_id: str) -> Answer:
    """Offer a practitioner no more; what is booked stays."""
    page = _found(practitioner_id)
    _set_active(page, active=False)
    stay = f" {_bookings(page.coming)} to come stay." if page.coming else ""
    toast(
        f"{page.name} can't be booked any more.{stay}",
        undo=f"/admin/people/practitioners/{practitioner_id}/return",
        undo_name=f"Undo the retirement of {page.name}",
    )
    return redirect(f"/admin/people/practitioners/{practitioner_id}", 303)


@private_page
def bring_back(practitioner_id: str) -> Answer:
    """Offer a practitioner again."""
    page = _found(practitioner_id)
    _set_active(page, active=True)
    return _done(practitioner_id, f"{page.name} can be booked again.")


@private_page
def new_role(practitioner_id: str) -> Answer:
    """The form that adds a place where a practitioner works."""
    page = people.new_job_page(me().organization_id, practitioner_id)
    return _role_page(page, _role_form(page), new=True)


@private_page
def add_role(practitioner_id: str) -> Answer:
    """Add a place where a practitioner works."""
    page = people.new_job_page(me().organization_id, practitioner_id)
    form = _role_form(page)
    if not form.validate():
        return _role_page(page, form, new=True), 400
    try:
        with transaction() as session:
            catalog.add_role(
                session,
                by=by_me(),
                now=clock.now(),
                practitioner_id=practitioner_id,
                location_id=form.location_id.data,
                **_role_values(form),
            )
    except InvalidInput as error:
        refuse(form, error)
        return _role_page(page, form, new=True), error.status
    return _done(practitioner_id, "The place is added.")


@private_page
def role(role_id: str) -> Answer:
    """The form of a role at a place."""
    page = people.job_page(me().organization_id, role_id)
    return _role_page(page, _role_form(page))


@private_page
def save_role(role_id: str) -> Answer:
    """Change a role at a place."""
    page = people.job_page(me().organization_id, role_id)
    form = _role_form(page)
    if not form.validate():
        return _role_page(page, form), 400
    try:
        with transaction() as session:
            catalog.edit_role(
                session,
                by=by_me(),
                now=clock.now(),
                role_id=role_id,
                version=whole(form.version.data),
                active=bool(form.active.data),
                **_role_values(form),
            )
    except InvalidInput as error:
        refuse(form, error)
        return _role_page(page, form), error.status
    except EditConflict as error:
        return _role_page(people.job_page(me().organization_id, role_id), form, late=True), error.status
    return _done(page.practitioner_id, "Saved.")


def _found(practitioner_id: str) -> people.PractitionerPage:
    return people.practitioner_page(me().organization_id, practitioner_id, clock.now())


def _set_active(page: people.PractitionerPage, active: bool) -> None:
    with transaction() as session:
        catalog.edit_practitioner(
            session,
            by=by_me(),
            now=clock.now(),
            practitioner_id=page.id,
            version=page.version,
            active=active,
        )


def _bookings(count: int) -> str:
    return "1 booking" if count == 1 else f"{count} bookings"


def _done(practitioner_id: str, sentence: str) -> Response:
    toast(sentence)
    return redirect(f"/admin/people/practitioners/{practitioner_id}", 303)


def _practitioner_page(practitioner_id: str, form: PractitionerForm | None = None, late: bool = False) -> str:
    page = _found(practitioner_id)
    form = form or PractitionerForm(formdata=None, **page.fields)
    meanwhile = conflict(form, page.fields) if late else None
    if not form.errors:
        form.version.data = str(page.version)
    return render_template(
        "admin/practitioner.html",
        page=page,
        form=form,
        meanwhile=meanwhile,
        coming=_bookings(page.coming) if page.coming else "",
    )


def _role_form(page: people.JobPage) -> RoleForm:
    values = page.fields or {"active": True}
    form = RoleForm(location_id=page.location_id, **values)
    kept = {page.location_id: page.place} if page.location_id else {}
    form.location_id.choices = {"": "Choose one"} | people.places(me().organization_id) | kept
    return form


def _role_values(form: RoleForm) -> dict[str, Any]:
    names = ("specialty_code", "title", "phone", "period_start", "period_end")
    texts = {name: form[name].data or "" for name in names[:3]}
    return texts | {name: form[name].data for name in names[3:]}


def _role_page(page: people.JobPage, form: RoleForm, *, new: bool = False, late: bool = False) -> str:
    meanwhile = conflict(form, page.fields) if late else None
    if not form.errors:
        form.version.data = str(page.version)
    return render_template("admin/role.html", page=page, form=form, new=new, meanwhile=meanwhile)
