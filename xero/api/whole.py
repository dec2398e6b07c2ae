"""Documents with all their lines, read by Xero's ids."""

from __future__ import annotations

from collections.abc import Iterable

from xero.api import replies
from xero.api.endpoints import MOST_IDS
from xero.api.gateway import Gateway
from xero.api.replies import Element
from xero.documents.kinds import Kind


def read_whole(gateway: Gateway, documents: Iterable[tuple[str, str]]) -> dict[str, Element]:
    """Invoices and credit notes, each asked for as (kind, id): id → what Xero has of it, where it
    has any. Invoices cost a call for many, each credit note a call of its own, as Xero's list of
    those comes without lines where it is asked for by ids. Raises what a `Gateway` raises."""
    found: dict[str, Element] = {}
    asked = list(documents)
    invoices = [xero_id for kind, xero_id in asked if kind == Kind.INVOICE]
    for start in range(0, len(invoices), MOST_IDS):
        some = invoices[start : start + MOST_IDS]
        reply = gateway.read("invoices", i_ds=some, page=1, page_size=100)
        found |= {str(e["InvoiceID"]): e for e in replies.elements("invoices", reply.json)}
    for kind, xero_id in asked:
        if kind == Kind.CREDIT_NOTE:
            reply = gateway.read("credit_note", credit_note_id=xero_id)
            for note in replies.elements("credit_notes", reply.json):
                found[xero_id] = note
    return found
