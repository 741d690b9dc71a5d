"""Alembic's environment. The caller (``scheduler.migrate``) hands in the connection and, to compare, the tables."""

from alembic import context

LOCK_TIMEOUT = "SET LOCAL lock_timeout = '4s'"
STATEMENT_TIMEOUT = "SET LOCAL statement_timeout = '60s'"


def run() -> None:
    """Run the migrations on the connection that the caller opened; the caller commits."""
    connection = context.config.attributes["connection"]
    context.configure(
        connection=connection,
        target_metadata=context.config.attributes.get("target_metadata"),
        render_as_batch=False,
        compare_type=True,
        transaction_per_migration=False,
    )
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(LOCK_TIMEOUT)
        connection.exec_driver_sql(STATEMENT_TIMEOUT)
    context.run_migrations()


run()
