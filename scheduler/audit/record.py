"""Write one audit entry in the caller's transaction."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Protocol

from sqlalchemy.orm import Session

from scheduler.models import AuditEntry

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/+-]{0,63}", re.ASCII)
_MAX_ITEMS = 50


class Actor(Protocol):
    """Who acts: what ``booking.By`` and the acts of other rooms offer."""

    @property
    def kind(self) -> str: ...

    @property
    def user_id(self) -> str | None: ...


def record(
    session: Session,
    *,
    organization_id: str,
    at: int,
    by: Actor,
    action: str,
    object_kind: str,
    object_id: str,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Add an entry: at ``at`` (epoch seconds UTC) ``by`` did ``action`` to the record ``object_kind``/``object_id``.

    ``details`` maps names to ids, codes, whole numbers, switches or lists of these. Raises ValueError for anything
    that could be prose: nothing that a patient typed may enter the audit (design.md "What is stored").
    """
    session.add(
        AuditEntry(
            organization_id=organization_id,
            at=at,
            actor_kind=by.kind,
            user_id=by.user_id,
            action=action,
            object_kind=object_kind,
            object_id=object_id,
            details=_checked(details or {}),
        )
    )


def _checked(details: Mapping[str, Any]) -> dict[str, Any]:
    checked: dict[str, Any] = {}
    for name, value in details.items():
        values = value if isinstance(value, list | tuple) else [value]
        if (
            not _CODE.fullmatch(name)
            or len(values) > _MAX_ITEMS
            or not all(_is_code(item) for item in values)
        ):
            # the value itself stays out of the message: it may be what must not be written down
            raise ValueError(f"audit details hold ids, codes and whole numbers only; not so: {name[:40]!r}")
        checked[name] = list(value) if isinstance(value, tuple) else value
    return checked


def _is_code(value: object) -> bool:
    if value is None or value == "" or isinstance(value, bool | int):
        return True
    return isinstance(value, str) and _CODE.fullmatch(value) is not None
