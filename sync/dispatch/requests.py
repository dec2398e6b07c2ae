"""What becomes of a request as a whole: refused, not known of, put off, given up."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from accounting.reasons import Reason
from connector.lib import clock
from connector.lib.database.claims import FREED
from connector.lib.database.deadlocks import in_one_go
from connector.lib.errors import Temporary
from connector.lib.texts.said import said
from sync.dispatch.refusals import hold_dependants, refused
from sync.dispatch.states import finish, lock_orders, move, move_all, postings_of
from sync.models import Dispatch, Posting
from sync.outbox.labels import relabel_behind
from xero.api.faults import RequestRefused
from xero.documents.kinds import Kind

_State = Posting.State


@in_one_go
def refused_whole(dispatch: Dispatch, token: str, error: RequestRefused) -> None:
    """Refused as a whole: one element is refused for it; of many, some may have been saved.

    Many are looked up at once, and what is missing is then sent one by one.
    """
    rows = postings_of(dispatch)
    if not finish(dispatch, token):
        return
    lock_orders(rows)
    for row in rows:
        if len(rows) == 1:
            refused(row, error.code, error.texts or (str(error),))
        else:
            move(
                row, _State.PENDING, look_up=True, attempts=row.attempts + 1,
                not_before=clock.now(),
            )  # fmt: skip
    relabel_behind(rows)


@in_one_go
def unknown(dispatch: Dispatch, frm: str, look_at: datetime, *, by: str = "") -> None:
    """Its fate is not known: it is looked up at `look_at`."""
    if dispatch.move(
        to=Dispatch.State.UNKNOWN, frm=(frm,), by=by, not_before=look_at,
        **FREED,
    ):  # fmt: skip
        move_all(dispatch, _State.UNKNOWN, not_before=look_at)


@in_one_go
def again(dispatch: Dispatch, token: str, at: datetime, **changes: Any) -> None:
    """Nothing was carried out: the same bytes with the same key go out again at `at`."""
    if dispatch.move(
        to=Dispatch.State.RETRY, frm=(Dispatch.State.SENDING,), by=token, not_before=at,
        **FREED, **changes,
    ):  # fmt: skip
        move_all(dispatch, _State.RETRY, not_before=at)


@in_one_go
def withdraw(dispatch: Dispatch) -> None:
    """Nothing was carried out, and now it is not to go out: its documents wait on their own."""
    if dispatch.move(to=Dispatch.State.DONE, frm=(Dispatch.State.RETRY,)):
        move_all(dispatch, _State.PENDING, not_before=clock.now())


def gave_up(dispatch: Dispatch, token: str, error: Temporary) -> None:
    """All attempts are used up: a person is told, and can have it tried again."""
    reason = Reason(
        "unforeseen",
        said(
            "Given up after %(attempts)s attempts: %(error)s",
            attempts=dispatch.attempts,
            error=error,
        ),
    )
    _dead(dispatch, token, reason)


def unforeseen(dispatch: Dispatch, token: str, error: Exception) -> None:
    """An error in our own code. It may have been sent: if tried again, it is looked up first."""
    _dead(dispatch, token, Reason("unforeseen", f"{type(error).__name__}: {error}"[:500]))


@in_one_go
def _dead(dispatch: Dispatch, token: str, reason: Reason) -> None:
    frm = (Dispatch.State.SENDING, Dispatch.State.UNKNOWN)
    if dispatch.move(to=Dispatch.State.DONE, frm=frm, by=token, **FREED):
        move_all(dispatch, _State.DEAD, look_up=True, reasons=[reason.kept()])
        if dispatch.kind == Kind.CONTACT:
            ids = list(dispatch.postings.filter(state=_State.DEAD).values_list("pk", flat=True))
            hold_dependants(ids, reason.message)
