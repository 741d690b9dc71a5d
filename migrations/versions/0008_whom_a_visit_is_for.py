"""Whom a visit is for and what is asked first: ages, referral documents, insurance plans, files, questions that depend on others."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

KINDS = "kind IN ('text', 'long', 'choice', 'multiple', 'date', 'number', 'consent')"
WITH_FILE = "kind IN ('text', 'long', 'choice', 'multiple', 'date', 'number', 'consent', 'file')"


def allow_kinds(old: str, new: str) -> None:
    """Put ``new`` in the place of the check ``old`` of a question's kind.

    SQLite has no ALTER for it, and a copy of the table is refused while answers refer to it; its own documentation ("Making
    Other Kinds Of Table Schema Changes") edits the schema's text for a check alone.
    """
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint("ck_question_kind", "question", type_="check")
        op.create_check_constraint(op.f("ck_question_kind"), "question", new)
        return
    connection = op.get_bind()
    version = connection.exec_driver_sql("PRAGMA schema_version").scalar_one()
    connection.exec_driver_sql("PRAGMA writable_schema = ON")
    connection.execute(
        sa.text(
            "UPDATE sqlite_master SET sql = replace(sql, :old, :new) WHERE type = 'table' AND name = 'question'"
        ),
        {"old": old, "new": new},
    )
    connection.exec_driver_sql(f"PRAGMA schema_version = {version + 1}")
    connection.exec_driver_sql("PRAGMA writable_schema = OFF")


def upgrade() -> None:
    op.create_table(
        "insurance_plan",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("organization_id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("accepted_on", sa.Date(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_insurance_plan_organization_id_organization"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_insurance_plan")),
    )
    op.create_index(
        op.f("ix_insurance_plan_organization_id"), "insurance_plan", ["organization_id"], unique=False
    )
    op.create_table(
        "type_plan",
        sa.Column("appointment_type_id", sa.String(length=32), nullable=False),
        sa.Column("insurance_plan_id", sa.String(length=32), nullable=False),
        sa.Column("organization_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["appointment_type_id"],
            ["appointment_type.id"],
            name=op.f("fk_type_plan_appointment_type_id_appointment_type"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["insurance_plan_id"],
            ["insurance_plan.id"],
            name=op.f("fk_type_plan_insurance_plan_id_insurance_plan"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_type_plan_organization_id_organization")
        ),
        sa.PrimaryKeyConstraint("appointment_type_id", "insurance_plan_id", name=op.f("pk_type_plan")),
    )
    op.create_index(op.f("ix_type_plan_organization_id"), "type_plan", ["organization_id"], unique=False)
    op.create_table(
        "document",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("organization_id", sa.String(length=32), nullable=False),
        sa.Column("appointment_id", sa.String(length=32), nullable=False),
        sa.Column("question_id", sa.String(length=32), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("mimetype", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["appointment_id"],
            ["appointment.id"],
            name=op.f("fk_document_appointment_id_appointment"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_document_organization_id_organization")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
    )
    op.create_index(op.f("ix_document_appointment_id"), "document", ["appointment_id"], unique=False)
    op.create_index(op.f("ix_document_organization_id"), "document", ["organization_id"], unique=False)
    op.add_column("appointment_type", sa.Column("minimum_age", sa.Integer(), nullable=True))
    op.add_column("appointment_type", sa.Column("maximum_age", sa.Integer(), nullable=True))
    op.add_column(
        "appointment_type",
        sa.Column("referral", sa.String(length=64), server_default=sa.text("''"), nullable=False),
    )
    op.add_column(
        "appointment_type",
        sa.Column("insurance", sa.String(length=64), server_default=sa.text("''"), nullable=False),
    )
    op.add_column(
        "appointment_type", sa.Column("wishes", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.add_column(
        "appointment_type",
        sa.Column("relatives", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )
    op.add_column(
        "appointment_type",
        sa.Column("series_most", sa.Integer(), server_default=sa.text("1"), nullable=False),
    )
    op.add_column(
        "appointment_type",
        sa.Column("waitlist", sa.Boolean(), server_default=sa.text("true"), nullable=False),
    )
    op.add_column(
        "appointment_type",
        sa.Column("approval_hours", sa.Integer(), server_default=sa.text("48"), nullable=False),
    )
    op.add_column(
        "appointment_type",
        sa.Column("reminders", sa.JSON(), server_default=sa.text("'[2880, 180]'"), nullable=False),
    )
    op.add_column(
        "patient_details",
        sa.Column("insurance", sa.String(length=64), server_default=sa.text("''"), nullable=False),
    )
    op.add_column("patient_details", sa.Column("insurance_plan_id", sa.String(length=32), nullable=True))
    op.add_column("patient_details", sa.Column("insurance_plan", sa.Text(), nullable=True))
    op.add_column("patient_details", sa.Column("referral_number", sa.Text(), nullable=True))
    op.add_column("patient_details", sa.Column("wishes", sa.Text(), nullable=True))
    op.add_column("patient_details", sa.Column("consent_at", sa.BigInteger(), nullable=True))
    op.add_column("patient_details", sa.Column("former_email", sa.Text(), nullable=True))
    op.add_column("patient_details", sa.Column("person_id", sa.String(length=32), nullable=True))
    op.add_column("patient_details", sa.Column("erased_at", sa.BigInteger(), nullable=True))
    op.create_index(op.f("ix_patient_details_person_id"), "patient_details", ["person_id"], unique=False)
    op.add_column(
        "practitioner",
        sa.Column("gender", sa.String(length=64), server_default=sa.text("''"), nullable=False),
    )
    op.add_column("question", sa.Column("shown_question_id", sa.String(length=32), nullable=True))
    op.add_column(
        "question", sa.Column("shown_answers", sa.JSON(), server_default=sa.text("'[]'"), nullable=False)
    )
    op.add_column(
        "question", sa.Column("stop_answers", sa.JSON(), server_default=sa.text("'[]'"), nullable=False)
    )
    op.add_column(
        "question", sa.Column("stop_message", sa.Text(), server_default=sa.text("''"), nullable=False)
    )
    allow_kinds(KINDS, WITH_FILE)


def downgrade() -> None:
    op.execute("UPDATE question SET kind = 'text' WHERE kind = 'file'")
    allow_kinds(WITH_FILE, KINDS)
    op.drop_column("question", "stop_message")
    op.drop_column("question", "stop_answers")
    op.drop_column("question", "shown_answers")
    op.drop_column("question", "shown_question_id")
    op.drop_column("practitioner", "gender")
    op.drop_index(op.f("ix_patient_details_person_id"), table_name="patient_details")
    op.drop_column("patient_details", "erased_at")
    op.drop_column("patient_details", "person_id")
    op.drop_column("patient_details", "former_email")
    op.drop_column("patient_details", "consent_at")
    op.drop_column("patient_details", "wishes")
    op.drop_column("patient_details", "referral_number")
    op.drop_column("patient_details", "insurance_plan")
    op.drop_column("patient_details", "insurance_plan_id")
    op.drop_column("patient_details", "insurance")
    op.drop_column("appointment_type", "reminders")
    op.drop_column("appointment_type", "approval_hours")
    op.drop_column("appointment_type", "waitlist")
    op.drop_column("appointment_type", "series_most")
    op.drop_column("appointment_type", "relatives")
    op.drop_column("appointment_type", "wishes")
    op.drop_column("appointment_type", "insurance")
    op.drop_column("appointment_type", "referral")
    op.drop_column("appointment_type", "maximum_age")
    op.drop_column("appointment_type", "minimum_age")
    op.drop_table("document")
    op.drop_table("type_plan")
    op.drop_table("insurance_plan")
