"""Views of the editor of one appointment type: a new one, its settings, the preview, the words as one types."""

from __future__ import annotations

from typing import Any

from flask import jsonify, redirect, render_template, request

from scheduler import clock
from scheduler.catalog import coded
from scheduler.console import type_pages, type_words
from scheduler.console.common import Answer, by_me, me, toast
from scheduler.console.type_access import may_add_types, own_type, seen_type
from scheduler.console.type_effect import WEEKS, effect_of
from scheduler.console.type_forms import LENGTHS, TypeForm, form_of, new_form, shown_text, texts_of
from scheduler.console.type_offers import path_words
from scheduler.console.type_places import Choices, PlaceForm, choices_for
from scheduler.console.type_questions import KINDS
from scheduler.console.type_saving import add_type, change_type, compare, is_used
from scheduler.db import snapshot, transaction
from scheduler.errors import EditConflict, InvalidInput, NotAllowed
from scheduler.models import AppointmentType, Organization
from scheduler.web import current_settings
from scheduler.web.headers import private_page
from scheduler.web.times import duration_words

_LISTS = {
    "services": coded.SERVICE_TYPES,
    "categories": coded.SERVICE_CATEGORIES,
    "specialties": coded.SPECIALTIES,
}


@private_page
def new_type() -> Answer:
    """An empty editor, or one filled in with another type (``?like=``)."""
    like = request.args.get("like", "")
    with snapshot() as session:
        choices = _choices(session)
        source = seen_type(session, me(), like) if like else None
        notice = session.get_one(Organization, me().organization_id).cancellation_notice_minutes
    place = PlaceForm(formdata=None, data={"hosts": [choices.mine]})
    return _new_page(new_form(source, notice), place, choices, like)


@private_page
def create_type() -> Answer:
    """Add a type with its first place."""
    form, place, like = TypeForm(), PlaceForm(), request.form.get("like", "")
    try:
        with transaction() as session:
            choices = _choices(session)
            kind = add_type(
                session, me(), by=by_me(), now=clock.now(), form=form, place=place, choices=choices, like=like
            )
    except InvalidInput as error:
        form.blame({name: said for name, said in error.problems.items() if name not in place})
        place.blame({name: said for name, said in error.problems.items() if name in place})
        return _new_page(form, place, choices, like), 400
    toast(f"{kind.name} is saved.")
    return redirect(f"/console/types/{kind.id}", 303)


@private_page
def edit_type(type_id: str) -> Answer:
    """The editor of one type; for who may not change it, what it says and whom to ask."""
    return _editor(type_id, None)


@private_page
def save_type(type_id: str) -> Answer:
    """Save the settings, or (``act=preview``) say what saving would do to the openings."""
    form, now, person, by = TypeForm(), clock.now(), me(), by_me()

    def change(session: Any) -> AppointmentType:
        return change_type(session, person, by=by, now=now, type_id=type_id, form=form)

    try:
        if request.form.get("act") == "preview":
            return _editor(type_id, form, effect=effect_of(type_id, now, change))
        with transaction() as session:
            kind = change(session)
    except InvalidInput as error:
        form.blame(error.problems)
        return _editor(type_id, form), 400
    except EditConflict as error:
        return _conflict(type_id, form), error.status
    toast(f"{kind.name} is saved.")
    return redirect(f"/console/types/{kind.id}", 303)


def words() -> Answer:
    """What is typed in the rules, said in words: for script, as JSON."""
    form = TypeForm()
    values, faults = form.values()
    said = {name: faults.get(name, "") or duration_words(values[name]) for name in LENGTHS if form[name].data}
    return jsonify(rules=type_words.rules_sentence(values), fields=said)


def _choices(session: Any) -> Choices:
    if not may_add_types(me()):
        raise NotAllowed(
            "Your sign-in has no hours of its own to offer. Ask an administrator of your clinic."
        )
    return choices_for(session, me())


def _new_page(form: TypeForm, place: PlaceForm, choices: Choices, like: str) -> str:
    place.offer(choices, may_wait=not choices.own_actor)
    values, _ = form.values()
    return render_template(
        "console/type_new.html",
        form=form,
        place=place,
        choices=choices,
        like=like,
        lists=_LISTS,
        rules_said=type_words.rules_sentence(values),
    )


def _conflict(type_id: str, form: TypeForm) -> str:
    with snapshot() as session:
        kind = own_type(session, me(), type_id)
        slug = path_words(session, [kind.id]).get(kind.id, "")
        fresh, meanwhile = compare(kind, slug, form)
    return _editor(type_id, fresh, meanwhile=meanwhile)


def _editor(type_id: str, form: TypeForm | None, **more: Any) -> str:
    """The page of one type; ``form``: what was typed, None for what is saved."""
    with snapshot() as session:
        page = type_pages.editor_page(session, me(), type_id, clock.now(), current_settings())
        kind = seen_type(session, me(), type_id)
        used = is_used(session, kind.id)
        choices = choices_for(session, me(), kind.modality) if page.may_edit else None
    texts = texts_of(kind, page.slug)
    if not page.may_edit:
        facts = [
            (TypeForm(formdata=None)[name].label.text, shown_text(name, text)) for name, text in texts.items()
        ]
        return render_template(
            "console/type_read.html", page=page, facts=facts, kinds=KINDS, rules_said=_rules(kind)
        )
    form = form or form_of(kind, page.slug)
    return render_template(
        "console/type.html",
        page=page,
        form=form,
        choices=choices,
        used=used,
        modality=type_words.MODALITIES[kind.modality],
        lists=_LISTS,
        rules_said=type_words.rules_sentence(form.values()[0]) or _rules(kind),
        weeks=WEEKS,
        kinds=KINDS,
        **more,
    )


def _rules(kind: AppointmentType) -> str:
    return type_words.rules_sentence(
        {name: getattr(kind, name) for name in texts_of(kind, "") if name != "slug"}
    )
