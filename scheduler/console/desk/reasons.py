"""What stands against a start, in the three groups that an act may set aside, as the desk's pages show it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scheduler.availability import Reason
from scheduler.booking.acts import HOURS, LIMITS, group_of
from scheduler.console.desk.offers import Offered
from scheduler.console.setting_aside import sentence_of


@dataclass(frozen=True, slots=True)
class Warnings:
    """What stands against a start: sentences per group. ``hours`` and ``limits`` can be gone on without, by a tick;
    ``taken`` needs a reason for overbooking."""

    hours: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()
    taken: tuple[str, ...] = ()

    @property
    def groups(self) -> frozenset[str]:
        """The groups to tick."""
        return frozenset(name for name, said in ((HOURS, self.hours), (LIMITS, self.limits)) if said)


def warnings_of(reasons: Sequence[Reason], offer: Offered) -> Warnings:
    """The reasons in words, each sentence once and without its full stop."""
    said: dict[str, dict[str, None]] = {}
    for reason in reasons:
        said.setdefault(group_of(reason), {})[sentence_of(reason, offer.clock.info).removesuffix(".")] = None
    hours, limits = said.pop(HOURS, {}), said.pop(LIMITS, {})
    return Warnings(tuple(hours), tuple(limits), tuple(text for group in said.values() for text in group))
