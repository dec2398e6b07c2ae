"""What is looked at before something is written to a Magento shop, and what is written: pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from connector.lib.errors import Rejected
from connector.lib.money import plain
from stores.adapters.magento.records.people import read_address
from stores.canonical.customer import Address, CustomerChanges
from stores.canonical.records import OrderCondition
from stores.raw import Raw

Json = dict[str, Any]
# An order in one of these states takes no status of another state, nor should it.
_STOPPED = frozenset({"canceled", "closed", "holded"})
# Magento's own limit to the lines of a street, where an address has fewer.
_STREET_LINES = 2


def condition_of(order: Mapping[str, Any]) -> OrderCondition:
    """How an order of `GET /V1/orders/:id` stands. ParseError for what cannot be read."""
    raw = Raw(order)
    state = raw.required_text("state")
    histories = raw.children("status_histories")
    return OrderCondition(
        status=raw.text("status") or state,
        state=state,
        stopped=state in _STOPPED,
        comments=tuple(text for entry in histories if (text := entry.text("comment"))),
    )


def order_with(order: Mapping[str, Any], status: str) -> Json:
    """What is saved of an order to change its status: its keys, and its state as it is."""
    raw = Raw(order)
    return {
        "entity_id": int(raw.required_text("entity_id")),
        "increment_id": raw.required_text("increment_id"),
        "state": raw.required_text("state"),
        "status": status,
    }


def comment_on(order: Mapping[str, Any], comment: str) -> Json:
    """A comment for the staff, with the status that the order has."""
    raw = Raw(order)
    return {
        "comment": comment,
        "status": raw.required_text("status"),
        "is_customer_notified": 0,
        "is_visible_on_front": 0,
        "parent_id": int(raw.required_text("entity_id")),
    }


def needs_countries(customer: Mapping[str, Any], changes: CustomerChanges) -> bool:
    """Whether `GET /V1/directory/countries` is needed to say where the address lies."""
    if changes.address is None:
        return False
    place = read_address(Raw(_billing(customer)))
    new = changes.address
    same_region = _folded(new.region) in map(_folded, (place.region, place.region_code))
    return new.country != place.country or not same_region


def changed_customer(
    customer: Mapping[str, Any], changes: CustomerChanges, countries: Sequence[Mapping[str, Any]]
) -> Json:
    """The whole customer with these changes. Rejected where it cannot take them."""
    changed: Json = _without_decimals(customer)
    if changes.tax_number is not None:
        changed["taxvat"] = changes.tax_number
    if changes.phone is None and changes.company is None and changes.address is None:
        return changed
    billing = _billing(changed)
    if changes.phone is not None:
        billing["telephone"] = changes.phone
    if changes.company is not None:
        billing["company"] = changes.company
    if changes.address is not None:
        _move(billing, changes.address, countries)
    return changed


def _billing(customer: Mapping[str, Any]) -> Json:
    """The address that the customer bills to, else the first one; the very object."""
    addresses = [one for one in customer.get("addresses") or () if isinstance(one, dict)]
    chosen = [one for one in addresses if one.get("default_billing")]
    found = next(iter(chosen or addresses), None)
    if found is None:
        raise Rejected(
            "The customer has no address in the shop that could be changed.",
            code="no_address",
            hint="Add one there, with the details that Xero has.",
        )
    return found


def _move(billing: Json, new: Address, countries: Sequence[Mapping[str, Any]]) -> None:
    """Put the address somewhere else, keeping its street within as many lines as it had."""
    most = max(_STREET_LINES, len(billing.get("street") or ()))
    first, rest = new.lines[: most - 1], new.lines[most - 1 :]
    billing["street"] = [*first, ", ".join(rest)] if rest else list(first)
    billing["city"], billing["postcode"] = new.city, new.postcode
    if not countries:
        return
    country = _one_of(countries, new.country, "country")
    billing["country_id"] = country["id"]
    regions = country.get("available_regions") or ()
    if regions:
        region = _one_of(regions, new.region, "region")
        billing["region"] = {
            "region": region["name"], "region_code": region["code"],
            "region_id": int(region["id"]),
        }  # fmt: skip
    else:
        billing["region"] = {"region": new.region, "region_code": new.region, "region_id": 0}
    billing["region_id"] = billing["region"]["region_id"]


_NAMES = ("id", "code", "name", "two_letter_abbreviation", "full_name_locale", "full_name_english")


def _one_of(places: Sequence[Mapping[str, Any]], named: str, what: str) -> Mapping[str, Any]:
    """The country or region with this code or name. A guess would move somebody's post."""
    wanted = _folded(named)
    for place in places:
        if wanted and wanted in {_folded(str(place.get(name) or "")) for name in _NAMES}:
            return place
    raise Rejected(
        f"The shop knows no {what} {named or 'without a name'}.",
        code=f"{what}_unknown",
        hint=f"Correct the {what} in Xero, or the address in the shop.",
    )


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()


def _without_decimals(value: Any) -> Any:
    """A deep copy whose exact numbers, those of a merchant's own fields, are text."""
    if isinstance(value, Mapping):
        return {key: _without_decimals(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_without_decimals(inner) for inner in value]
    return plain(value) if isinstance(value, Decimal) else value
