"""What became of a request whose outcome nobody knows: read, then adopt, hold or free.

Each kind has its finder (`by_kind`): documents are found by number, contacts by ContactNumber
or name, money on its document by amount, date and reference, changes by what the document says
now. What is ours is adopted; what is somebody else's holds; what is missing goes out again in a
new request with a new key.
"""

from __future__ import annotations

from typing import Any

from accounting.contacts.persons import name_key
from accounting.reasons import Reason
from connector.lib import clock
from connector.lib.database.deadlocks import in_one_go
from sync.dispatch import forgotten, settle
from sync.dispatch.lookup import by_kind
from sync.dispatch.lookup.verdicts import Findings
from sync.dispatch.states import UNDECIDED, lock_orders, postings_of, sent_elements
from sync.models import Dispatch, Posting
from sync.outbox import adopt
from sync.outbox.labels import plan_again, relabel_behind
from xero.api.gateway import Gateway
from xero.api.replies import ElementResult
from xero.documents.kinds import MONEY, WITH_BALANCE
from xero.documents.payloads import loaded


def look_up(dispatch: Dispatch, gateway: Gateway) -> None:
    """Read what Xero has, then settle every posting of the request in one transaction.

    Raises what a read raises; nothing is changed then.
    """
    sent = sent_elements(dispatch)
    pairs = [(row, sent[row.position]) for row in _undecided(dispatch)]
    _settle(dispatch, by_kind.finder(dispatch)(dispatch, gateway, pairs))


@in_one_go
def _settle(dispatch: Dispatch, found: Findings) -> None:
    if not dispatch.move(to=Dispatch.State.DONE, frm=(Dispatch.State.UNKNOWN,)):
        return
    rows = _undecided(dispatch)
    lock_orders(rows)
    for learn in found.learn:
        learn()
    for row in rows:
        verdict = found.verdicts.get(row.pk)
        if isinstance(verdict, ElementResult):
            adopt.take_amount(row, verdict.total)
            settle.posted([(row, verdict)], adopted=True)
        elif isinstance(verdict, Reason):
            _hold(row, verdict)
        else:
            _free(row, payload=verdict)
    plan_again(_found_money(rows, found))
    refused = [row for row in rows if isinstance(found.verdicts.get(row.pk), Reason)]
    forgotten.build_again([row for row in refused if row.kind in WITH_BALANCE])
    relabel_behind(rows)


def _undecided(dispatch: Dispatch) -> list[Posting]:
    return [row for row in postings_of(dispatch) if row.state in UNDECIDED]


def _found_money(rows: list[Posting], found: Findings) -> list[Posting]:
    """What is in Xero was taken for people's until now, as far as it was known there."""
    adopted = (row for row in rows if isinstance(found.verdicts.get(row.pk), ElementResult))
    return [row for row in adopted if row.kind in MONEY]


def _hold(row: Posting, reason: Reason) -> None:
    Posting.objects.filter(pk=row.pk).move(
        to=Posting.State.HELD, frm=UNDECIDED, reasons=[reason.kept()], look_up=True
    )


def _free(row: Posting, *, payload: str | None) -> None:
    """Xero does not have it: it may go out anew, with a corrected payload if one is given."""
    changes: dict[str, Any] = {"looked_at": clock.now()}
    if payload:
        name = loaded(payload, lambda ref: ref)["Name"]
        changes |= {"payload": payload, "name_key": name_key(name)[:300]}
    Posting.objects.filter(pk=row.pk).move(
        to=Posting.State.PENDING, frm=UNDECIDED, look_up=False, not_before=clock.now(),
        dispatch=None, **changes,
    )  # fmt: skip
