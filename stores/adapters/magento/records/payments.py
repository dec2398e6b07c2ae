"""What a Magento order says about money received: tenders, dates and references.

`total_paid` is what was captured; an authorisation alone leaves it out. The moment of the
capture and the gateway's id of it stand on the invoices (`state` 2 is paid), which a record
may carry beside its order.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from connector.lib.money import ZERO
from stores.canonical.order import Payment
from stores.raw import Raw

_PAID = 2


def read_received(order: Raw) -> Decimal | None:
    """What was received; None where the order states nothing that settles it.

    Magento leaves `total_paid` out until money comes in. An amount due that equals the grand
    total then says that nothing was received; any other one contradicts.
    """
    if order.has("total_paid"):
        return order.number("total_paid")
    due = order.optional("total_due")
    return ZERO if due is not None and due == order.number("grand_total") else None


def paid_invoices(invoices: Sequence[Raw], zone: str) -> list[Raw]:
    """The paid invoices, oldest first."""
    paid = [invoice for invoice in invoices if invoice.optional("state") == _PAID]
    return sorted(paid, key=lambda invoice: invoice.moment("created_at", zone))


def read_payments(order: Raw, invoices: Sequence[Raw], zone: str) -> tuple[Payment, ...]:
    """One payment per paid invoice if those add up to what was received, otherwise one."""
    received = read_received(order)
    if received is None or received <= ZERO:
        return ()
    payment = order.child("payment")
    method, title = payment.text("method"), payment_title(order)
    paid = paid_invoices(invoices, zone)
    if len(paid) > 1 and sum((one.number("grand_total") for one in paid), ZERO) == received:
        return tuple(
            Payment(
                method=method,
                amount=invoice.number("grand_total"),
                reference=invoice.text("transaction_id"),
                title=title,
                received_at=invoice.moment("created_at", zone),
                path=invoice.path,
            )
            for invoice in paid
            if invoice.number("grand_total")
        )
    # Invoices that do not add up still date the money: by the last of them it had come in.
    received_at = paid[-1].moment("created_at", zone) if paid else None
    return (
        Payment(
            method=method,
            amount=received,
            reference=transaction_id(order, invoices, zone),
            title=title,
            received_at=received_at,
            path=order.at("payment"),
        ),
    )


def transaction_id(order: Raw, invoices: Sequence[Raw], zone: str) -> str:
    """The gateway's id of the capture.

    The invoice's comes first: an online refund overwrites the payment's `last_trans_id`.
    """
    known = (invoice.text("transaction_id") for invoice in paid_invoices(invoices, zone))
    return next(filter(None, known), "") or order.child("payment").text("last_trans_id")


def payment_title(order: Raw) -> str:
    """The method's name as the customer saw it.

    REST gives `payment.additional_information` as values without keys; the pairs stand in
    the order's `payment_additional_info`.
    """
    pairs = order.child("extension_attributes").children("payment_additional_info")
    for pair in pairs:
        if pair.text("key") == "method_title":
            return pair.text("value")
    information = order.child("payment").data.get("additional_information")
    if isinstance(information, dict):
        return Raw(information, order.at("payment.additional_information")).text("method_title")
    if isinstance(information, list) and information and isinstance(information[0], str):
        return information[0]
    return ""
