"""Appointment types, hours and schedules."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "appointment_type",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("organization_id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("duration_minutes", sa.Integer(), nullable=False),
        sa.Column("interval_minutes", sa.Integer(), nullable=False),
        sa.Column("buffer_before_minutes", sa.Integer(), nullable=False),
        sa.Column("buffer_after_minutes", sa.Integer(), nullable=False),
        sa.Column("minimum_notice_minutes", sa.Integer(), nullable=False),
        sa.Column("horizon_days", sa.Integer(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("max_per_day", sa.Integer(), nullable=True),
        sa.Column("max_per_week", sa.Integer(), nullable=True),
        sa.Column("release_share_percent", sa.Integer(), nullable=True),
        sa.Column("release_days_before", sa.Integer(), nullable=True),
        sa.Column("release_at_minute", sa.Integer(), nullable=True),
        sa.Column("modality", sa.String(length=64), nullable=False),
        sa.Column("service_type_code", sa.String(length=64), nullable=False),
        sa.Column("service_type", sa.String(length=200), nullable=False),
        sa.Column("service_category_code", sa.String(length=64), nullable=False),
        sa.Column("service_category", sa.String(length=200), nullable=False),
        sa.Column("specialty_code", sa.String(length=64), nullable=False),
        sa.Column("specialty", sa.String(length=200), nullable=False),
        sa.Column("patient_type", sa.String(length=64), nullable=False),
        sa.Column("visibility", sa.String(length=64), nullable=False),
        sa.Column("approval_required", sa.Boolean(), nullable=False),
        sa.Column("hold_minutes", sa.Integer(), nullable=False),
        sa.Column("cancellation_notice_minutes", sa.Integer(), nullable=False),
        sa.Column("bring", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=64), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "modality IN ('in-person', 'video', 'phone')", name=op.f("ck_appointment_type_modality")
        ),
        sa.CheckConstraint(
            "visibility IN ('feed', 'page', 'link', 'paused')", name=op.f("ck_appointment_type_visibility")
        ),
        sa.CheckConstraint(
            "buffer_after_minutes BETWEEN 0 AND 720", name=op.f("ck_appointment_type_buffer_after")
        ),
        sa.CheckConstraint(
            "buffer_before_minutes BETWEEN 0 AND 720", name=op.f("ck_appointment_type_buffer_before")
        ),
        sa.CheckConstraint("capacity BETWEEN 1 AND 1000", name=op.f("ck_appointment_type_capacity")),
        sa.CheckConstraint("duration_minutes BETWEEN 1 AND 1440", name=op.f("ck_appointment_type_duration")),
        sa.CheckConstraint("hold_minutes BETWEEN 5 AND 30", name=op.f("ck_appointment_type_hold")),
        sa.CheckConstraint("horizon_days BETWEEN 0 AND 400", name=op.f("ck_appointment_type_horizon")),
        sa.CheckConstraint("interval_minutes BETWEEN 1 AND 1440", name=op.f("ck_appointment_type_interval")),
        sa.CheckConstraint(
            "minimum_notice_minutes BETWEEN 0 AND 525600", name=op.f("ck_appointment_type_minimum_notice")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_appointment_type_organization_id_organization"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointment_type")),
    )
    op.create_index(
        op.f("ix_appointment_type_organization_id"), "appointment_type", ["organization_id"], unique=False
    )
    op.create_table(
        "question",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("organization_id", sa.String(length=32), nullable=False),
        sa.Column("appointment_type_id", sa.String(length=32), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("hint", sa.Text(), nullable=False),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.Column("choices", sa.JSON(), nullable=False),
        sa.Column("language", sa.String(length=64), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('text', 'long', 'choice', 'multiple', 'date', 'number', 'consent')",
            name=op.f("ck_question_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["appointment_type_id"],
            ["appointment_type.id"],
            name=op.f("fk_question_appointment_type_id_appointment_type"),
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_question_organization_id_organization")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question")),
        sa.UniqueConstraint(
            "appointment_type_id", "position", name=op.f("uq_question_appointment_type_id_position")
        ),
    )
    op.create_index(
        op.f("ix_question_appointment_type_id"), "question", ["appointment_type_id"], unique=False
    )
    op.create_index(op.f("ix_question_organization_id"), "question", ["organization_id"], unique=False)
    op.create_table(
        "availability",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("organization_id", sa.String(length=32), nullable=False),
        sa.Column("practitioner_id", sa.String(length=32), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_availability_organization_id_organization"),
        ),
        sa.ForeignKeyConstraint(
            ["practitioner_id"],
            ["practitioner.id"],
            name=op.f("fk_availability_practitioner_id_practitioner"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_availability")),
    )
    op.create_index(
        op.f("ix_availability_organization_id"), "availability", ["organization_id"], unique=False
    )
    op.create_index(
        op.f("ix_availability_practitioner_id"), "availability", ["practitioner_id"], unique=False
    )
    op.create_table(
        "availability_window",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("organization_id", sa.String(length=32), nullable=False),
        sa.Column("availability_id", sa.String(length=32), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("start_minute", sa.Integer(), nullable=False),
        sa.Column("end_minute", sa.Integer(), nullable=False),
        sa.CheckConstraint("end_minute BETWEEN 0 AND 1440", name=op.f("ck_availability_window_end")),
        sa.CheckConstraint("start_minute BETWEEN 0 AND 1439", name=op.f("ck_availability_window_start")),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name=op.f("ck_availability_window_weekday")),
        sa.ForeignKeyConstraint(
            ["availability_id"],
            ["availability.id"],
            name=op.f("fk_availability_window_availability_id_availability"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_availability_window_organization_id_organization"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_availability_window")),
    )
    op.create_index(
        op.f("ix_availability_window_availability_id"),
        "availability_window",
        ["availability_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_availability_window_organization_id"),
        "availability_window",
        ["organization_id"],
        unique=False,
    )
    op.create_table(
        "recurrence_rule",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("organization_id", sa.String(length=32), nullable=False),
        sa.Column("availability_id", sa.String(length=32), nullable=False),
        sa.Column("rrule", sa.String(length=500), nullable=False),
        sa.Column("dtstart", sa.Date(), nullable=False),
        sa.Column("start_minute", sa.Integer(), nullable=False),
        sa.Column("end_minute", sa.Integer(), nullable=False),
        sa.Column("exdates", sa.JSON(), nullable=False),
        sa.CheckConstraint("end_minute BETWEEN 0 AND 1440", name=op.f("ck_recurrence_rule_end")),
        sa.CheckConstraint("start_minute BETWEEN 0 AND 1439", name=op.f("ck_recurrence_rule_start")),
        sa.ForeignKeyConstraint(
            ["availability_id"],
            ["availability.id"],
            name=op.f("fk_recurrence_rule_availability_id_availability"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_recurrence_rule_organization_id_organization"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recurrence_rule")),
    )
    op.create_index(
        op.f("ix_recurrence_rule_availability_id"), "recurrence_rule", ["availability_id"], unique=False
    )
    op.create_index(
        op.f("ix_recurrence_rule_organization_id"), "recurrence_rule", ["organization_id"], unique=False
    )
    op.create_table(
        "schedule",
        sa.Column("id", sa.String(length=50), nullable=False),
        sa.Column("organization_id", sa.String(length=32), nullable=False),
        sa.Column("appointment_type_id", sa.String(length=32), nullable=False),
        sa.Column("location_id", sa.String(length=32), nullable=False),
        sa.Column("availability_id", sa.String(length=32), nullable=False),
        sa.Column("line_actor_id", sa.String(length=32), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("length(id) <= 50", name=op.f("ck_schedule_id_length")),
        sa.ForeignKeyConstraint(
            ["appointment_type_id"],
            ["appointment_type.id"],
            name=op.f("fk_schedule_appointment_type_id_appointment_type"),
        ),
        sa.ForeignKeyConstraint(
            ["availability_id"], ["availability.id"], name=op.f("fk_schedule_availability_id_availability")
        ),
        sa.ForeignKeyConstraint(
            ["line_actor_id"], ["actor.id"], name=op.f("fk_schedule_line_actor_id_actor")
        ),
        sa.ForeignKeyConstraint(
            ["location_id"], ["location.id"], name=op.f("fk_schedule_location_id_location")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_schedule_organization_id_organization")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_schedule")),
    )
    op.create_index(
        op.f("ix_schedule_appointment_type_id"), "schedule", ["appointment_type_id"], unique=False
    )
    op.create_index(op.f("ix_schedule_availability_id"), "schedule", ["availability_id"], unique=False)
    op.create_index(op.f("ix_schedule_location_id"), "schedule", ["location_id"], unique=False)
    op.create_index(op.f("ix_schedule_organization_id"), "schedule", ["organization_id"], unique=False)
    op.create_table(
        "schedule_host",
        sa.Column("schedule_id", sa.String(length=50), nullable=False),
        sa.Column("actor_id", sa.String(length=32), nullable=False),
        sa.Column("organization_id", sa.String(length=32), nullable=False),
        sa.Column("practitioner_role_id", sa.String(length=32), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["actor.id"], name=op.f("fk_schedule_host_actor_id_actor")),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_schedule_host_organization_id_organization"),
        ),
        sa.ForeignKeyConstraint(
            ["practitioner_role_id"],
            ["practitioner_role.id"],
            name=op.f("fk_schedule_host_practitioner_role_id_practitioner_role"),
        ),
        sa.ForeignKeyConstraint(
            ["schedule_id"],
            ["schedule.id"],
            name=op.f("fk_schedule_host_schedule_id_schedule"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("schedule_id", "actor_id", name=op.f("pk_schedule_host")),
    )
    op.create_index(op.f("ix_schedule_host_actor_id"), "schedule_host", ["actor_id"], unique=False)
    op.create_index(
        op.f("ix_schedule_host_organization_id"), "schedule_host", ["organization_id"], unique=False
    )
    op.create_table(
        "schedule_resource",
        sa.Column("schedule_id", sa.String(length=50), nullable=False),
        sa.Column("resource_kind", sa.String(length=64), nullable=False),
        sa.Column("organization_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_schedule_resource_organization_id_organization"),
        ),
        sa.ForeignKeyConstraint(
            ["schedule_id"],
            ["schedule.id"],
            name=op.f("fk_schedule_resource_schedule_id_schedule"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("schedule_id", "resource_kind", name=op.f("pk_schedule_resource")),
    )
    op.create_index(
        op.f("ix_schedule_resource_organization_id"), "schedule_resource", ["organization_id"], unique=False
    )
    op.create_table(
        "override",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("organization_id", sa.String(length=32), nullable=False),
        sa.Column("availability_id", sa.String(length=32), nullable=True),
        sa.Column("schedule_id", sa.String(length=50), nullable=True),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("windows", sa.JSON(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.CheckConstraint(
            "(availability_id IS NULL) <> (schedule_id IS NULL)", name=op.f("ck_override_owner")
        ),
        sa.ForeignKeyConstraint(
            ["availability_id"],
            ["availability.id"],
            name=op.f("fk_override_availability_id_availability"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_override_organization_id_organization")
        ),
        sa.ForeignKeyConstraint(
            ["schedule_id"],
            ["schedule.id"],
            name=op.f("fk_override_schedule_id_schedule"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_override")),
        sa.UniqueConstraint("availability_id", "date", name=op.f("uq_override_availability_id_date")),
        sa.UniqueConstraint("schedule_id", "date", name=op.f("uq_override_schedule_id_date")),
    )
    op.create_index(op.f("ix_override_organization_id"), "override", ["organization_id"], unique=False)
    op.create_index(op.f("ix_override_schedule_id"), "override", ["schedule_id"], unique=False)
    op.create_table(
        "time_off",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("organization_id", sa.String(length=32), nullable=False),
        sa.Column("actor_id", sa.String(length=32), nullable=True),
        sa.Column("location_id", sa.String(length=32), nullable=True),
        sa.Column("start_date", sa.Date(), nullable=False),
        sa.Column("end_date", sa.Date(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.CheckConstraint("actor_id IS NULL OR location_id IS NULL", name=op.f("ck_time_off_owner")),
        sa.CheckConstraint("end_date >= start_date", name=op.f("ck_time_off_order")),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["actor.id"], name=op.f("fk_time_off_actor_id_actor"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["location_id"],
            ["location.id"],
            name=op.f("fk_time_off_location_id_location"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_time_off_organization_id_organization")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_time_off")),
    )
    op.create_index(op.f("ix_time_off_actor_id"), "time_off", ["actor_id"], unique=False)
    op.create_index(op.f("ix_time_off_location_id"), "time_off", ["location_id"], unique=False)
    op.create_index(op.f("ix_time_off_organization_id"), "time_off", ["organization_id"], unique=False)
    op.create_table(
        "busy_block",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("organization_id", sa.String(length=32), nullable=False),
        sa.Column("actor_id", sa.String(length=32), nullable=False),
        sa.Column("origin", sa.String(length=64), nullable=False),
        sa.Column("starts_at", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("uid", sa.String(length=200), nullable=False),
        sa.CheckConstraint("origin IN ('calendar', 'staff')", name=op.f("ck_busy_block_origin")),
        sa.CheckConstraint("ends_at >= starts_at", name=op.f("ck_busy_block_order")),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["actor.id"], name=op.f("fk_busy_block_actor_id_actor"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_busy_block_organization_id_organization")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_busy_block")),
    )
    op.create_index("ix_busy_block_actor_id_starts_at", "busy_block", ["actor_id", "starts_at"], unique=False)
    op.create_index(op.f("ix_busy_block_organization_id"), "busy_block", ["organization_id"], unique=False)
    op.create_table(
        "pool",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("organization_id", sa.String(length=32), nullable=False),
        sa.Column("appointment_type_id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["appointment_type_id"],
            ["appointment_type.id"],
            name=op.f("fk_pool_appointment_type_id_appointment_type"),
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_pool_organization_id_organization")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pool")),
    )
    op.create_index(op.f("ix_pool_organization_id"), "pool", ["organization_id"], unique=False)
    op.create_table(
        "pool_member",
        sa.Column("pool_id", sa.String(length=32), nullable=False),
        sa.Column("schedule_id", sa.String(length=50), nullable=False),
        sa.Column("organization_id", sa.String(length=32), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_pool_member_organization_id_organization")
        ),
        sa.ForeignKeyConstraint(
            ["pool_id"], ["pool.id"], name=op.f("fk_pool_member_pool_id_pool"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["schedule_id"],
            ["schedule.id"],
            name=op.f("fk_pool_member_schedule_id_schedule"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("pool_id", "schedule_id", name=op.f("pk_pool_member")),
    )
    op.create_index(op.f("ix_pool_member_organization_id"), "pool_member", ["organization_id"], unique=False)
    op.create_table(
        "share_link",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("organization_id", sa.String(length=32), nullable=False),
        sa.Column("appointment_type_id", sa.String(length=32), nullable=False),
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["appointment_type_id"],
            ["appointment_type.id"],
            name=op.f("fk_share_link_appointment_type_id_appointment_type"),
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_share_link_organization_id_organization")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_share_link")),
        sa.UniqueConstraint("token", name=op.f("uq_share_link_token")),
    )
    op.create_index(
        op.f("ix_share_link_appointment_type_id"), "share_link", ["appointment_type_id"], unique=False
    )
    op.create_index(op.f("ix_share_link_organization_id"), "share_link", ["organization_id"], unique=False)


def downgrade() -> None:
    op.drop_table("share_link")
    op.drop_table("pool_member")
    op.drop_table("pool")
    op.drop_table("busy_block")
    op.drop_table("time_off")
    op.drop_table("override")
    op.drop_table("schedule_resource")
    op.drop_table("schedule_host")
    op.drop_table("schedule")
    op.drop_table("recurrence_rule")
    op.drop_table("availability_window")
    op.drop_table("availability")
    op.drop_table("question")
    op.drop_table("appointment_type")
