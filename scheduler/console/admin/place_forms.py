"""Forms of places, rooms and devices: what was typed, as the catalog's fields."""

from __future__ import annotations

import re
from typing import Any

from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, SelectField, StringField, TextAreaField

from scheduler.catalog.places import FIELDS
from scheduler.catalog.resources import FIELDS as RESOURCE_FIELDS
from scheduler.console.admin.forms import EditForm, language_choices, number, text_of
from scheduler.errors import InvalidInput
from scheduler.models import Location
from scheduler.web.zone_choice import typed_zone, zone_label

_AS_TYPED = (
    "name", "description", "line", "city", "district", "state", "postal_code", "country", "phone", "url",
    "arrival", "access", "language",
)  # fmt: skip
_ADDRESS = ("line", "city", "district", "state", "postal_code")
_LIST = re.compile(r"[,;\s]+")


def _label(name: str) -> str:
    return FIELDS[name].label


class PlaceForm(EditForm):
    """All fields of a place. ``zone_seen`` is the zone whose change the person was asked about and agreed to."""

    kind = RadioField(
        _label("kind"),
        choices={"physical": "A place with an address", "virtual": "Video or phone, without an address"},
        default="physical",
        validate_choice=False,
    )
    name = StringField(_label("name"), description="As patients know it.")
    line = StringField(_label("line"))
    city = StringField(_label("city"))
    state = StringField(_label("state"), description="Two letters, such as MA.")
    postal_code = StringField(_label("postal_code"))
    district = StringField(_label("district"))
    country = StringField(_label("country"), default="US", description="Two letters, such as US.")
    licensed_states = StringField(
        _label("licensed_states"), description="Where its clinicians may see patients, such as MA, NH, RI."
    )
    zone = StringField(
        _label("zone"),
        description="Type a city on the same clock, such as New York or Denver.",
        render_kw={"list": "zones", "autocomplete": "off", "spellcheck": "false"},
    )
    zone_seen = HiddenField()
    phone = StringField(_label("phone"), description="Patients and finders see it.")
    url = StringField(_label("url"), description="Starts with https://")
    slug = StringField(
        "Page word", description="The last part of this place's own page: small letters and hyphens."
    )
    arrival = TextAreaField(_label("arrival"), description="Parking, entrance, floor: patients read it.")
    access = TextAreaField(_label("access"), description="Step-free ways, hearing loop, quiet room.")
    description = TextAreaField(_label("description"))
    language = SelectField(
        "Language of these texts", choices=language_choices(), default="en", validate_choice=False
    )
    latitude = StringField(
        _label("latitude"), description="Such as 42.3601. Finders sort by distance with it."
    )
    longitude = StringField(_label("longitude"), description="Such as -71.0589.")

    def fields(self, now: int) -> dict[str, Any]:
        """What was typed, as fields of ``catalog.places``."""
        values = text_of(self, _AS_TYPED)
        if self.kind.data == "virtual":
            # a virtual place has no address: what another choice left in these fields isn't shown and isn't meant
            values |= dict.fromkeys(_ADDRESS, "")
            states: list[str] = [word for word in _LIST.split(self.licensed_states.data or "") if word]
        else:
            states = []
        return values | {
            "kind": self.kind.data or "",
            "licensed_states": states,
            "zone": typed_zone(self.zone.data or "", now),
            "latitude": number(self.latitude.data),
            "longitude": number(self.longitude.data),
        }

    def show(self, error: InvalidInput) -> None:
        """The catalog names zones as machines do; here people choose a city."""
        super().show(error)
        if "zone" in error.problems:
            self.zone.errors = ["Time zone: choose a city of the list, such as New York or Denver."]


def form_of(place: Location, slug: str, now: int) -> PlaceForm:
    """The form with what a place says now."""
    values: dict[str, Any] = {name: getattr(place, name) for name in (*_AS_TYPED, "kind")}
    form = PlaceForm(
        formdata=None,
        data=values
        | {
            "version": str(place.version),
            "slug": slug,
            "zone": zone_label(place.zone, now),
            "licensed_states": ", ".join(place.licensed_states),
            "latitude": _degrees(place.latitude),
            "longitude": _degrees(place.longitude),
        },
    )
    form.language.choices = language_choices(place.language)
    return form


def _degrees(value: float | None) -> str:
    return "" if value is None else f"{value:.7g}"


class ResourceForm(FlaskForm):  # type: ignore[misc]  # flask-wtf ships no types
    """A new room or device."""

    kind = SelectField(
        "Room or device",
        id="resource-what",
        choices={"room": "A room", "device": "A device"},
        validate_choice=False,
    )
    name = StringField(RESOURCE_FIELDS["name"].label, id="resource-name")
    resource_kind = StringField(
        RESOURCE_FIELDS["resource_kind"].label,
        id="resource-kind",
        description="Such as exam room or ultrasound.",
        render_kw={"list": "kinds", "autocomplete": "off"},
    )

    def show(self, error: InvalidInput) -> None:
        """Put the catalog's problems at their fields; one of the place itself stands at the name."""
        for name, sentence in error.problems.items():
            field = {"resource_kind": self.resource_kind}.get(name, self.name)
            field.errors = [sentence]


class RenameForm(FlaskForm):  # type: ignore[misc]  # flask-wtf ships no types
    """Another name for a room or device."""

    name = StringField(RESOURCE_FIELDS["name"].label, id="renamed")
