"""The form of Setup: its fields as people type them, and the choices of its lists."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, SelectField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # its types are of an older version

from scheduler.availability.zones import names
from scheduler.catalog import coded
from scheduler.catalog.presets import WEEKDAYS

_US_ZONES = {
    "America/New_York": "Eastern time (New York)",
    "America/Chicago": "Central time (Chicago)",
    "America/Denver": "Mountain time (Denver)",
    "America/Phoenix": "Mountain time, no summer time (Phoenix)",
    "America/Los_Angeles": "Pacific time (Los Angeles)",
    "America/Anchorage": "Alaska time (Anchorage)",
    "Pacific/Honolulu": "Hawaii time (Honolulu)",
    "America/Puerto_Rico": "Atlantic time (Puerto Rico)",
    "Pacific/Guam": "Chamorro time (Guam)",
}
_OLD_REGIONS = frozenset({"Brazil", "Canada", "Chile", "Etc", "Mexico", "US"})
_NUMBER = {"inputmode": "numeric", "autocomplete": "off"}
_PLAIN = {"autocomplete": "off"}


@cache
def zone_choices() -> list[SelectChoice]:
    """Zones in groups: those of the United States first, then all by region."""
    found = [SelectChoice(zone, words, optgroup="United States") for zone, words in _US_ZONES.items()]
    for name in sorted(names()):
        region, _, city = name.partition("/")
        if city and region not in _OLD_REGIONS and name not in _US_ZONES:
            words = ", ".join(reversed(city.split("/"))).replace("_", " ")
            found.append(SelectChoice(name, f"{words} time", optgroup=region))
    return found


def _by_name(table: Mapping[str, str]) -> list[SelectChoice]:
    return [SelectChoice(code, words) for code, words in sorted(table.items(), key=lambda item: item[1])]


def _list(label: str, table: Mapping[str, str], hint: str = "") -> SelectField:
    # the service checks the value; a list that refuses by itself would lose what was sent
    return SelectField(label, choices=_by_name(table), validate_choice=False, description=hint)


class SetupForm(FlaskForm):  # type: ignore[misc]  # flask-wtf ships no types
    """Everything that Setup asks, in the page's order. The names are those of ``catalog.setup_fields``."""

    preset = HiddenField()
    location_id = SelectField("Place", validate_choice=False)
    place_name = StringField("Name of the place", render_kw={"autocomplete": "organization"})
    phone = StringField("Phone", render_kw={"autocomplete": "tel", "inputmode": "tel"})
    line = StringField("Street", render_kw={"autocomplete": "street-address"})
    city = StringField("City", render_kw={"autocomplete": "address-level2"})
    state = StringField("State", render_kw={"autocomplete": "address-level1", "maxlength": "20"})
    postal_code = StringField("Postal code", render_kw={"autocomplete": "postal-code"})
    zone = SelectField("Time zone", validate_choice=False)
    display_name = StringField("Clinician's name", description="As patients read it, such as Dr. Maya Chen.")
    is_me = BooleanField("This is me")
    npi = StringField(
        "NPI",
        description="10 digits. Without it finders list your times and place, but can't show who the clinician is."
        " You can add it later.",
        render_kw=_NUMBER,
    )
    specialty_code = _list("Specialty", coded.SPECIALTIES)
    monday, tuesday, wednesday, thursday, friday, saturday, sunday = (
        StringField(day.capitalize(), render_kw=_PLAIN) for day in WEEKDAYS
    )
    first_type = StringField("First type", description="Anybody may book it.", render_kw=_PLAIN)
    first_minutes = StringField("Minutes of the first type", render_kw=_NUMBER)
    second_type = StringField(
        "Second type", description="Existing patients only. Empty: no second type.", render_kw=_PLAIN
    )
    second_minutes = StringField("Minutes of the second type", render_kw=_NUMBER)
    buffer_minutes = StringField("Kept free after each, minutes", render_kw=_NUMBER)
    notice_hours = StringField("Minimum notice, hours", render_kw=_NUMBER)
    horizon_days = StringField("Horizon, days ahead", render_kw=_NUMBER)
    interval_minutes = StringField("A time every ... minutes", render_kw=_NUMBER)
    cancellation_hours = StringField("Free to cancel or move until ... hours before", render_kw=_NUMBER)
    ask_insurance = BooleanField("Ask which insurance plan they have")
    service_type_code = _list("Service", coded.SERVICE_TYPES)
    service_category_code = _list("Category", coded.SERVICE_CATEGORIES)

    def choose_from(self, places: list[tuple[str, str]]) -> None:
        """Offer these places (id, name) and all zones."""
        self.location_id.choices = [SelectChoice(id_, words) for id_, words in places]
        self.zone.choices = zone_choices()

    def fill_in(self, values: Mapping[str, str]) -> None:
        """Put typed texts into fields."""
        for name, value in values.items():
            self[name].data = value

    def typed(self) -> dict[str, str | bool]:
        """What the service takes: texts as they were typed."""
        return {
            field.name: field.data if isinstance(field, BooleanField) else field.data or ""
            for field in self
            if field.name not in ("csrf_token", "preset", "location_id", "is_me")
        }

    def refuse(self, problems: Mapping[str, str]) -> None:
        """Put the service's sentences at their fields; one about what isn't asked here, such as a clinician who no longer
        works here, at the specialty."""
        for name, sentence in problems.items():
            self[name if name in self else "specialty_code"].errors = [sentence]
