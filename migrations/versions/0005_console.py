"""What the console needs: steps of a visit, what staff write to a patient, links and wishes of users, photos, revisions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

COUNTER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    for name in ("arrived_at", "roomed_at", "completed_at"):
        op.add_column("appointment", sa.Column(name, sa.BigInteger(), nullable=True))
    op.add_column("appointment", sa.Column("staff_message", sa.Text(), nullable=True))
    op.add_column(
        "appointment",
        sa.Column("kept_outside", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )
    op.add_column("user_account", sa.Column("reset_expires_at", sa.BigInteger(), nullable=True))
    for name in ("tell_booked", "tell_moved", "tell_cancelled", "shortcuts"):
        op.add_column(
            "user_account", sa.Column(name, sa.Boolean(), server_default=sa.text("true"), nullable=False)
        )
    op.add_column(
        "organization", sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False)
    )
    op.add_column("outbox", sa.Column("recipient_id", sa.String(length=32), nullable=True))
    op.create_table(
        "photo",
        sa.Column("practitioner_id", sa.String(length=32), nullable=False),
        sa.Column("organization_id", sa.String(length=32), nullable=False),
        sa.Column("mimetype", sa.String(length=64), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_photo_organization_id_organization")
        ),
        sa.ForeignKeyConstraint(
            ["practitioner_id"],
            ["practitioner.id"],
            name=op.f("fk_photo_practitioner_id_practitioner"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("practitioner_id", name=op.f("pk_photo")),
    )
    op.create_index(op.f("ix_photo_organization_id"), "photo", ["organization_id"], unique=False)
    op.create_table(
        "revision",
        sa.Column("id", COUNTER, autoincrement=True, nullable=False),
        sa.Column("organization_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.String(length=32), nullable=True),
        sa.Column("object_kind", sa.String(length=64), nullable=False),
        sa.Column("object_id", sa.String(length=64), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("undone_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_revision_organization_id_organization")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revision")),
    )
    op.create_index("ix_revision_object", "revision", ["object_kind", "object_id"], unique=False)
    op.create_index(op.f("ix_revision_organization_id"), "revision", ["organization_id"], unique=False)


def downgrade() -> None:
    op.drop_table("revision")
    op.drop_table("photo")
    op.drop_column("outbox", "recipient_id")
    op.drop_column("organization", "version")
    for name in ("shortcuts", "tell_cancelled", "tell_moved", "tell_booked", "reset_expires_at"):
        op.drop_column("user_account", name)
    for name in ("kept_outside", "staff_message", "completed_at", "roomed_at", "arrived_at"):
        op.drop_column("appointment", name)
