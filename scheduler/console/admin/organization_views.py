"""Views of the organization: what it is and promises, and the tree of a health system."""

from __future__ import annotations

from collections.abc import Sequence

from flask import redirect, render_template

from scheduler import catalog, clock
from scheduler.console.admin import organizations
from scheduler.console.admin.forms import Difference
from scheduler.console.admin.organization_forms import OrganizationForm, form_of
from scheduler.console.common import Answer, me, toast
from scheduler.db import transaction
from scheduler.errors import EditConflict, InvalidInput
from scheduler.models import Organization
from scheduler.web.headers import private_page


@private_page
def own() -> Answer:
    """The person's own organization."""
    return _saved_page(me().organization_id)


@private_page
def one(organization_id: str) -> Answer:
    """One below it."""
    return _saved_page(organization_id)


@private_page
def edit_own() -> Answer:
    """Save the person's own organization."""
    return _edit(me().organization_id, "/admin/organization")


@private_page
def edit(organization_id: str) -> Answer:
    """Save one below it."""
    return _edit(organization_id, f"/admin/organization/{organization_id}")


@private_page
def new() -> Answer:
    """The empty form of an organization that is part of the person's own."""
    form = OrganizationForm(formdata=None, data={"parent_id": me().organization_id})
    return _page(organizations.organization_page(me(), None), form)


@private_page
def add() -> Answer:
    """Add an organization below the person's own."""
    form = OrganizationForm()
    page = organizations.organization_page(me(), None)
    try:
        if form.parent_id.data not in dict(page.parents):
            raise InvalidInput({"parent_id": "Part of: choose one of the list."})
        with transaction() as session:
            row = catalog.add_organization(session, by=me(), now=clock.now(), **form.fields())
    except InvalidInput as error:
        form.show(error)
        return _page(page, form), error.status
    toast(f"{row.name} is added.")
    return redirect("/admin/organization", 303)


def _saved_page(organization_id: str) -> str:
    page = organizations.organization_page(me(), organization_id)
    assert page.organization is not None
    return _page(page, form_of(page.organization))


def _edit(organization_id: str, back: str) -> Answer:
    form = OrganizationForm()
    page = organizations.organization_page(me(), organization_id)
    try:
        row = _save(organization_id, form)
    except InvalidInput as error:
        form.show(error)
        return _page(page, form), error.status
    except EditConflict as error:
        assert page.organization is not None
        shown = form_of(page.organization)
        form.parent_id.choices = shown.parent_id.choices = _parents(page)
        differences = form.differences(shown)
        form.version.data = str(page.organization.version)
        return _page(page, form, differences), error.status
    toast(f"{row.name} is saved.")
    return redirect(back, 303)


def _save(organization_id: str, form: OrganizationForm) -> Organization:
    with transaction() as session:
        organizations.organization_of(session, me(), organization_id)
        return catalog.edit_organization(
            session,
            by=me(),
            now=clock.now(),
            organization_id=organization_id,
            version=form.seen_version,
            **form.fields(),
        )


def _parents(page: organizations.Page) -> dict[str, str]:
    return {"": "No other: it stands alone", **dict(page.parents)}


def _page(
    page: organizations.Page, form: OrganizationForm, differences: Sequence[Difference] | None = None
) -> str:
    form.parent_id.choices = _parents(page) if page.organization is not None else dict(page.parents)
    return render_template("admin/organization.html", page=page, form=form, differences=differences)
