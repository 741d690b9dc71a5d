"""Holiday calendars of organizations and places, and the mark of the closures that are written from them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "time_off",
        sa.Column("holiday_key", sa.String(length=200), server_default=sa.text("''"), nullable=False),
    )
    op.create_table(
        "holiday_calendar",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("organization_id", sa.String(length=32), nullable=False),
        sa.Column("location_id", sa.String(length=32), nullable=True),
        sa.Column("country", sa.String(length=64), nullable=False),
        sa.Column("subdivision", sa.String(length=64), nullable=False),
        sa.Column("keys", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["location_id"],
            ["location.id"],
            name=op.f("fk_holiday_calendar_location_id_location"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_holiday_calendar_organization_id_organization"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holiday_calendar")),
        sa.UniqueConstraint("location_id", name=op.f("uq_holiday_calendar_location_id")),
    )
    op.create_index(
        op.f("ix_holiday_calendar_organization_id"), "holiday_calendar", ["organization_id"], unique=False
    )


def downgrade() -> None:
    op.drop_table("holiday_calendar")
    op.drop_column("time_off", "holiday_key")
