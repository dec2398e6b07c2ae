"""After a test with transactions of its own, PostgreSQL empties the tables that have rows.

Django truncates all of them, each a new file on the disk, for a test that wrote to five.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper


def empty_what_is_full(connection: BaseDatabaseWrapper) -> None:
    """Have this connection's flush delete rows. Sequences go on, as they do after Django's own."""
    truncate = connection.ops.sql_flush

    def flush(style: Any, tables: Sequence[str], **options: Any) -> list[str]:
        if options.get("reset_sequences") or not tables:
            return truncate(style, tables, **options)
        quoted = [connection.ops.quote_name(table) for table in tables]
        asked = " UNION ALL ".join(
            f"(SELECT {number} FROM {table} LIMIT 1)" for number, table in enumerate(quoted)
        )
        with connection.cursor() as cursor:
            cursor.execute(asked)
            full = [quoted[number] for (number,) in cursor.fetchall()]
        return [f"DELETE FROM {table}" for table in full]

    connection.ops.sql_flush = flush  # type: ignore[method-assign]
