"""What each key of the configuration file means, and what is written around their tables.

`docs/generate.py` makes docs/configuration.md of it. A key of the schema without a meaning here,
or a meaning without its key, is an error.
"""

# ruff: noqa: E501 - sentences of tables stand in one line

from __future__ import annotations

# Kept, but not acted on.
NO_EFFECT = (
    "alerts",
    "logging.debug",
)

MEANINGS = {
    "version": "1",
    "xero": "the app at Xero",
    "xero.mode": "`custom`: a custom connection of one organisation, by client credentials",
    "xero.client_id": "of the app; a secret",
    "xero.client_secret": "of the app; a secret",
    "xero.daily_call_limit": "calls a day for each organisation: 1000 on Starter, 5000 on Core and up",
    "xero.live_reserve": "share of the day's calls that a backfill leaves to live orders",
    "xero.webhook_key": "signs Xero's webhooks; a secret. Without it they are refused",
    "alerts": "who is told of trouble",
    "alerts[].email": "address; either this or `url`",
    "alerts[].url": "an apprise address such as slack://…; a secret",
    "alerts[].severity": "from this upwards",
    "logging": "logs",
    "logging.debug": "more detail",
    "logging.retention_days": "how long the calls of shops are kept, in days",
    "retries": "how often, and how far apart, a request is tried again",
    "retries.attempts": "tries before a request is given up; waiting for a limit is no try",
    "retries.base": "the first wait; it doubles",
    "retries.cap": "the longest wait",
    "stores": "one entry for each shop",
    "stores[].slug": "short name, in commands and variables; 1 to 40 small letters, digits, hyphens",
    "stores[].platform": "what the shop is run by{unread}",
    "stores[].url": "where the shop is served",
    "stores[].organisation": "name or id of the organisation in Xero; an id where two share a name",
    "stores[].base_currency": "of the shop; used by `preview` while not connected",
    "stores[].timezone": "of the books: decides on which day an order falls",
    "stores[].name": "shown on pages",
    "stores[].credentials": "keys of the shop, see below; secrets",
    "stores[].webhook_secret": "signs calls that come in: the shop's, and stock levels; a secret. Without it they are refused",
    "stores[].environment": "`sandbox` posts only where Xero says that it is a demo company",
    "stores[].country": "home, for the tax rules",
    "stores[].shop_timezone": "of shop dates that carry no offset",
    "stores[].number_prefix": "before the order number in invoice numbers; once in an organisation",
    "stores[].cut_over": "orders placed before are never posted",
    "stores[].archived": "put away: off, on no list, and its shop's calls are refused; its prefix stays reserved. Written only where true, and a file that does not name it leaves it as it is; `archived: false` takes the store back, switched off. On the store's page too",
    "stores[].enabled": "false stops reading and posting, and keeps the queue; also a switch on the store's page",
    "stores[].only": "parts of the shop that are read; empty is all",
    "stores[].only.websites": "codes, names or ids of websites; `*` and `?` match",
    "stores[].only.store_views": "codes, names or ids of store views",
    "stores[].only.stores": "codes, names or ids of stores (store groups)",
    "stores[].streams": "which documents may be sent",
    "stores[].streams.invoices": "invoices",
    "stores[].streams.payments": "payments; with `invoices: false` a paid order is one bank transaction",
    "stores[].streams.credit_notes": "credit notes",
    "stores[].streams.customers": "contacts follow the shop's customers; `false`: they are made for invoices and left alone; `both`: what a person changes of a contact in Xero goes to the shop's customer too",
    "stores[].streams.products": "products of the shop become items in Xero",
    "stores[].streams.stock": "`to_store`: what Xero has is written to the shop; `to_xero`: Xero is adjusted to what the shop has; `master`: an outside system sends what the shop shall have, see [operations](operations.md)",
    "stores[].schedule": "how often each stream is read",
    "stores[].schedule.orders": "orders",
    "stores[].schedule.refunds": "refunds",
    "stores[].schedule.customers": "customers",
    "stores[].schedule.products": "products",
    "stores[].schedule.stock": "stock",
    "stores[].fields": "optional fields that are sent; an empty list is all of them",
    "stores[].fields.customers": "of contacts",
    "stores[].fields.orders": (
        "of orders; none named: all. The coupon stands with its discount, the others under the "
        "invoice's first line"
    ),
    "stores[].fields.products": "of items: what is sent and follows the shop; empty is all",
    "stores[].write_back": "what is written to the shop, beside `statuses.on_paid` and the streams that go both ways",
    "stores[].write_back.comment": "a comment for the shop's staff, with number and link of the invoice, on each order that is posted",
    "stores[].posting": "how orders become documents",
    "stores[].posting.mode": "an invoice for each order, or one for all paid orders of a day",
    "stores[].posting.status": "of new invoices; payments are sent to AUTHORISED ones only",
    "stores[].posting.date": "the invoice's date: the day of the order, of the money or of the parcel. Where that day never comes (nothing is due, or nothing left to ship), the step before",
    "stores[].posting.due_days": "due date: days after the date, a day of the next month, days after the end of the month, or by the contact's own terms in Xero (none there: the date itself)",
    "stores[].posting.zero_orders": "orders of 0.00",
    "stores[].posting.locked_period": "a date in a locked period: hold, or move to the next open day",
    "stores[].posting.currency_not_enabled": (
        "a currency that Xero has not enabled; convert: posted in the books' currency, to the "
        "cent of the shop's own total in it"
    ),
    "stores[].posting.rounding": "`tax_override` and `rounding_line` allow only that way; `auto` takes the first that fits",
    "stores[].posting.discounts": "a line of its own, or taken off the goods",
    "stores[].posting.cancel": "an order cancelled after posting",
    "stores[].posting.edits": "an order changed after posting",
    "stores[].posting.reference": "the invoice's reference",
    "stores[].posting.settle_delay": "waits until the shop has left the order unchanged for so long",
    "stores[].posting.summary_after": "when a day is summed up",
    "stores[].posting.tracking_options": "a category or option that Xero lacks",
    "stores[].posting.branding_theme": "name or id",
    "stores[].posting.send_to_contact": "marks the invoice in Xero as sent to the customer",
    "stores[].posting.number": "what invoices are called behind the prefix: the order's number, or that of the shop's own invoice where exactly one covers the whole order, else `O-` and the order's; fixed with the first document",
    "stores[].posting.delivery_address": "where the order goes: `contact` keeps it as the contact's address; `lines` also puts it under the invoice's first line where the contact is shared (guests, a company, a rule's)",
    "stores[].posting.history_notes": (
        "what Xero's history says, at a call each, sent last: why a document deviates; `all`: on "
        "every invoice, credit note and bank transaction also its order and shop; `off`: nothing"
    ),
    "stores[].statuses": "shop statuses by what they cause; `\"*\"` is all. Magento has defaults, see below",
    "stores[].statuses.invoice": "posted",
    "stores[].statuses.reverse": "cancelled",
    "stores[].statuses.refunded": "refunded",
    "stores[].statuses.paid": "paid; decides only where the shop states no money received",
    "stores[].statuses.on_paid": "status to set in the shop, once, when all that was invoiced of the order is paid in Xero",
    "stores[].contacts": "which contact an order goes to",
    "stores[].contacts.strategy": "one for each customer, one for all (`guest`), or one for each company",
    "stores[].contacts.guests": "customers without an account",
    "stores[].contacts.unique": "what makes two customers the same",
    "stores[].contacts.name": "the contact's name",
    "stores[].contacts.guest": "name of the contact of guests, and of `single`",
    "stores[].contacts.summary": "name of the contact of summaries",
    "stores[].contacts.archived": "a contact that is archived in Xero: restore it, or make another with a suffix",
    "stores[].contacts.account_number": "a customer's contact bears the shop's customer number as its account number; one that stands in Xero stays",
    "stores[].items": "items in Xero",
    "stores[].items.tracked": "new items are made as tracked inventory; needs accounts.inventory and accounts.cogs",
    "stores[].items.oversell": "more sold than Xero has, or before it tracked: post the line without its item, or hold the order",
    "stores[].refunds": "refunds",
    "stores[].refunds.adjustment_tax": "tax of goodwill and fees kept: inside the amount, like that of the goods, or none",
    "stores[].refunds.restock": "whether goods come back",
    "stores[].refunds.before_cut_over": "refunds of orders from before the cut-over",
    "stores[].refunds.return_actions": "of shops that state no refunds: what is done about a return when its money is given back, by ids; such returned pieces are credited at what was charged for them, without shipping",
    "stores[].refunds.lowered_total": "of shops that state no money: where a paid order's total falls, the credit stays open on the contact, or was paid back",
    "stores[].gift_cards": "gift cards",
    "stores[].gift_cards.voucher": "whether tax falls due when redeemed (`multi`) or when sold (`single`)",
    "stores[].gift_cards.unknown": "a redeemed card whose sale is not known: `liability` and `expense` take it from accounts.gift_cards or accounts.gift_card_expense, `discount` off the goods and their tax",
    "stores[].gift_cards.opening_balance": "what was sold before the cut-over and not redeemed, in the base currency; used up by unknown cards first",
    "stores[].accounts": "account codes, or AccountIDs, by what they are for; what is missing holds",
    "stores[].accounts.sales": "goods",
    "stores[].accounts.shipping": "shipping",
    "stores[].accounts.discounts": "discounts on a line of their own; of class REVENUE, or an expense account where the tax of the sales may be used with it",
    "stores[].accounts.other_income": "other amounts of the order",
    "stores[].accounts.rounding": "rounding lines",
    "stores[].accounts.gift_cards": "liability for gift cards; where it takes no payments, what is redeemed is a negative line",
    "stores[].accounts.store_credit": "liability for store credit",
    "stores[].accounts.refund_adjustments": "goodwill and fees kept on refunds; without it such a refund is held",
    "stores[].accounts.inventory": "stock of new tracked items; of type INVENTORY",
    "stores[].accounts.cogs": "cost of goods sold of new tracked items",
    "stores[].accounts.purchases": "purchases of items that are not tracked",
    "stores[].accounts.fixed_tax": "fixed product taxes that no rule names",
    "stores[].accounts.gift_card_expense": "gift cards given away",
    "stores[].accounts.rewards": "liability for reward points",
    "stores[].accounts.stock_adjustment": "the other side of adjustments of stock",
    "stores[].payment_accounts": "by payment method of the shop, its code or its title; `\"*\"` is all others. `none` in place of an account: payments and refunds of that method are never posted, a person enters them in Xero",
    "stores[].tax": "tax",
    "stores[].tax.prices_include_tax": "`auto` takes it from the amounts",
    "stores[].tax.none": "tax type of an untaxed line delivered at home",
    "stores[].tax.out_of_scope": "tax type of rounding and gift cards",
    "stores[].tax.default": "tax type of what no rule fits; null holds",
    "stores[].tax.rates": "effective rates by tax type, used while not connected",
    "stores[].tax.sales_tax": "sales tax as lines of its own",
    "stores[].tax.sales_tax.as": "`line`",
    "stores[].tax.sales_tax.account": "account of the tax",
    "stores[].tax.rules": "the most specific that fits wins: name, class, state, country, VAT number, rate",
    "stores[].tax.rules[].country": "alpha-2 codes, `EU` (with the home country, if it is in the EU), `export`, `\"*\"`; none is home only",
    "stores[].tax.rules[].state": "states or regions",
    "stores[].tax.rules[].rate": "the rate charged, in percent",
    "stores[].tax.rules[].class": "the shop's tax class",
    "stores[].tax.rules[].name": "name of the tax in the shop; `*` and `?` match",
    "stores[].tax.rules[].vat_number": "whether the customer gave one",
    "stores[].tax.rules[].tax_type": "the answer",
    "stores[].tax.rules[].as_charged": "the tax charged is posted even if the type's rate differs",
    "stores[].tax.rules[].as": "`line`: the tax as a line of its own",
    "stores[].tax.rules[].account": "account of that line",
    "stores[].total_rows": "other amounts of the total, by the shop's name for them",
    "stores[].products": "products with an account or tax type of their own",
    "stores[].products[].sku": "the product",
    "stores[].products[].sales_account": "account",
    "stores[].products[].purchase_account": "account of purchases; of a tracked item, of the cost of goods sold",
    "stores[].products[].tax_type": "tax type",
    "stores[].lookups": "tables for `{lookup:table:placeholder}`",
    "stores[].rules": "the first match for each kind of action wins; products beat rules, rules beat accounts",
    "stores[].rules[].when": "all given conditions must hold",
    "stores[].rules[].when.category": "of the product: name or id of a category, or of one above it",
    "stores[].rules[].when.sku": "of the product",
    "stores[].rules[].when.customer_group": "name",
    "stores[].rules[].when.store_view": "code, name or id",
    "stores[].rules[].when.website": "code, name or id",
    "stores[].rules[].when.payment_method": "code",
    "stores[].rules[].when.shipping_method": "code",
    "stores[].rules[].when.country": "of delivery",
    "stores[].rules[].when.state": "of delivery",
    "stores[].rules[].when.currency": "of the order",
    "stores[].rules[].when.status": "in the shop",
    "stores[].rules[].when.coupon": "code",
    "stores[].rules[].when.vendor": "name or id: whose goods an order of a marketplace sells",
    "stores[].rules[].when.total_over": "the order's total is larger",
    "stores[].rules[].when.total_under": "the order's total is smaller",
    "stores[].rules[].when.vat_number": "whether the customer gave one",
    "stores[].rules[].account": "for goods lines",
    "stores[].rules[].tax_type": "with a condition on a line, for that line; otherwise for all lines",
    "stores[].rules[].tracking": "options by tracking category, of which Xero has two",
    "stores[].rules[].due_days": "as posting.due_days",
    "stores[].rules[].contact": "name of the contact",
    "stores[].rules[].item": "whether the line names its item",
    "stores[].rules[].approve": (
        "true: posted as AUTHORISED, with its payment, whatever posting.status; "
        "false: posted as DRAFT, to be approved in Xero"
    ),
    "stores[].rules[].hold": "holds the order, with this text",
    "stores[].tracking": "options by tracking category for all lines",
}  # fmt: skip

TITLES = {
    "": "The file",
    "stores[]": "A store",
}

INTRODUCTION = """\
# Configuration file

<!-- Made by docs/generate.py: do not edit. -->

YAML 1.2: only `true` and `false` are booleans, so `yes` and `no` are texts. Numbers are exact. Codes and statuses are compared as text; write account codes in quotes. An unknown key or a bad value changes nothing at all: `config import` names each one and ends with 1.

`${NAME}` is taken from the environment at import, or from the file that `NAME_FILE` names. If a secret's variable is not set, the stored secret stays; where none is stored, the import is refused. `$${NAME}` stands for the characters themselves. `config export` writes `${STORE_<SLUG>_<KEY>}` and never a secret.

| type | written as |
|---|---|
| duration | `30s`, `5m`, `6h`, `2d` |
| schedule | a duration, `hourly`, `daily`, `weekly`; or by the clock of the store's `timezone`: `daily 03:30` or a cron line such as `30 3 * * 1-5`. An hour that summer time leaves out counts as it ends, one that comes twice counts once |
| time of day | `"03:00"` |
| percentage | `"20%"` |
| date | `2026-01-31` |
| country | ISO 3166 alpha-2: `AU` |
| time zone | `Australia/Sydney` |
| code | a text that is not empty |
| text or list | one text or a list; in conditions `*` and `?` match |
| template | a text with {placeholders} |

Placeholders: {names}, and `{{lookup:table:placeholder}}`.

A dash is no default: unmapped, empty or off. **Not active yet** marks what this version stores and does not act on; where such a key has a default, it behaves as by that default.
"""
