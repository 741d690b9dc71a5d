"""Who is needed and free: all hosts, one actor of each kind of room or device, a session's own room (rule
8)."""

from __future__ import annotations

from scheduler.availability.busy import Blocks, all_of, any_of, blocked
from scheduler.availability.hours import Stretches
from scheduler.availability.limits import SharedSession
from scheduler.availability.limits import sessions as sessions_of
from scheduler.availability.values import Moment, Situation


def blocked_starts(situation: Situation, moment: Moment, since: int, until: int) -> Stretches:
    """The stretches of starts in [since, until) at which a needed actor is missing: any host, or all of one kind of
    room or device."""
    rules, hosts = situation.rules, situation.hosts
    if len(hosts) == 1 and not situation.resources:
        return blocked(hosts[0], rules, moment, since, until)
    parts = [blocked(host, rules, moment, since, until) for host in hosts]
    for kind in situation.resources:
        parts.append(all_of([blocked(one, rules, moment, since, until) for one in kind], since, until))
    return any_of(parts)


class Actors:
    """The blocks of all actors of a situation at one moment, and the sessions that exist."""

    def __init__(self, situation: Situation, moment: Moment) -> None:
        rules = situation.rules
        self.capacity = rules.capacity
        self.hosts = [Blocks(actor, rules, moment) for actor in situation.hosts]
        self.kinds = [[Blocks(actor, rules, moment) for actor in kind] for kind in situation.resources]
        self.sessions = sessions_of(rules, situation.seats, moment)

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

    def joins(self, start: int, session: SharedSession) -> bool:
        """Whether a visit at ``start`` may join the session that exists there."""
        if self.capacity <= session.taken or any(host.against(start, session.groups) for host in self.hosts):
            return False
        return all(self.chosen(kind, start) is not None for kind in self.kinds)
