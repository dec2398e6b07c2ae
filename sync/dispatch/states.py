"""How a request and the rows in it change state, together or not at all."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.db.models import Q

from connector.lib.database.claims import FREED
from sync.models import Dispatch, Posting, TrackedOrder
from sync.models.posting import PostingQuerySet
from sync.outbox.labels import orders_behind, relabel_behind
from xero.documents.kinds import Kind

_State = Posting.State


# On its way: what a request's answer, or its look-up, may decide.
UNDECIDED = Posting.ON_ITS_WAY


def postings_of(dispatch: Dispatch) -> list[Posting]:
    """In the order in which they stand in the body."""
    return list(dispatch.postings.select_related("order", "parent").order_by("position"))


def sent_elements(dispatch: Dispatch) -> list[dict[str, Any]]:
    """The elements of the stored body, numbers exact."""
    (elements,) = json.loads(dispatch.body, parse_float=Decimal).values()
    return list(elements)


def waiting_for(contacts: Sequence[int]) -> PostingQuerySet:
    """What is to these contacts, or waits for them to be restored."""
    return Posting.objects.filter(Q(parent__in=contacts) | Q(target__in=contacts))


def lock_orders(rows: Iterable[Posting]) -> None:
    """Lock the orders behind these documents, and behind what waits for these contacts, before
    any of the documents is written: a build, too, has its orders before it writes what they have
    in the outbox, so that neither waits for the other crosswise."""
    rows = list(rows)
    contacts = [row.pk for row in rows if row.kind == Kind.CONTACT]
    orders = orders_behind(rows)
    if contacts:
        orders |= orders_behind(waiting_for(contacts).only("order_id", "source_kind"))
    found = TrackedOrder.objects.filter(pk__in=orders).order_by("pk")
    list(found.select_for_update().values_list("pk", flat=True))


def finish(dispatch: Dispatch, token: str) -> bool:
    """The request is answered; False if another process has settled it meanwhile."""
    return dispatch.move(to=Dispatch.State.DONE, frm=(Dispatch.State.SENDING,), by=token, **FREED)


def move(row: Posting, to: str, **changes: Any) -> None:
    """Move one posting that was on its way; what is decided already stays as it is."""
    moved = Posting.objects.filter(pk=row.pk).move(to=to, frm=UNDECIDED, **changes)
    if moved:
        row.state = to


def move_all(dispatch: Dispatch, to: str, **changes: Any) -> None:
    rows = dispatch.postings.all()
    lock_orders(rows.only("kind", "order_id", "source_kind"))
    Posting.objects.filter(pk__in=rows.values("pk")).move(to=to, frm=UNDECIDED, **changes)
    relabel_behind(dispatch.postings.only("order_id", "store_id", "source_kind", "source_id"))
