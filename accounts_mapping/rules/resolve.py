"""Which account a line or a payment gets, and which rules of the store apply: pure look-ups.

An answer is a value: `Resolution` of what was found and by which rule, or `Unmapped` with
the place to fix it. Nothing here raises for a missing mapping and nothing is guessed. Tax types
are resolved in `taxes`, templates and tracking in `texts`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from accounts_mapping.rules.conditions import Rule, When
from accounts_mapping.rules.schema import ACCOUNT_KEYS, NO_PAYMENT, StoreRules
from connector.lib.texts.said import said
from stores.canonical.order import FIXED_TAX_CODE, Line, LineKind, Order, Whereabouts
from stores.profile import PlatformProfile
from stores.settings import StoreSettings
from xero.documents.facts import OrganisationFacts

# Rules with their place in the configuration.
Rules = tuple[tuple[int, Rule], ...]
# Product types of the shops that are vouchers: selling one is a liability, not a sale.
GIFT_CARD_TYPES = frozenset({"giftcard", "gift_card", "voucher"})


@dataclass(frozen=True, slots=True)
class MappingSnapshot:
    """The rules of one store as of now, and what its platform is. `version` names them in the
    ledger. `accounts` are those for the fixed purposes, `scope` is the tax type for what is out
    of the tax's scope, None where none is mapped."""

    store: StoreSettings
    rules: StoreRules
    platform: PlatformProfile
    version: int = 0
    accounts: Mapping[str, Resolution | Unmapped] = field(init=False, repr=False, compare=False)

    scope: Resolution | None = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        untaxed = self.rules.tax.out_of_scope
        scope = Resolution(untaxed, "tax.out_of_scope") if untaxed else None
        object.__setattr__(self, "scope", scope)
        object.__setattr__(self, "accounts", _fixed_accounts(self.rules))


@dataclass(frozen=True, slots=True)
class Resolution:
    """`value` is the answer, `source` the configuration key that gave it."""

    value: str
    source: str
    as_charged: bool = False


@dataclass(frozen=True, slots=True)
class Unmapped:
    """No answer. `field` is the configuration key to fill; `text` says what is missing."""

    code: str
    text: str
    field: str


@dataclass(frozen=True, slots=True)
class NotPosted:
    """The answer that a thing is never posted, by the configuration key `source`."""

    source: str


Answer = Resolution | NotPosted | Unmapped


def _fixed_accounts(rules: StoreRules) -> dict[str, Resolution | Unmapped]:
    found: dict[str, Resolution | Unmapped] = {}
    for key in ACCOUNT_KEYS:
        if value := getattr(rules.accounts, key):
            found[key] = Resolution(value, f"accounts.{key}")
            continue
        text = said(
            "No account is mapped for %(what)s. Choose one as accounts.%(key)s.",
            what=key.replace("_", " "),
            key=key,
        )
        found[key] = Unmapped("account_unmapped", text, f"accounts.{key}")
    return found


def home_country(snapshot: MappingSnapshot, organisation: OrganisationFacts) -> str:
    """The store's country, else the organisation's; empty if neither is known."""
    return snapshot.store.country or organisation.country


@lru_cache(maxsize=4096)
def _wildcard(pattern: str) -> re.Pattern[str]:
    body = re.escape(pattern.casefold()).replace(r"\*", ".*").replace(r"\?", ".")
    return re.compile(body, re.DOTALL)


def like(patterns: str | tuple[str, ...], *values: str) -> bool:
    """Whether a value matches a pattern with `*` and `?`, whatever the case."""
    wanted = (patterns,) if isinstance(patterns, str) else patterns
    for value in values:
        folded = value.casefold()
        for pattern in wanted:
            if folded and _wildcard(pattern).fullmatch(folded):
                return True
    return False


# Which texts of an order a condition of `when` looks at.
_ORDER_TEXTS: dict[str, Callable[[Order], tuple[str, ...]]] = {
    "customer_group": lambda order: (order.customer.group, order.customer.group_id),
    "store_view": lambda order: views_of(order),
    "website": lambda order: websites_of(order),
    "payment_method": lambda order: (order.payment_method, order.payment_title),
    "shipping_method": lambda order: (order.shipping_method, order.shipping_title),
    "country": lambda order: (order.country,),
    "state": lambda order: states(order),
    "currency": lambda order: (order.currency,),
    "status": lambda order: (order.status, order.state),
    "coupon": lambda order: (order.coupon, *order.coupon.split(", ")),
    "vendor": lambda order: (order.vendor, order.vendor_id),
}


def websites_of(order: Order | Whereabouts) -> tuple[str, ...]:
    """What the order's website may be called: the name on the order, then id, code and name."""
    return (order.website, *order.parts.website)


def views_of(order: Order | Whereabouts) -> tuple[str, ...]:
    """Likewise its store view."""
    return (order.store_view, order.store_view_id, *order.parts.store_view)


def states(order: Order) -> tuple[str, str]:
    """State or province of the delivery, else of the bill: its code and its name."""
    address = order.shipping if order.shipping and order.shipping.country else order.billing
    return address.region_code, address.region


def order_matches(when: When, order: Order) -> bool:
    """Whether all conditions on the order hold (those on a line are not looked at)."""
    for name in when.model_fields_set:
        wanted = getattr(when, name)
        if wanted is None or name not in _ORDER_TEXTS:
            continue
        if not like(wanted, *_ORDER_TEXTS[name](order)):
            return False
    if when.total_over is not None and not order.total > when.total_over:
        return False
    if when.total_under is not None and not order.total < when.total_under:
        return False
    return when.vat_number is None or when.vat_number == bool(order.customer.tax_number)


def line_matches(when: When, line: Line) -> bool:
    """Whether the conditions on a line hold; a rule without them fits every line."""
    if when.sku is not None and not like(when.sku, line.sku):
        return False
    return when.category is None or like(when.category, *line.category.split("\n"))


def about_products(rules: StoreRules) -> bool:
    """Whether a rule asks for what only the product knows: its category or tax class."""
    return any(rule.when.category is not None for rule in rules.rules) or any(
        rule.class_ is not None for rule in rules.tax.rules
    )


def on_line(when: When) -> bool:
    """Whether a rule is about certain lines."""
    return when.sku is not None or when.category is not None


def matching_rules(snapshot: MappingSnapshot, order: Order) -> Rules:
    """Rules whose conditions on the order hold; those on a line are not looked at."""
    return tuple(
        (index, rule)
        for index, rule in enumerate(snapshot.rules.rules)
        if order_matches(rule.when, order)
    )


def order_rules(matching: Rules, order: Order) -> Rules:
    """Those whose actions apply to the order: conditions on a line hold for any line."""
    return tuple(
        (index, rule)
        for index, rule in matching
        if not on_line(rule.when) or any(line_matches(rule.when, line) for line in order.lines)
    )


def line_rules(matching: Rules, line: Line) -> Rules:
    """Those whose actions apply to this line."""
    return tuple([one for one in matching if line_matches(one[1].when, line)]) if matching else ()


# Account keys of the configuration by what a line is; goods are also reached by rules.
_ACCOUNT_KEY = {
    LineKind.GOODS: "sales",
    LineKind.SHIPPING: "shipping",
    LineKind.FEE: "other_income",
}


def account_key(snapshot: MappingSnapshot, key: str) -> Resolution | Unmapped:
    """The account mapped for one of the fixed purposes."""
    return snapshot.accounts[key]


def is_gift_card(snapshot: MappingSnapshot, line: Line) -> bool:
    """Whether the line sells a multi-purpose voucher: a liability without revenue or tax."""
    return (
        line.product_type in GIFT_CARD_TYPES
        and line.kind is LineKind.GOODS
        and snapshot.rules.gift_cards.voucher == "multi"
    )


# Where a person sets another account in the place of one that the shop names for a product.
OF_SHOP = "products"


def line_account(snapshot: MappingSnapshot, line: Line, rules: Rules) -> Resolution | Unmapped:
    """Products beat the shop's own word, which beats rules (those that apply to the line), and
    they beat accounts. Shipping and fees have accounts of their own, and a gift card is no sale,
    whatever the shop names."""
    if line.kind is LineKind.GOODS:
        for index, product in enumerate(snapshot.rules.products):
            if product.sku == line.sku and product.sales_account:
                return Resolution(product.sales_account, f"products[{index}].sales_account")
        if line.sales_account and not is_gift_card(snapshot, line):
            return Resolution(line.sales_account, OF_SHOP)
        for index, rule in rules:
            if rule.account:
                return Resolution(rule.account, f"rules[{index}].account")
        if is_gift_card(snapshot, line):
            return account_key(snapshot, "gift_cards")
    if is_fixed_tax(line):
        return account_key(snapshot, "fixed_tax")
    return account_key(snapshot, _ACCOUNT_KEY[line.kind])


def is_fixed_tax(line: Line) -> bool:
    """Whether the line is a fixed product tax: no sale of ours, though tax is charged on it."""
    return line.kind is LineKind.FEE and line.code == FIXED_TAX_CODE


def payment_account(
    snapshot: MappingSnapshot, method: str, currency: str, title: str = ""
) -> Answer:
    """The Xero account that a payment method's money arrives in; `NotPosted` where a person
    enters it in Xero. A method is named by its code, else by its title.

    A method with accounts by currency does not fall back on the default for all methods: its
    money in a currency that is not listed would land in somebody else's account. What is mapped
    for `stripe` is so for its variants too, `stripe.card`, unless they are mapped themselves.
    """
    table = snapshot.rules.payment_accounts
    names = (method, method.partition(".")[0], title)
    key = next((name for name in names if name in table), "*")
    field = f"payment_accounts.{key}"
    answer, called = table.get(key), f"{method} ({title})" if method and title else method or title
    if isinstance(answer, dict):
        column = currency if currency in answer else "*"
        if answer.get(column):
            return _account_or_none(answer[column], f"{field}.{column}")
        text = said(
            "Payment method %(method)s has no account for %(currency)s. Map one, and the payment "
            "is sent.",
            method=called or said("(none)"),
            currency=currency,
        )
        return Unmapped("payment_method_unmapped", text, f"{field}.{currency}")
    if answer:
        return _account_or_none(answer, field)
    text = said(
        "Payment method %(method)s is not mapped to an account. Map it, and the payment is sent.",
        method=called or said("(none)"),
    )
    field = f"payment_accounts.{method}" if method else "payment_accounts"
    return Unmapped("payment_method_unmapped", text, field)


def _account_or_none(answer: str, source: str) -> Resolution | NotPosted:
    return NotPosted(source) if answer == NO_PAYMENT else Resolution(answer, source)
