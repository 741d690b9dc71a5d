"""Editions of the feed and the versions of its shards."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name, kind, default in (
        ("edition", sa.BigInteger(), "0"),
        ("settled_ms", sa.BigInteger(), "0"),
        ("catalogue", sa.BigInteger(), "0"),
    ):
        op.add_column("publication", sa.Column(name, kind, server_default=sa.text(default), nullable=False))
    op.add_column("publication", sa.Column("until_ms", sa.BigInteger(), nullable=True))
    op.add_column("publication", sa.Column("blocks", sa.LargeBinary(), nullable=True))
    op.create_table(
        "edition",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("previous", sa.BigInteger(), nullable=True),
        sa.Column("from_ms", sa.BigInteger(), nullable=False),
        sa.Column("transaction_ms", sa.BigInteger(), nullable=False),
        sa.Column("manifest", sa.LargeBinary(), nullable=False),
        sa.Column("manifest_2021", sa.LargeBinary(), nullable=False),
        sa.Column("page", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_edition")),
    )
    op.create_index(op.f("ix_edition_from_ms"), "edition", ["from_ms"], unique=False)
    op.create_table(
        "shard_version",
        sa.Column("shard", sa.String(length=200), nullable=False),
        sa.Column("from_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("until_at", sa.BigInteger(), nullable=True),
        sa.Column("type", sa.String(length=64), nullable=False),
        sa.Column("states", sa.JSON(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("name_2021", sa.String(length=200), nullable=False),
        sa.Column("count_2021", sa.Integer(), nullable=False),
        sa.Column("size_2021", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("shard", "from_at", name=op.f("pk_shard_version")),
    )


def downgrade() -> None:
    op.drop_table("shard_version")
    op.drop_table("edition")
    for name in ("blocks", "until_ms", "catalogue", "settled_ms", "edition"):
        op.drop_column("publication", name)
