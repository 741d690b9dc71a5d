"""Who acts, and which rules an act may set aside: design.md's table, as one table in code."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from scheduler.availability import Reason


@dataclass(frozen=True, slots=True)
class By:
    """Who acts: a patient (``visitor`` is the hash of their browser's cookie), a signed-in user, or the system."""

    kind: str
    user_id: str | None = None
    visitor: str | None = None


SYSTEM = By("system")


class May(Enum):
    """How an act stands to a group of rules."""

    NOT = "may not set it aside"
    IF_SAID = "is warned, and may go on by saying so"
    WITH_REASON = "may overbook, with a reason that is audited"
    ALWAYS = "is not asked"


HOURS, LIMITS, TAKEN = "hours", "limits", "taken"
GROUP_OF = {
    "hours": HOURS, "override": HOURS, "time_off": HOURS, "closure": HOURS, "interval": HOURS, "length": HOURS,
    "past": LIMITS, "notice": LIMITS, "horizon": LIMITS, "release": LIMITS, "cap": LIMITS,
    "booked": TAKEN, "held": TAKEN, "full": TAKEN, "busy": TAKEN, "buffer": TAKEN, "host": TAKEN, "room": TAKEN,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Act:
    """A kind of act and what it may set aside, by group of rules."""

    name: str
    hours: May
    limits: May
    taken: May

    def refusals(self, reasons: Iterable[Reason], set_aside: frozenset[str], overbook: bool) -> list[Reason]:
        """Those ``reasons`` that stop the act, when the person said to set aside the groups ``set_aside`` and
        whether they gave a reason to ``overbook``."""
        return [reason for reason in reasons if not self._passes(reason, set_aside, overbook)]

    def _passes(self, reason: Reason, set_aside: frozenset[str], overbook: bool) -> bool:
        group = group_of(reason)
        may = {HOURS: self.hours, LIMITS: self.limits, TAKEN: self.taken}[group]
        if may is May.IF_SAID:
            return group in set_aside
        return may is May.ALWAYS or (may is May.WITH_REASON and overbook)


def group_of(reason: Reason) -> str:
    """``length`` is a matter of hours unless something taken cuts the time short."""
    return TAKEN if reason.code == "length" and "cause" in reason.detail else GROUP_OF[reason.code]


PATIENT = Act("patient", hours=May.NOT, limits=May.NOT, taken=May.NOT)
DESK = Act("desk", hours=May.IF_SAID, limits=May.IF_SAID, taken=May.WITH_REASON)
IMPORT = Act("import", hours=May.ALWAYS, limits=May.ALWAYS, taken=May.ALWAYS)
ACTS = (PATIENT, DESK, IMPORT)
