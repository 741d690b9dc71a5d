"""Appointments, claims and what patients write, with the constraint that no two claims of one actor overlap."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

COUNTER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

# A claim may not be longer, so that the triggers need to look back no further than this many seconds.
LONGEST_CLAIM = 3 * 86400

POSTGRESQL_OVERLAP = """
    ALTER TABLE claim ADD CONSTRAINT ex_claim_overlap EXCLUDE USING gist (
        actor_id WITH =, group_id WITH <>, int8range(starts_at, ends_at) WITH &&
    ) WHERE (NOT overbooked)
"""

# SQLite has no exclusion constraint. A batch migration of this table drops triggers: make them again there.
SQLITE_OVERLAP = """
    CREATE TRIGGER claim_overlap_{event} BEFORE {event}{columns} ON claim
    WHEN NOT NEW.overbooked
    BEGIN
        SELECT RAISE(ABORT, 'ex_claim_overlap') WHERE EXISTS (
            SELECT 1 FROM claim AS other
            WHERE other.actor_id = NEW.actor_id AND other.group_id <> NEW.group_id AND NOT other.overbooked
            AND other.id IS NOT NEW.id
            AND other.starts_at < NEW.ends_at AND other.starts_at > NEW.starts_at - {longest}
            AND other.ends_at > NEW.starts_at
        );
    END
"""


def upgrade() -> None:
    op.create_table(
        "session",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("organization_id", sa.String(length=32), nullable=False),
        sa.Column("schedule_id", sa.String(length=50), nullable=False),
        sa.Column("starts_at", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_session_organization_id_organization")
        ),
        sa.ForeignKeyConstraint(
            ["schedule_id"], ["schedule.id"], name=op.f("fk_session_schedule_id_schedule")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session")),
        sa.UniqueConstraint(
            "schedule_id", "starts_at", "ends_at", name=op.f("uq_session_schedule_id_starts_at_ends_at")
        ),
    )
    op.create_index(op.f("ix_session_organization_id"), "session", ["organization_id"], unique=False)
    op.create_table(
        "appointment",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("organization_id", sa.String(length=32), nullable=False),
        sa.Column("schedule_id", sa.String(length=50), nullable=False),
        sa.Column("appointment_type_id", sa.String(length=32), nullable=False),
        sa.Column("location_id", sa.String(length=32), nullable=False),
        sa.Column("session_id", sa.String(length=32), nullable=True),
        sa.Column("seat_number", sa.Integer(), nullable=True),
        sa.Column("status", sa.String(length=64), nullable=False),
        sa.Column("starts_at", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("wall_time", sa.String(length=16), nullable=False),
        sa.Column("buffer_before_minutes", sa.Integer(), nullable=False),
        sa.Column("buffer_after_minutes", sa.Integer(), nullable=False),
        sa.Column("overbooked", sa.Boolean(), nullable=False),
        sa.Column("overbook_reason", sa.Text(), nullable=True),
        sa.Column("expires_at", sa.BigInteger(), nullable=True),
        sa.Column("extensions", sa.Integer(), nullable=False),
        sa.Column("visitor", sa.String(length=64), nullable=True),
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("token_version", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("booked_at", sa.BigInteger(), nullable=True),
        sa.Column("cancelled_at", sa.BigInteger(), nullable=True),
        sa.Column("cancelled_by", sa.String(length=64), nullable=False),
        sa.Column("cancel_reason", sa.Text(), nullable=True),
        sa.Column("staff_note", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "status <> 'held' OR expires_at IS NOT NULL", name=op.f("ck_appointment_hold_expires")
        ),
        sa.CheckConstraint(
            "status IN ('held', 'pending', 'booked', 'arrived', 'completed', 'no-show', 'cancelled', 'declined', 'expired')",
            name=op.f("ck_appointment_status"),
        ),
        sa.CheckConstraint("(session_id IS NULL) = (seat_number IS NULL)", name=op.f("ck_appointment_seat")),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_appointment_order")),
        sa.ForeignKeyConstraint(
            ["appointment_type_id"],
            ["appointment_type.id"],
            name=op.f("fk_appointment_appointment_type_id_appointment_type"),
        ),
        sa.ForeignKeyConstraint(
            ["location_id"], ["location.id"], name=op.f("fk_appointment_location_id_location")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_appointment_organization_id_organization")
        ),
        sa.ForeignKeyConstraint(
            ["schedule_id"], ["schedule.id"], name=op.f("fk_appointment_schedule_id_schedule")
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["session.id"], name=op.f("fk_appointment_session_id_session")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointment")),
        sa.UniqueConstraint("code", name=op.f("uq_appointment_code")),
    )
    op.create_index(
        "ix_appointment_organization_starts_at", "appointment", ["organization_id", "starts_at"], unique=False
    )
    op.create_index(
        "ix_appointment_schedule_id_starts_at", "appointment", ["schedule_id", "starts_at"], unique=False
    )
    op.create_index("ix_appointment_status_expires_at", "appointment", ["status", "expires_at"], unique=False)
    op.create_index(
        "ix_appointment_type_starts_at", "appointment", ["appointment_type_id", "starts_at"], unique=False
    )
    op.create_index(op.f("ix_appointment_visitor"), "appointment", ["visitor"], unique=False)
    op.create_index(
        "uq_appointment_session_seat",
        "appointment",
        ["session_id", "seat_number"],
        unique=True,
        sqlite_where=sa.text("status IN ('held', 'pending', 'booked', 'arrived', 'completed', 'no-show')"),
        postgresql_where=sa.text(
            "status IN ('held', 'pending', 'booked', 'arrived', 'completed', 'no-show')"
        ),
    )
    op.create_table(
        "claim",
        sa.Column("id", COUNTER, autoincrement=True, nullable=False),
        sa.Column("organization_id", sa.String(length=32), nullable=False),
        sa.Column("appointment_id", sa.String(length=32), nullable=False),
        sa.Column("actor_id", sa.String(length=32), nullable=False),
        sa.Column("group_id", sa.String(length=32), nullable=False),
        sa.Column("starts_at", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.Column("overbooked", sa.Boolean(), nullable=False),
        sa.CheckConstraint("ends_at - starts_at <= 259200", name=op.f("ck_claim_length")),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_claim_order")),
        sa.ForeignKeyConstraint(["actor_id"], ["actor.id"], name=op.f("fk_claim_actor_id_actor")),
        sa.ForeignKeyConstraint(
            ["appointment_id"],
            ["appointment.id"],
            name=op.f("fk_claim_appointment_id_appointment"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_claim_organization_id_organization")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim")),
    )
    op.create_index("ix_claim_actor_id_starts_at", "claim", ["actor_id", "starts_at"], unique=False)
    op.create_index(op.f("ix_claim_appointment_id"), "claim", ["appointment_id"], unique=False)
    op.create_table(
        "patient_details",
        sa.Column("appointment_id", sa.String(length=32), nullable=False),
        sa.Column("organization_id", sa.String(length=32), nullable=False),
        sa.Column("draft", sa.Text(), nullable=True),
        sa.Column("for_whom", sa.String(length=64), nullable=False),
        sa.Column("given", sa.Text(), nullable=True),
        sa.Column("family", sa.Text(), nullable=True),
        sa.Column("birth_date", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("booker_given", sa.Text(), nullable=True),
        sa.Column("booker_family", sa.Text(), nullable=True),
        sa.Column("relationship", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("needs", sa.Text(), nullable=True),
        sa.Column("language", sa.String(length=64), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["appointment_id"],
            ["appointment.id"],
            name=op.f("fk_patient_details_appointment_id_appointment"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_patient_details_organization_id_organization"),
        ),
        sa.PrimaryKeyConstraint("appointment_id", name=op.f("pk_patient_details")),
    )
    op.create_index(
        op.f("ix_patient_details_organization_id"), "patient_details", ["organization_id"], unique=False
    )
    op.create_table(
        "answer",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("organization_id", sa.String(length=32), nullable=False),
        sa.Column("appointment_id", sa.String(length=32), nullable=False),
        sa.Column("question_id", sa.String(length=32), nullable=False),
        sa.Column("question", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["appointment_id"],
            ["appointment.id"],
            name=op.f("fk_answer_appointment_id_appointment"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_answer_organization_id_organization")
        ),
        sa.ForeignKeyConstraint(
            ["question_id"], ["question.id"], name=op.f("fk_answer_question_id_question")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer")),
        sa.UniqueConstraint(
            "appointment_id", "question_id", name=op.f("uq_answer_appointment_id_question_id")
        ),
    )
    op.create_index(op.f("ix_answer_organization_id"), "answer", ["organization_id"], unique=False)
    op.create_table(
        "referral",
        sa.Column("appointment_id", sa.String(length=32), nullable=False),
        sa.Column("organization_id", sa.String(length=32), nullable=False),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("booking_referral", sa.Text(), nullable=True),
        sa.Column("share_outcome", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["appointment_id"],
            ["appointment.id"],
            name=op.f("fk_referral_appointment_id_appointment"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_referral_organization_id_organization")
        ),
        sa.PrimaryKeyConstraint("appointment_id", name=op.f("pk_referral")),
    )
    op.create_index(op.f("ix_referral_organization_id"), "referral", ["organization_id"], unique=False)
    op.create_table(
        "idempotency_key",
        sa.Column("key", sa.String(length=128), nullable=False),
        sa.Column("visitor", sa.String(length=64), nullable=False),
        sa.Column("route", sa.String(length=40), nullable=False),
        sa.Column("organization_id", sa.String(length=32), nullable=False),
        sa.Column("body_hash", sa.String(length=64), nullable=False),
        sa.Column("appointment_id", sa.String(length=32), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_idempotency_key_organization_id_organization"),
        ),
        sa.PrimaryKeyConstraint("key", "visitor", "route", name=op.f("pk_idempotency_key")),
    )
    op.create_index(op.f("ix_idempotency_key_created_at"), "idempotency_key", ["created_at"], unique=False)
    op.create_index(
        op.f("ix_idempotency_key_organization_id"), "idempotency_key", ["organization_id"], unique=False
    )

    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
        op.execute(POSTGRESQL_OVERLAP)
    else:
        watched = " OF id, actor_id, group_id, starts_at, ends_at, overbooked"
        for event, columns in (("INSERT", ""), ("UPDATE", watched)):
            op.execute(SQLITE_OVERLAP.format(event=event, columns=columns, longest=LONGEST_CLAIM))


def downgrade() -> None:
    op.drop_table("idempotency_key")
    op.drop_table("referral")
    op.drop_table("answer")
    op.drop_table("patient_details")
    op.drop_table("claim")
    op.drop_table("appointment")
    op.drop_table("session")
