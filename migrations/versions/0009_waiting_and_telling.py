"""Visits booked together, the waitlist, requests with a deadline, reminders, calls to make, limits."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rate_count",
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("window_at", sa.BigInteger(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "subject", "window_at", name=op.f("pk_rate_count")),
    )
    op.create_index(op.f("ix_rate_count_window_at"), "rate_count", ["window_at"], unique=False)
    op.create_table(
        "person",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("organization_id", sa.String(length=32), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_person_organization_id_organization")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
    )
    op.create_index(op.f("ix_person_organization_id"), "person", ["organization_id"], unique=False)
    op.create_table(
        "together",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("organization_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("kind IN ('series', 'relatives')", name=op.f("ck_together_kind")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_together_organization_id_organization")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_together")),
    )
    op.create_index(op.f("ix_together_organization_id"), "together", ["organization_id"], unique=False)
    op.create_table(
        "waitlist_entry",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("organization_id", sa.String(length=32), nullable=False),
        sa.Column("appointment_type_id", sa.String(length=32), nullable=False),
        sa.Column("owner_kind", sa.String(length=64), nullable=False),
        sa.Column("owner_id", sa.String(length=32), nullable=True),
        sa.Column("location_id", sa.String(length=32), nullable=True),
        sa.Column("appointment_id", sa.String(length=32), nullable=True),
        sa.Column("status", sa.String(length=64), nullable=False),
        sa.Column("weekdays", sa.JSON(), nullable=False),
        sa.Column("part", sa.String(length=64), nullable=False),
        sa.Column("earliest_on", sa.Date(), nullable=True),
        sa.Column("latest_on", sa.Date(), nullable=True),
        sa.Column("sooner_than_at", sa.BigInteger(), nullable=True),
        sa.Column("visitor", sa.String(length=64), nullable=True),
        sa.Column("given", sa.Text(), nullable=True),
        sa.Column("family", sa.Text(), nullable=True),
        sa.Column("birth_date", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("language", sa.String(length=64), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("token_version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "part IN ('', 'morning', 'afternoon', 'evening')", name=op.f("ck_waitlist_entry_part")
        ),
        sa.CheckConstraint(
            "status IN ('waiting', 'offered', 'taken', 'left', 'ended')",
            name=op.f("ck_waitlist_entry_status"),
        ),
        sa.ForeignKeyConstraint(
            ["appointment_type_id"],
            ["appointment_type.id"],
            name=op.f("fk_waitlist_entry_appointment_type_id_appointment_type"),
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_waitlist_entry_organization_id_organization"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waitlist_entry")),
    )
    op.create_index(
        op.f("ix_waitlist_entry_appointment_id"), "waitlist_entry", ["appointment_id"], unique=False
    )
    op.create_index(
        op.f("ix_waitlist_entry_organization_id"), "waitlist_entry", ["organization_id"], unique=False
    )
    op.create_index(
        "ix_waitlist_entry_type_status",
        "waitlist_entry",
        ["appointment_type_id", "status", "created_at"],
        unique=False,
    )
    op.create_table(
        "waitlist_offer",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("organization_id", sa.String(length=32), nullable=False),
        sa.Column("entry_id", sa.String(length=32), nullable=False),
        sa.Column("appointment_id", sa.String(length=32), nullable=False),
        sa.Column("schedule_id", sa.String(length=50), nullable=False),
        sa.Column("starts_at", sa.BigInteger(), nullable=False),
        sa.Column("until_at", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.String(length=64), nullable=False),
        sa.Column("token_version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "status IN ('open', 'taken', 'declined', 'lapsed')", name=op.f("ck_waitlist_offer_status")
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["waitlist_entry.id"],
            name=op.f("fk_waitlist_offer_entry_id_waitlist_entry"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_waitlist_offer_organization_id_organization"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waitlist_offer")),
    )
    op.create_index(
        op.f("ix_waitlist_offer_appointment_id"), "waitlist_offer", ["appointment_id"], unique=False
    )
    op.create_index(op.f("ix_waitlist_offer_entry_id"), "waitlist_offer", ["entry_id"], unique=False)
    op.create_index(
        op.f("ix_waitlist_offer_organization_id"), "waitlist_offer", ["organization_id"], unique=False
    )
    op.create_index(
        "ix_waitlist_offer_status_until_at", "waitlist_offer", ["status", "until_at"], unique=False
    )
    op.create_table(
        "contact_check",
        sa.Column("appointment_id", sa.String(length=32), nullable=False),
        sa.Column("organization_id", sa.String(length=32), nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("sent", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=64), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("confirmed_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["appointment_id"],
            ["appointment.id"],
            name=op.f("fk_contact_check_appointment_id_appointment"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_contact_check_organization_id_organization"),
        ),
        sa.PrimaryKeyConstraint("appointment_id", name=op.f("pk_contact_check")),
    )
    op.create_index(
        op.f("ix_contact_check_organization_id"), "contact_check", ["organization_id"], unique=False
    )
    op.create_table(
        "not_same",
        sa.Column("first_id", sa.String(length=32), nullable=False),
        sa.Column("second_id", sa.String(length=32), nullable=False),
        sa.Column("organization_id", sa.String(length=32), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["first_id"],
            ["appointment.id"],
            name=op.f("fk_not_same_first_id_appointment"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["second_id"],
            ["appointment.id"],
            name=op.f("fk_not_same_second_id_appointment"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_not_same_organization_id_organization")
        ),
        sa.PrimaryKeyConstraint("first_id", "second_id", name=op.f("pk_not_same")),
    )
    op.create_index(op.f("ix_not_same_organization_id"), "not_same", ["organization_id"], unique=False)
    op.add_column("appointment", sa.Column("together_id", sa.String(length=32), nullable=True))
    op.add_column("appointment", sa.Column("decide_by_at", sa.BigInteger(), nullable=True))
    op.add_column("appointment", sa.Column("decided_at", sa.BigInteger(), nullable=True))
    op.add_column("appointment", sa.Column("confirmed_at", sa.BigInteger(), nullable=True))
    op.create_index(op.f("ix_appointment_together_id"), "appointment", ["together_id"], unique=False)
    op.add_column(
        "organization",
        sa.Column("quiet_from_minute", sa.Integer(), server_default=sa.text("1260"), nullable=False),
    )
    op.add_column(
        "organization",
        sa.Column("quiet_until_minute", sa.Integer(), server_default=sa.text("480"), nullable=False),
    )
    op.add_column(
        "organization",
        sa.Column("neutral_titles", sa.Boolean(), server_default=sa.text("true"), nullable=False),
    )
    op.add_column(
        "outbox", sa.Column("to_call", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.add_column("outbox", sa.Column("called_at", sa.BigInteger(), nullable=True))
    op.add_column("outbox", sa.Column("called_by", sa.String(length=32), nullable=True))
    op.create_index(op.f("ix_outbox_to_call"), "outbox", ["to_call"], unique=False)
    op.execute("UPDATE outbox SET to_call = true WHERE error = 'call: the patient gave no email'")
    op.add_column("outbox", sa.Column("step", sa.Integer(), nullable=True))
    op.add_column("outbox", sa.Column("for_at", sa.BigInteger(), nullable=True))
    op.create_index("uq_outbox_reminder", "outbox", ["object_id", "kind", "step", "for_at"], unique=True)


def downgrade() -> None:
    op.drop_index("uq_outbox_reminder", table_name="outbox")
    op.drop_column("outbox", "for_at")
    op.drop_column("outbox", "step")
    op.drop_index(op.f("ix_outbox_to_call"), table_name="outbox")
    op.drop_column("outbox", "called_by")
    op.drop_column("outbox", "called_at")
    op.drop_column("outbox", "to_call")
    op.drop_column("organization", "neutral_titles")
    op.drop_column("organization", "quiet_until_minute")
    op.drop_column("organization", "quiet_from_minute")
    op.drop_index(op.f("ix_appointment_together_id"), table_name="appointment")
    op.drop_column("appointment", "confirmed_at")
    op.drop_column("appointment", "decided_at")
    op.drop_column("appointment", "decide_by_at")
    op.drop_column("appointment", "together_id")
    op.drop_table("not_same")
    op.drop_table("contact_check")
    op.drop_table("waitlist_offer")
    op.drop_table("waitlist_entry")
    op.drop_table("together")
    op.drop_table("person")
    op.drop_table("rate_count")
