"""Why an order, or one of its documents, was not posted: every reason in one table.

`REASONS` is the list that the docs and the pages are made from: a stable code, what it means
for a bookkeeper, and where it is fixed.
"""

from __future__ import annotations

from dataclasses import dataclass

from stores.canonical import ParseError


@dataclass(frozen=True, slots=True)
class ReasonKind:
    title: str
    fix: str


_MAPPING = "Mapping page of the store, or its section of the configuration file"
_SHOP = "The order in the shop"
_XERO = "Xero"

REASONS: dict[str, ReasonKind] = {
    # what the shop said cannot be read or does not add up
    "bad_value": ReasonKind("A value in the order cannot be read for certain", _SHOP),
    "bad_number": ReasonKind("A number in the order is not one", _SHOP),
    "unreadable": ReasonKind("A part of the order cannot be kept or read", _SHOP),
    "missing": ReasonKind("The order lacks a value that it must have", _SHOP),
    "not_an_order": ReasonKind("This is not an order", _SHOP),
    "negative_quantity": ReasonKind("A line has a negative quantity", _SHOP),
    "zero_quantity": ReasonKind("A line has an amount but a quantity of 0", _SHOP),
    "bad_date": ReasonKind("A date in the order is not one", _SHOP),
    "bad_text": ReasonKind("A text in the order is not one", _SHOP),
    "bad_list": ReasonKind("The order holds something else where a list must stand", _SHOP),
    "bad_object": ReasonKind("The order holds something else where an object must stand", _SHOP),
    "no_parent": ReasonKind("A line belongs to a line that the order lacks", _SHOP),
    "lines_differ": ReasonKind("The lines do not sum to the order's own figures", _SHOP),
    "partly_cancelled": ReasonKind(
        "A part of the order was cancelled, and its lines do not say which",
        "Xero: credit it by hand, then the order's page",
    ),
    "refund_tenders": ReasonKind(
        "The shop does not say on what a refund went back: card, store credit, points or money",
        "Xero: enter the refund by hand, then the order's page",
    ),
    "negative_total": ReasonKind("The total is negative", _SHOP),
    "unknown_currency": ReasonKind("The currency is not one that exists", _SHOP),
    "tax_without_rate": ReasonKind("A line has tax, but no rate can be told", _SHOP),
    "totals_do_not_add_up": ReasonKind(
        "The lines do not sum to the order's total", "total_rows on the Mapping page, or the shop"
    ),
    "total_row_unmapped": ReasonKind("The total contains an amount that is not mapped", _MAPPING),
    "tax_does_not_add_up": ReasonKind(
        "The tax cannot be posted as the shop charged it", "posting.rounding, or the shop"
    ),
    "tax_rounded": ReasonKind("Xero's tax differs by rounding", "Nothing to fix"),
    "tenders_do_not_add_up": ReasonKind("The payments do not sum to what was received", _SHOP),
    # mapping
    "account_unmapped": ReasonKind("No account is mapped", _MAPPING),
    "account_unknown": ReasonKind("The organisation has no such account", _MAPPING),
    "account_archived": ReasonKind("The account is archived in Xero", f"{_MAPPING}, or {_XERO}"),
    "account_not_allowed": ReasonKind("Xero does not allow this account here", _MAPPING),
    "tax_unmapped": ReasonKind("No tax rule fits", _MAPPING),
    "tax_type_unknown": ReasonKind("The organisation has no such tax type", _MAPPING),
    "tax_not_allowed": ReasonKind("The tax type does not go with the account", _MAPPING),
    "tax_rate_differs": ReasonKind(
        "The tax type's rate is not the rate that the shop charged", _MAPPING
    ),
    "payment_method_unmapped": ReasonKind("The payment method has no account", _MAPPING),
    "payment_account_unfit": ReasonKind("The account takes no payments", f"{_MAPPING}, or {_XERO}"),
    "payment_by_hand": ReasonKind(
        "The payment method is mapped to none, and posted by hand", "Nothing to fix"
    ),
    "tracking_unknown": ReasonKind("Xero lacks this tracking category or option", _MAPPING),
    "tracking_waits": ReasonKind("Tracking is to be created in Xero first", "Nothing to fix"),
    "tracking_skipped": ReasonKind(
        "Tracking that Xero lacks was left out", "posting.tracking_options"
    ),
    "branding_theme_unknown": ReasonKind(
        "Xero has no such branding theme", "posting.branding_theme"
    ),
    "rule_hold": ReasonKind("A rule of yours holds this order", _MAPPING),
    "setting_not_active": ReasonKind(
        "A setting asks for something that this version does not do yet", _MAPPING
    ),
    # periods, currencies
    "period_locked": ReasonKind("The date lies in a locked period", "Lock dates in Xero"),
    "currency_not_enabled": ReasonKind(
        "The currency is not enabled in Xero", "Currencies in Xero, or posting.currency_not_enabled"
    ),
    "currency_converted": ReasonKind(
        "Posted in the base currency", "Currencies in Xero, to post in the order's own"
    ),
    "rate_not_sent": ReasonKind("Xero's own exchange rate of the day is used", "Nothing to fix"),
    "rounded_to_cents": ReasonKind("Xero keeps two decimals", "Nothing to fix"),
    # tenders and refunds
    "gift_card_unknown": ReasonKind(
        "A gift card was redeemed whose sale is not known", "gift_cards on the Mapping page"
    ),
    "gift_card_taxed": ReasonKind(
        "A gift card was sold with tax", f"gift_cards on the Mapping page, or {_SHOP.lower()}"
    ),
    "overpaid": ReasonKind(
        "More was received than is due", "The overpayment in Xero: refund it, or use it"
    ),
    "bank_account_needed": ReasonKind("This money can only be posted to a bank account", _MAPPING),
    "receipt_waits": ReasonKind(
        "Without invoices an order is posted once it is paid", "Nothing to fix"
    ),
    "receipt_partly_paid": ReasonKind(
        "Without invoices a part of an order cannot be posted", "streams of the store, or the shop"
    ),
    "receipt_several_accounts": ReasonKind(
        "Without invoices an order cannot be posted to several accounts",
        "payment_accounts on the Mapping page, or streams of the store",
    ),
    "receipt_without_money": ReasonKind(
        "Without invoices an order without money cannot be posted", "streams of the store"
    ),
    "payment_waits_for_approval": ReasonKind(
        "The payment waits for the draft to be approved", "Xero, then posting.status"
    ),
    "refund_not_given": ReasonKind("The order states a refund that was not given", _SHOP),
    "refund_does_not_add_up": ReasonKind("The refunds do not fit the order", _SHOP),
    "refund_exceeds_invoice": ReasonKind("More was refunded than was invoiced", _XERO),
    "refund_waits_for_payment": ReasonKind(
        "The money of a refund waits for the payment that it came from", _MAPPING
    ),
    "refund_before_cut_over": ReasonKind(
        "A refund of an order from before the cut-over", "refunds.before_cut_over, or the order"
    ),
    "credit_notes_off": ReasonKind(
        "Credit notes are switched off for this store", "streams of the store"
    ),
    "credit_left_open": ReasonKind("A credit note is left open on the contact", _XERO),
    "edit_ignored": ReasonKind(
        "The order changed after it was posted, and changes are ignored", "posting.edits"
    ),
    "email_dropped": ReasonKind("The e-mail address is not valid", _SHOP),
    "product_not_read": ReasonKind(
        "A product is not known, and rules by category or tax class passed it by",
        "products on the Mapping page, or nothing",
    ),
    "product_unanswered": ReasonKind(
        "The shop did not say of which category or tax class a product is",
        "The shop; the order is tried again by itself",
    ),
    "product_gone": ReasonKind(
        "The shop has a product no more whose tax type goes by its category or tax class",
        "products on the Mapping page",
    ),
    # items and stock
    "product_of_others": ReasonKind(
        "The product is sold as others, and those have items", "Nothing to fix"
    ),
    "product_disabled": ReasonKind("The product is switched off in the shop", "The shop"),
    "price_not_sent": ReasonKind(
        "The item has no price: the shop's currency is not that of the books", "Nothing to fix"
    ),
    "item_code_taken": ReasonKind("Another product has the item in Xero", _XERO),
    "item_gone": ReasonKind("The item was deleted in Xero", "Export the product again"),
    "sold_untracked": ReasonKind(
        "More was sold than Xero has in stock: the line has no item", "items.oversell, or Xero"
    ),
    "stock_sku_unknown": ReasonKind(
        "The shop has no product of this SKU", "The shop, or the system that sends the levels"
    ),
    "stock_refused": ReasonKind(
        "The shop refused a stock level", "The shop, or the system that sends the levels"
    ),
    "stock_waits": ReasonKind(
        "The shop cannot be written to; the stock level waits", "Nothing, or the shop's keys"
    ),
    "stock_stale": ReasonKind(
        "The shop would sell more of a product than it has, so its stock index is behind",
        "The stock index of the shop",
    ),
    "stock_switched_off": ReasonKind(
        "The shop has some of a product and does not sell it, so nobody knows how many are ordered",
        "The product in the shop",
    ),
    "stock_cost_unknown": ReasonKind(
        "Nobody knows what an item costs, so its stock cannot grow", "The product's cost"
    ),
    "oversold": ReasonKind("More was sold than Xero has in stock", "items.oversell, or Xero"),
    # not for Xero, by rule
    "before_cut_over": ReasonKind("Older than the cut-over date", "cut_over of the store"),
    "status_not_selected": ReasonKind("Its status is not one that is posted", "statuses.invoice"),
    "reversed": ReasonKind("Cancelled in the shop before anything was posted", "Nothing to fix"),
    "reversed_in_xero": ReasonKind(
        "Cancelled in the shop, and taken back in Xero", "Nothing to fix"
    ),
    "zero_total": ReasonKind("The total is 0.00", "posting.zero_orders"),
    "stream_off": ReasonKind("Invoices are switched off for this store", "streams of the store"),
    "store_off": ReasonKind("The store is switched off", "enabled, on the store's page"),
    "part_unknown": ReasonKind(
        "Whether this store reads the order's part of the shop is not known yet",
        "Test connection on the store's page, or only, of the store",
    ),
    "other_store_view": ReasonKind("Of a part of the shop that is not read", "only, of the store"),
    "not_paid_yet": ReasonKind("Waits for the date that posting.date names", "posting.date"),
    "settling": ReasonKind("Waits until the shop leaves it unchanged", "posting.settle_delay"),
    "duplicate": ReasonKind("The same order again", "Nothing to fix"),
    "backfill_cancelled": ReasonKind(
        "Its backfill was cancelled before it was posted", "The order's page, or a new backfill"
    ),
    "do_not_sync": ReasonKind("Marked as not to be synced", "The order's page"),
    "handled_by_hand": ReasonKind("Handled in Xero by hand", "The order's page"),
    "undone": ReasonKind("Undone: its documents are taken back", "The order's page"),
    # Xero's side
    "not_connected": ReasonKind("The organisation is not connected", "Xero connection page"),
    "environment_mismatch": ReasonKind(
        "A sandbox store posts only to a demo company", "The store's page"
    ),
    "number_taken": ReasonKind(
        "The invoice number belongs to a document that is not ours", "number_prefix, or Xero"
    ),
    "already_in_xero": ReasonKind(
        "An invoice in Xero may already stand for it", "The page Already in Xero"
    ),
    "contact_unusable": ReasonKind("The contact cannot be used", _XERO),
    "refused": ReasonKind("Xero refused the document", "Xero's own words say what"),
    "outcome_ambiguous": ReasonKind(
        "It cannot be told whether Xero has it already", "Compare in Xero, then decide"
    ),
    "mismatch": ReasonKind("Xero's totals differ from the predicted ones", _XERO),
    "invoice_not_payable": ReasonKind("The invoice in Xero cannot take the payment", _XERO),
    "voided_in_xero": ReasonKind(
        "A person voided or deleted the document in Xero", "The order's page"
    ),
    "changed_in_xero": ReasonKind("A person changed the document in Xero", "The order's page"),
    "changed_after_posting": ReasonKind("The order changed after it was posted", _XERO),
    # writing to the shop
    "shop_refused": ReasonKind("The shop refused what was to be written to it", "The shop"),
    "shop_not_writable": ReasonKind(
        "The shop does not let us write to it", "The integration's rights in the shop"
    ),
    "shop_not_reached": ReasonKind("The shop could not be written to", "The shop"),
    "shop_left_alone": ReasonKind("The shop was left as it is", "Nothing to fix"),
    "unforeseen": ReasonKind("An error that nobody foresaw", "Activity page: report it"),
}


# Reasons that ask nobody to do anything: an order that has only these is as good as posted.
INFORMATIVE = frozenset(
    {
        "credit_notes_off",
        "currency_converted",
        "edit_ignored",
        "email_dropped",
        "overpaid",
        "part_unknown",
        "payment_waits_for_approval",
        "price_not_sent",
        "product_disabled",
        "product_not_read",
        "product_of_others",
        "rate_not_sent",
        "refund_not_given",
        "reversed_in_xero",
        "rounded_to_cents",
        "shop_left_alone",
        "sold_untracked",
        "tax_rounded",
        "tracking_skipped",
    }
)


@dataclass(frozen=True, slots=True)
class Reason:
    """`message` is a sentence for a person; `field` a dotted path in the input or the
    configuration."""

    code: str
    message: str
    field: str = ""

    def __post_init__(self) -> None:
        if self.code not in REASONS:
            raise ValueError(f"unknown reason code {self.code}")

    def as_json(self) -> dict[str, str]:
        return {"code": self.code, "message": self.message, "field": self.field}


# The parser's own error: nothing that a correction in the shop would help.
UNFORESEEN = "unforeseen"


def unreadable(error: ParseError, what: str = "order") -> Reason:
    """The reason of an order, or a product, that the adapter could not read, with the value in
    its way."""
    if error.code == UNFORESEEN:
        return Reason(UNFORESEEN, str(error)[:500])
    code = error.code if error.code in REASONS else "bad_value"
    text = f"{error} Correct the {what} in the shop; it is read again then."
    return Reason(code, text, error.field)


class LeftAlone(Exception):
    """Raised where nothing is to be written to the shop; the text says why."""


class Hold(Exception):
    """Raised inside the pure builders to end them: the order waits for a person."""

    def __init__(self, code: str, message: str, field: str = "") -> None:
        super().__init__(message)
        self.reason = Reason(code, message, field)
