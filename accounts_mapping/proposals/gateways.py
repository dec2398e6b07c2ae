"""Well-known ways to pay, by what shops call them. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from accounts_mapping.proposals.proposal import holds, plain_words


class Way(StrEnum):
    """Where the money of a way to pay is before it reaches the bank."""

    GATEWAY = "gateway"  # held by a provider, who pays out less its fees
    TRANSFER = "transfer"  # sent by the buyer to the bank account itself
    COLLECTED = "collected"  # cash and cheques, banked by hand
    INVOICE = "invoice"  # paid later, by the invoice
    NOTHING = "nothing"  # nothing is paid


@dataclass(frozen=True, slots=True)
class PaymentGateway:
    """A way to pay: its name, and words of codes and titles that mean it."""

    name: str
    way: Way
    words: tuple[str, ...]


GATEWAYS = (
    PaymentGateway("Stripe", Way.GATEWAY, ("stripe",)),
    PaymentGateway(
        "PayPal", Way.GATEWAY, ("paypal", "pay pal", "pp express", "pp standard", "payflow")
    ),
    PaymentGateway("Klarna", Way.GATEWAY, ("klarna",)),
    PaymentGateway("Afterpay", Way.GATEWAY, ("afterpay", "clearpay")),
    PaymentGateway("Zip", Way.GATEWAY, ("zip", "zippay", "zipmoney")),
    PaymentGateway("Laybuy", Way.GATEWAY, ("laybuy",)),
    PaymentGateway("Humm", Way.GATEWAY, ("humm", "oxipay")),
    PaymentGateway("Square", Way.GATEWAY, ("square", "squareup")),
    PaymentGateway("Braintree", Way.GATEWAY, ("braintree",)),
    PaymentGateway("Adyen", Way.GATEWAY, ("adyen",)),
    PaymentGateway("Mollie", Way.GATEWAY, ("mollie",)),
    PaymentGateway("Worldpay", Way.GATEWAY, ("worldpay",)),
    PaymentGateway("Opayo", Way.GATEWAY, ("opayo", "sagepay", "sage pay")),
    PaymentGateway("Authorize.Net", Way.GATEWAY, ("authorizenet", "authorize net", "authnetcim")),
    PaymentGateway("Amazon Pay", Way.GATEWAY, ("amazon pay", "amazonpay", "amazon payment")),
    PaymentGateway("eWAY", Way.GATEWAY, ("eway", "eway rapid")),
    PaymentGateway(
        "Windcave", Way.GATEWAY, ("windcave", "payment express", "paymentexpress", "pxpay")
    ),
    PaymentGateway("Checkout.com", Way.GATEWAY, ("checkoutcom", "checkout com")),
    PaymentGateway("GoCardless", Way.GATEWAY, ("gocardless",)),
    PaymentGateway("PayFast", Way.GATEWAY, ("payfast",)),
    PaymentGateway("Razorpay", Way.GATEWAY, ("razorpay",)),
    PaymentGateway("Skrill", Way.GATEWAY, ("skrill", "moneybookers")),
    PaymentGateway(
        "Bank transfer", Way.TRANSFER,
        ("banktransfer", "bank transfer", "wire transfer", "direct deposit", "bacs", "eft",
         "internet banking"),
    ),
    PaymentGateway(
        "Cash on delivery", Way.COLLECTED,
        ("cashondelivery", "cash on delivery", "cod", "pay on delivery"),
    ),
    PaymentGateway(
        "Cheques", Way.COLLECTED,
        ("checkmo", "cheque", "check", "check money order", "cheque money order", "money order"),
    ),
    PaymentGateway("Cash", Way.COLLECTED, ("cash",)),
    PaymentGateway(
        "Invoice", Way.INVOICE,
        ("purchaseorder", "purchase order", "companycredit", "on account", "pay later by invoice"),
    ),
    PaymentGateway("Nothing to pay", Way.NOTHING, ("free", "free checkout", "no payment required")),
)  # fmt: skip


def gateway_of(code: str, title: str) -> PaymentGateway | None:
    """The well-known way to pay that a code or a title means; the code says it more surely. The
    longest words that are found decide: “cash on delivery” is not cash."""
    for text in (code, title):
        hits = [
            (len(word), gateway)
            for gateway in GATEWAYS
            for word in gateway.words
            if _means(text, word)
        ]
        if hits:
            return max(hits, key=lambda hit: hit[0])[1]
    return None


def _means(text: str, word: str) -> bool:
    """As whole words; a name of a provider also at the beginning of one, as in `paypalexpress`."""
    if holds(text, word):
        return True
    return len(word) >= 5 and any(part.startswith(word) for part in plain_words(text).split())
