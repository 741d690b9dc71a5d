"""What was typed on the details page, kept behind a hold as JSON until it is booked or a day after it lapsed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from werkzeug.datastructures import MultiDict

from scheduler.intake.forms import SEEN


@dataclass(frozen=True, slots=True)
class Draft:
    """What is kept behind a hold: the fields as typed, the patient's zone, the private link's token, the path word of the
    team on whose page the time was chosen, and whom they would rather see (sex and language)."""

    typed: Mapping[str, Sequence[str]]
    zone: str = ""
    private: str = ""
    team: str = ""
    wish: tuple[str, str] = ("", "")

    @property
    def empty(self) -> bool:
        """Whether nothing was typed: the one answer that a landing page asks for is no typing."""
        return not set(self.typed) - {SEEN}

    def values(self) -> MultiDict[str, str] | None:
        """The fields as a form reads them; None when nothing was typed yet."""
        return (
            MultiDict([(name, value) for name, values in self.typed.items() for value in values])
            if self.typed
            else None
        )

    def data(self) -> dict[str, Any]:
        """As ``booking.save_draft`` takes it."""
        return {
            "typed": {name: list(values) for name, values in self.typed.items()},
            "zone": self.zone,
            "private": self.private,
            "team": self.team,
            "wish": list(self.wish),
        }


def read_draft(text: str | None) -> Draft:
    """The draft of its stored JSON; an empty one for nothing."""
    kept = json.loads(text) if text else {}
    gender, speaks = kept.get("wish", ("", ""))
    return Draft(
        typed=kept.get("typed", {}),
        zone=kept.get("zone", ""),
        private=kept.get("private", ""),
        team=kept.get("team", ""),
        wish=(gender, speaks),
    )
