"""What the look-ups of all kinds share: what is asked, and what is found."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from accounting.reasons import Reason
from sync.contacts.standing import StandingContacts
from sync.models import Dispatch, Posting
from xero.api.endpoints import MOST_IDS
from xero.api.replies import ElementResult
from xero.mirror import refresh as mirror
from xero.models import Lane

Element = dict[str, Any]
# Found: it is there. A reason: a person must decide. Text: not there, and to be sent with
# this payload. None: not there.
Verdict = ElementResult | Reason | str | None
Pairs = Sequence[tuple[Posting, Element]]


@dataclass(slots=True)
class Findings:
    """What was read: a verdict for each posting by its primary key (None where it has none).

    `learn` is what else is to be written because of it, in the transaction that settles: to
    read writes nothing, so that a read that fails half way leaves nothing behind.
    """

    verdicts: dict[int, Verdict] = field(default_factory=dict)
    learn: list[Callable[[], object]] = field(default_factory=list)


def to_survivors(dispatch: Dispatch, pairs: Pairs, found: Mapping[int, Sequence[str]]) -> Pairs:
    """What was sent, to what its contacts became meanwhile: one that was merged took its
    documents along. `found` are the contacts of what stands in Xero, by posting; Xero is asked
    for contacts only where one of those is another than was sent."""
    sent_to = {row.pk: str(sent["Contact"]["ContactID"]) for row, sent in pairs}
    if any(set(found.get(pk, ())) - {contact} for pk, contact in sent_to.items()):
        mirror.refresh(dispatch.organisation, mirror.Kind.CONTACTS, lane=Lane(dispatch.lane))
    contacts = StandingContacts(dispatch.organisation)
    contacts.know(sent_to.values())
    return [
        (row, {**sent, "Contact": {"ContactID": contacts.survivor(sent_to[row.pk])}})
        for row, sent in pairs
    ]


def chunks(items: Sequence[str]) -> list[Sequence[str]]:
    return [items[start : start + MOST_IDS] for start in range(0, len(items), MOST_IDS)]
