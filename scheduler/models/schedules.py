"""Schedule with its hosts and resources, Pool with its members, ShareLink (the private link of a type)."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from scheduler.ids import new_id
from scheduler.models.base import Base, Id, Instant, Name, OptionalInstant, OptionalRef, Ref

SCHEDULE_ID_LENGTH = 50


class Schedule(Base):
    """One AppointmentType at one Location under one Availability. Its id is the first part of its slots' ids."""

    __tablename__ = "schedule"
    __table_args__ = (CheckConstraint(f"length(id) <= {SCHEDULE_ID_LENGTH}", name="id_length"),)

    id: Mapped[str] = mapped_column(String(SCHEDULE_ID_LENGTH), primary_key=True, default=new_id)
    organization_id: Mapped[Ref] = mapped_column(ForeignKey("organization.id"), index=True)
    appointment_type_id: Mapped[Ref] = mapped_column(ForeignKey("appointment_type.id"), index=True)
    location_id: Mapped[Ref] = mapped_column(ForeignKey("location.id"), index=True)
    availability_id: Mapped[Ref] = mapped_column(ForeignKey("availability.id"), index=True)
    line_actor_id: Mapped[OptionalRef] = mapped_column(ForeignKey("actor.id"))
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[Instant]


class ScheduleHost(Base):
    """An actor (practitioner) needed for a Schedule; all hosts are needed."""

    __tablename__ = "schedule_host"

    schedule_id: Mapped[str] = mapped_column(
        String(SCHEDULE_ID_LENGTH), ForeignKey("schedule.id", ondelete="CASCADE"), primary_key=True
    )
    actor_id: Mapped[str] = mapped_column(String(32), ForeignKey("actor.id"), primary_key=True, index=True)
    organization_id: Mapped[Ref] = mapped_column(ForeignKey("organization.id"), index=True)
    practitioner_role_id: Mapped[OptionalRef] = mapped_column(ForeignKey("practitioner_role.id"))
    position: Mapped[int] = mapped_column(default=0)


class ScheduleResource(Base):
    """A kind of room or device of which one is needed, from those at the Schedule's Location."""

    __tablename__ = "schedule_resource"

    schedule_id: Mapped[str] = mapped_column(
        String(SCHEDULE_ID_LENGTH), ForeignKey("schedule.id", ondelete="CASCADE"), primary_key=True
    )
    resource_kind: Mapped[str] = mapped_column(String(64), primary_key=True)
    organization_id: Mapped[Ref] = mapped_column(ForeignKey("organization.id"), index=True)


class Pool(Base):
    """Schedules of which any will do."""

    __tablename__ = "pool"

    id: Mapped[Id]
    organization_id: Mapped[Ref] = mapped_column(ForeignKey("organization.id"), index=True)
    appointment_type_id: Mapped[Ref] = mapped_column(ForeignKey("appointment_type.id"))
    name: Mapped[Name]
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[Instant]


class PoolMember(Base):
    __tablename__ = "pool_member"

    pool_id: Mapped[str] = mapped_column(ForeignKey("pool.id", ondelete="CASCADE"), primary_key=True)
    schedule_id: Mapped[str] = mapped_column(
        String(SCHEDULE_ID_LENGTH), ForeignKey("schedule.id", ondelete="CASCADE"), primary_key=True
    )
    organization_id: Mapped[Ref] = mapped_column(ForeignKey("organization.id"), index=True)
    priority: Mapped[int] = mapped_column(default=0)


class ShareLink(Base):
    """The private link of a link-only type: without its token the type's page answers 404."""

    __tablename__ = "share_link"

    id: Mapped[Id]
    organization_id: Mapped[Ref] = mapped_column(ForeignKey("organization.id"), index=True)
    appointment_type_id: Mapped[Ref] = mapped_column(ForeignKey("appointment_type.id"), index=True)
    token: Mapped[str] = mapped_column(String(64), unique=True)
    label: Mapped[Name] = mapped_column(default="")
    expires_at: Mapped[OptionalInstant]
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[Instant]
