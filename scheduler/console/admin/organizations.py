"""What the pages of organizations show: the tree of the installation, and which of it an administrator may change."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from scheduler.accounts.rights import Person
from scheduler.db import snapshot
from scheduler.errors import NotFound
from scheduler.models import Location, Organization, Practitioner


@dataclass(frozen=True, slots=True)
class Node:
    """One organization of the tree, ``depth`` steps below the top; ``own``: the person may change it."""

    id: str
    name: str
    depth: int
    own: bool
    here: bool
    places: int
    clinicians: int


@dataclass(frozen=True, slots=True)
class Page:
    """One organization in the tree; None when a new one is being added. ``parents``: (id, name) it may be part of."""

    organization: Organization | None
    tree: tuple[Node, ...]
    parents: tuple[tuple[str, str], ...]


def organization_of(session: Session, person: Person, organization_id: str) -> Organization:
    """The organization: the person's own, or one below it. Raises NotFound for any other, as for one that never was."""
    row = session.get(Organization, organization_id)
    if row is None or row.id not in organizations_below(session, person.organization_id):
        raise NotFound("We can't find that organization.")
    return row


def organizations_below(session: Session, organization_id: str) -> set[str]:
    """The organization and all below it."""
    return _below(_children(session), organization_id)


def organization_page(person: Person, organization_id: str | None) -> Page:
    """The page of one organization, or (None) of a new one. Raises NotFound."""
    with snapshot() as session:
        row = organization_of(session, person, organization_id) if organization_id is not None else None
        children = _children(session)
        own = _below(children, person.organization_id)
        names = {row[0]: row[1] for row in session.execute(select(Organization.id, Organization.name))}
        taken = _below(children, row.id) if row is not None else set[str]()
        counts = (_count(session, Location), _count(session, Practitioner))
        here = row.id if row is not None else ""
        tree = tuple(
            Node(
                key, names[key], depth, key in own, key == here, counts[0].get(key, 0), counts[1].get(key, 0)
            )
            for key, depth in _in_order(children, names)
        )
    # a new one belongs below what the person looks after; an existing one may join any that is not below itself
    may = own if row is None else names.keys() - taken
    return Page(row, tree, tuple((node.id, node.name) for node in tree if node.id in may))


def _children(session: Session) -> dict[str | None, list[str]]:
    children: dict[str | None, list[str]] = defaultdict(list)
    for key, parent in session.execute(
        select(Organization.id, Organization.parent_id).order_by(
            func.lower(Organization.name), Organization.id
        )
    ):
        children[parent].append(key)
    return children


def _below(children: dict[str | None, list[str]], top: str) -> set[str]:
    """An organization and all below it."""
    found, ahead = {top}, [top]
    while ahead:
        for key in children.get(ahead.pop(), ()):
            if key not in found:
                found.add(key)
                ahead.append(key)
    return found


def _in_order(children: dict[str | None, list[str]], names: dict[str, str]) -> list[tuple[str, int]]:
    """All organizations with their depth, each followed by those below it."""
    order: list[tuple[str, int]] = []
    ahead = [(key, 0) for key in reversed(children.get(None, []))]
    while ahead:
        key, depth = ahead.pop()
        order.append((key, depth))
        ahead += [(child, depth + 1) for child in reversed(children.get(key, []))]
    return [(key, depth) for key, depth in order if key in names]


def _count(session: Session, kind: type[Location] | type[Practitioner]) -> dict[str, int]:
    query = select(kind.organization_id, func.count()).where(kind.active).group_by(kind.organization_id)
    return {row[0]: row[1] for row in session.execute(query)}
