"""Which Schedules share files: blocks of some dozen that have one zone and one set of state codes.

One practitioner's Schedules lie in one block, since a booking changes them together. A block's name depends on its
members alone and hardly ever changes: the number of blocks doubles as a clinic grows.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

# How many Schedules a block holds on average, at most.
MEMBERS = 32
_STATES_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Member:
    """A Schedule as it is put into a block. ``owner``: who is seen there, so that theirs stay together; ``strict``:
    clients of 2021 can read its slots."""

    schedule_id: str
    owner: str
    zone: str
    states: tuple[str, ...]
    strict: bool


def blocks_of(members: Iterable[Member]) -> dict[str, str]:
    """The block of each Schedule, by its id."""
    alike: dict[tuple[str, tuple[str, ...], bool], list[Member]] = defaultdict(list)
    for member in members:
        alike[member.zone, member.states, member.strict].append(member)
    found: dict[str, str] = {}
    for (zone, states, strict), group in alike.items():
        count = 1 << ((len(group) - 1) // MEMBERS).bit_length()
        label = "/".join((zone, _label(states), "all" if strict else "newer"))
        for member in group:
            number = int.from_bytes(hashlib.sha256(member.owner.encode()).digest()[:4], "big") % count
            found[member.schedule_id] = f"{label}/{number + 1}of{count}"
    return found


def members_of(blocks: Mapping[str, str]) -> dict[str, list[str]]:
    """The Schedules of each block, in the order of ids."""
    found: dict[str, list[str]] = defaultdict(list)
    for schedule_id in sorted(blocks):
        found[blocks[schedule_id]].append(schedule_id)
    return dict(found)


def to_bytes(blocks: Mapping[str, str]) -> bytes:
    """The blocks as they are kept in the database."""
    by_block = members_of(blocks)
    return gzip.compress(json.dumps(by_block, separators=(",", ":")).encode(), 1, mtime=0)


def from_bytes(kept: bytes | None) -> dict[str, str]:
    """What ``to_bytes`` was given; empty for nothing."""
    if not kept:
        return {}
    by_block: dict[str, list[str]] = json.loads(gzip.decompress(kept))
    return {schedule_id: block for block, members in by_block.items() for schedule_id in members}


def _label(states: tuple[str, ...]) -> str:
    text = ",".join(states)
    return text if len(text) <= _STATES_SHOWN else hashlib.sha256(text.encode()).hexdigest()[:16]
