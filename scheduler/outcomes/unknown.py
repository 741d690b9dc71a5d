"""Values of ``source`` that nobody registered, counted: an administrator sees who sends patients. Patients never see them."""

from __future__ import annotations

from sqlalchemy import func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from scheduler.db import one_at_a_time
from scheduler.models import UnknownSource

MOST_UNKNOWN = 1000
MAX_VALUE = 255
_LOCK = 7_310_255


def count_unknown(session: Session, value: str, now: int) -> None:
    """Count a value that came with a deep link at ``now`` (epoch seconds UTC). Of values that are new, at most
    ``MOST_UNKNOWN`` are kept; what can't be shown is not counted."""
    if not value or len(value) > MAX_VALUE or not value.isprintable():
        return
    counted = update(UnknownSource).where(UnknownSource.value == value)
    counted = counted.values(count=UnknownSource.count + 1, last_at=now)
    known = session.scalar(
        counted.returning(UnknownSource.value).execution_options(synchronize_session=False)
    )
    if known is not None:
        return
    one_at_a_time(session, _LOCK)
    if (session.scalar(select(func.count()).select_from(UnknownSource)) or 0) >= MOST_UNKNOWN:
        return
    insert = (postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert)(
        UnknownSource
    )
    session.execute(
        insert.values(value=value, count=1, first_at=now, last_at=now).on_conflict_do_update(
            index_elements=[UnknownSource.value], set_={"count": UnknownSource.count + 1, "last_at": now}
        )
    )
