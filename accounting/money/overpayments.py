"""Money beyond what is due: an overpayment in Xero. Pure."""

from __future__ import annotations

from decimal import Decimal

from accounting.books import Books
from accounting.money.received import REFERENCE_LIMIT, account_of, payment_day
from accounting.postable import bank_account
from accounting.reasons import Hold, Reason
from accounts_mapping.rules.mapped_order import MappedOrder
from connector.lib.texts.said import said
from stores.canonical.order import Payment
from stores.profile import Field
from xero.documents.documents import BankTransaction
from xero.documents.kinds import Id
from xero.documents.lines import DocumentLine, TaxMode

# Ends the reference of what was received beyond what is due.
OVERPAID = "-over"


# Named so while the organisation, and with it the code of its account, is not known.
DEBTORS = "DEBTORS"


def overpayment(
    books: Books, mapped: MappedOrder, contact: Id, tender: Payment, over: Decimal, reference: str
) -> BankTransaction:
    """What a tender brought beyond what is due: money in the bank, owed to the customer.

    Its only line stands on the organisation's accounts receivable, without tax. Raises Hold
    where the tender's account is no bank account.
    """
    what, order = said("%(over)s received beyond what is due", over=over), mapped.order
    answer = account_of(books, mapped, tender)
    target, is_id = bank_account(books.organisation, answer, order.currency, what)
    debtors, debtors_is_id = _debtors(books)
    text = f"Overpayment of order {order.number}"
    return BankTransaction(
        type="RECEIVE-OVERPAYMENT",
        contact=contact,
        account=target,
        account_is_id=is_id,
        date=payment_day(books, order, tender),
        mode=TaxMode.NO_TAX,
        currency=order.currency,
        reference=f"{reference}{OVERPAID}"[-REFERENCE_LIMIT:],
        lines=(DocumentLine(text, Decimal(1), over, debtors, "", account_is_id=debtors_is_id),),
    )


def _debtors(books: Books) -> tuple[str, bool]:
    account = books.organisation.debtors_account
    if account is not None:
        return (account.code, False) if account.code else (account.account_id, True)
    if books.organisation.connected:
        text = said(
            "Xero shows no accounts receivable account, on which an overpayment stands. Read the "
            "chart of accounts again, or enter the overpayment in Xero by hand."
        )
        raise Hold("account_unknown", text, "payment_accounts")
    return DEBTORS, False


def overpaid(tender: Payment, over: Decimal) -> Reason:
    """That more came in than is due, for whoever has to give it back."""
    return Reason(
        "overpaid",
        said(
            "%(over)s more was received by %(title)s than is due. It is an overpayment in Xero: "
            "refund it there, or use it for another invoice.",
            over=over,
            title=tender.title or tender.method,
        ),
        tender.path or Field.PAYMENTS,
    )
