"""Change many rows, each in its own way, with one prepared statement.

Django's `bulk_update` composes a CASE of every row for every field: half of the time of a
build went into that. Here the database gets one UPDATE by primary key and a list of values.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any

from django.db import connection, models


def update_each(
    rows: Sequence[models.Model],
    fields: Iterable[str],
    *,
    states: Sequence[str] = (),
    rising: str = "",
) -> int:
    """Write these fields of each row; how many rows were written.

    `states`: only rows that are still in one of these states in the database. `rising`: only
    rows whose value of this field is not above the one that is written.
    """
    if not rows:
        return 0
    meta = rows[0]._meta
    columns = [_column(meta.model, name) for name in fields]
    changes = ", ".join(f"{_quoted(column)} = %s" for column in columns)
    values = [
        [column.get_db_prep_save(getattr(row, column.attname), connection) for column in columns]
        for row in rows
    ]
    keyed = zip(values, (row.pk for row in rows), strict=True)
    if not rising:
        return _execute(meta.model, changes, keyed, states)
    column = _column(meta.model, rising)
    limits = [column.get_db_prep_save(getattr(row, column.attname), connection) for row in rows]
    return _execute(meta.model, changes, keyed, states, below=(_quoted(column), limits))


def add_to_each(model: type[models.Model], field: str, amounts: Mapping[int, int]) -> int:
    """Add to a column of rows by their primary keys; how many rows were written."""
    column = _quoted(_column(model, field))
    changes = f"{column} = {column} + %s"
    return _execute(model, changes, (([amount], pk) for pk, amount in amounts.items()), ())


def insert_selected(
    model: type[models.Model], values: Mapping[str, Any], **selected: models.QuerySet[Any]
) -> int:
    """Make a row of `model` for each row that is selected, by one statement and with nothing read;
    how many. `values` are the same in all; the one further field holds the selected row's key."""
    ((name, rows),) = selected.items()
    keys = rows.order_by().values("pk").query
    sql, given = keys.sql_with_params()
    names = ", ".join(_quoted(_column(model, one)) for one in (*values, name))
    marks = "".join("%s, " for _ in values)
    table = connection.ops.quote_name(model._meta.db_table)
    statement = (
        f"INSERT INTO {table} ({names}) "  # noqa: S608 - names
        f"SELECT {marks}chosen.* FROM ({sql}) AS chosen"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [*values.values(), *given])
        return int(cursor.rowcount)


def _execute(
    model: type[models.Model],
    changes: str,
    values: Iterable[tuple[Sequence[Any], int]],
    states: Sequence[str],
    *,
    below: tuple[str, Sequence[Any]] | None = None,
) -> int:
    """`below`: a column, and for each row what it must not be above."""
    meta = model._meta
    assert meta.pk is not None
    statement = (
        f"UPDATE {connection.ops.quote_name(meta.db_table)} SET {changes} "  # noqa: S608 - names
        f"WHERE {_quoted(meta.pk)} = %s"
    )
    if states:
        marks = ", ".join(["%s"] * len(states))
        statement += f" AND {_quoted(_column(model, 'state'))} IN ({marks})"
    keyed: list[tuple[int, list[Any]]] = [(pk, [*given, pk, *states]) for given, pk in values]
    if below is not None:
        statement += f" AND {below[0]} <= %s"
        for (_, given), limit in zip(keyed, below[1], strict=True):
            given.append(limit)
    if not keyed:
        return 0
    with connection.cursor() as cursor:
        # By key: two processes that change the same rows wait for each other one way only.
        cursor.executemany(statement, [given for _, given in sorted(keyed, key=itemgetter(0))])
        return int(cursor.rowcount)


def _column(model: type[models.Model], name: str) -> models.Field[Any, Any]:
    return next(field for field in model._meta.concrete_fields if field.name == name)


def _quoted(column: models.Field[Any, Any]) -> str:
    assert column.column is not None
    return connection.ops.quote_name(column.column)
