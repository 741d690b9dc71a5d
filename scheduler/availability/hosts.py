"""Who is needed and free: all hosts, one actor of each kind of room or device, a session's own room (rule
8)."""

from __future__ import annotations

from scheduler.availability.busy import Blocks
from scheduler.availability.limits import SharedSession, sessions
from scheduler.availability.values import Moment, Situation


class Actors:
    """The blocks of all actors of a situation at one moment, and the sessions that exist."""

    def __init__(self, situation: Situation, moment: Moment) -> None:
        rules = situation.rules
        self.capacity = rules.capacity
        self.hosts = [Blocks(actor, rules, moment) for actor in situation.hosts]
        self.kinds = [[Blocks(actor, rules, moment) for actor in kind] for kind in situation.resources]
        self.sessions = sessions(rules, situation.seats, moment)

    def leave_free(self, starts: list[int]) -> list[int]:
        """Those of the sorted ``starts`` at which all needed actors are free and a seat is left."""
        shared = [start for start in starts if start in self.sessions] if self.sessions else []
        if not shared:
            return self._leave_free_alone(starts)
        alone = self._leave_free_alone([start for start in starts if start not in self.sessions])
        return sorted(alone + [start for start in shared if self._joins(start, self.sessions[start])])

    def of_kind(self, kind: list[Blocks], start: int) -> list[Blocks]:
        """The actors that may serve a start: the session's own when there are such, else all of the kind."""
        session = self.sessions.get(start)
        own = [actor for actor in kind if session and not session.groups.isdisjoint(actor.groups)]
        return own or kind

    def groups(self, start: int) -> frozenset[str]:
        """The groups whose claims do not block a start: those of the session that it would join."""
        session = self.sessions.get(start)
        return session.groups if session else frozenset()

    def chosen(self, kind: list[Blocks], start: int) -> Blocks | None:
        """The first actor of the kind that is free for a start."""
        groups = self.groups(start)
        return next((one for one in self.of_kind(kind, start) if not one.against(start, groups)), None)

    def free_seats(self, start: int) -> int:
        """The seats left of a start's session, whether or not it is open otherwise."""
        session = self.sessions.get(start)
        return self.capacity - session.taken if session else self.capacity

    def _leave_free_alone(self, starts: list[int]) -> list[int]:
        for host in self.hosts:
            starts = host.leave_free(starts)
        for kind in self.kinds:
            starts = _leave_any_free(kind, starts)
        return starts

    def _joins(self, start: int, session: SharedSession) -> bool:
        if self.capacity <= session.taken or any(host.against(start, session.groups) for host in self.hosts):
            return False
        return all(self.chosen(kind, start) is not None for kind in self.kinds)


def _leave_any_free(kind: list[Blocks], starts: list[int]) -> list[int]:
    waiting = starts
    for actor in kind:
        free = set(actor.leave_free(waiting))
        waiting = [start for start in waiting if start not in free]
        if not waiting:
            return starts
    lost = set(waiting)
    return [start for start in starts if start not in lost]
