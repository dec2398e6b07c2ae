"""What each reason means for a bookkeeper, and what a person does about it: one table.

The documents and the pages are made from it. A code is stable: it is stored, and filtered by.
Long because it is a table, with a row for each reason, and cut in two nobody would find one.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReasonKind:
    """What a reason means, and what a person does about it. `at` is the key of a store's section
    of the configuration that decides it, "" where no setting does; a reason's own `field` may name
    a key more exactly."""

    title: str
    fix: str
    at: str = ""


_SHOP = "Correct the order in the shop; it is read again then"
_SHOP_ANSWER = "Look at the order in the shop: an extension may have changed what its API answers"
_BY_ITSELF = "Wait: the shop says so by itself, and it is posted then"
_MAP = "In the store's mapping"
_IN_MAP = "in the store's mapping"
_SETTINGS = "In the store's settings"
_IN_SETTINGS = "in the store's settings"

REASONS: dict[str, ReasonKind] = {
    # what the shop said cannot be read or does not add up
    "bad_value": ReasonKind("A value in the order cannot be read for certain", _SHOP),
    "bad_number": ReasonKind("A number in the order is not one", _SHOP),
    "unreadable": ReasonKind("A part of the order cannot be kept or read", _SHOP),
    "missing": ReasonKind("The order lacks a value that it must have", _SHOP),
    "not_an_order": ReasonKind("The shop sent something that is not an order", _SHOP_ANSWER),
    "negative_quantity": ReasonKind("A line has a negative quantity", _SHOP),
    "zero_quantity": ReasonKind("A line has an amount but a quantity of 0", _SHOP),
    "bad_date": ReasonKind("A date in the order is not one", _SHOP),
    "bad_flag": ReasonKind("A yes or no in the order is neither", _SHOP_ANSWER),
    "other_currency": ReasonKind("An amount is in another currency than the order", _SHOP_ANSWER),
    "bad_text": ReasonKind("A text in the order is not one", _SHOP),
    "bad_list": ReasonKind(
        "The order is damaged: one value stands where several must", _SHOP_ANSWER
    ),
    "bad_object": ReasonKind(
        "The order is damaged: a plain value stands where details must", _SHOP_ANSWER
    ),
    "no_parent": ReasonKind(
        "A part of a set names a set that the order does not hold", _SHOP_ANSWER
    ),
    "lines_differ": ReasonKind("The lines do not sum to the order's own figures", _SHOP),
    "tax_not_reproduced": ReasonKind(
        "The lines of the order do not come to its tax, at none of its rates",
        "Compare the order with its tax in the shop; else enter it in Xero by hand, then on the "
        "order's page: Handled by hand",
    ),
    "return_unclear": ReasonKind(
        "The shop does not say of which line goods came back",
        "Credit them in Xero by hand; then on the order's page: Handled by hand",
    ),
    "partly_cancelled": ReasonKind(
        "A part of the order was cancelled, and its lines do not say which",
        "Credit the cancelled part in Xero by hand; then on the order's page: Handled by hand",
    ),
    "refund_tenders": ReasonKind(
        "The shop does not say on what a refund went back: card, store credit, points or money",
        "Enter the refund in Xero by hand; then on the order's page: Handled by hand",
    ),
    "negative_total": ReasonKind("The total is negative", _SHOP),
    "unknown_currency": ReasonKind("The currency is not one that exists", _SHOP),
    "tax_without_rate": ReasonKind(
        "A line has tax, and the order does not say at which rate",
        "Correct the order in the shop, or post it by hand and mark it so on its page",
    ),
    "totals_do_not_add_up": ReasonKind(
        "The lines do not sum to the order's total",
        f"{_MAP}: give the missing amount an account under total_rows. Or correct the order",
        at="total_rows",
    ),
    "total_row_unmapped": ReasonKind(
        "The total contains an amount that is not mapped",
        f"{_MAP}: give it an account under total_rows",
        at="total_rows",
    ),
    "tax_does_not_add_up": ReasonKind(
        "The tax cannot be posted as the shop charged it",
        f"{_MAP}: try posting.rounding: rounding_line. Or correct the order in the shop",
        at="posting.rounding",
    ),
    "tax_rounded": ReasonKind("Xero's tax differs by rounding", "Nothing to fix"),
    "tax_unclear": ReasonKind(
        "The order does not tell for certain what one of its taxes is on",
        "Compare the taxes with the order in the shop; correct it there, or post it by hand",
    ),
    "total_unclear": ReasonKind(
        "The parts of the order make its total in more ways than one",
        "Compare the total with the order in the shop; correct it there, or post it by hand",
    ),
    "tenders_do_not_add_up": ReasonKind(
        "What was paid by each method does not sum to what was received",
        "Compare the payments of the order in the shop; correct them there, or post the "
        "order by hand",
    ),
    # mapping
    "account_unmapped": ReasonKind(
        "No account is mapped",
        f"{_MAP}: name the account under accounts, products or rules",
        at="accounts",
    ),
    "account_unknown": ReasonKind(
        "The organisation has no such account",
        f"{_MAP}: name an account of the page Chart of accounts, or add this one in Xero",
        at="accounts",
    ),
    "account_archived": ReasonKind(
        "The account is archived in Xero",
        f"Restore it in Xero (Accounting > Chart of accounts), or name another. {_MAP}: accounts",
        at="accounts",
    ),
    "account_not_allowed": ReasonKind(
        "An account of this kind takes no such line",
        f"{_MAP}: name another account; the page Chart of accounts shows the kind of each",
        at="accounts",
    ),
    "tax_unmapped": ReasonKind(
        "No tax rule fits",
        f"{_MAP}: add a rule under tax.rules, or set tax.none for untaxed lines at home",
        at="tax.rules",
    ),
    "tax_type_unknown": ReasonKind(
        "The organisation has no such tax type",
        f"{_MAP}: name a tax type that the organisation has, under tax",
        at="tax",
    ),
    "tax_not_allowed": ReasonKind(
        "The tax type does not go with the account",
        f"{_MAP}: name another account, or another tax type",
        at="tax",
    ),
    "tax_rate_differs": ReasonKind(
        "The tax type's rate is not the rate that the shop charged",
        f"{_MAP}: name the type of that rate under tax.rules, or set as_charged: true",
        at="tax.rules",
    ),
    "payment_method_unmapped": ReasonKind(
        "The payment method has no account",
        f"{_MAP}: name its account under payment_accounts, or none to post its payments by hand",
        at="payment_accounts",
    ),
    "payment_account_unfit": ReasonKind(
        "The account takes no payments",
        "In Xero: tick Enable payments to this account, or name another account under "
        "payment_accounts",
        at="payment_accounts",
    ),
    "payment_by_hand": ReasonKind(
        "The payment method is mapped to none, and posted by hand",
        "Nothing to fix",
        at="payment_accounts",
    ),
    "tracking_unknown": ReasonKind(
        "Xero lacks this tracking category or option",
        "Add it in Xero (Accounting > Tracking categories), or set posting.tracking_options: "
        "create",
        at="posting.tracking_options",
    ),
    "tracking_waits": ReasonKind("Tracking is to be created in Xero first", "Nothing to fix"),
    "tracking_skipped": ReasonKind(
        "Tracking that Xero lacks was left out",
        "Nothing, or posting.tracking_options: create",
        at="posting.tracking_options",
    ),
    "branding_theme_unknown": ReasonKind(
        "Xero has no such branding theme",
        f"{_MAP}: posting.branding_theme must be a theme that Xero has",
        at="posting.branding_theme",
    ),
    "rule_hold": ReasonKind(
        "A rule of yours holds this order",
        f"Decide what the rule asks for; then on the order's page: Sync. {_MAP}: rules",
        at="rules",
    ),
    "setting_not_active": ReasonKind(
        "A setting asks for something that this version does not do yet",
        f"{_MAP}: take the setting out",
        at="posting",
    ),
    # periods, currencies
    "period_locked": ReasonKind(
        "The date lies in a locked period",
        "Move the lock date in Xero, or set posting.locked_period: next_open_day",
        at="posting.locked_period",
    ),
    "currency_not_enabled": ReasonKind(
        "The currency is not enabled in Xero",
        "Add the currency in Xero (Settings > Currencies), or set "
        "posting.currency_not_enabled: convert",
        at="posting.currency_not_enabled",
    ),
    "currency_converted": ReasonKind(
        "Posted in the base currency",
        "Nothing; to post in the order's currency, add it in Xero (Settings > Currencies)",
    ),
    "rate_not_sent": ReasonKind("Xero's own exchange rate of the day is used", "Nothing to fix"),
    "rounded_to_cents": ReasonKind("Xero keeps two decimals", "Nothing to fix"),
    "line_price_differs": ReasonKind(
        "Price times quantity is not what a line was charged at",
        "Compare the line with the order in the shop: an extension may reckon discounts by "
        "quantity, or a price was changed by hand",
    ),
    # tenders and refunds
    "gift_card_unknown": ReasonKind(
        "A gift card was redeemed whose sale is not known",
        f"{_MAP}: say under gift_cards.unknown how such cards are posted",
        at="gift_cards.unknown",
    ),
    "gift_card_taxed": ReasonKind(
        "A gift card was sold with tax",
        f"{_MAP}: set gift_cards.voucher: single, or take the tax off the card in the shop",
        at="gift_cards.voucher",
    ),
    "overpaid": ReasonKind(
        "More was received than is due",
        "Refund the overpayment in Xero, or use it for another invoice",
    ),
    "bank_account_needed": ReasonKind(
        "This money can only be posted to a bank account",
        f"{_MAP}: name a bank account for the method under payment_accounts",
        at="payment_accounts",
    ),
    "receipt_waits": ReasonKind(
        "This store posts money and no invoices: the order follows once it is paid",
        "Nothing to fix",
    ),
    "receipt_partly_paid": ReasonKind(
        "This store posts money and no invoices, and only a part was paid",
        f"Wait for the rest, or {_IN_SETTINGS}: streams: {{invoices: true}}",
        at="streams.invoices",
    ),
    "receipt_several_accounts": ReasonKind(
        "This store posts money and no invoices, and the order was paid in several ways",
        f"{_MAP}: map these methods to one account under payment_accounts, or streams: "
        f"{{invoices: true}}",
        at="payment_accounts",
    ),
    "receipt_without_money": ReasonKind(
        "This store posts money and no invoices, and no money came in",
        f"{_SETTINGS}: streams: {{invoices: true}} posts such orders",
        at="streams.invoices",
    ),
    "payment_waits_for_approval": ReasonKind(
        "The payment waits for the draft to be approved",
        "Approve the draft: on the order's page, or in Xero",
    ),
    "payment_authorised": ReasonKind("A payment is authorised and not received yet", _BY_ITSELF),
    "refund_pending": ReasonKind("A refund is not paid back yet", _BY_ITSELF),
    "refund_declined": ReasonKind(
        "A refund was declined, and no money went back", "Nothing to fix"
    ),
    "tax_of_marketplace": ReasonKind(
        "A marketplace collected tax of the order, and pays it itself", "Nothing to fix"
    ),
    "tax_collector_unknown": ReasonKind(
        "The shop does not say who collected a tax",
        "Post the order by hand; then on the order's page: Handled by hand",
    ),
    "tax_rate_unknown": ReasonKind(
        "The shop does not state the tax, and the rate of its tax type is not known",
        f"{_MAP}: name the rate under tax.rates. Or connect the organisation",
        at="tax.rates",
    ),
    "order_divided": ReasonKind(
        "The order was divided into one for each vendor, which are posted", "Nothing to fix"
    ),
    "test_order": ReasonKind("A test order, which nobody bought", "Nothing to fix"),
    "refund_not_given": ReasonKind("The order states a refund that was not given", _SHOP),
    "refund_does_not_add_up": ReasonKind(
        "The refunds do not fit the order",
        "Compare the refunds with the order in the shop; correct them, or enter the refund "
        "in Xero by hand",
    ),
    "refund_exceeds_invoice": ReasonKind(
        "More was refunded than was invoiced",
        "Compare with the shop, enter the refund in Xero by hand, then mark the order as "
        "handled by hand",
    ),
    "refund_waits_for_payment": ReasonKind(
        "The money of a refund waits for the payment that it came from",
        f"{_MAP}: map the method of the payment under payment_accounts",
        at="payment_accounts",
    ),
    "refund_before_cut_over": ReasonKind(
        "A refund of an order from before the cut-over",
        "On the order's page choose what is posted, or set refunds.before_cut_over",
        at="refunds.before_cut_over",
    ),
    "credit_notes_off": ReasonKind(
        "Credit notes are switched off for this store",
        f"Nothing; {_IN_SETTINGS}: streams: {{credit_notes: true}} posts them",
        at="streams.credit_notes",
    ),
    "credit_left_open": ReasonKind(
        "A credit note is left open on the contact",
        "In Xero: refund the credit note, or keep it for the next invoice",
    ),
    "edit_ignored": ReasonKind(
        "The order changed after it was posted, and changes are ignored",
        f"Nothing; {_IN_MAP}: posting.edits: update follows changes",
        at="posting.edits",
    ),
    "email_dropped": ReasonKind("The e-mail address is not valid", _SHOP),
    "product_not_read": ReasonKind(
        "A product is not known, and rules by category or tax class passed it by",
        f"Nothing, or {_IN_MAP}: an account and a tax type for the SKU under products",
        at="products",
    ),
    "product_unanswered": ReasonKind(
        "The shop did not say of which category or tax class a product is",
        "See that the shop answers; the order is tried again by itself",
    ),
    "product_gone": ReasonKind(
        "The shop has a product no more whose tax type goes by its category or tax class",
        f"{_MAP}: name its account and tax type under products",
        at="products",
    ),
    # items and stock
    "product_of_others": ReasonKind(
        "The product is sold as others, and those have items", "Nothing to fix"
    ),
    "product_disabled": ReasonKind(
        "The product is switched off in the shop",
        "Switch it on in the shop, if it shall be an item in Xero",
    ),
    "price_not_sent": ReasonKind(
        "The item has no price: the shop's currency is not that of the books", "Nothing to fix"
    ),
    "item_code_taken": ReasonKind(
        "Another product has the item in Xero",
        "Rename the item in Xero, or give the product another SKU",
    ),
    "item_gone": ReasonKind(
        "The item was deleted in Xero", "Sync the products again: the item is made anew"
    ),
    "sold_untracked": ReasonKind(
        "More was sold than Xero has in stock: the line has no item",
        "Receive the goods in Xero; items.oversell: hold would hold such orders",
        at="items.oversell",
    ),
    "stock_sku_doubled": ReasonKind(
        "Several products of the shop have one SKU", "Give each product of the shop its own SKU"
    ),
    "stock_sku_unknown": ReasonKind(
        "The shop has no product of this SKU",
        "Add the product in the shop, or correct the system that sends the levels",
    ),
    "stock_refused": ReasonKind(
        "The shop refused a stock level",
        "The shop's own words say why; it is tried again with the next run",
    ),
    "stock_waits": ReasonKind(
        "The shop cannot be written to; the stock level waits",
        "Nothing, or test the connection on the store's page",
        at="credentials",
    ),
    "stock_stale": ReasonKind(
        "The shop would sell more of a product than it has, so its stock index is behind",
        "In the shop: run its cron job, or set its indexers to update at once",
    ),
    "stock_switched_off": ReasonKind(
        "The shop has some of a product and does not sell it, so nobody knows how many are ordered",
        "In the shop: set the product in stock, or its quantity to 0",
    ),
    "stock_cost_unknown": ReasonKind(
        "Nobody knows what an item costs, so its stock cannot grow",
        "In Xero: enter a purchase price for the item",
    ),
    "oversold": ReasonKind(
        "More was sold than Xero has in stock",
        "Receive the goods in Xero, or set items.oversell: post_untracked; then sync the order",
        at="items.oversell",
    ),
    # not for Xero, by rule
    "not_confirmed": ReasonKind("The buyer has not placed the order yet", "Nothing to fix"),
    "deleted_in_shop": ReasonKind(
        "The shop deleted the order",
        "If it is in Xero, on the order's page: Undo to credit it, or Handled by hand to keep it",
    ),
    "before_cut_over": ReasonKind(
        "Older than the cut-over date",
        "Nothing, or an earlier cut_over of the store",
        at="cut_over",
    ),
    "status_not_selected": ReasonKind(
        "Its status is not one that is posted",
        f"Nothing, or {_IN_MAP}: add the status to statuses.invoice",
        at="statuses.invoice",
    ),
    "reversed": ReasonKind("Cancelled in the shop before anything was posted", "Nothing to fix"),
    "reversed_in_xero": ReasonKind(
        "Cancelled in the shop, and taken back in Xero", "Nothing to fix"
    ),
    "zero_total": ReasonKind(
        "The total is 0.00",
        f"Nothing, or {_IN_MAP}: posting.zero_orders: post",
        at="posting.zero_orders",
    ),
    "stream_off": ReasonKind(
        "Invoices are switched off for this store",
        f"Nothing, or {_IN_SETTINGS}: streams: {{invoices: true}}",
        at="streams.invoices",
    ),
    "store_off": ReasonKind(
        "The store is switched off", "Switch it on, on the store's page", at="enabled"
    ),
    "part_unknown": ReasonKind(
        "Whether this store reads the order's part of the shop is not known yet",
        "Press Test connection on the store's page",
        at="only",
    ),
    "other_store_view": ReasonKind(
        "Of a part of the shop that is not read", f"Nothing, or {_IN_SETTINGS}: only", at="only"
    ),
    "not_paid_yet": ReasonKind(
        "Waits for the date that posting.date names",
        "Nothing: it follows by itself; posting.date chooses the date",
        at="posting.date",
    ),
    "settling": ReasonKind(
        "Waits until the shop leaves it unchanged",
        "Nothing: it follows by itself; posting.settle_delay is how long",
        at="posting.settle_delay",
    ),
    "duplicate": ReasonKind("The same order again", "Nothing to fix"),
    "backfill_cancelled": ReasonKind(
        "Its backfill was cancelled before it was posted",
        "Sync it on the order's page, or start the backfill again",
    ),
    "do_not_sync": ReasonKind(
        "Marked as not to be synced", "Nothing, or Sync again on the order's page"
    ),
    "handled_by_hand": ReasonKind(
        "Handled in Xero by hand", "Nothing, or Sync again on the order's page"
    ),
    "undone": ReasonKind(
        "Undone: its documents are taken back", "Nothing, or Sync again on the order's page"
    ),
    # Xero's side
    "not_connected": ReasonKind(
        "The organisation is not connected", "Connect on the page Xero connection"
    ),
    "environment_mismatch": ReasonKind(
        "This store is for trying out, and the organisation in Xero is a real one",
        "Connect a demo company, confirm the organisation on the store's page, or set "
        "environment: production",
        at="environment",
    ),
    "number_taken": ReasonKind(
        "The invoice number belongs to a document that is not ours",
        "Choose another number_prefix, or rename the invoice in Xero; then sync the order again",
        at="number_prefix",
    ),
    "already_in_xero": ReasonKind(
        "An invoice in Xero may already stand for it", "Decide on the page Already in Xero"
    ),
    "contact_unusable": ReasonKind(
        "The contact cannot be used",
        "Open the contact in Xero: restore it, or merge it; then sync the order again",
        at="contacts.archived",
    ),
    "refused": ReasonKind(
        "Xero refused the document",
        "Xero's own words say what to change; then sync the order again",
    ),
    "outcome_ambiguous": ReasonKind(
        "Xero did not answer, and holds something so alike that it may be this document",
        "Look in Xero whether it is there. If so, mark the order as handled by hand; if not, "
        "sync it again",
    ),
    "mismatch": ReasonKind(
        "Xero has the document with another total or tax than the order",
        "Open the document in Xero, compare it with the order, and correct it there; its "
        "payment waits meanwhile",
    ),
    "invoice_not_payable": ReasonKind(
        "The invoice in Xero takes no payment: it was paid, credited or voided there",
        "Look at the invoice in Xero. If the money is entered there, mark the order as "
        "handled by hand",
    ),
    "voided_in_xero": ReasonKind(
        "A person voided or deleted the document in Xero",
        "On the order's page: Sync again to post it anew, or Handled by hand",
    ),
    "changed_in_xero": ReasonKind(
        "A person changed the document in Xero",
        "On the order's page: Keep what Xero has, or Post the difference",
    ),
    "changed_after_posting": ReasonKind(
        "The order changed after it was posted",
        "Compare the payments in Xero with the shop, and correct them in Xero",
    ),
    # writing to the shop
    "shop_refused": ReasonKind(
        "The shop refused what was to be written to it",
        "The shop's own words say why; then try it again on the order's page",
    ),
    "shop_not_writable": ReasonKind(
        "The shop does not let us write to it",
        "Let the integration write in the shop, then try it again on the order's page",
        at="credentials",
    ),
    "shop_not_reached": ReasonKind(
        "The shop could not be written to",
        "See that the shop answers, then try it again on the order's page",
        at="credentials",
    ),
    "shop_left_alone": ReasonKind("The shop was left as it is", "Nothing to fix"),
    "unforeseen": ReasonKind(
        "An error that nobody foresaw",
        "Sync the order again; if it stays, report it with the text and the log",
    ),
}


# Reasons that ask nobody to do anything: an order that has only these is as good as posted.
INFORMATIVE = frozenset(
    {
        "credit_notes_off",
        "currency_converted",
        "edit_ignored",
        "email_dropped",
        "line_price_differs",
        "overpaid",
        "part_unknown",
        "payment_authorised",
        "payment_waits_for_approval",
        "price_not_sent",
        "product_disabled",
        "product_not_read",
        "product_of_others",
        "rate_not_sent",
        "refund_declined",
        "refund_not_given",
        "refund_pending",
        "reversed_in_xero",
        "rounded_to_cents",
        "shop_left_alone",
        "sold_untracked",
        "tax_of_marketplace",
        "tax_rounded",
        "tracking_skipped",
    }
)
