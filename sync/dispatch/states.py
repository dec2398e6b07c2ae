"""How a request and the rows in it change state, together or not at all."""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db.models import Q

from connector.lib.database.claims import FREED
from sync.models import Dispatch, Posting
from sync.models.posting import PostingQuerySet
from sync.outbox.labels import relabel_behind

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
    Posting.objects.filter(pk__in=rows.values("pk")).move(to=to, frm=UNDECIDED, **changes)
    relabel_behind(dispatch.postings.only("order_id", "store_id", "source_kind", "source_id"))
