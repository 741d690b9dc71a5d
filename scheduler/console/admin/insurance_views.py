"""Views of insurance plans: the table, adding, renaming, retiring and accepting one again."""

from __future__ import annotations

from collections.abc import Sequence

from flask import redirect, render_template
from wtforms import DateField, StringField
from wtforms.validators import Optional

from scheduler import catalog, clock
from scheduler.catalog.insurance import FIELDS
from scheduler.console.admin import insurance
from scheduler.console.admin.forms import Difference, EditForm
from scheduler.console.common import Answer, by_me, me, toast
from scheduler.db import transaction
from scheduler.errors import EditConflict, InvalidInput
from scheduler.web.headers import private_page


class PlanForm(EditForm):
    """A plan."""

    name = StringField(
        FIELDS["name"].label,
        description="As it stands on the patient's card, such as Acme Health PPO.",
        render_kw={"maxlength": "400"},
    )
    accepted_on = DateField(
        FIELDS["accepted_on"].label,
        validators=[Optional()],
        description="The day on which you last made sure of it. Patients read it beside the plans.",
    )


@private_page
def table() -> Answer:
    """All plans, with the form that adds one."""
    return _table(_new_form())


@private_page
def add() -> Answer:
    """Accept one more plan."""
    form = PlanForm()
    if not form.validate():
        return _table(form), 400
    try:
        with transaction() as session:
            row = catalog.add_plan(
                session,
                by=by_me(),
                now=clock.now(),
                organization_id=me().organization_id,
                name=form.name.data or "",
                accepted_on=form.accepted_on.data,
            )
    except InvalidInput as error:
        form.show(error)
        return _table(form), error.status
    toast(f"{row.name} is added. Patients can choose it where insurance is asked.")
    return redirect("/admin/insurance", 303)


@private_page
def plan(plan_id: str) -> Answer:
    """One plan."""
    page = insurance.plan_page(me(), plan_id, clock.now())
    return _page(page, _form_of(page))


@private_page
def save(plan_id: str) -> Answer:
    """Save a plan's name and date."""
    page, form = insurance.plan_page(me(), plan_id, clock.now()), PlanForm()
    if not form.validate():
        return _page(page, form), 400
    try:
        with transaction() as session:
            row = catalog.edit_plan(
                session,
                by=by_me(),
                now=clock.now(),
                plan_id=plan_id,
                version=form.seen_version,
                name=form.name.data or "",
                accepted_on=form.accepted_on.data,
            )
    except InvalidInput as error:
        form.show(error)
        return _page(page, form), error.status
    except EditConflict as error:
        differences = form.differences(_form_of(page))
        form.version.data = str(page.version)
        return _page(page, form, differences=differences), error.status
    toast(f"{row.name} is saved.")
    return redirect("/admin/insurance", 303)


@private_page
def retire(plan_id: str) -> Answer:
    """Accept a plan no more; bookings keep its name."""
    page = _set_active(plan_id, active=False)
    stay = f" {page.coming_words} {'keeps' if page.coming == 1 else 'keep'} it." if page.coming else ""
    toast(
        f"{page.name} can't be chosen any more.{stay}",
        undo=f"/admin/insurance/{plan_id}/accept",
        undo_name=f"Undo retiring {page.name}",
    )
    return redirect("/admin/insurance", 303)


@private_page
def accept(plan_id: str) -> Answer:
    """Accept a plan again."""
    page = _set_active(plan_id, active=True)
    toast(f"{page.name} can be chosen again.")
    return redirect("/admin/insurance", 303)


def _set_active(plan_id: str, *, active: bool) -> insurance.Row:
    page = insurance.plan_page(me(), plan_id, clock.now())
    with transaction() as session:
        catalog.edit_plan(
            session, by=by_me(), now=clock.now(), plan_id=plan_id, version=page.version, active=active
        )
    return page


def _new_form() -> PlanForm:
    return PlanForm(formdata=None, data={"accepted_on": insurance.today_of(me(), clock.now())})


def _form_of(page: insurance.Row) -> PlanForm:
    data = {"name": page.name, "accepted_on": page.accepted_on, "version": str(page.version)}
    return PlanForm(formdata=None, data=data)


def _table(form: PlanForm) -> str:
    return render_template("admin/insurance.html", rows=insurance.plans_table(me(), clock.now()), form=form)


def _page(page: insurance.Row, form: PlanForm, *, differences: Sequence[Difference] | None = None) -> str:
    return render_template("admin/insurance_plan.html", page=page, form=form, differences=differences)
