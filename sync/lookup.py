"""What became of a request whose outcome nobody knows: read, then adopt, hold or free.

Invoices are found by number, contacts by ContactNumber or name, payments on their invoice by
amount, date and reference. What is ours is adopted; what is somebody else's holds; what is
missing goes out again in a new request with a new key.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction

from connector.lib import clock
from connector.lib.errors import Temporary
from connector.lib.money import ZERO, plain, to_units
from sync import lookup_items, lookup_stock, settle
from sync.contacts import email_key, name_key
from sync.labels import relabel
from sync.models import Dispatch, Posting
from sync.reasons import Reason
from xero import mirror, replies
from xero.documents import Kind
from xero.endpoints import MOST_IDS
from xero.gateway import Gateway
from xero.models import Lane, MirrorContact
from xero.payloads import loaded, stored
from xero.replies import ElementResult, element_result

_GONE = ("VOIDED", "DELETED")
Element = dict[str, Any]


def look_up(dispatch: Dispatch, gateway: Gateway) -> None:
    """Read what Xero has, then settle every posting of the request in one transaction.

    Raises what a read raises; nothing is changed then.
    """
    rows = [row for row in settle.postings_of(dispatch) if row.state in settle.UNDECIDED]
    sent = settle.sent_elements(dispatch)
    pairs = [(row, sent[row.position]) for row in rows]
    find = {
        Kind.CONTACT: _contacts, Kind.ITEM: lookup_items.items, Kind.INVOICE: _invoices,
        Kind.PAYMENT: _payments, Kind.STOCK_INCREASE: lookup_stock.adjustments,
        Kind.STOCK_DECREASE: lookup_stock.adjustments,
    }  # fmt: skip
    verdicts = find[Kind(dispatch.kind)](dispatch, gateway, pairs)
    with transaction.atomic():
        if not dispatch.move(to=Dispatch.State.DONE, frm=(Dispatch.State.UNKNOWN,)):
            return
        for row, _ in pairs:
            verdict = verdicts.get(row.pk)
            if isinstance(verdict, ElementResult):
                settle.posted([(row, verdict)], adopted=True)
            elif isinstance(verdict, Reason):
                _hold(row, verdict)
            else:
                _free(row, payload=verdict)
        relabel(row.order_id for row in rows)


Verdict = ElementResult | Reason | str | None
Pairs = Sequence[tuple[Posting, Element]]


def _hold(row: Posting, reason: Reason) -> None:
    Posting.objects.filter(pk=row.pk).move(
        to=Posting.State.HELD, frm=settle.UNDECIDED, reasons=[reason.as_json()], look_up=True
    )


def _free(row: Posting, *, payload: str | None) -> None:
    """Xero does not have it: it may go out anew, with a corrected payload if one is given."""
    changes = {}
    if payload:
        name = loaded(payload, lambda ref: ref)["Name"]
        changes = {"payload": payload, "name_key": name_key(name)[:300]}
    Posting.objects.filter(pk=row.pk).move(
        to=Posting.State.PENDING, frm=settle.UNDECIDED, look_up=False, not_before=clock.now(),
        dispatch=None, **changes,
    )  # fmt: skip


# --- invoices ------------------------------------------------------------------------------


def _invoices(dispatch: Dispatch, gateway: Gateway, pairs: Pairs) -> dict[int, Verdict]:
    numbers = [row.key for row, _ in pairs]
    found: dict[str, list[Element]] = defaultdict(list)
    for chunk in chunks(numbers):
        reply = gateway.read("invoices", invoice_numbers=list(chunk), page=1, page_size=100)
        for one in replies.elements("invoices", reply.json):
            found[str(one.get("InvoiceNumber"))].append(one)
    taken = _claimed_by_others([row for row, _ in pairs], found)
    return {row.pk: _invoice(row, sent, found[row.key], taken) for row, sent in pairs}


def _claimed_by_others(rows: list[Posting], found: dict[str, list[Element]]) -> set[str]:
    """Ids of invoices that are another posting's: two orders may bear one number."""
    ids = [str(one.get("InvoiceID")) for some in found.values() for one in some]
    others = Posting.objects.filter(kind=Kind.INVOICE, xero_id__in=ids)
    others = others.exclude(pk__in=[row.pk for row in rows])
    return set(others.values_list("xero_id", flat=True))


def _invoice(row: Posting, sent: Element, found: list[Element], taken: set[str]) -> Verdict:
    standing = [one for one in found if one.get("Status") not in _GONE]
    if not standing:
        return _gone(row, found)
    one = standing[0]
    if str(one.get("InvoiceID")) in taken:
        text = f"{row.key} is the number of another order's invoice."
        return Reason("number_taken", text, "number_prefix")
    if _is_ours(row, sent, one):
        taken.add(str(one.get("InvoiceID")))
        return element_result("invoices", one)
    total = plain(replies.amount(one.get("Total")) or ZERO)
    contact = (one.get("Contact") or {}).get("Name", "somebody else")
    text = (
        f"{row.key} exists in Xero and is not ours: {total} for {contact}. Change the number "
        "prefix, or renumber that document."
    )
    return Reason("number_taken", text, "number_prefix")


def _gone(row: Posting, found: list[Element]) -> Verdict:
    """Nothing stands under the number. A voided one keeps it, as far as anybody knows."""
    if row.attempts and any(one.get("Status") == "VOIDED" for one in found):
        text = f"{row.key} was voided in Xero, and its number cannot be used again."
        return Reason("number_taken", text, "number_prefix")
    return None


def _is_ours(row: Posting, sent: Element, one: Element) -> bool:
    """Same total, contact, reference and currency as what we meant to post."""
    assert row.expected is not None
    return (
        replies.amount(one.get("Total")) == Decimal(row.expected["Total"])
        and (one.get("Contact") or {}).get("ContactID") == sent["Contact"]["ContactID"]
        and (one.get("Reference") or "") == sent.get("Reference", "")
        and one.get("CurrencyCode") == sent["CurrencyCode"]
        and one.get("Type") == "ACCREC"
    )


# --- payments --------------------------------------------------------------------------------


def _payments(dispatch: Dispatch, gateway: Gateway, pairs: Pairs) -> dict[int, Verdict]:
    """Payments have no key: they are told apart on their invoice, each counted once."""
    by_invoice: dict[str, list[tuple[Posting, Element]]] = defaultdict(list)
    for row, sent in pairs:
        by_invoice[sent["Invoice"]["InvoiceID"]].append((row, sent))
    verdicts: dict[int, Verdict] = {}
    for chunk in chunks(list(by_invoice)):
        reply = gateway.read("invoices", i_ds=list(chunk), page=1, page_size=100)
        for one in replies.elements("invoices", reply.json):
            verdicts |= _on_invoice(dispatch, one, by_invoice[str(one["InvoiceID"])])
    return verdicts


def _on_invoice(dispatch: Dispatch, invoice: Element, pairs: Pairs) -> dict[int, Verdict]:
    ours = Posting.objects.filter(
        organisation=dispatch.organisation, kind=Kind.PAYMENT, xero_id__gt="",
        parent__in=[row.parent_id for row, _ in pairs],
    )  # fmt: skip
    known = set(ours.values_list("xero_id", flat=True))
    free = [
        one
        for one in invoice.get("Payments") or []
        if one.get("PaymentID") not in known and one.get("Status") != "DELETED"
    ]
    due = replies.amount(invoice.get("AmountDue")) or ZERO
    verdicts: dict[int, Verdict] = {}
    # First those that are there for certain, so that none of them is taken for another.
    for row, sent in pairs:
        if one := _exactly(row, sent, free):
            free.remove(one)
            verdicts[row.pk] = element_result("payments", one)
    for row, sent in pairs:
        if row.pk not in verdicts:
            verdicts[row.pk] = verdict = _payment(sent, free, due)
            if verdict is None:
                due -= sent["Amount"]
    # What is adopted was taken off the amount due by Xero, not by us.
    told = to_units(replies.amount(invoice.get("AmountDue")) or ZERO)
    Posting.objects.filter(pk__in={row.parent_id for row, _ in pairs}).update(amount_due_units=told)
    return verdicts


def _exactly(row: Posting, sent: Element, free: list[Element]) -> Element | None:
    """The payment with this amount, day and reference."""
    amount = Decimal(sent["Amount"])
    same = (one for one in free if replies.amount(one.get("Amount")) == amount)
    return next((o for o in same if _same_day(o, sent) and o.get("Reference") == row.key), None)


def _payment(sent: Element, free: list[Element], due: Decimal) -> Verdict:
    amount = Decimal(sent["Amount"])
    same = [one for one in free if replies.amount(one.get("Amount")) == amount]
    likely = [one for one in same if _same_day(one, sent) and not one.get("Reference")]
    chosen = likely if len(likely) == 1 else []
    if not chosen and due < amount and len(same) == 1:
        # The invoice is paid already: a person recorded this very amount.
        chosen = same
    if chosen:
        free.remove(chosen[0])
        return element_result("payments", chosen[0])
    if due < amount:
        text = (
            f"{plain(amount)} was received, and only {plain(due)} is due on the invoice in Xero. "
            "Compare the payments there."
        )
        return Reason("invoice_not_payable", text)
    if any(_same_day(one, sent) for one in same):
        text = (
            f"A payment of {plain(amount)} on {sent['Date']} stands in Xero under another "
            "reference. It may be this one: compare, then decide."
        )
        return Reason("outcome_ambiguous", text)
    return None


def _same_day(one: Element, sent: Element) -> bool:
    found = replies.day(one.get("Date"))
    return found == date.fromisoformat(sent["Date"])


# --- contacts --------------------------------------------------------------------------------


def _contacts(dispatch: Dispatch, _: Gateway, pairs: Pairs) -> dict[int, Verdict]:
    """Read what changed in Xero's contacts, then match: number first, then name and e-mail."""
    if not mirror.refresh(dispatch.organisation, mirror.Kind.CONTACTS, lane=Lane(dispatch.lane)):
        raise Temporary("Xero's contacts are being read by another worker.", retry_after=5)
    rows = MirrorContact.objects.filter(organisation=dispatch.organisation)
    numbers = [sent.get("ContactNumber") for _, sent in pairs if sent.get("ContactNumber")]
    names = [name_key(sent["Name"]) for _, sent in pairs]
    rows = rows.order_by("-status")  # of two with one key the active one comes last and wins
    by_number = {row.contact_number: row for row in rows.filter(contact_number__in=numbers)}
    by_name = {row.name_key: row for row in rows.filter(name_key__in=names)}
    return {
        row.pk: _contact(
            row,
            sent,
            by_number.get(sent.get("ContactNumber", "")),
            by_name.get(name_key(sent["Name"])),
        )
        for row, sent in pairs
    }


def _contact(
    row: Posting, sent: Element, numbered: MirrorContact | None, named: MirrorContact | None
) -> Verdict:
    if row.purpose == "restore":
        return None
    if numbered is not None:
        return _adopted(numbered)
    if named is None:
        return None
    email = sent.get("EmailAddress", "")
    shared = not email and not sent.get("ContactNumber")
    if shared or email_key(named.email) == email_key(email):
        return _adopted(named)
    return _renamed(sent, email)


def _renamed(sent: Element, email: str) -> str:
    """Somebody else has the name: the payload with the e-mail or customer number behind it."""
    mark = email or sent.get("ContactNumber", "").rpartition(":")[2]
    return stored(sent | {"Name": f"{sent['Name'][:200]} ({mark})"})


def _adopted(contact: MirrorContact) -> ElementResult:
    return ElementResult(
        index=0, ok=True, xero_id=contact.merged_to or contact.contact_id, status=contact.status
    )


def chunks(items: Sequence[str]) -> list[Sequence[str]]:
    return [items[start : start + MOST_IDS] for start in range(0, len(items), MOST_IDS)]
