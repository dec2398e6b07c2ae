"""Subjects that are single settings: accounts, statuses, posting, contacts, items, refunds, cards.

Long because it is a table: each setting with its label, its answers in words, and its help.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from connector.pages.subjects import seen
from connector.pages.subjects.around import Around
from connector.pages.subjects.editors import Editor, SettingsForm
from connector.pages.subjects.page import Parts, page_of
from connector.pages.subjects.settings import (
    AccountCode,
    Codes,
    Due,
    OneCode,
    OneOf,
    Setting,
    SettingGroup,
    Switch,
)

ACCOUNTS = (
    SettingGroup(
        _("What is sold"),
        (
            AccountCode(path=("accounts", "sales"), label=_("Goods")),
            AccountCode(path=("accounts", "shipping"), label=_("Shipping")),
            AccountCode(
                path=("accounts", "discounts"), label=_("Discounts"),
                help=_("For discounts on a line of their own. Of class revenue, or an expense "
                       "account where the tax of your sales may be used with it."),
            ),
            AccountCode(
                path=("accounts", "other_income"), label=_("Other amounts"),
                help=_("Fees and other rows of an order's total that have no account of their own."),  # noqa: E501
            ),
            AccountCode(
                path=("accounts", "rounding"), label=_("Rounding"),
                help=_("The cent by which the shop's total differs from what Xero computes."),
            ),
            AccountCode(
                path=("accounts", "fixed_tax"), label=_("Fixed product taxes"),
                help=_("Such as eco taxes that no tax rule names."),
            ),
        ),
    ),
    SettingGroup(
        _("What customers hold"),
        (
            AccountCode(
                path=("accounts", "gift_cards"), label=_("Gift cards"),
                help=_("A liability: what was sold in gift cards and is not redeemed yet."),
            ),
            AccountCode(
                path=("accounts", "gift_card_expense"), label=_("Gift cards given away"),
                help=_("Only where cards whose sale is not known count as an expense."),
            ),
            AccountCode(path=("accounts", "store_credit"), label=_("Store credit")),
            AccountCode(path=("accounts", "rewards"), label=_("Reward points")),
        ),
    ),
    SettingGroup(
        _("Refunds"),
        (
            AccountCode(
                path=("accounts", "refund_adjustments"), label=_("Goodwill and fees kept"),
                help=_("Without it, refunds with either wait for you."),
            ),
        ),
    ),
    SettingGroup(
        _("Items and stock"),
        (
            AccountCode(path=("accounts", "purchases"), label=_("Purchases of items")),
            AccountCode(path=("accounts", "inventory"), label=_("Stock of tracked items")),
            AccountCode(path=("accounts", "cogs"), label=_("Cost of goods sold of tracked items")),
            AccountCode(
                path=("accounts", "stock_adjustment"), label=_("Adjustments of stock"),
                help=_("The other side where stock in Xero is set to what the shop has."),
            ),
        ),
    ),
)  # fmt: skip

STATUSES = (
    SettingGroup(
        "",
        (
            Codes(
                path=("statuses", "invoice"), label=_("Post an order at"), fact="statuses",
                all_of=_("Every status"),
            ),
            Codes(
                path=("statuses", "paid"), label=_("Count it as paid at"), fact="statuses",
                all_of=_("Every status"),
                help=_("Only where the shop itself states no money received."),
            ),
            Codes(path=("statuses", "reverse"), label=_("Cancel it at"), fact="statuses"),
            Codes(path=("statuses", "refunded"), label=_("Refund it at"), fact="statuses"),
        ),
        _("Orders at any other status wait until they reach one of these."),
    ),
    SettingGroup(
        _("Back to the shop"),
        (
            OneCode(
                path=("statuses", "on_paid"), label=_("Set this status once it is paid in Xero"),
                fact="statuses", nothing=_("Leave the order's status alone"),
                help=_("Once, when all that was invoiced of the order is paid in Xero."),
            ),
        ),
    ),
)  # fmt: skip

POSTING = (
    SettingGroup(
        _("Invoices"),
        (
            OneOf(
                path=("posting", "mode"), label=_("One invoice for"),
                options={"per_order": _("each order"), "daily_summary": _("all paid orders of a day")},  # noqa: E501
            ),
            OneOf(
                path=("posting", "status"), label=_("New invoices are"),
                options={
                    "DRAFT": _("drafts, which somebody approves in Xero"),
                    "SUBMITTED": _("submitted for approval"),
                    "AUTHORISED": _("approved, with their payments"),
                },
                help=_("Payments are sent to approved invoices only."),
            ),
            OneOf(
                path=("posting", "date"), label=_("Dated by the day"),
                options={
                    "ordered": _("of the order"), "paid": _("of the money"),
                    "shipped": _("of the parcel"),
                },
                help=_("Where that day never comes, such as when there is nothing to ship, the "
                       "step before counts."),
            ),
            Due(path=("posting", "due_days"), label=_("Due")),
            OneOf(
                path=("posting", "number"), label=_("Numbered by"),
                options={
                    "order": _("the order's number"), "invoice": _("the shop's own invoice number"),
                },
                help=_("Behind the store's prefix. It is fixed with an order's first document."),
            ),
            Setting(
                path=("posting", "reference"), label=_("Reference"),
                help=_("A text with {placeholders}, such as {order_number} or {transaction_id}."),
            ),
            OneOf(
                path=("posting", "delivery_address"), label=_("The delivery address stands"),
                options={
                    "contact": _("with the contact"),
                    "lines": _("with the contact; where guests or a company share one, under the "
                               "invoice's first line"),
                },
            ),
            Setting(
                path=("posting", "branding_theme"), label=_("Branding theme"),
                help=_("Its name in Xero; empty: the organisation's own."),
            ),
            Switch(
                path=("posting", "send_to_contact"),
                label=_("Mark invoices in Xero as sent to the customer"),
            ),
        ),
    ),
    SettingGroup(
        _("Amounts"),
        (
            OneOf(
                path=("posting", "discounts"), label=_("Discounts are"),
                options={"separate": _("a line of their own"), "folded": _("taken off the goods")},
            ),
            OneOf(
                path=("posting", "rounding"), label=_("A cent of difference is"),
                options={
                    "auto": _("met in the first way that fits"),
                    "tax_override": _("met by stating the tax as charged"),
                    "rounding_line": _("a rounding line"),
                },
            ),
            OneOf(
                path=("posting", "zero_orders"), label=_("Orders of 0.00 are"),
                options={"skip": _("left out"), "post": _("posted")},
            ),
            OneOf(
                path=("posting", "currency_not_enabled"),
                label=_("In a currency that Xero has not enabled"),
                options={
                    "hold": _("the order waits for you"),
                    "convert": _("it is posted in the currency of the books"),
                },
            ),
        ),
    ),
    SettingGroup(
        _("Later changes"),
        (
            OneOf(
                path=("posting", "edits"), label=_("An order that is changed after posting"),
                options={"update": _("changes its documents"), "ignore": _("stays as it was posted")},  # noqa: E501
            ),
            OneOf(
                path=("posting", "cancel"), label=_("One that is cancelled after posting"),
                options={
                    "void": _("has its invoice voided"), "credit_note": _("gets a credit note"),
                },
            ),
            OneOf(
                path=("posting", "locked_period"), label=_("A date in a locked period"),
                options={
                    "hold": _("waits for you"), "next_open_day": _("becomes the next open day"),
                },
            ),
        ),
    ),
    SettingGroup(
        _("When"),
        (
            Setting(
                path=("posting", "settle_delay"), label=_("Wait for changes"),
                help=_("How long the shop must have left an order unchanged, such as 30m; 0m: not "
                       "at all."),
            ),
            Setting(
                path=("posting", "summary_after"), label=_("Sum up a day after"),
                help=_("A time of day such as 03:00, in the zone of the books."),
            ),
        ),
    ),
    SettingGroup(
        _("In Xero"),
        (
            OneOf(
                path=("posting", "tracking_options"),
                label=_("A tracking category or option that Xero lacks"),
                options={
                    "create": _("is made"), "skip": _("is left out"),
                    "hold": _("has the order wait for you"),
                },
            ),
            OneOf(
                path=("posting", "history_notes"), label=_("Notes in Xero's history"),
                options={
                    "deviations": _("where a document deviates, and why"),
                    "all": _("on every document"), "off": _("none"),
                },
                help=_("Each costs one call to Xero."),
            ),
        ),
    ),
)  # fmt: skip

CONTACTS = (
    SettingGroup(
        "",
        (
            OneOf(
                path=("contacts", "strategy"), label=_("One contact for"),
                options={
                    "per_customer": _("each customer"), "per_company": _("each company"),
                    "single": _("all orders"),
                },
            ),
            OneOf(
                path=("contacts", "guests"), label=_("Customers without an account go to"),
                options={
                    "by_email": _("a contact of their own, by e-mail"),
                    "one_contact": _("one contact for all of them"),
                },
            ),
            OneOf(
                path=("contacts", "unique"), label=_("Two customers are the same if they share"),
                options={
                    "email": _("the e-mail address"), "customer_id": _("the shop's customer number"),  # noqa: E501
                    "name": _("the name"),
                },
            ),
            Setting(
                path=("contacts", "name"), label=_("Name of a contact"),
                help=_("A text with {placeholders}, such as {first_name} {last_name}."),
            ),
            Setting(
                path=("contacts", "guest"), label=_("Name of the contact of guests"),
                help=_("Also that of all orders, where there is one contact only."),
            ),
            Setting(path=("contacts", "summary"), label=_("Name of the contact of summaries")),
            OneOf(
                path=("contacts", "archived"), label=_("A contact that is archived in Xero"),
                options={
                    "restore": _("is restored"), "suffix": _("stays; another is made beside it"),
                },
            ),
            Switch(
                path=("contacts", "account_number"),
                label=_("Send the shop's customer number as the account number"),
            ),
        ),
    ),
)  # fmt: skip

ITEMS = (
    SettingGroup(
        "",
        (
            Switch(
                path=("items", "tracked"), label=_("Make new items as tracked inventory"),
                help=_("Needs the accounts for stock and for the cost of goods sold."),
            ),
            OneOf(
                path=("items", "oversell"), label=_("More sold than Xero has"),
                options={
                    "post_untracked": _("is posted without its item"),
                    "hold": _("has the order wait for you"),
                },
            ),
        ),
    ),
)  # fmt: skip

REFUNDS = (
    SettingGroup(
        "",
        (
            OneOf(
                path=("refunds", "adjustment_tax"), label=_("Tax of goodwill and fees kept"),
                options={
                    "as_goods": _("is inside the amount, as that of the goods"), "none": _("none"),
                },
            ),
            OneOf(
                path=("refunds", "restock"), label=_("Refunded goods come back to stock"),
                options={
                    "as_store": _("as the shop says"), "always": _("always"), "never": _("never"),
                },
            ),
            OneOf(
                path=("refunds", "before_cut_over"),
                label=_("Refunds of orders from before the cut-over"),
                options={
                    "hold": _("wait for you"),
                    "standalone": _("become credit notes of their own"),
                },
            ),
            Codes(
                path=("refunds", "return_actions"), fact="return_actions",
                label=_("Money of a return is given back at"),
                help=_("For shops that state no refunds: what is done about a return when its "
                       "money goes back."),
            ),
            OneOf(
                path=("refunds", "lowered_total"), label=_("When a paid order's total falls"),
                options={
                    "open": _("the credit stays open on the contact"),
                    "refunded": _("the money was paid back"),
                },
                help=_("For shops that state no money."),
            ),
        ),
    ),
)  # fmt: skip

GIFT_CARDS = (
    SettingGroup(
        "",
        (
            OneOf(
                path=("gift_cards", "voucher"), label=_("Tax of a gift card falls due"),
                options={
                    "multi": _("when it is redeemed (a card for goods of any tax)"),
                    "single": _("when it is sold (a card for goods of one tax)"),
                },
            ),
            OneOf(
                path=("gift_cards", "unknown"), label=_("A card whose sale is not known"),
                options={
                    "hold": _("has the order wait for you"),
                    "liability": _("is taken from the liability"),
                    "discount": _("is a discount"),
                    "expense": _("is an expense"),
                },
            ),
            Setting(
                path=("gift_cards", "opening_balance"), label=_("Sold before the cut-over"),
                help=_("What was not redeemed of it by then, in the base currency. Cards whose "
                       "sale is not known use it up first."),
            ),
        ),
    ),
)  # fmt: skip


def _parts(groups: Sequence[SettingGroup]) -> Parts:
    def parts(around: Around, sent: QueryDict | None) -> Sequence[Editor]:
        return (SettingsForm(around, groups, sent),)

    return parts


accounts = page_of("accounts", _parts(ACCOUNTS))
statuses = page_of("statuses", _parts(STATUSES), "subjects/seen.html", beside=seen.STATUSES)
posting = page_of("posting", _parts(POSTING))
contacts = page_of("contacts", _parts(CONTACTS))
items = page_of("items", _parts(ITEMS))
refunds = page_of("refunds", _parts(REFUNDS))
gift_cards = page_of("gift-cards", _parts(GIFT_CARDS))
