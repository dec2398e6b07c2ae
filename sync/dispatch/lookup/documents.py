"""Invoices and credit notes whose fate is unknown, found by their numbers."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from accounting.reasons import Reason
from connector.lib.money import ZERO, from_units
from connector.lib.texts.said import figure, said
from sync.dispatch.lookup.verdicts import Element, Findings, Pairs, Verdict, chunks, to_survivors
from sync.models import Dispatch, Posting
from xero.api import replies
from xero.api.gateway import Gateway
from xero.api.replies import ElementResult, element_result
from xero.documents.kinds import Kind
from xero.documents.statuses import GONE
from xero.mirror import refresh as mirror
from xero.mirror.known import find_documents
from xero.models import Lane, MirrorDocument


def invoices(dispatch: Dispatch, gateway: Gateway, pairs: Pairs) -> Findings:
    """By number; of those under one number, by what was to be posted."""
    numbers = [row.key for row, _ in pairs]
    found: dict[str, list[Element]] = defaultdict(list)
    for chunk in chunks(numbers):
        reply = gateway.read("invoices", invoice_numbers=list(chunk), page=1, page_size=100)
        for one in replies.elements("invoices", reply.json):
            found[str(one.get("InvoiceNumber"))].append(one)
    taken = _claimed_by_others([row for row, _ in pairs], found)
    named = {
        row.pk: [str((one.get("Contact") or {}).get("ContactID")) for one in found[row.key]]
        for row, _ in pairs
    }
    pairs = to_survivors(dispatch, pairs, named)
    return Findings({row.pk: _invoice(row, sent, found[row.key], taken) for row, sent in pairs})


def _claimed_by_others(rows: list[Posting], found: dict[str, list[Element]]) -> set[str]:
    """Ids of invoices that are another posting's: two orders may bear one number."""
    ids = [str(one.get("InvoiceID")) for some in found.values() for one in some]
    others = Posting.objects.filter(kind=Kind.INVOICE, verb="PUT", xero_id__in=ids)
    others = others.exclude(pk__in=[row.pk for row in rows])
    return set(others.values_list("xero_id", flat=True))


def _invoice(row: Posting, sent: Element, found: list[Element], taken: set[str]) -> Verdict:
    standing = [one for one in found if one.get("Status") not in GONE]
    if not standing:
        return _gone(row, found)
    one = standing[0]
    if str(one.get("InvoiceID")) in taken:
        text = said("%(key)s is the number of another order's invoice.", key=row.key)
        return Reason("number_taken", text, "number_prefix")
    if _is_ours(row, sent, one):
        taken.add(str(one.get("InvoiceID")))
        return element_result("invoices", one)
    total = figure(replies.amount(one.get("Total")) or ZERO)
    contact = (one.get("Contact") or {}).get("Name", said("somebody else"))
    text = said(
        "%(key)s exists in Xero and is not ours: %(total)s for %(contact)s. Change the number "
        "prefix, or renumber that document.",
        key=row.key,
        total=total,
        contact=contact,
    )
    return Reason("number_taken", text, "number_prefix")


def _gone(row: Posting, found: list[Element]) -> Verdict:
    """Nothing stands under the number. A voided one keeps it, as far as anybody knows."""
    if row.attempts and any(one.get("Status") == "VOIDED" for one in found):
        text = said("%(key)s was voided in Xero, and its number cannot be used again.", key=row.key)
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


# --- credit notes --------------------------------------------------------------------------


def credit_notes(dispatch: Dispatch, _: Gateway, pairs: Pairs) -> Findings:
    """By number in the list of credit notes: Xero has no question for numbers of those."""
    organisation = dispatch.organisation
    if not mirror.refresh(organisation, mirror.Kind.CREDIT_NOTES, lane=Lane(dispatch.lane)):
        raise mirror.BeingRead("Xero's credit notes")
    numbers = [row.key for row, _ in pairs]
    found: dict[str, list[MirrorDocument]] = defaultdict(list)
    for one in find_documents(organisation, MirrorDocument.Kind.CREDIT_NOTE, numbers):
        if one.status not in GONE:
            found[one.number].append(one)
    ids = [one.xero_id for some in found.values() for one in some]
    others = Posting.objects.filter(kind=Kind.CREDIT_NOTE, verb="PUT", xero_id__in=ids)
    taken = set(
        others.exclude(pk__in=[row.pk for row, _ in pairs]).values_list("xero_id", flat=True)
    )
    named = {row.pk: [one.contact_id for one in found[row.key]] for row, _ in pairs}
    pairs = to_survivors(dispatch, pairs, named)
    return Findings({row.pk: _credit_note(row, sent, found[row.key], taken) for row, sent in pairs})


def _credit_note(
    row: Posting, sent: Element, found: list[MirrorDocument], taken: set[str]
) -> Verdict:
    assert row.expected is not None
    free = [one for one in found if one.xero_id not in taken]
    if not free and not found:
        return None
    for one in free:
        same = (
            from_units(one.total) == Decimal(row.expected["Total"])
            and one.contact_id == sent["Contact"]["ContactID"]
            and one.reference == sent.get("Reference", "")
            and one.currency == sent["CurrencyCode"]
        )
        if same:
            taken.add(one.xero_id)
            return ElementResult(
                index=0, ok=True, xero_id=one.xero_id, number=one.number, status=one.status,
                total=from_units(one.total), amount_due=from_units(one.amount_due),
                updated_at=one.updated_utc,
            )  # fmt: skip
    text = said(
        "%(key)s exists in Xero and is not ours. Change the number prefix, or renumber that credit "
        "note.",
        key=row.key,
    )
    return Reason("number_taken", text, "number_prefix")
