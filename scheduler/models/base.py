"""Base class, column types and conventions of all tables.

Instants are whole epoch seconds in UTC in columns named ``..._at``; lengths are minutes in columns named
``..._minutes``; wall-clock times are minutes since midnight in columns named ``..._minute``; local dates are dates.
"""

from __future__ import annotations

from typing import Annotated, Any

from sqlalchemy import JSON, BigInteger, Integer, MetaData, String, Text, TypeDecorator
from sqlalchemy.orm import DeclarativeBase, mapped_column

from scheduler.ids import new_id


class PatientText(TypeDecorator[str]):
    """Text that a patient or staff wrote about a patient. Every such column has this type and nothing else has it,
    so that encryption at rest is one change. NUL never enters: PostgreSQL cannot store it."""

    impl = Text
    cache_ok = True


class Base(DeclarativeBase):
    """Declarative base; named constraints, so that migrations can address them on both databases."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {dict[str, Any]: JSON, list[Any]: JSON}  # noqa: RUF012 - SQLAlchemy reads it from the class


ID_LENGTH = 32

Id = Annotated[str, mapped_column(String(ID_LENGTH), primary_key=True, default=new_id)]
Ref = Annotated[str, mapped_column(String(ID_LENGTH))]
OptionalRef = Annotated[str | None, mapped_column(String(ID_LENGTH))]
Instant = Annotated[int, mapped_column(BigInteger)]
OptionalInstant = Annotated[int | None, mapped_column(BigInteger)]
Counter = Annotated[
    int, mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True)
]
Name = Annotated[str, mapped_column(String(200))]
Word = Annotated[str, mapped_column(String(64))]
Prose = Annotated[str, mapped_column(Text)]
Private = Annotated[str | None, mapped_column(PatientText)]
