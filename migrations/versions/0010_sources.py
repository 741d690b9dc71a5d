"""Registered discovery clients and what they are told."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

COUNTER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "unknown_source",
        sa.Column("value", sa.String(length=255), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("first_at", sa.BigInteger(), nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("value", name=op.f("pk_unknown_source")),
    )
    op.create_table(
        "source",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("organization_id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("value", sa.String(length=255), nullable=False),
        sa.Column("callback_url", sa.String(length=1000), nullable=False),
        sa.Column("return_addresses", sa.JSON(), nullable=False),
        sa.Column("share_outcome", sa.Boolean(), nullable=False),
        sa.Column("agreed_on", sa.Date(), nullable=True),
        sa.Column("key_hash", sa.String(length=64), nullable=True),
        sa.Column("key_version", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_source_organization_id_organization")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source")),
        sa.UniqueConstraint("value", name=op.f("uq_source_value")),
    )
    op.create_index(op.f("ix_source_organization_id"), "source", ["organization_id"], unique=False)
    op.create_table(
        "referral_state",
        sa.Column("id", COUNTER, autoincrement=True, nullable=False),
        sa.Column("organization_id", sa.String(length=32), nullable=False),
        sa.Column("source_id", sa.String(length=32), nullable=False),
        sa.Column("handle", sa.String(length=255), nullable=False),
        sa.Column("handle_hash", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("told_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "state IN ('started', 'held', 'booked', 'lapsed', 'gone', 'cancelled', 'moved')",
            name=op.f("ck_referral_state_state"),
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_referral_state_organization_id_organization"),
        ),
        sa.ForeignKeyConstraint(
            ["source_id"], ["source.id"], name=op.f("fk_referral_state_source_id_source"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referral_state")),
    )
    op.create_index(
        op.f("ix_referral_state_organization_id"), "referral_state", ["organization_id"], unique=False
    )
    op.create_index(
        "ix_referral_state_source_handle", "referral_state", ["source_id", "handle_hash"], unique=False
    )
    op.add_column("referral", sa.Column("handle_hash", sa.String(length=64), nullable=True))
    op.create_index(op.f("ix_referral_handle_hash"), "referral", ["handle_hash"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_referral_handle_hash"), table_name="referral")
    op.drop_column("referral", "handle_hash")
    op.drop_table("referral_state")
    op.drop_table("source")
    op.drop_table("unknown_source")
