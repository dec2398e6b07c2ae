"""A claim on rows that are built: whose it is, and what they said when they were taken.

`build_at` of such a row is the request that it be built, and a build answers the request that it
saw. One that came while it was at work stands, whoever made it and whatever their clock said; and
of a row that is another by now nothing is written.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog

from connector.lib.database.claims import ClaimQuerySet
from connector.lib.database.deadlocks import OF_NO_ROW

log = structlog.get_logger(__name__)
LEASE = timedelta(minutes=2)
Said = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Claim:
    """Who builds, and since when. `goes_by` are the columns of a row that decide what is built,
    beside its request."""

    token: str
    at: datetime
    goes_by: tuple[str, ...] = ()
    _asked: dict[int, datetime | None] = field(default_factory=dict)
    _said: dict[int, Said] = field(default_factory=dict)

    def took(self, rows: Iterable[Any]) -> None:
        """Remember what these rows say, as they are read behind the claim."""
        for row in rows:
            self._asked[row.pk] = row.build_at
            self._said[row.pk] = tuple(getattr(row, name) for name in self.goes_by)

    def keep(self, rows: ClaimQuerySet[Any]) -> set[int]:
        """Lock the rows until the transaction ends, in the order of their keys, as others lock
        them; the keys of those that are still ours, and as they were taken. Those that are
        another by now are let go: due as before, to be built by what they say now."""
        mine = rows.held_by(self.token).order_by("pk").select_for_update()
        now = {pk: tuple(said) for pk, *said in mine.values_list("pk", *self.goes_by)}
        others = {pk for pk, said in now.items() if said != self._said.get(pk)}
        self.let_go(rows, others)
        return now.keys() - others

    def let_go(self, rows: ClaimQuerySet[Any], keys: Collection[int]) -> None:
        """Write nothing of these: they are due as before."""
        if keys:
            rows.filter(pk__in=keys).release(self.token)

    def put_back(self, rows: ClaimQuerySet[Any], error: Exception) -> None:
        """The database failed, and no row is at fault: all stay due, for whoever comes next. Where
        it is away still, the claim runs out."""
        said = str(error).partition("\n")[0]
        log.warning("build.not_written", model=rows.model.__name__, error=said)
        with suppress(*OF_NO_ROW):
            rows.release(self.token)

    def answer(self, rows: ClaimQuerySet[Any], again_at: Mapping[int, datetime]) -> None:
        """What was asked for when these rows were taken is done, and the claim on them ends; some
        are to be built again at a moment. What was asked for since is left to be done."""
        asked = dict(rows.values_list("pk", "build_at"))
        done = {pk for pk, at in asked.items() if at == self._asked.get(pk)}
        for pk in done & again_at.keys():
            rows.filter(pk=pk).update(build_at=again_at[pk])
        rows.filter(pk__in=done - again_at.keys()).update(build_at=None)
        rows.release(self.token)
