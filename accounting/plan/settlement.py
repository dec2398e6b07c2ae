"""What is received for a sale, and what goes back: payments, allocations, refunds. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from accounting.money.given_back import issued_accounts
from accounting.money.overpayments import overpaid, overpayment
from accounting.money.received import method_account
from accounting.money.standing import credited_ahead
from accounting.plan.open_items import Back, OpenCredit, OpenInvoice, total_of
from accounting.plan.receivables import Receivables
from accounting.plan.sold_to import sold_to
from accounting.plan.worksheet import Worksheet
from accounting.postable import found, payable_account
from accounting.reasons import Hold, Reason
from accounts_mapping.rules.resolve import Answer, NotPosted
from connector.lib.money import ZERO
from connector.lib.texts.said import said
from stores.canonical.order import Payment
from stores.profile import Field
from xero.documents.documents import BankTransaction
from xero.documents.kinds import Kind
from xero.documents.settling import InvoicePayment
from xero.documents.statuses import APPROVED


def settle(sheet: Worksheet, invoices: list[OpenInvoice], credits: list[OpenCredit]) -> None:
    """Plan what is received and not posted, and what uses up the credit notes."""
    issued = issued_accounts(sheet.books, sheet.mapped)
    receivables = Receivables(sheet.history, sheet.order.id, invoices, issued)
    receivables.tenders.elsewhere(sheet.built.elsewhere)
    again = sheet.history.frozen(
        lambda e: e.kind is Kind.REFUND and e.slot.purpose.startswith("cancel-")
    )
    sheet.documents += receivables.receive(sheet.built.payments, again=[*again])
    for posted, now in receivables.short if sheet.states_money else ():
        text = said(
            "%(posted)s was posted as received, the shop now says %(now)s.", posted=posted, now=now
        )
        sheet.reasons.append(Reason("changed_after_posting", text, Field.PAYMENTS))
    sheet.reasons += [_by_people(payment, part) for payment, part in receivables.covered]
    for credit in credits:
        use(sheet, receivables, credit)
    if not sheet.reversing:
        _overpayments(sheet, receivables)


def _overpayments(sheet: Worksheet, receivables: Receivables) -> None:
    """What was received beyond what is due, as far as it is not posted yet."""
    posted = sum((e.total for e in sheet.history.tenders("overpayment")), ZERO)
    beyond = [*sheet.built.overpayments, *_taken_by_nothing(sheet, receivables)]
    for place, over in enumerate(beyond, start=1):
        amount = total_of(over)
        covered = min(posted, amount)
        posted -= covered
        if covered == amount:
            continue
        slot = receivables.take(sheet.slot(f"overpayment-{place}"))
        if slot.revision > 1:
            over = replace(over, reference=f"{over.reference}-{slot.revision}"[-255:])
        (line,) = over.lines
        sheet.add(replace(over, lines=(replace(line, unit_amount=amount - covered),)), slot)


def _taken_by_nothing(sheet: Worksheet, receivables: Receivables) -> Iterator[BankTransaction]:
    """Money that no invoice takes: it came in after a refund had been put against what was due,
    and the shop says that it went back, or for what a change added that is ignored by setting.
    It is owed to the buyer."""
    left = ZERO if sheet.wait else credited_ahead(sheet.history) + sheet.ignored
    order = replace(sheet.order, currency=sheet.sold_in or sheet.order.currency)
    mapped = replace(sheet.mapped, order=order)
    for payment in receivables.over:
        amount = min(left, payment.amount)
        if amount <= 0:
            continue
        left -= amount
        tender = Payment(payment.method, amount, payment.reference)
        try:
            over = overpayment(
                sheet.books, mapped, sold_to(sheet), tender, amount, payment.reference
            )
        except Hold as hold:
            sheet.reasons.append(hold.reason)
            continue
        sheet.reasons.append(overpaid(tender, amount))
        yield replace(over, date=payment.date)


def use(sheet: Worksheet, receivables: Receivables, credit: OpenCredit) -> None:
    """Put a credit note against what is due, and pay the rest back if it went back."""
    if not _approved(sheet, credit):
        text = said(
            "%(number)s is a draft. Approve it in Xero: it is used up then.", number=credit.number
        )
        sheet.reasons.append(Reason("payment_waits_for_approval", text, "posting.status"))
        return
    account = None
    by_hand = _by_hand(sheet, credit)
    try:
        credit = _by_its_ways(sheet, credit)
        named = credit.returned and credit.method and not by_hand
        if named and not _tendered(sheet, credit.method):
            account = _account(sheet, credit.method)
    except Hold as hold:
        sheet.reasons.append(hold.reason)
        return
    documents, rest = receivables.use(
        credit if not by_hand else replace(credit, returned=False), account
    )
    sheet.documents += documents
    if rest > 0:
        sheet.reasons.append(_open(sheet, credit, rest))


def _by_its_ways(sheet: Worksheet, credit: OpenCredit) -> OpenCredit:
    """The credit with the account of each of its several ways. What went back by one that a person
    posts in Xero is left to them."""
    back, kept = list(credit.back), credit.kept
    for method, amount in credit.ways:
        if _is_by_hand(sheet, method):
            kept += amount
            continue
        account, is_id = _account(sheet, method)
        back.append(Back(account, is_id, amount, _tendered(sheet, method)))
    return replace(credit, back=tuple(back), kept=kept)


def _by_hand(sheet: Worksheet, credit: OpenCredit) -> bool:
    """Whether the shop names a method for the money that a person posts in Xero."""
    return bool(credit.method) and _is_by_hand(sheet, credit.method)


def _is_by_hand(sheet: Worksheet, method: str) -> bool:
    return isinstance(_answer(sheet, method), NotPosted)


def _approved(sheet: Worksheet, credit: OpenCredit) -> bool:
    entry = sheet.history.at(credit.slot)
    status = entry.status if entry is not None and entry.posted else sheet.status
    return status in APPROVED


def _tendered(sheet: Worksheet, method: str) -> bool:
    return any(payment.method == method for payment in sheet.built.payments)


def _account(sheet: Worksheet, method: str) -> tuple[str, bool]:
    answer = _answer(sheet, method)
    assert not isinstance(answer, NotPosted)
    return payable_account(sheet.books.organisation, found(answer))


def _answer(sheet: Worksheet, method: str) -> Answer:
    """Where a method's money goes, in the currency of the sale."""
    currency = sheet.sold_in or sheet.order.currency
    return method_account(sheet.books, sheet.mapped, method, currency)


def _by_people(payment: InvoicePayment, part: Decimal) -> Reason:
    """What of a tender is not posted, because people put as much on the invoice."""
    text = said(
        "%(part)s of the %(amount)s received is not posted: in Xero a person has put as much on "
        "the invoice. Compare the payments and credits there.",
        part=part,
        amount=payment.amount,
    )
    return Reason("invoice_not_payable", text, Field.PAYMENTS)


def _open(sheet: Worksheet, credit: OpenCredit, rest: Decimal) -> Reason:
    if _people_paid(sheet) or any(_is_by_hand(sheet, method) for method, _ in credit.ways):
        text = said(
            "%(rest)s of %(number)s is left open on the contact: a person posts, or has posted, as "
            "much of the money in Xero. Give it back there, or use it for another invoice.",
            rest=rest,
            number=credit.number,
        )
        return Reason("credit_left_open", text, "payment_accounts")
    if credit.returned and rest > credit.kept:
        text = said(
            "%(rest)s of %(number)s was given back by a tender that is not posted. Map its payment "
            "method, or refund the credit note in Xero.",
            rest=rest,
            number=credit.number,
        )
        return Reason("refund_waits_for_payment", text, "payment_accounts")
    text = said(
        "%(rest)s of %(number)s is left open on the contact: the shop does not say that the money "
        "went back. Give it back, or keep it for the next order.",
        rest=rest,
        number=credit.number,
    )
    return Reason("credit_left_open", text, Field.STATUS)


def _people_paid(sheet: Worksheet) -> bool:
    """Whether money of the sale is entered in Xero by people."""
    invoices = sheet.history.frozen(lambda e: e.kind is Kind.INVOICE)
    return bool(sheet.built.elsewhere) or any(
        entry.by_people > entry.credited_by_people for entry in invoices
    )
