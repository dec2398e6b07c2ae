"""What the shop is, by its add-on, and whether the add-on reads its orders as the shop does."""

from __future__ import annotations

from collections.abc import Iterator

from connector.lib.errors import ConnectorError
from stores.adapters.cscart.addon_shop import AddonShop
from stores.adapters.cscart.client import Json
from stores.adapters.cscart.records.parse import parse_order
from stores.canonical.records import ParseError, ParseFacts, ShopTax, StoreFacts
from stores.php.client import PROTOCOL
from stores.raw import Raw

# What the adapter is told again: whether the add-on is there, and who makes the orders.
ADDON, MADE_BY = "addon", "made_by"
SHOP = "shop"
_COMPARED = 10
Choices = tuple[tuple[str, str], ...]


def facts_of(shop: AddonShop) -> StoreFacts:
    """Everything that the shop's page shows."""
    answer = shop.client.call("probe")
    if answer.get("protocol") != PROTOCOL:
        raise shop.client.too_old(answer.get("protocol"))
    try:
        raw = Raw(answer)
        currency = raw.currency("base_currency")
        differing = _differing(shop, currency)
        return _facts(raw, currency, differing)
    except ParseError as error:
        raise shop.client.unexpected(f"answers probe so: {error}") from error


def _facts(raw: Raw, currency: str, differing: str) -> StoreFacts:
    companies = _pairs(raw, "companies", "company_id", "company")
    version = " ".join(filter(None, ("CS-Cart", raw.text("cscart"), raw.text("edition"))))
    return StoreFacts(
        name=raw.text("name") or (companies[0][1] if len(companies) == 1 else raw.text("url")),
        version=f"{version}, add-on {raw.text('addon')}",
        currency=currency,
        timezone=raw.text("timezone"),
        statuses=_pairs(raw, "statuses", "status", "description"),
        payment_methods=_pairs(raw, "payments", "payment_id", "payment"),
        tax_classes=_pairs(raw, "taxes", "tax_id", "tax"),
        customer_groups=_pairs(raw, "usergroups", "usergroup_id", "usergroup"),
        shipping_methods=_pairs(raw, "shippings", "shipping_id", "shipping", on="status"),
        currencies=tuple(_currencies(raw, currency)),
        tax_rates=tuple(_taxes(raw)),
        return_actions=_pairs(raw, "return_actions", "id", "name"),
        store_views=_pairs(raw, "storefronts", "storefront_id", "name"),
        websites=companies,
        reserves_stock=False,
        warnings=(_warning(differing),) if differing else (),
        findings=((ADDON, "1"), (MADE_BY, SHOP if differing else "")),
    )


def _warning(order: str) -> str:
    return (
        f"The add-on reads order {order} otherwise than the shop's own function for one order "
        "does. Orders are therefore made by that, one after the other, which takes the shop "
        "longer; they are right either way."
    )


def _differing(shop: AddonShop, currency: str) -> str:
    """The first of the newest orders that the two ways do not read alike; "" where all are.

    Add-ons of others may change what CS-Cart says of an order, and its versions keep it in other
    places: nothing but a comparison tells.
    """
    try:
        ours, shops = shop.newest(_COMPARED)
    except ConnectorError:
        return ""  # the shop's own function may fail where our reading does not
    mine = {str(one.get("order_id")): one for one in ours}
    for other in shops:
        number = str(other.get("order_id"))
        if number in mine and _read(mine[number], currency) != _read(other, currency):
            return number
    return ""


def _read(record: Json, currency: str) -> object:
    """An order as the books see it, or why it is not read."""
    try:
        return parse_order(record, ParseFacts(base_currency=currency))
    except ParseError as error:
        return error.code


def _currencies(raw: Raw, primary: str) -> Iterator[str]:
    """Those that customers may look at the shop in; the primary one leads."""
    codes = (one.text("currency_code") for one in raw.children("currencies"))
    yield from dict.fromkeys((primary, *filter(None, codes)))


def _taxes(raw: Raw) -> Iterator[ShopTax]:
    """The percentages of the shop's taxes, each for every place of its rate area. An area that
    names states of a country is these only; one that names no place is any."""
    named: dict[str, list[tuple[str, str]]] = {}
    for one in raw.children("destinations"):
        place = (one.text("country"), one.text("state"))
        named.setdefault(one.text("destination_id"), []).append(place)
    for rate in raw.children("tax_rates"):
        if rate.text("rate_type") != "P":
            continue
        places = named.get(rate.text("destination_id"), [("", "")])
        narrower = {country for country, state in places if state}
        for country, state in places:
            if state or country not in narrower:
                name = rate.text("tax") or rate.text("tax_id")
                yield ShopTax(name, rate.text("rate_value"), country, state)


def _pairs(raw: Raw, key: str, number: str, name: str, on: str = "") -> Choices:
    """`on`: the column that says of a row whether it is switched on."""
    rows = (one for one in raw.children(key) if not on or one.text(on) == "A")
    pairs = ((one.text(number), one.text(name)) for one in rows)
    return tuple((number, name or number) for number, name in pairs if number)
