"""From a product to the item that Xero shall have: pure, and the same every time.

A new item carries what the store's `fields.products` choose, with its accounts. Of one that
Xero has, the chosen fields follow the shop, and accounts are filled where it has none: what a
person entered stays. Whether an existing item is tracked is never changed.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from accounting.books import Books
from accounting.eligibility import of_other_website
from accounting.postable import account_target, active_account, found, line_account_fits, tax_fits
from accounting.reasons import Hold, Reason
from accounts_mapping.rules.products import purchase_account, sales_account, sales_tax_type
from accounts_mapping.rules.resolve import GIFT_CARD_TYPES, Resolution, account_key
from connector.lib.money import round_to, trim
from connector.lib.texts.said import figure, said
from stores.canonical.product import Product
from stores.profile import Field, ProductTypes
from xero.documents.facts import AccountFacts, ItemFacts
from xero.documents.master_data import Item

READY, HELD, SKIPPED = "ready", "held", "skipped"
NAME_LIMIT, TEXT_LIMIT = 50, 4000
_FIELDS = ("name", "description", "price")
_BREAK = re.compile(r"<br\s*/?>|</(?:p|li|div|h[1-6]|tr)>", re.IGNORECASE)
_HIDDEN = re.compile(r"<(script|style)\b.*?</\1\s*>", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"</?[a-zA-Z!][^>]*>")


@dataclass(frozen=True, slots=True)
class BuiltItem:
    """`status` is ready, held or skipped. Ready without an `item`: Xero has it as it should be.

    `reasons` of a ready one are worth knowing and ask nobody to do anything.
    """

    status: str
    reasons: tuple[Reason, ...] = ()
    item: Item | None = None


def build_item(
    books: Books, product: Product, *, code: str, existing: ItemFacts | None
) -> BuiltItem:
    """The item of a product, or why not; `existing` is the one that Xero has."""
    if reason := of_other_website(books.snapshot, product.websites) or _skipped(
        books.snapshot.platform.product_types, product, existing
    ):
        return BuiltItem(SKIPPED, (reason,))
    try:
        reasons: list[Reason] = []
        wanted = _wanted(books, product, existing, reasons)
    except Hold as hold:
        return BuiltItem(HELD, (hold.reason,))
    if existing is None:
        return BuiltItem(READY, tuple(reasons), Item(code, tuple(wanted.items())))
    changes = {key: value for key, value in wanted.items() if not same(key, value, existing)}
    item = None
    if changes:
        flags = {flag: False for flag in _OFF if existing.details.get(flag) is False}
        item = Item(existing.code, tuple((changes | flags).items()), existing.item_id)
    return BuiltItem(READY, tuple(reasons), item)


# Xero takes both for true where they are left out.
_OFF = ("IsSold", "IsPurchased")


def same(key: str, value: Any, existing: ItemFacts) -> bool:
    """Whether Xero has a property of an item as it is to be written, spaces aside."""
    has = existing.details.get(key)
    if isinstance(value, str) and isinstance(has, str):
        return value.split() == has.split()
    if isinstance(value, Mapping):
        return dict(value) == dict(has or {})
    return bool(value == (True if has is None and key in _OFF else has))


def up_to_date(payload: Mapping[str, Any], existing: ItemFacts) -> bool:
    """Whether an update's payload says nothing that the item is not already."""
    return all(same(k, v, existing) for k, v in payload.items() if k not in ("ItemID", "Code"))


def _skipped(types: ProductTypes, product: Product, existing: ItemFacts | None) -> Reason | None:
    """Why there is no item of this product at all."""
    dynamic = product.product_type in types.of_parts and not product.price
    if product.product_type in types.of_others or dynamic:
        text = said(
            "A %(product_type)s product is sold as the products that it consists of: those have "
            "items.",
            product_type=product.product_type,
        )
        return Reason("product_of_others", text, Field.PRODUCT_TYPE)
    if not product.enabled and existing is None:
        text = said("Switched off in the shop: it gets no item.")
        return Reason("product_disabled", text, Field.PRODUCT_STATUS)
    return None


def _wanted(
    books: Books, product: Product, existing: ItemFacts | None, reasons: list[Reason]
) -> dict[str, Any]:
    """The properties that Xero shall have, without those that are left as they are."""
    fields = books.snapshot.store.fields.products or _FIELDS
    body: dict[str, Any] = {}
    name, text = cut_name(product.name), plain_text(product.description)
    if "name" in fields and name:
        body["Name"] = name
    if "description" in fields and text:
        body["Description"] = text
    prices = _prices(books, product, reasons) if "price" in fields else {}
    details = existing.details if existing else {}
    if details.get("IsSold") is not False:
        sales = _sales(books, product, details.get("SalesDetails") or {}, prices)
        if sales:
            body["SalesDetails"] = sales
    tracked = existing.tracked if existing else _is_tracked(books, product)
    if details.get("IsPurchased") is not False:
        has = details.get("PurchaseDetails") or {}
        bought = _purchases(books, product, has, prices, tracked, new=existing is None)
        if bought:
            body["PurchaseDetails"] = bought
            if existing is None and "Description" in body:
                body["PurchaseDescription"] = body["Description"]
    if tracked and existing is None:
        body["InventoryAssetAccountCode"] = _inventory(books)
    return body


def _is_tracked(books: Books, product: Product) -> bool:
    without_stock = books.snapshot.platform.product_types.without_stock | GIFT_CARD_TYPES
    return books.snapshot.rules.items.tracked and product.product_type not in without_stock


# --- prices ----------------------------------------------------------------------------------


def _prices(books: Books, product: Product, reasons: list[Reason]) -> dict[str, Decimal]:
    """What it is sold and bought for, as far as known: `price` and `cost`, in base currency."""
    prices = {"price": _price(product, product.price, "price")}
    if product.cost is not None:
        prices["cost"] = _price(product, product.cost, "cost")
    ours, books_in = books.snapshot.store.base_currency, books.organisation.base_currency
    if books_in and books_in != ours:
        text = said(
            "The shop's prices are in %(ours)s, the books in %(books_in)s: the item has none.",
            ours=ours,
            books_in=books_in,
        )
        reasons.append(Reason("price_not_sent", text, "base_currency"))
        return {}
    return prices


def _price(product: Product, value: Decimal | None, name: str) -> Decimal:
    if value is None:
        text = said(
            "%(sku)s has no %(name)s. Enter one in the shop, or leave price out of "
            "fields.products.",
            sku=product.sku,
            name=name,
        )
        raise Hold("missing", text, name)
    if value < 0:
        text = said(
            "%(sku)s has a negative %(name)s, %(value)s. Correct it in the shop.",
            sku=product.sku,
            name=name,
            value=figure(value),
        )
        raise Hold("bad_number", text, name)
    return trim(round_to(value, 4))


# --- accounts --------------------------------------------------------------------------------


def _sales(
    books: Books, product: Product, has: Mapping[str, Any], prices: Mapping[str, Decimal]
) -> dict[str, Any]:
    """SalesDetails: Xero's own with the shop's price, and an account if it has none."""
    body = dict(has)
    if "price" in prices and has.get("UnitPrice") != prices["price"]:
        body["UnitPrice"] = prices["price"]
    if has.get("AccountCode"):
        return body
    answer = found(sales_account(books.snapshot, product))
    facts = line_account_fits(books.organisation, answer)
    body["AccountCode"] = _code(books, answer)
    tax = sales_tax_type(books.snapshot, product)
    if tax is not None and not has.get("TaxType"):
        tax_fits(books.organisation, facts, tax)
        body["TaxType"] = tax.value
    return body


def _purchases(
    books: Books,
    product: Product,
    has: Mapping[str, Any],
    prices: Mapping[str, Decimal],
    tracked: bool,
    *,
    new: bool,
) -> dict[str, Any]:
    """PurchaseDetails: likewise with the cost. A tracked item's account is that of the cost of
    goods sold, and of one that exists it is left alone."""
    body = dict(has)
    if "cost" in prices and has.get("UnitPrice") != prices["cost"]:
        body["UnitPrice"] = prices["cost"]
    if tracked:
        if new:
            body["COGSAccountCode"] = _cogs(books, product)
        return body
    answer = purchase_account(books.snapshot, product, "purchases")
    if isinstance(answer, Resolution) and not has.get("AccountCode"):
        facts = line_account_fits(books.organisation, answer)
        if facts is not None and facts.type == "INVENTORY":
            raise _unfit(answer, facts, said("An item that is not tracked cannot be bought on it."))
        body["AccountCode"] = _code(books, answer)
    return body


def _inventory(books: Books) -> str:
    answer = found(account_key(books.snapshot, "inventory"))
    facts = active_account(books.organisation, answer)
    if facts is not None and facts.type != "INVENTORY":
        raise _unfit(answer, facts, said("Tracked items need an account of type INVENTORY."))
    return _code(books, answer)


def _cogs(books: Books, product: Product) -> str:
    answer = found(purchase_account(books.snapshot, product, "cogs"))
    facts = line_account_fits(books.organisation, answer)
    if facts is not None and (facts.account_class != "EXPENSE" or facts.type == "INVENTORY"):
        why = said("The cost of goods sold needs an account of class EXPENSE.")
        raise _unfit(answer, facts, why)
    return _code(books, answer)


def _unfit(answer: Resolution, facts: AccountFacts, why: str) -> Hold:
    text = said(
        "%(why)s Account %(value)s %(name)s is of type %(type)s. Map another as %(source)s.",
        why=why,
        value=answer.value,
        name=facts.name,
        type=facts.type,
        source=answer.source,
    )
    return Hold("account_not_allowed", text, answer.source)


def _code(books: Books, answer: Resolution) -> str:
    """Items name accounts by code only."""
    target, is_id = account_target(books.organisation, answer.value)
    if is_id:
        text = said(
            "Account %(value)s has no code, and items name accounts by their code. Map another as "
            "%(source)s.",
            value=answer.value,
            source=answer.source,
        )
        raise Hold("account_not_allowed", text, answer.source)
    return target


# --- texts -----------------------------------------------------------------------------------


def cut_name(name: str) -> str:
    """A name as Xero takes it: one line, at most 50 characters."""
    text = " ".join(plain_text(name).split())
    return text if len(text) <= NAME_LIMIT else text[: NAME_LIMIT - 1].rstrip() + "…"


def plain_text(text: str) -> str:
    """A description without the markup that shops keep in it, at most 4,000 characters."""
    text = _TAG.sub("", _BREAK.sub("\n", _HIDDEN.sub("", text)))
    text = html.unescape(text).replace("\xa0", " ")
    lines = (" ".join(c for c in line.split()) for line in text.splitlines())
    text = "\n".join(line for line in lines if line)
    text = "".join(c for c in text if c == "\n" or c.isprintable())
    return text if len(text) <= TEXT_LIMIT else text[: TEXT_LIMIT - 1] + "…"
