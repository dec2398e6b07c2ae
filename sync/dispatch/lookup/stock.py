"""What became of stock adjustments whose outcome nobody knows: found by their numbers.

Xero takes two bills of one number. Ours is made once, at random, so what bears it is ours.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from accounting.reasons import Reason
from connector.lib.money import ZERO
from connector.lib.texts.said import said
from sync.dispatch.lookup.verdicts import Findings, Verdict
from sync.models import Dispatch, Posting
from xero.api import replies
from xero.api.endpoints import MOST_IDS
from xero.api.gateway import Gateway
from xero.api.replies import element_result
from xero.documents.kinds import SPECS

Element = Mapping[str, Any]
_GONE = ("VOIDED", "DELETED")


def adjustments(
    dispatch: Dispatch, gateway: Gateway, pairs: Sequence[tuple[Posting, Element]]
) -> Findings:
    """What exists is adopted, the rest may go out anew; what is not of 0.00 is held."""
    resource = SPECS[dispatch.kind].resource
    kind, name = resource.name, resource.keys[0]
    found: dict[tuple[str, str], Element] = {}
    for one in _read(gateway, kind, [row.key for row, _ in pairs]):
        if one.get("Status") not in _GONE:
            found[str(one.get("Type")), str(one.get(name))] = one
    return Findings(
        {row.pk: _verdict(kind, row, found.get((sent["Type"], row.key))) for row, sent in pairs}
    )


def _read(gateway: Gateway, kind: str, numbers: Sequence[str]) -> list[Element]:
    if kind == "credit_notes":
        # One by one: this list takes no numbers, and a chain of ORs is no fast question.
        replied = [
            gateway.read(kind, where=f'CreditNoteNumber=="{number}"', page=1) for number in numbers
        ]
    else:
        chunks = [numbers[at : at + MOST_IDS] for at in range(0, len(numbers), MOST_IDS)]
        replied = [
            gateway.read(kind, invoice_numbers=list(chunk), page=1, page_size=100)
            for chunk in chunks
        ]
    return [one for reply in replied for one in replies.elements(kind, reply.json)]


def _verdict(kind: str, row: Posting, one: Element | None) -> Verdict:
    if one is None:
        return None
    if replies.amount(one.get("Total")) != ZERO:
        text = said(
            "%(key)s stands in Xero with another total than 0.00. Compare it there.", key=row.key
        )
        return Reason("outcome_ambiguous", text)
    return element_result(kind, one)
