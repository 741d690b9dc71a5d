"""What a shard of the feed holds, from when until when, as values and as rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, insert, select, tuple_
from sqlalchemy.orm import Session

from scheduler.models.feed import ShardVersion

_ROWS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class FileOf:
    """A file of the store: name, resources in it, bytes before compression. An empty name: there is none."""

    name: str = ""
    count: int = 0
    size: int = 0


NOTHING = FileOf()


@dataclass(frozen=True, slots=True)
class Version:
    """The file of one shard for [from_at, until_at) (epoch seconds; None: until something is marked): ``file`` for
    everybody, ``file_2021`` for strict clients of that year."""

    shard: str
    type: str
    states: tuple[str, ...]
    from_at: int
    until_at: int | None
    file: FileOf
    file_2021: FileOf

    def holds_at(self, at: int) -> bool:
        return self.from_at <= at and (self.until_at is None or at < self.until_at)

    @property
    def names(self) -> tuple[str, ...]:
        """The files that it needs."""
        return tuple({one.name: None for one in (self.file, self.file_2021) if one.name})


class Timeline:
    """All known versions of all shards, by shard and in order. A shard that isn't there is empty."""

    def __init__(self, versions: Iterable[Version] = ()) -> None:
        self.shards: dict[str, list[Version]] = {}
        for version in versions:
            self.shards.setdefault(version.shard, []).append(version)
        for several in self.shards.values():
            several.sort(key=lambda one: one.from_at)

    def at(self, instant: int) -> dict[str, Version]:
        """What each shard holds at an instant, files or not; one whose next version nobody has made keeps its last."""
        found: dict[str, Version] = {}
        for shard, several in self.shards.items():
            for version in reversed(several):
                if version.from_at <= instant:
                    found[shard] = version
                    break
        return found

    def ended(self, instant: int) -> list[str]:
        """The shards of which it isn't known what they hold at an instant."""
        return [
            shard
            for shard, version in self.at(instant).items()
            if version.until_at is not None and version.until_at <= instant
        ]

    def changes(self, after: int) -> list[int]:
        """The instants after ``after`` at which another version begins."""
        return sorted(
            {one.from_at for several in self.shards.values() for one in several if one.from_at > after}
        )

    def known_until(self) -> int | None:
        """The first instant at which the content of some shard isn't known; None: all are known for ever."""
        last = [several[-1].until_at for several in self.shards.values()]
        return min((at for at in last if at is not None), default=None)

    def put(self, version: Version) -> None:
        """Let ``version`` be what its shard holds from its beginning on, whatever was thought to follow."""
        several = self.shards.setdefault(version.shard, [])
        several[:] = [one for one in several if one.from_at < version.from_at]
        several.append(version)

    def forget(self, before: int, is_done: Callable[[str], bool]) -> None:
        """Drop what something else has followed at an instant, and empty shards that are done with."""
        for shard, several in list(self.shards.items()):
            begun = [number for number, one in enumerate(several) if one.from_at <= before]
            del several[: begun[-1] if begun else 0]
            if not any(one.names for one in several) and is_done(shard):
                del self.shards[shard]

    def versions(self) -> set[Version]:
        return {one for several in self.shards.values() for one in several}


def load_versions(session: Session) -> frozenset[Version]:
    """All versions."""
    rows = session.execute(
        select(
            ShardVersion.shard,
            ShardVersion.type,
            ShardVersion.states,
            ShardVersion.from_at,
            ShardVersion.until_at,
            ShardVersion.name,
            ShardVersion.count,
            ShardVersion.size,
            ShardVersion.name_2021,
            ShardVersion.count_2021,
            ShardVersion.size_2021,
        )
    )
    return frozenset(
        Version(shard, kind, tuple(states), since, until, FileOf(*rest[:3]), FileOf(*rest[3:]))
        for shard, kind, states, since, until, *rest in rows
    )


def save_versions(session: Session, added: Sequence[Version], removed: Sequence[Version]) -> None:
    """Delete the rows of the versions that are gone and write those that are new."""
    for at in range(0, len(removed), _ROWS_AT_ONCE):
        keys = [(one.shard, one.from_at) for one in removed[at : at + _ROWS_AT_ONCE]]
        session.execute(
            delete(ShardVersion)
            .where(tuple_(ShardVersion.shard, ShardVersion.from_at).in_(keys))
            .execution_options(synchronize_session=False)
        )
    if added:
        session.execute(
            insert(ShardVersion),
            [
                {
                    "shard": one.shard,
                    "type": one.type,
                    "states": list(one.states),
                    "from_at": one.from_at,
                    "until_at": one.until_at,
                    "name": one.file.name,
                    "count": one.file.count,
                    "size": one.file.size,
                    "name_2021": one.file_2021.name,
                    "count_2021": one.file_2021.count,
                    "size_2021": one.file_2021.size,
                }
                for one in added
            ],
        )
